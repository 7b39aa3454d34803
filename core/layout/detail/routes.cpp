// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layout/detail/routes.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace vernier::layered {

namespace {

constexpr double kPortGap = 18;     // between the ends of wires at one card
constexpr double kPortMargin = 14;  // from a card's corner
constexpr double kTagLength = 15;

std::size_t at(int index) { return static_cast<std::size_t>(index); }

/// A wire before it knows where exactly it touches its cards.
struct Run {
    int value = 0, from = -1, to = -1;  // local cards
    int link = -1;                      // -1: a tag
    double last_x = 0;                  // x just above the reader
    double first_x = 0;                 // x just below the producer
    bool on_path = false;
};

std::vector<Run> collect(const Part& part) {
    std::vector<Run> runs;
    for (std::size_t i = 0; i < part.net.links.size(); ++i) {
        const Link& link = part.net.links[i];
        for (const int reader : link.to) {
            const int rank = part.items.rank[at(reader)];
            Run run{link.value, link.from, reader, static_cast<int>(i)};
            run.last_x = part.x[at(part.items.above(part.net, run.link, rank))];
            const bool bends = rank > part.items.rank[at(link.from)] + 1;
            run.first_x = part.x[at(bends ? part.items.chain[i] : reader)];
            run.on_path = part.paths.next[at(link.from)] == reader;
            runs.push_back(run);
        }
    }
    for (const Tag& tag : part.net.tags) {
        runs.push_back({tag.value, tag.from, tag.to});
    }
    return runs;
}

/// x offsets of count ends at one side of a card; the one at index centre (if any) is at 0.
double port(std::size_t index, std::size_t count, int centre, double width) {
    const double room = width / 2 - kPortMargin;
    const double middle = centre >= 0 ? centre : (static_cast<double>(count) - 1) / 2;
    const double most = std::max(middle, static_cast<double>(count) - 1 - middle);
    const double gap = most > 0 ? std::min(kPortGap, room / most) : 0;
    return (static_cast<double>(index) - middle) * gap;
}

/// For each run its x at the reader: ordered by where it comes from, the path in the middle, tags at the right.
std::vector<double> reader_ports(const Part& part, const std::vector<Run>& runs, double width) {
    std::vector<std::pair<int, int>> pairs;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        if (runs[i].to >= 0) {
            pairs.emplace_back(runs[i].to, static_cast<int>(i));
        }
    }
    const Rows by_card = Rows::make(part.net.cards, pairs);
    std::vector<double> result(runs.size(), 0);
    std::vector<int> ends;
    for (int card = 0; card < part.net.cards; ++card) {
        ends.assign(by_card.of(card).begin(), by_card.of(card).end());
        std::stable_sort(ends.begin(), ends.end(), [&](int a, int b) {
            const Run &ra = runs[at(a)], &rb = runs[at(b)];
            return std::pair(ra.link < 0, ra.last_x) < std::pair(rb.link < 0, rb.last_x);
        });
        int centre = -1;
        for (std::size_t i = 0; i < ends.size(); ++i) {
            centre = runs[at(ends[i])].on_path ? static_cast<int>(i) : centre;
        }
        for (std::size_t i = 0; i < ends.size(); ++i) {
            result[at(ends[i])] = part.x[at(card)] + port(i, ends.size(), centre, width);
        }
    }
    return result;
}

/// For each run its x at the producer: all wires of one value leave at one point.
std::vector<double> producer_ports(const Part& part, const std::vector<Run>& runs, double width) {
    struct Leave {
        int card = 0;
        double sum = 0;
        int count = 0;
        bool on_path = false;
        std::vector<int> runs;
    };
    std::vector<Leave> leaves;
    std::unordered_map<int, std::size_t> leave_of;  // by value
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const Run& run = runs[i];
        if (run.from < 0 || (run.link < 0 && run.to >= 0)) {
            continue;
        }
        const auto [known, is_new] = leave_of.try_emplace(run.value, leaves.size());
        if (is_new) {
            leaves.emplace_back().card = run.from;
        }
        Leave& leave = leaves[known->second];
        leave.sum += run.link < 0 ? part.x[at(run.from)] : run.first_x;
        ++leave.count;
        leave.on_path |= run.on_path;
        leave.runs.push_back(static_cast<int>(i));
    }
    std::stable_sort(leaves.begin(), leaves.end(),
                     [](const Leave& a, const Leave& b) { return a.card != b.card ? a.card < b.card : a.sum / a.count < b.sum / b.count; });
    std::vector<double> result(runs.size(), 0);
    for (std::size_t begin = 0; begin < leaves.size();) {
        std::size_t end = begin;
        int centre = -1;
        for (; end < leaves.size() && leaves[end].card == leaves[begin].card; ++end) {
            centre = leaves[end].on_path ? static_cast<int>(end - begin) : centre;
        }
        for (std::size_t i = begin; i < end; ++i) {
            for (const int run : leaves[i].runs) {
                result[at(run)] = part.x[at(leaves[i].card)] + port(i - begin, end - begin, centre, width);
            }
        }
        begin = end;
    }
    return result;
}

/// Appends a point, unless the last two already lie on its vertical line.
void append(std::vector<Point>& points, Point point) {
    constexpr double kSame = 0.01;
    const std::size_t n = points.size();
    if (n >= 2 && std::abs(points[n - 1].x - point.x) < kSame && std::abs(points[n - 2].x - point.x) < kSame) {
        points.back().y = point.y;
    } else {
        points.push_back(point);
    }
}

}  // namespace

void place_ranks(Part& part, const LayoutOptions& options) {
    std::vector<double> shift(at(part.items.ranks), 0);  // the widest sideways move above each rank
    for (const Segment& s : part.items.segments) {
        double& widest = shift[at(part.items.rank[at(s.to)])];
        widest = std::max(widest, std::abs(part.x[at(s.to)] - part.x[at(s.from)]));
    }
    part.top.resize(shift.size());
    double y = 0;
    for (std::size_t rank = 0; rank < shift.size(); ++rank) {
        const double extra = options.gap_y * std::min(1.0, std::max(0.0, shift[rank] - 8) / 240);
        y += rank == 0 ? 0 : options.gap_y + extra + (rank < part.extra.size() ? part.extra[rank] : 0);
        part.top[rank] = y;
        y += options.card_height;
    }
}

std::vector<Wire> route_wires(const Part& part, const LayoutOptions& options) {
    const std::vector<Run> runs = collect(part);
    const std::vector<double> ends = reader_ports(part, runs, options.card_width);
    const std::vector<double> starts = producer_ports(part, runs, options.card_width);
    std::vector<Wire> wires;
    wires.reserve(runs.size());
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const Run& run = runs[i];
        Wire wire;
        wire.value = run.value;
        wire.from = run.from < 0 ? kNone : part.cards[at(run.from)];
        wire.to = run.to < 0 ? kNone : part.cards[at(run.to)];
        wire.tag = run.link < 0;
        if (run.link < 0) {
            const int card = run.to >= 0 ? run.to : run.from;
            const double edge = part.top[at(part.items.rank[at(card)])] + (run.to >= 0 ? 0 : options.card_height);
            const double x = run.to >= 0 ? ends[i] : starts[i];
            wire.points = {{x, run.to >= 0 ? edge - kTagLength : edge}, {x, run.to >= 0 ? edge : edge + kTagLength}};
            wires.push_back(std::move(wire));
            continue;
        }
        const int first = part.items.rank[at(run.from)], last = part.items.rank[at(run.to)];
        append(wire.points, {starts[i], part.top[at(first)] + options.card_height});
        for (int rank = first + 1; rank < last; ++rank) {
            const double x = part.x[at(part.items.chain[at(run.link)] + rank - first - 1)];
            append(wire.points, {x, part.top[at(rank)]});
            append(wire.points, {x, part.top[at(rank)] + options.card_height});
        }
        append(wire.points, {ends[i], part.top[at(last)]});
        wires.push_back(std::move(wire));
    }
    return wires;
}

}  // namespace vernier::layered
