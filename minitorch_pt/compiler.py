"""torch.compiler: there is none. What would steer it is given back as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from .tensors.settings import compile as compile

__all__ = [
    "allow_in_graph", "assume_constant_result", "compile", "cudagraph_mark_step_begin", "disable", "is_compiling", "is_dynamo_compiling",
    "is_exporting", "list_backends", "reset",
]  # fmt: skip

_T = TypeVar("_T")


def allow_in_graph(fn: _T) -> _T:
    """The function as it is. Also a decorator."""
    return fn


assume_constant_result = allow_in_graph


def disable(fn: Callable | None = None, recursive: bool = True, *, reason: str | None = None) -> Any:
    """The function as it is, not compiled; without one, a decorator."""
    return allow_in_graph if fn is None else fn


_disable_dynamo = disable  # what PyTorch's own optimisers call it


def cudagraph_mark_step_begin() -> None:
    """Nothing: there is no GPU."""


def reset() -> None:
    """Nothing: no compiled code is kept."""


def list_backends(exclude_tags: Any = ()) -> list[str]:
    """None."""
    return []


def is_compiling() -> bool:
    """False: what runs here runs in Python."""
    return False


is_dynamo_compiling = is_exporting = is_compiling  # nor is a program recorded to be run elsewhere
