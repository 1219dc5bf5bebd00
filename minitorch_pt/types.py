"""torch.types: names for the types of arguments, which packages use in their annotations."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import IO, TypeAlias

from .arrays.dtypes import dtype as _dtype  # noqa: F401
from .arrays.formats import layout as _layout  # noqa: F401
from .arrays.size import Size
from .names.places import settle as _settle
from .tensors.device import device as _device
from .tensors.tensor import Tensor

__all__ = ["Device", "FileLike", "Number", "SymBool", "SymFloat", "SymInt"]

Number: TypeAlias = int | float | bool
FileLike: TypeAlias = str | os.PathLike[str] | IO[bytes]
Device: TypeAlias = _device | str | int | None

_Number = (int, float, bool)
_int, _float, _bool, _str, _bytes, _complex = int, float, bool, str, bytes, complex
_size: TypeAlias = Size | list[int] | tuple[int, ...]
_TensorOrTensors: TypeAlias = Tensor | Sequence[Tensor]
_TensorOrOptionalTensors: TypeAlias = Tensor | Sequence[Tensor | None]


class SymInt:
    """A number that stands for one that is not known yet, in code that is compiled: nothing here is one.

    >>> isinstance(3, torch.SymInt)
    False
    """

    def __init__(self, node: object) -> None:
        self.node = node


class SymFloat:
    """As `SymInt`, a fraction.

    >>> isinstance(3.0, torch.SymFloat)
    False
    """

    def __init__(self, node: object) -> None:
        self.node = node


class SymBool:
    """As `SymInt`, true or false.

    >>> isinstance(True, torch.SymBool)
    False
    """

    def __init__(self, node: object) -> None:
        self.node = node


_settle(__package__, {"SymInt": SymInt, "SymFloat": SymFloat, "SymBool": SymBool})
