// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

#include <vector>

#include "core/evidence/limit_forms.h"

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QListWidget;
class QPushButton;

namespace vernier::ui {

class Session;

/// All limits of the gate in one list, with what each comes to for the candidate that the verdict is about, and a line to add one on any
/// figure of this comparison: on itself, its drop or rise, or its ratio to the baseline's. Every change is judged at once, and can be undone.
class GateDialog : public QDialog {
    Q_OBJECT

public:
    explicit GateDialog(Session& session, QWidget* parent = nullptr);

    [[nodiscard]] QListWidget* list() const { return list_; }
    [[nodiscard]] QComboBox* figure() const { return figure_; }
    [[nodiscard]] QComboBox* form() const { return form_; }
    [[nodiscard]] QDoubleSpinBox* bound() const { return bound_; }
    [[nodiscard]] QPushButton* addButton() const { return add_; }
    [[nodiscard]] QPushButton* removeButton() const { return remove_; }
    /// Why what was typed last is no limit; empty where nothing is wrong.
    [[nodiscard]] QString problem() const;

private:
    void layOut();
    void showLimits();
    void showForms();
    void showUnit();
    void add();
    void removeCurrent();
    /// What a limit comes to; empty before there is a comparison that was judged by it.
    [[nodiscard]] QString outcomeOf(std::size_t limit, std::size_t limits) const;

    Session& session_;
    std::vector<LimitForm> forms_;  ///< of the chosen figure
    QListWidget* list_;
    QComboBox* figure_;
    QComboBox* form_;
    QDoubleSpinBox* bound_;
    QPushButton* add_;
    QPushButton* remove_;
    QLabel* problem_;  ///< why what was typed is no limit
};

}  // namespace vernier::ui
