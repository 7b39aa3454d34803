// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/data/answer_quality.h"

#include <QCoreApplication>

#undef signals  // a word of Qt's for classes; here a field of RegressionSums

#include <algorithm>
#include <cmath>

#include "core/evidence/tasks/ctc.h"
#include "core/evidence/tasks/detection.h"
#include "core/evidence/tasks/regression.h"
#include "core/evidence/tasks/segmentation.h"
#include "core/evidence/tasks/steps.h"
#include "core/evidence/tasks/tokens.h"

namespace vernier::ui {

namespace {

constexpr double kSameVector = 0.99;  ///< cosine from which on two vectors are called the same answer

QString tr(const char* words) { return QCoreApplication::translate("Answers", words); }

/// F1 of the boxes that the model is sure of.
Quality ofBoxes(const SampleRecord& record) {
    const SampleBoxes sample = sample_boxes_of(record);
    double objects = 0, found = 0, sure = 0;
    for (const ClassObjects& each : sample.objects) {
        objects += each.count;
    }
    for (const JudgedBox& box : sample.boxes) {
        const bool counts = box.score >= kSureBox && (box.ignored & 1U) == 0;
        sure += counts ? 1 : 0;
        found += counts && (box.right & 1U) != 0 ? 1 : 0;
    }
    QString words = tr("%1 of %2 found").arg(found).arg(objects);
    if (sure > found) {
        words += tr(", %1 too many").arg(sure - found);
    }
    return {objects + sure > 0 ? 200 * found / (objects + sure) : 100, found == objects && sure == found, words};
}

Quality ofMask(const SampleRecord& record) {
    double sum = 0;
    int classes = 0;
    for (const ClassPixels& each : pixels_of(record)) {
        const double either = each.labels + each.answers - each.both;
        sum += either > 0 ? each.both / either : 0;
        classes += either > 0 ? 1 : 0;
    }
    const double value = classes > 0 ? 100 * sum / classes : 100;
    return {value, value == 100, tr("IoU %1 %").arg(value, 0, 'f', 1)};
}

Quality ofText(const SampleRecord& record) {
    const TextErrors errors = text_errors_of(record);
    const double value = errors.exact ? 100 : std::min(99.0, 100 * (1 - errors.letter_edits / std::max(1.0, errors.letters)));
    return {value, errors.exact, errors.exact ? QString() : tr("%1 of %2 letters wrong").arg(errors.letter_edits).arg(errors.letters)};
}

Quality ofTokens(const SampleRecord& record) {
    const TokenCounts counts = token_counts_of(record);
    const double value = counts.tokens > 0 ? 100 * counts.right / counts.tokens : 100;
    return {value, counts.right == counts.tokens, tr("%1 of %2 tokens right").arg(counts.right).arg(counts.tokens)};
}

Quality ofSteps(const SampleRecord& record) {
    const std::vector<Step> steps = steps_of(record);
    const auto right = std::count_if(steps.begin(), steps.end(), [](const Step& step) { return step.yes == step.decided && !std::isnan(step.score); });
    const auto all = static_cast<std::ptrdiff_t>(steps.size());
    return {100.0 * static_cast<double>(right) / static_cast<double>(all), right == all, tr("%1 of %2 steps right").arg(right).arg(all)};
}

Quality ofNumbers(const SampleRecord& record, bool signal) {
    const RegressionSums sums = regression_of(record);
    if (signal && sums.signals > 0) {
        const double decibels = sums.decibels / sums.signals;
        return {decibels, false, tr("SI-SDR %1 dB").arg(decibels, 0, 'f', 2)};
    }
    const double error = sums.values > 0 ? sums.absolute / sums.values : 0;
    return {-error, error == 0, tr("mean error %1").arg(error, 0, 'g', 3)};
}

Quality ofVectors(const SampleTarget& first, const SampleTarget& own) {
    if (!first.values || !own.values) {
        return {};
    }
    const std::vector<double> a = numbers_of(*first.values), b = numbers_of(*own.values);
    double dot = 0, one = 0, other = 0;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        dot += a[i] * b[i];
        one += a[i] * a[i];
        other += b[i] * b[i];
    }
    const double cosine = one > 0 && other > 0 ? dot / std::sqrt(one * other) : one == other ? 1 : 0;
    return {100 * cosine, cosine >= kSameVector, tr("cosine %1 to the baseline's").arg(cosine, 0, 'f', 4)};
}

}  // namespace

bool isGraded(Task task) {
    // Hardly a detector finds all and nothing else: what counts is whether it finds more or less than before.
    return task == Task::detection || task == Task::steps || task == Task::segmentation || task == Task::regression || task == Task::enhancement;
}

double muchOf(Task task, double value) {
    constexpr double kPoint = 1, kDecibels = 0.1, kShare = 0.01, kOneBox = 0.01;
    return task == Task::segmentation || task == Task::steps ? kPoint
           : task == Task::enhancement                       ? kDecibels
           : task == Task::detection                         ? kOneBox  // F1 of a sample moves by far more with each box
                                                             : kShare * std::abs(value);
}

Quality qualityOf(Task task, const SampleRecord& held) {
    if (held.empty()) {
        return {};
    }
    switch (task) {
        case Task::detection: return ofBoxes(held);
        case Task::segmentation: return ofMask(held);
        case Task::ctc: return ofText(held);
        case Task::tokens: return ofTokens(held);
        case Task::steps: return ofSteps(held);
        case Task::regression: return ofNumbers(held, false);
        case Task::enhancement: return ofNumbers(held, true);
        default: return {};
    }
}

Quality likeness(const TaskKind& kind, const AnswerPair& pair, const Reading& reading) {
    if (kind.task == Task::embedding || kind.task == Task::regression || kind.task == Task::enhancement) {
        return ofVectors(pair.before, pair.after);
    }
    if (kind.task == Task::detection) {
        const BoxMatches matches = box_matches_of(kind.against(pair.before, pair.after, pair.truth, reading));
        const double all = matches.first + matches.own;
        return {all > 0 ? 200 * matches.both / all : 100, 2 * matches.both == all, tr("%1 of %2 boxes on the baseline's").arg(matches.both).arg(matches.own)};
    }
    if (kind.task == Task::steps) {
        const SampleRecord record = kind.against(pair.before, pair.after, pair.truth, reading);
        const AlikeSteps alike = record.empty() ? AlikeSteps{1, 1} : alike_steps_of(record);
        return {100 * alike.same / alike.steps, alike.same == alike.steps, tr("%1 of %2 steps as the baseline").arg(alike.same).arg(alike.steps)};
    }
    Quality quality = qualityOf(kind.task, kind.held(pair.before, pair.after, reading));
    // More or less: an answer is another one where it differs by what counts as better or worse.
    if (kind.task == Task::segmentation) {
        quality.right = quality.value >= 100 - muchOf(kind.task, 0);
    }
    return quality;
}

QString textOf(const SampleTarget& answer, const Quality& quality) {
    const QString own = answer.text ? QStringLiteral("“%1”").arg(QString::fromStdString(*answer.text)) : QString();
    return own.isEmpty() || quality.words.isEmpty() ? own + quality.words : own + QLatin1Char('\n') + quality.words;
}

}  // namespace vernier::ui
