// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/charts_area.h"

#include <QFileDialog>
#include <QGridLayout>
#include <QMenu>
#include <QMessageBox>
#include <QPainter>
#include <QVBoxLayout>

#include <algorithm>

namespace vernier::ui {

namespace {

constexpr int kChartWidth = 285;      ///< a column is at least as wide
constexpr int kRowGap = 16;           ///< between rows of charts, pixels
constexpr double kExportWidth = 760, kExportMargin = 24;

}  // namespace

Picture chartPicture(IntervalPlot plot, const QString& subtitle) {
    plot.subtitle = subtitle;
    const double height = layoutOf(plot, kExportWidth - 2 * kExportMargin).height + 2 * kExportMargin;
    Picture picture;
    picture.size = QSizeF(kExportWidth, height);
    picture.title = plot.title;
    picture.description = subtitle;
    picture.paint = [plot, size = picture.size](QPainter& painter) {
        const Theme theme = Theme::light();
        painter.fillRect(QRectF(QPointF(), size), theme.window);
        paintIntervals(painter, QRectF(QPointF(), size).marginsRemoved({kExportMargin, kExportMargin, kExportMargin, kExportMargin}), plot, theme);
    };
    return picture;
}

ChartsArea::ChartsArea(QWidget* parent) : QScrollArea(parent) {
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* inside = new QWidget;
    column_ = new QVBoxLayout(inside);
    column_->setContentsMargins(0, 0, 8, 4);
    column_->setSpacing(8);
    grid_ = new QGridLayout;
    grid_->setContentsMargins(0, 4, 0, 0);
    grid_->setHorizontalSpacing(28);
    grid_->setVerticalSpacing(kRowGap);
    column_->addLayout(grid_, 1);
    setWidget(inside);
}

void ChartsArea::addHeader(QWidget* header) {
    column_->insertWidget(column_->count() - 1, header);
    headers_ << header;
}

void ChartsArea::setPlots(const std::vector<IntervalPlot>& plots, const QString& subtitle) {
    subtitle_ = subtitle;
    std::vector<IntervalPlot> shown;
    std::copy_if(plots.begin(), plots.end(), std::back_inserter(shown), [](const IntervalPlot& plot) { return !plot.rows.empty(); });
    while (charts_.size() > qsizetype(shown.size())) {
        delete charts_.takeLast();
    }
    while (charts_.size() < qsizetype(shown.size())) {
        auto* chart = new IntervalChart;
        chart->setContextMenuPolicy(Qt::CustomContextMenu);
        connect(chart, &IntervalChart::rowClicked, this, &ChartsArea::rowClicked);
        connect(chart, &QWidget::customContextMenuRequested, this, [this, chart](const QPoint& position) { chartMenu(chart, position); });
        charts_ << chart;
    }
    for (qsizetype i = 0; i < charts_.size(); ++i) {
        charts_[i]->setPlot(shown[std::size_t(i)]);
    }
    columns_ = 0;
    arrange();
    fitHeight();
}

void ChartsArea::arrange() {
    const int columns = std::clamp(viewport()->width() / kChartWidth, 1, 3);
    if (columns == columns_) {
        return;
    }
    columns_ = columns;
    for (int i = 0; i < int(charts_.size()); ++i) {
        grid_->addWidget(charts_[i], i / columns, i % columns, Qt::AlignTop);
    }
    for (int column = 0; column < 3; ++column) {
        grid_->setColumnStretch(column, column < columns ? 1 : 0);
    }
    const int rows = (int(charts_.size()) + columns - 1) / columns;
    for (int row = 0; row < grid_->rowCount(); ++row) {
        grid_->setRowStretch(row, 0);
    }
    grid_->setRowStretch(rows, 1);
}

/// Rows move together where all charts would not be seen otherwise.
void ChartsArea::fitHeight() {
    double height = grid_->contentsMargins().top() + column_->contentsMargins().bottom();
    const int width = viewport()->width() - column_->contentsMargins().right();
    for (const QWidget* header : headers_) {
        if (!header->isHidden()) {
            height += column_->spacing() + (header->hasHeightForWidth() ? header->heightForWidth(width) : header->sizeHint().height());
        }
    }
    const int rows = columns_ > 0 ? (int(charts_.size()) + columns_ - 1) / columns_ : 0;
    for (int row = 0; row < rows; ++row) {
        IntervalPlot plot = charts_[row * columns_]->plot();
        plot.dense = false;
        height += layoutOf(plot, double(width) / columns_).height + (row > 0 ? kRowGap : 0);
    }
    const bool dense = height > viewport()->height();
    grid_->setVerticalSpacing(dense ? kRowGap / 2 : kRowGap);
    for (IntervalChart* chart : charts_) {
        chart->setDense(dense);
    }
}

void ChartsArea::resizeEvent(QResizeEvent* event) {
    QScrollArea::resizeEvent(event);
    arrange();
    fitHeight();
}

void ChartsArea::chartMenu(IntervalChart* chart, const QPoint& position) {
    QMenu menu(this);
    menu.addAction(tr("Export chart as PNG, SVG or PDF…"), this, [this, chart] { exportChart(*chart); });
    menu.addAction(tr("Copy chart"), this, [this, chart] { copyPicture(chartPicture(chart->plot(), subtitle_)); });
    menu.exec(chart->mapToGlobal(position));
}

void ChartsArea::exportChart(const IntervalChart& chart) {
    QString chosen;
    const QString name = chart.plot().title.section(QLatin1Char(','), 0, 0);
    QString path = QFileDialog::getSaveFileName(this, tr("Export chart"), name + QStringLiteral(".png"), pictureFilter(), &chosen);
    if (path.isEmpty()) {
        return;
    }
    path = withPictureEnding(path, chosen);
    QString error;
    if (!writePicture(chartPicture(chart.plot(), subtitle_), path, &error)) {
        QMessageBox::warning(this, tr("Export chart"), error);
    }
}

}  // namespace vernier::ui
