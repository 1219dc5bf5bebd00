"""float16: computed in float32 and rounded once at the end, as torch's kernels do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ..arrays import dtypes
from ..autograd.rule import array

if TYPE_CHECKING:
    from ..autograd.contract import Array


HALF = np.dtype(np.float16)
HALF_MAX = 65504  # the largest number of half precision: what is not larger every floating point type has


def is_half(x: Array) -> bool:
    """Whether an array or Tensor is of float16."""
    return getattr(array(x), "dtype", None) is HALF


def single(x: Array, wide: type = np.float32) -> Array:
    """A float16 array or Tensor as float32, or as `wide`; anything else as it is."""
    if not is_half(x):
        return x
    return x.to(dtypes.of(np.dtype(wide))) if hasattr(x, "_data") else x.astype(wide)


def rounded(x: Array) -> Array:
    """An array or Tensor as float16."""
    return x.half() if hasattr(x, "_data") else x.astype(HALF)


def by_step(function: Callable, x: Array) -> Array:
    """function(x), for float16 in float32 and rounded at once: what torch composes of several kernels is rounded after each."""
    return rounded(function(single(x))) if is_half(x) else function(x)


def in_single(operation: Callable, *args: object, wide: type = np.float32, **kwargs: object) -> tuple:
    """What the operation's rule returns for float16 arguments: its value rounded, its gradients in float32, which the engine rounds.

    wide: float64 where differences of nearly equal numbers would cost too many digits.
    """
    value, *pulls = operation.__wrapped__(*(single(a, wide) for a in args), **kwargs)
    return (rounded(value), *(lambda g, pull=pull: pull(single(g, wide)) for pull in pulls))
