"""A copy with one region replaced: what assigning to a view does in place, as an operation; and slices combined into others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..autograd.rule import _writable, array, differentiable
from .indexing import _numbers, getitem, scatter_reduce
from .shape import _axis, as_strided, clone, diagonal, select

__all__ = ["as_strided_scatter", "diagonal_scatter", "index_reduce", "select_scatter", "slice_scatter"]


def _scatter(name: str, view: Callable) -> Any:
    """The operation that replaces the region which `view(input, ...)` shows."""

    def rule(input: Any, src: Any, *place: Any) -> Any:
        value = np.array(array(input))
        region = _writable(view(value, *place))
        if region.shape != tuple(src.shape):
            raise RuntimeError(
                f"expected src to have a size equal to the slice of self. src size = {list(src.shape)}, slice size = {list(region.shape)}"
            )
        region[...] = array(src)

        def outside(g: Any) -> Any:
            return operation(g, np.zeros(region.shape, value.dtype), *place)

        return value, outside, lambda g: clone(view(g, *place))

    operation = differentiable(rule, linear=True, name=name)
    return operation


def _sliced(input: Any, dim: int, start: int | None, end: int | None, step: int) -> Any:
    return getitem(input, (slice(None),) * dim + (slice(start, end, step),))


_as_strided_scatter = _scatter("AsStridedScatterBackward0", as_strided)
_diagonal_scatter = _scatter("DiagonalScatterBackward0", diagonal)
_select_scatter = _scatter("SelectScatterBackward0", select)
_slice_scatter = _scatter("SliceScatterBackward0", _sliced)


def as_strided_scatter(input: Any, src: Any, size: Any, stride: Any, storage_offset: int | None = None) -> Any:
    """A copy of `input` with what `as_strided` would show replaced by `src`.

    Raises:
        RuntimeError: src has not that size.
    """
    return _as_strided_scatter(input, src, size, stride, storage_offset)


def diagonal_scatter(input: Any, src: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Any:
    """A copy of `input` with a diagonal replaced by `src`.

    Raises:
        RuntimeError: src has not the diagonal's size. IndexError: no such axis.
    """
    return _diagonal_scatter(input, src, offset, dim1, dim2)


def select_scatter(input: Any, src: Any, dim: int, index: int) -> Any:
    """A copy of `input` with the slice at one place of an axis replaced by `src`.

    Raises:
        RuntimeError: src has not the slice's size. IndexError: no such axis or place.
    """
    return _select_scatter(input, src, dim, index)


def slice_scatter(
    input: Any, src: Any, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1
) -> Any:
    """A copy of `input` with the slices from start to end, every step-th, of an axis replaced by `src`.

    Raises:
        RuntimeError: src has not their size. IndexError: no such axis.
    """
    return _slice_scatter(input, src, _axis(dim, input.ndim), start, end, step)


def index_reduce(input: Any, dim: int, index: Any, source: Any, reduce: str, *, include_self: bool = True) -> Any:
    """`input` with its slices along an axis that `index` names combined with those of `source`: prod, mean, amax or amin.

    Raises:
        RuntimeError: another `reduce`, or sizes or dtypes that do not fit. IndexError: index out of range, or no such axis.
    """
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise RuntimeError(f"index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got {reduce}")
    if not input.ndim:
        whole = index_reduce(input.reshape(1), dim, index, source.reshape(1), reduce, include_self=include_self)
        return whole.reshape(())
    axis = _axis(dim, input.ndim)
    _numbers(index, input.shape[axis], axis, "index_reduce")
    numbers = index.reshape([-1 if d == axis else 1 for d in range(input.ndim)])
    if source.ndim != input.ndim or source.shape[axis] != numbers.shape[axis]:
        raise RuntimeError(f"index_reduce(): Number of elements in source and index should match: source of shape {list(source.shape)}, "
                           f"{numbers.shape[axis]} indices along dimension {axis}")  # fmt: skip
    return scatter_reduce(input, axis, numbers.expand(tuple(source.shape)), source, reduce, include_self=include_self)
