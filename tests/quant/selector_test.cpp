// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/selector.h"

#include <chrono>
#include <random>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

#include "core/base/error.h"
#include "core/quant/near_names.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using test::ModelBuilder;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// 0 Conv stem, 1 Relu, 2 depthwise Conv, 3 Relu, 4 Add (1 and 3), 5 GlobalAveragePool, 6 Flatten, 7 Gemm.
ModelPtr small_cnn() {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 3, 8, 8});
    b.initializer("w0", test::random_floats(8 * 3 * 9, 1), {8, 3, 3, 3});
    b.initializer("w1", test::random_floats(8 * 9, 2), {8, 1, 3, 3});
    b.initializer("w2", test::random_floats(80, 3), {8, 10});
    b.node("Conv", {"x", "w0"}, {"a"}, {{"pads", {1, 1, 1, 1}}}, "/features/features.0/Conv");
    b.node("Relu", {"a"}, {"b"}, {}, "/features/features.0/Relu");
    b.node("Conv", {"b", "w1"}, {"c"}, {{"pads", {1, 1, 1, 1}}, {"group", 8}}, "/features/features.4/conv/Conv");
    b.node("Relu", {"c"}, {"d"}, {}, "/features/features.40/Relu");
    b.node("Add", {"b", "d"}, {"e"});
    b.node("GlobalAveragePool", {"e"}, {"f"}, {}, "pool (last)");
    b.node("Flatten", {"f"}, {"g"}, {}, "flat");
    b.node("Gemm", {"g", "w2"}, {"y"}, {}, "fc");
    b.output("y", ElementType::float32, {1, 10});
    return make_model(b.build());
}

std::vector<int> ids(const Model& model, std::string_view text, const std::vector<Method>& methods = {}) {
    const auto flags = Selector::parse(text).match(model, methods);
    std::vector<int> result;
    for (std::size_t i = 0; i < flags.size(); ++i)
        if (flags[i]) result.push_back(static_cast<int>(i));
    return result;
}

TEST(Selector, MatchesOpsNamesAndIds) {
    const ModelPtr model = small_cnn();
    EXPECT_THAT(ids(*model, "op:Conv"), ElementsAre(0, 2));
    EXPECT_THAT(ids(*model, "op:conv,GEMM"), ElementsAre(0, 2, 7));
    EXPECT_THAT(ids(*model, "op:Ge??"), ElementsAre(7));
    EXPECT_THAT(ids(*model, "op:*"), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
    EXPECT_THAT(ids(*model, R"(name:"/features/features.0*")"), ElementsAre(0, 1));
    EXPECT_THAT(ids(*model, "name:fc,flat"), ElementsAre(6, 7));
    EXPECT_THAT(ids(*model, "name:\"pool (last)\""), ElementsAre(5));
    EXPECT_THAT(ids(*model, "#2"), ElementsAre(2));
    EXPECT_THAT(ids(*model, "#2..4"), ElementsAre(2, 3, 4));
    EXPECT_THAT(ids(*model, "#6..#99"), ElementsAre(6, 7));
    EXPECT_THAT(ids(*model, "#8"), IsEmpty());
    EXPECT_THAT(ids(*model, "all"), testing::SizeIs(8));
}

TEST(Selector, MatchesUnnamedNodesByTheirLabel) {
    const ModelPtr model = small_cnn();
    EXPECT_THAT(ids(*model, "name:" + model->node(4).label), ElementsAre(4));
}

TEST(Selector, BareWordsLookInsideNamesAndOps) {
    const ModelPtr model = small_cnn();
    EXPECT_THAT(ids(*model, "relu"), ElementsAre(1, 3));
    EXPECT_THAT(ids(*model, "features"), ElementsAre(0, 1, 2, 3));
    EXPECT_THAT(ids(*model, "\"pool (last)\""), ElementsAre(5));
    EXPECT_THAT(ids(*model, "features relu"), ElementsAre(1, 3));
}

TEST(Selector, BlocksEndAtTheEndOfTheirName) {
    const ModelPtr model = small_cnn();
    EXPECT_THAT(ids(*model, "block:features.4"), ElementsAre(2));
    EXPECT_THAT(ids(*model, "block:features"), ElementsAre(0, 1, 2, 3));
    EXPECT_THAT(ids(*model, "block:feature"), IsEmpty());
}

TEST(Selector, WalksUpAndDown) {
    const ModelPtr model = small_cnn();
    EXPECT_THAT(ids(*model, "up:#3"), ElementsAre(0, 1, 2, 3));
    EXPECT_THAT(ids(*model, "down:(#3)"), ElementsAre(3, 4, 5, 6, 7));
    EXPECT_THAT(ids(*model, "down:#0 and up:#2 and not #0"), ElementsAre(1, 2));
    EXPECT_THAT(ids(*model, "up:(name:nothing)"), IsEmpty());
}

TEST(Selector, ComparesQuantities) {
    const ModelPtr model = small_cnn();
    EXPECT_THAT(ids(*model, "weight>300B"), ElementsAre(0, 7));
    EXPECT_THAT(ids(*model, "weight >= 0.32kb"), ElementsAre(0, 7));
    EXPECT_THAT(ids(*model, "weight=864"), ElementsAre(0));
    EXPECT_THAT(ids(*model, "params<=72 and weight>0"), ElementsAre(2));
    EXPECT_THAT(ids(*model, "macs>10k"), ElementsAre(0));
    EXPECT_THAT(ids(*model, "depthwise"), ElementsAre(2));
}

TEST(Selector, MatchesChosenMethods) {
    const ModelPtr model = small_cnn();
    std::vector<Method> methods(8, Method::fp32);
    methods[7] = Method::int8_dynamic;
    EXPECT_THAT(ids(*model, "method:int8-dynamic", methods), ElementsAre(7));
    EXPECT_THAT(ids(*model, "method:int8-dynamic"), IsEmpty());
}

TEST(Selector, JoinsTermsByPrecedence) {
    const ModelPtr model = small_cnn();
    EXPECT_THAT(ids(*model, "op:Gemm or op:Conv and not depthwise"), ElementsAre(0, 7));
    EXPECT_THAT(ids(*model, "(op:Gemm or op:Conv) and not depthwise"), ElementsAre(0, 7));
    EXPECT_THAT(ids(*model, "(op:Gemm or op:Conv) depthwise"), ElementsAre(2));
    EXPECT_THAT(ids(*model, "not not op:Gemm"), ElementsAre(7));
    EXPECT_THAT(ids(*model, "not(op:Gemm)and #5..7"), ElementsAre(5, 6));
}

TEST(Selector, ReachesThroughSubgraphs) {
    ModelBuilder yes(17), b(17);
    yes.node("Exp", {"a"}, {"inner"}, {}, "body_exp");
    yes.output("inner", ElementType::float32, {4});
    ModelBuilder no(17);
    no.node("Neg", {"a"}, {"inner2"}, {}, "body_neg");
    no.output("inner2", ElementType::float32, {4});
    b.input("x", ElementType::float32, {4});
    b.input("c", ElementType::boolean, {});
    b.node("Abs", {"x"}, {"a"}, {}, "before");
    b.node("Not", {"c"}, {"d"}, {}, "condition");
    b.node("If", {"d"}, {"e"}, {{"then_branch", yes.graph()}, {"else_branch", no.graph()}}, "if");
    b.node("Relu", {"e"}, {"y"}, {}, "after");
    b.output("y", ElementType::float32, {4});
    const ModelPtr model = make_model(b.build());
    const auto names = [&](std::string_view text) {
        std::vector<std::string> result;
        for (int id : ids(*model, text)) result.push_back(model->node(id).name);
        return result;
    };
    EXPECT_THAT(names("up:name:after"), testing::UnorderedElementsAre("before", "condition", "if", "after", "body_exp", "body_neg"));
    EXPECT_THAT(names("up:name:body_exp"), testing::UnorderedElementsAre("before", "condition", "body_exp"));
    EXPECT_THAT(names("down:name:before"), testing::IsSupersetOf({"before", "body_exp", "body_neg", "if", "after"}));
}

struct Wrong {
    const char* text;
    const char* what;
};

TEST(Selector, PointsAtTheColumn) {
    const Wrong wrongs[] = {
        {"", "column 1: the selector is empty"},
        {"opp:Conv", "column 1: unknown key 'opp:'"},
        {"op:Conv and", "column 12: a term is missing at the end"},
        {"op:Conv )", "column 9: there is no ( for this )"},
        {"all and (op:Conv", "column 9: this ( is never closed"},
        {"name:\"abc", "column 6: this \" is never closed"},
        {"op:", "column 4: op: needs a value"},
        {"op:Conv,", "column 9: op: needs a value"},
        {"#x", "column 2: a number was expected"},
        {"#5..2", "column 1: #5..2 runs backwards"},
        {"#3x", "column 3: a node id"},
        {"#99999999999", "column 1: this node id is too large"},
        {"method:int8", "column 8: unknown method 'int8'"},
        {"weight>1XB", "column 9: unknown unit 'XB'"},
        {"weight>big", "column 8: a size was expected"},
        {"macs<-1", "column 6: a count was expected"},
        {"wait>1", "column 1: unknown quantity 'wait'"},
        {"and op:Conv", "column 1: a term is missing before and"},
        {"not", "column 4: a term is missing at the end"},
        {"()", "column 2: a term is missing before this )"},
        {",", "column 1: "},
    };
    for (const Wrong& wrong : wrongs) {
        try {
            (void)Selector::parse(wrong.text);
            ADD_FAILURE() << wrong.text << " was accepted";
        } catch (const SelectorError& error) {
            EXPECT_EQ(error.kind(), ErrorKind::usage);
            EXPECT_EQ(error.at_column().rfind(wrong.what, 0), 0U) << wrong.text << ": " << error.at_column();
            EXPECT_EQ(error.what(), "selector '" + std::string(wrong.text) + "', " + error.at_column());
        }
    }
    try {
        (void)Selector::parse("not name:\"\xff\"");  // a saved recipe could not hold it
        ADD_FAILURE() << "no text was accepted";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::usage);
        EXPECT_THAT(error.what(), HasSubstr("no text (UTF-8)"));
    }
    try {
        (void)Selector::parse("opp:Conv");
    } catch (const Error& error) {
        EXPECT_THAT(error.remedy(), HasSubstr("did you mean op"));
    }
}

TEST(Selector, NeverCrashesOnAnyText) {
    std::mt19937 random(7);
    const std::string alphabet = "op:name#12.()\",<>=\\ andornt*?MBxup";
    for (int round = 0; round < 20000; ++round) {
        std::string text;
        for (std::size_t length = random() % 24; length > 0; --length) text += alphabet[random() % alphabet.size()];
        try {
            (void)Selector::parse(text);
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::usage);
        }
    }
    EXPECT_THROW((void)Selector::parse(std::string(100000, '(')), Error);
    std::string nots;
    for (int i = 0; i < 100000; ++i) nots += "not ";
    EXPECT_THROW((void)Selector::parse(nots + "all"), Error);
}

TEST(Selector, SuggestsWhatIsNear) {
    const ModelPtr model = small_cnn();
    const auto suggestion = [&](std::string_view text) { return Selector::parse(text).suggestion(*model); };
    EXPECT_EQ(suggestion("op:Cnv"), "did you mean op:Conv?");
    EXPECT_THAT(suggestion("op:LSTM"), HasSubstr("ops of this model: Add, Conv"));
    EXPECT_EQ(suggestion("name:fcc"), "did you mean name:\"fc\"?");
    EXPECT_EQ(suggestion("#40"), "the model has nodes #0 to #7");
    EXPECT_THAT(suggestion("op:Conv and name:flaat"), HasSubstr("name:\"flat\""));
    EXPECT_THAT(suggestion("weight>1MB"), HasSubstr("864"));
    EXPECT_EQ(suggestion("op:Conv"), "");
}

TEST(Selector, CompletesTheUnfinishedWord) {
    const ModelPtr model = small_cnn();
    EXPECT_THAT(completions("", *model), Contains("op:"));
    EXPECT_THAT(completions("op:Co", *model), ElementsAre("op:Conv"));
    EXPECT_THAT(completions("not (name:fl", *model), ElementsAre("name:\"flat\""));
    EXPECT_THAT(completions("name:\"fl", *model), ElementsAre("name:\"flat\""));
    EXPECT_THAT(completions("method:int8-s", *model), ElementsAre("method:int8-static"));
    EXPECT_THAT(completions("de", *model), ElementsAre("depthwise"));
    EXPECT_THAT(completions("op:Zzz", *model), IsEmpty());
}

TEST(Selector, IsFastOnTenThousandNodes) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {4});
    std::string last = "x";
    for (int i = 0; i < 10000; ++i) {
        const std::string next = fmt::format("t{}", i);
        b.node(i % 2 ? "Relu" : "Abs", {last}, {next}, {}, fmt::format("/layer.{}/node_{}", i / 10, i));
        last = next;
    }
    b.output(last, ElementType::float32, {4});
    const ModelPtr model = make_model(b.build());
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(ids(*model, "up:#9999 and down:#0 and (name:*node_* or block:layer.12) and not relu").size(), 5000u);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    EXPECT_LT(seconds.count(), 1.0);
    EXPECT_THAT(Selector::parse("name:/layer.3/node_333").suggestion(*model), HasSubstr("did you mean"));
}

TEST(NearNames, PatternsAreMatchedWithEdits) {
    const std::vector<std::string> names = {"/features/features.0/Conv", "/features/features.1/Conv", "/features/features.10/Conv", "/head/Gemm"};
    EXPECT_THAT(near_matches("*features.0x*", names, 1), ElementsAre("/features/features.0/Conv"));
    EXPECT_THAT(near_matches("/features/featurs.1?/Conv", names, 1), ElementsAre("/features/features.10/Conv"));
    EXPECT_THAT(near_matches("/head/Gem", names), ElementsAre("/head/Gemm"));
    EXPECT_THAT(near_matches("*classifier*", names), IsEmpty());
    EXPECT_THAT(near_matches("*", {}), IsEmpty());
}

TEST(NearNames, CountsEdits) {
    EXPECT_EQ(edit_distance("Conv", "conv", 3), 0);
    EXPECT_EQ(edit_distance("Cnov", "Conv", 3), 1);
    EXPECT_EQ(edit_distance("kitten", "sitting", 5), 3);
    EXPECT_EQ(edit_distance("abc", "xyzzy", 2), 3);
    EXPECT_EQ(edit_distance("", "ab", 4), 2);
    EXPECT_THAT(near_names("MatMl", {"MatMul", "Add", "MatMulInteger"}), ElementsAre("MatMul"));
    EXPECT_THAT(near_names("", {"a"}), IsEmpty());
    EXPECT_EQ(did_you_mean({"a", "b", "c"}, "op:"), "did you mean op:a, op:b or op:c?");
}

}  // namespace
}  // namespace vernier
