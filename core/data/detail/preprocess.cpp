// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/detail/preprocess.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <type_traits>

#include "core/base/error.h"
#include "core/base/half.h"
#include "core/data/detail/elements.h"

namespace vernier {
namespace {

[[noreturn]] void fail(const std::string& where, const std::string& what, const std::string& remedy = {}) {
    throw Error(ErrorKind::bad_data, what, {.file = where}, remedy);
}

template <class To>
std::vector<To> converted(const RawSample& raw, const std::string& where) {
    std::vector<To> out;
    if (raw.type == ElementType::float16) {
        const auto* from = reinterpret_cast<const std::uint16_t*>(raw.bytes.data());
        out.resize(raw.bytes.size() / 2);
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<To>(half_to_float(from[i]));
        return out;
    }
    const bool known = visit_element(raw.type, [&](auto sample) {
        using From = decltype(sample);
        out.resize(raw.bytes.size() / sizeof(From));
        for (std::size_t i = 0; i < out.size(); ++i) {
            From value;
            std::memcpy(&value, raw.bytes.data() + i * sizeof(From), sizeof(From));
            if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
                if (!(std::fabs(value) < From(9.2e18))) fail(where, "holds a value that is no whole number of 64 bits");
            }
            out[i] = static_cast<To>(value);
        }
    });
    if (!known) fail(where, fmt::format("holds {} values, which cannot be read", name(raw.type)));
    return out;
}

/// Number of channels and how far apart two elements of one channel's run lie.
struct Channels {
    std::size_t count = 1;
    std::size_t stride = 1;
};

Channels channels_of(const std::vector<std::int64_t>& dims, Layout layout) {
    if (dims.empty()) return {};
    if (layout == Layout::nchw) {
        const std::int64_t plane = std::accumulate(dims.begin() + 1, dims.end(), std::int64_t{1}, std::multiplies<>());
        return {static_cast<std::size_t>(dims[0]), static_cast<std::size_t>(plane)};
    }
    return {static_cast<std::size_t>(dims.back()), 1};
}

template <class T>
void swap_first_and_third(std::vector<T>& values, const Channels& channels, const std::string& where) {
    if (channels.count != 3) fail(where, fmt::format("has {} channels; BGR needs 3", channels.count));
    const std::size_t group = channels.stride * 3;
    for (std::size_t at = 0; at + group <= values.size(); at += group)
        std::swap_ranges(values.begin() + static_cast<std::ptrdiff_t>(at), values.begin() + static_cast<std::ptrdiff_t>(at + channels.stride),
                         values.begin() + static_cast<std::ptrdiff_t>(at + 2 * channels.stride));
}

void normalise(std::vector<float>& values, const Preprocess& steps, const Channels& channels, const std::string& where) {
    if (steps.scale == 1.0F && steps.mean.empty() && steps.std.empty()) return;
    for (const auto* list : {&steps.mean, &steps.std})
        if (list->size() > 1 && list->size() != channels.count)
            fail(where, fmt::format("has {} channels, but the preprocessing gives {} numbers for 'mean' or 'std'", channels.count, list->size()));
    const auto pick = [](const std::vector<float>& list, std::size_t c, float fallback) { return list.empty() ? fallback : list[list.size() == 1 ? 0 : c]; };
    std::vector<float> mean, deviation;
    for (std::size_t c = 0; c < channels.count; ++c) {
        mean.push_back(pick(steps.mean, c, 0.0F));
        deviation.push_back(pick(steps.std, c, 1.0F));
    }
    for (std::size_t at = 0; at < values.size();)
        for (std::size_t c = 0; c < channels.count; ++c)
            for (std::size_t k = 0; k < channels.stride; ++k, ++at) values[at] = (values[at] * steps.scale - mean[c]) / deviation[c];
}

/// Moves the channel axis of one H x W x C (or C x H x W) sample when the layouts ask for it; dims follow.
template <class T>
void move_channels(std::vector<T>& values, std::vector<std::int64_t>& dims, Layout in, Layout out) {
    const bool to_first = out == Layout::nchw && in != Layout::nchw;
    const bool to_last = out == Layout::nhwc && in == Layout::nchw;
    if (dims.size() != 3 || (!to_first && !to_last)) return;
    // a transpose of a matrix: (H*W) x C to C x (H*W), or back
    const auto rows = static_cast<std::size_t>(to_first ? dims[0] * dims[1] : dims[0]);
    const auto columns = static_cast<std::size_t>(to_first ? dims[2] : dims[1] * dims[2]);
    std::vector<T> moved(values.size());
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < columns; ++c) moved[c * rows + r] = values[r * columns + c];
    values = std::move(moved);
    dims = to_first ? std::vector{dims[2], dims[0], dims[1]} : std::vector{dims[1], dims[2], dims[0]};
}

template <class From>
std::vector<std::byte> stored(const std::vector<From>& values, ElementType type, const std::string& where) {
    std::vector<std::byte> bytes(static_cast<std::size_t>(byte_size(type, values.size())));
    if (type == ElementType::float16) {
        auto* out = reinterpret_cast<std::uint16_t*>(bytes.data());
        for (std::size_t i = 0; i < values.size(); ++i) out[i] = float_to_half(static_cast<float>(values[i]));
        return bytes;
    }
    const bool known = visit_element(type, [&](auto sample) {
        using To = decltype(sample);
        auto* out = reinterpret_cast<To*>(bytes.data());
        for (std::size_t i = 0; i < values.size(); ++i) {
            if constexpr (std::is_integral_v<From> && std::is_integral_v<To>) {
                const bool fits = type == ElementType::boolean ? values[i] == 0 || values[i] == 1 : std::in_range<To>(values[i]);
                if (!fits) fail(where, fmt::format("holds {}, which {} cannot hold", values[i], name(type)));
            }
            out[i] = static_cast<To>(values[i]);
        }
    });
    if (!known) fail(where, fmt::format("is for an input of type {}, which datasets cannot give", name(type)));
    return bytes;
}

template <class T>
Tensor finish(std::vector<T> values, std::vector<std::int64_t> dims, const Preprocess& steps, const std::string& where) {
    if (steps.colour == Colour::grey && dims.size() == 2) dims.push_back(1);  // H x W of one channel
    const Channels channels = channels_of(dims, steps.layout_in);
    if (steps.colour == Colour::grey && channels.count != 1) fail(where, fmt::format("has {} channels; GRAY needs 1", channels.count));
    if (steps.colour == Colour::bgr) swap_first_and_third(values, channels, where);
    if constexpr (std::is_same_v<T, float>) normalise(values, steps, channels, where);
    move_channels(values, dims, steps.layout_in, steps.layout_out);
    dims.insert(dims.begin(), 1);
    return {.type = steps.dtype, .dims = std::move(dims), .bytes = stored(values, steps.dtype, where)};
}

struct Size {
    int width = 0, height = 0;
};

/// What a picture is scaled to; of a letterbox the part that is no filling.
Size scaled_size(Size from, const ResizeStep& step, const std::string& where) {
    const bool free = !step.shortest && (step.width == 0 || step.height == 0);
    if (!step.shortest && !step.letterbox && !free) return {step.width, step.height};
    const double across = static_cast<double>(step.width) / from.width, down = static_cast<double>(step.height) / from.height;
    const double scale = step.shortest ? static_cast<double>(step.size) / std::min(from.width, from.height)
                         : free        ? std::max(across, down)
                                       : std::min(across, down);
    const auto side = [&](int length) {
        const double scaled = std::nearbyint(length * scale);
        if (scaled > static_cast<double>(kMaxPixels)) fail(where, "is too long and thin to be resized");
        return std::max(step.shortest ? step.size : 1, static_cast<int>(scaled));
    };
    Size size{side(from.width), side(from.height)};
    if (step.most > 0) (step.width == 0 ? size.width : size.height) = std::min(step.width == 0 ? size.width : size.height, step.most);
    return size;
}

/// A larger picture of one grey, and where the smaller one lies in it.
struct Frame {
    Size size, at;
    int grey = 0;
};

/// In the middle a half pixel goes to the far side.
Frame frame(Size inside, Size size, bool corner, int grey) {
    return {size, corner ? Size{} : Size{(size.width - inside.width) / 2, (size.height - inside.height) / 2}, grey};
}

Frame letterbox(Size inside, const ResizeStep& step) { return frame(inside, {step.width, step.height}, step.corner, step.grey); }

Frame padding(Size inside, const PadStep& step, const std::string& where) {
    const auto side = [&](int length, int least) { return std::max((length + step.multiple - 1) / step.multiple * step.multiple, least); };
    const Size size{side(inside.width, step.width), side(inside.height, step.height)};
    if (static_cast<double>(size.width) * size.height > static_cast<double>(kMaxPixels))
        fail(where, fmt::format("is {}x{}, which is too large to be padded to {}x{}", inside.width, inside.height, size.width, size.height));
    return frame(inside, size, step.corner, step.grey);
}

Picture framed(const Picture& picture, const Frame& around) {
    Picture box{.width = around.size.width, .height = around.size.height, .channels = picture.channels, .pixels = {}};
    box.pixels.assign(box.row_bytes() * static_cast<std::size_t>(box.height), static_cast<std::uint8_t>(around.grey));
    for (int y = 0; y < picture.height; ++y)
        std::memcpy(&box.pixels[static_cast<std::size_t>(around.at.height + y) * box.row_bytes() + static_cast<std::size_t>(around.at.width * box.channels)],
                    &picture.pixels[static_cast<std::size_t>(y) * picture.row_bytes()], picture.row_bytes());
    return box;
}

Picture resized(Picture picture, const ResizeStep& step, const std::string& where) {
    const Size size = scaled_size({picture.width, picture.height}, step, where);
    try {
        picture = resize(std::move(picture), size.width, size.height, step.filter);
    } catch (const Error& error) {
        fail(where, error.what());
    }
    return step.letterbox ? framed(picture, letterbox(size, step)) : picture;
}

Picture fitted(Picture picture, const Preprocess& steps, const std::string& where) {
    if (steps.resize) picture = resized(std::move(picture), *steps.resize, where);
    if (steps.pad) return framed(picture, padding({picture.width, picture.height}, *steps.pad, where));
    if (!steps.crop) return picture;
    if (steps.crop->width > picture.width || steps.crop->height > picture.height)
        fail(where, fmt::format("is {}x{} where it is cropped to {}x{}", picture.width, picture.height, steps.crop->width, steps.crop->height),
             "Resize to a larger size before the crop");
    return centre_crop(picture, steps.crop->width, steps.crop->height);
}

void move_into(Placement& placed, const Frame& around) {
    placed.left += around.at.width;
    placed.top += around.at.height;
    placed.width = around.size.width;
    placed.height = around.size.height;
}

}  // namespace

Placement placement_of(int width, int height, const Preprocess& steps, const std::string& where) {
    Placement placed{.width = width, .height = height};
    if (steps.resize) {
        const Size size = scaled_size({width, height}, *steps.resize, where);
        placed = {static_cast<double>(size.width) / width, static_cast<double>(size.height) / height, 0, 0, size.width, size.height};
        if (steps.resize->letterbox) move_into(placed, letterbox(size, *steps.resize));
    }
    if (steps.pad) move_into(placed, padding({placed.width, placed.height}, *steps.pad, where));
    if (!steps.crop) return placed;
    placed.left -= (placed.width - steps.crop->width) / 2;
    placed.top -= (placed.height - steps.crop->height) / 2;
    placed.width = steps.crop->width;
    placed.height = steps.crop->height;
    return placed;
}

Tensor preprocess_mask(Picture mask, const Preprocess& steps, const std::string& where) {
    Preprocess nearest = steps;
    if (nearest.resize) nearest.resize->filter = Filter::nearest;
    const Placement placed = placement_of(mask.width, mask.height, steps, where);
    const double right = placed.left + placed.scale_x * mask.width, bottom = placed.top + placed.scale_y * mask.height;
    const Picture own = fitted(std::move(mask), nearest, where);
    Tensor values{.type = ElementType::int16, .dims = {own.height, own.width}, .bytes = std::vector<std::byte>(own.pixels.size() * sizeof(std::int16_t))};
    const auto numbers = values.as<std::int16_t>();
    for (int y = 0; y < own.height; ++y)
        for (int x = 0; x < own.width; ++x) {
            const auto at = static_cast<std::size_t>(y * own.width + x);
            const bool filling = x + 0.5 < placed.left || x + 0.5 > right || y + 0.5 < placed.top || y + 0.5 > bottom;
            numbers[at] = filling ? std::int16_t{-1} : std::int16_t{own.pixels[at]};
        }
    return values;
}

Tensor preprocess_picture(Picture picture, const Preprocess& steps, const std::string& where) {
    // Pillow's users convert before they resize; the other order rounds differently
    picture = steps.colour == Colour::grey ? to_grey(std::move(picture)) : to_rgb(std::move(picture));
    picture = fitted(std::move(picture), steps, where);
    const std::vector<std::int64_t> dims = {picture.height, picture.width, picture.channels};
    Preprocess rest = steps;
    rest.layout_in = Layout::nhwc;
    return preprocess_array({ElementType::uint8, dims, std::as_bytes(std::span(picture.pixels))}, rest, where);
}

Tensor preprocess_array(const RawSample& raw, const Preprocess& steps, const std::string& where) {
    std::vector<std::int64_t> dims(raw.dims.begin(), raw.dims.end());
    if (is_float(steps.dtype)) return finish(converted<float>(raw, where), std::move(dims), steps, where);
    return finish(converted<std::int64_t>(raw, where), std::move(dims), steps, where);
}

}  // namespace vernier
