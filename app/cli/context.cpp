// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/context.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "app/cli/progress.h"
#include "core/report/format.h"

namespace vernier::cli {
namespace {

Style style_of(int descriptor) {
    const char* no_colour = std::getenv("NO_COLOR");
    const char* terminal = std::getenv("TERM");
    const bool dumb = terminal != nullptr && std::strcmp(terminal, "dumb") == 0;
    return Style{isatty(descriptor) == 1 && (no_colour == nullptr || *no_colour == '\0') && !dumb};
}

Progress::Mode mode_of(const Globals& globals) {
    if (globals.events) return Progress::Mode::events;
    return isatty(STDERR_FILENO) == 1 ? Progress::Mode::terminal : Progress::Mode::off;
}

/// Raises a flag for as long as it lives.
struct Printing {
    explicit Printing(std::atomic<bool>& now) : flag(now) { flag = true; }
    ~Printing() { flag = false; }
    Printing(const Printing&) = delete;
    Printing& operator=(const Printing&) = delete;
    std::atomic<bool>& flag;
};

Json document_of(const Error& error) {
    Json body = {{"kind", name(error.kind())}, {"message", error.line()}, {"exit", exit_code(error.kind())}};
    if (!error.where().file.empty()) body["file"] = error.where().file;
    if (!error.where().node.empty()) body["node"] = error.where().node;
    if (!error.where().tensor.empty()) body["tensor"] = error.where().tensor;
    if (!error.remedy().empty()) body["remedy"] = error.remedy();
    return body;
}

/// JSON text; bytes that are no UTF-8 (names in a hostile file) are replaced, never thrown at the user.
std::string dumped(const Json& json, int indent) { return json.dump(indent, ' ', false, Json::error_handler_t::replace); }

}  // namespace

Context::Context(Globals globals, std::stop_token stop)
    : globals_(std::move(globals)), stop_(std::move(stop)), progress_(std::make_shared<Progress>(mode_of(globals_))) {}

Context::~Context() = default;

void Context::work_for_starter(JobOrders orders) { orders_ = std::move(orders); }

std::filesystem::path Context::program_for_risks() const {
    // A worker may die once: its starter then has the work done again.
    return orders_ && !orders_->apart ? std::filesystem::path() : std::filesystem::path("/proc/self/exe");
}

Job Context::job() const {
    Job::Listener listener;
    listener.progress = [progress = progress_, telling = orders_.has_value()](std::string_view stage, std::uint64_t done, std::uint64_t total) {
        if (telling && done == 0) tell_stage(std::string(stage));
        progress->step(stage, done, total);
    };
    listener.finding = [progress = progress_](const Finding& finding) {
        Json event = {{"event", "finding"}};
        event.update(to_json(finding));
        progress->event(event);
    };
    listener.partial = [progress = progress_](const Json& value) { progress->event({{"event", "partial"}, {"value", value}}); };
    return {stop_, std::move(listener)};
}

RuntimePtr Context::runtime() const { return Runtime::load(globals_.ort); }

RuntimePtr Context::runtime_if_any(std::vector<Finding>& findings) const {
    if (orders_ && orders_->lost) {
        findings.push_back(*orders_->lost);
        return nullptr;
    }
    try {
        return runtime();
    } catch (const Error& error) {
        const char* given = std::getenv("VERNIER_ORT");
        const std::string_view named = given == nullptr ? "" : given;
        const bool by_name = !globals_.ort.empty() || !named.empty();
        if (by_name || error.kind() != ErrorKind::runtime_missing) throw;
        findings.push_back({Severity::warning,
                            "runtime-missing",
                            kNone,
                            {},
                            {},
                            "ONNX Runtime was not found, so no model is checked, quantized or measured.",
                            error.remedy()});
        return nullptr;
    }
}

void Context::print(const std::string& text) const {
    progress_->clear();
    const Printing printing(printing_);
    std::size_t done = 0;
    while (done < text.size()) {
        const auto count = write(STDOUT_FILENO, text.data() + done, text.size() - done);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && errno == EPIPE) return;
        if (count <= 0) throw Error(ErrorKind::cannot_write, std::string("cannot write the result: ") + std::strerror(errno), {"stdout"});
        done += static_cast<std::size_t>(count);
    }
}

void Context::result(const Json& document, const std::function<std::string(const Style&)>& text) const {
    print(globals_.json ? dumped(document, 2) + "\n" : text(style_of(STDOUT_FILENO)));
}

void Context::fail(const Error& error) const {
    if (failed_.exchange(true)) return;
    progress_->clear();
    const Json body = document_of(error);
    if (globals_.events) {
        Json event = {{"event", "error"}};
        event.update(body);
        progress_->event(event);
    } else {
        const Style style = style_of(STDERR_FILENO);
        const std::string line = "vernier-cli: " + style.bad(printable(error.line())) + "\n";
        std::fputs(line.c_str(), stderr);
    }
    if (!globals_.json) return;
    try {
        print(dumped({{"vernier_report", 1}, {"error", body}}, 2) + "\n");
    } catch (const Error&) {
        // stdout is what failed; stderr has said so.
    }
}

std::string text_of(const std::vector<Finding>& findings, const Style& style) {
    std::vector<Finding> sorted = findings;
    std::stable_sort(sorted.begin(), sorted.end(), [](const Finding& a, const Finding& b) { return a.severity > b.severity; });
    std::string out;
    for (const Finding& finding : sorted) {
        const std::string mark = finding.severity == Severity::serious   ? style.bad("!!")
                                 : finding.severity == Severity::warning ? style.warn(" !")
                                                                         : style.dim(" i");
        const std::string body = wrapped(printable(sentences(finding)), 100, "     ");
        out += mark + " " + style.dim(finding.code) + "\n" + body + "\n";
    }
    return out;
}

}  // namespace vernier::cli
