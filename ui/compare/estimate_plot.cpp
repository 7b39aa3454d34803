// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/estimate_plot.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/evidence/compare.h"
#include "ui/choose/numbers.h"
#include "ui/session/run.h"
#include "ui/session/session.h"

namespace vernier::ui {

namespace {

QString tr(const char* words) { return QCoreApplication::translate("EstimatePlot", words); }

QString dbText(double db) { return tr("%1 dB").arg(db, 0, 'f', 1); }

/// One figure of a run, measured and estimated.
struct Pair {
    QString name;
    double share = 1;  ///< measured by estimated
    QString measured, estimated;
};

QString changeText(double share) {
    const double percent = std::round((share - 1) * 100);
    return percent == 0 ? QStringLiteral("±0 %") : QStringLiteral("%1%2 %").arg(percent > 0 ? QStringLiteral("+") : QStringLiteral("−")).arg(std::abs(percent));
}

/// Errors are compared as amplitudes: 6 dB are a factor of two.
std::optional<Pair> errorPair(const RunEstimate& estimate, const CandidateComparison& measured) {
    if (!estimate.error || *estimate.error <= 0 || !measured.output_sqnr_db || !std::isfinite(*measured.output_sqnr_db)) {
        return std::nullopt;
    }
    const double db = -10 * std::log10(*estimate.error);
    return Pair{tr("error"), std::pow(10, (db - *measured.output_sqnr_db) / 20), dbText(*measured.output_sqnr_db), dbText(db)};
}

std::vector<Pair> pairsOf(const RunEstimate& estimate, const CandidateComparison& measured) {
    std::vector<Pair> pairs;
    const double bytes = static_cast<double>(measured.measurement.size_bytes), ms = measured.measurement.latency.p50;
    if (estimate.bytes && *estimate.bytes > 0 && bytes > 0) {
        pairs.push_back({tr("size"), bytes / *estimate.bytes, sizeText(measured.measurement.size_bytes), sizeText(static_cast<quint64>(*estimate.bytes))});
    }
    if (estimate.ms && *estimate.ms > 0 && ms > 0) {
        pairs.push_back({tr("time"), ms / *estimate.ms, timeText(ms), timeText(estimate.ms)});
    }
    if (const auto error = errorPair(estimate, measured)) {
        pairs.push_back(*error);
    }
    return pairs;
}

/// Named by the run alone where the title says which figure all rows are of.
IntervalRow rowOf(const Run& run, const Pair& pair, bool oneFigure) {
    IntervalRow row;
    row.label = oneFigure ? run.title : QStringLiteral("%1: %2").arg(pair.name, run.title);
    row.method = QString::fromStdString(std::string(id(run.mainMethod())));
    row.value = pair.share;
    row.text = QStringLiteral("%1 → %2 %3").arg(pair.estimated, pair.measured, changeText(pair.share).rightJustified(6));
    row.tip = tr("%1 of “%2”: estimated %3, measured %4").arg(pair.name, run.title, pair.estimated, pair.measured) +
              (run.estimate->rough ? QLatin1Char('\n') + tr("A rough estimate: something in it was not known.") : QString());
    return row;
}

}  // namespace

IntervalPlot estimatePlot(const Session& session) {
    IntervalPlot plot;
    plot.name = tr("Estimates");
    plot.brief = tr("estimates");
    plot.title = tr("Measured against estimated");
    plot.note = tr("1 is as estimated");
    plot.more = tr("estimate → measured");
    plot.ofModels = false;
    plot.fromZero = false;
    std::vector<std::pair<const Run*, Pair>> pairs;
    for (const Run& run : session.runs()) {
        const CandidateComparison* measured = session.measured(run.id);
        if (!run.estimate || measured == nullptr) {
            continue;
        }
        for (Pair& pair : pairsOf(*run.estimate, *measured)) {
            pairs.emplace_back(&run, std::move(pair));
        }
    }
    const bool oneFigure = std::all_of(pairs.begin(), pairs.end(), [&](const auto& each) { return each.second.name == pairs.front().second.name; });
    for (const auto& [run, pair] : pairs) {
        plot.rows.push_back(rowOf(*run, pair, oneFigure));
    }
    if (!plot.rows.empty()) {
        if (oneFigure) {
            plot.title = tr("Measured against estimated %1").arg(pairs.front().second.name);
        }
        IntervalRow same;
        same.label = tr("as estimated");
        same.value = 1;
        same.baseline = true;
        plot.rows.insert(plot.rows.begin(), same);
    }
    return plot;
}

}  // namespace vernier::ui
