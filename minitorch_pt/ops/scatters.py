"""A copy with one region replaced: what assigning to a view does in place, as an operation; slices combined into others; segments."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays.storage import writable
from ..autograd import graph
from ..autograd.contract import composed
from ..autograd.rule import array, differentiable, named
from .elementwise.pointwise import true_divide, where
from .indexing import check_slices, getitem, index_add, index_select, scatter_reduce
from .shape import _axis, as_strided, clone, diagonal, reshape, select

if TYPE_CHECKING:
    from ..autograd.contract import Dim, Number, Size, Tensor


__all__ = [
    "as_strided_scatter",
    "diagonal_scatter",
    "index_reduce",
    "segment_reduce",
    "select_scatter",
    "slice_scatter",
]


def _scatter(name: str, view: Callable) -> Any:
    """The operation that replaces the region which `view(input, ...)` shows."""

    def _with_region(input: Any, src: Any, *place: Any) -> Any:
        value = np.array(array(input))
        region = writable(view(value, *place))
        if region.shape != tuple(src.shape):
            raise RuntimeError(
                f"expected src to have a size equal to the slice of self. src size = {list(src.shape)}, slice size = {list(region.shape)}"
            )
        region[...] = array(src)

        shape, dtype = region.shape, value.dtype

        def outside(g: Any) -> Any:
            return operation.rule(g, np.zeros(shape, dtype), *place)

        return value, outside, lambda g: clone.rule(view(g, *place))

    operation = differentiable(_with_region, linear=True, name=name)
    return operation


def _sliced(input: Any, dim: int, start: int | None, end: int | None, step: int) -> Any:
    return getitem(input, (slice(None),) * dim + (slice(start, end, step),))


_as_strided_scatter = _scatter("AsStridedScatterBackward0", as_strided.rule)
_diagonal_scatter = _scatter("DiagonalScatterBackward0", diagonal.rule)
_select_scatter = _scatter("SelectScatterBackward0", select.rule)
_slice_scatter = _scatter("SliceScatterBackward0", _sliced)


@composed
def as_strided_scatter(
    input: Tensor, src: Tensor, size: Size, stride: Size, storage_offset: int | None = None
) -> Tensor:
    """A copy of `input` with what `as_strided` would show replaced by `src`.

    Raises:
        RuntimeError: src has not that size.
    """
    return _as_strided_scatter(input, src, size, stride, storage_offset)


@composed
def diagonal_scatter(input: Tensor, src: Tensor, offset: int = 0, dim1: Dim = 0, dim2: Dim = 1) -> Tensor:
    """A copy of `input` with a diagonal replaced by `src`.

    Raises:
        RuntimeError: src has not the diagonal's size. IndexError: no such axis.
    """
    return _diagonal_scatter(input, src, offset, dim1, dim2)


@composed
def select_scatter(input: Tensor, src: Tensor, dim: Dim, index: int) -> Tensor:
    """A copy of `input` with the slice at one place of an axis replaced by `src`.

    Raises:
        RuntimeError: src has not the slice's size. IndexError: no such axis or place.
    """
    return _select_scatter(input, src, dim, index)


@composed
def slice_scatter(
    input: Tensor,
    src: Tensor,
    dim: Dim = 0,
    start: int | None = None,
    end: int | None = None,
    step: int = 1,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """A copy of `input` with the slices from start to end, every step-th, of an axis replaced by `src`.

    Raises:
        RuntimeError: src has not their size. IndexError: no such axis.
    """
    if step < 1:
        raise RuntimeError(f"slice step must be positive, got {step}; use flip() to reverse")
    return _slice_scatter(input, src, _axis(dim, input.ndim), start, end, step)


@composed
def index_reduce(
    input: Tensor,
    dim: Dim,
    index: Tensor,
    source: Tensor,
    reduce: str,
    *,
    include_self: bool = True,
    out: Tensor | None = None,
) -> Tensor:
    """`input` with its slices along an axis that `index` names combined with those of `source`: prod, mean, amax or amin.

    Raises:
        RuntimeError: another `reduce`, or sizes or dtypes that do not fit. IndexError: index out of range, or no such axis.
    """
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise RuntimeError(f"index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got {reduce}")
    axis = _axis(dim, input.ndim)
    numbers = check_slices(input, axis, index, source, "index_reduce")
    if array(input).dtype == bool and (input.ndim <= 1 or (numbers.size and (reduce == "mean" or not include_self))):
        raise NotImplementedError("index_reduce() is not implemented for these bool tensors; convert with .int()")
    if numbers.size and not 0 <= numbers.min() <= numbers.max() < (input.shape[axis] if input.ndim else 1):
        raise IndexError(
            f"index_reduce(): index out of range in self of shape {list(input.shape)} along dimension {axis}: {numbers.tolist()}"
        )
    numbers = numbers.reshape([-1 if d == axis else 1 for d in range(input.ndim)])
    numbers = graph.wrap(np.broadcast_to(numbers, source.shape))
    return named(
        scatter_reduce.rule(input, axis, numbers, source, reduce, include_self=include_self), "IndexReduceBackward0"
    )


# ---------------------------------------------------------------------------------------------------------------------
# Segments
# ---------------------------------------------------------------------------------------------------------------------
_STARTS = {"sum": 0.0, "mean": 0.0, "prod": 1.0, "amax": -math.inf, "amin": math.inf}


@composed
def segment_reduce(
    data: Tensor,
    reduce: str,
    *,
    lengths: Tensor | None = None,
    indices: Tensor | None = None,
    offsets: Tensor | None = None,
    axis: int = 0,
    unsafe: bool = False,
    initial: Number | None = None,
) -> Tensor:
    """The sum (mean, prod, max, min) of each segment of neighbours along an axis, segments being of any lengths.

    initial: what each segment's value starts from. Without it an empty segment's mean is nan, its maximum -inf.

    Shapes: data (*, L, **), lengths (*, S) or offsets (*, S + 1), whose last axis is `axis` -> (*, S, **).

    Raises:
        RuntimeError: neither lengths nor offsets, negative ones, lengths that do not add up to L (unless unsafe), or an unknown reduction.
        NotImplementedError: whole numbers.

    >>> import minitorch_pt as torch
    >>> torch.segment_reduce(torch.arange(6.0), "sum", lengths=torch.tensor([2, 4]))
    tensor([ 1., 14.])
    """
    reduce = {"max": "amax", "min": "amin"}.get(reduce, reduce)
    if reduce not in _STARTS:
        raise RuntimeError(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}")
    if indices is not None:
        raise RuntimeError("segment_reduce(): indices based reduction is not supported; give lengths or offsets")
    given = offsets if lengths is None else lengths
    if given is None:
        raise RuntimeError("segment_reduce(): Either lengths or offsets must be defined.")
    if not hasattr(given, "_data"):
        raise TypeError(f"segment_reduce(): argument 'lengths' must be Tensor, not {type(given).__name__}")
    if array(data).dtype.kind != "f" or array(given).dtype.kind not in "iu":
        raise NotImplementedError(f"segment_reduce() needs floating point data and whole lengths, got {data.dtype} and {given.dtype}")  # fmt: skip
    numbers, axis = array(given).astype(np.int64), _axis(axis, data.ndim)
    if numbers.ndim != axis + 1:
        raise RuntimeError(f"segment_reduce(): Expected axis to be the last dimension of lengths but got {axis}.")
    batch, rest = tuple(data.shape[:axis]), tuple(data.shape[axis + 1 :])
    size, flat = data.shape[axis], numbers.reshape((math.prod(batch), -1))
    sizes, first = (flat, np.zeros(len(flat), np.int64)) if lengths is not None else (np.diff(flat), flat[:, 0])
    if (sizes < 0).any():
        raise RuntimeError(f"lengths contains negative value! They are {sizes.tolist()}")
    totals = sizes.sum(axis=1)
    if (totals + first > size).any() or (lengths is not None and not unsafe and (totals != size).any()):
        raise RuntimeError(f"segment_reduce(): Expected all rows of lengths along axis to sum to data.size({axis}) = {size}, and they sum to {totals.tolist()}")  # fmt: skip
    segment = graph.wrap(np.repeat(np.arange(sizes.size), sizes.ravel()))
    rows = np.concatenate([b * size + f + np.arange(n) for b, (f, n) in enumerate(zip(first, totals, strict=True))])
    source = index_select.rule(reshape(data, (-1, *rest)), 0, rows)
    start = data.new_full((sizes.size, *rest), _STARTS[reduce] if initial is None else initial)
    if reduce in ("sum", "mean"):
        value = index_add(start, 0, segment, source)
    else:
        value = index_reduce(start, 0, segment, source, reduce)
    if reduce == "mean":
        count = sizes.reshape((-1, *(1,) * len(rest)))
        empty = np.broadcast_to(np.where(count == 0, math.nan if initial is None else initial, 0), value.shape)
        value = where.rule(np.broadcast_to(count == 0, value.shape), empty.astype(array(data).dtype), true_divide.rule(value, np.maximum(count, 1).astype(array(data).dtype)))  # fmt: skip
    return reshape(value, (*batch, sizes.shape[1], *rest))
