// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/recipe_edit.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <vector>

#include <fmt/format.h>

namespace vernier::ui {

namespace {

/// What an override says about one node.
struct Own {
    std::optional<Method> method;
    std::optional<bool> per_channel;
    bool operator==(const Own&) const = default;
};
using OwnMap = std::map<NodeId, Own>;

constexpr NodeId kShortestRange = 8;
constexpr NodeId kLargestRange = 10'000'000;  ///< bounds what a hand-written "#0..99999999999" may cost

bool parse_id(std::string_view text, NodeId& id) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    return error == std::errc() && end == text.data() + text.size() && id >= 0;
}

/// Takes all node rules out of the recipe; the later one wins, as in resolve().
/// Anchors are dropped: they are made anew when the recipe is saved.
OwnMap take_own(Recipe& recipe) {
    OwnMap own;
    std::vector<Rule> others;
    for (Rule& rule : recipe.rules) {
        const auto range = node_range(rule.select);
        if (!range || range->second - range->first > kLargestRange) {
            others.push_back(std::move(rule));
            continue;
        }
        for (NodeId node = range->first; node <= range->second; ++node) {
            Own& entry = own[node];
            entry.method = rule.method ? rule.method : entry.method;
            entry.per_channel = rule.per_channel ? rule.per_channel : entry.per_channel;
        }
    }
    recipe.rules = std::move(others);
    return own;
}

void put_own(Recipe& recipe, const OwnMap& own) {
    for (auto it = own.begin(); it != own.end();) {
        auto last = it;
        for (auto next = std::next(it); next != own.end() && next->first == last->first + 1 && next->second == it->second; ++next) {
            last = next;
        }
        const bool as_range = last->first - it->first + 1 >= kShortestRange;
        Rule rule;
        rule.select = as_range ? fmt::format("#{}..{}", it->first, last->first) : fmt::format("#{}", it->first);
        rule.method = it->second.method;
        rule.per_channel = it->second.per_channel;
        recipe.rules.push_back(std::move(rule));
        it = as_range ? std::next(last) : std::next(it);
    }
}

}  // namespace

std::optional<std::pair<NodeId, NodeId>> node_range(std::string_view select) {
    if (select.size() < 2 || select.front() != '#') {
        return std::nullopt;
    }
    select.remove_prefix(1);
    NodeId first = 0;
    NodeId last = 0;
    const auto dots = select.find("..");
    if (!parse_id(select.substr(0, dots), first)) {
        return std::nullopt;
    }
    if (dots == std::string_view::npos) {
        return std::pair{first, first};
    }
    if (!parse_id(select.substr(dots + 2), last) || last < first) {
        return std::nullopt;
    }
    return std::pair{first, last};
}

Recipe with_choice(Recipe recipe, const std::vector<NodeId>& nodes, std::optional<Method> method) {
    OwnMap own = take_own(recipe);
    for (const NodeId node : nodes) {
        if (method) {
            own[node].method = method;
        } else {
            own.erase(node);
        }
    }
    put_own(recipe, own);
    return recipe;
}

Recipe with_granularity(Recipe recipe, const std::vector<NodeId>& nodes, bool per_channel, const std::vector<Choice>& choices) {
    OwnMap own = take_own(recipe);
    for (const NodeId node : nodes) {
        own[node].per_channel = per_channel;
        if (!own[node].method && static_cast<std::size_t>(node) < choices.size()) {
            own[node].method = choices[static_cast<std::size_t>(node)].method;
        }
    }
    put_own(recipe, own);
    return recipe;
}

Recipe with_rule(Recipe recipe, const std::string& select, Method method, const std::vector<bool>& covered) {
    OwnMap own = take_own(recipe);
    std::erase_if(own, [&](const auto& entry) {
        const auto node = static_cast<std::size_t>(entry.first);
        return node < covered.size() && covered[node];
    });
    std::erase_if(recipe.rules, [&](const Rule& rule) { return rule.select == select; });
    Rule rule;
    rule.select = select;
    rule.method = method;
    recipe.rules.push_back(std::move(rule));
    put_own(recipe, own);
    return recipe;
}

Recipe with_whole_model(Recipe recipe, Method method) {
    recipe.default_method = method;
    recipe.rules.clear();
    return recipe;
}

Recipe without_anchors(Recipe recipe) {
    for (Rule& rule : recipe.rules) {
        rule.node_name.clear();
        rule.node_op.clear();
        rule.node_hash.clear();
        rule.node_place = rule.node_like = 0;
    }
    return recipe;
}

bool changes_anything(const std::vector<Choice>& choices) {
    return std::any_of(choices.begin(), choices.end(), [](const Choice& choice) { return choice.method != Method::fp32; });
}

std::string recipe_title(const Recipe& recipe, const std::vector<Choice>& choices) {
    std::vector<int> counts(methods().size());
    int integer = 0, perTensor = 0;
    for (const Choice& choice : choices) {
        ++counts[static_cast<std::size_t>(choice.method)];
        integer += is_integer(choice.method) ? 1 : 0;
        perTensor += is_integer(choice.method) && !choice.per_channel ? 1 : 0;
    }
    std::string title(row(recipe.default_method).title);
    const bool all = perTensor > 0 && perTensor == integer;
    const bool atOnce = all && is_integer(recipe.default_method);
    if (atOnce) {
        title += " per tensor";
    }
    for (const MethodSpec& method : methods()) {
        const int count = counts[static_cast<std::size_t>(method.method)];
        if (method.method != recipe.default_method && count > 0) {
            title += fmt::format(", {} {} {}", count, count == 1 ? "node" : "nodes", method.title);
        }
    }
    if (perTensor > 0 && !atOnce) {
        title += all ? ", per tensor" : fmt::format(", {} per tensor", perTensor);
    }
    return title;
}

}  // namespace vernier::ui
