// SPDX-License-Identifier: GPL-3.0-or-later
// What is written is held against FP32 first; each kind of fault is found, and the nodes that cause it go back to float.
#include "core/flow/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <iterator>
#include <limits>

#include "core/base/error.h"
#include "core/flow/halving.h"
#include "core/flow/mend.h"
#include "core/flow/quantize_file.h"
#include "tests/flow/product_chain.h"
#include "tests/support/model_builder.h"
#include "tests/support/paths.h"
#include "tests/support/random.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// The file, emitted with faults in some nodes unless they are kept in float.
class Planted : public testing::Test {
protected:
    using Damage = std::function<void(onnx::ModelProto& proto, int layer)>;

    ModelPtr open(const ModelBuilder& builder) { return open_model(folder_.write("model.onnx", builder.bytes())); }

    /// All products are said to become INT8; those of the layers are damaged until they are kept in float.
    Mended mend_with(const ModelPtr& model, const std::set<int>& layers, const Damage& damage, const std::set<int>& chosen = {}) {
        Plan plan;
        plan.nodes.resize(model->nodes().size());
        for (std::size_t i = 0; i < plan.nodes.size(); ++i) {
            plan.nodes[i].node = static_cast<NodeId>(i);
            if (i % 2 == 0) plan.nodes[i].applied = plan.nodes[i].chosen.method = Method::int8_dynamic;
            if (chosen.contains(static_cast<int>(i) / 2)) plan.nodes[i].chosen.rule = 0;
        }
        std::set<NodeId> kept;
        const Emitting emitting{[&](const std::set<NodeId>& also) {
                                    auto proto = std::make_shared<onnx::ModelProto>(model->proto());
                                    for (const int layer : layers)
                                        if (!also.contains(2 * layer) && !kept.contains(2 * layer)) damage(*proto, layer);
                                    return std::shared_ptr<const onnx::ModelProto>(proto);
                                },
                                [&] { return plan; },
                                [&](const std::set<NodeId>& nodes, const std::string&) {
                                    for (const NodeId node : nodes) {
                                        kept.insert(node);
                                        plan.nodes[static_cast<std::size_t>(node)].applied = Method::fp32;
                                    }
                                }};
        Verifier verifier({{}, "", model, nullptr, 1}, {});
        Mended mended = mend(emitting, verifier, *model, folder_ / "out.onnx", {});
        kept_ = kept;
        return mended;
    }

    TempDir folder_;
    std::set<NodeId> kept_;
};

TEST_F(Planted, AFileThatIsFp32KeepsAllNodes) {
    const Mended mended = mend_with(open(chain()), {}, [](onnx::ModelProto&, int) {});
    EXPECT_THAT(kept_, IsEmpty());
    ASSERT_EQ(mended.verified.outputs.size(), 1U);
    EXPECT_EQ(mended.verified.outputs[0].sqnr_db(), 200);
    EXPECT_TRUE(mended.verified.made_inputs);
    EXPECT_GT(mended.verified.samples, 0U);
}

TEST_F(Planted, DamagedWeightsAreFoundByHalving) {
    const auto damage = [](onnx::ModelProto& proto, int layer) { scale_weights(proto, layer, -1); };
    const Mended mended = mend_with(open(chain()), {2, 7}, damage);
    EXPECT_THAT(kept_, ElementsAre(4, 14));
    EXPECT_EQ(mended.verified.outputs[0].sqnr_db(), 200);
    // The audit may add its own: the planted file is float where its plan says INT8.
    EXPECT_EQ(std::count_if(mended.findings.begin(), mended.findings.end(), [](const Finding& finding) { return finding.code == "kept-float"; }), 1);
    ASSERT_FALSE(mended.findings.empty());
    EXPECT_EQ(mended.findings[0].code, "kept-float");
    EXPECT_EQ(mended.findings[0].node_name, "mm2");
    EXPECT_EQ(mended.findings[0].severity, Severity::warning);
    EXPECT_THAT(mended.findings[0].text, testing::AllOf(testing::StartsWith("mm2, mm7 stay in float"), HasSubstr("dB")));
}

TEST_F(Planted, AModelInMemoryIsHeldAgainstFp32LikeAFile) {
    const ModelPtr model = open(chain());
    Verifier verifier({{}, "", model, nullptr, 1}, {});
    auto proto = std::make_shared<onnx::ModelProto>(model->proto());
    scale_weights(*proto, 4, 1.1F);
    const StagedModel file(*proto, folder_ / "out.onnx");
    const Verification in_memory = verifier.check(std::shared_ptr<const onnx::ModelProto>(proto)), as_file = verifier.check(file.readable());
    ASSERT_EQ(in_memory.outputs.size(), 1U);
    EXPECT_EQ(in_memory.samples, as_file.samples);
    EXPECT_NEAR(in_memory.outputs[0].sqnr_db().value(), 20, 0.1);
    EXPECT_DOUBLE_EQ(in_memory.outputs[0].sqnr_db().value(), as_file.outputs[0].sqnr_db().value());
}

TEST_F(Planted, AnExplicitChoiceThatIsUndoneIsSerious) {
    const Mended mended = mend_with(open(chain()), {3}, [](onnx::ModelProto& proto, int layer) { scale_weights(proto, layer, 0); }, {3});
    EXPECT_THAT(kept_, ElementsAre(6));
    EXPECT_EQ(mended.findings.at(0).severity, Severity::serious);
}

TEST_F(Planted, NanIsFound) {
    (void)mend_with(open(chain()), {5}, [](onnx::ModelProto& proto, int layer) { scale_weights(proto, layer, std::numeric_limits<float>::quiet_NaN()); });
    EXPECT_THAT(kept_, ElementsAre(10));
}

TEST_F(Planted, WhatTheRuntimeRefusesOrCannotRunIsFound) {
    const auto other_op = [](onnx::ModelProto& proto, int layer) { proto.mutable_graph()->mutable_node(2 * layer)->set_op_type("NoSuchOperator"); };
    (void)mend_with(open(chain()), {1}, other_op);
    EXPECT_THAT(kept_, ElementsAre(2));
    const auto other_shape = [](onnx::ModelProto& proto, int layer) {
        proto.mutable_graph()->mutable_initializer(layer)->set_dims(0, 12), proto.mutable_graph()->mutable_initializer(layer)->set_dims(1, 48);
    };
    (void)mend_with(open(chain()), {6}, other_shape);
    EXPECT_THAT(kept_, ElementsAre(12));
}

TEST_F(Planted, AnOutputWithAnotherRankIsFound) {
    const auto widen = [](onnx::ModelProto& proto, int layer) {
        onnx::TensorProto& tensor = *proto.mutable_graph()->mutable_initializer(layer);
        tensor.clear_dims();
        for (const int dim : {1, 24, 24}) tensor.add_dims(dim);
        proto.mutable_graph()->mutable_output(0)->mutable_type()->mutable_tensor_type()->clear_shape();
    };
    const Mended mended = mend_with(open(chain()), {kLayers - 1}, widen);
    EXPECT_THAT(kept_, ElementsAre(2 * (kLayers - 1)));
    EXPECT_THAT(mended.findings.at(0).text, HasSubstr("axes"));
}

TEST_F(Planted, WhatNoNodeRepairsIsAnErrorAndNothingIsWritten) {
    const ModelPtr model = open(chain());
    const Emitting emitting{[&](const std::set<NodeId>&) {
                                auto proto = std::make_shared<onnx::ModelProto>(model->proto());
                                scale_weights(*proto, 0, -1);
                                return std::shared_ptr<const onnx::ModelProto>(proto);
                            },
                            [&] {
                                Plan plan;
                                plan.nodes.resize(model->nodes().size());
                                plan.nodes[0].applied = Method::fp16;
                                for (std::size_t i = 0; i < plan.nodes.size(); ++i) plan.nodes[i].node = static_cast<NodeId>(i);
                                return plan;
                            },
                            [](const std::set<NodeId>&, const std::string&) {}};
    Verifier verifier({{}, "", model, nullptr, 1}, {});
    EXPECT_THROW((void)mend(emitting, verifier, *model, folder_ / "out.onnx", {}), Error);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "out.onnx"));
}

/// A GRU between Transposes, opset 11. Where they are half, ONNX Runtime 1.31 dies of signal 11 while it optimizes.
std::string gru_between_transposes() {
    constexpr std::int64_t kSize = 8;
    ModelBuilder b(11, 6);
    b.input("x", ElementType::float32, {"N", "T", 6}).initializer("w", random_floats(6 * kSize, 1), {6, kSize});
    b.initializer("W", random_floats(3 * kSize * kSize, 2), {1, 3 * kSize, kSize});
    b.initializer("R", random_floats(3 * kSize * kSize, 3), {1, 3 * kSize, kSize});
    b.initializer("w2", random_floats(kSize * 5, 4), {kSize, 5});
    b.node("MatMul", {"x", "w"}, {"a"}).node("Transpose", {"a"}, {"t"}, {{"perm", {1, 0, 2}}});
    b.node("GRU", {"t", "W", "R"}, {"g", "gh"}, {{"hidden_size", 8}, {"linear_before_reset", 1}});
    b.node("Squeeze", {"g"}, {"s"}, {{"axes", {1}}}).node("Transpose", {"s"}, {"u"}, {{"perm", {1, 0, 2}}});
    b.node("MatMul", {"u", "w2"}, {"y"}).output("y", ElementType::float32, {"N", "T", 5});
    return b.bytes();
}

void add_cast(onnx::GraphProto& graph, const std::string& from, const std::string& to, int type) {
    onnx::NodeProto& cast = *graph.add_node();
    cast.set_op_type("Cast");
    cast.add_input(from);
    cast.add_output(to);
    onnx::AttributeProto& attribute = *cast.add_attribute();
    attribute.set_name("to");
    attribute.set_type(onnx::AttributeProto::INT);
    attribute.set_i(type);
}

/// The model with these nodes between Casts to half and back.
std::shared_ptr<const onnx::ModelProto> with_half_nodes(const Model& model, const std::set<NodeId>& half) {
    auto proto = std::make_shared<onnx::ModelProto>(model.proto());
    proto->mutable_graph()->clear_node();
    for (const Node& node : model.nodes()) {
        onnx::NodeProto copy = *node.proto;
        const std::string in = copy.input(0), out = copy.output(0);
        if (half.contains(node.id)) {
            add_cast(*proto->mutable_graph(), in, in + "_half", 10);
            copy.set_input(0, in + "_half");
            copy.set_output(0, out + "_half");
        }
        *proto->mutable_graph()->add_node() = copy;
        if (half.contains(node.id)) add_cast(*proto->mutable_graph(), out + "_half", out, 1);
    }
    return proto;
}

TEST(Death, AFileThatKillsTheRuntimeIsMended) {
    const TempDir folder;
    const ModelPtr model = open_model(folder.write("gru.onnx", gru_between_transposes()));
    Plan plan;
    plan.nodes.resize(model->nodes().size());
    for (std::size_t i = 0; i < plan.nodes.size(); ++i) {
        plan.nodes[i].node = static_cast<NodeId>(i);
        if (model->nodes()[i].op_type == "Transpose") plan.nodes[i].applied = plan.nodes[i].chosen.method = Method::fp16;
    }
    std::set<NodeId> half = {1, 4};
    const Emitting emitting{[&](const std::set<NodeId>& also) {
                                std::set<NodeId> left;
                                std::set_difference(half.begin(), half.end(), also.begin(), also.end(), std::inserter(left, left.end()));
                                return with_half_nodes(*model, left);
                            },
                            [&] { return plan; },
                            [&](const std::set<NodeId>& nodes, const std::string&) {
                                for (const NodeId node : nodes) half.erase(node);
                            }};
    Verifier verifier({test::binary_dir() + "/bin/vernier-cli", "", model, nullptr, 1}, {});
    const Mended mended = mend(emitting, verifier, *model, folder / "out.onnx", {});
    EXPECT_LT(half.size(), 2U);
    EXPECT_THAT(mended.verified.trouble, testing::IsEmpty());
    EXPECT_GT(mended.verified.samples, 0U);
    ASSERT_FALSE(mended.findings.empty());
    EXPECT_EQ(mended.findings[0].code, "kept-float");
    EXPECT_THAT(mended.findings[0].text, HasSubstr("signal 11"));
}

TEST(Halving, FindsTheNeededNodesInFewTries) {
    std::vector<NodeId> order(1000);
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<NodeId>(i);
    const std::set<NodeId> bad = {17, 400, 999};
    const auto repairs = [&](const std::set<NodeId>& nodes) { return std::includes(nodes.begin(), nodes.end(), bad.begin(), bad.end()); };
    const auto repair = smallest_repair(order, repairs);
    ASSERT_TRUE(repair);
    EXPECT_EQ(repair->nodes, bad);
    EXPECT_TRUE(repair->smallest);
    EXPECT_LE(repair->tries, 36);
}

TEST(Halving, AtItsBoundsItGivesWhatRepairs) {
    std::vector<NodeId> order(64);
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<NodeId>(i);
    const auto repairs = [&](const std::set<NodeId>& nodes) { return nodes.size() == order.size(); };
    const auto repair = smallest_repair(order, repairs, {10, 60});
    ASSERT_TRUE(repair);
    EXPECT_EQ(repair->nodes.size(), order.size());
    EXPECT_FALSE(repair->smallest);
    EXPECT_FALSE(smallest_repair(order, [](const std::set<NodeId>&) { return false; }));
}

Tensor floats(const std::vector<float>& values) {
    Tensor tensor{ElementType::float32, {1, static_cast<std::int64_t>(values.size())}, {}};
    const auto bytes = std::as_bytes(std::span(values));
    tensor.bytes.assign(bytes.begin(), bytes.end());
    return tensor;
}

std::optional<std::string> fault_of(const OutputCheck& output, double limit = 10) {
    Verification seen;
    seen.samples = 1;
    seen.outputs.push_back(output);
    return vernier::fault_of(seen, {limit, 0.5});
}

TEST(OutputCheck, JudgesFloatsZerosAndWholeNumbers) {
    OutputCheck good("y", ElementType::float32);
    good.add(floats({1.5F, -2.25F}), floats({1.51F, -2.2F}), floats({1.5F, -2.25F}));
    EXPECT_FALSE(fault_of(good));
    EXPECT_TRUE(fault_of(good, 60));
    OutputCheck one_level("y", ElementType::float32);
    one_level.add(floats({1.5F, -2.25F}), floats({1.5F, -2.25F}), floats({-1.5F, 2.25F}));
    EXPECT_THAT(fault_of(one_level).value_or(""), HasSubstr("differ"));
    OutputCheck zeros("y", ElementType::float32);
    zeros.add(floats({0, 0}), floats({0.01F, 0}), floats({0.01F, 0}));
    EXPECT_FALSE(zeros.sqnr_db());
    EXPECT_FALSE(fault_of(zeros));
    OutputCheck classes("y", ElementType::float32);  // class indexes: far apart in value, one of four differs
    classes.add(floats({3, 900, 2, 7}), floats({3, 5, 2, 7}), floats({3, 5, 2, 7}));
    EXPECT_FALSE(fault_of(classes));
    OutputCheck nan("y", ElementType::float32);
    nan.add(floats({1.5F, 2}), floats({1.5F, NAN}), floats({1.5F, 2}));
    EXPECT_THAT(fault_of(nan).value_or(""), HasSubstr("NaN"));
    OutputCheck nan_in_fp32("y", ElementType::float32);
    nan_in_fp32.add(floats({1.5F, NAN}), floats({1.5F, NAN}), floats({1.5F, NAN}));
    EXPECT_FALSE(fault_of(nan_in_fp32));
}

/// Rows of 40 numbers with a one in each: at places[row].
std::vector<float> one_hot(const std::vector<std::size_t>& places) {
    std::vector<float> rows(places.size() * 40);
    for (std::size_t row = 0; row < places.size(); ++row) rows[row * 40 + places[row]] = 1;
    return rows;
}

TEST(OutputCheck, ZerosThatBothHaveExcuseNoOneHotRowsNorMask) {
    std::vector<std::size_t> right(20), mostly(20), wrong(20);
    for (std::size_t row = 0; row < 20; ++row) {
        right[row] = row;
        mostly[row] = row < 13 ? row : row + 1;  // 65 % of the rows
        wrong[row] = row < 7 ? row : row + 1;    // 35 %, and 97 % of all values
    }
    OutputCheck rows("y", ElementType::float32);
    rows.add(floats(one_hot(right)), floats(one_hot(mostly)), floats(one_hot(mostly)));
    EXPECT_FALSE(fault_of(rows));
    EXPECT_NEAR(rows.equal_beside_zeros().value_or(0), 13. / 27, 1e-9);
    OutputCheck bad("y", ElementType::float32);
    bad.add(floats(one_hot(right)), floats(one_hot(wrong)), floats(one_hot(wrong)));
    EXPECT_GT(bad.equal().value_or(0), 0.96);
    EXPECT_EQ(fault_of(bad), "the output \"y\" has only 21 % of FP32's values that are not zero");
    EXPECT_EQ(fault_of(OutputCheck::from_json(bad.json())), fault_of(bad));

    const auto mask = [](std::size_t from, std::size_t count) {
        Tensor tensor{ElementType::boolean, {1000}, std::vector<std::byte>(1000)};
        for (std::size_t i = from; i < from + count; ++i) tensor.bytes[i] = std::byte{1};
        return tensor;
    };
    OutputCheck moved("m", ElementType::boolean);
    moved.add(mask(100, 20), mask(300, 20), mask(300, 20));
    EXPECT_THAT(fault_of(moved).value_or(""), HasSubstr("0 % of FP32's values that are not zero"));
    OutputCheck few("m", ElementType::boolean);  // three of 1,000
    few.add(mask(100, 3), mask(300, 3), mask(300, 3));
    EXPECT_FALSE(fault_of(few));
}

TEST(OutputCheck, TakesRunsWithoutOptimizationsWhereThereAreAny) {
    OutputCheck check("y", ElementType::float32);
    check.add(floats({1.5F, -2.25F}), floats({1.5F, -2.25F}), nullptr);
    EXPECT_EQ(check.sqnr_db(), 200);
    const Tensor off = floats({3, -4.5F});
    check.add(floats({1.5F, -2.25F}), floats({1.5F, -2.25F}), &off);
    EXPECT_NEAR(check.sqnr_db().value(), 0, 1e-9);  // of the run without them alone
}

TEST(QuantizeFile, SaysWhatWasVerified) {
    const TempDir folder;
    QuantizeRequest request;
    request.model = folder.write("model.onnx", chain().bytes());
    request.out = folder / "out.onnx";
    request.recipe.default_method = Method::fp16;
    const QuantizedFile result = quantize_file(Runtime::load(), request, {});
    const Json verified = to_json(result).at("verified");
    EXPECT_TRUE(verified.at("made_inputs").get<bool>());
    EXPECT_EQ(verified.at("levels"), Json({"all", "off"}));
    EXPECT_EQ(verified.at("outputs").at(0).at("name"), "y");
    EXPECT_GT(verified.at("outputs").at(0).at("sqnr_db").get<double>(), 30);
    EXPECT_TRUE(std::filesystem::exists(request.out));
}

}  // namespace
}  // namespace vernier::test
