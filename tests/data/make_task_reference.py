#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes tests/data/reference/TASK.json: targets, what a model answers, and what the reference tool of the task says of it.

Needs numpy, scikit-learn and torchmetrics; made once with scikit-learn 1.9 and torchmetrics 1.9.
A case holds the task, its samples (target, and the output of a run of this sample alone), and the metrics by id; null where they are not
defined. Run it with the names of tasks to make only those.
"""

import json
import pathlib
import sys
import warnings

import numpy as np

warnings.filterwarnings("ignore")
FOLDER = pathlib.Path(__file__).parent / "reference"


def tensor(values):
    values = np.asarray(values)
    kind = "float64" if values.dtype.kind == "f" else "int64"
    return {"type": kind, "dims": list(values.shape), "values": values.astype(kind).ravel().tolist()}


def number(value):
    value = float(value)
    return value if np.isfinite(value) else None


def sample(target, output):
    """output: without the axis that counts samples."""
    return {"target": target if isinstance(target, str) else tensor(target), "output": tensor(np.asarray(output)[None])}


def write(task, cases):
    assert len(cases) >= 20, (task, len(cases))
    path = FOLDER / f"{task}.json"
    path.write_text(json.dumps({"made_by": "tests/data/make_task_reference.py", "task": task, "cases": cases}, separators=(",", ":")) + "\n")
    print(task, len(cases), "cases,", path.stat().st_size, "bytes")


# Regression: scikit-learn over all values as one list.
def regression():
    from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

    rng = np.random.default_rng(1)

    def case(name, targets, answers):
        t, a = np.concatenate([np.ravel(x) for x in targets]), np.concatenate([np.ravel(x) for x in answers])
        expected = {
            "target_mae": mean_absolute_error(t, a),
            "rmse": root_mean_squared_error(t, a),
            "r2": number(r2_score(t, a)) if len(t) > 1 and np.ptp(t) > 0 else None,
        }
        return {"name": name, "samples": [sample(x, y) for x, y in zip(targets, answers)], "expected": expected}

    def made(n, shape, noise, offset=0.0, scale=1.0):
        targets = [np.round(rng.normal(size=shape) * scale + offset, 4) for _ in range(n)]
        return targets, [np.round(t + noise * rng.normal(size=shape), 4) for t in targets]

    cases = [case(f"{n} samples of {shape}, noise {noise}, about {offset}", *made(n, shape, noise, offset, scale)) for n, shape, noise, offset, scale in [
        (20, (1,), 0.1, 0, 1), (15, (1,), 1, 0, 1), (12, (3,), 0.5, 0, 1), (8, (2, 2), 0.2, 0, 1), (10, (4,), 2, 5, 1), (9, (1,), 0.01, 1e4, 1),
        (6, (2, 3), 0.3, -50, 10), (25, (1,), 3, 0, 1), (7, (5,), 0, 0, 1), (5, (1, 4), 0.7, 0, 1), (11, (1,), 0.4, 100, 0.1), (30, (2,), 0.05, 0, 1)]]
    t, a = made(10, (1,), 0.5)
    cases += [
        case("answers with the opposite sign", t, [-x for x in t]),
        case("one constant answer", t, [np.array([0.25])] * 10),
        case("the mean as the answer", t, [np.mean(t, keepdims=True)] * 10),
        case("all targets are equal", [np.array([2.0])] * 6, [np.array([x]) for x in (1.0, 2, 3, 2, 1, 4)]),
        case("one sample", [np.array([1.5])], [np.array([1.25])]),
        case("one sample of many values", *made(1, (12,), 0.4)),
        case("samples of different lengths", [np.arange(k, dtype=float) for k in (1, 5, 3)], [np.arange(k) * 1.1 for k in (1, 5, 3)]),
        case("whole targets", [np.array([k]) for k in (1, 4, 2, 8, 5)], [np.array([x]) for x in (1.5, 3, 2, 9, 5.25)]),
        case("all exact", t, t),
    ]
    write("regression", cases)


# Enhancement: SI-SDR of torchmetrics without removing means, as a mean over signals; silent targets are left out.
def enhancement():
    import torch
    from torchmetrics.functional.audio import scale_invariant_signal_distortion_ratio as si_sdr_of

    rng = np.random.default_rng(2)

    def ratio(t, a):
        with np.errstate(all="ignore"):
            scale = (t @ a) / (t @ t)
            error = ((scale * t - a) ** 2).sum()
            value = 10 * np.log10(scale**2 * (t @ t) / error) if error > 0 and scale != 0 else (200 if scale != 0 else -200)
        if abs(value) < 100:
            theirs = float(si_sdr_of(torch.tensor(a), torch.tensor(t)))
            assert abs(theirs - value) < 1e-6, (theirs, value)
        return float(np.clip(value, -200, 200))

    def case(name, targets, answers):
        signals = [(x, y) for t, a in zip(targets, answers) for x, y in zip(t.reshape(-1, t.shape[-1]), a.reshape(-1, t.shape[-1]))]
        ratios = [ratio(x, y) for x, y in signals if (x**2).sum() > 0]
        t, a = np.concatenate([np.ravel(x) for x in targets]), np.concatenate([np.ravel(x) for x in answers])
        expected = {"si_sdr": np.mean(ratios) if ratios else None, "target_mae": np.abs(t - a).mean(), "rmse": np.sqrt(((t - a) ** 2).mean())}
        return {"name": name, "samples": [sample(x, y) for x, y in zip(targets, answers)], "expected": expected}

    def made(n, shape, noise, gain=1.0):
        targets = [np.round(np.sin(np.arange(shape[-1]) * rng.uniform(0.05, 0.4)) * np.ones(shape) + 0.1 * rng.normal(size=shape), 3) for _ in range(n)]
        return targets, [np.round(gain * t + noise * rng.normal(size=shape), 3) for t in targets]

    cases = [case(f"{n} signals of {shape}, noise {noise}, gain {gain}", *made(n, shape, noise, gain)) for n, shape, noise, gain in [
        (5, (64,), 0.1, 1), (4, (64,), 1, 1), (3, (2, 48), 0.3, 1), (6, (32,), 0.01, 1), (4, (64,), 0.2, 0.1), (4, (64,), 0.2, 5), (3, (64,), 0.2, -1),
        (2, (1, 80), 0.5, 1), (8, (16,), 0.4, 1), (3, (3, 20), 0.05, 2), (1, (100,), 0.3, 1), (2, (50,), 3, 1), (5, (40,), 0.6, 1), (7, (24,), 0.15, 1)]]
    t, a = made(3, (40,), 0.2)
    silent = np.zeros(40)
    cases += [
        case("a silent target", [*t, silent], [*a, a[0]]),
        case("only silent targets", [silent, silent], a[:2]),
        case("exact", t, t),
        case("exact but for the gain", t, [2 * x for x in t]),
        case("silent answers", t, [silent] * 3),
        case("answers of noise alone", t, [rng.normal(size=40).round(3) for _ in t]),
    ]
    write("enhancement", cases)


TASKS = {each.__name__: each for each in (regression, enhancement)}
for name in sys.argv[1:] or TASKS:
    TASKS[name]()
