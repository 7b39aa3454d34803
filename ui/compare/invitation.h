// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QBoxLayout;
class QLabel;
class QProgressBar;
class QPushButton;

namespace vernier::ui {

class Session;

/// What the comparison shows as long as there is nothing to compare: the next step and one button for it, or how far it is.
class Invitation : public QWidget {
    Q_OBJECT

public:
    explicit Invitation(Session& session, QWidget* parent = nullptr);

    [[nodiscard]] QPushButton* button() const { return button_; }
    [[nodiscard]] QString text() const;

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void refresh();
    void invite();
    void showProgress();
    void act();
    [[nodiscard]] QString waitingRuns() const;

    Session& session_;
    QBoxLayout* layout_;  ///< words above the button, or beside it where there are few lines
    QLabel* title_;
    QLabel* text_;
    QProgressBar* progress_;
    QPushButton* button_;
};

}  // namespace vernier::ui
