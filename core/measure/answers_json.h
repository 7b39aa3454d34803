// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"
#include "core/measure/measure.h"

namespace vernier {

/// Scores are left out: they are large, and what is made from them is in the outputs' figures.
[[nodiscard]] Json answers_json(const Answers& answers);
[[nodiscard]] Answers answers_from_json(const Json& json);

[[nodiscard]] Json accuracy_json(const std::optional<Accuracy>& accuracy);
[[nodiscard]] std::optional<Accuracy> accuracy_from_json(const Json& json);

/// What a measurement keeps of its outputs: "outputs" (with_samples: with the sums of each sample) and "scores".
void put_outputs(Json& json, const Measurement& measurement, bool with_samples);
void take_outputs(const Json& json, Measurement& measurement);

}  // namespace vernier
