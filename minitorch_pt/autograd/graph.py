"""The graph of recorded operations, and the pass that carries gradients back through it.

Every recorded operation is a `Node`. Its edges lead to the nodes (or leaf tensors) that made its inputs: from node to node,
as torch's `grad_fn.next_functions`, so that `x += y` can give x a new node without a circle, and a graph dies by reference
counting alone. Nodes are numbered as they are made; a node is always younger than what it leads to, so taking the youngest
first visits each node once, after all the gradients that flow into it have arrived.
"""

from __future__ import annotations

import functools
import itertools
import sys
import warnings
import weakref
from collections.abc import Callable, Iterator, Sequence
from heapq import heappop, heappush
from typing import Any, NoReturn

import numpy as np

from ..arrays import dtypes, layouts
from ..arrays.notices import hush
from ..arrays.storage import apart, inference_memory, is_inference, owner
from ..arrays.sums import total
from .modes import anomaly, recording, watchers

_clock = itertools.count(1)  # one numbering for nodes and in-place changes: it tells which came first
# These are set by tensor.py and protocols.py: imports point downwards, and the engine must make Tensors
Tensor: Any = None
wrap: Any = None
Traced: Any = None  # the Tensors on which rules run to record their gradients: they alone speak NumPy's protocols


# ---------------------------------------------------------------------------------------------------------------------
# In-place changes. Nothing is paid for them until one happens: `last_change` says whether a node need be looked at.
# ---------------------------------------------------------------------------------------------------------------------
last_change = 0
_changes: dict[int, tuple] = {}  # id of an array that owns memory -> weak reference, [time of last change, how many]


def changed(array: np.ndarray) -> None:
    """Announce that the values of an array were changed in place, or will be at once."""
    global last_change
    _, counts = _changes.get(id(array)) or _entry(owner(array))
    counts[0] = last_change = next(_clock)
    counts[1] += 1


def _entry(root: np.ndarray, counts: list | None = None) -> tuple:
    key = id(root)
    if counts is not None or key not in _changes:
        # no lambda: a Ctrl-C in Python code that runs at the death of an array would be lost
        _changes[key] = weakref.ref(root, functools.partial(_changes.pop, key)), counts or [0, 0]
    return _changes[key]


def exchange(tensor: Any, data: np.ndarray) -> None:
    """Let a tensor show other memory. Its changes count as those of what it showed before, and not for others that show the new one."""
    if data is not tensor._data:
        data = apart(data)
        _entry(owner(data), _entry(owner(tensor._data))[1])
        tensor._data = data


def changed_since(array: np.ndarray, time: int) -> bool:
    """Whether the memory of `array` was changed in place after `time`, which `last_change` told."""
    entry = _changes.get(id(owner(array)))
    return entry is not None and entry[1][0] > time


def version(array: np.ndarray) -> int:
    """How often the memory of `array` was changed in place."""
    entry = _changes.get(id(owner(array)))
    return entry[1][1] if entry else 0


def arrays_in(value: Any, depth: int = 3) -> Iterator[np.ndarray]:
    """The arrays that a gradient function kept: what its closure holds, and the closures of functions in it."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, Tensor):
        yield value._data
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from arrays_in(item, depth)
    elif depth and getattr(value, "__closure__", None):
        for cell in value.__closure__:
            yield from arrays_in(cell.cell_contents, depth - 1)


# ---------------------------------------------------------------------------------------------------------------------
# Nodes
# ---------------------------------------------------------------------------------------------------------------------
class Rule:
    """What the engine must know of an operation (see `rule.differentiable`, whose options these are)."""

    __slots__ = ("function", "name", "linear", "joint", "plain", "exact", "fills", "saves", "keeps", "frees")

    def __init__(self, function: Callable | None, name: str | Callable, linear: bool = False, joint: bool = False,
                 plain: Callable | None = None, exact: bool = False, fills: bool = True, saves: Any = None) -> None:  # fmt: skip
        self.function, self.name, self.linear, self.joint, self.plain = function, name, linear, joint, plain
        self.exact = exact
        self.fills = fills  # whether outputs to which no gradient came get zeros (a user's Function may refuse)
        # what may not change, as positions: of arguments from 0, of outputs from -1 down; a list: what each input's gradient needs
        self.saves: tuple[int, ...] | list[tuple[int, ...]] | None = saves
        self.keeps = "-" in str(saves)  # whether it saves an output
        self.frees = not linear or bool(saves)  # whether there is anything to release after backward


# where a backward pass starts; to make it anew costs 0.2 us
_ONE = {np.dtype(t): np.dtype(t).type(1) for t in ("f2", "f4", "f8")}
_SAME = Rule(None, "AliasBackward0", linear=True)


class Node:
    """One recorded operation: how its output's gradient flows to its inputs.

    pulls: a function per input, gradient of the output -> gradient of the input (one function for all if `rule.joint`)
    edges: per input the node that made it, the tensor itself if it is a leaf, or None if it needs no gradient
    args, kwargs: what the operation was called with, kept to run it again on Tensors for `create_graph`
    outputs: a tuple of the values, if the rule says that it saves one
    shape, dtype: of the output, hence of the gradient that arrives; lists for several outputs
    """

    __slots__ = ("rule", "pulls", "edges", "args", "kwargs", "outputs", "shape", "dtype", "seq", "hooks", "called", "__dict__",
                 "__weakref__")  # fmt: skip
    rule: Any
    pulls: Any
    edges: Sequence
    args: Any
    kwargs: Any
    outputs: Any
    shape: Any
    dtype: Any
    seq: int
    hooks: dict[int, tuple] | None
    # seldom set, so not in the slots
    trace: str | None = None
    given: list | None = None  # the arguments before they were brought to a common type

    def name(self) -> str:
        """torch's name of the operation: AddBackward0."""
        name = self.rule.name
        if isinstance(name, str):
            return name
        if self.args is None:  # released: `called` is what was found out then
            return getattr(self, "called", "Backward0")
        return name(*self.args, **self.kwargs)

    def refuse_inference(self) -> None:
        """Raise if an array that this node keeps was made in inference mode."""
        if any(is_inference(array) for array in arrays_in(self._kept())):
            raise RuntimeError("Inference tensors cannot be saved for backward. To work around you can make a clone to get a normal tensor "
                               "and use it in autograd.")  # fmt: skip

    def _kept(self) -> Any:
        """What the gradient needs as it was: the gradient functions and what they hold, or what the rule says that it saves.

        What only an input without gradient would need does not matter.
        """
        saves = self.rule.saves
        kept = self.pulls if saves is None else saves
        if isinstance(kept, (tuple, list) if saves is None else list):
            kept = [of for of, edge in zip(kept, self.edges, strict=False) if edge is not None]
        if saves is None:
            return kept
        places = itertools.chain(*kept) if isinstance(kept, list) else kept
        args = self.given or self.args
        return [args[i] if i >= 0 else self.outputs[~i] for i in places if i < len(args)]

    def verify(self, again: bool) -> None:
        """Raise if an array that this node kept was changed in place after it was kept."""
        for array in itertools.chain(
            arrays_in(self._kept()), arrays_in(self.args) if again and not self.rule.linear else ()
        ):
            if changed_since(array, self.seq):
                raise RuntimeError(
                    "one of the variables needed for gradient computation has been modified by an inplace operation: "
                    f"[torch.{dtypes.TITLES[array.dtype.name]}Tensor {list(array.shape)}], {self._whence(array)}saved by {self.name()}, "
                    f"is at version {version(array)}; expected an earlier one instead. Use the out-of-place form of the operation that "
                    "changed it, or change a clone()."
                )

    def _whence(self, array: np.ndarray) -> str:
        """Which output of which node an array is, in torch's words."""
        known = [(array is kept, self, i) for i, kept in enumerate(getattr(self, "outputs", None) or ())]
        made = zip(self.args or (), self.edges, strict=False)
        known += [(array is arg, *source(edge)) for arg, edge in made if isinstance(edge, Node)]
        return next((f"which is output {i} of {node.name()}, " for same, node, i in known if same), "")

    def again(self) -> Any:
        """The gradient functions on Tensors, so that using them records a graph: the rule is run once more, on Tensors."""
        if self.rule.function is None:  # a user's Function: its backward works on Tensors anyway
            return self.pulls
        inputs = []
        for array, edge in itertools.zip_longest(self.args, self.edges):
            if isinstance(array, np.ndarray):
                inputs.append(_leading(wrap(array, False, Traced), edge))
            else:
                inputs.append(array)
        if self.rule.plain is None:
            value, *pulls = self.rule.function(*inputs, **self.kwargs)
            return pulls[0] if self.rule.joint else pulls
        value = self.rule.plain(*inputs, **self.kwargs)
        wanted = [tensor for tensor, edge in zip(inputs, self.edges, strict=False) if edge is not None]

        def pull(*gradients: Any) -> list:
            found = iter(grad(value, wanted, gradients, create_graph=True, allow_unused=True))
            return [None if edge is None else next(found) for edge in self.edges]

        return pull


def _leading(tensor: Any, edge: Any) -> Any:
    """The tensor, with a history that leads on to `edge`: a node between tells apart two inputs that are one tensor."""
    if edge is not None:
        tensor._requires_grad = True
        tensor._node = record(_SAME, (None, lambda g: g), [edge], None, None, tensor._data.shape, tensor._data.dtype)
    return tensor


def stand_in(tensor: Any, cls: Any) -> Any:
    """The tensor, or one of class `cls` with its value and history: rules work on Traced ones, users see none of them."""
    if not isinstance(tensor, Tensor) or type(tensor) is cls or (cls is Tensor and type(tensor) is not Traced):
        return tensor
    other = wrap(tensor._data, tensor._requires_grad, cls)
    if tensor._node is None:
        return _leading(other, tensor if tensor._requires_grad else None)
    other._node = tensor._node
    return other


def source(edge: Node) -> tuple[Node, int]:
    """The node behind an edge, and which of its outputs the edge comes from."""
    return (edge.edges[0], edge.place) if type(edge) is Output else (edge, 0)


class Output(Node):
    """One output of a node that has several: hands its gradient on to the node, in its place in the list."""

    __slots__ = ("place",)

    def __init__(self, node: Node, place: int, shape: tuple, dtype: np.dtype) -> None:
        self.rule, self.pulls, self.edges, self.args, self.kwargs = node.rule, (), (node,), (), {}
        self.shape, self.dtype, self.place = shape, dtype, place
        self.seq, self.hooks = next(_clock), None


_new = object.__new__


def record(rule: Rule, result: Any, edges: list, args: Any, kwargs: Any, shape: Any, dtype: Any) -> Node:
    """The node of an operation whose rule gave `result`: value, pull0, pull1, ...

    A function: written as the class's `__init__`, each operation would take 0.1 us longer.
    """
    node = _new(Node)
    node.rule, node.edges = rule, edges
    if rule.joint:
        node.pulls = result[1]
    else:
        node.pulls = pulls = result[1:]
        if len(edges) > len(pulls):
            del edges[len(pulls) :]
    if not rule.frees:
        # a name that depends on the arguments does not depend on the arrays' values
        named = type(rule.name) is str
        args = None if named else [None if isinstance(a, np.ndarray) else a for a in args]
        kwargs = None if named else kwargs
    node.args, node.kwargs = args, kwargs
    node.shape, node.dtype = shape, dtype
    node.seq, node.hooks = next(_clock), None
    if inference_memory:
        if rule.keeps:
            node.outputs = result[0] if isinstance(result[0], (tuple, list)) else (result[0],)
        node.refuse_inference()
    if watchers:
        for watch in tuple(watchers):
            watch(node, result[0])
    return node


# ---------------------------------------------------------------------------------------------------------------------
# Hooks: one table for a node or leaf, of (stage, which output, hook)
# ---------------------------------------------------------------------------------------------------------------------
# the order in which they run: of tensors, of the node before and after it runs
OF_TENSOR, RETAIN, BEFORE, AFTER = range(4)


_leaves_have_hooks = False


def leaf_has_hooks() -> None:
    """From the first hook of a leaf on, backward passes look for the moment at which it is due."""
    global _leaves_have_hooks
    _leaves_have_hooks = True


_passes_are_watched = False


def watch_passes() -> None:
    """From now on `recording.task` tells of the backward pass that is under way."""
    global _passes_are_watched
    _passes_are_watched = True


class Handle:
    """Returned when a hook is registered; `remove()` takes the hook away."""

    def __init__(self, hooks: dict) -> None:
        self._hooks = hooks
        self.id = next(_clock)

    def remove(self) -> None:
        """Take the hook away; a second call does nothing."""
        self._hooks.pop(self.id, None)

    def __enter__(self) -> Handle:
        return self

    def __exit__(self, *exc: object) -> None:
        self.remove()


def add_hook(target: Any, hook: Callable, stage: int = OF_TENSOR) -> Handle:
    """Add a hook to a leaf or node; those of one output of several stand with the node, which runs them all."""
    place = 0
    if type(target) is Output:
        target, place = target.edges[0], target.place
    name = "hooks" if isinstance(target, Node) else "_hooks"
    if name == "_hooks":
        leaf_has_hooks()
    if getattr(target, name) is None:
        setattr(target, name, {})
    handle = Handle(getattr(target, name))
    handle._hooks[handle.id] = (stage, place, hook)
    return handle


def _run_hooks(hooks: dict, gradient: Any, last: int = BEFORE) -> Any:
    """Show the gradient (for a node with several outputs the list, None where none came) to the hooks of the stages up to `last`."""
    several = type(gradient) is list
    tensors = list(map(for_users, gradient)) if several else [for_users(gradient)]
    for now in range(last + 1):  # a hook may remove others: those of a later stage do not run then
        for place, hook in [(place, hook) for stage, place, hook in hooks.values() if stage == now]:
            if now == BEFORE:
                tensors = _replaced(hook, tensors, hook(tuple(tensors)), tuple)
            else:
                (tensors[place],) = _replaced(hook, [tensors[place]], hook(tensors[place]), Tensor)
    result = tensors if recording.on else [t if t is None else t._data for t in tensors]
    return result if several else result[0]


def for_users(gradient: Any) -> Any:
    """A gradient as users see it."""
    return (
        gradient
        if gradient is None
        else stand_in(gradient, Tensor)
        if isinstance(gradient, Tensor)
        else wrap(np.asarray(gradient))
    )


def _replaced(hook: Callable, before: list, result: Any, kind: Any) -> list:
    """The gradients that a hook returned, or those that it was shown if it returned nothing.

    Raises:
        TypeError: it returned something else than a tensor (hooks of nodes: a tuple). RuntimeError: other shapes, types or numbers of them.
    """
    if result is None:
        return before
    if not isinstance(result, kind):
        raise TypeError(f"expected {'tuple' if kind is tuple else 'Variable'}, but hook returned '{type(result).__name__}': "
                        f"return {'a tuple with a gradient, or None, for each' if kind is tuple else 'a tensor'}, or nothing")  # fmt: skip
    after, name = list(result) if kind is tuple else [result], getattr(hook, "__name__", hook)
    if len(after) != len(before):
        raise RuntimeError(f"hook '{name}' has returned an incorrect number of values (got {len(after)}, but expected {len(before)})")  # fmt: skip
    for old, new in zip(before, after, strict=True):
        if new is None:
            continue
        if not isinstance(new, Tensor):
            raise TypeError(f"expected Variable, but hook returned '{type(new).__name__}' in its tuple")
        if old is None:
            raise RuntimeError(f"hook '{name}' can't replace a None gradient with a non-None value: no gradient came there")  # fmt: skip
        if new.dtype is not old.dtype or new.shape != old.shape:
            raise RuntimeError(f"hook '{name}' has changed the type or size of value: it was given {old.dtype} of shape {list(old.shape)} "
                               f"and returned {new.dtype} of shape {list(new.shape)}")  # fmt: skip
    return after


def flows(pulls: Any, gradients: Sequence, edges: Sequence) -> list:
    """The gradients of all inputs at once, None for those that need none (but what a user's `backward` returned)."""
    if type(pulls) is tuple or type(pulls) is list:
        return [None if edge is None else pull(*gradients) for pull, edge in zip(pulls, edges, strict=True)]
    whole = zip(pulls(*gradients), edges, strict=False)
    return [flow if not callable(flow) else None if edge is None else flow() for flow, edge in whole]


def flows_now(node: Node, gradients: tuple) -> list:
    """The gradients of a node's inputs for these of its outputs, outside a backward pass; with a graph where one is recorded."""
    if node.pulls is None:
        refuse_again(node)
    node.verify(recording.on)
    pulls = node.again() if recording.on and not node.rule.linear else node.pulls
    given: Any = [g if g is None or recording.on else g._data for g in gradients]
    given, pulls, _ = _filled(given if type(node.shape) is list else given[0], node, recording.on, pulls)
    if recording.on:
        given = [stand_in(g, Traced) for g in given]
    return list(map(for_users, flows(pulls, given, node.edges)))


def _watched(node: Node, pulls: Any, edges: Sequence, given: Any) -> Any:
    """The gradient functions as one that shows to the node's hooks what it gives, and what it was given."""
    shown = tuple(map(for_users, given)) if type(given) is list else (for_users(given),)

    def pull(*gradients: Any) -> list:
        found = flows(pulls, gradients, edges)
        for i, edge in enumerate(edges[: len(found)]):
            if edge is not None and found[i] is not None:
                found[i] = fit(found[i], edge if isinstance(edge, Node) else edge._data)
        found = list(map(for_users, found))
        for hook in [hook for stage, _, hook in (node.hooks or {}).values() if stage == AFTER]:
            found = _replaced(hook, found, hook(tuple(found), shown), tuple)
        return found if recording.on else [t if t is None else t._data for t in found]

    return pull


# ---------------------------------------------------------------------------------------------------------------------
# The backward pass
# ---------------------------------------------------------------------------------------------------------------------
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
    if isinstance(gradient, Tensor):
        return gradient if gradient._data.dtype == dtype else gradient.to(dtypes.of(dtype))
    return gradient if gradient.dtype == dtype else gradient.astype(dtype)


def run_backward(starts: list, keep: bool, create_graph: bool, wanted: list | None = None, fill: bool = False) -> list:
    """Carry gradients from `starts`, (node or leaf, gradient), back to the leaves' `.grad`.

    wanted: return the gradients of these instead, and go nowhere else; `fill`: put them into the leaves' `.grad` also then.

    A loop, never recursion: a chain of a million nodes is no deeper than one. `pending` maps minus a node's number to the node,
    the gradient collected so far, and whether that is a sum; the heap gives the youngest.
    """
    heap: list[int] = []
    pending: dict[int, list] = {}
    leaves: dict[int, list] = {}
    useful: Any = None
    found: Any = None
    if wanted is not None:
        found = {id(w.edges[0] if type(w) is Output else w): None for w in wanted}
        useful = _leading_to([target for target, _ in starts], found)
        if fill:  # torch runs them too then
            useful |= set(found)
    due = _due([target for target, _ in starts], useful) if _leaves_have_hooks else None
    hunting = watchers and anomaly.on
    hush()
    before, recording.on = recording.on, create_graph
    outer = recording.task if _passes_are_watched else None
    if _passes_are_watched:
        recording.task = starts, useful
    try:
        for target, gradient in starts:
            if useful is not None and len(starts) > 1 and not (id(target) in useful or id(target) in found):
                continue
            _arrive(target, gradient, heap, pending, leaves, create_graph)
        if due is not None:
            for key in [key for key in leaves if key not in due]:
                _settle(leaves.pop(key), create_graph, found, fill)
        while heap:
            node, gradient, _ = pending.pop(heappop(heap))
            if type(node) is Output:
                _hand_on(node, gradient, heap, pending)
                continue
            edges = node.edges
            if useful is not None:
                if _caught(node, gradient, found, useful):
                    continue
                edges = [edge if id(edge) in useful or id(edge) in found else None for edge in edges]
            if node.hooks:
                gradient = _run_hooks(node.hooks, gradient)
            pulls = node.pulls
            if pulls is None:
                refuse_again(node)
            if node.seq < last_change:
                node.verify(create_graph)
            if create_graph and not node.rule.linear:
                pulls = node.again()
            several = type(node.shape) is list
            if gradient is None or several:
                given = gradient
                gradient, pulls, several = _filled(gradient, node, create_graph, pulls)
            if node.hooks:
                pulls = _watched(node, pulls, edges, given if several else gradient)
            if create_graph:
                gradient = [stand_in(g, Traced) for g in gradient] if several else stand_in(gradient, Traced)
            whole = None
            if type(pulls) is not tuple and type(pulls) is not list:  # one function for all inputs
                whole = pulls(*gradient) if several else pulls(gradient)
            for i, target in enumerate(edges):
                if target is None:
                    continue
                if whole is not None:
                    flow = whole[i]() if callable(whole[i]) else whole[i]
                elif several:
                    flow = pulls[i](*gradient)
                else:
                    flow = pulls[i](gradient)
                if flow is not None:
                    if hunting:
                        _check_nan(flow, node, i)
                    if not node.rule.exact:
                        flow = fit(flow, target if isinstance(target, Node) else target._data)
                _arrive(target, flow, heap, pending, leaves, create_graph)
                flow = None
            if not keep and node.rule.frees:  # a linear rule kept only shapes and can run again, as in torch
                if type(node.rule.name) is not str:  # while there are arguments to tell it by
                    node.called = node.name()
                node.pulls = node.args = node.outputs = None
            # nothing may hold on to what was passed on, or a gradient that is ours alone would look shared
            pulls = whole = gradient = given = None
            if due:
                for target in edges:
                    if due.get(id(target)) == node.seq and id(target) in leaves:
                        _settle(leaves.pop(id(target)), create_graph, found, fill)
        for entry in leaves.values():
            _settle(entry, create_graph, found, fill)
    finally:
        recording.on = before
        if _passes_are_watched:
            recording.task = outer
    return [_found(w, found) for w in wanted or ()]


def _due(roots: list, useful: set | None) -> dict[int, int]:
    """For each leaf with hooks the number of the node after which its gradient is complete: its hooks run then, not at the end."""
    last: dict[int, int] = {}
    stack, seen = list(roots), set()
    while stack:
        node = stack.pop()
        if not isinstance(node, Node) or id(node) in seen or not (useful is None or id(node) in useful):
            continue
        seen.add(id(node))
        stack.extend(node.edges)
        for edge in node.edges:
            if isinstance(edge, Tensor) and (edge._hooks or edge._after):
                last[id(edge)] = min(node.seq, last.get(id(edge), node.seq))
    return last


def _caught(node: Node, gradient: Any, found: dict, useful: set) -> bool:
    """Note the gradient of a node that was asked for, and tell whether the way ends there; if so, hooks of tensors come first, as in torch."""
    end = id(node) not in useful
    if end and node.hooks:
        gradient = _run_hooks(node.hooks, gradient, RETAIN)
    if id(node) in found:
        found[id(node)] = gradient
    return end


def _found(target: Any, found: dict) -> Any:
    if type(target) is not Output:
        return found[id(target)]
    gradients = found[id(target.edges[0])]
    return None if gradients is None else gradients[target.place]


def _arrive(target: Any, flow: Any, heap: list, pending: dict, leaves: dict, create_graph: bool) -> None:
    """Collect a gradient, or None for no gradient, at a node or leaf.

    The first that arrives is kept as it is; the second makes a sum that the pass owns and may add to in place.
    """
    if isinstance(target, Node):
        home, key = pending, -target.seq
    else:
        home, key = leaves, id(target)
    if key not in home:
        home[key] = [target, flow, False]
        if home is pending:
            heappush(heap, key)
        return
    entry = home[key]
    if flow is None or entry[1] is None:
        entry[1] = flow if entry[1] is None else entry[1]
    elif entry[2] and not create_graph:
        entry[1] += flow
    else:
        entry[1] = entry[1] + flow
        entry[2] = True


def _hand_on(output: Output, gradient: Any, heap: list, pending: dict) -> None:
    """Put the gradient of one of several outputs in its place in the list of their node."""
    node = output.edges[0]
    if -node.seq not in pending:
        pending[-node.seq] = [node, [None] * len(node.shape), False]
        heappush(heap, -node.seq)
    pending[-node.seq][1][output.place] = gradient


def refuse_again(node: Node) -> NoReturn:
    """Raise torch's error for a node that has released what it kept."""
    raise RuntimeError("Trying to backward through the graph a second time (or directly access saved tensors after they have already "
                       f"been freed): {node.name()} has released what it kept. Specify retain_graph=True in the first backward() or "
                       "autograd.grad() if you need a second one.")  # fmt: skip


def _check_nan(flow: Any, node: Node, i: int) -> None:
    """Anomaly detection: tell where in the user's program the forward call stood, if it was on then."""
    if np.isnan(flow._data if isinstance(flow, Tensor) else flow).any():
        told = "No forward pass information available. Enable detect anomaly during forward pass for more information."
        told = told if node.trace is None else f"Traceback of forward call that caused the error:\n{node.trace}"
        warnings.warn(f"Error detected in {node.name()}. {told}", stacklevel=2)
        raise RuntimeError(f"Function '{node.name()}' returned nan values in its {i}th output.")


def _references(entry: list) -> int:
    _, gradient, _ = entry
    return sys.getrefcount(gradient)


_ALONE = _references([None, np.empty(0), False])  # the entry's, the function's, the call's: Python 3.14 counts fewer


def _settle(entry: list, create_graph: bool, found: dict | None, fill: bool) -> None:
    """Show the gradient of a leaf, which is complete, to its hooks, and add it to the leaf's `.grad`, or note it if it was asked for.

    `.grad` shares its memory with nothing else. A gradient that only this pass refers to is taken as it is: for a 784x128 weight
    that saves a copy of 400 kB, 20 us.
    """
    leaf, gradient, _ = entry
    if _leaves_have_hooks and leaf._hooks:
        gradient = entry[1] = _run_hooks(leaf._hooks, gradient)
    if found is not None and not (fill and id(leaf) in found):
        if not fill:
            found[id(leaf)] = gradient
        return
    if leaf._node is not None:
        raise RuntimeError("leaf variable has been moved into the graph interior: it was changed in place since it was used")  # fmt: skip
    present = leaf._grad
    if gradient is None or not leaf._requires_grad:  # switched off since
        pass
    elif create_graph:
        gradient = stand_in(gradient, Tensor)
        leaf._grad = gradient.clone() if present is None else present + gradient
    elif present is not None:
        np.add(present._data, gradient, out=present._data)
        changed(present._data)
    else:
        if type(gradient) is not np.ndarray or gradient.base is not None or sys.getrefcount(gradient) > _ALONE:
            gradient = np.array(gradient)
        if gradient.ndim > 1 and gradient.strides != leaf._data.strides:  # it gets the leaf's, as torch's
            gradient = layouts.like(gradient, leaf._data)
        leaf._grad = wrap(gradient)
    if _leaves_have_hooks and leaf._after:
        for hook in tuple(leaf._after.values()):
            _replaced(hook, [leaf], hook(leaf), Tensor)


def _filled(gradients: Any, node: Node, create_graph: bool, pulls: Any) -> tuple:
    """The gradients of all outputs, zeros where none arrived (None for outputs that cannot have one), the gradient functions, and True.

    Where none arrived at all, a node has nothing to pass on; but a user's `backward` is called.
    """
    several = type(node.shape) is list
    full: list = list(gradients) if several else [gradients]
    if node.rule.function is not None and all(g is None for g in full):
        return full, lambda *_: [None] * len(node.edges), True
    pairs = zip(node.shape, node.dtype, strict=True) if several else [(node.shape, node.dtype)]
    for i, (shape, dtype) in enumerate(pairs):
        if (
            full[i] is None
            and dtype is not None
            and node.rule.fills
            and (dtype.kind == "f" or node.rule.function is None)
        ):
            zeros = np.zeros(shape, dtype)
            full[i] = wrap(zeros) if create_graph else zeros
    return full, pulls, True


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


# ---------------------------------------------------------------------------------------------------------------------
# What users call
# ---------------------------------------------------------------------------------------------------------------------
def target(tensor: Any) -> Any:
    """Where the gradient of a tensor, or of a GradientEdge, arrives: a node, or a leaf."""
    if isinstance(tensor, Tensor):
        return tensor if tensor.grad_fn is None else tensor._node
    node, place, *_ = tensor
    several = type(getattr(node, "shape", None)) is list
    return Output(node, place, node.shape[place], node.dtype[place]) if several else getattr(node, "variable", node)


def _as_list(value: Any) -> list:
    if type(value) is dict:
        return list(value.values())
    return [value] if value is None or isinstance(value, Tensor) or hasattr(value, "ownership_token") else list(value)


def _starts(outputs: Any, gradients: Any, create_graph: bool) -> list:
    """(node or leaf, gradient) of each output: where a backward pass begins."""
    outputs = _as_list(outputs)
    gradients = [None] * len(outputs) if gradients is None else _as_list(gradients)
    for gradient in gradients:
        if gradient is not None and not isinstance(gradient, Tensor):
            raise TypeError(f"gradients can be either Tensors or None, but got {type(gradient).__name__}")
    if len(gradients) < len(outputs):
        raise RuntimeError(f"got {len(outputs)} tensors and {len(gradients)} gradients; give one gradient for each tensor")  # fmt: skip
    return [_start(i, output, gradients[i], create_graph) for i, output in enumerate(outputs)]


def _start(i: int, output: Any, gradient: Any, create_graph: bool) -> tuple:
    if not isinstance(output, Tensor):
        raise AssertionError(f"Expected output to be a torch.Tensor, but got {type(output).__name__}")
    # a view takes over its base's history when `grad_fn` is asked for
    if (output._node if output._base is None else output.grad_fn) is None and not output._requires_grad:
        raise RuntimeError(f"element {i} of tensors does not require grad and does not have a grad_fn")
    data = output._data
    if gradient is None:
        if data.size != 1:
            raise RuntimeError("grad can be implicitly created only for scalar outputs, and this one has shape "
                               f"{list(data.shape)}: reduce it with .sum() or .mean(), or give a gradient of that shape")  # fmt: skip
        gradient = np.ones(data.shape, data.dtype) if create_graph or data.ndim else _ONE[data.dtype]
        gradient = wrap(gradient) if create_graph else gradient
    elif gradient._data.shape != data.shape:
        raise RuntimeError(f"Mismatch in shape: grad_output[{i}] has a shape of {gradient.shape} and output[{i}] has a shape of "
                           f"{output.shape}; they must be equal.")  # fmt: skip
    else:
        gradient = fit(gradient if create_graph else gradient._data, data)
    return (output if output._node is None else output._node), gradient


@functools.cache  # once, as torch does
def _warn_of_cycle() -> None:
    warnings.warn(
        "Using backward() with create_graph=True will create a reference cycle between the parameter and its gradient which can cause a "
        "memory leak. We recommend using autograd.grad when creating the graph to avoid this. If you have to use this function, make "
        "sure to reset the .grad fields of your parameters to None after use to break the cycle and avoid the leak.",
        stacklevel=4,
    )


def backward(tensors: Any, grad_tensors: Any = None, retain_graph: bool | None = None, create_graph: bool = False,
             grad_variables: Any = None, inputs: Any = None) -> None:  # fmt: skip
    """Add the gradients of `tensors` with respect to the graph's leaves to the leaves' `.grad`.

    grad_tensors: for each tensor the gradient of the final value with respect to it; may be left out for scalars.
    inputs: accumulate only into these, also if they are no leaves. grad_variables: the old name of grad_tensors.

    Raises:
        RuntimeError: a tensor has no graph, is no scalar and has no gradient given, or its graph was already released.
    """
    if grad_variables is not None:
        warnings.warn("`grad_variables` is deprecated. Use `grad_tensors` instead.", FutureWarning, stacklevel=2)
        if grad_tensors is not None:
            raise RuntimeError("`grad_tensors` and `grad_variables` (deprecated) arguments both passed to `backward()`: give `grad_tensors`")  # fmt: skip
        grad_tensors = grad_variables
    if isinstance(tensors, Tensor) and grad_tensors is None:  # loss.backward(), as most often
        starts = [_start(0, tensors, None, create_graph)]
    else:
        starts = _starts(tensors, grad_tensors, create_graph)
    keep = create_graph if retain_graph is None else retain_graph
    wanted = None
    if inputs is not None:
        wanted = [target(t) for t in _as_list(inputs)]
        if not wanted:
            raise RuntimeError("`inputs` argument to `backward()` cannot be empty. Leave it out to reach every leaf.")
        for tensor in _as_list(inputs):
            tensor.retain_grad()
    if create_graph:
        _warn_of_cycle()
    run_backward(starts, keep, create_graph, wanted, True)


def grad(outputs: Any, inputs: Any, grad_outputs: Any = None, retain_graph: bool | None = None, create_graph: bool = False,
         only_inputs: bool = True, allow_unused: bool | None = None, is_grads_batched: bool = False, materialize_grads: bool = False) -> Any:  # fmt: skip
    """The gradients of `outputs` with respect to `inputs`, as a tuple (a dict for a dict of inputs); `.grad` is left alone.

    create_graph: record the computation of the gradients too, so that they can be differentiated again.
    allow_unused: None for inputs that are not part of the graph; materialize_grads: zeros for them.
    is_grads_batched: the first axis of each of `grad_outputs` counts a batch, and so does that of each gradient.

    Raises:
        RuntimeError: an input is not part of the graph (unless `allow_unused`), or as for `backward`.

    >>> import minitorch_pt as torch
    >>> x = torch.tensor(3.0, requires_grad=True)
    >>> (slope,) = torch.autograd.grad(x**3, x, create_graph=True)
    >>> torch.autograd.grad(slope, x)
    (tensor(18.),)
    """
    if materialize_grads and allow_unused is False:
        raise ValueError("Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False.")  # fmt: skip
    if not only_inputs:
        warnings.warn("only_inputs argument is deprecated and is ignored now (defaults to True). To accumulate gradient for other parts "
                      "of the graph, please use torch.autograd.backward.", FutureWarning, stacklevel=2)  # fmt: skip
    wanted = _as_list(inputs)
    if not wanted:
        raise RuntimeError("`inputs` argument to `grad()` cannot be empty: name the tensors whose gradients to return")
    for tensor in wanted:
        if hasattr(tensor, "ownership_token"):
            continue
        if not isinstance(tensor, Tensor):
            raise RuntimeError(f"all inputs have to be Tensors or GradientEdges, but got {type(tensor).__name__}")
        if not tensor.requires_grad:
            raise RuntimeError("One of the differentiated Tensors does not require grad; call requires_grad_() before using it")  # fmt: skip
    keep = create_graph if retain_graph is None else retain_graph
    allow = materialize_grads or allow_unused
    if is_grads_batched:
        found = _batched(outputs, wanted, grad_outputs, keep, create_graph, allow)
    else:
        found = run_backward(
            _starts(outputs, grad_outputs, create_graph), keep, create_graph, list(map(target, wanted))
        )
    result = [
        _returned(i, *pair, allow, materialize_grads, create_graph)
        for i, pair in enumerate(zip(found, wanted, strict=True))
    ]
    return dict(zip(inputs, result, strict=True)) if type(inputs) is dict else tuple(result)


def _returned(i: int, gradient: Any, tensor: Any, allow_unused: Any, zeros: bool, create_graph: bool) -> Any:
    """What `grad` returns for an input: a tensor that, as in `_settle`, shares its memory with nothing."""
    if gradient is None and zeros:
        return wrap(np.zeros(tensor._data.shape, tensor._data.dtype), create_graph)
    if gradient is None and not allow_unused:
        raise RuntimeError(f"The differentiated Tensor at index {i} appears to not have been used in the graph. "
                           "Set allow_unused=True if this is the desired behavior.")  # fmt: skip
    return wrap(np.array(gradient)) if isinstance(gradient, (np.ndarray, np.generic)) else stand_in(gradient, Tensor)


def _batched(outputs: Any, wanted: list, batches: Any, keep: bool, create_graph: bool, allow_unused: Any) -> list:
    """`grad` for each row of the gradients given."""
    batches = _as_list(batches)
    for i, (output, batch) in enumerate(zip(_as_list(outputs), batches, strict=False)):
        if batch is None or batch.shape[1:] != output.shape:
            raise RuntimeError(f"If `is_grads_batched=True`, the first dimension of each grad_output is the batch dimension, and the others must "
                               f"be the output's: grad_output[{i}] has {'none' if batch is None else list(batch.shape)}, output[{i}] {list(output.shape)}")  # fmt: skip
    count, *others = {batch.shape[0] for batch in batches}
    if others or not count:
        raise (ValueError if others else IndexError)(f"grad_outputs must be batches of the same size, of at least one: {[list(b.shape) for b in batches]}")  # fmt: skip
    rows = [grad(outputs, wanted, [batch[i] for batch in batches], keep or i + 1 < count, create_graph, allow_unused=allow_unused)
            for i in range(count)]  # fmt: skip
    columns = zip(*rows, strict=True)
    return [None if c[0] is None else np.stack([stand_in(g, Traced) for g in c]) for c in columns]
