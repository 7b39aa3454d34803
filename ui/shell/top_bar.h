// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace vernier::ui {

class Session;
class Stepper;

/// File name, facts, the order of work, and the way to nodes and commands.
class TopBar : public QWidget {
    Q_OBJECT

public:
    explicit TopBar(Session& session, QWidget* parent = nullptr);

    [[nodiscard]] Stepper* stepper() const { return stepper_; }
    [[nodiscard]] QPushButton* searchButton() const { return search_; }

signals:
    void searchRequested();

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void showState();
    void fit();
    [[nodiscard]] QString facts(bool whole) const;

    Session& session_;
    QLabel* name_;
    QLabel* facts_;
    Stepper* stepper_;
    QPushButton* search_;
};

}  // namespace vernier::ui
