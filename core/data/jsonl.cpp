// SPDX-License-Identifier: GPL-3.0-or-later
// Samples from JSON lines: {"inputs": {"input_ids": [..]}, "label": 1, "target": [..] or "..", "text": ".."}.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>
#include <set>
#include <utility>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/data/detail/source.h"

namespace vernier {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMaxRank = 16;

struct Row {
    std::map<std::string, Tensor> raw;  ///< int64 where every number is whole, else float64
    std::int64_t label = -1;
    SampleTarget target = {};
    std::string text;
    std::string name;  ///< "validation.jsonl:3"
};

struct Numbers {
    std::vector<std::int64_t> whole;
    std::vector<double> real;
    bool all_whole = true;
};

/// Shape of a nested list, from its first items.
std::vector<std::int64_t> shape_of(const Json& list, const std::string& where) {
    std::vector<std::int64_t> dims;
    const Json* at = &list;
    while (at->is_array()) {
        if (dims.size() == kMaxRank) throw Error(ErrorKind::bad_data, "is nested too deeply", {.file = where});
        dims.push_back(static_cast<std::int64_t>(at->size()));
        if (at->empty()) break;
        at = &at->front();
    }
    return dims;
}

void collect(const Json& item, const std::vector<std::int64_t>& dims, std::size_t axis, Numbers& numbers, const std::string& where) {
    if (axis < dims.size()) {
        if (!item.is_array() || static_cast<std::int64_t>(item.size()) != dims[axis])
            throw Error(ErrorKind::bad_data, "has lists of different lengths", {.file = where});
        for (const Json& inner : item) collect(inner, dims, axis + 1, numbers, where);
        return;
    }
    if (!item.is_number()) throw Error(ErrorKind::bad_data, "holds something that is not a number", {.file = where});
    const bool too_large = item.is_number_unsigned() && item.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX);
    const bool whole = item.is_number_integer() && !too_large;
    numbers.all_whole = numbers.all_whole && whole;
    numbers.real.push_back(item.get<double>());
    numbers.whole.push_back(whole ? item.get<std::int64_t>() : 0);
}

Tensor raw_tensor(const Json& value, const std::string& where) {
    Tensor tensor{.type = ElementType::int64, .dims = shape_of(value, where), .bytes = {}};
    Numbers numbers;
    collect(value, tensor.dims, 0, numbers, where);
    if (!numbers.all_whole) tensor.type = ElementType::float64;
    const auto bytes = numbers.all_whole ? std::as_bytes(std::span(numbers.whole)) : std::as_bytes(std::span(numbers.real));
    tensor.bytes.assign(bytes.begin(), bytes.end());
    return tensor;
}

Row parse_row(const std::string& line, const fs::path& file, std::size_t number, std::vector<Finding>& findings) {
    const std::string where = fmt::format("{}:{}", file.string(), number);
    const Json json = parse_json(line, where);
    Fields fields(json, where, "");
    Row row;
    row.name = fmt::format("{}:{}", file.filename().string(), number);
    Fields inputs = fields.object("inputs");
    for (const std::string& key : inputs.keys()) row.raw[key] = raw_tensor(inputs.need(key), fmt::format("{} (inputs.{})", where, key));
    if (fields.has("label")) row.label = fields.integer("label", 0, INT32_MAX);
    if (const Json* target = fields.find("target")) {
        if (target->is_string())
            row.target.text = target->get<std::string>();
        else
            row.target.values = raw_tensor(*target, fmt::format("{} (target)", where));
    }
    row.text = fields.text_if("text").value_or("");
    if (number == 1) fields.note_unknown(findings);
    return row;
}

/// One form for all rows that have a target: numbers as soon as one has a number that is not whole. Throws Error{bad_data} where texts stand
/// beside numbers.
TargetForm form_of(const std::vector<Row>& rows) {
    bool real = false;
    const Row* text = nullptr;
    const Row* numbers = nullptr;
    for (const Row& row : rows) {
        if (row.target.text) text = &row;
        if (row.target.values) numbers = &row;
        real = real || (row.target.values && row.target.values->type == ElementType::float64);
    }
    if (text != nullptr && numbers != nullptr)
        throw Error(ErrorKind::bad_data, fmt::format("the target of {} is a text, that of {} is not", text->name, numbers->name));
    return text != nullptr ? TargetForm::text : numbers == nullptr ? TargetForm::none : real ? TargetForm::numbers : TargetForm::whole;
}

class JsonlDataset final : public SourceDataset {
public:
    JsonlDataset(DatasetInfo info, std::vector<Row> rows, std::map<std::string, Preprocess> steps, std::set<fs::path> files)
        : SourceDataset(std::move(info)), rows_(std::move(rows)), form_(form_of(rows_)), steps_(std::move(steps)), files_(std::move(files)) {}

    [[nodiscard]] std::vector<fs::path> files() const override {
        std::vector<fs::path> all(files_.begin(), files_.end());
        all.push_back(path());
        return all;
    }
    [[nodiscard]] std::uint64_t total() const override { return rows_.size(); }
    [[nodiscard]] std::string preprocessing() const override {
        std::vector<std::string> parts;
        for (const auto& [name, steps] : steps_) parts.push_back(steps_.size() == 1 ? text(steps) : name + ": " + text(steps));
        return fmt::format("{}", fmt::join(parts, "; "));
    }

protected:
    [[nodiscard]] Sample load_sample(std::uint64_t number) const override {
        const Row& row = rows_[static_cast<std::size_t>(number)];
        Sample sample;
        sample.text = row.text;
        for (const auto& [name, raw] : row.raw) {
            const std::string where = fmt::format("{} {}", info_.path.string(), row.name);
            const auto steps = steps_.find(name);
            if (steps == steps_.end()) static_cast<void>(input_named(info_.inputs, name, where));
            sample.inputs[name] = preprocess_array({raw.type, raw.dims, raw.bytes}, steps->second, where);
        }
        return sample;
    }
    [[nodiscard]] std::int64_t label(std::uint64_t number) const override { return rows_[static_cast<std::size_t>(number)].label; }
    [[nodiscard]] TargetForm target_form() const override { return form_; }
    [[nodiscard]] SampleTarget target_of(std::uint64_t number) const override { return rows_[static_cast<std::size_t>(number)].target; }
    [[nodiscard]] std::string sample_name(std::uint64_t number) const override { return rows_[static_cast<std::size_t>(number)].name; }
    [[nodiscard]] std::optional<std::uint64_t> content_hash(std::uint64_t number) const override {
        std::uint64_t hash = 0;
        for (const auto& [name, raw] : rows_[static_cast<std::size_t>(number)].raw) hash = hash_bytes(hash, raw.bytes);
        return hash;
    }
    [[nodiscard]] std::string identity() const override {
        std::string all = "jsonl";
        for (const fs::path& file : files_) all += fmt::format(" {}", sha256_of_file(file));
        return all;
    }

private:
    std::vector<Row> rows_;
    TargetForm form_;
    std::map<std::string, Preprocess> steps_;  ///< one for each input of the model
    std::set<fs::path> files_;
};

}  // namespace

SourcePtr open_jsonl_source(Fields& top, DatasetInfo info) {
    auto steps = parse_all_preprocess(top, false, info);
    for (const InputSpec& input : info.inputs) steps.try_emplace(input.name, cast_only(input));
    std::vector<Row> rows;
    std::map<fs::path, std::vector<std::uint64_t>> numbers;  // a file that both splits name is read once
    Splits splits;
    Fields given = top.object("splits");
    for (const char* key : {"calibration", "validation"}) {
        if (!given.has(key)) continue;
        Fields split = given.object(key);
        const fs::path file = split.path("file");
        if (!numbers.contains(file)) {
            std::vector<std::uint64_t>& list = numbers[file];
            const auto lines = read_lines(file);
            for (std::size_t i = 0; i < lines.size(); ++i) {
                if (lines[i].find_first_not_of(" \t") == std::string::npos) continue;
                list.push_back(rows.size());
                rows.push_back(parse_row(lines[i], file, i + 1, info.findings));
            }
        }
        (key == std::string_view("calibration") ? splits.calibration : splits.validation) = numbers[file];
        split.note_unknown(info.findings);
    }
    given.note_unknown(info.findings);
    top.note_unknown(info.findings);
    std::set<fs::path> files;
    for (const auto& [file, list] : numbers) files.insert(file);
    auto dataset = std::make_shared<JsonlDataset>(std::move(info), std::move(rows), std::move(steps), std::move(files));
    dataset->finish(std::move(splits));
    return dataset;
}

}  // namespace vernier
