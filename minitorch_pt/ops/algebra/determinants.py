"""Determinants. The gradient of det(A) is the matrix of cofactors, det(A) A⁻ᵀ where A has an inverse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ... import return_types
from ...autograd.rule import array, differentiable
from ..reductions import products_of_others
from .common import check_matrices, transposed
from .factorizations import svd
from .inverses import inv, inv_ex

if TYPE_CHECKING:
    from ...autograd.contract import Array, Pulled, Tensor

__all__ = ["det", "slogdet"]


def _column(g: Array) -> Array:
    """A number for each matrix, to stand beside the matrices."""
    return g.reshape((*g.shape, 1, 1))


def _cofactors(A: Array) -> Array:
    """The transposed adjugate, det(A) A⁻ᵀ, also of a singular matrix: det(U) det(V) U (product of the other S) Vᵀ of A = U S Vᵀ."""
    U, S, Vh = svd.rule(A)
    rest = np.moveaxis(products_of_others(np.moveaxis(S, -1, 0)), 0, -1) * np.expand_dims(
        det.rule(U) * det.rule(Vh), -1
    )
    return (U * np.expand_dims(rest, -2)) @ Vh


@differentiable(name="LinalgDetBackward0", saves="A result")
def det(A: Tensor, *, out: Tensor | None = None) -> Pulled:
    """The determinant of each matrix: (*, n, n) -> (*).

    Its gradient is the matrix of cofactors, det(A) A⁻ᵀ where A has an inverse.

    Raises:
        RuntimeError: not square, or not floating point.

    >>> torch.linalg.det(torch.tensor([[2.0, 1.0], [0.0, 4.0]]))
    tensor(8.)
    """
    check_matrices("linalg.det", A, square=True)
    with np.errstate(all="ignore"):  # NumPy warns of nan
        value = np.asarray(np.linalg.det(array(A)))

    def pull(g: Array) -> Array:
        singular = _column(value == 0)
        if not singular.any():
            return _column(g * (value if isinstance(A, np.ndarray) else det(A))) * transposed(inv.rule(A))
        # in place of the matrices of the other kind one that is good for both
        other = np.diag(np.arange(1, A.shape[-1] + 1, dtype=value.dtype))
        regular = np.where(singular, other, A)
        flow = _column(det.rule(regular)) * transposed(inv.rule(regular))
        return _column(g) * np.where(singular, _cofactors(np.where(singular, A, other)), flow)

    return value, pull


@differentiable(returns=return_types.linalg_slogdet, name="LinalgSlogdetBackward0", saves="A result", fills=False)
def slogdet(A: Tensor, *, out: tuple[Tensor, ...] | None = None) -> Pulled:
    """The sign of each determinant and the logarithm of its size, which neither overflows nor vanishes: (*, n, n) -> (*), (*).

    Raises:
        RuntimeError: not square, or not floating point.

    >>> torch.linalg.slogdet(torch.tensor([[-1.0, 0.0], [0.0, 1.0]]))
    torch.return_types.linalg_slogdet(
    sign=tensor(-1.),
    logabsdet=tensor(0.))
    """
    check_matrices("linalg.slogdet", A, square=True)
    with np.errstate(all="ignore"):  # NumPy warns of nan
        sign, logabsdet = (np.asarray(x) for x in np.linalg.slogdet(array(A)))
    sign = np.where(np.isnan(logabsdet), 0, sign).astype(sign.dtype)

    def pull(_: object, g: Array) -> Array | None:
        return None if g is None else _column(g) * transposed(inv_ex.rule(A)[0])  # the sign has no slope

    return (sign, logabsdet), pull
