// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace vernier::ui {

class Session;

/// Above the graph while it shows another recipe than the present one: which, and the way back. Hidden otherwise.
class RecipeBar : public QWidget {
    Q_OBJECT

public:
    explicit RecipeBar(Session& session, QWidget* parent = nullptr);

    [[nodiscard]] QString text() const;
    [[nodiscard]] QPushButton* useButton() const { return use_; }
    [[nodiscard]] QPushButton* backButton() const { return back_; }

private:
    void showState();

    Session& session_;
    QLabel* text_;
    QPushButton* use_;
    QPushButton* back_;
};

}  // namespace vernier::ui
