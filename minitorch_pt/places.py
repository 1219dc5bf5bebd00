"""Where things live: each class and function is called by the place where torch keeps it, whichever file here holds it.

`torch.Tensor` prints as `<class 'minitorch_pt.Tensor'>`, and a pickle names this place: it still loads when the class has moved to another
file. The packages say it once, in their `__init__.py`, of all that they show. What pickles of before name otherwise is in `MOVED`.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from importlib.machinery import ModuleSpec
from types import FunctionType, ModuleType
from typing import Any

from .absent import tell

__all__ = ["settle"]

# modules that files of before name, and those that hold, or show, their names now
MOVED = {"low_rank": "_lowrank"}

_settled: set[Any] = set()


def settle(door: str, shown: Mapping[str, Any], behind: Mapping[str, str] | None = None) -> None:
    """Say that the classes and functions that a module shows live in it; what another module has shown before stays there.

    door: the module's name. shown: its names. behind: modules of torch's behind it, with the names of those that live there:
    {"functional": "einsum split"}. A module that is no file here is made, so that pickle finds it.
    """
    homes = {name: f"{door}.{module}" for module, names in (behind or {}).items() for name in names.split()}
    for name, thing in list(shown.items()):
        if name[0] == "_" or not isinstance(thing, (FunctionType, type)) or thing in _settled or not _movable(thing):
            continue
        _settled.add(thing)
        before, thing.__module__ = thing.__module__, homes.get(name, door)
        vars(sys.modules.get(thing.__module__) or _made(thing.__module__, before)).setdefault(thing.__qualname__, thing)
        if isinstance(thing, type):
            for member in vars(thing).values():  # doctest looks for methods where their class is
                if isinstance(member, FunctionType) and member.__module__ == before:
                    member.__module__ = thing.__module__


def _movable(thing: Any) -> bool:
    """Whether it is of this package, and no method: torch.detach stays Tensor's."""
    return thing.__module__.partition(".")[0] == __package__ and "." not in thing.__qualname__


def _made(name: str, source: str) -> ModuleType:
    """A module that has no file of its own: that of `source` is shown, where inspect.getsource finds what it holds."""
    outer, _, inner = name.rpartition(".")
    sys.modules[name] = module = ModuleType(name, "A module of torch's: what it holds is in other files here.")
    module.__file__ = sys.modules[source].__file__
    vars(sys.modules[outer]).setdefault(inner, module)
    tell(name)
    return module


class _OldNames:
    """Finds the modules that have moved, by their old names."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        package, _, name = fullname.partition(".")
        return ModuleSpec(fullname, self) if package == __package__ and name in MOVED else None  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module(f".{MOVED[spec.name.partition('.')[2]]}", __package__)
        self._own = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._own  # the import system has put the spec of `find_spec` there


sys.meta_path.insert(0, _OldNames())  # type: ignore[arg-type]  # the base classes only say so, and take 1 ms to import
