"""orthogonal: a weight whose columns (or rows, if it is wide) stay orthonormal however its parameter is changed."""

from __future__ import annotations

import enum
from typing import Any

from ... import linalg, ops
from ...autograd.modes import no_grad
from ...tensors import creation
from ...tensors.draws import randn
from ...tensors.tensor import Tensor
from ..modules.module import Module
from .parametrize import register_parametrization

__all__ = ["orthogonal"]

_OrthMaps = enum.Enum("_OrthMaps", "matrix_exp cayley householder")


def _nearly_orthogonal(Q: Tensor) -> bool:
    """Whether Qᵀ Q is the identity, but for rounding."""
    eps = 10.0 * Q.shape[-2] * (2.0**-23 if Q.element_size() == 4 else 2.0**-52)
    return bool(ops.allclose(Q.mT @ Q, creation.eye(Q.shape[-1], dtype=Q.dtype), atol=eps))


def _made_orthogonal(A: Tensor) -> Tensor:
    """The Q of A = Q R whose R has a positive diagonal."""
    X, tau = ops.geqrf(A)
    return linalg.householder_product(X, tau) * X.diagonal(dim1=-2, dim2=-1).sgn().unsqueeze(-2)


class _Orthogonal(Module):
    """Maps the parameter to an orthogonal matrix, and multiplies that to the one with which it began."""

    base: Tensor

    def __init__(self, weight: Tensor, orthogonal_map: Any, *, use_trivialization: bool = True) -> None:
        super().__init__()
        self.shape, self.orthogonal_map = weight.shape, orthogonal_map
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, X: Tensor) -> Tensor:
        """The orthogonal matrix of a parameter."""
        wide = X.size(-2) < X.size(-1)
        X = X.mT if wide else X
        Q = self._reflected(X) if self.orthogonal_map is _OrthMaps.householder else self._turned(X)
        Q = self.base @ Q if hasattr(self, "base") else Q
        return Q.mT if wide else Q

    def _turned(self, X: Tensor) -> Tensor:
        """A rotation of the skew-symmetric A made of the lower triangle: e^A, or Cayley's (I - A/2)^-1 (I + A/2)."""
        n, k = X.size(-2), X.size(-1)
        square = X.tril()
        if n != k:
            square = ops.cat([square, creation.zeros(n, n - k, dtype=X.dtype).expand(*X.shape[:-2], -1, -1)], -1)
        A = square - square.mT
        if self.orthogonal_map is _OrthMaps.matrix_exp:
            Q = ops.matrix_exp(A)
        else:
            identity = creation.eye(n, dtype=A.dtype)
            Q = linalg.solve(ops.add(identity, A, alpha=-0.5), ops.add(identity, A, alpha=0.5))
        return Q[..., :k] if n != k else Q

    def _reflected(self, X: Tensor) -> Tensor:
        """The product of the reflections by the columns below the diagonal, which itself holds signs."""
        A = X.tril(diagonal=-1)
        tau = 2.0 / (1.0 + (A * A).sum(dim=-2))
        return linalg.householder_product(A, tau) * X.diagonal(dim1=-2, dim2=-1).int().unsqueeze(-2)

    @no_grad()
    def right_inverse(self, Q: Tensor) -> Tensor:
        """The parameter that gives this matrix, or the orthogonal one next to it.

        Raises:
            ValueError: another shape. NotImplementedError: without `base` only Householder's map can be undone.
        """
        if Q.shape != self.shape:
            raise ValueError(
                f"Expected a matrix or batch of matrices of shape {self.shape}. Got a tensor of shape {Q.shape}."
            )
        given, wide = Q, Q.size(-2) < Q.size(-1)
        Q = Q.mT if wide else Q
        n, k = Q.size(-2), Q.size(-1)
        if not hasattr(self, "base"):
            if self.orthogonal_map is not _OrthMaps.householder:
                raise NotImplementedError(
                    "It is not possible to assign to the matrix exponential or the Cayley parametrizations when use_trivialization=False."
                )
            A, tau = ops.geqrf(Q)
            A.diagonal(dim1=-2, dim2=-1).sign_()
            A.diagonal(dim1=-2, dim2=-1)[tau == 0.0] *= -1  # a reflection that was left out
            return A.mT if wide else A
        if n == k:
            self.base = Q.clone() if _nearly_orthogonal(Q) else _made_orthogonal(Q)
        else:
            rest = randn(*Q.shape[:-2], n, n - k, dtype=Q.dtype)
            self.base = _made_orthogonal(ops.cat([Q, rest], -1))
        parameter = creation.zeros_like(given)  # of which the map gives the identity
        parameter.diagonal(dim1=-2, dim2=-1).fill_(-1.0)
        return parameter


def orthogonal(
    module: Module, name: str = "weight", orthogonal_map: str | None = None, *, use_trivialization: bool = True
) -> Module:
    """Keep a matrix (or a batch of them) orthogonal: Qᵀ Q = I, or Q Qᵀ = I if it is wide; returns the module.

    orthogonal_map: "matrix_exp", "cayley" or "householder"; by default the first for square matrices, else the last.
    use_trivialization: multiply by the matrix with which it began, which makes all three maps as good.

    Raises:
        ValueError: no such parameter, a vector, or another map.

    >>> layer = torch.nn.utils.parametrizations.orthogonal(torch.nn.Linear(3, 3))
    >>> torch.allclose(layer.weight @ layer.weight.T, torch.eye(3), atol=1e-5)
    True
    """
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    if weight.ndim < 2:
        raise ValueError(f"Expected a matrix or batch of matrices. Got a tensor of {weight.ndim} dimensions.")
    chosen = orthogonal_map or ("matrix_exp" if weight.size(-2) == weight.size(-1) else "householder")
    if chosen not in _OrthMaps.__members__:
        raise ValueError(
            f'orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: {orthogonal_map}'
        )
    made = _Orthogonal(weight, _OrthMaps[chosen], use_trivialization=use_trivialization)
    return register_parametrization(module, name, made, unsafe=True)
