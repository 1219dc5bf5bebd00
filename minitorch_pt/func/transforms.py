"""The start of a transform of torch.func: as `autograd/transforms.py` has it, also inside vmap."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from .. import ops
from ..arrays import samples
from ..autograd import transforms
from ..autograd.graph import stand_in
from ..autograd.modes import recording
from ..tensors.tensor import Tensor
from ..utils._pytree import tree_map_only
from .batched import Level, batched, bottom, levels_of, lifted, one_sample, rewrapped

__all__ = ["Start"]


class Start:
    """The fresh inputs of one transform, and derivatives with respect to them.

    Within vmap the inputs are lifted to all levels, so that each sample has a gradient of its own; the graph itself is that of the plain
    tensors which hold the samples, and as samples do not mix, one pass serves all of them.
    """

    def __init__(self, inputs: list) -> None:
        self._levels = samples.levels()
        self._plain = transforms.Start()
        self._inputs = [self._plain.fresh(bottom(lifted(t, self._levels))) for t in inputs]
        self.inputs = [rewrapped(t, self._levels) for t in self._inputs]

    def run(self, function: Callable, *args: Any, **kwargs: Any) -> Any:
        """Call the function and record it, also within no_grad."""
        with self._plain:
            return function(*args, **kwargs)

    def released(self, tree: Any) -> Any:
        """The results as the caller sees them: with a history only where the caller's own graph is part of it."""
        return tree_map_only(Tensor, lambda t: rewrapped(self._plain.released(bottom(t)), levels_of(t)), tree)

    def rows(self, push: Callable[[list], list], weights: list) -> list:
        """The products of many weights at once: these lie along the first axis, and so do the products."""
        with Level(len(weights[0]), "same") as level:
            found = push([batched(w, level) for w in weights])
        return [stand_in(lifted(g, [level]).value, Tensor) for g in found]

    def pull(self, outputs: list, cotangents: list) -> list:
        """The products of the cotangents, one for each output, with the Jacobian: reverse mode. Of the shapes of the inputs."""
        return self._products(self._ends(outputs), self._inputs, cotangents)

    def linearized(self, outputs: list) -> Callable[[list], list]:
        """The products of the Jacobian with tangents, one for each input, as a function of them: forward mode."""
        products, seeds = self._plain.linearized(self._ends(outputs), self._inputs)
        return lambda tangents: self._products(products, seeds, tangents)

    def _ends(self, outputs: list) -> list:
        return [bottom(lifted(o, self._levels)) for o in outputs]

    def _products(self, ends: list, begins: list, weights: list) -> list:
        more = {level for w in weights for level in levels_of(w) if level not in self._levels}
        if more:  # a vmap that was opened later: the graph has one value for all its samples
            level = max(more, key=lambda level: level.depth)
            if len(more) == 1:
                # a gradient function that works on arrays alone: it is called for each sample
                with suppress(Exception):
                    return self._products_of_samples(ends, begins, weights, level)
            rows = [self._products(ends, begins, [one_sample(w, level, i) for w in weights]) for i in range(level.size)]
            return [batched(ops.stack(column), level) for column in zip(*rows, strict=True)]
        flat = [bottom(lifted(w, self._levels)) for w in weights]
        return [rewrapped(g, self._levels) for g in self._plain.products(ends, begins, flat)]

    def _products_of_samples(self, ends: list, begins: list, weights: list, level: Level) -> list:
        """The products of the weights of all samples in one pass, which carries samples through the graph: that level's axis comes first."""
        depth = len(self._levels)
        whole = [bottom(lifted(w, [*self._levels, level])) for w in weights]
        first = [batched(ops.movedim(w, depth, 0), level) for w in whole]
        found = transforms.gradients(ends, begins, first, True)
        turned = [ops.movedim(lifted(g, [level]).value, 0, depth) for g in found]
        return [rewrapped(self._plain.released(g, recording.on), [*self._levels, level]) for g in turned]
