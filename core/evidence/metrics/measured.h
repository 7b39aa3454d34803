// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "core/measure/measure.h"
#include "core/measure/targeted_model.h"

namespace vernier {

/// measure() with the sums that all metrics need, and what they come to filled in: accuracy, and the metrics of each output.
[[nodiscard]] std::vector<Measurement> measure_with_metrics(const RuntimePtr& runtime, const std::vector<std::filesystem::path>& models,
                                                            const DatasetPtr& dataset, MeasureOptions options, const Job& job);

/// The same of files that each run on a target of their own.
[[nodiscard]] std::vector<Measurement> measure_targeted_with_metrics(const RuntimePtr& runtime, const std::vector<TargetedModel>& models,
                                                                     const DatasetPtr& dataset, MeasureOptions options, const Job& job);

/// The sums that the metrics of outputs are made of, each once.
[[nodiscard]] std::vector<OutputSums> sums_of_metrics();
/// Fills in what the sums of an output come to; nothing for one that was not compared.
void fill_metrics(OutputFigures& output);
/// Fills in the metrics of a model's answers; those of the first model of the call decide what the scores are.
void fill_metrics(Measurement& measurement, const Answers& first);
/// Top-1 and top-5 over the samples that have a label; nothing when none has.
[[nodiscard]] std::optional<Accuracy> accuracy_of(const Answers& answers);

}  // namespace vernier
