# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways to choose which regions stay in FP32: each gives the points that it measured, in order, and the seconds of what it ranked by."""
import json
import random


def accumulate(engine, order, options):
    """Sets of the first ones of an order, one more at a time, until the limit holds."""
    points = []
    for size in range(1, min(len(order), options.most) + 1):
        points.append(engine.validate(order[:size]))
        if points[-1]["holds"]:
            break
    return points


def local_sqnr(engine, options):
    """By what the tensors of a region keep of FP32 in the INT8 model, the worst first, as tools with a per-layer SQNR or MSE do."""
    points = [engine.validate([])]
    if points[0]["holds"]:
        return points, 0
    layers, seconds = engine.calls.ask(["layers", engine.model, "--method", "int8-static", "--data", engine.data, *engine.forms])
    keeps = {}
    for node in layers["nodes"]:
        if node["region"] is not None and node["output_sqnr_db"] is not None:
            keeps[node["region"]] = min(keeps.get(node["region"], 1e9), node["output_sqnr_db"])
    order = sorted(engine.ids(), key=lambda region: keeps.get(region, 1e9))
    return points + accumulate(engine, order, options), seconds


def revert_one(engine, options):
    """Each region alone with a full validation, then more and more of them, the best first, as NNCF and INC do."""
    points = [engine.validate([])]
    if points[0]["holds"]:
        return points, 0
    alone = {region: engine.validate([region]) for region in engine.ids()[:options.most]}
    order = sorted(alone, key=lambda region: alone[region]["loss"])
    more = [] if alone[order[0]]["holds"] else accumulate(engine, order, options)[1:]
    return points + list(alone.values()) + more, 0


def random_sets(engine, options):
    dice = random.Random(options.seed)
    points = [engine.validate([])]
    for _ in range(options.random):
        share = dice.uniform(0.05, 0.8)
        points.append(engine.validate([region for region in engine.ids() if dice.random() < share]))
    return points, 0


BASELINES = {"local-sqnr": local_sqnr, "revert-one": revert_one, "random": random_sets}


def vernier(engine, options):
    """Runs `search`: its document, and the points of its front that it measured, each measured again as those of the others are."""
    out = engine.folder / "found"
    words = ["search", engine.model, "--data", engine.data, "-o", out, "--seconds", options.seconds, "--threads", options.threads, "--seed", options.seed,
             *engine.limit, *engine.forms, *(["--budget", options.budget] if options.budget else [])]
    found, seconds = engine.calls.ask(words, good=(0, 1, 2))
    points = []
    for index, point in enumerate(found["front"]):
        seen = point["measured"]
        if seen is None or "trouble" in seen:
            continue
        again = engine.validate_recipe(json.loads((out / point["recipe"]).read_text()), len(point["float_nodes"]))
        points.append({**again, "chosen": index == found["chosen"], "predicted_ms": point["predicted"]["ms"], "searched_ms": seen["ms"]})
    return found, points, seconds
