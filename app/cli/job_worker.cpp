// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/job_worker.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <cerrno>
#include <chrono>

#include "app/cli/context.h"
#include "core/base/error.h"
#include "core/base/temporary.h"
#include "core/base/worker.h"
#include "core/flow/blame.h"

namespace vernier::cli {
namespace {

using Clock = std::chrono::steady_clock;

/// A worker that was asked to stop has this long; it ends itself in less, whatever the runtime does.
constexpr std::chrono::milliseconds kLongestFarewell{4000};

/// How a worker ended, and the last stage that it told.
struct Finished {
    Ending ending;
    std::string stage;
    bool cancelled = false;
};

/// Takes the complete lines from text; the last one is the stage.
void take_stages(std::string& text, std::string& stage) {
    for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
        stage = text.substr(0, end);
        text.erase(0, end + 1);
    }
}

Finished run_once(const Job& job, const std::vector<std::string>& words) {
    Worker worker("/proc/self/exe", words);
    Finished finished;
    std::string told;
    std::optional<Clock::time_point> asked;
    while (true) {
        pollfd polled{worker.socket(), POLLIN, 0};
        const int ready = poll(&polled, 1, 50);
        if (ready > 0) {
            std::array<char, 512> buffer;
            const auto count = recv(worker.socket(), buffer.data(), buffer.size(), 0);
            if (count == 0 || (count < 0 && errno != EINTR)) break;
            if (count > 0) told.append(buffer.data(), static_cast<std::size_t>(count));
            take_stages(told, finished.stage);
        }
        if (!job.stop().stop_requested()) continue;
        if (!asked) worker.signal(SIGTERM);
        asked = asked.value_or(Clock::now());
        if (Clock::now() - *asked > kLongestFarewell) worker.signal(SIGKILL);
    }
    finished.cancelled = asked.has_value();
    finished.ending = worker.ending();
    return finished;
}

std::vector<std::string> words_of(const WorkerJob& job, const JobOrders& orders) {
    std::vector<std::string> words = {kJobArgument, orders.json().dump()};
    words.insert(words.end(), job.words.begin(), job.words.end());
    return words;
}

std::string death_text(const Finished& finished, const std::optional<Culprit>& culprit) {
    const std::string step = finished.stage.empty() ? "" : fmt::format(" at the step \"{}\"", finished.stage);
    if (culprit)
        return fmt::format("ONNX Runtime stopped unexpectedly{} ({}): it cannot open a graph that ends with this {} node", step, finished.ending.text(),
                           culprit->op_type);
    return fmt::format("the worker process stopped unexpectedly{} ({})", step, finished.ending.text());
}

std::string upper_first(std::string text) {
    if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
    return text;
}

std::string remedy_of(const Finished& finished) {
    if (finished.ending.signal == SIGKILL) return "Nothing was written. Perhaps memory ran out.";
    return "Nothing was written. Try another build of the runtime with --ort.";
}

/// It died of what it did, before it began to put files in place.
bool may_end_better(const Finished& finished) {
    return finished.ending.signal != 0 && finished.ending.signal != SIGKILL && !finished.cancelled && finished.stage != "write";
}

/// The node that kills the runtime, where one does.
std::optional<Culprit> culprit_of(const WorkerJob& job, const Finished& finished, const Context& context) {
    if (job.model.empty() || finished.ending.signal == SIGKILL) return std::nullopt;
    return find_culprit("/proc/self/exe", {job.model, job.ort}, context.job());
}

}  // namespace

Json JobOrders::json() const {
    Json json = {{"apart", apart}};
    if (lost) json["lost"] = to_json(*lost);
    return json;
}

JobOrders JobOrders::from_json(const Json& json) {
    JobOrders orders;
    orders.apart = json.value("apart", false);
    if (const auto found = json.find("lost"); found != json.end()) orders.lost = finding_from_json(*found);
    return orders;
}

int run_in_worker(Context& context, const WorkerJob& job) {
    Finished finished = run_once(context.job(), words_of(job, {}));
    // Files are checked in the worker itself, which spares a process. It costs the work once more where one kills it.
    if (!job.only_looks && may_end_better(finished)) {
        remove_left_folders();
        finished = run_once(context.job(), words_of(job, {.lost = {}, .apart = true}));
    }
    if (finished.ending.signal == 0) return finished.ending.exit_code;
    if (finished.cancelled) throw Error(ErrorKind::cancelled, "cancelled");
    const std::optional<Culprit> culprit = culprit_of(job, finished, context);
    const std::string node = culprit ? culprit->label : "";
    const Error death(ErrorKind::bad_model, death_text(finished, culprit), {job.model, node}, remedy_of(finished));
    if (!job.only_looks) throw death;
    const JobOrders orders{.lost = Finding{Severity::serious,
                                           "runtime-crashes",
                                           culprit ? culprit->node : -1,
                                           node,
                                           {},
                                           upper_first(death.what()) + ".",
                                           "View only: it can be neither quantized nor measured."}};
    finished = run_once(context.job(), words_of(job, orders));
    if (finished.ending.signal == 0) return finished.ending.exit_code;
    if (finished.cancelled) throw Error(ErrorKind::cancelled, "cancelled");
    throw Error(ErrorKind::bad_model, death_text(finished, std::nullopt), {job.model}, remedy_of(finished));
}

void tell_stage(const std::string& stage) {
    const std::string line = stage + "\n";
    [[maybe_unused]] const auto sent = send(STDIN_FILENO, line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace vernier::cli
