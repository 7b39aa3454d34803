#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What weight-only INT4 keeps of FP32 with each way to its codes.

Each model is quantized in each way and held against FP32 on its validation split with `vernier-cli compare`. Prints a table of output SQNR (dB, the worst
output), agreement (%), size as a part of the FP32 file, and how many nodes the check took back to float. Ends with 1 where codes by samples keep less than
nearest ones with the same samples by more than --noise dB.

    bench/int4/run.py --cli build/release/bin/vernier-cli --work int4.work
    bench/int4/run.py --models resnet8_cifar10 sst2_transformer --work int4.work
"""
import argparse
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SHARED = ROOT.parent / "shared/data"
sys.path.insert(0, str(ROOT / "bench/search"))
from engine import core_cases  # noqa: E402

# Name: rounding, with samples, further options
WAYS = {"nearest": ("nearest", False, []), "fitted": ("fitted", False, []), "fitted, zero points": ("fitted", False, ["--zero-points"]),
        "nearest, samples": ("nearest", True, []), "fitted, samples": ("fitted", True, []), "by samples": ("samples", True, [])}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cli", type=pathlib.Path, default=ROOT / "build/release/bin/vernier-cli")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="keeps the written files")
    parser.add_argument("--models", nargs="+", help="names (default: the core models)")
    parser.add_argument("--core", type=pathlib.Path, default=SHARED / "core", help="folder with one folder a model")
    parser.add_argument("--noise", type=float, default=0.3, help="dB that chance moves a score by (default 0.3)")
    options = parser.parse_args()
    options.cli, options.work = options.cli.resolve(), options.work.resolve()
    return options


def call(options, words):
    done = subprocess.run([str(options.cli), *map(str, words), "--json"], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1, 2) or not done.stdout.strip():
        raise RuntimeError(f"{' '.join(map(str, words))}: exit {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout)


def measured(options, case, way):
    rounding, samples, more = WAYS[way]
    out = options.work / f"{case['name']}.{way.replace(', ', '_').replace(' ', '_')}.onnx"
    out.unlink(missing_ok=True)
    data = ["--data", case["data"]] if samples else []
    document = call(options, ["quantize", case["model"], "-o", out, "--method", "int4-weight-only", "--rounding", rounding, "--no-timing", *more, *data])
    compared = call(options, ["compare", case["model"], out, "--data", case["data"], "--seconds", "0.05"])["candidates"][0]
    kept = sum(1 for node in document["nodes"] if node.get("chosen") == "int4-weight-only" and "keeps an SQNR" in (node.get("why") or ""))
    return {"sqnr": compared["output_sqnr_db"], "agreement": compared["agreement"], "size": out.stat().st_size / pathlib.Path(case["model"]).stat().st_size,
            "kept": kept}


def cell(row):
    kept = f", {row['kept']} in float" if row["kept"] else ""
    return f"{row['sqnr']:.1f}, {row['agreement']:.1f}, {row['size']:.2f}{kept}"


def main():
    options = arguments()
    options.work.mkdir(parents=True, exist_ok=True)
    print(f"| model | {' | '.join(WAYS)} |\n| --- |{' --- |' * len(WAYS)}")
    lost = []
    for case in core_cases(options.core):
        if options.models and case["name"] not in options.models:
            continue
        rows = {way: measured(options, case, way) for way in WAYS}
        print(f"| {case['name']} | {' | '.join(cell(rows[way]) for way in WAYS)} |", flush=True)
        if rows["by samples"]["kept"] == rows["nearest, samples"]["kept"] and rows["by samples"]["sqnr"] < rows["nearest, samples"]["sqnr"] - options.noise:
            lost.append(case["name"])
    print(f"\nBelow nearest codes with the same samples: {', '.join(lost) or 'none'}")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
