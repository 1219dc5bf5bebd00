"""What the axes of a tensor and the sizes of a shape mean: counted from the front, reduced, kept, given as several arguments."""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ..autograd.contract import Array, Dims


def from_front(dim: int, ndim: int) -> int:
    """`dim` counted from the front.

    Raises:
        IndexError: there is no such axis.
    """
    n = max(ndim, 1)
    if not -n <= dim < n:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-n}, {n - 1}], but got {dim})")
    return dim % n


def sizes(args: tuple) -> tuple[int, ...]:
    """Sizes given as several arguments or as one tuple.

    Raises:
        TypeError: one is no whole number.
    """
    if len(args) == 1 and isinstance(args[0], (tuple, list)):
        args = tuple(args[0])
    try:
        if args and type(args[0]) is bool:  # torch looks at the first alone, and then takes a bool for 0 or 1
            raise TypeError
        given = tuple(map(operator.index, args))
    except TypeError:
        raise TypeError(f"sizes must be a tuple of ints, and are {args}: round numbers with int()") from None
    if given and max(given) >= 1 << 63:
        raise TypeError(f"sizes must fit into 64 bits, and are {given}")
    return given


def reduced_axes(dim: Dims | None, ndim: int) -> tuple[int, ...] | None:
    """Axes as a tuple counted from the front; None for all.

    Raises:
        IndexError: no such axis. RuntimeError: an axis twice.
    """
    if dim is None:
        return None
    if isinstance(dim, int):
        axis = from_front(dim, ndim)
        return (axis,) if ndim else ()
    given = tuple(dim)
    if not given:
        return None
    axes = tuple([from_front(d, ndim) for d in given])
    if len(set(axes)) < len(axes):
        twice = next(d for d in axes if axes.count(d) > 1)
        raise RuntimeError(f"dim {twice} appears multiple times in the list of dims {list(given)}; give each once")
    return () if ndim == 0 else axes


def kept_shape(shape: tuple[int, ...], axes: tuple[int, ...] | None) -> tuple[int, ...]:
    """The shape with the reduced axes kept at size 1."""
    if axes is None:
        return (1,) * len(shape)
    return tuple([1 if d in axes else n for d, n in enumerate(shape)])


def without_axes(whole: Array, axes: tuple[int, ...] | None, keepdim: bool) -> Array:
    """A result that has its reduced axes at size 1, without them unless they are to be kept."""
    if keepdim:
        return whole
    if axes is None:
        return whole.reshape(())
    return whole.reshape(tuple([n for d, n in enumerate(whole.shape) if d not in axes]))


def count_along(shape: tuple[int, ...], axes: tuple[int, ...] | None) -> int:
    """How many elements go into each result."""
    return math.prod(shape if axes is None else [shape[d] for d in axes])


def every_axis(axes: tuple[int, ...] | None, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The axes, all of them for None."""
    return tuple(range(len(shape))) if axes is None else axes


def spread(g: Array, shape: tuple[int, ...], axes: tuple[int, ...] | None) -> Array:
    """A reduced gradient at every place that was reduced."""
    if isinstance(g, (np.ndarray, np.generic)):
        # filled: np.full takes longer, broadcast_to longer still, and gives what is not contiguous
        full = np.empty(shape, g.dtype)
        full[...] = g if g.ndim == 0 else g.reshape(kept_shape(shape, axes))
        return full
    return np.broadcast_to(g.reshape(kept_shape(shape, axes)), shape)
