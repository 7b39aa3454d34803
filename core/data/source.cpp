// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/detail/source.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/number_text.h"

namespace vernier {
namespace {

std::string shape_text(const Tensor& tensor) { return fmt::format("{}[{}]", name(tensor.type), fmt::join(tensor.dims, ",")); }

/// batch: so many of these tensors are stacked for a run.
bool fits(const Tensor& tensor, const ValueType& type, std::uint64_t batch) {
    if (type.element != ElementType::undefined && type.element != tensor.type) return false;
    if (!type.has_shape) return true;
    if (type.dims.size() != tensor.dims.size()) return false;
    for (std::size_t i = 0; i < type.dims.size(); ++i) {
        const std::int64_t given = tensor.dims[i] * (i == 0 ? static_cast<std::int64_t>(batch) : 1);
        if (type.dims[i].value >= 0 && type.dims[i].value != given) return false;
    }
    return true;
}

/// [parts, ...]: the rest is what one run takes.
bool fits_parts(const Tensor& tensor, const ValueType& type) {
    return !tensor.dims.empty() && fits({tensor.type, {tensor.dims.begin() + 1, tensor.dims.end()}, {}}, type, 1);
}

constexpr std::int64_t kLargestBatch = 4096;  // stacked samples stand in memory

/// The first axis that all inputs fix at the same length above 1; else 1.
std::uint64_t fixed_batch(const std::vector<InputSpec>& inputs) {
    std::int64_t batch = 0;
    for (const InputSpec& input : inputs) {
        if (!input.type.has_shape || input.type.dims.empty()) return 1;
        const std::int64_t first = input.type.dims[0].value;
        if (first <= 1 || first > kLargestBatch || (batch != 0 && batch != first)) return 1;
        batch = first;
    }
    return static_cast<std::uint64_t>(std::max<std::int64_t>(batch, 1));
}

}  // namespace

std::vector<InputSpec> inputs_of(const Model& model) {
    std::vector<InputSpec> inputs;
    for (const ValueId id : model.inputs()) inputs.push_back({model.value(id).name, model.value(id).type});
    return inputs;
}

const InputSpec& input_named(const std::vector<InputSpec>& inputs, const std::string& name, const std::filesystem::path& file) {
    std::vector<std::string> known;
    for (const InputSpec& input : inputs) {
        if (input.name == name) return input;
        known.push_back(input.name);
    }
    throw Error(ErrorKind::bad_data, fmt::format("names an input '{}' that the model does not have; it has: {}", name, fmt::join(known, ", ")),
                {.file = file.string()});
}

Sample SourceDataset::load(Split split, std::uint64_t index) const {
    const auto& list = numbers(split);
    if (index >= list.size())
        throw Error(ErrorKind::bad_data, fmt::format("has no sample {} in this split of {}", index, list.size()), {.file = info_.path.string()});
    const std::uint64_t number = list[index];
    Sample sample = load_sample(number);
    sample.label = label(number);
    sample.name = sample_name(number);
    framing_.apply(sample.inputs, info_.inputs, sample.name);
    if (split == Split::validation && target_form() != TargetForm::none) sample.target = target_of(number);
    check_inputs(sample);
    return sample;
}

SampleTarget SourceDataset::target_of(std::uint64_t /*number*/) const { return {}; }

bool SourceDataset::classifies() const {
    if (info_.task.task) return info_.task.task == Task::classification;
    return target_form() == TargetForm::none && (info_.has_metric || Dataset::classifies());
}

bool SourceDataset::is_framed(const std::string& input) const {
    const auto& framed = framing_.carry().framed;
    return std::find(framed.begin(), framed.end(), input) != framed.end();
}

void SourceDataset::check_inputs(const Sample& sample) const {
    for (const InputSpec& input : info_.inputs) {
        const auto found = sample.inputs.find(input.name);
        if (found == sample.inputs.end())
            throw Error(ErrorKind::bad_data, fmt::format("sample {} has no data for the model's input '{}' ({})", sample.name, input.name, input.type.text()),
                        {.file = info_.path.string(), .tensor = input.name},
                        "In a .dataset.json, \"constants\" gives it one value for all samples, and \"carry\" names the output of the run before that gives it");
        if (is_framed(input.name) ? !fits_parts(found->second, input.type) : !fits(found->second, input.type, batch_))
            throw Error(
                ErrorKind::bad_data,
                fmt::format("the model's input '{}' takes {}, but sample {} gives {}", input.name, input.type.text(), sample.name, shape_text(found->second)),
                {.file = info_.path.string(), .tensor = input.name}, "Check the dataset's shape and its preprocessing (layout, resize, crop, dtype)");
    }
    if (sample.inputs.size() == info_.inputs.size()) return;
    for (const auto& [name, tensor] : sample.inputs) static_cast<void>(input_named(info_.inputs, name, info_.path));
}

void SourceDataset::finish(Splits splits) {
    splits_ = std::move(splits);
    if (splits_.calibration.empty() && splits_.validation.empty())
        throw Error(ErrorKind::bad_data, "the dataset holds no samples", {.file = info_.path.string()});
    for (const Split split : {Split::calibration, Split::validation})
        if (numbers(split).empty())
            info_.findings.push_back({.severity = Severity::warning,
                                      .code = "split-empty",
                                      .text = fmt::format("The {} split holds no samples.", split == Split::calibration ? "calibration" : "validation"),
                                      .remedy = split == Split::calibration ? "Static quantization needs calibration samples"
                                                                            : "Accuracy cannot be measured without validation samples"});
    check_labels();
    check_overlap();
    check_copies();
    find_framing();
    find_batch();
    for (const Split split : {Split::validation, Split::calibration})
        if (!numbers(split).empty()) static_cast<void>(load(split, 0));
}

/// The first sample says how all are cut.
void SourceDataset::find_framing() {
    if (!info_.carry.several_runs()) {
        framing_ = Framing(info_.carry, info_.inputs, {}, {});
        return;
    }
    const std::uint64_t first = numbers(splits_.validation.empty() ? Split::calibration : Split::validation).front();
    framing_ = Framing(info_.carry, info_.inputs, load_sample(first).inputs, sample_name(first));
}

/// A source may also hold whole batches as its samples (ONNX test data does): those are fed as they are.
void SourceDataset::find_batch() {
    const std::uint64_t fixed = framing_.carry().any() ? 1 : fixed_batch(info_.inputs);
    if (fixed == 1) return;
    const Sample sample = load_sample(numbers(splits_.validation.empty() ? Split::calibration : Split::validation).front());
    const auto single = [](const auto& input) { return !input.second.dims.empty() && input.second.dims[0] == 1; };
    if (!std::all_of(sample.inputs.begin(), sample.inputs.end(), single)) return;
    batch_ = fixed;
    info_.findings.push_back(
        {.code = "batch-fixed", .text = fmt::format("The model takes {} samples in one run, so a latency is the time of {} samples.", batch_, batch_)});
}

void SourceDataset::check_labels() {
    std::uint64_t labelled = 0;
    for (const Split split : {Split::calibration, Split::validation})
        for (const std::uint64_t number : numbers(split)) {
            const std::int64_t value = label(number);
            if (value >= 0 && split == Split::validation) ++labelled;
            if (info_.classes.empty() || value < static_cast<std::int64_t>(info_.classes.size())) continue;
            throw Error(ErrorKind::bad_data,
                        fmt::format("sample {} has label {}, but there are only {} classes (0 to {})", sample_name(number), value, info_.classes.size(),
                                    info_.classes.size() - 1),
                        {.file = info_.path.string()});
        }
    has_labels_ = labelled > 0 && labelled == splits_.validation.size();
    if (has_labels_ || splits_.validation.empty() || target_form() != TargetForm::none) return;
    if (labelled == 0)
        info_.findings.push_back(
            {.code = "labels-missing", .text = "The samples have no labels: outputs can be compared with those of FP32, accuracy cannot be measured."});
    else
        info_.findings.push_back(
            {.severity = Severity::warning,
             .code = "labels-missing",
             .text = fmt::format("Only {} of {} validation samples have a label, so accuracy is not measured.", labelled, splits_.validation.size()),
             .remedy = "Give every sample a label, or none"});
}

std::uint64_t hash_bytes(std::uint64_t hash, std::span<const std::byte> bytes) {
    const std::uint64_t own = std::hash<std::string_view>{}({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    return (hash ^ own) * 0x9E3779B97F4A7C15ULL + bytes.size();
}

std::optional<std::uint64_t> SourceDataset::content_hash(std::uint64_t /*number*/) const { return std::nullopt; }

SourceDataset::Overlap SourceDataset::overlap(const Splits& splits) const {
    const std::unordered_set<std::uint64_t> seen(splits.calibration.begin(), splits.calibration.end());
    std::unordered_set<std::uint64_t> contents;
    for (const std::uint64_t number : splits.calibration)
        if (const auto hash = content_hash(number)) contents.insert(*hash);
    const auto has_twin = [&](std::uint64_t number) {
        const auto hash = contents.empty() ? std::nullopt : content_hash(number);
        return hash && contents.contains(*hash);
    };
    Overlap found;
    for (const std::uint64_t number : splits.validation) {
        if (!seen.contains(number) && !has_twin(number)) continue;
        if (found.count++ == 0) found.example = sample_name(number);
    }
    return found;
}

/// Data of few values repeats itself; below one sample in a hundred that is said, but it moves no accuracy.
void SourceDataset::check_overlap() {
    const Overlap found = overlap(splits_);
    if (found.count == 0) return;
    const bool few = found.count * 100 < splits_.validation.size();
    info_.findings.push_back(
        {.severity = few ? Severity::info : Severity::serious,
         .code = "splits-overlap",
         .text = fmt::format("{} of {} validation samples {} also used for calibration (for example {}){}", grouped(found.count),
                             grouped(splits_.validation.size()), found.count == 1 ? "is" : "are", found.example,
                             few ? ": too few to change what is measured." : ": accuracy after quantization would look better than it is."),
         .remedy = few ? "" : "Give the two splits different samples"});
}

SourceDataset::Overlap SourceDataset::copies(const std::vector<std::uint64_t>& samples) const {
    std::unordered_set<std::uint64_t> contents;
    Overlap found;
    for (const std::uint64_t number : samples) {
        const auto hash = content_hash(number);
        if (hash && !contents.insert(*hash).second && found.count++ == 0) found.example = sample_name(number);
    }
    return found;
}

/// Data of few values repeats itself; from one sample in ten on it is no accident.
void SourceDataset::check_copies() {
    constexpr std::uint64_t kOneIn = 10, kLooked = 20000;
    for (const Split split : {Split::calibration, Split::validation}) {
        std::vector<std::uint64_t> samples = numbers(split);
        if (samples.size() > kLooked) samples.resize(kLooked);
        const Overlap found = copies(samples);
        if (found.count * kOneIn < samples.size() || found.count == 0) continue;
        const bool calibrates = split == Split::calibration;
        info_.findings.push_back({.severity = Severity::warning,
                                  .code = "samples-equal",
                                  .text = fmt::format("{} of {} {} samples are copies of others (for example {}): {}.", found.count, samples.size(),
                                                      calibrates ? "calibration" : "validation", found.example,
                                                      calibrates ? fmt::format("ranges are read of {} different ones", samples.size() - found.count)
                                                                 : std::string("intervals are narrower than the data allow")),
                                  .remedy = "Give different samples"});
    }
}

std::string SourceDataset::fingerprint() const {
    std::call_once(fingerprint_once_, [&] {
        std::string text = identity() + "\npreprocessing: " + preprocessing();
        if (const std::string carried = identity_of(info_.carry); !carried.empty()) text += "\ncarried:" + carried;
        for (const Split split : {Split::calibration, Split::validation}) {
            text += "\nsplit:";
            for (const std::uint64_t number : numbers(split)) text += fmt::format(" {}={}", number, label(number));
        }
        fingerprint_ = sha256(text);
    });
    return fingerprint_;
}

namespace {

constexpr std::uint64_t kBoth = 5;  ///< fewer samples serve both splits
constexpr std::uint64_t kFifth = 5;
constexpr std::uint64_t kCalibrating = 10;  ///< fewer say too little of ranges

/// Some of the samples, spread evenly. Multiples of the golden ratio never fall into step with data in which classes take turns.
std::vector<bool> spread(std::uint64_t count, std::uint64_t total) {
    constexpr double kGoldenRatio = 0.6180339887498949;
    const auto place = [](std::uint64_t i) { return std::fmod(static_cast<double>(i) * kGoldenRatio, 1.0); };
    std::vector<std::uint64_t> order(total);
    std::iota(order.begin(), order.end(), std::uint64_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::uint64_t a, std::uint64_t b) { return place(a) < place(b); });
    std::vector<bool> chosen(total);
    for (std::uint64_t i = 0; i < count; ++i) chosen[order[i]] = true;
    return chosen;
}

std::string split_text(std::uint64_t total, const Splits& splits) {
    if (total < kBoth) return fmt::format("There are only {} samples, so all of them serve both splits.", total);
    const std::size_t calibrating = splits.calibration.size();
    if (calibrating == total / kFifth)
        return fmt::format("The data has no splits: every fifth sample is used for calibration ({}), the others for validation ({}).", calibrating,
                           splits.validation.size());
    return fmt::format("The data has no splits and only {} samples: {} of them, spread evenly, are used for calibration, the other {} for validation.", total,
                       calibrating, splits.validation.size());
}

}  // namespace

Splits fixed_splits(std::uint64_t total, std::vector<Finding>& findings) {
    const std::uint64_t wanted = std::max(total / kFifth, std::min(kCalibrating, total / 2));
    const std::vector<bool> few = wanted == total / kFifth ? std::vector<bool>() : spread(wanted, total);
    Splits splits;
    for (std::uint64_t i = 0; i < total; ++i) {
        const bool calibrates = few.empty() ? i % kFifth == kFifth - 1 : few[i];
        if (total < kBoth || calibrates) splits.calibration.push_back(i);
        if (total < kBoth || !calibrates) splits.validation.push_back(i);
    }
    findings.push_back({.code = "splits-assumed", .text = split_text(total, splits), .remedy = "Write a .dataset.json to choose the splits"});
    return splits;
}

std::vector<std::uint64_t> parse_indices(Fields fields, std::uint64_t total, std::vector<Finding>& findings) {
    const auto number = [&](const Json& item, const std::string& key, std::uint64_t limit) {
        if (!item.is_number_integer() || (!item.is_number_unsigned() && item.get<std::int64_t>() < 0))
            fields.fail(key, "holds something that is not a whole number from 0 on");
        const auto value = item.get<std::uint64_t>();
        if (value > limit) fields.fail(key, fmt::format("asks for sample {}, but the data holds {}", value, total));
        return value;
    };
    std::vector<std::uint64_t> out;
    if (const Json* range = fields.find("range")) {
        if (fields.has("indices")) fields.fail("indices", "cannot be given together with 'range'");
        if (!range->is_array() || range->size() != 2) fields.fail("range", "is not a list of two numbers: first, last+1");
        const std::uint64_t first = number((*range)[0], "range", total), last = number((*range)[1], "range", total);
        if (first > last) fields.fail("range", fmt::format("begins at {} and ends at {}", first, last));
        for (std::uint64_t i = first; i < last; ++i) out.push_back(i);
    } else {
        const Json& list = fields.need("indices");
        if (!list.is_array()) fields.fail("indices", "is not a list");
        for (const Json& item : list) {
            out.push_back(number(item, "indices", total));
            if (out.back() == total) fields.fail("indices", fmt::format("asks for sample {}, but the data holds {}", total, total));
        }
    }
    fields.note_unknown(findings);
    return out;
}

Preprocess cast_only(const InputSpec& input) {
    Preprocess steps;
    steps.layout_in = Layout::any;
    steps.dtype = input.type.element == ElementType::undefined ? ElementType::float32 : input.type.element;
    return steps;
}

std::map<std::string, Preprocess> parse_all_preprocess(Fields& top, bool images, DatasetInfo& info) {
    std::map<std::string, Preprocess> all;
    if (!top.has("preprocess")) return all;
    Fields object = top.object("preprocess");
    for (const std::string& key : object.keys()) {
        const InputSpec& input = input_named(info.inputs, key, top.file());
        Fields fields = object.object(key);
        all[key] = parse_preprocess(fields, images, cast_only(input).dtype, info.findings);
    }
    return all;
}

std::vector<std::string> read_lines(const std::filesystem::path& path) {
    const std::string text = read_file(path);
    std::vector<std::string> lines;
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // spreadsheets begin their files with it
    for (std::size_t at = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        std::string line = text.substr(at, end - at);
        if (line.ends_with('\r')) line.pop_back();
        lines.push_back(std::move(line));
        at = end + 1;
    }
    return lines;
}

}  // namespace vernier
