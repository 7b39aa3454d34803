// SPDX-License-Identifier: GPL-3.0-or-later
// Samples that take several runs: how they are cut, where states start, and inputs that are the same for all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/data/carried.h"
#include "core/data/part.h"
#include "tests/data/data_support.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Members = std::vector<std::pair<std::string, std::string>>;

std::vector<float> counted(std::size_t count) {
    std::vector<float> values;
    for (std::size_t i = 0; i < count; ++i) values.push_back(static_cast<float>(i));
    return values;
}

/// Inputs x, a state h [2,N,3] and, where asked for, a rate without axes.
ModelPtr streaming(const Axes& x, bool rate = false) {
    ModelBuilder builder;
    builder.input("x", ElementType::float32, x).input("h", ElementType::float32, {2, "N", 3});
    if (rate) builder.input("sr", ElementType::int64, {});
    builder.node("Identity", {"x"}, {"y"}).node("Identity", {"h"}, {"hn"});
    builder.output("y", ElementType::float32, x).output("hn", ElementType::float32, {2, "N", 3});
    return make_model(builder.build());
}

class CarriedSamples : public testing::Test {
protected:
    DatasetPtr open(const ModelPtr& model, const Members& members, const std::string& more, const std::string& arrays = R"("x": "x")") {
        write_npz(dir_ / "d.npz", members);
        return open_dataset(dir_.write("d.dataset.json", R"({"version": 1, "source": "npz", "file": "d.npz", "arrays": {)" + arrays + "}, " + more +
                                                             R"("splits": {"calibration": {"range": [0, 2]}, "validation": {"range": [2, 4]}}})"),
                            *model);
    }
    TempDir dir_;
};

const std::string kCarry = R"("carry": {"h": "hn"}, )";

TEST_F(CarriedSamples, ALongSampleIsCutIntoRuns) {
    const DatasetPtr data = open(streaming({1, 4}), {{"x.npy", npy("<f4", "(4, 12)", raw(counted(48)))}}, kCarry);
    EXPECT_EQ(carry_of(*data), (Carry{{{"h", "hn"}}, {"x"}, 1}));
    const Sample sample = data->load(Split::validation, 0);
    EXPECT_THAT(sample.inputs.at("x").dims, ElementsAre(3, 1, 4));
    EXPECT_EQ(sample.inputs.at("x").as<float>()[4], 28);
    EXPECT_THAT(sample.inputs.at("h").dims, ElementsAre(2, 1, 3));
    EXPECT_THAT(sample.inputs.at("h").as<float>(), testing::Each(0));
    EXPECT_EQ(parts_of(sample.inputs, carry_of(*data)), 3U);
    const auto second = part_of_inputs(sample.inputs, carry_of(*data), 1);
    EXPECT_THAT(second.at("x").dims, ElementsAre(1, 4));
    EXPECT_THAT(second.at("x").as<float>(), ElementsAre(28, 29, 30, 31));
    EXPECT_EQ(carry_of(*part_of(data, {1})), carry_of(*data));
}

TEST_F(CarriedSamples, AnAxisMoreThanARunCountsRuns) {
    const DatasetPtr data = open(streaming({1, 4}), {{"x.npy", npy("<f4", "(4, 3, 4)", raw(counted(48)))}}, kCarry);
    EXPECT_EQ(carry_of(*data).join, 0U);
    EXPECT_THAT(data->load(Split::validation, 1).inputs.at("x").dims, ElementsAre(3, 1, 4));
    // A model without an axis of samples.
    const DatasetPtr bare = open(streaming({4}), {{"x.npy", npy("<f4", "(4, 3, 4)", raw(counted(48)))}}, kCarry);
    EXPECT_THAT(bare->load(Split::validation, 1).inputs.at("x").dims, ElementsAre(3, 4));
}

TEST_F(CarriedSamples, ChannelsStayTogetherWhereTimeIsCut) {
    const DatasetPtr data = open(streaming({1, 2, 2}), {{"x.npy", npy("<f4", "(4, 2, 6)", raw(counted(48)))}}, kCarry);
    EXPECT_EQ(carry_of(*data).join, 2U);
    const auto inputs = data->load(Split::calibration, 0).inputs;
    EXPECT_THAT(inputs.at("x").dims, ElementsAre(3, 1, 2, 2));
    EXPECT_THAT(part_of_inputs(inputs, carry_of(*data), 1).at("x").as<float>(), ElementsAre(2, 3, 8, 9));
    // One channel that the arrays leave out.
    const DatasetPtr mono = open(streaming({1, 1, 4}), {{"x.npy", npy("<f4", "(4, 12)", raw(counted(48)))}}, kCarry);
    EXPECT_THAT(mono->load(Split::calibration, 0).inputs.at("x").dims, ElementsAre(3, 1, 1, 4));
}

TEST_F(CarriedSamples, APartMayBeginWithTheEndOfTheOneBefore) {
    const DatasetPtr data =
        open(streaming({"N", "T"}), {{"x.npy", npy("<f4", "(4, 6)", raw(counted(24)))}}, kCarry + R"("frames": {"x": {"size": 3, "context": 2}}, )");
    const auto inputs = data->load(Split::validation, 0).inputs;
    EXPECT_THAT(inputs.at("x").dims, ElementsAre(2, 1, 5));
    EXPECT_THAT(inputs.at("x").as<float>(), ElementsAre(0, 0, 12, 13, 14, 13, 14, 15, 16, 17));
}

TEST_F(CarriedSamples, StatesMayBeGivenOrShaped) {
    const DatasetPtr given =
        open(streaming({1, 4}), {{"x.npy", npy("<f4", "(4, 8)", raw(counted(32)))}, {"h.npy", npy("<f4", "(4, 2, 1, 3)", raw(counted(24)))}}, kCarry,
             R"("x": "x", "h": "h")");
    EXPECT_THAT(given->load(Split::validation, 0).inputs.at("h").as<float>(), ElementsAre(12, 13, 14, 15, 16, 17));
    const DatasetPtr shaped =
        open(streaming({1, 4}), {{"x.npy", npy("<f4", "(4, 8)", raw(counted(32)))}}, R"("carry": {"h": {"from": "hn", "shape": [2, 5, 3]}}, )");
    EXPECT_THAT(shaped->load(Split::validation, 0).inputs.at("h").dims, ElementsAre(2, 5, 3));
}

TEST_F(CarriedSamples, ConstantsAreTheSameForAllSamples) {
    const Members x = {{"x.npy", npy("<f4", "(4, 8)", raw(counted(32)))}};
    const DatasetPtr named = open(streaming({1, 4}, true), x, kCarry + R"("constants": {"sr": 16000}, )");
    EXPECT_TRUE(named->load(Split::validation, 0).inputs.at("sr").dims.empty());
    EXPECT_THAT(named->load(Split::validation, 0).inputs.at("sr").as<std::int64_t>(), ElementsAre(16000));
    const DatasetPtr array = open(streaming({1, 4}, true), {x[0], {"sr.npy", npy("<i8", "()", raw<std::int64_t>({8000}))}}, kCarry, R"("x": "x", "sr": "sr")");
    EXPECT_THAT(array->load(Split::calibration, 1).inputs.at("sr").as<std::int64_t>(), ElementsAre(8000));
    EXPECT_NE(array->fingerprint(), named->fingerprint());
    // A value for each sample, to an input without an axis of samples.
    const DatasetPtr each =
        open(streaming({1, 4}, true), {x[0], {"sr.npy", npy("<i8", "(4,)", raw<std::int64_t>({1, 2, 3, 4}))}}, kCarry, R"("x": "x", "sr": "sr")");
    EXPECT_TRUE(each->load(Split::validation, 1).inputs.at("sr").dims.empty());
    EXPECT_THAT(each->load(Split::validation, 1).inputs.at("sr").as<std::int64_t>(), ElementsAre(4));
    const DatasetPtr plain = open(pass_through(ElementType::float32, {"N", 8}), x, R"("constants": {}, )");
    EXPECT_FALSE(carry_of(*plain).any());
}

TEST_F(CarriedSamples, WhatDoesNotFitIsSaid) {
    const auto line = [&](const std::string& shape, std::size_t count, const std::string& more) {
        return error_of([&] { static_cast<void>(open(streaming({1, 4}), {{"x.npy", npy("<f4", shape, raw(counted(count)))}}, more)); }).line();
    };
    EXPECT_THAT(line("(4, 3, 5)", 60, kCarry), HasSubstr("can be cut into parts in no way"));
    EXPECT_THAT(line("(4, 13)", 52, kCarry), HasSubstr("no multiple of 4"));
    EXPECT_THAT(line("(4, 13)", 52, kCarry + R"("frames": {"x": {}}, )"), HasSubstr("no multiple of 4"));
    EXPECT_THAT(line("(4, 8)", 32, R"("carry": {"h": "other"}, )"), HasSubstr("not an output of the model"));
    EXPECT_THAT(line("(4, 8)", 32, R"("carry": {"g": "hn"}, )"), HasSubstr("names an input 'g'"));
    EXPECT_THAT(line("(4, 4)", 16, ""), HasSubstr("no data for the model's input 'h'"));
    EXPECT_THAT(error_of([&] {
                    static_cast<void>(open(streaming({1, "T"}), {{"x.npy", npy("<f4", "(4, 8)", raw(counted(32)))}}, kCarry + R"("frames": {"x": {}}, )"));
                }).line(),
                HasSubstr("the model leaves this axis open"));
}

Tensor floats(std::vector<std::int64_t> dims, const std::vector<float>& values) {
    const auto bytes = std::as_bytes(std::span(values));
    return {ElementType::float32, std::move(dims), {bytes.begin(), bytes.end()}};
}

TEST(Joined, PartsArePutTogetherAlongAnAxis) {
    const std::vector<Tensor> parts = {floats({1, 2, 1}, {1, 2}), floats({1, 2, 2}, {3, 4, 5, 6})};
    EXPECT_THAT(joined(parts, 2).dims, ElementsAre(1, 2, 3));
    EXPECT_THAT(joined(parts, 2).as<float>(), ElementsAre(1, 3, 4, 2, 5, 6));
    EXPECT_THAT(joined(parts, 7).dims, ElementsAre(1, 2, 3)) << "the last axis";
    EXPECT_THAT(joined(parts, 0).dims, ElementsAre(1, 6)) << "shapes that do not stack";
    EXPECT_THAT(joined({floats({1, 2}, {1, 2}), floats({1, 2}, {3, 4})}, 0).dims, ElementsAre(1, 2, 2));
    EXPECT_THAT(joined({floats({1}, {1}), floats({1}, {3})}, 1).dims, ElementsAre(1, 2));
    EXPECT_THAT(joined({floats({}, {1}), floats({}, {3})}, 1).as<float>(), ElementsAre(1, 3));
}

}  // namespace
}  // namespace vernier::test
