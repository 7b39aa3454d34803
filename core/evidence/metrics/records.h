// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/evidence/bootstrap.h"
#include "core/measure/measure.h"

namespace vernier {

/// The records of the samples of which the baseline's say something, so that two models' stand beside each other. Nothing where there are
/// none, or where one is empty that the baseline has.
[[nodiscard]] std::optional<std::vector<const SampleRecord*>> counted_records(const std::vector<SampleRecord>& own, const std::vector<SampleRecord>& baseline);

/// A metric that is made of records: how one is read, and what all come to with each taken so many times (NaN: not defined).
template <class Sums>
struct RecordMetric {
    Sums (*read)(const SampleRecord& record);
    double (*value)(const std::vector<Sums>& all, std::span<const std::uint32_t> times);
};

template <class Sums>
[[nodiscard]] std::optional<Statistic> statistic_of(const std::optional<std::vector<const SampleRecord*>>& records, const RecordMetric<Sums>& metric) {
    if (!records) return std::nullopt;
    auto all = std::make_shared<std::vector<Sums>>();
    double steps = 0;
    for (const SampleRecord* record : *records) {
        all->push_back(metric.read(*record));
        steps += static_cast<double>(record->size());
    }
    return Statistic{all->size(), steps, [all, value = metric.value](std::span<const std::uint32_t> times) { return value(*all, times); }};
}

/// Against the targets, and against what the first model answered.
template <class Sums>
[[nodiscard]] std::optional<Statistic> statistic_of_targets(const Answers& own, const Answers& baseline, const RecordMetric<Sums>& metric) {
    return statistic_of(counted_records(own.records, baseline.records), metric);
}
template <class Sums>
[[nodiscard]] std::optional<Statistic> statistic_to_first(const Answers& own, const RecordMetric<Sums>& metric) {
    return statistic_of(counted_records(own.against, own.against), metric);
}

}  // namespace vernier
