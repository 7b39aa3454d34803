// SPDX-License-Identifier: GPL-3.0-or-later
// FP16 files are judged as a GPU computes them: the CPU computes half precision in float and hides what it loses.
#include "core/flow/true_half.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>

#include "core/base/half.h"
#include "core/flow/quantize_file.h"
#include "core/flow/verify.h"
#include "core/runtime/runtime.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int kFloat = 1, kHalf = 10;

/// Builds the same nodes in float, and in half between two Casts.
class Twin {
public:
    explicit Twin(bool half) : half_(half) {}

    /// A constant in the twin's precision.
    Twin& constant(const std::string& name, const std::vector<float>& values, const Dims& dims) {
        if (!half_) {
            b.initializer(name, values, dims);
            return *this;
        }
        std::string raw;
        for (const float value : values) {
            const std::uint16_t bits = float_to_half(value);
            raw.append(reinterpret_cast<const char*>(&bits), sizeof bits);
        }
        b.initializer(tensor_proto(name, ElementType::float16, raw, dims));
        return *this;
    }

    /// x -> a ... z -> y
    std::string bytes(const Axes& in, const Axes& out, const std::function<void(Twin&)>& nodes) {
        b.input("x", ElementType::float32, in);
        b.node("Cast", {"x"}, {"a"}, {{"to", half_ ? kHalf : kFloat}});
        nodes(*this);
        b.node("Cast", {"z"}, {"y"}, {{"to", kFloat}}).output("y", ElementType::float32, out);
        return b.bytes();
    }

    ModelBuilder b;

private:
    bool half_;
};

class TrueHalf : public testing::Test {
protected:
    /// What is seen of the half twin, held against the float one.
    OutputCheck check(const Axes& in, const Axes& out, const std::function<void(Twin&)>& nodes) {
        VerifySource source;
        source.model = open_model(folder_.write("fp32.onnx", Twin(false).bytes(in, out, nodes)));
        Verifier verifier(source, {});
        const Verification seen = verifier.check(folder_.write("fp16.onnx", Twin(true).bytes(in, out, nodes)));
        EXPECT_THAT(seen.trouble, IsEmpty());
        EXPECT_EQ(seen.outputs.size(), 1U);
        fault_ = fault_of(seen, {20, 0.8}).value_or("");
        return seen.outputs.at(0);
    }

    TempDir folder_;
    std::string fault_;
};

TEST_F(TrueHalf, CountingBeyond2048) {
    // The count of 6000 elements, one by one; y is 1 for odd places. All exact in float; in half, every place from 2048 on is even.
    const OutputCheck seen = check({1, 6000}, {1, 6000}, [](Twin& t) {
        t.constant("zero", {0}, {1}).constant("one", {1}, {1}).constant("half", {0.5F}, {1}).constant("two", {2}, {1});
        t.b.initializer("axis", std::vector<std::int64_t>{1}, {});
        t.b.node("Mul", {"a", "zero"}, {"b"}).node("Add", {"b", "one"}, {"ones"}).node("CumSum", {"ones", "axis"}, {"count"});
        t.b.node("Mul", {"count", "half"}, {"halved"}).node("Floor", {"halved"}, {"pairs"}).node("Mul", {"pairs", "two"}, {"even"});
        t.b.node("Sub", {"count", "even"}, {"z"});
    });
    EXPECT_GT(seen.cpu_sqnr_db().value_or(0), 60);
    EXPECT_LT(seen.half_sqnr_db().value_or(200), 10);
    EXPECT_EQ(seen.sqnr_db(), seen.half_sqnr_db());
    EXPECT_TRUE(seen.is_half_worse());
    EXPECT_THAT(fault_, HasSubstr("true half precision"));
}

TEST_F(TrueHalf, ComparisonsOfNearValues) {
    // y is 1 where x + 1000 > 1000: the sums of halves near 1000 are half a unit apart.
    const OutputCheck seen = check({1, 400}, {1, 400}, [](Twin& t) {
        t.constant("far", {1000}, {1}).constant("small", {0.1F}, {1});
        t.b.node("Mul", {"a", "small"}, {"s"}).node("Add", {"s", "far"}, {"moved"}).node("Greater", {"moved", "far"}, {"bigger"});
        t.b.node("Cast", {"bigger"}, {"z"}, {{"to", kFloat}});
    });
    EXPECT_GT(seen.cpu_sqnr_db().value_or(0), 60);
    EXPECT_LT(seen.equal().value_or(1), 0.6);
}

TEST_F(TrueHalf, ASoftmaxTakenApartOverflows) {
    const OutputCheck seen = check({2, 64}, {2, 64}, [](Twin& t) {
        t.constant("twelve", {12}, {1});  // exp(12) is 162755
        t.b.initializer("axes", std::vector<std::int64_t>{1}, {1});
        t.b.node("Add", {"a", "twelve"}, {"m"}).node("Exp", {"m"}, {"e"}).node("ReduceSum", {"e", "axes"}, {"sum"}).node("Div", {"e", "sum"}, {"z"});
    });
    EXPECT_GT(seen.cpu_sqnr_db().value_or(0), 40);
    EXPECT_GT(seen.not_finite(), 32U);
    EXPECT_THAT(fault_, HasSubstr("NaN"));
}

TEST_F(TrueHalf, ASumBeyondTheRangeOverflows) {
    const OutputCheck seen = check({1, 128}, {1, 1}, [](Twin& t) {
        t.constant("big", {60000}, {1}).constant("small", {0.001F}, {1}).constant("zero", {0}, {1});
        t.b.initializer("axes", std::vector<std::int64_t>{1}, {1});
        t.b.node("Mul", {"a", "zero"}, {"b"}).node("Add", {"b", "big"}, {"c"}).node("ReduceSum", {"c", "axes"}, {"sum"}).node("Mul", {"sum", "small"}, {"z"});
    });
    EXPECT_GT(seen.cpu_sqnr_db().value_or(0), 60);
    EXPECT_EQ(seen.not_finite(), 2U);  // one value, two made inputs
}

/// x / sqrt(mean(x²) + eps), taken apart, of values around the given size.
std::function<void(Twin&)> norm_of(float size, float eps) {
    return [=](Twin& t) {
        t.constant("size", {size}, {1}).constant("eps", {eps}, {1}).constant("two", {2}, {1});
        t.b.node("Mul", {"a", "size"}, {"v"}).node("Pow", {"v", "two"}, {"square"});
        t.b.node("ReduceMean", {"square"}, {"mean"}, {{"axes", {1}}, {"keepdims", 1}});
        t.b.node("Add", {"mean", "eps"}, {"safe"}).node("Sqrt", {"safe"}, {"deviation"}).node("Div", {"v", "deviation"}, {"z"});
    };
}

TEST_F(TrueHalf, SquaresOfANormOverflow) {
    const OutputCheck seen = check({4, 64}, {4, 64}, norm_of(600, 1e-5F));
    EXPECT_GT(seen.cpu_sqnr_db().value_or(0), 55);
    EXPECT_LT(seen.half_sqnr_db().value_or(200), 10);  // the mean is infinite, so that all is 0
}

TEST_F(TrueHalf, SquaresOfANormVanish) {
    const OutputCheck vanished = check({4, 64}, {4, 64}, norm_of(1e-4F, 1e-12F));  // 1e-8 is 0 in half, and so is eps
    EXPECT_GT(vanished.cpu_sqnr_db().value_or(0), 40);
    EXPECT_GT(vanished.not_finite(), 0U);
    const OutputCheck coarse = check({4, 64}, {4, 64}, norm_of(1e-3F, 1e-6F));  // 1e-6 is 17 steps of 2^-24
    EXPECT_GT(coarse.cpu_sqnr_db().value_or(0), 40);
    EXPECT_GT(coarse.half_sqnr_db().value_or(0), 20);
    EXPECT_LT(coarse.half_sqnr_db().value_or(200), 60);
}

TEST_F(TrueHalf, BodiesAreJudgedToo) {
    const auto nodes = [](Twin& t) {
        ModelBuilder then_body;
        then_body.node("Mul", {"a", "big"}, {"large"}).node("Mul", {"large", "big"}, {"larger"}).node("Div", {"larger", "big"}, {"back"});
        then_body.node("Cast", {"back"}, {"t"}, {{"to", kFloat}}).output("t", ElementType::float32, {1, 8});
        ModelBuilder else_body;
        else_body.node("Cast", {"a"}, {"e"}, {{"to", kFloat}}).output("e", ElementType::float32, {1, 8});
        t.constant("big", {1000}, {1});
        t.b.initializer(tensor_proto("choose", ElementType::boolean, std::string(1, '\1'), {}));
        t.b.node("If", {"choose"}, {"z"}, {{"then_branch", then_body.graph()}, {"else_branch", else_body.graph()}});
    };
    const OutputCheck seen = check({1, 8}, {1, 8}, nodes);
    EXPECT_GT(seen.cpu_sqnr_db().value_or(0), 60);
    EXPECT_GT(seen.not_finite(), 8U);
}

TEST_F(TrueHalf, AConvolutionKeepsItsDecibels) {
    const OutputCheck seen = check({1, 3, 12, 12}, {1, 8, 1, 1}, [](Twin& t) {
        t.constant("w", normal_floats(8 * 3 * 9, 1, 0, 0.2F), {8, 3, 3, 3}).constant("b", normal_floats(8, 2), {8});
        t.b.node("Conv", {"a", "w", "b"}, {"c"}, {{"kernel_shape", {3, 3}}}).node("Relu", {"c"}, {"r"}).node("GlobalAveragePool", {"r"}, {"z"});
    });
    EXPECT_GT(seen.cpu_sqnr_db().value_or(0), 55);
    EXPECT_GT(seen.half_sqnr_db().value_or(0), 55);
    EXPECT_THAT(fault_, IsEmpty());
}

TEST_F(TrueHalf, WhatIsHalfInTheOpenedFileIsNotJudged) {
    VerifySource source;
    const std::string bytes = Twin(true).bytes({4, 64}, {4, 64}, norm_of(600, 1e-5F));
    source.model = open_model(folder_.write("half.onnx", bytes));
    Verifier verifier(source, {});
    const Verification seen = verifier.check(folder_.write("same.onnx", bytes));
    ASSERT_EQ(seen.outputs.size(), 1U);
    EXPECT_FALSE(seen.outputs[0].was_half());
    EXPECT_FALSE(fault_of(seen, {20, 0.5}));
}

TEST(HalfLimits, OneOfFewWholeNumbersMayDiffer) {
    const auto fault = [](const std::vector<std::int64_t>& half) {
        const auto tensor = [](const std::vector<std::int64_t>& values) {
            Tensor made{ElementType::int64, {static_cast<std::int64_t>(values.size())}, {}};
            const auto bytes = std::as_bytes(std::span(values));
            made.bytes.assign(bytes.begin(), bytes.end());
            return made;
        };
        const Tensor fp32 = tensor({7, 3, 5, 2});
        OutputCheck classes("y", ElementType::int64);
        classes.add(fp32, fp32, fp32);
        classes.add_half(fp32, tensor(half));
        Verification seen;
        seen.samples = 1;
        seen.outputs.push_back(OutputCheck::from_json(classes.json()));
        return fault_of(seen, {20, 0.8}).value_or("");
    };
    EXPECT_THAT(fault({7, 3, 5, 2}), IsEmpty());
    EXPECT_THAT(fault({7, 3, 5, 9}), IsEmpty());
    EXPECT_THAT(fault({7, 3, 9, 9}), HasSubstr("only 50 % of FP32's values, in true half precision"));
}

TEST(HalfTensors, AreFoundByTheTypesOfOperators) {
    Twin t(true);
    const std::string bytes = t.bytes({2, 4}, {2, 4}, [](Twin& twin) {
        twin.constant("c", {1}, {1});
        twin.b.node("Shape", {"a"}, {"shape"}).node("Reshape", {"a", "shape"}, {"r"}).node("Less", {"r", "c"}, {"less"});
        twin.b.node("Where", {"less", "r", "c"}, {"w"}).node("TopK", {"w", "k"}, {"values", "places"});
        twin.b.node("CastLike", {"places", "c"}, {"likewise"}).node("Add", {"values", "likewise"}, {"z"});
        twin.b.initializer("k", std::vector<std::int64_t>{4}, {1});
    });
    onnx::ModelProto model;
    ASSERT_TRUE(model.ParseFromString(bytes));
    EXPECT_THAT(half_tensors(model), ElementsAre("a", "likewise", "r", "values", "w", "z"));
    EXPECT_THAT(half_tensors(model, true), ElementsAre("a", "c", "likewise", "r", "values", "w", "z"));
}

/// Two products around a norm that is taken apart. The plan cannot see that the squares overflow: there are no samples.
std::string with_norm(float size) {
    ModelBuilder b;
    const auto weights = [](unsigned seed, float scale) { return normal_floats(32 * 32, seed, 0, scale / std::sqrt(32.F)); };
    b.input("x", ElementType::float32, {2, 32}).initializer("w1", weights(1, size), {32, 32}).initializer("w2", weights(2, 1), {32, 32});
    b.initializer("two", std::vector<float>{2}, {}).initializer("eps", std::vector<float>{1e-5F}, {});
    b.node("MatMul", {"x", "w1"}, {"v"}, {}, "first").node("Pow", {"v", "two"}, {"square"}, {}, "square");
    b.node("ReduceMean", {"square"}, {"mean"}, {{"axes", {1}}, {"keepdims", 1}}, "mean").node("Add", {"mean", "eps"}, {"safe"}, {}, "safe");
    b.node("Sqrt", {"safe"}, {"deviation"}, {}, "deviation").node("Div", {"v", "deviation"}, {"n"}, {}, "divide");
    b.node("MatMul", {"n", "w2"}, {"y"}, {}, "second").output("y", ElementType::float32, {2, 32});
    return b.bytes();
}

/// Products with norms between them, taken apart, whose squares overflow in half: more nodes than a search by halving tries.
std::string with_norms(int count) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {2, 32}).initializer("two", std::vector<float>{2}, {}).initializer("eps", std::vector<float>{1e-5F}, {});
    std::string from = "x";
    for (int i = 0; i < count; ++i) {
        const std::string n = std::to_string(i);
        b.initializer("w" + n, normal_floats(32 * 32, static_cast<unsigned>(i + 1), 0, 900 / std::sqrt(32.F)), {32, 32});
        b.node("MatMul", {from, "w" + n}, {"v" + n}, {}, "product" + n).node("Pow", {"v" + n, "two"}, {"s" + n}, {}, "square" + n);
        b.node("ReduceMean", {"s" + n}, {"m" + n}, {{"axes", {1}}, {"keepdims", 1}}, "mean" + n).node("Add", {"m" + n, "eps"}, {"e" + n}, {}, "safe" + n);
        b.node("Sqrt", {"e" + n}, {"d" + n}, {}, "deviation" + n).node("Div", {"v" + n, "d" + n}, {"n" + n}, {}, "divide" + n);
        from = "n" + n;
    }
    b.node("Identity", {from}, {"y"}, {}, "last").output("y", ElementType::float32, {2, 32});
    return b.bytes();
}

QuantizedFile to_fp16(const TempDir& folder, const std::string& bytes) {
    QuantizeRequest request;
    request.model = folder.write("model.onnx", bytes);
    request.out = folder / "out.onnx";
    request.recipe.default_method = Method::fp16;
    return quantize_file(Runtime::load(), request, {});
}

TEST(QuantizeToHalf, WhatOverflowsInTrueHalfStaysInFloatAndIsSaid) {
    const TempDir folder;
    const QuantizedFile result = to_fp16(folder, with_norm(900));
    const Json output = to_json(result).at("verified").at("outputs").at(0);
    EXPECT_GT(output.at("half_sqnr_db").get<double>(), 45);
    EXPECT_GT(output.at("sqnr_db").get<double>(), 45);
    EXPECT_EQ(output.at("not_finite"), 0);
    std::vector<std::string> kept;
    for (const Finding& finding : result.findings)
        if (finding.code == "kept-float") kept.push_back(finding.text);
    EXPECT_THAT(kept, ElementsAre(testing::AllOf(HasSubstr("square, mean, safe, deviation stay in float"), HasSubstr("true half precision"))));
    EXPECT_EQ(result.plan.count(Method::fp16), 3U);  // both products and the division
}

TEST(QuantizeToHalf, ManyNodesThatOverflowAreFoundAtOnce) {
    constexpr int kNorms = 12;
    const TempDir folder;
    const QuantizedFile result = to_fp16(folder, with_norms(kNorms));
    EXPECT_GT(to_json(result).at("verified").at("outputs").at(0).at("half_sqnr_db").get<double>(), 40);
    for (const NodePlan& node : result.plan.nodes) {
        const std::string& label = result.model->node(node.node).label;
        if (label.starts_with("product")) {
            EXPECT_EQ(node.applied, Method::fp16) << label;
        }
        for (const char* squared : {"square", "mean", "safe"})
            if (label.starts_with(squared)) {
                EXPECT_EQ(node.applied, Method::fp32) << label;
            }
    }
}

TEST(QuantizeToHalf, WhatFitsStaysInHalf) {
    const TempDir folder;
    const QuantizedFile result = to_fp16(folder, with_norm(1));
    EXPECT_EQ(std::count_if(result.findings.begin(), result.findings.end(), [](const Finding& finding) { return finding.code == "kept-float"; }), 0);
    EXPECT_EQ(result.plan.count(Method::fp16), 7U);
    const Json output = to_json(result).at("verified").at("outputs").at(0);
    EXPECT_GT(output.at("half_sqnr_db").get<double>(), 45);
    EXPECT_LE(output.at("sqnr_db").get<double>(), output.at("half_sqnr_db").get<double>());
}

}  // namespace
}  // namespace vernier::test
