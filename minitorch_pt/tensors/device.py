"""device: where tensors live, which is the CPU."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np

from ..stream import generator as streams

__all__ = ["AcceleratorError", "OutOfMemoryError", "device"]


class AcceleratorError(RuntimeError):
    """A graphics card has failed. Programs name it to catch it, and nothing raises it here.

    >>> issubclass(torch.AcceleratorError, RuntimeError)
    True
    """


class OutOfMemoryError(RuntimeError):
    """The memory of a graphics card is full. Programs name it to catch it, and nothing raises it here: on the CPU it is MemoryError.

    >>> try:
    ...     torch.ones(2) @ torch.ones(3)
    ... except torch.cuda.OutOfMemoryError:
    ...     print("a smaller batch")
    ... except RuntimeError:
    ...     print("another error")
    another error
    """


class DeviceError(AssertionError, NotImplementedError):
    """Another device than the CPU was to be used.

    Where torch has no GPU it raises AssertionError for "cuda" and "xpu", NotImplementedError or RuntimeError for others: this is all of them.
    """


# what torch knows besides the CPU
_OTHERS = {
    "cuda", "ipu", "xpu", "mkldnn", "opengl", "opencl", "ideep", "hip", "ve", "fpga", "maia", "xla", "lazy", "vulkan",
    "mps", "meta", "hpu", "mtia", "privateuseone",
}  # fmt: skip

within_meta: list[Any] = []  # of each open block of "meta": the state of the stream before it


class device:
    """Where tensors live. All of torch's devices have a name here, and only "cpu" can be used.

    As a context manager, the place where new tensors are made. `with torch.device("meta")`, in which torch makes tensors that have no
    numbers, makes them on the CPU, where they are as soon as it ends, and the stream of random numbers is then as before: so packages make
    models whose numbers they load next.

    Raises:
        TypeError: `type` is no text, `index` no whole number. RuntimeError: a text that names no device, or a negative index.
        DeviceError: a device other than the CPU is used.

    >>> with torch.device("cpu"):
    ...     torch.ones(1).device
    device(type='cpu')
    """

    type: str
    index: int | None

    def __init__(self, type: str | device | int, index: int | None = None) -> None:
        if isinstance(type, device) and index is None:
            self.type, self.index = type.type, type.index
            return
        if isinstance(type, (int, np.integer)) and not isinstance(type, bool):  # a number stands for an accelerator
            raise DeviceError(
                f"minitorch_pt runs on the CPU only, and {type} is a device of another kind; use device='cpu'"
            )
        if not isinstance(type, str):
            raise TypeError(
                f"device(): argument 'type' must be str, such as 'cpu', not {type.__class__.__name__}: {type!r}"
            )
        name, colon, number = type.partition(":")
        if name != "cpu" and name not in _OTHERS:
            raise RuntimeError(
                f"Expected one of cpu, cuda or another of torch's device type at start of device string: {type}"
            )
        if colon:
            if index is not None:
                raise RuntimeError(
                    f"type (string) must not include an index because index was passed explicitly: {type}"
                )
            if not number.isdecimal() or number != str(int(number)):
                raise RuntimeError(f"Invalid device string: {type!r}; what follows the colon must be a number")
            index = int(number)
        if index is not None and (not isinstance(index, int) or isinstance(index, bool)):
            raise TypeError(f"device(): argument 'index' (position 2) must be int, not {index.__class__.__name__}")
        if index is not None and index < 0:
            raise RuntimeError(f"Device index must not be negative, and is {index}")
        self.type, self.index = name, index

    def __enter__(self) -> device:
        if self.type != "meta":
            return on_cpu(self)
        within_meta.append(streams.default_generator.state)
        return self

    def __exit__(self, *exc: object) -> None:
        if self.type == "meta":
            streams.default_generator.state = within_meta.pop()

    def __repr__(self) -> str:
        index = "" if self.index is None else f", index={self.index}"
        return f"device(type='{self.type}'{index})"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __reduce__(self) -> tuple:
        return device, (self.type,) if self.index is None else (self.type, self.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))


def on_cpu(where: Any) -> device:
    """The device on which something is to be done; None is the usual one.

    Raises:
        DeviceError: it is not the CPU. TypeError, RuntimeError: it is no device.
    """
    place = CPU if where is None else device(where)
    if place.type != "cpu" and not (within_meta and place.type == "meta"):
        raise DeviceError(
            f"minitorch_pt runs on the CPU only and was asked for device {str(place)!r}; use device='cpu'"
        )
    return place


CPU, META = device("cpu"), device("meta")


# how the DLPack protocol numbers the places of memory
DLDeviceType = IntEnum(
    "DLDeviceType",
    {"kDLCPU": 1, "kDLCUDA": 2, "kDLCUDAHost": 3, "kDLOpenCL": 4, "kDLVulkan": 7, "kDLMetal": 8, "kDLVPI": 9, "kDLROCM": 10, "kDLROCMHost": 11,
     "kDLExtDev": 12, "kDLCUDAManaged": 13, "kDLOneAPI": 14, "kDLWebGPU": 15, "kDLHexagon": 16, "kDLMAIA": 17},
)  # fmt: skip
