// SPDX-License-Identifier: GPL-3.0-or-later
// Samples from WAVE files: items of a dataset file, class folders, a folder with a list of labels or texts, or noisy sounds with the clean ones beside them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/data/detail/elements.h"
#include "core/data/detail/file_items.h"
#include "core/data/detail/image_folder.h"
#include "core/data/detail/picture.h"
#include "core/data/detail/source.h"
#include "core/data/detail/texts.h"
#include "core/data/detail/wav.h"

namespace vernier {
namespace fs = std::filesystem;
namespace {

/// What a sound becomes.
struct SoundSteps {
    std::int64_t rate = 0;      ///< that all files must have; 0: that of the first one
    std::int64_t length = 0;    ///< cut or filled up with zeros to so many values; 0: as long as it is
    std::int64_t multiple = 1;  ///< filled up to a multiple of it, so that it can be cut into runs
    std::size_t channels = 1, rank = 2;
    ElementType dtype = ElementType::float32;
};

/// Where sounds lie, and those that they should become.
struct Sounds {
    fs::path folder;
    std::vector<ImageItem> items;
    fs::path targets = {};  ///< empty: there are none
};

/// [channels, length]; several channels become their mean where one is wanted.
std::vector<float> fitted(const Sound& sound, const SoundSteps& steps, const std::string& where) {
    if (steps.channels != 1 && steps.channels != sound.channels)
        throw Error(ErrorKind::bad_data, fmt::format("has {} channels, but the model takes {}", sound.channels, steps.channels), {.file = where});
    std::size_t length = steps.length > 0 ? static_cast<std::size_t>(steps.length) : sound.length();
    const auto multiple = static_cast<std::size_t>(steps.multiple);
    length = (length + multiple - 1) / multiple * multiple;
    std::vector<float> values(steps.channels * length);
    for (std::size_t i = 0; i < std::min(length, sound.length()); ++i) {
        if (steps.channels > 1) {
            for (std::size_t c = 0; c < steps.channels; ++c) values[c * length + i] = sound.values[i * sound.channels + c];
            continue;
        }
        double sum = 0;
        for (std::size_t c = 0; c < sound.channels; ++c) sum += sound.values[i * sound.channels + c];
        values[i] = static_cast<float>(sum / static_cast<double>(sound.channels));
    }
    return values;
}

Tensor tensor_of(const std::vector<float>& values, std::vector<std::int64_t> dims, ElementType dtype) {
    Tensor tensor{dtype, std::move(dims), {}};
    if (dtype == ElementType::int16) {
        tensor.bytes.resize(values.size() * sizeof(std::int16_t));
        const auto whole = tensor.as<std::int16_t>();
        for (std::size_t i = 0; i < values.size(); ++i) whole[i] = static_cast<std::int16_t>(std::clamp(std::round(values[i] * 32768.0F), -32768.0F, 32767.0F));
        return tensor;
    }
    const auto bytes = std::as_bytes(std::span(values));
    tensor.bytes.assign(bytes.begin(), bytes.end());
    return tensor;
}

class SoundsDataset final : public SourceDataset {
public:
    SoundsDataset(DatasetInfo info, Sounds sounds, std::string input, SoundSteps steps)
        : SourceDataset(std::move(info)), sounds_(std::move(sounds)), input_(std::move(input)), steps_(steps) {
        for (ImageItem& item : sounds_.items) {
            std::error_code problem;
            item.bytes = fs::file_size(sounds_.folder / item.file, problem);
            if (problem) throw Error(ErrorKind::not_found, "no such sound", {.file = (sounds_.folder / item.file).string()});
            texts_ = texts_ || item.text;
        }
        if (steps_.rate == 0 && !sounds_.items.empty()) steps_.rate = read_wav(sounds_.folder / sounds_.items.front().file).rate;
    }

    [[nodiscard]] std::vector<fs::path> files() const override {
        std::vector<fs::path> all = {path()};
        for (const ImageItem& item : sounds_.items) {
            all.push_back(sounds_.folder / item.file);
            if (!sounds_.targets.empty()) all.push_back(sounds_.targets / item.file);
        }
        return all;
    }
    [[nodiscard]] std::uint64_t total() const override { return sounds_.items.size(); }
    [[nodiscard]] std::string preprocessing() const override {
        return fmt::format("{} Hz, {}{}{}", steps_.rate, steps_.channels == 1 ? "one channel" : fmt::format("{} channels", steps_.channels),
                           steps_.length > 0 ? fmt::format(", cut or filled up to {} values", steps_.length) : "",
                           steps_.dtype == ElementType::int16 ? ", 16 bits" : ", -1 to 1");
    }

protected:
    [[nodiscard]] Sample load_sample(std::uint64_t number) const override {
        const std::vector<float> values = read(sounds_.folder / at(number).file);
        const auto length = static_cast<std::int64_t>(values.size() / steps_.channels);
        std::vector<std::int64_t> dims = {1, length};
        if (steps_.rank > 2) dims = {1, static_cast<std::int64_t>(steps_.channels), length};
        Sample sample;
        sample.inputs[input_] = tensor_of(values, std::move(dims), steps_.dtype);
        return sample;
    }
    [[nodiscard]] std::int64_t label(std::uint64_t number) const override { return at(number).label; }
    [[nodiscard]] std::string sample_name(std::uint64_t number) const override { return at(number).file; }
    [[nodiscard]] TargetForm target_form() const override {
        return !sounds_.targets.empty() ? TargetForm::numbers : texts_ ? TargetForm::text : TargetForm::none;
    }
    [[nodiscard]] SampleTarget target_of(std::uint64_t number) const override {
        if (sounds_.targets.empty()) return {.text = at(number).text};
        const std::vector<float> values = read(sounds_.targets / at(number).file);
        const auto length = static_cast<std::int64_t>(values.size() / steps_.channels);
        std::vector<std::int64_t> dims = {length};
        if (steps_.channels > 1) dims = {static_cast<std::int64_t>(steps_.channels), length};
        return {.values = tensor_of(values, std::move(dims), ElementType::float32)};
    }
    [[nodiscard]] std::string identity() const override {
        std::string all = fmt::format("sounds {} {}", input_, sounds_.targets.empty() ? "" : sounds_.targets.filename().string());
        for (const ImageItem& item : sounds_.items) all += fmt::format("\n{} {} {}", item.file, item.bytes, item.text.value_or(""));
        return all;
    }

private:
    [[nodiscard]] const ImageItem& at(std::uint64_t number) const { return sounds_.items[static_cast<std::size_t>(number)]; }
    [[nodiscard]] std::vector<float> read(const fs::path& file) const {
        const Sound sound = read_wav(file);
        if (sound.rate != static_cast<std::uint64_t>(steps_.rate))
            throw Error(ErrorKind::bad_data, fmt::format("has {} values a second, the others {}; sounds are not resampled", sound.rate, steps_.rate),
                        {.file = file.string()}, "Bring all sounds to the rate that the model was trained with");
        return fitted(sound, steps_, file.string());
    }

    Sounds sounds_;
    std::string input_;
    SoundSteps steps_;
    bool texts_ = false;  ///< items have texts
};

/// What the model's input says of sounds. Throws Error{bad_data} where it takes none.
SoundSteps steps_for(const DatasetInfo& info, const InputSpec& input) {
    const ValueType& type = input.type;
    SoundSteps steps;
    if (type.element != ElementType::undefined) steps.dtype = type.element;
    const bool numbers = steps.dtype == ElementType::float32 || steps.dtype == ElementType::int16;
    if (!numbers || (type.has_shape && (type.dims.size() < 1 || type.dims.size() > 3)))
        throw Error(ErrorKind::bad_data, fmt::format("holds sounds, but the model's input '{}' takes {}", input.name, type.text()),
                    {.file = info.path.string(), .tensor = input.name},
                    "Sounds become [N,L] or [N,channels,L] of float32 or int16; compute features yourself (.npz)");
    if (!type.has_shape) return steps;
    steps.rank = std::max<std::size_t>(type.dims.size(), 2);
    if (type.dims.size() == 3 && type.dims[1].value > 1) steps.channels = static_cast<std::size_t>(type.dims[1].value);
    const std::int64_t fixed = type.dims.back().value;
    const auto frame = info.carry.frames.find(input.name);
    if (frame != info.carry.frames.end())
        steps.multiple = frame->second.size;
    else if (info.carry.several_runs() && fixed > 0)
        steps.multiple = fixed;
    else if (fixed > 0)
        steps.length = fixed;
    return steps;
}

constexpr std::int64_t kLongest = std::int64_t{1} << 32;

bool has_clean(const fs::path& folder) { return fs::is_directory(folder / "noisy") && fs::is_directory(folder / "clean"); }

}  // namespace

bool is_sound_folder(const fs::path& folder) {
    constexpr int kMostEntries = 2000;
    int seen = 0;
    for (auto entry = fs::recursive_directory_iterator(folder); entry != fs::recursive_directory_iterator() && seen < kMostEntries; ++entry, ++seen) {
        if (lower(entry->path().extension().string()) == ".wav") return true;
        if (is_picture_file(entry->path())) return false;
    }
    return false;
}

SourcePtr open_sounds_source(Fields& top, DatasetInfo info) {
    std::string input = top.text_if("input").value_or("");
    for (const InputSpec& each : info.inputs)  // the only one that is neither a state nor given otherwise
        if (input.empty() && !info.carry.states.contains(each.name) && !info.carry.constants.contains(each.name)) input = each.name;
    SoundSteps steps = steps_for(info, input_named(info.inputs, input, top.file()));
    if (top.has("rate")) steps.rate = top.integer("rate", 1, 1 << 24);
    if (top.has("length")) steps.length = top.integer("length", 1, kLongest);
    Sounds sounds{top.path("folder"), {}};
    if (top.has("targets")) sounds.targets = top.path("targets");
    for (const fs::path& each : {sounds.folder, sounds.targets})
        if (!each.empty() && !fs::is_directory(each)) throw Error(ErrorKind::not_found, "no such folder", {.file = each.string()});
    Splits splits;
    Fields given = top.object("splits");
    if (given.has("calibration")) splits.calibration = parse_items(given, "calibration", false, sounds.items, info.findings);
    if (given.has("validation")) splits.validation = parse_items(given, "validation", false, sounds.items, info.findings);
    given.note_unknown(info.findings);
    top.note_unknown(info.findings);
    auto dataset = std::make_shared<SoundsDataset>(std::move(info), std::move(sounds), input, steps);
    dataset->finish(std::move(splits));
    return dataset;
}

SourcePtr open_sounds_folder(DatasetInfo info) {
    if (info.inputs.size() != 1)
        throw Error(ErrorKind::bad_data, fmt::format("holds sounds for one input, but the model has {} inputs", info.inputs.size()),
                    {.file = info.path.string()}, "Write a .dataset.json with \"carry\" or \"constants\" for the others");
    const bool pairs = has_clean(info.path);
    const fs::path folder = pairs ? info.path / "noisy" : info.path;
    ImageFolder found = scan_image_folder(folder, FolderOf::sounds);
    if (pairs)
        for (ImageItem& item : found.items) item.label = -1;
    const InputSpec input = info.inputs.front();
    const SoundSteps steps = steps_for(info, input);
    if (!pairs) info.classes = std::move(found.classes);
    if (found.texts && fs::exists(folder / "alphabet.txt")) info.task.alphabet = read_alphabet(folder / "alphabet.txt");
    Splits splits;
    if (found.has_splits) {
        for (std::uint64_t i = 0; i < found.items.size(); ++i) (i < found.calibration_count ? splits.calibration : splits.validation).push_back(i);
    } else {
        splits = fixed_splits(found.items.size(), info.findings);
    }
    if (steps.length > 0)
        info.findings.push_back({.severity = Severity::info,
                                 .code = "preprocess-assumed",
                                 .tensor = input.name,
                                 .text = fmt::format("Sounds are cut or filled up with zeros to {} values, which the model fixes.", steps.length),
                                 .remedy = "Write a .dataset.json to choose other pieces"});
    Sounds sounds{folder, std::move(found.items), pairs ? info.path / "clean" : fs::path()};
    auto dataset = std::make_shared<SoundsDataset>(std::move(info), std::move(sounds), input.name, steps);
    dataset->finish(std::move(splits));
    return dataset;
}

}  // namespace vernier
