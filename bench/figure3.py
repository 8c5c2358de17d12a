#!/usr/bin/env python3
"""Train as in Figure 3 of Auto-Encoding Variational Bayes (arXiv 1312.6114): AEVB, wake-sleep and Monte
Carlo EM on 1000 and on 50000 images of MNIST, 100 hidden units, three dimensions of z. Their log p(x) is
estimated by Hamiltonian Monte Carlo (appendix D) on the first 1000 images of training and test set.

usage: figure3.py VAE DATA OUT [--work DIR] [--samples N] [--short N] [--only METHOD-N] [--points N]
       [--step-sizes X,...] [--commit C]

VAE is the program, DATA a directory with mnist/, OUT where <method>-<images>.json go. The step size is the one
of 0.01, 0.02 and 0.1 with the highest log p(x) of training images after a short run of --short examples, and
of at least eight cycles of MCEM. --samples: 60000000. --points: estimates in a factor of ten, 4. --commit: of VAE,
for the record. The runs live in --work; started again, the script goes on where it was stopped.
"""
import argparse
import json
import os

import results
from converge import Run, bound, say
from program import call

STEP_SIZES = "0.01,0.02,0.1"
SETTINGS = ["--hidden", "100", "--latent", "3", "--batch", "100"]
CELLS = [(method, images) for images in (1000, 50000) for method in ("aevb", "wake-sleep", "mcem")]
CYCLE = 15  # examples that a cycle of MCEM counts, per image


class Cell:
    """A method on so many training images, at one step size."""

    def __init__(self, args, method, images, lr):
        self.args, self.lr = args, lr
        directory = os.path.join(args.work, f"{method}-{images}-{lr}")
        options = [*SETTINGS, "--method", method, "--train-images", str(images), "--lr", lr]
        self.unit = CYCLE * images if method == "mcem" else 1
        self.run = Run(args, directory, os.path.join(args.data, "mnist"), options, points=1)
        self.path = os.path.join(directory, "estimates.json")

    def estimates(self):
        """{samples: (log p(x) of training images, of test images)}."""
        if not os.path.exists(self.path):
            return {}
        with open(self.path) as f:
            return {int(samples): tuple(pair) for samples, pair in json.load(f).items()}

    def rounded(self, samples):
        """That many examples, or the end of the cycle they are in."""
        return -(-samples // self.unit) * self.unit

    def at(self, samples):
        """Trains to rounded(samples); (samples, estimates) there. None: it diverged."""
        samples = self.rounded(samples)
        known = self.estimates()
        if samples not in known and known and max(known) > samples:
            raise SystemExit(f"figure3: {self.run.directory} is beyond {samples} examples; give another --work")
        if samples not in known:
            if not self.run.to(samples):
                return None
            known[samples] = tuple(self.log_p(split) for split in ("train", "test"))
            results.replace(self.path, json.dumps(known) + "\n")
        return (samples, *known[samples])

    def log_p(self, split, *options):
        answer = json.loads(call(self.args.vae, "eval", self.run.path("model.safetensors"), "--data", self.run.data,
                                 "--split", split, "--first", str(self.args.first), "--hmc", "--grey", "--json",
                                 *options))
        return answer["hmc"]["log_likelihood"]

    def by_start(self, method):
        """[(where chains start, log p(x) of training images, of test images)], of the model as it is."""
        starts = [("one draw", "--hmc-starts", "1"), ("of 10", "--hmc-starts", "10"), ("of 100", "--hmc-starts", "100")]
        if method != "mcem":  # which trains no encoder
            starts.append(("encoder", "--hmc-from", "encoder"))
        return [(name, *(self.log_p(split, *options) for split in ("train", "test"))) for name, *options in starts]


SAMPLES = 60_000_000


def points(args):
    """Where the curve has its points: --points in a factor of ten, up to --samples, the same for any of it."""
    grid = [round(SAMPLES * 10 ** (-i / args.points)) for i in range(6 * args.points, -1, -1)]
    return [samples for samples in grid if samples < args.samples] + [args.samples]


def short(args, cell):
    return max(args.short, 8 * cell.unit)


def choose(args, method, images):
    tried = []
    for lr in args.step_sizes.split(","):
        cell = Cell(args, method, images, lr)
        at = cell.at(short(args, cell))
        tried.append((at[1] if at else None, cell))
    alive = [t for t in tried if t[0] is not None]
    if not alive:
        raise SystemExit(f"figure3: {method} on {images} images: every step size diverged")
    best = max(alive, key=lambda t: t[0])[1]
    say(f"{method}, {images} images: " + ", ".join(f"{c.lr} {bound(v)}" for v, c in tried) + f"; chosen: {best.lr}")
    return best, tried


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("vae")
    parser.add_argument("data")
    parser.add_argument("out")
    parser.add_argument("--work", default="build/figure3")
    parser.add_argument("--samples", type=int, default=SAMPLES)
    parser.add_argument("--short", type=int, default=600_000)
    parser.add_argument("--points", type=int, default=4)
    parser.add_argument("--first", type=int, default=1000)
    parser.add_argument("--step-sizes", default=STEP_SIZES)
    parser.add_argument("--only")
    parser.add_argument("--commit", default="unknown")
    args = parser.parse_args()
    for method, images in CELLS:
        if args.only not in (None, f"{method}-{images}"):
            continue
        cell, tried = choose(args, method, images)
        curve = []
        for samples in points(args):
            if cell.rounded(samples) < cell.rounded(short(args, cell)):
                continue  # the run was there before it was chosen
            at = cell.at(samples)
            if at is None:
                raise SystemExit(f"figure3: {method} on {images} images diverged at step size {cell.lr}")
            if at not in curve:
                curve.append(at)
        record = {"method": method, "images": images, "lr": float(cell.lr), "evaluated": args.first,
                  "tried": [{"lr": float(c.lr), "train": v} for v, c in tried], "curve": curve,
                  "commit": args.commit, "checkpoint_sha256": results.sha256(cell.run.path("model.safetensors"))}
        if max(cell.estimates()) == curve[-1][0]:  # the model is that of the curve's end, not beyond
            record["by_start"] = cell.by_start(method)
        results.replace(os.path.join(args.out, f"{method}-{images}.json"), json.dumps(record, indent=1) + "\n")
        samples, train, test = curve[-1]
        say(f"{method}, {images} images: {samples} examples: log p(x) {train:.2f} nats in training, {test:.2f} in test")


if __name__ == "__main__":
    main()
