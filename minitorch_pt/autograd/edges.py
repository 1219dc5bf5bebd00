"""torch.autograd.graph: edges of the graph by name, hooks on the gradients of several tensors, versions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from . import changes, graph
from .graph import Node
from .hooks import RemovableHandle
from .modes import recording
from .nodes import shown

__all__ = ["GradientEdge", "get_gradient_edge", "increment_version", "register_multi_grad_hook"]


class GradientEdge(NamedTuple):
    """Where the gradient of a tensor arrives: a node and which of its outputs; `autograd.grad` takes it in place of the tensor."""

    node: Node
    output_nr: int
    ownership_token: Node | None = None


def get_gradient_edge(tensor: Any) -> GradientEdge:
    """The edge that leads to a tensor's `grad_fn`, or to the node that adds to a leaf's `.grad`.

    Raises:
        RuntimeError: the tensor does not require grad.
    """
    if not tensor.requires_grad:
        raise RuntimeError(
            "It is not possible to get the gradient edge for a Tensor that does not require gradients: call requires_grad_() first"
        )
    return GradientEdge(*shown(graph.target(tensor)))


def increment_version(tensor: Any) -> None:
    """Count a change in place of a tensor, or of each of several, that the library did not see."""
    for changed in [tensor] if isinstance(tensor, graph.Tensor) else tensor:
        changes.changed(changed._data)


class _MultiHandle(RemovableHandle):
    """Takes the hooks of several tensors away together."""

    __module__ = "minitorch_pt.autograd.graph"

    def __init__(self, handles: Sequence[RemovableHandle]) -> None:
        super().__init__({})
        self.handles = tuple(handles)

    def remove(self) -> None:
        """Take the hooks away."""
        for handle in self.handles:
            handle.remove()


def _reached(starts: list, useful: set | None, wanted: dict | None) -> set[int]:
    """The ids of the nodes and leaves to which a backward pass, `recording.task`, brings gradients."""
    stack, seen = [start for start, _ in starts], set()
    while stack:
        node = stack.pop()
        needed = useful is None or id(node) in useful
        if node is not None and id(node) not in seen and (needed or id(node) in (wanted or ())):
            seen.add(id(node))
            stack.extend(node.edges if needed and isinstance(node, Node) else ())
    return seen


def register_multi_grad_hook(tensors: Sequence, fn: Callable, *, mode: str = "all") -> _MultiHandle:
    """Call a function with the gradients of several tensors, in each backward pass.

    mode: "all" calls `fn([gradient, ...])` when those of all the tensors that the pass reaches are known, None for the others;
    "any" calls `fn(gradient)` with the first that is known.

    Raises:
        ValueError: another mode. AssertionError: a tensor does not require grad.
    """
    if mode not in ("all", "any"):
        raise ValueError(f"Expects mode to be one of ('all', 'any') but got {mode}")
    if not all(tensor.requires_grad for tensor in tensors):
        raise AssertionError("Expected gradient function to be set: one of the tensors does not require grad")
    place: dict[str, Any] = {"task": None}

    def due(task: Any) -> int:
        """How many of the tensors this pass reaches."""
        reached = _reached(task.starts, task.useful, task.found)
        return sum(
            id(graph.source(edge)[0] if isinstance(edge, Node) else edge) in reached
            for edge in map(graph.target, tensors)
        )

    def hook_of(i: int) -> Callable:
        def hook(gradient: Any) -> None:
            task = recording.task
            if place["task"] is not task:
                place.update(task=task, gradients=[None] * len(tensors), left=due(task) if mode == "all" else 1)
            place["gradients"][i] = gradient
            place["left"] -= 1
            if place["left"] == 0:
                fn(place["gradients"] if mode == "all" else gradient)
                if mode == "all":
                    place["task"] = None

        return hook

    return _MultiHandle([tensor.register_hook(hook_of(i)) for i, tensor in enumerate(tensors)])
