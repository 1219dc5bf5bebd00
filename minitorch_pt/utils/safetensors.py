"""safetensors.torch: files of the safetensors library, which hold tensors by their names and nothing else.

The library itself is needed: pip install safetensors. A program that is run by `python -m minitorch_pt run` finds this module as
`safetensors.torch`.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..nn import Module
from ..tensors.creation import from_numpy
from ..tensors.device import on_cpu
from ..tensors.tensor import Tensor

__all__ = [
    "load",
    "load_file",
    "load_model",
    "safe_open",
    "save",
    "save_file",
    "save_model",
    "storage_ptr",
    "storage_size",
]

_TYPES = {
    "F64": "float64", "F32": "float32", "F16": "float16", "I64": "int64", "I32": "int32", "I16": "int16", "I8": "int8",
    "U8": "uint8", "BOOL": "bool",
}  # fmt: skip


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ImportError(f"{name} is missing, which reads and writes such files: pip install safetensors") from error


def _known(name: str, dtype: str) -> str:
    """NumPy's name of a type of elements.

    Raises:
        RuntimeError: we have no such type.
    """
    if dtype not in _TYPES:
        raise RuntimeError(
            f"the tensor {name!r} of the file has elements of type {dtype}, which minitorch_pt has not; those it has are {', '.join(_TYPES)}. Convert it where the file is made, with .float() for instance"
        )
    return _TYPES[dtype]


# ---------------------------------------------------------------------------------------------------------------------
# Reading
# ---------------------------------------------------------------------------------------------------------------------
class safe_open:
    """An open file, of which each tensor is read when it is asked for.

    >>> with safe_open("model.safetensors", framework="pt") as file:  # doctest: +SKIP
    ...     weight, rows = file.get_tensor("weight"), file.get_slice("weight")[:2]

    Raises:
        FileNotFoundError: no such file. SafetensorError: it is damaged. DeviceError: a device other than the CPU.
    """

    def __init__(self, filename: str | os.PathLike, framework: str = "pt", device: Any = "cpu") -> None:
        on_cpu(device)
        self._file = _library("safetensors").safe_open(filename, framework="numpy")

    def __enter__(self) -> safe_open:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.__exit__(*error)

    def keys(self) -> list[str]:
        """The names of the tensors."""
        return self._file.keys()

    def offset_keys(self) -> list[str]:
        """The names of the tensors, in the order in which they lie in the file."""
        return self._file.offset_keys()

    def metadata(self) -> dict[str, str] | None:
        """The texts that were saved besides."""
        return self._file.metadata()

    def get_tensor(self, name: str) -> Tensor:
        """A tensor, read from the file now.

        Raises:
            SafetensorError: no such name. RuntimeError: a type of elements that we have not, bfloat16 for instance.
        """
        _known(name, self._file.get_slice(name).get_dtype())
        return from_numpy(self._file.get_tensor(name))

    def get_tensors(self) -> dict[str, Tensor]:
        """All tensors by their names."""
        return {name: self.get_tensor(name) for name in self.offset_keys()}

    def get_slice(self, name: str) -> _Slice:
        """A tensor that is not read yet: only the part that an index asks for will be."""
        return _Slice(name, self._file.get_slice(name))


class _Slice:
    def __init__(self, name: str, part: Any) -> None:
        self._name, self._part = name, part

    def __getitem__(self, index: Any) -> Tensor:
        _known(self._name, self.get_dtype())
        return from_numpy(self._part[index])

    def get_shape(self) -> list[int]:
        """The sizes of the whole tensor."""
        return self._part.get_shape()

    def get_dtype(self) -> str:
        """The library's name of the type of elements, such as F32."""
        return self._part.get_dtype()


def load_file(filename: str | os.PathLike, device: Any = "cpu") -> dict[str, Tensor]:
    """The tensors of a file by their names.

    Raises:
        FileNotFoundError: no such file. SafetensorError: it is damaged. RuntimeError: a type of elements that we have not.
    """
    with safe_open(filename, device=device) as file:
        return file.get_tensors()


def load(data: bytes) -> dict[str, Tensor]:
    """The tensors of a file whose bytes are given.

    Raises:
        SafetensorError: they are damaged. RuntimeError: a type of elements that we have not.
    """
    return {
        name: from_numpy(np.frombuffer(bytearray(entry["data"]), _known(name, entry["dtype"])).reshape(entry["shape"]))
        for name, entry in _library("safetensors").deserialize(data)
    }


def load_model(
    model: Module, filename: str | os.PathLike, strict: bool = True, device: Any = "cpu"
) -> tuple[set[str], list[str]]:
    """Fill a model from a file of `save_model`; the names that the file has not, and those that the model has not.

    Raises:
        RuntimeError: there are such names, and `strict`.
    """
    found = load_file(filename, device)
    twins = {other: names for names in _shared(model.state_dict()) for other in names}
    absent, unexpected = model.load_state_dict(found, strict=False)
    # one name stands for all that share its memory
    missing = {name for name in absent if not any(other in found for other in twins[name])}
    if strict and (missing or unexpected):
        raise RuntimeError(
            f"Error(s) in loading state_dict for {type(model).__name__}: missing keys {sorted(missing)}, unexpected keys {sorted(unexpected)}"
        )
    return missing, list(unexpected)


# ---------------------------------------------------------------------------------------------------------------------
# Writing
# ---------------------------------------------------------------------------------------------------------------------
def _shared(tensors: Mapping[str, Tensor]) -> list[list[str]]:
    """The names in groups: those of a group look at the same memory."""
    groups: list[list[str]] = []
    stop = 0
    bounds = {name: np.lib.array_utils.byte_bounds(tensor._data) for name, tensor in tensors.items()}
    for name in sorted(bounds, key=bounds.__getitem__):
        first, last = bounds[name]
        if groups and first < stop and tensors[name]._data.size:
            groups[-1].append(name)
        else:
            groups.append([name])
        stop = max(stop, last)
    return groups


def _arrays(tensors: dict[str, Tensor]) -> dict[str, np.ndarray]:
    if not isinstance(tensors, dict):
        raise ValueError(f"Expected a dict of [str, torch.Tensor] but received {type(tensors)}")
    for name, tensor in tensors.items():
        if not isinstance(tensor, Tensor):
            raise ValueError(f"Key `{name}` is invalid, expected torch.Tensor but received {type(tensor)}")
    if twins := [names for names in _shared(tensors) if len(names) > 1]:
        raise RuntimeError(
            f"Some tensors share memory, which such a file cannot say: {twins}. Save a model with save_model, or copies with .clone()"
        )
    for name, tensor in tensors.items():
        if not tensor.is_contiguous():
            raise ValueError(
                f"You are trying to save a non contiguous tensor: `{name}` which is not allowed; call .contiguous() on it"
            )
    return {name: tensor._data for name, tensor in tensors.items()}


def save_file(tensors: dict[str, Tensor], filename: str | os.PathLike, metadata: dict[str, str] | None = None) -> None:
    """Write tensors by their names to a file, and texts besides.

    Raises:
        ValueError: no dict of tensors, or one that is not contiguous. RuntimeError: two of them share memory.
    """
    _library("safetensors.numpy").save_file(_arrays(tensors), filename, metadata=metadata)


def save(tensors: dict[str, Tensor], metadata: dict[str, str] | None = None) -> bytes:
    """The bytes of the file that `save_file` would write."""
    return _library("safetensors.numpy").save(_arrays(tensors), metadata=metadata)


def save_model(
    model: Module,
    filename: str | os.PathLike,
    metadata: dict[str, str] | None = None,
    force_contiguous: bool = True,
) -> None:
    """Write the state of a model; of the names that share memory one is kept, and the others are noted beside.

    Raises:
        RuntimeError: parts of one tensor, none of which is the whole. ValueError: a tensor is not contiguous, and is to stay so.
    """
    state, notes = dict(model.state_dict()), dict(metadata or {})
    for names in _shared(state):
        whole = max(sorted(names), key=lambda name: state[name]._data.nbytes)
        if len(names) > 1 and not all(np.may_share_memory(state[whole]._data, state[name]._data) for name in names):
            raise RuntimeError(f"{names} share memory, and none of them is the whole of it")
        for name in names:
            if name != whole:
                notes.setdefault(name, whole)
                del state[name]
    if force_contiguous:
        state = {name: tensor.contiguous() for name, tensor in state.items()}
    save_file(state, filename, notes or None)


def storage_ptr(tensor: Tensor) -> int:
    """Where the memory of a tensor begins: tensors with the same answer share it."""
    return tensor.untyped_storage().data_ptr()


def storage_size(tensor: Tensor) -> int:
    """The bytes of the memory in which a tensor lies."""
    return tensor.untyped_storage().nbytes()
