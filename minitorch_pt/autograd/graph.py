"""The graph of recorded operations, and the pass that carries gradients back through it.

Every recorded operation is a `Node`. Its edges lead to the nodes (or leaf tensors) that made its inputs: from node to node,
as torch's `grad_fn.next_functions`, so that `x += y` can give x a new node without a circle, and a graph dies by reference
counting alone. Nodes are numbered as they are made; a node is always younger than what it leads to, so taking the youngest
first visits each node once, after all the gradients that flow into it have arrived.
"""

from __future__ import annotations

import itertools
import sys
import traceback
import weakref
from collections.abc import Callable, Iterator, Sequence
from heapq import heappop, heappush
from typing import Any, NoReturn

import numpy as np

from .. import dtypes
from ..sums import total
from .modes import anomaly, recording

_clock = itertools.count(1)  # one numbering for nodes and in-place changes: it tells which came first
# These are set by tensor.py and protocols.py: imports point downwards, and the engine must make Tensors
Tensor: Any = None
wrap: Any = None
Traced: Any = None  # the Tensors on which rules run to record their gradients: they alone speak NumPy's protocols


# ---------------------------------------------------------------------------------------------------------------------
# In-place changes. Nothing is paid for them until one happens: `last_change` says whether a node need be looked at.
# ---------------------------------------------------------------------------------------------------------------------
last_change = 0
_changes: dict[int, list] = {}  # id of an array that owns memory -> [weak reference, time of last change, how many]


def owner(array: np.ndarray) -> np.ndarray:
    """The array that owns the memory of `array`, shared by all its views."""
    while type(array.base) is np.ndarray:
        array = array.base
    return array


def changed(array: np.ndarray) -> None:
    """Announce that the values of an array were changed in place, or will be at once."""
    global last_change
    entry = _changes.get(id(array)) or _entry(owner(array))
    entry[1] = last_change = next(_clock)
    entry[2] += 1


def _entry(root: np.ndarray) -> list:
    key = id(root)
    if key not in _changes:
        _changes[key] = [weakref.ref(root, lambda _: _changes.pop(key, None)), 0, 0]
    return _changes[key]


def version(array: np.ndarray) -> int:
    """How often the memory of `array` was changed in place."""
    entry = _changes.get(id(owner(array)))
    return entry[2] if entry else 0


def _arrays(value: Any, depth: int = 3) -> Iterator[np.ndarray]:
    """The arrays that a gradient function kept: what its closure holds, and the closures of functions in it."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, Tensor):
        yield value._data
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from _arrays(item, depth)
    elif depth and getattr(value, "__closure__", None):
        for cell in value.__closure__:
            yield from _arrays(cell.cell_contents, depth - 1)


# ---------------------------------------------------------------------------------------------------------------------
# Nodes
# ---------------------------------------------------------------------------------------------------------------------
class Rule:
    """What the engine must know of an operation (see `rule.differentiable`, whose options these are)."""

    __slots__ = ("function", "name", "linear", "joint", "plain", "exact", "fills")

    def __init__(self, function: Callable | None, name: str | Callable, linear: bool = False, joint: bool = False,
                 plain: Callable | None = None, exact: bool = False, fills: bool = True) -> None:  # fmt: skip
        self.function, self.name, self.linear, self.joint, self.plain = function, name, linear, joint, plain
        self.exact = exact
        self.fills = fills  # whether outputs to which no gradient came get zeros (a user's Function may refuse)


# where a backward pass starts; to make it anew costs 0.2 us
_ONE = {np.dtype(t): np.dtype(t).type(1) for t in ("f2", "f4", "f8")}
_SAME = Rule(None, "AliasBackward0", linear=True)


class Node:
    """One recorded operation: how its output's gradient flows to its inputs.

    pulls: a function per input, gradient of the output -> gradient of the input (one function for all if `rule.joint`)
    edges: per input the node that made it, the tensor itself if it is a leaf, or None if it needs no gradient
    args, kwargs: what the operation was called with, kept to run it again on Tensors for `create_graph`
    shape, dtype: of the output, hence of the gradient that arrives; lists for several outputs
    """

    __slots__ = ("rule", "pulls", "edges", "args", "kwargs", "shape", "dtype", "seq", "hooks", "called", "__dict__",
                 "__weakref__")  # fmt: skip
    rule: Any
    pulls: Any
    edges: Sequence
    args: Any
    kwargs: Any
    shape: Any
    dtype: Any
    seq: int
    hooks: dict[int, Callable] | None
    trace: str | None = None  # seldom set, so not in the slots

    def name(self) -> str:
        """torch's name of the operation: AddBackward0."""
        name = self.rule.name
        if isinstance(name, str):
            return name
        if self.args is None:  # released: `called` is what was found out then
            return getattr(self, "called", "Backward0")
        return name(*self.args, **self.kwargs)

    def __repr__(self) -> str:
        return f"<{self.name().rpartition('::')[2]} object at {id(self):#x}>"

    @property
    def next_functions(self) -> tuple:
        """(node, which of its outputs) for each input that has a gradient function; leaves show as AccumulateGrad."""
        return tuple(_shown(edge) for edge in self.edges)

    def register_prehook(self, hook: Callable) -> Handle:
        """Call `hook(grad_outputs)`, a gradient (or None) for each output, before they pass; it may return another tuple."""

        def on_gradient(gradient: Any) -> Any:
            if isinstance(gradient, tuple):  # of a node with several outputs
                return hook(gradient)
            result = hook((gradient,))
            return result[0] if isinstance(result, tuple) else result

        return add_hook(self, on_gradient)

    def verify(self, again: bool) -> None:
        """Raise if an array that this node kept was changed in place after it was kept."""
        pulls = self.pulls
        if isinstance(pulls, (tuple, list)):  # what only an input without gradient would need does not matter
            pulls = [pull for pull, edge in zip(pulls, self.edges, strict=True) if edge is not None]
        kept = itertools.chain(_arrays(pulls), _arrays(self.args) if again else ())
        for array in kept:
            entry = _changes.get(id(owner(array)))
            if entry and entry[1] > self.seq:
                raise RuntimeError(
                    "one of the variables needed for gradient computation has been modified by an inplace operation: "
                    f"[{array.dtype.name} {list(array.shape)}], saved by {self.name()}, has been changed {entry[2]} time(s) in "
                    "all, at least once after it was saved. Use the out-of-place form of the operation that changed it, or "
                    "change a clone()."
                )

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
    if rule.linear:
        # a name that depends on the arguments does not depend on the arrays' values
        named = type(rule.name) is str
        args = None if named else [None if isinstance(a, np.ndarray) else a for a in args]
        kwargs = None if named else kwargs
    node.args, node.kwargs = args, kwargs
    node.shape, node.dtype = shape, dtype
    node.seq, node.hooks = next(_clock), None
    if anomaly.on:
        node.trace = "".join(traceback.format_stack(limit=8)[:-2])
    return node


class AccumulateGrad:
    """Shows a leaf tensor in `next_functions`: where the graph ends and `.grad` is filled."""

    def __init__(self, variable: Any) -> None:
        self.variable = variable

    next_functions = ()

    def name(self) -> str:
        """Its name in torch."""
        return "torch::autograd::AccumulateGrad"

    def __repr__(self) -> str:
        return f"<AccumulateGrad object at {id(self.variable):#x}>"


def _shown(edge: Any) -> tuple:
    if edge is None:
        return None, 0
    if isinstance(edge, Output):
        return edge.edges[0], edge.place
    return (edge if isinstance(edge, Node) else AccumulateGrad(edge)), 0


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


def add_hook(target: Any, hook: Callable) -> Handle:
    """Add to `target.hooks` (a Node) or `target._hooks` (a leaf)."""
    name = "hooks" if isinstance(target, Node) else "_hooks"
    if getattr(target, name) is None:
        setattr(target, name, {})
    handle = Handle(getattr(target, name))
    handle._hooks[handle.id] = hook
    return handle


def _run_hooks(hooks: dict[int, Callable], gradient: Any) -> Any:
    """Show the gradient to each hook; a hook may return another in its place.

    Raises:
        TypeError: a hook returned something that is no tensor. RuntimeError: a tensor of another shape or type.
    """
    if type(gradient) is list:  # of a node with several outputs, None where no gradient came
        tensors = tuple(
            g if g is None else stand_in(g, Tensor) if isinstance(g, Tensor) else wrap(np.asarray(g)) for g in gradient
        )
        for hook in tuple(hooks.values()):
            tensors = hook(tensors) or tensors
        return [t if t is None or recording.on else t._data for t in tensors]
    tensor = stand_in(gradient, Tensor) if isinstance(gradient, Tensor) else wrap(np.asarray(gradient))
    for hook in tuple(hooks.values()):
        result = hook(tensor)
        if result is None:
            continue
        if not isinstance(result, Tensor):
            raise TypeError(f"expected Variable, but hook returned '{type(result).__name__}': return a tensor, or nothing")  # fmt: skip
        if result.dtype is not tensor.dtype or result.shape != tensor.shape:
            raise RuntimeError(f"hook '{getattr(hook, '__name__', hook)}' has changed the type or size of value: it was given {tensor.dtype} "
                               f"of shape {list(tensor.shape)} and returned {result.dtype} of shape {list(result.shape)}")  # fmt: skip
        tensor = result
    return tensor if isinstance(gradient, Tensor) else tensor._data


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


def run_backward(starts: list, keep: bool, create_graph: bool, wanted: list | None = None) -> list | None:
    """Carry gradients from `starts`, (node or leaf, gradient), back to the leaves' `.grad`, or return those of `wanted`.

    A loop, never recursion: a chain of a million nodes is no deeper than one. `pending` maps minus a node's number to the node,
    the gradient collected so far, and whether that is a sum; the heap gives the youngest.
    """
    heap: list[int] = []
    pending: dict[int, list] = {}
    leaves: dict[int, list] = {}
    found: dict[int, Any] = {}
    useful = None
    if wanted is not None:
        ends = {id(w) for w in wanted}
        useful = _leading_to([target for target, _ in starts], ends)
    hunting = anomaly.on
    before, recording.on = recording.on, create_graph
    try:
        for target, gradient in starts:
            _arrive(target, gradient, heap, pending, leaves, create_graph)
        while heap:
            node, gradient, _ = pending.pop(heappop(heap))
            if node.hooks:
                gradient = _run_hooks(node.hooks, gradient)
            edges = node.edges
            if useful is not None:
                if id(node) in ends:
                    found[id(node)] = gradient
                if id(node) not in useful:
                    continue
                edges = [edge if id(edge) in useful else None for edge in edges]
            if type(node) is Output:
                _hand_on(node, gradient, heap, pending)
                continue
            pulls = node.pulls
            if pulls is None:
                _refuse_again(node)
            if node.seq < last_change:
                node.verify(create_graph)
            if create_graph and not node.rule.linear:
                pulls = node.again()
            several = type(node.shape) is list
            if several:
                gradient = _filled(gradient, node, create_graph)
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
                if flow is None:
                    continue
                if hunting:
                    _check_nan(flow, node, i)
                if not node.rule.exact:
                    flow = fit(flow, target if isinstance(target, Node) else target._data)
                _arrive(target, flow, heap, pending, leaves, create_graph)
                flow = None
            if not keep and not node.rule.linear:  # a linear rule kept only shapes and can run again, as in torch
                if type(node.rule.name) is not str:  # while there are arguments to tell it by
                    node.called = node.name()
                node.pulls = node.args = None
            # nothing may hold on to what was passed on, or a gradient that is ours alone would look shared
            pulls = whole = gradient = None
        for entry in leaves.values():
            leaf = entry[0]
            if leaf._hooks:
                entry[1] = _run_hooks(leaf._hooks, entry[1])
            if useful is None:
                _accumulate(entry, create_graph)
            else:
                found[id(leaf)] = entry[1]
    finally:
        recording.on = before
    return None if wanted is None else [found.get(id(w)) for w in wanted]


def _arrive(target: Any, flow: Any, heap: list, pending: dict, leaves: dict, create_graph: bool) -> None:
    """Collect a gradient at a node or leaf.

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
    if entry[2] and not create_graph:
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


def _refuse_again(node: Node) -> NoReturn:
    raise RuntimeError("Trying to backward through the graph a second time (or directly access saved tensors after they have already "
                       f"been freed): {node.name()} has released what it kept. Specify retain_graph=True in the first backward() or "
                       "autograd.grad() if you need a second one.")  # fmt: skip


def _check_nan(flow: Any, node: Node, i: int) -> None:
    """Anomaly detection: tell where in the user's program the forward call stood, if it was on then."""
    if np.isnan(flow._data if isinstance(flow, Tensor) else flow).any():
        told = "" if node.trace is None else f" Its forward call was:\n{node.trace}"
        raise RuntimeError(f"Function '{node.name()}' returned nan values in its {i}th output.{told}")


def _accumulate(entry: list, create_graph: bool) -> None:
    """Add to a leaf's `.grad`, which shares its memory with nothing else.

    A gradient that only this pass refers to is taken as it is: for a 784x128 weight that saves a copy of 400 kB, 20 us.
    """
    leaf, gradient, _ = entry
    present = leaf._grad
    if create_graph:
        gradient = stand_in(gradient, Tensor)
        leaf._grad = gradient.clone() if present is None else present + gradient
    elif present is not None:
        np.add(present._data, gradient, out=present._data)
        changed(present._data)
    else:
        alone = 3  # references: entry, here, the call
        if type(gradient) is not np.ndarray or gradient.base is not None or sys.getrefcount(gradient) != alone:
            gradient = np.array(gradient)
        leaf._grad = wrap(gradient)
    if leaf._after:
        for hook in tuple(leaf._after.values()):
            hook(leaf)


def _filled(gradients: list, node: Node, create_graph: bool) -> list:
    """The gradients of all outputs: zeros where none arrived, None for outputs that cannot have one."""
    full = []
    for gradient, shape, dtype in zip(gradients, node.shape, node.dtype, strict=True):
        if gradient is None and dtype.kind == "f" and node.rule.fills:
            zeros = np.zeros(shape, dtype)
            gradient = wrap(zeros) if create_graph else zeros
        full.append(gradient)
    return full


def _leading_to(roots: list, ends: set[int]) -> set[int]:
    """The ids of all nodes on a way from the roots to one of `ends`: only these need be walked."""
    seen: dict[int, Any] = {}
    stack = list(roots)
    while stack:
        target = stack.pop()
        if id(target) not in seen:
            seen[id(target)] = target
            if isinstance(target, Node):
                stack.extend(edge for edge in target.edges if edge is not None)
    useful = set(ends)
    # oldest first: whether what a node leads to is useful is known before the node is asked
    for node in sorted((t for t in seen.values() if isinstance(t, Node)), key=lambda n: n.seq):
        if any(id(edge) in useful for edge in node.edges):
            useful.add(id(node))
    return useful


# ---------------------------------------------------------------------------------------------------------------------
# What users call
# ---------------------------------------------------------------------------------------------------------------------
def _target(tensor: Any) -> Any:
    tensor._refresh()
    return tensor if tensor._node is None else tensor._node


def _as_list(value: Any) -> list:
    return [value] if value is None or isinstance(value, Tensor) else list(value)


def _starts(outputs: Any, gradients: Any, create_graph: bool) -> list:
    """(node or leaf, gradient) of each output: where a backward pass begins."""
    outputs = _as_list(outputs)
    gradients = [None] * len(outputs) if gradients is None else _as_list(gradients)
    for gradient in gradients:
        if gradient is not None and not isinstance(gradient, Tensor):
            raise TypeError(f"gradients can be either Tensors or None, but got {type(gradient).__name__}")
    if len(gradients) != len(outputs):
        raise RuntimeError(f"got {len(outputs)} tensors and {len(gradients)} gradients; give one gradient for each tensor")  # fmt: skip
    return [_start(i, output, gradients[i], create_graph) for i, output in enumerate(outputs)]


def _start(i: int, output: Any, gradient: Any, create_graph: bool) -> tuple:
    if not output.requires_grad:
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


def Variable(data: Any, requires_grad: bool = False) -> Any:
    """What a tensor with a gradient was called in torch's first years: a leaf on the memory of `data`."""
    return data.detach().requires_grad_(requires_grad)


def backward(tensors: Any, grad_tensors: Any = None, retain_graph: bool | None = None, create_graph: bool = False,
             inputs: Any = None) -> None:  # fmt: skip
    """Add the gradients of `tensors` with respect to the graph's leaves to the leaves' `.grad`.

    grad_tensors: for each tensor the gradient of the final value with respect to it; may be left out for scalars.
    inputs: accumulate only into these.

    Raises:
        RuntimeError: a tensor has no graph, is no scalar and has no gradient given, or its graph was already released.
    """
    if isinstance(tensors, Tensor) and grad_tensors is None:  # loss.backward(), as most often
        starts = [_start(0, tensors, None, create_graph)]
    else:
        starts = _starts(tensors, grad_tensors, create_graph)
    keep = create_graph if retain_graph is None else retain_graph
    if inputs is None:
        run_backward(starts, keep, create_graph)
        return
    inputs = _as_list(inputs)
    if not inputs:
        raise RuntimeError("`inputs` argument to `backward()` cannot be empty. Leave it out to reach every leaf.")
    found = run_backward(starts, keep, create_graph, [_target(t) for t in inputs]) or ()
    for tensor, gradient in zip(inputs, found, strict=True):
        if gradient is not None:
            _accumulate([tensor, gradient, False], create_graph)


def grad(outputs: Any, inputs: Any, grad_outputs: Any = None, retain_graph: bool | None = None, create_graph: bool = False,
         allow_unused: bool | None = None, materialize_grads: bool = False) -> tuple:  # fmt: skip
    """The gradients of `outputs` with respect to `inputs`, as a tuple; `.grad` is left alone.

    create_graph: record the computation of the gradients too, so that they can be differentiated again.

    Raises:
        RuntimeError: an input is not part of the graph (unless `allow_unused`), or as for `backward`.

    >>> import minitorch_pt as torch
    >>> x = torch.tensor(3.0, requires_grad=True)
    >>> (slope,) = torch.autograd.grad(x**3, x, create_graph=True)
    >>> torch.autograd.grad(slope, x)
    (tensor(18.),)
    """
    inputs = _as_list(inputs)
    if not inputs:
        raise RuntimeError("`inputs` argument to `grad()` cannot be empty: name the tensors whose gradients to return")
    for tensor in inputs:
        if not isinstance(tensor, Tensor):
            raise RuntimeError(f"all inputs have to be Tensors or GradientEdges, but got {type(tensor).__name__}")
        if not tensor.requires_grad:
            raise RuntimeError("One of the differentiated Tensors does not require grad; call requires_grad_() before using it")  # fmt: skip
    starts = _starts(outputs, grad_outputs, create_graph)
    keep = create_graph if retain_graph is None else retain_graph
    found = run_backward(starts, keep, create_graph, [_target(t) for t in inputs]) or []
    result = []
    for tensor, gradient in zip(inputs, found, strict=True):
        if gradient is None and materialize_grads:
            gradient = np.zeros(tensor._data.shape, tensor._data.dtype)
        elif gradient is None and not allow_unused:
            raise RuntimeError(
                "One of the differentiated Tensors appears to not have been used in the graph. "
                "Set allow_unused=True if this is the desired behavior."
            )
        if isinstance(gradient, (np.ndarray, np.generic)):
            # as in `_accumulate`: what is returned shares its memory with nothing
            gradient = wrap(np.array(gradient))
        result.append(stand_in(gradient, Tensor))
    return tuple(result)
