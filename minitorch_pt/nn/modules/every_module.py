"""Hooks of all modules at once: for profilers and debuggers, which cannot ask each module."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...autograd.hooks import RemovableHandle

__all__ = [
    "every_module", "register_module_backward_hook", "register_module_buffer_registration_hook", "register_module_forward_hook",
    "register_module_forward_pre_hook", "register_module_full_backward_hook", "register_module_full_backward_pre_hook",
    "register_module_module_registration_hook", "register_module_parameter_registration_hook",
]  # fmt: skip


class EveryModule:
    """The hooks that every module runs before its own, each as (hook, whether it takes keywords, whether it runs after errors)."""

    def __init__(self) -> None:
        self.forward_pre: dict[int, tuple] = {}
        self.forward: dict[int, tuple] = {}
        self.backward_pre: dict[int, tuple] = {}
        self.backward: dict[int, tuple] = {}
        self.full: bool | None = None  # whether the backward hooks are full ones
        self.registrations: dict[str, dict[int, Callable]] = {"buffer": {}, "module": {}, "parameter": {}}

    switch: Callable[[bool], None]  # set by module.py: whether calls of modules look here

    def add(self, table: dict[int, tuple], *entry: Any) -> RemovableHandle:
        """Add a hook to one of the tables."""
        handle = _Handle(table)
        table[handle.id] = entry
        self.switch(True)
        return handle

    def registered(self, kind: str, module: Any, name: str, value: Any) -> Any:
        """What the hooks on registration make of a buffer, module or parameter that a module gets."""
        for hook in tuple(self.registrations[kind].values()):
            other = hook(module, name, value)
            value = value if other is None else other
        return value


class _Handle(RemovableHandle):
    """When the last hook is taken away, calls of modules no longer look for any."""

    def remove(self) -> None:
        """Take the hook away."""
        super().remove()
        tables = every_module.forward_pre, every_module.forward, every_module.backward_pre, every_module.backward
        every_module.switch(any(tables))


every_module = EveryModule()


def register_module_forward_pre_hook(hook: Callable) -> RemovableHandle:
    """Call `hook(module, args)` before `forward` of every module; what it returns takes the place of the arguments."""
    return every_module.add(every_module.forward_pre, hook, False, False)


def register_module_forward_hook(
    hook: Callable, *, with_kwargs: bool = False, always_call: bool = False
) -> RemovableHandle:
    """Call `hook(module, args, output)` after `forward` of every module; what it returns takes the place of the output."""
    return every_module.add(every_module.forward, hook, with_kwargs, always_call)


def register_module_full_backward_pre_hook(hook: Callable) -> RemovableHandle:
    """Call `hook(module, grad_output)` before the gradients of every module are computed; it may return another grad_output."""
    return every_module.add(every_module.backward_pre, hook, False, False)


def register_module_full_backward_hook(hook: Callable) -> RemovableHandle:
    """Call `hook(module, grad_input, grad_output)` when the gradients of the inputs of a module are known; it may return other ones.

    Raises:
        RuntimeError: there is a hook of the old kind.
    """
    return _backward(hook, True)


def register_module_backward_hook(hook: Callable) -> RemovableHandle:
    """The old kind of `register_module_full_backward_hook`: `grad_input` is what the last operation inside the module gives its inputs.

    Raises:
        RuntimeError: there is a full backward hook.
    """
    return _backward(hook, False)


def _backward(hook: Callable, full: bool) -> RemovableHandle:
    if every_module.full is (not full):
        raise RuntimeError(
            "Cannot use both regular backward hooks and full backward hooks as a global Module hook. Please use only one of them."
        )
    every_module.full = full
    return every_module.add(every_module.backward, hook, False, False)


def register_module_buffer_registration_hook(hook: Callable) -> RemovableHandle:
    """Call `hook(module, name, buffer)` when a module gets a buffer; what it returns takes the buffer's place."""
    return _on_registration("buffer", hook)


def register_module_module_registration_hook(hook: Callable) -> RemovableHandle:
    """Call `hook(module, name, submodule)` when a module gets another one; what it returns takes its place."""
    return _on_registration("module", hook)


def register_module_parameter_registration_hook(hook: Callable) -> RemovableHandle:
    """Call `hook(module, name, parameter)` when a module gets a parameter; what it returns takes its place."""
    return _on_registration("parameter", hook)


def _on_registration(kind: str, hook: Callable) -> RemovableHandle:
    table = every_module.registrations[kind]
    handle = RemovableHandle(table)
    table[handle.id] = hook
    return handle
