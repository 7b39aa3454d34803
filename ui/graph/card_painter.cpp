// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFontMetricsF>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>
#include <map>

#include "ui/graph/scene_painter.h"

namespace vernier::ui {

namespace {

constexpr double kBar = 5;  // width of the coloured bar
constexpr double kRadius = 5;
constexpr double kConstantsZoom = 1.15;
constexpr double kDimmedOpacity = 0.28;

/// Fonts of one zoom, made once for a paint.
struct CardFonts {
    QFont title, more, label, mono, badge;

    explicit CardFonts(double zoom) {
        const auto scaled = [zoom](QFont font, double factor) {
            font.setPixelSize(std::max(6, qRound(font.pixelSize() * zoom * factor)));
            return font;
        };
        QFont body = bodyFont();
        body.setPixelSize(QFontInfo(body).pixelSize());
        title = scaled(body, 1.0);
        more = scaled(body, 0.92);
        title.setBold(true);
        label = scaled(labelFont(), 1.0);
        mono = scaled(monoFont(0.88), 1.0);
        badge = scaled(labelFont(), 0.92);
        badge.setBold(true);
    }
};

class CardPainter {
public:
    CardPainter(QPainter& painter, const Scene& scene, const View& view, const Look& look)
        : painter_(painter), scene_(scene), view_(view), look_(look), theme_(look.theme), fonts_(view.zoom) {}

    void paintBoxes(const std::vector<int>& cards, Detail detail);
    void paintCard(int card, Detail detail);
    void paintOutline(int card);
    void paintConstants(int card);

private:
    [[nodiscard]] double opacityOf(int card) const { return look_.isDimmed(card) && !look_.isSelected(card) ? kDimmedOpacity : 1.0; }
    void paintGround(int card, const QRectF& rect);
    void paintTitleOnly(int card, const QRectF& rect);
    void paintWords(int card, const QRectF& rect);
    void paintFigure(int card, const QRectF& rect, double& right);
    double paintBadge(const CardMethod& method, const QRectF& card, double right);
    void paintTitle(const CardText& text, const QRectF& room);

    QPainter& painter_;
    const Scene& scene_;
    const View& view_;
    const Look& look_;
    const Theme& theme_;
    CardFonts fonts_;
};

/// Far away: one filled rectangle a card, all of a colour in one call.
void CardPainter::paintBoxes(const std::vector<int>& cards, Detail detail) {
    std::map<QRgb, QList<QRectF>> by_colour;
    for (const int card : cards) {
        QRectF rect = view_.toScreen(scene_.cardRect(card));
        if (detail == Detail::Dot) {
            rect.setSize({std::max(1.0, rect.width()), std::max(1.0, rect.height())});
        }
        QColor colour = look_.barColour(scene_, card);
        colour = mixed(colour, theme_.card, detail == Detail::Dot ? 0.9 : 0.75);
        if (look_.isDimmed(card)) {
            colour = mixed(colour, theme_.canvas, kDimmedOpacity);
        }
        if (look_.isSelected(card)) {
            colour = theme_.accent;
        }
        by_colour[colour.rgb()].push_back(rect);
    }
    painter_.setRenderHint(QPainter::Antialiasing, detail == Detail::Box && cards.size() < 3000);
    painter_.setPen(Qt::NoPen);
    for (const auto& [colour, rects] : by_colour) {
        painter_.setBrush(QColor::fromRgb(colour));
        painter_.drawRects(rects);
    }
}

void CardPainter::paintGround(int card, const QRectF& rect) {
    const double radius = kRadius * std::min(view_.zoom, 2.0);
    if (scene_.isBlock(card) || !scene_.innerNodes(card).empty()) {  // a pile of cards
        painter_.setPen(QPen(theme_.line, 1));
        painter_.setBrush(theme_.card);
        for (const double step : {6.0, 3.0}) {
            painter_.drawRoundedRect(rect.translated(step * view_.zoom, step * view_.zoom), radius, radius);
        }
    }
    QPainterPath shape;
    shape.addRoundedRect(rect, radius, radius);
    painter_.fillPath(shape, theme_.card);
    painter_.save();
    const double bar = std::max(2.0, kBar * view_.zoom);
    std::vector<QColor> colours = {look_.barColour(scene_, card)};
    if (look_.showsMethods() && (scene_.groupOf(card) != nullptr || !scene_.innerNodes(card).empty())) {
        const std::vector<CardMethod> methods = look_.methodsOf(scene_, card);
        for (std::size_t i = 1; i < methods.size(); ++i) {
            colours.push_back(look_.colourOf(methods[i]));
        }
    }
    const double part = rect.height() / static_cast<double>(colours.size());
    for (std::size_t i = 0; i < colours.size(); ++i) {
        painter_.setClipRect(QRectF(rect.left(), rect.top() + part * static_cast<double>(i), bar, part), i == 0 ? Qt::IntersectClip : Qt::ReplaceClip);
        painter_.fillPath(shape, colours[i]);
    }
    painter_.restore();
    painter_.setPen(QPen(card == look_.hovered ? theme_.text2 : theme_.line, 1));
    painter_.setBrush(Qt::NoBrush);
    painter_.drawPath(shape);
}

void CardPainter::paintTitleOnly(int card, const QRectF& rect) {
    QFont font = fonts_.title;
    font.setPixelSize(std::max(6, qRound(rect.height() * 0.48)));
    painter_.setFont(font);
    painter_.setPen(theme_.text);
    const QRectF room = rect.adjusted(kBar * view_.zoom + 3, 0, -2, 0);
    const QFontMetricsF metrics(font);
    const CardText& text = scene_.text(card);
    // What follows is named where it has the room, else counted: half a name says nothing.
    for (const QString& more : {text.more, text.lessMore, text.leastMore, text.count}) {
        if (metrics.horizontalAdvance(text.title + more) <= room.width()) {
            painter_.drawText(room, Qt::AlignVCenter | Qt::AlignLeft, text.title + more);
            return;
        }
    }
    painter_.drawText(room, Qt::AlignVCenter | Qt::AlignLeft, metrics.elidedText(text.title, Qt::ElideRight, room.width()));
}

/// Draws the letters at the upper right, ending at right; returns the x where they begin.
double CardPainter::paintBadge(const CardMethod& method, const QRectF& card, double right) {
    const double z = view_.zoom;
    const QFontMetricsF metrics(fonts_.badge);
    const QSizeF size(std::max(28 * z, metrics.horizontalAdvance(method.badge) + 10 * z), 16 * z);
    const QRectF rect(QPointF(right - size.width(), card.top() + 6.5 * z), size);
    const QColor colour = method.colour.isValid() ? method.colour : theme_.method(u"fp32");
    painter_.setPen(QPen(theme_.ink(colour), std::max(1.0, 1.1 * z)));
    painter_.setBrush(method.own ? QBrush(colour) : QBrush(Qt::NoBrush));
    painter_.drawRoundedRect(rect, 4 * z, 4 * z);
    const QColor on_fill = colour.lightnessF() > 0.45F ? QColor(0x10141a) : QColor(Qt::white);
    painter_.setPen(method.own ? on_fill : theme_.ink(colour));
    painter_.setFont(fonts_.badge);
    painter_.drawText(rect, Qt::AlignCenter, method.badge);
    if (method.runsOtherwise) {  // a dot at its corner: the tip says what is run instead
        painter_.setPen(QPen(theme_.card, std::max(1.0, z)));
        painter_.setBrush(theme_.warn);
        painter_.drawEllipse(rect.topRight(), 3.6 * z, 3.6 * z);
    }
    return rect.left();
}

/// The figure that colours the card, in words on that colour, where the badges stand otherwise.
void CardPainter::paintFigure(int card, const QRectF& rect, double& right) {
    const std::optional<double> figure = look_.figureOf(card);
    if (!figure || look_.shownFigures()->words == nullptr) {
        return;
    }
    const double z = view_.zoom;
    const QString words = look_.shownFigures()->words(*figure);
    const QSizeF size(QFontMetricsF(fonts_.badge).horizontalAdvance(words) + 12 * z, 16 * z);
    const QRectF pill(QPointF(right - size.width(), rect.top() + 6.5 * z), size);
    const QColor colour = look_.barColour(scene_, card);
    painter_.setPen(QPen(theme_.line, 1));
    painter_.setBrush(colour);
    painter_.drawRoundedRect(pill, 8 * z, 8 * z);
    painter_.setPen(colour.lightnessF() > 0.45F ? QColor(0x10141a) : QColor(Qt::white));
    painter_.setFont(fonts_.badge);
    painter_.drawText(pill, Qt::AlignCenter, words);
    right = pill.left() - 6 * z;
}

/// The head's operator in bold, what follows it on the card in the second grey.
void CardPainter::paintTitle(const CardText& text, const QRectF& room) {
    const QFontMetricsF bold(fonts_.title), plain(fonts_.more);
    const QString title = bold.elidedText(text.title, Qt::ElideRight, room.width());
    painter_.setFont(fonts_.title);
    painter_.setPen(theme_.text);
    painter_.drawText(room, Qt::AlignVCenter | Qt::AlignLeft, title);
    const QRectF rest = room.adjusted(bold.horizontalAdvance(title), 0, 0, 0);
    if (text.more.isEmpty() || rest.width() < plain.horizontalAdvance(QStringLiteral(" + …"))) {
        return;
    }
    const auto fits = [&](const QString& words) { return plain.horizontalAdvance(words) <= rest.width(); };
    const QString& words = fits(text.more)                                     ? text.more
                           : fits(text.lessMore)                               ? text.lessMore
                           : fits(text.leastMore) && !text.leastMore.isEmpty() ? text.leastMore
                           : text.count.isEmpty()                              ? text.lessMore
                                                                               : text.count;
    painter_.setFont(fonts_.more);
    painter_.setPen(theme_.text2);
    painter_.drawText(rest, Qt::AlignVCenter | Qt::AlignLeft, plain.elidedText(words, Qt::ElideRight, rest.width()));
}

void CardPainter::paintWords(int card, const QRectF& rect) {
    const double z = view_.zoom;
    const CardText& text = scene_.text(card);
    const double left = rect.left() + 12 * z;
    double right = rect.right() - 8 * z;
    if (look_.shownFigures() != nullptr) {
        paintFigure(card, rect, right);
    }
    const std::vector<CardMethod> methods = look_.shownFigures() != nullptr ? std::vector<CardMethod>() : look_.methodsOf(scene_, card);
    for (auto method = methods.rbegin(); method != methods.rend(); ++method) {
        right = paintBadge(*method, rect, right) - (method + 1 == methods.rend() ? 6 : 3) * z;
    }
    paintTitle(text, QRectF(QPointF(left, rect.top() + 5 * z), QPointF(right, rect.top() + 24 * z)));

    QRectF lower(QPointF(left, rect.top() + 25 * z), QPointF(rect.right() - 8 * z, rect.bottom() - 5 * z));
    painter_.setPen(theme_.text2);
    painter_.setFont(fonts_.mono);
    const QFontMetricsF mono(fonts_.mono);
    const QString shape = mono.elidedText(text.shape, Qt::ElideMiddle, lower.width() * 0.6);
    painter_.drawText(lower, Qt::AlignVCenter | Qt::AlignRight, shape);
    lower.setRight(lower.right() - (shape.isEmpty() ? 0 : mono.horizontalAdvance(shape) + 8 * z));
    painter_.setFont(fonts_.label);
    const QString label = QFontMetricsF(fonts_.label).elidedText(text.label, Qt::ElideMiddle, lower.width());
    painter_.drawText(lower, Qt::AlignVCenter | Qt::AlignLeft, label);
}

/// A quiet pill that hangs from the card's lower edge, left of where wires leave.
void CardPainter::paintConstants(int card) {
    const QString& words = scene_.text(card).weight;
    if (words.isEmpty()) {
        return;
    }
    const double z = view_.zoom;
    const QRectF rect = view_.toScreen(scene_.cardRect(card));
    painter_.setOpacity(opacityOf(card));
    QFont font = fonts_.mono;
    font.setPixelSize(std::max(7, qRound(font.pixelSize() * 0.82)));
    const QFontMetricsF metrics(font);
    const QString text = metrics.elidedText(words, Qt::ElideRight, rect.width() / 2 - 24 * z);
    const QRectF pill(QPointF(rect.left() + 10 * z, rect.bottom() - 3 * z), QSizeF(metrics.horizontalAdvance(text) + 8 * z, 12 * z));
    painter_.setPen(QPen(theme_.line, 1));
    painter_.setBrush(theme_.canvas);
    painter_.drawRoundedRect(pill, 6 * z, 6 * z);
    painter_.setPen(theme_.text2);
    painter_.setFont(font);
    painter_.drawText(pill, Qt::AlignCenter, text);
    painter_.setOpacity(1.0);
}

void CardPainter::paintCard(int card, Detail detail) {
    const QRectF exact = view_.toScreen(scene_.cardRect(card));
    // On half pixels a line of 1 px is sharp.
    const QRectF rect(std::round(exact.left()) + 0.5, std::round(exact.top()) + 0.5, std::round(exact.width()) - 1, std::round(exact.height()) - 1);
    painter_.setOpacity(opacityOf(card));
    paintGround(card, rect);
    if (detail == Detail::Title) {
        paintTitleOnly(card, rect);
    } else {
        paintWords(card, rect);
    }
    painter_.setOpacity(1.0);
}

void CardPainter::paintOutline(int card) {
    const double grow = card == look_.current ? 1 : 0.5;
    const QRectF rect = view_.toScreen(scene_.cardRect(card)).adjusted(-grow, -grow, grow, grow);
    const double radius = kRadius * std::min(view_.zoom, 2.0) + grow;
    painter_.setPen(QPen(theme_.accent, card == look_.current ? 2.4 : 1.6));
    painter_.setBrush(Qt::NoBrush);
    painter_.drawRoundedRect(rect, radius, radius);
}

}  // namespace

void paintCards(QPainter& painter, const Scene& scene, const View& view, const Look& look, const std::vector<int>& cards) {
    if (cards.empty()) {
        return;
    }
    CardPainter cardPainter(painter, scene, view, look);
    const Detail detail = detailOf(scene.cardRect(cards.front()).height() * view.zoom);
    if (detail == Detail::Dot || detail == Detail::Box) {
        cardPainter.paintBoxes(cards, detail);
    } else {
        painter.setRenderHint(QPainter::Antialiasing, true);
        for (const int card : cards) {
            cardPainter.paintCard(card, detail);
        }
    }
    painter.setRenderHint(QPainter::Antialiasing, true);
    for (const int card : cards) {
        if (look.isSelected(card)) {
            cardPainter.paintOutline(card);
        }
        if (detail == Detail::Full && view.zoom >= kConstantsZoom) {
            cardPainter.paintConstants(card);
        }
    }
}

}  // namespace vernier::ui
