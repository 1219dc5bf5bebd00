"""save: how a file is made, and how it takes the place of an older one."""

from __future__ import annotations

import io
import os
import pickle
import pickletools
import stat
import struct
import sys
import threading
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from types import FunctionType
from typing import Any, BinaryIO

import numpy as np

from ..arrays.formats import layout
from ..arrays.storage import memory as memory_of
from ..nn.parameter import Parameter
from ..sparse.tensor import SparseTensor
from ..tensors.tensor import Tensor, wrap
from . import legacy
from .names import REBUILDS, Storage, described, get_layout, of_torch, plain, storage_type
from .switches import skipping

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

__all__ = ["save"]

_TENSOR, _PARAMETER, _SPARSE, _FROM_TYPE = (
    REBUILDS[f"torch.{name}"]
    for name in (
        "_utils._rebuild_tensor_v2",
        "_utils._rebuild_parameter",
        "_utils._rebuild_sparse_tensor",
        "_tensor._rebuild_from_type_v2",
    )
)
_ROUND = 64  # where storages begin, so that a file that is mapped into memory serves as it is


def save(
    obj: Any,
    f: Any,
    pickle_module: Any = pickle,
    pickle_protocol: int = 2,
    _use_new_zipfile_serialization: bool = True,
) -> None:
    """Write tensors, and dictionaries, lists, numbers, texts and other objects that hold them, to a path or an open binary file.

    torch.load of PyTorch reads the file too. A path is written beside and then renamed: an interrupted save leaves the old file as
    it was, and of several at once one is last. Pipes, devices and files of several names are written into.

    pickle_module, pickle_protocol: `pickle`, no other; protocol 2, which all read, is written whatever is asked.
    _use_new_zipfile_serialization: False writes the format before 2020.

    Raises:
        NotImplementedError: another pickle_module.
        PicklingError, AttributeError, TypeError: an object that cannot be pickled is in it: a lambda, an open file.
        RuntimeError: the path is a directory, in none, not the user's to write, or the disk is full.

    >>> import io
    >>> file = io.BytesIO()
    >>> torch.save({"weight": torch.ones(2)}, file)
    >>> torch.load(io.BytesIO(file.getvalue()))
    {'weight': tensor([1., 1.])}
    """
    plain(pickle_module)
    old = not _use_new_zipfile_serialization
    if hasattr(f, "write"):
        return _write(*_pickled(obj, old), f, "archive", old)
    if not isinstance(f, (str, os.PathLike)):
        raise AttributeError(
            f"expected 'f' to be string, path, or a file-like object with a 'write' attribute, not {type(f).__name__}"
        )
    target = Path(f).resolve()  # a link stays one
    if not target.parent.is_dir() or target.is_dir():
        raise RuntimeError(
            f"cannot write {f}: "
            + ("it is a directory" if target.is_dir() else f"parent directory {target.parent} does not exist")
        )
    pickled, storages = _pickled(obj, old)
    title = target.stem if target.stem.isascii() else "archive"
    try:
        with _replacing(target) as file:
            _write(pickled, storages, file, title, old)
    except OSError as error:
        raise RuntimeError(f"cannot write {f}: {error}") from error


# ---------------------------------------------------------------------------------------------------------------------
# The pickle
# ---------------------------------------------------------------------------------------------------------------------
class _Pickler(pickle.Pickler):
    """Python's own, which asks what to write for each object: a tensor is a call, a storage a reference to its bytes."""

    def __init__(self, file: Any, old: bool) -> None:
        super().__init__(file, protocol=2)  # torch's
        self._old = old
        self.storages: dict[tuple, Storage] = {}

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, Tensor):
            return self._tensor(obj)
        if isinstance(obj, layout):
            return get_layout, (repr(obj),)
        name = getattr(obj, "__name__", "")
        if isinstance(obj, FunctionType) and getattr(Tensor, name, None) is obj:
            return getattr, (Tensor, name)  # a method, whatever function of the module has its name
        return NotImplemented

    def _tensor(self, tensor: Tensor) -> tuple:
        function: Callable
        args: tuple
        if isinstance(tensor, SparseTensor):
            parts = tensor._indices(), tensor._values(), tensor.shape, tensor.is_coalesced()
            return _SPARSE, (tensor.layout, parts)
        if issubclass(type(tensor), Parameter):
            function, args = _PARAMETER, (wrap(tensor._data), tensor.requires_grad, OrderedDict())
        else:
            data = tensor._data
            memory = memory_of(data)
            if not (memory.flags.c_contiguous or memory.flags.f_contiguous) or memory.dtype != data.dtype:
                memory = data = np.ascontiguousarray(data)
            key = (memory.ctypes.data, memory.nbytes, data.dtype)
            if key not in self.storages:
                # its elements as they lie in memory, whatever its axes; kept alive, so that no other takes its address
                self.storages[key] = Storage(memory.ravel(order="K"), str(len(self.storages)))
            step = data.itemsize
            offset = (data.ctypes.data - memory.ctypes.data) // step if data.size else 0
            strides = tuple(s // step for s in data.strides)
            function = _TENSOR
            args = (self.storages[key], offset, data.shape, strides, tensor.requires_grad, OrderedDict())
        kind, attributes = described(tensor)
        if attributes or kind not in (Tensor, Parameter):
            return _FROM_TYPE, (function, kind, args, attributes)
        return function, args

    def persistent_id(self, obj: Any) -> Any:
        if not isinstance(obj, Storage):
            return None
        reference = "storage", storage_type(obj.memory), obj.key, "cpu", obj.memory.size
        return (*reference, None) if self._old else reference


def _pickled(obj: Any, old: bool) -> tuple[bytes, list[Storage]]:
    """The pickle of an object, with torch's names in the place of ours, and the storages that it refers to."""
    text = io.BytesIO()
    pickler = _Pickler(text, old)
    pickler.dump(obj)
    pickled, parts, done = text.getvalue(), [], 0
    for instruction, _, place in pickletools.genops(pickled):
        if instruction.name == "GLOBAL" and place is not None:
            parts.append(pickled[done:place])
            done = pickled.index(b"\n", pickled.index(b"\n", place) + 1) + 1
            module, name = of_torch(*pickled[place + 1 : done - 1].decode().split("\n"))
            parts.append(f"c{module}\n{name}\n".encode())
    return b"".join([*parts, pickled[done:]]), list(pickler.storages.values())


# ---------------------------------------------------------------------------------------------------------------------
# The file
# ---------------------------------------------------------------------------------------------------------------------
def _write(pickled: bytes, storages: list[Storage], file: Any, title: str, old: bool) -> None:
    stream = _Stream(file)
    if old and skipping():
        raise RuntimeError("Cannot use skip_data=True with _use_new_zipfile_serialization=False")
    if old:
        return legacy.save(pickled, storages, stream)
    with zipfile.ZipFile(stream, "w") as archive:  # type: ignore[call-overload]  # stored as they are: weights do not compress

        def record(name: str, content: Any) -> None:
            """Write a record, whose content begins at a round address: a field of the header fills up to there."""
            entry = zipfile.ZipInfo(f"{title}/{name}")
            filling = -(stream.place + 30 + len(entry.filename) + 4) % _ROUND
            entry.extra = struct.pack("<2sH", b"FB", filling) + b"Z" * filling
            archive.writestr(entry, content)

        record("data.pkl", pickled)
        record("byteorder", sys.byteorder.encode())
        for storage in storages:
            record(
                f"data/{storage.key}",
                bytes(storage.memory.nbytes) if skipping() else storage.memory.view(np.uint8).data,
            )
        record("version", b"3\n")


class _Stream:
    """All that a zip archive needs to be written: pipes have no more, and its addresses count from here, as torch's do."""

    def __init__(self, file: Any) -> None:
        self._file, self.place = file, 0

    def write(self, data: Any) -> int:
        rest = memoryview(data).cast("B")
        length = len(rest)
        self.place += length
        while rest:  # a file without a buffer may take less
            taken = self._file.write(rest)
            rest = rest[len(rest) if taken is None else taken :]
        return length

    def flush(self) -> None:
        if hasattr(self._file, "flush"):
            self._file.flush()


# ---------------------------------------------------------------------------------------------------------------------
# The place
# ---------------------------------------------------------------------------------------------------------------------
@contextmanager
def _replacing(target: Path) -> Iterator[Any]:
    """A file to write into, which takes the target's place when all is written."""
    old = _stat(target)
    if old and (
        not stat.S_ISREG(old.st_mode)
        or old.st_nlink > 1
        or not os.access(target, os.W_OK)
        or not os.access(target.parent, os.W_OK)
    ):
        # it keeps its place: a pipe, a device, a file of several names or in a directory of others
        with target.open("wb") as place:
            yield place
        return
    beside = target.with_name(f".{blake2b(os.fsencode(target.name), digest_size=8).hexdigest()}.saving")
    if fcntl is None:  # no locks: each save by itself
        beside = beside.with_suffix(f".{os.getpid()}-{threading.get_ident()}.saving")
    file = _locked(beside)
    try:
        if old:
            with suppress(OSError, AttributeError):  # only root may give files away, and Windows has no owners
                os.chown(beside, old.st_uid, old.st_gid)
            beside.chmod(stat.S_IMODE(old.st_mode))
        yield file
        file.flush()
        if fcntl is None:
            file.close()
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    finally:
        file.close()


def _locked(path: Path) -> BinaryIO:
    """An empty file, which other saves to the same place wait for; what a save that was killed has left there is lost."""

    def create(name: str, flags: int) -> int:
        return os.open(name, flags | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)

    while True:
        file = open(path, "r+b", opener=create)  # noqa: SIM115
        if fcntl:
            with suppress(OSError):  # some network disks know no locks
                fcntl.flock(file, fcntl.LOCK_EX)
        there = _stat(path)
        if there and os.path.samestat(os.fstat(file.fileno()), there):
            file.truncate(0)
            return file
        file.close()  # it was another's, which has meanwhile been renamed


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None
