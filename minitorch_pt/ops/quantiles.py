"""Medians, quantiles, and the most frequent element. The gradient goes to the elements that were chosen."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import return_types
from ..autograd.contract import composed
from ..autograd.rule import array, differentiable
from ..names.titles import titled
from .axes import from_front, kept_shape
from .checks import no_bools, not_empty
from .extremes import chosen_along, itself_at_0, shared_evenly
from .gathering import gather, sum_into
from .sorting import order_along

if TYPE_CHECKING:
    from ..autograd.contract import Array, Dim, Dims, Pulled, Tensor


__all__ = ["median", "mode", "nanmedian", "nanquantile", "quantile"]


def _lost(data: np.ndarray, axis: int | None) -> np.ndarray:
    """How many are nan, with the reduced axis at size 1."""
    return np.isnan(data).sum(axis=axis, keepdims=True)


def _middle(n: int, lost: np.ndarray, skips_nan: bool) -> np.ndarray:
    """The place of the median in order of size: the lower middle; the first nan if there is one and it is not passed over."""
    if skips_nan:
        return np.maximum(n - lost - 1, 0) // 2
    return np.where(lost > 0, n - lost, (n - 1) // 2)


def _median_along(name: str, skips_nan: bool) -> Callable[..., tuple]:
    def rule(input: Array, dim: int, keepdim: bool = False) -> Pulled:
        axis = from_front(dim, input.ndim)
        not_empty(name, input.shape, axis)
        if not input.ndim:
            return itself_at_0(input)
        place = _middle(input.shape[axis], _lost(input, axis), skips_nan)
        return chosen_along(input, np.take_along_axis(order_along(input, axis, False), place, axis), axis, keepdim)

    node, returns = f"{name.capitalize()}Backward1", getattr(return_types, name)
    return differentiable(titled(rule, name), linear=True, name=node, returns=returns, saves="result1")


def _median_all(name: str, skips_nan: bool) -> Callable[..., Tensor]:
    def rule(input: Array) -> Pulled:
        data = array(input).reshape(-1)
        if not data.size:
            return np.asarray(math.nan).astype(data.dtype), lambda g: g * np.zeros(input.shape, data.dtype)
        place = int(_middle(data.size, _lost(data, None)[0], skips_nan))
        value = np.partition(data, place)[place]  # all need not be sorted
        return value, lambda g: shared_evenly(g, input, value, None)

    return differentiable(titled(rule, name), name=f"{name.capitalize()}Backward0", saves="input result")


_medians = _median_all("median", False), _median_along("median", False)
_nanmedians = _median_all("nanmedian", True), _median_along("nanmedian", True)


def _along(name: str, dim: Dims | None, keepdim: bool) -> None:
    if keepdim and dim is None:
        raise TypeError(f"{name}() missing 1 required positional argument: dim; of all elements no axis is kept")


@composed
def median(
    input: Tensor, dim: Dim | None = None, keepdim: bool = False, *, out: tuple[Tensor, ...] | None = None
) -> Any:
    """The middle element by size (the lower of two); along an axis also where it is. nan if there is one.

    Raises:
        IndexError: no such axis, or it is empty.

    >>> torch.median(torch.tensor([3.0, 1.0, 2.0, 9.0]))
    tensor(2.)
    """
    no_bools("median", array(input))
    _along("median", dim, keepdim)
    return _medians[0](input) if dim is None else _medians[1](input, dim, keepdim)


@composed
def nanmedian(
    input: Tensor, dim: Dim | None = None, keepdim: bool = False, *, out: tuple[Tensor, ...] | None = None
) -> Any:
    """`median` of the elements that are not nan.

    >>> torch.nanmedian(torch.tensor([1.0, torch.nan, 3.0]))
    tensor(1.)
    """
    no_bools("nanmedian", array(input))
    _along("nanmedian", dim, keepdim)
    return _nanmedians[0](input) if dim is None else _nanmedians[1](input, dim, keepdim)


_PLACES: dict[str, Callable] = {
    "linear": np.floor, "lower": np.floor, "higher": np.ceil, "midpoint": np.floor, "nearest": np.round,
}  # fmt: skip
_BLENDS = ("linear", "midpoint")


def _levels(data: np.ndarray, q: Array | float, interpolation: str) -> np.ndarray:
    """The q of a quantile as an array.

    Raises:
        RuntimeError: something that a quantile cannot be made of.
    """
    if data.dtype not in (np.float32, np.float64):
        raise RuntimeError(
            f"quantile() input tensor must be either float or double dtype, got {data.dtype.name}; convert with .float()"
        )
    if not data.size:
        raise RuntimeError(f"quantile() input tensor must be non-empty, got shape {list(data.shape)}")
    if interpolation not in _PLACES:
        raise RuntimeError(
            f"quantile() interpolation must be one of linear, lower, higher, midpoint or nearest, but got {interpolation}"
        )
    if isinstance(q, np.ndarray) and q.ndim > 1:
        raise RuntimeError(f"quantile() q must be a scalar or 1D tensor, got shape {list(q.shape)}")
    if isinstance(q, np.ndarray) and q.dtype != data.dtype:
        raise RuntimeError(
            f"quantile() q tensor must be same dtype as the input tensor, {data.dtype.name}, got {q.dtype.name}"
        )
    levels = np.asarray(q, data.dtype)
    if not ((levels >= 0) & (levels <= 1)).all():
        raise RuntimeError(
            f"quantile() q {'values ' * isinstance(q, np.ndarray)}must be in the range [0, 1] but got {q}"
        )
    return levels


def _neighbours(rows: np.ndarray, rank: np.ndarray, interpolation: str) -> tuple[np.ndarray, ...]:
    """For places in order of size, fractions: the whole place below, the weight of the element after it, and where the two elements are."""
    low = _PLACES[interpolation](rank)
    blends = interpolation in _BLENDS
    weight = (rank - low if interpolation == "linear" else np.full(rank.shape, 0.5 * blends)).astype(rows.dtype)
    order = order_along(rows, -1, False)
    high = np.ceil(rank) if blends else low
    before, after = (np.take_along_axis(order, place.astype(np.int64), -1) for place in (low, high))
    return low, weight, before, after


def _quantile(name: str, skips_nan: bool, text: str) -> Callable[..., Tensor]:
    def rule(
        input: Tensor,
        q: Tensor | float,
        dim: Dim | None = None,
        keepdim: bool = False,
        *,
        interpolation: str = "linear",
        out: Tensor | None = None,
    ) -> Pulled:
        data, shape = array(input), input.shape
        levels = _levels(data, array(q), interpolation)
        axis = None if dim is None else from_front(dim, len(shape))
        axis = axis if shape else None

        def as_rows(x: Array) -> Array:  # the axis of the elements last
            return x.reshape((-1,)) if axis is None else np.moveaxis(x, axis, -1)

        rows = as_rows(data)
        lost, last = _lost(rows, -1), rows.shape[-1] - 1
        # the place in order of size, a fraction, of each level (last axis) is reach * q + base; a nan sorts last
        reach = np.maximum(last - lost, 0) if skips_nan else np.where(lost > 0, 0, last)
        base = 0 if skips_nan else np.where(lost > 0, last, 0)
        rank = reach * levels.reshape(-1) + base
        low, weight, before, after = _neighbours(rows, rank, interpolation)
        a, b = np.take_along_axis(rows, before, -1), np.take_along_axis(rows, after, -1)
        value = a  # or between the two: exact at both ends
        if interpolation in _BLENDS:
            value = np.where(weight < 0.5, a + weight * (b - a), b - (b - a) * (1 - weight))
        rest = (1,) * len(shape) if axis is None else kept_shape(shape, (axis,))
        final = rest if keepdim else () if axis is None else shape[:axis] + shape[axis + 1 :]

        def flow(g: Array) -> Array:
            return np.moveaxis(g.reshape((levels.size, *rows.shape[:-1])), 0, -1)

        def pull(g: Array) -> Array:
            g, share = flow(g), weight
            if interpolation == "linear" and q is not array(q):  # a Tensor: the weights are functions of it
                share = q.reshape((-1,)) * reach + (base - low)
            parts, places = np.concatenate([g * (1 - share), g * share], -1), np.concatenate([before, after], -1)
            back = sum_into.rule(parts, places, rows.ndim - 1, rows.shape)
            return back.reshape(shape) if axis is None else np.moveaxis(back, -1, axis)

        def pull_q(g: Array) -> Array | None:
            if interpolation != "linear":
                return None
            gap = b - a
            if input is not data:
                x = as_rows(input)
                gap = gather.rule(x, rows.ndim - 1, after) - gather.rule(x, rows.ndim - 1, before)
            slope = np.where((lost > 0) & (not skips_nan), 0.0, flow(g) * gap * reach)
            return slope.reshape((-1, levels.size)).sum(axis=0).reshape(levels.shape)

        return np.moveaxis(value, -1, 0).reshape((*levels.shape, *final)), pull, pull_q

    # the last step of torch's composition
    return differentiable(titled(rule, name, text), name="SqueezeBackward4", saves="")


quantile = _quantile(
    "quantile",
    False,
    """The value below which a part q of the elements lies, or along an axis; several for a 1-D tensor q, along a new first axis.

    interpolation: "linear", "lower", "higher", "midpoint" or "nearest", where q falls between two elements.

    Raises:
        RuntimeError: not float32 or float64, no elements, q outside [0, 1]. IndexError: no such axis.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.quantile.html

    >>> torch.quantile(torch.tensor([0.0, 1.0, 2.0, 3.0]), 0.5)
    tensor(1.5000)
    """,
)
nanquantile = _quantile(
    "nanquantile",
    True,
    """`quantile` of the elements that are not nan.

    >>> torch.nanquantile(torch.tensor([1.0, torch.nan, 3.0]), 0.5)
    tensor(2.)
    """,
)


def _inserted(row: np.ndarray) -> list[int]:
    """The order in which sorting by insertion leaves a row: it moves nothing past nan, and so torch finds the mode between them."""
    values, order = row.tolist(), [0]
    for i in range(1, len(values)):
        place = 0
        if not values[i] < values[order[0]]:
            place = i
            while values[i] < values[order[place - 1]]:
                place -= 1
        order.insert(place, i)
    return order


@differentiable(linear=True, returns=return_types.mode, saves="result1")
def mode(input: Tensor, dim: Dim = -1, keepdim: bool = False, *, out: tuple[Tensor, ...] | None = None) -> Pulled:
    """The most frequent element along an axis (the smallest of several), and the last place where it is.

    Raises:
        IndexError: no such axis, or it is empty.

    >>> torch.mode(torch.tensor([1, 2, 2, 3]))
    torch.return_types.mode(
    values=tensor(2),
    indices=tensor(2))
    """
    axis = from_front(dim, input.ndim)
    not_empty("mode", input.shape, axis)
    if not input.ndim:
        return itself_at_0(input)
    order = order_along(input, axis, False)
    if input.dtype.kind == "f" and np.isnan(input).any():
        order = np.apply_along_axis(_inserted, axis, input)
    rows = np.moveaxis(np.take_along_axis(input, order, axis), axis, -1)
    places = np.arange(rows.shape[-1])
    begins = np.ones(rows.shape, bool)
    begins[..., 1:] = rows[..., 1:] != rows[..., :-1]
    length = places - np.maximum.accumulate(np.where(begins, places, 0), axis=-1)  # of the run up to each place
    best = np.expand_dims(length.argmax(axis=-1), axis)
    return chosen_along(input, np.take_along_axis(order, best, axis), axis, keepdim)
