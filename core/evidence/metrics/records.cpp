// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/metrics/records.h"

#include <cstddef>

namespace vernier {

std::optional<std::vector<const SampleRecord*>> counted_records(const std::vector<SampleRecord>& own, const std::vector<SampleRecord>& baseline) {
    if (own.size() != baseline.size()) return std::nullopt;
    std::vector<const SampleRecord*> counted;
    for (std::size_t i = 0; i < own.size(); ++i) {
        if (baseline[i].empty()) continue;
        if (own[i].empty()) return std::nullopt;
        counted.push_back(&own[i]);
    }
    return counted.empty() ? std::nullopt : std::optional(std::move(counted));
}

}  // namespace vernier
