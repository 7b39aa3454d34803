// SPDX-License-Identifier: GPL-3.0-or-later
// What open axes of inputs count as, and the work that follows from it.
#include "core/model/sizes.h"

#include <gmock/gmock.h>

#include "core/base/error.h"
#include "tests/model/expect.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using test::ModelBuilder;
using test::random_floats;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::int64_t> shape_of(const ModelPtr& model, const std::string& input) {
    std::vector<std::int64_t> shape;
    for (const InputSize& size : model->sizes())
        if (size.name == input)
            for (const SizedAxis& axis : size.axes) shape.push_back(axis.size);
    return shape;
}

/// Conv 3 to 8 channels 3x3, stride 2, over a picture whose batch, height and width are open; a Resize whose size is computed.
onnx::ModelProto detector() {
    ModelBuilder b;
    b.input("image", ElementType::float32, {"batch", 3, "height", "width"}).initializer("k", random_floats(216, 1), {8, 3, 3, 3});
    b.node("Conv", {"image", "k"}, {"c"}, {{"pads", {1, 1, 1, 1}}, {"strides", {2, 2}}}, "stem");
    b.output("c", ElementType::float32, {"batch", 8, "h2", "w2"});
    return b.build();
}

TEST(Sizes, PicturesGetADefaultAndWorkIsCountedAtIt) {
    const ModelPtr model = make_model(detector());
    EXPECT_THAT(shape_of(model, "image"), ElementsAre(1, 3, 224, 224));
    EXPECT_EQ(model->nodes()[0].macs, 112U * 112U * 216U);
    EXPECT_EQ(model->value(model->find_value("c")).type.text(), "float32[batch,8,h2,w2]") << "declared types stay";
    EXPECT_THAT(*model->value(model->find_value("c")).size, ElementsAre(1, 8, 112, 112));
}

TEST(Sizes, ChoicesBeatTheDataset) {
    const ModelPtr model = make_model(detector());
    SizeChoices choices;
    add_dim(choices, "height=640");
    const auto sizes = input_sizes(*model, choices, {{"image", {1, 3, 320, 480}}});
    const ModelPtr chosen = with_sizes(model, sizes);
    EXPECT_THAT(shape_of(chosen, "image"), ElementsAre(1, 3, 640, 480));
    EXPECT_EQ(chosen->nodes()[0].macs, 320U * 240U * 216U);
    EXPECT_EQ(sizes_text(sizes), "batch = 1 (data), height = 640 (given), width = 480 (data)");
    EXPECT_TRUE(size_findings(sizes).empty()) << "nothing was assumed";
}

TEST(Sizes, RolesAreReadFromNamesPlacesAndWeights) {
    ModelBuilder b;
    b.input("ids", ElementType::int64, {"b", "seq"}).input("mask", ElementType::int64, {"b", "seq"});
    b.input("features", ElementType::float32, {"?", "?"}).initializer("w", random_floats(40 * 4, 1), {40, 4});
    b.input("past", ElementType::float32, {"b", 2, "past_len", 8}).input("state", ElementType::float32, {2, "k", 16});
    b.node("Relu", {"state"}, {"s"}).node("MatMul", {"features", "w"}, {"y"}).node("Add", {"ids", "mask"}, {"z"}).node("Identity", {"past"}, {"p"});
    b.output("y", ElementType::float32, {"?", 4}).output("z", ElementType::int64, {"b", "seq"}).output("p", ElementType::float32, {"b", 2, "past_len", 8});
    b.input("past_key_values.0.key", ElementType::float32, {"d0", 2, "d2", 8}).node("Identity", {"past_key_values.0.key"}, {"k"});
    onnx::ModelProto proto = b.build();
    for (auto& axis : *proto.mutable_graph()->mutable_input(2)->mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim()) axis.clear_value();
    const ModelPtr model = make_model(std::move(proto));
    EXPECT_THAT(shape_of(model, "ids"), ElementsAre(1, 128));
    EXPECT_THAT(shape_of(model, "mask"), ElementsAre(1, 128));
    EXPECT_THAT(shape_of(model, "features"), ElementsAre(1, 40)) << "the weights say how wide it is";
    EXPECT_THAT(shape_of(model, "past"), ElementsAre(1, 2, 0, 8));
    EXPECT_THAT(shape_of(model, "past_key_values.0.key"), ElementsAre(1, 2, 0, 8)) << "no picture";
    EXPECT_THAT(shape_of(model, "state"), ElementsAre(2, 1, 16)) << "layers, batch, units";
    EXPECT_EQ(model->nodes()[1].macs, 160U);
}

TEST(Sizes, AssumedOnesAreSaidWithTheWayToChangeThem) {
    const auto findings = size_findings(make_model(detector())->sizes());
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].code, "open-axes");
    EXPECT_THAT(findings[0].text, HasSubstr("height = 224 (assumed)"));
    EXPECT_THAT(findings[0].remedy, HasSubstr("--dim height=224"));
}

TEST(Sizes, AFixedModelHasNone) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 8}).node("Relu", {"x"}, {"y"}).output("y", ElementType::float32, {1, 8});
    EXPECT_TRUE(make_model(b.build())->sizes().empty());
}

TEST(Sizes, WhatFitsNothingIsRefusedWithWhatThereIs) {
    const ModelPtr model = make_model(detector());
    const auto why = [&](const SizeChoices& choices) -> std::string {
        try {
            (void)input_sizes(*model, choices);
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::usage);
            return error.line();
        }
        return "taken";
    };
    EXPECT_THAT(why({.dims = {{"depth", 3}}}), HasSubstr("batch, height, width"));
    EXPECT_THAT(why({.shapes = {{"picture", {1, 3, 4, 4}}}}), HasSubstr("image float32[batch,3,height,width]"));
    EXPECT_THAT(why({.shapes = {{"image", {1, 4, 4, 4}}}}), HasSubstr("does not fit"));
    EXPECT_THAT(why({.shapes = {{"image", {1, 3, 4}}}}), HasSubstr("does not fit"));
    EXPECT_EQ(why({.shapes = {{"image", {1, 3, 4, 4}}}}), "taken");
}

TEST(Sizes, OneLineMayHoldShapesAndAxes) {
    ModelBuilder b;
    b.input("audio", ElementType::float32, {"T"}).input("N", ElementType::float32, {"N"}).node("Identity", {"audio"}, {"y"}).node("Identity", {"N"}, {"z"});
    const ModelPtr model = make_model(b.output("y", ElementType::float32, {"T"}).output("z", ElementType::float32, {"N"}).build());
    EXPECT_TRUE(names_shape("x=1x3", *model));
    EXPECT_TRUE(names_shape("audio=16000", *model));
    EXPECT_FALSE(names_shape("T=16000", *model));
    EXPECT_FALSE(names_shape("N=3", *model)) << "the axis has the name, too";
    EXPECT_FALSE(names_shape("nothing", *model));
}

TEST(Sizes, TextsAreReadOrRefused) {
    SizeChoices choices;
    add_shape(choices, "a=b=1x3,5");
    add_shape(choices, "scalar=");
    add_dim(choices, "N=0");
    EXPECT_THAT(choices.shapes.at("a=b"), ElementsAre(1, 3, 5));
    EXPECT_TRUE(choices.shapes.at("scalar").empty());
    EXPECT_EQ(choices.dims.at("N"), 0);
    for (const char* text : {"", "x", "x=1x", "x=1xx2", "x=-1", "x=1e3", "=3", "x=99999999999999999999"}) EXPECT_THROW(add_shape(choices, text), Error) << text;
    for (const char* text : {"", "N", "N=", "N=-1", "N=1.5", "=3", "N=x"}) EXPECT_THROW(add_dim(choices, text), Error) << text;
}

}  // namespace
}  // namespace vernier
