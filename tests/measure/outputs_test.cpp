// SPDX-License-Identifier: GPL-3.0-or-later
// All outputs of several files, matched by name.
#include "core/measure/outputs.h"

#include <gmock/gmock.h>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/base/error.h"
#include "core/evidence/compare.h"
#include "core/evidence/metrics/measured.h"
#include "core/measure/cast.h"
#include "core/measure/measure.h"
#include "core/measure/metrics.h"
#include "core/measure/tally.h"
#include "tests/support/made_dataset.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"
#include "tests/support/temp_dir.h"

namespace vernier {
namespace {

using test::ModelBuilder;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

template <class T>
Tensor tensor(ElementType type, std::vector<std::int64_t> dims, const std::vector<T>& values) {
    Tensor out{type, std::move(dims), {}};
    out.bytes.resize(values.size() * sizeof(T));
    std::memcpy(out.bytes.data(), values.data(), out.bytes.size());
    return out;
}

OutputValues floats(std::vector<std::int64_t> dims, std::vector<double> values) { return {ElementType::float32, std::move(dims), std::move(values), {}}; }

class NormalDataset final : public test::MadeDataset {
public:
    explicit NormalDataset(std::uint64_t size, bool labels = false)
        : MadeDataset(1, size, [labels](Split, std::uint64_t index) {
              Sample sample;
              sample.inputs.emplace("x", tensor(ElementType::float32, {1, 16}, test::normal_floats(16, index + 1)));
              sample.label = labels ? static_cast<std::int64_t>(index % 10) : -1;
              return sample;
          }) {
        set_labels(labels);
    }
};

MeasureOptions quick() {
    MeasureOptions options;
    options.seconds = 0.05;
    return options;
}

/// x -> h = x w, g = -h; both are outputs, in one order or the other, and all in one type.
std::string two_outputs(bool swapped, ElementType type = ElementType::float32) {
    ModelBuilder builder;
    const auto to = static_cast<std::int64_t>(type);
    builder.input("x", type, {"N", 16}).initializer("w", test::random_floats(160, 1), {16, 10});
    builder.node("Cast", {"x"}, {"x32"}, {{"to", 1}}).node("MatMul", {"x32", "w"}, {"h32"}).node("Exp", {"h32"}, {"g32"});
    builder.node("Cast", {"h32"}, {"h"}, {{"to", to}}).node("Cast", {"g32"}, {"g"}, {{"to", to}});
    for (const char* name : swapped ? std::array{"g", "h"} : std::array{"h", "g"}) builder.output(name, type, {"N", 10});
    return builder.bytes();
}

class Outputs : public testing::Test {
protected:
    std::vector<Measurement> run(const std::vector<std::string>& models, bool labels = false) {
        std::vector<std::filesystem::path> files;
        for (const std::string& bytes : models) files.push_back(folder_.write("m" + std::to_string(files.size()) + ".onnx", bytes));
        return measure_with_metrics(runtime_, files, std::make_shared<NormalDataset>(20, labels), quick(), {});
    }

    test::TempDir folder_;
    RuntimePtr runtime_ = Runtime::load();
};

TEST_F(Outputs, AreMatchedByNameWhateverTheirOrder) {
    const auto all = run({two_outputs(false), two_outputs(true)});
    for (const OutputFigures& output : all[1].outputs) {
        EXPECT_EQ(output.sqnr_db, 200) << output.name;
        EXPECT_EQ(output.samples, 20U);
    }
    EXPECT_EQ(all[1].scores_output, "h") << "the scores are those of the first file's first output";
}

TEST_F(Outputs, HalfInputsAndOutputsAreCast) {
    const auto all = run({two_outputs(false), two_outputs(true, ElementType::float16)});
    ASSERT_EQ(all[1].outputs.size(), 2U);
    for (const OutputFigures& output : all[1].outputs) {
        EXPECT_EQ(output.type, ElementType::float16);
        EXPECT_GT(output.sqnr_db.value(), 50) << output.name;
        EXPECT_LT(output.sqnr_db.value(), 90) << output.name;
    }
    const auto back = run({two_outputs(false, ElementType::float64), two_outputs(false)});
    EXPECT_GT(back[1].outputs[0].sqnr_db.value(), 120);
}

TEST_F(Outputs, TheWorstOfAllIsFirstAndAMissingOneIsSaid) {
    ModelBuilder first, second;
    for (ModelBuilder* builder : {&first, &second})
        builder->input("x", ElementType::float32, {"N", 16}).initializer("w", test::random_floats(160, 1), {16, 10});
    first.node("MatMul", {"x", "w"}, {"h"}).node("Neg", {"h"}, {"n"}).node("ArgMax", {"h"}, {"a"}, {{"axis", 1}, {"keepdims", 0}}).node("Exp", {"h"}, {"e"});
    first.output("h", ElementType::float32, {"N", 10})
        .output("n", ElementType::float32, {"N", 10})
        .output("a", ElementType::int64, {"N"})
        .output("e", ElementType::float32, {"N", 10});
    second.initializer("half", std::vector<float>{0.9F}, {1})
        .node("MatMul", {"x", "w"}, {"h"})
        .node("Log", {"h"}, {"n"})
        .node("ArgMin", {"h"}, {"a"}, {{"axis", 1}, {"keepdims", 0}});
    second.node("Mul", {"h", "half"}, {"extra"});
    second.output("h", ElementType::float32, {"N", 10})
        .output("a", ElementType::int64, {"N"})
        .output("n", ElementType::float32, {"N", 10})
        .output("extra", ElementType::float32, {"N", 10});
    const auto all = run({first.bytes(), second.bytes()});
    std::vector<std::string> names;
    for (const OutputFigures& output : all[1].outputs) names.push_back(output.name);
    EXPECT_THAT(names, testing::ElementsAre("e", "n", "a", "h", "extra"));
    EXPECT_EQ(all[1].outputs[0].problem, "missing");
    EXPECT_EQ(all[1].outputs[1].lost, 20U);
    EXPECT_EQ(all[1].outputs[2].equal, 0.0) << "the largest is never the smallest";
    EXPECT_EQ(all[1].outputs[3].sqnr_db, 200);
    EXPECT_EQ(all[1].outputs[4].problem, "not in the baseline");
    const Comparison comparison = compare(all, {.min_sqnr_db = 10});
    EXPECT_EQ(comparison.candidates[0].gate, Outcome::failed);
    EXPECT_THAT(comparison.candidates[0].gate_lines[0].text, testing::HasSubstr("output e: missing"));
}

TEST_F(Outputs, WhatIsNoClassifierGetsNoTop1AndNoAgreement) {
    ModelBuilder builder;
    builder.input("x", ElementType::float32, {"N", 16}).initializer("s", std::vector<std::int64_t>{-1, 4, 4}, {3});
    builder.node("Reshape", {"x", "s"}, {"boxes"}).output("boxes", ElementType::float32, {"N", 4, 4});
    const auto all = run({builder.bytes(), builder.bytes()}, true);
    EXPECT_FALSE(all[0].accuracy);
    EXPECT_FALSE(all[0].classifies);
    const Comparison comparison = compare(all, {.max_drop_points = 1, .min_agreement = 90});
    EXPECT_FALSE(comparison.candidates[0].agreement);
    EXPECT_FALSE(comparison.candidates[0].top1_delta_points);
    EXPECT_EQ(comparison.candidates[0].output_sqnr_db, 200);
    EXPECT_EQ(comparison.candidates[0].gate, Outcome::inconclusive);
    for (const GateLine& line : comparison.candidates[0].gate_lines) EXPECT_THAT(line.text, testing::HasSubstr("boxes")) << line.what;
}

TEST_F(Outputs, IntegersThatAModelAnswersWithCanBeLimited) {
    ModelBuilder builder;
    builder.input("x", ElementType::float32, {"N", 16}).node("ArgMax", {"x"}, {"a"}, {{"axis", 1}}).output("a", ElementType::int64, {"N", 1});
    const Comparison comparison = compare(run({builder.bytes(), builder.bytes()}), {.min_agreement = 80});
    EXPECT_EQ(comparison.candidates[0].agreement, 100);
    EXPECT_EQ(comparison.candidates[0].gate, Outcome::passed);
}

TEST(IsClassScores, AsksForFloatAndTwoAxes) {
    const auto scores = [](ElementType type, std::vector<std::int64_t> dims) { return Tensor{type, std::move(dims), {}}; };
    EXPECT_TRUE(is_class_scores(scores(ElementType::float32, {1, 10}), 1));
    EXPECT_TRUE(is_class_scores(scores(ElementType::float16, {8, 1000, 1, 1}), 8));
    EXPECT_FALSE(is_class_scores(scores(ElementType::float32, {1, 1}), 1)) << "a single score";
    EXPECT_FALSE(is_class_scores(scores(ElementType::float32, {10}), 1));
    EXPECT_FALSE(is_class_scores(scores(ElementType::int64, {1, 10}), 1));
    EXPECT_FALSE(is_class_scores(scores(ElementType::float32, {1, 256, 14}), 1)) << "boxes";
    EXPECT_FALSE(is_class_scores(scores(ElementType::float32, {5, 6}), 1)) << "five boxes of one picture";
}

TEST(OutputTally, ASpreadOverSamplesGivesAnInterval) {
    OutputTally tally("y", sums_of_metrics());
    test::Random random(5);
    for (int i = 0; i < 400; ++i) {
        const double error = 0.1 * random.normal();
        tally.add(floats({1, 2}, {1, 0}), floats({1, 2}, {1, error}), 0, 1);
    }
    OutputFigures figures = tally.figures();
    fill_metrics(figures);
    EXPECT_NEAR(figures.sqnr_db.value(), 20, 0.6);
    EXPECT_LT(figures.sqnr_interval.lo, *figures.sqnr_db);
    // The error is 0.01 chi-squared with one degree: its mean over 400 has a deviation of sqrt(2 / 400) = 7 %, 0.31 dB.
    EXPECT_NEAR(figures.sqnr_interval.hi - figures.sqnr_interval.lo, 2 * 1.966 * 0.307, 0.25);
}

TEST(OutputTally, NanInTheBaselineIsNoMeasureForOthers) {
    OutputTally tally("y", sums_of_metrics());
    tally.add(floats({1, 3}, {kNan, kInf, 2}), floats({1, 3}, {kNan, kInf, 2}), 0, 1);
    tally.add(floats({1, 3}, {kNan, -kInf, 2}), floats({1, 3}, {1, kInf, 2}), 0, 1);
    OutputFigures figures = tally.figures();
    fill_metrics(figures);
    EXPECT_EQ(figures.sqnr_db, 200);
    EXPECT_EQ(figures.lost, 0U);
    EXPECT_EQ(figures.nan, 1U);
    EXPECT_EQ(figures.infinite, 2U);
    OutputTally all("z", sums_of_metrics());
    all.add(floats({1, 1}, {kInf}), floats({1, 1}, {-kInf}), 0, 1);
    OutputFigures nothing = all.figures();
    EXPECT_TRUE(nothing.sums.empty());
    fill_metrics(nothing);
    EXPECT_FALSE(nothing.sqnr_db) << "nothing finite to hold it against";
}

TEST(OutputTally, ABatchIsDividedAmongItsSamples) {
    OutputTally tally("y");
    const OutputValues before = floats({2, 2}, {1, 0, 1, 0}), after = floats({2, 2}, {1, 0, kNan, 0});
    tally.add(before, after, 0, 2);
    EXPECT_EQ(tally.figures().lost, 0U);
    tally.add(before, after, 1, 2);
    EXPECT_EQ(tally.figures().lost, 1U);
    EXPECT_EQ(tally.figures().samples, 2U);
}

TEST(OutputTally, LargeIntegersAreComparedExactly) {
    OutputTally tally("ids");
    const std::int64_t large = (std::int64_t{1} << 60) + 1;
    const OutputValues before = values_of(tensor<std::int64_t>(ElementType::int64, {1, 2}, {large, 3}));
    EXPECT_FALSE(tally.add(before, values_of(tensor<std::int64_t>(ElementType::int64, {1, 2}, {large - 1, 3})), 0, 1));
    EXPECT_EQ(tally.figures().equal, 50.0);
}

TEST(Fitted, CastsWidthsAndLeavesOutWhatIsNotTaken) {
    const std::vector<Port> ports = {{"ids", {.element = ElementType::int32}}, {"x", {.element = ElementType::float16}}};
    std::map<std::string, Tensor> inputs = {{"ids", tensor<std::int64_t>(ElementType::int64, {2}, {7, -1})},
                                            {"x", tensor<float>(ElementType::float32, {1}, {1.5F})},
                                            {"other", tensor<float>(ElementType::float32, {1}, {0})}};
    const auto out = fitted(ports, inputs);
    ASSERT_EQ(out.size(), 2U);
    EXPECT_THAT(out.at("ids").as<std::int32_t>(), testing::ElementsAre(7, -1));
    EXPECT_EQ(out.at("x").as<std::uint16_t>()[0], 0x3E00);
    inputs["ids"] = tensor<std::int64_t>(ElementType::int64, {1}, {std::int64_t{1} << 40});
    EXPECT_THROW((void)fitted(ports, inputs), Error);
    EXPECT_FALSE(can_cast(ElementType::float32, ElementType::int64));
}

}  // namespace
}  // namespace vernier
