"""Activations made of straight pieces, some of which are flat."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ...arrays.dtypes import TITLES, checked
from ...autograd.contract import composed
from ...autograd.inplace import inplace
from ...autograd.rule import array, differentiable
from ..checks import BOOL, check_floating
from ..halves import HALF_MAX, in_single, is_half, single
from ..picking import pick
from .activations import second_inplace

if TYPE_CHECKING:
    from ...autograd.contract import Array, Flag, Number, Pulled, Tensor


__all__ = ["hardshrink", "threshold", "threshold_"]


@differentiable(name="HardtanhBackward0", saves="input")
def _hardtanh(input: Array, min_val: float, max_val: float) -> Pulled:
    if input.dtype is BOOL:
        raise RuntimeError("Bool inputs not supported for hardtanh; convert with .float()")
    x = array(input)
    if x.dtype.kind != "f":
        min_val, max_val = (int(checked(limit, x.dtype)) for limit in (min_val, max_val))
        if x.dtype.kind == "u" and min_val < 0:
            raise RuntimeError(f"cannot do hardtanh on an unsigned type with negative limits, got min_val={min_val}")
    elif not -HALF_MAX <= min_val <= max_val <= HALF_MAX:
        checked(min_val, x.dtype)
        checked(max_val, x.dtype)
    inside = ~((x <= min_val) | (x >= max_val))  # nan counts as inside: it passes gradients on, as in torch
    return np.clip(x, min_val, max_val), lambda g: pick(inside, g, of=input)


_hardtanh_ = inplace(_hardtanh)


@composed
def hardtanh(input: Tensor, min_val: Number = -1.0, max_val: Number = 1.0, inplace: Flag = False) -> Tensor:
    """x cut off at min_val and max_val.

    Raises:
        ValueError: min_val is greater than max_val.

    >>> F.hardtanh(torch.tensor([-4.0, 0.5, 3.0]))
    tensor([-1.0000,  0.5000,  1.0000])
    """
    if min_val > max_val:
        raise ValueError(f"min_val cannot be greater than max_val, got {min_val} and {max_val}")
    return (_hardtanh_ if inplace else _hardtanh)(input, min_val, max_val)


@composed
def relu6(input: Tensor, inplace: Flag = False) -> Tensor:
    """min(max(0, x), 6).

    >>> F.relu6(torch.tensor([-1.0, 3.0, 8.0]))
    tensor([0., 3., 6.])
    """
    return (_hardtanh_ if inplace else _hardtanh)(input, 0.0, 6.0)


_SIXTH = float(np.float32(1 / 6))  # of single precision in torch


@differentiable(saves="input")
def _hardsigmoid(input: Array) -> Pulled:
    if check_floating("hardsigmoid", input):
        return in_single(_hardsigmoid, input)
    x = array(input)
    inside = (x > -3) & (x < 3)
    return np.clip(x + 3, 0, 6) / 6, lambda g: pick(inside, g * _SIXTH, of=input)


_hardsigmoid_ = inplace(_hardsigmoid)


@composed
def hardsigmoid(input: Tensor, inplace: Flag = False) -> Tensor:
    """min(max(0, x + 3), 6) / 6: a sigmoid of three straight lines.

    >>> F.hardsigmoid(torch.tensor([-4.0, 0.0, 4.0]))
    tensor([0.0000, 0.5000, 1.0000])
    """
    return (_hardsigmoid_ if inplace else _hardsigmoid)(input)


@differentiable(saves="input")
def _hardswish(input: Array) -> Pulled:
    if check_floating("hardswish", input):
        return in_single(_hardswish, input)
    x = array(input)

    def pull(g: Array) -> Array:
        up = ~(x <= -3)
        return pick(up, pick(up & (x < 3), input / 3 + 0.5, 1.0) * g)

    y = x + 3
    return x * np.clip(y, 0, 6, out=y if type(y) is np.ndarray else None) / 6, pull


_hardswish_ = inplace(_hardswish)


@composed
def hardswish(input: Tensor, inplace: Flag = False) -> Tensor:
    """x hardsigmoid(x).

    Source: Howard et al. 2019, arXiv:1905.02244.

    >>> F.hardswish(torch.tensor([-4.0, 0.0, 3.0]))
    tensor([-0., 0., 3.])
    """
    return (_hardswish_ if inplace else _hardswish)(input)


@differentiable(saves="input")
def threshold(input: Tensor, threshold: Number, value: Number, *, out: Tensor | None = None) -> Pulled:
    """x where x > threshold, `value` elsewhere.

    >>> torch.threshold(torch.tensor([0.5, 1.0, 2.0]), 1, -1)
    tensor([-1., -1.,  2.])
    """
    x = array(input)
    if x.dtype is BOOL:
        raise NotImplementedError("threshold() does not take torch.bool; convert with .float()")
    threshold, value = (checked(number, x.dtype) for number in (threshold, value))
    low = single(x) <= threshold
    return np.where(low, x.dtype.type(value), x), lambda g: pick(~low, g, of=input)


threshold_ = second_inplace(threshold, "ThresholdBackward1", "input")


@differentiable
def hardshrink(input: Tensor, lambd: Number = 0.5, *, out: Tensor | None = None) -> Pulled:
    """x where |x| > lambd, 0 elsewhere.

    >>> torch.hardshrink(torch.tensor([-1.0, 0.3, 0.5, 2.0]))
    tensor([-1.,  0.,  0.,  2.])
    """
    check_floating("hardshrink", input)
    checked(lambd, array(input).dtype)
    far = ~(abs(array(input)) <= lambd)  # nan stays nan
    return pick(far, input), lambda g: pick(far, g, of=input)


@differentiable(name="SoftshrinkBackward0")
def _softshrink(input: Array, lambd: float) -> Pulled:
    check_floating("softshrink", input)
    x = array(input)
    if is_half(x):
        return in_single(_softshrink, input, lambd)
    far = ~(abs(x) <= lambd)
    return pick(far, x - np.copysign(x.dtype.type(lambd), x), x * 0), lambda g: pick(far, g, of=input)


@composed
def softshrink(input: Tensor, lambd: Number = 0.5, *, out: Tensor | None = None) -> Tensor:
    """x moved towards 0 by lambd, and 0 where |x| <= lambd.

    Raises:
        RuntimeError: lambd is negative, or too large for the type.

    >>> F.softshrink(torch.tensor([-1.0, 0.25, 2.0]))
    tensor([-0.5000,  0.0000,  1.5000])
    """
    most = float(np.finfo(array(input).dtype).max) if array(input).dtype.kind == "f" else math.inf
    if not 0 <= lambd <= most:
        raise RuntimeError(
            f"lambda must be in range [0, {most}] for input dtype {TITLES.get(array(input).dtype.name)}, but found {lambd}"
        )
    return _softshrink(input, lambd)


@composed
def tanhshrink(input: Tensor) -> Tensor:
    """x - tanh(x).

    >>> F.tanhshrink(torch.tensor([0.0, 2.0]))  # x - tanh x
    tensor([0.0000, 1.0360])
    """
    return input - input.tanh()
