"""torch.jit: there is no compiler here. What a program wants compiled is given back as it is and runs in Python, with the same results."""

from __future__ import annotations

import sys
import typing
from typing import Any, Final as Final, NoReturn, TypeVar

from .names.places import settle
from .nn.modules.module import Module

__all__ = [
    "Final", "ScriptFunction", "ScriptModule", "TracerWarning", "annotate", "export", "freeze", "ignore", "interface", "is_scripting", "is_tracing",
    "load", "optimize_for_inference", "save", "script", "script_if_tracing", "script_method", "trace", "trace_module", "unused",
]  # fmt: skip

_T = TypeVar("_T")


class ScriptFunction:
    """What torch's compiler makes of a function: nothing here is one."""


class ScriptModule(Module):
    """What torch's compiler makes of a module. A class of a user's that derives from it is an ordinary Module."""


class TracerWarning(Warning):
    """What torch's tracer warns of, which programs silence: nothing is traced here."""


def _get_trace_graph(*args: Any, **kwargs: Any) -> NoReturn:
    """Where packages that count operations get them from: refused at its use."""
    raise NotImplementedError(
        "torch.jit._get_trace_graph(): minitorch_pt traces no calls; count with hooks on modules (register_forward_hook), or under PyTorch"
    )


def script(obj: _T, optimize: Any = None, _frames_up: int = 0, _rcb: Any = None, example_inputs: Any = None) -> _T:
    """The function, module or class as it is. Also a decorator.

    >>> torch.jit.script(torch.relu)(torch.tensor([-1.0, 1.0]))
    tensor([0., 1.])
    """
    return obj


def trace(
    func: _T, example_inputs: Any = None, optimize: Any = None, check_trace: bool = True, check_inputs: Any = None, check_tolerance: float = 1e-5,
    strict: bool = True, _force_outplace: bool = False, _module_class: Any = None, _compilation_unit: Any = None,
    example_kwarg_inputs: Any = None, _store_inputs: bool = True,
) -> _T:  # fmt: skip
    """The function or module as it is: torch would run it on the examples, and repeat later what it saw, also where a condition turns out otherwise."""
    return func


def trace_module(
    mod: _T, inputs: Any, optimize: Any = None, check_trace: bool = True, check_inputs: Any = None, check_tolerance: float = 1e-5,
    strict: bool = True, _force_outplace: bool = False, _module_class: Any = None, _compilation_unit: Any = None,
    example_inputs_is_kwarg: bool = False, _store_inputs: bool = True,
) -> _T:  # fmt: skip
    """The module as it is."""
    return mod


def freeze(mod: _T, preserved_attrs: Any = None, optimize_numerics: bool = True) -> _T:
    """The module as it is."""
    return mod


def optimize_for_inference(mod: _T, other_methods: list[str] | None = None) -> _T:
    """The module as it is."""
    return mod


def _as_it_is(fn: _T) -> _T:
    """The function as it is."""
    return fn


_overload = _overload_method = _script_if_tracing = export = script_if_tracing = script_method = unused = _as_it_is


def interface(obj: _T) -> _T:
    """The class as it is."""
    return obj


def ignore(drop: Any = False, **kwargs: Any) -> Any:
    """Marks what torch's compiler is to leave to Python; all of it is here. A decorator, with or without arguments."""
    return drop if callable(drop) else _as_it_is


def annotate(the_type: Any, the_value: _T) -> _T:
    """The value: its type is for torch's compiler."""
    return the_value


def is_scripting() -> bool:
    """False: what runs here runs in Python."""
    return False


def is_tracing() -> bool:
    """False: no call is recorded for later."""
    return False


def _no_files(what: str) -> NoReturn:
    raise RuntimeError(
        f"torch.jit.{what}(): minitorch_pt has no compiler, hence no files of compiled code; use torch.save and torch.load of a state_dict"
    )


def save(m: Any, f: Any, _extra_files: Any = None) -> None:
    """Refused.

    Raises:
        RuntimeError: always: there is no compiled code to be saved.
    """
    _no_files("save")


def load(f: Any, map_location: Any = None, _extra_files: Any = None, _restore_shapes: bool = False) -> Any:
    """Refused.

    Raises:
        RuntimeError: always: compiled code cannot be run.
    """
    _no_files("load")


class BroadcastingListCls:
    """What annotations call a list for which one number may stand: BroadcastingList2[int]."""

    def __getitem__(self, types: Any) -> None:
        """None: it says nothing to Python."""


# torch's module behind this door, and what programs take from it
settle(f"{__name__}.annotations", {"BroadcastingListCls": BroadcastingListCls})
globals()["annotations"] = sys.modules[f"{__name__}.annotations"]  # so far what `from __future__` has brought
vars(sys.modules[f"{__name__}.annotations"]).update(
    dict.fromkeys([f"BroadcastingList{count}" for count in range(1, 7)], BroadcastingListCls())
    | {name: getattr(typing, name) for name in ("Dict", "List", "Optional", "Tuple", "Union")}
)
