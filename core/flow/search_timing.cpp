// SPDX-License-Identifier: GPL-3.0-or-later
// What a search times before it begins, and of each recipe that it measures.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "core/data/dataset.h"
#include "core/evidence/compare.h"
#include "core/evidence/metrics/measured.h"
#include "core/flow/open.h"
#include "core/flow/search_judge.h"
#include "core/flow/search_trial.h"
#include "core/flow/search_work.h"
#include "core/layers/times.h"
#include "core/quant/recipe.h"

namespace vernier {
namespace {

namespace fs = std::filesystem;

constexpr int kRounds = 5;  ///< of profiles in turns
constexpr int kUsualRuns = 10, kLeastRuns = 2, kMostRuns = 40;
constexpr double kRoundMs = 30;        ///< for the runs of one file in a round
constexpr std::size_t kLeastOpen = 3;  ///< regions to choose of which every other one says something of borders

double sum_over(const std::vector<double>& of_node, const std::vector<NodeId>& nodes) {
    double sum = 0;
    for (const NodeId node : nodes)
        if (static_cast<std::size_t>(node) < of_node.size()) sum += of_node[static_cast<std::size_t>(node)];
    return sum;
}

}  // namespace

TimesRequest SearchWork::times_request(const ModelPtr& file) const {
    TimesRequest request{runtime_, model(), file, {}, request_.target, {}, kUsualRuns};
    const std::vector<std::uint64_t> first = pick_samples(*selection_runs_, Split::validation, selection_runs_->batch());
    request.inputs = load_run(*selection_runs_, Split::validation, std::span(first).first(std::min<std::size_t>(first.size(), selection_runs_->batch())));
    // Short rounds: one speed of the machine lasts for seconds. A large model is run less often.
    if (fp32_ms_ > 0) request.runs = std::clamp(static_cast<int>(kRoundMs / fp32_ms_), kLeastRuns, kMostRuns);
    return request;
}

std::vector<FileTimes> SearchWork::profiled(const fs::path& file, int rounds) const {
    const ModelPtr quantized = open_for_work(runtime_, file, quiet(), request_.sizes);
    return node_times_in_turns({times_request(model()), times_request(quantized)}, rounds, quiet());
}

std::vector<double> SearchWork::own_times(const FileTimes& times) const {
    const bool apart = row(method_).fuses;  // other methods convert inside of each node
    std::vector<double> own;
    for (const Region& region : regions_.list)
        own.push_back(std::max(0.0, sum_over(times.ms, region.nodes) - (apart ? sum_over(times.conversions_ms, region.nodes) : 0)));
    return own;
}

/// Both files side by side, and what the profiler says of each region in them, on the scale of what the opened file took.
SearchTimes SearchWork::timed() {
    const TrialFile trial(folder_.path());
    (void)write_model(all(), trial.path(), Calibrated::before);
    MeasureOptions options;
    options.run = request_.target;
    options.seconds = request_.seconds;
    options.samples = selection_->batch();
    options.seed = request_.seed;
    options.sizes = request_.sizes;
    options.worker = request_.measurer;
    const Comparison pair = compare(measure_with_metrics(runtime_, {request_.model, trial.path()}, selection_, options, quiet()), Gate{});
    SearchTimes times;
    times.fp32_ms = fp32_ms_ = pair.baseline.measurement.latency.p50;
    const double all_ms = judged(pair, fp32_ms_).ms;
    std::vector<FileTimes> profiles = profiled(trial.path(), kRounds);
    profiles[0].scale_to(times.fp32_ms);
    profiles[1].scale_to(all_ms);
    times.float_ms = own_times(profiles[0]);
    times.quantized_ms = own_times(profiles[1]);
    const std::vector<Choice> choices = resolve(recipe_, *model());
    times.base_ms = times.fp32_ms;
    for (const Region& region : regions_.list) {
        const auto at = static_cast<std::size_t>(region.id);
        const Choice& core = choices[static_cast<std::size_t>(region.core)];
        if (core.method != method_ && core.method != Method::fp32) times.float_ms[at] = times.quantized_ms[at];
        times.base_ms -= times.float_ms[at];
    }
    times.base_ms = std::max(0.0, times.base_ms);
    times.conversions = fitted(boundaries_of(*model(), regions_), all(), profiles[1]);
    times.mixes = {{all(), all_ms, times.quantized_ms}};
    return times;
}

/// Sets in which every other region is quantized show what borders take: conversions, reorders, and what a layout is no longer good for.
TimeSeen SearchWork::timed_mix(const UnitSet& set, const SearchTimes& times) {
    const TrialFile trial(folder_.path());
    (void)write_model(set, trial.path(), Calibrated::before);
    std::vector<FileTimes> profiles = profiled(trial.path(), kRounds);
    // The profiler's own time is in both: it cancels where one scale serves both files.
    const double scale = profiles[0].profile_ms > 0 ? times.fp32_ms / profiles[0].profile_ms : 0;
    const double ms = scale * profiles[1].profile_ms;
    profiles[1].scale_to(ms);
    return {set, ms, own_times(profiles[1])};
}

SearchTimes SearchWork::times_known_or_measured() {
    if (const std::optional<SearchTimes> known = state_->times()) {
        fp32_ms_ = known->fp32_ms;
        return *known;
    }
    SearchTimes times = timed();
    UnitSet odd(pins_.size()), even(pins_.size());
    std::size_t open = 0;
    for (std::size_t i = 0; i < pins_.size(); ++i) {
        odd[i] = even[i] = pins_[i] == SearchUnit::Pin::quantized;
        if (pins_[i] == SearchUnit::Pin::none) (open++ % 2 == 0 ? even : odd)[i] = true;
    }
    if (open >= kLeastOpen && row(method_).fuses) {
        times.mixes.push_back(timed_mix(even, times));
        times.mixes.push_back(timed_mix(odd, times));
    }
    state_->keep(times);
    return times;
}

}  // namespace vernier
