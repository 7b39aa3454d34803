// SPDX-License-Identifier: GPL-3.0-or-later
// What the user waits for after a key in a window with 50,000 nodes: the work of the window's own thread, painting included.
#include <benchmark/benchmark.h>

#include <QAction>
#include <QApplication>
#include <QTest>

#include <functional>
#include <memory>
#include <vector>

#include "bench/scale/shown_window.h"
#include "tests/ui/chain.h"
#include "ui/choose/filter_line.h"
#include "ui/choose/nodes_panel.h"

namespace {

using namespace vernier;

constexpr int kNodes = 50'000;

/// The window with the graph drawn and planned.
class Shown {
public:
    Shown() : ready_(shown_.open(test::write_chain(shown_.folder, kNodes), 300000)) {}

    [[nodiscard]] bool ready() const { return ready_; }
    void filter() { window_.panel<ui::NodesPanel>()->filterLine()->setText(QStringLiteral("conv")); }
    void noFilter() { window_.panel<ui::NodesPanel>()->filterLine()->clear(); }
    void select() {
        window_.action(QStringLiteral("filter"))->trigger();
        QTest::keyClick(window_.panel<ui::NodesPanel>()->filterLine(), Qt::Key_End);  // marked text is meant itself
        QTest::keyClick(window_.panel<ui::NodesPanel>()->filterLine(), Qt::Key_A, Qt::ControlModifier);
    }
    void key() { QTest::keyClick(&window_, Qt::Key_2); }
    void undo() { QTest::keyClick(&window_, Qt::Key_Z, Qt::ControlModifier); }

private:
    bench::ShownWindow shown_;
    ui::MainWindow& window_ = shown_.window;
    bool ready_ = false;
};

std::unique_ptr<Shown> shown;

using Act = void (Shown::*)();

/// Times one act after others that lead to it.
void answer(benchmark::State& state, const std::vector<Act>& before, Act act) {
    if (!shown->ready()) return state.SkipWithError("the model was not planned");
    for (auto _ : state) {
        state.PauseTiming();
        for (const Act each : before) std::invoke(each, *shown);
        QApplication::processEvents();
        state.ResumeTiming();
        std::invoke(act, *shown);
        QApplication::processEvents();
    }
}

void filter(benchmark::State& state) { answer(state, {&Shown::noFilter}, &Shown::filter); }
void no_filter(benchmark::State& state) { answer(state, {&Shown::filter}, &Shown::noFilter); }
void select_all(benchmark::State& state) { answer(state, {&Shown::noFilter, &Shown::filter}, &Shown::select); }
void key(benchmark::State& state) { answer(state, {&Shown::filter, &Shown::select}, &Shown::key); }
void undo(benchmark::State& state) { answer(state, {&Shown::filter, &Shown::select, &Shown::key}, &Shown::undo); }

BENCHMARK(filter)->Iterations(5)->Unit(benchmark::kMillisecond);
BENCHMARK(select_all)->Iterations(5)->Unit(benchmark::kMillisecond);
BENCHMARK(key)->Iterations(5)->Unit(benchmark::kMillisecond);
BENCHMARK(undo)->Iterations(5)->Unit(benchmark::kMillisecond);
BENCHMARK(no_filter)->Iterations(5)->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) {
    return vernier::bench::run(
        argc, argv, [] { shown = std::make_unique<Shown>(); }, [] { shown.reset(); });
}
