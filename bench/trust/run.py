#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far the latency comparison can be trusted: compares models with byte copies of themselves, and with copies that do 3 %
more work, through `vernier-cli compare --json`, and prints how often it says what is true.

    A/A       a byte copy: "differs" is false, and the 95 % interval should hold 1 in 95 of 100 comparisons
    planted   a copy with so much more work: "differs" and slower is right

Prints a line after each comparison and a table at the end (also on Ctrl+C), and ends with 1 when a goal is missed. The
planted copy needs Python's onnx and onnxruntime (see bench/peers/run.py for how to get them); A/A needs neither.

    bench/trust/run.py --cli build/release/bin/vernier-cli --comparisons 12 --seconds 4
    bench/trust/run.py --comparisons 12 --busy                  # one busy process on each processor
    bench/trust/run.py --comparisons 0 --planted 8 --planted-seconds 20
"""
import argparse
import collections
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
MODELS = ["resnet8_cifar10", "dscnn_kws", "sst2_transformer", "effnet_cifar10"]
BURN = "while True: pass"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", nargs="+", default=MODELS, help="names of folders in --core, or ONNX files")
    parser.add_argument("--core", type=pathlib.Path, default=ROOT.parent / "shared/data/core", help="folder with one folder a model")
    parser.add_argument("--cli", type=pathlib.Path, default=ROOT / "build/release/bin/vernier-cli")
    parser.add_argument("--comparisons", type=int, default=50, help="A/A comparisons of each model (default 50)")
    parser.add_argument("--seconds", type=float, default=4, help="time of each model in an A/A comparison (default 4)")
    parser.add_argument("--planted", type=int, default=0, help="planted comparisons of each model (default 0)")
    parser.add_argument("--planted-seconds", type=float, default=20, help="time of each model in a planted comparison (default 20)")
    parser.add_argument("--more", type=float, default=0.03, help="work that is planted (default 0.03)")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--busy", action="store_true", help="run one busy process on each processor meanwhile")
    parser.add_argument("--minutes", type=float, help="stop after so many minutes")
    parser.add_argument("--json", type=pathlib.Path, help="write each comparison's figures here")
    return parser.parse_args()


def path_of(options, model):
    path = pathlib.Path(model)
    return path if path.suffix == ".onnx" else options.core / model / "model.onnx"


def compare(options, baseline, candidate, seconds):
    command = [str(options.cli), "compare", str(baseline), str(candidate), "--seconds", str(seconds), "--threads", str(options.threads), "--json"]
    start = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not done.stdout.strip():
        raise SystemExit(f"{' '.join(command)}\nended with {done.returncode}: {done.stderr.strip()[:400]}")
    document = json.loads(done.stdout)
    one = document["candidates"][0]
    low, high = one["speedup_interval"]
    paired = one.get("paired", {})
    return {"ratio": one["speedup"], "low": low, "high": high, "differs": one["latency_differs"], "took": time.monotonic() - start,
            "launches": len(document["baseline"]["latency_ms"].get("launches", [])), "load": document["baseline"]["host"]["load"],
            "p50": document["baseline"]["latency_ms"]["p50"],
            "others": [name for name, figure in paired.items() if name != "p50" and figure and figure["differs"]]}


def with_more_work(source, target, rows):
    """Adds the mean of so many rows of zeros times the first output's mean to that output: work that neither vanishes, since it
    hangs on the input, nor changes an answer. Four nodes, since a small model has little room for the cost of nodes."""
    import numpy as np
    import onnx
    from onnx import helper, numpy_helper

    model = onnx.load(str(source))
    graph, out = model.graph, model.graph.output[0]
    inner = "trust_inner"
    for node in graph.node:
        node.output[:] = [inner if name == out.name else name for name in node.output]
        node.input[:] = [inner if name == out.name else name for name in node.input]
    graph.initializer.append(numpy_helper.from_array(np.zeros((rows, 64), np.float32), "trust_zeros"))
    # ReduceMean without axes is the same in every opset.
    graph.node.extend([helper.make_node("ReduceMean", [inner], ["trust_mean"], keepdims=0),
                       helper.make_node("Mul", ["trust_zeros", "trust_mean"], ["trust_rows"]),
                       helper.make_node("ReduceMean", ["trust_rows"], ["trust_nothing"], keepdims=0),
                       helper.make_node("Add", [inner, "trust_nothing"], [out.name])])
    onnx.save(model, str(target))


def work_ratio(source, target):
    """Time of target over that of source: medians of minima of short blocks that take turns in one process."""
    import numpy as np
    import onnxruntime as ort

    settings = ort.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    settings.log_severity_level = 3
    kinds = {"tensor(float)": np.float32, "tensor(int64)": np.int64, "tensor(int32)": np.int32, "tensor(uint8)": np.uint8}
    sessions = [ort.InferenceSession(str(path), settings, providers=["CPUExecutionProvider"]) for path in (source, target)]
    feed = {each.name: np.zeros([size if isinstance(size, int) else 1 for size in each.shape], kinds[each.type]) for each in sessions[0].get_inputs()}

    def fastest(session, runs):
        times = []
        for _ in range(runs):
            start = time.perf_counter_ns()
            session.run(None, feed)
            times.append(time.perf_counter_ns() - start)
        return min(times)

    runs = max(3, min(20, int(20e6 / fastest(sessions[0], 5))))
    return statistics.median(fastest(sessions[1], runs) / fastest(sessions[0], runs) for _ in range(40))


def planted(options, source, target):
    """Searches the rows whose work takes as much more time as is asked for; returns the ratio that was reached."""
    goal, low, high = 1 + options.more, 1, 2
    while high < 65536:
        with_more_work(source, target, high)
        if work_ratio(source, target) >= goal:
            break
        low, high = high, high * 2
    while high - low > max(1, low // 16):
        middle = (low + high) // 2
        with_more_work(source, target, middle)
        low, high = (low, middle) if work_ratio(source, target) >= goal else (middle, high)
    with_more_work(source, target, high)
    return work_ratio(source, target)


class Busy:
    """A process on each processor that does nothing but run."""

    def __init__(self, wanted):
        self.burning = []
        for cpu in sorted(os.sched_getaffinity(0)) if wanted else []:
            process = subprocess.Popen([sys.executable, "-c", BURN])
            os.sched_setaffinity(process.pid, {cpu})
            self.burning.append(process)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.burning:
            process.kill()
            process.wait()


def others(results):
    """The figures beside p50 that were said to differ, each with its number of comparisons."""
    names = collections.Counter(name for one in results for name in one["others"])
    return ", ".join(f"{name} {count}" for name, count in sorted(names.items())) or "none"


def table(results):
    print("\n| model | kind | comparisons | interval holds 1 | differs | faster | slower | median width | median ratio | other figures that differ |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    rows = sorted({(one["kind"], one["model"]) for one in results})
    for kind in sorted({kind for kind, _ in rows}):
        for model in [name for each, name in rows if each == kind] + ["all"]:
            own = [one for one in results if one["kind"] == kind and model in (one["model"], "all")]
            holds = sum(one["low"] <= 1 <= one["high"] for one in own)
            faster = sum(one["differs"] and one["ratio"] > 1 for one in own)
            slower = sum(one["differs"] and one["ratio"] < 1 for one in own)
            width = 100 * statistics.median(one["high"] - one["low"] for one in own)
            print(f"| {model} | {kind} | {len(own)} | {holds} | {faster + slower} | {faster} | {slower} | {width:.2f} % | "
                  f"{statistics.median(one['ratio'] for one in own):.4f} | {others(own)} |")


def goals(results, busy):
    """Whether each goal is met, scaled to the number of comparisons; those without comparisons are left out."""
    met = True
    same = [one for one in results if one["kind"] == "A/A"]
    slow = [one for one in results if one["kind"] == "planted"]

    def say(text, good):
        nonlocal met
        met = met and good
        print(f"{'met   ' if good else 'MISSED'}  {text}")

    if same:
        count = len(same)
        differs, holds = sum(one["differs"] for one in same), sum(one["low"] <= 1 <= one["high"] for one in same)
        say(f"differs in {differs} of {count} (at most {0.05 * count:.1f})", differs <= 0.05 * count)
        say(f"the interval holds 1 in {holds} of {count} (at least {0.93 * count:.1f})", holds >= 0.93 * count)
        if not busy:
            width = 100 * statistics.median(one["high"] - one["low"] for one in same)
            say(f"median width {width:.2f} % (at most 2 %)", width <= 2)
    if slow:
        found = sum(one["differs"] and one["ratio"] < 1 for one in slow)
        say(f"planted work found in {found} of {len(slow)} (at least {0.9 * len(slow):.1f})", found >= 0.9 * len(slow))
    return met


def main():
    options = arguments()
    end = time.monotonic() + 60 * options.minutes if options.minutes else float("inf")
    results = []
    with tempfile.TemporaryDirectory() as folder, Busy(options.busy):
        jobs = []
        for model in options.models:
            source = path_of(options, model)
            if options.comparisons:
                copy = pathlib.Path(folder) / f"{len(jobs)}_copy.onnx"
                shutil.copyfile(source, copy)
                jobs.append((model, "A/A", source, copy, options.seconds, options.comparisons))
            if options.planted:
                more = pathlib.Path(folder) / f"{len(jobs)}_more.onnx"
                print(f"{model}: planted {100 * (planted(options, source, more) - 1):.1f} % more work", flush=True)
                jobs.append((model, "planted", source, more, options.planted_seconds, options.planted))
        try:
            # In turns, so that a run that is stopped early knows something of each model.
            for turn in range(max(job[5] for job in jobs)):
                for model, kind, source, other, seconds, count in jobs:
                    if turn >= count or time.monotonic() > end:
                        continue
                    one = compare(options, source, other, seconds)
                    results.append({"model": model, "kind": kind, **one})
                    print(f"{model:18} {kind:8} {turn + 1:3} of {count}: {one['ratio']:.4f} [{one['low']:.4f} to {one['high']:.4f}]"
                          f"{' differs' if one['differs'] else ''}  p50 {one['p50']:.4f} ms, {one['launches']} launches, {one['took']:.1f} s, load {one['load']:.1f}",
                          flush=True)
        except KeyboardInterrupt:
            print("stopped")
    if not results:
        raise SystemExit("nothing was compared")
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))
    table(results)
    return 0 if goals(results, options.busy) else 1


if __name__ == "__main__":
    sys.exit(main())
