// SPDX-License-Identifier: GPL-3.0-or-later
// Reads every #include of app, ui and core, and holds them against the picture of the house: arrows only downwards, Qt only
// in ui and the window's main, Qt Charts only in ui/charts, ONNX Runtime only in core/runtime.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tests/support/paths.h"

namespace {

namespace fs = std::filesystem;

/// Folders of core from the ground up. Each may include those before it, and itself.
const std::vector<std::string> kFloors = {"base",   "model",   "stats",    "runtime", "data",   "audit", "quant",
                                          "layout", "measure", "evidence", "layers",  "search", "flow",  "report"};

/// Folders that stand side by side although one is listed later: neither may include the other.
const std::set<std::pair<std::string, std::string>> kSideBySide = {{"stats", "runtime"},  {"stats", "data"},      {"runtime", "data"}, {"layout", "quant"},
                                                                   {"layout", "measure"}, {"layout", "runtime"},  {"layout", "data"},  {"layout", "stats"},
                                                                   {"layout", "audit"},   {"layout", "evidence"}, {"layout", "layers"}};

struct Include {
    std::string file;  ///< from the root: "core/quant/plan.cpp"
    int line = 0;
    std::string target;  ///< as written
};

std::vector<Include> includes_under(const std::string& folder) {
    std::vector<Include> found;
    const fs::path root = vernier::test::source_dir();
    if (!fs::exists(root / folder)) return found;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / folder)) {
        const std::string extension = entry.path().extension().string();
        if (extension != ".h" && extension != ".cpp") continue;
        std::ifstream stream(entry.path());
        std::string text;
        for (int line = 1; std::getline(stream, text); ++line) {
            const std::size_t hash = text.find_first_not_of(" \t");
            if (hash == std::string::npos || text.compare(hash, 8, "#include") != 0) continue;
            const std::size_t begin = text.find_first_of("\"<", hash);
            const std::size_t end = begin == std::string::npos ? begin : text.find_first_of("\">", begin + 1);
            if (end == std::string::npos) continue;
            found.push_back({fs::relative(entry.path(), root).generic_string(), line, text.substr(begin + 1, end - begin - 1)});
        }
    }
    return found;
}

bool starts_with(const std::string& text, const std::string& prefix) { return text.rfind(prefix, 0) == 0; }

/// "quant" of "core/quant/plan.cpp"; empty when the path does not lie so deep.
std::string second_part(const std::string& path) {
    const std::size_t first = path.find('/');
    const std::size_t second = first == std::string::npos ? first : path.find('/', first + 1);
    return second == std::string::npos ? "" : path.substr(first + 1, second - first - 1);
}

int floor_of(const std::string& folder) {
    const auto found = std::find(kFloors.begin(), kFloors.end(), folder);
    return found == kFloors.end() ? -1 : static_cast<int>(found - kFloors.begin());
}

bool is_qt(const std::string& target) {
    return starts_with(target, "Qt") || (target.size() > 1 && target[0] == 'Q' && std::isupper(static_cast<unsigned char>(target[1])) != 0);
}

bool is_qt_charts(const std::string& target) {
    if (starts_with(target, "QtCharts")) return true;
    if (!is_qt(target)) return false;
    for (const char* word : {"Chart", "Series", "BarSet", "Axis", "LegendMarker"})
        if (target.find(word) != std::string::npos) return true;
    return false;
}

std::string at(const Include& include) { return include.file + ":" + std::to_string(include.line) + " includes " + include.target; }

TEST(Architecture, ReadsTheSources) {
    EXPECT_GT(includes_under("core").size(), 100U);
    EXPECT_GT(includes_under("app").size(), 20U);
}

TEST(Architecture, EveryFolderOfCoreHasItsFloor) {
    for (const fs::directory_entry& entry : fs::directory_iterator(fs::path(vernier::test::source_dir()) / "core")) {
        if (entry.is_directory() && fs::exists(entry.path() / "CMakeLists.txt")) {
            EXPECT_GE(floor_of(entry.path().filename().string()), 0) << entry.path() << " is not in the picture";
        }
    }
}

TEST(Architecture, ArrowsInCorePointDown) {
    for (const Include& include : includes_under("core")) {
        EXPECT_FALSE(starts_with(include.target, "ui/") || starts_with(include.target, "app/")) << at(include);
        if (!starts_with(include.target, "core/")) continue;
        const std::string from = second_part(include.file), to = second_part(include.target);
        EXPECT_GE(floor_of(from), floor_of(to)) << at(include) << ": the arrow points up";
        EXPECT_FALSE(kSideBySide.contains({from, to}) || kSideBySide.contains({to, from})) << at(include) << ": the arrow points sideways";
    }
}

TEST(Architecture, PrivateHeadersStayInTheirFolder) {
    for (const char* floor : {"core", "ui"}) {
        for (const Include& include : includes_under(floor)) {
            if (include.target.find("/detail/") == std::string::npos) continue;
            EXPECT_EQ(second_part(include.file), second_part(include.target)) << at(include);
        }
    }
}

TEST(Architecture, CoreAndTheCommandLineKnowNoQt) {
    for (const char* folder : {"core", "app/cli"})
        for (const Include& include : includes_under(folder)) EXPECT_FALSE(is_qt(include.target)) << at(include);
    for (const Include& include : includes_under("app/cli")) EXPECT_FALSE(starts_with(include.target, "ui/")) << at(include);
}

TEST(Architecture, OnlyTheRuntimeFolderKnowsOnnxRuntime) {
    for (const char* folder : {"core", "ui", "app"}) {
        for (const Include& include : includes_under(folder)) {
            if (include.target.find("onnxruntime") == std::string::npos) continue;
            EXPECT_TRUE(starts_with(include.file, "core/runtime/")) << at(include);
        }
    }
}

TEST(Architecture, OnlyTheChartsFolderKnowsQtCharts) {
    for (const char* folder : {"ui", "app"}) {
        for (const Include& include : includes_under(folder)) {
            if (is_qt_charts(include.target)) {
                EXPECT_TRUE(starts_with(include.file, "ui/charts/")) << at(include);
            }
        }
    }
}

TEST(Architecture, TheWindowIsNotKnownBelowIt) {
    for (const Include& include : includes_under("ui")) EXPECT_FALSE(starts_with(include.target, "app/")) << at(include);
}

/// The session's five stand on each other in this order; nobody knows who owns them.
TEST(Architecture, TheSessionsPartsKnowOnlyWhatTheyStandOn) {
    const std::map<std::string, std::set<std::string>> stands_on = {{"queue", {"queue"}},
                                                                    {"planner", {"planner"}},
                                                                    {"document", {"document", "queue"}},
                                                                    {"trials", {"trials", "document", "planner", "queue"}},
                                                                    {"layer", {"document", "trials", "queue"}}};
    int seen = 0;
    for (const Include& include : includes_under("ui/session")) {
        const std::string file = include.file.substr(std::string("ui/session/").size());
        const std::string part = file.substr(0, file.find_first_of("_."));
        const std::string target = starts_with(include.target, "ui/session/") ? fs::path(include.target).stem().string() : std::string();
        const auto known = stands_on.find(part);
        if (known == stands_on.end() || (target != "session" && !stands_on.contains(target))) continue;
        ++seen;
        EXPECT_TRUE(known->second.contains(target)) << at(include);
    }
    EXPECT_GT(seen, 5);
}

TEST(Architecture, TheMainWindowKnowsNoPanelOfItsTable) {
    int seen = 0;
    for (const Include& include : includes_under("ui/shell")) {
        if (!starts_with(include.file, "ui/shell/main_window") || !starts_with(include.target, "ui/")) continue;
        ++seen;
        const bool panel = include.target.find("_panel.h") != std::string::npos || include.target.find("_board.h") != std::string::npos;
        EXPECT_TRUE(!panel || include.target == "ui/shell/graph_panel.h") << at(include);  // the graph is the centre, no panel around it
    }
    EXPECT_GT(seen, 20);
}

/// "emit other.changed()", "emit other()->changed()": only its own object tells what happened to it.
bool emits_for_another(const std::string& line) {
    static const std::regex pattern(R"(\bemit\s+\w+(\(\))?(\.|->))");
    return std::regex_search(line, pattern);
}

TEST(Architecture, NobodyEmitsAnotherObjectsSignal) {
    int files = 0;
    for (const char* folder : {"ui", "app"}) {
        for (const fs::directory_entry& entry : fs::recursive_directory_iterator(fs::path(vernier::test::source_dir()) / folder)) {
            const std::string extension = entry.path().extension().string();
            if (extension != ".h" && extension != ".cpp") continue;
            ++files;
            std::ifstream stream(entry.path());
            std::string text;
            for (int line = 1; std::getline(stream, text); ++line) EXPECT_FALSE(emits_for_another(text)) << entry.path() << ":" << line;
        }
    }
    EXPECT_GT(files, 100);
    EXPECT_TRUE(emits_for_another("    emit session_.runsChanged();"));
    EXPECT_TRUE(emits_for_another("emit board()->changed();"));
    EXPECT_FALSE(emits_for_another("    emit nodeChosen(item->data(0).toInt());"));
}

TEST(Architecture, KnowsQtAndQtChartsWhenItSeesThem) {
    EXPECT_TRUE(is_qt("QWidget"));
    EXPECT_TRUE(is_qt("QtConcurrent"));
    EXPECT_FALSE(is_qt("Queue.h"));
    EXPECT_TRUE(is_qt_charts("QChartView"));
    EXPECT_TRUE(is_qt_charts("QLineSeries"));
    EXPECT_TRUE(is_qt_charts("QValueAxis"));
    EXPECT_FALSE(is_qt_charts("QPainter"));
    EXPECT_EQ(floor_of(second_part("core/quant/plan.cpp")), floor_of("quant"));
}

}  // namespace
