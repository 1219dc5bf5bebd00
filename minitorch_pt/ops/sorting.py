"""Sorting: order, the largest few, the k-th.

The gradient goes back to the elements that were chosen; where they lie is a number without one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .. import return_types
from ..arrays.order import stable_order
from ..arrays.places import take_along
from ..arrays.selection import k_first
from ..autograd.contract import composed
from ..autograd.rule import differentiable, nondifferentiable
from .axes import from_front
from .checks import no_bools, not_empty
from .extremes import chosen_along, itself_at_0, placed_along, same_value

if TYPE_CHECKING:
    from ..autograd.contract import Array, Dim, Pulled, Tensor


__all__ = ["argsort", "kthvalue", "msort", "sort", "topk"]


def order_along(data: np.ndarray, axis: int, descending: bool) -> np.ndarray:
    """The places in order of size, equal ones in the order of their places; nan is the largest."""
    if not data.ndim:
        return np.zeros((), np.int64)
    if not descending:
        return stable_order(data, axis)
    turned = (slice(None),) * axis + (slice(None, None, -1),)
    return data.shape[axis] - 1 - stable_order(data[turned], axis)[turned]


def _largest_places(data: np.ndarray, k: int, axis: int, largest: bool) -> np.ndarray:
    """The places of the k + 1 largest or smallest, in order of size, or of k if the next one is another. Most elements need not be sorted."""
    n = data.shape[axis]
    if 0 < k < n // 4 and data.size:
        rows = data.swapaxes(axis, -1)
        bound = np.partition(rows, n - k if largest else k - 1)[..., n - k if largest else k - 1, None]
        chosen = np.flatnonzero(~(rows < bound) if largest else rows <= bound)  # nan is the largest
        if len(chosen) == k and rows.ndim == 1:
            return chosen.take(order_along(rows.take(chosen), 0, largest))
        if len(chosen) == k * (rows.size // n):
            places = chosen.reshape(-1, k) - np.arange(0, rows.size, n)[:, None]
            # k of each row: nothing outside equals the bound
            if places.min() >= 0 and places.max() < n:
                places = take_along(places, order_along(take_along(rows.reshape(-1, n), places, 1), 1, largest), 1)
                return places.reshape((*rows.shape[:-1], k)).swapaxes(axis, -1)
    return order_along(data, axis, largest)[(slice(None),) * axis + (slice(k + 1),)]


def _several(data: np.ndarray, where: np.ndarray, axis: int) -> tuple:
    """The elements at `where` and where they are, and the gradient function for them."""
    shape = data.shape
    return (take_along(data, where, axis), where), lambda g, _: placed_along.rule(g, where, axis, shape)


def _size(data: np.ndarray, axis: int) -> int:
    return data.shape[axis] if data.ndim else 1


def _sort_name(input: Array, dim: int = -1, descending: bool = False, *, stable: bool | None = None) -> str:
    return "SortBackward0" if stable is None else "SortBackward1"


@differentiable(linear=True, returns=return_types.sort, name=_sort_name, saves="result1")
def sort(
    input: Tensor,
    dim: Dim = -1,
    descending: bool = False,
    *,
    stable: bool | None = None,
    out: tuple[Tensor, ...] | None = None,
) -> Pulled:
    """The elements in order of size along an axis, and where each was. Always stable; nan counts as the largest.

    Raises:
        IndexError: no such axis.

    >>> torch.sort(torch.tensor([3, 1, 2])).indices
    tensor([1, 2, 0])
    """
    axis = from_front(dim, input.ndim)
    return _several(input, order_along(input, axis, descending), axis) if input.ndim else itself_at_0(input)


@nondifferentiable
def argsort(
    input: Tensor, dim: Dim = -1, descending: bool = False, *, stable: bool | None = None, out: Tensor | None = None
) -> Pulled:
    """Where the elements are, in order of size along an axis. Always stable.

    >>> torch.argsort(torch.tensor([30, 10, 20]))
    tensor([1, 2, 0])
    """
    return order_along(input, from_front(dim, input.ndim), descending)


@composed
def msort(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The elements in order of size along the first axis.

    >>> torch.msort(torch.tensor([[3, 1], [2, 5]]))
    tensor([[2, 1],
            [3, 5]])
    """
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
) -> Pulled:
    """The k largest (or smallest) elements along an axis, always in order, and where they are (of equal ones those on which torch's selection ends).

    Raises:
        RuntimeError: k is negative or larger than the axis. IndexError: no such axis.

    >>> torch.topk(torch.tensor([1.0, 4.0, 2.0, 3.0]), 2).values
    tensor([4., 3.])
    """
    axis = from_front(dim, input.ndim)
    n = _size(input, axis)
    if not 0 <= k <= n:
        raise RuntimeError(f"selected index k out of range: k={k} of an axis with {n} elements")
    if input.dtype == bool:
        raise RuntimeError("topk does not support bool dtypes on CPU; convert with .int()")
    if not input.ndim:
        return itself_at_0(input)
    places = _largest_places(input, k, axis, largest)
    best = take_along(input, places, axis)
    before, after = (slice(None),) * axis + (slice(-1),), (slice(None),) * axis + (slice(1, None),)
    tied = same_value(best[before], best[after]).swapaxes(axis, -1)
    if places.shape[axis] > k:
        places = places[before]
    if k and np.count_nonzero(tied):
        rows = tied.any(-1)
        places.swapaxes(axis, -1)[rows] = [k_first(row, k, largest) for row in input.swapaxes(axis, -1)[rows]]
    return _several(input, places, axis)


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
) -> Pulled:
    """The k-th smallest element along an axis (k counts from 1), and where it is: of equal ones that on which torch's quick selection ends.

    Raises:
        RuntimeError: k is not in 1 to the axis's size. IndexError: no such axis, or it is empty.

    >>> torch.kthvalue(torch.tensor([30, 10, 20]), 2)
    torch.return_types.kthvalue(
    values=tensor(20),
    indices=tensor(2))
    """
    axis = from_front(dim, input.ndim)
    n = _size(input, axis)
    not_empty("kthvalue", input.shape, dim)
    if not 1 <= k <= n:
        raise RuntimeError(f"kthvalue(): selected number k out of range for dimension {axis}: k={k} of {n} elements")
    if not input.ndim:
        return itself_at_0(input)
    no_bools("kthvalue", input)
    found = same_value(input, np.partition(input, k - 1, axis).take([k - 1], axis))
    where = found.argmax(axis, keepdims=True)
    if (np.count_nonzero(found, axis) > 1).any():
        where = np.expand_dims(np.apply_along_axis(_quick_place, axis, input, k - 1), axis)
    return chosen_along(input, where, axis, keepdim)
