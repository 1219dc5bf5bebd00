"""Segments: each run of slices along an axis reduced to one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ..autograd import graph
from ..autograd.contract import composed
from ..autograd.rule import array
from .axes import from_front
from .elementwise.arithmetic import true_divide
from .elementwise.choosing import where
from .gathering import index_select
from .shape import reshape
from .writing import index_add, index_reduce

if TYPE_CHECKING:
    from ..autograd.contract import Array, Number, Tensor


__all__ = ["segment_reduce"]


_STARTS = {"sum": 0.0, "mean": 0.0, "prod": 1.0, "amax": -math.inf, "amin": math.inf}


def _means(sums: Array, count: np.ndarray, of_none: float) -> Array:
    """The sums over the numbers of elements, and `of_none` where there is none."""
    dtype, empty = array(sums).dtype, np.broadcast_to(count == 0, sums.shape)
    return where.rule(
        empty, np.where(empty, of_none, 0).astype(dtype), true_divide.rule(sums, np.maximum(count, 1).astype(dtype))
    )


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
        raise NotImplementedError(
            f"segment_reduce() needs floating point data and whole lengths, got {data.dtype} and {given.dtype}"
        )
    numbers, axis = array(given).astype(np.int64), from_front(axis, data.ndim)
    if numbers.ndim != axis + 1:
        raise RuntimeError(f"segment_reduce(): Expected axis to be the last dimension of lengths but got {axis}.")
    batch, rest = tuple(data.shape[:axis]), tuple(data.shape[axis + 1 :])
    size, flat = data.shape[axis], numbers.reshape((math.prod(batch), -1))
    sizes, first = (flat, np.zeros(len(flat), np.int64)) if lengths is not None else (np.diff(flat), flat[:, 0])
    if (sizes < 0).any():
        raise RuntimeError(f"lengths contains negative value! They are {sizes.tolist()}")
    totals = sizes.sum(axis=1)
    if (totals + first > size).any() or (lengths is not None and not unsafe and (totals != size).any()):
        raise RuntimeError(
            f"segment_reduce(): Expected all rows of lengths along axis to sum to data.size({axis}) = {size}, and they sum to {totals.tolist()}"
        )
    segment = graph.wrap(np.repeat(np.arange(sizes.size), sizes.ravel()))
    rows = np.concatenate([b * size + f + np.arange(n) for b, (f, n) in enumerate(zip(first, totals, strict=True))])
    source = index_select.rule(reshape(data, (-1, *rest)), 0, rows)
    start = data.new_full((sizes.size, *rest), _STARTS[reduce] if initial is None else initial)
    if reduce in ("sum", "mean"):
        value = index_add(start, 0, segment, source)
    else:
        value = index_reduce(start, 0, segment, source, reduce)
    if reduce == "mean":
        value = _means(value, sizes.reshape((-1, *(1,) * len(rest))), math.nan if initial is None else initial)
    return reshape(value, (*batch, sizes.shape[1], *rest))
