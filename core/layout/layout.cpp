// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layout/layout.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "core/layout/detail/fuse.h"
#include "core/layout/detail/routes.h"

namespace vernier {

namespace {

using layered::Net;
using layered::Part;

constexpr double kPartGap = 60;  // between unconnected parts

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

/// The node of a graph that holds a node: itself, or the ancestor whose subgraph it lies in; kNone when there is none.
NodeId node_in_graph(const Model& model, NodeId node, GraphId graph) {
    while (node != kNone && model.node(node).graph != graph) {
        node = model.node(node).parent;
    }
    return node;
}

/// Cards that compute with the model's data count for the main path; those that compute shapes and masks hardly do.
int path_weight(const Model& model, const Node& node) {
    constexpr int kData = 1000, kAside = 1;
    if (node.op_type == "ConstantOfShape" || node.op_type == "Shape" || node.op_type == "Range" || node.outputs.empty() || node.outputs.front() == kNone) {
        return kAside;
    }
    switch (model.value(node.outputs.front()).type.element) {
        case ElementType::int64:
        case ElementType::int32:
        case ElementType::boolean: return kAside;
        default: return kData;
    }
}

/// A card for each drawn node or group, in the order of their first nodes.
void make_cards(const Model& model, GraphId graph, Net& net, GraphLayout& layout) {
    layout.card_of_node.assign(model.nodes().size(), kNone);
    std::vector<std::int32_t> group_of(model.nodes().size(), kNone);
    for (std::size_t i = 0; i < layout.grouping.groups.size(); ++i) {
        for (const NodeId node : layout.grouping.groups[i].nodes) {
            group_of[at(node)] = static_cast<std::int32_t>(i);
        }
    }
    for (const Node& node : model.nodes()) {
        if (!grouping::is_drawn(node, graph) || layout.card_of_node[at(node.id)] != kNone) {
            continue;
        }
        const auto card = static_cast<std::int32_t>(layout.cards.size());
        const std::int32_t group = group_of[at(node.id)];
        layout.card_of_node[at(node.id)] = card;
        int weight = path_weight(model, node);
        if (group != kNone) {
            for (const NodeId member : layout.grouping.groups[at(group)].nodes) {
                layout.card_of_node[at(member)] = card;
                weight = std::max(weight, path_weight(model, model.node(member)));
            }
        }
        layout.cards.push_back({group == kNone ? node.id : layout.grouping.groups[at(group)].nodes.front(), {}, 0, group});
        net.weight.push_back(weight);
    }
    net.cards = static_cast<int>(layout.cards.size());
}

/// The graphs around a body, whose values it may read.
std::vector<GraphId> graphs_around(const Model& model, GraphId graph) {
    const auto inside = std::find_if(model.nodes().begin(), model.nodes().end(), [&](const Node& node) { return node.graph == graph; });
    std::vector<GraphId> around;
    for (NodeId holder = inside == model.nodes().end() ? kNone : inside->parent; holder != kNone; holder = model.node(holder).parent) {
        around.push_back(model.node(holder).graph);
    }
    return around;
}

/// The cards of a graph, and the values between them. Graph inputs and outputs are tags, and so is what a body reads from
/// the graphs around it.
Net make_net(const Model& model, GraphId graph, GraphLayout& layout) {
    Net net;
    make_cards(model, graph, net, layout);
    const std::vector<GraphId> around = graphs_around(model, graph);
    for (const Value& value : model.values()) {
        const bool outer = std::find(around.begin(), around.end(), value.graph) != around.end();
        if (value.is_constant() || (value.graph != graph && !outer)) {
            continue;
        }
        layered::Link link{value.id, value.producer == kNone ? kNone : layout.card_of_node[at(value.producer)], {}};
        for (const NodeId reader : value.consumers) {
            const NodeId node = node_in_graph(model, reader, graph);
            const std::int32_t card = node == kNone ? kNone : layout.card_of_node[at(node)];
            if (card != kNone && (card != link.from || link.from == kNone)) {
                link.to.push_back(card);
            }
        }
        std::sort(link.to.begin(), link.to.end());
        link.to.erase(std::unique(link.to.begin(), link.to.end()), link.to.end());
        if (link.from == kNone) {
            for (const int reader : link.to) {
                net.tags.push_back({value.id, kNone, reader});
            }
            continue;
        }
        if (value.graph_output) {
            net.tags.push_back({value.id, link.from, kNone});
        }
        if (!link.to.empty()) {
            net.links.push_back(std::move(link));
        }
    }
    return net;
}

/// Splits a net into its connected parts, with local card numbers.
std::vector<Part> split(const Net& net) {
    std::vector<Part> parts;
    std::vector<int> part_of(at(net.cards)), local(at(net.cards));
    for (auto& cards : layered::connected_parts(net)) {
        for (std::size_t i = 0; i < cards.size(); ++i) {
            part_of[at(cards[i])] = static_cast<int>(parts.size());
            local[at(cards[i])] = static_cast<int>(i);
        }
        Part& part = parts.emplace_back();
        part.cards = std::move(cards);
        part.net.cards = static_cast<int>(part.cards.size());
        for (const int card : part.cards) {
            part.net.weight.push_back(net.weight_of(card));
        }
    }
    for (layered::Link link : net.links) {
        Part& part = parts[at(part_of[at(link.from)])];
        link.from = local[at(link.from)];
        for (int& reader : link.to) {
            reader = local[at(reader)];
        }
        part.net.links.push_back(std::move(link));
    }
    for (layered::Tag tag : net.tags) {
        // A tag between two parts belongs to its reader; its producer is found again by the caller.
        Part& part = parts[at(part_of[at(tag.to != kNone ? tag.to : tag.from)])];
        tag.to = tag.to == kNone ? kNone : local[at(tag.to)];
        tag.from = tag.to != kNone ? kNone : local[at(tag.from)];
        part.net.tags.push_back(tag);
    }
    return parts;
}

/// A block that is drawn with a frame, as layout cards.
struct Framed {
    Frame frame;
    std::vector<int> cards;
};

std::vector<Framed> framed_blocks(const GraphLayout& layout) {
    std::vector<Framed> result;
    for (std::size_t r = 0; r < layout.grouping.runs.size(); ++r) {
        const BlockRun& run = layout.grouping.runs[r];
        for (std::size_t b = 0; b < run.blocks.size() && !run.folded; ++b) {
            Framed& framed = result.emplace_back();
            framed.frame.run = static_cast<std::int32_t>(r);
            framed.frame.block = static_cast<int>(b);
            for (const NodeId node : run.blocks[b]) {
                framed.cards.push_back(layout.card_of_node[at(node)]);
            }
            std::sort(framed.cards.begin(), framed.cards.end());
            framed.cards.erase(std::unique(framed.cards.begin(), framed.cards.end()), framed.cards.end());
        }
    }
    return result;
}

/// The frames around the cards of their blocks and the wires between these; a frame that would hold another card is left out.
void add_frames(const std::vector<Framed>& blocks, GraphLayout& layout, double margin) {
    std::vector<int> block_of(layout.cards.size(), kNone);
    std::vector<std::array<double, 4>> edges(blocks.size());  // left, top, right, bottom
    const auto widen = [&](int block, double left, double top, double right, double bottom) {
        auto& e = edges[at(block)];
        e = {std::min(e[0], left), std::min(e[1], top), std::max(e[2], right), std::max(e[3], bottom)};
    };
    for (std::size_t b = 0; b < blocks.size(); ++b) {
        constexpr double kFar = std::numeric_limits<double>::max();
        edges[b] = {kFar, kFar, -kFar, -kFar};
        for (const int card : blocks[b].cards) {
            const Rect& r = layout.cards[at(card)].rect;
            block_of[at(card)] = static_cast<int>(b);
            widen(static_cast<int>(b), r.x - margin, r.y - margin, r.x + r.width + margin, r.y + r.height + margin);
        }
    }
    // A residual wire runs inside the frame of the block that it ends in, where that frame still holds its own cards alone.
    std::vector<std::pair<double, double>> sides;
    for (const auto& e : edges) {
        sides.emplace_back(e[0], e[2]);
    }
    for (const Wire& wire : layout.wires) {
        const int block = wire.from == kNone || wire.to == kNone || wire.tag ? kNone : block_of[at(wire.to)];
        for (std::size_t i = 0; block != kNone && i < wire.points.size(); ++i) {
            const Point& p = wire.points[i];
            if (p.y > edges[at(block)][1] && p.y < edges[at(block)][3]) {
                auto& [left, right] = sides[at(block)];
                left = std::min(left, p.x - margin);
                right = std::max(right, p.x + margin);
            }
        }
    }
    std::vector<std::pair<double, int>> by_top;  // cards by their upper edge
    for (std::size_t i = 0; i < layout.cards.size(); ++i) {
        by_top.emplace_back(layout.cards[i].rect.y, static_cast<int>(i));
    }
    std::sort(by_top.begin(), by_top.end());
    const auto holds_others = [&](std::size_t b, const Rect& frame) {
        const auto end = std::lower_bound(by_top.begin(), by_top.end(), std::pair(frame.y + frame.height, 0));
        return std::any_of(std::lower_bound(by_top.begin(), by_top.end(), std::pair(frame.y, 0)), end, [&](const auto& card) {
            const Rect& r = layout.cards[at(card.second)].rect;
            return block_of[at(card.second)] != static_cast<int>(b) && r.x < frame.x + frame.width && r.x + r.width > frame.x;
        });
    };
    for (std::size_t b = 0; b < blocks.size(); ++b) {
        const auto& [left, top, right, bottom] = edges[b];
        const auto& [wide_left, wide_right] = sides[b];
        for (const Rect& rect : {Rect{wide_left, top, wide_right - wide_left, bottom - top}, Rect{left, top, right - left, bottom - top}}) {
            if (!holds_others(b, rect)) {
                layout.frames.push_back(blocks[b].frame);
                layout.frames.back().rect = rect;
                break;
            }
        }
    }
}

/// Room above the rank where a framed block begins.
void make_room(Part& part, const std::vector<bool>& begins, double gap) {
    part.extra.assign(at(part.items.ranks), 0);
    for (std::size_t i = 0; i < part.cards.size(); ++i) {
        if (begins[at(part.cards[i])]) {
            part.extra[at(part.items.rank[i])] = gap;
        }
    }
}

void place(Part& part, const std::vector<bool>& begins, const LayoutOptions& options, const Job& job) {
    const std::vector<int> order = layered::break_cycles(part.net);
    part.paths = layered::longest_paths(part.net, order);
    part.items = layered::make_items(part.net, layered::assign_ranks(part.net, order), part.paths);
    job.check();
    const layered::Order rows = layered::order_items(part.items, job);
    part.x = layered::place_items(part.items, rows, {options.card_width, options.gap_x, std::max(14.0, options.gap_x * 0.6)}, job);
    make_room(part, begins, options.frame_gap);
    layered::place_ranks(part, options);
    double left = 0, right = 0;
    for (std::size_t i = 0; i < part.x.size(); ++i) {
        const double half = part.items.is_bend(static_cast<int>(i)) ? 4 : options.card_width / 2;
        left = i == 0 ? part.x[i] - half : std::min(left, part.x[i] - half);
        right = i == 0 ? part.x[i] + half : std::max(right, part.x[i] + half);
    }
    part.bounds = {left, 0, right - left, part.top.empty() ? 0 : part.top.back() + options.card_height};
}

/// Parts side by side; a new row begins when the first row is wider than the drawing should be.
void arrange(std::vector<Part>& parts) {
    double area = 0, widest = 0;
    for (const Part& part : parts) {
        area += (part.bounds.width + kPartGap) * (part.bounds.height + kPartGap);
        widest = std::max(widest, part.bounds.width);
    }
    const double limit = std::max(2 * widest + kPartGap, 1.5 * std::sqrt(area));
    double x = 0, y = 0, row_height = 0;
    for (Part& part : parts) {
        if (x > 0 && x + part.bounds.width > limit) {
            x = 0;
            y += row_height + kPartGap;
            row_height = 0;
        }
        const double dx = x - part.bounds.x;
        for (double& item : part.x) {
            item += dx;
        }
        for (double& top : part.top) {
            top += y;
        }
        x += part.bounds.width + kPartGap;
        row_height = std::max(row_height, part.bounds.height);
    }
}

Rect bounds_of(const GraphLayout& layout) {
    if (layout.cards.empty()) {
        return {};
    }
    const Rect& first = layout.cards.front().rect;
    double left = first.x, top = first.y, right = first.x + first.width, bottom = first.y + first.height;
    for (const Card& card : layout.cards) {
        left = std::min(left, card.rect.x);
        top = std::min(top, card.rect.y);
        right = std::max(right, card.rect.x + card.rect.width);
        bottom = std::max(bottom, card.rect.y + card.rect.height);
    }
    for (const Frame& frame : layout.frames) {
        left = std::min(left, frame.rect.x);
        top = std::min(top, frame.rect.y);
        right = std::max(right, frame.rect.x + frame.rect.width);
        bottom = std::max(bottom, frame.rect.y + frame.rect.height);
    }
    for (const Wire& wire : layout.wires) {
        for (const Point& point : wire.points) {
            left = std::min(left, point.x);
            top = std::min(top, point.y);
            right = std::max(right, point.x);
            bottom = std::max(bottom, point.y);
        }
    }
    return {left, top, right - left, bottom - top};
}

}  // namespace

GraphLayout layout_graph(const Model& model, const LayoutOptions& options, const Job& job) { return layout_graph(model, Grouping{}, options, job); }

GraphLayout layout_graph(const Model& model, Grouping grouping, const LayoutOptions& options, const Job& job) {
    GraphLayout layout;
    layout.grouping = std::move(grouping);
    Net net = make_net(model, options.graph, layout);
    job.step("layout", 0, layout.cards.size());
    const std::vector<int> order = layered::break_cycles(net);
    layered::cut_far_readers(net, layered::assign_ranks(net, order));
    const std::vector<Framed> framed = framed_blocks(layout);
    std::vector<bool> begins(layout.cards.size(), false);
    for (const Framed& block : framed) {
        begins[at(block.cards.front())] = true;
    }
    std::vector<Part> parts = split(net);
    std::uint64_t done = 0;
    for (Part& part : parts) {
        place(part, begins, options, job);
        job.step("layout", done += part.cards.size(), layout.cards.size());
    }
    arrange(parts);
    for (const Part& part : parts) {
        for (std::size_t i = 0; i < part.cards.size(); ++i) {
            Card& card = layout.cards[at(part.cards[i])];
            card.rank = part.items.rank[i];
            card.rect = {part.x[i] - options.card_width / 2, part.top[at(card.rank)], options.card_width, options.card_height};
        }
        for (Wire& wire : layered::route_wires(part, options)) {
            const NodeId producer = model.value(wire.value).producer;
            if (wire.from == kNone && producer != kNone) {
                wire.from = layout.card_of_node[at(producer)];
            }
            layout.wires.push_back(std::move(wire));
        }
    }
    add_frames(framed, layout, options.frame_gap * 0.75);
    layout.bounds = bounds_of(layout);
    return layout;
}

}  // namespace vernier
