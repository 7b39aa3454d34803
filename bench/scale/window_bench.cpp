// SPDX-License-Identifier: GPL-3.0-or-later
// What the user waits for after a key in a window with 50,000 nodes: the work of the window's own thread, painting included.
#include <benchmark/benchmark.h>

#include <QAction>
#include <QApplication>
#include <QStandardPaths>
#include <QTest>

#include <functional>
#include <memory>
#include <vector>

#include "tests/ui/chain.h"
#include "tests/ui/small_session.h"
#include "ui/choose/filter_line.h"
#include "ui/choose/nodes_panel.h"
#include "ui/shell/graph_panel.h"
#include "ui/shell/main_window.h"

namespace {

using namespace vernier;

constexpr int kNodes = 50'000;

/// The window with the graph drawn and planned.
class Shown {
public:
    Shown() {
        window_.resize(1400, 900);
        window_.show();
        QApplication::setActiveWindow(&window_);
        window_.openPath(QString::fromStdString(test::write_chain(folder_, kNodes)));
        ready_ = test::wait_until([&] { return session_.plan() && window_.graphPanel()->ready(); }, 300000);
        QApplication::processEvents();
    }
    ~Shown() { session_.close(); }
    Shown(const Shown&) = delete;
    Shown& operator=(const Shown&) = delete;

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
    test::TempDir folder_;
    ui::Session session_;
    ui::Appearance appearance_;
    ui::MainWindow window_{session_, appearance_};
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
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QStandardPaths::setTestModeEnabled(true);
    const QApplication app(argc, argv);
    benchmark::Initialize(&argc, argv);
    shown = std::make_unique<Shown>();
    benchmark::RunSpecifiedBenchmarks();
    shown.reset();
    return 0;
}
