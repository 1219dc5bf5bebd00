"""torch.jit: there is no compiler here. What a program wants compiled is given back as it is and runs in Python, with the same results."""

from __future__ import annotations

import builtins
import sys
import types
import typing
import warnings
from collections.abc import Callable, Container
from typing import Any, Final as Final, NamedTuple, NoReturn, TypeVar

from .futures import Future as Future
from .names.places import settle
from .nn.modules.module import Module

__all__ = [
    "Attribute", "Error", "Final", "Future", "ScriptFunction", "ScriptModule", "TracerWarning", "annotate", "export", "fork", "freeze", "ignore",
    "interface", "is_scripting", "is_tracing", "isinstance", "load", "optimize_for_inference", "save", "script", "script_if_tracing", "script_method",
    "strict_fusion", "trace", "trace_module", "unused", "wait",
]  # fmt: skip

_T = TypeVar("_T")


class ScriptFunction:
    """What torch's compiler makes of a function: nothing here is one."""


class ScriptModule(Module):
    """What torch's compiler makes of a module. A class of a user's that derives from it is an ordinary Module."""


class TracerWarning(Warning):
    """What torch's tracer warns of, which programs silence: nothing is traced here."""


class Error(Exception):
    """What compiled code raises in torch: nothing here does."""


class Attribute(NamedTuple):
    """A value with its type, which a module of torch's compiler keeps as its attribute.

    >>> torch.jit.Attribute(1, int)
    Attribute(value=1, type=<class 'int'>)
    """

    value: Any
    type: Any


class strict_fusion:
    """Context that says something to torch's compiler alone."""

    def __init__(self) -> None:
        warnings.warn("Only works in script mode", stacklevel=2)

    def __enter__(self) -> None:
        pass

    def __exit__(self, type: Any, value: Any, tb: Any) -> None:
        pass


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


def fork(func: Callable, *args: Any, **kwargs: Any) -> Any:
    """A Future of the call, which is made at once: only compiled code waits.

    >>> torch.jit.wait(torch.jit.fork(torch.relu, torch.tensor(-1.0)))
    tensor(0.)
    """
    later: Any = Future()
    later.set_result(func(*args, **kwargs))
    return later


def wait(future: Any) -> Any:
    """The value of a Future."""
    return future.wait()


_BARE = {
    list: "list", dict: "dict", tuple: "tuple", typing.List: "List", typing.Dict: "Dict", typing.Tuple: "Tuple", typing.Optional: "Optional",  # noqa: UP006
}  # fmt: skip


def _check_whole(target: Any) -> None:
    """Raise RuntimeError for a container without the type of what it holds."""
    name = _BARE.get(target)
    if name is not None:
        form = ("contained types", "", "int, int") if name.endswith("ict") else ("a contained type", "a ", "int")
        raise RuntimeError(
            f"Attempted to use {name} without {form[0]}. Please add {form[1]}contained type, e.g. {name}[{form[2]}]"
        )


def _within(value: Any, target: Any) -> bool:
    """Whether what a container holds is of a type, which may be that of a container again."""
    return _holds(value, target) if typing.get_origin(target) else builtins.isinstance(value, target)


def _holds(obj: Any, target: Any) -> bool:
    """Whether a container, or one of several types, is what `target` says: list[int], dict[str, Tensor], int | None."""
    origin, inner = typing.get_origin(target), typing.get_args(target)
    _check_whole(target)
    if origin is typing.Union or origin is types.UnionType:
        if obj is None:
            return True
        for one in inner:  # the first container decides, as in torch
            if typing.get_origin(one) or builtins.isinstance(obj, one):
                return _within(obj, one)
        return False
    if origin in (list, dict, tuple):
        if builtins.isinstance(obj, origin) and not obj:
            warnings.warn(
                "The inner type of a container is lost when calling torch.jit.isinstance in eager mode. For example, List[int] would become "
                "list and therefore falsely return True for List[float] or List[str].",
                stacklevel=4,
            )
        if not builtins.isinstance(obj, origin):
            return False
        if origin is dict:
            return all(builtins.isinstance(k, inner[0]) and _within(v, inner[1]) for k, v in obj.items())
        kinds = inner * len(obj) if origin is list else inner
        return len(obj) == len(kinds) and all(map(_within, obj, kinds))
    return False


def isinstance(obj: Any, target_type: Any) -> bool:
    """Whether a value is of a type, what containers hold included; target_type: a type, or several in a tuple.

    Raises:
        RuntimeError: a container without the type of what it holds. TypeError: no type.

    >>> torch.jit.isinstance([1, 2], list[int]), torch.jit.isinstance([1, "a"], list[int])
    (True, False)
    """
    if builtins.isinstance(target_type, Container):
        if not builtins.isinstance(target_type, tuple):
            raise RuntimeError("The second argument to `torch.jit.isinstance` must be a type or a tuple of types")
        return any(isinstance(obj, one) for one in target_type)
    _check_whole(target_type)
    return _within(obj, target_type)


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
