"""What a node of the graph shows: torch's class and name for it, its inputs, its hooks, what it saved, and its gradients as a call.

The engine makes plain nodes; a node becomes one of these classes when a program first looks at it, as `tensor.grad_fn` or in
`next_functions`, so that nobody pays for what is not looked at.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import graph
from .graph import Node
from .hooks import AFTER, BEFORE, RemovableHandle, add_hook
from .modes import recording
from .saved_tensors import SavedTensor, raw_saved_of
from .walk import flows_of

__all__ = ["shown"]

# names of rules' parameters and of what their gradient functions hold -> torch's names of saved values
_SAVED_AS = {
    "input": ("self", "input"),
    "x": ("self",),
    "shape": ("self_sym_sizes",),
    "before": ("self_sym_sizes",),
    "axis": ("dim",),
    "axes": ("dim",),
}
_SAVED_AS |= dict.fromkeys(("y", "value", "whole"), ("result",))

# which arguments of a rule torch shows as inputs of the node, where not all: numbers and masks have no gradient in it
_INPUTS: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(
        ("Bernoulli", "Clamp1", "ClampMax", "ClampMin", "Div1", "Fill", "MaskedFill", "Mul1", "Normal1", "Rsub1"), (0,)
    ),
    **dict.fromkeys(
        ("Cdist", "ClampMin1", "Dist", "LinalgLstsq", "LinalgSolveEx", "LinalgSolveTriangular", "Lerp"), (0, 1)
    ),
    **dict.fromkeys(("ClampMax1", "MaskedFill1", "MaskedScatter"), (0, 2)),
    **dict.fromkeys(("IndexReduce", "ScatterAdd", "ScatterReduce"), (0, 3)),
    **dict.fromkeys(("NativeBatchNorm", "NativeGroupNorm"), (0, 1, 2)),
    "Pow2": (1,),
}  # by the name without "Backward" and "0"


def _linear_inputs(name: str, edges: Sequence) -> list:
    """Of x @ Wᵀ + b, which is one node here: torch turns the weight, and makes one matrix of other inputs."""
    input, weight, *bias = edges
    matrix = name in ("AddmmBackward0", "MmBackward0")
    step = "UnsqueezeBackward0" if name == "SqueezeBackward4" else "ViewBackward0"
    product = [*bias, *(_step(step, input) if not matrix else [input]), *_step("TBackward0", weight)]
    return product if matrix else _step("AddmmBackward0" if bias else "MmBackward0", *product)


def _step(name: str, *edges: Any) -> list:
    return [_kind(name, Step)(name, edges) if any(edge is not None for edge in edges) else None]


# what does in one node what torch does in several, by the rule's function: name and edges -> torch's inputs
_STEPS: dict[str, Callable[[str, Sequence], list]] = {
    "linear": _linear_inputs,
    "_linear_otherwise": _linear_inputs,
    "_cross_entropy": lambda name, edges: _step("LogSoftmaxBackward0", edges[0]),
}


class Shown(Node):
    """A node as users see it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{self.name().rpartition('::')[2]} object at {id(self):#x}>"

    @property
    def next_functions(self) -> tuple:
        """(node, which of its outputs) for each input that has a gradient function; leaves show as AccumulateGrad."""
        name, edges = self.name(), self.edges
        places = _INPUTS.get(name.replace("Backward", "").removesuffix("0"))
        if places is not None:
            edges = [edges[i] for i in places if i < len(edges)]
        steps = _STEPS.get(getattr(self.kind.rule, "__name__", ""))
        return tuple(map(shown, edges if steps is None else self._steps(steps)))

    def _steps(self, inputs: Callable) -> list:
        """The steps before this node that torch has, the same ones each time."""
        if "steps" not in self.__dict__:
            self.__dict__["steps"] = inputs(self.name(), self.edges)
        return self.__dict__["steps"]

    @functools.cached_property
    def metadata(self) -> dict:
        """A place for the user's own notes."""
        return {}

    @property
    def requires_grad(self) -> bool:
        """True: it was recorded."""
        return True

    def _sequence_nr(self) -> int:
        return self.seq

    def register_prehook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(grad_outputs)`, a gradient (or None) for each output, before they pass; it may return another tuple."""
        return add_hook(self, hook, BEFORE)

    def register_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(grad_inputs, grad_outputs)` when the gradients of the inputs are known; it may return others for these."""
        return add_hook(self, hook, AFTER)


class OperationNode(Shown):
    """The node of an operation of the library: `node(gradient)` and `node._saved_self` show how it works."""

    __slots__ = ()

    def __call__(self, *gradients: Any) -> Any:
        """The gradients of the inputs, for a gradient of each output.

        Raises:
            TypeError: too few or many, or no tensors. RuntimeError: the graph was released.
        """
        several = type(self.shape) is list
        kinds = [dtype.kind for dtype in self.dtype] if several else ["f"]
        if len(gradients) != kinds.count("f"):
            raise TypeError(
                f"expected {kinds.count('f')} arguments, got {len(gradients)} instead: a gradient for each output"
            )
        for i, gradient in enumerate(gradients):
            if not (gradient is None or isinstance(gradient, graph.Tensor)):
                raise TypeError(f"argument {i} is not a Variable but {type(gradient).__name__}: give tensors, or None")
        rest = iter([g if g is None or recording.on else g._data for g in gradients])
        given = [next(rest) if kind == "f" else None for kind in kinds]  # indices have no gradient
        flows = flows_of(self, given if several else given[0], self.edges, recording.on)
        found = list(map(graph.for_users, flows))
        return found[0] if len(found) == 1 else tuple(found)

    def _saved(self) -> dict[str, Any]:
        """What was kept, by torch's names: tensors (None if no gradient needs them), numbers and shapes."""
        if self.pulls is None:
            graph.refuse_again(self)
        if "restored" in self.__dict__:  # what hooks have packed
            return self.restored()._saved()
        self.verify(False)
        several = type(self.pulls) is tuple or type(self.pulls) is list
        pulls = [p for p, e in zip(self.pulls, self.edges, strict=False) if e is not None] if several else [self.pulls]
        outputs: Sequence = getattr(self, "outputs", None) or ()
        values: dict[str, Any] = {"result": outputs[0]} if len(outputs) == 1 else {}
        kept = {id(array) for array in graph.arrays_in(pulls)}
        if self.args is not None:
            function = self.kind.rule
            names, defaults = (
                function.__code__.co_varnames[: function.__code__.co_argcount],
                function.__defaults__ or (),
            )
            given = dict(zip(names[-len(defaults) :], defaults, strict=False)) | dict(
                zip(names, self.args, strict=False)
            )
            given |= self.kwargs or {}
            values |= {k: None if isinstance(v, np.ndarray) and id(v) not in kept else v for k, v in given.items()}
        for pull in pulls:
            cells = getattr(pull, "__closure__", None) or ()
            values |= {name: cell.cell_contents for name, cell in zip(pull.__code__.co_freevars, cells, strict=True)}
        edges = {id(a): e for a, e in zip(self.args or (), self.edges, strict=False)}
        return {
            f"_saved_{name}": self._tensor(value, edges, name)
            for held, value in values.items()
            if not callable(value)
            for name in _SAVED_AS.get(held, (held,))
        }

    def _tensor(self, value: Any, edges: dict, name: str) -> Any:
        """A saved array as the tensor that it is in the graph."""
        if name == "other" and isinstance(value, (int, float)):
            return graph.wrap(np.asarray(value))
        value = np.asarray(value) if isinstance(value, np.generic) else value
        if not isinstance(value, np.ndarray):
            return value
        edge: Any = self if name == "result" and value.shape == self.shape else edges.get(id(value))
        leaf = isinstance(edge, graph.Tensor)
        if leaf and edge._data is value:
            return edge
        tensor = graph.wrap(value, edge is not None)
        tensor._node = None if leaf else edge
        return tensor

    def __getattr__(self, name: str) -> Any:
        raw = name.startswith("_raw_saved_")
        saved = self._saved() if raw or name.startswith("_saved_") else {}
        if raw and isinstance(saved.get(name[4:]), graph.Tensor):
            return SavedTensor(self, name[4:])
        if name in saved:
            return saved[name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __dir__(self) -> list[str]:
        return [*object.__dir__(self), *(self._saved() if self.pulls is not None else ())]


class FunctionNode(Shown):
    """The node of a user's Function: in torch it is the `ctx` of `forward` and `backward`, and here it has all that ctx has."""

    __slots__ = ()

    def __repr__(self) -> str:
        return object.__repr__(self)

    def __getattr__(self, name: str) -> Any:
        if name == "_raw_saved_tensors":
            return raw_saved_of(self.__dict__["ctx"])
        return getattr(self.__dict__["ctx"], name)


class Step(Shown):
    """A node of torch's that is a part of one here: it shows what stands where."""

    __slots__ = ()
    kind = graph.Kind(None, "")

    def __init__(self, title: str, edges: Sequence) -> None:
        self.title, self.edges = title, edges

    def name(self) -> str:
        """Its name in torch."""
        return self.title

    def register_hook(self, hook: Callable) -> RemovableHandle:
        """There is nothing of its own to hook.

        Raises:
            RuntimeError: always.
        """
        raise RuntimeError(
            f"{self.title} is a part of the node before it, which computes both: register the hook there"
        )

    register_prehook = register_hook


class AccumulateGrad(Shown):
    """Shows a leaf tensor in `next_functions`: where the graph ends and `.grad` is filled."""

    __slots__ = ()
    __module__ = "builtins"

    def __init__(self, variable: Any) -> None:
        self.variable, self.edges, self.kind = variable, (), Step.kind

    def name(self) -> str:
        """Its name in torch."""
        return "torch::autograd::AccumulateGrad"

    def _sequence_nr(self) -> int:
        return 2**64 - 1  # before all others

    def register_prehook(self, hook: Callable) -> RemovableHandle:
        """Call `hook((gradient,))` before the gradient is added to `.grad`; it may return another tuple."""
        return add_hook(self.variable, hook, BEFORE)

    def register_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook((), (gradient,))` once the gradient has been added to `.grad`."""
        shown: list = []
        before = add_hook(self.variable, lambda given: shown.extend(given), BEFORE)

        def after(leaf: Any) -> None:
            hook((), (shown.pop(),))

        handle = self.variable.register_post_accumulate_grad_hook(after)
        self.variable._hooks[handle.id] = self.variable._hooks.pop(before.id)
        handle._tables.append(self.variable._hooks)  # both go together
        return handle


# of each leaf, by its id; a node keeps its leaf alive. Not WeakValueDictionary, in whose Python code a Ctrl-C would be lost
_accumulators: dict[int, weakref.ref] = {}


@functools.cache
def _kind(name: str, base: type) -> type:
    home = "minitorch_pt.autograd.function" if base is FunctionNode else "builtins"
    return type(name.rpartition("::")[2], (base,), {"__slots__": (), "__module__": home})


def shown(edge: Any) -> tuple:
    """(the node as users see it, which of its outputs) of an edge: a node, a leaf, or None."""
    if edge is None:
        return None, 0
    if isinstance(edge, graph.Tensor):
        known = _accumulators.get(id(edge))
        found = known and known()
        if found is None:
            found = AccumulateGrad(edge)
            _accumulators[id(edge)] = weakref.ref(found, functools.partial(_accumulators.pop, id(edge)))
        return found, 0
    node, place = graph.source(edge)
    if type(node) is Node:
        node.__class__ = _kind(node.name(), FunctionNode if "ctx" in node.__dict__ else OperationNode)
    return node, place
