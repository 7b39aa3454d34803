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
/// where a small difference decides, in proportion to the size of what is added: to the root of the squared error. How often they
/// turn is known from few that did, so counts to come spread as those of a Poisson process whose rate is only known from counts
/// (negative binomial, the rate's gamma distribution by Jeffreys' prior: Gelman et al., Bayesian Data Analysis, 2.6).
class AnswerModel {
public:
    explicit AnswerModel(AnswerLimit limit) : limit_(limit) {}

    void seen(double error, const AnswerCounts& counts);
    [[nodiscard]] bool is_empty() const { return seen_.empty(); }
    /// That the report samples pass it; 0 where nothing was seen.
    [[nodiscard]] double chance(double error, const AnswerCounts& own = {}) const;
    /// Whether a recipe that turns no answer passes: else the report samples are too few for the limit.
    [[nodiscard]] bool can_pass() const;

private:
    struct Seen {
        double root = 0;  ///< of its error
        AnswerCounts counts;
    };
    /// Shares of answers that turn at some root error, known as well as from so many samples.
    struct Known {
        double lost = 0, gained = 0, samples = 0;
    };
    [[nodiscard]] Known of_others(double root, const AnswerCounts& own) const;
    [[nodiscard]] double chance_to_hold(const std::vector<double>& lost, const std::vector<double>& gained) const;

    AnswerLimit limit_;
    std::vector<Seen> seen_;
};

}  // namespace vernier
