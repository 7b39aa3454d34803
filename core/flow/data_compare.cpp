// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/data_compare.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "core/base/error.h"
#include "core/data/read_npz.h"
#include "core/measure/tally.h"

namespace vernier {
namespace {

constexpr double kSame = 1e-6;       ///< of the largest magnitude
constexpr double kExplained = 1e-4;  ///< of the variance may be left
constexpr double kAlike = 0.8;       ///< correlation, from which on both are one picture

std::vector<double> numbers(const Tensor& tensor) {
    OutputValues values = values_of(tensor);
    return values.floating() ? std::move(values.numbers) : std::vector<double>(values.whole.begin(), values.whole.end());
}

/// theirs = factor * ours + offset by least squares, and what share of the variance of theirs is left.
struct Line {
    double factor = 1, offset = 0, left = 1, correlation = 0;
};

Line line_of(const std::vector<double>& x, const std::vector<double>& y, std::size_t first = 0, std::size_t step = 1, std::size_t run = 1) {
    double n = 0, sx = 0, sy = 0, xx = 0, yy = 0, xy = 0;
    const auto each = [&](auto&& visit) {
        for (std::size_t at = first * run; at < x.size(); at += step * run)
            for (std::size_t i = at; i < std::min(at + run, x.size()); ++i) visit(x[i], y[i]);
    };
    each([&](double a, double b) {
        n += 1;
        sx += a;
        sy += b;
    });
    if (n == 0) return {};
    each([&](double a, double b) {
        xx += (a - sx / n) * (a - sx / n);
        yy += (b - sy / n) * (b - sy / n);
        xy += (a - sx / n) * (b - sy / n);
    });
    Line line;
    if (xx <= 0) return {1, (sy - sx) / n, yy <= 0 ? 0.0 : 1.0, 0};
    line.factor = xy / xx;
    line.offset = sy / n - line.factor * sx / n;
    line.left = yy <= 0 ? 0 : std::max(0.0, 1 - xy * xy / (xx * yy));
    line.correlation = yy <= 0 ? 0 : xy / std::sqrt(xx * yy);
    return line;
}

/// Where channels lie: values of one channel come in runs, all channels in turns.
struct Channels {
    std::size_t count = 0, run = 1;
};

std::optional<Channels> channels_of(const std::vector<std::int64_t>& dims) {
    const auto size = [&](std::size_t from) {
        std::size_t product = 1;
        for (std::size_t i = from; i < dims.size(); ++i) product *= static_cast<std::size_t>(dims[i]);
        return product;
    };
    if (dims.size() == 4 && dims[1] == 3) return Channels{3, size(2)};
    if (dims.size() == 4 && dims[3] == 3) return Channels{3, 1};
    return std::nullopt;
}

/// Red and blue change places.
std::vector<double> turned_round(const std::vector<double>& values, const Channels& channels) {
    std::vector<double> out(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::size_t channel = i / channels.run % channels.count, start = i - channel * channels.run;
        out[i] = values[start + (channels.count - 1 - channel) * channels.run];
    }
    return out;
}

/// [1,H,W,C] as [1,C,H,W], or the other way round, where theirs has that shape.
std::optional<std::vector<double>> in_layout_of(const PreparedSample& ours, const std::vector<std::int64_t>& theirs) {
    const auto& d = ours.dims;
    if (d.size() != 4 || theirs.size() != 4) return std::nullopt;
    const bool first = theirs == std::vector<std::int64_t>{d[0], d[3], d[1], d[2]}, last = theirs == std::vector<std::int64_t>{d[0], d[2], d[3], d[1]};
    if (!first && !last) return std::nullopt;
    const auto c = static_cast<std::size_t>(first ? d[3] : d[1]), pixels = ours.values.size() / c;
    std::vector<double> out(ours.values.size());
    for (std::size_t p = 0; p < pixels; ++p)
        for (std::size_t k = 0; k < c; ++k) (first ? out[k * pixels + p] : out[p * c + k]) = first ? ours.values[p * c + k] : ours.values[k * pixels + p];
    return out;
}

std::string scale_text(const Line& line) {
    const auto near = [](double a, double b) { return std::abs(a - b) <= 1e-3 * std::abs(b); };
    const bool shifted = std::abs(line.offset) > 1e-3 * std::max(1.0, std::abs(line.factor));
    if (near(line.factor, 1) && !shifted) return {};
    if (near(line.factor, 255) && !shifted) return "scale: theirs is 0 to 255, not divided by 255";
    if (near(line.factor, 1.0 / 255) && !shifted) return "scale: theirs is divided by 255";
    if (!shifted) return fmt::format("scale: theirs is {:.6g} times ours", line.factor);
    return fmt::format("scale and mean: theirs is {:.6g} times ours {} {:.6g}", line.factor, line.offset < 0 ? "-" : "+", std::abs(line.offset));
}

/// A line for all values, or one for each channel; nothing where neither leaves next to nothing.
std::optional<std::string> lines_text(const std::vector<double>& ours, const PreparedSample& theirs) {
    if (const Line all = line_of(ours, theirs.values); all.left < kExplained) return scale_text(all);
    const auto channels = channels_of(theirs.dims);
    if (!channels) return std::nullopt;
    std::vector<std::string> parts;
    for (std::size_t c = 0; c < channels->count; ++c) {
        const Line line = line_of(ours, theirs.values, c, channels->count, channels->run);
        if (line.left >= kExplained) return std::nullopt;
        parts.push_back(fmt::format("{:.6g} x {} {:.6g}", line.factor, line.offset < 0 ? "-" : "+", std::abs(line.offset)));
    }
    return fmt::format("mean and std of channels: theirs is ours {}", fmt::join(parts, ", "));
}

std::string with(const std::string& first, const std::string& second) { return second.empty() ? first : first + "; " + second; }

/// What is known of one and the same picture that no line explains.
std::string alike_text(const std::vector<double>& ours, const PreparedSample& theirs, const std::string& before) {
    const double correlation = line_of(ours, theirs.values).correlation;
    if (correlation < kAlike) return {};
    return with(before.empty() ? std::string("resize or crop: the pictures are alike, but not pixel by pixel") : before,
                before.empty() ? fmt::format("correlation {:.4f}", correlation) : fmt::format("and another resize or crop (correlation {:.4f})", correlation));
}

PreparedSample sample_of(const Tensor& tensor) { return {numbers(tensor), tensor.dims}; }

/// Their samples, one by one, brought into the axes of ours.
std::vector<PreparedSample> samples_in(const Tensor& array, const PreparedSample& ours, const std::string& input, const std::filesystem::path& file) {
    const std::vector<double> all = numbers(array);
    const std::size_t each = ours.values.size();
    const bool many = array.dims.size() == ours.dims.size();
    const bool single = array.dims.size() + 1 == ours.dims.size();
    const std::size_t count = many && !array.dims.empty() ? static_cast<std::size_t>(array.dims[0]) : 1;
    if (each == 0 || (!many && !single) || count == 0 || all.size() != count * each)
        throw Error(ErrorKind::bad_data,
                    fmt::format("the array '{}' has shape [{}], but a sample has [{}]", input, fmt::join(array.dims, ","), fmt::join(ours.dims, ",")),
                    {.file = file.string(), .tensor = input}, "Give [samples, ...] as the model takes them, before a run");
    std::vector<std::int64_t> dims = {1};
    dims.insert(dims.end(), array.dims.begin() + (many ? 1 : 0), array.dims.end());
    std::vector<PreparedSample> samples;
    for (std::size_t i = 0; i < count; ++i)
        samples.push_back({{all.begin() + static_cast<std::ptrdiff_t>(i * each), all.begin() + static_cast<std::ptrdiff_t>((i + 1) * each)}, dims});
    return samples;
}

void note_first(ComparedInput& found, std::uint64_t sample, std::size_t at, const std::vector<std::int64_t>& dims) {
    found.first.assign(dims.size(), 0);
    for (std::size_t axis = dims.size(); axis-- > 0;) {
        found.first[axis] = static_cast<std::int64_t>(at) % dims[axis];
        at /= static_cast<std::size_t>(dims[axis]);
    }
    found.first[0] = static_cast<std::int64_t>(sample);
}

void add(ComparedInput& found, std::uint64_t index, const PreparedSample& ours, const PreparedSample& theirs, double& sum) {
    double magnitude = 0;
    for (const double value : theirs.values) magnitude = std::max(magnitude, std::abs(value));
    const double least = kSame * magnitude;
    for (std::size_t i = 0; i < ours.values.size(); ++i) {
        const double difference = std::abs(ours.values[i] - theirs.values[i]);
        ++found.values;
        sum += difference;
        found.largest = std::max(found.largest, difference);
        if (difference <= least) continue;
        if (found.differing++ == 0) {
            note_first(found, index, i, ours.dims);
            found.ours = ours.values[i];
            found.theirs = theirs.values[i];
        }
    }
    ++found.samples;
}

}  // namespace

std::string likely_cause(const PreparedSample& ours, const PreparedSample& theirs) {
    if (ours.values.size() != theirs.values.size() || ours.values.empty()) return {};
    std::vector<double> own = ours.values;
    std::string before;
    if (ours.dims != theirs.dims) {
        if (auto moved = in_layout_of(ours, theirs.dims)) {
            own = std::move(*moved);
            before = "layout: channels lie on another axis";
        }
    }
    if (const auto text = lines_text(own, theirs)) return with(before, *text);
    const auto channels = channels_of(theirs.dims);
    if (!channels) return alike_text(own, theirs, before);
    const std::vector<double> round = turned_round(own, *channels);
    const std::string colours = with(before, "colours: red and blue change places (BGR)");
    if (const auto text = lines_text(round, theirs)) return with(before.empty() ? "colours: red and blue change places (BGR)" : colours, *text);
    const bool rounder = line_of(round, theirs.values).correlation > line_of(own, theirs.values).correlation + 0.02;
    return rounder ? alike_text(round, theirs, before.empty() ? "colours: red and blue change places (BGR)" : colours) : alike_text(own, theirs, before);
}

std::vector<ComparedInput> compare_inputs(const Dataset& data, const std::filesystem::path& theirs, std::uint64_t most) {
    const auto arrays = read_npz(theirs);
    std::vector<ComparedInput> compared;
    if (data.size(Split::validation) == 0) throw Error(ErrorKind::bad_data, "there are no validation samples", {.file = data.path().string()});
    const Sample first = data.load(Split::validation, 0);
    for (const auto& [input, tensor] : first.inputs) {
        const auto array = std::find_if(arrays.begin(), arrays.end(), [&name = input](const auto& each) { return each.first == name; });
        if (array == arrays.end()) continue;
        ComparedInput found{.input = input};
        const std::vector<PreparedSample> samples = samples_in(array->second, sample_of(tensor), input, theirs);
        double sum = 0;
        for (std::uint64_t i = 0; i < std::min({most, data.size(Split::validation), static_cast<std::uint64_t>(samples.size())}); ++i) {
            const PreparedSample ours = sample_of(data.load(Split::validation, i).inputs.at(input));
            if (ours.values.size() != samples[i].values.size()) break;
            add(found, i, ours, samples[i], sum);
            if (found.cause.empty() && found.differing > 0) found.cause = likely_cause(ours, samples[i]);
        }
        found.mean = found.values == 0 ? 0 : sum / static_cast<double>(found.values);
        compared.push_back(std::move(found));
    }
    if (compared.empty()) {
        std::vector<std::string> names, there;
        for (const auto& [input, tensor] : first.inputs) names.push_back(input);
        for (const auto& [name, tensor] : arrays) there.push_back(name);
        throw Error(ErrorKind::bad_data,
                    fmt::format("holds no array for an input; the model has {}, the file {}", fmt::join(names, ", "), fmt::join(there, ", ")),
                    {.file = theirs.string()}, "Name the arrays as the model's inputs");
    }
    return compared;
}

}  // namespace vernier
