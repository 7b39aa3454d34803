# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one recipe of Python's onnxruntime.quantization in a process of its own, so that seconds and memory are its own.

Use: peer.py DATASET RECIPE OUT SAMPLES; prints one JSON line.
"""
import json
import os
import resource
import sys
import time

RECIPES = ["minmax", "percentile", "per_tensor", "dynamic", "fp16"]


def peak_rss_mb():
    # VmHWM belongs to this program; ru_maxrss would carry over the parent's peak.
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            for line in status:
                if line.startswith("VmHWM"):
                    return round(int(line.split()[1]) * 1024 / 1e6)
    except OSError:
        pass
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6)


def preprocessed(model, out):
    from onnxruntime.quantization.shape_inference import quant_pre_process

    for skip_symbolic in (False, True):
        try:
            quant_pre_process(model, out, skip_symbolic_shape=skip_symbolic)
            return out
        except Exception as error:  # the peer raises plain Exception where its inference stops
            print(f"pre-processing: {error}", file=sys.stderr)
    return model


def static(dataset, recipe, out, samples):
    from onnxruntime import quantization as peer

    inputs, _ = dataset.load("calibration", samples)
    count = len(next(iter(inputs.values())))

    class Reader(peer.CalibrationDataReader):
        def __init__(self):
            self.at = 0

        def get_next(self):
            if self.at >= count:
                return None
            self.at += 1
            return {name: values[self.at - 1:self.at] for name, values in inputs.items()}

    model = preprocessed(str(dataset.model), out + ".pre.onnx")
    method = peer.CalibrationMethod.Percentile if recipe == "percentile" else peer.CalibrationMethod.MinMax
    peer.quantize_static(model, out, Reader(), quant_format=peer.QuantFormat.QDQ, per_channel=recipe != "per_tensor",
                         activation_type=peer.QuantType.QUInt8, weight_type=peer.QuantType.QInt8, calibrate_method=method)
    if os.path.exists(out + ".pre.onnx"):
        os.remove(out + ".pre.onnx")


def main():
    import onnx
    from onnxruntime import quantization as peer

    from dataset import Dataset

    path, recipe, out, samples = sys.argv[1:5]
    dataset = Dataset(path)
    start = time.monotonic()
    if recipe == "fp16":
        from onnxruntime.transformers.float16 import convert_float_to_float16

        onnx.save(convert_float_to_float16(onnx.load(dataset.model), keep_io_types=True), out)
    elif recipe == "dynamic":
        peer.quantize_dynamic(str(dataset.model), out, weight_type=peer.QuantType.QInt8)
    else:
        static(dataset, recipe, out, int(samples))
    print(json.dumps({"seconds": time.monotonic() - start, "peak_mb": peak_rss_mb()}))


if __name__ == "__main__":
    main()
