// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/graph_panel.h"

#include <QLabel>
#include <QStackedLayout>

#include "ui/graph/graph_canvas.h"
#include "ui/session/session.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

QString text(std::string_view view) {
    return QString::fromUtf8(view.data(), static_cast<qsizetype>(view.size()));
}

}  // namespace

GraphPanel::GraphPanel(Session& session, QWidget* parent)
    : QWidget(parent), session_(session), canvas_(new GraphCanvas), message_(new QLabel), stack_(new QStackedLayout(this)) {
    message_->setProperty("role", "note");
    message_->setAlignment(Qt::AlignCenter);
    message_->setWordWrap(true);
    stack_->addWidget(canvas_);
    stack_->addWidget(message_);
    connect(&session, &Session::stateChanged, this, &GraphPanel::layOut);
    connect(&session, &Session::recipeChanged, this, &GraphPanel::showMethods);
    connect(&session, &Session::planChanged, this, &GraphPanel::showMethods);
    connect(&session.selection(), &Selection::changed, this, [this] {
        canvas_->setSelection(session_.selection().nodes(), session_.selection().current());
    });
    connect(&session.filter(), &Filter::changed, this, [this] {
        const Filter& filter = session_.filter();
        std::vector<bool> dimmed;
        if (filter.active()) {
            dimmed = filter.matches();
            dimmed.flip();
        }
        canvas_->setDimmed(dimmed);
    });
    connect(canvas_, &GraphCanvas::selectionRequested, this,
            [this](const QVector<int>& nodes, int current) { session_.selection().set(nodes, current); });
    connect(canvas_, &GraphCanvas::contextMenuRequested, this, &GraphPanel::contextMenuRequested);
    layOut();
}

void GraphPanel::showMessage(const QString& text) {
    message_->setText(text);
    stack_->setCurrentWidget(message_);
}

void GraphPanel::layOut() {
    layout_.reset();
    canvas_->setModel(nullptr, nullptr);
    const ModelPtr model = session_.model();
    if (!model) {
        laying_.cancel();
        showMessage(session_.state() == Session::State::opening ? tr("Reading the model…") : tr("Open a model to see its graph."));
        return;
    }
    showMessage(tr("Drawing the graph…"));
    laying_.run([model](const Job& job) { return std::make_shared<const GraphLayout>(layout_graph(*model, {}, job)); },
                [this, model](std::shared_ptr<const GraphLayout> layout) {
                    layout_ = std::move(layout);
                    canvas_->setModel(model, layout_);
                    showMethods();
                    canvas_->setSelection(session_.selection().nodes(), session_.selection().current());
                    stack_->setCurrentWidget(canvas_);
                    emit laidOut();
                },
                [this](const QString& problem) { showMessage(tr("The graph cannot be drawn. %1").arg(problem)); });
}

void GraphPanel::showMethods() {
    if (!session_.model() || !layout_) {
        return;
    }
    const Theme theme = Theme::fromPalette(palette());
    std::vector<CardMethod> methods;
    methods.reserve(session_.model()->nodes().size());
    for (const Node& node : session_.model()->nodes()) {
        const NodeState state = session_.nodeState(node.id);
        const MethodRow& shown = row(state.applied);
        CardMethod card;
        card.badge = text(shown.badge);
        card.colour = theme.method(text(shown.id));
        card.own = state.own;
        card.name = text(shown.title);
        card.note = state.absorbed        ? tr("Disappears into a neighbour.")
                    : state.why.isEmpty() ? QString()
                                          : tr("Not %1: %2").arg(text(row(state.chosen).title), state.why);
        methods.push_back(std::move(card));
    }
    canvas_->setMethods(methods);
}

}  // namespace vernier::ui
