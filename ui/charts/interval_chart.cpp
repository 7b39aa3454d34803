// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/interval_chart.h"

#include <QChart>
#include <QGraphicsLayout>
#include <QGraphicsScene>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QLineSeries>
#include <QPainter>
#include <QScatterSeries>
#include <QToolTip>
#include <QValueAxis>

#include <algorithm>
#include <cmath>
#include <set>

namespace vernier::ui {

namespace {

constexpr double kGap = 12;          ///< between the columns of a row, pixels
constexpr double kEdge = 9;          ///< pixels beside the outermost dots, so that none is cut
constexpr double kNarrowestPlot = 84;
constexpr double kDot = 10, kBestDot = 12;

/// The body font, or the smaller one of labels in rows that are close together. By its pixels: a size in points would
/// grow on a device of more dots to the inch.
QFont textFont(bool dense = false) {
    if (dense) {
        return labelFont();
    }
    QFont font = bodyFont();
    font.setPixelSize(QFontInfo(font).pixelSize());
    return font;
}

QFont bold(QFont font) {
    font.setWeight(QFont::DemiBold);
    return font;
}

QFont numberFont(bool best) {
    const QFont font = monoFont(0.92);
    return best ? bold(font) : font;
}

QColor colourOf(const IntervalRow& row, const Theme& theme) {
    return !row.method.isEmpty() ? theme.method(row.method) : row.baseline ? theme.method(u"fp32") : theme.accent;
}

void addAxes(QChart& chart, const IntervalPlot& plot, double width) {
    const IntervalAxis range = axisOf(plot);
    // The dots at both ends keep their distance from the edge at every width.
    const double edge = (range.hi - range.lo) * kEdge / std::max(1.0, width - 2 * kEdge);
    auto* x = new QValueAxis(&chart);
    x->setRange(range.lo - edge, range.hi + edge);
    auto* y = new QValueAxis(&chart);
    y->setRange(0, std::max<double>(1, double(plot.rows.size())));
    y->setReverse(true);
    for (QValueAxis* axis : {x, y}) {
        axis->setVisible(false);
    }
    chart.addAxis(x, Qt::AlignBottom);
    chart.addAxis(y, Qt::AlignLeft);
    for (QAbstractSeries* series : chart.series()) {
        series->attachAxis(x);
        series->attachAxis(y);
    }
}

void addLine(QChart& chart, const QPointF& from, const QPointF& to, const QPen& pen) {
    auto* line = new QLineSeries(&chart);
    line->append(from);
    line->append(to);
    line->setPen(pen);
    chart.addSeries(line);
}

/// A square or a dot.
struct Marker {
    bool square = false;
    double size = kDot;
    QColor colour;
};

void addMarker(QChart& chart, const QPointF& at, const Marker& marker) {
    auto* dot = new QScatterSeries(&chart);
    dot->append(at);
    dot->setMarkerShape(marker.square ? QScatterSeries::MarkerShapeRectangle : QScatterSeries::MarkerShapeCircle);
    dot->setMarkerSize(marker.size);
    dot->setColor(marker.colour);
    dot->setPen(Qt::NoPen);
    chart.addSeries(dot);
}

void addRow(QChart& chart, const IntervalRow& row, double y, const Theme& theme) {
    const QColor colour = colourOf(row, theme);
    if (row.hi > row.lo) {
        addLine(chart, {row.lo, y}, {row.hi, y}, QPen(colour, 2.6, Qt::SolidLine, Qt::FlatCap));
    }
    if (row.before && row.known) {
        addLine(chart, {*row.before, y}, {row.value, y}, QPen(theme.line, 4, Qt::SolidLine, Qt::FlatCap));
    }
    if (row.before) {
        addMarker(chart, {*row.before, y}, {true, kDot - 1, theme.method(u"fp32")});
    }
    if (row.known) {
        addMarker(chart, {row.value, y}, {row.baseline, row.best ? kBestDot : kDot, colour});
    }
}

/// Series and axes of a plot, and where they lie.
void fill(QChart& chart, const IntervalPlot& plot, const Theme& theme, const IntervalLayout& layout) {
    chart.removeAllSeries();
    for (QAbstractAxis* axis : chart.axes()) {
        chart.removeAxis(axis);
        delete axis;
    }
    for (const IntervalRow& row : plot.rows) {
        if (row.baseline && row.known) {
            addLine(chart, {row.value, 0}, {row.value, double(plot.rows.size())}, QPen(mixed(theme.text2, theme.window, 0.8), 1.2, Qt::DotLine));
        }
    }
    for (std::size_t i = 0; i < plot.rows.size(); ++i) {
        addRow(chart, plot.rows[i], double(i) + 0.5, theme);
    }
    addAxes(chart, plot, layout.plot.width());
    // An equal area would not reach the new series.
    chart.setPlotArea({});
    chart.setPlotArea(layout.plot);
}

void makePlain(QChart& chart) {
    chart.legend()->hide();
    chart.setBackgroundVisible(false);
    chart.setBackgroundRoundness(0);
    chart.setMargins({0, 0, 0, 0});
    chart.layout()->setContentsMargins(0, 0, 0, 0);
}

/// Title, note and the texts of both columns.
void paintText(QPainter& painter, const IntervalPlot& plot, const Theme& theme, double width) {
    const IntervalLayout layout = layoutOf(plot, width);
    painter.setFont(bold(textFont()));
    const QFontMetricsF title(painter.font()), note(labelFont());
    painter.setPen(theme.text);
    const double free = width - title.horizontalAdvance(plot.title) - kGap;
    const QString both = plot.note + (plot.more.isEmpty() ? QString() : QStringLiteral(" · ") + plot.more);
    const QString words = note.horizontalAdvance(both) <= free ? both : note.horizontalAdvance(plot.note) <= free ? plot.note : QString();
    const double noteWidth = note.horizontalAdvance(words);
    const double titleRoom = width - (words.isEmpty() ? 0 : noteWidth + kGap);
    painter.drawText(QPointF(0, title.ascent()), title.elidedText(plot.title, Qt::ElideRight, titleRoom));
    painter.setFont(labelFont());
    painter.setPen(theme.text2);
    painter.drawText(QPointF(width - noteWidth, title.ascent()), words);
    if (!plot.subtitle.isEmpty()) {
        painter.drawText(QPointF(0, title.height() + note.ascent() + 2), note.elidedText(plot.subtitle, Qt::ElideRight, width));
    }
    for (std::size_t i = 0; i < plot.rows.size(); ++i) {
        const IntervalRow& row = plot.rows[i];
        const double y = layout.top + layout.row * double(i);
        painter.setFont(row.best ? bold(textFont(plot.dense)) : textFont(plot.dense));
        painter.setPen(row.best ? theme.text : theme.text2);
        const QFontMetricsF metrics(painter.font());
        const double base = y + (layout.row + metrics.ascent() - metrics.descent()) / 2;
        painter.drawText(QPointF(0, base), metrics.elidedText(row.label, Qt::ElideMiddle, layout.labels));
        painter.setFont(numberFont(row.best));
        painter.setPen(theme.text);
        painter.drawText(QPointF(width - layout.texts, base), row.text);
    }
}

LabelCut cutOf(const IntervalPlot& plot, double width) {
    std::set<QString> whole, shown;
    for (const IntervalRow& row : plot.rows) {
        const QFont font = row.best ? bold(textFont(plot.dense)) : textFont(plot.dense);
        whole.insert(row.label);
        shown.insert(QFontMetricsF(font).elidedText(row.label, Qt::ElideMiddle, width));
    }
    return shown == whole ? LabelCut::none : shown.size() == whole.size() ? LabelCut::distinct : LabelCut::ambiguous;
}

}  // namespace

IntervalAxis axisOf(const IntervalPlot& plot) {
    IntervalAxis axis{HUGE_VAL, -HUGE_VAL};
    for (const IntervalRow& row : plot.rows) {
        if (!row.known) {
            continue;
        }
        const bool interval = row.hi > row.lo;
        for (const double value : {row.value, interval ? row.lo : row.value, interval ? row.hi : row.value, row.before.value_or(row.value)}) {
            if (std::isfinite(value)) {
                axis.lo = std::min(axis.lo, value);
                axis.hi = std::max(axis.hi, value);
            }
        }
    }
    if (axis.lo > axis.hi) {
        return {};
    }
    if (plot.fromZero) {
        axis.lo = std::min(0.0, axis.lo);
    }
    // Equal values lie in the middle.
    const double least = std::max(std::fabs(axis.hi) * 1e-3, 1e-9);
    if (axis.hi - axis.lo < least) {
        const double middle = (axis.hi + axis.lo) / 2;
        return {middle - least, middle + least};
    }
    return axis;
}

QVector<int> rowsWith(const QVector<int>& nodes, const IntervalPlot& plot) {
    QVector<int> rows;
    for (int row = 0; row < int(plot.rows.size()); ++row) {
        const QVector<int>& of = plot.rows[std::size_t(row)].nodes;
        if (std::any_of(nodes.begin(), nodes.end(), [&of](int node) { return std::binary_search(of.begin(), of.end(), node); })) {
            rows << row;
        }
    }
    return rows;
}

IntervalLayout layoutOf(const IntervalPlot& plot, double width) {
    IntervalLayout layout;
    const QFontMetricsF title(bold(textFont()));
    double labels = 0;
    for (const IntervalRow& row : plot.rows) {
        labels = std::max(labels, QFontMetricsF(row.best ? bold(textFont(plot.dense)) : textFont(plot.dense)).horizontalAdvance(row.label));
        layout.texts = std::max(layout.texts, QFontMetricsF(numberFont(row.best)).horizontalAdvance(row.text));
    }
    layout.top = title.height() + (plot.dense ? 2 : 6) + (plot.subtitle.isEmpty() ? 0 : QFontMetricsF(labelFont()).height() + 4);
    layout.row = std::ceil(plot.dense ? QFontMetricsF(bold(textFont(true))).height() + 2 : title.height() + 6);
    // Names give way before numbers and dots do.
    layout.labels = std::ceil(std::min(labels, std::max(width * 0.18, std::min(width * 0.45, width - layout.texts - 2 * kGap - kNarrowestPlot)))) + 1;
    layout.cut = cutOf(plot, layout.labels);
    const double left = layout.labels + kGap;
    layout.plot = QRectF(left, layout.top, std::max(10.0, width - left - kGap - layout.texts), layout.row * double(plot.rows.size()));
    layout.height = std::ceil(layout.plot.bottom() + 2);
    return layout;
}

void paintIntervals(QPainter& painter, const QRectF& target, const IntervalPlot& plot, const Theme& theme) {
    auto* chart = new QChart;
    QGraphicsScene scene;
    scene.addItem(chart);
    makePlain(*chart);
    const IntervalLayout layout = layoutOf(plot, target.width());
    chart->resize(target.width(), layout.height);
    fill(*chart, plot, theme, layout);
    const QRectF source(0, 0, target.width(), layout.height);
    scene.setSceneRect(source);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    scene.render(&painter, QRectF(target.topLeft(), source.size()), source);
    painter.restore();
    painter.save();
    painter.translate(target.topLeft());
    paintText(painter, plot, theme, target.width());
    painter.restore();
}

IntervalChart::IntervalChart(QWidget* parent) : QChartView(new QChart, parent) {
    setRenderHint(QPainter::Antialiasing);
    setFrameShape(QFrame::NoFrame);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setFocusPolicy(Qt::StrongFocus);
    makePlain(*chart());
}

void IntervalChart::setPlot(const IntervalPlot& plot) {
    plot_ = plot;
    keyRow_ = std::clamp(keyRow_, 0, std::max(0, int(plot.rows.size()) - 1));
    setAccessibleName(plot.title);
    QStringList words;
    for (const IntervalRow& row : plot.rows) {
        words << QStringLiteral("%1: %2").arg(row.label, row.text.simplified());
    }
    setAccessibleDescription(words.join(QStringLiteral("; ")));
    updateGeometry();
    rebuild();
}

void IntervalChart::setDense(bool dense) {
    if (plot_.dense != dense) {
        plot_.dense = dense;
        updateGeometry();
        rebuild();
    }
}

QSize IntervalChart::sizeHint() const {
    return {360, int(layoutOf(plot_, 360).height)};
}

QSize IntervalChart::minimumSizeHint() const {
    return {240, int(layoutOf(plot_, 240).height)};
}

int IntervalChart::rowAt(const QPoint& position) const {
    const IntervalLayout layout = layoutOf(plot_, width());
    const int row = int(std::floor((position.y() - layout.top) / layout.row));
    return row >= 0 && row < int(plot_.rows.size()) ? row : -1;
}

void IntervalChart::rebuild() {
    const Theme theme = Theme::current();
    setBackgroundBrush(theme.window);
    fill(*chart(), plot_, theme, layoutOf(plot_, width()));
    viewport()->update();
}

void IntervalChart::setMarked(const QVector<int>& rows) {
    if (marked_ != rows) {
        marked_ = rows;
        resetCachedContent();  // the ground may be kept
        viewport()->update();
    }
}

void IntervalChart::drawBackground(QPainter* painter, const QRectF& rect) {
    QChartView::drawBackground(painter, rect);
    const Theme theme = Theme::current();
    const IntervalLayout layout = layoutOf(plot_, width());
    const auto band = [&](int row) { return QRectF(0, layout.top + row * layout.row, width(), layout.row); };
    for (const int row : marked_) {
        painter->fillRect(band(row), theme.accentSoft);
    }
    if (hasFocus() && !plot_.rows.empty()) {
        painter->setPen(QPen(theme.accent, 1));
        painter->setBrush(Qt::NoBrush);
        painter->drawRect(band(keyRow_).adjusted(0.5, 0.5, -0.5, -0.5));
    }
}

void IntervalChart::keyPressEvent(QKeyEvent* event) {
    const int last = int(plot_.rows.size()) - 1;
    const int step = event->key() == Qt::Key_Down ? 1 : event->key() == Qt::Key_Up ? -1 : 0;
    if (step != 0 && keyRow_ + step >= 0 && keyRow_ + step <= last) {
        keyRow_ += step;
        resetCachedContent();
        viewport()->update();
    } else if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter || event->key() == Qt::Key_Space) && last >= 0) {
        emit rowClicked(keyRow_);
    } else {
        event->ignore();
    }
}

void IntervalChart::focusInEvent(QFocusEvent* event) {
    QChartView::focusInEvent(event);
    resetCachedContent();
    viewport()->update();
}

void IntervalChart::focusOutEvent(QFocusEvent* event) {
    QChartView::focusOutEvent(event);
    resetCachedContent();
    viewport()->update();
}

void IntervalChart::drawForeground(QPainter* painter, const QRectF& rect) {
    QChartView::drawForeground(painter, rect);
    paintText(*painter, plot_, Theme::current(), width());
}

void IntervalChart::resizeEvent(QResizeEvent* event) {
    QChartView::resizeEvent(event);
    rebuild();
}

void IntervalChart::changeEvent(QEvent* event) {
    QChartView::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        rebuild();
    }
}

void IntervalChart::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton && rowAt(event->pos()) >= 0) {
        keyRow_ = rowAt(event->pos());
        emit rowClicked(keyRow_);
        return;
    }
    QChartView::mousePressEvent(event);
}

bool IntervalChart::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        auto* help = static_cast<QHelpEvent*>(event);
        const int row = rowAt(help->pos());
        QToolTip::showText(help->globalPos(), row >= 0 ? plot_.rows[std::size_t(row)].tip : QString(), this);
        return true;
    }
    return QChartView::viewportEvent(event);
}

}  // namespace vernier::ui
