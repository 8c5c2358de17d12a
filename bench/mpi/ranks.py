#!/usr/bin/env python3
"""Time training steps by one process and by ranks of vae-mpi, in alternating rounds, and messages between ranks, into
results/<machine>/mpi.json, from which the report predicts clusters. And steps of two processes that share nothing but the
machine, each of half the batch: what busy neighbours cost.

usage: ranks.py VAE VAE_MPI LINK_BENCH DATA [--rounds N] [--commit C]

DATA: a directory with mnist/. Each run is of 784-500-20 and some two seconds. --rounds: 11 by default.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import results  # noqa: E402

# name: ranks, threads of each; minibatches of the model's fit, which one thread runs alone
WAYS = {"one thread": (1, 1), "two threads": (1, 2), "two ranks": (2, 1)}
AT_ONCE = "two at once"
BATCHES = (100, 500, 1000)
FIT = (25, 50, 100, 250, 500, 1000)
SECONDS = 2


def step_seconds(words, batch, samples, at_once):
    """Of training runs that begin at once, without evaluations: their mean."""
    runs = [subprocess.Popen([*words, "--out", out, "--batch", str(batch), "--samples", str(samples), "--quiet"],
                             stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True) for out in at_once]
    said = [run.communicate()[0] for run in runs]
    rates = [re.search(r"([0-9.]+) samples/s in training", text) for text in said]
    if any(run.returncode for run in runs) or not all(rates):
        sys.exit(f"ranks: {words[0]} failed")
    return sum(batch / float(rate.group(1)) for rate in rates) / len(rates)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    for name in ("vae", "vae_mpi", "link_bench", "data"):
        parser.add_argument(name)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--commit", default="unknown")
    args = parser.parse_args()
    mpirun = os.environ.get("MPIRUN", "mpirun")
    for permit in ("OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"):
        os.environ.setdefault(permit, "1")
    with tempfile.TemporaryDirectory() as work:
        common = ["train", "--data", os.path.join(args.data, "mnist")]
        outs = [os.path.join(work, out) for out in ("one", "two")]

        def run(way, batch, samples):
            if way == AT_ONCE:
                return step_seconds([args.vae, *common, "--threads", "1"], batch // 2, samples, outs)
            ranks, threads = WAYS[way]
            program = [args.vae] if ranks == 1 else [mpirun, "-n", str(ranks), args.vae_mpi]
            return step_seconds([*program, *common, "--threads", str(threads)], batch, samples, outs[:1])

        rate = 2000 / run("one thread", 2000, 20000)
        samples = int(rate * SECONDS) // 1000 * 1000
        tasks = [(way, batch) for batch in sorted({*BATCHES, *FIT})
                 for way in (*WAYS, AT_ONCE) if batch in BATCHES or way == "one thread"]
        seconds = {task: [] for task in tasks}
        link = []
        for r in range(args.rounds):
            for task in tasks:
                seconds[task].append(run(*task, samples))
            said = subprocess.run([mpirun, "-n", "2", args.link_bench], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
                                  text=True, check=True)
            link.append(json.loads(said.stdout))
            print(f"round {r + 1} of {args.rounds}", flush=True)
    rows = [{"way": way, "batch": batch, "seconds": s} for (way, batch), s in seconds.items()]
    host = {"cpu": results.cpu_info("model name"), "commit": args.commit}
    results.write("mpi", json.dumps({"host": host, "samples": samples, "rows": rows, "link": link}, indent=1) + "\n")


if __name__ == "__main__":
    main()
