"""The normal distribution."""

from __future__ import annotations

import math
from typing import Any

from .. import ops
from ..autograd.modes import no_grad
from ..tensors import draws
from ..tensors.tensor import Tensor
from .loc_scale import LocScale
from .utils import ONE

__all__ = ["Normal"]


class Normal(LocScale):
    """Mean `loc`, standard deviation `scale`: density exp(-(x - loc)² / (2 scale²)) / (scale sqrt(2 pi)).

    Raises:
        ValueError: scale is not positive.

    >>> torch.distributions.Normal(0.0, 1.0).log_prob(torch.tensor(0.0))
    tensor(-0.9189)
    """

    @property
    def stddev(self) -> Tensor:
        """scale."""
        return self.scale

    @property
    def variance(self) -> Tensor:
        """scale²."""
        return self.scale.pow(2)

    @no_grad()
    def sample(self, sample_shape: Any = ONE) -> Tensor:
        """Draws without gradients."""
        shape = self._extended_shape(sample_shape)
        return draws.normal(self.loc.expand(shape), self.scale.expand(shape))

    def rsample(self, sample_shape: Any = ONE) -> Tensor:
        """loc + noise * scale."""
        noise = draws.randn(self._extended_shape(sample_shape), dtype=self.loc.dtype)
        return self.loc + noise * self.scale

    def log_prob(self, value: Tensor) -> Tensor:
        self._validate_sample(value)
        variance = self.scale**2
        return -((value - self.loc) ** 2) / (2 * variance) - self.scale.log() - math.log(math.sqrt(2 * math.pi))

    def cdf(self, value: Tensor) -> Tensor:
        self._validate_sample(value)
        return 0.5 * (1 + ops.erf((value - self.loc) * self.scale.reciprocal() / math.sqrt(2)))

    def icdf(self, value: Tensor) -> Tensor:
        return self.loc + self.scale * ops.erfinv(2 * value - 1) * math.sqrt(2)

    def entropy(self) -> Tensor:
        """log(scale sqrt(2 pi e))."""
        return 0.5 + 0.5 * math.log(2 * math.pi) + self.scale.log()
