// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/charts_area.h"

#include <QFileDialog>
#include <QGridLayout>
#include <QMenu>
#include <QMessageBox>
#include <QPainter>
#include <QSignalBlocker>
#include <QTabBar>
#include <QVBoxLayout>

#include <algorithm>

namespace vernier::ui {

namespace {

constexpr int kChartLines = 19;               ///< a column is at least as wide as so many lines of text are high
constexpr int kRowGap = 16, kColumnGap = 28;  ///< between charts, pixels
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

ChartsArea::ChartsArea(QWidget* parent) : QScrollArea(parent), pages_(new QTabBar) {
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* inside = new QWidget;
    column_ = new QVBoxLayout(inside);
    column_->setContentsMargins(0, 0, 8, 4);
    column_->setSpacing(8);
    grid_ = new QGridLayout;
    grid_->setContentsMargins(0, 4, 0, 0);
    grid_->setHorizontalSpacing(kColumnGap);
    pages_->setDrawBase(false);
    pages_->setExpanding(false);
    pages_->setFont(labelFont());
    pages_->setAccessibleName(tr("Charts"));
    connect(pages_, &QTabBar::currentChanged, this, &ChartsArea::showPage);
    column_->addWidget(pages_);
    column_->addLayout(grid_, 1);
    setWidget(inside);
}

void ChartsArea::addHeader(QWidget* header) {
    column_->insertWidget(int(headers_.size()), header);
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
        auto* chart = new IntervalChart(widget());
        chart->setContextMenuPolicy(Qt::CustomContextMenu);
        connect(chart, &IntervalChart::rowClicked, this, [this, chart](int row) { clicked(*chart, row); });
        connect(chart, &QWidget::customContextMenuRequested, this, [this, chart](const QPoint& position) { chartMenu(chart, position); });
        charts_ << chart;
    }
    for (qsizetype i = 0; i < charts_.size(); ++i) {
        charts_[i]->setPlot(shown[std::size_t(i)]);
    }
    markAll();
    arrange();
}

void ChartsArea::clicked(const IntervalChart& chart, int row) {
    const QVector<int> nodes = chart.plot().rows[std::size_t(row)].nodes;
    if (chart.plot().ofModels) {
        emit rowClicked(row);
    }
    if (!nodes.isEmpty()) {
        emit nodesClicked(nodes);
    }
}

void ChartsArea::mark(int modelRow, const QVector<int>& nodes) {
    markedModel_ = modelRow;
    markedNodes_ = nodes;
    markAll();
}

void ChartsArea::markAll() {
    for (IntervalChart* chart : charts_) {
        const bool model = chart->plot().ofModels && markedModel_ >= 0 && markedModel_ < int(chart->plot().rows.size());
        chart->setMarked(model ? QVector<int>{markedModel_} : rowsWith(markedNodes_, chart->plot()));
    }
}

void ChartsArea::arrange() {
    if (charts_.isEmpty()) {
        return;
    }
    if (shorten_) {
        shorten_(false);
    }
    Fit fit = bestFit();
    if (shorten_ && fit.shown < int(charts_.size())) {
        shorten_(true);
        fit = bestFit();
    }
    apply(fit);
    column_->invalidate();  // the headers may have other words by now
}

int ChartsArea::headersHeight() const {
    const int width = viewport()->width() - column_->contentsMargins().right();
    int height = 0;
    for (const QWidget* header : headers_) {
        if (!header->isHidden()) {
            height += column_->spacing() + (header->hasHeightForWidth() ? header->heightForWidth(width) : header->sizeHint().height());
        }
    }
    return height;
}

double ChartsArea::chartWidth(int columns) const {
    const int width = viewport()->width() - column_->contentsMargins().right();
    return double(width - (columns - 1) * kColumnGap) / columns;
}

double ChartsArea::rowHeight(int columns, bool dense) const {
    double height = 0;
    for (const IntervalChart* chart : charts_) {
        IntervalPlot plot = chart->plot();
        plot.dense = dense;
        height = std::max(height, layoutOf(plot, chartWidth(columns)).height);
    }
    return height;
}

double ChartsArea::heightOf(int rows, int columns, bool dense) const {
    const int margins = grid_->contentsMargins().top() + column_->contentsMargins().bottom();
    return margins + headersHeight() + rows * rowHeight(columns, dense) + (rows - 1) * (dense ? kRowGap / 2 : kRowGap);
}

bool ChartsArea::namesAre(Names wanted, int columns, bool dense) const {
    return std::all_of(charts_.begin(), charts_.end(), [&](const IntervalChart* chart) {
        IntervalPlot plot = chart->plot();
        plot.dense = dense;
        const LabelCut cut = layoutOf(plot, chartWidth(columns)).cut;
        return cut == LabelCut::none || (wanted == Names::distinct && cut == LabelCut::distinct);
    });
}

int ChartsArea::mostColumns() const { return std::clamp(viewport()->width() / (kChartLines * fontMetrics().height()), 1, 3); }

/// All charts at once: with whole names before with cut ones that still differ, and with air before without.
std::optional<ChartsArea::Fit> ChartsArea::fitOfAll() const {
    const int count = int(charts_.size());
    const int most = mostColumns();
    const int fewest = std::max(1, most - 1);  // one less makes room for names; a single wide column would be all line
    for (const Names names : {Names::whole, Names::distinct}) {
        for (const bool dense : {false, true}) {
            for (int columns = most; columns >= fewest; --columns) {
                const int rows = (count + columns - 1) / columns;
                if (heightOf(rows, columns, dense) <= viewport()->height() && namesAre(names, columns, dense)) {
                    return Fit{columns, dense, count};
                }
            }
        }
    }
    return std::nullopt;
}

ChartsArea::Fit ChartsArea::bestFit() const {
    if (const auto all = fitOfAll()) {
        return *all;
    }
    const int columns = namesAre(Names::whole, mostColumns(), false) ? mostColumns() : std::max(1, mostColumns() - 1);
    const auto rowsThatFit = [&](bool dense) {
        const double room = viewport()->height() - pages_->sizeHint().height() - column_->spacing();
        int rows = 0;
        while (rows * columns < int(charts_.size()) && heightOf(rows + 1, columns, dense) <= room) {
            ++rows;
        }
        return rows;
    };
    // Close together only where that shows more of them, or the first one whole.
    const int airy = rowsThatFit(false), close = rowsThatFit(true);
    const bool dense = close > airy || airy == 0;
    return {columns, dense, std::max(1, dense ? close : airy) * columns};
}

/// By the charts of each page; brief: as the columns of the tables are called, where the titles have no room.
void ChartsArea::namePages(int shown, bool brief) {
    for (int page = 0; page < pages_->count(); ++page) {
        QStringList titles, whole;
        for (int chart = page * shown; chart < std::min(int(charts_.size()), (page + 1) * shown); ++chart) {
            const IntervalPlot& plot = charts_[chart]->plot();
            titles << (brief && !plot.brief.isEmpty() ? plot.brief : plot.name);
            whole << plot.name;
        }
        pages_->setTabText(page, titles.join(QStringLiteral(", ")));
        pages_->setTabToolTip(page, whole.join(QStringLiteral(", ")));
    }
}

void ChartsArea::apply(const Fit& fit) {
    fit_ = fit;
    const int count = int(charts_.size());
    const int pages = (count + fit.shown - 1) / fit.shown;
    const QSignalBlocker quiet(pages_);
    const int page = std::min(std::max(0, pages_->currentIndex()), pages - 1);
    while (pages_->count() > pages) {
        pages_->removeTab(pages_->count() - 1);
    }
    while (pages_->count() < pages) {
        pages_->addTab(QString());
    }
    namePages(fit.shown, false);
    if (pages_->sizeHint().width() > viewport()->width() - column_->contentsMargins().right()) {
        namePages(fit.shown, true);
    }
    pages_->setCurrentIndex(page);
    pages_->setVisible(pages > 1);
    grid_->setVerticalSpacing(fit.dense ? kRowGap / 2 : kRowGap);
    for (IntervalChart* chart : charts_) {
        chart->setDense(fit.dense);
    }
    showPage();
}

void ChartsArea::showPage() {
    const int first = pages_->currentIndex() * fit_.shown;
    for (int i = 0; i < int(charts_.size()); ++i) {
        const int place = i - first;
        const bool shown = place >= 0 && place < fit_.shown;
        grid_->removeWidget(charts_[i]);
        if (shown) {
            grid_->addWidget(charts_[i], place / fit_.columns, place % fit_.columns, Qt::AlignTop);
        }
        charts_[i]->setVisible(shown);
    }
    for (int column = 0; column < 3; ++column) {
        grid_->setColumnStretch(column, column < fit_.columns ? 1 : 0);
    }
    // The row below the last one takes what is left.
    const int rows = (std::min(int(charts_.size()), fit_.shown) + fit_.columns - 1) / fit_.columns;
    for (int row = 0, known = grid_->rowCount(); row < known; ++row) {
        grid_->setRowStretch(row, 0);
    }
    grid_->setRowStretch(rows, 1);
}

void ChartsArea::resizeEvent(QResizeEvent* event) {
    QScrollArea::resizeEvent(event);
    arrange();
}

void ChartsArea::chartMenu(IntervalChart* chart, const QPoint& position) {
    QMenu menu(this);
    menu.addAction(tr("Export chart as PNG, SVG or PDF…"), this, [this, chart] { exportChart(*chart); });
    menu.addAction(tr("Copy chart"), this, [this, chart] { copyPicture(chartPicture(chart->plot(), subtitle_)); });
    menu.exec(chart->mapToGlobal(position));
}

void ChartsArea::exportChart(const IntervalChart& chart) {
    QString chosen;
    QString path = QFileDialog::getSaveFileName(this, tr("Export chart"), chart.plot().name + QStringLiteral(".png"), pictureFilter(), &chosen);
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
