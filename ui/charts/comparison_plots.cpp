// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/comparison_plots.h"

#include <QCoreApplication>

#include <algorithm>

#include "core/report/figure_text.h"
#include "core/report/verdict.h"
#include "ui/charts/task_figures.h"

namespace vernier::ui {

namespace {

constexpr std::size_t kBoardFigures = 3, kSheetFigures = 2;  ///< of the task; the sheet has two columns

QString tr(const char* words) { return QCoreApplication::translate("ComparisonPlots", words); }

QString text(const std::string& words) { return QString::fromStdString(words); }

/// Value, interval, text and tip of a row; a row without a value has only what stands in its place.
void fill(IntervalRow& row, const Figure& figure, const TrialView& trial) {
    const bool itself = trial.compared == nullptr && figure.relative;
    const auto value = itself ? figure.self : figure.value(trial);
    row.known = value.has_value();
    row.value = value.value_or(0);
    if (const auto interval = figure.interval_of(trial)) {
        row.lo = interval->lo;
        row.hi = interval->hi;
    }
    const std::string instead = value || figure.instead == nullptr ? std::string() : figure.instead(trial);
    row.text = text(!instead.empty() ? instead : itself ? value_text(figure, value) : row_text(figure, trial));
    row.tip = itself ? row.label : text(tip_text(figure, trial, row.label.toStdString()));
}

/// True where a row is not shown to differ from the baseline.
bool marksEqual(const Figure& figure, const TrialViews& trials) {
    return std::any_of(trials.begin(), trials.end(), [&](const TrialView& trial) {
        const auto against = figure.against_of(trial);
        return against && !against->differs;
    });
}

}  // namespace

NamedComparison namedByFiles(const Comparison& comparison) {
    NamedComparison named{comparison, {}, verdict_of(comparison).best};
    for (const CandidateComparison& candidate : comparison.candidates) {
        named.names.push_back({text(title_of(candidate)), {}});
    }
    return named;
}

IntervalPlot figurePlot(const NamedComparison& named, const Figure& figure) {
    const TrialViews trials = views_of(named.comparison);
    IntervalPlot plot;
    plot.figure = QString::fromUtf8(figure.id.data(), qsizetype(figure.id.size()));
    plot.name = QString::fromUtf8(figure.title.data(), qsizetype(figure.title.size()));
    plot.brief = QString::fromUtf8(figure.column.data(), qsizetype(figure.column.size()));
    plot.title = text(chart_title(figure, trials.front().measured.samples));
    plot.note = text(better_text(figure.better));
    plot.more = QString::fromUtf8(figure.note.data(), qsizetype(figure.note.size()));
    plot.fromZero = figure.better == Better::lower;
    plot.rows.resize(trials.size());
    plot.rows[0].label = named.baseline.title;
    plot.rows[0].method = named.baseline.method;
    plot.rows[0].baseline = true;
    for (std::size_t i = 0; i < trials.size(); ++i) {
        if (i > 0) {
            plot.rows[i].label = named.names[i - 1].title;
            plot.rows[i].method = named.names[i - 1].method;
            plot.rows[i].best = int(i) - 1 == named.best;
        }
        fill(plot.rows[i], figure, trials[i]);
    }
    if (marksEqual(figure, trials)) {
        plot.more += (plot.more.isEmpty() ? QString() : QStringLiteral(" · ")) + tr("~ no measurable difference");
    }
    return plot;
}

std::vector<IntervalPlot> comparisonPlots(const NamedComparison& named, Place place) {
    std::vector<IntervalPlot> plots;
    const std::size_t ofTask = place == in_board_chart ? kBoardFigures : kSheetFigures;
    for (const Figure* each : chartsWithTask(place, views_of(named.comparison), ofTask)) {
        plots.push_back(figurePlot(named, *each));
    }
    return plots;
}

}  // namespace vernier::ui
