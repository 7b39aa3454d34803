// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/metrics/command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <system_error>
#include <utility>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/json_depth.h"
#include "core/base/program.h"
#include "core/data/write_npz.h"
#include "core/measure/statistics.h"

namespace vernier {
namespace {

constexpr std::size_t kMostSamples = 256;
constexpr std::size_t kMostBytes = std::size_t{64} << 20U;
constexpr std::size_t kMostText = std::size_t{64} << 20U;

[[noreturn]] void refuse(const std::string& why) { throw Error(ErrorKind::bad_data, why); }

bool is_name(const std::string& text) {
    return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char each) {
        return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') || (each >= '0' && each <= '9') || each == '_' || each == '.' || each == '-';
    });
}

void check_name(const std::string& name) {
    if (!is_name(name)) refuse(fmt::format("\"{}\" is no name of a metric (letters, digits, _ . and -)", name));
    for (const Figure& each : figures())
        if (each.id == name) refuse(fmt::format("\"{}\" is a figure of Vernier's own; the metric needs another name", name));
}

SampleSums sums_of(const std::string& name, const Json& value) {
    if (value.is_number()) {
        const double number = value.get<double>();
        if (!std::isfinite(number)) refuse(fmt::format("{} is not finite", name));
        return {{number}, 1};
    }
    if (value.is_null()) return {};
    const bool pair = value.is_array() && value.size() == 2 && value[0].is_number() && value[1].is_number_integer() && value[1].get<double>() >= 0;
    if (!pair) refuse(fmt::format("{} is neither a number nor [sum, count] with a whole count", name));
    const double sum = value[0].get<double>();
    if (!std::isfinite(sum)) refuse(fmt::format("{} is not finite", name));
    return {{sum}, value[1].get<std::uint64_t>()};
}

/// A sample's own rows of an output, without the axis that counts samples. An output whose first axis is another keeps it.
Tensor part_of(const Tensor& output, std::size_t i, std::uint64_t batch) {
    Tensor part{output.type, output.dims, {}};
    const bool rows = !output.dims.empty() && output.dims[0] > 0 && static_cast<std::uint64_t>(output.dims[0]) % batch == 0;
    if (!rows) {
        part.bytes = output.bytes;
        return part;
    }
    const std::size_t each = output.bytes.size() / batch;
    const auto begin = output.bytes.begin() + static_cast<std::ptrdiff_t>(i * each);
    part.bytes.assign(begin, begin + static_cast<std::ptrdiff_t>(each));
    part.dims[0] /= static_cast<std::int64_t>(batch);
    if (part.dims[0] == 1) part.dims.erase(part.dims.begin());
    return part;
}

bool fits(const std::map<std::string, Tensor>& a, const std::map<std::string, Tensor>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const auto& one, const auto& other) { return one.first == other.first && one.second.dims == other.second.dims; });
}

std::vector<NamedArray> arrays_of(const std::vector<AskedSample>& asked, const std::vector<std::map<std::string, Tensor>>& parts) {
    const auto n = static_cast<std::int64_t>(asked.size());
    NamedArray ids{"ids", {ElementType::int64, {n}, {}}}, labels{"labels", {ElementType::int64, {n}, {}}}, names{"names"};
    std::vector<NamedArray> arrays;
    for (const AskedSample& sample : asked) {
        const auto id = static_cast<std::int64_t>(sample.index);
        const auto* id_bytes = reinterpret_cast<const std::byte*>(&id);
        const auto* label_bytes = reinterpret_cast<const std::byte*>(&sample.label);
        ids.numbers.bytes.insert(ids.numbers.bytes.end(), id_bytes, id_bytes + sizeof(id));
        labels.numbers.bytes.insert(labels.numbers.bytes.end(), label_bytes, label_bytes + sizeof(sample.label));
        names.words.push_back(sample.name);
    }
    arrays = {std::move(ids), std::move(labels), std::move(names)};
    for (const auto& [name, first] : parts.front()) {
        NamedArray output{name, {first.type, first.dims, {}}};
        output.numbers.dims.insert(output.numbers.dims.begin(), n);
        for (const auto& part : parts) output.numbers.bytes.insert(output.numbers.bytes.end(), part.at(name).bytes.begin(), part.at(name).bytes.end());
        arrays.push_back(std::move(output));
    }
    return arrays;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::size_t begin = 0;
    while (begin < text.size()) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        std::string line = text.substr(begin, end - begin);
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (line.find_first_not_of(" \t") != std::string::npos) lines.push_back(std::move(line));
        begin = end + 1;
    }
    return lines;
}

std::optional<Interval> interval(const std::vector<SampleSums>& samples) {
    if (!is_share(samples)) return mean_interval(samples);
    const SampleSums total = total_of(samples);
    return wilson_interval(static_cast<std::uint64_t>(total.sums[0]), total.values);
}

}  // namespace

constexpr Metric kOfCommand = {.figure = {.id = "", .title = "", .column = "", .unit = ""}, .value = mean_value, .interval = interval};

std::map<std::string, SampleSums> command_line(const std::string& line, std::uint64_t id, const std::string& name) {
    constexpr std::size_t kShown = 60;
    const std::string shown = line.substr(0, kShown) + (line.size() > kShown ? "..." : "");
    const Json json = nests_too_deeply(line) ? Json(Json::value_t::discarded) : Json::parse(line, nullptr, false);
    if (json.is_number()) {
        check_name(name);
        return {{name, sums_of(name, json)}};
    }
    if (!json.is_object()) refuse(fmt::format("it is neither a number nor an object of numbers: {}", shown));
    std::map<std::string, SampleSums> metrics;
    for (const auto& [key, value] : json.items()) {
        if (key == "id") {
            if (!value.is_number_integer() || value.get<double>() != static_cast<double>(id))
                refuse(fmt::format("its id is {}, but the sample's is {}", value.dump(), id));
            continue;
        }
        check_name(key);
        metrics[key] = sums_of(key, value);
    }
    if (metrics.empty()) refuse(fmt::format("it names no metric: {}", shown));
    return metrics;
}

MetricCommand::MetricCommand(std::filesystem::path program, const Job& job) : program_(std::move(program)), job_(job) {
    // A file of this folder goes before a program of that name in PATH.
    std::error_code unknown;
    if (!program_.has_parent_path() && std::filesystem::is_regular_file(program_, unknown)) program_ = "." / program_;
}

void MetricCommand::take(std::size_t model, const std::vector<AskedSample>& asked, const std::map<std::string, Tensor>& outputs, std::uint64_t batch) {
    Model& own = models_[model];
    for (std::size_t i = 0; i < asked.size(); ++i) {
        Parts parts;
        std::size_t bytes = 0;
        for (const auto& [name, output] : outputs) {
            if (!is_numpy_type(output.type)) continue;
            const bool taken = name == "ids" || name == "labels" || name == "names";
            bytes += (parts[taken ? "output_" + name : name] = part_of(output, i, batch)).bytes.size();
        }
        if (!own.parts.empty() && !fits(own.parts.front(), parts)) flush(model);
        own.asked.push_back({asked[i].index, asked[i].label, asked[i].name});
        own.parts.push_back(std::move(parts));
        own.bytes += bytes;
        if (own.parts.size() >= kMostSamples || own.bytes >= kMostBytes) flush(model);
    }
}

void MetricCommand::finish() {
    for (const auto& [model, own] : models_)
        if (!own.parts.empty()) flush(model);
}

void MetricCommand::flush(std::size_t model) {
    Model& own = models_[model];
    const std::filesystem::path batch = folder_.path() / fmt::format("batch_{}_{}.npz", model, own.done);
    write_npz(batch, arrays_of(own.asked, own.parts));
    const std::vector<std::string> lines = run(batch);
    std::filesystem::remove(batch);
    add_lines(own, lines);
    own.done += own.asked.size();
    own.asked.clear();
    own.parts.clear();
    own.bytes = 0;
}

std::vector<std::string> MetricCommand::run(const std::filesystem::path& batch) const {
    const ProgramOutput output = run_program(program_, {batch.string()}, folder_.path(), kMostText, job_);
    if (output.ending.signal == 0 && output.ending.exit_code == 0) return lines_of(output.out);
    constexpr std::size_t kTold = 400;
    const std::string said = output.err.size() > kTold ? "..." + output.err.substr(output.err.size() - kTold) : output.err;
    throw Error(ErrorKind::bad_data, fmt::format("the metric command ended with {}{}{}", output.ending.text(), said.empty() ? "" : ": ", said),
                {.file = program_.string()}, "Run it by hand on an .npz with the arrays ids, labels, names and the outputs.");
}

void MetricCommand::add_lines(Model& model, const std::vector<std::string>& lines) {
    const auto fail = [&](const std::string& why) {
        throw Error(ErrorKind::bad_data, "the metric command's answer cannot be used: " + why, {.file = program_.string()},
                    "It has to write one line of JSON for each sample, in their order: a number, or an object of numbers.");
    };
    if (lines.size() != model.asked.size()) fail(fmt::format("{} lines for {} samples", lines.size(), model.asked.size()));
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const AskedSample& sample = model.asked[i];
        std::map<std::string, SampleSums> found;
        try {
            found = command_line(lines[i], sample.index, program_.stem().string());
        } catch (const Error& error) {
            fail(fmt::format("line {} (sample {}, {}): {}", i + 1, sample.index, sample.name, error.what()));
        }
        for (const auto& [name, sums] : found) {
            std::vector<SampleSums>& samples = model.metrics[name];
            samples.resize(model.done + i);  // samples before the first that names it say nothing
            samples.push_back(sums);
        }
    }
    for (auto& [name, samples] : model.metrics) samples.resize(model.done + lines.size());
}

std::map<std::string, MetricValue> values_of(const CommandMetrics& metrics) {
    std::map<std::string, MetricValue> values;
    for (const auto& [name, samples] : metrics)
        if (const auto value = value_of(kOfCommand, samples)) values[name] = *value;
    return values;
}

}  // namespace vernier
