// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <vector>

#include "core/quant/method.h"

class QComboBox;
class QLabel;
class QPushButton;
class QSpinBox;
class QTableWidget;
class QToolButton;

namespace vernier::ui {

class Session;

/// A row of the rules panel: the default (no rules), one rule, or all overrides of one method together.
struct RuleRow {
    QString text;                 ///< "default", "op:Gemm · per tensor", "#0 #24 #39"
    Method method = Method::fp32;
    int count = 0;                ///< nodes that it decides
    std::vector<int> rules;       ///< indices into Recipe::rules; empty for the default
    QString error;
    bool ownChoices = false;
    QString select = {};          ///< of a single rule, as it is typed
    QString granularity = {};     ///< " · per tensor" where the rule says so
};

/// The recipe as rows, overrides behind the other rules grouped by method.
[[nodiscard]] std::vector<RuleRow> ruleRows(const Session& session);

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
    void dataRequested();   ///< the user must pick calibration samples first

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
