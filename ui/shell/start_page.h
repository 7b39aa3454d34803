// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;
class QVBoxLayout;

namespace vernier::ui {

/// What one sees without a model: open, a place to drop a file, what was open before, the demo.
class StartPage : public QWidget {
    Q_OBJECT

public:
    explicit StartPage(QWidget* parent = nullptr);

    /// Reads the recent files anew.
    void refresh();
    /// Why the last file could not be opened; empty takes it away.
    void showProblem(const QString& text);
    void setBusy(const QString& text);
    void setDropping(bool dropping);
    [[nodiscard]] QPushButton* openButton() const { return open_; }

signals:
    void openRequested();
    void openFileRequested(const QString& path);

protected:
    void paintEvent(QPaintEvent* event) override;
    bool eventFilter(QObject* object, QEvent* event) override;

private:
    void addRecent();

    QWidget* drop_;
    QLabel* problem_;
    QPushButton* open_;
    QPushButton* demo_;
    QVBoxLayout* recent_;
    QWidget* recentBox_;
    bool dropping_ = false;
};

}  // namespace vernier::ui
