"""Gumbel's distribution: the largest of many numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..arrays import dtypes
from ..tensors import creation
from ..tensors.tensor import Tensor
from . import constraints
from .transformed_distribution import TransformedDistribution
from .transforms import AffineTransform, ExpTransform
from .uniform import Uniform
from .utils import broadcast_all

__all__ = ["Gumbel"]


class Gumbel(TransformedDistribution):
    """loc - scale log(-log(u)) for uniform u: density exp(-(z + exp(-z))) / scale, z = (x - loc) / scale.

    Raises:
        ValueError: scale is not positive.

    >>> torch.distributions.Gumbel(0.0, 1.0).mean
    tensor(0.5772)
    """

    arg_constraints: Any = {"loc": constraints.real, "scale": constraints.positive}
    support: Any = constraints.real

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        self.loc, self.scale = broadcast_all(loc, scale)
        limits = dtypes.finfo(self.loc.dtype)
        low, high = (creation.full_like(self.loc, x) for x in (limits.tiny, 1 - limits.eps))
        log, turn = ExpTransform().inv, AffineTransform(0, -creation.ones_like(self.scale))
        steps = [log, turn, log, AffineTransform(loc, -self.scale)]
        super().__init__(Uniform(low, high, validate_args=validate_args), steps, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        """loc + γ scale, γ = 0.5772... being Euler's constant."""
        return self.loc + self.scale * np.euler_gamma

    @property
    def mode(self) -> Tensor:
        """loc."""
        return self.loc

    @property
    def stddev(self) -> Tensor:
        """pi / sqrt(6) scale."""
        return (math.pi / math.sqrt(6)) * self.scale

    @property
    def variance(self) -> Tensor:
        """pi² / 6 scale²."""
        return self.stddev.pow(2)

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density at `value`; more exact than by way of the uniform numbers."""
        self._validate_sample(value)
        y = (self.loc - value) / self.scale
        return (y - y.exp()) - self.scale.log()

    def entropy(self) -> Tensor:
        """log(scale) + γ + 1."""
        return self.scale.log() + (1 + np.euler_gamma)
