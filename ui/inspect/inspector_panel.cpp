// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/inspect/inspector_panel.h"

#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QStackedWidget>
#include <QStyle>
#include <QTabBar>
#include <QTabWidget>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <utility>

#include "core/layout/grouping.h"
#include "core/model/weights.h"
#include "ui/charts/histogram_chart.h"
#include "ui/choose/method_control.h"
#include "ui/choose/numbers.h"
#include "ui/inspect/activations_tab.h"
#include "ui/inspect/error_bars.h"
#include "ui/inspect/layer_advice.h"
#include "ui/inspect/node_facts.h"
#include "ui/session/session.h"
#include "ui/theme/elided_label.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

QTableWidgetItem* cell(const QString& text, Qt::Alignment alignment = Qt::AlignLeft | Qt::AlignVCenter) {
    auto* item = new QTableWidgetItem(text);
    item->setTextAlignment(alignment);
    item->setToolTip(text);
    return item;
}

QLabel* note(const QString& text) {
    auto* widget = new QLabel(text);
    widget->setProperty("role", "note");
    return widget;
}

}  // namespace

/// The titles of all tabs are to be seen. How wide they are is known once the style is.
void InspectorPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    const QMargins margins = content_->contentsMargins();
    setMinimumWidth(tabs_->tabBar()->sizeHint().width() + margins.left() + margins.right() + style()->pixelMetric(QStyle::PM_ScrollBarExtent, nullptr, this));
}

void InspectorPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    fitHeight();
}

/// A scroll area asks how high its page must be without asking how its words wrap: it would cut off the last bars.
void InspectorPanel::fitHeight() {
    QWidget* page = content_->parentWidget();
    page->setMinimumHeight(std::max(0, content_->minimumHeightForWidth(std::max(1, page->width()))));
}

void InspectorPanel::showSelection() {
    loading_.cancel();
    weights_.clear();
    const bool open = session_.state() == Session::State::open;
    const auto& nodes = session_.selection().nodes();
    if (!open || nodes.isEmpty()) {
        message_->setText(open ? tr("Select a node in the graph or the table to see its weights and choose its method.")
                               : tr("Open a model to look at its nodes."));
        stack_->setCurrentIndex(0);
        return;
    }
    stack_->setCurrentIndex(1);
    if (nodes.size() == 1) {
        showOne(nodes.front());
    } else {
        showMany();
    }
    showState();
}

void InspectorPanel::showOne(NodeId id) {
    const Node& node = session_.model()->node(id);
    kicker_->setText(tr("NODE #%1").arg(id));
    title_->setText(titleOf(id));
    name_->setName(QString::fromStdString(node.label));
    showFacts(factsOf(id));
    showAttributes(id);
    tabs_->show();
    activations_->showNode(id);
    loadWeights(id);
}

/// Of the file, and of the analysed layers.
std::vector<std::pair<QString, QString>> InspectorPanel::factsOf(NodeId id) const {
    std::vector<std::pair<QString, QString>> facts = nodeFacts(session_, id);
    const std::vector<std::pair<QString, QString>> measured = layerFacts(session_, id);
    facts.insert(facts.begin() + 1, measured.begin(), measured.end());  // behind its format
    return facts;
}

/// As on the node's card: "Conv 1×1 + SiLU".
QString InspectorPanel::titleOf(NodeId id) const {
    QString title = QString::fromStdString(title_of(*session_.model(), id));
    for (const std::string& follower : follower_names(*session_.model(), session_.document().cardOf(id))) {
        title += QStringLiteral(" + ") + QString::fromStdString(follower);
    }
    return title;
}

void InspectorPanel::showMany() {
    const Model& model = *session_.model();
    const auto& nodes = session_.selection().nodes();
    quint64 bytes = 0, macs = 0;
    std::set<std::string> ops;
    for (const int id : nodes) {
        bytes += model.node(id).weight_bytes;
        macs += model.node(id).macs;
        ops.insert(model.node(id).op_type);
    }
    QStringList names;
    for (const auto& op : ops) {
        names << QString::fromStdString(op);
    }
    kicker_->setText(tr("SELECTION"));
    title_->setText(tr("%L1 nodes").arg(nodes.size()));
    name_->setName(names.mid(0, 8).join(QStringLiteral(", ")) + (names.size() > 8 ? QStringLiteral(", …") : QString()));
    showFacts({{tr("weights"), sizeText(bytes)}, {tr("work"), tr("%1 multiply-accumulates").arg(countText(macs))}});
    tabs_->hide();
    showErrors(false);
}

void InspectorPanel::showState() {
    if (stack_->currentIndex() == 0) {
        return;
    }
    const auto& nodes = session_.selection().nodes();
    if (nodes.isEmpty()) {
        return;
    }
    const NodeState first = session_.nodeState(nodes.front());
    const bool same = std::all_of(nodes.begin(), nodes.end(), [&](int id) { return session_.nodeState(id).chosen == first.chosen; });
    const bool own = std::all_of(nodes.begin(), nodes.end(), [&](int id) { return session_.nodeState(id).own; });
    control_->setEnabled(session_.isSound());
    control_->setToolTip(session_.lookOnly());
    control_->setMethod(same ? std::optional(first.chosen) : std::nullopt, own);
    if (!session_.isSound()) {
        shownAdvice_ = {session_.lookOnly(), NodeAdvice::Action::none, {}, false};
    } else if (nodes.size() == 1) {
        shownAdvice_ = nodeAdvice(first, weights_, session_.model()->node(nodes.front()).op_type);
        if (const std::optional<NodeAdvice> measured = layerAdvice(session_, nodes.front())) {
            shownAdvice_ = *measured;
        }
        showFacts(factsOf(nodes.front()));
    } else {
        shownAdvice_ = {same ? tr("All of them have the same method.") : tr("They have different methods; a choice here sets all of them."),
                        own ? NodeAdvice::Action::reset : NodeAdvice::Action::none, own ? tr("Clear overrides") : QString(), false};
        if (const std::optional<NodeAdvice> measured = layerAdvice(session_, nodes)) {
            shownAdvice_ = *measured;
        }
    }
    const Theme theme = Theme::current();
    const QString link = shownAdvice_.link.isEmpty()
                             ? QString()
                             : QStringLiteral(" <a style='color:%1' href='act'>%2</a>").arg(theme.ink(theme.accent).name(), shownAdvice_.link.toHtmlEscaped());
    advice_->setText(shownAdvice_.text.toHtmlEscaped() + link);
    advice_->setStyleSheet(
        QStringLiteral("background: %1; border-left: 3px solid %2;").arg(theme.accentSoft.name(), (shownAdvice_.warning ? theme.warn : theme.line).name()));
    showGrid();
    QMetaObject::invokeMethod(this, &InspectorPanel::fitHeight, Qt::QueuedConnection);  // when the words are laid out
}

void InspectorPanel::showFacts(const std::vector<std::pair<QString, QString>>& facts) {
    while (QLayoutItem* item = facts_->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    int row = 0;
    for (const auto& [name, value] : facts) {
        if (value.isEmpty()) {
            continue;
        }
        auto* text = new QLabel(value);
        text->setFont(monoFont());
        text->setWordWrap(true);
        text->setTextInteractionFlags(Qt::TextSelectableByMouse);
        facts_->addWidget(note(name), row, 0, Qt::AlignTop);
        facts_->addWidget(text, row, 1);
        ++row;
    }
}

void InspectorPanel::showAttributes(NodeId id) {
    const auto texts = attribute_texts(session_.model()->node(id));
    attributes_->setRowCount(int(texts.size()));
    for (int row = 0; row < int(texts.size()); ++row) {
        attributes_->setItem(row, 0, cell(QString::fromStdString(texts[std::size_t(row)].name)));
        attributes_->setItem(row, 1, cell(QString::fromStdString(texts[std::size_t(row)].value)));
    }
    tabs_->setTabEnabled(tabs_->indexOf(attributes_), !texts.empty());
}

void InspectorPanel::loadWeights(NodeId id) {
    weightBody_->hide();
    weightPick_->hide();
    channels_->hide();
    showErrors(!weights_of(*session_.model(), id).empty());  // their place is kept: nothing below moves when they arrive
    errors_->setErrors({});
    values_->setRowCount(0);
    weightNote_->setText(tr("Reading the weights…"));
    weightNote_->show();
    loading_.run([model = session_.model(), id](const Job& job) { return weightFacts(model, id, job); },
                 [this](std::vector<WeightFacts> weights) { weightsArrived(std::move(weights)); },
                 [this](const QString& error) { weightNote_->setText(tr("The weights cannot be read: %1").arg(error)); });
}

void InspectorPanel::weightsArrived(std::vector<WeightFacts> weights) {
    weights_ = std::move(weights);
    const QSignalBlocker quiet(weightPick_);
    weightPick_->clear();
    for (const WeightFacts& weight : weights_) {
        weightPick_->addItem(QStringLiteral("%1  %2").arg(weight.isBias ? tr("bias") : tr("weight"), weight.name));
    }
    weightPick_->setVisible(weights_.size() > 1);
    const bool any = !weights_.empty();
    weightNote_->setVisible(!any);
    const auto& nodes = session_.selection().nodes();
    const bool constants = nodes.size() == 1 && session_.model()->node(nodes.front()).weight_bytes > 0;
    weightNote_->setText(constants ? tr("The constants of this node are single numbers or not of a float type: there is nothing to draw.")
                                   : tr("This node reads no weights: its inputs are all computed."));
    weightBody_->setVisible(any);
    channels_->setVisible(any);
    showErrors(any && !weights_.front().errors.empty());
    channelNote_->setText(any ? QString() : weightNote_->text());
    if (any) {
        showWeight(0);
    }
    showState();
}

const WeightFacts* InspectorPanel::currentWeight() const {
    const int index = std::max(0, weightPick_->currentIndex());
    return std::size_t(index) < weights_.size() ? &weights_[std::size_t(index)] : nullptr;
}

void InspectorPanel::showWeight(int) {
    const WeightFacts* weight = currentWeight();
    if (weight == nullptr) {
        return;
    }
    const TensorStats& s = weight->stats;
    histogram_->setHistogram(s.histogram);
    statistics_->setText(statisticsText(*weight).join(QLatin1Char('\n')));
    errorTitle_->setText(weight->folded ? tr("ERROR (SQNR), BATCHNORM FOLDED IN") : tr("ERROR OF EACH FORMAT (SQNR)"));
    errors_->setErrors(weight->errors);
    showErrors(!weight->errors.empty());
    channels_->setRanges(s.channel_min, s.channel_max);
    channelNote_->setText(tr("Minimum to maximum of each of the %1 channels (axis %2)%3.")
                              .arg(s.channel_min.size())
                              .arg(s.channel_axis)
                              .arg(weight->folded ? tr(", with the BatchNorm behind folded in") : QString()));
    showValues(*weight);
    showGrid();
}

void InspectorPanel::showErrors(bool on) {
    errorTitle_->setVisible(on);
    errors_->setVisible(on);
}

void InspectorPanel::showValues(const WeightFacts& weight) {
    values_->setRowCount(int(weight.head.size()));
    for (int row = 0; row < int(weight.head.size()); ++row) {
        values_->setItem(row, 0, cell(QString::number(row), Qt::AlignRight | Qt::AlignVCenter));
        values_->setItem(row, 1, cell(QString::number(double(weight.head[std::size_t(row)]), 'g', 7), Qt::AlignRight | Qt::AlignVCenter));
    }
}

/// Draws the grid of the format that the node will have over its weight.
void InspectorPanel::showGrid() {
    const WeightFacts* weight = currentWeight();
    const auto& nodes = session_.selection().nodes();
    if (weight == nullptr || nodes.size() != 1 || weight->isBias) {
        histogram_->setGrid(std::nullopt);
        return;
    }
    const NodeState state = session_.nodeState(nodes.front());
    const bool integer = row(state.applied).weight_bits == 8;
    const WeightFormat wanted = state.per_channel ? WeightFormat::int8_per_channel : WeightFormat::int8_per_tensor;
    std::optional<FormatGrid> grid;
    for (const FormatError& error : weight->errors) {
        if (integer && error.format == wanted) {
            // With a scale a channel there is no one range to clip at, and no one grid: each channel holds its own.
            grid = state.per_channel ? FormatGrid{} : FormatGrid{error.step, error.clip};
        }
    }
    histogram_->setGrid(grid);
}

void InspectorPanel::follow(const QString&) {
    const auto nodes = session_.selection().nodes();
    if (shownAdvice_.action == NodeAdvice::Action::usePerChannel) {
        session_.document().chooseGranularity(nodes, true);
    } else if (shownAdvice_.action == NodeAdvice::Action::useOther) {
        session_.choose(nodes, shownAdvice_.instead);
    } else if (shownAdvice_.action == NodeAdvice::Action::reset) {
        session_.choose(nodes, std::nullopt);
    }
}

}  // namespace vernier::ui
