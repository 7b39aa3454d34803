// SPDX-License-Identifier: GPL-3.0-or-later
// What cards show of a node's method: chosen, applied, and run.
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "ui/graph/graph_canvas.h"
#include "ui/session/executed_text.h"
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
            known->second = {executedShort(state.executed.as), executedText(state.executed, node.op_type)};
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

}  // namespace

void GraphPanel::showMethods() {
    if (!session_.model() || !layout_) {
        return;
    }
    // What is the same for thousands of nodes is made once: the words of a method, per channel and per tensor.
    const Theme theme = Theme::current();
    std::vector<std::array<CardMethod, 2>> looks(vernier::methods().size());
    for (const MethodSpec& method : vernier::methods()) {
        for (const bool coarse : {false, true}) {
            CardMethod& look = looks[static_cast<std::size_t>(method.method)][coarse ? 1 : 0];
            look.badge = coarse ? perTensor(method.badge) : text(method.badge);
            look.colour = theme.method(text(method.id));
            look.name = coarse ? tr("%1, per tensor").arg(text(method.title)) : text(method.title);
            look.note = coarse ? tr("Weights per tensor: one scale for all channels.") : QString();
        }
    }
    ExecutedLooks executed(theme);
    const QString folded = tr("Folded into a neighbouring node.");
    std::vector<CardMethod> methods;
    methods.reserve(session_.model()->nodes().size());
    for (const Node& node : session_.model()->nodes()) {
        const NodeState state = session_.nodeState(node.id);
        CardMethod card = looks[static_cast<std::size_t>(state.applied)][isPerTensor(state, node) ? 1 : 0];
        card.own = state.own;
        card.chosen = looks[static_cast<std::size_t>(state.chosen)][0].badge;
        if (state.staysAsItWas()) {
            card.badge = text(badge(state.already));
            card.colour =
                theme.method(text(is_integer(state.already) && state.already != Precision::int8_static ? id(Precision::int8_dynamic) : id(state.already)));
            card.name = tr("%1 already").arg(text(title(state.already)));
            card.chosen = state.own ? card.chosen : card.badge;
        }
        if (state.absorbed && state.why.isEmpty()) {
            card.note = folded;
        } else if (!state.why.isEmpty()) {
            card.note = tr("Not %1: %2").arg(text(row(state.chosen).title), state.why);
        }
        executed.show(card, state, node);
        methods.push_back(std::move(card));
    }
    canvas_->setMethods(methods);
}

}  // namespace vernier::ui
