// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLineEdit>

class QCompleter;
class QLabel;
class QStringListModel;

namespace vernier::ui {

class Session;

/// The filter of table and graph in the selector language: a match count at its right end, green when the text is right
/// and red when it is not, and completion of the last word.
class FilterLine : public QLineEdit {
    Q_OBJECT

public:
    explicit FilterLine(Session& session, QWidget* parent = nullptr);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void offer(const QString& text);
    void complete(const QString& word);
    void showState();

    Session& session_;
    QLabel* count_;
    QCompleter* completer_;
    QStringListModel* words_;
};

}  // namespace vernier::ui
