// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/graph/legend.h"

#include <QFontMetricsF>
#include <QObject>
#include <QPainter>

#include <algorithm>
#include <utility>

#include "core/quant/method.h"

namespace vernier::ui {

namespace {

constexpr double kMargin = 12, kPadding = 4, kSwatch = 9, kGap = 6;

/// The nodes of all cards, in the cards' order, with those in the bodies that they hold.
std::vector<NodeId> nodesOn(const Scene& scene) {
    std::vector<NodeId> nodes;
    for (int card = 0; card < static_cast<int>(scene.cards().size()); ++card) {
        const auto members = scene.nodesOf(card);
        nodes.insert(nodes.end(), members.begin(), members.end());
        nodes.insert(nodes.end(), scene.innerNodes(card).begin(), scene.innerNodes(card).end());
    }
    return nodes;
}

}  // namespace

void Legend::collectMethods(const Scene& scene, const Look& look) {
    for (const NodeId node : nodesOn(scene)) {
        const CardMethod* method = look.methodOf(node);
        if (method == nullptr) {
            continue;
        }
        auto line = std::find_if(lines_.begin(), lines_.end(), [&](const Line& l) { return l.badge == method->badge; });
        if (line == lines_.end()) {
            line = lines_.insert(lines_.end(), Line{method->badge, method->name, method->colour, {}, {}});
        }
        line->nodes.push_back(node);
    }
    static const QStringList order = [] {
        QStringList badges;
        for (const MethodSpec& method : methods()) {
            badges << QString::fromLatin1(method.badge.data(), static_cast<qsizetype>(method.badge.size()));
        }
        return badges;
    }();
    std::stable_sort(lines_.begin(), lines_.end(), [](const Line& a, const Line& b) {
        const auto place = [](const Line& l) { return static_cast<std::size_t>(order.indexOf(l.badge)); };
        return place(a) < place(b);  // unknown ones (-1) come last
    });
}

void Legend::collectRuns(const Scene& scene, const Look& look) {
    for (const NodeId node : nodesOn(scene)) {
        const CardMethod* method = look.methodOf(node);
        if (method == nullptr || method->runs.isEmpty()) {
            continue;
        }
        auto line = std::find_if(lines_.begin(), lines_.end(), [&](const Line& l) { return l.name == method->runs; });
        if (line == lines_.end()) {
            line = lines_.insert(lines_.end(), Line{QString(), method->runs, method->runsColour, {}, {}});
        }
        line->nodes.push_back(node);
    }
    std::stable_sort(lines_.begin(), lines_.end(), [](const Line& a, const Line& b) { return a.nodes.size() > b.nodes.size(); });
}

/// Below the others and once more: what runs otherwise than it was written.
void Legend::collectOtherwise(const Scene& scene, const Look& look) {
    Line otherwise{QString(), QObject::tr("runs in another precision"), look.theme.warn, {}, {}};
    for (const NodeId node : nodesOn(scene)) {
        if (const CardMethod* method = look.methodOf(node); method != nullptr && method->runsOtherwise) {
            otherwise.nodes.push_back(node);
        }
    }
    if (!otherwise.nodes.empty()) {
        lines_.push_back(std::move(otherwise));
    }
}

void Legend::collectCategories(const Scene& scene, const Look& look) {
    const QStringList& names = opCategoryNames();
    for (int i = 0; i < names.size(); ++i) {
        lines_.push_back({QString(), names[i], look.theme.category(i), {}, {}});
    }
    for (const NodeId node : nodesOn(scene)) {
        const int category = opCategory(QString::fromStdString(scene.model().node(node).op_type));
        lines_[static_cast<std::size_t>(category)].nodes.push_back(node);
    }
    std::erase_if(lines_, [](const Line& line) { return line.nodes.empty(); });
}

void Legend::rebuild(const Scene* scene, const Look& look) {
    lines_.clear();
    title_rect_ = {};
    if (scene == nullptr) {
        return;
    }
    switch (look.mode) {
        case ColourMode::Method: collectMethods(*scene, look); break;
        case ColourMode::Executed: collectRuns(*scene, look); break;
        case ColourMode::OpCategory: collectCategories(*scene, look); break;
        case ColourMode::Time:
        case ColourMode::Error:
        case ColourMode::Size: break;  // a scale
    }
    scale_.take(look);
    if (look.showsMethods()) {
        collectOtherwise(*scene, look);
    }
}

namespace {

QFont boldFont() {
    QFont bold = labelFont();
    bold.setBold(true);
    return bold;
}

QString titleOf(const Look& look) {
    switch (look.mode) {
        case ColourMode::Method: return look.methodsTitle.isEmpty() ? QObject::tr("Colour: method ▾") : QObject::tr("Colour: %1 ▾").arg(look.methodsTitle);
        case ColourMode::Executed: return look.knowsRuns() ? QObject::tr("Colour: what is run ▾") : QObject::tr("Colour: what is run (no run yet) ▾");
        case ColourMode::OpCategory: return QObject::tr("Colour: operator category ▾");
        case ColourMode::Time:
        case ColourMode::Error:
        case ColourMode::Size:
            return look.shownFigures() != nullptr ? QObject::tr("Colour: %1 ▾").arg(look.shownFigures()->title) : QObject::tr("Colour: not known yet ▾");
    }
    return {};
}

}  // namespace

Legend::Columns Legend::columns(const Look& look) const {
    const QFontMetricsF metrics(labelFont()), bold(boldFont());
    Columns found;
    found.height = metrics.height() + 2 * kPadding;
    double names = 0, counts = 0;
    for (const Line& line : lines_) {
        names = std::max(names, metrics.horizontalAdvance(line.name));
        found.badges = std::max(found.badges, line.badge.isEmpty() ? 0.0 : bold.horizontalAdvance(line.badge) + kGap);
        counts = std::max(counts, metrics.horizontalAdvance(QString::number(line.nodes.size())));
    }
    const double lineWidth = kSwatch + kGap + found.badges + names + 3 * kGap + counts;
    found.width = std::max({bold.horizontalAdvance(titleOf(look)), lineWidth, scale_.size().width()}) + 2 * kPadding;
    return found;
}

QRectF Legend::area(const Look& look) const {
    const Columns c = columns(look);
    return {kMargin - kPadding - 2, kMargin - kPadding - 2, c.width + 4, c.height * static_cast<double>(lines_.size() + 1) + scale_.size().height() + 4};
}

void Legend::paint(QPainter& painter, const Look& look) {
    const QFont font = labelFont(), bold = boldFont();
    const auto [badges, width, height] = columns(look);
    title_rect_ = QRectF(kMargin - kPadding, kMargin - kPadding, width, height);
    painter.setRenderHint(QPainter::Antialiasing, true);
    painter.setPen(Qt::NoPen);
    painter.setBrush(look.theme.canvas);  // words of cards behind it must not shine through
    painter.drawRoundedRect(area(look), 5, 5);
    const auto paintHover = [&](const QRectF& rect) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(look.theme.accentSoft);
        painter.drawRoundedRect(rect, 4, 4);
    };
    if (hovered_.part == Part::Title) {
        paintHover(title_rect_);
    }
    painter.setFont(bold);
    painter.setPen(look.theme.text);
    painter.drawText(title_rect_.adjusted(kPadding, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft, titleOf(look));
    scale_.paint(painter, title_rect_.bottomLeft() + QPointF(kPadding, 0), look);
    QRectF rect = title_rect_;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
        Line& line = lines_[i];
        rect.translate(0, height);
        line.rect = rect;
        if (hovered_.part == Part::Line && hovered_.line == static_cast<int>(i)) {
            paintHover(rect);
        }
        painter.setPen(Qt::NoPen);
        painter.setBrush(line.colour);
        painter.drawRoundedRect(QRectF(rect.left() + kPadding, rect.center().y() - kSwatch / 2, kSwatch, kSwatch), 2, 2);
        QRectF words = rect.adjusted(kPadding + kSwatch + kGap, 0, -kPadding, 0);
        painter.setPen(look.theme.text2);
        if (!line.badge.isEmpty()) {
            painter.setFont(bold);
            painter.drawText(words, Qt::AlignVCenter | Qt::AlignLeft, line.badge);
            words.setLeft(words.left() + badges);
        }
        painter.setFont(font);
        painter.drawText(words, Qt::AlignVCenter | Qt::AlignLeft, line.name);
        painter.drawText(words, Qt::AlignVCenter | Qt::AlignRight, QString::number(line.nodes.size()));
    }
}

Legend::Hit Legend::hit(QPointF point) const {
    if (title_rect_.contains(point)) {
        return {Part::Title, -1};
    }
    for (std::size_t i = 0; i < lines_.size(); ++i) {
        if (lines_[i].rect.contains(point)) {
            return {Part::Line, static_cast<int>(i)};
        }
    }
    return {};
}

}  // namespace vernier::ui
