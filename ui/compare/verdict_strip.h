// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;

namespace vernier {
struct Verdict;
}

namespace vernier::ui {

/// The verdict's sentences on a quiet ground, with a bar at the left in the colour of the finding.
class VerdictStrip : public QWidget {
    Q_OBJECT

public:
    explicit VerdictStrip(QWidget* parent = nullptr);

    void setVerdict(const Verdict& verdict);
    /// Compact: one sentence about the best candidate; the tip holds all of them.
    void setCompact(bool compact);
    [[nodiscard]] QString text() const;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void showText();

    QLabel* label_;
    QString opening_, sentences_, title_;
    bool compact_ = false;
    int worth_ = -1;  ///< 1: worth it, 0: not, -1: inconclusive
};

}  // namespace vernier::ui
