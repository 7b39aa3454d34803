// SPDX-License-Identifier: GPL-3.0-or-later
// Seconds of the whole layout of a model against its nodes, for local edges only and for shared far values.
#include <benchmark/benchmark.h>

#include "core/layout/layout.h"
#include "tests/layout/nets.h"

namespace {

using namespace vernier;

void lay_out(benchmark::State& state, const layered::Net& net) {
    const ModelPtr model = test::model_of(net);
    double width = 0;
    for (auto _ : state) {
        const GraphLayout layout = layout_graph(*model);
        benchmark::DoNotOptimize(layout.cards.data());
        width = layout.bounds.width;
    }
    state.counters["width"] = width;
    state.SetComplexityN(state.range(0));
}

void residual(benchmark::State& state) { lay_out(state, test::residual_net(static_cast<int>(state.range(0)))); }
void transformer(benchmark::State& state) { lay_out(state, test::transformer_net(static_cast<int>(state.range(0)))); }

BENCHMARK(residual)->Arg(1000)->Arg(10'000)->Arg(50'000)->Unit(benchmark::kMillisecond)->Complexity();
BENCHMARK(transformer)->Arg(1000)->Arg(10'000)->Arg(50'000)->Unit(benchmark::kMillisecond)->Complexity();

}  // namespace
