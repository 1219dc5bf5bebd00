"""A = P L U: Gaussian elimination, kept as a permutation, a lower triangular matrix with ones on its diagonal, and an upper one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ... import return_types
from ...autograd.contract import composed
from ...autograd.rule import array, differentiable, named, nondifferentiable
from ..diagonal import tril, triu
from ..elementwise.arithmetic import add
from ..saving import saving_result
from .common import check_info, check_matrices, check_pair, eliminate, transposed, zero_pivot
from .inverses import solve_triangular

if TYPE_CHECKING:
    from ...autograd.contract import Array, Pulled, Tensor


__all__ = ["lu", "lu_factor", "lu_factor_ex", "lu_solve"]


@nondifferentiable
def _permutation(pivots: Array, size: int, like: np.ndarray) -> Pulled:
    """The matrix P with A = P L U."""
    *batch, k = pivots.shape
    flat = pivots.reshape(math.prod(batch), k)
    order, each = np.tile(np.arange(size), (len(flat), 1)), np.arange(len(flat))
    for i in range(k):
        row = flat[:, i] - 1
        order[each, i], order[each, row] = order[each, row], order[each, i]
    return transposed(np.eye(size, dtype=like.dtype)[order].reshape(*batch, size, size))


def _triangles(LU: Array) -> tuple[Array, Array]:
    """L (*, m, k) and U (*, k, n) of one matrix."""
    m, n = LU.shape[-2:]
    k = min(m, n)
    return add.rule(tril.rule(LU[..., :k], -1), np.eye(m, k, dtype=array(LU).dtype)), triu.rule(LU[..., :k, :])


def _gradient(P: Array, L: Array, U: Array, gL: Array, gU: Array) -> Array:
    """P L₁⁻ᵀ (φ U₁⁻ᵀ | gU₂) above gL₂ U₁⁻ᵀ, L₁ and U₁ being the square parts, and φ the lower triangle of L₁ᵀ gL₁ - gU₂ U₂ᵀ with the
    upper one of gU₁ U₁ᵀ - L₂ᵀ gL₂."""
    k = U.shape[-2]
    L1, L2, gL1, gL2 = L[..., :k, :], L[..., k:, :], gL[..., :k, :], gL[..., k:, :]
    U1, U2, gU1, gU2 = U[..., :k], U[..., k:], gU[..., :k], gU[..., k:]
    low = tril.rule(transposed(L1) @ gL1 - gU2 @ transposed(U2), -1)
    high = triu.rule(gU1 @ transposed(U1) - transposed(L2) @ gL2)
    inner = solve_triangular.rule(transposed(U1), low + high, upper=False, left=False)
    wide = np.concatenate([inner, gU2], -1)
    flow = solve_triangular.rule(transposed(L1), wide, upper=True, unitriangular=True)
    if L.shape[-2] > k:
        flow = np.concatenate([flow, solve_triangular.rule(transposed(U1), gL2, upper=False, left=False)], -2)
    return P @ flow


@differentiable(returns=return_types.linalg_lu_factor_ex, name="LinalgLuFactorExBackward0", saves="result result1")
def _lu_factor_ex(A: Array, pivot: bool, check_errors: bool) -> Pulled:
    check_matrices("linalg.lu_factor", A)
    if not pivot:
        raise RuntimeError("linalg.lu_factor: LU without pivoting is not implemented on the CPU; leave pivot=False out")
    LU, pivots = eliminate(array(A))
    info = zero_pivot(LU)
    if check_errors:
        check_info(
            "linalg.lu_factor", info, "U[{0},{0}] is zero and using it on lu_solve would result in a division by zero."
        )

    def pull(g: Array, _: object, __: object) -> Array:
        L, U = _triangles(LU if isinstance(A, np.ndarray) else _lu_factor_ex(A, pivot, False)[0])
        k = U.shape[-2]
        return _gradient(
            _permutation.rule(pivots, L.shape[-2], LU), L, U, tril.rule(g[..., :k], -1), triu.rule(g[..., :k, :])
        )

    return (LU, pivots, info), pull


@composed
def lu_factor_ex(
    A: Tensor, *, pivot: bool = True, check_errors: bool = False, out: tuple[Tensor, ...] | None = None
) -> Any:
    """`lu_factor`, and for each matrix a number that is 0, or says which diagonal element of U is zero, counted from 1.

    Raises:
        NotImplementedError: not floating point. RuntimeError: no matrices, or pivot=False. LinAlgError: with check_errors, such a zero.

    >>> LU, pivots, info = torch.linalg.lu_factor_ex(torch.tensor([[2.0, 1.0], [4.0, 4.0]]))
    >>> info
    tensor(0, dtype=torch.int32)
    """
    return _lu_factor_ex(A, pivot, check_errors)


@composed
def lu_factor(A: Tensor, *, pivot: bool = True, out: tuple[Tensor, ...] | None = None) -> Any:
    """L and U of `lu` in one matrix (the ones on L's diagonal left out), and the exchanges of rows, as `lu_solve` takes them.

    Shapes: (*, m, n) -> (*, m, n), (*, min(m, n)).

    Raises:
        NotImplementedError: not floating point. RuntimeError: no matrices, or pivot=False. LinAlgError: a zero on the diagonal of U.

    >>> LU, pivots = torch.linalg.lu_factor(torch.tensor([[2.0, 1.0], [4.0, 4.0]]))
    >>> LU, pivots  # the rows were swapped
    (tensor([[ 4.0000,  4.0000],
            [ 0.5000, -1.0000]]), tensor([2, 2], dtype=torch.int32))
    """
    return return_types.linalg_lu_factor(_lu_factor_ex(A, pivot, True)[:2])


def unpack(LU: Array, pivots: Array) -> tuple[Array, Array, Array]:
    """P, L and U of what `lu_factor` gives."""
    return (_permutation.rule(pivots, LU.shape[-2], array(LU)), *_triangles(LU))


@differentiable(name="LinalgLuBackward0", saves="result result1 result2")
def _lu(A: Array, pivot: bool) -> Pulled:
    value = unpack(*_lu_factor_ex.rule(A, pivot, False)[:2])
    return value, lambda _, gL, gU: _gradient(*value, gL, gU)


@composed
def lu(A: Tensor, *, pivot: bool = True, out: tuple[Tensor, ...] | None = None) -> Any:
    """A = P L U: P a permutation of rows, L lower triangular with ones on its diagonal, U upper triangular.

    Shapes: (*, m, n) -> (*, m, m), (*, m, k), (*, k, n) with k = min(m, n).

    Raises:
        NotImplementedError: not floating point. RuntimeError: no matrices, or pivot=False.

    >>> torch.linalg.lu(torch.tensor([[1.0, 2.0], [4.0, 4.0]])).U
    tensor([[4., 4.],
            [0., 1.]])
    """
    P, L, U = _lu.rule(A, pivot)
    return return_types.linalg_lu((P.detach(), L, U))


@composed
def lu_solve(
    LU: Tensor, pivots: Tensor, B: Tensor, *, left: bool = True, adjoint: bool = False, out: Tensor | None = None
) -> Tensor:
    """The X with A X = B (left=False: X A = B; adjoint: Aᵀ in place of A), A being given by `lu_factor`.

    Shapes: (*, n, n), (*, n), (*, n, k) -> (*, n, k).

    Raises:
        RuntimeError: sizes or dtypes do not fit.

    >>> LU, pivots = torch.linalg.lu_factor(torch.tensor([[2.0, 0.0], [0.0, 4.0]]))
    >>> torch.linalg.lu_solve(LU, pivots, torch.tensor([[2.0], [8.0]]))
    tensor([[1.],
            [2.]])
    """
    check_matrices("linalg.lu_solve", LU, square=True)
    check_pair("linalg.lu_solve", LU, B, left)
    if array(pivots).dtype != np.int32:
        raise RuntimeError(
            f"linalg.lu_solve: pivots should be a Tensor of scalar type torch.int32, and are {pivots.dtype}"
        )
    if pivots.shape != LU.shape[:-1]:
        raise RuntimeError(
            f"linalg.lu_solve: Expected LU.shape[:-1] and pivots.shape to be the same, but got pivots with shape {list(pivots.shape)} "
            f"instead of {list(LU.shape[:-1])}"
        )
    if not left:
        return named(transposed(lu_solve(LU, pivots, transposed(B), adjoint=not adjoint)), "LinalgLuSolveBackward0")
    P = _permutation.rule(pivots, LU.shape[-1], array(LU))
    if adjoint:
        y = solve_triangular(transposed(LU), B, upper=False)
        X = P @ solve_triangular(transposed(LU), y, upper=True, unitriangular=True)
    else:
        y = solve_triangular(LU, transposed(P) @ B, upper=False, unitriangular=True)
        X = solve_triangular(LU, y, upper=True)
    X = transposed(transposed(X).contiguous())  # one column after the other, as LAPACK leaves it
    return saving_result.rule(X, (LU, pivots), "LinalgLuSolveBackward0")
