"""Trigonometric and hyperbolic functions, and their inverses."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ...autograd.rule import array, differentiable
from ...names.titles import alias
from ..checks import only_kinds
from ..halves import in_single, is_half

if TYPE_CHECKING:
    from ...autograd.contract import Array, Pulled, Tensor


__all__ = [
    "acos", "acosh", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "asin", "asinh", "atan", "atan2", "atanh",
    "cos", "cosh", "deg2rad", "hypot", "rad2deg", "sin", "sinc", "sinh", "tan",
]  # fmt: skip


@differentiable(promote="float")
def sin(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """The sine of an angle in radians; the slope is the cosine.

    >>> torch.sin(torch.tensor([0.0, torch.pi / 2]))
    tensor([0., 1.])
    """
    return np.sin(input), lambda g: g * np.cos(input)


@differentiable(promote="float")
def cos(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """The cosine of an angle in radians; the slope is minus the sine.

    >>> torch.cos(torch.tensor([0.0, torch.pi]))
    tensor([ 1., -1.])
    """
    return np.cos(input), lambda g: g * -np.sin(input)


@differentiable(promote="float", saves="result")
def tan(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """The tangent of an angle in radians; the slope is 1 + tan².

    >>> torch.tan(torch.tensor([0.0, torch.pi / 4]))
    tensor([0., 1.])
    """
    y = np.tan(input)
    return y, lambda g: g * (1 + y * y)


@differentiable(promote="float")
def asin(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """The angle in radians whose sine is x; nan outside [-1, 1].

    >>> torch.arcsin(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 1.5708])
    """
    return np.arcsin(input), lambda g: g / np.sqrt(1 - input * input)


@differentiable(promote="float")
def acos(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """The angle in radians whose cosine is x; nan outside [-1, 1].

    >>> torch.acos(torch.tensor([1.0, 0.0, -1.0]))
    tensor([0.0000, 1.5708, 3.1416])
    """
    return np.arccos(input), lambda g: -g / np.sqrt(1 - input * input)


@differentiable(promote="float")
def atan(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """The angle in radians whose tangent is x.

    >>> torch.arctan(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.7854])
    """
    return np.arctan(input), lambda g: g / (1 + input * input)


@differentiable(promote="float", saves="input other")
def atan2(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Pulled:
    """The angle in radians of the point (x=other, y=input). At the origin, where it has no slope, the gradients are 0.

    >>> torch.arctan2(torch.tensor([1.0, -1.0]), torch.tensor([0.0, 0.0]))
    tensor([ 1.5708, -1.5708])
    """

    if is_half(input):
        return in_single(atan2, input, other)

    def over_squared_radius(x: Array) -> Array:
        square = input * input + other * other
        return x / np.where(square == 0, np.inf, square)

    return (
        np.arctan2(input, other),
        lambda g: over_squared_radius(g * other),
        lambda g: over_squared_radius(-g * input),
    )


@differentiable(promote="float")
def sinh(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """The hyperbolic sine.

    >>> torch.sinh(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 1.1752])
    """
    return np.sinh(input), lambda g: g * np.cosh(input)


@differentiable(promote="float")
def cosh(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """The hyperbolic cosine.

    >>> torch.cosh(torch.tensor([0.0, 1.0]))
    tensor([1.0000, 1.5431])
    """
    return np.cosh(input), lambda g: g * np.sinh(input)


@differentiable(promote="float")
def asinh(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """The inverse of sinh.

    >>> torch.arcsinh(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.8814])
    """
    return np.arcsinh(input), lambda g: g / np.sqrt(input * input + 1)


@differentiable(promote="float")
def acosh(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """The inverse of cosh; nan below 1.

    >>> torch.acosh(torch.tensor([1.0, 2.0]))
    tensor([0.0000, 1.3170])
    """
    return np.arccosh(input), lambda g: g / np.sqrt(input * input - 1)


@differentiable(promote="float")
def atanh(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """The inverse of tanh; nan outside [-1, 1].

    >>> torch.arctanh(torch.tensor([0.0, 0.5, 1.0]))
    tensor([0.0000, 0.5493,    inf])
    """
    return np.arctanh(input), lambda g: g / (1 - input * input)


arcsin, arccos, arctan, arctan2 = (
    alias(asin, "arcsin"),
    alias(acos, "arccos"),
    alias(atan, "arctan"),
    alias(atan2, "arctan2"),
)
arcsinh, arccosh, arctanh = alias(asinh, "arcsinh"), alias(acosh, "arccosh"), alias(atanh, "arctanh")


@differentiable(promote="float")
def sinc(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """sin(pi x) / (pi x), 1 at 0.

    >>> torch.sinc(torch.tensor([0.0, 0.5]))  # sin(pi x) / (pi x)
    tensor([1.0000, 0.6366])
    """
    if is_half(input):
        return in_single(sinc, input, wide=np.float64)
    x = array(input)
    zero = np.square(x) == 0  # also where the square underflows
    angle = np.where(zero, 1, x) * math.pi

    def pull(g: Array) -> Array:
        z = np.where(zero, 1.0, input) * math.pi
        return g * np.where(zero, 0.0, (z * np.cos(z) - np.sin(z)) / z / z * math.pi)

    return np.where(zero, 1, np.sin(angle) / angle).astype(x.dtype), pull


@differentiable(promote="type", saves=["input result", "other result"])
def hypot(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Pulled:
    """sqrt(a² + b²), the hypotenuse.

    Raises:
        NotImplementedError: whole numbers.

    >>> torch.hypot(torch.tensor([3.0, 5.0]), torch.tensor([4.0, 12.0]))
    tensor([ 5., 13.])
    """
    only_kinds("f", "hypot", input)
    y = np.hypot(array(input), array(other)) if isinstance(input, np.ndarray) else hypot(input, other)
    return y, lambda g: g * (input / y), lambda g: g * (other / y)


@differentiable(promote="float", linear=True, name="Deg2RadBackward0")
def deg2rad(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """Degrees to radians.

    >>> torch.deg2rad(torch.tensor([0.0, 180.0]))
    tensor([0.0000, 3.1416])
    """
    if is_half(input):
        return in_single(deg2rad, input)
    return input * (math.pi / 180), lambda g: g * (math.pi / 180)


@differentiable(promote="float", linear=True, name="Rad2DegBackward0")
def rad2deg(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """Radians to degrees.

    >>> torch.rad2deg(torch.tensor([0.0, torch.pi]))
    tensor([  0., 180.])
    """
    if is_half(input):
        return in_single(rad2deg, input)
    return input * (180 / math.pi), lambda g: g * (180 / math.pi)
