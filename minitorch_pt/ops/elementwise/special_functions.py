"""Special functions, which NumPy lacks: the error function and its kin, the gamma function and its derivatives, Bessel functions.

Each is computed in float64, whatever the type of the input, to 15 digits, from the series that define it: a power series where
the argument is small, an asymptotic one where it is large, and a recurrence that leads from one to the other. Where torch gives
fewer digits (trigamma) a function says so.
"""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ...autograd.contract import composed
from ...autograd.rule import array, differentiable, kept, named
from ..halves import in_single, is_half

if TYPE_CHECKING:
    from ...autograd.contract import Operand, Tensor


__all__ = ["digamma", "erf", "erfc", "erfinv", "i0", "igamma", "igammac", "lgamma", "mvlgamma", "polygamma", "xlogy"]

_PLAIN = (np.ndarray, np.generic)  # what is no Tensor


def _polynomial(coefficients: Any, x: Any) -> Any:
    """c0 + c1 x + c2 x² + ..., by Horner's rule."""
    value = coefficients[-1]
    for c in coefficients[-2::-1]:
        value = value * x + c
    return value


def _in_double(function: Any, *inputs: Any) -> np.ndarray:
    """function(*inputs) computed in float64 and given in the type of the first."""
    arrays = [array(x) for x in inputs]
    kind = next(a.dtype for a in arrays if hasattr(a, "dtype"))  # beside it a number may stand
    return function(*(np.asarray(a, kind).astype(np.float64) for a in arrays)).astype(kind)


# ---------------------------------------------------------------------------------------------------------------------
# The error function: Cody's rational approximations
# (W. J. Cody, Rational Chebyshev approximation for the error function, Math. Comp. 23, 1969)
# ---------------------------------------------------------------------------------------------------------------------
_ERF = ([3.16112374387056560e00, 1.13864154151050156e02, 3.77485237685302021e02, 3.20937758913846947e03, 1.85777706184603153e-1],
        [2.36012909523441209e01, 2.44024637934444173e02, 1.28261652607737228e03, 2.84423683343917062e03])  # fmt: skip
_ERFC = ([5.64188496988670089e-1, 8.88314979438837594e0, 6.61191906371416295e01, 2.98635138197400131e02, 8.81952221241769090e02,
          1.71204761263407058e03, 2.05107837782607147e03, 1.23033935479799725e03, 2.15311535474403846e-8],
         [1.57449261107098347e01, 1.17693950891312499e02, 5.37181101862009858e02, 1.62138957456669019e03, 3.29079923573345963e03,
          4.36261909014324716e03, 3.43936767414372164e03, 1.23033935480374942e03])  # fmt: skip
_TAIL = ([3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1, 1.60837851487422766e-2, 6.58749161529837803e-4, 1.63153871373020978e-2],
         [2.56852019228982242e00, 1.87295284992346725e00, 5.27905102951428412e-1, 6.05183413124413191e-2, 2.33520497626869185e-3])  # fmt: skip
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


def _erfc(x: np.ndarray) -> np.ndarray:
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


# erf(x) = x P(x²) / Q(x²), fitted to a relative 2e-8 on |x| <= 3.92, from where on erf is 1 in float32
_ERF_SINGLE = ([1.12837915e00, 1.90407473e-01, 5.27488527e-02, 3.76565849e-03, 2.84883378e-04, 2.05008500e-06],
               [1.00000000e00, 5.02076970e-01, 1.14109524e-01, 1.49693008e-02, 1.16254501e-03, 3.80916338e-05])  # fmt: skip
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
    """erf of float32 numbers, good to 4 units of the last place: 1.5 ms for 262,144 numbers, 26 ms as a pair of float64."""
    y = np.empty(x.shape, np.float32)
    source, target = x.reshape(-1), y.reshape(-1)
    one, end = np.float32(1), np.float32(3.92)
    for i in range(0, x.size, _BLOCK):
        part, out = source[i : i + _BLOCK], target[i : i + _BLOCK]
        np.minimum(part, end, out=out)
        np.maximum(out, -end, out=out)
        square = out * out
        out *= _polynomial_single(_ERF_SINGLE[0], square)
        out /= _polynomial_single(_ERF_SINGLE[1], square)
        np.minimum(out, one, out=out)
        np.maximum(out, -one, out=out)
    return y


@differentiable(promote="float")
def erf(input: Tensor, *, out: Tensor | None = None) -> Any:
    """The error function, 2/sqrt(pi) times the integral of e^(-t²) from 0 to x."""
    if is_half(input):
        return in_single(erf, input)
    data = np.asarray(array(input))
    value = _erf(data) if data.itemsize == 8 else _erf_single(data)
    return value, lambda g: g * (_SLOPE * np.exp(-(input * input)))


@differentiable(promote="float")
def erfc(input: Tensor, *, out: Tensor | None = None) -> Any:
    """1 - erf(x), exact for large x."""
    if is_half(input):
        return in_single(erfc, input)
    return _in_double(_erfc, input), lambda g: g * (-_SLOPE * np.exp(-(input * input)))


@differentiable(promote="float", name="SpecialErfcxBackward0")
def erfcx(input: Tensor, *, out: Tensor | None = None) -> Any:
    """e^(x²) erfc(x), which neither vanishes nor overflows for large x."""
    y = _in_double(_erfcx, input) if isinstance(input, _PLAIN) else erfcx(input)
    return y, lambda g: g * (2 * input * y - _SLOPE)


@differentiable(promote="float", saves="input")
def erfinv(input: Tensor, *, out: Tensor | None = None) -> Any:
    """The inverse of erf on [-1, 1]; infinite at the ends, nan outside."""
    y = _in_double(_erfinv, input) if isinstance(input, _PLAIN) else erfinv(input)

    def pull(g: Any) -> Any:
        x = kept(y, lambda: erfinv.rule(input))
        return g * (np.exp(x * x) / _SLOPE)

    return y, pull


# ---------------------------------------------------------------------------------------------------------------------
# The standard normal distribution, and entropy
# ---------------------------------------------------------------------------------------------------------------------
_ROOT_HALF = math.sqrt(0.5)


def _log_ndtr(x: np.ndarray) -> np.ndarray:
    t = x * _ROOT_HALF
    low = np.minimum(t, -_ROOT_HALF)
    return np.where(x < -1, np.log(_erfcx(-low) / 2) - low * low, np.log1p(-_erfc(t) / 2))


def _ndtri(p: np.ndarray) -> np.ndarray:
    middle = np.abs(p - 0.5) < 0.25
    tail = np.copysign(_erfcinv(2 * np.where(middle, 0.5, np.minimum(p, 1 - p))), p - 0.5)
    return np.where(middle, _erfinv(np.where(middle, 2 * p - 1, 0)), tail) / _ROOT_HALF


@composed
def ndtr(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The probability that a standard normal number is below x: (1 + erf(x / sqrt(2))) / 2, which is 0 for x far below 0; see log_ndtr."""
    return named((1 + erf(input * _ROOT_HALF)) * 0.5, "MulBackward1")


@differentiable(promote="float", name="SpecialLogNdtrBackward0", saves="input result")
def log_ndtr(input: Tensor, *, out: Tensor | None = None) -> Any:
    """log(ndtr(x)), exact where ndtr(x) is next to 0 or 1."""
    return _in_double(_log_ndtr, input), lambda g: g / erfcx.rule(input * -_ROOT_HALF) * (_SLOPE * _ROOT_HALF)


@differentiable(promote="float", name="SpecialNdtriBackward0", saves="result")
def ndtri(input: Tensor, *, out: Tensor | None = None) -> Any:
    """The inverse of ndtr: the number that a standard normal one is below with probability p."""
    y = _in_double(_ndtri, input) if isinstance(input, _PLAIN) else ndtri(input)
    return y, lambda g: g * (math.sqrt(2 * math.pi) * np.exp(y * y / 2))


@differentiable(promote="float", name="SpecialEntrBackward0")
def entr(input: Tensor, *, out: Tensor | None = None) -> Any:
    """-x log(x), the share of a probability in the entropy: 0 at 0, -inf below."""
    x = array(input)
    value = np.where(x > 0, -x * np.log(x), np.where(x == 0, 0, np.where(x < 0, -np.inf, x))).astype(x.dtype)
    return value, lambda g: g * (-1 - np.log(input))


def _beside(input: Any, other: Any) -> tuple[Any, Any]:
    """A number as an array of the other's type, which the logarithm then keeps."""
    kind = array(other).dtype if hasattr(other, "dtype") else array(input).dtype
    return tuple(np.asarray(x, kind) if isinstance(x, (int, float)) else x for x in (input, other))  # type: ignore[return-value]


def _times_log(log: Any, pole: float, input: Any, other: Any) -> tuple[Any, Any]:
    """x log(y), but 0 where x is 0 and y not nan; and the gradient for x, but 0 where that is -inf, from the pole on."""
    a, b = array(input), array(other)
    zero = a == 0
    value = np.where(zero & ~np.isnan(b), 0, a * log(b))
    return value, lambda g: np.where(zero & (b <= pole), 0.0, g * log(other))


@differentiable(promote="float", saves="input other")
def xlogy(input: Operand, other: Operand, *, out: Tensor | None = None) -> Any:
    """x log(y), 0 where x is 0."""
    input, other = _beside(input, other)
    return *_times_log(np.log, 0, input, other), lambda g: g * input / other


@differentiable(promote="float", name="SpecialXlog1PyBackward0", saves="input other")
def xlog1py(input: Operand, other: Operand, *, out: Tensor | None = None) -> Any:
    """x log(1 + y), 0 where x is 0."""
    input, other = _beside(input, other)
    return *_times_log(np.log1p, -1, input, other), lambda g: g * input / (other + 1)


# ---------------------------------------------------------------------------------------------------------------------
# The gamma function
# ---------------------------------------------------------------------------------------------------------------------
_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330, 854513 / 138, -236364091 / 2730)  # fmt: skip
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
    small = _polynomial(_lgamma_about_2(), z - n) + np.log(up) - np.log(down)
    large = np.where(near, 8, y)
    stirling = (large - 0.5) * (np.log(large) - 1) + (math.log(2 * math.pi) - 1) / 2
    stirling += _polynomial(_STIRLING, 1 / (large * large)) / large
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
    value = value + (np.log(z) - 0.5 / z - inverse * _polynomial(_PSI, inverse))
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
    value = value + (1 + 1 / (2 * z) + inverse * _polynomial(_BERNOULLI[:3], inverse)) / z
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
def lgamma(input: Tensor, *, out: Tensor | None = None) -> Any:
    """The logarithm of |gamma(x)|, where gamma(n + 1) = n! for whole n; infinite at 0, -1, -2, ...

    Source: for small x the power series about 2, for large x Stirling's (Abramowitz and Stegun 6.1.33, 6.1.41).

    >>> import minitorch_pt as torch
    >>> torch.lgamma(torch.tensor([1.0, 5.0])).exp()  # 0! and 4!
    tensor([ 1., 24.])
    """
    return _in_double(_lgamma, input), lambda g: g * digamma.rule(input)


@differentiable(promote="float")
def digamma(input: Tensor, *, out: Tensor | None = None) -> Any:
    """The slope of lgamma (Abramowitz and Stegun 6.3.18)."""
    return _in_double(_digamma, input), lambda g: g * polygamma.rule(1, input)


@differentiable(promote=("float", 1), name="PolygammaBackward0")
def _polygamma(input: Any, n: int) -> Any:
    return _in_double(lambda x: _polygamma_of(n, x), input), lambda g: g * polygamma.rule(n + 1, input)


@composed
def polygamma(n: int, input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The n-th derivative of digamma: (-1)^(n+1) n! zeta(n + 1, x) for n >= 1.

    Raises:
        RuntimeError: n is negative.
    """
    if not isinstance(n, int):
        raise TypeError(f"polygamma(): argument 'n' (position 1) must be int, not {type(n).__name__}")
    if n < 0:
        raise RuntimeError(f"polygamma(n, x) does not support negative n, and got n={n}")
    return _polygamma.rule(input, n)


@differentiable(promote=("float", 1))
def mvlgamma(input: Tensor, p: int, *, out: Tensor | None = None) -> Any:
    """The logarithm of the gamma function of p dimensions: sum over i < p of lgamma(x - i/2), plus p (p - 1) / 4 log(pi).

    Raises:
        RuntimeError: p is below 1.
    """
    if p < 1:
        raise RuntimeError(f"p has to be greater than or equal to 1, got {p}")
    if is_half(input):
        return in_single(mvlgamma, input, p)

    def value(x: np.ndarray) -> Any:
        return sum(_lgamma(x - i / 2) for i in range(p)) + p * (p - 1) / 4 * math.log(math.pi)

    return _in_double(value, input), lambda g: g * sum(digamma.rule(input + -i / 2) for i in range(p))


# ---------------------------------------------------------------------------------------------------------------------
# The incomplete gamma function: a power series from 0 up to about x = a, a continued fraction from there on (Abramowitz and Stegun
# 6.5.29, 6.5.31). Both need some 9 sqrt(a) terms where x is near to a.
# ---------------------------------------------------------------------------------------------------------------------
def _gamma_term(a: np.ndarray, x: np.ndarray) -> np.ndarray:
    """x^a e^-x / gamma(a + 1)."""
    large = np.where(a < 8, 8, a)
    far = (x - large) / large
    log = large * (np.log1p(far) - far) - np.log(2 * math.pi * large) / 2
    log -= _polynomial(_STIRLING, 1 / (large * large)) / large
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


def _incomplete_gamma(a: np.ndarray, x: np.ndarray, upper: bool) -> np.ndarray:
    a, x = np.broadcast_arrays(a, x)
    value = np.full(x.shape, np.nan)
    value[x == np.inf] = not upper  # also of nan, as in torch
    value[a == np.inf] = np.where(x[a == np.inf] == np.inf, np.nan, upper)
    value[x == 0] = upper
    value[a == 0] = np.where(x[a == 0] > 0, not upper, np.nan)
    value[(a < 0) | (x < 0)] = np.nan
    inside = (a > 0) & (a < np.inf) & (x > 0) & (x < np.inf)
    small = inside & (a < 1) & (x < 1.1)
    below = inside & ~(upper & small) & (x < a + 1)
    for region, of_upper, function in ((below, False, _lower_series), (inside & (x >= a + 1) & ~small, True, _upper_fraction),
                                       (small & ~below, True, _upper_small)):  # fmt: skip
        found = function(a[region], x[region])
        value[region] = found if of_upper is upper else 1 - found
    return value


def _refuse_shape_slope(name: str) -> Any:
    def refuse(g: Any) -> Any:
        raise NotImplementedError(f"the derivative for '{name}: input' is not implemented.")

    return refuse


def _igamma(name: str, upper: bool, text: str) -> Any:
    def rule(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Any:
        for x in (input, other):
            if array(x).dtype.kind != "f":
                raise NotImplementedError(f"{name}() is not implemented for {x.dtype}: convert with .float()")
        value = _in_double(lambda a, x: _incomplete_gamma(a, x, upper), input, other)
        sign = -1 if upper else 1

        def pull(g: Any) -> Any:
            return g * (sign * np.exp((input - 1) * np.log(other) - other - lgamma.rule(input)))

        return value, _refuse_shape_slope(name), pull

    rule.__name__, rule.__qualname__, rule.__doc__ = name, name, text
    return differentiable(rule, promote="type")


igamma = _igamma(
    "igamma",
    False,
    """P(a, x), a = input and x = other: the integral of t^(a - 1) e^-t / gamma(a) from 0 to x, which is the distribution function of `Gamma`.

    It is differentiated with respect to x.

    Raises:
        NotImplementedError: whole numbers, or the gradient of a.

    >>> import minitorch_pt as torch
    >>> torch.igamma(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 1.0]))
    tensor([0.6321, 0.2642])
    """,
)
igammac = _igamma("igammac", True, """1 - igamma(input, other), without loss where it is small; raises as igamma.""")


def _no_zeta_slope(g: Any) -> Any:
    raise NotImplementedError("the derivative of zeta(input, other) with respect to input is not implemented")


@differentiable(promote="float", name="SpecialZetaBackward0")
def zeta(input: Operand, other: Operand, *, out: Tensor | None = None) -> Any:
    """Hurwitz's zeta function: the sum over k >= 0 of (k + other)^-input; with other = 1 Riemann's."""
    if array(input).dtype == np.float16:
        raise NotImplementedError("zeta() is not implemented for float16; convert with .float()")
    return _in_double(_zeta, input, other), _no_zeta_slope, lambda g: g * -input * zeta.rule(input + 1, other)


# ---------------------------------------------------------------------------------------------------------------------
# Modified Bessel functions of the first kind (Abramowitz and Stegun 9.6.10, 9.7.1)
# ---------------------------------------------------------------------------------------------------------------------
def _bessel(order: int, x: np.ndarray) -> np.ndarray:
    """e^(-|x|) times the function of order 0 or 1: below 20 its power series, from 20 on the asymptotic one, whose terms fall to
    1e-17 only there. As many terms of each are taken as can change a float64."""
    y = np.abs(x)
    near = y < 20
    small, large = np.where(near, y, 0), np.where(near, 20, y)
    quarter = small * small / 4
    term = total = (small / 2) ** order
    for k in range(1, 36):
        term = term * quarter / (k * (k + order))
        total = total + term
    part: Any = 1.0
    asymptotic: Any = 1.0
    for k in range(1, 27):
        part = part * ((2 * k - 1) ** 2 - 4 * order**2) / (8 * k * large)
        asymptotic = asymptotic + part
    value = np.where(near, np.exp(-small) * total, asymptotic / np.sqrt(2 * math.pi * large))
    return np.copysign(value, x) if order else value


@differentiable(promote="float", name="I0Backward0")
def i0(input: Tensor, *, out: Tensor | None = None) -> Any:
    """The modified Bessel function of the first kind of order 0."""
    return _in_double(lambda x: _bessel(0, x) * np.exp(np.abs(x)), input), lambda g: g * i1.rule(input)


@differentiable(promote="float", name="SpecialI0EBackward0")
def i0e(input: Tensor, *, out: Tensor | None = None) -> Any:
    """e^(-|x|) i0(x), which does not overflow."""
    if is_half(input):
        return in_single(i0e, input)
    y = _in_double(lambda x: _bessel(0, x), input) if isinstance(input, _PLAIN) else i0e(input)
    return y, lambda g: g * (i1e.rule(input) - np.sign(array(input)) * y)


def _over(y: Any, x: Any) -> Any:
    """y / x, and its limit 1/2 at 0 for the functions of order 1."""
    zero = np.abs(array(x)) <= np.finfo(array(x).dtype).eps
    return np.where(zero, 0.5, y / np.where(zero, 1.0, x))


@differentiable(promote="float", name="SpecialI1Backward0", saves="input result")
def i1(input: Tensor, *, out: Tensor | None = None) -> Any:
    """The modified Bessel function of the first kind of order 1: the slope of i0."""
    y = _in_double(lambda x: _bessel(1, x) * np.exp(np.abs(x)), input) if isinstance(input, _PLAIN) else i1(input)
    return y, lambda g: g * (i0.rule(input) - _over(y, input))


@differentiable(promote="float", name="SpecialI1EBackward0", saves="input result")
def i1e(input: Tensor, *, out: Tensor | None = None) -> Any:
    """e^(-|x|) i1(x), which does not overflow."""
    y = _in_double(lambda x: _bessel(1, x), input) if isinstance(input, _PLAIN) else i1e(input)
    return y, lambda g: g * (i0e.rule(input) - np.sign(array(input)) * y - _over(y, input))
