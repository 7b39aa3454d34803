// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "core/base/finding.h"
#include "core/base/job.h"
#include "core/flow/mend.h"
#include "core/flow/verify.h"

namespace vernier {

/// A file that is not wrong, but keeps less of FP32 than INT8 usually does.
struct LowSource {
    const Emitting& emitting;
    Verifier& verifier;
    const Model& model;
    std::filesystem::path target;  ///< tried files are staged beside it
    const Job& job;
};

/// INT8 weights, whatever they are computed in.
[[nodiscard]] bool has_int8(const Plan& plan);
/// Some node's weights take 4 bits, with which a file that is right keeps less.
[[nodiscard]] bool has_int4(const Plan& plan);

/// Nodes that go back to float, and why; none where few nodes do not mend it.
struct Raised {
    std::set<NodeId> nodes;
    std::string why;
    std::vector<Finding> findings;  ///< kept-float
};

/// Where an output of a file with INT8 nodes keeps less than 18 dB: looks for few nodes (at most a quarter of those with
/// weights, of few nodes two) in whose absence it keeps 20 dB, first among those that lose most by the ranges that calibration
/// saw. Nodes that a rule or a click chose stay. Nothing on made inputs: what they show is no reason; nor with INT4
/// nodes, which all lose much.
[[nodiscard]] Raised raise_low_sqnr(const LowSource& source, const Verification& seen);

/// What is said of the file that will be written: a finding low-sqnr for each output below 25 dB (with INT4 nodes 15 dB), a warning below 20 dB (12 dB),
/// with the nodes that lose most.
[[nodiscard]] std::vector<Finding> low_sqnr_findings(const LowSource& source, const Verification& seen);

}  // namespace vernier
