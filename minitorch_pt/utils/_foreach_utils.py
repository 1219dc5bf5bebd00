"""What optimisers ask before they call torch._foreach_add: which tensors can go together. Here all of one type can."""

from __future__ import annotations

from typing import TypeAlias

from ..tensors.device import device as _device
from ..tensors.tensor import Tensor

Indices: TypeAlias = list[int]
TensorListList: TypeAlias = list[list[Tensor | None]]
_foreach_supported_types = [Tensor]


def _get_foreach_kernels_supported_devices() -> list[str]:
    return ["cuda", "xpu", "mtia", "privateuseone"]


def _get_fused_kernels_supported_devices() -> list[str]:
    return ["mps", "cuda", "xpu", "hpu", "cpu", "mtia", "privateuseone"]


def _device_has_foreach_support(device: _device) -> bool:
    return device.type in (*_get_foreach_kernels_supported_devices(), "cpu")


def _has_foreach_support(tensors: list[Tensor], device: _device) -> bool:
    return _device_has_foreach_support(device) and all(
        x is None or type(x) in _foreach_supported_types for x in tensors
    )


def _group_tensors_by_device_and_dtype(
    tensorlistlist: TensorListList, with_indices: bool = False
) -> dict[tuple, tuple[TensorListList, Indices]]:
    """Rows of the lists, by the device and type of the first list's tensor; with_indices: and where they stood."""
    groups: dict[tuple, tuple[TensorListList, Indices]] = {}
    for place, first in enumerate(tensorlistlist[0]):
        if first is None:
            raise RuntimeError("the tensors of the first list cannot be None: they tell device and type")
        columns, places = groups.setdefault((first.device, first.dtype), ([[] for _ in tensorlistlist], []))
        for column, values in zip(columns, tensorlistlist, strict=True):
            column += values[place : place + 1]  # a list may be empty
        if with_indices:
            places.append(place)
    return groups
