# SPDX-License-Identifier: GPL-3.0-or-later
"""How well errors of recipes are predicted: random recipes, what `sensitivity` predicts for them by the anchored sum, and what the written
files lose, in Python's onnxruntime, in front of a final Softmax or Sigmoid."""
import itertools
import json
import math
import pathlib
import random
import statistics
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "peers"))

LOOKS_THROUGH = ("Identity", "Dropout", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Cast")
CUT = "vernier_bench_cut_"
BATCH = 32


def some_sets(ids, count, seed):
    """Sets of quantized regions, no two alike and none empty; all that there are where they are fewer."""
    if 2 ** len(ids) - 1 <= count:
        return [frozenset(some) for size in range(1, len(ids) + 1) for some in itertools.combinations(ids, size)]
    dice, sets = random.Random(seed), []
    while len(sets) < count:
        share = 0.2 + 0.7 * (len(sets) + 0.5) / count  # no matter of luck
        some = frozenset(region for region in ids if dice.random() < share)
        if some and some not in sets:
            sets.append(some)
    return sets


def predicted(engine, quantized):
    """E = S + (E_all - S_all) (S / S_all)^2, as docs/cli.md has it."""
    def of(region):
        return region["error_alone"] if not region["applied_planned"] else region["error_planned"]

    known = engine.sensitivity
    total = sum(of(region) or 0 for region in engine.regions.values())
    some = sum(of(engine.regions[id]) or 0 for id in quantized)
    if total <= 0:
        return some
    error = some + (known["error_all"] - total) * (some / total) ** 2
    return min(error, known["error_all"]) if known["error_all"] < total / 2 else error


def cut_outputs(path):
    """The model with its floating outputs, each in front of a Softmax or Sigmoid that ends it."""
    import onnx

    model = onnx.load(path)
    graph = model.graph
    makers = {name: node for node in graph.node for name in node.output}
    for output in list(graph.output):
        if output.type.tensor_type.elem_type not in (onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16, onnx.TensorProto.DOUBLE):
            graph.output.remove(output)
            continue
        maker = makers.get(output.name)
        while maker is not None and maker.op_type in LOOKS_THROUGH:
            maker = makers.get(maker.input[0])
        if maker is None or maker.op_type not in ("Softmax", "LogSoftmax", "Sigmoid"):
            continue
        graph.node.append(onnx.helper.make_node("Identity", [maker.input[0]], [CUT + output.name]))
        at = list(graph.output).index(output)
        graph.output[at].CopyFrom(onnx.helper.make_tensor_value_info(CUT + output.name, onnx.TensorProto.FLOAT, None))
    return model.SerializeToString()


def answers(path, inputs, batch):
    """Flat outputs by name, sample by sample."""
    import numpy as np
    import onnxruntime as ort

    settings = ort.SessionOptions()
    settings.intra_op_num_threads, settings.log_severity_level = 1, 3
    session = ort.InferenceSession(cut_outputs(path), settings, providers=["CPUExecutionProvider"])
    count = len(next(iter(inputs.values())))
    runs = [session.run(None, {name: values[at:at + batch] for name, values in inputs.items()}) for at in range(0, count, batch)]
    return {output.name: np.concatenate([np.asarray(run[i], np.float64).ravel() for run in runs]) for i, output in enumerate(session.get_outputs())}


def error_of(reference, seen):
    """Squared error over squared value, each output alike."""
    import numpy as np

    return float(np.mean([np.sum((seen[name] - values) ** 2) / max(np.sum(values ** 2), 1e-30) for name, values in reference.items()]))


def rows(engine, options):
    from dataset import Dataset

    data = Dataset(engine.data)
    inputs = data.load("validation", options.error_samples, spread=True)[0]
    batch = data.batch or BATCH
    reference = answers(engine.model, inputs, batch)
    out = engine.folder / "random.onnx"
    found = []
    for some in some_sets(engine.ids(), options.recipes, options.seed):
        recipe = engine.recipe(frozenset(engine.ids()) - some)
        engine.write(recipe, out)
        measured = error_of(reference, answers(out, inputs, batch))
        found.append({"quantized": sorted(some), "predicted": predicted(engine, some), "measured": measured})
    return found


def ranks(values):
    order = sorted(range(len(values)), key=lambda i: values[i])
    rank = [0.0] * len(values)
    at = 0
    while at < len(order):
        end = at
        while end + 1 < len(order) and values[order[end + 1]] == values[order[at]]:
            end += 1
        for i in range(at, end + 1):
            rank[order[i]] = (at + end) / 2
        at = end + 1
    return rank


def summary(found):
    """Spearman's rank correlation; median and spread (standard deviation of the logarithm) of measured over predicted."""
    left, right = (ranks([row[key] for row in found]) for key in ("predicted", "measured"))
    spearman = statistics.correlation(left, right) if len(set(left)) > 1 and len(set(right)) > 1 else None
    logs = [math.log(row["measured"] / row["predicted"]) for row in found if row["measured"] > 0 and row["predicted"] > 0]
    return {"recipes": len(found), "spearman": spearman, "factor": math.exp(statistics.median(logs)) if logs else None,
            "log_spread": statistics.pstdev(logs) if len(logs) > 1 else None}
