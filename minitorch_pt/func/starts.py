"""Where the graph of a transformed function starts, and where it ends: what the transforms of torch.func share.

Each transform differentiates on fresh tensors, so that it sees its own function alone; where its caller records too (a transform around
it, or a tensor that requires grad), the fresh tensors lead on to that graph, and the results are part of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import ops
from ..arrays import samples
from ..autograd import graph
from ..autograd.modes import enable_grad, recording
from ..tensors.tensor import Tensor, wrap
from ..utils._pytree import tree_map_only
from .batched import batched, bottom, levels_of, lifted, one_sample, rewrapped

__all__ = ["Start", "zeros_like"]


def zeros_like(tensor: Any) -> Tensor:
    """Zeros for all samples, without history."""
    return wrap(np.zeros(tensor._data.shape, tensor._data.dtype))


class Start:
    """The fresh inputs of one transform, and derivatives with respect to them.

    Within vmap the inputs are lifted to all levels, so that each sample has a gradient of its own; the graph itself is that of the plain
    tensors which hold the samples, and as samples do not mix, one pass serves all of them.
    """

    def __init__(self, inputs: list) -> None:
        self.levels = list(samples.active)
        self._outer = recording.on
        self._own: set[int] = set()
        self._kept: list = []  # the ids above are theirs as long as they live
        self._inputs = [self._fresh(bottom(lifted(t, self.levels))) for t in inputs]
        self.inputs = [rewrapped(t, self.levels) for t in self._inputs]

    def _fresh(self, tensor: Any) -> Any:
        """The same memory as a leaf, or, if the tensor has a history, as the next step of that."""
        if tensor.requires_grad and self._outer:
            return tensor.view_as(tensor)
        return self._leaf(wrap(tensor._data))

    def _leaf(self, tensor: Any) -> Any:
        self._kept.append(tensor)
        self._own.add(id(tensor))
        return tensor.requires_grad_()

    def run(self, function: Callable, *args: Any, **kwargs: Any) -> Any:
        """Call the function and record it, also within no_grad."""
        with enable_grad():
            return function(*args, **kwargs)

    # -- where the graph ends ------------------------------------------------------------------------------------------
    def _leads_on(self, tensor: Any) -> bool:
        """Whether a tensor depends on something that requires grad and is not of this transform's making."""
        stack, seen = [graph.target(tensor)] if tensor.requires_grad else [], set()
        while stack:
            step = stack.pop()
            if step is None or id(step) in seen:
                continue
            seen.add(id(step))
            if isinstance(step, graph.Node):
                stack.extend(step.edges)
            elif id(step) not in self._own:
                return True
        return False

    def released(self, tree: Any) -> Any:
        """The results as the caller sees them: with a history only where the caller's own graph is part of it."""
        return tree_map_only(Tensor, self._released, tree)

    def _released(self, value: Any) -> Any:
        tensor = bottom(value)
        if not tensor.requires_grad or (self._outer and self._leads_on(tensor)):
            return value
        return rewrapped(tensor.detach(), levels_of(value))

    # -- derivatives ---------------------------------------------------------------------------------------------------
    def pull(self, outputs: list, cotangents: list) -> list:
        """The products of the cotangents, one for each output, with the Jacobian: reverse mode. Of the shapes of the inputs."""
        ends = [bottom(lifted(o, self.levels)) for o in outputs]
        return self._products(ends, self._inputs, cotangents)

    def linearized(self, outputs: list) -> Callable[[list], list]:
        """The product of the Jacobian with tangents of the inputs, as a function of them: forward mode.

        By the double-backward trick: the reverse product uᵀJ is linear in u, and its gradient with respect to u, weighted by v, is J v.
        """
        ends = [bottom(lifted(o, self.levels)) for o in outputs]
        seeds = [self._leaf(zeros_like(end)) for end in ends]
        with enable_grad():
            products = _gradients(ends, self._inputs, seeds, True)
        return lambda tangents: self._products(products, seeds, tangents)

    def _products(self, ends: list, starts: list, weights: list) -> list:
        more = [level for w in weights for level in levels_of(w) if level not in self.levels]
        if more:  # a vmap that was opened later: the graph has one value for all its samples, and is walked for each
            level = max(more, key=lambda level: level.depth)
            rows = [self._products(ends, starts, [one_sample(w, level, i) for w in weights]) for i in range(level.size)]
            return [batched(ops.stack(column), level) for column in zip(*rows, strict=True)]
        flat = [bottom(lifted(w, self.levels)) for w in weights]
        before, self._outer = self._outer, recording.on
        create = self._outer and any(map(self._leads_on, [*ends, *flat]))
        found = _gradients(ends, starts, flat, create)
        result = self.released([rewrapped(g, self.levels) for g in found])
        self._outer = before
        return result


def _gradients(ends: list, starts: list, weights: list, create_graph: bool) -> list:
    """The gradients of the ends, zeros where there are none."""
    pairs = [(end, weight) for end, weight in zip(ends, weights, strict=True) if end.requires_grad]
    if not pairs:
        return [zeros_like(t) for t in starts]
    ends, weights = map(list, zip(*pairs, strict=True))
    found = graph.grad(ends, starts, weights, True, create_graph, allow_unused=True)
    return [zeros_like(t) if g is None else g for g, t in zip(found, starts, strict=True)]
