// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/candidates.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/parallel.h"
#include "core/measure/cast.h"
#include "core/quant/apply.h"
#include "core/quant/observe.h"

namespace vernier {
namespace {

/// Samples and what the model answers to them stay in memory; of very large ones there are fewer.
constexpr std::size_t kMostBytes = std::size_t{384} << 20;

std::size_t bytes_of(const std::map<std::string, Tensor>& inputs) {
    std::size_t bytes = 0;
    for (const auto& [name, tensor] : inputs) bytes += tensor.bytes.size();
    return bytes;
}

/// k of n, spread evenly.
std::vector<std::size_t> spread(std::size_t n, std::uint64_t wanted) {
    const std::size_t k = wanted == 0 || wanted > n ? n : static_cast<std::size_t>(wanted);
    std::vector<std::size_t> which(k);
    for (std::size_t i = 0; i < k; ++i) which[i] = i * n / k;
    return which;
}

/// Nodes that get another method decide the graph, with what a trial does otherwise and what is folded.
std::string key_of(const Candidate& candidate) {
    std::string text = fmt::format("parts {}", static_cast<int>(candidate.prepared.parts));
    for (const NodePlan& node : candidate.plan.nodes)
        if (node.applied != Method::fp32)
            text += fmt::format(";{} {}{}{}", node.node, id(node.applied), node.chosen.per_channel ? " c" : "", node.absorbed ? " a" : "");
    for (const auto& [node, into] : candidate.prepared.folded_into) text += fmt::format(";{} in {}", node, into);
    return sha256(text);
}

std::string scores_output(const Dataset& dataset, const Model& model) {
    if (!dataset.classifies()) return {};
    if (!dataset.output().empty()) return dataset.output();
    const auto& outputs = model.proto().graph().output();
    return outputs.empty() ? std::string() : outputs.Get(0).name();
}

}  // namespace

Candidates::Candidates(CandidateSource source, std::uint64_t samples, const Job& job)
    : source_(std::move(source)), prefix_(source_.runtime, source_.canonical, source_.target), statistics_(std::make_shared<Statistics>(source_.canonical)) {
    const Model& model = *source_.canonical->model;
    if (source_.dataset == nullptr) throw Error(ErrorKind::usage, "candidates are measured on samples, and there are none", {}, "Give a dataset (--data).");
    if (source_.dataset->size(source_.split) == 0) source_.split = Split::calibration;
    choices_ = resolve(source_.recipe, model);
    for (const NodePlan& node : plan_of(prepare(*source_.canonical, source_.recipe, job), model).nodes)
        gets_it_.push_back(node.absorbed || node.applied != Method::fp32);
    outputs_ = trial_outputs(*source_.canonical, scores_output(*source_.dataset, model));
    if (outputs_.empty()) throw Error(ErrorKind::bad_model, "has no output of floating values that could be compared", {.file = model.path().string()});
    load(samples, job);
    calibrate(job);
}

Candidates::~Candidates() = default;

void Candidates::load(std::uint64_t samples, const Job& job) {
    const Dataset& dataset = *source_.dataset;
    auto proto = std::make_shared<onnx::ModelProto>(source_.canonical->edit.build());
    answer_with(*proto, outputs_);
    const auto session = Session::open(source_.runtime, std::shared_ptr<const onnx::ModelProto>(proto), source_.target);
    const std::size_t batch = std::max<std::size_t>(dataset.batch(), 1);
    std::vector<std::uint64_t> indices = pick_samples(dataset, source_.split, samples);
    if (indices.empty()) throw Error(ErrorKind::bad_data, "has no samples", {.file = dataset.path().string()});
    reference_ = std::make_unique<ReferenceOutputs>(outputs_);
    std::size_t used = 0;
    for (std::size_t at = 0; at < indices.size(); at += batch) {
        job.step("reference", at, indices.size());
        const auto some = std::span(indices).subspan(at, std::min(batch, indices.size() - at));
        inputs_.push_back(fitted(session->inputs(), load_run(dataset, source_.split, some)));
        reference_->add(session->run(inputs_.back(), {}, job.stop()));
        used += bytes_of(inputs_.back());
        if (at == 0) {  // so many of this size fit
            const std::size_t fit = std::max<std::size_t>(kMostBytes / std::max<std::size_t>(used + reference_->bytes(), 1), 1) * batch;
            if (fit < indices.size()) {
                const std::uint64_t first = indices[0];
                indices = pick_samples(dataset, source_.split, fit);
                if (indices[0] != first) throw Error(ErrorKind::internal, "picked samples do not begin with the first");
            }
        }
    }
    reference_->finish();
}

/// Sees all that the recipe can need, so that no candidate runs the samples again.
void Candidates::calibrate(const Job& job) {
    (void)plan({.choices = choices_, .whole = true}, job);
    (void)plan({.choices = choices_}, job);
}

std::vector<Choice> Candidates::only(const std::vector<NodeId>& nodes) const {
    std::vector<Choice> choices(choices_.size(), Choice{Method::fp32, true, -1});
    for (const NodeId node : nodes) choices[static_cast<std::size_t>(node)] = choices_[static_cast<std::size_t>(node)];
    return choices;
}

std::vector<Choice> Candidates::only_whole(const std::vector<NodeId>& nodes) const {
    std::vector<NodeId> whole;
    std::copy_if(nodes.begin(), nodes.end(), std::back_inserter(whole),
                 [&](NodeId node) { return gets_it_[static_cast<std::size_t>(node)] || source_.canonical->model->node(node).op_type == "Concat"; });
    return only(whole);
}

Candidate Candidates::plan(const Variant& variant, const Job& job) {
    const std::lock_guard guard(planning_);
    Prepared prepared = prepare(*source_.canonical, source_.recipe, variant, job);
    const Samples samples{source_.runtime, source_.target, source_.dataset, source_.recipe.calibration.samples, source_.at_once, statistics_};
    Ranges ranges = observe(prepared, samples, source_.recipe.calibration, job);
    Plan plan = plan_of(prepared, *source_.canonical->model);
    Candidate candidate{std::move(prepared), std::move(ranges), std::move(plan), {}, {}};
    for (const NodePlan& node : candidate.plan.nodes)
        if (node.counted && node.applied != Method::fp32) candidate.applied.push_back(node.node);
    candidate.key = key_of(candidate);
    return candidate;
}

std::vector<TrialSums> Candidates::run(const Candidate& candidate, const std::vector<std::size_t>& which, const Job& job, int at_once) const {
    std::vector<Finding> unused;
    job.check();
    auto proto = std::make_shared<onnx::ModelProto>(apply({candidate.prepared, candidate.ranges, source_.recipe.calibration, unused}));
    answer_with(*proto, outputs_);
    job.check();
    FloatStartPtr start = prefix_.start_of(candidate.applied, inputs_, which, job);
    if (start != nullptr && !start_trial(*proto, *start)) start = nullptr;
    const auto session = Session::open(source_.runtime, std::shared_ptr<const onnx::ModelProto>(std::move(proto)), source_.target);
    std::vector<TrialSums> sums(which.size());
    parallel_for(which.size(), at_once, [&](std::size_t i) {
        job.check();
        std::map<std::string, Tensor> inputs;  // of what the trial takes
        for (const Port& port : session->inputs()) {
            const auto passing = start == nullptr ? inputs_[which[i]].end() : start->values[i].find(port.name);
            const bool passes = start != nullptr && passing != start->values[i].end();
            inputs.emplace(port.name, passes ? passing->second : inputs_[which[i]].at(port.name));
        }
        sums[i] = reference_->against(which[i], session->run(inputs, {}, job.stop()));
    });
    return sums;
}

TrialError Candidates::measure(const Candidate& candidate, std::uint64_t samples, const Job& job, int at_once) {
    if (candidate.applied.empty()) return {};
    const auto which = spread(inputs_.size(), samples);
    const std::string key = fmt::format("{} {}", which.size(), candidate.key);
    {
        const std::lock_guard guard(measured_mutex_);
        if (const auto known = measured_.find(key); known != measured_.end()) return known->second;
    }
    const TrialError error = reference_->total(run(candidate, which, job, at_once));
    const std::lock_guard guard(measured_mutex_);
    measured_.insert_or_assign(key, error);
    return error;
}

Json Candidates::measured() const {
    const std::lock_guard guard(measured_mutex_);
    Json json = Json::object();
    for (const auto& [key, error] : measured_)
        json[key] = {{"error", error.error}, {"low", error.low}, {"high", error.high}, {"kl", error.kl ? Json(*error.kl) : Json()}, {"parts", error.parts}};
    return json;
}

void Candidates::take_measured(const Json& json) {
    const std::lock_guard guard(measured_mutex_);
    for (const auto& [key, value] : json.items()) {
        TrialError error{
            value.at("error").get<double>(), {}, value.at("parts").get<std::vector<double>>(), value.at("low").get<double>(), value.at("high").get<double>()};
        if (const Json& kl = value.at("kl"); kl.is_number()) error.kl = kl.get<double>();
        measured_.insert_or_assign(key, error);
    }
}

}  // namespace vernier
