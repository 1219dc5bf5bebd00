"""Elementwise operations: arithmetic, exponentials, trigonometry, rounding, comparison, logic.

Operands broadcast; the engine sums gradients back down. `promote` brings operands of different types together first.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ... import return_types
from ...arrays import dtypes
from ...arrays.notices import warn
from ...autograd import graph
from ...autograd.contract import composed
from ...autograd.rule import array, differentiable, named, nondifferentiable, same
from ..halves import in_single, is_half

if TYPE_CHECKING:
    from ...autograd.contract import Number, Operand, Tensor

__all__ = [
    "abs", "absolute", "acos", "acosh", "add", "addcdiv", "addcmul", "allclose", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2",
    "arctanh", "asin", "asinh", "atan", "atan2", "atanh", "bitwise_and", "bitwise_left_shift", "bitwise_not", "bitwise_or", "bitwise_right_shift",
    "bitwise_xor", "ceil", "clamp", "clamp_max", "clamp_min", "clip", "copysign", "cos", "cosh", "deg2rad", "div", "divide", "eq", "equal", "exp",
    "exp2", "expm1", "fill", "fill_inplace", "fix", "float_power", "floor", "floor_divide", "fmax", "fmin", "fmod", "frac", "frexp", "gcd", "ge", "greater",
    "greater_equal", "gt", "heaviside", "hypot", "isclose", "isfinite", "isinf", "isnan", "isneginf", "isposinf", "isreal", "lcm", "ldexp", "le",
    "lerp", "less", "less_equal", "log", "log10", "log1p", "log2", "logaddexp", "logaddexp2", "logical_and", "logical_not", "logical_or",
    "logical_xor", "logit", "lt", "maximum", "minimum", "mul", "multiply", "nan_to_num", "ne", "neg", "negative", "nextafter", "not_equal",
    "positive", "pow", "rad2deg", "reciprocal", "remainder", "round", "rsqrt", "rsub", "sgn", "sign", "signbit", "sin", "sinc", "sinh", "sqrt",
    "square", "sub", "subtract", "tan", "true_divide", "trunc", "where", "zeroed",
]  # fmt: skip


def _flat(g: Any) -> Any:
    """The gradient of what is flat: zeros. Not g * 0, which is nan where a gradient is infinite."""
    return np.zeros(g.shape, g.dtype)


# ---------------------------------------------------------------------------------------------------------------------
# What gradients are made with
# ---------------------------------------------------------------------------------------------------------------------
_PLAIN: Any = (np.ndarray, np.generic)  # what is no Tensor
_NUMBERS = {int, float}
_FEW = 65504  # the largest number of half precision: what is not larger every floating point type has
_WORDS = {size: np.dtype(f"i{size}") for size in (2, 4, 8)}


@differentiable(linear=True)
def _nothing(input: Any) -> Any:
    """0, as a function of `input`."""
    shape, dtype = input.shape, input.dtype
    return np.zeros((), dtype), lambda g: np.zeros(shape, dtype)


def _depending(value: Any, of: Any) -> Any:
    """`value`; if `of` is a Tensor, as a function of it whose slope is 0, as in torch's second-order gradients."""
    return value if isinstance(of, _PLAIN) else value + _nothing(of)


def _pick(mask: Any, chosen: Any, other: Any = None, of: Any = None) -> Any:
    """`chosen` where `mask` is true, elsewhere `other` (0 if left out), whatever infinities stand in the other one.

    On arrays by their bits, as whole numbers times 0 or 1: np.where guesses each branch, and on a mask without pattern
    takes 470 us for 131,072 elements against 23 us here; a product of floats would make nan of 0 * inf. of: what the mask
    was made of (see `_depending`).
    """
    if type(chosen) is not np.ndarray or (other is not None and type(other) is not np.ndarray):
        picked = np.where(mask, chosen, 0 if other is None else other)
        return picked if of is None else _depending(picked, of)
    word = _WORDS[chosen.itemsize]
    bits = chosen.view(word)
    if other is None:
        # the mask as whole numbers first: NumPy converts within the product 0.2 us slower, and 10 % in large arrays
        return (bits * mask.astype(word)).view(chosen.dtype)
    rest = other.view(word)
    return ((bits ^ rest) * mask ^ rest).view(chosen.dtype)


# ---------------------------------------------------------------------------------------------------------------------
# Arithmetic
# ---------------------------------------------------------------------------------------------------------------------
@differentiable(promote="type", linear=True)
def add(input: Tensor | Number, other: Tensor | Number, *, alpha: Number = 1, out: Tensor | None = None) -> Any:
    """input + alpha * other. Both gradients are the output's.

    >>> import minitorch_pt as torch
    >>> torch.add(torch.tensor([1, 2]), 10)
    tensor([11, 12])
    """
    if alpha == 1 and type(alpha) is int:
        return input + other, same, same
    whole_alpha(input, alpha)
    if is_half(input):
        return in_single(add, input, other, alpha=alpha)
    if array(input).dtype == bool:
        alpha = bool(alpha)
    return input + alpha * other, same, lambda g: g * alpha


def whole_alpha(input: Any, alpha: Any) -> None:
    """Refuse a factor that is no number of the kind that is added up.

    Raises:
        RuntimeError: a fraction beside whole numbers, or a truth beside numbers.
    """
    if alpha is True and array(input).dtype != bool:
        raise RuntimeError("Boolean alpha only supported for Boolean results; give a number")
    if isinstance(alpha, float) and array(input).dtype.kind != "f":
        raise RuntimeError(
            f"For integral input tensors, argument alpha must not be a floating point number, got {alpha}"
        )
    if array(input).dtype.kind == "f":
        dtypes.checked(alpha, array(input).dtype)


def no_bool_minus(*operands: Any) -> None:
    """A check that there is no bool among the operands of a difference."""
    for x in operands:
        if isinstance(x, bool) or (isinstance(x, np.ndarray) and x.dtype == bool):
            raise RuntimeError("Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the `~` or "
                               "`logical_not()` operator instead.")  # fmt: skip


@differentiable(promote="type", linear=True, check=no_bool_minus)
def sub(input: Tensor | Number, other: Tensor | Number, *, alpha: Number = 1, out: Tensor | None = None) -> Any:
    """input - alpha * other.

    Raises:
        RuntimeError: bool tensors, of which there is no difference.
    """
    if alpha == 1 and type(alpha) is int:
        return input - other, same, lambda g: -g
    whole_alpha(input, alpha)
    if is_half(input):
        return in_single(sub, input, other, alpha=alpha)
    return input - alpha * other, same, lambda g: g * -alpha


@differentiable(promote="type", linear=True, check=no_bool_minus)
def rsub(input: Tensor, other: Operand, *, alpha: Number = 1) -> Any:
    """other - alpha * input.

    Raises:
        RuntimeError: bool tensors.
    """
    whole_alpha(input, alpha)
    if alpha != 1 and is_half(input):
        return in_single(rsub, input, other, alpha=alpha)
    return other - (input if alpha == 1 else alpha * input), lambda g: g * -alpha, same


rsub_number = differentiable(rsub.__wrapped__, promote="type", linear=True, check=no_bool_minus, name="RsubBackward1")


@differentiable(promote="type", saves=["other", "input"])
def mul(input: Tensor | Number, other: Tensor | Number, *, out: Tensor | None = None) -> Any:
    """input * other. Each factor's gradient is the other factor."""
    if type(other) in _NUMBERS and is_half(input):
        return in_single(mul, input, other)
    return input * other, lambda g: g * other, lambda g: g * input


@differentiable(promote="float", name="DivBackward0", saves=["other", "input other"])
def true_divide(input: Tensor | Number, other: Tensor | Number, *, out: Tensor | None = None) -> Any:
    """input / other; integers become floating point numbers first."""
    if type(other) in _NUMBERS and is_half(input):
        return in_single(true_divide, input, other)
    return input / other, lambda g: g / other, lambda g: -g * ((input / other) / other)


@composed
def div(
    input: Tensor | Number, other: Tensor | Number, *, rounding_mode: str | None = None, out: Tensor | None = None
) -> Tensor:
    """input / other; with rounding_mode "trunc" rounded towards zero, with "floor" down.

    Raises:
        RuntimeError: another rounding mode, or whole numbers divided by zero.
    """
    if rounding_mode is None:
        return true_divide(input, other)
    if rounding_mode not in ("trunc", "floor"):
        raise RuntimeError(
            f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{rounding_mode}'"
        )
    return _rounded_div(input, other, rounding_mode)


def _pair(input: Any, other: Any, name: str) -> tuple[np.ndarray, np.ndarray]:
    """What is divided and the divisor as arrays of one type: a number is left as it was by `promote`, and takes the other's.

    Raises:
        NotImplementedError: bools. RuntimeError: whole numbers divided by zero.
    """
    a, b = array(input), array(other)
    a = np.asarray(a) if hasattr(a, "dtype") else np.asarray(a, b.dtype)
    b = np.asarray(b) if hasattr(b, "dtype") else np.asarray(b, a.dtype)
    if a.dtype == bool:
        raise NotImplementedError(f"{name}() is not implemented for bool; convert with .int()")
    if b.dtype.kind != "f" and not b.all():
        raise RuntimeError(
            "ZeroDivisionError: whole numbers divided by zero; convert to floating point with .float() to get inf"
        )
    return a, b


def _divisor_name(kind: str, first: int = 0) -> Any:
    """torch's name of the node, which tells whether the divisor is a number."""
    return lambda input, other, *rest: f"{kind}Backward{first + int(isinstance(other, np.ndarray))}"


@differentiable(
    promote=("type", 2),
    name=lambda input, other, mode: f"DivBackward{2 if isinstance(other, np.ndarray) else 3}",
    saves=["other", "input other"],
)
def _rounded_div(input: Any, other: Any, mode: str) -> Any:
    a, b = _pair(input, other, "div")
    if mode == "floor":
        y = _floor_div(a, b)
    elif a.dtype.kind == "f":
        y = np.trunc(a / b)
    else:
        y = a // b + ((a % b != 0) & ((a < 0) != (b < 0)))
        y = y.astype(a.dtype)
    return y, _flat, _flat


def _floor_div(a: Any, b: Any) -> Any:
    if a.dtype.kind != "f":
        return a // b
    # NumPy gives nan for x // 0, torch the quotient
    return np.where(b == 0, a / b, a // b).astype(a.dtype)


@composed
def floor_divide(input: Tensor | Number, other: Tensor | Number, *, out: Tensor | None = None) -> Tensor:
    """input / other rounded down."""
    return _floor_divide(input, other)


def _underivable(name: str) -> Callable:
    """The gradient function of what torch does not differentiate."""

    def refuse(g: Any) -> Any:
        raise RuntimeError(f"derivative for aten::{name} is not implemented")

    return refuse


_no_floor_divide, _no_heaviside = _underivable("floor_divide"), _underivable("heaviside")


@differentiable(promote=("type", 2), linear=True, name="torch::autograd::NotImplemented")
def _floor_divide(input: Any, other: Any) -> Any:
    return _floor_div(*_pair(input, other, "div")), _no_floor_divide, _no_floor_divide


@differentiable(promote="type", name=_divisor_name("Remainder"), saves=["", "input other"])
def remainder(input: Operand, other: Operand, *, out: Tensor | None = None) -> Any:
    """What division rounded down leaves: the sign is the divisor's.

    Raises:
        RuntimeError: whole numbers divided by zero.
    """
    a, b = _pair(input, other, "remainder")
    if a.dtype.kind == "f":  # not np.remainder, which loses the sign of -0
        y = np.fmod(a, b)
        y = np.where((y != 0) & ((y < 0) != (b < 0)), y + b, y)
    else:
        y = np.remainder(a, b)
    return y, same, lambda g: g * -_rounded_div.rule(input, other, "floor")


@differentiable(promote="type", name=_divisor_name("Fmod"), saves=["", "input other"])
def fmod(input: Tensor, other: Operand, *, out: Tensor | None = None) -> Any:
    """What division rounded towards zero leaves: the sign is the input's.

    Raises:
        RuntimeError: whole numbers divided by zero.
    """
    a, b = _pair(input, other, "fmod")
    return np.fmod(a, b), same, lambda g: g * -_rounded_div.rule(input, other, "trunc")


@differentiable(linear=True)
def neg(input: Tensor, *, out: Tensor | None = None) -> Any:
    """-input.

    Raises:
        RuntimeError: a bool tensor.
    """
    if input.dtype == bool:
        raise RuntimeError("Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` "
                           "operator instead.")  # fmt: skip
    return -input, lambda g: -g


@composed
def positive(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """input itself.

    Raises:
        RuntimeError: a bool tensor.
    """
    if array(input).dtype == bool:
        raise RuntimeError("The `+` operator, on a bool tensor is not supported; convert it with .int()")
    return input


def _is_number(x: Any) -> bool:
    return isinstance(x, (int, float))


def _pow_name(input: Any, exponent: Any) -> str:
    return "PowBackward0" if _is_number(exponent) else "PowBackward1"


@composed
def pow(input: Operand, exponent: Operand, *, out: Tensor | None = None) -> Tensor:
    """input to the power of `exponent`.

    Raises:
        RuntimeError: whole numbers to a negative number (to a tensor of negative ones, the whole part of the result is given).

    >>> import minitorch_pt as torch
    >>> torch.pow(torch.tensor([1.0, 2.0, 3.0]), 2)
    tensor([1., 4., 9.])
    """
    if _is_number(exponent) and hasattr(input, "_data"):
        return _power_number(input, exponent)
    return (_number_power if _is_number(input) else _power)(input, exponent)


@differentiable(name="PowBackward0", saves="input")
def _power_number(input: Any, exponent: Any) -> Any:
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
    if not -_FEW <= exponent <= _FEW and is_half(data):
        dtypes.checked(exponent, data.dtype)
    if data is not input and exponent != 0:  # Tensors: as torch writes it, which tells what can be differentiated again
        return pow(input, exponent), lambda g: g * (exponent * pow(input, exponent - 1))
    if exponent == 2:  # x*x is 8 times as fast as np.power
        return input * input, lambda g: g * (2 * input)
    if exponent == 0:
        return np.ones(data.shape, data.dtype), _flat
    if exponent == 1:
        return input * 1, same
    if exponent == 3:
        return input * input * input, lambda g: g * (3 * (input * input))
    if exponent == 0.5:
        y = np.sqrt(input)
        return y, lambda g: g * (0.5 * _power_value(input, -0.5))
    return _power_value(input, exponent), lambda g: g * (exponent * _power_value(input, exponent - 1))


def _power_value(x: Any, n: Any) -> Any:
    if n == 0.5:
        return np.sqrt(x)
    return 1 / np.sqrt(x) if n == -0.5 else np.power(x, n)


@differentiable(promote="type", name="PowBackward1", saves="input exponent result")
def _power(input: Any, exponent: Any) -> Any:
    base, n = np.asarray(array(input)), np.asarray(array(exponent))
    if base.dtype == bool:
        raise NotImplementedError("pow() is not implemented for bool: convert one with .int()")

    def pull_base(g: Any) -> Any:
        # x**0 is 1 everywhere: slope 0, also where x**-1 is infinite
        return np.where(n == 0, 0.0, g * (exponent * pow_of(input, exponent - 1)))

    def pull_exponent(g: Any) -> Any:
        # 0**n is 0 for every n > 0: slope 0, where 0 * log(0) would be nan
        safe = np.where((base == 0) & (n >= 0), 1.0, input)
        return np.where((base == 0) & (n >= 0), 0.0, g * (pow_of(input, exponent) * np.log(safe)))

    value = _whole_power(base, n) if base.dtype.kind in "iu" else np.power(base, n)
    return value, pull_base, pull_exponent


_number_power = differentiable(_power.__wrapped__, promote="type", name="PowBackward2")


def _whole_power(base: Any, exponent: Any) -> Any:
    """Whole numbers to whole powers; of negative ones the whole part is left: 0, but of 1 and -1."""
    inverse = np.where(np.abs(base) == 1, base, 0).astype(base.dtype)
    negative = exponent < 0
    return np.where(
        negative, np.power(inverse, np.where(negative, -exponent, 0)), np.power(base, np.maximum(exponent, 0))
    )


def pow_of(x: Any, n: Any) -> Any:
    """x**n on arrays or Tensors."""
    return np.power(x, n) if isinstance(x, np.ndarray) and isinstance(n, (np.ndarray, np.generic)) else pow(x, n)


@composed
def float_power(input: Operand, exponent: Operand, *, out: Tensor | None = None) -> Tensor:
    """`pow` in float64."""

    def double(x: Any) -> Any:
        return x.to(dtypes.float64) if hasattr(x, "_data") else float(x)

    return pow(double(input), double(exponent))


@differentiable(name="PowBackward0")
def square(input: Tensor, *, out: Tensor | None = None) -> Any:
    """input * input; the slope is 2 * input. Of bools, whole numbers."""
    if input.dtype == bool:
        input = input.astype(np.int64)
    return input * input, lambda g: g * (2 * input)


@differentiable(promote="float", saves="result")
def sqrt(input: Tensor, *, out: Tensor | None = None) -> Any:
    """The square root; nan for negative numbers. The slope is 1 / (2 sqrt(x)), infinite at 0."""
    y = np.sqrt(input)
    return y, lambda g: g / (2 * y)


@differentiable(promote="float", saves="result")
def rsqrt(input: Tensor, *, out: Tensor | None = None) -> Any:
    """1 / sqrt(x); the slope is -y³/2."""
    if is_half(input):
        return in_single(rsqrt, input)
    y = 1 / np.sqrt(input)
    return y, lambda g: g * (-0.5 * (y * y * y))


@differentiable(promote="float", saves="result")
def reciprocal(input: Tensor, *, out: Tensor | None = None) -> Any:
    """1 / x; the slope is -y²."""
    y = 1 / input
    return y, lambda g: -g * (y * y)


def reciprocal_times(input: Any, other: Any) -> Any:
    """other / input as torch computes it: other times 1 / input."""
    return mul(reciprocal(input), other)


@differentiable
def abs(input: Tensor, *, out: Tensor | None = None) -> Any:
    """The absolute value; the slope is the sign, 0 at 0."""
    if input.dtype == bool:
        raise NotImplementedError("abs() of a bool tensor: convert it with .int() first")
    return np.abs(input), lambda g: g * sign.rule(input)


absolute = abs


@differentiable(linear=True)
def sign(input: Tensor, *, out: Tensor | None = None) -> Any:
    """-1, 0 or 1, and 0 for nan; flat, so its gradient is 0."""
    data = array(input)
    if data.dtype.kind == "f":
        return np.where(np.isnan(data), data.dtype.type(0), np.sign(data)), _flat
    return (data.copy() if data.dtype == bool else np.sign(data)), _flat


@differentiable(saves="input result")
def sgn(input: Tensor, *, out: Tensor | None = None) -> Any:
    """-1, 0 or 1 as `sign`, under torch's other name."""
    return sign.__wrapped__(input)


divide, multiply, subtract, negative = div, mul, sub, neg


# ---------------------------------------------------------------------------------------------------------------------
# Exponentials and logarithms
# ---------------------------------------------------------------------------------------------------------------------
@differentiable(promote="float", saves="result")
def exp(input: Tensor, *, out: Tensor | None = None) -> Any:
    """e to the power of x: its own slope."""
    y = np.exp(input)
    return y, lambda g: g * y


@differentiable(promote="float", saves="result")
def exp2(input: Tensor, *, out: Tensor | None = None) -> Any:
    """2 to the power of x."""
    if is_half(input):
        return in_single(exp2, input)
    y = np.exp2(input)
    return y, lambda g: g * (y * math.log(2))


@differentiable(promote="float", saves="result")
def expm1(input: Tensor, *, out: Tensor | None = None) -> Any:
    """e^x - 1, exact near 0."""
    y = np.expm1(input)
    return y, lambda g: g * (y + 1)


@differentiable(promote="float")
def log(input: Tensor, *, out: Tensor | None = None) -> Any:
    """The natural logarithm: -inf at 0, nan below. The slope is 1/x."""
    return np.log(input), lambda g: g / input


@differentiable(promote="float", name="Log1PBackward0")
def log1p(input: Tensor, *, out: Tensor | None = None) -> Any:
    """log(1 + x), exact near 0."""
    return np.log1p(input), lambda g: g / (input + 1)


@differentiable(promote="float")
def log2(input: Tensor, *, out: Tensor | None = None) -> Any:
    """The logarithm to base 2."""
    if is_half(input):
        return in_single(log2, input)
    return np.log2(input), lambda g: g / (input * math.log(2))


@differentiable(promote="float")
def log10(input: Tensor, *, out: Tensor | None = None) -> Any:
    """The logarithm to base 10."""
    if is_half(input):
        return in_single(log10, input)
    return np.log10(input), lambda g: g / (input * math.log(10))


def _only(kinds: str, name: str, input: Any) -> None:
    """Raise unless the operands' common type is of these kinds."""
    kind = array(input).dtype
    if kind.kind not in kinds:
        raise NotImplementedError(f"{name}() is not implemented for {kind.name}; convert with .to()")


def alike(name: str) -> Any:
    """A check that operands are of one type."""

    def check(*operands: Any) -> None:
        types = [x.dtype for x in operands if isinstance(x, np.ndarray)]
        if len({*types}) > 1:
            names = ", ".join(t.name for t in types)
            raise RuntimeError(f"{name}() expects operands of the same dtype, and got {names}; convert one with .to()")

    return check


@differentiable(promote="type")
def logaddexp(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Any:
    """log(e^a + e^b) without overflow.

    Raises:
        NotImplementedError: whole numbers.
    """
    _only("f", "logaddexp", input)
    return (
        np.logaddexp(array(input), array(other)),
        lambda g: g / (1 + np.exp(other - input)),
        lambda g: g / (1 + np.exp(input - other)),
    )


@differentiable(promote="type")
def logaddexp2(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Any:
    """log2(2^a + 2^b) without overflow.

    Raises:
        NotImplementedError: whole numbers.
    """
    _only("f", "logaddexp2", input)
    return (
        np.logaddexp2(array(input), array(other)),
        lambda g: g / (1 + np.exp2(other - input)),
        lambda g: g / (1 + np.exp2(input - other)),
    )


@differentiable(promote=("float", 1))
def logit(input: Tensor, eps: float | None = None, *, out: Tensor | None = None) -> Any:
    """log(x / (1 - x)), the inverse of sigmoid: nan outside of [0, 1], unless x is first clamped to [eps, 1 - eps]."""
    x = array(input)
    low, flat, z = (0, math.nan, x)
    if eps is not None:
        dtypes.checked(eps, x.dtype)
        low, flat, z = eps, 0.0, np.where(x < eps, eps, np.where(x > 1 - eps, 1 - eps, x)).astype(x.dtype)
    outside = (x < low) | (x > 1 - low)
    return np.log(z / (1 - z)), lambda g: np.where(outside, flat, g / (input * (1 - input)))


# ---------------------------------------------------------------------------------------------------------------------
# Trigonometric and hyperbolic functions
# ---------------------------------------------------------------------------------------------------------------------
@differentiable(promote="float")
def sin(input: Tensor, *, out: Tensor | None = None) -> Any:
    """The sine of an angle in radians; the slope is the cosine."""
    return np.sin(input), lambda g: g * np.cos(input)


@differentiable(promote="float")
def cos(input: Tensor, *, out: Tensor | None = None) -> Any:
    """The cosine of an angle in radians; the slope is minus the sine."""
    return np.cos(input), lambda g: g * -np.sin(input)


@differentiable(promote="float", saves="result")
def tan(input: Tensor, *, out: Tensor | None = None) -> Any:
    """The tangent of an angle in radians; the slope is 1 + tan²."""
    y = np.tan(input)
    return y, lambda g: g * (1 + y * y)


@differentiable(promote="float")
def asin(input: Tensor, *, out: Tensor | None = None) -> Any:
    """The angle in radians whose sine is x; nan outside [-1, 1]."""
    return np.arcsin(input), lambda g: g / np.sqrt(1 - input * input)


@differentiable(promote="float")
def acos(input: Tensor, *, out: Tensor | None = None) -> Any:
    """The angle in radians whose cosine is x; nan outside [-1, 1]."""
    return np.arccos(input), lambda g: -g / np.sqrt(1 - input * input)


@differentiable(promote="float")
def atan(input: Tensor, *, out: Tensor | None = None) -> Any:
    """The angle in radians whose tangent is x."""
    return np.arctan(input), lambda g: g / (1 + input * input)


@differentiable(promote="float", saves="input other")
def atan2(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Any:
    """The angle in radians of the point (x=other, y=input). At the origin, where it has no slope, the gradients are 0."""

    if is_half(input):
        return in_single(atan2, input, other)

    def over_squared_radius(x: Any) -> Any:
        square = input * input + other * other
        return x / np.where(square == 0, np.inf, square)

    return (
        np.arctan2(input, other),
        lambda g: over_squared_radius(g * other),
        lambda g: over_squared_radius(-g * input),
    )


@differentiable(promote="float")
def sinh(input: Tensor, *, out: Tensor | None = None) -> Any:
    """The hyperbolic sine."""
    return np.sinh(input), lambda g: g * np.cosh(input)


@differentiable(promote="float")
def cosh(input: Tensor, *, out: Tensor | None = None) -> Any:
    """The hyperbolic cosine."""
    return np.cosh(input), lambda g: g * np.sinh(input)


@differentiable(promote="float")
def asinh(input: Tensor, *, out: Tensor | None = None) -> Any:
    """The inverse of sinh."""
    return np.arcsinh(input), lambda g: g / np.sqrt(input * input + 1)


@differentiable(promote="float")
def acosh(input: Tensor, *, out: Tensor | None = None) -> Any:
    """The inverse of cosh; nan below 1."""
    return np.arccosh(input), lambda g: g / np.sqrt(input * input - 1)


@differentiable(promote="float")
def atanh(input: Tensor, *, out: Tensor | None = None) -> Any:
    """The inverse of tanh; nan outside [-1, 1]."""
    return np.arctanh(input), lambda g: g / (1 - input * input)


arcsin, arccos, arctan, arctan2 = asin, acos, atan, atan2
arcsinh, arccosh, arctanh = asinh, acosh, atanh


@differentiable(promote="float")
def sinc(input: Tensor, *, out: Tensor | None = None) -> Any:
    """sin(pi x) / (pi x), 1 at 0."""
    if is_half(input):
        return in_single(sinc, input, wide=np.float64)
    x = array(input)
    zero = np.square(x) == 0  # also where the square underflows
    angle = np.where(zero, 1, x) * math.pi

    def pull(g: Any) -> Any:
        z = np.where(zero, 1.0, input) * math.pi
        return g * np.where(zero, 0.0, (z * np.cos(z) - np.sin(z)) / z / z * math.pi)

    return np.where(zero, 1, np.sin(angle) / angle).astype(x.dtype), pull


@differentiable(promote="type", saves=["input result", "other result"])
def hypot(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Any:
    """sqrt(a² + b²), the hypotenuse.

    Raises:
        NotImplementedError: whole numbers.
    """
    _only("f", "hypot", input)
    y = np.hypot(array(input), array(other)) if isinstance(input, np.ndarray) else hypot(input, other)
    return y, lambda g: g * (input / y), lambda g: g * (other / y)


@differentiable(promote="float", linear=True, name="Deg2RadBackward0")
def deg2rad(input: Tensor, *, out: Tensor | None = None) -> Any:
    """Degrees to radians."""
    return input * (math.pi / 180), lambda g: g * (math.pi / 180)


@differentiable(promote="float", linear=True, name="Rad2DegBackward0")
def rad2deg(input: Tensor, *, out: Tensor | None = None) -> Any:
    """Radians to degrees."""
    return input * (180 / math.pi), lambda g: g * (180 / math.pi)


# ---------------------------------------------------------------------------------------------------------------------
# Rounding: flat almost everywhere, so gradients are 0
# ---------------------------------------------------------------------------------------------------------------------
def _rounding(name: str, ufunc: Any, text: str) -> Any:
    def rule(input: Tensor, *, out: Tensor | None = None) -> Any:
        data = array(input)
        _only("fiu", name, data)
        return (ufunc(data) if data.dtype.kind == "f" else data.copy()), _flat

    rule.__name__, rule.__doc__, rule.__qualname__ = name, text, name
    return differentiable(rule, linear=True)


floor = _rounding("floor", np.floor, "The largest whole number that is not above x.")
ceil = _rounding("ceil", np.ceil, "The smallest whole number that is not below x.")
trunc = _rounding("trunc", np.trunc, "x without its fraction.")
fix = trunc


@differentiable(linear=True, name=lambda input, *, decimals=None: f"RoundBackward{0 if decimals is None else 1}")
def round(input: Tensor, *, decimals: int = 0, out: Tensor | None = None) -> Any:
    """The nearest whole number, halves to the even one; or the nearest with that many decimals."""
    data = array(input)
    if data.dtype.kind != "f":
        if decimals:
            raise NotImplementedError(
                f"round with decimals={decimals} needs floating point numbers, got {data.dtype.name}"
            )
        _only("iu", "round", data)
        return data.copy(), _flat
    if decimals == 0:
        return np.rint(data), _flat
    ten = data.dtype.type(10.0 ** builtins.abs(decimals))
    y = np.rint(data * ten) / ten if decimals > 0 else np.rint(data / ten) * ten
    return y, _flat


@differentiable
def frac(input: Tensor, *, out: Tensor | None = None) -> Any:
    """The fraction, with the sign of x.

    Raises:
        NotImplementedError: whole numbers.
    """
    if array(input).dtype.kind != "f":
        raise NotImplementedError(f"frac is not implemented for {input.dtype}: whole numbers have no fraction")
    return array(input) - np.trunc(array(input)), same


# ---------------------------------------------------------------------------------------------------------------------
# Choosing
# ---------------------------------------------------------------------------------------------------------------------
@differentiable(promote="type", saves="input other")
def maximum(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Any:
    """The larger of the two; equal ones share the gradient."""
    return np.maximum(input, other), lambda g: _share(g, input, other), lambda g: _share(g, other, input)


@differentiable(promote="type", saves="input other")
def minimum(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Any:
    """The smaller of the two; equal ones share the gradient."""
    return np.minimum(input, other), lambda g: _share(g, other, input), lambda g: _share(g, input, other)


def _share(g: Any, larger: Any, smaller: Any) -> Any:
    """g where `larger` is so (or one is nan, as in torch), half of it where they are equal, 0 elsewhere."""
    a, b = np.asarray(array(larger)), np.asarray(array(smaller))
    equal = a == b
    return _pick(~(a < b), np.where(equal, g / 2, g) if equal.any() else g)


@differentiable(promote="type", saves="input other")
def fmax(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Any:
    """The larger of the two, or the one that is not nan."""
    first = (array(input) >= array(other)) | np.isnan(array(other))
    return np.fmax(array(input), array(other)), lambda g: _pick(first, g), lambda g: _pick(~first, g)


@differentiable(promote="type", saves="input other")
def fmin(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Any:
    """The smaller of the two, or the one that is not nan."""
    first = (array(input) <= array(other)) | np.isnan(array(other))
    return np.fmin(array(input), array(other)), lambda g: _pick(first, g), lambda g: _pick(~first, g)


def _tensor_bounds(input: Any = None, *bounds: Any) -> bool:
    """Whether a bound of clamp is a tensor with axes; numbers come as arrays without."""
    return any(isinstance(bound, np.ndarray) and bound.ndim > 0 for bound in bounds)


@differentiable(
    promote="type", name=lambda *args: f"ClampBackward{int(not _tensor_bounds(*args))}", saves="input min max"
)
def _clamp(input: Any, min: Any = None, max: Any = None) -> Any:
    data, low, high = array(input), array(min), array(max)
    y = data
    if low is not None:
        y = np.maximum(y, low)
    if high is not None:
        y = np.minimum(y, high)
    above = True if low is None else data >= low
    below = True if high is None else data <= high

    def pull_min(g: Any) -> Any:
        return _pick((data < low) & (True if high is None else low < high), g)

    def pull_max(g: Any) -> Any:
        return _pick((data > high) if low is None else (data > high) | (low > high), g)

    value = y.copy() if y is data else y
    return value, lambda g: _pick(above & below, g), pull_min, pull_max


def _one_sided(name: str) -> Any:
    return differentiable(
        _clamp.__wrapped__,
        promote="type",
        name=lambda *args: f"{name}Backward{int(_tensor_bounds(*args))}",
        saves="input min max",
    )


_clamp_min, _clamp_max = _one_sided("ClampMin"), _one_sided("ClampMax")


@composed
def clamp(
    input: Tensor, min: Operand | None = None, max: Operand | None = None, *, out: Tensor | None = None
) -> Tensor:
    """x, but not below `min` and not above `max` (numbers or tensors; either may be left out).

    Raises:
        RuntimeError: neither is given.

    >>> import minitorch_pt as torch
    >>> torch.clamp(torch.tensor([-2.0, 0.5, 3.0]), 0, 1)
    tensor([0.0000, 0.5000, 1.0000])
    """
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    if any(_is_number(bound) for bound in (min, max)):
        for bound in (min, max):
            if getattr(bound, "ndim", 0):
                raise TypeError("clamp() takes two numbers or two Tensors as bounds, and got one of each")
        # a tensor without axes beside a number is one too
        min, max = (x.item() if hasattr(x, "_data") else x for x in (min, max))
    kind = dtypes.result_type_of([array(input), array(min), array(max)])
    if kind.kind == "b" and (None not in (min, max) or _is_number(min) or _is_number(max)):
        raise NotImplementedError("clamp() is not implemented for bool; convert with .int()")
    for bound in (min, max):
        dtypes.checked(bound, kind)
    return _clamp(input, min, max)


clip = clamp


def _check_bound(name: str, input: Any, bound: Any) -> None:
    if isinstance(bound, bool) and array(input).dtype == bool:
        raise NotImplementedError(f"{name}() of bools is not implemented for a number; convert with .int()")
    if _is_number(bound):
        dtypes.checked(bound, dtypes.result_type_of([array(input), bound]))


@composed
def clamp_min(input: Tensor, min: Operand, *, out: Tensor | None = None) -> Tensor:
    """x, but not below `min`."""
    _check_bound("clamp_min", input, min)
    value = _clamp_min(input, min, None)
    return named(value, "ClampMinBackward1") if hasattr(min, "_data") else value


@composed
def clamp_max(input: Tensor, max: Operand, *, out: Tensor | None = None) -> Tensor:
    """x, but not above `max`."""
    _check_bound("clamp_max", input, max)
    value = _clamp_max(input, None, max)
    return named(value, "ClampMaxBackward1") if hasattr(max, "_data") else value


@differentiable(promote=("type", 2), name="WhereBackward0")
def _where(input: Any, other: Any, condition: Any) -> Any:
    mask = array(condition)
    return np.where(mask, input, other), lambda g: np.where(mask, g, 0.0), lambda g: np.where(mask, 0.0, g)


@composed
def where(
    condition: Tensor, input: Operand | None = None, other: Operand | None = None, *, out: Tensor | None = None
) -> Any:
    """`input` where the condition holds, else `other`. With the condition alone: the indices where it holds, a tensor per axis.

    Raises:
        RuntimeError: the condition is no bool tensor.

    >>> import minitorch_pt as torch
    >>> x = torch.tensor([1.0, -2.0])
    >>> torch.where(x > 0, x, 0.0)
    tensor([1., 0.])
    """
    if input is None and other is None:
        from ..indexing import nonzero

        return nonzero(condition, as_tuple=True)
    mask = array(condition)
    if getattr(mask, "dtype", None) not in (np.dtype(bool), np.dtype(np.uint8)):
        raise RuntimeError(
            f"where expected condition to be a boolean tensor, but got a tensor with dtype {getattr(mask, 'dtype', type(mask))}; write x != 0"
        )
    if mask.dtype != bool:
        warn("where received a uint8 condition tensor. This behavior is deprecated; write x != 0 for a bool one.")  # fmt: skip
        mask = mask.astype(bool)
    for x in (input, other):
        if isinstance(x, (int, float)):
            kind = dtypes.result_type_of([array(input), array(other)])
            if kind != np.float16:
                dtypes.checked(x, kind)
    if any(hasattr(x, "_data") for x in (input, other)):
        return _where.rule(input, other, mask)
    if hasattr(condition, "_data"):  # two numbers: the result is a tensor all the same
        dtype = dtypes.result_type_of([input, other])
        return graph.wrap(np.where(mask, input, other).astype(dtype))
    return np.where(mask, input, other)


@composed
def lerp(input: Tensor, end: Tensor, weight: Operand, *, out: Tensor | None = None) -> Tensor:
    """input + weight * (end - input): from `input` at weight 0 to `end` at weight 1.

    Raises:
        RuntimeError: the dtypes differ. NotImplementedError: whole numbers.
    """
    for name, x in (("input", input), ("end", end)):
        if not hasattr(x, "_data"):
            raise TypeError(f"lerp(): argument '{name}' must be Tensor, not {type(x).__name__}")
    # a weight without axes counts as a number
    for name, x in (("end", end), *((("weight", weight),) if getattr(weight, "ndim", 0) else ())):
        if x.dtype != input.dtype:
            raise RuntimeError(
                f"expected dtype {input.dtype} for `{name}` but got dtype {x.dtype}; convert it with .to()"
            )
    if not input.dtype.is_floating_point:
        raise NotImplementedError(f"lerp() is not implemented for {input.dtype}; convert with .float()")
    return _lerp.rule(input, end, weight)


@differentiable(
    promote=("type", 2),
    name=lambda input, end, weight: f"LerpBackward{int(isinstance(weight, np.ndarray))}",
    saves=["weight", "weight", "input end weight"],
)
def _lerp(input: Any, end: Any, weight: Any) -> Any:
    if is_half(input):
        return in_single(_lerp, input, end, weight)
    if type(weight) is float:
        dtypes.checked(weight, array(input).dtype)
    a, b, w = array(input), array(end), array(weight)
    # from the nearer end, so that weight 1 gives `end` exactly
    value = np.where(np.abs(w) < 0.5, a + w * (b - a), b - (b - a) * (1 - w))
    return (
        value.astype(a.dtype, copy=False),
        lambda g: g * (1 - weight),
        lambda g: g * weight,
        lambda g: g * (end - input),
    )


@differentiable(promote="type")
def addcmul(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Number = 1, out: Tensor | None = None) -> Any:
    """input + value * tensor1 * tensor2; of whole numbers, with the whole part of `value`."""
    _only("fiu", "addcmul", input)
    if is_half(input):
        return in_single(addcmul, input, tensor1, tensor2, value=value)
    value = dtypes.checked(value, array(input).dtype)
    product = tensor1 * tensor2 if value == 1 else value * tensor1 * tensor2
    return input + product, same, lambda g: g * (tensor2 * value), lambda g: g * (tensor1 * value)


def _no_whole_division(input: Any, tensor1: Any, tensor2: Any) -> None:
    if tensor1.dtype.kind != "f" and tensor2.dtype.kind != "f":
        raise RuntimeError(
            "Integer division with addcdiv is no longer supported; convert to floating point with .float() first"
        )


@differentiable(promote="type", saves=["tensor2", "tensor2", "tensor1 tensor2"], check=_no_whole_division)
def addcdiv(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Number = 1, out: Tensor | None = None) -> Any:
    """input + value * tensor1 / tensor2.

    Raises:
        RuntimeError: whole numbers to divide.
    """
    if is_half(input):
        return in_single(addcdiv, input, tensor1, tensor2, value=value)
    value = dtypes.checked(value, array(input).dtype)
    return (
        input + value * (tensor1 / tensor2),
        same,
        lambda g: g * (value / tensor2),
        lambda g: -g * (value * tensor1 / (tensor2 * tensor2)),
    )


@differentiable
def nan_to_num(
    input: Tensor,
    nan: float | None = 0.0,
    posinf: float | None = None,
    neginf: float | None = None,
    *,
    out: Tensor | None = None,
) -> Any:
    """nan, inf and -inf replaced by numbers: by default 0 and the largest and smallest number of the type."""
    data = array(input)
    if data.dtype.kind != "f":
        return data.copy(), lambda g: g
    return np.nan_to_num(data, nan=nan or 0.0, posinf=posinf, neginf=neginf), lambda g: g * np.isfinite(data)


@differentiable(promote="float", saves=["input result", "result"])
def copysign(input: Tensor, other: Operand, *, out: Tensor | None = None) -> Any:
    """The size of `input` with the sign of `other`."""
    y, zero = np.copysign(input, other), array(input) == 0
    return y, lambda g: g * np.where(zero, 0.0, y / np.where(zero, 1.0, input)), lambda g: array(g) * 0


@differentiable(promote="type", linear=True, name="torch::autograd::NotImplemented", check=alike("heaviside"))
def heaviside(input: Tensor, values: Tensor, *, out: Tensor | None = None) -> Any:
    """0 below zero, 1 above, `values` at zero, all of one type. Its gradient raises RuntimeError."""
    if input.dtype != values.dtype:
        raise RuntimeError(f"heaviside needs tensors of one type, and got {input.dtype} and {values.dtype}: convert one with .to()")  # fmt: skip
    value = np.where(input == 0, values, (input > 0).astype(input.dtype)).astype(input.dtype)
    return value, _no_heaviside, _no_heaviside


def _no_fractions(name: str, input: Any) -> None:
    if input.dtype.kind not in "iu":
        raise NotImplementedError(f"{name}() is not implemented for {input.dtype.name}: it needs whole numbers")


@nondifferentiable(promote="type")
def gcd(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Any:
    """The greatest common divisor."""
    _no_fractions("gcd", input)
    return np.gcd(input, other)


@nondifferentiable(promote="type")
def lcm(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Any:
    """The least common multiple."""
    _no_fractions("lcm", input)
    return np.lcm(input, other)


@differentiable(promote="type", saves=["input other", ""])
def nextafter(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Any:
    """The next representable number after x towards `other`. It moves with x, unless the two are equal."""
    _only("f", "nextafter", input)
    differ = array(input) != array(other)
    return np.nextafter(input, other), lambda g: _pick(differ, g), _flat


def _no_bool_power(input: Any, other: Any) -> None:
    if other.dtype == bool and input.dtype.kind == "f":
        raise NotImplementedError("ldexp() is not implemented for a bool `other`; convert with .int()")


@differentiable(promote="float", saves=["other result", "result"], check=_no_bool_power)
def ldexp(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Any:
    """input * 2**other."""
    factor = np.power(array(other).dtype.type(2), other) if isinstance(other, _PLAIN) else pow.rule(2.0, other)
    y = input * factor
    return y, lambda g: g * factor, lambda g: g * (y * math.log(2))


@differentiable(returns=return_types.frexp, saves="result1")
def frexp(input: Tensor, *, out: tuple[Tensor, ...] | None = None) -> Any:
    """The mantissa, in [0.5, 1) with the sign, and the whole exponent: input = mantissa * 2**exponent.

    Raises:
        RuntimeError: whole numbers.
    """
    data = array(input)
    if data.dtype.kind != "f":
        raise RuntimeError(
            f"torch.frexp() only supports floating-point dtypes, got {data.dtype.name}; convert with .float()"
        )
    mantissa, exponent = np.frexp(data)
    dtype = data.dtype
    return (np.asarray(mantissa), np.asarray(exponent)), lambda g, _: g * np.exp2(-exponent.astype(dtype))


def _fill(number: int) -> Any:
    """The operation with torch's names of its node, for a number and for a tensor."""

    def fill(input: Tensor, value: Operand) -> Any:
        """The tensor with every element set to `value`, a number or a tensor without axes.

        Raises:
            RuntimeError: a tensor with axes.
        """
        if np.ndim(array(value)):
            raise RuntimeError(
                f"fill only supports 0-dimension value tensor but got tensor with {value.ndim} dimensions."
            )
        filled = np.full(input.shape, dtypes.checked(array(value), input.dtype, array(input).size == 1), input.dtype)
        return filled, _flat, same

    fill.__qualname__ = fill.__name__
    # a name is made without the arrays: None stands for a tensor
    return differentiable(fill, linear=True, name=lambda _, value: f"FillBackward{number + (value is None)}")


fill, fill_inplace = _fill(0), _fill(2)
fill_inplace.__qualname__ = "fill_inplace"


@differentiable(linear=True, name="ZeroBackward0")
def zeroed(input: Tensor) -> Any:
    """The tensor with every element set to 0."""
    return np.zeros(input.shape, input.dtype), _flat


@differentiable(linear=True, name=lambda input, other, value, name: name)
def overwritten(input: Tensor, other: object, value: object, name: str) -> Any:
    """`input` with all elements overwritten: what in-place comparisons and random fills do. `name` is that of the node."""
    shape = np.shape(array(other))
    return array(value).astype(input.dtype, copy=False), _flat, lambda g: np.zeros(shape, g.dtype)


# ---------------------------------------------------------------------------------------------------------------------
# Comparison and logic
# ---------------------------------------------------------------------------------------------------------------------
def _comparison(name: str, ufunc: Any, text: str, other: str = "Operand") -> Any:
    def compare(input: Tensor, other: Operand, *, out: Tensor | None = None) -> Any:
        return ufunc(input, other)

    compare.__annotations__["other"] = other
    compare.__name__, compare.__qualname__, compare.__doc__ = name, name, text
    return nondifferentiable(compare, promote="type")


eq = _comparison("eq", np.equal, "Where the two are equal.")
ne = _comparison("ne", np.not_equal, "Where the two differ.")
lt = _comparison("lt", np.less, "Where input < other.")
le = _comparison("le", np.less_equal, "Where input <= other.")
gt = _comparison("gt", np.greater, "Where input > other.")
ge = _comparison("ge", np.greater_equal, "Where input >= other.")
not_equal, less, less_equal, greater, greater_equal = ne, lt, le, gt, ge
logical_and = _comparison("logical_and", np.logical_and, "Where both are not 0.", "Tensor")
logical_or = _comparison("logical_or", np.logical_or, "Where one of the two is not 0.", "Tensor")
logical_xor = _comparison("logical_xor", np.logical_xor, "Where exactly one of the two is not 0.", "Tensor")


@nondifferentiable
def logical_not(input: Tensor, *, out: Tensor | None = None) -> Any:
    """Where input is 0."""
    return np.logical_not(input)


def _test(name: str, function: Any, text: str) -> Any:
    def test(input: Tensor) -> Any:
        return function(input) if input.dtype.kind == "f" else np.full(input.shape, name in ("isfinite", "isreal"))

    test.__name__, test.__qualname__, test.__doc__ = name, name, text
    return nondifferentiable(test)


isnan = _test("isnan", np.isnan, "Where the value is not a number.")
isinf = _test("isinf", np.isinf, "Where the value is infinite.")
isfinite = _test("isfinite", np.isfinite, "Where the value is neither infinite nor nan.")
isreal = _test("isreal", np.isreal, "Where the value is a real number: everywhere.")


@nondifferentiable
def isposinf(input: Tensor, *, out: Tensor | None = None) -> Any:
    """Where the value is +inf."""
    return input == math.inf


@nondifferentiable
def isneginf(input: Tensor, *, out: Tensor | None = None) -> Any:
    """Where the value is -inf."""
    return input == -math.inf


@nondifferentiable
def signbit(input: Tensor, *, out: Tensor | None = None) -> Any:
    """Where the sign is minus, also that of -0.0."""
    return np.signbit(input) if input.dtype.kind == "f" else input < 0


def _bitwise(name: str, ufunc: Any, text: str) -> Any:
    def combine(input: Operand, other: Operand, *, out: Tensor | None = None) -> Any:
        for x in (input, other):
            if np.asarray(x).dtype.kind == "f":
                raise NotImplementedError(
                    f'"{name}_cpu" not implemented for floating point numbers; convert with .int() or use a logical operation'
                )
        if "shift" in name and np.asarray(input).dtype == bool:
            raise NotImplementedError(f'"{name}_cpu" not implemented for bools; convert with .int()')
        return ufunc(input, other)

    combine.__name__, combine.__qualname__, combine.__doc__ = name, name, text
    return nondifferentiable(combine, promote="type")


bitwise_and = _bitwise("bitwise_and", np.bitwise_and, "The bits set in both; of bools, their and.")
bitwise_or = _bitwise("bitwise_or", np.bitwise_or, "The bits set in one of the two; of bools, their or.")
bitwise_xor = _bitwise("bitwise_xor", np.bitwise_xor, "The bits set in exactly one; of bools, their exclusive or.")
bitwise_left_shift = _bitwise("bitwise_left_shift", np.left_shift, "The bits moved to the left: input * 2**other.")
bitwise_right_shift = _bitwise(
    "bitwise_right_shift", np.right_shift, "The bits moved to the right: input / 2**other rounded down."
)


@nondifferentiable
def bitwise_not(input: Tensor, *, out: Tensor | None = None) -> Any:
    """Every bit turned; of bools, their negation."""
    if input.dtype.kind == "f":
        raise NotImplementedError(
            '"bitwise_not_cpu" not implemented for floating point numbers; convert with .int() or use logical_not'
        )
    return np.invert(input)


@nondifferentiable
def isclose(input: Tensor, other: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Any:
    """Where |input - other| <= atol + rtol |other|.

    Raises:
        RuntimeError: the dtypes differ, or a tolerance is negative.
    """
    if input.dtype != other.dtype:
        raise RuntimeError(
            f"{input.dtype.name} did not match {other.dtype.name}: isclose needs tensors of one dtype; convert one with .to()"
        )
    if not (rtol >= 0 and atol >= 0):
        raise RuntimeError(f"rtol and atol must be greater than or equal to zero, but got {rtol} and {atol}")
    with np.errstate(all="ignore"):  # NumPy's own Python code
        near = np.isclose(input, other, rtol, atol, equal_nan)
    if rtol > _FEW or atol > _FEW:  # NumPy then calls all near to infinity
        near &= (input == other) | np.isfinite(input - other) | (np.isnan(input) & np.isnan(other))
    return near


@composed
def allclose(input: Tensor, other: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> bool:
    """Whether `isclose` holds everywhere."""
    return bool(array(isclose(input, other, rtol, atol, equal_nan)).all())


@composed
def equal(input: Tensor, other: Tensor) -> bool:
    """Whether shape and values are the same.

    Raises:
        TypeError: one is no tensor.
    """
    for name, value in (("input", input), ("other", other)):
        if not hasattr(value, "shape"):
            raise TypeError(f"equal(): argument '{name}' must be Tensor, not {type(value).__name__}")
    return bool(np.array_equal(array(input), array(other)))
