// SPDX-License-Identifier: GPL-3.0-or-later
// From arrays of sound to a verdict: a gated recurrent denoiser that takes a part of the sound a run, and its state from the run before.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "core/data/write_npz.h"
#include "tests/cli/whole_way.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier::test {
namespace {

constexpr std::size_t kPart = 64, kTones = 8, kState = 2 * kTones, kParts = 32, kLength = kPart * kParts;
constexpr double kCycles[kTones] = {2.5, 3.7, 5.1, 6.3, 7.9, 9.2, 10.6, 12.4};  ///< of a tone in a part
constexpr float kSmall = 0.3F;                                                  ///< states stay where tanh is nearly straight

double step_of(std::size_t tone) { return 2 * std::numbers::pi * kCycles[tone] / static_cast<double>(kPart); }

/// Row-major rows x columns.
struct Matrix {
    std::size_t rows, columns;
    std::vector<double> values = std::vector<double>(rows * columns);
    double& at(std::size_t r, std::size_t c) { return values[r * columns + c]; }
    [[nodiscard]] double at(std::size_t r, std::size_t c) const { return values[r * columns + c]; }
    [[nodiscard]] std::vector<float> scaled(double factor) const {
        std::vector<float> out;
        for (const double value : values) out.push_back(static_cast<float>(factor * value));
        return out;
    }
};

/// What a part of each tone looks like: [state, part].
Matrix waves() {
    Matrix all{kState, kPart};
    for (std::size_t k = 0; k < kTones; ++k)
        for (std::size_t n = 0; n < kPart; ++n) {
            all.at(k, n) = std::cos(step_of(k) * static_cast<double>(n));
            all.at(k + kTones, n) = std::sin(step_of(k) * static_cast<double>(n));
        }
    return all;
}

/// How much of each tone a part has, by least squares: [part, state], waves^T (waves waves^T)^-1.
Matrix least_squares(const Matrix& waves) {
    Matrix gram{kState, 2 * kState};
    for (std::size_t i = 0; i < kState; ++i) {
        for (std::size_t j = 0; j < kState; ++j)
            for (std::size_t n = 0; n < kPart; ++n) gram.at(i, j) += waves.at(i, n) * waves.at(j, n);
        gram.at(i, kState + i) = 1;
    }
    for (std::size_t i = 0; i < kState; ++i) {  // Gauss-Jordan; the matrix is positive definite
        const double pivot = gram.at(i, i);
        for (std::size_t j = 0; j < 2 * kState; ++j) gram.at(i, j) /= pivot;
        for (std::size_t r = 0; r < kState; ++r) {
            const double factor = gram.at(r, i);
            for (std::size_t j = 0; r != i && j < 2 * kState; ++j) gram.at(r, j) -= factor * gram.at(i, j);
        }
    }
    Matrix out{kPart, kState};
    for (std::size_t n = 0; n < kPart; ++n)
        for (std::size_t i = 0; i < kState; ++i)
            for (std::size_t j = 0; j < kState; ++j) out.at(n, i) += waves.at(j, n) * gram.at(j, kState + i);
    return out;
}

/// The tones one part later: [state, state], to be multiplied from the right.
Matrix turned() {
    Matrix turn{kState, kState};
    for (std::size_t k = 0; k < kTones; ++k) {
        const double c = std::cos(step_of(k) * kPart), s = std::sin(step_of(k) * kPart);
        turn.at(k, k) = turn.at(k + kTones, k + kTones) = c;
        turn.at(k + kTones, k) = s;
        turn.at(k, k + kTones) = -s;
    }
    return turn;
}

/// r = sigmoid(x Wr + h Ur + 4), z = sigmoid(x Wz + h Uz - 4), n = tanh(x Wn + r (h Un)), hn = (1 - z) n + z h, y = hn Wo.
std::string denoiser() {
    const Matrix tones = waves();
    constexpr std::int64_t part = kPart, state = kState;
    ModelBuilder builder;
    builder.input("x", ElementType::float32, {1, part}).input("h", ElementType::float32, {1, state});
    builder.initializer("Wr", random_floats(kPart * kState, 1, -0.02F, 0.02F), {part, state})
        .initializer("Wz", random_floats(kPart * kState, 2, -0.02F, 0.02F), {part, state});
    builder.initializer("Ur", random_floats(kState * kState, 3, -0.2F, 0.2F), {state, state})
        .initializer("Uz", random_floats(kState * kState, 4, -0.2F, 0.2F), {state, state});
    builder.initializer("Wn", least_squares(tones).scaled(0.25 * kSmall), {part, state}).initializer("Un", turned().scaled(0.75), {state, state});
    builder.initializer("Wo", tones.scaled(1 / kSmall), {state, part});
    builder.initializer("br", std::vector<float>(kState, 4), {state})
        .initializer("bz", std::vector<float>(kState, -4), {state})
        .initializer("one", std::vector<float>{1}, {1});
    for (const std::string gate : {"r", "z"}) {
        builder.node("MatMul", {"x", "W" + gate}, {"xW" + gate}, {}, "x" + gate).node("MatMul", {"h", "U" + gate}, {"hU" + gate}, {}, "h" + gate);
        builder.node("Add", {"xW" + gate, "hU" + gate}, {"s" + gate}).node("Add", {"s" + gate, "b" + gate}, {"l" + gate}).node("Sigmoid", {"l" + gate}, {gate});
    }
    builder.node("MatMul", {"x", "Wn"}, {"xWn"}, {}, "xn").node("MatMul", {"h", "Un"}, {"hUn"}, {}, "hn").node("Mul", {"r", "hUn"}, {"rh"});
    builder.node("Add", {"xWn", "rh"}, {"ln"}).node("Tanh", {"ln"}, {"n"}).node("Sub", {"one", "z"}, {"rest"});
    builder.node("Mul", {"rest", "n"}, {"new"}).node("Mul", {"z", "h"}, {"old"}).node("Add", {"new", "old"}, {"next"});
    builder.node("MatMul", {"next", "Wo"}, {"y"}, {}, "out");
    builder.output("y", ElementType::float32, {1, part}).output("next", ElementType::float32, {1, state});
    return builder.bytes();
}

Tensor tensor(std::vector<std::int64_t> dims, const std::vector<float>& values) {
    const auto bytes = std::as_bytes(std::span(values));
    return {ElementType::float32, std::move(dims), {bytes.begin(), bytes.end()}};
}

/// Tones in noise, and without it.
void write_sounds(const std::filesystem::path& path, std::size_t count) {
    Random random(5);
    std::vector<float> noisy, clean;
    for (std::size_t i = 0; i < count; ++i) {
        const double step = step_of(random.below(kTones)), phase = random.uniform(0, 2 * std::numbers::pi), loud = random.uniform(0.3, 1);
        for (std::size_t n = 0; n < kLength; ++n) {
            clean.push_back(static_cast<float>(loud * std::cos(step * static_cast<double>(n) + phase)));
            noisy.push_back(clean.back() + static_cast<float>(0.5 * random.normal()));
        }
    }
    const std::vector<std::int64_t> dims = {static_cast<std::int64_t>(count), kLength};
    write_npz(path, {{"noisy", tensor(dims, noisy), {}}, {"clean", tensor(dims, clean), {}}});
}

class Streams : public WholeWay {
protected:
    void SetUp() override {
        write_sounds(folder_ / "sounds.npz", 60);
        model_ = folder_.write("model.onnx", denoiser()).string();
        data_ = data("stream", R"("carry": {"h": "next"},)");
    }
    [[nodiscard]] std::string data(const std::string& name, const std::string& carry) const {
        const std::string text = R"({"version": 1, "source": "npz", "file": "sounds.npz", "arrays": {"x": "noisy"}, "targets": "clean", "output": "y", )" +
                                 carry + R"("splits": {"calibration": {"range": [0, 20]}, "validation": {"range": [20, 60]}}})";
        return folder_.write(name + ".dataset.json", text).string();
    }
};

TEST_F(Streams, ADenoiserThatCarriesItsState) {
    const Json int8 = quantized("int8.onnx");
    const Finished half = run_cli({"quantize", model_, "-o", (folder_ / "some.onnx").string(), "--method", "fp16", "--data", data_, "--no-timing", "--json"});
    ASSERT_EQ(half.exit_code, 0) << half.err;
    const Finished passed = compared({"si_sdr drop<=1", "si_sdr>=7"});
    ASSERT_EQ(passed.exit_code, 0) << passed.err << passed.out;
    const Json document = passed.json();
    expect_task(document, "enhancement");
    EXPECT_GT(document.at("candidates").at(0).at("executed").at("int8"), 0);
    const double fp32 = metric(document.at("baseline"), "si_sdr");
    EXPECT_GT(fp32, 8) << "the noise is 2 dB louder than the tones";
    EXPECT_EQ(document.at("baseline").at("metrics").at("si_sdr").at("n"), 40);
    for (std::size_t i = 0; i < 2; ++i) expect_gate(document, i, {"si_sdr", "si_sdr"}, "passed");
    EXPECT_NEAR(metric(document.at("candidates").at(1), "si_sdr"), fp32, 0.05) << "FP16";
    const Finished failed = judged(passed, "si_sdr>=25");
    EXPECT_EQ(failed.exit_code, 1) << failed.out;
    for (std::size_t i = 0; i < 2; ++i) expect_gate(failed.json(), i, {"si_sdr"}, "failed");
}

/// The same network without its memory: each part is cleaned alone, and far worse.
TEST_F(Streams, StatesAreWhatItCleansBy) {
    const auto si_sdr = [&](const std::string& data) {
        const Finished done = run_cli({"measure", model_, "--data", data, "--seconds", "0.02", "--json"});
        EXPECT_EQ(done.exit_code, 0) << done.err;
        return metric(done.json().at("models").at(0), "si_sdr");
    };
    EXPECT_GT(si_sdr(data_), si_sdr(data("alone", R"("constants": {"h": 0}, "frames": {"x": {"size": 64}},)")) + 3);
}

TEST_F(Streams, WorkOnSingleRunsTakesStatesAsTheyAre) {
    static_cast<void>(quantized("int8.onnx"));
    const Finished checked = run_cli({"check", (folder_ / "int8.onnx").string(), "--against", model_, "--data", data_, "--json"});
    EXPECT_EQ(checked.exit_code, 0) << checked.err << checked.out;
    const Finished broken = run_cli({"sensitivity", model_, "--data", data_, "--json"});
    ASSERT_EQ(broken.exit_code, 0) << broken.err;
    EXPECT_GT(broken.json().at("error_all").get<double>(), 0);
    EXPECT_LT(broken.json().at("error_all").get<double>(), 0.01);
}

}  // namespace
}  // namespace vernier::test
