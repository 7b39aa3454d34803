// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/base/json.h"
#include "core/base/tensor.h"
#include "core/data/dataset.h"
#include "core/layers/float_prefix.h"
#include "core/layers/output_error.h"
#include "core/layers/trial_outputs.h"
#include "core/quant/canonical.h"
#include "core/quant/plan.h"
#include "core/quant/prepare.h"
#include "core/quant/statistics.h"
#include "core/runtime/runtime.h"

namespace vernier {

/// What candidates are made of and held against.
struct CandidateSource {
    RuntimePtr runtime;
    CanonicalPtr canonical;
    Recipe recipe;       ///< what each node may become; its range method, calibration and rewritings
    DatasetPtr dataset;  ///< calibration samples, and those that candidates run on
    Target target = {};
    Split split = Split::validation;  ///< of the samples that candidates run on; an empty one: calibration
    int at_once = 0;                  ///< runs of calibration at the same time; 0: one a processor
};

/// A quantization on paper, calibrated.
struct Candidate {
    Prepared prepared;
    Ranges ranges;
    Plan plan;
    std::vector<NodeId> applied;  ///< nodes that get another method, in rising order
    std::string key;              ///< equal for candidates that become the same graph
};

/// Many quantizations of one model, planned, written and run in memory on the same samples and held against the model itself. One
/// calibration serves them all, and the same graph is run once. Functions may be called from several threads.
class Candidates {
public:
    /// Loads the samples and runs the model on them. samples: at most so many; fewer where they or the outputs are very large.
    /// Throws Error{bad_data} where there are none, Error{bad_model} for a model without floating outputs.
    Candidates(CandidateSource source, std::uint64_t samples, const Job& job);
    ~Candidates();

    /// Choices of the recipe, by NodeId.
    [[nodiscard]] const std::vector<Choice>& choices() const { return choices_; }
    /// The recipe's choices for these nodes, FP32 for all others.
    [[nodiscard]] std::vector<Choice> only(const std::vector<NodeId>& nodes) const;
    /// The same for whole regions: of these nodes those that get their method where all have it, before anything is taken back for what it
    /// loses, and each Concat. Nodes that no recipe would ever change (a mask in front of a Softmax) are not measured.
    [[nodiscard]] std::vector<Choice> only_whole(const std::vector<NodeId>& nodes) const;
    [[nodiscard]] Candidate plan(const Variant& variant, const Job& job);
    /// Runs it on samples, spread evenly over all; 0 and what exceeds them: all. An unchanged graph has no error. at_once: runs at the
    /// same time; 0: one a processor.
    [[nodiscard]] TrialError measure(const Candidate& candidate, std::uint64_t samples, const Job& job, int at_once = 0);
    [[nodiscard]] std::uint64_t samples() const { return inputs_.size(); }
    /// What TrialError::parts are of.
    [[nodiscard]] std::vector<OutputPart> output_parts() const { return reference_->parts(); }
    /// How often the samples were run for calibration.
    [[nodiscard]] std::size_t calibrations() const { return statistics_->runs(); }

    /// What was measured, by candidate and samples, and the way back.
    [[nodiscard]] Json measured() const;
    void take_measured(const Json& json);
    [[nodiscard]] const CandidateSource& source() const { return source_; }

private:
    void load(std::uint64_t samples, const Job& job);
    void calibrate(const Job& job);
    /// What each of these runs adds.
    [[nodiscard]] std::vector<TrialSums> run(const Candidate& candidate, const std::vector<std::size_t>& which, const Job& job, int at_once) const;

    CandidateSource source_;
    std::vector<Choice> choices_;
    std::vector<bool> gets_it_;  ///< by NodeId: where all have their method, before losses are looked at
    std::vector<TrialOutput> outputs_;
    std::vector<std::map<std::string, Tensor>> inputs_;  ///< one a run
    std::unique_ptr<ReferenceOutputs> reference_;
    mutable FloatPrefix prefix_;
    std::shared_ptr<Statistics> statistics_;
    std::mutex planning_;  ///< statistics are kept while candidates are planned
    mutable std::mutex measured_mutex_;
    std::map<std::string, TrialError> measured_;
};

}  // namespace vernier
