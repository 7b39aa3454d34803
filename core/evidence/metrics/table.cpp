// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/metrics/table.h"

namespace vernier {

extern const Metric kMacroF1, kBalancedAccuracy, kAuroc, kCalibrationError, kDecisionAccuracy, kDecisionAgreement, kF1, kEqualErrorRate, kCosine, kMae, kKl;
extern const Metric kTargetMae, kRmse, kR2, kSiSdr;
extern const Metric kMeanIou, kPixelAccuracy, kDice, kMaskIou;
extern const Metric kCer, kWer, kExactMatch;
extern const Metric kTokenAccuracy, kEntityF1, kTokenAgreement;
extern const Metric kMeanAveragePrecision, kMeanAveragePrecision50, kBoxAgreement;
extern const Metric kSpearman, kEmbeddingCosine, kRecallAt10, kNdcgAt10;

std::span<const Metric* const> metrics() {
    static constexpr const Metric* kMetrics[] = {&kTop1,
                                                 &kTop5,
                                                 &kMacroF1,
                                                 &kBalancedAccuracy,
                                                 &kAuroc,
                                                 &kCalibrationError,
                                                 &kDecisionAccuracy,
                                                 &kF1,
                                                 &kEqualErrorRate,
                                                 &kSiSdr,
                                                 &kTargetMae,
                                                 &kRmse,
                                                 &kR2,
                                                 &kMeanIou,
                                                 &kPixelAccuracy,
                                                 &kDice,
                                                 &kCer,
                                                 &kWer,
                                                 &kExactMatch,
                                                 &kTokenAccuracy,
                                                 &kEntityF1,
                                                 &kMeanAveragePrecision,
                                                 &kMeanAveragePrecision50,
                                                 &kSpearman,
                                                 &kAgreement,
                                                 &kMaskIou,
                                                 &kDecisionAgreement,
                                                 &kTokenAgreement,
                                                 &kBoxAgreement,
                                                 &kEmbeddingCosine,
                                                 &kRecallAt10,
                                                 &kNdcgAt10,
                                                 &kSqnr,
                                                 &kCosine,
                                                 &kMae,
                                                 &kKl};
    return kMetrics;
}

}  // namespace vernier
