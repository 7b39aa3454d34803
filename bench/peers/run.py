#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs Python's onnxruntime.quantization (the peer) and Vernier on labelled models, and prints one markdown table.

Both tools' files are judged by one harness in one process: Python's onnxruntime, one thread, runs of all files of a model
interleaved in random order. Where onnxruntime, onnx or numpy are not installed for this Python, it says so, leaves out the
peer's rows, and lets vernier-cli measure its own files.

    python3 -m venv peer && peer/bin/pip install onnxruntime==1.31.1 onnx==1.23.2 numpy pillow
    peer/bin/python bench/peers/run.py --cli build/release/bin/vernier-cli
"""
import argparse
import json
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
OURS = {
    "static": ["--method", "int8-static"],
    "percentile": ["--method", "int8-static", "--calibration", "percentile"],
    "per_tensor": ["--method", "int8-static", "--per-tensor"],
    "dynamic": ["--method", "int8-dynamic"],
    "fp16": ["--method", "fp16"],
}
PEERS = ["minmax", "percentile", "per_tensor", "dynamic", "fp16"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", help="names of models (default: all that are found)")
    parser.add_argument("--core", type=pathlib.Path, default=ROOT.parent / "shared/data/core", help="folder with one folder a model")
    parser.add_argument("--cli", type=pathlib.Path, default=ROOT / "build/release/bin/vernier-cli")
    parser.add_argument("--samples", type=int, default=100, help="calibration samples")
    parser.add_argument("--rounds", type=int, default=120, help="timed runs of each file")
    parser.add_argument("--ours", default=",".join(OURS), help="Vernier's recipes")
    parser.add_argument("--peers", default=",".join(PEERS), help="the peer's recipes")
    parser.add_argument("--work", type=pathlib.Path, help="keep the files here")
    return parser.parse_args()


def peer_missing():
    """Why the peer cannot run here; empty when it can."""
    try:
        import numpy  # noqa: F401
        import onnx  # noqa: F401
        import onnxruntime  # noqa: F401
    except ImportError as error:
        return str(error)
    return ""


def make_ours(options, dataset, model, recipe, out):
    command = [str(options.cli), "quantize", str(model), "-o", str(out), *OURS[recipe], "--data", str(dataset),
               "--samples", str(options.samples), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return {"failed": done.stderr.strip()[:160]}
    document = json.loads(done.stdout)
    return {"seconds": document["seconds"]["total"], "peak_mb": round(document["peak_rss_bytes"] / 1e6)}


def make_peers(options, dataset, recipe, out):
    command = [sys.executable, str(HERE / "peer.py"), str(dataset), recipe, str(out), str(options.samples)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode != 0 or not lines:
        words = [line for line in done.stderr.splitlines() if line.strip()]
        return {"failed": words[-1][:160] if words else f"exit {done.returncode}"}
    return json.loads(lines[-1])


def judge_in_python(dataset_path, files, rounds):
    """top1, agreement and p50 of each file; all sessions live in this process."""
    import numpy as np
    import onnxruntime as ort

    from dataset import Dataset

    dataset = Dataset(dataset_path)
    inputs, labels = dataset.load("validation")
    count, batch = len(labels), dataset.batch or 50
    settings = ort.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    settings.log_severity_level = 3
    sessions, answers, result = {}, {}, {}
    for key, path in files.items():
        try:
            session = ort.InferenceSession(str(path), settings, providers=["CPUExecutionProvider"])
            scores = [session.run([dataset.output], {name: values[at:at + batch] for name, values in inputs.items()})[0]
                      for at in range(0, count, batch)]
        except Exception as error:  # onnxruntime raises its own classes for each status
            result[key] = {"failed": "run: " + str(error).replace("\n", " ")[:160]}
            continue
        sessions[key] = session
        answers[key] = np.concatenate(scores).reshape(count, -1).argmax(1)
    times = {key: [] for key in sessions}
    order = list(sessions)
    shuffle = random.Random(7)
    for turn in range(rounds + 5):
        feed = {name: values[turn % count:turn % count + 1] for name, values in inputs.items()}
        shuffle.shuffle(order)
        for key in order:
            start = time.perf_counter()
            sessions[key].run([dataset.output], feed)
            if turn >= 5:
                times[key].append(1000 * (time.perf_counter() - start))
    base = answers[("fp32", "")]
    for key in sessions:
        result[key] = {"top1": 100 * float((answers[key] == labels).mean()), "agreement": 100 * float((answers[key] == base).mean()),
                       "p50": statistics.median(times[key])}
    return result


def judge_by_cli(options, dataset_path, files):
    keys = list(files)
    command = [str(options.cli), "compare", *(str(files[key]) for key in keys), "--data", str(dataset_path), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1, 2):
        return {key: {"failed": done.stderr.strip()[:160]} for key in keys}
    document = json.loads(done.stdout)
    result = {}
    for key, each in zip(keys, [document["baseline"], *document["candidates"]]):
        result[key] = {"top1": (each["accuracy"] or {}).get("top1"), "agreement": each.get("agreement", 100), "p50": each["latency_ms"]["p50"]}
    return result


def shown(value, digits):
    return "-" if value is None else f"{value:.{digits}f}"


def print_rows(name, files, made, judged):
    base_size = files[("fp32", "")].stat().st_size
    base_p50 = judged.get(("fp32", ""), {}).get("p50")
    for key in [("fp32", ""), *made]:
        facts = {**made.get(key, {}), **judged.get(key, {})}
        tool, recipe = key
        if "failed" in facts:
            print(f"| {name} | {tool} | {recipe} | {shown(facts.get('seconds'), 2)} | {shown(facts.get('peak_mb'), 0)} | - | - | - | - | - "
                  f"| {facts['failed'].replace('|', '/')} |", flush=True)
            continue
        ratio = facts["p50"] / base_p50 if base_p50 else None
        print(f"| {name} | {tool} | {recipe} | {shown(facts.get('seconds'), 2)} | {shown(facts.get('peak_mb'), 0)} "
              f"| {files[key].stat().st_size / base_size:.3f} | {shown(facts['top1'], 2)} | {shown(facts['agreement'], 2)} "
              f"| {facts['p50']:.4f} | {shown(ratio, 3)} | |", flush=True)


def one_model(options, name, dataset, model, work, with_peer):
    files, made = {("fp32", ""): model}, {}
    for recipe in filter(None, options.ours.split(",")):
        made[("Vernier", recipe)] = make_ours(options, dataset, model, recipe, work / f"{name}.vernier.{recipe}.onnx")
        files[("Vernier", recipe)] = work / f"{name}.vernier.{recipe}.onnx"
    for recipe in filter(None, options.peers.split(",") if with_peer else []):
        made[("peer", recipe)] = make_peers(options, dataset, recipe, work / f"{name}.peer.{recipe}.onnx")
        files[("peer", recipe)] = work / f"{name}.peer.{recipe}.onnx"
    good = {key: path for key, path in files.items() if "failed" not in made.get(key, {})}
    judged = judge_in_python(dataset, good, options.rounds) if with_peer else judge_by_cli(options, dataset, good)
    print_rows(name, files, made, judged)


def main():
    options = arguments()
    if not options.cli.exists():
        raise SystemExit(f"{options.cli} is not there. Build first (packaging/run), or give --cli.")
    found = sorted(options.core.glob("*/*.dataset.json"))
    if not found:
        raise SystemExit(f"No models in {options.core}. Give --core.")
    missing = peer_missing()
    if missing:
        print(f"The peer is not installed here ({missing}); its rows are left out. See the head of this script.\n")
    print("| model | tool | recipe | seconds | peak MB | size ratio | top-1 % | agreement % | p50 ms | p50 ratio | note |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or pathlib.Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        for dataset in found:
            name = dataset.parent.name
            if not options.models or name in options.models:
                model = dataset.parent / json.loads(dataset.read_text(encoding="utf-8"))["model"]
                one_model(options, name, dataset, model, work, not missing)


if __name__ == "__main__":
    main()
