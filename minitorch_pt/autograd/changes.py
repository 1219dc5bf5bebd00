"""In-place changes, counted by the memory that they change. Nothing is paid until one happens: `last_change` says whether a node need be looked at."""

from __future__ import annotations

import functools
import itertools
import weakref
from typing import Any

import numpy as np

from ..arrays.storage import apart, owner

clock = itertools.count(1)  # one numbering for nodes and in-place changes: it tells which came first
last_change = 0
_changes: dict[int, tuple] = {}  # id of an array that owns memory -> weak reference, [time of last change, how many]


def changed(array: np.ndarray, times: int = 1) -> None:
    """Announce that the values of an array were changed in place, or will be at once; `times`: by so many of torch's operations."""
    global last_change
    _, counts = _changes.get(id(array)) or _entry(owner(array))
    counts[0] = last_change = next(clock)
    counts[1] += times


def _entry(root: np.ndarray, counts: list | None = None) -> tuple:
    key = id(root)
    if counts is not None or key not in _changes:
        # no lambda: a Ctrl-C in Python code that runs at the death of an array would be lost
        _changes[key] = weakref.ref(root, functools.partial(_changes.pop, key)), counts or [0, 0]
    return _changes[key]


def exchange(tensor: Any, data: np.ndarray) -> None:
    """Let a tensor show other memory. Its changes count as those of what it showed before, and not for others that show the new one."""
    if data is not tensor._data:
        data = apart(data)
        _entry(owner(data), _entry(owner(tensor._data))[1])
        tensor._data = data


def changed_since(array: np.ndarray, time: int) -> bool:
    """Whether the memory of `array` was changed in place after `time`, which `last_change` told."""
    entry = _changes.get(id(owner(array)))
    return entry is not None and entry[1][0] > time


def version(array: np.ndarray) -> int:
    """How often the memory of `array` was changed in place."""
    entry = _changes.get(id(owner(array)))
    return entry[1][1] if entry else 0
