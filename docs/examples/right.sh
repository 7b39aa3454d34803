#!/bin/sh
# A metric command in shell: 1 where the largest of 26 float32 scores (output "scores") is the label, else 0.
set -e
unzip -p "$1" labels.npy | tail -c +129 | od -An -v -td8 -w8 > "$1.labels"
unzip -p "$1" scores.npy | tail -c +129 | od -An -v -tf4 -w104 | paste -d' ' "$1.labels" - |
    awk '{ best = 2; for (i = 3; i <= NF; ++i) if ($i > $best) best = i; print ($1 == best - 2) ? 1 : 0 }'
rm "$1.labels"
