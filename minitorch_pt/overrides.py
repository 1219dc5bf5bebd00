"""torch.overrides: how classes of their own take over torch's functions (`__torch_function__`, see autograd/takeovers.py), and modes all calls.

A mode is asked where a program looks for a function: while one is entered, the modules' functions and Tensor's methods are exchanged for
others that ask it. So calls outside modes pay nothing.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import threading
from collections.abc import Callable, Iterable
from types import FunctionType, ModuleType
from typing import Any

from .autograd.takeovers import answer, hand_over, switch, takers
from .tensors.asked import handed, names
from .tensors.tensor import Tensor

__all__ = [
    "BaseTorchFunctionMode", "TorchFunctionMode", "get_ignored_functions", "get_overridable_functions", "get_testing_overrides",
    "handle_torch_function", "has_torch_function", "has_torch_function_unary", "has_torch_function_variadic", "is_tensor_like",
    "is_tensor_method_or_property", "resolve_name", "wrap_torch_function",
]  # fmt: skip

_PACKAGE = __package__
_ROOMS = ("", ".functional", ".nn.functional", ".nn.init", ".linalg", ".special")
_IGNORED = (
    "is_tensor is_storage set_default_dtype get_default_dtype set_printoptions manual_seed seed initial_seed "
    "get_rng_state set_rng_state typename set_num_threads get_num_threads is_grad_enabled "
    "is_inference_mode_enabled from_numpy save load vmap compile can_cast promote_types result_type"
).split()


class _Modes(threading.local):
    def __init__(self) -> None:
        self.stack: list[TorchFunctionMode] = []


_modes = _Modes()
_lock = threading.Lock()
_entered = 0  # modes of all threads
_before: list[tuple[Any, str, Any]] = []  # what was exchanged: where, its name, what was there


class TorchFunctionMode:
    """Context in which each function of torch is handed to the `__torch_function__` of the mode, whatever its arguments are.

    >>> class Names(torch.overrides.TorchFunctionMode):
    ...     def __torch_function__(self, func, types, args=(), kwargs=None):
    ...         print(func.__name__)
    ...         return func(*args, **(kwargs or {}))
    >>> with Names():
    ...     x = torch.ones(2) * 3
    ones
    mul
    """

    def __torch_function__(self, func: Callable, types: tuple, args: tuple = (), kwargs: dict | None = None) -> Any:
        raise NotImplementedError("a mode says in __torch_function__ what becomes of a call")

    def __enter__(self) -> TorchFunctionMode:
        _push(self)
        return self

    def __exit__(self, *error: object) -> None:
        _pop()


class BaseTorchFunctionMode(TorchFunctionMode):
    """The mode that changes nothing."""

    def __torch_function__(self, func: Callable, types: tuple, args: tuple = (), kwargs: dict | None = None) -> Any:
        return func(*args, **(kwargs or {}))


def _push(mode: TorchFunctionMode) -> None:
    _modes.stack.append(mode)
    switch.mode = _ask
    _count(1)


def _pop() -> TorchFunctionMode:
    mode = _modes.stack.pop()
    switch.mode = _ask if _modes.stack else None
    _count(-1)
    return mode


def _count(by: int) -> None:
    """Keep the functions exchanged while any thread is in a mode."""
    global _entered
    with _lock:
        _entered += by
        if by > 0 and _entered == 1:
            _exchange()
        elif not _entered:
            while _before:
                owner, name, old = _before.pop()
                delattr(owner, name) if old is None else setattr(owner, name, old)


def _exchange() -> None:
    for module, found in _rooms():
        for name, function in found.items():
            _before.append((module, name, function))
            setattr(module, name, _asking(function))
    for name in names():
        if name not in ("__repr__", "__format__", "__array__", "__class__"):
            _before.append((Tensor, name, vars(Tensor).get(name)))
            setattr(Tensor, name, _asking_method(name))


@functools.cache
def _asking_method(name: str) -> Any:
    own = names()[name]
    if not isinstance(own, property):
        return _asking(handed(name))
    places = zip((own.fget, own.fset, own.fdel), ("__get__", "__set__", "__delete__"), strict=True)
    return property(*[part and _asking(getattr(own, at)) for part, at in places])


@functools.cache
def _asking(function: Any) -> Any:
    """The function, which asks the thread's mode first."""

    @functools.wraps(function)
    def asked(*args: Any, **kwargs: Any) -> Any:
        if not _modes.stack or switch.everything:
            return function(*args, **kwargs)
        classes = [] if switch.off else takers((*args, *kwargs.values()))
        result = _ask(asked, function, classes, args, kwargs)
        if result is NotImplemented:
            raise TypeError(
                f"Multiple dispatch failed for '{resolve_name(function)}'; all __torch_function__ handlers returned NotImplemented"
            )
        return result

    return asked


def _ask(asked: Callable, function: Callable, classes: list[type], args: tuple, kwargs: dict) -> Any:
    """What the innermost mode makes of a call, and where it declines the next or the classes: a mode is not asked while it answers.

    asked: what stands in the function's place, and asks the outer modes.
    """
    mode = _pop()
    try:
        result = mode.__torch_function__(asked if _modes.stack else function, tuple(classes), args, kwargs)
        return answer(function, classes, args, kwargs) if result is NotImplemented else result
    finally:
        _push(mode)


def _get_current_function_mode() -> TorchFunctionMode | None:
    return _modes.stack[-1] if _modes.stack else None


def _get_current_function_mode_stack() -> list[TorchFunctionMode]:
    return [*_modes.stack]


@functools.cache
def _rooms() -> list[tuple[ModuleType, dict[str, Any]]]:
    """The modules, and in each the functions that may be taken over."""
    found = []
    for room in _ROOMS:
        module = importlib.import_module(_PACKAGE + room)
        here = {name: getattr(module, name) for name in getattr(module, "__all__", dir(module))}
        found.append(
            (
                module,
                {n: f for n, f in here.items() if isinstance(f, FunctionType) and n[0] != "_" and n not in _IGNORED},
            )
        )
    return found


def get_overridable_functions() -> dict[Any, list[Callable]]:
    """The functions that classes and modes may take over, by the module or class that has them."""
    found: dict[Any, list[Callable]] = {module: [*here.values()] for module, here in _rooms()}
    methods = [own.__get__ if isinstance(own, property) else own for own in names().values()]
    return {**found, Tensor: methods}


def get_ignored_functions() -> set[Callable]:
    """The functions of torch that are never handed over."""
    torch = importlib.import_module(_PACKAGE)
    return {getattr(torch, name) for name in _IGNORED if hasattr(torch, name)}


def get_testing_overrides() -> dict[Callable, Callable]:
    """For each function that may be taken over, one with its parameters that gives -1."""

    def minus_one(function: Any) -> Callable:
        def override(*args: Any, **kwargs: Any) -> int:
            return -1

        if getattr(function, "__name__", "") not in ("__get__", "__set__", "__delete__"):
            override.__signature__ = inspect.signature(function)  # type: ignore[attr-defined]
        return override

    return {function: minus_one(function) for here in get_overridable_functions().values() for function in here}


def resolve_name(f: Callable) -> str | None:
    """Where a function is found, as 'torch.Tensor.add', or None.

    >>> torch.overrides.resolve_name(torch.nn.functional.relu)
    'torch.nn.functional.relu'
    """
    for name, own in names().items():
        if isinstance(own, property) and getattr(f, "__self__", None) is own:
            return f"torch.Tensor.{name}.{f.__name__}"
    found = [
        f"torch{room}.{name}"
        for room, (_, here) in zip(_ROOMS, _rooms(), strict=True)
        for name, own in here.items()
        if own is f
    ]
    found += [f"torch.Tensor.{name}" for name, own in names().items() if own is f]
    return found[-1] if found else None


def wrap_torch_function(dispatcher: Callable) -> Callable:
    """A decorator for functions of a user's: classes of what `dispatcher(*args, **kwargs)` gives may take calls of it over."""

    def decorator(function: Callable) -> Callable:
        @functools.wraps(function)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            relevant = dispatcher(*args, **kwargs)
            if has_torch_function(relevant):
                return handle_torch_function(wrapped, relevant, *args, **kwargs)
            return function(*args, **kwargs)

        return wrapped

    return decorator


def has_torch_function(relevant_args: Iterable[Any]) -> bool:
    """Whether the class of an argument, or a mode, takes over functions: where it does, a function of a user's hands its call on.

    >>> torch.overrides.has_torch_function((torch.ones(2), 3))
    False
    """
    taken = bool(takers(relevant_args)) and not switch.off
    return taken or (bool(_modes.stack) and not switch.everything)


def has_torch_function_unary(value: Any) -> bool:
    """`has_torch_function` of one argument."""
    return has_torch_function((value,))


def has_torch_function_variadic(*values: Any) -> bool:
    """`has_torch_function` of several arguments."""
    return has_torch_function(values)


def handle_torch_function(public_api: Callable, relevant_args: Iterable[Any], *args: Any, **kwargs: Any) -> Any:
    """What the mode, or else the classes of `relevant_args`, make of a call of `public_api`.

    Raises:
        TypeError: none takes it over.
    """
    return hand_over(public_api, takers(relevant_args), args, kwargs)


def is_tensor_like(inp: Any) -> bool:
    """Whether a value is a Tensor, or offers `__torch_function__`."""
    return isinstance(inp, Tensor) or hasattr(type(inp), "__torch_function__")


def is_tensor_method_or_property(func: Callable) -> bool:
    """Whether a function is a method of Tensor, or what reads one of its properties."""
    name = getattr(func, "__name__", "")
    return name == "__get__" or (bool(name) and getattr(Tensor, name, None) is func)
