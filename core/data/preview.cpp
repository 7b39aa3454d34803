// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "core/base/half.h"
#include "core/data/dataset.h"
#include "core/data/detail/elements.h"

namespace vernier {
namespace {

constexpr std::int64_t kMaxSide = 1 << 14;
constexpr std::int64_t kLeastSideWithoutChannels = 8;  // [1, H, W] below this is more likely a table than a picture

/// Where the pixels of a tensor lie: element = y * row + x * column + channel * plane.
struct Grid {
    std::int64_t height = 0, width = 0, channels = 1;
    std::int64_t row = 0, column = 0, plane = 0;
};

std::optional<Grid> grid_of(const Tensor& tensor) {
    const auto& d = tensor.dims;
    const auto is_channels = [](std::int64_t n) { return n == 1 || n == 3; };
    Grid grid;
    if (d.size() == 4 && d[0] == 1 && is_channels(d[1]))
        grid = {d[2], d[3], d[1], d[3], 1, d[2] * d[3]};
    else if (d.size() == 4 && d[0] == 1 && is_channels(d[3]))
        grid = {d[1], d[2], d[3], d[2] * d[3], d[3], 1};
    else if (d.size() == 3 && d[0] == 1 && std::min(d[1], d[2]) >= kLeastSideWithoutChannels && is_float(tensor.type))
        grid = {d[1], d[2], 1, d[2], 1, 0};
    else
        return std::nullopt;
    if (std::min(grid.height, grid.width) < 2 || std::max(grid.height, grid.width) > kMaxSide) return std::nullopt;
    return grid;
}

std::vector<float> values_of(const Tensor& tensor) {
    std::vector<float> values;
    if (tensor.type == ElementType::float16) {
        for (const std::uint16_t half : tensor.as<std::uint16_t>()) values.push_back(half_to_float(half));
        return values;
    }
    visit_element(tensor.type, [&](auto sample) {
        for (const auto value : tensor.as<decltype(sample)>()) values.push_back(static_cast<float>(value));
    });
    return values;
}

Preview draw(const Grid& grid, const std::vector<float>& values) {
    float low = std::numeric_limits<float>::infinity(), high = -low;
    for (const float v : values)
        if (std::isfinite(v)) {
            low = std::min(low, v);
            high = std::max(high, v);
        }
    const float factor = high > low ? 255.0F / (high - low) : 0.0F;
    Preview preview{.width = static_cast<int>(grid.width), .height = static_cast<int>(grid.height), .rgb = {}};
    preview.rgb.reserve(static_cast<std::size_t>(grid.width * grid.height * 3));
    for (std::int64_t y = 0; y < grid.height; ++y)
        for (std::int64_t x = 0; x < grid.width; ++x)
            for (std::int64_t c = 0; c < 3; ++c) {
                const std::int64_t at = y * grid.row + x * grid.column + std::min(c, grid.channels - 1) * grid.plane;
                const float v = values[static_cast<std::size_t>(at)];
                const float scaled = std::isfinite(v) ? (v - low) * factor : 0.0F;
                preview.rgb.push_back(static_cast<std::uint8_t>(std::lround(std::clamp(scaled, 0.0F, 255.0F))));
            }
    return preview;
}

}  // namespace

Preview preview_of(const Sample& sample) {
    for (const auto& [name, tensor] : sample.inputs) {
        const auto grid = grid_of(tensor);
        if (!grid) continue;
        const std::vector<float> values = values_of(tensor);
        if (values.size() == static_cast<std::size_t>(grid->height * grid->width * grid->channels)) return draw(*grid, values);
    }
    return {};
}

}  // namespace vernier
