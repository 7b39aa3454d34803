// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QItemSelection>
#include <QWidget>

class QBoxLayout;
class QKeyEvent;
class QLabel;
class QProgressBar;
class QPushButton;
class QScrollArea;
class QSplitter;
class QTableView;

namespace vernier::ui {

class DepthChart;
class IntervalChart;
class LayersModel;
class Sentence;
class Session;

/// Which layers break accuracy and which cost time: the sentence, the table with the worst at the top, and both charts.
/// Its selection is the session's: a row, a bar or a dot stands for the nodes of a region.
class LayersPanel : public QWidget {
    Q_OBJECT

public:
    explicit LayersPanel(Session& session, QWidget* parent = nullptr);

    [[nodiscard]] QTableView* table() const { return table_; }
    [[nodiscard]] DepthChart* depth() const { return depth_; }
    [[nodiscard]] IntervalChart* times() const { return times_; }
    /// "Analyse layers", wherever it stands now.
    [[nodiscard]] QPushButton* analyseButton() const;
    [[nodiscard]] QPushButton* keepButton() const { return keep_; }
    [[nodiscard]] QPushButton* cancelButton() const { return cancel_; }
    /// What is read above the table, and in its place while there is none.
    [[nodiscard]] QString sentence() const;
    [[nodiscard]] QString staleText() const;
    [[nodiscard]] QString emptyText() const;

protected:
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* object, QEvent* event) override;

private:
    void build();
    QWidget* buildEmpty();
    QWidget* buildBusy();
    QWidget* buildLeft();
    QWidget* buildCharts();
    void buildTable();
    void restyle();
    void takeResult();
    void showState();
    void showBusy();
    void showEmpty();
    void followSelection();
    void tellSelection();
    void showKeep();
    void keepInFloat();
    void copyCommand();
    void fitCharts();
    void fitHeight();
    bool chooseByKey(const QKeyEvent& event);
    [[nodiscard]] QVector<int> selectedNodes() const;

    Session& session_;
    LayersModel* model_;
    QWidget* emptyPage_;
    QLabel* empty_;
    QPushButton* begin_;
    QWidget* busyRow_;
    QLabel* busy_;
    QProgressBar* progress_;
    QPushButton* cancel_;
    QSplitter* content_;
    QBoxLayout* left_;  ///< sentence, table, buttons from top to bottom
    QBoxLayout* head_;  ///< the sentence, and in a low panel the buttons behind it
    Sentence* sentence_;
    Sentence* stale_;
    QWidget* buttons_;
    QTableView* table_;
    QPushButton* keep_;
    QPushButton* again_;
    QPushButton* copy_;
    QScrollArea* charts_;
    DepthChart* depth_;
    IntervalChart* times_;
    int revision_ = 0;  ///< of the result that the table shows
    bool following_ = false;
};

}  // namespace vernier::ui
