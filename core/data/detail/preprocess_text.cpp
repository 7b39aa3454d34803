// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/data/detail/elements.h"
#include "core/data/detail/preprocess.h"

namespace vernier {
namespace {

constexpr int kMaxSide = 65535;

template <class T>
using Names = std::initializer_list<std::pair<std::string_view, T>>;

const Names<Filter> kFilters = {{"nearest", Filter::nearest}, {"bilinear", Filter::bilinear}, {"bicubic", Filter::bicubic}, {"lanczos", Filter::lanczos}};
const Names<Colour> kColours = {{"RGB", Colour::rgb}, {"BGR", Colour::bgr}, {"GRAY", Colour::grey}, {"NONE", Colour::none}};
const Names<Layout> kLayouts = {{"NCHW", Layout::nchw}, {"NHWC", Layout::nhwc}, {"ANY", Layout::any}};
const Names<ElementType> kTypes = {{"float32", ElementType::float32}, {"float16", ElementType::float16}, {"int32", ElementType::int32},
                                   {"int64", ElementType::int64},     {"uint8", ElementType::uint8},     {"int8", ElementType::int8}};

const Names<bool> kPlaces = {{"center", false}, {"corner", true}};

template <class T>
T choice(Fields& fields, const std::string& key, const Names<T>& names, T fallback) {
    const auto given = fields.text_if(key);
    if (!given) return fallback;
    std::vector<std::string_view> known;
    for (const auto& [text, value] : names) {
        if (text == *given) return value;
        known.push_back(text);
    }
    fields.fail(key, fmt::format("is '{}', which is not known", *given), fmt::format("Known: {}", fmt::join(known, ", ")));
}

template <class T>
std::string_view name_in(const Names<T>& names, T value) {
    for (const auto& [text, candidate] : names)
        if (candidate == value) return text;
    return "?";
}

ResizeStep parse_resize(Fields fields, std::vector<Finding>& findings) {
    ResizeStep step;
    const std::string mode = fields.text("mode");
    step.shortest = mode == "shortest";
    step.letterbox = mode == "letterbox";
    if (!step.shortest && !step.letterbox && mode != "exact")
        fields.fail("mode", fmt::format("is '{}', which is not known", mode), "Known: shortest, exact, letterbox");
    if (step.shortest) {
        step.size = static_cast<int>(fields.integer("size", 1, kMaxSide));
    } else {
        const bool one_is_enough = !step.letterbox && (fields.has("width") || fields.has("height"));
        if (!one_is_enough || fields.has("width")) step.width = static_cast<int>(fields.integer("width", 1, kMaxSide));
        if (!one_is_enough || fields.has("height")) step.height = static_cast<int>(fields.integer("height", 1, kMaxSide));
    }
    if (const bool free = !step.shortest && (step.width == 0 || step.height == 0); fields.has("most")) {
        if (!free) fields.fail("most", "goes with 'exact' where one side is left out");
        step.most = static_cast<int>(fields.integer("most", 1, kMaxSide));
    }
    if (step.letterbox) {
        step.corner = choice(fields, "place", kPlaces, false);
        if (fields.has("grey")) step.grey = static_cast<int>(fields.integer("grey", 0, 255));
    }
    step.filter = choice(fields, "filter", kFilters, Filter::bilinear);
    fields.note_unknown(findings);
    return step;
}

CropStep parse_crop(Fields fields, std::vector<Finding>& findings) {
    if (const std::string mode = fields.text_if("mode").value_or("center"); mode != "center")
        fields.fail("mode", fmt::format("is '{}', which is not known", mode), "Known: center");
    const CropStep step{static_cast<int>(fields.integer("width", 1, kMaxSide)), static_cast<int>(fields.integer("height", 1, kMaxSide))};
    fields.note_unknown(findings);
    return step;
}

PadStep parse_pad(Fields fields, std::vector<Finding>& findings) {
    PadStep step;
    if (!fields.has("width") && !fields.has("height")) step.multiple = static_cast<int>(fields.integer("multiple", 1, kMaxSide));
    if (fields.has("multiple")) step.multiple = static_cast<int>(fields.integer("multiple", 1, kMaxSide));
    if (fields.has("width")) step.width = static_cast<int>(fields.integer("width", 1, kMaxSide));
    if (fields.has("height")) step.height = static_cast<int>(fields.integer("height", 1, kMaxSide));
    step.corner = choice(fields, "place", kPlaces, false);
    if (fields.has("grey")) step.grey = static_cast<int>(fields.integer("grey", 0, 255));
    fields.note_unknown(findings);
    return step;
}

std::string pad_text(const PadStep& step) {
    std::string text = "pad";
    if (step.multiple > 1) text += fmt::format(" to a multiple of {}", step.multiple);
    if (step.width > 0) text += fmt::format(" to a width of {}", step.width);
    if (step.height > 0) text += fmt::format(" to a height of {}", step.height);
    return fmt::format("{}{} grey {}", text, step.corner ? " corner" : "", step.grey);
}

std::string resize_text(const ResizeStep& step) {
    const std::string_view filter = name_in(kFilters, step.filter);
    if (step.shortest) return fmt::format("shortest {} {}", step.size, filter);
    if (step.letterbox) return fmt::format("letterbox {}x{} {}{} grey {}", step.width, step.height, filter, step.corner ? " corner" : "", step.grey);
    const std::string most = step.most > 0 ? fmt::format(" at most {}", step.most) : "";
    if (step.width == 0) return fmt::format("height {}{} {}", step.height, most, filter);
    if (step.height == 0) return fmt::format("width {}{} {}", step.width, most, filter);
    return fmt::format("resize {}x{} {}", step.width, step.height, filter);
}

/// "/255" where the scale is just that, "(x*0.0039-[0.485 0.456 0.406])/[0.229 0.224 0.225]" where there is more.
std::string arithmetic(const Preprocess& steps) {
    const bool scaled = steps.scale != 1.0F;
    std::string text;
    if (scaled) text = steps.scale == 1.0F / 255.0F ? "/255" : fmt::format("*{:g}", steps.scale);
    const auto trivial = [](const std::vector<float>& list, float neutral) {
        return std::all_of(list.begin(), list.end(), [&](float v) { return v == neutral; });
    };
    if (!trivial(steps.mean, 0.0F)) text += fmt::format("{}-[{:g}]", text.empty() ? "" : " ", fmt::join(steps.mean, " "));
    if (!trivial(steps.std, 1.0F)) text += fmt::format("{}/[{:g}]", text.empty() ? "" : " ", fmt::join(steps.std, " "));
    return text;
}

}  // namespace

Preprocess parse_preprocess(Fields& fields, bool images, ElementType dtype, std::vector<Finding>& findings) {
    Preprocess steps;
    for (const char* key : {"resize", "crop", "pad"})
        if (fields.has(key) && !images) fields.fail(key, "is only possible where the source is images");
    if (fields.has("resize")) steps.resize = parse_resize(fields.object("resize"), findings);
    if (fields.has("crop")) steps.crop = parse_crop(fields.object("crop"), findings);
    if (fields.has("pad") && steps.crop) fields.fail("pad", "does not go with 'crop', which leaves one size already");
    if (fields.has("pad")) steps.pad = parse_pad(fields.object("pad"), findings);
    steps.colour = choice(fields, "colour", kColours, images ? Colour::rgb : Colour::none);
    if (images && steps.colour == Colour::none) fields.fail("colour", "is 'NONE', but the source is images");
    steps.scale = fields.number_if("scale").value_or(1.0F);
    steps.mean = fields.numbers("mean");
    steps.std = fields.numbers("std");
    if (std::find(steps.std.begin(), steps.std.end(), 0.0F) != steps.std.end()) fields.fail("std", "holds a zero");
    steps.layout_in = choice(fields, "layout_in", kLayouts, Layout::nhwc);
    if (images && steps.layout_in == Layout::nchw) fields.fail("layout_in", "is 'NCHW', but pictures are read as NHWC");
    steps.layout_out = choice(fields, "layout_out", kLayouts, Layout::any);
    steps.dtype = choice(fields, "dtype", kTypes, dtype);
    fields.note_unknown(findings);
    return steps;
}

std::string text(const Preprocess& steps) {
    std::vector<std::string> parts;
    if (steps.resize) parts.push_back(resize_text(*steps.resize));
    if (steps.crop) parts.push_back(fmt::format("crop {}x{}", steps.crop->width, steps.crop->height));
    if (steps.pad) parts.push_back(pad_text(*steps.pad));
    if (steps.colour != Colour::none) parts.emplace_back(name_in(kColours, steps.colour));
    if (is_float(steps.dtype))
        if (std::string sums = arithmetic(steps); !sums.empty()) parts.push_back(std::move(sums));
    if (steps.layout_out != Layout::any) parts.emplace_back(name_in(kLayouts, steps.layout_out));
    parts.emplace_back(name(steps.dtype));
    return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace vernier
