// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/inspect/node_facts.h"

#include <QObject>

#include <algorithm>
#include <cmath>

#include "core/model/dim_text.h"
#include "core/model/weights.h"
#include "ui/choose/numbers.h"
#include "ui/session/executed_text.h"
#include "ui/session/session.h"

namespace vernier::ui {

namespace {

QString portText(const Model& model, const std::vector<ValueId>& ports, bool constants) {
    QStringList lines;
    for (const ValueId id : ports) {
        if (id == kNone || model.value(id).is_constant() != constants) {
            continue;
        }
        lines << QString::fromStdString(short_text(model.value(id).type));
    }
    if (lines.size() > 4) {
        const auto more = lines.size() - 3;
        lines = lines.mid(0, 3) << QObject::tr("and %1 more").arg(more);
    }
    return lines.join(QLatin1Char('\n'));
}

QString title(Method method) { return QString::fromUtf8(row(method).title.data(), qsizetype(row(method).title.size())); }

QString text(std::string_view words) { return QString::fromUtf8(words.data(), qsizetype(words.size())); }

bool converts(const Node& node) { return node.op_type == "QuantizeLinear" || node.op_type == "DequantizeLinear" || node.op_type == "DynamicQuantizeLinear"; }

/// A node of an opened file that has a form already, and keeps it: nothing is planned for it.
QString formBefore(const Model& model, const Node& node, const NodeState& state) {
    if (state.applied != Method::fp32 || state.own) {
        return {};
    }
    if (converts(node) && !node.inputs.empty() && node.inputs[0] != kNone && !node.outputs.empty() && node.outputs[0] != kNone) {
        const ElementType from = model.value(node.inputs[0]).type.element, to = model.value(node.outputs[0]).type.element;
        return QObject::tr("converts %1 to %2, as the file has it").arg(text(name(from)), text(name(to)));
    }
    return state.staysAsItWas() ? QObject::tr("%1, as the file has it").arg(text(title(state.already))) : QString();
}

/// "INT8 static" as planned; as written for a run where there is one.
QString formatText(const Session& session, const Node& node, const NodeState& state) {
    if (const QString before = formBefore(*session.model(), node, state); !before.isEmpty()) {
        return before;
    }
    const QString folded = foldedText(state).chopped(foldedText(state).isEmpty() ? 0 : 1);
    const QString what = !state.absorbed                           ? title(state.applied)
                         : folded.isEmpty() || state.why.isEmpty() ? QObject::tr("%1, folded into a neighbouring node").arg(title(state.applied))
                                                                   : QObject::tr("%1: %2").arg(title(state.applied), state.why);
    const Run* run = state.written ? session.madeRun() : nullptr;
    return run == nullptr ? what + QObject::tr(" (planned)") : QObject::tr("%1 (written for “%2”)").arg(what, run->title);
}

/// Steps of the scales of all channels that are not empty: the smallest and the largest.
QString stepsText(const TensorStats& stats) {
    double least = HUGE_VAL, most = 0;
    for (std::size_t i = 0; i < stats.channel_min.size(); ++i) {
        const double reach = std::max(std::fabs(double(stats.channel_min[i])), std::fabs(double(stats.channel_max[i])));
        if (reach > 0 && std::isfinite(reach)) {
            least = std::min(least, reach);
            most = std::max(most, reach);
        }
    }
    // Two short lines: the inspector is narrow.
    return most > 0 ? QObject::tr("ranges     ±%1 … ±%2\nchannels   differ %3×").arg(least, 0, 'g', 3).arg(most, 0, 'g', 3).arg(most / least, 0, 'g', 3)
                    : QString();
}

}  // namespace

QString granularityText(const Session& session, NodeId id) {
    const NodeState state = session.nodeState(id);
    if (row(state.applied).weight_bits != 8) {
        return {};
    }
    const auto weights = weights_of(*session.model(), id);
    const auto weight = std::find_if(weights.begin(), weights.end(), [](const Weight& w) { return !w.is_bias; });
    if (weight == weights.end() || weight->tensor->dims.size() < 2) {
        return {};
    }
    const auto axis = static_cast<std::size_t>(weight->channel_axis);
    const auto channels = axis < weight->tensor->dims.size() ? weight->tensor->dims[axis] : 1;
    return state.per_channel ? QObject::tr("per channel (%1)").arg(channels) : QObject::tr("per tensor (one)");
}

std::vector<std::pair<QString, QString>> nodeFacts(const Session& session, NodeId id) {
    const Model& model = *session.model();
    const Node& node = model.node(id);
    std::vector<std::pair<QString, QString>> facts = {{QObject::tr("format"), formatText(session, node, session.nodeState(id))}};
    if (const NodeState state = session.nodeState(id); state.executed.as != Executed::As::unknown) {
        const QString why = QString::fromStdString(state.executed.why);
        const QString runs = executedText(state.executed, node.op_type);
        facts.emplace_back(QObject::tr("runs as"), why.isEmpty() ? runs : QObject::tr("%1: %2").arg(runs, why));
    }
    if (const QString scales = granularityText(session, id); !scales.isEmpty()) {
        facts.emplace_back(QObject::tr("scales"), scales);
    }
    facts.emplace_back(QObject::tr("input"), portText(model, node.inputs, false));
    facts.emplace_back(QObject::tr("output"), portText(model, node.outputs, false));
    if (node.weight_bytes > 0) {
        facts.emplace_back(QObject::tr("weights"), portText(model, node.inputs, true));
        facts.emplace_back(QObject::tr("size"), node.parameters == 1
                                                    ? QObject::tr("%1 · 1 parameter").arg(sizeText(node.weight_bytes))
                                                    : QObject::tr("%1 · %2 parameters").arg(sizeText(node.weight_bytes), countText(node.parameters)));
    }
    if (node.macs > 0) {
        facts.emplace_back(QObject::tr("work"), QObject::tr("%1 multiply-accumulates").arg(countText(node.macs)));
    }
    return facts;
}

QStringList statisticsText(const WeightFacts& weight) {
    const TensorStats& s = weight.stats;
    QStringList lines = {QObject::tr("shape      %1").arg(dimsText(weight.dims)), QObject::tr("min / max  %1 / %2").arg(s.min, 0, 'g', 3).arg(s.max, 0, 'g', 3),
                         QObject::tr("mean ± sd  %1 ± %2").arg(s.mean, 0, 'g', 3).arg(s.deviation, 0, 'g', 3),
                         QObject::tr("zeros      %1 %").arg(100.0 * double(s.zeros) / double(std::max<std::uint64_t>(1, s.count)), 0, 'g', 3)};
    if (!weight.scale.isEmpty()) {
        lines << QObject::tr("codes      %1, scale %2").arg(QString::fromUtf8(name(weight.type).data(), qsizetype(name(weight.type).size())), weight.scale);
    } else if (const QString steps = weight.isBias ? QString() : stepsText(s); !steps.isEmpty()) {
        lines << steps;
    }
    if (s.nan + s.inf > 0) {
        lines << QObject::tr("NaN / Inf  %1 / %2").arg(s.nan).arg(s.inf);
    }
    if (s.fp16_overflow + s.fp16_to_zero > 0) {
        lines << QObject::tr("FP16       %1 overflow, %2 become zero").arg(s.fp16_overflow).arg(s.fp16_to_zero);
    }
    return lines;
}

}  // namespace vernier::ui
