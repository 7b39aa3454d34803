// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/figure_text.h"

#include <fmt/format.h>

#include <cmath>

#include "core/report/format.h"

namespace vernier {
namespace {

std::string with_unit(const std::string& number, const Figure& figure) { return figure.unit.empty() ? number : number + " " + std::string(figure.unit); }

std::string number_text(Form form, double value) {
    switch (form) {
        case Form::milliseconds:
        case Form::megabytes:
        case Form::decibels: return significant(value);
        case Form::percent: return percent(value);
        case Form::number: return std::abs(value) < 0.1 ? significant(value) : fmt::format("{:.5f}", value);
    }
    return significant(value);
}

/// A difference of two values: percentages in points, others in the figure's own unit.
std::string change_text(const Figure& figure, double change) {
    if (figure.form == Form::percent) return signed_points(change);
    return fmt::format("{}{}", change < 0 ? "-" : "+", significant(std::abs(change)));
}

std::string ratio_text(const Figure& figure, double ratio) { return figure.form == Form::megabytes ? size_text(ratio) : speed_text(ratio); }

std::string ratio_text(const Figure& figure, const Interval& ratio) {
    return figure.form == Form::megabytes ? size_text(ratio.lo, ratio.hi) : speed_text(ratio.lo, ratio.hi);
}

/// "4,000 runs" of a time, "2,000 samples" of what stands on samples; empty for what is counted once.
std::string count_text(const Figure& figure, const TrialView& trial) {
    if (figure.form == Form::megabytes) return {};
    if (figure.form == Form::milliseconds) return figure.family.empty() ? std::string() : grouped(trial.measured.latency.n) + " runs";
    return trial.measured.samples > 0 ? grouped(trial.measured.samples) + " samples" : std::string();
}

/// "p50 1.00, p90 1.10, p99 1.30, mean 1.02 ms"; for a figure alone "Cold start 25.0 ms".
std::string family_text(const Figure& figure, const TrialView& trial) {
    if (figure.family.empty()) return with_unit(fmt::format("{} {}", figure.title, value_text(figure, trial)), figure);
    std::string text;
    for (const Figure& each : figures())
        if (each.family == figure.family) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", each.column, value_text(each, trial));
    return with_unit(text, figure);
}

std::string own_interval_text(const Figure& figure, const TrialView& trial) {
    const auto interval = figure.interval_of(trial);
    if (!interval) return {};
    return with_unit(fmt::format("95 %: {} to {}", number_text(figure.form, interval->lo), number_text(figure.form, interval->hi)), figure);
}

}  // namespace

std::string head_text(const Figure& figure) { return with_unit(std::string(figure.column), figure); }

std::string chart_title(const Figure& figure, std::uint64_t samples) {
    std::string title(figure.title);
    if (!figure.unit.empty()) title += fmt::format(", {}", figure.unit);
    if (figure.form == Form::percent) title += fmt::format(" of {} samples", grouped(samples));
    return title;
}

std::string better_text(Better better) { return better == Better::lower ? "lower is better" : "higher is better"; }

std::string value_text(const Figure& figure, const std::optional<double>& value) { return value ? number_text(figure.form, *value) : "-"; }

std::string value_text(const Figure& figure, const TrialView& trial) { return value_text(figure, figure.value(trial)); }

std::string against_text(const Figure& figure, const std::optional<Against>& against) {
    if (!against) return {};
    if (against->kind == Against::Kind::points) return change_text(figure, against->value) + (against->differs ? "" : " ~");
    return against->differs ? ratio_text(figure, against->value) : "~";
}

std::string against_text(const Figure& figure, const TrialView& trial) { return against_text(figure, figure.against_of(trial)); }

std::string interval_text(const Figure& figure, const std::optional<Against>& against) {
    if (!against || !against->interval) return {};
    const Interval& interval = *against->interval;
    if (against->kind == Against::Kind::ratio) return "95 %: " + ratio_text(figure, interval);
    return fmt::format("95 %: {} to {}", change_text(figure, interval.lo), change_text(figure, interval.hi));
}

std::string row_text(const Figure& figure, const TrialView& trial) {
    const std::string against = against_text(figure, trial);
    const std::string value = value_text(figure, trial);
    return against.empty() ? value : fmt::format("{:<7}{}", value, against);
}

std::string parts_text(const Figure& figure, const TrialView& trial) {
    if (figure.parts == nullptr) return {};
    std::string text;
    for (const Part& part : figure.parts(trial)) text += fmt::format("{}{} {}", text.empty() ? "" : " + ", part.name, number_text(figure.form, part.value));
    return with_unit(fmt::format("{} = {}", figure.column, text), figure);
}

std::string missing_runs_text(const TrialView& trial) {
    std::string text;
    for (const Figure& each : figures())
        if (const std::uint64_t missing = each.runs_missing(trial); missing > 0)
            text += fmt::format("{}{} needs {} runs: {} more", text.empty() ? "" : "; ", each.column, grouped(each.runs_needed()), grouped(missing));
    return text;
}

std::string notes_text(Place place) {
    std::string text;
    for (const Figure* each : figures_in(place))
        if (!each->note.empty()) text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", each->column, each->note);
    return text;
}

std::string tip_text(const Figure& figure, const TrialView& trial, const std::string& label) {
    std::string text = label.empty() ? std::string() : label + ": ";
    const std::string instead = figure.instead == nullptr || figure.value(trial) ? std::string() : figure.instead(trial);
    text += instead.empty() ? family_text(figure, trial) : fmt::format("{} {}", figure.title, instead);
    for (const std::string& more : {own_interval_text(figure, trial), count_text(figure, trial), std::string(figure.note)})
        if (!more.empty()) text += ", " + more;
    if (figure.form == Form::megabytes && figure.value(trial))
        text += fmt::format(" ({} bytes)", grouped(static_cast<std::uint64_t>(*figure.value(trial) * 1e6 + 0.5)));
    if (const std::string parts = parts_text(figure, trial); !parts.empty()) text += "\n" + parts;
    if (figure.runs_missing(trial) > 0) text += fmt::format("\n{}", missing_runs_text(trial));
    if (const auto against = figure.against_of(trial)) {
        const std::string interval = interval_text(figure, against);
        const bool equal = against->kind == Against::Kind::ratio && !against->differs;
        text += "\nagainst the baseline" + std::string(interval.empty() ? ": " : ", paired: ") +
                (equal ? "no measurable difference" : against_text(figure, against));
        if (against->kind == Against::Kind::points && figure.form == Form::percent) text += " points";
        if (!interval.empty()) text += ", " + interval;
    }
    return text;
}

}  // namespace vernier
