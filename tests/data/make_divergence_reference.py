#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes tests/data/reference/divergence.json: outputs of a baseline and of another model, and the mean KL divergence of their rows by scipy.

Needs numpy and scipy; made once with scipy 1.17. Values are written as 32-bit floats and read again before the reference is taken of them. Rows of
probabilities whose sum is not 1 by rounding are taken as they are (scipy.special.rel_entr), and 0 of the other model as 1e-9.
"""

import json
import pathlib

import numpy as np
from scipy.special import log_softmax, rel_entr, softmax

rng = np.random.default_rng(7)


def reference(kind, axis, p, q):
    p, q = (np.moveaxis(np.asarray(each, np.float32).astype(np.float64), axis, -1) for each in (p, q))
    if kind == "logits":
        p, q = softmax(p, -1), softmax(q, -1)
    elif kind == "logarithms":
        p, q = np.exp(log_softmax(p, -1)), np.exp(log_softmax(q, -1))
    else:
        q = np.maximum(q, 1e-9)
    return float(rel_entr(p, q).sum(-1).mean())


def case(name, kind, p, q, axis=-1):
    p, q = np.asarray(p, np.float32), np.asarray(q, np.float32)
    numbers = lambda values: [None if np.isneginf(v) else float(v) for v in values.ravel()]
    return {"name": name, "kind": kind, "dims": list(p.shape), "p": numbers(p), "q": numbers(q), "kl": reference(kind, axis, p, q)}


def pair(shape, noise):
    p = rng.normal(0, 3, shape)
    return p, p + rng.normal(0, noise, shape)


cases = []
for classes, noise in ((2, 0.1), (3, 0.5), (10, 0.02), (35, 1), (100, 0.2)):
    p, q = pair((4, classes), noise)
    cases.append(case(f"logits, {classes} classes, noise {noise}", "logits", p, q))
    cases.append(case(f"probabilities, {classes} classes, noise {noise}", "probabilities", softmax(p, -1), softmax(q, -1)))
    cases.append(case(f"logarithms, {classes} classes, noise {noise}", "logarithms", log_softmax(p, -1), log_softmax(q, -1)))
p, q = pair((1, 7, 5), 0.3)
cases.append(case("rows of a sequence", "probabilities", softmax(p, -1), softmax(q, -1)))
p, q = pair((1, 4, 3, 2), 0.3)
cases.append(case("a picture's classes along the second axis", "probabilities", softmax(p, 1), softmax(q, 1), 1))
sure = np.eye(4, dtype=np.float32)
cases.append(case("certain rows", "probabilities", sure, softmax(4 * sure, -1)))
cases.append(case("certain rows against certain others", "probabilities", sure, np.roll(sure, 1, 0)))
cases.append(case("equal scores", "logits", np.zeros((3, 6)), np.full((3, 6), 5)))
cases.append(case("one class certain in logarithms", "logarithms", [[0, -np.inf, -np.inf]], log_softmax([[3, 1, 0.5]], -1)))
cases.append(case("the same twice", "probabilities", softmax(p[0, :, 0], -1), softmax(p[0, :, 0], -1)))
cases.append(case("scores far from zero", "logits", 500 + rng.normal(0, 1, (3, 8)), 700 + rng.normal(0, 1, (3, 8))))

out = pathlib.Path(__file__).parent / "reference/divergence.json"
out.write_text(json.dumps({"cases": cases}, indent=None, separators=(",", ":")) + "\n")
print(len(cases), "cases")
