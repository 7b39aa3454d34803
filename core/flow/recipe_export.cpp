// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/recipe_export.h"

#include <fmt/format.h>

#include <map>
#include <string_view>
#include <vector>

namespace vernier {
namespace {

/// Names of nodes of the main graph that become what a method makes, or are taken in by one that does (a Relu between two of them too); the peer does not go
/// into bodies.
std::vector<std::string> nodes_of(const PlannedFile& planned, Method method) {
    std::vector<std::string> names;
    for (const NodePlan& entry : planned.plan.nodes) {
        const Node& node = planned.model->node(entry.node);
        if (entry.counted && entry.applied == method && node.graph == 0) names.push_back(node.label);
    }
    return names;
}

/// Those that a file has no name for, or one that is not theirs alone, by their place: the peer finds nodes by name.
Json names_to_give(const Model& model) {
    Json names = Json::object();
    for (const Node& node : model.nodes())
        if (node.graph == 0 && node.name != node.label) names[std::to_string(node.id)] = node.label;
    return names;
}

Json overrides_of(const Calibration& calibration) {
    Json overrides = Json::object();
    for (const auto& [tensor, range] : calibration.given) overrides[tensor] = Json::array({{{"quant_type", "QUInt8"}, {"rmin", range.lo}, {"rmax", range.hi}}});
    return overrides;
}

std::string calibrate_method(const Calibration& calibration) {
    if (calibration.method == "percentile") return "Percentile";
    return calibration.method == "entropy" ? "Entropy" : "MinMax";
}

constexpr std::string_view kScript = R"(#!/usr/bin/env python3
"""Quantizes {model} node by node with onnxruntime.quantization, as a recipe of Vernier says.

    {script} MODEL.onnx OUT.onnx SAMPLES.npz

SAMPLES.npz holds an array for each input of the model, samples along its first axis. It is read for INT8 static only.

The peer's file is not Vernier's: it has no bias correction, no equal forms, and nothing checks it. Hold it against the float model:
    vernier-cli check OUT.onnx --against MODEL.onnx --data SAMPLES.npz
"""
import os
import sys
import tempfile

import numpy as np
import onnx
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_dynamic, quantize_static

NAMES = {names}
STATIC = {statics}
DYNAMIC = {dynamics}
HALF = {halves}
OVERRIDES = {overrides}
PER_CHANNEL = {per_channel}


class Samples(CalibrationDataReader):
    def __init__(self, path, most):
        arrays = dict(np.load(path))
        count = min(len(next(iter(arrays.values()))), most)
        self.rows = iter([{{name: array[i : i + 1] for name, array in arrays.items()}} for i in range(count)])

    def get_next(self):
        return next(self.rows, None)


def with_types(overrides):
    return {{tensor: [dict(each, quant_type=QuantType[each["quant_type"]], rmin=np.float32(each["rmin"]), rmax=np.float32(each["rmax"])) for each in entries]
            for tensor, entries in overrides.items()}}


def main(source, target, samples=None):
    model = onnx.load(source)
    for index, name in NAMES.items():
        model.graph.node[int(index)].name = name
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "named.onnx")
        onnx.save(model, path)
        if STATIC:
            done = os.path.join(folder, "static.onnx")
            quantize_static(path, done, Samples(samples, {samples}), quant_format=QuantFormat.QDQ, activation_type=QuantType.QUInt8,
                            weight_type=QuantType.QInt8, per_channel=PER_CHANNEL, nodes_to_quantize=STATIC, calibrate_method=CalibrationMethod.{calibrate},
                            extra_options={{"TensorQuantOverrides": with_types(OVERRIDES)}})
            path = done
        if DYNAMIC:
            done = os.path.join(folder, "dynamic.onnx")
            quantize_dynamic(path, done, weight_type=QuantType.QInt8, per_channel=PER_CHANNEL, nodes_to_quantize=DYNAMIC)
            path = done
        model = onnx.load(path)
        if HALF:
            from onnxruntime.transformers.float16 import convert_float_to_float16

            others = [node.name for node in model.graph.node if node.name not in HALF]
            model = convert_float_to_float16(model, keep_io_types=True, node_block_list=others)
        onnx.save(model, target)


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4) or (STATIC and len(sys.argv) != 4):
        sys.exit(__doc__)
    main(*sys.argv[1:])
)";

/// As Python writes it: JSON but for true and false, which names and numbers do not hold.
std::string listed(const Json& json) { return json.dump(4); }

}  // namespace

Json settings_of(const PlannedFile& planned) {
    return {{"nodes_to_quantize", nodes_of(planned, Method::int8_static)},
            {"per_channel", planned.recipe.per_channel},
            {"calibrate_method", calibrate_method(planned.recipe.calibration)},
            {"extra_options", {{"TensorQuantOverrides", overrides_of(planned.recipe.calibration)}}}};
}

std::string python_of(const PlannedFile& planned) {
    const Recipe& recipe = planned.recipe;
    const std::uint64_t samples = recipe.calibration.samples == 0 ? 1'000'000'000 : recipe.calibration.samples;
    return fmt::format(kScript, fmt::arg("model", Json(planned.model->path().filename().string()).dump()), fmt::arg("script", "python3 quantize.py"),
                       fmt::arg("names", listed(names_to_give(*planned.model))), fmt::arg("statics", listed(nodes_of(planned, Method::int8_static))),
                       fmt::arg("dynamics", listed(nodes_of(planned, Method::int8_dynamic))), fmt::arg("halves", listed(nodes_of(planned, Method::fp16))),
                       fmt::arg("overrides", listed(overrides_of(recipe.calibration))), fmt::arg("per_channel", recipe.per_channel ? "True" : "False"),
                       fmt::arg("samples", samples), fmt::arg("calibrate", calibrate_method(recipe.calibration)));
}

}  // namespace vernier
