// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/quant/quantize.h"
#include "tests/quant/run_fixture.h"
#include "tests/support/made_dataset.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier::test {

/// Samples of one float input, made with a seed: the same for every run.
class RandomData final : public MadeDataset {
public:
    explicit RandomData(const std::vector<std::int64_t>& dims)
        : MadeDataset(24, 24, [dims](Split split, std::uint64_t index) {
              const auto seed = static_cast<unsigned>(index + (split == Split::validation ? 1000 : 0));
              Sample sample;
              sample.inputs["x"] = tensor_of(ElementType::float32, random_floats(element_count(dims), seed), dims);
              return sample;
          }) {}
};

/// Conv, BatchNormalization, Relu6, residual block, pool, Gemm.
inline ModelBuilder small_net() {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 16, 12, 12});
    for (const std::string name : {"a", "b", "c"}) b.initializer("w" + name, random_floats(16 * 16 * 9, name[0]), {16, 16, 3, 3});
    b.initializer("g", std::vector<float>(16, 0.3f), {16}).initializer("beta", random_floats(16, 8), {16});
    b.initializer("mean", random_floats(16, 9), {16}).initializer("var", std::vector<float>(16, 2.f), {16});
    b.initializer("lo", std::vector<float>{0.f}, {}).initializer("hi", std::vector<float>{6.f}, {});
    b.initializer("wd", random_floats(16 * 10, 10), {10, 16}).initializer("bd", random_floats(10, 11), {10});
    b.node("Conv", {"x", "wa"}, {"a0"}, {{"pads", {1, 1, 1, 1}}}, "conv_a");
    b.node("BatchNormalization", {"a0", "g", "beta", "mean", "var"}, {"a1"}, {}, "bn_a");
    b.node("Clip", {"a1", "lo", "hi"}, {"a2"}, {}, "clip_a");
    b.node("Conv", {"a2", "wb"}, {"b0"}, {{"pads", {1, 1, 1, 1}}}, "conv_b");
    b.node("Relu", {"b0"}, {"b1"}, {}, "relu_b");
    b.node("Conv", {"b1", "wc"}, {"c0"}, {{"pads", {1, 1, 1, 1}}}, "conv_c");
    b.node("Add", {"c0", "a2"}, {"c1"}, {}, "add");
    b.node("Relu", {"c1"}, {"c2"}, {}, "relu_c");
    b.node("ReduceMean", {"c2"}, {"p"}, {{"axes", {2, 3}}}, "mean");
    b.node("Flatten", {"p"}, {"f"}, {}, "flatten");
    b.node("Gemm", {"f", "wd", "bd"}, {"y"}, {{"transB", 1}}, "head");
    b.output("y", ElementType::float32, {1, 10});
    return b;
}

inline Quantized run_static_on(const std::vector<std::int64_t>& sample_dims, const ModelPtr& model, std::vector<Rule> rules, bool time_prefix) {
    Recipe recipe;
    recipe.default_method = Method::int8_static;
    recipe.rules = std::move(rules);
    QuantizeOptions options;
    options.time_prefix = time_prefix;
    return quantize({runtime(), model, recipe, std::make_shared<RandomData>(sample_dims), options}, {});
}

inline Quantized run_static(const ModelPtr& model, std::vector<Rule> rules = {}, bool time_prefix = false) {
    return run_static_on({1, 16, 12, 12}, model, std::move(rules), time_prefix);
}

/// SQNR of the first output of a validation sample.
inline double agreement_db(const ModelPtr& model, const Quantized& quantized) {
    const RandomData data({1, 16, 12, 12});
    const Sample sample = data.load(Split::validation, 0);
    return sqnr_db(first_output(model->proto(), sample.inputs), first_output(*quantized.proto, sample.inputs));
}

}  // namespace vernier::test
