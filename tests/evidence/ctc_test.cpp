// SPDX-License-Identifier: GPL-3.0-or-later
// Texts by greedy CTC against jiwer: layouts, alphabets, empty texts, and agreement.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/data/letters.h"
#include "core/evidence/compare.h"
#include "core/evidence/gate_text.h"
#include "core/evidence/tasks/ctc.h"
#include "core/measure/statistics.h"
#include "tests/evidence/task_cases.h"
#include "tests/support/error_kind.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using test::Asked;
using test::floats;
using test::judged;
using test::whole;

TEST(Ctc, ErrorRatesAreThoseOfJiwer) { test::expect_reference("ctc", 1e-9); }

/// Texts of eight letters as best classes; the models replace a letter in every so many texts.
Asked written(std::size_t samples, std::size_t first, std::size_t second) {
    test::Random random(8);
    Asked asked{.spec = {.alphabet = letters_of("abcdefgh")}, .form = TargetForm::text, .answers = {{}, {}}};
    for (std::size_t i = 0; i < samples; ++i) {
        std::vector<std::int64_t> classes;
        std::string text;
        for (int k = 0; k < 8; ++k) {
            classes.insert(classes.end(), {static_cast<std::int64_t>(1 + random.below(7)), 0});
            text += static_cast<char>('a' + classes[classes.size() - 2] - 1);
        }
        asked.targets.push_back({.text = text});
        for (std::size_t model = 0; model < 2; ++model) {
            const std::size_t every = model == 0 ? first : second;
            std::vector<std::int64_t> own = classes;
            if (every > 0 && i % every == 0) own[2 * random.below(8)] = 8;  // h, which no target has
            asked.answers[model].push_back(whole({1, 16}, own));
        }
    }
    return asked;
}

TEST(Ctc, IsProposedForTextsWithAnAlphabet) {
    Asked asked = written(20, 2, 2);
    const auto found = judged(asked);
    EXPECT_EQ(found[0].task, Task::ctc);
    EXPECT_EQ(found[0].metrics.at("char_error_rate").value, 100.0 * 10 / 160);
    EXPECT_EQ(found[0].metrics.at("word_error_rate").value, 50);
    EXPECT_EQ(found[0].metrics.at("exact_match").value, 50);
    asked.spec.alphabet.clear();
    EXPECT_EQ(judged(asked)[0].task, Task::none);
    asked.spec.task = Task::ctc;
    EXPECT_EQ(test::kind_of([&] { (void)judged(asked); }), ErrorKind::bad_data) << "texts cannot be read without an alphabet";
}

TEST(Ctc, LimitsAndAgreementComeFromTheTable) {
    Gate gate;
    for (const char* limit : {"cer<=5", "wer rise<=3", "exact_match drop<=3", "agreement>=85"}) add_limit(gate, limit);
    const Comparison good = compare(judged(written(200, 20, 20)), gate), bad = compare(judged(written(200, 20, 1)), gate);
    ASSERT_EQ(good.candidates[0].gate_lines.size(), 4U);
    for (const GateLine& line : good.candidates[0].gate_lines) EXPECT_EQ(line.outcome, Outcome::passed) << line.figure << " " << line.text;
    for (const GateLine& line : bad.candidates[0].gate_lines) EXPECT_EQ(line.outcome, Outcome::failed) << line.figure << " " << line.text;
    EXPECT_EQ(bad.candidates[0].answered, 200U);
    EXPECT_LT(bad.candidates[0].agreement.value(), 10);
    EXPECT_EQ(bad.candidates[0].changes.at("exact_match").interval->hi, -100 * tango_interval(190, 0, 200).lo) << "a share has Tango's interval";
}

TEST(Ctc, WithoutTextsTheSameTextIsAgreement) {
    Asked asked = written(40, 0, 4);
    for (SampleTarget& target : asked.targets) target = {};
    asked.form = TargetForm::none;
    asked.spec.task = Task::ctc;
    for (const bool alphabet : {true, false}) {
        if (!alphabet) asked.spec.alphabet.clear();
        const Comparison comparison = compare(judged(asked), {});
        EXPECT_EQ(comparison.candidates[0].same, 30U);
        EXPECT_EQ(comparison.candidates[0].agreement, 75);
        EXPECT_TRUE(comparison.baseline.measurement.metrics.empty());
    }
}

TEST(Ctc, ClassesThatTheAlphabetDoesNotHaveAreAnError) {
    Asked asked{.spec = {.task = Task::ctc, .alphabet = letters_of("abc")}, .form = TargetForm::text, .targets = {{.text = "a"}}};
    asked.answers = {{floats({1, 2, 7}, std::vector<float>(14))}};
    EXPECT_EQ(test::kind_of([&] { (void)judged(asked); }), ErrorKind::bad_data);
}

TEST(Ctc, DistanceIsThatOfLevenshtein) {
    const auto distance = [](const char* a, const char* b) { return edit_distance(letters_of(a), letters_of(b)); };
    EXPECT_EQ(distance("kitten", "sitting"), 3U);
    EXPECT_EQ(distance("", "abc"), 3U);
    EXPECT_EQ(distance("abc", ""), 3U);
    EXPECT_EQ(distance("flaw", "lawn"), 2U);
    EXPECT_EQ(distance("über", "uber"), 1U);
}

TEST(Letters, AreCodePointsAndWhatIsNoneStandsForItself) {
    EXPECT_EQ(letters_of("aü語😀"), (std::vector<std::string>{"a", "ü", "語", "😀"}));
    EXPECT_EQ(letters_of("a\xC3"), (std::vector<std::string>{"a", "\xC3"}));
    EXPECT_EQ(letters_of("\xE8\xAAx"), (std::vector<std::string>{"\xE8", "\xAA", "x"}));
    EXPECT_TRUE(letters_of("").empty());
}

}  // namespace
}  // namespace vernier
