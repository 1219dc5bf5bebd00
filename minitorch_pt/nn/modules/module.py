"""Module: a part of a network, with its parameters, its sub-modules and its state."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

from ...names import absent
from ...tensors.kinds import typename
from ...tensors.tensor import Tensor
from ..parameter import Buffer, Parameter
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
from .module_conversions import Conversions
from .module_hooks import HOOK_TABLES, Hooks
from .module_state import EXTRA_STATE as _EXTRA_STATE_KEY_SUFFIX, IncompatibleKeys as _IncompatibleKeys, State  # noqa: F401  # they are looked for here

__all__ = ["Module"]


def indented(text: str, spaces: int = 2) -> str:
    """All lines but the first further right; those without words are empty."""
    first, *rest = text.split("\n")
    return "\n".join([first, *(" " * spaces + line if line.strip() else "" for line in rest)])


_addindent = indented  # programs that draw a model import it by torch's name


def _no_attribute(module: Module, name: str) -> AttributeError:
    """The error for an attribute that a module has not."""
    called, hint = type(module).__name__, ""
    if "_parameters" not in module.__dict__:
        name = "_backward_hooks" if name == "_hooked" else name  # the first that torch's look for
        hint = ": call super().__init__() first in its __init__"
    elif hasattr(Tensor, name):
        hint = (
            f"; tensors have: its parameters(), and its result, once it is made and then called, as {called}()(input)"
        )
    return absent.missing(f"torch.nn.Module.{name}", f"'{called}' object has no attribute '{name}'{hint}")


def _instead_of_forward(module: Module) -> str:
    """What to do about a module without `forward`."""
    if hasattr(module, "__iter__"):  # ModuleList, ModuleDict
        return "call its modules one by one in the forward of yours, or make an nn.Sequential of them"
    near = [name for name in vars(type(module)) if len(name) > 4 and {*name} <= {*"forward"}]
    return f"is it the one called {near[0]}?" if near else "write def forward(self, input) in its class"


def _made_a_module(given: Any) -> str:
    """What to write for something else that is given in place of a module."""
    if isinstance(given, (list, tuple)):
        return "; give the modules one by one, as in nn.Sequential(*layers)"
    if isinstance(given, type):
        return f"; make a module of the class: {given.__name__}()"
    if isinstance(given, Tensor):
        return "; give the layer itself, not what it computes"
    return "; a function stands in forward, or its module here, as nn.ReLU() for torch.relu" if callable(given) else ""


class Module(Hooks, State, Conversions):
    """Base of all layers and networks: set parameters and sub-modules as attributes in `__init__`, write `forward`, call the module.

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

    training: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if args or kwargs:  # as torch: modules without options have this signature, and take nothing
            wrong = (
                f"got an unexpected keyword argument '{next(iter(kwargs))}'"
                if kwargs
                else f"takes 1 positional argument but {len(args) + 1} were given"
            )
            if any(isinstance(a, Tensor) for a in args):
                wrong += f"; make the module first, then call it: {type(self).__name__}()(input)"
            raise TypeError(f"{type(self).__name__}.__init__() {wrong}")
        own = self.__dict__  # past __setattr__, which needs these
        own["training"] = True
        for name in ("_parameters", "_buffers", "_modules"):
            own[name] = {}
        for name in HOOK_TABLES:
            own[name] = OrderedDict()
        own["_non_persistent_buffers_set"] = set()
        own["_hooked"] = False  # one look tells __call__ that there is no hook of any kind

    def __setstate__(self, state: dict) -> None:
        """What unpickling sets; a module that PyTorch saved lacks what only we have."""
        Module.__init__(self)
        self.__dict__.update(state)
        self.__dict__["_hooked"] = any(self.__dict__[name] for name in HOOK_TABLES)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the module computes: to be written by each subclass.

        Raises:
            NotImplementedError: it was not.
        """
        raise NotImplementedError(
            f'Module [{type(self).__name__}] is missing the required "forward" function: {_instead_of_forward(self)}'
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not self._hooked:
            return self.forward(*args, **kwargs)
        return self._call_with_hooks(args, kwargs)

    # -- attributes ----------------------------------------------------------------------------------------------------
    def __setattr__(self, name: str, value: Any) -> None:
        own = self.__dict__
        if isinstance(value, (Module, Tensor)) and isinstance(value, (Module, Parameter, Buffer)):
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
            ("_buffers", Tensor, "torch.nn.Buffer, torch.Tensor"),
        )
        for table, kind, what in kinds:
            registered = own.get(table)
            if registered is not None and name in registered:
                if value is not None and not isinstance(value, kind):
                    where = {"_parameters": "parameter", "_modules": "child module", "_buffers": "buffer"}[table]
                    error = TypeError(
                        f"cannot assign '{typename(value)}' as {where} '{name}' ({what} or None expected)"
                    )
                    if where == "parameter":
                        error.add_note(
                            f"Make it one, nn.Parameter(tensor), or change its values under torch.no_grad(): .{name}.copy_(tensor)."
                        )
                    raise error
                registered[name] = value
                return
        object.__setattr__(self, name, value)

    def __getattr__(self, name: str) -> Any:
        own = self.__dict__
        if "_parameters" in own:  # `__init__` has run
            if name in own["_parameters"]:
                return own["_parameters"][name]
            if name in own["_modules"]:
                return own["_modules"][name]
            if name in own["_buffers"]:
                return own["_buffers"][name]
        raise _no_attribute(self, name)

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

    def _check_name(self, name: Any, what: str) -> None:
        known = self.__dict__.get(f"_{what}s")
        if known is None:
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
        self._check_name(name, "parameter")
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(
                f"cannot assign '{typename(param)}' object to parameter '{name}' (torch.nn.Parameter or None required)"
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
        self._check_name(name, "buffer")
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(
                f"cannot assign '{typename(tensor)}' object to buffer '{name}' (torch Tensor or None required)"
            )
        self._buffers[name] = every_module.registered("buffer", self, name, tensor)
        (self._non_persistent_buffers_set.discard if persistent else self._non_persistent_buffers_set.add)(name)

    def add_module(self, name: str, module: Module | None) -> None:
        """Make `module` a part of this one.

        Raises:
            KeyError: the name is taken, empty, or has a dot. TypeError: no Module.
        """
        if not isinstance(module, Module) and module is not None:
            raise TypeError(f"{typename(module)} is not a Module subclass{_made_a_module(module)}")
        self._check_name(name, "module")
        self._modules[name] = every_module.registered("module", self, name, module)

    def register_module(self, name: str, module: Module | None) -> None:
        """`add_module` under another name."""
        self.add_module(name, module)

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
        for _, module in self.named_modules(remove_duplicate=remove_duplicate):
            yield module

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """(name, module) of the modules directly inside."""
        seen: set[Module] = set()
        for name, module in self._modules.items():
            if module is not None and module not in seen:
                seen.add(module)
                yield name, module

    def children(self) -> Iterator[Module]:
        """The modules directly inside."""
        for _, module in self.named_children():
            yield module

    def _named_members(
        self, get_members_fn: Callable, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Any]]:
        """(dotted name, thing) of all that a function gives of this module and those inside: of a table of a program's own."""
        seen: set[int] = set()
        for path, module in (
            self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate) if recurse else [(prefix, self)]
        ):
            for name, value in get_members_fn(module):
                if value is None or id(value) in seen:
                    continue
                if remove_duplicate:
                    seen.add(id(value))
                yield f"{path}.{name}" if path else name, value

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """(dotted name, parameter) of this module and all inside."""
        yield from self._named_members(lambda module: module._parameters.items(), prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """The parameters of this module and all inside: what an optimiser is given."""
        for _, param in self.named_parameters(recurse=recurse):
            yield param

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """(dotted name, buffer) of this module and all inside."""
        yield from self._named_members(lambda module: module._buffers.items(), prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """The buffers of this module and all inside."""
        for _, buffer in self.named_buffers(recurse=recurse):
            yield buffer

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
        found = getattr(module, name)
        if name not in getattr(module, table) or (found is None and table == "_parameters"):
            raise AttributeError(f"`{name}` is not {kind}")
        return found

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
                param._grad = param._grad.detach() if param._grad._base is not None else param._grad.detach_()
                param._grad.zero_()

    def compile(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: the module runs as it is (see `torch.compile`)."""

    # -- text ----------------------------------------------------------------------------------------------------------
    def extra_repr(self) -> str:
        """What stands in the brackets of the module's text: to be written by subclasses."""
        return ""

    def _get_name(self) -> str:
        return type(self).__name__

    def __repr__(self) -> str:
        extra = self.extra_repr()
        extra_lines = extra.split("\n") if extra else []
        children = [f"({name}): {indented(repr(module))}" for name, module in self._modules.items()]
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
