"""The gamma function, its derivatives, and the incomplete one, which NumPy lacks."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from ...arrays.dtypes import TITLES
from ...autograd.contract import composed
from ...autograd.rule import array, differentiable
from ...names.titles import titled
from ..halves import in_single, is_half
from .error_functions import erfc_of
from .special_functions import in_double, polynomial

if TYPE_CHECKING:
    from ...autograd.contract import Array, CastOut, Operand, Pulled, Tensor


__all__ = ["digamma", "igamma", "igammac", "lgamma", "mvlgamma", "polygamma"]


# ---------------------------------------------------------------------------------------------------------------------
# The gamma function
# ---------------------------------------------------------------------------------------------------------------------
_BERNOULLI = (
    1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330, 854513 / 138,
    -236364091 / 2730,
)  # fmt: skip
_STIRLING = [b / ((2 * k - 1) * 2 * k) for k, b in enumerate(_BERNOULLI[:8], 1)]
_PSI = [b / (2 * k) for k, b in enumerate(_BERNOULLI[:8], 1)]


def _from_whole(x: np.ndarray) -> np.ndarray:
    """x less the nearest whole number, which is exact: pi times it loses no digits near the poles, pi * x loses all."""
    return x - np.rint(x)


@functools.cache
def _lgamma_about_2() -> list[float]:
    """The power series of log gamma(2 + t) in t: its coefficients are (-1)^k (zeta(k) - 1) / k."""
    k = np.arange(2, 30)
    return [0.0, 1 - float(np.euler_gamma), *((-1.0) ** k * _zeta(k * 1.0, np.full(k.shape, 2.0)) / k).tolist()]


def _lgamma(x: np.ndarray) -> np.ndarray:
    y = np.where(x < 0, 1 - x, x)
    near = y < 8
    z = np.where(near, y, 2)
    n = np.rint(z)
    # gamma(z) = (z - 1) (z - 2) ... gamma(2 + t) or gamma(2 + t) / z ..., with t within 1/2 of 0
    up, down = np.ones(z.shape), np.where(n == 0, z * (z + 1), np.where(n == 1, z, 1))
    for k in range(1, 7):
        up = np.where(n - k >= 2, up * (z - k), up)
    small = polynomial(_lgamma_about_2(), z - n) + np.log(up) - np.log(down)
    large = np.where(near, 8, y)
    stirling = (large - 0.5) * (np.log(large) - 1) + (math.log(2 * math.pi) - 1) / 2
    stirling += polynomial(_STIRLING, 1 / (large * large)) / large
    value = np.where(near, small, stirling)
    # on the other side of 0 by reflection: gamma(x) gamma(1 - x) = pi / sin(pi x)
    value = np.where(x < 0, np.log(math.pi / np.abs(np.sin(math.pi * _from_whole(x)))) - value, value)
    return np.where(np.isneginf(x) | ((x <= 0) & (x == np.trunc(x))), np.inf, value)


def _digamma(x: np.ndarray) -> np.ndarray:
    z = np.where(x < 0, 1 - x, x)
    value = np.zeros(z.shape)
    for _ in range(10):  # to above 10, by psi(z + 1) = psi(z) + 1/z
        small = z < 10
        value = np.where(small, value - 1 / z, value)
        z = z + small
    inverse = 1 / (z * z)
    value = value + (np.log(z) - 0.5 / z - inverse * polynomial(_PSI, inverse))
    value = np.where(x < 0, value - math.pi / np.tan(math.pi * _from_whole(x)), value)
    value = np.where((x < 0) & (x == np.trunc(x)), np.nan, value)
    return np.where(x == 0, np.copysign(np.inf, -x), value)


def _trigamma(x: np.ndarray) -> np.ndarray:
    """The slope of digamma as torch computes it: to 9 digits, of the asymptotic series so many terms are taken."""
    z = np.where(x < 0.5, 1 - x, x)
    value = np.zeros(z.shape)
    for _ in range(6):
        value, z = value + 1 / (z * z), z + 1
    inverse = 1 / (z * z)
    value = value + (1 + 1 / (2 * z) + inverse * polynomial(_BERNOULLI[:3], inverse)) / z
    return np.where(x < 0.5, (math.pi / np.sin(math.pi * x)) ** 2 - value, value)


def _zeta_right(s: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Hurwitz's zeta function of q > 0: ten terms one by one, the rest by Euler and Maclaurin's formula."""
    value = sum((q + k) ** -s for k in range(10))
    a = q + 10
    power = a**-s  # the next term
    factor, rest = s / (2 * a), 0.5 + a / (s - 1)
    for j, b in enumerate(_BERNOULLI, 1):
        rest = rest + factor * b
        factor = factor * ((s + (2 * j - 1)) / (a * (2 * j + 1)) * ((s + 2 * j) / (a * (2 * j + 2))))
    return value + np.where(power == 0, 0, power * rest)


def _zeta(s: np.ndarray, q: np.ndarray) -> np.ndarray:
    """That of any q: of the terms left of 0, 1 / (k + q)^s for k < -q, the signs can be taken out, and are a difference of two zetas."""
    s, q = np.broadcast_arrays(s, q)
    right, t = q > 0, _from_whole(q)
    pole = ~right & (q == np.trunc(q))
    # how far from 0 the nearest term on the right is, and the one on the left
    first, last = np.where(t > 0, t, 1 + t), np.where(t > 0, 1 - t, -t)
    value = _zeta_right(s, np.where(right, q, first))
    if not right.all():
        sign = np.where(s % 2 == 0, 1, -1)
        left = sign * _zeta_right(s, np.where(right | pole, 1, last))
        value = np.where(right, value, value + left - sign * _zeta_right(s, np.where(right, 1, 1 - q)))
        value = np.where(pole, np.inf, np.where(~right & (s != np.trunc(s)), np.nan, value))
    return np.where(s > 1, value, np.where(s == 1, np.inf, np.nan))


def _polygamma_of(n: int, x: np.ndarray) -> np.ndarray:
    if n == 0:
        return _digamma(x)
    if n == 1:
        return _trigamma(x)
    values = (-1) ** (n + 1) * math.exp(math.lgamma(n + 1)) * _zeta(np.full(x.shape, n + 1.0), x)
    return np.where(x == np.inf, np.nan, values)  # as torch's


@differentiable(promote="float")
def lgamma(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """The logarithm of |gamma(x)|, where gamma(n + 1) = n! for whole n; infinite at 0, -1, -2, ...

    Source: for small x the power series about 2, for large x Stirling's (Abramowitz and Stegun 6.1.33, 6.1.41).

    >>> torch.lgamma(torch.tensor([1.0, 5.0])).exp()  # 0! and 4!
    tensor([ 1., 24.])
    """
    return in_double(_lgamma, input), lambda g: g * digamma.rule(input)


@differentiable(promote="float")
def digamma(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """The slope of lgamma (Abramowitz and Stegun 6.3.18).

    >>> torch.digamma(torch.tensor([1.0, 2.0]))  # they differ by 1
    tensor([-0.5772,  0.4228])
    """
    return in_double(_digamma, input), lambda g: g * polygamma.rule(1, input)


@differentiable(promote=("float", 1), name="PolygammaBackward0")
def _polygamma(input: Array, n: int) -> Pulled:
    return in_double(lambda x: _polygamma_of(n, x), input), lambda g: g * polygamma.rule(n + 1, input)


@composed
def polygamma(n: int, input: Tensor, *, out: CastOut | None = None) -> Tensor:
    """The n-th derivative of digamma: (-1)^(n+1) n! zeta(n + 1, x) for n >= 1.

    Raises:
        RuntimeError: n is negative.

    >>> torch.polygamma(1, torch.tensor([1.0]))  # pi**2 / 6
    tensor([1.6449])
    """
    if not isinstance(n, int):
        raise TypeError(f"polygamma(): argument 'n' (position 1) must be int, not {type(n).__name__}")
    if n < 0:
        raise RuntimeError(f"polygamma(n, x) does not support negative n, and got n={n}")
    return _polygamma.rule(input, n)


def _no_bools(input: Array, *_: object) -> None:
    if array(input).dtype == bool:
        raise RuntimeError("mvlgamma(): The input tensor may not be a boolean tensor; convert it with .int()")


@differentiable(promote=("float", 1), check=_no_bools)
def mvlgamma(input: Tensor, p: int, *, out: Tensor | None = None) -> Pulled:
    """The logarithm of the gamma function of p dimensions: sum over i < p of lgamma(x - i/2), plus p (p - 1) / 4 log(pi).

    Raises:
        RuntimeError: p is below 1.

    >>> torch.mvlgamma(torch.tensor([2.0, 3.0]), 1)  # log 1!, log 2!
    tensor([0.0000, 0.6931])
    """
    if p < 1:
        raise RuntimeError(f"p has to be greater than or equal to 1, got {p}")
    if is_half(input):
        return in_single(mvlgamma, input, p)

    def value(x: np.ndarray) -> Array:
        return sum(_lgamma(x - i / 2) for i in range(p)) + p * (p - 1) / 4 * math.log(math.pi)

    return in_double(value, input), lambda g: g * sum(digamma.rule(input + -i / 2) for i in range(p))


# ---------------------------------------------------------------------------------------------------------------------
# The incomplete gamma function: a power series from 0 up to about x = a, a continued fraction from there on (Abramowitz and Stegun
# 6.5.29, 6.5.31). Both need some 9 sqrt(a) terms where x is near to a, so that large a have a way of their own.
# ---------------------------------------------------------------------------------------------------------------------
def _gamma_term(a: np.ndarray, x: np.ndarray) -> np.ndarray:
    """x^a e^-x / gamma(a + 1)."""
    large = np.where(a < 8, 8, a)
    far = (x - large) / large
    log = large * (np.log1p(far) - far) - np.log(2 * math.pi * large) / 2
    log -= polynomial(_STIRLING, 1 / (large * large)) / large
    return np.exp(np.where(a < 8, a * np.log(x) - x - _lgamma(a + 1), log))


def _lower_series(a: np.ndarray, x: np.ndarray) -> np.ndarray:
    """P(a, x), for x up to about a."""
    n, term, total = 0, np.ones(x.shape), np.ones(x.shape)
    while np.any(term > 1e-17 * total):
        n += 1
        term = term * x / (a + n)
        total = total + term
    return total * _gamma_term(a, x)


def _upper_fraction(a: np.ndarray, x: np.ndarray) -> np.ndarray:
    """1 - P(a, x), for x from about a on: Lentz' way through the continued fraction 1 / (b0 - c1 / (b1 - c2 / (b2 - ...)))."""
    b = x + 1 - a
    ratio, factor = 1e300 + 0 * x, np.full(x.shape, np.inf)
    inverse = 1 / b
    total, n = inverse, 0
    while np.any(np.abs(factor - 1) > 1e-15):
        n += 1
        c, b = n * (a - n), b + 2
        inverse = 1 / (c * inverse + b)
        ratio = b + c / ratio
        factor = ratio * inverse
        total = total * factor
    return total * a * _gamma_term(a, x)


def _upper_small(a: np.ndarray, x: np.ndarray) -> np.ndarray:
    """1 - P(a, x) for small a and x, by the terms that do not cancel."""
    log, term, total = a * np.log(x) - _lgamma(a + 1), np.ones(x.shape), np.zeros(x.shape)
    for n in range(1, 22):
        term = term * -x / n
        total = total + term * a / (a + n)
    return -np.expm1(log) - np.exp(log) * total


def _of_large(a: np.ndarray, x: np.ndarray, upper: bool) -> np.ndarray:
    """1 - P(a, x), or P(a, x), for large a: near that of a normal distribution, with the first correction (Temme 1979)."""
    far = (x - a) / a
    near = np.abs(far) < 1e-3
    half = np.where(near, far * far * polynomial([1 / 2, -1 / 3, 1 / 4, -1 / 5, 1 / 6], far), far - np.log1p(far))
    place = np.sign(far) * np.sqrt(2 * half)
    skew = np.where(near, polynomial([-1 / 3, 1 / 12, -2 / 135], place), 1 / far - 1 / place)
    side = 1 if upper else -1
    return erfc_of(side * place * np.sqrt(a / 2)) / 2 + side * skew * np.exp(-a * half) / np.sqrt(2 * math.pi * a)


def _incomplete_gamma(a: np.ndarray, x: np.ndarray, upper: bool) -> np.ndarray:
    a, x = np.broadcast_arrays(a, x)
    value = np.full(x.shape, np.nan)
    value[x == np.inf] = not upper  # also of nan, as in torch
    value[a == np.inf] = np.where(x[a == np.inf] == np.inf, np.nan, upper)
    value[x == 0] = upper
    value[a == 0] = np.where(x[a == 0] > 0, not upper, np.nan)
    value[(a < 0) | (x < 0)] = np.nan
    inside = (a > 0) & (a < np.inf) & (x > 0) & (x < np.inf)
    large = inside & (a > 1e8)
    value[large] = _of_large(a[large], x[large], upper)
    inside &= ~large
    small = inside & (a < 1) & (x < 1.1)
    below = inside & ~(upper & small) & (x < a + 1)
    for region, of_upper, function in (
        (below, False, _lower_series),
        (inside & (x >= a + 1) & ~small, True, _upper_fraction),
        (small & ~below, True, _upper_small),
    ):
        found = function(a[region], x[region])
        value[region] = found if of_upper is upper else 1 - found
    return value


def _refuse_shape_slope(name: str) -> Callable:
    def refuse(g: Array) -> NoReturn:
        raise NotImplementedError(f"the derivative for '{name}: input' is not implemented.")

    return refuse


def _igamma(name: str, upper: bool, text: str) -> Callable[..., Tensor]:
    def rule(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Pulled:
        for x in (input, other):
            if array(x).dtype.kind != "f":
                raise NotImplementedError(
                    f"{name}() is not implemented for '{TITLES[x.dtype.name]}': convert with .float()"
                )
        value = in_double(lambda a, x: _incomplete_gamma(a, x, upper), input, other)
        sign = -1 if upper else 1

        def pull(g: Array) -> Array:
            return g * (sign * np.exp((input - 1) * np.log(other) - other - lgamma.rule(input)))

        return value, _refuse_shape_slope(name), pull

    return differentiable(titled(rule, name, text), promote="type")


igamma = _igamma(
    "igamma",
    False,
    """P(a, x), a = input and x = other: the integral of t^(a - 1) e^-t / gamma(a) from 0 to x, which is the distribution function of `Gamma`.

    It is differentiated with respect to x.

    Raises:
        NotImplementedError: whole numbers, or the gradient of a.

    >>> torch.igamma(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 1.0]))
    tensor([0.6321, 0.2642])
    """,
)
igammac = _igamma(
    "igammac",
    True,
    """1 - igamma(input, other), without loss where it is small; raises as igamma.

    >>> torch.igammac(torch.tensor([1.0]), torch.tensor([1.0]))  # exp(-1)
    tensor([0.3679])
    """,
)


def _no_zeta_slope(g: Array) -> NoReturn:
    raise NotImplementedError("the derivative of zeta(input, other) with respect to input is not implemented")


@differentiable(promote="float", name="SpecialZetaBackward0")
def zeta(input: Operand, other: Operand, *, out: Tensor | None = None) -> Pulled:
    """Hurwitz's zeta function: the sum over k >= 0 of (k + other)^-input; with other = 1 Riemann's.

    >>> torch.special.zeta(torch.tensor([2.0]), torch.tensor([1.0]))  # pi**2 / 6
    tensor([1.6449])
    """
    if array(input).dtype == np.float16:
        raise NotImplementedError("zeta() is not implemented for 'Half'; convert with .float()")
    return in_double(_zeta, input, other), _no_zeta_slope, lambda g: g * -input * zeta.rule(input + 1, other)
