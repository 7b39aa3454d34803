// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/metrics/average_precision.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "core/evidence/metrics/records.h"
#include "core/evidence/tasks/boxes.h"
#include "core/evidence/tasks/detection.h"

namespace vernier {
namespace {

constexpr std::size_t kRecalls = 101;

struct FoundBox {
    std::uint32_t sample = 0;
    JudgedBox box;
};

/// Of one class: its objects by samples, and all boxes that were answered for it, the surest first.
struct ClassBoxes {
    std::int64_t index = 0;
    std::vector<std::pair<std::uint32_t, double>> objects;
    std::vector<FoundBox> found;
};

std::vector<ClassBoxes> classes_of(const std::vector<const SampleRecord*>& records) {
    std::map<std::int64_t, ClassBoxes> classes;
    for (std::size_t i = 0; i < records.size(); ++i) {
        const SampleBoxes sample = sample_boxes_of(*records[i]);
        const auto number = static_cast<std::uint32_t>(i);
        for (const ClassObjects& each : sample.objects) classes[each.class_index].objects.emplace_back(number, each.count);
        for (const JudgedBox& each : sample.boxes) classes[each.class_index].found.push_back({number, each});
    }
    std::vector<ClassBoxes> all;
    for (auto& [index, own] : classes) {
        if (own.objects.empty()) continue;  // boxes of a class that no sample has count nowhere
        own.index = index;
        std::stable_sort(own.found.begin(), own.found.end(), [](const FoundBox& a, const FoundBox& b) { return a.box.score > b.box.score; });
        all.push_back(std::move(own));
    }
    return all;
}

/// Mean interpolated precision at one threshold; samples that are taken several times count as often.
double average_precision(const ClassBoxes& own, std::span<const std::uint32_t> times, double objects, unsigned bit) {
    std::vector<double> recalls, precisions;
    double right = 0, wrong = 0;
    for (const FoundBox& each : own.found) {
        const std::uint32_t count = times[each.sample];
        if (count == 0 || (each.box.ignored & bit) != 0) continue;
        ((each.box.right & bit) != 0 ? right : wrong) += count;
        recalls.push_back(right / objects);
        precisions.push_back(right / (right + wrong + std::numeric_limits<double>::epsilon()));
    }
    for (std::size_t i = precisions.size(); i > 1; --i) precisions[i - 2] = std::max(precisions[i - 2], precisions[i - 1]);
    double sum = 0;
    std::size_t at = 0;
    for (std::size_t r = 0; r < kRecalls && at < recalls.size(); ++r) {
        const double wanted = r + 1 == kRecalls ? 1 : static_cast<double>(r) * 0.01;
        while (at < recalls.size() && recalls[at] < wanted) ++at;
        if (at < recalls.size()) sum += precisions[at];
    }
    return sum / kRecalls;
}

double mean_of(std::span<const ClassBoxes> classes, std::span<const std::uint32_t> times, std::size_t thresholds) {
    double sum = 0, n = 0;
    for (const ClassBoxes& own : classes) {
        double objects = 0;
        for (const auto& [sample, count] : own.objects) objects += times[sample] * count;
        if (objects == 0) continue;
        for (std::size_t t = 0; t < thresholds; ++t) sum += average_precision(own, times, objects, 1U << t);
        n += static_cast<double>(thresholds);
    }
    return n > 0 ? 100 * sum / n : std::numeric_limits<double>::quiet_NaN();
}

double steps_of(const ClassBoxes& own, std::size_t thresholds) { return static_cast<double>((own.found.size() + kRecalls) * thresholds); }

}  // namespace

std::optional<Statistic> mean_average_precision(const Answers& own, const Answers& baseline, std::size_t thresholds) {
    const auto records = counted_records(own.records, baseline.records);
    if (!records) return std::nullopt;
    const auto classes = std::make_shared<const std::vector<ClassBoxes>>(classes_of(*records));
    double steps = 0;
    for (const ClassBoxes& each : *classes) steps += steps_of(each, thresholds);
    return Statistic{records->size(), steps, [classes, thresholds](std::span<const std::uint32_t> times) { return mean_of(*classes, times, thresholds); }};
}

std::vector<ClassStatistic> class_average_precisions(const Answers& own, const Answers& baseline) {
    std::vector<ClassStatistic> all;
    const auto records = counted_records(own.records, baseline.records);
    if (!records) return all;
    const auto classes = std::make_shared<const std::vector<ClassBoxes>>(classes_of(*records));
    double steps = 0;
    for (const ClassBoxes& each : *classes) steps += steps_of(each, kOverlaps);
    for (std::size_t i = 0; i < classes->size(); ++i) {
        const ClassBoxes& each = (*classes)[i];
        double objects = 0;
        for (const auto& [sample, count] : each.objects) objects += count;
        const auto statistic = [&](std::size_t thresholds) {
            return Statistic{records->size(), steps, [classes, i, thresholds](std::span<const std::uint32_t> times) {
                                 return mean_of(std::span(*classes).subspan(i, 1), times, thresholds);
                             }};
        };
        all.push_back({each.index, static_cast<std::uint64_t>(objects), each.objects.size(), statistic(kOverlaps), statistic(1)});
    }
    return all;
}

}  // namespace vernier
