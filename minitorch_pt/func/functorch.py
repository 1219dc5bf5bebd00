"""The old package `functorch`, as programs under `python -m minitorch_pt run` import it: torch.func's functions, and models as functions."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

from ..nn import Module
from . import forward, mapping, modules, reverse

__all__ = [
    "FunctionalModule", "combine_state_for_ensemble", "grad", "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp", "make_functional",
    "make_functional_with_buffers", "vjp", "vmap",
]  # fmt: skip


def _deprecated(function: Callable, instead: str) -> Any:
    @functools.wraps(function)
    def old(*args: Any, **kwargs: Any) -> Any:
        warnings.warn(
            "We've integrated functorch into PyTorch. As the final step of the integration, "
            f"`functorch.{function.__name__}` is deprecated as of PyTorch 2.0 and will be deleted in a future version of PyTorch >= 2.3. Please use "
            f"`{instead}` instead; see the PyTorch 2.0 release notes and/or the `torch.func` migration guide for more details "
            "https://pytorch.org/docs/main/func.migrating.html",
            FutureWarning,
            stacklevel=2,
        )
        return function(*args, **kwargs)

    return old


vmap = _deprecated(mapping.vmap, "torch.vmap")
grad, grad_and_value = (_deprecated(f, f"torch.func.{f.__name__}") for f in (reverse.grad, reverse.grad_and_value))
vjp, jacrev = (_deprecated(f, f"torch.func.{f.__name__}") for f in (reverse.vjp, reverse.jacrev))
jvp, jacfwd, hessian = (
    _deprecated(f, f"torch.func.{f.__name__}") for f in (forward.jvp, forward.jacfwd, forward.hessian)
)


class FunctionalModule(Module):
    """A model as a function: of its parameters, of its buffers if it was made with them, and of its inputs."""

    def __init__(self, model: Module, names: list[tuple[str, ...]]) -> None:
        super().__init__()
        self.stateless_model = model
        self._names = names

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """The output of the model with these tensors."""
        state = [dict(zip(names, tensors, strict=True)) for names, tensors in zip(self._names, args, strict=False)]
        return modules.functional_call(self.stateless_model, state, args[len(state) :], kwargs)


def _functional(model: Module, tables: list[dict[str, Any]]) -> tuple:
    return FunctionalModule(deepcopy(model), [tuple(t) for t in tables]), *(tuple(t.values()) for t in tables)


def _parameters(model: Module, detached: bool) -> dict[str, Any]:
    return {name: p.detach() if detached else p for name, p in deepcopy(model).named_parameters()}


@functools.partial(_deprecated, instead="torch.func.functional_call")
def make_functional(model: Module, disable_autograd_tracking: bool = False) -> tuple:
    """(function, parameters): the model as a function of a copy of its parameters and of its inputs.

    Raises:
        RuntimeError: it has buffers.
    """
    if list(model.buffers()):
        raise RuntimeError(
            "make_functional(model): `model` has buffers. Please use make_functional_with_buffers(model) instead."
        )
    return _functional(model, [_parameters(model, disable_autograd_tracking)])


@functools.partial(_deprecated, instead="torch.func.functional_call")
def make_functional_with_buffers(model: Module, disable_autograd_tracking: bool = False) -> tuple:
    """(function, parameters, buffers): the model as a function of copies of both, and of its inputs."""
    return _functional(model, [_parameters(model, disable_autograd_tracking), dict(deepcopy(model).named_buffers())])


@functools.partial(_deprecated, instead="torch.func.stack_module_state")
def combine_state_for_ensemble(models: Sequence[Module]) -> tuple:
    """(function, parameters, buffers) of several models of one class, whose tensors are stacked.

    Raises:
        RuntimeError: no models, or of different classes or modes.
    """
    parameters, buffers = modules.stack_module_state(models)
    return _functional(models[0], [parameters, buffers])
