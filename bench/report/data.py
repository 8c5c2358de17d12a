"""Reads the files of results/; statistics of their raw rounds."""
import glob
import json
import os
import re
import sys

RESULTS = os.path.normpath(os.path.join(os.path.dirname(__file__), "../../results"))


def load(*path):
    try:
        with open(os.path.join(RESULTS, *path)) as f:
            return json.load(f)
    except (FileNotFoundError, NotADirectoryError):
        return None


def load_any(machine, name):
    """This machine's file, or that of the first which has one."""
    return next((f for n in (machine, *sorted(os.listdir(RESULTS))) if (f := load(n, name))), None)


MOST_SHARE = 1.05  # as in vae/base/peak.c


def check_share(share, what):
    """Nothing runs faster than the peak. A share more than 5 % above it, or a missing one (None), means
    that something disturbed the yardstick; that ends the program."""
    if share is None or not 0 <= share <= MOST_SHARE:
        said = "no share" if share is None else f"{100 * share:.0f} %"
        sys.exit(f"report: {what}: {said} of the FMA peak: the yardstick was disturbed; measure this file anew")


def refuse_beyond_peak(path, results):
    """Checks every share of the peak in a file of results/."""
    for row in results.get("rows", []):
        rates = {c["name"]: c["rates"] for c in row.get("contenders", [])}
        for who, of in rates.items() if "FMA peak" in rates else ():
            said = re.search(r", (\d+) threads$", who)
            threads = row["threads"] if who == "all CPUs" else int(said.group(1)) if said else 1
            ratios = sorted(a / b for a, b in zip(of, rates["FMA peak"]))
            check_share(ratios[len(ratios) // 2] / threads, f"{path}: {row['what']}, {who}")
        for phase, p in row.get("phases", {}).items():
            if "share_of_peak" in p:
                check_share(p["share_of_peak"], f"{path}: {phase}")
    for b in results.get("benchmarks", []):
        if "share_of_peak" in b:
            check_share(b["share_of_peak"], f"{path}: {b['name']}")


class Spread:
    """A median and its 95 % bootstrap interval, computed draw for draw as in bench/rounds.c."""

    def __init__(self, values):
        n, state, medians = len(values), 1, []
        for _ in range(2000):
            v = []
            for _ in range(n):
                state = (state * 6364136223846793005 + 1442695040888963407) % 2 ** 64
                v.append(values[(state >> 33) % n])
            medians.append(sorted(v)[n // 2])
        medians.sort()
        self.median = sorted(values)[n // 2]
        self.low, self.high = medians[50], medians[1949]

    def text(self, digits=2, unit=1.0):
        low, mid, high = (f"{unit * v:.{digits}f}" for v in (self.low, self.median, self.high))
        return f"{mid} ({low} … {high})"

    def verdict(self):
        return "no difference" if self.low <= 1 <= self.high else ""


class Row:
    """One row of a benchmark of alternating rounds."""

    def __init__(self, row):
        self.what, self.isa, self.row = " ".join(row["what"].split()), row.get("isa"), row
        self.rates = {c["name"]: c["rates"] for c in row.get("contenders", [])}
        self.names = list(self.rates)

    def rate(self, name):
        return sorted(self.rates[name])[len(self.rates[name]) // 2]

    def ratio(self, name, to):
        return Spread([a / b for a, b in zip(self.rates[name], self.rates[to])])

    def best(self, names):
        """The name with the highest median; None of no names."""
        return max(names, key=self.rate, default=None)


class Machine:
    def __init__(self, name):
        self.name = name
        self.files = {n: load(name, n + ".json") for n in ("step", "gemm", "maps", "kernels", "bits", "sustained")}
        for n, f in self.files.items():
            refuse_beyond_peak(f"results/{name}/{n}.json", f or {})

    def rows(self, name):
        return [Row(r) for r in (self.files[name] or {"rows": []})["rows"]]

    def compared(self):
        """Steps of step.json that compare one thread, all CPUs and PyTorch, by minibatch."""
        return {int(r.what.split()[-1]): r for r in self.rows("step")
                if "all CPUs" in r.rates and r.what.startswith("step ")}

    def host(self):
        return next((f["host"] for n, f in self.files.items() if f and "host" in f), None)

    def skipped(self):
        """Peers that were not installed, or not known when this was measured."""
        names = {n for f in ("gemm", "maps", "step") for r in self.rows(f) for n in r.names}
        known = ("OpenBLAS", "BLIS", "oneDNN", "libxsmm", "Eigen", "SLEEF", "PyTorch", "ONNX Runtime")
        return [k for k in known if not any(n.startswith(k) for n in names)]

    def timed(self):
        """Rows of Google Benchmark that were timed: kernel, table, shape, hot or cold, counters."""
        kept = []
        for b in (self.files["kernels"] or {"benchmarks": []})["benchmarks"]:
            parts = b["name"].split("/")
            if not b.get("error_occurred") and b.get("run_type") == "iteration" and parts[0] != "step":
                kept.append({"kernel": parts[0], "table": parts[1], "shape": parts[2], "heat": parts[-1],
                             **b})
        return kept

    def refused(self):
        return [b["name"] for b in (self.files["kernels"] or {"benchmarks": []})["benchmarks"]
                if b.get("error_occurred")]


def curves():
    """The runs of make converge: {(dataset, N_z, plain): run}. `plain`: with the fixed setting."""
    runs = {}
    for path in sorted(glob.glob(os.path.join(RESULTS, "convergence", "*.json"))):
        run = load("convergence", os.path.basename(path))
        plain = path.endswith("-plain.json")
        if "variant" not in run:
            runs[(run["dataset"], run["n_z"], plain)] = run
    return runs


def variants():
    """Those by other methods or with other noise: {(dataset, variant, N_z): run}."""
    runs = [load("convergence", os.path.basename(path))
            for path in glob.glob(os.path.join(RESULTS, "convergence", "*.json"))]
    return {(run["dataset"], run["variant"], run["n_z"]): run for run in runs if "variant" in run}


def likelihoods():
    """The runs of make likelihood, and of make table1 by k."""
    return [{"model": os.path.basename(path)[:-5].rpartition("-")[0], **json.loads(open(path).read())}
            for folder in ("likelihood", "iwae")
            for path in sorted(glob.glob(os.path.join(RESULTS, folder, "*.json")), key=lambda p: (len(p), p))]


def anchor(name):
    """The runs of make seeds or make warmup; None if there are none."""
    path = os.path.join(RESULTS, "anchor", name + ".json")
    if not os.path.exists(path):
        return None
    with open(path) as f:
        return json.load(f)


def figure_3():
    """The runs of make figure3: {(images, method): run}."""
    runs = [json.loads(open(path).read()) for path in glob.glob(os.path.join(RESULTS, "figure3", "*.json"))]
    return {(run["images"], run["method"]): run for run in runs}


def paper_3():
    """{(images, method, split): [(samples, log p(x))]}, the paper's Figure 3."""
    points = {}
    with open(os.path.join(RESULTS, "figure3", "paper.csv")) as f:
        for line in f:
            if line[0] != "#" and not line.startswith("images"):
                images, method, split, x, value = line.strip().split(",")
                points.setdefault((int(images), method, split), []).append((1e6 * float(x), float(value)))
    return points


def paper(name="paper"):
    """{(dataset, N_z, split): [(samples, bound)]}, the paper's Figure 2 at half decades: AEVB's curves, or
    paper-wake-sleep."""
    points = {}
    with open(os.path.join(RESULTS, "convergence", name + ".csv")) as f:
        for line in f:
            if line[0] != "#" and not line.startswith("dataset"):
                dataset, n_z, split, x, bound = line.strip().split(",")
                points.setdefault((dataset, int(n_z), split), []).append((10 ** float(x), float(bound)))
    return points
