// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/layer_estimate.h"

#include <algorithm>
#include <cstddef>

#include "core/quant/method.h"

namespace vernier::ui {

namespace {

/// What is added up over the regions.
struct Sums {
    double saved = 0;          ///< ms by the regions that the recipe quantizes
    double savedAnalysed = 0;  ///< the same of the analysed recipe
    int quantized = 0, quantizedAnalysed = 0;
    double error = 0, errorAll = 0;
    bool errors = false;  ///< there are figures
    bool rough = false;
};

void addTimes(Sums& sums, const Layers& layers, const LayerRegion& region, bool quantized) {
    const LayerNode* core = layers.find(region.core);
    const bool analysed = core != nullptr && core->applied == layers.method;  // else int8_ms is a time in float
    const bool known = region.fp32_ms && region.int8_ms && analysed;
    const double saved = known ? *region.fp32_ms - *region.int8_ms : 0;
    if (analysed) {
        sums.savedAnalysed += saved;
        ++sums.quantizedAnalysed;
    }
    if (quantized) {
        sums.saved += saved;
        ++sums.quantized;
        sums.rough = sums.rough || !known;
    }
}

void addErrors(Sums& sums, const LayerRegion& region, bool quantized) {
    const double error = std::max(0.0, region.error_alone.value_or(0));
    sums.errors = sums.errors || region.error_alone.has_value();
    sums.errorAll += error;
    if (quantized) {
        sums.error += error;
        sums.rough = sums.rough || !region.error_alone;
    }
}

Sums sumsOf(const Layers& layers, const std::vector<Choice>& choices) {
    Sums sums;
    for (const LayerRegion& region : layers.regions) {
        const auto core = static_cast<std::size_t>(region.core);
        if (region.core < 0 || core >= choices.size()) {
            continue;
        }
        const Method method = choices[core].method;
        const bool quantized = method != Method::fp32;
        sums.rough = sums.rough || (quantized && id(method) != layers.method);
        addTimes(sums, layers, region, quantized);
        addErrors(sums, region, quantized);
    }
    return sums;
}

}  // namespace

LayerEstimate estimateOf(const Layers& layers, const std::vector<Choice>& choices) {
    const Sums sums = sumsOf(layers, choices);
    LayerEstimate estimate;
    estimate.rough = sums.rough;
    if (layers.fp32.p50_ms > 0 && layers.quantized.p50_ms > 0) {
        // What lies between the regions is quantized with them: by their number, for want of something better.
        const double between = layers.fp32.p50_ms - layers.quantized.p50_ms - sums.savedAnalysed;
        const double part = sums.quantizedAnalysed > 0 ? std::min(1.0, double(sums.quantized) / sums.quantizedAnalysed) : 0;
        estimate.ms = std::max(0.0, layers.fp32.p50_ms - sums.saved - between * part);
    }
    if (sums.errors && sums.errorAll > 0) {
        const double share = sums.error / sums.errorAll;
        const double all = layers.error_all.value_or(sums.errorAll);
        estimate.errorShare = all > 0 ? std::max(0.0, (sums.error + (all - sums.errorAll) * share * share) / all) : share;
        estimate.rough = estimate.rough || !layers.error_all;
    }
    return estimate;
}

}  // namespace vernier::ui
