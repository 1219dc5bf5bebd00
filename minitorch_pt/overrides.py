"""torch.overrides: how classes of their own take over torch's functions (`__torch_function__`, see autograd/takeovers.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .autograd.takeovers import hand_over, switch, takers
from .tensors.tensor import Tensor

__all__ = [
    "handle_torch_function", "has_torch_function", "has_torch_function_unary", "has_torch_function_variadic", "is_tensor_like",
    "is_tensor_method_or_property",
]  # fmt: skip


def has_torch_function(relevant_args: Iterable[Any]) -> bool:
    """Whether the class of an argument takes over functions: where it does, a function of a user's hands its call on.

    >>> import minitorch_pt as torch
    >>> torch.overrides.has_torch_function((torch.ones(2), 3))
    False
    """
    return not switch.off and bool(takers(relevant_args))


def has_torch_function_unary(value: Any) -> bool:
    """`has_torch_function` of one argument."""
    return has_torch_function((value,))


def has_torch_function_variadic(*values: Any) -> bool:
    """`has_torch_function` of several arguments."""
    return has_torch_function(values)


def handle_torch_function(public_api: Callable, relevant_args: Iterable[Any], *args: Any, **kwargs: Any) -> Any:
    """What the classes of `relevant_args` make of a call of `public_api`.

    Raises:
        TypeError: none takes it over.
    """
    return hand_over(public_api, takers(relevant_args), args, kwargs)


def is_tensor_like(inp: Any) -> bool:
    """Whether a value is a Tensor, or offers `__torch_function__`."""
    return isinstance(inp, Tensor) or hasattr(type(inp), "__torch_function__")


def is_tensor_method_or_property(func: Callable) -> bool:
    """Whether a function is a method of Tensor, or what reads one of its properties."""
    name = getattr(func, "__name__", "")
    return name == "__get__" or (bool(name) and getattr(Tensor, name, None) is func)
