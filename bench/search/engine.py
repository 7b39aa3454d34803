# SPDX-License-Identifier: GPL-3.0-or-later
"""One model of the benchmark and what vernier-cli says of it. Each call is kept with the seconds that it took, so that a run that was
stopped goes on, and so that each way of searching pays for its own calls."""
import hashlib
import json
import pathlib
import subprocess
import sys
import time

METHOD = "int8-static"


class Calls:
    """Documents of vernier-cli by what was asked, in a folder."""

    def __init__(self, cli, folder):
        self.cli, self.folder = cli, folder
        self.folder.mkdir(parents=True, exist_ok=True)

    def file_of(self, words, content):
        return self.folder / (hashlib.sha256(json.dumps([*map(str, words), content]).encode()).hexdigest()[:20] + ".json")

    def ask(self, words, content="", good=(0,), anew=False):
        """The document and the seconds of a call. `content`: of files that the words name, where those are written anew."""
        kept = self.file_of(words, content)
        words = [str(word) for word in words]
        if kept.exists() and not anew:
            known = json.loads(kept.read_text())
            return known["document"], known["seconds"]
        start = time.monotonic()
        done = subprocess.run([str(self.cli), *words, "--json"], capture_output=True, text=True, check=False)
        seconds = time.monotonic() - start
        if done.returncode not in good:
            raise RuntimeError(f"{' '.join(words)}: exit {done.returncode}\n{done.stderr}{done.stdout}")
        document = json.loads(done.stdout)
        write_whole(kept, json.dumps({"words": words, "seconds": seconds, "document": document}))
        return document, seconds


def write_whole(path, text):
    part = path.with_suffix(".part")
    part.write_text(text)
    part.replace(path)


class Engine:
    """Quantizes and measures sets of regions that stay in FP32. With labels the loss is in points of top-1, else in points of agreement."""

    def __init__(self, options, case):
        self.options, self.name, self.model, self.data = options, case["name"], case["model"], case["data"]
        self.folder = options.work / (case["name"] + (".per-tensor" if options.per_tensor else ""))
        self.calls = Calls(options.cli, self.folder / "calls")
        self.limit = ["--max-drop", options.limit] if case["labels"] else ["--min-agreement", 100 - options.limit]
        self.labels = case["labels"]
        self.forms = ["--per-tensor"] if options.per_tensor else []
        sensitivity, _ = self.calls.ask(["sensitivity", self.model, "--data", self.data, *self.forms])
        self.sensitivity = sensitivity
        plan, _ = self.calls.ask(["plan", self.model, "--method", METHOD, *self.forms])
        self.usable = {node["id"] for node in plan["nodes"] if node["applied"] == METHOD or node.get("absorbed")}
        self.regions = {region["id"]: region for region in sensitivity["regions"] if self.usable.intersection(region["nodes"])}

    def ids(self):
        return sorted(self.regions)

    def recipe(self, kept):
        """As search writes them: rules for all that gets the method, so that nothing else does."""
        nodes = sorted(node for id, region in self.regions.items() if id not in kept for node in region["nodes"] if node in self.usable)
        return {"vernier_recipe": 1, "default": {"method": "fp32", "per_channel": not self.options.per_tensor},
                "rules": [{"select": f"#{node}", "method": METHOD} for node in nodes]}

    def write(self, recipe, out, needed=True):
        """Writes the model of a recipe, if it is needed and not there; the seconds of the first time."""
        text = json.dumps(recipe)
        path = self.folder / "recipe.json"
        words = ["quantize", self.model, "-o", out, "--recipe", path, "--data", self.data, "--no-timing"]
        path.write_text(text)
        document, seconds = self.calls.ask(words, text)
        if needed and (not out.exists() or hashlib.sha256(out.read_bytes()).hexdigest() != document["sha256"]):
            self.calls.ask(words, text, anew=True)  # another one was written in its place since
        return seconds

    def validate(self, kept):
        return self.validate_recipe(self.recipe(frozenset(kept)), len(kept))

    def validate_recipe(self, recipe, kept):
        """A point: loss, share of FP32's time, whether the limit holds, seconds that it took."""
        out = self.folder / "trial.onnx"
        text = json.dumps(recipe)
        words = ["compare", self.model, out, "--data", self.data, "--seconds", self.options.seconds, "--threads", self.options.threads, *self.limit]
        wrote = self.write(recipe, out, needed=not self.calls.file_of(words, text).exists())
        seen, measured = self.calls.ask(words, text, (0, 1, 2))
        candidate = seen["candidates"][0]
        speed = candidate["paired"]["p50"]
        low, high = self.loss_interval(candidate)
        return {"kept": kept, "loss": self.loss(candidate), "loss_low": low, "loss_high": high, "time": 1 / speed["ratio"],
                "time_low": 1 / speed["interval"][1], "time_high": 1 / speed["interval"][0], "ms": candidate["latency_ms"]["p50"],
                "holds": self.loss(candidate) <= self.options.limit, "passed": self.answers(candidate) == "passed",
                "sqnr_db": candidate["output_sqnr_db"], "seconds": wrote + measured}

    def loss(self, candidate):
        return -candidate["top1_delta_points"] if self.labels else 100 - candidate["agreement"]

    def loss_interval(self, candidate):
        if self.labels:
            low, high = candidate["top1_delta_interval"]
            return -high, -low
        interval = candidate["figures"]["agreement"]["interval"]
        return (100 - interval[1], 100 - interval[0]) if interval else (None, None)

    @staticmethod
    def answers(candidate):
        return next(line["outcome"] for line in candidate["gate"]["lines"] if line["what"] in ("accuracy", "agreement"))


def core_cases(folder):
    cases = []
    for path in sorted(pathlib.Path(folder).glob("*/*.dataset.json")):
        spec = json.loads(path.read_text(encoding="utf-8"))
        cases.append({"name": path.parent.name, "model": path.parent / spec["model"], "data": path, "labels": True})
    return cases


def made_encoder(tool, folder):
    """The encoder of 6 layers, and 1,000 samples without labels: agreement is what counts."""
    folder = folder / "encoder"
    model, data = folder / "model.onnx", folder / "samples.npz"
    if not data.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, str(tool), str(model), "--samples", str(data), "1000", "64"], check=True, stdout=subprocess.DEVNULL)
        spec = {"version": 1, "name": "encoder", "model": model.name, "source": "npz", "file": data.name, "metric": "top1",
                "arrays": {"input_ids": "input_ids", "attention_mask": "attention_mask"},
                "preprocess": {"input_ids": {"dtype": "int64"}, "attention_mask": {"dtype": "int64"}},
                "output": "logits", "splits": {"calibration": {"range": [0, 100]}, "validation": {"range": [100, 1000]}}}
        write_whole(folder / "encoder.dataset.json", json.dumps(spec))
    return {"name": "encoder", "model": model, "data": folder / "encoder.dataset.json", "labels": False}
