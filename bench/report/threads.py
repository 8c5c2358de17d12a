"""What threads cost: the phases of a training step on one thread and on all, a barrier, and reading what
another thread wrote. All of it measured; nothing is predicted from it."""
from tables import table


def phases(rows):
    """From the rows of step.json: {number of threads: {phase: microseconds per step}}."""
    return {r["threads"]: {name: 1e6 * p["seconds"] / r["steps"] for name, p in r["phases"].items()}
            for r in rows if r["what"] == "phases"}


def page(step):
    """Lines of Markdown."""
    us = phases(step["rows"])
    n = max(us)
    exchange = next((r for r in step["rows"] if r["what"] == "exchange"), None)
    if n == 1 or not exchange:
        return ["Measured on one CPU only."]
    one, many = us[1], us[n]
    rows = [(name, f"{t:.1f}", f"{many.get(name, 0):.1f}",
             f"{t / many[name]:.2f}" if many.get(name) and name != "waiting" else "–") for name, t in one.items()]
    rows.append(("total", f"{sum(one.values()):.0f}", f"{sum(many.values()):.0f}",
                 f"{sum(one.values()) / sum(many.values()):.2f}"))
    of = next(r for r in step["rows"] if r.get("all_to_one") and "batch 100" in r["what"])
    ratio, (low, high) = of["all_to_one"]["median"], of["all_to_one"]["interval"]
    halves = sum(one.values()) / (sum(one.values()) / n + many.get("waiting", 0))
    return [f"A barrier of {n} threads takes {exchange['meeting_us']:.2f} µs. A thread reads what another has just "
            f"written at {exchange['gb_per_s']:.0f} GB/s. Microseconds per step at batch 100, mean over threads; *waiting* "
            "is the time at barriers:", ""] + \
        table(("phase", "one thread", f"{n} threads", "speedup"), rows) + \
        ["", f"In the alternating rounds of [the training step](#the-training-step) the speedup is {ratio:.2f} "
         f"({low:.2f} … {high:.2f}). Phases that divide evenly, plus the waiting above, would give {halves:.2f}."]
