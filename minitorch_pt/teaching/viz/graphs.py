"""The computational graph that autograd recorded, with values and gradients on its edges."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ...autograd.graph import Node, Output
from ...tensors.tensor import Tensor
from ..kept import gradients_of, nodes_behind, passed_back, values_of, weighted_sum
from ..operations import name_of, title_of
from .style import (
    BLUE,
    GREY,
    LIGHT,
    PALE_BLUE,
    PALE_GREEN,
    PALE_ORANGE,
    VERMILION,
    Canvas,
    describe,
    number,
    picture,
)
from .words import translator

__all__ = ["graph"]

MOST = 40  # operations that still make a picture
# inches: a point's height, the room of the labels below it, the room in which edges turn
BOX, BAND, TURN = 0.38, 0.42, 0.34
GAP = 0.25


class Point:
    """A place in the drawing: a leaf, a constant or an operation; a bend of an edge that passes a row has the kind ""."""

    def __init__(self, kind: str, title: str = "", value: Any = None) -> None:
        self.kind, self.title, self.value = kind, title, value
        self.gradient: Any = None
        self.inputs: list[Way] = []
        self.outputs: list[Way] = []
        self.level, self.x = 0, 0.0

    @property
    def total(self) -> str:
        """What stands behind the title: the sum of the gradients, where there are several."""
        return f"  Σ∂ {_short(self.gradient)}" if self.gradient is not None and len(self.outputs) > 1 else ""

    @property
    def width(self) -> float:
        """Inches of the box: room for the title, and for the labels of the edges that leave if there are several."""
        labels = sum(way.width for way in self.outputs) if len(self.outputs) > 1 else 0.0
        return max(0.092 * len(self.title + self.total) + 0.3, 0.6, labels) if self.kind else 0.1

    @property
    def right(self) -> float:
        """Inches from the middle to the right end: one edge leaves in the middle, and its label may reach over the box."""
        return max([self.width / 2, *(way.width for way in self.outputs[:1] if len(self.outputs) == 1)])


class Way:
    """An edge: what flows down it, and the gradient that flows back up."""

    def __init__(
        self, source: Point, target: Point, value: Any = None, gradient: Any = None, first: bool = True
    ) -> None:
        self.source, self.target, self.value, self.gradient = source, target, value, gradient
        self.first = first  # the part of an edge that carries its label
        source.outputs.append(self)
        target.inputs.append(self)

    @property
    def labels(self) -> list[tuple[str, str]]:
        """The texts beside it and their colours."""
        texts = [(_short(self.value), BLUE)] if self.first else []
        return texts + [(f"∂ {_short(self.gradient)}", VERMILION)] * (self.first and self.gradient is not None)

    @property
    def width(self) -> float:
        """Inches that its label needs."""
        return 0.2 + 0.083 * max(len(text) for text, _ in self.labels) if self.first else 0.1


@picture
def graph(
    tensor: Tensor, *, names: Mapping[str, Tensor] | None = None, language: str | None = None, ax: Axes | None = None
) -> Figure:
    """The graph that made `tensor`: values flow down (blue), the gradients of `tensor` flow up (red, after ∂).

    An array of more than 4 numbers is shown by its shape. Where a value is used twice, each way has its gradient, and their sum stands
    after Σ∂ in the box. No `.grad` is touched.

    Args:
        tensor: one number that has a graph, before `backward()` or after `backward(retain_graph=True)`.
        names: of leaves, constants and steps between: {"x": x, "w": w}, or dict(model.named_parameters()).

    Raises:
        TypeError: `tensor` is no Tensor.
        RuntimeError: it has no graph, is not a single number, or its graph was released by backward().
        ValueError: the graph has more than 40 operations.
    """
    word = translator(language)
    if not isinstance(tensor, Tensor):
        raise TypeError(f"graph() draws what autograd recorded in a Tensor, got {type(tensor).__name__}")
    if tensor.grad_fn is None:
        raise RuntimeError(
            "the tensor has no graph: compute it from a tensor with requires_grad=True, outside of no_grad()"
        )
    if tensor.numel() != 1:
        raise RuntimeError(
            f"a graph with gradients needs a single number at its end, got shape {tuple(tensor.shape)}: draw that of the loss, or of .sum()"
        )
    nodes = nodes_behind(tensor.grad_fn)
    if len(nodes) > MOST:
        raise ValueError(
            f"the graph has {len(nodes)} operations, more than the {MOST} that a picture can show: draw a smaller network, or step through it: viz.replay"
        )
    points = _points(tensor, nodes, names or {}, word)
    ordered = list(points.values())
    canvas = _draw(_rows(ordered), ordered[0], word, ax)
    operations = [p.title for p in ordered if p.kind == "operation"]
    leaves = [p.title for p in ordered if p.kind == "leaf"]
    text = word(
        "Computational graph. Its {n} operations, from the result upwards: {operations}. Its leaves: {leaves}. The result is {value}",
        n=len(operations),
        operations=", ".join(operations),
        leaves=", ".join(leaves),
        value=_short(tensor._data),
    )
    return describe(canvas.ax, text)


# ---------------------------------------------------------------------------------------------------------------------
# What autograd recorded
# ---------------------------------------------------------------------------------------------------------------------
def _made_by(edge: Any) -> Any:
    """The operation behind one of several outputs."""
    return edge.edges[0] if isinstance(edge, Output) else edge


def _title(node: Node, values: dict[int, Any]) -> str:
    """The operation's sign and name, and the number that it was given, if any: `× mul 2`."""
    name = name_of(node)
    numbers = [
        number(arg)
        for arg, edge in zip_longest(node.args or (), node.edges)
        if edge is None
        and not isinstance(arg, (tuple, list))
        and np.ndim(arg) == 0
        and np.asarray(arg).dtype.kind in "if"
    ]
    value, known = values.get(id(node)), weighted_sum(node, values) if name in ("add", "sub", "rsub") else None
    # what the other input does not explain was added
    if None in node.edges and value is not None and known is not None:
        rest = np.round(-(value - known) if name == "sub" else value - known, 6)
        numbers = [number(rest.flat[0])] if rest.size and not np.ptp(rest) else [_short(rest)]
    return title_of(name, *numbers)


def _points(tensor: Tensor, nodes: list[Node], names: Mapping[str, Tensor], word: Any) -> dict[int, Point]:
    """The places of the drawing by what they stand for, and the edges between them with their values and gradients."""
    called: dict[int, str] = {}
    for name, named in names.items():
        called[id(named.grad_fn if named.grad_fn is not None else named if named.requires_grad else named._data)] = name
    values, totals = values_of(tensor, nodes, names), gradients_of(tensor, nodes)
    points: dict[int, Point] = {}
    for node in nodes:
        title = _title(node, values)
        points[id(node)] = Point("operation", f"{called[id(node)]} = {title}" if id(node) in called else title)
    points[id(nodes[0])].value = tensor._data
    for node in nodes:
        point, total = points[id(node)], totals.get(id(node))
        point.gradient = None if isinstance(total, list) else total
        flows = [None] * len(node.edges) if total is None else passed_back(node, total)
        for i, edge in enumerate(node.edges):
            value = values.get(id(edge))
            if edge is not None:
                source = points.setdefault(id(_made_by(edge)), Point("leaf", called.get(id(edge), word("leaf"))))
                source.gradient = totals.get(id(edge)) if isinstance(edge, Tensor) else source.gradient
                # only its shape is shown
                value = np.empty(edge.shape) if value is None and math.prod(edge.shape) > 4 else value
            else:
                value = node.args[i] if node.args is not None and i < len(node.args) else None
                if not isinstance(value, np.ndarray) or not value.ndim:  # a number stands in the operation's title
                    continue
                source = points.setdefault(id(value), Point("constant", called.get(id(value), word("constant"))))
            Way(source, point, value, flows[i])
    return points


# ---------------------------------------------------------------------------------------------------------------------
# The drawing: a row for each step away from the result, which stands at the foot
# ---------------------------------------------------------------------------------------------------------------------
def _short(value: Any) -> str:
    """A value in a few letters: the numbers of a small array, the shape of a larger one."""
    if value is None:
        return "?"
    if value.size > 4 or value.ndim > 1:
        return str(tuple(value.shape))
    numbers = ", ".join(number(v) for v in value.ravel())
    return f"[{numbers}]" if value.ndim else numbers


def _rows(points: list[Point]) -> list[list[Point]]:
    """Points by their distance from the result, in an order that keeps edges short, with x set."""
    for point in points:  # the youngest first: a point's level is final before its inputs are looked at
        for way in point.inputs:
            way.source.level = max(way.source.level, point.level + 1)
    rows: list[list[Point]] = [[] for _ in range(1 + max(p.level for p in points))]
    for point in points:
        rows[point.level].append(point)
        for way in list(point.inputs):
            _bend(way, rows)
    # each point moves to the middle of its neighbours, then those of a row make room for each other
    for _ in range(12):
        for row in (*rows, *rows[::-1]):
            wish = {id(p): _middle(p) for p in row}
            row.sort(key=lambda p: wish[id(p)])
            edge = -np.inf
            for p in row:
                p.x = max(wish[id(p)], edge + p.width / 2)
                edge = p.x + p.right + GAP
            shift = float(np.mean([wish[id(p)] - p.x for p in row]))
            for p in row:
                p.x += shift
    return rows


def _middle(point: Point) -> float:
    places = [way.source.x for way in point.inputs] + [way.target.x for way in point.outputs]
    return float(np.mean(places))


def _bend(way: Way, rows: list[list[Point]]) -> None:
    """Give an edge that passes rows a point in each of them, so that it runs between the boxes."""
    target = way.target
    place = target.inputs.index(way)
    for level in range(target.level + 1, way.source.level):
        bend = Point("")
        bend.level = level
        rows[level].append(bend)
        Way(bend, target, first=False)
        target.inputs.insert(place, target.inputs.pop())
        target, place = bend, 0
    if target is not way.target:
        way.target.inputs.remove(way)
        way.target = target
        target.inputs.append(way)


def _ports(point: Point, ways: list[Way]) -> Iterator[tuple[Way, float]]:
    """Where edges leave a point, from left to right as their targets stand: each has room for its label to its right."""
    left = point.x - (sum(way.width for way in ways) / 2 - 0.1 if len(ways) > 1 else 0)
    for way in sorted(ways, key=lambda w: w.target.x):
        yield way, left
        left += way.width


def _draw(rows: list[list[Point]], result: Point, word: Any, ax: Axes | None) -> Canvas:
    """The rows from the leaves at the top to the result at the foot, with what the colours mean below."""
    left = min(p.x - p.width / 2 for row in rows for p in row) - 0.2
    right = max(p.x + p.right + 0.6 * (p is result) for row in rows for p in row) + 0.15
    width = max(right - left, 4.6)
    pitch = BOX + BAND + TURN
    canvas = Canvas(width, 0.15 + len(rows) * pitch - TURN + 0.45, ax)
    shift = (width - (right - left)) / 2 - left
    faces = {"leaf": PALE_BLUE, "constant": LIGHT, "operation": PALE_ORANGE}
    tops = {level: 0.15 + (len(rows) - 1 - level) * pitch for level in range(len(rows))}
    for point in (p for row in rows for p in row):
        point.x += shift
    entries = {id(way): x for row in rows for p in row for way, x in _entries(p)}
    for point in (p for row in rows for p in row):
        foot = tops[point.level] + (BOX if point.kind else 0)
        for way, x in _ports(point, point.outputs):
            turn, end = tops[point.level] + BOX + BAND, tops[way.target.level]
            canvas.line([x, x, entries[id(way)]], [foot, turn, end], GREY, 1.4, zorder=0)
            if way.target.kind:
                canvas.arrow(
                    x + 0.9 * (entries[id(way)] - x), turn + 0.9 * (end - turn), entries[id(way)], end, GREY, 1.4
                )
            _label(canvas, x, foot, way.labels)
        if point.kind:
            face = PALE_GREEN if point is result else faces[point.kind]
            middle = foot - BOX / 2
            canvas.box(point.x, middle, point.width, BOX, face, lw=2 if point is result else 1.2)
            if point.total:
                canvas.text(point.x - 0.05, middle, point.title, 10, ha="right")
                canvas.text(point.x + 0.05, middle, point.total.strip(), 9, VERMILION, ha="left")
            else:
                canvas.text(point.x, middle, point.title, 10)
    foot = tops[0] + BOX
    canvas.arrow(result.x, foot, result.x, foot + BAND, GREY, 1.4)
    _label(canvas, result.x, foot, [(_short(result.value), BLUE), (f"∂ {_short(result.gradient)}", VERMILION)])
    y = canvas.height - 0.15
    canvas.text(width / 2 - 0.15, y, "↓ " + word("value"), 9, BLUE, ha="right")
    canvas.text(width / 2 + 0.15, y, "↑ " + word("∂ gradient"), 9, VERMILION, ha="left")
    return canvas


def _entries(point: Point) -> Iterator[tuple[Way, float]]:
    """Where edges reach a point: spread over the middle of its upper side, in the order of its inputs' places."""
    ways = sorted(point.inputs, key=lambda w: w.source.x)
    reach = min(0.3, point.width / 2 - 0.1) if len(ways) > 1 else 0
    for i, way in enumerate(ways):
        yield way, point.x + (2 * i / (len(ways) - 1) - 1) * reach if len(ways) > 1 else point.x


def _label(canvas: Canvas, x: float, y: float, labels: list[tuple[str, str]]) -> None:
    """The value and the gradient, to the right of an edge."""
    for i, (text, color) in enumerate(labels):
        canvas.text(x + 0.07, y + 0.13 + 0.17 * i, text, 9, color, ha="left")
