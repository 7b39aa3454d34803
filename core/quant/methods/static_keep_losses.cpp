// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/static_keep_losses.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <onnx/onnx_pb.h>

#include "core/quant/methods/static_loss.h"

namespace vernier {
namespace {

constexpr std::size_t kMostTold = 12;  ///< findings of one model; the plan says the rest node by node
constexpr std::size_t kMostNamed = 6;  ///< nodes in one finding

using Items = std::set<int>;

/// All losses in one scale: what joins, makes, moves and reads the tensor sees the same thing each in its own way.
struct Place {
    std::string scale;  ///< tensor whose range decides it
    StaticLoss worst;
    Items items, bound;  ///< all that must run in float; those of them that a rule or a click chose
    Items others = {};   ///< nodes of further places of the same block, which lose for the same cause
};

const std::string& scale_of(const StaticPlan& plan, const std::string& tensor) {
    const auto found = plan.tensors.find(tensor);
    return found == plan.tensors.end() || found->second.observe.empty() ? tensor : found->second.observe;
}

/// The place of a loss: of the same scale, or one whose nodes are all named there already.
Place& place_of(std::vector<Place>& places, const StaticPlan& plan, const StaticLoss& loss) {
    const Items items(loss.items.begin(), loss.items.end());
    const std::string& scale = scale_of(plan, loss.tensor);
    const auto found = std::find_if(places.begin(), places.end(), [&](const Place& place) {
        return place.scale == scale || std::includes(place.items.begin(), place.items.end(), items.begin(), items.end());
    });
    if (found == places.end()) return places.emplace_back(Place{scale, loss, items, {}});
    found->items.insert(items.begin(), items.end());
    if (loss.db < found->worst.db) found->worst = loss;
    return *found;
}

std::string names_of(const Prepared& prepared, const Items& items) {
    std::vector<std::string> names;
    for (const int i : items) names.push_back(prepared.edit.item(static_cast<std::size_t>(i)).proto.name());
    const std::size_t more = names.size() > kMostNamed ? names.size() - kMostNamed : 0;
    names.resize(names.size() - more);
    std::string text = fmt::format("{}", fmt::join(names, ", "));
    return more == 0 ? text : fmt::format("{} and {} more", text, more);
}

/// Chosen by a rule or a click among the items.
Items explicit_among(const Prepared& prepared, const std::vector<int>& items) {
    Items found;
    for (const int i : items) {
        const NodeId origin = prepared.edit.item(static_cast<std::size_t>(i)).origin;
        if (origin >= 0 && prepared.choices[static_cast<std::size_t>(origin)].explicit_choice()) found.insert(i);
    }
    return found;
}

/// What the items read and make, without constants.
std::set<std::string> tensors_of(const Prepared& prepared, const Items& items) {
    std::set<std::string> tensors;
    for (const int i : items) {
        const onnx::NodeProto& node = prepared.edit.item(static_cast<std::size_t>(i)).proto;
        for (const std::string& input : node.input())
            if (!input.empty() && !prepared.edit.is_constant(input)) tensors.insert(input);
        for (const std::string& output : node.output())
            if (!output.empty()) tensors.insert(output);
    }
    return tensors;
}

/// Numbers places by the block of the model that they lie in: places that touch (share a tensor) lie in the same one.
std::vector<std::size_t> blocks_of(const Prepared& prepared, const std::vector<Place>& places) {
    std::vector<std::size_t> blocks(places.size());
    std::map<std::string, std::size_t> block_at;  // by tensor
    for (std::size_t i = 0; i < places.size(); ++i) {
        blocks[i] = i;
        for (const std::string& tensor : tensors_of(prepared, places[i].items)) {
            const auto [seen, is_first] = block_at.emplace(tensor, i);
            if (is_first) continue;
            const std::size_t joined = blocks[seen->second], mine = blocks[i];
            std::replace(blocks.begin(), blocks.begin() + static_cast<std::ptrdiff_t>(i) + 1, mine, joined);
        }
    }
    return blocks;
}

/// One place for each cause in a block: a person who looks at the block sees one thing. What a rule chose stays apart.
std::vector<Place> by_block(const Prepared& prepared, const std::vector<Place>& places) {
    const std::vector<std::size_t> blocks = blocks_of(prepared, places);
    std::map<std::tuple<std::size_t, LossCause, bool>, std::size_t> number;
    std::vector<Place> merged;
    for (std::size_t i = 0; i < places.size(); ++i) {
        const Place& place = places[i];
        const auto [found, is_first] = number.emplace(std::tuple(blocks[i], place.worst.cause, place.bound.empty()), merged.size());
        if (is_first) {
            merged.push_back(place);
            continue;
        }
        Place& whole = merged[found->second];
        whole.items.insert(place.items.begin(), place.items.end());
        whole.bound.insert(place.bound.begin(), place.bound.end());
        if (place.worst.item != whole.worst.item) whole.others.insert(place.worst.item);
    }
    return merged;
}

Finding finding_of(const Prepared& prepared, const Place& place) {
    const StaticLoss& loss = place.worst;
    const std::string node = prepared.edit.item(static_cast<std::size_t>(loss.item)).proto.name();
    std::string lost = fmt::format("At {} INT8 loses small numbers beside large ones: {}. The small numbers would keep only {:.1f} dB.", node, loss.what,
                                   std::max(0.0, loss.db));
    if (!place.others.empty()) lost += fmt::format(" Likewise, but less, at: {}.", names_of(prepared, place.others));
    if (place.bound.empty())
        return {Severity::warning,
                "range-shared",
                kNone,
                node,
                loss.tensor,
                fmt::format("{} In FP32 stay: {}.", lost, names_of(prepared, place.items)),
                "Choose INT8 static for them by a rule to have them quantized even so."};
    return {Severity::serious,
            "range-shared",
            kNone,
            node,
            loss.tensor,
            fmt::format("{} It is INT8 all the same, because a rule or a click chose: {}.", lost, names_of(prepared, place.bound)),
            fmt::format("Choose FP32 for: {}.", names_of(prepared, place.items))};
}

void say(Prepared& prepared, std::vector<Place> places) {
    std::stable_sort(places.begin(), places.end(), [](const Place& a, const Place& b) { return a.worst.db < b.worst.db; });
    places = by_block(prepared, places);
    for (std::size_t i = 0; i < std::min(places.size(), kMostTold); ++i) prepared.findings.push_back(finding_of(prepared, places[i]));
    if (places.size() <= kMostTold) return;
    const std::size_t more = places.size() - kMostTold;
    prepared.findings.push_back({Severity::warning,
                                 "range-shared",
                                 kNone,
                                 {},
                                 {},
                                 fmt::format("INT8 would lose small numbers beside large ones at {} further place{}.", more, more == 1 ? "" : "s"),
                                 "The plan says why each of their nodes stays in FP32."});
}

}  // namespace

void keep_static_losses(Prepared& prepared, const Ranges& ranges, const Calibration& calibration) {
    const GraphEdit& edit = prepared.edit;
    std::vector<Place> places;
    for (bool changed = true; changed;) {
        changed = false;
        for (const StaticLoss& loss : static_losses(edit, prepared.static_plan, ranges, calibration)) {
            const Items bound = explicit_among(prepared, loss.items);
            place_of(places, prepared.static_plan, loss).bound.insert(bound.begin(), bound.end());
            if (!bound.empty()) continue;
            for (const int i : loss.items) {
                const NodeId origin = edit.item(static_cast<std::size_t>(i)).origin;
                if (origin < 0 || !prepared.problem[static_cast<std::size_t>(origin)].empty()) continue;
                prepared.problem[static_cast<std::size_t>(origin)] = fmt::format("INT8 would lose small numbers beside large ones in '{}'", loss.tensor);
                changed = true;
            }
        }
        if (changed) prepared.replan({});
    }
    say(prepared, std::move(places));
}

}  // namespace vernier
