// SPDX-License-Identifier: GPL-3.0-or-later
// From a raw folder to a verdict: a reader of letters and a model of vectors, as in whole_way_test.cpp.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/cli/made_pictures.h"
#include "tests/cli/whole_way.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier::test {
namespace {

constexpr std::size_t kHeight = 8, kStroke = 4;  // pixels of a letter
constexpr char kAlphabet[] = "abcde ";           // white space is drawn, too
constexpr std::size_t kLetters = 6;

/// Which pixels of a letter are bright: patterns that differ in about half of them.
std::vector<bool> letter_pattern(std::size_t letter) {
    Random random(100 + letter);
    std::vector<bool> pattern(kHeight * kStroke);
    for (auto&& pixel : pattern) pixel = random.below(2) == 0;
    return pattern;
}

/// Each second column is a step; a window holds against each letter's pattern, and blank wins where none is met.
std::string letter_reader() {
    const std::size_t window = kHeight * kStroke;
    std::vector<float> edges(4), templates((kLetters + 1) * 4 * window), level(kLetters + 1, 0);
    for (std::size_t o = 0; o < 4; ++o) edges[o] = o % 2 == 0 ? 2.0F : -2.0F;  // bright, and dark by its bias
    for (std::size_t letter = 0; letter < kLetters; ++letter) {
        const std::vector<bool> pattern = letter_pattern(letter);
        for (std::size_t k = 0; k < window; ++k)
            for (std::size_t channel = 0; channel < 4; ++channel)
                templates[((letter + 1) * 4 + channel) * window + k] = (pattern[k] == (channel % 2 == 0) ? 1.0F : -1.0F) / static_cast<float>(window);
    }
    level[0] = 1.2F;
    ModelBuilder builder;
    builder.input("line", ElementType::float32, {"N", 1, 8, 64}).initializer("edges", edges, {4, 1, 1, 1});
    builder.initializer("middle", std::vector<float>{-1, 1, -1, 1}, {4}).initializer("templates", templates, {7, 4, 8, 4}).initializer("level", level, {7});
    builder.initializer("axes", std::vector<std::int64_t>{2}, {1});
    builder.node("Conv", {"line", "edges", "middle"}, {"e"}, {}, "edges").node("Relu", {"e"}, {"seen"});
    builder.node("Conv", {"seen", "templates", "level"}, {"t"}, {{"strides", {1, 2}}}, "templates").node("Squeeze", {"t", "axes"}, {"steps"});
    builder.node("Transpose", {"steps"}, {"logits"}, {{"perm", {0, 2, 1}}}).output("logits", ElementType::float32, {"N", 31, 7});
    return builder.bytes();
}

/// Up to ten letters, with a gap of two columns behind each; what they say.
std::string draw_line(const std::filesystem::path& path, Random& random) {
    Canvas picture(64, kHeight, 1);
    for (std::uint8_t& value : picture.values) value = static_cast<std::uint8_t>(118 + random.below(20));
    std::string text;
    for (std::size_t i = 0; i < 4 + random.below(7); ++i) {
        std::size_t letter = random.below(kLetters);
        if (kAlphabet[letter] == ' ' && (i == 0 || text.back() == ' ')) letter = 0;
        const std::vector<bool> pattern = letter_pattern(letter);
        for (std::size_t k = 0; k < pattern.size(); ++k)
            picture.at(6 * i + k % kStroke, k / kStroke, 0) = static_cast<std::uint8_t>(pattern[k] ? 215 + random.below(40) : random.below(40));
        text += kAlphabet[letter];
    }
    picture.save_png(path);
    return text;
}

TEST_F(WholeWay, AReaderOfLetters) {
    Random random(3);
    std::string lines;
    for (int i = 0; i < 120; ++i) {
        const std::string name = fmt::format("{:03}.png", i);
        lines += fmt::format("{}\t{}\n", name, draw_line(folder_ / name, random));
    }
    folder_.write("labels.txt", lines);
    folder_.write("alphabet.txt", "abcde \n");
    model_ = folder_.write("model.onnx", letter_reader()).string();
    data_ = folder_.path().string();
    quantize_both("name:edges");
    const Finished passed = compared({"cer<=5", "exact_match drop<=10", "agreement>=80"});
    ASSERT_EQ(passed.exit_code, 0) << passed.err << passed.out;
    const Json document = passed.json();
    expect_task(document, "ctc");
    expect_files(document);
    EXPECT_LT(metric(document.at("baseline"), "char_error_rate"), 1);
    EXPECT_EQ(document.at("baseline").at("metrics").at("exact_match").at("n"), 96);
    for (std::size_t i = 0; i < 2; ++i) expect_gate(document, i, {"char_error_rate", "exact_match", "agreement"}, "passed");
    const Finished failed = judged(passed, "sqnr>=90");
    EXPECT_EQ(failed.exit_code, 1) << failed.out;
    for (std::size_t i = 0; i < 2; ++i) expect_gate(failed.json(), i, {"sqnr"}, "failed");
    EXPECT_EQ(judged(passed, "agreement>=99.9").exit_code, 2) << "so few lines show no share as high as that, though all agree";
    const Finished text = run_cli({"judge", (folder_ / "evidence.json").string()});
    EXPECT_THAT(text.out, testing::HasSubstr("CER"));
    EXPECT_THAT(text.out, testing::Not(testing::HasSubstr("top-1"))) << "a column of what a reader of texts does not have";
}

/// Vectors of 16 numbers: means of colours over quarters of a picture, and of their edges.
std::string describer() {
    std::vector<float> look(8 * 3 * 9), mix = random_floats(32 * 16, 5);
    const std::vector<float> kernels = random_floats(look.size(), 8);
    for (std::size_t i = 0; i < look.size(); ++i) look[i] = kernels[i] / 4;
    ModelBuilder builder;
    builder.input("image", ElementType::float32, {"N", 3, 32, 32}).initializer("look", look, {8, 3, 3, 3}).initializer("mix", mix, {32, 16});
    builder.node("Conv", {"image", "look"}, {"seen"}, {{"pads", {1, 1, 1, 1}}}, "look").node("Relu", {"seen"}, {"bright"});
    builder.node("AveragePool", {"bright"}, {"quarters"}, {{"kernel_shape", {16, 16}}, {"strides", {16, 16}}}).node("Flatten", {"quarters"}, {"flat"});
    builder.node("Gemm", {"flat", "mix"}, {"v"}, {}, "mix").node("LpNormalization", {"v"}, {"embedding"}, {{"axis", -1}, {"p", 2}});
    builder.output("embedding", ElementType::float32, {"N", 16});
    return builder.bytes();
}

/// Each quarter has a colour of its own.
void draw_quarters(const std::filesystem::path& path, Random& random) {
    Canvas picture(32, 32, 3);
    std::vector<std::size_t> colours(12);
    for (std::size_t& value : colours) value = random.below(220);
    for (std::size_t y = 0; y < 32; ++y)
        for (std::size_t x = 0; x < 32; ++x)
            for (std::size_t c = 0; c < 3; ++c) picture.at(x, y, c) = static_cast<std::uint8_t>(colours[(y / 16 * 2 + x / 16) * 3 + c] + random.below(30));
    picture.save_png(path);
}

TEST_F(WholeWay, AModelOfVectorsWithoutTargets) {
    Random random(4);
    for (int i = 0; i < 150; ++i) draw_quarters(folder_ / fmt::format("{:03}.png", i), random);
    model_ = folder_.write("model.onnx", describer()).string();
    data_ = folder_.path().string();
    quantize_both("name:look");
    const Words task = {"--task", "embedding"};
    const Finished passed = compared({"embedding_cosine>=0.98", "recall_at_10>=70", "ndcg_at_10>=70"}, task);
    ASSERT_EQ(passed.exit_code, 0) << passed.err << passed.out;
    const Json document = passed.json();
    expect_task(document, "embedding");
    expect_files(document);
    EXPECT_EQ(document.at("candidates").at(0).at("metrics").at("recall_at_10").at("n"), 120);
    for (std::size_t i = 0; i < 2; ++i) expect_gate(document, i, {"embedding_cosine", "recall_at_10", "ndcg_at_10"}, "passed");
    const Finished failed = judged(passed, "embedding_cosine>=0.999999999");
    EXPECT_EQ(failed.exit_code, 1) << failed.out;
    for (std::size_t i = 0; i < 2; ++i) expect_gate(failed.json(), i, {"embedding_cosine"}, "failed");
}

}  // namespace
}  // namespace vernier::test
