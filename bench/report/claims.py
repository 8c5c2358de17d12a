"""What this project set out to reach, and what was measured."""
import collections
import math
import os
import re
import sys

import figures
import tables

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import isas  # noqa: E402


# why: the reason for this bar; met: None if nothing was measured; headline: its name in README.md, None
# for claims that README.md leaves out.
Claim = collections.namedtuple("Claim", "what bar why measured met headline", defaults=(None,))


def verdict(met):
    return {True: "met", False: "**missed**", None: "not measured"}[met]


def at_least(what, bar, why, values, unit=1.0, digits=2, headline=None):
    """All of values must reach the bar; the worst is shown first."""
    values, percent = list(values), " %" if unit == 100 else ""
    words = f"≥ {unit * bar:g}{percent}"
    if not values:
        return Claim(what, words, why, "–", None, headline)
    shown = f"{unit * min(values):.{digits}f}{percent}"
    if len(values) > 1:
        shown = f"worst {shown}, best {unit * max(values):.{digits}f}{percent}"
    return Claim(what, words, why, shown, min(values) >= bar, headline)


def geometric_mean(values):
    values = list(values)
    return [math.exp(sum(map(math.log, values)) / len(values))] if values else []


def shares(rows, ours="packed"):
    return [r.ratio(ours, "FMA peak").median for r in rows]


LARGE = "its matrix products with all sides ≥ 100: share of the FMA peak"


def products(machine):
    rows = machine.rows("gemm")
    why = {"vex": "16 registers hold a smaller microtile, which loads more per FMA",
           "evex": "packing and edges are O(n²) beside O(n³)"}
    encoding = {i.name: i.encoding for i in isas.isas()}
    for isa, bar in isas.claimed():
        squares = [r for r in rows if r.isa == isa and "^3" in r.what]
        for ours, matrices in (("packed", "packed"), ("unpacked", "plain operands")):
            yield at_least(f"GEMM 1024³ and 2048³, {isa}, {matrices}: share of the FMA peak", bar, why[encoding[isa]],
                           shares(squares, ours), 100, 1)
    serving = rows[-1].isa if rows else None
    for isa, _ in isas.claimed():
        step = [r for r in rows if r.isa == isa and "^3" not in r.what]
        large = [r for r in step if min(map(int, re.findall(r"\d+", r.what))) >= 100]
        yield at_least(f"products of a step with all sides ≥ 100, {isa}, packed: share of the FMA peak", .93,
                       "100 rows or k steps leave more edges than a square has", shares(large), 100, 1,
                       LARGE if isa == serving else None)
        yield at_least(f"the other products of a step, {isa}, packed: share of the FMA peak", .85,
                       "a side of 20 or 40: loading and storing the microtile takes a larger part",
                       shares(r for r in step if r not in large), 100, 1)
        if any(figures.peers(r)[0] for r in step):  # peers use their best ISA, so only our best has them
            yield from against_libraries(isa, step)


def against_libraries(isa, step):
    ratios = {"packed": [], "unpacked": [], "fused": []}
    for r in step:
        alone, unfused = (r.best(names) for names in figures.peers(r))
        for ours, other in (("packed", alone), ("unpacked", alone), ("fused", unfused)):
            if ours in r.rates and other:
                ratios[ours].append(r.ratio(ours, other).median)
    yield at_least(f"each product of a step, {isa}, packed ÷ best library", 1.0,
                   "a kernel slower than what one can link is not worth its upkeep", ratios["packed"])
    yield at_least(f"products of a step, {isa}, packed ÷ best library: geometric mean", 1.10,
                   "weights stay packed, where a library packs them in each call", geometric_mean(ratios["packed"]),
                   headline="its eight products ÷ the best library for each: geometric mean")
    yield at_least(f"products of a step, {isa}, fused ÷ best library, unfused: geometric mean", 1.20,
                   "a fused epilogue saves loading and storing C once more", geometric_mean(ratios["fused"]))
    yield at_least(f"each product of a step, {isa}, plain operands ÷ best library", 0.95,
                   "equal, less the noise: both sides pack", ratios["unpacked"])


def maps(machine):
    rows = machine.rows("maps")
    for isa, _ in isas.claimed():
        of = {r.what: r.ratio("ours", r.names[0]).median for r in rows if r.isa == isa}
        kind = {r.what: r.names[0] for r in rows}
        yield at_least(f"exp, log, tanh, sigmoid, softplus in L1, {isa} ÷ SLEEF at the same accuracy", 1.5,
                       "inlined: no call per vector, constants stay in registers",
                       (v for k, v in of.items() if kind[k] == "SLEEF" and k != "tanh u10"))
        yield at_least(f"Bernoulli with gradient, reparameterisation, KL, {isa} ÷ compiled reference", 3,
                       "the compiler leaves exp and log as scalar calls",
                       (v for k, v in of.items() if kind[k] == "compiled reference"), digits=1)
        streams = {k: v for k, v in of.items() if kind[k] == "stream"}
        yield at_least(f"optimisers and u8 → f32 in memory, {isa}: share of a stream's bandwidth", .90,
                       "memory binds; the arithmetic fits in its shadow",
                       (v for k, v in streams.items() if "memory" in k), 100, 0)
        yield at_least(f"sgd and u8 → f32 in L2, {isa}: share of a stream's bandwidth", .90,
                       "L2 binds: at most one FMA per float",
                       (v for k, v in streams.items() if "L2" in k and "ada" not in k), 100, 0)
        yield at_least(f"Adagrad and Adam in L2, {isa}: share of a stream's bandwidth", .90,
                       "the bar of sgd; it ignores the divider, which binds first",
                       (v for k, v in streams.items() if "L2" in k and "ada" in k), 100, 0)


def beside(what, bar, why, row, ours, theirs, threads, headline=None):
    """Ours over the best of theirs. Notes where the bar exceeds the FMA peak of that many threads."""
    best = row.best(theirs) if theirs else None
    claim = at_least(what, bar, why, [row.ratio(ours, best).median] if best else [], headline=headline)
    asked = bar * row.ratio(best, "FMA peak").median / threads if best else 0
    if asked <= 1:
        return claim
    return claim._replace(
        measured=f"{claim.measured}; unreachable here: the bar is {100 * asked:.0f} % of the FMA peak")


def trainer(machine):
    of = machine.compared()
    first = [of[100]] if 100 in of else []
    yield at_least("step 784-500-20, batch 100, one thread: share of the FMA peak", .85,
                   "products at 93 %; activations, noise and optimiser take the rest",
                   shares(first, "one thread"), 100, 1, "training step 784-500-20, batch 100, one thread: share of the FMA peak")
    yield at_least("all CPUs ÷ one thread, batch 100, on two CPUs", 1.9,
                   "5 % for barriers and the exchange of activations",
                   (r.ratio("all CPUs", "one thread").median for r in first if r.row["threads"] == 2),
                   headline="the step on two CPUs ÷ on one thread")
    why = {100: ("PyTorch runs separate operators, each with its dispatch and its loop over memory",
                 "the same, and each operator forks and joins threads"),
           500: ("the same costs, over more rows", "the same; set without regard to the FMA peak")}
    for batch, alone, all_cpus in ((100, 2.2, 3.0), (500, 1.4, 2.0), (1000, 1.3, 1.6)):
        r, (why_one, why_all) = of.get(batch), why[min(batch, 500)]
        one, more = figures.torch_settings(r) if r else ([], [])
        title = "the step {} ÷ PyTorch{}" if batch == 100 else None
        yield beside(f"batch {batch}: one thread ÷ PyTorch's one", alone, why_one, r, "one thread", one, 1,
                     title and title.format("on one thread", " on one thread"))
        yield beside(f"batch {batch}: all CPUs ÷ PyTorch's best setting", all_cpus, why_all, r, "all CPUs", one + more,
                     r.row["threads"] if r else 1, title and title.format("on all CPUs", " in its best setting"))
    cells = sorted(s.median for s in tables.sweep_rows(machine).values())
    yield at_least("45 sizes and minibatches, one thread: each cell's share of the FMA peak", .60,
                   "the smallest cell has 100 hidden units and 20 rows: edges everywhere", cells, 100, 1)
    yield at_least("45 sizes and minibatches, one thread: median share", .80, "the paper's size is no exception",
                   cells[len(cells) // 2:][:1], 100, 1)
    bound = [r for r in machine.rows("step") if r.what == "test bound, batch 1000"]
    yield at_least("test bound, batch 1000: share of the FMA peak", .85,
                   "as the step: no optimiser, but a larger part for tanh and the likelihood",
                   shares(bound, "one thread"), 100, 1)
    for what, bar, why in (
            (tables.LOG_P, .80, "no gradient; the functions of likelihood and hidden layer remain"),
            (tables.IWAE_STEP, .60, "20 examples: each weight is loaded, updated and stored for 20 or 100 k steps")):
        rows = [r for r in machine.rows("step") if r.what == what]
        if rows:
            yield at_least(f"{what}: share of the FMA peak", bar, why, shares(rows, "one thread"), 100, 1)


def sustained(machine):
    """Only where it was measured."""
    rows = machine.rows("sustained")
    if rows:
        yield at_least("training after 10⁶ examples ÷ its first 10⁵, each optimiser and kind of data", .95,
                       "denormals would cost a multiple; 5 % is noise",
                       (r.ratio(tables.AGED, tables.YOUNG).median for r in rows), 100, 1)


def start(startup):
    """Memory and time to the first step on MNIST."""
    found = {r["files"]: r for r in (startup or {"rows": []})["rows"]}
    for files, seconds, why in (("gz", .6, "inflating MNIST's 55 MB at 100 MB/s"),
                                ("plain", .1, "copying 55 MB, and the start of a process")):
        r = found.get(files)
        times = sorted(r["seconds"]) if r else []
        yield Claim(f"MNIST from {files} files in the page cache: start to first step", f"≤ {seconds:g} s", why,
                    f"{times[len(times) // 2]:.3f} s ({times[0]:.3f} … {times[-1]:.3f})" if r else "–",
                    times[len(times) // 2] <= seconds if r else None)
    r = found.get("gz")
    over = (max(r["peak_bytes"]) - r["data_bytes"]) / 1e6 if r else 0
    yield Claim("peak resident memory of training on MNIST, beyond the images as bytes", "≤ 40 MB",
                "weights, optimiser state, one minibatch; no second copy of the images",
                f"{over:.1f} MB" if r else "–", over <= 40 if r else None)


def accuracy(f):
    for names, bar, why in ((("exp", "log", "log1p"), 1, "as SLEEF's u10 functions"),
                            (("tanh", "sigmoid", "softplus", "sincos2pi"), 2, "between SLEEF's u10 and u35 functions")):
        most = [r["max_ulp"] for r in f["rows"] if r["function"] in names]
        yield Claim(f"{', '.join(names)}: largest error over all inputs", f"≤ {bar} ulp", why,
                    f"{max(most):.3f} ulp" if most else "–", max(most) <= bar if most else None)


def same_bits(f):
    different = len({r["sha256"] for r in f["rows"]}) if f else 0
    yield Claim("checkpoints of one run on every instruction set and number of threads", "1 SHA-256",
                "the promise of the same bits", f"{different} of {len(f['rows'])} runs" if f else "–",
                different == 1 if f else None)


def convergence(runs, paper):
    plain = runs.get(("mnist", 20, True))
    for e, bar in ((6, -124.2), (6.5, -112.1), (7, -104.8)):
        ours = tables.point(plain, 10 ** e, 2) if plain else None
        yield Claim(f"MNIST, N_z = 20, step 0.01, std. dev. 0.01: test bound at 10^{e:g}", f"{bar} ± 1.5",
                    "the paper's value; seeds and reading its figure cost about a nat",
                    f"{ours:.2f}" if ours else "–", abs(ours - bar) <= 1.5 if ours else None)
    for dataset, n_z, bar, slack in (("mnist", 3, -138.0, 1), ("mnist", 5, -124.1, 1), ("mnist", 10, -108.5, 1),
                                     ("mnist", 20, -104.8, 1), ("mnist", 200, -103.9, 1),
                                     ("frey", 2, 823, .03 * 823), ("frey", 5, 1044, .03 * 1044),
                                     ("frey", 10, 1171, .03 * 1171), ("frey", 20, 1200, .03 * 1200)):
        run = runs.get((dataset, n_z, False))
        ours = tables.point(run, 1e7, 2) if run else None
        yield Claim(f"{tables.NAMES[dataset]}, N_z = {n_z}, chosen settings: test bound at 10⁷",
                    f"≥ {bar:g} − {slack:.0f}",
                    f"the paper's value, less {'a nat' if dataset == 'mnist' else '3 %'} for reading its figure",
                    f"{ours:.1f}" if ours else "–", ours >= bar - slack if ours else None)


def all_claims(machine, startup, f_accuracy, runs, paper):
    """{part: its claims}"""
    return {"Kernels": [*products(machine), *maps(machine), *accuracy(f_accuracy)],
            "Trainer": [*trainer(machine), *sustained(machine), *start(startup), *same_bits(machine.files["bits"])],
            "Convergence": [*convergence(runs, paper)]}


def count(found):
    met, missed, unknown = (sum(c.met is v for c in found) for v in (True, False, None))
    return f"{met} met, {missed} missed" + (f", {unknown} not measured here" if unknown else "")


def page(parts):
    lines = []
    for title, found in parts.items():
        lines += [f"**{title}**: {count(found)}.", ""]
        lines += tables.table(("claim", "bar", "why this bar", "measured", "verdict"),
                              [c[:4] + (verdict(c.met),) for c in found]) + [""]
    return lines


def headlines(parts):
    """The table of README.md, the trainer first."""
    return tables.table(("what", "aim", "reached", "verdict"),
                        [(c.headline, c.bar, c.measured, verdict(c.met)) for c in parts["Trainer"] + parts["Kernels"]
                         if c.headline])
