// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "core/stats/stats.h"

namespace vernier {

Json to_json(const TensorStats& stats) {
    return {{"count", stats.count},
            {"zeros", stats.zeros},
            {"nan", stats.nan},
            {"inf", stats.inf},
            {"fp16_overflow", stats.fp16_overflow},
            {"fp16_subnormal", stats.fp16_subnormal},
            {"fp16_to_zero", stats.fp16_to_zero},
            {"min", stats.min},
            {"max", stats.max},
            {"mean", stats.mean},
            {"deviation", stats.deviation},
            {"channel_axis", stats.channel_axis},
            {"channel_min", stats.channel_min},
            {"channel_max", stats.channel_max},
            {"histogram", {{"lo", stats.histogram.lo}, {"hi", stats.histogram.hi}, {"counts", stats.histogram.counts}}}};
}

Json to_json(const FormatError& error) {
    // JSON has no infinity: an exact format has no ratio, and an overflow has neither ratio nor error.
    const auto finite = [](double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); };
    return {{"format", name(error.format)},
            {"exact", std::isinf(error.sqnr_db) && error.sqnr_db > 0},
            {"overflows", std::isinf(error.max_error)},
            {"sqnr_db", finite(error.sqnr_db)},
            {"max_error", finite(error.max_error)},
            {"clip", error.clip},
            {"step", error.step}};
}

}  // namespace vernier
