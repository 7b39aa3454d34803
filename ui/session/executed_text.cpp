// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/executed_text.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>

namespace vernier::ui {

namespace {

QString tr(const char* text) { return QCoreApplication::translate("Executed", text); }

}  // namespace

QString executedShort(Executed::As as) {
    switch (as) {
        case Executed::As::unknown: return {};
        case Executed::As::int8: return QStringLiteral("INT8");
        case Executed::As::fp16: return QStringLiteral("FP16");
        case Executed::As::floating: return tr("float");
        case Executed::As::fused: return tr("folded");
    }
    return {};
}

QString executedText(const Executed& executed, std::string_view op) {
    const QString shown = executedShort(executed.as);
    const QString runs = QString::fromStdString(executed.op);
    if (executed.as == Executed::As::fused) {
        return runs.isEmpty() ? tr("folded, or computed before the first run") : tr("folded into %1").arg(runs);
    }
    return shown.isEmpty() || runs.isEmpty() || executed.op == op ? shown : tr("%1, as %2").arg(shown, runs);
}

QString executedSummary(const std::vector<Executed>& executed) {
    QStringList parts;
    for (const Executed::As as : {Executed::As::int8, Executed::As::fp16, Executed::As::floating, Executed::As::fused}) {
        const auto count = std::count_if(executed.begin(), executed.end(), [as](const Executed& each) { return each.as == as; });
        if (count > 0) {
            parts << QStringLiteral("%L1 %2").arg(count).arg(executedShort(as));
        }
    }
    const auto otherwise = std::count_if(executed.begin(), executed.end(), [](const Executed& each) { return !each.why.empty(); });
    if (otherwise > 0) {
        parts << tr("%L1 otherwise than written").arg(otherwise);
    }
    return parts.isEmpty() ? QString() : tr("Nodes as ONNX Runtime runs them: %1.").arg(parts.join(QStringLiteral(", ")));
}

QString executedWarning(const Executed& executed) {
    return executed.why.empty() ? QString() : tr("Runs as %1: %2.").arg(executedShort(executed.as), QString::fromStdString(executed.why));
}

}  // namespace vernier::ui
