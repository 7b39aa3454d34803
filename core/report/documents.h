// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"
#include "core/flow/measure_files.h"

namespace vernier {

/// The documents of vernier-cli. Each begins with "vernier_report": the version of the schema, which changes only when a
/// field is renamed or means something else.
inline constexpr int kReportVersion = 1;

/// fields with "vernier_report" in front.
[[nodiscard]] Json document(const Json& fields);

/// {"vernier_report", "models": [...], "findings"}; with_samples adds raw latency blocks and answers.
[[nodiscard]] Json to_json(const MeasuredFiles& measured, bool with_samples);

/// {"vernier_report", "baseline", "candidates", "gate", "verdict", "findings", ...}; each model with its "origin" or null.
[[nodiscard]] Json to_json(const ComparedFiles& compared, bool with_samples);

/// Puts what was judged (gate, agreement, verdict, outcome, the finding no-gate) of a comparison into its document, which then is
/// the one that judging these figures afresh gives.
void judge_document(Json& document, const Comparison& comparison);

/// A comparison that was kept, with the origins and findings that its document holds.
[[nodiscard]] ComparedFiles compared_from(const Comparison& comparison, const Json& document);

}  // namespace vernier
