"""torch.onnx: writing networks for other programs, which minitorch_pt leaves out; programs may import it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from .names.places import settle

__all__ = ["export", "is_in_onnx_export", "is_onnxrt_backend_supported", "register_custom_op_symbolic", "unregister_custom_op_symbolic"]  # fmt: skip

_T = TypeVar("_T")


def export(*args: Any, **kwargs: Any) -> NoReturn:
    """Not possible.

    Raises:
        NotImplementedError: always.
    """
    raise NotImplementedError(
        "minitorch_pt leaves torch.onnx.export out: it needs torch's compiler. Save the state_dict() with torch.save, load it with PyTorch into "
        "the same network, and export there"
    )


def is_in_onnx_export() -> bool:
    """False."""
    return False


def is_onnxrt_backend_supported() -> bool:
    """False."""
    return False


def register_custom_op_symbolic(symbolic_name: str, symbolic_fn: Callable, opset_version: int) -> None:
    """Nothing: packages say where they start how their operations would be written, and nothing is written."""


def unregister_custom_op_symbolic(symbolic_name: str, opset_version: int) -> None:
    """Nothing, as above."""


def parse_args(*arg_descriptors: str) -> Callable[[_T], _T]:
    """A decorator that gives the function as it is: of an operation's inputs it tells `export`."""
    return lambda fn: fn


# torch's modules behind this door
settle(f"{__name__}.symbolic_helper", {"parse_args": parse_args})
