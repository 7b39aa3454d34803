// SPDX-License-Identifier: GPL-3.0-or-later
// EfficientNetV2-S: another recipe on statistics that are kept, planned and written. Nothing is calibrated once more.
#include <benchmark/benchmark.h>
#include <onnx/onnx_pb.h>

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "bench/scale/efficientnet.h"
#include "core/model/model.h"
#include "core/quant/canonical.h"
#include "core/quant/quantize.h"
#include "core/quant/statistics.h"
#include "tests/support/made_dataset.h"
#include "tests/support/random.h"
#include "tests/support/temp_dir.h"

namespace {

using namespace vernier;

constexpr int kSide = 224;

std::shared_ptr<test::MadeDataset> made_samples() {
    return std::make_shared<test::MadeDataset>(4, 4, [](Split, std::uint64_t index) {
        Sample sample;
        const std::vector<float> values = test::normal_floats(3 * kSide * kSide, index);
        const auto bytes = std::as_bytes(std::span(values));
        sample.inputs["x"] = {ElementType::float32, {1, 3, kSide, kSide}, {bytes.begin(), bytes.end()}};
        return sample;
    });
}

/// All static, then with the nodes before `first` in FP32.
Recipe recipe_from(std::int64_t first) {
    Recipe recipe;
    recipe.default_method = Method::int8_static;
    recipe.calibration.samples = 4;
    if (first > 0) recipe.rules.push_back({"#0.." + std::to_string(first - 1), Method::fp32, {}});
    return recipe;
}

/// The model, opened from a file, with what the samples showed of it.
struct Calibrated {
    Calibrated() {
        const auto path = folder.write("net.onnx", bench::EfficientNet(kSide).build().SerializeAsString());
        const ModelPtr model = open_model(path);
        source = {Runtime::load(), model, recipe_from(0), made_samples(), {.time_prefix = false}, canonical(model), {}};
        source.statistics = std::make_shared<Statistics>(source.canonical);
        (void)Quantization(source, {}).result();
    }
    test::TempDir folder;
    QuantizeSource source;
};

void another_recipe(benchmark::State& state) {
    static Calibrated calibrated;
    QuantizeSource source = calibrated.source;
    source.recipe = recipe_from(state.range(0));
    const std::size_t before = source.statistics->runs();
    for (auto _ : state) {
        const Quantized made = Quantization(source, {}).result();
        save_model(*made.proto, calibrated.folder / "out.onnx");
    }
    state.counters["runs_of_samples"] = static_cast<double>(source.statistics->runs() - before);
    state.counters["MB"] = static_cast<double>(std::filesystem::file_size(calibrated.folder / "out.onnx")) / 1e6;
}

BENCHMARK(another_recipe)->Arg(0)->Arg(40)->Arg(150)->Iterations(5)->Unit(benchmark::kMillisecond);

}  // namespace
