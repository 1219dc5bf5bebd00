"""__torch_function__: how the class of an argument takes over the functions that are called with it.

    class Logged(torch.Tensor):
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            print(func.__name__)
            return super().__torch_function__(func, types, args, kwargs or {})

Classes that are no Tensors may define it too, and are then taken where a Tensor belongs. The front desk looks for such arguments
in calls that it has not let through before, so that calls of Tensors and numbers pay nothing for it. What has no desk, as `x.shape`
and `x[0]`, asks in `tensors/asked.py`.
"""

from __future__ import annotations

import functools
import inspect
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

from . import graph

__all__ = [
    "DisableTorchFunction", "DisableTorchFunctionSubclass", "Elsewhere", "Instead", "answer", "asked_of", "asks", "default", "hand_over",
    "handed", "never", "switch", "taken", "takers", "takes_over",
]  # fmt: skip


class _Switch(threading.local):
    off = 0  # classes are not asked
    everything = 0  # modes are not asked either
    mode: Callable | None = None  # what asks the innermost mode before the classes (overrides.py)


switch = _Switch()


class DisableTorchFunctionSubclass:
    """Context in which no argument takes over: a class computes in it as if its instances were plain Tensors."""

    def __enter__(self) -> None:
        switch.off += 1

    def __exit__(self, *error: object) -> None:
        switch.off -= 1


class DisableTorchFunction(DisableTorchFunctionSubclass):
    """Context in which no argument and no mode takes over."""

    def __enter__(self) -> None:
        super().__enter__()
        switch.everything += 1

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)
        switch.everything -= 1


class Elsewhere(NotImplementedError):
    """Raised where arguments have no arrays to compute with, as sparse tensors: it may know what to do `instead` of an operation."""

    def instead(self, operation: Callable, args: tuple, kwargs: dict) -> Any:
        """The result of the operation."""
        raise self


class Instead(Elsewhere):
    """Knows what to call with the operation and its arguments."""

    def __init__(self, call: Callable) -> None:
        super().__init__()
        self.instead = call  # type: ignore[method-assign]


def taken(classes: list[type]) -> Instead:
    """What to raise where classes of arguments take a call over."""
    return Instead(lambda operation, args, kwargs: hand_over(operation, classes, args, kwargs))


def never(*args: Any, **kwargs: Any) -> Any:
    """As `__torch_function__` of a class: its instances never take over."""
    return NotImplemented


@functools.cache
def takes_over(cls: Any) -> bool:
    """Whether a class has a `__torch_function__` of its own."""
    own: Any = getattr(cls, "__torch_function__", never)
    return own is not never and getattr(own, "__func__", own) is not default


def takers(args: Iterable[Any]) -> list[type]:
    """The classes of arguments, and of what lists among them hold, that take over: in their order, subclasses before their bases."""
    found: list[type] = []
    for a in args:
        for value in a if isinstance(a, (list, tuple)) else (a,):
            cls = type(value)
            if cls not in found and takes_over(cls):  # type: ignore[arg-type]
                place = next((i for i, other in enumerate(found) if issubclass(cls, other)), len(found))
                found.insert(place, cls)
    return found


def asked_of(*args: Any) -> list[type]:
    """The classes that take over where an index, or what is assigned, is refused; none where classes are not asked."""
    return [] if switch.off else takers(args)


def answer(function: Callable, classes: list[type], args: tuple, kwargs: dict) -> Any:
    """What the first of the classes that does not decline makes of a call, or NotImplemented; a mode comes before them."""
    if switch.mode is not None and not switch.everything:
        return switch.mode(function, function, classes, args, kwargs)
    for cls in classes:
        result = cls.__torch_function__(function, tuple(classes), args, kwargs)  # type: ignore[attr-defined]
        if result is not NotImplemented:
            return result
    return NotImplemented


# of the functions of nn.functional those that torch compiles: they hand on what they are given, those in Python their defaults too
_COMPILED = "avg_pool2d avg_pool3d elu_ gelu hardtanh_ leaky_relu_ logsigmoid scaled_dot_product_attention softplus softshrink".split()
# of the methods those in Python
_METHODS = "Tensor.backward Tensor.lu Tensor.norm Tensor.split Tensor.unique Tensor.unique_consecutive".split()


def _spelled(function: Callable, args: tuple, kwargs: dict) -> tuple[tuple, dict]:
    """The arguments of a call as torch's function in Python hands them on: all that have a default by keyword, given or not."""
    try:
        given = inspect.signature(function).bind(*args, **kwargs)
    except TypeError:  # the function itself says what is wrong
        return args, kwargs
    given.apply_defaults()
    plain: list = []
    named: dict = {}
    for p in given.signature.parameters.values():
        value = given.arguments[p.name]
        if p.default is not p.empty:
            named[p.name] = value
        else:
            plain += value if p.kind is p.VAR_POSITIONAL else [value]
    return tuple(plain), named


def asks(value: Any) -> bool:
    """Whether the class of an argument takes over what it is given to."""
    return takes_over(type(value)) and not switch.off  # type: ignore[arg-type]


def handed(function: Callable, given: dict[str, Any]) -> Any:
    """What the classes of the arguments, by their names, make of a call of a function that has no desk."""
    return hand_over(function, takers(given.values()), (), given)


def hand_over(function: Callable, classes: list[type], args: tuple, kwargs: dict) -> Any:
    """What the first of the classes that does not decline makes of a call.

    Raises:
        TypeError: all decline.
    """
    of_functional = str(getattr(function, "__module__", "")).endswith(".functional")
    if (of_functional and function.__name__ not in _COMPILED) or getattr(function, "__qualname__", "") in _METHODS:
        args, kwargs = _spelled(function, args, kwargs)
        if kwargs.get("return_indices"):  # which in torch another function gives
            name = f"{function.__name__.removesuffix('_with_indices')}_with_indices"
            function = getattr(sys.modules[function.__module__], name, function)
    result = answer(function, classes, args, kwargs)
    if result is not NotImplemented:
        return result
    names = ", ".join(f"{cls.__module__}.{cls.__qualname__}" for cls in classes)
    raise TypeError(
        f"no implementation found for 'torch.{function.__name__}' on types that implement __torch_function__: [{names}]"
    )


def default(cls: type, func: Callable, types: Iterable[type], args: tuple = (), kwargs: dict | None = None) -> Any:
    """Tensor's own `__torch_function__`: the function itself, whose results are of the class that was asked."""
    if not all(issubclass(cls, t) for t in types):
        return NotImplemented
    with DisableTorchFunctionSubclass():
        result = func(*args, **(kwargs or {}))
        # a gradient is what it is
        return result if getattr(func, "__self__", None) is graph.Tensor.grad else _of(cls, result)  # type: ignore[attr-defined]


def _of(cls: type, result: Any) -> Any:
    """A result, or each of several, as a tensor of the class."""
    if isinstance(result, graph.Tensor) and not isinstance(result, cls):
        return result.as_subclass(cls)
    if isinstance(result, (list, tuple)):
        return type(result)(_of(cls, part) for part in result)
    return result
