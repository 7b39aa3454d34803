// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/detail/picture.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <utility>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/text.h"

namespace vernier {

bool is_picture_file(const std::filesystem::path& path) {
    constexpr std::array<std::string_view, 7> kEndings = {".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp"};
    return std::find(kEndings.begin(), kEndings.end(), lower(path.extension().string())) != kEndings.end();
}

Picture decode_picture(std::span<const std::byte> bytes, const std::string& where) {
    const auto starts = [&](const char* magic, std::size_t n) { return bytes.size() >= n && std::memcmp(bytes.data(), magic, n) == 0; };
    if (starts("\xff\xd8\xff", 3)) return decode_jpeg(bytes, where);
    if (starts("\x89PNG\r\n\x1a\n", 8)) return decode_png(bytes, where);
    if (starts("BM", 2)) return decode_bmp(bytes, where);
    if (starts("II*\0", 4) || starts("MM\0*", 4) || starts("II+\0", 4) || starts("MM\0+", 4)) return decode_tiff(bytes, where);
    if (starts("RIFF", 4) && bytes.size() >= 12 && std::memcmp(bytes.data() + 8, "WEBP", 4) == 0) return decode_webp(bytes, where);
    throw Error(ErrorKind::bad_data, bytes.empty() ? "the picture file is empty" : "is neither a JPEG nor a PNG, BMP, TIFF or WebP picture", {.file = where},
                "Convert it to JPEG or PNG, or leave it out");
}

Picture read_picture(const std::filesystem::path& path) {
    const MappedFile file(path);
    Picture picture = decode_picture(file.bytes(), path.string());
    file.check_whole();
    return picture;
}

Picture read_mask(const std::filesystem::path& path) {
    const MappedFile file(path);
    Picture mask = decode_mask(file.bytes(), path.string());
    file.check_whole();
    return mask;
}

Picture to_rgb(Picture picture) {
    if (picture.channels == 3) return picture;
    Picture out{.width = picture.width, .height = picture.height, .channels = 3, .pixels = {}};
    out.pixels.resize(picture.pixels.size() * 3);
    for (std::size_t i = 0; i < picture.pixels.size(); ++i) std::memset(&out.pixels[i * 3], picture.pixels[i], 3);
    return out;
}

Picture to_grey(Picture picture) {
    if (picture.channels == 1) return picture;
    Picture out{.width = picture.width, .height = picture.height, .channels = 1, .pixels = {}};
    out.pixels.resize(picture.pixels.size() / 3);
    for (std::size_t i = 0; i < out.pixels.size(); ++i) {
        const std::uint8_t* p = &picture.pixels[i * 3];
        out.pixels[i] = static_cast<std::uint8_t>((19595U * p[0] + 38470U * p[1] + 7471U * p[2] + 32768U) >> 16);
    }
    return out;
}

Picture centre_crop(const Picture& picture, int width, int height) {
    if (picture.width == width && picture.height == height) return picture;
    Picture out{.width = width, .height = height, .channels = picture.channels, .pixels = {}};
    out.pixels.resize(out.row_bytes() * static_cast<std::size_t>(height));
    const auto left = static_cast<std::size_t>((picture.width - width) / 2 * picture.channels);
    const auto top = static_cast<std::size_t>((picture.height - height) / 2);
    for (std::size_t y = 0; y < static_cast<std::size_t>(height); ++y)
        std::copy_n(&picture.pixels[(top + y) * picture.row_bytes() + left], out.row_bytes(), &out.pixels[y * out.row_bytes()]);
    return out;
}

}  // namespace vernier
