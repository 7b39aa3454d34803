// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/answers_json.h"

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/json_number.h"

namespace vernier {
namespace {

Json pair_json(const Interval& interval) { return Json::array({number_json(interval.lo), number_json(interval.hi)}); }

Interval pair_from(const Json& json) { return {number_from(json.at(0)), number_from(json.at(1))}; }

Outcome outcome_from(const std::string& text) {
    for (const Outcome outcome : {Outcome::passed, Outcome::failed, Outcome::inconclusive, Outcome::not_judged}) {
        if (name(outcome) == text) return outcome;
    }
    throw Error(ErrorKind::bad_data, fmt::format("unknown gate outcome \"{}\"", text));
}

Json judged_json(const CandidateComparison& candidate) {
    Json lines = Json::array();
    for (const GateLine& line : candidate.gate_lines) {
        lines.push_back({{"what", line.what},
                         {"outcome", name(line.outcome)},
                         {"text", line.text},
                         {"samples_needed", line.samples_needed}});
    }
    return {{"outcome", name(candidate.gate)}, {"lines", std::move(lines)}};
}

}  // namespace

Json answers_json(const Answers& answers) {
    return {{"sample", answers.sample},
            {"predicted", answers.predicted},
            {"label", answers.label},
            {"in_top5", answers.in_top5},
            {"classes", answers.classes},
            {"whole_equal", answers.whole_equal}};
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
    return Accuracy{number_from(json.at("top1")), number_from(json.at("top5")), json.at("n").get<std::uint64_t>(),
                    pair_from(json.at("top1_interval"))};
}

void put_outputs(Json& json, const Measurement& measurement) {
    json["outputs"] = to_json(measurement.outputs);
    json["scores"] = measurement.scores_output.empty() ? Json() : Json{{"output", measurement.scores_output}, {"classes", measurement.classes},
                                                                       {"classifies", measurement.classifies}};
}

void take_outputs(const Json& json, Measurement& measurement) {
    if (json.contains("outputs")) measurement.outputs = outputs_from_json(json.at("outputs"));
    if (const auto scores = json.find("scores"); scores != json.end() && scores->is_object()) {
        measurement.scores_output = scores->at("output").get<std::string>();
        measurement.classes = scores->at("classes").get<std::uint64_t>();
        measurement.classifies = scores->at("classifies").get<bool>();
    }
}

void put_compared_answers(Json& json, const CandidateComparison& candidate) {
    json["top1_delta_points"] = number_json(candidate.top1_delta_points);
    json["top1_delta_interval"] = candidate.top1_delta_points ? pair_json(candidate.top1_delta_interval) : Json(nullptr);
    json["agreement"] = number_json(candidate.agreement);
    json["answers_compared"] = {{"same", candidate.same}, {"n", candidate.answered}};
    json["output_sqnr_db"] = number_json(candidate.output_sqnr_db);
    json["output_cosine"] = number_json(candidate.output_cosine);
    json["flips"] = {{"right_both", candidate.right_both},
                     {"lost", candidate.lost},
                     {"gained", candidate.gained},
                     {"wrong_both", candidate.wrong_both}};
    json["gate"] = judged_json(candidate);
}

void take_compared_answers(const Json& json, CandidateComparison& candidate) {
    candidate.top1_delta_points = optional_number(json, "top1_delta_points");
    if (candidate.top1_delta_points) candidate.top1_delta_interval = pair_from(json.at("top1_delta_interval"));
    candidate.agreement = optional_number(json, "agreement");
    if (json.contains("answers_compared")) {
        candidate.same = json.at("answers_compared").at("same").get<std::uint64_t>();
        candidate.answered = json.at("answers_compared").at("n").get<std::uint64_t>();
    }
    candidate.output_sqnr_db = optional_number(json, "output_sqnr_db");
    candidate.output_cosine = optional_number(json, "output_cosine");
    const Json& flips = json.at("flips");
    candidate.right_both = flips.at("right_both").get<std::uint64_t>();
    candidate.lost = flips.at("lost").get<std::uint64_t>();
    candidate.gained = flips.at("gained").get<std::uint64_t>();
    candidate.wrong_both = flips.at("wrong_both").get<std::uint64_t>();
    candidate.gate = outcome_from(json.at("gate").at("outcome").get<std::string>());
    for (const Json& line : json.at("gate").at("lines")) {
        candidate.gate_lines.push_back({line.at("what").get<std::string>(), outcome_from(line.at("outcome").get<std::string>()),
                                        line.at("text").get<std::string>(), line.at("samples_needed").get<std::uint64_t>()});
    }
}

Json gate_json(const Gate& gate) {
    return {{"max_drop_points", number_json(gate.max_drop_points)},
            {"min_speedup", number_json(gate.min_speedup)},
            {"min_agreement", number_json(gate.min_agreement)},
            {"min_sqnr_db", number_json(gate.min_sqnr_db)}};
}

Gate gate_from_json(const Json& json) {
    if (!json.is_object()) return {};
    return {optional_number(json, "max_drop_points"), optional_number(json, "min_speedup"), optional_number(json, "min_agreement"),
            optional_number(json, "min_sqnr_db")};
}

}  // namespace vernier
