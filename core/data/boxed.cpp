// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures with boxes: COCO's instances.json, and YOLO folders.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/data/detail/boxes.h"
#include "core/data/detail/source.h"

namespace vernier {
namespace fs = std::filesystem;

SampleTarget placed_boxes(const PictureBoxes& all, int width, int height, const Placement& placement) {
    std::vector<double> numbers;
    const double across = all.normalised ? width : 1, down = all.normalised ? height : 1;
    const auto x = [&](double at) { return std::clamp(at * across * placement.scale_x + placement.left, 0.0, static_cast<double>(placement.width)); };
    const auto y = [&](double at) { return std::clamp(at * down * placement.scale_y + placement.top, 0.0, static_cast<double>(placement.height)); };
    for (const PictureBox& box : all.boxes) {
        const double left = x(box.left), top = y(box.top), right = x(box.right), bottom = y(box.bottom);
        if (right <= left || bottom <= top) continue;
        numbers.insert(numbers.end(), {left, top, right, bottom, static_cast<double>(box.class_index), box.crowd ? 1.0 : 0.0});
    }
    Tensor values{ElementType::float64, {static_cast<std::int64_t>(numbers.size() / 6), 6}, std::vector<std::byte>(numbers.size() * sizeof(double))};
    if (!numbers.empty()) std::memcpy(values.bytes.data(), numbers.data(), values.bytes.size());
    return {.values = std::move(values), .width = static_cast<double>(placement.width), .height = static_cast<double>(placement.height)};
}

namespace {

class BoxedDataset final : public SourceDataset {
public:
    BoxedDataset(DatasetInfo info, BoxedPictures pictures, std::string input, Preprocess steps)
        : SourceDataset(std::move(info)), pictures_(std::move(pictures)), input_(std::move(input)), steps_(std::move(steps)) {
        for (const BoxedItem& item : pictures_.items)
            if (!fs::is_regular_file(pictures_.folder / item.file))
                throw Error(ErrorKind::not_found, "no such picture", {.file = (pictures_.folder / item.file).string()});
    }

    [[nodiscard]] std::vector<fs::path> files() const override {
        std::vector<fs::path> all = {path()};
        for (const BoxedItem& item : pictures_.items) all.push_back(pictures_.folder / item.file);
        return all;
    }
    [[nodiscard]] std::uint64_t total() const override { return pictures_.items.size(); }
    [[nodiscard]] std::string preprocessing() const override { return text(steps_); }

protected:
    [[nodiscard]] Sample load_sample(std::uint64_t number) const override {
        const fs::path file = file_of(number);
        Sample sample;
        sample.inputs[input_] = preprocess_picture(read_picture(file), steps_, file.string());
        return sample;
    }
    [[nodiscard]] std::int64_t label(std::uint64_t /*number*/) const override { return -1; }
    [[nodiscard]] TargetForm target_form() const override { return TargetForm::boxes; }
    [[nodiscard]] SampleTarget target_of(std::uint64_t number) const override {
        const fs::path file = file_of(number);
        const Picture picture = read_picture(file);
        return placed_boxes(at(number).boxes, picture.width, picture.height, placement_of(picture.width, picture.height, steps_, file.string()));
    }
    [[nodiscard]] std::string sample_name(std::uint64_t number) const override { return at(number).file; }
    [[nodiscard]] std::string identity() const override {
        std::string all = "boxes " + input_;
        for (std::uint64_t i = 0; i < pictures_.items.size(); ++i) {
            all += fmt::format("\n{} {}", at(i).file, fs::file_size(file_of(i)));
            for (const PictureBox& box : at(i).boxes.boxes)
                all += fmt::format(" [{} {} {} {} {}{}]", box.left, box.top, box.right, box.bottom, box.class_index, box.crowd ? " crowd" : "");
        }
        return all;
    }

private:
    [[nodiscard]] const BoxedItem& at(std::uint64_t number) const { return pictures_.items[static_cast<std::size_t>(number)]; }
    [[nodiscard]] fs::path file_of(std::uint64_t number) const { return pictures_.folder / at(number).file; }

    BoxedPictures pictures_;
    std::string input_;
    Preprocess steps_;
};

/// What most detectors take: all of the picture, in the middle of a grey one of the input's size.
Preprocess assumed_box_steps(DatasetInfo& info, const InputSpec& input) {
    Preprocess steps = assumed_picture_steps(info, input);
    steps.resize = ResizeStep{.shortest = false, .letterbox = true, .width = steps.resize->width, .height = steps.resize->height};
    steps.crop.reset();
    info.findings.back().text = fmt::format("No preprocessing is given for input '{}'; assumed: {}.", input.name, text(steps));
    return steps;
}

SourcePtr made(DatasetInfo info, BoxedPictures pictures, std::string input, const std::optional<Preprocess>& steps) {
    const InputSpec spec = input.empty() ? only_picture_input(info) : input_named(info.inputs, input, info.path);
    const Preprocess own = steps ? *steps : assumed_box_steps(info, spec);
    if (info.classes.empty()) info.classes = pictures.classes;
    for (const BoxedItem& item : pictures.items)
        for (const PictureBox& box : item.boxes.boxes)
            if (!info.classes.empty() && box.class_index >= static_cast<std::int64_t>(info.classes.size()))
                throw Error(ErrorKind::bad_data,
                            fmt::format("a box of {} has the class {}, but there are only {}", item.file, box.class_index, info.classes.size()),
                            {.file = info.path.string()});
    Splits splits;
    if (pictures.calibration) {
        for (std::uint64_t i = 0; i < pictures.items.size(); ++i) (i < *pictures.calibration ? splits.calibration : splits.validation).push_back(i);
    } else {
        splits = fixed_splits(pictures.items.size(), info.findings);
    }
    auto dataset = std::make_shared<BoxedDataset>(std::move(info), std::move(pictures), spec.name, own);
    dataset->finish(std::move(splits));
    return dataset;
}

}  // namespace

SourcePtr open_coco_path(DatasetInfo info) {
    BoxedPictures pictures = read_coco(info.path);
    return made(std::move(info), std::move(pictures), {}, {});
}

SourcePtr open_yolo_folder(DatasetInfo info) {
    BoxedPictures pictures = read_yolo(info.path);
    return made(std::move(info), std::move(pictures), {}, {});
}

SourcePtr open_boxes_source(Fields& top, DatasetInfo info, bool coco) {
    auto all = parse_all_preprocess(top, true, info);
    const std::string input = top.text_if("input").value_or(info.inputs.size() == 1 ? info.inputs.front().name : "");
    if (input.empty()) top.fail("input", "is missing, and the model has more than one input");
    BoxedPictures pictures = coco ? read_coco(top.path("file"), top.has("folder") ? top.path("folder") : fs::path()) : read_yolo(top.path("folder"));
    top.note_unknown(info.findings);
    const auto steps = all.find(input);
    return made(std::move(info), std::move(pictures), input, steps == all.end() ? std::nullopt : std::optional(steps->second));
}

}  // namespace vernier
