"""The report's tables: lists of Markdown lines."""
import os
import re
import statistics

import cpus
import figures
import data
from data import RESULTS, load

NOTHING = "–"


def table(head, rows):
    """Lines of a table, without the columns that hold NOTHING in every row."""
    kept = [i for i in range(len(head)) if any(row[i] != NOTHING for row in rows)]
    lines = [[head[i] for i in kept], *([str(row[i]) for i in kept] for row in rows)]
    lines = ["| " + " | ".join(line) + " |" for line in lines]
    return [lines[0], "|" + "---|" * len(kept), *lines[1:]]


def shown(ratio):
    """A ratio to a baseline, as a cell."""
    return f"{ratio.text()} {ratio.verdict()}".strip()


def host(machine):
    h = machine.host()
    caches = ", ".join(f"{k.upper()} {v >> 10} KB" for k, v in h["caches"].items())
    stepping = f", stepping {h['stepping']}" if "stepping" in h else ""
    rows = [("CPU", f"{h['cpu']}, family {h['family']}, model {h['model']}{stepping}: {cpus.microarchitecture(h)}; "
                    f"{h['cpus']} CPUs; data caches {caches}"),
            ("frequency governor", h["governor"]), ("compiler", f"{h['compiler']}, `{h['flags']}`")]
    rows += [(f"`{name}.json`", f"commit {f['host']['commit']}, {f['host']['date']}")
             for name, f in machine.files.items() if f and "host" in f]
    k = machine.files["kernels"]
    if k:
        rows.append(("`kernels.json`", f"commit {k['context']['commit']}, {k['context']['date']}"))
    return table(("part", "what it was"), rows)


def gemm(machine):
    lines = []
    for isa in dict.fromkeys(r.isa for r in machine.rows("gemm")):
        rows = []
        for r in machine.rows("gemm"):
            if r.isa != isa:
                continue
            alone, unfused = (r.best(names) for names in figures.peers(r))
            cells = [r.what, f"{r.rate('FMA peak'):.0f}", r.ratio("packed", "FMA peak").text(1, 100)]
            for ours, other in (("packed", alone), ("unpacked", alone), ("fused", unfused)):
                cells.append(shown(r.ratio(ours, other)) if ours in r.rates and other else NOTHING)
            rows.append(cells + [alone or NOTHING])
        lines += ["", f"**{isa}**", ""] + table(
            ("product", "FMA peak, GFLOP/s", "packed, % of the peak", "packed ÷ best library",
             "plain operands ÷ best library", "fused ÷ best library, unfused", "best library"), rows)
    return lines[1:] or ["Not measured on this machine."]


def maps(machine):
    lines = []
    for isa in dict.fromkeys(r.isa for r in machine.rows("maps")):
        rows = []
        for r in machine.rows("maps"):
            if r.isa == isa:
                unit = "GB/s" if r.names[0] == "stream" else "G elements/s"
                rows.append((r.what, f"{r.rate('ours'):.2f} {unit}", r.names[0], shown(r.ratio("ours", r.names[0]))))
        lines += ["", f"**{isa}**", ""] + table(("kernel", "rate", "baseline", "speedup"), rows)
    return lines[1:] or ["Not measured on this machine."]


def torch(machine):
    rows = []
    for r in machine.compared().values():
        one, more = figures.torch_settings(r)
        best_one, best = r.best(one), r.best(one + more)
        rows.append([r.what.split(", ")[1], r.ratio("one thread", "FMA peak").text(1, 100),
                     r.ratio("all CPUs", "one thread").text()] +
                    ([r.ratio("one thread", best_one).text(), r.ratio("all CPUs", best).text(), best]
                     if best else [NOTHING] * 3))
    return table(("minibatch", "one thread, % of the FMA peak", "all CPUs ÷ one thread",
                  "one thread ÷ PyTorch's one", "all CPUs ÷ PyTorch's best", "PyTorch's best setting"), rows)


def forward(machine):
    """The test bound's forward pass, beside ONNX Runtime's where it was measured."""
    rows = []
    for r in machine.rows("step"):
        if r.what == "test bound, batch 1000" and "all CPUs" in r.rates:
            for ours, threads in (("one thread", " 1 thread"), ("all CPUs", f" {r.row['threads']} threads")):
                peer = r.best([n for n in r.names if n.startswith("ONNX") and n.endswith(threads)])
                rows.append([ours, r.ratio(ours, "FMA peak").text(1, 100),
                             f"{1e6 * r.rate(ours) / r.row['flops_per_sample']:,.0f} K",
                             r.ratio(ours, peer).text() if peer else NOTHING, peer or NOTHING])
    return table(("ours", "% of one thread's FMA peak", "images a second", "ours ÷ ONNX Runtime on as many threads",
                  "which"), rows) if rows else ["The forward pass beside ONNX Runtime: not measured on this machine."]


IWAE_STEP, LOG_P = "IWAE step 784-200-200-50, k = 5, batch 20", "log p(x), 784-500-20"


def share(machine, what):
    """One thread's share of the FMA peak in the row of that name, or NOTHING."""
    row = next((r for r in machine.rows("step") if r.what == what), None)
    return row.ratio("one thread", "FMA peak").text(1, 100) if row else NOTHING


def machines(all_machines):
    """One line per folder of results/ that has steps, each at its own commit."""
    rows = []
    for m in all_machines:
        r, cells = m.compared().get(100), sorted(s.median for s in sweep_rows(m).values())
        if not (r and cells):
            continue
        one, more = figures.torch_settings(r)
        host = m.files["step"]["host"]
        rows.append([f"[{m.name}](results/{m.name})", cpus.microarchitecture(host), host["commit"],
                     f"{r.rate('FMA peak'):.0f}",
                     r.ratio("one thread", "FMA peak").text(1, 100), r.ratio("all CPUs", "one thread").text(),
                     r.ratio("one thread", r.best(one)).text() if one else NOTHING,
                     r.ratio("all CPUs", r.best(one + more)).text() if one else NOTHING,
                     f"{100 * cells[0]:.0f}, {100 * cells[len(cells) // 2]:.0f}",
                     *(share(m, what) for what in ("test bound, batch 1000", LOG_P, IWAE_STEP))])
    return table(("machine", "microarchitecture", "commit", "FMA peak of a thread, GFLOP/s", "one thread, % of it",
                  "all CPUs ÷ one thread", "one thread ÷ PyTorch's one", "all CPUs ÷ PyTorch's best",
                  "45 sizes: worst and median share, %", "test bound, %", "log p(x), %",
                  "IWAE's step, k = 5, batch 20, %"), rows)


def sweep_rows(machine):
    """{(hidden, latent, batch): share of the FMA peak} of the rows without peers."""
    cells = {}
    for r in machine.rows("step"):
        m = re.fullmatch(r"step 784-(\d+)-(\d+), batch (\d+)", r.what)
        if m and "all CPUs" not in r.rates:
            cells[tuple(map(int, m.groups()))] = r.ratio("one thread", "FMA peak")
    return cells


def sweep(machine):
    cells = sweep_rows(machine)
    hidden, latent, batch = (sorted({k[i] for k in cells}) for i in range(3))
    rows = [[h] + [f"{100 * cells[h, z, b].median:.0f}" for b in batch for z in latent] for h in hidden]
    return table(["hidden"] + [f"batch {b}, N_z {z}" for b in batch for z in latent], rows)


YOUNG, AGED = "first 10^5 samples", "after 10^6 samples"  # names of bench/sustained_bench.c


def sustained(machine):
    """The section with its heading; empty if it was not measured."""
    rows = [(r.what, f"{1e9 * r.rate(AGED):,.0f}",
             f"{r.ratio(AGED, YOUNG).text(1, 100)} {r.ratio(AGED, YOUNG).verdict()}".strip())
            for r in machine.rows("sustained")]
    if not rows:
        return []
    return ["## Long runs", "",
            "Does training slow down? A run that has seen 10⁶ examples alternates with one in its first 10⁵. The model is",
            "small (64-64-2) and has few images, so the prior weighs heavily and weights and running averages decay towards",
            "zero. Were they to reach the denormals, arithmetic would slow down.", ""] + \
        table(("optimiser and data", "examples per second after 10⁶", "% of the first 10⁵"), rows) + ["", ""]


def bits(machine):
    f = machine.files["bits"]
    if not f:
        return ["Not run on this machine: `make bits`."]
    threads = sorted({r["threads"] for r in f["rows"]})
    by = {}
    for r in f["rows"]:
        by.setdefault(r["isa"], {})[r["threads"]] = r["sha256"]
    shas = sorted({r["sha256"] for r in f["rows"]})
    rows = [[isa] + [f"`{row[t][:16]}…`" if t in row else NOTHING for t in threads] for isa, row in by.items()]
    return [f"{f['run']}, {f['samples']} examples: {len(f['rows'])} runs, {len(shas)} different checkpoint"
            f"{'' if len(shas) == 1 else 's'} (`{shas[0]}`).", ""] + \
        table(["instruction set"] + [f"{t} thread{'s' if t > 1 else ''}" for t in threads], rows)


def accuracy():
    f = load("accuracy.json")
    functions = {}
    for r in f["rows"]:
        functions.setdefault(r["function"], []).append(r)
    rows = [(name, f"{max(r['max_ulp'] for r in rs):.3f}", rs[0]["bound"],
             ", ".join(dict.fromkeys(r["at"] for r in rs)), ", ".join(r["isa"] for r in rs),
             sum(r["other_bits"] for r in rs)) for name, rs in functions.items()]
    return table(("function", "largest error, ulp", "bound, ulp", "at", "instruction sets",
                  "inputs whose bits differ between them"), rows)


def worst(machine):
    """The largest error / bound of each kernel: the reference's, and that of the worst other table."""
    most = {}
    for r in machine.timed():
        if "worst_error_over_bound" in r:
            side = most.setdefault(r["kernel"], [0, 0])
            i = 0 if r["table"] == "reference" else 1
            side[i] = max(side[i], r["worst_error_over_bound"])
    return table(("kernel", "scalar reference in float", "SIMD, worst instruction set"),
                 [(f"`{k}`", f"{a:.2f}", f"{b:.2f}") for k, (a, b) in most.items()])


NAMES = {"mnist": "MNIST", "frey": "Frey Face"}


def convergence(runs, paper):
    rows = []
    for (dataset, n_z, plain), run in sorted(runs.items(), key=lambda r: (r[0][0] != "mnist", r[0][1:])):
        at = [point(run, 10 ** e, 2) for e in (6, 6.5, 7)]
        theirs = dict((round(s), b) for s, b in paper.get((dataset, n_z, "test"), []))
        cells = []
        for e, ours in zip((6, 6.5, 7), at):
            said = theirs.get(round(10 ** e))
            cells.append((f"{ours:.1f}" if ours is not None else NOTHING) +
                         (f" ({said:.1f})" if said is not None else ""))
        rows.append([NAMES[dataset], n_z, f"{run['lr']:g}",
                     f"{run['init_sd']:g}", "fixed" if plain else "chosen"] + cells +
                    [run["commit"], f"`{run['checkpoint_sha256'][:12]}…`"])
    return table(("data", "N_z", "step size", "std. dev. of initial weights", "settings", "10⁶ examples", "10^6.5",
                  "10⁷", "commit", "checkpoint's SHA-256"), rows)


def point(run, samples, column):
    """The curve's value at the first point at or just past this many samples; None if not reached."""
    return next((c[column] for c in run["curve"] if 0.999 * samples <= c[0] <= 1.01 * samples), None)


# Burda, Grosse & Salakhutdinov 2015, table 1, one stochastic layer: -log p(x) by k, after 3280 passes.
IWAE_TABLE_1 = {1: 86.76, 5: 85.54, 50: 84.78}


def likelihoods(runs):
    rows = []
    for run in runs:
        iwae, gaps = "k" in run, run.get("gaps")
        said = IWAE_TABLE_1.get(run.get("k"))
        rows.append([f"IWAE, k = {run['k']}" if iwae else run["model"],
                     f"{run['passes']} passes" if iwae else f"{run['samples']:,} examples", f"{run['images']:,}",
                     f"{run['test_bound']:.2f}",
                     f"{run['log_likelihood']:.2f} ± {run['log_likelihood_se']:.2f}",
                     f"{-said:.2f}" if said else NOTHING,
                     f"{run['importance_samples']:,}", f"{run['ess']:.0f}", run["active_units"],
                     *([f"{gaps['amortisation_gap']:.2f} ± {gaps['amortisation_gap_se']:.2f}",
                        f"{gaps['approximation_gap']:.2f}",
                        f"first {gaps['images']:,} images, {gaps['local_steps']} steps"] if gaps else [NOTHING] * 3),
                     run.get("commit", NOTHING), f"`{run['checkpoint_sha256'][:12]}…`"])
    if not rows:
        return ["*Not run yet: `make likelihood`, `make table1`.*"]
    return table(("model", "trained on", "test images", "bound", "log p(x)",
                  "IWAE paper, 3,280 passes", "K", "effective sample size",
                  "active units", "amortisation gap", "approximation gap", "gaps of", "commit",
                  "checkpoint's SHA-256"), rows)


def variants(runs, aevb, paper):
    """Test bounds beside AEVB's; the paper's wake-sleep in brackets."""
    rows = []
    for (dataset, variant, n_z), run in sorted(runs.items(), key=lambda r: (r[0][0] != "mnist", *r[0][1:])):
        said_of = paper if variant == "wake-sleep" else data.paper()
        theirs = dict((round(s), b) for s, b in said_of.get((dataset, n_z, "test"), []))
        cells = []
        for e in (6, 6.5, 7):
            ours, said = point(run, 10 ** e, 2), theirs.get(round(10 ** e))
            cells.append((f"{ours:.1f}" if ours is not None else NOTHING) + (f" ({said:.1f})" if said is not None else ""))
        plain = aevb.get((dataset, n_z, False))
        beside = point(plain, 1e7, 2) if plain else None
        rows.append((NAMES[dataset], n_z, variant, f"{run['lr']:g}", f"{run['init_sd']:g}", *cells,
                     f"{beside:.1f}" if beside is not None else NOTHING, run["commit"],
                     f"`{run['checkpoint_sha256'][:12]}…`"))
    if not rows:
        return ["*Not run yet: `make figure2`.*"]
    return table(("data", "N_z", "variant", "step size", "std. dev. of initial weights", "10⁶ examples", "10^6.5", "10⁷",
                  "AEVB at 10⁷", "commit", "checkpoint's SHA-256"), rows)


def figure_3(runs, paper):
    """The ends of the curves; the paper's in brackets."""
    def end(run, column, split):
        samples = run["curve"][-1][0]
        said = [v for s, v in paper.get((run["images"], run["method"], split), []) if abs(s / samples - 1) < .03]
        return f"{run['curve'][-1][column]:.1f}" + (f" ({said[-1]:.1f})" if said else "")
    if not runs:
        return ["*Not run yet: `make figure3`.*"]
    return table(("training images", "method", "step size", "examples", "log p(x) in training", "in test", "commit",
                  "checkpoint's SHA-256"),
                 [(f"{images:,}", name, f"{run['lr']:g}", f"{run['curve'][-1][0]:,}", end(run, 1, "train"),
                   end(run, 2, "test"), run["commit"], f"`{run['checkpoint_sha256'][:12]}…`")
                  for images in (1000, 50000) for method, name, _ in figures.METHODS
                  if (run := runs.get((images, method)))])


def starts(runs):
    """log p(x) of the same models, by where chains start; the paper's in brackets."""
    rows = []
    for images in (1000, 50000):
        for method, name, _ in figures.METHODS:
            run = runs.get((images, method))
            if not run or "by_start" not in run:
                continue
            found = {start: (train, test) for start, train, test in run["by_start"]}
            found["of 1000"] = run["curve"][-1][1:]
            rows += [(f"{images:,}", name, split, *(f"{found[s][i]:.1f}" if s in found else NOTHING for s in STARTS))
                     for i, split in enumerate(("training", "test"))]
    if not rows:
        return ["*Not run yet: `make figure3`.*"]
    return table(("training images", "method", "images", "one draw of the prior", "one of 10", "one of 100",
                  "one of 1,000", "a draw of the encoder's"), rows)


def gallery(*pictures):
    """A row of those of results/convergence that were made: (file's name without .png, what is above it)."""
    made = [(name, head) for name, head in pictures
            if os.path.exists(os.path.join(RESULTS, "convergence", name + ".png"))]
    if not made:
        return ["*Not run yet: `make figure2`.*"]
    return table([head for _, head in made], [[f"![{head}](results/convergence/{name}.png)" for name, head in made]])


STARTS = ("one draw", "of 10", "of 100", "of 1000", "encoder")


def seeds(record):
    """Mean over the seeds and its standard error."""
    if not record:
        return ["*Not run yet: `make seeds`.*"]
    runs, rows = [run for run in record["runs"] if not run["diverged"]], []
    for exponent in (6, 7):
        bounds = [[b for run in runs if (b := point(run, 10 ** exponent, column)) is not None] for column in (1, 2)]
        if len(bounds[0]) > 1:
            cells = [f"{statistics.mean(b):.2f} ± {statistics.stdev(b) / len(b) ** .5:.2f}" for b in bounds]
            rows.append([f"10{'⁶⁷'[exponent - 6]}", len(bounds[0]), *cells, f"{min(bounds[1]):.2f} … {max(bounds[1]):.2f}"])
    return table(("examples", "seeds", "training bound", "test bound", "test bounds of the seeds"), rows) + [
        "", f"Step size {runs[0]['lr']:g}, standard deviation of initial "
        f"weights {runs[0]['init_sd']:g}, commit {record['commit']}; ± is the standard error of the mean."]


def warmup(record):
    """What each way to a step size ends at."""
    if not record:
        return ["*Not run yet: `make warmup`.*"]
    return table(("step size", "reached", "test bound", "checkpoint's SHA-256"),
                 [(f"{run.get('lr', 0.1):g}", "once an epoch has gathered squared gradients" if "lr_stages" in run else
                   f"over {run['warmup']:,} steps" if run["warmup"] else "at once",
                   "diverged" if run["diverged"] else f"{run['curve'][-1][2]:.1f}",
                   f"`{run['checkpoint_sha256'][:12]}…`") for run in record["runs"]]) + [
        "", f"784-500-20, {record['samples']:,} examples, commit {record['commit']}."]


def tried(runs):
    rows = []
    for (dataset, n_z, plain), run in sorted(runs.items(), key=lambda r: (r[0][0] != "mnist", r[0][1:])):
        if not plain:
            rows.append([NAMES[dataset], n_z] + ["diverged" if t["train_bound"] is None else
                                          f"{t['train_bound']:.0f}" if abs(t["train_bound"]) < 1e5 else
                                          f"{t['train_bound']:.0e}" for t in run["tried"]])
    some = next(iter(runs.values()))["tried"] if runs else []
    first = next((r["tried"] for k, r in runs.items() if not k[2]), some)
    return table(["data", "N_z"] + [f"{t['lr']:g}, std. dev. {t['init_sd']:g}" for t in first], rows)


def mca():
    """The summary of mca.md, without its title."""
    with open(os.path.join(RESULTS, "mca.md")) as f:
        text = f.read()
    start = text.index("## The preferred microtile")
    end = text.index("\n## ", start)
    return [line for line in text[start:end].splitlines() if not line.startswith("## ")]
