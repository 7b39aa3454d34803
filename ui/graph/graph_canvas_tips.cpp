// SPDX-License-Identifier: GPL-3.0-or-later
// What the canvas tells of the place under the mouse.
#include <QHelpEvent>
#include <QToolTip>

#include <algorithm>
#include <optional>

#include "core/model/weights.h"
#include "ui/graph/graph_canvas.h"

namespace vernier::ui {

QString GraphCanvas::tipOf(int card) const {
    const Node& node = scene_->model().node(scene_->nodeOf(card));
    const CardText& text = scene_->text(card);
    const auto line = [](const QString& name, const QString& value) {
        return QStringLiteral("<tr><td style='padding-right:8px'>%1</td><td>%2</td></tr>").arg(name, value.toHtmlEscaped());
    };
    QString rows;
    for (const ValueId value : node.outputs) {
        if (value != kNone) {
            rows += line(tr("output"), QString::fromStdString(scene_->model().value(value).type.text()));
        }
    }
    if (!text.constants.isEmpty()) {
        rows += line(tr("constants"), text.constants);
    }
    constexpr std::size_t kMostMembers = 10;
    const auto members = scene_->nodesOf(card);
    for (std::size_t i = 1; i < std::min(members.size(), kMostMembers); ++i) {
        const Node& member = scene_->model().node(members[i]);
        const CardMethod* method = look_.methodOf(member.id);
        rows += line(i == 1 ? tr("with") : QString(), QStringLiteral("%1  #%2%3")
                                                          .arg(QString::fromStdString(title_of(scene_->model(), member.id)))
                                                          .arg(member.id)
                                                          .arg(method != nullptr ? QStringLiteral("  ") + method->badge : QString()));
    }
    if (members.size() > kMostMembers) {
        rows += line(QString(), tr("and %1 more").arg(members.size() - kMostMembers));
    }
    if (const std::optional<double> figure = look_.figureOf(card); figure && look_.shownFigures()->words != nullptr) {
        rows += line(look_.shownFigures()->title, look_.shownFigures()->words(*figure));
    }
    if (const CardMethod* method = look_.methodOf(node.id)) {
        rows += line(tr("method"), (method->name.isEmpty() ? method->badge : method->name) + (method->own ? tr(", override") : tr(", by rule or default")));
        if (!method->runsDetail.isEmpty()) {
            rows += line(tr("runs as"), method->runsDetail);
        }
        if (!method->note.isEmpty()) {
            rows += line(tr("note"), method->note);
        }
    }
    return QStringLiteral("<b>%1</b> &nbsp;#%2<br>%3<table>%4</table>")
        .arg((text.title + text.more).toHtmlEscaped())
        .arg(node.id)
        .arg((scene_->isBlock(card) ? text.label : text.name).toHtmlEscaped(), rows);
}

void GraphCanvas::showTip(QHelpEvent* event) {
    const Legend::Hit hit = legend_.hit(event->pos());
    if (scene_ && hit.part == Legend::Part::Line) {
        QToolTip::showText(event->globalPos(), tr("Click selects these nodes."), viewport());
        return;
    }
    if (const int frame = frameAt(event->pos()); frame >= 0) {
        const BlockRun& run = scene_->grouping().runs[static_cast<std::size_t>(scene_->frames()[static_cast<std::size_t>(frame)].run)];
        QToolTip::showText(event->globalPos(), tr("Click folds the %1 blocks to one card.").arg(run.blocks.size()), viewport());
        return;
    }
    const int card = scene_ && hit.part == Legend::Part::None ? scene_->cardAt(view_.toScene(event->pos())) : -1;
    if (card < 0 || minimap_.contains(event->pos())) {
        QToolTip::hideText();
        return;
    }
    QToolTip::showText(event->globalPos(), tipOf(card), viewport(), view_.toScreen(scene_->cardRect(card)).toAlignedRect());
}

}  // namespace vernier::ui
