// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QScrollArea>
#include <QVector>

#include <functional>
#include <optional>
#include <vector>

#include "ui/charts/interval_chart.h"
#include "ui/charts/picture_file.h"

class QGridLayout;
class QTabBar;
class QVBoxLayout;

namespace vernier::ui {

/// A chart for a file or the clipboard: light, with its title and subtitle.
[[nodiscard]] Picture chartPicture(IntervalPlot plot, const QString& subtitle);

/// The comparison's charts side by side: in as many columns as leave their names whole and show all of them at once;
/// where there is no room for all, some at a time, with tabs that name them. Each has a menu to export and copy it.
class ChartsArea : public QScrollArea {
    Q_OBJECT

public:
    explicit ChartsArea(QWidget* parent = nullptr);

    /// Puts a widget above the charts, where it scrolls with them: in a low panel its words are not cut.
    void addHeader(QWidget* header);
    /// Called with true where the headers have to be short for the charts to be seen, and with false where they need not.
    void setShortener(std::function<void(bool)> shorten) { shorten_ = std::move(shorten); }
    /// Anew, since a header has become higher or lower.
    void arrange();
    /// subtitle stands under the title of exported charts. Plots without rows are left out.
    void setPlots(const std::vector<IntervalPlot>& plots, const QString& subtitle);
    [[nodiscard]] const QVector<IntervalChart*>& charts() const { return charts_; }

    /// What is selected: the row of a model (0 = the baseline, -1 = none); in charts of something else the rows that stand for these nodes.
    void mark(int modelRow, const QVector<int>& nodes);

signals:
    void rowClicked(int row);                      ///< in a chart whose rows are models
    void nodesClicked(const QVector<int>& nodes);  ///< of a row that stands for nodes of the graph

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    enum class Names { whole, distinct };
    /// So many columns, rows close together or not, and how many charts are seen at a time.
    struct Fit {
        int columns = 1;
        bool dense = false;
        int shown = 0;
    };

    [[nodiscard]] Fit bestFit() const;
    [[nodiscard]] std::optional<Fit> fitOfAll() const;
    [[nodiscard]] int headersHeight() const;
    [[nodiscard]] double chartWidth(int columns) const;
    [[nodiscard]] double rowHeight(int columns, bool dense) const;
    [[nodiscard]] double heightOf(int rows, int columns, bool dense) const;
    [[nodiscard]] bool namesAre(Names wanted, int columns, bool dense) const;
    [[nodiscard]] int mostColumns() const;
    void apply(const Fit& fit);
    void namePages(int shown, bool brief);
    void showPage();
    void clicked(const IntervalChart& chart, int row);
    void markAll();
    void chartMenu(IntervalChart* chart, const QPoint& position);
    void exportChart(const IntervalChart& chart);

    QVBoxLayout* column_;
    QGridLayout* grid_;
    QVector<IntervalChart*> charts_;
    QString subtitle_;
    QVector<QWidget*> headers_;
    std::function<void(bool)> shorten_;
    QTabBar* pages_;
    Fit fit_;
    int markedModel_ = -1;
    QVector<int> markedNodes_;
};

}  // namespace vernier::ui
