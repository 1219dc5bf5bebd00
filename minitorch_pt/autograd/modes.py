"""Switches of the engine: whether operations are recorded, in each thread, and whether NaN gradients are hunted, in all."""

from __future__ import annotations

import functools
import inspect
import threading
import warnings
from collections.abc import Callable
from typing import Any

from ..arrays.storage import in_inference, inferring

__all__ = [
    "no_grad", "enable_grad", "inference_mode", "set_grad_enabled", "is_grad_enabled", "detect_anomaly",
    "set_detect_anomaly", "is_anomaly_enabled", "is_inference_mode_enabled",
]  # fmt: skip


class _PerThread(threading.local):
    on = True  # never in inference mode
    asked = True  # in inference mode: what was switched on or off, and tells only `is_grad_enabled`
    always = False  # whether operations are recorded whatever is asked for: while tensors carry tangents
    task: Any = None  # the backward pass that is under way


# called with each new node of the graph, the value that it stands for and the arguments that the rule was given, or None
watchers: set[Callable] = set()


def _trace(node: Any, value: Any, args: Any) -> None:
    """Note where in the program a node is made."""
    import traceback  # only those who ask pay for it

    node.trace = "".join(traceback.format_stack(limit=9)[:-3])


class _Everywhere:
    @property
    def on(self) -> bool:
        return _trace in watchers

    @on.setter
    def on(self, mode: bool) -> None:
        (watchers.add if mode else watchers.discard)(_trace)


recording = _PerThread()
anomaly = _Everywhere()


class _Grad:
    """Whether to record, as users switch it in this thread."""

    @property
    def on(self) -> Any:
        return recording.asked if inferring and in_inference() else recording.on

    @on.setter
    def on(self, mode: bool) -> None:
        setattr(recording, "asked" if inferring and in_inference() else "on", mode or recording.always)


class _Both:
    """Recording and inference in this thread, switched together as a pair."""

    @property
    def on(self) -> Any:
        return _grad.on, in_inference()

    @on.setter
    def on(self, pair: Any) -> None:
        recording.asked, infers = pair
        recording.on = recording.asked and not infers
        (inferring.add if infers else inferring.discard)(threading.get_ident())


_grad = _Grad()


class _Switch:
    """A context manager, usable as a decorator too, that turns one of the two on or off and puts it back."""

    def __init__(self, mode: Any, state: Any = _grad) -> None:
        self._mode, self._state = mode, state
        self._before: list[bool] = []  # a stack: the same object may be entered again inside itself

    def __enter__(self) -> None:
        self._before.append(self._state.on)
        self._state.on = self._mode

    def __exit__(self, *exc: object) -> None:
        self._state.on = self._before[-1]
        self._before.pop()

    def __call__(self, function: Callable) -> Callable:
        if inspect.isgeneratorfunction(function):
            return self._generator(function)
        if isinstance(function, type):
            warnings.warn(
                "Decorating classes is deprecated and will be disabled in future versions. You should only decorate functions or "
                "methods. To preserve the current behavior of class decoration, you can directly decorate the `__init__` method "
                "and nothing else.",
                FutureWarning,
                stacklevel=2,
            )

        @functools.wraps(function, () if isinstance(function, type) else functools.WRAPPER_ASSIGNMENTS, updated=())
        def whole(*args: Any, **kwargs: Any) -> Any:
            state, before = self._state, self._state.on
            try:  # not `with`, whose end a Ctrl-C can skip
                state.on = self._mode
                return function(*args, **kwargs)
            finally:
                state.on = before

        return whole

    def _generator(self, function: Callable) -> Callable:
        """Between two values the caller's own mode holds."""

        @functools.wraps(function)
        def steps(*args: Any, **kwargs: Any) -> Any:
            generator = function(*args, **kwargs)
            go, given = generator.send, None
            try:
                while True:
                    with _Switch(self._mode, self._state):
                        value = go(given)
                    try:
                        go, given = generator.send, (yield value)
                    except GeneratorExit:
                        with _Switch(self._mode, self._state):
                            generator.close()
                        raise
                    except BaseException as error:
                        go, given = generator.throw, error
            except StopIteration as stop:
                return stop.value

        return steps


class _Setting(_Switch):
    """A switch that holds from the call that makes it; as a context manager, until its end."""

    def __init__(self, mode: bool, state: Any = _grad) -> None:
        super().__init__(mode, state)
        super().__enter__()

    def __enter__(self) -> None:
        self._state.on = self._mode

    def __repr__(self) -> str:
        return f"{type(self).__module__}.{type(self).__name__}(mode={self._mode})"


class no_grad(_Switch):
    """Operations inside are not recorded: no memory for gradients, results with requires_grad=False.

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
    """Operations inside are recorded, also inside `no_grad`.

    >>> x = torch.ones(2, requires_grad=True)
    >>> with torch.no_grad(), torch.enable_grad():
    ...     y = 2 * x
    ...
    >>> y.requires_grad
    True
    """

    def __new__(cls, function: Callable | None = None) -> Any:
        return super().__new__(cls) if function is None else cls()(function)

    def __init__(self, function: Callable | None = None) -> None:
        super().__init__(True)


class inference_mode(_Switch):
    """As `no_grad`, and what is made inside may not take part in a recorded computation later. `inference_mode(False)` records.

    >>> x = torch.ones(2, requires_grad=True)
    >>> with torch.inference_mode():
    ...     y = 2 * x
    ...
    >>> y.requires_grad, y.is_inference()
    (False, True)
    """

    def __new__(cls, mode: bool | Callable = True) -> Any:
        return super().__new__(cls) if isinstance(mode, bool) else cls()(mode)

    def __init__(self, mode: bool | Callable = True) -> None:
        super().__init__((not mode, mode), _Both())


class set_grad_enabled(_Setting):
    """Record operations or not, from this call on; as a context manager, until its end.

    >>> x = torch.ones(2, requires_grad=True)
    >>> with torch.set_grad_enabled(False):
    ...     y = 2 * x
    ...
    >>> y.requires_grad
    False
    """

    def __init__(self, mode: bool) -> None:
        if not isinstance(mode, bool):
            raise TypeError(f"set_grad_enabled(): argument 'enabled' must be bool, not {type(mode).__name__}")
        super().__init__(mode)

    def __call__(self, function: Callable) -> Callable:
        self.__exit__()  # as a decorator it changes nothing until the function runs
        return super().__call__(function)


class detect_anomaly(_Switch):
    """Inside, a backward function that returns NaN raises an error that names it.

    Raises:
        RuntimeError: in the backward pass, at the first NaN.
    """

    def __init__(self, check_nan: bool = True) -> None:
        super().__init__(check_nan, anomaly)
        warnings.warn(
            "Anomaly Detection has been enabled. This mode will increase the runtime and should only be enabled for debugging.",
            stacklevel=2,
        )


class set_detect_anomaly(_Setting):
    """Hunt NaN gradients or not, from this call on; as a context manager, until its end."""

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        super().__init__(mode and check_nan, anomaly)


def is_grad_enabled() -> bool:
    """Whether operations are to be recorded in this thread; in inference mode none is, whatever was asked for.

    >>> with torch.no_grad():
    ...     torch.is_grad_enabled()
    ...
    False
    """
    return _grad.on


def is_inference_mode_enabled() -> bool:
    """Whether this thread is in inference mode.

    >>> with torch.inference_mode():
    ...     torch.is_inference_mode_enabled()
    ...
    True
    """
    return in_inference()


def is_anomaly_enabled() -> bool:
    """Whether the backward pass looks for NaN.

    >>> torch.is_anomaly_enabled()
    False
    """
    return anomaly.on
