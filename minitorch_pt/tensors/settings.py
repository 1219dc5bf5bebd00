"""What programs tell torch of the machine. It changes no number here: all is on the CPU, deterministic, and run as it is written."""

from __future__ import annotations

import warnings
from typing import Any

from .device import CPU, device as _device, on_cpu

__all__ = [
    "are_deterministic_algorithms_enabled", "get_default_device", "get_deterministic_debug_mode", "get_float32_matmul_precision", "is_deterministic_algorithms_warn_only_enabled",
    "set_default_device", "set_deterministic_debug_mode", "set_float32_matmul_precision", "use_deterministic_algorithms",
]  # fmt: skip

_set: dict[str, Any] = {"deterministic": False, "warn only": False, "precision": "highest"}


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Every algorithm here is deterministic anyway.

    >>> torch.use_deterministic_algorithms(True)
    >>> torch.are_deterministic_algorithms_enabled()
    True
    >>> torch.use_deterministic_algorithms(False)
    """
    _set["deterministic"], _set["warn only"] = bool(mode), bool(warn_only)


def set_deterministic_debug_mode(debug_mode: int | str) -> None:
    """`use_deterministic_algorithms` by a number or its name: 0 "default", 1 "warn", 2 "error".

    Raises:
        TypeError: neither a number nor text. RuntimeError: another number or name.

    >>> torch.set_deterministic_debug_mode("warn")
    >>> torch.get_deterministic_debug_mode()
    1
    >>> torch.set_deterministic_debug_mode("default")
    """
    if not isinstance(debug_mode, (int, str)):
        raise TypeError(f"debug_mode must be str or int, but got {type(debug_mode)}")
    modes = ("default", "warn", "error")
    if debug_mode not in (*modes, 0, 1, 2):
        raise RuntimeError(
            f"invalid value of debug_mode, expected 0 or `default`, 1 or `warn`, 2 or `error`, but got {debug_mode}"
        )
    mode = modes.index(debug_mode) if isinstance(debug_mode, str) else debug_mode
    use_deterministic_algorithms(mode > 0, warn_only=mode == 1)


def get_deterministic_debug_mode() -> int:
    """0, 1 to warn or 2 to raise: what `use_deterministic_algorithms` was told.

    >>> torch.get_deterministic_debug_mode()
    0
    """
    return _set["deterministic"] * (2 - _set["warn only"])


def are_deterministic_algorithms_enabled() -> bool:
    """What `use_deterministic_algorithms` was told.

    >>> torch.are_deterministic_algorithms_enabled()
    False
    """
    return _set["deterministic"]


def is_deterministic_algorithms_warn_only_enabled() -> bool:
    """Whether it was told to warn only.

    >>> torch.is_deterministic_algorithms_warn_only_enabled()
    False
    """
    return _set["warn only"]


def set_float32_matmul_precision(precision: str) -> None:
    """Products of float32 numbers are exact to float32 here, whatever is asked.

    >>> torch.set_float32_matmul_precision("highest")
    >>> torch.get_float32_matmul_precision()
    'highest'
    """
    if precision not in ("highest", "high", "medium"):
        warnings.warn(f"{precision} is not one of 'highest', 'high', or 'medium'; the call has no effect", stacklevel=2)
        return
    _set["precision"] = precision


def get_float32_matmul_precision() -> str:
    """What `set_float32_matmul_precision` was told.

    >>> torch.get_float32_matmul_precision()
    'highest'
    """
    return _set["precision"]


def set_default_device(device: Any) -> None:
    """Where new tensors are made: the CPU.

    Raises:
        DeviceError: another device.

    >>> torch.set_default_device("cpu")
    >>> torch.zeros(2).device
    device(type='cpu')
    >>> torch.set_default_device(None)
    """
    on_cpu(device)


def get_default_device() -> _device:
    """device(type='cpu').

    >>> torch.get_default_device()
    device(type='cpu')
    """
    return CPU
