// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/file.h"
#include "core/data/detail/npy.h"
#include "core/data/detail/npz.h"
#include "core/data/detail/preprocess.h"
#include "tests/data/data_support.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const TempDir& folder() {
    static const TempDir dir;
    return dir;
}

Tensor read(const std::string& content) { return read_npy_file(folder().write("a.npy", content)); }

TEST(Npy, ReadsNumberTypesAndShapes) {
    const Tensor f = read(npy("<f4", "(2, 3)", raw<float>({1, 2, 3, 4, 5, 6})));
    EXPECT_EQ(f.type, ElementType::float32);
    EXPECT_THAT(f.dims, ElementsAre(2, 3));
    EXPECT_THAT(f.as<float>(), ElementsAre(1, 2, 3, 4, 5, 6));
    EXPECT_EQ(read(npy("|u1", "(3,)", "abc")).type, ElementType::uint8);
    EXPECT_EQ(read(npy("<i8", "()", raw<std::int64_t>({7}))).dims.size(), 0U);
    EXPECT_EQ(read(npy("<f2", "(0, 4)", "")).count(), 0U);
}

TEST(Npy, TurnsFortranOrderAndBigEndianRound) {
    // the matrix [[1 2 3] [4 5 6]], column by column
    EXPECT_THAT(read(npy("<i2", "(2, 3)", raw<std::int16_t>({1, 4, 2, 5, 3, 6}), true)).as<std::int16_t>(), ElementsAre(1, 2, 3, 4, 5, 6));
    EXPECT_THAT(read(npy(">i4", "(2,)", std::string("\0\0\1\2\0\0\0\5", 8))).as<std::int32_t>(), ElementsAre(258, 5));
}

TEST(Npy, RefusesWhatItCannotHold) {
    EXPECT_THAT(error_of([] { static_cast<void>(read(npy("|O", "(2,)", "xx"))); }).line(), HasSubstr("'|O'"));
    EXPECT_THAT(error_of([] { static_cast<void>(read(npy("<f4", "(2,)", "xx"))); }).line(), HasSubstr("8 bytes by its header, but holds 2"));
    for (const char* shape : {"(4611686018427387904, 2)", "(1152921504606846976, 4)", "(-1,)", "(2", "2,)", "(99999999999999999999,)"})
        EXPECT_EQ(error_of([&] { static_cast<void>(read(npy("<f8", shape, ""))); }).kind(), ErrorKind::bad_data) << shape;
}

TEST(Npy, SurvivesTruncationAndFlippedBits) {
    const std::string whole = npy("<f4", "(2, 3)", raw<float>({1, 2, 3, 4, 5, 6}));
    const auto attempt = [](std::string bytes) {
        const ByteReader reader = [&, at = std::size_t{0}](std::span<std::byte> target) mutable {
            const std::size_t n = std::min(target.size(), bytes.size() - at);
            std::copy_n(std::as_bytes(std::span(bytes)).begin() + static_cast<std::ptrdiff_t>(at), n, target.begin());
            at += n;
            return n;
        };
        try {
            static_cast<void>(read_npy(reader, bytes.size(), "damaged"));
            return true;
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::bad_data);
            return false;
        }
    };
    EXPECT_TRUE(attempt(whole));
    for (std::size_t length = 0; length < whole.size(); ++length) EXPECT_FALSE(attempt(whole.substr(0, length)));
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
        std::string damaged = whole;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
        static_cast<void>(attempt(damaged));
    }
}

TEST(Npz, ReadsStoredAndDeflatedMembers) {
    const std::string array = npy("<i4", "(3,)", raw<std::int32_t>({1, 2, 3}));
    for (const bool deflate : {false, true}) {
        write_npz(folder() / "m.npz", {{"a.npy", array}, {"note.txt", "no array"}}, deflate);
        const NpzFile npz(folder() / "m.npz");
        EXPECT_THAT(npz.names(), ElementsAre("a"));
        EXPECT_THAT(npz.read("a").as<std::int32_t>(), ElementsAre(1, 2, 3));
        EXPECT_THAT(error_of([&] { static_cast<void>(npz.read("b")); }).line(), HasSubstr("it holds: a"));
    }
    EXPECT_EQ(error_of([] { NpzFile absent(folder() / "absent.npz"); }).kind(), ErrorKind::not_found);
}

TEST(Npz, SurvivesTruncationAndFlippedBits) {
    write_npz(folder() / "whole.npz", {{"a.npy", npy("|u1", "(40,)", std::string(40, 'x'))}});
    const std::string whole = read_file(folder() / "whole.npz");
    int wrong = 0;
    for (std::size_t at = 0; at < 2 * whole.size(); ++at) {
        std::string damaged = at < whole.size() ? whole.substr(0, at) : whole;
        if (at >= whole.size()) damaged[at - whole.size()] = static_cast<char>(damaged[at - whole.size()] ^ (1 << at % 8));
        try {
            const Tensor tensor = NpzFile(folder().write("damaged.npz", damaged)).read("a");
            if (tensor.dims != std::vector<std::int64_t>{40} || std::string(tensor.as<char>().data(), 40) != std::string(40, 'x')) ++wrong;
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::bad_data);
        }
    }
    EXPECT_EQ(wrong, 0) << "a damaged array was read as if it were whole";
}

/// A 1 x 2 picture of three channels: (1 2 3) (4 5 6).
Tensor run(const Preprocess& steps) {
    static const std::vector<std::uint8_t> pixels = {1, 2, 3, 4, 5, 6};
    static const std::vector<std::int64_t> dims = {1, 2, 3};
    return preprocess_array({ElementType::uint8, dims, std::as_bytes(std::span(pixels))}, steps, "#0");
}

TEST(Preprocess, SwapsThenNormalisesThenMovesChannels) {
    Preprocess steps;
    steps.dtype = ElementType::float32;
    steps.colour = Colour::bgr;
    steps.scale = 2.0F;
    steps.mean = {1.0F, 2.0F, 3.0F};
    steps.std = {1.0F, 2.0F, 4.0F};
    steps.layout_out = Layout::nchw;
    const Tensor out = run(steps);
    EXPECT_THAT(out.dims, ElementsAre(1, 3, 1, 2));
    // after the swap (3 2 1) (6 5 4); times 2, less the mean, by the deviation: (5 1 -.25) (11 4 1.25); then by channel
    EXPECT_THAT(out.as<float>(), ElementsAre(5.0F, 11.0F, 1.0F, 4.0F, -0.25F, 1.25F));
}

TEST(Preprocess, IntegersAreOnlyCast) {
    Preprocess steps;
    steps.dtype = ElementType::int64;
    steps.scale = 5.0F;
    steps.mean = {9.0F};
    EXPECT_THAT(run(steps).as<std::int64_t>(), ElementsAre(1, 2, 3, 4, 5, 6));
    const std::vector<std::int16_t> values = {-1, 300};
    const std::vector<std::int64_t> dims = {2};
    steps.dtype = ElementType::uint8;
    const Error error = error_of([&] { static_cast<void>(preprocess_array({ElementType::int16, dims, std::as_bytes(std::span(values))}, steps, "#4")); });
    EXPECT_THAT(error.line(), HasSubstr("#4: holds -1, which uint8 cannot hold"));
}

TEST(Preprocess, OneNumberIsForAllChannels) {
    const Json json = {{"mean", 0.5}, {"std", {0.25, 0.5}}, {"scale", "x"}};
    Fields fields(json, "d.dataset.json", "preprocess");
    EXPECT_THAT(fields.numbers("mean"), ElementsAre(0.5F));
    EXPECT_THAT(fields.numbers("std"), ElementsAre(0.25F, 0.5F));
    EXPECT_THROW((void)fields.numbers("scale"), Error);
}

TEST(Preprocess, WrongNumberOfMeansIsAnError) {
    Preprocess steps;
    steps.dtype = ElementType::float32;
    steps.mean = {1.0F, 2.0F};
    EXPECT_THAT(error_of([&] { static_cast<void>(run(steps)); }).line(), HasSubstr("3 channels"));
}

}  // namespace
}  // namespace vernier::test
