// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/limit_range.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/evidence/metrics/table.h"

namespace vernier {
namespace {

constexpr Interval kAnything{-HUGE_VAL, HUGE_VAL};
constexpr Interval kAboveNothing{0, HUGE_VAL};

const Metric* metric_named(std::string_view id) {
    const auto all = metrics();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Metric* each) { return each->figure.id == id; });
    return found == all.end() ? nullptr : *found;
}

/// Of the figure itself: that of a metric is in its row; times and sizes are above 0.
Interval range_of(std::string_view id) {
    if (const Metric* metric = metric_named(id)) return metric->range;
    const auto all = figures();
    return std::any_of(all.begin(), all.end(), [&](const Figure& each) { return each.id == id; }) ? kAboveNothing : kAnything;
}

bool is_amount(const LimitForm& form) {
    return form.of == "ratio" || (form.of.empty() && range_of(form.figure).lo == 0 && metric_named(form.figure) == nullptr);
}

[[noreturn]] void refuse(const SetLimit& limit, const std::string& what, const std::string& remedy) {
    throw Error(ErrorKind::usage, fmt::format("the limit \"{}\" decides nothing: {}", limit.text(), what), {}, remedy);
}

std::string bounds_text(const Interval& range) {
    if (std::isinf(range.lo) && std::isinf(range.hi)) return "Any number is possible.";
    if (std::isinf(range.hi)) return fmt::format("Give a number above {:g}.", range.lo);
    if (std::isinf(range.lo)) return fmt::format("Give a number below {:g}.", range.hi);
    return fmt::format("Give a number from {:g} to {:g}.", range.lo, range.hi);
}

}  // namespace

Interval possible_range(const LimitForm& form) {
    if (form.of == "ratio") return kAboveNothing;
    const Interval own = range_of(form.figure);
    return form.of.empty() ? own : Interval{0, own.hi - own.lo};
}

void check_limit(const SetLimit& limit) {
    const LimitForm& form = limit.form;
    const Interval range = possible_range(form);
    if (!form.of.empty() && form.of != "ratio" && limit.bound < 0)
        refuse(limit, fmt::format("a {} is counted from 0", form.of), "To ask for better than the baseline, limit the figure itself.");
    const bool open = is_amount(form);  // 0 itself is out of reach
    const bool none_passes = form.least ? limit.bound > range.hi : limit.bound < range.lo || (open && limit.bound <= 0);
    const bool none_fails = form.least ? limit.bound <= range.lo : limit.bound >= range.hi;
    if (none_passes) refuse(limit, "nothing can pass it", bounds_text(range));
    if (none_fails) refuse(limit, "nothing can fail it", bounds_text(range));
}

void check_limits(const Gate& gate) {
    for (const SetLimit& limit : limits_of(gate)) check_limit(limit);
}

}  // namespace vernier
