"""Factorisations: a matrix as a product of triangular, orthogonal and diagonal ones.

Their gradients are those of Seeger et al. 2017, arXiv:1710.08717, and of Giles 2008, "An extended collection of matrix derivative
results". They exist only where the factors are differentiable: gaps between eigenvalues, or singular values, may not be 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ... import return_types
from ...autograd.contract import composed
from ...autograd.rule import array, differentiable
from ..diagonal import tril
from ..elementwise.arithmetic import add
from ..saving import saving_result
from .common import LinAlgError, check_info, check_matrices, transposed
from .inverses import solve_triangular

if TYPE_CHECKING:
    from ...autograd.contract import Array, CastOut, Pulled, Tensor


__all__ = ["cholesky", "cholesky_ex", "eigh", "eigvalsh", "householder_product", "qr", "svd", "svdvals"]


# ---------------------------------------------------------------------------------------------------------------------
# A = L Lᵀ
# ---------------------------------------------------------------------------------------------------------------------
def _cholesky(A: np.ndarray) -> tuple[np.ndarray, int]:
    """The factor of one matrix, and 0; or nan, and its smallest leading minor, from 1, that is not positive-definite."""
    for k in range(len(A) + 1):
        try:
            factor = np.linalg.cholesky(A[:k, :k])
        except np.linalg.LinAlgError:
            return np.full_like(A, np.nan), k
        if np.isnan(factor).any():
            return np.full_like(A, np.nan), k
    return factor, 0


def _halved(x: Array) -> Array:
    """The lower triangle with half the diagonal, plus its transpose, halved: the symmetric matrix of a triangle's freedom."""
    low = (tril.rule(x) + tril.rule(x, -1)) / 2
    return (low + transposed(low)) / 2


@differentiable(returns=return_types.linalg_cholesky_ex, name="LinalgCholeskyExBackward0", saves="result")
def _cholesky_ex(A: Array, upper: bool, check_errors: bool) -> Pulled:
    check_matrices("linalg.cholesky", A, square=True)
    a = transposed(array(A)) if upper else array(A)
    info = np.zeros(a.shape[:-2], np.int32)
    try:
        L = np.linalg.cholesky(a)
        failed = bool(np.isnan(L).any())
    except np.linalg.LinAlgError:
        L, failed = np.empty_like(a), True
    if failed:
        for place in np.ndindex(info.shape):
            L[place], info[place] = _cholesky(a[place])
        if check_errors:
            check_info(
                "linalg.cholesky",
                info,
                "The factorization could not be completed because the input is not positive-definite (the leading minor of order {} is not positive-definite).",
            )

    def pull(g: Array, _: object) -> Array:
        factor = L if isinstance(A, np.ndarray) else cholesky_ex(transposed(A) if upper else A)[0]
        middle = _halved(transposed(factor) @ (transposed(g) if upper else g))
        flow = solve_triangular.rule(transposed(factor), middle, upper=True)
        return solve_triangular.rule(factor, flow, upper=False, left=False)

    return (transposed(L) if upper else L, info), pull


@composed
def cholesky_ex(
    input: Tensor, *, upper: bool = False, check_errors: bool = False, out: tuple[Tensor, ...] | None = None
) -> Any:
    """`cholesky`, and for each matrix a number that is 0, or says which leading minor is not positive-definite.

    Such a matrix has nan as its factor, unless check_errors=True makes it an error.

    Raises:
        RuntimeError: not square, or not floating point. LinAlgError: with check_errors, a matrix that is not positive-definite.

    >>> L, info = torch.linalg.cholesky_ex(torch.tensor([[-1.0]]))
    >>> info  # the minor that is not positive
    tensor(1, dtype=torch.int32)
    """
    return _cholesky_ex(input, upper, check_errors)


@composed
def cholesky(input: Tensor, *, upper: bool = False, out: Tensor | None = None) -> Tensor:
    """The lower triangular L with A = L Lᵀ of each symmetric positive-definite matrix; upper: its transpose.

    Only the lower (or upper) triangle of A is looked at; the gradient is symmetric.

    Raises:
        RuntimeError: not square, or not floating point. LinAlgError: not positive-definite.

    >>> torch.linalg.cholesky(torch.tensor([[4.0, 2.0], [2.0, 5.0]]))
    tensor([[2., 0.],
            [1., 2.]])
    """
    return _cholesky_ex(input, upper, True)[0]


# ---------------------------------------------------------------------------------------------------------------------
# A = Q R
# ---------------------------------------------------------------------------------------------------------------------
def _qr_gradient(Q: Array, R: Array, gQ: Array, gR: Array) -> Array:
    """For more rows than columns: (gQ + Q sym) R⁻ᵀ, sym being the symmetric matrix with the lower triangle of R gRᵀ - gQᵀ Q."""
    low = tril.rule(R @ transposed(gR) - transposed(gQ) @ Q)
    sym = low + transposed(tril.rule(low, -1))
    return transposed(solve_triangular.rule(R, transposed(gQ + Q @ sym), upper=True))


def _wide_qr_gradient(Q: Array, R: Array, gQ: Array, gR: Array) -> Array:
    """For as many columns as rows, or more: Q (gR + low R₁⁻ᵀ), low being what Qᵀ gQ - gR Rᵀ has below the diagonal minus what it has
    above, and R₁ the square part of R, beside whose columns there are zeros.
    """
    m = Q.shape[-1]
    turn = transposed(Q) @ gQ - gR @ transposed(R)
    low = tril.rule(turn - transposed(turn), -1)
    square = gR[..., :m] + transposed(solve_triangular.rule(R[..., :m], transposed(low), upper=True))
    return Q @ np.concatenate([square, gR[..., m:]], -1)


@differentiable(returns=return_types.linalg_qr, name="LinalgQrBackward0", saves="result result1")
def qr(A: Tensor, mode: str = "reduced", *, out: tuple[Tensor, ...] | None = None) -> Pulled:
    """A = Q R, with orthonormal columns in Q and R upper triangular.

    mode: "reduced" gives (*, m, k), (*, k, n) with k = min(m, n); "complete" (*, m, m), (*, m, n); "r" no Q, and no gradient.

    Raises:
        RuntimeError: another mode, or not floating point.

    >>> Q, R = torch.linalg.qr(torch.tensor([[3.0, 0.0], [4.0, 5.0]]))
    >>> torch.allclose(Q @ R, torch.tensor([[3.0, 0.0], [4.0, 5.0]]), atol=1e-6)  # but for rounding
    True
    """
    check_matrices("linalg.qr", A)
    if mode not in ("reduced", "complete", "r"):
        raise RuntimeError(
            f"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), 'r', or 'complete'"
        )
    data = array(A)
    value: Any = (np.empty(0, data.dtype), np.linalg.qr(data, "r")) if mode == "r" else tuple(np.linalg.qr(data, mode))
    m, n = data.shape[-2:]
    shape, plain = data.shape, isinstance(A, np.ndarray)

    def pull(gQ: Array, gR: Array) -> Array:
        if mode == "r":
            raise RuntimeError(
                "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please use linalg.qr(A, mode='reduced') instead."
            )
        if mode == "complete" and m > n:
            raise RuntimeError(
                f"The QR decomposition is not differentiable when mode='complete' and nrows > ncols, and A has shape {list(shape)}. Use mode='reduced'."
            )
        Q, R = value if plain else qr(A, mode)
        return _qr_gradient(Q, R, gQ, gR) if m > n else _wide_qr_gradient(Q, R, gQ, gR)

    return value, pull


@composed
def householder_product(input: Tensor, tau: Tensor, *, out: CastOut | None = None) -> Tensor:
    """The first columns of the product of reflections I - tau[i] v vᵀ, v being 1 on A's diagonal and A's column i below it.

    It is the Q of LAPACK's packed form of A = Q R. Shapes: (*, m, n), (*, k) with m >= n >= k -> (*, m, n).

    Raises:
        RuntimeError: sizes or dtypes do not fit, or not floating point.

    >>> a, tau = torch.geqrf(torch.tensor([[0.0, 1.0], [1.0, 0.0]]))
    >>> torch.linalg.householder_product(a, tau).abs()  # Q
    tensor([[0., 1.],
            [1., 0.]])
    """
    check_matrices("linalg.householder_product", input)
    (m, n), k = input.shape[-2:], tau.shape[-1]
    if not m >= n >= k or tuple(tau.shape) != (*input.shape[:-2], k) or tau.dtype != input.dtype:
        raise RuntimeError(
            f"linalg.householder_product: needs A of shape (*, m, n) and tau of shape (*, k) with m >= n >= k, of one dtype, but got "
            f"{list(input.shape)} of {input.dtype} and {list(tau.shape)} of {tau.dtype}"
        )
    identity = np.eye(m, n, dtype=array(input).dtype)
    Q = reflected(input, tau, add.rule(input * 0, identity))
    return saving_result.rule(Q, (input, tau), "LinalgHouseholderProductBackward0")


def reflected(input: Array, tau: Array, x: Array, left: bool = True, transpose: bool = False) -> Array:
    """Q x, Qᵀ x, x Q or x Qᵀ, Q being the whole product of the reflections of `householder_product`: they are applied one by one."""
    k = tau.shape[-1]
    reflectors = add.rule(tril(input, -1), np.eye(*input.shape[-2:], dtype=array(input).dtype))
    for i in reversed(range(k)) if left != transpose else range(k):
        v, scale = reflectors[..., i : i + 1], tau[..., i : i + 1, None]
        x = x - scale * (v @ (transposed(v) @ x) if left else (x @ v) @ transposed(v))
    return x


# ---------------------------------------------------------------------------------------------------------------------
# A = V diag(w) Vᵀ
# ---------------------------------------------------------------------------------------------------------------------
def _skew(x: Array) -> Array:
    return x - transposed(x)


def _gaps(x: Array) -> Array:
    """x[k] - x[j] in row j, column k, with 1 on the diagonal, to divide skew matrices by."""
    return np.expand_dims(x, -2) - np.expand_dims(x, -1) + np.eye(x.shape[-1], dtype=array(x).dtype)


def _absent(g: Array) -> bool:
    """Whether an output had no gradient: zeros, and not a function of anything."""
    return not getattr(g, "requires_grad", False) and not array(g).any()


def _symmetric(name: str, function: Callable, A: np.ndarray, UPLO: str) -> Array:
    """NumPy's eigh or eigvalsh.

    Raises:
        RuntimeError: another UPLO. LinAlgError: LAPACK finds no end, because of nan.
    """
    if UPLO.upper() not in ("L", "U"):
        raise RuntimeError(f"{name}: Expected UPLO argument to be 'L' or 'U', but got {UPLO}")
    try:
        return function(A, UPLO)
    except np.linalg.LinAlgError:
        raise LinAlgError(
            f"{name}: The algorithm failed to converge: does the input, of shape {list(A.shape)}, hold nan?"
        ) from None


@differentiable(returns=return_types.linalg_eigh, name="LinalgEighBackward0", saves="result result1")
def eigh(input: Tensor, UPLO: str = "L", *, out: tuple[Tensor, ...] | None = None) -> Pulled:
    """Eigenvalues, in order of size, and eigenvectors, as columns, of symmetric matrices: (*, n, n) -> (*, n), (*, n, n).

    Only the lower (UPLO "L") or upper ("U") triangle is looked at. The sign of an eigenvector is arbitrary.

    Raises:
        RuntimeError: not square, not floating point, or another UPLO. LinAlgError: nan.

    >>> torch.linalg.eigh(torch.tensor([[2.0, 0.0], [0.0, 1.0]])).eigenvalues
    tensor([1., 2.])
    """
    check_matrices("linalg.eigh", input, square=True)
    w, V = _symmetric("linalg.eigh", np.linalg.eigh, array(input), UPLO)

    def pull(gw: Array, gV: Array) -> Array:
        values, vectors = (w, V) if isinstance(input, np.ndarray) else eigh(input, UPLO)
        flow = vectors * np.expand_dims(gw, -2) @ transposed(vectors)
        if _absent(gV):  # equal eigenvalues do no harm then
            return flow
        turn = _skew(transposed(vectors) @ gV) / 2 / _gaps(values)
        return flow + vectors @ turn @ transposed(vectors)

    return (w, V), pull


@differentiable(name="LinalgEighBackward0", saves="result")
def eigvalsh(input: Tensor, UPLO: str = "L", *, out: Tensor | None = None) -> Pulled:
    """The eigenvalues of symmetric matrices, in order of size, as `eigh`: (*, n, n) -> (*, n).

    Raises:
        RuntimeError: not square, not floating point, or another UPLO. LinAlgError: nan.

    >>> torch.linalg.eigvalsh(torch.tensor([[2.0, 1.0], [1.0, 2.0]]))
    tensor([1., 3.])
    """
    check_matrices("linalg.eigvalsh", input, square=True)
    values = _symmetric("linalg.eigvalsh", np.linalg.eigvalsh, array(input), UPLO)
    own = np.array(input) if isinstance(input, np.ndarray) else input  # torch keeps the eigenvectors

    def pull(g: Array) -> Array:
        vectors = eigh.rule(own, UPLO)[1]
        return vectors * np.expand_dims(g, -2) @ transposed(vectors)

    return values, pull


# ---------------------------------------------------------------------------------------------------------------------
# A = U diag(S) Vᵀ
# ---------------------------------------------------------------------------------------------------------------------
def _decompose(A: np.ndarray, **options: object) -> tuple:
    """NumPy's svd of what it can treat.

    Raises:
        LinAlgError: nan or inf, with which LAPACK may not come to an end.
    """
    wrong = ~np.asarray(np.isfinite(A).all(axis=(-1, -2)))
    check_info(
        "linalg.svd", wrong, "The algorithm failed to converge because the input matrix contained non-finite values."
    )
    return np.linalg.svd(A, **options)


def _svd_gradient(U: Array, S: Array, Vh: Array, gU: Array, gS: Array, gVh: Array) -> Array:
    """U (diag(gS) + (skew(Uᵀ gU) / E) S + S (skew(Vᵀ gV) / E)) Vᵀ, E being the gaps of S², and what lies outside U's and V's columns."""
    row, column = np.expand_dims(S, -2), np.expand_dims(S, -1)
    flow = U * np.expand_dims(gS, -2) @ Vh
    if _absent(gU) and _absent(gVh):  # equal singular values do no harm then
        return flow
    gaps = _gaps(S) * (row + column)  # S²[k] - S²[j] without cancellation
    left, right = transposed(U) @ gU, Vh @ transposed(gVh)
    flow = flow + U @ (_skew(left) / gaps * row + column * (_skew(right) / gaps)) @ Vh
    if U.shape[-2] > S.shape[-1]:
        flow = flow + (gU - U @ left) / row @ Vh
    if Vh.shape[-1] > S.shape[-1]:
        flow = flow + U @ ((gVh - transposed(right) @ Vh) / column)
    return flow


@differentiable(returns=return_types.linalg_svd, name="LinalgSvdBackward0", saves="result result1 result2")
def _svd(A: Array, full_matrices: bool) -> Pulled:
    check_matrices("linalg.svd", A)
    value = tuple(_decompose(array(A), full_matrices=full_matrices))
    k = value[1].shape[-1]

    def pull(gU: Array, gS: Array, gVh: Array) -> Array:
        U, S, Vh = value if isinstance(A, np.ndarray) else _svd(A, full_matrices)
        # the columns beyond the k-th are arbitrary: no gradient comes from them
        return _svd_gradient(U[..., :k], S, Vh[..., :k, :], gU[..., :k], gS, gVh[..., :k, :])

    return value, pull


def _no_driver(name: str, driver: str | None) -> None:
    if driver is not None:
        raise RuntimeError(
            f"{name}: keyword argument `driver=` is only supported on CUDA inputs, got {driver!r}; leave it out"
        )


@composed
def svd(
    A: Tensor, full_matrices: bool = True, *, driver: str | None = None, out: tuple[Tensor, ...] | None = None
) -> Any:
    """A = U diag(S) Vh: singular values in falling order, U and Vh with orthonormal columns and rows.

    Shapes: (*, m, n) -> (*, m, m), (*, k), (*, n, n) with k = min(m, n); full_matrices=False: (*, m, k), (*, k), (*, k, n).
    The sign of a pair of singular vectors is arbitrary.

    Raises:
        RuntimeError: not floating point, or a driver. LinAlgError: nan or inf.

    >>> U, S, Vh = torch.linalg.svd(torch.tensor([[3.0, 0.0], [0.0, 4.0]]))
    >>> S
    tensor([4., 3.])
    """
    _no_driver("linalg.svd", driver)
    return _svd.rule(A, full_matrices)


@differentiable(name="LinalgSvdBackward0", saves="result")
def _svdvals(A: Array) -> Pulled:
    check_matrices("linalg.svdvals", A)
    own = np.array(A) if isinstance(A, np.ndarray) else A  # torch keeps the singular vectors

    def pull(g: Array) -> Array:
        U, _, Vh = svd.rule(own, False)
        return U * np.expand_dims(g, -2) @ Vh

    return _decompose(array(A), compute_uv=False), pull


@composed
def svdvals(A: Tensor, *, driver: str | None = None, out: Tensor | None = None) -> Tensor:
    """The singular values of each matrix, in falling order: (*, m, n) -> (*, min(m, n)).

    Raises:
        RuntimeError: not floating point, or a driver. LinAlgError: nan or inf.

    >>> torch.linalg.svdvals(torch.tensor([[3.0, 0.0], [0.0, 4.0]]))
    tensor([4., 3.])
    """
    _no_driver("linalg.svdvals", driver)
    return _svdvals.rule(A)
