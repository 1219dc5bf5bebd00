"""The kinds of arguments: each reader gives a value as the function wants it, or UNREAD. What the kinds are stands in contract.py."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from ..arrays import dtypes, formats
from . import graph
from .takeovers import takers

__all__ = ["DEEP", "Slot", "read", "whole", "wholes"]

UNREAD: Any = object()  # what a reader gives for a value that is not of its kind
DEEP = (list, tuple)
_TENSOR_TYPES: set[type] = set()  # the classes of Tensors that were met in lists


def _tensor(value: Any) -> Any:
    return value if isinstance(value, graph.Tensor) else UNREAD


def _plain_tensor(value: Any) -> bool:
    """Whether a value is a 0-d Tensor that needs no gradient, which torch reads as a number."""
    return isinstance(value, graph.Tensor) and value._data.ndim == 0 and not value.requires_grad


def _too_large(value: int) -> bool:
    """Whether a whole number does not fit into 64 bits."""
    return value.bit_length() > 63 and value != -(1 << 63)


def _number(value: Any) -> Any:
    if isinstance(value, (np.integer, np.floating)):
        return value.item()
    if isinstance(value, np.bool_):  # a floating point number to torch
        return float(value)
    if isinstance(value, int) and _too_large(value):
        raise OverflowError(f"the number {value} is larger than 64 bits hold; give a float")
    if isinstance(value, (int, float)):
        return value
    return value._data.item() if _plain_tensor(value) else UNREAD


def _float(value: Any) -> Any:
    return float(value) if type(value) is int and _too_large(value) else _number(value)


def _operand(value: Any) -> Any:
    return value if isinstance(value, graph.Tensor) else _number(value)


def whole(value: Any) -> Any:
    """A whole number: Python's, NumPy's, or that of a 0-d Tensor.

    Raises:
        ValueError: it does not fit into 64 bits.
    """
    if type(value) is int:
        if _too_large(value):
            raise ValueError(f"the whole number {value} is larger than 64 bits hold")
        return value
    if isinstance(value, (bool, np.bool_, np.ndarray)):
        return UNREAD
    if isinstance(value, graph.Tensor):
        return int(value._data) if _plain_tensor(value) and value._data.dtype.kind in "iu" else UNREAD
    return operator.index(value) if hasattr(type(value), "__index__") else UNREAD


def wholes(value: Any) -> Any:
    """Whole numbers in a list or tuple, or a single one.

    Raises:
        TypeError: one does not fit into 64 bits.
    """
    if isinstance(value, graph.Tensor) and value._data.shape == (1,):
        value = value[0]
    if not isinstance(value, DEEP):
        return whole(value)
    try:
        # torch looks at the type of the first alone, and then takes a bool for 0 or 1
        read = tuple([int(v) if i and type(v) is bool else whole(v) for i, v in enumerate(value)])
    except ValueError as error:  # too large
        raise TypeError(str(error)) from None
    if any(v is UNREAD for v in read):
        return UNREAD
    return value if all(new is old for new, old in zip(read, value, strict=True)) else read


def _several(value: Any) -> Any:
    return wholes(value) if isinstance(value, DEEP) else UNREAD


def _numbers(value: Any) -> Any:
    if isinstance(value, DEEP):
        read = [_number(v) for v in value]
        return UNREAD if any(v is UNREAD for v in read) else type(value)(read)
    return _number(value)


def _truth(value: Any) -> Any:
    return value if isinstance(value, bool) else UNREAD


def _text(value: Any) -> Any:
    return value if isinstance(value, str) else UNREAD


def _dtype(value: Any) -> Any:
    if isinstance(value, dtypes.dtype):
        return value
    return dtypes.given(value) if any(value is python for python in (float, int, bool)) else UNREAD


def _tensors(value: Any) -> Any:
    if isinstance(value, DEEP) and all(isinstance(v, graph.Tensor) for v in value):
        if not takers(value):
            _TENSOR_TYPES.update(map(type, value))
        return value
    return UNREAD


def _unpinned(value: Any) -> Any:
    if value is True:
        raise RuntimeError(
            "pin_memory=True prepares memory for copies to an accelerator, and minitorch_pt computes on the CPU: leave it out"
        )
    return False if value is None else _truth(value)


def _layout(value: Any) -> Any:
    if isinstance(value, formats.layout) and value is not formats.strided:
        raise TypeError(
            f"minitorch_pt makes no tensors of layout {value!r} here: leave `layout` out; .to_sparse() makes a matrix sparse"
        )
    return value if value is formats.strided else UNREAD


# what each annotation is called in an error, and its reader
_KINDS: dict[str, tuple[str, Callable]] = {
    "Tensor": ("Tensor", _tensor),
    "Operand": ("Tensor", _operand),
    "Number": ("Number", _number),
    "int": ("int", whole),
    "Dim": ("int", whole),
    "float": ("float", _float),
    "bool": ("bool", _truth),
    "str": ("str", _text),
    "Flag": ("bool", bool),
    "Dims": ("tuple of ints", wholes),
    "Size": ("tuple of ints", wholes),
    "Shape": ("tuple of ints", _several),
    "Tensors": ("tuple of Tensors", _tensors),
    "DType": ("torch.dtype", _dtype),
    "Scale": ("float or tuple of floats", _numbers),
    "MemoryFormat": (
        "torch.memory_format",
        lambda value: value if isinstance(value, formats.memory_format) else UNREAD,
    ),
    "Layout": ("torch.layout", _layout),
    "Pin": ("bool", _unpinned),
    "object": ("anything", lambda value: value),
}


class Slot:
    """One parameter: what it is called, and the kinds that it takes."""

    __slots__ = ("deep", "name", "optional", "plain", "readers", "wanted")

    def __init__(self, name: str, annotation: str, optional: bool = False) -> None:
        words = [word.strip().removeprefix("builtins.") for word in annotation.split("|")]
        kinds = [_KINDS[word] for word in words if word in _KINDS]
        self.name, self.optional = name, "None" in words or optional
        self.wanted = " or ".join(dict.fromkeys(wanted for wanted, _ in kinds))
        # a list or tuple of these kinds is right or wrong by what it holds; `plain`: the types that need no reading
        self.deep = bool({"Dims", "Size", "Shape", "Tensors", "Scale"} & {*words})
        self.plain = {int} if {"Dims", "Size", "Shape"} & {*words} else _TENSOR_TYPES if "Tensors" in words else None
        # a union with something unknown is not looked at
        self.readers = [read for _, read in kinds] if len(kinds) == len(words) - ("None" in words) else []

    def read(self, value: Any, function: str, place: int | None) -> Any:
        """The value as its kind has it.

        Raises:
            TypeError: it is of another kind.
        """
        if not self.readers or (value is None and self.optional):
            return value
        for reader in self.readers:
            found = reader(value)
            if found is not UNREAD:
                return found
        self._refuse(value, function, place)

    def as_list(self, value: Any, function: str, place: int | None = None) -> Any:
        """The value, which is to be a list or tuple though one number is of its kind.

        Raises:
            TypeError: it is none.
        """
        return self.read(value, function, place) if isinstance(value, DEEP) else self._refuse(value, function, place)

    def _refuse(self, value: Any, function: str, place: int | None) -> NoReturn:
        kind = type(value)
        given = f"numpy.{kind.__name__}" if kind.__module__ == "numpy" else kind.__name__
        if isinstance(value, DEEP) and self.wanted == "tuple of Tensors":
            i, odd = next((i, v) for i, v in enumerate(value) if not isinstance(v, graph.Tensor))
            raise TypeError(
                f"{function}(): expected Tensor as element {i} in argument {place or 0}, but got {type(odd).__name__}"
            )
        if isinstance(value, DEEP):
            given += f" of ({', '.join(type(v).__name__ for v in value[:4])}{', ...' * (len(value) > 4)})"
        where = "" if place is None else f" (position {place + 1})"
        hint = _instead(value) if "Tensor" in self.wanted else ""
        raise TypeError(f"{function}(): argument '{self.name}'{where} must be {self.wanted}, not {given}{hint}")


# Most parameters are called and annotated as another: one Slot for all of them, which takes half of the time of the import
slot_for = functools.cache(Slot)


def _instead(value: Any) -> str:
    """What to write for a value that is given in place of a Tensor, or of several."""
    if isinstance(value, graph.Tensor):
        return "; put the tensors in a list, as in [a, b]"
    if isinstance(value, np.ndarray):
        return "; torch.from_numpy() makes a Tensor of an array"
    if isinstance(value, DEEP) and any(isinstance(v, graph.Tensor) for v in value):
        return "; take one of them by its place, as in [0], or make one Tensor of several with torch.stack()"
    if isinstance(value, (*DEEP, int, float, np.generic)):
        return "; torch.tensor() makes a Tensor of a number, or of lists of numbers"
    if hasattr(value, "forward"):
        return f"; a module is called, and what it gives is a Tensor: {type(value).__name__}()(input)"
    return "; does the function that gave it end with return?" if value is None else ""


def read(kind: str, value: Any, function: str, name: str) -> Any:
    """A value as its kind has it, for functions without a desk.

    Raises:
        TypeError: it is of another kind.
    """
    return slot_for(name, kind).read(value, function, None)
