#!/usr/bin/env python3
"""Is this tree slower than another commit? Builds that commit beside it and runs the same benchmark rows
of both in turn, A B B A, A B B A ...

usage: compare.py BASE PROGRAM [--filter REGEX] [--rounds N] [--threshold PERCENT]

BASE is a commit, PROGRAM this tree's bench-kernels. Prints for each row the ratio of this tree's speed
to BASE's, worst first: the median over pairs and its bootstrap 95-percent interval. Exit status 1 if a
row's whole interval is slower than the threshold allows, 2 if there is nothing to compare. The
threshold is doubled where a call takes less than 10 us: placement in memory alone moves such rows.
A slower row whose kernel is the same machine code in both is named and not counted.
"""
import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile

from machine_code import Code

SHORT_NS = 1e4


def fail(text):
    print(f"compare: {text}", file=sys.stderr)
    sys.exit(2)


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, **more)


def build(base):
    """The other commit's bench-kernels, in a worktree under build/compare."""
    sha = run("git", "rev-parse", "--verify", "--quiet", base + "^{commit}").stdout.strip()
    if not base or not sha:
        fail(f"{base or 'BASE'}: no such commit; make compare BASE=<commit>")
    tree = os.path.abspath(os.path.join("build/compare", sha[:12]))
    if not os.path.isdir(tree):
        run("git", "worktree", "prune")
        made = run("git", "worktree", "add", "--detach", tree, sha)
        if made.returncode:
            fail(f"{base}: {made.stderr.strip()}")
    make = run("make", "-C", tree, "-j2", "--no-print-directory", "benches")
    programs = run("sh", "-c", f"ls -t {tree}/build/*/bench-kernels").stdout.split()
    if make.returncode or not programs:
        fail(f"{base}: does not build bench-kernels: {(make.stderr.strip().splitlines() or ['not there yet'])[-1]}")
    return programs[0]


def default_filter(program):
    """Hot rows of the table listed last, which is the best on this CPU, and training steps."""
    names = run(program, "--benchmark_list_tests").stdout.split()
    tables = [n.split("/")[1] for n in names if not n.startswith("step/")]
    return f"/{tables[-1]}/.*/hot$|^step/" if tables else "."


def times(program, args):
    """Nanoseconds per call of each row; rows that were not timed are left out."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        done = run(program, f"--benchmark_filter={args.filter}", f"--benchmark_out={out.name}",
                   "--benchmark_out_format=json", "--benchmark_min_time=0.02")
        if done.returncode:
            fail(f"{program}: {done.stderr.strip().splitlines()[-1]}")
        rows = json.load(open(out.name))["benchmarks"]
    return {r["name"]: r["real_time"] for r in rows if not r.get("error_occurred")}


def same_code(programs, rows):
    """Those of the rows whose kernel has the same machine code in both programs."""
    try:
        codes = [Code(p) for p in programs] if rows else []
    except (OSError, subprocess.CalledProcessError) as why:
        print(f"compare: machine code is not compared: {why}", file=sys.stderr)
        return set()
    symbol = {name: "sv_{}_{}".format(*name.split("/")[:2]) for name in rows}
    return {n for n in rows if codes[0].of(symbol[n]) and codes[0].of(symbol[n]) == codes[1].of(symbol[n])}


def interval(ratios):
    draw = random.Random(1)
    medians = sorted(statistics.median(draw.choices(ratios, k=len(ratios))) for _ in range(2000))
    return medians[50], medians[-51]


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("base")
    parser.add_argument("program")
    parser.add_argument("--filter")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threshold", type=float, default=5)
    args = parser.parse_args()
    args.filter = args.filter or default_filter(args.program)
    programs = {"A": build(args.base), "B": args.program}
    pairs, before = {}, None
    for i, which in enumerate("ABBA" * args.rounds):
        if sys.stderr.isatty():
            print(f"\rrun {i + 1} of {4 * args.rounds} ({which})\033[K", end="", file=sys.stderr, flush=True)
        now = times(programs[which], args)
        if i % 2:
            base, this = (before, now) if which == "B" else (now, before)
            for name in base.keys() & this.keys():
                pairs.setdefault(name, []).append((base[name] / this[name], this[name]))
        before = now
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    if not pairs:
        fail(f"no row of both matches {args.filter}")
    table = []
    for name, values in pairs.items():
        ratios = [r for r, _ in values]
        low, high = interval(ratios)
        threshold = args.threshold * (2 if statistics.median(t for _, t in values) < SHORT_NS else 1)
        verdict = "SLOWER" if high < 1 - threshold / 100 else "no difference" if low <= 1 <= high else ""
        table.append((statistics.median(ratios), low, high, name, verdict))
    slower = {row[3] for row in table if row[4] == "SLOWER"}
    placed = same_code(programs.values(), slower)
    for ratio, low, high, name, verdict in sorted(table):
        verdict = "slower, and the same code: placement" if name in placed else verdict
        print(f"{ratio:6.3f}  ({low:.3f} ... {high:.3f})  {name}  {verdict}".rstrip())
    print(f"{len(table)} rows, {len(slower - placed)} slower than {args.base} beyond their threshold")
    sys.exit(1 if slower - placed else 0)


if __name__ == "__main__":
    main()
