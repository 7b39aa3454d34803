// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/elided_name.h"

#include <QStringList>

#include <algorithm>

namespace vernier::ui {

namespace {

const QString kMore(QChar(0x2026));

bool hasDigit(const QString& part) {
    return std::any_of(part.begin(), part.end(), [](QChar letter) { return letter.isDigit(); });
}

/// The parts with the named one left out, and where its "…" stands; neighbours that are left out are one "…".
qsizetype leaveOut(QStringList& parts, qsizetype at) {
    parts[at] = kMore;
    if (at > 0 && parts[at - 1] == kMore) {
        parts.removeAt(at);
        --at;
    }
    if (at + 1 < parts.size() && parts[at + 1] == kMore) {
        parts.removeAt(at + 1);
    }
    return at;
}

/// What says least goes first: parts without a number from the left, the last one after them, then numbered ones from the left
/// until one is left. -1: nothing more.
qsizetype leastTelling(const QStringList& parts) {
    for (qsizetype i = 0; i + 1 < parts.size(); ++i) {
        if (parts[i] != kMore && !hasDigit(parts[i])) {
            return i;
        }
    }
    const bool anyNumber = std::any_of(parts.begin(), parts.end() - 1, hasDigit);
    if (anyNumber && parts.last() != kMore && !hasDigit(parts.last())) {
        return parts.size() - 1;
    }
    const auto isNumbered = [](const QString& part) { return part != kMore && hasDigit(part); };
    const auto first = std::find_if(parts.begin(), parts.end(), isNumbered);
    return std::count_if(parts.begin(), parts.end(), isNumbered) > 1 ? first - parts.begin() : -1;
}

/// The number at the end with what it hangs on: "_12".
QString tailOf(const QString& name) {
    qsizetype at = name.size();
    while (at > 0 && name[at - 1].isDigit()) {
        --at;
    }
    return at == name.size() || at == 0 ? QString() : name.mid(at - 1);
}

/// Where names differ: behind the parts of a path that all of them begin with, before those that all of them end with.
struct Difference {
    qsizetype begin = 0;
    qsizetype end = 0;  ///< letters from the end
};

Difference differenceOf(const QString& name, const QStringList& others) {
    Difference at{name.size(), name.size()};
    for (const QString& other : others) {
        const qsizetype most = std::min(name.size(), other.size());
        qsizetype first = 0, last = 0;
        while (first < most && name[first] == other[first]) {
            ++first;
        }
        while (last < most && name[name.size() - 1 - last] == other[other.size() - 1 - last]) {
            ++last;
        }
        at.begin = std::min(at.begin, first);
        at.end = std::min(at.end, last);
    }
    at.begin = at.begin == 0 ? 0 : name.lastIndexOf(QLatin1Char('/'), at.begin - 1) + 1;
    const qsizetype tail = name.indexOf(QLatin1Char('/'), name.size() - at.end);  // whole parts only
    at.end = at.end == 0 || tail <= at.begin ? 0 : name.size() - tail;
    return at;
}

/// The last number of a text: "7" of "/blocks/blocks.7/".
QString lastNumber(const QString& text) {
    qsizetype end = text.size();
    while (end > 0 && !text[end - 1].isDigit()) {
        --end;
    }
    qsizetype begin = end;
    while (begin > 0 && text[begin - 1].isDigit()) {
        --begin;
    }
    return text.mid(begin, end - begin);
}

}  // namespace

QString elidedApart(const QString& name, const QStringList& alike, const QFontMetricsF& metrics, double width) {
    const Difference at = differenceOf(name, alike);
    const QString shared = name.left(at.begin), own = name.mid(at.begin, name.size() - at.begin - at.end);
    const QString tail = at.end > 0 ? kMore : QString();
    const double least = metrics.horizontalAdvance(QStringLiteral("a…c"));
    const QString number = lastNumber(shared);
    for (const QString& head : {number.isEmpty() ? kMore : kMore + number + QLatin1Char('/'), kMore, QString()}) {
        const QString before = shared.isEmpty() ? QString() : head;
        const double room = width - metrics.horizontalAdvance(before) - metrics.horizontalAdvance(tail);
        if (room >= std::min(least, metrics.horizontalAdvance(own))) {
            return before + metrics.elidedText(own, Qt::ElideMiddle, room) + tail;
        }
    }
    return elidedName(name, metrics, width);
}

QString elidedName(const QString& name, const QFontMetricsF& metrics, double width) {
    const auto fits = [&](const QString& text) { return metrics.horizontalAdvance(text) <= width; };
    if (fits(name)) {
        return name;
    }
    QStringList parts = name.split(QLatin1Char('/'), Qt::SkipEmptyParts);
    for (qsizetype least = 0; parts.size() > 1 && (least = leastTelling(parts)) >= 0;) {
        const QString gone = parts[least];
        const qsizetype before = parts.size(), more = leaveOut(parts, least);
        if (const QString shown = parts.join(QLatin1Char('/')); fits(shown)) {
            // What is left of the room shows its beginning: "…/blocks.7/depth…/Conv".
            const double room = width - metrics.horizontalAdvance(shown) + metrics.horizontalAdvance(kMore);
            QStringList begun = parts;
            begun[more] = metrics.elidedText(gone, Qt::ElideRight, room);
            const QString longer = begun.join(QLatin1Char('/'));
            return parts.size() == before && more > 0 && fits(longer) ? longer : shown;
        }
    }
    const QString rest = parts.isEmpty() ? name : parts.join(QLatin1Char('/'));
    const QString tail = tailOf(rest);
    const double room = width - metrics.horizontalAdvance(tail);
    if (tail.isEmpty() || room <= metrics.horizontalAdvance(kMore)) {
        return metrics.elidedText(rest, Qt::ElideMiddle, width);
    }
    return metrics.elidedText(rest.chopped(tail.size()), Qt::ElideRight, room) + tail;
}

}  // namespace vernier::ui
