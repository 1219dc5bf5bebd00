"""The half normal distribution: the absolute value of a normal number of mean 0."""

from __future__ import annotations

import math
from typing import Any

from ..tensors.tensor import Tensor
from .half import Half
from .normal import Normal

__all__ = ["HalfNormal"]


class HalfNormal(Half):
    """Density 2 exp(-x² / (2 scale²)) / (scale sqrt(2 pi)) for x >= 0.

    Raises:
        ValueError: scale is not positive.

    >>> torch.distributions.HalfNormal(1.0).mean
    tensor(0.7979)
    """

    def __init__(self, scale: Any, validate_args: bool | None = None) -> None:
        super().__init__(Normal(0, scale, validate_args=False), validate_args)

    @property
    def mean(self) -> Tensor:
        """scale sqrt(2 / pi)."""
        return self.scale * math.sqrt(2 / math.pi)

    @property
    def variance(self) -> Tensor:
        """scale² (1 - 2 / pi)."""
        return self.scale.pow(2) * (1 - 2 / math.pi)
