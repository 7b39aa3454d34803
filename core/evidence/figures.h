// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/evidence/compare.h"

namespace vernier {

/// A measured model and, for a candidate, how it stands to the baseline.
struct TrialView {
    const Measurement& measured;
    const CandidateComparison* compared = nullptr;  ///< nullptr: it is the baseline, or was measured alone
};

[[nodiscard]] inline std::string title_of(const TrialView& trial) { return trial.compared == nullptr ? title_of(trial.measured) : title_of(*trial.compared); }

/// How the number of a figure is written.
enum class Form { milliseconds, megabytes, percent, decibels, number };

enum class Better { lower, higher };

/// How the figure of a candidate stands to the baseline's.
struct Against {
    enum class Kind { ratio, points };
    Kind kind = Kind::ratio;
    double value = 1;
    std::optional<Interval> interval = {};  ///< 95 %; nothing for what is exact
    bool differs = true;                    ///< false: no measurable difference
};

/// A summand of a figure, in its unit.
struct Part {
    std::string_view name;
    double value = 0;
};

/// Where a figure is shown. A row names all of its places, and each presenter loops over the rows that name it.
enum Place : unsigned {
    in_measure = 1U << 0U,       ///< table of `vernier-cli measure`
    in_compare = 1U << 1U,       ///< first table of `vernier-cli compare`
    in_times = 1U << 2U,         ///< its second table
    in_runs = 1U << 3U,          ///< table of runs in the window
    in_report = 1U << 4U,        ///< table of the HTML report
    in_report_chart = 1U << 5U,  ///< charts of the HTML report
    in_board_chart = 1U << 6U,   ///< charts of the window
    in_sheet_chart = 1U << 7U,   ///< charts of the comparison sheet
    in_metrics = 1U << 8U        ///< table of `measure`, `compare` and the HTML report with a row for each of those that are known
};
inline constexpr unsigned in_charts = in_report_chart | in_board_chart | in_sheet_chart;

/// A figure of a measured model: everything that a presenter has to know to show it. A document holds all of them.
struct Figure {
    std::string_view id;      ///< stable name in documents: "p50"
    std::string_view title;   ///< of a chart, without the unit: "Latency p50"
    std::string_view column;  ///< of a table: "p50"
    std::string_view unit;    ///< "ms"; empty where there is none
    Form form = Form::milliseconds;
    Better better = Better::lower;
    unsigned places = 0;                   ///< of Place
    int chart = 0;                         ///< charts stand in this order
    std::string_view family = {};          ///< figures that are told together in a tip: "latency"
    std::string_view slot = {};            ///< of those in one slot, a place with little room shows one: the first that is told
    std::string_view against_column = {};  ///< of the first table of `compare`: "speed"; empty: no column of its own
    std::string_view own_limit = {};       ///< option of `compare` that limits it; empty: --limit
    std::string_view note = {};            ///< what one has to know to read it
    bool relative = false;                 ///< stands only against the baseline, so that the baseline has none
    std::optional<double> self = {};       ///< of a relative figure: what the baseline has against itself
    std::optional<double> (*value)(const TrialView&) = nullptr;
    std::optional<Interval> (*interval)(const TrialView&) = nullptr;  ///< 95 %; nullptr: has none
    std::optional<Against> (*against)(const TrialView&) = nullptr;    ///< nullptr: is not held against the baseline
    std::uint64_t (*runs_needed)() = nullptr;                         ///< runs below which it is not known
    std::uint64_t (*runs)(const TrialView&) = nullptr;                ///< those that count for it; nullptr: all warm runs
    std::vector<Part> (*parts)(const TrialView&) = nullptr;           ///< what it is the sum of
    std::string (*instead)(const TrialView&) = nullptr;               ///< what stands where there is no value

    [[nodiscard]] std::optional<Interval> interval_of(const TrialView& trial) const { return interval == nullptr ? std::nullopt : interval(trial); }
    [[nodiscard]] std::optional<Against> against_of(const TrialView& trial) const;
    /// Runs that it lacks; 0 where it is known or runs do not decide.
    [[nodiscard]] std::uint64_t runs_missing(const TrialView& trial) const;
};

/// All figures, in the order of every table: rows of figures.cpp, then those of the metrics. To add one, add a row.
[[nodiscard]] std::span<const Figure> figures();
/// Throws Error{internal} for an id that is not there.
[[nodiscard]] const Figure& figure(std::string_view id);

/// An interval that leaves room; nothing for one that is a point.
[[nodiscard]] inline std::optional<Interval> proper(const Interval& interval) { return interval.hi > interval.lo ? std::optional(interval) : std::nullopt; }

/// The baseline first, then the candidates.
using TrialViews = std::vector<TrialView>;
[[nodiscard]] TrialViews views_of(const Comparison& comparison);

/// Rows of a place, in the order of the table.
[[nodiscard]] std::vector<const Figure*> figures_in(Place place);
/// True for what is measured on samples of a dataset.
[[nodiscard]] bool needs_samples(const Figure& figure);
/// True when there is something to say of a figure in a comparison: a value, the runs that it lacks, or what stands instead.
[[nodiscard]] bool is_told(const Figure& figure, const TrialViews& trials);
/// The same with one figure a slot: the first that is told, or the last where none is. Without trials none is told.
[[nodiscard]] std::vector<const Figure*> columns_in(Place place, const TrialViews& trials);
/// Charts of a place in their order: only what is told, and one a slot.
[[nodiscard]] std::vector<const Figure*> charts_in(Place place, const TrialViews& trials);

/// Each figure by its id: {"value", "unit", "better", "interval", "against": {"ratio" or "points", "interval", "differs"}}; null
/// for what is not known.
[[nodiscard]] Json figures_json(const TrialView& trial);

}  // namespace vernier
