"""Sorting, ranking, counting. A sorted value's gradient goes back to the place that it came from."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import return_types
from ..autograd.rule import array, differentiable, nondifferentiable
from .indexing import _sum_into
from .shape import _axis

__all__ = [
    "argsort", "bincount", "bucketize", "histc", "kthvalue", "msort", "searchsorted", "sort", "topk", "unique", "unique_consecutive",
]  # fmt: skip


def _order(data: np.ndarray, axis: int, descending: bool) -> np.ndarray:
    """The places in order of size, equal ones in the order of their places; nan is the largest."""
    if not descending:
        return np.argsort(data, axis, kind="stable")
    back = np.flip(np.argsort(np.flip(data, axis), axis, kind="stable"), axis)
    return data.shape[axis] - 1 - back


def _picked(input: Any, where: np.ndarray, axis: int) -> tuple:
    shape = input.shape
    return (np.take_along_axis(array(input), where, axis), where), lambda g, _: _sum_into(g, where, axis, shape)


def _number(data: np.ndarray) -> tuple:
    return (data.copy(), np.zeros((), np.int64)), lambda g, _: g


@differentiable(linear=True, returns=return_types.sort)
def sort(input: Any, dim: int = -1, descending: bool = False, stable: bool = False) -> Any:
    """The elements in order of size along an axis, and where each was. Always stable; nan counts as the largest.

    Raises:
        IndexError: no such axis.

    >>> import minitorch_pt as torch
    >>> torch.sort(torch.tensor([3, 1, 2])).indices
    tensor([1, 2, 0])
    """
    axis = _axis(dim, input.ndim)
    data = array(input)
    return _picked(input, _order(data, axis, descending), axis) if data.ndim else _number(data)


def argsort(input: Any, dim: int = -1, descending: bool = False, stable: bool = False) -> Any:
    """Where the elements are, in order of size along an axis."""
    return sort(input, dim, descending)[1]


def msort(input: Any) -> Any:
    """The elements in order of size along the first axis."""
    return sort(input, 0)[0]


@differentiable(linear=True, returns=return_types.topk)
def topk(input: Any, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:
    """The k largest (or smallest) elements along an axis, in order, and where they are.

    Raises:
        RuntimeError: k is negative or larger than the axis. IndexError: no such axis.
    """
    data = array(input)
    axis = _axis(dim, data.ndim)
    n = data.shape[axis] if data.ndim else 1
    if not 0 <= k <= n:
        raise RuntimeError(f"selected index k out of range: k={k} of an axis with {n} elements")
    if not data.ndim:
        return _number(data)
    where = _order(data, axis, largest)[(slice(None),) * axis + (slice(k),)]
    return _picked(input, where, axis)


@differentiable(linear=True, returns=return_types.kthvalue)
def kthvalue(input: Any, k: int, dim: int = -1, keepdim: bool = False) -> Any:
    """The k-th smallest element along an axis (k counts from 1), and where it is.

    Raises:
        RuntimeError: k is not in 1 to the axis's size. IndexError: no such axis.
    """
    data = array(input)
    axis = _axis(dim, data.ndim)
    n = data.shape[axis] if data.ndim else 1
    if not 1 <= k <= n:
        raise RuntimeError(f"kthvalue(): selected number k out of range for dimension {dim}: k={k} of {n} elements")
    if not data.ndim:
        return _number(data)
    shape = input.shape
    where = _order(data, axis, False)[(slice(None),) * axis + (slice(k - 1, k),)]
    value = np.take_along_axis(data, where, axis)
    flat = (value, where) if keepdim else (value.squeeze(axis), where.squeeze(axis))
    return flat, lambda g, _: _sum_into(g.reshape(where.shape), where, axis, shape)


def unique(
    input: Any, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """The different elements in order of size (or slices along an axis); also which one each is, and how often each occurs.

    >>> import minitorch_pt as torch
    >>> torch.unique(torch.tensor([2, 1, 2]), return_counts=True)
    (tensor([1, 2]), tensor([1, 2]))
    """
    return _chosen(_unique(input, dim), return_inverse, return_counts)


@nondifferentiable
def _unique(input: Any, dim: int | None) -> Any:
    axis = None if dim is None else _axis(dim, input.ndim)
    values, inverse, counts = np.unique(input, return_inverse=True, return_counts=True, axis=axis, equal_nan=False)
    return values, inverse.reshape(input.shape if axis is None else -1), counts


def _chosen(results: tuple, inverse: bool, counts: bool) -> Any:
    wanted = tuple(r for r, ask in zip(results, (True, inverse, counts), strict=True) if ask)
    return wanted if len(wanted) > 1 else wanted[0]


def unique_consecutive(
    input: Any, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """As `unique`, but only neighbours that are equal are joined, and the order stays."""
    return _chosen(_runs(input, dim), return_inverse, return_counts)


@nondifferentiable
def _runs(input: Any, dim: int | None) -> Any:
    axis = 0 if dim is None else _axis(dim, input.ndim)
    rows = input.reshape(-1) if dim is None else np.moveaxis(input, axis, 0)
    n = len(rows)
    starts = np.ones(n, bool)
    if n > 1:
        starts[1:] = (rows[1:] != rows[:-1]).reshape(n - 1, -1).any(axis=1)
    inverse = np.cumsum(starts) - 1
    counts = np.bincount(inverse, minlength=int(starts.sum()))
    values = rows[starts] if dim is None else np.moveaxis(rows[starts], 0, axis)
    return values, inverse.reshape(input.shape) if dim is None else inverse, counts


@nondifferentiable
def bincount(input: Any, weights: Any = None, minlength: int = 0) -> Any:
    """How often each number 0, 1, 2, ... occurs, or the sum of its weights.

    Raises:
        RuntimeError: not a vector of non-negative whole numbers, or weights of another length.
    """
    if input.ndim != 1 or (input.size and input.min() < 0):
        raise RuntimeError(
            f"bincount only supports 1-d non-negative integral inputs, got shape {list(input.shape)}, smallest {input.min() if input.size else None}"
        )
    if input.dtype.kind not in "iu":
        raise RuntimeError(f"bincount needs whole numbers, got {input.dtype.name}; convert with .long()")
    if minlength < 0:
        raise RuntimeError(f"minlength should be >= 0, got {minlength}")
    if weights is not None and weights.shape != input.shape:
        raise RuntimeError(
            f"weights should be 1-d and have the same length as input, got {list(weights.shape)} and {list(input.shape)}"
        )
    counts = np.bincount(input, weights, minlength)
    return counts.astype(weights.dtype) if weights is not None and weights.dtype.kind == "f" else counts


@nondifferentiable
def searchsorted(
    sorted_sequence: Any, input: Any, *, right: bool = False, side: str | None = None, sorter: Any = None
) -> Any:
    """Where each value would have to be put to keep a sequence in order (each row its own if the sequence has several axes)."""
    at = "right" if right or side == "right" else "left"
    values = np.asarray(input)
    order = array(sorter)
    if sorted_sequence.ndim == 1:
        return np.asarray(np.searchsorted(sorted_sequence, values, at, order))
    if sorted_sequence.shape[:-1] != values.shape[:-1]:
        raise RuntimeError("torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor and input value "
                           f"tensor must match, but we got boundaries tensor {list(sorted_sequence.shape)} and input value tensor {list(values.shape)}")  # fmt: skip
    rows = sorted_sequence.reshape(-1, sorted_sequence.shape[-1])
    orders = [None] * len(rows) if order is None else order.reshape(rows.shape)
    found = [
        np.searchsorted(row, v, at, o) for row, v, o in zip(rows, values.reshape(len(rows), -1), orders, strict=True)
    ]
    return np.stack(found).reshape(values.shape)


@nondifferentiable
def bucketize(input: Any, boundaries: Any, *, right: bool = False) -> Any:
    """The number of the interval between boundaries in which each value lies."""
    return np.asarray(np.searchsorted(boundaries, input, "right" if right else "left"))


@nondifferentiable
def histc(input: Any, bins: int = 100, min: float = 0, max: float = 0) -> Any:
    """How many elements lie in each of `bins` equal intervals from min to max (the data's own if both are 0).

    Raises:
        RuntimeError: no bins, or max below min.
    """
    if bins <= 0:
        raise RuntimeError(f"bins must be > 0, got {bins}")
    if max < min:
        raise RuntimeError(f"max must be larger than min, got {min} and {max}")
    low, high = (float(input.min()), float(input.max())) if min == max == 0 and input.size else (min, max)
    if low == high:
        low, high = low - 1, high + 1
    counts, _ = np.histogram(input, bins, (low, high))
    return counts.astype(input.dtype)
