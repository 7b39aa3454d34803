// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/write_npz.h"

#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string_view>

#include "core/base/error.h"
#include "core/base/text.h"

namespace vernier {
namespace {

/// NumPy's letters of a type; empty for what it has not.
std::string_view letters(ElementType type) {
    switch (type) {
        case ElementType::float16: return "<f2";
        case ElementType::float32: return "<f4";
        case ElementType::float64: return "<f8";
        case ElementType::int8: return "|i1";
        case ElementType::int16: return "<i2";
        case ElementType::int32: return "<i4";
        case ElementType::int64: return "<i8";
        case ElementType::uint8: return "|u1";
        case ElementType::uint16: return "<u2";
        case ElementType::uint32: return "<u4";
        case ElementType::uint64: return "<u8";
        case ElementType::boolean: return "|b1";
        default: return {};
    }
}

/// The header of format version 1.0, padded so that the data begins at a multiple of 64 bytes.
std::string header(std::string_view descr, const std::vector<std::int64_t>& dims) {
    std::string shape;
    for (const std::int64_t dim : dims) shape += fmt::format("{},", dim);
    std::string text = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", descr, shape);
    constexpr std::size_t kMagic = 10, kAlign = 64;
    text.resize((text.size() + 1 + kMagic + kAlign - 1) / kAlign * kAlign - kMagic - 1, ' ');
    text += '\n';
    std::string out("\x93NUMPY\x01\x00", 8);
    out += static_cast<char>(text.size() & 0xFFU);
    out += static_cast<char>(text.size() >> 8U);
    return out + text;
}

/// Code points of UTF-8; a byte that is none becomes a question mark.
std::vector<std::uint32_t> code_points(std::string_view text) {
    constexpr std::uint32_t kFirstBits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};  // of a character of so many bytes
    std::vector<std::uint32_t> points;
    while (!text.empty()) {
        const std::size_t length = utf8_character(text);
        std::uint32_t point = length == 0 ? '?' : static_cast<unsigned char>(text[0]) & kFirstBits[length];
        for (std::size_t i = 1; i < length; ++i) point = point << 6U | (static_cast<unsigned char>(text[i]) & 0x3FU);
        points.push_back(point);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return points;
}

std::string text_array(const std::vector<std::string>& words) {
    std::vector<std::vector<std::uint32_t>> all;
    std::size_t longest = 1;
    for (const std::string& word : words) longest = std::max(longest, all.emplace_back(code_points(word)).size());
    std::string out = header(fmt::format("<U{}", longest), {static_cast<std::int64_t>(words.size())});
    for (std::vector<std::uint32_t>& points : all) {
        points.resize(longest);
        out.append(reinterpret_cast<const char*>(points.data()), points.size() * sizeof(std::uint32_t));
    }
    return out;
}

std::string member(const NamedArray& array) {
    if (!array.words.empty()) return text_array(array.words);
    std::string out = header(letters(array.numbers.type), array.numbers.dims);
    out.append(reinterpret_cast<const char*>(array.numbers.bytes.data()), array.numbers.bytes.size());
    return out;
}

/// What was not closed is thrown away.
struct Discard {
    void operator()(zip_t* archive) const { zip_discard(archive); }
};

}  // namespace

bool is_numpy_type(ElementType type) { return !letters(type).empty(); }

void write_npz(const std::filesystem::path& path, const std::vector<NamedArray>& arrays) {
    const auto fail = [&] { throw Error(ErrorKind::cannot_write, "cannot be written", {.file = path.string()}, "Check the free space of the disk."); };
    int code = 0;
    std::unique_ptr<zip_t, Discard> archive(zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code));
    if (archive == nullptr) fail();
    std::vector<std::string> members;
    members.reserve(arrays.size());  // they must stay where they are until the archive is closed
    for (const NamedArray& array : arrays) {
        const std::string& content = members.emplace_back(member(array));
        zip_source_t* source = zip_source_buffer(archive.get(), content.data(), content.size(), 0);
        const zip_int64_t index = source == nullptr ? -1 : zip_file_add(archive.get(), (array.name + ".npy").c_str(), source, ZIP_FL_ENC_UTF_8);
        if (index < 0) {
            if (source != nullptr) zip_source_free(source);
            fail();
        }
        zip_set_file_compression(archive.get(), static_cast<zip_uint64_t>(index), ZIP_CM_STORE, 0);
    }
    if (zip_close(archive.get()) != 0) fail();
    (void)archive.release();
}

}  // namespace vernier
