"""The backward pass: carries gradients back through the graph, youngest node first.

Youngest first visits each node once, after all the gradients that flow into it have arrived: a node is younger than what it leads to.
`Pass.walk` is the whole way for a node as most are; `Pass.exception` is the way for all others.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from heapq import heappop, heappush
from itertools import zip_longest
from typing import Any

import numpy as np

from ..arrays import dtypes, layouts
from ..arrays.notices import hush
from ..arrays.sums import total
from . import changes, graph, hooks
from .graph import Node, Output, for_users, leading, refuse_again, stand_in, target
from .modes import anomaly, recording, watchers

__all__ = ["fit", "flows_of", "pulled", "run_backward"]


def fit(gradient: Any, like: Any) -> Any:
    """Bring a gradient to the shape and type of `like`: sum over the axes that broadcasting added or stretched."""
    shape, dtype = like.shape, like.dtype
    if gradient.shape != shape:
        extra = gradient.ndim - len(shape)
        axes = (*range(extra), *(i + extra for i, n in enumerate(shape) if n == 1 and gradient.shape[i + extra] != 1))
        if isinstance(gradient, np.ndarray):
            gradient = total(gradient, axes, True, gradient.dtype)
        else:
            gradient = gradient.sum(axis=axes, keepdims=True)
        gradient = gradient.reshape(shape)
    if isinstance(gradient, graph.Tensor):
        if type(gradient) is hooks.Sparse:
            return gradient.passed_on(not isinstance(like, Node))
        return gradient if gradient._data.dtype == dtype else gradient.to(dtypes.of(dtype))
    return gradient if gradient.dtype == dtype else gradient.astype(dtype)


# ---------------------------------------------------------------------------------------------------------------------
# One node
# ---------------------------------------------------------------------------------------------------------------------
def flows_of(node: Node, gradients: Any, edges: Sequence, create_graph: bool) -> list:
    """What a node passes back to each of `edges`, None for those that need none, when these gradients have come to its outputs.

    gradients: that of the output, or None; of several outputs a list, None where none came.
    """
    pulls = node.pulls
    if pulls is None:
        refuse_again(node)
    if node.seq < changes.last_change:
        node.verify(create_graph)
    if create_graph and not node.kind.linear:
        pulls = _again(node)
    several = type(node.shape) is list
    given = gradients if several else [gradients]
    if several or gradients is None:
        # where nothing arrived there is nothing to pass on; but a user's `backward` is called
        if node.kind.rule is not None and all(g is None for g in given):
            return [None] * len(edges)
        given = _filled(given, node, create_graph)
    if create_graph:
        given = [stand_in(g, graph.Traced) for g in given]
    return pulled(pulls, given, edges)


def pulled(pulls: Any, gradients: Sequence, edges: Sequence) -> list:
    """The gradients of all inputs at once, None for those that need none (but what a user's `backward` returned)."""
    if type(pulls) is tuple or type(pulls) is list:
        return [None if edge is None else pull(*gradients) for pull, edge in zip(pulls, edges, strict=False)]
    whole = zip(pulls(*gradients), edges, strict=False)
    return [flow if not callable(flow) else None if edge is None else flow() for flow, edge in whole]


def _again(node: Node) -> Any:
    """The gradient functions on Tensors, so that using them records a graph: the rule is run once more, on Tensors."""
    if "restored" in node.__dict__:  # hooks have what it kept
        return _again(node.__dict__["restored"]())
    if node.kind.rule is None:  # a user's Function: its backward works on Tensors anyway
        return node.pulls
    inputs = []
    for array, edge in zip_longest(node.args, node.edges):
        if isinstance(array, np.ndarray):
            inputs.append(leading(graph.wrap(array, False, graph.Traced), edge))
        else:
            inputs.append(array)
    if node.kind.plain is None:
        value, *pulls = node.kind.rule(*inputs, **node.kwargs)
        return pulls[0] if node.kind.joint else pulls
    value = node.kind.plain(*inputs, **node.kwargs)
    wanted = [tensor for tensor, edge in zip(inputs, node.edges, strict=False) if edge is not None]

    def pull(*gradients: Any) -> list:
        values = value if isinstance(value, (tuple, list)) else [value]
        starts = [(target(v), g) for v, g in zip(values, gradients, strict=False) if g is not None and v.requires_grad]
        found = iter(run_backward(starts, True, True, [target(tensor) for tensor in wanted]))
        return [None if edge is None else next(found) for edge in node.edges]

    return pull


def _filled(gradients: list, node: Node, create_graph: bool) -> list:
    """The gradients of all outputs, zeros where none arrived; None where there can be none."""
    several = type(node.shape) is list
    pairs = zip(node.shape, node.dtype, strict=True) if several else [(node.shape, node.dtype)]
    full = list(gradients)
    for i, (shape, dtype) in enumerate(pairs):
        possible = dtype is not None and node.kind.fills and (dtype.kind == "f" or node.kind.rule is None)
        if full[i] is None and possible:
            zeros = np.zeros(shape, dtype)
            full[i] = graph.wrap(zeros) if create_graph else zeros
    return full


def _shown(node: Node, found: list, edges: Sequence, given: Any) -> list:
    """What a node passes back, as its hooks leave it; they see too what the node was given."""
    after = [hook for stage, _, hook in (node.hooks or {}).values() if stage == hooks.AFTER]
    if not after:
        return found
    shown = tuple(map(for_users, given if type(given) is list else [given]))
    for i, edge in enumerate(edges[: len(found)]):
        if edge is not None and found[i] is not None:
            found[i] = fit(found[i], edge if isinstance(edge, Node) else edge._data)
    found = list(map(for_users, found))
    for hook in after:
        found = hooks.replaced(hook, found, hook(tuple(found), shown), tuple)
    return found if recording.on else list(map(hooks.bare, found))


def _check_nan(flow: Any, node: Node, i: int) -> None:
    """Anomaly detection: tell where in the user's program the forward call stood, if it was on then."""
    if np.isnan(hooks.bare(flow)).any():
        told = "No forward pass information available. Enable detect anomaly during forward pass for more information."
        told = told if node.trace is None else f"Traceback of forward call that caused the error:\n{node.trace}"
        warnings.warn(f"Error detected in {node.name()}. {told}", stacklevel=2)
        raise RuntimeError(f"Function '{node.name()}' returned nan values in its {i}th output.")


# ---------------------------------------------------------------------------------------------------------------------
# The pass
# ---------------------------------------------------------------------------------------------------------------------
class Pass:
    """One backward pass: the gradients that have come so far, and where it goes on.

    pending: minus a node's number -> [the node, the gradient collected so far, whether that is a sum]; leaves: id -> the same of a leaf
    heap: the keys of `pending`; it gives the youngest node
    found: id -> gradient, of the nodes and leaves that were asked for; None if all leaves are; useful: the ids of the nodes on the way there
    fill: put gradients into the `.grad` of leaves also when some were asked for
    starts: where it begins; after: what a program has asked to be called when all is done; number: of the pass, once it was asked for
    """

    __slots__ = "after create_graph due fill found heap hunting keep leaves number pending starts useful".split()

    def __init__(self, starts: list, keep: bool, create_graph: bool, wanted: list | None, fill: bool) -> None:
        self.heap: list[int] = []
        self.pending: dict[int, list] = {}
        self.leaves: dict[int, list] = {}
        self.starts, self.keep, self.create_graph, self.fill = starts, keep, create_graph, fill
        self.useful: Any = None
        self.found: Any = None
        self.after: Any = None
        if wanted is not None:
            self.found = {id(w.edges[0] if type(w) is Output else w): None for w in wanted}
            self.useful = _leading_to([root for root, _ in starts], self.found)
            if fill:  # torch runs them too then
                self.useful |= set(self.found)
        self.due: Any = _due([root for root, _ in starts], self.useful) if hooks.leaves_have_hooks else None
        self.hunting = watchers and anomaly.on

    def walk(self) -> None:
        """Visit each node. A loop, never recursion: a chain of a million nodes is no deeper than one."""
        heap, pending, arrive = self.heap, self.pending, self.arrive
        ordinary = not (self.create_graph or self.found is not None or self.due or self.hunting)
        while heap:
            node, gradient, _ = pending.pop(heappop(heap))
            kind, pulls = node.kind, node.pulls
            if (
                not ordinary
                or type(pulls) is not tuple
                or node.hooks
                or gradient is None
                or type(node.shape) is not tuple
            ):
                self.exception(node, gradient)
                continue
            if node.seq < changes.last_change:
                node.verify(False)
            for i, edge in enumerate(node.edges):
                if edge is not None:
                    flow = pulls[i](gradient)
                    if flow is not None and not kind.exact:
                        flow = fit(flow, edge if isinstance(edge, Node) else edge._data)
                    arrive(edge, flow)
            if kind.frees and not self.keep:  # a linear rule kept only shapes and can run again, as in torch
                node.release()

    def exception(self, node: Node, gradient: Any) -> None:
        """A node with several outputs or one function for all inputs, without a gradient, or with hooks; or any node of a pass that
        records, looks for nan, goes to certain inputs, or meets leaves with hooks."""
        if type(node) is Output:
            return self.hand_on(node, gradient)
        edges = node.edges
        if self.found is not None:
            if self.caught(node, gradient):
                return
            edges = [edge if id(edge) in self.useful or id(edge) in self.found else None for edge in edges]
        if node.hooks:
            gradient = hooks.run_hooks(node.hooks, gradient)
        flows = flows_of(node, gradient, edges, self.create_graph)
        if node.hooks:
            flows = _shown(node, flows, edges, gradient)
        for i, (edge, flow) in enumerate(zip_longest(edges, flows)):
            if edge is not None:
                if flow is not None:
                    if self.hunting:
                        _check_nan(flow, node, i)
                    if not node.kind.exact:
                        flow = fit(flow, edge if isinstance(edge, Node) else edge._data)
                self.arrive(edge, flow)
        if node.kind.frees and not self.keep:
            node.release()
        # nothing may hold on to what was passed on, or a gradient that is ours alone would look shared
        flows = flow = gradient = None  # type: ignore[assignment]
        for edge in hooks.in_turn(node, edges, self.pending, self.due) if self.due else ():
            if self.due.get(id(edge)) == node.seq and id(edge) in self.leaves:
                self.settle(self.leaves.pop(id(edge)))

    def arrive(self, target: Any, flow: Any) -> None:
        """Collect a gradient, or None for no gradient, at a node or leaf.

        The first that arrives is kept as it is; the second makes a sum that the pass owns and may add to in place.
        """
        if isinstance(target, Node):
            home, key = self.pending, -target.seq
        else:
            home, key = self.leaves, id(target)
        if key not in home:
            home[key] = [target, flow, False]
            if home is self.pending:
                heappush(self.heap, key)
            return
        entry = home[key]
        if flow is None or entry[1] is None:
            entry[1] = flow if entry[1] is None else entry[1]
        elif entry[2] and not self.create_graph:
            entry[1] += flow
        else:
            entry[1] = entry[1] + flow
            entry[2] = True

    def hand_on(self, output: Output, gradient: Any) -> None:
        """Put the gradient of one of several outputs in its place in the list of their node."""
        node = output.edges[0]
        if -node.seq not in self.pending:
            self.pending[-node.seq] = [node, [None] * len(node.shape), False]
            heappush(self.heap, -node.seq)
        self.pending[-node.seq][1][output.place] = gradient

    def caught(self, node: Node, gradient: Any) -> bool:
        """Note the gradient of a node that was asked for, and tell whether the way ends there; if so, hooks of tensors come first, as in torch."""
        end = id(node) not in self.useful
        if end and node.hooks:
            gradient = hooks.run_hooks(node.hooks, gradient, hooks.RETAIN)
        if id(node) in self.found:
            self.found[id(node)] = gradient
        return end

    def settle(self, entry: list) -> None:
        """Show the gradient of a leaf, which is complete, to its hooks, and add it to the leaf's `.grad`, or note it if it was asked for.

        `.grad` shares its memory with nothing else. A gradient that only this pass refers to is taken as it is.
        """
        leaf, gradient, _ = entry
        if hooks.leaves_have_hooks and leaf._hooks:
            gradient = entry[1] = hooks.run_hooks(leaf._hooks, gradient)
        if self.found is not None and not (self.fill and id(leaf) in self.found):
            if not self.fill:
                self.found[id(leaf)] = gradient
            return
        if leaf._node is not None:
            raise RuntimeError(
                "leaf variable has been moved into the graph interior: it was changed in place since it was used"
            )
        present = leaf._grad
        if gradient is None or not leaf._requires_grad:  # switched off since
            pass
        elif hooks.Sparse is not None and hooks.Sparse in (type(gradient), type(present)):
            leaf._grad = hooks.Sparse.accumulated(present, gradient, self.create_graph)
        elif self.create_graph:
            gradient = stand_in(gradient, graph.Tensor)
            made = graph.wrap(np.empty_like(leaf._data))
            leaf._grad = made.copy_(gradient) if present is None else present + gradient
        elif present is not None:
            np.add(present._data, gradient, out=present._data)
            changes.changed(present._data)
        else:
            if type(gradient) is not np.ndarray or gradient.base is not None or sys.getrefcount(gradient) > _ALONE:
                gradient = np.array(gradient)
            if gradient.ndim > 1 and gradient.strides != leaf._data.strides:  # it gets the leaf's, as torch's
                gradient = layouts.like(gradient, leaf._data)
            leaf._grad = graph.wrap(gradient)
        if hooks.leaves_have_hooks and leaf._after:
            for hook in tuple(leaf._after.values()):
                hooks.replaced(hook, [leaf], hook(leaf), graph.Tensor)

    def gradient_of(self, target: Any) -> Any:
        """The gradient of what was asked for."""
        if type(target) is not Output:
            return self.found[id(target)]
        gradients = self.found[id(target.edges[0])]
        return None if gradients is None else gradients[target.place]


def _references(entry: list) -> int:
    _, gradient, _ = entry
    return sys.getrefcount(gradient)


_ALONE = _references([None, np.empty(0), False])  # the entry's, the function's, the call's: Python 3.14 counts fewer


def _due(roots: list, useful: set | None) -> dict[int, int]:
    """For each leaf with hooks the number of the node after which its gradient is complete: its hooks run then, not at the end.

    For each node too, by which the order of leaves that are complete at once is told; empty if no leaf has hooks.
    """
    last: dict[int, int] = {}
    stack, seen, hooked = list(roots), set(), False
    while stack:
        node = stack.pop()
        if not isinstance(node, Node) or id(node) in seen or not (useful is None or id(node) in useful):
            continue
        seen.add(id(node))
        stack.extend(node.edges)
        for edge in node.edges:
            found = isinstance(edge, graph.Tensor) and (edge._hooks or edge._after)
            hooked = hooked or bool(found)
            if found or isinstance(edge, Node):
                last[id(edge)] = min(node.seq, last.get(id(edge), node.seq))
    return last if hooked else {}


def _leading_to(roots: list, ends: dict[int, Any]) -> set[int]:
    """The ids of all nodes on a way from the roots to one of `ends`, without the ends themselves: only these need run."""
    seen: dict[int, Any] = {}
    stack = list(roots)
    while stack:
        target = stack.pop()
        if id(target) not in seen:
            seen[id(target)] = target
            if isinstance(target, Node):
                stack.extend(edge for edge in target.edges if edge is not None)
    useful: set[int] = set()
    # oldest first: whether what a node leads to is useful is known before the node is asked
    for node in sorted((t for t in seen.values() if isinstance(t, Node)), key=lambda n: n.seq):
        if any(id(edge) in useful or id(edge) in ends for edge in node.edges):
            useful.add(id(node))
    return useful


def run_backward(starts: list, keep: bool, create_graph: bool, wanted: list | None = None, fill: bool = False) -> list:
    """Carry gradients from `starts`, (node or leaf, gradient), back to the leaves' `.grad`.

    wanted: return the gradients of these instead, and go nowhere else; `fill`: put them into the leaves' `.grad` also then.
    """
    way = Pass(starts, keep, create_graph, wanted, fill)
    hush()
    before, recording.on = recording.on, create_graph
    outer, recording.task = recording.task, way
    try:
        for root, gradient in starts:
            if len(starts) == 1 or way.found is None or id(root) in way.useful or id(root) in way.found:
                way.arrive(root, gradient)
        for key in [key for key in way.leaves if key not in way.due] if way.due is not None else ():
            way.settle(way.leaves.pop(key))
        way.walk()
        for entry in way.leaves.values():
            way.settle(entry)
        while way.after:
            way.after.pop(0)()
    finally:
        recording.on, recording.task = before, outer
    return list(map(way.gradient_of, wanted or ()))
