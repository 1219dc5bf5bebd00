"""Choosing: of two elements, between bounds, by a condition; and elements overwritten."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ...arrays import dtypes
from ...arrays.notices import warn
from ...autograd import graph
from ...autograd.contract import composed
from ...autograd.rule import array, differentiable, named, same
from ...names.titles import alias
from ..checks import BOOL, alike, is_number
from ..gathering import nonzero
from ..picking import either, flat_slope, pick, underivable

if TYPE_CHECKING:
    from ...autograd.contract import Array, CastOut, Operand, Pulled, Tensor


__all__ = [
    "clamp", "clamp_max", "clamp_min", "clip", "fill", "fill_inplace", "fmax", "fmin", "heaviside", "maximum", "minimum", "where", "zeroed",
]  # fmt: skip


@differentiable(promote="type", saves="input other")
def maximum(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Pulled:
    """The larger of the two; equal ones share the gradient.

    >>> torch.maximum(torch.tensor([1, 5]), torch.tensor([3, 2]))
    tensor([3, 5])
    """
    return np.maximum(input, other), lambda g: _share(g, input, other), lambda g: _share(g, other, input)


@differentiable(promote="type", saves="input other")
def minimum(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Pulled:
    """The smaller of the two; equal ones share the gradient.

    >>> torch.minimum(torch.tensor([1, 5]), torch.tensor([3, 2]))
    tensor([1, 2])
    """
    return np.minimum(input, other), lambda g: _share(g, other, input), lambda g: _share(g, input, other)


def _share(g: Array, larger: Array, smaller: Array) -> Array:
    """g where `larger` is so (or one is nan, as in torch), half of it where they are equal, 0 elsewhere."""
    a, b = np.asarray(array(larger)), np.asarray(array(smaller))
    equal = a == b
    return pick(~(a < b), np.where(equal, g / 2, g) if equal.any() else g)


@differentiable(promote="type", saves="input other")
def fmax(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Pulled:
    """The larger of the two, or the one that is not nan.

    >>> torch.fmax(torch.tensor([1.0, torch.nan]), torch.tensor([2.0, 3.0]))
    tensor([2., 3.])
    """
    first = (array(input) >= array(other)) | np.isnan(array(other))
    return np.fmax(array(input), array(other)), lambda g: pick(first, g), lambda g: pick(~first, g)


@differentiable(promote="type", saves="input other")
def fmin(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Pulled:
    """The smaller of the two, or the one that is not nan.

    >>> torch.fmin(torch.tensor([1.0, torch.nan]), torch.tensor([2.0, 3.0]))
    tensor([1., 3.])
    """
    first = (array(input) <= array(other)) | np.isnan(array(other))
    return np.fmin(array(input), array(other)), lambda g: pick(first, g), lambda g: pick(~first, g)


def _tensor_bounds(input: Array | None = None, *bounds: Array | float | None) -> bool:
    """Whether a bound of clamp is a tensor with axes; numbers come as arrays without."""
    return any(isinstance(bound, np.ndarray) and bound.ndim > 0 for bound in bounds)


@differentiable(
    promote="type", name=lambda *args: f"ClampBackward{int(not _tensor_bounds(*args))}", saves="input min max"
)
def _clamp(input: Array, min: Array | float | None = None, max: Array | float | None = None) -> Pulled:
    data, low, high = array(input), array(min), array(max)
    y = data
    if low is not None:
        y = np.maximum(y, low)
    if high is not None:
        y = np.minimum(y, high)

    def pull(g: Array) -> Array:
        inside = data >= low if high is None else data <= high if low is None else (data >= low) & (data <= high)
        return pick(inside, g)

    def pull_min(g: Array) -> Array:
        return pick((data < low) & (True if high is None else low < high), g)

    def pull_max(g: Array) -> Array:
        return pick((data > high) if low is None else (data > high) | (low > high), g)

    value = y.copy() if y is data else y
    return value, pull, pull_min, pull_max


def _one_sided(name: str) -> Callable[..., Tensor]:
    return differentiable(
        _clamp.__wrapped__,
        promote="type",
        name=lambda *args: f"{name}Backward{int(_tensor_bounds(*args))}",
        saves="input min max",
    )


_clamp_min, _clamp_max = _one_sided("ClampMin"), _one_sided("ClampMax")


@composed
def clamp(
    input: Tensor, min: Operand | None = None, max: Operand | None = None, *, out: CastOut | None = None
) -> Tensor:
    """x, but not below `min` and not above `max` (numbers or tensors; either may be left out).

    Raises:
        RuntimeError: neither is given.

    >>> torch.clamp(torch.tensor([-2.0, 0.5, 3.0]), 0, 1)
    tensor([0.0000, 0.5000, 1.0000])
    """
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    if is_number(min) or is_number(max):
        if getattr(min, "ndim", 0) or getattr(max, "ndim", 0):
            raise TypeError("clamp() takes two numbers or two Tensors as bounds, and got one of each")
        # a tensor without axes beside a number is one too
        min, max = (x.item() if hasattr(x, "_data") else x for x in (min, max))
    kind = dtypes.result_type_of([array(input), array(min), array(max)])
    if kind.kind == "b" and (None not in (min, max) or is_number(min) or is_number(max)):
        raise NotImplementedError("clamp() is not implemented for 'Bool'; convert with .int()")
    dtypes.checked(min, kind)
    dtypes.checked(max, kind)
    return _clamp(input, min, max)


clip = alias(clamp, "clip")


def _check_bound(name: str, input: Array, bound: Array | float) -> None:
    if isinstance(bound, bool) and array(input).dtype == bool:
        raise NotImplementedError(f"{name}() of bools is not implemented for a number; convert with .int()")
    if is_number(bound):
        dtypes.checked(bound, dtypes.result_type_of([array(input), bound]))


@composed
def clamp_min(input: Tensor, min: Operand, *, out: CastOut | None = None) -> Tensor:
    """x, but not below `min`.

    >>> torch.clamp_min(torch.tensor([1, 5, 9]), 4)
    tensor([4, 5, 9])
    """
    _check_bound("clamp_min", input, min)
    value = _clamp_min(input, min, None)
    return named(value, "ClampMinBackward1") if hasattr(min, "_data") else value


@composed
def clamp_max(input: Tensor, max: Operand, *, out: CastOut | None = None) -> Tensor:
    """x, but not above `max`.

    >>> torch.clamp_max(torch.tensor([1, 5, 9]), 4)
    tensor([1, 4, 4])
    """
    _check_bound("clamp_max", input, max)
    value = _clamp_max(input, None, max)
    return named(value, "ClampMaxBackward1") if hasattr(max, "_data") else value


@differentiable(promote=("type", 2), name="WhereBackward0")
def _where(input: Array, other: Array | float, condition: Array) -> Pulled:
    mask = array(condition)
    return either(mask, input, other), lambda g: either(mask, g), lambda g: either(~mask, g)


@composed
def where(
    condition: Tensor, input: Operand | None = None, other: Operand | None = None, *, out: Tensor | None = None
) -> Any:
    """`input` where the condition holds, else `other`. With the condition alone: the indices where it holds, a tensor per axis.

    Raises:
        RuntimeError: the condition is no bool tensor.

    >>> x = torch.tensor([1.0, -2.0])
    >>> torch.where(x > 0, x, 0.0)
    tensor([1., 0.])
    """
    if input is None and other is None:
        return nonzero(condition, as_tuple=True)
    mask = array(condition)
    dtype = getattr(mask, "dtype", type(mask))
    if dtype is not BOOL:
        if dtype != np.uint8:
            raise RuntimeError(
                f"where expected condition to be a boolean tensor, but got a tensor with dtype {dtype}; write x != 0"
            )
        warn("where received a uint8 condition tensor. This behavior is deprecated; write x != 0 for a bool one.")
        mask = mask.astype(bool)
        condition = graph.wrap(mask) if isinstance(condition, graph.Tensor) else mask
    for x in (input, other):
        if isinstance(x, (int, float)):
            kind = dtypes.result_type_of([array(input), array(other)])
            if kind != np.float16:
                dtypes.checked(x, kind)
    if hasattr(input, "_data") or hasattr(other, "_data"):
        return (_where if isinstance(condition, graph.Tensor) else _where.rule)(input, other, condition)
    if hasattr(condition, "_data"):  # two numbers: the result is a tensor all the same
        return graph.wrap(np.where(mask, input, other).astype(dtypes.result_type_of([input, other])))
    return np.where(mask, input, other)


_no_heaviside = underivable("heaviside")


@differentiable(promote="type", linear=True, name="torch::autograd::NotImplemented", check=alike("heaviside"))
def heaviside(input: Tensor, values: Tensor, *, out: Tensor | None = None) -> Pulled:
    """0 below zero, 1 above, `values` at zero, all of one type. Its gradient raises RuntimeError.

    >>> torch.heaviside(torch.tensor([-2.0, 0.0, 3.0]), torch.tensor(0.5))
    tensor([0.0000, 0.5000, 1.0000])
    """
    if input.dtype != values.dtype:
        raise RuntimeError(
            f"heaviside needs tensors of one type, and got {input.dtype} and {values.dtype}: convert one with .to()"
        )
    value = np.where(input == 0, values, (input > 0).astype(input.dtype)).astype(input.dtype)
    return value, _no_heaviside, _no_heaviside


# ---------------------------------------------------------------------------------------------------------------------
# Overwriting
# ---------------------------------------------------------------------------------------------------------------------
def _fill(number: int) -> Callable[..., Tensor]:
    """The operation with torch's names of its node, for a number and for a tensor."""

    def fill(input: Tensor, value: Operand) -> Pulled:
        """The tensor with every element set to `value`, a number or a tensor without axes.

        Raises:
            RuntimeError: a tensor with axes.

        >>> torch.fill(torch.tensor([1, 2, 3]), 7)
        tensor([7, 7, 7])
        """
        if np.ndim(array(value)):
            raise RuntimeError(
                f"fill only supports 0-dimension value tensor but got tensor with {value.ndim} dimensions."
            )
        filled = np.empty(input.shape, input.dtype)
        filled[...] = dtypes.checked(array(value), input.dtype, array(input).size == 1)
        return filled, flat_slope, same

    fill.__qualname__ = fill.__name__
    # a name is made without the arrays: None stands for a tensor
    return differentiable(fill, linear=True, name=lambda _, value: f"FillBackward{number + (value is None)}")


fill, fill_inplace = _fill(0), _fill(2)
fill_inplace.__qualname__ = "fill_inplace"


@differentiable(linear=True, name="ZeroBackward0")
def zeroed(input: Tensor) -> Pulled:
    """The tensor with every element set to 0."""
    return np.zeros(input.shape, input.dtype), flat_slope


@differentiable(linear=True, name=lambda input, other, value, name: name)
def overwritten(input: Tensor, other: object, value: object, name: str) -> Pulled:
    """`input` with all elements overwritten: what in-place comparisons and random fills do. `name` is that of the node."""
    shape = np.shape(array(other))
    return array(value).astype(input.dtype, copy=False), flat_slope, lambda g: np.zeros(shape, g.dtype)
