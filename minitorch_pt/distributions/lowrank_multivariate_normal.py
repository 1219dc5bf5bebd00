"""The normal distribution of long vectors: a covariance matrix of low rank plus a diagonal, which is never written out."""

from __future__ import annotations

import math
from typing import Any

from .. import linalg, ops
from ..tensors import creation, draws
from ..tensors.tensor import Tensor
from . import constraints
from .loc_scale import Centred
from .multivariate_normal import half_log_det, squared_distance
from .utils import ONE, lazy_property

__all__ = ["LowRankMultivariateNormal"]


class LowRankMultivariateNormal(Centred):
    """Mean `loc` and covariance W Wᵀ + D: W is cov_factor, D the diagonal matrix of cov_diag.

    Woodbury's identity and the determinant lemma lead to the small matrix C = 1 + Wᵀ D⁻¹ W.

    Shapes: loc (*, n); cov_factor (*, n, m); cov_diag (*, n).

    Raises:
        ValueError: shapes that do not fit, or a diagonal that is not positive.

    >>> p = torch.distributions.LowRankMultivariateNormal(torch.zeros(2), torch.ones(2, 1), torch.ones(2))
    >>> p.covariance_matrix
    tensor([[2., 1.],
            [1., 2.]])
    """

    arg_constraints: Any = {
        "loc": constraints.real_vector,
        "cov_factor": constraints.independent(constraints.real, 2),
        "cov_diag": constraints.independent(constraints.positive, 1),
    }
    support: Any = constraints.real_vector
    has_rsample = True

    def __init__(self, loc: Any, cov_factor: Any, cov_diag: Any, validate_args: bool | None = None) -> None:
        if loc.ndim < 1:
            raise ValueError("loc must be at least one-dimensional.")
        if cov_factor.ndim < 2:
            raise ValueError("cov_factor must be at least two-dimensional, with optional leading batch dimensions")
        n = loc.shape[-1:]
        if cov_factor.shape[-2:-1] != n:
            raise ValueError(f"cov_factor must be a batch of matrices with shape {n[0]} x m")
        if cov_diag.shape[-1:] != n:
            raise ValueError(f"cov_diag must be a batch of vectors with shape {n}")
        try:
            column, self.cov_factor, diagonal = ops.broadcast_tensors(
                loc.unsqueeze(-1), cov_factor, cov_diag.unsqueeze(-1)
            )
        except RuntimeError:
            raise ValueError(
                f"Incompatible batch shapes: loc {loc.shape}, cov_factor {cov_factor.shape}, cov_diag {cov_diag.shape}"
            ) from None
        self.loc, self.cov_diag = column[..., 0], diagonal[..., 0]
        self._factor, self._diagonal = cov_factor, cov_diag
        self._scaled = cov_factor.mT / cov_diag.unsqueeze(-2)  # Wᵀ D⁻¹
        small = self._scaled @ cov_factor
        self._capacitance = linalg.cholesky(small + creation.eye(small.shape[-1], dtype=small.dtype))
        super().__init__(self.loc.shape[:-1], n, validate_args=validate_args)

    def _matrix(self, matrix: Tensor) -> Tensor:
        return matrix.expand(self._batch_shape + self._event_shape + self._event_shape)

    @lazy_property
    def variance(self) -> Tensor:  # type: ignore[override]
        """The diagonal of the covariance matrix."""
        return (self._factor.pow(2).sum(-1) + self._diagonal).expand(self._batch_shape + self._event_shape)

    @lazy_property
    def scale_tril(self) -> Tensor:
        """The Cholesky factor of the covariance matrix, by way of 1 + D^(-1/2) W Wᵀ D^(-1/2), whose eigenvalues are 1 or more."""
        root = self._diagonal.sqrt().unsqueeze(-1)
        scaled = self._factor / root
        inner = scaled @ scaled.mT
        return self._matrix(root * linalg.cholesky(inner + creation.eye(inner.shape[-1], dtype=inner.dtype)))

    @lazy_property
    def covariance_matrix(self) -> Tensor:
        """W Wᵀ + D."""
        return self._matrix(self._factor @ self._factor.mT + self._diagonal.diag_embed())

    @lazy_property
    def precision_matrix(self) -> Tensor:
        """D⁻¹ - D⁻¹ W C⁻¹ Wᵀ D⁻¹."""
        half = linalg.solve_triangular(self._capacitance, self._scaled, upper=False)
        return self._matrix(self._diagonal.reciprocal().diag_embed() - half.mT @ half)

    def rsample(self, sample_shape: Any = ONE) -> Tensor:
        """loc + W noise + D^(1/2) noise."""
        shape = self._extended_shape(sample_shape)
        few = draws.randn((*shape[:-1], self.cov_factor.shape[-1]), dtype=self.loc.dtype)
        many = draws.randn(shape, dtype=self.loc.dtype)
        return self.loc + (self._factor @ few.unsqueeze(-1)).squeeze(-1) + self._diagonal.sqrt() * many

    def _log_det(self) -> Tensor:
        """log det of the covariance matrix."""
        return 2 * half_log_det(self._capacitance) + self._diagonal.log().sum(-1)

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density at `value`."""
        self._validate_sample(value)
        difference = value - self.loc
        projected = (self._scaled @ difference.unsqueeze(-1)).squeeze(-1)
        distance = (difference.pow(2) / self._diagonal).sum(-1) - squared_distance(self._capacitance, projected)
        return -0.5 * (self._event_shape[0] * math.log(2 * math.pi) + self._log_det() + distance)

    def entropy(self) -> Tensor:
        """n (1 + log(2 pi)) / 2 + log det / 2."""
        entropy = 0.5 * (self._event_shape[0] * (1.0 + math.log(2 * math.pi)) + self._log_det())
        return entropy.expand(self._batch_shape)
