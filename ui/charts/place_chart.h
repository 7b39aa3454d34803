// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>
#include <QString>
#include <QWidget>

#include "ui/theme/theme.h"

class QPainter;

namespace vernier::ui {

/// The line above a chart: the title, and a note at the right where there is room for both.
[[nodiscard]] double plotTitleHeight();
void paintPlotTitle(QPainter& painter, const QRectF& target, const QString& title, const QString& note, const Theme& theme);

/// A chart with places that a click means, or Return on the one that the arrow keys went to.
class PlaceChart : public QWidget {
    Q_OBJECT

public:
    explicit PlaceChart(QWidget* parent = nullptr);

    /// The place under a point of the widget, or -1.
    [[nodiscard]] virtual int placeAt(const QPointF& position) const = 0;
    [[nodiscard]] QSize minimumSizeHint() const override { return {220, 110}; }

signals:
    void placeClicked(int place);

protected:
    [[nodiscard]] virtual int places() const = 0;
    [[nodiscard]] virtual QString tipOf(int place) const = 0;
    /// What is framed while the keys are there.
    [[nodiscard]] virtual QRectF frameOf(int place) const = 0;
    virtual void paintPlot(QPainter& painter, const Theme& theme) = 0;
    /// Another plot is shown.
    void plotChanged(const QString& title, const QString& description);

    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    int key_ = 0;  ///< where the arrow keys are
};

}  // namespace vernier::ui
