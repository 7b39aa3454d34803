// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/prefix.h"

#include <algorithm>
#include <chrono>
#include <memory>

namespace vernier {
namespace {

constexpr std::size_t kLongestPrefix = 4;
constexpr int kFewestRounds = 3, kMostRounds = 60;
constexpr double kBudgetSeconds = 2.5;
constexpr double kAsFast = 1.01;
constexpr double kLargestShare = 0.12;  ///< of the model's weights: more in float would spoil the file's size

using Clock = std::chrono::steady_clock;

double elapsed_ms(Clock::time_point start) { return std::chrono::duration<double, std::milli>(Clock::now() - start).count(); }

std::uint64_t weights_of_item(const Prepared& prepared, int i) {
    std::uint64_t count = 1;
    for (const auto dim : prepared.edit.dims(prepared.edit.item(static_cast<std::size_t>(i)).proto.input(1))) count *= static_cast<std::uint64_t>(dim);
    return count;
}

/// Convolutions at the start of the graph that no rule chose, in graph order.
std::vector<int> leading_convolutions(const Prepared& prepared) {
    std::vector<int> leading;
    std::uint64_t all = 0, kept = 0;
    for (const int i : prepared.static_plan.heavy) all += weights_of_item(prepared, i);
    for (const int i : prepared.static_plan.heavy) {
        const auto& item = prepared.edit.item(static_cast<std::size_t>(i));
        const bool chosen = prepared.choices[static_cast<std::size_t>(item.origin)].explicit_choice();
        kept += weights_of_item(prepared, i);
        if (item.proto.op_type() != "Conv" || chosen || leading.size() == kLongestPrefix) break;
        if (double(kept) > kLargestShare * double(all)) break;
        leading.push_back(i);
    }
    return leading;
}

std::unique_ptr<Session> open(const OpenOn& on, onnx::ModelProto model, const std::map<std::string, Tensor>& inputs) {
    auto session = Session::open(on.runtime, std::make_shared<const onnx::ModelProto>(std::move(model)), on.target);
    session->bind(inputs);
    session->run_bound();
    return session;
}

/// Smallest of three runs of each session, round by round; the median over rounds is robust against other load.
std::vector<double> time_in_turns(std::vector<std::unique_ptr<Session>>& sessions) {
    std::vector<std::vector<double>> times(sessions.size());
    const auto start = Clock::now();
    for (int round = 0; round < kMostRounds; ++round) {
        if (round >= kFewestRounds && elapsed_ms(start) > kBudgetSeconds * 1000) break;
        for (std::size_t s = 0; s < sessions.size(); ++s) {
            sessions[s]->run_bound();
            double best = 1e300;
            for (int run = 0; run < 3; ++run) {
                const auto begin = Clock::now();
                sessions[s]->run_bound();
                best = std::min(best, elapsed_ms(begin));
            }
            times[s].push_back(best);
        }
    }
    std::vector<double> medians;
    for (auto& list : times) {
        std::nth_element(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(list.size() / 2), list.end());
        medians.push_back(list[list.size() / 2]);
    }
    return medians;
}

}  // namespace

std::vector<double> time_here(const OpenOn& on, const Model& opened, std::vector<onnx::ModelProto> models, const std::map<std::string, Tensor>& inputs) {
    std::vector<std::unique_ptr<Session>> sessions;
    sessions.push_back(open(on, inlined_proto(opened), inputs));
    for (onnx::ModelProto& model : models) sessions.push_back(open(on, std::move(model), inputs));
    return time_in_turns(sessions);
}

PrefixResult choose_float_prefix(const Prepared& prepared, const EmitFn& emit, const Timer& timer, const Job& job) {
    const auto leading = leading_convolutions(prepared);
    PrefixResult result;
    if (leading.empty()) return result;
    job.step("time the first layers", 0, 0);
    std::vector<onnx::ModelProto> models;
    for (std::size_t k = 0; k <= leading.size(); ++k) {
        job.check();
        models.push_back(emit(std::set<int>(leading.begin(), leading.begin() + static_cast<std::ptrdiff_t>(k))));
    }
    const auto times = timer(std::move(models));
    if (times.size() != leading.size() + 2) return result;
    result.fp32_ms = times[0];
    result.all_int8_ms = times[1];
    const double fastest = *std::min_element(times.begin() + 1, times.end());
    std::size_t best = leading.size();
    while (times[best + 1] > fastest * kAsFast) --best;
    result.best_ms = times[best + 1];
    result.keep_float.assign(leading.begin(), leading.begin() + static_cast<std::ptrdiff_t>(best));
    return result;
}

}  // namespace vernier
