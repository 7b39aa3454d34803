// SPDX-License-Identifier: GPL-3.0-or-later
// TIFF by libtiff, out of memory: whatever it holds becomes 8 bits of grey or RGB. Of several pages the first one.
#include <fmt/format.h>
#include <tiffio.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/data/detail/picture.h"

namespace vernier {
namespace {

constexpr tmsize_t kMostAtOnce = tmsize_t{1} << 30;  ///< bytes that one part of a file may ask for

/// The bytes of a file as libtiff reads them, and what it says first of what is wrong.
struct Source {
    std::span<const std::byte> bytes;
    std::size_t at = 0;
    std::array<char, 256> text{};
};

Source& source_of(thandle_t handle) { return *static_cast<Source*>(handle); }

tmsize_t read(thandle_t handle, void* target, tmsize_t size) {
    Source& source = source_of(handle);
    const std::size_t count = std::min(static_cast<std::size_t>(std::max<tmsize_t>(size, 0)), source.bytes.size() - source.at);
    if (count > 0) std::memcpy(target, source.bytes.data() + source.at, count);
    source.at += count;
    return static_cast<tmsize_t>(count);
}

tmsize_t write_nothing(thandle_t, void*, tmsize_t) { return 0; }

toff_t seek(thandle_t handle, toff_t offset, int from) {
    Source& source = source_of(handle);
    const toff_t start = from == SEEK_CUR ? source.at : from == SEEK_END ? source.bytes.size() : 0;
    source.at = static_cast<std::size_t>(std::min<toff_t>(start + offset, source.bytes.size()));
    return source.at;
}

int close(thandle_t) { return 0; }
toff_t size(thandle_t handle) { return source_of(handle).bytes.size(); }

int note_error(TIFF*, void* user, const char*, const char* format, va_list arguments) {
    auto& source = *static_cast<Source*>(user);
    if (source.text[0] == '\0') std::vsnprintf(source.text.data(), source.text.size(), format, arguments);
    return 1;
}

/// Warnings pass, but for what lies beyond the end of the file: without its colours a palette would be read as grey.
int note_end(TIFF* tiff, void* user, const char* module, const char* format, va_list arguments) {
    return std::strncmp(format, "IO error", 8) == 0 ? note_error(tiff, user, module, format, arguments) : 1;
}

struct Close {
    void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};
using Tiff = std::unique_ptr<TIFF, Close>;

Tiff open(Source& source) {
    const std::unique_ptr<TIFFOpenOptions, void (*)(TIFFOpenOptions*)> options(TIFFOpenOptionsAlloc(), TIFFOpenOptionsFree);
    TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), kMostAtOnce);
    TIFFOpenOptionsSetErrorHandlerExtR(options.get(), note_error, &source);
    TIFFOpenOptionsSetWarningHandlerExtR(options.get(), note_end, &source);
    return Tiff(TIFFClientOpenExt("picture", "rm", &source, read, write_nothing, seek, close, size, nullptr, nullptr, options.get()));
}

[[noreturn]] void fail(const std::string& why, const std::string& where) {
    throw Error(ErrorKind::bad_data, fmt::format("the TIFF picture cannot be decoded: {}", why.empty() ? "libtiff does not say why" : why), {.file = where});
}

/// libtiff would multiply colours by an alpha that stands apart; it is dropped here, as in other pictures.
void take_alpha_as_it_is(TIFF* tiff) {
    std::uint16_t count = 0;
    std::uint16_t* kinds = nullptr;
    if (TIFFGetField(tiff, TIFFTAG_EXTRASAMPLES, &count, &kinds) == 0 || count == 0) return;
    std::vector<std::uint16_t> plain(count, EXTRASAMPLE_ASSOCALPHA);
    TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, count, plain.data());
}

bool is_grey(TIFF* tiff) {
    std::uint16_t kind = PHOTOMETRIC_RGB;
    TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &kind);
    return kind == PHOTOMETRIC_MINISBLACK || kind == PHOTOMETRIC_MINISWHITE;
}

/// Rows from above, one number of four bytes a pixel.
std::vector<std::uint32_t> raster_of(TIFF* tiff, std::uint32_t width, std::uint32_t height, Source& source, const std::string& where) {
    TIFFRGBAImage image{};
    std::array<char, 1024> why{};
    if (TIFFRGBAImageOK(tiff, why.data()) == 0 || TIFFRGBAImageBegin(&image, tiff, 1, why.data()) == 0) fail(why.data(), where);
    const std::unique_ptr<TIFFRGBAImage, void (*)(TIFFRGBAImage*)> end(&image, TIFFRGBAImageEnd);
    image.req_orientation = image.orientation;  // as stored: libtiff turns by half a circle only
    std::vector<std::uint32_t> raster(static_cast<std::size_t>(width) * height);
    if (TIFFRGBAImageGet(&image, raster.data(), width, height) == 0 || source.text[0] != '\0') fail(source.text.data(), where);
    return raster;
}

/// As the file says that it is to be seen (tag Orientation, 1 to 8), which Pillow does for TIFF alone.
Picture oriented(Picture stored, int orientation) {
    if (orientation < 2 || orientation > 8) return stored;
    const bool turned = orientation > 4;  // rows become columns
    const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    const bool from_below = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    Picture seen = stored;
    if (turned) std::swap(seen.width, seen.height);
    const auto channels = static_cast<std::size_t>(stored.channels);
    for (int y = 0; y < seen.height; ++y)
        for (int x = 0; x < seen.width; ++x) {
            const int along = turned ? y : x, across = turned ? x : y;
            const int column = from_right ? stored.width - 1 - along : along, row = from_below ? stored.height - 1 - across : across;
            std::copy_n(&stored.pixels[static_cast<std::size_t>(row) * stored.row_bytes() + static_cast<std::size_t>(column) * channels], channels,
                        &seen.pixels[static_cast<std::size_t>(y) * seen.row_bytes() + static_cast<std::size_t>(x) * channels]);
        }
    return seen;
}

}  // namespace

Picture decode_tiff(std::span<const std::byte> bytes, const std::string& where) {
    Source source{bytes, 0, {}};
    const Tiff tiff = open(source);
    std::uint32_t width = 0, height = 0;
    if (!tiff || TIFFGetField(tiff.get(), TIFFTAG_IMAGEWIDTH, &width) == 0 || TIFFGetField(tiff.get(), TIFFTAG_IMAGELENGTH, &height) == 0)
        fail(source.text.data(), where);
    if (width == 0 || height == 0 || std::uint64_t{width} * height > kMaxPixels)
        throw Error(ErrorKind::bad_data, fmt::format("the picture has {}x{} pixels; from 1 to {} are read", width, height, kMaxPixels), {.file = where});
    take_alpha_as_it_is(tiff.get());
    const std::vector<std::uint32_t> raster = raster_of(tiff.get(), width, height, source, where);
    Picture picture{.width = static_cast<int>(width), .height = static_cast<int>(height), .channels = is_grey(tiff.get()) ? 1 : 3, .pixels = {}};
    picture.pixels.reserve(raster.size() * static_cast<std::size_t>(picture.channels));
    for (const std::uint32_t pixel : raster) {
        picture.pixels.push_back(static_cast<std::uint8_t>(TIFFGetR(pixel)));
        if (picture.channels == 1) continue;
        picture.pixels.push_back(static_cast<std::uint8_t>(TIFFGetG(pixel)));
        picture.pixels.push_back(static_cast<std::uint8_t>(TIFFGetB(pixel)));
    }
    std::uint16_t orientation = ORIENTATION_TOPLEFT;
    TIFFGetField(tiff.get(), TIFFTAG_ORIENTATION, &orientation);
    return oriented(std::move(picture), orientation);
}

}  // namespace vernier
