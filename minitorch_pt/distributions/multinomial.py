"""The multinomial distribution: how often each of K classes comes in n draws."""

from __future__ import annotations

import math
from typing import Any

from .. import ops
from ..ops.elementwise.activations import logsigmoid
from ..tensors import creation
from ..tensors.ranges import arange
from ..tensors.tensor import Tensor
from . import constraints
from .categorical import OfClasses
from .utils import ONE, broadcast_all, probs_to_logits

__all__ = ["Multinomial"]


class Multinomial(OfClasses):
    """The counts of K classes in total_count draws: n! / (x1! ... xK!) p1^x1 ... pK^xK. Parameters as `Categorical`.

    Raises:
        NotImplementedError: total_count is not one whole number. ValueError: as `Categorical`.

    >>> torch.distributions.Multinomial(4, torch.tensor([0.25, 0.75])).mean
    tensor([1., 3.])
    """

    def __init__(
        self, total_count: int = 1, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        if not isinstance(total_count, int):
            raise NotImplementedError("inhomogeneous total_count is not supported: give one whole number")
        self.total_count = total_count
        super().__init__(probs, logits, validate_args)

    @constraints.dependent_property(is_discrete=True, event_dim=1)
    def support(self) -> Any:
        """Counts up to total_count."""
        return constraints.multinomial(self.total_count)

    @property
    def mean(self) -> Tensor:
        """n probs."""
        return self.probs * self.total_count

    @property
    def variance(self) -> Tensor:
        """n probs (1 - probs)."""
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = ONE) -> Tensor:
        """Counts, of the parameter's type."""
        drawn = self._categorical.sample((self.total_count, *sample_shape)).movedim(0, -1)
        counts = creation.zeros(self._extended_shape(sample_shape), dtype=drawn.dtype)
        return counts.scatter_add_(-1, drawn, creation.ones_like(drawn)).type_as(self.probs)

    def log_prob(self, value: Tensor) -> Tensor:
        """log(n!) - sum of log(x!) + sum of x log(p)."""
        self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        logits = logits.masked_fill((value == 0) & (logits == -math.inf), 0.0)  # 0 log(0) is 0
        return ops.lgamma(value.sum(-1) + 1) - ops.lgamma(value + 1).sum(-1) + (logits * value).sum(-1)

    def entropy(self) -> Tensor:
        """n times that of one draw, less log(n!), plus the mean of log(x!) of all counts x, which are binomial."""
        n = creation.tensor(self.total_count)
        counts = arange(1, self.total_count + 1, dtype=self.probs.dtype).view((-1,) + (1,) * self.probs.ndim)
        logits = probs_to_logits(self.probs, is_binary=True)
        log_choose = math.lgamma(self.total_count + 1) - ops.lgamma(counts + 1) - ops.lgamma(n - counts + 1)
        log_prob = log_choose + counts * logits + n * logsigmoid(-logits)
        log_factorials = (log_prob.exp() * ops.lgamma(counts + 1)).sum([0, -1])
        return n * self._categorical.entropy() - ops.lgamma(n + 1) + log_factorials
