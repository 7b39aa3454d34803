// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/split_alarm.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "core/base/cpu_time.h"
#include "core/base/parallel.h"
#include "core/measure/statistics.h"

namespace vernier {
namespace {

constexpr std::size_t kAtLeast = 8;

/// What validation samples showed of one tensor.
struct Seen {
    explicit Seen(const Observed& range) : calibrated(range) {}

    void add(std::span<const float> values) {
        float low = 0, high = 0;
        std::uint64_t outside = 0, count = 0;
        for (const float value : values) {
            if (!std::isfinite(value)) continue;
            low = std::min(low, value);
            high = std::max(high, value);
            outside += value < calibrated.min || value > calibrated.max ? 1U : 0U;
            ++count;
        }
        const std::lock_guard guard(mutex);
        min = std::min(min, low);
        max = std::max(max, high);
        beyond += outside;
        all += count;
    }
    /// Ranges hold zero, as those of codes do.
    [[nodiscard]] double width() const { return static_cast<double>(max) - min; }
    [[nodiscard]] double calibrated_width() const { return static_cast<double>(std::max(calibrated.max, 0.0F)) - std::min(calibrated.min, 0.0F); }

    const Observed& calibrated;
    std::mutex mutex;
    float min = 0, max = 0;
    std::uint64_t beyond = 0, all = 0;
};

using SeenTensors = std::map<std::string, Seen>;

SeenTensors tensors_of(const Model& model, const Ranges& calibrated) {
    SeenTensors seen;
    for (const Value& value : model.values())
        if (const auto found = calibrated.find(value.name); found != calibrated.end() && found->second.count > 0 && value.type.element == ElementType::float32)
            seen.try_emplace(value.name, found->second);
    return seen;
}

/// Spread evenly, however many of them are run.
std::vector<std::uint64_t> in_turns(const std::vector<std::uint64_t>& picked) {
    std::vector<std::uint64_t> order;
    const std::size_t stride = std::max<std::size_t>(1, picked.size() / kAtLeast);
    for (std::size_t first = 0; first < stride; ++first)
        for (std::size_t i = first; i < picked.size(); i += stride) order.push_back(picked[i]);
    return order;
}

std::uint64_t run(const SplitRequest& request, SeenTensors& seen, const Job& job) {
    std::map<std::string, Observer> observers;
    for (auto& [name, tensor] : seen)
        observers[name] = [&tensor = tensor](std::span<const float> values, std::span<const std::int64_t>) { tensor.add(values); };
    const auto session =
        Session::open_observed(request.runtime, std::make_shared<const onnx::ModelProto>(inlined_proto(*request.model)), {}, request.target, observers);
    const Dataset& data = *request.data;
    const std::vector<std::uint64_t> order = in_turns(pick_samples(data, Split::validation, request.samples));
    const std::size_t batch = data.batch(), runs = (order.size() + batch - 1) / batch, at_once = std::max<std::size_t>(1, kAtLeast / batch);
    const double start = process_cpu_seconds();
    std::size_t done = 0;
    while (done < runs && (done == 0 || !request.cpu_seconds || process_cpu_seconds() - start < *request.cpu_seconds)) {
        job.step("compare splits", done * batch, order.size());
        const std::size_t count = std::min(at_once, runs - done);
        parallel_for(count, 0, [&](std::size_t i) {
            const std::size_t first = (done + i) * batch;
            (void)session->run(load_run(data, Split::validation, std::span(order).subspan(first, std::min(batch, order.size() - first))), {}, job.stop());
        });
        done += count;
    }
    return std::min<std::uint64_t>(done * batch, order.size());
}

}  // namespace

std::optional<SplitReach> reach_of(const SplitRequest& request, const Ranges& calibrated, const Job& job) {
    if (request.data == nullptr || request.data->size(Split::validation) == 0) return std::nullopt;
    SeenTensors seen = tensors_of(*request.model, calibrated);
    if (seen.empty()) return std::nullopt;
    SplitReach reach;
    reach.samples = run(request, seen, job);
    std::vector<double> ratios;
    double outside = 0;
    for (const auto& [name, tensor] : seen) {
        const double before = tensor.calibrated_width();
        if (tensor.all == 0 || before <= 0) continue;  // a constant has no width
        ratios.push_back(tensor.width() / before);
        outside += static_cast<double>(tensor.beyond) / static_cast<double>(tensor.all);
    }
    if (ratios.empty()) return std::nullopt;
    reach.tensors = ratios.size();
    reach.outside = outside / static_cast<double>(ratios.size());
    reach.wider = median(ratios);
    return reach;
}

std::optional<Finding> finding_of(const SplitReach& reach) {
    if (!reach.alarms()) return std::nullopt;
    return Finding{
        Severity::warning,
        "calibration-differs",
        kNone,
        {},
        {},
        fmt::format("On {} validation samples activations reach beyond what the calibration samples showed: ranges are {:.2g} times as wide (median of {} "
                    "tensors), and {:.2g} % of values lie outside.",
                    reach.samples, reach.wider, reach.tensors, 100 * reach.outside),
        "INT8 would cut these values off. Check that both splits go through the same preprocessing, and that calibration samples come from all "
        "classes and conditions (vernier-cli data shows both)."};
}

}  // namespace vernier
