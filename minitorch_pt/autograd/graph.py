"""The graph of recorded operations.

Every recorded operation is a `Node`. Its edges lead to the nodes (or leaf tensors) that made its inputs: from node to node,
as torch's `grad_fn.next_functions`, so that `x += y` can give x a new node without a circle, and a graph dies by reference
counting alone. Nodes are numbered as they are made; a node is always younger than what it leads to. `walk.py` walks the graph.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn

import numpy as np

from ..arrays import dtypes
from ..arrays.storage import inference_memory, is_inference
from .changes import changed_since, clock, version
from .modes import watchers

# These are set by tensor.py and protocols.py: imports point downwards, and the engine must make Tensors
Tensor: Any = None
wrap: Any = None
Traced: Any = None  # the Tensors on which rules run to record their gradients: they alone speak NumPy's protocols


class Kind:
    """What all nodes of one operation have in common (see `rule.differentiable`, whose options these are)."""

    __slots__ = (
        "exact", "fills", "frees", "joint", "keeps", "linear", "name", "order", "plain", "records", "rule", "saves", "view",
    )  # fmt: skip

    def __init__(
        self,
        rule: Callable | None,
        name: str | Callable,
        linear: bool = False,
        joint: bool = False,
        plain: Callable | None = None,
        exact: bool = False,
        fills: bool = True,
        saves: Any = None,
        records: bool = True,
        view: bool = False,
        order: tuple[int, ...] | None = None,
    ) -> None:
        self.rule, self.name, self.linear, self.joint, self.plain = rule, name, linear, joint, plain
        self.exact, self.records, self.view, self.order = exact, records, view, order
        self.fills = fills  # whether outputs to which no gradient came get zeros (a user's Function may refuse)
        # what may not change, as positions: of arguments from 0, of outputs from -1 down; a list: what each input's gradient needs
        self.saves: tuple[int, ...] | list[tuple[int, ...]] | None = saves
        self.keeps = "-" in str(saves)  # whether it saves an output
        self.frees = not linear or bool(saves)  # whether there is anything to release after backward


class Node:
    """One recorded operation: how its output's gradient flows to its inputs.

    pulls: a function per input, gradient of the output -> gradient of the input (one function for all if `kind.joint`)
    edges: per input the node that made it, the tensor itself if it is a leaf, or None if it needs no gradient
    args, kwargs: what the operation was called with, kept to run it again on Tensors for `create_graph`
    outputs: a tuple of the values, if its kind says that it saves one
    shape, dtype: of the output, hence of the gradient that arrives; lists for several outputs
    """

    __slots__ = (
        "kind", "pulls", "edges", "args", "kwargs", "outputs", "shape", "dtype", "seq", "hooks", "called", "__dict__",
        "__weakref__",
    )  # fmt: skip
    kind: Any
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
        name = self.kind.name
        if isinstance(name, str):
            return name
        if self.args is None:  # released: `called` is what was found out then
            return getattr(self, "called", "Backward0")
        return name(*self.args, **self.kwargs)

    def refuse_inference(self) -> None:
        """Raise if an array that this node keeps was made in inference mode."""
        if any(is_inference(array) for array in arrays_in(self._kept())):
            raise RuntimeError(
                "Inference tensors cannot be saved for backward. To work around you can make a clone to get a normal tensor and use it in autograd."
            )

    def _kept(self) -> Any:
        """What the gradient needs as it was: the gradient functions and what they hold, or what its kind says that it saves.

        What only an input without gradient would need does not matter.
        """
        saves = self.kind.saves
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
            arrays_in(self._kept()), arrays_in(self.args) if again and not self.kind.linear else ()
        ):
            if changed_since(array, self.seq):
                raise RuntimeError(
                    "one of the variables needed for gradient computation has been modified by an inplace operation: "
                    f"[torch.{dtypes.TITLES[array.dtype.name]}Tensor {list(array.shape)}], {self._whence(array)}saved by {self.name()}, "
                    f"is at version {version(array)}; expected an earlier one instead. Use the out-of-place form of the operation that "
                    "changed it, or change a clone()."
                )

    def release(self) -> None:
        """Let go of what the gradient needs: the pass is over."""
        if type(self.kind.name) is not str:  # while there are arguments to tell it by
            self.called = self.name()
        self.pulls = self.args = self.outputs = None

    def _whence(self, array: np.ndarray) -> str:
        """Which output of which node an array is, in torch's words."""
        known = [(array is kept, self, i) for i, kept in enumerate(getattr(self, "outputs", None) or ())]
        made = zip(self.args or (), self.edges, strict=False)
        known += [(array is arg, *source(edge)) for arg, edge in made if isinstance(edge, Node)]
        return next((f"which is output {i} of {node.name()}, " for same, node, i in known if same), "")


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


def refuse_again(node: Node) -> NoReturn:
    """Raise torch's error for a node that has released what it kept."""
    raise RuntimeError(
        "Trying to backward through the graph a second time (or directly access saved tensors after they have already "
        f"been freed): {node.name()} has released what it kept. Specify retain_graph=True in the first backward() or "
        "autograd.grad() if you need a second one; compute the loss anew in each step, and detach() what is carried from one to the next."
    )


class Output(Node):
    """One output of a node that has several: hands its gradient on to the node, in its place in the list."""

    __slots__ = ("place",)

    def __init__(self, node: Node, place: int, shape: tuple, dtype: np.dtype) -> None:
        self.kind, self.pulls, self.edges, self.args, self.kwargs = node.kind, [], (node,), (), {}
        self.shape, self.dtype, self.place = shape, dtype, place
        self.seq, self.hooks = next(clock), None


_new = object.__new__


def record(kind: Kind, result: Any, edges: list, args: Any, kwargs: Any, shape: Any, dtype: Any) -> Node:
    """The node of an operation whose rule gave `result`: value, pull0, pull1, ...

    A function, as a call of the class's `__init__` would make each operation slower.
    """
    node = _new(Node)
    node.kind, node.edges = kind, edges
    if kind.joint:
        node.pulls = result[1]
    else:
        node.pulls = pulls = result[1:]
        if len(edges) > len(pulls):
            del edges[len(pulls) :]
    if kind.frees:
        node.args, node.kwargs = args, kwargs
    elif type(kind.name) is str:
        node.args = node.kwargs = None
    else:  # a name that depends on the arguments does not depend on the arrays' values
        node.args, node.kwargs = [None if isinstance(a, np.ndarray) else a for a in args], kwargs
    node.shape, node.dtype = shape, dtype
    node.seq, node.hooks = next(clock), None
    if inference_memory:
        if kind.keeps:
            node.outputs = result[0] if isinstance(result[0], (tuple, list)) else (result[0],)
        node.refuse_inference()
    if watchers:
        for watch in tuple(watchers):
            watch(node, result[0], args)
    return node


# ---------------------------------------------------------------------------------------------------------------------
# Edges, and the two kinds of Tensors
# ---------------------------------------------------------------------------------------------------------------------
_SAME = Kind(None, "AliasBackward0", linear=True)


def leading(tensor: Any, edge: Any) -> Any:
    """The tensor, with a history that leads on to `edge`: a node between tells apart two inputs that are one tensor."""
    if edge is not None:
        data, tensor._requires_grad = tensor._data, True
        tensor._node = record(_SAME, (data, lambda g: g), [edge], None, None, data.shape, data.dtype)
    return tensor


def stand_in(tensor: Any, cls: Any) -> Any:
    """The tensor, or one of class `cls` with its value and history: rules work on Traced ones, users see none of them."""
    if not isinstance(tensor, Tensor) or (type(tensor) is not Traced if cls is Tensor else isinstance(tensor, cls)):
        return tensor
    other = wrap(tensor._data, tensor._requires_grad, cls)
    if tensor._node is None:
        return leading(other, tensor if tensor._requires_grad else None)
    other._node = tensor._node
    return other


def for_users(gradient: Any) -> Any:
    """A gradient as users see it."""
    if gradient is None:
        return None
    return stand_in(gradient, Tensor) if isinstance(gradient, Tensor) else wrap(np.asarray(gradient))


def source(edge: Node) -> tuple[Node, int]:
    """The node behind an edge, and which of its outputs the edge comes from."""
    return (edge.edges[0], edge.place) if type(edge) is Output else (edge, 0)


def target(tensor: Any) -> Any:
    """Where the gradient of a tensor, or of a GradientEdge, arrives: a node, or a leaf."""
    if isinstance(tensor, Tensor):
        # `grad_fn` brings the node of a view up to date; that of a sparse tensor is asked for, and refused, also where it is a leaf
        return tensor if tensor.grad_fn is None and tensor._node is None else tensor._node
    node, place, *_ = tensor
    several = type(getattr(node, "shape", None)) is list
    return Output(node, place, node.shape[place], node.dtype[place]) if several else getattr(node, "variable", node)
