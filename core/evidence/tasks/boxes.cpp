// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/tasks/boxes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <span>

#include "core/base/error.h"
#include "core/evidence/tasks/kind.h"

namespace vernier {
namespace {

constexpr std::size_t kColumns = 6;
constexpr std::size_t kMostOfClass = 100;

void surest_first(std::vector<Box>& boxes) {
    std::stable_sort(boxes.begin(), boxes.end(), [](const Box& a, const Box& b) { return a.score > b.score; });
}

/// The object that a box is taken for at a threshold: among those that are not taken, the best; a crowd only where there is none.
std::optional<std::size_t> best_object(std::span<const Box> truths, std::span<const double> found, const std::vector<bool>& taken, double threshold) {
    double least = std::min(threshold, 1 - 1e-10);
    std::optional<std::size_t> best;
    for (std::size_t g = 0; g < truths.size(); ++g) {
        if (taken[g] && !truths[g].crowd) continue;
        if (best && !truths[*best].crowd && truths[g].crowd) break;
        if (found[g] < least) continue;
        least = found[g];
        best = g;
    }
    return best;
}

/// Boxes of one class, the surest first; objects before crowds.
void judge_class(const std::vector<Box>& truths, const std::vector<Box>& answers, std::vector<JudgedBox>& judged) {
    const std::size_t begin = judged.size(), count = std::min(answers.size(), kMostOfClass);
    std::vector<double> found(count * truths.size());
    for (std::size_t d = 0; d < count; ++d) {
        judged.push_back({answers[d].class_index, answers[d].score});
        for (std::size_t g = 0; g < truths.size(); ++g) found[d * truths.size() + g] = overlap(answers[d], truths[g]);
    }
    const auto thresholds = overlaps();
    for (std::size_t t = 0; t < kOverlaps; ++t) {
        std::vector<bool> taken(truths.size());
        for (std::size_t d = 0; d < count; ++d) {
            const auto best = best_object(truths, std::span(found).subspan(d * truths.size(), truths.size()), taken, thresholds[t]);
            if (!best) continue;
            taken[*best] = true;
            (truths[*best].crowd ? judged[begin + d].ignored : judged[begin + d].right) |= 1U << t;
        }
    }
}

}  // namespace

double Box::area() const { return std::max(0.0, right - left) * std::max(0.0, bottom - top); }

double overlap(const Box& box, const Box& other) {
    const double width = std::min(box.right, other.right) - std::max(box.left, other.left);
    const double height = std::min(box.bottom, other.bottom) - std::max(box.top, other.top);
    if (width <= 0 || height <= 0) return 0;
    const double both = width * height, either = other.crowd ? box.area() : box.area() + other.area() - both;
    return either > 0 ? both / either : 0;
}

std::vector<Box> without_doubles(std::vector<Box> boxes, double most) {
    surest_first(boxes);
    std::map<std::int64_t, std::vector<Box>> kept;
    std::vector<Box> left;
    for (const Box& box : boxes) {
        std::vector<Box>& own = kept[box.class_index];
        if (std::any_of(own.begin(), own.end(), [&](const Box& surer) { return overlap(box, surer) > most; })) continue;
        own.push_back(box);
        left.push_back(box);
    }
    return left;
}

SampleTarget target_of(const std::vector<Box>& boxes) {
    std::vector<double> numbers;
    for (const Box& box : boxes) numbers.insert(numbers.end(), {box.left, box.top, box.right, box.bottom, static_cast<double>(box.class_index), box.score});
    Tensor values{ElementType::float64, {static_cast<std::int64_t>(boxes.size()), kColumns}, std::vector<std::byte>(numbers.size() * sizeof(double))};
    if (!numbers.empty()) std::memcpy(values.bytes.data(), numbers.data(), values.bytes.size());
    return {.values = std::move(values)};
}

namespace {

std::vector<Box> boxes_of(const SampleTarget& target, bool answer) {
    if (!target.values) return {};
    const Tensor& values = *target.values;
    if (values.dims.size() != 2 || values.dims[1] != static_cast<std::int64_t>(kColumns))
        throw Error(ErrorKind::bad_data, fmt::format("boxes of shape {} are not [M,{}]", shape_text(values), kColumns));
    const std::vector<double> numbers = numbers_of(values);
    std::vector<Box> boxes;
    for (std::size_t i = 0; i + kColumns <= numbers.size(); i += kColumns)
        boxes.push_back({numbers[i], numbers[i + 1], numbers[i + 2], numbers[i + 3], static_cast<std::int64_t>(numbers[i + 4]), answer ? numbers[i + 5] : 0,
                         !answer && numbers[i + 5] > 0});
    return boxes;
}

}  // namespace

std::vector<Box> answers_of(const SampleTarget& answer) { return boxes_of(answer, true); }

std::vector<Box> truths_of(const SampleTarget& target) { return boxes_of(target, false); }

std::array<double, kOverlaps> overlaps() {
    std::array<double, kOverlaps> all{};
    const double step = (0.95 - 0.5) / 9;
    for (std::size_t i = 0; i < kOverlaps; ++i) all[i] = 0.5 + static_cast<double>(i) * step;
    all.back() = 0.95;
    return all;
}

std::vector<JudgedBox> judged_boxes(const std::vector<Box>& truths, const std::vector<Box>& answers) {
    std::map<std::int64_t, std::pair<std::vector<Box>, std::vector<Box>>> classes;
    for (const Box& each : answers) classes[each.class_index].second.push_back(each);
    for (const bool crowd : {false, true})
        for (const Box& each : truths)
            if (each.crowd == crowd) classes[each.class_index].first.push_back(each);
    std::vector<JudgedBox> judged;
    for (auto& [index, both] : classes) {
        surest_first(both.second);
        judge_class(both.first, both.second, judged);
    }
    return judged;
}

}  // namespace vernier
