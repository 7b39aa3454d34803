// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/reach.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/layers/watched.h"
#include "core/measure/cast.h"
#include "core/model/weights.h"

namespace vernier {
namespace {

constexpr std::uint64_t kSamples = 8;     // of one file's places each
constexpr std::size_t kPlaces = 16;       // that are measured, with what stands in front: those that add most, and those that lose a group of numbers
constexpr std::size_t kFewestPlaces = 4;  // of a large model
constexpr double kMostWork = 2e11;        // multiply-accumulates that this may take: some tens of seconds
constexpr double kLeastNoise = 0.003;     // as in partings.cpp: less is no place
constexpr double kGroupDb = 10;           // as there: a group of numbers that is lost
constexpr double kLost = 1e6;             // nothing is worse
constexpr int kAbove = 5;                 // nodes from a variance to the division by its root
constexpr int kHops = 4;                  // nodes that are looked through for a tensor that is compared
constexpr std::int64_t kOpsetOfWhere = 9;

std::size_t at(std::int32_t id) { return static_cast<std::size_t>(id); }

using Patch = std::vector<std::size_t>;  ///< indices of tensors that are the file's

/// A place with the tensors that stand for it.
struct Place {
    std::size_t parting = 0;
    Patch before;               ///< what it reads
    std::vector<Patch> behind;  ///< what it makes, what its readers make of that, and theirs
    double noise_before = 0, noise_behind = 0;
    std::size_t counted = 0;  ///< runs in which noise_behind is known
};

Tensor scalar_of(ElementType type, std::size_t bytes) { return {type, {}, std::vector<std::byte>(bytes)}; }

Tensor float_tensor(const std::vector<float>& values, const std::vector<std::int64_t>& dims) {
    Tensor tensor{ElementType::float32, dims, std::vector<std::byte>(values.size() * sizeof(float))};
    if (!values.empty()) std::memcpy(tensor.bytes.data(), values.data(), tensor.bytes.size());
    return tensor;
}

/// Noise over signal, the mean over outputs; nothing where an output is no number.
std::optional<double> noise_of(const std::vector<Tensor>& reference, const std::vector<Tensor>& patched) {
    double sum = 0;
    std::size_t outputs = 0;
    for (std::size_t o = 0; o < std::min(reference.size(), patched.size()); ++o) {
        const std::vector<float> mine = to_floats(reference[o]), theirs = to_floats(patched[o]);
        double error = 0, power = 0;
        for (std::size_t i = 0; i < std::min(mine.size(), theirs.size()); ++i) {
            if (!std::isfinite(mine[i])) continue;
            if (!std::isfinite(theirs[i])) return std::nullopt;
            const double difference = static_cast<double>(theirs[i]) - mine[i];
            error += difference * difference;
            power += static_cast<double>(mine[i]) * mine[i];
        }
        if (mine.size() != theirs.size()) error = power;  // fewer boxes, say: nothing of it is as it was
        if (!(power > 0)) continue;
        sum += std::min(error / power, kLost);
        ++outputs;
    }
    return outputs == 0 ? 0 : sum / static_cast<double>(outputs);
}

class Measurer {
public:
    Measurer(const RuntimePtr& runtime, const OnTheWayRequest& request, OnTheWay& way, const Job& job)
        : runtime_(runtime), request_(request), ref_(request.reference), way_(way), job_(job) {
        error_of_.assign(ref_.values().size(), kNone);
        for (std::size_t i = 0; i < way.tensors.size(); ++i)
            if (way.tensors[i].count > 0) error_of_[at(way.tensors[i].pair.reference)] = static_cast<std::int32_t>(i);
    }

    void run() {
        double macs = 1;
        for (const Node& node : ref_.nodes()) macs += static_cast<double>(node.macs);
        const double runs = kMostWork / macs;
        OnTheWayRequest few = request_;
        few.samples = std::min(request_.samples, static_cast<std::uint64_t>(std::clamp(runs / (2 * kFewestPlaces), 1.0, static_cast<double>(kSamples))));
        choose(static_cast<std::size_t>(
            std::clamp(runs / (2 * static_cast<double>(few.samples)), static_cast<double>(kFewestPlaces), static_cast<double>(kPlaces))));
        if (places_.empty()) return;
        open();
        const Runs samples = runs_of(few);
        std::size_t done = 0;
        for (const auto& batch : samples.batches) {
            job_.step("what reaches the outputs", done++, samples.batches.size());
            run_batch(load_run(*request_.data, samples.split, batch));
        }
        tell(samples.batches.size());
    }

private:
    /// Partings that lose a group of numbers first: what they add may be hidden behind what was lost before.
    void choose(std::size_t most) {
        std::vector<std::size_t> order;
        for (const bool of_group : {true, false})
            for (std::size_t i = 0; i < way_.partings.size(); ++i) {
                const TensorError& error = way_.tensors[way_.partings[i].tensor];
                const bool lost = error.group_sqnr_db < error.sqnr_db - kGroupDb;
                const double noise = std::pow(10.0, -std::min(error.sqnr_db, error.group_sqnr_db) / 10);
                if (lost == of_group && noise >= kLeastNoise && order.size() < (of_group ? most / 2 : most)) order.push_back(i);
            }
        for (std::size_t i = 0; i < way_.partings.size(); ++i) parting_of_.emplace(way_.partings[i].node, i);
        for (const std::size_t i : order) add(i);
        for (const std::size_t i : order) add_above(ref_.node(way_.partings[i].node), kAbove, 3 * most);
    }

    /// What breaks here may have been lost in front.
    void add_above(const Node& node, int depth, std::size_t most) {
        for (const ValueId input : node.inputs) {
            const NodeId maker = input == kNone || ref_.value(input).is_constant() ? kNone : ref_.value(input).producer;
            if (depth == 0 || maker == kNone || places_.size() >= most) continue;
            if (const auto known = parting_of_.find(maker); known != parting_of_.end()) add(known->second);
            add_above(ref_.node(maker), depth - 1, most);
        }
    }

    void add(std::size_t index) {
        if ((2 * bytes_ > request_.group_bytes && !places_.empty()) || !added_.insert(index).second) return;
        const Parting& parting = way_.partings[index];
        const ValueId output = way_.tensors[parting.tensor].pair.reference;
        Place place;
        place.parting = index;
        // A place in a body is seen at the node that holds it.
        NodeId node = parting.node;
        while (ref_.node(node).graph != 0) node = ref_.node(node).parent;
        std::vector<ValueId> row{output};
        if (node != parting.node) row = ref_.node(node).outputs;
        Patch own;
        for (const ValueId value : row)
            if (const auto known = value == kNone ? std::nullopt : index_of(value)) own.push_back(*known);
        if (own.empty()) return;
        place.behind.push_back(std::move(own));
        add_inputs(ref_.node(node), place.before, kHops);
        std::erase(row, kNone);
        for (int i = 0; i < 3; ++i) {  // a variance of zero is a number again behind root, division and what scales it
            row = readers_of(row);
            Patch patch;
            for (const ValueId value : row)
                if (const auto known = index_of(value)) patch.push_back(*known);
            if (patch.empty()) break;
            place.behind.push_back(std::move(patch));
        }
        places_.push_back(std::move(place));
    }

    /// What a node reads, looked through where it is not compared.
    void add_inputs(const Node& node, Patch& patch, int depth) {
        for (const ValueId input : node.inputs) {
            if (input == kNone || ref_.value(input).is_constant()) continue;
            if (const auto known = index_of(input)) {
                if (std::find(patch.begin(), patch.end(), *known) == patch.end()) patch.push_back(*known);
            } else if (const NodeId maker = ref_.value(input).producer; maker != kNone && depth > 0) {
                add_inputs(ref_.node(maker), patch, depth - 1);
            }
        }
    }

    /// The compared tensors that are made of these.
    [[nodiscard]] std::vector<ValueId> readers_of(const std::vector<ValueId>& values) const {
        std::vector<ValueId> found, front = values;
        for (int depth = 0; depth < kHops && !front.empty(); ++depth) {
            std::vector<ValueId> next;
            for (const ValueId value : front)
                for (const NodeId reader : ref_.value(value).consumers)
                    for (const ValueId output : ref_.node(reader).outputs) {
                        if (output == kNone) continue;
                        std::vector<ValueId>& to = error_of_[at(output)] == kNone ? next : found;
                        if (std::find(to.begin(), to.end(), output) == to.end()) to.push_back(output);
                    }
            front = std::move(next);
        }
        return found;
    }

    /// Where a tensor that can be exchanged stands in values_; nothing where it cannot.
    std::optional<std::size_t> index_of(ValueId value) {
        const Value& of = ref_.value(value);
        if (error_of_[at(value)] == kNone || of.graph != 0 || of.graph_input || of.type.element != ElementType::float32 || !of.type.has_shape)
            return std::nullopt;
        const auto [place, is_new] = place_of_.emplace(value, values_.size());
        if (is_new) {
            values_.push_back(value);
            const std::uint64_t known = of.size && std::all_of(of.size->begin(), of.size->end(), [](std::int64_t axis) { return axis >= 0; })
                                            ? element_count(*of.size)
                                            : of.type.count().value_or(0);
            bytes_ += sizeof(float) * known;
        }
        return place->second;
    }

    void open() {
        Watched mine(ref_), theirs(request_.quantized);
        for (const ValueId output : ref_.outputs()) outputs_.push_back(ref_.value(output).name);
        for (const ValueId value : values_) {
            const TensorPair& pair = way_.tensors[at(error_of_[at(value)])].pair;
            names_.push_back(mine.add(value));
            exchanges_.push_back(mine.exchange(value));
            names_there_.push_back(pair.quantize == kNone ? theirs.add(pair.made) : theirs.add_codes(pair));
        }
        reference_ = mine.open(runtime_, target());
        quantized_ = theirs.open(runtime_, request_.target);
    }

    [[nodiscard]] Target target() const { return request_.reference_target.value_or(request_.target); }

    void run_batch(const std::map<std::string, Tensor>& samples) {
        std::map<std::string, Tensor> inputs = fitted(reference_->inputs(), samples);
        for (std::size_t k = 0; k < values_.size(); ++k) {
            inputs[exchanges_[k].use] = scalar_of(ElementType::boolean, 1);
            inputs[exchanges_[k].value] = nothing_for(k);
        }
        const std::vector<Tensor> own = reference_->run(inputs, outputs_, job_.stop());
        const std::vector<Tensor> mine = reference_->run(inputs, names_, job_.stop());
        const std::vector<Tensor> there = quantized_->run(fitted(quantized_->inputs(), samples), names_there_, job_.stop());
        std::vector<std::optional<Tensor>> given(values_.size());
        std::vector<float> numbers;
        for (std::size_t k = 0; k < values_.size(); ++k)
            if (common_part(mine[k], there[k], numbers)) given[k] = float_tensor(numbers, mine[k].dims);
        std::map<Patch, std::optional<double>> known;
        const auto noise = [&](const Patch& patch) {
            const auto found = known.find(patch);
            return found != known.end() ? found->second : known.emplace(patch, run_patched(patch, given, own, inputs)).first->second;
        };
        for (Place& place : places_) {
            for (const Patch& patch : place.behind) {
                const std::optional<double> behind = noise(patch);
                if (!behind) continue;
                place.noise_behind += *behind;
                place.noise_before += place.before.empty() ? 0 : noise(place.before).value_or(0);
                ++place.counted;
                break;
            }
        }
    }

    /// A tensor of the rank that is declared, for where none is given.
    [[nodiscard]] Tensor nothing_for(std::size_t k) const {
        Tensor tensor = scalar_of(ElementType::float32, sizeof(float));
        tensor.dims.assign(ref_.value(values_[k]).type.dims.size(), 1);
        return tensor;
    }

    std::optional<double> run_patched(const Patch& patch, const std::vector<std::optional<Tensor>>& given, const std::vector<Tensor>& own,
                                      std::map<std::string, Tensor>& inputs) {
        job_.check();
        for (const std::size_t k : patch) {
            if (!given[k]) continue;
            inputs[exchanges_[k].use].bytes[0] = std::byte{1};
            inputs[exchanges_[k].value] = *given[k];
        }
        const std::vector<Tensor> patched = reference_->run(inputs, outputs_, job_.stop());
        for (const std::size_t k : patch) {
            inputs[exchanges_[k].use].bytes[0] = std::byte{0};
            inputs[exchanges_[k].value] = nothing_for(k);
        }
        return noise_of(own, patched);
    }

    /// Where no run gave a number, nothing is known: it is lost.
    void tell(std::size_t runs) {
        for (const Place& place : places_) {
            if (runs == 0) continue;
            const double counted = static_cast<double>(place.counted);
            way_.partings[place.parting].reach = place.counted == 0 ? 1 : std::max(0.0, (place.noise_behind - place.noise_before) / counted);
        }
        way_.by_reach = runs > 0;
    }

    const RuntimePtr& runtime_;
    const OnTheWayRequest& request_;
    const Model& ref_;
    OnTheWay& way_;
    const Job& job_;
    std::vector<std::int32_t> error_of_;  ///< by ValueId: index into OnTheWay::tensors, or kNone
    std::vector<Place> places_;
    std::set<std::size_t> added_;               ///< partings that are places
    std::map<NodeId, std::size_t> parting_of_;  ///< index of a node's
    std::vector<ValueId> values_;               ///< tensors that are exchanged
    std::map<ValueId, std::size_t> place_of_;
    std::uint64_t bytes_ = 0;  ///< of these, in one run
    std::vector<std::string> outputs_, names_, names_there_;
    std::vector<Watched::Exchange> exchanges_;
    std::unique_ptr<Session> reference_, quantized_;
};

}  // namespace

void measure_reach(const RuntimePtr& runtime, const OnTheWayRequest& request, OnTheWay& way, const Job& job) {
    if (way.partings.empty() || request.reference.opset() < kOpsetOfWhere) return;
    try {
        Measurer(runtime, request, way, job).run();
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) throw;
        for (Parting& parting : way.partings) parting.reach.reset();  // a shape that is not what the file says: judged by what is added
    }
}

}  // namespace vernier
