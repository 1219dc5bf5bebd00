"""How files are read and written, as programs set it for all calls to come: the order of bytes, memory maps, and whether numbers are left out."""

from __future__ import annotations

import mmap
import threading
from enum import Enum
from typing import Any

__all__ = [
    "LoadEndianness", "get_crc32_options", "get_default_load_endianness", "get_default_mmap_options", "order_of_old_files", "set_crc32_options",
    "set_default_load_endianness", "set_default_mmap_options", "shares", "skip_data", "skipping",
]  # fmt: skip

_PRIVATE, _SHARED = getattr(mmap, "MAP_PRIVATE", 2), getattr(mmap, "MAP_SHARED", 1)


class LoadEndianness(Enum):
    """The order of bytes in files that do not tell theirs."""

    NATIVE = 1
    LITTLE = 2
    BIG = 3


class _Switches:
    endianness: LoadEndianness | None = None
    counts = True
    mapping = _PRIVATE


class _PerThread(threading.local):
    skips = False


_switches, _thread = _Switches(), _PerThread()


def get_default_load_endianness() -> LoadEndianness | None:
    """The order of bytes in files that do not tell theirs, as newer ones do; None for little."""
    return _switches.endianness


def set_default_load_endianness(endianness: LoadEndianness | None) -> None:
    """Set what `get_default_load_endianness` gives.

    Raises:
        TypeError: something else than a LoadEndianness, or None.
    """
    if not (endianness is None or isinstance(endianness, LoadEndianness)):
        raise TypeError(
            f"Invalid argument type in function set_default_load_endianness: a LoadEndianness or None, not {type(endianness).__name__}"
        )
    _switches.endianness = endianness


def order_of_old_files(native: bytes) -> bytes:
    """The order of bytes of a file that does not tell, where that of this computer is `native`."""
    orders = {LoadEndianness.NATIVE: native, LoadEndianness.BIG: b"big"}
    return orders.get(_switches.endianness, b"little")  # type: ignore[arg-type]


def get_crc32_options() -> bool:
    """Whether checksums are asked for in files."""
    return _switches.counts


def set_crc32_options(compute_crc32: bool) -> None:
    """Set what `get_crc32_options` gives. `save` writes checksums in any case: they find damage, and cost little beside the writing."""
    _switches.counts = compute_crc32


def get_default_mmap_options() -> int:
    """What load(mmap=True) does with changes of tensors: mmap.MAP_PRIVATE, they stay in memory, or mmap.MAP_SHARED, they reach the file.

    The checksums in a file so changed are those of before: it is loaded with mmap=True again, which does not look at them.
    """
    return _switches.mapping


def shares() -> bool:
    """Whether changes of tensors in a memory map reach the file."""
    return _switches.mapping == _SHARED


class set_default_mmap_options:
    """Set what `get_default_mmap_options` gives; with `with`, for a block.

    Raises:
        ValueError: another number than mmap.MAP_PRIVATE and mmap.MAP_SHARED.
    """

    def __init__(self, flags: int) -> None:
        if flags not in (_PRIVATE, _SHARED):
            raise ValueError(
                f"Invalid argument in function set_default_mmap_options, expected mmap.MAP_PRIVATE or mmap.MAP_SHARED, but got {flags}"
            )
        self.prev, _switches.mapping = _switches.mapping, flags

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: object) -> None:
        _switches.mapping = self.prev


class skip_data:
    """A block in which `save` leaves room for the numbers of tensors in place of them, and `load` does not read them.

    What it loads has the right shapes and types, and no right numbers.
    """

    def __init__(self, materialize_fake_tensors: bool = False) -> None:
        self.materialize_fake_tensors = materialize_fake_tensors  # there are none

    def __enter__(self) -> None:
        self._before, _thread.skips = _thread.skips, True

    def __exit__(self, type: Any, value: Any, tb: Any) -> None:
        _thread.skips = self._before


def skipping() -> bool:
    """Whether this is within `skip_data`."""
    return _thread.skips
