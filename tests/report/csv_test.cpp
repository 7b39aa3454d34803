// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/csv.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/evidence/figures.h"
#include "core/report/report_file.h"
#include "tests/report/comparison.h"

namespace vernier {
namespace {

using Table = std::vector<std::map<std::string, std::string>>;

/// A plain reader of RFC 4180.
std::vector<std::vector<std::string>> cells_of(const std::string& text) {
    std::vector<std::vector<std::string>> rows(1, {""});
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        std::string& cell = rows.back().back();
        if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
            cell += '"';
            ++i;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (c == ',' && !quoted) {
            rows.back().emplace_back();
        } else if (c == '\n' && !quoted) {
            rows.push_back({""});
        } else {
            cell += c;
        }
    }
    rows.pop_back();
    return rows;
}

Table table_of(const Comparison& comparison) {
    const auto rows = cells_of(render_csv(comparison));
    Table table;
    for (std::size_t i = 1; i < rows.size(); ++i) {
        EXPECT_EQ(rows[i].size(), rows[0].size());
        table.emplace_back();
        for (std::size_t k = 0; k < std::min(rows[i].size(), rows[0].size()); ++k)
            EXPECT_TRUE(table.back().emplace(rows[0][k], rows[i][k]).second) << rows[0][k];
    }
    return table;
}

TEST(Csv, HasARowAModelAndTheColumnsOfTheFigures) {
    ComparedFiles compared = test::baseline_only();
    test::add_candidate(compared, "fast.onnx", 5, 250'000, 89.5).title = "a \"b\",\nc";
    judge_again(compared, {.min_speedup = 1.5});
    const Table table = table_of(compared.comparison);
    ASSERT_EQ(table.size(), 2U);
    for (const Figure& each : figures()) EXPECT_TRUE(table[0].contains(std::string(each.id))) << each.id;
    EXPECT_EQ(table[0].at("role"), "baseline");
    EXPECT_EQ(table[1].at("role"), "candidate");
    EXPECT_EQ(table[1].at("title"), "a \"b\",<U+000A>c") << "as everywhere";
    EXPECT_EQ(table[1].at("gate"), "passed");
    EXPECT_DOUBLE_EQ(std::stod(table[0].at("p50")), 10);
    EXPECT_DOUBLE_EQ(std::stod(table[1].at("p50_low")), 4.95);
    EXPECT_DOUBLE_EQ(std::stod(table[1].at("size")), 0.25);
    EXPECT_DOUBLE_EQ(std::stod(table[1].at("size_against")), 0.25);
    EXPECT_EQ(table[1].at("size_against_low"), "") << "a size is exact";
    EXPECT_NEAR(std::stod(table[1].at("top1_against")), -0.5, 1e-12);
    EXPECT_EQ(table[0].at("executed_int8"), "") << "not profiled";
    EXPECT_EQ(table[0].at("p50_against"), "");
    EXPECT_EQ(table[0].at("agreement"), "") << "stands only against the baseline";
    EXPECT_DOUBLE_EQ(std::stod(table[1].at("agreement")), 98.5);
}

TEST(Csv, HoldsMetricsOfACommandAndWhatIsNoNumber) {
    ComparedFiles compared = test::baseline_only();
    test::add_candidate(compared, "fast.onnx", 5, 250'000, 89.5);
    compared.comparison.baseline.measurement.metrics["wer"] = {8, Interval{7, 9}, 100};
    CandidateComparison& candidate = compared.comparison.candidates[0];
    candidate.measurement.metrics["wer"] = {std::nan(""), std::nullopt, 100};
    candidate.changes["wer"] = {0.5, Interval{-0.5, 1.5}};
    const Table table = table_of(compared.comparison);
    EXPECT_EQ(table[0].at("wer_high"), "9");
    EXPECT_EQ(table[1].at("wer"), "nan");
    EXPECT_EQ(table[1].at("wer_low"), "");
    EXPECT_EQ(table[1].at("wer_against"), "0.5");
    EXPECT_EQ(table[1].at("wer_differs"), "false");
}

TEST(ReportFile, TheEndingSaysWhatIsWritten) {
    const ComparedFiles compared = test::baseline_only();
    EXPECT_THAT(report_text(compared, report_form("a/b.HTML")), testing::StartsWith("<!doctype html>"));
    EXPECT_THAT(report_text(compared, report_form("b.csv")), testing::StartsWith("model,title,"));
    EXPECT_TRUE(Json::parse(report_text(compared, report_form("b.json"))).contains("content_sha256"));
    EXPECT_EQ(report_form_or_html("report"), ReportForm::html);
    for (const char* name : {"b.txt", "b", "html", ".html"}) {
        try {
            (void)report_form(name);
            ADD_FAILURE() << name;
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::usage);
            EXPECT_THAT(error.remedy(), testing::HasSubstr(".html, .csv or .json"));
        }
    }
}

}  // namespace
}  // namespace vernier
