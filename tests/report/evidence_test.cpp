// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/evidence.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/report/documents.h"
#include "core/report/html.h"
#include "tests/report/comparison.h"
#include "tests/support/random.h"
#include "tests/support/temp_dir.h"

namespace vernier {
namespace {

using test::Random;

ComparedFiles a_comparison() {
    ComparedFiles compared = test::baseline_only();
    test::add_candidate(compared, "fast.onnx", 5, 300'000, 89.9);
    test::add_candidate(compared, "slow.onnx", 12, 300'000, 90.1).title = "run \"2\", ½";
    compared.comparison.baseline.measurement.latency.quantiles = {9.5, 10, 11};
    compared.comparison.baseline.measurement.seed = 7;
    compared.findings = {{.severity = Severity::warning, .code = "busy-machine", .text = "Other work was running."}};
    judge_again(compared, {.max_drop_points = 1, .min_speedup = 1.5});
    return compared;
}

std::string refusal(const std::string& text) {
    try {
        (void)evidence_from(text, "e.json");
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::bad_data) << error.line();
        EXPECT_EQ(error.where().file, "e.json");
        EXPECT_FALSE(error.remedy().empty());
        return error.what();
    }
    return {};
}

TEST(Evidence, ComesBackAsItWasWritten) {
    const ComparedFiles compared = a_comparison();
    const Json document = to_json(compared, false);
    const ComparedFiles back = evidence_from(document.dump(2), "e.json");
    EXPECT_EQ(to_json(back, false), document);
    EXPECT_EQ(back.comparison.baseline.measurement.latency.quantiles, (std::vector<double>{9.5, 10, 11}));
    EXPECT_EQ(back.comparison.baseline.measurement.seed, 7U);
    EXPECT_EQ(render_html(back), render_html(compared));
    EXPECT_FALSE(has_samples(back.comparison));
    const test::TempDir dir;
    EXPECT_EQ(to_json(read_evidence(dir.write("e.json", document.dump())), false), document);
}

TEST(Evidence, SpacesAndTheOrderOfKeysDoNotCount) {
    const Json document = to_json(a_comparison(), false);
    const nlohmann::json sorted = document;
    EXPECT_EQ(to_json(evidence_from(sorted.dump(), "e.json"), false), document);
    EXPECT_EQ(refusal(sorted.dump(4)), "");
}

TEST(Evidence, TheSumIsThatOfTheSortedText) {
    EXPECT_EQ(sealed({{"b", 1}, {"a", "x"}}).at("content_sha256"), sha256(R"({"a":"x","b":1})"));
    EXPECT_EQ(sealed({{"b", 1}, {"content_sha256", "old"}}), sealed({{"b", 1}}));
}

/// Changes the number-th leaf to another value; false where there are fewer.
bool change(Json& json, std::size_t& number) {
    if (json.is_structured() && !json.empty()) {
        for (Json& child : json)
            if (change(child, number)) return true;
        return false;
    }
    if (number-- > 0) return false;
    json = json.is_number() ? Json(json.get<double>() + 1) : json.is_string() ? Json(json.get<std::string>() + "x") : Json(7);
    return true;
}

TEST(Evidence, AnyChangeOfItsContentIsRefused) {
    const Json document = to_json(a_comparison(), false);
    std::size_t changed = 0;
    for (std::size_t i = 0;; i += 7) {  // each in turn would take seconds
        Json other = document;
        std::size_t number = i;
        if (!change(other, number)) break;
        ++changed;
        ASSERT_NE(refusal(other.dump()), "") << "leaf " << i;
    }
    EXPECT_GT(changed, 100U);
    Json added = document, removed = document;
    added["baseline"]["note"] = "mine";
    removed["candidates"].erase(1);
    for (const Json& each : {added, removed}) EXPECT_THAT(refusal(each.dump()), testing::HasSubstr("changed after it was written"));
}

TEST(Evidence, WhatIsNoneIsSaid) {
    const Json document = to_json(a_comparison(), false);
    Json without = document, later = document, old = document;
    without.erase("content_sha256");
    later["vernier_report"] = 99;
    old["vernier_comparison"] = 0;
    EXPECT_THAT(refusal(without.dump()), testing::HasSubstr("no check sum"));
    EXPECT_THAT(refusal(sealed(later).dump()), testing::HasSubstr("another version"));
    EXPECT_THAT(refusal(sealed(old).dump()), testing::HasSubstr("another version"));
    EXPECT_THAT(refusal(R"({"vernier_report": 1, "models": []})"), testing::HasSubstr("no comparison"));
    EXPECT_THAT(refusal("<html></html>"), testing::HasSubstr("no evidence"));
    EXPECT_THAT(refusal("[]"), testing::HasSubstr("no evidence"));
    EXPECT_THAT(refusal(R"({"vernier_report": 1e9999})"), testing::HasSubstr("too large"));
    later = document;
    later["baseline"] = Json::array();
    EXPECT_THAT(refusal(sealed(later).dump()), testing::HasSubstr("another form"));
    EXPECT_THAT(refusal(std::string(1'000'000, '[')), testing::HasSubstr("too deeply"));
    EXPECT_THROW((void)read_evidence("/nowhere/e.json"), Error);
}

TEST(Evidence, OneThatIsCutShortIsRefusedAtEachLength) {
    const std::string text = to_json(a_comparison(), false).dump();
    for (std::size_t length = 0; length < text.size(); length += 1 + length / 40) ASSERT_THAT(refusal(text.substr(0, length)), testing::HasSubstr("cut short"));
}

TEST(Evidence, ChangedBytesAreErrors) {
    const std::string text = to_json(a_comparison(), true).dump();
    Random random(3);
    for (int i = 0; i < 200; ++i) {
        std::string other = text;
        for (std::size_t k = 0; k <= random.below(4); ++k) other[random.below(other.size())] = static_cast<char>(random.bits());
        try {  // a byte may have become itself, or a blank another
            EXPECT_EQ(to_json(evidence_from(other, "e.json"), true).dump(), text);
        } catch (const Error&) {
        }
    }
}

/// Every field of a document, as a place that can be changed.
void collect(Json& json, std::vector<Json*>& places) {
    places.push_back(&json);
    if (json.is_structured())
        for (Json& child : json) collect(child, places);
}

TEST(Evidence, AnOddFieldWithASumOfItsOwnIsAnErrorOrAComparison) {
    const Json document = to_json(a_comparison(), true);
    const std::vector<Json> odd = {nullptr, -1, 1e300, "nan", "", Json::array(), Json::object(), true, Json::array({1, 2}), 18446744073709551615U};
    Random random(5);
    for (int i = 0; i < 200; ++i) {
        Json other = document;
        std::vector<Json*> places;
        collect(other, places);
        *places[random.below(places.size())] = odd[random.below(odd.size())];
        if (!other.is_object()) continue;
        try {
            ComparedFiles compared = evidence_from(sealed(other).dump(), "e.json");
            judge_again(compared, {.max_drop_points = 0.5, .min_speedup = 1.1, .limits = {{"size", 0.5}}});
            EXPECT_FALSE(render_html(compared).empty());
            (void)to_json(compared, true).dump(-1, ' ', false, Json::error_handler_t::replace);
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::bad_data) << error.line();
        }
    }
}

}  // namespace
}  // namespace vernier
