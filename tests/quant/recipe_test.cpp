// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/recipe.h"

#include <set>
#include <string>

#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/quant/calibration/table.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"
#include "tests/support/temp_dir.h"

namespace vernier {
namespace {

using test::ModelBuilder;
using testing::HasSubstr;

/// layers x (MatMul, Relu), named "<prefix>i/MatMul" or unnamed; the first MatMul is wider than the others. extra puts
/// an Abs before all.
ModelPtr chain(int layers, const std::string& prefix, bool extra) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 8});
    std::string last = "x";
    if (extra) {
        b.node("Abs", {last}, {"abs"}, {}, prefix.empty() ? "" : prefix + "abs");
        last = "abs";
    }
    for (int i = 0; i < layers; ++i) {
        const std::string n = std::to_string(i);
        const int rows = i == 0 ? 8 : 6;
        b.initializer("w" + n, test::random_floats(static_cast<std::size_t>(rows * 6), 1), {rows, 6});
        b.node("MatMul", {last, "w" + n}, {"m" + n}, {}, prefix.empty() ? "" : prefix + n + "/MatMul");
        b.node("Relu", {"m" + n}, {"r" + n}, {}, prefix.empty() ? "" : prefix + n + "/Relu");
        last = "r" + n;
    }
    b.output(last, ElementType::float32, {1, 6});
    return make_model(b.build());
}

Rule rule(std::string select, std::optional<Method> method, std::optional<bool> per_channel = {}) {
    Rule result;
    result.select = std::move(select);
    result.method = method;
    result.per_channel = per_channel;
    return result;
}

template <class Function>
Error error_of(Function function) {
    try {
        function();
    } catch (const Error& error) {
        return error;
    }
    ADD_FAILURE() << "no error";
    return Error(ErrorKind::internal, "none");
}

TEST(Recipe, LaterRulesWin) {
    const ModelPtr model = chain(3, "l", false);
    Recipe recipe;
    recipe.default_method = Method::int8_static;
    recipe.rules = {rule("op:Relu", Method::fp32), rule("#1..2", Method::fp16), rule("#2", {}, false), rule("method:fp16 and op:Relu", Method::int8_dynamic)};
    const auto choices = resolve(recipe, *model);
    ASSERT_EQ(choices.size(), 6u);
    EXPECT_EQ(choices[0], (Choice{Method::int8_static, true, -1}));
    EXPECT_EQ(choices[1], (Choice{Method::int8_dynamic, true, 3}));
    EXPECT_EQ(choices[2], (Choice{Method::fp16, false, 1}));
    EXPECT_EQ(choices[3], (Choice{Method::fp32, true, 0}));
    EXPECT_FALSE(choices[0].explicit_choice());
    EXPECT_TRUE(choices[3].explicit_choice());
}

TEST(Recipe, SelectorWithoutNodesIsWrongUsageWithNearNames) {
    const ModelPtr model = chain(2, "l", false);
    Recipe recipe;
    recipe.rules = {rule("op:MatMull", Method::fp16)};
    const Error error = error_of([&] { (void)resolve(recipe, *model); });
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_THAT(error.what(), HasSubstr("'op:MatMull' matches no node"));
    EXPECT_EQ(error.remedy(), "did you mean op:MatMul?");
}

TEST(Recipe, SurvivesJson) {
    const ModelPtr model = chain(2, "l", false);
    Recipe recipe;
    recipe.default_method = Method::int8_dynamic;
    recipe.per_channel = false;
    recipe.calibration = {"percentile", {{"percentile", 99.9}}, 64};
    recipe.skip_passes = {"fold-batch-norm", "guard-float-nodes"};
    recipe.rules = {rule("op:Relu", Method::fp32), rule("#2", Method::fp16, true), rule("all", {}, false)};
    recipe = anchored(recipe, *model);
    EXPECT_EQ(recipe.rules[1].node_name, "l1/MatMul");
    EXPECT_EQ(recipe.rules[1].node_op, "MatMul");
    EXPECT_EQ(recipe.rules[1].node_hash.size(), 16u);
    EXPECT_TRUE(recipe.rules[0].node_hash.empty());
    EXPECT_EQ(recipe_from_json(Json::parse(to_json(recipe).dump())), recipe);
    test::TempDir folder;
    write_file(folder.path() / "r.json", to_json(recipe).dump(2));
    EXPECT_EQ(read_recipe(folder.path() / "r.json"), recipe);
}

TEST(Recipe, NamesWhatIsWrongInTheDocument) {
    const std::pair<const char*, const char*> wrongs[] = {
        {R"([])", "must be an object"},
        {R"({})", "\"vernier_recipe\" is missing"},
        {R"({"vernier_recipe": 2})", "reads version 1"},
        {R"({"vernier_recipe": 1, "rule": []})", "unknown key \"rule\" in the document"},
        {R"({"vernier_recipe": 1, "rules": {}})", "\"rules\" in the document must be a list"},
        {R"({"vernier_recipe": 1, "rules": [{"method": "fp16"}]})", "rule 1 has no \"select\""},
        {R"({"vernier_recipe": 1, "rules": [{"select": "all"}]})", "rule 1 chooses nothing"},
        {R"({"vernier_recipe": 1, "rules": [{"select": "op:", "method": "fp16"}]})", "column 4"},
        {R"({"vernier_recipe": 1, "rules": [{"select": 3, "method": "fp16"}]})", "must be a text"},
        {R"({"vernier_recipe": 1, "rules": [{"select": "all", "methd": "fp16"}]})", "unknown key \"methd\" in rule 1"},
        {R"({"vernier_recipe": 1, "default": {"method": "int4"}})", "unknown method \"int4\""},
        {R"({"vernier_recipe": 1, "default": {"per_channel": 1}})", "must be true or false"},
        {R"({"vernier_recipe": 1, "calibration": {"method": "histogram"}})", "unknown calibration method"},
        {R"({"vernier_recipe": 1, "calibration": {"percentile": 12}})", "above 50"},
        {R"({"vernier_recipe": 1, "calibration": {"samples": -4}})", "whole number"},
        {R"({"vernier_recipe": 1, "skip_passes": "fold-batch-norm"})", "\"skip_passes\" in the document must be a list"},
        {R"({"vernier_recipe": 1, "skip_passes": ["fold-batchnorm"]})", "unknown rewriting \"fold-batchnorm\""},
    };
    for (const auto& [text, what] : wrongs) {
        const Error error = error_of([&] { (void)recipe_from_json(Json::parse(text)); });
        EXPECT_EQ(error.kind(), ErrorKind::bad_data) << text;
        EXPECT_THAT(error.what(), HasSubstr(what)) << text;
    }
    const Error near = error_of([] { (void)recipe_from_json(Json::parse(R"({"vernier_recipe": 1, "rule": []})")); });
    EXPECT_EQ(near.remedy(), "did you mean rules?");
}

TEST(Recipe, ReadsAndWritesTheNumbersOfEveryRangeMethod) {
    EXPECT_EQ(Calibration{}.method, range_methods().front().id) << "the first row is the default";
    std::set<std::string> keys{"method", "samples"};
    for (const RangeMethod& method : range_methods()) {
        Recipe recipe;
        recipe.calibration.method = method.id;
        for (const RangeOption& option : method.options) {
            EXPECT_TRUE(keys.insert(std::string(option.name)).second) << option.name << " is the key of something else, too";
            const Json standard = to_json(recipe);
            EXPECT_EQ(standard["calibration"][std::string(option.name)], option.standard);
            EXPECT_EQ(recipe_from_json(standard), recipe) << "what is standard is not kept as a choice";
            recipe.calibration.options[std::string(option.name)] = option.at_most;
            EXPECT_EQ(recipe_from_json(to_json(recipe)), recipe);
            Json wrong = to_json(recipe);
            wrong["calibration"][std::string(option.name)] = option.above;
            EXPECT_EQ(error_of([&] { (void)recipe_from_json(wrong); }).kind(), ErrorKind::bad_data);
        }
        EXPECT_EQ(recipe_from_json(to_json(recipe)), recipe) << method.id;
    }
    EXPECT_EQ(to_json(Recipe{})["calibration"].dump(), R"({"method":"auto","percentile":99.99,"clipping":1.0,"samples":100})");
}

TEST(Recipe, HoldsRangesThatAreGiven) {
    Recipe recipe;
    recipe.calibration.given = {{"a/b:0", {-0.5F, 1.25F}}, {"c", {0, 6}}};
    EXPECT_EQ(recipe_from_json(to_json(recipe)), recipe);
    for (const char* wrong : {R"([1])", R"({"a": 1})", R"({"a": [1]})", R"({"a": [1, 2]})", R"({"a": [0, 0]})", R"({"a": [2, -1]})", R"({"a": [-1, 1e300]})"}) {
        Json json = to_json(recipe);
        json["calibration"]["ranges"] = Json::parse(wrong);
        EXPECT_EQ(error_of([&] { (void)recipe_from_json(json); }).kind(), ErrorKind::bad_data) << wrong;
    }
}

TEST(Recipe, EveryTruncationOfAFileIsOneCleanError) {
    const std::string whole = to_json(Recipe{}).dump();
    test::TempDir folder;
    for (std::size_t length = 0; length < whole.size(); ++length) {
        write_file(folder.path() / "r.json", whole.substr(0, length));
        const Error error = error_of([&] { (void)read_recipe(folder.path() / "r.json"); });
        EXPECT_EQ(error.kind(), ErrorKind::bad_data);
        EXPECT_THAT(error.where().file, HasSubstr("r.json"));
    }
    EXPECT_EQ(error_of([&] { (void)read_recipe(folder.path() / "absent.json"); }).kind(), ErrorKind::not_found);
    write_file(folder.path() / "r.json", R"({"vernier_recipe": 1, "rules": )" + std::string(200'000, '['));
    EXPECT_THAT(error_of([&] { (void)read_recipe(folder.path() / "r.json"); }).line(), HasSubstr("deeper than 200"));
}

TEST(Recipe, FindsItsNodesAgainInANewExport) {
    Recipe recipe;
    recipe.rules = {rule("#2", Method::fp16), rule("op:Relu", Method::fp32)};
    recipe = anchored(recipe, *chain(3, "l", false));
    const Recipe same = reanchored(recipe, *chain(3, "l", false));
    EXPECT_EQ(same, recipe);
    const Recipe moved = reanchored(recipe, *chain(3, "l", true));
    EXPECT_EQ(moved.rules[0].select, "#3");
    EXPECT_EQ(moved.rules[1].select, "op:Relu");
}

TEST(Recipe, FindsAnUnnamedNodeByItsNeighbourhood) {
    Recipe recipe;
    recipe.rules = {rule("#4", Method::fp16)};  // the last MatMul: its Relu is the graph's output, but it stands like #2
    recipe = anchored(recipe, *chain(3, "", false));
    EXPECT_EQ(reanchored(recipe, *chain(3, "", false)).rules[0].select, "#4");
    EXPECT_EQ(reanchored(recipe, *chain(3, "", true)).rules[0].select, "#5") << "the second of two that are alike, as before";
    const Error error = error_of([&] { (void)reanchored(recipe, *chain(4, "", true)); });
    EXPECT_EQ(error.kind(), ErrorKind::bad_data);
    EXPECT_THAT(error.what(), HasSubstr("3 nodes are like it"));
    recipe.rules[0].node_place = recipe.rules[0].node_like = 0;  // as recipes of before have it
    EXPECT_THAT(error_of([&] { (void)reanchored(recipe, *chain(3, "", true)); }).what(), HasSubstr("2 nodes are like it"));

    Recipe last;
    last.rules = {rule("#5", Method::fp16)};  // the last Relu alone is read by nobody
    last = anchored(last, *chain(3, "", false));
    EXPECT_EQ(reanchored(last, *chain(3, "", true)).rules[0].select, "#6");
}

TEST(Recipe, FindsItsNodesUnderAnotherPrefix) {
    Recipe recipe;
    for (const char* id : {"#2", "#4", "#6"}) recipe.rules.push_back(rule(id, Method::fp16));
    recipe = recipe_from_json(to_json(anchored(recipe, *chain(5, "model/l", false))));
    const Recipe moved = reanchored(recipe, *chain(5, "export/model/l", true));
    const std::vector<std::string> expected = {"#3", "#5", "#7"};
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(moved.rules[i].select, expected[i]);
}

TEST(Recipe, SaysThatANodeIsGone) {
    Recipe recipe;
    recipe.rules = {rule("#0", Method::fp16)};
    recipe = anchored(recipe, *chain(2, "old", false));
    ModelBuilder b;
    b.input("x", ElementType::float32, {4});
    b.node("Abs", {"x"}, {"y"});
    b.output("y", ElementType::float32, {4});
    const Error error = error_of([&] { (void)reanchored(recipe, *make_model(b.build())); });
    EXPECT_THAT(error.what(), HasSubstr("no node is like it"));
    EXPECT_THAT(error.what(), HasSubstr("old0/MatMul"));
}

TEST(Recipe, HoldsHowWeightsAreRounded) {
    Recipe recipe;
    EXPECT_FALSE(to_json(recipe).contains("weights")) << "as before where nothing is said";
    recipe.weights = {"nearest", 64, true};
    EXPECT_EQ(recipe_from_json(to_json(recipe)), recipe);
    const auto error = [](const char* weights) {
        return error_of([&] { (void)recipe_from_json(Json::parse(R"({"vernier_recipe": 1, "weights": )" + std::string(weights) + "}")); });
    };
    EXPECT_THAT(error(R"({"rounding": "neares"})").remedy(), HasSubstr("nearest"));
    EXPECT_THAT(error(R"({"block": 48})").what(), HasSubstr("one of 16, 32, 64, 128"));
    EXPECT_THAT(error(R"({"zero_points": 1})").what(), HasSubstr("true or false"));
}

}  // namespace
}  // namespace vernier
