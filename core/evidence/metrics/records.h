// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
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

/// What the i-th sample says; nullptr where nothing was kept of it, or it says nothing.
[[nodiscard]] inline const SampleRecord* record_at(const std::vector<SampleRecord>& records, std::size_t i) {
    return i < records.size() && !records[i].empty() ? &records[i] : nullptr;
}

/// One field over another one, summed over all samples, in percent; NaN where there is nothing to divide by.
template <auto kPart, auto kWhole, class Sums>
[[nodiscard]] double percent_of_sums(const std::vector<Sums>& all, std::span<const std::uint32_t> times) {
    double part = 0, whole = 0;
    for (std::size_t i = 0; i < times.size(); ++i) {
        part += times[i] * (all[i].*kPart);
        whole += times[i] * (all[i].*kWhole);
    }
    return whole > 0 ? 100 * part / whole : std::numeric_limits<double>::quiet_NaN();
}

/// Of records: kRead reads one, and kValue is what all come to with each taken so many times (NaN: not defined).
template <auto kRead, auto kValue>
[[nodiscard]] std::optional<Statistic> statistic_of(const std::optional<std::vector<const SampleRecord*>>& records) {
    if (!records) return std::nullopt;
    auto all = std::make_shared<std::vector<decltype(kRead(SampleRecord()))>>();
    double steps = 0;
    for (const SampleRecord* record : *records) {
        all->push_back(kRead(*record));
        steps += static_cast<double>(record->size());
    }
    return Statistic{all->size(), steps, [all](std::span<const std::uint32_t> times) { return kValue(*all, times); }};
}

/// For rows of metrics (Metric::of_answers): against the targets, and against what the first model answered.
template <auto kRead, auto kValue>
[[nodiscard]] std::optional<Statistic> of_targets(const Answers& own, const Answers& baseline) {
    return statistic_of<kRead, kValue>(counted_records(own.records, baseline.records));
}
template <auto kRead, auto kValue>
[[nodiscard]] std::optional<Statistic> to_first(const Answers& own, const Answers& /*baseline*/) {
    return statistic_of<kRead, kValue>(counted_records(own.against, own.against));
}

}  // namespace vernier
