"""The generalized Pareto distribution: how far values go that pass a threshold."""

from __future__ import annotations

import math
from typing import Any

from .. import ops
from ..tensors import creation, draws
from ..tensors.tensor import Tensor
from . import constraints
from .distribution import Distribution
from .utils import ONE, broadcast_all

__all__ = ["GeneralizedPareto"]


class GeneralizedPareto(Distribution):
    """P(more than x) = (1 + c z)^(-1/c) for z = (x - loc) / scale >= 0; e^(-z) for a concentration c of 0.

    Raises:
        ValueError: scale is not positive.
    """

    arg_constraints: Any = {"loc": constraints.real, "scale": constraints.positive, "concentration": constraints.real}
    has_rsample = True

    def __init__(self, loc: Any, scale: Any, concentration: Any, validate_args: bool | None = None) -> None:
        self.loc, self.scale, self.concentration = broadcast_all(loc, scale, concentration)
        super().__init__(self.loc.shape, validate_args=validate_args)

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self) -> Any:
        """From loc on; up to loc - scale / c if c is negative."""
        upper = ops.where(self.concentration < 0, self.loc - self.scale / self.concentration, math.inf)
        return constraints.interval(self.loc, upper)

    @property
    def mean(self) -> Tensor:
        """loc + scale / (1 - c); nan for c >= 1."""
        valid = self.concentration < 1
        return ops.where(valid, self.loc + self.scale / (1 - ops.where(valid, self.concentration, 0.5)), math.nan)

    @property
    def mode(self) -> Tensor:
        """loc."""
        return self.loc

    @property
    def variance(self) -> Tensor:
        """scale² / ((1 - c)² (1 - 2 c)); nan for c >= 1/2."""
        valid = self.concentration < 0.5
        c = ops.where(valid, self.concentration, 0.25)
        return ops.where(valid, self.scale**2 / ((1 - c) ** 2 * (1 - 2 * c)), math.nan)

    def _no_zero(self) -> tuple[Tensor, Tensor]:
        """Where c is 0, and c with 1 there."""
        zero = ops.isclose(self.concentration, creation.zeros_like(self.concentration))
        return zero, ops.where(zero, creation.ones_like(self.concentration), self.concentration)

    def rsample(self, sample_shape: Any = ONE) -> Tensor:
        """The quantiles of uniform draws."""
        return self.icdf(draws.rand(self._extended_shape(sample_shape), dtype=self.loc.dtype))

    def log_prob(self, value: Tensor) -> Tensor:
        """-(1 + 1/c) log(1 + c z) - log(scale)."""
        self._validate_sample(value)
        z, (zero, c) = (value - self.loc) / self.scale, self._no_zero()
        power = 1 / c + creation.ones_like(z)
        return -self.scale.log() - ops.where(zero, z, ops.where(power == 0, power, power * (c * z).log1p()))

    def log_survival_function(self, value: Tensor) -> Tensor:
        """log P(more than the value)."""
        self._validate_sample(value)
        z, (zero, c) = (value - self.loc) / self.scale, self._no_zero()
        return ops.where(zero, -z, -(c * z).log1p() / c)

    def log_cdf(self, value: Tensor) -> Tensor:
        """log P(at most the value)."""
        return (-self.log_survival_function(value).exp()).log1p()

    def cdf(self, value: Tensor) -> Tensor:
        """P(at most the value)."""
        return self.log_cdf(value).exp()

    def icdf(self, value: Tensor) -> Tensor:
        """The x with cdf(x) = value."""
        zero, c = self._no_zero()
        log = (-value).log1p()
        return ops.where(zero, self.loc - self.scale * log, self.loc + self.scale / c * (-c * log).expm1())

    def entropy(self) -> Tensor:
        """log(scale) + c + 1."""
        return (self.scale.log() + self.concentration + 1).expand(self._batch_shape)
