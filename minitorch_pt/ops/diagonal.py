"""Triangles and diagonals of matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..arrays.storage import looking
from ..autograd.contract import composed
from ..autograd.rule import array, differentiable, named
from .axes import from_front
from .checks import no_bools
from .shape import clone

if TYPE_CHECKING:
    from ..autograd.contract import Array, Dim, Pulled, Tensor


__all__ = ["diag", "diag_embed", "diagflat", "diagonal", "trace", "tril", "triu"]


@differentiable(linear=True, view=True)
def diagonal(input: Tensor, offset: int = 0, dim1: Dim = 0, dim2: Dim = 1) -> Pulled:
    """The diagonal of the plane of two axes, as the last axis; `offset` counts diagonals above the main one.

    Raises:
        RuntimeError: the axes are the same. IndexError: no such axis.

    >>> torch.diagonal(torch.tensor([[1, 2], [3, 4]]))
    tensor([1, 4])
    """
    a, b = from_front(dim1, input.ndim), from_front(dim2, input.ndim)
    if a == b:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    shape = input.shape
    return _diagonal(array(input), offset, a, b), lambda g: from_diagonal.rule(g, offset, a, b, shape)


def _diagonal(data: np.ndarray, offset: int, a: int, b: int) -> np.ndarray:
    """NumPy's view of a diagonal, writable where the array is."""
    view = data.diagonal(offset, a, b)
    if not view.shape[-1]:  # NumPy starts beyond the end
        view = looking(data, view.shape, view.strides)
    view.flags.writeable = data.flags.writeable
    return view


@differentiable(linear=True, name="DiagonalBackwardBackward0")
def from_diagonal(input: Array, offset: int, dim1: int, dim2: int, shape: tuple[int, ...]) -> Pulled:
    """Zeros with `input` on a diagonal: the transpose of `diagonal`."""
    g = array(input)
    total = np.zeros(shape, g.dtype)
    _diagonal(total, offset, dim1, dim2)[...] = g
    return total, lambda h: diagonal.rule(h, offset, dim1, dim2)


@differentiable(linear=True)
def tril(input: Tensor, diagonal: int = 0, *, out: Tensor | None = None) -> Pulled:
    """The lower triangle of each matrix, zeros above; `diagonal` moves the border up.

    Raises:
        RuntimeError: fewer than two axes.

    >>> torch.tril(torch.tensor([[1, 2], [3, 4]]))
    tensor([[1, 0],
            [3, 4]])
    """
    if input.ndim < 2:
        raise RuntimeError(f"tril: input tensor must have at least 2 dimensions, got {input.ndim}")
    return np.tril(array(input), diagonal), lambda g: tril.rule(g, diagonal)


@differentiable(linear=True)
def triu(input: Tensor, diagonal: int = 0, *, out: Tensor | None = None) -> Pulled:
    """The upper triangle of each matrix, zeros below; `diagonal` moves the border up.

    Raises:
        RuntimeError: fewer than two axes.

    >>> torch.triu(torch.tensor([[1, 2], [3, 4]]))
    tensor([[1, 2],
            [0, 4]])
    """
    if input.ndim < 2:
        raise RuntimeError(f"triu: input tensor must have at least 2 dimensions, got {input.ndim}")
    return np.triu(array(input), diagonal), lambda g: triu.rule(g, diagonal)


@differentiable(linear=True, name="DiagEmbedBackward0")
def _embedded(input: Array, offset: int, dim1: int, dim2: int, shape: tuple[int, ...]) -> Pulled:
    return from_diagonal.rule(array(input), offset, dim1, dim2, shape), lambda g: diagonal.rule(g, offset, dim1, dim2)


@composed
def diag_embed(input: Tensor, offset: int = 0, dim1: Dim = -2, dim2: Dim = -1, *, out: Tensor | None = None) -> Tensor:
    """Matrices, as two new axes, with the last axis of `input` on their diagonal.

    Raises:
        RuntimeError: the two axes are the same. IndexError: no such axis.

    >>> torch.diag_embed(torch.tensor([1, 2]))
    tensor([[1, 0],
            [0, 2]])
    """
    a, b = from_front(dim1, input.ndim + 1), from_front(dim2, input.ndim + 1)
    if a == b:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    size = input.shape[-1] + abs(offset)
    shape = list(input.shape[:-1])
    for place in sorted((a, b)):
        shape.insert(place, size)
    return _embedded(input, offset, a, b, tuple(shape))


_along = diagonal  # `diag` has a parameter of that name


@composed
def diag(input: Tensor, diagonal: int = 0, *, out: Tensor | None = None) -> Tensor:
    """Of a vector the matrix with it on the diagonal, of a matrix its diagonal.

    Raises:
        RuntimeError: another number of axes.

    >>> torch.diag(torch.tensor([1, 2]))
    tensor([[1, 0],
            [0, 2]])
    >>> torch.diag(torch.tensor([[1, 2], [3, 4]]))
    tensor([1, 4])
    """
    if input.ndim == 1:
        return diag_embed(input, diagonal)
    if input.ndim == 2:
        return named(clone(_along(input, diagonal)), "DiagonalBackward0_copy")
    raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {input.ndim}D")


@composed
def diagflat(input: Tensor, offset: int = 0) -> Tensor:
    """The matrix with all elements on its diagonal.

    >>> torch.diagflat(torch.tensor([[1, 2]]))
    tensor([[1, 0],
            [0, 2]])
    """
    return diag_embed(input.reshape(-1), offset)


@composed
def trace(input: Tensor) -> Tensor:
    """The sum of the diagonal of a matrix.

    Raises:
        RuntimeError: not a matrix.

    >>> torch.trace(torch.tensor([[1, 2], [3, 4]]))
    tensor(5)
    """
    no_bools("trace", array(input))
    if input.ndim != 2:
        raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {input.ndim}")
    return named(diagonal(input).sum(), "TraceBackward0")
