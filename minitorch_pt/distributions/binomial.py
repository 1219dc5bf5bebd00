"""The binomial distribution: how many of `total_count` trials succeed."""

from __future__ import annotations

from typing import Any

from ..autograd.modes import no_grad
from ..tensors import draws
from ..tensors.ranges import arange
from ..tensors.tensor import Tensor
from . import constraints
from .distribution import Distribution
from .utils import ONE, Odds

__all__ = ["Binomial"]


class Binomial(Odds, Distribution):
    """n! / (k! (n - k)!) probs^k (1 - probs)^(n - k) for k = 0 .. n; or given by logits = log(probs / (1 - probs)).

    Raises:
        ValueError: both or neither of probs and logits are given, a probability is outside of [0, 1], or n no whole number.

    >>> torch.distributions.Binomial(10, 0.5).mean
    tensor(5.)
    """

    arg_constraints = {
        "total_count": constraints.nonnegative_integer,
        "probs": constraints.unit_interval,
        "logits": constraints.real,
    }
    has_enumerate_support = True

    def __init__(
        self, total_count: Any = 1, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        (total_count,) = self._take(probs, logits, total_count)
        self.total_count = total_count.type_as(self._param)
        super().__init__(self._param.shape, validate_args=validate_args)

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self) -> Any:
        """0 .. total_count."""
        return constraints.integer_interval(0, self.total_count)

    @property
    def mean(self) -> Tensor:
        """total_count probs."""
        return self.total_count * self.probs

    @property
    def mode(self) -> Tensor:
        """(total_count + 1) probs, rounded down."""
        return ((self.total_count + 1) * self.probs).floor().clamp(max=self.total_count)

    @property
    def variance(self) -> Tensor:
        """total_count probs (1 - probs)."""
        return self.total_count * self.probs * (1 - self.probs)

    @no_grad()
    def sample(self, sample_shape: Any = ONE) -> Tensor:
        """Draws without gradients."""
        shape = self._extended_shape(sample_shape)
        return draws.binomial(self.total_count.expand(shape), self.probs.expand(shape))

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the probability of `value` successes."""
        self._validate_sample(value)
        n, logits = self.total_count, self.logits
        positive = (logits.clamp(min=0) + logits - logits.clamp(max=0)) / 2  # max(logits, 0), of slope 1/2 at 0
        # log of (1 - p)^n / n!, by n log(1 + exp(logits)), in the form that does not overflow
        norm = n * positive + n * (-logits.abs()).exp().log1p() - (n + 1).lgamma()
        return value * logits - (value + 1).lgamma() - (n - value + 1).lgamma() - norm

    def _largest(self, member: str) -> int:
        largest = int(self.total_count.max())
        if not self.total_count.min() == largest:
            raise NotImplementedError(f"Inhomogeneous total count not supported by `{member}`.")
        return largest

    def entropy(self) -> Tensor:
        """-sum of p log(p).

        Raises:
            NotImplementedError: the total counts differ.
        """
        self._largest("entropy")
        log_prob = self.log_prob(self.enumerate_support(False))
        return -(log_prob.exp() * log_prob).sum(0)

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """0 .. total_count.

        Raises:
            NotImplementedError: the total counts differ.
        """
        values = arange(1 + self._largest("enumerate_support"), dtype=self._param.dtype)
        values = values.view((-1,) + (1,) * len(self._batch_shape))
        return values.expand((-1, *self._batch_shape)) if expand else values
