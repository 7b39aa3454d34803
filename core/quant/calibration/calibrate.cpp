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

Ranges calibrate(const RuntimePtr& runtime, std::shared_ptr<const onnx::ModelProto> model, const Watched& tensors,
                 const Dataset& dataset, const Calibration& calibration, int threads, const Job& job) {
    const auto indices = pick_samples(dataset, Split::calibration, calibration.samples);
    if (indices.empty())
        throw Error(ErrorKind::bad_data, "has no calibration samples", {.file = dataset.path().string()},
                    "Some are needed here (100 to 300 are usual)");
    std::map<std::string, RangeCollector> collectors;
    std::map<std::string, Observer> observers;
    for (const auto& [tensor, axis] : tensors) {
        RangeCollector& collector = collectors.try_emplace(tensor, axis).first->second;
        observers[tensor] = [&collector](std::span<const float> values, std::span<const std::int64_t> dims) { collector.add(values, dims); };
    }
    const auto session = Session::open_observed(runtime, std::move(model), {}, RunOptions{}, observers);
    const std::size_t batch = dataset.batch(), runs = (indices.size() + batch - 1) / batch;
    std::size_t done = 0;
    std::mutex progress;
    parallel_for(runs, threads, [&](std::size_t run) {
        job.check();
        const auto some = std::span(indices).subspan(run * batch, std::min(batch, indices.size() - run * batch));
        (void)session->run(load_run(dataset, Split::calibration, some), {}, job.stop());
        const std::lock_guard guard(progress);
        job.step("calibrate", done += some.size(), indices.size());
    });
    Ranges ranges;
    for (const auto& [tensor, collector] : collectors) ranges.emplace(tensor, collector.result());
    return ranges;
}

}  // namespace vernier
