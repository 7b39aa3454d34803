// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/evidence/tasks/kind.h"
#include "core/measure/tally.h"

namespace vernier {

extern const TaskKind kRegressionKind, kEnhancementKind, kSegmentationKind, kCtcKind, kTokensKind, kStepsKind, kDetectionKind, kEmbeddingKind;

std::span<const TaskKind* const> task_kinds() {
    static constexpr const TaskKind* kKinds[] = {&kEmbeddingKind, &kDetectionKind,    &kCtcKind,         &kTokensKind,
                                                 &kStepsKind,     &kSegmentationKind, &kEnhancementKind, &kRegressionKind};
    return kKinds;
}

const TaskKind* kind_of(Task task) {
    const auto all = task_kinds();
    const auto found = std::find_if(all.begin(), all.end(), [&](const TaskKind* kind) { return kind->task == task; });
    return found == all.end() ? nullptr : *found;
}

const Tensor& output_named(const RunOutputs& outputs, const std::string& name) {
    const auto found = outputs.all.find(name);
    if (found == outputs.all.end()) throw Error(ErrorKind::bad_data, "the model does not give this output", {.tensor = name});
    return found->second;
}

Tensor sample_part(const Tensor& output, std::size_t i, std::uint64_t batch, std::size_t axis) {
    Tensor part{output.type, output.dims, {}};
    if (axis >= output.dims.size() || output.dims[axis] != static_cast<std::int64_t>(batch)) {
        part.bytes = output.bytes;
        return part;
    }
    std::size_t outer = 1;
    for (std::size_t k = 0; k < axis; ++k) outer *= static_cast<std::size_t>(output.dims[k]);
    part.dims.erase(part.dims.begin() + static_cast<std::ptrdiff_t>(axis));
    if (output.bytes.empty()) return part;
    const std::size_t inner = output.bytes.size() / (outer * batch);
    part.bytes.reserve(outer * inner);
    for (std::size_t k = 0; k < outer; ++k) {
        const auto from = output.bytes.begin() + static_cast<std::ptrdiff_t>((k * batch + i) * inner);
        part.bytes.insert(part.bytes.end(), from, from + static_cast<std::ptrdiff_t>(inner));
    }
    return part;
}

std::vector<double> numbers_of(const Tensor& tensor) {
    OutputValues values = values_of(tensor);
    std::vector<double> numbers = values.floating() ? std::move(values.numbers) : std::vector<double>(values.whole.begin(), values.whole.end());
    if (numbers.size() != tensor.count()) throw Error(ErrorKind::bad_data, fmt::format("values of type {} are no numbers", name(tensor.type)));
    return numbers;
}

double usual_threshold(const Tensor& scores) {
    const std::vector<double> numbers = numbers_of(scores);
    return std::all_of(numbers.begin(), numbers.end(), [](double each) { return each >= 0 && each <= 1; }) ? 0.5 : 0;
}

std::string shape_text(const Tensor& tensor) { return fmt::format("[{}]", fmt::join(tensor.dims, ",")); }

}  // namespace vernier
