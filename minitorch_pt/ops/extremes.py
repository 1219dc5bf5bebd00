"""Extremes and where they are; whether all or any elements are not 0.

The gradient goes to the elements that were chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import return_types
from ..arrays.places import flat_places, take_along
from ..autograd.contract import composed
from ..autograd.rule import array, differentiable, nondifferentiable
from ..names.titles import titled
from .axes import from_front, kept_shape, reduced_axes
from .checks import not_empty
from .elementwise.choosing import maximum, minimum
from .gathering import gather

if TYPE_CHECKING:
    from ..autograd.contract import Array, Dim, Dims, Pulled, Tensor, TruthOut


__all__ = ["all", "amax", "amin", "aminmax", "any", "argmax", "argmin", "count_nonzero", "max", "min"]


# ---------------------------------------------------------------------------------------------------------------------
# Chosen along an axis
# ---------------------------------------------------------------------------------------------------------------------
@differentiable(linear=True)
def placed_along(input: Array, where: np.ndarray, axis: int, shape: tuple[int, ...]) -> Pulled:
    """Zeros with each element at the one place that `where` names along an axis: the way back of choosing it."""
    placed = np.zeros(shape, input.dtype)
    placed.reshape(-1)[flat_places(where, axis, shape)] = input
    return placed, lambda h: gather.rule(h, axis, where)


def chosen_along(data: np.ndarray, where: np.ndarray, axis: int, keepdim: bool) -> tuple:
    """The elements at `where` (size 1 along the axis) and where they are, and the gradient function for them."""
    shape = data.shape
    value = take_along(data, where, axis)
    outputs = (value, where) if keepdim else (value.squeeze(axis), where.squeeze(axis))
    return outputs, lambda g, _: placed_along.rule(g.reshape(where.shape), where, axis, shape)


def itself_at_0(data: np.ndarray) -> tuple:
    """`_chosen` of a tensor without axes: itself, at place 0."""
    return (data.copy(), np.zeros((), np.int64)), lambda g, _: g


# ---------------------------------------------------------------------------------------------------------------------
# Extremes
# ---------------------------------------------------------------------------------------------------------------------
def same_value(data: np.ndarray, value: Array | float) -> np.ndarray:
    """Where they are the same; nan counts as equal to nan."""
    return (data == value) | (np.isnan(data) & np.isnan(value)) if data.dtype.kind == "f" else data == value


def shared_evenly(
    g: Array, input: Array, value: Array | float, axes: tuple[int, ...] | None, nan_wins: bool = True
) -> Array:
    """A gradient divided evenly among the elements that equal the reduced value.

    nan_wins: nan equals nan. torch's amax, amin and aminmax do without: nobody wins, and 0 / 0 makes the gradient nan.
    """
    data = array(input)
    kept = kept_shape(data.shape, axes)
    winner = np.asarray(array(value)).reshape(kept)
    winners = same_value(data, winner) if nan_wins else data == winner
    number = winners.sum(axis=axes, keepdims=True).astype(data.dtype)
    if not nan_wins:
        return g.reshape(kept) * winners / number
    return np.where(winners, g.reshape(kept) / number, 0.0)


def _extreme(name: str, find: Callable, text: str, node: str, nan_wins: bool) -> Callable[..., Tensor]:
    def rule(input: Tensor, dim: Dims | None = (), keepdim: bool = False, *, out: Tensor | None = None) -> Pulled:
        data = array(input)
        axes = reduced_axes(dim, data.ndim)
        not_empty(name, data.shape, axes)
        value = find(data, axis=axes, keepdims=keepdim)
        return value, lambda g: shared_evenly(g, input, value, axes, nan_wins)

    return differentiable(titled(rule, name, text), name=node, saves="input result")


_RAISES = "\n\n    Raises:\n        RuntimeError, IndexError: nothing to choose from, or no such axis."
amax = _extreme(
    "amax",
    np.maximum.reduce,
    "The largest element, or along axes; equal ones share the gradient evenly."
    + _RAISES
    + "\n\n    >>> torch.amax(torch.tensor([[1, 5], [7, 2]]), dim=1)\n    tensor([5, 7])",
    "AmaxBackward0",
    nan_wins=False,
)
amin = _extreme(
    "amin",
    np.minimum.reduce,
    "The smallest element, or along axes; equal ones share the gradient evenly."
    + _RAISES
    + "\n\n    >>> torch.amin(torch.tensor([[1, 5], [7, 2]]), dim=1)\n    tensor([1, 2])",
    "AminBackward0",
    nan_wins=False,
)
_max_all = _extreme("max", np.maximum.reduce, "The largest element.", "MaxBackward1", nan_wins=True)
_min_all = _extreme("min", np.minimum.reduce, "The smallest element.", "MinBackward1", nan_wins=True)


@differentiable(returns=return_types.aminmax, saves="input result result1")
def aminmax(
    input: Tensor, *, dim: Dim | None = None, keepdim: bool = False, out: tuple[Tensor, ...] | None = None
) -> Pulled:
    """The smallest and the largest element, or along an axis; equal ones share the gradient evenly.

    Raises:
        RuntimeError, IndexError: nothing to choose from, or no such axis.

    >>> torch.aminmax(torch.tensor([3, 1, 2]))
    torch.return_types.aminmax(
    min=tensor(1),
    max=tensor(3))
    """
    data = array(input)
    axes = reduced_axes(dim, data.ndim)
    if dim is None and not data.size:
        raise RuntimeError(
            f"aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity: the shape is {list(data.shape)}"
        )
    not_empty("aminmax", data.shape, axes)
    low, high = (np.asarray(find(data, axis=axes, keepdims=keepdim)) for find in (np.min, np.max))
    return (
        low,
        high,
    ), lambda g0, g1: shared_evenly(g0, input, low, axes, False) + shared_evenly(g1, input, high, axes, False)


def _with_index(name: str, find: Callable, text: str) -> Callable[..., tuple]:
    def rule(input: Array, dim: int, keepdim: bool = False) -> Pulled:
        not_empty(name, input.shape, dim)
        axis = from_front(dim, input.ndim)
        return (
            chosen_along(input, find(input, axis, keepdims=True), axis, keepdim) if input.ndim else itself_at_0(input)
        )

    return differentiable(titled(rule, name, text), linear=True, returns=getattr(return_types, name), saves="result1")


_max_along = _with_index("max", np.argmax, "The largest along an axis, and where it is.")
_min_along = _with_index("min", np.argmin, "The smallest along an axis, and where it is.")


def _choose(operations: tuple, input: Array, dim: Dims | None, keepdim: bool, other: Array | float) -> Any:
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

    >>> torch.min(torch.tensor([3, 1, 2]))
    tensor(1)
    >>> torch.min(torch.tensor([[3, 1], [0, 2]]), dim=1)
    torch.return_types.min(
    values=tensor([1, 0]),
    indices=tensor([1, 0]))
    """
    return _choose((_min_all, _min_along, minimum), input, dim, keepdim, other)


def _where_extreme(name: str, find: Callable, which: str, shown: str) -> Callable[..., Tensor]:
    def rule(input: Tensor, dim: Dim | None = None, keepdim: bool = False, *, out: Tensor | None = None) -> Pulled:
        if input.dtype.kind == "b":
            raise RuntimeError(f"{name}(): does not support bool input; convert with .int()")
        if dim is None:
            if input.size == 0:
                raise IndexError(
                    f"{name}(): Expected reduction dim to be specified for input.numel() == 0. "
                    "Specify the reduction dim with the 'dim' argument."
                )
            return find(input, keepdims=keepdim)
        not_empty(name, input.shape, dim)
        axis = from_front(dim, input.ndim)
        return find(input, axis=axis, keepdims=keepdim) if input.ndim else np.zeros((), np.int64)

    text = f"Where the {which} element is: in the order of all indices, or along an axis.{_RAISES}"
    example = f"    >>> torch.{name}(torch.tensor([[1, 5], [7, 2]]))\n    {shown}"
    return nondifferentiable(titled(rule, name, f"{text}\n\n{example}"))


argmax = _where_extreme("argmax", np.argmax, "largest", "tensor(2)")
argmin = _where_extreme("argmin", np.argmin, "smallest", "tensor(0)")


def _truth(name: str, find: Callable, text: str, shown: str) -> Callable[..., Tensor]:
    def rule(input: Tensor, dim: Dims | None = None, keepdim: bool = False, *, out: TruthOut | None = None) -> Pulled:
        # no axes: each element for itself
        axes = () if isinstance(dim, (tuple, list)) and not dim else reduced_axes(dim, input.ndim)
        value = np.asarray(find(input, axis=axes, keepdims=keepdim))
        return value.astype(np.uint8) if input.dtype == np.uint8 else value  # torch: bytes were its first truth values

    example = f">>> torch.{name}(torch.tensor([[1, 0], [1, 1], [0, 0]]), dim=1)\ntensor([{shown}])"
    return nondifferentiable(titled(rule, name, f"{text}\n\n{example}"))


all = _truth("all", np.logical_and.reduce, "Whether no element is 0, or along axes.", "False,  True, False")
any = _truth("any", np.logical_or.reduce, "Whether some element is not 0, or along axes.", " True,  True, False")


@nondifferentiable
def count_nonzero(input: Tensor, dim: Dims | None = None) -> Pulled:
    """How many elements are not 0, or along axes.

    >>> torch.count_nonzero(torch.tensor([[0, 1], [2, 3]]), dim=0)
    tensor([1, 2])
    """
    return np.count_nonzero(input, axis=reduced_axes(dim, input.ndim))
