// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/inspect/advice.h"

#include <QObject>

#include <algorithm>
#include <cmath>

#include "ui/inspect/error_bars.h"
#include "ui/session/executed_text.h"

namespace vernier::ui {

namespace {

constexpr double kWorthMentioning = 6;  // dB: one bit

QString title(Method method) { return QString::fromUtf8(row(method).title.data(), qsizetype(row(method).title.size())); }

double sqnr(const WeightFacts& weight, WeightFormat format) {
    for (const FormatError& error : weight.errors) {
        if (error.format == format) {
            return error.sqnr_db;
        }
    }
    return 0;
}

/// How many times wider the widest channel is than the narrowest that is not empty.
double channelSpread(const TensorStats& stats) {
    double widest = 0, narrowest = HUGE_VAL;
    for (std::size_t i = 0; i < stats.channel_min.size(); ++i) {
        const double reach = std::max(std::fabs(stats.channel_min[i]), std::fabs(stats.channel_max[i]));
        widest = std::max(widest, reach);
        if (reach > 0) {
            narrowest = std::min(narrowest, reach);
        }
    }
    return narrowest < HUGE_VAL && narrowest > 0 ? widest / narrowest : 1;
}

QString where(const NodeState& state) {
    if (state.own) {
        return QObject::tr("Set for this node.");
    }
    return state.rule >= 0 ? QObject::tr("Chosen by rule %1.").arg(state.rule + 1) : QObject::tr("Inherited from the default.");
}

}  // namespace

NodeAdvice nodeAdvice(const NodeState& state, const std::vector<WeightFacts>& weights, std::string_view op) {
    for (const OpAdvice& known : row(state.chosen).op_advice) {
        if (known.op == op) {
            const std::string_view words = state.applied == state.chosen ? known.applied : known.kept;
            QString what = QString::fromUtf8(words.data(), qsizetype(words.size()));
            what.replace(QStringLiteral("{}"), title(state.applied));
            return {what, NodeAdvice::Action::useOther, QObject::tr("Use %1").arg(title(known.instead)), true, known.instead};
        }
    }
    const QString folded = foldedText(state);
    if (!state.why.isEmpty() && folded.isEmpty()) {
        return {QObject::tr("Chosen %1, %4 %2: %3.")
                    .arg(title(state.chosen), title(state.applied), state.why, state.written ? QObject::tr("written as") : QObject::tr("stays in")),
                NodeAdvice::Action::none,
                {},
                state.own};
    }
    if (state.staysAsItWas()) {
        const std::string_view name = title(state.already);
        return {QObject::tr("%1 already in the file; it stays as it is.").arg(QString::fromUtf8(name.data(), qsizetype(name.size()))),
                NodeAdvice::Action::none,
                {},
                false};
    }
    const bool integer = row(state.applied).weight_bits == 8;
    if (!weights.empty()) {
        const WeightFacts& weight = weights.front();
        const double tensor = sqnr(weight, WeightFormat::int8_per_tensor), channel = sqnr(weight, WeightFormat::int8_per_channel);
        if (integer && !state.per_channel && channel - tensor > kWorthMentioning) {
            return {QObject::tr("With one scale for the whole weight it keeps %1; with one a channel %2 (channel ranges differ %3×).")
                        .arg(decibels(tensor), decibels(channel))
                        .arg(channelSpread(weight.stats), 0, 'g', 3),
                    NodeAdvice::Action::usePerChannel, QObject::tr("Use per channel"), true};
        }
        if (row(state.applied).computes == Arithmetic::half && weight.stats.fp16_overflow > 0) {
            return {QObject::tr("%1 weights are too large for FP16.").arg(weight.stats.fp16_overflow), NodeAdvice::Action::none, {}, true};
        }
    }
    if (state.absorbed) {
        return {folded.isEmpty() ? QObject::tr("%1 Folded into a neighbouring node.").arg(where(state)) : where(state) + QLatin1Char(' ') + folded,
                NodeAdvice::Action::none,
                {},
                false};
    }
    if (state.own) {
        return {where(state), NodeAdvice::Action::reset, QObject::tr("Clear override"), false};
    }
    return {where(state), NodeAdvice::Action::none, {}, false};
}

}  // namespace vernier::ui
