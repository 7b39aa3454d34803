// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/detail/npz.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <zip.h>
#include <zlib.h>

#include <algorithm>

#include "core/base/error.h"
#include "core/data/detail/npy.h"

namespace vernier {
namespace {
constexpr std::size_t kPiece = std::size_t{1} << 20;  // small enough to stay in the cache for the checksum
}

void NpzFile::Close::operator()(struct ::zip* archive) const { zip_discard(archive); }

NpzFile::NpzFile(const std::filesystem::path& path) : path_(path) {
    int code = 0;
    zip_.reset(zip_open(path.c_str(), ZIP_RDONLY, &code));
    if (!zip_) {
        if (code == ZIP_ER_NOENT) throw Error(ErrorKind::not_found, "no such file", {.file = path.string()});
        zip_error_t error;
        zip_error_init_with_code(&error, code);
        const std::string text = zip_error_strerror(&error);
        zip_error_fini(&error);
        throw Error(ErrorKind::bad_data, fmt::format("is not a readable .npz file ({})", text), {.file = path.string()});
    }
    const zip_int64_t entries = zip_get_num_entries(zip_.get(), 0);
    for (zip_int64_t i = 0; i < entries; ++i) {
        const char* raw = zip_get_name(zip_.get(), static_cast<zip_uint64_t>(i), ZIP_FL_ENC_GUESS);
        if (raw == nullptr) continue;
        std::string name = raw;
        if (!name.ends_with(".npy")) continue;
        names_.push_back(name.substr(0, name.size() - 4));
        positions_.push_back(static_cast<std::uint64_t>(i));
    }
}

NpzFile::~NpzFile() = default;

bool NpzFile::has(const std::string& name) const { return std::find(names_.begin(), names_.end(), name) != names_.end(); }

Tensor NpzFile::read(const std::string& name) const {
    const auto found = std::find(names_.begin(), names_.end(), name);
    if (found == names_.end())
        throw Error(ErrorKind::bad_data,
                    fmt::format("has no array '{}'; it holds: {}", name, names_.empty() ? "none" : fmt::format("{}", fmt::join(names_, ", "))),
                    {.file = path_.string()});
    const std::string where = fmt::format("{} ({}.npy)", path_.string(), name);
    const std::uint64_t position = positions_[static_cast<std::size_t>(found - names_.begin())];
    zip_stat_t info;
    if (zip_stat_index(zip_.get(), position, 0, &info) != 0 || (info.valid & ZIP_STAT_SIZE) == 0 || (info.valid & ZIP_STAT_CRC) == 0)
        throw Error(ErrorKind::bad_data, "the array's size and checksum cannot be read", {.file = where});
    const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> member(zip_fopen_index(zip_.get(), position, 0), &zip_fclose);
    if (!member) throw Error(ErrorKind::bad_data, fmt::format("cannot be unpacked: {}", zip_strerror(zip_.get())), {.file = where});

    uLong crc = ::crc32(0, nullptr, 0);  // libzip does not always notice a wrong one
    const ByteReader read = [&](std::span<std::byte> target) {
        std::size_t done = 0;
        while (done < target.size()) {
            const zip_int64_t n = zip_fread(member.get(), target.data() + done, std::min(target.size() - done, kPiece));
            if (n < 0) throw Error(ErrorKind::bad_data, fmt::format("cannot be unpacked: {}", zip_file_strerror(member.get())), {.file = where});
            if (n == 0) break;
            crc = ::crc32(crc, reinterpret_cast<const Bytef*>(target.data() + done), static_cast<uInt>(n));
            done += static_cast<std::size_t>(n);
        }
        return done;
    };
    Tensor tensor = read_npy(read, info.size, where);
    if (crc != info.crc) throw Error(ErrorKind::bad_data, "the array is damaged (its checksum does not match)", {.file = where});
    return tensor;
}

}  // namespace vernier
