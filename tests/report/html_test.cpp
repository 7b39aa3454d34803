// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/report/figure_text.h"
#include "core/report/format.h"
#include "core/report/html_rows.h"
#include "core/report/svg.h"
#include "tests/report/comparison.h"

namespace vernier::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::vector<DotRow> latency_rows(const ComparedFiles& compared, int best) { return figure_rows(compared, figure("p50"), best); }
std::vector<DotRow> size_rows(const ComparedFiles& compared, int best) { return figure_rows(compared, figure("size"), best); }

/// Of the figure that fills the slot of answers; empty where none does.
std::vector<DotRow> answer_rows(const ComparedFiles& compared, int best) {
    for (const Figure* each : charts_in(in_report_chart, views_of(compared.comparison)))
        if (each->slot == "answers") return figure_rows(compared, *each, best);
    return {};
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

TEST(Html, EscapesWhatComesFromFiles) {
    ComparedFiles compared = baseline_only();
    add_candidate(compared, "<script>alert('x')&\"y\".onnx", 4, 280'000, 90);
    const std::string html = render_html(compared);
    EXPECT_THAT(html, Not(HasSubstr("<script")));
    EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(&#39;x&#39;)&amp;&quot;y&quot;"));
}

TEST(Html, AFindingAboutOneFileBeginsWithItsTitle) {
    ComparedFiles compared = baseline_only();
    add_candidate(compared, "folder/a.onnx", 4, 280'000, 90).title = "all static";
    compared.findings.push_back({.code = "few-runs", .text = "had 40 timed runs, and p99 needs 1000.", .file = "folder/a.onnx"});
    compared.findings.push_back({.code = "few-runs", .text = "had 50 timed runs.", .file = "elsewhere/b.onnx"});
    const std::string html = render_html(compared);
    EXPECT_THAT(html, HasSubstr("<li>all static: had 40 timed runs, and p99 needs 1000."));
    EXPECT_THAT(html, HasSubstr("<li>b.onnx: had 50 timed runs."));
    EXPECT_EQ(sentences(compared.findings.front()), "folder/a.onnx: had 40 timed runs, and p99 needs 1000.") << "on a terminal, the file itself";
    EXPECT_EQ(finding_from_json(to_json(compared.findings.front())), compared.findings.front());
}

TEST(Html, NamesTheInstructionsThatDecideHowFastInt8Is) {
    ComparedFiles compared = baseline_only();
    compared.comparison.baseline.measurement.host.cpu_flags = {"avx2", "f16c"};
    EXPECT_THAT(render_html(compared), HasSubstr("A processor, AVX2, no VNNI"));
}

TEST(Html, EveryTagIsClosed) {
    ComparedFiles compared = baseline_only();
    add_candidate(compared, "a.onnx", 4, 280'000, 90);
    compared.comparison.baseline.measurement.profile = {{"c", "Conv", "CPU", 9000, 10, ""}};
    compared.comparison.candidates[0].measurement.profile = {{"c", "QLinearConv", "CPU", 3000, 10, ""}};
    compared.findings.push_back({Severity::info, "no-gate", -1, "", "", "No limit is set.", ""});
    const std::string html = render_html(compared);
    for (const char* tag : {"div", "svg", "table", "tr", "td", "section", "ul", "li", "p", "main", "text"})
        EXPECT_EQ(count(html, std::string("<") + tag + ">") + count(html, std::string("<") + tag + " "), count(html, std::string("</") + tag + ">")) << tag;
    EXPECT_EQ(count(html, "<svg"), 7U) << "p50, answers, size, p90, cold start, after a pause, time";
}

TEST(Html, WithoutSamplesThereIsNoChartOfAnswers) {
    ComparedFiles compared = baseline_only();
    CandidateComparison& candidate = add_candidate(compared, "a.onnx", 4, 280'000, 90);
    for (Measurement* each : {&compared.comparison.baseline.measurement, &candidate.measurement}) {
        each->accuracy.reset();
        each->samples = 0;
    }
    candidate.top1_delta_points.reset();
    EXPECT_TRUE(answer_rows(compared, 0).empty());
    EXPECT_THAT(render_html(compared), Not(HasSubstr("Answers that changed")));
}

TEST(Html, MarksWhatIsNotShownToDiffer) {
    ComparedFiles compared = baseline_only();
    add_candidate(compared, "same.onnx", 10.05, 280'000, 89.9);
    EXPECT_THAT(latency_rows(compared, 0).at(1).text, HasSubstr("~"));
    EXPECT_THAT(answer_rows(compared, 0).at(1).text, HasSubstr("~"));
    EXPECT_THAT(size_rows(compared, 0).at(1).text, Not(HasSubstr("~")));
}

TEST(Html, EveryTimeStandsAgainstTheBaselineOrHasATilde) {
    ComparedFiles compared = test::baseline_only();
    CandidateComparison& candidate = test::add_candidate(compared, "int8.onnx", 5, 250'000, 90);
    candidate.paired.p90 = PairedRatio{1.98, {1.9, 2.06}, true};
    candidate.paired.cold_start = PairedRatio{1.01, {0.97, 1.05}, false};
    candidate.measurement.latency.p99.reset();
    candidate.measurement.latency.n = 400;
    const std::string html = render_html(compared);
    EXPECT_THAT(html, HasSubstr("1.98x faster</span>"));
    EXPECT_THAT(html, HasSubstr("95 %: 1.90x to 2.06x faster"));
    EXPECT_THAT(html, HasSubstr("~</span>"));
    EXPECT_THAT(html, HasSubstr("p99 needs 1,000 runs: 600 more"));
    EXPECT_THAT(html, HasSubstr("cold start = download 5.00 + start 5.00 + first run 2.00 ms"));
    EXPECT_THAT(html, HasSubstr("First call after a pause"));
}

TEST(Html, EachFigureOfTheReportHasItsColumnAndItsValue) {
    ComparedFiles compared = baseline_only();
    const CandidateComparison& candidate = add_candidate(compared, "int8.onnx", 5, 250'000, 90);
    const std::string html = render_html(compared);
    for (const Figure* each : figures_in(in_report)) {
        EXPECT_THAT(html, HasSubstr("<th>" + head_text(*each) + "</th>"));
        EXPECT_THAT(html, HasSubstr(">" + value_text(*each, TrialView{candidate.measurement, &candidate}) + "<")) << each->id;
    }
}

TEST(Html, WithoutLabelsAndAgreementTheErrorOfTheWorstOutputIsCharted) {
    ComparedFiles compared = baseline_only();
    CandidateComparison& candidate = add_candidate(compared, "a.onnx", 4, 280'000, 90);
    for (Measurement* each : {&compared.comparison.baseline.measurement, &candidate.measurement}) each->accuracy.reset();
    candidate.top1_delta_points.reset();
    candidate.agreement.reset();
    const std::vector<DotRow> rows = answer_rows(compared, 0);
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_FALSE(rows[0].known) << "the baseline has no error against itself";
    EXPECT_EQ(rows[1].value, 31.4);
    candidate.measurement.outputs[0].sqnr_db.reset();
    candidate.measurement.outputs[0].problem = "missing";
    EXPECT_EQ(answer_rows(compared, 0).at(1).text, "missing");
    EXPECT_FALSE(answer_rows(compared, 0).at(1).known);
}

TEST(Svg, DotsLieInsideThePictureAndInOrder) {
    const std::string chart = dot_chart({{.label = "a", .value = 1, .baseline = true}, {.label = "b", .value = 3, .lo = 2, .hi = 4, .colour = "#009E73"}}, 548);
    EXPECT_EQ(count(chart, "<rect"), 1U);
    EXPECT_EQ(count(chart, "<circle"), 1U);
    EXPECT_EQ(count(chart, "class=\"base\""), 1U);
    const double x = std::stod(chart.substr(chart.find("cx=\"") + 4));
    EXPECT_GT(x, 170);
    EXPECT_LT(x, 430);
}

TEST(Svg, EqualValuesDoNotDivideByZero) { EXPECT_THAT(dot_chart({{.label = "a", .value = 0}, {.label = "b", .value = 0}}, 548), Not(HasSubstr("nan"))); }

}  // namespace
}  // namespace vernier::test
