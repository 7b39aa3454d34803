// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>

class QLabel;
class QProgressBar;
class QPushButton;

namespace vernier::ui {

class Session;

/// What is true right now: selection, the live estimate, how the baseline was measured, runtime and processor, and the
/// running job with its progress and a way to stop it.
class StatusLine : public QWidget {
    Q_OBJECT

public:
    explicit StatusLine(Session& session, QWidget* parent = nullptr);

    [[nodiscard]] QPushButton* cancelButton() const { return cancel_; }
    [[nodiscard]] QLabel* estimate() const { return estimate_; }

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void setNote(QLabel* label, const QString& text, const QString& tip = {});
    void fit();
    void showSelection();
    void showTold(const QString& what);
    void showEstimate();
    [[nodiscard]] QString layerEstimate() const;
    void showBaseline();
    void showJob();

    Session& session_;
    QLabel* selection_;
    QLabel* estimate_;
    QLabel* baseline_;
    QLabel* runtime_;
    QLabel* job_;
    QString jobText_;
    QString told_;  ///< what was done a moment ago, in the place of the selection
    QTimer forget_;
    QProgressBar* progress_;
    QPushButton* cancel_;
};

}  // namespace vernier::ui
