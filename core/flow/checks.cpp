// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/checks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <onnx/onnx_pb.h>
#include <sys/stat.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <future>
#include <set>
#include <span>
#include <utility>

#include "core/audit/audit.h"
#include "core/base/cpu_time.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/provenance.h"
#include "core/base/wire.h"
#include "core/flow/blame.h"
#include "core/flow/open.h"
#include "core/flow/output_check.h"
#include "core/flow/true_half.h"
#include "core/flow/turns.h"
#include "core/runtime/opened_graph.h"
#include "core/runtime/provider.h"

namespace vernier {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kKeptOpen = 200'000'000;                     ///< bytes of a file whose session is kept for timing
constexpr std::size_t kFewSamples = 4, kFewWithoutOptimizations = 2;  ///< fewer say too little, even where one run takes long
constexpr double kMostSeconds = 20, kMostWithoutOptimizations = 2;    ///< for these, where one run takes very long

/// Processor time of this thread, in which a session of one thread runs.
double thread_seconds() { return thread_cpu_seconds(); }

FileId id_of(const fs::path& file) {
    struct stat found {};
    if (::stat(file.c_str(), &found) != 0) return {};
    return {found.st_dev, found.st_ino, static_cast<std::uint64_t>(found.st_size), found.st_mtim.tv_sec * 1'000'000'000 + found.st_mtim.tv_nsec};
}

Json open_bytes(const RuntimePtr& runtime, const Json& message) {
    const Target target = target_from_json(message.at("target"));
    const auto bytes = std::as_bytes(std::span(message.at("bytes").get_binary()));
    return Session::open(runtime, bytes, message.at("folder").get<std::string>(), target)->start_ms();
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

onnx::ModelProto parsed(const fs::path& path) {
    const MappedFile file(path);
    onnx::ModelProto proto;
    if (!proto.ParseFromArray(file.bytes().data(), static_cast<int>(file.bytes().size())))
        throw Error(ErrorKind::internal, "the written model cannot be read", {.file = path.string()});
    return proto;
}

/// The graph of a file that we wrote, whose constants all lie in it, or of another one without those beside it.
onnx::ModelProto read_proto(const fs::path& path) {
    onnx::ModelProto proto = parsed(path);
    if (!proto.functions().empty()) proto = open_model(path)->proto();  // nodes of functions are nodes of the graph there
    return proto;
}

}  // namespace

void Checks::load(const std::string& ort) {
    if (runtime_ == nullptr) runtime_ = Runtime::load(ort);
}

/// How many samples are run: as many as the processor seconds allow, but a few in any case, unless each takes very long.
struct Checks::Patience {
    std::size_t few = kFewSamples;
    double seconds = 0, most = kMostSeconds;
    [[nodiscard]] bool is_over(std::size_t done, double spent) const { return done > 0 && spent > (done < few ? std::max(seconds, most) : seconds); }
    static Patience without_optimizations(double seconds) { return {kFewWithoutOptimizations, seconds, kMostWithoutOptimizations}; }
};

Checks::Subject Checks::subject_of(const fs::path& file) const {
    return {[this, file](const Target& target) { return Session::open(runtime_, file, target); },
            [this, file](const Target& target) { return open_in_true_half(runtime_, file, fp32_file_, target); }, is_small(file)};
}

Checks::Subject Checks::subject_with_graph(const fs::path& file, std::string& graph) const {
    Subject subject = subject_of(file);
    if (!subject.small) return subject;
    subject.open = [this, file, &graph](const Target& target) {
        if (target.level != GraphLevel::all || !is_on_cpu(target)) return Session::open(runtime_, file, target);
        try {
            OpenedGraph opened = open_with_graph(runtime_, file, target);
            graph = std::move(opened.graph);
            return std::move(opened.session);
        } catch (const Error&) {
            return Session::open(runtime_, file, target);  // which says why, if it is the file
        }
    };
    return subject;
}

Checks::Ran Checks::run_all(const Subject& subject, GraphLevel level, const Patience& patience) const {
    return run_samples(subject.open(target_.at(level)), patience);
}

Checks::Ran Checks::run_samples(std::unique_ptr<Session> session, const Patience& patience) const {
    Ran ran;
    ran.session = std::move(session);
    ran.ports = ran.session->outputs();
    go_on(ran, fp32_.empty() ? samples_.size() : fp32_.size(), patience);
    return ran;
}

void Checks::go_on(Ran& ran, std::size_t samples, const Patience& patience) const {
    std::vector<std::string> wanted;
    for (const Port& port : ports_.empty() ? ran.ports : ports_)
        if (bits(port.type.element) > 0) wanted.push_back(port.name);
    if (wanted.empty() || !std::all_of(wanted.begin(), wanted.end(), [&](const std::string& each) { return find(ran.ports, each) != nullptr; })) return;
    const double start = thread_seconds();
    while (ran.outputs.size() < samples && !patience.is_over(ran.outputs.size(), thread_seconds() - start))
        ran.outputs.push_back(ran.session->run(samples_[ran.outputs.size()], wanted));
}

Checks::Ran Checks::run_in_true_half(const Subject& subject, GraphLevel level) const {
    std::unique_ptr<Session> session;
    try {
        session = subject.open_in_true_half(target_.at(level));
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) throw;  // the file itself can be opened: what is refused is our operator in it
    }
    if (session == nullptr) return {};
    try {
        return run_samples(std::move(session), Patience::without_optimizations(seconds_));
    } catch (const Error& error) {
        throw Error(error.kind(), fmt::format("{} (in true half precision, as on a GPU)", error.what()), error.where(), error.remedy());
    }
}

Json Checks::run_fp32(const Json& message) {
    target_ = target_from_json(message.at("target"));
    seconds_ = message.at("seconds").get<double>();
    free_shapes_ = message.at("free_shapes").get<bool>();
    samples_.clear();
    for (const Json& sample : message.at("samples")) samples_.push_back(tensors_from_wire(sample));
    ports_.clear();
    fp32_.clear();
    fp32_session_.reset();
    checked_session_.reset();
    fp32_file_ = message.at("model").get<std::string>();
    const Subject opened = subject_of(fp32_file_);
    Ran ran = run_all(opened, GraphLevel::all, {.seconds = seconds_});
    ports_ = std::move(ran.ports);
    std::erase_if(ports_, [](const Port& port) { return bits(port.type.element) == 0; });
    fp32_ = std::move(ran.outputs);
    if (target_.threads == 1 && opened.small) fp32_session_ = std::move(ran.session);
    return fp32_.size();
}

Json Checks::run_more(const Json& message) {
    seconds_ = message.at("seconds").get<double>();
    if (fp32_session_ == nullptr || fp32_.empty()) return fp32_.size();
    Ran ran{std::move(fp32_session_), ports_, std::move(fp32_)};
    try {
        go_on(ran, samples_.size(), {0, seconds_});
    } catch (const Error&) {
        // What was run stays; a sample that FP32 refuses is no reason to write nothing.
    }
    fp32_ = std::move(ran.outputs);
    fp32_session_ = std::move(ran.session);
    return fp32_.size();
}

Checks::Runs Checks::run_for(const Subject& subject, bool off) const {
    const auto run_all_level = [&] {
        Ran ran = run_all(subject, GraphLevel::all, {.seconds = seconds_});
        if (!subject.small) ran.session.reset();
        return ran;
    };
    const auto run_others = [&](Runs& runs) {
        if (off) runs.off = run_all(subject, GraphLevel::off, Patience::without_optimizations(seconds_));
        runs.off.session.reset();
        runs.half = run_in_true_half(subject, off ? GraphLevel::off : GraphLevel::all);
    };
    Runs runs;
    std::future<Ran> all = std::async(subject.small ? std::launch::async : std::launch::deferred, run_all_level);
    if (!subject.small) runs.all = all.get();
    // What every user's runtime does is told first.
    std::exception_ptr failure;
    try {
        run_others(runs);
    } catch (...) {
        failure = std::current_exception();
    }
    if (all.valid()) runs.all = all.get();
    if (failure) std::rethrow_exception(failure);
    return runs;
}

std::optional<std::vector<Checks::Outputs>> Checks::run_fp32_again() {
    if (fp32_session_ == nullptr || fp32_.empty()) return std::nullopt;
    Ran again{std::move(fp32_session_), ports_, {}};
    try {
        go_on(again, fp32_.size(), {.seconds = seconds_});
    } catch (const Error&) {
        again.outputs.clear();  // it is opened anew, which says why
    }
    fp32_session_ = std::move(again.session);
    if (again.outputs.empty()) return std::nullopt;
    return std::move(again.outputs);
}

Json Checks::verify_file(const Json& message) {
    const fs::path file = message.at("model").get<std::string>();
    const bool off = message.at("off").get<bool>(), with_graph = message.value("graph", false);
    if (auto again = file == fp32_file_ ? run_fp32_again() : std::nullopt) {
        Runs runs;
        runs.all = {nullptr, ports_, std::move(*again)};
        if (off) runs.off = run_all(subject_of(file), GraphLevel::off, Patience::without_optimizations(seconds_));
        return hold_against_fp32(runs, off);
    }
    checked_session_.reset();
    std::string graph;
    Runs runs = run_for(with_graph ? subject_with_graph(file, graph) : subject_of(file), off);
    if (target_.threads == 1) checked_session_ = std::move(runs.all.session);
    checked_ = id_of(file);
    if (with_graph) {
        graph_ = std::move(graph);
        graph_of_ = checked_;
    }
    return hold_against_fp32(runs, off);
}

Json Checks::hold_against_fp32(const Runs& runs, bool with_off) const {
    const auto& [all, off, half] = runs;
    const std::size_t count = with_off && off.outputs.empty() ? 0 : std::min(all.outputs.size(), fp32_.size());
    Json outputs = Json::array();
    for (std::size_t i = 0; i < ports_.size(); ++i) {
        OutputCheck check(ports_[i].name, ports_[i].type.element, free_shapes_);
        const Port* port = find(all.ports, ports_[i].name);
        check.set_problem(port == nullptr ? "it is missing" : why_not_same(ports_[i].type, port->type));
        for (std::size_t s = 0; s < count; ++s) check.add(fp32_[s][i], all.outputs[s][i], s < off.outputs.size() ? &off.outputs[s][i] : nullptr);
        for (std::size_t s = 0; s < std::min(half.outputs.size(), fp32_.size()); ++s) check.add_half(fp32_[s][i], half.outputs[s][i]);
        outputs.push_back(check.json());
    }
    return {{"samples", count}, {"outputs", outputs}};
}

Json Checks::verify(const std::shared_ptr<const onnx::ModelProto>& model, bool off) const {
    const Subject subject{[this, model](const Target& target) { return Session::open(runtime_, model, target); },
                          [this, model](const Target& target) { return open_in_true_half(runtime_, model, fp32_file_, target); }, false};
    return hold_against_fp32(run_for(subject, off), off);
}

Json Checks::beyond_half(const Json& message) const {
    constexpr float kBeyondHalf = 65520;  // from here on, half precision is infinite
    std::set<std::string> beyond;
    std::map<std::string, Observer> observers;
    for (const auto& tensor : message.at("tensors").get<std::vector<std::string>>())
        observers[tensor] = [&beyond, tensor](std::span<const float> values, std::span<const std::int64_t>) {
            if (std::any_of(values.begin(), values.end(), [](float value) { return std::fabs(value) >= kBeyondHalf; })) beyond.insert(tensor);
        };
    auto model = std::make_shared<const onnx::ModelProto>(read_proto(fp32_file_));
    (void)run_samples(Session::open_observed(runtime_, std::move(model), fp32_file_.parent_path(), target_.at(GraphLevel::all), observers),
                      {.seconds = seconds_});
    return beyond;
}

Json Checks::audit(const Json& message) const {
    if (!is_on_cpu(target_)) return to_json(Audit{});  // of other providers it does not tell
    const fs::path file = message.at("model").get<std::string>();
    const onnx::ModelProto model = parsed(file);
    if (!graph_.empty() && graph_of_.changed_ns != 0 && id_of(file) == graph_of_)
        if (const auto audit = audit_executed(model, graph_)) return to_json(*audit);
    return to_json(audit_nodes(runtime_, model.functions().empty() ? model : open_model(file)->proto(), {}, target_));
}

Session* Checks::open_already(const fs::path& file) const {
    if (fp32_session_ != nullptr && file == fp32_file_) return fp32_session_.get();
    return checked_session_ != nullptr && checked_.changed_ns != 0 && id_of(file) == checked_ ? checked_session_.get() : nullptr;
}

Json Checks::time(const Json& message) {
    std::vector<std::unique_ptr<Session>> opened;
    std::vector<Session*> sessions;
    for (const Json& model : message.at("models")) {
        const auto file = model.get<std::string>();
        sessions.push_back(open_already(file));
        if (sessions.back() == nullptr) sessions.back() = opened.emplace_back(Session::open(runtime_, file, target_.on_threads(1))).get();
        sessions.back()->bind(samples_.at(0));
        sessions.back()->run_bound();
    }
    std::vector<TimeLine> clear;
    for (const Json& line : message.value("clear", Json::array())) clear.push_back(time_line_from_json(line));
    return rounds_in_turns(sessions, message.at("seconds").get<double>(), clear);
}

Json Checks::answer(const Json& message) {
    const auto what = message.at("do").get<std::string>();
    if (what == "blame") return blame(message);
    if (what == "memory") return peak_rss_bytes();
    load(message.value("ort", ""));
    if (what == "open") return open_bytes(runtime_, message);
    if (what == "fp32") return run_fp32(message);
    if (what == "more") return run_more(message);
    if (what == "verify") return verify_file(message);
    if (what == "beyond-half") return beyond_half(message);
    if (what == "audit") return audit(message);
    if (what == "time") return time(message);
    throw Error(ErrorKind::internal, fmt::format("unknown message \"{}\"", what));
}

}  // namespace vernier
