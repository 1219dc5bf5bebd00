"""The continuous Bernoulli distribution: values between 0 and 1, as the pixels of a variational autoencoder."""

from __future__ import annotations

import math
from typing import Any

from .. import ops
from ..autograd.modes import no_grad
from ..ops.losses.classification import binary_cross_entropy_with_logits
from ..tensors import creation, draws
from ..tensors.tensor import Tensor
from . import constraints
from .distribution import Distribution
from .utils import ONE, Odds, broadcast_all, clamp_probs, lazy_property, logits_to_probs

__all__ = ["ContinuousBernoulli"]


class ContinuousBernoulli(Odds, Distribution):
    """Density C p^x (1 - p)^(1 - x) on [0, 1]; p by `probs` or by logits = log(p / (1 - p)).

    lims: between these two values of p, where the formulas divide 0 by 0, their series around 1/2 stand in.

    Source: Loaiza-Ganem and Cunningham, "The continuous Bernoulli: fixing a pervasive error in variational autoencoders", 2019,
    https://arxiv.org/abs/1907.06845.

    Raises:
        ValueError: both or neither of the two are given, or a probability is outside of [0, 1].
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.unit_interval
    has_rsample = True

    def __init__(
        self, probs: Any = None, logits: Any = None, lims: tuple[float, float] = (0.499, 0.501), validate_args: bool | None = None
    ) -> None:  # fmt: skip
        self._take(probs, logits)
        if probs is not None:
            if validate_args is not None and not constraints.unit_interval.check(self.probs).all():
                raise ValueError("The parameter probs has invalid values")
            self.probs = clamp_probs(self.probs)
        self._lims = lims
        super().__init__(self._param.shape, validate_args=validate_args)

    @lazy_property
    def probs(self) -> Any:
        """p, kept away from 0 and 1."""
        return clamp_probs(logits_to_probs(self.logits, is_binary=True))

    def _stable(self) -> Tensor:
        return (self.probs <= self._lims[0]) | (self.probs > self._lims[1])

    def _cut(self) -> Tensor:
        """p, with the lower limit where the series stands in."""
        return ops.where(self._stable(), self.probs, self._lims[0] * creation.ones_like(self.probs))

    def log_norm(self) -> Tensor:
        """log C."""
        p = self._cut()
        below = ops.where(p <= 0.5, p, creation.zeros_like(p))
        above = ops.where(p >= 0.5, p, creation.ones_like(p))
        value = ((-p).log1p() - p.log()).abs().log() - ops.where(p <= 0.5, (-2 * below).log1p(), (2 * above - 1).log())
        x = (self.probs - 0.5).pow(2)
        return ops.where(self._stable(), value, math.log(2) + (4 / 3 + 104 / 45 * x) * x)

    @property
    def mean(self) -> Tensor:
        """p / (2p - 1) + 1 / log((1 - p) / p)."""
        p, x = self._cut(), self.probs - 0.5
        value = p / (2 * p - 1) + 1 / ((-p).log1p() - p.log())
        return ops.where(self._stable(), value, 0.5 + (1 / 3 + 16 / 45 * x.pow(2)) * x)

    @property
    def variance(self) -> Tensor:
        """p (p - 1) / (1 - 2p)² + 1 / log((1 - p) / p)²."""
        p, x = self._cut(), (self.probs - 0.5).pow(2)
        value = p * (p - 1) / (1 - 2 * p).pow(2) + 1 / ((-p).log1p() - p.log()).pow(2)
        return ops.where(self._stable(), value, 1 / 12 - (1 / 15 - 128 / 945 * x) * x)

    @property
    def stddev(self) -> Tensor:
        """The root of the variance."""
        return self.variance.sqrt()

    @no_grad()
    def sample(self, sample_shape: Any = ONE) -> Tensor:
        """Draws without gradients."""
        return self.rsample(sample_shape)

    def rsample(self, sample_shape: Any = ONE) -> Tensor:
        """The quantiles of uniform draws."""
        return self.icdf(draws.rand(self._extended_shape(sample_shape), dtype=self.probs.dtype))

    def log_prob(self, value: Tensor) -> Tensor:
        """x log(p) + (1 - x) log(1 - p) + log C."""
        self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        return -binary_cross_entropy_with_logits(logits, value, reduction="none") + self.log_norm()

    def cdf(self, value: Tensor) -> Tensor:
        """(p^x (1 - p)^(1 - x) + p - 1) / (2p - 1)."""
        self._validate_sample(value)
        p = self._cut()
        inside = (p.pow(value) * (1 - p).pow(1 - value) + p - 1) / (2 * p - 1)
        inside = ops.where(self._stable(), inside, value)
        above = ops.where(value >= 1, creation.ones_like(value), inside)
        return ops.where(value <= 0, creation.zeros_like(value), above)

    def icdf(self, value: Tensor) -> Tensor:
        """The x with cdf(x) = value."""
        p = self._cut()
        rest = (-p).log1p()
        return ops.where(self._stable(), ((-p + value * (2 * p - 1)).log1p() - rest) / (p.log() - rest), value)

    def entropy(self) -> Tensor:
        """The mean of -log_prob."""
        rest = (-self.probs).log1p()
        return self.mean * (rest - self.probs.log()) - self.log_norm() - rest
