// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/provider.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>

#include "tests/runtime/runtime_fixture.h"
#include "tests/support/model_builder.h"
#include "tests/support/temp_dir.h"

namespace vernier {
namespace {

using test::error_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

TEST(WithProvider, TakesNameAndOptions) {
    Target target;
    target.threads = 3;
    const Target plain = with_provider(target, "OpenVINO");
    EXPECT_EQ(plain.provider, "OpenVINO");
    EXPECT_EQ(plain.threads, 3) << "all else is kept";
    const Target chosen = with_provider(plain, R"(openvino:device_type=CPU,load_config={"CPU":{"A":1,"B":2}},last=)");
    EXPECT_THAT(chosen.provider_options, ElementsAre(Pair("device_type", "CPU"), Pair("last", ""), Pair("load_config", R"({"CPU":{"A":1,"B":2}})")));
    EXPECT_EQ(provider_text(with_provider({}, "x:b=2,a=1")), "x (a=1, b=2)");
    EXPECT_TRUE(is_on_cpu(with_provider(chosen, "cpu")));
    EXPECT_EQ(with_provider(chosen, "CPUExecutionProvider"), with_provider(target, "cpu"));
}

TEST(WithProvider, RefusesWhatIsNoProvider) {
    for (const char* text : {"", ":a=1", "x:a", "x:=1", "x:", "x:a=1,a=2", "cpu:a=1"}) {
        const Error error = error_of([&] { (void)with_provider({}, text); });
        EXPECT_EQ(error.kind(), ErrorKind::usage) << text;
        EXPECT_THAT(error.line(), HasSubstr("openvino:device_type=CPU")) << text;
    }
}

TEST(CheckedTarget, SpellsTheProviderAsTheLibraryDoes) {
    const RuntimePtr runtime = Runtime::load();
    EXPECT_EQ(checked_target(runtime, with_provider({}, "cPu")), Target{});
    for (const std::string& name : runtime->providers()) {
        std::string lower = name;
        std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
        try {
            EXPECT_EQ(checked_target(runtime, with_provider({}, lower)).provider, name);
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::runtime_missing) << "a device may be missing: " << error.what();
        }
    }
}

TEST(CheckedTarget, NamesWhatTheLibraryHasInstead) {
    const RuntimePtr runtime = Runtime::load();
    const Error error = error_of([&] { (void)checked_target(runtime, with_provider({}, "abacus")); });
    EXPECT_EQ(error.kind(), ErrorKind::runtime_missing);
    EXPECT_THAT(error.what(), HasSubstr("no provider \"abacus\": it has "));
    for (const std::string& name : runtime->providers()) EXPECT_THAT(error.what(), HasSubstr(name));
    EXPECT_EQ(error.where().file, runtime->path().string());
    EXPECT_THAT(error.remedy(), HasSubstr("--ort"));
}

TEST(CheckedTarget, SaysWhyAPlugInCannotBeLoaded) {
    const test::TempDir folder;
    const RuntimePtr runtime = Runtime::load();
    Target target = with_provider({}, "abacus");
    target.provider_options[kPlugInOption] = (folder / "none.so").string();
    EXPECT_EQ(error_of([&] { (void)checked_target(runtime, target); }).kind(), ErrorKind::not_found);
    target.provider_options[kPlugInOption] = folder.write("text.so", "this is no library").string();
    const Error error = error_of([&] { (void)checked_target(runtime, target); });
    EXPECT_EQ(error.kind(), ErrorKind::runtime_missing);
    EXPECT_THAT(error.what(), HasSubstr("cannot be loaded"));
    EXPECT_EQ(error.where().file, target.provider_options.at(kPlugInOption));
    target.provider_options[kPlugInOption] = runtime->path().string();  // a library, but none of a provider
    EXPECT_EQ(error_of([&] { (void)checked_target(runtime, target); }).kind(), ErrorKind::runtime_missing);
}

TEST(Provider, NothingIsObservedElsewhere) {
    // An observed session is one of the CPU's, whatever else is asked for.
    test::ModelBuilder b;
    b.input("x", ElementType::float32, {2}).node("Relu", {"x"}, {"y"}).output("y", ElementType::float32, {2});
    Target target;
    target.provider = "Abacus";
    std::vector<float> seen;
    const Observer observer = [&](std::span<const float> values, std::span<const std::int64_t>) { seen.assign(values.begin(), values.end()); };
    const auto session = Session::open_observed(Runtime::load(), std::make_shared<const onnx::ModelProto>(b.build()), {}, target, {{"y", observer}});
    (void)session->run({{"x", test::float_tensor({-1, 3}, {2})}});
    EXPECT_THAT(seen, ElementsAre(0, 3));
}

/// A build of ONNX Runtime with OpenVINO, as the Python wheel onnxruntime-openvino holds one. Tests that need it are skipped without.
RuntimePtr openvino() {
    const char* path = std::getenv("VERNIER_OPENVINO_ORT");
    return path == nullptr || *path == '\0' ? nullptr : Runtime::load(path);
}

TEST(OpenVino, RunsAModelAndSaysWhatItRan) {
    const RuntimePtr runtime = openvino();
    if (runtime == nullptr) GTEST_SKIP() << "set VERNIER_OPENVINO_ORT to a library with OpenVINO";
    const Target target = checked_target(runtime, with_provider({}, "openvino:device_type=CPU"));
    EXPECT_EQ(target.provider, "OpenVINO");
    test::ModelBuilder b;
    b.input("x", ElementType::float32, {1, 4}).initializer("w", std::vector<float>{1, 2, 3, 4}, {4, 1});
    b.node("MatMul", {"x", "w"}, {"m"}).node("Relu", {"m"}, {"y"}).output("y", ElementType::float32, {1, 1});
    const test::TempDir folder;
    const auto file = folder.write("m.onnx", b.bytes());
    const std::map<std::string, Tensor> inputs = {{"x", test::float_tensor({1, 1, 1, -1}, {1, 4})}};
    EXPECT_THAT(test::floats_of(Session::open(runtime, file, target)->run(inputs).at(0)), ElementsAre(2));
    const auto events = profile(runtime, file, target, inputs, 2);
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].provider, "OpenVINOExecutionProvider");
    const Error error = error_of([&] { (void)optimized_model(runtime, b.build(), {}, target); });
    EXPECT_THAT(error.what(), HasSubstr("compiles nodes into parts"));
}

TEST(OpenVino, ADeviceThatIsNotThereIsSaid) {
    const RuntimePtr runtime = openvino();
    if (runtime == nullptr) GTEST_SKIP() << "set VERNIER_OPENVINO_ORT to a library with OpenVINO";
    for (const char* text : {"openvino:device_type=NPU", "openvino:nonsense=1"}) {
        const Error error = error_of([&] { (void)checked_target(runtime, with_provider({}, text)); });
        EXPECT_EQ(error.kind(), ErrorKind::runtime_missing) << text;
        EXPECT_THAT(error.what(), HasSubstr("the provider OpenVINO cannot be used: ")) << text;
        EXPECT_THAT(error.remedy(), HasSubstr("Nothing was run on the CPU instead")) << text;
    }
}

}  // namespace
}  // namespace vernier
