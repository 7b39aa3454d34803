// SPDX-License-Identifier: GPL-3.0-or-later
// docs/architecture.md and docs/CONTRIBUTING.md name files and folders that are there.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <vector>

#include "tests/support/paths.h"

namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Words between backticks that name a file or a folder: with a slash, or with an ending of a source file. What stands for
/// others (NAME, ...) and command lines are none.
std::vector<std::string> named_in(const std::string& text) {
    std::vector<std::string> names;
    const std::regex quoted("`([^`\n]+)`"), pictures("```[^`]*```");
    const std::string words = std::regex_replace(text, pictures, "");
    for (std::sregex_iterator at(words.begin(), words.end(), quoted), end; at != end; ++at) {
        const std::string name = (*at)[1].str();
        const bool is_path = name.find('/') != std::string::npos || name.ends_with(".h") || name.ends_with(".cpp");
        if (is_path && name.find_first_of(" =") == std::string::npos && name.find("NAME") == std::string::npos && name.find("...") == std::string::npos)
            names.push_back(name);
    }
    return names;
}

/// Every file and folder of the tree from its root: "core/quant/plan.h" as it is and without its ending.
std::vector<std::string> all_paths() {
    std::vector<std::string> paths;
    const fs::path root(vernier::test::source_dir());
    for (const char* top : {"app", "bench", "core", "docs", "packaging", "resources", "tests", "ui"}) {
        paths.push_back(std::string("/") + top);
        for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / top)) {
            const fs::path path = fs::relative(entry.path(), root);
            paths.push_back("/" + path.string());
            if (entry.is_regular_file()) paths.push_back("/" + (path.parent_path() / path.stem()).string());
        }
    }
    return paths;
}

bool is_there(std::string name, const std::vector<std::string>& paths) {
    if (name.ends_with('/')) name.pop_back();
    return std::any_of(paths.begin(), paths.end(), [&](const std::string& path) { return path.ends_with("/" + name); });
}

TEST(Docs, NameFilesThatAreThere) {
    const std::vector<std::string> paths = all_paths();
    ASSERT_GT(paths.size(), 500U);
    for (const char* document : {"docs/architecture.md", "docs/CONTRIBUTING.md"}) {
        const std::vector<std::string> names = named_in(text_of(fs::path(vernier::test::source_dir()) / document));
        EXPECT_GT(names.size(), 10U) << document;
        for (const std::string& name : names) EXPECT_TRUE(is_there(name, paths)) << document << " names " << name << ", which is not there";
    }
}

TEST(Docs, AreReadAsTheyAreMeant) {
    EXPECT_EQ(named_in("`core/quant/plan.h` and `measure/child` but `cmake --preset dev`, `a/NAME.cpp`, `Trial` and ```x/y```"),
              (std::vector<std::string>{"core/quant/plan.h", "measure/child"}));
    const std::vector<std::string> paths = all_paths();
    EXPECT_TRUE(is_there("measure/child", paths));
    EXPECT_TRUE(is_there("core/quant/passes/", paths));
    EXPECT_FALSE(is_there("measure/no_such_file.h", paths));
    EXPECT_FALSE(is_there("asure/child", paths)) << "a whole name, not its end";
}

}  // namespace
