"""torch's first weight norm, by a hook before each forward pass. New programs use `parametrizations.weight_norm`."""

from __future__ import annotations

import warnings
from typing import Any

from ..modules.lazy import UninitializedParameter
from ..modules.module import Module
from ..parameter import Parameter
from .parametrizations import norm_except_dim

__all__ = ["WeightNorm", "remove_weight_norm", "weight_norm"]


def _hook_of(module: Module, kind: Any, name: str) -> Any:
    """(its key, the hook of this kind for this parameter), or None."""
    for key, hook in module._forward_pre_hooks.items():
        if isinstance(hook, kind) and hook.name == name:
            return key, hook
    return None


def hooked(module: Module, hook: Any, what: str) -> Any:
    """The parameter that a hook is to compute.

    Raises:
        RuntimeError: it has such a hook already. KeyError: it is no parameter. ValueError: its shape is not known yet.
    """
    if _hook_of(module, type(hook), hook.name) is not None:
        raise RuntimeError(f"Cannot register two {what} hooks on the same parameter {hook.name}")
    if hook.name not in module._parameters:
        raise KeyError(hook.name)
    weight = module._parameters[hook.name]
    if isinstance(weight, UninitializedParameter):
        raise ValueError(
            f"The module passed to {what} can't have uninitialized parameters: call it with an input first"
        )
    return weight


def take_hook(module: Any, kind: type, name: str, what: str) -> Any:
    """Make the parameter an ordinary one again, with its last value.

    Raises:
        ValueError: there is no such hook.
    """
    found = _hook_of(module, kind, name)
    if found is None:
        raise ValueError(f"{what} of '{name}' not found in {module}")
    key, hook = found
    hook.remove(module)
    del module._forward_pre_hooks[key]
    return module


class WeightNorm:
    """Before each forward pass: weight = g v / ‖v‖."""

    def __init__(self, name: str, dim: int | None) -> None:
        self.name, self.dim = name, -1 if dim is None else dim

    def compute_weight(self, module: Module) -> Any:
        """g v / ‖v‖."""
        g, v = getattr(module, self.name + "_g"), getattr(module, self.name + "_v")
        return v * (g / norm_except_dim(v, 2, self.dim))

    def remove(self, module: Any) -> None:
        """The weight as a parameter, without g and v."""
        weight = self.compute_weight(module).detach()
        for name in (self.name, self.name + "_g", self.name + "_v"):
            delattr(module, name)
        setattr(module, self.name, Parameter(weight))

    def __call__(self, module: Module, inputs: Any) -> None:
        setattr(module, self.name, self.compute_weight(module))


def weight_norm(module: Any, name: str = "weight", dim: int | None = 0) -> Any:
    """Learn length and direction of a weight apart, as parameters `weight_g` and `weight_v`; returns the module.

    dim: the axis along which each slice has its own length; None: one length for the whole weight.

    Raises:
        RuntimeError: done already. ValueError: the weight's shape is not known yet.

    Source: Salimans and Kingma 2016, arXiv:1602.07868.

    >>> import warnings; warnings.simplefilter("ignore", FutureWarning)  # it is deprecated for parametrizations
    >>> layer = nn.utils.weight_norm(nn.Linear(3, 2))
    >>> sorted(name for name, _ in layer.named_parameters())
    ['bias', 'weight_g', 'weight_v']
    """
    warnings.warn(
        "`torch.nn.utils.weight_norm` is deprecated in favor of `torch.nn.utils.parametrizations.weight_norm`.",
        FutureWarning,
        stacklevel=2,
    )
    hook = WeightNorm(name, dim)
    getattr(module, name)  # an AttributeError if there is nothing of this name, a KeyError if it is no parameter
    weight = hooked(module, hook, "weight_norm")
    lengths = norm_except_dim(weight, 2, hook.dim)  # may refuse: nothing is changed yet
    delattr(module, name)
    module.register_parameter(name + "_g", Parameter(lengths.detach()))
    module.register_parameter(name + "_v", Parameter(weight.detach()))
    hook(module, None)
    module.register_forward_pre_hook(hook)
    return module


def remove_weight_norm(module: Any, name: str = "weight") -> Any:
    """Make the weight an ordinary parameter again; returns the module.

    Raises:
        ValueError: it has no weight norm.

    >>> import warnings; warnings.simplefilter("ignore", FutureWarning)  # it is deprecated for parametrizations
    >>> layer = nn.utils.remove_weight_norm(nn.utils.weight_norm(nn.Linear(3, 2)))
    >>> sorted(name for name, _ in layer.named_parameters())
    ['bias', 'weight']
    """
    return take_hook(module, WeightNorm, name, "weight_norm")
