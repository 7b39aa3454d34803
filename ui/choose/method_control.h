// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QWidget>

#include <optional>

#include "core/quant/method.h"

namespace vernier::ui {

/// The methods as one row of segments: FP32 1 | FP16 2 | INT8 dyn 3 | INT8 static 4. An override fills its segment;
/// an inherited method is outlined. Keys 1 to 4 and the arrows choose, 0 and Backspace give the override up.
class MethodControl : public QWidget {
    Q_OBJECT

public:
    explicit MethodControl(QWidget* parent = nullptr);

    /// Nothing as method: several nodes that differ.
    void setMethod(std::optional<Method> method, bool own);
    [[nodiscard]] std::optional<Method> method() const { return method_; }
    [[nodiscard]] bool own() const { return own_; }

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    /// Where the segment of a method lies, in this widget's coordinates.
    [[nodiscard]] QRect segment(Method method) const;
    /// What stands in each segment: titles, of which the longest give way to their badges where there is no room for all.
    [[nodiscard]] QStringList labels() const;

signals:
    void chosen(vernier::Method method);
    void resetRequested();

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    [[nodiscard]] int segmentAt(const QPoint& point) const;
    void describe();

    std::optional<Method> method_;
    bool own_ = false;
    int hovered_ = -1;
};

}  // namespace vernier::ui
