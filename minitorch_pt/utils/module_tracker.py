"""ModuleTracker: which modules are running, while they run and in the backward pass."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

from ..autograd.edges import register_multi_grad_hook
from ..autograd.variable import Variable, current_task
from ..nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from ..tensors.tensor import Tensor
from ._pytree import tree_leaves

__all__ = ["ModuleTracker"]


class ModuleTracker:
    """Context in which `parents` holds the names of the modules that are running, "Global" always, and `is_bw` tells whether this is backward.

    Source: torch.utils.module_tracker, which a program imports by that name.

    >>> model = nn.Sequential(nn.Linear(2, 2))
    >>> tracker = ModuleTracker()
    >>> _ = model[0].register_forward_pre_hook(lambda *args: print(sorted(tracker.parents)))
    >>> with tracker:
    ...     _ = model(torch.ones(1, 2))
    ['Global', 'Sequential', 'Sequential.0']
    """

    def __init__(self) -> None:
        self.parents = {"Global"}
        self._names: weakref.WeakKeyDictionary[Any, str] = weakref.WeakKeyDictionary()
        self._handles: list[Any] = []
        self._queued = False

    @property
    def is_bw(self) -> bool:
        """Whether a backward pass is under way."""
        return current_task() != -1

    def _name(self, module: Any) -> str:
        """That of the class, for modules inside another one after the name of that."""
        name = self._names.setdefault(module, type(module).__name__)
        for child, inner in module.named_children():
            if inner not in self._names:
                self._names[inner] = f"{name}.{child}"
                self._name(inner)
        return name

    def _enter(self, name: str) -> None:
        self.parents.add(name)

    def _enter_backward(self, name: str) -> None:
        if not self._queued:
            self._queued = True
            Variable._execution_engine.queue_callback(self._end)
        self.parents.add(name)

    def _end(self) -> None:
        """After a backward pass, in which the first modules may have been left open."""
        self.parents, self._queued = {"Global"}, False

    def _watch(self, value: Any, hook: Callable[[str], None], name: str) -> None:
        """Call `hook(name)` when the gradients of the tensors among `value` are known."""
        tensors = [leaf for leaf in tree_leaves(value) if isinstance(leaf, Tensor) and leaf.requires_grad]
        if tensors:
            self._handles.append(register_multi_grad_hook(tensors, lambda gradients: hook(name)))

    def _before(self, module: Any, input: Any) -> None:
        name = self._name(module)
        self._enter(name)
        self._watch(input, self._leave, name)

    def _after(self, module: Any, input: Any, output: Any) -> None:
        name = self._name(module)
        self._leave(name)
        self._watch(output, self._enter_backward, name)

    def _leave(self, name: str) -> None:
        """Leave a module."""
        self.parents.discard(name)

    def __enter__(self) -> ModuleTracker:
        self._handles = [register_module_forward_pre_hook(self._before), register_module_forward_hook(self._after)]
        return self

    def __exit__(self, *error: object) -> None:
        for handle in self._handles:
            handle.remove()
        self._handles.clear()
