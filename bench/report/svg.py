"""Plain SVG charts that read on a light and on a dark page. Coordinates are pixels from the top left."""
import math
from xml.sax.saxutils import escape

STYLE = """<style>
text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328 }
.note { fill: #59636e; font-size: 11px } .title { font-weight: 600 }
.axis { stroke: #59636e } .grid { stroke: #d1d9e0 } .mark { stroke: #1f2328 }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc } .note { fill: #9198a1 } .axis { stroke: #9198a1 } .grid { stroke: #3d444d }
.mark { stroke: #f0f6fc } }
</style>"""
BLUE, AMBER, GREEN, RED, PURPLE, GREY, TEAL = ("#2f81f7", "#d08700", "#2da44e", "#e5534b", "#986ee2",
                                               "#8b949e", "#1b9aaa")


def number(x):
    return f"{x:.1f}".removesuffix(".0")


class Picture:
    def __init__(self, width, height, describe):
        self.width, self.height, self.describe, self.parts = width, height, describe, []

    def text(self, x, y, words, anchor="start", kind=None, fill=None, turn=False):
        more = f' class="{kind}"' if kind else ""
        more += f' style="fill:{fill}"' if fill else ""
        more += f' transform="rotate(-90 {number(x)} {number(y)})"' if turn else ""
        self.parts.append(f'<text x="{number(x)}" y="{number(y)}" text-anchor="{anchor}"{more}>'
                          f'{escape(words)}</text>')

    def line(self, x1, y1, x2, y2, kind=None, color=None, width=1, dash=None):
        more = f' class="{kind}"' if kind else f' stroke="{color}"'
        more += f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(f'<line x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" '
                          f'y2="{number(y2)}" stroke-width="{number(width)}"{more}/>')

    def curve(self, points, color, width=2, dash=None):
        more = f' stroke-dasharray="{dash}"' if dash else ""
        path = " ".join(f"{number(x)},{number(y)}" for x, y in points)
        self.parts.append(f'<polyline points="{path}" fill="none" stroke="{color}" '
                          f'stroke-width="{number(width)}"{more}/>')

    def dot(self, x, y, color, radius=4, hollow=False):
        look = f'fill="none" stroke="{color}" stroke-width="1.5"' if hollow else f'fill="{color}"'
        self.parts.append(f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}" {look}/>')

    def bar(self, x, y, width, height, color):
        self.parts.append(f'<rect x="{number(x)}" y="{number(y)}" width="{number(max(width, 0.5))}" '
                          f'height="{number(height)}" fill="{color}"/>')

    def legend(self, x, y, entries):
        """entries: (words, color, "dot" | "ring" | "line" | "dash"), side by side."""
        for words, color, kind in entries:
            if kind in ("line", "dash"):
                self.curve([(x, y - 4), (x + 18, y - 4)], color, dash="4 3" if kind == "dash" else None)
            else:
                self.dot(x + 9, y - 4, color, hollow=kind == "ring")
            self.text(x + 23, y, words)
            x += 38 + 6.6 * len(words)

    def write(self, path):
        head = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" '
                f'width="{self.width}" height="{self.height}" role="img" '
                f'aria-label="{escape(self.describe)}">')
        with open(path, "w") as f:
            f.write("\n".join([head, STYLE] + self.parts + ["</svg>"]) + "\n")


class Scale:
    """Maps values to pixels, linearly or logarithmically."""

    def __init__(self, low, high, at_low, at_high, log=False):
        self.low, self.high, self.at_low, self.at_high, self.log = low, high, at_low, at_high, log

    def __call__(self, value):
        low, high = (math.log10(self.low), math.log10(self.high)) if self.log else (self.low, self.high)
        v = math.log10(max(value, 1e-300)) if self.log else value
        return self.at_low + (v - low) / (high - low) * (self.at_high - self.at_low)

    def ticks(self, about=5):
        if self.log:
            return [10.0 ** e for e in range(math.ceil(math.log10(self.low) - 1e-9),
                                             math.floor(math.log10(self.high) + 1e-9) + 1)]
        rough = (self.high - self.low) / about
        unit = 10 ** math.floor(math.log10(rough))
        step = next(m * unit for m in (1, 2, 5, 10) if m * unit >= rough)
        first = math.ceil(self.low / step - 1e-9)
        return [i * step for i in range(first, math.floor(self.high / step + 1e-9) + 1)]


def axis_x(p, scale, y, top, label, ticks=None, words="{:g}".format):
    for t in ticks if ticks is not None else scale.ticks():
        p.line(scale(t), top, scale(t), y, "grid")
        p.text(scale(t), y + 16, words(t), "middle", "note")
    p.line(scale.at_low, y, scale.at_high, y, "axis")
    if label:
        p.text((scale.at_low + scale.at_high) / 2, y + 34, label, "middle", "note")


def axis_y(p, scale, x, right, label, ticks=None, words="{:g}".format):
    for t in ticks if ticks is not None else scale.ticks():
        p.line(x, scale(t), right, scale(t), "grid")
        p.text(x - 6, scale(t) + 4, words(t), "end", "note")
    p.line(x, scale.at_low, x, scale.at_high, "axis")
    if label:
        p.text(x - 40, (scale.at_low + scale.at_high) / 2, label, "middle", "note", turn=True)
