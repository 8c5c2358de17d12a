"""A model of the training step on more cores, from the phases measured on one.

A phase's work divides evenly: t / N, but not finer than four rows of one unit, two panels of sixteen
columns. Each of the step's meetings costs the measured time per doubling of threads. Between meetings each
thread reads activations, and a share of the last layer's weights, that others wrote: bytes over the measured
rate, all threads at once. Memory bandwidth per core is taken as measured, so a machine whose cores share it
falls short of this.
"""
import math

X, H, Z, MEETINGS, BATCH = 784, 500, 20, 8, 100
PANELS = {"encoder.hidden": H, "decoder.hidden": H, "decoder.out": X, "decoder.out dX": H,
          "encoder.head dX": H, "decoder.out dW + optimiser": X, "encoder.hidden dW + optimiser": H,
          "decoder.hidden dW + optimiser": H, "encoder.head dW + optimiser": 2 * Z}


class Model:
    """From the rows of step.json: phases of one thread and, if there were more, what an exchange costs."""

    def __init__(self, step):
        one = next(r for r in step["rows"] if r["what"] == "phases" and r["threads"] == 1)
        self.exchange = next((r for r in step["rows"] if r["what"] == "exchange"), None)
        self.us = {name: 1e6 * p["seconds"] / one["steps"] for name, p in one["phases"].items()
                   if name != "waiting"}
        # What a dW takes beyond its arithmetic is the optimiser's, per weight and not per row.
        self.fixed = {name: 1 - p["share_of_peak"] for name, p in one["phases"].items() if "dW" in name}

    def phase(self, name, n, batch):
        fixed = self.fixed.get(name, 0)
        scaled = self.us[name] * (fixed + (1 - fixed) * batch / BATCH)
        # Rows of a unit can be split too, but not below some four per thread.
        pieces = math.ceil(PANELS[name] / 32) * max(batch // 4, 1) if name in PANELS else max(batch, 1)
        return scaled / min(n, pieces)

    def parts(self, n, batch):
        """Microseconds of a step by phase."""
        parts = {name: self.phase(name, n, batch) for name in self.us}
        if n > 1 and self.exchange:
            parts["meetings"] = MEETINGS * self.exchange["meeting_us"] * math.log2(n)
            parts["exchange"] = exchanged_bytes(n, batch) / self.exchange["gb_per_s"] * 1e-3
        return parts

    def step(self, n, batch):
        return sum(self.parts(n, batch).values())

    def binds(self, n):
        """At BATCH: the largest part that does not divide, and its microseconds."""
        parts = self.parts(n, BATCH)
        extra = {k: parts.get(k, 0) for k in ("meetings", "exchange")}
        extra["rows too few to divide"] = sum(self.phase(k, n, BATCH) - us / n for k, us in self.us.items())
        worst = max(extra, key=extra.get)
        return worst, extra[worst]


def exchanged_bytes(n, batch):
    others = (n - 1) / n
    activations = 4 * batch * (X + H + H + X + H) * others
    weights = 4 * H * X / n * others  # of the last layer, for dX
    return activations + weights


def page(step):
    """Lines of Markdown."""
    model, lines = Model(step), []
    if model.exchange:
        measured = next(r for r in step["rows"] if r.get("all_to_one") and f"batch {BATCH}" in r["what"])
        ratio, n = measured["all_to_one"]["median"], measured["threads"]
        predicted = model.step(1, BATCH) / model.step(n, BATCH)
        lines += [f"A meeting of {n} threads takes {model.exchange['meeting_us']:.2f} µs; a thread reads what "
                  f"another wrote at {model.exchange['gb_per_s']:.0f} GB/s. For {n} threads at batch {BATCH} "
                  f"the model predicts {predicted:.2f} times one thread's speed; measured {ratio:.2f}: the "
                  f"model is {100 * (predicted / ratio - 1):+.0f} % off.", ""]
    lines += ["Thousand samples a second, and in brackets the share of ideal scaling:", "",
              "| batch | 1 core | 4 cores | 16 cores | 64 cores |", "|---|---|---|---|---|"]
    for batch in (100, 500, 1000, 4000):
        base = model.step(1, batch)
        cells = [f"{batch / base * 1e3:.0f}"]
        for n in (4, 16, 64):
            t = model.step(n, batch)
            cells.append(f"{batch / t * 1e3:.0f} ({100 * base / t / n:.0f} %)")
        lines.append(f"| {batch} | " + " | ".join(cells) + " |")
    lines += ["", f"What binds first at batch {BATCH}, in microseconds of a step:", "",
              "| cores | step | largest part that does not divide | its time |", "|---|---|---|---|"]
    for n in (2, 4, 16, 64):
        lines.append("| {} | {:.0f} | {} | {:.0f} |".format(n, model.step(n, BATCH), *model.binds(n)))
    return lines + data_parallel(model)


def data_parallel(model):
    """Each group of cores has its own minibatch; the gradients, as many floats as there are parameters, are
    summed and sent back."""
    if not model.exchange:
        return []
    params = X * H + H * 2 * Z + Z * H + H * X
    send = 2 * 4 * params / model.exchange["gb_per_s"] * 1e-3
    pays = next((b for b in range(10, 100000, 10) if 2 * b / (model.step(1, b) + send) >
                 1.5 * b / model.step(1, b)), None)
    return ["", f"Data-parallel training would exchange {4 * params / 1e6:.1f} MB of gradients each way, "
            f"{send:.0f} µs a step at the measured rate: two replicas reach 1.5 times one from a minibatch of "
            f"{pays} rows per replica on. Splitting columns, as the trainer does, exchanges "
            f"{exchanged_bytes(2, BATCH) / 1e6:.1f} MB per thread at batch {BATCH}."]
