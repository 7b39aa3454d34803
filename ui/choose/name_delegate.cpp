// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/choose/name_delegate.h"

#include <QApplication>
#include <QFontMetricsF>
#include <QStringList>
#include <QStyle>

#include <algorithm>

#include "ui/theme/elided_name.h"

namespace vernier::ui {

namespace {

constexpr int kAround = 24;             ///< rows above and below that a name is told apart from
constexpr qsizetype kMostKept = 10000;  ///< cut names

/// Where " + 2" begins, or the end.
qsizetype endOfName(const QString& text) {
    const qsizetype more = text.lastIndexOf(QLatin1String(" + "));
    return more < 0 ? text.size() : more;
}

QString nameAt(const QModelIndex& index) {
    const QString text = index.data().toString();
    return text.left(endOfName(text));
}

}  // namespace

QString NameDelegate::cut(const QString& name, const QFontMetricsF& metrics, double width) const {
    const auto found = cut_.constFind(name);
    return found != cut_.cend() ? *found : *cut_.insert(name, elidedName(name, metrics, width));
}

QString NameDelegate::shown(const QModelIndex& index, const QFont& font, double width) const {
    const QFontMetricsF metrics(font);
    const QString text = index.data().toString(), name = nameAt(index), more = text.mid(endOfName(text));
    const double room = width - metrics.horizontalAdvance(more);
    if (metrics.horizontalAdvance(name) <= room) {
        return text;
    }
    const QString cutFor = font.toString() + QLatin1Char('/') + QString::number(room);
    if (cutFor != cutFor_ || cut_.size() > kMostKept) {
        cut_.clear();
        cutFor_ = cutFor;
    }
    const QString plain = cut(name, metrics, room);
    QStringList alike;
    const int last = std::min(index.row() + kAround, index.model()->rowCount() - 1);
    for (int row = std::max(0, index.row() - kAround); row <= last; ++row) {
        const QString other = nameAt(index.sibling(row, index.column()));
        if (other != name && cut(other, metrics, room) == plain) {
            alike << other;
        }
    }
    return (alike.isEmpty() ? plain : elidedApart(name, alike, metrics, room)) + more;
}

void NameDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const {
    QStyledItemDelegate::initStyleOption(option, index);
    const QStyle* style = option->widget != nullptr ? option->widget->style() : QApplication::style();
    const int margin = style->pixelMetric(QStyle::PM_FocusFrameHMargin, option, option->widget) + 1;
    option->text = shown(index, option->font, option->rect.width() - 2 * margin);
}

}  // namespace vernier::ui
