// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/choose/rule_rows.h"

#include <QObject>
#include <QStringList>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "core/model/precision.h"
#include "core/quant/recipe.h"
#include "ui/session/recipe_edit.h"
#include "ui/session/session.h"

namespace vernier::ui {
namespace {

constexpr qsizetype kMostNamed = 3, kMostInTip = 100;  ///< ids of a row of overrides

/// "#0 #12..14", or "#0 #12..14 #20 +27": ids of overrides, neighbours as one.
QString rangesText(const std::vector<std::pair<NodeId, NodeId>>& ranges, qsizetype most) {
    QStringList words;
    for (const auto& [first, last] : ranges) {
        if (words.size() == most) {
            words << QStringLiteral("+%1").arg(static_cast<qsizetype>(ranges.size()) - most);
            break;
        }
        words << (first == last ? QStringLiteral("#%1").arg(first) : QStringLiteral("#%1..%2").arg(first).arg(last));
    }
    return words.join(QLatin1Char(' '));
}

/// Nodes that the default leaves in FP32 and that are quantized, or of half precision, in the opened file.
int quantizedAlready(const Session& session) {
    if (!session.model() || session.recipe().default_method != Method::fp32) {
        return 0;
    }
    const auto& nodes = session.model()->nodes();
    return static_cast<int>(std::count_if(nodes.begin(), nodes.end(), [&session](const Node& node) {
        const auto at = static_cast<std::size_t>(node.id);
        return node.op_type != "Constant" && at < session.choices().size() && session.choices()[at].rule < 0 &&
               precision_of(*session.model(), node.id) != Precision::fp32;
    }));
}

QString granularityOf(const Rule& rule) {
    return !rule.per_channel ? QString() : *rule.per_channel ? QObject::tr(" · per channel") : QObject::tr(" · per tensor");
}

}  // namespace

std::vector<RuleRow> ruleRows(const Session& session) {
    const Recipe& recipe = session.recipe();
    const QString coarse = recipe.per_channel ? QString() : QObject::tr(" · per tensor");
    const int already = quantizedAlready(session);
    const QString kept = already == 0 ? QString() : QObject::tr(" · %1 stay as they are").arg(already);
    std::vector<RuleRow> rows{{QObject::tr("default") + coarse + kept, recipe.default_method, session.document().ruleCount(-1) - already, {}, {}, false}};
    // Overrides by method, those that say per tensor or per channel apart.
    std::vector<RuleRow> own(methods().size() * 3);
    std::vector<std::vector<std::pair<NodeId, NodeId>>> ranges(methods().size() * 3);  // of the same
    for (std::size_t i = 0; i < recipe.rules.size(); ++i) {
        const Rule& rule = recipe.rules[i];
        const int index = static_cast<int>(i);
        const QString select = QString::fromStdString(rule.select);
        const Method method = rule.method.value_or(recipe.default_method);
        if (!node_range(rule.select)) {
            rows.push_back(
                {select + granularityOf(rule), method, session.document().ruleCount(index), {index}, session.document().ruleError(index), false, select});
            continue;
        }
        const std::size_t place = static_cast<std::size_t>(method) * 3 + (!rule.per_channel ? 0U : *rule.per_channel ? 1U : 2U);
        RuleRow& group = own[place];
        auto& ids = ranges[place];
        group.granularity = granularityOf(rule);
        const auto range = *node_range(rule.select);
        if (!ids.empty() && ids.back().second + 1 == range.first) {
            ids.back().second = range.second;
        } else {
            ids.push_back(range);
        }
        group.method = method;
        group.count += session.document().ruleCount(index);
        group.rules.push_back(index);
        group.ownChoices = true;
        group.error = group.error.isEmpty() ? session.document().ruleError(index) : group.error;
    }
    for (std::size_t i = 0; i < own.size(); ++i) {
        if (!own[i].rules.empty()) {
            own[i].text = rangesText(ranges[i], kMostNamed) + own[i].granularity;
            own[i].tip = QObject::tr("Overrides: %1").arg(rangesText(ranges[i], kMostInTip));
            rows.push_back(std::move(own[i]));
        }
    }
    return rows;
}

}  // namespace vernier::ui
