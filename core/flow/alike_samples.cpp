// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/alike_samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <string_view>

#include "core/base/number_text.h"
#include "core/measure/tally.h"

namespace vernier {
namespace {

constexpr std::size_t kSide = 8;
constexpr std::size_t kPlaces = kSide * kSide;
/// Squared distance of two sketches over the mean of their squared distances from the usual one. Measured on 100 pictures of 96 pixels: saved again as JPEG or
/// scaled to half and back below 0.0013, moved by a pixel or 3 % brighter 0.005 in the median. The nearest two different ones of 100: photographs 0.15,
/// digits 0.06; spectrograms of silence are nearer, in a few pairs.
constexpr double kAlike = 0.01;
constexpr double kShare = 0.1;

/// The place of each value: squares of a picture (the last two of four axes), else pieces of equal length.
struct Places {
    std::size_t count = 0, height = 1, width = 1, planes = 1;

    explicit Places(const std::vector<std::int64_t>& dims, std::size_t size) {
        if (dims.size() == 4 && dims[2] >= std::int64_t{kSide} && dims[3] >= std::int64_t{kSide}) {
            height = static_cast<std::size_t>(dims[2]);
            width = static_cast<std::size_t>(dims[3]);
        } else {
            width = std::max<std::size_t>(size, 1);
        }
        planes = std::max<std::size_t>(size / std::max<std::size_t>(height * width, 1), 1);
        count = planes * (height > 1 ? kPlaces : std::min(kPlaces, width));
    }
    [[nodiscard]] std::size_t of(std::size_t value) const {
        if (height == 1) return value * count / width;
        const std::size_t plane = value / (height * width), y = value / width % height, x = value % width;
        return plane * kPlaces + y * kSide / height * kSide + x * kSide / width;
    }
};

void add_places(const OutputValues& values, std::vector<double>& out) {
    const Places places(values.dims, values.size());
    std::vector<double> means(places.count, 0), magnitudes(places.count, 0), counts(places.count, 0);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::size_t at = places.of(i);
        const double value = std::isfinite(values.numbers[i]) ? values.numbers[i] : 0;
        means[at] += value;
        magnitudes[at] += std::abs(value);
        counts[at] += 1;
    }
    for (std::size_t at = 0; at < places.count; ++at) {
        if (counts[at] == 0) continue;
        out.push_back(means[at] / counts[at]);
        out.push_back(magnitudes[at] / counts[at]);
    }
}

std::uint64_t mixed(std::uint64_t seed, const Tensor& tensor) {
    const std::string_view bytes(reinterpret_cast<const char*>(tensor.bytes.data()), tensor.bytes.size());
    return seed * 1'000'003U ^ std::hash<std::string_view>()(bytes);
}

double squared_distance(const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

}  // namespace

void AlikeSamples::add(const Sample& sample) {
    Sketch sketch;
    sketch.name = sample.name;
    for (const auto& [name, tensor] : sample.inputs) {
        sketch.exact = mixed(sketch.exact, tensor);
        if (is_integer_or_bool(tensor.type))
            sketch.whole = mixed(sketch.whole, tensor);
        else
            add_places(values_of(tensor), sketch.places);
    }
    sketches_.push_back(std::move(sketch));
}

bool AlikeSamples::alike(const Sketch& a, const Sketch& b, const std::vector<double>& usual) {
    if (a.exact == b.exact) return false;  // `samples-equal` says so
    if (a.whole != b.whole || a.places.size() != b.places.size() || a.places.size() != usual.size() || usual.empty()) return false;
    const double apart = squared_distance(a.places, usual) + squared_distance(b.places, usual);
    return squared_distance(a.places, b.places) < kAlike * apart / 2;
}

AlikeSamples::Found AlikeSamples::found() const {
    Found found{sketches_.size(), 0, {}};
    std::vector<double> usual(sketches_.empty() ? 0 : sketches_.front().places.size(), 0);
    double counted = 0;
    for (const Sketch& each : sketches_) {
        if (each.places.size() != usual.size()) continue;
        ++counted;
        for (std::size_t i = 0; i < usual.size(); ++i) usual[i] += each.places[i];
    }
    for (double& value : usual) value /= counted;
    for (std::size_t i = 1; i < sketches_.size(); ++i) {
        const auto same = std::find_if(sketches_.begin(), sketches_.begin() + static_cast<std::ptrdiff_t>(i),
                                       [&](const Sketch& before) { return alike(before, sketches_[i], usual); });
        if (same == sketches_.begin() + static_cast<std::ptrdiff_t>(i)) continue;
        if (found.alike++ == 0) found.example = {same->name, sketches_[i].name};
    }
    return found;
}

std::optional<Finding> finding_of(const AlikeSamples::Found& found, std::string_view split) {
    if (found.alike < 2 || static_cast<double>(found.alike) < kShare * static_cast<double>(found.samples)) return std::nullopt;
    return Finding{Severity::warning,
                   "samples-alike",
                   kNone,
                   {},
                   {},
                   fmt::format("{} of {} {} samples look like one before them, such as {} and {}: the set tells as much as one of {}.", grouped(found.alike),
                               grouped(found.samples), split, found.example.first, found.example.second, grouped(found.samples - found.alike)),
                   "Leave out copies, other sizes of the same picture and neighbouring frames of one recording."};
}

}  // namespace vernier
