// SPDX-License-Identifier: GPL-3.0-or-later
// How the panel of layers is put together.
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

#include "ui/charts/depth_chart.h"
#include "ui/charts/interval_chart.h"
#include "ui/choose/row_table.h"
#include "ui/layers/layers_model.h"
#include "ui/layers/layers_panel.h"
#include "ui/layers/sentence.h"
#include "ui/layers/share_bar.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

void LayersPanel::build() {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 6, 12, 6);
    layout->setSpacing(6);
    layout->addWidget(buildBusy());
    layout->addWidget(buildEmpty(), 1);
    content_ = new QSplitter(Qt::Horizontal);
    content_->setChildrenCollapsible(false);
    content_->setHandleWidth(9);
    content_->addWidget(buildLeft());
    content_->addWidget(buildCharts());
    content_->setStretchFactor(0, 3);
    content_->setStretchFactor(1, 2);
    layout->addWidget(content_, 1);
}

QWidget* LayersPanel::buildEmpty() {
    emptyPage_ = new QWidget;
    auto* column = new QVBoxLayout(emptyPage_);
    empty_ = new QLabel;
    empty_->setProperty("role", "note");
    empty_->setAlignment(Qt::AlignCenter);
    empty_->setWordWrap(true);
    begin_ = new QPushButton(tr("Analyse layers"));
    begin_->setProperty("primary", true);
    column->addStretch(1);
    column->addWidget(empty_);
    column->addWidget(begin_, 0, Qt::AlignHCenter);
    column->addStretch(1);
    return emptyPage_;
}

QWidget* LayersPanel::buildBusy() {
    busyRow_ = new QWidget;
    auto* row = new QHBoxLayout(busyRow_);
    row->setContentsMargins(0, 0, 0, 0);
    busy_ = new QLabel;
    busy_->setProperty("role", "note");
    busy_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    progress_ = new QProgressBar;
    progress_->setFixedWidth(160);
    progress_->setTextVisible(false);
    progress_->setAccessibleName(tr("Progress of the analysis"));
    cancel_ = new QPushButton(tr("Cancel"));
    row->addWidget(busy_, 1);
    row->addWidget(progress_);
    row->addWidget(cancel_);
    return busyRow_;
}

QWidget* LayersPanel::buildLeft() {
    auto* left = new QWidget;
    auto* column = new QVBoxLayout(left);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(6);
    sentence_ = new Sentence;
    stale_ = new Sentence;
    stale_->setFont(labelFont());
    buildTable();
    keep_ = new QPushButton(tr("Keep in FP32"));
    keep_->setProperty("primary", true);
    again_ = new QPushButton(tr("Analyse again"));
    copy_ = new QPushButton(tr("Copy as command"));
    buttons_ = new QWidget;
    auto* buttons = new QHBoxLayout(buttons_);
    buttons->setContentsMargins(0, 0, 0, 0);
    for (QPushButton* button : {keep_, again_, copy_}) {
        buttons->addWidget(button);
    }
    buttons->addStretch(1);
    head_ = new QHBoxLayout;
    head_->addWidget(sentence_, 1);
    column->addLayout(head_);
    column->addWidget(stale_);
    column->addWidget(table_, 1);
    column->addWidget(buttons_);
    left_ = column;
    return left;
}

void LayersPanel::buildTable() {
    table_ = new QTableView;
    table_->setModel(model_);
    table_->setAccessibleName(tr("Layers"));
    makeRowTable(*table_, LayersModel::Name, LayersModel::MethodColumn);
    table_->setItemDelegateForColumn(LayersModel::Alone, new ShareBar(table_));
    table_->setMinimumHeight(60);
    table_->installEventFilter(this);
    QHeaderView* header = table_->horizontalHeader();
    const auto width = [this](const char* sample) { return fontMetrics().horizontalAdvance(QLatin1String(sample)) + 14; };
    header->resizeSection(LayersModel::Id, width("1000"));
    header->resizeSection(LayersModel::Op, width("MatMulNB"));
    header->resizeSection(LayersModel::MethodColumn, width("method") + 10);
    header->resizeSection(LayersModel::ExecutedColumn, width("fused into #12"));
    header->resizeSection(LayersModel::Fp32, width("0.000 ms"));
    header->resizeSection(LayersModel::Alone, width("error alone") + 50);
    header->resizeSection(LayersModel::OnTheWay, width("dB here") + 10);
    table_->sortByColumn(LayersModel::Alone, Qt::DescendingOrder);
    table_->setSortingEnabled(true);
}

QWidget* LayersPanel::buildCharts() {
    depth_ = new DepthChart;
    times_ = new IntervalChart;
    auto* inside = new QWidget;
    auto* column = new QVBoxLayout(inside);
    column->setContentsMargins(4, 0, 8, 0);
    column->setSpacing(10);
    column->addWidget(depth_, 1);
    column->addWidget(times_);
    charts_ = new QScrollArea;
    charts_->setFrameShape(QFrame::NoFrame);
    charts_->setWidgetResizable(true);
    charts_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    charts_->setWidget(inside);
    return charts_;
}

}  // namespace vernier::ui
