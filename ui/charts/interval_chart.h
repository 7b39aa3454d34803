// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QChartView>
#include <QPointF>
#include <QString>
#include <QVector>

#include <optional>
#include <vector>

#include "ui/theme/theme.h"

namespace vernier::ui {

/// One model in a dot-and-interval chart.
struct IntervalRow {
    QString label;
    QString method;  ///< id of the method that gives the colour; empty: a file made elsewhere
    double value = 0;
    double lo = 0, hi = 0;  ///< 95 % interval; lo == hi: none is drawn
    bool baseline = false;  ///< a square, and the dashed line through all rows
    bool best = false;      ///< in bold: the candidate that the verdict is about
    QString text;           ///< what stands at the right end: "44.0   2.19x"
    QString tip;
    bool known = true;                  ///< else there is no dot, and the text says why
    std::optional<double> before = {};  ///< of the baseline, for rows that stand for something else than a model: a square
    QVector<int> nodes = {};            ///< of the graph that the row is about, rising: a click selects them
    std::vector<QPointF> curve = {};    ///< of a plot of distributions: value and the share of runs (0 to 1) that is at most that
};

/// What an axis shows, from its left to its right end.
struct IntervalAxis {
    double lo = 0, hi = 1;
};

/// A chart of rows, from top to bottom.
struct IntervalPlot {
    QString title;     ///< with the unit: "Latency p50, ms"
    QString note;      ///< "lower is better"
    QString more;      ///< stands behind the note where there is room: what a sign in the rows means
    QString subtitle;  ///< model, host, samples, date: only in exported charts
    bool fromZero = true;
    std::vector<IntervalRow> rows;
    bool dense = false;    ///< rows as low as their text allows
    bool ofModels = true;  ///< one row for each measured model, the baseline first
    QString name = {};     ///< the title without unit and samples, for tabs and file names: "Latency p50"
    QString figure = {};   ///< id of what it shows (core/evidence/figures.h); empty: none of them
    QString brief = {};    ///< the name where there is little room: "p50"
    /// Its rows are curves over this axis instead of dots, and their names the legend; nothing: dots.
    std::optional<IntervalAxis> distribution = {};
};

/// The axis of a plot: its rows' values and intervals; from 0 on where the plot says so.
[[nodiscard]] IntervalAxis axisOf(const IntervalPlot& plot);

/// Rows that stand for at least one of the nodes.
[[nodiscard]] QVector<int> rowsWith(const QVector<int>& nodes, const IntervalPlot& plot);

/// What a narrow column does to the labels: nothing, cuts that leave them different from each other, or more.
enum class LabelCut { none, distinct, ambiguous };

/// Where the parts of a plot lie in a given width, in pixels. All rows of all plots have one height.
struct IntervalLayout {
    double top = 0;     ///< upper edge of the first row
    double row = 0;     ///< height of a row
    double labels = 0;  ///< width of the label column
    LabelCut cut = LabelCut::none;
    double texts = 0;  ///< width of the column at the right end
    QRectF plot;       ///< where the dots are
    double height = 0;
};
[[nodiscard]] IntervalLayout layoutOf(const IntervalPlot& plot, double width);

/// Paints a plot into a rectangle of the painter; its height is layoutOf(plot, width).height.
void paintIntervals(QPainter& painter, const QRectF& target, const IntervalPlot& plot, const Theme& theme);

/// A dot-and-interval chart as a widget, as high as its rows need. Follows the palette. A click on a row, or Return on the one
/// that the arrow keys went to, says which row is meant.
class IntervalChart : public QChartView {
    Q_OBJECT

public:
    explicit IntervalChart(QWidget* parent = nullptr);

    void setPlot(const IntervalPlot& plot);
    void setDense(bool dense);
    /// Rows on a soft ground: what is selected elsewhere.
    void setMarked(const QVector<int>& rows);
    [[nodiscard]] const QVector<int>& marked() const { return marked_; }
    [[nodiscard]] const IntervalPlot& plot() const { return plot_; }
    /// Row under a point of the widget, or -1.
    [[nodiscard]] int rowAt(const QPoint& position) const;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

signals:
    void rowClicked(int row);

protected:
    void drawBackground(QPainter* painter, const QRectF& rect) override;
    void drawForeground(QPainter* painter, const QRectF& rect) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    bool viewportEvent(QEvent* event) override;

private:
    void rebuild();

    IntervalPlot plot_;
    QVector<int> marked_;
    int keyRow_ = 0;  ///< where the arrow keys are
};

}  // namespace vernier::ui
