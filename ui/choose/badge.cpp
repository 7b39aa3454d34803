// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/choose/badge.h"

#include <QApplication>
#include <QFontInfo>
#include <QPainter>

#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

QString text(std::string_view view) { return QString::fromUtf8(view.data(), static_cast<qsizetype>(view.size())); }

}  // namespace

QSize badgeSize(const QFontMetrics& metrics) { return {metrics.horizontalAdvance(QStringLiteral("F32")) + 10, metrics.height() + 1}; }

void paintBadge(QPainter& painter, const QRectF& rect, Method method, bool own, const Theme& theme) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const QString id = text(row(method).id);
    const QColor colour = theme.method(id);
    QFont font = labelFont();
    font.setBold(true);
    font.setPixelSize(qRound(QFontInfo(font).pixelSize() * 0.95));
    painter.setFont(font);
    painter.setPen(QPen(colour, 1.2));
    painter.setBrush(own ? QBrush(colour) : QBrush(Qt::NoBrush));
    painter.drawRoundedRect(rect.adjusted(0.6, 0.6, -0.6, -0.6), 4, 4);
    // On the filled colour the letters need the ground that is farther from it in lightness.
    const QColor onFill = colour.lightnessF() > 0.55 || colour.name() == QLatin1String("#e69f00") ? QColor(0x10141a) : QColor(Qt::white);
    painter.setPen(own ? onFill : theme.methodInk(id));
    painter.drawText(rect, Qt::AlignCenter, text(row(method).badge));
    painter.restore();
}

QString paintWithoutText(QPainter& painter, QStyleOptionViewItem plain) {
    const QString words = plain.text;
    plain.text.clear();
    const QStyle* style = plain.widget != nullptr ? plain.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &plain, &painter, plain.widget);
    return words;
}

void BadgeDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QStyleOptionViewItem plain(option);
    initStyleOption(&plain, index);
    const QString words = paintWithoutText(*painter, plain);
    const QVariant method = index.data(MethodRole);
    if (!method.isValid()) {
        return;
    }
    const Theme theme = Theme::fromPalette(option.palette);
    const QSize size = badgeSize(QFontMetrics(labelFont()));
    const QRectF box(option.rect.left() + 4, option.rect.center().y() - size.height() / 2.0 + 0.5, size.width(), size.height());
    paintBadge(*painter, box, static_cast<Method>(method.toInt()), index.data(OwnRole).toBool(), theme);
    if (!words.isEmpty()) {
        painter->save();
        painter->setFont(labelFont());
        painter->setPen(theme.ink(theme.warn));
        const QRect rest(qRound(box.right()) + 5, option.rect.top(), option.rect.right() - qRound(box.right()) - 6, option.rect.height());
        painter->drawText(rest, Qt::AlignVCenter | Qt::AlignLeft, painter->fontMetrics().elidedText(words, Qt::ElideRight, rest.width()));
        painter->restore();
    }
}

QSize BadgeDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const QSize badge = badgeSize(QFontMetrics(labelFont()));
    return QStyledItemDelegate::sizeHint(option, index).expandedTo({badge.width() + 8, badge.height() + 4});
}

}  // namespace vernier::ui
