#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Vernier's search against three others on the same engine: all of them choose which regions stay in FP32, quantize with
`vernier-cli quantize` and measure with `vernier-cli compare` on the whole validation split, with the same limit.

    search       vernier-cli search
    local-sqnr   revert regions to FP32 by what their tensors keep of FP32 in the INT8 model, the worst first, until the limit holds
    revert-one   revert each region alone with a full validation, then accumulate in that order (as NNCF and INC do)
    random       seeded sets of regions

Prints Markdown: validations and seconds of each way, those to meet the limit, the fastest recipe that holds it (times as fast as FP32),
the area of each front and whether another way's point beats one of it; how far predicted times of the search were off; and of random
recipes, how well the anchored sum of `sensitivity` predicts the errors of the written files (needs Python's onnx and onnxruntime, see
bench/peers/run.py). Models without labels are judged by agreement. Each call is kept in --work, so that a run that was stopped goes on.

    bench/search/run.py --cli build/release/bin/vernier-cli --work search.work
    bench/search/run.py --models glyphs mnist_cnn --ways search revert-one --limit 0.5 --per-tensor --work search.work
    bench/search/run.py --errors-only --also pnet=pnet/model.onnx,pnet/samples.dataset.json --work search.work
"""
import argparse
import json
import pathlib
import statistics
import sys

import errors
import fronts
from engine import Engine, core_cases, made_encoder, write_whole
from ways import BASELINES, vernier

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SHARED = ROOT.parent / "shared/data"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cli", type=pathlib.Path, default=ROOT / "build/release/bin/vernier-cli")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="keeps what was measured")
    parser.add_argument("--models", nargs="+", help="names (default: the core models, glyphs, encoder, and those of --also)")
    parser.add_argument("--core", type=pathlib.Path, default=SHARED / "core", help="folder with one folder a model")
    parser.add_argument("--encoder-tool", type=pathlib.Path, default=SHARED / "tools/make_encoder.py", help="script that makes the encoder")
    parser.add_argument("--also", nargs="+", default=[], metavar="NAME=MODEL,DATA", help="more models, without labels")
    parser.add_argument("--limit", type=float, default=0.5, help="points of top-1, or of agreement, that may be lost (default 0.5)")
    parser.add_argument("--per-tensor", action="store_true", help="one scale a weight, in all ways")
    parser.add_argument("--budget", type=float, help="minutes of the search (default: it ends itself)")
    parser.add_argument("--ways", nargs="+", default=["search", *BASELINES], choices=["search", *BASELINES])
    parser.add_argument("--random", type=int, default=12, help="random sets that are validated (default 12)")
    parser.add_argument("--most", type=int, default=80, help="most validations of a way in a row (default 80)")
    parser.add_argument("--seconds", type=float, default=1, help="latency of each model in a validation (default 1)")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--recipes", type=int, default=30, help="random recipes whose errors are predicted (default 30; 0: none)")
    parser.add_argument("--error-samples", type=int, default=512, help="samples that their errors are measured on (default 512, spread over the split)")
    parser.add_argument("--errors-only", action="store_true", help="only the prediction of errors")
    parser.add_argument("--json", type=pathlib.Path, help="write all points here")
    options = parser.parse_args()
    options.cli, options.work = options.cli.resolve(), options.work.resolve()
    return options


def cases(options):
    named = core_cases(options.core)
    named.append({"name": "glyphs", "model": ROOT / "resources/demo/glyphs.onnx", "data": ROOT / "resources/demo/glyphs.dataset.json", "labels": True})
    for text in options.also:
        name, files = text.split("=", 1)
        model, data = files.split(",", 1)
        named.append({"name": name, "model": pathlib.Path(model), "data": pathlib.Path(data), "labels": False})
    wanted = options.models or [case["name"] for case in named] + ["encoder"]
    if "encoder" in wanted and options.encoder_tool.exists():
        named.append(made_encoder(options.encoder_tool, options.work))
    missing = set(wanted) - {case["name"] for case in named} - {"encoder"}
    if missing:
        sys.exit(f"no model is named {', '.join(sorted(missing))}")
    return [case for case in named if case["name"] in wanted]


def searched(engine, options):
    found, points, seconds = vernier(engine, options)
    off = [abs(point["searched_ms"] / point["predicted_ms"] - 1) for point in points if point["predicted_ms"]]
    chosen = next((point for point in points if point["chosen"]), None)
    validations = found["validations"] + found["reports"]
    return {"points": points, "validations": validations, "seconds": seconds, "end": found["end"], "why": found["why"],
            "met": {"validations": validations, "seconds": seconds, "time": chosen["time"]} if chosen else None,
            "ms_off": statistics.median(off) if off else None, "predicted": len(off)}


def baseline(way, engine, options):
    points, ranking = BASELINES[way](engine, options)
    return {"points": points, "validations": len(points), "seconds": ranking + sum(point["seconds"] for point in points), "met": fronts.met(points, ranking)}


def one_model(case, options):
    engine = Engine(options, case)
    row = {"model": case["name"], "regions": len(engine.regions), "ways": {}}
    for way in [] if options.errors_only else options.ways:
        row["ways"][way] = searched(engine, options) if way == "search" else baseline(way, engine, options)
    every = [point for way in row["ways"].values() for point in way["points"]]
    most = max([options.limit, *(point["loss"] for point in every)])
    for name, way in row["ways"].items():
        way["area"] = fronts.area(way["points"], most)
        way["area_within"] = fronts.area(way["points"], options.limit)
        way["dominated"] = fronts.dominated(way["points"], [point for other, each in row["ways"].items() if other != name for point in each["points"]])
    if options.recipes > 0:
        row["errors"] = errors.rows(engine, options)
        row["prediction"] = errors.summary(row["errors"])
    return row


def shown(value, digits=2, unit=""):
    return "-" if value is None else f"{value:.{digits}f}{unit}"


def print_ways(row):
    for name, way in row["ways"].items():
        met, beaten = way["met"] or {}, way["dominated"]
        holding = [1 / point["time"] for point in way["points"] if point["holds"]]
        end = way.get("end", "none" if not met else "found" if met["time"] < 1 else "found, no faster than FP32")
        print(f"| {row['model']} | {row['regions']} | {name} | {way['validations']} | {way['seconds']:.0f} | {shown(met.get('validations'), 0)} "
              f"| {shown(met.get('seconds'), 0)} | {shown(max(holding) if holding else None, 2, 'x')} | {way['area']:.1f} | {way['area_within']:.1f} "
              f"| {beaten['by_value']} ({beaten['clearly']}) of {beaten['points']} | {shown(100 * way['ms_off'] if way.get('ms_off') is not None else None, 1, ' %')} "
              f"| {end} |", flush=True)


def print_errors(rows):
    print("\n| model | recipes | Spearman | measured / predicted | log spread |\n| --- | --- | --- | --- | --- |")
    for row in rows:
        seen = row["prediction"]
        print(f"| {row['model']} | {seen['recipes']} | {shown(seen['spearman'], 3)} | {shown(seen['factor'])} | {shown(seen['log_spread'])} |")
    good = sum((row["prediction"]["spearman"] or 0) > 0.9 for row in rows)
    print(f"\nSpearman above 0.9 on {good} of {len(rows)} models.")


def main():
    options = arguments()
    options.work.mkdir(parents=True, exist_ok=True)
    rows = []
    if not options.errors_only:
        print("| model | regions | way | validations | seconds | validations to the limit | seconds to the limit | fastest within | area | area within the limit "
              "| dominated (clearly) | ms off | end |\n|" + " --- |" * 13, flush=True)
    for case in cases(options):
        try:
            row = one_model(case, options)
        except RuntimeError as problem:
            print(f"{case['name']}: {problem}", file=sys.stderr, flush=True)
            continue
        rows.append(row)
        print_ways(row)
        if options.json:
            write_whole(options.json, json.dumps(rows, indent=1))
    if predicted := [row for row in rows if "prediction" in row]:
        print_errors(predicted)


if __name__ == "__main__":
    main()
