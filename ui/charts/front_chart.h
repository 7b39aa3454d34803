// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>
#include <QString>
#include <QWidget>

#include <optional>
#include <vector>

#include "ui/theme/theme.h"

class QPainter;

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
};

/// Where things lie in a rectangle.
struct FrontLayout {
    QRectF plot;
    double lo = 0, hi = 1;  ///< ms at the left and the right edge
    double most = 1;        ///< error at the upper edge; small ones are spread out

    [[nodiscard]] QPointF at(double ms, double error) const;
};
[[nodiscard]] FrontLayout layoutOf(const FrontPlot& plot, const QRectF& target);
void paintFront(QPainter& painter, const QRectF& target, const FrontPlot& plot, const Theme& theme);

/// The front as a widget. A click on a dot, or Return on the one that the arrow keys went to, says which is meant.
class FrontChart : public QWidget {
    Q_OBJECT

public:
    explicit FrontChart(QWidget* parent = nullptr);

    void setPlot(const FrontPlot& plot);
    [[nodiscard]] const FrontPlot& plot() const { return plot_; }
    /// The dot under a point of the widget, or -1.
    [[nodiscard]] int dotAt(const QPointF& position) const;
    [[nodiscard]] QSize sizeHint() const override { return {460, 260}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {220, 130}; }

signals:
    void dotClicked(int dot);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    FrontPlot plot_;
    int keyDot_ = 0;  ///< where the arrow keys are
};

}  // namespace vernier::ui
