// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

namespace vernier {

/// Answers of a recipe held against those of the opened file.
struct AnswerCounts {
    std::uint64_t lost = 0;     ///< right before and wrong after; where no labels are asked for: other than before
    std::uint64_t gained = 0;   ///< the other way round
    std::uint64_t samples = 0;  ///< 0: not counted
    bool operator==(const AnswerCounts&) const = default;
};

/// A limit on a share of answers: it is held where the upper end of the interval of (lost - gained) / samples is not above it.
struct AnswerLimit {
    double most = 0;                   ///< 0 to 1
    std::uint64_t report_samples = 0;  ///< on which it is judged in the end
    double z = 0;                      ///< half width of that interval in standard deviations
};

/// How likely a recipe is to pass on the report samples. A few hundred answers say little of one recipe: so what its error, which has
/// next to no noise, came to in all recipes that were counted weighs as much as some hundred answers of its own. Answers turn
/// where a small difference decides, in proportion to the size of what is added: to the root of the squared error.
class AnswerModel {
public:
    explicit AnswerModel(AnswerLimit limit) : limit_(limit) {}

    void seen(double error, const AnswerCounts& counts);
    [[nodiscard]] bool is_empty() const { return seen_.empty(); }
    [[nodiscard]] double chance(double error, const AnswerCounts& own = {}) const;

private:
    struct Seen {
        double root = 0;  ///< of its error
        AnswerCounts counts;
    };
    /// Counts of a unit of root error, near this one.
    struct Rates {
        double lost = 0, gained = 0;
    };
    [[nodiscard]] Rates rates_at(double root) const;

    AnswerLimit limit_;
    std::vector<Seen> seen_;
};

}  // namespace vernier
