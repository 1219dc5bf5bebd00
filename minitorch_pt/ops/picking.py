"""What gradients are made with: chosen by a mask, zero where a function is flat, put back where they were taken from."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from ..arrays.places import added_at_index
from ..autograd.rule import array, differentiable

if TYPE_CHECKING:
    from ..autograd.contract import Array, Pulled


def flat_slope(g: Array) -> Array:
    """The gradient of what is flat: zeros. Not g * 0, which is nan where a gradient is infinite."""
    return np.zeros(g.shape, g.dtype)


def underivable(name: str) -> Callable:
    """The gradient function of what torch does not differentiate."""

    def refuse(*g: Array) -> NoReturn:
        raise RuntimeError(f"derivative for aten::{name} is not implemented")

    return refuse


PLAIN: Any = (np.ndarray, np.generic)  # what is no Tensor
_MANY, _SOME = 2**15, 2**12  # from so many numbers on passes cost less than they save
_WORDS = {size: np.dtype(f"i{size}") for size in (2, 4, 8)}


@differentiable(linear=True)
def _nothing(input: Array) -> Pulled:
    """0, as a function of `input`."""
    shape, dtype = input.shape, input.dtype
    return np.zeros((), dtype), lambda g: np.zeros(shape, dtype)


def depending(value: Array, of: Array | None) -> Array:
    """`value`; if `of` is a Tensor, as a function of it whose slope is 0, as in torch's second-order gradients."""
    return value if isinstance(of, PLAIN) else value + _nothing(of)


def pick(mask: np.ndarray, chosen: Array, other: Array | float | None = None, of: Array | None = None) -> Array:
    """`chosen` where `mask` is true, elsewhere `other` (0 if left out), whatever infinities stand in the other one.

    On arrays by their bits, as whole numbers times 0 or 1: np.where guesses each branch, and mostly wrongly on a mask without
    pattern; a product of floats would make nan of 0 * inf. of: what the mask was made of (see `depending`).
    """
    if type(chosen) is not np.ndarray or not (other is None or type(other) is np.ndarray or type(other) is float):
        picked = np.where(mask, chosen, 0 if other is None else other)
        return picked if of is None else depending(picked, of)
    word = _WORDS[chosen.itemsize]
    bits = chosen.view(word)
    rest = other if other is None else (chosen.dtype.type(other) if type(other) is float else other).view(word)
    if (
        mask.size <= _MANY
        or mask.shape != chosen.shape
        or not chosen.flags.c_contiguous
        or (other is not None and rest.shape not in ((), mask.shape))
    ):
        return (bits * mask if rest is None else (bits ^ rest) * mask ^ rest).view(chosen.dtype)
    picked = np.empty(chosen.shape, chosen.dtype)  # no view of whole numbers, which a leaf would copy
    target = picked.view(word)
    if rest is None:
        np.copyto(target, mask)  # else NumPy converts it piece by piece
        target *= bits
    else:
        np.bitwise_xor(bits, rest, out=target)
        target *= mask
        target ^= rest
    return picked


def either(mask: np.ndarray, chosen: Array, other: Array | float | None = None) -> Array:
    """np.where(mask, chosen, other), 0 if left out: of many numbers by `pick`, whatever type they have."""
    many = mask.size > _SOME and type(chosen) is np.ndarray and chosen.itemsize in _WORDS
    if many and (other is None or (type(other) is np.ndarray and other.dtype == chosen.dtype)):
        return pick(mask, chosen, other)
    return np.where(mask, chosen, 0 if other is None else other)


@differentiable(linear=True, name="IndexSelectBackward0", saves="index")
def take_slices(input: Array, index: np.ndarray, dim: int) -> Pulled:
    """Slices along an axis, by number, possibly several times."""
    data, shape = array(input), input.shape
    value = data.take(index, dim) if data.flags.c_contiguous else data[(slice(None),) * dim + (index,)]
    return np.asarray(value, order="C"), lambda g: give_slices.rule(g, index, dim, shape)


@differentiable(linear=True, name="IndexAddBackward0")
def give_slices(input: Array, index: np.ndarray, dim: int, shape: tuple[int, ...]) -> Pulled:
    """The transpose of `take_slices`: slices added up where they were taken."""
    total = added_at_index((slice(None),) * dim + (index,), array(input), shape)
    return total, lambda h: take_slices.rule(h, index, dim)


@differentiable(linear=True, name="SelectBackward0")
def placed_at(input: Array, index: tuple, shape: tuple[int, ...]) -> Pulled:
    """Zeros, with `input` at a basic index: the transpose of reading there."""
    g = array(input)
    total = np.zeros(shape, g.dtype)
    total[index] = g
    return total, lambda h: h[index]
