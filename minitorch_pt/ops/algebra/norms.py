"""Norms of vectors and matrices, and the condition of a matrix."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ...autograd.contract import composed
from ...autograd.rule import array
from ..axes import from_front
from ..checks import float_only, not_narrower
from ..elementwise.choosing import where
from ..elementwise.rounding import nan_to_num
from ..extremes import amax, amin
from ..norms import vector_norm
from ..reductions import sum
from ..shape import movedim, unsqueeze
from .common import check_matrices
from .factorizations import svdvals
from .inverses import inv_ex

if TYPE_CHECKING:
    from ...autograd.contract import CastOut, Dims, DType, Number, Tensor


__all__ = ["cond", "matrix_norm", "norm", "vector_norm"]


@composed
def matrix_norm(
    input: Tensor,
    ord: Number | str = "fro",
    dim: Dims = (-2, -1),
    keepdim: bool = False,
    *,
    dtype: DType | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """A norm of each matrix, by default the last two axes: (*, m, n) -> (*).

    ord: "fro" the root of the sum of squares; "nuc" the sum of the singular values; 2 and -2 the largest and the smallest of them;
    1 and -1 the largest and the smallest sum of |A| over a column; inf and -inf over a row.

    Raises:
        RuntimeError: another ord, not two different axes, or whole numbers. IndexError: no such axis.

    >>> torch.linalg.matrix_norm(torch.tensor([[3.0, 0.0], [0.0, 4.0]]), "nuc")
    tensor(7.)
    """
    if dtype is not None:
        float_only("linalg.matrix_norm: Expected a floating point or complex tensor as input. Got", array(input))
        not_narrower("linalg.matrix_norm", array(input), dtype)
        input = input.to(dtype)
    check_matrices("linalg.matrix_norm", input, half=ord not in ("nuc", 2, -2))
    if len(tuple(dim)) != 2:
        raise RuntimeError(f"linalg.matrix_norm: dim must be a 2-tuple, got {tuple(dim)}")
    rows, columns = (from_front(d, input.ndim) for d in dim)
    if rows == columns:
        raise RuntimeError(f"linalg.matrix_norm: dims must be different, got {tuple(dim)}")
    empty = 0 in (input.shape[rows], input.shape[columns])
    if ord == "fro" or (empty and ord in (1, 2, math.inf)):  # a norm of nothing is 0
        return vector_norm(input, 2, (rows, columns), keepdim)
    if ord in ("nuc", 2, -2):
        values = svdvals(movedim(input, (rows, columns), (-2, -1)))
        result = sum(values, -1) if ord == "nuc" else (amax if ord > 0 else amin)(values, -1)
        return unsqueeze(unsqueeze(result, min(rows, columns)), max(rows, columns)) if keepdim else result
    if ord not in (1, -1, math.inf, -math.inf):
        raise RuntimeError(f"linalg.matrix_norm: Order {ord} not supported.")
    inner, outer = (rows, columns) if abs(ord) == 1 else (columns, rows)
    sums = vector_norm(input, 1, inner, True)
    return (amax if ord > 0 else amin)(sums, (inner, outer), keepdim)


@composed
def norm(
    input: Tensor,
    ord: Number | str | None = None,
    dim: Dims | None = None,
    keepdim: bool = False,
    *,
    dtype: DType | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """`matrix_norm` if there is an ord and two axes (of the input, or in dim), else `vector_norm` with ord 2 if there is none.

    Raises:
        RuntimeError: an ord that is not known, axes of another number than 1 or 2, or whole numbers. IndexError: no such axis.

    >>> torch.linalg.norm(torch.tensor([3.0, 4.0]))
    tensor(5.)
    """
    dims = (dim,) if isinstance(dim, int) else dim if dim is None else tuple(dim)
    count = input.ndim if dims is None else len(dims)
    if count not in (1, 2) and (ord is not None or dims is not None):
        raise RuntimeError(
            "linalg.norm: If dim is specified, it must be of length 1 or 2; if it is not but ord is, the input must be 1D or 2D. "
            f"Got shape {list(input.shape)} and dim {dim}"
        )
    if ord is not None and count == 2:
        return matrix_norm(input, ord, (0, 1) if dims is None else dims, keepdim, dtype=dtype)
    if isinstance(ord, str):
        raise RuntimeError(f"linalg.norm: ord {ord!r} is a norm of matrices, and one axis was given")
    return vector_norm(input, 2 if ord is None else ord, dims, keepdim, dtype=dtype)


@composed
def cond(input: Tensor, p: Number | str | None = None, *, out: CastOut | None = None) -> Tensor:
    """How much solving with each matrix can magnify an error: norm(A) norm(A⁻¹) in the matrix norm p, inf for a singular one.

    p None or 2: the largest singular value over the smallest, for any shape; -2 the other way round. Others: square matrices.

    Raises:
        RuntimeError: another p, not square where it must be, or whole numbers.

    >>> torch.linalg.cond(torch.tensor([[4.0, 0.0], [0.0, 2.0]]))
    tensor(2.)
    """
    check_matrices("linalg.cond", input)
    if p in (None, 2, -2):
        if math.prod(input.shape) == 0:
            return input.new_zeros(input.shape[:-2])
        S = svdvals(input)
        first, last = S[..., 0], S[..., -1]
        return last / first if p == -2 else first / last
    check_matrices(f"linalg.cond({p!r})", input, square=True)
    if p not in ("fro", "nuc", 1, -1, math.inf, -math.inf):
        raise RuntimeError(
            f"linalg.cond: got an invalid norm type {p!r}; give None, 2, -2, 'fro', 'nuc', 1, -1, inf or -inf"
        )
    if math.prod(input.shape) == 0:
        return input.new_zeros(input.shape[:-2])
    inverse, info = inv_ex(input)
    singular = info != 0
    inverse = where(singular[..., None, None], input.new_ones(input.shape[-2:]), inverse)
    return where(
        singular, math.inf, nan_to_num(matrix_norm(input, p) * matrix_norm(inverse, p), math.inf, math.inf, -math.inf)
    )
