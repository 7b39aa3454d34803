// SPDX-License-Identifier: GPL-3.0-or-later
// Equal forms of INT8 blocks on this machine: time with the form over time without, runs of both in turn.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>

#include <onnx/onnx_pb.h>

#include "core/quant/calibration/calibrate.h"
#include "core/quant/methods/conv_widths.h"
#include "core/quant/methods/static_emit.h"
#include "tests/support/made_dataset.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace {

using namespace vernier;
using namespace vernier::test;

enum Form { padded_depthwise, merged_groups, saturating_hard_swish };

struct Shape {
    int channels, size, groups;
};

/// 1x1, an activation, a grouped 3x3, 1x1: the block that all three forms are about.
ModelPtr block(Form form, const Shape& s) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 32, s.size, s.size});
    const auto weight = [&](const char* name, int outputs, int inputs, int window) {
        b.initializer(name, random_floats(static_cast<std::size_t>(outputs * inputs * window * window), 1), {outputs, inputs, window, window});
    };
    weight("up", s.channels, 32, 1);
    weight("middle", s.channels, s.channels / s.groups, 3);
    weight("down", 3000, s.channels, 1);
    b.node("Conv", {"x", "up"}, {"a"}).node(form == saturating_hard_swish ? "HardSwish" : "Relu", {"a"}, {"b"});
    b.node("Conv", {"b", "middle"}, {"c"}, {{"group", s.groups}, {"pads", {1, 1, 1, 1}}});
    b.node("GlobalAveragePool", {"c"}, {"d"}).node("Conv", {"d", "down"}, {"y"});
    b.output("y", ElementType::float32, {1, 3000, 1, 1});
    return make_model(b.build());
}

Sample sample(const Shape& s) {
    Tensor x{ElementType::float32, {1, 32, s.size, s.size}, {}};
    const auto values = random_floats(static_cast<std::size_t>(32 * s.size * s.size), 5);
    const auto bytes = std::as_bytes(std::span(values));
    x.bytes.assign(bytes.begin(), bytes.end());
    Sample made;
    made.inputs["x"] = std::move(x);
    return made;
}

onnx::ModelProto quantized(const RuntimePtr& runtime, const Model& model, Form form, const Shape& s, bool with_form) {
    GraphEdit edit(model);
    std::vector<bool> wants(edit.size(), true);
    for (std::size_t i = 0; i < edit.size(); ++i)
        if (form == saturating_hard_swish && !with_form && edit.item(i).proto.op_type() == "HardSwish") wants[i] = false;
    const StaticPlan plan = plan_static(edit, wants);
    if (form == padded_depthwise && with_form) pad_depthwise_channels(edit, plan);
    if (form == merged_groups && with_form) merge_conv_groups(edit, plan);
    Watched watched;
    for (const auto& tensor : plan.observed()) watched[tensor];
    const MadeDataset data(4, 4, [&](Split, std::uint64_t) { return sample(s); });
    const Ranges ranges = calibrate({runtime, Target{}, std::make_shared<const onnx::ModelProto>(edit.build()), data, Calibration{}.samples, 1}, watched, {});
    std::vector<Finding> findings;
    emit_static(edit, {plan, ranges, {}, std::vector<bool>(edit.size(), true)}, findings);
    return std::move(edit).build();
}

std::unique_ptr<Session> bound(const RuntimePtr& runtime, const onnx::ModelProto& proto, const Shape& s) {
    const std::string bytes = proto.SerializeAsString();
    auto session = Session::open(runtime, std::as_bytes(std::span(bytes.data(), bytes.size())), {}, Target{});
    session->bind(sample(s).inputs);
    session->run_bound();
    return session;
}

double run_us(Session& session) {
    const auto start = std::chrono::steady_clock::now();
    session.run_bound();
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double>& values) {
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
    return values[values.size() / 2];
}

void compare_form(benchmark::State& state, Form form, Shape shape) {
    const RuntimePtr runtime = Runtime::load();
    const ModelPtr model = block(form, shape);
    const auto without = bound(runtime, quantized(runtime, *model, form, shape, false), shape);
    const auto with = bound(runtime, quantized(runtime, *model, form, shape, true), shape);
    std::vector<double> before, after;
    for (auto _ : state) {
        before.push_back(run_us(*without));
        after.push_back(run_us(*with));
    }
    const double plain = median(before), better = median(after);
    state.counters["without_us"] = plain;
    state.counters["with_us"] = better;
    state.counters["ratio"] = better / plain;
}

BENCHMARK_CAPTURE(compare_form, depthwise_24_to_32, padded_depthwise, Shape{24, 56, 24});
BENCHMARK_CAPTURE(compare_form, depthwise_72_to_80, padded_depthwise, Shape{72, 56, 72});
BENCHMARK_CAPTURE(compare_form, depthwise_120_to_128, padded_depthwise, Shape{120, 28, 120});
BENCHMARK_CAPTURE(compare_form, groups_of_4_to_32, merged_groups, Shape{128, 28, 32});
BENCHMARK_CAPTURE(compare_form, groups_of_16_to_32, merged_groups, Shape{256, 14, 16});
BENCHMARK_CAPTURE(compare_form, hard_swish, saturating_hard_swish, Shape{96, 56, 96});

}  // namespace
