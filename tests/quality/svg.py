# SPDX-License-Identifier: Apache-2.0
"""Plots as SVG: lines with markers, and bars, on linear or logarithmic axes.

The one idea: colours are CSS classes in the file itself, with a second set for dark pages, and the
background is left out; so one file is readable on both.
"""

import math

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 64, 190, 36, 52
LEGEND_STEP = 16
LIGHT = "#1f5fa8 #b3441e #1d7a4c #7b3fa0 #8a6d00 #a02060 #2b7f8c #666666".split()
DARK = "#6cb0f5 #f0926a #62c893 #c59be6 #d8b94a #ee83b4 #73c9d6 #aaaaaa".split()
N_COLOURS = len(LIGHT)


def rules(colours, text, grid):
    yield f"text {{ fill: {text}; }} .grid {{ stroke: {grid}; }}"
    for i, colour in enumerate(colours):
        yield f".line.c{i}, .whisker.c{i} {{ stroke: {colour}; }} .mark.c{i} {{ fill: {colour}; }}"


STYLE = "\n".join([
    "text { font: 12px system-ui, sans-serif; } .title { font-weight: 600; font-size: 14px; }",
    ".axis { stroke: #888; } .guide { stroke: #999; stroke-dasharray: 5 4; }",
    ".line { fill: none; stroke-width: 2; } .whisker { stroke-width: 1.2; }",
    *rules(LIGHT, "#333", "#ddd"),
    "@media (prefers-color-scheme: dark) {",
    *rules(DARK, "#d0d0d0", "#3a3a3a"),
    "}",
])  # fmt: skip


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class Axis:
    """@ticks are (value, text); the range is from @low to @high."""

    def __init__(self, label, low, high, ticks, log=False):
        self.label, self.log, self.ticks = label, log, ticks
        self.low, self.high = self.place(low), self.place(high)

    def place(self, value):
        return math.log10(max(value, 1e-300)) if self.log else value

    def share(self, value):
        share = (self.place(value) - self.low) / (self.high - self.low)
        return min(1.0, max(0.0, share))


def percent_axis(label, low=0):
    step = 20 if low == 0 else 5
    return Axis(label, low / 100, 1, [(v / 100, f"{v} %") for v in range(low, 101, step)])


class Plot:
    def __init__(self, title, x, y):
        self.x, self.y = x, y
        self.title = title
        self.parts = [f'<text class="title" x="{LEFT}" y="20">{escape(title)}</text>']
        self.labels = []  # (y, text, colour) at the right end
        self.frame()

    def at(self, x, y):
        return (
            LEFT + self.x.share(x) * (WIDTH - LEFT - RIGHT),
            HEIGHT - BOTTOM - self.y.share(y) * (HEIGHT - TOP - BOTTOM),
        )

    def add(self, name, **attributes):
        text = " ".join(
            f'{k.replace("_", "-").strip("-")}="{v:.1f}"' if isinstance(v, float)
            else f'{k.replace("_", "-").strip("-")}="{v}"'
            for k, v in attributes.items()
        )
        self.parts.append(f"<{name} {text}/>")

    def text(self, x, y, text, anchor="start", more=""):
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{escape(text)}</text>'
        )

    def frame(self):
        left, bottom = LEFT, HEIGHT - BOTTOM
        for value, label in self.y.ticks:
            _, y = self.at(0, value)
            self.add("line", _class="grid", x1=left, x2=WIDTH - RIGHT, y1=y, y2=y)
            self.text(left - 8, y + 4, label, "end")
        for value, label in self.x.ticks:
            x, _ = self.at(value, 0)
            self.add("line", _class="axis", x1=x, x2=x, y1=bottom, y2=bottom + 5)
            self.text(x, bottom + 19, label, "middle")
        self.add("line", _class="axis", x1=left, x2=WIDTH - RIGHT, y1=bottom, y2=bottom)
        self.text((left + WIDTH - RIGHT) / 2, HEIGHT - 12, self.x.label, "middle")
        middle = (TOP + bottom) / 2
        turn = f' transform="rotate(-90 14 {middle:.0f})"'
        self.text(14, middle, self.y.label, "middle", turn)

    def guide(self, points):
        text = " ".join(f"{x:.1f},{y:.1f}" for x, y in (self.at(*p) for p in points))
        self.add("polyline", _class="guide", fill="none", points=text)

    def line(self, label, points, colour, join=True):
        """@points are (x, y) or (x, y, low, high)."""
        places = [self.at(p[0], p[1]) for p in points]
        if join:
            text = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
            self.add("polyline", _class=f"line c{colour % N_COLOURS}", points=text)
        for point, (x, y) in zip(points, places):
            if len(point) > 2:
                low, high = self.at(point[0], point[2])[1], self.at(point[0], point[3])[1]
                colours = f"whisker c{colour % N_COLOURS}"
                self.add("line", _class=colours, x1=x, x2=x, y1=low, y2=high)
            self.add("circle", _class=f"mark c{colour % N_COLOURS}", cx=x, cy=y, r=3.5)
        self.labels.append((places[-1][1], label, colour))

    def bar(self, x, width, y, colour):
        """From the axis up to @y, around @x; @width in parts of the axis."""
        middle, top = self.at(x, y)
        wide = width * (WIDTH - LEFT - RIGHT)
        tall = HEIGHT - BOTTOM - top
        self.add("rect", _class=f"mark c{colour % N_COLOURS}", x=middle - wide / 2, y=top,
                 width=wide, height=tall)  # fmt: skip

    def legend(self):
        """At the height of each line's end, pushed apart where they would meet."""
        heights, last = [], TOP - 8.0
        for y, _, _ in sorted(self.labels):
            last = max(y, last + LEGEND_STEP)
            heights.append(last)
        last = HEIGHT - BOTTOM + LEGEND_STEP
        for i in reversed(range(len(heights))):
            last = heights[i] = min(heights[i], last - LEGEND_STEP)
        for y, (_, label, colour) in zip(heights, sorted(self.labels)):
            x = WIDTH - RIGHT + 14.0
            self.add("circle", _class=f"mark c{colour % N_COLOURS}", cx=x, cy=y, r=4)
            self.text(x + 9, y + 4, label)

    def write(self, path):
        self.legend()
        with open(path, "w", encoding="utf-8") as f:
            f.write(
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
                f' width="{WIDTH}" height="{HEIGHT}" role="img">\n<title>{escape(self.title)}'
                f"</title>\n<style>{STYLE}</style>\n"
                + "\n".join(self.parts) + "\n</svg>\n"
            )
