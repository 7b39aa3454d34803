// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QScrollArea>
#include <QVector>

#include <vector>

#include "ui/charts/interval_chart.h"
#include "ui/charts/picture_file.h"

class QGridLayout;
class QVBoxLayout;

namespace vernier::ui {

/// A chart for a file or the clipboard: light, with its title and subtitle.
[[nodiscard]] Picture chartPicture(IntervalPlot plot, const QString& subtitle);

/// The comparison's charts side by side, in as many columns as fit. Each has a menu to export and copy it.
class ChartsArea : public QScrollArea {
    Q_OBJECT

public:
    explicit ChartsArea(QWidget* parent = nullptr);

    /// Puts a widget above the charts, where it scrolls with them: in a low panel its words are not cut.
    void addHeader(QWidget* header);
    /// subtitle stands under the title of exported charts. Plots without rows are left out.
    void setPlots(const std::vector<IntervalPlot>& plots, const QString& subtitle);
    [[nodiscard]] const QVector<IntervalChart*>& charts() const { return charts_; }

signals:
    void rowClicked(int row);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void arrange();
    void fitHeight();
    void chartMenu(IntervalChart* chart, const QPoint& position);
    void exportChart(const IntervalChart& chart);

    QVBoxLayout* column_;
    QGridLayout* grid_;
    QVector<IntervalChart*> charts_;
    QString subtitle_;
    QVector<QWidget*> headers_;
    int columns_ = 0;
};

}  // namespace vernier::ui
