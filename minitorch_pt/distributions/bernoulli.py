"""Bernoulli's distribution: one toss of a coin."""

from __future__ import annotations

import math
from typing import Any

from ..autograd.modes import no_grad
from ..ops.losses.classification import binary_cross_entropy_with_logits
from ..tensors import draws
from ..tensors.ranges import arange
from ..tensors.tensor import Tensor
from . import constraints
from .distribution import Distribution
from .utils import ONE, Odds, broadcast_all

__all__ = ["Bernoulli"]


class Bernoulli(Odds, Distribution):
    """1 with probability `probs`, else 0; or given by logits = log(probs / (1 - probs)).

    Raises:
        ValueError: both or neither of the two are given, or a probability is outside of [0, 1].

    >>> coin = torch.distributions.Bernoulli(torch.tensor([0.25]))
    >>> coin.log_prob(torch.tensor([1.0])).exp()
    tensor([0.2500])
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.boolean
    has_enumerate_support = True

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None) -> None:
        self._take(probs, logits)
        super().__init__(self._param.shape, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        """probs."""
        return self.probs

    @property
    def mode(self) -> Tensor:
        """The more probable of the two; nan if both are equally so."""
        mode = (self.probs >= 0.5).to(self.probs)
        mode[self.probs == 0.5] = math.nan
        return mode

    @property
    def variance(self) -> Tensor:
        """probs (1 - probs)."""
        return self.probs * (1 - self.probs)

    @no_grad()
    def sample(self, sample_shape: Any = ONE) -> Tensor:
        """Draws without gradients."""
        return draws.bernoulli(self.probs.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value: Tensor) -> Tensor:
        """log(probs) of 1, log(1 - probs) of 0."""
        self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        return -binary_cross_entropy_with_logits(logits, value, reduction="none")

    def entropy(self) -> Tensor:
        """-p log(p) - (1 - p) log(1 - p)."""
        return binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none")

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """0 and 1."""
        values = arange(2, dtype=self._param.dtype).view((-1,) + (1,) * len(self._batch_shape))
        return values.expand((-1, *self._batch_shape)) if expand else values
