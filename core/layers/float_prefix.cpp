// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/float_prefix.h"

#include <algorithm>
#include <limits>
#include <set>
#include <unordered_set>
#include <utility>

#include <onnx/onnx_pb.h>

#include "core/layers/trial_outputs.h"
#include "core/quant/methods/static_plan.h"

namespace vernier {
namespace {

constexpr std::size_t kPlaces = 12;  ///< each costs one run of what lies before it, and spares what it lies behind of each trial
constexpr std::size_t kKept = 2;
constexpr std::size_t kMostBytes = std::size_t{256} << 20;
/// A model that is run in a moment gains nothing.
constexpr double kLeastMacs = 2e7;

/// Each node after those that it reads, by the longest way from an input: regions are measured in this order.
std::vector<int> by_depth(const GraphEdit& edit) {
    std::vector<int> order = topological(edit), depth(edit.size(), 0);
    for (const int i : order)
        for (const std::string& input : edit.item(static_cast<std::size_t>(i)).proto.input())
            if (const int p = edit.producer(input); p >= 0)
                depth[static_cast<std::size_t>(i)] = std::max(depth[static_cast<std::size_t>(i)], depth[static_cast<std::size_t>(p)] + 1);
    std::sort(order.begin(), order.end(),
              [&](int a, int b) { return std::pair(depth[static_cast<std::size_t>(a)], a) < std::pair(depth[static_cast<std::size_t>(b)], b); });
    return order;
}

std::size_t bytes_of(const std::map<std::string, Tensor>& values) {
    std::size_t bytes = 0;
    for (const auto& [name, tensor] : values) bytes += tensor.bytes.size();
    return bytes;
}

/// Type of what is the same in all runs; axes that differ stay open.
onnx::ValueInfoProto declared(const std::string& name, const FloatStart& start) {
    onnx::ValueInfoProto info;
    info.set_name(name);
    const Tensor& first = start.values.front().at(name);
    auto& tensor = *info.mutable_type()->mutable_tensor_type();
    tensor.set_elem_type(static_cast<int>(first.type));
    tensor.mutable_shape();
    for (std::size_t axis = 0; axis < first.dims.size(); ++axis) {
        auto& dim = *tensor.mutable_shape()->add_dim();
        const bool same =
            std::all_of(start.values.begin(), start.values.end(), [&](const auto& values) { return values.at(name).dims[axis] == first.dims[axis]; });
        if (same) dim.set_dim_value(first.dims[axis]);
    }
    return info;
}

bool same_ranks(const FloatStart& start) {
    return std::all_of(start.tensors.begin(), start.tensors.end(), [&](const std::string& name) {
        return std::all_of(start.values.begin(), start.values.end(),
                           [&](const auto& values) { return values.at(name).dims.size() == start.values.front().at(name).dims.size(); });
    });
}

}  // namespace

FloatPrefix::FloatPrefix(RuntimePtr runtime, CanonicalPtr canonical, Target target)
    : runtime_(std::move(runtime)), canonical_(std::move(canonical)), target_(std::move(target)) {
    const GraphEdit& edit = canonical_->edit;
    if (edit.has_bodies()) return;  // what passes a place between bodies is not followed
    order_ = by_depth(edit);
    std::vector<double> before(order_.size() + 1, 0);
    for (std::size_t i = 0; i < order_.size(); ++i) {
        const NodeId origin = edit.item(static_cast<std::size_t>(order_[i])).origin;
        before[i + 1] = before[i] + (origin == kNone ? 0.0 : static_cast<double>(canonical_->model->node(origin).macs));
        if (origin != kNone) position_.emplace(origin, i);
    }
    if (before.back() < kLeastMacs) return;
    for (std::size_t place = 1; place < kPlaces; ++place) {
        const auto found = std::lower_bound(before.begin(), before.end(), before.back() * static_cast<double>(place) / static_cast<double>(kPlaces));
        const auto position = static_cast<std::size_t>(found - before.begin());
        if (position < order_.size() && (places_.empty() || position > places_.back())) places_.push_back(position);
    }
}

/// Tensors that are made before a position and needed at it or behind.
std::vector<std::string> FloatPrefix::passing(std::size_t position) const {
    const GraphEdit& edit = canonical_->edit;
    std::set<std::string> made, pass;
    for (std::size_t i = 0; i < position; ++i)
        for (const std::string& output : edit.item(static_cast<std::size_t>(order_[i])).proto.output()) {
            made.insert(output);
            if (!output.empty() && edit.is_output(output)) pass.insert(output);
        }
    for (std::size_t i = position; i < order_.size(); ++i)
        for (const std::string& input : edit.item(static_cast<std::size_t>(order_[i])).proto.input())
            if (!input.empty() && made.contains(input)) pass.insert(input);
    return {pass.begin(), pass.end()};
}

FloatStartPtr FloatPrefix::run(std::size_t place, const std::vector<std::map<std::string, Tensor>>& runs, const std::vector<std::size_t>& which,
                               const Job& job) const {
    auto start = std::make_shared<FloatStart>();
    start->tensors = passing(places_[place]);
    auto proto = std::make_shared<onnx::ModelProto>(canonical_->edit.build());
    answer_with_tensors(*proto, start->tensors);
    const auto session = Session::open(runtime_, std::shared_ptr<const onnx::ModelProto>(std::move(proto)), target_);
    for (const std::size_t one : which) {
        job.check();
        std::map<std::string, Tensor> inputs;
        for (const Port& port : session->inputs()) {
            const auto given = runs[one].find(port.name);
            if (given == runs[one].end()) return nullptr;  // only what is not compared needs it
            inputs.insert(*given);
        }
        std::vector<Tensor> outputs = session->run(inputs, start->tensors, job.stop());
        auto& values = start->values.emplace_back();
        for (std::size_t i = 0; i < outputs.size(); ++i) values.emplace(start->tensors[i], std::move(outputs[i]));
        if (bytes_of(values) * which.size() > kMostBytes) return nullptr;
    }
    return same_ranks(*start) ? start : nullptr;
}

FloatStartPtr FloatPrefix::start_of(const std::vector<NodeId>& changed, const std::vector<std::map<std::string, Tensor>>& runs,
                                    const std::vector<std::size_t>& which, const Job& job) {
    std::size_t first = std::numeric_limits<std::size_t>::max();
    for (const NodeId node : changed) {
        const auto found = position_.find(node);
        first = std::min(first, found == position_.end() ? 0 : found->second);  // one that was folded away before: wherever it was
    }
    const auto behind = std::upper_bound(places_.begin(), places_.end(), first);
    if (changed.empty() || which.empty() || behind == places_.begin()) return nullptr;
    const Key key{static_cast<std::size_t>(behind - places_.begin()) - 1, which};
    const std::lock_guard guard(mutex_);  // another trial waits for the same start
    const auto known = std::find_if(kept_.begin(), kept_.end(), [&](const auto& kept) { return kept.first == key; });
    if (known != kept_.end()) return known->second;
    kept_.emplace_back(key, run(key.place, runs, which, job));
    if (kept_.size() > kKept) kept_.erase(kept_.begin());
    return kept_.back().second;
}

bool start_trial(onnx::ModelProto& trial, const FloatStart& start) {
    const std::unordered_set<std::string> tensors(start.tensors.begin(), start.tensors.end());
    onnx::GraphProto& graph = *trial.mutable_graph();
    // A trial whose answer is made before the place, or of whose nodes one makes what passes it and something else, is left as it is.
    for (const onnx::ValueInfoProto& output : graph.output())
        if (tensors.contains(output.name())) return false;
    const Needed needed = needed_from(graph, tensors);
    for (const int i : needed.nodes)
        for (const std::string& output : graph.node(i).output())
            if (tensors.contains(output)) return false;
    for (const std::string& name : needed.stops) *graph.add_input() = declared(name, start);
    keep_only(graph, needed);
    return true;
}

}  // namespace vernier
