// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/executed_text.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>

namespace vernier::ui {

namespace {

QString tr(const char* text) { return QCoreApplication::translate("Executed", text); }

}  // namespace

QString executedShort(const Executed& executed) {
    switch (executed.as) {
        case Executed::As::unknown: return {};
        case Executed::As::int8: return QStringLiteral("INT8");
        case Executed::As::fp16: return QStringLiteral("FP16");
        case Executed::As::floating: return tr("float");
        case Executed::As::fused: return executed.op.empty() ? tr("folded") : tr("fused");
    }
    return {};
}

QString executedText(const Executed& executed, std::string_view op) {
    const QString shown = executedShort(executed);
    const QString runs = QString::fromStdString(executed.op);
    if (executed.as == Executed::As::fused) {
        return runs.isEmpty() ? tr("folded into its neighbours, or computed before the first run") : tr("fused into %1").arg(runs);
    }
    return shown.isEmpty() || runs.isEmpty() || executed.op == op ? shown : tr("%1, as %2").arg(shown, runs);
}

QString executedSummary(const std::vector<Executed>& executed) {
    QStringList parts;
    for (const QString& name : {QStringLiteral("INT8"), QStringLiteral("FP16"), tr("float"), tr("fused"), tr("folded")}) {
        const auto count = std::count_if(executed.begin(), executed.end(), [&](const Executed& each) { return executedShort(each) == name; });
        if (count > 0) {
            parts << QStringLiteral("%L1 %2").arg(count).arg(name);
        }
    }
    const auto otherwise = std::count_if(executed.begin(), executed.end(), [](const Executed& each) { return !each.why.empty(); });
    if (otherwise > 0) {
        parts << tr("%L1 otherwise than written").arg(otherwise);
    }
    return parts.isEmpty() ? QString() : tr("Nodes as ONNX Runtime runs them: %1.").arg(parts.join(QStringLiteral(", ")));
}

QString executedWarning(const Executed& executed) {
    return executed.why.empty() ? QString() : tr("Runs as %1: %2.").arg(executedShort(executed), QString::fromStdString(executed.why));
}

QString foldedText(const NodeState& state) {
    if (!state.absorbed || state.applied != state.chosen) {
        return {};
    }
    return state.why.isEmpty() ? tr("Folded into a neighbouring node.") : state.why.left(1).toUpper() + state.why.mid(1) + QLatin1Char('.');
}

}  // namespace vernier::ui
