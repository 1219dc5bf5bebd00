"""Reductions: sums, means, extremes, norms, and running totals.

The gradient of a sum is the output's, spread over what was summed; the others weigh it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import return_types
from ..autograd.rule import array, differentiable, nondifferentiable
from .pointwise import maximum, minimum
from .shape import _axis

__all__ = [
    "all", "amax", "amin", "aminmax", "any", "argmax", "argmin", "count_nonzero", "cummax", "cummin", "cumprod", "cumsum", "diff", "logcumsumexp",
    "logsumexp", "max", "mean", "median", "min", "nanmean", "nanmedian", "nansum", "norm", "prod", "std", "std_mean", "sum", "var", "var_mean",
]  # fmt: skip


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
        raise RuntimeError(
            f"dim {next(d for d in axes if axes.count(d) > 1)} appears multiple times in the list of dims {list(given)}"
        )
    return () if ndim == 0 else axes


def _kept(shape: Any, axes: tuple[int, ...] | None) -> tuple[int, ...]:
    """The shape with the reduced axes kept at size 1."""
    return tuple(1 if axes is None or d in axes else n for d, n in enumerate(shape))


def _spread(g: Any, shape: Any, axes: tuple[int, ...] | None) -> Any:
    """A reduced gradient at every place that was reduced."""
    if type(g) is np.ndarray and g.ndim == 0:
        return np.full(shape, g)  # 3 times as fast as broadcast_to
    return np.broadcast_to(g.reshape(_kept(shape, axes)), shape)


def _sum_name(input: Any, dim: Any = None, keepdim: bool = False, **_: Any) -> str:
    return "SumBackward0" if dim is None else "SumBackward1"


def _accumulated(data: np.ndarray, dtype: Any) -> np.ndarray:
    """In the type in which sums are made: as asked for, int64 for whole numbers."""
    if dtype is not None:
        return data.astype(dtype.dtype, copy=False)
    return data if data.dtype.kind == "f" else data.astype(np.int64, copy=False)


@differentiable(linear=True, name=_sum_name)
def sum(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """The sum of all elements, or along axes. Whole numbers are summed as int64.

    Raises:
        IndexError: no such axis.

    >>> import minitorch_pt as torch
    >>> torch.ones(2, 3).sum(dim=0)
    tensor([2., 2., 2.])
    """
    shape = input.shape
    if dim is None and dtype is None and not keepdim:
        return input.sum(), lambda g: _spread(g, shape, None)
    axes = _axes(dim, input.ndim)
    return _accumulated(array(input), dtype).sum(axis=axes, keepdims=keepdim), lambda g: _spread(g, shape, axes)


def _count(shape: Any, axes: tuple[int, ...] | None) -> int:
    return math.prod(n for d, n in enumerate(shape) if axes is None or d in axes)


def _mean_name(input: Any, dim: Any = None, keepdim: bool = False, **_: Any) -> str:
    return "MeanBackward0" if dim is None else "MeanBackward1"


@differentiable(linear=True, name=_mean_name)
def mean(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """The mean of all elements, or along axes.

    Raises:
        RuntimeError: whole numbers. IndexError: no such axis.
    """
    data, shape = array(input), input.shape
    if dtype is not None:
        data = data.astype(dtype.dtype)
    if data.dtype.kind != "f":
        raise RuntimeError(f"mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: {data.dtype.name}; "
                           "convert with .float()")  # fmt: skip
    axes = _axes(dim, data.ndim)
    n = _count(shape, axes)
    value = data.sum(axis=axes, keepdims=keepdim) / data.dtype.type(n)
    return value, lambda g: _spread(g / n, shape, axes)


def nansum(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """`sum` with nan counted as 0."""
    return sum(_without_nan(input), dim, keepdim, dtype=dtype)


def nanmean(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """`mean` of the elements that are not nan."""
    there = ~np.isnan(array(input)) if array(input).dtype.kind == "f" else np.ones(array(input).shape, bool)
    axes = _axes(dim, array(input).ndim)
    count = there.sum(axis=axes, keepdims=keepdim).astype(array(input).dtype)
    return nansum(input, dim, keepdim, dtype=dtype) / (
        type(input)(np.asarray(count)) if hasattr(input, "_data") else count
    )


@differentiable(linear=True, name="NansumBackward0")
def _without_nan(input: Any) -> Any:
    data = array(input)
    gone = np.isnan(data) if data.dtype.kind == "f" else np.zeros(data.shape, bool)
    return np.where(gone, data.dtype.type(0), data), lambda g: np.where(gone, 0.0, g)


def _correction(unbiased: bool | None, correction: float | None) -> float:
    if correction is not None:
        return correction
    return 0 if unbiased is False else 1


def _split_arguments(dim: Any, unbiased: Any) -> tuple[Any, Any]:
    """torch also takes var(input, unbiased)."""
    return (None, dim) if isinstance(dim, bool) else (dim, unbiased)


@differentiable(name="VarBackward0")
def _var(input: Any, dim: Any, correction: float, keepdim: bool) -> Any:
    data, shape = array(input), input.shape
    if data.dtype.kind != "f":
        raise RuntimeError(
            f"std and var only support floating point and complex dtypes, got {data.dtype.name}; convert with .float()"
        )
    axes = _axes(dim, data.ndim)
    n = _count(shape, axes)
    rest = max_of(n - correction, 0)
    centred = data - data.mean(axis=axes, keepdims=True)
    value = (centred * centred).sum(axis=axes, keepdims=keepdim) / data.dtype.type(rest)

    def pull(g: Any) -> Any:
        deviation = input - input.mean(axis=axes if axes is not None else tuple(range(len(shape))), keepdims=True)
        return _spread(g * (2 / rest if rest else math.nan), shape, axes) * deviation

    return value, pull


def max_of(a: float, b: float) -> float:
    """The larger number: `max` is torch's in this file."""
    return a if a > b else b


def var(
    input: Any, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *, correction: float | None = None
) -> Any:
    """The mean square deviation from the mean, divided by n - correction (1 by default) instead of n.

    Raises:
        RuntimeError: whole numbers. IndexError: no such axis.
    """
    dim, unbiased = _split_arguments(dim, unbiased)
    return _var(input, dim, _correction(unbiased, correction), keepdim)


@differentiable(name="StdBackward0")
def _root(input: Any) -> Any:
    y = np.sqrt(input)

    def pull(g: Any) -> Any:
        zero = array(y) == 0  # torch: no slope where nothing deviates
        return np.where(zero, 0.0, g / np.where(zero, 1.0, 2 * y))

    return y, pull


def std(
    input: Any, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *, correction: float | None = None
) -> Any:
    """The standard deviation, the square root of `var`."""
    return _root(var(input, dim, unbiased, keepdim, correction=correction))


def var_mean(
    input: Any, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *, correction: float | None = None
) -> tuple:
    """`var` and `mean`."""
    dim, unbiased = _split_arguments(dim, unbiased)
    return var(input, dim, unbiased, keepdim, correction=correction), mean(input, dim, keepdim)


def std_mean(
    input: Any, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *, correction: float | None = None
) -> tuple:
    """`std` and `mean`."""
    dim, unbiased = _split_arguments(dim, unbiased)
    return std(input, dim, unbiased, keepdim, correction=correction), mean(input, dim, keepdim)


@differentiable(name=lambda input, dim=None, *a, **k: "ProdBackward0" if dim is None else "ProdBackward1")
def prod(input: Any, dim: int | None = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """The product of all elements, or along an axis; each factor's gradient is the product of the others, also where one is 0."""
    data, shape = _accumulated(array(input), dtype), input.shape
    axes = None if dim is None else (() if input.ndim == 0 else (_axis(dim, input.ndim),))

    def pull(g: Any) -> Any:
        if not shape:
            return g.reshape(())
        if dim is None:
            flat = input.reshape((1, math.prod(shape)))
        else:
            moved = np.moveaxis(input, axes[0], -1)
            flat = moved.reshape((-1, shape[axes[0]]))
        others = _others_product(flat)
        if dim is None:
            return g * others.reshape(tuple(shape))
        back = np.moveaxis(others.reshape(tuple(moved.shape)), -1, axes[0])
        return g.reshape(_kept(shape, axes)) * back

    return data.prod(axis=axes, keepdims=keepdim), pull


def _others_product(rows: Any) -> Any:
    """For each element of each row the product of the row's others: of those before it times those after it."""
    n = rows.shape[-1]
    before, after = [None], [None]
    for i in range(n - 1):
        before.append(rows[:, i] if before[-1] is None else before[-1] * rows[:, i])
        after.append(rows[:, n - 1 - i] if after[-1] is None else after[-1] * rows[:, n - 1 - i])
    after.reverse()
    columns = []
    for a, b in zip(before, after, strict=True):
        columns.append(rows[:, 0] * 0 + 1 if a is None and b is None else b if a is None else a if b is None else a * b)
    return np.stack(columns, 1) if n else rows


# ---------------------------------------------------------------------------------------------------------------------
# Extremes
# ---------------------------------------------------------------------------------------------------------------------
def _not_empty(name: str, shape: Any, dim: Any) -> None:
    if dim is None:
        if 0 in shape:
            raise RuntimeError(
                f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument."
            )
        return
    for d in (dim,) if isinstance(dim, int) else dim:
        if shape and shape[_axis(d, len(shape))] == 0:
            raise IndexError(f"{name}(): Expected reduction dim {d} to have non-zero size.")


def _evenly(input: Any, value: Any, axes: tuple[int, ...] | None) -> np.ndarray:
    """The share of each element in the extreme: equal ones share evenly; nan are equal to nan."""
    data, top = array(input), np.asarray(array(value)).reshape(_kept(array(input).shape, axes))
    same = (data == top) | (np.isnan(data) & np.isnan(top)) if data.dtype.kind == "f" else data == top
    return same / np.maximum(same.sum(axis=axes, keepdims=True), 1)


def _extreme(name: str, find: Any, text: str) -> Any:
    def rule(input: Any, dim: Any = (), keepdim: bool = False) -> Any:
        data, shape = array(input), input.shape
        axes = _axes(dim, data.ndim)
        _not_empty(name, shape, None if axes is None else axes)
        value = find(data, axis=axes, keepdims=keepdim)
        return value, lambda g: _spread(g, shape, axes) * _evenly(input, value, axes)

    rule.__name__, rule.__qualname__, rule.__doc__ = name, name, text
    return rule


amax = differentiable(
    _extreme("amax", np.max, "The largest element, or along axes; equal ones share the gradient evenly.")
)
amin = differentiable(
    _extreme("amin", np.min, "The smallest element, or along axes; equal ones share the gradient evenly.")
)
_max_all = differentiable(_extreme("max", np.max, "The largest element."), name="MaxBackward1")
_min_all = differentiable(_extreme("min", np.min, "The smallest element."), name="MinBackward1")


def aminmax(input: Any, *, dim: int | None = None, keepdim: bool = False) -> Any:
    """The smallest and the largest element, or along an axis."""
    axes = () if dim is None else dim
    return return_types.aminmax(amin(input, axes, keepdim), amax(input, axes, keepdim))


def _with_index(name: str, argument: Any, text: str) -> Any:
    def rule(input: Any, dim: int, keepdim: bool = False) -> Any:
        data, shape = array(input), input.shape
        _not_empty(name, shape, dim)
        axis = _axis(dim, data.ndim)
        where = np.expand_dims(argument(data, axis), axis) if data.ndim else np.zeros((), np.int64)
        flat = where if keepdim or not data.ndim else where.squeeze(axis)
        value = np.take_along_axis(data, where, axis) if data.ndim else data.copy()
        value = value if keepdim or not data.ndim else value.squeeze(axis)

        def pull(g: Any, _: Any) -> Any:
            if not shape:
                return g
            from .indexing import _sum_into

            return _sum_into(g.reshape(where.shape), where, axis, shape)

        return (value, flat), pull

    rule.__name__, rule.__qualname__, rule.__doc__ = name, name, text
    return differentiable(rule, linear=True, name=f"{name.capitalize()}Backward0", returns=getattr(return_types, name))


_max_along = _with_index("max", np.argmax, "The largest along an axis, and where it is.")
_min_along = _with_index("min", np.argmin, "The smallest along an axis, and where it is.")


def _extreme_of(name: str, all_of: Any, along: Any, of_two: Any, input: Any, dim: Any, keepdim: bool) -> Any:
    if dim is None:
        _not_empty(name, array(input).shape, None)
        return all_of(input)
    if isinstance(dim, int) and not isinstance(dim, bool):
        return along(input, dim, keepdim)
    return of_two(input, dim)


def max(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """The largest element; along an axis also where it is; of two tensors the larger of each pair.

    Raises:
        RuntimeError, IndexError: nothing to choose from, or no such axis.

    >>> import minitorch_pt as torch
    >>> torch.max(torch.tensor([[1.0, 5.0], [7.0, 2.0]]), dim=1).indices
    tensor([1, 0])
    """
    return _extreme_of("max", _max_all, _max_along, maximum, input, dim, keepdim)


def min(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """The smallest element; along an axis also where it is; of two tensors the smaller of each pair."""
    return _extreme_of("min", _min_all, _min_along, minimum, input, dim, keepdim)


def _where_extreme(name: str, find: Any, text: str) -> Any:
    def rule(input: Any, dim: int | None = None, keepdim: bool = False) -> Any:
        if dim is None:
            if input.size == 0:
                raise IndexError(
                    f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument."
                )
            value = np.asarray(find(input))
            return value.reshape((1,) * input.ndim) if keepdim else value
        _not_empty(name, input.shape, dim)
        axis = _axis(dim, input.ndim)
        return np.zeros((), np.int64) if input.ndim == 0 else find(input, axis=axis, keepdims=keepdim)

    rule.__name__, rule.__qualname__, rule.__doc__ = name, name, text
    return nondifferentiable(rule)


argmax = _where_extreme(
    "argmax", np.argmax, "Where the largest element is: in the order of all indices, or along an axis."
)
argmin = _where_extreme(
    "argmin", np.argmin, "Where the smallest element is: in the order of all indices, or along an axis."
)


def _truth(name: str, find: Any, text: str) -> Any:
    def rule(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
        value = find(input, axis=_axes(dim, input.ndim), keepdims=keepdim)
        return np.asarray(value).astype(np.uint8) if input.dtype == np.uint8 else value

    rule.__name__, rule.__qualname__, rule.__doc__ = name, name, text
    return nondifferentiable(rule)


all = _truth("all", np.all, "Whether no element is 0, or along axes.")
any = _truth("any", np.any, "Whether some element is not 0, or along axes.")


@nondifferentiable
def count_nonzero(input: Any, dim: Any = None) -> Any:
    """How many elements are not 0, or along axes."""
    return np.count_nonzero(input, axis=_axes(dim, input.ndim))


def _middle(name: str, text: str, skips_nan: bool) -> Any:
    def rule(input: Any, dim: int, keepdim: bool = False) -> Any:
        data, shape = array(input), input.shape
        axis = _axis(dim, data.ndim)
        if data.ndim == 0:
            return (data.copy(), np.zeros((), np.int64)), lambda g, _: g
        if shape[axis] == 0:
            raise IndexError(f"{name}(): Expected reduction dim {dim} to have non-zero size.")
        order = np.argsort(data, axis=axis, kind="stable")
        lost = (
            np.isnan(data).sum(axis=axis, keepdims=True)
            if data.dtype.kind == "f"
            else np.zeros(_kept(shape, (axis,)), np.int64)
        )
        n = shape[axis]
        place = np.maximum(n - lost - 1, 0) // 2 if skips_nan else np.where(lost > 0, n - lost, (n - 1) // 2)
        where = np.take_along_axis(order, np.minimum(place, n - 1), axis)
        value = np.take_along_axis(data, where, axis)
        flat = [x if keepdim else x.squeeze(axis) for x in (value, where)]

        def pull(g: Any, _: Any) -> Any:
            from .indexing import _sum_into

            return _sum_into(g.reshape(where.shape), where, axis, shape)

        return tuple(flat), pull

    rule.__name__, rule.__qualname__, rule.__doc__ = name, name, text
    return differentiable(rule, linear=True, name=f"{name.capitalize()}Backward1", returns=getattr(return_types, name))


_median_along = _middle("median", "The middle element along an axis, and where it is.", False)
_nanmedian_along = _middle("nanmedian", "The middle of the elements along an axis that are not nan.", True)


def _middle_all(name: str, skips_nan: bool) -> Any:
    def rule(input: Any) -> Any:
        data, shape = array(input), input.shape
        flat = data.reshape(-1)
        if flat.size == 0:
            return np.asarray(np.nan, data.dtype), lambda g: np.zeros(shape, data.dtype)
        lost = int(np.isnan(flat).sum()) if data.dtype.kind == "f" else 0
        order = np.argsort(flat, kind="stable")
        n = flat.size
        where = int(
            order[
                (n - lost - 1) // 2 if skips_nan and lost < n else n - lost if lost and not skips_nan else (n - 1) // 2
            ]
        )
        value = flat[where]
        return value, lambda g: _spread(g, shape, None) * _evenly_once(data, value)

    rule.__name__ = name
    return differentiable(rule, linear=True, name=f"{name.capitalize()}Backward0")


def _evenly_once(data: np.ndarray, value: Any) -> np.ndarray:
    same = (data == value) | (np.isnan(data) & np.isnan(value)) if data.dtype.kind == "f" else data == value
    return same / same.sum()


_median_all, _nanmedian_all = _middle_all("median", False), _middle_all("nanmedian", True)


def median(input: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """The middle element by size (the lower of two); along an axis also where it is."""
    return _median_all(input) if dim is None else _median_along(input, dim, keepdim)


def nanmedian(input: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """`median` of the elements that are not nan."""
    return _nanmedian_all(input) if dim is None else _nanmedian_along(input, dim, keepdim)


# ---------------------------------------------------------------------------------------------------------------------
# Norms and log-sum-exp
# ---------------------------------------------------------------------------------------------------------------------
@differentiable(promote=("float", 1))
def logsumexp(input: Any, dim: Any, keepdim: bool = False) -> Any:
    """log of the sum of e^x along axes; the largest is taken out first, so that nothing overflows."""
    data, shape = array(input), input.shape
    axes = _axes(dim, data.ndim)
    if 0 in shape and _count(shape, axes) == 0:
        top = np.zeros(_kept(shape, axes), data.dtype)
    else:
        top = data.max(axis=axes, keepdims=True)
        top = np.where(np.isfinite(top), top, 0).astype(data.dtype)
    whole = np.log(np.exp(data - top).sum(axis=axes, keepdims=True)) + top
    value = (
        whole if keepdim else whole.reshape(tuple(n for d, n in enumerate(shape) if axes is not None and d not in axes))
    )

    def pull(g: Any) -> Any:
        if isinstance(input, np.ndarray):
            return g.reshape(_kept(shape, axes)) * np.exp(input - np.where(np.isfinite(whole), whole, 0))
        again = logsumexp(input, axes if axes is not None else tuple(range(len(shape))), True)
        return g.reshape(_kept(shape, axes)) * np.exp(input - again)

    return value, pull


@differentiable(name="LinalgVectorNormBackward0")
def norm(input: Any, p: Any = "fro", dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Any:
    """The p-norm (sum of |x|^p)^(1/p) of all elements, or along axes; p "fro" is 2, inf the largest |x|, 0 the number of non-zeros.

    Raises:
        RuntimeError: whole numbers, or a p that is not known. IndexError: no such axis.
    """
    data, shape = array(input), input.shape
    if dtype is not None:
        data = data.astype(dtype.dtype)
    if data.dtype.kind != "f":
        raise RuntimeError(
            f"linalg.vector_norm: Expected a floating point or complex tensor as input. Got {data.dtype.name}; convert with .float()"
        )
    if isinstance(p, str) and p != "fro":
        raise RuntimeError(f"norm: only p='fro' or a number is supported, got {p!r}")
    n = 2.0 if p in ("fro", None) else float(p)
    axes = _axes(dim, data.ndim)
    size = np.abs(data)
    if n == 2:
        whole = np.sqrt((data * data).sum(axis=axes, keepdims=True))
    elif n == 1:
        whole = size.sum(axis=axes, keepdims=True)
    elif n == 0:
        whole = (data != 0).sum(axis=axes, keepdims=True).astype(data.dtype)
    elif math.isinf(n):
        whole = (np.max if n > 0 else np.min)(size, axis=axes, keepdims=True)
    else:
        whole = np.power(np.power(size, n).sum(axis=axes, keepdims=True), 1 / n)
    value = (
        whole if keepdim else whole.reshape(tuple(k for d, k in enumerate(shape) if axes is not None and d not in axes))
    )

    def pull(g: Any) -> Any:
        g = g.reshape(_kept(shape, axes))
        if n == 0:
            return g * np.zeros(shape, data.dtype)
        if n == 1:
            return g * np.sign(input)
        if math.isinf(n):
            return g * (np.sign(data) * _evenly(size, whole, axes))
        total = (
            whole
            if isinstance(input, np.ndarray)
            else norm(input, n, axes if axes is not None else tuple(range(len(shape))), True)
        )
        zero = whole == 0
        safe = np.where(zero, 1.0, total)
        if n == 2:
            return np.where(zero, 0.0, g * (input / safe))
        flat = data == 0
        ratio = np.where(flat, 1.0, np.abs(input)) / safe
        return np.where(zero | (flat & (n > 1)), 0.0, g * np.sign(input) * ratio ** (n - 1))

    return value, pull


# ---------------------------------------------------------------------------------------------------------------------
# Running totals and differences
# ---------------------------------------------------------------------------------------------------------------------
@differentiable(linear=True)
def cumsum(input: Any, dim: int, *, dtype: Any = None) -> Any:
    """The sums of all elements up to each one, along an axis."""
    data = _accumulated(array(input), dtype)
    if data.ndim == 0:
        _axis(dim, 0)
        return data.copy(), lambda g: g
    axis = _axis(dim, data.ndim)
    return data.cumsum(axis), lambda g: np.flip(cumsum(np.flip(g, axis), axis), axis)


@differentiable
def cumprod(input: Any, dim: int, *, dtype: Any = None) -> Any:
    """The products of all elements up to each one, along an axis."""
    data = _accumulated(array(input), dtype)
    if data.ndim == 0:
        _axis(dim, 0)
        return data.copy(), lambda g: g
    axis = _axis(dim, data.ndim)
    n = data.shape[axis]

    def pull(g: Any) -> Any:
        # element k is a factor of every product from k on: of those before it, times those between
        x, flow = np.moveaxis(input, axis, 0), np.moveaxis(g, axis, 0)
        parts = []
        for k in range(n):
            running, total = None, None
            for i in range(k, n):
                if i == k:
                    running = _product(x, k)
                else:
                    running = x[i] if running is None else running * x[i]
                term = flow[i] if running is None else flow[i] * running
                total = term if total is None else total + term
            parts.append(total)
        return np.moveaxis(np.stack(parts, 0), 0, axis) if n else g

    return data.cumprod(axis), pull


def _product(rows: Any, k: int) -> Any:
    """The product of the first k rows; None for no row."""
    result = None
    for i in range(k):
        result = rows[i] if result is None else result * rows[i]
    return result


def _running(name: str, ufunc: Any, text: str) -> Any:
    def rule(input: Any, dim: int) -> Any:
        data, shape = array(input), input.shape
        axis = _axis(dim, data.ndim)
        if data.ndim == 0:
            return (data.copy(), np.zeros((), np.int64)), lambda g, _: g
        value = ufunc.accumulate(data, axis=axis)
        own = (data == value) | (np.isnan(data) & np.isnan(value)) if data.dtype.kind == "f" else data == value
        places = np.arange(shape[axis]).reshape([-1 if d == axis else 1 for d in range(data.ndim)])
        where = np.maximum.accumulate(np.where(own, places, 0), axis=axis)

        def pull(g: Any, _: Any) -> Any:
            from .indexing import _sum_into

            return _sum_into(g, where, axis, shape)

        return (value, where), pull

    rule.__name__, rule.__qualname__, rule.__doc__ = name, name, text
    return differentiable(rule, linear=True, returns=getattr(return_types, name))


cummax = _running(
    "cummax", np.maximum, "The largest element up to each one along an axis, and where it is (the last of equal ones)."
)
cummin = _running(
    "cummin", np.minimum, "The smallest element up to each one along an axis, and where it is (the last of equal ones)."
)


@differentiable
def logcumsumexp(input: Any, dim: int) -> Any:
    """log of the running sums of e^x along an axis, without overflow."""
    data = array(input)
    axis = _axis(dim, data.ndim)
    value = np.logaddexp.accumulate(data, axis=axis) if data.ndim else data.copy()

    def pull(g: Any) -> Any:
        if not data.ndim:
            return g
        y = value if isinstance(input, np.ndarray) else logcumsumexp(input, axis)
        # sum over later outputs of g * e^(x - y); y grows, so e^(x - y) is at most 1 and the sum is made in steps
        n = data.shape[axis]
        x, out, flow = (np.moveaxis(t, axis, 0) for t in (input, y, g))
        parts = []
        for k in range(n):
            total = None
            for i in range(k, n):
                term = flow[i] * np.exp(x[k] - out[i])
                total = term if total is None else total + term
            parts.append(total)
        return np.moveaxis(np.stack(parts, 0), 0, axis) if n else g

    return value, pull


def diff(input: Any, n: int = 1, dim: int = -1, prepend: Any = None, append: Any = None) -> Any:
    """The differences of neighbours along an axis, n times.

    Raises:
        RuntimeError: a number instead of a vector, or n negative.
    """
    from .pointwise import ne, sub
    from .shape import cat

    if input.ndim == 0:
        raise RuntimeError("diff expects input to be at least one-dimensional")
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}")
    axis = _axis(dim, input.ndim)
    ends = [x for x in (prepend, input, append) if x is not None]
    result = cat(ends, axis) if len(ends) > 1 else input
    minus = ne if array(result).dtype == bool else sub
    head = (slice(None),) * axis
    for _ in range(n):
        result = minus(result[(*head, slice(1, None))], result[(*head, slice(None, -1))])
    return result
