// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/evidence/latency_compare.h"
#include "core/evidence/trial.h"

namespace vernier {

/// A limit on what a figure itself is, or on how far it may be below or above the baseline's, in its unit (percentages: points).
struct GateLimit {
    enum class Of { value, drop, rise };
    std::string figure;  ///< its id; of a metric command the name of its metric
    Of of = Of::value;
    double bound = 0;
    bool least = false;  ///< the bound is the least that passes, else the most
    bool operator==(const GateLimit&) const = default;
};

/// What a candidate must hold. Unset limits are not judged.
struct Gate {
    std::optional<double> max_drop_points = {};  ///< top-1 points below the baseline
    std::optional<double> min_speedup = {};      ///< of the median run
    std::optional<double> min_agreement = {};    ///< percent of samples with the baseline's answer
    std::optional<double> min_sqnr_db = {};      ///< of each output with floating values
    std::map<std::string, double> limits = {};   ///< against the baseline of any other figure, by its id (core/evidence/limits.h)
    std::vector<GateLimit> more = {};            ///< that none of the fields above can say
    [[nodiscard]] bool any() const { return max_drop_points || min_speedup || min_agreement || min_sqnr_db || !limits.empty() || !more.empty(); }
    bool operator==(const Gate&) const = default;
};

enum class Outcome { passed, failed, inconclusive, not_judged };
[[nodiscard]] std::string_view name(Outcome outcome);

/// One limit judged against an interval.
struct GateLine {
    std::string what;  ///< "accuracy", "agreement", "output error", "speed"; of other figures the column's name
    Outcome outcome = Outcome::not_judged;
    std::string text;                  ///< "drop 0.20 points (95 %: -0.05 to 0.46), limit 0.5"
    std::uint64_t samples_needed = 0;  ///< for inconclusive answers: how many would decide; 0 = not known
    std::string figure = {};           ///< id of the figure; empty in documents of earlier versions, but for a limit of Gate::limits
};

/// Which answers changed, of the samples with a label.
struct Flips {
    std::uint64_t right_both = 0, lost = 0, gained = 0, wrong_both = 0;
    [[nodiscard]] std::uint64_t samples() const { return right_both + lost + gained + wrong_both; }
    bool operator==(const Flips&) const = default;
};

/// A metric of a candidate's answers less the baseline's, on the same samples.
struct MetricChange {
    double delta = 0;
    std::optional<Interval> interval = {};  ///< 95 %, paired
    [[nodiscard]] bool differs() const { return interval && (interval->lo > 0 || interval->hi < 0); }
    bool operator==(const MetricChange&) const = default;
};

/// A trial against the baseline, paired.
struct CandidateComparison : Trial {
    double size_ratio = 1;
    double speedup = 1;                       ///< of the median run, from pairs (paired.p50); 1 where there are too few
    Interval speedup_interval;                ///< 95 %
    bool latency_differs = false;             ///< the difference is shown: see paired.h
    PairedFigures paired;                     ///< every figure of time and memory against the baseline
    std::optional<double> top1_delta_points;  ///< candidate - baseline
    Interval top1_delta_interval;             ///< 95 % Tango
    /// Percent of samples with the baseline's answer. Only for a classifier (Measurement::classifies), or when a limit asks for it.
    std::optional<double> agreement;
    std::uint64_t same = 0, answered = 0;         ///< samples whose answers are equal, of how many; 0 where no output holds answers
    std::optional<double> output_sqnr_db;         ///< of the worst output with floating values
    std::optional<double> output_cosine;          ///< of the same output
    Flips flips;                                  ///< of labelled samples
    std::map<std::string, MetricChange> changes;  ///< of Measurement::metrics, by the same ids
    std::vector<GateLine> gate_lines;
    Outcome gate = Outcome::not_judged;  ///< worst of the lines: failed, then inconclusive, then passed
};

struct Comparison {
    Trial baseline;
    std::vector<CandidateComparison> candidates;
    Gate gate;
    double noise_floor = 0;                 ///< half width of the widest speed-up interval, as a share (0.006 = 0.6 %)
    [[nodiscard]] Outcome outcome() const;  ///< passed when at least one candidate passed and none is needed more; see compare.cpp
};

/// What people call a measured file of the comparison (Finding::file); its name without folder where it is none of them.
[[nodiscard]] std::string title_of_file(const Comparison& comparison, const std::string& file);

/// Judges the same figures against other limits; the same as if they had been compared with these.
void judge_again(Comparison& comparison, const Gate& gate);

/// trials[0] is the baseline. All must come from one call of measure().
[[nodiscard]] Comparison compare(std::vector<Trial> trials, const Gate& gate);
[[nodiscard]] Comparison compare(std::vector<Measurement> measurements, const Gate& gate);

/// Version of a comparison's fields in documents ("vernier_comparison").
inline constexpr int kComparisonVersion = 1;

/// The document of a comparison. Both ways nothing is lost but what was measured sample by sample and run by run (with_samples).
[[nodiscard]] Json to_json(const Comparison& comparison, bool with_samples = false);
[[nodiscard]] Comparison comparison_from_json(const Json& json);

}  // namespace vernier
