"""Memory for large arrays that is used again when they are gone: for nodes that need much of it at each step of a training."""

from __future__ import annotations

import ctypes
import math
import weakref
from typing import Any

import numpy as np

__all__: list[str] = []

_LINE = 64  # bytes: a line of the cache, at whose start each array begins
_LARGE = 2**17  # bytes; smaller arrays come from the heap, which keeps its pages anyway
_LIMIT = 2**26  # bytes that are kept to be used again, at most

# what `empty` has given, oldest first: whether it is still looked at, and its memory; a look tells, for code that ran at
# the death of an array could lose a Ctrl-C
_given: dict[int, Any] = {}  # (reference to what it was lent as, memory)


class _Block:
    """What an array of `empty` lies in: it dies with the last view of the array, and its memory may then serve another."""

    def __init__(self, memory: np.ndarray, shape: tuple[int, ...]) -> None:
        self.__array_interface__ = _aligned(memory, shape).__array_interface__


def _lend(memory: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    block = _Block(memory, shape)
    alive = weakref.ref(block)
    _given[id(alive)] = alive, memory
    return np.asarray(block)


def _aligned(block: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    # by __array_interface__ it would take 2 us more
    address = ctypes.addressof(ctypes.c_char.from_buffer(block))  # type: ignore[arg-type]
    skip = -address % _LINE // block.itemsize
    return block[skip : skip + math.prod(shape)].reshape(shape)


def empty(dtype: np.dtype, *shape: int) -> np.ndarray:
    """np.empty at the start of a line of the cache, and without mapping new pages where it can.

    New pages took a third of the time of an LSTM, and a product with a matrix that begins elsewhere takes longer.
    """
    size = math.prod(shape) + _LINE // dtype.itemsize
    if size * dtype.itemsize < _LARGE:
        return _aligned(np.empty(size, dtype), shape)
    for key, (alive, memory) in list(_given.items()):
        fits = memory.dtype == dtype and size <= memory.size <= 2 * size
        if fits and alive() is None and _given.pop(key, None):  # None: another thread took it
            return _lend(memory, shape)
    memory = np.empty(size, dtype)
    held = memory.nbytes + sum(m.nbytes for _, m in list(_given.values()))
    for key, (alive, old) in list(_given.items()):
        if held > _LIMIT and alive() is None and _given.pop(key, None):
            held -= old.nbytes
    return _lend(memory, shape) if held <= _LIMIT else _aligned(memory, shape)


def keep_freed_pages() -> None:
    """Let the C library (glibc) keep the memory of large arrays when they are freed: to get it again costs more than to compute with it.

    It keeps what is no larger than the largest block that was ever freed, up to 32 MB: so one of that size is asked for, never touched
    (which costs no memory), and freed. Called once, at import. What it buys: benchmarks/RESULTS.md.
    """
    np.empty((32 << 20) - (1 << 16), np.uint8)
