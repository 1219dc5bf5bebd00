"""What packages ask of PyTorch's inner parts, of torch._C and torch itself: whether a call is being traced, whether a tensor holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["CORE", "TOP"]


def _assert(condition: Any, message: str) -> None:
    """`assert condition, message`, which models of torchvision's write so that it can be traced.

    Raises:
        AssertionError: it does not hold.
    """
    assert condition, message


def _assert_async(input: Any, assert_msg: str = "Expected Tensor with single nonzero value, but got zero") -> None:
    """Raise unless the only element is not 0.

    Raises:
        RuntimeError: it is 0, or there is another number of elements.
    """
    if not input:
        raise RuntimeError(assert_msg)


def _check(cond: bool, message: Callable[[], Any] | None = None) -> None:
    """Raise unless `cond` holds.

    Raises:
        RuntimeError: it does not; with the text that `message` gives. TypeError: it is no bool.
    """
    if not isinstance(cond, bool):
        raise TypeError(f"cond must be a bool, but got {type(cond)}")
    if not cond:
        raise RuntimeError("Expected cond to be True, but got False." if message is None else str(message()))


def _nothing(*args: Any) -> None:
    """Nothing is traced, or counted."""


def _has_compatible_shallow_copy_type(input: Any, from_: Any) -> bool:
    """Whether one tensor may take the place of the other."""
    return type(input) is type(from_)


def _is_all_true(input: Any) -> Any:
    return input.all()


def _is_any_true(input: Any) -> Any:
    return input.any()


# those of torch itself
TOP: dict[str, Any] = {
    "_assert": _assert,
    "_assert_async": _assert_async,
    "_check": _check,
    "_has_compatible_shallow_copy_type": _has_compatible_shallow_copy_type,
    "_is_all_true": _is_all_true,
    "_is_any_true": _is_any_true,
}
# the names of torch._C, besides those of other classes
CORE: dict[str, Any] = {
    "_are_functorch_transforms_active": lambda: False,
    "_get_default_device": lambda: "cpu",
    "_get_tracing_state": _nothing,
    "_log_api_usage_once": _nothing,
    # parts of compiled code, which packages name as types: nothing here is one
    "Graph": type("Graph", (), {}),
    "Node": type("Node", (), {}),
    "Value": type("Value", (), {}),
}
for _thing in CORE.values():
    _thing.__module__ = f"{__package__.partition('.')[0]}._C"
