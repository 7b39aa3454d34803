// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace vernier {

/// What tells whether a file was written to or replaced.
struct FileState {
    std::uint64_t device = 0, number = 0, bytes = 0;
    std::int64_t written_ns = 0;
    bool operator==(const FileState&) const = default;
};

/// Nothing for a file that is not there.
[[nodiscard]] std::optional<FileState> state_of(const std::filesystem::path& path);

/// A file mapped read-only for its whole life. Throws Error{not_found} or Error{bad_data}.
/// Another program may cut the file short meanwhile: what it then no longer holds reads as zeros.
class MappedFile {
public:
    explicit MappedFile(const std::filesystem::path& path);
    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;
    [[nodiscard]] std::span<const std::byte> bytes() const { return {data_, size_}; }
    /// The path still names the file that was mapped, and nobody has written to it since.
    [[nodiscard]] bool is_unchanged() const;
    /// Throws Error{bad_data} where zeros were read in the place of what was cut off.
    void check_whole() const;

private:
    std::filesystem::path path_;
    FileState state_;
    void* guard_ = nullptr;  ///< its place in the table of those that a cut must not kill
    const std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

/// A file that is written whole beside its target and gets the target's name later, so that several files can appear
/// together. Without put_in_place() nothing is left of it.
class StagedFile {
public:
    /// Throws Error{cannot_write}.
    StagedFile(std::filesystem::path target, const std::function<void(std::ostream&)>& write);
    ~StagedFile();
    StagedFile(StagedFile&&) noexcept;
    StagedFile& operator=(StagedFile&&) = delete;
    /// Where it can be read until it is put in place, by other processes of ours too.
    [[nodiscard]] std::filesystem::path readable() const;
    /// Renames it over the target. Throws Error{cannot_write}.
    void put_in_place();

private:
    struct Parts;
    std::filesystem::path target_;
    std::unique_ptr<Parts> parts_;
};

/// Writes beside the target and renames into place, so that the target is whole or untouched.
/// Throws Error{cannot_write}; the temporary file is removed on every failure.
void write_file(const std::filesystem::path& target, const std::function<void(std::ostream&)>& write);
void write_file(const std::filesystem::path& target, std::string_view content);

/// Whole file as text. Throws Error{not_found} or Error{bad_data} when it is over max_bytes.
[[nodiscard]] std::string read_file(const std::filesystem::path& path, std::size_t max_bytes = std::size_t{1} << 30);

/// True when both paths name the same existing file (links followed).
[[nodiscard]] bool same_file(const std::filesystem::path& a, const std::filesystem::path& b);

/// Lower-case hex SHA-256.
[[nodiscard]] std::string sha256(std::span<const std::byte> bytes);
[[nodiscard]] std::string sha256(std::string_view text);
[[nodiscard]] std::string sha256_of_file(const std::filesystem::path& path);

}  // namespace vernier
