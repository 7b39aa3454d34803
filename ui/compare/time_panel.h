// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QScrollArea;

namespace vernier::ui {

class IntervalChart;
class Session;

/// Which kinds of operators take the time, before and after. A click on a row selects its nodes in table and graph, and the
/// rows of selected nodes are marked.
class TimePanel : public QWidget {
    Q_OBJECT

public:
    explicit TimePanel(Session& session, QWidget* parent = nullptr);

    [[nodiscard]] IntervalChart* chart() const { return chart_; }

private:
    void refresh();
    void markSelection();

    Session& session_;
    IntervalChart* chart_;
    QScrollArea* scroll_;
    QLabel* note_;
    QLabel* empty_;
};

}  // namespace vernier::ui
