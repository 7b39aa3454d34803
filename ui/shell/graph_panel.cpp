// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/graph_panel.h"

#include <QElapsedTimer>
#include <QLabel>
#include <QMenu>
#include <QSettings>
#include <QStackedLayout>
#include <QVBoxLayout>

#include <optional>
#include <utility>

#include "ui/graph/breadcrumbs.h"
#include "ui/graph/graph_canvas.h"
#include "ui/session/layer_study.h"
#include "ui/session/queue.h"
#include "ui/session/recipe_view.h"
#include "ui/session/session.h"
#include "ui/shell/recipe_bar.h"
#include "ui/theme/theme_watch.h"

namespace vernier::ui {

namespace {

constexpr double kCardWidth = 248;       // "DwConv 3×3 /2 +BatchNorm+Relu" and its badge
constexpr std::size_t kFoldAbove = 150;  // cards: more are calmer with their repeated blocks folded

/// A layout with how it came about.
struct Drawing {
    std::shared_ptr<const GraphLayout> layout;
    bool fold = false;
    double milliseconds = 0;
};

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
    layout.graph = options.graph;
    Drawing drawing;
    drawing.fold = options.fold;
    drawing.layout = std::make_shared<const GraphLayout>(layout_graph(model, std::move(grouping), layout, job));
    drawing.milliseconds = static_cast<double>(timer.nsecsElapsed()) / 1e6;
    return drawing;
}

}  // namespace

GraphPanel::GraphPanel(Session& session, QWidget* parent)
    : QWidget(parent), session_(session), crumbs_(new Breadcrumbs), canvas_(new GraphCanvas), message_(new QLabel), stack_(new QStackedLayout) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(crumbs_);
    column->addWidget(new RecipeBar(session));
    column->addLayout(stack_, 1);
    message_->setProperty("role", "note");
    message_->setAlignment(Qt::AlignCenter);
    message_->setWordWrap(true);
    stack_->addWidget(canvas_);
    stack_->addWidget(message_);
    connect(&session, &Session::stateChanged, this, &GraphPanel::layOut);
    connect(&session, &Session::recipeChanged, this, &GraphPanel::showMethods);
    connect(&session, &Session::planChanged, this, &GraphPanel::showMethods);
    connect(&ThemeWatch::instance(), &ThemeWatch::changed, this, &GraphPanel::showMethods);
    connect(&session.layers(), &LayerStudy::changed, this, &GraphPanel::showFigures);
    connect(&session, &Session::sizesChanged, this, [this] { canvas_->setSizes(session_.model()); });
    connect(&session.selection(), &Selection::changed, this, &GraphPanel::followSelection);
    connect(canvas_, &GraphCanvas::bodyRequested, this, &GraphPanel::openBody);
    connect(canvas_, &GraphCanvas::leaveRequested, this, [this] {
        if (shown_ != 0) {
            goToGraph(session_.model()->node(bodies_[static_cast<std::size_t>(shown_)].holder).graph);
        }
    });
    connect(crumbs_, &Breadcrumbs::graphRequested, this, [this](int graph) {
        goToGraph(graph);
        canvas_->setFocus(Qt::OtherFocusReason);
    });
    connect(&session.filter(), &Filter::changed, this, &GraphPanel::showDimmed);
    connect(&session.recipeView(), &RecipeView::changed, this, &GraphPanel::followRecipeView);
    connect(canvas_, &GraphCanvas::selectionRequested, this, [this](const QVector<int>& nodes, int current) { session_.selection().set(nodes, current); });
    connect(canvas_, &GraphCanvas::contextMenuRequested, this, &GraphPanel::contextMenuRequested);
    connect(canvas_, &GraphCanvas::foldRequested, this, &GraphPanel::turnCard);
    connect(canvas_, &GraphCanvas::foldBlocksRequested, this, &GraphPanel::turnBlocks);
    connect(canvas_, &GraphCanvas::firstFramePainted, this, [this](double milliseconds) {
        const auto seconds = [](double value) { return QString::number(value, 'f', value < 0.1 ? 3 : 2); };
        openingTimes_ = tr("opened %1 in %2 s (read %3, layout %4, first frame %5)")
                            .arg(session_.modelName(), seconds(session_.document().sinceOpened()), seconds(session_.document().readTime()),
                                 seconds(layoutTime_ / 1000), seconds(milliseconds / 1000));
        session_.queue().note(openingTimes_);
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
    shownStudy_ = -1;
    canvas_->setModel(nullptr, nullptr);
    views_.clear();
    cards_.clear();
    options_.graph = shown_ = 0;
    const ModelPtr model = session_.model();
    bodies_ = model ? bodies_of(*model) : std::vector<Body>();
    showCrumbs();
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
                    followSelection();
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
    if (options_.graph != shown_) {
        showGraph(options_.graph);  // another graph is on its way
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
    cards_[shown_] = std::move(cards);
    std::vector<std::vector<NodeId>> all;
    for (const auto& [graph, of_graph] : cards_) {
        all.insert(all.end(), of_graph.begin(), of_graph.end());
    }
    session_.document().setCards(std::move(all));
    showMethods();
    showDimmed();  // another graph, or one that came after the filter of its session
    showFigures();
    canvas_->setSelection(session_.selection().nodes(), session_.selection().current());
    stack_->setCurrentWidget(canvas_);
}

void GraphPanel::showGraph(GraphId graph) {
    if (const std::optional<View> view = canvas_->view()) {
        views_.insert_or_assign(shown_, *view);
    }
    options_.graph = graph;
    laying_.run([model = session_.model(), options = options_](const Job& job) { return draw(*model, options, false, job); },
                [this, graph](Drawing drawing) {
                    layout_ = std::move(drawing.layout);
                    shown_ = graph;
                    showCrumbs();
                    layout()->activate();  // the crumbs take their room before the graph is placed
                    const auto left = views_.find(graph);
                    canvas_->setGraph(session_.model(), layout_, graph != 0, left == views_.end() ? std::nullopt : std::optional(left->second));
                    showLayout();
                    canvas_->reveal(session_.selection().current());
                    emit laidOut();
                },
                [this](const QString& problem) { showMessage(tr("The graph cannot be drawn. %1").arg(problem)); });
}

void GraphPanel::setFuse(bool on) {
    cards_.clear();
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
    return run == kNone || !layout_->grouping.runs[static_cast<std::size_t>(run)].repeats() ? nullptr : &layout_->grouping.runs[static_cast<std::size_t>(run)];
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
    fillBodyMenu(menu, node);
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
        connect(menu.addAction(apart ? tr("Fuse this card again") : tr("Take this card apart")), &QAction::triggered, this, [this, node] { turnCard(node); });
    }
    if (run != nullptr) {
        const auto count = static_cast<int>(run->blocks.size());
        connect(menu.addAction(folded ? tr("Unfold the %1 blocks").arg(count) : tr("Fold the %1 blocks").arg(count)), &QAction::triggered, this,
                [this, node] { turnBlocks(node); });
    }
}

}  // namespace vernier::ui
