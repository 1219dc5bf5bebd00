"""Reductions: sums, means, extremes, norms, and running totals.

The gradient of a sum is the output's, spread over what was summed; the others weigh it.
"""

from __future__ import annotations

import builtins
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import return_types
from ..arrays import dtypes
from ..arrays.notices import warn
from ..arrays.sums import add, plain_add, total
from ..autograd.contract import composed
from ..autograd.rule import array, differentiable, nondifferentiable, same
from .elementwise.pointwise import isnan, logical_not, maximum, minimum, where
from .indexing import _sum_into, gather
from .saving import saving
from .shape import _axis, sizes

if TYPE_CHECKING:
    from ..autograd.contract import Dim, Dims, DType, Number, Size, Tensor


__all__ = [
    "all", "amax", "amin", "aminmax", "any", "argmax", "argmin", "count_nonzero", "cummax", "cummin", "cumprod", "cumsum", "logcumsumexp",
    "logsumexp", "max", "mean", "min", "nanmean", "nansum", "prod", "renorm", "std", "std_mean", "sum", "sum_to_size", "var", "var_mean",
]  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------------
# Axes and shapes
# ---------------------------------------------------------------------------------------------------------------------
def _axes(dim: Any, ndim: int) -> tuple[int, ...] | None:
    """Axes as a tuple counted from the front; None for all.

    Raises:
        IndexError: no such axis. RuntimeError: an axis twice.
    """
    if dim is None:
        return None
    given = (dim,) if isinstance(dim, int) else tuple(dim)
    if not given:
        return None
    axes = tuple(_axis(d, ndim) for d in given)
    if len(set(axes)) < len(axes):
        twice = next(d for d in axes if axes.count(d) > 1)
        raise RuntimeError(f"dim {twice} appears multiple times in the list of dims {list(given)}; give each once")
    return () if ndim == 0 else axes


def _kept(shape: Any, axes: tuple[int, ...] | None) -> tuple[int, ...]:
    """The shape with the reduced axes kept at size 1."""
    return tuple(1 if axes is None or d in axes else n for d, n in enumerate(shape))


def _dropped(whole: Any, axes: tuple[int, ...] | None, keepdim: bool) -> Any:
    """A result that has its reduced axes at size 1, without them unless they are to be kept."""
    if keepdim:
        return whole
    return whole.reshape(tuple(n for d, n in enumerate(whole.shape) if axes is not None and d not in axes))


def _count(shape: Any, axes: tuple[int, ...] | None) -> int:
    """How many elements go into each result."""
    return math.prod(n for d, n in enumerate(shape) if axes is None or d in axes)


def _every(axes: tuple[int, ...] | None, shape: Any) -> tuple[int, ...]:
    """The axes, all of them for None."""
    return tuple(range(len(shape))) if axes is None else axes


def _spread(g: Any, shape: Any, axes: tuple[int, ...] | None) -> Any:
    """A reduced gradient at every place that was reduced."""
    if isinstance(g, (np.ndarray, np.generic)):
        # filled, 0.4 us: np.full takes 0.8, broadcast_to 2.4 and gives what is not contiguous
        full = np.empty(shape, g.dtype)
        full[...] = g if g.ndim == 0 else g.reshape(_kept(shape, axes))
        return full
    return np.broadcast_to(g.reshape(_kept(shape, axes)), shape)


def _not_empty(name: str, shape: Any, dim: Any) -> None:
    """Check that there is something to choose from.

    Raises:
        RuntimeError: no elements at all. IndexError: none along an axis.
    """
    if dim is None:
        if 0 in shape:
            raise RuntimeError(f"{name}(): Expected reduction dim to be specified for input.numel() == 0, shape {list(shape)}. "
                               "Specify the reduction dim with the 'dim' argument.")  # fmt: skip
        return
    for d in (dim,) if isinstance(dim, int) else dim:
        if shape and shape[_axis(d, len(shape))] == 0:
            raise IndexError(f"{name}(): Expected reduction dim {d} to have non-zero size, got shape {list(shape)}.")


def _float_only(text: str, data: np.ndarray) -> None:
    """Check for a floating point type.

    Raises:
        RuntimeError: another.
    """
    if data.dtype.kind != "f":
        raise RuntimeError(f"{text}. Got: {data.dtype.name}; convert with .float()")


@differentiable(linear=True)
def _placed(input: Any, where: np.ndarray, axis: int, shape: tuple[int, ...]) -> Any:
    """Zeros with each element at the one place that `where` names along an axis: the way back of choosing it."""
    placed = np.zeros(shape, input.dtype)
    np.put_along_axis(placed, where, input, axis)
    return placed, lambda h: gather.rule(h, axis, where)


def _chosen(data: np.ndarray, where: np.ndarray, axis: int, keepdim: bool) -> tuple:
    """The elements at `where` (size 1 along the axis) and where they are, and the gradient function for them."""
    shape = data.shape
    value = np.take_along_axis(data, where, axis)
    outputs = (value, where) if keepdim else (value.squeeze(axis), where.squeeze(axis))
    return outputs, lambda g, _: _placed.rule(g.reshape(where.shape), where, axis, shape)


def _only(data: np.ndarray) -> tuple:
    """`_chosen` of a tensor without axes: itself, at place 0."""
    return (data.copy(), np.zeros((), np.int64)), lambda g, _: g


# ---------------------------------------------------------------------------------------------------------------------
# Sums and means
# ---------------------------------------------------------------------------------------------------------------------
def _wider(dtype: np.dtype) -> np.dtype:
    """The type in which torch adds up numbers of that type."""
    return np.dtype({"float16": "float32", "float32": "float64"}.get(dtype.name, dtype))


def _sum_type(data: np.ndarray, dtype: Any) -> np.dtype:
    """The type of a sum: as asked for, int64 for whole numbers."""
    if dtype is not None:
        return np.dtype(dtype)
    return data.dtype if data.dtype.kind == "f" else np.dtype(np.int64)


def _sum_name(input: Any, dim: Any = None, keepdim: bool = False, **_: Any) -> str:
    return "SumBackward0" if dim is None else "SumBackward1"


@differentiable(linear=True, name=_sum_name)
def sum(
    input: Tensor,
    dim: Dims | None = None,
    keepdim: bool = False,
    *,
    dtype: DType | None = None,
    out: Tensor | None = None,
) -> Any:
    """The sum of all elements, or along axes. Whole numbers are summed as int64.

    Raises:
        IndexError: no such axis. RuntimeError: an axis twice.

    >>> import minitorch_pt as torch
    >>> torch.ones(2, 3).sum(dim=0)
    tensor([2., 2., 2.])
    """
    shape = input.shape
    if dim is None and dtype is None and not keepdim and input.dtype.kind == "f":
        return plain_add(input, axis=None), lambda g: _spread(g, shape, None)
    axes = _axes(dim, input.ndim)
    return total(input, axes, keepdim, _sum_type(input, dtype)), lambda g: _spread(g, shape, axes)


@composed
def sum_to_size(input: Tensor, *size: Size) -> Tensor:
    """The sum along the axes that broadcasting had made: the shape `size`, which broadcasts to the input's.

    Raises:
        RuntimeError: it does not.
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


def _mean_name(input: Any, dim: Any = None, keepdim: bool = False, **_: Any) -> str:
    return "MeanBackward0" if dim is None else "MeanBackward1"


@differentiable(linear=True, name=_mean_name)
def mean(
    input: Tensor,
    dim: Dims | None = None,
    keepdim: bool = False,
    *,
    dtype: DType | None = None,
    out: Tensor | None = None,
) -> Any:
    """The mean of all elements, or along axes; nan of none.

    Raises:
        RuntimeError: whole numbers, or an axis twice. IndexError: no such axis.

    >>> import minitorch_pt as torch
    >>> torch.tensor([[1.0, 2.0], [3.0, 6.0]]).mean(dim=1)
    tensor([1.5000, 4.5000])
    """
    shape = input.shape
    data = input if dtype is None else input.astype(dtype)
    _float_only(
        "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype", data
    )
    axes = _axes(dim, data.ndim)
    n = _count(shape, axes)
    if data.dtype == np.float16:  # the sum may be too large for float16 where the mean is not
        value = (add(data, axis=axes, dtype=np.float32, keepdims=keepdim) / np.float32(n)).astype(np.float16)
    else:
        value = add(data, axis=axes, keepdims=keepdim) / data.dtype.type(n)
    return value, lambda g: _spread(g / n, shape, axes)


@differentiable(linear=True, saves="input")
def nansum(
    input: Tensor,
    dim: Dims | None = None,
    keepdim: bool = False,
    *,
    dtype: DType | None = None,
    out: Tensor | None = None,
) -> Any:
    """`sum` with nan counted as 0."""
    axes, shape = _axes(dim, input.ndim), input.shape
    there = ~np.isnan(input)
    known = np.where(there, input, input.dtype.type(0))
    return total(known, axes, keepdim, _sum_type(input, dtype)), lambda g: _spread(g, shape, axes) * there


@composed
def nanmean(
    input: Tensor,
    dim: Dims | None = None,
    keepdim: bool = False,
    *,
    dtype: DType | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """`mean` of the elements that are not nan.

    Raises:
        RuntimeError: whole numbers. IndexError: no such axis.
    """
    _float_only("nanmean(): expected input to have floating point or complex dtype", array(input))
    return nansum(input, dim, keepdim, dtype=dtype) / sum(logical_not(isnan(input)), dim, keepdim)


def _moments(name: str, input: Any, dim: Any, unbiased: Any, correction: float | None) -> tuple:
    """(variance in the wider type, mean, both with the reduced axes at size 1; the axes; n - correction, by which the squares were divided)."""
    data = array(input)
    if isinstance(dim, bool):  # torch also takes var(input, unbiased)
        dim, unbiased = None, dim
    if correction is None:
        correction = 0 if unbiased is False else 1
    _float_only("std and var only support floating point and complex dtypes", data)
    axes = _axes(dim, data.ndim)
    n = _count(data.shape, axes)
    if n <= correction:
        warn(f"{name}(): degrees of freedom is <= 0: correction {correction} should be less than the {n} elements.")
    wide = data.astype(_wider(data.dtype), copy=False)  # its squares neither overflow nor vanish
    number = wide.dtype.type
    centre = add(wide, axis=axes, keepdims=True) / number(n)
    deviation = wide - centre
    variance = add(deviation * deviation, axis=axes, keepdims=True) / number(builtins.max(0, n - correction))
    return variance, centre.astype(data.dtype), axes, n - correction


def _var_gradient(g: Any, input: Any, centre: Any, axes: tuple[int, ...] | None, rest: float) -> Any:
    """2 / rest * (x - mean) times the gradient."""
    shape = input.shape
    deviation = input - (centre if isinstance(input, np.ndarray) else mean(input, _every(axes, shape), True))
    g = g.reshape(_kept(shape, axes))
    if rest <= 0 and len(_every(axes, shape)) == len(shape):  # no variance exists: torch's choice
        return np.where(array(deviation) == 0, math.nan, g * math.inf)
    return g * (2 / rest if rest else math.inf) * deviation


def _std_gradient(g: Any, input: Any, centre: Any, axes: tuple[int, ...] | None, rest: float, root: Any) -> Any:
    """That of the variance times 1 / (2 std); none where nothing deviates, as in torch."""
    if not isinstance(input, np.ndarray):
        root = std(input, _every(axes, input.shape), keepdim=True, correction=_count(input.shape, axes) - rest)
    zero = array(root) == 0
    slope = np.where(zero, 0.0, g.reshape(_kept(input.shape, axes)) / np.where(zero, 1.0, 2 * root))
    return _var_gradient(slope, input, centre, axes, rest)


@differentiable
def var(
    input: Tensor,
    dim: Dims | bool | None = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: Number | None = None,
    out: Tensor | None = None,
) -> Any:
    """The mean square deviation from the mean, divided by n - correction (1 by default) instead of n.

    Raises:
        RuntimeError: whole numbers, or an axis twice. IndexError: no such axis.

    >>> import minitorch_pt as torch
    >>> torch.tensor([1.0, 2.0, 3.0]).var()
    tensor(1.)
    """
    variance, centre, axes, rest = _moments("var", input, dim, unbiased, correction)
    value = _dropped(variance, axes, keepdim).astype(centre.dtype)
    return value, lambda g: _var_gradient(g, input, centre, axes, rest)


@differentiable
def std(
    input: Tensor,
    dim: Dims | bool | None = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: Number | None = None,
    out: Tensor | None = None,
) -> Any:
    """The standard deviation, the square root of `var`."""
    variance, centre, axes, rest = _moments("std", input, dim, unbiased, correction)
    root = np.sqrt(variance).astype(centre.dtype)
    return _dropped(root, axes, keepdim), lambda g: _std_gradient(g, input, centre, axes, rest, root)


@differentiable
def var_mean(
    input: Tensor,
    dim: Dims | bool | None = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: Number | None = None,
) -> Any:
    """`var` and `mean`."""
    variance, centre, axes, rest = _moments("var_mean", input, dim, unbiased, correction)
    shape, n = input.shape, _count(input.shape, axes)
    outputs = _dropped(variance, axes, keepdim).astype(centre.dtype), _dropped(centre, axes, keepdim).copy()
    return outputs, lambda g0, g1: _var_gradient(g0, input, centre, axes, rest) + _spread(g1 / n, shape, axes)


@differentiable
def std_mean(
    input: Tensor,
    dim: Dims | bool | None = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: Number | None = None,
) -> Any:
    """`std` and `mean`."""
    variance, centre, axes, rest = _moments("std_mean", input, dim, unbiased, correction)
    shape, n = input.shape, _count(input.shape, axes)
    root = np.sqrt(variance).astype(centre.dtype)
    outputs = _dropped(root, axes, keepdim), _dropped(centre, axes, keepdim).copy()
    return outputs, lambda g0, g1: _std_gradient(g0, input, centre, axes, rest, root) + _spread(g1 / n, shape, axes)


def _others(x: Any) -> Any:
    """For each element along the first axis the product of the others: of those before it times those after it."""
    n = x.shape[0]
    if n < 2:
        return np.where(np.ones(x.shape, bool), 1.0, x)  # 1, yet a function of x
    before, after = cumprod.rule(x, 0), np.flip(cumprod.rule(np.flip(x, 0), 0), 0)
    return np.concatenate([after[1:2], before[: n - 2] * after[2:], before[n - 2 : n - 1]], 0)


@differentiable(name="ProdBackward0", saves="input result")
def _prod_all(input: Any, *, dtype: Any = None) -> Any:
    data, shape = array(input), input.shape
    value = np.multiply.reduce(data, axis=None, dtype=_sum_type(data, dtype))

    def pull(g: Any) -> Any:
        if data.all():
            return g * ((value if input is data else _prod_all(input)) / input)
        return g * _others(input.reshape((math.prod(shape),))).reshape(tuple(shape))

    return value, pull


@differentiable(name="ProdBackward1", saves="input result")
def _prod_along(input: Any, dim: int, keepdim: bool = False, *, dtype: Any = None) -> Any:
    data, axis = array(input), _axis(dim, input.ndim)
    if not data.ndim:
        return data.astype(_sum_type(data, dtype)), same
    whole = np.multiply.reduce(data, axis=axis, dtype=_sum_type(data, dtype), keepdims=True)

    def pull(g: Any) -> Any:
        g = g.reshape(whole.shape)
        if data.all():
            return g * ((whole if input is data else _prod_along(input, axis, True)) / input)
        return g * np.moveaxis(_others(np.moveaxis(input, axis, 0)), 0, axis)

    return _dropped(whole, (axis,), keepdim), pull


@composed
def prod(
    input: Tensor,
    dim: Dim | None = None,
    keepdim: bool = False,
    *,
    dtype: DType | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """The product of all elements, or along an axis; each factor's gradient is the product of the others.

    That is the whole product divided by the factor, or where there are zeros those before it times those after it.

    Raises:
        IndexError: no such axis. TypeError: more than one axis.
    """
    if dim is None:
        return _prod_all(input, dtype=dtype)
    return _prod_along(input, dim, keepdim, dtype=dtype)


# ---------------------------------------------------------------------------------------------------------------------
# Extremes
# ---------------------------------------------------------------------------------------------------------------------
def _equal(data: np.ndarray, value: Any) -> np.ndarray:
    """Where they are the same; nan counts as equal to nan."""
    return (data == value) | (np.isnan(data) & np.isnan(value)) if data.dtype.kind == "f" else data == value


def _shared(g: Any, input: Any, value: Any, axes: tuple[int, ...] | None, nan_wins: bool = True) -> Any:
    """A gradient divided evenly among the elements that equal the reduced value.

    nan_wins: nan equals nan. torch's amax, amin and aminmax do without: nobody wins, and 0 / 0 makes the gradient nan.
    """
    data = array(input)
    kept = _kept(data.shape, axes)
    winner = np.asarray(array(value)).reshape(kept)
    winners = _equal(data, winner) if nan_wins else data == winner
    number = winners.sum(axis=axes, keepdims=True).astype(data.dtype)
    return g.reshape(kept) * winners / number


def _extreme(name: str, find: Any, text: str, node: str, nan_wins: bool) -> Any:
    def rule(input: Tensor, dim: Dims | None = (), keepdim: bool = False, *, out: Tensor | None = None) -> Any:
        data = array(input)
        axes = _axes(dim, data.ndim)
        _not_empty(name, data.shape, axes)
        value = find(data, axis=axes, keepdims=keepdim)
        return value, lambda g: _shared(g, input, value, axes, nan_wins)

    rule.__name__, rule.__qualname__, rule.__doc__ = name, name, text
    return differentiable(rule, name=node, saves="input result")


_RAISES = "\n\n    Raises:\n        RuntimeError, IndexError: nothing to choose from, or no such axis."
amax = _extreme(
    "amax",
    np.max,
    "The largest element, or along axes; equal ones share the gradient evenly." + _RAISES,
    "AmaxBackward0",
    nan_wins=False,
)
amin = _extreme(
    "amin",
    np.min,
    "The smallest element, or along axes; equal ones share the gradient evenly." + _RAISES,
    "AminBackward0",
    nan_wins=False,
)
_max_all = _extreme("max", np.max, "The largest element.", "MaxBackward1", nan_wins=True)
_min_all = _extreme("min", np.min, "The smallest element.", "MinBackward1", nan_wins=True)


@differentiable(returns=return_types.aminmax, saves="input result result1")
def aminmax(
    input: Tensor, *, dim: Dim | None = None, keepdim: bool = False, out: tuple[Tensor, ...] | None = None
) -> Any:
    """The smallest and the largest element, or along an axis; equal ones share the gradient evenly.

    Raises:
        RuntimeError, IndexError: nothing to choose from, or no such axis.
    """
    data = array(input)
    axes = _axes(dim, data.ndim)
    _not_empty("aminmax", data.shape, axes)
    low, high = (np.asarray(find(data, axis=axes, keepdims=keepdim)) for find in (np.min, np.max))
    return (low, high), lambda g0, g1: _shared(g0, input, low, axes, False) + _shared(g1, input, high, axes, False)


def _with_index(name: str, find: Any, text: str) -> Any:
    def rule(input: Any, dim: int, keepdim: bool = False) -> Any:
        _not_empty(name, input.shape, dim)
        axis = _axis(dim, input.ndim)
        return _chosen(input, find(input, axis, keepdims=True), axis, keepdim) if input.ndim else _only(input)

    rule.__name__, rule.__qualname__, rule.__doc__ = name, name, text
    return differentiable(rule, linear=True, returns=getattr(return_types, name), saves="result1")


_max_along = _with_index("max", np.argmax, "The largest along an axis, and where it is.")
_min_along = _with_index("min", np.argmin, "The smallest along an axis, and where it is.")


def _choose(operations: tuple, input: Any, dim: Any, keepdim: bool, other: Any) -> Any:
    of_all, along, of_two = operations
    if other is not None:
        return of_two(input, other)
    if dim is None:
        return of_all(input)
    return along(input, dim, keepdim) if isinstance(dim, int) else of_two(input, dim)


@composed
def max(
    input: Tensor,
    dim: Tensor | Dim | None = None,
    keepdim: bool = False,
    *,
    other: Tensor | None = None,
    out: Tensor | tuple[Tensor, ...] | None = None,
) -> Any:
    """The largest element; along an axis also where it is (the first of equal ones); of two tensors the larger of each pair.

    Raises:
        RuntimeError, IndexError: nothing to choose from, or no such axis.

    >>> import minitorch_pt as torch
    >>> torch.max(torch.tensor([[1.0, 5.0], [7.0, 2.0]]), dim=1).indices
    tensor([1, 0])
    """
    return _choose((_max_all, _max_along, maximum), input, dim, keepdim, other)


@composed
def min(
    input: Tensor,
    dim: Tensor | Dim | None = None,
    keepdim: bool = False,
    *,
    other: Tensor | None = None,
    out: Tensor | tuple[Tensor, ...] | None = None,
) -> Any:
    """The smallest element; along an axis also where it is (the first of equal ones); of two tensors the smaller of each pair.

    Raises:
        RuntimeError, IndexError: nothing to choose from, or no such axis.
    """
    return _choose((_min_all, _min_along, minimum), input, dim, keepdim, other)


def _where_extreme(name: str, find: Any, text: str) -> Any:
    def rule(input: Tensor, dim: Dim | None = None, keepdim: bool = False, *, out: Tensor | None = None) -> Any:
        if input.dtype.kind == "b":
            raise RuntimeError(f"{name}(): does not support bool input; convert with .int()")
        if dim is None:
            if input.size == 0:
                raise IndexError(f"{name}(): Expected reduction dim to be specified for input.numel() == 0, shape {list(input.shape)}. "
                                 "Specify the reduction dim with the 'dim' argument.")  # fmt: skip
            return find(input, keepdims=keepdim)
        _not_empty(name, input.shape, dim)
        axis = _axis(dim, input.ndim)
        return find(input, axis=axis, keepdims=keepdim) if input.ndim else np.zeros((), np.int64)

    rule.__name__, rule.__qualname__, rule.__doc__ = name, name, text
    return nondifferentiable(rule)


argmax = _where_extreme(
    "argmax", np.argmax, "Where the largest element is: in the order of all indices, or along an axis." + _RAISES
)
argmin = _where_extreme(
    "argmin", np.argmin, "Where the smallest element is: in the order of all indices, or along an axis." + _RAISES
)


def _truth(name: str, find: Any, text: str) -> Any:
    def rule(input: Tensor, dim: Dims | None = None, keepdim: bool = False, *, out: Tensor | None = None) -> Any:
        # no axes: each element for itself
        axes = () if isinstance(dim, (tuple, list)) and not dim else _axes(dim, input.ndim)
        value = np.asarray(find(input, axis=axes, keepdims=keepdim))
        return value.astype(np.uint8) if input.dtype == np.uint8 else value  # torch: bytes were its first truth values

    rule.__name__, rule.__qualname__, rule.__doc__ = name, name, text
    return nondifferentiable(rule)


all = _truth("all", np.all, "Whether no element is 0, or along axes.")
any = _truth("any", np.any, "Whether some element is not 0, or along axes.")


@nondifferentiable
def count_nonzero(input: Tensor, dim: Dims | None = None) -> Any:
    """How many elements are not 0, or along axes."""
    return np.count_nonzero(input, axis=_axes(dim, input.ndim))


# ---------------------------------------------------------------------------------------------------------------------
# Norms and log-sum-exp
# ---------------------------------------------------------------------------------------------------------------------
@differentiable(promote=("float", 1), saves="input result")
def logsumexp(input: Tensor, dim: Dims, keepdim: bool = False, *, out: Tensor | None = None) -> Any:
    """log of the sum of e^x along axes; the largest is taken out first, so that nothing overflows.

    Raises:
        IndexError: no such axis. RuntimeError: an axis twice.
    """
    data, shape = array(input), input.shape
    axes = _axes(dim, data.ndim)
    if _count(shape, axes) == 0:
        top = np.zeros(_kept(shape, axes), data.dtype)
    else:
        top = data.max(axis=axes, keepdims=True)
        top = np.where(np.isfinite(top), top, data.dtype.type(0))
    whole = np.log(add(np.exp(data - top), axis=axes, keepdims=True)) + top

    def pull(g: Any) -> Any:
        y = whole if isinstance(input, np.ndarray) else logsumexp(input, _every(axes, shape), True)
        return g.reshape(_kept(shape, axes)) * np.exp(input - y)

    return _dropped(whole, axes, keepdim), pull


def _norm_value(size: np.ndarray, n: float, axes: tuple[int, ...] | None) -> np.ndarray:
    """The n-norm of numbers without sign, the reduced axes at size 1."""
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
) -> Any:
    """(sum of |x|^ord)^(1/ord) of all elements, or along axes; ord inf gives the largest |x|, 0 the number of non-zeros.

    Raises:
        RuntimeError: whole numbers, or the inf norm or one of negative ord of nothing. IndexError: no such axis.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.linalg.vector_norm.html
    """
    data, shape = array(x), x.shape
    if dtype is not None:
        data = data.astype(dtype)
    _float_only("linalg.vector_norm: Expected a floating point or complex tensor as input", data)
    n = float(ord)
    axes = _axes(dim, data.ndim)
    if (n < 0 or math.isinf(n)) and _count(shape, axes) == 0:
        raise RuntimeError(
            f"linalg.vector_norm cannot compute the {n} norm of nothing, shape {list(shape)}: the operation does not have an identity"
        )
    size = np.abs(data)
    wide = size.astype(np.float32) if size.dtype == np.float16 else size  # powers of it may not fit into 16 bits
    if n and _count(shape, axes) == 1:
        whole = size.reshape(_kept(shape, axes))  # of one number no power is taken, which might overflow
    else:
        whole = _norm_value(wide, n, axes).astype(size.dtype, copy=False)

    def pull(g: Any) -> Any:
        g = g.reshape(_kept(shape, axes))
        if n == 0:  # no gradient, not zeros, as in torch
            return None
        if n == 1:
            return g * np.sign(x)
        if math.isinf(n):
            return _shared(g, np.abs(data), whole, axes) * np.sign(x)
        zero = whole == 0
        norm = whole if isinstance(x, np.ndarray) else vector_norm.rule(x, n, _every(axes, shape), True)
        safe = np.where(zero, 1.0, norm)
        if n == 2:
            return np.where(zero, 0.0, g * (x / safe))
        flat = data == 0
        ratio = np.where(flat, 1.0, np.abs(x)) / safe
        return np.where(zero | (flat & (n > 1)), 0.0, g * np.sign(x) * ratio ** (n - 1))

    return _dropped(whole, axes, keepdim), pull


@composed
def renorm(input: Tensor, p: Number, dim: Dim, maxnorm: Number, *, out: Tensor | None = None) -> Tensor:
    """`input` with each slice along an axis whose p-norm exceeds maxnorm scaled down to it.

    Raises:
        RuntimeError: less than two axes, p not positive, maxnorm negative, or whole numbers. IndexError: no such axis.
    """
    if not p > 0:
        raise RuntimeError(f"renorm: non-positive-norm not supported, got p = {p}")
    if input.ndim < 2:
        raise RuntimeError(f"renorm: input needs at least 2 dimensions, got {input.ndim} dimensions")
    if not maxnorm >= 0:
        raise RuntimeError(f"renorm: expected maxnorm to be >= 0 but got {maxnorm}")
    axis = _axis(dim, input.ndim)
    others = tuple(d for d in builtins.range(input.ndim) if d != axis)

    def size(x: Any) -> Any:
        return vector_norm.rule(x, p, others, True, dtype=dtypes.of(_wider(array(x).dtype)))

    large = size(array(input)) > maxnorm
    scaled = where.rule(large, input, 1.0)  # 1: what is not scaled may be nan, and its norm's gradient too
    value = where.rule(large, (scaled * (maxnorm / (size(scaled) + 1e-7))).to(input.dtype), input)  # 1e-7 as in torch
    return saving.rule(value, (input,), "RenormBackward0")


# ---------------------------------------------------------------------------------------------------------------------
# Running totals
# ---------------------------------------------------------------------------------------------------------------------
def _accumulated(ufunc: Any, data: np.ndarray, axis: int, target: np.dtype) -> np.ndarray:
    """Running totals, kept in the next wider type as torch does: in its own float16 stops at 2048 + 1, and a product that
    leaves the range of float32 for a while does not come back."""
    return ufunc.accumulate(data, axis, _wider(target)).astype(target, copy=False)


def _running_type(name: str, input: Any, dtype: Any) -> np.dtype:
    """The type of running sums or products.

    Raises:
        NotImplementedError: bool.
    """
    target = _sum_type(input, dtype)
    if target.kind == "b" and input.ndim and input.size:
        raise NotImplementedError(f"{name}() is not implemented for torch.bool; leave dtype out, or give torch.int64")
    return target


@differentiable(linear=True)
def cumsum(input: Tensor, dim: Dim, *, dtype: DType | None = None, out: Tensor | None = None) -> Any:
    """The sums of all elements up to each one, along an axis. Whole numbers are summed as int64.

    Raises:
        IndexError: no such axis.
    """
    axis, target = _axis(dim, input.ndim), _running_type("cumsum", input, dtype)
    if not input.ndim:
        return input.astype(target), same
    return _accumulated(np.add, input, axis, target), lambda g: np.flip(cumsum.rule(np.flip(g, axis), axis), axis)


def _recurrence(terms: Any, factors: Any) -> Any:
    """t[k] = terms[k] + factors[k] * t[k + 1] along the first axis, from the end; there is one factor less than terms.

    In log2(n) steps on whole arrays instead of n on slices: after each, t[k] covers twice as many terms, and factors[k] leads
    past them (a parallel prefix; Hillis and Steele, Data parallel algorithms, 1986).
    """
    n, step = terms.shape[0], 1
    while step < n:
        terms = np.concatenate([terms[: n - step] + factors * terms[step:], terms[n - step :]], 0)
        factors = factors[: builtins.max(n - 2 * step, 0)] * factors[step:]
        step *= 2
    return terms


@differentiable(saves="input result")
def cumprod(input: Tensor, dim: Dim, *, dtype: DType | None = None, out: Tensor | None = None) -> Any:
    """The products of all elements up to each one, along an axis.

    Element k is a factor of each product from k on: its gradient is the product of those before it times
    g[k] + x[k+1] (g[k+1] + x[k+2] (g[k+2] + ...)), which stays right where elements are 0.

    Raises:
        IndexError: no such axis.
    """
    data, axis = array(input), _axis(dim, input.ndim)
    target = _running_type("cumprod", data, dtype)
    if not data.ndim:
        return data.astype(target), same

    def pull(g: Any) -> Any:
        x = np.moveaxis(input, axis, 0)
        after = _recurrence(np.moveaxis(g, axis, 0), x[1:])
        return np.moveaxis(np.concatenate([after[:1], cumprod.rule(x, 0)[:-1] * after[1:]], 0), 0, axis)

    return _accumulated(np.multiply, data, axis, target), pull


def _running(name: str, ufunc: Any, text: str) -> Any:
    def rule(input: Tensor, dim: Dim, *, out: tuple[Tensor, ...] | None = None) -> Any:
        axis, shape = _axis(dim, input.ndim), input.shape
        if not input.ndim:
            return _only(input)
        value = ufunc.accumulate(input, axis=axis)
        places = np.arange(shape[axis]).reshape([-1 if d == axis else 1 for d in range(input.ndim)])
        where = np.maximum.accumulate(np.where(_equal(input, value), places, 0), axis=axis)
        return (value, where), lambda g, _: _sum_into.rule(g, where, axis, shape)

    rule.__name__, rule.__qualname__, rule.__doc__ = name, name, text
    return differentiable(rule, linear=True, returns=getattr(return_types, name), saves="input result1")


cummax = _running(
    "cummax", np.maximum, "The largest element up to each one along an axis, and where it is (the last of equal ones)."
)
cummin = _running(
    "cummin", np.minimum, "The smallest element up to each one along an axis, and where it is (the last of equal ones)."
)


@differentiable(saves="input result")
def logcumsumexp(input: Tensor, dim: Dim, *, out: Tensor | None = None) -> Any:
    """log of the running sums of e^x along an axis, without overflow.

    Raises:
        IndexError: no such axis. NotImplementedError: whole numbers.
    """
    data, axis = array(input), _axis(dim, input.ndim)
    if data.dtype.kind != "f":
        raise NotImplementedError(f"logcumsumexp is not implemented for {data.dtype.name}; convert with .float()")
    if not data.ndim:
        return data.copy(), same
    value = _accumulated(np.logaddexp, data, axis, data.dtype)

    def pull(g: Any) -> Any:
        y = value if isinstance(input, np.ndarray) else logcumsumexp(input, axis)
        x, y = np.moveaxis(input, axis, 0), np.moveaxis(y, axis, 0)
        # sum over k' >= k of g[k'] e^(x[k] - y[k']): y never falls, so no exponent is positive
        return np.moveaxis(_recurrence(np.moveaxis(g, axis, 0), np.exp(y[:-1] - y[1:])) * np.exp(x - y), 0, axis)

    return value, pull
