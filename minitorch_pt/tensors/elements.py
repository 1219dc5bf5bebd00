"""The elements of a tensor that is to be made: lists, numbers, arrays and tensors as one new array."""

from __future__ import annotations

import builtins
import functools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .. import ops
from ..arrays import dtypes, layouts
from ..arrays.notices import hush, warn
from ..arrays.size import Size
from ..arrays.storage import inferring, note_inference
from ..autograd import graph
from .device import on_cpu

__all__ = ["numpy_type", "default_type", "inferred", "from_data", "shape_of", "elements"]


_NUMBERS = {int, builtins.float, builtins.bool}
_MOST = 1 << 47  # elements: NumPy cannot count many more, and no machine has the memory


def numpy_type(dtype: dtypes.dtype | type | None, default: np.dtype) -> np.dtype:
    """NumPy's type for the one that is asked for."""
    if dtype is None:
        return default
    return dtypes.given(dtype).dtype


def default_type() -> np.dtype:
    """NumPy's type for the default floating point type."""
    return dtypes.get_default_dtype().dtype


def inferred(data: Any) -> np.dtype:
    """The type of a tensor made of Python numbers: the default floating point type, int64, or bool."""
    kind = data.dtype.kind
    return default_type() if kind == "f" else np.dtype(bool if kind == "b" else np.int64)


def from_data(data: Any, dtype: dtypes.dtype | None) -> np.ndarray:
    """A new array of nested lists, numbers, arrays or tensors."""
    if isinstance(data, (np.ndarray, np.generic)):
        dtypes.of(data.dtype)
        forward(data)
        _no_silent_rounding(data, dtype)
        dense = layouts.clone(np.asarray(data)) if 0 in data.strides else data
        return np.array(dense, numpy_type(dtype, data.dtype))
    if isinstance(data, (list, tuple)) and data and isinstance(data[0], np.ndarray):
        warn(
            "Creating a tensor from a list of numpy.ndarrays is extremely slow. Please consider converting the list to a single numpy.ndarray with numpy.array() before converting to a tensor."
        )
    try:
        plain, inner = _unwrapped(data, _depth(data))
    except _SeveralElements as several:
        if _whole(data) if dtype is None else not dtypes.given(dtype).is_floating_point:
            raise TypeError(f"only integer tensors of a single element can be converted to an index{several}") from None
        raise ValueError(f"only one element tensors can be converted to Python scalars{several}") from None
    try:
        found = np.asarray(plain)
    except ValueError:
        raise _ragged(plain) from None
    if found.dtype.kind not in "fib" and found.dtype != np.uint8:
        if found.dtype.kind in "Ou" and all(isinstance(x, (int, builtins.float)) for x in found.reshape(-1).tolist()):
            if dtype is None or dtype.dtype.kind in "iu":
                raise ValueError(
                    f"Overflow when unpacking long long: a number is too large for int64: {str(data)[:60]}"
                )
            return found.astype(dtype.dtype)
        raise _no_numbers(data, found, dtype)
    default = inferred(found) if inner is None else inner
    if found.size == 0 and inner is None and isinstance(data, (list, tuple)):
        default = default_type()
    made = numpy_type(dtype, default)
    if made.kind != "f" and found.dtype.kind == "f":
        _no_silent_rounding(data, dtype)
    if made.kind in "iu" and found.dtype.kind in "if" and found.size:
        for extreme in (found.min(), found.max()):
            dtypes.checked(extreme.item(), made, lenient=True)
    hush()
    return dtypes.converted(found, made)


def forward(data: np.ndarray | np.generic) -> None:
    """Raise ValueError if an array is read backwards, as torch does."""
    if min(data.strides, default=0) < 0:
        raise ValueError(
            "At least one stride in the given numpy array is negative, and tensors with negative strides are not currently supported. "
            "(You can probably work around this by making a copy of your array with array.copy().)"
        )


def _no_silent_rounding(data: Any, dtype: Any) -> None:
    """NumPy's floating point numbers do not become whole numbers (np.float64 is a Python float, which does)."""
    if isinstance(data, (list, tuple)):
        for x in data:
            _no_silent_rounding(x, dtype)
    elif (
        isinstance(data, np.floating)
        and not isinstance(data, builtins.float)
        and dtype is not None
        and not dtype.is_floating_point
    ):
        raise TypeError(f"'numpy.{data.dtype.name}' object cannot be interpreted as an integer: make it one with int()")


def _uneven(data: Any) -> builtins.bool:
    """Whether numbers stand beside lists."""
    if not isinstance(data, (list, tuple)):
        return False
    return len({isinstance(x, (list, tuple)) or np.ndim(x) > 0 for x in data}) > 1 or any(_uneven(x) for x in data)


def _ragged(data: Any) -> Exception:
    """What is said of nested lists of different lengths."""
    level, dim = [data], 0
    while level and isinstance(level[0], (list, tuple, np.ndarray)) and not _uneven(level):
        for part in level:
            if len(part) != len(level[0]):
                return ValueError(
                    f"expected sequence of length {len(level[0])} at dim {dim} (got {len(part)}): fill the lists up to one length, or keep a list of tensors"
                )
        level, dim = [x for part in level for x in part], dim + 1
    if _uneven(level):
        return TypeError(
            f"not a sequence: beside lists there is a number at dim {dim}; give lists of equal length in every axis"
        )
    return ValueError(f"too many dimensions: the lists are {dim} deep, and NumPy's arrays have at most 64 axes")


def _no_numbers(data: Any, found: np.ndarray, dtype: Any) -> Exception:
    """What is said of elements that are no numbers."""
    made_of = "a tensor is made of numbers, nested lists of numbers, arrays or tensors"
    first = data
    while isinstance(first, (list, tuple)) and first:
        first = first[0]
    if isinstance(first, str) and first is not data:
        return ValueError(f"too many dimensions 'str': {made_of}; float() reads a number from a text")
    wrong = next((x for x in found.reshape(-1).tolist() if not isinstance(x, (int, builtins.float))), None)
    if isinstance(wrong, (str, bytes)) and dtype is None:
        return TypeError(
            f"new(): invalid data type '{type(wrong).__name__}': {made_of}; float() reads a number from a text"
        )
    kind, hint = type(wrong).__name__, "; for a number that is missing give float('nan')" if wrong is None else ""
    if dtype is None:
        return RuntimeError(f"Could not infer dtype of {kind}: {made_of}{hint}")
    return TypeError(f"must be real number, not {kind}: {made_of}{hint}")


def _depth(data: Any) -> int:
    """How many axes the first elements show: a tensor in a list stands for a number."""
    if isinstance(data, graph.Tensor):
        return data._data.ndim
    depth = 0
    while isinstance(data, (list, tuple)):
        depth += 1
        data = data[0] if data else None
    return depth + (data.ndim if isinstance(data, np.ndarray) else 0)


class _SeveralElements(Exception):
    """A tensor of several elements stands where a number belongs."""


def _whole(data: Any) -> builtins.bool:
    """Whether lists hold whole numbers only, in tensors or by themselves."""
    if isinstance(data, (list, tuple)):
        return all(map(_whole, data))
    return isinstance(data, int) or (isinstance(data, graph.Tensor) and not data.dtype.is_floating_point)


def _unwrapped(data: Any, depth: int) -> tuple[Any, np.dtype | None]:
    """Nested lists with arrays in place of tensors, and the common type of what is in them; None of Python numbers alone.

    depth: the number of axes that are left; beyond them tensors must have one element.
    """
    if isinstance(data, graph.Tensor):
        shape = data._data.shape
        if math.prod(shape[depth:]) != 1:
            raise _SeveralElements(f", and one has shape {list(shape)}; torch.stack() joins tensors")
        return data._data.reshape(shape[:depth]), data._data.dtype
    if isinstance(data, (np.ndarray, np.generic)):
        return data, data.dtype
    if isinstance(data, (list, tuple)):
        if _NUMBERS.issuperset(map(type, data)):
            return data, None
        parts = [_unwrapped(x, max(depth - 1, 0)) for x in data]
        plain = [part for part, _ in parts]
        if all(t is None for _, t in parts):
            return plain, None
        types = (inferred(np.asarray(part)) if t is None else t for part, t in parts)
        return plain, functools.reduce(lambda s, t: dtypes.promote_types(dtypes.of(s), dtypes.of(t)).dtype, types)
    if (
        type(data) not in (int, builtins.float, builtins.bool)
        and hasattr(data, "__getitem__")
        and not isinstance(data, (str, bytes, Mapping))
    ):
        data = list(data)  # a deque, or another sequence
        return _unwrapped(data, max(depth, _depth(data)))
    return data, None


def shape_of(size: tuple) -> tuple[int, ...]:
    """Sizes given as several arguments or as one sequence.

    Raises:
        RuntimeError: a negative size. TypeError: no whole number.
    """
    shape = ops.axes.sizes(size)
    if builtins.min(shape, default=0) < 0:
        raise RuntimeError(f"Trying to create tensor with negative dimension {builtins.min(shape)}: {list(shape)}")
    if math.prod(shape) > _MOST:
        raise RuntimeError(
            f"Storage size calculation overflowed with sizes={list(shape)}: no memory holds as many elements"
        )
    return shape


def elements(data: tuple, dtype: dtypes.dtype | None, device: Any = None) -> np.ndarray:
    """The array of Tensor(*data): sizes give a tensor that is not filled, a sequence its values, a tensor or fitting array its own memory.

    Raises:
        TypeError: none of these, or a tensor of another type than `dtype`.
    """
    if device is not None:
        on_cpu(device)
    kind = dtypes.get_default_dtype() if dtype is None else dtype
    if all(isinstance(n, (int, np.integer)) and not isinstance(n, bool) for n in data):
        return _noted(np.zeros(shape_of(data), kind.dtype)) if data else np.empty(0, kind.dtype)
    if len(data) > 1:
        raise TypeError(
            f"new() received an invalid combination of arguments - got ({', '.join(type(d).__name__ for d in data)}); give sizes, as in "
            "Tensor(2, 3), or one sequence of values, as in Tensor([[1, 2], [3, 4]])"
        )
    (values,) = data
    if isinstance(values, Size):
        return _noted(np.zeros(shape_of((values,)), kind.dtype))
    if isinstance(values, graph.Tensor):
        if dtype is not None and values.dtype is not dtype:
            raise TypeError(f"expected a tensor of {dtype}, got one of {values.dtype}; convert it with .to({dtype})")
        return values._data
    if isinstance(values, np.ndarray) and values.dtype == kind.dtype:
        return values  # shared, as in torch
    if isinstance(values, str):
        raise TypeError(f"new(): invalid data type 'str': {values!r}; give a sequence of numbers")
    if not isinstance(values, (Sequence, np.ndarray)):  # a set has no order, and a dictionary would give its keys
        raise TypeError(
            f"new(): data must be a sequence (got {type(values).__name__}); torch.tensor({values!r}) takes one number"
        )
    return _noted(from_data(values if isinstance(values, np.ndarray) else list(values), kind))


def _noted(data: np.ndarray) -> np.ndarray:
    """A new array, of which it is known that inference mode made it."""
    if inferring:
        note_inference(data)
    return data
