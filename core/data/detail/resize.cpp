// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/base/error.h"
#include "core/data/detail/picture.h"

namespace vernier {
namespace {

/// 32 bits less 8 for the pixel and 2 for overshoot of filters with negative lobes.
constexpr int kPrecision = 32 - 8 - 2;

double support_of(Filter filter) {
    switch (filter) {
        case Filter::bilinear: return 1.0;
        case Filter::bicubic: return 2.0;
        case Filter::lanczos: return 3.0;
        case Filter::nearest: break;
    }
    return 0.0;
}

double sinc(double x) {
    if (x == 0.0) return 1.0;
    x *= std::numbers::pi;
    return std::sin(x) / x;
}

/// Weight at distance x from the centre, in source pixels of the (possibly widened) filter.
double weight(Filter filter, double x) {
    constexpr double a = -0.5;  // Keys' cubic; the other common choice, -0.75, is not what Pillow uses
    if (filter == Filter::lanczos) return -3.0 <= x && x < 3.0 ? sinc(x) * sinc(x / 3.0) : 0.0;
    x = std::fabs(x);
    if (filter == Filter::bilinear) return x < 1.0 ? 1.0 - x : 0.0;
    if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0;
    return x < 2.0 ? (((x - 5.0) * x + 8.0) * x - 4.0) * a : 0.0;
}

/// For each output position: the first source position, and its fixed-point weights.
struct Taps {
    struct Row {
        int first = 0;
        int count = 0;
        std::size_t offset = 0;
    };
    std::vector<Row> rows;
    std::vector<std::int32_t> weights;
};

Taps make_taps(int from, int to, Filter filter) {
    const double scale = static_cast<double>(from) / to;
    const double stretch = std::max(scale, 1.0);
    const double support = support_of(filter) * stretch;
    Taps taps;
    taps.rows.reserve(static_cast<std::size_t>(to));
    std::vector<double> exact;
    for (int i = 0; i < to; ++i) {
        const double centre = (i + 0.5) * scale;
        const int first = std::max(0, static_cast<int>(centre - support + 0.5));
        const int last = std::min(from, static_cast<int>(centre + support + 0.5));
        exact.clear();
        double total = 0.0;
        for (int k = first; k < last; ++k) {
            exact.push_back(weight(filter, (k - centre + 0.5) * (1.0 / stretch)));
            total += exact.back();
        }
        taps.rows.push_back({first, last - first, taps.weights.size()});
        for (double w : exact) {
            if (total != 0.0) w /= total;
            taps.weights.push_back(static_cast<std::int32_t>(w * (1 << kPrecision) + (w < 0 ? -0.5 : 0.5)));
        }
    }
    return taps;
}

std::uint8_t clip8(std::int32_t sum) { return static_cast<std::uint8_t>(std::clamp(sum >> kPrecision, 0, 255)); }

Picture resize_across(const Picture& in, int width, Filter filter) {
    const Taps taps = make_taps(in.width, width, filter);
    Picture out{.width = width, .height = in.height, .channels = in.channels, .pixels = {}};
    out.pixels.resize(out.row_bytes() * static_cast<std::size_t>(in.height));
    const auto channels = static_cast<std::size_t>(in.channels);
    std::uint8_t* to = out.pixels.data();
    for (std::size_t y = 0; y < static_cast<std::size_t>(in.height); ++y) {
        const std::uint8_t* row = &in.pixels[y * in.row_bytes()];
        for (const Taps::Row& tap : taps.rows) {
            const std::int32_t* w = taps.weights.data() + tap.offset;
            for (std::size_t c = 0; c < channels; ++c) {
                const std::uint8_t* p = row + static_cast<std::size_t>(tap.first) * channels + c;
                std::int32_t sum = 1 << (kPrecision - 1);
                for (int k = 0; k < tap.count; ++k, p += channels) sum += *p * w[k];
                *to++ = clip8(sum);
            }
        }
    }
    return out;
}

Picture resize_down(const Picture& in, int height, Filter filter) {
    const Taps taps = make_taps(in.height, height, filter);
    Picture out{.width = in.width, .height = height, .channels = in.channels, .pixels = {}};
    const std::size_t row_bytes = in.row_bytes();
    out.pixels.resize(row_bytes * static_cast<std::size_t>(height));
    std::vector<std::int32_t> sums(row_bytes);
    std::uint8_t* to = out.pixels.data();
    for (const Taps::Row& tap : taps.rows) {
        std::fill(sums.begin(), sums.end(), 1 << (kPrecision - 1));
        for (int k = 0; k < tap.count; ++k) {
            const std::uint8_t* row = &in.pixels[static_cast<std::size_t>(tap.first + k) * row_bytes];
            const std::int32_t w = taps.weights[tap.offset + static_cast<std::size_t>(k)];
            for (std::size_t x = 0; x < row_bytes; ++x) sums[x] += row[x] * w;
        }
        for (const std::int32_t sum : sums) *to++ = clip8(sum);
    }
    return out;
}

/// Source positions of nearest neighbour. The position is summed up step by step, as Pillow does, since a product
/// would round to another pixel now and then.
std::vector<std::size_t> nearest_positions(int from, int to) {
    std::vector<std::size_t> positions;
    const double step = static_cast<double>(from) / to;
    double at = step * 0.5;
    for (int i = 0; i < to; ++i, at += step) positions.push_back(static_cast<std::size_t>(std::min(static_cast<int>(at), from - 1)));
    return positions;
}

Picture resize_nearest(const Picture& in, int width, int height) {
    const auto columns = nearest_positions(in.width, width);
    const auto rows = nearest_positions(in.height, height);
    const auto channels = static_cast<std::size_t>(in.channels);
    Picture out{.width = width, .height = height, .channels = in.channels, .pixels = {}};
    out.pixels.reserve(out.row_bytes() * rows.size());
    for (const std::size_t y : rows)
        for (const std::size_t x : columns) {
            const std::uint8_t* p = &in.pixels[y * in.row_bytes() + x * channels];
            out.pixels.insert(out.pixels.end(), p, p + channels);
        }
    return out;
}

bool too_large(int width, int height) { return static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height) > kMaxPixels; }

}  // namespace

Picture resize(Picture picture, int width, int height, Filter filter) {
    if (picture.width == width && picture.height == height) return picture;
    if (too_large(width, height) || too_large(width, picture.height))
        throw Error(ErrorKind::bad_data,
                    fmt::format("resizing {}x{} to {}x{} would make a picture too large to handle", picture.width, picture.height, width, height));
    if (filter == Filter::nearest) return resize_nearest(picture, width, height);
    if (picture.width != width) picture = resize_across(picture, width, filter);
    if (picture.height != height) picture = resize_down(picture, height, filter);
    return picture;
}

}  // namespace vernier
