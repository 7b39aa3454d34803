// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/data_file.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <utility>

#include "core/base/error.h"
#include "core/data/carried.h"
#include "core/data/write_npz.h"
#include "core/flow/alike_samples.h"
#include "core/flow/chance.h"
#include "core/flow/unrolled.h"
#include "core/measure/cast.h"
#include "core/measure/metrics.h"
#include "core/measure/tally.h"
#include "core/quant/calibration/calibrate.h"

namespace vernier {
namespace {

constexpr std::uint64_t kEnough = 32;  ///< calibration samples
constexpr std::uint64_t kDumped = 16;
constexpr double kStandardErrors = 3;
constexpr std::uint64_t kLooked = 32, kLookedRuns = 512;

/// Sums over the values of one input.
struct Sums {
    double min = INFINITY, max = -INFINITY, sum = 0, squares = 0;
    std::uint64_t count = 0;
    void add(double value) {
        if (!std::isfinite(value)) return;
        min = std::min(min, value);
        max = std::max(max, value);
        sum += value;
        squares += value * value;
        ++count;
    }
    [[nodiscard]] double mean() const { return count == 0 ? 0 : sum / static_cast<double>(count); }
    [[nodiscard]] double deviation() const { return count == 0 ? 0 : std::sqrt(std::max(0.0, squares / static_cast<double>(count) - mean() * mean())); }
};

struct InputSums {
    std::vector<std::int64_t> shape;
    Sums all;
    std::vector<Sums> channels;
};

/// Axis of the channels of a picture.
std::optional<std::size_t> channel_axis(const std::vector<std::int64_t>& dims) {
    const auto is_channels = [](std::int64_t n) { return n == 1 || n == 3; };
    if (dims.size() != 4 || dims[0] != 1) return std::nullopt;
    return is_channels(dims[1]) ? std::optional<std::size_t>(1) : is_channels(dims[3]) ? std::optional<std::size_t>(3) : std::nullopt;
}

void add_sample(std::map<std::string, InputSums>& sums, const Sample& sample) {
    for (const auto& [name, tensor] : sample.inputs) {
        InputSums& own = sums[name];
        if (own.shape.empty()) own.shape = tensor.dims;
        const OutputValues values = values_of(tensor);
        const auto axis = channel_axis(tensor.dims);
        const std::size_t count = axis ? static_cast<std::size_t>(tensor.dims[*axis]) : 0;
        const std::size_t run = axis == 1U ? static_cast<std::size_t>(tensor.dims[2] * tensor.dims[3]) : 1;
        own.channels.resize(std::max(own.channels.size(), count));
        for (std::size_t i = 0; i < values.size(); ++i) {
            const double value = values.floating() ? values.numbers[i] : static_cast<double>(values.whole[i]);
            own.all.add(value);
            if (count > 0) own.channels[i / run % count].add(value);
        }
    }
}

std::vector<LookedInput> inputs_of(const Model& model, const std::map<std::string, InputSums>& sums) {
    std::vector<LookedInput> inputs;
    for (const ValueId id : model.inputs()) {
        const auto found = sums.find(model.value(id).name);
        if (found == sums.end()) continue;
        const InputSums& own = found->second;
        LookedInput input{found->first, model.value(id).type.text(), own.shape, own.all.min, own.all.max, own.all.mean(), own.all.deviation(), {}};
        if (own.all.count == 0) input.min = input.max = 0;
        for (const Sums& channel : own.channels) input.channel_means.push_back(channel.mean());
        inputs.push_back(std::move(input));
    }
    return inputs;
}

/// What the model answers to labelled samples; nothing where its scores are no classes.
class Asking {
public:
    Asking(const RuntimePtr& runtime, const Model& model, const Dataset& data)
        : data_(data), session_(Session::open(runtime, std::make_shared<const onnx::ModelProto>(inlined_proto(model)), {})) {
        output_ = data.output().empty() && !session_->outputs().empty() ? session_->outputs().front().name : data.output();
    }
    void ask(const Sample& sample, Answers& answers, const Job& job) {
        const std::vector<std::string> wanted = {output_};
        const Tensor scores = std::move(session_->run(fitted(session_->inputs(), sample.inputs), wanted, job.stop()).front());
        usable_ = usable_ && is_class_scores(scores, 1);
        if (!usable_) return;
        answers.label.push_back(static_cast<std::int32_t>(sample.label));
        answers.predicted.push_back(arg_max(scores_of(scores)));
    }
    [[nodiscard]] bool usable() const { return usable_; }

private:
    const Dataset& data_;
    std::unique_ptr<Session> session_;
    std::string output_;
    bool usable_ = true;
};

/// How many classes as many samples have as `like` counts, drawn as `labels` are.
double expected_classes(const std::map<std::int64_t, std::uint64_t>& labels, const std::map<std::int64_t, std::uint64_t>& like) {
    double all = 0, drawn = 0, expected = 0;
    for (const auto& [label, count] : labels) all += static_cast<double>(count);
    for (const auto& [label, count] : like) drawn += static_cast<double>(count);
    for (const auto& [label, count] : labels) expected += 1 - std::pow(1 - static_cast<double>(count) / all, drawn);
    return expected;
}

std::optional<double> top1_of(const Answers& answers) {
    if (answers.label.empty()) return std::nullopt;
    std::size_t right = 0;
    for (std::size_t i = 0; i < answers.label.size(); ++i) right += answers.label[i] >= 0 && answers.label[i] == answers.predicted[i] ? 1U : 0U;
    return 100.0 * static_cast<double>(right) / static_cast<double>(answers.label.size());
}

class Look {
public:
    Look(const RuntimePtr& runtime, const DataRequest& request, const Job& job)
        : runtime_(runtime), request_(request), job_(job), model_(open_for_work(runtime, request.model, job, request.sizes)) {
        if (!request.dump.empty()) check_output(request.dump, model_->files());
        looked_.data = open_data(request.data, *model_);
        if (!request.dump.empty()) check_output(request.dump, looked_.data->files());
        looked_.findings = looked_.data->findings();
    }

    LookedData run() {
        const Dataset& data = *looked_.data;
        const bool classes = data.has_labels() && data.classifies() && data.batch() == 1 && !carry_of(data).any();
        if (classes) asking_ = std::make_unique<Asking>(runtime_, *model_, data);
        Answers calibrating, validating;
        looked_.calibration = split(Split::calibration, calibrating);
        looked_.validation = split(Split::validation, validating);
        judge_counts();
        judge_answers(calibrating, validating);
        judge_activations();
        if (!request_.theirs.empty()) looked_.compared = compare_inputs(data, request_.theirs, request_.samples);
        if (!request_.dump.empty()) dump();
        return std::move(looked_);
    }

private:
    LookedSplit split(Split split, Answers& answers) {
        const Dataset& data = *looked_.data;
        LookedSplit looked{data.size(split), 0, {}, {}, {}};
        const std::vector<std::uint64_t> picked = pick_samples(data, split, request_.samples);
        std::map<std::string, InputSums> sums;
        AlikeSamples alike;
        for_each_sample(data, {split, picked}, 0, job_, [&](std::uint64_t, Sample& sample) {
            job_.step("samples", looked.looked++, picked.size());
            add_sample(sums, sample);
            alike.add(sample);
            if (sample.label >= 0) ++looked.labels[sample.label];
            if (asking_ != nullptr && sample.label >= 0) asking_->ask(sample, answers, job_);
        });
        looked.inputs = inputs_of(*model_, sums);
        if (auto finding = finding_of(alike.found(), split == Split::calibration ? "calibration" : "validation"))
            looked_.findings.push_back(std::move(*finding));
        if (asking_ != nullptr && asking_->usable()) looked.top1 = top1_of(answers);
        return looked;
    }

    void say(Severity severity, const char* code, std::string text, std::string remedy) {
        looked_.findings.push_back({severity, code, kNone, {}, {}, std::move(text), std::move(remedy)});
    }

    void judge_counts() {
        const auto &calibrates = looked_.calibration, &validates = looked_.validation;
        if (calibrates.samples > 0 && calibrates.samples < kEnough)
            say(Severity::warning, "few-samples", fmt::format("There are only {} calibration samples.", calibrates.samples),
                "100 samples are usual; fewer than 32 miss values that the model meets later.");
        const double expected = expected_classes(validates.labels, calibrates.labels);
        if (!calibrates.labels.empty() && static_cast<double>(calibrates.labels.size()) < expected / 2)
            say(Severity::warning, "classes-missing",
                fmt::format("The calibration samples that were looked at are of {} {}; of as many validation samples some {:.0f} would be expected.",
                            calibrates.labels.size(), calibrates.labels.size() == 1 ? "class" : "classes", expected),
                "Calibrate with samples of all classes: ranges of some miss what others need.");
        judge_balance(validates);
    }

    void judge_balance(const LookedSplit& split) {
        std::uint64_t all = 0, most = 0;
        for (const auto& [label, count] : split.labels) {
            all += count;
            most = std::max(most, count);
        }
        constexpr double kMost = 0.8;
        if (all < 2) return;
        if (static_cast<double>(most) > kMost * static_cast<double>(all))
            say(Severity::warning, "classes-unbalanced",
                fmt::format("{:.0f} % of the validation samples are of one class: a model that always gives it would be as often right.",
                            100.0 * static_cast<double>(most) / static_cast<double>(all)),
                "Judge by macro F1 or balanced accuracy (--gate 'macro_f1 drop<=1'), or give samples of all classes.");
    }

    void judge_answers(const Answers& calibrating, const Answers& validating) {
        if (asking_ == nullptr || !asking_->usable()) return;
        Measurement first;
        first.task = Task::classification;
        first.answers = validating;
        if (auto chance = chance_finding(first)) looked_.findings.push_back(std::move(*chance));
        const auto a = looked_.calibration.top1, b = looked_.validation.top1;
        if (!a || !b) return;
        const auto variance = [](double percent, std::size_t n) { return std::max(percent * (100 - percent), 1.0) / static_cast<double>(n); };
        const double error = std::sqrt(variance(*a, calibrating.label.size()) + variance(*b, validating.label.size()));
        if (std::abs(*a - *b) <= kStandardErrors * error) return;
        say(Severity::warning, "splits-unlike",
            fmt::format("The model itself is right on {:.1f} % of {} calibration samples and on {:.1f} % of {} validation samples.", *a,
                        calibrating.label.size(), *b, validating.label.size()),
            "The splits differ in their preprocessing (such as red and blue that change places) or in what they show.");
    }

    /// Ranges of what heavy nodes make, and of the inputs.
    void judge_activations() {
        const DatasetPtr runs = unrolled(looked_.data, {runtime_, model_, {}, request_.samples}, job_);
        if (runs->size(Split::calibration) == 0 || runs->size(Split::validation) == 0) return;
        Watched watched;
        for (const Value& value : model_->values()) {
            if (value.type.element != ElementType::float32 || value.graph != 0) continue;
            const bool heavy = value.producer != kNone && is_heavy(model_->node(value.producer).op_type);
            if (heavy || (value.graph_input && !value.is_constant())) watched.emplace(value.name, std::nullopt);
        }
        if (watched.empty()) return;
        const auto proto = std::make_shared<const onnx::ModelProto>(inlined_proto(*model_));
        const Ranges ranges = calibrate({runtime_, {}, proto, *runs, runs == looked_.data ? request_.samples : 0, 0}, watched, job_);
        looked_.reach = reach_of({runtime_, model_, runs, {}, runs == looked_.data ? kLooked : kLookedRuns, {}}, ranges, job_);
        if (!looked_.reach) return;
        if (auto finding = finding_of(*looked_.reach)) looked_.findings.push_back(std::move(*finding));
    }

    static bool is_heavy(const std::string& op) { return op == "Conv" || op == "MatMul" || op == "Gemm" || op == "ConvTranspose"; }

    void dump() {
        const Dataset& data = *looked_.data;
        const std::uint64_t count = std::min(kDumped, data.size(Split::validation));
        std::map<std::string, Tensor> stacked;
        Tensor labels{ElementType::int64, {0}, {}};
        for (std::uint64_t i = 0; i < count; ++i) {
            const Sample sample = data.load(Split::validation, i);
            for (const auto& [name, tensor] : sample.inputs) add_to(stacked[name], tensor, i);
            const auto* label = reinterpret_cast<const std::byte*>(&sample.label);
            labels.bytes.insert(labels.bytes.end(), label, label + sizeof sample.label);
            ++labels.dims[0];
        }
        std::vector<NamedArray> arrays;
        for (auto& [name, tensor] : stacked) arrays.push_back({name, std::move(tensor), {}});
        if (data.has_labels()) arrays.push_back({"labels", std::move(labels), {}});
        write_npz(request_.dump, arrays);
        looked_.dumped = count;
    }

    /// Samples count along axis 0, in front of the axes of one where these do not begin with a 1.
    static void add_to(Tensor& all, const Tensor& one, std::uint64_t index) {
        std::vector<std::int64_t> dims = one.dims;
        if (dims.empty() || dims[0] != 1) dims.insert(dims.begin(), 1);
        if (index == 0) all = {one.type, dims, {}};
        if (!std::equal(dims.begin() + 1, dims.end(), all.dims.begin() + 1, all.dims.end()))
            throw Error(ErrorKind::bad_data, "samples have different shapes, so that they cannot be written as one array", {}, "Leave --dump out");
        all.dims[0] = static_cast<std::int64_t>(index) + 1;
        all.bytes.insert(all.bytes.end(), one.bytes.begin(), one.bytes.end());
    }

    const RuntimePtr& runtime_;
    const DataRequest& request_;
    const Job& job_;
    ModelPtr model_;
    std::unique_ptr<Asking> asking_;
    LookedData looked_;
};

std::string form_name(TargetForm form) {
    switch (form) {
        case TargetForm::none: return "none";
        case TargetForm::label: return "label";
        case TargetForm::numbers: return "numbers";
        case TargetForm::whole: return "whole";
        case TargetForm::text: return "text";
        case TargetForm::boxes: return "boxes";
    }
    return "none";
}

Json split_json(const LookedSplit& split) {
    Json inputs = Json::array(), labels = Json::object();
    for (const LookedInput& input : split.inputs)
        inputs.push_back({{"name", input.name},
                          {"type", input.type},
                          {"shape", input.shape},
                          {"min", input.min},
                          {"max", input.max},
                          {"mean", input.mean},
                          {"deviation", input.deviation},
                          {"channel_means", input.channel_means}});
    for (const auto& [label, count] : split.labels) labels[std::to_string(label)] = count;
    return {{"samples", split.samples}, {"looked", split.looked}, {"labels", labels}, {"inputs", inputs}, {"top1", split.top1 ? Json(*split.top1) : Json()}};
}

}  // namespace

LookedData look_at_data(const RuntimePtr& runtime, const DataRequest& request, const Job& job) { return Look(runtime, request, job).run(); }

Json to_json(const LookedData& looked) {
    Json compared = Json::array();
    for (const ComparedInput& input : looked.compared)
        compared.push_back({{"input", input.input},
                            {"samples", input.samples},
                            {"values", input.values},
                            {"differing", input.differing},
                            {"first", input.first.empty() ? Json() : Json(input.first)},
                            {"ours", input.ours},
                            {"theirs", input.theirs},
                            {"largest", input.largest},
                            {"mean", input.mean},
                            {"cause", input.cause}});
    const Dataset& data = *looked.data;
    return {
        {"data", data.name()},
        {"path", data.path().string()},
        {"fingerprint", data.fingerprint()},
        {"preprocessing", data.preprocessing()},
        {"target", form_name(data.target())},
        {"classes", data.classes()},
        {"calibration", split_json(looked.calibration)},
        {"validation", split_json(looked.validation)},
        {"activations",
         looked.reach
             ? Json{{"wider", looked.reach->wider}, {"outside", looked.reach->outside}, {"tensors", looked.reach->tensors}, {"samples", looked.reach->samples}}
             : Json()},
        {"compared", compared},
        {"dumped", looked.dumped},
        {"findings", to_json(looked.findings)}};
}

}  // namespace vernier
