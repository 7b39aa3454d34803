// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/calibration/calibrate.h"

#include <algorithm>
#include <mutex>
#include <span>
#include <utility>

#include <onnx/onnx_pb.h>

#include "core/base/error.h"
#include "core/base/parallel.h"

namespace vernier {

Ranges calibrate(const CalibrationRun& run, const Watched& tensors, const Job& job) {
    const Dataset& dataset = run.dataset;
    const auto indices = pick_samples(dataset, Split::calibration, run.samples);
    if (indices.empty())
        throw Error(ErrorKind::bad_data, "has no calibration samples", {.file = dataset.path().string()}, "Some are needed here (100 to 300 are usual)");
    std::map<std::string, RangeCollector> collectors;
    std::map<std::string, Observer> observers;
    for (const auto& [tensor, axis] : tensors) {
        RangeCollector& collector = collectors.try_emplace(tensor, axis).first->second;
        observers[tensor] = [&collector](std::span<const float> values, std::span<const std::int64_t> dims) { collector.add(values, dims); };
    }
    const auto session = Session::open_observed(run.runtime, run.model, {}, run.target, observers);
    const std::size_t batch = dataset.batch(), runs = (indices.size() + batch - 1) / batch;
    std::size_t done = 0;
    std::mutex progress;
    parallel_for(runs, run.at_once, [&](std::size_t one) {
        job.check();
        const auto some = std::span(indices).subspan(one * batch, std::min(batch, indices.size() - one * batch));
        (void)session->run(load_run(dataset, Split::calibration, some), {}, job.stop());
        const std::lock_guard guard(progress);
        job.step("calibrate", done += some.size(), indices.size());
    });
    Ranges ranges;
    for (const auto& [tensor, collector] : collectors) ranges.emplace(tensor, collector.result());
    return ranges;
}

}  // namespace vernier
