"""How many threads compute: NumPy's library for products is the only part that uses several."""

from __future__ import annotations

import ctypes
import functools
import importlib
import os
import warnings
from collections.abc import Callable
from numbers import Integral
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["get_num_interop_threads", "get_num_threads", "set_num_interop_threads", "set_num_threads"]

# what OpenBLAS calls its functions in NumPy's own wheels, and elsewhere
_NAMES = [f"{before}openblas_%s_num_threads{after}" for before in ("scipy_", "") for after in ("64_", "")]
_CORES = os.cpu_count() or 1
_between: list[int] = []  # what `set_num_interop_threads` was told


@functools.cache
def _products() -> tuple[Callable[[], int], Callable[[int], object]] | None:
    """The functions that tell and set the number of NumPy's library for products; None if it has none that are known."""
    try:
        found: list = (
            importlib.import_module("threadpoolctl").ThreadpoolController().select(user_api="blas").lib_controllers
        )
    except ImportError:
        found = []
    if found:
        return found[0].get_num_threads, lambda n: [library.set_num_threads(n) for library in found]
    for folder in (Path(np.__file__).parent.with_name("numpy.libs"), Path(np.__file__).parent / ".dylibs"):
        for path in folder.glob("*openblas*"):  # which the wheels of NumPy bring with them, and which it has loaded
            library = ctypes.CDLL(str(path))
            for name in _NAMES:
                if hasattr(library, name % "set"):
                    return getattr(library, name % "get"), getattr(library, name % "set")
    return None


def _checked(function: str, number: Any) -> int:
    if not isinstance(number, Integral) or isinstance(number, bool):
        raise RuntimeError(f"{function} expects an int, but got {type(number).__name__}")
    count = int(number)
    if count < 1:
        raise RuntimeError(f"{function} expects a positive integer, got {count}")
    if count > 2**31 - 1:
        raise ValueError(f"{function}: Overflow: {count} threads are more than a C int can count")
    return count


def set_num_threads(int: int, /) -> None:
    """Let NumPy's products run in that many threads; the rest runs in one. Networks as small as a learner builds are fastest with one.

    The library of NumPy's products is told by threadpoolctl where that is installed, else by OpenBLAS's own function in the copy that
    NumPy's wheels bring with them. Where neither is there, a warning says so and nothing changes. OMP_NUM_THREADS=1 before the program
    starts does the same.

    Raises:
        RuntimeError: not a positive whole number.

    >>> torch.set_num_threads(1)
    >>> torch.get_num_threads()
    1
    """
    number = _checked("set_num_threads", int)
    if _products() is None:
        warnings.warn(
            "The library of NumPy's products cannot be told how many threads to use: install threadpoolctl, or set OMP_NUM_THREADS before the program starts.",
            stacklevel=2,
        )
    else:
        _products()[1](number)  # type: ignore[index]


def get_num_threads() -> int:
    """The number of threads of NumPy's products, as its library tells it; that of the machine's cores where it cannot be asked.

    >>> torch.get_num_threads() >= 1
    True
    """
    functions = _products()
    return _CORES if functions is None else functions[0]()


def set_num_interop_threads(int: int, /) -> None:
    """Remember a number, once, as torch does. Operations never run beside each other here.

    Raises:
        RuntimeError: not a positive whole number, or it was called before.

    >>> torch.get_num_interop_threads() >= 1  # it can be set once, at the start of a program
    True
    """
    number = _checked("set_num_interop_threads", int)
    if _between:
        raise RuntimeError(
            "cannot set number of interop threads after parallel work has started or set_num_interop_threads called"
        )
    _between.append(number)


def get_num_interop_threads() -> int:
    """What `set_num_interop_threads` was told, or the number of the machine's cores.

    >>> torch.get_num_interop_threads() >= 1
    True
    """
    return _between[0] if _between else _CORES
