"""The gamma distribution: how long it takes until `concentration` things have happened, at `rate` a unit of time."""

from __future__ import annotations

from typing import Any

from .. import ops
from ..arrays import dtypes
from ..ops.pathwise import gamma_draw
from ..tensors import creation
from ..tensors.generator import Generator, default_generator
from ..tensors.tensor import Tensor
from . import constraints
from .distribution import Distribution
from .utils import ONE, broadcast_all

__all__ = ["Gamma"]


def _standard_gamma(input: Tensor, generator: Generator | None = None) -> Tensor:
    """Gamma numbers of this shape and rate 1, through which gradients flow."""
    return gamma_draw(input, (generator or default_generator).gamma(input._data))


class Gamma(Distribution):
    """Density rate^concentration x^(concentration - 1) exp(-rate x) / Γ(concentration) for x > 0.

    Raises:
        ValueError: a parameter is not positive.

    >>> torch.distributions.Gamma(2.0, 4.0).mean
    tensor(0.5000)
    """

    arg_constraints: Any = {"concentration": constraints.positive, "rate": constraints.positive}
    support = constraints.nonnegative
    has_rsample = True

    def __init__(self, concentration: Any, rate: Any, validate_args: bool | None = None) -> None:
        self.concentration, self.rate = broadcast_all(concentration, rate)
        super().__init__(self.concentration.shape, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        """concentration / rate."""
        return self.concentration / self.rate

    @property
    def mode(self) -> Tensor:
        """(concentration - 1) / rate, at least 0."""
        return ((self.concentration - 1) / self.rate).clamp(min=0)

    @property
    def variance(self) -> Tensor:
        """concentration / rate²."""
        return self.concentration / self.rate.pow(2)

    def rsample(self, sample_shape: Any = ONE) -> Tensor:
        """Draws through which gradients flow (see ops/pathwise.py)."""
        shape = self._extended_shape(sample_shape)
        value = _standard_gamma(self.concentration.expand(shape)) / self.rate.expand(shape)
        value.detach().clamp_(min=dtypes.finfo(value.dtype).tiny)  # without a trace in the graph
        return value

    def log_prob(self, value: Tensor) -> Tensor:
        value = creation.as_tensor(value, dtype=self.rate.dtype)
        self._validate_sample(value)
        shape = self.concentration
        return ops.xlogy(shape, self.rate) + ops.xlogy(shape - 1, value) - self.rate * value - shape.lgamma()

    def cdf(self, value: Tensor) -> Tensor:
        """The probability of a draw up to `value`; it is differentiated with respect to rate and value."""
        self._validate_sample(value)
        return ops.igamma(self.concentration, self.rate * value)

    def entropy(self) -> Tensor:
        """concentration - log(rate) + log Γ(concentration) + (1 - concentration) ψ(concentration)."""
        shape = self.concentration
        return shape - self.rate.log() + shape.lgamma() + (1.0 - shape) * shape.digamma()
