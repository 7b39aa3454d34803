// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/choose/numbers.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace vernier::ui {

namespace {

struct Unit {
    double factor;
    const char* name;
};

QString scaled(double value, std::initializer_list<Unit> units, const QString& plain) {
    for (const Unit& unit : units) {
        // 999.6 would be written as "1000" of the smaller unit.
        if (value >= unit.factor * 0.9995) {
            return QStringLiteral("%1 %2").arg(threeDigits(value / unit.factor), QLatin1String(unit.name));
        }
    }
    return plain;
}

}  // namespace

QString threeDigits(double value) {
    if (!std::isfinite(value)) {
        return value > 0 ? QStringLiteral("∞") : value < 0 ? QStringLiteral("−∞") : QStringLiteral("–");
    }
    if (value == 0) {
        return QStringLiteral("0");
    }
    const int digitsBefore = static_cast<int>(std::floor(std::log10(std::abs(value) * 1.0005))) + 1;
    QString text = QString::number(value, 'f', std::clamp(3 - digitsBefore, 0, 9));
    return text.replace(QLatin1Char('-'), QStringLiteral("−"));
}

QString sizeText(quint64 bytes) { return scaled(static_cast<double>(bytes), {{1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}}, QStringLiteral("%1 B").arg(bytes)); }

QString countText(quint64 count) { return scaled(static_cast<double>(count), {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}}, QString::number(count)); }

QString counted(int count, const QString& one, const QString& many) { return QStringLiteral("%L1 %2").arg(count).arg(count == 1 ? one : many); }

QString timeText(const std::optional<double>& ms) {
    return !ms         ? QStringLiteral("–")
           : *ms <= 0  ? QStringLiteral("0 µs")
           : *ms < 0.1 ? QStringLiteral("%1 µs").arg(threeDigits(*ms * 1000))
                       : QStringLiteral("%1 ms").arg(threeDigits(*ms));
}

QString shareText(const std::optional<double>& share) {
    if (!share) {
        return QStringLiteral("–");
    }
    const double percent = *share * 100;
    return percent <= 0 ? QStringLiteral("0 %") : percent < 0.1 ? QStringLiteral("< 0.1 %") : QStringLiteral("%1 %").arg(percent, 0, 'f', percent < 10 ? 1 : 0);
}

QString durationText(double seconds) {
    const auto whole = static_cast<qint64>(std::ceil(std::max(seconds, 0.0)));
    if (whole < 60) {
        return QCoreApplication::translate("numbers", "%1 s").arg(whole);
    }
    if (whole < 3600) {
        return QCoreApplication::translate("numbers", "%1 min %2 s").arg(whole / 60).arg(whole % 60);
    }
    return QCoreApplication::translate("numbers", "%1 h %2 min").arg(whole / 3600).arg(whole % 3600 / 60);
}

}  // namespace vernier::ui
