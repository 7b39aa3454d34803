// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QVector>
#include <QWidget>

#include <optional>

#include "core/evidence/limit_forms.h"

class QDoubleSpinBox;
class QGridLayout;
class QLabel;

namespace vernier::ui {

class LimitButton;
class Session;

/// The limits of the gate, editable at any time: the figures that are there are judged anew at once. The first two are of the task: how much
/// worse answers may be (top-1 of classes, mAP of boxes), and how many have to be the baseline's.
class GateRow : public QWidget {
    Q_OBJECT

public:
    explicit GateRow(Session& session, QWidget* parent = nullptr);

    /// Of top-1, or the figure that the task is judged by first.
    [[nodiscard]] QDoubleSpinBox* drop() const { return drop_; }
    [[nodiscard]] QDoubleSpinBox* speedup() const { return speedup_; }
    [[nodiscard]] QDoubleSpinBox* agreement() const { return agreement_; }
    [[nodiscard]] QDoubleSpinBox* outputError() const { return outputError_; }
    [[nodiscard]] LimitButton* more() const { return more_; }
    /// One row: SQNR and speedup show only where they are limited.
    void setBrief(bool brief);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void fit();
    void arrange(const QVector<QWidget*>& wanted, int columns);
    [[nodiscard]] QVector<QWidget*> wantedParts() const;
    [[nodiscard]] int widthOf(const QVector<QWidget*>& parts, int columns) const;
    void showGate();
    void showTask();
    void showUse();
    void tell();
    /// Which answers of what was measured, or will be, a limit on this figure can judge.
    [[nodiscard]] bool isMeasured(const Figure& figure) const;

    Session& session_;
    QGridLayout* grid_ = nullptr;
    QVector<QWidget*> parts_;  ///< label and box of each limit in turn
    QVector<QWidget*> shown_;  ///< of them
    int columns_ = 0;
    bool brief_ = false;
    std::optional<LimitForm> leadForm_, alikeForm_;  ///< of the task; nothing: it has no such figure
    QLabel* leadLabel_ = nullptr;
    QLabel* alikeLabel_ = nullptr;
    QDoubleSpinBox* drop_;
    QDoubleSpinBox* agreement_;
    QDoubleSpinBox* outputError_;
    QDoubleSpinBox* speedup_;
    LimitButton* more_;
};

}  // namespace vernier::ui
