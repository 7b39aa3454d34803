// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <vector>

#include "ui/choose/rule_rows.h"

class QComboBox;
class QLabel;
class QPushButton;
class QSpinBox;
class QTableWidget;
class QToolButton;

namespace vernier::ui {

class Session;

/// The recipe: its default, its rules with counts, calibration, and the button that carries it out.
class RulesPanel : public QWidget {
    Q_OBJECT

public:
    explicit RulesPanel(Session& session, QWidget* parent = nullptr);

    [[nodiscard]] QPushButton* quantizeButton() const { return quantize_; }
    [[nodiscard]] QTableWidget* table() const { return table_; }

signals:
    void openRecipeRequested();
    void saveRecipeRequested();
    void quantizeRequested();
    void dataRequested();  ///< the user must pick calibration samples first

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* buildHeader();
    void buildTable();
    QWidget* buildCalibration();
    void refill();
    void showState();
    void pickMethod(int row);
    void removeRow(int row);
    void moveRow(int row, int step);
    void rowMenu(const QPoint& position);
    void tellCalibration();
    [[nodiscard]] int currentRow() const;

    Session& session_;
    std::vector<RuleRow> rows_;
    QLabel* title_;
    QTableWidget* table_;
    QToolButton* add_;
    QToolButton* up_;
    QToolButton* down_;
    QToolButton* remove_;
    QWidget* calibration_;
    QLabel* calibrationLabel_ = nullptr;
    QComboBox* range_;
    QSpinBox* samples_;
    QLabel* note_;
    QPushButton* quantize_;
};

}  // namespace vernier::ui
