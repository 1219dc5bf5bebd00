"""autocast: nothing where it is off, and off it is where there is no GPU; an error where it should compute in a short type."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any

from ..arrays import dtypes

__all__ = ["autocast", "custom_bwd", "custom_fwd", "get_autocast_dtype", "is_autocast_available", "is_autocast_enabled"]

_KNOWN = ("cpu", "cuda", "xpu", "hpu", "mps", "mtia", "xla", "ipu", "maia", "privateuseone")


def _checked(device_type: Any) -> str:
    if not isinstance(device_type, str):
        raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
    if device_type.partition(":")[0] not in _KNOWN:
        raise RuntimeError(f"User specified an unsupported autocast device_type '{device_type}'; give 'cpu' or 'cuda'")
    return device_type


class autocast:
    """Inside, and in functions that it decorates, torch computes products in a short type. Here it must be off.

    It is off with `enabled=False`, with `dtype=torch.float32`, and for "cuda", which is not there (with torch's warnings).

    Raises:
        RuntimeError: it is entered while it is on.

    >>> with torch.autocast("cpu", enabled=False):
    ...     torch.ones(2, 2) @ torch.ones(2)
    tensor([2., 2.])
    """

    def __init__(
        self, device_type: str, dtype: Any = None, enabled: bool = True, cache_enabled: bool | None = None
    ) -> None:
        self.device = self._device = _checked(device_type)
        self.fast_dtype = (
            dtypes.float16 if dtype is None and device_type == "cuda" else dtypes.bfloat16 if dtype is None else dtype
        )
        if enabled and device_type != "cpu":
            warnings.warn(
                f"User provided device_type of {device_type!r}, but {device_type.upper()} is not available. Disabling",
                stacklevel=2,
            )
            enabled = False
        if enabled and self.fast_dtype not in (dtypes.bfloat16, dtypes.float16):
            warnings.warn(
                "In CPU autocast, but the target dtype is not supported. Disabling autocast. CPU Autocast only supports dtype of torch.bfloat16, torch.float16 currently.",
                stacklevel=2,
            )
            enabled = False
        self._enabled = enabled

    def __enter__(self) -> autocast:
        if self._enabled:
            raise RuntimeError(
                f"autocast on the CPU computes products in {self.fast_dtype}, which NumPy has no fast form of: minitorch_pt leaves it out. "
                "Give enabled=False, or leave autocast out: everything runs in float32 then"
            )
        return self

    def __exit__(self, *exc: object) -> None:
        pass

    def __call__(self, function: Callable) -> Callable:
        @functools.wraps(function)
        def inside(*args: Any, **kwargs: Any) -> Any:
            with self:
                return function(*args, **kwargs)

        return inside


def is_autocast_available(device_type: str) -> bool:
    """Whether torch has an autocast for devices of that type: of what a program may write, not of what is there."""
    return device_type in _KNOWN


def is_autocast_enabled(device_type: str | None = None) -> bool:
    """False: it is never on here.

    >>> torch.is_autocast_enabled("cpu")
    False
    """
    return False


def get_autocast_dtype(device_type: str) -> dtypes.dtype:
    """The type in which products would be computed: bfloat16, or float16 on a GPU.

    >>> torch.get_autocast_dtype("cpu")
    torch.bfloat16
    """
    return dtypes.bfloat16 if device_type in ("cpu", "xla") else dtypes.float16


def custom_fwd(fwd: Callable | None = None, *, device_type: str, cast_inputs: Any = None) -> Callable:
    """Decorator of the `forward` of a Function that is to know of autocast, which is off here.

    Raises:
        ValueError: the device is no text.
    """
    if not isinstance(device_type, str):
        raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
    if fwd is None:
        return functools.partial(custom_fwd, device_type=device_type, cast_inputs=cast_inputs)

    @functools.wraps(fwd)
    def forward(*args: Any, **kwargs: Any) -> Any:
        args[0]._dtype, args[0]._fwd_used_autocast = get_autocast_dtype(device_type), False
        return fwd(*args, **kwargs)

    return forward


def custom_bwd(bwd: Callable | None = None, *, device_type: str) -> Callable:
    """Decorator of the `backward` that belongs to a `forward` with `custom_fwd`.

    Raises:
        ValueError: the device is no text.
    """
    if not isinstance(device_type, str):
        raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
    if bwd is None:
        return functools.partial(custom_bwd, device_type=device_type)

    @functools.wraps(bwd)
    def backward(*args: Any, **kwargs: Any) -> Any:
        return bwd(*args, **kwargs)

    return backward
