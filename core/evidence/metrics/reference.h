// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "core/evidence/metrics/metric.h"

namespace vernier {

/// A metric of answers of the baseline, which is read once, and others are held against it on the same samples.
class Reference {
public:
    Reference(const Metric& metric, const Answers& answers);
    /// Of samples that are known already; of answers otherwise.
    [[nodiscard]] static std::optional<MetricChange> change(const Metric& metric, const std::vector<SampleSums>& before, const std::vector<SampleSums>& after);
    /// other - baseline: Tango's interval for shares, t for means, the bootstrap for all others. Nothing where one is not defined.
    [[nodiscard]] std::optional<MetricChange> change_of(const Answers& other) const;

private:
    const Metric& metric_;
    const Answers& answers_;
    std::vector<SampleSums> samples_;
    std::optional<Statistic> statistic_;
};

}  // namespace vernier
