// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

class QLabel;
class QPushButton;
class QToolButton;

namespace vernier::ui {

class Session;

/// Errors of the running work, in a bar instead of a box: what happened and what to do, until it is closed or the next
/// step begins.
class ProblemBar : public QFrame {
    Q_OBJECT

public:
    explicit ProblemBar(Session& session, QWidget* parent = nullptr);

    /// A problem of the window itself (a file that could not be saved).
    void showText(const QString& text);
    /// Takes its colours from the present theme.
    void restyle();

signals:
    void reloadRequested();  ///< the model's file changed, and the user wants it as it is now

private:
    void showJobProblem();

    Session& session_;
    QLabel* text_;
    QPushButton* reload_;
    bool ofJob_ = false;  ///< what is shown is the running work's problem and goes with it
};

}  // namespace vernier::ui
