// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/html_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "core/report/format.h"
#include "core/report/paired_text.h"
#include "core/report/verdict.h"

namespace vernier {
namespace {

using Fill = std::function<void(DotRow&, const Measurement&, const CandidateComparison*)>;

std::vector<DotRow> rows_of(const ComparedFiles& compared, int best, const Fill& fill) {
    std::vector<DotRow> rows;
    DotRow& base = rows.emplace_back();
    base.label = title_of(compared.comparison.baseline) + " (baseline)";
    base.baseline = true;
    fill(base, compared.comparison.baseline, nullptr);
    for (std::size_t i = 0; i < compared.comparison.candidates.size(); ++i) {
        const CandidateComparison& candidate = compared.comparison.candidates[i];
        DotRow& row = rows.emplace_back();
        row.label = title_of(candidate.measurement);
        row.colour = colour_of(compared, static_cast<int>(i));
        row.best = static_cast<int>(i) == best;
        fill(row, candidate.measurement, &candidate);
    }
    return rows;
}

/// Figures in columns of a monospace font.
std::string columns_text(const std::string& value, const std::string& against, bool same) {
    return fmt::format("{:<7}{}{}", value, against, same ? " ~" : "");
}

}  // namespace

std::string colour_of(const ComparedFiles& compared, int candidate) {
    const auto index = static_cast<std::size_t>(candidate) + 1;
    if (candidate < 0 || index >= compared.origins.size() || !compared.origins[index]) return "#2f6fde";
    return std::string(row(compared.origins[index]->main_method()).colour);
}

std::vector<DotRow> latency_rows(const ComparedFiles& compared, int best) {
    return rows_of(compared, best, [](DotRow& row, const Measurement& measured, const CandidateComparison* candidate) {
        row.value = measured.latency.p50;
        row.lo = measured.latency.p50_interval.lo;
        row.hi = measured.latency.p50_interval.hi;
        row.text = candidate == nullptr ? significant(row.value)
                                        : columns_text(significant(row.value), times(candidate->speedup), !candidate->latency_differs);
    });
}

std::vector<DotRow> answer_rows(const ComparedFiles& compared, int best) {
    if (compared.comparison.baseline.samples == 0) return {};
    const bool labels = compared.comparison.baseline.accuracy.has_value();
    const auto& candidates = compared.comparison.candidates;
    const bool agreement = std::all_of(candidates.begin(), candidates.end(), [](const CandidateComparison& each) { return each.agreement.has_value(); });
    if (!labels && (candidates.empty() || !agreement)) return {};
    return rows_of(compared, best, [labels](DotRow& row, const Measurement& measured, const CandidateComparison* candidate) {
        if (!labels) {
            row.value = candidate == nullptr ? 100 : *candidate->agreement;
            row.text = percent(row.value);
            return;
        }
        if (!measured.accuracy) {  // the file lacks the output that holds the scores
            row.text = "-";
            return;
        }
        row.value = measured.accuracy->top1;
        row.lo = measured.accuracy->top1_interval.lo;
        row.hi = measured.accuracy->top1_interval.hi;
        row.text = percent(row.value);
        if (candidate != nullptr && candidate->top1_delta_points)
            row.text = columns_text(percent(row.value), signed_points(*candidate->top1_delta_points), !accuracy_differs(*candidate));
    });
}

std::vector<DotRow> size_rows(const ComparedFiles& compared, int best) {
    return rows_of(compared, best, [](DotRow& row, const Measurement& measured, const CandidateComparison* candidate) {
        row.value = static_cast<double>(measured.size_bytes) / 1e6;
        row.text = candidate == nullptr ? megabytes(measured.size_bytes) : columns_text(megabytes(measured.size_bytes), times(candidate->size_ratio), false);
    });
}

std::vector<DotRow> cold_start_rows(const ComparedFiles& compared, int best) {
    return rows_of(compared, best, [](DotRow& row, const Measurement& measured, const CandidateComparison* candidate) {
        row.value = cold_start_ms(measured);
        row.text = candidate == nullptr ? significant(row.value) : columns_text(significant(row.value), against_text(candidate->paired.cold_start), false);
    });
}

std::vector<DotRow> after_pause_rows(const ComparedFiles& compared, int best) {
    if (compared.comparison.baseline.latency.after_pause <= 0) return {};
    return rows_of(compared, best, [](DotRow& row, const Measurement& measured, const CandidateComparison* candidate) {
        row.value = measured.latency.after_pause;
        row.text = candidate == nullptr ? significant(row.value) : columns_text(significant(row.value), against_text(candidate->paired.after_pause), false);
    });
}

}  // namespace vernier
