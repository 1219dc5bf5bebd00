"""Relaxed tosses: numbers between 0 and 1 through which gradients flow."""

from __future__ import annotations

from typing import Any

from ..tensors import draws
from ..tensors.tensor import Tensor
from . import constraints
from .distribution import Distribution
from .transformed_distribution import TransformedDistribution
from .transforms import SigmoidTransform
from .utils import ONE, Odds, broadcast_all, clamp_probs

__all__ = ["LogitRelaxedBernoulli", "RelaxedBernoulli"]


class LogitRelaxedBernoulli(Odds, Distribution):
    """The logits of a `RelaxedBernoulli`: (logits + logistic noise) / temperature.

    Raises:
        ValueError: both or neither of probs and logits are given, or a probability is outside of [0, 1].
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.real

    def __init__(
        self, temperature: Any, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        self.temperature = temperature
        self._take(probs, logits)
        super().__init__(self._param.shape, validate_args=validate_args)

    def rsample(self, sample_shape: Any = ONE) -> Tensor:
        """(logits + noise) / temperature."""
        shape = self._extended_shape(sample_shape)
        probs = clamp_probs(self.probs.expand(shape))
        noise = clamp_probs(draws.rand(shape, dtype=probs.dtype))
        return (noise.log() - (-noise).log1p() + probs.log() - (-probs).log1p()) / self.temperature

    def log_prob(self, value: Tensor) -> Tensor:
        self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        difference = logits - value.mul(self.temperature)
        return self.temperature.log() + difference - 2 * difference.exp().log1p()


class Relaxed(TransformedDistribution):
    """What relaxed distributions have from the one that they transform."""

    @property
    def temperature(self) -> Tensor:
        """How far draws are from a choice: the lower, the nearer."""
        return self.base_dist.temperature

    @property
    def logits(self) -> Tensor:
        """The logits of what is relaxed."""
        return self.base_dist.logits

    @property
    def probs(self) -> Tensor:
        """The probabilities of what is relaxed."""
        return self.base_dist.probs


class RelaxedBernoulli(Relaxed):
    """A toss that gives numbers between 0 and 1: the lower the temperature, the nearer they are to them.

    Raises:
        ValueError: both or neither of probs and logits are given, or a probability is outside of [0, 1].

    Source: Maddison et al. 2017, arXiv:1611.00712; Jang et al. 2017, arXiv:1611.01144.
    """

    arg_constraints: Any = {"probs": constraints.unit_interval, "logits": constraints.real}
    support: Any = constraints.unit_interval
    has_rsample = True

    def __init__(
        self, temperature: Any, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        base = LogitRelaxedBernoulli(temperature, probs, logits)
        super().__init__(base, SigmoidTransform(), validate_args=validate_args)
