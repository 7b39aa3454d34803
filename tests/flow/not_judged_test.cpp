// SPDX-License-Identifier: GPL-3.0-or-later
// Outputs of a written file that are not held against FP32 are named.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <cstring>
#include <string>
#include <vector>

#include "core/flow/verify.h"
#include "core/model/staged.h"
#include "tests/flow/product_chain.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TEST(NotJudged, AnOutputThatIsRandomInFp32IsNotJudgedAndThatIsSaid) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {4, 64}).initializer("w", random_floats(64 * 64, 1), {64, 64}).output("y", ElementType::float32, {4, 64});
    b.node("MatMul", {"x", "w"}, {"m"}, {}, "mm").node("RandomNormalLike", {"m"}, {"r"}, {{"scale", 5.F}}, "noise").node("Add", {"m", "r"}, {"y"}, {}, "sum");
    const TempDir folder;
    const ModelPtr model = open_model(folder.write("model.onnx", b.bytes()));
    Verifier verifier({{}, "", model, nullptr, 1}, {});
    onnx::ModelProto damaged = model->proto();
    for (auto& tensor : *damaged.mutable_graph()->mutable_initializer()) tensor = tensor_proto("w", std::vector<float>(64 * 64, 0.F), {64, 64});
    const StagedModel file(damaged, folder / "out.onnx");
    Verification seen = verifier.check(file.readable());
    for (OutputCheck& output : seen.outputs) output = OutputCheck("y", ElementType::float32);
    const auto tensor = [](float value) {
        Tensor made{ElementType::float32, {1}, std::vector<std::byte>(sizeof value)};
        std::memcpy(made.bytes.data(), &value, sizeof value);
        return made;
    };
    seen.outputs.at(0).add(tensor(2), tensor(-2), tensor(-2));
    EXPECT_FALSE(verifier.fault(seen, {}));
    const std::vector<Finding> said = verifier.not_judged(seen);
    ASSERT_EQ(said.size(), 1U);
    EXPECT_EQ(said[0].code, "fp32-unsteady");
    EXPECT_EQ(said[0].tensor, "y");
    EXPECT_THAT(said[0].text, HasSubstr("The written file keeps an SQNR of -6.0 dB"));

    const ModelPtr steady = open_model(folder.write("steady.onnx", chain().bytes()));
    Verifier other({{}, "", steady, nullptr, 1}, {});
    EXPECT_TRUE(other.fault(seen, {}));
    EXPECT_THAT(other.not_judged(seen), IsEmpty());
}

TEST(NotJudged, AnOutputThatHoldsASequenceIsNamed) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {4, 64}).initializer("w", random_floats(64 * 64, 1), {64, 64}).output("y", ElementType::float32, {4, 64});
    b.node("MatMul", {"x", "w"}, {"y"}, {}, "mm").node("SplitToSequence", {"y"}, {"parts"}, {{"axis", 1}}, "split");
    onnx::ModelProto proto = b.build();
    auto& output = *proto.mutable_graph()->add_output();
    output.set_name("parts");
    output.mutable_type()->mutable_sequence_type()->mutable_elem_type()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::FLOAT);
    const TempDir folder;
    const ModelPtr model = open_model(folder.write("model.onnx", proto.SerializeAsString()));
    Verifier verifier({{}, "", model, nullptr, 1}, {});
    const std::vector<Finding> said = verifier.not_judged(verifier.check(model->path()));
    ASSERT_EQ(said.size(), 1U);
    EXPECT_EQ(said[0].code, "output-not-compared");
    EXPECT_EQ(said[0].tensor, "parts");
}

TEST(NotJudged, SamplesOnWhichAnOutputHasAnotherShapeAreSaid) {
    const TempDir folder;
    const ModelPtr model = open_model(folder.write("model.onnx", chain().bytes()));
    const Verifier verifier({{}, "", model, nullptr, 1}, {});
    OutputCheck output(model->value(model->outputs().at(0)).name, ElementType::float32, true);
    const auto rows = [](std::int64_t count) { return Tensor{ElementType::float32, {count}, std::vector<std::byte>(static_cast<std::size_t>(4 * count))}; };
    output.add(rows(2), rows(2), rows(2));
    output.add(rows(2), rows(3), rows(3));
    output.add(rows(1), rows(1), rows(0));
    Verification seen;
    seen.samples = 3;
    seen.outputs.push_back(OutputCheck::from_json(output.json()));
    const std::vector<Finding> said = verifier.not_judged(seen);
    ASSERT_EQ(said.size(), 1U);
    EXPECT_EQ(said[0].code, "output-shape");
    EXPECT_EQ(said[0].severity, Severity::warning) << "of most samples";
    EXPECT_THAT(said[0].text, HasSubstr("has another shape than FP32's on 2 of 3 samples"));
}

}  // namespace
}  // namespace vernier::test
