// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <utility>

#include "core/base/cpu_time.h"
#include "core/base/error.h"
#include "core/base/wire.h"
#include "core/flow/blame.h"
#include "core/flow/not_judged.h"
#include "core/flow/turns.h"
#include "core/measure/statistics.h"
#include "core/model/feedable.h"

namespace vernier {
namespace {

constexpr std::uint64_t kSamples = 8;
constexpr std::size_t kSampleBytes = std::size_t{64} << 20;  ///< large samples: fewer of them
constexpr std::uint64_t kMadeSamples = 2;
constexpr double kSeconds = 0.03;    ///< of FP32 runs beyond the first four: slow models are held against FP32 on fewer samples
constexpr double kShare = 0.08;      ///< of the time that quantizing took, where that is more
constexpr double kNoDoubtDb = 25;    ///< nothing is said of an output that keeps more (low_sqnr.h)
constexpr double kNoiseMargin = 10;  ///< dB by which FP32 must agree better with itself

bool are_equal(const Inputs& a, const Inputs& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& one, const auto& other) {
        return one.first == other.first && one.second.dims == other.second.dims && one.second.bytes == other.second.bytes;
    });
}

/// Calibration samples, and validation samples where there are few: a file that was calibrated on one sample may be right on it alone. Splits may
/// share samples; each is taken once.
std::vector<Inputs> samples_of(const Dataset& data) {
    std::vector<Inputs> runs;
    const std::size_t batch = static_cast<std::size_t>(std::max<std::uint64_t>(data.batch(), 1));
    std::uint64_t left = kSamples;
    std::size_t bytes = 0;
    for (const Split split : {Split::calibration, Split::validation}) {
        if (left == 0 || data.size(split) == 0) continue;
        const std::vector<std::uint64_t> picked = pick_samples(data, split, left);
        left -= std::min<std::uint64_t>(left, picked.size());
        for (std::size_t at = 0; at < picked.size() && bytes < kSampleBytes; at += batch) {
            Inputs run = load_run(data, split, std::span(picked).subspan(at, std::min(batch, picked.size() - at)));
            if (std::any_of(runs.begin(), runs.end(), [&](const Inputs& other) { return are_equal(run, other); })) continue;
            for (const auto& [name, tensor] : run) bytes += tensor.bytes.size();
            runs.push_back(std::move(run));
        }
    }
    return runs;
}

/// Outputs may have other shapes for other values.
bool has_free_shapes(const Model& model) {
    constexpr std::array kOps = {"NonZero", "NonMaxSuppression", "Compress",          "Unique", "Loop", "If", "Range",
                                 "TopK",    "SequenceConstruct", "ConcatFromSequence"};
    return std::any_of(model.nodes().begin(), model.nodes().end(),
                       [&](const Node& node) { return std::find(kOps.begin(), kOps.end(), node.op_type) != kOps.end(); });
}

/// Something of it may be called a fault, or low.
bool leaves_doubt(const Verification& seen) {
    return !seen.trouble.empty() || std::any_of(seen.outputs.begin(), seen.outputs.end(), [](const OutputCheck& output) {
        return !output.problem().empty() || output.not_finite() > 0 || output.sqnr_db().value_or(200) < kNoDoubtDb || output.equal().value_or(1) < 1;
    });
}

bool excuses(const OutputCheck& noise, const VerifyLimits& limits) {
    return noise.sqnr_db().value_or(200) < limits.sqnr_db + kNoiseMargin || noise.equal().value_or(1) < 1;
}

/// Of few values, one that differs may be a near tie.
double least_equal(const OutputCheck& output, const VerifyLimits& limits) {
    const double all_but_one = 1 - 1 / static_cast<double>(std::max<std::uint64_t>(output.values(), 1));
    return std::min(limits.equal, std::max(0.5, all_but_one));
}

/// Zeros that both have say little of a mask or of one-hot rows. Where the share p of the rows is right, p / (2 - p) of what is not zero
/// in either is; of few such values, some that differ may be near ties.
bool differs_beside_zeros(const OutputCheck& output, const VerifyLimits& limits) {
    constexpr std::uint64_t kFew = 8;
    return output.values_beside_zeros() > kFew && output.equal_beside_zeros().value_or(1) < limits.equal / (2 - limits.equal);
}

/// What to add where the CPU does not show the fault.
std::string half_text(const OutputCheck& output) {
    if (!output.is_half_worse()) return {};
    const auto cpu = output.cpu_sqnr_db();
    return fmt::format(", in true half precision as on a GPU ({})",
                       cpu ? fmt::format("{:.1f} dB on the CPU, which computes it in float", *cpu) : "the CPU computes it in float");
}

std::optional<std::string> fault_of(const OutputCheck& output, const VerifyLimits& limits) {
    const auto says = [&](const std::string& what) { return fmt::format("the output \"{}\" {}{}", output.name(), what, half_text(output)); };
    if (!output.problem().empty()) return fmt::format("of the output \"{}\": {}", output.name(), output.problem());
    if (output.not_finite() > 0) return says(fmt::format("has NaN or infinity {} times where FP32 is finite", output.not_finite()));
    const auto sqnr = output.sqnr_db();
    const auto equal = output.equal();
    if (sqnr && *sqnr >= limits.sqnr_db) return std::nullopt;
    if (equal && *equal < least_equal(output, limits)) return says(fmt::format("has only {:.0f} % of FP32's values", 100 * *equal));
    if (equal && differs_beside_zeros(output, limits))
        return says(fmt::format("has only {:.0f} % of FP32's values that are not zero", 100 * *output.equal_beside_zeros()));
    if (equal || !sqnr) return std::nullopt;
    const auto levels = output.levels_db();
    const bool disagree = levels && *levels < limits.sqnr_db;
    return says(fmt::format("keeps an SQNR of {:.1f} dB against FP32, below {:.0f} dB{}", *sqnr, limits.sqnr_db,
                            disagree ? fmt::format(" (with and without graph optimizations differ: {:.1f} dB)", *levels) : ""));
}

}  // namespace

std::optional<std::string> fault_of(const Verification& seen, const VerifyLimits& limits, const std::vector<std::string>& excused) {
    if (!seen.trouble.empty()) return seen.trouble;
    for (const OutputCheck& output : seen.outputs) {
        if (std::find(excused.begin(), excused.end(), output.name()) != excused.end()) continue;
        if (auto fault = fault_of(output, limits)) return fault;
    }
    return std::nullopt;
}

std::vector<Finding> findings_of(const Verification& verified) {
    if (!verified.made_inputs || verified.samples > 0 || verified.refusal.empty()) return {};
    return {{Severity::warning,
             "made-inputs-refused",
             kNone,
             {},
             {},
             fmt::format("The file was opened, but not run: the opened model cannot be run on made inputs ({}).", verified.refusal),
             verified.samples_help ? "Give samples (--data), or sizes that the model takes (--dim, --shape), and it is held against FP32."
                                   : "Try the file with inputs of your own before you use it."}};
}

Verifier::Verifier(VerifySource source, Job job) : source_(std::move(source)), job_(std::move(job)) {
    job_.step("check", 0, 0);
    if (source_.data != nullptr) {
        if (try_inputs(samples_of(*source_.data))) return;
    }
    made_ = true;
    // What fits the model is not known where axes are open: the usual sizes first, then smaller ones.
    for (const MadeSizes& sizes : {MadeSizes{}, MadeSizes{false, 128, 224}, MadeSizes{false, 16, 64}, MadeSizes{false, 1, 32}}) {
        std::vector<Inputs> inputs;
        for (std::uint64_t seed = 1; seed <= kMadeSamples; ++seed)
            if (Inputs made = made_inputs(*source_.model, sizes, seed); !made.empty() || source_.model->inputs().empty()) inputs.push_back(std::move(made));
        if (inputs.empty()) {
            const Value* input = unfeedable_input(*source_.model);
            samples_help_ = input == nullptr;
            refusal_ = input != nullptr ? why_unfeedable(*input) : "they would be far too large, or their number of axes is not known";
            break;
        }
        try {
            if (try_inputs(std::move(inputs))) return;
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::bad_model && error.kind() != ErrorKind::bad_data) throw;
            if (refusal_.empty()) refusal_ = error.what();
        }
    }
    try_inputs({});  // it is opened at least
}

void Verifier::start() {
    worker_ = std::make_unique<CheckWorker>(source_.worker, job_, source_.here);
    try {
        samples_ = worker_->call(fp32_).get<std::uint64_t>();
    } catch (const WorkerDied& death) {
        worker_.reset();
        const std::string file = source_.model->path().string();
        const auto culprit = find_culprit(source_.worker, {file, source_.ort}, job_);
        throw Error(ErrorKind::bad_model,
                    fmt::format("ONNX Runtime stopped unexpectedly at the step \"check\" ({}), when it opened or ran this model", death.what()),
                    {.file = file, .node = culprit ? culprit->label : ""}, "Nothing was written. Try another build of the runtime with --ort.");
    }
}

bool Verifier::try_inputs(std::vector<Inputs> inputs) {
    fp32_ = {{"do", "fp32"},
             {"ort", source_.ort},
             {"model", source_.model->path().string()},
             {"target", to_json(source_.target)},
             {"seconds", kSeconds},
             {"free_shapes", has_free_shapes(*source_.model)},
             {"samples", Json::array()}};
    for (const Inputs& sample : inputs) fp32_["samples"].push_back(wire_json(sample));
    shapes_.clear();
    if (made_ && !inputs.empty())
        for (const auto& [name, tensor] : inputs.front()) shapes_[name] = tensor.dims;
    if (worker_ == nullptr)
        start();
    else
        samples_ = call(fp32_).get<std::uint64_t>();
    return samples_ > 0;
}

/// The worker's answer; a worker that dies is started again, and its death is thrown on.
Json Verifier::call(const Json& message) {
    try {
        Json answer = worker_->call(message);
        child_seconds_ = worker_->child_cpu_seconds();
        return answer;
    } catch (const WorkerDied&) {
        lost_seconds_ += std::exchange(child_seconds_, 0);
        start();
        throw;
    }
}

double Verifier::cpu_seconds() const { return process_cpu_seconds() + lost_seconds_ + (worker_ == nullptr ? 0 : worker_->child_cpu_seconds()); }

void Verifier::allow(double quantizing_seconds) {
    const double seconds = kShare * quantizing_seconds;
    if (samples_ == 0 || seconds <= kSeconds) return;
    fp32_["seconds"] = seconds;  // a worker that is started again gets as much
    try {
        samples_ = call({{"do", "more"}, {"seconds", seconds}}).get<std::uint64_t>();
    } catch (const WorkerDied&) {
        // It runs again: start() has told how many samples.
    }
}

Verifier::Ask Verifier::ask_for(const std::filesystem::path& file, bool with_graph) {
    return [this, file, with_graph](bool off) { return call({{"do", "verify"}, {"model", file.string()}, {"off", off}, {"graph", with_graph}}); };
}

Verification Verifier::check(const std::filesystem::path& file) { return check_by(ask_for(file)); }

Verification Verifier::check_with_graph(const std::filesystem::path& file) { return check_by(ask_for(file, true)); }

Verification Verifier::check(const std::shared_ptr<const onnx::ModelProto>& model) {
    if (worker_->here() == nullptr) return {};
    return check_by([this, &model](bool off) {
        job_.check();
        return worker_->here()->verify(model, off);
    });
}

Verification Verifier::check_by(const Ask& ask) {
    const bool with_both = without_optimizations_;
    Verification seen = check_once(ask, with_both);
    if (!with_both || noise_ || !leaves_doubt(seen)) return seen;
    look_at_noise();
    return without_optimizations_ ? seen : check_once(ask, false);
}

/// What FP32 itself does between its two levels; where it cannot be run without optimizations, no file has to.
void Verifier::look_at_noise() {
    if (noise_) return;
    noise_ = check_once(ask_for(source_.model->path()), without_optimizations_);
    if (noise_->trouble.empty() || !without_optimizations_) return;
    without_optimizations_ = false;
    noise_ = check_once(ask_for(source_.model->path()), false);
}

Verification Verifier::check_optimized(const std::filesystem::path& file) { return check_once(ask_for(file), false); }

Verification Verifier::check_once(const Ask& ask, bool off) {
    Verification seen;
    seen.made_inputs = made_;
    seen.made_shapes = shapes_;
    if (samples_ == 0) seen.refusal = refusal_;
    seen.samples_help = samples_help_;
    seen.without_optimizations = off;
    try {
        const Json reply = ask(off);
        seen.samples = reply.at("samples").get<std::uint64_t>();
        for (const Json& output : reply.at("outputs")) seen.outputs.push_back(OutputCheck::from_json(output));
    } catch (const WorkerDied& death) {
        seen.trouble = fmt::format("ONNX Runtime stops unexpectedly ({})", death.what());
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::bad_model && error.kind() != ErrorKind::bad_data) throw;
        seen.trouble = fmt::format("ONNX Runtime refuses it: {}", error.what());
        if (!error.where().node.empty()) seen.trouble += fmt::format(" (node {})", error.where().node);
    }
    return seen;
}

std::optional<std::string> Verifier::fault(const Verification& seen, const VerifyLimits& limits) {
    auto fault = fault_of(seen, limits);
    if (!fault || !seen.trouble.empty()) return fault;
    look_at_noise();
    std::vector<std::string> excused;
    for (const OutputCheck& output : noise_->outputs)
        if (excuses(output, limits)) excused.push_back(output.name());
    return excused.empty() ? fault : fault_of(seen, limits, excused);
}

std::vector<Finding> Verifier::not_judged(const Verification& seen) const {
    const VerifyLimits limits;
    if (!seen.trouble.empty() || seen.samples == 0) return {};
    std::vector<Finding> findings = uncompared_findings(*source_.model, seen), shapes = shape_findings(seen);
    std::move(shapes.begin(), shapes.end(), std::back_inserter(findings));
    if (!noise_) return findings;
    for (const OutputCheck& output : seen.outputs) {
        Verification one = seen;
        one.outputs = {output};
        const auto same = [&](const OutputCheck& each) { return each.name() == output.name(); };
        const auto noise = std::find_if(noise_->outputs.begin(), noise_->outputs.end(), same);
        if (noise != noise_->outputs.end() && excuses(*noise, limits) && fault_of(one, limits)) findings.push_back(unsteady_finding(output, *noise));
    }
    return findings;
}

std::set<std::string> Verifier::beyond_half(const std::vector<std::string>& tensors) {
    try {
        return call({{"do", "beyond-half"}, {"tensors", tensors}}).get<std::set<std::string>>();
    } catch (const WorkerDied&) {
        return {};
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) throw;
        return {};
    }
}

Audit Verifier::executed(const std::filesystem::path& file) { return audit_from_json(call({{"do", "audit"}, {"ort", source_.ort}, {"model", file.string()}})); }

std::vector<Rounds> Verifier::rounds(const std::vector<std::filesystem::path>& files, double seconds, const std::vector<TimeLine>& clear) {
    if (samples_ == 0) return {};
    Json models = {source_.model->path().string()};
    for (const auto& file : files) models.push_back(file.string());
    Json lines = Json::array();
    for (const TimeLine& line : clear) lines.push_back(to_json(line));
    try {
        return call({{"do", "time"}, {"models", models}, {"seconds", seconds}, {"clear", lines}}).get<std::vector<Rounds>>();
    } catch (const WorkerDied&) {
        return {};  // what dies or is refused is found by the check
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) throw;
        return {};
    }
}

std::vector<double> Verifier::time(const std::vector<std::filesystem::path>& files, double seconds) {
    std::vector<double> medians;
    for (const Rounds& each : rounds(files, seconds)) medians.push_back(median(each));
    return medians;
}

std::uint64_t Verifier::peak_bytes() { return source_.worker.empty() ? 0 : call({{"do", "memory"}}).get<std::uint64_t>(); }

Json to_json(const Verification& verified) {
    Json outputs = Json::array();
    for (const OutputCheck& output : verified.outputs) {
        Json json = output.json();
        json.erase("sums");
        json.erase("counts");
        outputs.push_back(std::move(json));
    }
    Json json = {{"samples", verified.samples},
                 {"made_inputs", verified.made_inputs},
                 {"levels", verified.without_optimizations ? Json{"all", "off"} : Json{"all"}},
                 {"outputs", outputs}};
    if (!verified.made_shapes.empty()) json["made_shapes"] = verified.made_shapes;
    return json;
}

}  // namespace vernier
