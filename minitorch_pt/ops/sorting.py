"""Sorting: order, the largest few, medians and quantiles, the different values and their counts.

What is picked out by size passes its gradient to the place that it came from.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from .. import return_types
from ..arrays.dtypes import checked
from ..autograd.contract import composed
from ..autograd.rule import array, differentiable, nondifferentiable
from .indexing import _sum_into, gather
from .reductions import _chosen, _equal, _kept, _not_empty, _only, _placed, _shared
from .shape import _axis

if TYPE_CHECKING:
    from ..autograd.contract import Dim, Number, Operand, Tensor


__all__ = [
    "argsort", "bincount", "bucketize", "histc", "isin", "kthvalue", "median", "mode", "msort", "nanmedian", "nanquantile", "quantile", "searchsorted", "sort",
    "topk", "unique", "unique_consecutive",
]  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------------
# Order
# ---------------------------------------------------------------------------------------------------------------------
def _order(data: np.ndarray, axis: int, descending: bool) -> np.ndarray:
    """The places in order of size, equal ones in the order of their places; nan is the largest."""
    if not data.ndim:
        return np.zeros((), np.int64)
    if not descending:
        return np.argsort(data, axis, kind="stable")
    back = np.flip(np.argsort(np.flip(data, axis), axis, kind="stable"), axis)
    return data.shape[axis] - 1 - back


def _several(data: np.ndarray, where: np.ndarray, axis: int) -> tuple:
    """The elements at `where` and where they are, and the gradient function for them."""
    shape = data.shape
    return (np.take_along_axis(data, where, axis), where), lambda g, _: _placed.rule(g, where, axis, shape)


def _size(data: np.ndarray, axis: int) -> int:
    return data.shape[axis] if data.ndim else 1


def _sort_name(input: Any, dim: int = -1, descending: bool = False, *, stable: bool | None = None) -> str:
    return "SortBackward0" if stable is None else "SortBackward1"


@differentiable(linear=True, returns=return_types.sort, name=_sort_name, saves="result1")
def sort(
    input: Tensor,
    dim: Dim = -1,
    descending: bool = False,
    *,
    stable: bool | None = None,
    out: tuple[Tensor, ...] | None = None,
) -> Any:
    """The elements in order of size along an axis, and where each was. Always stable; nan counts as the largest.

    Raises:
        IndexError: no such axis.

    >>> import minitorch_pt as torch
    >>> torch.sort(torch.tensor([3, 1, 2])).indices
    tensor([1, 2, 0])
    """
    axis = _axis(dim, input.ndim)
    return _several(input, _order(input, axis, descending), axis) if input.ndim else _only(input)


@nondifferentiable
def argsort(
    input: Tensor, dim: Dim = -1, descending: bool = False, *, stable: bool | None = None, out: Tensor | None = None
) -> Any:
    """Where the elements are, in order of size along an axis. Always stable."""
    return _order(input, _axis(dim, input.ndim), descending)


@composed
def msort(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The elements in order of size along the first axis."""
    return sort(input, 0)[0]


@differentiable(linear=True, returns=return_types.topk, saves="result1")
def topk(
    input: Tensor,
    k: int,
    dim: Dim = -1,
    largest: bool = True,
    sorted: bool = True,
    *,
    out: tuple[Tensor, ...] | None = None,
) -> Any:
    """The k largest (or smallest) elements along an axis, always in order, and where they are (the first of equal ones).

    Raises:
        RuntimeError: k is negative or larger than the axis. IndexError: no such axis.

    >>> import minitorch_pt as torch
    >>> torch.topk(torch.tensor([1.0, 4.0, 2.0, 3.0]), 2).values
    tensor([4., 3.])
    """
    axis = _axis(dim, input.ndim)
    n = _size(input, axis)
    if not 0 <= k <= n:
        raise RuntimeError(f"selected index k out of range: k={k} of an axis with {n} elements")
    if not input.ndim:
        return _only(input)
    return _several(input, _order(input, axis, largest)[(slice(None),) * axis + (slice(k),)], axis)


def _quick_place(row: np.ndarray, k: int) -> int:
    """Where quick selection, with the median of three as pivot, finds the element that has k smaller ones; nan is the largest."""
    _, ranks = np.unique(row, return_inverse=True)
    x, places = ranks.tolist(), list(range(len(row)))

    def swap(i: int, j: int) -> None:
        x[i], x[j], places[i], places[j] = x[j], x[i], places[j], places[i]

    left, right = 0, len(x) - 1
    while right > left + 1:
        swap((left + right) // 2, left + 1)
        for i, j in ((left + 1, right), (left, right), (left + 1, left)):
            if x[i] > x[j]:
                swap(i, j)
        i, j, pivot = left + 1, right, x[left]
        while True:
            i = next(n for n in range(i + 1, len(x)) if x[n] >= pivot)
            j = next(n for n in range(j - 1, -1, -1) if x[n] <= pivot)
            if j < i:
                break
            swap(i, j)
        swap(left, j)
        left, right = i if j <= k else left, j - 1 if j >= k else right
    if right == left + 1 and x[left] > x[right]:
        swap(left, right)
    return places[k]


@differentiable(linear=True, returns=return_types.kthvalue, saves="result1")
def kthvalue(
    input: Tensor, k: int, dim: Dim = -1, keepdim: bool = False, *, out: tuple[Tensor, ...] | None = None
) -> Any:
    """The k-th smallest element along an axis (k counts from 1), and where it is: of equal ones that on which torch's quick selection ends.

    Raises:
        RuntimeError: k is not in 1 to the axis's size. IndexError: no such axis, or it is empty.
    """
    axis = _axis(dim, input.ndim)
    n = _size(input, axis)
    _not_empty("kthvalue", input.shape, dim)
    if not 1 <= k <= n:
        raise RuntimeError(f"kthvalue(): selected number k out of range for dimension {dim}: k={k} of {n} elements")
    if not input.ndim:
        return _only(input)
    where = _order(input, axis, False)[(slice(None),) * axis + (slice(k - 1, k),)]
    if (_equal(input, np.take_along_axis(input, where, axis)).sum(axis) > 1).any():
        where = np.expand_dims(np.apply_along_axis(_quick_place, axis, input, k - 1), axis)
    return _chosen(input, where, axis, keepdim)


# ---------------------------------------------------------------------------------------------------------------------
# Medians, quantiles, the most frequent
# ---------------------------------------------------------------------------------------------------------------------
def _lost(data: np.ndarray, axis: int | None) -> np.ndarray:
    """How many are nan, with the reduced axis at size 1."""
    return np.isnan(data).sum(axis=axis, keepdims=True)


def _middle(n: int, lost: np.ndarray, skips_nan: bool) -> np.ndarray:
    """The place of the median in order of size: the lower middle; the first nan if there is one and it is not passed over."""
    if skips_nan:
        return np.maximum(n - lost - 1, 0) // 2
    return np.where(lost > 0, n - lost, (n - 1) // 2)


def _median_along(name: str, skips_nan: bool) -> Any:
    def rule(input: Any, dim: int, keepdim: bool = False) -> Any:
        axis = _axis(dim, input.ndim)
        _not_empty(name, input.shape, axis)
        if not input.ndim:
            return _only(input)
        place = _middle(input.shape[axis], _lost(input, axis), skips_nan)
        return _chosen(input, np.take_along_axis(_order(input, axis, False), place, axis), axis, keepdim)

    rule.__name__ = name
    returns = getattr(return_types, name)
    return differentiable(rule, linear=True, name=f"{name.capitalize()}Backward1", returns=returns, saves="result1")


def _median_all(name: str, skips_nan: bool) -> Any:
    def rule(input: Any) -> Any:
        data = array(input).reshape(-1)
        if not data.size:
            return np.asarray(math.nan).astype(data.dtype), lambda g: g * np.zeros(input.shape, data.dtype)
        place = int(_middle(data.size, _lost(data, None)[0], skips_nan))
        value = np.partition(data, place)[place]  # 4 times as fast as sorting
        return value, lambda g: _shared(g, input, value, None)

    rule.__name__ = name
    return differentiable(rule, name=f"{name.capitalize()}Backward0", saves="input result")


_medians = _median_all("median", False), _median_along("median", False)
_nanmedians = _median_all("nanmedian", True), _median_along("nanmedian", True)


def _along(name: str, dim: Any, keepdim: bool) -> None:
    if keepdim and dim is None:
        raise TypeError(f"{name}() missing 1 required positional argument: dim; of all elements no axis is kept")


@composed
def median(
    input: Tensor, dim: Dim | None = None, keepdim: bool = False, *, out: tuple[Tensor, ...] | None = None
) -> Any:
    """The middle element by size (the lower of two); along an axis also where it is. nan if there is one.

    Raises:
        IndexError: no such axis, or it is empty.

    >>> import minitorch_pt as torch
    >>> torch.median(torch.tensor([3.0, 1.0, 2.0, 9.0]))
    tensor(2.)
    """
    _no_bools("median", array(input))
    _along("median", dim, keepdim)
    return _medians[0](input) if dim is None else _medians[1](input, dim, keepdim)


@composed
def nanmedian(
    input: Tensor, dim: Dim | None = None, keepdim: bool = False, *, out: tuple[Tensor, ...] | None = None
) -> Any:
    """`median` of the elements that are not nan."""
    _no_bools("nanmedian", array(input))
    _along("nanmedian", dim, keepdim)
    return _nanmedians[0](input) if dim is None else _nanmedians[1](input, dim, keepdim)


_PLACES: dict[str, Callable] = {
    "linear": np.floor, "midpoint": np.floor, "lower": np.floor, "higher": np.ceil, "nearest": np.round,
}  # fmt: skip


def _levels(data: np.ndarray, q: Any, interpolation: str) -> np.ndarray:
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
        raise RuntimeError(f"quantile() interpolation must be one of {', '.join(_PLACES)}, but got {interpolation}")
    if isinstance(q, np.ndarray) and (q.ndim > 1 or q.dtype != data.dtype):
        raise RuntimeError(
            f"quantile() q must be a scalar or 1D tensor of the input's dtype {data.dtype.name}, got {q.dtype.name} of shape {list(q.shape)}"
        )
    levels = np.asarray(q, data.dtype)
    if not ((levels >= 0) & (levels <= 1)).all():
        raise RuntimeError(f"quantile() q must be in the range [0, 1] but got {q}")
    return levels


def _quantile(name: str, skips_nan: bool, text: str) -> Any:
    def rule(
        input: Tensor,
        q: Tensor | float,
        dim: Dim | None = None,
        keepdim: bool = False,
        *,
        interpolation: str = "linear",
        out: Tensor | None = None,
    ) -> Any:
        data, shape = array(input), input.shape
        levels = _levels(data, array(q), interpolation)
        axis = None if dim is None else _axis(dim, len(shape))
        axis = axis if shape else None

        def as_rows(x: Any) -> Any:  # the axis of the elements last
            return x.reshape((-1,)) if axis is None else np.moveaxis(x, axis, -1)

        rows = as_rows(data)
        lost, last = _lost(rows, -1), rows.shape[-1] - 1
        # the place in order of size, a fraction, of each level (last axis) is reach * q + base; a nan sorts last
        reach = np.maximum(last - lost, 0) if skips_nan else np.where(lost > 0, 0, last)
        base = 0 if skips_nan else np.where(lost > 0, last, 0)
        rank = reach * levels.reshape(-1) + base
        low = _PLACES[interpolation](rank)
        blends = interpolation in ("linear", "midpoint")
        weight = (rank - low if interpolation == "linear" else np.full(rank.shape, 0.5 * blends)).astype(data.dtype)
        order = _order(rows, -1, False)
        before, after = (
            np.take_along_axis(order, place.astype(np.int64), -1) for place in (low, np.ceil(rank) if blends else low)
        )
        a, b = np.take_along_axis(rows, before, -1), np.take_along_axis(rows, after, -1)
        value = a  # or between the two: exact at both ends
        if blends:
            value = np.where(weight < 0.5, a + weight * (b - a), b - (b - a) * (1 - weight))
        rest = (1,) * len(shape) if axis is None else _kept(shape, (axis,))
        final = rest if keepdim else () if axis is None else shape[:axis] + shape[axis + 1 :]

        def flow(g: Any) -> Any:
            return np.moveaxis(g.reshape((levels.size, *rows.shape[:-1])), 0, -1)

        def pull(g: Any) -> Any:
            g, share = flow(g), weight
            if interpolation == "linear" and q is not array(q):  # a Tensor: the weights are functions of it
                share = q.reshape((-1,)) * reach + (base - low)
            parts, places = np.concatenate([g * (1 - share), g * share], -1), np.concatenate([before, after], -1)
            back = _sum_into.rule(parts, places, rows.ndim - 1, rows.shape)
            return back.reshape(shape) if axis is None else np.moveaxis(back, -1, axis)

        def pull_q(g: Any) -> Any:
            if interpolation != "linear":
                return None
            gap = b - a
            if input is not data:
                x = as_rows(input)
                gap = gather.rule(x, rows.ndim - 1, after) - gather.rule(x, rows.ndim - 1, before)
            slope = np.where((lost > 0) & (not skips_nan), 0.0, flow(g) * gap * reach)
            return slope.reshape((-1, levels.size)).sum(axis=0).reshape(levels.shape)

        return np.moveaxis(value, -1, 0).reshape((*levels.shape, *final)), pull, pull_q

    rule.__name__, rule.__qualname__, rule.__doc__ = name, name, text
    return differentiable(rule, name="SqueezeBackward4", saves="")  # the last step of torch's composition


quantile = _quantile("quantile", False, """The value below which a part q of the elements lies, or along an axis; several for a 1-D tensor q, along a new first axis.

    interpolation: "linear", "lower", "higher", "midpoint" or "nearest", where q falls between two elements.

    Raises:
        RuntimeError: not float32 or float64, no elements, q outside [0, 1]. IndexError: no such axis.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.quantile.html
    """)  # fmt: skip
nanquantile = _quantile("nanquantile", True, "`quantile` of the elements that are not nan.")


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
def mode(input: Tensor, dim: Dim = -1, keepdim: bool = False, *, out: tuple[Tensor, ...] | None = None) -> Any:
    """The most frequent element along an axis (the smallest of several), and the last place where it is.

    Raises:
        IndexError: no such axis, or it is empty.
    """
    axis = _axis(dim, input.ndim)
    _not_empty("mode", input.shape, axis)
    if not input.ndim:
        return _only(input)
    order = _order(input, axis, False)
    if input.dtype.kind == "f" and np.isnan(input).any():
        order = np.apply_along_axis(_inserted, axis, input)
    rows = np.moveaxis(np.take_along_axis(input, order, axis), axis, -1)
    places = np.arange(rows.shape[-1])
    begins = np.ones(rows.shape, bool)
    begins[..., 1:] = rows[..., 1:] != rows[..., :-1]
    length = places - np.maximum.accumulate(np.where(begins, places, 0), axis=-1)  # of the run up to each place
    best = np.expand_dims(length.argmax(axis=-1), axis)
    return _chosen(input, np.take_along_axis(order, best, axis), axis, keepdim)


# ---------------------------------------------------------------------------------------------------------------------
# Different values and counts
# ---------------------------------------------------------------------------------------------------------------------
def _no_gradient(*_: Any) -> NoReturn:
    raise NotImplementedError(
        "the derivative of unique and unique_consecutive is not implemented, as in torch; detach() their input"
    )


def _selected(results: tuple, inverse: bool, counts: bool) -> Any:
    wanted = tuple(r for r, ask in zip(results, (True, inverse, counts), strict=True) if ask)
    return wanted if len(wanted) > 1 else wanted[0]


def _unique_axis(shape: tuple[int, ...], dim: int) -> int:
    """The axis for unique slices.

    Raises:
        IndexError: no such axis. RuntimeError: the slices are empty.
    """
    if not shape:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    axis = _axis(dim, len(shape))
    if 0 in shape[:axis] + shape[axis + 1 :]:
        raise RuntimeError(
            f"There are 0 sized dimensions in {list(shape)}, and they aren't selected, so unique cannot be applied"
        )
    return axis


@composed
def unique(
    input: Tensor,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: Dim | None = None,
) -> Any:
    """The different elements in order of size (or slices along an axis); also which one each is, and how often each occurs.

    Raises:
        IndexError: no such axis. RuntimeError: slices without elements.

    >>> import minitorch_pt as torch
    >>> torch.unique(torch.tensor([2, 1, 2]), return_counts=True)
    (tensor([1, 2]), tensor([1, 2]))
    """
    results = _unique(input) if dim is None else _unique_slices(input, dim)
    return _selected(results, return_inverse, return_counts)


@differentiable(linear=True, name="Unique2Backward0")
def _unique(input: Any) -> Any:
    values, inverse, counts = np.unique(input, return_inverse=True, return_counts=True, equal_nan=False)
    return (values, inverse.reshape(input.shape), counts), _no_gradient


@differentiable(linear=True, name="UniqueDimBackward0")
def _unique_slices(input: Any, dim: int) -> Any:
    axis = _unique_axis(input.shape, dim)
    values, inverse, counts = np.unique(input, return_inverse=True, return_counts=True, axis=axis, equal_nan=False)
    return (values, inverse.reshape(-1), counts), _no_gradient


@composed
def unique_consecutive(
    input: Tensor, return_inverse: bool = False, return_counts: bool = False, dim: Dim | None = None
) -> Any:
    """As `unique`, but only neighbours that are equal are joined, and the order stays."""
    return _selected(_runs(input, dim), return_inverse, return_counts)


@differentiable(linear=True, name="UniqueConsecutiveBackward0")
def _runs(input: Any, dim: int | None) -> Any:
    axis = 0 if dim is None else _unique_axis(input.shape, dim)
    rows = input.reshape(-1) if dim is None else np.moveaxis(input, axis, 0)
    n = len(rows)
    begins = np.ones(n, bool)
    if n > 1:
        begins[1:] = (rows[1:] != rows[:-1]).reshape(n - 1, -1).any(axis=1)
    inverse = np.cumsum(begins) - 1
    counts = np.bincount(inverse, minlength=int(begins.sum()))
    values = rows[begins] if dim is None else np.moveaxis(rows[begins], 0, axis)
    return (values, inverse.reshape(input.shape) if dim is None else inverse, counts), _no_gradient


@nondifferentiable
def bincount(input: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Any:
    """How often each number 0, 1, 2, ... occurs, or the sum of its weights.

    Raises:
        RuntimeError: not a vector of non-negative whole numbers, or weights of another length.
    """
    if input.dtype.kind not in "iu":
        raise NotImplementedError(f"bincount is not implemented for {input.dtype.name}; convert with .long()")
    if input.ndim != 1 or (input.size and input.min() < 0):
        smallest = f", smallest {input.min()}" if input.size else ""
        raise RuntimeError(
            f"bincount only supports 1-d non-negative integral inputs, got shape {list(input.shape)}{smallest}"
        )
    if minlength < 0:
        raise RuntimeError(f"minlength should be >= 0, got {minlength}")
    if weights is not None and weights.shape != input.shape:
        raise RuntimeError(
            f"weights should be 1-d and have the same length as input, got {list(weights.shape)} and {list(input.shape)}"
        )
    counts = np.bincount(input, weights, minlength)
    return counts.astype(np.float32) if weights is not None and weights.dtype == np.float32 else counts


def _no_bools(name: str, *data: Any) -> None:
    if all(np.asarray(x).dtype == bool for x in data):
        raise NotImplementedError(f"{name}() is not implemented for bool; convert with .int()")


def _places(sequence: np.ndarray, values: Any, side: str, order: Any = None) -> Any:
    """np.searchsorted; with nan by halves, as torch does: nan is above all, and what lies beyond it is not found."""
    if not any(np.asarray(x).dtype.kind == "f" and np.isnan(x).any() for x in (sequence, values)):
        return np.searchsorted(sequence, values, side, order)
    ordered = sequence if order is None else sequence[order]
    low = np.zeros(np.shape(values), np.int64)
    high = np.full(low.shape, len(ordered))
    while (low < high).any():
        middle = np.minimum((low + high) // 2, len(ordered) - 1)
        element = ordered[middle]
        below = (low < high) & ~(element > values if side == "right" else element >= values)
        low, high = np.where(below, middle + 1, low), np.where((low < high) & ~below, middle, high)
    return low


@nondifferentiable
def searchsorted(
    sorted_sequence: Tensor,
    input: Operand,
    *,
    out_int32: bool = False,
    right: bool = False,
    side: str | None = None,
    sorter: Tensor | None = None,
    out: Tensor | None = None,
) -> Any:
    """Where each value would have to be put to keep a sequence in order (each row its own if the sequence has several axes).

    right: after equal elements instead of before them (side="right" is the same); sorter: the order of a sequence that is not sorted.

    Raises:
        RuntimeError: shapes that do not fit, or side and right that contradict each other.
    """
    if side not in (None, "left", "right") or (side == "left" and right):
        raise RuntimeError(
            f"torch.searchsorted(): side can only be 'left' or 'right', and not the opposite of right; got side={side!r}, right={right}"
        )
    _no_bools("searchsorted", sorted_sequence, input)
    at: Any = "right" if right or side == "right" else "left"
    values, order, shape = np.asarray(input), array(sorter), sorted_sequence.shape
    kind = np.int32 if out_int32 else np.int64
    if order is not None and order.shape != shape:
        raise RuntimeError(f"torch.searchsorted(): boundary and sorter must have the same size, but got {list(shape)} and {list(order.shape)}")  # fmt: skip
    if order is not None and order.dtype != np.int64:
        raise RuntimeError(f"torch.searchsorted(): sorter must be a tensor of long dtype but got {order.dtype.name}; convert with .long()")  # fmt: skip
    if len(shape) == 1:
        return np.asarray(_places(sorted_sequence, values, at, order)).astype(kind)
    if not shape or shape[:-1] != values.shape[:-1]:
        raise RuntimeError("torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor and input value "
                           f"tensor must match, but we got boundaries tensor {list(shape)} and input value tensor {list(values.shape)}")  # fmt: skip
    found = np.empty(values.shape, kind)
    for row in np.ndindex(*shape[:-1]):
        found[row] = _places(sorted_sequence[row], values[row], at, None if order is None else order[row])
    return found


@nondifferentiable
def bucketize(
    input: Operand, boundaries: Tensor, *, out_int32: bool = False, right: bool = False, out: Tensor | None = None
) -> Any:
    """The number of the interval between boundaries in which each value lies.

    Raises:
        RuntimeError: boundaries that are no vector.
    """
    if boundaries.ndim != 1:
        raise RuntimeError(f"boundaries tensor must be 1 dimension, but got dim({boundaries.ndim})")
    _no_bools("bucketize", boundaries, input)
    return np.asarray(_places(boundaries, input, "right" if right else "left")).astype(
        np.int32 if out_int32 else np.int64
    )


@nondifferentiable
def isin(
    elements: Operand,
    test_elements: Operand,
    *,
    assume_unique: bool = False,
    invert: bool = False,
    out: Tensor | None = None,
) -> Any:
    """Whether each element is one of `test_elements` (invert: is not). Either may be a number; nan is in nothing.

    Raises:
        RuntimeError: bool.
    """
    for given in (elements, test_elements):
        if np.asarray(given).dtype == bool:
            raise RuntimeError("Unsupported input type encountered for isin(): Bool; convert with .int()")
    return np.isin(elements, test_elements, assume_unique, invert)


@nondifferentiable
def histc(input: Tensor, bins: int = 100, min: Number = 0, max: Number = 0, *, out: Tensor | None = None) -> Any:
    """How many elements lie in each of `bins` equal intervals from min to max (the data's own if they are equal).

    Raises:
        RuntimeError: no bins, max below min, or limits that are not finite. NotImplementedError: whole numbers.
    """
    if input.dtype.kind != "f":
        raise NotImplementedError(f"histc is not implemented for {input.dtype.name}; convert with .float()")
    if bins <= 0:
        raise RuntimeError(f"torch.histc(): bins must be > 0, but got {bins}")
    for limit in (min, max):
        checked(limit, input.dtype)
    if max < min:
        raise RuntimeError(f"torch.histc: max must be larger than min, got {min} and {max}")
    low, high = (input.min(), input.max()) if min == max and input.size else (min, max)
    if low == high:
        low, high = low - 1, high + 1
    if not (math.isfinite(low) and math.isfinite(high)):
        raise RuntimeError(f"torch.histc: range of [{low}, {high}] is not finite")
    number = input.dtype.type
    low, high = number(low), number(high)
    inside = input[(input >= low) & (input <= high)]
    # by a power of 2, which costs no digit, so that large numbers times `bins` do not overflow
    scale = number(0.5 ** (bins.bit_length() + 1) if builtins.max(-low, high) > 1 else 1)
    inside, low, high = inside * scale, low * scale, high * scale
    place = ((inside - low) * number(bins) / (high - low)).astype(np.int64)
    return np.bincount(np.minimum(place, bins - 1), minlength=bins).astype(input.dtype)
