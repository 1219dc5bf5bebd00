"""Laplace's distribution: two exponential ones back to back."""

from __future__ import annotations

from typing import Any

from ..arrays import dtypes
from ..tensors import creation
from ..tensors.tensor import Tensor
from .loc_scale import LocScale
from .utils import ONE

__all__ = ["Laplace"]


class Laplace(LocScale):
    """Density exp(-|x - loc| / scale) / (2 scale).

    Raises:
        ValueError: scale is not positive.

    >>> torch.distributions.Laplace(0.0, 1.0).entropy()  # 1 + log 2
    tensor(1.6931)
    """

    @property
    def variance(self) -> Tensor:
        """2 scale²."""
        return 2 * self.scale.pow(2)

    @property
    def stddev(self) -> Tensor:
        """sqrt(2) scale."""
        return (2**0.5) * self.scale

    def rsample(self, sample_shape: Any = ONE) -> Tensor:
        """The inverse of cdf, of uniform noise."""
        noise = creation.empty(self._extended_shape(sample_shape), dtype=self.loc.dtype)
        u = noise.uniform_(dtypes.finfo(self.loc.dtype).eps - 1, 1)
        return self.loc - self.scale * u.sign() * (-u.abs()).log1p()

    def log_prob(self, value: Tensor) -> Tensor:
        self._validate_sample(value)
        return -(2 * self.scale).log() - (value - self.loc).abs() / self.scale

    def cdf(self, value: Tensor) -> Tensor:
        self._validate_sample(value)
        distance = value - self.loc
        return 0.5 - 0.5 * distance.sign() * (-distance.abs() / self.scale).expm1()

    def icdf(self, value: Tensor) -> Tensor:
        term = value - 0.5
        return self.loc - self.scale * term.sign() * (-2 * term.abs()).log1p()

    def entropy(self) -> Tensor:
        """1 + log(2 scale)."""
        return 1 + (2 * self.scale).log()
