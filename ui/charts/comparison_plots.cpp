// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/comparison_plots.h"

#include <QCoreApplication>

#include <algorithm>
#include <functional>

#include "core/report/format.h"
#include "core/report/paired_text.h"
#include "core/report/verdict.h"

namespace vernier::ui {

namespace {

QString tr(const char* words) {
    return QCoreApplication::translate("ComparisonPlots", words);
}

QString text(const std::string& words) {
    return QString::fromStdString(words);
}

using Fill = std::function<void(IntervalRow&, const Measurement&, const CandidateComparison*)>;

std::vector<IntervalRow> rowsOf(const NamedComparison& named, const Fill& fill) {
    std::vector<IntervalRow> rows(1 + named.comparison.candidates.size());
    rows[0].label = tr("FP32 baseline");
    rows[0].method = QStringLiteral("fp32");
    rows[0].baseline = true;
    fill(rows[0], named.comparison.baseline, nullptr);
    for (std::size_t i = 0; i < named.comparison.candidates.size(); ++i) {
        IntervalRow& row = rows[i + 1];
        row.label = named.names[i].title;
        row.method = named.names[i].method;
        row.best = int(i) == named.best;
        fill(row, named.comparison.candidates[i].measurement, &named.comparison.candidates[i]);
    }
    return rows;
}

/// Figures in columns of a monospaced font.
QString columns(const std::string& value, const std::string& against, bool same = false) {
    return text(value).leftJustified(7) + text(against) + (same ? QStringLiteral(" ~") : QString());
}

/// A value, and its ratio to the baseline where that is known.
QString against(const std::string& value, const std::optional<PairedRatio>& figure) {
    return figure ? columns(value, against_text(figure)) : text(value);
}

void addLine(QString& tip, const QString& line) {
    if (!line.isEmpty()) {
        tip += QLatin1Char('\n') + line;
    }
}

QString interval(double lo, double hi, const QString& unit) {
    return tr("95 %: %1 to %2 %3").arg(text(significant(lo)), text(significant(hi)), unit);
}

void explainTilde(IntervalPlot& plot) {
    for (const IntervalRow& row : plot.rows) {
        if (row.text.endsWith(QLatin1Char('~'))) {
            plot.more += (plot.more.isEmpty() ? QString() : QStringLiteral(" · ")) + tr("~ no measurable difference");
            return;
        }
    }
}

void fillTop1(IntervalRow& row, const Measurement& measured, const CandidateComparison* candidate) {
    if (!measured.accuracy) {
        row.text = tr("not known");
        row.known = false;
        return;
    }
    row.value = measured.accuracy->top1;
    row.lo = measured.accuracy->top1_interval.lo;
    row.hi = measured.accuracy->top1_interval.hi;
    row.text = text(percent(row.value));
    row.tip = tr("%1: top-1 %2 %, 95 %: %3 to %4 %").arg(row.label, text(percent(row.value)), text(percent(row.lo)), text(percent(row.hi)));
    if (candidate != nullptr && candidate->top1_delta_points) {
        row.text = columns(percent(row.value), signed_points(*candidate->top1_delta_points), !accuracy_differs(*candidate));
        row.tip += QLatin1Char('\n') + tr("against the baseline, paired: %1 points, 95 %: %2 to %3")
                       .arg(text(signed_points(*candidate->top1_delta_points)), text(signed_points(candidate->top1_delta_interval.lo)),
                            text(signed_points(candidate->top1_delta_interval.hi)));
    }
}

/// Without labels and without agreement: how far the worst output is from the baseline's.
void fillOutputError(IntervalRow& row, const Measurement& measured, const CandidateComparison* candidate) {
    row.known = candidate != nullptr && !measured.outputs.empty() && measured.outputs.front().sqnr_db;
    if (candidate == nullptr || measured.outputs.empty()) {
        row.text = QStringLiteral("–");
        return;
    }
    const OutputFigures& worst = measured.outputs.front();
    row.text = text(text_of(worst));
    row.tip = tr("%1: worst output %2: %3").arg(row.label, text(worst.name), row.text);
    if (worst.sqnr_db) {
        row.value = *worst.sqnr_db;
        row.lo = worst.sqnr_interval.lo;
        row.hi = worst.sqnr_interval.hi;
        row.text = text(significant(row.value));
    }
}

}  // namespace

NamedComparison namedByFiles(const Comparison& comparison) {
    NamedComparison named{comparison, {}, verdict_of(comparison).best};
    for (const CandidateComparison& candidate : comparison.candidates) {
        named.names.push_back({text(title_of(candidate.measurement)), {}});
    }
    return named;
}

IntervalPlot latencyPlot(const NamedComparison& named) {
    IntervalPlot plot{tr("Latency p50, ms"), tr("lower is better"), {}, {}, true, {}};
    plot.rows = rowsOf(named, [](IntervalRow& row, const Measurement& measured, const CandidateComparison* candidate) {
        row.value = measured.latency.p50;
        row.lo = measured.latency.p50_interval.lo;
        row.hi = measured.latency.p50_interval.hi;
        row.tip = tr("%1: p50 %2 ms").arg(row.label, text(significant(row.value)));
        if (row.hi > row.lo) {
            row.tip += tr(", %1, %2 runs").arg(interval(row.lo, row.hi, tr("ms")), text(grouped(measured.latency.n)));
        }
        row.text = text(significant(row.value));
        if (candidate != nullptr) {
            row.text = columns(significant(row.value), times(candidate->speedup), !candidate->latency_differs);
            row.tip += QLatin1Char('\n') + tr("against the baseline, paired: %1 as fast, %2")
                           .arg(text(times(candidate->speedup)), interval(candidate->speedup_interval.lo, candidate->speedup_interval.hi, {}).trimmed());
        }
    });
    explainTilde(plot);
    return plot;
}

IntervalPlot tailPlot(const NamedComparison& named) {
    IntervalPlot plot{tr("Latency p99, ms"), tr("lower is better"), {}, {}, true, {}};
    plot.rows = rowsOf(named, [](IntervalRow& row, const Measurement& measured, const CandidateComparison* candidate) {
        const Latency& latency = measured.latency;
        row.value = latency.p99.value_or(0);
        row.known = latency.p99.has_value();
        row.text = against(significant(latency.p99), candidate == nullptr ? std::nullopt : candidate->paired.p99);
        row.tip = tr("%1: p50 %2, p90 %3, p99 %4 ms of %5 runs").arg(row.label, text(significant(latency.p50)), text(significant(latency.p90)),
                     text(significant(latency.p99)), text(grouped(latency.n)));
        addLine(row.tip, text(missing_runs_text(latency)));
        addLine(row.tip, candidate == nullptr ? QString() : text(interval_text(candidate->paired.p99)));
    });
    explainTilde(plot);
    return plot;
}

IntervalPlot afterPausePlot(const NamedComparison& named) {
    IntervalPlot plot{tr("First call after a pause, ms"), tr("lower is better"), {}, {}, true, {}};
    if (named.comparison.baseline.latency.after_pause <= 0) {
        return plot;
    }
    plot.rows = rowsOf(named, [](IntervalRow& row, const Measurement& measured, const CandidateComparison* candidate) {
        row.value = measured.latency.after_pause;
        row.text = against(significant(row.value), candidate == nullptr ? std::nullopt : candidate->paired.after_pause);
        row.tip = tr("%1: %2 ms with cold caches, %3 ms (p50) in runs one after the other").arg(row.label, text(significant(row.value)),
                     text(significant(measured.latency.p50)));
        addLine(row.tip, candidate == nullptr ? QString() : text(interval_text(candidate->paired.after_pause)));
    });
    explainTilde(plot);
    return plot;
}

IntervalPlot answersPlot(const NamedComparison& named) {
    const Measurement& baseline = named.comparison.baseline;
    if (baseline.samples == 0) {
        return {tr("Top-1, %"), {}, {}, {}, false, {}};
    }
    const QString samples = text(grouped(baseline.samples));
    IntervalPlot plot{{}, tr("higher is better"), {}, {}, false, {}};
    if (baseline.accuracy) {
        plot.title = tr("Top-1, % of %1 samples").arg(samples);
        plot.rows = rowsOf(named, fillTop1);
        explainTilde(plot);
        return plot;
    }
    const auto& candidates = named.comparison.candidates;
    const bool agreement = std::all_of(candidates.begin(), candidates.end(), [](const CandidateComparison& each) { return each.agreement.has_value(); });
    if (!agreement) {
        plot.title = tr("SQNR of the worst output, dB");
        plot.rows = rowsOf(named, fillOutputError);
        return plot;
    }
    plot.title = tr("Agreement, % of %1 samples").arg(samples);
    plot.rows = rowsOf(named, [](IntervalRow& row, const Measurement&, const CandidateComparison* candidate) {
        row.value = candidate == nullptr ? 100 : *candidate->agreement;
        row.text = text(percent(row.value));
        row.tip = tr("%1: agreement %2 %").arg(row.label, row.text);
    });
    return plot;
}

IntervalPlot sizePlot(const NamedComparison& named) {
    IntervalPlot plot{tr("File size, MB"), tr("lower is better"), {}, {}, true, {}};
    plot.rows = rowsOf(named, [](IntervalRow& row, const Measurement& measured, const CandidateComparison* candidate) {
        row.value = double(measured.size_bytes) / 1e6;
        row.text = candidate == nullptr ? text(megabytes(measured.size_bytes)) : columns(megabytes(measured.size_bytes), times(candidate->size_ratio));
        row.tip = tr("%1: %2 bytes").arg(row.label, text(grouped(measured.size_bytes)));
    });
    return plot;
}

IntervalPlot coldStartPlot(const NamedComparison& named) {
    IntervalPlot plot{tr("Cold start, ms"), tr("lower is better"), tr("download at an assumed 400 Mbit/s + session start + first run"), {}, true, {}};
    plot.rows = rowsOf(named, [](IntervalRow& row, const Measurement& measured, const CandidateComparison* candidate) {
        row.value = cold_start_ms(measured);
        row.text = against(significant(row.value), candidate == nullptr ? std::nullopt : candidate->paired.cold_start);
        row.tip = row.label + QStringLiteral(": ") + text(cold_start_parts(measured));
        addLine(row.tip, candidate == nullptr ? QString() : text(interval_text(candidate->paired.cold_start)));
    });
    explainTilde(plot);
    return plot;
}

}  // namespace vernier::ui
