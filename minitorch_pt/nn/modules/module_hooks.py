"""Hooks of a module: functions of the user's that are called before and after `forward`, in the backward pass, and with `state_dict`."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any

from ...autograd.hooks import RemovableHandle
from ...tensors.tensor import Tensor
from .backward_hooks import Borders
from .every_module import every_module

# by their keys: the hooks, then those of them that take keywords, or run after errors
HOOK_TABLES = (
    "_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks", "_state_dict_hooks",
    "_state_dict_pre_hooks", "_load_state_dict_pre_hooks", "_load_state_dict_post_hooks", "_forward_hooks_with_kwargs",
    "_forward_hooks_always_called", "_forward_pre_hooks_with_kwargs",
)  # fmt: skip


def _without_module(hook: Callable, module: Any, *others: Any) -> None:
    hook(*others)


class Replacing:
    """A hook of `state_dict` that may return another dictionary in its place."""

    def __init__(self, hook: Callable) -> None:
        self.hook = hook

    def __call__(self, *arguments: Any) -> Any:
        return self.hook(*arguments)


class Hooks:
    """The part of Module that keeps hooks and calls them."""

    _forward_hooks: dict
    _forward_pre_hooks: dict
    _backward_hooks: dict
    _backward_pre_hooks: dict
    _state_dict_hooks: dict
    _state_dict_pre_hooks: dict
    _load_state_dict_pre_hooks: dict
    _load_state_dict_post_hooks: dict
    _forward_hooks_with_kwargs: dict
    _forward_hooks_always_called: dict
    _forward_pre_hooks_with_kwargs: dict
    forward: Callable
    _is_full_backward_hook: bool | None = None

    def _call_with_hooks(self, args: tuple, kwargs: dict) -> Any:
        done: set[int] = set()
        output: Any = None
        try:
            args, kwargs = self._run_pre_hooks(args, kwargs)
            full, old = self._hooks_of_both_kinds()
            before = [hook for hook, *_ in every_module.backward_pre.values()] + [*self._backward_pre_hooks.values()]
            borders = None
            if full or before:
                borders = Borders(self, full, before)
                args = borders.enter(args)
            output = self.forward(*args, **kwargs)
            for key, hook, with_kwargs, _ in self._hooks_after_forward():
                done.add(key)
                result = hook(self, args, kwargs, output) if with_kwargs else hook(self, args, output)
                output = output if result is None else result
            if borders is not None:
                if not isinstance(output, (Tensor, tuple)):
                    warnings.warn(
                        f"For backward hooks to be called, module output should be a Tensor or a tuple of Tensors but received {type(output)}",
                        stacklevel=3,
                    )
                output = borders.leave(output)
            return self._watch_last_node(output, old) if old else output
        except Exception:
            self._run_always_hooks(args, kwargs, output, done)
            raise

    def _hooks_of_both_kinds(self) -> tuple[list, list]:
        """The backward hooks of all modules and of this one: full ones, and those of the old kind."""
        hooks: tuple[list, list] = [], []
        hooks[0 if every_module.full else 1].extend(hook for hook, *_ in every_module.backward.values())
        hooks[0 if self._is_full_backward_hook else 1].extend(self._backward_hooks.values())
        return hooks

    def _hooks_after_forward(self) -> list[tuple]:
        """(key, hook, whether it takes keywords, whether it runs after errors) of all modules' and of this one's."""
        named, always = self._forward_hooks_with_kwargs, self._forward_hooks_always_called
        of_all = [(key, *entry) for key, entry in every_module.forward.items()]
        return of_all + [(key, hook, key in named, key in always) for key, hook in self._forward_hooks.items()]

    def _run_pre_hooks(self, args: tuple, kwargs: dict) -> tuple[tuple, dict]:
        own = [(hook, key in self._forward_pre_hooks_with_kwargs) for key, hook in self._forward_pre_hooks.items()]
        for hook, with_kwargs in [(hook, False) for hook, *_ in every_module.forward_pre.values()] + own:
            result = hook(self, args, kwargs) if with_kwargs else hook(self, args)
            if result is None:
                continue
            if with_kwargs:
                if not (isinstance(result, tuple) and len(result) == 2):
                    raise RuntimeError(
                        f"forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got {result}."
                    )
                args, kwargs = result
            else:
                args = result if isinstance(result, tuple) else (result,)
        return args, kwargs

    def _run_always_hooks(self, args: tuple, kwargs: dict, output: Any, done: set[int]) -> None:
        """After an error: the hooks with always_call that have not run."""
        for key, hook, with_kwargs, always in self._hooks_after_forward():
            if not always or key in done:
                continue
            try:
                result = hook(self, args, kwargs, output) if with_kwargs else hook(self, args, output)
                output = output if result is None else result
            except Exception as error:
                warnings.warn(
                    f"module forward hook with ``always_call=True`` raised an exception that was silenced as another error was raised in forward: {error}",
                    stacklevel=4,
                )

    def _watch_last_node(self, output: Any, hooks: list[Callable]) -> Any:
        """Show to hooks of the old kind what the last operation of the module gives its inputs."""
        last = output
        while not isinstance(last, Tensor):
            last = next(v for v in last.values() if isinstance(v, Tensor)) if isinstance(last, dict) else last[0]
        if last.grad_fn is not None:
            for hook in hooks:
                last.grad_fn.register_hook(functools.partial(hook, self))
        return output

    def _add_hook(self, hooks: Any, hook: Callable, prepend: bool = False, *flags: dict) -> RemovableHandle:
        """Add a hook to one of the tables. `flags`: tables that note of hooks that they take keywords, or run after errors."""
        handle = RemovableHandle(hooks, extra_dict=flags)
        hooks[handle.id] = hook
        for table in flags:
            table[handle.id] = True
        if prepend:
            hooks.move_to_end(handle.id, last=False)
        self.__dict__["_hooked"] = True
        return handle

    def register_forward_pre_hook(
        self, hook: Callable, *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, args)` before `forward`; what it returns takes the place of the arguments."""
        flags = [self._forward_pre_hooks_with_kwargs] if with_kwargs else []
        return self._add_hook(self._forward_pre_hooks, hook, prepend, *flags)

    def register_forward_hook(
        self, hook: Callable, *, prepend: bool = False, with_kwargs: bool = False, always_call: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, args, output)` after `forward`; what it returns takes the place of the output.

        always_call: also when `forward` raised an error.
        """
        flags = [self._forward_hooks_with_kwargs] if with_kwargs else []
        flags += [self._forward_hooks_always_called] if always_call else []
        return self._add_hook(self._forward_hooks, hook, prepend, *flags)

    def register_full_backward_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Call `hook(module, grad_input, grad_output)` when the gradients of the inputs are known; it may return other ones.

        Inputs and outputs of the module cannot be changed in place then.

        Raises:
            RuntimeError: the module has a hook of the old kind.
        """
        self._backward_kind(True)
        return self._add_hook(self._backward_hooks, hook, prepend)

    def register_backward_hook(self, hook: Callable) -> RemovableHandle:
        """The old kind: `grad_input` is what the last operation inside the module gives its inputs. Use `register_full_backward_hook`.

        Raises:
            RuntimeError: the module has a full backward hook.
        """
        self._backward_kind(False)
        return self._add_hook(self._backward_hooks, hook)

    def _backward_kind(self, full: bool) -> None:
        if self._is_full_backward_hook is (not full):
            raise RuntimeError(
                "Cannot use both regular backward hooks and full backward hooks on a single Module. Please use only one of them."
            )
        self._is_full_backward_hook = full

    def register_full_backward_pre_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Call `hook(module, grad_output)` before the module's gradients are computed; it may return another grad_output."""
        return self._add_hook(self._backward_pre_hooks, hook, prepend)

    def register_state_dict_post_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(module, state_dict, prefix, local_metadata)` at the end of `state_dict`."""
        return self._add_hook(self._state_dict_hooks, hook)

    def _register_state_dict_hook(self, hook: Callable) -> RemovableHandle:
        """As the one without underscore; `hook` may return another dictionary. Packages call it by torch's name."""
        return self._add_hook(self._state_dict_hooks, Replacing(hook))

    def register_state_dict_pre_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(module, prefix, keep_vars)` at the start of `state_dict`."""
        return self._add_hook(self._state_dict_pre_hooks, hook)

    def register_load_state_dict_pre_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(module, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)` before loading."""
        return self._add_hook(self._load_state_dict_pre_hooks, hook)

    def _register_load_state_dict_pre_hook(self, hook: Callable, with_module: bool = False) -> RemovableHandle:
        """As the one without underscore; `hook` gets no module unless that is asked for. Packages call it by torch's name."""
        return self.register_load_state_dict_pre_hook(hook if with_module else functools.partial(_without_module, hook))

    def register_load_state_dict_post_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(module, incompatible_keys)` after loading; it may change the two lists in place."""
        return self._add_hook(self._load_state_dict_post_hooks, hook)
