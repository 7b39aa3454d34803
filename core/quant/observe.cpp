// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/observe.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

#include <onnx/onnx_pb.h>

#include "core/base/error.h"

namespace vernier {
namespace {

/// What methods that need samples quantize and ranges do not hold yet: a plan with more in float quantizes in other places (the
/// input of a clamp that vanished, for one).
Watched unseen_by(const Prepared& prepared, const Ranges& ranges) {
    Watched tensors;
    for (const MethodSpec* method : methods_in_order())
        if (method->needs_calibration && method->watch != nullptr) (void)method->watch(prepared, tensors);
    std::erase_if(tensors, [&](const auto& tensor) { return ranges.contains(tensor.first); });
    return tensors;
}

/// The float model as it is prepared over the samples, for what is not kept.
Ranges seen_of(const Prepared& prepared, const Watched& tensors, const Samples& samples, const Job& job) {
    Ranges ranges = samples.statistics ? samples.statistics->find(tensors) : Ranges{};
    Watched missing = tensors;
    std::erase_if(missing, [&](const auto& tensor) { return ranges.contains(tensor.first); });
    if (missing.empty() && !tensors.empty()) return ranges;
    const auto model = std::make_shared<const onnx::ModelProto>(prepared.edit.build());
    Ranges seen = calibrate({samples.runtime, samples.target, model, *samples.dataset, samples.count, samples.at_once}, missing, job);
    if (samples.statistics) samples.statistics->keep(missing, seen);
    ranges.merge(seen);
    return ranges;
}

}  // namespace

Ranges observe(Prepared& prepared, const Samples& samples, const Calibration& calibration, const Job& job) {
    Watched watched;
    std::vector<const MethodSpec*> watching;
    for (const MethodSpec* method : methods_in_order())
        if (method->watch != nullptr && method->watch(prepared, watched)) watching.push_back(method);
    if (watching.empty()) return {};
    const DatasetPtr& dataset = samples.dataset;
    const auto needed = std::find_if(watching.begin(), watching.end(), [](const MethodSpec* method) { return method->needs_calibration; });
    if (needed != watching.end() && !dataset)
        throw Error(ErrorKind::usage, fmt::format("{} needs calibration data", (*needed)->title), {},
                    "Give a dataset (--data): an image folder, .npz, test_data_set folder or .dataset.json; 100 samples are usual");
    if (needed == watching.end() && (!dataset || dataset->size(Split::calibration) == 0)) {
        for (const MethodSpec* method : watching)
            if (method->without_samples != nullptr) method->without_samples(prepared, dataset != nullptr);
        return {};
    }
    Ranges ranges = seen_of(prepared, watched, samples, job);
    for (const MethodSpec* method : methods_in_order())
        if (method->judge != nullptr) method->judge(prepared, ranges);
    for (const MethodSpec* method : methods_in_order())
        if (method->judge_losses != nullptr && !prepared.whole) method->judge_losses(prepared, ranges, calibration);
    observe_further(prepared, samples, ranges, job);
    return ranges;
}

void observe_further(const Prepared& prepared, const Samples& samples, Ranges& ranges, const Job& job) {
    if (const Watched further = unseen_by(prepared, ranges); !further.empty()) ranges.merge(seen_of(prepared, further, samples, job));
}

}  // namespace vernier
