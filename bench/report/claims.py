"""What this project set out to reach, and what was measured. A claim is (what, bar, measured, met); met is None
where nothing was measured."""
import math
import os
import re
import sys

import figures
import tables

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import isas  # noqa: E402

STEP_PRODUCTS = 8


def verdict(met):
    return {True: "met", False: "**missed**", None: "not measured"}[met]


def at_least(what, bar, values, unit=1.0, digits=2, say=None):
    """All of values must reach the bar; the worst is shown first."""
    values = list(values)
    words = say or (f"≥ {unit * bar:g}" + (" %" if unit == 100 else ""))
    if not values:
        return what, words, "–", None
    shown = f"{unit * min(values):.{digits}f}"
    if len(values) > 1:
        shown = f"worst {shown}, best {unit * max(values):.{digits}f}"
    return what, words, shown, min(values) >= bar


def geometric_mean(values):
    values = list(values)
    return [math.exp(sum(map(math.log, values)) / len(values))] if values else []


def products(machine):
    rows = machine.rows("gemm")
    for isa, bar in isas.claimed():
        squares = [r for r in rows if r.isa == isa and "^3" in r.what]
        for ours in ("packed", "unpacked"):
            yield at_least(f"GEMM 1024³ and 2048³, {isa}, {ours}: share of the FMA peak", bar,
                           (r.ratio(ours, "FMA peak").median for r in squares), 100, 1)
    for isa, _ in isas.claimed():
        step = [r for r in rows if r.isa == isa and "^3" not in r.what]
        large = [r for r in step if min(map(int, re.findall(r"\d+", r.what))) >= 100]
        yield at_least(f"products of a step with all sides ≥ 100, {isa}, packed: share of the FMA peak", .93,
                       (r.ratio("packed", "FMA peak").median for r in large), 100, 1)
        yield at_least(f"the other products of a step, {isa}, packed", .85,
                       (r.ratio("packed", "FMA peak").median for r in step if r not in large), 100, 1)
        if not any(figures.peers(r)[0] for r in step):
            continue  # the others use the best instruction set they have, and so meet ours alone
        ratios = {"packed": [], "unpacked": [], "fused": []}
        for r in step:
            alone, passes = (r.best(names) for names in figures.peers(r))
            for ours, other in (("packed", alone), ("unpacked", alone), ("fused", passes)):
                if ours in r.rates and other:
                    ratios[ours].append(r.ratio(ours, other).median)
        yield at_least(f"each product of a step, {isa}, packed ÷ the best library", 1.0, ratios["packed"])
        yield at_least("their geometric mean", 1.10, geometric_mean(ratios["packed"]))
        yield at_least(f"geometric mean with epilogues, {isa}, fused ÷ the best library and separate passes", 1.20,
                       geometric_mean(ratios["fused"]))
        yield at_least(f"each product of a step, {isa}, plain operands ÷ the best library", 0.95,
                       ratios["unpacked"])


def maps(machine):
    rows = machine.rows("maps")
    for isa, _ in isas.claimed():
        of = {r.what: r.ratio("ours", r.names[0]).median for r in rows if r.isa == isa}
        kind = {r.what: r.names[0] for r in rows}
        yield at_least(f"exp, log, tanh, sigmoid, softplus in L1, {isa} ÷ SLEEF at the same accuracy", 1.5,
                       (v for k, v in of.items() if kind[k] == "SLEEF" and k != "tanh u10"))
        yield at_least(f"Bernoulli with gradient, reparameterisation, KL, {isa} ÷ the compiled reference", 3,
                       (v for k, v in of.items() if kind[k] == "compiled reference"), digits=1)
        streams = {k: v for k, v in of.items() if kind[k] == "stream"}
        yield at_least(f"optimisers and u8 → f32 in memory, {isa}: share of a stream's bandwidth", .90,
                       (v for k, v in streams.items() if "memory" in k), 100, 0)
        yield at_least(f"sgd and u8 → f32 in L2, {isa}", .90,
                       (v for k, v in streams.items() if "L2" in k and "ada" not in k), 100, 0)
        yield at_least(f"Adagrad and Adam in L2, {isa}", .90,
                       (v for k, v in streams.items() if "L2" in k and "ada" in k), 100, 0)


def beside(what, bar, row, ours, theirs, threads):
    """Ours over the best of theirs; says so where the bar is beyond the FMA peak of that many threads."""
    best = row.best(theirs) if theirs else None
    claim = at_least(what, bar, [row.ratio(ours, best).median] if best else [])
    asked = bar * row.ratio(best, "FMA peak").median / threads if best else 0
    if asked <= 1:
        return claim
    return (*claim[:2], f"{claim[2]}; the bar is {100 * asked:.0f} % of the FMA peak here", claim[3])


def trainer(machine):
    of = machine.compared()
    first = [of[100]] if 100 in of else []
    yield at_least("step 784-500-20, batch 100, one thread: share of the FMA peak", .85,
                   (r.ratio("one thread", "FMA peak").median for r in first), 100, 1)
    yield at_least("all CPUs ÷ one thread, batch 100, on two CPUs", 1.9,
                   (r.ratio("all CPUs", "one thread").median for r in first if r.row["threads"] == 2))
    for batch, alone, all_cpus in ((100, 2.2, 3.0), (500, 1.3, 2.2), (1000, 1.3, 2.2)):
        r = of.get(batch)
        one, more = figures.torch_settings(r) if r else ([], [])
        yield beside(f"batch {batch}: one thread ÷ PyTorch's one", alone, r, "one thread", one, 1)
        yield beside(f"batch {batch}: all CPUs ÷ PyTorch's best setting", all_cpus, r, "all CPUs", one + more,
                     r.row["threads"] if r else 1)
    cells = sorted(s.median for s in tables.sweep_rows(machine).values())
    yield at_least("45 sizes and minibatches, one thread: each cell's share of the FMA peak", .60, cells, 100, 1)
    yield at_least("their median", .80, cells[len(cells) // 2:][:1], 100, 1)
    bound = next((r for r in machine.rows("step") if r.what == "test bound, batch 1000"), None)
    yield at_least("test bound, batch 1000: share of the FMA peak", .85,
                   [bound.ratio("one thread", "FMA peak").median] if bound else [], 100, 1)


def sustained(machine):
    """Only where it was measured."""
    rows = machine.rows("sustained")
    if rows:
        yield at_least("training after 10⁶ samples ÷ its first 10⁵, each optimiser and kind of data", .95,
                       (r.ratio(tables.AGED, tables.YOUNG).median for r in rows), 100, 1)


def start(startup):
    """Memory and time to the first step on MNIST."""
    found = {r["files"]: r for r in (startup or {"rows": []})["rows"]}
    for files, seconds in (("gz", .6), ("plain", .1)):
        r = found.get(files)
        times = sorted(r["seconds"]) if r else []
        yield (f"MNIST from {files} files in the page cache: start to first step", f"≤ {seconds:g} s",
               f"{times[len(times) // 2]:.3f} s ({times[0]:.3f} … {times[-1]:.3f})" if r else "–",
               times[len(times) // 2] <= seconds if r else None)
    r = found.get("gz")
    over = (max(r["peak_bytes"]) - r["data_bytes"]) / 1e6 if r else 0
    yield ("peak resident memory of training on MNIST, beyond the images as bytes", "≤ 40 MB",
           f"{over:.1f} MB" if r else "–", over <= 40 if r else None)


def accuracy(f):
    for names, bar in ((("exp", "log", "log1p"), 1), (("tanh", "sigmoid", "softplus", "sincos2pi"), 2)):
        most = [r["max_ulp"] for r in f["rows"] if r["function"] in names]
        yield (f"{', '.join(names)}: largest error over all inputs", f"≤ {bar} ulp",
               f"{max(most):.3f} ulp" if most else "–", max(most) <= bar if most else None)


def same_bits(f):
    different = len({r["sha256"] for r in f["rows"]}) if f else 0
    yield ("checkpoints of one run on every instruction set and number of threads", "1 SHA-256",
           f"{different} of {len(f['rows'])} runs" if f else "–", different == 1 if f else None)


def convergence(runs, paper):
    plain = runs.get(("mnist", 20, True))
    for e, bar in ((6, -124.2), (6.5, -112.1), (7, -104.8)):
        ours = tables.point(plain, 10 ** e, 2) if plain else None
        yield (f"MNIST, N_z = 20, step 0.01, sd 0.01: test bound at 10^{e:g}", f"{bar} ± 1.5",
               f"{ours:.2f}" if ours else "–", abs(ours - bar) <= 1.5 if ours else None)
    for dataset, n_z, bar, slack in (("mnist", 3, -138.0, 1), ("mnist", 5, -124.1, 1), ("mnist", 10, -108.5, 1),
                                     ("mnist", 20, -104.8, 1), ("mnist", 200, -103.9, 1),
                                     ("frey", 2, 823, .03 * 823), ("frey", 5, 1044, .03 * 1044),
                                     ("frey", 10, 1171, .03 * 1171), ("frey", 20, 1200, .03 * 1200)):
        run = runs.get((dataset, n_z, False))
        ours = tables.point(run, 1e7, 2) if run else None
        yield (f"{tables.NAMES[dataset]}, N_z = {n_z}, chosen settings: test bound at 10⁷", f"≥ {bar:g} − {slack:.0f}",
               f"{ours:.1f}" if ours else "–", ours >= bar - slack if ours else None)


def page(machine, startup, f_accuracy, runs, paper):
    lines = []
    for title, found in (("Kernels", list(products(machine)) + list(maps(machine)) +
                          list(accuracy(f_accuracy))),
                         ("Trainer", list(trainer(machine)) + list(sustained(machine)) + list(start(startup)) +
                          list(same_bits(machine.files["bits"]))),
                         ("Convergence", list(convergence(runs, paper)))):
        count = {v: sum(c[3] is v for c in found) for v in (True, False, None)}
        lines += [f"**{title}**: {count[True]} met, {count[False]} missed" +
                  (f", {count[None]} not measured here." if count[None] else "."), ""]
        lines += tables.table(("claim", "bar", "measured", ""), [c[:3] + (verdict(c[3]),) for c in found]) + [""]
    return lines
