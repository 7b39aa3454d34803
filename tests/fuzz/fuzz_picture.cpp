// SPDX-License-Identifier: GPL-3.0-or-later
// JPEG or PNG, told apart by content; what is decoded is resized as a dataset would.
#include <span>

#include "core/data/detail/picture.h"
#include "tests/fuzz/scratch_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vernier;
    fuzz::expect_error_or_nothing([&] {
        Picture picture = decode_picture(std::as_bytes(std::span(data, size)), "picture");
        if (picture.width > 0 && picture.height > 0 && picture.pixels.size() < (std::size_t{1} << 16))
            (void)resize(to_rgb(std::move(picture)), 8, 8, Filter::bicubic);
    });
    return 0;
}
