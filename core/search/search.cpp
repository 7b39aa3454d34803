// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/search.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/search/sequence.h"

namespace vernier {
namespace {

constexpr double kCareful = 0.9;                          ///< of what the limit leaves: a guess that passes is worth more than one that just fails
constexpr double kShrink = 0.88;                          ///< of a budget, for a second one
constexpr double kAnew = 0.03;                            ///< predicted times off by more than this: the front is another one
constexpr double kTimeSpread = 0.01;                      ///< of a predicted time
constexpr double kWorth = 0.005;                          ///< expected gain, of the best time, below which no more is measured
constexpr double kLikely = 0.5;                           ///< chance of what counts as the best so far
constexpr std::array kSafer = {0.5, 0.25, 0.1};           ///< of a measured error
constexpr double kFound = 2;                              ///< of the most that is saved: what it is worth that a recipe is found at all
constexpr double kReport = 0.2;                           ///< least chance of what is measured on report samples
constexpr double kNoHope = 0.02;                          ///< chance below which nothing is tried even where nothing else passed
constexpr double kLeastSpread = 0.1, kMostSpread = 0.35;  ///< of the logarithm of a predicted error, by how far away the nearest measured one is

double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }
double normal_pdf(double x) { return std::exp(-x * x / 2) * 0.3989422804014327; }

bool holds(Outcome outcome) { return outcome == Outcome::passed || outcome == Outcome::not_judged; }
bool has_passed(const Validation& seen) { return runs(seen) && holds(seen.answers) && holds(seen.speed); }
bool is_undecided(const Validation& seen) { return runs(seen) && seen.answers != Outcome::failed && seen.speed != Outcome::failed && !has_passed(seen); }

class Search {
public:
    Search(const SearchSource& source, const SearchOptions& options)
        : source_(source), options_(options), times_(source.graph, source.base_ms), errors_(source.errors) {
        for (const TimeSeen& each : source.timed) times_.measured(each);
        if (source.answers) answers_.emplace(*source.answers);
        float_ms_ = source.base_ms + time_of(source.graph, UnitSet(source.graph.units.size()));
    }

    SearchResult run() {
        make_front();
        if (result_.front.empty()) return nothing_to_gain();
        validate(UnitSet(result_.front.back().quantized));
        explore();
        secure();
        report_in_sequence();
        if (!result_.chosen) say_why();
        tell();
        return std::move(result_);
    }

private:
    using Index = std::size_t;

    [[nodiscard]] SearchPoint& point(Index index) { return result_.front[index]; }
    [[nodiscard]] double predicted_error(const UnitSet& quantized) const { return errors_.predicted(error_of(source_.graph, quantized)); }
    [[nodiscard]] double error_seen(const SearchPoint& point) const { return point.measured->error.value_or(point.predicted_error); }

    Index place_of(const UnitSet& quantized) {
        for (Index i = 0; i < result_.front.size(); ++i)
            if (result_.front[i].quantized == quantized) return i;
        SearchPoint added{quantized, times_.predicted(quantized), predicted_error(quantized)};
        // Sums of errors order nested sets whatever is learned of their size.
        const double sum = error_of(source_.graph, quantized);
        const auto behind =
            std::find_if(result_.front.begin(), result_.front.end(), [&](const SearchPoint& other) { return error_of(source_.graph, other.quantized) > sum; });
        const auto place = result_.front.insert(behind, std::move(added));
        return static_cast<Index>(place - result_.front.begin());
    }

    /// The corners by what is known of times now. What was measured stays; other points go.
    void make_front() {
        std::erase_if(result_.front, [](const SearchPoint& each) { return !each.measured; });
        corners_.clear();
        for (FrontPoint& each : vernier::front(times_.graph())) {
            if (std::find(each.quantized.begin(), each.quantized.end(), true) == each.quantized.end()) continue;  // the opened file itself
            (void)place_of(each.quantized);
            corners_.push_back(std::move(each.quantized));
        }
        tell();
    }

    [[nodiscard]] bool is_out_of_time() {
        if (source_.out_of_time && source_.out_of_time()) result_.out_of_time = true;
        return result_.out_of_time;
    }

    /// Measures a choice that was not, and learns from it.
    void validate(const UnitSet& quantized) {
        const Index index = place_of(quantized);
        const Validation seen = source_.measure(quantized);
        ++result_.validations;
        point(index).measured = seen;
        if (runs(seen)) {
            times_.measured({quantized, seen.ms, seen.units_ms});
            if (seen.error) errors_.measured(error_of(source_.graph, quantized), *seen.error);
            learn_answers(error_seen(point(index)), seen);
            if (std::abs(seen.ms / point(index).predicted_ms - 1) > kAnew) make_front();
        }
        for (SearchPoint& each : result_.front) {
            if (each.measured) continue;  // what was predicted before it was measured is kept beside it
            each.predicted_ms = times_.predicted(each.quantized);
            each.predicted_error = predicted_error(each.quantized);
        }
        tell();
    }

    void learn_answers(double error, const Validation& seen) {
        if (answers_) answers_->seen(error, seen.counts);
        if (seen.room && (!answers_ || source_.other_limits)) rooms_.push_back({error, error * *seen.room});
    }

    /// What a measured error near this one came to.
    struct Room {
        double error = 0, allowed = 0;
    };
    [[nodiscard]] static double distance(double a, double b) { return std::abs(std::log(std::max(1e-30, a) / std::max(1e-30, b))); }
    [[nodiscard]] const Room* room_near(double error) const {
        const Room* nearest = nullptr;
        for (const Room& each : rooms_)
            if (nearest == nullptr || distance(each.error, error) < distance(nearest->error, error)) nearest = &each;
        return nearest;
    }

    /// That an error which is only predicted passes.
    [[nodiscard]] double chance_at(double error) const {
        double chance = rooms_.empty() && (!answers_ || answers_->is_empty()) ? 0.5 : 1;
        double nearest = HUGE_VAL;
        for (const SearchPoint& each : result_.front)
            if (each.measured && each.measured->error) nearest = std::min(nearest, distance(*each.measured->error, error));
        const double spread = std::clamp(kLeastSpread + 0.15 * nearest, kLeastSpread, kMostSpread);
        if (answers_ && !answers_->is_empty())
            chance *= 0.25 * answers_->chance(error * std::exp(-spread)) + 0.5 * answers_->chance(error) + 0.25 * answers_->chance(error * std::exp(spread));
        if (const Room* room = room_near(error)) chance *= room->allowed > 0 ? normal_cdf(std::log(room->allowed / std::max(1e-30, error)) / spread) : 0;
        return chance;
    }

    /// That what was measured passes on report samples.
    [[nodiscard]] double chance_of(const SearchPoint& point) const {
        const Validation& seen = *point.measured;
        if (!runs(seen) || seen.speed == Outcome::failed) return 0;
        const double speed = seen.speed == Outcome::inconclusive ? 0.5 : 1;
        if (!answers_) return seen.within ? speed : 0;
        return seen.answers == Outcome::failed ? 0 : speed * answers_->chance(error_seen(point), seen.counts);
    }

    /// Measured, likely to pass, and not yet known whether it does: the fastest.
    [[nodiscard]] const SearchPoint* best() const {
        const SearchPoint* best = nullptr;
        for (const SearchPoint& each : result_.front)
            if (each.measured && !each.reported && chance_of(each) >= kLikely && (best == nullptr || each.measured->ms < best->measured->ms)) best = &each;
        return best;
    }

    [[nodiscard]] double time_to_beat() const {
        if (const SearchPoint* known = best()) return known->measured->ms;
        return source_.slowest_ms > 0 ? std::min(source_.slowest_ms, float_ms_) : float_ms_;
    }

    /// Choices that were not measured: corners, what fits between them, and the best with one unit more.
    [[nodiscard]] std::vector<UnitSet> open_choices() const {
        std::vector<UnitSet> open = corners_;
        add_between(open);
        return not_measured(std::move(open));
    }

    void add_between(std::vector<UnitSet>& open) const {
        const SearchGraph& graph = times_.graph();
        const SearchPoint* const known = best();
        const UnitSet base = known != nullptr ? known->quantized : pinned();
        if (const double most = allowed_error(); most > 0) {
            for (const double share : {1.0, kShrink}) {
                const double budget = errors_.budget(kCareful * share * most);
                open.push_back(filled(graph, base, budget).quantized);
                open.push_back(filled(graph, below(budget), budget).quantized);
            }
        }
        for (std::size_t i = 0; known != nullptr && i < base.size(); ++i)
            if (!base[i])
                if (auto more = with_unit(graph, base, i)) open.push_back(std::move(*more));
    }

    /// Corners, and what fits into a part of the error that was measured: corners may lie far apart.
    [[nodiscard]] std::vector<UnitSet> safer_choices() const {
        std::vector<UnitSet> open = corners_;
        for (const SearchPoint& each : result_.front) {
            if (!each.measured || !runs(*each.measured)) continue;
            for (const double share : kSafer) {
                const double budget = share * error_of(source_.graph, each.quantized);
                open.push_back(filled(times_.graph(), pinned(), budget).quantized);
                open.push_back(filled(times_.graph(), below(budget), budget).quantized);
            }
        }
        return not_measured(std::move(open));
    }

    [[nodiscard]] std::vector<UnitSet> not_measured(std::vector<UnitSet> open) const {
        std::erase_if(open, [&](const UnitSet& set) {
            if (std::find(set.begin(), set.end(), true) == set.end()) return true;
            return std::any_of(result_.front.begin(), result_.front.end(), [&](const SearchPoint& each) { return each.measured && each.quantized == set; });
        });
        return open;
    }

    /// The last corner whose sum of errors is within a budget.
    [[nodiscard]] UnitSet below(double budget) const {
        UnitSet last = pinned();
        for (const UnitSet& each : corners_)
            if (error_of(source_.graph, each) <= budget) last = each;
        return last;
    }

    /// The largest error that is as likely to pass as not; 0 where nothing is known.
    [[nodiscard]] double allowed_error() const {
        if (rooms_.empty() && (!answers_ || answers_->is_empty())) return 0;
        double low = 0, high = predicted_error(UnitSet(source_.graph.units.size(), true));
        for (int step = 0; step < 40; ++step) {
            const double middle = (low + high) / 2;
            (chance_at(middle) >= kLikely ? low : high) = middle;
        }
        return low;
    }

    [[nodiscard]] UnitSet pinned() const {
        const SearchGraph& graph = source_.graph;
        UnitSet quantized(graph.units.size());
        for (std::size_t i = 0; i < quantized.size(); ++i) quantized[i] = graph.units[i].pin == SearchUnit::Pin::quantized;
        return quantized;
    }

    void explore() {
        while (explore_one()) {
        }
    }

    /// Measures the choice of which most is to be expected; false where nothing is worth it.
    bool explore_one() {
        if (is_out_of_time() || result_.validations >= options_.most_validations) return false;
        const double beat = time_to_beat();
        const bool has_best = best() != nullptr;
        std::optional<UnitSet> next, surest;
        double most = kWorth * beat, chance = kNoHope;
        for (UnitSet& set : open_choices()) {
            const double ms = times_.predicted(set), likely = chance_at(predicted_error(set));
            const double spread = kTimeSpread * ms, gain = beat - ms;
            const double expected = likely * (gain * normal_cdf(gain / spread) + spread * normal_pdf(gain / spread));
            if (!has_best && likely > chance) {
                chance = likely;
                surest = set;
            }
            if (expected <= most) continue;
            most = expected;
            next = std::move(set);
        }
        if (!next) next = std::move(surest);
        if (!next) return false;
        validate(*next);
        return true;
    }

    /// What is fastest is often no sure thing, and with nothing safer in front of it all would hang on it: measures what the sequence of
    /// reports lacks most, while that is worth it.
    void secure() {
        while (!is_out_of_time() && result_.validations < options_.most_validations) {
            const std::optional<UnitSet> next = most_lacking();
            if (!next) return;
            validate(*next);
        }
    }

    [[nodiscard]] std::optional<UnitSet> most_lacking() const {
        const std::vector<ReportStep> steps = measured_steps();
        const double now = best_sequence(steps, report_cost()).worth;
        double most = now + kWorth * float_ms_;
        std::optional<UnitSet> lacking;
        for (UnitSet& set : safer_choices()) {
            std::vector<ReportStep> with = steps;
            const double error = predicted_error(set);
            with.push_back({result_.front.size(), error, float_ms_ - times_.predicted(set), chance_at(error)});
            const double worth = best_sequence(std::move(with), report_cost()).worth;
            if (worth <= most) continue;
            most = worth;
            lacking = std::move(set);
        }
        return lacking;
    }

    [[nodiscard]] ReportCost report_cost() const {
        double most = 0;
        for (const SearchPoint& each : result_.front)
            if (each.measured && runs(*each.measured)) most = std::max(most, float_ms_ - each.measured->ms);
        return {options_.most_reports, kWorth * float_ms_, kFound * most};
    }

    [[nodiscard]] std::vector<ReportStep> measured_steps() const {
        std::vector<ReportStep> steps;
        for (Index i = 0; i < result_.front.size(); ++i) {
            const SearchPoint& each = result_.front[i];
            if (!each.measured) continue;
            if (const double chance = chance_of(each); chance >= kReport)
                steps.push_back({i, error_seen(each), std::max(float_ms_ - each.measured->ms, 1e-3 * each.measured->ms), chance});
        }
        return steps;
    }

    /// Reports until one does not pass. Nothing of what they say changes the order.
    void report_in_sequence() {
        for (const Index index : best_sequence(measured_steps(), report_cost()).points) {
            if (result_.reports > 0 && is_out_of_time()) return;
            ++result_.reports;
            point(index).reported = source_.report(point(index).quantized);
            const Validation& seen = *point(index).reported;
            const bool passed = has_passed(seen);
            if (passed && (!result_.chosen || seen.ms < point(*result_.chosen).reported->ms)) result_.chosen = index;
            if (passed) result_.end = SearchEnd::found;
            tell();
            if (!passed) return;
        }
    }

    [[nodiscard]] bool any(const std::function<bool(const SearchPoint&)>& what) const {
        return std::any_of(result_.front.begin(), result_.front.end(), [&](const SearchPoint& each) { return each.measured && what(each); });
    }

    void say_why() {
        result_.nearest = nearest_of(result_);
        const bool within = any([](const SearchPoint& each) { return runs(*each.measured) && each.measured->within; });
        const bool fast = any([](const SearchPoint& each) { return runs(*each.measured) && each.measured->within && each.measured->speed != Outcome::failed; });
        result_.end = SearchEnd::undecided;
        if (any([](const SearchPoint& each) { return each.reported && is_undecided(*each.reported); })) {
            result_.why = "A recipe is within the limits on the samples that chose it, but the report samples do not decide it.";
        } else if (answers_ && !answers_->can_pass()) {
            result_.why = fmt::format("{} report samples are too few for this limit: even a recipe that changes no answer could not show that it holds it.",
                                      source_.answers->report_samples);
        } else if (result_.out_of_time && result_.reports == 0) {
            result_.why = kTimeIsUp;
        } else if (result_.reports == 0 && fast) {
            result_.why = "A recipe may be within the limits, but the report samples are too few to show it, so it was not tried on them.";
        } else {
            result_.end = SearchEnd::none;
            result_.why = result_.reports > 0        ? "What was within the limits on the samples that chose it is not on the report samples."
                          : within                   ? "What is within the limits on answers is too slow."
                          : result_.validations == 1 ? "The recipe that was measured is not within the limits."
                                                     : fmt::format("None of {} measured recipes is within the limits.", result_.validations);
        }
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
    TimeModel times_;
    ErrorModel errors_;
    std::optional<AnswerModel> answers_;
    std::vector<Room> rooms_;
    double float_ms_ = 0;  ///< of the opened file, by what its units took
    SearchResult result_;
    std::vector<UnitSet> corners_;  ///< by error, the least first
};

}  // namespace

SearchResult search(const SearchSource& source, const SearchOptions& options) { return Search(source, options).run(); }

}  // namespace vernier
