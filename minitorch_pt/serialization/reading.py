"""load: what is in a file."""

from __future__ import annotations

import mmap as memory_map
import os
import pickle
import pickletools
import sys
from collections.abc import Callable
from typing import Any, BinaryIO, TypeAlias

import numpy as np

from ..tensors.device import device, on_cpu
from . import legacy
from .archive import Archive, size_of
from .machine import Machine
from .names import Storage, StorageType, known, modern, ours, plain, user_allowed
from .switches import order_of_old_files, shares, skipping

__all__ = ["FILE_LIKE", "MAP_LOCATION", "get_unsafe_globals_in_checkpoint", "load"]

# what programs call the types of load's arguments
FILE_LIKE: TypeAlias = str | os.PathLike[str] | BinaryIO
MAP_LOCATION: TypeAlias = Callable[[Any, str], Any] | device | str | dict[str, str] | None


def load(
    f: FILE_LIKE,
    map_location: MAP_LOCATION = None,
    pickle_module: Any = None,
    *,
    weights_only: bool | None = None,
    mmap: bool | None = None,
    encoding: str = "utf-8",
) -> Any:
    """Read what `save`, or torch.save of PyTorch, wrote to a path or an open binary file.

    An open file is read from where it stands, and stands behind what was read: several saves in one file are loaded one after another.
    A path that ends in .safetensors is read by that library.

    map_location: where storages go that the file says were elsewhere: "cpu", a dictionary that leads there, or a function of the
        storage and its place that gives it back.
    pickle_module: `pickle`, no other; given, it stands for weights_only=False.
    weights_only: refuse what could run code, unless it is False: that loads whole models, and any other object, from files that you trust.
    mmap: leave the numbers in the file, which must be a path, and read them when they are needed; changes of them do not reach it, unless
        `torch.serialization.set_default_mmap_options` says so.
    encoding: of texts in files that Python 2 wrote, loaded with weights_only=False: "latin1", or "bytes" to leave them.

    Raises:
        NotImplementedError: another pickle_module.
        UnpicklingError: not a file of `save`, or one that holds more than tensors and containers. RuntimeError: a damaged file, an unknown
        type of elements, another device than the CPU. FileNotFoundError: no such file. EOFError: an empty one. ValueError: mmap of no path.

    >>> import io
    >>> file = io.BytesIO()
    >>> torch.save({"step": 3, "weight": torch.ones(2)}, file)
    >>> _ = file.seek(0)
    >>> torch.load(file)
    {'step': 3, 'weight': tensor([1., 1.])}
    """
    if pickle_module is not None:
        plain(pickle_module)
        if weights_only:
            raise RuntimeError("Can not safely load weights when explicit pickle_module is specified")
        weights_only = False
    trusted = weights_only is not None and not weights_only
    if isinstance(f, (str, os.PathLike)):
        if os.fspath(f).endswith(".safetensors"):
            from ..utils.safetensors import load_file

            return load_file(f, "cpu" if map_location is None else map_location)
        with open(f, "r+b" if mmap and shares() else "rb") as file:
            return _Reading(file, map_location, trusted, bool(mmap), encoding).load()
    if mmap:
        raise ValueError("f must be a file path in order to use the mmap argument")
    if not hasattr(f, "seek"):
        raise AttributeError(f"load() takes a path or an open binary file, not {type(f).__name__}")
    return _Reading(f, map_location, trusted, False, encoding).load()


class _Reading:
    """One call of `load`: the file, how it is to be read, and the storages that were found in it."""

    def __init__(self, file: BinaryIO, map_location: Any, trusted: bool, mapped: bool, encoding: str) -> None:
        self._file, self._map_location, self._trusted, self._mapped = file, map_location, trusted, mapped
        self._encoding = encoding
        self._storages: dict[str, Storage] = {}

    def load(self) -> Any:
        start = self._file.tell()
        first = self._file.read(4)
        self._file.seek(start)
        if not first:
            raise EOFError("Ran out of input: the file is empty, or read to its end")
        if first == b"PK\x03\x04":
            return self._archive()
        if first[:1] != pickle.PROTO:
            raise pickle.UnpicklingError(
                f"{getattr(self._file, 'name', 'the file')!r} is not a file of torch.save: it begins with {first!r}, neither as a zip archive nor as a pickle"
            )
        if self._mapped:
            raise RuntimeError(
                "mmap can only be used with zip archives; save it again without _use_new_zipfile_serialization=False"
            )
        return self._legacy()

    def _unpickled(self, file: BinaryIO, persistent_load: Callable) -> Any:
        """What the pickle at which a file stands makes."""
        if self._trusted:
            unpickler = _Trusting(file, encoding=self._encoding)
            unpickler.persistent_load = persistent_load  # type: ignore[method-assign]
            return unpickler.load()
        return Machine(file, size_of(file), persistent_load).load()

    # -- storages ------------------------------------------------------------------------------------------------------
    def _storage(self, pid: Any, made: Callable[[str, np.dtype, int], np.ndarray]) -> Storage:
        """The storage that a pickle refers to; `made` gives the memory of a name that was not met before."""
        if not isinstance(pid, tuple) or len(pid) != 5 or type(pid[0]) is not str or pid[0] != "storage":
            raise pickle.UnpicklingError("the file is damaged: it refers to something else; only storages are known")
        _, kind, key, place, count = pid
        if not isinstance(kind, StorageType) or type(key) is not str or type(place) is not str:
            raise pickle.UnpicklingError("the file is damaged: a storage must have a type, a name and a place")
        if type(count) is not int or count < 0:
            raise RuntimeError("the file is damaged: the length of a storage must be a whole number, not negative")
        storage = self._storages.get(key)
        if storage is None:
            storage = self._storages[key] = Storage(made(key, kind.dtype, count), key)
            self._check_place(storage, place)
        if storage.memory.dtype != kind.dtype or storage.memory.size != count:
            raise RuntimeError(
                f"the file is damaged: the storage {key[:80]!r} has {storage.memory.size} elements of {storage.memory.dtype}, and not the {count} of {kind.dtype} that a tensor claims"
            )
        return storage

    def _check_place(self, storage: Storage, saved: str) -> None:
        """Refuse a storage of another device, unless `map_location` leads from there to the CPU."""
        where = self._map_location
        if isinstance(where, dict):
            place = where.get(saved, saved)
        elif callable(where):
            place = where(storage, saved)
            if place is storage:
                return
            if place is not None:
                raise TypeError(f"map_location must give the storage back, or None, not a {type(place).__name__}")
            place = saved
        else:
            place = saved if where is None else where
        if str(place) != "cpu":
            on_cpu(place)  # says what it is, if it is one
            raise RuntimeError(
                f"don't know how to restore data location {str(place)[:80]!r} of a storage that was saved on {saved[:80]!r}; load it with map_location='cpu'"
            )

    # -- the two formats -----------------------------------------------------------------------------------------------
    def _archive(self) -> Any:
        archive = Archive(self._file)
        version = archive.read("version").tobytes().strip()
        if not version.isdigit() or not 1 <= int(version[:9]) <= 10:
            raise RuntimeError(f"the file is of version {version[:20]!r} of torch's format; 1 to 10 are known")
        if "constants.pkl" in archive:
            raise RuntimeError(
                "the file is a TorchScript archive, a program of torch.jit; save the model's state_dict() instead"
            )
        order = (
            archive.read("byteorder").tobytes()
            if "byteorder" in archive
            else order_of_old_files(sys.byteorder.encode())
        )
        if order not in (b"little", b"big"):
            raise RuntimeError(f"Unknown endianness type: {order[:20]!r}; b'little' and b'big' are known")
        swapped = order.decode() != sys.byteorder
        access = memory_map.ACCESS_WRITE if shares() else memory_map.ACCESS_COPY  # changes stay in memory
        whole = memory_map.mmap(self._file.fileno(), 0, access=access) if self._mapped else None
        skips = skipping()

        def made(key: str, dtype: np.dtype, count: int) -> np.ndarray:
            first, length = archive.place(f"data/{key}")
            if length != count * dtype.itemsize:
                raise RuntimeError(
                    f"the file is damaged: the storage {key!r} claims {count} elements of {dtype}, and its record has {length} bytes"
                )
            if skips:
                return np.zeros(count, dtype)
            if whole and length:
                memory = np.frombuffer(whole, dtype, count, first)
            else:
                memory = archive.read(f"data/{key}", dtype)
            return memory.byteswap() if swapped else memory

        result = self._unpickled(archive.stream("data.pkl"), lambda pid: self._storage(pid, made))
        self._file.seek(archive.end)
        return result

    def _legacy(self) -> Any:
        claims = size_of(self._file)  # the bytes that storages can have at most

        def made(key: str, dtype: np.dtype, count: int) -> np.ndarray:
            nonlocal claims
            claims -= count * dtype.itemsize
            if claims < 0:
                raise RuntimeError("the file is damaged: its storages claim more bytes than it has")
            return np.zeros(count, dtype)

        def persistent_load(pid: Any) -> Any:
            if self._trusted and pid[0] == "module":  # the class of a layer, with its source
                return pid[1]
            *reference, view = pid
            if view is not None:
                raise RuntimeError(
                    "the file is of a torch before 0.4, with views of storages; save it again with a newer one"
                )
            return self._storage(tuple(reference), made)

        return legacy.load(self._file, self._unpickled, persistent_load, self._storages)


def get_unsafe_globals_in_checkpoint(f: FILE_LIKE) -> list[str]:
    """The functions and classes that a file calls and that load(weights_only=True) refuses, by their names.

    Raises:
        ValueError: the file is not of torch.save, or of the format before 2020.

    >>> import io
    >>> file = io.BytesIO()
    >>> torch.save(nn.ReLU(), file)
    >>> _ = file.seek(0)
    >>> torch.serialization.get_unsafe_globals_in_checkpoint(file)
    ['torch.nn.modules.activation.ReLU']
    """
    if isinstance(f, (str, os.PathLike)):
        with open(f, "rb") as file:
            return get_unsafe_globals_in_checkpoint(file)
    start = f.tell()
    if f.read(4) != b"PK\x03\x04":
        raise ValueError("Expected input to be a checkpoint returned by torch.save")
    f.seek(start)
    archive = Archive(f)
    if "constants.pkl" in archive:
        raise ValueError("Expected input to be a checkpoint returned by torch.save but got a torchscript checkpoint")
    steps = pickletools.genops(archive.stream("data.pkl"))
    called = dict.fromkeys(tuple(str(value).split(" ", 1)) for step, value, _ in steps if step.name == "GLOBAL")
    allowed = user_allowed()
    paths = {".".join(modern(*name)): name for name in called if known(*name) is None}
    return [path for path in paths if path not in allowed]


class _Trusting(pickle.Unpickler):
    """Python's own machine, with torch's names: it calls whatever a file says."""

    def find_class(self, module: str, name: str) -> Any:
        found = known(module, name)
        return super().find_class(*ours(module, name)) if found is None else found
