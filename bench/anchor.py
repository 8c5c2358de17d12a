#!/usr/bin/env python3
"""Train the paper's network, 784-500-20, on MNIST in a set of runs that differ in one thing.

usage: anchor.py SET VAE DATA OUT [--work DIR] [--samples N] [--commit C]

SET is seeds: five seeds, with the step size and first weights that converge.py chose (results/convergence/
mnist-20.json), over 10000000 examples; or warmup: the step size 0.1 of the paper's choice, reached at once, over 100
or over 1000 steps, or after an epoch that gathers squared gradients and moves nothing, and 0.02 reached at once,
over 300000 examples. VAE is the program, DATA a directory with mnist/,
OUT where SET.json goes. --commit: of VAE, for the record. The runs live in --work; started again, the script goes on
where it was stopped.
"""
import argparse
import json
import os

import results
from converge import Run, bound, say

CHOSEN = os.path.join(os.path.dirname(__file__), "../results/convergence/mnist-20.json")


def seeds():
    with open(CHOSEN) as f:
        chosen = json.load(f)
    setting = {"lr": chosen["lr"], "init_sd": chosen["init_sd"]}
    return 10_000_000, {f"seed-{seed}": {**setting, "seed": seed} for seed in range(1, 6)}


def warmup():
    runs = {f"0.1-over-{steps}": {"lr": 0.1, "warmup": steps} for steps in (0, 100, 1000)}
    runs["0.1-after-squares"] = {"lr_stages": "1:1e-30,2:0.1"}
    return 300_000, {**runs, "0.02-over-0": {"lr": 0.02, "warmup": 0}}


SETS = {"seeds": seeds, "warmup": warmup}


def options(setting):
    """Of vae train; the warm-up's default is none."""
    return [word for key, value in setting.items() if (key, value) != ("warmup", 0)
            for word in ("--" + key.replace("_", "-"), str(value))]


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("set", choices=SETS)
    parser.add_argument("vae")
    parser.add_argument("data")
    parser.add_argument("out")
    parser.add_argument("--work", default="build/anchor")
    parser.add_argument("--samples", type=int)
    parser.add_argument("--commit", default="unknown")
    args = parser.parse_args()
    usual, settings = SETS[args.set]()
    samples = args.samples or usual
    runs = []
    for name, setting in settings.items():
        run = Run(args, os.path.join(args.work, name), os.path.join(args.data, "mnist"), options(setting), points=1)
        reached = run.to(samples)
        curve = [point for point in run.log() if point[0] <= samples]
        at_end = f"training {bound(curve[-1][1])}, test {bound(curve[-1][2])} nats" if reached else "diverged"
        say(f"{name}: {samples} examples: {at_end}")
        runs.append({**setting, "diverged": not reached, "curve": curve,
                     "checkpoint_sha256": results.sha256(run.path("model.safetensors"))})
    record = {"samples": samples, "commit": args.commit, "runs": runs}
    results.replace(os.path.join(args.out, args.set + ".json"), json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
