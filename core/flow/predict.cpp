// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/predict.h"

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <utility>

#include "core/base/error.h"
#include "core/layers/tensor_error.h"
#include "core/measure/cast.h"
#include "core/model/weights.h"

namespace vernier {
namespace {

constexpr std::array<std::pair<CpuKind, std::string_view>, 3> kKinds = {{{CpuKind::avx2, "avx2"}, {CpuKind::vnni, "vnni"}, {CpuKind::arm, "arm"}}};

/// Sums over the samples of one file.
class Answers {
public:
    void add(const std::vector<float>& reference, const std::vector<float>& own, std::size_t classes, const std::vector<std::int64_t>& labels) {
        if (reference.size() != own.size()) throw Error(ErrorKind::bad_model, "the outputs of the two files differ in size");
        sums_.add(reference, own);
        for (std::size_t i = 0; i < labels.size() && classes > 1; ++i) {
            const std::size_t answer = best(own, i, classes);
            ++samples_;
            agreed_ += answer == best(reference, i, classes) ? 1 : 0;
            if (labels[i] < 0) continue;
            ++labelled_;
            right_ += answer == static_cast<std::size_t>(labels[i]) ? 1 : 0;
        }
    }
    [[nodiscard]] PredictedAnswers told() const {
        TensorError error;
        sums_.tell(error);
        PredictedAnswers answers{error.sqnr_db};
        if (samples_ > 0) answers.agreement = 100.0 * static_cast<double>(agreed_) / static_cast<double>(samples_);
        if (labelled_ > 0) answers.top1 = 100.0 * static_cast<double>(right_) / static_cast<double>(labelled_);
        return answers;
    }

private:
    static std::size_t best(const std::vector<float>& scores, std::size_t sample, std::size_t classes) {
        const auto begin = scores.begin() + static_cast<std::ptrdiff_t>(sample * classes);
        return static_cast<std::size_t>(std::max_element(begin, begin + static_cast<std::ptrdiff_t>(classes)) - begin);
    }
    ErrorSums sums_;
    std::uint64_t samples_ = 0, agreed_ = 0, labelled_ = 0, right_ = 0;
};

std::shared_ptr<const onnx::ModelProto> shared(const Model& model) { return std::make_shared<const onnx::ModelProto>(inlined_proto(model)); }

/// Inputs and labels of one run.
struct Batch {
    std::map<std::string, Tensor> inputs;
    std::vector<std::int64_t> labels;
};

Batch batch_of(const Dataset& data, Split split, std::span<const std::uint64_t> indices) {
    Batch batch{load_run(data, split, indices), {}};
    for (const std::uint64_t index : indices) batch.labels.push_back(data.has_labels() ? data.load(split, index).label : -1);
    return batch;
}

std::vector<float> scores_of(Session& session, const Batch& batch, const std::string& output, std::size_t& classes, const Job& job) {
    const std::vector<Tensor> outputs = session.run(fitted(session.inputs(), batch.inputs), {output}, job.stop());
    const Tensor& scores = outputs.at(0);
    classes = scores.dims.size() == 2 && scores.dims[0] >= static_cast<std::int64_t>(batch.labels.size()) ? static_cast<std::size_t>(scores.dims[1]) : 0;
    return to_floats(scores);
}

}  // namespace

std::optional<CpuKind> cpu_kind_named(std::string_view name) {
    for (const auto& [kind, known] : kKinds)
        if (known == name) return kind;
    return std::nullopt;
}

std::string_view name(CpuKind kind) { return kKinds.at(static_cast<std::size_t>(kind)).second; }

Prediction predict(const RuntimePtr& runtime, const CheckedModels& models, CpuKind cpu, std::uint64_t samples, const Job& job) {
    const Dataset& data = *models.data;
    const Split split = data.size(Split::validation) > 0 ? Split::validation : Split::calibration;
    const Target target = Target{}.at(GraphLevel::basic);
    const auto fp32 = Session::open(runtime, shared(*models.reference), Target{});
    const auto exact = Session::open(runtime, shared(*models.quantized), target);
    SaturatedProducts saturation(*models.quantized);
    const auto amenders = cpu == CpuKind::avx2 ? saturation.amenders() : std::map<std::string, Amender>{};
    const auto there = amenders.empty() ? nullptr : open_amended(runtime, shared(*models.quantized), {}, target, amenders);
    Prediction prediction{.cpu = cpu, .output = !data.output().empty() ? data.output() : fp32->outputs().at(0).name};
    Answers of_fp32, of_exact, of_there;
    const auto picked = pick_samples(data, split, samples);
    const std::size_t step = std::max<std::size_t>(1, data.batch());
    for (std::size_t from = 0; from < picked.size(); from += step) {
        job.step("emulate", from, picked.size());
        const Batch batch = batch_of(data, split, std::span(picked).subspan(from, std::min(step, picked.size() - from)));
        std::size_t classes = 0;
        const std::vector<float> reference = scores_of(*fp32, batch, prediction.output, classes, job);
        of_fp32.add(reference, reference, classes, batch.labels);
        const std::vector<float> plain = scores_of(*exact, batch, prediction.output, classes, job);
        of_exact.add(reference, plain, classes, batch.labels);
        of_there.add(reference, there ? scores_of(*there, batch, prediction.output, classes, job) : plain, classes, batch.labels);
    }
    prediction.samples = picked.size();
    prediction.fp32_top1 = of_fp32.told().top1;
    prediction.exact = of_exact.told();
    prediction.there = of_there.told();
    if (cpu != CpuKind::avx2) return prediction;
    prediction.nodes = saturation.nodes();
    prediction.unknown = saturation.unknown();
    std::erase_if(prediction.nodes, [](const SaturatedNode& node) { return node.risky == 0; });
    std::stable_sort(prediction.nodes.begin(), prediction.nodes.end(), [](const auto& a, const auto& b) { return a.share() > b.share(); });
    return prediction;
}

namespace {

Json answers_json(const PredictedAnswers& answers) {
    return {{"sqnr_db", answers.sqnr_db},
            {"agreement", answers.agreement ? Json(*answers.agreement) : Json()},
            {"top1", answers.top1 ? Json(*answers.top1) : Json()}};
}

}  // namespace

Json to_json(const Prediction& prediction, const Model& file) {
    Json nodes = Json::array(), unknown = Json::array();
    for (const SaturatedNode& node : prediction.nodes)
        nodes.push_back({{"node", file.node(node.node).label},
                         {"id", node.node},
                         {"share", node.share()},
                         {"touched", node.seen.values == 0 ? 0 : static_cast<double>(node.seen.touched) / static_cast<double>(node.seen.values)}});
    for (const NodeId id : prediction.unknown) unknown.push_back(file.node(id).label);
    return {{"cpu", name(prediction.cpu)},
            {"samples", prediction.samples},
            {"output", prediction.output},
            {"fp32_top1", prediction.fp32_top1 ? Json(*prediction.fp32_top1) : Json()},
            {"exact", answers_json(prediction.exact)},
            {"there", answers_json(prediction.there)},
            {"nodes", std::move(nodes)},
            {"unknown", std::move(unknown)}};
}

}  // namespace vernier
