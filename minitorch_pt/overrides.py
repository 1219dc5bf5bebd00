"""torch.overrides: how classes of their own would take over torch's functions (`__torch_function__`). That is left out here: nothing does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from .tensors.tensor import Tensor

__all__ = [
    "handle_torch_function", "has_torch_function", "has_torch_function_unary", "has_torch_function_variadic", "is_tensor_like",
    "is_tensor_method_or_property",
]  # fmt: skip


def has_torch_function(relevant_args: Iterable[Any]) -> bool:
    """False: no argument takes over a function."""
    return False


def has_torch_function_unary(value: Any) -> bool:
    """False, of one argument."""
    return False


def has_torch_function_variadic(*values: Any) -> bool:
    """False, of several arguments."""
    return False


def handle_torch_function(public_api: Callable, relevant_args: Iterable[Any], *args: Any, **kwargs: Any) -> NoReturn:
    """Refused.

    Raises:
        TypeError: always: no argument takes over a function.
    """
    raise TypeError(
        f"no implementation found for '{public_api.__module__}.{public_api.__name__}': minitorch_pt leaves out __torch_function__"
    )


def is_tensor_like(inp: Any) -> bool:
    """Whether a value is a Tensor, or offers `__torch_function__`."""
    return isinstance(inp, Tensor) or hasattr(type(inp), "__torch_function__")


def is_tensor_method_or_property(func: Callable) -> bool:
    """Whether a function is a method of Tensor, or what reads one of its properties."""
    name = getattr(func, "__name__", "")
    return name == "__get__" or (bool(name) and getattr(Tensor, name, None) is func)
