"""What autograd keeps of a computation that has run: its operations, and the values and gradients that can be told from what they kept."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any

import numpy as np

from ..autograd import no_grad
from ..autograd.graph import Node, Output
from ..autograd.walk import fit, flows_of, run_backward
from ..tensors.tensor import Tensor
from .operations import name_of

__all__ = ["gradients_of", "nodes_behind", "passed_back", "values_of", "weighted_sum"]

# steps of which autograd keeps no numbers, and whose result is nothing but a weighted sum of their inputs
WEIGHTED_SUMS = (
    "add sub rsub neg scale sum mean view index squeeze unsqueeze transpose t permute expand select narrow cat stack "
    "clone take flip diagonal read"
).split()
LARGE = 1024  # numbers of a step that are still computed anew


def nodes_behind(root: Node) -> list[Node]:
    """All operations behind `root`, the youngest first: each stands before those that made its inputs."""
    found: dict[int, Node] = {}
    stack: list[Any] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, Node) and id(node) not in found:
            found[id(node)] = node
            stack += node.edges
    operations = sorted((n for n in found.values() if not isinstance(n, Output)), key=lambda n: -n.seq)
    if any(node.pulls is None for node in operations):
        raise RuntimeError("the graph was released by backward(): do this before, or call backward(retain_graph=True)")
    return operations


def values_of(tensor: Tensor, nodes: list[Node], names: Mapping[str, Tensor]) -> dict[int, Any]:
    """What each step gave: as the next step kept it, as `names` tells it, or computed anew."""
    values: dict[int, Any] = {
        id(named.grad_fn): named._data for named in (*names.values(), tensor) if named.grad_fn is not None
    }
    for node in nodes:
        for arg, edge in zip(node.args or (), node.edges, strict=False):
            if isinstance(edge, Node) and isinstance(arg, np.ndarray):
                values[id(edge)] = arg
        values |= {id(edge): edge._data for edge in node.edges if isinstance(edge, Tensor)}
    for node in reversed(nodes):  # the oldest first: inputs are known before what is made of them
        for edge in node.edges:
            parts = values[id(edge.edges[0])] if isinstance(edge, Output) else None
            if isinstance(parts, tuple):
                values[id(edge)] = parts[edge.place]
        if id(node) not in values:
            values[id(node)] = _again(node) if not node.kind.linear else None
        # where an edge is missing, a constant went in too; but for one to which no gradient could flow, as dropout's noise
        missing = any(edge is None and pull is not None for pull, edge in zip(_pulls(node), node.edges, strict=False))
        if values[id(node)] is None and not missing:
            values[id(node)] = weighted_sum(node, values)
    return values


def _again(node: Node) -> Any:
    """The value of a step whose arguments autograd kept, a tuple if it gives several; a rule draws no random numbers, and may run anew."""
    if node.kind.rule is None:
        return None
    value = node.kind.rule(*node.args, **node.kwargs)[0]
    return tuple(value) if isinstance(value, (tuple, list)) else np.asarray(value)


def _pulls(node: Node) -> Sequence:
    """A gradient function for each input; a joint one stands for all."""
    return node.pulls if isinstance(node.pulls, (tuple, list)) else [node.pulls] * len(node.edges)


def weighted_sum(node: Node, values: dict[int, Any]) -> Any:
    """The value of a linear step, of which autograd kept only how gradients flow back: the same weights, read the other way.

    If a gradient of 1 at one number of the result gives an input's numbers the gradients w, that number is the sum of w times input.
    None if the step may add something else, is large, or an input is not known.
    """
    inputs = [values.get(id(edge)) for edge in node.edges if edge is not None]
    size = math.prod(node.shape) if isinstance(node.shape, tuple) else LARGE + 1
    if name_of(node) not in WEIGHTED_SUMS or size > LARGE or any(value is None for value in inputs):
        return None
    total = np.zeros(size, node.dtype)
    for i in range(size):
        one = np.zeros(size, node.dtype)
        one[i] = 1
        flows = [flow for flow in passed_back(node, one.reshape(node.shape)) if flow is not None]
        total[i] = sum((value * flow).sum() for value, flow in zip(inputs, flows, strict=True))
    return total.reshape(node.shape)


def gradients_of(tensor: Tensor, nodes: list[Node]) -> dict[int, Any]:
    """The gradient of `tensor` with respect to each node's output and each leaf, from one pass that changes nothing."""
    targets = [*nodes, *(edge for node in nodes for edge in node.edges if isinstance(edge, Tensor))]
    start = np.ones(tensor._data.shape, tensor._data.dtype)
    found = run_backward([(tensor.grad_fn, start)], True, False, targets)
    return {id(target): total for target, total in zip(targets, found or (), strict=True)}


def passed_back(node: Node, total: Any) -> list:
    """What the node passes back to each input: one step of the engine's pass, for one node."""
    with no_grad():
        flows = [flow._data if isinstance(flow, Tensor) else flow for flow in flows_of(node, total, node.edges, False)]
    pairs = zip_longest(flows, node.edges)
    return [
        None if flow is None or edge is None else fit(flow, edge._data if isinstance(edge, Tensor) else edge)
        for flow, edge in pairs
    ]
