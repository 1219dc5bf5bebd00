"""TransformedDistribution: draws of one distribution, sent through invertible functions."""

from __future__ import annotations

from typing import Any

from ..arrays.size import Size
from ..autograd.modes import no_grad
from ..tensors.tensor import Tensor
from . import constraints
from .distribution import Distribution
from .independent import Independent
from .transforms import ComposeTransform, Transform
from .utils import ONE, sum_rightmost

__all__ = ["TransformedDistribution"]


class TransformedDistribution(Distribution):
    """y = f(x) for x of the base: log p(y) = log p(x) - log |dy/dx|. A normalising flow is this with functions that learn.

    Raises:
        ValueError: the transforms are neither a Transform nor a list of them, or the base has too few axes.

    Source: Rezende and Mohamed 2015, arXiv:1505.05770.

    >>> normal, exp = torch.distributions.Normal(0.0, 1.0), torch.distributions.ExpTransform()
    >>> torch.distributions.TransformedDistribution(normal, [exp]).log_prob(torch.tensor(1.0))  # log normal
    tensor(-0.9189)
    """

    arg_constraints: dict[str, constraints.Constraint] = {}

    def __init__(self, base_distribution: Any, transforms: Any, validate_args: bool | None = None) -> None:
        if isinstance(transforms, Transform):
            self.transforms = [transforms]
        elif isinstance(transforms, list) and all(isinstance(t, Transform) for t in transforms):
            self.transforms = transforms
        else:
            raise ValueError(f"transforms must be a Transform or a list of Transforms, but was {transforms}")
        base, event_dim = base_distribution, len(base_distribution.event_shape)
        shape, transform = base.batch_shape + base.event_shape, ComposeTransform(self.transforms)
        needed = transform.domain.event_dim
        if len(shape) < needed:
            raise ValueError(
                f"base_distribution needs to have shape with size at least {needed}, but got {tuple(shape)}."
            )
        after = transform.forward_shape(shape)
        expanded = transform.inverse_shape(after)
        if shape != expanded:
            base = base.expand(expanded[: len(expanded) - event_dim])
        self.base_dist: Any = Independent(base, needed - event_dim) if needed > event_dim else base
        # an event has the axes that the transforms work on together, and those of the base
        event_dim = max(transform.codomain.event_dim, event_dim + transform.codomain.event_dim - needed)
        split = len(after) - event_dim
        super().__init__(after[:split], after[split:], validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new = super().expand(batch_shape, _instance)
        shape = Size(batch_shape) + self.event_shape
        for transform in reversed(self.transforms):
            shape = transform.inverse_shape(shape)
        new.base_dist = self.base_dist.expand(shape[: len(shape) - len(self.base_dist.event_shape)])
        return new

    @constraints.dependent_property(is_discrete=False)
    def support(self) -> Any:
        """What the last transform gives."""
        if not self.transforms:
            return self.base_dist.support
        support = self.transforms[-1].codomain
        more = len(self.event_shape) - support.event_dim
        return constraints.independent(support, more) if more > 0 else support

    @property
    def has_rsample(self) -> bool:  # type: ignore[override]  # computed, where others state it
        """Whether the base has rsample."""
        return self.base_dist.has_rsample

    def _transformed(self, x: Any) -> Any:
        for transform in self.transforms:
            x = transform(x)
        return x

    @no_grad()
    def sample(self, sample_shape: Any = ONE) -> Tensor:
        """Transformed draws of the base, without gradients."""
        return self._transformed(self.base_dist.sample(sample_shape))

    def rsample(self, sample_shape: Any = ONE) -> Tensor:
        """Transformed draws of the base; gradients flow to the base's parameters and the transforms'."""
        return self._transformed(self.base_dist.rsample(sample_shape))

    def log_prob(self, value: Tensor) -> Tensor:
        """That of the base at f⁻¹(value), less log |dy/dx|."""
        self._validate_sample(value)
        event_dim, y = len(self.event_shape), value
        total: Any = 0.0
        for transform in reversed(self.transforms):
            x = transform.inv(y)
            event_dim += transform.domain.event_dim - transform.codomain.event_dim
            slope = transform.log_abs_det_jacobian(x, y)
            total = total - sum_rightmost(slope, event_dim - transform.domain.event_dim)
            y = x
        return total + sum_rightmost(self.base_dist.log_prob(y), event_dim - len(self.base_dist.event_shape))

    def _turned(self, probability: Any) -> Any:
        """1 - p where the transforms fall, so that small values of the base become large ones."""
        sign: Any = 1
        for transform in self.transforms:
            sign = sign * transform.sign
        return probability if isinstance(sign, int) and sign == 1 else sign * (probability - 0.5) + 0.5

    def cdf(self, value: Tensor) -> Tensor:
        """The probability of a draw up to `value`; the transforms must be monotonic."""
        for transform in self.transforms[::-1]:
            value = transform.inv(value)
        self.base_dist._validate_sample(value)
        return self._turned(self.base_dist.cdf(value))

    def icdf(self, value: Tensor) -> Tensor:
        return self._transformed(self.base_dist.icdf(self._turned(value)))
