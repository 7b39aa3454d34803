// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/quantize_file.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <set>
#include <utility>

#include "core/base/cpu_time.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/number_text.h"
#include "core/base/provenance.h"
#include "core/base/timed.h"
#include "core/flow/mend.h"
#include "core/flow/plan_file.h"
#include "core/flow/split_alarm.h"
#include "core/flow/unrolled.h"
#include "core/model/changed.h"
#include "core/model/feedable.h"
#include "core/model/sizes.h"
#include "core/model/staged.h"
#include "core/quant/dialect_choice.h"

namespace vernier {
namespace {

namespace fs = std::filesystem;

/// Path of a file that need not be there, links followed as far as they lead somewhere; the same for every way to write it.
fs::path resolved(const fs::path& path) {
    std::error_code problem;
    const fs::path whole = fs::absolute(path, problem);
    const fs::path real = problem ? fs::path() : fs::weakly_canonical(whole, problem);
    return problem ? whole.lexically_normal() : real;
}

/// The output's large constants may go beside it, to a file that must be no input either.
fs::path constants_of(const fs::path& out) { return out.string() + ".data"; }

void check_outputs(const QuantizeRequest& request, const std::vector<fs::path>& inputs) {
    check_output(request.out, inputs);
    std::error_code ignored;
    if (fs::is_regular_file(constants_of(request.out), ignored)) check_output(constants_of(request.out), inputs);
    if (request.save_recipe.empty()) return;
    check_output(request.save_recipe, inputs);
    if (const fs::path recipe = resolved(request.save_recipe); recipe == resolved(request.out) || recipe == resolved(constants_of(request.out)))
        throw Error(ErrorKind::usage, "the recipe and the model would be written to the same file", {request.out.string()}, "Give another name.");
}

void check_data(const Recipe& recipe, const Model& model, const DatasetPtr& data) {
    if (data != nullptr) return;
    const std::vector<Choice> choices = resolve(recipe, model);
    const auto needs = [](const Choice& choice) { return row(choice.method).needs_calibration; };
    const auto first = std::find_if(choices.begin(), choices.end(), needs);
    if (first == choices.end()) return;
    if (const Value* input = unfeedable_input(model))
        throw Error(ErrorKind::usage,
                    fmt::format("{} needs calibration samples, which this model cannot be given: {}", row(first->method).title, why_unfeedable(*input)),
                    {.tensor = input->name}, "Choose INT8 dynamic, INT8 weight-only or FP16, or export the model without the part that reads it.");
    throw Error(ErrorKind::usage,
                fmt::format("{} nodes are to become {}, which needs calibration samples",
                            grouped(static_cast<std::uint64_t>(std::count_if(first, choices.end(), needs))), row(first->method).title),
                {}, "Give --data: a folder of images, an .npz or .npy file, a folder of test_data_set_*, or a .dataset.json. 100 samples are usual.");
}

/// Fewer samples than 32 lose 1 to 7 dB on some networks, fewer than 10 on most (mean of draws; MinMax and clipped ranges alike).
void warn_of_samples(std::uint64_t used, std::uint64_t wanted, std::vector<Finding>& findings) {
    constexpr std::uint64_t kFew = 10, kEnough = 32;
    if (used == 0 || (used >= kEnough && used >= wanted)) return;
    findings.push_back({used < kFew ? Severity::warning : Severity::info,
                        "few-samples",
                        kNone,
                        {},
                        {},
                        wanted > used ? fmt::format("{} calibration samples were asked for, and the dataset has {}.", grouped(wanted), grouped(used))
                                      : fmt::format("Ranges were read from {} calibration {}.", grouped(used), used == 1 ? "sample" : "samples"),
                        used < kEnough ? "100 samples are usual; fewer than 32 miss values that the model meets later." : ""});
}

Origin origin_of(const Model& model, const Recipe& recipe, const Plan& plan, const DatasetPtr& data, bool calibrated) {
    Origin origin;
    origin.version = VERNIER_VERSION;
    origin.source_sha256 = model.sha256();
    origin.recipe = to_json(recipe);
    origin.recipe_sha256 = sha256(origin.recipe.dump());
    for (const MethodSpec& method : methods()) origin.counts[method.method] = plan.count(method.method);
    if (data == nullptr || !calibrated) return origin;
    origin.data_name = data->name();
    origin.data_fingerprint = data->fingerprint();
    origin.calibration_samples = pick_samples(*data, Split::calibration, recipe.calibration.samples).size();
    return origin;
}

/// Puts the file that is at fault into what is thrown without one.
template <class Work>
auto with_files(const QuantizeRequest& request, const Work& work) {
    try {
        return work();
    } catch (const Error& error) {
        Where where = error.where();
        if (where.file.empty() && error.kind() == ErrorKind::bad_model) where.file = request.model.string();
        if (where.file.empty() && error.kind() == ErrorKind::bad_data) where.file = request.data.string();
        throw Error(error.kind(), error.what(), where, error.remedy());
    }
}

using FileStates = std::map<fs::path, std::optional<FileState>>;

FileStates states_of(const DatasetPtr& data) {
    FileStates states;
    if (data == nullptr) return states;
    std::error_code ignored;  // a folder counts as written to when any file is made in it
    for (const fs::path& file : data->files())
        if (!fs::is_directory(file, ignored)) states[file] = state_of(file);
    return states;
}

/// A file made of two states of its samples would be said to be of the later one.
void check_unchanged(const FileStates& states) {
    for (const auto& [file, state] : states)
        if (state_of(file) != state)
            throw Error(ErrorKind::bad_data, "was changed by another program while it was used", {.file = file.string()}, "Try again when it is written whole");
}

double seconds_since(std::chrono::steady_clock::time_point start) { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); }

/// By the clock on the wall, and of processors.
struct Spent {
    double wall = 0, cpu = 0;
    Spent& operator+=(const Spent& other) {
        wall += other.wall;
        cpu += other.cpu;
        return *this;
    }
};

/// Measures both from its making on.
class Stopwatch {
public:
    /// verifier: its workers count too; null before there is one.
    explicit Stopwatch(const Verifier* verifier) : cpu_(now(verifier)) {}
    [[nodiscard]] Spent spent(const Verifier* verifier) const { return {seconds_since(wall_), now(verifier) - cpu_}; }

private:
    static double now(const Verifier* verifier) { return verifier == nullptr ? process_cpu_seconds() : verifier->cpu_seconds(); }

    std::chrono::steady_clock::time_point wall_ = std::chrono::steady_clock::now();
    double cpu_ = 0;
};

/// Times models that are staged beside the target against the opened file, in the worker.
Timer timer_of(Verifier& verifier, const std::filesystem::path& target) {
    return [&verifier, target](std::vector<onnx::ModelProto> models) {
        constexpr double kSeconds = 2.5;
        std::vector<StagedModel> staged;
        std::vector<fs::path> files;
        for (onnx::ModelProto& model : models) {
            staged.emplace_back(std::exchange(model, {}), target);
            files.push_back(staged.back().readable());
        }
        if (std::any_of(files.begin(), files.end(), [](const fs::path& file) { return file.empty(); })) return std::vector<double>();
        return verifier.time(files, kSeconds);
    };
}

/// A quantization that can be done again with nodes left as they were, and what it last gave.
class QuantizeWork {
public:
    /// verifier: whose worker times float prefixes.
    QuantizeWork(QuantizeSource source, const Job& job, const Verifier& verifier) : source_(std::move(source)), job_(job), verifier_(verifier) {
        const Stopwatch watch(&verifier_);
        now_ = std::make_unique<Quantization>(source_, job_);
        prepared = watch.spent(&verifier_);
    }

    [[nodiscard]] Emitting emitting() {
        return {[this](const std::set<NodeId>& also_float) -> std::shared_ptr<const onnx::ModelProto> {
                    if (also_float.empty()) return emit_final();
                    return std::make_shared<onnx::ModelProto>(now_->emit(also_float));
                },
                [this] { return with_first_choices(now_->plan()); },
                [this](const std::set<NodeId>& nodes, const std::string& why) { now_->keep_float(nodes, why); },
                [this](const std::set<NodeId>& untouched) -> std::shared_ptr<const onnx::ModelProto> { return without(untouched)->result().proto; },
                [this](const std::set<NodeId>& nodes, const std::string& why) {
                    now_ = without(nodes);
                    for (const NodeId node : nodes) untouched_[node] = why;
                },
                [this] { return now_->noise(); },
                source_.options.time_prefix,
                prepared.cpu};
    }

    std::function<void(const Quantized&)> finish;  ///< completes what would be written
    Quantized last;
    Spent prepared;  ///< planning, calibrating and timing float prefixes
    Spent emitted;   ///< writing what would be the file

private:
    std::shared_ptr<const onnx::ModelProto> emit_final() {
        const Stopwatch watch(&verifier_);
        last = now_->result();
        last.plan = with_first_choices(std::move(last.plan));
        finish(last);
        emitted += watch.spent(&verifier_);
        return last.proto;
    }

    std::unique_ptr<Quantization> without(const std::set<NodeId>& nodes) const {
        QuantizeSource source = source_;
        source.options.time_prefix = false;
        source.range_choice = now_->range_choice();
        source.recipe.dialect = now_->dialect();
        for (const NodeId node : nodes) source.recipe.rules.push_back({fmt::format("#{}", node), Method::fp32, {}});
        return std::make_unique<Quantization>(std::move(source), job_);
    }

    /// Nodes that were left untouched still show what was chosen for them.
    [[nodiscard]] Plan with_first_choices(Plan plan) const {
        if (untouched_.empty()) return plan;
        const std::vector<Choice> first = resolve(source_.recipe, *source_.model);
        for (const auto& [node, why] : untouched_) {
            NodePlan& entry = plan.nodes.at(static_cast<std::size_t>(node));
            entry.chosen = first.at(static_cast<std::size_t>(node));
            entry.why = why;
        }
        return plan;
    }

    QuantizeSource source_;
    Job job_;
    const Verifier& verifier_;
    std::unique_ptr<Quantization> now_;
    std::map<NodeId, std::string> untouched_;
};

/// It was checked on made inputs of the sizes that the model's open axes count as.
bool ran_as_assumed(const Verification& verified, const Model& model) {
    if (verified.samples == 0 || model.sizes().empty()) return false;
    return std::all_of(model.sizes().begin(), model.sizes().end(), [&](const InputSize& input) {
        const auto made = verified.made_shapes.find(input.name);
        return made != verified.made_shapes.end() && std::equal(made->second.begin(), made->second.end(), input.axes.begin(), input.axes.end(),
                                                                [](std::int64_t size, const SizedAxis& axis) { return size == axis.size; });
    });
}

/// The model that was checked gets its name, and the recipe after it, so that neither is ever there alone.
void write_files(const QuantizeRequest& request, const Recipe& recipe, StagedModel& file, QuantizedFile& result) {
    const bool is_split = file.readable().empty();
    std::optional<StagedFile> saved;
    if (!request.save_recipe.empty()) saved.emplace(request.save_recipe, [&](std::ostream& out) { out << to_json(recipe).dump(2) << "\n"; });
    file.put_in_place();
    if (saved) saved->put_in_place();
    std::error_code ignored;
    result.size_bytes = fs::file_size(request.out, ignored);
    if (const fs::path beside = constants_of(request.out); is_split && fs::exists(beside, ignored)) result.size_bytes += fs::file_size(beside, ignored);
    result.sha256 = sha256_of_file(request.out);
}

Json nodes_of(const QuantizedFile& result) {
    Json nodes = nodes_json(result.plan, *result.model);
    for (std::size_t i = 0; i < std::min(nodes.size(), result.executed.size()); ++i)
        if (result.executed[i].as != Executed::As::unknown) nodes[i]["executed"] = to_json(result.executed[i]);
    return nodes;
}

/// What was made and mended, with all that is to be said of it but of its data.
void take_over(QuantizedFile& result, Quantized& last, Mended& mended) {
    result.plan = std::move(last.plan);
    result.findings = std::move(last.findings);
    if (mended.took_slower_back) std::erase_if(result.findings, [](const Finding& finding) { return finding.code == "dynamic-small"; });
    result.verified = std::move(mended.verified);
    result.executed = executed_nodes(mended.executed, *result.model, result.plan);
    result.findings.insert(result.findings.end(), mended.findings.begin(), mended.findings.end());
    keep_last_timing(result.findings);
    for (Finding& finding : findings_of(result.verified)) result.findings.push_back(std::move(finding));
    if (ran_as_assumed(result.verified, *result.model))
        for (Finding& finding : size_findings(result.model->sizes())) result.findings.push_back(std::move(finding));
    result.range_choice = std::move(last.range_choice);
    result.dialect_choice = std::move(last.dialect_choice);
    result.calibrate_seconds = last.calibrate_seconds;
    result.quantize_seconds = last.quantize_seconds;
}

constexpr std::uint64_t kLooked = 32, kLookedRuns = 512;  ///< validation samples; single runs of streaming models, of which a sample has many

/// Ranges that validation samples leave. Costs a part of what quantizing took; a model that does not run so is told of elsewhere.
void warn_of_splits(const SplitRequest& request, const Ranges& calibrated, const Job& job, std::vector<Finding>& findings) {
    try {
        if (const auto reach = reach_of(request, calibrated, job))
            if (auto finding = finding_of(*reach)) findings.push_back(std::move(*finding));
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) throw;
    }
}

}  // namespace

QuantizedFile quantize_file(const RuntimePtr& runtime, const QuantizeRequest& request, const Job& job) {
    const auto start = std::chrono::steady_clock::now();
    const Stopwatch whole(nullptr);
    QuantizedFile result;
    result.out = request.out;
    result.runtime_version = runtime->version();
    result.model = request.canonical ? request.canonical->model : open_for_work(runtime, request.model, job, request.sizes);
    check_outputs(request, result.model->files());
    const Recipe recipe = anchored(reanchored(request.recipe, *result.model), *result.model);
    const DatasetPtr data = open_data(request.data, *result.model);
    if (data != nullptr) check_outputs(request, data->files());
    const FileStates data_states = states_of(data);
    check_data(recipe, *result.model, data);

    // Of a streaming model as many whole samples are used as the recipe says, and all of their runs.
    const DatasetPtr runs = unrolled(data, {runtime, result.model, request.options.target, recipe.calibration.samples}, job);
    Recipe over_runs = recipe;
    if (runs != data) over_runs.calibration.samples = 0;

    const Stopwatch before_fp32(nullptr);
    const RuntimePtr here = request.worker.empty() ? runtime : nullptr;
    Verifier verifier = with_files(request, [&] {
        return Verifier({request.worker, runtime->path().string(), result.model, runs, request.options.target, here}, job);
    });
    Spent verifying = before_fp32.spent(&verifier);
    QuantizeOptions options = request.options;
    options.timer = timer_of(verifier, request.out);
    QuantizeWork work(with_files(request, [&] {
        return QuantizeWork({runtime, result.model, over_runs, runs, options, request.canonical, request.statistics}, job, verifier);
    }));
    job.step("quantize", 0, 1);
    work.finish = [&](const Quantized& last) {
        result.origin = origin_of(*result.model, recipe, last.plan, data, !last.ranges.empty());
        write_origin(*last.proto, result.origin);
    };
    const Stopwatch before_check(&verifier);
    verifier.allow(work.prepared.cpu);
    Mended mended = mend(work.emitting(), verifier, *result.model, request.out, job);
    Quantized& last = work.last;
    verifying += before_check.spent(&verifier);
    result.verify_seconds = verifying.wall - work.emitted.wall;
    result.verify_cpu_seconds = verifying.cpu - work.emitted.cpu;
    take_over(result, last, mended);
    if (result.verified.outputs.empty() && mended.file.readable().empty()) check_it_loads(runtime, request.options.target, last.proto, *result.model);
    for (Finding& finding : verifier.not_judged(result.verified)) result.findings.push_back(std::move(finding));
    if (result.plan.changes_nothing()) check_with_runtime(runtime, *result.model, result.findings);
    if (data != nullptr) result.findings.insert(result.findings.end(), data->findings().begin(), data->findings().end());
    warn_of_samples(result.origin.calibration_samples, recipe.calibration.samples, result.findings);
    constexpr double kShare = 0.15;  // of what quantizing took
    if (request.statistics == nullptr && result.plan.count(Method::int8_static) > 0)
        warn_of_splits({runtime, result.model, runs, request.options.target, runs == data ? kLooked : kLookedRuns, kShare * work.prepared.cpu}, last.ranges,
                       job, result.findings);
    result.worker_peak_bytes = verifier.peak_bytes();

    check_unchanged(*result.model);
    check_unchanged(data_states);
    job.step("write", 0, 0);
    write_files(request, recipe, mended.file, result);
    result.total_seconds = seconds_since(start);
    result.quantize_cpu_seconds = whole.spent(&verifier).cpu - result.verify_cpu_seconds;
    for (const Finding& finding : result.findings) job.report(finding);
    return result;
}

Json to_json(const QuantizedFile& result) {
    const std::uint64_t source = result.model->size_bytes();
    const double ratio = source == 0 ? 1 : static_cast<double>(result.size_bytes) / static_cast<double>(source);
    return {
        {"model", result.model->path().string()},
        {"out", result.out.string()},
        {"size_bytes", result.size_bytes},
        {"source_bytes", source},
        {"size_ratio", ratio},
        {"sha256", result.sha256},
        {"counts", counts_json(result.plan)},
        {"already", already_json(result.plan)},
        {"nodes", nodes_of(result)},
        {"findings", to_json(result.findings)},
        {"verified", to_json(result.verified)},
        {"seconds",
         {{"calibrate", result.calibrate_seconds}, {"quantize", result.quantize_seconds}, {"verify", result.verify_seconds}, {"total", result.total_seconds}}},
        {"cpu_seconds", {{"quantize", result.quantize_cpu_seconds}, {"verify", result.verify_cpu_seconds}}},
        {"peak_rss_bytes", peak_rss_bytes() + result.worker_peak_bytes},
        {"recipe", result.origin.recipe},
        {"ranges", result.range_choice ? to_json(*result.range_choice) : Json()},
        {"dialect", result.dialect_choice ? to_json(*result.dialect_choice) : Json()},
        {"data", {{"name", result.origin.data_name}, {"fingerprint", result.origin.data_fingerprint}, {"samples", result.origin.calibration_samples}}},
        {"runtime", {{"version", result.runtime_version}}},
        {"host", to_json(this_host())}};
}

}  // namespace vernier
