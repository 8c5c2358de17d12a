"""What exact fused multiply-adds cost in WebAssembly, which has none: results/web/cost.json."""
from tables import table


def cell(rates):
    """GFLOP/s, with the quartiles of the rounds."""
    low, high = rates["quartiles"]
    return f"{rates['median']:.2g} ({low:.2g} … {high:.2g})" if rates["median"] < 10 else \
        f"{rates['median']:.0f} ({low:.0f} … {high:.0f})"


def page(cost):
    """Lines of Markdown."""
    if not cost:
        return ["*Not run yet: `make bench-web`.*"]
    kinds = list(dict.fromkeys(r["what"] for r in cost["rows"]))
    rates = {(r["build"], r["isa"], r["what"]): r["gflops"] for r in cost["rows"]}
    builds = dict.fromkeys((r["build"], r["isa"]) for r in cost["rows"])
    rows = [(build, isa, *(cell(rates[build, isa, what]) for what in kinds)) for build, isa in builds]
    h = cost["host"]
    return table(("build", "kernels", *(f"{what}, GFLOP/s" for what in kinds)), rows) + [
        "", f"Medians and quartiles of {cost['rows'][0]['gflops']['rounds']} rounds on one thread of {h['cpu']}, node "
        f"{h['node'].lstrip('v')}, commit {h['commit']}."]
