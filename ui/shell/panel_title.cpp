// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/panel_title.h"

#include <QContextMenuEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPainter>
#include <QToolButton>

#include <utility>

#include "ui/theme/theme.h"

namespace vernier::ui {

PanelTitle::PanelTitle(const QString& name, QWidget* header, FillMenu fillMenu, QWidget* parent)
    : QWidget(parent), fillMenu_(std::move(fillMenu)), button_(new QToolButton) {
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 5, 6, 2);
    layout->setSpacing(2);
    if (header != nullptr) {
        layout->addWidget(header, 1);
    } else {
        words_ = new QLabel(name.toUpper());
        words_->setProperty("role", "label");
        words_->setFont(labelFont());
        layout->addWidget(words_, 1);
    }
    button_->setText(QStringLiteral("⋮"));
    button_->setAutoRaise(true);
    button_->setFixedWidth(button_->fontMetrics().height() + 4);
    button_->setToolTip(tr("Move or hide this panel. Its title can be dragged to another side, too."));
    button_->setAccessibleName(tr("Move or hide “%1”").arg(name));
    layout->addWidget(button_);
    connect(button_, &QToolButton::clicked, this, [this] { popUp(button_->mapToGlobal(QPoint(0, button_->height()))); });
}

void PanelTitle::setSlim(bool slim) {
    slim = slim && words_ != nullptr;
    if (slim == slim_) {
        return;
    }
    slim_ = slim;
    words_->setVisible(!slim);
    button_->setVisible(!slim);
    updateGeometry();
    update();
}

QSize PanelTitle::sizeHint() const { return slim_ ? QSize(0, 1) : QWidget::sizeHint(); }

QSize PanelTitle::minimumSizeHint() const { return slim_ ? QSize(0, 1) : QWidget::minimumSizeHint(); }

void PanelTitle::popUp(const QPoint& globalPos) {
    QMenu menu(this);
    fillMenu_(menu);
    menu.exec(globalPos);
}

void PanelTitle::contextMenuEvent(QContextMenuEvent* event) { popUp(event->globalPos()); }

void PanelTitle::paintEvent(QPaintEvent*) {
    if (slim_) {
        QPainter(this).fillRect(rect(), Theme::current().line);
    }
}

}  // namespace vernier::ui
