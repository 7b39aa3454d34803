// SPDX-License-Identifier: GPL-3.0-or-later
// Damaged files: each is opened or refused as a bad model; nothing crashes or hangs.
#include <gtest/gtest.h>

#include "core/model/damage.h"
#include "tests/model/expect.h"
#include "tests/support/random.h"
#include "tests/support/temp_dir.h"

namespace vernier {
namespace {

using test::ModelBuilder;
using test::TempDir;

/// A bit of everything: convolution, pooling, a body with a weight, sparse and typed tensors, a function, a scale.
std::string rich_model() {
    ModelBuilder yes, no;
    yes.initializer("own", test::random_floats(4, 1), {4}).node("Mul", {"r", "own"}, {"t"}).output("t", ElementType::float32, {1, 4});
    no.node("Constant", {}, {"k"}, {{"value_float", 2.0F}}).node("Mul", {"r", "k"}, {"e"}).output("e", ElementType::float32, {1, 4});
    ModelBuilder b;
    b.domain("my", 1).input("x", ElementType::float32, {1, 2, 6, 6}).input("c", ElementType::boolean, {});
    b.initializer("w", test::random_floats(72, 2), {4, 2, 3, 3}).initializer("shape", std::vector<std::int64_t>{1, 4}, {2});
    b.initializer("scale", std::vector<float>{0.1F}, {}).initializer(test::tensor_proto("zero", ElementType::uint8, "\x80", {}));
    b.node("Conv", {"x", "w"}, {"a"}, {{"strides", {1, 1}}, {"pads", {1, 1, 1, 1}}, {"group", 1}}, "conv");
    b.node("MaxPool", {"a"}, {"p"}, {{"kernel_shape", {6, 6}}}).node("Reshape", {"p", "shape"}, {"r"});
    b.node("If", {"c"}, {"i"}, {{"then_branch", yes.graph()}, {"else_branch", no.graph()}});
    b.node("Act", {"i"}, {"f"}, {}, "", "my").node("MatMul", {"f", "sp"}, {"g"});
    b.node("QuantizeLinear", {"g", "scale", "zero"}, {"y"}).output("y", ElementType::uint8, {1, 2});
    onnx::SparseTensorProto& sparse = *b.proto().mutable_graph()->add_sparse_initializer();
    *sparse.mutable_values() = test::tensor_proto("sp", std::vector<float>{5}, {1});
    *sparse.mutable_indices() = test::tensor_proto("", std::vector<std::int64_t>{3}, {1});
    sparse.add_dims(4);
    sparse.add_dims(2);
    onnx::FunctionProto& function = *b.proto().add_functions();
    function.set_domain("my");
    function.set_name("Act");
    function.add_input("v");
    function.add_output("u");
    function.add_opset_import()->set_version(17);
    onnx::NodeProto& node = *function.add_node();
    node.set_op_type("Relu");
    node.add_input("v");
    node.add_output("u");
    return b.bytes();
}

/// What can be looked at holds together: every id that a node or value names is there, and no walk goes in a circle.
void expect_whole(const Model& model, const std::string& what) {
    const auto nodes = static_cast<NodeId>(model.nodes().size());
    for (const Node& node : model.nodes()) {
        for (const ValueId input : node.inputs) {
            if (input == kNone) continue;
            EXPECT_THAT(model.value(input).consumers, testing::Contains(node.id)) << what;
            (void)model.constant(input);
        }
        for (const ValueId output : node.outputs) EXPECT_TRUE(output == kNone || model.value(output).producer == node.id) << what;
    }
    for (const Value& value : model.values())
        for (const NodeId consumer : value.consumers) EXPECT_TRUE(consumer >= 0 && consumer < nodes) << what;
}

/// A damaged file that can be looked at says so.
void look_at(const std::filesystem::path& path, const std::string& what) {
    try {
        const ModelPtr model = open_to_look(path);
        expect_whole(*model, what);
        if (!damage_of(*model)) return;
        EXPECT_EQ(damage_of(*model)->kind(), ErrorKind::bad_model) << what;
        EXPECT_THAT(model->findings(), testing::Contains(testing::Field(&Finding::code, "damaged"))) << what;
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::bad_model) << what << ": " << error.line();
    }
}

/// True when the bytes were opened; any error but bad_model is a failure.
bool opens(const TempDir& folder, const std::string& bytes, const std::string& what) {
    look_at(folder.write("damaged.onnx", bytes), what);
    try {
        const ModelPtr model = open_model(folder.write("damaged.onnx", bytes));
        for (const Node& node : model->nodes()) EXPECT_FALSE(node.label.empty());
        return true;
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::bad_model) << what << ": " << error.line();
        EXPECT_EQ(error.line().find('\n'), std::string::npos) << what;
    } catch (const std::exception& error) {
        ADD_FAILURE() << what << ": " << error.what();
    }
    return false;
}

TEST(Damage, TheWholeFilesOpen) {
    const TempDir folder;
    EXPECT_TRUE(opens(folder, rich_model(), "rich"));
    EXPECT_TRUE(opens(folder, test::small_model().bytes(), "small"));
}

TEST(Damage, AFileCutAnywhereIsRefusedOrOpened) {
    const TempDir folder;
    for (const std::string& bytes : {test::small_model().bytes(), rich_model()})
        for (std::size_t length = 0; length < bytes.size(); ++length) (void)opens(folder, bytes.substr(0, length), "cut at " + std::to_string(length));
}

TEST(Damage, EveryFlippedBitOfASmallFileIsRefusedOrOpened) {
    const TempDir folder;
    const std::string bytes = test::small_model().bytes();
    int opened = 0;
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        std::string damaged = bytes;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
        opened += opens(folder, damaged, "bit " + std::to_string(bit)) ? 1 : 0;
    }
    EXPECT_GT(opened, 0);
    EXPECT_LT(opened, static_cast<int>(bytes.size() * 8));
}

TEST(Damage, AFlippedBitInEachByteOfARichFileIsRefusedOrOpened) {
    const TempDir folder;
    const std::string bytes = rich_model();
    test::Random random(11);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        std::string damaged = bytes;
        damaged[i] = static_cast<char>(damaged[i] ^ (1 << random.below(8)));
        (void)opens(folder, damaged, "byte " + std::to_string(i));
    }
}

TEST(Damage, FilesThatAreSomethingElseAreRefusedWithAGuess) {
    const TempDir folder;
    const auto line = [&](const std::string& bytes) {
        try {
            (void)open_model(folder.write("other.onnx", bytes));
        } catch (const Error& error) {
            return error.line();
        }
        return std::string("opened");
    };
    EXPECT_THAT(line("version https://git-lfs.github.com/spec/v1\noid sha256:ab\n"), testing::HasSubstr("git lfs pull"));
    EXPECT_THAT(line("<!DOCTYPE html><html></html>"), testing::HasSubstr("web page"));
    EXPECT_THAT(line("PK\x03\x04" + std::string(100, '\0')), testing::HasSubstr("zip"));
    EXPECT_THAT(line(""), testing::HasSubstr("empty"));
    EXPECT_THAT(line(std::string(10'000, '\x0b')), testing::HasSubstr("cannot be read"));
    EXPECT_THAT(line(std::string(1000, '\xff')), testing::HasSubstr("cannot be read"));
}

TEST(Damage, WhatDoesNotHoldTogetherIsToldAndTheRestIsShown) {
    const TempDir folder;
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 4}).initializer("w", test::random_floats(16, 1), {4, 4}).initializer("v", test::random_floats(16, 2), {4, 4});
    b.node("MatMul", {"x", "w"}, {"m"}, {}, "sound").node("Add", {"m", "loop"}, {"a"}, {}, "first").node("Relu", {"a"}, {"loop"}, {}, "second");
    b.node("MatMul", {"m", "v"}, {"y"}, {}, "last").output("y", ElementType::float32, {1, 4});
    b.proto().mutable_graph()->mutable_initializer(1)->mutable_raw_data()->resize(7);
    const std::filesystem::path path = folder.write("damaged.onnx", b.bytes());
    EXPECT_THROW((void)open_model(path), Error);
    const ModelPtr model = open_to_look(path);
    ASSERT_TRUE(damage_of(*model).has_value());
    EXPECT_EQ(damage_of(*model)->where().file, path.string());
    EXPECT_THAT(model->findings(), testing::Contains(testing::AllOf(testing::Field(&Finding::code, "damaged"), testing::Field(&Finding::tensor, "v"))));
    EXPECT_THAT(model->findings(), testing::Contains(testing::AllOf(testing::Field(&Finding::code, "damaged"), testing::Field(&Finding::node_name, "first"))));
    EXPECT_EQ(model->nodes().size(), 4U);
    EXPECT_NE(model->constant(model->node(0).inputs[1]), nullptr);
    EXPECT_EQ(model->constant(model->node(3).inputs[1]), nullptr);
    EXPECT_EQ(model->node(1).inputs[1], kNone);
    EXPECT_EQ(model->value(model->node(2).inputs[0]).producer, 1);
}

TEST(Damage, AMissingFileAndAFolderAreToldApart) {
    const TempDir folder;
    try {
        (void)open_model(folder / "nothing.onnx");
        ADD_FAILURE();
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::not_found);
    }
    try {
        (void)open_model(folder.path());
        ADD_FAILURE();
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::bad_model);
    }
}

}  // namespace
}  // namespace vernier
