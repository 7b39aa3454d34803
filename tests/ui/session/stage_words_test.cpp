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

}  // namespace
}  // namespace vernier::ui
