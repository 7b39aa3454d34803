// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/selector.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include <fmt/format.h>

#include "core/model/weights.h"
#include "core/quant/detail/selector_term.h"
#include "core/quant/near_names.h"

namespace vernier {
namespace {

using Term = Selector::Term;
using Kind = Term::Kind;
using Flags = std::vector<bool>;

bool same_char(char a, char b, bool ignore_case) {
    if (!ignore_case) return a == b;
    return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}

bool is_name_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

/// block:features.4 is in "/features/features.4/Conv" but not in "/features/features.40/Conv".
bool in_block(std::string_view name, std::string_view block) {
    for (std::size_t at = name.find(block); at != std::string_view::npos; at = name.find(block, at + 1)) {
        const std::size_t end = at + block.size();
        const bool starts = at == 0 || !is_name_char(name[at - 1]) || !is_name_char(block.front());
        const bool ends = end == name.size() || !is_name_char(name[end]) || !is_name_char(block.back());
        if (starts && ends) return true;
    }
    return false;
}

bool is_depthwise(const Model& model, const Node& node) {
    if (node.op_type != "Conv" || node.inputs.size() < 2) return false;
    const std::int64_t group = int_attribute(node, "group").value_or(1);
    if (group <= 1 || node.inputs[1] == kNone) return false;
    if (const Initializer* weight = model.constant(node.inputs[1])) return weight->dims.size() > 1 && weight->dims[1] == 1;
    const ValueType& type = model.value(node.inputs[1]).type;
    return type.has_shape && type.dims.size() > 1 && type.dims[1].value == 1;
}

bool matches_op(const Node& node, std::string_view pattern) {
    if (detail::glob_match(pattern, node.op_type, true)) return true;
    return !node.domain.empty() && detail::glob_match(pattern, node.domain + "." + node.op_type, true);
}

bool matches_word(const Node& node, const std::string& word) {
    const std::string pattern = "*" + word + "*";
    return detail::glob_match(pattern, node.name, true) || detail::glob_match(pattern, node.label, true) || detail::glob_match(pattern, node.op_type, true);
}

bool compare(double value, Term::Compare how, double amount) {
    switch (how) {
        case Term::Compare::less: return value < amount;
        case Term::Compare::less_equal: return value <= amount;
        case Term::Compare::equal: return value == amount;
        case Term::Compare::greater_equal: return value >= amount;
        case Term::Compare::greater: return value > amount;
    }
    return false;
}

double quantity(const Node& node, Kind kind) {
    if (kind == Kind::weight) return static_cast<double>(node.weight_bytes);
    return static_cast<double>(kind == Kind::macs ? node.macs : node.parameters);
}

/// Bodies of If, Loop and Scan: which nodes lie in a node's subgraphs.
std::vector<std::vector<NodeId>> children_of(const Model& model) {
    std::vector<std::vector<NodeId>> children(model.nodes().size());
    for (const Node& node : model.nodes())
        if (node.parent != kNone) children[static_cast<std::size_t>(node.parent)].push_back(node.id);
    return children;
}

/// Nodes reached from those flagged, against the arrows (up) or along them. A body's nodes hang together with the node
/// that holds the body: what feeds it feeds them, and what needs it needs them.
Flags reach(const Model& model, Flags flags, bool up) {
    const auto children = children_of(model);
    std::vector<NodeId> todo;
    for (const Node& node : model.nodes())
        if (flags[static_cast<std::size_t>(node.id)]) todo.push_back(node.id);
    const auto visit = [&](NodeId id) {
        if (id == kNone || flags[static_cast<std::size_t>(id)]) return;
        flags[static_cast<std::size_t>(id)] = true;
        todo.push_back(id);
    };
    const auto visit_producers = [&](const Node& node) {
        for (ValueId input : node.inputs)
            if (input != kNone) visit(model.value(input).producer);
    };
    while (!todo.empty()) {
        const Node& node = model.node(todo.back());
        todo.pop_back();
        for (NodeId child : children[static_cast<std::size_t>(node.id)]) visit(child);
        if (up) {
            visit_producers(node);
            for (NodeId parent = node.parent; parent != kNone; parent = model.node(parent).parent) visit_producers(model.node(parent));
        } else {
            for (ValueId output : node.outputs)
                if (output != kNone)
                    for (NodeId consumer : model.value(output).consumers) visit(consumer);
            visit(node.parent);
        }
    }
    return flags;
}

class Matcher {
public:
    Matcher(const Model& model, const std::vector<Method>& methods) : model_(model), methods_(methods) {}

    [[nodiscard]] Flags flags(const Term& term) const {
        switch (term.kind) {
            case Kind::up:
            case Kind::down: return reach(model_, flags(*term.parts.front()), term.kind == Kind::up);
            case Kind::negation: {
                Flags result = flags(*term.parts.front());
                result.flip();
                return result;
            }
            case Kind::both:
            case Kind::either: return joined(term);
            default: break;
        }
        Flags result(model_.nodes().size());
        for (const Node& node : model_.nodes()) result[static_cast<std::size_t>(node.id)] = matches(term, node);
        return result;
    }

private:
    [[nodiscard]] Flags joined(const Term& term) const {
        Flags result = flags(*term.parts.front());
        for (std::size_t part = 1; part < term.parts.size(); ++part) {
            const Flags other = flags(*term.parts[part]);
            for (std::size_t i = 0; i < result.size(); ++i) result[i] = term.kind == Kind::both ? result[i] && other[i] : result[i] || other[i];
        }
        return result;
    }

    [[nodiscard]] bool matches(const Term& term, const Node& node) const {
        const auto any = [&](auto matches_one) { return std::any_of(term.patterns.begin(), term.patterns.end(), matches_one); };
        switch (term.kind) {
            case Kind::all: return true;
            case Kind::depthwise: return is_depthwise(model_, node);
            case Kind::ids: return node.id >= term.first && node.id <= term.last;
            case Kind::word: return matches_word(node, term.patterns.front());
            case Kind::op: return any([&](const std::string& pattern) { return matches_op(node, pattern); });
            case Kind::name:
                return any([&](const std::string& pattern) {
                    return detail::glob_match(pattern, node.name, false) || detail::glob_match(pattern, node.label, false);
                });
            case Kind::block: return any([&](const std::string& block) { return in_block(node.name, block); });
            case Kind::method: {
                const auto id = static_cast<std::size_t>(node.id);
                return id < methods_.size() && methods_[id] == term.method;
            }
            default: return compare(quantity(node, term.kind), term.compare, term.amount);
        }
    }

    const Model& model_;
    const std::vector<Method>& methods_;
};

std::vector<std::string> distinct_ops(const Model& model) {
    std::vector<std::string> ops;
    for (const Node& node : model.nodes()) ops.push_back(node.op_type);
    std::sort(ops.begin(), ops.end());
    ops.erase(std::unique(ops.begin(), ops.end()), ops.end());
    return ops;
}

std::vector<std::string> all_names(const Model& model) {
    std::vector<std::string> names;
    for (const Node& node : model.nodes()) names.push_back(node.label);
    return names;
}

std::string without_stars(std::string pattern) {
    std::erase_if(pattern, [](char c) { return c == '*' || c == '?'; });
    return pattern;
}

/// Names that the pattern nearly matches, or that look like it, or else the model's first ones. Names are shown in quotes,
/// so that they can be pasted back whatever they hold.
std::string near_label(const Model& model, const std::string& pattern, std::string_view prefix) {
    const std::vector<std::string> all = all_names(model);
    std::vector<std::string> names = near_matches(pattern, all);
    if (names.empty()) names = near_names(without_stars(pattern), all);
    if (names.empty()) names = near_matches("*" + pattern + "*", all);
    const bool near = !names.empty();
    if (!near) names.assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(all.size(), 3)));
    for (std::string& name : names) name = "\"" + name + "\"";
    if (near) return did_you_mean(names, prefix);
    return names.empty() ? "the model has no nodes" : fmt::format("names of this model: {}{}", fmt::join(names, ", "), all.size() > 3 ? ", ..." : "");
}

std::string largest(const Model& model, Kind kind) {
    double most = 0;
    for (const Node& node : model.nodes()) most = std::max(most, quantity(node, kind));
    const std::string_view what = kind == Kind::weight ? "weight, in bytes," : kind == Kind::macs ? "macs" : "params";
    return fmt::format("the largest {} of a node here: {}", what, most);
}

/// What to say about one term that matches nothing.
std::string suggestion_for(const Term& term, const Model& model) {
    switch (term.kind) {
        case Kind::ids:
            if (model.nodes().empty()) return "the model has no nodes";
            return fmt::format("the model has nodes #0 to #{}", model.nodes().size() - 1);
        case Kind::op: {
            const auto ops = distinct_ops(model);
            std::string text = did_you_mean(near_names(without_stars(term.patterns.front()), ops), "op:");
            if (!text.empty()) return text;
            const std::size_t shown = std::min<std::size_t>(ops.size(), 12);
            return fmt::format("ops of this model: {}{}", fmt::join(ops.begin(), ops.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
                               shown < ops.size() ? ", ..." : "");
        }
        case Kind::name: return near_label(model, term.patterns.front(), "name:");
        case Kind::block: return near_label(model, term.patterns.front(), "name:");
        case Kind::word: {
            std::string text = did_you_mean(near_names(without_stars(term.patterns.front()), distinct_ops(model)), "op:");
            return text.empty() ? near_label(model, term.patterns.front(), "name:") : text;
        }
        case Kind::depthwise: return "the model has no depthwise Conv";
        case Kind::weight:
        case Kind::macs:
        case Kind::params: return largest(model, term.kind);
        default: return {};
    }
}

/// The first term of the tree that matches nothing and about which there is something to say.
std::string search_suggestion(const Term& term, const Model& model) {
    if (term.kind == Kind::negation) return {};
    if (!term.parts.empty()) {
        for (const auto& part : term.parts) {
            std::string text = search_suggestion(*part, model);
            if (!text.empty()) return text;
        }
        return {};
    }
    const std::vector<Method> none;
    const Flags flags = Matcher(model, none).flags(term);
    if (std::find(flags.begin(), flags.end(), true) != flags.end()) return {};
    return suggestion_for(term, model);
}

}  // namespace

SelectorError::SelectorError(std::string_view selector, std::size_t column, std::string_view problem, const std::string& remedy)
    : Error(ErrorKind::usage, fmt::format("selector '{}', column {}: {}", selector, column, problem), {}, remedy),
      at_column_(fmt::format("column {}: {}", column, problem)) {}

bool detail::glob_match(std::string_view pattern, std::string_view text, bool ignore_case) {
    std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.size() && (pattern[p] == '?' || same_char(pattern[p], text[t], ignore_case))) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

Selector Selector::parse(std::string_view text) {
    Selector selector;
    selector.text_ = std::string(text);
    selector.root_ = detail::parse_selector(text);
    return selector;
}

std::vector<bool> Selector::match(const Model& model, const std::vector<Method>& methods) const { return Matcher(model, methods).flags(*root_); }

std::string Selector::suggestion(const Model& model) const { return search_suggestion(*root_, model); }

NodeId Selector::single_id() const { return root_->kind == Kind::ids && root_->first == root_->last ? root_->first : kNone; }

std::optional<std::pair<NodeId, NodeId>> Selector::id_range() const {
    return root_->kind == Kind::ids ? std::optional(std::pair(root_->first, root_->last)) : std::nullopt;
}

std::vector<std::string> completions(std::string_view text, const Model& model) {
    constexpr std::size_t kMost = 50;
    const std::size_t gap = text.find_last_of(" ()");
    const std::string_view word = text.substr(gap == std::string_view::npos ? 0 : gap + 1);
    std::vector<std::pair<std::string, std::string>> candidates;  // what is typed, what it becomes
    const auto offer = [&](std::string typed) { candidates.emplace_back(typed, typed); };
    for (std::string_view key : detail::kSelectorKeys) offer(std::string(key) + ":");
    for (std::string_view quantity : detail::kSelectorQuantities) offer(std::string(quantity) + ">");
    for (std::string_view plain : detail::kSelectorWords) offer(std::string(plain));
    if (word.find(':') != std::string_view::npos) {
        for (const MethodSpec& row : methods()) offer("method:" + std::string(row.id));
        for (const std::string& op : distinct_ops(model)) offer("op:" + op);
        const std::string quote = word.find('"') == std::string_view::npos ? "" : "\"";
        for (const std::string& name : all_names(model)) candidates.emplace_back("name:" + quote + name, "name:\"" + name + "\"");
    }
    std::vector<std::string> result;
    for (const auto& [typed, whole] : candidates) {
        if (result.size() == kMost) break;
        if (typed.size() < word.size() || whole == word) continue;
        if (std::equal(word.begin(), word.end(), typed.begin(), [](char a, char b) { return same_char(a, b, true); })) result.push_back(whole);
    }
    return result;
}

}  // namespace vernier
