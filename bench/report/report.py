#!/usr/bin/env python3
"""Writes REPORT.md, its figures, and the figures of README.md, from results/ alone: the text of
template.md and readme.md with the numbers filled in. A second run changes nothing.

usage: report.py [MACHINE]      the folder of results/ to show; default: this machine's, or the one shown so far
"""
import os
import re
import sys

import claims
import cpus
import data
import figures
import ranks
import tables
import threads
import web

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, ".."))
import results  # noqa: E402

TOP = os.path.normpath(os.path.join(HERE, "../.."))
REPORT = os.path.join(TOP, "REPORT.md")
README = os.path.join(TOP, "README.md")
# This program writes what lies between these lines of README.md.
BEGIN, END = "<!-- Figures: `make report`, from bench/report/readme.md and results/ -->\n", "<!-- End of figures -->\n"


def shown_so_far():
    try:
        with open(REPORT) as f:
            found = re.search(r"results/([a-z0-9-]+)/kernels\.json", f.read())
            return found.group(1) if found else None
    except FileNotFoundError:
        return None


def measured():
    return sorted(n for n in os.listdir(data.RESULTS) if os.path.exists(os.path.join(data.RESULTS, n, "step.json")))


def choose_machine():
    names = measured()
    for name in sys.argv[1:2] or (results.machine(), shown_so_far()):
        if name in names:
            return name
    sys.exit(f"report: results/ has {', '.join(names) or 'no machine'}; run make bench, or make report "
             "OF=<one of them>")


def draw(m, runs, paper, table):
    """Draws all figures. Returns {name: its Markdown, or a line that it was not measured}."""
    folder = os.path.join(data.RESULTS, m.name)
    common = os.path.join(data.RESULTS, "convergence")
    third = os.path.join(data.RESULTS, "figure3")
    variants, wake_sleep = data.variants(), data.paper("paper-wake-sleep")
    phases = next((r.row for r in m.rows("step") if r.what == "phases" and r.row["threads"] == 1), None)
    made = {
        "roofline": (folder, figures.roofline(m, table, os.path.join(folder, "roofline.svg"))),
        "gemm": (folder, figures.gemm(m.rows("gemm"), table, os.path.join(folder, "gemm.svg"))),
        "maps": (folder, figures.maps(m.rows("maps"), table, os.path.join(folder, "maps.svg"))),
        "step": (folder, figures.step(phases, os.path.join(folder, "step.svg"))),
        "speed": (folder, figures.speed(list(m.compared().values()), os.path.join(folder, "speed.svg"))),
        "elbo-mnist": (common, figures.elbo(runs, paper, "mnist", (-160, -95),
                                            os.path.join(common, "elbo-mnist.svg"), variants, wake_sleep)),
        "elbo-frey": (common, figures.elbo(runs, paper, "frey", (400, 1400),
                                           os.path.join(common, "elbo-frey.svg"), variants, wake_sleep)),
        "figure3": (third, figures.figure_3(data.figure_3(), data.paper_3(), os.path.join(third, "figure3.svg"))),
    }
    return {"figure " + name: f"![{name}]({os.path.relpath(os.path.join(at, name), TOP)}.svg)" if drawn
            else "*Not measured on this machine.*" for name, (at, drawn) in made.items()}


def summary(m, table, f_accuracy):
    """The numbers of the report's first screen."""
    r = m.compared()[100]
    one, more = figures.torch_settings(r)
    examples = 1e9 / r.row["flops_per_sample"]
    step_products = [g for g in m.rows("gemm") if g.isa == table and "^3" not in g.what and figures.peers(g)[0]]
    ratios = [g.ratio("packed", g.best(figures.peers(g)[0])).median for g in step_products]
    ulp = max((a["max_ulp"], a["function"]) for a in f_accuracy["rows"])
    bits = m.files["bits"]
    return {
        "isa": table, "rounds": m.files["step"]["rounds"], "machine": m.name,
        "step share": r.ratio("one thread", "FMA peak").text(1, 100),
        "examples one": f"{examples * r.rate('one thread'):,.0f}",
        "examples all": f"{examples * r.rate('all CPUs'):,.0f}",
        "threads": r.row["threads"],
        "torch": f"**{r.ratio('one thread', r.best(one)).text(1)} times** as fast as PyTorch on one thread, "
                 f"**{r.ratio('all CPUs', r.best(one + more)).text(1)} times** as fast as its best setting here "
                 f"({r.best(one + more)}) on all CPUs." if one else "PyTorch is not installed here.",
        "gemm mean": f"{claims.geometric_mean(ratios)[0]:.2f}" if ratios else "–",
        "gemm worst": f"{min(ratios):.2f}" if ratios else "–", "gemm best": f"{max(ratios):.2f}" if ratios else "–",
        "libraries": ", ".join(sorted({re.split("[ ,]", n)[0] for g in step_products
                                       for n in figures.peers(g)[0]})) or "none",
        "worst ulp": f"{ulp[0]:.2f}", "worst ulp function": ulp[1],
        "inputs": f"{f_accuracy['inputs_per_function']:,}", "accuracy commit": f_accuracy["commit"],
        "bits runs": len(bits["rows"]) if bits else 0,
        "bits different": len({b["sha256"] for b in bits["rows"]}) if bits else 0,
        "bits plural": "" if bits and len({b["sha256"] for b in bits["rows"]}) == 1 else "s",
        "cpu": f"{m.host()['cpu']} ({cpus.microarchitecture(m.host())}), {m.host()['cpus']} CPUs",
        "peaks": cpus.peaks(m),
        "compiler": m.host()["compiler"], "commit": m.files["step"]["host"]["commit"],
        "date": m.files["step"]["host"]["date"][:10],
        "skipped": ", ".join(m.skipped()) or "none",
        "rows timed": len(m.timed()),
        "rows refused": ", ".join(m.refused()) or "none",
    }


def fill(template, values):
    """Replaces each {{name}} by its text or lines. An unknown name ends the program."""
    def value(match):
        v = values[match.group(1)]
        return "\n".join(v) if isinstance(v, list) else str(v)
    return re.sub(r"\{\{([^}]+)\}\}", value, template)


def fill_readme(values):
    with open(README) as f:
        before, rest = f.read().split(BEGIN)
    # The picture above them is the same machine's.
    before = re.sub(r"(results/)[a-z0-9-]+(/speed\.svg)", rf"\g<1>{values['machine']}\2", before)
    with open(os.path.join(HERE, "readme.md")) as f:
        results.replace(README, before + BEGIN + fill(f.read(), values) + END + rest.split(END)[1])


def main():
    m = data.Machine(choose_machine())
    missing = [n for n in ("step", "gemm", "maps", "kernels", "bits") if not m.files[n]]
    if missing:
        sys.exit(f"report: results/{m.name} has no {', '.join(missing)}; run make bench")
    runs, paper = data.curves(), data.paper()
    f_accuracy = data.load("accuracy.json")
    table = m.rows("step")[0].isa
    values = draw(m, runs, paper, table)
    values.update(summary(m, table, f_accuracy))
    parts = claims.all_claims(m, data.load(m.name, "startup.json"), f_accuracy, runs, paper)
    values.update({
        "host": tables.host(m), "gemm table": tables.gemm(m), "maps table": tables.maps(m),
        "torch table": tables.torch(m), "forward table": tables.forward(m), "machines": tables.machines(map(data.Machine, measured())),
        "sustained": tables.sustained(m), "sweep table": tables.sweep(m), "bits table": tables.bits(m),
        "accuracy table": tables.accuracy(), "worst table": tables.worst(m),
        "likelihood table": tables.likelihoods(data.likelihoods()),
        "variants table": tables.variants(data.variants(), runs, data.paper("paper-wake-sleep")),
        "figure 3 table": tables.figure_3(data.figure_3(), data.paper_3()), "starts table": tables.starts(data.figure_3()),
        "convergence table": tables.convergence(runs, paper), "tried table": tables.tried(runs),
        "samples": tables.gallery(*((f"mnist-{n}-samples", f"N_z = {n}") for n in (2, 5, 10, 20))),
        "manifolds": tables.gallery(("mnist-2-manifold", "MNIST"), ("frey-2-manifold", "Frey Face")),
        "seeds table": tables.seeds(data.anchor("seeds")), "warmup table": tables.warmup(data.anchor("warmup")),
        "short samples": f"{next(iter(runs.values()))['short_samples']:,}" if runs else "–",
        "threads cost": threads.page(m.files["step"]), "mca": tables.mca(),
        "ranks": ranks.page(data.load_any(m.name, "mpi.json")), "web cost": web.page(data.load("web", "cost.json")),
        "claims": claims.page(parts), "headlines": claims.headlines(parts),
        "claims met": claims.count([c for found in parts.values() for c in found]),
    })
    with open(os.path.join(HERE, "template.md")) as f:
        text = fill(f.read(), values)
    results.replace(REPORT, text)
    fill_readme(values)
    print(f"wrote REPORT.md, its figures and those of README.md, of results/{m.name}")


if __name__ == "__main__":
    main()
