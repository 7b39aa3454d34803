// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/layers/share_bar.h"

#include <QPainter>

#include <algorithm>

#include "ui/choose/badge.h"
#include "ui/layers/layers_model.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

constexpr int kLeft = 4, kGap = 6;

}  // namespace

void ShareBar::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QStyleOptionViewItem plain(option);
    initStyleOption(&plain, index);
    const QString words = paintWithoutText(*painter, plain);
    const Theme theme = Theme::current();
    const QFontMetrics metrics(monoFont(0.92));
    const double room = option.rect.width() - kLeft - kGap - metrics.horizontalAdvance(QStringLiteral("< 0.1 %")) - 4;
    const QVariant share = index.data(LayersModel::ShareRole);
    double right = option.rect.left() + kLeft;
    painter->save();
    if (share.isValid() && room > 8) {
        const double width = std::max(1.0, room * share.toDouble());
        const double height = std::min(12.0, option.rect.height() - 6.0);
        painter->fillRect(QRectF(right, option.rect.center().y() - height / 2 + 0.5, width, height), theme.ramp(0.25 + 0.75 * share.toDouble()));
        right += width + kGap;
    }
    painter->setFont(monoFont(0.92));
    painter->setPen(theme.text);
    painter->drawText(QRectF(right, option.rect.top(), option.rect.right() - right, option.rect.height()), Qt::AlignVCenter | Qt::AlignLeft, words);
    painter->restore();
}

}  // namespace vernier::ui
