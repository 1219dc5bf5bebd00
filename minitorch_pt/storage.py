"""UntypedStorage and TypedStorage: the memory behind a tensor, as bytes and as a row of elements."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from .arrays import dtypes
from .arrays.notices import warn
from .arrays.storage import copied, looking, memory, writable
from .autograd import graph
from .names.kin import Kin
from .names.places import settle
from .tensors.device import CPU, DeviceError, device, on_cpu
from .tensors.elements import elements

if TYPE_CHECKING:
    from .tensors.tensor import Tensor

__all__ = [
    "KINDS",
    "TypedStorage",
    "UntypedStorage",
    "is_storage",
    "shown",
    "storage",
    "storagetype",
    "untyped_storage",
]

_BYTE = np.dtype(np.uint8)


class _Memory:
    """What both kinds of storage have: `_row`, an array of one axis on the memory, and `_root`, the array that owns it."""

    _row: np.ndarray
    _root: np.ndarray
    dtype: dtypes.dtype

    @property
    def device(self) -> device:
        """Always device(type='cpu')."""
        return CPU

    is_cuda = is_hpu = is_sparse = False

    def size(self) -> Any:
        """The number of elements: of an UntypedStorage, of bytes."""
        return self._row.size

    __len__ = _size = size

    def nbytes(self) -> Any:
        """The number of bytes."""
        return self._row.nbytes

    def __sizeof__(self) -> int:
        return object.__sizeof__(self) + self._row.nbytes

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return np.array(self._row, dtype, copy=copy)

    def element_size(self) -> Any:
        """Bytes per element."""
        return self._row.itemsize

    def data_ptr(self) -> Any:
        """The address of the first byte."""
        return self._row.__array_interface__["data"][0]

    def tolist(self) -> list:
        """The elements as Python numbers."""
        return self._row.tolist()

    def __iter__(self) -> Iterator:
        return iter(self.tolist())

    def _place(self, index: Any) -> Any:
        size = self._row.size
        if isinstance(index, int) and not isinstance(index, bool):
            if not -size <= index < size:
                raise IndexError(f"index {index} out of range for storage of size {size}")
        elif not isinstance(index, slice):
            raise (TypeError if isinstance(self, UntypedStorage) else RuntimeError)(
                f"can't index a {type(self)} with {type(index)}: give a whole number or a slice"
            )
        return index

    def __setitem__(self, index: Any, value: Any) -> None:
        writable(self._row)[self._place(index)] = np.asarray(value).astype(self._row.dtype)

    def fill_(self, value: Any) -> Any:
        """Set all elements to a number; returns the storage."""
        self[:] = value
        return self

    def copy_(self, source: Any, non_blocking: Any = None) -> Any:
        """Overwrite the elements with those of another storage of the same size.

        Raises:
            RuntimeError: another size.
        """
        if source.size() != self.size():
            raise RuntimeError(
                f"size does not match, self was {self.nbytes()} bytes but src was {source.nbytes()} bytes"
            )
        self[:] = source._row
        return self

    def resize_(self, size: Any) -> Any:
        """Not possible, but to the size that it has: NumPy does not move memory that tensors look into.

        Raises:
            NotImplementedError: another size.
        """
        if size != self.size():
            raise NotImplementedError(
                f"a storage of size {self.size()} cannot be resized to {size} here: NumPy does not move memory; make a tensor of the new size, "
                "or use Tensor.resize_()"
            )

    def is_shared(self) -> Any:
        """False: the memory is this process's own."""
        return False

    def is_pinned(self, device: object = None) -> Any:
        """False: memory is pinned for copies to a GPU."""
        return False

    def resizable(self) -> Any:
        """False, see `resize_`."""
        return False

    def cuda(self, device: object = None, non_blocking: Any = False) -> NoReturn:
        """Not possible.

        Raises:
            DeviceError: always.
        """
        raise DeviceError("minitorch_pt runs on the CPU only: leave .cuda() out")

    def _converted(self, dtype: dtypes.dtype) -> TypedStorage:
        return TypedStorage(wrap_storage=UntypedStorage._of(self._row.astype(dtype.dtype)), dtype=dtype, _internal=True)

    def double(self) -> TypedStorage:
        """A copy as float64."""
        return self._converted(dtypes.float64)

    def float(self) -> TypedStorage:
        """A copy as float32."""
        return self._converted(dtypes.float32)

    def half(self) -> TypedStorage:
        """A copy as float16."""
        return self._converted(dtypes.float16)

    def long(self) -> TypedStorage:
        """A copy as int64."""
        return self._converted(dtypes.int64)

    def int(self) -> TypedStorage:
        """A copy as int32."""
        return self._converted(dtypes.int32)

    def short(self) -> TypedStorage:
        """A copy as int16."""
        return self._converted(dtypes.int16)

    def char(self) -> TypedStorage:
        """A copy as int8."""
        return self._converted(dtypes.int8)

    def byte(self) -> TypedStorage:
        """A copy as uint8."""
        return self._converted(dtypes.uint8)

    def bool(self) -> TypedStorage:
        """A copy as bool."""
        return self._converted(dtypes.bool)

    def __repr__(self) -> str:
        typed = f"dtype={self.dtype}, " if isinstance(self, TypedStorage) else ""
        shown = "\n ".join(map(str, self.tolist()))
        return f" {shown}\n[torch.storage.{type(self).__name__}({typed}device=cpu) of size {self.size()}]"


class UntypedStorage(_Memory):
    """Memory as bytes: of a number of them, or of the values of a sequence. `tensor.untyped_storage()` gives that of a tensor.

    >>> torch.ones(2).untyped_storage().nbytes()
    8
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        on_cpu(kwargs.pop("device", None))
        if kwargs:
            raise TypeError(f"UntypedStorage() got an unexpected keyword argument '{next(iter(kwargs))}'")
        if len(args) > 1:
            raise TypeError(
                f"UntypedStorage() takes a number of bytes or a sequence of them, and got {len(args)} arguments"
            )
        given = args[0] if args else 0
        if isinstance(given, int) and given < 0:
            raise RuntimeError(f"a storage has a number of bytes that is not negative, and {given} was given")
        self._root = np.zeros(given, _BYTE) if isinstance(given, int) else np.asarray(given).astype(_BYTE)
        self._row = self._root

    @classmethod
    def _of(cls, array: np.ndarray) -> UntypedStorage:
        """The storage of the memory in which an array lies."""
        storage = cls.__new__(cls)
        storage._root = memory(array)
        storage._row = storage._root.ravel(order="K").view(_BYTE)
        return storage

    def __deepcopy__(self, memo: dict) -> UntypedStorage:
        return UntypedStorage._of(copied(self._row, memo))

    @classmethod
    def from_file(cls, filename: str, shared: Any = False, nbytes: Any = 0) -> UntypedStorage:
        """The first bytes of a file, read when they are looked at. What is written reaches the file only if it is `shared`, and then the file grows to
        that size.

        Raises:
            TypeError: the name is no text. RuntimeError: there is no such file, or it is shorter.
        """
        if not isinstance(filename, str):
            raise TypeError(f"from_file() takes the name of a file as str, not {type(filename).__name__}")
        try:
            with open(filename, "ab" if shared else "rb") as file:
                size = file.seek(0, 2)
                if shared:
                    size = file.truncate(max(size, nbytes))
        except OSError as error:
            mode = "read-write" if shared else "read-only"
            raise RuntimeError(
                f"unable to open file <{filename}> in {mode} mode: {error.strerror} ({error.errno})"
            ) from None
        if not 0 <= nbytes <= size:
            raise RuntimeError(f"file <{filename}> size <{size}> is smaller than the required mapping size <{nbytes}>")
        mapped = np.memmap(filename, _BYTE, "r+" if shared else "c", shape=(nbytes,)) if nbytes else np.zeros(0, _BYTE)
        return cls._of(np.asarray(mapped))

    def __getitem__(self, index: Any) -> Any:
        found = self._row[self._place(index)]
        return UntypedStorage(found) if isinstance(found, np.ndarray) else int(found)

    def clone(self) -> UntypedStorage:
        """A copy."""
        return UntypedStorage(self._row.copy())

    def cpu(self) -> UntypedStorage:
        """Itself."""
        return self

    def type(self, dtype: Any = None, non_blocking: Any = False) -> str:
        """What torch calls it."""
        return "torch.storage.UntypedStorage"

    def untyped(self) -> UntypedStorage:
        """Itself."""
        return self

    def resize_(self, size: Any) -> Any:
        """Itself, if that is its size: see `TypedStorage.resize_`."""
        super().resize_(size)
        return self

    def _typed(self, dtype: dtypes.dtype) -> np.ndarray:
        """The elements of a type that the memory holds."""
        return self._row[: self._row.size // dtype.itemsize * dtype.itemsize].view(dtype.dtype)


class TypedStorage(_Memory):
    """Memory as elements of one type; torch deprecates it for UntypedStorage. `tensor.storage()` gives that of a tensor.

    wrap_storage: the UntypedStorage that it shows; without it one of `size` elements, or of the values of a sequence, is made.

    >>> torch.TypedStorage(wrap_storage=torch.tensor([1, 2]).untyped_storage(), dtype=torch.int64, _internal=True).dtype
    torch.int64
    """

    def __init__(
        self,
        *args: Any,
        wrap_storage: UntypedStorage | None = None,
        dtype: dtypes.dtype | None = None,
        device: object = None,
        _internal: Any = False,
    ) -> None:
        if not _internal:
            _deprecated()
        if device is not None:
            on_cpu(device)
        self.dtype = dtypes.get_default_dtype() if dtype is None else dtype
        if wrap_storage is not None and not isinstance(wrap_storage, UntypedStorage):
            raise TypeError(f"Argument 'wrap_storage' must be UntypedStorage, but got {type(wrap_storage)}")
        if wrap_storage is None:
            values = elements(args, None) if args and not isinstance(args[0], int) else np.zeros(args[0] if args else 0)
            wrap_storage = UntypedStorage._of(values.astype(self.dtype.dtype))
        self._untyped_storage, self._root = wrap_storage, wrap_storage._root
        self._row = wrap_storage._typed(self.dtype)

    def __getitem__(self, index: Any) -> Any:
        _deprecated()
        if isinstance(index, slice):
            raise RuntimeError("slices are only supported in UntypedStorage.__getitem__")
        return self._row[self._place(index)].item()

    def __deepcopy__(self, memo: dict) -> TypedStorage:
        return TypedStorage(wrap_storage=self._untyped_storage.__deepcopy__(memo), dtype=self.dtype, _internal=True)

    def untyped(self) -> UntypedStorage:
        """The memory as bytes."""
        _deprecated()
        return self._untyped_storage

    def clone(self) -> TypedStorage:
        """A copy."""
        return self._converted(self.dtype)

    def cpu(self) -> TypedStorage:
        """The same memory."""
        return TypedStorage(wrap_storage=self._untyped_storage, dtype=self.dtype, _internal=True)

    def pickle_storage_type(self) -> str:
        """What files call it: "FloatStorage"."""
        return f"{dtypes.TITLES[self.dtype.name]}Storage"

    def type(self, dtype: Any = None, non_blocking: Any = False) -> str:
        """What torch calls it: "torch.FloatStorage"."""
        return f"torch.{self.pickle_storage_type()}"


@functools.cache  # once, as torch does
def _deprecated() -> None:
    warn(
        "TypedStorage is deprecated. It will be removed in the future and UntypedStorage will be the only storage class. This should only "
        "matter to you if you are using storages directly.  To access UntypedStorage directly, use tensor.untyped_storage() instead of "
        "tensor.storage()"
    )


def is_storage(obj: Any, /) -> bool:
    """Whether it is a storage.

    >>> torch.is_storage(torch.ones(2).untyped_storage())
    True
    """
    return isinstance(obj, _Memory)


def untyped_storage(self: Tensor) -> UntypedStorage:
    """The memory in which the tensor lies, as bytes; tensors on one memory have storages of one `data_ptr()`."""
    return UntypedStorage._of(self._data)


def storage(self: Tensor) -> TypedStorage:
    """The memory in which the tensor lies, as elements of its type; torch deprecates it for `untyped_storage`."""
    _deprecated()
    return TypedStorage(wrap_storage=UntypedStorage._of(self._data), dtype=self.dtype, _internal=True)


def shown(storage: Any, dtype: dtypes.dtype) -> Tensor:
    """All of a storage as a vector.

    Raises:
        TypeError: it is no storage. RuntimeError: a TypedStorage of another type.
    """
    if isinstance(storage, TypedStorage) and storage.dtype is not dtype:
        raise RuntimeError(f"Expected a Storage of type {dtype} or an UntypedStorage, but got type {storage.dtype}")
    if not isinstance(storage, _Memory):
        raise TypeError(f"set_() takes a tensor or a storage, not {type(storage).__name__}")
    size = storage.nbytes() // dtype.itemsize
    return graph.wrap(
        looking(
            storage._root.view(dtype.dtype) if storage._root.flags.c_contiguous else storage._row.view(dtype.dtype),
            (size,),
            start=0,
        )
    )


class storagetype(Kin):
    """What torch.FloatStorage and its kin are: they make storages of one type, and tell whether a storage is of it."""

    made_of = (TypedStorage,)
    text = "Makes storages of {dtype}, and tells whether a storage is one.\n\n>>> torch.{name}.dtype\n{dtype}"

    def __call__(self, *args: Any) -> TypedStorage:
        return TypedStorage(*args, dtype=self.dtype)

    def __instancecheck__(self, instance: object) -> bool:
        return isinstance(instance, TypedStorage) and instance.dtype is self.dtype

    def from_buffer(self, buffer: Any, byte_order: str = "native", count: int = -1, offset: int = 0) -> TypedStorage:
        """The values that bytes hold, copied. byte_order: "native", "little" or "big". Without `count` all from the byte `offset` on.

        Raises:
            ValueError: an unknown order of bytes, or bytes that are no whole number of values.
        """
        orders: dict[str, Any] = {"native": "=", "little": "<", "big": ">"}
        if byte_order not in orders:
            raise ValueError(f"invalid byte_order '{byte_order}' (expected 'big', 'little' or 'native')")
        kind = self.dtype.dtype.newbyteorder(orders[byte_order])
        values = (
            np.frombuffer(buffer, _BYTE, offset=offset).astype(bool)
            if self.dtype is dtypes.bool
            else np.frombuffer(buffer, kind, count, offset)
        )
        return TypedStorage(
            wrap_storage=UntypedStorage._of(values.astype(self.dtype.dtype)), dtype=self.dtype, _internal=True
        )


Sequence.register(_Memory)  # torch.tensor(storage)
settle("minitorch_pt.storage", {"TypedStorage": TypedStorage, "UntypedStorage": UntypedStorage})
KINDS = {dtype: storagetype(f"{dtypes.TITLES[dtype.name]}Storage", dtype) for dtype in dtypes.ALL}
globals().update({kind.__name__: kind for kind in KINDS.values()})
settle("minitorch_pt", {"is_storage": is_storage} | {kind.__name__: kind for kind in KINDS.values()})
Storage = KINDS[dtypes.float32]
