"""The format before 2020: four pickles one after another, and then the storages.

0x1950a86a20f9469cfc6c      a pickled number, by which the file is known
1001                        the version of the format
{"little_endian": True, ...}
what was saved, in which a tensor refers to its storage by a name
["94129", "94352", ...]     the names, in the order in which their storages follow
2, and then the bytes of the first storage, which has two elements; ...
"""

from __future__ import annotations

import pickle
import struct
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

import numpy as np

from .archive import filled
from .names import Storage, later

__all__ = ["load", "save"]

_MAGIC, _VERSION = 0x1950A86A20F9469CFC6C, 1001


def load(file: BinaryIO, unpickled: Callable, persistent_load: Callable, storages: dict[str, Storage]) -> Any:
    """Read what begins where a file stands; `unpickled` runs a pickle, and puts what it refers to into `storages`.

    Raises:
        RuntimeError: it is damaged, or of another version.
    """

    def refuse(pid: object) -> Any:
        raise pickle.UnpicklingError("Weights only load failed: the file is damaged: a storage where none can be")

    for expected in (_MAGIC, _VERSION):
        found = unpickled(file, refuse)
        if type(found) is not int or found != expected:
            raise RuntimeError("Invalid magic number, or version; corrupt file? It is not one of torch.save")
    unpickled(file, refuse)  # what machine wrote it; the storages are little-endian all the same
    later.steps = []
    try:
        result = unpickled(file, persistent_load)
    finally:
        steps, later.steps = later.steps, None
    keys = unpickled(file, refuse)
    if not isinstance(keys, list) or not all(type(key) is str for key in keys) or sorted(keys) != sorted(storages):
        raise RuntimeError("the file is damaged: it has not just the storages that its tensors look into")
    for key in keys:
        memory = storages[key].memory
        if file.read(8) != struct.pack("<q", memory.size) or not filled(file, memory):
            raise RuntimeError(
                f"the file is damaged: it ends before the {memory.size} elements of its storage {key[:80]!r}"
            )
        if sys.byteorder == "big":
            memory.byteswap(inplace=True)
    for step in steps:
        step()
    return result


def save(pickled: bytes, storages: list[Storage], file: Any) -> None:
    """Write a pickle, and the storages that it refers to, to an open file."""
    machine = {
        "protocol_version": _VERSION,
        "little_endian": sys.byteorder == "little",
        "type_sizes": {"short": 2, "int": 4, "long": 4},
    }
    for thing in (_MAGIC, _VERSION, machine):
        file.write(pickle.dumps(thing, protocol=2))
    file.write(pickled)
    file.write(pickle.dumps([storage.key for storage in storages], protocol=2))
    for storage in storages:
        file.write(struct.pack("<q", storage.memory.size))
        file.write(storage.memory.astype(storage.memory.dtype.newbyteorder("<"), copy=False).view(np.uint8).data)
