// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/answers_json.h"

#include "core/base/error.h"
#include "core/base/json_number.h"

namespace vernier {
namespace {

Json pair_json(const Interval& interval) { return Json::array({number_json(interval.lo), number_json(interval.hi)}); }

Interval pair_from(const Json& json) { return {number_from(json.at(0)), number_from(json.at(1))}; }

}  // namespace

Json answers_json(const Answers& answers) {
    return {{"sample", answers.sample},   {"predicted", answers.predicted}, {"label", answers.label},
            {"in_top5", answers.in_top5}, {"classes", answers.classes},     {"whole_equal", answers.whole_equal}};
}

Answers answers_from_json(const Json& json) {
    Answers answers;
    answers.sample = json.at("sample").get<std::vector<std::uint64_t>>();
    answers.predicted = json.at("predicted").get<std::vector<std::int32_t>>();
    answers.label = json.at("label").get<std::vector<std::int32_t>>();
    answers.in_top5 = json.at("in_top5").get<std::vector<bool>>();
    answers.classes = json.value("classes", std::uint64_t{0});
    if (json.contains("whole_equal")) answers.whole_equal = json.at("whole_equal").get<std::vector<bool>>();
    const std::size_t n = answers.sample.size();
    if (answers.predicted.size() != n || answers.label.size() != n || answers.in_top5.size() != n) {
        throw Error(ErrorKind::bad_data, "saved answers differ in length");
    }
    return answers;
}

Json accuracy_json(const std::optional<Accuracy>& accuracy) {
    if (!accuracy) return nullptr;
    return {{"top1", number_json(accuracy->top1)},
            {"top5", number_json(accuracy->top5)},
            {"n", accuracy->n},
            {"top1_interval", pair_json(accuracy->top1_interval)}};
}

std::optional<Accuracy> accuracy_from_json(const Json& json) {
    if (json.is_null()) return std::nullopt;
    return Accuracy{number_from(json.at("top1")), number_from(json.at("top5")), json.at("n").get<std::uint64_t>(), pair_from(json.at("top1_interval"))};
}

void put_outputs(Json& json, const Measurement& measurement, bool with_samples) {
    json["outputs"] = to_json(measurement.outputs, with_samples);
    json["scores"] = measurement.scores_output.empty()
                         ? Json()
                         : Json{{"output", measurement.scores_output}, {"classes", measurement.classes}, {"classifies", measurement.classifies}};
}

void take_outputs(const Json& json, Measurement& measurement) {
    if (json.contains("outputs")) measurement.outputs = outputs_from_json(json.at("outputs"));
    if (const auto scores = json.find("scores"); scores != json.end() && scores->is_object()) {
        measurement.scores_output = scores->at("output").get<std::string>();
        measurement.classes = scores->at("classes").get<std::uint64_t>();
        measurement.classifies = scores->at("classifies").get<bool>();
    }
}

}  // namespace vernier
