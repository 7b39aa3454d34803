// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/graph_panel.h"

#include <QElapsedTimer>
#include <QLabel>
#include <QMenu>
#include <QSettings>
#include <QStackedLayout>

#include <array>
#include <utility>

#include "ui/graph/graph_canvas.h"
#include "ui/session/executed_text.h"
#include "ui/session/jobs.h"
#include "ui/session/session.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

QString text(std::string_view view) {
    return QString::fromUtf8(view.data(), static_cast<qsizetype>(view.size()));
}

/// "S8·T": the letters of a method whose weights have one scale for the whole tensor.
QString perTensor(std::string_view badge) {
    return text(badge) + QStringLiteral("·T");
}

constexpr double kCardWidth = 248;      // "DwConv 3×3 /2 + BN + Relu" and its badge
constexpr std::size_t kFoldAbove = 150;  // cards: more are calmer with their repeated blocks folded

/// A layout with how it came about.
struct Drawing {
    std::shared_ptr<const GraphLayout> layout;
    bool fold = false;
    double milliseconds = 0;
};

QColor executedColour(Executed::As as, const Theme& theme) {
    switch (as) {
        case Executed::As::int8: return theme.method(text(id(Method::int8_static)));
        case Executed::As::fp16: return theme.method(text(id(Method::fp16)));
        case Executed::As::floating: return theme.method(text(id(Method::fp32)));
        case Executed::As::fused: return mixed(theme.text2, theme.card, 0.55);
        case Executed::As::removed:
        case Executed::As::unknown: break;
    }
    return theme.line;
}

/// What the runtime makes of a node, where a run of this recipe tells it.
void showExecuted(CardMethod& card, const NodeState& state, const Theme& theme, const Node& node) {
    if (state.executed.as == Executed::As::unknown) {
        return;
    }
    card.runs = executedShort(state.executed.as);
    card.runsDetail = executedText(state.executed, node.op_type);
    card.runsColour = executedColour(state.executed.as, theme);
    if (state.runsOtherwise()) {
        card.runsOtherwise = true;
        card.note += (card.note.isEmpty() ? QString() : QStringLiteral(" ")) + executedWarning(state.executed);
    }
}

/// decide: folds the blocks when there are many cards.
Drawing draw(const Model& model, GroupOptions options, bool decide, const Job& job) {
    QElapsedTimer timer;
    timer.start();
    Grouping grouping = group_nodes(model, options);
    std::size_t cards = model.nodes().size();
    for (const CardGroup& group : grouping.groups) {
        cards -= group.nodes.size() - 1;
    }
    if (decide && cards > kFoldAbove) {
        options.fold = true;
        grouping = group_nodes(model, options);
    }
    LayoutOptions layout;
    layout.card_width = kCardWidth;
    Drawing drawing;
    drawing.fold = options.fold;
    drawing.layout = std::make_shared<const GraphLayout>(layout_graph(model, std::move(grouping), layout, job));
    drawing.milliseconds = static_cast<double>(timer.nsecsElapsed()) / 1e6;
    return drawing;
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
    connect(canvas_, &GraphCanvas::foldRequested, this, &GraphPanel::turnCard);
    connect(canvas_, &GraphCanvas::foldBlocksRequested, this, &GraphPanel::turnBlocks);
    connect(canvas_, &GraphCanvas::firstFramePainted, this, [this](double milliseconds) {
        const auto seconds = [](double value) { return QString::number(value, 'f', value < 0.1 ? 3 : 2); };
        openingTimes_ = tr("opened %1 in %2 s (read %3, layout %4, first frame %5)")
                            .arg(session_.modelName(), seconds(session_.sinceOpened()), seconds(session_.readTime()),
                                 seconds(layoutTime_ / 1000), seconds(milliseconds / 1000));
        session_.jobs().note(openingTimes_);
        emit firstFrame();
    });
    options_.fuse = QSettings().value(QStringLiteral("graph/fuse"), true).toBool();
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
    options_.unfused.clear();
    options_.turned.clear();
    options_.fold = false;
    laying_.run([model, options = options_](const Job& job) { return draw(*model, options, true, job); },
                [this, model](Drawing drawing) {
                    layout_ = std::move(drawing.layout);
                    options_.fold = drawing.fold;
                    layoutTime_ = drawing.milliseconds;
                    canvas_->setModel(model, layout_);
                    showLayout();
                    emit foldingChanged();
                    emit laidOut();
                },
                [this](const QString& problem) { showMessage(tr("The graph cannot be drawn. %1").arg(problem)); });
}

/// The same model with other cards. What is on the screen stays until the new drawing is there.
void GraphPanel::layOutAgain(int anchor) {
    emit foldingChanged();
    const ModelPtr model = session_.model();
    if (!model || !canvas_->hasGraph()) {
        return;
    }
    laying_.run([model, options = options_](const Job& job) { return draw(*model, options, false, job); },
                [this, anchor](Drawing drawing) {
                    layout_ = std::move(drawing.layout);
                    canvas_->setLayout(layout_, anchor);
                    showLayout();
                    emit laidOut();
                },
                [this](const QString& problem) { showMessage(tr("The graph cannot be drawn. %1").arg(problem)); });
}

void GraphPanel::showLayout() {
    std::vector<std::vector<NodeId>> cards;
    for (const CardGroup& group : layout_->grouping.groups) {
        if (group.kind == CardGroup::Kind::fused) {
            cards.push_back(group.nodes);
        }
    }
    session_.setCards(std::move(cards));
    showMethods();
    canvas_->setSelection(session_.selection().nodes(), session_.selection().current());
    stack_->setCurrentWidget(canvas_);
}

void GraphPanel::setFuse(bool on) {
    options_.fuse = on;
    options_.unfused.clear();
    QSettings().setValue(QStringLiteral("graph/fuse"), on);
    layOutAgain(anchor());
}

void GraphPanel::setFold(bool on) {
    options_.fold = on;
    options_.turned.clear();
    layOutAgain(anchor());
}

int GraphPanel::anchor() const {
    const int current = session_.selection().current();
    const bool seen = current >= 0 && QRectF(canvas_->viewport()->rect()).intersects(canvas_->rectOf(current));
    return seen ? current : canvas_->middleNode();
}

const BlockRun* GraphPanel::runOf(int node) const {
    if (!layout_ || node < 0 || node >= static_cast<int>(layout_->grouping.run_of_node.size())) {
        return nullptr;
    }
    const std::int32_t run = layout_->grouping.run_of_node[static_cast<std::size_t>(node)];
    return run == kNone || !layout_->grouping.runs[static_cast<std::size_t>(run)].repeats()
               ? nullptr
               : &layout_->grouping.runs[static_cast<std::size_t>(run)];
}

void GraphPanel::turnBlocks(int node) {
    if (const BlockRun* run = runOf(node)) {
        const NodeId key = run->key();
        if (options_.turned.erase(key) == 0) {
            options_.turned.insert(key);
        }
        layOutAgain(key);
    }
}

void GraphPanel::turnCard(int node) {
    if (const BlockRun* run = runOf(node); run != nullptr && run->folded) {
        turnBlocks(node);
        return;
    }
    const auto index = static_cast<std::size_t>(node);
    if (!layout_ || node < 0 || index >= layout_->grouping.head_of_node.size() || !options_.fuse) {
        return;
    }
    const NodeId head = layout_->grouping.head_of_node[index];
    if (head != kNone) {
        if (options_.unfused.erase(head) == 0) {
            options_.unfused.insert(head);
        }
        layOutAgain(head);
    }
}

void GraphPanel::fillFoldMenu(QMenu& menu, int node) {
    if (!layout_ || node < 0 || node >= static_cast<int>(layout_->grouping.head_of_node.size())) {
        return;
    }
    const BlockRun* run = runOf(node);
    const bool folded = run != nullptr && run->folded;
    const NodeId head = layout_->grouping.head_of_node[static_cast<std::size_t>(node)];
    const bool fusible = head != kNone && options_.fuse && !folded;
    if (run != nullptr || fusible) {
        menu.addSeparator();
    }
    if (fusible) {
        const bool apart = options_.unfused.count(head) != 0;
        connect(menu.addAction(apart ? tr("Fuse this card again") : tr("Take this card apart")), &QAction::triggered, this,
                [this, node] { turnCard(node); });
    }
    if (run != nullptr) {
        const auto count = static_cast<int>(run->blocks.size());
        connect(menu.addAction(folded ? tr("Unfold the %1 blocks").arg(count) : tr("Fold the %1 blocks").arg(count)),
                &QAction::triggered, this, [this, node] { turnBlocks(node); });
    }
}

void GraphPanel::showMethods() {
    if (!session_.model() || !layout_) {
        return;
    }
    // What is the same for thousands of nodes is made once: the words of a method, per channel and per tensor.
    const Theme theme = Theme::current();
    std::array<std::array<CardMethod, 2>, kMethods.size()> looks;
    for (const MethodRow& method : kMethods) {
        for (const bool coarse : {false, true}) {
            CardMethod& look = looks[static_cast<std::size_t>(method.method)][coarse ? 1 : 0];
            look.badge = coarse ? perTensor(method.badge) : text(method.badge);
            look.colour = theme.method(text(method.id));
            look.name = coarse ? tr("%1, per tensor").arg(text(method.title)) : text(method.title);
            look.note = coarse ? tr("Weights per tensor: one scale for all channels.") : QString();
        }
    }
    const QString fused = tr("Fused into a neighbouring node.");
    std::vector<CardMethod> methods;
    methods.reserve(session_.model()->nodes().size());
    for (const Node& node : session_.model()->nodes()) {
        const NodeState state = session_.nodeState(node.id);
        CardMethod card = looks[static_cast<std::size_t>(state.applied)][isPerTensor(state, node) ? 1 : 0];
        card.own = state.own;
        card.chosen = looks[static_cast<std::size_t>(state.chosen)][0].badge;
        if (state.staysAsItWas()) {
            card.badge = text(badge(state.already));
            card.colour = theme.method(text(is_integer(state.already) && state.already != Precision::int8_static ? id(Method::int8_dynamic) : id(state.already)));
            card.name = tr("%1 already").arg(text(title(state.already)));
            card.chosen = state.own ? card.chosen : card.badge;
        }
        if (state.absorbed) {
            card.note = fused;
        } else if (!state.why.isEmpty()) {
            card.note = tr("Not %1: %2").arg(text(row(state.chosen).title), state.why);
        }
        showExecuted(card, state, theme, node);
        methods.push_back(std::move(card));
    }
    canvas_->setMethods(methods);
}

}  // namespace vernier::ui
