// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/finding.h"
#include "core/base/job.h"
#include "core/layers/candidates.h"
#include "core/quant/regions.h"

namespace vernier {

/// What quantizing one region, and nothing else, does to the outputs.
struct RegionErrors {
    int region = 0;                              ///< Region::id
    std::vector<NodeId> applied;                 ///< nodes that change when only this region is chosen, as a recipe of it would be planned
    std::vector<NodeId> applied_whole;           ///< the same where light nodes at its edges change too
    double alone = 0, whole = 0;                 ///< error of the outputs with these
    std::optional<double> alone_kl, whole_kl;    ///< mean KL divergence of the classes, for a classifier
    std::optional<double> weights, activations;  ///< of whole, the error of each apart; the worst regions only
    std::vector<double> parts;                   ///< of whole, the error of each of Sensitivity::parts
    /// Error of all others as planned, with this region left out; of the worst few, where all lose far more than the sum of each.
    std::optional<double> without = {};
    double share = 0;        ///< of the sum of `whole` over all regions, 0 to 1
    std::string why;         ///< why nothing, or not all, is applied alone; empty where all is
    std::string stays = {};  ///< why it is in FP32 where all are planned, all of what applied_whole names; empty where it is not
    bool measured = false;   ///< false in a partial result
    bool operator==(const RegionErrors&) const = default;
};

/// Errors are normalised: squared error over squared value of the outputs, in front of a final Softmax or Sigmoid (core/layers/output_error.h).
struct Sensitivity {
    std::vector<RegionErrors> regions;  ///< by Region::id
    std::vector<int> worst_first;       ///< Region::id by RegionErrors::whole, then alone
    double all = 0;                     ///< with all regions quantized as planned
    std::optional<double> all_kl;
    double sum = 0;                 ///< of RegionErrors::alone over all regions
    std::vector<OutputPart> parts;  ///< of the outputs that have an error of their own
    std::uint64_t rank_samples = 0, size_samples = 0;
    std::vector<Finding> findings;
    bool operator==(const Sensitivity&) const = default;
};

struct SensitivityOptions {
    std::uint64_t rank_samples = 0;                        ///< that each region is measured on; 0: 16, fewer for a large model
    std::uint64_t size_samples = 64;                       ///< that the whole is measured on, which brings the errors of regions to size
    std::size_t apart = 10;                                ///< regions of which weights and activations are measured apart
    std::filesystem::path state = {};                      ///< file that keeps what is measured, to go on after a stop; empty: none
    std::function<void(const Sensitivity&)> partial = {};  ///< hears what is known so far, from the threads that work, one at a time
};

/// Measures each region of a model for a recipe: calibrates once, and writes, opens and runs one candidate a region in memory. The state
/// file is used only where model, recipe, samples, runtime and machine are the same; going on from it gives the same result.
/// Memory does not grow with regions. Throws Error{usage, bad_data, bad_model, cancelled}.
[[nodiscard]] Sensitivity sensitivity(const CandidateSource& source, const Regions& regions, const SensitivityOptions& options, const Job& job);

/// The error of a set of regions from the sum of their own: E = S + (E_all - S_all) (S / S_all)^2, never falling, and E_all for all.
[[nodiscard]] double anchored_sum(double sum, double sum_all, double error_all);

/// What a region costs alone, and what is left without it.
struct Involved {
    std::string name;
    double alone = 0, without = 0;
};
/// Why the sum of regions does not explain the whole: "All regions together lose 0.4, 4 times the sum of what each loses alone: ..."; empty where it does.
[[nodiscard]] std::string together_sentence(double all, double sum, std::vector<Involved> involved);

/// Sentences for a person, the most telling first: "3 of 10 regions carry 81 % of the error: ...".
[[nodiscard]] std::vector<std::string> sentences_of(const Sensitivity& sensitivity, const Regions& regions, const Model& model);

}  // namespace vernier
