// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cmath>

#include "core/quant/calibration/table.h"

namespace vernier {
namespace {

constexpr double kSteps = 255;  ///< between the codes of 8 bits

/// How much more the squared error of what is cut off counts than that of rounding: what is rare is often what answers hang on.
constexpr std::array kOptions = {RangeOption{.name = "clipping", .standard = 1, .above = 0, .at_most = 1000}};

/// One side of the histogram, as distances from zero.
class Tail {
public:
    Tail(const Observed& observed, bool upper) : end_(upper ? std::max(observed.max, 0.f) : std::max(-observed.min, 0.f)) {
        const double width = std::ldexp(2.0 / Observed::kBins, observed.exponent);
        const std::size_t half = observed.bins.size() / 2;
        for (std::size_t i = 0; i < half; ++i) {
            const auto count = double(observed.bins[upper ? half + i : half - 1 - i]);
            if (count > 0) bins_.push_back({std::min((double(i) + 0.5) * width, end_), count});
        }
        if (!bins_.empty()) bins_.back().centre = end_;  // the outermost value is known exactly
        piled_up_ = piles_up(observed, upper);
    }

    /// The end at which the sum of what is cut off equals `cut`: half the slope of the squared error, which falls as the end grows.
    [[nodiscard]] double end_for(double cut) const {
        if (piled_up_ || !(cut > 0)) return end_;
        double count = 0, sum = 0;  // of the bins beyond the end
        for (std::size_t i = bins_.size(); i-- > 0;) {
            // Between this bin's centre and the next one outwards, what is cut off is sum - end * count.
            const double at_centre = sum - bins_[i].centre * count;
            if (at_centre >= cut) return std::clamp((sum - cut) / count, 0.0, end_);
            count += bins_[i].count;
            sum += bins_[i].count * bins_[i].centre;
        }
        return count > 0 ? std::clamp((sum - cut) / count, 0.0, end_) : end_;
    }

private:
    struct Bin {
        double centre, count;
    };
    double end_;
    std::vector<Bin> bins_;  ///< that hold values, outwards
    bool piled_up_ = false;
};

/// The range whose codes lose least on average: every value that is not zero is rounded (step^2 / 12), and those outside are
/// cut off. The sum of both is convex in the two ends, so one width is the best: there what each end cuts off grows as fast
/// as the rounding shrinks.
Range range(const RangeInput& input, const Calibration& calibration) {
    const Observed& observed = input.observed;
    const Tail lower(observed, false), upper(observed, true);
    const double rounded = double(observed.count - observed.zeros) / (12 * kSteps * kSteps) / option_value(calibration, kOptions[0]);
    const auto wanted = [&](double width) { return lower.end_for(rounded * width) + upper.end_for(rounded * width); };
    double narrow = 0, wide = wanted(0);
    for (int i = 0; i < 60; ++i) {
        const double middle = (narrow + wide) / 2;
        (wanted(middle) > middle ? narrow : wide) = middle;
    }
    return {-static_cast<float>(lower.end_for(rounded * wide)), static_cast<float>(upper.end_for(rounded * wide))};
}

}  // namespace

extern const RangeMethod kMseRanges;
const RangeMethod kMseRanges = {"mse", "MSE", "cuts off what lets all others be rounded more finely, by squared error", kOptions, range};

}  // namespace vernier
