"""Training by several processes: what was measured on this machine, and a model of a step that predicts clusters.

A step of R ranks on a minibatch of b examples, with `row` seconds an example and `fixed` seconds a step of one thread,
both from a line through measured steps:

    compute    row b / R + fixed / R, as each rank updates its part of the weights; on one machine times the contention: how much
               longer a step takes beside that of another process, which has nothing to do with it
    bytes      P (1 + 1 / R) floats in, gradients and weights, of P parameters; they are received while weight gradients,
               a third of the work on rows, are computed, unless the rank's own CPU must copy them, as on one machine
    start      2 (R - 1) hops of a piece: the last rank begins when the gradient has come through all others, and the
               weights go around; a hop is `each` of such a message and, on the way there, a piece's computation
"""
from data import Spread
from tables import table

LAYERS = ((784, 500), (500, 40), (20, 500), (500, 784))
PARAMETERS = sum((rows + 1) * -(-cols // 16) * 16 for rows, cols in LAYERS)  # in panels
PIECE = 24 * 1024  # floats, as in vae/model/relay.c
# bytes per second, seconds of a message
NETWORKS = {"100 Gbit/s": (12.5e9, 2e-6), "10 Gbit/s": (1.25e9, 2e-5)}
AT_ONCE = "two at once"  # as in bench/mpi/ranks.py
RANKS, BATCHES = (2, 8, 32, 128, 512), (500, 5_000, 50_000)
PAYS = 0.5  # of R times one rank


def line(points):
    """Least squares, relative: slope and intercept."""
    w = [1 / y ** 2 for _, y in points]
    total, mx = sum(w), sum(v * x for v, (x, _) in zip(w, points)) / sum(w)
    my = sum(v * y for v, (_, y) in zip(w, points)) / total
    slope = sum(v * (x - mx) * (y - my) for v, (x, y) in zip(w, points)) / sum(v * (x - mx) ** 2 for v, (x, _) in zip(w, points))
    return slope, my - slope * mx


def predicted(row, fixed, ranks, batch, hop, per_byte, copies):
    """Seconds of a step. hop: of a piece's message; copies: the rank's own CPU moves the bytes."""
    gradient = row * batch / ranks / 3
    inward = 4 * PARAMETERS * (1 + 1 / ranks) * per_byte
    bytes_ = inward if copies else max(0, inward - gradient)
    piece = gradient * PIECE / PARAMETERS
    return row * batch / ranks + fixed / ranks + bytes_ + (ranks - 1) * (2 * hop + piece)


def page(found):
    """Lines of Markdown."""
    if not found:
        return ["*Not run yet: `make mpi bench-mpi`.*"]
    seconds = {(r["way"], r["batch"]): Spread(r["seconds"]) for r in found["rows"]}
    if not any(way == AT_ONCE for way, _ in seconds):
        return ["*To be run anew: `make mpi bench-mpi`.*"]
    of = lambda way, batch: next(r["seconds"] for r in found["rows"] if (r["way"], r["batch"]) == (way, batch))  # noqa: E731
    row, fixed = line([(b, s.median) for (way, b), s in seconds.items() if way == "one thread"])
    busy = Spread([a / b for way, batch in seconds if way == AT_ONCE
                   for a, b in zip(of(way, batch), of("one thread", batch // 2))])
    middle = lambda i, what: sorted(r[i][what] for r in found["link"])[len(found["link"]) // 2]  # noqa: E731
    hop, per_byte = middle(1, "trip"), middle(2, "each") / found["link"][0][2]["bytes"]
    rows = []
    for batch in sorted({b for way, b in seconds if way == "two ranks"}):
        ratio = Spread([a / b for a, b in zip(of("two threads", batch), of("two ranks", batch))])
        two = seconds["two ranks", batch].median
        model = predicted(row * busy.median, fixed * busy.median, 2, batch, hop, per_byte, True)
        rows.append((batch, *(f"{batch / seconds[way, batch].median:,.0f}" for way in ("one thread", "two threads", "two ranks")),
                     f"{ratio.median:.3f} ({ratio.low:.3f} … {ratio.high:.3f})", f"{batch / model:,.0f}", f"{100 * (model / two - 1):+.0f} %"))
    lines = table(("batch", "one thread", "two threads", "two ranks of one thread", "ranks ÷ threads", "the model", "its error"), rows)
    lines += ["", f"Examples per second of 784-500-20; medians of {len(found['link'])} rounds, their ratio's 95 % interval. A message of 96 KB "
              f"takes {1e6 * hop:.0f} µs here, {1e6 * middle(0, 'trip'):.1f} µs an empty one; many at once move {1e-9 / per_byte:.1f} GB/s. Two processes at once, "
              f"which share nothing else, take {busy.median:.2f} times as long each ({busy.low:.2f} … {busy.high:.2f}): the model's contention. {found['host']['cpu']}, "
              f"commit {found['host']['commit']}.", "", "What the model says of clusters whose nodes are one such rank each, as a multiple of the "
              "speed of one:", ""]
    one = {b: row * b + fixed for b in BATCHES}
    cells = [(f"{name}, batch {b:,}", *(one[b] / predicted(row, fixed, n, b, 4 * PIECE / rate + wait, 1 / rate, False) for n in RANKS))
             for name, (rate, wait) in NETWORKS.items() for b in BATCHES]
    return lines + table(("network", *(f"{n} ranks" for n in RANKS)),
                         [(name, *(f"**{x:.1f}**" if x >= PAYS * n else f"{x:.1f}" for x, n in zip(of, RANKS))) for name, *of in cells]) + [
        "", f"Bold: at least {PAYS:g} of each rank's speed, so that the ranks pay."]
