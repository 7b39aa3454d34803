// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/metrics/confusion.h"

#include <memory>
#include <utility>

#include "core/evidence/metrics/labelled.h"

namespace vernier {

std::optional<Statistic> statistic_of_counts(const Answers& answers, double (*value)(std::span<const ClassCounts> classes)) {
    auto labelled = labelled_of(answers);
    if (!labelled) return std::nullopt;
    const auto all = std::make_shared<const Labelled>(std::move(*labelled));
    const auto n = all->sample.size();
    return Statistic{n, static_cast<double>(n + 4UL * all->classes), [all, value](std::span<const std::uint32_t> times) {
                         std::vector<ClassCounts> counts(all->classes);
                         for (std::size_t i = 0; i < times.size(); ++i) {
                             const double weight = times[i];
                             const std::int32_t answer = all->predicted[i];
                             counts[all->label[i]].labels += weight;
                             if (answer < 0) continue;
                             counts[static_cast<std::size_t>(answer)].answers += weight;
                             if (static_cast<std::uint32_t>(answer) == all->label[i]) counts[all->label[i]].both += weight;
                         }
                         return 100 * value(counts);
                     }};
}

}  // namespace vernier
