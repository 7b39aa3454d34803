// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/evidence/compare.h"
#include "core/measure/interval.h"
#include "core/search/chance.h"
#include "core/search/cost.h"
#include "core/search/front.h"

namespace vernier {

/// What was seen of a recipe that was written and measured.
struct Validation {
    std::string trouble = {};           ///< why the file could not be made or run; empty: it could
    double ms = 0;                      ///< median run
    Interval ms_interval = {};          ///< 95 %
    std::optional<double> error = {};   ///< of the outputs, as the sensitivity measures it
    Interval error_interval = {};       ///< 95 %, over samples
    std::optional<double> metric = {};  ///< what the limit speaks of: points of top-1 lost, percent of equal answers, dB
    Interval metric_interval = {};
    Outcome answers = Outcome::not_judged;  ///< limits on what it answers
    Outcome speed = Outcome::not_judged;    ///< limits on its time; without one, that it is not shown to be slower than the opened file
    AnswerCounts counts = {};               ///< where a limit is one on a share of answers
    bool within = false;                    ///< answers passed, or are not decided and lie on the good side
    std::optional<double> room = {};        ///< the error that the limit leaves, as a multiple of the one that was seen: 2 = twice as much may be lost
    std::vector<double> units_ms = {};      ///< by unit: time of its own nodes in this file, on the scale of ms; empty: not profiled
    bool operator==(const Validation&) const = default;
};
[[nodiscard]] inline bool runs(const Validation& seen) { return seen.trouble.empty(); }

/// A recipe of the front, or one that was tried between its corners.
struct SearchPoint {
    UnitSet quantized;
    double predicted_ms = 0, predicted_error = 0;
    std::optional<Validation> measured = {};  ///< on selection samples
    std::optional<Validation> reported = {};  ///< on report samples, which chose nothing
};

enum class SearchEnd {
    found,     ///< a recipe passed all limits, on samples that it was not chosen by
    none,      ///< none does: the nearest one is named
    undecided  ///< time was up, or the samples do not decide
};
[[nodiscard]] std::string_view name(SearchEnd end);

/// How a search answers.
struct SearchResult {
    SearchEnd end = SearchEnd::undecided;
    std::vector<SearchPoint> front;  ///< by predicted error, the least first
    std::optional<std::size_t> chosen, nearest;
    std::size_t validations = 0;  ///< on selection samples
    std::size_t reports = 0;      ///< on report samples
    bool out_of_time = false;
    std::string why;  ///< why nothing was found; a sentence
};

inline constexpr std::string_view kTimeIsUp = "The time was up before a recipe within the limits was found.";

/// The measured recipe of which the limit leaves most; where that is not known, the one with the least error. Nothing where none runs.
[[nodiscard]] std::optional<std::size_t> nearest_of(const SearchResult& result);

/// A search that was cut off: what it had found when its time was up.
[[nodiscard]] SearchResult stopped_by_time(SearchResult result);

/// How well what was predicted agrees with what was measured afterwards.
struct PredictionQuality {
    std::size_t points = 0;  ///< that were measured
    double ms = 0;           ///< median of |measured / predicted - 1|
    double error = 0;        ///< the same of errors, as a factor: 1.2 = a fifth too much or too little
    /// Too far off to plan by.
    [[nodiscard]] bool is_rough() const { return points > 0 && (ms > 0.1 || error > 1.5); }
};
[[nodiscard]] PredictionQuality prediction_of(const SearchResult& result);

struct SearchOptions {
    std::size_t most_validations = 12;
    std::size_t most_reports = 3;
};

/// What a search works with: what is known before it, and who measures.
struct SearchSource {
    SearchGraph graph;
    double base_ms = 0;                ///< of what no unit holds
    std::vector<TimeSeen> timed = {};  ///< choices that were timed before
    ErrorModel errors;
    double slowest_ms = 0;                                  ///< what the limit on time leaves; 0: what all in float take
    std::optional<AnswerLimit> answers = {};                ///< where a limit is one on a share of answers
    bool other_limits = false;                              ///< beside that one
    std::function<Validation(const UnitSet&)> measure;      ///< on selection samples
    std::function<Validation(const UnitSet&)> report;       ///< on report samples
    std::function<bool()> out_of_time = {};                 ///< empty: never
    std::function<void(const SearchResult&)> partial = {};  ///< hears what is known so far
};

/// The fastest recipe within the limits. The fast end of the front is measured first, since it often passes; then always the choice of which
/// most is to be expected: the time that it is predicted to save more than the best so far, times the chance that it passes, by all
/// that was measured. Choices are the corners of the front, which is made anew where times come out otherwise, what fits between
/// them, and the best with one unit more. Where all hangs on recipes that may not pass, safer ones are measured while that is worth it.
/// Then up to most_reports of what was measured are tried on report samples in a fixed sequence, the safest first, until one does
/// not pass; the fastest that passed is chosen. The sequence is fixed before the first report, so that each may be judged at the
/// whole level and still all together keep it (fixed-sequence testing: Maurer, Hothorn and Lehmacher 1995; Westfall and Krishen
/// 2001). The same measurements give the same answer.
[[nodiscard]] SearchResult search(const SearchSource& source, const SearchOptions& options);

}  // namespace vernier
