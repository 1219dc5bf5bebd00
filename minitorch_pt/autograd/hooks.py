"""Hooks: one table for a node or leaf, of (stage, which output, hook)."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from typing import Any

from . import graph
from .graph import Node, Output, for_users
from .modes import recording

# the order in which they run: of tensors, of the node before and after it runs
OF_TENSOR, RETAIN, BEFORE, AFTER = range(4)


leaves_have_hooks = False


def leaf_has_hooks() -> None:
    """From the first hook of a leaf on, backward passes look for the moment at which it is due."""
    global leaves_have_hooks
    leaves_have_hooks = True


# sparse/tensor.py sets these: the class of sparse tensors, from the first one on; and what makes one of indices, values and a shape
Sparse: Any = None
sparse_rows: Any = None


class RemovableHandle:
    """Returned when a hook is registered; `remove()` takes the hook away."""

    __module__ = "minitorch_pt.utils.hooks"
    _ids = itertools.count()

    def __init__(self, hooks_dict: dict, *, extra_dict: Any = None) -> None:
        self._tables = [hooks_dict, *([extra_dict] if isinstance(extra_dict, dict) else extra_dict or ())]
        self.id = next(self._ids)

    def remove(self) -> None:
        """Take the hook away; a second call does nothing."""
        for table in self._tables:
            table.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *exc: object) -> None:
        self.remove()


def add_hook(target: Any, hook: Callable, stage: int = OF_TENSOR) -> RemovableHandle:
    """Add a hook to a leaf or node; those of one output of several stand with the node, which runs them all."""
    place = 0
    if type(target) is Output:
        target, place = target.edges[0], target.place
    name = "hooks" if isinstance(target, Node) else "_hooks"
    if name == "_hooks":
        leaf_has_hooks()
    if getattr(target, name) is None:
        setattr(target, name, {})
    hooks = getattr(target, name)
    handle = RemovableHandle(hooks)
    hooks[handle.id] = (stage, place, hook)
    return handle


class _Turn(int):
    """A place in torch's queue: leaves, which come before all nodes, have the same."""

    edge: Any = None


def in_turn(node: Node, edges: Sequence, pending: dict[int, list], due: dict[int, int]) -> Sequence:
    """The inputs of a node in the order in which the hooks of those that are leaves run once it has been visited.

    Its kind may say so, if all are given: by positions, or () for all from the last to the first. If it does not, torch's queue
    decides, a heap, which does not keep the order of equals, of all to which no more gradients come.
    """
    order = node.kind.order
    if order is not None and max(order, default=0) < len(edges):
        return [edges[i] for i in order] if order else edges[::-1]
    if len(edges) < 3:  # a heap keeps the order of two
        return edges
    queue: list[_Turn] = []
    before = [entry[0] for entry in pending.values() if all(entry[0] is not edge for edge in edges)]
    for target in (*before, *edges):
        if target is not None and due.get(id(target), node.seq) >= node.seq:
            turn = _Turn(-target.seq if isinstance(target, Node) else -sys.maxsize)
            turn.edge = target
            heappush(queue, turn)
    return [heappop(queue).edge for _ in edges if queue]


def run_hooks(hooks: dict, gradient: Any, last: int = BEFORE) -> Any:
    """Show the gradient (for a node with several outputs the list, None where none came) to the hooks of the stages up to `last`."""
    several = type(gradient) is list
    tensors = list(map(for_users, gradient)) if several else [for_users(gradient)]
    for now in range(last + 1):  # a hook may remove others: those of a later stage do not run then
        for place, hook in [(place, hook) for stage, place, hook in hooks.values() if stage == now]:
            if now == BEFORE:
                tensors = replaced(hook, tensors, hook(tuple(tensors)), tuple)
            else:
                (tensors[place],) = replaced(hook, [tensors[place]], hook(tensors[place]), graph.Tensor)
    result = tensors if recording.on else list(map(bare, tensors))
    return result if several else result[0]


def bare(gradient: Any) -> Any:
    """A gradient as a pass that records nothing carries it: an array, or a sparse tensor."""
    plain = not isinstance(gradient, graph.Tensor) or type(gradient) is Sparse
    return gradient if plain else gradient._data


def replaced(hook: Callable, before: list, result: Any, kind: Any) -> list:
    """The gradients that a hook returned, or those that it was shown if it returned nothing.

    Raises:
        TypeError: it returned something else than a tensor (hooks of nodes: a tuple). RuntimeError: other shapes, types or numbers of them.
    """
    if result is None:
        return before
    if not isinstance(result, kind):
        raise TypeError(
            f"expected {'tuple' if kind is tuple else 'Variable'}, but hook returned '{type(result).__name__}': "
            f"return {'a tuple with a gradient, or None, for each' if kind is tuple else 'a tensor'}, or nothing"
        )
    after, name = list(result) if kind is tuple else [result], getattr(hook, "__name__", hook)
    if len(after) != len(before):
        raise RuntimeError(
            f"hook '{name}' has returned an incorrect number of values (got {len(after)}, but expected {len(before)})"
        )
    for old, new in zip(before, after, strict=True):
        if new is None:
            continue
        if not isinstance(new, graph.Tensor):
            raise TypeError(f"expected Variable, but hook returned '{type(new).__name__}' in its tuple")
        if old is None:
            raise RuntimeError(
                f"hook '{name}' can't replace a None gradient with a non-None value: no gradient came there"
            )
        if new.dtype is not old.dtype or new.shape != old.shape:
            raise RuntimeError(
                f"hook '{name}' has changed the type or size of value: it was given {old.dtype} of shape {list(old.shape)} and returned {new.dtype} of shape {list(new.shape)}"
            )
    return after
