// SPDX-License-Identifier: GPL-3.0-or-later
// Planted faults of data are said before they do damage, and good data are left in peace.
#include "core/flow/data_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/data/read_npz.h"
#include "core/data/write_npz.h"
#include "core/flow/alike_samples.h"
#include "tests/support/demo.h"
#include "tests/support/random.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

using testing::Contains;
using testing::IsEmpty;

constexpr std::size_t kCalibration = 100, kValidation = 200;

/// Pictures of 40x40 and their labels; the first hundred calibrate.
struct Glyphs {
    std::size_t bytes = 0;
    std::vector<std::vector<std::uint8_t>> pictures;
    std::vector<std::int64_t> labels;
    std::vector<std::int64_t> dims;
};

const Glyphs& all_glyphs() {
    static const Glyphs all = [] {
        Glyphs glyphs;
        Tensor x, y;
        for (auto& [name, tensor] : read_npz(source_dir() + "/resources/demo/glyphs.npz")) (name == "x" ? x : y) = std::move(tensor);
        glyphs.dims = x.dims;
        glyphs.bytes = x.bytes.size() / static_cast<std::size_t>(x.dims[0]);
        const auto values = x.as<std::uint8_t>();
        for (std::size_t i = 0; i < static_cast<std::size_t>(x.dims[0]); ++i)
            glyphs.pictures.emplace_back(values.begin() + static_cast<std::ptrdiff_t>(i * glyphs.bytes),
                                         values.begin() + static_cast<std::ptrdiff_t>((i + 1) * glyphs.bytes));
        const std::size_t width = y.bytes.size() / static_cast<std::size_t>(y.dims[0]);
        for (std::size_t i = 0; i < static_cast<std::size_t>(y.dims[0]); ++i) {
            std::int64_t label = 0;
            std::copy_n(reinterpret_cast<const char*>(y.bytes.data()) + i * width, width, reinterpret_cast<char*>(&label));
            glyphs.labels.push_back(label);
        }
        return glyphs;
    }();
    return all;
}

class DataAlarms : public testing::Test {
protected:
    /// Other glyphs for each seed.
    static Glyphs drawn(std::uint64_t seed) {
        const Glyphs& all = all_glyphs();
        Random random(seed);
        std::vector<std::size_t> order(all.labels.size());
        for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
        for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
        Glyphs some{all.bytes, {}, {}, all.dims};
        for (std::size_t i = 0; i < kCalibration + kValidation; ++i) {
            some.pictures.push_back(all.pictures[order[i]]);
            some.labels.push_back(all.labels[order[i]]);
        }
        return some;
    }

    LookedData look(const Glyphs& glyphs, std::size_t calibration = kCalibration, const std::string& scale = "0.00392156862745098") {
        Tensor x{ElementType::uint8, glyphs.dims, {}}, y{ElementType::int64, {static_cast<std::int64_t>(glyphs.labels.size())}, {}};
        x.dims[0] = static_cast<std::int64_t>(glyphs.pictures.size());
        for (const auto& picture : glyphs.pictures)
            x.bytes.insert(x.bytes.end(), std::as_bytes(std::span(picture)).begin(), std::as_bytes(std::span(picture)).end());
        const auto labels = std::as_bytes(std::span(glyphs.labels));
        y.bytes.assign(labels.begin(), labels.end());
        write_npz(folder_ / "d.npz", {{"x", x, {}}, {"y", y, {}}});
        const auto file = folder_.write(
            "d.dataset.json",
            R"({"version": 1, "source": "npz", "file": "d.npz", "arrays": {"image": "x"}, "labels": "y", "metric": "top1", "preprocess": {"image": {"dtype": "float32",
                "layout_in": "NHWC", "layout_out": "NCHW", "colour": "GRAY", "scale": )" +
                scale + R"(, "mean": [0.5], "std": [0.25]}}, "splits": {"calibration": {"range": [0, )" + std::to_string(calibration) +
                R"(]}, "validation": {"range": [100, )" + std::to_string(glyphs.labels.size()) + "]}}}");
        return look_at_data(Runtime::load(), {file, kDemo, {}, {}, 100, {}}, {});
    }

    static std::set<std::string> alarms(const LookedData& looked) {
        std::set<std::string> codes;
        for (const Finding& finding : looked.findings)
            if (finding.severity != Severity::info) codes.insert(finding.code);
        return codes;
    }

    static void in_calibration(Glyphs& glyphs, const std::function<void(std::vector<std::uint8_t>&)>& change) {
        for (std::size_t i = 0; i < kCalibration; ++i) change(glyphs.pictures[i]);
    }

    TempDir folder_;
};

TEST_F(DataAlarms, GoodDataAreLeftInPeace) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        const LookedData looked = look(drawn(seed));
        EXPECT_THAT(alarms(looked), IsEmpty()) << "seed " << seed;
        ASSERT_TRUE(looked.reach);
        EXPECT_LT(looked.reach->wider, 1.3);
        EXPECT_EQ(looked.calibration.samples, kCalibration);
        EXPECT_EQ(looked.validation.looked, 100U);
        EXPECT_GT(looked.validation.top1.value_or(0), 80);
    }
}

TEST_F(DataAlarms, CalibrationSamplesThatAreScaledTwice) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        Glyphs glyphs = drawn(seed);
        in_calibration(glyphs, [](auto& picture) {
            for (auto& value : picture) value = static_cast<std::uint8_t>(value / 255);
        });
        EXPECT_THAT(alarms(look(glyphs)), Contains("calibration-differs")) << "seed " << seed;
    }
}

TEST_F(DataAlarms, CalibrationSamplesOfAnotherWorld) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        Glyphs dark = drawn(seed), flat = drawn(seed);
        in_calibration(dark, [](auto& picture) {
            for (auto& value : picture) value = static_cast<std::uint8_t>(value / 4);
        });
        in_calibration(flat, [](auto& picture) { std::fill(picture.begin(), picture.end(), picture[picture.size() / 2]); });
        EXPECT_FALSE(alarms(look(dark)).empty()) << "seed " << seed;
        EXPECT_FALSE(alarms(look(flat)).empty()) << "seed " << seed;
    }
}

TEST_F(DataAlarms, CopiesAndTooFewSamples) {
    Glyphs glyphs = drawn(1);
    for (std::size_t i = 2; i < kCalibration; ++i) glyphs.pictures[i] = glyphs.pictures[i % 2];
    EXPECT_THAT(alarms(look(glyphs)), Contains("samples-equal"));
    EXPECT_THAT(alarms(look(drawn(2), 12)), Contains("few-samples"));
}

TEST_F(DataAlarms, SamplesThatAreNearlyOthers) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        Glyphs glyphs = drawn(seed);
        Random random(seed);
        for (std::size_t i = 80; i < kCalibration; ++i) {
            glyphs.pictures[i] = glyphs.pictures[i - 60];
            for (auto& value : glyphs.pictures[i])
                value = static_cast<std::uint8_t>(std::clamp(static_cast<int>(value) + static_cast<int>(random.below(9)) - 4, 0, 255));
        }
        const LookedData looked = look(glyphs);
        const auto found = std::find_if(looked.findings.begin(), looked.findings.end(), [](const Finding& each) { return each.code == "samples-alike"; });
        ASSERT_NE(found, looked.findings.end()) << "seed " << seed;
        EXPECT_THAT(found->text, testing::HasSubstr("20 of 100 calibration samples look like one before them")) << found->text;
        EXPECT_THAT(alarms(looked), testing::Not(Contains("samples-equal")));
    }
}

TEST(AlikeSamples, TokensAreAlikeOnlyWhereAllAreEqual) {
    AlikeSamples seen;
    for (std::int64_t i = 0; i < 20; ++i) {
        Sample sample;
        sample.name = std::to_string(i);
        sample.inputs["ids"] = {ElementType::int64, {1, 2}, {}};
        const std::vector<std::int64_t> ids = {100, i};
        const auto bytes = std::as_bytes(std::span(ids));
        sample.inputs["ids"].bytes.assign(bytes.begin(), bytes.end());
        seen.add(sample);
    }
    EXPECT_EQ(seen.found().alike, 0U);
    EXPECT_FALSE(finding_of(seen.found(), "calibration"));
    EXPECT_FALSE(finding_of(AlikeSamples().found(), "calibration")) << "no samples";
}

TEST_F(DataAlarms, CalibrationSamplesOfOneClass) {
    Glyphs glyphs = drawn(3);
    const Glyphs& all = all_glyphs();
    for (std::size_t i = 0, from = 0; i < kCalibration; ++from) {
        if (all.labels[from % all.labels.size()] != 4) continue;
        glyphs.pictures[i] = all.pictures[from % all.pictures.size()];
        glyphs.labels[i++] = 4;
    }
    EXPECT_THAT(alarms(look(glyphs)), Contains("classes-missing"));
}

TEST_F(DataAlarms, LabelsOfOtherNumbers) {
    Glyphs shifted = drawn(4), shuffled = drawn(4), random = drawn(4);
    Random any(9);
    const std::int64_t classes = 1 + *std::max_element(shifted.labels.begin(), shifted.labels.end());
    for (auto& label : shifted.labels) label = std::max<std::int64_t>(0, label - 1);
    for (auto& label : shuffled.labels) label = (7 * label + 3) % classes;
    for (auto& label : random.labels) label = static_cast<std::int64_t>(any.below(static_cast<std::size_t>(classes)));
    EXPECT_THAT(alarms(look(shifted)), Contains("label-order"));
    EXPECT_THAT(alarms(look(shuffled)), Contains("label-order"));
    EXPECT_THAT(alarms(look(random)), Contains("at-chance"));
}

TEST_F(DataAlarms, AWrongScaleOfAllIsSeenByTheAnswers) { EXPECT_THAT(alarms(look(drawn(5), kCalibration, "0.0000154")), Contains("at-chance")); }

TEST_F(DataAlarms, SamplesAreWrittenAndHeldAgainstThoseOfOthers) {
    static_cast<void>(look(drawn(6)));
    DataRequest request{folder_ / "d.dataset.json", kDemo, folder_ / "out.npz", {}, 40, {}};
    EXPECT_EQ(look_at_data(Runtime::load(), request, {}).dumped, 16U);
    auto arrays = read_npz(folder_ / "out.npz");
    ASSERT_EQ(arrays.at(0).first, "image");
    EXPECT_EQ(arrays[0].second.dims, (std::vector<std::int64_t>{16, 1, 40, 40}));
    request.dump.clear();
    request.theirs = folder_ / "out.npz";
    const LookedData same = look_at_data(Runtime::load(), request, {});
    ASSERT_EQ(same.compared.size(), 1U);
    EXPECT_EQ(same.compared[0].samples, 16U);
    EXPECT_EQ(same.compared[0].differing, 0U);
    for (float& value : arrays[0].second.as<float>()) value = value * 255;
    write_npz(folder_ / "theirs.npz", {{"image", arrays[0].second, {}}});
    request.theirs = folder_ / "theirs.npz";
    const LookedData other = look_at_data(Runtime::load(), request, {});
    EXPECT_THAT(other.compared.at(0).cause, testing::HasSubstr("not divided by 255"));
}

}  // namespace
}  // namespace vernier::test
