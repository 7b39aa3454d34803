// SPDX-License-Identifier: GPL-3.0-or-later
// Searches over graphs whose true errors and times are known, and differ from what is predicted.
#include "core/search/search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/search/random_graph.h"

namespace vernier::test {
namespace {

/// A network whose units work against each other a little, and whose conversions cost more than its profile says.
struct Truth {
    SearchGraph graph, seen;  ///< as it is, and as the search sees it
    double limit = 0;         ///< on the error
    double report_limit = 0;  ///< the same on report samples
    double all = 0;

    [[nodiscard]] double error(const UnitSet& set) const {
        const double sum = error_of(graph, set);
        return sum + 0.3 * sum * sum / error_of(graph, UnitSet(set.size(), true));
    }
    [[nodiscard]] Validation validate(const UnitSet& set, double bound) const {
        Validation seen_now;
        seen_now.ms = time_of(graph, set);
        seen_now.ms_interval = {seen_now.ms * 0.99, seen_now.ms * 1.01};
        seen_now.error = error(set);
        seen_now.answers = *seen_now.error <= bound ? Outcome::passed : Outcome::failed;
        seen_now.speed = Outcome::passed;
        seen_now.within = *seen_now.error <= bound;
        seen_now.room = bound / std::max(1e-12, *seen_now.error);
        return seen_now;
    }
    [[nodiscard]] SearchSource source() const {
        SearchSource source;
        source.graph = seen;
        source.errors = ErrorModel(all, error_of(seen, UnitSet(seen.units.size(), true)));
        source.measure = [this](const UnitSet& set) { return validate(set, limit); };
        source.report = [this](const UnitSet& set) { return validate(set, report_limit); };
        return source;
    }
};

Truth truth_of(std::uint64_t seed, int units, double share) {
    Truth truth;
    truth.graph = random_graph(seed, units);
    truth.seen = truth.graph;
    Dice dice(seed + 1000);
    for (SearchUnit& unit : truth.seen.units) unit.error *= 0.8 + 0.4 * dice.unit();
    for (SearchBoundary& boundary : truth.seen.boundaries) {
        boundary.quantize_ms *= 0.7;
        boundary.dequantize_ms *= 0.7;
    }
    truth.all = truth.error(UnitSet(truth.graph.units.size(), true));
    truth.limit = truth.report_limit = share * truth.all;
    return truth;
}

/// Time that the best choice within the limit saves, of all.
double best_saving(const Truth& truth) {
    const std::size_t units = truth.graph.units.size();
    const double before = time_of(truth.graph, UnitSet(units));
    double best = 0;
    for (std::uint64_t bits = 0; bits < (std::uint64_t{1} << units); ++bits) {
        UnitSet set(units);
        for (std::size_t i = 0; i < units; ++i) set[i] = ((bits >> i) & 1U) != 0;
        if (truth.error(set) <= truth.limit) best = std::max(best, before - time_of(truth.graph, set));
    }
    return best;
}

TEST(Search, FindsNearlyTheBestWithinTheLimit) {
    double saved = 0, best = 0;
    int searches = 0;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        const Truth truth = truth_of(seed, 12, seed % 2 == 0 ? 0.1 : 0.3);
        const SearchResult result = search(truth.source(), {});
        EXPECT_LE(result.validations, 12U);
        const double most = best_saving(truth);
        if (most < 0.05) continue;
        ++searches;
        best += most;
        if (!result.chosen) continue;
        const SearchPoint& chosen = result.front.at(*result.chosen);
        EXPECT_EQ(result.end, SearchEnd::found);
        EXPECT_LE(truth.error(chosen.quantized), truth.limit);
        ASSERT_TRUE(chosen.measured.has_value());
        ASSERT_TRUE(chosen.reported.has_value());
        saved += time_of(truth.graph, UnitSet(12)) - time_of(truth.graph, chosen.quantized);
    }
    EXPECT_GT(searches, 20);
    EXPECT_GT(saved, 0.85 * best);
}

TEST(Search, TakesTheFastEndAtOnceWhereItPasses) {
    Truth truth = truth_of(3, 10, 1.1);
    truth.seen = truth.graph;
    const SearchResult result = search(truth.source(), {});
    EXPECT_EQ(result.end, SearchEnd::found);
    EXPECT_EQ(result.validations, 1U);
    EXPECT_EQ(result.reports, 1U);
    EXPECT_EQ(*result.chosen, result.front.size() - 1);
}

TEST(Search, GivesTheSameAnswerForTheSameMeasurements) {
    const Truth truth = truth_of(7, 30, 0.1);
    const SearchResult one = search(truth.source(), {}), two = search(truth.source(), {});
    ASSERT_EQ(one.front.size(), two.front.size());
    EXPECT_EQ(one.chosen, two.chosen);
    EXPECT_EQ(one.validations, two.validations);
    for (std::size_t i = 0; i < one.front.size(); ++i) EXPECT_EQ(one.front[i].quantized, two.front[i].quantized);
}

TEST(Search, SaysThatNoneIsWithinAndNamesTheNearest) {
    Truth truth = truth_of(5, 12, 0);
    truth.limit = truth.report_limit = -1;
    const SearchResult result = search(truth.source(), {});
    EXPECT_EQ(result.end, SearchEnd::none);
    EXPECT_FALSE(result.chosen.has_value());
    ASSERT_TRUE(result.nearest.has_value());
    EXPECT_TRUE(result.front.at(*result.nearest).measured.has_value());
    EXPECT_FALSE(result.why.empty());
}

/// What passed on the samples that chose it is not believed.
TEST(Search, ReturnsOnlyWhatPassesOnReportSamples) {
    Truth truth = truth_of(8, 12, 0.3);
    truth.report_limit = 0.5 * truth.limit;
    const SearchResult result = search(truth.source(), {});
    EXPECT_GE(result.reports, 1U);
    if (result.chosen) {
        EXPECT_LE(truth.error(result.front.at(*result.chosen).quantized), truth.report_limit);
    }
    truth.report_limit = -1;
    const SearchResult never = search(truth.source(), {});
    EXPECT_EQ(never.end, SearchEnd::none);
    EXPECT_LE(never.reports, 3U);
}

TEST(Search, DoesNotDecideWhatTheSamplesDoNot) {
    const Truth truth = truth_of(9, 10, 0.3);
    SearchSource source = truth.source();
    source.report = [&](const UnitSet& set) {
        Validation seen = truth.validate(set, truth.limit);
        seen.answers = Outcome::inconclusive;
        return seen;
    };
    const SearchResult result = search(source, {});
    EXPECT_EQ(result.end, SearchEnd::undecided);
    EXPECT_FALSE(result.chosen.has_value());
}

TEST(Search, StopsWhenTheTimeIsUp) {
    const Truth truth = truth_of(4, 30, 0.02);
    SearchSource source = truth.source();
    source.out_of_time = [] { return true; };
    const SearchResult result = search(source, {});
    EXPECT_EQ(result.validations, 1U);
    EXPECT_TRUE(result.out_of_time);
    EXPECT_EQ(result.end, SearchEnd::undecided);
}

TEST(Search, TellsTheFrontBeforeAnythingIsMeasured) {
    const Truth truth = truth_of(6, 20, 0.1);
    SearchSource source = truth.source();
    std::vector<std::size_t> measured;
    source.partial = [&](const SearchResult& now) {
        std::size_t count = 0;
        for (const SearchPoint& point : now.front) count += point.measured ? 1 : 0;
        EXPECT_GT(now.front.size(), 1U);
        measured.push_back(count);
    };
    (void)search(source, {});
    ASSERT_GT(measured.size(), 2U);
    EXPECT_EQ(measured.front(), 0U);
    EXPECT_EQ(measured[1], 1U);
}

TEST(Search, GoesOnWhereAFileCannotBeMade) {
    const Truth truth = truth_of(11, 12, 0.5);
    SearchSource source = truth.source();
    int calls = 0;
    source.measure = [&](const UnitSet& set) {
        Validation seen = truth.validate(set, truth.limit);
        if (++calls == 1) seen = {.trouble = "the runtime died of it"};
        return seen;
    };
    const SearchResult result = search(source, {});
    EXPECT_GT(result.validations, 1U);
    if (result.chosen) {
        EXPECT_TRUE(result.front.at(*result.chosen).measured->trouble.empty());
    }
}

/// All in INT8 answers well, but is slower than the opened file, whatever was predicted.
TEST(Search, TriesFewerUnitsWhereTheFastEndIsSlow) {
    const Truth truth = truth_of(13, 20, 2);
    SearchSource source = truth.source();
    std::size_t most = 0;
    source.measure = source.report = [&](const UnitSet& set) {
        Validation seen = truth.validate(set, truth.limit);
        const auto units = static_cast<std::size_t>(std::count(set.begin(), set.end(), true));
        if (most == 0) most = units;
        seen.speed = units == most ? Outcome::failed : Outcome::passed;
        return seen;
    };
    const SearchResult result = search(source, {});
    EXPECT_EQ(result.end, SearchEnd::found);
    ASSERT_TRUE(result.chosen.has_value());
    EXPECT_LT(static_cast<std::size_t>(std::count(result.front[*result.chosen].quantized.begin(), result.front[*result.chosen].quantized.end(), true)), most);
    source.measure = [&](const UnitSet& set) {
        Validation seen = truth.validate(set, truth.limit);
        seen.speed = Outcome::failed;
        return seen;
    };
    const SearchResult slow = search(source, {});
    EXPECT_EQ(slow.end, SearchEnd::none);
    EXPECT_EQ(slow.why, "What is within the limits on answers is too slow.");
}

TEST(Search, SaysHowWellItPredicted) {
    SearchResult result;
    EXPECT_EQ(prediction_of(result).points, 0U);
    for (const double factor : {1.0, 1.04, 0.5}) {
        SearchPoint point{{true}, 2, 0.1};
        point.measured = Validation{.ms = 2 * factor, .error = 0.1 * factor};
        result.front.push_back(point);
    }
    result.front.push_back({{false}, 9, 9});  // not measured: says nothing
    const PredictionQuality quality = prediction_of(result);
    EXPECT_EQ(quality.points, 3U);
    EXPECT_NEAR(quality.ms, 0.04, 1e-9);
    EXPECT_NEAR(quality.error, 1.04, 1e-9);
    EXPECT_FALSE(quality.is_rough());
}

/// Nothing is quantized where it saves no time.
TEST(Search, SaysThatNothingIsToBeGained) {
    SearchSource source;
    source.graph.units = {{1, 1.5, 0.1}, {1, 2, 0.1}};
    source.measure = source.report = [](const UnitSet&) { return Validation{.trouble = "must not be asked"}; };
    const SearchResult result = search(source, {});
    EXPECT_EQ(result.end, SearchEnd::none);
    EXPECT_EQ(result.validations, 0U);
    EXPECT_TRUE(result.front.empty());
}

}  // namespace
}  // namespace vernier::test
