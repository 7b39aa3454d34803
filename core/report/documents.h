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

/// {"vernier_report", "baseline", "candidates", "gate", "verdict", "findings", ..., "content_sha256"}; each model with its "origin" or null.
/// It is what evidence.h reads.
[[nodiscard]] Json to_json(const ComparedFiles& compared, bool with_samples);

/// The way back from a document of `compare`. Throws as comparison_from_json; findings that cannot be read are left out.
[[nodiscard]] ComparedFiles compared_from_json(const Json& document);

}  // namespace vernier
