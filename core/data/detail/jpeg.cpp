// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstddef>
#include <cstdio>

#include <jpeglib.h>
// after jpeglib.h, which it needs
#include <jerror.h>

#include "core/base/error.h"
#include "core/data/detail/picture.h"

namespace vernier {
namespace {

constexpr int kMaxScans = 200;  // a small progressive file can ask for thousands of passes over a large picture

/// libjpeg's error handler with the place to jump to. It must stay the first member: libjpeg knows only that part.
struct Handler {
    jpeg_error_mgr base;
    std::jmp_buf jump;
    std::array<char, JMSG_LENGTH_MAX> text;
    bool too_many_scans;
};

void on_error(j_common_ptr info) {
    auto* handler = reinterpret_cast<Handler*>(info->err);
    handler->base.format_message(info, handler->text.data());
    std::longjmp(handler->jump, 1);
}

/// Warnings pass, as they do in other readers, but for a file that ends early: the rest would be made-up grey.
void on_message(j_common_ptr info, int level) {
    if (level < 0 && info->err->msg_code == JWRN_JPEG_EOF) on_error(info);
}

void on_progress(j_common_ptr info) {
    if (!info->is_decompressor) return;
    auto* handler = reinterpret_cast<Handler*>(info->err);
    if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number <= kMaxScans) return;
    handler->too_many_scans = true;
    std::longjmp(handler->jump, 1);
}

/// Plain data only: a jump over it must not skip a destructor.
struct Decoder {
    jpeg_decompress_struct info;
    Handler handler;
    jpeg_progress_mgr progress;
};

/// Each of the two steps sets its own jump target, and makes no object with a destructor. False after an error.
bool begin(Decoder& d, std::span<const std::byte> bytes) {
    if (setjmp(d.handler.jump) != 0) return false;
    jpeg_create_decompress(&d.info);
    d.progress.progress_monitor = on_progress;
    d.info.progress = &d.progress;
    jpeg_mem_src(&d.info, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    jpeg_read_header(&d.info, TRUE);
    if (d.info.num_components == 1)
        d.info.out_color_space = JCS_GRAYSCALE;
    else if (d.info.num_components == 4)
        d.info.out_color_space = JCS_CMYK;
    else
        d.info.out_color_space = JCS_RGB;
    jpeg_calc_output_dimensions(&d.info);
    return true;
}

bool read_rows(Decoder& d, std::uint8_t* target, std::size_t row_bytes) {
    if (setjmp(d.handler.jump) != 0) return false;
    jpeg_start_decompress(&d.info);
    while (d.info.output_scanline < d.info.output_height) {
        JSAMPROW row = target + d.info.output_scanline * row_bytes;
        jpeg_read_scanlines(&d.info, &row, 1);
    }
    jpeg_finish_decompress(&d.info);
    return true;
}

[[noreturn]] void fail(const Decoder& d, const std::string& where) {
    const std::string why = d.handler.too_many_scans ? fmt::format("more than {} scans", kMaxScans) : d.handler.text.data();
    throw Error(ErrorKind::bad_data, fmt::format("the JPEG picture cannot be decoded: {}", why), {.file = where});
}

std::uint8_t product(unsigned a, unsigned b) {
    const unsigned t = a * b + 128;
    return static_cast<std::uint8_t>(((t >> 8) + t) >> 8);
}

/// Adobe writes CMYK inverted. Without a colour profile the plain formula is all that can be done.
Picture cmyk_to_rgb(const Picture& cmyk, bool inverted) {
    Picture rgb{.width = cmyk.width, .height = cmyk.height, .channels = 3, .pixels = {}};
    rgb.pixels.reserve(cmyk.pixels.size() / 4 * 3);
    for (std::size_t at = 0; at + 4 <= cmyk.pixels.size(); at += 4) {
        const auto ink = [&](std::size_t i) {
            const unsigned v = cmyk.pixels[at + i];
            return inverted ? 255 - v : v;
        };
        const unsigned light = 255 - ink(3);
        for (std::size_t c = 0; c < 3; ++c) rgb.pixels.push_back(static_cast<std::uint8_t>(light - product(ink(c), light)));
    }
    return rgb;
}

}  // namespace

Picture decode_jpeg(std::span<const std::byte> bytes, const std::string& where) {
    Decoder d{};
    d.info.err = jpeg_std_error(&d.handler.base);
    d.handler.base.error_exit = on_error;
    d.handler.base.emit_message = on_message;
    struct Destroy {
        Decoder& d;
        ~Destroy() { jpeg_destroy_decompress(&d.info); }
    } destroy{d};
    if (!begin(d, bytes)) fail(d, where);
    const std::uint64_t pixels = static_cast<std::uint64_t>(d.info.output_width) * d.info.output_height;
    if (pixels > kMaxPixels)
        throw Error(ErrorKind::bad_data,
                    fmt::format("the picture has {}x{} pixels, more than the {} that are read", d.info.output_width, d.info.output_height, kMaxPixels),
                    {.file = where});
    Picture picture{.width = static_cast<int>(d.info.output_width),
                    .height = static_cast<int>(d.info.output_height),
                    .channels = d.info.out_color_components,
                    .pixels = {}};
    picture.pixels.resize(picture.row_bytes() * static_cast<std::size_t>(picture.height));
    if (!read_rows(d, picture.pixels.data(), picture.row_bytes())) fail(d, where);
    return picture.channels == 4 ? cmyk_to_rgb(picture, d.info.saw_Adobe_marker != FALSE) : picture;
}

}  // namespace vernier
