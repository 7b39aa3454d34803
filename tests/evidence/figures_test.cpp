// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/figures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "core/base/error.h"
#include "core/evidence/limits.h"
#include "core/measure/latency.h"
#include "core/report/documents.h"
#include "core/report/figure_text.h"
#include "core/report/verdict.h"
#include "tests/report/comparison.h"

namespace vernier::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// A candidate of which everything is known.
CandidateComparison& full_candidate(ComparedFiles& compared) {
    CandidateComparison& candidate = add_candidate(compared, "int8.onnx", 5, 250'000, 89.9);
    candidate.measurement.peak_rss_bytes = 2'000'000;
    const PairedRatio twice{2, {1.96, 2.04}, true};
    candidate.paired = {twice, twice, twice, twice, twice, twice, twice, twice, twice};
    return candidate;
}

TEST(Figures, EachRowIsWholeAndHasItsOwnIdAndColumn) {
    std::set<std::string_view> ids, columns, titles;
    for (const Figure& each : figures()) {
        EXPECT_TRUE(ids.insert(each.id).second) << each.id;
        EXPECT_TRUE(columns.insert(each.column).second) << each.id;
        EXPECT_TRUE(titles.insert(each.title).second) << each.id;
        EXPECT_NE(each.value, nullptr) << each.id;
        EXPECT_EQ(&figure(each.id), &each);
        const bool charted = (each.places & (in_report_chart | in_board_chart | in_sheet_chart)) != 0;
        EXPECT_EQ(charted, each.chart > 0) << each.id << " stands in an order of charts only where it has one";
        EXPECT_TRUE(each.against_column.empty() || each.against != nullptr) << each.id;
        EXPECT_TRUE(!each.self || each.relative) << each.id;
    }
    EXPECT_THROW((void)figure("p0"), Error);
}

TEST(Figures, EachRowHasAValueItsTextsAndAFieldInTheDocument) {
    ComparedFiles compared = baseline_only();
    const CandidateComparison& candidate = full_candidate(compared);
    const TrialView trial{candidate.measurement, &candidate}, base{compared.comparison.baseline.measurement};
    const Json document = to_json(compared, false);
    for (const Figure& each : figures()) {
        const auto value = each.value(trial);
        ASSERT_TRUE(value) << each.id;
        EXPECT_EQ(each.value(base).has_value(), !each.relative) << each.id;
        EXPECT_NE(value_text(each, trial), "-") << each.id;
        EXPECT_FALSE(each.against_of(base)) << each.id << ": the baseline is not held against itself";
        const Json& field = document.at("candidates").at(0).at("figures").at(std::string(each.id));
        EXPECT_EQ(field.at("value"), *value) << each.id;
        EXPECT_EQ(field.at("unit"), each.unit);
        EXPECT_EQ(field.at("against").is_null(), !each.against_of(trial)) << each.id;
        EXPECT_EQ(document.at("baseline").at("figures").at(std::string(each.id)).at("value").is_null(), each.relative) << each.id;
        EXPECT_THAT(tip_text(each, trial, "int8"), StartsWith("int8: ")) << each.id;
        if (const auto interval = each.interval_of(trial)) {
            EXPECT_LE(interval->lo, *value) << each.id;
            EXPECT_GE(interval->hi, *value) << each.id;
        }
    }
}

TEST(Figures, TellWhatTheDocumentsTold) {
    ComparedFiles compared = baseline_only();
    const CandidateComparison& candidate = full_candidate(compared);
    const TrialView trial{candidate.measurement, &candidate};
    EXPECT_EQ(figure("size").value(trial), 0.25);
    EXPECT_EQ(figure("size").against_of(trial)->value, 0.25);
    EXPECT_FALSE(figure("size").against_of(trial)->interval) << "sizes are exact";
    EXPECT_EQ(figure("p50").against_of(trial)->value, candidate.speedup);
    EXPECT_EQ(figure("p50").interval_of(trial), candidate.measurement.latency.p50_interval);
    EXPECT_EQ(figure("cold_start").value(trial), 5 + 5 + 2) << "0.25 MB at 400 Mbit/s, session start, first run";
    EXPECT_EQ(figure("top1").against_of(trial)->kind, Against::Kind::points);
    EXPECT_FALSE(figure("top1").against_of(trial)->differs) << "-0.1 points, from -0.6 to 0.4";
    EXPECT_EQ(figure("agreement").value(trial), 98.5);
    EXPECT_EQ(figure("sqnr").value(trial), 31.4);
    EXPECT_EQ(figure("cosine").value(trial), 0.9996);
}

TEST(Figures, WithTooFewPairsThereIsNoSpeedup) {
    ComparedFiles compared = baseline_only();
    CandidateComparison& candidate = add_candidate(compared, "a.onnx", 5, 250'000, 90);
    candidate.speedup = 1;
    candidate.speedup_interval = {1, 1};
    candidate.latency_differs = false;
    EXPECT_FALSE(figure("p50").against_of({candidate.measurement, &candidate}));
}

TEST(Figures, APercentileSaysWhichRunsItLacks) {
    ComparedFiles compared = baseline_only();
    Latency& latency = compared.comparison.baseline.measurement.latency;
    latency.n = 60;
    latency.p90.reset();
    latency.p99.reset();
    const TrialView trial{compared.comparison.baseline.measurement};
    EXPECT_EQ(missing_runs_text(trial), "p90 needs 100 runs: 40 more; p99 needs 1,000 runs: 940 more");
    EXPECT_TRUE(is_told(figure("p99"), {trial})) << "it says why it is not known";
    EXPECT_EQ(value_text(figure("p99"), trial), "-");
}

TEST(Figures, OneSlotShowsTheFirstFigureThatIsTold) {
    ComparedFiles compared = baseline_only();
    CandidateComparison& candidate = add_candidate(compared, "a.onnx", 4, 280'000, 90);
    const auto answers = [&] {
        std::string ids;
        for (const Figure* each : columns_in(in_runs, views_of(compared.comparison)))
            if (each->slot == "answers") ids += std::string(each->id) + " ";
        return ids;
    };
    EXPECT_EQ(answers(), "top1 ");
    compared.comparison.baseline.measurement.accuracy.reset();
    EXPECT_EQ(answers(), "agreement ");
    candidate.agreement.reset();
    EXPECT_EQ(answers(), "sqnr ");
    candidate.measurement.outputs.clear();
    candidate.output_sqnr_db.reset();
    EXPECT_EQ(answers(), "sqnr ") << "a table keeps its columns";
    for (const Figure* each : charts_in(in_board_chart, views_of(compared.comparison)))
        EXPECT_TRUE(each->slot.empty()) << each->id << ": a chart would be empty";
}

TEST(Figures, TheFirstCallAfterAPauseSaysHowManyRunsItLacks) {
    Measurement measured;
    const Figure& pause = figure("after_pause");
    EXPECT_EQ(pause.runs_missing({measured}), 0U) << "it was not measured at all";
    measured.latency = summarise(std::vector<Launch>(3, Launch{1, 1, 1, {{1, 1, 1}}, {4}}));
    EXPECT_EQ(pause.runs_missing({measured}), kPausesNeeded - 3);
    EXPECT_EQ(value_text(pause, TrialView{measured}), "-");
    EXPECT_THAT(missing_runs_text({measured}), HasSubstr("after a pause needs 8 runs: 5 more"));
    measured.latency = summarise(std::vector<Launch>(4, Launch{1, 1, 1, {{1, 1, 1}}, {4, 4}}));
    EXPECT_EQ(pause.runs_missing({measured}), 0U);
    EXPECT_EQ(pause.value({measured}), 4.0);
}

TEST(Figures, P90StandsInTablesChartsAndGate) {
    const Figure& p90 = figure("p90");
    for (const Place place : {in_measure, in_times, in_report, in_report_chart, in_board_chart, in_sheet_chart}) EXPECT_NE(p90.places & place, 0U) << place;
    EXPECT_TRUE(can_limit(p90));
}

TEST(Figures, ChartsStandInTheirOrder) {
    ComparedFiles compared = baseline_only();
    full_candidate(compared);
    std::string ids;
    for (const Figure* each : charts_in(in_board_chart, views_of(compared.comparison))) ids += std::string(each->id) + " ";
    EXPECT_EQ(ids, "p50 top1 size p90 p99 after_pause cold_start ");
}

TEST(Figures, TipsNameIntervalsPartsAndTheBaseline) {
    ComparedFiles compared = baseline_only();
    const CandidateComparison& candidate = full_candidate(compared);
    const TrialView trial{candidate.measurement, &candidate};
    EXPECT_EQ(tip_text(figure("p50"), trial, "int8"),
              "int8: p50 5.00, p90 5.50, p99 6.50, mean 5.10 ms, 95 %: 4.95 to 5.05 ms, 4,000 runs\nagainst the baseline, paired: 2.00x faster, 95 %: 1.96x to "
              "2.04x faster");
    EXPECT_THAT(tip_text(figure("cold_start"), trial, ""), HasSubstr("cold start = download 5.00 + start 5.00 + first run 2.00 ms"));
    EXPECT_EQ(tip_text(figure("size"), trial, ""), "File size 0.250 MB (250,000 bytes)\nagainst the baseline: 75 % smaller");
    EXPECT_EQ(row_text(figure("top1"), trial), "89.90  -0.10 ~");
}

TEST(Figures, ARatioThatCouldBeAnythingIsNotWritten) {
    ComparedFiles compared = baseline_only();
    CandidateComparison& candidate = full_candidate(compared);
    const TrialView trial{candidate.measurement, &candidate};
    candidate.paired.after_pause = PairedRatio{2.81, {0.128, 61.5}, false};
    EXPECT_EQ(against_text(figure("after_pause"), trial), "~");
    candidate.paired.after_pause = PairedRatio{1.02, {0.9, 1.2}, false};
    EXPECT_EQ(against_text(figure("after_pause"), trial), "~") << "what is not shown to differ has no factor";
    EXPECT_THAT(tip_text(figure("after_pause"), trial, ""), HasSubstr("no measurable difference, 95 %: 1.11x slower to 1.20x faster"));
    candidate.paired.after_pause = PairedRatio{20, {5, 80}, true};
    EXPECT_EQ(against_text(figure("after_pause"), trial), "20.0x faster");
    candidate.paired.after_pause = PairedRatio{0.5, {0.4, 0.625}, true};
    EXPECT_EQ(against_text(figure("after_pause"), trial), "2.00x slower");
    EXPECT_EQ(interval_text(figure("after_pause"), figure("after_pause").against_of(trial)), "95 %: 1.60x to 2.50x slower");
    candidate.paired.memory = PairedRatio{0.76, {0.72, 0.8}, true};
    EXPECT_EQ(against_text(figure("memory"), trial), "24 % smaller") << "a share of memory is no factor of time";
    EXPECT_EQ(interval_text(figure("memory"), figure("memory").against_of(trial)), "95 %: 20 % to 28 % smaller");
}

TEST(Limits, EachFigureThatStandsToTheBaselineCanBeLimited) {
    ComparedFiles compared = baseline_only();
    const CandidateComparison& candidate = full_candidate(compared);
    const TrialView trial{candidate.measurement, &candidate};
    for (const Figure& each : figures()) {
        if (!can_limit(each)) {
            EXPECT_TRUE(!each.own_limit.empty() || (each.against == nullptr && !each.relative)) << each.id;
            continue;
        }
        const double value = each.relative ? *each.value(trial) : each.against_of(trial)->value;
        const double easy = is_least(each) ? value / 2 : value * 2, hard = is_least(each) ? value * 2 : value / 2;
        EXPECT_EQ(judge_figure(each, trial, easy).outcome, Outcome::passed) << each.id;
        EXPECT_EQ(judge_figure(each, trial, hard).outcome, Outcome::failed) << each.id;
        EXPECT_EQ(judge_figure(each, trial, hard).figure, each.id);
        EXPECT_THAT(limit_names(), HasSubstr(std::string(each.id)));
    }
}

TEST(Limits, AnIntervalThatHoldsTheBoundIsInconclusive) {
    ComparedFiles compared = baseline_only();
    CandidateComparison& candidate = full_candidate(compared);
    const TrialView trial{candidate.measurement, &candidate};
    const GateLine open = judge_figure(figure("p90"), trial, 2);
    EXPECT_EQ(open.outcome, Outcome::inconclusive);
    EXPECT_EQ(open.text, "2.000x faster (95 %: 1.960x to 2.040x faster), at least 2x faster wanted");
    EXPECT_EQ(judge_figure(figure("size"), trial, 0.25).outcome, Outcome::passed) << "sizes are exact";
    candidate.paired.p99.reset();
    candidate.measurement.latency.p99.reset();
    candidate.measurement.latency.n = 400;
    const GateLine unknown = judge_figure(figure("p99"), trial, 1);
    EXPECT_EQ(unknown.outcome, Outcome::inconclusive);
    EXPECT_THAT(unknown.text, HasSubstr("600 more runs are needed"));
}

TEST(Limits, AnErrorIsLimitedFromAbove) {
    ComparedFiles compared = baseline_only();
    const CandidateComparison& candidate = full_candidate(compared);
    const TrialView trial{candidate.measurement, &candidate};
    Figure error = figure("cosine");
    EXPECT_TRUE(is_least(error));
    error.better = Better::lower;
    EXPECT_EQ(judge_figure(error, trial, 0.5).outcome, Outcome::failed);
    EXPECT_EQ(judge_figure(error, trial, 1.5).outcome, Outcome::passed);
    EXPECT_THAT(judge_figure(error, trial, 1.5).text, HasSubstr("at most 1.5 wanted"));
}

TEST(Limits, AnOutputThatIsMissingFailsALimitOnOutputs) {
    ComparedFiles compared = baseline_only();
    CandidateComparison& candidate = full_candidate(compared);
    candidate.measurement.outputs[0].problem = "missing";
    EXPECT_EQ(judge_figure(figure("cosine"), {candidate.measurement, &candidate}, 0.1).outcome, Outcome::failed);
    EXPECT_EQ(judge_figure(figure("p90"), {candidate.measurement, &candidate}, 1).outcome, Outcome::passed);
}

TEST(Limits, AreJudgedSavedAndToldOf) {
    ComparedFiles compared = baseline_only();
    full_candidate(compared);
    Comparison& comparison = compared.comparison;
    judge_again(comparison, {.limits = {{"p90", 3}, {"size", 0.5}}});
    ASSERT_EQ(comparison.candidates[0].gate_lines.size(), 2U);
    EXPECT_EQ(comparison.candidates[0].gate, Outcome::failed);
    const Comparison back = comparison_from_json(Json::parse(to_json(comparison).dump()));
    EXPECT_EQ(back.gate, comparison.gate);
    EXPECT_EQ(to_json(back), to_json(comparison));
    const Verdict verdict = verdict_of(comparison);
    EXPECT_EQ(verdict.conclusion, Conclusion::not_worth_it);
    EXPECT_THAT(verdict.sentences, HasSubstr("Limit on p90: beyond (2.000x faster (95 %: 1.960x to 2.040x faster), at least 3x faster wanted)."));
    EXPECT_THAT(verdict.title, Not(HasSubstr("p90"))) << "accuracy is another thing than a time";
}

TEST(Titles, ACandidateIsCalledByItsTitle) {
    ComparedFiles compared = baseline_only();
    full_candidate(compared).title = "all of it / INT8: fast";
    EXPECT_THAT(verdict_of(compared.comparison).title, StartsWith("all of it / INT8: fast: 2.00x faster"));
    const Comparison back = comparison_from_json(to_json(compared.comparison));
    EXPECT_EQ(title_of(back.candidates[0]), "all of it / INT8: fast");
    EXPECT_EQ(title_of(views_of(back)[0]), "net");
}

TEST(Judgement, EveryConclusionHasAnOpeningAndAName) {
    ComparedFiles compared = baseline_only();
    EXPECT_EQ(verdict_of(compared.comparison).text, "Nothing to compare: there is no candidate.");
    add_candidate(compared, "a.onnx", 5, 250'000, 90);
    const Verdict open = verdict_of(compared.comparison);
    EXPECT_EQ(open.conclusion, Conclusion::not_judged);
    EXPECT_EQ(open.opening, "Not judged, no limit is set");
    EXPECT_EQ(open.text, open.opening + ": " + open.sentences);
    EXPECT_EQ(to_json(open).at("conclusion"), "not-judged");
    for (const Conclusion each :
         {Conclusion::nothing, Conclusion::no_gain, Conclusion::worth_it, Conclusion::not_worth_it, Conclusion::inconclusive, Conclusion::not_judged})
        EXPECT_FALSE(name(each).empty());
}

}  // namespace
}  // namespace vernier::test
