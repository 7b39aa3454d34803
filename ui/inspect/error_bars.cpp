// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/inspect/error_bars.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

constexpr int kRow = 20, kBar = 9, kText = 64;
constexpr double kFullScale = 90;  // dB: a little above what FP16 reaches on any weight

QColor colourOf(WeightFormat format, const Theme& theme) {
    switch (format) {
        case WeightFormat::fp16: return theme.method(u"fp16");
        case WeightFormat::int8_per_channel: return theme.method(u"int8-static");
        case WeightFormat::int8_per_tensor: break;
    }
    return theme.method(u"int8-weight");
}

}  // namespace

QString decibels(double sqnr) { return std::isfinite(sqnr) ? QObject::tr("%1 dB").arg(sqnr, 0, 'f', 1) : QObject::tr("exact"); }

ErrorBars::ErrorBars(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Error of each format"));
}

void ErrorBars::setErrors(const std::vector<FormatError>& errors) {
    errors_ = errors;
    rows_ = errors.empty() ? rows_ : int(errors.size());
    QStringList words;
    for (const FormatError& error : errors) {
        words << QStringLiteral("%1 %2").arg(QLatin1String(name(error.format)), decibels(error.sqnr_db));
    }
    setAccessibleDescription(words.join(QStringLiteral(", ")));
    updateGeometry();
    update();
}

QSize ErrorBars::sizeHint() const { return {260, rows_ * kRow}; }

void ErrorBars::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(labelFont());
    const Theme theme = Theme::current();
    int label = 0;
    for (const FormatError& error : errors_) {
        label = std::max(label, painter.fontMetrics().horizontalAdvance(QLatin1String(name(error.format))));
    }
    label += 12;
    int y = 0;
    for (const FormatError& error : errors_) {
        painter.setPen(theme.text2);
        painter.drawText(QRect(0, y, label, kRow), Qt::AlignVCenter, QLatin1String(name(error.format)));
        const double share = std::isfinite(error.sqnr_db) ? std::clamp(error.sqnr_db / kFullScale, 0.0, 1.0) : 1.0;
        const double length = std::max(2.0, share * (width() - label - kText));
        painter.fillRect(QRectF(label, y + (kRow - kBar) / 2.0, length, kBar), colourOf(error.format, theme));
        painter.setPen(theme.text);
        painter.drawText(QRectF(label + length + 6, y, kText, kRow), Qt::AlignVCenter, decibels(error.sqnr_db));
        y += kRow;
    }
}

}  // namespace vernier::ui
