"""Switches of the engine, one set per thread: whether operations are recorded, and whether NaN gradients are hunted."""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable
from typing import Any

__all__ = ["no_grad", "enable_grad", "inference_mode", "set_grad_enabled", "is_grad_enabled", "detect_anomaly",
           "set_detect_anomaly", "is_anomaly_enabled"]  # fmt: skip


class _State(threading.local):
    recording = True
    anomaly = False


state = _State()


class _Switch:
    """A context manager, usable as a decorator too, that sets one attribute of `state` and puts it back."""

    attribute = "recording"

    def __init__(self, mode: bool) -> None:
        self._mode = mode
        self._before: list[bool] = []  # a stack: the same object may be entered again inside itself

    def __enter__(self) -> None:
        self._before.append(getattr(state, self.attribute))
        setattr(state, self.attribute, self._mode)

    def __exit__(self, *exc: object) -> None:
        setattr(state, self.attribute, self._before.pop())

    def __call__(self, function: Callable) -> Callable:
        attribute, mode = self.attribute, self._mode

        class switched(_Switch):
            pass

        switched.attribute = attribute

        if inspect.isgeneratorfunction(function):
            # between two values the caller's own mode holds
            @functools.wraps(function)
            def steps(*args: Any, **kwargs: Any) -> Any:
                generator = function(*args, **kwargs)
                sent = None
                while True:
                    try:
                        with switched(mode):
                            value = generator.send(sent)
                    except StopIteration as stop:
                        return stop.value
                    sent = yield value

            return steps

        @functools.wraps(function)
        def whole(*args: Any, **kwargs: Any) -> Any:
            with switched(mode):
                return function(*args, **kwargs)

        return whole


class no_grad(_Switch):
    """Operations inside are not recorded: no memory for gradients, results with requires_grad=False.

    >>> import minitorch_pt as torch
    >>> x = torch.ones(2, requires_grad=True)
    >>> with torch.no_grad():
    ...     print((x * 2).requires_grad)
    False
    """

    def __new__(cls, function: Callable | None = None) -> Any:
        return super().__new__(cls) if function is None else cls()(function)

    def __init__(self, function: Callable | None = None) -> None:
        super().__init__(False)


class enable_grad(_Switch):
    """Operations inside are recorded, also inside `no_grad`."""

    def __new__(cls, function: Callable | None = None) -> Any:
        return super().__new__(cls) if function is None else cls()(function)

    def __init__(self, function: Callable | None = None) -> None:
        super().__init__(True)


class inference_mode(_Switch):
    """As `no_grad`: what is computed inside is not recorded. `inference_mode(False)` records."""

    def __new__(cls, mode: bool | Callable = True) -> Any:
        return super().__new__(cls) if isinstance(mode, bool) else cls()(mode)

    def __init__(self, mode: bool | Callable = True) -> None:
        super().__init__(not mode)


class set_grad_enabled(_Switch):
    """Record operations or not, from this call on; as a context manager, until its end."""

    def __init__(self, mode: bool) -> None:
        super().__init__(mode)
        self._before.append(state.recording)
        state.recording = mode

    def __enter__(self) -> None:
        state.recording = self._mode

    def __call__(self, function: Callable) -> Callable:
        state.recording = self._before.pop()  # as a decorator it changes nothing until the function runs
        return super().__call__(function)


class detect_anomaly(_Switch):
    """Inside, a backward function that returns NaN raises an error that names it.

    Raises:
        RuntimeError: in the backward pass, at the first NaN.
    """

    attribute = "anomaly"

    def __init__(self, check_nan: bool = True) -> None:
        super().__init__(check_nan)


class set_detect_anomaly(_Switch):
    """Hunt NaN gradients or not, from this call on; as a context manager, until its end."""

    attribute = "anomaly"

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        super().__init__(mode and check_nan)
        self._before.append(state.anomaly)
        state.anomaly = self._mode

    def __enter__(self) -> None:
        state.anomaly = self._mode


def is_grad_enabled() -> bool:
    """Whether operations are being recorded in this thread."""
    return state.recording


def is_anomaly_enabled() -> bool:
    """Whether the backward pass looks for NaN."""
    return state.anomaly
