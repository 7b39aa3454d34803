// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

#include <optional>

#include "core/quant/method.h"

class QBoxLayout;
class QLabel;
class QPushButton;

namespace vernier::ui {

class Session;

/// One sentence above the graph while nothing has been chosen yet: which method suits the model and why, with a button
/// that takes it.
class AdviceBar : public QFrame {
    Q_OBJECT

public:
    explicit AdviceBar(Session& session, QWidget* parent = nullptr);

    [[nodiscard]] QPushButton* button() const { return take_; }

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void showState();
    void arrange(int width);

    Session& session_;
    QBoxLayout* row_;
    QLabel* text_;
    QPushButton* take_;
    std::optional<Method> method_;
};

}  // namespace vernier::ui
