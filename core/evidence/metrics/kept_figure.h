// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "core/evidence/metrics/metric.h"

namespace vernier {

/// How a metric of answers is told.
struct MetricWords {
    std::string_view title, column;
    std::string_view unit = "%";
    Form form = Form::percent;
    std::string_view note = {};
};

/// The figure of a metric that is kept by its id: against the targets, so that each model has one and a candidate's is held against the baseline's.
template <const char* kId>
[[nodiscard]] constexpr Figure kept_figure(const MetricWords& words, Better better) {
    Figure figure = {.id = kId, .title = words.title, .column = words.column, .unit = words.unit, .form = words.form, .better = better, .places = in_metrics};
    figure.note = words.note;
    figure.value = Kept<kId>::value;
    figure.interval = Kept<kId>::interval;
    figure.against = Kept<kId>::against;
    return figure;
}

/// The same of what candidates answer against the baseline, which has `self` against itself.
template <const char* kId>
[[nodiscard]] constexpr Figure kept_agreement(const MetricWords& words, double self = 100) {
    Figure figure = kept_figure<kId>(words, Better::higher);
    figure.against = nullptr;
    figure.relative = true;
    figure.self = self;
    return figure;
}

}  // namespace vernier
