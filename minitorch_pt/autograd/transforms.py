"""Where the graph of a transformed function starts and ends, and the products of its Jacobian: what forward mode and torch.func share.

A transform differentiates on fresh tensors, so that it sees its own function alone; where its caller records too (a transform around it, or
a tensor that requires grad), the fresh tensors lead on to that graph, and the results are part of it.
"""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from . import graph
from .gradients import grad
from .modes import enable_grad, recording

__all__ = ["Start", "gradients", "zeros_like"]


def zeros_like(tensor: Any) -> Any:
    """Zeros without history."""
    return graph.wrap(np.zeros(tensor._data.shape, tensor._data.dtype))


class _PerThread(threading.local):
    def __init__(self) -> None:
        self.starts: list[Start] = []


_running = _PerThread()


class Start:
    """The fresh tensors of one transform, and derivatives with respect to them. Within `with`, its function runs, and is recorded."""

    def __init__(self) -> None:
        self._outer = recording.on

    def __enter__(self) -> None:
        _running.starts.append(self)
        self._before, recording.on = recording.on, True

    def __exit__(self, *exc: object) -> None:
        _running.starts.remove(self)
        recording.on = self._before

    def fresh(self, tensor: Any) -> Any:
        """The same memory as a leaf, or, if the tensor has a history, as the next step of that.

        Raises:
            RuntimeError: it is not of floating point.
        """
        if tensor.requires_grad and self._outer:
            return tensor.view_as(tensor)
        leaf = graph.wrap(tensor._data).requires_grad_()
        leaf.start = self
        return leaf

    def _leads_on(self, tensor: Any) -> bool:
        """Whether a tensor depends on something that requires grad: on a leaf of the user's, or of a transform around this one."""
        stack, seen = [graph.target(tensor)] if tensor.requires_grad else [], set()
        while stack:
            step = stack.pop()
            if step is None or id(step) in seen:
                continue
            seen.add(id(step))
            if isinstance(step, graph.Node):
                stack.extend(step.edges)
            elif not hasattr(step, "start") or (step.start is not self and step.start in _running.starts):
                return True
        return False

    def released(self, tensor: Any, outer: bool | None = None) -> Any:
        """A result as the caller sees it: with a history only where the caller's own graph is part of it.

        outer: whether the caller records; as at the start, if it is left out.
        """
        outer = self._outer if outer is None else outer
        return tensor if not tensor.requires_grad or (outer and self._leads_on(tensor)) else tensor.detach()

    def products(self, ends: list, starts: list, weights: list) -> list:
        """The products of the weights, one for each end, with the Jacobian: reverse mode. Of the shapes of the starts."""
        outer = recording.on
        create = outer and any(map(self._leads_on, [*ends, *weights]))
        return [self.released(g, outer) for g in gradients(ends, starts, weights, create)]

    def linearized(self, ends: list, starts: list) -> tuple[list, list]:
        """uᵀJ and u, whose `products` with tangents of the starts are J v: forward mode.

        By the double-backward trick: the reverse product uᵀJ is linear in u, and its gradient with respect to u, weighted by v, is J v.
        """
        seeds = [self.fresh(zeros_like(end)) for end in ends]
        with enable_grad():
            return gradients(ends, starts, seeds, True), seeds


def gradients(ends: list, starts: list, weights: list, create_graph: bool) -> list:
    """The gradients of the ends, zeros where there are none."""
    pairs = [(end, weight) for end, weight in zip(ends, weights, strict=True) if end.requires_grad]
    if not pairs:
        return [zeros_like(t) for t in starts]
    ends, weights = map(list, zip(*pairs, strict=True))
    found = grad(ends, starts, weights, True, create_graph, allow_unused=True)
    return [zeros_like(t) if g is None else g for g, t in zip(found, starts, strict=True)]
