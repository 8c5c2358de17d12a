"""The report's figures. Each takes the data, writes one SVG, and returns whether there was anything to draw."""
from svg import (AMBER, BLUE, GREEN, GREY, PURPLE, RED, TEAL, Picture, Scale, axis_x, axis_y)

FAMILIES = [("GEMM", BLUE, ("gemm_nn", "gemm_nt", "gemm_tn")),
            ("functions", GREEN, ("exp", "log", "log1p", "tanh", "sigmoid", "softplus", "relu", "tanh_grad",
                                  "sigmoid_grad", "softplus_grad", "relu_grad", "sincos2pi")),
            ("likelihood, KL, z", AMBER, ("kl", "kl_grad", "reparam", "reparam_grad", "log_ratio",
                                          "normal_ll", "leapfrog", "bernoulli_ll", "bernoulli_ll_grad",
                                          "gaussian_ll", "gaussian_ll_grad", "mixture_ll",
                                          "mixture_ll_grad", "logsumexp", "logsumexp_grad", "scale_rows", "colsum")),
            ("optimisers", RED, ("sgd", "adagrad", "adam")),
            ("random", PURPLE, ("philox", "uniform", "normal", "bernoulli")),
            ("data", TEAL, ("u8_to_f32", "binarize", "pack"))]


def family_color(kernel):
    return next((color for _, color, names in FAMILIES if kernel in names), GREY)


def middle(values):
    values = sorted(values)
    return values[len(values) // 2] if values else None


def roofline(machine, table, path):
    """Hot and cold rows of one table under the roofs measured beside them."""
    rows = [r for r in machine.timed() if r["table"] == table and r.get("flops_per_byte", 0) > 0]
    medium = {r["kernel"]: r["shape"] for r in rows if r["heat"] == "cold"}
    rows = [r for r in rows if medium.get(r["kernel"]) == r["shape"]]
    if not rows:
        return False
    peak = middle([r["beside_GFLOP/s"] for r in rows if "beside_GFLOP/s" in r])
    bandwidth = {heat: middle([r["beside_GB/s"] for r in rows if r["heat"] == heat and "beside_GB/s" in r])
                 for heat in ("hot", "cold")}
    p = Picture(760, 500, f"Roofline of {table}: GFLOP/s of each kernel against its operations per byte")
    x, y = Scale(0.05, 200, 60, 740, log=True), Scale(1, 400, 420, 40, log=True)
    axis_x(p, x, 420, 40, "operations per byte of compulsory traffic")
    axis_y(p, y, 60, 740, "GFLOP/s")
    notes = []
    for heat, words in (("hot", "from L2"), ("cold", "from memory")):
        if bandwidth[heat]:
            left, ridge = 0.05, peak / bandwidth[heat]
            p.curve([(x(left), y(left * bandwidth[heat])), (x(ridge), y(peak)), (x(200), y(peak))], GREY,
                    dash=None if heat == "hot" else "5 4")
            note = f"{words}: {bandwidth[heat]:.0f} GB/s"
            above = heat == "hot"  # there are no dots above that roof
            at = x(0.55 * ridge) - 10 - width(note) if above else x(0.55 * ridge) + 10
            notes.append((at, y(0.55 * peak) + (-4 if above else 10), note))
            p.text(*notes[-1], kind="note")
    p.text(x(190), y(peak) - 8, f"FMA peak: {peak:.0f} GFLOP/s", "end", "note")
    dots = [(x(r["flops_per_byte"]), y(r["GFLOP/s"])) for r in rows]
    for at, r in zip(dots, rows):
        p.dot(*at, family_color(r["kernel"]), 4, r["heat"] == "cold")
    label(p, [(*at, r["kernel"]) for at, r in zip(dots, rows) if r["heat"] == "hot"], dots, notes)
    p.legend(60, 490, [(name, color, "dot") for name, color, _ in FAMILIES] + [("from memory", GREY, "ring")])
    p.text(60, 24, f"Roofline of all kernels: {table}, one core", kind="title")
    p.write(path)
    return True


def whisker(p, x, y, spread, color, unit=1.0, hollow=False):
    p.line(x(unit * spread.low), y, x(unit * spread.high), y, color=color, width=2)
    p.dot(x(unit * spread.median), y, color, hollow=hollow)


def width(words):
    """The approximate width of a note, in pixels."""
    return sum(10 if c in "mwG" else 4 if c in "ijlt:. " else 7 for c in words)


def label(p, names, dots, notes):
    """Names beside their dots, right or left, where there is room between dots, notes and other names."""
    taken = [(a - 4, b - 4, a + 4, b + 4) for a, b in dots] + [(a, b - 9, a + width(n), b) for a, b, n in notes]
    for a, b, name in sorted(names, key=lambda n: -n[0]):
        for left in (a + 6, a - 6 - width(name)):
            box = (left, b - 5, left + width(name), b + 5)
            if all(box[2] < t[0] or box[0] > t[2] or box[3] < t[1] or box[1] > t[3] for t in taken):
                p.text(left, b + 4, name, kind="note")
                taken.append(box)
                break


def shown(row):
    """Contenders of a row of products to draw: {name: (offset down in pixels, colour, hollow)}."""
    alone, unfused = (row.best(names) for names in peers(row))
    marks = {"packed": (0, BLUE, False), "fused": (12, BLUE, True), alone: (0, AMBER, False),
             unfused: (12, AMBER, True)}
    return {name: mark for name, mark in marks.items() if name in row.rates}


def gemm(rows, isa, path):
    """Shares of the FMA peak: ours and the best library's, without and with an epilogue."""
    rows = [r for r in rows if r.isa == isa]
    if not rows:
        return False
    height = 70 + 34 * len(rows)
    lowest = 100 * min(r.ratio(n, "FMA peak").low for r in rows for n in shown(r))
    p = Picture(760, height + 60, f"Products of a training step, {isa}: share of the FMA peak")
    x = Scale(min(40, lowest // 10 * 10), 100, 150, 740)
    axis_x(p, x, height, 40, "% of the FMA peak, measured in the same rounds")
    for i, r in enumerate(rows):
        y = 62 + 34 * i
        p.text(140, y + 8, r.what, "end")
        for name, (down, color, hollow) in shown(r).items():
            whisker(p, x, y + down, r.ratio(name, "FMA peak"), color, 100, hollow)
    p.text(20, 24, f"Matrix products, {isa}, one core", kind="title")
    p.legend(60, height + 54, [("ours, packed", BLUE, "dot"), ("ours, fused epilogue", BLUE, "ring"),
                                ("best library", AMBER, "dot"), ("best library, unfused epilogue", AMBER, "ring")])
    p.write(path)
    return True


OURS = ("FMA peak", "packed", "unpacked", "fused")


def peers(row):
    """The other libraries of a GEMM row: without an epilogue, and with an unfused one."""
    others = [n for n in row.names if n not in OURS]
    unfused = [n for n in others if n.endswith(", passes")]
    return [n for n in others if n not in unfused], unfused


def maps(rows, isa, path):
    rows = [r for r in rows if r.isa == isa]
    if not rows:
        return False
    colors = {"SLEEF": AMBER, "compiled reference": GREEN, "stream": BLUE}
    height = 50 + 22 * len(rows)
    p = Picture(760, height + 60, f"Other kernels, {isa}: speedup over a baseline")
    x = Scale(0.2, 100, 230, 740, log=True)
    axis_x(p, x, height, 40, "speedup over the baseline", [0.2, 0.5, 1, 2, 5, 10, 20, 50, 100])
    p.line(x(1), 40, x(1), height, "axis")
    for i, r in enumerate(rows):
        y, other = 58 + 22 * i, r.names[0]
        p.text(220, y + 4, r.what, "end")
        whisker(p, x, y, r.ratio("ours", other), colors.get(other, GREY))
    p.text(20, 24, f"Functions, likelihoods, optimisers, {isa}, one core", kind="title")
    p.legend(60, height + 54, [("SLEEF", AMBER, "dot"), ("the reference, compiled for this ISA", GREEN, "dot"),
                               ("a stream of the same traffic", BLUE, "dot")])
    p.write(path)
    return True


def step(phases, path):
    """Phases of a step on one thread: `phases` is the row of step.json."""
    if not phases:
        return False
    entries = sorted(phases["phases"].items(), key=lambda e: -e[1]["seconds"])
    us = {name: 1e6 * v["seconds"] / phases["steps"] for name, v in entries}
    total, height = sum(us.values()), 50 + 24 * len(entries)
    p = Picture(760, height + 50, "Where a training step's time goes")
    x = Scale(0, 1.75 * max(us.values()), 250, 740)
    axis_x(p, x, height, 40, "microseconds per step")
    for i, (name, v) in enumerate(entries):
        y = 46 + 24 * i
        p.text(240, y + 12, name, "end")
        p.bar(x(0), y, x(us[name]) - x(0), 16, BLUE if "share_of_peak" in v else TEAL)
        words = f"{us[name]:.0f} µs, {100 * us[name] / total:.0f} %"
        if "share_of_peak" in v:
            words += f"; {100 * v['share_of_peak']:.0f} % of the FMA peak"
        elif "gb_per_s" in v:
            words += f"; {v['gb_per_s']:.0f} GB/s"
        p.text(x(us[name]) + 6, y + 12, words, kind="note")
    p.text(20, 24, "The step 784-500-20, batch 100, Adagrad, one thread", kind="title")
    p.write(path)
    return True


def speed(rows, path):
    """Examples per second beside PyTorch's best."""
    if not rows:
        return False
    p = Picture(760, 330, "Training speed beside PyTorch")
    most = max(1e6 * r.rate("all CPUs") / r.row["flops_per_sample"] for r in rows)
    y = Scale(0, 1.15 * most, 260, 40)
    axis_y(p, y, 70, 740, "thousand examples per second")
    one, more = torch_settings(rows[0])
    for i, r in enumerate(rows):
        left = 90 + 220 * i
        one, more = torch_settings(r)
        for k, (name, color) in enumerate((("one thread", BLUE), ("all CPUs", PURPLE),
                                           (r.best(one), AMBER), (r.best(one + more), RED))):
            if name:
                value = 1e6 * r.rate(name) / r.row["flops_per_sample"]
                p.bar(left + 44 * k, y(value), 36, 260 - y(value), color)
                p.text(left + 44 * k + 18, y(value) - 5, f"{value:.1f}", "middle", "note")
        p.text(left + 84, 278, r.what.split(", ")[1], "middle")
    p.text(20, 24, "Training 784-500-20, Adagrad", kind="title")
    p.legend(80, 316, [("ours, one thread", BLUE, "dot"), ("ours, all CPUs", PURPLE, "dot"),
                       ("PyTorch, one thread", AMBER, "dot"), ("PyTorch, its best", RED, "dot")])
    p.write(path)
    return True


def torch_settings(row):
    """PyTorch's contenders: on one thread, on more."""
    torch = [n for n in row.names if n.startswith("PyTorch")]
    one = [n for n in torch if n.endswith(" 1 thread")]
    return one, [n for n in torch if n not in one]


VARIANTS = {"wake-sleep": GREEN, "per-pixel": PURPLE, "mixture": RED}


def elbo(runs, paper, dataset, limits, path, variants, wake_sleep):
    """A panel for each N_z, as in Figure 2 of the paper. wake_sleep: the paper's."""
    chosen = {n_z: run for (d, n_z, plain), run in runs.items()
              if d == dataset and not plain and (d, n_z, "test") in paper}
    if not chosen:
        return False
    per_row = 2 if len(chosen) == 4 else 3
    width, gap = 632 // per_row - 16, 16
    lines = (len(chosen) + per_row - 1) // per_row
    p = Picture(70 + per_row * (width + gap), 60 + lines * 220 + (52 if any(v[0] == dataset for v in variants) else 30),
                f"Bound of {dataset} against training examples, and the paper's Figure 2")
    for i, n_z in enumerate(sorted(chosen)):
        left, top = 60 + i % per_row * (width + gap), 56 + i // per_row * 220
        x = Scale(1e5, 1e7, left, left + width - 10, log=True)
        y = Scale(*limits, top + 160, top)
        axis_x(p, x, top + 160, top, "training examples" if i + per_row >= len(chosen) else None,
               [1e5, 1e6, 1e7], lambda t: {5: "10⁵", 6: "10⁶", 7: "10⁷"}[round(len(str(int(t))) - 1)])
        axis_y(p, y, left, left + width - 10, "nats" if i % per_row == 0 else None,
               words="{:g}".format if i % per_row == 0 else lambda t: "")
        p.text(left + width - 16, top + 152, f"N_z = {n_z}", "end", "title")
        curve = [c for c in chosen[n_z]["curve"] if c[0] >= 1e5]
        for column, color, split in ((1, AMBER, "train"), (2, BLUE, "test")):
            p.curve([(x(c[0]), y(c[column])) for c in curve if c[column] >= limits[0]], color)
            for samples, bound in paper.get((dataset, n_z, split), []):
                if samples <= 1.01e7 and bound >= limits[0]:
                    p.dot(x(samples), y(bound), color, 4, True)
        for variant, color in VARIANTS.items():
            if (dataset, variant, n_z) not in variants:
                continue
            curve = variants[(dataset, variant, n_z)]["curve"]
            p.curve([(x(c[0]), y(c[2])) for c in curve if c[0] >= 1e5 and c[2] >= limits[0]], color)
            for samples, bound in wake_sleep.get((dataset, n_z, "test"), []) if variant == "wake-sleep" else ():
                if samples <= 1.01e7 and bound >= limits[0]:
                    p.dot(x(samples), y(bound), color, 4, True)
    p.text(20, 24, {"mnist": "MNIST, 500 hidden units", "frey": "Frey Face, 200 hidden units"}[dataset],
           kind="title")
    p.legend(60, 60 + lines * 220 + 18, [("ours, test", BLUE, "line"), ("ours, training", AMBER, "line"),
                                         ("the paper, test", BLUE, "ring"),
                                         ("the paper, training", AMBER, "ring")])
    p.legend(60, 60 + lines * 220 + 40, [(f"{variant}, test", color, "line") for variant, color in VARIANTS.items()
                                         if any(v[:2] == (dataset, variant) for v in variants)])
    p.write(path)
    return True


METHODS = [("aevb", "AEVB", BLUE), ("wake-sleep", "wake-sleep", GREEN), ("mcem", "Monte Carlo EM", AMBER)]


def figure_3(runs, paper, path):
    """A panel for each size of the training set, as in Figure 3 of the paper."""
    if not runs:
        return False
    width, gap = 310, 16
    p = Picture(70 + 2 * (width + gap), 360, "log p(x) against training examples, and the paper's Figure 3")
    for i, images in enumerate((1000, 50000)):
        left, top = 60 + i * (width + gap), 56
        x = Scale(6e5, 6e7, left, left + width - 10, log=True)
        y = Scale(-170, -105, top + 210, top)
        axis_x(p, x, top + 210, top, "training examples", [1e6, 1e7], lambda t: {6: "10⁶", 7: "10⁷"}[len(str(int(t))) - 1])
        axis_y(p, y, left, left + width - 10, "nats" if i == 0 else None,
               words="{:g}".format if i == 0 else lambda t: "")
        p.text(left + 8, top + 14, f"{images:,} training images", kind="title")
        for method, _, color in METHODS:
            curve = runs.get((images, method), {"curve": []})["curve"]
            for column, split, dash in ((1, "train", "4 3"), (2, "test", None)):
                p.curve([(x(c[0]), y(c[column])) for c in curve if c[column] >= -170], color, dash=dash)
                for samples, value in paper.get((images, method, split), []):
                    p.dot(x(samples), y(value), color, 3, True)
    p.text(20, 24, "MNIST, 100 hidden units, N_z = 3: log p(x)", kind="title")
    p.legend(60, 322, [(name, color, "line") for _, name, color in METHODS])
    p.legend(60, 344, [("test", GREY, "line"), ("training", GREY, "dash"), ("the paper, both", GREY, "ring")])
    p.write(path)
    return True
