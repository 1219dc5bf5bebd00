"""Powers, roots, exponentials and logarithms."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ...arrays import dtypes
from ...autograd.contract import composed
from ...autograd.rule import array, differentiable, same
from ..checks import is_number, only_kinds
from ..halves import HALF_MAX, in_single, is_half
from ..picking import flat_slope

if TYPE_CHECKING:
    from ...autograd.contract import Array, CastOut, Operand, Pulled, Tensor


__all__ = [
    "exp", "exp2", "expm1", "float_power", "log", "log10", "log1p", "log2", "logaddexp", "logaddexp2", "logit", "pow", "rsqrt", "sqrt",
    "square",
]  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------------
# Powers and roots
# ---------------------------------------------------------------------------------------------------------------------
def _pow_name(input: Array, exponent: Array | float) -> str:
    return "PowBackward0" if is_number(exponent) else "PowBackward1"


@composed
def pow(input: Operand, exponent: Operand, *, out: CastOut | None = None) -> Tensor:
    """input to the power of `exponent`.

    Raises:
        RuntimeError: whole numbers to a negative number (to a tensor of negative ones, the whole part of the result is given).

    >>> torch.pow(torch.tensor([1.0, 2.0, 3.0]), 2)
    tensor([1., 4., 9.])
    """
    if is_number(exponent) and hasattr(input, "_data"):
        return _power_number(input, exponent)
    return (_number_power if is_number(input) else _power)(input, exponent)


@differentiable(name="PowBackward0", saves="input")
def _power_number(input: Array, exponent: Array | float) -> Pulled:
    """x**n, with slope n x**(n-1)."""
    data = array(input)
    if data.dtype.kind != "f":
        if exponent is True and data.dtype == bool:
            return data.copy(), lambda g: None
        if isinstance(exponent, float):
            return np.power(data.astype(dtypes.get_default_dtype().dtype), exponent), lambda g: None
        if exponent < 0:
            raise RuntimeError(
                "Integers to negative integer powers are not allowed: the result is no integer. Convert with .float() first."
            )
        if data.dtype == bool:
            return (
                data | (not exponent) if exponent is True or exponent is False else data.astype(np.int64) ** exponent
            ), lambda g: None
        return np.power(data, exponent), lambda g: None
    if not -HALF_MAX <= exponent <= HALF_MAX and is_half(data):
        dtypes.checked(exponent, data.dtype)
    if data is not input and exponent != 0:  # Tensors: as torch writes it, which tells what can be differentiated again
        return pow(input, exponent), lambda g: g * (exponent * pow(input, exponent - 1))
    if exponent == 2:  # a product: np.power takes a logarithm
        return input * input, lambda g: g * (2 * input)
    if exponent == 0:
        return np.ones(data.shape, data.dtype), flat_slope
    if exponent == 1:
        return input * 1, same
    if exponent == 3:
        return input * input * input, lambda g: g * (3 * (input * input))
    if exponent == 0.5:
        y = _power_value(input, 0.5)
        return y, lambda g: g * (0.5 * _power_value(input, -0.5))
    return _power_value(input, exponent), lambda g: g * (exponent * _power_value(input, exponent - 1))


def _power_value(x: Array, n: Array | float) -> Array:
    if abs(n) != 0.5 or is_half(x):  # torch takes no root of halves: (-inf)**0.5 is inf
        return np.power(x, n)
    return np.sqrt(x) if n == 0.5 else 1 / np.sqrt(x)


@differentiable(promote="type", name="PowBackward1", saves="input exponent result")
def _power(input: Array, exponent: Array | float) -> Pulled:
    base, n = np.asarray(array(input)), np.asarray(array(exponent))
    if base.dtype == bool:
        raise NotImplementedError("pow() is not implemented for 'Bool': convert one with .int()")

    def pull_base(g: Array) -> Array:
        # x**0 is 1 everywhere: slope 0, also where x**-1 is infinite
        return np.where(n == 0, 0.0, g * (exponent * pow_of(input, exponent - 1)))

    def pull_exponent(g: Array) -> Array:
        # 0**n is 0 for every n > 0: slope 0, where 0 * log(0) would be nan
        safe = np.where((base == 0) & (n >= 0), 1.0, input)
        return np.where((base == 0) & (n >= 0), 0.0, g * (pow_of(input, exponent) * np.log(safe)))

    value = _whole_power(base, n) if base.dtype.kind in "iu" else np.power(base, n)
    return value, pull_base, pull_exponent


@differentiable(promote="type", name="PowBackward2")
def _number_power(input: Array, exponent: Array | float) -> Pulled:
    """Of a number: contiguous, whatever the order of the exponents."""
    value, *pulls = _power.__wrapped__(input, exponent)
    return np.asarray(value, order="C"), *pulls


def _whole_power(base: Array, exponent: Array | float) -> Array:
    """Whole numbers to whole powers; of negative ones the whole part is left: 0, but of 1 and -1."""
    inverse = np.where(np.abs(base) == 1, base, 0).astype(base.dtype)
    odd_or_even = np.where(exponent % 2 == 0, inverse * inverse, inverse)
    return np.where(exponent < 0, odd_or_even, np.power(base, np.maximum(exponent, 0)))


def pow_of(x: Array, n: Array | float) -> Array:
    """x**n on arrays or Tensors."""
    return np.power(x, n) if isinstance(x, np.ndarray) and isinstance(n, (np.ndarray, np.generic)) else pow(x, n)


@composed
def float_power(input: Operand, exponent: Operand, *, out: Tensor | None = None) -> Tensor:
    """`pow` in float64.

    >>> torch.float_power(torch.tensor([1, 2, 3]), 2)
    tensor([1., 4., 9.], dtype=torch.float64)
    """

    def double(x: Array) -> Tensor | float:
        return x.to(dtypes.float64) if hasattr(x, "_data") else float(x)

    return pow(double(input), double(exponent))


@differentiable(name="PowBackward0")
def square(input: Tensor, *, out: CastOut | None = None) -> Pulled:
    """input * input; the slope is 2 * input. Of bools, whole numbers.

    >>> torch.square(torch.tensor([-2, 3]))
    tensor([4, 9])
    """
    if input.dtype == bool:
        input = input.astype(np.int64)
    return input * input, lambda g: g * (2 * input)


@differentiable(promote="float", saves="result")
def sqrt(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """The square root; nan for negative numbers. The slope is 1 / (2 sqrt(x)), infinite at 0.

    >>> torch.sqrt(torch.tensor([4.0, 9.0, -1.0]))
    tensor([2., 3., nan])
    """
    y = np.sqrt(input)
    return y, lambda g: g / (2 * y)


@differentiable(promote="float", saves="result")
def rsqrt(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """1 / sqrt(x); the slope is -y³/2.

    >>> torch.rsqrt(torch.tensor([1.0, 4.0, 16.0]))
    tensor([1.0000, 0.5000, 0.2500])
    """
    if is_half(input):
        return in_single(rsqrt, input)
    y = 1 / np.sqrt(input)
    return y, lambda g: g * (-0.5 * (y * y * y))


# ---------------------------------------------------------------------------------------------------------------------
# Exponentials and logarithms
# ---------------------------------------------------------------------------------------------------------------------
@differentiable(promote="float", saves="result")
def exp(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """e to the power of x: its own slope.

    >>> torch.exp(torch.tensor([0.0, 1.0]))
    tensor([1.0000, 2.7183])
    """
    y = np.exp(input)
    return y, lambda g: g * y


@differentiable(promote="float", saves="result")
def exp2(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """2 to the power of x.

    >>> torch.exp2(torch.tensor([0.0, 1.0, 3.0]))
    tensor([1., 2., 8.])
    """
    if is_half(input):
        return in_single(exp2, input)
    y = np.exp2(input)
    return y, lambda g: g * (y * math.log(2))


@differentiable(promote="float", saves="result")
def expm1(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """e^x - 1, exact near 0.

    >>> torch.expm1(torch.tensor([0.0, 1e-6, 1.0]))
    tensor([0.0000e+00, 1.0000e-06, 1.7183e+00])
    """
    y = np.expm1(input)
    return y, lambda g: g * (y + 1)


@differentiable(promote="float")
def log(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """The natural logarithm: -inf at 0, nan below. The slope is 1/x.

    >>> torch.log(torch.tensor([1.0, torch.e, 0.0]))
    tensor([0., 1., -inf])
    """
    return np.log(input), lambda g: g / input


@differentiable(promote="float", name="Log1PBackward0")
def log1p(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """log(1 + x), exact near 0.

    >>> torch.log1p(torch.tensor([0.0, 1e-6]))
    tensor([0.0000e+00, 1.0000e-06])
    """
    return np.log1p(input), lambda g: g / (input + 1)


@differentiable(promote="float")
def log2(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """The logarithm to base 2.

    >>> torch.log2(torch.tensor([1.0, 2.0, 8.0]))
    tensor([0., 1., 3.])
    """
    if is_half(input):
        return in_single(log2, input)
    return np.log2(input), lambda g: g / (input * math.log(2))


@differentiable(promote="float")
def log10(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """The logarithm to base 10.

    >>> torch.log10(torch.tensor([1.0, 10.0, 1000.0], dtype=torch.float64))
    tensor([0., 1., 3.], dtype=torch.float64)
    """
    if is_half(input):
        return in_single(log10, input)
    return np.log10(input), lambda g: g / (input * math.log(10))


@differentiable(promote="type")
def logaddexp(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Pulled:
    """log(e^a + e^b) without overflow.

    Raises:
        NotImplementedError: whole numbers.

    >>> torch.logaddexp(torch.tensor([0.0, 1000.0]), torch.tensor([0.0, 1000.0]))
    tensor([6.9315e-01, 1.0007e+03])
    """
    only_kinds("f", "logaddexp", input)
    return (
        np.logaddexp(array(input), array(other)),
        lambda g: g / (1 + np.exp(other - input)),
        lambda g: g / (1 + np.exp(input - other)),
    )


@differentiable(promote="type")
def logaddexp2(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Pulled:
    """log2(2^a + 2^b) without overflow.

    Raises:
        NotImplementedError: whole numbers.

    >>> torch.logaddexp2(torch.tensor([0.0, 3.0]), torch.tensor([0.0, 3.0]))
    tensor([1., 4.])
    """
    only_kinds("f", "logaddexp2", input)
    return (
        np.logaddexp2(array(input), array(other)),
        lambda g: g / (1 + np.exp2(other - input)),
        lambda g: g / (1 + np.exp2(input - other)),
    )


@differentiable(promote=("float", 1))
def logit(input: Tensor, eps: float | None = None, *, out: Tensor | None = None) -> Pulled:
    """log(x / (1 - x)), the inverse of sigmoid: nan outside of [0, 1], unless x is first clamped to [eps, 1 - eps].

    >>> torch.logit(torch.tensor([0.5, 0.75]))
    tensor([0.0000, 1.0986])
    """
    x = array(input)
    low, flat, z = (0, math.nan, x)
    if eps is not None:
        dtypes.checked(eps, x.dtype)
        low, flat, z = eps, 0.0, np.where(x < eps, eps, np.where(x > 1 - eps, 1 - eps, x)).astype(x.dtype)
    outside = (x < low) | (x > 1 - low)
    return np.log(z / (1 - z)), lambda g: np.where(outside, flat, g / (input * (1 - input)))
