// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/graph/graph_canvas.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QPainter>
#include <QResizeEvent>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace vernier::ui {

namespace {

constexpr int kMotion = 120;  // milliseconds

}  // namespace

GraphCanvas::GraphCanvas(QWidget* parent) : QAbstractScrollArea(parent), message_(tr("Open a model to see its graph.")) {
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);  // the minimap shows where one is, and panning has no end
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::StrongFocus);
    viewport()->setMouseTracking(true);
    viewport()->setAttribute(Qt::WA_OpaquePaintEvent);
    viewport()->grabGesture(Qt::PinchGesture);
    setAccessibleName(tr("Model graph"));
    animation_.setDuration(kMotion);
    animation_.setEasingCurve(QEasingCurve::InOutQuad);
    animation_.setStartValue(0.0);
    animation_.setEndValue(1.0);
    connect(&animation_, &QVariantAnimation::valueChanged, this, [this](const QVariant& value) {
        const double t = value.toDouble();
        View view = view_;
        view.zoom = std::exp(std::lerp(std::log(animation_from_.zoom), std::log(animation_to_.zoom), t));
        const QPointF from = animation_from_.sceneRect().center(), to = animation_to_.sceneRect().center();
        const QPointF half(view.size.width() / view.zoom / 2, view.size.height() / view.zoom / 2);
        view.origin = from + (to - from) * t - half;
        setView(view);
    });
    folding_.setDuration(kMotion);
    folding_.setEasingCurve(QEasingCurve::InOutQuad);
    folding_.setStartValue(0.0);
    folding_.setEndValue(1.0);
    connect(&folding_, &QVariantAnimation::valueChanged, viewport(), qOverload<>(&QWidget::update));
    connect(&folding_, &QVariantAnimation::finished, this, [this] {
        fold_.reset();
        viewport()->update();
    });
    restyle();
    tellScreenReader();
}

GraphCanvas::~GraphCanvas() = default;

void GraphCanvas::setModel(ModelPtr model, std::shared_ptr<const GraphLayout> layout) {
    animation_.stop();
    fold_.reset();
    drag_ = Drag::None;
    selection_.clear();
    current_ = -1;
    look_.methods.clear();
    look_.figures.clear();
    if (look_.mode == ColourMode::Time || look_.mode == ColourMode::Error) {
        setColourMode(ColourMode::Method);  // what was measured is of the model before
    }
    look_.selected.clear();
    look_.dimmed.clear();
    dimmed_nodes_.clear();
    look_.current = look_.hovered = -1;
    message_ = model ? tr("Drawing the graph…") : tr("Open a model to see its graph.");
    is_body_ = false;
    const bool whole = model && layout;
    scene_ = whole ? std::make_unique<Scene>(std::move(model), std::move(layout)) : nullptr;
    if (scene_ && scene_->cards().empty()) {
        scene_.reset();
        message_ = tr("This graph holds no nodes.");
    }
    first_view_pending_ = first_frame_pending_ = scene_ != nullptr;
    first_view_ = false;
    look_.hovered_frame = -1;
    recolour();
    tellScreenReader();
}

void GraphCanvas::setLayout(std::shared_ptr<const GraphLayout> layout, int anchor) {
    if (!scene_ || layout->cards.empty()) {
        return;
    }
    if (isMoving()) {  // what was asked for counts, not how far the view has come
        animation_.stop();
        setView(animation_to_);
    }
    const QRectF before = scene_->cardOf(anchor) < 0 ? QRectF() : view_.toScreen(scene_->cardRect(scene_->cardOf(anchor)));
    const bool first = first_view_pending_;
    const bool whole = !first && view_.sceneRect().contains(scene_->bounds());
    auto next = std::make_unique<Scene>(scene_->shared(), std::move(layout));
    auto fold = std::make_unique<FoldMotion>(std::move(scene_), view_, look_);
    scene_ = std::move(next);
    look_.hovered = look_.hovered_frame = -1;
    dimCards();
    first_view_pending_ = true;  // no motion towards the selection
    setSelection(QVector<int>(selection_), current_);
    first_view_pending_ = first;
    if (whole && isSpeck()) {
        // Who saw all of it goes on to see all of it: at the old scale a folded graph would be lost on an empty canvas.
        setView(fitting(scene_->bounds(), 1.0));
    } else if (const int card = scene_->cardOf(anchor); !first && card >= 0 && !before.isNull()) {
        View view = view_;
        view.origin = scene_->cardRect(card).topLeft() - before.topLeft() / view.zoom;
        setView(view);
    }
    recolour();
    if (!first && moves() && fold->begin(*scene_, view_)) {
        fold_ = std::move(fold);
        folding_.stop();
        folding_.start();
    }
}

void GraphCanvas::setGraph(ModelPtr model, std::shared_ptr<const GraphLayout> layout, bool isBody, const std::optional<View>& view) {
    animation_.stop();
    fold_.reset();
    drag_ = Drag::None;
    is_body_ = isBody;
    look_.hovered = look_.hovered_frame = look_.current = -1;
    look_.selected.clear();
    scene_ = layout->cards.empty() ? nullptr : std::make_unique<Scene>(std::move(model), std::move(layout));
    message_ = tr("This body holds no nodes: it hands on values from outside.");
    first_view_pending_ = scene_ && !view;
    first_view_ = false;
    if (scene_ && view) {
        setView(*view);
    }
    dimCards();
    recolour();
    tellScreenReader();
}

void GraphCanvas::setSizes(ModelPtr model) {
    if (scene_) {
        scene_->setModel(std::move(model));
        viewport()->update();
    }
}

void GraphCanvas::setMessage(const QString& message) {
    setModel(nullptr, nullptr);
    message_ = message;
    tellScreenReader();
}

void GraphCanvas::setMethods(const std::vector<CardMethod>& methods, const QString& title) {
    if (look_.methods != methods || look_.methodsTitle != title) {
        look_.methods = methods;
        look_.methodsTitle = title;
        recolour();
        tellScreenReader();
    }
}

void GraphCanvas::setFigures(ColourMode mode, std::optional<CardFigures> figures) {
    const auto known = look_.figures.find(mode);
    if (figures ? known != look_.figures.end() && known->second == *figures : known == look_.figures.end()) {
        return;
    }
    if (figures) {
        look_.figures.insert_or_assign(mode, std::move(*figures));
    } else {
        look_.figures.erase(mode);
        if (look_.mode == mode) {
            setColourMode(ColourMode::Method);
            return;
        }
    }
    if (look_.mode == mode) {
        recolour();
    }
}

void GraphCanvas::setSelection(const QVector<int>& nodes, int current) {
    const bool moved = current != current_;
    selection_ = nodes;
    current_ = current;
    look_.selected.clear();
    look_.current = -1;
    if (scene_) {
        look_.selected.assign(scene_->cards().size(), false);
        for (const int node : nodes) {
            if (const int card = scene_->cardOf(node); card >= 0) {
                look_.selected[static_cast<std::size_t>(card)] = true;
            }
        }
        look_.current = scene_->cardOf(current);
        if (moved && !first_view_pending_) {
            reveal(current);  // what another panel selected comes into sight; what was clicked here already is
        }
    }
    tellScreenReader();
    viewport()->update();
}

void GraphCanvas::setDimmed(const std::vector<bool>& dimmed) {
    dimmed_nodes_ = dimmed;
    dimCards();
    recolour();
}

bool GraphCanvas::isDimmed(int node) const { return scene_ && scene_->cardOf(node) >= 0 && look_.isDimmed(scene_->cardOf(node)); }

/// A card fades when all of its nodes do, and those in its bodies.
void GraphCanvas::dimCards() {
    look_.dimmed.clear();
    if (!scene_ || dimmed_nodes_.empty()) {
        return;
    }
    for (int card = 0; card < static_cast<int>(scene_->cards().size()); ++card) {
        const auto fades = [&](NodeId node) {
            const auto index = static_cast<std::size_t>(node);
            return index < dimmed_nodes_.size() && dimmed_nodes_[index];
        };
        const auto nodes = scene_->nodesOf(card);
        const auto& inner = scene_->innerNodes(card);
        look_.dimmed.push_back(std::all_of(nodes.begin(), nodes.end(), fades) && std::all_of(inner.begin(), inner.end(), fades));
    }
}

void GraphCanvas::setColourMode(ColourMode mode) {
    if (mode != look_.mode) {
        look_.mode = mode;
        recolour();
        emit colourModeChanged(mode);
    }
}

void GraphCanvas::nextColourMode() {
    constexpr int kModes = static_cast<int>(ColourMode::OpCategory) + 1;
    int next = static_cast<int>(look_.mode);
    do {
        next = (next + 1) % kModes;
    } while (!look_.has(static_cast<ColourMode>(next)));  // Method always can be shown
    setColourMode(static_cast<ColourMode>(next));
}

void GraphCanvas::restyle() {
    look_.theme = Theme::current();
    recolour();
}

void GraphCanvas::recolour() {
    if (scene_) {
        look_.weigh(*scene_);
    }
    legend_.rebuild(scene_.get(), look_);
    minimap_.invalidate();
    viewport()->update();
}

// Painting ------------------------------------------------------------------------------------------------------------

void GraphCanvas::paintMessage(QPainter& painter) {
    painter.setFont(bodyFont());
    painter.setPen(look_.theme.text2);
    painter.drawText(viewportRect().adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap, message_);
}

void GraphCanvas::paintEvent(QPaintEvent*) {
    QElapsedTimer timer;
    timer.start();
    QPainter painter(viewport());
    painter.fillRect(viewport()->rect(), look_.theme.canvas);
    top_ = topInWindow();
    if (!scene_) {
        paintMessage(painter);
        return;
    }
    if (first_view_pending_) {
        showFirst();
    }
    if (fold_) {
        fold_->paint(painter, *scene_, view_, look_, folding_.currentValue().toDouble());
    } else {
        paintScene(painter, *scene_, view_, look_);
    }
    if (drag_ == Drag::Box) {
        QColor fill = look_.theme.accent;
        fill.setAlphaF(0.1F);
        painter.setPen(QPen(look_.theme.accent, 1));
        painter.setBrush(fill);
        painter.drawRect(box_);
    }
    legend_.paint(painter, look_);
    minimap_.paint(painter, *scene_, view_, look_);
    if (hasFocus() && focus_ring_) {
        painter.setRenderHint(QPainter::Antialiasing, false);
        painter.setPen(QPen(look_.theme.accent, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(viewport()->rect().adjusted(0, 0, -1, -1));
    }
    if (std::exchange(first_frame_pending_, false)) {
        painter.end();
        emit firstFramePainted(static_cast<double>(timer.nsecsElapsed()) / 1e6);
    }
}

void GraphCanvas::resizeEvent(QResizeEvent* event) {
    QAbstractScrollArea::resizeEvent(event);
    const int top = topInWindow();
    const int down = top - std::exchange(top_, top);
    if (!scene_ || first_view_pending_ || event->oldSize().isEmpty()) {
        return;
    }
    if (first_view_) {
        first_view_pending_ = true;
        viewport()->update();
        return;
    }
    // What is in the middle stays there. A bar that comes or goes above the graph moves nothing of it on the screen.
    const View before = isMoving() ? animation_to_ : view_;
    animation_.stop();
    View view = before;
    const QSizeF grown = QSizeF(event->size()) - QSizeF(event->oldSize());
    view.origin += QPointF(-grown.width() / 2, down) / view.zoom;
    setView(view);
    if (before.sceneRect().contains(scene_->bounds()) && !view_.sceneRect().contains(scene_->bounds())) {
        setView(fitting(scene_->bounds(), before.zoom));  // who saw all of it goes on to see all of it
    }
}

void GraphCanvas::changeEvent(QEvent* event) {
    QAbstractScrollArea::changeEvent(event);
    switch (event->type()) {
        case QEvent::PaletteChange:
        case QEvent::ApplicationPaletteChange:
        case QEvent::StyleChange:
        case QEvent::FontChange: restyle(); break;
        default: break;
    }
}

void GraphCanvas::tellScreenReader() {
    QString words = message_;
    if (scene_) {
        int nodes = 0;
        for (int card = 0; card < static_cast<int>(scene_->cards().size()); ++card) {
            nodes += static_cast<int>(scene_->nodesOf(card).size());
        }
        words = tr("%n node(s)", nullptr, nodes);
        if (look_.current >= 0) {
            const CardText& text = scene_->text(look_.current);
            words += QStringLiteral(". ") + tr("%L1 selected: %2, %3").arg(selection_.size()).arg(text.title + text.more, text.name);
            if (const CardMethod* method = look_.methodOf(scene_->nodeOf(look_.current))) {
                words += QStringLiteral(", ") + (method->name.isEmpty() ? method->badge : method->name);
                words += method->runs.isEmpty() ? QString() : tr(", runs as %1").arg(method->runsDetail);
            }
        }
    }
    if (words != accessibleDescription()) {
        setAccessibleDescription(words);
    }
}

}  // namespace vernier::ui
