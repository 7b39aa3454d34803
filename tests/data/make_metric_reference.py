#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes tests/data/reference/classification.json: answers of classifiers, and what scikit-learn says of them.

Needs numpy and scikit-learn; made once with scikit-learn 1.9. The expected calibration error is written out here, since
scikit-learn has none. Where scikit-learn defines no value the case holds null.
"""

import json
import pathlib
import warnings

import numpy as np
from scipy.interpolate import interp1d
from scipy.optimize import brentq
from sklearn.metrics import accuracy_score, f1_score, recall_score, roc_auc_score, roc_curve

warnings.filterwarnings("ignore")
rng = np.random.default_rng(18)


def probabilities(scores):
    if ((scores >= 0) & (scores <= 1)).all() and (abs(scores.sum(1) - 1) <= 0.01).all():
        return scores
    e = np.exp(scores - scores.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def auroc(labels, p):
    areas = [roc_auc_score(labels == c, p[:, c]) for c in range(p.shape[1]) if 0 < (labels == c).sum() < len(labels)]
    if not areas:
        return None
    if len(areas) == p.shape[1] > 2:
        whole = roc_auc_score(labels, p / p.sum(1, keepdims=True), multi_class="ovr", average="macro")
        assert abs(whole - np.mean(areas)) < 1e-6
    return float(np.mean(areas))


def calibration_error(labels, p):
    predicted, confidence = p.argmax(1), p.max(1)
    total = 0.0
    for low, high in zip(np.arange(15) / 15, np.arange(1, 16) / 15):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            total += abs((predicted == labels)[inside].mean() - confidence[inside].mean()) * inside.mean()
    return float(total)


def case(name, labels, scores):
    labels = np.asarray(labels)
    scores = np.asarray(scores, dtype=np.float32)
    wide = scores.astype(np.float64)
    predicted, p = wide.argmax(1), probabilities(wide)
    expected = {
        "macro_f1": 100 * f1_score(labels, predicted, average="macro", zero_division=0),
        "balanced_accuracy": 100 * recall_score(labels, predicted, labels=np.unique(labels), average="macro", zero_division=0),
        "auroc": None if auroc(labels, p) is None else 100 * auroc(labels, p),
        "ece": 100 * calibration_error(labels, p),
    }
    return {"name": name, "labels": labels.tolist(), "scores": [[float(v) for v in row] for row in scores], "expected": expected}


def logits(n, classes, skill, labels=None):
    labels = rng.integers(0, classes, n) if labels is None else np.asarray(labels)
    scores = rng.normal(size=(n, classes))
    scores[np.arange(n), labels] += skill
    return labels, scores.round(3)


def shares(n, classes, steps):
    """Probabilities on a grid, which sum to 1 exactly and tie often."""
    cuts = np.sort(rng.integers(0, steps + 1, (n, classes - 1)), axis=1)
    edges = np.concatenate([np.zeros((n, 1)), cuts, np.full((n, 1), steps)], axis=1)
    return np.diff(edges, axis=1) / steps


cases = [case(f"logits, {c} classes, {n} samples, skill {s}", *logits(n, c, s)) for c, n, s in
         [(2, 30, 1), (2, 41, 0), (3, 40, 1), (3, 25, 3), (4, 50, 0.5), (5, 40, 2), (6, 60, 1), (8, 60, 1.5), (3, 7, 1), (10, 40, 2)]]
cases += [case(f"probabilities with ties, {c} classes, {n} samples", rng.integers(0, c, n), shares(n, c, steps)) for c, n, steps in
          [(2, 40, 8), (2, 25, 1024), (3, 40, 8), (4, 30, 16), (5, 50, 4)]]
cases += [
    case("one class among the labels", *logits(20, 3, 1, [1] * 20)),
    case("one class among the labels of two, all right", *logits(12, 2, 9, [0] * 12)),
    case("a class without samples", *logits(30, 4, 1, rng.integers(0, 3, 30))),
    case("a class with one sample", *logits(25, 3, 1, [2] + [0, 1] * 12)),
    case("all right", *logits(24, 3, 20, [0, 1, 2] * 8)),
    case("all wrong", *logits(24, 3, -20, [0, 1, 2] * 8)),
    case("all scores equal", [0, 1, 2, 1], np.full((4, 3), 0.5)),
    case("all probabilities equal", [0, 1, 1, 0], np.full((4, 2), 0.5)),
    case("one sample, right", [1], [[0.25, 0.75]]),
    case("one sample, wrong", [0], [[0.25, 0.75]]),
    case("sure and wrong", [0, 1, 0, 1], [[0, 1], [1, 0], [1, 0], [0, 1]]),
    case("rare class", *logits(60, 2, 1.5, [1] * 3 + [0] * 57)),
]



def decision(name, labels, scores):
    """Yes or no by a single score: the threshold is 0.5 of probabilities, 0 of logits."""
    labels = np.asarray(labels)
    wide = np.asarray(scores, dtype=np.float32).astype(np.float64)
    decided = wide >= (0.5 if ((wide >= 0) & (wide <= 1)).all() else 0.0)
    both = 0 < labels.sum() < len(labels)
    if both:
        alarms, hits, _ = roc_curve(labels, wide, drop_intermediate=False)
        rate = brentq(lambda x: 1 - x - interp1d(alarms, hits)(x), 0, 1, xtol=1e-14) if not steep(alarms, hits) else crossing(alarms, hits)
    expected = {
        "decision_accuracy": 100 * accuracy_score(labels, decided),
        "f1": 100 * f1_score(labels, decided, zero_division=0),
        "auroc": 100 * roc_auc_score(labels, wide) if both else None,
        "eer": 100 * rate if both else None,
    }
    return {"name": name, "labels": labels.tolist(), "scores": [[float(v)] for v in wide], "expected": expected}


def steep(alarms, hits):
    """True where the curve crosses the diagonal on a step straight up, which no function of alarms can say."""
    return any(a == b and 1 - a > low and 1 - a <= high for a, b, low, high in zip(alarms, alarms[1:], hits, hits[1:]))


def crossing(alarms, hits):
    return float(next(a for a, b, low, high in zip(alarms, alarms[1:], hits, hits[1:]) if a == b and 1 - a > low and 1 - a <= high))


def one_score(n, skill, share=0.5):
    labels = (rng.random(n) < share).astype(int)
    return labels, (rng.normal(size=n) + skill * (2 * labels - 1)).round(3)


decisions = [decision(f"logits, {n} samples, skill {s}, {share} yes", *one_score(n, s, share)) for n, s, share in
             [(40, 1, 0.5), (41, 0.5, 0.5), (60, 0, 0.5), (30, 2, 0.5), (55, 1, 0.2), (55, 1, 0.8), (7, 1, 0.5), (50, 0.7, 0.4), (33, -1, 0.5), (60, 1.5, 0.5)]]
decisions += [decision(f"probabilities with ties, {n} samples", rng.integers(0, 2, n), rng.integers(0, steps + 1, n) / steps) for n, steps in
              [(40, 4), (30, 8), (50, 2), (25, 16), (60, 64)]]
decisions += [
    decision("all right", [0, 1] * 10, [-3, 3] * 10),
    decision("all wrong", [0, 1] * 10, [3, -3] * 10),
    decision("only yes", [1] * 8, [0.1, 0.9, 0.5, 0.4, 0.6, 0.7, 0.2, 0.8]),
    decision("only no", [0] * 8, [-1, 1, 2, -2, 3, 0, -3, 1.5]),
    decision("all scores equal", [0, 1, 1, 0, 1], [0.5] * 5),
    decision("nothing is decided for", [0, 1, 1, 0], [0.1, 0.2, 0.3, 0.4]),
    decision("one sample", [1], [0.75]),
    decision("a score at the threshold", [1, 0, 1, 0], [0.5, 0.25, 0.75, 0.5]),
]

path = pathlib.Path(__file__).parent / "reference" / "classification.json"
path.write_text(json.dumps({"made_by": "tests/data/make_metric_reference.py", "cases": cases, "decisions": decisions}, separators=(",", ":")) + "\n")
print(len(cases), "cases,", len(decisions), "decisions,", path.stat().st_size, "bytes")
