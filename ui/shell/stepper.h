// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <array>

namespace vernier::ui {

class Session;

/// The order of work: Baseline, Choose, Quantize, Compare, Verdict. Done steps have a check, the next one is filled;
/// a click goes there.
class Stepper : public QWidget {
    Q_OBJECT

public:
    enum Step { Baseline, Choose, Quantize, Compare, Verdict, StepCount };
    enum class Mark { done, next, later };

    explicit Stepper(Session& session, QWidget* parent = nullptr);

    [[nodiscard]] static std::array<Mark, StepCount> marks(const Session& session);
    [[nodiscard]] static QString title(int step);
    [[nodiscard]] QRect stepRect(int step) const;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

signals:
    void stepClicked(int step);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;

private:
    [[nodiscard]] int stepAt(const QPoint& point) const;
    [[nodiscard]] int stepWidth(int step, bool withTitle) const;
    [[nodiscard]] bool roomy() const;
    void describe();

    Session& session_;
    int hovered_ = -1;
    int focused_ = 0;
    bool byKeyboard_ = false;  ///< the focus came by Tab: show where it is
};

}  // namespace vernier::ui
