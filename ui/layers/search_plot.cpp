// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/layers/search_plot.h"

#include <QCoreApplication>
#include <QStringList>

#include <cmath>
#include <cstddef>
#include <optional>

#include "ui/choose/numbers.h"
#include "ui/session/window_words.h"

namespace vernier::ui {

namespace {

QString tr(const char* words) { return QCoreApplication::translate("Search", words); }

/// What the limit speaks of, as it was measured: "drop 0.2 points", "98.5 % agreement", "31.2 dB".
QString metricText(double metric, SearchLimit::Of of) {
    switch (of) {
        case SearchLimit::Of::drop: return tr("drop %1 points").arg(metric, 0, 'f', 2);
        case SearchLimit::Of::agreement: return tr("%1 % agreement").arg(metric, 0, 'f', 1);
        case SearchLimit::Of::sqnr: return tr("%1 dB").arg(metric, 0, 'f', 1);
    }
    return {};
}

QString intervalText(const SearchSeen& seen) {
    return seen.metricLow && seen.metricHigh && *seen.metricLow < *seen.metricHigh
               ? tr(" [%1 to %2]").arg(*seen.metricLow, 0, 'f', 2).arg(*seen.metricHigh, 0, 'f', 2)
               : QString();
}

QString withSpeedup(double ms, const std::optional<double>& fp32Ms) {
    const QString time = timeText(ms);
    return fp32Ms && ms > 0 ? QStringLiteral("%1, %2x").arg(time, QString::number(*fp32Ms / ms, 'f', 2)) : time;
}

/// Of report samples where it was measured on them: they chose nothing.
const SearchSeen* seenOf(const SearchDot& dot) {
    return dot.reported && dot.reported->trouble.isEmpty() ? &*dot.reported : dot.measured && dot.measured->trouble.isEmpty() ? &*dot.measured : nullptr;
}

QString textOf(const SearchDot& dot, const std::optional<double>& fp32Ms, SearchLimit::Of of, bool interval) {
    const SearchSeen* seen = seenOf(dot);
    if (seen == nullptr) {
        return tr("about %1 (predicted)").arg(withSpeedup(dot.ms, fp32Ms));
    }
    QString text = withSpeedup(seen->ms, fp32Ms);
    if (seen->metric) {
        text += QStringLiteral(", ") + metricText(*seen->metric, of) + (interval ? intervalText(*seen) : QString());
    }
    return text;
}

QString tipOf(const SearchDot& dot, const std::optional<double>& fp32Ms, SearchLimit::Of of) {
    QStringList lines{tr("Predicted: %1, error %2").arg(withSpeedup(dot.ms, fp32Ms), threeDigits(dot.error))};
    if (const SearchSeen* seen = seenOf(dot)) {
        lines << tr("Measured: %1; %2").arg(textOf(dot, fp32Ms, of, true), seen->within ? tr("within the limit") : tr("beyond the limit"));
    } else if (dot.measured) {
        lines << tr("Not measured: %1").arg(dot.measured->trouble);
    }
    lines << (dot.floatNodes.size() == 1 ? tr("1 node stays in FP32.") : tr("%1 nodes stay in FP32.").arg(dot.floatNodes.size())) + QLatin1Char(' ') +
                 tr("A click makes it the recipe.");
    return lines.join(QLatin1Char('\n'));
}

}  // namespace

FrontPlot frontPlot(const RecipeSearch& search) {
    FrontPlot plot;
    plot.title = tr("Recipes");
    plot.note = tr("hollow: predicted · solid: measured, 95 % · ✕: beyond the limit");
    plot.xTitle = tr("latency p50, ms");
    plot.yTitle = tr("error of the outputs");
    const SearchValues* values = search.values();
    if (values == nullptr) {
        return plot;
    }
    const int best = values->chosen >= 0 ? values->chosen : values->nearest;
    for (std::size_t i = 0; i < values->front.size(); ++i) {
        const SearchDot& from = values->front[i];
        FrontDot dot{from.ms,
                     from.error,
                     std::nullopt,
                     static_cast<int>(i) == best,
                     textOf(from, values->fp32Ms, search.limit().of, false),
                     tipOf(from, values->fp32Ms, search.limit().of)};
        if (const SearchSeen* seen = seenOf(from)) {
            dot.measured = FrontMeasured{seen->ms, seen->error.value_or(from.error), seen->msLow, seen->msHigh, seen->within};
        }
        plot.dots.push_back(dot);
    }
    plot.fp32Ms = values->fp32Ms;
    plot.selected = search.taken();
    if (search.limit().of == SearchLimit::Of::sqnr) {  // the only one that is an error: SQNR is 10 log10 of its inverse
        plot.mostError = std::pow(10.0, -search.limit().bound / 10);
        plot.limitText = tr("limit %1 dB").arg(search.limit().bound);
    }
    return plot;
}

namespace {

/// " Predictions hold: times are off by 4 %, errors by a factor of 1.2 (median of 3 recipes)."; empty before that can be told.
QString predictionText(const SearchPrediction& prediction) {
    if (prediction.points == 0 || !prediction.msOff) {
        return {};
    }
    const QString error = prediction.errorFactor ? tr(", errors by a factor of %1").arg(*prediction.errorFactor, 0, 'f', 1) : QString();
    const QString times = tr("%1 %").arg(*prediction.msOff * 100, 0, 'f', 0);
    const QString off = tr("times are off by %1%2 (median of %3)").arg(times, error, counted(prediction.points, tr("recipe"), tr("recipes")));
    return prediction.rough ? tr(" Predictions are rough: %1.").arg(off) : tr(" Predictions hold: %1.").arg(off);
}

}  // namespace

QString searchSentence(const RecipeSearch& search) {
    const SearchValues* values = search.values();
    if (values == nullptr) {
        return {};
    }
    const QString effort = tr("%1 measured, %2.").arg(counted(values->validations, tr("recipe"), tr("recipes")), durationText(values->seconds)) +
                           predictionText(values->prediction);
    const auto text = [&](int dot) { return textOf(values->front[static_cast<std::size_t>(dot)], values->fp32Ms, search.limit().of, true); };
    if (search.busy()) {
        return tr("%1 on the front. %2").arg(counted(static_cast<int>(values->front.size()), tr("recipe"), tr("recipes")), effort);
    }
    if (values->chosen >= 0) {
        return tr("Found: %1. %2").arg(text(values->chosen), effort);
    }
    const QString nearest = values->nearest >= 0 ? tr(" The nearest one is ringed: %1.").arg(text(values->nearest)) : QString();
    const QString why = values->why.isEmpty() ? QString() : QLatin1Char(' ') + windowWords(values->why);
    if (values->end == QLatin1String("none")) {
        return tr("No recipe passes.") + why + nearest + QLatin1Char(' ') + effort;
    }
    return (values->end.isEmpty() ? tr("Stopped before its end.") : tr("Not decided.")) + why + nearest + QLatin1Char(' ') + effort;
}

}  // namespace vernier::ui
