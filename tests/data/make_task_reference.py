#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes tests/data/reference/TASK.json: targets, what a model answers, and what the reference tool of the task says of it.

Needs numpy, scikit-learn, torchmetrics, jiwer, seqeval and pycocotools; made once with scikit-learn 1.9, torchmetrics 1.9, jiwer 4.0,
seqeval 1.2 and pycocotools 2.0.
A case holds its samples (target, the output of a run of this sample alone, and where a second model is held against the first, that model's
output), and the metrics by id, null where they are not defined. Run it with the names of tasks to make only those.
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


def number(value):  # None: not defined
    value = float(value)
    return value if np.isfinite(value) else None


def sample(target, output, other=None):
    """output: without the axis that counts samples; other: what a second model answers."""
    made = {"target": target if target is None or isinstance(target, str) else tensor(target), "output": tensor(np.asarray(output)[None])}
    if other is not None:
        made["other"] = tensor(np.asarray(other)[None])
    return made


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


# Segmentation: scikit-learn over all pixels that count, as a mean over the classes that targets or answers have.
def segmentation():
    from sklearn.metrics import accuracy_score, f1_score, jaccard_score

    rng = np.random.default_rng(3)

    def classes_of(output, layout, threshold):
        if layout == "classes":
            return output
        if layout == "yes":
            return np.squeeze(output) >= (0.5 if threshold is None else threshold)
        return output.argmax(0 if layout == "first" else -1)

    def case(name, masks, outputs, layout, others=None, ignore=None, threshold=None):
        binary = layout == "yes"
        hidden = ignore if ignore is not None else (None if binary else 255)

        def score(truths, answers, count):
            t, a = np.concatenate([np.ravel(x) for x in truths]), np.concatenate([np.ravel(x) for x in answers])
            keep = (t >= 0) & ((t != count) if count is not None else True)
            t, a = t[keep].astype(int), a[keep].astype(int)
            if binary:
                t = (t > 0).astype(int)
            if not len(t):
                return {"miou": None, "dice": None, "pixel_accuracy": None}
            labels = np.union1d(t, a)
            return {"miou": 100 * jaccard_score(t, a, labels=labels, average="macro", zero_division=0),
                    "dice": 100 * f1_score(t, a, labels=labels, average="macro", zero_division=0),
                    "pixel_accuracy": 100 * accuracy_score(t, a)}

        answers = [classes_of(x, layout, threshold) for x in outputs]
        made = {"name": name, "samples": [sample(m, o, None if others is None else others[i]) for i, (m, o) in enumerate(zip(masks, outputs))],
                "expected": score(masks, answers, hidden)}
        if ignore is not None or threshold is not None:
            made["spec"] = {key: value for key, value in (("ignore", ignore), ("threshold", threshold)) if value is not None}
        if others is not None:
            second = [classes_of(x, layout, threshold) for x in others]
            made["other"] = {**score(masks, second, hidden), "mask_iou": score(answers, second, None)["miou"]}
        return made

    def masks_of(n, classes, shape, ignored=0.0):
        masks = [rng.integers(0, classes, shape) for _ in range(n)]
        return [np.where(rng.random(shape) < ignored, 255, m) for m in masks]

    def scores(masks, classes, skill, last=False):
        made = []
        for mask in masks:
            s = rng.normal(size=(classes, *mask.shape))
            for c in range(classes):
                s[c][mask == c] += skill
            made.append((np.moveaxis(s, 0, -1) if last else s).round(2))
        return made

    cases = []
    for n, classes, shape, skill, last, ignored in [(3, 3, (6, 8), 1, False, 0), (4, 5, (5, 7), 2, False, 0.2), (3, 4, (6, 9), 1, True, 0), (2, 2, (8, 5), 0.5, False, 0),
                                                    (5, 3, (4, 6), 3, True, 0.1), (2, 21, (6, 10), 2, False, 0), (3, 3, (7, 7), 1, False, 0), (1, 4, (8, 10), 1, False, 0.5)]:
        masks = masks_of(n, classes, shape, ignored)
        cases.append(case(f"{n} masks {shape} of {classes} classes, {'last' if last else 'first'} axis, {ignored} ignored", masks,
                          scores(masks, classes, skill, last), "last" if last else "first", scores(masks, classes, skill, last)))
    for n, shape, skill, scale in [(4, (6, 7), 1, 1), (3, (5, 8), 2, 255), (2, (4, 4), 0.3, 255)]:
        masks = masks_of(n, 2, shape)
        logits = [(rng.normal(size=shape) + skill * (2 * m - 1)).round(2)[None] for m in masks]
        logits[0][0, 0, 0] = -3
        cases.append(case(f"yes or no by a logit, {n} masks {shape}, yes is {scale}", [m * scale for m in masks], logits, "yes", [x[..., ::-1].copy() for x in logits], threshold=0.0))
        p = [(1 / (1 + np.exp(-x))).round(3) for x in logits]
        cases.append(case(f"yes or no by a probability, {n} masks {shape}, yes is {scale}", [m * scale for m in masks], p, "yes"))
    masks = masks_of(3, 4, (6, 8), 0.1)
    wrong = [np.where(rng.random(m.shape) < 0.3, rng.integers(0, 4, m.shape), np.where(m == 255, 0, m)) for m in masks]
    cases += [
        case("classes themselves", masks, wrong, "classes", [np.where(m == 255, 1, m) for m in masks]),
        case("classes themselves, another number is ignored", masks_of(3, 4, (5, 6)), [rng.integers(0, 4, (5, 6)) for _ in range(3)], "classes", ignore=2),
        case("one class alone", [np.zeros((4, 5), int)] * 2, scores([np.zeros((4, 5), int)] * 2, 3, 9), "first"),
        case("a class that is answered and is no target", [np.zeros((4, 5), int)] * 2, scores([np.zeros((4, 5), int)] * 2, 3, 0.5), "first"),
        case("ties go to the lowest class", masks_of(2, 3, (4, 6)), [np.zeros((3, 4, 6))] * 2, "first"),
        case("nothing counts", [np.full((4, 5), 255)] * 2, scores([np.full((4, 5), 255)] * 2, 3, 1), "first"),
        case("one of the masks has nothing that counts", [np.full((4, 5), 255), np.ones((4, 5), int)], scores([np.ones((4, 5), int)] * 2, 3, 1), "first"),
        case("numbers below 0 do not count", [np.where(rng.random((4, 6)) < 0.3, -1, m) for m in masks_of(2, 3, (4, 6))], scores(masks_of(2, 3, (4, 6)), 3, 1), "first"),
        case("all wrong", [np.zeros((4, 6), int)], [np.ones((4, 6), int)], "classes"),
    ]
    same = masks_of(3, 4, (5, 6))
    cases.append(case("all right", same, scores(same, 4, 50), "first", scores(same, 4, 50)))
    write("segmentation", cases)


# Texts: error rates of jiwer over the whole corpus; the greedy reading is written out here.
def ctc():
    import itertools

    import jiwer

    rng = np.random.default_rng(4)

    def read(best, alphabet, blank, classes):
        named = classes == len(alphabet)
        kept = [c for c, _ in itertools.groupby(best) if c != blank]
        return "".join(alphabet[c if named or c < blank else c - 1] for c in kept)

    def path_of(text, alphabet, blank, named):
        """Best classes of steps that read as the text."""
        path, before = [], None
        for letter in text:
            at = alphabet.index(letter)
            c = at if named or at < blank else at + 1
            if c == before or rng.random() < 0.2:
                path += [blank] * int(rng.integers(1, 3))
            path += [c] * int(rng.integers(1, 3))
            before = c
        return path + [blank] * int(rng.integers(0, 3)) or [blank]

    def scores_of(path, classes):
        scores = rng.normal(size=(len(path), classes)).round(1)
        for t, c in enumerate(path):
            scores[t, c] = scores[t].max() + 1
        return scores

    def typo(text, alphabet, rate):
        out = ""
        for letter in text:
            roll = rng.random()
            if roll < rate / 3:
                continue
            out += str(rng.choice(alphabet)) if roll < 2 * rate / 3 else letter
            if roll > 1 - rate / 3:
                out += str(rng.choice(alphabet))
        return out

    def rates(truths, answers):
        """jiwer takes white space off both ends; it has no rate of a text that is empty, which is written out here."""
        def edits(process, truth, answer, parts):
            if not parts(truth) or not parts(answer):
                return max(len(parts(truth)), len(parts(answer)))
            found = process(truth, answer)
            return found.substitutions + found.deletions + found.insertions

        made = {"exact_match": 100 * np.mean([t.strip() == a.strip() for t, a in zip(truths, answers)])}
        for name, process, parts, whole in [("char_error_rate", jiwer.process_characters, str.strip, jiwer.cer), ("word_error_rate", jiwer.process_words, str.split, jiwer.wer)]:
            count = sum(len(parts(t)) for t in truths)
            made[name] = 100 * sum(edits(process, t, a, parts) for t, a in zip(truths, answers)) / count if count else None
            if all(parts(t) for t in truths):
                assert abs(made[name] - 100 * whole(truths, answers)) < 1e-9, (name, truths, answers)
        return made

    def case(name, truths, said, alphabet, blank=0, layout="ntc", others=None, named=False):
        letters = list(alphabet)
        classes = len(letters) + (0 if named else 1)

        def output(text):
            path = path_of(text, letters, blank, named)
            assert read(path, letters, blank, classes) == text
            if layout == "nt":
                return np.asarray(path)[None]
            while layout == "nct" and len(path) == classes:
                path.append(blank)  # else either axis could be that of the classes
            scores = scores_of(path, classes)
            return {"ntc": scores[None], "tnc": scores[:, None], "nct": scores.T[None]}[layout]

        made = {"name": name, "samples": [], "expected": rates(truths, said), "spec": {"alphabet": letters, "blank": blank}}
        for i, (truth, text) in enumerate(zip(truths, said)):
            one = {"target": truth, "output": tensor(output(text))}
            if others is not None:
                one["other"] = tensor(output(others[i]))
            made["samples"].append(one)
        if others is not None:
            made["other"] = rates(truths, others)
        return made

    latin = "abcdefg "
    texts = lambda n, length, alphabet=latin: ["".join(rng.choice(list(alphabet), int(rng.integers(1, length)))) for _ in range(n)]
    cases = []
    for n, length, rate, blank, layout in [(4, 8, 0.3, 0, "ntc"), (3, 10, 0.6, 8, "ntc"), (4, 7, 0.2, 0, "tnc"), (3, 9, 0.4, 8, "tnc"), (3, 7, 0.5, 3, "ntc"), (3, 9, 0.3, 0, "nct"),
                                           (5, 6, 0.9, 0, "ntc"), (4, 8, 0.1, 8, "ntc"), (6, 12, 0.3, 0, "nt"), (5, 10, 0.6, 8, "nt")]:
        truths = texts(n, length)
        cases.append(case(f"{n} texts, typos {rate}, blank {blank}, {layout}", truths, [typo(t, list(latin), rate) for t in truths], latin, blank, layout,
                          [typo(t, list(latin), rate) for t in truths]))
    umlauts = ["äö", "ßü 語", "é"]
    doubled = ["aabb", "cccc", "dd  dd"]
    cases += [
        case("all exact", doubled, doubled, latin, 0, "ntc", doubled),
        case("letters twice need a blank between them", doubled, ["ab", "c", "d d"], latin),
        case("letters of several bytes count once", umlauts, ["äo", "ßü", "e"], "äöüßé語oe ", 0, "ntc", umlauts),
        case("blank has a name in the alphabet", ["abc", "cab"], ["abc", "cb"], "_abc", 0, named=True),
        case("nothing is read", ["abc", "de"], ["", ""], latin),
        case("an empty target among others", ["", "ab"], ["c", "ab"], latin),
        case("only empty targets, nothing read", ["", ""], ["", ""], latin),
        case("only empty targets, something read", ["", ""], ["a", "b c"], latin),
        case("more is read than there is", ["a"], ["abcdefg abcdefg"], latin),
        case("one word of many letters", ["abcdefgabcdefg"], ["abcdefgabcdefa"], latin),
        case("spaces at both ends and two in a row", [" ab  cd ", "e"], ["ab cd", " e"], latin),
        case("words that change places", ["ab cd ef"], ["cd ab ef"], latin),
    ]
    write("ctc", cases)


# Yes or no at each step: scikit-learn over the steps of all samples.
def steps():
    from scipy.interpolate import interp1d
    from scipy.optimize import brentq
    from sklearn.metrics import accuracy_score, f1_score, roc_auc_score, roc_curve

    rng = np.random.default_rng(7)

    def equal_error_rate(labels, scores):
        alarms, hits, _ = roc_curve(labels, scores, drop_intermediate=False)
        for a, b, low, high in zip(alarms, alarms[1:], hits, hits[1:]):
            if a == b and low < 1 - a <= high:  # the curve crosses the diagonal on a step straight up, which no function of alarms can say
                return float(a)
        return brentq(lambda x: 1 - x - interp1d(alarms, hits)(x), 0, 1, xtol=1e-14)

    def score(targets, answers, threshold, hidden):
        t, a = np.concatenate(targets), np.concatenate([np.ravel(x) for x in answers])
        keep = (t >= 0) & ((t != hidden) if hidden is not None else True)
        t, a = t[keep], a[keep]
        if not len(t):
            return {"decision_accuracy": None, "f1": None, "auroc": None, "eer": None}
        both = 0 < t.sum() < len(t)
        return {
            "decision_accuracy": 100 * accuracy_score(t, a >= threshold),
            "f1": 100 * f1_score(t, a >= threshold, zero_division=0),
            "auroc": 100 * roc_auc_score(t, a) if both else None,
            "eer": 100 * equal_error_rate(t, a) if both else None,
        }

    def case(name, targets, answers, others=None, threshold=None, ignore=None):
        """The threshold that the first answer asks for where none is given: 0.5 of probabilities, else 0."""
        at = threshold if threshold is not None else 0.5 if ((answers[0] >= 0) & (answers[0] <= 1)).all() else 0.0
        made = {"name": name, "samples": [sample(t, a, None if others is None else others[i]) for i, (t, a) in enumerate(zip(targets, answers))],
                "expected": score(targets, answers, at, ignore)}
        if others is not None:
            t, a, b = np.concatenate(targets), np.concatenate([np.ravel(x) for x in answers]), np.concatenate([np.ravel(x) for x in others])
            keep = (t >= 0) & ((t != ignore) if ignore is not None else True)
            made["other"] = {**score(targets, others, at, ignore), "decision_agreement": 100 * np.mean(((a >= at) == (b >= at))[keep])}
        if threshold is not None or ignore is not None:
            made["spec"] = {key: value for key, value in (("threshold", threshold), ("ignore", ignore)) if value is not None}
        return made

    def speech(n, lengths, share=0.5):
        """Stretches of speech, as voices make them."""
        targets = []
        for _ in range(n):
            length, steps, now = int(rng.choice(lengths)), [], int(rng.random() < share)
            while len(steps) < length:
                steps += [now] * int(rng.integers(1, 8))
                now = 1 - now
            targets.append(np.array(steps[:length]))
        return targets

    def probabilities(targets, skill, digits=3, form=lambda x: x):
        return [form((1 / (1 + np.exp(-(rng.normal(size=len(t)) + skill * (2 * t - 1))))).round(digits)) for t in targets]

    def logits(targets, skill):
        made = [(rng.normal(size=len(t)) + skill * (2 * t - 1)).round(2) for t in targets]
        made[0][0] = -1.5
        return made

    cases = []
    for n, lengths, skill, digits in [(4, [20], 1, 3), (6, [8, 15, 30], 0.5, 3), (3, [25], 2, 1), (5, [12], 0, 2), (8, [10, 11], 1, 1), (2, [40], 3, 3)]:
        t = speech(n, lengths)
        cases.append(case(f"probabilities, {n} sounds of {lengths} steps, skill {skill}, {digits} digits", t, probabilities(t, skill, digits), probabilities(t, skill, digits)))
    for n, lengths, skill in [(4, [20], 1), (3, [9, 33], 0.3), (5, [16], 2), (6, [7], -1)]:
        t = speech(n, lengths)
        cases.append(case(f"logits, {n} sounds of {lengths} steps, skill {skill}", t, logits(t, skill), logits(t, skill)))
    t = speech(4, [18])
    cases += [
        case("one score behind each step", t, probabilities(t, 1, form=lambda x: x[:, None])),
        case("one channel of steps", t, probabilities(t, 1, form=lambda x: x[None])),
        case("a threshold of 0.3", t, probabilities(t, 1), probabilities(t, 0.5), threshold=0.3),
        case("a threshold of 2 of logits", t, logits(t, 2), logits(t, 1), threshold=2.0),
        case("scores at the threshold", t, [np.where(x > 0, 0.5, 0.25) for x in t]),
        case("padding below 0", [np.append(x, [-100] * 3) for x in t], [np.append(x, [0.9] * 3) for x in probabilities(t, 1)], [np.append(x, [0.1] * 3) for x in probabilities(t, 1)]),
        case("another number does not count", [np.append(x, [7] * 2) for x in t], [np.append(x, [0.9] * 2) for x in probabilities(t, 1)], ignore=7),
        case("only speech", [np.ones(9, int)] * 3, probabilities([np.ones(9, int)] * 3, 1)),
        case("no speech", [np.zeros(9, int)] * 3, probabilities([np.zeros(9, int)] * 3, 1)),
        case("one sound of speech, one of none", [np.ones(6, int), np.zeros(6, int)], probabilities([np.ones(6, int), np.zeros(6, int)], 1)),
        case("all scores equal", t, [np.full(18, 0.5)] * 4),
        case("nothing is decided for", t, [np.full(18, 0.25) + 0.01 * np.arange(18) / 18 for _ in t]),
        case("all right", t, [x * 0.8 + 0.1 for x in t], [x * 0.8 + 0.1 for x in t]),
        case("all wrong", t, [0.9 - x * 0.8 for x in t]),
        case("one sound", t[:1], probabilities(t[:1], 1)),
        case("one step a sound", [np.array([k]) for k in (1, 0, 1, 1, 0)], [np.array([x]) for x in (0.9, 0.4, 0.2, 0.7, 0.6)]),
        case("nothing counts", [np.full(5, -100)] * 2, probabilities([np.ones(5, int)] * 2, 1)),
    ]
    write("yes-no-steps", cases)


# Tokens: seqeval with its usual rules (those of conlleval).
def tokens():
    from seqeval.metrics import accuracy_score, f1_score

    rng = np.random.default_rng(5)
    tags = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]

    def case(name, targets, answers, names=tags, others=None, ignore=None):
        def kept(truths, given):
            keep = [[label >= 0 and label != (-100 if ignore is None else ignore) for label in t] for t in targets]
            pick = lambda rows: [[names[c] for c, k in zip(row, mask) if k] for row, mask in zip(rows, keep) if any(mask)]
            return pick(truths), pick(given)

        def score(given):
            t, a = kept(targets, given)
            if not t:
                return {"token_accuracy": None, "entity_f1": None}
            return {"token_accuracy": 100 * accuracy_score(t, a), "entity_f1": 100 * f1_score(t, a)}

        def output(row):
            scores = rng.normal(size=(len(row), len(names))).round(1)
            for t, c in enumerate(row):
                scores[t, c] = scores[t].max() + 0.5
            return scores

        made = {"name": name, "expected": score(answers), "spec": {"names": names},
                "samples": [sample(np.asarray(t, int), output(a), None if others is None else output(others[i])) for i, (t, a) in enumerate(zip(targets, answers))]}
        if ignore is not None:
            made["spec"]["ignore"] = ignore
        if others is not None:
            t, a = kept(answers, others)
            made["other"] = {**score(others), "token_agreement": 100 * accuracy_score(t, a)}
        return made

    def made(n, length, wrong, hidden=0.0, count=5):
        targets = [rng.integers(0, count, int(rng.integers(2, length))) for _ in range(n)]
        answers = [np.where(rng.random(len(t)) < wrong, rng.integers(0, count, len(t)), t) for t in targets]
        return [np.where(rng.random(len(t)) < hidden, -100, t) for t in targets], answers

    cases = []
    for n, length, wrong, hidden in [(5, 9, 0.2, 0), (4, 12, 0.5, 0.2), (6, 7, 0.1, 0.1), (3, 15, 0.3, 0.3), (8, 5, 0.4, 0), (5, 10, 0.05, 0.2), (4, 9, 0.9, 0), (10, 6, 0.3, 0.1)]:
        t, a = made(n, length, wrong, hidden)
        cases.append(case(f"{n} sentences, {wrong} wrong, {hidden} do not count", t, a, others=[np.where(rng.random(len(x)) < 0.2, 0, x) for x in a]))
    ends = ["O", "B-X", "I-X", "E-X", "S-X", "S-Y"]
    for n, wrong in [(5, 0.2), (6, 0.5)]:
        t, a = made(n, 10, wrong, 0.1, 6)
        cases.append(case(f"tags with ends, {wrong} wrong", t, a, ends))
    row = lambda text: [tags.index(x) for x in text.split()]
    cases += [
        case("all right", [row("B-PER I-PER O B-LOC")], [row("B-PER I-PER O B-LOC")]),
        case("an inside without a begin is an entity", [row("O I-PER I-PER O")], [row("O B-PER I-PER O")]),
        case("an inside of another kind begins one", [row("B-PER I-LOC O")], [row("B-PER B-LOC O")]),
        case("two begins are two entities", [row("B-PER B-PER")], [row("B-PER I-PER")]),
        case("an entity at the end", [row("O O B-LOC I-LOC")], [row("O O B-LOC O")]),
        case("no entities in the targets", [row("O O O"), row("O O")], [row("O B-PER O"), row("O O")]),
        case("no entities at all", [row("O O O")], [row("O O O")]),
        case("nothing is found", [row("B-PER I-PER O")], [row("O O O")]),
        case("all wrong", [row("B-PER B-PER")], [row("B-LOC B-LOC")]),
        case("nothing counts", [np.array([-100, -100])], [row("O O")]),
        case("one sentence has nothing that counts", [np.array([-100, -100]), np.array(row("B-PER O"))], [row("O O"), row("B-PER O")]),
        case("another class does not count", [row("B-PER O O")], [row("B-PER B-LOC O")], ignore=0),
        case("kinds without letters", [[0, 1, 1, 2]], [[0, 1, 2, 2]], ["O", "PER", "LOC"]),
    ]
    write("tokens", cases)


# Detection: pycocotools. Boxes have whole corners and scores of 1/1024, which float32 holds exactly.
def detection():
    import contextlib
    import io

    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    rng = np.random.default_rng(6)

    def evaluated(truths, found, classes):
        truth = COCO()
        sized = lambda b: [float(b[0]), float(b[1]), float(b[2] - b[0]), float(b[3] - b[1])]
        annotations = [{"id": 0, "image_id": i, "category_id": int(b[4]), "bbox": sized(b), "area": sized(b)[2] * sized(b)[3], "iscrowd": int(b[5])}
                       for i, boxes in enumerate(truths) for b in boxes]
        for at, each in enumerate(annotations):
            each["id"] = at + 1
        truth.dataset = {"images": [{"id": i} for i in range(len(truths))], "annotations": annotations, "categories": [{"id": c} for c in range(classes)]}
        results = [{"image_id": i, "category_id": int(b[5]), "bbox": sized(b), "score": float(b[4])} for i, boxes in enumerate(found) for b in boxes]
        with contextlib.redirect_stdout(io.StringIO()):
            truth.createIndex()
            answers = truth.loadRes(results) if results else COCO()
            if not results:
                answers.dataset = {"images": truth.dataset["images"], "annotations": [], "categories": truth.dataset["categories"]}
                answers.createIndex()
            judge = COCOeval(truth, answers, "bbox")
            judge.evaluate()
            judge.accumulate()
            judge.summarize()
        both = judge.stats[:2]
        # Thresholds, recalls, classes, areas (all), boxes of a picture (100); -1 for a class without objects.
        precision = judge.eval["precision"][:, :, :, 0, -1] if results or truths else np.zeros((0, 0, 0))
        own = {str(c): [100 * float(precision[:, :, c].mean()), 100 * float(precision[0, :, c].mean())] for c in range(precision.shape[2])
               if (precision[:, :, c] > -1).all()}
        return {"map": 100 * both[0] if both[0] >= 0 else None, "map50": 100 * both[1] if both[1] >= 0 else None}, own

    def case(name, truths, found, classes):
        table = lambda rows: np.asarray(rows, dtype=float).reshape(-1, 6)
        expected, own = evaluated(truths, found, classes)
        return {"name": name, "samples": [sample(table(t), table(f)) for t, f in zip(truths, found)], "expected": expected, "per_class": own,
                "spec": {"names": [f"c{c}" for c in range(classes)]}}

    def box():
        left, top = rng.integers(0, 80, 2)
        width, height = rng.integers(4, 40, 2)
        return [int(left), int(top), int(left + width), int(top + height)]

    def score():
        return float(rng.integers(2, 1025)) / 1024

    def made(n, classes, objects, jitter, missed, extra, crowd=0.0, steps=1024):
        truths, found = [], []
        for _ in range(n):
            own = [[*box(), int(rng.integers(classes)), int(rng.random() < crowd)] for _ in range(int(rng.integers(0, objects + 1)))]
            truths.append(own)
            answers = []
            for each in own:
                if rng.random() < missed:
                    continue
                moved = [int(v + rng.integers(-jitter, jitter + 1)) for v in each[:4]]
                moved[2], moved[3] = max(moved[2], moved[0] + 1), max(moved[3], moved[1] + 1)
                kind = each[4] if rng.random() > 0.1 else int(rng.integers(classes))
                answers.append([*moved, max(2, round(score() * steps) * 1024 // steps) / 1024, kind])
            answers += [[*box(), score() / 2 if steps == 1024 else 0.5, int(rng.integers(classes))] for _ in range(int(rng.integers(0, extra + 1)))]
            answers = [[*b[:4], max(b[4], 2 / 1024), b[5]] for b in answers]
            order = rng.permutation(len(answers))
            found.append([answers[k] for k in order])
        return truths, found

    cases = []
    for n, classes, objects, jitter, missed, extra, crowd, steps in [
            (6, 1, 4, 2, 0.2, 2, 0, 1024), (5, 3, 6, 3, 0.1, 3, 0, 1024), (8, 2, 5, 1, 0.3, 1, 0, 1024), (4, 5, 8, 4, 0.2, 4, 0, 1024), (6, 2, 6, 3, 0.1, 3, 0.2, 1024),
            (5, 1, 7, 5, 0, 5, 0.3, 1024), (6, 3, 5, 2, 0.2, 3, 0, 4), (5, 2, 6, 3, 0.1, 6, 0.1, 2), (3, 2, 4, 0, 0, 0, 0, 1024), (10, 4, 3, 2, 0.4, 1, 0.1, 1024),
            (4, 2, 10, 6, 0.2, 8, 0, 1024), (7, 1, 3, 1, 0.5, 2, 0, 8)]:
        cases.append(case(f"{n} pictures, {classes} classes, moved by {jitter}, {missed} missed, {crowd} crowds, {steps} scores",
                          *made(n, classes, objects, jitter, missed, extra, crowd, steps), classes))
    at = [10, 10, 30, 30]
    cases += [
        case("no objects, boxes found", [[], []], [[[*at, 0.5, 0]], []], 1),
        case("no objects and no boxes", [[], []], [[], []], 1),
        case("objects, no boxes", [[[*at, 0, 0]], [[*at, 0, 0]]], [[], []], 1),
        case("a picture without objects among others", [[[*at, 0, 0]], []], [[[*at, 0.5, 0]], [[*at, 0.75, 0]]], 1),
        case("one exact box", [[[*at, 0, 0]]], [[[*at, 0.5, 0]]], 1),
        case("the same box twice", [[[*at, 0, 0]]], [[[*at, 0.5, 0], [*at, 0.5, 0]]], 1),
        case("boxes of another class", [[[*at, 0, 0]]], [[[*at, 0.5, 1]]], 2),
        case("a class that is found and has no objects", [[[*at, 0, 0]]], [[[*at, 0.5, 0], [*at, 0.75, 1]]], 2),
        case("only a crowd", [[[*at, 0, 1]]], [[[*at, 0.5, 0]]], 1),
        case("several boxes in a crowd", [[[0, 0, 80, 80, 0, 1], [*at, 0, 0]]], [[[*at, 0.25, 0], [40, 40, 60, 60, 0.5, 0], [41, 41, 61, 61, 0.75, 0]]], 1),
        case("an overlap of exactly a half", [[[0, 0, 10, 10, 0, 0]]], [[[0, 0, 10, 20, 0.5, 0]]], 1),
        case("two objects for one box", [[[0, 0, 10, 10, 0, 0], [1, 0, 11, 10, 0, 0]]], [[[0, 0, 10, 10, 0.5, 0]]], 1),
        case("more than a hundred boxes of a class", [[[*at, 0, 0]]], [[[k % 50, k % 40, k % 50 + 5, k % 40 + 5, 0.5, 0] for k in range(120)] + [[*at, 0.25, 0]]], 1),
        case("equal scores in several pictures", [[[*at, 0, 0]], [[*at, 0, 0]]], [[[0, 0, 5, 5, 0.5, 0], [*at, 0.5, 0]], [[*at, 0.5, 0], [0, 0, 5, 5, 0.5, 0]]], 1),
    ]
    write("detection", cases)


# Embedding: nDCG of scikit-learn, rank correlation of scipy, recall by numpy.
def embedding():
    from scipy.stats import spearmanr
    from sklearn.metrics import ndcg_score

    rng = np.random.default_rng(7)

    def unit(rows):
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / np.where(lengths == 0, 1, lengths)

    def neighbours(rows):
        near = unit(rows) @ unit(rows).T
        np.fill_diagonal(near, -np.inf)
        return near, np.argsort(-near, axis=1, kind="stable")[:, : min(10, len(rows) - 1)]

    def matched(first, other):
        cosine = (unit(first) * unit(other)).sum(1)
        both_zero = (np.linalg.norm(first, axis=1) == 0) & (np.linalg.norm(other, axis=1) == 0)
        made = {"embedding_cosine": np.where(both_zero, 1, cosine).mean(), "recall_at_10": None, "ndcg_at_10": None}
        if len(first) > 1:
            _, before = neighbours(first)
            near, after = neighbours(other)
            made["recall_at_10"] = 100 * np.mean([len(set(a) & set(b)) / len(b) for a, b in zip(after, before)])
            gains = []
            for i in range(len(first)):
                others = [k for k in range(len(first)) if k != i]
                gains.append(ndcg_score([[float(k in before[i]) for k in others]], [[near[i, k] for k in others]], k=10) if len(others) > 1 else 1.0)
            made["ndcg_at_10"] = 100 * np.mean(gains)
        return made

    def correlated(rows, targets):
        if targets is None:
            return {}
        pairs = {}
        for i, (pair, _) in enumerate(targets):
            pairs.setdefault(pair, []).append(i)
        whole = [(a, b) for a, b in (p for p in pairs.values() if len(p) == 2)]
        cosines = [float(unit(rows)[a] @ unit(rows)[b]) for a, b in whole]
        scores = [targets[b][1] for _, b in whole]
        if len(whole) < 2 or len(set(cosines)) == 1 or len(set(scores)) == 1:
            return {"spearman": None}
        return {"spearman": float(spearmanr(cosines, scores).statistic)}

    def case(name, rows, others=None, targets=None):
        rows = np.asarray(rows, float)
        made = {"name": name, "expected": correlated(rows, targets), "samples": []}
        for i, row in enumerate(rows):
            made["samples"].append(sample(None if targets is None else np.asarray(targets[i], float), row, None if others is None else others[i]))
        if others is not None:
            made["other"] = {**correlated(np.asarray(others, float), targets), **matched(rows, np.asarray(others, float))}
        return made

    def made(n, width, noise):
        rows = rng.normal(size=(n, width)).round(3)
        return rows, (rows + noise * rng.normal(size=rows.shape)).round(3)

    def scored(rows, noise, steps=None):
        targets = []
        for k in range(0, len(rows), 2):
            score = float(unit(rows)[k] @ unit(rows)[k + 1] + noise * rng.normal())
            targets += [[k // 2, round(score * steps) / steps if steps else score]] * 2
        return targets

    cases = [case(f"{n} vectors of {width}, noise {noise}", *made(n, width, noise)) for n, width, noise in
             [(20, 8, 0.1), (30, 4, 0.5), (12, 6, 0.3), (11, 5, 1), (15, 3, 0), (25, 16, 0.05), (40, 4, 2), (5, 4, 0.2), (10, 6, 0.4)]]
    for n, width, noise, steps in [(20, 5, 0.1, None), (30, 4, 0.5, None), (24, 6, 0.3, 2), (40, 3, 1, None), (16, 8, 0, 5), (12, 4, 0.2, 1)]:
        rows, others = made(n, width, 0.3)
        cases.append(case(f"{n // 2} pairs, noise {noise}, {steps} steps of scores", rows, others, scored(rows, noise, steps)))
    rows, others = made(12, 4, 0.3)
    loose = scored(rows, 0.2)
    loose[3] = [99, 0.5]
    turned = [rows[k // 2 + 6 * (k % 2)] for k in range(12)]
    cases += [
        case("some samples have no other half", rows, others, loose),
        case("all scores are equal", rows, others, [[k // 2, 1.0] for k in range(12)]),
        case("a pair lies apart", turned, turned, [[k % 6, float((k % 6) ** 2)] for k in range(12)]),
        case("two samples", rows[:2], others[:2]),
        case("one sample", rows[:1], others[:1]),
        case("a vector of zeros", [[0, 0, 0], [1, 0, 0], [0.5, 2, 1]], [[0, 0, 0], [1, 0.1, 0], [0.5, 2, 1]]),
        case("opposite vectors", rows, -rows),
    ]
    write("embedding", cases)


TASKS = {each.__name__: each for each in (regression, enhancement, segmentation, ctc, steps, tokens, detection, embedding)}
for name in sys.argv[1:] or TASKS:
    TASKS[name]()
