// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/metrics/class_precision.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "core/base/json_number.h"
#include "core/evidence/metrics/average_precision.h"
#include "core/evidence/trial.h"
#include "core/measure/latency_json.h"

namespace vernier {
namespace {

void hold_against(ClassPrecision& found, const Statistic& own, const Statistic& before) {
    const Statistic change = difference(before, own);
    found.change = value_of(change);
    if (!found.change || found.samples < kClassSamples) return;
    found.interval = bootstrap_interval(change);
    if (found.interval && found.interval->lo == found.interval->hi) found.interval.reset();  // no sample differs: that leaves open what others would do
}

}  // namespace

std::vector<ClassPrecision> class_precisions(const Answers& own, const Answers& baseline) {
    std::vector<ClassPrecision> all;
    if (own.task != Task::detection) return all;
    const std::vector<ClassStatistic> found = class_average_precisions(own, baseline);
    const auto before = &own == &baseline ? std::vector<ClassStatistic>() : class_average_precisions(baseline, baseline);
    for (std::size_t i = 0; i < found.size(); ++i) {
        const ClassStatistic& each = found[i];
        ClassPrecision one{.class_index = each.class_index, .objects = each.objects, .samples = each.samples};
        one.ap = value_of(each.precision).value_or(0);
        one.ap50 = value_of(each.precision50).value_or(0);
        // Objects are those of the targets, which both models were held against.
        if (i < before.size() && before[i].class_index == each.class_index) hold_against(one, each.precision, before[i].precision);
        all.push_back(std::move(one));
    }
    std::stable_sort(all.begin(), all.end(), [](const ClassPrecision& a, const ClassPrecision& b) { return a.change.value_or(0) < b.change.value_or(0); });
    return all;
}

void fill_classes(Trial& trial, const Trial& baseline) {
    trial.per_class = class_precisions(trial.measurement.answers, baseline.measurement.answers);
    const std::vector<std::string>& names = trial.measurement.class_names;
    for (ClassPrecision& each : trial.per_class)
        if (each.class_index >= 0 && static_cast<std::size_t>(each.class_index) < names.size()) each.name = names[static_cast<std::size_t>(each.class_index)];
}

Json to_json(const std::vector<ClassPrecision>& classes) {
    Json list = Json::array();
    for (const ClassPrecision& each : classes) {
        Json& one = list.emplace_back(Json{
            {"class", each.class_index}, {"objects", each.objects}, {"samples", each.samples}, {"ap", number_json(each.ap)}, {"ap50", number_json(each.ap50)}});
        if (!each.name.empty()) one["name"] = each.name;
        if (!each.change) continue;
        one["change"] = number_json(*each.change);
        one["interval"] = each.interval ? interval_json(*each.interval) : Json(nullptr);
        one["differs"] = each.differs();
    }
    return list;
}

std::vector<ClassPrecision> class_precisions_from_json(const Json& json) {
    std::vector<ClassPrecision> classes;
    for (const Json& one : json) {
        ClassPrecision& each = classes.emplace_back();
        each.class_index = one.at("class").get<std::int64_t>();
        each.name = one.value("name", std::string());
        each.objects = one.at("objects").get<std::uint64_t>();
        each.samples = one.at("samples").get<std::uint64_t>();
        each.ap = number_from(one.at("ap"));
        each.ap50 = number_from(one.at("ap50"));
        each.change = optional_number(one, "change");
        if (const auto interval = one.find("interval"); interval != one.end() && !interval->is_null()) each.interval = interval_from_json(*interval);
    }
    return classes;
}

}  // namespace vernier
