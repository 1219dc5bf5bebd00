"""Records what the engine does while it does it: each operation as its node is made, each gradient as the pass hands it on.

Nothing is computed again. A watcher of the graph sees each new node with its value and arguments; hooks on nodes and leaves see what the
backward pass brings and takes on; hooks of every module tell which one is running, and those of every optimizer that it stepped. All of them
are seams that the engine has anyway: where nothing is recorded they are empty.
"""

from __future__ import annotations

import inspect
import linecache
import os
import sys
import sysconfig
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

from ...autograd import hooks
from ...autograd.graph import Node, Output
from ...autograd.modes import recording as thread, watchers
from ...nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from ...optim.optimizer import register_optimizer_step_post_hook
from ...tensors.tensor import Tensor
from ..kept import nodes_behind, values_of
from ..operations import name_of
from .rules import Rule, pull_texts, rule_of
from .shots import Shot, array_of, shot

__all__ = ["Call", "Input", "Leaf", "Operation", "Recorder", "Step", "Visit"]

# files that are not the user's
_OTHERS: tuple[str, ...] = ("<frozen", f"{Path(__file__).parents[2]}{os.sep}")
_OTHERS += tuple(f"{sysconfig.get_paths()[kind]}{os.sep}" for kind in ("stdlib", "purelib", "platlib"))

Lines = tuple[tuple[str, int], ...]  # file and number


@dataclass(eq=False)
class Call:
    """One call of a module: its name in the model, its class, and the call that it was made in."""

    name: str
    kind: str
    outer: Call | None


@dataclass(eq=False)
class Leaf:
    """A tensor or array that no recorded operation made: a parameter, another leaf, or a constant, which needs no gradient."""

    name: str
    kind: str
    tensor: Tensor | None = None


@dataclass(eq=False)
class Input:
    """An argument of an operation: where it came from and its numbers, or what else it was, as a text ("" if that says little)."""

    name: str
    source: Operation | Leaf | None
    place: int = 0
    value: Shot | None = None
    text: str = ""


@dataclass(eq=False)
class Operation:
    """One node of the graph: what it is, what went in, what came out, and the lines of the program that asked for it, outermost first."""

    number: int
    name: str
    outputs: list[Shot | None]
    inputs: list[Input]
    lines: Lines
    call: Call | None
    rule: Rule | None
    pulls: list[str | None]
    node: Any  # a weak reference
    torch_name: str = ""
    variables: dict[int, str] = field(default_factory=dict)  # of outputs


@dataclass(eq=False)
class Visit:
    """The backward pass at one node: the gradients that came to its outputs, what went on to each input, and which leaves that completed."""

    operation: Operation
    gradients: list[Shot | None]
    flows: list[Shot | None]
    leaves: list[Leaf] = field(default_factory=list)


@dataclass(eq=False)
class Step:
    """One backward pass, the operations behind it, and what became of the leaves afterwards."""

    root: Operation
    operations: list[Operation]
    visits: list[Visit] = field(default_factory=list)
    gradients: dict[Leaf, Shot | None] = field(default_factory=dict)
    after: dict[Leaf, Shot | None] = field(default_factory=dict)
    lines: Lines = ()  # where the optimizer stepped


class Recorder:
    """Records up to `most` backward passes from `start()` on, until `stop()` or the pass after those."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.steps: list[Step] = []
        self._task: Any = None
        self._call: Call | None = None
        self._calls: list[Call | None] = []
        self._names: dict[int, str] = {}  # of modules and parameters, by id
        self._leaves: dict[int, tuple[Leaf, Shot | None]] = {}  # by id of the tensor or array
        self._handles: list[Any] = []
        self._on = False

    def start(self) -> None:
        """From now on.

        Raises:
            RuntimeError: something is recorded already.
        """
        if any(isinstance(getattr(watch, "__self__", None), Recorder) for watch in watchers):
            raise RuntimeError("something is being recorded already: a recording cannot stand inside another")
        self._on = True
        watchers.add(self._made)
        self._handles = [
            register_module_forward_pre_hook(self._enter),
            register_module_forward_hook(self._leave, always_call=True),
            register_optimizer_step_post_hook(self._stepped),
        ]

    def stop(self) -> None:
        """Until now; a second call does nothing."""
        self._task = None
        if self._on:
            self._on = False
            watchers.discard(self._made)
            for handle in self._handles:
                handle.remove()
            self._look_at_leaves()

    def follow_kept(self, loss: Tensor) -> None:
        """Take a computation that has run, as autograd kept it, and follow its backward pass."""
        nodes = nodes_behind(loss._node)
        values = values_of(loss, nodes, {})
        frames = list(_own_frames(sys._getframe(1)))  # whose variables have names
        self._on = True
        for node in reversed(nodes):
            self._handles.append(self._take(node, values.get(id(node)), node.args, frames, ()))

    # -- forward -------------------------------------------------------------------------------------------------------
    def _enter(self, module: Any, args: Any) -> None:
        if not self._calls:
            self._names |= {id(inner): name for name, inner in module.named_modules() if name}
            self._names |= {id(p): name for name, p in module.named_parameters()}
        self._calls.append(self._call)
        self._call = Call(self._names.get(id(module), ""), type(module).__name__, self._call)

    def _leave(self, module: Any, args: Any, output: Any) -> None:
        if self._calls:
            self._call = self._calls.pop()

    def _made(self, node: Node, value: Any, args: Any) -> None:
        frames = list(_own_frames(sys._getframe(1)))
        self._take(node, value, args, frames, _lines(frames))

    def _take(self, node: Node, value: Any, args: Any, frames: list[FrameType], lines: Lines) -> Any:
        """Note an operation, and let its node tell what the pass brings; returns the handle of its hook."""
        outputs = list(value) if type(value) in (list, tuple) else [value]
        operation = Operation(
            number=node.seq,
            name=name_of(node),
            outputs=[shot(v) for v in outputs],
            inputs=list(self._inputs(node, args or (), frames)),
            lines=lines,
            call=self._call,
            rule=rule_of(node),
            pulls=pull_texts(node),
            node=weakref.ref(node),
        )
        node.operation = operation  # type: ignore[attr-defined]  # beside its slots: it lives as long as the node
        return hooks.add_hook(node, partial(self._passed, operation), hooks.AFTER)

    def _inputs(self, node: Node, args: Any, frames: list[FrameType]) -> Iterator[Input]:
        names = _parameters(node.kind.rule)
        for i in range(max(len(args), len(node.edges))):
            edge = node.edges[i] if i < len(node.edges) else None
            name = names[min(i, len(names) - 1)] if names else ""
            arg = args[i] if i < len(args) else None
            if edge is None:
                array = array_of(arg)
                if array is not None and array.ndim:
                    leaf, value = self.leaf(array, array, frames, "" if name in ("input", "other") else name)
                    yield Input(name, leaf, 0, value)
                else:
                    yield Input(name, None, text=str(arg) if _is_plain(arg) else "")
            elif isinstance(edge, Node):
                made, place = (edge.edges[0], edge.place) if isinstance(edge, Output) else (edge, 0)
                source = getattr(made, "operation", None)
                if source is None:  # made before the recording began
                    leaf, value = self.leaf(edge, arg, frames)
                    yield Input(name, leaf, 0, value)
                else:
                    if place not in source.variables:
                        source.variables[place] = _called(frames, lambda t, edge=edge: t._node is edge)
                    yield Input(name, source, place, source.outputs[place])
            else:
                leaf, value = self.leaf(edge, edge._data, frames)
                yield Input(name, leaf, 0, value)

    def leaf(self, key: Any, array: Any, frames: list[FrameType], called: str = "") -> tuple[Leaf, Shot | None]:
        """The leaf that a tensor, an array or an older node is, and its numbers now; `called` if no variable holds it."""
        known, value = self._leaves.get(id(key), (None, None))
        constant = not isinstance(key, Tensor)
        fresh = array_of(array)
        same = value is not None and fresh is not None and value.shows(fresh)
        if known is None or constant and not same:
            name = (
                self._names.get(id(key))
                or _called(frames, lambda t: t is key or t._data is key or t._node is key)
                or called
            )
            kind = "constant" if constant else "parameter" if id(key) in self._names else "leaf"
            known = Leaf(name, kind, None if constant else key)
            if not constant:
                self._handles.append(hooks.add_hook(key, partial(self._settled, known)))
        value = value if same else shot(array)
        self._leaves[id(key)] = known, value
        return known, value

    # -- backward ------------------------------------------------------------------------------------------------------
    def _passed(self, operation: Operation, flows: tuple, gradients: tuple) -> None:
        if not self._on:  # a node that has outlived the recording
            return
        if thread.task is not self._task:
            self._task = thread.task
            self._look_at_leaves()
            if len(self.steps) == self.most:
                return self.stop()
            self.steps.append(Step(operation, _behind(operation)))
            node, frames = operation.node(), list(_own_frames(sys._getframe(1)))
            operation.variables.setdefault(0, _called(frames, lambda t: t._node is node))
        self.steps[-1].visits.append(Visit(operation, [shot(g) for g in gradients], [shot(f) for f in flows]))
        node = operation.node()
        operation.torch_name, operation.name = node.name(), name_of(node)

    def _settled(self, leaf: Leaf, gradient: Tensor) -> None:
        if self._on and self.steps and thread.task is self._task:
            self.steps[-1].gradients[leaf] = shot(gradient)
            self.steps[-1].visits[-1].leaves.append(leaf)

    # -- the step ------------------------------------------------------------------------------------------------------
    def _stepped(self, *_: Any) -> None:
        if self.steps:
            self.steps[-1].lines = _lines(list(_own_frames(sys._getframe(1))))
            self._look_at_leaves(True)

    def _look_at_leaves(self, again: bool = False) -> None:
        """Note what became of the leaves since the last pass, unless that was done when the optimizer stepped."""
        if self.steps and (again or not self.steps[-1].after):
            self.steps[-1].after = {leaf: shot(leaf.tensor) for leaf in self.steps[-1].gradients}


def _own_frames(frame: FrameType | None) -> Iterator[FrameType]:
    """The calls in the user's own files, innermost first."""
    while frame is not None:
        file = frame.f_code.co_filename
        if not file.startswith(_OTHERS):
            yield frame
        frame = frame.f_back


def _lines(frames: list[FrameType]) -> Lines:
    """Where the calls stand, outermost first; what was executed of a text has no lines to show."""
    places = [(frame.f_code.co_filename, frame.f_lineno) for frame in reversed(frames)]
    return tuple(place for place in places if linecache.getline(*place))


def _parameters(rule: Any) -> list[str]:
    """The names of a rule's arguments."""
    if rule is None:
        return []
    return [p.name for p in inspect.signature(rule).parameters.values() if p.kind != p.KEYWORD_ONLY]


def _is_plain(value: Any) -> bool:
    """Whether it is a number, or some, that fit in a line."""
    if isinstance(value, (tuple, list)):
        return 0 < len(value) <= 6 and all(map(_is_plain, value))
    return isinstance(value, (bool, int, float, np.generic)) or isinstance(value, np.ndarray) and not value.ndim


def _called(frames: list[FrameType], is_it: Any) -> str:
    """The name of the variable that holds a tensor, in the innermost call that has one."""
    for frame in frames:
        for name, value in list(frame.f_locals.items()):
            if isinstance(value, Tensor) and not name.startswith("_") and is_it(value):
                return name
    return ""


def _behind(root: Operation) -> list[Operation]:
    """The operations that led to `root`, oldest first."""
    found: dict[int, Operation] = {}
    stack = [root]
    while stack:
        operation = stack.pop()
        if operation.number not in found:
            found[operation.number] = operation
            stack += [i.source for i in operation.inputs if isinstance(i.source, Operation)]
    return [found[number] for number in sorted(found)]
