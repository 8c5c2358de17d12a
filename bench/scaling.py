#!/usr/bin/env python3
"""Predicts the training step on more cores from the phases measured on one: results/step.json to
results/scaling.md.

The model. A phase's work divides evenly: t / N, but not finer than four rows of one unit, two panels of
sixteen columns. Each of the step's meetings costs the measured time per doubling of threads. Between
meetings each thread reads activations, and a share of the last layer's weights, that others wrote: bytes
over the measured rate, all threads at once. Memory bandwidth per core is taken as measured, so a machine
whose cores share it falls short of this.
"""
import json
import math
import sys

source, out = sys.argv[1:3]
data = json.load(open(source))
rows = {(r["what"], r.get("threads")): r for r in data["rows"]}
one = rows[("phases", 1)]
exchange = next((r for r in data["rows"] if r["what"] == "exchange"), None)
X, H, Z, MEETINGS = 784, 500, 20, 8
STEP_US = {name: 1e6 * p["seconds"] / one["steps"] for name, p in one["phases"].items()}
BATCH = 100
# What a dW takes beyond its arithmetic is the optimiser's, per weight and not per row.
FIXED = {name: 1 - p["share_of_peak"] for name, p in one["phases"].items() if "dW" in name}
PANELS = {"encoder.hidden": H, "decoder.hidden": H, "decoder.out": X, "decoder.out dX": H,
          "encoder.head dX": H, "decoder.out dW + optimiser": X, "encoder.hidden dW + optimiser": H,
          "decoder.hidden dW + optimiser": H, "encoder.head dW + optimiser": 2 * Z}


def phase_us(name, us, n, batch):
    scaled = us * (FIXED.get(name, 0) + (1 - FIXED.get(name, 0)) * batch / BATCH)
    # rows of a unit can be split too, but not below some four per thread
    pieces = math.ceil(PANELS[name] / 32) * max(batch // 4, 1) if name in PANELS else max(batch, 1)
    return scaled / min(n, pieces)


def exchanged_bytes(n, batch):
    others = (n - 1) / n
    activations = 4 * batch * (X + H + H + X + H) * others
    weights = 4 * H * X / n * others  # of the last layer, for dX
    return activations + weights


def step_us(n, batch):
    parts = {k: phase_us(k, us, n, batch) for k, us in STEP_US.items() if k != "waiting"}
    if n > 1 and exchange:
        parts["meetings"] = MEETINGS * exchange["meeting_us"] * math.log2(n)
        parts["exchange"] = exchanged_bytes(n, batch) / exchange["gb_per_s"] * 1e-3
    return sum(parts.values()), parts


lines = ["# The training step on more cores", "",
         "Predicted by bench/scaling.py (`make scaling`) from the phases of one thread and the cost of a "
         "meeting, as `make bench` measured them; 784-500-20, Adagrad.", ""]
host = data["host"]
lines += [f"Measured on: {host['cpu']} (family {host['family']}), {host['cpus']} CPUs, "
          f"{host['compiler']}, commit {host['commit']}, {host['date']}.", ""]
if exchange:
    measured = next(r for r in data["rows"] if r.get("all_to_one") and "batch 100" in r["what"])
    ratio = measured["all_to_one"]["median"]
    n = measured["threads"]
    predicted = step_us(1, BATCH)[0] / step_us(n, BATCH)[0]
    lines += [f"A meeting of {n} threads takes {exchange['meeting_us']:.2f} us; a thread reads what "
              f"another wrote at {exchange['gb_per_s']:.1f} GB/s. For {n} threads at batch {BATCH} the "
              f"model predicts {predicted:.2f} times one thread's speed; measured {ratio:.2f} (median of "
              f"{data['rounds']} alternating rounds): the model is {100 * (predicted / ratio - 1):+.0f} % "
              "off.", ""]
lines += ["Samples/s in thousands, and in brackets the share of ideal scaling:", "",
          "| batch | 1 core | 4 cores | 16 cores | 64 cores |", "|---|---|---|---|---|"]
for batch in (100, 500, 1000, 4000):
    base = step_us(1, batch)[0]
    cells = [f"{batch / base * 1e3:.0f}"]
    for n in (4, 16, 64):
        t = step_us(n, batch)[0]
        cells.append(f"{batch / t * 1e3:.0f} ({100 * base / t / n:.0f} %)")
    lines.append(f"| {batch} | " + " | ".join(cells) + " |")
lines += ["", "What grows first at batch 100, in microseconds a step:", "",
          "| cores | step | largest part that does not divide | its time |", "|---|---|---|---|"]
for n in (2, 4, 16, 64):
    total, parts = step_us(n, BATCH)
    extra = {k: parts.get(k, 0) for k in ("meetings", "exchange")}
    extra["rows too few to divide"] = sum(phase_us(k, us, n, BATCH) - us / n
                                          for k, us in STEP_US.items() if k != "waiting")
    worst = max(extra, key=extra.get)
    lines.append(f"| {n} | {total:.0f} | {worst} | {extra[worst]:.0f} |")
# Data parallel: each group of cores has its own minibatch, and the gradients, as many floats as there are
# parameters, are summed and sent back.
params = X * H + H * 2 * Z + Z * H + H * X
if exchange:
    send = 2 * 4 * params / exchange["gb_per_s"] * 1e-3
    pays = next((b for b in range(10, 100000, 10)
                 if 2 * b / (step_us(1, b)[0] + send) > 1.5 * b / step_us(1, b)[0]), None)
    lines += ["", f"Data-parallel training would exchange {4 * params / 1e6:.1f} MB of gradients each way, "
              f"{send:.0f} us a step at the measured rate: two replicas reach 1.5 times one from a "
              f"minibatch of {pays} rows per replica on. Splitting columns exchanges "
              f"{exchanged_bytes(2, BATCH) / 1e6:.1f} MB per thread at batch {BATCH}."]
open(out, "w").write("\n".join(lines) + "\n")
