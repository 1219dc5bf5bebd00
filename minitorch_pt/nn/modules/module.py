"""Module: a part of a network, with its parameters, its sub-modules and its state."""

from __future__ import annotations

import functools
import itertools
import warnings
from collections import OrderedDict, namedtuple
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.formats import memory_format as MemoryFormat
from ...autograd.changes import changed
from ...autograd.contract import read
from ...autograd.hooks import Handle
from ...autograd.modes import no_grad
from ...names import absent
from ...tensors.device import DeviceError, on_cpu
from ...tensors.tensor import Tensor
from ..parameter import Buffer, Parameter
from .backward_hooks import Borders
from .every_module import (
    every_module,
    register_module_backward_hook as register_module_backward_hook,
    register_module_buffer_registration_hook as register_module_buffer_registration_hook,
    register_module_forward_hook as register_module_forward_hook,
    register_module_forward_pre_hook as register_module_forward_pre_hook,
    register_module_full_backward_hook as register_module_full_backward_hook,
    register_module_full_backward_pre_hook as register_module_full_backward_pre_hook,
    register_module_module_registration_hook as register_module_module_registration_hook,
    register_module_parameter_registration_hook as register_module_parameter_registration_hook,
)

__all__ = ["Module"]


class _IncompatibleKeys(namedtuple("IncompatibleKeys", ["missing_keys", "unexpected_keys"])):
    """What `load_state_dict` returns."""

    __slots__ = ()

    def __repr__(self) -> str:
        return (
            "<All keys matched successfully>"
            if not self.missing_keys and not self.unexpected_keys
            else super().__repr__()
        )

    __str__ = __repr__


def _indented(text: str) -> str:
    """All lines but the first two spaces further right."""
    first, *rest = text.split("\n")
    return "\n".join([first, *("  " + line for line in rest)])


class Module:
    """Base of all layers and networks: set parameters and sub-modules as attributes in `__init__`, write `forward`, call the module.

    >>> import minitorch_pt as torch
    >>> class Net(torch.nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.layer = torch.nn.Linear(3, 2)
    ...
    ...     def forward(self, x):
    ...         return self.layer(x).relu()
    >>> Net()
    Net(
      (layer): Linear(in_features=3, out_features=2, bias=True)
    )
    """

    _version: int = 1
    training: bool
    _is_full_backward_hook: bool | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if args or kwargs:  # as torch: modules without options have this signature, and take nothing
            wrong = (
                f"got an unexpected keyword argument '{next(iter(kwargs))}'"
                if kwargs
                else f"takes 1 positional argument but {len(args) + 1} were given"
            )
            raise TypeError(f"{type(self).__name__}.__init__() {wrong}")
        own = self.__dict__  # past __setattr__, which needs these
        own["training"] = True
        for name in ("_parameters", "_buffers", "_modules", "_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks",
                     "_state_dict_hooks", "_state_dict_pre_hooks", "_load_pre_hooks", "_load_post_hooks"):  # fmt: skip
            own[name] = {}
        own["_non_persistent_buffers_set"] = set()
        own["_hooked"] = False  # one look tells __call__ that there is no hook of any kind

    def __setstate__(self, state: dict) -> None:
        """What unpickling sets; a module that PyTorch saved lacks what only we have."""
        Module.__init__(self)
        self.__dict__.update(state)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the module computes: to be written by each subclass.

        Raises:
            NotImplementedError: it was not.
        """
        raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not self._hooked:
            return self.forward(*args, **kwargs)
        return self._call_with_hooks(args, kwargs)

    # -- hooks ---------------------------------------------------------------------------------------------------------
    def _call_with_hooks(self, args: tuple, kwargs: dict) -> Any:
        done: set[int] = set()
        output: Any = None
        try:
            args, kwargs = self._run_pre_hooks(args, kwargs)
            full, old = self._hooks_of_both_kinds()
            before = [hook for hook, _, _ in (*every_module.backward_pre.values(), *self._backward_pre_hooks.values())]
            borders = None
            if full or before:
                borders = Borders(self, full, before)
                args = borders.enter(args)
            output = self.forward(*args, **kwargs)
            for key, (hook, with_kwargs, _) in (*every_module.forward.items(), *self._forward_hooks.items()):
                done.add(key)
                result = hook(self, args, kwargs, output) if with_kwargs else hook(self, args, output)
                output = output if result is None else result
            if borders is not None:
                if not isinstance(output, (Tensor, tuple)):
                    warnings.warn("For backward hooks to be called, module output should be a Tensor or a tuple of Tensors but received "
                                  f"{type(output)}", stacklevel=3)  # fmt: skip
                output = borders.leave(output)
            return self._watch_last_node(output, old) if old else output
        except Exception:
            self._run_always_hooks(args, kwargs, output, done)
            raise

    def _hooks_of_both_kinds(self) -> tuple[list, list]:
        """The backward hooks of all modules and of this one: full ones, and those of the old kind."""
        tables = (every_module.backward, every_module.full), (self._backward_hooks, self._is_full_backward_hook)
        hooks: tuple[list, list] = [], []
        for table, full in tables:
            hooks[0 if full else 1].extend(hook for hook, _, _ in table.values())
        return hooks

    def _run_pre_hooks(self, args: tuple, kwargs: dict) -> tuple[tuple, dict]:
        for hook, with_kwargs, _ in (*every_module.forward_pre.values(), *self._forward_pre_hooks.values()):
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
        for key, (hook, with_kwargs, always) in (*every_module.forward.items(), *self._forward_hooks.items()):
            if not always or key in done:
                continue
            try:
                result = hook(self, args, kwargs, output) if with_kwargs else hook(self, args, output)
                output = output if result is None else result
            except Exception as error:
                warnings.warn("module forward hook with ``always_call=True`` raised an exception that was silenced as another error was "
                              f"raised in forward: {error}", stacklevel=4)  # fmt: skip

    def _watch_last_node(self, output: Any, hooks: list[Callable]) -> Any:
        """Show to hooks of the old kind what the last operation of the module gives its inputs."""
        last = output
        while not isinstance(last, Tensor):
            last = next(v for v in last.values() if isinstance(v, Tensor)) if isinstance(last, dict) else last[0]
        if last.grad_fn is not None:
            for hook in hooks:
                last.grad_fn.register_hook(functools.partial(hook, self))
        return output

    def _add_hook(
        self, hooks: dict, hook: Callable, prepend: bool = False, with_kwargs: bool = False, always: bool = False
    ) -> Handle:
        handle = Handle(hooks)
        entry = (hook, with_kwargs, always)
        if prepend:
            rest = dict(hooks)
            hooks.clear()
            hooks[handle.id] = entry
            hooks.update(rest)
        else:
            hooks[handle.id] = entry
        self.__dict__["_hooked"] = True
        return handle

    def register_forward_pre_hook(self, hook: Callable, *, prepend: bool = False, with_kwargs: bool = False) -> Handle:
        """Call `hook(module, args)` before `forward`; what it returns takes the place of the arguments."""
        return self._add_hook(self._forward_pre_hooks, hook, prepend, with_kwargs)

    def register_forward_hook(
        self, hook: Callable, *, prepend: bool = False, with_kwargs: bool = False, always_call: bool = False
    ) -> Handle:
        """Call `hook(module, args, output)` after `forward`; what it returns takes the place of the output.

        always_call: also when `forward` raised an error.
        """
        return self._add_hook(self._forward_hooks, hook, prepend, with_kwargs, always_call)

    def register_full_backward_hook(self, hook: Callable, prepend: bool = False) -> Handle:
        """Call `hook(module, grad_input, grad_output)` when the gradients of the inputs are known; it may return other ones.

        Inputs and outputs of the module cannot be changed in place then.

        Raises:
            RuntimeError: the module has a hook of the old kind.
        """
        self._backward_kind(True)
        return self._add_hook(self._backward_hooks, hook, prepend)

    def register_backward_hook(self, hook: Callable) -> Handle:
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

    def register_full_backward_pre_hook(self, hook: Callable, prepend: bool = False) -> Handle:
        """Call `hook(module, grad_output)` before the module's gradients are computed; it may return another grad_output."""
        return self._add_hook(self._backward_pre_hooks, hook, prepend)

    def register_state_dict_post_hook(self, hook: Callable) -> Handle:
        """Call `hook(module, state_dict, prefix, local_metadata)` at the end of `state_dict`."""
        return self._add_hook(self._state_dict_hooks, hook)

    def register_state_dict_pre_hook(self, hook: Callable) -> Handle:
        """Call `hook(module, prefix, keep_vars)` at the start of `state_dict`."""
        return self._add_hook(self._state_dict_pre_hooks, hook)

    def register_load_state_dict_pre_hook(self, hook: Callable) -> Handle:
        """Call `hook(module, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)` before loading."""
        return self._add_hook(self._load_pre_hooks, hook)

    def register_load_state_dict_post_hook(self, hook: Callable) -> Handle:
        """Call `hook(module, incompatible_keys)` after loading; it may change the two lists in place."""
        return self._add_hook(self._load_post_hooks, hook)

    # -- attributes ----------------------------------------------------------------------------------------------------
    def __setattr__(self, name: str, value: Any) -> None:
        own = self.__dict__
        if isinstance(value, (Parameter, Buffer, Module)):
            is_module, is_parameter = isinstance(value, Module), isinstance(value, Parameter)
            kept = "_modules" if is_module else "_parameters" if is_parameter else "_buffers"
            if kept not in own:
                kind = "module" if is_module else kept.removeprefix("_")
                raise AttributeError(
                    f"cannot assign {kind} before Module.__init__() call: call super().__init__() first"
                )
            for home in (own, *(own[table] for table in ("_parameters", "_buffers", "_modules") if table != kept)):
                home.pop(name, None)  # where it is registered already it keeps its place in the order
            if isinstance(value, Parameter):
                self.register_parameter(name, value)
            elif isinstance(value, Buffer):
                self.register_buffer(name, value, value.persistent)
            else:
                own["_modules"][name] = every_module.registered("module", self, name, value)
            return
        kinds: Any = (
            ("_parameters", Parameter, "torch.nn.Parameter"),
            ("_modules", Module, "torch.nn.Module"),
            ("_buffers", Tensor, "torch.Tensor"),
        )
        for table, kind, what in kinds:
            registered = own.get(table)
            if registered is not None and name in registered:
                if value is not None and not isinstance(value, kind):
                    where = {"_parameters": "parameter", "_modules": "child module", "_buffers": "buffer"}[table]
                    raise TypeError(
                        f"cannot assign '{type(value).__name__}' object to {where} '{name}' ({what} or None required)"
                    )
                registered[name] = value
                return
        object.__setattr__(self, name, value)

    def __getattr__(self, name: str) -> Any:
        own = self.__dict__
        for table in ("_parameters", "_modules", "_buffers"):
            registered = own.get(table)
            if registered is not None and name in registered:
                return registered[name]
        raise absent.missing(f"torch.nn.Module.{name}", f"'{type(self).__name__}' object has no attribute '{name}'")

    def __delattr__(self, name: str) -> None:
        for table in (self._parameters, self._buffers, self._modules):
            if name in table:
                del table[name]
                self._non_persistent_buffers_set.discard(name)
                return
        object.__delattr__(self, name)

    def __dir__(self) -> list[str]:
        names = {*object.__dir__(self), *self._parameters, *self._buffers, *self._modules}
        return sorted(name for name in names if not name[0].isdigit())

    def _check_name(self, name: Any, what: str, known: dict) -> None:
        if "_parameters" not in self.__dict__:
            raise AttributeError(f"cannot assign {what} before Module.__init__() call: call super().__init__() first")
        if not isinstance(name, str):
            raise TypeError(f"{what} name should be a string. Got {type(name).__name__}")
        if "." in name:
            raise KeyError(f'{what} name can\'t contain ".", got: {name}')
        if name == "":
            raise KeyError(f'{what} name can\'t be empty string ""')
        if hasattr(self, name) and name not in known:
            raise KeyError(f"attribute '{name}' already exists")

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Make `param` a parameter of this module (None: its place is kept).

        Raises:
            KeyError: the name is taken, empty, or has a dot. TypeError: no Parameter. ValueError: not a leaf.
        """
        self._check_name(name, "parameter", self._parameters)
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(
                f"cannot assign '{type(param).__name__}' object to parameter '{name}' (torch.nn.Parameter or None required)"
            )
        if param is not None and param.grad_fn is not None:
            raise ValueError(
                f"Cannot assign non-leaf Tensor to parameter '{name}'. Model parameters must be created explicitly."
            )
        self._parameters[name] = every_module.registered("parameter", self, name, param)

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Make `tensor` part of this module's state that is not learnt; persistent: `state_dict` holds it.

        Raises:
            KeyError: the name is taken, empty, or has a dot. TypeError: no Tensor.
        """
        self._check_name(name, "buffer", self._buffers)
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(
                f"cannot assign '{type(tensor).__name__}' object to buffer '{name}' (torch Tensor or None required)"
            )
        self._buffers[name] = every_module.registered("buffer", self, name, tensor)
        (self._non_persistent_buffers_set.discard if persistent else self._non_persistent_buffers_set.add)(name)

    def add_module(self, name: str, module: Module | None) -> None:
        """Make `module` a part of this one.

        Raises:
            KeyError: the name is taken, empty, or has a dot. TypeError: no Module.
        """
        if not isinstance(module, Module) and module is not None:
            raise TypeError(f"{type(module).__name__} is not a Module subclass")
        self._check_name(name, "module", self._modules)
        self._modules[name] = every_module.registered("module", self, name, module)

    register_module = add_module

    # -- walks ---------------------------------------------------------------------------------------------------------
    def named_modules(
        self, memo: set | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """(dotted name, module) of this module and all modules inside, each once."""
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, module in self._modules.items():
            if module is not None:
                yield from module.named_modules(memo, f"{prefix}.{name}" if prefix else name, remove_duplicate)

    def modules(self, remove_duplicate: bool = True) -> Iterator[Module]:
        """This module and all modules inside, each once."""
        return (module for _, module in self.named_modules(remove_duplicate=remove_duplicate))

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """(name, module) of the modules directly inside."""
        seen: set[Module] = set()
        for name, module in self._modules.items():
            if module is not None and module not in seen:
                seen.add(module)
                yield name, module

    def children(self) -> Iterator[Module]:
        """The modules directly inside."""
        return (module for _, module in self.named_children())

    def _named(self, table: str, prefix: str, recurse: bool, remove_duplicate: bool) -> Iterator[tuple[str, Any]]:
        seen: set[int] = set()
        for path, module in (
            self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate) if recurse else [(prefix, self)]
        ):
            for name, value in getattr(module, table).items():
                if value is None or id(value) in seen:
                    continue
                if remove_duplicate:
                    seen.add(id(value))
                yield f"{path}.{name}" if path else name, value

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """(dotted name, parameter) of this module and all inside."""
        return self._named("_parameters", prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """The parameters of this module and all inside: what an optimiser is given."""
        return (param for _, param in self.named_parameters(recurse=recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """(dotted name, buffer) of this module and all inside."""
        return self._named("_buffers", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """The buffers of this module and all inside."""
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    def get_submodule(self, target: str) -> Module:
        """The module of that dotted name.

        Raises:
            AttributeError: there is none.
        """
        module: Any = self
        for part in target.split(".") if target else ():
            if not hasattr(module, part):
                raise AttributeError(f"{type(module).__name__} has no attribute `{part}`")
            module = getattr(module, part)
            if not isinstance(module, Module):
                raise AttributeError(f"`{part}` is not an nn.Module")
        return module

    def set_submodule(self, target: str, module: Module, strict: bool = False) -> None:
        """Put `module` at that dotted name.

        Raises:
            ValueError: the name is empty, or `module` is no Module.
        """
        if target == "":
            raise ValueError("Cannot set the submodule without a target name!")
        if not isinstance(module, Module):
            raise ValueError(f"`module` is not an nn.Module, found {type(module)}")
        path, _, name = target.rpartition(".")
        parent = self.get_submodule(path)
        if strict and not isinstance(getattr(parent, name, None), Module):
            raise AttributeError(f"`{name}` is not an nn.Module")
        setattr(parent, name, module)

    def _get(self, target: str, kind: str, table: str) -> Any:
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        if not hasattr(module, name):
            raise AttributeError(f"{type(module).__name__} has no attribute `{name}`")
        if name not in getattr(module, table):
            raise AttributeError(f"`{name}` is not {kind}")
        return getattr(module, name)

    def get_parameter(self, target: str) -> Parameter:
        """The parameter of that dotted name.

        Raises:
            AttributeError: there is none.
        """
        return self._get(target, "an nn.Parameter", "_parameters")

    def get_buffer(self, target: str) -> Tensor:
        """The buffer of that dotted name.

        Raises:
            AttributeError: there is none.
        """
        return self._get(target, "a buffer", "_buffers")

    # -- changes of everything inside ----------------------------------------------------------------------------------
    def apply(self, fn: Callable) -> Any:
        """Call `fn` with every module inside and last with this one, to initialise weights for instance; returns the module."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def train(self, mode: bool = True) -> Any:
        """Switch to training (or, with False, evaluation) behaviour, of dropout for instance; returns the module.

        Raises:
            ValueError: mode is no bool.
        """
        if not isinstance(mode, bool):
            raise ValueError(f"training mode is expected to be boolean, got {type(mode).__name__}")
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self) -> Any:
        """Switch to evaluation behaviour; returns the module."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Any:
        """Let all parameters require grad, or freeze them with False; returns the module."""
        for param in self.parameters():
            param.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters (or set them to 0)."""
        for param in self.parameters():
            if set_to_none:
                param._grad = None
            elif param._grad is not None:
                param._grad = param._grad.detach().zero_()

    @no_grad()
    def _convert(self, function: Callable) -> Any:
        """Exchange the data of every parameter, and every buffer itself, for a function of it."""
        for module in self.modules():
            for parameter in module._parameters.values():
                for tensor in (parameter, None if parameter is None else parameter._grad):
                    if tensor is not None:
                        tensor.data = function(tensor)
            for name, buffer in module._buffers.items():
                if buffer is not None:
                    module._buffers[name] = function(buffer)
        return self

    def to(
        self,
        *args: Any,
        device: Any = None,
        dtype: Any = None,
        non_blocking: bool = False,
        memory_format: MemoryFormat | None = None,
    ) -> Any:
        """Convert all floating point parameters and buffers to a dtype, in place; returns the module.

        memory_format: the order in memory of the parameters and buffers of four or five axes.

        Raises:
            TypeError: the dtype is no floating point type. DeviceError: a device other than the CPU.
        """
        for a in args:
            if isinstance(a, (dtypes.dtype, type)):
                dtype = dtypes.given(a)
            elif isinstance(a, Tensor):
                dtype = a.dtype
            elif not isinstance(a, bool):
                device = a
        if device is not None:
            on_cpu(device)
        if memory_format is not None:
            read("MemoryFormat", memory_format, "to", "memory_format")
        elif dtype is None:
            return self
        if dtype is not None and not (dtype.is_floating_point or dtype.is_complex):
            raise TypeError(
                f"nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={dtype}"
            )

        def converted(t: Tensor) -> Tensor:
            order = memory_format if t.ndim in (4, 5) else None
            return t.to(dtype=dtype if t.is_floating_point() else None, memory_format=order)

        return self._convert(converted)

    def type(self, dst_type: Any) -> Any:
        """Convert all parameters and buffers to a dtype, in place; returns the module."""
        return self._convert(lambda t: t.type(dst_type))

    def float(self) -> Any:
        """Convert all floating point parameters and buffers to float32."""
        return self.to(dtypes.float32)

    def double(self) -> Any:
        """Convert all floating point parameters and buffers to float64."""
        return self.to(dtypes.float64)

    def half(self) -> Any:
        """Convert all floating point parameters and buffers to float16."""
        return self.to(dtypes.float16)

    def cpu(self) -> Any:
        """Itself: everything is on the CPU."""
        return self

    def cuda(self, device: Any = None) -> Any:
        """Not possible.

        Raises:
            DeviceError: always.
        """
        raise DeviceError(
            "minitorch_pt runs on the CPU only: leave .cuda() out, or write .to(device) with device='cpu'"
        )

    def compile(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: the module runs as it is (see `torch.compile`)."""

    # -- state ---------------------------------------------------------------------------------------------------------
    def get_extra_state(self) -> Any:
        """More to put into `state_dict`; a module that writes this also writes `set_extra_state`."""
        raise RuntimeError(
            "Reached a code path in Module.get_extra_state() that should never be called: the module has no extra state"
        )

    def set_extra_state(self, state: Any) -> None:
        """Take back what `get_extra_state` gave."""
        raise RuntimeError(
            "Reached a code path in Module.set_extra_state() that should never be called: the module has no extra state"
        )

    def _extra(self) -> bool:
        return type(self).get_extra_state is not Module.get_extra_state

    def state_dict(
        self, *args: Any, destination: Any = None, prefix: str = "", keep_vars: bool = False
    ) -> dict[str, Any]:
        """All parameters and persistent buffers by dotted name, sharing memory with the module (detached unless `keep_vars`).

        args: the same three in this order, deprecated.
        """
        if args:
            warnings.warn("Positional args are being deprecated, use kwargs instead: state_dict(destination=..., prefix=..., keep_vars=...)", FutureWarning, stacklevel=2)  # fmt: skip
            destination, prefix, keep_vars = (*args, *(destination, prefix, keep_vars)[len(args) :])[:3]
        if destination is None:
            destination = OrderedDict()
            destination._metadata = OrderedDict()
        local = {"version": self._version}
        if hasattr(destination, "_metadata"):
            destination._metadata[prefix[:-1]] = local
        for hook, _, _ in self._state_dict_pre_hooks.values():
            hook(self, prefix, keep_vars)
        for name, tensor in self._own_state():
            destination[prefix + name] = tensor if keep_vars else tensor.detach()
        if self._extra():
            destination[prefix + "_extra_state"] = self.get_extra_state()
        for name, module in self._modules.items():
            if module is not None:
                module.state_dict(destination=destination, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
        for hook, _, _ in self._state_dict_hooks.values():
            hook(self, destination, prefix, local)
        return destination

    def _own_state(self) -> list[tuple[str, Tensor]]:
        buffers = ((n, b) for n, b in self._buffers.items() if n not in self._non_persistent_buffers_set)
        return [(name, t) for name, t in itertools.chain(self._parameters.items(), buffers) if t is not None]

    def _load_from_state_dict(
        self,
        state: dict,
        prefix: str,
        metadata: dict,
        strict: bool,
        missing: list,
        unexpected: list,
        errors: list,
        assign: bool,
    ) -> None:
        for hook, _, _ in self._load_pre_hooks.values():
            hook(self, state, prefix, metadata, strict, missing, unexpected, errors)
        for name, tensor in self._own_state():
            key = prefix + name
            if key not in state:
                missing.append(key)
                continue
            given = state[key]
            if not isinstance(given, Tensor):
                errors.append(
                    f'While copying the parameter named "{key}", expected torch.Tensor or Tensor-like object from checkpoint but received {type(given)}'
                )
            elif given.shape != tensor.shape:
                errors.append(
                    f"size mismatch for {key}: copying a param with shape {given.shape} from checkpoint, the shape in current model is {tensor.shape}."
                )
            elif assign:
                if isinstance(tensor, Parameter) and not isinstance(given, Parameter):
                    given = Parameter(given, requires_grad=tensor.requires_grad)
                setattr(self, name, given)
            else:
                np.copyto(tensor._data, given._data, casting="unsafe")
                changed(tensor._data)
        key = prefix + "_extra_state"
        if self._extra():
            if key in state:
                self.set_extra_state(state[key])
            else:
                missing.append(key)
        elif key in state:
            unexpected.append(key)
        own = {"_extra_state", *(name for name, _ in self._own_state())}
        for key in state:
            if key.startswith(prefix):
                first, inside, _ = key[len(prefix) :].partition(".")
                if first not in (self._modules if inside else own):
                    unexpected.append(key)

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False) -> Any:
        """Copy parameters and buffers from a `state_dict`.

        strict: names must match exactly. assign: take the tensors themselves instead of copying their values.

        Returns a named tuple of missing_keys and unexpected_keys.

        Raises:
            RuntimeError: names (if strict) or shapes do not match; everything that is wrong is listed, and what fits was copied.
        """
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
        missing: list[str] = []
        unexpected: list[str] = []
        errors: list[str] = []
        metadata = getattr(state_dict, "_metadata", None) or {}
        state = dict(state_dict)

        def load(module: Module, part: dict, prefix: str) -> None:
            module._load_from_state_dict(
                part, prefix, metadata.get(prefix[:-1], {}), strict, missing, unexpected, errors, assign
            )
            for name, child in module._modules.items():
                if child is not None:
                    inner = f"{prefix}{name}."
                    load(child, {k: v for k, v in part.items() if k.startswith(inner)}, inner)
            incompatible = _IncompatibleKeys(missing, unexpected)
            for hook, _, _ in module._load_post_hooks.values():
                if hook(module, incompatible) is not None:
                    raise AssertionError("Hooks registered with ``register_load_state_dict_post_hook`` are not expected to return new values; "
                                         "change the lists in place")  # fmt: skip

        load(self, state, "")
        if strict:
            for keys, what in ((unexpected, "Unexpected"), (missing, "Missing")):
                if keys:
                    listed = ", ".join(f'"{k}"' for k in keys)
                    errors.insert(0, f"{what} key(s) in state_dict: {listed}. ")
        if errors:
            lines = "\n\t".join(errors)
            raise RuntimeError(f"Error(s) in loading state_dict for {type(self).__name__}:\n\t{lines}")
        return _IncompatibleKeys(missing, unexpected)

    # -- text ----------------------------------------------------------------------------------------------------------
    def extra_repr(self) -> str:
        """What stands in the brackets of the module's text: to be written by subclasses."""
        return ""

    def _get_name(self) -> str:
        return type(self).__name__

    def __repr__(self) -> str:
        extra = self.extra_repr()
        extra_lines = extra.split("\n") if extra else []
        children = [f"({name}): {_indented(repr(module))}" for name, module in self._modules.items()]
        lines = extra_lines + children
        if not lines:
            return f"{self._get_name()}()"
        if len(extra_lines) == 1 and not children:
            return f"{self._get_name()}({extra_lines[0]})"
        return f"{self._get_name()}(\n  " + "\n  ".join(lines) + "\n)"


_call = Module.__call__


def _switch(on: bool) -> None:
    """While there are hooks of every module, each call looks for them; else none of them costs anything."""
    Module.__call__ = _call_looking if on else _call  # type: ignore[method-assign]


def _call_looking(self: Module, *args: Any, **kwargs: Any) -> Any:
    return self._call_with_hooks(args, kwargs)


every_module.switch = _switch
