// SPDX-License-Identifier: GPL-3.0-or-later
// Judging again (after a JSON round trip, a change of limit, a removed candidate) equals judging afresh.
#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "core/evidence/compare.h"
#include "core/measure/latency.h"
#include "core/measure/metrics.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using test::Random;

bool one_in(Random& random, int n) { return random.unit() * n < 1; }

double odd_number(Random& random, double usual) {
    if (one_in(random, 12)) return std::numeric_limits<double>::quiet_NaN();
    if (one_in(random, 12)) return std::numeric_limits<double>::infinity();
    if (one_in(random, 12)) return -std::numeric_limits<double>::infinity();
    return usual;
}

OutputFigures random_output(Random& random, const std::string& name, std::uint64_t n) {
    OutputFigures output;
    output.name = name;
    output.samples = n;
    output.type = one_in(random, 4) ? ElementType::int64 : ElementType::float32;
    if (output.type == ElementType::int64) output.equal = odd_number(random, 100 * random.unit());
    else {
        const double sqnr = 60 * random.unit();
        output.sqnr_db = odd_number(random, sqnr);
        output.sqnr_interval = {odd_number(random, sqnr - random.unit()), odd_number(random, sqnr + random.unit())};
        output.cosine = odd_number(random, random.unit());
    }
    if (one_in(random, 5)) output.nan = static_cast<std::uint64_t>(random.unit() * static_cast<double>(n));
    if (one_in(random, 5)) output.lost = static_cast<std::uint64_t>(random.unit() * static_cast<double>(n));
    if (one_in(random, 8)) output.other_shape = 1;
    if (one_in(random, 8)) output.problem = "missing";
    return output;
}

Measurement random_measurement(Random& random, std::size_t n, bool labels, std::uint64_t classes) {
    Measurement m;
    m.model = "m.onnx";
    m.size_bytes = 1 + static_cast<std::uint64_t>(random.unit() * 1000);
    m.samples = n;
    for (std::size_t i = 0; i < n; ++i) {
        m.answers.sample.push_back(i);
        m.answers.label.push_back(labels ? 0 : -1);
        m.answers.predicted.push_back(classes < 2 || one_in(random, 10) ? -1 : one_in(random, 5) ? 1 : 0);
        m.answers.in_top5.push_back(one_in(random, 2));
        if (classes < 2) m.answers.whole_equal.push_back(!one_in(random, 6));
    }
    if (n > 0) {
        m.outputs = {random_output(random, "y", n), random_output(random, "z", n)};
        m.scores_output = "y";
        m.classes = m.answers.classes = classes;
        m.classifies = classes > 1 && labels;
        if (m.classifies) m.accuracy = accuracy_of(m.answers);
    }
    return m;
}

Gate random_gate(Random& random) {
    Gate gate;
    if (one_in(random, 2)) gate.max_drop_points = 5 * random.unit();
    if (one_in(random, 2)) gate.min_agreement = 60 + 40 * random.unit();
    if (one_in(random, 2)) gate.min_sqnr_db = 40 * random.unit();
    if (one_in(random, 2)) gate.min_speedup = 2 * random.unit();
    return gate;
}

Comparison there_and_back(const Comparison& comparison) { return comparison_from_json(Json::parse(to_json(comparison).dump())); }

TEST(Rejudging, EqualsJudgingAfreshForRandomComparisons) {
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        Random random(seed);
        const std::size_t n = one_in(random, 6) ? 0 : 1 + static_cast<std::size_t>(300 * random.unit());
        const bool labels = one_in(random, 2);
        const std::uint64_t classes = one_in(random, 3) ? 1 : 10;
        std::vector<Measurement> all;
        for (int i = 0; i < 4; ++i) all.push_back(random_measurement(random, n, labels, classes));
        const Gate first = random_gate(random), second = random_gate(random);
        Comparison again = compare(all, first);
        for (CandidateComparison& candidate : again.candidates) {  // whatever a figure of time may come to
            candidate.speedup = odd_number(random, candidate.speedup);
            candidate.speedup_interval = {odd_number(random, 0.9), odd_number(random, 1.1)};
        }
        Comparison afresh = again;
        judge_again(afresh, second);
        again = there_and_back(again);
        judge_again(again, second);
        EXPECT_EQ(to_json(there_and_back(again)), to_json(afresh)) << "seed " << seed;

        afresh.candidates.erase(afresh.candidates.begin() + 1);
        again.candidates.erase(again.candidates.begin() + 1);
        judge_again(again, first);
        judge_again(afresh, first);
        EXPECT_EQ(to_json(there_and_back(again)), to_json(afresh)) << "seed " << seed;

        all.erase(all.begin() + 2);
        Comparison other = compare(all, first), same = there_and_back(compare(all, second));
        judge_again(same, first);
        EXPECT_EQ(to_json(same), to_json(other)) << "seed " << seed;
    }
}

TEST(Rejudging, NumbersThatJsonDoesNotHaveComeBack) {
    std::vector<Measurement> all(2);
    Comparison comparison = compare(std::move(all), {});
    comparison.candidates[0].speedup = std::numeric_limits<double>::quiet_NaN();
    comparison.candidates[0].speedup_interval = {-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
    const Comparison back = there_and_back(comparison);
    EXPECT_TRUE(std::isnan(back.candidates[0].speedup));
    EXPECT_EQ(back.candidates[0].speedup_interval, comparison.candidates[0].speedup_interval);
}

}  // namespace
}  // namespace vernier
