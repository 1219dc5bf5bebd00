"""torch.ops.aten: the operations under the names of PyTorch's own library, with its overloads: torch.ops.aten.add.Tensor(x, y)."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

from ..autograd import graph

__all__ = ["Operation"]


class Operation:
    """One operation of the library, or one of its overloads, all of which are one function here."""

    def __init__(self, name: str, function: Callable | None, overload: str = "") -> None:
        self.__name__, self._function, self._overload = name, function, overload

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._function is None:
            raise NotImplementedError(
                f"minitorch_pt leaves out torch.ops.{self.__name__}: it is an inner part of PyTorch's; use the functions of torch, torch.nn.functional "
                "and the methods of tensors"
            )
        return self._function(*args, **kwargs)

    def __getattr__(self, overload: str) -> Operation:
        if overload[0] == "_":
            raise AttributeError(overload)
        found = vars(self)[overload] = Operation(self.__name__, self._function, overload)
        return found

    def __str__(self) -> str:
        return f"{self.__name__}.{self._overload}" if self._overload else self.__name__

    def __repr__(self) -> str:
        if self._overload:
            return f"<OpOverload(op='{self.__name__}', overload='{self._overload}')>"
        return f"<OpOverloadPacket(op='{self.__name__}')>"


@functools.cache
def _operation(name: str) -> Operation:
    doors = sys.modules[__package__], graph.Tensor
    found = next((getattr(door, name) for door in doors if callable(getattr(door, name, None))), None)
    return Operation(f"aten.{name}", found)


def __getattr__(name: str) -> Operation:
    if name.startswith(("__", "pytest")):  # pytest asks each module for its plugins and marks
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _operation(name)
