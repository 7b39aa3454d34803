// SPDX-License-Identifier: GPL-3.0-or-later
// Segmentation: a class of each pixel. Outputs are scores [N,C,H,W] or [N,H,W,C], a single score [N,1,H,W], [N,H,W,1] or [N,H,W], or classes
// themselves ([N,H,W] of integers). Targets are masks [H,W] of class indices.
#include "core/evidence/tasks/segmentation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "core/base/error.h"
#include "core/evidence/tasks/kind.h"
#include "core/measure/metrics.h"
#include "core/measure/tally.h"

namespace vernier {
namespace {

constexpr std::int64_t kUsualIgnore = 255;
constexpr std::int64_t kMostClasses = 65536;

/// Height, width and channels of an output's part of one sample.
struct Plane {
    std::size_t height = 0, width = 0, channels = 1;
};

std::optional<Plane> plane_of(const std::vector<std::int64_t>& dims, bool channels_last) {
    const auto at = [&](std::size_t axis) { return static_cast<std::size_t>(dims[axis]); };
    if (dims.size() == 2) return Plane{at(0), at(1), 1};
    if (dims.size() != 3) return std::nullopt;
    return channels_last ? Plane{at(0), at(1), at(2)} : Plane{at(1), at(2), at(0)};
}

/// Height over width that an output should have: the mask's.
double shape_of(double height, double width) { return width > 0 ? std::log(height / width) : 0; }

/// Where the target shows it, the axes whose shape is that of the target; else the shorter of the first and the last one counts channels, which
/// is not asked of a square.
bool channels_are_last(const std::vector<std::int64_t>& dims, const SampleTarget& target) {
    if (dims.size() != 3) return false;
    const std::vector<std::int64_t>* mask = target.values && target.values->dims.size() >= 2 ? &target.values->dims : nullptr;
    if (mask != nullptr) {
        const double wanted = shape_of(static_cast<double>((*mask)[mask->size() - 2]), static_cast<double>(mask->back()));
        const double first = std::abs(shape_of(static_cast<double>(dims[1]), static_cast<double>(dims[2])) - wanted);
        const double last = std::abs(shape_of(static_cast<double>(dims[0]), static_cast<double>(dims[1])) - wanted);
        if (first != last) return last < first;
    }
    if (dims[1] == dims[2]) return false;
    return dims[0] == dims[1] || dims[2] < dims[0];
}

/// [H,W], [1,H,W] or [H,W,1].
bool is_mask(const Tensor& target) {
    const auto& dims = target.dims;
    return !is_floating(target.type) && (dims.size() == 2 || (dims.size() == 3 && (dims.front() == 1 || dims.back() == 1)));
}

bool fits(const FirstAnswer& first) {
    const auto found = first.outputs.all.find(first.scores);
    if (found == first.outputs.all.end() || bits(found->second.type) == 0) return false;
    const Tensor part = sample_part(found->second, 0, first.outputs.batch);
    if (part.dims.size() != 3 && !(part.dims.size() == 2 && found->second.dims.size() == 3)) return false;
    if (!first.target.values) return first.chosen && first.form == TargetForm::none;
    const bool flat =
        first.target.values->count() <= static_cast<std::uint64_t>(*std::max_element(first.target.values->dims.begin(), first.target.values->dims.end()));
    return first.form == TargetForm::whole && is_mask(*first.target.values) && (first.chosen || !flat);
}

void settle(const FirstAnswer& first, Reading& reading) {
    const Tensor part = sample_part(output_named(first.outputs, first.scores), 0, first.outputs.batch);
    reading.channels_last = channels_are_last(part.dims, first.target);
    const auto plane = plane_of(part.dims, reading.channels_last);
    reading.classes = plane && is_floating(part.type) ? static_cast<std::int64_t>(plane->channels) : 0;
    reading.threshold = reading.spec.threshold.value_or(is_floating(part.type) ? usual_threshold(part) : 0);
}

Tensor mask_of(std::size_t height, std::size_t width, const std::vector<std::int32_t>& classes) {
    Tensor mask{ElementType::int32, {static_cast<std::int64_t>(height), static_cast<std::int64_t>(width)}, std::vector<std::byte>(classes.size() * 4)};
    if (!classes.empty()) std::memcpy(mask.bytes.data(), classes.data(), mask.bytes.size());
    return mask;
}

/// Of scores: the largest of a pixel, the lowest index wins a tie; -1 where one is NaN.
std::vector<std::int32_t> classes_of(std::span<const float> scores, const Plane& plane, bool channels_last, double threshold) {
    const std::size_t pixels = plane.height * plane.width;
    const std::size_t step = channels_last ? 1 : pixels, each = channels_last ? plane.channels : 1;
    std::vector<std::int32_t> classes(pixels);
    for (std::size_t i = 0; i < pixels; ++i) {
        const float* own = scores.data() + i * each;
        if (plane.channels == 1) {
            classes[i] = std::isnan(*own) ? -1 : *own >= threshold ? 1 : 0;
            continue;
        }
        std::size_t best = 0;
        bool nan = false;
        for (std::size_t c = 0; c < plane.channels; ++c) {
            nan = nan || std::isnan(own[c * step]);
            if (own[c * step] > own[best * step]) best = c;
        }
        classes[i] = nan ? -1 : static_cast<std::int32_t>(best);
    }
    return classes;
}

SampleTarget answer(const RunOutputs& outputs, std::size_t i, const Reading& reading) {
    const Tensor part = sample_part(output_named(outputs, reading.scores), i, outputs.batch);
    const auto plane = plane_of(part.dims, reading.channels_last);
    if (!plane) throw Error(ErrorKind::bad_data, fmt::format("an output of shape {} is no mask", shape_text(part)), {.tensor = reading.scores});
    if (is_floating(part.type)) {
        const std::vector<float> scores = scores_of(part);
        return {.values = mask_of(plane->height, plane->width, classes_of(scores, *plane, reading.channels_last, reading.threshold))};
    }
    if (plane->channels != 1)
        throw Error(ErrorKind::bad_data, fmt::format("an output of whole numbers of shape {} is no mask", shape_text(part)), {.tensor = reading.scores});
    std::vector<std::int32_t> classes;
    for (const std::int64_t value : values_of(part).whole) classes.push_back(value >= 0 && value < kMostClasses ? static_cast<std::int32_t>(value) : -1);
    return {.values = mask_of(plane->height, plane->width, classes)};
}

/// A mask as class indices, with -1 for what does not count.
struct Mask {
    std::size_t height = 0, width = 0;
    std::vector<std::int64_t> classes;
};

Mask read_mask_of(const Tensor& tensor) {
    if (!is_mask(tensor)) throw Error(ErrorKind::bad_data, fmt::format("a target of shape {} is no mask [H,W]", shape_text(tensor)));
    std::vector<std::int64_t> dims = tensor.dims;
    if (dims.size() == 3) dims.erase(dims.front() == 1 ? dims.begin() : dims.begin() + 2);
    return {static_cast<std::size_t>(dims[0]), static_cast<std::size_t>(dims[1]), values_of(tensor).whole};
}

/// Of an answer of another size, the class at the same place: the nearest pixel.
std::size_t nearest(std::size_t at, std::size_t length, std::size_t other) { return length == other ? at : (2 * at + 1) * other / (2 * length); }

/// The class that a pixel of a target counts as; -1: none. Yes or no is often written as 255 or 0.
std::int64_t class_of(std::int64_t value, const Reading& reading) {
    const bool decides = reading.classes == 1;
    if (value < 0 || (reading.spec.ignore ? value == *reading.spec.ignore : !decides && value == kUsualIgnore)) return -1;
    if (decides) return value > 0 ? 1 : 0;
    const std::int64_t classes = reading.classes > 0 ? reading.classes : kMostClasses;
    if (value >= classes)
        throw Error(ErrorKind::bad_data, fmt::format("the target holds the class {}, but there are {} (0 to {}); {} would not count", value, classes,
                                                     classes - 1, reading.spec.ignore.value_or(kUsualIgnore)));
    return value;
}

SampleRecord held(const SampleTarget& truth, const SampleTarget& own, const Reading& reading) {
    if (!truth.values || !own.values) return {};
    const Mask target = read_mask_of(*truth.values), answer = read_mask_of(*own.values);
    if (answer.classes.empty()) throw Error(ErrorKind::bad_data, "the answer has no pixels");
    std::map<std::int64_t, ClassPixels> counts;
    for (std::size_t y = 0; y < target.height; ++y) {
        const std::size_t row = nearest(y, target.height, answer.height) * answer.width;
        for (std::size_t x = 0; x < target.width; ++x) {
            const std::int64_t label = class_of(target.classes[y * target.width + x], reading);
            if (label < 0) continue;
            const std::int64_t found = answer.classes[row + nearest(x, target.width, answer.width)];
            counts[label].labels += 1;
            if (found < 0) continue;
            counts[found].answers += 1;
            if (found == label) counts[label].both += 1;
        }
    }
    std::vector<ClassPixels> classes;
    for (auto& [index, pixels] : counts) {
        pixels.class_index = static_cast<std::size_t>(index);
        classes.push_back(pixels);
    }
    return record_of(classes);
}

}  // namespace

SampleRecord record_of(const std::vector<ClassPixels>& classes) {
    SampleRecord record;
    for (const ClassPixels& each : classes) record.insert(record.end(), {static_cast<double>(each.class_index), each.labels, each.answers, each.both});
    return record;
}

std::vector<ClassPixels> pixels_of(const SampleRecord& record) {
    std::vector<ClassPixels> classes;
    for (std::size_t i = 0; i + 3 < record.size(); i += 4)
        classes.push_back({static_cast<std::size_t>(record[i]), record[i + 1], record[i + 2], record[i + 3]});
    return classes;
}

extern const TaskKind kSegmentationKind = {.task = Task::segmentation,
                                           .wants = "an output [N,C,H,W], [N,H,W,C] or [N,H,W] and masks [H,W] of class indices",
                                           .fits = fits,
                                           .settle = settle,
                                           .answer = answer,
                                           .held = held};

}  // namespace vernier
