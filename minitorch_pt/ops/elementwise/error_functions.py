"""The error function and its kin, and the standard normal distribution, which NumPy lacks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ...autograd.contract import composed
from ...autograd.rule import array, differentiable, kept, named
from ..halves import by_step
from ..picking import PLAIN
from .special_functions import in_double

if TYPE_CHECKING:
    from ...autograd.contract import Array, CastOut, Pulled, Tensor


__all__ = ["erf", "erfc", "erfinv"]


# ---------------------------------------------------------------------------------------------------------------------
# The error function: Cody's rational approximations
# (W. J. Cody, Rational Chebyshev approximation for the error function, Math. Comp. 23, 1969)
# ---------------------------------------------------------------------------------------------------------------------
_ERF = (
    [
        3.16112374387056560e00,
        1.13864154151050156e02,
        3.77485237685302021e02,
        3.20937758913846947e03,
        1.85777706184603153e-1,
    ],
    [2.36012909523441209e01, 2.44024637934444173e02, 1.28261652607737228e03, 2.84423683343917062e03],
)
_ERFC = (
    [
        5.64188496988670089e-1,
        8.88314979438837594e0,
        6.61191906371416295e01,
        2.98635138197400131e02,
        8.81952221241769090e02,
        1.71204761263407058e03,
        2.05107837782607147e03,
        1.23033935479799725e03,
        2.15311535474403846e-8,
    ],
    [
        1.57449261107098347e01,
        1.17693950891312499e02,
        5.37181101862009858e02,
        1.62138957456669019e03,
        3.29079923573345963e03,
        4.36261909014324716e03,
        3.43936767414372164e03,
        1.23033935480374942e03,
    ],
)
_TAIL = (
    [
        3.05326634961232344e-1,
        3.60344899949804439e-1,
        1.25781726111229246e-1,
        1.60837851487422766e-2,
        6.58749161529837803e-4,
        1.63153871373020978e-2,
    ],
    [
        2.56852019228982242e00,
        1.87295284992346725e00,
        5.27905102951428412e-1,
        6.05183413124413191e-2,
        2.33520497626869185e-3,
    ],
)
_NEAR = 0.46875  # up to here erf is computed, from here on erfc
_SLOPE = 2 / math.sqrt(math.pi)  # of erf at 0


def _ratio(table: tuple, x: np.ndarray) -> np.ndarray:
    """A quotient of polynomials, in Cody's order of coefficients: the numerator's first is the last of its list."""
    top, bottom = table
    p, q = top[-1] * x, x
    for a, b in zip(top[:-2], bottom[:-1], strict=True):
        p = (p + a) * x
        q = (q + b) * x
    return (p + top[-2]) / (q + bottom[-1])


def _erf_near(x: np.ndarray) -> np.ndarray:
    """erf(x) for |x| <= _NEAR."""
    return x * _ratio(_ERF, x * x)


def _scaled_tail(y: np.ndarray) -> np.ndarray:
    """e^(y²) erfc(y) for y >= _NEAR."""
    inverse = 1 / (y * y)
    far = (1 / math.sqrt(math.pi) - inverse * _ratio(_TAIL, inverse)) / y
    return np.where(y <= 4, _ratio(_ERFC, np.minimum(y, 4)), far)


def _tail(y: np.ndarray) -> np.ndarray:
    """erfc(y) for y >= _NEAR."""
    # e^(-y²) with y² split, so that rounding it does not matter
    rough = np.trunc(np.minimum(y, 30) * 16) / 16
    rest = np.where(np.isinf(y), y, (y - rough) * (y + rough))
    return np.exp(-rough * rough) * np.exp(-rest) * _scaled_tail(y)


def _split(x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where |x| is small; x there and 0 elsewhere; |x| elsewhere."""
    y = np.abs(x)
    near = ~(y > _NEAR) & ~np.isnan(x)
    return near, np.where(near, x, 0), np.where(near, 1, y)


def _erf(x: np.ndarray) -> np.ndarray:
    near, small, large = _split(x)
    return np.where(near, _erf_near(small), np.copysign(1 - _tail(large), x))


def erfc_of(x: np.ndarray) -> np.ndarray:
    """1 - erf(x), without its loss of digits where erf is near 1."""
    near, small, large = _split(x)
    tail = _tail(large)
    return np.where(near, 1 - _erf_near(small), np.where(x < 0, 2 - tail, tail))


def _erfcx(x: np.ndarray) -> np.ndarray:
    near, small, large = _split(x)
    positive = np.where(near, np.exp(small * small) * (1 - _erf_near(np.abs(small))), _scaled_tail(large))
    return np.where(x < 0, 2 * np.exp(x * x) - positive, positive)


def _erfinv(x: np.ndarray) -> np.ndarray:
    """Small ones by Halley's method on erf; the others by `_erfcinv`, as 1 - |x| is exact for them."""
    near = np.abs(x) < 0.5
    y = small = x[near]
    for _ in range(3):
        step = (_erf(y) - small) / (_SLOPE * np.exp(-y * y))
        y = y - step / (1 + y * step)
    result = np.empty(x.shape)
    result[near] = np.where(small == 0, small, y)  # keeps the sign of 0
    result[~near] = np.copysign(_erfcinv(1 - np.abs(x[~near])), x[~near])
    return result


def _erfcinv(q: np.ndarray) -> np.ndarray:
    """The y >= 0 with erfc(y) = q: infinite for 0, nan outside [0, 1].

    A start from Winitzki's formula (2008), made exact by Newton's method on log erfc(y) = log(e^(y²) erfc(y)) - y², which is
    nearly a parabola.
    """
    inside = np.where((q > 0) & (q <= 1), q, 1)
    goal, log = np.log(inside), np.log(inside * (2 - inside))
    half = 2 / (math.pi * 0.147) + log / 2
    y = np.sqrt(np.sqrt(half * half - log / 0.147) - half)
    for _ in range(4):
        scaled = _erfcx(y)
        y = y + (np.log(scaled) - y * y - goal) * scaled / _SLOPE
    return np.where(inside == q, y, np.where(q == 0, np.inf, np.nan))


# erf(x) = tanh(x P(x²) / Q(x²)), fitted to a relative 4e-9 on |x| <= 3.92, from where on erf is 1 in float32
_ERF_SINGLE = (
    [1.128379170e00, 2.798066845e-01, 4.264647802e-02, 2.178273790e-03],
    [1.000000000e00, 1.568924500e-01, 2.368986812e-02, 3.249226240e-04],
)
_BLOCK = 32768  # numbers at a time, so that they and what is computed of them stay in the cache


def _polynomial_single(coefficients: list[float], x: np.ndarray) -> np.ndarray:
    """`_polynomial` of float32 numbers, all in one array."""
    y = x * np.float32(coefficients[-1])
    for c in coefficients[-2:0:-1]:
        y += np.float32(c)
        y *= x
    y += np.float32(coefficients[0])
    return y


def _erf_single(x: np.ndarray) -> np.ndarray:
    """erf of float32 numbers, good to 3 units of the last place, without the way through float64."""
    y = np.empty(x.shape, np.float32)
    source, target = x.reshape(-1), y.reshape(-1)
    for i in range(0, x.size, _BLOCK):
        part, out = source[i : i + _BLOCK], target[i : i + _BLOCK]
        np.clip(part, -10, 10, out=out)  # far from 0 the square would overflow
        square = out * out
        out *= _polynomial_single(_ERF_SINGLE[0], square)
        out /= _polynomial_single(_ERF_SINGLE[1], square)
        np.tanh(out, out=out)
    return y


@differentiable(promote="float")
def erf(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """The error function, 2/sqrt(pi) times the integral of e^(-t²) from 0 to x.

    >>> torch.erf(torch.tensor([0.0, 1.0, 10.0]))
    tensor([0.0000, 0.8427, 1.0000])
    """
    data = np.asarray(array(input))
    value = in_double(_erf, data) if data.itemsize == 8 else by_step(_erf_single, data)
    return value, lambda g: g * _bell(input, _SLOPE)


def _bell(x: Array, height: float) -> Array:
    """height e^(-x²)"""
    return by_step(lambda y: height * y, by_step(np.exp, -(x * x)))


@differentiable(promote="float")
def erfc(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """1 - erf(x), exact for large x.

    >>> torch.erfc(torch.tensor([0.0, 1.0, 10.0]))
    tensor([1.0000e+00, 1.5730e-01, 1.4013e-45])
    """
    return in_double(erfc_of, input), lambda g: g * _bell(input, -_SLOPE)


@differentiable(promote="float", name="SpecialErfcxBackward0")
def erfcx(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """e^(x²) erfc(x), which neither vanishes nor overflows for large x.

    >>> torch.special.erfcx(torch.tensor([0.0, 10.0]))
    tensor([1.0000, 0.0561])
    """
    y = in_double(_erfcx, input) if isinstance(input, PLAIN) else erfcx(input)
    return y, lambda g: g * (2 * input * y - _SLOPE)


@differentiable(promote="float", saves="input")
def erfinv(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """The inverse of erf on [-1, 1]; infinite at the ends, nan outside.

    >>> torch.erfinv(torch.tensor([0.0, 0.5, 1.0]))
    tensor([0.0000, 0.4769,    inf])
    """
    y = in_double(_erfinv, input) if isinstance(input, PLAIN) else erfinv(input)

    def pull(g: Array) -> Array:
        x = kept(y, lambda: erfinv.rule(input))
        return g * (np.exp(x * x) / _SLOPE)

    return y, pull


# ---------------------------------------------------------------------------------------------------------------------
# The standard normal distribution
# ---------------------------------------------------------------------------------------------------------------------
_ROOT_HALF = math.sqrt(0.5)


def _log_ndtr(x: np.ndarray) -> np.ndarray:
    t = x * _ROOT_HALF
    low = np.minimum(t, -_ROOT_HALF)
    return np.where(x < -1, np.log(_erfcx(-low) / 2) - low * low, np.log1p(-erfc_of(t) / 2))


def _ndtri(p: np.ndarray) -> np.ndarray:
    middle = np.abs(p - 0.5) < 0.25
    tail = np.copysign(_erfcinv(2 * np.where(middle, 0.5, np.minimum(p, 1 - p))), p - 0.5)
    return np.where(middle, _erfinv(np.where(middle, 2 * p - 1, 0)), tail) / _ROOT_HALF


@composed
def ndtr(input: Tensor, *, out: CastOut | None = None) -> Tensor:
    """The probability that a standard normal number is below x: (1 + erf(x / sqrt(2))) / 2, which is 0 for x far below 0; see log_ndtr.

    >>> torch.special.ndtr(torch.tensor([-10.0, 0.0, 10.0]))
    tensor([0.0000, 0.5000, 1.0000])
    """
    return named((1 + erf(input * _ROOT_HALF)) * 0.5, "MulBackward1")


@differentiable(promote="float", name="SpecialLogNdtrBackward0", saves="input result")
def log_ndtr(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """log(ndtr(x)), exact where ndtr(x) is next to 0 or 1.

    >>> torch.special.log_ndtr(torch.tensor([0.0]))  # log 0.5
    tensor([-0.6931])
    """
    return in_double(_log_ndtr, input), lambda g: g / erfcx.rule(input * -_ROOT_HALF) * (_SLOPE * _ROOT_HALF)


@differentiable(promote="float", name="SpecialNdtriBackward0", saves="result")
def ndtri(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """The inverse of ndtr: the number that a standard normal one is below with probability p.

    >>> torch.special.ndtri(torch.tensor([0.5, 0.975]))
    tensor([0.0000, 1.9600])
    """
    y = in_double(_ndtri, input) if isinstance(input, PLAIN) else ndtri(input)
    return y, lambda g: g * (math.sqrt(2 * math.pi) * np.exp(y * y / 2))
