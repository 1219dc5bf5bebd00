"""Matrices made of vectors and of other matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..arrays import dtypes
from ..autograd import graph
from ..autograd.contract import composed
from ..autograd.rule import array, differentiable, named
from .joins import cat
from .reordering import flip
from .totals import cumprod

if TYPE_CHECKING:
    from ..autograd.contract import Array, CastOut, Pulled, Tensor


__all__ = ["block_diag", "kron", "vander"]


@composed
def vander(x: Tensor, N: int | None = None, increasing: bool = False) -> Tensor:
    """The powers of each element as a row, the highest first, or with `increasing` 1 first: (n) -> (n, N).

    Raises:
        RuntimeError: x is no vector, or N is negative.

    >>> torch.vander(torch.tensor([1, 2, 3]), increasing=True)
    tensor([[1, 1, 1],
            [1, 2, 4],
            [1, 3, 9]])
    """
    if x.ndim != 1:
        raise RuntimeError(f"x must be a one-dimensional tensor, got shape {list(x.shape)}")
    n = x.shape[0] if N is None else N
    if n < 0:
        raise RuntimeError(f"N must be non-negative, got {n}")
    if array(x).dtype.kind != "f":
        x = x.to(dtypes.int64)
    ones = x.new_ones((x.shape[0], min(n, 1)))
    powers = cat([ones, cumprod(x[:, None].expand(x.shape[0], max(n - 1, 0)), 1)], 1)
    return powers if increasing else flip(powers, (1,))


@composed
def kron(input: Tensor, other: Tensor, *, out: CastOut | None = None) -> Tensor:
    """The Kronecker product: `other`, in blocks, times each element of `input`; the sizes of each axis multiply.

    >>> torch.kron(torch.tensor([1, 10]), torch.tensor([1, 2, 3]))
    tensor([ 1,  2,  3, 10, 20, 30])
    """
    n = max(input.ndim, other.ndim)
    a, b = ((1,) * (n - x.ndim) + tuple(x.shape) for x in (input, other))
    spread = input.reshape(tuple(k for size in a for k in (size, 1))) * other.reshape(
        tuple(k for size in b for k in (1, size))
    )
    return named(spread.reshape(tuple(i * j for i, j in zip(a, b, strict=True))), "UnsafeViewBackward0")


@differentiable(linear=True, promote="type", name="BlockDiagBackward0")
def _block_diag(*blocks: Array) -> Pulled:
    ends = np.cumsum([(0, 0), *(b.shape for b in blocks)], axis=0)
    value = np.zeros(tuple(ends[-1]), blocks[0].dtype)
    places = [tuple(slice(i, j) for i, j in zip(*pair, strict=True)) for pair in zip(ends, ends[1:], strict=False)]
    for place, block in zip(places, blocks, strict=True):
        value[place] = array(block)
    return value, *((lambda g, place=place: g[place]) for place in places)


@composed
def block_diag(*tensors: Tensor) -> Tensor:
    """The matrix with these matrices (or numbers, or rows) along its diagonal, and zeros beside them.

    Raises:
        RuntimeError: more than two axes.

    >>> torch.block_diag(torch.tensor([[1, 2]]), torch.tensor([[3]]))
    tensor([[1, 2, 0],
            [0, 0, 3]])
    """
    if not tensors:
        return graph.wrap(np.zeros((1, 0), dtypes.get_default_dtype().dtype))
    for i, tensor in enumerate(tensors):
        if tensor.ndim > 2:
            raise RuntimeError(
                f"torch.block_diag: Input tensors must have 2 or fewer dimensions. Input {i} has {tensor.ndim} dimensions"
            )
    common = dtypes.of(dtypes.result_type_of([t._data for t in tensors]))
    return _block_diag(*((t.reshape((1, -1)) if t.ndim < 2 else t).to(common) for t in tensors))
