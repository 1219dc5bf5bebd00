"""Sums of arrays along axes with few rounding errors: the engine and all reductions add up with these."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .rows import sums

__all__: list[str] = []  # for the library itself

# data.sum() without NumPy's Python frame in between: NumPy's notes on inf - inf then count as ours, and are silenced
plain_add: Callable[..., Any] = np.add.reduce
_LONG = 512  # of so many float32 numbers in a row the last digit or two are lost


def add(data: np.ndarray, axis: tuple[int, ...] | None, dtype: Any = None, keepdims: bool = False) -> Any:
    """The sum along axes, or of all elements, in the type `dtype`.

    Where the axis is not the last one in memory, NumPy adds row to row: after n of them n errors, for the variances of (1000000, 3)
    float32 numbers the fourth digit. Rows are added in √n groups here, and then the groups: 2√n errors, in the same time.
    """
    if data.size > _LONG and axis and data.ndim > 1:
        if axis == (data.ndim - 1,) and dtype in (None, data.dtype):
            value = sums(data, -1)
            return value if keepdims else value.reshape(value.shape[:-1])
        long = max(axis, key=data.shape.__getitem__)
        n = data.shape[long]
        if n > _LONG and data.strides[long] > min(data.strides):
            size = math.isqrt(n)
            head, tail = np.split(data, [n - n % size], long)
            groups = head.reshape((*data.shape[:long], -1, size, *data.shape[long + 1 :]))
            total = plain_add(plain_add(groups, axis=long + 1, dtype=dtype), axis=axis, dtype=dtype, keepdims=keepdims)
            return total + plain_add(tail, axis=axis, dtype=dtype, keepdims=keepdims)
    return plain_add(data, axis=axis, dtype=dtype, keepdims=keepdims)


def summed(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Σ x along axes; x may be a Tensor on which a rule runs."""
    return plain_add(x, axis=axis, keepdims=keepdims) if type(x) is np.ndarray else x.sum(axis=axis, keepdims=keepdims)


def total(data: np.ndarray, axis: tuple[int, ...] | None, keepdims: bool, dtype: np.dtype) -> Any:
    """The same, added up in float32 if it is to be float16: 2048 + 1 is 2048 in float16."""
    if dtype == np.float16:
        return add(data, axis, np.float32, keepdims).astype(np.float16)
    return add(data, axis, dtype, keepdims)
