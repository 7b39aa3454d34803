// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <webp/decode.h>

#include "core/base/error.h"
#include "core/data/detail/picture.h"

namespace vernier {
namespace {

[[noreturn]] void fail(const std::string& why, const std::string& where, const std::string& remedy = {}) {
    throw Error(ErrorKind::bad_data, fmt::format("the WebP picture cannot be decoded: {}", why), {.file = where}, remedy);
}

std::string reason(VP8StatusCode status) {
    switch (status) {
        case VP8_STATUS_NOT_ENOUGH_DATA: return "the file ends too early";
        case VP8_STATUS_UNSUPPORTED_FEATURE: return "it uses what libwebp does not know";
        default: return "its data are damaged";
    }
}

}  // namespace

Picture decode_webp(std::span<const std::byte> bytes, const std::string& where) {
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    WebPBitstreamFeatures features{};
    if (const VP8StatusCode status = WebPGetFeatures(data, bytes.size(), &features); status != VP8_STATUS_OK) fail(reason(status), where);
    if (features.has_animation != 0) fail("it is moving", where, "Save the picture that is meant as a WebP or PNG of its own");
    Picture picture{.width = features.width, .height = features.height, .channels = 3, .pixels = {}};
    const std::uint64_t pixels = static_cast<std::uint64_t>(picture.width) * static_cast<std::uint64_t>(picture.height);
    if (picture.width < 1 || picture.height < 1 || pixels > kMaxPixels)
        throw Error(ErrorKind::bad_data, fmt::format("the picture has {}x{} pixels; from 1 to {} are read", picture.width, picture.height, kMaxPixels),
                    {.file = where});
    picture.pixels.resize(picture.row_bytes() * static_cast<std::size_t>(picture.height));
    if (WebPDecodeRGBInto(data, bytes.size(), picture.pixels.data(), picture.pixels.size(), static_cast<int>(picture.row_bytes())) == nullptr)
        fail("its data are damaged, or end too early", where);
    return picture;
}

}  // namespace vernier
