// SPDX-License-Identifier: GPL-3.0-or-later
// Recipes out of other tools' files and settings, and settings and scripts for them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/flow/recipe_export.h"
#include "core/flow/recipe_import.h"
#include "core/quant/quantize.h"
#include "tests/quant/static_net.h"
#include "tests/support/model_builder.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

using testing::HasSubstr;

template <class Function>
Error error_of(const Function& function) {
    try {
        function();
    } catch (const Error& error) {
        return error;
    }
    ADD_FAILURE() << "no error";
    return {ErrorKind::internal, "none"};
}

const std::vector<std::int64_t> kDims = {1, 16, 12, 12};

Quantized made(const ModelPtr& model, const Recipe& recipe) {
    QuantizeOptions options;
    options.time_prefix = false;
    return quantize({runtime(), model, recipe, std::make_shared<RandomData>(kDims), options}, {});
}

PlannedFile planned(const ModelPtr& model, const Recipe& recipe) { return {model, recipe, make_plan(model, recipe)}; }

NodeId node_named(const Model& model, const std::string& name) {
    for (const Node& node : model.nodes())
        if (node.label == name) return node.id;
    return kNone;
}

/// A file that was made by a recipe, read back and made again, has the same methods and, but for rounding, the same scales.
TEST(RecipeExchange, AQuantizedFileTellsItsRecipe) {
    const ModelPtr model = make_model(small_net().build());
    Recipe recipe;
    recipe.default_method = Method::int8_static;
    recipe.per_channel = false;
    recipe.rules = {{"name:conv_b", Method::fp32, {}}};
    const Quantized first = made(model, recipe);
    const ModelPtr file = make_model(*first.proto);
    const ImportedRecipe taken = recipe_of_file(model, *file, {});
    EXPECT_EQ(taken.recipe.default_method, Method::int8_static);
    EXPECT_FALSE(taken.recipe.per_channel);
    EXPECT_GE(taken.recipe.calibration.given.size(), 3U);
    const Quantized again = made(model, taken.recipe);
    for (std::size_t i = 0; i < first.plan.nodes.size(); ++i) {
        EXPECT_EQ(again.plan.nodes[i].applied, first.plan.nodes[i].applied) << model->node(static_cast<NodeId>(i)).label;
    }
    const ImportedRecipe twice = recipe_of_file(model, *make_model(*again.proto), {});
    ASSERT_EQ(twice.recipe.calibration.given.size(), taken.recipe.calibration.given.size());
    for (const auto& [tensor, range] : taken.recipe.calibration.given) {
        EXPECT_NEAR(twice.recipe.calibration.given.at(tensor).lo, range.lo, 1e-5 * (range.hi - range.lo)) << tensor;
        EXPECT_NEAR(twice.recipe.calibration.given.at(tensor).hi, range.hi, 1e-5 * (range.hi - range.lo)) << tensor;
    }
}

TEST(RecipeExchange, SettingsOfThePeerBecomeRules) {
    const ModelPtr model = make_model(small_net().build());
    const Json settings = Json::parse(R"({"nodes_to_exclude": ["conv_b"], "per_channel": false, "calibrate_method": "Entropy", "reduce_range": true,
        "extra_options": {"TensorQuantOverrides": {"x": [{"quant_type": "QInt8", "scale": 0.5, "zero_point": 0}], "a0": [{"rmin": -1.5, "rmax": 4}],
                                                   "wa": [{"quant_type": "QInt8", "symmetric": true}]}, "ActivationSymmetric": true}})");
    const ImportedRecipe taken = recipe_of_settings(model, settings);
    EXPECT_EQ(taken.recipe.default_method, Method::int8_static);
    EXPECT_FALSE(taken.recipe.per_channel);
    EXPECT_EQ(taken.recipe.calibration.method, "entropy");
    ASSERT_EQ(taken.recipe.rules.size(), 1U);
    EXPECT_EQ(taken.recipe.rules[0].select, "#" + std::to_string(node_named(*model, "conv_b")));
    EXPECT_EQ(taken.recipe.rules[0].method, Method::fp32);
    EXPECT_EQ(taken.recipe.calibration.given, (std::map<std::string, Range>{{"x", {-64, 63.5F}}, {"a0", {-1.5F, 4}}}));
    std::string left_out;
    for (const Finding& finding : taken.findings)
        if (finding.code == "settings-left-out") left_out = finding.text;
    for (const char* part : {"reduce_range", "override of wa", "ActivationSymmetric"}) EXPECT_THAT(left_out, HasSubstr(part));

    const ImportedRecipe some = recipe_of_settings(model, Json::parse(R"({"op_types_to_quantize": ["Conv"], "nodes_to_exclude": ["conv_a"]})"));
    EXPECT_EQ(some.recipe.default_method, Method::fp32);
    ASSERT_EQ(some.recipe.rules.size(), 2U);
    EXPECT_EQ(some.recipe.rules[0].select, "op:Conv");
    const ImportedRecipe bare = recipe_of_settings(model, Json::parse(R"({"x": [{"rmin": 0, "rmax": 1}]})"));
    EXPECT_EQ(bare.recipe.calibration.given.at("x"), (Range{0, 1}));
}

TEST(RecipeExchange, WrongSettingsAreOneCleanError) {
    const ModelPtr model = make_model(small_net().build());
    for (const char* wrong :
         {"[]", "3", R"({"nodes_to_exclude": "conv_b"})", R"({"nodes_to_exclude": [1]})", R"({"per_channel": 1})", R"({"TensorQuantOverrides": []})",
          R"({"TensorQuantOverrides": {"x": []}})", R"({"nodes_to_exclude": ["conv_zz"]})", R"({"TensorQuantOverrides": {"zz": [{}]}})"}) {
        EXPECT_EQ(error_of([&] { (void)recipe_of_settings(model, Json::parse(wrong)); }).kind(), ErrorKind::bad_data) << wrong;
    }
    EXPECT_THAT(error_of([&] { (void)recipe_of_settings(model, Json::parse(R"({"nodes_to_exclude": ["conv_zz"]})")); }).what(), HasSubstr("conv_zz"));
    TempDir folder;
    write_file(folder.path() / "m.onnx", model->proto().SerializeAsString());
    write_file(folder.path() / "s.json", R"({"per_channel": )");
    EXPECT_THAT(error_of([&] { (void)import_recipe(nullptr, folder.path() / "m.onnx", folder.path() / "s.json", {}); }).where().file, HasSubstr("s.json"));
    EXPECT_EQ(error_of([&] { (void)import_recipe(nullptr, folder.path() / "m.onnx", folder.path() / "s.txt", {}); }).kind(), ErrorKind::usage);
}

/// What is written for the peer chooses the same nodes when it is read again.
TEST(RecipeExchange, SettingsGoThereAndBack) {
    const ModelPtr model = make_model(small_net().build());
    Recipe recipe;
    recipe.default_method = Method::int8_static;
    recipe.rules = {{"name:conv_b", Method::fp32, {}}};
    recipe.calibration.given = {{"x", {-2, 2}}};
    const PlannedFile plan = planned(model, recipe);
    const ImportedRecipe back = recipe_of_settings(model, settings_of(plan));
    EXPECT_EQ(back.recipe.calibration.given, recipe.calibration.given);
    const Plan again = make_plan(model, back.recipe);
    for (std::size_t i = 0; i < again.nodes.size(); ++i) {
        if (plan.plan.nodes[i].absorbed) continue;  // the peer folds it itself
        EXPECT_EQ(again.nodes[i].applied, plan.plan.nodes[i].applied) << model->node(static_cast<NodeId>(i)).label;
    }
}

/// The script is Python, and names each node by its method; one without a name gets one.
TEST(RecipeExchange, TheScriptNamesItsNodes) {
    onnx::ModelProto proto = small_net().build();
    proto.mutable_graph()->mutable_node(0)->clear_name();
    const ModelPtr model = make_model(proto);
    Recipe recipe;
    recipe.default_method = Method::int8_static;
    recipe.rules = {{"name:conv_b", Method::fp16, {}}};
    recipe.calibration.given = {{"x", {-2, 2}}};
    const std::string script = python_of(planned(model, recipe));
    EXPECT_THAT(script, HasSubstr("\"0\": \"" + model->node(0).label + "\""));
    EXPECT_THAT(script, HasSubstr("HALF = [\n    \"conv_b\"\n]"));
    EXPECT_THAT(script, HasSubstr("\"rmax\": 2.0"));
    EXPECT_THAT(script, HasSubstr("CalibrationMethod.MinMax"));
    TempDir folder;
    write_file(folder.path() / "quantize.py", script);
    if (std::system("python3 -c 1 > /dev/null 2>&1") != 0) GTEST_SKIP() << "there is no python3 to compile the script with";
    EXPECT_EQ(std::system(("python3 -c \"import ast; ast.parse(open('" + (folder.path() / "quantize.py").string() + "').read())\"").c_str()), 0);
}

}  // namespace
}  // namespace vernier::test
