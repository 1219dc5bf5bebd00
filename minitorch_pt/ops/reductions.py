"""Reductions: sums, means, variances, products, norms.

The gradient of a sum is the output's, spread over what was summed; the others weigh it.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ..arrays import dtypes
from ..arrays.notices import warn
from ..arrays.sums import add, plain_add, total
from ..autograd.contract import composed
from ..autograd.rule import array, differentiable, same
from .axes import count_along, every_axis, from_front, kept_shape, reduced_axes, sizes, spread, without_axes
from .checks import float_only
from .elementwise.comparison import isnan, logical_not
from .picking import flat_slope
from .totals import cumprod, sum_type, wider

if TYPE_CHECKING:
    from ..autograd.contract import Array, CastOut, Dim, Dims, DType, Number, Pulled, Size, Tensor, TypedOut


__all__ = [
    "mean", "nanmean", "nansum", "prod", "std", "std_mean", "sum", "sum_to_size", "var", "var_mean",
]  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------------
# Sums and means
# ---------------------------------------------------------------------------------------------------------------------
def _sum_name(input: Array, dim: Dims | None = None, keepdim: bool = False, **_: object) -> str:
    return "SumBackward0" if dim is None else "SumBackward1"


@differentiable(linear=True, name=_sum_name)
def sum(
    input: Tensor,
    dim: Dims | None = None,
    keepdim: bool = False,
    *,
    dtype: DType | None = None,
    out: TypedOut | None = None,
) -> Pulled:
    """The sum of all elements, or along axes. Whole numbers are summed as int64.

    Raises:
        IndexError: no such axis. RuntimeError: an axis twice.

    >>> torch.ones(2, 3).sum(dim=0)
    tensor([2., 2., 2.])
    """
    shape = input.shape
    if dim is None and dtype is None and not keepdim and input.dtype.kind == "f":
        return plain_add(input, axis=None), lambda g: spread(g, shape, None)
    axes, target = reduced_axes(dim, input.ndim), sum_type(input, dtype)
    if dtype is not None and target.itemsize < input.dtype.itemsize:  # rounded first, as in torch
        input = input.astype(target)
    return total(input, axes, keepdim, target), lambda g: spread(g, shape, axes)


@composed
def sum_to_size(input: Tensor, *size: Size) -> Tensor:
    """The sum along the axes that broadcasting had made: the shape `size`, which broadcasts to the input's.

    Raises:
        RuntimeError: it does not.

    >>> torch.ones(2, 3).sum_to_size(1, 3)
    tensor([[2., 2., 2.]])
    """
    if not size:
        raise TypeError("sum_to_size() needs a size; for a tensor without axes it is ()")
    target = sizes(size)
    extra = input.ndim - len(target)
    if extra < 0 or builtins.any(m != n and m != 1 for m, n in zip(target, input.shape[extra:], strict=True)):
        raise RuntimeError(f"size {list(target)} is not expandable to size {list(input.shape)}.")
    stretched = [extra + d for d, m in enumerate(target) if m != input.shape[extra + d]]
    axes = [*builtins.range(extra), *stretched]
    if not target:
        return sum(input)
    value = sum(input, axes, True) if axes else input
    return value.reshape(target) if extra else value


def _mean_name(input: Array, dim: Dims | None = None, keepdim: bool = False, **_: object) -> str:
    return "MeanBackward0" if dim is None else "MeanBackward1"


@differentiable(linear=True, name=_mean_name)
def mean(
    input: Tensor,
    dim: Dims | None = None,
    keepdim: bool = False,
    *,
    dtype: DType | None = None,
    out: CastOut | None = None,
) -> Pulled:
    """The mean of all elements, or along axes; nan of none.

    Raises:
        RuntimeError: whole numbers, or an axis twice. IndexError: no such axis.

    >>> torch.tensor([[1.0, 2.0], [3.0, 6.0]]).mean(dim=1)
    tensor([1.5000, 4.5000])
    """
    shape = input.shape
    data = input if dtype is None else input.astype(dtype)
    which = "Input" if dtype is None else "Optional"
    float_only(
        f"mean(): could not infer output dtype. {which} dtype must be either a floating point or complex dtype. Got:",
        data,
    )
    axes = reduced_axes(dim, data.ndim)
    n = count_along(shape, axes)
    if data.dtype == np.float16:  # the sum may be too large for float16 where the mean is not
        value = (add(data, axis=axes, dtype=np.float32, keepdims=keepdim) / np.float32(n)).astype(np.float16)
    else:
        value = add(data, axis=axes, keepdims=keepdim) / data.dtype.type(n)
    return value, lambda g: spread(g / n, shape, axes)


@differentiable(linear=True, saves="input")
def nansum(
    input: Tensor,
    dim: Dims | None = None,
    keepdim: bool = False,
    *,
    dtype: DType | None = None,
    out: TypedOut | None = None,
) -> Pulled:
    """`sum` with nan counted as 0.

    >>> torch.nansum(torch.tensor([1.0, torch.nan, 3.0]))
    tensor(4.)
    """
    axes, shape = reduced_axes(dim, input.ndim), input.shape
    there = ~np.isnan(input)
    known, target = np.where(there, input, input.dtype.type(0)), sum_type(input, dtype)
    known = known.astype(target) if target.itemsize < known.itemsize else known  # rounded first, as in torch
    return total(known, axes, keepdim, target), lambda g: spread(g, shape, axes) * there


@composed
def nanmean(
    input: Tensor,
    dim: Dims | None = None,
    keepdim: bool = False,
    *,
    dtype: DType | None = None,
    out: TypedOut | None = None,
) -> Tensor:
    """`mean` of the elements that are not nan.

    Raises:
        RuntimeError: whole numbers. IndexError: no such axis.

    >>> torch.nanmean(torch.tensor([1.0, torch.nan, 3.0]))
    tensor(2.)
    """
    float_only("nanmean(): expected input to have floating point or complex dtype but got", array(input))
    if dtype is not None and not dtypes.of(np.dtype(dtype)).is_floating_point:
        raise RuntimeError(
            f"nanmean(): could not infer output dtype. Optional dtype must be floating point. Got: {dtype}"
        )
    return nansum(input, dim, keepdim, dtype=dtype) / sum(logical_not(isnan(input)), dim, keepdim)


def _moments(name: str, input: Array, dim: Dims | None, unbiased: bool | None, correction: float | None) -> tuple:
    """(variance in the wider type, mean, both with the reduced axes at size 1; the axes; n - correction, by which the squares were divided)."""
    data = array(input)
    if isinstance(dim, bool):  # torch also takes var(input, unbiased)
        dim, unbiased = None, dim
    if correction is None:
        correction = 0 if unbiased is False else 1
    elif unbiased is not None:
        raise TypeError(f"{name}() takes `unbiased` or `correction`, not both: unbiased=False is correction=0")
    float_only("std and var only support floating point and complex dtypes, got", data)
    axes = reduced_axes(dim, data.ndim)
    n = count_along(data.shape, axes)
    if n <= correction:
        warn(f"{name}(): degrees of freedom is <= 0: correction {correction} should be less than the {n} elements.")
    wide = data.astype(wider(data.dtype), copy=False)  # its squares neither overflow nor vanish
    number = wide.dtype.type
    centre = add(wide, axis=axes, keepdims=True) / number(n)
    squares = wide - centre if wide is data else np.subtract(wide, centre, out=wide)
    squares *= squares
    # of no numbers it is nan, whatever the correction
    rest = builtins.max(0, n - correction) if n else 0
    variance = add(squares, axis=axes, keepdims=True) / number(rest)
    return variance, centre.astype(data.dtype), axes, n - correction


def _var_gradient(g: Array, input: Array, centre: Array, axes: tuple[int, ...] | None, rest: float) -> Array:
    """2 / rest * (x - mean) times the gradient."""
    shape = input.shape
    deviation = input - (centre if isinstance(input, np.ndarray) else mean(input, every_axis(axes, shape), True))
    g = g.reshape(kept_shape(shape, axes))
    if rest <= 0 and axes is None:  # no variance exists: torch's choice
        return np.where(array(deviation) == 0, math.nan, g * math.inf)
    return g * (2 / rest if rest else math.inf) * deviation


def _std_gradient(
    g: Array, input: Array, centre: Array, axes: tuple[int, ...] | None, rest: float, root: Array
) -> Array:
    """That of the variance times 1 / (2 std); none where nothing deviates, as in torch."""
    if not isinstance(input, np.ndarray):
        root = std(input, every_axis(axes, input.shape), keepdim=True, correction=count_along(input.shape, axes) - rest)
    zero = array(root) == 0
    slope = np.where(zero, 0.0, g.reshape(kept_shape(input.shape, axes)) / np.where(zero, 1.0, 2 * root))
    return _var_gradient(slope, input, centre, axes, rest)


@differentiable
def var(
    input: Tensor,
    dim: Dims | bool | None = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: Number | None = None,
    out: CastOut | None = None,
) -> Pulled:
    """The mean square deviation from the mean, divided by n - correction (1 by default) instead of n.

    Raises:
        RuntimeError: whole numbers, or an axis twice. IndexError: no such axis.

    >>> torch.tensor([1.0, 2.0, 3.0]).var()
    tensor(1.)
    """
    variance, centre, axes, rest = _moments("var", input, dim, unbiased, correction)
    value = without_axes(variance, axes, keepdim).astype(centre.dtype)
    return value, lambda g: _var_gradient(g, input, centre, axes, rest)


@differentiable
def std(
    input: Tensor,
    dim: Dims | bool | None = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: Number | None = None,
    out: CastOut | None = None,
) -> Pulled:
    """The standard deviation, the square root of `var`.

    >>> torch.std(torch.tensor([1.0, 2.0, 3.0]))
    tensor(1.)
    >>> torch.std(torch.tensor([1.0, 3.0]), correction=0)
    tensor(1.)
    """
    variance, centre, axes, rest = _moments("std", input, dim, unbiased, correction)
    root = np.sqrt(variance).astype(centre.dtype)
    return without_axes(root, axes, keepdim), lambda g: _std_gradient(g, input, centre, axes, rest, root)


def _together(*flows: tuple[Array | None, Callable[[Array], Array]]) -> Array:
    """What comes back by several outputs: of each its gradient, None if it was not used, and how that flows on."""
    first, *others = [pull(g) for g, pull in flows if g is not None]
    return builtins.sum(others, first)


@differentiable(fills=False)
def var_mean(
    input: Tensor,
    dim: Dims | bool | None = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: Number | None = None,
) -> Pulled:
    """`var` and `mean`.

    >>> torch.var_mean(torch.tensor([1.0, 2.0, 3.0]))
    (tensor(1.), tensor(2.))
    """
    variance, centre, axes, rest = _moments("var_mean", input, dim, unbiased, correction)
    shape, n = input.shape, count_along(input.shape, axes)
    outputs = without_axes(variance, axes, keepdim).astype(centre.dtype), without_axes(centre, axes, keepdim).copy()
    return outputs, lambda of_var, of_mean: _together(
        (of_var, lambda g: _var_gradient(g, input, centre, axes, rest)),
        (of_mean, lambda g: spread(g / n, shape, axes)),
    )


@differentiable(fills=False)
def std_mean(
    input: Tensor,
    dim: Dims | bool | None = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: Number | None = None,
) -> Pulled:
    """`std` and `mean`.

    >>> torch.std_mean(torch.tensor([1.0, 2.0, 3.0]))
    (tensor(1.), tensor(2.))
    """
    variance, centre, axes, rest = _moments("std_mean", input, dim, unbiased, correction)
    shape, n = input.shape, count_along(input.shape, axes)
    root = np.sqrt(variance).astype(centre.dtype)
    outputs = without_axes(root, axes, keepdim), without_axes(centre, axes, keepdim).copy()
    return outputs, lambda of_std, of_mean: _together(
        (of_std, lambda g: _std_gradient(g, input, centre, axes, rest, root)),
        (of_mean, lambda g: spread(g / n, shape, axes)),
    )


def products_of_others(x: Array) -> Array:
    """For each element along the first axis the product of the others: of those before it times those after it."""
    n = x.shape[0]
    if n < 2:
        return np.where(np.ones(x.shape, bool), 1.0, x)  # 1, yet a function of x
    before, after = cumprod.rule(x, 0), np.flip(cumprod.rule(np.flip(x, 0), 0), 0)
    return np.concatenate([after[1:2], before[: n - 2] * after[2:], before[n - 2 : n - 1]], 0)


@differentiable(name="ProdBackward0", saves="input result")
def _prod_all(input: Array, *, dtype: np.dtype | None = None) -> Pulled:
    data, shape = array(input), input.shape
    value = np.multiply.reduce(data, axis=None, dtype=sum_type(data, dtype))

    def pull(g: Array) -> Array:
        if data.all():
            return g * ((value if input is data else _prod_all(input)) / input)
        if input is data and data.size - np.count_nonzero(data) > 1:
            return flat_slope(data)
        return g * products_of_others(input.reshape((math.prod(shape),))).reshape(tuple(shape))

    return value, pull


@differentiable(name="ProdBackward1", saves="input result")
def _prod_along(input: Array, dim: int, keepdim: bool = False, *, dtype: np.dtype | None = None) -> Pulled:
    data, axis = array(input), from_front(dim, input.ndim)
    if not data.ndim:
        return data.astype(sum_type(data, dtype)), same
    whole = np.multiply.reduce(data, axis=axis, dtype=sum_type(data, dtype), keepdims=True)

    def pull(g: Array) -> Array:
        g = g.reshape(whole.shape)
        if data.all():
            return g * ((whole if input is data else _prod_along(input, axis, True)) / input)
        return g * np.moveaxis(products_of_others(np.moveaxis(input, axis, 0)), 0, axis)

    return without_axes(whole, (axis,), keepdim), pull


@composed
def prod(
    input: Tensor,
    dim: Dim | None = None,
    keepdim: bool = False,
    *,
    dtype: DType | None = None,
    out: TypedOut | None = None,
) -> Tensor:
    """The product of all elements, or along an axis; each factor's gradient is the product of the others.

    That is the whole product divided by the factor, or where there are zeros those before it times those after it.

    Raises:
        IndexError: no such axis. TypeError: more than one axis.

    >>> torch.prod(torch.tensor([2, 3, 4]))
    tensor(24)
    """
    if dtype is not None and dtype.itemsize < input.dtype.itemsize:
        input = input.to(dtype)  # rounded first, as in torch
    if dim is None:
        return _prod_all(input, dtype=dtype)
    return _prod_along(input, dim, keepdim, dtype=dtype)
