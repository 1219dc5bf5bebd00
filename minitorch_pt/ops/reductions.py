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
from .checks import float_only, not_narrower
from .elementwise.arithmetic import sign
from .elementwise.choosing import where
from .elementwise.comparison import isnan, logical_not
from .extremes import same_value
from .picking import flat_slope
from .saving import saving
from .totals import cumprod, sum_type, wider

if TYPE_CHECKING:
    from ..autograd.contract import Array, CastOut, Dim, Dims, DType, Number, Pulled, Size, Tensor, TypedOut


__all__ = [
    "logsumexp", "mean", "nanmean", "nansum", "prod", "renorm", "std", "std_mean", "sum", "sum_to_size", "var", "var_mean",
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
    deviation = wide - centre
    variance = add(deviation * deviation, axis=axes, keepdims=True) / number(builtins.max(0, n - correction))
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


# ---------------------------------------------------------------------------------------------------------------------
# Norms and log-sum-exp
# ---------------------------------------------------------------------------------------------------------------------
@differentiable(promote=("float", 1), saves="input result")
def logsumexp(input: Tensor, dim: Dims, keepdim: bool = False, *, out: Tensor | None = None) -> Pulled:
    """log of the sum of e^x along axes; the largest is taken out first, so that nothing overflows.

    Raises:
        IndexError: no such axis. RuntimeError: an axis twice.

    >>> torch.logsumexp(torch.tensor([1000.0, 1000.0]), dim=0)
    tensor(1000.6932)
    """
    data, shape = array(input), input.shape
    axes = reduced_axes(dim, data.ndim)
    if count_along(shape, axes) == 0:
        top = np.zeros(kept_shape(shape, axes), data.dtype)
    else:
        top = data.max(axis=axes, keepdims=True)
        top = np.where(np.isfinite(top), top, data.dtype.type(0))
    whole = np.log(add(np.exp(data - top), axis=axes, keepdims=True)) + top

    def pull(g: Array) -> Array:
        y = whole if isinstance(input, np.ndarray) else logsumexp(input, every_axis(axes, shape), True)
        return g.reshape(kept_shape(shape, axes)) * np.exp(input - y)

    return without_axes(whole, axes, keepdim), pull


def _norm_value(size: np.ndarray, n: float, axes: tuple[int, ...] | None) -> np.ndarray:
    """The n-norm of numbers, which have no sign unless n is 2; the reduced axes at size 1."""
    if n == 2:
        return np.sqrt(add(size * size, axis=axes, keepdims=True))
    if n == 1:
        return add(size, axis=axes, keepdims=True)
    if n == 0:
        return (size != 0).sum(axis=axes, keepdims=True).astype(size.dtype)
    if math.isinf(n):
        return (np.max if n > 0 else np.min)(size, axis=axes, keepdims=True)
    return np.power(add(np.power(size, n), axis=axes, keepdims=True), 1 / n)


@differentiable(name="LinalgVectorNormBackward0", saves="x result")
def vector_norm(
    x: Tensor,
    ord: Number = 2,
    dim: Dims | None = None,
    keepdim: bool = False,
    *,
    dtype: DType | None = None,
    out: Tensor | None = None,
) -> Pulled:
    """(sum of |x|^ord)^(1/ord) of all elements, or along axes; ord inf gives the largest |x|, 0 the number of non-zeros.

    Raises:
        RuntimeError: whole numbers, or the inf norm or one of negative ord of nothing. IndexError: no such axis.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.linalg.vector_norm.html

    >>> torch.linalg.vector_norm(torch.tensor([3.0, 4.0]))
    tensor(5.)
    """
    data, shape = array(x), x.shape
    float_only("linalg.vector_norm: Expected a floating point or complex tensor as input. Got", data)
    if dtype is not None:
        not_narrower("linalg.vector_norm", data, dtype)
        data = data.astype(dtype)
    n = float(ord)
    axes = reduced_axes(dim, data.ndim)
    if (n < 0 or math.isinf(n)) and count_along(shape, axes) == 0:
        raise RuntimeError(
            f"linalg.vector_norm cannot compute the {n} norm of nothing, shape {list(shape)}: the operation does not have an identity"
        )
    one = n and count_along(shape, axes) == 1  # of one number no power is taken, which might overflow
    size = data if n == 2 and not one else np.abs(data)
    wide = size.astype(np.float32) if size.dtype == np.float16 else size  # powers of it may not fit into 16 bits
    whole = size.reshape(kept_shape(shape, axes)) if one else _norm_value(wide, n, axes).astype(size.dtype, copy=False)

    def pull(g: Array) -> Array | None:
        g = g.reshape(kept_shape(shape, axes))
        if n == 0:  # no gradient, not zeros, as in torch
            return None
        if n == 1:
            return g * sign.rule(x)  # 0 at nan, as torch
        if math.isinf(n):
            largest = same_value(size, whole)
            return g * (largest / largest.sum(axis=axes, keepdims=True)) * sign.rule(x)
        zero = whole == 0
        norm = whole if isinstance(x, np.ndarray) else vector_norm.rule(x, n, every_axis(axes, shape), True)
        safe = np.where(zero, 1.0, norm)
        if n == 2:
            return np.where(zero, 0.0, g * (x / safe))
        flat = data == 0
        ratio = np.where(flat, 1.0, np.abs(x)) / safe
        still = zero | (flat & (n > 1) & ~np.isnan(whole))  # a norm of nan has no slope anywhere
        return np.where(still, 0.0, g * np.sign(x) * ratio ** (n - 1))

    return without_axes(whole, axes, keepdim), pull


@composed
def renorm(input: Tensor, p: Number, dim: Dim, maxnorm: Number, *, out: Tensor | None = None) -> Tensor:
    """`input` with each slice along an axis whose p-norm exceeds maxnorm scaled down to it.

    Raises:
        RuntimeError: less than two axes, p not positive, maxnorm negative, or whole numbers. IndexError: no such axis.

    >>> torch.renorm(torch.tensor([[3.0, 4.0], [0.3, 0.4]]), 2, 0, 1.0)  # rows longer than 1 become 1 long
    tensor([[0.6000, 0.8000],
            [0.3000, 0.4000]])
    """
    if not p > 0:
        raise RuntimeError(f"renorm: non-positive-norm not supported, got p = {p}")
    if input.ndim < 2:
        raise RuntimeError(f"renorm: input needs at least 2 dimensions, got {input.ndim} dimensions")
    if not maxnorm >= 0:
        raise RuntimeError(f"renorm: expected maxnorm to be >= 0 but got {maxnorm}")
    axis = from_front(dim, input.ndim)
    others = tuple(d for d in builtins.range(input.ndim) if d != axis)

    def size(x: Array) -> Array:
        return vector_norm.rule(x, p, others, True, dtype=dtypes.of(wider(array(x).dtype)))

    large = size(array(input)) > maxnorm
    scaled = where.rule(large, input, 1.0)  # 1: what is not scaled may be nan, and its norm's gradient too
    value = where.rule(large, (scaled * (maxnorm / (size(scaled) + 1e-7))).to(input.dtype), input)  # 1e-7 as in torch
    return saving.rule(value, (input,), "RenormBackward0")
