// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>
#include <QString>

#include <cstddef>
#include <optional>
#include <vector>

#include "ui/charts/place_chart.h"

namespace vernier::ui {

/// What was measured of a recipe.
struct FrontMeasured {
    double ms = 0, error = 0;
    std::optional<double> msLow, msHigh;  ///< 95 %
    bool within = false;                  ///< within the limits
};

/// A recipe by what it costs and loses.
struct FrontDot {
    double ms = 0, error = 0;               ///< predicted: hollow
    std::optional<FrontMeasured> measured;  ///< solid, with its interval
    bool best = false;                      ///< the answer: in a ring
    QString text;                           ///< beside the best and the selected one: "8.9 ms, 2.41x"
    QString tip;
};

/// Recipes from FP32's time on; joined by a line in their order.
struct FrontPlot {
    QString title, note;
    QString xTitle, yTitle;
    std::vector<FrontDot> dots;
    std::optional<double> fp32Ms;  ///< a square at no error
    int selected = -1;
    std::optional<double> mostError;  ///< the limit, where it says so much of the error: a line
    QString limitText;                ///< beside that line
};

/// Where things lie in a rectangle.
struct FrontLayout {
    QRectF plot;
    double lo = 0, hi = 1;  ///< ms at the left and the right edge
    double most = 1;        ///< error at the upper edge
    double spread = 99;     ///< how much errors near 0 are spread out; 0: not at all, where all are alike

    [[nodiscard]] QPointF at(double ms, double error) const;
};
[[nodiscard]] FrontLayout layoutOf(const FrontPlot& plot, const QRectF& target);
void paintFront(QPainter& painter, const QRectF& target, const FrontPlot& plot, const Theme& theme);

/// The front as a widget. A click means the nearest dot.
class FrontChart : public PlaceChart {
    Q_OBJECT

public:
    using PlaceChart::PlaceChart;

    void setPlot(const FrontPlot& plot);
    [[nodiscard]] const FrontPlot& plot() const { return plot_; }
    [[nodiscard]] int placeAt(const QPointF& position) const override;
    [[nodiscard]] QSize sizeHint() const override { return {460, 260}; }

protected:
    [[nodiscard]] int places() const override { return static_cast<int>(plot_.dots.size()); }
    [[nodiscard]] QString tipOf(int dot) const override { return plot_.dots[static_cast<std::size_t>(dot)].tip; }
    [[nodiscard]] QRectF frameOf(int dot) const override;
    void paintPlot(QPainter& painter, const Theme& theme) override { paintFront(painter, rect(), plot_, theme); }

private:
    FrontPlot plot_;
};

}  // namespace vernier::ui
