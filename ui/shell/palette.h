// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QString>
#include <QVector>

class QAction;
class QLineEdit;
class QListWidget;

namespace vernier::ui {

class Session;

/// How well words match what was typed: all letters in order, best at word starts and without gaps; -1 when they do not.
[[nodiscard]] int fuzzyScore(const QString& typed, const QString& words);

/// Nodes and commands behind Ctrl+K: type a few letters, Enter takes the first.
class Palette : public QFrame {
    Q_OBJECT

public:
    Palette(Session& session, QVector<QAction*> actions, QWidget* window);

    /// Opens below the top of the window, empty.
    void popUp();
    [[nodiscard]] QLineEdit* line() const { return line_; }
    [[nodiscard]] QListWidget* list() const { return list_; }

signals:
    void nodeChosen(int node);

protected:
    bool eventFilter(QObject* object, QEvent* event) override;

private:
    void refill();
    void take();

    Session& session_;
    QVector<QAction*> actions_;
    QLineEdit* line_;
    QListWidget* list_;
};

}  // namespace vernier::ui
