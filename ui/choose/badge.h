// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>
#include <QStyledItemDelegate>

#include "core/quant/method.h"

class QPainter;

namespace vernier::ui {

struct Theme;

/// Item data roles of views with badges: the method as int, and whether it is an override.
enum BadgeRole { MethodRole = Qt::UserRole + 100, OwnRole };

/// The letters of a method in a rounded box: filled for an override, outlined when it is inherited.
void paintBadge(QPainter& painter, const QRectF& rect, Method method, bool own, const Theme& theme);
/// The size that a badge takes in tables and lists.
[[nodiscard]] QSize badgeSize(const QFontMetrics& metrics);

/// Paints a cell but for its text, and gives the text. plain: as a delegate's initStyleOption() made it.
QString paintWithoutText(QPainter& painter, QStyleOptionViewItem plain);

/// Draws a badge for MethodRole, left in its cell, and the item's text behind it.
class BadgeDelegate : public QStyledItemDelegate {
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

}  // namespace vernier::ui
