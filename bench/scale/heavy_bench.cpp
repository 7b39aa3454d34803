// SPDX-License-Identifier: GPL-3.0-or-later
// A key press and its undo in a window with a model of 2 GB: how long the window's own thread is held at once, until the new plan is
// shown, and by how much the process grows.
#include <benchmark/benchmark.h>
#include <onnx/onnx_pb.h>

#include <QApplication>
#include <QElapsedTimer>
#include <QTest>

#include <algorithm>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/scale/shown_window.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"
#include "tests/support/temp_dir.h"

namespace {

using namespace vernier;

constexpr std::int64_t kSide = 2896;  // a weight of 33.6 MB
constexpr int kProducts = 64;
constexpr std::size_t kBytes = std::size_t{4} * kSide * kSide;

/// A chain of products with their weights in one file beside the model.
std::string write_heavy(const test::TempDir& folder) {
    const std::vector<float> values = test::random_floats(kSide * kSide, 1, -0.02F, 0.02F);
    std::ofstream data(folder / "heavy.bin", std::ios::binary);
    test::ModelBuilder b;
    b.input("x0", ElementType::float32, {"N", kSide});
    for (int i = 0; i < kProducts; ++i) {
        const std::string number = std::to_string(i);
        data.write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(kBytes));
        onnx::TensorProto weight;
        weight.set_name("w" + number);
        weight.set_data_type(onnx::TensorProto::FLOAT);
        weight.add_dims(kSide);
        weight.add_dims(kSide);
        weight.set_data_location(onnx::TensorProto_DataLocation_EXTERNAL);
        const std::vector<std::pair<const char*, std::string>> where = {
            {"location", "heavy.bin"}, {"offset", std::to_string(kBytes * static_cast<std::size_t>(i))}, {"length", std::to_string(kBytes)}};
        for (const auto& [key, value] : where) {
            onnx::StringStringEntryProto& entry = *weight.add_external_data();
            entry.set_key(key);
            entry.set_value(value);
        }
        b.initializer(weight).node("MatMul", {"x" + number, "w" + number}, {"x" + std::to_string(i + 1)}, {}, "product" + number);
    }
    b.output("x" + std::to_string(kProducts), ElementType::float32, {"N", kSide});
    return folder.write("heavy.onnx", b.bytes()).string();
}

/// Memory that is the process's own: pages of mapped files are left out.
double anonymous_mb() {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;) {
        double kilobytes = 0;
        if (word == "RssAnon:" && status >> kilobytes) return kilobytes / 1e3;
    }
    return 0;
}

class Heavy {
public:
    Heavy() : ready_(shown_.open(write_heavy(shown_.folder), 900000)) {
        ready_ = ready_ && test::wait_until([&] { return !session_.queue().busy(); }, 900000);
        session_.selection().set({kProducts / 2}, kProducts / 2);
        QApplication::processEvents();
    }

    [[nodiscard]] bool ready() const { return ready_; }
    /// Milliseconds of the longest piece of work of this thread, from the key until its plan is shown.
    double longest(Qt::Key key, Qt::KeyboardModifiers modifiers) {
        QElapsedTimer timer;
        timer.start();
        QTest::keyClick(&shown_.window, key, modifiers);
        double most = static_cast<double>(timer.nsecsElapsed()) / 1e6;
        const auto events = [&] {
            timer.restart();
            QApplication::processEvents();
            most = std::max(most, static_cast<double>(timer.nsecsElapsed()) / 1e6);
        };
        events();  // paints
        while (!session_.plan()) events();
        events();
        return most;
    }

private:
    bench::ShownWindow shown_;
    ui::Session& session_ = shown_.session;
    bool ready_ = false;
};

void key_and_undo(benchmark::State& state) {
    Heavy heavy;
    if (!heavy.ready()) return state.SkipWithError("the model was not planned");
    double most = 0;
    const auto once = [&] { most = std::max({most, heavy.longest(Qt::Key_2, {}), heavy.longest(Qt::Key_Z, Qt::ControlModifier)}); };
    once();  // the first one fills caches
    most = 0;
    const double before = anonymous_mb();
    int keys = 0;
    for (auto _ : state) {
        once();
        keys += 2;
    }
    state.counters["longest_ms"] = most;
    state.counters["grown_MB"] = anonymous_mb() - before;
    state.counters["keys"] = keys;
}

BENCHMARK(key_and_undo)->Iterations(50)->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) {
    return vernier::bench::run(
        argc, argv, [] {}, [] {});
}
