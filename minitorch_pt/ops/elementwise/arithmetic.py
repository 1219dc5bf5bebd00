"""Arithmetic: sums, differences, products, quotients and their remainders, signs, and what is made of several of them.

Operands broadcast; the engine sums gradients back down. `promote` brings operands of different types together first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ...arrays import dtypes
from ...autograd.contract import composed
from ...autograd.rule import array, differentiable, nondifferentiable, same
from ...names.titles import alias
from ..checks import only_kinds
from ..halves import in_single, is_half, single
from ..picking import flat_slope, underivable

if TYPE_CHECKING:
    from ...autograd.contract import Array, CastOut, Number, Operand, Pulled, Tensor


__all__ = [
    "abs", "absolute", "add", "addcdiv", "addcmul", "div", "divide", "floor_divide", "fmod", "gcd", "lcm", "lerp", "mul", "multiply", "neg",
    "negative", "positive", "reciprocal", "remainder", "rsub", "sgn", "sign", "sub", "subtract", "true_divide",
]  # fmt: skip


_NUMBERS = {int, float}


@differentiable(promote="type", linear=True)
def add(input: Tensor | Number, other: Tensor | Number, *, alpha: Number = 1, out: Tensor | None = None) -> Pulled:
    """input + alpha * other. Both gradients are the output's.

    >>> torch.add(torch.tensor([1, 2]), 10)
    tensor([11, 12])
    """
    if alpha == 1 and type(alpha) is int:
        return input + other, same, same
    alpha = whole_alpha(input, alpha)
    if is_half(input):
        return in_single(add, input, other, alpha=alpha)
    if array(input).dtype == bool:
        alpha = bool(alpha)
    return input + alpha * other, same, lambda g: g * alpha


def whole_alpha(input: Array, alpha: Number) -> Number:
    """The factor as a number of the type that is added up, where negative ones wrap around if it has none.

    Raises:
        RuntimeError: a fraction beside whole numbers, or a truth beside numbers; one too large for the type.
    """
    if isinstance(alpha, bool) and array(input).dtype != bool:
        raise RuntimeError("Boolean alpha only supported for Boolean results; give a number")
    if isinstance(alpha, float) and array(input).dtype.kind != "f":
        raise RuntimeError(
            f"For integral input tensors, argument alpha must not be a floating point number, got {alpha}"
        )
    checked = dtypes.checked(alpha, array(input).dtype)
    return alpha if array(input).dtype.kind == "f" else checked


def no_bool_minus(*operands: object) -> None:
    """A check that there is no bool among the operands of a difference."""
    bools = [isinstance(x, bool) or (isinstance(x, np.ndarray) and x.dtype == bool) for x in operands]
    if any(bools):
        if all(bools):
            raise RuntimeError(
                "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead."
            )
        raise RuntimeError(
            "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead."
        )


@differentiable(promote="type", linear=True, check=no_bool_minus)
def sub(input: Tensor | Number, other: Tensor | Number, *, alpha: Number = 1, out: Tensor | None = None) -> Pulled:
    """input - alpha * other.

    Raises:
        RuntimeError: bool tensors, of which there is no difference.

    >>> torch.sub(torch.tensor([5, 6]), torch.tensor([1, 2]), alpha=2)
    tensor([3, 2])
    """
    if alpha == 1 and type(alpha) is int:
        return input - other, same, lambda g: -g
    alpha = whole_alpha(input, alpha)
    if is_half(input):
        return in_single(sub, input, other, alpha=alpha)
    return input - alpha * other, same, lambda g: g * -alpha


@differentiable(promote="type", linear=True, check=no_bool_minus)
def rsub(input: Tensor, other: Operand, *, alpha: Number = 1) -> Pulled:
    """other - alpha * input.

    Raises:
        RuntimeError: bool tensors.

    >>> torch.rsub(torch.tensor([1, 2]), 10)
    tensor([9, 8])
    """
    alpha = whole_alpha(input, alpha)
    if alpha != 1 and is_half(input):
        return in_single(rsub, input, other, alpha=alpha)
    return other - (input if alpha == 1 else alpha * input), lambda g: g * -alpha, same


rsub_number = differentiable(rsub.__wrapped__, promote="type", linear=True, check=no_bool_minus, name="RsubBackward1")


@differentiable(promote="type", saves=["other", "input"])
def mul(input: Tensor | Number, other: Tensor | Number, *, out: Tensor | None = None) -> Pulled:
    """input * other. Each factor's gradient is the other factor.

    >>> torch.mul(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([4.0, 5.0, 6.0]))
    tensor([ 4., 10., 18.])
    """
    if type(other) in _NUMBERS and is_half(input):
        return in_single(mul, input, other)
    return input * other, lambda g: g * other, lambda g: g * input


@differentiable(promote="float", name="DivBackward0", saves=["other", "input other"])
def true_divide(input: Tensor | Number, other: Tensor | Number, *, out: Tensor | None = None) -> Pulled:
    """input / other; integers become floating point numbers first.

    >>> torch.true_divide(torch.tensor([1, 2]), 2)
    tensor([0.5000, 1.0000])
    """
    if type(other) in _NUMBERS and is_half(input):
        return in_single(true_divide, input, other)
    return input / other, lambda g: g / other, lambda g: -g * ((input / other) / other)


@composed
def div(
    input: Tensor | Number, other: Tensor | Number, *, rounding_mode: str | None = None, out: CastOut | None = None
) -> Tensor:
    """input / other; with rounding_mode "trunc" rounded towards zero, with "floor" down.

    Raises:
        RuntimeError: another rounding mode, or whole numbers divided by zero.

    >>> torch.div(torch.tensor([7, -7]), 2)
    tensor([ 3.5000, -3.5000])
    >>> torch.div(torch.tensor([7, -7]), 2, rounding_mode="floor")
    tensor([ 3, -4])
    >>> torch.div(torch.tensor([7, -7]), 2, rounding_mode="trunc")
    tensor([ 3, -3])
    """
    if rounding_mode is None:
        return true_divide(input, other)
    if rounding_mode not in ("trunc", "floor"):
        raise RuntimeError(
            f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{rounding_mode}'"
        )
    return _rounded_div(input, other, int(rounding_mode == "floor"))  # a text would make `promote` look closer


def _pair(input: Array, other: Array | float, name: str) -> tuple[np.ndarray, np.ndarray]:
    """What is divided and the divisor as arrays of one type: a number is left as it was by `promote`, and takes the other's.

    Raises:
        NotImplementedError: bools. RuntimeError: whole numbers divided by zero.
    """
    a, b = array(input), array(other)
    a = np.asarray(a) if hasattr(a, "dtype") else np.asarray(a, b.dtype)
    b = np.asarray(b) if hasattr(b, "dtype") else np.asarray(b, a.dtype)
    if a.dtype == bool:
        raise NotImplementedError(f"{name}() is not implemented for 'Bool'; convert with .int()")
    if b.dtype.kind != "f" and not b.all() and a.size:
        raise RuntimeError(
            "ZeroDivisionError: whole numbers divided by zero; convert to floating point with .float() to get inf"
        )
    return a, b


def _divisor_name(kind: str, first: int = 0) -> Callable[..., str]:
    """torch's name of the node, which tells whether the divisor is a number."""
    return lambda input, other, *rest: f"{kind}Backward{first + int(isinstance(other, np.ndarray))}"


@differentiable(
    promote=("type", 2),
    name=lambda input, other, down: f"DivBackward{2 if isinstance(other, np.ndarray) else 3}",
    saves=["other", "input other"],
)
def _rounded_div(input: Array, other: Array | float, down: int) -> Pulled:
    a, b = _divided(input, other)
    if down:
        y = _floor_div(a, b)
    elif a.dtype.kind == "f":
        y = np.trunc(a / b)
    else:
        y = a // b + ((a % b != 0) & ((a < 0) != (b < 0)))
    return y.astype(array(input).dtype if is_half(input) else a.dtype), flat_slope, flat_slope


def _divided(input: Array, other: Array | float) -> tuple[np.ndarray, np.ndarray]:
    """`_pair` for a quotient that is rounded: by a single number torch divides halves in float32, with the number as it is."""
    if is_half(input) and np.size(array(other)) == 1:
        return single(array(input)), np.asarray(array(other), np.float32)
    return _pair(input, other, "div")


def _floor_div(a: Array, b: Array) -> Array:
    if a.dtype.kind != "f":
        return a // b
    if a.dtype != np.float16:
        # NumPy gives nan for x // 0, torch the quotient
        return np.where(b == 0, a / b, a // b).astype(a.dtype)
    # the same in the steps of which NumPy's floor_divide is made: torch rounds each to float16
    left = np.fmod(a, b)
    y = (a - left) / b
    y = np.where((left != 0) & ((b < 0) != (left < 0)), y - 1, y)
    floor = np.floor(y)
    floor = np.where(y - floor > 0.5, floor + 1, floor)
    return np.where(b == 0, a / b, np.where(y == 0, np.copysign(y, a / b), floor))


@composed
def floor_divide(input: Tensor | Number, other: Tensor | Number, *, out: CastOut | None = None) -> Tensor:
    """input / other rounded down.

    >>> torch.floor_divide(torch.tensor([7, -7]), 2)
    tensor([ 3, -4])
    """
    return _floor_divide(input, other)


_no_floor_divide = underivable("floor_divide")


@differentiable(promote=("type", 2), linear=True, name="torch::autograd::NotImplemented")
def _floor_divide(input: Array, other: Array | float) -> Pulled:
    y = _floor_div(*_divided(input, other))
    return y.astype(np.float16) if is_half(input) else y, _no_floor_divide, _no_floor_divide


@differentiable(promote="type", name=_divisor_name("Remainder"), saves=["", "input other"])
def remainder(input: Operand, other: Operand, *, out: Tensor | None = None) -> Pulled:
    """What division rounded down leaves: the sign is the divisor's.

    Raises:
        RuntimeError: whole numbers divided by zero.

    >>> torch.remainder(torch.tensor([7.0, -7.0]), 3)  # the sign of the second
    tensor([1., 2.])
    """
    a, b = _pair(input, other, "remainder")
    if a.dtype.kind == "f":  # not np.remainder, which loses the sign of -0
        y = np.fmod(a, b)
        y = np.where((y != 0) & ((y < 0) != (b < 0)), y + b, y)
    else:
        y = np.remainder(a, b)
    return y, same, lambda g: g * -_rounded_div.rule(input, other, 1)


@differentiable(promote="type", name=_divisor_name("Fmod"), saves=["", "input other"])
def fmod(input: Tensor, other: Operand, *, out: Tensor | None = None) -> Pulled:
    """What division rounded towards zero leaves: the sign is the input's.

    Raises:
        RuntimeError: whole numbers divided by zero.

    >>> torch.fmod(torch.tensor([7.0, -7.0]), 3)  # the sign of the first
    tensor([ 1., -1.])
    """
    a, b = _pair(input, other, "fmod")
    return np.fmod(a, b), same, lambda g: g * -_rounded_div.rule(input, other, 0)


@differentiable(linear=True)
def neg(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """-input.

    Raises:
        RuntimeError: a bool tensor.

    >>> torch.neg(torch.tensor([1, -2]))
    tensor([-1,  2])
    """
    if input.dtype == bool:
        raise RuntimeError(
            "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead."
        )
    return -input, lambda g: -g


@composed
def positive(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """input itself.

    Raises:
        RuntimeError: a bool tensor.

    >>> torch.positive(torch.tensor([1, -2]))
    tensor([ 1, -2])
    """
    if array(input).dtype == bool:
        raise RuntimeError("The `+` operator, on a bool tensor is not supported; convert it with .int()")
    return input


@differentiable(promote="float", saves="result")
def reciprocal(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """1 / x; the slope is -y².

    >>> torch.reciprocal(torch.tensor([2.0, 4.0]))
    tensor([0.5000, 0.2500])
    """
    y = 1 / input
    return y, lambda g: -g * (y * y)


def reciprocal_times(input: Array, other: Array | float) -> Array:
    """other / input as torch computes it: other times 1 / input."""
    return mul(reciprocal(input), other)


@differentiable
def abs(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """The absolute value; the slope is the sign, 0 at 0.

    >>> torch.abs(torch.tensor([-2, 0, 3]))
    tensor([2, 0, 3])
    """
    if input.dtype == bool:
        raise NotImplementedError("abs() of a bool tensor: convert it with .int() first")
    return np.abs(input), lambda g: g * sign.rule(input)


absolute = alias(abs, "absolute")


@differentiable(linear=True)
def sign(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """-1, 0 or 1, and 0 for nan; flat, so its gradient is 0.

    >>> torch.sign(torch.tensor([-2.5, 0.0, 7.0]))
    tensor([-1.,  0.,  1.])
    """
    data = array(input)
    if data.dtype.kind == "f":
        # np.sign takes twice as long, and leaves nan
        return ((data > 0).view(np.int8) - (data < 0).view(np.int8)).astype(data.dtype), flat_slope
    return (data.copy() if data.dtype == bool else np.sign(data)), flat_slope


@differentiable(saves="input result")
def sgn(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """-1, 0 or 1 as `sign`, under torch's other name.

    >>> torch.sgn(torch.tensor([-2.5, 0.0, 7.0]))
    tensor([-1.,  0.,  1.])
    """
    return sign.__wrapped__(input)


divide, multiply = alias(div, "divide"), alias(mul, "multiply")
subtract, negative = alias(sub, "subtract"), alias(neg, "negative")


@differentiable(promote="type")
def addcmul(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Number = 1, out: Tensor | None = None) -> Pulled:
    """input + value * tensor1 * tensor2; of whole numbers, with the whole part of `value`.

    >>> torch.addcmul(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]), torch.tensor([5.0, 6.0]), value=0.5)
    tensor([ 8.5000, 14.0000])
    """
    only_kinds("fiu", "addcmul", input)
    if is_half(input):
        return in_single(addcmul, input, tensor1, tensor2, value=value)
    value = dtypes.checked(value, array(input).dtype)
    product = tensor1 * tensor2 if value == 1 else value * tensor1 * tensor2
    return input + product, same, lambda g: g * (tensor2 * value), lambda g: g * (tensor1 * value)


def _no_whole_division(input: Array, tensor1: Array, tensor2: Array) -> None:
    if tensor1.dtype.kind != "f" and tensor2.dtype.kind != "f":
        raise RuntimeError(
            "Integer division with addcdiv is no longer supported; convert to floating point with .float() first"
        )


@differentiable(promote="type", saves=["tensor2", "tensor2", "tensor1 tensor2"], check=_no_whole_division)
def addcdiv(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Number = 1, out: Tensor | None = None) -> Pulled:
    """input + value * tensor1 / tensor2.

    Raises:
        RuntimeError: whole numbers to divide.

    >>> torch.addcdiv(torch.tensor([1.0, 2.0]), torch.tensor([6.0, 8.0]), torch.tensor([3.0, 4.0]), value=0.5)
    tensor([2., 3.])
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


@composed
def lerp(input: Tensor, end: Tensor, weight: Operand, *, out: Tensor | None = None) -> Tensor:
    """input + weight * (end - input): from `input` at weight 0 to `end` at weight 1.

    Raises:
        RuntimeError: the dtypes differ. NotImplementedError: whole numbers.

    >>> torch.lerp(torch.tensor([0.0, 10.0]), torch.tensor([4.0, 20.0]), 0.25)
    tensor([ 1.0000, 12.5000])
    """
    for name, x in (("input", input), ("end", end)):
        if not hasattr(x, "_data"):
            raise TypeError(f"lerp(): argument '{name}' must be Tensor, not {type(x).__name__}")
    # a weight without axes counts as a number
    for name, x in (("end", end), *((("weight", weight),) if getattr(weight, "ndim", 0) else ())):
        if x.dtype != input.dtype:
            raise RuntimeError(
                f"expected dtype {dtypes.TITLES[input.dtype.name].lower()} for `{name}` but got dtype {dtypes.TITLES[x.dtype.name].lower()}; convert it with .to()"
            )
    if not input.dtype.is_floating_point:
        raise NotImplementedError(
            f"lerp() is not implemented for '{dtypes.TITLES[input.dtype.name]}'; convert with .float()"
        )
    return _lerp.rule(input, end, weight)


@differentiable(
    promote=("type", 2),
    name=lambda input, end, weight: f"LerpBackward{int(isinstance(weight, np.ndarray))}",
    saves=["weight", "weight", "input end weight"],
)
def _lerp(input: Array, end: Array, weight: Array | float) -> Pulled:
    if is_half(input):
        return in_single(_lerp, input, end, weight)
    if type(weight) is float:
        dtypes.checked(weight, array(input).dtype)
    a, b, w = array(input), array(end), array(weight)
    # from the nearer end, so that weight 1 gives `end` exactly
    if np.ndim(w):
        value = np.where(np.abs(w) < 0.5, a + w * (b - a), b - (b - a) * (1 - w))
    else:
        value = a + w * (b - a) if -0.5 < w < 0.5 else b - (b - a) * (1 - w)
    return (
        value.astype(a.dtype, copy=False),
        lambda g: g * (1 - weight),
        lambda g: g * weight,
        lambda g: g * (end - input),
    )


def _no_fractions(name: str, input: Array) -> None:
    if input.dtype.kind not in "iu":
        raise NotImplementedError(
            f"{name}() is not implemented for '{dtypes.TITLES[input.dtype.name]}': it needs whole numbers"
        )


@nondifferentiable(promote="type")
def gcd(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Pulled:
    """The greatest common divisor.

    >>> torch.gcd(torch.tensor([12, 18]), torch.tensor([8, 27]))
    tensor([4, 9])
    """
    _no_fractions("gcd", input)
    return np.gcd(input, other)


@nondifferentiable(promote="type")
def lcm(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Pulled:
    """The least common multiple.

    >>> torch.lcm(torch.tensor([4, 6]), torch.tensor([6, 9]))
    tensor([12, 18])
    """
    _no_fractions("lcm", input)
    return np.lcm(input, other)
