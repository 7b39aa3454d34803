// SPDX-License-Identifier: GPL-3.0-or-later
// Milliseconds of one frame of the canvas with 10,000 nodes, by zoom (in thousandths; 0 is the whole graph).
#include <benchmark/benchmark.h>

#include <QApplication>
#include <QImage>

#include "core/layout/layout.h"
#include "tests/layout/nets.h"
#include "ui/graph/graph_canvas.h"

namespace {

using namespace vernier;

struct Shown {
    ModelPtr model = test::model_of(test::transformer_net(10'000));
    std::shared_ptr<const GraphLayout> layout = std::make_shared<const GraphLayout>(layout_graph(*model));
};

const Shown& shown() {
    static const Shown once;
    return once;
}

void one_frame(benchmark::State& state) {
    ui::GraphCanvas canvas;
    canvas.setMotion(false);
    canvas.resize(1200, 900);
    canvas.setModel(shown().model, shown().layout);
    canvas.show();
    QApplication::processEvents();
    canvas.zoomTo(5000);
    if (state.range(0) == 0) {
        canvas.fitAll();
    } else {
        canvas.setZoom(static_cast<double>(state.range(0)) / 1000);
    }
    QImage image(canvas.viewport()->size(), QImage::Format_ARGB32_Premultiplied);
    for (auto _ : state) {
        canvas.viewport()->render(&image);
    }
}

void set_model(benchmark::State& state) {
    ui::GraphCanvas canvas;
    (void)shown();
    for (auto _ : state) {
        canvas.setModel(shown().model, shown().layout);
    }
}

BENCHMARK(one_frame)->Arg(2000)->Arg(1000)->Arg(500)->Arg(260)->Arg(100)->Arg(30)->Arg(5)->Arg(0)->Unit(benchmark::kMillisecond);
BENCHMARK(set_model)->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) {
    qputenv("QT_QPA_PLATFORM", "offscreen");
    const QApplication app(argc, argv);
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
