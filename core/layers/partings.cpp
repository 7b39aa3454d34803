// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/partings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <unordered_set>
#include <vector>

namespace vernier {
namespace {

constexpr double kLeastNoise = 0.003;  // of the signal (25 dB): below it two files do not part
constexpr double kAsMuch = 0.5;        // of the most: the first node that adds this much is where they part
constexpr double kGroupDb = 10;        // a group of numbers this far below the whole is lost in a scale that fits the others
constexpr double kMuchNoise = 0.01;    // of the outputs (20 dB): a place of its own, whatever others do
constexpr double kHardlyDb = 35;       // at the outputs: no reason to change anything
constexpr double kCleanDb = 60;        // nothing was lost so far
constexpr int kAbove = 5;              // nodes from a variance to the division by its root
constexpr double kGoesOnDb = 10;       // noise that a reader's result shows too

std::size_t at(std::int32_t id) { return static_cast<std::size_t>(id); }

/// Noise over signal; more than all of it is no worse.
double noise_of(double db) { return std::min(1.0, std::pow(10.0, -db / 10)); }

class Finder {
public:
    Finder(const Model& reference, const Twins& twins, OnTheWay& way) : ref_(reference), twins_(twins), way_(way) {
        tensor_of_.assign(ref_.values().size(), kNone);
        for (std::size_t i = 0; i < way_.tensors.size(); ++i)
            if (way_.tensors[i].count > 0) tensor_of_[at(way_.tensors[i].pair.reference)] = static_cast<std::int32_t>(i);
    }

    void run() {
        for (const Node& node : ref_.nodes()) look(node);
        leave_out_holders();
        const std::vector<Parting> found = way_.partings;
        for (const Parting& parting : found) add_above(ref_.node(parting.node), kAbove);
        std::stable_sort(way_.partings.begin(), way_.partings.end(), [](const Parting& a, const Parting& b) { return a.added() > b.added(); });
    }

private:
    [[nodiscard]] const TensorError* error_of(ValueId value) const {
        return value == kNone || tensor_of_[at(value)] == kNone ? nullptr : &way_.tensors[at(tensor_of_[at(value)])];
    }

    /// The worst of what a node reads; what is not compared is looked through.
    [[nodiscard]] double before(const Node& node, int depth = 0) const {
        double worst = kExactDb;
        for (const ValueId input : node.inputs) {
            if (input == kNone || ref_.value(input).is_constant()) continue;
            if (const TensorError* error = error_of(input))
                worst = std::min(worst, error->sqnr_db);
            else if (const NodeId maker = ref_.value(input).producer; maker != kNone && depth < 6)
                worst = std::min(worst, before(ref_.node(maker), depth + 1));
        }
        return worst;
    }

    /// What a node reads, of which a group of numbers is lost: the place is where that was made.
    [[nodiscard]] ValueId lost_input(const Node& node, double after_db) const {
        for (const ValueId input : node.inputs) {
            const TensorError* error = error_of(input);
            if (error != nullptr && error->group_sqnr_db < error->sqnr_db - kGroupDb && error->group_sqnr_db < after_db + kGroupDb) return input;
        }
        return kNone;
    }

    [[nodiscard]] bool goes_on(ValueId value, double db, int depth = 0) const {
        if (ref_.value(value).graph_output) return true;
        for (const NodeId id : ref_.value(value).consumers)
            for (const ValueId output : ref_.node(id).outputs) {
                if (output == kNone) continue;
                if (const TensorError* error = error_of(output)) {
                    if (error->sqnr_db < db + kGoesOnDb || error->group_sqnr_db < db + kGoesOnDb) return true;
                } else if (depth < 6 && goes_on(output, db, depth + 1)) {
                    return true;
                }
            }
        return false;
    }

    /// What an If, a Loop or a Scan makes was lost at the nodes of its body, where these are known.
    void leave_out_holders() {
        std::unordered_set<NodeId> holders;
        for (const Parting& parting : way_.partings)
            for (NodeId id = ref_.node(parting.node).parent; id != kNone; id = ref_.node(id).parent) holders.insert(id);
        std::erase_if(way_.partings, [&](const Parting& parting) { return holders.contains(parting.node); });
    }

    void add(const Node& node, ValueId output, double before_db, double after_db) {
        if (!seen_.insert(node.id).second) return;
        way_.partings.push_back({node.id, twins_.nodes[at(node.id)].node(), at(tensor_of_[at(output)]), before_db, after_db});
    }

    /// What a root or a division breaks may have been lost in front of it, where it was little: those nodes are places that may count.
    void add_above(const Node& node, int depth) {
        for (const ValueId input : node.inputs) {
            if (depth == 0 || input == kNone || ref_.value(input).is_constant() || ref_.value(input).producer == kNone) continue;
            const Node& maker = ref_.node(ref_.value(input).producer);
            const TensorError* error = error_of(input);
            if (error != nullptr && error->sqnr_db >= kCleanDb && error->group_sqnr_db >= kCleanDb) continue;
            if (error != nullptr) add(maker, input, before(maker), error->sqnr_db);
            add_above(maker, depth - 1);
        }
    }

    void look(const Node& node) {
        if (node.outputs.empty()) return;
        const ValueId output = node.outputs[0];
        const TensorError* error = error_of(output);
        if (error == nullptr) return;
        const double before_db = before(node), after_db = error->sqnr_db;
        if (noise_of(after_db) - noise_of(before_db) < kLeastNoise / 10 || !goes_on(output, after_db)) return;
        if (const ValueId lost = lost_input(node, after_db); lost != kNone && ref_.value(lost).producer != kNone) {
            const Node& maker = ref_.node(ref_.value(lost).producer);
            add(maker, lost, before(maker), error_of(lost)->group_sqnr_db);
            return;
        }
        add(node, output, before_db, after_db);
    }

    const Model& ref_;
    const Twins& twins_;
    OnTheWay& way_;
    std::vector<std::int32_t> tensor_of_;
    std::unordered_set<NodeId> seen_;
};

}  // namespace

double Parting::added() const { return noise_of(after_db) - noise_of(before_db); }

double Parting::outputs_db() const { return reach.value_or(0) <= 0 ? kExactDb : std::clamp(-10 * std::log10(*reach), -kExactDb, kExactDb); }

std::string Parting::reach_text() const {
    if (!reach) return {};
    if (outputs_db() >= kHardlyDb) return " It hardly reaches the outputs.";
    return fmt::format(" Alone it leaves {:.1f} dB at the outputs.", outputs_db());
}

std::string Parting::loss_text() const {
    constexpr double kLess = 1;  // dB
    if (after_db > before_db - kLess)
        return fmt::format("{:.1f} dB of FP32 are left of it, and what was lost in front of it does less to the outputs", after_db);
    return fmt::format("from {} to {:.1f} dB of FP32", before_db >= kExactDb ? "equal" : fmt::format("{:.1f} dB", before_db), after_db);
}

std::vector<Parting> OnTheWay::places() const {
    std::vector<Parting> found;
    if (!first) return found;
    for (const Parting& parting : partings)
        if (weight(parting) >= kAsMuch * weight(partings.front()) || (by_reach && weight(parting) >= kMuchNoise)) found.push_back(parting);
    std::sort(found.begin(), found.end(), [](const Parting& a, const Parting& b) { return a.node < b.node; });
    return found;
}

void choose_first(OnTheWay& way) {
    way.first.reset();
    double most = 0;
    for (const Parting& parting : way.partings) most = std::max(most, way.weight(parting));
    if (way.by_reach && most < kLeastNoise) {  // nothing reaches the outputs: told by what tensors lose
        way.by_reach = false;
        return choose_first(way);
    }
    std::stable_sort(way.partings.begin(), way.partings.end(), [&](const Parting& a, const Parting& b) { return way.weight(a) > way.weight(b); });
    if (most < kLeastNoise) return;
    for (const Parting& parting : way.partings)
        if (way.weight(parting) >= kAsMuch * most && (!way.first || parting.node < way.first->node)) way.first = parting;
}

void find_partings(const Model& reference, const Twins& twins, OnTheWay& way) { Finder(reference, twins, way).run(); }

}  // namespace vernier
