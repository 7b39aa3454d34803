// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QWidget>

#include <optional>
#include <vector>

#include "core/quant/method.h"

namespace vernier::ui {

/// The methods as a row of segments: FP32 1 | FP16 2 | INT8 dyn 3 | INT8 static 4 ..., or as two where even their badges have no room in one.
/// An override fills its segment; an inherited method is outlined. The methods' keys and the arrows choose, 0 and Backspace give the override up.
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
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;
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
    /// Of the methods from one to before another.
    struct Part {
        int begin = 0, end = 0;
    };
    [[nodiscard]] std::vector<Part> parts(int width) const;
    [[nodiscard]] int labelWidth(const QString& label) const;
    void fit(QStringList& labels, const Part& part) const;
    [[nodiscard]] int segmentAt(const QPoint& point) const;
    void describe();

    std::optional<Method> method_;
    bool own_ = false;
    int hovered_ = -1;
};

}  // namespace vernier::ui
