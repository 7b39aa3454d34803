// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <png.h>

#include <array>
#include <csetjmp>
#include <cstdio>
#include <cstring>

#include "core/base/error.h"
#include "core/data/detail/picture.h"

namespace vernier {
namespace {

constexpr png_uint_32 kMaxSide = 1'000'000;
constexpr png_alloc_size_t kMaxChunk = 64U << 20;

/// Plain data only: a jump over it must not skip a destructor.
struct Decoder {
    png_structp png;
    png_infop info;
    const std::byte* next;
    std::size_t left;
    bool indices;  ///< pixels are numbers, which are kept as they are stored
    std::array<char, 256> text;
};

void on_error(png_structp png, png_const_charp message) {
    auto* d = static_cast<Decoder*>(png_get_error_ptr(png));
    std::snprintf(d->text.data(), d->text.size(), "%s", message);
    png_longjmp(png, 1);
}

void on_warning(png_structp, png_const_charp) {}

void on_read(png_structp png, png_bytep target, std::size_t n) {
    auto* d = static_cast<Decoder*>(png_get_io_ptr(png));
    if (n > d->left) png_error(png, "the file ends too early");
    std::memcpy(target, d->next, n);
    d->next += n;
    d->left -= n;
}

/// Each of the two steps sets its own jump target, and makes no object with a destructor. False after an error.
bool begin(Decoder& d) {
    if (setjmp(png_jmpbuf(d.png)) != 0) return false;
    png_set_user_limits(d.png, kMaxSide, kMaxSide);
    png_set_chunk_malloc_max(d.png, kMaxChunk);
    png_set_read_fn(d.png, &d, on_read);
    png_read_info(d.png, d.info);
    const png_byte type = png_get_color_type(d.png, d.info);
    if (d.indices) {
        if (png_get_bit_depth(d.png, d.info) == 16) png_error(d.png, "a mask of 16 bits is not read; its classes have to fit into 8");
        png_set_packing(d.png);
    } else {
        if (type == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(d.png);
        if (type == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(d.png);
        png_set_strip_16(d.png);
    }
    png_set_strip_alpha(d.png);
    png_set_interlace_handling(d.png);
    png_read_update_info(d.png, d.info);
    return true;
}

bool read_rows(Decoder& d, png_bytepp rows) {
    if (setjmp(png_jmpbuf(d.png)) != 0) return false;
    png_read_image(d.png, rows);
    png_read_end(d.png, nullptr);
    return true;
}

[[noreturn]] void fail(const Decoder& d, const std::string& where) {
    throw Error(ErrorKind::bad_data, fmt::format("the PNG picture cannot be decoded: {}", d.text.data()), {.file = where});
}

Picture decode(std::span<const std::byte> bytes, bool indices, const std::string& where) {
    Decoder d{};
    d.next = bytes.data();
    d.left = bytes.size();
    d.indices = indices;
    struct Destroy {
        Decoder& d;
        ~Destroy() { png_destroy_read_struct(&d.png, &d.info, nullptr); }
    } destroy{d};
    d.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &d, on_error, on_warning);
    d.info = d.png != nullptr ? png_create_info_struct(d.png) : nullptr;
    if (d.info == nullptr) throw Error(ErrorKind::internal, "libpng cannot be started", {.file = where});
    if (!begin(d)) fail(d, where);

    const std::uint64_t width = png_get_image_width(d.png, d.info), height = png_get_image_height(d.png, d.info);
    if (width * height > kMaxPixels)
        throw Error(ErrorKind::bad_data, fmt::format("the picture has {}x{} pixels, more than the {} that are read", width, height, kMaxPixels),
                    {.file = where});
    Picture picture{.width = static_cast<int>(width), .height = static_cast<int>(height), .channels = png_get_channels(d.png, d.info), .pixels = {}};
    if (png_get_rowbytes(d.png, d.info) != picture.row_bytes() || (picture.channels != 1 && picture.channels != 3))
        throw Error(ErrorKind::bad_data, "the PNG picture has a pixel format that is not known", {.file = where});
    picture.pixels.resize(picture.row_bytes() * static_cast<std::size_t>(height));
    std::vector<png_bytep> rows;
    for (std::size_t y = 0; y < height; ++y) rows.push_back(picture.pixels.data() + y * picture.row_bytes());
    if (!read_rows(d, rows.data())) fail(d, where);
    return picture;
}

}  // namespace

Picture decode_png(std::span<const std::byte> bytes, const std::string& where) { return decode(bytes, false, where); }

Picture decode_mask(std::span<const std::byte> bytes, const std::string& where) {
    constexpr std::array<unsigned char, 4> kMark = {0x89, 'P', 'N', 'G'};
    if (bytes.size() < kMark.size() || std::memcmp(bytes.data(), kMark.data(), kMark.size()) != 0)
        throw Error(ErrorKind::bad_data, "a mask has to be a PNG", {.file = where}, "Other forms change pixels, or are not read");
    Picture mask = decode(bytes, true, where);
    if (mask.channels == 1) return mask;
    Picture grey{.width = mask.width, .height = mask.height, .channels = 1, .pixels = {}};
    for (std::size_t i = 0; i + 2 < mask.pixels.size(); i += 3) {
        if (mask.pixels[i] != mask.pixels[i + 1] || mask.pixels[i] != mask.pixels[i + 2])
            throw Error(ErrorKind::bad_data, "the mask is in colours, not in numbers of classes", {.file = where},
                        "Save it as grey or with a palette, each pixel the number of its class");
        grey.pixels.push_back(mask.pixels[i]);
    }
    return grey;
}

}  // namespace vernier
