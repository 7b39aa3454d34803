// SPDX-License-Identifier: GPL-3.0-or-later
// Which graph is shown: the way into bodies and back.
#include <QMenu>

#include <algorithm>
#include <utility>

#include "ui/graph/breadcrumbs.h"
#include "ui/graph/graph_canvas.h"
#include "ui/session/session.h"
#include "ui/shell/graph_panel.h"

namespace vernier::ui {

namespace {

/// "then" of "then_branch".
QString branchName(const Body& body) {
    QString name = QString::fromStdString(body.name);
    return name.endsWith(QLatin1String("_branch")) && name.size() > 7 ? name.chopped(7) : name;
}

}  // namespace

/// The current node's graph is the one that is shown.
void GraphPanel::followSelection() {
    const int current = session_.selection().current();
    const ModelPtr model = session_.model();
    const bool known = model && layout_ && current >= 0 && static_cast<std::size_t>(current) < model->nodes().size();
    if (known && model->node(current).graph != options_.graph) {
        showGraph(model->node(current).graph);
    }
    canvas_->setSelection(session_.selection().nodes(), current);
}

void GraphPanel::goToGraph(GraphId graph) {
    const ModelPtr model = session_.model();
    if (!model || graph < 0 || static_cast<std::size_t>(graph) >= bodies_.size() || graph == options_.graph) {
        return;
    }
    // On the way out the node is selected that we were in.
    NodeId node = bodies_[static_cast<std::size_t>(options_.graph)].holder;
    while (node != kNone && model->node(node).graph != graph) {
        node = model->node(node).parent;
    }
    if (node == kNone) {
        const auto& nodes = model->nodes();
        const auto first = std::find_if(nodes.begin(), nodes.end(), [&](const Node& each) { return each.graph == graph && each.op_type != "Constant"; });
        node = first == nodes.end() ? kNone : first->id;
    }
    if (node == kNone) {
        showGraph(graph);  // a body that only hands on values
        return;
    }
    session_.selection().setOne(node);
    followSelection();  // where it was selected already
}

/// The body of a node that has something to see: of an If "then" before "else", whichever stands first in the file.
void GraphPanel::openBody(int node) {
    const auto worth = [](const Body& body) { return std::pair(body.nodes > 0, body.name == "then_branch"); };
    const Body* best = nullptr;
    for (const Body& body : bodies_) {
        if (body.holder == node && (best == nullptr || worth(body) > worth(*best))) {
            best = &body;
        }
    }
    if (best != nullptr) {
        goToGraph(best->graph);
    }
}

void GraphPanel::showCrumbs() {
    QVector<Crumb> crumbs;
    for (GraphId graph = shown_; graph != 0 && session_.model();) {
        const Body& body = bodies_[static_cast<std::size_t>(graph)];
        const QString holder = QString::fromStdString(session_.model()->node(body.holder).label);
        crumbs.prepend({graph, holder + QStringLiteral(": ") + branchName(body), graph == shown_, false});
        graph = session_.model()->node(body.holder).graph;
    }
    crumbs.prepend({0, tr("Main graph"), shown_ == 0, false});
    for (const Body& body : bodies_) {
        if (shown_ != 0 && body.graph != shown_ && body.holder == bodies_[static_cast<std::size_t>(shown_)].holder) {
            crumbs.append({body.graph, branchName(body), false, true});
        }
    }
    crumbs_->setCrumbs(crumbs);
}

void GraphPanel::fillBodyMenu(QMenu& menu, int node) {
    bool first = true;
    for (const Body& body : bodies_) {
        if (body.holder != node) {
            continue;
        }
        if (std::exchange(first, false)) {
            menu.addSeparator();
        }
        const QString count = body.nodes == 1 ? tr("1 node") : tr("%1 nodes").arg(body.nodes);
        connect(menu.addAction(tr("Open %1 (%2)").arg(branchName(body), count)), &QAction::triggered, this, [this, graph = body.graph] { goToGraph(graph); });
    }
}

}  // namespace vernier::ui
