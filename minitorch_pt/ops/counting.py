"""Different values and their counts, places in a sorted sequence, membership, histograms."""

from __future__ import annotations

import builtins
import math
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from ..arrays.dtypes import TITLES, checked
from ..autograd.contract import composed
from ..autograd.rule import array, differentiable, nondifferentiable
from .axes import from_front
from .checks import no_bools
from .picking import underivable

if TYPE_CHECKING:
    from ..autograd.contract import Array, Dim, Number, Operand, Pulled, Tensor


__all__ = ["bincount", "bucketize", "histc", "isin", "searchsorted", "unique", "unique_consecutive"]


def _no_gradient(*_: object) -> NoReturn:
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
    axis = from_front(dim, len(shape))
    if 0 in shape[:axis] + shape[axis + 1 :]:
        raise RuntimeError(
            f"There are 0 sized dimensions, and they aren't selected, so unique cannot be applied: the shape is {list(shape)}"
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

    >>> torch.unique(torch.tensor([2, 1, 2]), return_counts=True)
    (tensor([1, 2]), tensor([1, 2]))
    """
    results = _unique(input) if dim is None else _unique_slices(input, dim)
    return _selected(results, return_inverse, return_counts)


@differentiable(linear=True, name="Unique2Backward0")
def _unique(input: Array) -> Pulled:
    values, inverse, counts = np.unique(input, return_inverse=True, return_counts=True, equal_nan=False)
    return (values, inverse.reshape(input.shape), counts), _no_gradient


@differentiable(linear=True, name="UniqueDimBackward0")
def _unique_slices(input: Array, dim: int) -> Pulled:
    axis = _unique_axis(input.shape, dim)
    values, inverse, counts = np.unique(input, return_inverse=True, return_counts=True, axis=axis, equal_nan=False)
    return (values, inverse.reshape(-1), counts), _no_gradient


@composed
def unique_consecutive(
    input: Tensor, return_inverse: bool = False, return_counts: bool = False, dim: Dim | None = None
) -> Any:
    """As `unique`, but only neighbours that are equal are joined, and the order stays.

    >>> torch.unique_consecutive(torch.tensor([1, 1, 2, 1]), return_counts=True)
    (tensor([1, 2, 1]), tensor([2, 1, 1]))
    """
    return _selected(_runs(input, dim), return_inverse, return_counts)


@differentiable(linear=True, name="UniqueConsecutiveBackward0")
def _runs(input: Array, dim: int | None) -> Pulled:
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


_no_bincount = underivable("bincount")


@differentiable(linear=True, name="torch::autograd::NotImplemented")
def bincount(input: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Pulled:
    """How often each number 0, 1, 2, ... occurs, or the sum of its weights.

    Raises:
        RuntimeError: not a vector of non-negative whole numbers, or weights of another length.

    >>> torch.bincount(torch.tensor([0, 1, 1, 3]))
    tensor([1, 2, 0, 1])
    """
    if input.dtype.kind not in "iu":
        raise NotImplementedError(f"bincount is not implemented for '{TITLES[input.dtype.name]}'; convert with .long()")
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
    counts = counts.astype(np.float32) if weights is not None and weights.dtype == np.float32 else counts
    return counts, _no_bincount, _no_bincount


def _places(sequence: np.ndarray, values: Array, side: str, order: Array | None = None) -> Array:
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
) -> Pulled:
    """Where each value would have to be put to keep a sequence in order (each row its own if the sequence has several axes).

    right: after equal elements instead of before them (side="right" is the same); sorter: the order of a sequence that is not sorted.

    Raises:
        RuntimeError: shapes that do not fit, or side and right that contradict each other.

    >>> torch.searchsorted(torch.tensor([1, 3, 5]), torch.tensor([0, 3, 9]))
    tensor([0, 1, 3])
    >>> torch.searchsorted(torch.tensor([1, 3, 5]), 3, right=True)
    tensor(2)
    """
    if side not in (None, "left", "right"):
        raise RuntimeError(f"torch.searchsorted(): side can only be 'left' or 'right' but got {side}")
    if side == "left" and right:
        raise RuntimeError(
            "torch.searchsorted(): side and right can't be set to opposites, got side of left while right was True"
        )
    if np.size(input):
        no_bools("searchsorted", sorted_sequence, input)
    at: Any = "right" if right or side == "right" else "left"
    values, order, shape = np.asarray(input), array(sorter), sorted_sequence.shape
    kind = np.int32 if out_int32 else np.int64
    if order is not None and order.shape != shape:
        raise RuntimeError(
            f"torch.searchsorted(): boundary and sorter must have the same size, but got {list(shape)} and {list(order.shape)}"
        )
    if order is not None and order.dtype != np.int64:
        raise RuntimeError(
            f"torch.searchsorted(): sorter must be a tensor of long dtype but got {order.dtype.name}; convert with .long()"
        )
    if order is not None and order.size and not (order.min() >= 0 and order.max() < shape[-1]):
        raise RuntimeError("torch.searchsorted(): sorter index out of range")
    if len(shape) != 1 and not values.ndim:
        raise RuntimeError(
            "torch.searchsorted(): input value can be a scalar only when boundaries tensor dimension is 1, but we got boundaries tensor dim"
            f"({len(shape)})"
        )
    if len(shape) == 1:
        return np.asarray(_places(sorted_sequence, values, at, order)).astype(kind)
    if not shape or shape[:-1] != values.shape[:-1]:
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor and input value "
            f"tensor must match, but we got boundaries tensor {list(shape)} and input value tensor {list(values.shape)}"
        )
    found = np.empty(values.shape, kind)
    for row in np.ndindex(*shape[:-1]):
        found[row] = _places(sorted_sequence[row], values[row], at, None if order is None else order[row])
    return found


@nondifferentiable
def bucketize(
    input: Operand, boundaries: Tensor, *, out_int32: bool = False, right: bool = False, out: Tensor | None = None
) -> Pulled:
    """The number of the interval between boundaries in which each value lies.

    Raises:
        RuntimeError: boundaries that are no vector.

    >>> torch.bucketize(torch.tensor([1, 5, 9]), torch.tensor([2, 6]))
    tensor([0, 1, 2])
    """
    if boundaries.ndim != 1:
        raise RuntimeError(f"boundaries tensor must be 1 dimension, but got dim({boundaries.ndim})")
    if np.size(input):
        no_bools("bucketize", boundaries, input)
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
) -> Pulled:
    """Whether each element is one of `test_elements` (invert: is not). Either may be a number; nan is in nothing.

    Raises:
        RuntimeError: bool.

    >>> torch.isin(torch.tensor([1, 2, 3]), torch.tensor([2, 5]))
    tensor([False,  True, False])
    """
    for given in (elements, test_elements):
        if np.asarray(given).dtype == bool:
            raise RuntimeError("Unsupported input type encountered for isin(): Bool; convert with .int()")
    return np.isin(elements, test_elements, assume_unique, invert)


@nondifferentiable
def histc(input: Tensor, bins: int = 100, min: Number = 0, max: Number = 0, *, out: Tensor | None = None) -> Pulled:
    """How many elements lie in each of `bins` equal intervals from min to max (the data's own if they are equal).

    Raises:
        RuntimeError: no bins, max below min, or limits that are not finite. NotImplementedError: whole numbers.

    >>> torch.histc(torch.tensor([1.0, 2.0, 2.0, 4.0]), bins=4, min=0, max=4)
    tensor([0., 1., 2., 1.])
    """
    if input.dtype.kind != "f":
        raise NotImplementedError(f"histc is not implemented for '{TITLES[input.dtype.name]}'; convert with .float()")
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
        raise RuntimeError(
            f"torch.histc: range of [{low}, {high}] is not finite: leave nan and inf out with input[input.isfinite()], or give min and max"
        )
    number = input.dtype.type
    low, high = number(low), number(high)
    inside = input[(input >= low) & (input <= high)]
    if low == high:  # so large that one more is the same number: all are in the middle
        return np.bincount([bins // 2], [inside.size], bins).astype(input.dtype)
    # by a power of 2, which costs no digit, so that large numbers times `bins` do not overflow
    scale = number(0.5 ** (bins.bit_length() + 1) if builtins.max(-low, high) > 1 else 1)
    inside, low, high = inside * scale, low * scale, high * scale
    place = ((inside - low) * number(bins) / (high - low)).astype(np.int64)
    return np.bincount(np.minimum(place, bins - 1), minlength=bins).astype(input.dtype)
