// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QProgressBar;
class QPushButton;

namespace vernier::ui {

class FrontChart;
class Session;

/// Find a recipe: limit and budget in one line, a front that fills while it runs, and a click on a dot that makes its recipe
/// the present one.
class SearchPanel : public QWidget {
    Q_OBJECT

public:
    explicit SearchPanel(Session& session, QWidget* parent = nullptr);

    [[nodiscard]] FrontChart* front() const { return front_; }
    [[nodiscard]] QComboBox* limitBox() const { return of_; }
    [[nodiscard]] QDoubleSpinBox* boundBox() const { return bound_; }
    [[nodiscard]] QDoubleSpinBox* budgetBox() const { return budget_; }
    [[nodiscard]] QPushButton* startButton() const { return start_; }
    [[nodiscard]] QPushButton* resumeButton() const { return resume_; }
    [[nodiscard]] QPushButton* cancelButton() const { return cancel_; }
    [[nodiscard]] QPushButton* quantizeButton() const { return quantize_; }
    [[nodiscard]] QString sentence() const;
    [[nodiscard]] QString emptyText() const;

signals:
    void quantizeRequested();

private:
    QWidget* buildLine();
    void begin();
    void take(int dot);
    void showLimits();
    void showBound();
    void showSearched();
    void showState();
    void showBusy();

    Session& session_;
    QComboBox* of_;
    QDoubleSpinBox* bound_;
    QDoubleSpinBox* budget_;
    QPushButton* start_;
    QPushButton* resume_;
    QPushButton* cancel_;
    QPushButton* quantize_;
    QLabel* busy_;
    QProgressBar* progress_;
    QLabel* sentence_;
    QLabel* empty_;
    FrontChart* front_;
};

}  // namespace vernier::ui
