"""The order of elements by size, in a fraction of the time of NumPy's stable sort.

NumPy sorts whole numbers with vector instructions, but it does not tell where each was, and equal ones lose their order. So element and
place become one whole number, key = element * 2^k + place with places below 2^k, and the lowest k bits of the sorted keys are the places. Equal
elements differ in their places and so keep their order. The bits of a float, read as a whole number, are in the order of the floats (those of
negative ones the other way round): IEEE 754 was made so.
"""

from __future__ import annotations

import numpy as np

__all__: list[str] = []  # for other operations

_FEW = 256  # along shorter axes nothing is won


def stable_order(data: np.ndarray, axis: int = -1) -> np.ndarray:
    """np.argsort(data, axis, kind="stable"): nan is the largest."""
    n = data.shape[axis]
    bits = n.bit_length()
    numbers = _as_whole(data, 63 - bits) if n >= _FEW and data.size else None
    if numbers is None:
        return np.argsort(data, axis, kind="stable")
    numbers <<= bits
    shape = [1] * data.ndim
    shape[axis] = n
    numbers |= np.arange(n).reshape(shape)
    numbers.sort(axis)
    numbers &= (1 << bits) - 1
    return numbers


def _as_whole(data: np.ndarray, bits: int) -> np.ndarray | None:
    """New whole numbers of at most so many bits, besides a sign, in the same order; None where there are none."""
    if data.dtype.kind == "f" and data.itemsize < 8:
        floats = data.astype(np.float32)
        floats += np.float32(0)  # -0 equals 0
        if np.isnan(floats.max()):
            floats[np.isnan(floats)] = np.nan  # one with a sign would come first
        numbers = floats.view(np.int32)
        numbers ^= (numbers >> 31) & np.int32(0x7FFFFFFF)
        return numbers.astype(np.int64) if bits >= 32 else None
    if data.dtype.kind in "iub" and data.dtype != np.uint64:
        low, high = int(data.min()), int(data.max())
        if (high - low).bit_length() <= bits:
            return data.astype(np.int64) - low
    return None
