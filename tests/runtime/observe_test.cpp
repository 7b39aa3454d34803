// SPDX-License-Identifier: GPL-3.0-or-later
#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

#include "tests/runtime/runtime_fixture.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using test::error_of;
using test::float_tensor;
using test::floats_of;
using test::ModelBuilder;
using testing::ElementsAre;

/// Keeps what it saw last.
struct Seen {
    std::vector<float> values;
    std::vector<std::int64_t> dims;
    int calls = 0;
    Observer observer() {
        return [this](std::span<const float> v, std::span<const std::int64_t> d) {
            values.assign(v.begin(), v.end());
            dims.assign(d.begin(), d.end());
            ++calls;
        };
    }
};

std::shared_ptr<const onnx::ModelProto> kept(onnx::ModelProto model) { return std::make_shared<const onnx::ModelProto>(std::move(model)); }

/// x -> Relu -> r -> Neg -> n (output), r is read inside an If body too, and an output itself.
ModelBuilder branching() {
    ModelBuilder then_body;
    then_body.node("Add", {"r", "x"}, {"t"}).output("t", ElementType::float32, {4});
    ModelBuilder else_body;
    else_body.node("Identity", {"r"}, {"e"}).output("e", ElementType::float32, {4});
    ModelBuilder builder;
    builder.input("x", ElementType::float32, {4}).input("choose", ElementType::boolean, {});
    builder.node("Relu", {"x"}, {"r"}, {}, "relu").node("Neg", {"r"}, {"n"});
    builder.node("If", {"choose"}, {"i"}, {{"then_branch", then_body.graph()}, {"else_branch", else_body.graph()}});
    builder.output("n", ElementType::float32, {4}).output("r", ElementType::float32, {4});
    builder.output("i", ElementType::float32, {4});
    return builder;
}

std::map<std::string, Tensor> branching_inputs() {
    Tensor choose;
    choose.type = ElementType::boolean;
    choose.bytes = {std::byte{1}};
    return {{"x", float_tensor({-1, 2, -3, 4}, {4})}, {"choose", choose}};
}

TEST(Observe, SeesInputsInnerTensorsAndOutputsAndChangesNothing) {
    Seen x;
    Seen r;
    Seen n;
    const auto model = branching().build();
    const auto session = Session::open_observed(Runtime::load(), kept(model), {}, {}, {{"x", x.observer()}, {"r", r.observer()}, {"n", n.observer()}});
    const auto out = session->run(branching_inputs());
    EXPECT_THAT(x.values, ElementsAre(-1, 2, -3, 4));
    EXPECT_THAT(r.values, ElementsAre(0, 2, 0, 4));
    EXPECT_THAT(n.values, ElementsAre(0, -2, 0, -4));
    EXPECT_THAT(n.dims, ElementsAre(4));
    EXPECT_EQ(x.calls + r.calls + n.calls, 3);
    ASSERT_EQ(out.size(), 3U);
    EXPECT_EQ(session->outputs()[1].name, "r");
    EXPECT_THAT(floats_of(out[0]), ElementsAre(0, -2, 0, -4));
    EXPECT_THAT(floats_of(out[1]), ElementsAre(0, 2, 0, 4));
    EXPECT_THAT(floats_of(out[2]), ElementsAre(-1, 4, -3, 8)) << "the If body reads the same values";
}

TEST(Observe, SeesTensorsOfTheBranchThatRuns) {
    Seen t;
    Seen e;
    const auto session = Session::open_observed(Runtime::load(), kept(branching().build()), {}, {}, {{"t", t.observer()}, {"e", e.observer()}});
    EXPECT_THAT(floats_of(session->run(branching_inputs())[2]), ElementsAre(-1, 4, -3, 8));
    EXPECT_THAT(t.values, ElementsAre(-1, 4, -3, 8));
    EXPECT_EQ(t.calls, 1);
    EXPECT_EQ(e.calls, 0) << "the other branch did not run";
}

/// x [1,8] reshaped as `to` says, an observer behind it, and a node that refuses a scalar.
ModelBuilder behind_a_reshape(const std::string& op, const test::Names& weights, const test::Attrs& attributes = {}) {
    ModelBuilder builder;
    builder.input("x", ElementType::float32, {"N", 48}).input("to", ElementType::int64, {"R"});
    builder.initializer("kernel", test::random_floats(4 * 3 * 9, 1), {4, 3, 3, 3}).initializer("matrix", test::random_floats(40, 2), {8, 5});
    builder.initializer("w", test::random_floats(16 * 8, 3), {1, 16, 8}).initializer("r", test::random_floats(64, 4), {1, 16, 4});
    builder.node("Reshape", {"x", "to"}, {"v"});
    test::Names inputs = {"v"};
    inputs.insert(inputs.end(), weights.begin(), weights.end());
    builder.node(op, inputs, {"y"}, attributes);
    auto& output = *builder.output("y", ElementType::float32, {}).proto().mutable_graph()->mutable_output(0);
    output.mutable_type()->mutable_tensor_type()->clear_shape();
    return builder;
}

TEST(Observe, AnUnknownRankStaysUnknown) {
    struct Case {
        std::string op;
        test::Names weights;
        test::Attrs attributes;
        std::vector<std::int64_t> to;
    };
    const std::vector<Case> cases = {{"Conv", {"kernel"}, {{"pads", {1, 1, 1, 1}}}, {1, 3, 4, 4}},
                                     {"MatMul", {"matrix"}, {}, {2, 3, 8}},
                                     {"Gemm", {"matrix"}, {}, {6, 8}},
                                     {"LSTM", {"w", "r"}, {{"hidden_size", 4}}, {6, 1, 8}},
                                     {"ReduceMean", {}, {{"axes", {-1}}}, {6, 8}}};
    for (const Case& one : cases) {
        Seen v;
        Seen y;
        const auto model = kept(behind_a_reshape(one.op, one.weights, one.attributes).build());
        const auto session = Session::open_observed(Runtime::load(), model, {}, {}, {{"v", v.observer()}, {"y", y.observer()}});
        Tensor to{ElementType::int64, {static_cast<std::int64_t>(one.to.size())}, {}};
        const auto bytes = std::as_bytes(std::span(one.to));
        to.bytes.assign(bytes.begin(), bytes.end());
        const auto out = session->run({{"x", float_tensor(test::random_floats(48, 5), {1, 48})}, {"to", to}});
        EXPECT_EQ(v.dims, one.to) << one.op;
        EXPECT_EQ(y.values, floats_of(out.at(0))) << one.op;
        EXPECT_FALSE(y.values.empty()) << one.op;
    }
}

TEST(Observe, DeclaredShapesThatTheNodesContradictDoNotCount) {
    ModelBuilder builder;
    builder.input("x", ElementType::float32, {2, 8}).initializer("w", test::random_floats(32, 1), {8, 4});
    builder.node("Relu", {"x"}, {"r"}).node("MatMul", {"r", "w"}, {"y"}).output("y", ElementType::float32, {7, 9});
    builder.value_info("r", ElementType::float32, {2, 5});
    Seen r;
    const auto session = Session::open_observed(Runtime::load(), kept(builder.build()), {}, {}, {{"r", r.observer()}});
    const auto out = session->run({{"x", float_tensor(test::random_floats(16, 5), {2, 8})}});
    EXPECT_THAT(r.dims, ElementsAre(2, 8));
    EXPECT_THAT(out.at(0).dims, ElementsAre(2, 4));
}

TEST(Observe, WithoutObserversTheModelRunsAsItIs) {
    const auto session = Session::open_observed(Runtime::load(), kept(branching().build()), {}, {}, {});
    EXPECT_THAT(floats_of(session->run(branching_inputs())[0]), ElementsAre(0, -2, 0, -4));
}

TEST(Observe, ConvolutionChainGivesTheSameOutputBitsAndLeavesTheInputAlone) {
    ModelBuilder builder;
    builder.input("x", ElementType::float32, {1, 3, 16, 16});
    builder.initializer("w", test::random_floats(16 * 3 * 9, 1), {16, 3, 3, 3}).initializer("b", test::random_floats(16, 2), {16});
    builder.initializer("v", test::random_floats(16 * 16, 3), {16, 16, 1, 1});
    builder.node("Conv", {"x", "w", "b"}, {"c"}, {{"pads", {1, 1, 1, 1}}}).node("Relu", {"c"}, {"r"});
    builder.node("Conv", {"r", "v"}, {"d"}).node("Sigmoid", {"d"}, {"y"});
    builder.output("y", ElementType::float32, {1, 16, 16, 16});
    const std::map<std::string, Tensor> inputs{{"x", float_tensor(test::random_floats(3 * 256, 4), {1, 3, 16, 16})}};
    const auto before = inputs.at("x").bytes;
    Seen r;
    Seen d;
    Seen x;
    const auto observed =
        Session::open_observed(Runtime::load(), kept(builder.build()), {}, {}, {{"r", r.observer()}, {"d", d.observer()}, {"x", x.observer()}});
    const auto plain = test::open_bytes(builder.bytes());
    EXPECT_EQ(floats_of(observed->run(inputs)[0]), floats_of(plain->run(inputs)[0]));
    EXPECT_EQ(inputs.at("x").bytes, before);
    EXPECT_EQ(floats_of(inputs.at("x")), x.values);
    EXPECT_THAT(r.dims, ElementsAre(1, 16, 16, 16));
    EXPECT_GE(*std::min_element(r.values.begin(), r.values.end()), 0.0F);
    EXPECT_LT(*std::min_element(d.values.begin(), d.values.end()), 0.0F);
}

TEST(Observe, SeveralCallersAtOnceAreAllSeen) {
    std::atomic<int> calls{0};
    const Observer observer = [&](std::span<const float>, std::span<const std::int64_t>) { ++calls; };
    const auto session = Session::open_observed(Runtime::load(), kept(branching().build()), {}, {}, {{"r", observer}});
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 25; ++i) {
                (void)session->run(branching_inputs());
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(calls, 100);
}

TEST(Observe, AnObserversErrorReachesTheCallerOfRun) {
    const Observer refuse = [](std::span<const float>, std::span<const std::int64_t>) { throw Error(ErrorKind::bad_data, "a value that cannot be"); };
    const auto session = Session::open_observed(Runtime::load(), kept(branching().build()), {}, {}, {{"r", refuse}});
    for (int i = 0; i < 2; ++i) {
        const Error error = error_of([&] { (void)session->run(branching_inputs()); });
        EXPECT_EQ(error.kind(), ErrorKind::bad_data);
        EXPECT_STREQ(error.what(), "a value that cannot be");
    }
}

TEST(Observe, ATensorThatIsNotThereIsAnErrorThatNamesIt) {
    Seen none;
    const Error error = error_of([&] { (void)Session::open_observed(Runtime::load(), kept(branching().build()), {}, {}, {{"absent", none.observer()}}); });
    EXPECT_EQ(error.where().tensor, "absent");
}

TEST(Observe, NamesThatAreTakenAreAvoided) {
    ModelBuilder builder;
    builder.input("x", ElementType::float32, {2});
    builder.node("Neg", {"x"}, {"a"}).node("Neg", {"a"}, {"a/observed"}).node("Neg", {"a/observed"}, {"y"});
    builder.output("y", ElementType::float32, {2});
    Seen a;
    const auto session = Session::open_observed(Runtime::load(), kept(builder.build()), {}, {}, {{"a", a.observer()}});
    EXPECT_THAT(floats_of(session->run({{"x", float_tensor({1, -2}, {2})}})[0]), ElementsAre(-1, 2));
    EXPECT_THAT(a.values, ElementsAre(-1, 2));
}

TEST(Observe, AxesWithoutSizeOrNameStayApart) {
    // NonZero gives axes that nobody can name; each observed tensor must keep its own length.
    ModelBuilder builder;
    builder.input("x", ElementType::float32, {8}).input("y", ElementType::float32, {8});
    builder.initializer("begin", std::vector<std::int64_t>{1}, {1}).initializer("end", std::vector<std::int64_t>{100}, {1});
    builder.initializer("axis", std::vector<std::int64_t>{1}, {1});
    for (const std::string name : {"x", "y"}) {
        builder.node("NonZero", {name}, {name + "_n"}).node("Cast", {name + "_n"}, {name + "_f"}, {{"to", 1}});
        builder.node("Neg", {name + "_f"}, {name + "_m"});
        builder.node("Slice", {name + "_m", "begin", "end", "axis"}, {name + "_out"});
        builder.output(name + "_out", ElementType::float32, {1, (name + "_k").c_str()});
    }
    Seen x;
    Seen y;
    const auto session = Session::open_observed(Runtime::load(), kept(builder.build()), {}, {},
                                                {{"x_f", x.observer()}, {"x_m", x.observer()}, {"y_f", y.observer()}, {"y_m", y.observer()}});
    const auto out = session->run({{"x", float_tensor({1, 0, 0, 0, 0, 0, 1, 0}, {8})}, {"y", float_tensor({0, 1, 1, 1, 1, 1, 1, 1}, {8})}});
    EXPECT_THAT(floats_of(out[0]), ElementsAre(-6));
    EXPECT_THAT(floats_of(out[1]), ElementsAre(-2, -3, -4, -5, -6, -7));
    EXPECT_THAT(x.values, ElementsAre(0, -6));
    EXPECT_THAT(y.values, ElementsAre(-1, -2, -3, -4, -5, -6, -7));
}

}  // namespace
}  // namespace vernier
