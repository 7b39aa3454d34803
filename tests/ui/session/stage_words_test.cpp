// SPDX-License-Identifier: GPL-3.0-or-later
// The window shows words for every stage that the core names.
#include "ui/session/stage_words.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

namespace vernier::ui {
namespace {

/// The names in all calls of step() in the core's sources.
std::set<std::string> stages() {
    static const std::regex call(R"(\bstep\("([^"]+)\")");
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(std::filesystem::path(VERNIER_SOURCE_DIR) / "core")) {
        if (entry.path().extension() != ".cpp") {
            continue;
        }
        std::ifstream file(entry.path());
        const std::string text(std::istreambuf_iterator<char>(file), {});
        for (auto match = std::sregex_iterator(text.begin(), text.end(), call); match != std::sregex_iterator(); ++match) {
            names.insert((*match)[1].str());
        }
    }
    return names;
}

TEST(StageWords, AreThereForEveryStageOfTheCore) {
    const std::set<std::string> names = stages();
    ASSERT_GE(names.size(), 10U);
    for (const std::string& name : names) {
        EXPECT_TRUE(stageWords(QString::fromStdString(name))) << "the window has no words for the stage \"" << name << '"';
    }
    EXPECT_FALSE(stageWords(QStringLiteral("anything else")));
}

TEST(StageWords, AStageIsAPartOfItsCommand) {
    double reached = 0;
    for (const char* stage : {"read", "plan", "calibrate", "quantize", "time the first layers", "find what is wrong", "time the model", "quantize", "write"}) {
        const double begun = shareOfCommand(QString::fromLatin1(stage), 0, 4, reached), half = shareOfCommand(QString::fromLatin1(stage), 2, 4, begun);
        EXPECT_GE(begun, reached) << stage;
        EXPECT_LE(half, 1.0) << stage;
        reached = shareOfCommand(QString::fromLatin1(stage), 4, 4, half);
        EXPECT_GE(reached, half) << stage;
    }
    EXPECT_DOUBLE_EQ(reached, 1.0);
    EXPECT_DOUBLE_EQ(shareOfCommand(QStringLiteral("anything else"), 1, 2, 0.5), 0.75) << "what is not known is all that is left";
    EXPECT_DOUBLE_EQ(shareOfCommand(QStringLiteral("latency"), 7, 0, 0.2), 0.4) << "a total of 0 says nothing";
}

}  // namespace
}  // namespace vernier::ui
