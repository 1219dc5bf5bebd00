"""The geometric distribution: how many failures come before the first success."""

from __future__ import annotations

from typing import Any

from ..arrays import dtypes
from ..autograd.modes import no_grad
from ..ops.losses.classification import binary_cross_entropy_with_logits
from ..tensors import creation
from ..tensors.tensor import Tensor
from . import constraints
from .distribution import Distribution
from .utils import ONE, Odds, broadcast_all

__all__ = ["Geometric"]


class Geometric(Odds, Distribution):
    """(1 - probs)^k probs for k = 0, 1, ...; or given by logits = log(probs / (1 - probs)).

    Raises:
        ValueError: both or neither of the two are given, or a probability is outside of (0, 1].

    >>> torch.distributions.Geometric(0.25).mean
    tensor(3.)
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.nonnegative_integer

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None) -> None:
        self._take(probs, logits)
        shape = self._param.shape
        super().__init__(shape, validate_args=validate_args)
        if self._validate_args and probs is not None and not (self.probs > 0).all():
            raise ValueError(
                f"Expected parameter probs ({type(self.probs).__name__} of shape {tuple(shape)}) of distribution {self!r} "
                f"to be positive but found invalid values:\n{self.probs}"
            )

    @property
    def mean(self) -> Tensor:
        """1 / probs - 1."""
        return 1.0 / self.probs - 1.0

    @property
    def mode(self) -> Tensor:
        """0."""
        return creation.zeros_like(self.probs)

    @property
    def variance(self) -> Tensor:
        """(1 / probs - 1) / probs."""
        return (1.0 / self.probs - 1.0) / self.probs

    @no_grad()
    def sample(self, sample_shape: Any = ONE) -> Tensor:
        """Draws without gradients."""
        noise = creation.empty(self._extended_shape(sample_shape), dtype=self.probs.dtype)
        u = noise.uniform_(dtypes.finfo(self.probs.dtype).tiny, 1)
        return (u.log() / (-self.probs).log1p()).floor()

    def log_prob(self, value: Tensor) -> Tensor:
        """k log(1 - probs) + log(probs)."""
        self._validate_sample(value)
        value, probs = broadcast_all(value, self.probs)
        failure = probs.masked_fill((probs == 1) & (value == 0), 0.0)  # 0 log(0) is 0
        return value * (-failure).log1p() + self.probs.log()

    def entropy(self) -> Tensor:
        """That of one trial, times the mean number of trials."""
        return binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none") / self.probs
