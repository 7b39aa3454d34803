// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace vernier::test {

/// A picture to draw in: 8 bits, 1 (grey) or 3 (RGB) channels.
struct Canvas {
    std::size_t width = 0, height = 0, channels = 3;
    std::vector<std::uint8_t> values;

    Canvas(std::size_t w, std::size_t h, std::size_t c) : width(w), height(h), channels(c), values(w * h * c) {}
    [[nodiscard]] std::uint8_t& at(std::size_t x, std::size_t y, std::size_t channel) { return values[(y * width + x) * channels + channel]; }
    /// Throws std::runtime_error where it cannot be written.
    void save_png(const std::filesystem::path& path) const;
};

}  // namespace vernier::test
