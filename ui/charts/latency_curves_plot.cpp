// SPDX-License-Identifier: GPL-3.0-or-later
#include <QCoreApplication>

#include "core/report/figure_text.h"
#include "core/report/format.h"
#include "core/report/latency_curves.h"
#include "ui/charts/comparison_plots.h"

namespace vernier::ui {

namespace {

QString tr(const char* words) { return QCoreApplication::translate("ComparisonPlots", words); }

QString text(const std::string& words) { return QString::fromStdString(words); }

/// The middle run and the slowest that is drawn, in the axis' unit.
QString spread(const Latency& latency) {
    const QString middle = text(significant(latency.p50));
    return latency.p99 ? middle + QStringLiteral(" \u2026 ") + text(significant(*latency.p99)) : middle;
}

}  // namespace

IntervalPlot latencyCurvesPlot(const NamedComparison& named) {
    const TrialViews trials = views_of(named.comparison);
    const LatencyCurves curves = latency_curves(trials);
    IntervalPlot plot;
    if (curves.curves.empty()) {
        return plot;
    }
    plot.title = text(curves_title());
    plot.name = tr("Latency of all warm runs");
    plot.brief = tr("all runs");
    plot.note = tr("%1 to %2; up: share of runs").arg(text(significant(curves.lo)), text(significant(curves.hi)));
    plot.distribution = IntervalAxis{curves.lo, curves.hi};
    plot.rows.resize(trials.size());
    for (std::size_t i = 0; i < trials.size(); ++i) {
        IntervalRow& row = plot.rows[i];
        const CandidateName& name = i == 0 ? named.baseline : named.names[i - 1];
        row.label = name.title;
        row.method = name.method;
        row.baseline = i == 0;
        row.best = i > 0 && static_cast<int>(i) - 1 == named.best;
        row.value = trials[i].measured.latency.p50;
        row.text = spread(trials[i].measured.latency);
        row.tip = tr("%1: half of the runs take at most %2 ms").arg(row.label, text(significant(row.value)));
    }
    for (const LatencyCurve& curve : curves.curves) {
        for (const CurvePoint& point : curve.points) {
            plot.rows[curve.trial].curve.emplace_back(point.ms, point.share);
        }
    }
    return plot;
}

}  // namespace vernier::ui
