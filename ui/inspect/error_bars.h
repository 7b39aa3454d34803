// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <vector>

#include "core/stats/stats.h"

namespace vernier::ui {

/// The error of each format as bars with dB: longer is better.
class ErrorBars : public QWidget {
    Q_OBJECT

public:
    explicit ErrorBars(QWidget* parent = nullptr);
    /// Empty: none are known yet, and the place of the last ones is kept.
    void setErrors(const std::vector<FormatError>& errors);
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return {160, sizeHint().height()}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::vector<FormatError> errors_;
    int rows_ = 3;
};

/// "71.2 dB", or "exact".
[[nodiscard]] QString decibels(double sqnr);

}  // namespace vernier::ui
