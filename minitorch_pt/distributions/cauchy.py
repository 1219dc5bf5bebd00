"""Cauchy's distribution: the quotient of two normal numbers, whose mean does not exist."""

from __future__ import annotations

import math
from typing import Any

from ..tensors import creation
from ..tensors.tensor import Tensor
from .loc_scale import LocScale
from .utils import ONE

__all__ = ["Cauchy"]


class Cauchy(LocScale):
    """Density 1 / (pi scale (1 + ((x - loc) / scale)²)).

    Raises:
        ValueError: scale is not positive.

    >>> torch.distributions.Cauchy(0.0, 1.0).log_prob(torch.tensor(0.0)).exp()  # 1 / pi
    tensor(0.3183)
    """

    @property
    def mean(self) -> Tensor:
        """nan."""
        return creation.full(self._extended_shape(), math.nan, dtype=self.loc.dtype)

    @property
    def variance(self) -> Tensor:
        """Infinite."""
        return creation.full(self._extended_shape(), math.inf, dtype=self.loc.dtype)

    def rsample(self, sample_shape: Any = ONE) -> Tensor:
        """loc + noise * scale."""
        noise = creation.empty(self._extended_shape(sample_shape), dtype=self.loc.dtype).cauchy_()
        return self.loc + noise * self.scale

    def log_prob(self, value: Tensor) -> Tensor:
        self._validate_sample(value)
        return -math.log(math.pi) - self.scale.log() - (((value - self.loc) / self.scale) ** 2).log1p()

    def cdf(self, value: Tensor) -> Tensor:
        self._validate_sample(value)
        return ((value - self.loc) / self.scale).atan() / math.pi + 0.5

    def icdf(self, value: Tensor) -> Tensor:
        return (math.pi * (value - 0.5)).tan() * self.scale + self.loc

    def entropy(self) -> Tensor:
        """log(4 pi scale)."""
        return math.log(4 * math.pi) + self.scale.log()
