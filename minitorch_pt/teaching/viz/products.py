"""Products of arrays, each number beside the one that it meets: dot product, matrix product, transposing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .style import (
    BLUE,
    CELL,
    INK,
    PALE_BLUE,
    PALE_GREEN,
    PALE_ORANGE,
    PAPER,
    VERMILION,
    Canvas,
    describe,
    number,
    picture,
    to_array,
)
from .words import translator

__all__ = ["dot", "matmul", "transpose"]

# face, hatch and edge of what is picked of the first factor, of the second, of the result
LOOKS = ((PALE_BLUE, "", BLUE), (PALE_ORANGE, "///", VERMILION), (PALE_GREEN, "...", INK))
ALONE, MISSING = (PAPER, "xxx", VERMILION), (PAPER, "", INK)  # a number without partner, a result that does not exist
MOST = 12  # cells along one axis: more would not be readable at the width of a page


def _limited(array: np.ndarray, what: str) -> np.ndarray:
    if max(array.shape) > MOST:
        raise ValueError(
            f"{what} of shape {array.shape} is too large to draw number by number: at most {MOST} along an axis, slice it first"
        )
    return array


def _texts(matrix: np.ndarray) -> list[list[str]]:
    return [[number(value) for value in row] for row in matrix]


def _sum(value: Any) -> str:
    """A sum of products, with a digit more than they have; 1.885 shall not read 1.8849999."""
    return number(round(float(value), 9), 4)


@picture
def dot(a: Any, b: Any, *, language: str | None = None, ax: Axes | None = None) -> Figure:
    """The dot product of two vectors, lined up: each number above its partner, their products below, then the sum.

    Raises:
        ValueError: a or b is no vector, they differ in length, or they are longer than 12.
    """
    word = translator(language)
    a, b = (_limited(to_array(v, name, (1,)), name) for v, name in ((a, "a"), (b, "b")))
    if a.shape != b.shape:
        raise ValueError(f"a dot product needs two vectors of one length, got shapes {a.shape} and {b.shape}")
    products, n, step = a * b, len(a), CELL + 0.3
    width = 1.0 + n * step + 0.75
    canvas = Canvas(width, 3.0, ax)
    canvas.pieces(width / 2, 0.25, [(f"({n},)", BLUE), (" · ", INK), (f"({n},)", VERMILION), (" → ()", INK)])
    rows = (0.55, 1.25, 2.15)
    for (name, values), y, (face, hatch, _) in zip((("a", a), ("b", b), ("a × b", products)), rows, LOOKS, strict=True):
        canvas.text(0.55, y + CELL / 2, name, 11, weight="bold")
        for i, value in enumerate(values):
            canvas.cell(1.0 + i * step, y, number(value), face, hatch)
            if y == rows[1]:
                canvas.text(1.0 + i * step + CELL / 2, (rows[0] + y + CELL) / 2, "×", 10)
                canvas.text(1.0 + i * step + CELL / 2, (y + rows[2] + CELL) / 2, "=", 12)
            elif y == rows[2]:
                canvas.text(1.0 + (i + 1) * step - 0.15, y + CELL / 2, "+" if i < n - 1 else "=", 12)
    total = _sum(products.sum())
    canvas.cell(1.0 + n * step, rows[2], total, PAPER, edge=INK, lw=2)
    steps = " + ".join(f"{number(x)} × {number(y)}" for x, y in zip(a, b, strict=True))
    return describe(
        canvas.ax, word("Dot product of two vectors of {n} numbers. {steps} = {total}", n=n, steps=steps, total=total)
    )


@picture
def matmul(
    a: Any,
    b: Any,
    *,
    row: int = 0,
    column: int = 0,
    names: Sequence[str] = ("a", "b"),
    language: str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """A matrix product a @ b: a row of a and a column of b in colour, and the cell of the result where the two meet.

    b stands above the result and a to its left, so that every cell of the result lies in its row of a and its column of b. Shapes
    whose inner sizes differ are drawn too, without a result: numbers that find no partner are crossed out. `names` are what the
    two are called.

    Raises:
        ValueError: a or b is neither vector nor matrix, or too large to draw.
        IndexError: there is no such row or column.
    """
    word = translator(language)
    a, b = (_limited(to_array(v, name, (1, 2)), name) for v, name in ((a, "a"), (b, "b")))
    left, right = np.atleast_2d(a), b.reshape(len(b), -1)
    (n, inner), (other, m), fits = left.shape, right.shape, left.shape[1] == len(right)
    for what, index, size in (("row", row, n), ("column", column, m)):
        if not 0 <= index < size:
            raise IndexError(f"{what} must be from 0 to {size - 1} for shapes {a.shape} @ {b.shape}, got {index}")
    gap, top = 0.35, 0.75
    x0, y0 = 0.45 + inner * CELL + gap, top + other * CELL + gap  # the result's upper left corner
    terms = [(number(x), number(y)) for x, y in zip(left[row], right[:, column], strict=False)]
    terms += [(number(x), "?") for x in left[row, other:]] + [("?", number(y)) for y in right[inner:, column]]
    lines = ["+ " * (i > 0) + " + ".join(f"{x} × {y}" for x, y in terms[i : i + 4]) for i in range(0, len(terms), 4)]
    width = max(x0 + m * CELL + 0.3, 4.4, 0.098 * max(map(len, lines)) + 0.4)
    x0 += (width - (x0 + m * CELL + 0.3)) / 2
    foot = y0 + n * CELL
    canvas = Canvas(width, foot + 0.45 + 0.24 * len(lines), ax)
    sums = [[_sum(v) for v in line] for line in left @ right] if fits else [["?"] * m] * n
    canvas.table(
        x0 - gap - inner * CELL, y0, _texts(left), lambda i, j: (LOOKS[0] if j < other else ALONE) if i == row else None
    )
    canvas.table(x0, top, _texts(right), lambda i, j: (LOOKS[1] if i < inner else ALONE) if j == column else None)
    canvas.table(x0, y0, sums, lambda i, j: (LOOKS[2] if fits else MISSING) if (i, j) == (row, column) else None)
    canvas.text(x0 - gap - inner * CELL / 2, y0 - 0.15, f"{names[0]} {a.shape}", 10, BLUE)
    canvas.text(x0 + m * CELL / 2, top - 0.17, f"{names[1]} {b.shape}", 10, VERMILION)
    outer = np.shape(a @ b) if fits else None
    _title(canvas, a.shape, b.shape, outer)
    lines[-1] += f" = {sums[row][column]}"
    for i, line in enumerate(lines):
        canvas.text(width / 2, foot + 0.25 + 0.24 * i, line, 10, weight="normal" if fits else "bold")
    if outer is None:
        sentence = "The product {a} @ {b} does not exist. The inner sizes {inner} and {other} differ: some numbers find no partner."
    else:
        sentence = "Matrix product {a} @ {b} → {result}. Row {row} of {left} meets column {column} of {right}: {steps}"
    values = {"a": a.shape, "b": b.shape, "inner": inner, "other": other, "result": outer, "row": row, "column": column}
    return describe(canvas.ax, word(sentence, **values, left=names[0], right=names[1], steps=" ".join(lines)))


def _title(canvas: Canvas, a: tuple, b: tuple, result: tuple | None) -> None:
    """(3, 4) @ (4, 2) → (3, 2): the sizes that must be equal stand out."""
    first = [(f"({a[0]}, " if len(a) == 2 else "(", INK), (str(a[-1]), VERMILION), (")" if len(a) == 2 else ",)", INK)]
    second = [("(", INK), (str(b[0]), VERMILION), (f", {b[1]})" if len(b) == 2 else ",)", INK)]
    end = (f" → {result}", INK) if result is not None else (f"  {a[-1]} ≠ {b[0]}", VERMILION)
    canvas.pieces(canvas.width / 2, 0.25, [*first, (" @ ", INK), *second, end])


@picture
def transpose(
    array: Any, *, row: int = 0, name: str = "a", language: str | None = None, ax: Axes | None = None
) -> Figure:
    """A matrix, called `name`, and its transpose beside each other; one row is coloured, and is a column afterwards.

    Raises:
        ValueError: the array is no matrix, or too large to draw.
        IndexError: there is no such row.
    """
    word = translator(language)
    data = _limited(to_array(array, "array", (2,)), "array")
    rows, columns = data.shape
    if not 0 <= row < rows:
        raise IndexError(f"row must be from 0 to {rows - 1} for an array of shape {data.shape}, got {row}")
    side = min(CELL, 5.8 / (rows + columns))
    width, high = 1.2 + (rows + columns) * side, max(rows, columns) * side
    canvas = Canvas(width, high + 0.85, ax)
    for matrix, x, title, axis in ((data, 0.2, name, 0), (data.T, 1.0 + columns * side, f"{name}.T", 1)):
        y = 0.6 + (high - len(matrix) * side) / 2
        canvas.text(x + matrix.shape[1] * side / 2, y - 0.2, f"{title} {matrix.shape}", 11)
        canvas.table(x, y, _texts(matrix), lambda *cell, axis=axis: LOOKS[0] if cell[axis] == row else None, side)
    canvas.arrow(0.35 + columns * side, 0.6 + high / 2, 0.85 + columns * side, 0.6 + high / 2, INK, 2)
    return describe(
        canvas.ax,
        word(
            "A matrix of shape {shape} and its transpose of shape {other}. Row {row} becomes column {row}.",
            shape=data.shape,
            other=data.T.shape,
            row=row,
        ),
    )
