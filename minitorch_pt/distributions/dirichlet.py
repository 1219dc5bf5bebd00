"""The Dirichlet distribution: positive numbers of sum 1, as the probabilities of K classes."""

from __future__ import annotations

from typing import Any

from .. import ops
from ..ops.pathwise import dirichlet_draw
from ..tensors.generator import Generator, default_generator
from ..tensors.grids import one_hot
from ..tensors.tensor import Tensor
from . import constraints
from .distribution import Distribution

__all__ = ["Dirichlet"]


def _sample_dirichlet(input: Tensor, generator: Generator | None = None) -> Tensor:
    """Positive numbers of sum 1 along the last axis, drawn with these concentrations; gradients flow through them."""
    return dirichlet_draw(input, (generator or default_generator).dirichlet(input._data))


class Dirichlet(Distribution):
    """Density in proportion to the product of x_k^(concentration_k - 1).

    Shapes: concentration (*, K); each draw (K).

    Raises:
        ValueError: the concentration has no axis, or is not positive.

    >>> torch.distributions.Dirichlet(torch.tensor([1.0, 3.0])).mean
    tensor([0.2500, 0.7500])
    """

    arg_constraints = {"concentration": constraints.independent(constraints.positive, 1)}
    support = constraints.simplex
    has_rsample = True

    def __init__(self, concentration: Any, validate_args: bool | None = None) -> None:
        if concentration.ndim < 1:
            raise ValueError("`concentration` parameter must be at least one-dimensional.")
        self.concentration = concentration
        super().__init__(concentration.shape[:-1], concentration.shape[-1:], validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        """The concentrations, divided by their sum."""
        return self.concentration / self.concentration.sum(-1, True)

    @property
    def mode(self) -> Tensor:
        """concentration - 1, divided by its sum; where all concentrations are below 1, the first corner."""
        above = (self.concentration - 1).clamp(min=0.0)
        mode = above / above.sum(-1, True)
        corner = (self.concentration < 1).all(-1, True)
        return ops.where(corner, one_hot(mode.argmax(-1), above.shape[-1]).to(mode), mode)

    @property
    def variance(self) -> Tensor:
        """mean (1 - mean) / (total + 1)."""
        total = self.concentration.sum(-1, True)
        return self.concentration * (total - self.concentration) / (total.pow(2) * (total + 1))

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draws through which gradients flow (see ops/pathwise.py)."""
        return _sample_dirichlet(self.concentration.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value: Tensor) -> Tensor:
        self._validate_sample(value)
        alpha = self.concentration
        return ops.xlogy(alpha - 1.0, value).sum(-1) + alpha.sum(-1).lgamma() - alpha.lgamma().sum(-1)

    def entropy(self) -> Tensor:
        alpha = self.concentration
        total = alpha.sum(-1)
        rest = (alpha.shape[-1] - total) * total.digamma()
        return alpha.lgamma().sum(-1) - total.lgamma() - rest - ((alpha - 1.0) * alpha.digamma()).sum(-1)
