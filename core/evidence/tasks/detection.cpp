// SPDX-License-Identifier: GPL-3.0-or-later
// Detection: boxes with a class and a score, held against the boxes of targets as COCO's evaluation does.
#include "core/evidence/tasks/detection.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>

#include "core/evidence/tasks/heads.h"
#include "core/evidence/tasks/kind.h"

namespace vernier {
namespace {

constexpr double kUsualSure = 0.25;  ///< from which on a box counts for agreement
constexpr double kSamePlace = 0.5;

bool fits(const FirstAnswer& first) {
    const bool wanted = first.form == TargetForm::boxes || (first.chosen && first.form == TargetForm::none);
    return wanted && first.spec != nullptr && !head_of(first, first.classes).empty();
}

SampleTarget answer(const RunOutputs& outputs, std::size_t i, const Reading& reading) { return target_of(read_boxes(outputs, i, reading)); }

std::vector<Box> scaled(std::vector<Box> boxes, double width, double height) {
    for (Box& box : boxes) {
        box.left *= width;
        box.right *= width;
        box.top *= height;
        box.bottom *= height;
    }
    return boxes;
}

SampleRecord held(const SampleTarget& truth, const SampleTarget& own, const Reading& reading) {
    if (!truth.values || !own.values) return {};
    std::vector<Box> answers = answers_of(own);
    if (reading.normalised && truth.width > 0) answers = scaled(std::move(answers), truth.width, truth.height);
    const std::vector<Box> truths = truths_of(truth);
    std::map<std::int64_t, double> objects;
    for (const Box& each : truths)
        if (!each.crowd) objects[each.class_index] += 1;
    SampleBoxes sample{{}, judged_boxes(truths, answers)};
    for (const auto& [index, count] : objects) sample.objects.push_back({index, count});
    return record_of(sample);
}

/// Boxes of which the model is sure; each lies on at most one of the other's, the surest first.
SampleRecord against(const SampleTarget& first, const SampleTarget& own, const SampleTarget& /*truth*/, const Reading& reading) {
    const auto sure = [&](const SampleTarget& answer) {
        std::vector<Box> boxes = answers_of(answer);
        std::erase_if(boxes, [&](const Box& box) { return box.score < reading.spec.threshold.value_or(kUsualSure); });
        return boxes;
    };
    const std::vector<Box> before = sure(first), after = sure(own);
    BoxMatches matches{0, static_cast<double>(before.size()), static_cast<double>(after.size())};
    std::vector<bool> taken(before.size());
    for (const Box& box : after) {
        std::size_t best = before.size();
        double most = kSamePlace;
        for (std::size_t k = 0; k < before.size(); ++k) {
            if (taken[k] || before[k].class_index != box.class_index || overlap(box, before[k]) < most) continue;
            most = overlap(box, before[k]);
            best = k;
        }
        if (best == before.size()) continue;
        taken[best] = true;
        matches.both += 1;
    }
    return record_of(matches);
}

}  // namespace

SampleRecord record_of(const SampleBoxes& sample) {
    SampleRecord record = {static_cast<double>(sample.objects.size())};
    for (const ClassObjects& each : sample.objects) record.insert(record.end(), {static_cast<double>(each.class_index), each.count});
    for (const JudgedBox& each : sample.boxes)
        record.insert(record.end(), {static_cast<double>(each.class_index), each.score, static_cast<double>(each.right), static_cast<double>(each.ignored)});
    return record;
}

SampleBoxes sample_boxes_of(const SampleRecord& record) {
    SampleBoxes sample;
    std::size_t at = 1;
    for (std::size_t left = static_cast<std::size_t>(record.at(0)); left > 0; --left, at += 2)
        sample.objects.push_back({static_cast<std::int64_t>(record.at(at)), record.at(at + 1)});
    for (; at + 3 < record.size(); at += 4)
        sample.boxes.push_back(
            {static_cast<std::int64_t>(record[at]), record[at + 1], static_cast<unsigned>(record[at + 2]), static_cast<unsigned>(record[at + 3])});
    return sample;
}

SampleRecord record_of(const BoxMatches& matches) { return {matches.both, matches.first, matches.own}; }

BoxMatches box_matches_of(const SampleRecord& record) { return {record.at(0), record.at(1), record.at(2)}; }

extern const TaskKind kDetectionKind = {.task = Task::detection,
                                        .wants =
                                            "boxes: [N,M,6], [M,7], [N,M,4] beside scores and classes, or a YOLO head [N,M,5+C] or [N,4+C,M] with as many "
                                            "classes as the dataset names",
                                        .fits = fits,
                                        .settle = settle_head,
                                        .answer = answer,
                                        .held = held,
                                        .against = against};

}  // namespace vernier
