// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QVector>
#include <QWidget>

class QDoubleSpinBox;
class QGridLayout;

namespace vernier::ui {

class LimitButton;
class Session;

/// The limits of the gate, editable at any time: the figures that are there are judged anew at once.
class GateRow : public QWidget {
    Q_OBJECT

public:
    explicit GateRow(Session& session, QWidget* parent = nullptr);

    [[nodiscard]] QDoubleSpinBox* drop() const { return drop_; }
    [[nodiscard]] QDoubleSpinBox* speedup() const { return speedup_; }
    [[nodiscard]] QDoubleSpinBox* agreement() const { return agreement_; }
    [[nodiscard]] QDoubleSpinBox* outputError() const { return outputError_; }
    [[nodiscard]] LimitButton* more() const { return more_; }

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void arrange(int columns);
    [[nodiscard]] int widthOf(int columns) const;
    void showGate();
    void showUse();
    void tell();

    Session& session_;
    QGridLayout* grid_ = nullptr;
    QVector<QWidget*> parts_;  ///< label and box of each limit in turn
    int columns_ = 0;
    QDoubleSpinBox* drop_;
    QDoubleSpinBox* agreement_;
    QDoubleSpinBox* outputError_;
    QDoubleSpinBox* speedup_;
    LimitButton* more_;
};

}  // namespace vernier::ui
