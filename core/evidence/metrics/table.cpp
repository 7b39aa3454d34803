// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/metrics/table.h"

namespace vernier {

extern const Metric kMacroF1, kBalancedAccuracy, kAuroc, kCalibrationError, kCosine, kMae;

std::span<const Metric* const> metrics() {
    static constexpr const Metric* kMetrics[] = {&kTop1, &kTop5,   &kMacroF1, &kBalancedAccuracy, &kAuroc, &kCalibrationError, &kAgreement,
                                                 &kSqnr, &kCosine, &kMae};
    return kMetrics;
}

}  // namespace vernier
