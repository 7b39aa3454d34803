// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/graph/breadcrumbs.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

constexpr int kWidest = 220;  // pixels of one name

}  // namespace

Breadcrumbs::Breadcrumbs(QWidget* parent) : QWidget(parent), row_(new QHBoxLayout(this)) {
    row_->setContentsMargins(8, 4, 8, 4);
    row_->setSpacing(2);
    setAccessibleName(tr("Way to the graph that is shown"));
    hide();
}

void Breadcrumbs::setCrumbs(const QVector<Crumb>& crumbs) {
    while (QLayoutItem* item = row_->takeAt(0)) {
        if (item->widget() != nullptr) {
            item->widget()->hide();
            item->widget()->deleteLater();  // a click on it may have brought us here
        }
        delete item;
    }
    bool first = true;
    for (const Crumb& crumb : crumbs) {
        if (!first && !crumb.sibling) {
            auto* between = new QLabel(QStringLiteral("›"));
            between->setProperty("role", "note");
            row_->addWidget(between);
            between->show();
        }
        auto* button = new QToolButton;
        button->setAutoRaise(true);
        button->setFont(labelFont());
        button->setText(button->fontMetrics().elidedText(crumb.text, Qt::ElideMiddle, kWidest));
        button->setToolTip(crumb.text);
        button->setCheckable(crumb.here || crumb.sibling);
        button->setChecked(crumb.here);
        button->setFocusPolicy(Qt::TabFocus);
        button->setAccessibleName(crumb.here ? tr("%1, shown").arg(crumb.text) : tr("Show %1").arg(crumb.text));
        connect(button, &QToolButton::clicked, this, [this, button, crumb] {
            button->setChecked(crumb.here);
            emit graphRequested(crumb.graph);
        });
        row_->addWidget(button);
        button->show();  // at once: the layout would do it with a later event
        first = false;
    }
    row_->addStretch(1);
    setVisible(crumbs.size() > 1);
}

}  // namespace vernier::ui
