"""Half of a distribution that is symmetric around 0."""

from __future__ import annotations

import math
from typing import Any

from .. import ops
from ..tensors import creation
from ..tensors.tensor import Tensor
from . import constraints
from .transformed_distribution import TransformedDistribution
from .transforms import AbsTransform

__all__: list[str] = []


class Half(TransformedDistribution):
    """The absolute value of a draw of `base`, which is symmetric around 0 and has a scale."""

    arg_constraints: Any = {"scale": constraints.positive}
    support: Any = constraints.nonnegative
    has_rsample = True

    def __init__(self, base: Any, validate_args: bool | None = None) -> None:
        super().__init__(base, AbsTransform(), validate_args=validate_args)

    @property
    def scale(self) -> Tensor:
        """That of the whole distribution."""
        return self.base_dist.scale

    @property
    def mode(self) -> Tensor:
        """0."""
        return creation.zeros_like(self.scale)

    def log_prob(self, value: Tensor) -> Tensor:
        """log(2) more than the whole distribution's; -inf below 0."""
        self._validate_sample(value)
        log_prob = self.base_dist.log_prob(value) + math.log(2)
        return ops.where(value >= 0, log_prob, -math.inf)

    def cdf(self, value: Tensor) -> Tensor:
        self._validate_sample(value)
        return 2 * self.base_dist.cdf(value) - 1

    def icdf(self, prob: Tensor) -> Tensor:
        return self.base_dist.icdf((prob + 1) / 2)

    def entropy(self) -> Tensor:
        """log(2) less than the whole distribution's."""
        return self.base_dist.entropy() - math.log(2)
