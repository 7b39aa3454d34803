// SPDX-License-Identifier: GPL-3.0-or-later
// WAVE files as samples: what they hold, how they are fitted to the model, and what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/data/carried.h"
#include "core/data/detail/wav.h"
#include "tests/data/data_support.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

template <class T>
std::string word(T value) {
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

struct Form {
    std::uint16_t kind = 1, bits = 16, channels = 1;
    std::uint32_t rate = 16000;
};

/// A WAVE file with a chunk of notes in front of the data, which readers skip.
std::string wav(const std::string& data, const Form& form = {}) {
    const auto frame = static_cast<std::uint16_t>(form.channels * form.bits / 8);
    const std::string format =
        word(form.kind) + word(form.channels) + word(form.rate) + word(static_cast<std::uint32_t>(form.rate * frame)) + word(frame) + word(form.bits);
    const std::string chunks = "fmt " + word<std::uint32_t>(16) + format + "LIST" + word<std::uint32_t>(3) + "abc" + std::string(1, '\0') + "data" +
                               word(static_cast<std::uint32_t>(data.size())) + data;
    return "RIFF" + word(static_cast<std::uint32_t>(chunks.size() + 4)) + "WAVE" + chunks;
}

Sound decoded(const std::string& bytes) { return decode_wav(std::as_bytes(std::span(bytes)), "a.wav"); }

TEST(Wav, ReadsIntegersOverTheirLargestMagnitudeAndFloatsAsTheyAre) {
    EXPECT_THAT(decoded(wav(raw<std::int16_t>({0, 16384, -32768, 32767}))).values, ElementsAre(0, 0.5F, -1, 32767.0F / 32768));
    EXPECT_THAT(decoded(wav(std::string("\x80\x00\xff", 3), {.bits = 8})).values, ElementsAre(0, -1, 127.0F / 128));
    EXPECT_THAT(decoded(wav(std::string("\x00\x00\x40\x00\x00\x80\xff\xff\xff", 9), {.bits = 24})).values, ElementsAre(0.5F, -1, -1.0F / 8388608));
    EXPECT_THAT(decoded(wav(raw<std::int32_t>({1 << 30, INT32_MIN}), {.bits = 32})).values, ElementsAre(0.5F, -1));
    EXPECT_THAT(decoded(wav(raw<float>({0.25F, -3}), {.kind = 3, .bits = 32})).values, ElementsAre(0.25F, -3));
    EXPECT_THAT(decoded(wav(raw<double>({0.125}), {.kind = 3, .bits = 64})).values, ElementsAre(0.125F));
    const Sound stereo = decoded(wav(raw<std::int16_t>({1, 2, 3, 4}), {.channels = 2, .rate = 8000}));
    EXPECT_EQ(stereo.length(), 2U);
    EXPECT_EQ(stereo.rate, 8000U);
}

TEST(Wav, SaysWhatItDoesNotRead) {
    const auto line = [](const std::string& bytes) { return error_of([&] { static_cast<void>(decoded(bytes)); }).line(); };
    EXPECT_THAT(line(wav("abcd", {.kind = 17, .bits = 4})), HasSubstr("format 17 with 4 bits"));
    EXPECT_THAT(line("no sound at all, but long enough"), HasSubstr("no WAVE file"));
    const std::string whole = wav(raw<std::int16_t>({1, 2, 3, 4}));
    for (std::size_t length = 0; length < whole.size(); ++length)
        EXPECT_EQ(error_of([&] { static_cast<void>(decoded(whole.substr(0, length))); }).kind(), ErrorKind::bad_data) << length;
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
        std::string damaged = whole;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
        try {
            static_cast<void>(decoded(damaged));
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::bad_data);
        }
    }
}

class Sounds : public testing::Test {
protected:
    void put(const std::string& name, const std::vector<std::int16_t>& values, const Form& form = {}) {
        fs::create_directories((dir_ / name).parent_path());
        dir_.write(name, wav(raw(values), form));
    }
    TempDir dir_;
};

TEST_F(Sounds, FoldersOfClassesAreCutAndFilledUpToWhatTheModelFixes) {
    for (int i = 0; i < 6; ++i) {
        put("no/" + std::to_string(i) + ".wav", {8192, 16384});
        put("yes/" + std::to_string(i) + ".wav", {-8192, 1, 2, 3, 4});
    }
    const DatasetPtr data = open_dataset(dir_.path(), *pass_through(ElementType::float32, {"N", 4}));
    EXPECT_THAT(data->classes(), ElementsAre("no", "yes"));
    EXPECT_TRUE(data->has_labels());
    EXPECT_TRUE(has_finding(*data, "preprocess-assumed"));
    EXPECT_EQ(data->size(Split::calibration) + data->size(Split::validation), 12U);
    bool short_one = false, long_one = false;
    for (std::uint64_t i = 0; i < data->size(Split::validation); ++i) {
        const Sample sample = data->load(Split::validation, i);
        const Tensor& x = sample.inputs.at("x");
        EXPECT_THAT(x.dims, ElementsAre(1, 4));
        if (sample.label == 0) {
            EXPECT_THAT(x.as<float>(), ElementsAre(0.25F, 0.5F, 0, 0));
        } else {
            EXPECT_EQ(x.as<float>()[0], -0.25F);
        }
        (sample.label == 0 ? short_one : long_one) = true;
    }
    EXPECT_TRUE(short_one && long_one);
}

TEST_F(Sounds, NoisyOnesHaveCleanOnesAsTargets) {
    for (int i = 0; i < 5; ++i) {
        put("noisy/" + std::to_string(i) + ".wav", {1000, 2000, 3000}, {.channels = 1});
        put("clean/" + std::to_string(i) + ".wav", {16384, 0, -16384});
    }
    const DatasetPtr data = open_dataset(dir_.path(), *pass_through(ElementType::float32, {"N", 1, "T"}));
    EXPECT_EQ(data->target(), TargetForm::numbers);
    const Sample sample = data->load(Split::validation, 0);
    EXPECT_THAT(sample.inputs.at("x").dims, ElementsAre(1, 1, 3));
    EXPECT_THAT(sample.target.values->dims, ElementsAre(3));
    EXPECT_THAT(sample.target.values->as<float>(), ElementsAre(0.5F, 0, -0.5F));
}

TEST_F(Sounds, AFileNamesItemsRateAndLength) {
    put("a.wav", {16384, 16384, 16384, 16384}, {.channels = 2});
    put("b.wav", {1, 2, 3});
    const auto open = [&](const std::string& more) {
        const auto file = dir_.write("d.dataset.json", R"({"version": 1, "source": "wav", "folder": ".", )" + more +
                                                           R"("splits": {"calibration": {"items": [{"file": "a.wav", "target": "hello"}]},
                                                               "validation": {"items": [{"file": "b.wav", "target": "you"}]}}})");
        return open_dataset(file, *pass_through(ElementType::float32, {"N", "T"}));
    };
    const DatasetPtr data = open(R"("rate": 16000, "length": 5, )");
    EXPECT_EQ(data->target(), TargetForm::text);
    EXPECT_EQ(data->load(Split::validation, 0).target.text, "you");
    EXPECT_THAT(data->load(Split::calibration, 0).inputs.at("x").as<float>(), ElementsAre(0.5F, 0.5F, 0, 0, 0)) << "the mean of both channels";
    EXPECT_THAT(error_of([&] { static_cast<void>(open(R"("rate": 8000, )")); }).line(),
                HasSubstr("16000 values a second, the others 8000; sounds are not resampled"));
    EXPECT_THAT(error_of([&] {
                    static_cast<void>(open_dataset(dir_ / "d.dataset.json", *pass_through(ElementType::float32, {"N", 3, 8, 8})));
                }).line(),
                HasSubstr("holds sounds, but"));
}

TEST_F(Sounds, StreamingModelsGetWholeRuns) {
    ModelBuilder builder;
    builder.input("x", ElementType::float32, {1, 4}).input("h", ElementType::float32, {1, 2});
    builder.node("Identity", {"x"}, {"y"}).node("Identity", {"h"}, {"hn"});
    builder.output("y", ElementType::float32, {1, 4}).output("hn", ElementType::float32, {1, 2});
    put("noisy/a.wav", {1, 2, 3, 4, 5, 6});
    put("clean/a.wav", {1, 2, 3, 4, 5, 6});
    const auto file = dir_.write("d.dataset.json", R"({"version": 1, "source": "wav", "folder": "noisy", "targets": "clean", "carry": {"h": "hn"},
        "splits": {"calibration": {"items": [{"file": "a.wav"}]}, "validation": {"items": [{"file": "a.wav"}]}}})");
    const DatasetPtr data = open_dataset(file, *make_model(builder.build()));
    const Sample sample = data->load(Split::validation, 0);
    EXPECT_THAT(sample.inputs.at("x").dims, ElementsAre(2, 1, 4)) << "filled up with zeros";
    EXPECT_THAT(sample.target.values->dims, ElementsAre(8));
    EXPECT_EQ(carry_of(*data).join, 1U);
}

}  // namespace
}  // namespace vernier::test
