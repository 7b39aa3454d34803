// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLineEdit>

class QCompleter;
class QLabel;
class QStringListModel;

namespace vernier::ui {

class Session;

/// The filter of table and graph in the selector language: a match count at its right end, green when the text is right
/// and red when it is not, and completion of the last word. Ctrl+A selects the nodes that match, not the text, where some
/// do and the text is not marked already; it, Return and Down go on to the table.
class FilterLine : public QLineEdit {
    Q_OBJECT

public:
    explicit FilterLine(Session& session, QWidget* parent = nullptr);

signals:
    void tableRequested();  ///< the words are there: what comes next is meant for the nodes

protected:
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    [[nodiscard]] bool leave(const QKeyEvent& event);
    void offer(const QString& text);
    void complete(const QString& word);
    void showState();

    Session& session_;
    QLabel* count_;
    QCompleter* completer_;
    QStringListModel* words_;
};

}  // namespace vernier::ui
