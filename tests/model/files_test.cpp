// SPDX-License-Identifier: GPL-3.0-or-later
// The shared sets of real, unusual and broken files. Skipped where they, or what makes them, are absent.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "core/model/damage.h"
#include "tests/model/expect.h"
#include "tests/support/paths.h"
#include "tests/support/temp_dir.h"

namespace vernier {
namespace {

namespace fs = std::filesystem;
using test::TempDir;

const fs::path kShared = test::shared_data();

/// A Python that can import onnx and numpy: VERNIER_TEST_PYTHON, else python3; empty when there is none.
std::string python() {
    const char* chosen = std::getenv("VERNIER_TEST_PYTHON");
    const std::string program = chosen != nullptr ? chosen : "python3";
    return std::system(fmt::format("'{}' -c 'import onnx, numpy' >/dev/null 2>&1", program).c_str()) == 0 ? program : "";
}

struct Row {
    std::string file;
    std::string expected;
};

std::vector<Row> read_index(const fs::path& folder) {
    std::ifstream stream(folder / "INDEX.tsv");
    std::string line;
    std::getline(stream, line);
    std::vector<Row> rows;
    while (std::getline(stream, line)) {
        std::istringstream fields(line);
        Row row;
        std::string what;
        std::getline(fields, row.file, '\t');
        std::getline(fields, what, '\t');
        std::getline(fields, row.expected, '\t');
        rows.push_back(row);
    }
    return rows;
}

/// Makes one of the sets; false (and the test is skipped) when that is not possible here.
bool make_set(const char* script, const fs::path& folder) {
    const std::string program = python();
    if (program.empty() || !fs::exists(kShared / script)) return false;
    return std::system(fmt::format("'{}' '{}' '{}' >/dev/null 2>&1", program, (kShared / script).string(), folder.string()).c_str()) == 0;
}

constexpr const char* kSkipped = "needs the shared data and a Python with onnx and numpy (VERNIER_TEST_PYTHON)";

TEST(Files, EveryUnusualFileOpens) {
    const TempDir folder;
    if (!make_set("variety/make_variety.py", folder.path())) GTEST_SKIP() << kSkipped;
    const std::vector<Row> rows = read_index(folder.path());
    EXPECT_EQ(rows.size(), 57U);
    for (const Row& row : rows) {
        SCOPED_TRACE(row.file);
        try {
            EXPECT_FALSE(open_model(folder / row.file)->outputs().empty());
        } catch (const Error& error) {
            ADD_FAILURE() << error.line();
        }
    }
}

/// What the set's index says: a file to refuse is refused, one with something to find opens and says it.
void expect_look(const Row& row, const fs::path& path) {
    try {
        const ModelPtr model = open_to_look(path);
        EXPECT_NE(row.expected, "refuse");
        EXPECT_TRUE(!damage_of(*model) || !model->findings().empty());
    } catch (const Error& error) {
        EXPECT_NE(row.expected, "finding") << error.line();
    }
}

/// Opened here without a word; only the runtime's own type checks refuse them.
const std::set<std::string> kLeftToTheRuntime = {"conv_weight_rank.onnx", "declared_type_wrong.onnx", "qdq_type_mismatch.onnx", "shape_mismatch.onnx",
                                                 "type_mismatch.onnx"};

TEST(Files, EveryBrokenFileIsRefusedOrFoundOddAtOnce) {
    const TempDir folder;
    if (!make_set("broken/make_broken.py", folder.path())) GTEST_SKIP() << kSkipped;
    const std::vector<Row> rows = read_index(folder.path());
    EXPECT_EQ(rows.size(), 90U);
    for (const Row& row : rows) {
        SCOPED_TRACE(row.file);
        const auto start = std::chrono::steady_clock::now();
        expect_look(row, folder / row.file);
        try {
            const ModelPtr model = open_model(folder / row.file);
            EXPECT_NE(row.expected, "refuse");
            const bool lucky = row.file.starts_with("bitflip_") || kLeftToTheRuntime.contains(row.file);
            EXPECT_TRUE(lucky || !model->findings().empty());
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::bad_model) << error.line();
            EXPECT_EQ(error.line().find('\n'), std::string::npos);
        }
        EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(3));
    }
}

TEST(Files, EveryRealFileOpensWithTheNodesItHas) {
    if (!fs::exists(kShared / "core")) GTEST_SKIP() << "needs the shared data";
    int opened = 0;
    for (const char* set : {"core", "variety/real"})
        for (const auto& entry : fs::recursive_directory_iterator(kShared / set)) {
            if (entry.path().extension() != ".onnx") continue;
            SCOPED_TRACE(entry.path().string());
            const ModelPtr model = open_model(entry.path());
            EXPECT_GE(model->nodes().size(), static_cast<std::size_t>(model->proto().graph().node_size()));
            ++opened;
        }
    EXPECT_GE(opened, 19);
}

/// Nodes and bytes are those of the data's own description; MACs of mobilenet are known (41.0 million at 0.25, 224).
TEST(Files, FiguresOfTheCoreModels) {
    if (!fs::exists(kShared / "core")) GTEST_SKIP() << "needs the shared data";
    const auto open = [](const char* name) { return open_model(kShared / "core" / name / "model.onnx"); };
    EXPECT_EQ(open("sst2_transformer")->nodes().size(), 149U);
    EXPECT_EQ(open("sst2_transformer")->size_bytes(), 1'974'510U);
    const ModelPtr mobilenet = open("mobilenet_v1_025");
    EXPECT_EQ(mobilenet->nodes().size(), 85U);
    std::uint64_t macs = 0;
    for (const Node& node : mobilenet->nodes()) macs += node.macs;
    EXPECT_NEAR(static_cast<double>(macs), 41.0e6, 0.1e6);
    for (const Value& value : mobilenet->values()) EXPECT_TRUE(value.type.has_shape) << value.name;
}

}  // namespace
}  // namespace vernier
