// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/top_bar.h"

#include <QDir>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

#include "ui/choose/numbers.h"
#include "ui/session/session.h"
#include "ui/shell/stepper.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

TopBar::TopBar(Session& session, QWidget* parent)
    : QWidget(parent), session_(session), name_(new QLabel), facts_(new QLabel), stepper_(new Stepper(session)),
      search_(new QPushButton(tr("Search nodes and commands    Ctrl+K"))) {
    setFixedHeight(fontMetrics().height() + 28);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 0, 12, 0);
    layout->setSpacing(10);
    QFont bold = font();
    bold.setBold(true);
    name_->setFont(bold);
    facts_->setObjectName(QStringLiteral("facts"));
    facts_->setFont(labelFont());
    search_->setObjectName(QStringLiteral("search"));
    search_->setFont(labelFont());
    search_->setCursor(Qt::IBeamCursor);
    search_->setMinimumWidth(110);
    search_->setFocusPolicy(Qt::NoFocus);
    search_->setAccessibleName(tr("Search nodes and commands"));
    layout->addWidget(name_);
    layout->addWidget(facts_, 0, Qt::AlignVCenter);
    layout->addSpacing(20);
    layout->addWidget(stepper_);
    layout->addStretch(1);
    layout->addWidget(search_);
    connect(search_, &QPushButton::clicked, this, &TopBar::searchRequested);
    connect(&session, &Session::stateChanged, this, &TopBar::showState);
    connect(&session, &Session::modifiedChanged, this, &TopBar::showState);
    showState();
}

QString TopBar::facts(bool whole) const {
    const Model& model = *session_.model();
    const QString nodes = tr("%L1 nodes").arg(session_.document().nodeCount());
    if (!whole) {
        return nodes + QStringLiteral(" · ") + sizeText(model.size_bytes());
    }
    return QStringList{tr("opset %1").arg(model.opset()), nodes, tr("%1 params").arg(countText(model.parameters())), sizeText(model.size_bytes())}.join(
        QStringLiteral(" · "));
}

void TopBar::showState() {
    const bool open = static_cast<bool>(session_.model());
    name_->setToolTip(QDir::toNativeSeparators(session_.modelPath()));
    if (open) {
        facts_->setToolTip(facts(true) + QLatin1Char('\n') +
                           tr("IR version %1, made by %2").arg(session_.model()->ir_version()).arg(QString::fromStdString(session_.model()->producer())));
    }
    fit();
}

void TopBar::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    fit();
}

void TopBar::fit() {
    // In a narrow window the file name and the steps matter more than the facts and the words of the search.
    const bool wide = width() >= 85 * fontMetrics().height();
    const QString star = session_.isModified() ? QStringLiteral("*") : QString();
    name_->setText(name_->fontMetrics().elidedText(session_.modelName() + star, Qt::ElideMiddle, wide ? 320 : 180));
    if (session_.model()) {
        facts_->setText(facts(wide));
    }
    search_->setText(wide ? tr("Search nodes and commands    Ctrl+K") : tr("Search    Ctrl+K"));
    const int others = name_->sizeHint().width() + stepper_->sizeHint().width() + search_->minimumWidth() + 90;
    facts_->setVisible(session_.model() && width() >= others + facts_->sizeHint().width());
}

}  // namespace vernier::ui
