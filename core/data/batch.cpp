// SPDX-License-Identifier: GPL-3.0-or-later
// Models with a fixed batch take several samples in one run.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "core/base/error.h"
#include "core/data/dataset.h"

namespace vernier {
namespace {

void require_same(const Tensor& tensor, const Tensor& first, const std::string& input, const Sample& sample) {
    if (tensor.type == first.type && tensor.dims == first.dims && !tensor.dims.empty() && tensor.dims[0] == 1) return;
    throw Error(ErrorKind::bad_data,
                fmt::format("sample {} has shape [{}] and another one of the same run [{}]; samples of one run must be alike", sample.name,
                            fmt::join(tensor.dims, ","), fmt::join(first.dims, ",")),
                {.tensor = input}, "Pad or cut the samples to one length");
}

}  // namespace

std::map<std::string, Tensor> stack_samples(std::vector<Sample>&& samples, std::uint64_t batch) {
    if (samples.empty() || samples.size() > batch) throw Error(ErrorKind::internal, "a run needs 1 to batch samples", {});
    if (batch == 1) return std::move(samples.front().inputs);
    std::map<std::string, Tensor> stacked;
    for (const auto& [input, first] : samples.front().inputs) {
        Tensor tensor{.type = first.type, .dims = first.dims, .bytes = {}};
        tensor.bytes.reserve(first.bytes.size() * batch);
        for (std::uint64_t i = 0; i < batch; ++i) {
            const Sample& sample = samples[static_cast<std::size_t>(i % samples.size())];
            const Tensor& next = sample.inputs.at(input);
            require_same(next, first, input, sample);
            tensor.bytes.insert(tensor.bytes.end(), next.bytes.begin(), next.bytes.end());
        }
        tensor.dims[0] = static_cast<std::int64_t>(batch);
        stacked.emplace(input, std::move(tensor));
    }
    return stacked;
}

std::map<std::string, Tensor> load_run(const Dataset& dataset, Split split, std::span<const std::uint64_t> indices) {
    std::vector<Sample> samples;
    for (const std::uint64_t index : indices) samples.push_back(dataset.load(split, index));
    return stack_samples(std::move(samples), dataset.batch());
}

}  // namespace vernier
