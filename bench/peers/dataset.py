# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a .dataset.json (version 1) for Python: what calibrates the peer and judges every file."""
import json
import pathlib

import numpy as np


class Dataset:
    """Arrays by input name and labels (None without), of the calibration or the validation split."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.spec = json.loads(self.path.read_text(encoding="utf-8"))
        if self.spec["version"] != 1:
            raise SystemExit(f"{path}: version {self.spec['version']} is not known")
        self.name = self.spec.get("name", self.path.stem)
        self.output = self.spec.get("output")
        self.batch = self.spec.get("batch", 0)
        self.model = self.path.parent / self.spec["model"] if "model" in self.spec else None

    def load(self, split, limit=None, spread=False):
        """At most `limit` samples: the first ones, or spread evenly over all."""
        part = self.spec["splits"][split]
        source = self.spec["source"]

        def pick(items):
            return [items[i * len(items) // limit] for i in range(min(limit, len(items)))] if spread and limit and limit < len(items) else items[:limit]

        if source == "npz":
            return self._from_npz(part, pick)
        if source == "images":
            return self._from_images(part, pick)
        if source == "jsonl":
            return self._from_lines(part, pick)
        if source == "onnx_test_data":
            return self._from_test_data(part, pick)
        raise SystemExit(f"{self.path}: source {source} is not read by this benchmark")

    def _from_npz(self, part, pick):
        members = np.load(self.path.parent / self.spec["file"])
        index = np.array(pick(range(*part["range"]) if "range" in part else part["indices"]))
        steps = self.spec["preprocess"]
        inputs = {name: prepared(members[member][index], steps[name]) for name, member in self.spec["arrays"].items()}
        labels = members[self.spec["labels"]][index].astype(np.int64) if "labels" in self.spec else None
        return inputs, labels

    def _from_lines(self, part, pick):
        lines = pick((self.path.parent / part["file"]).read_text(encoding="utf-8").splitlines())
        samples = [json.loads(line) for line in lines]
        steps = self.spec["preprocess"]
        inputs = {name: prepared(np.array([sample["inputs"][name] for sample in samples]), steps[name]) for name in samples[0]["inputs"]}
        return inputs, np.array([sample["label"] for sample in samples], np.int64)

    def _from_test_data(self, part, pick):
        """Samples of one shape: folders whose shapes differ from the first one's are left out."""
        import onnx
        from onnx import numpy_helper

        samples = []
        for folder in pick(part["folders"]):
            tensors = [onnx.load_tensor(str(path)) for path in sorted((self.path.parent / folder).glob("input_*.pb"))]
            samples.append({tensor.name: numpy_helper.to_array(tensor) for tensor in tensors})
        same = [sample for sample in samples if all(sample[name].shape == values.shape for name, values in samples[0].items())]
        self.batch = len(next(iter(samples[0].values()))) if samples[0] else 0
        return {name: np.concatenate([sample[name] for sample in same]) for name in samples[0]}, None

    def _from_images(self, part, pick):
        from PIL import Image

        name = self.spec["input"]
        steps = self.spec["preprocess"][name]
        folder = self.path.parent / self.spec["folder"]
        items = pick(part["items"])
        pictures = []
        for item in items:
            picture = Image.open(folder / item["file"]).convert("L" if steps.get("colour") == "GRAY" else "RGB")
            raw = np.asarray(cropped(resized(picture, steps.get("resize")), steps.get("crop")), np.uint8)
            pictures.append(prepared((raw if raw.ndim == 3 else raw[..., None])[None], steps))
        return {name: np.concatenate(pictures)}, np.array([item["label"] for item in items])


def resized(picture, step):
    if not step:
        return picture
    filters = {"nearest": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3}
    width, height = picture.size
    if step["mode"] == "shortest":
        factor = step["size"] / min(width, height)
        width, height = max(step["size"], round(width * factor)), max(step["size"], round(height * factor))
    else:
        width, height = step["width"], step["height"]
    return picture if (width, height) == picture.size else picture.resize((width, height), filters[step["filter"]])


def cropped(picture, step):
    if not step:
        return picture
    left = (picture.size[0] - step["width"]) // 2
    top = (picture.size[1] - step["height"]) // 2
    return picture.crop((left, top, left + step["width"], top + step["height"]))


def prepared(raw, steps):
    """(raw * scale - mean) / std in float32, colour order, layout, type; integers are only cast."""
    kind = np.dtype(steps["dtype"])
    if kind.kind == "f" and "mean" in steps:
        raw = (raw.astype(np.float32) * np.float32(steps.get("scale", 1)) - np.array(steps["mean"], np.float32)) / np.array(
            steps["std"], np.float32)
        if steps.get("colour") == "BGR":
            raw = raw[..., ::-1]
        if steps.get("layout_out") == "NCHW" and raw.ndim == 4:
            raw = raw.transpose(0, 3, 1, 2)
    return np.ascontiguousarray(raw.astype(kind))
