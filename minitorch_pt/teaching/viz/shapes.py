"""Arrays as a reader sees them: cells, tables, cubes and their planes; a data set cut into batches."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .style import (
    BLUE,
    CELL,
    GREEN,
    GREY,
    INK,
    PALE_BLUE,
    PALE_ORANGE,
    PAPER,
    VERMILION,
    WIDTH,
    Canvas,
    describe,
    fixed,
    number,
    picture,
    shown,
    to_array,
)
from .words import translator

__all__ = ["batches", "shape"]

AXES = (BLUE, VERMILION, GREEN, "#8F4A73")  # the colour of axis 0, 1, 2, 3
MOST, FEW = 8, 5  # cells drawn along an axis of a table, of a plane; of a longer one the first, a gap and the last
BACK = (0.55, -0.45)  # how far right and up a step to the back goes, in cells
SIDE = 0.38  # of the cells of planes, of which several stand beside each other


@picture
def shape(array: Any, *, language: str | None = None, ax: Axes | None = None) -> Figure:
    """The shape of an array with up to 4 axes, each axis with its size.

    1 axis: a row of cells. 2: a table. 3: a cube, and its planes beside each other with their numbers. 4: a cube for each index of
    axis 0. Of a long axis the first places, a gap and the last are drawn.

    Raises:
        ValueError: the array has more than 4 axes, or no element.
    """
    word = translator(language)
    data = to_array(array, "array", range(5))
    sizes = tuple(data.shape)
    if data.ndim == 0:
        text = word("A single number, of shape (). No axis.")
        canvas = Canvas(3.0, 1.4, ax)
        canvas.cell(1.5 - CELL / 2, 0.65, number(data[()]), PALE_BLUE)
    elif data.ndim == 1:
        text = word("1 axis, drawn as a row of {n} cells.", n=sizes[0])
        canvas = _table(data[None], data.ndim, word, ax)
    elif data.ndim == 2:
        text = word("2 axes, drawn as a table of {rows} x {columns} cells.", rows=sizes[0], columns=sizes[1])
        canvas = _table(data, data.ndim, word, ax)
    else:
        planes, rows, columns = sizes[-3:]
        text = word("Planes: {planes}, each of {rows} x {columns} cells.", planes=planes, rows=rows, columns=columns)
        axes = word("3 axes, drawn as a cube.") if data.ndim == 3 else word("4 axes, drawn as {n} cubes.", n=sizes[0])
        text = f"{axes} {text}"
        canvas = _cubes(data, word, ax)
    _title(canvas, sizes, word)
    if data.ndim:
        text = f"{word('An array of shape {shape}.', shape=sizes)} {text}"
    return describe(canvas.ax, text)


def _title(canvas: Canvas, sizes: tuple[int, ...], word: Any) -> None:
    """shape (2, 3, 4): each number in the colour of its axis."""
    pieces = [(word("shape") + " (", INK)]
    for i, size in enumerate(sizes):
        pieces += [(", ", INK)] * (i > 0) + [(str(size), AXES[i])]
    canvas.pieces(canvas.width / 2, 0.25, [*pieces, (",)" if len(sizes) == 1 else ")", INK)])


def _axis(
    canvas: Canvas, axis: int, size: int, word: Any, start: tuple[float, float], end: tuple[float, float]
) -> None:
    """An arrow along an axis, with the axis' number and size beside it."""
    canvas.arrow(*start, *end, AXES[axis], 1.6)
    x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    text = word("axis {axis}: {size}", axis=axis, size=size)
    if start[1] == end[1]:
        canvas.text(x, y - 0.14, text, 10, AXES[axis])
    elif start[0] == end[0]:
        canvas.text(x - 0.14, y, text, 10, AXES[axis], rotation=90)
    else:
        canvas.text(x + 0.12, y + 0.08, text, 10, AXES[axis], ha="left", va="top")


def _cells(
    canvas: Canvas,
    data: np.ndarray,
    rows: list,
    columns: list,
    x: float,
    y: float,
    side: float,
    write: Callable,
    face: str = PALE_BLUE,
    hatch: str = "",
) -> None:
    """The numbers of a table at these rows and columns, with dots where there is a gap (None)."""
    for (i, row), (j, column) in product(enumerate(rows), enumerate(columns)):
        if row is None or column is None:
            dots = "⋱" if row is column else "⋮" if row is None else "⋯"
            canvas.text(x + (j + 0.5) * side, y + (i + 0.5) * side, dots, 10, GREY)
        else:
            canvas.cell(x + j * side, y + i * side, write(data[row, column]), face, hatch, side)


def _table(data: np.ndarray, axes: int, word: Any, ax: Axes | None) -> Canvas:
    """A row of cells or a table."""
    down, across = (shown(n, MOST) for n in data.shape)
    rows, columns = len(down), len(across)
    left, top = 0.85, 1.15
    width = max(left + columns * CELL + 0.4, 3.2)
    canvas = Canvas(width, top + rows * CELL + 0.25, ax)
    x = max(left if axes == 2 else 0.0, (width - columns * CELL) / 2)
    _cells(canvas, data, down, across, x, top, CELL, number)
    for j, column in enumerate(across):
        canvas.text(x + (j + 0.5) * CELL, top - 0.12, "⋯" if column is None else str(column), 9, GREY)
    if axes == 2:
        for i, row in enumerate(down):
            canvas.text(x - 0.14, top + (i + 0.5) * CELL, "⋮" if row is None else str(row), 9, GREY)
        _axis(canvas, 0, data.shape[0], word, (x - 0.34, top), (x - 0.34, top + rows * CELL))
    _axis(canvas, axes - 1, data.shape[1], word, (x, top - 0.28), (x + columns * CELL, top - 0.28))
    return canvas


def _cube(canvas: Canvas, sizes: tuple[int, ...], x: float, y: float, unit: float) -> None:
    """A block of small cubes seen from the front, the right and above; (x, y) is the front face's upper left corner."""
    planes, rows, columns = sizes
    dx, dy = BACK[0] * unit, BACK[1] * unit
    for i, j in product(range(rows), range(columns)):
        canvas.cell(x + j * unit, y + i * unit, "", PALE_BLUE, side=unit)
    for k in range(planes):
        left, right, upper = x + k * dx, x + columns * unit + k * dx, y + k * dy
        for j in range(columns):
            p, q = left + j * unit, left + (j + 1) * unit
            canvas.polygon([(p, upper), (q, upper), (q + dx, upper + dy), (p + dx, upper + dy)], PAPER)
        for i in range(rows):
            p, q = upper + i * unit, upper + (i + 1) * unit
            canvas.polygon([(right, p), (right + dx, p + dy), (right + dx, q + dy), (right, q)], "#B9C6CF")


def _cubes(data: np.ndarray, word: Any, ax: Axes | None) -> Canvas:
    """One cube, or one for each index of the first of 4 axes; below them all planes with their numbers."""
    groups = data if data.ndim == 4 else data[None]
    drawn = shown(len(groups), 3)
    cubes = sum(group is not None for group in drawn)
    block = tuple(min(n, MOST) for n in data.shape[-3:])
    unit = min(0.42, ((WIDTH - 0.9) / cubes - 1.25) / (block[2] + BACK[0] * block[0]))
    cube_width, cube_height = (block[2] + BACK[0] * block[0]) * unit, (block[1] - BACK[1] * block[0]) * unit
    slots = [0.5 if group is None else 0.4 + cube_width + 0.85 for group in drawn]  # a cube, and the labels of its axes
    planes, rows, columns = (len(shown(n, most)) for n, most in zip(data.shape[-3:], (4, FEW, FEW), strict=True))
    plane_width, plane_height = columns * SIDE + 0.25, rows * SIDE + 0.45
    beside = max(1, min(planes, int((WIDTH - 0.2) / plane_width)))
    lines = -(-planes // beside)
    width = max(sum(slots) + 0.2, beside * plane_width + 0.2, 3.4)
    top = 0.75 if data.ndim == 3 else 1.25
    below = top + cube_height + 0.75
    canvas = Canvas(width, below + lines * plane_height * cubes, ax)
    if data.ndim == 4:
        _axis(canvas, 0, len(groups), word, (0.4, 0.8), (width - 0.4, 0.8))
    start, foot = (width - sum(slots)) / 2, below
    for slot, group in zip(slots, drawn, strict=True):
        middle = start + 0.4 + cube_width / 2
        if group is None:
            canvas.text(start + slot / 2, top + cube_height / 2, "⋯", 14, GREY)
        else:
            if data.ndim == 4:
                canvas.text(middle, top - 0.2, f"[{group}]", 10, AXES[0])
            corner = start + 0.4, top + cube_height - block[1] * unit
            _cube(canvas, block, *corner, unit)
            _cube_axes(canvas, data, block, *corner, unit, word)
            _planes(canvas, groups[group], (group,) if data.ndim == 4 else (), foot, beside, plane_width, plane_height)
            foot += lines * plane_height
        start += slot
    return canvas


def _cube_axes(
    canvas: Canvas, data: np.ndarray, block: tuple[int, ...], x: float, y: float, unit: float, word: Any
) -> None:
    """The last three axes, along the edges of a cube."""
    axis = data.ndim - 3  # the one that runs backwards
    foot, right = y + block[1] * unit, x + block[2] * unit
    _axis(canvas, axis + 1, data.shape[-2], word, (x - 0.12, y), (x - 0.12, foot))
    canvas.arrow(x, foot + 0.12, right, foot + 0.12, AXES[axis + 2], 1.6)
    label = word("axis {axis}: {size}", axis=axis + 2, size=data.shape[-1])
    canvas.text((x + right) / 2, foot + 0.27, label, 10, AXES[axis + 2])
    near = right + 0.1, foot + 0.02
    far = near[0] + BACK[0] * block[0] * unit, near[1] + BACK[1] * block[0] * unit
    _axis(canvas, axis, data.shape[-3], word, near, far)


def _planes(
    canvas: Canvas, cube: np.ndarray, index: tuple, top: float, beside: int, width: float, height: float
) -> None:
    """The planes of a cube with their numbers, `beside` of them in a line."""
    rows, columns = (shown(n, FEW) for n in cube.shape[1:])
    for place, plane in enumerate(shown(len(cube), 4)):
        line, column = divmod(place, beside)
        x, y = (canvas.width - beside * width) / 2 + column * width + 0.125, top + line * height
        middle = x + len(columns) * SIDE / 2
        if plane is None:
            canvas.text(middle, y + len(rows) * SIDE / 2, "⋯", 14, GREY)
        else:
            canvas.text(middle, y - 0.15, str([*index, plane]), 9, INK)
            _cells(canvas, cube[plane], rows, columns, x, y, SIDE, fixed)


def _blocks(samples: int, batch_size: int) -> list[tuple[int | None, list[int | None]]]:
    """(number of a batch, its rows) of the batches that are drawn; a gap between them has neither."""
    starts, blocks = range(0, samples, batch_size), []
    for i in shown(len(starts), 4):
        rows = range(0) if i is None else range(samples)[starts[i] : starts[i] + batch_size]
        seen = shown(len(rows), len(rows) if samples <= 14 else 4)
        blocks.append((i, [None if k is None else rows[k] for k in seen]))
    return blocks


@picture
def batches(array: Any, batch_size: int, *, language: str | None = None, ax: Axes | None = None) -> Figure:
    """A data set cut into batches: each goes through the network and brings one update, all together are an epoch.

    Args:
        array: samples (n, features), or (n,). Of many samples, features or batches the first, a gap and the last are drawn.

    Raises:
        ValueError: another number of axes, or batch_size is not positive.
    """
    word = translator(language)
    data = to_array(array, "array", (1, 2))
    if batch_size < 1:
        raise ValueError(f"batch_size must be positive, got {batch_size}")
    table = data.reshape(len(data), -1)
    starts = range(0, len(table), batch_size)
    columns = shown(table.shape[1], 4)
    span = len(columns) * SIDE
    x_batch = 0.6 + span + 1.0
    steps = word("forward → loss →\nbackward → step")
    blocks = _blocks(len(table), batch_size)
    heights = [max(len(rows), 1) * SIDE for _, rows in blocks]
    gap, top = 0.25 if min(heights) > SIDE else 0.4, 0.6
    high = sum(heights) + gap * (len(blocks) - 1)
    width = x_batch + span + 2.7
    canvas = Canvas(width, top + high + 0.55, ax)
    y_data, y_batch = top + (high - sum(heights)) / 2, top
    canvas.text(
        0.15, y_data - 0.27, word("data set\n{shape}", shape=data.shape), 10, ha="left", weight="bold", linespacing=1.2
    )
    for (i, rows), height in zip(blocks, heights, strict=True):
        if i is None:
            for x, y in ((0.6, y_data), (x_batch, y_batch)):
                canvas.text(x + span / 2, y + height / 2, "⋮", 14, GREY)
        else:
            face, hatch = ((PALE_BLUE, ""), (PALE_ORANGE, "///"))[i % 2]
            for x, y in ((0.6, y_data), (x_batch, y_batch)):
                _cells(canvas, table, rows, columns, x, y, SIDE, fixed, face, hatch)
            for k, row in enumerate(rows):
                if row is not None:
                    canvas.text(0.52, y_data + (k + 0.5) * SIDE, str(row), 8, GREY, ha="right")
            canvas.arrow(0.6 + span + 0.12, y_data + height / 2, x_batch - 0.12, y_batch + height / 2, GREY)
            size = min(batch_size, len(table) - starts[i])
            label = f"{word('batch {i}', i=i + 1)}  {(size, *data.shape[1:])}"
            x, y = x_batch + span + 0.2, y_batch + height / 2
            canvas.text(x, y - 0.2, label, 10, ha="left", weight="bold")
            canvas.text(x, y - 0.07, steps, 9, GREY, ha="left", va="top", linespacing=1.3)
        y_data += height
        y_batch += height + gap
    facts = {"samples": len(table), "n": len(starts)}
    note = word("one epoch: {samples} samples, {n} batches, {n} updates of the weights", **facts)
    canvas.text(width / 2, top + high + 0.3, note, 10)
    text = word(
        "A data set of {samples} samples cut into {n} batches of at most {size}. Each batch brings one update of the weights, all together are one epoch.",
        size=batch_size,
        **facts,
    )
    return describe(canvas.ax, text)
