// SPDX-License-Identifier: GPL-3.0-or-later
// Output files are whole or untouched, however the writing ends.
#include "core/base/file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <ostream>
#include <random>
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

/// Whole, from first to last: one letter, and a length that the letter gives.
bool is_whole(const std::string& text) {
    return !text.empty() && text.size() == 100'000U + static_cast<std::size_t>(text[0]) && text.find_first_not_of(text[0]) == std::string::npos;
}

/// Recipes, sessions, reports and pictures are all written so. The child is killed while it writes one file after another.
TEST(WriteFile, FiftyKillsLeaveTheTargetWhole) {
    const TempDir folder;
    const fs::path target = folder / "a.txt";
    const auto letters = [](char letter) { return std::string(100'000U + static_cast<std::size_t>(letter), letter); };
    write_file(target, letters('a'));
    std::mt19937 random(3);
    for (int i = 0; i < 50; ++i) {
        const pid_t child = fork();
        if (child == 0)
            for (char letter = 'a';; letter = letter == 'z' ? 'a' : static_cast<char>(letter + 1)) write_file(target, letters(letter));
        usleep(static_cast<useconds_t>(random() % 20'000));
        kill(child, SIGKILL);
        ASSERT_EQ(waitpid(child, nullptr, 0), child);
        ASSERT_TRUE(is_whole(read_file(target))) << "after kill " << i;
    }
    write_file(target, "last");
    EXPECT_THAT(names_in(folder.path()), ElementsAre("a.txt"));
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

TEST(WriteFile, TakesTheLongestNameThatTheFileSystemTakes) {
    const TempDir folder;
    const std::string name(255, 'n');
    write_file(folder / name, "whole");
    EXPECT_EQ(read_file(folder / name), "whole");
    EXPECT_EQ(kind_of_writing(folder / std::string(256, 'n')), ErrorKind::cannot_write);
    EXPECT_THAT(names_in(folder.path()), ElementsAre(name));
}

/// A process may be killed between giving its file a name and the target's name; on file systems without nameless files, any time.
TEST(WriteFile, RemovesWhatAKilledProcessLeftAndNothingElse) {
    const TempDir folder;
    folder.write(".vernier-1-0.part", "left");
    const fs::path used = folder.write(".vernier-1-1.part", "in use");
    folder.write("mine.part", "of the user");
    const int descriptor = open(used.c_str(), O_WRONLY | O_CLOEXEC);
    ASSERT_EQ(flock(descriptor, LOCK_EX), 0);
    write_file(folder / "a.txt", "new");
    close(descriptor);
    EXPECT_THAT(names_in(folder.path()), ElementsAre(".vernier-1-1.part", "a.txt", "mine.part"));
}

/// Another program may write a model anew while it is open here: that must not end this process.
TEST(MappedFile, AFileThatIsCutShortReadsAsZerosAndIsTold) {
    const TempDir folder;
    const fs::path path = folder.write("a.bin", std::string(1 << 20, 'x'));
    const MappedFile file(path), other(path);
    EXPECT_EQ(std::to_integer<char>(file.bytes()[0]), 'x');
    EXPECT_TRUE(file.is_unchanged());
    EXPECT_NO_THROW(file.check_whole());
    fs::resize_file(path, 5000);
    EXPECT_EQ(std::to_integer<char>(file.bytes()[100]), 'x');
    EXPECT_FALSE(file.is_unchanged());
    EXPECT_EQ(std::to_integer<int>(file.bytes()[(1 << 20) - 1]), 0);
    EXPECT_EQ(std::to_integer<int>(file.bytes()[1 << 19]), 0);
    EXPECT_THROW(file.check_whole(), Error);
    EXPECT_NO_THROW(other.check_whole()) << "nothing of it was read";
    fs::resize_file(path, 1 << 20);
    EXPECT_FALSE(file.is_unchanged()) << "zeros were read";
}

TEST(MappedFile, KnowsAFileThatWasReplaced) {
    const TempDir folder;
    const fs::path path = folder.write("a.bin", "1234");
    const MappedFile file(path);
    write_file(path, "5678");
    EXPECT_EQ(std::to_integer<char>(file.bytes()[0]), '1');
    EXPECT_FALSE(file.is_unchanged());
    fs::remove(path);
    EXPECT_FALSE(file.is_unchanged());
}

TEST(MappedFile, AnyOtherBusErrorStillEndsTheProcess) {
    const TempDir folder;
    const fs::path path = folder.write("a.bin", std::string(8192, 'x'));
    const MappedFile file(path);
    EXPECT_EXIT(raise(SIGBUS), testing::KilledBySignal(SIGBUS), "");
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
