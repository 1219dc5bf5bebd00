"""Wishart's distribution: of the sum of x xᵀ for `df` normal vectors x."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from .. import linalg, ops
from ..arrays import dtypes
from ..tensors import creation, draws
from ..tensors.ranges import arange
from ..tensors.tensor import Tensor
from . import constraints
from .chi2 import Chi2
from .distribution import Distribution
from .multivariate_normal import half_log_det
from .utils import ONE, lazy_property

__all__ = ["Wishart"]


def multivariate_digamma(x: Tensor, p: int) -> Tensor:
    """The derivative of mvlgamma: the sum of digamma(x - i/2) for i < p."""
    return (x.unsqueeze(-1) - arange(p, dtype=x.dtype) / 2).digamma().sum(-1)


class Wishart(Distribution):
    """Positive definite matrices (p, p): degrees of freedom `df`, and the covariance V, its inverse, or L with V = L Lᵀ.

    Raises:
        AssertionError: not just one matrix is given. ValueError: it has less than two axes, or df <= p - 1.
    """

    support = constraints.positive_definite
    has_rsample = True

    def __init__(
        self, df: Any, covariance_matrix: Any = None, precision_matrix: Any = None, scale_tril: Any = None,
        validate_args: bool | None = None,
    ) -> None:  # fmt: skip
        matrices = {
            "covariance_matrix": covariance_matrix,
            "precision_matrix": precision_matrix,
            "scale_tril": scale_tril,
        }
        given = [(name, matrix) for name, matrix in matrices.items() if matrix is not None]
        if len(given) != 1:
            raise AssertionError("Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified.")
        ((name, matrix),) = given
        if matrix.ndim < 2:
            raise ValueError("scale_tril must be at least two-dimensional, with optional leading batch dimensions")
        if not isinstance(df, Tensor):
            df = creation.tensor(df, dtype=matrix.dtype)
        batch_shape = ops.broadcast_shapes(matrix.shape[:-2], df.shape)
        self.df, p = df.expand(batch_shape), matrix.shape[-1]
        if (self.df <= p - 1).any():
            raise ValueError(f"Value of df={df} expected to be greater than ndim - 1 = {p - 1}.")
        if (self.df < p).any():
            warnings.warn(
                "Low df values detected. Singular samples are highly likely to occur for ndim - 1 < df < ndim.",
                stacklevel=2,
            )
        setattr(self, name, matrix.expand((*batch_shape, -1, -1)))
        super().__init__(batch_shape, matrix.shape[-2:], validate_args=validate_args)
        if scale_tril is not None:
            self._factor = scale_tril
        elif covariance_matrix is not None:
            self._factor = linalg.cholesky(covariance_matrix)
        else:  # P = Uᵀ U with U upper triangular in reversed order, so that V = (U⁻¹) (U⁻¹)ᵀ
            upper = linalg.cholesky(precision_matrix.flip(-2, -1)).flip(-2, -1).mT
            self._factor = linalg.solve_triangular(upper, creation.eye(p, dtype=matrix.dtype), upper=False)

    @property
    def arg_constraints(self) -> Any:
        """df is limited by the size of the matrices."""
        return {
            "covariance_matrix": constraints.positive_definite,
            "precision_matrix": constraints.positive_definite,
            "scale_tril": constraints.lower_cholesky,
            "df": constraints.greater_than(self._event_shape[-1] - 1),
        }

    def _matrix(self, matrix: Tensor) -> Tensor:
        return matrix.expand(self._batch_shape + self._event_shape)

    def _degrees(self) -> Tensor:
        return self.df.view((*self._batch_shape, 1, 1))

    @lazy_property
    def scale_tril(self) -> Tensor:
        """L."""
        return self._matrix(self._factor)

    @lazy_property
    def covariance_matrix(self) -> Tensor:
        """L Lᵀ."""
        return self._matrix(self._factor @ self._factor.mT)

    @lazy_property
    def precision_matrix(self) -> Tensor:
        """The inverse of the covariance matrix."""
        return self._matrix(ops.cholesky_inverse(self._factor))

    @property
    def mean(self) -> Tensor:
        """df V."""
        return self._degrees() * self.covariance_matrix

    @property
    def mode(self) -> Tensor:
        """(df - p - 1) V; nan if that factor is not positive."""
        factor = self._degrees() - self._event_shape[-1] - 1
        return ops.where(factor <= 0, math.nan, factor) * self.covariance_matrix

    @property
    def variance(self) -> Tensor:
        """df (V_ij² + V_ii V_jj)."""
        v = self.covariance_matrix
        diagonal = v.diagonal(dim1=-2, dim2=-1)
        return self._degrees() * (v.pow(2) + diagonal.unsqueeze(-1) * diagonal.unsqueeze(-2))

    def _drawn(self, sample_shape: Any) -> Tensor:
        """By Bartlett: L A Aᵀ Lᵀ for a lower triangular A, of roots of chi-squares and normal draws."""
        p, dtype = self._event_shape[-1], self._factor.dtype
        chi2 = Chi2(self.df.unsqueeze(-1) - arange(p, dtype=dtype))
        noise = chi2.rsample(sample_shape).sqrt().clamp(min=dtypes.finfo(dtype).eps).diag_embed()
        rows, columns = map(creation.from_numpy, np.tril_indices(p, -1))
        noise[..., rows, columns] = draws.randn((*sample_shape, *self._batch_shape, p * (p - 1) // 2), dtype=dtype)
        factor = self._factor @ noise
        return factor @ factor.mT

    def rsample(self, sample_shape: Any = ONE, max_try_correction: int | None = None) -> Tensor:
        """Draws; PyTorch's first look takes sound matrices for singular ones, and draws them once more, with a warning."""
        sample = self._drawn(sample_shape)
        again = self._any(self.support.check(sample))
        if again.any():
            warnings.warn("Singular sample detected.", stacklevel=2)
            for _ in range(10 if max_try_correction is None else max_try_correction):
                drawn = self._drawn((int(again.sum()),))
                sample[again] = drawn
                again[again.clone()] = self._any(~self.support.check(drawn))
                if not again.any():
                    break
        return sample

    def _any(self, found: Tensor) -> Tensor:
        """Whether it holds of a matrix of the batch."""
        n = len(self._batch_shape)
        return found.amax(tuple(range(-n, 0))) if n else found

    def log_prob(self, value: Tensor) -> Tensor:
        """((df - p - 1) log det x - tr(V⁻¹ x)) / 2 - df (p log(2) / 2 + log det L) - log Γ_p(df / 2)."""
        self._validate_sample(value)
        nu, p = self.df, self._event_shape[-1]
        trace = ops.cholesky_solve(value, self._factor).diagonal(dim1=-2, dim2=-1).sum(-1)
        norm = -nu * (p * math.log(2) / 2 + half_log_det(self._factor)) - ops.mvlgamma(nu / 2, p)
        return norm + (nu - p - 1) / 2 * linalg.slogdet(value).logabsdet - trace / 2

    def entropy(self) -> Tensor:
        """The mean of -log_prob."""
        nu, p = self.df, self._event_shape[-1]
        norm = (p + 1) * (p * math.log(2) / 2 + half_log_det(self._factor)) + ops.mvlgamma(nu / 2, p)
        return norm - (nu - p - 1) / 2 * multivariate_digamma(nu / 2, p) + nu * p / 2
