"""Von Mises' distribution: angles around a direction, the normal distribution of a circle."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from .. import ops
from ..arrays import dtypes
from ..autograd.modes import no_grad
from ..tensors import creation, draws
from ..tensors.tensor import Tensor
from . import constraints
from .loc_scale import Centred
from .utils import ONE, broadcast_all, lazy_property

__all__ = ["VonMises"]

# The modified Bessel functions of order 0 and 1 below and above 3.75: polynomials of Abramowitz and Stegun, 9.8.1 to 9.8.4
_SMALL = (
    (1.0, 3.5156229, 3.0899424, 1.2067492, 0.2659732, 0.360768e-1, 0.45813e-2),
    (0.5, 0.87890594, 0.51498869, 0.15084934, 0.2658733e-1, 0.301532e-2, 0.32411e-3),
)
_LARGE = (
    (0.39894228, 0.1328592e-1, 0.225319e-2, -0.157565e-2, 0.916281e-2, -0.2057706e-1, 0.2635537e-1, -0.1647633e-1, 0.392377e-2),
    (0.39894228, -0.3988024e-1, -0.362018e-2, 0.163801e-2, -0.1031555e-1, 0.2282967e-1, -0.2895312e-1, 0.1787654e-1, -0.420059e-2),
)  # fmt: skip


def _polynomial(x: Tensor, coefficients: Sequence[float]) -> Tensor:
    """Horner's rule, the constant first."""
    value: Any = coefficients[-1]
    for c in coefficients[-2::-1]:
        value = c + x * value
    return value


def _log_bessel(x: Tensor, order: int) -> Tensor:
    """log I_order(x) of positive numbers."""
    small = _polynomial((x / 3.75) * (x / 3.75), _SMALL[order])
    if order == 1:
        small = x.abs() * small
    large = x - 0.5 * x.log() + _polynomial(3.75 / x, _LARGE[order]).log()
    return ops.where(x < 3.75, small.log(), large)


class VonMises(Centred):
    """Angles in radians; density exp(concentration cos(x - loc)) / (2 pi I0(concentration)). Angles are meant modulo 2 pi.

    Raises:
        ValueError: a concentration that is not positive.

    >>> torch.distributions.VonMises(0.0, 2.0).log_prob(torch.tensor(0.0))
    tensor(-0.6619)
    """

    arg_constraints: Any = {"loc": constraints.real, "concentration": constraints.positive}
    support: Any = constraints.real

    def __init__(self, loc: Any, concentration: Any, validate_args: bool | None = None) -> None:
        self.loc, self.concentration = broadcast_all(loc, concentration)
        super().__init__(self.loc.shape, validate_args=validate_args)

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density at `value`."""
        self._validate_sample(value)
        return (
            self.concentration * (value - self.loc).cos() - math.log(2 * math.pi) - _log_bessel(self.concentration, 0)
        )

    @no_grad()
    def sample(self, sample_shape: Any = ONE) -> Tensor:
        """Draws from -pi to pi, by rejection from a wrapped Cauchy distribution, in float64.

        Source: Best and Fisher, Efficient simulation of the von Mises distribution. Applied Statistics 28 (1979).
        """
        k = self.concentration.to(dtypes.float64)
        tau = 1 + (1 + 4 * k**2).sqrt()
        rho = (tau - (2 * tau).sqrt()) / (2 * k)
        r = ops.where(k < 1e-5, 1 / k + k, (1 + rho**2) / (2 * rho))
        shape = self._extended_shape(sample_shape)
        x = creation.zeros(shape, dtype=dtypes.float64)
        done = creation.zeros(shape, dtype=dtypes.bool)
        while not done.all():
            u1, u2, u3 = draws.rand((3, *shape), dtype=dtypes.float64).unbind()
            z = (math.pi * u1).cos()
            f = (1 + r * z) / (r + z)
            c = k * (r - f)
            accept = (c * (2 - c) - u2 > 0) | ((c / u2).log() + 1 - c >= 0)
            x = ops.where(accept, (u3 - 0.5).sign() * f.acos(), x)
            done = done | accept
        return ((x + math.pi + self.loc.to(dtypes.float64)) % (2 * math.pi) - math.pi).to(self.loc.dtype)

    @lazy_property
    def variance(self) -> Tensor:  # type: ignore[override]
        """The circular one: 1 - I1(concentration) / I0(concentration)."""
        return 1 - (_log_bessel(self.concentration, 1) - _log_bessel(self.concentration, 0)).exp()
