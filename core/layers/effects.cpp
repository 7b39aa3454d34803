// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/effects.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/layers/tensor_error.h"
#include "core/layers/watched.h"
#include "core/measure/cast.h"
#include "core/model/weights.h"

namespace vernier {
namespace {

constexpr std::size_t kMost = 8;        // places that are tried, the first of those where about as much is lost
constexpr std::size_t kRuns = 8;        // runs that each gets
constexpr double kAsMuch = 0.5;         // of the most
constexpr double kLeastEffect = 0.003;  // of the outputs: below it nothing is lost in the end

/// A place, and what the FP32 model makes of what the file has there.
struct Trial {
    std::size_t parting = 0;
    std::string mine = {}, theirs = {}, given = {};   ///< names: in the FP32 model, in the file, of the new input
    std::unique_ptr<Session> session = {};
    std::vector<ErrorSums> sums = {};
};

bool is_float(ElementType type) { return type == ElementType::float32; }

std::vector<float> numbers(const Tensor& tensor) { return to_floats(Initializer{{}, tensor.type, tensor.dims, std::span(tensor.bytes)}); }

Tensor tensor_of(const std::vector<float>& values, const std::vector<std::int64_t>& dims) {
    Tensor tensor{ElementType::float32, dims, std::vector<std::byte>(values.size() * sizeof(float))};
    if (!values.empty()) std::memcpy(tensor.bytes.data(), values.data(), tensor.bytes.size());
    return tensor;
}

std::vector<std::size_t> places_of(const OnTheWayRequest& request, const OnTheWay& way) {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < way.partings.size(); ++i) {
        const Value& value = request.reference.value(way.tensors[way.partings[i].tensor].pair.reference);
        if (way.partings[i].added() >= kAsMuch * way.partings.front().added() && is_float(value.type.element) && !value.graph_output) places.push_back(i);
    }
    std::sort(places.begin(), places.end(), [&](std::size_t a, std::size_t b) { return way.partings[a].node < way.partings[b].node; });
    places.resize(std::min(places.size(), kMost));
    return places;
}

double noise_of(const std::vector<ErrorSums>& sums) {
    double worst = kExactDb;
    for (const ErrorSums& each : sums) {
        TensorError error;
        each.tell(error);
        if (error.count > 0) worst = std::min(worst, error.sqnr_db);
    }
    return std::min(1.0, std::pow(10.0, -worst / 10));
}

void choose_first(OnTheWay& way) {
    double most = 0;
    for (const Parting& parting : way.partings) most = std::max(most, parting.effect.value_or(0));
    if (most < kLeastEffect) return;
    way.first.reset();
    for (const Parting& parting : way.partings)
        if (parting.effect.value_or(0) >= kAsMuch * most && (!way.first || parting.node < way.first->node)) way.first = parting;
}

void run_trials(const RuntimePtr& runtime, const OnTheWayRequest& request, std::vector<Trial>& trials, Watched& mine, Watched& theirs, const Job& job) {
    const auto reference = mine.open(runtime, request.reference_target.value_or(request.target));
    const auto quantized = theirs.open(runtime, request.target);
    std::vector<std::string> wanted, wanted_there, outputs;
    for (const Trial& trial : trials) {
        wanted.push_back(trial.mine);
        wanted_there.push_back(trial.theirs);
    }
    for (const ValueId output : request.reference.outputs()) outputs.push_back(request.reference.value(output).name);
    wanted.insert(wanted.end(), outputs.begin(), outputs.end());
    const Runs runs = runs_of(request);
    for (std::size_t run = 0; run < std::min(runs.batches.size(), kRuns); ++run) {
        job.step("find the first place", run, std::min(runs.batches.size(), kRuns));
        const auto inputs = load_run(*request.data, runs.split, runs.batches[run]);
        const auto given = fitted(reference->inputs(), inputs);
        const std::vector<Tensor> answers = reference->run(given, wanted, job.stop());
        const std::vector<Tensor> there = quantized->run(fitted(quantized->inputs(), inputs), wanted_there, job.stop());
        for (std::size_t t = 0; t < trials.size(); ++t) {
            std::vector<float> values;
            if (!common_part(answers[t], there[t], values) || values.size() != answers[t].count()) continue;
            auto changed = given;
            changed.insert_or_assign(trials[t].given, tensor_of(values, answers[t].dims));
            const std::vector<Tensor> results = trials[t].session->run(changed, outputs, job.stop());
            trials[t].sums.resize(outputs.size());
            for (std::size_t i = 0; i < outputs.size(); ++i)
                if (const Tensor& right = answers[trials.size() + i]; is_float(right.type) && results[i].count() == right.count())
                    trials[t].sums[i].add(numbers(right), numbers(results[i]));
        }
    }
}

}  // namespace

void measure_effects(const RuntimePtr& runtime, const OnTheWayRequest& request, OnTheWay& way, const Job& job) {
    const std::vector<std::size_t> places = way.first ? places_of(request, way) : std::vector<std::size_t>();
    if (places.size() < 2) return;
    Watched mine(request.reference), theirs(request.quantized);
    std::vector<Trial> trials;
    try {
        for (const std::size_t place : places) {
            const TensorPair& pair = way.tensors[way.partings[place].tensor].pair;
            Trial trial{place};
            Watched changed(request.reference);
            trial.mine = mine.add(pair.reference);
            trial.theirs = pair.quantize == kNone ? theirs.add(pair.made) : theirs.add_codes(pair);
            trial.given = changed.replace(pair.reference);
            trial.session = changed.open(runtime, request.reference_target.value_or(request.target));
            trials.push_back(std::move(trial));
        }
        run_trials(runtime, request, trials, mine, theirs, job);
    } catch (const Error& error) {
        // A model that cannot be run from its middle on keeps the first place by what is lost there.
        if (error.kind() != ErrorKind::bad_model && error.kind() != ErrorKind::bad_data) throw;
        return;
    }
    for (const Trial& trial : trials)
        if (!trial.sums.empty()) way.partings[trial.parting].effect = noise_of(trial.sums);
    choose_first(way);
}

}  // namespace vernier
