// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QComboBox;
class QLabel;
class QPushButton;
class QTableView;

namespace vernier::ui {

class DifferenceModel;
class Session;

/// What differs between the recipes of two runs, or a run's and the present one: a sentence, and the nodes as a list. Its selection is the
/// session's; the graph shows the same in colours.
class RecipesPanel : public QWidget {
    Q_OBJECT

public:
    explicit RecipesPanel(Session& session, QWidget* parent = nullptr);

    [[nodiscard]] QComboBox* fromBox() const { return from_; }
    [[nodiscard]] QComboBox* toBox() const { return to_; }
    [[nodiscard]] QPushButton* endButton() const { return end_; }
    [[nodiscard]] QTableView* table() const { return table_; }
    [[nodiscard]] QString sentence() const;

private:
    QWidget* buildLine();
    void buildTable();
    void fillBoxes();
    void compare();
    void showState();
    void followSelection();
    void tellSelection();

    Session& session_;
    DifferenceModel* model_;
    QComboBox* from_;
    QComboBox* to_;
    QPushButton* end_;
    QLabel* sentence_;
    QTableView* table_;
    bool filling_ = false;
    bool following_ = false;
};

}  // namespace vernier::ui
