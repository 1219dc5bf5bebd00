"""Variable: what a tensor with a gradient was called in torch's first years."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from . import graph
from .modes import recording

__all__ = ["Variable"]


class _AnyTensor(type):
    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, graph.Tensor)


class _Engine:
    """What leads the backward passes, as programs know it: it calls functions when a pass is over."""

    @staticmethod
    def queue_callback(callback: Callable[[], Any]) -> None:
        """Call a function at the end of the backward pass that is under way, after those that were queued before.

        Raises:
            RuntimeError: none is.
        """
        if recording.task is None:
            raise RuntimeError(
                "Final callbacks can only be installed during backward pass: queue them in a hook, or in the backward of a Function"
            )
        recording.task.after = [*(recording.task.after or ()), callback]


_numbers = itertools.count()


def current_task() -> int:
    """The number of the backward pass that is under way in this thread, or -1."""
    if recording.task is None:
        return -1
    if not hasattr(recording.task, "number"):
        recording.task.number = next(_numbers)
    return recording.task.number


class Variable(metaclass=_AnyTensor):
    """`Variable(data)` gives a leaf on the memory of `data`; every tensor is an instance."""

    _execution_engine = _Engine()

    def __new__(cls, data: Any = None, requires_grad: bool = False, volatile: bool | None = None) -> Any:
        if volatile is not None:
            warnings.warn(
                "volatile was removed and now has no effect. Use `with torch.no_grad():` instead.", stacklevel=2
            )
        if data is None:
            data = graph.wrap(np.empty(0, np.float32))
        if not isinstance(data, graph.Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {type(data).__name__}")
        return data.detach().requires_grad_(requires_grad)
