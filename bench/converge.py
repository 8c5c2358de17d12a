#!/usr/bin/env python3
"""Train as in Figure 2 of Auto-Encoding Variational Bayes (arXiv 1312.6114) and compare the bounds.

usage: converge.py VAE DATA OUT [--work DIR] [--samples N] [--short N] [--later N] [--only NAME] [--commit C]

VAE is the program, DATA a directory with mnist/ and frey/ (what is missing is skipped by name), OUT
where <dataset>-<latent>.json go. Settings of a run are chosen as in the paper: the step size among
0.01, 0.02, 0.1 by the bound on training data after a short run; and since "N(0, 0.01)" reads as a
standard deviation of 0.01 or of 0.1, both are tried. The variants (wake-sleep and other noise) reach
the step size 0.1 over 1000 steps, at once it diverges, and choose after a run of --later examples, as they
start more slowly, those of other noise after whole runs. The runs live in --work; started again, the
script goes on where it was stopped. --only mnist-20 runs that one alone, --only mnist-20-wake-sleep the same
by wake-sleep, --only frey-10-per-pixel with one log-variance for each pixel, --only frey-10-mixture with a uniform
density mixed in too.
"""
import argparse
import csv
import json
import math
import os
import shutil
import subprocess
import sys

import results

STEP_SIZES = (0.01, 0.02, 0.1)
FIRST_SDS = (0.01, 0.1)
WARM_UP = {0.1: ["--warmup", "1000"]}  # of a variant
WHOLE = ("per-pixel", "mixture")  # which 0.1 leads for millions of examples, and loses in the end
POINTS = 8  # per factor of ten
# MNIST with N_z = 2 is not in the figure; it is trained for its manifold, as in Figure 4.
DATA_SETS = {"mnist": ("mnist", (3, 5, 10, 20, 200), []),
             "frey": ("frey/frey-images-idx3-ubyte.gz", (2, 5, 10, 20), ["--hidden", "200", "--likelihood", "gaussian"])}
VARIANTS = {"": [], "wake-sleep": ["--method", "wake-sleep"], "per-pixel": ["--noise", "per-pixel"],
            "mixture": ["--noise", "mixture"]}


def figure_2():
    """(dataset, path in DATA, N_z, variant, further options of vae train)"""
    yield "mnist", "mnist", 2, "", []
    for variant, options in VARIANTS.items():
        for dataset, (path, sizes, more) in DATA_SETS.items():
            for n in sizes:
                if variant in ("", "wake-sleep") or (dataset, n) == ("frey", 10):
                    yield dataset, path, n, variant, more + options


def bound(value):
    return "none" if value is None else f"{value:.1f}"


def say(*words):
    print(*words, flush=True)


class Run:
    """One run of vae train, resumed as often as needed."""

    def __init__(self, args, directory, data, options, points=POINTS):
        self.args, self.directory, self.data, self.options = args, directory, data, options
        self.points = points

    def path(self, name):
        return os.path.join(self.directory, name)

    def log(self):
        """[(samples, training bound, test bound)], ascending. Points that an interrupted run logged
        twice appear once."""
        points = {}
        try:
            with open(self.path("log.jsonl")) as f:
                for line in f:
                    o = json.loads(line)
                    points[o["samples"]] = (o["samples"], o["train_bound"], o["test_bound"])
        except FileNotFoundError:
            pass
        return [points[s] for s in sorted(points)]

    def to(self, samples):
        """Trains until this many examples are seen. False, with one line, if training diverged."""
        if os.path.exists(self.path("diverged")):
            return False
        log = self.log()
        if log and log[-1][0] > samples - 100:  # runs end at whole minibatches
            return True
        call = [self.args.vae, "train", "--data", self.data, "--out", self.directory, "--points",
                str(self.points), "--samples", str(samples)]
        checkpoint = self.path("model.safetensors")
        call += ["--resume", checkpoint] if os.path.exists(checkpoint) else self.options
        child = subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for line in child.stdout:  # a line per point
            if sys.stderr.isatty():
                print(f"\r{os.path.basename(self.directory)}: {line.strip()[:70]}\033[K", end="",
                      file=sys.stderr, flush=True)
        complaint = child.communicate()[1].strip()
        if sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr)
        if child.returncode == 0:
            return True
        if child.returncode == 1 and "training diverged" in complaint:
            say(f"  {os.path.basename(self.directory)}: {complaint}")
            os.makedirs(self.directory, exist_ok=True)
            open(self.path("diverged"), "w").close()
            return False
        sys.exit(complaint or f"converge: vae train ended with status {child.returncode}")


def trial(args, variant):
    """The examples of a run that tries a setting."""
    return args.samples if variant in WHOLE else args.later if variant else args.short


def choose(args, name, data, more, sds, variant):
    """Tries all settings in short runs. Returns the best by its training bound, and all of them."""
    tried = []
    short = trial(args, variant)
    for sd in sds:
        for lr in STEP_SIZES:
            warm_up = WARM_UP.get(lr, []) if variant else []
            options = more + ["--lr", str(lr), "--init-sd", str(sd)] + warm_up
            run = Run(args, os.path.join(args.work, "-".join([name, str(lr), str(sd), *warm_up[1:]])), data, options)
            reached = run.to(short)
            at_end = [p for p in run.log() if p[0] <= short][-1:] if reached else []
            tried.append({"lr": lr, "init_sd": sd, "train_bound": at_end[0][1] if at_end else None,
                          "run": run})
    alive = [t for t in tried if t["train_bound"] is not None]
    if not alive:
        sys.exit(f"converge: {name}: every setting diverged")
    best = max(alive, key=lambda t: t["train_bound"])
    say(f"{name}: " + ", ".join(f"{t['lr']}/{t['init_sd']} {bound(t['train_bound'])}" for t in tried)
        + f"; chosen: step size {best['lr']}, sd {best['init_sd']}")
    return best, tried


def write(args, name, record, run, samples):
    record["curve"] = [p for p in run.log() if p[0] <= samples]
    record["checkpoint_sha256"] = results.sha256(run.path("model.safetensors"))
    curve = ",\n".join(json.dumps(p) for p in record.pop("curve"))
    head = json.dumps(record, indent=1)[:-2]
    results.replace(os.path.join(args.out, name + ".json"), f'{head},\n "curve": [\n{curve}\n]\n}}\n')


def long_run(args, name, chosen, tried, dataset, n_z, variant=""):
    run = chosen["run"]
    if not run.to(args.samples):
        say(f"{name}: the chosen setting diverged later on; the next best is taken")
        chosen["train_bound"] = None
        alive = [t for t in tried if t["train_bound"] is not None]
        return long_run(args, name, max(alive, key=lambda t: t["train_bound"]), tried, dataset, n_z, variant)
    record = {"dataset": dataset, "n_z": n_z, "lr": chosen["lr"], "init_sd": chosen["init_sd"],
              "short_samples": trial(args, variant), "points_per_decade": POINTS,
              "tried": [{k: v for k, v in t.items() if k != "run"} for t in tried]}
    if variant:
        record["variant"] = variant
    record["commit"] = args.commit
    write(args, name, record, run, args.samples)
    last = run.log()[-1]
    say(f"{name}: {last[0]} samples: training {bound(last[1])}, test {bound(last[2])} nats"
        + ("" if variant else paper_says(dataset, n_z, last[0])))
    return chosen


def paper_says(dataset, n_z, samples):
    try:
        with open(os.path.join(os.path.dirname(__file__), "../results/convergence/paper.csv")) as f:
            for row in csv.DictReader(line for line in f if not line.startswith("#")):
                if (row["dataset"], row["n_z"], row["split"]) == (dataset, str(n_z), "test") and \
                        abs(float(row["log10_samples"]) - math.log10(samples)) < 0.01:
                    return f"; the paper's test bound: {row['bound_nats']}"
    except FileNotFoundError:
        pass
    return ""


def pictures(args, name, run):
    """Keeps the pictures that the report shows: Figures 4 and 5 of the paper, and reconstructions."""
    kept = {"samples": ("mnist-2", "mnist-5", "mnist-10", "mnist-20", "frey-10"), "reconstructions": ("mnist-20", "frey-10")}
    for what, names in kept.items():
        if name in names:
            shutil.copy(run.path(what + ".png"), os.path.join(args.out, f"{name}-{what}.png"))
    if name in ("mnist-2", "frey-2"):
        subprocess.run([args.vae, "manifold", run.path("model.safetensors"), "--out",
                        os.path.join(args.out, name + "-manifold.png")], check=True)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("vae")
    parser.add_argument("data")
    parser.add_argument("out")
    parser.add_argument("--work", default="build/converge")
    parser.add_argument("--samples", type=int, default=10_000_000)
    parser.add_argument("--only")
    parser.add_argument("--commit", default="unknown")
    parser.add_argument("--short", type=int, default=300_000)
    parser.add_argument("--later", type=int, default=1_000_000)
    args = parser.parse_args()
    os.makedirs(args.work, exist_ok=True)
    os.makedirs(args.out, exist_ok=True)
    for dataset, place, n_z, variant, more in figure_2():
        name, data = f"{dataset}-{n_z}" + (variant and "-" + variant), os.path.join(args.data, place)
        if args.only not in (None, name):
            continue
        if not os.path.exists(data):
            say(f"{name}: skipped: no {data}")
            continue
        best, tried = choose(args, name, data, more + ["--latent", str(n_z)], FIRST_SDS, variant)
        chosen = long_run(args, name, best, tried, dataset, n_z, variant)
        pictures(args, name, chosen["run"])
        if name == "mnist-20":  # one fixed setting too, whatever was chosen
            plain = next(t for t in tried if (t["lr"], t["init_sd"]) == (0.01, 0.01))
            long_run(args, name + "-plain", plain, [plain], dataset, n_z)


if __name__ == "__main__":
    main()
