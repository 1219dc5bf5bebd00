"""The half Cauchy distribution: the absolute value of a Cauchy number around 0."""

from __future__ import annotations

import math
from typing import Any

from ..tensors import creation
from ..tensors.tensor import Tensor
from .cauchy import Cauchy
from .half import Half

__all__ = ["HalfCauchy"]


class HalfCauchy(Half):
    """Density 2 / (pi scale (1 + (x / scale)²)) for x >= 0.

    Raises:
        ValueError: scale is not positive.
    """

    def __init__(self, scale: Any, validate_args: bool | None = None) -> None:
        super().__init__(Cauchy(0, scale, validate_args=False), validate_args)

    @property
    def mean(self) -> Tensor:
        """Infinite."""
        return creation.full(self._extended_shape(), math.inf, dtype=self.scale.dtype)

    @property
    def variance(self) -> Tensor:
        """Infinite."""
        return self.base_dist.variance

    def log_prob(self, value: Any) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        return super().log_prob(creation.as_tensor(value, dtype=self.scale.dtype))
