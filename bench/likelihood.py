#!/usr/bin/env python3
"""Train a model of Auto-Encoding Variational Bayes' size on binarised MNIST, and estimate what it is
worth: its bound, log p(x), and the gaps between them.

usage: likelihood.py VAE DATA OUT [--work DIR] [--samples N] [--draws K] [--first N] [--local-steps N] [--local-first N]
       [--commit C]

VAE is the program, DATA a directory with mnist/, OUT where 784-500-20-<samples>.json goes. --draws: importance
samples of log p(x), 5000. --first: that many test images alone. --local-steps: 500, for the gaps, which
are of the first 1000 test images (--local-first). --commit: of VAE, for the record. The run lives in
--work; started again, the script goes on where it was stopped.
"""
import argparse
import json
import os
import sys

import results
from program import call

SETTINGS = ["--hidden", "500", "--latent", "20", "--batch", "100", "--binarize", "dynamic", "--points", "4"]
GAPS = ("log_likelihood", "local_steps", "local_elbo", "amortisation_gap", "amortisation_gap_se", "approximation_gap")


def train(args, data, directory):
    checkpoint = os.path.join(directory, "model.safetensors")
    resume = ["--resume", checkpoint] if os.path.exists(checkpoint) else SETTINGS
    done = trained(args, data, checkpoint)
    if done > args.samples:
        sys.exit(f"likelihood: {directory} has seen {done} examples; give another --work")
    if done < args.samples:
        call(args.vae, "train", "--data", data, "--out", directory, "--samples", str(args.samples), *resume)
    return checkpoint


def trained(args, data, checkpoint):
    if not os.path.exists(checkpoint):
        return 0
    return json.loads(call(args.vae, "eval", checkpoint, "--data", data, "--first", "1", "--json"))["samples"]


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("vae")
    parser.add_argument("data")
    parser.add_argument("out")
    parser.add_argument("--work", default="build/likelihood")
    parser.add_argument("--samples", type=int, default=10_000_000)
    parser.add_argument("--draws", type=int, default=5000)
    parser.add_argument("--first", type=int)
    parser.add_argument("--local-steps", type=int, default=500)
    parser.add_argument("--local-first", type=int, default=1000)
    parser.add_argument("--commit", default="unknown")
    args = parser.parse_args()
    data = os.path.join(args.data, "mnist")
    checkpoint = train(args, data, os.path.join(args.work, "784-500-20"))
    ask = [args.vae, "eval", checkpoint, "--data", data, "--importance-samples", str(args.draws), "--json"]
    record = json.loads(call(*ask, "--active-units", *(["--first", str(args.first)] if args.first else [])))
    gaps = json.loads(call(*ask, "--local-steps", str(args.local_steps), "--first", str(args.local_first)))
    record["gaps"] = {"images": gaps["images"], **{key: gaps[key] for key in GAPS}}
    record["commit"] = args.commit
    record["checkpoint_sha256"] = results.sha256(checkpoint)
    results.replace(os.path.join(args.out, f"784-500-20-{args.samples}.json"), json.dumps(record, indent=1) + "\n")
    print(f"784-500-20, {record['samples']} examples: bound {record['test_bound']:.2f} nats, log p(x) "
          f"{record['log_likelihood']:.2f}, standard error {record['log_likelihood_se']:.2f}")


if __name__ == "__main__":
    main()
