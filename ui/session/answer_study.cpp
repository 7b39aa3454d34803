// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/answer_study.h"

#include <QDir>

#include <algorithm>

#include "core/measure/measure.h"
#include "ui/session/answer_keeper.h"
#include "ui/session/command.h"
#include "ui/session/document.h"
#include "ui/session/trials.h"

namespace vernier::ui {

namespace {

constexpr quint64 kMostSamples = 200;  ///< spread evenly: enough to look at, and soon measured
constexpr auto kShortest = "0.01";     ///< seconds of latency, which nobody asks for here

}  // namespace

AnswerStudy::AnswerStudy(Document& document, Trials& trials, Queue& queue) : Study(trials, queue), document_(document) {
    connect(&document, &Document::closing, this, &AnswerStudy::clear);
    for (const auto signal : {&Document::datasetChanged, &Document::closed}) {
        connect(&document, signal, this, &AnswerStudy::changed);
    }
    connect(&trials, &Trials::changed, this, &AnswerStudy::changed);
    connect(&trials, &Trials::currentChanged, this, &AnswerStudy::changed);
}

void AnswerStudy::clear() {
    kept_.reset();
    folder_.reset();
    ++revision_;
    forget();
}

int AnswerStudy::candidate() const {
    const Run* current = trials_.run(trials_.currentRun());
    if (current != nullptr && !current->file.isEmpty()) {
        return current->id;
    }
    const auto& runs = trials_.runs();
    const auto last = std::find_if(runs.rbegin(), runs.rend(), [](const Run& run) { return !run.file.isEmpty(); });
    return last == runs.rend() ? 0 : last->id;
}

QString AnswerStudy::missing() const {
    const QTemporaryDir folder;
    const QString why = missingForSamples(document_, folder, tr("Answers are those to samples. Pick a dataset in the Data tab."));
    return !why.isEmpty() ? why : candidate() == 0 ? tr("There is no quantized file yet. Quantize the model, or add a file as a candidate.") : QString();
}

QStringList AnswerStudy::words() {
    const Run* run = trials_.run(candidate());
    if (run == nullptr) {
        return {};
    }
    asking_ = std::make_unique<TemporaryFolder>();
    const QString folder = QString::fromStdString(asking_->path().string());
    asked_ = Kept{folder, run->id, run->title, {}, Task::none, false, 0, document_.datasetPath(), run->file};
    const MeasureSettings& settings = document_.measureSettings();
    const quint64 samples = settings.samples > 0 ? std::min(settings.samples, kMostSamples) : kMostSamples;
    QStringList words{QStringLiteral("measure"), document_.modelPath(), run->file, QStringLiteral("--data"), document_.datasetPath()};
    words << QStringLiteral("--samples") << QString::number(samples) << QStringLiteral("--threads") << QString::number(settings.threads);
    words << QStringLiteral("--seconds") << QLatin1String(kShortest) << QStringLiteral("--metric-command") << answerKeeper(folder);
    return words + runWords(settings, *document_.model());
}

void AnswerStudy::answered(const Json& result) {
    const Measurement baseline = measurement_from_json(result.at("models").at(0));
    asked_->output = baseline.scores_output;
    asked_->task = baseline.task;
    asked_->classifies = baseline.classifies;
    asked_->samples = baseline.samples;
    kept_ = asked_;
    folder_ = std::move(asking_);
    ++revision_;
}

void AnswerStudy::look() {
    if (!refused()) {
        ask(tr("Looking at the answers"), QStringLiteral("answers"));
    }
}

}  // namespace vernier::ui
