"""The inverse gamma distribution: 1 / x for a gamma number x, as the unknown variance of normal numbers."""

from __future__ import annotations

import math
from typing import Any

from .. import ops
from ..tensors import creation
from ..tensors.tensor import Tensor
from . import constraints
from .gamma import Gamma
from .transformed_distribution import TransformedDistribution
from .transforms import PowerTransform

__all__ = ["InverseGamma"]


class InverseGamma(TransformedDistribution):
    """Density in proportion to y^(-concentration - 1) exp(-rate / y) for y > 0.

    Raises:
        ValueError: a parameter is not positive.
    """

    arg_constraints: Any = {"concentration": constraints.positive, "rate": constraints.positive}
    support: Any = constraints.positive
    has_rsample = True

    def __init__(self, concentration: Any, rate: Any, validate_args: bool | None = None) -> None:
        base = Gamma(concentration, rate, validate_args=validate_args)
        super().__init__(base, PowerTransform(-creation.ones((), dtype=base.rate.dtype)), validate_args=validate_args)

    @property
    def concentration(self) -> Tensor:
        """The gamma's."""
        return self.base_dist.concentration

    @property
    def rate(self) -> Tensor:
        """The gamma's."""
        return self.base_dist.rate

    @property
    def mean(self) -> Tensor:
        """rate / (concentration - 1); infinite for concentration <= 1."""
        return ops.where(self.concentration > 1, self.rate / (self.concentration - 1), math.inf)

    @property
    def mode(self) -> Tensor:
        """rate / (concentration + 1)."""
        return self.rate / (self.concentration + 1)

    @property
    def variance(self) -> Tensor:
        """rate² / ((concentration - 1)² (concentration - 2)); infinite for concentration <= 2."""
        shape = self.concentration
        variance = self.rate.square() / ((shape - 1).square() * (shape - 2))
        return ops.where(shape > 2, variance, math.inf)

    def entropy(self) -> Tensor:
        """concentration + log(rate Γ(concentration)) - (1 + concentration) ψ(concentration)."""
        shape = self.concentration
        return shape + self.rate.log() + shape.lgamma() - (1 + shape) * shape.digamma()
