// SPDX-License-Identifier: GPL-3.0-or-later
// Windows bitmaps: 1, 4, 8, 24 and 32 bits without compression (and 32 bits with the usual masks), from below or from above.
#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/data/detail/little_endian.h"
#include "core/data/detail/picture.h"

namespace vernier {
namespace {

constexpr std::size_t kFileHeader = 14;
constexpr std::uint32_t kPlain = 0, kMasks = 3;

[[noreturn]] void fail(const std::string& where, const std::string& what, const std::string& remedy = {}) {
    throw Error(ErrorKind::bad_data, what, {.file = where}, remedy);
}

/// What stands in front of the pixels.
struct Header {
    std::int64_t width = 0, height = 0;
    bool from_above = false;
    std::size_t bits = 0, pixels = 0, row = 0;
    std::vector<std::array<std::uint8_t, 3>> palette = {};
};

void read_palette(std::span<const std::byte> bytes, std::size_t at, Header& header, const std::string& where) {
    const std::size_t used = number_at<std::uint32_t>(bytes, kFileHeader + 32), colours = used == 0 ? std::size_t{1} << header.bits : used;
    if (colours > 256 || at + 4 * colours > bytes.size()) fail(where, "has a palette that is too long, or ends early");
    for (std::size_t i = 0; i < colours; ++i) {
        const auto part = [&](std::size_t k) { return number_at<std::uint8_t>(bytes, at + 4 * i + k); };
        header.palette.push_back({part(2), part(1), part(0)});
    }
}

Header header_of(std::span<const std::byte> bytes, const std::string& where) {
    if (bytes.size() < kFileHeader + 40) fail(where, "is a bitmap that ends early");
    const std::size_t own = number_at<std::uint32_t>(bytes, kFileHeader);
    const auto bits = number_at<std::uint16_t>(bytes, kFileHeader + 14);
    const auto compression = number_at<std::uint32_t>(bytes, kFileHeader + 16);
    Header header;
    header.width = number_at<std::int32_t>(bytes, kFileHeader + 4);
    header.height = number_at<std::int32_t>(bytes, kFileHeader + 8);
    header.from_above = header.height < 0;
    header.height = std::abs(header.height);
    header.bits = bits;
    const bool known = bits == 1 || bits == 4 || bits == 8 || bits == 24 || bits == 32;
    if (own < 40 || !known || (compression != kPlain && !(compression == kMasks && bits == 32)))
        fail(where, fmt::format("is a bitmap of {} bits with compression {}, which is not read", bits, compression), "Convert it to PNG");
    if (compression == kMasks) {
        const bool usual = bytes.size() >= kFileHeader + 52 && number_at<std::uint32_t>(bytes, kFileHeader + 40) == 0xFF0000 &&
                           number_at<std::uint32_t>(bytes, kFileHeader + 44) == 0xFF00 && number_at<std::uint32_t>(bytes, kFileHeader + 48) == 0xFF;
        if (!usual) fail(where, "is a bitmap with unusual masks of colours, which is not read", "Convert it to PNG");
    }
    if (header.width < 1 || header.height < 1 || static_cast<std::uint64_t>(header.width) * static_cast<std::uint64_t>(header.height) > kMaxPixels)
        fail(where, fmt::format("says that it is {}x{} pixels", header.width, header.height));
    if (own > bytes.size()) fail(where, "is a bitmap that ends early");
    if (bits <= 8) read_palette(bytes, kFileHeader + own, header, where);
    header.pixels = number_at<std::uint32_t>(bytes, 10);
    header.row = (static_cast<std::size_t>(header.width) * bits + 31) / 32 * 4;
    const std::size_t needed = header.row * static_cast<std::size_t>(header.height);
    if (header.pixels > bytes.size() || bytes.size() - header.pixels < needed) fail(where, "is a bitmap that ends early");
    return header;
}

}  // namespace

Picture decode_bmp(std::span<const std::byte> bytes, const std::string& where) {
    const Header header = header_of(bytes, where);
    Picture picture{.width = static_cast<int>(header.width), .height = static_cast<int>(header.height), .channels = 3, .pixels = {}};
    picture.pixels.resize(picture.row_bytes() * static_cast<std::size_t>(header.height));
    for (std::size_t y = 0; y < static_cast<std::size_t>(header.height); ++y) {
        const std::size_t from = header.pixels + (header.from_above ? y : static_cast<std::size_t>(header.height) - 1 - y) * header.row;
        std::uint8_t* to = &picture.pixels[y * picture.row_bytes()];
        for (std::size_t x = 0; x < static_cast<std::size_t>(header.width); ++x, to += 3) {
            if (header.bits > 8) {
                const std::size_t at = from + x * header.bits / 8;
                for (std::size_t k = 0; k < 3; ++k) to[k] = number_at<std::uint8_t>(bytes, at + 2 - k);
                continue;
            }
            const std::size_t bit = x * header.bits;
            const auto index =
                static_cast<std::size_t>(number_at<std::uint8_t>(bytes, from + bit / 8)) >> (8 - header.bits - bit % 8) & ((1U << header.bits) - 1);
            if (index >= header.palette.size()) fail(where, fmt::format("has a pixel of colour {}, but only {} colours", index, header.palette.size()));
            std::memcpy(to, header.palette[index].data(), 3);
        }
    }
    return picture;
}

}  // namespace vernier
