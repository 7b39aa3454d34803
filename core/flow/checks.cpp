// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/checks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <span>
#include <tuple>
#include <utility>

#include "core/audit/audit.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/provenance.h"
#include "core/base/wire.h"
#include "core/flow/blame.h"
#include "core/flow/open.h"
#include "core/flow/output_check.h"
#include "core/flow/true_half.h"

namespace vernier {
namespace {

using Clock = std::chrono::steady_clock;

namespace fs = std::filesystem;

constexpr std::uintmax_t kKeptOpen = 200'000'000;   ///< bytes of a file whose session is kept for timing
constexpr double kSlowMs = 50;    ///< a run that takes this long is not repeated
constexpr double kPatience = 4;   ///< times FP32's time: a file without optimizations may be slower

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

Json open_bytes(const RuntimePtr& runtime, const Json& message) {
    RunOptions options;
    options.level = static_cast<GraphLevel>(message.at("level").get<int>());
    const auto bytes = std::as_bytes(std::span(message.at("bytes").get_binary()));
    return Session::open(runtime, bytes, message.at("folder").get<std::string>(), options)->start_ms();
}

const Port* find(const std::vector<Port>& ports, const std::string& name) {
    const auto found = std::find_if(ports.begin(), ports.end(), [&](const Port& port) { return port.name == name; });
    return found == ports.end() ? nullptr : &*found;
}

/// What is wrong with a declared output, whatever its values; empty when nothing is.
std::string why_not_same(const ValueType& fp32, const ValueType& other) {
    if (fp32.element != other.element) return fmt::format("it has type {} instead of {}", name(other.element), name(fp32.element));
    if (fp32.has_shape && other.has_shape && fp32.dims.size() != other.dims.size())
        return fmt::format("it has {} axes instead of {}", other.dims.size(), fp32.dims.size());
    return {};
}

bool is_small(const fs::path& file) {
    std::error_code ignored;
    return fs::file_size(file, ignored) <= kKeptOpen;
}

/// The graph of a file that we wrote, whose constants all lie in it.
onnx::ModelProto read_proto(const fs::path& path) {
    const MappedFile file(path);
    onnx::ModelProto proto;
    if (!proto.ParseFromArray(file.bytes().data(), static_cast<int>(file.bytes().size())))
        throw Error(ErrorKind::internal, "the written model cannot be read", {.file = path.string()});
    if (!proto.functions().empty()) proto = open_model(path)->proto();  // nodes of functions are nodes of the graph there
    return proto;
}

}  // namespace

void Checks::load(const std::string& ort) {
    if (runtime_ == nullptr) runtime_ = Runtime::load(ort);
}

Checks::Ran Checks::run_all(const std::filesystem::path& model, GraphLevel level, double seconds) const {
    RunOptions options;
    options.threads = threads_;
    options.level = level;
    return run_samples(open_session(runtime_, model, options), seconds);
}

Checks::Ran Checks::run_samples(std::unique_ptr<Session> session, double seconds) const {
    Ran ran;
    ran.session = std::move(session);
    ran.ports = ran.session->outputs();
    std::vector<std::string> wanted;
    for (const Port& port : ports_.empty() ? ran.ports : ports_)
        if (bits(port.type.element) > 0) wanted.push_back(port.name);
    if (wanted.empty() || !std::all_of(wanted.begin(), wanted.end(), [&](const std::string& each) { return find(ran.ports, each) != nullptr; })) return ran;
    const auto start = Clock::now();
    for (const auto& sample : samples_) {
        if (!ran.outputs.empty() && seconds_since(start) > seconds) break;
        ran.outputs.push_back(ran.session->run(sample, wanted));
    }
    return ran;
}

Checks::Ran Checks::run_in_true_half(const fs::path& model, GraphLevel level) const {
    RunOptions options;
    options.threads = threads_;
    options.level = level;
    std::unique_ptr<Session> session;
    try {
        session = open_in_true_half(runtime_, model, fp32_file_, options);
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) throw;  // the file itself can be opened: what is refused is our operator in it
    }
    if (session == nullptr) return {};
    try {
        return run_samples(std::move(session), kPatience * seconds_);
    } catch (const Error& error) {
        throw Error(error.kind(), fmt::format("{} (in true half precision, as on a GPU)", error.what()), error.where(), error.remedy());
    }
}

Json Checks::run_fp32(const Json& message) {
    threads_ = message.at("threads").get<int>();
    seconds_ = message.at("seconds").get<double>();
    free_shapes_ = message.at("free_shapes").get<bool>();
    samples_.clear();
    for (const Json& sample : message.at("samples")) samples_.push_back(tensors_from_wire(sample));
    ports_.clear();
    fp32_session_.reset();
    const fs::path model = fp32_file_ = message.at("model").get<std::string>();
    Ran ran = run_all(model, GraphLevel::all, seconds_);
    ports_ = std::move(ran.ports);
    std::erase_if(ports_, [](const Port& port) { return bits(port.type.element) == 0; });
    fp32_ = std::move(ran.outputs);
    samples_.resize(fp32_.size());
    if (threads_ == 1 && is_small(model)) fp32_session_ = std::move(ran.session);
    return fp32_.size();
}

std::pair<Checks::Ran, Checks::Ran> Checks::run_both_levels(const fs::path& model) const {
    const double patience = kPatience * seconds_;
    if (!is_small(model)) {
        Ran all = run_all(model, GraphLevel::all, patience);
        all.session.reset();
        return {std::move(all), run_all(model, GraphLevel::off, patience)};
    }
    auto off = std::async(std::launch::async, [&] { return run_all(model, GraphLevel::off, patience); });
    Ran all = run_all(model, GraphLevel::all, patience);
    return {std::move(all), off.get()};
}

Json Checks::verify(const Json& message) {
    const std::string model = message.at("model").get<std::string>();
    Ran all, off;
    if (message.at("off").get<bool>()) {
        std::tie(all, off) = run_both_levels(model);
    } else {
        all = run_all(model, GraphLevel::all, kPatience * seconds_);
        off.outputs = all.outputs;
    }
    const Ran half = run_in_true_half(model, message.at("off").get<bool>() ? GraphLevel::off : GraphLevel::all);
    const std::size_t count = std::min({all.outputs.size(), off.outputs.size(), fp32_.size()});
    Json outputs = Json::array();
    for (std::size_t i = 0; i < ports_.size(); ++i) {
        OutputCheck check(ports_[i].name, ports_[i].type.element, free_shapes_);
        const Port* port = find(all.ports, ports_[i].name);
        check.set_problem(port == nullptr ? "it is missing" : why_not_same(ports_[i].type, port->type));
        for (std::size_t s = 0; s < count; ++s) check.add(fp32_[s][i], all.outputs[s][i], off.outputs[s][i]);
        for (std::size_t s = 0; s < std::min(half.outputs.size(), fp32_.size()); ++s) check.add_half(fp32_[s][i], half.outputs[s][i]);
        outputs.push_back(check.json());
    }
    return {{"samples", count}, {"outputs", outputs}};
}

Json Checks::audit(const Json& message) const {
    return to_json(audit_nodes(runtime_, read_proto(message.at("model").get<std::string>()), {}));
}

/// Smallest of three runs of each session, round by round.
Json Checks::time(const Json& message) {
    constexpr std::size_t kFewestRounds = 3, kMostRounds = 60;
    std::vector<std::unique_ptr<Session>> opened;
    std::vector<Session*> sessions;
    for (const Json& model : message.at("models")) {
        const bool is_fp32 = sessions.empty() && fp32_session_ != nullptr;  // the first one is the opened file
        if (!is_fp32) opened.push_back(open_session(runtime_, model.get<std::string>(), RunOptions{}));
        sessions.push_back(is_fp32 ? fp32_session_.get() : opened.back().get());
        sessions.back()->bind(samples_.at(0));
        sessions.back()->run_bound();
    }
    std::vector<std::vector<double>> times(sessions.size());
    const auto start = Clock::now();
    const double seconds = message.at("seconds").get<double>();
    const auto goes_on = [&](std::size_t round) {
        const double spent = seconds_since(start);
        return round == 0 || spent < seconds || (round < kFewestRounds && spent < kPatience * seconds);
    };
    for (std::size_t round = 0; round < kMostRounds && goes_on(round); ++round)
        for (std::size_t turn = 0; turn < sessions.size(); ++turn) {
            const std::size_t s = round % 2 == 0 ? turn : sessions.size() - 1 - turn;  // none always follows the same one
            double best = 1e300;
            for (int run = 0; run < 4 && (run == 0 || best < kSlowMs); ++run) {  // the first one warms the caches
                const auto begin = Clock::now();
                sessions[s]->run_bound();
                best = std::min(best, 1000 * seconds_since(begin));
            }
            times[s].push_back(best);
        }
    return times;
}

Json Checks::answer(const Json& message) {
    const auto what = message.at("do").get<std::string>();
    if (what == "blame") return blame(message);
    if (what == "memory") return peak_rss_bytes();
    load(message.value("ort", ""));
    if (what == "open") return open_bytes(runtime_, message);
    if (what == "fp32") return run_fp32(message);
    if (what == "verify") return verify(message);
    if (what == "audit") return audit(message);
    if (what == "time") return time(message);
    throw Error(ErrorKind::internal, fmt::format("unknown message \"{}\"", what));
}

}  // namespace vernier
