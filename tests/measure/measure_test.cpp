// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/measure.h"

#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

#include <fstream>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/evidence/compare.h"
#include "core/evidence/metrics/measured.h"
#include "tests/support/made_dataset.h"
#include "tests/support/model_builder.h"
#include "tests/support/paths.h"
#include "tests/support/random.h"
#include "tests/support/temp_dir.h"

namespace vernier {
namespace {

using test::ModelBuilder;

/// Random samples for an input x[1,16], labelled by what a reference says.
class RandomDataset final : public test::MadeDataset {
public:
    RandomDataset(std::uint64_t size, bool labels, std::uint64_t batch = 1)
        : MadeDataset(1, size, [labels](Split, std::uint64_t index) {
              Sample sample;
              Tensor x;
              x.dims = {1, 16};
              const std::vector<float> values = test::normal_floats(16, index + 1);
              x.bytes.resize(values.size() * sizeof(float));
              std::memcpy(x.bytes.data(), values.data(), x.bytes.size());
              sample.inputs.emplace("x", std::move(x));
              sample.label = labels ? static_cast<std::int64_t>(index % 10) : -1;
              return sample;
          }) {
        set_labels(labels);
        set_batch(batch);
    }
};

std::string classifier(float scale, const test::Axis& batch = "N") {
    ModelBuilder builder;
    std::vector<float> weights = test::random_floats(160, 1);
    for (float& weight : weights) weight *= scale;
    builder.input("x", ElementType::float32, {batch, 16}).initializer("w", weights, {16, 10});
    builder.node("MatMul", {"x", "w"}, {"scores"}).output("scores", ElementType::float32, {batch, 10});
    return builder.bytes();
}

MeasureOptions quick() {
    MeasureOptions options;
    options.seconds = 0.05;
    return options;
}

class Measuring : public testing::Test {
protected:
    test::TempDir folder_;
    RuntimePtr runtime_ = Runtime::load();
    std::filesystem::path base_ = folder_.write("base.onnx", classifier(1));
    std::filesystem::path scaled_ = folder_.write("scaled.onnx", classifier(0.5F));
};

TEST_F(Measuring, FillsEverythingForEachModel) {
    const auto dataset = std::make_shared<RandomDataset>(50, true);
    const auto all = measure_with_metrics(runtime_, {base_, scaled_}, dataset, quick(), {});
    ASSERT_EQ(all.size(), 2U);
    for (const Measurement& m : all) {
        EXPECT_GT(m.latency.n, 0U);
        EXPECT_GT(m.latency.p50, 0);
        EXPECT_LE(m.latency.p50, m.latency.p90.value_or(m.latency.p50));
        EXPECT_GT(m.latency.after_pause, 0);
        EXPECT_EQ(m.latency.launches.size(), 4U) << "the least, as there is next to no time";
        EXPECT_GT(m.session_start_ms, 0);
        EXPECT_GT(m.first_run_ms, 0);
        EXPECT_EQ(m.size_bytes, std::filesystem::file_size(m.model));
        EXPECT_EQ(m.sha256, sha256_of_file(m.model));
        EXPECT_EQ(m.samples, 50U);
        EXPECT_EQ(m.answers.scores.size(), 50U);
        ASSERT_TRUE(m.accuracy);
        EXPECT_EQ(m.accuracy->n, 50U);
        EXPECT_EQ(m.run.library.version, runtime_->version());
        EXPECT_FALSE(m.profile.empty());
        EXPECT_EQ(m.data_fingerprint, "made");
        EXPECT_FALSE(m.date.empty());
    }
    const Comparison comparison = compare(all, {});
    EXPECT_DOUBLE_EQ(comparison.candidates[0].agreement.value(), 100) << "half the scores, the same order";
    EXPECT_NEAR(comparison.candidates[0].output_sqnr_db.value(), 6.02, 0.01);
    EXPECT_NEAR(comparison.candidates[0].output_cosine.value(), 1, 1e-6);
}

TEST_F(Measuring, AFixedBatchGivesEachSampleItsOwnAnswer) {
    const auto fixed = folder_.write("fixed.onnx", classifier(1, 8));
    const auto one_by_one = measure_with_metrics(runtime_, {base_}, std::make_shared<RandomDataset>(50, true), quick(), {});
    const auto stacked = measure_with_metrics(runtime_, {fixed}, std::make_shared<RandomDataset>(50, true, 8), quick(), {});
    const Answers &expected = one_by_one[0].answers, &found = stacked[0].answers;
    EXPECT_EQ(found.sample, expected.sample) << "50 is no multiple of 8: the last run is filled up, and that does not count";
    EXPECT_EQ(found.label, expected.label);
    EXPECT_EQ(found.predicted, expected.predicted);
    EXPECT_EQ(found.in_top5, expected.in_top5);
    EXPECT_EQ(found.scores, expected.scores);
    EXPECT_EQ(found.classes, 10U);
}

TEST_F(Measuring, WithoutLabelsThereIsNoTop1AndAgreementOnlyWhenALimitAsksForIt) {
    const auto all = measure_with_metrics(runtime_, {base_, scaled_}, std::make_shared<RandomDataset>(20, false), quick(), {});
    EXPECT_FALSE(all[0].accuracy);
    Comparison comparison = compare(all, {});
    EXPECT_FALSE(comparison.candidates[0].top1_delta_points);
    EXPECT_FALSE(comparison.candidates[0].agreement) << "[N, 10] may be an embedding: nobody said that these are classes";
    EXPECT_NEAR(comparison.candidates[0].output_sqnr_db.value(), 6.02, 0.01);
    judge_again(comparison, {.min_agreement = 80});
    EXPECT_DOUBLE_EQ(comparison.candidates[0].agreement.value(), 100);
    EXPECT_EQ(comparison.candidates[0].gate, Outcome::passed);
    judge_again(comparison, {.max_drop_points = 1.0});
    EXPECT_EQ(comparison.candidates[0].gate, Outcome::inconclusive) << "no labels";
}

TEST_F(Measuring, WithoutDataItTimesZerosAndJudgesNothing) {
    const auto all = measure_with_metrics(runtime_, {base_}, nullptr, quick(), {});
    EXPECT_EQ(all[0].samples, 0U);
    EXPECT_FALSE(all[0].accuracy);
    EXPECT_GT(all[0].latency.n, 0U);
}

TEST_F(Measuring, AnswersThatAreNoNumbersAreCountedAndNeverRight) {
    ModelBuilder builder;
    builder.input("x", ElementType::float32, {"N", 16}).initializer("cut", test::random_floats(160, 1), {16, 10});
    builder.node("MatMul", {"x", "cut"}, {"y"}).node("Log", {"y"}, {"scores"}).output("scores", ElementType::float32, {"N", 10});
    const auto all = measure_with_metrics(runtime_, {base_, folder_.write("log.onnx", builder.bytes())}, std::make_shared<RandomDataset>(5, true), quick(), {});
    EXPECT_EQ(all[0].outputs.at(0).nan, 0U);
    EXPECT_TRUE(all[0].outputs.at(0).finite());
    EXPECT_EQ(all[0].classes, 10U);
    EXPECT_EQ(all[1].outputs.at(0).nan, 5U);
    EXPECT_EQ(all[1].outputs.at(0).lost, 5U);
    EXPECT_EQ(all[1].answers.predicted, std::vector<std::int32_t>(5, -1));
    EXPECT_DOUBLE_EQ(all[1].accuracy.value().top1, 0);
}

TEST_F(Measuring, TakesAsManySamplesAsAskedFor) {
    MeasureOptions options = quick();
    options.samples = 7;
    const auto all = measure_with_metrics(runtime_, {base_}, std::make_shared<RandomDataset>(50, true), options, {});
    EXPECT_EQ(all[0].samples, 7U);
}

TEST_F(Measuring, ErrorsNameTheModelOrTheData) {
    const auto dataset = std::make_shared<RandomDataset>(5, true);
    dataset->set_output("nothing");
    try {
        (void)measure_with_metrics(runtime_, {base_}, dataset, quick(), {});
        FAIL() << "an output that is not there";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::bad_data);
        EXPECT_EQ(error.where().tensor, "nothing");
    }
    try {
        (void)measure_with_metrics(runtime_, {base_}, std::make_shared<RandomDataset>(0, true), quick(), {});
        FAIL() << "an empty split";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::bad_data);
    }
    ModelBuilder other;
    other.input("x", ElementType::float32, {1, 8}).node("Relu", {"x"}, {"y"}).output("y", ElementType::float32, {1, 8});
    const auto wrong = folder_.write("wrong.onnx", other.bytes());
    try {
        (void)measure_with_metrics(runtime_, {wrong}, std::make_shared<RandomDataset>(5, true), quick(), {});
        FAIL() << "a sample of the wrong shape";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::bad_data);
        EXPECT_EQ(error.where().file, wrong.string());
        EXPECT_EQ(error.where().tensor, "x");
    }
}

TEST_F(Measuring, StopsWhenAsked) {
    std::stop_source stop;
    Job::Listener listener;
    listener.progress = [&](std::string_view stage, std::uint64_t done, std::uint64_t) {
        if (stage == "latency" && done == 2) stop.request_stop();
    };
    try {
        (void)measure_with_metrics(runtime_, {base_}, std::make_shared<RandomDataset>(5, true), quick(), Job(stop.get_token(), listener));
        FAIL() << "it was cancelled";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::cancelled);
    }
}

/// The figures of the shared labelled models: FP32 answers are exact.
TEST(CoreModels, AnswerAsTheReferenceDoes) {
    const std::filesystem::path core = std::filesystem::path(test::shared_data()) / "core";
    if (!std::filesystem::exists(core)) GTEST_SKIP() << "no labelled models at " << core;
    const RuntimePtr runtime = Runtime::load();
    for (const char* name : {"letter_mlp", "mnist_cnn", "agnews_bilstm"}) {
        const std::filesystem::path folder = core / name;
        const ModelPtr model = open_model(folder / "model.onnx");
        const DatasetPtr dataset = open_dataset(folder / (std::string(name) + ".dataset.json"), *model);
        const auto all = measure_with_metrics(runtime, {folder / "model.onnx"}, dataset, quick(), {});
        const Json expected = Json::parse(read_file(folder / "expected_fp32.json"));
        ASSERT_TRUE(all[0].accuracy) << name;
        const auto predictions = expected.at("predictions").get<std::vector<std::int32_t>>();
        ASSERT_EQ(all[0].answers.predicted.size(), predictions.size()) << name;
        int different = 0;
        for (std::size_t i = 0; i < predictions.size(); ++i) different += predictions[i] != all[0].answers.predicted[i] ? 1 : 0;
        EXPECT_LE(different, 1) << name;
    }
}

}  // namespace
}  // namespace vernier
