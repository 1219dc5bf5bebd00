"""Activations that shrink small numbers to 0."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ...arrays.dtypes import checked
from ...autograd.contract import composed
from ...autograd.rule import array, differentiable
from .activations import _floating
from .pointwise import _pick

if TYPE_CHECKING:
    from ...autograd.contract import Number, Tensor


__all__ = ["hardshrink"]  # what torch has at its top level; nn.functional has all


@differentiable
def hardshrink(input: Tensor, lambd: Number = 0.5, *, out: Tensor | None = None) -> Any:
    """x where |x| > lambd, 0 elsewhere."""
    _floating("hardshrink", input)
    checked(lambd, array(input).dtype)
    far = ~(abs(array(input)) <= lambd)  # nan stays nan
    return _pick(far, input), lambda g: _pick(far, g, of=input)


@differentiable(name="SoftshrinkBackward0")
def _softshrink(input: Any, lambd: float) -> Any:
    _floating("softshrink", input)
    x = array(input)
    far = ~(abs(x) <= lambd)
    return _pick(far, x - np.copysign(x.dtype.type(lambd), x), x * 0), lambda g: _pick(far, g, of=input)


@composed
def softshrink(input: Tensor, lambd: Number = 0.5, *, out: Tensor | None = None) -> Tensor:
    """x moved towards 0 by lambd, and 0 where |x| <= lambd.

    Raises:
        RuntimeError: lambd is negative, or too large for the type.
    """
    most = float(np.finfo(array(input).dtype).max) if array(input).dtype.kind == "f" else math.inf
    if not 0 <= lambd <= most:
        raise RuntimeError(f"lambda must be in range [0, {most}], but found {lambd}")
    return _softshrink(input, lambd)


@composed
def tanhshrink(input: Tensor) -> Any:
    """x - tanh(x)."""
    return input - input.tanh()
