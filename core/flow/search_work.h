// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <set>
#include <vector>

#include "core/base/finding.h"
#include "core/base/job.h"
#include "core/base/temporary.h"
#include "core/data/dataset.h"
#include "core/flow/quantize_file.h"
#include "core/flow/search_file.h"
#include "core/flow/search_state.h"
#include "core/layers/candidates.h"
#include "core/layers/times.h"
#include "core/quant/canonical.h"
#include "core/quant/regions.h"
#include "core/quant/statistics.h"
#include "core/search/search.h"

namespace vernier {

/// The model of a search, its regions, and what makes recipes of sets of regions, writes and measures them.
class SearchWork {
public:
    /// Opens all, and says what cannot be searched before anything is run. Throws as search_file().
    SearchWork(RuntimePtr runtime, const SearchRequest& request, Job job);

    [[nodiscard]] const ModelPtr& model() const { return canonical_->model; }
    [[nodiscard]] Method method() const { return method_; }
    [[nodiscard]] const std::vector<Finding>& findings() const { return findings_; }
    [[nodiscard]] std::uint64_t selection_samples() const;
    [[nodiscard]] std::uint64_t report_samples() const;
    [[nodiscard]] double fp32_ms() const { return fp32_ms_; }
    [[nodiscard]] double error_all() const { return error_all_; }
    [[nodiscard]] SearchState& state() { return *state_; }

    /// The recipe in which these regions have the method: rules by node, and the user's on top.
    [[nodiscard]] Recipe recipe_of(const UnitSet& quantized) const;
    /// Nodes that can have the method and do not in this set.
    [[nodiscard]] std::vector<NodeId> float_nodes(const UnitSet& quantized) const;

    /// Times the two files, measures the regions, and a few sets of the front in memory: what the search starts from.
    [[nodiscard]] SearchSource prepare();
    [[nodiscard]] Validation validate(const UnitSet& quantized, SearchState::On samples);
    /// Of what the samples of calibration showed for another set, which is nearly the same and takes no time; or calibrated for this one, as
    /// its recipe makes it again to the last bit.
    enum class Calibrated { before, anew };
    /// Writes the model of a set.
    QuantizedFile write_model(const UnitSet& quantized, const std::filesystem::path& out, Calibrated calibrated) {
        return write_model(quantized, out, calibrated, job_);
    }
    QuantizedFile write_model(const UnitSet& quantized, const std::filesystem::path& out, Calibrated calibrated, const Job& job);

private:
    void open(const SearchRequest& request);
    void divide_samples();
    void find_pins();
    [[nodiscard]] UnitSet all() const;
    [[nodiscard]] bool has_usable_node(const Region& region) const;
    void leave_out_unexecuted();
    [[nodiscard]] TimesRequest times_request(const ModelPtr& file) const;
    /// The opened file and another one, in turns.
    [[nodiscard]] std::vector<FileTimes> profiled(const std::filesystem::path& file, int rounds) const;
    /// By region, without conversions.
    [[nodiscard]] std::vector<double> own_times(const FileTimes& times) const;
    [[nodiscard]] SearchTimes timed();
    [[nodiscard]] TimeSeen timed_mix(const UnitSet& set, const SearchTimes& times);
    [[nodiscard]] SearchTimes times_known_or_measured();
    [[nodiscard]] SetError error_in_memory(const UnitSet& quantized);
    void probe(SearchSource& source);
    [[nodiscard]] Validation measure(const UnitSet& quantized, SearchState::On samples);
    [[nodiscard]] Job quiet() const { return {job_.stop(), {}}; }

    TemporaryFolder folder_;  ///< of files that are only measured
    RuntimePtr runtime_;
    const SearchRequest& request_;
    Job job_;
    CanonicalPtr canonical_;
    DatasetPtr data_, selection_, report_;
    DatasetPtr selection_runs_;  ///< of a streaming model, single runs; else the selection itself
    Regions regions_;
    Recipe recipe_;  ///< with the method as its default
    Method method_ = Method::int8_static;
    std::vector<SearchUnit::Pin> pins_;  ///< by region
    std::set<NodeId> usable_;            ///< nodes that get the method, or vanish into one that does, when all are chosen
    std::shared_ptr<Statistics> statistics_;
    std::unique_ptr<Candidates> candidates_;  ///< made when first needed
    std::unique_ptr<SearchState> state_;
    std::vector<Finding> findings_;
    double fp32_ms_ = 0, error_all_ = 0;
};

}  // namespace vernier
