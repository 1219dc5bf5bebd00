"""The page of a comparison: verdict, printed series drawn over each other, lines that differ; one file, nothing from outside."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from html import escape
from typing import NamedTuple

from .lines import Line, Row
from .verdict import Comparison

__all__ = ["Series", "page", "series"]

CHARTS, LINES, POINTS = 24, 400, 800  # at most so many on the page, and in a curve

_STYLE = """
:root { color-scheme: light dark; --ink: #1d2330; --soft: #5b6472; --line: #e1e5eb; --page: #fbfbfd; --card: #fff; --torch: #e0571f;
        --ours: #1c5fc4; --mark: #fde7c8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --soft: #a0a9b8; --line: #2b3240; --page: #12151c; --card: #191e28;
        --torch: #ff8a5c; --ours: #7db2ff; --mark: #5a3c12; } }
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
main { max-width: 72rem; margin: 0 auto; padding: 2rem 1rem 4rem }
h1 { font-size: 1.6rem; margin: 0; overflow-wrap: anywhere } h2 { margin: 2.5rem 0 .75rem; font-size: 1.2rem }
p { margin: .4rem 0; max-width: 46rem } .soft { color: var(--soft); font-size: .9rem }
.cards, .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 13rem), 1fr)); gap: .75rem; margin: 1.25rem 0 }
.charts { grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)) }
.cards div, figure { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .8rem 1rem; margin: 0 }
.cards b { display: block; font-size: 1.2rem } .torch { color: var(--torch) } .ours { color: var(--ours) }
svg { display: block; width: 100%; height: auto } svg text { font: 13px system-ui, sans-serif; fill: var(--soft) }
svg polyline { fill: none; stroke-linejoin: round } svg .grid { stroke: var(--line) }
svg .torch { stroke: var(--torch); stroke-width: 7; opacity: .55 } svg .ours { stroke: var(--ours); stroke-width: 2 }
svg .drift { stroke: var(--soft); stroke-width: 1.5; stroke-dasharray: 5 4 }
svg circle.torch { fill: none; stroke-width: 3 } svg circle.ours { fill: var(--ours); stroke: none }
figcaption { font-size: .9rem } figcaption b { font-size: 1rem }
.rows { border: 1px solid var(--line); border-radius: .6rem; background: var(--card); overflow: hidden; font: 13px/1.5 ui-monospace, monospace }
.rows > div { display: grid; grid-template-columns: 4rem 1fr 1fr; gap: 0 1rem; padding: .2rem .75rem; border-top: 1px solid var(--line) }
.rows > div:first-child { border: 0; font-weight: 600 }
.rows span { white-space: pre-wrap; overflow-wrap: anywhere; min-width: 0 } mark { background: var(--mark); color: inherit; border-radius: .2rem }
summary { cursor: pointer; margin: 1.5rem 0 .75rem }
@media (max-width: 40rem) { .rows > div { grid-template-columns: 3rem 1fr } .rows > div > :nth-child(3) { grid-column: 2 } }
"""


class Series(NamedTuple):
    """A number that lines with the same words print again and again: "loss" in "epoch # loss #"."""

    name: str
    shape: str
    along: str  # what is counted from left to right
    points: list[
        tuple[float, float, float, float]
    ]  # where, torch's, ours, torch's with last bits changed (nan without)


def series(done: Comparison) -> list[Series]:
    """The series of at least four numbers, in the order of their first lines; lines without words make none.

    Where the first number of the lines only grows ("epoch 1", "epoch 2"), it is the place of the others; else they are counted.
    """
    alike: dict[str, list[Row]] = defaultdict(list)
    for row in done.rows:
        if row.matched and row.theirs and row.theirs.numbers and re.search(r"[^\W\d_]{2}", row.theirs.shape):
            alike[row.theirs.shape].append(row)
    moved = {row.number: row.ours for drift in done.drifts[-1:] for row in drift if row.matched}
    return [made for shape, rows in alike.items() if len(rows) > 3 for made in _of_lines(shape, rows, moved)]


def _of_lines(shape: str, rows: list[Row], moved: dict[int, Line | None]) -> list[Series]:
    def column(lines: list[Line | None], place: int) -> list[float]:
        return [line.numbers[place].value if line else math.nan for line in lines]

    lines: list[list[Line | None]] = [
        [r.theirs for r in rows],
        [r.ours for r in rows],
        [moved.get(r.number) for r in rows],
    ]
    numbers = [line.numbers for line in lines[0] if line]
    first = column(lines[0], 0)
    counted = all(a < b and b == int(b) for a, b in zip(first, first[1:], strict=False))
    where = first if counted else [float(row.number) for row in rows]
    step = -(-len(rows) // POINTS)
    words = [re.sub(r"^\W+|[\s\W]+$", "", word) or f"number {i + 1}" for i, word in enumerate(shape.split("#"))]
    found, along = [], words[0] if counted else "line"
    for place in range(int(counted), len(numbers[0])):
        theirs, ours, drift = (column(side, place) for side in lines)
        if not any(n[place].idle for n in numbers) and (len(set(theirs)) > 1 or theirs != ours):
            found.append(Series(words[place], shape, along, list(zip(where, theirs, ours, drift, strict=True))[::step]))
    return found


def _ticks(low: float, high: float) -> list[float]:
    """Three to six round numbers between two."""
    step = 10.0 ** math.floor(math.log10((high - low) / 3))
    step *= max(n for n in (1, 2, 2.5, 5) if n * step <= (high - low) / 3)
    return [n * step for n in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _chart(of: Series) -> str:
    """An SVG: torch's curve broad, ours narrow above it, torch's with last bits changed in dashes; steep ones on a logarithmic scale."""
    width, height, left, bottom = 440, 240, 64, 28
    shown = [y for point in of.points for y in point[1:] if math.isfinite(y)] or [0.0]
    logarithmic = min(shown) > 0 and max(shown) > 100 * min(shown)
    low, high = (math.log10(f(shown)) if logarithmic else f(shown) for f in (min, max))
    margin = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    low, high = low - margin, high + margin
    start, end = of.points[0][0], of.points[-1][0]

    def x(value: float) -> float:
        return left + (value - start) / ((end - start) or 1) * (width - left - 16)

    def y(value: float) -> float:
        return (high - value) / (high - low) * (height - bottom - 8) + 8

    parts = []
    for tick in _ticks(low, high):
        label = f"{10**tick:.3g}" if logarithmic else f"{tick:.6g}"
        parts.append(f'<line class="grid" x1="{left}" x2="{width - 16}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>')
        parts.append(f'<text x="{left - 8}" y="{y(tick) + 4:.1f}" text-anchor="end">{label}</text>')
    for value, anchor in ((start, "start"), (end, "end")):
        parts.append(f'<text x="{x(value):.1f}" y="{height - 8}" text-anchor="{anchor}">{value:g}</text>')
    parts.append(f'<text x="{(left + width) / 2}" y="{height - 8}" text-anchor="middle">{escape(of.along)}</text>')
    for side, name in ((1, "torch"), (3, "drift"), (2, "ours")):
        run: list[str] = []
        for point in [*of.points, (0, *[math.nan] * 3)]:  # a number that is not finite parts the curve
            if math.isfinite(point[side]):
                run.append(f"{x(point[0]):.1f},{y(math.log10(point[side]) if logarithmic else point[side]):.1f}")
            elif run:
                parts.append(f'<polyline class="{name}" points="{" ".join(run)}"/>')
                run = []
    label = escape(f"{of.name}: PyTorch and minitorch_pt")
    return f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{label}">{"".join(parts)}</svg>'


def _figure(of: Series) -> str:
    gap = max((abs(a - b) for _, a, b, _ in of.points if math.isfinite(a - b)), default=0.0)
    own = max((abs(a - d) for _, a, _, d in of.points if math.isfinite(a - d)), default=None)
    told = "the same numbers" if gap == 0 else f"largest difference {gap:.2g}"
    told += "" if own is None else f"; PyTorch and itself with last bits changed {own:.2g}"
    caption = f'<b>{escape(of.name)}</b> <span class="soft">{escape(of.shape)}<br>{told}</span>'
    return f"<figure><figcaption>{caption}</figcaption>{_chart(of)}</figure>"


def _marked(line: Line | None, places: list[int]) -> str:
    if line is None:
        return '<span class="soft">(no such line)</span>'
    parts, end = [], 0
    for number in (line.numbers[place] for place in places):
        parts += [escape(line.text[end : number.start]), f"<mark>{escape(number.text)}</mark>"]
        end = number.start + len(number.text)
    return f"<span>{''.join(parts)}{escape(line.text[end:])}</span>"


def _rows(rows: list[Row]) -> str:
    head = '<div><span>line</span><span class="torch">PyTorch</span><span class="ours">minitorch_pt</span></div>'
    made = []
    for row in rows[:LINES]:
        places = [d.place for d in row.differences]
        made.append(
            f'<div><span class="soft">{row.number}</span>{_marked(row.theirs, places)}{_marked(row.ours, places)}</div>'
        )
    more = f'<p class="soft">and {len(rows) - LINES:,} more</p>' if len(rows) > LINES else ""
    return f'<div class="rows">{head}{"".join(made)}</div>{more}'


def page(done: Comparison) -> str:
    """The page as HTML."""
    found = series(done)
    cards = [
        f"<div><b>{escape(done.verdict)}</b>{sum(row.kind == 'same' for row in done.rows):,} of {len(done.rows):,} lines the same</div>"
    ]
    for run, name in ((done.theirs, "torch"), (done.ours, "ours")):
        memory = f", {run.memory / 2**20:,.0f} MiB" if run.memory else ""
        cards.append(f'<div><b class="{name}">{run.name}</b>{run.seconds:.2f} s{memory}</div>')
    parts = [f"<h1>{escape(done.title)}</h1>", f'<div class="cards">{"".join(cards)}</div>']
    for name, worst in (
        ("PyTorch and minitorch_pt", done.largest),
        ("PyTorch and itself, last bits changed", done.drift),
    ):
        if worst:
            parts.append(
                f"<p>Largest difference of {name}: {worst.theirs.text} and {worst.ours.text} in line {worst.line} "
                f"(absolute {worst.absolute:.2g}, relative {worst.relative:.2g}).</p>"
            )
    if found:
        dashes = "; in dashes: PyTorch with the last bits of its inputs changed" if done.drifts else ""
        parts.append("<h2>Printed series</h2>")
        parts.append(
            f'<p class="soft">Broad: <b class="torch">PyTorch</b>; narrow: <b class="ours">minitorch_pt</b>{dashes}.</p>'
        )
        parts.append(f'<div class="charts">{"".join(map(_figure, found[:CHARTS]))}</div>')
    if done.apart:
        parts.append(f"<h2>Lines that differ</h2>{_rows(done.apart)}")
    parts.append(f"<details><summary>All lines</summary>{_rows(done.rows)}</details>")
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(done.title)}: {done.verdict}</title><style>{_STYLE}</style></head>\n<body><main>{''.join(parts)}</main></body></html>\n"
    )
