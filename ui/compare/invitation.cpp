// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/invitation.h"

#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QStringList>
#include <QStyle>
#include <QVBoxLayout>

#include "ui/choose/numbers.h"
#include "ui/compare/session_comparison.h"
#include "ui/session/queue.h"
#include "ui/session/recipe_edit.h"
#include "ui/session/session.h"
#include "ui/session/trials.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

constexpr int kWidest = 520;
constexpr int kFewLines = 8;

}  // namespace

Invitation::Invitation(Session& session, QWidget* parent)
    : QWidget(parent), session_(session), title_(new QLabel), text_(new QLabel), progress_(new QProgressBar), button_(new QPushButton) {
    layout_ = new QBoxLayout(QBoxLayout::TopToBottom, this);
    auto* layout = new QVBoxLayout;
    layout->setSpacing(8);
    title_->setProperty("role", "title");
    text_->setProperty("role", "note");
    text_->setWordWrap(true);
    button_->setProperty("primary", true);
    progress_->setTextVisible(false);
    layout_->addStretch(1);
    layout_->addLayout(layout);
    for (QWidget* part : {static_cast<QWidget*>(title_), static_cast<QWidget*>(text_), static_cast<QWidget*>(progress_)}) {
        layout->addWidget(part);
    }
    layout_->addWidget(button_, 0, Qt::AlignLeft);
    layout_->addStretch(2);
    connect(button_, &QPushButton::clicked, this, &Invitation::act);
    connect(&session, &Session::stateChanged, this, &Invitation::refresh);
    connect(&session, &Session::runsChanged, this, &Invitation::refresh);
    connect(&session, &Session::datasetChanged, this, &Invitation::refresh);
    connect(&session, &Session::recipeChanged, this, &Invitation::refresh);
    connect(&session.queue(), &Queue::changed, this, &Invitation::refresh);
    refresh();
}

void Invitation::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    const bool flat = height() < kFewLines * fontMetrics().height();
    layout_->setDirection(flat ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
    layout_->setContentsMargins(16, flat ? 4 : 12, 16, flat ? 4 : 12);
    layout_->setSpacing(flat ? 24 : 12);
    layout_->setStretch(0, flat ? 0 : 1);
    layout_->setStretch(1, flat ? 1 : 0);  // on one line the words need the room
    layout_->setStretch(layout_->count() - 1, flat ? 0 : 2);
    layout_->setAlignment(button_, flat ? Qt::AlignVCenter : Qt::AlignLeft);
    for (QWidget* part : {static_cast<QWidget*>(title_), static_cast<QWidget*>(text_), static_cast<QWidget*>(progress_)}) {
        part->setMaximumWidth(flat ? QWIDGETSIZE_MAX : kWidest);
    }
}

QString Invitation::text() const { return title_->text() + QLatin1Char('\n') + text_->text(); }

void Invitation::refresh() {
    const bool busy = session_.queue().busy();
    progress_->setVisible(busy);
    busy ? showProgress() : invite();
    if (button_->property("primary").toBool() == busy) {
        button_->setProperty("primary", !busy);
        button_->style()->unpolish(button_);  // takes the property anew
        button_->style()->polish(button_);
        // What began the work now cancels it: a second press of the same key must not.
        if (busy) {
            button_->clearFocus();
        }
    }
}

void Invitation::invite() {
    button_->setEnabled(session_.isSound());
    button_->setToolTip(session_.lookOnly());
    if (session_.model() && !session_.isSound()) {
        title_->setText(tr("There is nothing to measure"));
        text_->setText(session_.lookOnly() + QLatin1Char(' ') + tr("The Findings tab says what does not hold together."));
        button_->setText(tr("Measure the baseline"));
        return;
    }
    if (session_.baseline()) {
        const bool missing = session_.document().needsCalibration() && session_.datasetPath().isEmpty();
        title_->setText(session_.runs().isEmpty() ? tr("The baseline is measured. Now make a candidate.") : tr("The candidates are not measured yet."));
        text_->setText(missing ? tr("INT8 static needs calibration samples: pick a dataset in the Data tab, or choose another method.")
                               : tr("Choose methods in the table, the graph or the inspector. The candidate is made from the recipe, then measured "
                                    "in turns with the baseline."));
        button_->setText(session_.runs().isEmpty() ? tr("Quantize and measure") : tr("Measure all"));
        const bool can = !session_.runs().isEmpty() || (!missing && changes_anything(session_.choices()));
        button_->setEnabled(button_->isEnabled() && can);
        return;
    }
    // Files that came with the model, such as a second one on the command line: they are measured with it at once.
    const QString waiting = waitingRuns();
    title_->setText(!waiting.isEmpty()                         ? tr("Measure %1 against %2").arg(waiting, session_.modelName())
                    : session_.document().isQuantizedAlready() ? tr("Measure this model first: its nodes are quantized already")
                                                               : tr("Measure the %1 baseline first").arg(openedAs(session_).title));
    QString words = tr("Savings are shown only against what this machine measured: size, session start, latency and, with a dataset, accuracy.");
    if (session_.datasetPath().isEmpty()) {
        words += QLatin1Char(' ') + tr("There is no dataset yet: without one only time and size are measured.");
    }
    if (const auto& problem = session_.queue().problem()) {
        words = problem->cancelled() ? tr("The last attempt was cancelled.") : tr("The last attempt failed: %1").arg(problem->message);
    }
    text_->setText(words);
    button_->setText(waiting.isEmpty() ? tr("Measure the baseline") : tr("Measure all"));
}

/// "“net_int8”, “net_fp16”": candidates that have a file before there is a baseline.
QString Invitation::waitingRuns() const {
    QStringList titles;
    for (const Run& run : session_.runs()) {
        if (!run.file.isEmpty()) {
            titles << QStringLiteral("“%1”").arg(run.title);
        }
    }
    return titles.join(QStringLiteral(", "));
}

void Invitation::showProgress() {
    const Queue& queue = session_.queue();
    title_->setText(queue.heading() + QStringLiteral("…"));
    const auto left = queue.secondsLeft();
    text_->setText(left ? tr("%1 · about %2 left in this step").arg(queue.stage(), durationText(*left)) : queue.stage());
    progress_->setRange(0, queue.share() > 0 ? 1000 : 0);
    progress_->setValue(int(1000 * queue.share()));
    button_->setText(tr("Cancel"));
    button_->setEnabled(true);
}

void Invitation::act() {
    Trials& trials = session_.trials();
    if (session_.queue().busy()) {
        session_.queue().cancel();
    } else if (!session_.baseline() && waitingRuns().isEmpty()) {
        trials.measureBaseline();
    } else if (session_.baseline() && session_.runs().isEmpty()) {
        trials.quantize();
    } else {
        trials.measureAgain();
    }
}

}  // namespace vernier::ui
