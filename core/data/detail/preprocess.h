// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/tensor.h"
#include "core/data/detail/fields.h"
#include "core/data/detail/picture.h"

namespace vernier {

enum class Colour { rgb, bgr, grey, none };
enum class Layout { any, nchw, nhwc };

struct ResizeStep {
    bool shortest = true;    ///< scale so that the shorter side is `size`; else to exactly width x height, 0: as the other side asks for
    bool letterbox = false;  ///< not shortest: scale so that all of it fits in there, and fill up with one grey
    bool corner = false;     ///< of letterbox: it lies in the upper left corner, else in the middle
    int grey = 114;          ///< of letterbox
    int size = 0;
    int width = 0;
    int height = 0;
    int most = 0;  ///< of the side that is left out: it is squeezed to so much where it would be longer; 0: never
    Filter filter = Filter::bilinear;
};

struct CropStep {
    int width = 0;
    int height = 0;
};

/// Fills up with one grey, up to the next multiple of a number and up to a size at least. Nothing is cut off.
struct PadStep {
    int multiple = 1;
    int width = 0, height = 0;
    bool corner = false;  ///< the picture lies in the upper left corner, else in the middle
    int grey = 114;
};

/// The steps from raw data to one model input, in the order in which they are applied.
struct Preprocess {
    std::optional<ResizeStep> resize;
    std::optional<CropStep> crop;
    std::optional<PadStep> pad;  ///< never with crop
    Colour colour = Colour::none;
    float scale = 1.0F;       ///< value = (raw * scale - mean[c]) / std[c], in float32; float inputs only
    std::vector<float> mean;  ///< one a channel, or one for all, or empty for 0
    std::vector<float> std;   ///< the same, or empty for 1
    Layout layout_in = Layout::nhwc;
    Layout layout_out = Layout::any;
    ElementType dtype = ElementType::undefined;
};

/// Reads the steps of one input. `dtype` is what the model's input takes, used when the file does not say.
/// Throws Error{bad_data} that names the key.
[[nodiscard]] Preprocess parse_preprocess(Fields& fields, bool images, ElementType dtype, std::vector<Finding>& findings);

/// One line for people: "shortest 256 bicubic, crop 224x224, RGB, /255, NCHW, float32".
[[nodiscard]] std::string text(const Preprocess& steps);

/// All steps on one picture; the result has a leading batch axis of 1. Throws Error{bad_data}, `where` names the file.
[[nodiscard]] Tensor preprocess_picture(Picture picture, const Preprocess& steps, const std::string& where);

/// Where the pixels of a picture come to lie in a model's input: x * scale_x + left, y * scale_y + top.
struct Placement {
    double scale_x = 1, scale_y = 1, left = 0, top = 0;
    int width = 0, height = 0;  ///< of the input
};
/// Throws Error{bad_data}, `where` names the file.
[[nodiscard]] Placement placement_of(int width, int height, const Preprocess& steps, const std::string& where);

/// Size and crop alone, on a mask of one channel, pixel for pixel as on its picture: [H,W] of int16, -1 where a letterbox
/// or padding is filled up. Throws Error{bad_data}.
[[nodiscard]] Tensor preprocess_mask(Picture mask, const Preprocess& steps, const std::string& where);

/// One sample of an array, without its batch axis.
struct RawSample {
    ElementType type = ElementType::undefined;
    std::span<const std::int64_t> dims;
    std::span<const std::byte> bytes;
};

/// The steps from colour on; the result has a leading batch axis of 1. Throws Error{bad_data}, `where` names the sample.
[[nodiscard]] Tensor preprocess_array(const RawSample& raw, const Preprocess& steps, const std::string& where);

}  // namespace vernier
