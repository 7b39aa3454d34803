// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace vernier {

/// A sound as it is stored: values in [-1, 1), channels interleaved.
struct Sound {
    std::uint32_t rate = 0;  ///< values of a channel a second
    std::size_t channels = 1;
    std::vector<float> values;
    [[nodiscard]] std::size_t length() const { return values.size() / channels; }
};

/// Decodes a RIFF WAVE file: PCM of 8, 16, 24 and 32 bits over the largest magnitude of its type (as libsndfile gives them), floats of 32 and 64 bits
/// as they are. Other formats, and a file that ends early, are errors. `where` names the file. Throws Error{bad_data}.
[[nodiscard]] Sound decode_wav(std::span<const std::byte> bytes, const std::string& where);
/// Throws Error{not_found, bad_data}.
[[nodiscard]] Sound read_wav(const std::filesystem::path& path);

}  // namespace vernier
