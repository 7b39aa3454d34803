// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/choose/recipe_actions.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QMenu>
#include <QPainter>
#include <QPixmap>

#include "ui/choose/badge.h"
#include "ui/session/session.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

QString text(std::string_view view) { return QString::fromUtf8(view.data(), static_cast<qsizetype>(view.size())); }

QString tr(const char* words) { return QCoreApplication::translate("NodeMenu", words); }

QIcon dot(Method method, const QPalette& palette) {
    QPixmap pixmap(32, 32);
    pixmap.fill(Qt::transparent);
    pixmap.setDevicePixelRatio(2);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(Theme::fromPalette(palette).method(text(row(method).id)));
    painter.drawRoundedRect(QRectF(3, 3, 10, 10), 2, 2);
    return pixmap;
}

}  // namespace

void addMethods(QMenu& menu, bool withKeys, const std::function<void(Method)>& then) {
    for (const MethodSpec& row : methods()) {
        const QString key = withKeys ? QStringLiteral("\t%1").arg(QLatin1Char(row.key)) : QString();
        QAction* action = menu.addAction(dot(row.method, menu.palette()), text(row.title) + key);
        QObject::connect(action, &QAction::triggered, &menu, [then, method = row.method] { then(method); });
    }
}

void fillNodeMenu(QMenu& menu, Session& session, int id) {
    if (!session.model() || id < 0 || id >= static_cast<int>(session.model()->nodes().size())) {
        return;
    }
    const Node& node = session.model()->node(id);
    const QString op = QString::fromStdString(node.op_type);
    const QVector<int> nodes = session.selection().contains(id) ? session.selection().nodes() : QVector<int>{id};
    const QString label = QString::fromStdString(node.label);
    QAction* title = menu.addAction(nodes.size() > 1 ? tr("%L1 selected nodes").arg(nodes.size()) : label);
    title->setEnabled(false);
    menu.setToolTipsVisible(true);
    addMethods(menu, true, [&session, nodes](Method method) { session.choose(nodes, method); });
    QAction* reset = menu.addAction(tr("Use default\t0"));
    QObject::connect(reset, &QAction::triggered, &session, [&session, nodes] { session.choose(nodes, std::nullopt); });
    menu.addSeparator();
    addMethods(*menu.addMenu(tr("All %1 nodes").arg(op)), false, [&session, op](Method method) { session.document().chooseByOp(op, method); });
    addMethods(*menu.addMenu(tr("Whole model")), false, [&session](Method method) { session.document().chooseWholeModel(method); });
    for (QAction* action : menu.actions()) {
        if (!session.isSound() && !action->isSeparator()) {
            action->setEnabled(false);
            action->setToolTip(session.lookOnly());
        }
    }
    menu.addSeparator();
    QObject::connect(menu.addAction(tr("Select all %1 nodes").arg(op)), &QAction::triggered, &session, [&session, op, id] {
        QVector<int> alike;
        for (const Node& other : session.model()->nodes()) {
            if (QString::fromStdString(other.op_type) == op) {
                alike << other.id;
            }
        }
        session.selection().set(alike, id);
    });
    QObject::connect(menu.addAction(tr("Copy name")), &QAction::triggered, &session, [label] { QGuiApplication::clipboard()->setText(label); });
}

}  // namespace vernier::ui
