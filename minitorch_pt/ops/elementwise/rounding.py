"""Rounding, and the parts of a number: fraction, mantissa and exponent, sign, the next number."""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ... import return_types
from ...arrays.dtypes import TITLES
from ...autograd.rule import array, differentiable, same
from ...names.titles import alias, titled
from ..checks import only_kinds
from ..halves import single
from ..picking import PLAIN, flat_slope, pick
from .exponentials import pow

if TYPE_CHECKING:
    from ...autograd.contract import Array, CastOut, Operand, Pulled, Tensor


__all__ = ["ceil", "copysign", "fix", "floor", "frac", "frexp", "ldexp", "nan_to_num", "nextafter", "round", "trunc"]


# ---------------------------------------------------------------------------------------------------------------------
# Rounding: flat almost everywhere, so gradients are 0
# ---------------------------------------------------------------------------------------------------------------------
def _rounding(name: str, ufunc: np.ufunc, text: str, shown: str) -> Callable[..., Tensor]:
    def rule(input: Tensor, *, out: Tensor | None = None) -> Pulled:
        data = array(input)
        only_kinds("fiu", name, data)
        return (ufunc(data) if data.dtype.kind == "f" else data.copy()), flat_slope

    example = f">>> torch.{name}(torch.tensor([-1.5, 0.5, 2.0]))\ntensor([{shown}])"
    return differentiable(titled(rule, name, f"{text}\n\n{example}"), linear=True)


floor = _rounding("floor", np.floor, "The largest whole number that is not above x.", "-2.,  0.,  2.")
ceil = _rounding("ceil", np.ceil, "The smallest whole number that is not below x.", "-1.,  1.,  2.")
trunc = _rounding("trunc", np.trunc, "x without its fraction.", "-1.,  0.,  2.")
fix = alias(trunc, "fix")


@differentiable(linear=True, name=lambda input, *, decimals=None: f"RoundBackward{0 if decimals is None else 1}")
def round(input: Tensor, *, decimals: int = 0, out: Tensor | None = None) -> Pulled:
    """The nearest whole number, halves to the even one; or the nearest with that many decimals.

    >>> torch.round(torch.tensor([0.5, 1.5, -2.6]))  # halves go to the even neighbour
    tensor([ 0.,  2., -3.])
    >>> torch.round(torch.tensor([3.14159]), decimals=2)
    tensor([3.1400])
    """
    data = array(input)
    if data.dtype.kind != "f":
        if decimals:
            raise NotImplementedError(
                f"round with decimals={decimals} needs floating point numbers, got {data.dtype.name}"
            )
        only_kinds("iu", "round", data)
        return data.copy(), flat_slope
    if decimals == 0:
        return np.rint(data), flat_slope
    wide = single(data)
    ten = wide.dtype.type(10.0 ** builtins.abs(decimals))
    y = np.rint(wide * ten) / ten if decimals > 0 else np.rint(wide / ten) * ten
    return y.astype(data.dtype), flat_slope


@differentiable
def frac(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """The fraction, with the sign of x.

    Raises:
        NotImplementedError: whole numbers.

    >>> torch.frac(torch.tensor([-1.5, 2.25]))
    tensor([-0.5000,  0.2500])
    """
    if array(input).dtype.kind != "f":
        raise NotImplementedError(
            f"frac is not implemented for '{TITLES[input.dtype.name]}': whole numbers have no fraction"
        )
    return array(input) - np.trunc(array(input)), same


# ---------------------------------------------------------------------------------------------------------------------
# Parts of a number
# ---------------------------------------------------------------------------------------------------------------------
@differentiable
def nan_to_num(
    input: Tensor,
    nan: float | None = 0.0,
    posinf: float | None = None,
    neginf: float | None = None,
    *,
    out: Tensor | None = None,
) -> Pulled:
    """nan, inf and -inf replaced by numbers: by default 0 and the largest and smallest number of the type.

    >>> torch.nan_to_num(torch.tensor([1.0, torch.nan, torch.inf]), nan=0.0, posinf=9.0)
    tensor([1., 0., 9.])
    """
    data = array(input)
    if data.dtype.kind != "f":
        return data.copy(), lambda g: g
    return np.nan_to_num(data, nan=nan or 0.0, posinf=posinf, neginf=neginf), lambda g: g * np.isfinite(data)


@differentiable(promote="float", saves=["input result", "result"])
def copysign(input: Tensor, other: Operand, *, out: Tensor | None = None) -> Pulled:
    """The size of `input` with the sign of `other`.

    >>> torch.copysign(torch.tensor([1.0, 2.0]), torch.tensor([-3.0, 4.0]))
    tensor([-1.,  2.])
    """
    y, zero = np.copysign(input, other), array(input) == 0
    return y, lambda g: g * np.where(zero, 0.0, y / np.where(zero, 1.0, input)), flat_slope


@differentiable(promote="type", saves=["input other", ""])
def nextafter(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Pulled:
    """The next representable number after x towards `other`. It moves with x, unless the two are equal.

    >>> torch.nextafter(torch.tensor([1.0]), torch.tensor([2.0])) - 1
    tensor([1.1921e-07])
    """
    only_kinds("f", "nextafter", input)
    differ = array(input) != array(other)
    return np.nextafter(input, other), lambda g: pick(differ, g), flat_slope


def _no_bool_power(input: Array, other: Array | float) -> None:
    if other.dtype == bool and input.dtype.kind == "f":
        raise NotImplementedError("ldexp() is not implemented for a bool `other`; convert with .int()")


@differentiable(promote="float", saves=["other result", "result"], check=_no_bool_power)
def ldexp(input: Tensor, other: Tensor, *, out: CastOut | None = None) -> Pulled:
    """input * 2**other.

    >>> torch.ldexp(torch.tensor([0.5, 0.75]), torch.tensor([4, 2]))
    tensor([8., 3.])
    """
    factor = np.power(array(other).dtype.type(2), other) if isinstance(other, PLAIN) else pow.rule(2.0, other)
    y = input * factor
    return y, lambda g: g * factor, lambda g: g * (y * math.log(2))


@differentiable(returns=return_types.frexp, saves="result1")
def frexp(input: Tensor, *, out: tuple[Tensor, ...] | None = None) -> Pulled:
    """The mantissa, in [0.5, 1) with the sign, and the whole exponent: input = mantissa * 2**exponent.

    Raises:
        RuntimeError: whole numbers.

    >>> mantissa, exponent = torch.frexp(torch.tensor([8.0, 3.0]))
    >>> mantissa, exponent
    (tensor([0.5000, 0.7500]), tensor([4, 2], dtype=torch.int32))
    """
    data = array(input)
    if data.dtype.kind != "f":
        raise RuntimeError(
            f"torch.frexp() only supports floating-point dtypes, got {data.dtype.name}; convert with .float()"
        )
    mantissa, exponent = np.frexp(data)
    dtype = data.dtype
    return (np.asarray(mantissa), np.asarray(exponent)), lambda g, _: g * np.exp2(-exponent.astype(dtype))
