// SPDX-License-Identifier: GPL-3.0-or-later
// The rewritings in front of static INT8 keep what the model answers, and each can be left out.
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/quant/passes/passes.h"
#include "core/quant/prepare.h"
#include "tests/quant/static_net.h"

namespace vernier {
namespace {

using namespace test;

/// Runs the static rewritings over the whole model and compares what the float models answer.
void expect_same_after_passes(ModelBuilder& builder, const std::string& gone) {
    const auto model = make_model(builder.build());
    GraphEdit edit(*model);
    PassContext context;
    std::vector<Finding> findings;
    context.findings = &findings;
    context.wants_static.assign(model->nodes().size(), true);
    context.absorbed.assign(model->nodes().size(), false);
    run_passes(PassPlace::before_plan, edit, context);
    const auto rewritten = edit.build();
    EXPECT_EQ(op_counts(rewritten).count(gone), 0u) << gone;
    const RandomData data({1, 16, 12, 12});
    const Sample sample = data.load(Split::validation, 1);
    EXPECT_GT(sqnr_db(first_output(model->proto(), sample.inputs), first_output(rewritten, sample.inputs)), 100);
}

TEST(StaticPasses, EachCanBeLeftOutByItsName) {
    const auto model = make_model(small_net().build());
    Recipe recipe;
    recipe.default_method = Method::int8_static;
    const auto ops_of = [&] {
        const auto ops = op_counts(prepare(model, recipe).edit.build());
        return std::pair(ops.contains("BatchNormalization"), ops.contains("GlobalAveragePool"));
    };
    EXPECT_EQ(ops_of(), std::pair(false, true));
    recipe.skip_passes = {"fold-batch-norm"};
    EXPECT_EQ(ops_of(), std::pair(true, true));
    recipe.skip_passes = {"use-global-average-pool"};
    EXPECT_EQ(ops_of(), std::pair(false, false));
    QuantizeOptions options;
    options.time_prefix = false;
    std::set<std::string> names;
    for (const std::string& name : pass_names()) {
        EXPECT_TRUE(names.insert(name).second) << name;
        recipe.skip_passes = {name};
        const Quantized result = quantize({runtime(), model, recipe, std::make_shared<RandomData>(std::vector<std::int64_t>{1, 16, 12, 12}), options}, {});
        EXPECT_GT(agreement_db(model, result), 15) << name;
    }
}

TEST(StaticPasses, FoldingBatchNormKeepsTheResult) {
    auto net = small_net();
    expect_same_after_passes(net, "BatchNormalization");
}

TEST(StaticPasses, MeanOverTheMapBecomesAPool) {
    auto net = small_net();
    expect_same_after_passes(net, "ReduceMean");
}

TEST(StaticPasses, MeansOfATakenApartLayerNormStayAsTheyAre) {
    ModelBuilder b(13);
    b.input("x", ElementType::float32, {1, 8, 32}).output("y", ElementType::float32, {1, 8, 32});
    b.initializer("w", random_floats(32 * 32, 1), {32, 32}).initializer("two", std::vector<float>{2}, {}).initializer("e", std::vector<float>{1e-5F}, {});
    b.initializer("g", random_floats(32, 2), {32}).initializer("s", random_floats(32, 3), {32});
    b.node("ReduceMean", {"x"}, {"m"}, {{"axes", {-1}}}, "mean").node("Sub", {"x", "m"}, {"d"}).node("Pow", {"d", "two"}, {"q"});
    b.node("ReduceMean", {"q"}, {"v"}, {{"axes", {-1}}}, "variance").node("Add", {"v", "e"}, {"ve"}).node("Sqrt", {"ve"}, {"r"});
    b.node("Div", {"d", "r"}, {"n"}).node("Mul", {"n", "g"}, {"ng"}).node("Add", {"ng", "s"}, {"norm"});
    b.node("MatMul", {"norm", "w"}, {"y"}, {}, "product");
    Recipe recipe;
    recipe.default_method = Method::int8_static;
    const auto ops = op_counts(prepare(make_model(b.build()), recipe).edit.build());
    EXPECT_EQ(ops.count("GlobalAveragePool"), 0U);
    EXPECT_EQ(ops.at("ReduceMean"), 2);
}

TEST(StaticPasses, AConstantPerChannelBecomesTheBiasOfConv) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 16, 12, 12});
    b.initializer("w", random_floats(8 * 16 * 9, 1), {8, 16, 3, 3}).initializer("c", random_floats(8, 2), {8, 1, 1});
    b.node("Conv", {"x", "w"}, {"h"}).node("Add", {"c", "h"}, {"y"});
    b.output("y", ElementType::float32, {1, 8, 10, 10});
    expect_same_after_passes(b, "Add");
}

}  // namespace
}  // namespace vernier
