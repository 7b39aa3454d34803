// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/status_line.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>

#include <algorithm>

#include "core/base/provenance.h"
#include "ui/choose/numbers.h"
#include "ui/session/executed_text.h"
#include "ui/session/layer_estimate.h"
#include "ui/session/layer_study.h"
#include "ui/session/queue.h"
#include "ui/session/session.h"
#include "ui/theme/theme.h"
#include "ui/theme/theme_watch.h"

namespace vernier::ui {

namespace {

constexpr int kMargin = 12, kSpacing = 20;
constexpr int kToldFor = 8000;  ///< milliseconds

QLabel* note() {
    auto* label = new QLabel;
    label->setProperty("role", "note");
    label->setFont(labelFont());
    return label;
}

}  // namespace

StatusLine::StatusLine(Session& session, QWidget* parent)
    : QWidget(parent), session_(session), selection_(note()), estimate_(note()), baseline_(note()), runtime_(note()), job_(note()), progress_(new QProgressBar),
      cancel_(new QPushButton(tr("Cancel"))) {
    setFixedHeight(fontMetrics().height() + 12);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(kMargin, 0, kMargin, 0);
    layout->setSpacing(kSpacing);
    layout->addWidget(selection_);
    layout->addWidget(estimate_);
    layout->addWidget(baseline_);
    layout->addStretch(1);
    layout->addWidget(runtime_);
    layout->addWidget(job_);
    progress_->setFixedWidth(140);
    progress_->setTextVisible(false);
    progress_->setAccessibleName(tr("Progress of the running job"));
    cancel_->setFont(labelFont());
    cancel_->setObjectName(QStringLiteral("cancel"));
    cancel_->setStyleSheet(QStringLiteral("QPushButton { padding: 0 8px; min-height: 14px; }"));
    layout->addWidget(progress_);
    layout->addWidget(cancel_);
    forget_.setSingleShot(true);
    forget_.setInterval(kToldFor);
    connect(&forget_, &QTimer::timeout, this, [this] {
        told_.clear();
        showSelection();
    });
    connect(&session, &Session::told, this, &StatusLine::showTold);
    // What was undone is no more so; what is done and told of comes behind its own step.
    connect(&session.undoStack(), &QUndoStack::indexChanged, this, [this] {
        forget_.stop();
        told_.clear();
        showSelection();
    });
    connect(cancel_, &QPushButton::clicked, &session.queue(), &Queue::cancel);
    connect(&session.selection(), &Selection::changed, this, &StatusLine::showSelection);
    connect(&session.filter(), &Filter::changed, this, &StatusLine::showSelection);
    connect(&ThemeWatch::instance(), &ThemeWatch::changed, this, &StatusLine::showSelection);
    connect(&session, &Session::readingChanged, this, &StatusLine::showSelection);
    connect(&session, &Session::stateChanged, this, [this] {
        showSelection();
        showEstimate();
        showBaseline();
    });
    connect(&session, &Session::planChanged, this, &StatusLine::showEstimate);
    connect(&session, &Session::recipeChanged, this, &StatusLine::showEstimate);
    connect(&session.layers(), &LayerStudy::changed, this, &StatusLine::showEstimate);
    connect(&session, &Session::runsChanged, this, &StatusLine::showBaseline);
    connect(&session.queue(), &Queue::changed, this, &StatusLine::showJob);
    showSelection();
    showEstimate();
    showBaseline();
    showJob();
}

void StatusLine::setNote(QLabel* label, const QString& text, const QString& tip) {
    label->setText(text);
    label->setToolTip(tip);
    fit();
}

void StatusLine::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    fit();
}

/// In a narrow window whole notes give way, the least needed first: half a word would say nothing.
void StatusLine::fit() {
    const bool busy = session_.queue().busy();
    progress_->setVisible(busy);
    cancel_->setVisible(busy);
    job_->setText(jobText_);
    int room = width() - 2 * kMargin - (busy ? progress_->width() + cancel_->sizeHint().width() + 2 * kSpacing : 0);
    for (QLabel* label : {selection_, job_, estimate_, baseline_, runtime_}) {
        const int wanted = label->sizeHint().width() + kSpacing;
        const bool needed = label == selection_ || label == job_;
        label->setVisible(!label->text().isEmpty() && (needed || wanted <= room));
        room -= label->isHidden() ? 0 : wanted;
        if (label == job_ && room < 0) {
            job_->setText(job_->fontMetrics().elidedText(jobText_, Qt::ElideRight, job_->sizeHint().width() + room));
            job_->setToolTip(jobText_);
            room = 0;
        }
    }
}

void StatusLine::showTold(const QString& what) {
    told_ = what;
    forget_.start();
    showSelection();
}

void StatusLine::showSelection() {
    const Theme theme = Theme::current();
    selection_->setStyleSheet(told_.isEmpty() ? QString() : QStringLiteral("color: %1; font-weight: 600;").arg(theme.ink(theme.good).name()));
    if (!told_.isEmpty()) {
        setNote(selection_, QStringLiteral("✓ ") + selection_->fontMetrics().elidedText(told_, Qt::ElideMiddle, width() / 2), told_);
        return;
    }
    if (!session_.document().readingName().isEmpty() || !session_.model()) {
        setNote(selection_, session_.document().readingName().isEmpty() ? tr("No model") : tr("Reading %1…").arg(session_.document().readingName()));
        return;
    }
    const QString selected = tr("%L1 selected of %L2").arg(session_.selection().nodes().size()).arg(session_.document().nodeCount());
    const Filter& filter = session_.filter();
    setNote(selection_,
            filter.active() && (filter.error().isEmpty() || filter.count() == 0) ? tr("%1, %L2 match").arg(selected).arg(filter.count()) : selected);
}

/// Time and error of the present recipe from what is known of each layer; empty before they were analysed.
QString StatusLine::layerEstimate() const {
    const Layers* layers = session_.layers().layers();
    if (layers == nullptr) {
        return {};
    }
    const LayerEstimate estimate = estimateOf(*layers, session_.choices());
    QStringList parts;
    if (estimate.ms) {
        parts << (estimate.rough ? tr("roughly %1") : tr("about %1")).arg(timeText(estimate.ms));
    }
    if (estimate.errorShare) {
        parts << (estimate.rough ? tr("error roughly %1 of all quantized") : tr("error about %1 of all quantized")).arg(shareText(estimate.errorShare));
    }
    return parts.join(QStringLiteral(" · "));
}

void StatusLine::showEstimate() {
    const Totals totals = session_.totals();
    const QString layers = layerEstimate();
    if (!totals.planned) {
        setNote(estimate_, !session_.isSound() ? QString() : layers.isEmpty() ? tr("planning…") : tr("planning… · estimate: %1").arg(layers));
        return;
    }
    QStringList parts;
    for (const MethodSpec& method : methods()) {
        const int count = totals.nodes[static_cast<std::size_t>(method.method)];
        if (count > 0) {
            parts << tr("%L1 %2").arg(count).arg(QString::fromUtf8(method.title.data(), static_cast<qsizetype>(method.title.size())));
        }
        if (method.method == Method::fp32 && totals.notAsChosen > 0) {
            parts.last() += tr(" (%L1 not as chosen)").arg(totals.notAsChosen);
        }
    }
    for (const Precision precision : kPrecisions) {
        const std::string_view name = title(precision);
        if (const int count = totals.already[static_cast<std::size_t>(precision)]; count > 0) {
            parts << tr("%L1 %2 already").arg(count).arg(QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size())));
        }
    }
    const QString left = totals.notAsChosen == 0 ? QString()
                                                 : tr("\nNot as chosen: nodes that stay in FP32 because their method cannot be used there. The inspector and "
                                                      "the tip of the column “method” say why.");
    const QString written = parts.join(QStringLiteral(", "));
    QString words = totals.written ? tr("written: %1 · %2").arg(sizeText(totals.sizeEstimate), written) : tr("estimate: %1").arg(sizeText(totals.sizeEstimate));
    if (!layers.isEmpty()) {
        words += (totals.written ? tr(" · estimate: %1") : tr(" · %1")).arg(layers);
    }
    if (!totals.written) {
        words += QStringLiteral(" · ") + written;
    }
    QString tip = totals.written
                      ? tr("As this recipe was written for “%1”.").arg(session_.madeRun()->title) + QLatin1Char('\n') + executedSummary(session_.executed())
                      : tr("From the plan: what would be written. Sizes and times are measured when you quantize.");
    tip += left;
    if (!layers.isEmpty()) {
        tip += QLatin1Char('\n') +
               tr("Time and error are estimated from the analysed layers. Roughly: some of these layers were not analysed in the method that is chosen now.");
    }
    setNote(estimate_, words, tip);
}

void StatusLine::showBaseline() {
    const Measurement* baseline = session_.baseline();
    if (!baseline) {
        setNote(baseline_, session_.isSound() ? tr("no baseline yet") : session_.model() ? tr("view only") : QString(), session_.document().damage());
        setNote(runtime_, {});
        return;
    }
    QString how =
        tr("baseline: %L1 runs, %2").arg(baseline->latency.n).arg(baseline->run.threads == 1 ? tr("1 thread") : tr("%1 threads").arg(baseline->run.threads));
    if (session_.comparison() != nullptr && session_.comparison()->noise_floor > 0) {
        how += tr(", noise ±%1 %").arg(threeDigits(session_.comparison()->noise_floor * 100));
    }
    setNote(baseline_, how, tr("Measured %1 on %2").arg(QString::fromStdString(baseline->date), QString::fromStdString(baseline->host.cpu)));
    const QString flag = QString::fromStdString(int8_flags(baseline->host));
    setNote(runtime_,
            QStringLiteral("ONNX Runtime %1").arg(QString::fromStdString(baseline->run.library.version)) +
                (flag.isEmpty() ? QString() : QStringLiteral(" · ") + flag),
            QString::fromStdString(baseline->run.library.path + "\n" + baseline->host.cpu));
}

void StatusLine::showJob() {
    const Queue& queue = session_.queue();
    if (!queue.busy()) {
        jobText_ = tr("no job running");
        fit();
        return;
    }
    QString text = queue.heading();
    if (!queue.stage().isEmpty()) {
        text += QStringLiteral(": ") + queue.stage();
    }
    if (const auto left = queue.secondsLeft()) {
        text += tr(", %1 left in this step").arg(durationText(*left));
    }
    jobText_ = text;
    fit();
    progress_->setRange(0, queue.share() > 0 ? 1000 : 0);
    progress_->setValue(static_cast<int>(queue.share() * 1000));
}

}  // namespace vernier::ui
