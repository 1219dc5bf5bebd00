"""The same code under PyTorch: a function of a lesson runs here and there, and what it returns is compared.

The function is plain PyTorch code. For the second run it gets twins of the names that it uses: `torch` is PyTorch, tensors hold the
same numbers there, functions and classes of the lesson are made again over these twins.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any

from .. import testing
from ..names.absent import PACKAGE
from ..tensors.tensor import Tensor
from .language import spoken

__all__ = ["compare", "in_pytorch", "same_in_pytorch"]

_MISSING = {
    "en": "PyTorch is not installed: nothing to compare with, and nothing here needs it.",
    "pt": "O PyTorch não está instalado: não há com que comparar, e nada aqui precisa dele.",
}


def compare(name: str, ours: Any, theirs: Any) -> None:
    """`minitorch_pt.testing.compare`, in the language that is spoken."""
    testing.compare(name, ours, theirs, language=spoken())


def in_pytorch(function: Callable[[], Any]) -> Any:
    """What `function` returns under PyTorch; None, and a word about it, if that is not installed.

    >>> import minitorch_pt as torch
    >>> weights = torch.tensor([4.0, 1.0])
    >>> def sums():
    ...     return torch.tensor([[1.0, 2.0], [3.0, 4.0]]) @ weights
    >>> type(in_pytorch(sums)).__module__  # doctest: +SKIP
    'torch'
    """
    if importlib.util.find_spec("torch") is None:
        print(_MISSING[spoken()])
        return None
    return _Twins(function.__globals__).of(function)()


def same_in_pytorch(function: Callable[[], dict[str, Any]]) -> None:
    """Run `function` here and under PyTorch, and print for each of its results, by their names, whether they are the same.

    >>> import minitorch_pt as torch
    >>> same_in_pytorch(lambda: {"mean": torch.tensor([1.0, 2.0]).mean()})  # doctest: +SKIP
    PyTorch: mean: exact
    """
    theirs = in_pytorch(function)
    if theirs is not None:
        for name, value in function().items():
            compare(f"PyTorch: {name}", value, theirs[name])


class _Twins:
    """The twins of a lesson's values, each made once, when it is asked for."""

    def __init__(self, names: dict[str, Any]) -> None:
        self.names, self.scope = names, {"__builtins__": __builtins__, "__name__": names.get("__name__")}
        self.made: dict[int, Any] = {}

    def of(self, value: Any) -> Any:
        """The value under PyTorch: what is not made of this library's is its own twin."""
        if id(value) not in self.made:
            self.made[id(value)] = self._make(value)
        return self.made[id(value)]

    def _make(self, value: Any) -> Any:
        if isinstance(value, Tensor):
            twin = importlib.import_module("torch").from_numpy(value.detach().numpy().copy())
            return twin.requires_grad_(value.requires_grad)
        if isinstance(value, (list, tuple)):
            return type(value)(map(self.of, value))
        if isinstance(value, dict):
            return {key: self.of(part) for key, part in value.items()}
        if isinstance(value, ModuleType):
            return importlib.import_module(_theirs(value.__name__)) if _is_ours(value.__name__) else value
        if isinstance(value, FunctionType) and value.__globals__ is self.names:
            return self._function(value)
        if isinstance(value, type) and value.__module__ == self.names.get("__name__"):
            return self._class(value)
        where = getattr(value, "__module__", None) or ""
        if callable(value) and hasattr(value, "__qualname__") and _is_ours(where):
            return getattr(importlib.import_module(_theirs(where)), value.__qualname__)
        return value

    def _function(self, function: FunctionType, cells: dict[int, CellType] | None = None) -> FunctionType:
        """The same code over the twins of the names that it uses."""
        for name in _used(function.__code__):
            if name in self.names and name not in self.scope:
                self.scope[name] = None  # it may use itself
                self.scope[name] = self.of(self.names[name])
        known = cells or {}
        closure = tuple(known.get(id(c.cell_contents)) or CellType(self.of(c.cell_contents)) for c in function.__closure__ or ())  # fmt: skip
        defaults = self.of(function.__defaults__) if function.__defaults__ else None
        return FunctionType(function.__code__, self.scope, function.__name__, defaults, closure)

    def _class(self, cls: type) -> type:
        """The same class over twins of its bases and methods; `super()` finds it in a cell."""
        own = CellType()
        members = {
            name: self._function(member, {id(cls): own}) if isinstance(member, FunctionType) else member
            for name, member in vars(cls).items()
            if name not in ("__dict__", "__weakref__")
        }
        twin: type = type(cls)(cls.__name__, tuple(map(self.of, cls.__bases__)), members)
        own.cell_contents = twin
        return twin


def _used(code: CodeType) -> set[str]:
    """The names that a function and those inside it look up outside."""
    inner = (_used(part) for part in code.co_consts if isinstance(part, CodeType))
    return set(code.co_names).union(*inner)


def _is_ours(module: str) -> bool:
    """Whether a module is one of those that mirror torch's: the teaching ones have no twin."""
    return module.partition(".")[0] == PACKAGE and not module.startswith(f"{PACKAGE}.teaching")


def _theirs(module: str) -> str:
    return f"torch{module.removeprefix(PACKAGE)}"
