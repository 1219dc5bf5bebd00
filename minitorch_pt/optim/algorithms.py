"""What most algorithms share: a step that changes each parameter by itself, element by element."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from ..autograd import hooks
from ..autograd.changes import changed
from ..tensors.tensor import Tensor, wrap
from . import recorded
from .optimizer import Optimizer, blocks, evaluate, number, with_gradients


class PerParameter(Optimizer):
    """An algorithm that changes each parameter by itself: it says how a parameter's state begins and what a step does to both."""

    later: Mapping[str, Any] = MappingProxyType(
        {"foreach": None, "maximize": False, "differentiable": False, "capturable": False}
    )
    scalars: tuple[str, ...] = ("step",)
    dense_only: str | None = None  # its name, if it takes no sparse gradients

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change the parameters along their gradients."""
        loss = evaluate(closure)
        for group in self.param_groups:
            differentiable = group.get("differentiable")
            for p in with_gradients(group, self.dense_only):
                state = self.state[p]
                if not state:
                    state.update(self._initial(group, p._data))
                if "step" in state:
                    state["step"]._data += 1
                if differentiable:
                    recorded.step(group, state, p, self._change, self.scalars)
                    continue
                if type(p._grad) is hooks.Sparse:
                    self._change_rows(group, state, p._data, p._grad)
                else:
                    self._change(group, state, p._data, p._grad._data)
                changed(p._data, self._changes(group))
        return loss

    def _initial(self, group: dict[str, Any], p: np.ndarray) -> dict[str, Tensor]:
        """The state of a parameter before its first step."""
        raise NotImplementedError

    def _change(self, group: dict[str, Any], state: dict[str, Tensor], p: np.ndarray, g: np.ndarray) -> None:
        """One step: change p and the state in place."""
        raise NotImplementedError

    def _change_rows(self, group: dict[str, Any], state: dict[str, Tensor], p: np.ndarray, gradient: Tensor) -> None:
        """One step with a sparse gradient, of those that take one."""
        raise NotImplementedError

    def _changes(self, group: dict[str, Any]) -> int:
        """How many changes of p a step counts as in torch: a decoupled decay is one of its own."""
        return 2 if group.get("decoupled_weight_decay") and group["weight_decay"] else 1


class Elementwise(PerParameter):
    """An algorithm in which each element of a parameter is changed by its own gradient and state: it runs block by block.

    `_rule` gives the function that changes a block; its arguments are the parameter, the gradient and, by name, the state.
    """

    def _rule(self, group: dict[str, Any], state: dict[str, Tensor]) -> Callable[..., None]:
        """The function `update(p, g, **state)` of this step."""
        raise NotImplementedError

    def _change(self, group: dict[str, Any], state: dict[str, Tensor], p: np.ndarray, g: np.ndarray) -> None:
        decay = group["weight_decay"] if "weight_decay" in self.defaults else 0  # Rprop has none, whatever a group says
        shrink = 1 - number(group["lr"]) * decay if group.get("decoupled_weight_decay") else None
        update = self._rule(group, state)
        takes = update.__code__.co_varnames[2 : update.__code__.co_argcount]
        names = [name for name in takes if name in state]  # programs, and other algorithms' checkpoints, keep more
        for p_, g_, *arrays in blocks(p, g, *(state[name]._data for name in names)):
            if group["maximize"]:
                g_ = -g_
            if decay:
                if shrink is None:
                    g_ = g_ + decay * p_
                else:
                    p_ *= shrink
            update(p_, g_, **dict(zip(names, arrays, strict=True)))


def zeros(p: np.ndarray) -> Tensor:
    """State that begins at 0, of the shape and type of p."""
    return wrap(np.zeros_like(p))
