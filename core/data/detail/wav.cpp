// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/detail/wav.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/data/detail/little_endian.h"

namespace vernier {
namespace {

constexpr std::uint16_t kPcm = 1, kFloat = 3, kExtensible = 0xFFFE;
constexpr std::size_t kMostChannels = 64;

[[noreturn]] void fail(const std::string& where, const std::string& what, const std::string& remedy = {}) {
    throw Error(ErrorKind::bad_data, what, {.file = where}, remedy);
}

/// What the chunk "fmt " says.
struct Format {
    std::uint16_t kind = 0, channels = 0, bits = 0;
    std::uint32_t rate = 0;
};

Format format_of(std::span<const std::byte> chunk, const std::string& where) {
    if (chunk.size() < 16) fail(where, "has a format chunk that is too short");
    Format format{number_at<std::uint16_t>(chunk, 0), number_at<std::uint16_t>(chunk, 2), number_at<std::uint16_t>(chunk, 14),
                  number_at<std::uint32_t>(chunk, 4)};
    if (format.kind == kExtensible && chunk.size() >= 26) format.kind = number_at<std::uint16_t>(chunk, 24);
    const bool pcm = format.kind == kPcm && (format.bits == 8 || format.bits == 16 || format.bits == 24 || format.bits == 32);
    const bool real = format.kind == kFloat && (format.bits == 32 || format.bits == 64);
    if (!pcm && !real)
        fail(where, fmt::format("is a WAVE file of format {} with {} bits, which is not read", format.kind, format.bits), "Convert it to 16-bit PCM");
    if (format.channels == 0 || format.channels > kMostChannels || format.rate == 0) fail(where, "says that it has no channels, too many, or no rate");
    return format;
}

float value_at(std::span<const std::byte> data, std::size_t at, const Format& format) {
    if (format.kind == kFloat) return format.bits == 32 ? number_at<float>(data, at) : static_cast<float>(number_at<double>(data, at));
    switch (format.bits) {
        case 8: return (static_cast<float>(number_at<std::uint8_t>(data, at)) - 128.0F) / 128.0F;
        case 16: return static_cast<float>(number_at<std::int16_t>(data, at)) / 32768.0F;
        case 24: {
            const auto low = static_cast<std::uint32_t>(number_at<std::uint16_t>(data, at)),
                       high = static_cast<std::uint32_t>(number_at<std::uint8_t>(data, at + 2));
            return static_cast<float>(static_cast<std::int32_t>((high << 24) | (low << 8)) / 256) / 8388608.0F;
        }
        default: return static_cast<float>(static_cast<double>(number_at<std::int32_t>(data, at)) / 2147483648.0);
    }
}

}  // namespace

Sound decode_wav(std::span<const std::byte> bytes, const std::string& where) {
    const auto is = [&](std::size_t at, const char* id) { return std::memcmp(bytes.data() + at, id, 4) == 0; };
    if (bytes.size() < 12 || !is(0, "RIFF") || !is(8, "WAVE")) fail(where, "is no WAVE file");
    std::optional<Format> format;
    for (std::size_t at = 12; at + 8 <= bytes.size();) {
        const std::size_t size = number_at<std::uint32_t>(bytes, at + 4), rest = bytes.size() - at - 8;
        if (is(at, "data")) {
            if (!format) fail(where, "has data in front of their format");
            const std::size_t frame = static_cast<std::size_t>(format->channels) * format->bits / 8;
            const bool streamed = size == 0xFFFFFFFF || size == 0;  // its writer could not go back to fill the size in
            if (!streamed && size > rest) fail(where, fmt::format("ends early: {} bytes of sound are there of {}", rest, size));
            const auto data = bytes.subspan(at + 8, (streamed ? rest : size) / frame * frame);
            Sound sound{format->rate, format->channels, {}};
            sound.values.resize(data.size() / (format->bits / 8));
            for (std::size_t i = 0; i < sound.values.size(); ++i) sound.values[i] = value_at(data, i * (format->bits / 8), *format);
            return sound;
        }
        if (size > rest) break;
        if (is(at, "fmt ")) format = format_of(bytes.subspan(at + 8, size), where);
        at += 8 + size + size % 2;
    }
    fail(where, "is a WAVE file without sound, or ends early");
}

Sound read_wav(const std::filesystem::path& path) {
    const MappedFile file(path);
    Sound sound = decode_wav(file.bytes(), path.string());
    file.check_whole();
    return sound;
}

}  // namespace vernier
