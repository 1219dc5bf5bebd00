"""Special functions, which NumPy lacks: entropy and Bessel functions; `error_functions.py` and `gamma_functions.py` have the others.

Each is computed in float64, whatever the type of the input, to 15 digits, from the series that define it: a power series where
the argument is small, an asymptotic one where it is large, and a recurrence that leads from one to the other. Where torch gives
fewer digits (trigamma) a function says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ...autograd.rule import array, differentiable
from ..halves import in_single, is_half
from ..picking import PLAIN

if TYPE_CHECKING:
    from ...autograd.contract import Array, Operand, Pulled, Tensor


__all__ = ["i0", "xlogy"]


def polynomial(coefficients: Sequence[float], x: Array) -> Array:
    """c0 + c1 x + c2 x² + ..., by Horner's rule."""
    value = coefficients[-1]
    for c in coefficients[-2::-1]:
        value = value * x + c
    return value


_PART = 16384  # numbers at a time, so that all that is computed of them stays in the cache


def in_double(function: Callable, *inputs: Array | float) -> np.ndarray:
    """function(*inputs), elementwise, computed in float64 and given in the type of the first."""
    arrays = [array(x) for x in inputs]
    kind = next(a.dtype for a in arrays if hasattr(a, "dtype"))  # beside it a number may stand
    if len(arrays) == 1 and arrays[0].size > _PART and arrays[0].flags.c_contiguous:
        value = np.empty(arrays[0].shape, kind)
        source, target = arrays[0].reshape(-1), value.reshape(-1)
        for i in range(0, value.size, _PART):
            target[i : i + _PART] = function(source[i : i + _PART].astype(np.float64))
        return value
    return function(*(np.asarray(a, kind).astype(np.float64) for a in arrays)).astype(kind)


# ---------------------------------------------------------------------------------------------------------------------
# Entropy
# ---------------------------------------------------------------------------------------------------------------------
@differentiable(promote="float", name="SpecialEntrBackward0")
def entr(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """-x log(x), the share of a probability in the entropy: 0 at 0, -inf below.

    >>> torch.special.entr(torch.tensor([0.0, 0.5, 1.0]))  # -x log x
    tensor([0.0000, 0.3466, -0.0000])
    """
    x = array(input)
    value = np.where(x > 0, -x * np.log(x), np.where(x == 0, 0, np.where(x < 0, -np.inf, x))).astype(x.dtype)
    return value, lambda g: g * (-1 - np.log(input))


def _beside(input: Array, other: Array | float) -> tuple[Array, Array]:
    """A number as an array of the other's type, which the logarithm then keeps."""
    kind = array(other).dtype if hasattr(other, "dtype") else array(input).dtype
    return tuple(np.asarray(x, kind) if isinstance(x, (int, float)) else x for x in (input, other))  # type: ignore[return-value]


def _times_log(log: Callable, pole: float, input: Array, other: Array | float) -> tuple[Array, Array]:
    """x log(y), but 0 where x is 0 and y not nan; and the gradient for x, but 0 where that is -inf, from the pole on."""
    a, b = array(input), array(other)
    zero = a == 0
    value = np.where(zero & ~np.isnan(b), 0, a * log(b))
    return value, lambda g: np.where(zero & (b <= pole), 0.0, g * log(other))


@differentiable(promote="float", saves="input other")
def xlogy(input: Operand, other: Operand, *, out: Tensor | None = None) -> Pulled:
    """x log(y), 0 where x is 0.

    >>> torch.xlogy(torch.tensor([0.0, 2.0]), torch.tensor([0.0, 1.0]))
    tensor([0., 0.])
    """
    input, other = _beside(input, other)
    return *_times_log(np.log, 0, input, other), lambda g: g * input / other


@differentiable(promote="float", name="SpecialXlog1PyBackward0", saves="input other")
def xlog1py(input: Operand, other: Operand, *, out: Tensor | None = None) -> Pulled:
    """x log(1 + y), 0 where x is 0.

    >>> torch.special.xlog1py(torch.tensor([0.0, 2.0]), torch.tensor([-1.0, 1.0]))
    tensor([0.0000, 1.3863])
    """
    input, other = _beside(input, other)
    return *_times_log(np.log1p, -1, input, other), lambda g: g * input / (other + 1)


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
def i0(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """The modified Bessel function of the first kind of order 0.

    >>> torch.i0(torch.tensor([0.0, 1.0]))
    tensor([1.0000, 1.2661])
    """
    return in_double(lambda x: _bessel(0, x) * np.exp(np.abs(x)), input), lambda g: g * i1.rule(input)


@differentiable(promote="float", name="SpecialI0EBackward0")
def i0e(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """e^(-|x|) i0(x), which does not overflow.

    >>> torch.special.i0e(torch.tensor([0.0, 1.0]))
    tensor([1.0000, 0.4658])
    """
    if is_half(input):
        return in_single(i0e, input)
    y = in_double(lambda x: _bessel(0, x), input) if isinstance(input, PLAIN) else i0e(input)
    return y, lambda g: g * (i1e.rule(input) - np.sign(array(input)) * y)


def _over(y: Array, x: Array) -> Array:
    """y / x, and its limit 1/2 at 0 for the functions of order 1."""
    zero = np.abs(array(x)) <= np.finfo(array(x).dtype).eps
    return np.where(zero, 0.5, y / np.where(zero, 1.0, x))


@differentiable(promote="float", name="SpecialI1Backward0", saves="input result")
def i1(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """The modified Bessel function of the first kind of order 1: the slope of i0.

    >>> torch.special.i1(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.5652])
    """
    y = in_double(lambda x: _bessel(1, x) * np.exp(np.abs(x)), input) if isinstance(input, PLAIN) else i1(input)
    return y, lambda g: g * (i0.rule(input) - _over(y, input))


@differentiable(promote="float", name="SpecialI1EBackward0", saves="input result")
def i1e(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """e^(-|x|) i1(x), which does not overflow.

    >>> torch.special.i1e(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.2079])
    """
    y = in_double(lambda x: _bessel(1, x), input) if isinstance(input, PLAIN) else i1e(input)
    return y, lambda g: g * (i0e.rule(input) - np.sign(array(input)) * y - _over(y, input))
