// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/distrust.h"

#include <fmt/format.h>

#include "core/base/timed.h"

namespace vernier {

std::string distrust_of(const Layers& layers) {
    const bool first = !layers.fp32.trusted();
    const LayerFile& file = first ? layers.fp32 : layers.quantized;
    if (file.trusted()) return {};
    return fmt::format(
        "The times of single nodes cannot be trusted: profiled, the {} file took {} a run, and measured, {}. The machine was busy: analyse again "
        "when it is idle.",
        first ? "FP32" : "quantized", time_text(file.profile_ms), time_text(file.p50_ms));
}

}  // namespace vernier
