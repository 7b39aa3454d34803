// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/problem_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>

#include "ui/session/queue.h"
#include "ui/session/session.h"
#include "ui/session/window_words.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

/// What to do, by the kind of the error; empty where the message itself says it.
QString remedy(const QString& kind) {
    if (kind == QLatin1String("runtime-missing")) {
        return ProblemBar::tr("Start Vernier with --ort PATH, or install it again.");
    }
    if (kind == QLatin1String("crashed")) {
        return ProblemBar::tr("Your work is unchanged. The Log tab shows the command.");
    }
    return {};
}

}  // namespace

ProblemBar::ProblemBar(Session& session, QWidget* parent) : QFrame(parent), session_(session), text_(new QLabel), reload_(new QPushButton(tr("Reload"))) {
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 6, 6, 6);
    text_->setWordWrap(true);
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* close = new QToolButton;
    close->setText(QStringLiteral("✕"));
    close->setToolTip(tr("Close"));
    reload_->setVisible(false);
    layout->addWidget(text_, 1);
    layout->addWidget(reload_, 0, Qt::AlignTop);
    connect(reload_, &QPushButton::clicked, this, &ProblemBar::reloadRequested);
    layout->addWidget(close, 0, Qt::AlignTop);
    connect(close, &QToolButton::clicked, this, [this] {
        hide();
        session_.queue().clearProblem();
    });
    connect(&session.queue(), &Queue::changed, this, &ProblemBar::showJobProblem);
    hide();
}

void ProblemBar::showText(const QString& text) {
    ofJob_ = false;
    reload_->setVisible(false);
    restyle();
    text_->setText(windowWords(text));
    setVisible(!text.isEmpty());
}

void ProblemBar::restyle() {
    const Theme theme = Theme::current();
    setStyleSheet(QStringLiteral("vernier--ui--ProblemBar { background: %1; border-left: 3px solid %2; }")
                      .arg(mixed(theme.bad, theme.window, 0.12).name(), theme.bad.name()));
}

void ProblemBar::showJobProblem() {
    const auto& problem = session_.queue().problem();
    if (problem && !problem->cancelled()) {
        showText((problem->message + QLatin1Char(' ') + remedy(problem->kind)).trimmed());
        ofJob_ = true;
        reload_->setVisible(problem->kind == QLatin1String("changed"));
    } else if (ofJob_) {
        hide();  // what a file's opening or saving told stays: jobs tell of their progress all the time
    }
}

}  // namespace vernier::ui
