// SPDX-License-Identifier: GPL-3.0-or-later
// KL divergence of outputs against scipy (tests/data/make_divergence_reference.py), and of which outputs it is said.
#include "core/measure/divergence.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <vector>

#include "core/base/json.h"
#include "core/evidence/metrics/divergence.h"
#include "core/evidence/metrics/measured.h"
#include "core/evidence/metrics/table.h"
#include "core/measure/tally.h"
#include "tests/support/paths.h"

namespace vernier {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<double> numbers_of(const Json& list) {
    std::vector<double> numbers;
    for (const Json& each : list) numbers.push_back(each.is_null() ? -kInfinity : each.get<double>());
    return numbers;
}

std::vector<float> row_of(const std::vector<double>& numbers, std::size_t row, std::size_t classes) {
    const auto first = numbers.begin() + static_cast<std::ptrdiff_t>(row * classes);
    return {first, first + static_cast<std::ptrdiff_t>(classes)};
}

/// A classifier's measurement with such scores, one row a sample.
Measurement scored(const std::vector<double>& numbers, std::size_t classes) {
    Measurement measurement;
    measurement.scores_output = "scores";
    measurement.classifies = true;
    measurement.outputs.emplace_back().name = "scores";
    for (std::size_t row = 0; row < numbers.size() / classes; ++row) measurement.answers.scores.push_back(row_of(numbers, row, classes));
    return measurement;
}

TEST(Divergence, IsWhatScipySays) {
    std::ifstream file(test::source_dir() + "/tests/data/reference/divergence.json");
    const Json document = Json::parse(file);
    int count = 0;
    for (const Json& each : document.at("cases")) {
        SCOPED_TRACE(each.at("name").get<std::string>());
        const std::vector<double> p = numbers_of(each.at("p")), q = numbers_of(each.at("q"));
        const auto dims = each.at("dims").get<std::vector<std::int64_t>>();
        const double expected = each.at("kl").get<double>();
        ++count;
        if (each.at("kind") == "logits") {
            Measurement first = scored(p, static_cast<std::size_t>(dims.back())), own = scored(q, static_cast<std::size_t>(dims.back()));
            add_divergence_of_scores(own, first.answers);
            ASSERT_TRUE(own.outputs[0].metrics.contains("kl"));
            EXPECT_NEAR(own.outputs[0].metrics.at("kl").value, expected, 1e-9 + 1e-9 * expected);
            continue;
        }
        const auto sums = row_divergence(p, q, dims);
        ASSERT_TRUE(sums);
        EXPECT_EQ(sums->values, p.size() / static_cast<std::size_t>(each.at("name").get<std::string>().starts_with("a picture") ? dims[1] : dims.back()));
        EXPECT_NEAR(sums->sums[0] / static_cast<double>(sums->values), expected, 1e-9 + 1e-9 * expected);
    }
    EXPECT_GE(count, 20);
}

OutputValues output(std::vector<std::int64_t> dims, std::vector<double> numbers) { return {ElementType::float32, std::move(dims), std::move(numbers), {}}; }

TEST(Divergence, OutputsThatAreNoDistributionsHaveNone) {
    OutputTally boxes("boxes", sums_of_metrics());
    boxes.add(output({1, 3}, {0.2, 0.3, 0.5}), output({1, 3}, {0.2, 0.3, 0.5}), 0, 1);  // by chance
    boxes.add(output({1, 3}, {12, 3, 5}), output({1, 3}, {12, 3, 5}), 0, 1);
    boxes.add(output({1, 3}, {0.2, 0.3, 0.5}), output({1, 3}, {0.2, 0.3, 0.5}), 0, 1);
    OutputFigures figures = boxes.figures();
    fill_metrics(figures);
    EXPECT_FALSE(figures.sums.contains("divergence"));
    EXPECT_FALSE(figures.metrics.contains("kl"));
    EXPECT_TRUE(figures.metrics.contains("mae"));
    EXPECT_FALSE(row_divergence(std::vector<double>{1}, std::vector<double>{1}, std::vector<std::int64_t>{1, 1})) << "one class tells nothing";
}

TEST(Divergence, EachSampleOfABatchHasItsOwnRow) {
    OutputTally tally("p", sums_of_metrics());
    const OutputValues before = output({2, 2}, {0.5, 0.5, 0.9, 0.1}), after = output({2, 2}, {0.5, 0.5, 0.5, 0.5});
    tally.add(before, after, 0, 2);
    tally.add(before, after, 1, 2);
    OutputFigures figures = tally.figures();
    fill_metrics(figures);
    const MetricValue& kl = figures.metrics.at("kl");
    EXPECT_NEAR(kl.value, (0.9 * std::log(1.8) + 0.1 * std::log(0.2)) / 2, 1e-12);
    EXPECT_EQ(kl.n, 2U);
    EXPECT_EQ(figures.sums.at("divergence")[0].sums[0], 0);
}

TEST(Divergence, TheOutputThatLostMostIsTold) {
    Measurement measured;
    measured.outputs.resize(3);
    measured.outputs[0].metrics["kl"] = {0.01, Interval{0, 0.02}, 9};
    measured.outputs[1].metrics["kl"] = {0.4, Interval{0.3, 0.5}, 9};
    CandidateComparison candidate;
    candidate.measurement = measured;
    const Figure& kl = figure("kl");
    EXPECT_EQ(kl.value({candidate.measurement, &candidate}), 0.4);
    EXPECT_EQ(kl.interval({candidate.measurement, &candidate})->lo, 0.3);
    EXPECT_FALSE(kl.value({measured})) << "the baseline has none";
}

}  // namespace
}  // namespace vernier
