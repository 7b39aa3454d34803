// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"
#include "core/measure/compare.h"

namespace vernier {

/// Scores are left out: they are large, and what is made from them is in the outputs' figures.
[[nodiscard]] Json answers_json(const Answers& answers);
[[nodiscard]] Answers answers_from_json(const Json& json);

[[nodiscard]] Json accuracy_json(const std::optional<Accuracy>& accuracy);
[[nodiscard]] std::optional<Accuracy> accuracy_from_json(const Json& json);

/// What a measurement keeps of its outputs: "outputs" and "scores".
void put_outputs(Json& json, const Measurement& measurement);
void take_outputs(const Json& json, Measurement& measurement);

/// What a comparison keeps of a candidate's answers: differences, agreement, flips, gate.
void put_compared_answers(Json& json, const CandidateComparison& candidate);
void take_compared_answers(const Json& json, CandidateComparison& candidate);

[[nodiscard]] Json gate_json(const Gate& gate);
/// Limits that are missing or null are not set.
[[nodiscard]] Gate gate_from_json(const Json& json);

}  // namespace vernier
