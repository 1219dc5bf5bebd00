"""The categorical distribution whose draws are one-hot vectors."""

from __future__ import annotations

from typing import Any

from ..tensors import creation
from ..tensors.grids import one_hot
from ..tensors.tensor import Tensor
from . import constraints
from .categorical import OfClasses
from .utils import ONE

__all__ = ["OneHotCategorical", "OneHotCategoricalStraightThrough"]


class OneHotCategorical(OfClasses):
    """One of K classes as a vector of K numbers: 1 for the class, 0 for the others. Parameters and errors as `Categorical`.

    >>> torch.distributions.OneHotCategorical(torch.tensor([1.0, 3.0])).mean
    tensor([0.2500, 0.7500])
    """

    support = constraints.one_hot
    has_enumerate_support = True

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None) -> None:
        super().__init__(probs, logits, validate_args)

    @property
    def _param(self) -> Tensor:
        return self._categorical._param

    @property
    def mean(self) -> Tensor:
        """probs."""
        return self.probs

    @property
    def mode(self) -> Tensor:
        """The most probable class."""
        return one_hot(self._categorical.mode, self.probs.shape[-1]).to(self.probs)

    @property
    def variance(self) -> Tensor:
        """probs (1 - probs)."""
        return self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = ONE) -> Tensor:
        """One-hot vectors of the parameter's type."""
        return one_hot(self._categorical.sample(sample_shape), self.probs.shape[-1]).to(self.probs)

    def log_prob(self, value: Tensor) -> Tensor:
        """The logit of the class."""
        self._validate_sample(value)
        return self._categorical.log_prob(value.argmax(-1))

    def entropy(self) -> Tensor:
        """-sum of p log(p)."""
        return self._categorical.entropy()

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """The rows of the identity matrix."""
        n = self.event_shape[0]
        values = creation.eye(n, dtype=self._param.dtype).view((n,) + (1,) * len(self.batch_shape) + (n,))
        return values.expand((n, *self.batch_shape, n)) if expand else values


class OneHotCategoricalStraightThrough(OneHotCategorical):
    """Draws whose gradients flow to the probabilities as if these had been drawn (Bengio et al. 2013, arXiv:1308.3432)."""

    has_rsample = True

    def rsample(self, sample_shape: Any = ONE) -> Tensor:
        """A one-hot draw that differentiates as probs."""
        return self.sample(sample_shape) + (self.probs - self.probs.detach())
