// SPDX-License-Identifier: GPL-3.0-or-later
// Samples from picture files: items of a dataset file, a folder of class folders, or a folder with labels.csv; with masks of classes beside them.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/data/detail/elements.h"
#include "core/data/detail/file_items.h"
#include "core/data/detail/image_folder.h"
#include "core/data/detail/source.h"
#include "core/data/detail/texts.h"

namespace vernier {
namespace fs = std::filesystem;
namespace {

constexpr int kUsualSide = 224;  // where the model leaves the size open
constexpr std::uint64_t kMaxHashed = std::uint64_t{256} << 20;

/// Where pictures lie, and the masks beside them.
struct Pictures {
    fs::path folder;
    std::vector<ImageItem> items;
    fs::path masks = {};  ///< empty: there are none
};

std::uint64_t size_of(const fs::path& file, const char* what) {
    std::error_code error;
    const auto bytes = fs::file_size(file, error);
    if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory)
        throw Error(ErrorKind::not_found, fmt::format("no such {}", what), {.file = file.string()});
    if (error) throw Error(ErrorKind::bad_data, fmt::format("cannot be read: {}", error.message()), {.file = file.string()});
    return bytes;
}

class ImagesDataset final : public SourceDataset {
public:
    ImagesDataset(DatasetInfo info, Pictures pictures, std::string input, Preprocess steps)
        : SourceDataset(std::move(info)), folder_(std::move(pictures.folder)), masks_(std::move(pictures.masks)), items_(std::move(pictures.items)),
          input_(std::move(input)), steps_(std::move(steps)) {
        for (ImageItem& item : items_) {
            item.bytes = size_of(folder_ / item.file, "picture");
            texts_ = texts_ || item.text;
            if (masks_.empty()) continue;
            if (item.mask.empty()) item.mask = fs::path(item.file).replace_extension(".png").string();
            item.mask_bytes = size_of(masks_ / item.mask, "mask");
        }
    }

    [[nodiscard]] std::vector<fs::path> files() const override {
        std::vector<fs::path> all = {path()};
        for (const ImageItem& item : items_) all.push_back(folder_ / item.file);
        if (!masks_.empty())
            for (const ImageItem& item : items_) all.push_back(masks_ / item.mask);
        return all;
    }
    [[nodiscard]] std::uint64_t total() const override { return items_.size(); }
    [[nodiscard]] std::string preprocessing() const override { return text(steps_); }

protected:
    [[nodiscard]] Sample load_sample(std::uint64_t number) const override {
        const fs::path file = folder_ / at(number).file;
        Sample sample;
        sample.inputs[input_] = preprocess_picture(read_picture(file), steps_, file.string());
        return sample;
    }
    [[nodiscard]] std::int64_t label(std::uint64_t number) const override { return at(number).label; }
    [[nodiscard]] std::string sample_name(std::uint64_t number) const override { return at(number).file; }
    [[nodiscard]] TargetForm target_form() const override { return !masks_.empty() ? TargetForm::whole : texts_ ? TargetForm::text : TargetForm::none; }
    [[nodiscard]] SampleTarget target_of(std::uint64_t number) const override {
        if (masks_.empty()) return {.text = at(number).text};
        const fs::path file = masks_ / at(number).mask;
        const Picture picture = read_picture(folder_ / at(number).file);
        Picture mask = read_mask(file);
        if (mask.width != picture.width || mask.height != picture.height)
            throw Error(ErrorKind::bad_data, fmt::format("the mask is {}x{}, but its picture {}x{}", mask.width, mask.height, picture.width, picture.height),
                        {.file = file.string()});
        return {.values = preprocess_mask(std::move(mask), steps_, file.string())};
    }
    [[nodiscard]] std::string identity() const override {
        std::string all = "images " + input_;
        for (const ImageItem& item : items_) all += fmt::format("\n{} {}", item.file, item.bytes);
        if (!masks_.empty())
            for (const ImageItem& item : items_) all += fmt::format("\nmask {} {}", item.mask, item.mask_bytes);
        for (const ImageItem& item : items_)
            if (item.text) all += fmt::format("\ntext {}", *item.text);
        return all;
    }
    /// The same path, or the same content under another name. Only files of equal size are read for that.
    [[nodiscard]] Overlap overlap(const Splits& splits) const override {
        std::unordered_set<std::string> paths;
        std::unordered_multimap<std::uint64_t, std::uint64_t> by_size;
        for (const std::uint64_t number : splits.calibration) {
            paths.insert(plain(number));
            by_size.emplace(at(number).bytes, number);
        }
        Overlap found;
        std::uint64_t hashed = 0;
        std::unordered_map<std::uint64_t, std::string> hashes;
        const auto hash = [&](std::uint64_t number) -> const std::string& {
            std::string& text = hashes[number];
            if (text.empty()) {
                text = sha256_of_file(folder_ / at(number).file);
                hashed += at(number).bytes;
            }
            return text;
        };
        const auto has_twin = [&](std::uint64_t number) {
            const auto [first, last] = by_size.equal_range(at(number).bytes);
            return std::any_of(first, last, [&](const auto& entry) { return hashed < kMaxHashed && hash(entry.second) == hash(number); });
        };
        for (const std::uint64_t number : splits.validation) {
            if (!paths.contains(plain(number)) && !has_twin(number)) continue;
            if (found.count++ == 0) found.example = at(number).file;
        }
        return found;
    }

    /// Files of equal size are read.
    [[nodiscard]] Overlap copies(const std::vector<std::uint64_t>& samples) const override {
        std::unordered_map<std::uint64_t, std::vector<std::uint64_t>> by_size;
        for (const std::uint64_t number : samples) by_size[at(number).bytes].push_back(number);
        std::unordered_set<std::string> contents;
        Overlap found;
        std::uint64_t hashed = 0;
        for (const auto& [bytes, alike] : by_size)
            for (const std::uint64_t number : alike) {
                if (alike.size() < 2 || (hashed += bytes) > kMaxHashed) break;
                if (!contents.insert(sha256_of_file(folder_ / at(number).file)).second && found.count++ == 0) found.example = at(number).file;
            }
        return found;
    }

private:
    [[nodiscard]] const ImageItem& at(std::uint64_t number) const { return items_[static_cast<std::size_t>(number)]; }
    [[nodiscard]] std::string plain(std::uint64_t number) const { return fs::path(at(number).file).lexically_normal().string(); }

    fs::path folder_, masks_;
    std::vector<ImageItem> items_;
    std::string input_;
    Preprocess steps_;
    bool texts_ = false;  ///< items have texts
};

[[noreturn]] void not_a_picture_model(const DatasetInfo& info, const InputSpec& input) {
    throw Error(ErrorKind::bad_data, fmt::format("holds pictures, but the model's input '{}' takes {}", input.name, input.type.text()),
                {.file = info.path.string(), .tensor = input.name}, "Give a dataset of another kind, or a .dataset.json with the steps");
}

}  // namespace

const InputSpec& only_picture_input(const DatasetInfo& info) {
    if (info.inputs.size() != 1)
        throw Error(ErrorKind::bad_data, fmt::format("holds pictures for one input, but the model has {} inputs", info.inputs.size()),
                    {.file = info.path.string()}, "Give a .npz with an array for each input");
    return info.inputs.front();
}

Preprocess assumed_picture_steps(DatasetInfo& info, const InputSpec& input) {
    const ValueType& type = input.type;
    if (!type.has_shape || type.dims.size() != 4) not_a_picture_model(info, input);
    const auto is_channels = [&](std::size_t axis) { return type.dims[axis].value == 1 || type.dims[axis].value == 3; };
    if (!is_channels(1) && !is_channels(3)) not_a_picture_model(info, input);
    Preprocess steps = cast_only(input);
    steps.layout_in = Layout::nhwc;
    steps.layout_out = is_channels(1) ? Layout::nchw : Layout::nhwc;
    const std::size_t top = is_channels(1) ? 2 : 1;
    const auto side = [&](std::size_t axis) {
        const std::int64_t value = type.dims[axis].value;
        if (value > INT16_MAX) not_a_picture_model(info, input);
        return value > 0 ? static_cast<int>(value) : kUsualSide;
    };
    const int height = side(top), width = side(top + 1);
    // Models of pictures that are no squares (lines of text, roads) see all of them; the middle of one is seldom the part that counts.
    const bool square = width == height;
    steps.resize = ResizeStep{.shortest = square, .size = width, .width = width, .height = height, .filter = Filter::bilinear};
    if (square) steps.crop = CropStep{width, height};
    steps.colour = type.dims[is_channels(1) ? 1 : 3].value == 1 ? Colour::grey : Colour::rgb;
    if (is_float(steps.dtype)) steps.scale = 1.0F / 255.0F;
    info.findings.push_back({.severity = Severity::warning,
                             .code = "preprocess-assumed",
                             .tensor = input.name,
                             .text = fmt::format("No preprocessing is given for input '{}'; assumed: {}.", input.name, text(steps)),
                             .remedy = "Write a .dataset.json if the model was trained with other steps"});
    return steps;
}

namespace {

/// Which folders are the splits, where their names do not say it, and which files were left out.
void say_what_was_taken(const ImageFolder& found, std::vector<Finding>& findings) {
    if (found.has_splits && (found.calibration == "train" || (!found.validation.empty() && found.validation != "validation") || !found.unused.empty())) {
        std::string text = found.calibration.empty() ? "No folder calibrates" : fmt::format("The pictures in '{}' calibrate", found.calibration);
        text += found.validation.empty() ? ", none validate" : fmt::format(", those in '{}' validate", found.validation);
        if (!found.unused.empty()) text += fmt::format("; not used: {}", fmt::join(found.unused, ", "));
        findings.push_back({.code = "splits-from-folders", .text = text + ".", .remedy = "Write a .dataset.json to choose other splits"});
    }
    if (found.skipped.empty()) return;
    std::vector<std::string> parts;
    for (const auto& [ending, count] : found.skipped) parts.push_back(fmt::format("{} {}", count, ending));
    findings.push_back({.severity = Severity::warning,
                        .code = "pictures-skipped",
                        .text = fmt::format("Files were skipped, since only JPEG, PNG, BMP, TIFF and WebP are read: {}.", fmt::join(parts, ", ")),
                        .remedy = "Convert them to PNG"});
}

/// A folder "images" and a folder "masks" with the same names in it.
bool has_masks(const fs::path& folder) { return fs::is_directory(folder / "images") && fs::is_directory(folder / "masks"); }

}  // namespace

SourcePtr open_images_source(Fields& top, DatasetInfo info) {
    auto all = parse_all_preprocess(top, true, info);
    const std::string input = top.text_if("input").value_or(info.inputs.size() == 1 ? info.inputs.front().name : "");
    if (input.empty()) top.fail("input", "is missing, and the model has more than one input");
    const InputSpec& spec = input_named(info.inputs, input, top.file());
    const Preprocess steps = all.contains(input) ? all[input] : assumed_picture_steps(info, spec);
    const fs::path folder = top.path("folder");
    Pictures pictures{folder, {}};
    if (top.has("masks")) pictures.masks = top.path("masks");
    for (const fs::path& each : {pictures.folder, pictures.masks})
        if (!each.empty() && !fs::is_directory(each)) throw Error(ErrorKind::not_found, "no such folder", {.file = each.string()});

    std::vector<ImageItem>& items = pictures.items;
    Splits splits;
    Fields given = top.object("splits");
    if (given.has("calibration")) splits.calibration = parse_items(given, "calibration", true, items, info.findings);
    if (given.has("validation")) splits.validation = parse_items(given, "validation", true, items, info.findings);
    given.note_unknown(info.findings);
    top.note_unknown(info.findings);
    auto dataset = std::make_shared<ImagesDataset>(std::move(info), std::move(pictures), input, steps);
    dataset->finish(std::move(splits));
    return dataset;
}

SourcePtr open_images_folder(DatasetInfo info) {
    const bool masked = has_masks(info.path);
    const fs::path folder = masked ? info.path / "images" : info.path;
    ImageFolder found = scan_image_folder(folder);
    if (masked) {
        for (ImageItem& item : found.items) item.label = -1;
        found.classes = fs::exists(info.path / "classes.txt") ? read_lines(info.path / "classes.txt") : std::vector<std::string>();
    }
    const InputSpec& input = only_picture_input(info);
    const Preprocess steps = assumed_picture_steps(info, input);
    info.classes = std::move(found.classes);
    if (found.texts && fs::exists(folder / "alphabet.txt")) info.task.alphabet = read_alphabet(folder / "alphabet.txt");
    say_what_was_taken(found, info.findings);
    const std::string name = input.name;
    Splits splits;
    if (found.has_splits) {
        for (std::uint64_t i = 0; i < found.items.size(); ++i) (i < found.calibration_count ? splits.calibration : splits.validation).push_back(i);
    } else {
        splits = fixed_splits(found.items.size(), info.findings);
    }
    Pictures pictures{folder, std::move(found.items)};
    if (masked) pictures.masks = info.path / "masks";
    auto dataset = std::make_shared<ImagesDataset>(std::move(info), std::move(pictures), name, steps);
    dataset->finish(std::move(splits));
    return dataset;
}

}  // namespace vernier
