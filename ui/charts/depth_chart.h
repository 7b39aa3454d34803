// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>
#include <QString>
#include <QVector>

#include <cstddef>
#include <optional>
#include <vector>

#include "ui/charts/place_chart.h"

namespace vernier::ui {

/// One place along the depth of a model.
struct DepthPoint {
    QString label;
    std::optional<double> alone;  ///< a bar: share of the error, 0 to 1
    std::optional<double> db;     ///< the line: SQNR on the way
    QVector<int> nodes = {};      ///< of the graph, rising
    QString tip = {};
};

/// From the input to the outputs.
struct DepthPlot {
    QString title, note;
    std::vector<DepthPoint> points;
    int marked = -1;  ///< a place with words: where the line falls most
    QString markedText = {};
};

/// Where a plot's parts lie in a rectangle.
struct DepthLayout {
    QRectF plot;
    double step = 1;        ///< pixels from one place to the next
    double most = 0;        ///< share at the upper edge
    double lo = 0, hi = 0;  ///< dB at the lower and the upper edge; equal: there is no line

    /// The whole height of a place.
    [[nodiscard]] QRectF band(int point) const;
    [[nodiscard]] double x(int point) const { return plot.left() + step * (point + 0.5); }
    [[nodiscard]] double yOfShare(double share) const { return plot.bottom() - plot.height() * share / most; }
    [[nodiscard]] double yOfDb(double db) const { return plot.bottom() - plot.height() * (db - lo) / (hi - lo); }
};
[[nodiscard]] DepthLayout layoutOf(const DepthPlot& plot, const QRectF& target);

/// Places that stand for at least one of the nodes.
[[nodiscard]] QVector<int> pointsWith(const QVector<int>& nodes, const DepthPlot& plot);

/// Paints a plot; selected: places on a soft ground.
void paintDepth(QPainter& painter, const QRectF& target, const DepthPlot& plot, const QVector<int>& selected, const Theme& theme);

/// The chart as a widget.
class DepthChart : public PlaceChart {
    Q_OBJECT

public:
    using PlaceChart::PlaceChart;

    void setPlot(const DepthPlot& plot);
    void setMarked(const QVector<int>& points);
    [[nodiscard]] const DepthPlot& plot() const { return plot_; }
    [[nodiscard]] const QVector<int>& marked() const { return marked_; }
    [[nodiscard]] int placeAt(const QPointF& position) const override;
    [[nodiscard]] QSize sizeHint() const override { return {420, 190}; }

protected:
    [[nodiscard]] int places() const override { return static_cast<int>(plot_.points.size()); }
    [[nodiscard]] QString tipOf(int point) const override { return plot_.points[static_cast<std::size_t>(point)].tip; }
    [[nodiscard]] QRectF frameOf(int point) const override;
    void paintPlot(QPainter& painter, const Theme& theme) override { paintDepth(painter, rect(), plot_, marked_, theme); }

private:
    DepthPlot plot_;
    QVector<int> marked_;
};

}  // namespace vernier::ui
