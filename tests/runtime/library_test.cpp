// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdlib>

#include <gmock/gmock.h>

#include "core/runtime/runtime.h"
#include "tests/runtime/runtime_fixture.h"
#include "tests/support/paths.h"
#include "tests/support/temp_dir.h"

namespace vernier {
namespace {

using test::error_of;
using testing::HasSubstr;

TEST(Library, TellsItsVersionPathAndProviders) {
    const RuntimePtr runtime = Runtime::load();
    EXPECT_THAT(runtime->version(), testing::StartsWith("1."));
    EXPECT_TRUE(std::filesystem::exists(runtime->path())) << runtime->path();
    EXPECT_THAT(runtime->providers(), testing::Contains("CPU"));
}

TEST(Library, APathThatWasAskedForMustWork) {
    const Error missing = error_of([] { (void)Runtime::load("/nowhere/libonnxruntime.so.1"); });
    EXPECT_EQ(missing.kind(), ErrorKind::runtime_missing);
    EXPECT_THAT(missing.what(), HasSubstr("(/nowhere/libonnxruntime.so.1: cannot open")) << "the path is said once";
    EXPECT_THAT(missing.remedy(), HasSubstr("--ort"));
}

TEST(Library, AFileThatIsNoLibraryIsRefused) {
    const test::TempDir folder;
    const auto file = folder.write("libonnxruntime.so.1", "not a library");
    EXPECT_EQ(error_of([&] { (void)Runtime::load(file); }).kind(), ErrorKind::runtime_missing);
}

TEST(Library, ALibraryThatIsNotOnnxRuntimeIsRefused) {
    const Error other = error_of([] { (void)Runtime::load("libz.so.1"); });
    EXPECT_EQ(other.kind(), ErrorKind::runtime_missing);
    EXPECT_THAT(other.what(), HasSubstr("OrtGetApiBase"));
}

TEST(Library, AFolderStandsForTheLibraryInIt) {
    const std::filesystem::path folder = std::filesystem::path(test::prefix_dir()) / "lib";
    EXPECT_EQ(Runtime::load(folder)->version(), Runtime::load(folder / "libonnxruntime.so.1")->version());
}

TEST(Library, ANameWithoutAFolderMayBeAFileHere) {
    const std::filesystem::path before = std::filesystem::current_path();
    std::filesystem::current_path(std::filesystem::path(test::prefix_dir()) / "lib");
    const std::filesystem::path found = Runtime::load("libonnxruntime.so.1")->path();
    std::filesystem::current_path(before);
    EXPECT_TRUE(found.is_absolute()) << found;
}

TEST(Library, TheEnvironmentIsAskedAndMustWork) {
    const char* before = std::getenv("VERNIER_ORT");
    const std::string saved = before != nullptr ? before : "";
    setenv("VERNIER_ORT", "/nowhere/else.so", 1);
    const Error error = error_of([] { (void)Runtime::load(); });
    EXPECT_EQ(error.kind(), ErrorKind::runtime_missing);
    EXPECT_THAT(error.what(), HasSubstr("/nowhere/else.so"));
    unsetenv("VERNIER_ORT");
    EXPECT_NO_THROW((void)Runtime::load()) << "the build's private prefix is found without help";
    if (before != nullptr) {
        setenv("VERNIER_ORT", saved.c_str(), 1);
    }
}

TEST(TargetJson, ComesBackAsItWas) {
    Target target;
    target.threads = 2;
    target.level = GraphLevel::extended;
    target.config["session.intra_op.allow_spinning"] = "0";
    EXPECT_EQ(target_from_json(to_json(target)), target);
    target.provider = "OpenVINO";
    target.provider_options["device_type"] = "CPU";
    target.library = {"1.31.1", "/opt/lib/libonnxruntime.so.1"};
    EXPECT_EQ(target_from_json(to_json(target)), target);
    EXPECT_NE(target_from_json(to_json(target)), target.on_threads(1));
    EXPECT_NE(target.at(GraphLevel::off), target);
}

TEST(TargetJson, SaysOnlyWhatIsKnown) {
    EXPECT_EQ(to_json(Target{}).dump(), R"({"threads":1,"level":"all","provider":"CPU","config":{}})");
    Target ran;
    ran.library = {"1.31.1", "/opt/lib/libonnxruntime.so.1"};
    EXPECT_EQ(to_json(ran).dump(), R"({"version":"1.31.1","threads":1,"level":"all","provider":"CPU","config":{},"path":"/opt/lib/libonnxruntime.so.1"})");
}

TEST(TargetJson, RefusesWhatItDoesNotKnow) {
    EXPECT_EQ(error_of([] { (void)target_from_json({{"level", "super"}}); }).kind(), ErrorKind::bad_data);
    EXPECT_EQ(error_of([] { (void)target_from_json({{"threads", "two"}}); }).kind(), ErrorKind::bad_data);
    EXPECT_EQ(error_of([] { (void)target_from_json({{"provider_options", 3}}); }).kind(), ErrorKind::bad_data);
}

}  // namespace
}  // namespace vernier
