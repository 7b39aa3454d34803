// SPDX-License-Identifier: GPL-3.0-or-later
// Whole searches on the demo, and what a comparison says to a search.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/evidence/gate.h"
#include "core/evidence/gate_text.h"
#include "core/flow/measure_files.h"
#include "core/flow/quantize_file.h"
#include "core/flow/search_file.h"
#include "core/flow/search_judge.h"
#include "core/flow/search_state.h"
#include "core/measure/statistics.h"
#include "tests/support/demo.h"
#include "tests/support/error_kind.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

/// One scale a tensor, which costs the demo much: so there is something to search.
SearchRequest request_in(const TempDir& dir) {
    SearchRequest request;
    request.model = kDemo;
    request.data = kData;
    request.out = dir / "found";
    request.recipe.default_method = Method::int8_static;
    request.recipe.per_channel = false;
    request.recipe.calibration.samples = 20;
    request.seconds = 0.2;
    request.gate.min_speedup = 0.01;  // how fast it is on a machine that runs other tests is not asked
    request.options.most_validations = 8;
    return request;
}

MeasureOptions short_options() {
    MeasureOptions options;
    options.seconds = 0.2;
    return options;
}

/// The SQNR of the demo with all nodes INT8, one scale a tensor.
double sqnr_of_all(const TempDir& dir) {
    QuantizeRequest request;
    request.model = kDemo;
    request.out = dir / "all.onnx";
    request.data = kData;
    request.recipe = request_in(dir).recipe;
    request.recipe.rules = {{"all", Method::int8_static, {}}};  // chosen by a rule, so that nothing goes back to float for what it loses
    request.options.time_prefix = false;
    (void)quantize_file(Runtime::load(), request, {});
    return compare_files(Runtime::load(), {{kDemo, request.out}, kData, short_options()}, {}).comparison.candidates.front().output_sqnr_db.value();
}

TEST(SearchFile, FindsWhatHoldsALimitThatAllInInt8DoesNot) {
    const TempDir dir;
    SearchRequest request = request_in(dir);
    Gate& gate = request.gate;
    gate.min_sqnr_db = sqnr_of_all(dir) + 6;
    std::vector<Json> told;
    const SearchedFile found = search_file(Runtime::load(), request, Job({}, {{}, {}, [&](const Json& value) { told.push_back(value); }}));

    ASSERT_EQ(found.result.end, SearchEnd::found) << found.result.why;
    const SearchPoint& chosen = found.result.front.at(*found.result.chosen);
    EXPECT_GT(found.float_nodes.at(*found.result.chosen).size(), 0U);
    EXPECT_TRUE(std::find(chosen.quantized.begin(), chosen.quantized.end(), true) != chosen.quantized.end());
    EXPECT_LE(found.result.validations, 8U);
    EXPECT_EQ(found.selection_samples, 500U);
    EXPECT_EQ(found.report_samples, 1500U);
    // It passes on all samples, by the command that everybody judges with.
    const ComparedFiles compared = compare_files(Runtime::load(), {{kDemo, request.out / "model.onnx"}, kData, short_options(), gate}, {});
    EXPECT_EQ(compared.comparison.candidates.front().gate, Outcome::passed);
    // Its recipe makes the same file again.
    QuantizeRequest again;
    again.model = kDemo;
    again.data = kData;
    again.out = dir / "again.onnx";
    again.recipe = read_recipe(request.out / found.recipes.at(*found.result.chosen));
    again.options.time_prefix = false;
    (void)quantize_file(Runtime::load(), again, {});
    EXPECT_EQ(read_file(again.out), read_file(request.out / "model.onnx"));
    // The front was told before anything of it was measured, and it is nested.
    ASSERT_GT(told.size(), 2U);
    EXPECT_TRUE(told.front().at("front").front().at("measured").is_null());
    EXPECT_TRUE(told.front().at("chosen").is_null());
    const Json document = Json::parse(read_file(request.out / "search.json"));
    EXPECT_EQ(document.at("chosen"), *found.result.chosen);
    EXPECT_EQ(document.at("front").size(), found.result.front.size());
    for (const std::string& recipe : found.recipes) EXPECT_TRUE(std::filesystem::is_regular_file(request.out / recipe)) << recipe;
    // Nothing else is left in the folder.
    for (const auto& entry : std::filesystem::directory_iterator(request.out)) {
        const std::string name = entry.path().filename().string();
        EXPECT_TRUE(name.starts_with("front-") ||
                    std::set<std::string>({"model.onnx", "recipe.json", "search.json", "state.json", "sensitivity.json"}).contains(name))
            << name;
    }
}

TEST(SearchFile, GoesOnWhereItWasStopped) {
    const TempDir dir;
    SearchRequest request = request_in(dir);
    request.gate.min_sqnr_db = sqnr_of_all(dir) + 3;
    std::stop_source stop;
    const auto stop_after_one = [&](const Json& value) {
        if (value.at("validations") == 1) stop.request_stop();
    };
    EXPECT_EQ(kind_of([&] { (void)search_file(Runtime::load(), request, Job(stop.get_token(), {{}, {}, stop_after_one})); }), ErrorKind::cancelled);
    EXPECT_FALSE(std::filesystem::exists(request.out / "model.onnx"));
    const Json kept = Json::parse(read_file(request.out / "state.json"));
    EXPECT_EQ(kept.at("selection").size(), 1U);

    const SearchedFile one = search_file(Runtime::load(), request, {});
    const Json after = Json::parse(read_file(request.out / "state.json"));
    for (const auto& [set, seen] : kept.at("selection").items()) EXPECT_EQ(after.at("selection").at(set), seen);
    EXPECT_EQ(after.at("times"), kept.at("times"));
    // Nothing is left to measure: the same again, to the last digit.
    Json first = to_json(one), second = to_json(search_file(Runtime::load(), request, {}));
    first.erase("seconds");
    second.erase("seconds");
    EXPECT_EQ(first, second);
    // Another limit is another search.
    request.gate.min_sqnr_db = 1;
    EXPECT_EQ(search_file(Runtime::load(), request, {}).result.end, SearchEnd::found);
}

TEST(SearchFile, PinnedNodesStay) {
    const TempDir dir;
    SearchRequest request = request_in(dir);
    request.gate.min_sqnr_db = 1;
    request.recipe.rules = {{"op:Gemm,MatMul", Method::fp32, {}}};
    const SearchedFile found = search_file(Runtime::load(), request, {});
    ASSERT_EQ(found.result.end, SearchEnd::found) << found.result.why;
    const Recipe recipe = read_recipe(request.out / "recipe.json");
    const std::vector<Choice> choices = resolve(recipe, *found.model);
    for (const Node& node : found.model->nodes()) {
        if (node.op_type == "Gemm" || node.op_type == "MatMul") {
            EXPECT_EQ(choices.at(static_cast<std::size_t>(node.id)).method, Method::fp32);
        }
    }
}

TEST(SearchFile, SaysThatNoRecipeHoldsTheLimit) {
    const TempDir dir;
    SearchRequest request = request_in(dir);
    request.gate.min_sqnr_db = 150;
    request.options.most_validations = 4;
    const SearchedFile none = search_file(Runtime::load(), request, {});
    EXPECT_EQ(none.result.end, SearchEnd::none);
    EXPECT_TRUE(none.result.nearest.has_value());
    EXPECT_FALSE(std::filesystem::exists(request.out / "model.onnx"));
    EXPECT_TRUE(to_json(none).at("chosen").is_null());
}

/// All of it is within the budget: what it cuts off keeps what was measured, and says so.
TEST(SearchFile, EndsWithItsBudget) {
    const TempDir dir;
    SearchRequest request = request_in(dir);
    request.gate.min_sqnr_db = 20;
    request.budget_minutes = 0.0001;
    const SearchedFile cut = search_file(Runtime::load(), request, {});
    EXPECT_EQ(cut.result.end, SearchEnd::undecided);
    EXPECT_TRUE(cut.result.out_of_time);
    EXPECT_EQ(cut.result.validations, 0U);
    EXPECT_NE(cut.result.why.find("time was up"), std::string::npos);
    EXPECT_TRUE(std::filesystem::is_regular_file(request.out / "search.json"));
}

TEST(SearchFile, RefusesWhatCannotBeJudged) {
    const TempDir dir;
    SearchRequest request = request_in(dir);
    const RuntimePtr runtime = Runtime::load();
    EXPECT_EQ(kind_of([&] { (void)search_file(runtime, request, {}); }), ErrorKind::usage);  // no limit
    request.gate.min_sqnr_db = 20;
    request.data.clear();
    EXPECT_EQ(kind_of([&] { (void)search_file(runtime, request, {}); }), ErrorKind::usage);  // no samples
    request.data = kData;
    request.out = dir.write("file", "x");
    EXPECT_EQ(kind_of([&] { (void)search_file(runtime, request, {}); }), ErrorKind::cannot_write);
}

CandidateComparison candidate_at(double sqnr) {
    CandidateComparison candidate;
    candidate.output_sqnr_db = sqnr;
    candidate.measurement.latency.p50 = 2;
    return candidate;
}

TEST(SearchJudge, TellsHowMuchMoreMayBeLost) {
    Comparison comparison;
    comparison.gate.min_sqnr_db = 20;
    comparison.candidates = {candidate_at(30)};
    comparison.candidates[0].gate_lines = {{"output error", Outcome::passed, "", 0}};
    const Validation good = judged(comparison);
    EXPECT_TRUE(good.within);
    EXPECT_NEAR(good.room.value(), 10, 1e-9);
    EXPECT_EQ(good.metric, 30);
    EXPECT_EQ(good.speed, Outcome::passed);
    comparison.candidates = {candidate_at(17)};
    comparison.candidates[0].gate_lines = {{"output error", Outcome::failed, "", 0}, {"speed", Outcome::failed, "", 0}};
    const Validation bad = judged(comparison);
    EXPECT_FALSE(bad.within);
    EXPECT_NEAR(bad.room.value(), 0.5012, 1e-3);
    EXPECT_EQ(bad.answers, Outcome::failed);
    EXPECT_EQ(bad.speed, Outcome::failed);
    // Twice as fast as the opened file beside it, which took 3 ms when the search began.
    comparison.candidates[0].paired.p50 = PairedRatio{2, {1.5, 2.5}, true};
    EXPECT_EQ(judged(comparison, 3).ms, 1.5);
    EXPECT_EQ(judged(comparison, 3).ms_interval, (Interval{1.2, 2}));
    EXPECT_EQ(judged(comparison).ms, 2);
    // Not decided, and on the good side: it may be tried on more samples.
    comparison.candidates = {candidate_at(21)};
    comparison.candidates[0].gate_lines = {{"output error", Outcome::inconclusive, "", 0}};
    EXPECT_TRUE(judged(comparison).within);
    comparison.candidates[0].output_sqnr_db = 19;
    EXPECT_FALSE(judged(comparison).within);
}

/// Limits on a metric of the task leave room by what it lost against FP32, and limits on times count as speed.
TEST(SearchJudge, TakesLimitsOnAnyMetric) {
    Comparison comparison;
    add_limit(comparison.gate, "map50 drop<=1");
    comparison.baseline.measurement.metrics["map50"] = {50, Interval{45, 55}, 200};
    comparison.candidates = {candidate_at(30)};
    CandidateComparison& candidate = comparison.candidates[0];
    const auto lose = [&](double points, Interval interval) {
        candidate.measurement.metrics["map50"] = {50 - points, Interval{45 - points, 55 - points}, 200};
        candidate.changes["map50"] = {-points, interval};
    };
    lose(0.25, {-0.5, 0});
    const Validation good = judged(comparison);
    EXPECT_EQ(good.answers, Outcome::passed);
    EXPECT_NEAR(good.metric.value(), 0.25, 1e-9);
    EXPECT_NEAR(good.metric_interval.hi, 0.5, 1e-9);
    EXPECT_NEAR(good.room.value(), 4, 1e-9);
    lose(3, {-4, -2});
    const Validation bad = judged(comparison);
    EXPECT_EQ(bad.answers, Outcome::failed);
    EXPECT_FALSE(bad.within);
    EXPECT_NEAR(bad.room.value(), 1.0 / 3, 1e-9);
    comparison.gate = {};
    add_limit(comparison.gate, "map50>=48");
    add_limit(comparison.gate, "size_mb<=4");
    lose(1, {-1.5, -0.5});
    candidate.measurement.size_bytes = 5'000'000;
    const Validation itself = judged(comparison);
    EXPECT_EQ(itself.metric, 49);
    EXPECT_NEAR(itself.room.value(), 2, 1e-9) << "one of two points is lost";
    EXPECT_TRUE(itself.within) << "not decided, and on the good side";
    EXPECT_EQ(itself.speed, Outcome::failed);
}

/// One answer lost of 1,500 shows that no more than half a point is; three do not.
TEST(SearchJudge, JudgesADropAtTheWholeLevel) {
    Comparison comparison;
    comparison.gate.max_drop_points = 0.5;
    comparison.candidates = {candidate_at(30)};
    CandidateComparison& candidate = comparison.candidates[0];
    const auto lose = [&](std::uint64_t lost) {
        candidate.flips = {1499 - lost, lost, 0, 1};
        candidate.top1_delta_points = -100.0 * static_cast<double>(lost) / 1500;
        candidate.gate_lines = {judge_drop(lost, 0, 1500, 0.5)};
    };
    lose(1);
    const Validation one = judged(comparison);
    EXPECT_EQ(one.answers, Outcome::passed);
    EXPECT_EQ(one.counts, (AnswerCounts{1, 0, 1500}));
    EXPECT_NEAR(one.metric_interval.hi, 100 * tango_interval(1, 0, 1500).hi, 1e-9);
    lose(3);
    const Validation three = judged(comparison);
    EXPECT_EQ(three.answers, Outcome::inconclusive);
    EXPECT_TRUE(three.within);
    EXPECT_GT(three.metric_interval.hi, 0.5);
}

TEST(SearchState, KeepsWhatWasMeasuredForTheSameInputsOnly) {
    const TempDir dir;
    Validation seen;
    seen.ms = 1.25;
    seen.ms_interval = {1, 1.5};
    seen.error = 1e-7;
    seen.error_interval = {0.5e-7, 2e-7};
    seen.counts = {3, 1, 500};
    seen.units_ms = {0.5, 0.25, 1};
    seen.metric = 0.5;
    seen.metric_interval = {-0.25, 1};
    seen.answers = Outcome::inconclusive;
    seen.speed = Outcome::passed;
    seen.within = true;
    seen.room = 3;
    const UnitSet set = {true, false, true};
    {
        SearchState state(dir / "state.json", "one");
        state.keep(set, SearchState::On::selection, seen);
        state.keep_error(set, {0.125, {0.1, 0.2}});
        state.keep_seconds(2);
    }
    const SearchState again(dir / "state.json", "one");
    EXPECT_EQ(again.validation(set, SearchState::On::selection), seen);
    EXPECT_EQ(again.validation(set, SearchState::On::report), std::nullopt);
    EXPECT_EQ(again.error(set), (SetError{0.125, {0.1, 0.2}}));
    EXPECT_EQ(again.seconds_before(), 2);
    EXPECT_EQ(SearchState(dir / "state.json", "two").validation(set, SearchState::On::selection), std::nullopt);
    dir.write("state.json", "{\"key\": \"one\"");
    EXPECT_EQ(SearchState(dir / "state.json", "one").seconds_before(), 0);
}

}  // namespace
}  // namespace vernier::test
