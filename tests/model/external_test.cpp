// SPDX-License-Identifier: GPL-3.0-or-later
// Tensors in other files: mapped from the model's folder, and from nowhere else.
#include <gtest/gtest.h>

#include "core/model/changed.h"
#include "core/model/weights.h"
#include "tests/model/expect.h"
#include "tests/support/temp_dir.h"

namespace vernier {
namespace {

using test::TempDir;
using testing::HasSubstr;

using Entries = std::vector<std::pair<std::string, std::string>>;

std::string model_with(const Entries& entries) {
    onnx::ModelProto proto = test::small_model().build();
    onnx::TensorProto& tensor = *proto.mutable_graph()->mutable_initializer(0);
    tensor.clear_raw_data();
    tensor.set_data_location(onnx::TensorProto_DataLocation_EXTERNAL);
    for (const auto& [key, value] : entries) {
        onnx::StringStringEntryProto& entry = *tensor.add_external_data();
        entry.set_key(key);
        entry.set_value(value);
    }
    return proto.SerializeAsString();
}

std::string data_bytes(std::size_t skip) {
    std::string bytes(skip, '\x7f');
    for (int i = 0; i < 32; ++i) {
        const float value = static_cast<float>(i);
        bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    return bytes;
}

void expect_refused(const TempDir& folder, const Entries& entries, const std::string& text) {
    const auto path = folder.write("m.onnx", model_with(entries));
    try {
        (void)open_model(path);
        ADD_FAILURE() << "was opened; expected: " << text;
    } catch (const Error& error) {
        EXPECT_EQ(exit_code(error.kind()), 65);
        EXPECT_THAT(error.line(), HasSubstr(text));
        EXPECT_EQ(error.where().tensor, "w");
        EXPECT_EQ(error.where().file, path.string());
    }
}

/// An exporter that runs again writes over the data file of a model that is open here.
TEST(External, DataThatIsCutWhileTheModelIsOpenIsTold) {
    const TempDir folder;
    const auto data = folder.write("w.bin", data_bytes(0));
    const ModelPtr model = open_model(folder.write("m.onnx", model_with({{"location", "w.bin"}})));
    EXPECT_NO_THROW(check_unchanged(*model));
    std::filesystem::resize_file(data, 0);
    EXPECT_EQ(to_floats(model->initializers().at(0)).at(31), 0.0F);
    try {
        check_unchanged(*model);
        ADD_FAILURE() << "not noticed";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::bad_model);
        EXPECT_EQ(std::filesystem::path(error.where().file).filename(), "w.bin");
    }
}

TEST(External, DataIsMappedAtItsOffset) {
    const TempDir folder;
    folder.write("sub/w.bin", data_bytes(64));
    const auto path = folder.write("m.onnx", model_with({{"location", "sub/w.bin"}, {"offset", "64"}, {"length", "128"}}));
    const ModelPtr model = open_model(path);
    const Initializer& tensor = model->initializers().at(0);
    EXPECT_TRUE(tensor.external);
    EXPECT_EQ(to_floats(tensor).at(31), 31.0F);
    EXPECT_EQ(model->size_bytes(), std::filesystem::file_size(path) + 192);
    EXPECT_EQ(model->value(model->find_value("m")).type.text(), "float32[N,4]");
}

TEST(External, AnInlinedCopyStandsAlone) {
    const TempDir folder;
    folder.write("w.bin", data_bytes(0));
    const ModelPtr model = open_model(folder.write("m.onnx", model_with({{"location", "w.bin"}})));
    const TempDir elsewhere;
    save_model(inlined_proto(*model), elsewhere / "copy.onnx");
    const ModelPtr copy = open_model(elsewhere / "copy.onnx");
    EXPECT_FALSE(copy->initializers().at(0).external);
    EXPECT_EQ(to_floats(copy->initializers()[0]), to_floats(model->initializers()[0]));
}

TEST(External, MissingShortAndOddReferencesAreNamed) {
    const TempDir folder;
    folder.write("w.bin", data_bytes(0).substr(0, 64));
    expect_refused(folder, {{"location", "not_there.bin"}}, "'not_there.bin' is missing");
    expect_refused(folder, {{"location", "w.bin"}}, "ends at byte 128 of 'w.bin', which has 64");
    expect_refused(folder, {{"location", "w.bin"}, {"length", "64"}}, "need 128");
    expect_refused(folder, {{"location", "w.bin"}, {"offset", "18446744073709551615"}}, "which has 64");
    expect_refused(folder, {{"location", "w.bin"}, {"offset", "-64"}}, "not a size");
    expect_refused(folder, {{"location", "w.bin"}, {"offset", "12abc"}}, "not a size");
    expect_refused(folder, {}, "names no file");
    expect_refused(folder, {{"location", "."}}, "not a regular file");
}

TEST(External, NothingOutsideTheFolderIsRead) {
    const TempDir outside;
    outside.write("secret.bin", data_bytes(0));
    const TempDir folder;
    const std::string secret = (outside / "secret.bin").string();
    expect_refused(folder, {{"location", secret}}, "outside");
    expect_refused(folder, {{"location", "../" + outside.path().filename().string() + "/secret.bin"}}, "outside");
    expect_refused(folder, {{"location", "a/../../x.bin"}}, "outside");
    expect_refused(folder, {{"location", "/dev/zero"}}, "outside");
    expect_refused(folder, {{"location", std::string("w.bin\0x", 7)}}, "outside");
    std::filesystem::create_symlink(secret, folder / "link.bin");
    expect_refused(folder, {{"location", "link.bin"}}, "outside");
    std::filesystem::create_directory_symlink(outside.path(), folder / "dir");
    expect_refused(folder, {{"location", "dir/secret.bin"}}, "outside");
}

TEST(External, AFolderWhoseNameOnlyBeginsAlikeIsOutside) {
    const TempDir base;
    base.write("model_other/w.bin", data_bytes(0));
    base.write("model/m.onnx", model_with({{"location", "link.bin"}}));
    std::filesystem::create_symlink(base / "model_other/w.bin", base / "model/link.bin");
    EXPECT_THROW((void)open_model(base / "model/m.onnx"), Error);
}

TEST(External, ALinkThatStaysInsideIsFollowed) {
    const TempDir folder;
    folder.write("w.bin", data_bytes(0));
    std::filesystem::create_symlink("w.bin", folder / "link.bin");
    EXPECT_EQ(open_model(folder.write("m.onnx", model_with({{"location", "link.bin"}})))->initializers().size(), 1U);
}

}  // namespace
}  // namespace vernier
