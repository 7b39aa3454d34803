// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QChartView>

#include <optional>

#include "core/stats/stats.h"

namespace vernier::ui {

/// What is drawn over a histogram of weights: the grid of a format and the range that it holds.
struct FormatGrid {
    double step = 0;  ///< distance of two codes; 0 = no ticks
    double clip = 0;  ///< largest |x| that the format holds; 0 = no lines
};

/// A histogram of one tensor: counts as a filled outline, what lies outside the clip range in another colour, the clip
/// range as dashed lines, the format's grid as ticks below the axis. Follows the palette.
class HistogramChart : public QChartView {
    Q_OBJECT

public:
    explicit HistogramChart(QWidget* parent = nullptr);

    void setHistogram(const Histogram& histogram);
    void setGrid(std::optional<FormatGrid> grid);
    void setLogarithmic(bool on);
    [[nodiscard]] bool logarithmic() const { return logarithmic_; }
    [[nodiscard]] QSize sizeHint() const override { return {280, 120}; }  // takes what is free

protected:
    void drawForeground(QPainter* painter, const QRectF& rect) override;
    void changeEvent(QEvent* event) override;

private:
    void rebuild();
    [[nodiscard]] double height(std::uint64_t count) const;
    void addArea(bool inside);
    void addAxes();
    void drawTicks(QPainter& painter) const;
    void drawClip(QPainter& painter) const;

    Histogram histogram_;
    std::optional<FormatGrid> grid_;
    bool logarithmic_ = false;
};

/// Ranges of each channel as thin bars from minimum to maximum, sorted as they lie in the tensor.
class ChannelChart : public QChartView {
    Q_OBJECT

public:
    explicit ChannelChart(QWidget* parent = nullptr);
    void setRanges(const std::vector<float>& minima, const std::vector<float>& maxima);
    [[nodiscard]] QSize sizeHint() const override { return {280, 120}; }

protected:
    void changeEvent(QEvent* event) override;

private:
    void rebuild();
    std::vector<float> minima_, maxima_;
};

}  // namespace vernier::ui
