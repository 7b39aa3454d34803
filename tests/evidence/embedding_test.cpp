// SPDX-License-Identifier: GPL-3.0-or-later
// Vectors against scipy and scikit-learn: neighbours, and pairs with given scores.
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "core/evidence/compare.h"
#include "core/evidence/gate_text.h"
#include "core/evidence/tasks/embedding.h"
#include "tests/evidence/task_cases.h"
#include "tests/support/error_kind.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using test::Asked;
using test::floats;
using test::judged;

TEST(Embedding, MetricsAreThoseOfScipyAndScikitLearn) { test::expect_reference("embedding", 1e-9); }

/// Vectors of eight numbers, and those of a second model, away by noise. Two samples in a row are a pair, scored as the first model has it.
Asked vectors(std::size_t samples, double noise) {
    test::Random random(6);
    Asked asked{.spec = {.task = Task::embedding}, .form = TargetForm::numbers, .answers = {{}, {}}};
    for (std::size_t i = 0; i < samples; ++i) {
        std::vector<float> first, second;
        for (int k = 0; k < 8; ++k) {
            first.push_back(static_cast<float>(random.normal()));
            second.push_back(first.back() + static_cast<float>(noise * random.normal()));
        }
        asked.answers[0].push_back(floats({1, 8}, first));
        asked.answers[1].push_back(floats({1, 8, 1, 1}, second));
    }
    for (std::size_t i = 0; i < samples; ++i) {
        const auto a = asked.answers[0][i / 2 * 2].as<float>(), b = asked.answers[0][i / 2 * 2 + 1].as<float>();
        float dot = 0, aa = 0, bb = 0;
        for (std::size_t k = 0; k < 8; ++k) {
            dot += a[k] * b[k];
            aa += a[k] * a[k];
            bb += b[k] * b[k];
        }
        asked.targets.push_back({.values = floats({2}, {static_cast<float>(i / 2), dot * dot * dot / (aa * bb)})});
    }
    return asked;
}

TEST(Embedding, IsLimitedByTheTable) {
    Gate gate;
    for (const char* limit : {"recall_at_10>=80", "ndcg_at_10>=80", "embedding_cosine>=0.95", "spearman drop<=0.1"}) add_limit(gate, limit);
    const Comparison good = compare(judged(vectors(200, 0.02)), gate), bad = compare(judged(vectors(200, 2)), gate);
    ASSERT_EQ(good.candidates[0].gate_lines.size(), 4U);
    for (const GateLine& line : good.candidates[0].gate_lines) EXPECT_EQ(line.outcome, Outcome::passed) << line.figure << " " << line.text;
    for (const GateLine& line : bad.candidates[0].gate_lines) EXPECT_EQ(line.outcome, Outcome::failed) << line.figure << " " << line.text;
    EXPECT_EQ(good.baseline.measurement.metrics.at("spearman").n, 100U) << "pairs";
    EXPECT_EQ(good.baseline.measurement.metrics.size(), 1U) << "the others stand against the baseline only";
}

TEST(Embedding, IsNeverProposed) {
    Asked asked = vectors(10, 0.1);
    asked.spec.task.reset();
    EXPECT_EQ(judged(asked)[0].task, Task::none);
    asked.spec.task = Task::embedding;
    for (SampleTarget& target : asked.targets) target.values = floats({3}, {1, 2, 3});
    EXPECT_EQ(test::kind_of([&] { (void)judged(asked); }), ErrorKind::bad_data) << "targets are a pair and a score";
}

TEST(Embedding, VectorsThatAreNotFiniteLeaveNoNeighbours) {
    Asked asked = vectors(20, 0.1);
    asked.answers[1][3] = floats({1, 8}, {1, 2, 3, std::numeric_limits<float>::quiet_NaN(), 5, 6, 7, 8});
    const auto found = judged(asked);
    EXPECT_FALSE(found[1].metrics.contains("recall_at_10"));
    EXPECT_FALSE(found[1].metrics.contains("embedding_cosine"));
    EXPECT_FALSE(found[1].metrics.contains("spearman"));
    EXPECT_TRUE(found[0].metrics.contains("spearman"));
}

TEST(Embedding, NeighboursAreTheNearestOthersTheFirstOfEqualOnes) {
    const std::vector<std::vector<double>> vectors = {{1, 0}, {1, 0}, {0, 1}, {1, 0}};
    const auto near = neighbours_of(vectors);
    ASSERT_EQ(near.size(), 4U);
    EXPECT_EQ(near[0], (std::vector<std::uint32_t>{1, 3, 2}));
    EXPECT_EQ(near[2], (std::vector<std::uint32_t>{0, 1, 3}));
    EXPECT_TRUE(neighbours_of({{1, 0}}).empty());
}

}  // namespace
}  // namespace vernier
