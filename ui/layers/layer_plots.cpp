// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/layers/layer_plots.h"

#include <QCoreApplication>

#include <algorithm>
#include <cstddef>

#include "core/layers/layers.h"
#include "ui/choose/numbers.h"
#include "ui/session/layer_study.h"

namespace vernier::ui {

namespace {

constexpr std::size_t kMostRows = 16;

QString tr(const char* words) { return QCoreApplication::translate("LayerPlots", words); }

double longest(const LayerRow& row) { return std::max(row.fp32Ms.value_or(0), row.ms.value_or(0)); }

QString dbText(double db) { return QString::number(db, 'f', db < 10 ? 1 : 0); }

/// "Concat_5: 31 → 9.1 dB": what it was before, where that is known.
QString fallText(const std::vector<LayerRow>& rows, std::size_t at) {
    const LayerRow& row = rows[at];
    if (!row.sqnr) {
        return row.name;
    }
    for (std::size_t before = at; before-- > 0;) {
        if (rows[before].sqnr) {
            return tr("%1: %2 → %3 dB").arg(row.name, dbText(*rows[before].sqnr), dbText(*row.sqnr));
        }
    }
    return tr("%1: %2 dB").arg(row.name, dbText(*row.sqnr));
}

}  // namespace

DepthPlot depthPlot(const std::vector<LayerRow>& rows, const LayerStudy& study) {
    DepthPlot plot;
    plot.title = tr("Error along the depth");
    plot.note = tr("bars: alone, share of all · line: SQNR on the way, dB");
    const Layers* layers = study.layers();
    const int parts = layers != nullptr && layers->first_divergence ? layers->first_divergence->node : kNone;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const LayerRow& row = rows[i];
        const QString db = row.sqnr ? tr("%1 dB").arg(dbText(*row.sqnr)) : QStringLiteral("–");
        plot.points.push_back(
            {row.name, row.share, row.sqnr, row.nodes, tr("%1: %2 of the error alone, %3 on the way").arg(row.name + row.more, shareText(row.share), db)});
        if (parts != kNone && std::binary_search(row.nodes.begin(), row.nodes.end(), parts)) {
            plot.marked = static_cast<int>(i);
            plot.markedText = fallText(rows, i);
        }
    }
    return plot;
}

IntervalPlot layerTimePlot(const std::vector<LayerRow>& rows, const LayerStudy& study) {
    IntervalPlot plot;
    plot.name = tr("Time by layer");
    plot.title = tr("Time by layer, of one run");
    plot.note = tr("lower is better");
    plot.more = tr("FP32 (square) → quantized (dot)");
    plot.ofModels = false;
    plot.dense = true;
    std::vector<const LayerRow*> timed;
    for (const LayerRow& row : rows) {
        if (row.fp32Ms && row.ms) {
            timed.push_back(&row);
        }
    }
    std::stable_sort(timed.begin(), timed.end(), [](const LayerRow* a, const LayerRow* b) { return longest(*a) > longest(*b); });
    timed.resize(std::min(timed.size(), kMostRows));
    for (const LayerRow* row : timed) {
        IntervalRow line;
        const LayerNode* node = study.node(row->head);
        line.label = row->name + row->more;
        line.method = row->slower() ? QStringLiteral("int4") : node != nullptr ? QString::fromStdString(node->applied) : QString();
        line.value = *row->ms;
        line.before = row->fp32Ms;
        line.best = row->slower();
        line.text = timeText(row->fp32Ms).rightJustified(8) + QStringLiteral(" → ") + timeText(row->ms).leftJustified(8) +
                    (row->slower() ? QStringLiteral(" ▲") : QStringLiteral("  "));
        line.nodes = row->nodes;
        line.tip = QStringList{line.label + QStringLiteral(": ") + line.text.simplified(), row->why, row->change}.join(QLatin1Char('\n')).trimmed();
        plot.rows.push_back(line);
    }
    return plot;
}

}  // namespace vernier::ui
