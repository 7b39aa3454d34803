// SPDX-License-Identifier: GPL-3.0-or-later
// Samples from NumPy arrays (.npz, .npy): axis 0 counts the samples.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/data/detail/elements.h"
#include "core/data/detail/npy.h"
#include "core/data/detail/npz.h"
#include "core/data/detail/source.h"

namespace vernier {
namespace fs = std::filesystem;
namespace {

/// One input: the array of all its samples, kept in memory once as it was stored, and the steps for each sample.
struct ArrayInput {
    std::string name;
    Tensor data;
    Preprocess steps;
};

/// What is right for each sample.
struct ArrayTruth {
    std::vector<std::int64_t> labels = {};
    std::optional<Tensor> targets = {};
    std::string targets_name = {};
    std::optional<std::vector<std::string>> texts = {};
};

class ArrayDataset final : public SourceDataset {
public:
    ArrayDataset(DatasetInfo info, std::vector<ArrayInput> inputs, ArrayTruth truth, std::vector<fs::path> files)
        : SourceDataset(std::move(info)), inputs_(std::move(inputs)), truth_(std::move(truth)), files_(std::move(files)) {}

    [[nodiscard]] std::vector<fs::path> files() const override {
        std::vector<fs::path> all = files_;
        all.push_back(path());
        return all;
    }
    [[nodiscard]] std::uint64_t total() const override { return static_cast<std::uint64_t>(inputs_.front().data.dims[0]); }
    [[nodiscard]] std::string preprocessing() const override {
        if (inputs_.size() == 1) return text(inputs_.front().steps);
        std::vector<std::string> parts;
        for (const ArrayInput& input : inputs_) parts.push_back(fmt::format("{}: {}", input.name, text(input.steps)));
        return fmt::format("{}", fmt::join(parts, "; "));
    }

protected:
    [[nodiscard]] Sample load_sample(std::uint64_t number) const override {
        Sample sample;
        for (const ArrayInput& input : inputs_) {
            const RawSample raw{input.data.type, std::span(input.data.dims).subspan(1), bytes_of(input.data, number)};
            sample.inputs[input.name] = preprocess_array(raw, input.steps, fmt::format("{} {}", info_.path.string(), sample_name(number)));
        }
        return sample;
    }
    [[nodiscard]] std::int64_t label(std::uint64_t number) const override {
        return truth_.labels.empty() ? -1 : truth_.labels[static_cast<std::size_t>(number)];
    }
    [[nodiscard]] TargetForm target_form() const override {
        if (truth_.texts) return TargetForm::text;
        if (!truth_.targets) return TargetForm::none;
        return is_float(truth_.targets->type) ? TargetForm::numbers : TargetForm::whole;
    }
    [[nodiscard]] SampleTarget target_of(std::uint64_t number) const override {
        if (truth_.texts) return {.text = (*truth_.texts)[static_cast<std::size_t>(number)]};
        const Tensor& all = *truth_.targets;
        const auto own = bytes_of(all, number);
        return {.values = Tensor{all.type, {all.dims.begin() + 1, all.dims.end()}, {own.begin(), own.end()}}};
    }
    [[nodiscard]] std::string sample_name(std::uint64_t number) const override { return fmt::format("#{}", number); }
    [[nodiscard]] std::optional<std::uint64_t> content_hash(std::uint64_t number) const override {
        std::uint64_t hash = 0;
        for (const ArrayInput& input : inputs_) hash = hash_bytes(hash, bytes_of(input.data, number));
        return hash;
    }
    [[nodiscard]] std::string identity() const override {
        std::string all = "arrays";
        for (const fs::path& file : files_) all += fmt::format(" {}", sha256_of_file(file));
        for (const ArrayInput& input : inputs_) all += " " + input.name;
        if (truth_.targets) all += " targets " + truth_.targets_name;
        return all;
    }

private:
    [[nodiscard]] std::span<const std::byte> bytes_of(const Tensor& all, std::uint64_t number) const {
        const std::size_t bytes = all.bytes.size() / static_cast<std::size_t>(total());
        return std::span(all.bytes).subspan(static_cast<std::size_t>(number) * bytes, bytes);
    }

    std::vector<ArrayInput> inputs_;
    ArrayTruth truth_;
    std::vector<fs::path> files_;
};

/// Labels as 64-bit class indices; `name` is the array's name in errors.
std::vector<std::int64_t> labels_from(const Tensor& tensor, const std::string& name, const fs::path& file) {
    const auto fail = [&](const std::string& what) {
        throw Error(ErrorKind::bad_data, fmt::format("the labels '{}' {}", name, what), {.file = file.string()},
                    "A label is one class index; what is more than that is given as 'targets'");
    };
    const bool column = tensor.dims.size() == 2 && tensor.dims[1] == 1;
    if (tensor.dims.size() != 1 && !column) fail(fmt::format("have shape [{}], but must have one axis", fmt::join(tensor.dims, ",")));
    if (is_float(tensor.type)) fail(fmt::format("are {}, but must be whole numbers", vernier::name(tensor.type)));
    std::vector<std::int64_t> labels;
    visit_element(tensor.type, [&](auto sample) {
        for (const auto value : tensor.as<decltype(sample)>()) labels.push_back(static_cast<std::int64_t>(value));
    });
    const auto negative = std::find_if(labels.begin(), labels.end(), [](std::int64_t v) { return v < 0; });
    if (negative != labels.end()) fail(fmt::format("hold {} at position {}; a label is a class index from 0 on", *negative, negative - labels.begin()));
    return labels;
}

std::int64_t count_in(const Tensor& array) { return array.dims.empty() ? 0 : array.dims[0]; }

/// An array that is the whole input, and does not count as many samples as the others, is given to all of them.
void take_constants(std::vector<ArrayInput>& inputs, DatasetInfo& info, const fs::path& file) {
    std::int64_t count = 0;
    for (const ArrayInput& input : inputs) count = std::max(count, count_in(input.data));
    const auto is_constant = [&](const ArrayInput& input) {
        const ValueType& type = input_named(info.inputs, input.name, file).type;
        if (!type.has_shape || count_in(input.data) == count || type.dims.size() != input.data.dims.size()) return false;
        if (!type.dims.empty() && type.dims[0].value < 0 && input.data.dims[0] != 1) return false;  // so many samples, of another number
        return std::equal(type.dims.begin(), type.dims.end(), input.data.dims.begin(),
                          [](const Dim& dim, std::int64_t size) { return dim.value < 0 || dim.value == size; });
    };
    for (const ArrayInput& input : inputs) {
        if (!is_constant(input)) continue;
        Tensor whole = preprocess_array({input.data.type, input.data.dims, input.data.bytes}, input.steps, input.name);
        whole.dims.erase(whole.dims.begin());
        info.carry.constants.insert_or_assign(input.name, std::move(whole));
    }
    std::erase_if(inputs, is_constant);
    if (inputs.empty()) throw Error(ErrorKind::bad_data, "no array counts samples along its first axis", {.file = file.string()});
}

/// The arrays must agree on the number of samples.
void check_counts(const std::vector<ArrayInput>& inputs, const ArrayTruth& truth, bool labelled, const fs::path& file) {
    for (const ArrayInput& input : inputs)
        if (input.data.dims.empty())
            throw Error(ErrorKind::bad_data, fmt::format("the array for input '{}' is a single number", input.name), {.file = file.string()});
    const std::int64_t count = inputs.front().data.dims[0];
    for (const ArrayInput& input : inputs)
        if (input.data.dims[0] != count)
            throw Error(
                ErrorKind::bad_data,
                fmt::format("the array for input '{}' holds {} samples, the one for '{}' holds {}", input.name, input.data.dims[0], inputs.front().name, count),
                {.file = file.string()});
    if (labelled && static_cast<std::int64_t>(truth.labels.size()) != count)
        throw Error(ErrorKind::bad_data, fmt::format("there are {} labels for {} samples", truth.labels.size(), count), {.file = file.string()},
                    "Axis 0 of 'labels' and of the inputs must have the same length");
    if (truth.targets && (truth.targets->dims.empty() || truth.targets->dims[0] != count))
        throw Error(ErrorKind::bad_data,
                    fmt::format("the targets '{}' have shape [{}], but there are {} samples", truth.targets_name, fmt::join(truth.targets->dims, ","), count),
                    {.file = file.string()}, "Axis 0 of 'targets' and of the inputs must have the same length");
    if (truth.texts && static_cast<std::int64_t>(truth.texts->size()) != count)
        throw Error(ErrorKind::bad_data, fmt::format("there are {} lines of texts for {} samples", truth.texts->size(), count), {.file = file.string()},
                    "Write one line a sample");
    if (count == 0) throw Error(ErrorKind::bad_data, "the arrays hold no samples", {.file = file.string()});
}

using ReadArray = std::function<Tensor(Fields&, const std::string& key)>;

SourcePtr open_source(Fields& top, DatasetInfo info, std::vector<fs::path>& files, const ReadArray& read) {
    auto all = parse_all_preprocess(top, false, info);
    std::vector<ArrayInput> inputs;
    Fields arrays = top.object("arrays");
    for (const std::string& key : arrays.keys()) {
        const InputSpec& input = input_named(info.inputs, key, top.file());
        inputs.push_back({key, read(arrays, key), all.contains(key) ? all[key] : cast_only(input)});
    }
    if (inputs.empty()) top.fail("arrays", "names no array");
    take_constants(inputs, info, top.file());
    ArrayTruth truth;
    const bool labelled = top.has("labels");
    if (labelled) truth.labels = labels_from(read(top, "labels"), top.text("labels"), top.file());
    if (top.has("targets")) {
        truth.targets = read(top, "targets");
        truth.targets_name = top.text("targets");
    }
    if (top.has("texts")) {
        files.push_back(top.path("texts"));
        truth.texts = read_lines(files.back());
    }
    check_counts(inputs, truth, labelled, top.file());

    Splits splits;
    const auto total = static_cast<std::uint64_t>(inputs.front().data.dims[0]);
    Fields given = top.object("splits");
    if (given.has("calibration")) splits.calibration = parse_indices(given.object("calibration"), total, info.findings);
    if (given.has("validation")) splits.validation = parse_indices(given.object("validation"), total, info.findings);
    given.note_unknown(info.findings);
    top.note_unknown(info.findings);
    auto dataset = std::make_shared<ArrayDataset>(std::move(info), std::move(inputs), std::move(truth), files);
    dataset->finish(std::move(splits));
    return dataset;
}

bool fits(const std::vector<std::int64_t>& sample, const ValueType& type) {
    if (!type.has_shape) return true;
    if (type.dims.size() != sample.size() + 1) return false;
    for (std::size_t i = 0; i < sample.size(); ++i)
        if (type.dims[i + 1].value >= 0 && type.dims[i + 1].value != sample[i]) return false;
    return true;
}

/// Without a dataset file: a cast, and channels moved where only that fits the model.
Preprocess assumed_steps(const InputSpec& input, const Tensor& data, std::vector<Finding>& findings) {
    Preprocess steps = cast_only(input);
    if (data.dims.size() == 4) {
        const std::vector<std::int64_t> sample(data.dims.begin() + 1, data.dims.end());
        if (!fits(sample, input.type)) {
            if (fits({sample[2], sample[0], sample[1]}, input.type)) {
                steps.layout_in = Layout::nhwc;
                steps.layout_out = Layout::nchw;
            } else if (fits({sample[1], sample[2], sample[0]}, input.type)) {
                steps.layout_in = Layout::nchw;
                steps.layout_out = Layout::nhwc;
            }
        }
    }
    findings.push_back({.severity = data.type == steps.dtype && steps.layout_out == Layout::any ? Severity::info : Severity::warning,
                        .code = "preprocess-assumed",
                        .tensor = input.name,
                        .text = fmt::format("The values for input '{}' ({}) are taken as they are: {}.", input.name, name(data.type), text(steps)),
                        .remedy = "Write a .dataset.json if the model needs a scale, mean or other layout"});
    return steps;
}

SourcePtr open_path(DatasetInfo info, std::vector<std::pair<std::string, Tensor>> arrays, ArrayTruth truth, bool labelled) {
    std::vector<ArrayInput> inputs;
    for (auto& [key, data] : arrays) {
        const InputSpec& input = input_named(info.inputs, key, info.path);
        Preprocess steps = assumed_steps(input, data, info.findings);
        inputs.push_back({key, std::move(data), std::move(steps)});
    }
    take_constants(inputs, info, info.path);
    check_counts(inputs, truth, labelled, info.path);
    Splits splits = fixed_splits(static_cast<std::uint64_t>(inputs.front().data.dims[0]), info.findings);
    const fs::path file = info.path;
    auto dataset = std::make_shared<ArrayDataset>(std::move(info), std::move(inputs), std::move(truth), std::vector{file});
    dataset->finish(std::move(splits));
    return dataset;
}

template <class Names>
bool is_one_of(const Names& names, const std::string& name, const DatasetInfo& info) {
    const bool input = std::any_of(info.inputs.begin(), info.inputs.end(), [&](const InputSpec& spec) { return spec.name == name; });
    return !input && std::find(names.begin(), names.end(), lower(name)) != names.end();
}

/// Names that people give to the array with the labels, when the model has no input of that name.
bool may_be_labels(const std::string& name, const DatasetInfo& info) {
    constexpr std::array<std::string_view, 7> kNames = {"labels", "label", "y", "target", "targets", "y_true", "classes"};
    return is_one_of(kNames, name, info);
}

/// The same of targets that are more than a class.
bool may_be_targets(const std::string& name, const DatasetInfo& info) {
    constexpr std::array<std::string_view, 6> kNames = {"targets", "target", "y", "y_true", "masks", "mask"};
    return is_one_of(kNames, name, info);
}

/// True for whole numbers from 0 on, one a sample.
bool are_labels(const Tensor& tensor, std::int64_t count) {
    const bool column = tensor.dims.size() == 2 && tensor.dims[1] == 1;
    if ((tensor.dims.size() != 1 && !column) || tensor.dims[0] != count || is_float(tensor.type) || tensor.type == ElementType::boolean) return false;
    bool good = true;
    const bool numbers = visit_element(tensor.type, [&](auto sample) {
        for (const auto value : tensor.as<decltype(sample)>()) good = good && static_cast<std::int64_t>(value) >= 0;
    });
    return numbers && good;
}

/// The labels among the arrays that are no input, of which they are taken out. "labels" must hold labels; an array of another
/// usual name is taken when it does, and said.
std::optional<Tensor> find_labels(const NpzFile& npz, std::int64_t count, DatasetInfo& info, std::vector<std::string>& unused) {
    if (const auto named = std::find(unused.begin(), unused.end(), "labels"); named != unused.end()) {
        unused.erase(named);
        return npz.read("labels");
    }
    for (auto name = unused.begin(); name != unused.end(); ++name) {
        if (!may_be_labels(*name, info)) continue;
        Tensor tensor = npz.read(*name);
        if (!are_labels(tensor, count)) continue;
        info.findings.push_back({.code = "labels-assumed",
                                 .text = fmt::format("The array '{}' is taken as the labels.", *name),
                                 .remedy = "Call it 'labels', or write a .dataset.json, to say so"});
        unused.erase(name);
        return tensor;
    }
    return std::nullopt;
}

/// The targets among the arrays that are no input, of which they are taken out. An array of a usual name other than "targets" is said.
void find_targets(const NpzFile& npz, std::int64_t count, DatasetInfo& info, std::vector<std::string>& unused, ArrayTruth& truth) {
    for (auto name = unused.begin(); name != unused.end(); ++name) {
        if (!may_be_targets(*name, info)) continue;
        Tensor tensor = npz.read(*name);
        if (*name != "targets" && (tensor.dims.empty() || tensor.dims[0] != count)) continue;
        if (*name != "targets")
            info.findings.push_back(
                {.code = "targets-assumed",
                 .text = fmt::format("The array '{}' ({}, [{}]) is taken as the targets.", *name, vernier::name(tensor.type), fmt::join(tensor.dims, ",")),
                 .remedy = "Call it 'targets', or write a .dataset.json, to say so"});
        truth.targets = std::move(tensor);
        truth.targets_name = *name;
        unused.erase(name);
        return;
    }
}

}  // namespace

SourcePtr open_npz_source(Fields& top, DatasetInfo info) {
    std::vector<fs::path> files = {top.path("file")};
    const NpzFile npz(files.front());
    return open_source(top, std::move(info), files, [&](Fields& fields, const std::string& key) {
        const std::string member = fields.text(key);
        if (!npz.has(member))
            fields.fail(key, fmt::format("is '{}', which {} does not hold", member, files.front().filename().string()),
                        fmt::format("It holds: {}", fmt::join(npz.names(), ", ")));
        return npz.read(member);
    });
}

SourcePtr open_npy_source(Fields& top, DatasetInfo info) {
    std::vector<fs::path> files;
    return open_source(top, std::move(info), files, [&](Fields& fields, const std::string& key) {
        files.push_back(fields.path(key));
        return read_npy_file(files.back());
    });
}

SourcePtr open_npz_path(DatasetInfo info) {
    const NpzFile npz(info.path);
    std::vector<std::string> others;
    for (const std::string& name : npz.names())
        if (!may_be_labels(name, info) && !may_be_targets(name, info)) others.push_back(name);
    if (others.empty())  // the only array is the input's, whatever it is called
        for (const std::string& name : npz.names())
            if (name != "labels") others.push_back(name);
    if (others.empty()) throw Error(ErrorKind::bad_data, "holds no arrays for the model's inputs", {.file = info.path.string()});
    std::vector<std::pair<std::string, Tensor>> arrays;
    if (info.inputs.size() == 1 && !npz.has(info.inputs[0].name) && others.size() == 1) {
        arrays.emplace_back(info.inputs[0].name, npz.read(others[0]));
    } else {
        for (const InputSpec& input : info.inputs) arrays.emplace_back(input.name, npz.read(input.name));
    }
    if (arrays.empty()) throw Error(ErrorKind::bad_data, "the model has no inputs to feed", {.file = info.path.string()});
    const bool single = arrays.size() == 1 && !npz.has(info.inputs[0].name);
    std::vector<std::string> unused;
    for (const std::string& name : npz.names()) {
        const bool taken = single ? name == others[0] : std::any_of(arrays.begin(), arrays.end(), [&](const auto& array) { return array.first == name; });
        if (!taken) unused.push_back(name);
    }
    std::int64_t count = 0;
    for (const auto& [name, array] : arrays) count = std::max(count, count_in(array));
    ArrayTruth truth;
    const std::optional<Tensor> labels = find_labels(npz, count, info, unused);
    if (labels) truth.labels = labels_from(*labels, "labels", info.path);
    find_targets(npz, count, info, unused, truth);
    if (!unused.empty())
        info.findings.push_back({.severity = Severity::warning,
                                 .code = "members-unused",
                                 .text = fmt::format("{} holds arrays that were not used: {}.", info.path.filename().string(), fmt::join(unused, ", ")),
                                 .remedy = "Inputs are found by their names, labels under 'labels', targets under 'targets'"});
    return open_path(std::move(info), std::move(arrays), std::move(truth), labels.has_value());
}

SourcePtr open_npy_path(DatasetInfo info) {
    if (info.inputs.size() != 1)
        throw Error(ErrorKind::bad_data, fmt::format("is one array, but the model has {} inputs", info.inputs.size()), {.file = info.path.string()},
                    "Give a .npz with one array for each input");
    std::vector<std::pair<std::string, Tensor>> arrays;
    arrays.emplace_back(info.inputs[0].name, read_npy_file(info.path));
    return open_path(std::move(info), std::move(arrays), {}, false);
}

}  // namespace vernier
