// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/data/pair_gallery.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

constexpr int kGap = 16, kInner = 8, kCaption = 84, kWords = 170;
constexpr QSize kPlain(96, 64);  ///< of a picture beside words
constexpr int kLines = 2;        ///< of words below a picture

void paintPicture(QPainter& painter, const QRect& place, const QImage& picture) {
    QRect target(QPoint(), picture.size().scaled(place.size(), Qt::KeepAspectRatio));
    target.moveCenter(place.center());
    const bool small = picture.width() < target.width();
    painter.setRenderHint(QPainter::SmoothPixmapTransform, !small);
    painter.drawImage(target, picture);
}

}  // namespace

PairGallery::PairGallery(QWidget* parent) : QWidget(parent) {
    setAccessibleName(tr("Samples with both answers"));
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void PairGallery::setTiles(QVector<PairTile> tiles) {
    tiles_ = std::move(tiles);
    updateGeometry();
    update();
}

bool PairGallery::drawn() const {
    return std::any_of(tiles_.begin(), tiles_.end(), [](const PairTile& tile) {
        return std::any_of(tile.cells.begin(), tile.cells.end(), [](const PairCell& cell) { return !cell.picture.isNull(); });
    });
}

QSize PairGallery::tileSize() const {
    qsizetype cells = 1;
    bool pictures = false;
    for (const PairTile& tile : tiles_) {
        cells = std::max(cells, tile.cells.size());
        pictures = pictures || !tile.picture.isNull();
    }
    const int line = QFontMetrics(labelFont()).height();
    if (drawn()) {
        return {int(cells) * (kSide + kInner) - kInner, line + 4 + line + kSide + 4 + kLines * line};
    }
    return {(pictures ? kPlain.width() + kInner : 0) + kCaption + kWords, line + 4 + std::max(int(cells) * line, pictures ? kPlain.height() : 0)};
}

int PairGallery::columns(int width) const { return std::max(1, (width + kGap) / (tileSize().width() + kGap)); }

int PairGallery::heightForWidth(int width) const {
    const int rows = (int(tiles_.size()) + columns(width) - 1) / columns(width);
    return std::max(1, rows * (tileSize().height() + kGap));
}

QSize PairGallery::sizeHint() const { return {tileSize().width(), heightForWidth(width())}; }

QSize PairGallery::minimumSizeHint() const { return {kSide, heightForWidth(width())}; }

void PairGallery::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    updateGeometry();
}

QRect PairGallery::tileRect(int index) const {
    const int across = columns(width());
    const QSize size = tileSize();
    return {(index % across) * (size.width() + kGap), (index / across) * (size.height() + kGap), size.width(), size.height()};
}

void PairGallery::paintTile(QPainter& painter, const QRect& place, const PairTile& tile) const {
    const Theme theme = Theme::current();
    const QFontMetrics metrics(labelFont());
    const int line = metrics.height();
    painter.setFont(labelFont());
    const int stand = metrics.horizontalAdvance(tile.stand);
    painter.setPen(theme.text);
    painter.drawText(QRect(place.left(), place.top(), place.width() - stand - kInner, line), Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(tile.name, Qt::ElideMiddle, place.width() - stand - kInner));
    painter.setPen(tile.worse ? theme.ink(theme.bad) : theme.text2);
    painter.drawText(QRect(place.right() - stand, place.top(), stand + 1, line), Qt::AlignRight | Qt::AlignVCenter, tile.stand);
    const QRect below = place.adjusted(0, line + 4, 0, 0);
    drawn() ? paintDrawn(painter, below, tile) : paintPlain(painter, below, tile);
}

/// Pictures side by side, each with its words below.
void PairGallery::paintDrawn(QPainter& painter, const QRect& place, const PairTile& tile) const {
    const Theme theme = Theme::current();
    const QFontMetrics metrics(labelFont());
    const int line = metrics.height();
    for (int i = 0; i < tile.cells.size(); ++i) {
        const PairCell& cell = tile.cells[i];
        const QRect own(place.left() + i * (kSide + kInner), place.top(), kSide, place.height());
        painter.setPen(theme.text2);
        painter.drawText(QRect(own.left(), own.top(), kSide, line), Qt::AlignLeft | Qt::AlignVCenter, metrics.elidedText(cell.caption, Qt::ElideMiddle, kSide));
        if (!cell.picture.isNull()) {
            paintPicture(painter, QRect(own.left(), own.top() + line, kSide, kSide), cell.picture);
        }
        painter.setPen(theme.text);
        painter.drawText(QRect(own.left(), own.top() + line + kSide + 4, kSide, kLines * line), Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, cell.words);
    }
}

/// The sample's picture, and a line for each answer.
void PairGallery::paintPlain(QPainter& painter, const QRect& place, const PairTile& tile) const {
    const Theme theme = Theme::current();
    const QFontMetrics metrics(labelFont());
    const int line = metrics.height();
    int left = place.left();
    if (!tile.picture.isNull()) {
        paintPicture(painter, QRect(place.topLeft(), kPlain), tile.picture);
        left += kPlain.width() + kInner;
    }
    for (int i = 0; i < tile.cells.size(); ++i) {
        const PairCell& cell = tile.cells[i];
        const int top = place.top() + i * line, words = place.right() - left - kCaption;
        painter.setPen(theme.text2);
        painter.drawText(QRect(left, top, kCaption - kInner, line), Qt::AlignLeft | Qt::AlignVCenter,
                         metrics.elidedText(cell.caption, Qt::ElideMiddle, kCaption - kInner));
        painter.setPen(theme.text);
        const QString text = QString(cell.words).replace(QLatin1Char('\n'), QStringLiteral(" · "));
        painter.drawText(QRect(left + kCaption, top, words, line), Qt::AlignLeft | Qt::AlignVCenter, metrics.elidedText(text, Qt::ElideRight, words));
    }
}

void PairGallery::paintEvent(QPaintEvent* event) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    for (int i = 0; i < tiles_.size(); ++i) {
        if (const QRect rect = tileRect(i); rect.intersects(event->rect())) {
            paintTile(painter, rect, tiles_[i]);
        }
    }
}

bool PairGallery::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) {
        return QWidget::event(event);
    }
    const auto* help = static_cast<QHelpEvent*>(event);
    for (int i = 0; i < tiles_.size(); ++i) {
        if (tileRect(i).contains(help->pos())) {
            QStringList lines{tiles_[i].name};
            for (const PairCell& cell : tiles_[i].cells) {
                lines << tr("%1: %2").arg(cell.caption, cell.words);
            }
            QToolTip::showText(help->globalPos(), lines.join(QLatin1Char('\n')), this);
            return true;
        }
    }
    QToolTip::hideText();
    return true;
}

}  // namespace vernier::ui
