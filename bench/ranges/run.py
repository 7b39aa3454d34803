#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What INT8 static keeps of FP32 with each way to ranges, and with the one that `--calibration auto` takes of them.

Each model is quantized with each way (no layout timing) and held against FP32 on its validation split with `vernier-cli compare`.
Prints a table of mean output SQNR (dB, the worst output), one of agreement and top-1, and one of times of the whole `quantize`
process, of the best of --repeats runs in turns, as ratios to MinMax. Ends with 1 where auto is below MinMax by more than --noise dB or below the
best single way by more than 0.3 dB and --noise, or takes more than 3 times as long as MinMax.

    bench/ranges/run.py --cli build/release/bin/vernier-cli --work ranges.work
    bench/ranges/run.py --models resnet8_cifar10 magika_v3 --also pnet=pnet/model.onnx,pnet/samples.dataset.json --work ranges.work
"""
import argparse
import json
import pathlib
import resource
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SHARED = ROOT.parent / "shared/data"
sys.path.insert(0, str(ROOT / "bench/search"))
from engine import core_cases, made_encoder, write_whole  # noqa: E402

WAYS = {"MinMax": {"method": "minmax"}, "p99.999": {"method": "percentile", "percentile": 99.999}, "p99.99": {"method": "percentile", "percentile": 99.99},
        "middle": {"method": "middle"}, "MSE": {"method": "mse"}, "MSE c4": {"method": "mse", "clipping": 4}, "entropy": {"method": "entropy"},
        "auto": {"method": "auto"}}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cli", type=pathlib.Path, default=ROOT / "build/release/bin/vernier-cli")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="keeps the written files")
    parser.add_argument("--models", nargs="+", help="names (default: the core models, glyphs, encoder, and those of --also)")
    parser.add_argument("--core", type=pathlib.Path, default=SHARED / "core", help="folder with one folder a model")
    parser.add_argument("--encoder-tool", type=pathlib.Path, default=SHARED / "tools/make_encoder.py", help="script that makes the encoder")
    parser.add_argument("--also", nargs="+", default=[], metavar="NAME=MODEL,DATA", help="more models, without labels")
    parser.add_argument("--ways", nargs="+", default=list(WAYS), choices=list(WAYS))
    parser.add_argument("--samples", type=int, default=1000, help="validation samples (default 1,000)")
    parser.add_argument("--repeats", type=int, default=3, help="quantizations of each way, of which the fastest counts (default 3)")
    parser.add_argument("--noise", type=float, default=0.3, help="dB that chance moves a score by (default 0.3)")
    parser.add_argument("--json", type=pathlib.Path, help="write all figures here, after each model; one that is there already is not measured again")
    options = parser.parse_args()
    options.cli, options.work = options.cli.resolve(), options.work.resolve()
    return options


def cases_of(options):
    demo = ROOT / "resources/demo"
    cases = core_cases(options.core) + [{"name": "glyphs", "model": demo / "glyphs.onnx", "data": demo / "glyphs.dataset.json", "labels": True}]
    if options.encoder_tool.exists() and (not options.models or "encoder" in options.models):
        cases.append(made_encoder(options.encoder_tool, options.work))
    for also in options.also:
        name, paths = also.split("=", 1)
        model, data = paths.split(",", 1)
        cases.append({"name": name, "model": pathlib.Path(model), "data": pathlib.Path(data), "labels": False})
    return [case for case in cases if not options.models or case["name"] in options.models]


def call(options, words):
    """The document, the seconds by the clock and those of the processors."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run([str(options.cli), *map(str, words), "--json"], capture_output=True, text=True, check=False)
    clock, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1, 2) or not done.stdout.strip():
        raise RuntimeError(f"{' '.join(map(str, words))}: exit {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout), clock, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def one_way(options, case, way):
    out = options.work / f"{case['name']}.{way.replace(' ', '_')}.onnx"
    recipe = out.with_suffix(".json")
    recipe.write_text(json.dumps({"vernier_recipe": 1, "default": {"method": "int8-static"}, "rules": [], "calibration": WAYS[way]}))
    words = ["quantize", case["model"], "--recipe", recipe, "--data", case["data"], "--no-timing", "-o", out]
    document, clock, processor = call(options, words)
    return out, document, clock, processor


def kept(options, case, out):
    words = ["compare", case["model"], out, "--data", case["data"], "--samples", options.samples, "--seconds", "0.05"]
    candidate = call(options, words)[0]["candidates"][0]
    accuracy = candidate.get("accuracy")
    return {"sqnr_db": candidate["output_sqnr_db"], "agreement": candidate.get("agreement"), "top1": accuracy["top1"] if accuracy and case["labels"] else None}


def measure(options, case):
    rows = {way: {"clock": [], "processor": []} for way in options.ways}
    for turn in range(options.repeats):
        for way in options.ways:
            out, document, clock, processor = one_way(options, case, way)
            rows[way]["clock"].append(clock)
            rows[way]["processor"].append(processor)
            if turn == 0:
                rows[way].update(kept(options, case, out))
                ranges = document.get("ranges") or {}
                rows[way]["took"] = f"{ranges['method']} {ranges.get('options') or ''}".strip() if ranges.get("method") else ""
    return rows


def text(value, digits=1):
    return "-" if value is None else f"{value:.{digits}f}"


def table(title, names, ways, cell):
    print(f"\n{title}\n\n| model | {' | '.join(ways)} |\n| --- |{' --- |' * len(ways)}")
    for name in names:
        print(f"| {name} | {' | '.join(cell(name, way) for way in ways)} |")


def report(options, seen):
    names, ways = list(seen), options.ways
    table("Output SQNR, dB", names, ways, lambda name, way: text(seen[name][way]["sqnr_db"]))
    table("Agreement with FP32, % / top-1, %", names, ways, lambda name, way: f"{text(seen[name][way]['agreement'])} / {text(seen[name][way]['top1'])}")
    if "MinMax" not in ways:
        return True
    best = {name: {way: min(seen[name][way]["clock"]) for way in ways} for name in names}
    work = {name: {way: min(seen[name][way]["processor"]) for way in ways} for name in names}
    table("Time of quantize over MinMax's: clock / processors", names, ways,
          lambda name, way: f"{best[name][way] / best[name]['MinMax']:.2f} / {work[name][way] / work[name]['MinMax']:.2f}")
    return goals(options, seen, best) if "auto" in ways else True


def goals(options, seen, best):
    met = True
    print("\n| model | auto took | less MinMax, dB | less the best single way, dB | times MinMax's time |\n| --- | --- | --- | --- | --- |")
    for name, rows in seen.items():
        decibels = {way: row["sqnr_db"] for way, row in rows.items() if row["sqnr_db"] is not None}
        if "auto" not in decibels or "MinMax" not in decibels:
            print(f"| {name} | {rows['auto']['took']} | - | - | - |")
            continue
        over_minmax = decibels["auto"] - decibels["MinMax"]
        over_best = decibels["auto"] - max(db for way, db in decibels.items() if way != "auto")
        ratio = best[name]["auto"] / best[name]["MinMax"]
        good = over_minmax >= -options.noise and over_best >= -0.3 - options.noise and ratio <= 3
        met = met and good
        print(f"| {name}{'' if good else ' (missed)'} | {rows['auto']['took']} | {over_minmax:+.2f} | {over_best:+.2f} | {ratio:.2f} |")
    return met


def main():
    options = arguments()
    options.work.mkdir(parents=True, exist_ok=True)
    seen = json.loads(options.json.read_text()) if options.json and options.json.exists() else {}
    for case in cases_of(options):
        if case["name"] in seen:
            continue
        seen[case["name"]] = measure(options, case)
        print(f"{case['name']}: " + ", ".join(f"{way} {text(row['sqnr_db'])} dB" for way, row in seen[case["name"]].items()), file=sys.stderr, flush=True)
        if options.json:
            write_whole(options.json, json.dumps(seen, indent=1))
    if not seen:
        raise SystemExit("no model: name some with --also, or give --core")
    return 0 if report(options, seen) else 1


if __name__ == "__main__":
    sys.exit(main())
