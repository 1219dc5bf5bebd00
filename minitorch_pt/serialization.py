"""save and load: files of torch's own format, which torch reads and writes too.

A file is a zip archive. `data.pkl` is a pickle that names each tensor by a function to call, `torch._utils._rebuild_tensor_v2`, and
where its memory is kept: `data/0`, `data/1`, ... hold the plain bytes. Tensors that share memory share it again after loading.

A pickle may name any function to call, and so run any code. `load` knows those few that build tensors and containers, and refuses
the rest, unless `weights_only=False` says that the file is trusted.
"""

from __future__ import annotations

import io
import os
import pickle
import sys
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np

from . import dtypes
from .conversion import _rebuild
from .device import device, on_cpu
from .nn.parameter import Buffer, Parameter
from .size import Size
from .storage import memory as memory_of
from .tensor import Tensor, wrap

__all__ = ["load", "save"]


class _Storage:
    """The memory that one or more tensors look into, as a row of elements; `place` is its name in the archive."""

    def __init__(self, memory: np.ndarray, place: str) -> None:
        self.memory, self.place = memory, place


# ---------------------------------------------------------------------------------------------------------------------
# What a file may call: torch's names, and what they are here
# ---------------------------------------------------------------------------------------------------------------------
def _rebuild_tensor_v2(
    storage: _Storage,
    storage_offset: int,
    size: tuple,
    stride: tuple,
    requires_grad: bool,
    backward_hooks: Any,
    metadata: Any = None,
) -> Tensor:
    """A tensor from its memory."""
    memory = storage.memory
    strides = [s * memory.itemsize for s in stride]
    try:
        data = (
            np.ndarray(size, memory.dtype, memory, storage_offset * memory.itemsize, strides)
            if 0 not in size
            else np.empty(size, memory.dtype)
        )
    except (TypeError, ValueError) as error:
        raise RuntimeError(f"the file is damaged: a tensor of shape {tuple(size)} and strides {tuple(stride)} from element {storage_offset} "
                           f"on does not fit into its storage of {memory.size} elements: {error}") from None  # fmt: skip
    return wrap(data, requires_grad)


def _rebuild_parameter(data: Tensor, requires_grad: bool, backward_hooks: Any) -> Parameter:
    return Parameter(data, requires_grad)


def _rebuild_from_type_v2(function: Callable, kind: type, args: tuple, state: dict) -> Tensor:
    """A tensor of the user's own class, or with attributes that the user has set on it."""
    tensor = function(*args)
    return _rebuild(kind, tensor._data, tensor.requires_grad, state)


_FUNCTIONS: dict[tuple[str, str], Any] = {
    ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor_v2,
    ("torch._utils", "_rebuild_parameter"): _rebuild_parameter,
    ("torch._tensor", "_rebuild_from_type_v2"): _rebuild_from_type_v2,
    ("torch", "Size"): Size,
    ("torch", "device"): device,
    ("torch", "Tensor"): Tensor,
    ("torch.nn.parameter", "Parameter"): Parameter,
    ("torch.nn.parameter", "Buffer"): Buffer,
}
_PLAIN = {("collections", "OrderedDict"): OrderedDict, ("builtins", "set"): set, ("__builtin__", "set"): set,
          ("_codecs", "encode"): lambda text, coding="latin1": text.encode(coding)}  # fmt: skip
# dtypes, and the classes of storages, which stand for the type of their elements
_TYPES = {("torch", name): getattr(dtypes, name) for name in dtypes.TITLES}
_STORAGES = {("torch", f"{title}Storage"): np.dtype(name) for name, title in dtypes.TITLES.items()}
_NAMES = {id(thing): name for name, thing in {**_FUNCTIONS, **_TYPES, **_STORAGES}.items()}


# ---------------------------------------------------------------------------------------------------------------------
# save
# ---------------------------------------------------------------------------------------------------------------------
# those of the standard library that are written in Python: they let us write names of torch's, which is not imported,
# and refuse what a file may not do
_PythonPickler: Any = pickle._Pickler
_PythonUnpickler: Any = pickle._Unpickler


class _Pickler(_PythonPickler):
    dispatch = dict(_PythonPickler.dispatch)

    def __init__(self, file: Any) -> None:
        super().__init__(file, protocol=2)  # torch's
        self.storages: dict[tuple, _Storage] = {}

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, Tensor):
            return self._tensor(obj)
        if isinstance(obj, np.dtype) and id(obj) in _NAMES:
            return "storage"  # save_global finds its name
        return NotImplemented

    def _tensor(self, tensor: Tensor) -> tuple:
        function: Callable
        args: tuple
        if isinstance(tensor, Parameter):
            function, args = _rebuild_parameter, (wrap(tensor._data), tensor.requires_grad, OrderedDict())
        else:
            data = tensor._data
            memory = memory_of(data)
            if not (memory.flags.c_contiguous or memory.flags.f_contiguous) or memory.dtype != data.dtype:
                memory = data = np.ascontiguousarray(data)
            key = (memory.ctypes.data, memory.nbytes, data.dtype)
            if key not in self.storages:
                # its elements as they lie in memory, whatever its axes; kept alive, so that no other takes its address
                self.storages[key] = _Storage(memory.ravel(order="K"), str(len(self.storages)))
            step = data.itemsize
            offset = (data.ctypes.data - memory.ctypes.data) // step if data.size else 0
            strides = tuple(s // step for s in data.strides)
            function = _rebuild_tensor_v2
            args = (self.storages[key], offset, data.shape, strides, tensor.requires_grad, OrderedDict())
        attributes = tensor._attributes()
        if attributes or type(tensor) not in (Tensor, Parameter):
            return _rebuild_from_type_v2, (function, type(tensor), args, attributes)
        return function, args

    def persistent_id(self, obj: Any) -> Any:
        if isinstance(obj, _Storage):
            return "storage", obj.memory.dtype, obj.place, "cpu", obj.memory.size
        return None

    def save_global(self, obj: Any, name: str | None = None) -> None:
        module, title = _NAMES.get(id(obj), (getattr(obj, "__module__", "") or "", ""))
        if not title and module.partition(".")[0] == __package__:  # ours: the file calls it by torch's name
            title = name or obj.__qualname__
            if "." in title:  # a method, which is found in its class
                return super().save_global(obj, title)
            module = f"torch{module[len(__package__) :]}"
        if title:
            self.write(pickle.GLOBAL + f"{module}\n{title}\n".encode())
            self.memoize(obj)
        else:
            super().save_global(obj, name)

    dispatch[FunctionType] = save_global


def save(obj: Any, f: Any) -> None:
    """Write tensors, and dictionaries, lists, numbers, texts and other objects that hold them, to a path or an open binary file.

    torch.load of PyTorch reads the file too. A path is written beside and then renamed: an interrupted save leaves the old file as
    it was.

    Raises:
        PicklingError, AttributeError, TypeError: an object that cannot be pickled is in it: a lambda, an open file.
        RuntimeError: the path is a directory, or in none.

    >>> import io, minitorch_pt as torch
    >>> file = io.BytesIO()
    >>> torch.save({"weight": torch.ones(2)}, file)
    >>> torch.load(io.BytesIO(file.getvalue()))
    {'weight': tensor([1., 1.])}
    """
    if not hasattr(f, "write"):
        if not isinstance(f, (str, os.PathLike)):
            raise AttributeError(
                f"expected 'f' to be string, path, or a file-like object with a 'write' attribute, not {type(f).__name__}"
            )
        target = Path(f).resolve()  # a link stays one
        if not target.parent.is_dir() or target.is_dir():
            raise RuntimeError(f"cannot write {f}: " + ("it is a directory" if target.is_dir() else f"parent directory {target.parent} does not exist"))  # fmt: skip
        beside = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            with beside.open("wb") as file:
                _write(obj, file, target.stem)
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
        return
    _write(obj, f, "archive")


def _write(obj: Any, file: Any, title: str) -> None:
    text = io.BytesIO()
    pickler = _Pickler(text)
    pickler.dump(obj)
    with zipfile.ZipFile(file, "w") as archive:  # stored as they are: weights do not compress
        archive.writestr(f"{title}/data.pkl", text.getvalue())
        archive.writestr(f"{title}/byteorder", sys.byteorder)
        for storage in pickler.storages.values():
            archive.writestr(f"{title}/data/{storage.place}", storage.memory.tobytes())
        archive.writestr(f"{title}/version", "3\n")


# ---------------------------------------------------------------------------------------------------------------------
# load
# ---------------------------------------------------------------------------------------------------------------------
class _Unpickler(_PythonUnpickler):
    dispatch = dict(_PythonUnpickler.dispatch)

    def __init__(self, file: Any, archive: zipfile.ZipFile, title: str, trusted: bool) -> None:
        super().__init__(file)
        self._archive, self._title, self._trusted = archive, title, trusted
        self._storages: dict[str, _Storage] = {}
        order = f"{title}/byteorder"
        self._order = "<" if order not in archive.namelist() or archive.read(order) == b"little" else ">"

    def find_class(self, module: str, name: str) -> Any:
        for known in (_FUNCTIONS, _PLAIN, _TYPES, _STORAGES):
            if (module, name) in known:
                return known[module, name]
        if module == "torch" and name.endswith("Storage"):
            raise RuntimeError(f"the file holds a torch.{name}, elements of a type that minitorch_pt has not; convert the tensor, "
                               "with .float() for instance, before it is saved")  # fmt: skip
        if not self._trusted:
            raise pickle.UnpicklingError(
                f"Weights only load failed: the file calls {module}.{name}, which is not needed for tensors and containers, and could run "
                "any code. If you trust where the file comes from, load it with weights_only=False."
            )
        # where torch keeps gelu and others that are compiled
        module = module.replace("torch._C._nn", "torch.nn.functional")
        first, _, rest = module.partition(".")
        return super().find_class(f"{__package__}.{rest}".rstrip(".") if first == "torch" else module, name)

    def persistent_load(self, pid: Any) -> _Storage:
        kind, dtype, place, _, _ = pid
        if kind != "storage":
            raise pickle.UnpicklingError(f"the file refers to a {kind!r}; only storages are known")
        if place not in self._storages:
            raw = np.frombuffer(
                bytearray(self._archive.read(f"{self._title}/data/{place}")), dtype.newbyteorder(self._order)
            )
            self._storages[place] = _Storage(raw.astype(dtype, copy=False), place)
        return self._storages[place]

    def _build(self) -> None:
        """Set attributes; untrusted, only of what it may change without harm."""
        target = self.stack[-2]
        if not self._trusted and not isinstance(target, (Tensor, OrderedDict)):
            raise pickle.UnpicklingError(
                f"Weights only load failed: the file sets attributes of a {type(target).__name__}"
            )
        super().load_build()

    dispatch[pickle.BUILD[0]] = _build


def load(f: Any, map_location: Any = None, *, weights_only: bool = True, mmap: bool | None = None) -> Any:
    """Read what `save`, or torch.save of PyTorch, wrote to a path or an open binary file.

    map_location: "cpu", where everything is loaded anyway, or a function or a dictionary that leads there.
    mmap: accepted; the file is read whole.
    weights_only: refuse what could run code. False loads whole models, and any other object, from files that you trust.

    Raises:
        UnpicklingError: not a file of `save`, or one that holds more than tensors and containers.
        RuntimeError: a damaged file, an unknown type of elements. DeviceError: a device other than the CPU. FileNotFoundError: no such file.
    """
    if map_location is not None and not callable(map_location):
        for place in map_location.values() if isinstance(map_location, dict) else [map_location]:
            on_cpu(place)
    if isinstance(f, (str, os.PathLike)):
        with open(f, "rb") as file:
            return load(file, map_location, weights_only=weights_only)
    start = f.read(4)
    f.seek(-len(start), io.SEEK_CUR)
    if not start:
        raise EOFError("Ran out of input: the file is empty")
    if start != b"PK\x03\x04":
        raise pickle.UnpicklingError(
            f"{getattr(f, 'name', 'the file')!r} is not a file of torch.save: it begins with {start!r}, not as a zip archive"
        )
    try:
        archive = zipfile.ZipFile(f)
        title = next(name for name in archive.namelist() if name.endswith("/data.pkl")).removesuffix("/data.pkl")
        return _Unpickler(io.BytesIO(archive.read(f"{title}/data.pkl")), archive, title, not weights_only).load()
    except (zipfile.BadZipFile, StopIteration, KeyError) as error:
        raise RuntimeError(
            f"failed reading zip archive: {getattr(f, 'name', 'the file')!r} is damaged: {error!r}"
        ) from None
