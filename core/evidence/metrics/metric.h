// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/task.h"
#include "core/evidence/bootstrap.h"
#include "core/evidence/figures.h"
#include "core/measure/measure.h"
#include "core/measure/sample_sums.h"

namespace vernier {

/// A metric of what models answer: what each sample adds to it, its value and 95 % interval, and its row in the table of figures.
/// One of sums, of_answer and of_answers is set.
struct Metric {
    Figure figure;
    Tasks of = only(Task::classification);  ///< of a metric of answers: the tasks that it is of
    /// Of answers, of a figure that is relative: it is of what the records say against the first model's answers.
    bool to_first = false;
    const OutputSums* sums = nullptr;  ///< of outputs with floating values, held against the baseline's: which sums it is made of
    /// Of answers: what the i-th sample adds. For a metric that asks for no baseline, baseline may be the model's own answers.
    SampleSums (*of_answer)(const Answers& own, const Answers& baseline, std::size_t i) = nullptr;
    /// Of answers, for what is no mean over samples; nothing where it is not defined. Intervals are made by the bootstrap.
    std::optional<Statistic> (*of_answers)(const Answers& own, const Answers& baseline) = nullptr;
    Interval range = {0, 100};                                                              ///< the values that it can have; percentages as they are
    double (*value)(const SampleSums& total) = nullptr;                                     ///< not for of_answers
    std::optional<Interval> (*interval)(const std::vector<SampleSums>& samples) = nullptr;  ///< 95 %; nullptr: it has none
    void (*keep)(OutputFigures& output, const MetricValue& value) = nullptr;                ///< of outputs, nullptr: in OutputFigures::metrics by its id
};

/// What each sample of the answers adds; empty for a metric of outputs.
[[nodiscard]] std::vector<SampleSums> samples_of(const Metric& metric, const Answers& own, const Answers& baseline);
[[nodiscard]] SampleSums total_of(const std::vector<SampleSums>& samples);
/// Nothing where no sample says anything.
[[nodiscard]] std::optional<MetricValue> value_of(const Metric& metric, const std::vector<SampleSums>& samples);

/// The task of which answers are: that of their records, else classes or a single score.
[[nodiscard]] Task task_of(const Answers& answers);

/// The metric of a model's answers; nothing where it is not defined, and for a metric of outputs.
[[nodiscard]] std::optional<MetricValue> value_of(const Metric& metric, const Answers& own, const Answers& baseline);

/// The interval, or one with room to both sides where it is a point: samples none of which differ leave as much open as so many right
/// ones of so many do. share: that of a share, taken of 100 for percentages, and of what samples lie apart for other units.
[[nodiscard]] Interval unless_point(const Interval& interval, double value, const Metric& metric, const Statistic& statistic, double share);

/// For rows of metrics: sums[0] over values, and the same in percent of samples that add 0 or 1.
[[nodiscard]] double mean_value(const SampleSums& total);
[[nodiscard]] double share_value(const SampleSums& total);

/// True where each sample that says anything adds 0 or 1 of 1.
[[nodiscard]] bool is_share(const std::vector<SampleSums>& samples);

/// Wilson's interval of a share of samples, in percent: sums[0] is 1 for those that count.
[[nodiscard]] std::optional<Interval> share_interval(const std::vector<SampleSums>& samples);
/// Of a mean over all values: sums[0] over values. Samples may hold different numbers of values, so it is the interval of a ratio of
/// sums (Cochran, ratio estimators), t over samples. Nothing for fewer than two samples.
[[nodiscard]] std::optional<Interval> mean_interval(const std::vector<SampleSums>& samples);

/// The same of what cannot be below 0.
[[nodiscard]] std::optional<Interval> positive_mean_interval(const std::vector<SampleSums>& samples);

/// The same of percentages: sums are a hundred times what is counted of so many values.
[[nodiscard]] std::optional<Interval> percent_mean_interval(const std::vector<SampleSums>& samples);

/// What was kept by the metric's id: of a model's answers, and against the baseline's.
[[nodiscard]] std::optional<MetricValue> kept_value(const TrialView& trial, std::string_view id);
[[nodiscard]] std::optional<Against> kept_change(const TrialView& trial, std::string_view id);

/// The functions of such a figure.
template <const char* kId>
struct Kept {
    [[nodiscard]] static std::optional<double> value(const TrialView& trial) {
        const auto kept = kept_value(trial, kId);
        return kept ? std::optional(kept->value) : std::nullopt;
    }
    [[nodiscard]] static std::optional<Interval> interval(const TrialView& trial) {
        const auto kept = kept_value(trial, kId);
        return kept ? kept->interval : std::nullopt;
    }
    [[nodiscard]] static std::optional<Against> against(const TrialView& trial) { return kept_change(trial, kId); }
};

/// For the rows of figures: what was kept of the worst output of a candidate, by the metric's id.
[[nodiscard]] std::optional<MetricValue> of_worst_output(const TrialView& trial, std::string_view id);
/// The output that a candidate is told by: the worst one; nullptr for the baseline.
[[nodiscard]] const OutputFigures* worst_output(const TrialView& trial);
/// "boxes: SQNR 31.2 dB": what stands where a figure of answers has no value; empty without outputs.
[[nodiscard]] std::string worst_output_text(const TrialView& trial);
[[nodiscard]] std::optional<double> worst_output_sqnr(const TrialView& trial);

}  // namespace vernier
