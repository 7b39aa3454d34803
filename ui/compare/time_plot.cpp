// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/time_plot.h"

#include <QCoreApplication>

#include <optional>
#include <set>
#include <string>

#include "core/report/format.h"
#include "core/report/time_by_kind.h"
#include "ui/compare/session_comparison.h"
#include "ui/session/session.h"
#include "ui/sheet/blocks.h"

namespace vernier::ui {

namespace {

constexpr std::size_t kMostRows = 14;  ///< kinds of operators, with "Other"

QString tr(const char* words) { return QCoreApplication::translate("TimePlot", words); }

QString text(double milliseconds) { return QString::fromStdString(significant(milliseconds)); }

/// Index of the candidate whose time is shown; -1 when there is none.
int shownCandidate(const Session& session, const NamedComparison& named) {
    const int selected = int(comparedRuns(session).indexOf(session.currentRun()));
    return selected >= 0 ? selected : named.best >= 0 ? named.best : named.comparison.candidates.empty() ? -1 : 0;
}

ScaledTime timeOf(const Session& session, const std::optional<NamedComparison>& named, int candidate) {
    const Measurement& after = candidate >= 0 ? named->comparison.candidates[static_cast<std::size_t>(candidate)].measurement : *session.baseline();
    return scaled_time(*session.baseline(), after, kMostRows);
}

/// Nodes whose kind one row is about; "Other" is about those of no other row.
QVector<int> nodesOf(const Model& model, const KindTime& row, const std::set<std::string>& rows) {
    QVector<int> nodes;
    for (const Node& node : model.nodes()) {
        const std::string kind = kind_of(node.op_type);
        if (node.op_type != "Constant" && (row.kind == "Other" ? rows.count(kind) == 0 : kind == row.kind)) {
            nodes << node.id;
        }
    }
    return nodes;
}

}  // namespace

QString timeDistrust(const Session& session) {
    if (!session.model() || !session.baseline()) {
        return {};
    }
    const auto named = namedComparison(session);
    return QString::fromStdString(timeOf(session, named, named ? shownCandidate(session, *named) : -1).distrust);
}

IntervalPlot timePlot(const Session& session) {
    IntervalPlot plot;
    plot.name = tr("Time by kind of operator");
    plot.title = tr("Time by kind of operator, ms a run");
    plot.note = tr("lower is better");
    plot.ofModels = false;
    if (!session.model() || !session.baseline()) {
        return plot;
    }
    const auto named = namedComparison(session);
    const int candidate = named ? shownCandidate(session, *named) : -1;
    const auto index = static_cast<std::size_t>(candidate);
    const bool both = candidate >= 0;
    const std::vector<KindTime> kinds = timeOf(session, named, candidate).kinds;
    std::set<std::string> rows;
    for (const KindTime& kind : kinds) {
        rows.insert(kind.kind);
    }
    plot.more = both ? tr("baseline (square) → “%1” (dot)").arg(named->names[index].title) : tr("of the baseline");
    for (const KindTime& kind : kinds) {
        IntervalRow row;
        row.label = QString::fromStdString(kind.kind);
        row.method = both ? named->names[index].method : QStringLiteral("fp32");
        row.value = kind.after;
        row.before = both ? std::optional(kind.before) : std::nullopt;
        row.text = both ? text(kind.before).rightJustified(7) + QStringLiteral(" → ") + text(kind.after).leftJustified(7) : text(kind.after).leftJustified(7);
        row.nodes = nodesOf(*session.model(), kind, rows);
        row.tip = tr("%1: %2 ms. Nodes in the graph: %3").arg(row.label, row.text.simplified(), QString::number(row.nodes.size()));
        plot.rows.push_back(row);
    }
    return plot;
}

void nameOutputNodes(IntervalPlot& plot, const Session& session, const NamedComparison& named) {
    for (std::size_t i = 0; session.model() && i < named.comparison.candidates.size() && i + 1 < plot.rows.size(); ++i) {
        const auto& outputs = named.comparison.candidates[i].measurement.outputs;
        const ValueId value = outputs.empty() ? kNone : session.model()->find_value(outputs.front().name);
        const NodeId maker = value == kNone ? kNone : session.model()->value(value).producer;
        if (maker != kNone) {
            plot.rows[i + 1].nodes = {maker};
        }
    }
}

}  // namespace vernier::ui
