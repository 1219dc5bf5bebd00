"""The categorical distribution whose draws are one-hot vectors."""

from __future__ import annotations

from typing import Any

from .. import creation
from ..size import Size
from ..tensor import Tensor
from . import constraints
from .categorical import Categorical
from .distribution import Distribution
from .utils import ONE

__all__ = ["OneHotCategorical", "OneHotCategoricalStraightThrough"]


class OneHotCategorical(Distribution):
    """One of K classes as a vector of K numbers: 1 for the class, 0 for the others. Parameters and errors as `Categorical`."""

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support = constraints.one_hot
    has_enumerate_support = True

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None) -> None:
        self._categorical = Categorical(probs, logits)
        super().__init__(self._categorical.batch_shape, self._categorical.param_shape[-1:], validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distribution with its parameters expanded to batch_shape."""
        new = super().expand(batch_shape, _instance)
        new._categorical = self._categorical.expand(batch_shape)
        return new

    @property
    def _param(self) -> Tensor:
        return self._categorical._param

    @property
    def probs(self) -> Tensor:
        """The probabilities."""
        return self._categorical.probs

    @property
    def logits(self) -> Tensor:
        """The logarithms of the probabilities."""
        return self._categorical.logits

    @property
    def param_shape(self) -> Size:
        """The shape of the parameter."""
        return self._categorical.param_shape

    @property
    def mean(self) -> Tensor:
        """probs."""
        return self.probs

    @property
    def mode(self) -> Tensor:
        """The most probable class."""
        return creation.one_hot(self._categorical.mode, self.probs.shape[-1]).to(self.probs)

    @property
    def variance(self) -> Tensor:
        """probs (1 - probs)."""
        return self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = ONE) -> Tensor:
        """One-hot vectors of the parameter's type."""
        return creation.one_hot(self._categorical.sample(sample_shape), self.probs.shape[-1]).to(self.probs)

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
