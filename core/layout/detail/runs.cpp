// SPDX-License-Identifier: GPL-3.0-or-later
// Blocks that repeat: by the indexes in names first, what is left by the sequence of operators.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <functional>
#include <set>
#include <string_view>

#include "core/layout/detail/fuse.h"
#include "core/model/weights.h"

namespace vernier::grouping {

namespace {

constexpr int kMostLevels = 4;
constexpr std::size_t kLongestPeriod = 160;  // units of one block

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

bool is_number(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// An indexed scope of a name: "layer.1" of "encoder.layer.1.fc" with its parent "encoder.layer.".
struct Scope {
    std::string_view key, parent;
};

/// Scopes of a label from the outermost on. The last component names the node itself and is none.
std::vector<Scope> scopes_of(std::string_view label) {
    std::vector<Scope> scopes;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < label.size() && scopes.size() < kMostLevels; ++i) {
        if (label[i] != '/' && label[i] != '.') {
            continue;
        }
        const std::string_view part = label.substr(begin, i - begin);
        const std::size_t stem = part.find_last_of('_');
        if (is_number(part)) {
            scopes.push_back({label.substr(0, i), label.substr(0, begin)});
        } else if (stem != std::string_view::npos && stem > 0 && is_number(part.substr(stem + 1))) {
            scopes.push_back({label.substr(0, i), label.substr(0, begin + stem)});
        }
        begin = i + 1;
    }
    return scopes;
}

/// A half-open range of units.
struct Range {
    std::size_t begin = 0, end = 0;
    [[nodiscard]] std::size_t size() const { return end - begin; }
};

class Finder {
public:
    Finder(const Model& model, const std::vector<Unit>& units) : model_(model), units_(units) {
        for (const Unit& unit : units) {
            scopes_.push_back(scopes_of(model.node(unit.head()).label));
            std::string words;
            for (const NodeId node : unit.nodes) {
                words += model.node(node).op_type + " ";
            }
            const std::string title = title_of(model, unit.head());
            const bool window = title.find("Conv") != std::string::npos;  // "DwConv 3×3" is not "Conv 1×1"
            signature_.push_back(std::hash<std::string>{}(window ? words + title.substr(0, title.find(" /")) : words));
        }
        count_crossing();
    }

    std::vector<BlockRun> find() {
        by_name({0, units_.size()}, 0);
        by_operators();
        std::sort(runs_.begin(), runs_.end(), [](const BlockRun& a, const BlockRun& b) { return a.key() < b.key(); });
        return std::move(runs_);
    }

private:
    /// crossing_[i]: computed values that are made before unit i and read from it on.
    void count_crossing() {
        std::vector<std::int32_t> unit_of(model_.nodes().size(), kNone);
        for (std::size_t i = 0; i < units_.size(); ++i) {
            for (const NodeId node : units_[i].nodes) {
                unit_of[at(node)] = static_cast<std::int32_t>(i);
            }
        }
        crossing_.assign(units_.size() + 2, 0);
        for (const Value& value : model_.values()) {
            if (value.is_constant() || value.producer == kNone || unit_of[at(value.producer)] == kNone) {
                continue;
            }
            const std::int32_t from = unit_of[at(value.producer)];
            std::int32_t last = from;
            for (const NodeId reader : value.consumers) {
                last = std::max(last, unit_of[at(reader)]);
            }
            ++crossing_[at(from) + 1];
            --crossing_[at(last) + 1];
        }
        for (std::size_t i = 1; i < crossing_.size(); ++i) {
            crossing_[i] += crossing_[i - 1];
        }
    }

    [[nodiscard]] bool same(const Range& a, const Range& b) const {
        return a.size() == b.size() &&
               std::equal(signature_.begin() + static_cast<std::ptrdiff_t>(a.begin), signature_.begin() + static_cast<std::ptrdiff_t>(a.end),
                          signature_.begin() + static_cast<std::ptrdiff_t>(b.begin));
    }

    [[nodiscard]] std::vector<NodeId> nodes_of(const Range& range) const {
        std::vector<NodeId> nodes;
        for (std::size_t i = range.begin; i < range.end; ++i) {
            nodes.insert(nodes.end(), units_[i].nodes.begin(), units_[i].nodes.end());
        }
        std::sort(nodes.begin(), nodes.end());
        return nodes;
    }

    void add_run(const std::vector<Range>& blocks, const std::vector<std::string>& names) {
        BlockRun run;
        for (const Range& block : blocks) {
            run.blocks.push_back(nodes_of(block));
            for (std::size_t i = block.begin; i < block.end; ++i) {
                taken_[i] = true;
            }
        }
        run.names = names;
        runs_.push_back(std::move(run));
    }

    /// Neighbours with one scope at a level are a block; neighbouring blocks of one parent that are alike are a run.
    void by_name(Range range, std::size_t level) {
        taken_.resize(units_.size(), false);
        struct Block {
            Range range;
            Scope scope;
        };
        std::vector<Block> blocks;
        for (std::size_t i = range.begin; i < range.end; ++i) {
            const Scope scope = level < scopes_[i].size() ? scopes_[i][level] : Scope{};
            if (scope.key.empty()) {
                continue;
            }
            if (!blocks.empty() && blocks.back().range.end == i && blocks.back().scope.key == scope.key) {
                blocks.back().range.end = i + 1;
            } else {
                blocks.push_back({{i, i + 1}, scope});
            }
        }
        for (std::size_t i = 0; i < blocks.size();) {
            std::size_t end = i + 1;
            const auto next_to = [&](std::size_t b) {
                return blocks[b].scope.parent == blocks[b - 1].scope.parent && blocks[b].range.begin == blocks[b - 1].range.end;
            };
            while (blocks[i].range.size() > 1 && end < blocks.size() && next_to(end) && same(blocks[i].range, blocks[end].range)) {
                ++end;
            }
            if (end - i > 1) {
                std::vector<Range> ranges;
                std::vector<std::string> names;
                for (std::size_t b = i; b < end; ++b) {
                    ranges.push_back(blocks[b].range);
                    names.emplace_back(blocks[b].scope.key);
                }
                add_run(ranges, names);
            } else if (blocks[i].range.size() > 1) {
                const std::size_t before = runs_.size();
                by_name(blocks[i].range, level + 1);
                const bool siblings = (i > 0 && next_to(i)) || (i + 1 < blocks.size() && next_to(i + 1));
                const auto inner = runs_.begin() + static_cast<std::ptrdiff_t>(before);
                if (siblings && std::none_of(inner, runs_.end(), [](const BlockRun& run) { return run.repeats(); })) {
                    runs_.erase(inner, runs_.end());  // one frame around all of it is calmer
                    add_run({blocks[i].range}, {std::string(blocks[i].scope.key)});
                }
            }
            i = end;
        }
    }

    /// Where the blocks of a stretch with a period begin: at the phase whose ends the fewest values cross.
    [[nodiscard]] std::vector<Range> cut(Range stretch, std::size_t period) const {
        std::size_t best = stretch.begin;
        std::int64_t fewest = -1;
        for (std::size_t begin = stretch.begin; begin < stretch.begin + period && begin + 2 * period <= stretch.end; ++begin) {
            std::int64_t crossed = 0;
            for (std::size_t i = 1; i * period + begin <= stretch.end; ++i) {
                crossed = std::max<std::int64_t>(crossed, crossing_[begin + i * period]);
            }
            if (fewest < 0 || crossed < fewest) {
                fewest = crossed;
                best = begin;
            }
        }
        std::vector<Range> blocks;
        for (std::size_t begin = best; begin + period <= stretch.end; begin += period) {
            blocks.push_back({begin, begin + period});
        }
        return blocks;
    }

    [[nodiscard]] bool has_product(const Range& range) const {
        return std::any_of(units_.begin() + static_cast<std::ptrdiff_t>(range.begin), units_.begin() + static_cast<std::ptrdiff_t>(range.end),
                           [&](const Unit& unit) { return model_.node(unit.head()).macs > 0; });
    }

    void by_operators() {
        struct Stretch {
            Range range;
            std::size_t period = 0;
            [[nodiscard]] std::size_t covered() const { return range.size() / period * period; }
        };
        std::vector<Stretch> found;
        const std::size_t count = units_.size();
        for (std::size_t period = 2; period <= std::min(kLongestPeriod, count / 2); ++period) {
            for (std::size_t i = 0; i + period < count;) {
                std::size_t end = i;
                while (end + period < count && !taken_[end] && !taken_[end + period] && signature_[end] == signature_[end + period]) {
                    ++end;
                }
                if (end - i >= period) {
                    found.push_back({{i, end + period}, period});
                }
                i = std::max(end, i) + 1;
            }
        }
        std::stable_sort(found.begin(), found.end(),
                         [](const Stretch& a, const Stretch& b) { return a.covered() != b.covered() ? a.covered() > b.covered() : a.period < b.period; });
        for (const Stretch& stretch : found) {
            const auto begin = taken_.begin() + static_cast<std::ptrdiff_t>(stretch.range.begin);
            if (std::any_of(begin, begin + static_cast<std::ptrdiff_t>(stretch.range.size()), [](bool taken) { return taken; })) {
                continue;
            }
            const std::vector<Range> blocks = cut(stretch.range, stretch.period);
            const Range& first = blocks.front();
            const bool uniform =
                std::all_of(signature_.begin() + static_cast<std::ptrdiff_t>(first.begin), signature_.begin() + static_cast<std::ptrdiff_t>(first.end),
                            [&](std::size_t s) { return s == signature_[first.begin]; });
            if (uniform || !has_product(first)) {
                continue;
            }
            std::vector<std::string> names;
            for (std::size_t i = 0; i < blocks.size(); ++i) {
                names.push_back(fmt::format("Block {}", i + 1));
            }
            add_run(blocks, names);
        }
    }

    const Model& model_;
    const std::vector<Unit>& units_;
    std::vector<std::vector<Scope>> scopes_;
    std::vector<std::size_t> signature_;
    std::vector<std::int32_t> crossing_;
    std::vector<bool> taken_;
    std::vector<BlockRun> runs_;
};

}  // namespace

std::vector<BlockRun> find_runs(const Model& model, const std::vector<Unit>& units) { return Finder(model, units).find(); }

}  // namespace vernier::grouping
