"""Sparse tensors joined, and parts of them: the indices move, and the values are picked or joined as ordinary tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import ops
from ..arrays import dtypes
from ..autograd import graph
from ..autograd.rule import named
from ..ops.layers.padding import constant_pad_nd
from ..tensors.tensor import Tensor, wrap
from .operations import axis_of
from .tensor import SparseTensor, made, on_sparse

__all__ = ["rows_of"]  # the others stand in `OPERATIONS`


@on_sparse("cat", "concat", "concatenate")
def _cat(tensors: Any, dim: int = 0) -> SparseTensor:
    return _joined(tensors, dim, "CatBackward0")


def _joined(tensors: Any, dim: int, name: str) -> SparseTensor:
    """Along a sparse axis the indices of each begin where those before end; along a dense one the values get zeros on both sides."""
    for i, tensor in enumerate(tensors):
        if not tensor.is_sparse:
            raise RuntimeError(f"Concatenating sparse tensors, but a dense tensor was found at position {i}.")
    first = tensors[0]
    dim, axes = axis_of(dim, first.ndim), first.sparse_dim()
    rests = [(t.sparse_dim(), *t.shape[:dim], *t.shape[dim + 1 :]) for t in tensors]
    if len(set(rests)) > 1:
        shapes = ", ".join(str(list(t.shape)) for t in tensors)
        raise RuntimeError(
            f"All tensors must have the same shape (except in the concatenating dimension), and as many sparse axes, but found {shapes}"
        )
    ends = np.cumsum([t.shape[dim] for t in tensors]).tolist()
    starts, indices, values = [0, *ends[:-1]], [], []
    dtype = first.dtype
    for t, start, end in zip(tensors, starts, ends, strict=True):
        dtype = dtypes.promote_types(dtype, t.dtype)
        moved, part = t._indices().numpy().copy(), t._values_tensor
        if dim < axes:
            moved[dim] += start
        else:
            behind = 2 * (first.ndim - 1 - dim)
            part = constant_pad_nd(part, (*[0] * behind, start, ends[-1] - end))
        indices.append(moved)
        values.append(part)
    size = (*first.shape[:dim], ends[-1], *first.shape[dim + 1 :])
    return made(np.concatenate(indices, 1), ops.cat([v.to(dtype) for v in values]), size, False, name)


@on_sparse("hstack")
def _hstack(tensors: Any) -> SparseTensor:
    return _cat(tensors, min(1, tensors[0].ndim - 1))


@on_sparse("vstack", "row_stack")
def _vstack(tensors: Any) -> SparseTensor:
    return _cat(tensors if tensors[0].ndim > 1 else [ops.unsqueeze(t, 0) for t in tensors])


@on_sparse("stack")
def _stack(tensors: Any, dim: int = 0) -> SparseTensor:
    return _joined([ops.unsqueeze(t, dim) for t in tensors], axis_of(dim, tensors[0].ndim + 1), "StackBackward0")


@on_sparse("unsqueeze")
def _unsqueeze(input: SparseTensor, dim: int) -> SparseTensor:
    dim, axes = axis_of(dim, input.ndim + 1), input.sparse_dim()
    size = (*input.shape[:dim], 1, *input.shape[dim:])
    indices, values = input._indices().numpy(), input._values_tensor
    if dim <= axes:
        indices = np.insert(indices, dim, 0, axis=0)
    else:
        values = ops.unsqueeze(values, dim - axes + 1)
    return made(indices, values, size, False, "UnsqueezeBackward0")


def _picked(input: SparseTensor, there: np.ndarray, indices: np.ndarray, size: tuple, name: str) -> SparseTensor:
    """The elements of these numbers, at other indices."""
    values = ops.index_select(input._values_tensor, 0, wrap(there))
    return made(indices, values, size, False, name)


@on_sparse("select")
def _select(input: SparseTensor, dim: int, index: int) -> Tensor:
    """What stands at one place of an axis: dense where no sparse axis is left."""
    dim, axes, n = axis_of(dim, input.ndim), input.sparse_dim(), input.shape[dim]
    if not -n <= index < n:
        raise IndexError(
            f"select(): index {index} out of range for tensor of size {list(input.shape)} at dimension {dim}"
        )
    size = (*input.shape[:dim], *input.shape[dim + 1 :])
    if dim >= axes:
        values = ops.select(input._values_tensor, dim - axes + 1, index)
        return made(input._indices().numpy(), values, size, input.is_coalesced(), "SelectBackward0")
    indices = input._indices().numpy()
    there = np.flatnonzero(indices[dim] == index % n)
    if axes == 1:
        return named(ops.sum(ops.index_select(input._values_tensor, 0, wrap(there)), 0), "SelectBackward0")
    return _picked(input, there, np.delete(indices[:, there], dim, 0), size, "SelectBackward0")


@on_sparse("take_slices")
def _index_select(input: SparseTensor, numbers: Any, dim: int) -> SparseTensor:
    """For each number of a vector the elements that stand there, in their order: `index_select`, which has looked at the numbers."""
    dim, axes = axis_of(dim, input.ndim), input.sparse_dim()
    numbers = np.asarray(numbers._data if isinstance(numbers, Tensor) else numbers).reshape(-1)
    size = (*input.shape[:dim], len(numbers), *input.shape[dim + 1 :])
    indices = input._indices().numpy()
    if dim >= axes:
        values = ops.index_select(input._values_tensor, dim - axes + 1, wrap(numbers))
        return made(indices, values, size, input.is_coalesced(), "IndexSelectBackward0")
    order = np.argsort(indices[dim], kind="stable")
    first, last = (np.searchsorted(indices[dim][order], numbers, side) for side in ("left", "right"))
    count = last - first
    places = np.repeat(np.arange(len(numbers)), count)
    there = order[np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)]
    moved = indices[:, there].copy()
    moved[dim] = places
    return _picked(input, there, moved, size, "IndexSelectBackward0")


@on_sparse("narrow_copy")
def _narrow_copy(input: SparseTensor, dim: int, start: int, length: int) -> SparseTensor:
    dim, axes = axis_of(dim, input.ndim), input.sparse_dim()
    if start < 0 or length < 0 or start + length > input.shape[dim]:
        raise RuntimeError(
            f"Invalid range to narrow. range(start, start+length) must be a subset of range(0, {input.shape[dim]})."
        )
    size = (*input.shape[:dim], length, *input.shape[dim + 1 :])
    indices = input._indices().numpy()
    if dim >= axes:
        values = ops.narrow(input._values_tensor, dim - axes + 1, start, length)
        return made(indices, values, size, input.is_coalesced(), "NarrowCopyBackward0")
    there = np.flatnonzero((start <= indices[dim]) & (indices[dim] < start + length))
    moved = indices[:, there].copy()
    moved[dim] -= start
    return _picked(input, there, moved, size, "NarrowCopyBackward0")


@on_sparse("getitem")
def _getitem(input: SparseTensor, index: Any) -> Tensor:
    """By numbers, None and whole slices.

    Raises:
        NotImplementedError: another index.
    """
    result: Any = input
    dim = 0
    for part in index if isinstance(index, tuple) else (index,):
        if part is None:
            result, dim = ops.unsqueeze(result, dim), dim + 1
        elif isinstance(part, (int, np.integer)) and not isinstance(part, bool):
            if dim >= result.ndim:
                raise IndexError(f"too many indices for tensor of dimension {input.ndim}")
            result = ops.select(result, dim, int(part))
        elif isinstance(part, slice) and part == slice(None):
            dim += 1
        else:
            raise NotImplementedError(
                f"sparse tensors are indexed by numbers, None and `:`, and {part!r} is none of them; write x.to_dense() before"
            )
    return result


def rows_of(indices: np.ndarray, values: Any, shape: tuple) -> SparseTensor:
    """The gradient of what was read at `indices`, (axes, nnz) or of the first axis (nnz), of a tensor of that shape."""
    values = graph.stand_in(values, Tensor) if isinstance(values, Tensor) else wrap(values)
    return SparseTensor(np.atleast_2d(indices).astype(np.int64, copy=False), values, shape, False)
