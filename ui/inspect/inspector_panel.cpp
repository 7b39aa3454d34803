// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/inspect/inspector_panel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFontInfo>
#include <QGridLayout>
#include <QHeaderView>
#include <QLabel>
#include <QScrollArea>
#include <QStackedWidget>
#include <QStyle>
#include <QTabBar>
#include <QTabWidget>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/layout/grouping.h"
#include "core/model/weights.h"
#include "ui/charts/histogram_chart.h"
#include "ui/choose/method_control.h"
#include "ui/choose/numbers.h"
#include "ui/inspect/activations_tab.h"
#include "ui/inspect/error_bars.h"
#include "ui/inspect/node_facts.h"
#include "ui/session/session.h"
#include "ui/theme/elided_label.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

QLabel* label(const char* role, const QString& text = {}) {
    auto* widget = new QLabel(text);
    widget->setProperty("role", role);
    return widget;
}

QTableWidget* plainTable(const QStringList& columns) {
    auto* table = new QTableWidget(0, int(columns.size()));
    table->setHorizontalHeaderLabels(columns);
    table->verticalHeader()->hide();
    table->setShowGrid(false);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->horizontalHeader()->setStretchLastSection(true);
    table->setFrameShape(QFrame::NoFrame);
    table->setFont(monoFont());
    table->verticalHeader()->setDefaultSectionSize(table->fontMetrics().height() + 9);
    table->horizontalHeader()->setFont(labelFont());
    table->horizontalHeader()->setHighlightSections(false);
    table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    return table;
}

QTableWidgetItem* cell(const QString& text, Qt::Alignment alignment = Qt::AlignLeft | Qt::AlignVCenter) {
    auto* item = new QTableWidgetItem(text);
    item->setTextAlignment(alignment);
    item->setToolTip(text);
    return item;
}

}  // namespace

InspectorPanel::InspectorPanel(Session& session, QWidget* parent)
    : QWidget(parent), session_(session), stack_(new QStackedWidget), message_(label("note")), kicker_(label("label")),
      title_(label("title")), name_(new ElidedLabel), control_(new MethodControl), advice_(new QLabel), facts_(new QGridLayout),
      tabs_(new QTabWidget), weightPick_(new QComboBox), weightNote_(label("note")), histogram_(new HistogramChart),
      logarithmic_(new QCheckBox(tr("Log"))), statistics_(new QLabel), errorTitle_(label("label")), errors_(new ErrorBars),
      activations_(new ActivationsTab(session)), channels_(new ChannelChart), channelNote_(label("note")),
      values_(plainTable({tr("Index"), tr("Value")})), attributes_(plainTable({tr("Attribute"), tr("Value")})), weightBody_(new QWidget) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    stack_->addWidget(buildEmpty());
    stack_->addWidget(buildContent());
    layout->addWidget(stack_);
    setMinimumWidth(QFontMetrics(labelFont()).horizontalAdvance(QStringLiteral("WeightsActivationsChannelsValuesAttributes")));
    connect(&session.selection(), &Selection::changed, this, &InspectorPanel::showSelection);
    connect(&session, &Session::stateChanged, this, &InspectorPanel::showSelection);
    connect(&session, &Session::recipeChanged, this, &InspectorPanel::showState);
    connect(&session, &Session::planChanged, this, &InspectorPanel::showState);
    connect(&session, &Session::cardsChanged, this, [this] {
        if (const auto& nodes = session_.selection().nodes(); session_.model() && nodes.size() == 1) {
            title_->setText(titleOf(nodes.front()));
        }
    });
    connect(control_, &MethodControl::chosen, this, [this](Method method) { session_.choose(session_.selection().nodes(), method); });
    connect(control_, &MethodControl::resetRequested, this, [this] { session_.choose(session_.selection().nodes(), std::nullopt); });
    connect(advice_, &QLabel::linkActivated, this, &InspectorPanel::follow);
    connect(weightPick_, &QComboBox::currentIndexChanged, this, &InspectorPanel::showWeight);
    connect(logarithmic_, &QCheckBox::toggled, histogram_, &HistogramChart::setLogarithmic);
    showSelection();
}

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

QWidget* InspectorPanel::buildEmpty() {
    auto* page = new QWidget;
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(24, 24, 24, 24);
    message_->setWordWrap(true);
    message_->setAlignment(Qt::AlignCenter);
    layout->addStretch();
    layout->addWidget(message_);
    layout->addStretch();
    return page;
}

QWidget* InspectorPanel::buildContent() {
    auto* page = new QWidget;
    auto* layout = new QVBoxLayout(page);
    content_ = layout;
    layout->setContentsMargins(12, 10, 12, 8);
    layout->setSpacing(6);
    title_->setFont([] { QFont font = bodyFont(); font.setPixelSize(qRound(QFontInfo(font).pixelSize() * 1.15)); font.setBold(true); return font; }());
    title_->setWordWrap(true);
    name_->setProperty("role", "note");
    name_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    advice_->setWordWrap(true);
    advice_->setTextFormat(Qt::RichText);
    advice_->setContentsMargins(8, 6, 8, 6);
    facts_->setHorizontalSpacing(12);
    facts_->setVerticalSpacing(2);
    facts_->setColumnStretch(1, 1);
    tabs_->addTab(buildWeights(), tr("Weights"));
    tabs_->addTab(activations_, tr("Activations"));
    auto* channelPage = new QWidget;
    auto* channelLayout = new QVBoxLayout(channelPage);
    channelLayout->setContentsMargins(0, 8, 0, 0);
    channelNote_->setWordWrap(true);
    channelLayout->addWidget(channelNote_);
    channelLayout->addWidget(channels_, 1);
    tabs_->addTab(channelPage, tr("Channels"));
    tabs_->addTab(buildValues(), tr("Values"));
    tabs_->addTab(attributes_, tr("Attributes"));
    tabs_->setDocumentMode(true);
    tabs_->tabBar()->setFont(labelFont());  // five of them in the least width
    tabs_->setStyleSheet(QStringLiteral("QTabBar::tab { margin-right: 4px; }"));
    layout->addWidget(kicker_);
    layout->addWidget(title_);
    layout->addWidget(name_);
    layout->addWidget(control_);
    layout->addWidget(advice_);
    layout->addLayout(facts_);
    layout->addWidget(tabs_, 1);
    layout->addStretch(0);  // of several nodes there are no tabs: what is left stays together
    // In a low window it scrolls, instead of taking the room from the comparison.
    auto* scroll = new QScrollArea;
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(page);
    return scroll;
}

QWidget* InspectorPanel::buildWeights() {
    auto* page = new QWidget;
    auto* outer = new QVBoxLayout(page);
    outer->setContentsMargins(0, 8, 0, 0);
    weightNote_->setWordWrap(true);
    outer->addWidget(weightPick_);
    outer->addWidget(weightNote_);
    auto* layout = new QVBoxLayout(weightBody_);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(histogram_, 1);
    statistics_->setFont(monoFont());
    statistics_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);  // a narrow panel stays narrow
    logarithmic_->setToolTip(tr("Counts on a logarithmic scale"));
    statistics_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* row = new QHBoxLayout;
    row->addWidget(statistics_, 1);
    row->addWidget(logarithmic_, 0, Qt::AlignRight | Qt::AlignTop);
    layout->addLayout(row);
    errorTitle_->setFont(labelFont());
    errorTitle_->setToolTip(tr("Signal to quantization noise of the weights. INT8: the mean of the channels, since each counts for itself"));
    errorTitle_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    layout->addWidget(errorTitle_);
    layout->addWidget(errors_);
    outer->addWidget(weightBody_, 1);
    outer->addStretch(0);
    return page;
}

QWidget* InspectorPanel::buildValues() {
    for (int column = 0; column < values_->columnCount(); ++column) {
        values_->horizontalHeaderItem(column)->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    }
    return values_;
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
    showFacts(nodeFacts(session_, id));
    showAttributes(id);
    tabs_->show();
    activations_->showNode(id);
    loadWeights(id);
}

/// As on the node's card: "Conv 1×1 + SiLU".
QString InspectorPanel::titleOf(NodeId id) const {
    QString title = QString::fromStdString(title_of(*session_.model(), id));
    for (const std::string& follower : follower_names(*session_.model(), session_.cardOf(id))) {
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
    title_->setText(tr("%1 nodes").arg(nodes.size()));
    name_->setName(names.mid(0, 8).join(QStringLiteral(", ")) + (names.size() > 8 ? QStringLiteral(", …") : QString()));
    showFacts({{tr("weights"), sizeText(bytes)}, {tr("work"), tr("%1 multiply-accumulates").arg(countText(macs))}});
    tabs_->hide();
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
        showFacts(nodeFacts(session_, nodes.front()));
    } else {
        shownAdvice_ = {same ? tr("All of them have the same method.") : tr("They have different methods; a choice here sets all of them."),
                        own ? NodeAdvice::Action::reset : NodeAdvice::Action::none, own ? tr("Clear overrides") : QString(), false};
    }
    const Theme theme = Theme::current();
    const QString link = shownAdvice_.link.isEmpty() ? QString()
                                                     : QStringLiteral(" <a style='color:%1' href='act'>%2</a>").arg(theme.ink(theme.accent).name(), shownAdvice_.link.toHtmlEscaped());
    advice_->setText(shownAdvice_.text.toHtmlEscaped() + link);
    advice_->setStyleSheet(QStringLiteral("background: %1; border-left: 3px solid %2;")
                               .arg(theme.accentSoft.name(), (shownAdvice_.warning ? theme.warn : theme.line).name()));
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
        facts_->addWidget(label("note", name), row, 0, Qt::AlignTop);
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
    channels_->setRanges(s.channel_min, s.channel_max);
    channelNote_->setText(tr("Minimum to maximum of each of the %1 channels (axis %2)%3.").arg(s.channel_min.size()).arg(s.channel_axis)
                              .arg(weight->folded ? tr(", with the BatchNorm behind folded in") : QString()));
    showValues(*weight);
    showGrid();
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
        session_.chooseGranularity(nodes, true);
    } else if (shownAdvice_.action == NodeAdvice::Action::useStatic) {
        session_.choose(nodes, Method::int8_static);
    } else if (shownAdvice_.action == NodeAdvice::Action::reset) {
        session_.choose(nodes, std::nullopt);
    }
}

}  // namespace vernier::ui
