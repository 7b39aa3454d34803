// SPDX-License-Identifier: GPL-3.0-or-later
// Output files are whole or untouched, however the writing ends.
#include "core/base/file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "tests/support/temp_dir.h"

namespace vernier {
namespace {

namespace fs = std::filesystem;
using test::TempDir;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> names_in(const fs::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

ErrorKind kind_of_writing(const fs::path& target) {
    try {
        write_file(target, "new");
    } catch (const Error& error) {
        return error.kind();
    }
    return ErrorKind::internal;
}

TEST(WriteFile, MakesAndReplacesAWholeFile) {
    const TempDir folder;
    const mode_t mask = umask(0027);
    write_file(folder / "a.txt", "first");
    umask(mask);
    struct stat info {};
    ASSERT_EQ(stat((folder / "a.txt").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0640U);
    write_file(folder / "a.txt", "second");
    EXPECT_EQ(read_file(folder / "a.txt"), "second");
    EXPECT_THAT(names_in(folder.path()), ElementsAre("a.txt"));
}

TEST(WriteFile, AWriterThatThrowsLeavesTheOldFile) {
    const TempDir folder;
    write_file(folder / "a.txt", "old");
    EXPECT_THROW(write_file(folder / "a.txt",
                            [](std::ostream& out) {
                                out << "half";
                                throw Error(ErrorKind::cancelled, "cancelled");
                            }),
                 Error);
    EXPECT_EQ(read_file(folder / "a.txt"), "old");
    EXPECT_THAT(names_in(folder.path()), ElementsAre("a.txt"));
}

TEST(WriteFile, AProcessThatIsKilledLeavesNothing) {
    const TempDir folder;
    const int nameless = open(folder.path().c_str(), O_TMPFILE | O_WRONLY, 0600);
    if (nameless < 0) GTEST_SKIP() << "this file system has no files without a name";
    close(nameless);
    const pid_t child = fork();
    if (child == 0) {
        write_file(folder / "a.txt", [](std::ostream& out) {
            out << std::string(100'000, 'x') << std::flush;
            kill(getpid(), SIGKILL);
        });
        _exit(0);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_THAT(names_in(folder.path()), IsEmpty());
}

TEST(StagedFile, HasNoNameUntilItIsPutInPlace) {
    const TempDir folder;
    write_file(folder / "a.txt", "old");
    {
        StagedFile dropped(folder / "a.txt", [](std::ostream& out) { out << "dropped"; });
    }
    EXPECT_EQ(read_file(folder / "a.txt"), "old");
    StagedFile staged(folder / "a.txt", [](std::ostream& out) { out << "new"; });
    EXPECT_EQ(read_file(folder / "a.txt"), "old");
    staged.put_in_place();
    EXPECT_EQ(read_file(folder / "a.txt"), "new");
    EXPECT_THAT(names_in(folder.path()), ElementsAre("a.txt"));
}

TEST(WriteFile, WhatIsNoFileIsLeftAlone) {
    const TempDir folder;
    ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
    fs::create_directory(folder / "folder");
    EXPECT_EQ(kind_of_writing(folder / "pipe"), ErrorKind::cannot_write);
    EXPECT_EQ(kind_of_writing(folder / "folder"), ErrorKind::cannot_write);
    EXPECT_EQ(kind_of_writing(folder / "nowhere/a.txt"), ErrorKind::cannot_write);
    EXPECT_TRUE(fs::is_fifo(folder / "pipe"));
    EXPECT_THAT(names_in(folder.path()), ElementsAre("folder", "pipe"));
}

TEST(ReadFile, RefusesWhatIsTooLargeMissingOrNoFile) {
    const TempDir folder;
    write_file(folder / "a.txt", "12345");
    EXPECT_EQ(read_file(folder / "a.txt", 5), "12345");
    EXPECT_THROW((void)read_file(folder / "a.txt", 4), Error);
    EXPECT_THROW((void)read_file(folder / "b.txt"), Error);
    EXPECT_THROW((void)read_file(folder.path()), Error);
}

}  // namespace
}  // namespace vernier
