"""Elements taken from, and added at, places that may repeat: as one vector in memory order, which NumPy reads and writes fastest."""

from __future__ import annotations

import math

import numpy as np

from .order import stable_order
from .rows import starts

__all__: list[str] = []  # for other operations

_NARROW, _FEW = 16, 2**15  # rows up to this width, or up to so many numbers, are added number by number
_LONG = 4  # parts a row, from which on runs are quicker


def flat_places(index: np.ndarray, axis: int, shape: tuple[int, ...]) -> np.ndarray:
    """The place in memory order, in an array of that shape, of each element that `index` names along an axis."""
    if len(shape) == 1:
        return index
    if index.size and axis == len(shape) - 1 and index.shape[:-1] == shape[:-1]:
        return index + starts(math.prod(shape[:-1]), shape[-1]).reshape((*shape[:-1], 1))
    steps = [math.prod(shape[d + 1 :]) for d in range(len(shape))]
    places = index * steps[axis]
    if not index.size:
        return places
    for d, n in enumerate(index.shape):
        if d != axis and n > 1:
            places += np.arange(0, n * steps[d], steps[d]).reshape((n,) + (1,) * (index.ndim - d - 1))
    return places


def take_along(data: np.ndarray, index: np.ndarray, axis: int) -> np.ndarray:
    """np.take_along_axis(data, index, axis), for numbers from 0 up."""
    return data.reshape(-1).take(flat_places(index, axis, data.shape))


def added_at(places: np.ndarray, parts: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Zeros with each part added at its place in memory order."""
    total = np.zeros(shape, parts.dtype)
    np.add.at(total.reshape(-1), places.reshape(-1), parts.reshape(-1))
    return total


def added_at_index(index: tuple, parts: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Zeros with total[index] += parts, where places may repeat."""
    arrays = [i for i in index if isinstance(i, np.ndarray)]
    start = next(d for d, i in enumerate(index) if isinstance(i, np.ndarray))
    end = start + len(arrays)
    in_a_row = all([isinstance(i, np.ndarray) and i.dtype.kind in "iu" for i in index[start:end]])
    none = 0 in (*shape, *parts.shape, *[i.size for i in arrays])
    if none or not in_a_row or any([i is Ellipsis for i in index[:start]]):
        total = np.zeros(shape, parts.dtype)
        np.add.at(total, index, parts)
        return total
    # the axes of the arrays as one axis, along which they name rows; and so are the axes before them
    rows: np.ndarray | int = 0
    for i, n in zip(arrays, shape[start:end], strict=True):
        rows = rows * n + (i % n if i.min() < 0 else i)
    before, count, after = math.prod(shape[:start]), math.prod(shape[start:end]), shape[end:]
    full = (*shape[:start], *rows.shape, *after)  # type: ignore[union-attr]
    if parts.shape != full:
        parts = np.broadcast_to(parts, full)
    if before > 1:
        rows = np.arange(0, before * count, count)[:, None] + rows.reshape(-1)  # type: ignore[union-attr]
    return row_sums(rows.reshape(-1), parts.reshape(-1, math.prod(after)), before * count).reshape(shape)  # type: ignore[union-attr]


def row_sums(rows: np.ndarray, parts: np.ndarray, count: int) -> np.ndarray:
    """For each of `count` rows the sum of the parts, rows of a matrix, that belong to it: zeros with total[rows] += parts.

    Whole rows are added by what NumPy does for many at once: the first part of every row, then the second, and what is left in runs,
    which takes longer where there are many.
    """
    width = parts.shape[1]
    if width < _NARROW or parts.size < _FEW:
        places = rows if width == 1 else rows[:, None] * width + np.arange(width)
        return added_at(places, parts, (count, width))
    total = np.zeros((count, width), parts.dtype)
    order = stable_order(rows)
    for turn in range(3):
        named = rows.take(order)
        begins = np.ones(len(order), bool)
        np.not_equal(named[1:], named[:-1], out=begins[1:])
        first = np.flatnonzero(begins)
        if turn == 0:
            total[named.take(first)] = parts.take(order.take(first), 0)
        elif turn == 1 and len(order) < _LONG * len(first):
            total[named.take(first)] += parts.take(order.take(first), 0)
        elif len(order):
            total[named.take(first)] += np.add.reduceat(parts.take(order, 0), first, axis=0)
            break
        order = order[~begins]
    return total
