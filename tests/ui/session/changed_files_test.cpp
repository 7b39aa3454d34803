// SPDX-License-Identifier: GPL-3.0-or-later
// Files that changed on disk since they were opened.
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <chrono>
#include <filesystem>
#include <string>

#include "tests/support/model_builder.h"
#include "tests/ui/small_session.h"
#include "ui/session/queue.h"
#include "ui/session/trials.h"

namespace vernier::ui {
namespace {

using test::SmallSession;
using test::wait_until;

TEST(ChangedFiles, WeightsInAnotherFileThatChangedAreNotMeasuredInSilence) {
    SmallSession small;
    small.folder.write("w.bin", std::string(64, '\0'));
    onnx::TensorProto weight = test::tensor_proto("w", ElementType::float32, "", {4, 4});
    weight.clear_raw_data();
    weight.set_data_location(onnx::TensorProto_DataLocation_EXTERNAL);
    onnx::StringStringEntryProto& entry = *weight.add_external_data();
    entry.set_key("location");
    entry.set_value("w.bin");
    test::ModelBuilder split;
    split.input("x", ElementType::float32, {"N", 4}).initializer(weight).node("MatMul", {"x", "w"}, {"y"}).output("y", ElementType::float32, {"N", 4});
    small.session.open(QString::fromStdString(small.folder.write("split.onnx", split.bytes()).string()));
    ASSERT_TRUE(wait_until([&] { return small.session.document().readingName().isEmpty(); }));
    ASSERT_EQ(small.session.model()->files().size(), 2u);
    const std::string cli = small.folder.write("cli", "#!/bin/sh\necho started >> '" + (small.folder / "words.txt").string() + "'\nexit 70\n").string();
    std::filesystem::permissions(cli, std::filesystem::perms::owner_all);
    qputenv("VERNIER_CLI", cli.c_str());
    small.session.trials().measureBaseline();
    ASSERT_TRUE(wait_until([&] { return !small.session.queue().busy(); }));
    EXPECT_FALSE(small.session.trials().modelChanged());
    std::filesystem::remove(small.folder / "words.txt");
    small.folder.write("w.bin", std::string(64, '\1'));
    std::filesystem::last_write_time(small.folder / "w.bin", std::filesystem::file_time_type::clock::now() + std::chrono::seconds(5));
    small.session.trials().measureBaseline();
    ASSERT_TRUE(wait_until([&] { return !small.session.queue().busy(); }));
    EXPECT_TRUE(small.session.trials().modelChanged());
    EXPECT_FALSE(std::filesystem::exists(small.folder / "words.txt")) << "nothing was started";
    small.session.document().reload();
    ASSERT_TRUE(wait_until([&] { return small.session.document().readingName().isEmpty(); }));
    EXPECT_FALSE(small.session.trials().modelChanged());
    qunsetenv("VERNIER_CLI");
}

}  // namespace
}  // namespace vernier::ui
