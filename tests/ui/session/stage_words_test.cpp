// SPDX-License-Identifier: GPL-3.0-or-later
// The window shows words for every stage that the core names.
#include "ui/session/stage_words.h"
#include "tests/support/paths.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

namespace vernier::ui {
namespace {

/// The names in all calls of Job::step() in the core's sources.
std::set<std::string> stages() {
    static const std::regex call(R"(\bjob_?\.step\("([^"]+)\",)");
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(std::filesystem::path(test::source_dir()) / "core")) {
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

TEST(StageWords, NoneAreOfAStageThatTheCoreHasNoMore) {
    const std::set<std::string> names = stages();
    for (const QString& stage : stagesWithWords()) {
        EXPECT_TRUE(names.contains(stage.toStdString())) << "the core has no stage \"" << stage.toStdString() << '"';
    }
}

TEST(StageWords, AStageIsAPartOfItsCommand) {
    const QString quantize = QStringLiteral("quantize");
    EXPECT_DOUBLE_EQ(shareOfCommand(quantize, QStringLiteral("read"), 0, 0), 0);
    EXPECT_LT(shareOfCommand(quantize, QStringLiteral("calibrate"), 1, 0), shareOfCommand(quantize, QStringLiteral("write"), 0, 0));
    EXPECT_DOUBLE_EQ(shareOfCommand(quantize, QStringLiteral("write"), 1, 0), 1);
    EXPECT_DOUBLE_EQ(shareOfCommand(QStringLiteral("compare"), QStringLiteral("latency"), partOfStage(7, 0), 0), 0.4) << "a total of 0 says nothing";
    EXPECT_DOUBLE_EQ(partOfStage(9, 4), 1);
}

TEST(StageWords, OfACommandWithUnknownStagesEachTakesHalfOfWhatIsLeft) {
    const QString layers = QStringLiteral("layers");
    EXPECT_DOUBLE_EQ(shareOfCommand(layers, QStringLiteral("write"), 1, 0), 0.5) << "it quantizes first";
    const double quarter = shareOfCommand(layers, QStringLiteral("anything else"), 0.25, 0.5);
    EXPECT_DOUBLE_EQ(quarter, 0.5625);
    EXPECT_DOUBLE_EQ(begunAt(quarter, 0.25), 0.5);
    EXPECT_DOUBLE_EQ(shareOfCommand(layers, QStringLiteral("anything else"), 0.5, begunAt(quarter, 0.25)), 0.625);
    EXPECT_LT(shareOfCommand(layers, QStringLiteral("profile"), 1, 0.75), 1);
}

}  // namespace
}  // namespace vernier::ui
