// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace vernier {

/// A decoded picture: 8 bits a channel, row major, channels interleaved (1 = grey, 3 = RGB).
struct Picture {
    int width = 0;
    int height = 0;
    int channels = 3;
    std::vector<std::uint8_t> pixels;

    [[nodiscard]] std::size_t row_bytes() const { return static_cast<std::size_t>(width) * static_cast<std::size_t>(channels); }
};

/// Most pixels that a picture may have, checked before memory is taken.
inline constexpr std::uint64_t kMaxPixels = std::uint64_t{1} << 27;

/// By the ending of its name: .jpg, .jpeg, .png, .bmp, .tif, .tiff or .webp, in any case.
[[nodiscard]] bool is_picture_file(const std::filesystem::path& path);

/// Decodes a JPEG, PNG, BMP, TIFF or WebP (told apart by content, not by name) into grey or RGB. Alpha is dropped, 16 bits are cut to
/// their upper 8 (of a TIFF: scaled to 8), palettes and CMYK become RGB. EXIF orientation is ignored, and that of a TIFF is not, as in
/// Pillow. `where` names the file in errors.
/// Throws Error{bad_data}.
[[nodiscard]] Picture decode_picture(std::span<const std::byte> bytes, const std::string& where);
/// Throws Error{not_found, bad_data}.
[[nodiscard]] Picture read_picture(const std::filesystem::path& path);

[[nodiscard]] Picture decode_jpeg(std::span<const std::byte> bytes, const std::string& where);
[[nodiscard]] Picture decode_png(std::span<const std::byte> bytes, const std::string& where);
[[nodiscard]] Picture decode_bmp(std::span<const std::byte> bytes, const std::string& where);
[[nodiscard]] Picture decode_tiff(std::span<const std::byte> bytes, const std::string& where);
[[nodiscard]] Picture decode_webp(std::span<const std::byte> bytes, const std::string& where);

/// A PNG whose pixels are numbers of classes: of a palette its indices, of grey the values as they are stored; RGB only where all channels
/// are equal. One channel. Throws Error{not_found, bad_data}.
[[nodiscard]] Picture read_mask(const std::filesystem::path& path);
[[nodiscard]] Picture decode_mask(std::span<const std::byte> bytes, const std::string& where);

/// Grey becomes three equal channels; RGB is returned as it is.
[[nodiscard]] Picture to_rgb(Picture picture);
/// RGB becomes luma by ITU-R 601-2 in 16-bit fixed point: (19595 R + 38470 G + 7471 B + 32768) >> 16.
[[nodiscard]] Picture to_grey(Picture picture);

enum class Filter { nearest, bilinear, bicubic, lanczos };

/// Scales with area-aware support when shrinking, in Pillow's 8-bit fixed-point arithmetic: two passes, across then
/// down, coefficients with 22 fractional bits, each pass rounded to 8 bits. The picture is returned as it is when the
/// size is already right. Throws Error{bad_data} when the result would be above kMaxPixels.
[[nodiscard]] Picture resize(Picture picture, int width, int height, Filter filter);

/// The middle part; offset = floor((size - crop) / 2). The caller checks that it fits.
[[nodiscard]] Picture centre_crop(const Picture& picture, int width, int height);

}  // namespace vernier
