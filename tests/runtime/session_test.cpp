// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>
#include <thread>

#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

#include "tests/runtime/runtime_fixture.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"
#include "tests/support/temp_dir.h"

namespace vernier {
namespace {

using test::error_of;
using test::float_tensor;
using test::floats_of;
using test::ModelBuilder;
using testing::ElementsAre;
using testing::HasSubstr;

ModelBuilder add_and_double() {
    ModelBuilder builder;
    builder.input("a", ElementType::float32, {"N", 2}).input("b", ElementType::float32, {"N", 2});
    builder.node("Add", {"a", "b"}, {"sum"}).node("Add", {"sum", "sum"}, {"twice"});
    builder.output("sum", ElementType::float32, {"N", 2}).output("twice", ElementType::float32, {"N", 2});
    return builder;
}

std::map<std::string, Tensor> pair_of_inputs() { return {{"a", float_tensor({1, 2}, {1, 2})}, {"b", float_tensor({10, 20}, {1, 2})}}; }

/// A Loop that multiplies a large matrix for a very long time.
std::string endless_model() {
    ModelBuilder body(17);
    body.input("i", ElementType::int64, {}).input("go_in", ElementType::boolean, {});
    body.input("m", ElementType::float32, {256, 256});
    body.node("Identity", {"go_in"}, {"go_out"}).node("MatMul", {"m", "m"}, {"next"});
    body.output("go_out", ElementType::boolean, {}).output("next", ElementType::float32, {256, 256});
    ModelBuilder builder(17);
    builder.input("x", ElementType::float32, {256, 256});
    builder.initializer("times", std::vector<std::int64_t>{1000000000}, {});
    builder.node("Loop", {"times", "", "x"}, {"y"}, {{"body", body.graph()}});
    builder.output("y", ElementType::float32, {256, 256});
    return builder.bytes();
}

TEST(Session, TellsInputsAndOutputsWithTypes) {
    const auto session = test::open_bytes(add_and_double().bytes());
    ASSERT_EQ(session->inputs().size(), 2U);
    EXPECT_EQ(session->inputs()[0].name, "a");
    EXPECT_EQ(session->inputs()[0].type.element, ElementType::float32);
    ASSERT_EQ(session->inputs()[0].type.dims.size(), 2U);
    EXPECT_EQ(session->inputs()[0].type.dims[0].name, "N");
    EXPECT_EQ(session->inputs()[0].type.dims[1].value, 2);
    EXPECT_EQ(session->outputs()[1].name, "twice");
    EXPECT_GT(session->start_ms(), 0);
}

TEST(Session, RunsAndGivesAllOrTheWantedOutputs) {
    const auto session = test::open_bytes(add_and_double().bytes());
    const auto all = session->run(pair_of_inputs());
    ASSERT_EQ(all.size(), 2U);
    EXPECT_THAT(floats_of(all[0]), ElementsAre(11, 22));
    EXPECT_THAT(floats_of(all[1]), ElementsAre(22, 44));
    EXPECT_THAT(all[1].dims, ElementsAre(1, 2));
    const auto one = session->run(pair_of_inputs(), {"twice"});
    ASSERT_EQ(one.size(), 1U);
    EXPECT_THAT(floats_of(one[0]), ElementsAre(22, 44));
    EXPECT_EQ(error_of([&] { (void)session->run(pair_of_inputs(), {"thrice"}); }).where().tensor, "thrice");
}

TEST(Session, RefusesInputsThatDoNotFitAndNamesThem) {
    const auto session = test::open_bytes(add_and_double().bytes());
    auto inputs = pair_of_inputs();
    inputs.erase("b");
    const Error missing = error_of([&] { (void)session->run(inputs); });
    EXPECT_EQ(missing.kind(), ErrorKind::bad_data);
    EXPECT_EQ(missing.where().tensor, "b");
    inputs["b"] = float_tensor({1, 2, 3}, {1, 3});
    EXPECT_THAT(error_of([&] { (void)session->run(inputs); }).what(), HasSubstr("float32[1,3]"));
    inputs["b"] = float_tensor({1, 2}, {2});
    EXPECT_EQ(error_of([&] { (void)session->run(inputs); }).kind(), ErrorKind::bad_data);
    inputs["b"] = float_tensor({1}, {1, 2});
    EXPECT_EQ(error_of([&] { (void)session->run(inputs); }).kind(), ErrorKind::bad_data) << "too few bytes";
    inputs["b"] = float_tensor({1, 2}, {1, 2});
    inputs["b"].type = ElementType::int32;
    EXPECT_EQ(error_of([&] { (void)session->run(inputs); }).kind(), ErrorKind::bad_data);
}

TEST(Session, RunsAgainAndAgainOnBoundInputs) {
    const auto session = test::open_bytes(add_and_double().bytes());
    {
        const auto inputs = pair_of_inputs();
        session->bind(inputs);
    }
    for (int i = 0; i < 3; ++i) {
        EXPECT_NO_THROW(session->run_bound());
    }
    EXPECT_EQ(error_of([&] { session->bind({}); }).kind(), ErrorKind::bad_data);
}

TEST(Session, GivesTheSameBitsWithSeveralCallersAtOnce) {
    ModelBuilder builder;
    builder.input("x", ElementType::float32, {64, 64}).initializer("w", test::random_floats(64 * 64, 1), {64, 64});
    builder.node("MatMul", {"x", "w"}, {"y"}).output("y", ElementType::float32, {64, 64});
    const auto session = test::open_bytes(builder.bytes());
    const std::map<std::string, Tensor> inputs{{"x", float_tensor(test::random_floats(64 * 64, 2), {64, 64})}};
    const auto expected = session->run(inputs)[0].bytes;
    std::vector<std::thread> threads;
    std::atomic<int> different{0};
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 20; ++i) {
                different += session->run(inputs)[0].bytes != expected ? 1 : 0;
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(different, 0);
}

TEST(Session, StopsWithinAFifthOfASecondWhenAsked) {
    const auto session = test::open_bytes(endless_model());
    std::stop_source stop;
    const std::map<std::string, Tensor> inputs{{"x", float_tensor(std::vector<float>(256 * 256, 0), {256, 256})}};
    std::chrono::steady_clock::time_point asked;
    std::thread caller([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        asked = std::chrono::steady_clock::now();
        stop.request_stop();
    });
    const Error error = error_of([&] { (void)session->run(inputs, {}, stop.get_token()); });
    const auto stopped = std::chrono::steady_clock::now();
    caller.join();
    EXPECT_EQ(error.kind(), ErrorKind::cancelled);
    EXPECT_LT(stopped - asked, std::chrono::milliseconds(200));
}

TEST(Session, SaysCancelledWhenStoppedBeforeTheRun) {
    const auto session = test::open_bytes(add_and_double().bytes());
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(error_of([&] { (void)session->run(pair_of_inputs(), {}, stop.get_token()); }).kind(), ErrorKind::cancelled);
}

TEST(Session, GivesEmptyAndScalarOutputs) {
    ModelBuilder builder;
    builder.input("x", ElementType::float32, {"N", 2});
    builder.node("ReduceSum", {"x"}, {"sum"}, {{"keepdims", 0}}).node("Shape", {"x"}, {"shape"});
    builder.node("Identity", {"x"}, {"same"});
    builder.output("sum", ElementType::float32, {}).output("shape", ElementType::int64, {2});
    builder.output("same", ElementType::float32, {"N", 2});
    const auto session = test::open_bytes(builder.bytes());
    const auto out = session->run({{"x", float_tensor({}, {0, 2})}});
    EXPECT_THAT(floats_of(out[0]), ElementsAre(0));
    EXPECT_TRUE(out[0].dims.empty());
    EXPECT_THAT(out[1].as<std::int64_t>(), ElementsAre(0, 2));
    EXPECT_TRUE(out[2].bytes.empty());
    EXPECT_THAT(out[2].dims, ElementsAre(0, 2));
}

TEST(Session, FilesThatAreMissingOrBrokenAreToldApart) {
    const test::TempDir folder;
    const RuntimePtr runtime = Runtime::load();
    const Error missing = error_of([&] { (void)Session::open(runtime, folder / "none.onnx", {}); });
    EXPECT_EQ(missing.kind(), ErrorKind::not_found);
    const auto broken = folder.write("broken.onnx", "this is not a model");
    const Error bad = error_of([&] { (void)Session::open(runtime, broken, {}); });
    EXPECT_EQ(bad.kind(), ErrorKind::bad_model);
    EXPECT_EQ(bad.where().file, broken.string());
    EXPECT_THAT(bad.what(), testing::Not(HasSubstr("ONNXRuntimeError")));
    const auto good = folder.write("good.onnx", add_and_double().bytes());
    EXPECT_EQ(Session::open(runtime, good, {})->run(pair_of_inputs()).size(), 2U);
}

TEST(Session, RefusesAProviderThatTheLibraryLacks) {
    Target options;
    options.provider = "Abacus";
    const Error error = error_of([&] { (void)test::open_bytes(add_and_double().bytes(), options); });
    EXPECT_EQ(error.kind(), ErrorKind::runtime_missing);
    EXPECT_THAT(error.what(), HasSubstr("CPU"));
}

TEST(Session, FindsExternalDataOfAModelInMemory) {
    const test::TempDir folder;
    const std::vector<float> weights = test::random_floats(512, 3);
    folder.write("w.bin", {reinterpret_cast<const char*>(weights.data()), weights.size() * sizeof(float)});
    ModelBuilder builder;
    builder.input("x", ElementType::float32, {512});
    onnx::TensorProto tensor;
    tensor.set_name("w");
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    tensor.add_dims(512);
    tensor.set_data_location(onnx::TensorProto::EXTERNAL);
    for (const auto& [key, value] : {std::pair{"location", "w.bin"}, std::pair{"offset", "0"}, std::pair{"length", "2048"}}) {
        auto* entry = tensor.add_external_data();
        entry->set_key(key);
        entry->set_value(value);
    }
    builder.initializer(tensor).node("Add", {"x", "w"}, {"y"}).output("y", ElementType::float32, {512});
    const std::string bytes = builder.bytes();
    const auto session = Session::open(Runtime::load(), std::as_bytes(std::span(bytes)), folder.path(), {});
    const auto out = session->run({{"x", float_tensor(std::vector<float>(512, 0), {512})}});
    EXPECT_EQ(floats_of(out[0]), weights);
}

/// Planning buffers compares every result with all that are free, which for axes without a size or a name are all before it:
/// 50,000 of them would take many times what a test may.
TEST(Session, OpensALongChainOfOpenAxesWithoutPlanningItsMemory) {
    constexpr int kNodes = 50000;
    ModelBuilder builder;
    builder.input("t0", ElementType::float32, {"N", 8}).output("t" + std::to_string(kNodes), ElementType::float32, {"N", 8});
    for (auto* list : {builder.proto().mutable_graph()->mutable_input(0), builder.proto().mutable_graph()->mutable_output(0)})
        list->mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim(0)->clear_dim_param();
    for (int i = 0; i < kNodes; ++i) builder.node(i % 2 == 0 ? "Neg" : "Relu", {"t" + std::to_string(i)}, {"t" + std::to_string(i + 1)});
    Target options;
    options.level = GraphLevel::off;
    options.plan_memory = false;
    EXPECT_EQ(test::open_bytes(builder.bytes(), options)->inputs().size(), 1U);
}

TEST(Session, EqualNodeNamesAreMadeUniqueInBodiesToo) {
    ModelBuilder branch(17);
    branch.node("Add", {"a", "a"}, {"t"}, {}, "same").node("Add", {"t", "a"}, {"r"}, {}, "same").output("r", ElementType::float32, {2});
    ModelBuilder builder(17);
    builder.input("a", ElementType::float32, {2}).input("c", ElementType::boolean, {});
    builder.node("If", {"c"}, {"three"}, {{"then_branch", branch.graph()}, {"else_branch", branch.graph()}}, "same");
    builder.node("Add", {"three", "a"}, {"four"}, {}, "same").output("four", ElementType::float32, {2});
    const test::TempDir folder;
    const auto file = folder.write("model.onnx", builder.bytes());
    for (const auto& session : {test::open_bytes(builder.bytes()), Session::open(Runtime::load(), file, {})}) {
        const std::vector<Tensor> outputs = session->run({{"a", float_tensor({1, 2}, {2})}, {"c", Tensor{ElementType::boolean, {}, {std::byte{1}}}}});
        EXPECT_THAT(floats_of(outputs.at(0)), ElementsAre(4, 8));
    }
}

}  // namespace
}  // namespace vernier
