// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/search.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/measure/statistics.h"

namespace vernier {
namespace {

constexpr double kCareful = 0.9;  ///< of what the limit leaves: a guess that passes is worth more than one that just fails
constexpr double kShrink = 0.88;  ///< of a budget whose fill failed
constexpr double kAnew = 0.05;    ///< predicted times off by more than this: conversions cost otherwise, so the front is another one

bool runs(const Validation& seen) { return seen.trouble.empty(); }
bool is_within(const Validation& seen) { return runs(seen) && seen.within; }
bool is_candidate(const Validation& seen) { return is_within(seen) && seen.speed != Outcome::failed; }
bool holds(Outcome outcome) { return outcome == Outcome::passed || outcome == Outcome::not_judged; }
bool has_passed(const Validation& seen) { return runs(seen) && holds(seen.answers) && holds(seen.speed); }
bool is_undecided(const Validation& seen) { return runs(seen) && seen.answers != Outcome::failed && seen.speed != Outcome::failed && !has_passed(seen); }

class Search {
public:
    Search(const SearchSource& source, const SearchOptions& options)
        : source_(source), options_(options), graph_(source.times.corrected(source.graph)), errors_(source.errors), times_(source.times) {}

    SearchResult run() {
        make_front();
        if (result_.front.empty()) return nothing_to_gain();
        validate(corner(corners_.size() - 1));
        if (corners_.size() > 1 && is_off(point(corner(corners_.size() - 1)))) make_front();
        if (corners_.empty()) corners_.push_back(result_.front.back().quantized);  // the one that was measured
        narrow();
        fill();
        choose();
        tell();
        return std::move(result_);
    }

private:
    using Index = std::size_t;

    [[nodiscard]] SearchPoint& point(Index index) { return result_.front[index]; }
    /// Where a corner stands in the front that is shown; in front of those that are no corners any more.
    [[nodiscard]] Index corner(Index which) { return place_of(corners_[which]); }

    Index place_of(const UnitSet& quantized) {
        for (Index i = 0; i < result_.front.size(); ++i)
            if (result_.front[i].quantized == quantized) return i;
        SearchPoint added{quantized, predicted_ms(quantized), predicted_error(quantized)};
        // Sums of errors order nested sets whatever is learned of their size.
        const double sum = error_of(graph_, quantized);
        const auto behind =
            std::find_if(result_.front.begin(), result_.front.end(), [&](const SearchPoint& other) { return error_of(graph_, other.quantized) > sum; });
        const auto place = result_.front.insert(behind, std::move(added));
        return static_cast<Index>(place - result_.front.begin());
    }

    [[nodiscard]] double predicted_ms(const UnitSet& quantized) const { return times_.predicted(time_parts(source_.graph, quantized)); }
    [[nodiscard]] double predicted_error(const UnitSet& quantized) const { return errors_.predicted(error_of(graph_, quantized)); }

    /// The corners by what is known of times now. What was measured stays; other points go.
    void make_front() {
        graph_ = times_.corrected(source_.graph);
        corners_.clear();
        std::erase_if(result_.front, [](const SearchPoint& each) { return !each.measured; });
        for (FrontPoint& each : vernier::front(graph_)) {
            if (std::find(each.quantized.begin(), each.quantized.end(), true) == each.quantized.end()) continue;  // the opened file itself
            (void)place_of(each.quantized);
            corners_.push_back(std::move(each.quantized));
        }
        tell();
    }

    [[nodiscard]] bool is_off(const SearchPoint& seen) const {
        return seen.measured && runs(*seen.measured) && seen.predicted_ms > 0 && std::abs(seen.measured->ms / seen.predicted_ms - 1) > kAnew;
    }

    [[nodiscard]] bool may_go_on() {
        if (source_.out_of_time && source_.out_of_time()) result_.out_of_time = true;
        return !result_.out_of_time && result_.validations < options_.most_validations;
    }

    /// Measures a point that was not, and learns from it. True where it is within the limits on answers.
    bool validate(Index index) {
        if (point(index).measured) return is_within(*point(index).measured);
        const UnitSet quantized = point(index).quantized;
        const Validation seen = source_.measure(quantized);
        ++result_.validations;
        point(index).measured = seen;
        if (runs(seen)) {
            times_.measured(time_parts(source_.graph, quantized), seen.ms);
            if (seen.error) errors_.measured(error_of(graph_, quantized), *seen.error);
            if (seen.error && seen.room) allowed_ = *seen.error * *seen.room;
        }
        for (SearchPoint& each : result_.front) {
            if (each.measured) continue;  // what was predicted before it was measured is kept beside it
            each.predicted_ms = predicted_ms(each.quantized);
            each.predicted_error = predicted_error(each.quantized);
        }
        tell();
        return is_within(seen);
    }

    /// Bisection between the last corner that is within the limits and the first that is not.
    void narrow() {
        above_ = corners_.size() - 1;
        if (validate(corner(above_))) {
            below_ = static_cast<std::ptrdiff_t>(above_);
            try_fewer();
            return;
        }
        int same_side = 0;
        while (static_cast<std::ptrdiff_t>(above_) - below_ > 1 && may_go_on()) {
            const Index middle = static_cast<Index>((static_cast<std::ptrdiff_t>(above_) + below_) / 2);
            const Index next = std::abs(same_side) < 2 ? guess().value_or(middle) : middle;
            if (validate(corner(next))) {
                below_ = static_cast<std::ptrdiff_t>(next);
                same_side = std::max(same_side, 0) + 1;
            } else {
                above_ = next;
                same_side = std::min(same_side, 0) - 1;
            }
        }
    }

    /// The fast end is within the limits, but too slow, so that times were taken for others than they are: fewer units may be faster.
    void try_fewer() {
        Index tried = above_;
        while (point(corner(tried)).measured->speed == Outcome::failed && tried > 0 && may_go_on()) {
            tried /= 2;
            validate(corner(tried));
        }
    }

    /// The fastest open corner whose error the limit is likely to leave.
    std::optional<Index> guess() {
        if (!allowed_) return std::nullopt;
        const auto first = static_cast<Index>(below_ + 1);
        Index best = first;
        for (Index i = first; i < above_; ++i)
            if (predicted_error(corners_[i]) <= kCareful * *allowed_) best = i;
        return best;
    }

    /// What lies between the two corners: what fits by prediction at once, then unit by unit.
    void fill() {
        if (below_ == static_cast<std::ptrdiff_t>(above_)) return;
        UnitSet base = below_ >= 0 ? corners_[static_cast<Index>(below_)] : pinned();
        std::size_t left = options_.most_fills;
        double budget = allowed_ ? errors_.budget(kCareful * *allowed_) : 0;
        for (int round = 0; round < 2 && budget > 0 && left > 0 && may_go_on(); ++round, budget *= kShrink) {
            const UnitSet full = filled(graph_, base, budget).quantized;
            if (full == base) break;
            --left;
            if (!validate(place_of(full))) continue;
            base = full;
            break;
        }
        for (const std::size_t unit : by_gain(base)) {
            if (left == 0 || !may_go_on()) return;
            const std::optional<UnitSet> more = with_unit(graph_, base, unit);
            if (!more || *more == base || time_of(graph_, *more) >= time_of(graph_, base)) continue;
            --left;
            if (validate(place_of(*more))) base = *more;
        }
    }

    [[nodiscard]] UnitSet pinned() const {
        UnitSet quantized(graph_.units.size());
        for (std::size_t i = 0; i < quantized.size(); ++i) quantized[i] = graph_.units[i].pin == SearchUnit::Pin::quantized;
        return quantized;
    }

    /// Units that are not quantized yet, what saves most time first.
    [[nodiscard]] std::vector<std::size_t> by_gain(const UnitSet& base) const {
        std::vector<std::pair<double, std::size_t>> order;
        const double now = time_of(graph_, base);
        for (std::size_t i = 0; i < base.size(); ++i) {
            if (base[i] || !corners_[above_][i]) continue;
            if (const auto more = with_unit(graph_, base, i)) order.emplace_back(time_of(graph_, *more) - now, i);
        }
        std::sort(order.begin(), order.end());
        std::vector<std::size_t> units;
        for (const auto& [gain, unit] : order)
            if (gain < 0) units.push_back(unit);
        return units;
    }

    /// Those that are within the limits, the fastest first, on samples that chose nothing.
    void choose() {
        std::vector<Index> order;
        for (Index i = 0; i < result_.front.size(); ++i)
            if (point(i).measured && is_candidate(*point(i).measured)) order.push_back(i);
        std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) { return point(a).measured->ms < point(b).measured->ms; });
        bool undecided = false;
        double least_error = 0;
        for (const Index index : order) {
            const double error = error_of(graph_, point(index).quantized);
            if (result_.reports == options_.most_reports) break;
            if (result_.reports > 0 && error >= least_error) continue;  // one that loses as much as one that did not pass
            least_error = error;
            ++result_.reports;
            point(index).reported = source_.report(point(index).quantized);
            tell();
            if (has_passed(*point(index).reported)) {
                result_.chosen = index;
                result_.end = SearchEnd::found;
                return;
            }
            undecided = undecided || is_undecided(*point(index).reported);
        }
        say_why(order.empty(), undecided);
    }

    void say_why(bool none_within, bool undecided) {
        result_.nearest = nearest();
        const bool stopped = none_within && result_.out_of_time && static_cast<std::ptrdiff_t>(above_) - below_ > 1;
        result_.end = undecided || stopped ? SearchEnd::undecided : SearchEnd::none;
        if (stopped)
            result_.why = "The time was up before a recipe within the limits was found.";
        else if (undecided)
            result_.why = "A recipe is within the limits on the samples that chose it, but the report samples do not decide it.";
        else if (none_within && is_any_within())
            result_.why = "What is within the limits on answers is too slow.";
        else if (none_within)
            result_.why = fmt::format("None of {} measured recipes is within the limits.", result_.validations);
        else
            result_.why = "What was within the limits on the samples that chose it is not on the report samples.";
    }

    [[nodiscard]] bool is_any_within() const {
        return std::any_of(result_.front.begin(), result_.front.end(), [](const SearchPoint& each) { return each.measured && is_within(*each.measured); });
    }

    /// The measured one of which the limit leaves most; where that is not known, the one with the least error.
    [[nodiscard]] std::optional<Index> nearest() {
        std::optional<Index> best;
        const auto room = [&](Index index) {
            const SearchPoint& each = point(index);
            const Validation& seen = each.reported ? *each.reported : *each.measured;
            return std::pair(seen.room.value_or(0), -seen.error.value_or(each.predicted_error));
        };
        for (Index i = 0; i < result_.front.size(); ++i) {
            if (!point(i).measured || !runs(*point(i).measured)) continue;
            if (!best || room(i) > room(*best)) best = i;
        }
        return best;
    }

    SearchResult nothing_to_gain() {
        result_.end = SearchEnd::none;
        result_.why = "No node that can be quantized would save time, by what the opened file and the quantized one took.";
        return std::move(result_);
    }

    void tell() {
        if (source_.partial) source_.partial(result_);
    }

    const SearchSource& source_;
    SearchOptions options_;
    SearchGraph graph_;  ///< with the factors of the time model
    ErrorModel errors_;
    TimeModel times_;
    SearchResult result_;
    std::vector<UnitSet> corners_;   ///< by error, the least first
    std::ptrdiff_t below_ = -1;      ///< last corner within the limits; -1: the opened file
    std::size_t above_ = 0;          ///< first corner that is not
    std::optional<double> allowed_;  ///< error that the limit leaves, by the last measurement
};

}  // namespace

std::string_view name(SearchEnd end) {
    switch (end) {
        case SearchEnd::found: return "found";
        case SearchEnd::none: return "none";
        case SearchEnd::undecided: return "undecided";
    }
    return "";
}

PredictionQuality prediction_of(const SearchResult& result) {
    std::vector<double> times, errors;
    for (const SearchPoint& point : result.front) {
        if (!point.measured || !runs(*point.measured)) continue;
        if (point.predicted_ms > 0) times.push_back(std::abs(point.measured->ms / point.predicted_ms - 1));
        if (const auto error = point.measured->error; error && *error > 0 && point.predicted_error > 0)
            errors.push_back(std::abs(std::log(*error / point.predicted_error)));
    }
    return {times.size(), times.empty() ? 0 : median(times), errors.empty() ? 1 : std::exp(median(errors))};
}

SearchResult search(const SearchSource& source, const SearchOptions& options) { return Search(source, options).run(); }

}  // namespace vernier
