// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/on_the_way.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "core/base/error.h"
#include "core/layers/partings.h"
#include "core/layers/quant_range.h"
#include "core/layers/reach.h"
#include "core/layers/tensor_error.h"
#include "core/layers/watched.h"
#include "core/measure/cast.h"
#include "core/model/weights.h"

namespace vernier {
namespace {

constexpr std::uint64_t kUnknownBytes = std::uint64_t{1} << 20;

std::size_t at(std::int32_t id) { return static_cast<std::size_t>(id); }

bool is_float(ElementType type) {
    return type == ElementType::float32 || type == ElementType::float16 || type == ElementType::float64 || type == ElementType::bfloat16;
}

std::uint64_t bytes_of(const Value& value) {
    if (value.size && std::all_of(value.size->begin(), value.size->end(), [](std::int64_t axis) { return axis >= 0; })) return 4 * element_count(*value.size);
    return value.type.count() ? std::max<std::uint64_t>(4 * *value.type.count(), 64) : kUnknownBytes;
}

using Group = std::vector<std::size_t>;

/// Pairs of float tensors, in groups that are small enough. Those of a body are a group of their own: it may not be possible to hand them out.
std::vector<Group> groups_of(const OnTheWayRequest& request) {
    std::vector<Group> groups;
    std::uint64_t bytes = 0;
    GraphId graph = 0;
    for (std::size_t i = 0; i < request.twins.tensors.size(); ++i) {
        const TensorPair& pair = request.twins.tensors[i];
        const Value& mine = request.reference.value(pair.reference);
        const Value& theirs = request.quantized.value(pair.made);
        if (!is_float(mine.type.element) || (mine.graph == 0) != (theirs.graph == 0)) continue;
        if (mine.graph != 0 && (mine.producer == kNone || (pair.quantize != kNone && request.quantized.node(pair.quantize).graph != theirs.graph))) continue;
        if (mine.graph_input && pair.quantize == kNone) continue;  // it is what both are given
        if (pair.quantize == kNone && !is_float(theirs.type.element)) continue;
        if (groups.empty() || bytes + bytes_of(mine) > request.group_bytes || mine.graph != graph) {
            groups.emplace_back();
            bytes = 0;
            graph = mine.graph;
        }
        groups.back().push_back(i);
        bytes += bytes_of(mine);
    }
    return groups;
}

void run_group(const RuntimePtr& runtime, const OnTheWayRequest& request, const Runs& runs, const Group& group, OnTheWay& way, const Job& job) {
    Watched mine(request.reference), theirs(request.quantized);
    std::vector<std::string> wanted, wanted_there;
    std::vector<std::size_t> place;  // of what the FP32 model is asked for; inputs stand in the samples
    for (const std::size_t i : group) {
        const TensorPair& pair = request.twins.tensors[i];
        place.push_back(wanted.size());
        if (request.same_file && pair.quantize != kNone)
            wanted.push_back(mine.add_codes(pair));
        else if (!request.reference.value(pair.reference).graph_input)
            wanted.push_back(mine.add(pair.reference));
        wanted_there.push_back(pair.quantize == kNone ? theirs.add(pair.made) : theirs.add_codes(pair));
    }
    const auto reference = mine.open(runtime, request.reference_target.value_or(request.target)), quantized = theirs.open(runtime, request.target);
    std::vector<ErrorSums> sums;
    for (const std::size_t i : group) {
        // Half a step beyond the ends is rounded, not clipped.
        const std::optional<QuantRange> range = output_range(request.quantized, request.twins.tensors[i].quantize);
        sums.push_back(range ? ErrorSums(range->low - range->step, range->high + range->step) : ErrorSums());
    }
    std::vector<float> numbers, numbers_there;
    for (const auto& batch : runs.batches) {
        job.check();
        const auto inputs = load_run(*request.data, runs.split, batch);
        const auto given = fitted(reference->inputs(), inputs);
        const std::vector<Tensor> answers = wanted.empty() ? std::vector<Tensor>() : reference->run(given, wanted, job.stop());
        const std::vector<Tensor> answers_there = quantized->run(fitted(quantized->inputs(), inputs), wanted_there, job.stop());
        for (std::size_t k = 0; k < group.size(); ++k) {
            const Value& value = request.reference.value(request.twins.tensors[group[k]].reference);
            const Tensor* answer = value.graph_input ? nullptr : &answers[place[k]];
            if (const auto found = given.find(value.name); value.graph_input && found != given.end()) answer = &found->second;
            if (answer == nullptr) continue;
            numbers = to_floats(*answer);
            if (common_part(*answer, answers_there[k], numbers_there)) sums[k].add(numbers, numbers_there);
        }
    }
    for (std::size_t k = 0; k < group.size(); ++k) {
        TensorError error;
        error.pair = request.twins.tensors[group[k]];
        error.node = request.reference.value(error.pair.reference).producer;
        sums[k].tell(error);
        if (error.count > 0) way.tensors.push_back(error);
    }
}

/// The tensor that a node makes; where it was folded, the one that comes out behind the others that its twin does.
void index_nodes(const OnTheWayRequest& request, OnTheWay& way) {
    way.of_node.assign(request.reference.nodes().size(), kNone);
    std::vector<std::int32_t> of_twin(request.quantized.nodes().size(), kNone);
    for (std::size_t i = 0; i < way.tensors.size(); ++i) {
        const TensorError& error = way.tensors[i];
        if (error.node != kNone && way.of_node[at(error.node)] == kNone) way.of_node[at(error.node)] = static_cast<std::int32_t>(i);
        if (error.pair.twin != kNone) of_twin[at(error.pair.twin)] = static_cast<std::int32_t>(i);
    }
    for (const Node& node : request.reference.nodes()) {
        std::int32_t& index = way.of_node[at(node.id)];
        for (const NodeId twin : request.twins.nodes[at(node.id)].nodes)
            if (index == kNone) index = of_twin[at(twin)];
    }
}

}  // namespace

const TensorError* OnTheWay::of(NodeId node) const {
    const std::int32_t index = node == kNone || at(node) >= of_node.size() ? kNone : of_node[at(node)];
    return index == kNone ? nullptr : &tensors[at(index)];
}

OnTheWay errors_on_the_way(const RuntimePtr& runtime, const OnTheWayRequest& request, const Job& job) {
    OnTheWay way;
    const Runs runs = runs_of(request);
    way.samples = runs.samples;
    const std::vector<Group> groups = groups_of(request);
    for (std::size_t g = 0; g < groups.size(); ++g) {
        job.step("compare tensors", g, groups.size());
        try {
            run_group(runtime, request, runs, groups[g], way, job);
        } catch (const Error& error) {
            // A loop whose turns make tensors of different shapes cannot hand them out: they are not compared.
            const bool in_body = request.reference.value(request.twins.tensors[groups[g].front()].reference).graph != 0;
            if (!in_body || error.kind() == ErrorKind::cancelled) throw;
        }
    }
    index_nodes(request, way);
    find_partings(request.reference, request.twins, way);
    if (!request.same_file) measure_reach(runtime, request, way, job);
    choose_first(way);
    return way;
}

Json to_json(const Parting& parting, const Model& reference) {
    const Node& node = reference.node(parting.node);
    return {{"node", node.id},
            {"name", node.label},
            {"op", node.op_type},
            {"before_db", parting.before_db},
            {"sqnr_db", parting.after_db},
            {"outputs_db", parting.reach ? Json(parting.outputs_db()) : Json()},
            {"text", fmt::format("{} ({}): {:.1f} dB in front of it, {:.1f} dB behind it.{}", node.label, node.op_type, parting.before_db, parting.after_db,
                                 parting.reach_text())}};
}

}  // namespace vernier
