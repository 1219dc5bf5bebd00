"""torch.utils.dlpack: memory handed to and taken from other libraries, without a copy, by the DLPack protocol."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from ..tensors.creation import from_numpy
from ..tensors.device import DLDeviceType, on_cpu
from ..tensors.tensor import Tensor

__all__ = ["DLDeviceType", "from_dlpack"]


class _Capsule:
    """A capsule as an object that gives it, as NumPy takes it."""

    def __init__(self, capsule: Any) -> None:
        self._capsule = capsule

    def __dlpack__(self, **options: Any) -> Any:
        return self._capsule

    def __dlpack_device__(self) -> tuple[int, int]:
        return int(DLDeviceType.kDLCPU), 0


def from_dlpack(ext_tensor: Any, *, device: Any = None, copy: bool | None = None) -> Tensor:
    """A tensor that shows the memory of another library's tensor or array, or of a DLPack capsule, which can be taken only once.

    copy: True for memory of its own.

    Raises:
        RuntimeError: neither, or a capsule that was taken before. BufferError: its owner does not hand it out.
        AssertionError: device or copy beside a capsule. DeviceError: a device other than the CPU. TypeError: a type that is not here.

    >>> import numpy as np
    >>> array = np.arange(3.0)
    >>> torch.from_dlpack(array)[0] = 7.0
    >>> array.tolist()
    [7.0, 1.0, 2.0]
    """
    if device is not None:
        on_cpu(device)
    if not hasattr(ext_tensor, "__dlpack__") and (device is not None or copy is not None):
        raise AssertionError("device and copy kwargs not supported when ext_tensor is already a DLPack capsule.")
    given = ext_tensor if hasattr(ext_tensor, "__dlpack__") else _Capsule(ext_tensor)
    try:
        array = np.from_dlpack(given)
    except (ValueError, TypeError, AttributeError) as error:
        raise RuntimeError(
            "from_dlpack received an invalid capsule. Note that DLTensor capsules can be consumed only once, so you might have already "
            f"constructed a tensor from it once; got {type(ext_tensor).__name__}."
        ) from error
    # a capsule of the first version does not say, and NumPy plays safe
    if isinstance(given, _Capsule) and not array.flags.writeable:
        interface = {**array.__array_interface__, "data": (array.__array_interface__["data"][0], False)}
        array = np.asarray(SimpleNamespace(__array_interface__=interface, owner=array))
    return from_numpy(array.copy() if copy else array)


def to_dlpack(tensor: Tensor, /) -> Any:
    """A DLPack capsule of the tensor, as `tensor.__dlpack__()`.

    >>> torch.from_dlpack(torch.to_dlpack(torch.tensor([1, 2])))
    tensor([1, 2])
    """
    return tensor.__dlpack__()
