"""Least squares: pseudo-inverses, ranks, and the best solution of systems without a solution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ... import return_types
from ...autograd.contract import composed
from ...autograd.rule import array, differentiable, nondifferentiable
from ..broadcasting import broadcast_shapes
from ..checks import check_constant
from .common import check_matrices, check_pair, transposed
from .factorizations import eigh, eigvalsh, svd, svdvals

if TYPE_CHECKING:
    from ...autograd.contract import Array, CastOut, Number, Pulled, Tensor


__all__ = ["lstsq", "matrix_rank", "pinv"]


def _tolerance(S: np.ndarray, shape: tuple[int, ...], atol: Number | None, rtol: Number | None) -> np.ndarray:
    """Below it a singular value counts as 0: max(atol, rtol * the largest). rtol is by default eps * max(m, n), or 0 beside an atol."""
    default = np.finfo(S.dtype).eps * max(shape[-2:])
    absolute = np.asarray(0.0 if atol is None else array(atol), S.dtype)
    relative = np.where(absolute > 0, 0, default) if rtol is None else array(rtol)
    largest = S.max(axis=-1, initial=0)
    return np.asarray(np.maximum(absolute, relative * largest), S.dtype)[..., None]


@nondifferentiable
def _rank(A: Array, atol: Number | None, rtol: Number | None, hermitian: bool) -> Pulled:
    check_matrices("linalg.matrix_rank", A, square=hermitian)
    S = np.abs(eigvalsh.rule(A)) if hermitian else svdvals.rule(A)
    return np.asarray((_tolerance(S, A.shape, atol, rtol) < S).sum(axis=-1))


@composed
def matrix_rank(
    input: Tensor,
    tol: Tensor | float | None = None,
    hermitian: bool = False,
    *,
    atol: Tensor | float | None = None,
    rtol: Tensor | float | None = None,
    out: CastOut | None = None,
) -> Tensor:
    """How many singular values (hermitian: sizes of eigenvalues) of each matrix exceed max(atol, rtol * the largest): (*, m, n) -> (*).

    rtol is by default eps * max(m, n), and 0 beside an atol. tol, NumPy's name, is an atol.

    Raises:
        RuntimeError: not floating point, or not square where it is to be symmetric.

    >>> torch.linalg.matrix_rank(torch.ones(3, 3))
    tensor(1)
    """
    return _rank(input, tol, 0.0, hermitian) if tol is not None else _rank(input, atol, rtol, hermitian)


@differentiable(name="LinalgPinvBackward0", saves="A result")
def _pinv(A: Array, atol: Number | None, rtol: Number | None, hermitian: bool) -> Pulled:
    data = array(A)
    check_matrices("linalg.pinv", A, square=hermitian and bool(data.size))
    if not data.size:
        value = np.zeros((*data.shape[:-2], data.shape[-1], data.shape[-2]), data.dtype)
    else:
        if hermitian:
            S, V = eigh.rule(data)
            U, size = V, np.abs(S)
        else:
            U, S, Vh = svd.rule(data, False)
            V, size = transposed(Vh), S
        keep = size > _tolerance(size, data.shape, atol, rtol)
        value = V * np.where(keep, 1 / np.where(keep, S, 1), 0)[..., None, :] @ transposed(U)

    def pull(g: Array) -> Array:
        P = value if isinstance(A, np.ndarray) else _pinv(A, atol, rtol, hermitian)
        Pt, gt = transposed(P), transposed(g)
        left, right = gt @ P, P @ gt  # of dP = -P dA P + P Pᵀ dAᵀ (I - A P) + (I - P A) dAᵀ Pᵀ P
        return (left - A @ (P @ left)) @ Pt + Pt @ (right - right @ P @ A) - Pt @ g @ Pt

    return value, pull


@composed
def pinv(
    input: Tensor,
    rcond: Tensor | float | None = None,
    hermitian: bool = False,
    *,
    atol: Tensor | float | None = None,
    rtol: Tensor | float | None = None,
    out: CastOut | None = None,
) -> Tensor:
    """The pseudo-inverse of each matrix: (*, m, n) -> (*, n, m). With A = U S Vᵀ it is V S⁻¹ Uᵀ, small singular values left out.

    Left out is what does not exceed max(atol, rtol * the largest); rtol is by default eps * max(m, n), and 0 beside an atol.
    rcond, NumPy's name, is an rtol. hermitian: the matrices are symmetric, and eigenvalues take the place of singular values.

    Raises:
        RuntimeError: not floating point, or not square where it is to be symmetric.

    Source: Golub and Pereyra 1973, "The differentiation of pseudo-inverses and nonlinear least squares problems".

    >>> torch.linalg.pinv(torch.tensor([[2.0, 0.0], [0.0, 4.0], [0.0, 0.0]]))
    tensor([[0.5000, 0.0000, 0.0000],
            [0.0000, 0.2500, 0.0000]])
    """
    check_constant("linalg_pinv", atol=atol, rtol=rtol)
    return _pinv(input, atol, rtol if rcond is None else rcond, hermitian)


_DRIVERS = ("gels", "gelsy", "gelsd", "gelss")


@differentiable(joint=True, name="LinalgLstsqBackward0", saves="A B result", fills=False)
def _lstsq(A: Array, B: Array, rtol: Number | None, vector: bool, with_residuals: bool) -> Pulled:
    """The solution, and its residuals or nothing."""

    def columns(x: Array) -> Array:
        return np.expand_dims(x, -1) if vector else x

    P, pull_P = _pinv.__wrapped__(A, None, rtol, False)
    a, b = array(A), columns(array(B))
    solution = P @ b
    residuals = ((a @ solution - b) ** 2).sum(axis=-2) if with_residuals else np.empty(0, a.dtype)

    def pull(g: Array, g_residuals: Array) -> tuple:
        if g is None:
            if g_residuals is None or not with_residuals:
                return None, None
            g = np.zeros(solution.shape[:-1] if vector else solution.shape, a.dtype)
        plain = isinstance(A, np.ndarray) and isinstance(B, np.ndarray)
        p, y, g = P if plain else _pinv(A, None, rtol, False), columns(B), columns(g)
        g_A, g_B = pull_P(g @ transposed(y)), transposed(p) @ g
        # they do not depend on the solution, which makes them smallest: Aᵀ (A X - B) = 0
        if g_residuals is not None and with_residuals:
            x = p @ y
            flow = 2 * (A @ x - y) * np.expand_dims(g_residuals, -2)
            g_A, g_B = g_A + flow @ transposed(x), g_B - flow
        return g_A, g_B[..., 0] if vector else g_B

    return (solution[..., 0] if vector else solution, residuals), pull


@composed
def lstsq(
    input: Tensor,
    b: Tensor,
    rcond: float | None = None,
    *,
    driver: str | None = None,
    out: tuple[CastOut, ...] | None = None,
) -> Any:
    """The X for which |A X - B|² is smallest, and of several the smallest X; with residuals, ranks and singular values.

    Shapes: (*, m, n), (*, m, k) -> (*, n, k); a B of A's shape without its last axis holds vectors.
    driver: LAPACK's routine. All solve by the pseudo-inverse here; they differ in what comes along. Residuals (*, k) only for
    m > n, full rank and not the default "gelsy"; no rank for "gels"; singular values only for "gelsd" and "gelss".
    rcond: singular values below rcond times the largest count as 0; by default eps * max(m, n).

    Raises:
        RuntimeError: sizes or dtypes do not fit, or another driver.

    >>> A, b = torch.tensor([[1.0], [1.0]]), torch.tensor([[1.0], [3.0]])
    >>> torch.linalg.lstsq(A, b).solution
    tensor([[2.0000]])
    """
    driver = driver or "gelsy"
    check_matrices("torch.linalg.lstsq", input)
    if driver not in _DRIVERS:
        raise RuntimeError(f"torch.linalg.lstsq: parameter `driver` should be one of {_DRIVERS}, got {driver!r}")
    if not b.ndim or b.ndim not in (input.ndim, input.ndim - 1):
        raise RuntimeError(
            f"torch.linalg.lstsq: input.dim() must be greater or equal to other.dim() and (input.dim() - other.dim()) <= 1, "
            f"got shapes {list(input.shape)} and {list(b.shape)}"
        )
    vector = b.ndim == input.ndim - 1 and tuple(b.shape) == tuple(input.shape[:-1])
    if b.ndim < input.ndim and not vector:  # torch repeats a matrix as if it were a batch of vectors
        b = b.expand(*broadcast_shapes(input.shape[:-2], b.shape[:-1]), *b.shape[-2:])
    check_pair("torch.linalg.lstsq", input, b.unsqueeze(-1) if vector else b)
    m, n = input.shape[-2:]
    rank = matrix_rank(input, rtol=rcond)
    known = m > n and (driver == "gels" or driver != "gelsy" and bool((array(rank) == n).all()))
    solution, residuals = _lstsq(input, b, None if driver == "gels" else rcond, vector, known)
    none = input.new_zeros(0)
    rank = none.long() if driver == "gels" else rank
    singular = svdvals(input.detach()) if driver in ("gelsd", "gelss") else none
    return return_types.linalg_lstsq((solution, residuals, rank, singular))
