"""Decompositions of matrices of low rank, from their products with a few random vectors.

Source: Halko, Martinsson and Tropp 2011, "Finding structure with randomness", arXiv:0909.4061.
"""

from __future__ import annotations

from . import linalg
from .tensors import draws
from .tensors.tensor import Tensor

__all__ = ["pca_lowrank", "svd_lowrank"]


def _basis(A: Tensor, q: int, niter: int) -> Tensor:
    """q orthonormal columns that span nearly what the columns of A span (algorithm 4.4): A and Aᵀ, applied in turns, leave the largest."""
    Q = linalg.qr(A @ draws.randn(A.shape[-1], q, dtype=A.dtype)).Q
    for _ in range(niter):
        Q = linalg.qr(A.mT @ Q).Q
        Q = linalg.qr(A @ Q).Q
    return Q


def svd_lowrank(
    A: Tensor, q: int | None = 6, niter: int | None = 2, M: Tensor | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """(U, S, V) with U diag(S) Vᵀ nearly A - M: the q largest singular values and their vectors (algorithm 5.1).

    q should be somewhat larger than the rank; niter rounds make the basis better. Shapes: A (*, m, n), M broadcast to it ->
    (*, m, q), (*, q), (*, n, q).

    >>> _ = torch.manual_seed(0)
    >>> torch.svd_lowrank(torch.outer(torch.tensor([3.0, 4.0]), torch.tensor([1.0, 2.0, 2.0])), q=1)[1]
    tensor([15.])
    """
    if M is not None:
        A = A - M.broadcast_to(A.shape)
    tall = A.shape[-2] >= A.shape[-1]
    if not tall:
        A = A.mT
    Q = _basis(A, 6 if q is None else q, 2 if niter is None else niter)
    U, S, Vh = linalg.svd(Q.mT @ A, full_matrices=False)
    U, V = Q @ U, Vh.mT
    return (U, S, V) if tall else (V, S, U)


def pca_lowrank(A: Tensor, q: int | None = None, center: bool = True, niter: int = 2) -> tuple[Tensor, Tensor, Tensor]:
    """Principal components of m samples of n features: (U, S, V) as `svd_lowrank`, of A less the mean of each feature.

    The columns of V are the directions in which the samples differ most; S² / (m - 1) is their variance along each.

    Raises:
        ValueError: q is more than min(m, n), or q or niter is negative. q is min(6, m, n) if left out.

    >>> _ = torch.manual_seed(0)
    >>> U, S, V = torch.pca_lowrank(torch.arange(12.0).view(4, 3), q=2)
    >>> U.shape, S.shape, V.shape
    (torch.Size([4, 2]), torch.Size([2]), torch.Size([3, 2]))
    """
    most = min(A.shape[-2:])
    q = min(6, most) if q is None else q
    if not 0 <= q <= most:
        raise ValueError(f"q(={q}) must be non-negative integer and not greater than min(m, n)={most}")
    if niter < 0:
        raise ValueError(f"niter(={niter}) must be non-negative integer")
    return svd_lowrank(A - A.mean(-2, keepdim=True) if center else A, q, niter)
