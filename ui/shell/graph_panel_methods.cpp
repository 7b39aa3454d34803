// SPDX-License-Identifier: GPL-3.0-or-later
// What cards show of a node's method: chosen, applied, and run.
#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "ui/graph/graph_canvas.h"
#include "ui/session/executed_text.h"
#include "ui/session/recipe_view.h"
#include "ui/session/session.h"
#include "ui/shell/graph_panel.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

QString text(std::string_view view) { return QString::fromUtf8(view.data(), static_cast<qsizetype>(view.size())); }

/// "S8·T": the letters of a method whose weights have one scale for the whole tensor.
QString perTensor(std::string_view badge) { return text(badge) + QStringLiteral("·T"); }

QColor executedColour(Executed::As as, const Theme& theme) {
    switch (as) {
        case Executed::As::int8: return theme.method(text(id(Precision::int8_static)));
        case Executed::As::fp16: return theme.method(text(id(Precision::fp16)));
        case Executed::As::floating: return theme.method(text(id(Precision::fp32)));
        case Executed::As::fused: return mixed(theme.text2, theme.card, 0.55);
        case Executed::As::unknown: break;
    }
    return theme.line;
}

/// What the runtime makes of nodes, where a run of this recipe tells it. The words are made once for what is the same.
class ExecutedLooks {
public:
    explicit ExecutedLooks(const Theme& theme) : theme_(theme) {}

    void show(CardMethod& card, const NodeState& state, const Node& node) {
        if (state.executed.as == Executed::As::unknown) {
            return;
        }
        auto [known, isNew] = words_.try_emplace({state.executed.as, state.executed.op, node.op_type});
        if (isNew) {
            known->second = {executedShort(state.executed), executedText(state.executed, node.op_type)};
        }
        std::tie(card.runs, card.runsDetail) = known->second;
        card.runsColour = executedColour(state.executed.as, theme_);
        if (state.runsOtherwise()) {
            card.runsOtherwise = true;
            card.note += (card.note.isEmpty() ? QString() : QStringLiteral(" ")) + executedWarning(state.executed);
        }
    }

private:
    const Theme& theme_;
    std::map<std::tuple<Executed::As, std::string, std::string_view>, std::pair<QString, QString>> words_;
};

/// The words of a method, per channel and per tensor: what is the same for thousands of nodes is made once.
std::vector<std::array<CardMethod, 2>> looksOfMethods(const Theme& theme) {
    std::vector<std::array<CardMethod, 2>> looks(vernier::methods().size());
    for (const MethodSpec& method : vernier::methods()) {
        for (const bool coarse : {false, true}) {
            CardMethod& look = looks[static_cast<std::size_t>(method.method)][coarse ? 1 : 0];
            look.badge = coarse ? perTensor(method.badge) : text(method.badge);
            look.colour = theme.method(text(method.id));
            look.name = coarse ? QObject::tr("%1, per tensor").arg(text(method.title)) : text(method.title);
            look.note = coarse ? QObject::tr("Weights per tensor: one scale for all channels.") : QString();
        }
    }
    return looks;
}

/// What cards say of one recipe.
class MethodLooks {
public:
    explicit MethodLooks(const Theme& theme)
        : theme_(theme), looks_(looksOfMethods(theme)), executed_(theme), folded_(QObject::tr("Folded into a neighbouring node.")) {}

    CardMethod of(const NodeState& state, const Node& node) {
        CardMethod card = looks_[static_cast<std::size_t>(state.applied)][isPerTensor(state, node) ? 1 : 0];
        card.own = state.own;
        card.chosen = looks_[static_cast<std::size_t>(state.chosen)][0].badge;
        if (state.staysAsItWas()) {
            card.badge = text(badge(state.already));
            card.colour =
                theme_.method(text(is_integer(state.already) && state.already != Precision::int8_static ? id(Precision::int8_dynamic) : id(state.already)));
            card.name = QObject::tr("%1 already").arg(text(title(state.already)));
            card.chosen = state.own ? card.chosen : card.badge;
        }
        if (state.absorbed && state.applied == state.chosen) {
            card.note = state.why.isEmpty() ? folded_ : foldedText(state);
        } else if (!state.why.isEmpty()) {
            card.note = QObject::tr("Not %1: %2").arg(text(row(state.chosen).title), state.why);
        }
        executed_.show(card, state, node);
        return card;
    }

private:
    const Theme& theme_;
    std::vector<std::array<CardMethod, 2>> looks_;
    ExecutedLooks executed_;
    QString folded_;
};

/// Nodes that two recipes agree on have no badge; each change has a colour of its own.
std::vector<CardMethod> differenceCards(const RecipeView& view, const Model& model, const Theme& theme) {
    constexpr std::array kColours = {1, 0, 4, 2, 6, 5, 8};  // categories that are no grey
    MethodLooks looks(theme);
    std::vector<QString> kinds;
    std::vector<CardMethod> cards(model.nodes().size());
    for (const RecipeDifference& each : view.differences()) {
        const Node& node = model.node(each.node);
        const CardMethod from = looks.of(each.from, node), to = looks.of(each.to, node);
        CardMethod& card = cards[static_cast<std::size_t>(each.node)];
        card.badge = from.badge + QStringLiteral("→") + to.badge;
        card.name = from.name + QStringLiteral(" → ") + to.name;
        card.chosen = card.badge;
        card.own = true;
        card.note = to.note;
        const auto known = std::find(kinds.begin(), kinds.end(), card.badge);
        const auto kind = static_cast<std::size_t>(known - kinds.begin());
        if (known == kinds.end()) {
            kinds.push_back(card.badge);
        }
        card.colour = theme.category(kColours[kind % kColours.size()]);
    }
    return cards;
}

}  // namespace

void GraphPanel::showMethods() {
    if (!session_.model() || !layout_) {
        return;
    }
    const Theme theme = Theme::current();
    const Model& model = *session_.model();
    const RecipeView& view = session_.recipeView();
    if (view.compares()) {
        canvas_->setMethods(differenceCards(view, model, theme), tr("what differs"));
        return;
    }
    const bool other = view.active() && view.states().size() == model.nodes().size();
    MethodLooks looks(theme);
    std::vector<CardMethod> methods;
    methods.reserve(model.nodes().size());
    for (const Node& node : model.nodes()) {
        methods.push_back(looks.of(other ? view.states()[static_cast<std::size_t>(node.id)] : session_.nodeState(node.id), node));
    }
    canvas_->setMethods(methods, other ? tr("method in %1").arg(view.title(view.to())) : QString());
}

/// What the filter hides, and what two recipes agree on, steps back.
void GraphPanel::showDimmed() {
    const Filter& filter = session_.filter();
    std::vector<bool> dimmed;
    if (filter.active()) {
        dimmed = filter.matches();
        dimmed.flip();
    }
    const RecipeView& view = session_.recipeView();
    if (view.compares() && session_.model()) {
        dimmed.resize(session_.model()->nodes().size(), false);
        for (std::size_t node = 0; node < dimmed.size(); ++node) {
            dimmed[node] = dimmed[node] || view.difference(static_cast<NodeId>(node)) == nullptr;
        }
    }
    canvas_->setDimmed(dimmed);
}

/// Another recipe is shown, or the present one again.
void GraphPanel::followRecipeView() {
    const bool active = session_.recipeView().active();
    if (active && !showsOther_) {
        canvas_->setColourMode(ColourMode::Method);
    }
    showsOther_ = active;
    showMethods();
    showDimmed();
}

}  // namespace vernier::ui
