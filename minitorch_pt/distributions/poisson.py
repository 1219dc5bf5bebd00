"""The Poisson distribution: how many events come, where `rate` come on average."""

from __future__ import annotations

from typing import Any

from ..autograd.modes import no_grad
from ..tensors import draws
from ..tensors.tensor import Tensor
from . import constraints
from .distribution import Distribution
from .utils import ONE, broadcast_all

__all__ = ["Poisson"]


class Poisson(Distribution):
    """rate^k exp(-rate) / k! for k = 0, 1, ...

    Raises:
        ValueError: rate is negative.

    >>> torch.distributions.Poisson(2.0).log_prob(torch.tensor([0.0, 1.0])).exp()
    tensor([0.1353, 0.2707])
    """

    arg_constraints = {"rate": constraints.nonnegative}
    support = constraints.nonnegative_integer

    def __init__(self, rate: Any, validate_args: bool | None = None) -> None:
        (self.rate,) = broadcast_all(rate)
        super().__init__(self.rate.shape, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        """rate."""
        return self.rate

    @property
    def mode(self) -> Tensor:
        """rate, rounded down."""
        return self.rate.floor()

    @property
    def variance(self) -> Tensor:
        """rate."""
        return self.rate

    @no_grad()
    def sample(self, sample_shape: Any = ONE) -> Tensor:
        """Draws without gradients."""
        return draws.poisson(self.rate.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value: Tensor) -> Tensor:
        """k log(rate) - rate - log(k!)."""
        self._validate_sample(value)
        rate, value = broadcast_all(self.rate, value)
        return value.xlogy(rate) - rate - (value + 1).lgamma()
