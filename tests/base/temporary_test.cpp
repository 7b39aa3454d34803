// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/temporary.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "tests/support/temp_dir.h"

namespace vernier {
namespace {

/// The id of a process that has ended.
pid_t gone() {
    const pid_t pid = fork();
    if (pid == 0) _exit(0);
    waitpid(pid, nullptr, 0);
    return pid;
}

class Temporary : public testing::Test {
protected:
    void SetUp() override { setenv("TMPDIR", folder_.path().c_str(), 1); }
    void TearDown() override { unsetenv("TMPDIR"); }
    std::filesystem::path make(const std::string& name) {
        std::filesystem::create_directories(folder_.path() / name / "inner");
        return folder_.path() / name;
    }
    test::TempDir folder_;
};

TEST_F(Temporary, FoldersOfDeadProcessesGoAndOthersStay) {
    const auto left = make("vernier-" + std::to_string(gone()) + "-abc");
    const auto own = make(temporary_prefix() + "abc");
    const auto parent = make("vernier-" + std::to_string(getppid()) + "-abc");
    const auto foreign = make("vernier-notes");
    const auto number = make("vernier-" + std::to_string(gone()));
    remove_left_folders();
    EXPECT_FALSE(std::filesystem::exists(left));
    for (const auto& kept : {own, parent, foreign, number}) EXPECT_TRUE(std::filesystem::exists(kept)) << kept;
}

TEST_F(Temporary, LinksAreNotFollowed) {
    const test::TempDir elsewhere;
    const auto link = folder_.path() / ("vernier-" + std::to_string(gone()) + "-link");
    std::filesystem::create_directory_symlink(elsewhere.path(), link);
    remove_left_folders();
    EXPECT_TRUE(std::filesystem::exists(elsewhere.path()));
    EXPECT_TRUE(std::filesystem::is_symlink(link));
}

TEST_F(Temporary, OwnFoldersGoWhereNoDestructorRuns) {
    const auto own = make(temporary_prefix() + "abc");
    const auto parent = make("vernier-" + std::to_string(getppid()) + "-abc");
    remove_temporary_folders();
    EXPECT_FALSE(std::filesystem::exists(own));
    EXPECT_TRUE(std::filesystem::exists(parent));
}

}  // namespace
}  // namespace vernier
