// SPDX-License-Identifier: GPL-3.0-or-later
// How the inspector is put together.
#include <QCheckBox>
#include <QComboBox>
#include <QFontInfo>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QScrollArea>
#include <QStackedWidget>
#include <QTabBar>
#include <QTabWidget>
#include <QTableWidget>
#include <QVBoxLayout>

#include "ui/charts/histogram_chart.h"
#include "ui/choose/method_control.h"
#include "ui/inspect/activations_tab.h"
#include "ui/inspect/error_bars.h"
#include "ui/inspect/inspector_panel.h"
#include "ui/session/layer_study.h"
#include "ui/session/session.h"
#include "ui/theme/elided_label.h"
#include "ui/theme/theme.h"
#include "ui/theme/theme_watch.h"

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

}  // namespace

InspectorPanel::InspectorPanel(Session& session, QWidget* parent)
    : QWidget(parent), session_(session), stack_(new QStackedWidget), message_(label("note")), kicker_(label("label")), title_(label("title")),
      name_(new ElidedLabel), control_(new MethodControl), advice_(new QLabel), facts_(new QGridLayout), tabs_(new QTabWidget), weightPick_(new QComboBox),
      weightNote_(label("note")), histogram_(new HistogramChart), logarithmic_(new QCheckBox(tr("Log"))), statistics_(new QLabel), errorTitle_(label("label")),
      errors_(new ErrorBars), activations_(new ActivationsTab(session)), channels_(new ChannelChart), channelNote_(label("note")),
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
    connect(&session, &Session::sizesChanged, this, [this] { session_.selection().nodes().size() > 1 ? showSelection() : showState(); });
    connect(&session, &Session::planChanged, this, &InspectorPanel::showState);
    connect(&session.layers(), &LayerStudy::changed, this, &InspectorPanel::showState);
    connect(&ThemeWatch::instance(), &ThemeWatch::changed, this, &InspectorPanel::showState);
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
    title_->setFont([] {
        QFont font = bodyFont();
        font.setPixelSize(qRound(QFontInfo(font).pixelSize() * 1.15));
        font.setBold(true);
        return font;
    }());
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
    // What each method costs is seen beside the choice in a low window too, without scrolling.
    errorTitle_->setFont(labelFont());
    errorTitle_->setToolTip(tr("Signal to quantization noise of the weights. INT8: the mean of the channels, since each counts for itself"));
    errorTitle_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    layout->addWidget(errorTitle_);
    layout->addWidget(errors_);
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

}  // namespace vernier::ui
