#!/usr/bin/env python3
"""Train as in Table 1 of Importance Weighted Autoencoders (Burda, Grosse, Salakhutdinov 2015, arXiv
1509.00519), one stochastic layer, and estimate log p(x) of the test images.

usage: table1.py VAE DATA OUT [--work DIR] [--passes N] [--k K,...] [--draws N] [--first N] [--commit C]

VAE is the program, DATA a directory with mnist/, OUT where k<K>-<passes>.json go. --passes: epochs,
364 (default, the first six step sizes) or the paper's 3280. --k: 1,5 by default, and 50. --draws:
importance samples of log p(x), 5000. --first: that many test images alone. --commit: of VAE, for the
record. The runs live in --work; started again, the script goes on where it was stopped.
"""
import argparse
import json
import os
import sys

import results
from program import call

# Section 5 and the authors' code: 3^i passes at each step size, i = 0 ... 7.
STEP_SIZES = (10e-4, 7.2e-4, 5.2e-4, 3.7e-4, 2.7e-4, 1.9e-4, 1.4e-4, 1e-4)
SETTINGS = ["--hidden", "200,200", "--latent", "50", "--binarize", "dynamic", "--batch", "20", "--estimator", "iwae",
            "--optimizer", "adam", "--epsilon", "1e-4", "--epsilon-place", "raw", "--second-moment", "1",
            "--weight-decay", "0", "--init", "glorot", "--init-bias", "data"]


def stages():
    first, words = 1, []
    for i, lr in enumerate(STEP_SIZES):
        words.append(f"{first}:{lr:g}")
        first += 3 ** i
    return ",".join(words)


def passes_done(log):
    try:
        with open(log) as f:
            return max((json.loads(line)["epoch"] for line in f), default=0)
    except FileNotFoundError:
        return 0


def train(args, k, directory):
    checkpoint = os.path.join(directory, "model.safetensors")
    done = passes_done(os.path.join(directory, "log.jsonl"))
    if done > args.passes:
        sys.exit(f"table1: {directory} has trained {done} passes; give another --work")
    if done < args.passes:
        there = os.path.exists(checkpoint)
        call(args.vae, "train", "--data", os.path.join(args.data, "mnist"), "--out", directory, "--epochs",
             str(args.passes), *(["--resume", checkpoint] if there else
                                 [*SETTINGS, "--lr-stages", stages(), "--samples-per-x", str(k)]))
    return checkpoint


def evaluate(args, checkpoint):
    first = ["--first", str(args.first)] if args.first else []
    return json.loads(call(args.vae, "eval", checkpoint, "--data", os.path.join(args.data, "mnist"),
                           "--importance-samples", str(args.draws), "--active-units", "--json", *first))


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("vae")
    parser.add_argument("data")
    parser.add_argument("out")
    parser.add_argument("--work", default="build/table1")
    parser.add_argument("--passes", type=int, default=364)
    parser.add_argument("--k", default="1,5")
    parser.add_argument("--draws", type=int, default=5000)
    parser.add_argument("--first", type=int)
    parser.add_argument("--commit", default="unknown")
    args = parser.parse_args()
    for k in map(int, args.k.split(",")):
        name = f"k{k}-{args.passes}"
        checkpoint = train(args, k, os.path.join(args.work, f"k{k}"))
        record = {"k": k, "passes": args.passes, "lr_stages": stages(), **evaluate(args, checkpoint),
                  "commit": args.commit, "checkpoint_sha256": results.sha256(checkpoint)}
        results.replace(os.path.join(args.out, name + ".json"), json.dumps(record, indent=1) + "\n")
        print(f"IWAE, k = {k}, {args.passes} passes: log p(x) {record['log_likelihood']:.2f} nats, standard error "
              f"{record['log_likelihood_se']:.2f}, {record['active_units']} active units", flush=True)


if __name__ == "__main__":
    main()
