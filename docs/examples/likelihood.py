#!/usr/bin/env python3
"""A metric command in Python: the negative log-likelihood of each label, and how often it is among the three largest scores."""
import json
import sys

import numpy as np

batch = np.load(sys.argv[1])
scores = batch["scores"].astype(np.float64)  # [samples, classes]
shifted = scores - scores.max(axis=1, keepdims=True)
log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
for i, (sample, label) in enumerate(zip(batch["ids"], batch["labels"])):
    top3 = np.argsort(-scores[i])[:3]
    print(json.dumps({"id": int(sample), "nll": -log_p[i, label], "top3": int(label in top3)}))
