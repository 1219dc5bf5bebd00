"""Systems of linear equations: inverses and solutions.

For X = A⁻¹B the gradients are dB = A⁻ᵀ dX and dA = -dB Xᵀ: the way back solves the transposed system.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ... import return_types
from ...autograd.contract import composed
from ...autograd.rule import array, differentiable
from ..diagonal import tril, triu
from .common import check_info, check_matrices, check_pair, eliminate, transposed, zero_pivot

if TYPE_CHECKING:
    from ...autograd.contract import Array, CastOut, Pulled, Shape, Tensor


__all__ = ["inv", "inv_ex", "solve", "solve_ex", "solve_triangular", "tensorinv", "tensorsolve"]


def _info(matrix: np.ndarray) -> int:
    """LAPACK's info: 0, or of a singular matrix the step, from 1, at which Gaussian elimination finds only zeros to divide by."""
    try:
        np.linalg.inv(matrix)
    except np.linalg.LinAlgError:
        # rounded otherwise than in LAPACK, the last may be no zero
        return int(zero_pivot(eliminate(matrix)[0])) or len(matrix)
    return 0


def _solvable(function: Callable, A: np.ndarray, *rest: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """function(A, ...) and LAPACK's info: 0, or for a singular matrix the zero pivot, and its result is nan."""
    info = np.zeros(A.shape[:-2], np.int32)
    try:
        value = function(A, *rest)
        if np.isnan(np.add.reduce(value, axis=None)):  # LAPACK passes over a nan that is no pivot: parts seem known
            value = np.where(np.isnan(A).any(axis=(-2, -1), keepdims=True), A.dtype.type(np.nan), value)
        return value, info
    except np.linalg.LinAlgError:
        for place in np.ndindex(info.shape):
            info[place] = _info(A[place])
    singular = (info != 0)[..., None, None]
    value = function(np.where(singular, np.eye(A.shape[-1], dtype=A.dtype), A), *rest)
    return np.where(singular, A.dtype.type(np.nan), value), info


@differentiable(returns=return_types.linalg_inv_ex, name="LinalgInvExBackward0", saves="result")
def _inv_ex(A: Array, check_errors: bool) -> Pulled:
    check_matrices("linalg.inv", A, square=True)
    value, info = _solvable(np.linalg.inv, array(A))
    if check_errors:
        check_info(
            "linalg.inv",
            info,
            "The diagonal element {} is zero, the inversion could not be completed because the input matrix is singular.",
        )

    def pull(g: Array, _: object) -> Array:
        y = transposed(value if isinstance(A, np.ndarray) else inv(A))
        return -(y @ g @ y)

    return (value, info), pull


@composed
def inv_ex(A: Tensor, *, check_errors: bool = False, out: tuple[Tensor, ...] | None = None) -> Any:
    """The inverse of each matrix, and for each a number that is 0, or for a singular one says which pivot is zero.

    A singular matrix has nan as its inverse, unless check_errors=True makes it an error.

    Raises:
        RuntimeError: not square, or not floating point. LinAlgError: with check_errors, a singular matrix.

    >>> inverse, info = torch.linalg.inv_ex(torch.tensor([[2.0]]))
    >>> inverse, info
    (tensor([[0.5000]]), tensor(0, dtype=torch.int32))
    """
    return _inv_ex.rule(A, check_errors)


@composed
def inv(A: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The inverse of each matrix: A⁻¹ A = I. Shape (*, n, n). To solve A X = B, `solve` is faster and more exact.

    Raises:
        RuntimeError: not square, or not floating point. LinAlgError: a singular matrix.

    >>> torch.linalg.inv(torch.tensor([[2.0, 0.0], [0.0, 4.0]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.2500]])
    """
    return _inv_ex.rule(A, True)[0]


@differentiable(joint=True, returns=return_types.linalg_solve_ex, name="LinalgSolveExBackward0", saves="A result")
def _solve_ex(A: Array, B: Array, left: bool, check_errors: bool) -> Pulled:
    check_matrices("linalg.solve", A, square=True)
    vector = B.ndim == 1 or B.ndim == A.ndim - 1 and tuple(B.shape) == tuple(A.shape[:-1])
    if vector and not left:
        raise RuntimeError(
            f"linalg.solve: Vector broadcasting of the left hand side is not supported for left=False. Use linalg.solve(A.mT, B) instead; got shapes {list(A.shape)} and {list(B.shape)}"
        )

    def columns(x: Array) -> Array:
        return np.expand_dims(x, -1) if vector else x

    check_pair("linalg.solve", A, columns(B), left)
    a, b = array(A), columns(array(B))
    value, info = _solvable(np.linalg.solve, a, b) if left else _solvable(np.linalg.solve, transposed(a), transposed(b))
    if check_errors:
        check_info("linalg.solve", info, "The solver failed because the input matrix is singular.")
    value = value if left else transposed(value)
    value = value[..., 0] if vector else value

    def pull(g: Array, _: object) -> tuple:
        x = value if isinstance(A, np.ndarray) and isinstance(B, np.ndarray) else solve(A, B, left=left)
        flow = solve.rule(transposed(A), g, left=left)
        row, column = transposed(columns(x)), columns(flow)
        return -(column @ row if left else row @ column), flow

    return (value, info), pull


@composed
def solve_ex(
    A: Tensor, B: Tensor, *, left: bool = True, check_errors: bool = False, out: tuple[Tensor, ...] | None = None
) -> Any:
    """The solution of each system as `solve`, and for each a number that is 0, or for a singular A says which pivot is zero.

    A singular system has nan as its solution, unless check_errors=True makes it an error.

    Raises:
        RuntimeError: sizes or dtypes do not fit. LinAlgError: with check_errors, a singular matrix.

    >>> torch.linalg.solve_ex(torch.tensor([[2.0]]), torch.tensor([[8.0]])).result
    tensor([[4.]])
    """
    return _solve_ex(A, B, left, check_errors)


@composed
def solve(A: Tensor, B: Tensor, *, left: bool = True, out: Tensor | None = None) -> Tensor:
    """The X with A X = B, or with left=False X A = B.

    Shapes: (*, n, n), (*, n, k) -> (*, n, k); a B of shape (n), or of A's shape without its last axis, holds vectors.

    Raises:
        RuntimeError: sizes or dtypes do not fit. LinAlgError: a singular matrix.

    >>> torch.linalg.solve(torch.tensor([[2.0, 1.0], [0.0, 4.0]]), torch.tensor([4.0, 8.0]))
    tensor([1., 2.])
    """
    return _solve_ex.rule(A, B, left, True)[0]


def triangle(A: Array, upper: bool, unitriangular: bool = False) -> Array:
    """The upper or lower triangle of each matrix; `unitriangular`: without the diagonal."""
    return triu.rule(A, int(unitriangular)) if upper else tril.rule(A, -int(unitriangular))


def substitute(A: np.ndarray, B: np.ndarray, upper: bool, unitriangular: bool) -> np.ndarray:
    """The X with A X = B for a triangular A. Of two halves, the one that stands alone is solved first, and put into the other."""
    n = A.shape[-1]
    if n > 64:
        alone, other = (slice(n // 2, n), slice(n // 2)) if upper else (slice(n // 2), slice(n // 2, n))
        x = substitute(A[..., alone, alone], B[..., alone, :], upper, unitriangular)
        rest = B[..., other, :] - A[..., other, alone] @ x
        y = substitute(A[..., other, other], rest, upper, unitriangular)
        return np.concatenate([y, x] if upper else [x, y], -2)
    try:  # LAPACK's general solution: NumPy lacks the triangular one, and row by row is Python's loop
        A = triangle(A, upper, unitriangular) + unitriangular * np.eye(n, dtype=A.dtype)
        with np.errstate(all="ignore"):  # NumPy's own Python code
            return np.linalg.solve(A, B)
    except np.linalg.LinAlgError:
        return _by_rows(A, B, upper)


def _by_rows(A: np.ndarray, B: np.ndarray, upper: bool) -> np.ndarray:
    """`substitute`, each row being its equation's only new unknown. Divides by a zero on the diagonal: inf, and nan after it."""
    n = A.shape[-1]
    x = np.array(np.broadcast_to(B, (*np.broadcast_shapes(A.shape[:-2], B.shape[:-2]), *B.shape[-2:])))
    for i in range(n - 1, -1, -1) if upper else range(n):
        known = slice(i + 1, n) if upper else slice(i)
        x[..., i, :] -= (A[..., i : i + 1, known] @ x[..., known, :])[..., 0, :]
        x[..., i, :] /= A[..., i, i, None]
    return x


@differentiable(joint=True, name="LinalgSolveTriangularBackward0", saves="A result")
def _solve_triangular(A: Array, B: Array, upper: bool, left: bool, unitriangular: bool) -> Pulled:
    a, b = array(A), array(B)
    if left:
        value = substitute(a, b, upper, unitriangular)
    else:  # the transposed system
        value = transposed(substitute(transposed(a), transposed(b), not upper, unitriangular))

    def pull(g: Array) -> tuple:
        plain = isinstance(A, np.ndarray) and isinstance(B, np.ndarray)
        x = transposed(value if plain else _solve_triangular(A, B, upper, left, unitriangular))
        flow = _solve_triangular.rule(transposed(A), g, not upper, left, unitriangular)
        return -triangle(flow @ x if left else x @ flow, upper, unitriangular), flow

    return value, pull


@composed
def solve_triangular(
    input: Tensor, B: Tensor, *, upper: bool, left: bool = True, unitriangular: bool = False, out: Tensor | None = None
) -> Tensor:
    """The X with A X = B (left=False: X A = B) for a triangular A, of which the other triangle is not looked at.

    unitriangular: the diagonal is taken to be 1. A zero on it gives inf or nan, not an error.

    Shapes: (*, n, n), (*, n, k) -> (*, n, k).

    Raises:
        RuntimeError: sizes or dtypes do not fit.

    >>> torch.linalg.solve_triangular(torch.tensor([[2.0, 0.0], [3.0, 4.0]]), torch.tensor([[2.0], [7.0]]), upper=False)
    tensor([[1.],
            [1.]])
    """
    check_matrices("linalg.solve_triangular", input, square=True)
    check_pair("linalg.solve_triangular", input, B, left)
    return _solve_triangular.rule(input, B, upper, left, unitriangular)


# ---------------------------------------------------------------------------------------------------------------------
# Of tensors, read as matrices
# ---------------------------------------------------------------------------------------------------------------------
@composed
def tensorinv(input: Tensor, ind: int = 2, *, out: CastOut | None = None) -> Tensor:
    """The inverse for `tensordot`: its first `ind` axes are read as the rows of a matrix, the others as its columns.

    Raises:
        RuntimeError: ind is not positive, the matrix is not square. LinAlgError: it is singular.

    >>> torch.linalg.tensorinv(torch.eye(4).view(4, 2, 2), ind=1).shape
    torch.Size([2, 2, 4])
    """
    if ind <= 0:
        raise RuntimeError(f"linalg.tensorinv: Expected a strictly positive integer for 'ind', got {ind}")
    if ind > input.ndim:
        raise RuntimeError(f"linalg.tensorinv: 'ind' must be at most the number of axes, {input.ndim}, got {ind}")
    rows, columns = tuple(input.shape[:ind]), tuple(input.shape[ind:])
    if math.prod(rows) != math.prod(columns):
        raise RuntimeError(
            f"linalg.tensorinv: Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got {math.prod(columns)} != {math.prod(rows)}"
        )
    return inv(input.reshape((math.prod(rows), math.prod(columns)))).reshape((*columns, *rows))


@composed
def tensorsolve(input: Tensor, other: Tensor, dims: Shape | None = None, *, out: CastOut | None = None) -> Tensor:
    """The X with tensordot(A, X, X.ndim) = B; the axes `dims` of A are first moved to its end.

    Raises:
        RuntimeError: the sizes do not fit. LinAlgError: A, read as a matrix, is singular.

    >>> torch.linalg.tensorsolve(2 * torch.eye(2), torch.tensor([2.0, 4.0]))
    tensor([1., 2.])
    """
    if dims is not None:
        input = input.movedim(dims, tuple(range(input.ndim - len(dims), input.ndim)))
    columns = tuple(input.shape[other.ndim :])
    n = math.prod(columns)
    if math.prod(input.shape) != n * n:
        raise RuntimeError(
            f"linalg.tensorsolve: Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == prod(self.shape[:other.ndim]), but got {n} != {math.prod(input.shape[: other.ndim])}"
        )
    return solve(input.reshape((n, n)), other.reshape((math.prod(other.shape),))).reshape(columns)
