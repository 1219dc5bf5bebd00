"""Parametrisations: a parameter that is computed from others each time it is used.

`register_parametrization(linear, "weight", Symmetric())` makes `linear.weight` the output of Symmetric() for a tensor that is
learnt in its place, `linear.parametrizations.weight.original`. The module gets a class of its own, a subclass of the old one, with a
property `weight`.
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator, Sequence
from typing import Any

from ...autograd.modes import no_grad
from ...tensors.tensor import Tensor
from ..modules.container import ModuleDict, ModuleList
from ..modules.module import Module
from ..parameter import Parameter

__all__ = [
    "ParametrizationList", "cached", "is_parametrized", "register_parametrization", "remove_parametrizations",
    "transfer_parametrizations_and_params",
    "type_before_parametrizations",
]  # fmt: skip

_cache: dict[tuple[int, str], Tensor] = {}
_caching = 0  # how many `cached()` are open


@contextlib.contextmanager
def cached() -> Iterator[None]:
    """Inside, each parametrised tensor is computed once only: for parameters used many times in one forward pass."""
    global _caching
    _caching += 1
    try:
        yield
    finally:
        _caching -= 1
        if not _caching:
            _cache.clear()


def _register(module: Module, name: str, tensor: Tensor) -> None:
    if isinstance(tensor, Parameter):
        module.register_parameter(name, tensor)
    else:
        module.register_buffer(name, tensor)


def _same_kind(what: str, given: Any, wanted: Tensor, shape: bool = True) -> None:
    """Raise unless `given` is a tensor like `wanted`."""
    if not isinstance(given, Tensor):
        raise ValueError(f"{what} must return a tensor. Got {type(given).__name__}.")
    for name in ("dtype", "shape")[: 1 + shape]:
        if getattr(given, name) != getattr(wanted, name):
            raise ValueError(
                f"Registering a parametrization may not change the {name} of the tensor: {what.lower()} made {getattr(given, name)} of {getattr(wanted, name)}. "
                "If that is meant, register with unsafe=True."
            )


class ParametrizationList(ModuleList):
    """The parametrisations of one tensor, applied one after the other, and what they start from.

    That is `original`, or `original0`, `original1`, ... if the first one takes several tensors. Made by `register_parametrization`.
    """

    def __init__(self, modules: Sequence[Module], original: Tensor, unsafe: bool = False) -> None:
        if not modules:
            raise ValueError("ParametrizationList requires one or more modules.")
        super().__init__(modules)
        self.unsafe = unsafe
        before = original.detach()
        with no_grad():
            new: Any = original
            for module in reversed(list(self)):
                if hasattr(module, "right_inverse"):
                    with contextlib.suppress(NotImplementedError):
                        new = module.right_inverse(new)
        self.is_tensor = isinstance(new, Tensor)
        if isinstance(new, Tensor):
            _same_kind("A `right_inverse` of one tensor", new, original, shape=False)
            original.data = new
            _register(self, "original", original)
        else:
            for i, part in enumerate(self._parts(new)):
                held = Parameter(part, original.requires_grad) if isinstance(original, Parameter) else part
                _register(self, f"original{i}", held.requires_grad_(original.requires_grad))
        self.ntensors = 1 if self.is_tensor else len(new)
        if not unsafe:
            _same_kind("A parametrization", self(), before)

    @staticmethod
    def _parts(value: Any) -> Sequence[Tensor]:
        if not isinstance(value, Sequence) or not all(isinstance(part, Tensor) for part in value):
            raise ValueError(
                f"'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). Got {value!r:.100}"
            )
        return value

    @no_grad()
    def right_inverse(self, value: Any) -> None:
        """Set the originals so that the parametrised tensor becomes `value`.

        Raises:
            RuntimeError: a parametrisation has no right_inverse.
            ValueError: what it returns does not fit the originals.
        """
        for module in reversed(list(self)):
            if not hasattr(module, "right_inverse"):
                raise RuntimeError(f"parametrization {type(module).__name__} does not implement right_inverse.")
            value = module.right_inverse(value)
        if self.is_tensor:
            _same_kind("`right_inverse`", value, self.original, shape=False)
            self.original.data = value
            return
        if len(self._parts(value)) != self.ntensors:
            raise ValueError(
                f"'right_inverse' must return a sequence of tensors of length {self.ntensors}. Got a sequence of length {len(value)}."
            )
        for i, part in enumerate(value):
            original = getattr(self, f"original{i}")
            _same_kind("`right_inverse`", part, original, shape=False)
            original.data = part

    def forward(self) -> Tensor:
        """The parametrised tensor."""
        first, *rest = self
        x = (
            first(self.original)
            if self.is_tensor
            else first(*(getattr(self, f"original{i}") for i in range(self.ntensors)))
        )
        for module in rest:
            x = module(x)
        return x


class _Parameters(dict):
    """The parameters of a module; layers that look them up here, for speed, find the parametrised ones too."""

    def __init__(self, parameters: dict, module: Module) -> None:
        super().__init__(parameters)
        self.module = module

    def __missing__(self, name: str) -> Tensor:
        if is_parametrized(self.module, name):
            return getattr(self.module, name)
        raise KeyError(name)

    def __deepcopy__(self, memo: dict) -> _Parameters:
        return _Parameters(copy.deepcopy(dict(self), memo), memo[id(self.module)])


def _deepcopy(self: Any, memo: dict) -> Any:
    replica = self.__new__(type(self))
    memo[id(self)] = replica
    replica.__dict__.update(copy.deepcopy(self.__dict__, memo))
    return replica


def _refuse_pickle(self: Any) -> None:
    raise RuntimeError("Serialization of parametrized modules is only supported through state_dict()")


def _prepare(module: Module) -> None:
    """Give the module a class of its own."""
    kind = type(module)
    module.__class__ = type(
        f"Parametrized{kind.__name__}", (kind,), {"__deepcopy__": _deepcopy, "__getstate__": _refuse_pickle}
    )
    module.__dict__["_parameters"] = _Parameters(module._parameters, module)
    module.parametrizations = ModuleDict()


def _add_property(kind: type, name: str) -> None:
    def get(self: Any) -> Tensor:
        key = id(self), name
        if key not in _cache:
            value = self.parametrizations[name]()
            if not _caching:
                return value
            _cache[key] = value
        return _cache[key]

    def set(self: Any, value: Any) -> None:
        self.parametrizations[name].right_inverse(value)

    setattr(kind, name, property(get, set))


def register_parametrization(
    module: Module, tensor_name: str, parametrization: Module, *, unsafe: bool = False
) -> Module:
    """Compute a parameter or buffer of `module` from now on by `parametrization`; returns the module.

    A second parametrisation is applied to the output of the first. With a method `right_inverse` a parametrisation says which
    originals give a tensor: it is called with the present one, and when the tensor is assigned to. unsafe: dtype and shape may change.

    Raises:
        ValueError: there is no such parameter or buffer, or the parametrisation changes its dtype or shape.

    >>> class Positive(torch.nn.Module):
    ...     def forward(self, x):
    ...         return x.exp()
    >>> linear = torch.nn.utils.parametrize.register_parametrization(torch.nn.Linear(3, 2), "weight", Positive())
    >>> bool((linear.weight > 0).all())
    True
    """
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        if not unsafe:
            present = getattr(module, tensor_name)
            new = parametrization(present)
            _same_kind("A parametrization", new, present)
            if hasattr(parametrization, "right_inverse"):
                with contextlib.suppress(NotImplementedError):
                    _same_kind("`right_inverse`", parametrization.right_inverse(new), present)
        module.parametrizations[tensor_name].append(parametrization)
        module.parametrizations[tensor_name].unsafe |= unsafe
        return module
    if tensor_name not in module._parameters and tensor_name not in module._buffers:
        raise ValueError(
            f"Module '{module}' does not have a parameter, a buffer, or a parametrized element with name '{tensor_name}'"
        )
    held = ParametrizationList([parametrization], getattr(module, tensor_name), unsafe)
    delattr(module, tensor_name)
    if not is_parametrized(module):
        _prepare(module)
    _add_property(type(module), tensor_name)
    module.parametrizations[tensor_name] = held
    return module


def is_parametrized(module: Module, tensor_name: str | None = None) -> bool:
    """Whether that tensor of the module, or any, is parametrised."""
    held = module._modules.get("parametrizations")
    if not isinstance(held, ModuleDict):
        return False
    return len(held) > 0 if tensor_name is None else tensor_name in held


def remove_parametrizations(module: Module, tensor_name: str, leave_parametrized: bool = True) -> Module:
    """Make the tensor an ordinary one again, with its present value (or, not leave_parametrized, its original); returns the module.

    Raises:
        ValueError: it is not parametrised, or is made of several tensors and not leave_parametrized.
    """
    if not is_parametrized(module, tensor_name):
        raise ValueError(f"Module {module} does not have a parametrization on {tensor_name}")
    held: Any = module.parametrizations[tensor_name]
    if held.is_tensor:
        tensor = held.original
        if leave_parametrized:
            with no_grad():
                tensor.data = getattr(module, tensor_name)
    elif leave_parametrized:
        value = getattr(module, tensor_name)
        tensor = Parameter(value.detach()) if value.requires_grad else value
    else:
        raise ValueError(
            "Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized in terms of a sequence of tensors."
        )
    delattr(type(module), tensor_name)
    del module.parametrizations[tensor_name]
    if not is_parametrized(module):
        del module.parametrizations
        module.__dict__["_parameters"] = dict(module._parameters)
        module.__class__ = type(module).__bases__[0]
    _register(module, tensor_name, tensor)
    return module


def type_before_parametrizations(module: Module) -> type:
    """The class that the module had before it was parametrised."""
    return type(module).__bases__[0] if is_parametrized(module) else type(module)


def transfer_parametrizations_and_params(
    from_module: Module, to_module: Module, tensor_name: str | None = None
) -> Module:
    """Parametrise the tensors of one module, or the one of that name, as those of another are, with the same originals; returns the module.

    Raises:
        AssertionError: the tensor is not parametrised.
    """
    if not is_parametrized(from_module, tensor_name):
        raise AssertionError(
            f"Module {from_module} has no parametrization{'' if tensor_name is None else ' on ' + tensor_name}"
        )
    names: Any = [*from_module.parametrizations] if tensor_name is None else [tensor_name]
    for name in names:
        held: Any = from_module.parametrizations[name]
        if not hasattr(to_module, name):
            setattr(to_module, name, Parameter(getattr(from_module, name).detach().clone()))
        for parametrization in held:
            register_parametrization(to_module, name, parametrization, unsafe=True)
        originals: Any = to_module.parametrizations[name]
        for original, parameter in held._parameters.items():
            setattr(originals, original, parameter)
    return to_module
