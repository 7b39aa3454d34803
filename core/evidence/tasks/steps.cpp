// SPDX-License-Identifier: GPL-3.0-or-later
// Yes or no at each step, by a single score, as a detector of voices says it: outputs [N,T], [N,T,1] or [N,1,T], targets [T] of 1 and 0. A step whose
// target is below 0, or the number that does not count, is left out. Several labels of a sample, each yes or no, are read in the same way.
#include "core/evidence/tasks/steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "core/base/error.h"
#include "core/evidence/tasks/kind.h"
#include "core/measure/tally.h"

namespace vernier {
namespace {

constexpr std::size_t kFields = 2;  ///< of a step in a record: its score, and 1 for yes with 2 for decided

bool is_along_one_axis(const Tensor& target) {
    return !target.dims.empty() && static_cast<std::uint64_t>(*std::max_element(target.dims.begin(), target.dims.end())) == target.count();
}

/// A yes or no of each step is proposed where scores are probabilities and targets nothing else than 1 and 0; numbers are regression otherwise.
bool speaks_for_itself(const Tensor& output, const Tensor& target) {
    const std::vector<std::int64_t> labels = values_of(target).whole;
    const bool decisions = std::all_of(labels.begin(), labels.end(), [](std::int64_t label) { return label == 0 || label == 1; });
    return decisions && labels.size() > 1 && usual_threshold(output) > 0;
}

bool fits(const FirstAnswer& first) {
    const auto found = first.outputs.all.find(first.scores);
    if (found == first.outputs.all.end()) return false;
    const Tensor& output = found->second;
    const bool single = output.dims.size() == 2 || (output.dims.size() == 3 && (output.dims[1] == 1 || output.dims[2] == 1));
    if (!is_floating(output.type) || !single || output.dims[0] != static_cast<std::int64_t>(first.outputs.batch)) return false;
    if (!first.target.values) return first.chosen && first.form == TargetForm::none;
    const Tensor& target = *first.target.values;
    if (first.form != TargetForm::whole || !is_integer_or_bool(target.type) || !is_along_one_axis(target)) return false;
    return target.count() == sample_part(output, 0, first.outputs.batch).count() && (first.chosen || speaks_for_itself(output, target));
}

void settle(const FirstAnswer& first, Reading& reading) {
    reading.classes = 1;
    reading.threshold = reading.spec.threshold.value_or(usual_threshold(output_named(first.outputs, first.scores)));
}

SampleTarget answer(const RunOutputs& outputs, std::size_t i, const Reading& reading) {
    return {.values = sample_part(output_named(outputs, reading.scores), i, outputs.batch)};
}

bool counts(std::int64_t label, const Reading& reading) {
    if (label < 0 || label == reading.spec.ignore) return false;
    if (label > 1) throw Error(ErrorKind::bad_data, fmt::format("the target of a step is {}, and has to be 1 (yes) or 0 (no)", label));
    return true;
}

std::vector<std::int64_t> labels_of(const SampleTarget& truth, std::size_t steps) {
    std::vector<std::int64_t> labels = values_of(*truth.values).whole;
    if (labels.size() != steps) throw Error(ErrorKind::bad_data, fmt::format("the target has {} steps, the answer {}", labels.size(), steps));
    return labels;
}

SampleRecord held(const SampleTarget& truth, const SampleTarget& own, const Reading& reading) {
    if (!truth.values || !own.values) return {};
    const std::vector<double> scores = numbers_of(*own.values);
    const std::vector<std::int64_t> labels = labels_of(truth, scores.size());
    std::vector<Step> steps;
    for (std::size_t t = 0; t < scores.size(); ++t)
        if (counts(labels[t], reading)) steps.push_back({scores[t], labels[t] == 1, scores[t] >= reading.threshold});
    return record_of(steps);
}

/// A NaN is no decision, and not the same as any.
SampleRecord against(const SampleTarget& first, const SampleTarget& own, const SampleTarget& truth, const Reading& reading) {
    const std::vector<double> before = numbers_of(*first.values), after = numbers_of(*own.values);
    if (before.size() != after.size())
        throw Error(ErrorKind::bad_data, fmt::format("the first model answers {} steps, this one {}", before.size(), after.size()));
    const std::vector<std::int64_t> labels = truth.values ? labels_of(truth, after.size()) : std::vector<std::int64_t>(after.size(), 0);
    AlikeSteps alike;
    for (std::size_t t = 0; t < after.size(); ++t) {
        if (!counts(labels[t], reading)) continue;
        const bool same = (before[t] >= reading.threshold) == (after[t] >= reading.threshold);
        alike.same += same && !std::isnan(before[t]) && !std::isnan(after[t]) ? 1 : 0;
        alike.steps += 1;
    }
    return alike.steps > 0 ? record_of(alike) : SampleRecord();
}

}  // namespace

SampleRecord record_of(const std::vector<Step>& steps) {
    SampleRecord record;
    record.reserve(kFields * steps.size());
    for (const Step& step : steps) {
        record.push_back(step.score);
        record.push_back((step.yes ? 1 : 0) + (step.decided ? 2 : 0));
    }
    return record;
}

std::vector<Step> steps_of(const SampleRecord& record) {
    std::vector<Step> steps;
    for (std::size_t at = 0; at + kFields <= record.size(); at += kFields) {
        const auto code = static_cast<int>(record[at + 1]);
        steps.push_back({record[at], code % 2 == 1, code >= 2});
    }
    return steps;
}

SampleRecord record_of(const AlikeSteps& alike) { return {alike.same, alike.steps}; }

AlikeSteps alike_steps_of(const SampleRecord& record) { return {record.at(0), record.at(1)}; }

extern const TaskKind kStepsKind = {.task = Task::steps,
                                    .wants = "a floating output [N,T], [N,T,1] or [N,1,T], and targets [T] of 1 (yes) and 0 (no)",
                                    .fits = fits,
                                    .settle = settle,
                                    .answer = answer,
                                    .held = held,
                                    .against = against};

}  // namespace vernier
