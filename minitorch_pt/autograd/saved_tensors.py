"""saved_tensors_hooks: what nodes keep for the backward pass goes through a function of the user's, and back through another.

A node keeps arrays in its gradient functions. Where hooks are set, these are taken apart when the node is recorded: each array is
handed to `pack`, and what that returns is kept in its place. Before the node runs the arrays come back from `unpack`, and the
gradient functions are put together around them.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import operator
import threading
import weakref
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any, NoReturn

import numpy as np

from . import changes, graph
from .graph import Node
from .modes import no_grad, watchers
from .walk import pulled

__all__ = [
    "allow_mutation_on_saved_tensors",
    "disable_saved_tensors_hooks",
    "save_on_cpu",
    "saved_tensors_hooks",
    "through_hooks",
]


class _PerThread(threading.local):
    def __init__(self) -> None:
        self.hooks: list[tuple] = []  # (pack, unpack, whether all that the node holds is packed); the last is in force
        self.refusal: str | None = None
        self.copies = False  # whether what is saved may be changed


_state = _PerThread()
_open: list = []  # those of all threads


class saved_tensors_hooks:
    """Inside, each tensor that an operation saves for backward is kept as `pack_hook(tensor)`; backward gets `unpack_hook` of that.

    pack_hook: of a tensor, anything: a copy in another type, a file's name. unpack_hook: of that, a tensor of the same shape.

    Raises:
        RuntimeError: pack_hook changes its tensor in place. TypeError: unpack_hook gives no tensor.

    >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
    >>> with torch.autograd.graph.saved_tensors_hooks(lambda t: t.half(), lambda t: t.float()):
    ...     y = (x * x).sum()
    >>> y.backward()
    >>> x.grad
    tensor([2., 4.])
    """

    _whole = False  # whether all that a node holds is packed, also what torch does not save

    def __init__(self, pack_hook: Callable[[Any], Any], unpack_hook: Callable[[Any], Any]) -> None:
        self.pack_hook, self.unpack_hook = pack_hook, unpack_hook

    def __enter__(self) -> None:
        if _state.refusal is not None:
            raise RuntimeError(_state.refusal)
        _state.hooks.append((self.pack_hook, self.unpack_hook, self._whole))
        _open.append(self)
        watchers.add(_packed)

    def __exit__(self, *args: object) -> None:
        _state.hooks.pop()
        _open.pop()
        if not _open:
            watchers.discard(_packed)


class save_on_cpu(saved_tensors_hooks):
    """Inside, what is saved for backward is moved to the CPU and back: here, where all is on the CPU, copied.

    Raises:
        RuntimeError: `pin_memory`, which prepares copies to a GPU.
    """

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda") -> None:
        if pin_memory:
            raise RuntimeError(
                "pin_memory=True prepares copies to a GPU, and minitorch_pt computes on the CPU: leave it out"
            )
        super().__init__(lambda tensor: tensor.clone(), lambda tensor: tensor)


@contextlib.contextmanager
def disable_saved_tensors_hooks(error_message: str) -> Iterator[None]:
    """Inside, hooks on saved tensors raise a RuntimeError with this message."""
    if _state.hooks:
        raise RuntimeError(error_message)
    before, _state.refusal = _state.refusal, error_message
    try:
        yield
    finally:
        _state.refusal = before


class _Copies:
    """What `allow_mutation_on_saved_tensors` keeps."""

    def __init__(self) -> None:
        self.kept: dict[object, Any] = {}

    def clear(self) -> None:
        """Let go of it: the graphs that were recorded can no longer be run."""
        self.kept.clear()

    def pack(self, tensor: Any) -> object:
        """Keep a copy."""
        place = object()
        self.kept[place] = tensor.clone()
        return place

    def unpack(self, place: object) -> Any:
        """The copy.

        Raises:
            AssertionError: it was let go.
        """
        if place not in self.kept:
            raise AssertionError(
                "Trying to backward outside of the 'allow_mutation_on_saved_tensors' context in which the graph was originally recorded: "
                "call backward() inside it, and clear() after"
            )
        return self.kept[place]


@contextlib.contextmanager
def allow_mutation_on_saved_tensors() -> Iterator[_Copies]:
    """Inside, tensors that are saved for backward may be changed in place: gradients are those of the numbers as they were.

    Each is copied when it is saved. Backward runs inside too; `clear()` of what the context gives lets go of the copies before its end.

    Raises:
        RuntimeError: inside another one. AssertionError: backward after its end.

    >>> x = torch.tensor([2.0, 3.0], requires_grad=True)
    >>> with torch.autograd.graph.allow_mutation_on_saved_tensors():
    ...     y = x.clone()
    ...     squares = y**2
    ...     _ = y.zero_()
    ...     squares.sum().backward()
    >>> x.grad
    tensor([4., 6.])
    """
    if _state.copies:
        raise RuntimeError("allow_mutation_on_saved_tensors contexts cannot be nested")
    copies, _state.copies = _Copies(), True
    try:
        with saved_tensors_hooks(copies.pack, copies.unpack):
            yield copies
    finally:
        copies.clear()
        _state.copies = False


# ---------------------------------------------------------------------------------------------------------------------
# Gradient functions, taken apart and put together
# ---------------------------------------------------------------------------------------------------------------------
class _Place:
    """Stands for one of the arrays."""

    def __init__(self, number: int) -> None:
        self.number = number


class _Apart:
    """A function without what it holds."""

    def __init__(self, function: FunctionType, held: list) -> None:
        self.parts = function.__code__, function.__globals__, function.__name__, function.__defaults__
        self.held = held


def _apart(value: Any, note: Callable[[np.ndarray], _Place], depth: int = 3) -> Any:
    """A gradient function, or what it holds, with a place for each array."""
    if isinstance(value, np.ndarray):
        return note(value)
    if type(value) is tuple or type(value) is list:
        parts = [_apart(item, note, depth) for item in value]
        return value if all(map(operator.is_, parts, value)) else type(value)(parts)
    if depth and isinstance(value, FunctionType) and value.__closure__:
        held = [cell.cell_contents for cell in value.__closure__]
        parts = [_apart(item, note, depth - 1) for item in held]
        return value if all(map(operator.is_, parts, held)) else _Apart(value, parts)
    return value


def _together(value: Any, arrays: list) -> Any:
    """The gradient function again."""
    if isinstance(value, _Place):
        return arrays[value.number]
    if type(value) is tuple or type(value) is list:
        return type(value)(_together(item, arrays) for item in value)
    if isinstance(value, _Apart):
        code, names, name, defaults = value.parts
        made = FunctionType(code, names, name, defaults, tuple(_cell(_together(v, arrays)) for v in value.held))
        return made
    return value


def _cell(value: Any) -> Any:
    return (lambda: value).__closure__[0]  # type: ignore[index]


def _packed(node: Node, value: Any, args: Any) -> None:
    """Hand what a new node keeps to the hooks in force. (Those of a Function hand on what `save_for_backward` was given.)"""
    if not _state.hooks or node.kind.rule is None:
        return
    if node.kind.keeps:
        node.outputs = value if isinstance(value, (tuple, list)) else (value,)
    _pack(node, *_state.hooks[-1])


def _pack(node: Node, pack: Callable, unpack: Callable, whole: bool) -> None:
    """Hand what a node keeps to `pack`, and have it back from `unpack` when it is needed."""
    kept = list(graph.arrays_in(node._kept()))
    wanted = {id(array) for array in kept}
    places: dict[int, _Place] = {}  # by id of an array
    packed: list = []

    def note(array: np.ndarray) -> Any:
        if not (whole or id(array) in wanted):
            return array
        if id(array) not in places:
            places[id(array)] = _Place(len(packed))
            packed.append(_through(pack, _tensor(array, node)))
        return places[id(array)]

    needed = node.pulls
    if type(needed) is tuple or type(needed) is list:
        needed = tuple(pull if edge is not None else None for pull, edge in zip(needed, node.edges, strict=False))
    pulls = _apart(needed, note)
    copied = [
        array for array in kept if id(array) not in places
    ]  # the functions hold copies, which the rule makes anew
    for array in copied:
        note(array)
    args = None if node.args is None else [_apart(a, note) if whole else places.get(id(a), a) for a in node.args]
    if packed:
        _Packed(node, pulls, args, [(unpack, thing) for thing in packed], bool(copied))


class _Packed:
    """What a node does whose arrays are packed."""

    def __init__(self, node: Node, pulls: Any, args: list | None, kept: list, anew: bool) -> None:
        self.kind, self.edges, self.kwargs = node.kind, node.edges, node.kwargs
        self.pulls, self.args, self.kept, self.anew = pulls, args, kept, anew
        node.kind = _unchecked(node.kind, node.name())
        node.pulls, node.args, node.outputs = self.flows, args, None
        me = weakref.ref(node)  # the node holds on to this
        node.restored = lambda: self.restored(me())  # type: ignore[attr-defined]
        node.packed = self  # type: ignore[attr-defined]

    def _arrays(self) -> list:
        return [_unpacked(unpack, thing)._data for unpack, thing in self.kept]

    def _functions(self, arrays: list) -> Any:
        if not self.anew:
            return _together(self.pulls, arrays)
        result = self.kind.rule(*_together(self.args, arrays), **self.kwargs or {})
        return result[1] if self.kind.joint else result[1 : 1 + len(self.edges)]

    def flows(self, *gradients: Any) -> list:
        """The gradients of the inputs."""
        return pulled(self._functions(self._arrays()), gradients, self.edges)

    def restored(self, node: Any) -> Node:
        """The node as it would be without hooks."""
        arrays = self._arrays()
        twin = copy.copy(node)
        twin.kind, twin.pulls, twin.args = self.kind, self._functions(arrays), _together(self.args, arrays)
        for name in ("restored", "packed", "raw"):
            twin.__dict__.pop(name, None)
        return twin


@functools.cache
def _unchecked(kind: graph.Kind, name: str) -> graph.Kind:
    """A kind whose nodes are not looked at for changes in place: hooks keep what they like."""
    kind = copy.copy(kind)
    kind.name, kind.saves, kind.keeps = name, (), False
    return kind


def _tensor(array: np.ndarray, node: Node) -> Any:
    """A saved array as the tensor that it is in the graph."""
    edge = next((edge for a, edge in zip(node.args or (), node.edges, strict=False) if a is array), None)
    if isinstance(edge, graph.Tensor) and edge._data is array:
        return edge
    tensor = graph.wrap(array)
    if isinstance(edge, Node):
        tensor._node, tensor._requires_grad = edge, True
    return tensor


def _through(pack: Callable, tensor: Any) -> Any:
    """What `pack` makes of a tensor.

    Raises:
        RuntimeError: it changes the tensor.
    """
    before = changes.version(tensor._data)
    with no_grad():
        kept = pack(tensor)
    if changes.version(tensor._data) != before:
        raise RuntimeError(
            "A saved tensor pack hook is modifying its input in place. Tensors provided as input to pack hook can not be modified "
            "by in-place operations, as this can lead to unexpected side-effects: change a clone()."
        )
    return kept


def _unpacked(unpack: Callable, kept: Any) -> Any:
    tensor = unpack(kept)
    if not isinstance(tensor, graph.Tensor):
        raise TypeError(
            f"Output of saved tensor unpack_hook expected to be a Tensor but got result of type {type(tensor).__name__}"
        )
    return tensor


def through_hooks(tensors: tuple) -> Callable | None:
    """Hand the tensors that a Function saves to the hooks in force; how they come back, None without hooks."""
    if not _state.hooks:
        return None
    pack, unpack, _ = _state.hooks[-1]
    kept = [(t is not None, None if t is None else _through(pack, t)) for t in tensors]
    return lambda: tuple(_unpacked(unpack, thing) if there else None for there, thing in kept)


# ---------------------------------------------------------------------------------------------------------------------
# Hooks of one saved tensor
# ---------------------------------------------------------------------------------------------------------------------
class SavedTensor:
    """A tensor that a node has saved, `node._raw_saved_self`: to set hooks for it alone.

    node: a node, or the ctx of a Function; name: of the tensor, or its place.
    """

    __module__ = "minitorch_pt._C._autograd"

    def __init__(self, node: Any, name: Any) -> None:
        self._node, self._name = node, name

    def register_hooks(self, pack_hook: Callable[[Any], Any], unpack_hook: Callable[[Any], Any]) -> None:
        """Keep `pack_hook(tensor)` in its place; backward gets `unpack_hook` of that.

        Raises:
            RuntimeError: it has hooks already, or pack_hook changes its tensor. TypeError: a hook is no function.
        """
        for hook in (pack_hook, unpack_hook):
            if not callable(hook):
                raise TypeError(
                    f"register_hooks(): incompatible function arguments: {type(hook).__name__} is no function"
                )
        if isinstance(self._name, int):
            return _hooks_of_one(self._node, self._name, pack_hook, unpack_hook)
        node = self._node
        if "raw" not in node.__dict__:
            if "restored" in node.__dict__:
                _refuse_hooks()
            saved = {name: value._data for name, value in node._saved().items() if isinstance(value, graph.Tensor)}
            _pack(node, _as_it_is, _as_it_is, False)
            arrays = [tensor._data for _, tensor in node.packed.kept]
            node.raw = {name: i for name, array in saved.items() for i, kept in enumerate(arrays) if kept is array}
        if self._name not in node.raw:  # taken: one array may have two names
            _refuse_hooks()
        place = node.raw.pop(self._name)
        unpack, tensor = node.packed.kept[place]
        if unpack is _as_it_is:
            node.packed.kept[place] = unpack_hook, _through(pack_hook, tensor)


def _as_it_is(tensor: Any) -> Any:
    return tensor


def _refuse_hooks() -> NoReturn:
    raise RuntimeError(
        "Calling register_hooks on a saved tensor whose hooks have already been set: set them once, and first"
    )


def _hooks_of_one(ctx: Any, place: int, pack: Callable, unpack: Callable) -> None:
    """Hooks of one of the tensors that a Function has saved."""
    own = ctx.__dict__.setdefault("_own", {})
    if place in own or (ctx._unpack is not None and not own):
        _refuse_hooks()
    own[place] = unpack, _through(pack, ctx._saved[place])
    saved = ctx._saved = tuple(None if i == place else tensor for i, tensor in enumerate(ctx._saved))
    ctx._unpack = lambda: tuple(_unpacked(*own[i]) if i in own else tensor for i, tensor in enumerate(saved))


def raw_saved_of(ctx: Any) -> tuple[SavedTensor, ...]:
    """What a Function has saved, one by one."""
    return tuple(SavedTensor(ctx, i) for i in range(len(ctx._saved)))
