// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/inspect/layer_advice.h"

#include <QObject>
#include <QStringList>

#include <algorithm>
#include <string>

#include "core/layers/layers.h"
#include "ui/choose/numbers.h"
#include "ui/session/layer_study.h"
#include "ui/session/session.h"
#include "ui/session/window_words.h"

namespace vernier::ui {

namespace {

constexpr double kLargeShare = 0.1;  ///< of the error of all regions
constexpr double kSlowerBy = 1.05;   ///< less is noise of the profiler

bool isSlower(const std::optional<double>& fp32, const std::optional<double>& quantized) {
    return fp32 && quantized && *quantized > *fp32 * kSlowerBy && *quantized > *fp32 + 0.001;
}

/// What FP32 would cost: "In FP32 it takes 0.03 ms more."
QString priceText(const LayerRegion& region) {
    if (!region.fp32_ms || !region.int8_ms) {
        return {};
    }
    const double more = *region.fp32_ms - *region.int8_ms;
    return more > 0 ? QObject::tr("In FP32 it takes %1 more.").arg(timeText(more)) : QObject::tr("Quantized it saves no time.");
}

NodeAdvice keepInFloat(QStringList words) {
    words.removeAll(QString());
    return {words.join(QLatin1Char(' ')), NodeAdvice::Action::useOther, QObject::tr("Keep in FP32"), true, Method::fp32};
}

}  // namespace

std::optional<NodeAdvice> layerAdvice(const Session& session, NodeId id) {
    const LayerStudy& study = session.layers();
    const LayerNode* node = study.node(id);
    const NodeState state = session.nodeState(id);
    if (node == nullptr || state.applied == Method::fp32 || vernier::id(state.applied) != study.layers()->method) {
        return std::nullopt;  // its figures are of another method
    }
    const LayerRegion* region = study.regionOf(id);
    if (region != nullptr && region->error_share.value_or(0) >= kLargeShare) {
        // The node that the region is about has it in its own sentence.
        const bool said = node->why.starts_with("Quantized alone");
        const QString share = said ? QString() : QObject::tr("Quantized alone, its region makes %1 of the output error.").arg(shareText(region->error_share));
        return keepInFloat({share, windowWords(node->why), priceText(*region), windowWords(node->change)});
    }
    if (isSlower(node->fp32_ms, node->ms) && !node->change.starts_with("Keep it in INT8")) {
        const QString slower =
            node->why.empty() ? QObject::tr("Slower quantized: %1 in FP32, %2 now.").arg(timeText(node->fp32_ms), timeText(node->ms)) : QString();
        return keepInFloat({slower, windowWords(node->why), windowWords(node->change)});
    }
    if (!node->why.empty()) {
        return NodeAdvice{windowWords(node->why + (node->change.empty() ? "" : " " + node->change)), NodeAdvice::Action::none, {}, false};
    }
    return std::nullopt;
}

std::optional<NodeAdvice> layerAdvice(const Session& session, const QVector<int>& nodes) {
    const LayerStudy& study = session.layers();
    const LayerRegion* region = nodes.isEmpty() ? nullptr : study.regionOf(nodes.front());
    const bool one = region != nullptr && std::all_of(nodes.begin(), nodes.end(), [&](int node) { return study.regionOf(node) == region; });
    return one ? layerAdvice(session, region->core) : std::nullopt;
}

std::vector<std::pair<QString, QString>> layerFacts(const Session& session, NodeId id) {
    const LayerStudy& study = session.layers();
    const LayerNode* node = study.node(id);
    std::vector<std::pair<QString, QString>> facts;
    if (node == nullptr) {
        return facts;
    }
    if (node->fp32_ms || node->ms) {
        facts.emplace_back(QObject::tr("time"), QObject::tr("FP32 %1 → quantized %2").arg(timeText(node->fp32_ms), timeText(node->ms)));
    }
    if (const LayerRegion* region = study.regionOf(id); region != nullptr && region->error_alone) {
        facts.emplace_back(QObject::tr("error alone"),
                           QObject::tr("%1 of all (NMSE %2)").arg(shareText(region->error_share), threeDigits(*region->error_alone)));
    }
    if (node->output_sqnr_db) {
        facts.emplace_back(QObject::tr("on the way"), QObject::tr("SQNR %1 dB here").arg(*node->output_sqnr_db, 0, 'f', 1));
    }
    return facts;
}

}  // namespace vernier::ui
