// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/measured_since.h"

#include <fmt/format.h>

#include <string>

#include "core/base/timed.h"
#include "core/evidence/judgement.h"
#include "core/report/format.h"

namespace vernier {
namespace {

constexpr const char* kNothingToGain = "nothing-to-gain";

std::string measured_text(const CandidateComparison& candidate, const Measurement& baseline) {
    return fmt::format(" Measured since: {} instead of {}, {}.", time_text(candidate.measurement.latency.p50), time_text(baseline.latency.p50),
                       candidate.latency_differs ? speed_text(candidate.speedup) : "no measurable difference");
}

/// What it says was found by a glance: the measurement says it itself.
std::string nothing_gained(const CandidateComparison& candidate) {
    const std::string size = size_text(candidate.size_ratio);
    return std::string(is_slower(candidate) ? "INT8 is slower on this model." : "INT8 gains no time on this model.") +
           (candidate.size_ratio < 1 && size != size_text(1) ? " The file is " + size + "." : "");
}

}  // namespace

std::vector<Finding> measured_since(std::vector<Finding> findings, const CandidateComparison& candidate, const Measurement& baseline) {
    std::erase_if(findings, [&](const Finding& finding) { return finding.code == kNothingToGain && is_faster(candidate); });
    bool said = false;
    for (auto finding = findings.rbegin(); finding != findings.rend(); ++finding) {
        const bool nothing = finding->code == kNothingToGain;
        if (!nothing && !has_timing(*finding)) continue;
        finding->text = nothing ? nothing_gained(candidate) : without_timing(*finding);
        if (!said) finding->text += measured_text(candidate, baseline);
        said = true;
    }
    return findings;
}

}  // namespace vernier
