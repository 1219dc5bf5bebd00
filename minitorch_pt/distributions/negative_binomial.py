"""The negative binomial distribution: how many successes come before `total_count` failures."""

from __future__ import annotations

from typing import Any

from ..autograd.modes import no_grad
from ..ops.elementwise.activations import logsigmoid
from ..tensors import draws
from ..tensors.tensor import Tensor
from . import constraints
from .distribution import Distribution
from .gamma import Gamma
from .utils import ONE, Odds

__all__ = ["NegativeBinomial"]


class NegativeBinomial(Odds, Distribution):
    """Γ(k + n) / (k! Γ(n)) probs^k (1 - probs)^n for k = 0, 1, ..., n = total_count; or given by logits = log(probs / (1 - probs)).

    Raises:
        ValueError: both or neither of probs and logits are given, a probability is outside of [0, 1), or n negative.

    >>> torch.distributions.NegativeBinomial(2, 0.5).mean
    tensor(2.)
    """

    arg_constraints = {
        "total_count": constraints.greater_than_eq(0),
        "probs": constraints.half_open_interval(0.0, 1.0),
        "logits": constraints.real,
    }
    support = constraints.nonnegative_integer

    def __init__(
        self, total_count: Any, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        (total_count,) = self._take(probs, logits, total_count)
        self.total_count = total_count.type_as(self._param)
        super().__init__(self._param.shape, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        """total_count probs / (1 - probs)."""
        return self.total_count * self.logits.exp()

    @property
    def mode(self) -> Tensor:
        """(total_count - 1) probs / (1 - probs), rounded down, at least 0."""
        return ((self.total_count - 1) * self.logits.exp()).floor().clamp(min=0.0)

    @property
    def variance(self) -> Tensor:
        """total_count probs / (1 - probs)²."""
        return self.mean / (-self.logits).sigmoid()

    @no_grad()
    def sample(self, sample_shape: Any = ONE) -> Tensor:
        """Poisson numbers whose rates are gamma numbers."""
        rates = Gamma(self.total_count, (-self.logits).exp(), validate_args=False)  # a count may be 0
        return draws.poisson(rates.sample(sample_shape))

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the probability of `value` successes."""
        self._validate_sample(value)
        n = self.total_count
        norm = -(n + value).lgamma() + (1.0 + value).lgamma() + n.lgamma()
        norm = norm.masked_fill(n + value == 0.0, 0.0)  # no success before no failure is certain, but Γ(0) infinite
        return n * logsigmoid(-self.logits) + value * logsigmoid(self.logits) - norm
