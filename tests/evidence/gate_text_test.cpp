// SPDX-License-Identifier: GPL-3.0-or-later
// Limits as people write them, and how they are judged.
#include "core/evidence/gate_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/evidence/gate.h"
#include "core/evidence/limit_forms.h"
#include "core/evidence/limits.h"
#include "core/report/documents.h"
#include "core/report/verdict.h"
#include "tests/report/comparison.h"

namespace vernier::test {
namespace {

using ::testing::HasSubstr;

Gate gate_of(std::initializer_list<const char*> texts) {
    Gate gate;
    for (const char* text : texts) add_limit(gate, text);
    return gate;
}

TEST(GateText, GoesToTheFieldThatSaysTheSame) {
    EXPECT_EQ(gate_of({"top1 drop<=0.5"}), (Gate{.max_drop_points = 0.5}));
    EXPECT_EQ(gate_of({"agreement>=99"}), (Gate{.min_agreement = 99}));
    EXPECT_EQ(gate_of({"sqnr_db >= 20"}), (Gate{.min_sqnr_db = 20}));
    EXPECT_EQ(gate_of({"speedup>=1.5"}), (Gate{.min_speedup = 1.5}));
    EXPECT_EQ(gate_of({"p50 ratio>=1.5"}), (Gate{.min_speedup = 1.5}));
    EXPECT_EQ(gate_of({"p90 ratio>=1.2", "size ratio<=0.5", "cosine>=0.99", "mae<=0.1"}),
              (Gate{.limits = {{"p90", 1.2}, {"size", 0.5}, {"cosine", 0.99}, {"mae", 0.1}}}));
}

TEST(GateText, TheRestIsALimitOnTheFigureItselfItsDropOrItsRise) {
    const Gate gate = gate_of({"p99_ms<=20", " macro_f1  drop <= 0.5 ", "ece rise<=2", "top1>=90", "size_mb<=4.5", "p99<=18"});
    const std::vector<GateLimit> expected = {{"macro_f1", GateLimit::Of::drop, 0.5},
                                             {"ece", GateLimit::Of::rise, 2},
                                             {"top1", GateLimit::Of::value, 90, true},
                                             {"size", GateLimit::Of::value, 4.5},
                                             {"p99", GateLimit::Of::value, 18}};
    EXPECT_EQ(gate.more, expected) << "the last one of a figure counts";
    for (const GateLimit& limit : gate.more) EXPECT_EQ(gate_of({text_of(limit).c_str()}).more, std::vector<GateLimit>{limit}) << text_of(limit);
}

TEST(GateText, AMetricOfACommandHasAnyName) {
    Gate gate;
    add_limit(gate, "wer<=8", true);
    add_limit(gate, "wer rise<=0.5", true);
    const std::vector<GateLimit> expected = {{"wer", GateLimit::Of::value, 8}, {"wer", GateLimit::Of::rise, 0.5}};
    EXPECT_EQ(gate.more, expected);
    EXPECT_THROW(add_limit(gate, "wer ratio<=2", true), Error);
    ComparedFiles compared = baseline_only();
    CandidateComparison& candidate = add_candidate(compared, "int8.onnx", 5, 250'000, 89.9);
    EXPECT_EQ(judge_limit(gate.more[0], {candidate.measurement, &candidate}).outcome, Outcome::inconclusive) << "nothing gave it";
    candidate.measurement.metrics["wer"] = {7, Interval{6, 7.5}, 50};
    candidate.changes["wer"] = {0.6, Interval{0.55, 0.7}};
    EXPECT_EQ(judge_limit(gate.more[0], {candidate.measurement, &candidate}).outcome, Outcome::passed);
    EXPECT_EQ(judge_limit(gate.more[1], {candidate.measurement, &candidate}).outcome, Outcome::failed);
}

TEST(GateText, SaysWhatIsWrongAndWhatToWrite) {
    const auto error_of = [](const char* text) {
        try {
            (void)gate_of({text});
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::usage);
            return std::string(error.what()) + " " + error.remedy();
        }
        return std::string("accepted");
    };
    EXPECT_THAT(error_of("p99"), HasSubstr("neither <= nor >="));
    EXPECT_THAT(error_of("p98<=3"), HasSubstr("no figure \"p98\""));
    EXPECT_THAT(error_of("p98<=3"), HasSubstr("macro_f1"));
    EXPECT_THAT(error_of("p99<=fast"), HasSubstr("no number"));
    EXPECT_THAT(error_of("p99<=inf"), HasSubstr("no number"));
    EXPECT_THAT(error_of("p99>=3"), HasSubstr("Write <= instead"));
    EXPECT_THAT(error_of("top1<=90"), HasSubstr("Write >= instead"));
    EXPECT_THAT(error_of("macro_f1 drop>=1"), HasSubstr("Write <= instead"));
    EXPECT_THAT(error_of("p99 drop<=1"), HasSubstr("no drop in points"));
    EXPECT_THAT(error_of("top1 ratio>=1"), HasSubstr("no ratio"));
    EXPECT_THAT(error_of("top1 falls<=1"), HasSubstr("none of drop, rise and ratio"));
    EXPECT_THAT(error_of(""), HasSubstr("is no limit"));
    EXPECT_THAT(error_of("<=3"), HasSubstr("no figure \"\""));
}

TEST(GateText, RefusesWhatNothingCanPassOrFail) {
    const auto error_of = [](const char* text) {
        try {
            (void)gate_of({text});
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::usage) << text;
            return std::string(error.what()) + " " + error.remedy();
        }
        return std::string("accepted");
    };
    for (const char* text : {"top1>=101", "agreement>=100.5", "size ratio<=0", "p50<=0", "p99<=-1", "memory ratio<=-2", "cer<=-0.1", "wer<=-1", "cosine>=1.1",
                             "r2>=1.5", "mae<=-1", "rmse<=-0.1", "sqnr>=201", "ece<=-1"})
        EXPECT_THAT(error_of(text), HasSubstr("nothing can pass it")) << text;
    for (const char* text : {"top1>=0", "agreement>=-5", "speedup>=0", "p90 ratio>=-1", "cosine>=-1", "top1 drop<=100", "ece<=100", "miou drop<=120"})
        EXPECT_THAT(error_of(text), HasSubstr("nothing can fail it")) << text;
    for (const char* text : {"top1 drop<=-1", "ece rise<=-0.5"}) EXPECT_THAT(error_of(text), HasSubstr("limit the figure itself")) << text;
    EXPECT_THAT(error_of("top1>=101"), HasSubstr("from 0 to 100"));
    for (const char* text : {"top1>=100", "agreement>=100", "cer<=0", "wer<=150", "top1 drop<=0", "mae<=0", "r2>=-3", "sqnr>=-10", "cosine>=1", "size ratio<=2",
                             "wer rise<=120", "si_sdr>=-5"})
        EXPECT_EQ(error_of(text), "accepted") << text;
    Gate gate;
    EXPECT_NO_THROW(add_limit(gate, "loss<=-4", true)) << "what a command means by it is not known";
}

TEST(LimitForms, TellTheUnitThatTheFigureHas) {
    EXPECT_EQ(form_against_baseline(figure("top1")).unit, "points");
    EXPECT_EQ(form_against_baseline(figure("rmse")).unit, "") << "an error in no unit is not in points";
    EXPECT_EQ(form_against_baseline(figure("si_sdr")).unit, "dB");
    EXPECT_EQ(form_against_baseline(figure("size")).of, "ratio");
    EXPECT_EQ(form_against_baseline(figure("cosine")).of, "") << "it stands only against the baseline";
}

TEST(LimitForms, AreOfferedOfTheTask) {
    const auto offers = [](Task task, std::string_view id) {
        const auto all = figures_to_limit({}, task);
        return std::any_of(all.begin(), all.end(), [&](const Figure* each) { return each->id == id; });
    };
    for (const Task task : {Task::none, Task::classification, Task::ctc, Task::detection})
        for (const char* id : {"p50", "size", "sqnr", "mae"}) EXPECT_TRUE(offers(task, id)) << id;
    EXPECT_TRUE(offers(Task::none, "top1"));
    EXPECT_FALSE(offers(Task::classification, "word_error_rate"));
    EXPECT_FALSE(offers(Task::detection, "top1"));
    EXPECT_TRUE(offers(Task::detection, "map"));
    EXPECT_TRUE(offers(Task::ctc, "char_error_rate"));
}

/// A comparison with one candidate, whose macro F1 is 1 point below the baseline's, from 0.6 to 1.4.
struct Compared : ::testing::Test {
    Compared() : compared(baseline_only()), candidate(add_candidate(compared, "int8.onnx", 5, 250'000, 89.9)) {
        candidate.changes["macro_f1"] = {-1, Interval{-1.4, -0.6}};
        candidate.measurement.metrics["macro_f1"] = {89, Interval{87, 91}, 400};
        candidate.measurement.latency.p99_interval = Interval{6, 7};
    }
    GateLine line(const char* text) { return judge_limit(gate_of({text}).more.at(0), {candidate.measurement, &candidate}); }

    ComparedFiles compared;
    CandidateComparison& candidate;
};

TEST(LimitForms, AreWhatCanBeWritten) {
    std::size_t ratios = 0, drops = 0;
    for (const Figure& each : figures()) {
        const std::vector<LimitForm> forms = limit_forms(each);
        EXPECT_EQ(forms.front().of, "") << each.id;
        for (const LimitForm& form : forms) {
            Gate gate;
            ASSERT_NO_THROW(add_limit(gate, form.text(0.25))) << form.text(0.25);
            const std::vector<SetLimit> set = limits_of(gate);
            ASSERT_EQ(set.size(), 1U) << form.text(0.25);
            EXPECT_EQ(set[0].form, form) << form.text(0.25);
            EXPECT_EQ(set[0].bound, 0.25);
            EXPECT_EQ(without_limit(gate, 0), Gate{}) << form.text(0.25);
            ratios += form.of == "ratio" ? 1U : 0U;
            drops += form.of == "drop" ? 1U : 0U;
        }
    }
    EXPECT_GT(ratios, 5U);
    EXPECT_GT(drops, 3U);
    EXPECT_EQ(limit_forms(figure("p99"))[0].unit, "ms");
    EXPECT_EQ(limit_forms(figure("top1"))[1].unit, "points");
}

TEST(LimitForms, AGateIsTheListOfItsLimits) {
    const Gate gate = gate_of({"top1 drop<=0.5", "agreement>=99", "sqnr>=20", "speedup>=1.5", "p90 ratio>=1.2", "size ratio<=0.5", "p99<=20", "ece rise<=2"});
    const std::vector<SetLimit> limits = limits_of(gate);
    ASSERT_EQ(limits.size(), 8U);
    Gate again;
    for (const SetLimit& each : limits) add_limit(again, each.text());
    EXPECT_EQ(again, gate);
    for (std::size_t i = 0; i < limits.size(); ++i) {
        Gate rest;
        for (std::size_t k = 0; k < limits.size(); ++k)
            if (k != i) add_limit(rest, limits[k].text());
        EXPECT_EQ(without_limit(gate, i), rest) << limits[i].text();
    }
    EXPECT_EQ(without_limit(gate, 8), gate);
    EXPECT_EQ(limits_of({.more = {{"wer", GateLimit::Of::rise, 0.5}}})[0].text(), "wer rise<=0.5");
}

TEST_F(Compared, TheLinesOfAGateStandInTheOrderOfItsLimits) {
    const Gate gate = gate_of({"p99<=8", "sqnr>=20", "size ratio<=0.5", "speedup>=1.5", "macro_f1 drop<=0.5", "agreement>=90"});
    judge_again(compared.comparison, gate);
    const std::vector<SetLimit> limits = limits_of(gate);
    ASSERT_EQ(candidate.gate_lines.size(), limits.size());
    for (std::size_t i = 0; i < limits.size(); ++i) EXPECT_EQ(candidate.gate_lines[i].figure, limits[i].form.figure);
}

TEST_F(Compared, PointsOfAnOldGateAreTheDropThatTheyAre) {
    const Gate old{.limits = {{"macro_f1", -0.5}}};
    const std::vector<SetLimit> limits = limits_of(old);
    EXPECT_EQ(limits.at(0).text(), "macro_f1 drop<=0.5");
    judge_again(compared.comparison, old);
    EXPECT_EQ(candidate.gate, line("macro_f1 drop<=0.5").outcome);
}

TEST_F(Compared, ALimitHasThreeOutcomes) {
    EXPECT_EQ(line("macro_f1 drop<=1.5").outcome, Outcome::passed);
    EXPECT_EQ(line("macro_f1 drop<=0.5").outcome, Outcome::failed);
    EXPECT_EQ(line("macro_f1 drop<=0.8").outcome, Outcome::inconclusive);
    EXPECT_EQ(line("macro_f1 drop<=0.8").text, "drop 1.000 points (95 %: 0.600 to 1.400), at most 0.8 wanted");
    EXPECT_EQ(line("macro_f1 rise<=0").outcome, Outcome::passed);
    candidate.changes["ece"] = {0, Interval{0, 0.5}};
    EXPECT_EQ(line("ece drop<=1").text, "drop 0.000 points (95 %: -0.500 to 0.000), at most 1 wanted");
    EXPECT_EQ(line("macro_f1>=85").outcome, Outcome::passed);
    EXPECT_EQ(line("macro_f1>=92").outcome, Outcome::failed);
    EXPECT_EQ(line("p99<=8").outcome, Outcome::passed);
    EXPECT_EQ(line("p99<=5").outcome, Outcome::failed);
    EXPECT_EQ(line("p99<=6.5").outcome, Outcome::inconclusive);
    EXPECT_EQ(line("p99<=6.5").text, "6.500 ms (95 %: 6.000 to 7.000), at most 6.5 wanted");
    EXPECT_EQ(line("size<=0.25").outcome, Outcome::passed) << "a size is exact";
    EXPECT_EQ(line("size<=0.24").outcome, Outcome::failed);
}

TEST_F(Compared, WhatIsInconclusiveSaysHowManySamplesDecide) {
    // 400 (1.43 * 0.4 / 0.2)^2: the half width is to be 1.43 times smaller than the distance to the limit.
    const GateLine open = line("macro_f1 drop<=0.8");
    EXPECT_EQ(open.samples_needed, samples_until(0.4, 0.2, 400));
    EXPECT_GT(open.samples_needed, 1600U);
    EXPECT_LT(open.samples_needed, 4000U);
    candidate.measurement.latency.p99_interval.reset();
    EXPECT_EQ(line("p99<=20").outcome, Outcome::inconclusive) << "without its interval a time decides nothing";
    EXPECT_THAT(line("p99<=20").text, HasSubstr("interval is not known"));
    candidate.changes.clear();
    EXPECT_EQ(line("macro_f1 drop<=50").outcome, Outcome::inconclusive);
}

TEST_F(Compared, AnAnswerThatIsLostFailsALimitOnAnswers) {
    candidate.measurement.outputs[0].lost = 3;
    candidate.measurement.outputs[0].nan = 3;
    EXPECT_EQ(line("macro_f1 drop<=50").outcome, Outcome::failed);
    EXPECT_EQ(line("p99<=8").outcome, Outcome::passed);
}

TEST_F(Compared, EachLineNamesItsFigureAndComesBack) {
    const Gate gate = gate_of({"top1 drop<=0.5", "agreement>=90", "sqnr>=20", "speedup>=1.5", "p90 ratio>=1.2", "macro_f1 drop<=0.5", "p99<=20"});
    judge_again(compared.comparison, gate);
    std::string ids;
    for (const GateLine& line : candidate.gate_lines) ids += line.figure + " ";
    EXPECT_EQ(ids, "top1 agreement sqnr p50 p90 macro_f1 p99 ");
    const Comparison back = comparison_from_json(Json::parse(to_json(compared.comparison).dump()));
    EXPECT_EQ(back.gate, gate);
    EXPECT_EQ(to_json(back), to_json(compared.comparison));
    EXPECT_EQ(candidate.gate, Outcome::failed);
    EXPECT_THAT(verdict_of(compared.comparison).text, HasSubstr("Limit on macro F1: beyond (drop 1.000 points"));
}

TEST_F(Compared, DocumentsGiveMetricsWithTheirUnits) {
    const Json document = to_json(compared, false);
    const Json& base = document.at("baseline").at("metrics").at("macro_f1");
    EXPECT_EQ(base, (Json{{"value", 50.0}, {"interval", {48.0, 52.0}}, {"n", 1000}, {"unit", "%"}}));
    const Json& own = document.at("candidates").at(0).at("metrics").at("macro_f1");
    EXPECT_EQ(own.at("delta"), -1.0);
    EXPECT_EQ(own.at("interval"), (Json{-1.4, -0.6}));
    EXPECT_EQ(own.at("differs"), true);
    EXPECT_EQ(own.at("value"), 89.0);
    EXPECT_EQ(own.at("unit"), "%");
    const Json& relative = document.at("candidates").at(0).at("metrics").at("sqnr");
    EXPECT_EQ(relative.at("value"), 31.4);
    EXPECT_EQ(relative.at("unit"), "dB");
    EXPECT_FALSE(document.at("baseline").at("metrics").contains("sqnr"));
    const ComparedFiles back = compared_from_json(document);
    EXPECT_EQ(to_json(back, false), document) << "what is made of other fields is not read as a metric of its own";
}

TEST(Limits, EachTaskHasAFigureThatComesFirst) {
    EXPECT_EQ(lead_figure(Task::none).id, "top1");
    EXPECT_EQ(lead_figure(Task::classification).id, "top1");
    EXPECT_EQ(lead_figure(Task::detection).id, "map");
    EXPECT_EQ(lead_figure(Task::ctc).id, "char_error_rate");
    EXPECT_EQ(lead_figure(Task::enhancement).id, "si_sdr");
    EXPECT_EQ(alike_figure(Task::none)->id, "agreement");
    EXPECT_EQ(alike_figure(Task::ctc)->id, "agreement");
    EXPECT_EQ(alike_figure(Task::steps)->id, "decision_agreement");
    EXPECT_EQ(alike_figure(Task::regression), nullptr);
}

TEST(Limits, ABoundIsSetInAFormAndTakenAway) {
    Gate gate;
    add_limit(gate, "p99<=20");
    const LimitForm drop = form_against_baseline(figure("top1"));
    const Gate both = with_bound(gate, drop, 0.5);
    EXPECT_EQ(both.max_drop_points, 0.5);
    EXPECT_EQ(bound_of(both, drop), 0.5);
    EXPECT_EQ(with_bound(both, drop, 0.25).max_drop_points, 0.25) << "in the place of what was set";
    EXPECT_EQ(with_bound(both, drop, std::nullopt), gate);
    const LimitForm map = form_against_baseline(figure("map"));
    EXPECT_EQ(limits_of(with_bound(with_bound(Gate(), map, 1), map, 0.5)).size(), 1U) << "in the place of what was set, for any figure";
    EXPECT_FALSE(bound_of(gate, drop));
}

}  // namespace
}  // namespace vernier::test
