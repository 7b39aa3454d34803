#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Vernier's search against three others on the same engine: all of them choose which regions stay in FP32, quantize with
`vernier-cli quantize` and measure with `vernier-cli compare` on the whole validation split.

    search       vernier-cli search
    local-sqnr   revert regions to FP32 in the order of what their tensors keep of FP32 in the INT8 model, the worst first (as
                 tools with a per-layer SQNR or MSE do), until the limit holds
    revert-one   revert each region alone with a full validation, then accumulate in that order (as NNCF and INC do)
    random       seeded sets of regions

Prints for each way: validations, seconds, the fastest recipe that holds the limit, and the area under its front (time saved over
loss up to all-INT8's, in percent of FP32's time); and whether a point of another way dominates a measured point of Vernier's front.

    bench/search/run.py --cli build/release/bin/vernier-cli resources/demo/glyphs.onnx --data resources/demo/glyphs.dataset.json --max-drop 0.5
"""
import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--data", required=True)
    parser.add_argument("--cli", type=pathlib.Path, default=ROOT / "build/release/bin/vernier-cli")
    limit = parser.add_mutually_exclusive_group(required=True)
    limit.add_argument("--max-drop", type=float)
    limit.add_argument("--min-sqnr", type=float)
    parser.add_argument("--per-tensor", action="store_true")
    parser.add_argument("--ways", nargs="+", default=["search", "local-sqnr", "revert-one", "random"])
    parser.add_argument("--random", type=int, default=12, help="random sets (default 12)")
    parser.add_argument("--most", type=int, default=80, help="most validations of a way (default 80)")
    parser.add_argument("--seconds", type=float, default=1, help="latency of each model in a validation (default 1)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", type=pathlib.Path, help="write all points here")
    return parser.parse_args()


def run(command, good=(0,)):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if done.returncode not in good:
        sys.exit(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stderr}{done.stdout}")
    return json.loads(done.stdout)


class Engine:
    """Quantizes and measures sets of regions that stay in FP32; each set once."""

    def __init__(self, options, folder):
        self.options, self.folder, self.known = options, folder, {}
        self.limit = ["--max-drop", options.max_drop] if options.max_drop is not None else ["--min-sqnr", options.min_sqnr]
        self.regions = run([options.cli, "sensitivity", options.model, "--data", options.data, "--json"])["regions"]

    def validate(self, kept):
        """A point: loss, ms, whether the limit holds."""
        key = frozenset(kept)
        if key in self.known:
            return self.known[key]
        nodes = sorted(node for region in kept for node in self.nodes_of(region))
        recipe = {"vernier_recipe": 1, "default": {"method": "int8-static", "per_channel": not self.options.per_tensor},
                  "rules": [{"select": f"#{node}", "method": "fp32"} for node in nodes]}
        path, out = self.folder / "recipe.json", self.folder / "trial.onnx"
        path.write_text(json.dumps(recipe))
        run([self.options.cli, "quantize", self.options.model, "-o", out, "--recipe", path, "--data", self.options.data, "--json"])
        self.known[key] = self.measure(out, len(kept))
        return self.known[key]

    def measure(self, out, kept):
        seen = run([self.options.cli, "compare", self.options.model, out, "--data", self.options.data, "--seconds", self.options.seconds, *self.limit, "--json"], (0, 1, 2))
        candidate = seen["candidates"][0]
        loss = -candidate["figures"]["top1"]["against"]["points"] if self.options.max_drop is not None else -candidate["figures"]["sqnr"]["value"]
        bound = self.options.max_drop if self.options.max_drop is not None else -self.options.min_sqnr
        return {"loss": loss, "ms": candidate["figures"]["p50"]["value"], "fp32_ms": seen["baseline"]["figures"]["p50"]["value"], "holds": loss <= bound, "kept": kept}

    def nodes_of(self, region):
        return next(each["nodes"] for each in self.regions if each["id"] == region)

    def ids(self):
        return [region["id"] for region in self.regions]


def accumulate(engine, order, most):
    points, kept = [engine.validate([])], []
    for region in order:
        if points[-1]["holds"] or len(points) >= most:
            break
        kept.append(region)
        points.append(engine.validate(kept))
    return points


def local_sqnr(engine, options):
    layers = run([options.cli, "layers", options.model, "--data", options.data, "--json"])
    keeps = {}
    for node in layers["nodes"]:
        if node.get("region") is not None and node["region"] >= 0 and node.get("output_sqnr_db") is not None:
            keeps[node["region"]] = min(keeps.get(node["region"], 1e9), node["output_sqnr_db"])
    return accumulate(engine, sorted(engine.ids(), key=lambda region: keeps.get(region, 1e9)), options.most)


def revert_one(engine, options):
    alone = {region: engine.validate([region]) for region in engine.ids()[:options.most]}
    order = sorted(alone, key=lambda region: alone[region]["loss"])
    return list(alone.values()) + accumulate(engine, order, options.most)


def random_sets(engine, options):
    dice = random.Random(options.seed)
    points = [engine.validate([])]
    for _ in range(options.random):
        share = dice.uniform(0.05, 0.8)
        points.append(engine.validate([region for region in engine.ids() if dice.random() < share]))
    return points


def vernier(engine, options):
    """The points of its front that it measured, measured again as those of the others are."""
    out = engine.folder / "found"
    words = [options.cli, "search", options.model, "--data", options.data, "-o", out, "--seconds", options.seconds, "--seed", options.seed, *engine.limit, "--json"]
    found = run(words + (["--per-tensor"] if options.per_tensor else []), (0, 1, 2))
    points = []
    for index, point in enumerate(found["front"]):
        if point["measured"] is None or "trouble" in point["measured"]:
            continue
        trial = engine.folder / "trial.onnx"
        run([options.cli, "quantize", options.model, "-o", trial, "--recipe", out / point["recipe"], "--data", options.data, "--json"])
        points.append({**engine.measure(trial, len(point["float_nodes"])), "chosen": index == found["chosen"], "predicted_ms": point["predicted"]["ms"]})
    return points, found["validations"] + found["reports"], found["seconds"]


def area(points, most_loss):
    """Time saved against FP32 over loss from 0 to most_loss, as a share of FP32's time."""
    fp32 = points[0]["fp32_ms"]
    total, saved, at = 0.0, 0.0, 0.0
    for loss, gain in sorted((max(0.0, point["loss"]), 1 - point["ms"] / fp32) for point in points):
        if loss > most_loss:
            break
        total += saved * (loss - at)
        saved, at = max(saved, gain), loss
    return 100 * (total + saved * (most_loss - at)) / most_loss if most_loss > 0 else 100 * saved


def main():
    options = arguments()
    ways = {"local-sqnr": local_sqnr, "revert-one": revert_one, "random": random_sets}
    table = {}
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine(options, pathlib.Path(folder))
        for way in options.ways:
            engine.known.clear()
            start = time.monotonic()
            if way == "search":
                points, validations, seconds = vernier(engine, options)
            else:
                points = ways[way](engine, options)
                validations, seconds = len(engine.known), time.monotonic() - start
            table[way] = {"points": points, "validations": validations, "seconds": seconds}
    every = [point for row in table.values() for point in row["points"]]
    lowest = min(point["loss"] for point in every)
    for point in every:   # dB are shifted, so that losses begin at 0
        point["loss"] = point["loss"] - lowest if options.min_sqnr is not None else point["loss"]
    most = max(point["loss"] for point in every)
    print(f"{'way':12} {'validations':>11} {'seconds':>8} {'fastest that holds':>19} {'area':>6}")
    for way, row in table.items():
        holding = [point["ms"] for point in row["points"] if point["holds"]]
        print(f"{way:12} {row['validations']:11} {row['seconds']:8.0f} {min(holding) if holding else float('nan'):16.3f} ms {area(row['points'], most):6.1f}")
    beaten = 0
    for point in table.get("search", {"points": []})["points"]:
        beaten += any(other["ms"] < 0.98 * point["ms"] and other["loss"] < point["loss"] for way, row in table.items() if way != "search" for other in row["points"])
    print(f"{beaten} measured points of the search are dominated (by more than 2 % of time)")
    if options.json:
        options.json.write_text(json.dumps(table, indent=1))


if __name__ == "__main__":
    main()
