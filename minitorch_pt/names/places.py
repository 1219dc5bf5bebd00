"""Where things live: each class and function is called by the place where torch keeps it, whichever file here holds it.

`torch.Tensor` prints as `<class 'minitorch_pt.Tensor'>`, and a pickle names this place: it still loads when the class has moved to another
file. The packages say it once, in their `__init__.py`, of all that they show. What pickles of before name otherwise is in `GONE`.
"""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Mapping
from types import FunctionType, ModuleType
from typing import Any

from .absent import PACKAGE, tell

__all__ = ["adopt", "behind_the_doors", "settle"]

# modules that pickles of 0.1.0 name and that are no more, or hold less; what they held is looked for behind the doors
GONE = """autograd.graph conversion creation device dtypes legacy low_rank printing settings size tensor ops.activations ops.attention ops.convolution ops.ctc
ops.dropouts ops.embedding ops.indexing ops.likelihood_losses ops.margin_losses ops.matrices ops.normalization ops.numbered_losses ops.padding
ops.pointwise ops.pooling ops.products ops.recurrent ops.reductions ops.scatters ops.shape ops.shrinking ops.sorting ops.special_functions
ops.unpooling ops.vision"""
DOORS = ("", ".nn.functional", ".linalg", ".special", ".tensors.conversion", ".autograd", ".autograd.hooks")

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


def adopt(whole: type) -> None:
    """The methods of the parts from which a class is made are called as its own: an error says Module.to(), not Conversions.to()."""
    for part in whole.__mro__[:-1]:
        vars(sys.modules[part.__module__]).setdefault(whole.__name__, whole)  # pickle looks for a method there
        for name, method in vars(part).items():
            if isinstance(method, FunctionType) and not method.__qualname__.startswith(f"{whole.__qualname__}."):
                method.__qualname__, method.__module__ = f"{whole.__qualname__}.{name}", whole.__module__


def _movable(thing: Any) -> bool:
    """Whether it is of this package, and no method: torch.detach stays Tensor's."""
    return thing.__module__.partition(".")[0] == PACKAGE and "." not in thing.__qualname__


def _made(name: str, source: str) -> ModuleType:
    """A module that has no file of its own: that of `source` is shown, where inspect.getsource finds what it holds."""
    outer, _, inner = name.rpartition(".")
    if outer not in sys.modules:
        _made(outer, source)
    if not hasattr(sys.modules[outer], "__path__"):
        vars(sys.modules[outer])["__path__"] = []  # with it a module is taken for a package by imports
    sys.modules[name] = module = ModuleType(name, "A module of torch's: what it holds is in other files here.")
    module.__file__ = sys.modules[source].__file__
    vars(sys.modules[outer]).setdefault(inner, module)
    tell(name)
    return module


def behind_the_doors(module: str, name: str) -> Any:
    """What a module of before held under a name."""
    if name[:2] != "__":
        for door in DOORS:
            found = getattr(importlib.import_module(f"{PACKAGE}{door}"), name, module)
            if found is not module:
                return found
    raise AttributeError(f"module {module!r} has no attribute {name!r}")


for _name in GONE.split():
    _gone = sys.modules.setdefault(f"{PACKAGE}.{_name}", ModuleType(f"{PACKAGE}.{_name}"))
    vars(_gone)["__getattr__"] = functools.partial(behind_the_doors, _gone.__name__)
