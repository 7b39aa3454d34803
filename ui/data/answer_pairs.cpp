// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/data/answer_pairs.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <optional>

#include "core/base/error.h"
#include "core/measure/metrics.h"
#include "ui/data/answer_quality.h"
#include "ui/session/answer_keeper.h"

namespace vernier::ui {

namespace {

QString tr(const char* words) { return QCoreApplication::translate("Answers", words); }

/// Both models' outputs for one sample, as one run of a single sample gives them.
struct Outputs {
    std::uint64_t sample = 0;
    std::map<std::string, Tensor> before, after;
};

/// The kept parts have lost the axis that counts samples, unless the output has none.
void giveBatchAxis(std::map<std::string, Tensor>& outputs, const PairsRequest& request) {
    for (auto& [name, output] : outputs) {
        const bool whole = name == request.output && request.rank >= 0 && output.dims.size() == static_cast<std::size_t>(request.rank);
        if (!whole) {
            output.dims.insert(output.dims.begin(), 1);
        }
    }
}

std::vector<Outputs> outputsOf(const PairsRequest& request) {
    std::vector<Outputs> all;
    std::map<std::int64_t, std::map<std::string, Tensor>> after;
    for (KeptAnswer& answer : readKeptAnswers(request.folder, 1)) {
        after[answer.id] = std::move(answer.outputs);
    }
    for (KeptAnswer& answer : readKeptAnswers(request.folder, 0)) {
        const auto other = after.find(answer.id);
        if (other == after.end()) {
            continue;  // there was no room for it
        }
        Outputs& both = all.emplace_back(Outputs{static_cast<std::uint64_t>(answer.id), std::move(answer.outputs), std::move(other->second)});
        giveBatchAxis(both.before, request);
        giveBatchAxis(both.after, request);
    }
    return all;
}

/// A class index is a target of one number for the tasks that hold targets against answers.
SampleTarget truthOf(const Sample& sample) {
    if (sample.target.known() || sample.label < 0) {
        return sample.target;
    }
    Tensor label{ElementType::int64, {}, std::vector<std::byte>(sizeof(std::int64_t))};
    std::memcpy(label.bytes.data(), &sample.label, sizeof(std::int64_t));
    return {.values = std::move(label)};
}

Reading readingOf(const PairsRequest& request, const Dataset& dataset, const TaskKind& kind, const Outputs& first) {
    Reading reading{.spec = dataset.task(), .names = dataset.classes(), .scores = request.output};
    const SampleTarget target = truthOf(dataset.load(Split::validation, first.sample));
    const FirstAnswer answer{{first.before, 1}, target, dataset.target(), true, request.output, &reading.spec, reading.names.size()};
    if (!kind.fits(answer)) {
        throw Error(ErrorKind::bad_data, "the answers cannot be read as the task reads them", {.tensor = request.output});
    }
    if (kind.settle != nullptr) {
        kind.settle(answer, reading);
    }
    return reading;
}

Stand standOf(Judged judged, const Quality& before, const Quality& after, Task task) {
    if (judged == Judged::moreOrLess) {
        const double change = after.value - before.value, much = muchOf(task, before.value);
        return std::isnan(change) || change < -much ? Stand::lost : change > much ? Stand::gained : Stand::rightBoth;
    }
    return before.right ? (after.right ? Stand::rightBoth : Stand::lost) : after.right ? Stand::gained : Stand::wrongBoth;
}

/// The same pair where there is a target to hold both against, and where there is none.
void judge(AnswerPair& pair, const AnswerPairs& all, const TaskKind& kind) {
    Quality before, after;
    if (all.judged == Judged::sameOrNot) {
        before = {100, true, {}};
        after = likeness(kind, pair, all.reading);
    } else {
        before = qualityOf(all.task, kind.held(pair.truth, pair.before, all.reading));
        after = qualityOf(all.task, kind.held(pair.truth, pair.after, all.reading));
    }
    pair.stand = standOf(all.judged, before, after, all.task);
    pair.change = after.value - before.value;
    pair.beforeText = textOf(pair.before, before);
    pair.afterText = textOf(pair.after, after);
    pair.truthText = textOf(pair.truth, {});
}

void readOfKind(AnswerPairs& all, const std::vector<Outputs>& outputs, const TaskKind& kind, const Dataset& dataset, const Job& job) {
    for (const Outputs& each : outputs) {
        job.check();
        AnswerPair pair{.sample = each.sample, .truth = truthOf(dataset.load(Split::validation, each.sample))};
        pair.before = kind.answer({each.before, 1}, 0, all.reading);
        try {
            pair.after = kind.answer({each.after, 1}, 0, all.reading);
            judge(pair, all, kind);
        } catch (const Error& error) {  // an output that is missing or has another shape
            pair.stand = Stand::lost;
            pair.change = -100;
            pair.afterText = QString::fromStdString(error.what());
        }
        all.pairs << pair;
    }
}

/// Of a classifier the class with the highest score; of a single score yes or no.
struct Choice {
    std::int64_t index = -1;
    double score = 0;
};

Choice choiceOf(const std::map<std::string, Tensor>& outputs, const PairsRequest& request, double threshold) {
    const auto found = outputs.find(request.output);
    const std::vector<float> scores = found == outputs.end() ? std::vector<float>() : scores_of(found->second);
    if (scores.empty() || std::any_of(scores.begin(), scores.end(), [](float each) { return std::isnan(each); })) {
        return {};
    }
    if (request.classifies) {
        const auto best = arg_max(scores);
        return {best, scores[static_cast<std::size_t>(best)]};
    }
    return {scores.front() >= threshold ? 1 : 0, scores.front()};
}

QString nameOf(std::int64_t index, const Dataset& dataset, bool classifies) {
    const auto& names = dataset.classes();
    if (index < 0) {
        return tr("no answer");
    }
    if (static_cast<std::size_t>(index) < names.size()) {
        return QString::fromStdString(names[static_cast<std::size_t>(index)]);
    }
    return classifies ? tr("class %1").arg(index) : index == 1 ? tr("yes") : tr("no");
}

void readOfClasses(AnswerPairs& all, const std::vector<Outputs>& outputs, const PairsRequest& request, const Dataset& dataset, const Job& job) {
    double threshold = 0.5;
    for (const Outputs& each : outputs) {
        threshold = std::min(threshold, usual_threshold(each.before.at(request.output)));
    }
    threshold = dataset.task().threshold.value_or(threshold);
    all.judged = dataset.has_labels() ? Judged::rightOrWrong : Judged::sameOrNot;
    for (const Outputs& each : outputs) {
        job.check();
        const std::int64_t label = dataset.load(Split::validation, each.sample).label;
        const Choice before = choiceOf(each.before, request, threshold), after = choiceOf(each.after, request, threshold);
        const std::int64_t wanted = label >= 0 ? label : before.index;
        AnswerPair pair{.sample = each.sample};
        pair.stand = standOf(all.judged, {0, before.index == wanted, {}}, {0, after.index == wanted, {}}, all.task);
        pair.change = pair.stand == Stand::lost ? -100 : pair.stand == Stand::gained ? 100 : 0;
        const auto words = [&](const Choice& choice) {
            return tr("%1 (%2)").arg(nameOf(choice.index, dataset, request.classifies)).arg(choice.score, 0, 'g', 3);
        };
        pair.truthText = label >= 0 ? nameOf(label, dataset, request.classifies) : QString();
        pair.beforeText = words(before);
        pair.afterText = words(after);
        all.pairs << pair;
    }
}

}  // namespace

int AnswerPairs::count(Stand stand) const {
    return static_cast<int>(std::count_if(pairs.begin(), pairs.end(), [&](const AnswerPair& pair) { return pair.stand == stand; }));
}

AnswerPairs readAnswerPairs(const PairsRequest& request, const Dataset& dataset, const Job& job) {
    const std::vector<Outputs> outputs = outputsOf(request);
    AnswerPairs all{.task = request.task};
    const TaskKind* kind = kind_of(request.task);
    if (outputs.empty()) {
        return all;
    }
    if (kind == nullptr) {
        if (request.task != Task::classification && request.task != Task::decision) {
            throw Error(ErrorKind::bad_data, "What these outputs say is not known, so the answers cannot be shown", {.tensor = request.output},
                        "Name the task in the .dataset.json (\"task\").");
        }
        readOfClasses(all, outputs, request, dataset, job);
    } else {
        all.reading = readingOf(request, dataset, *kind, outputs.front());
        const bool targets = truthOf(dataset.load(Split::validation, outputs.front().sample)).known() && request.task != Task::embedding;
        all.judged = !targets ? Judged::sameOrNot : isGraded(request.task) ? Judged::moreOrLess : Judged::rightOrWrong;
        readOfKind(all, outputs, *kind, dataset, job);
    }
    std::stable_sort(all.pairs.begin(), all.pairs.end(), [](const AnswerPair& a, const AnswerPair& b) {
        const bool worse = a.change < 0 || std::isnan(a.change), worseToo = b.change < 0 || std::isnan(b.change);
        return worse != worseToo ? worse : std::abs(a.change) > std::abs(b.change);
    });
    return all;
}

}  // namespace vernier::ui
