"""A mixture: first one of K components is drawn, then a number of it."""

from __future__ import annotations

from typing import Any

from ..autograd.modes import no_grad
from ..tensors.tensor import Tensor
from . import constraints
from .categorical import Categorical
from .distribution import Distribution
from .utils import ONE

__all__ = ["MixtureSameFamily"]


class MixtureSameFamily(Distribution):
    """K distributions of one family, the last axis of the component's batch, chosen with the probabilities of a `Categorical`.

    Raises:
        ValueError: the mixture is no Categorical, the component no Distribution, or their batches do not fit.

    >>> choice = torch.distributions.Categorical(torch.tensor([1.0, 3.0]))
    >>> two = torch.distributions.Normal(torch.tensor([-1.0, 1.0]), torch.tensor([0.5, 0.5]))
    >>> torch.distributions.MixtureSameFamily(choice, two).mean
    tensor(0.5000)
    """

    arg_constraints: dict[str, constraints.Constraint] = {}

    def __init__(
        self, mixture_distribution: Any, component_distribution: Any, validate_args: bool | None = None
    ) -> None:
        if not isinstance(mixture_distribution, Categorical):
            raise ValueError("The Mixture distribution needs to be an instance of torch.distributions.Categorical")
        if not isinstance(component_distribution, Distribution):
            raise ValueError("The Component distribution needs to be an instance of torch.distributions.Distribution")
        choices, batch = mixture_distribution.batch_shape, component_distribution.batch_shape
        for m, n in zip(reversed(choices), reversed(batch[:-1]), strict=False):
            if m != 1 and n != 1 and m != n:
                raise ValueError(
                    f"`mixture_distribution.batch_shape` ({choices}) is not compatible with `component_distribution.batch_shape` ({batch[:-1]})"
                )
        count = mixture_distribution.logits.shape[-1]
        if count != batch[-1]:
            raise ValueError(
                f"`mixture_distribution component` ({count}) does not equal `component_distribution.batch_shape[-1]` ({batch[-1]})"
            )
        self.mixture_distribution, self.component_distribution = mixture_distribution, component_distribution
        super().__init__(batch[:-1], component_distribution.event_shape, validate_args=validate_args)
        self._axis = -1 - len(self._event_shape)  # of the components

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same mixture with its parameters expanded to batch_shape."""
        new = super().expand(batch_shape, _instance)
        new.component_distribution = self.component_distribution.expand(
            (*batch_shape, self.component_distribution.batch_shape[-1])
        )
        new.mixture_distribution = self.mixture_distribution.expand(batch_shape)
        return new

    @constraints.dependent_property
    def support(self) -> Any:
        """The components'."""
        return constraints.MixtureSameFamilyConstraint(self.component_distribution.support)

    def _weights(self) -> Tensor:
        """The probabilities, to stand before the components' means."""
        probs = self.mixture_distribution.probs
        return probs.reshape((*probs.shape, *(1,) * len(self._event_shape)))

    @property
    def mean(self) -> Tensor:
        """The mean of the components' means."""
        return (self._weights() * self.component_distribution.mean).sum(self._axis)

    @property
    def variance(self) -> Tensor:
        """The mean of the components' variances, plus the variance of their means."""
        within = (self._weights() * self.component_distribution.variance).sum(self._axis)
        apart = (self.component_distribution.mean - self.mean.unsqueeze(self._axis)).pow(2.0)
        return within + (self._weights() * apart).sum(self._axis)

    def cdf(self, x: Tensor) -> Tensor:
        """The probability of a draw up to `x`."""
        return (self.component_distribution.cdf(x.unsqueeze(self._axis)) * self.mixture_distribution.probs).sum(-1)

    def log_prob(self, x: Tensor) -> Tensor:
        """The logarithm of the mean of the components' densities."""
        self._validate_sample(x)
        log_prob = self.component_distribution.log_prob(x.unsqueeze(self._axis))
        return (log_prob + self.mixture_distribution.logits.log_softmax(-1)).logsumexp(-1)

    @no_grad()
    def sample(self, sample_shape: Any = ONE) -> Tensor:
        """Draws of all components, of which one is taken."""
        chosen = self.mixture_distribution.sample(sample_shape)
        drawn = self.component_distribution.sample(sample_shape)
        axis = len(sample_shape) + len(self._batch_shape)
        index = chosen.reshape((*chosen.shape, *(1,) * (1 + len(self._event_shape))))
        return drawn.gather(axis, index.expand((*chosen.shape, 1, *self._event_shape))).squeeze(axis)

    def __repr__(self) -> str:
        return f"MixtureSameFamily(\n  {self.mixture_distribution},\n  {self.component_distribution})"
