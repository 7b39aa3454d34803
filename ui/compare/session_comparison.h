// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QVector>

#include "core/flow/measure_files.h"
#include "core/report/verdict.h"
#include "ui/charts/comparison_plots.h"
#include "ui/session/session.h"

namespace vernier::ui {

/// The session's newest comparison under the names that its runs have now; nothing before there is one.
[[nodiscard]] std::optional<NamedComparison> namedComparison(const Session& session);
/// A comparison of which nothing but its document is known: names, methods and what the baseline is are those of its trials.
[[nodiscard]] NamedComparison namedComparison(const Comparison& comparison);
/// What the model is as it was opened ("FP32", "FP16", "INT8 static"), with the id of the method whose colour that has.
[[nodiscard]] CandidateName openedAs(const Session& session);
/// Ids of the comparison's candidates, in their order.
[[nodiscard]] QVector<int> comparedRuns(const Session& session);

/// "efficientnet.onnx · 1,000 validation samples of NAME · 1 thread · AMD EPYC · host · 2026-11-21": under exported charts.
[[nodiscard]] QString measuredHow(const Session& session);

/// A warning that came with the comparison: "Other work was running ...", and what to do about it.
struct MeasuredWarning {
    QString text, remedy;
    [[nodiscard]] QString whole() const { return (text + QLatin1Char(' ') + remedy).trimmed(); }
};
[[nodiscard]] QVector<MeasuredWarning> measuredWarnings(const ComparedFiles& compared);
[[nodiscard]] QVector<MeasuredWarning> measuredWarnings(const Session& session);

/// Gate outcome in words with a sign: "✓ pass", "✕ accuracy", "? inconclusive"; "–" without a limit.
[[nodiscard]] QString gateWords(const CandidateComparison& candidate);

}  // namespace vernier::ui
