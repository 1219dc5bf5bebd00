"""Where the elements of a sparse tensor lie, and how they are added up there: on arrays and ordinary tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import ops
from ..autograd.rule import array, differentiable

__all__ = ["added", "flat_places", "put_into"]


def flat_places(tensor: Any) -> np.ndarray:
    """For each value its place, if all places of the sparse axes were numbered in a row."""
    axes = tensor._size[: tensor.sparse_dim()]
    if not axes or not tensor._nnz():
        return np.zeros(tensor._nnz(), np.int64)
    return np.ravel_multi_index(tuple(tensor._indices_array), axes)


@differentiable(linear=True, name="IndexAddBackward0")
def added(source: Any, places: Any, count: int) -> Any:
    """`count` rows: row i is the sum of those of `source` that have i in `places`, in their order."""
    rows, total = array(source), np.zeros((count, *source.shape[1:]), source.dtype)
    if len(places):
        if (places[1:] < places[:-1]).any():
            order = places.argsort(kind="stable")
            numbers, rows = places[order], rows[order]
        else:
            numbers = places
        starts = np.flatnonzero(np.concatenate(([True], numbers[1:] != numbers[:-1])))
        total[numbers[starts]] = np.add.reduceat(rows, starts, axis=0)
    return total, lambda g: ops.index_select.rule(g, 0, places)


def put_into(dense: np.ndarray, rows: Any, alpha: Any) -> np.ndarray:
    """Add alpha times each element of a sparse tensor to an array, in place, one after the other as torch does."""
    values, index = rows._values_tensor._data, tuple(rows._indices_array)
    if alpha != 1:
        values = values * np.asarray(alpha, dense.dtype)
    if rows._unique and index:
        dense[index] += values
    elif index:
        np.add.at(dense, index, values)
    else:
        dense += values.sum(0)
    return dense
