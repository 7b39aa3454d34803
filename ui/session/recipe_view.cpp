// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/recipe_view.h"

#include <QStringList>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "core/base/error.h"
#include "core/quant/method.h"
#include "core/quant/recipe.h"
#include "ui/session/made_plan.h"
#include "ui/session/recipe_edit.h"
#include "ui/session/run.h"
#include "ui/session/session.h"

namespace vernier::ui {

namespace {

constexpr std::size_t kMostKinds = 3;  ///< of changes that a sentence counts

bool differ(const NodeState& a, const NodeState& b, const Node& node) { return a.applied != b.applied || isPerTensor(a, node) != isPerTensor(b, node); }

/// How often each change occurs, the most frequent first.
std::vector<std::pair<QString, int>> kindsOf(const std::vector<RecipeDifference>& differences, const Model& model) {
    std::vector<std::pair<QString, int>> kinds;
    for (const RecipeDifference& each : differences) {
        const Node& node = model.node(each.node);
        const QString words = methodWords(each.from, node) + QStringLiteral(" → ") + methodWords(each.to, node);
        const auto known = std::find_if(kinds.begin(), kinds.end(), [&words](const auto& kind) { return kind.first == words; });
        if (known == kinds.end()) {
            kinds.emplace_back(words, 1);
        } else {
            ++known->second;
        }
    }
    std::stable_sort(kinds.begin(), kinds.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    return kinds;
}

}  // namespace

QString methodWords(const NodeState& state, const Node& node) {
    const std::string_view title = row(state.applied).title;
    const QString words = QString::fromUtf8(title.data(), static_cast<qsizetype>(title.size()));
    return isPerTensor(state, node) ? QObject::tr("%1, per tensor").arg(words) : words;
}

RecipeView::RecipeView(const Session& session) : session_(session) {
    connect(&session, &Session::stateChanged, this, &RecipeView::clear);
    for (const auto signal : {&Session::recipeChanged, &Session::planChanged, &Session::runsChanged}) {
        connect(&session, signal, this, &RecipeView::refresh);
    }
}

bool RecipeView::hasRecipe(int run) const {
    const Run* of = session_.run(run);
    return run == kPresent ? static_cast<bool>(session_.model()) : of != nullptr && !of->foreign;
}

void RecipeView::show(int run) { set(false, kPresent, run); }

void RecipeView::compare(int from, int to) { set(true, from, to); }

void RecipeView::set(bool compares, int from, int to) {
    if (!hasRecipe(from) || !hasRecipe(to)) {
        compares = false;
        from = to = kPresent;
    }
    if (compares == compares_ && from == from_ && to == to_) {
        return;
    }
    compares_ = compares;
    from_ = from;
    to_ = to;
    states_.clear();
    differences_.clear();
    if (active()) {
        refresh();
    } else {
        emit changed();
    }
}

/// What the runs were written as may have changed, and what the present recipe is.
void RecipeView::refresh() {
    if (!active()) {
        return;
    }
    if (!hasRecipe(from_) || !hasRecipe(to_)) {
        clear();
        return;
    }
    states_ = statesOf(to_);
    differences_.clear();
    if (compares_) {
        const std::vector<NodeState> before = statesOf(from_);
        for (const Node& node : session_.model()->nodes()) {
            const auto at = static_cast<std::size_t>(node.id);
            if (node.op_type != "Constant" && at < before.size() && at < states_.size() && differ(before[at], states_[at], node)) {
                differences_.push_back({node.id, before[at], states_[at]});
            }
        }
    }
    emit changed();
}

/// Empty for a recipe that does not fit the open model.
std::vector<NodeState> RecipeView::statesOf(int run) const {
    std::vector<NodeState> states;
    const Model& model = *session_.model();
    if (run == kPresent) {
        for (const Node& node : model.nodes()) {
            states.push_back(session_.nodeState(node.id));
        }
        return states;
    }
    const Run& of = *session_.run(run);
    std::vector<Choice> choices;
    try {
        choices = resolve(of.recipe, model);
    } catch (const Error&) {
        return {};
    }
    const std::optional<Plan> plan = planFrom(of.quantized, choices);
    const std::vector<Executed> executed = plan ? executedFrom(of.quantized) : std::vector<Executed>();
    for (std::size_t at = 0; at < choices.size(); ++at) {
        NodeState state;
        state.chosen = state.applied = choices[at].method;
        state.per_channel = choices[at].per_channel;
        state.rule = choices[at].rule;
        state.own = state.rule >= 0 && node_range(of.recipe.rules[static_cast<std::size_t>(state.rule)].select).has_value();
        state.already = precision_of(model, static_cast<NodeId>(at));
        if (plan) {
            state.written = true;
            state.applied = plan->nodes[at].applied;
            state.absorbed = plan->nodes[at].absorbed;
            state.why = QString::fromStdString(plan->nodes[at].why);
        }
        state.executed = at < executed.size() ? executed[at] : Executed{};
        states.push_back(state);
    }
    return states;
}

const RecipeDifference* RecipeView::difference(NodeId node) const {
    const auto found = std::lower_bound(differences_.begin(), differences_.end(), node, [](const RecipeDifference& each, NodeId id) { return each.node < id; });
    return found != differences_.end() && found->node == node ? &*found : nullptr;
}

QString RecipeView::title(int run) const {
    const Run* of = session_.run(run);
    return of == nullptr ? tr("the present recipe") : tr("“%1”").arg(of->title);
}

QString RecipeView::sentence() const {
    if (!active() || !session_.model()) {
        return {};
    }
    if (!compares_) {
        return tr("The graph shows the recipe of %1, not the present one.").arg(title(to_));
    }
    if (differences_.empty()) {
        return tr("No node differs between %1 and %2.").arg(title(from_), title(to_));
    }
    const std::vector<std::pair<QString, int>> kinds = kindsOf(differences_, *session_.model());
    QStringList parts;
    for (std::size_t i = 0; i < std::min(kinds.size(), kMostKinds); ++i) {
        parts << QStringLiteral("%1 %2").arg(kinds[i].second).arg(kinds[i].first);
    }
    if (kinds.size() > kMostKinds) {
        parts << tr("and others");
    }
    const auto count = static_cast<int>(differences_.size());
    return (count == 1 ? tr("%L1 of %L2 nodes differs between %3 and %4: %5.") : tr("%L1 of %L2 nodes differ between %3 and %4: %5."))
        .arg(count)
        .arg(session_.document().nodeCount())
        .arg(title(from_), title(to_), parts.join(QStringLiteral(", ")));
}

}  // namespace vernier::ui
