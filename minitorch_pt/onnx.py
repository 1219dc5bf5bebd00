"""torch.onnx: writing networks for other programs, which minitorch_pt leaves out; programs may import it."""

from __future__ import annotations

from typing import Any, NoReturn

__all__ = ["export", "is_in_onnx_export", "is_onnxrt_backend_supported"]


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
