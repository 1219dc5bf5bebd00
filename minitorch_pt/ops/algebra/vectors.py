"""Products of vectors, and what is made of vectors or taken from matrices along a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...arrays.dtypes import TITLES
from ...autograd.contract import composed
from ...autograd.rule import array, differentiable
from ..axes import from_front
from ..broadcasting import broadcast_tensors
from ..diagonal import diagonal as _along
from ..joins import cat
from ..products import dot
from ..reductions import sum
from ..totals import cumprod

if TYPE_CHECKING:
    from ...autograd.contract import Array, Dim, Pulled, Tensor


__all__ = ["cross", "diagonal", "vander", "vecdot"]


@differentiable(promote="type", name="LinalgCrossBackward0")
def _cross(input: Array, other: Array, dim: int) -> Pulled:
    with np.errstate(all="ignore"):  # NumPy's own Python code
        value = np.cross(array(input), array(other), axis=dim)
    return value, lambda g: _cross.rule(other, g, dim), lambda g: _cross.rule(g, input, dim)


@composed
def cross(input: Tensor, other: Tensor, *, dim: Dim | None = -1, out: Tensor | None = None) -> Tensor:
    """The vector product along an axis of size 3: (a₂b₃ - a₃b₂, a₃b₁ - a₁b₃, a₁b₂ - a₂b₁); the other axes broadcast.

    Raises:
        RuntimeError: the axis is not of size 3, or the numbers of axes differ. IndexError: no such axis.

    >>> torch.linalg.cross(torch.tensor([1.0, 0.0, 0.0]), torch.tensor([0.0, 1.0, 0.0]))
    tensor([0., 0., 1.])
    """
    if input.ndim != other.ndim:
        raise RuntimeError(
            f"linalg.cross: inputs must have the same number of dimensions, got {list(input.shape)} and {list(other.shape)}"
        )
    if input.ndim == 0:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    axis = from_front(dim, input.ndim)
    if input.shape[axis] != 3 or other.shape[axis] != 3:
        raise RuntimeError(
            f"linalg.cross: inputs dimension {dim} must have length 3. Got {input.shape[dim]} and {other.shape[dim]}"
        )
    if array(input).dtype == bool:
        raise NotImplementedError("cross() is not implemented for 'Bool'; convert with .int()")
    if input.dtype != other.dtype:
        raise RuntimeError(
            f"linalg.cross: expected inputs of one dtype, got {input.dtype} and {other.dtype}; convert one with .to()"
        )
    input, other = broadcast_tensors(input, other)
    return _cross(input, other, axis)


@composed
def diagonal(A: Tensor, *, offset: int = 0, dim1: Dim = -2, dim2: Dim = -1) -> Tensor:
    """The diagonal of each matrix, by default of the last two axes, as a view; `offset` moves it up.

    Raises:
        RuntimeError: dim1 and dim2 are the same. IndexError: no such axis.

    >>> torch.linalg.diagonal(torch.tensor([[1, 2], [3, 4]]))
    tensor([1, 4])
    """
    return _along(A, offset, dim1, dim2)


@composed
def vecdot(x: Tensor, y: Tensor, *, dim: Dim = -1, out: Tensor | None = None) -> Tensor:
    """The sum of x * y along an axis; the others broadcast.

    Raises:
        RuntimeError: whole numbers, dtypes that differ, or shapes that do not broadcast. IndexError: no such axis.

    >>> torch.linalg.vecdot(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]))
    tensor(11.)
    """
    if array(x).dtype.kind != "f":
        raise RuntimeError(
            f"linalg.vecdot: Expected a floating point or complex tensor as input. Got {TITLES[array(x).dtype.name]}; convert with .float()"
        )
    if x.dtype != y.dtype:
        raise RuntimeError(
            f"linalg.vecdot: Expected x and y to have the same dtype, but found {x.dtype} and {y.dtype}; convert one with .to()"
        )
    if x.ndim == y.ndim == 1:
        return dot(x, y)
    return sum(x * y, dim)


@composed
def vander(x: Tensor, *, N: int | None = None) -> Tensor:
    """The powers 0 to N - 1 (by default as many as elements) of each element: (*, n) -> (*, n, N).

    Raises:
        RuntimeError: N less than 2, or bool or float16.

    >>> torch.linalg.vander(torch.tensor([1, 2, 3]))
    tensor([[1, 1, 1],
            [1, 2, 4],
            [1, 3, 9]])
    """
    if array(x).dtype in (np.dtype(bool), np.dtype(np.float16)):
        raise RuntimeError(
            f"linalg.vander supports floating point and integer tensors, but got {x.dtype}; convert with .float()"
        )
    x = x.reshape((-1,)) if x.ndim == 0 else x
    n = x.shape[-1] if N is None else N
    if n <= 1:
        raise RuntimeError(f"linalg.vander: N must be greater than 1, got {n}")
    powers = cumprod(x[..., None].expand((*x.shape, n - 1)), -1)
    return cat([powers.new_ones((*x.shape, 1)), powers], -1)
