"""A relaxed choice: positive numbers of sum 1 through which gradients flow (Gumbel softmax)."""

from __future__ import annotations

from typing import Any

from ..tensors import creation, draws
from ..tensors.tensor import Tensor
from . import constraints
from .categorical import OfClasses
from .relaxed_bernoulli import Relaxed
from .transforms import ExpTransform
from .utils import ONE, broadcast_all, clamp_probs

__all__ = ["ExpRelaxedCategorical", "RelaxedOneHotCategorical"]


class ExpRelaxedCategorical(OfClasses):
    """The logarithms of a `RelaxedOneHotCategorical`: log softmax((logits + Gumbel noise) / temperature).

    Raises:
        ValueError: both or neither of probs and logits are given, without axes, or a probability is negative.
    """

    support = constraints.real_vector
    has_rsample = True

    def __init__(
        self, temperature: Any, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        self.temperature = temperature
        super().__init__(probs, logits, validate_args)

    def rsample(self, sample_shape: Any = ONE) -> Tensor:
        """log softmax((logits + noise) / temperature)."""
        uniform = clamp_probs(draws.rand(self._extended_shape(sample_shape), dtype=self.logits.dtype))
        scores = (self.logits - (-(uniform.log())).log()) / self.temperature
        return scores - scores.logsumexp(dim=-1, keepdim=True)

    def log_prob(self, value: Tensor) -> Tensor:
        self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        count = logits.shape[-1]
        scale = creation.full_like(self.temperature, count).lgamma() + self.temperature.log().mul(count - 1)
        score = logits - value.mul(self.temperature)
        return (score - score.logsumexp(dim=-1, keepdim=True)).sum(-1) + scale


class RelaxedOneHotCategorical(Relaxed):
    """A choice that gives K positive numbers of sum 1: the lower the temperature, the nearer they are to a single 1.

    Raises:
        ValueError: both or neither of probs and logits are given, without axes, or a probability is negative.

    Source: Maddison et al. 2017, arXiv:1611.00712; Jang et al. 2017, arXiv:1611.01144.
    """

    arg_constraints: Any = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support: Any = constraints.simplex
    has_rsample = True

    def __init__(
        self, temperature: Any, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        base = ExpRelaxedCategorical(temperature, probs, logits, validate_args=validate_args)
        super().__init__(base, ExpTransform(), validate_args=validate_args)
