// SPDX-License-Identifier: GPL-3.0-or-later
// Sizes of open axes that samples give.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/model_builder.h"
#include "tests/support/temp_dir.h"
#include "tests/ui/small_session.h"

namespace vernier::ui {
namespace {

using test::wait_until;

/// Two pictures of so many pixels a side, all 0.
std::string npy_pictures(int side) {
    std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, " + std::to_string(side) + ", " + std::to_string(side) + "), }";
    header.resize(117, ' ');
    header += '\n';
    const auto pixels = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
    return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(header.size()) + '\0' + header + std::string(2 * 3 * pixels * sizeof(float), '\0');
}

TEST(Sizes, SizesThatSamplesGiveAreNoGuessAnyMore) {
    const test::TempDir folder;
    test::ModelBuilder b;
    b.input("x", ElementType::float32, {"N", 3, "H", "W"}).initializer("w", std::vector<float>(3, 0.5F), {1, 3, 1, 1});
    b.node("Conv", {"x", "w"}, {"y"}, {}, "conv").output("y", ElementType::float32, {"N", 1, "H", "W"});
    Session session;
    session.open(QString::fromStdString(folder.write("open.onnx", b.bytes()).string()));
    ASSERT_TRUE(wait_until([&] { return session.plan().has_value(); }));
    const auto source = [&] { return session.model()->sizes().at(0).axes.at(2).source; };
    ASSERT_EQ(session.model()->sizes().at(0).axes.at(2).size, 224);
    EXPECT_EQ(source(), SizeSource::assumed);
    // As large as was assumed: the cards showed "?" all the same.
    session.setDataset(QString::fromStdString(folder.write("samples.npy", npy_pictures(224)).string()));
    ASSERT_TRUE(wait_until([&] { return source() == SizeSource::data; })) << session.datasetError().toStdString();
    session.setDataset({});
    EXPECT_TRUE(wait_until([&] { return source() == SizeSource::assumed; }));
}

}  // namespace
}  // namespace vernier::ui
