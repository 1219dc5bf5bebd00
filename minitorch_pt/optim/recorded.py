"""Steps that are recorded (differentiable=True): gradients flow through them, to the points before, the gradients and the options.

An algorithm changes arrays in place. Here it changes cells in their stead: a cell holds a Tensor and answers NumPy's arithmetic with
operations that are recorded; to change it in place is to let it hold the result. So the formulas are those of the plain steps.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..autograd import graph
from ..autograd.modes import enable_grad
from ..tensors.tensor import Tensor

__all__ = ["Cell", "step"]


def _traced(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return type(value)(map(_traced, value))
    return graph.stand_in(value.value if isinstance(value, Cell) else value, graph.Traced)


class Cell(np.lib.mixins.NDArrayOperatorsMixin):
    """An array to an algorithm; the Tensor `value` to the graph."""

    ndim, size = 1, 0  # so that `blocks` leaves it whole

    def __init__(self, value: Any) -> None:
        self.value = graph.stand_in(value, Tensor)

    @property
    def _data(self) -> Cell:
        return self

    def _put(self, value: Any) -> Cell:
        self.value = graph.stand_in(value, Tensor)
        return self

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = None) -> Any:
        result = getattr(ufunc, method)(*map(_traced, inputs))
        return Cell(result) if out is None else out[0]._put(result)

    def __array_function__(self, function: Any, types: Any, args: tuple, kwargs: dict) -> Any:
        out = kwargs.pop("out", None)
        result = function(*map(_traced, args), **kwargs)
        return Cell(result) if out is None else out._put(result)

    def __getitem__(self, index: Any) -> Cell:
        return Cell(self.value[index.value if isinstance(index, Cell) else index])

    def __setitem__(self, index: Any, value: Any) -> None:
        whole = self.value.clone()
        whole[index.value if isinstance(index, Cell) else index] = value.value if isinstance(value, Cell) else value
        self.value = whole

    def __bool__(self) -> bool:
        return bool(self.value)


def _options(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_options, value))
    return Cell(value) if isinstance(value, Tensor) and value.requires_grad else value


def step(
    group: dict[str, Any], state: dict[str, Any], p: Any, change: Callable, scalars: tuple[str, ...] = ("step",)
) -> None:
    """One step of a parameter: change(group, state, p, gradient) with cells, whose Tensors are then copied into the parameter and its state.

    scalars: the state that is no array of the parameter's shape.
    """
    with enable_grad():
        cells = {name: value if name in scalars else Cell(value.clone()) for name, value in state.items()}
        point = Cell(p.clone())
        change(
            {name: _options(value) for name, value in group.items() if name != "params"}, cells, point, Cell(p._grad)
        )
        p.copy_(point.value)
        for name, cell in cells.items():
            if name not in scalars:
                state[name] = state[name].copy_(cell.value) if name in state else cell.value
