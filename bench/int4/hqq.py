#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Half-quadratic quantization (HQQ, Badri & Shaji 2023) of INT4 blocks with zero points, held against the span of each block. Vernier has none of it: see why.

Weights of Conv, MatMul, Gemm and LSTM are put into codes and back in NumPy (blocks of 32 along what an output reads; of Conv and LSTM parts as Vernier's), and
the FP32 model runs with them. Prints output SQNR (dB, all values) and agreement (%) on up to 600 validation samples. Needs numpy, onnx, onnxruntime, pillow.

    bench/int4/hqq.py resnet8_cifar10 sst2_transformer
"""
import pathlib
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper

SHARED = pathlib.Path(__file__).resolve().parents[3] / "shared/data"
sys.path.insert(0, str(SHARED / "tools"))
import peer_eval  # noqa: E402


def span(w):
    low, high = np.minimum(w.min(1, keepdims=True), 0), np.maximum(w.max(1, keepdims=True), 0)
    scale = (high - low) / 15
    scale[scale == 0] = 1
    return scale, np.clip(np.rint(-low / scale), 0, 15)


def value(w, scale, zero):
    return scale * (np.clip(np.rint(w / scale + zero), 0, 15) - zero)


def refined(w, whole=True, scales=False, power=0.7, beta=10.0, growth=1.01, rounds=20):
    """whole: the zero point is rounded; scales: by least squares in each round too, and the best round counts."""
    largest = np.abs(w).max(1, keepdims=True)
    largest[largest == 0] = 1
    w = w / largest
    scale, zero = span(w)
    best, least = value(w, scale, zero), np.full((len(w), 1), np.inf)
    for _ in range(rounds):
        codes = np.clip(np.rint(w / scale + zero), 0, 15)
        error = w - scale * (codes - zero)
        kept = np.sign(error) * np.maximum(np.abs(error) - np.maximum(np.abs(error), 1e-12) ** (power - 1) / beta, 0)
        if scales:
            about, target = codes - codes.mean(1, keepdims=True), w - kept
            spread = (about * about).sum(1, keepdims=True)
            product = (about * (target - target.mean(1, keepdims=True))).sum(1, keepdims=True)
            scale = np.maximum(np.where(spread > 0, product / np.maximum(spread, 1e-30), scale), 1e-12)
        zero = (codes - (w - kept) / scale).mean(1, keepdims=True)
        beta *= growth
        if scales:
            tried = value(w, scale, np.clip(np.rint(zero), 0, 15))
            cost = (np.abs(w - tried) ** power).sum(1, keepdims=True)
            best, least = np.where(cost < least, tried, best), np.minimum(cost, least)
    if scales:
        return best * largest
    return value(w, scale, np.clip(np.rint(zero), 0, 15) if whole else zero) * largest


WAYS = {"span": lambda w: value(w, *span(w)), "HQQ": refined, "HQQ, scales too": lambda w: refined(w, scales=True), "HQQ, float zero points": lambda w: refined(w, False)}


def part(length, block=32):
    sizes = [size for size in range(4, min(length, 128) + 1) if length % size == 0]
    return min(sizes, key=lambda size: max(size, block) / min(size, block), default=0)


def coded(node, w, way):
    gemm = node.op_type.endswith("Gemm")
    turned = node.op_type.endswith("MatMul") or (gemm and not any(a.name == "transB" and a.i for a in node.attribute))
    rows = w.reshape(-1, w.shape[-1]).T if turned else w.reshape(-1, w.shape[-1]) if node.op_type == "LSTM" else w.reshape(w.shape[0], -1)
    length = rows.shape[1]
    block = 32 if turned or gemm else part(length)
    if block == 0:
        return w
    blocks = np.pad(rows, ((0, 0), (0, -length % block))).reshape(-1, block)
    result = way(blocks).reshape(len(rows), -1)[:, :length]
    return (result.T if turned else result).reshape(w.shape)


def folded(path):
    with tempfile.TemporaryDirectory() as folder:
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        options.optimized_model_filepath = folder + "/folded.onnx"
        onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        return onnx.load(options.optimized_model_filepath)


def kept(name):
    data = peer_eval.DataSet(str(SHARED / f"core/{name}/{name}.dataset.json"))
    inputs = {key: values[:600] for key, values in data.load("validation")[0].items()}
    model = folded(data.model)
    fp32 = peer_eval.predict(peer_eval.session(data.model), data, inputs).astype(np.float64).reshape(len(next(iter(inputs.values()))), -1)
    cells = []
    for way in WAYS.values():
        other = onnx.ModelProto()
        other.CopyFrom(model)
        weights = {tensor.name: tensor for tensor in other.graph.initializer}
        for node in other.graph.node:
            slots = {"LSTM": (1, 2)}.get(node.op_type, (1,) if node.op_type.endswith(("Conv", "MatMul", "Gemm")) else ())
            for tensor in (weights[node.input[slot]] for slot in slots if node.input[slot] in weights):
                w = numpy_helper.to_array(tensor)
                if w.ndim >= 2 and w.dtype == np.float32:
                    tensor.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(coded(node, w.astype(np.float64), way), np.float32), tensor.name))
        out = peer_eval.predict(peer_eval.session(other.SerializeToString()), data, inputs).reshape(fp32.shape)
        cells.append(f"{10 * np.log10((fp32**2).sum() / ((fp32 - out) ** 2).sum()):.1f}, {100 * (fp32.argmax(1) == out.argmax(1)).mean():.1f}")
    return cells


if __name__ == "__main__":
    print(f"| model | {' | '.join(WAYS)} |\n| --- |{' --- |' * len(WAYS)}")
    for name in sys.argv[1:]:
        print(f"| {name} | {' | '.join(kept(name))} |", flush=True)
