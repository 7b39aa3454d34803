// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/front.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/boykov_kolmogorov_max_flow.hpp>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/error.h"

namespace vernier {
namespace {

using Capacity = std::int64_t;

/// Times and errors as whole numbers, so that a price of error, which is a quotient of two differences, is met exactly:
/// capacities are q * time + p * error with p <= 2^27 and q <= 2^31, so that all of them together stay below 2^59.
constexpr double kTimeRange = 1 << 26;
constexpr double kErrorRange = 1 << 30;
constexpr Capacity kInfinite = Capacity{1} << 60;

/// One group of tied units, and one boundary, in whole numbers.
struct WholeUnit {
    Capacity in_float = 0, quantized = 0, error = 0;
    SearchUnit::Pin pin = SearchUnit::Pin::none;
};
struct WholeBoundary {
    int producer = kOutside;
    std::vector<int> consumers;
    Capacity quantize = 0, dequantize = 0;
};
struct WholeGraph {
    std::vector<WholeUnit> units;
    std::vector<WholeBoundary> boundaries;
    std::vector<std::pair<int, int>> needs;
};

/// The group of each unit: those that are tied are one.
std::vector<int> groups_of(const SearchGraph& graph) {
    std::vector<int> parent(graph.units.size());
    std::iota(parent.begin(), parent.end(), 0);
    const auto root = [&](int unit) {
        while (parent[static_cast<std::size_t>(unit)] != unit) unit = parent[static_cast<std::size_t>(unit)];
        return unit;
    };
    for (const auto& [a, b] : graph.ties) parent[static_cast<std::size_t>(std::max(root(a), root(b)))] = std::min(root(a), root(b));
    std::vector<int> group(parent.size(), -1);
    int count = 0;
    for (std::size_t i = 0; i < parent.size(); ++i) {
        const auto top = static_cast<std::size_t>(root(static_cast<int>(i)));
        if (group[top] < 0) group[top] = count++;
        group[i] = group[top];
    }
    return group;
}

double positive(double value) { return std::isfinite(value) && value > 0 ? value : 0; }

struct Scales {
    double time = 1, error = 1;
};

Scales scales_of(const SearchGraph& graph) {
    double time = 0, error = 0;
    for (const SearchUnit& unit : graph.units) {
        time += std::max(positive(unit.float_ms), positive(unit.quantized_ms));
        error += positive(unit.error);
    }
    for (const SearchBoundary& boundary : graph.boundaries)
        time += (positive(boundary.quantize_ms) + positive(boundary.dequantize_ms)) *
                (boundary.each_consumer ? static_cast<double>(boundary.consumers.size()) : 1.0);
    return {time > 0 ? kTimeRange / time : 0, error > 0 ? kErrorRange / error : 0};
}

Capacity whole(double value, double scale) { return std::llround(positive(value) * scale); }

void join_pins(SearchUnit::Pin& into, SearchUnit::Pin pin) {
    if (pin == SearchUnit::Pin::none || pin == into) return;
    if (into != SearchUnit::Pin::none)
        throw Error(ErrorKind::usage, "rules choose different methods for nodes that must share a scale", {},
                    "Choose the same method for both, or leave one of them open.");
    into = pin;
}

/// What groups need, without what no choice can hold: a group that is pinned to be quantized, and needs one that cannot be.
std::vector<std::pair<int, int>> needs_of(const SearchGraph& graph, const std::vector<int>& group, const std::vector<WholeUnit>& units) {
    std::vector<std::pair<int, int>> needs;
    for (const auto& [a, b] : graph.needs)
        if (const std::pair<int, int> need{group[static_cast<std::size_t>(a)], group[static_cast<std::size_t>(b)]}; need.first != need.second)
            needs.push_back(need);
    std::vector<bool> blocked(units.size());
    for (std::size_t i = 0; i < units.size(); ++i) blocked[i] = units[i].pin == SearchUnit::Pin::in_float;
    for (bool changed = true; changed;) {
        changed = false;
        for (const auto& [a, b] : needs) {
            const auto first = static_cast<std::size_t>(a);
            if (!blocked[static_cast<std::size_t>(b)] || blocked[first] || units[first].pin == SearchUnit::Pin::quantized) continue;
            blocked[first] = changed = true;
        }
    }
    std::erase_if(needs, [&](const auto& need) {
        return blocked[static_cast<std::size_t>(need.second)] && units[static_cast<std::size_t>(need.first)].pin == SearchUnit::Pin::quantized;
    });
    return needs;
}

/// In groups of tied units. A tensor that stays inside of a group is no boundary.
WholeGraph whole_graph(const SearchGraph& graph, const std::vector<int>& group) {
    const Scales scale = scales_of(graph);
    WholeGraph result;
    result.units.resize(group.empty() ? 0 : static_cast<std::size_t>(*std::max_element(group.begin(), group.end())) + 1);
    for (std::size_t i = 0; i < group.size(); ++i) {
        WholeUnit& unit = result.units[static_cast<std::size_t>(group[i])];
        const SearchUnit& own = graph.units[i];
        unit.in_float += whole(own.float_ms, scale.time);
        unit.quantized += whole(own.quantized_ms, scale.time);
        unit.error += whole(own.error, scale.error);
        join_pins(unit.pin, own.pin);
    }
    result.needs = needs_of(graph, group, result.units);
    const auto of = [&](int unit) { return unit == kOutside ? kOutside : group[static_cast<std::size_t>(unit)]; };
    for (const SearchBoundary& each : graph.boundaries) {
        WholeBoundary boundary{of(each.producer), {}, whole(each.quantize_ms, scale.time), whole(each.dequantize_ms, scale.time)};
        for (const int consumer : each.consumers)
            if (of(consumer) != boundary.producer) boundary.consumers.push_back(of(consumer));
        if (!each.each_consumer) std::sort(boundary.consumers.begin(), boundary.consumers.end());
        if (!each.each_consumer) boundary.consumers.erase(std::unique(boundary.consumers.begin(), boundary.consumers.end()), boundary.consumers.end());
        if (boundary.consumers.empty()) continue;
        if (!each.each_consumer) {
            result.boundaries.push_back(std::move(boundary));
            continue;
        }
        for (const int consumer : boundary.consumers) result.boundaries.push_back({boundary.producer, {consumer}, boundary.quantize, boundary.dequantize});
    }
    return result;
}

/// What a set of groups costs.
struct Sums {
    Capacity time = 0, error = 0;
};

Sums sums_of(const WholeGraph& graph, const UnitSet& quantized) {
    Sums sums;
    for (std::size_t i = 0; i < graph.units.size(); ++i) {
        sums.time += quantized[i] ? graph.units[i].quantized : graph.units[i].in_float;
        sums.error += quantized[i] ? graph.units[i].error : 0;
    }
    const auto is_quantized = [&](int unit) { return unit != kOutside && quantized[static_cast<std::size_t>(unit)]; };
    for (const WholeBoundary& boundary : graph.boundaries) {
        const bool from = is_quantized(boundary.producer);
        if (std::none_of(boundary.consumers.begin(), boundary.consumers.end(), [&](int unit) { return is_quantized(unit) != from; })) continue;
        sums.time += from ? boundary.dequantize : boundary.quantize;
    }
    return sums;
}

/// A price of error: each unit of error costs p / q of a unit of time.
struct Price {
    Capacity p = 0, q = 1;
};

/// The network of a price: the source's side stays in float.
class Network {
public:
    Network(const WholeGraph& graph, Price price) : price_(price), units_(graph.units.size()), arcs_(units_ + 2) {
        for (std::size_t i = 0; i < units_; ++i) add_unit(i, graph.units[i]);
        for (const WholeBoundary& boundary : graph.boundaries) add_boundary(boundary);
        for (const auto& [unit, needed] : graph.needs) connect(vertex_of(needed), vertex_of(unit), kInfinite, 0);
    }

    /// The optimum with the most units quantized: what the source still reaches stays in float.
    UnitSet solve() {
        namespace bg = boost;
        const auto source = static_cast<Vertex>(units_), sink = static_cast<Vertex>(units_ + 1);
        bg::boykov_kolmogorov_max_flow(arcs_, bg::get(&Arc::capacity, arcs_), bg::get(&Arc::residual, arcs_), bg::get(&Arc::reverse, arcs_),
                                       bg::get(&Node::predecessor, arcs_), bg::get(&Node::colour, arcs_), bg::get(&Node::distance, arcs_),
                                       bg::get(bg::vertex_index, arcs_), source, sink);
        std::vector<bool> reached(bg::num_vertices(arcs_), false);
        std::vector<Vertex> open = {source};
        reached[source] = true;
        while (!open.empty()) {
            const Vertex from = open.back();
            open.pop_back();
            for (auto [edge, end] = bg::out_edges(from, arcs_); edge != end; ++edge) {
                const Vertex to = bg::target(*edge, arcs_);
                if (arcs_[*edge].residual <= 0 || reached[to]) continue;
                reached[to] = true;
                open.push_back(to);
            }
        }
        UnitSet quantized(units_);
        for (std::size_t i = 0; i < units_; ++i) quantized[i] = !reached[i];
        return quantized;
    }

private:
    using Traits = boost::adjacency_list_traits<boost::vecS, boost::vecS, boost::directedS>;
    using Vertex = Traits::vertex_descriptor;
    using Edge = Traits::edge_descriptor;
    struct Node {
        boost::default_color_type colour = boost::white_color;
        Edge predecessor = {};
        Capacity distance = 0;
    };
    struct Arc {
        Capacity capacity = 0, residual = 0;
        Edge reverse = {};
    };
    using Arcs = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, Node, Arc>;

    void connect(Vertex from, Vertex to, Capacity forth, Capacity back) {
        const Edge there = boost::add_edge(from, to, arcs_).first;
        const Edge again = boost::add_edge(to, from, arcs_).first;
        arcs_[there].capacity = forth;
        arcs_[again].capacity = back;
        arcs_[there].reverse = again;
        arcs_[again].reverse = there;
    }

    void add_unit(std::size_t i, const WholeUnit& unit) {
        const Capacity quantized = price_.q * unit.quantized + price_.p * unit.error;
        connect(units_, i, unit.pin == SearchUnit::Pin::in_float ? kInfinite : quantized, 0);
        connect(i, units_ + 1, unit.pin == SearchUnit::Pin::quantized ? kInfinite : price_.q * unit.in_float, 0);
    }

    [[nodiscard]] Vertex vertex_of(int unit) const { return unit == kOutside ? units_ : static_cast<Vertex>(unit); }

    void add_boundary(const WholeBoundary& boundary) {
        const Capacity quantize = price_.q * boundary.quantize, dequantize = price_.q * boundary.dequantize;
        if (boundary.consumers.size() == 1) {
            connect(vertex_of(boundary.producer), vertex_of(boundary.consumers.front()), quantize, dequantize);
            return;
        }
        const Vertex any_quantized = boost::add_vertex(arcs_), any_float = boost::add_vertex(arcs_);
        connect(vertex_of(boundary.producer), any_quantized, quantize, 0);
        connect(any_float, vertex_of(boundary.producer), dequantize, 0);
        for (const int consumer : boundary.consumers) {
            connect(any_quantized, vertex_of(consumer), kInfinite, 0);
            connect(vertex_of(consumer), any_float, kInfinite, 0);
        }
    }

    Price price_;
    std::size_t units_ = 0;
    Arcs arcs_;
};

struct Corner {
    UnitSet quantized;
    Sums sums;
};

Corner corner_at(const WholeGraph& graph, Price price) {
    Corner corner{Network(graph, price).solve(), {}};
    corner.sums = sums_of(graph, corner.quantized);
    return corner;
}

/// Corners between two of them, in order: a price at which both cost the same finds one below their line, where there is one.
void add_between(const WholeGraph& graph, const Corner& safe, const Corner& fast, std::vector<Corner>& corners) {
    const Price price{safe.sums.time - fast.sums.time, fast.sums.error - safe.sums.error};
    if (price.p <= 0 || price.q <= 0) return;
    const auto cost = [&](const Sums& sums) { return price.q * sums.time + price.p * sums.error; };
    Corner middle = corner_at(graph, price);
    if (cost(middle.sums) >= cost(safe.sums)) return;
    add_between(graph, safe, middle, corners);
    corners.push_back(middle);
    add_between(graph, middle, fast, corners);
}

FrontPoint point_of(const SearchGraph& graph, UnitSet quantized) {
    const double ms = time_of(graph, quantized), error = error_of(graph, quantized);
    return {std::move(quantized), ms, error};
}

}  // namespace

TimeParts time_parts(const SearchGraph& graph, const UnitSet& quantized) {
    TimeParts parts;
    for (std::size_t i = 0; i < graph.units.size(); ++i) parts.units += positive(quantized[i] ? graph.units[i].quantized_ms : graph.units[i].float_ms);
    const auto is_quantized = [&](int unit) { return unit != kOutside && quantized[static_cast<std::size_t>(unit)]; };
    for (const SearchBoundary& boundary : graph.boundaries) {
        const bool from = is_quantized(boundary.producer);
        const auto converted = std::count_if(boundary.consumers.begin(), boundary.consumers.end(), [&](int unit) { return is_quantized(unit) != from; });
        if (converted > 0)
            parts.conversions +=
                positive(from ? boundary.dequantize_ms : boundary.quantize_ms) * (boundary.each_consumer ? static_cast<double>(converted) : 1.0);
    }
    return parts;
}

double error_of(const SearchGraph& graph, const UnitSet& quantized) {
    double error = 0;
    for (std::size_t i = 0; i < graph.units.size(); ++i) error += quantized[i] ? positive(graph.units[i].error) : 0;
    return error;
}

std::optional<UnitSet> with_unit(const SearchGraph& graph, UnitSet quantized, std::size_t unit) {
    std::vector<std::size_t> open = {unit};
    while (!open.empty()) {
        const std::size_t at = open.back();
        open.pop_back();
        if (quantized[at]) continue;
        if (graph.units[at].pin == SearchUnit::Pin::in_float) return std::nullopt;
        quantized[at] = true;
        for (const auto& [a, b] : graph.ties) {
            if (static_cast<std::size_t>(a) == at) open.push_back(static_cast<std::size_t>(b));
            if (static_cast<std::size_t>(b) == at) open.push_back(static_cast<std::size_t>(a));
        }
        for (const auto& [a, b] : graph.needs)
            if (static_cast<std::size_t>(a) == at) open.push_back(static_cast<std::size_t>(b));
    }
    return quantized;
}

std::vector<FrontPoint> front(const SearchGraph& graph) {
    if (graph.units.empty()) return {point_of(graph, {})};
    const std::vector<int> group = groups_of(graph);
    const WholeGraph whole = whole_graph(graph, group);
    // The ends: the least error, and of those the least time; the least time, and of those the least error.
    const Corner safe = corner_at(whole, {Capacity{1} << 27, 1}), fast = corner_at(whole, {1, Capacity{1} << 31});
    std::vector<Corner> corners = {safe};
    add_between(whole, safe, fast, corners);
    if (fast.sums.time < safe.sums.time) corners.push_back(fast);
    std::vector<FrontPoint> points;
    for (const Corner& corner : corners) {
        UnitSet quantized(graph.units.size());
        for (std::size_t i = 0; i < group.size(); ++i) quantized[i] = corner.quantized[static_cast<std::size_t>(group[i])];
        points.push_back(point_of(graph, std::move(quantized)));
    }
    return points;
}

FrontPoint filled(const SearchGraph& graph, UnitSet quantized, double error_budget) {
    FrontPoint best = point_of(graph, std::move(quantized));
    for (bool grown = true; grown;) {
        grown = false;
        FrontPoint next = best;
        for (std::size_t i = 0; i < graph.units.size(); ++i) {
            if (best.quantized[i]) continue;
            const std::optional<UnitSet> more = with_unit(graph, best.quantized, i);
            if (!more) continue;
            FrontPoint tried = point_of(graph, *more);
            if (tried.error > error_budget || tried.ms >= next.ms) continue;
            next = std::move(tried);
            grown = true;
        }
        best = std::move(next);
    }
    return best;
}

}  // namespace vernier
