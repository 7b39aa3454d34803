// SPDX-License-Identifier: GPL-3.0-or-later
// Seconds and added memory of calibrating the demo against its samples: the memory stays the same.
#include <benchmark/benchmark.h>

#include <filesystem>

#include "core/data/dataset.h"
#include "core/measure/memory.h"
#include "core/model/model.h"
#include "core/quant/quantize.h"

namespace {

using namespace vernier;

void calibrate_demo(benchmark::State& state) {
    const std::filesystem::path demo = std::filesystem::path(VERNIER_SOURCE_DIR) / "resources/demo";
    const RuntimePtr runtime = Runtime::load();
    const ModelPtr model = open_model(demo / "glyphs.onnx");
    const DatasetPtr data = open_dataset(demo / "glyphs.dataset.json", *model);
    Recipe recipe;
    recipe.default_method = Method::int8_static;
    recipe.calibration.samples = static_cast<std::uint64_t>(state.range(0));
    QuantizeOptions options;
    options.time_prefix = false;
    double added = 0;
    for (auto _ : state) {
        const PeakMemory memory;
        benchmark::DoNotOptimize(quantize({runtime, model, recipe, data, options}, {}));
        added = std::max(added, static_cast<double>(memory.added_bytes()) / 1e6);
    }
    state.counters["added_MB"] = added;
}

BENCHMARK(calibrate_demo)->Arg(25)->Arg(50)->Arg(100)->Arg(200)->Unit(benchmark::kMillisecond);

}  // namespace
