"""device: where tensors live, which is the CPU."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["device"]


class DeviceError(AssertionError, NotImplementedError):
    """Another device than the CPU was asked for.

    Where torch has no GPU it raises AssertionError for "cuda" and "xpu", NotImplementedError or RuntimeError for others: this is all of them.
    """


# what torch knows besides the CPU
_OTHERS = {"cuda", "ipu", "xpu", "mkldnn", "opengl", "opencl", "ideep", "hip", "ve", "fpga", "maia", "xla", "lazy", "vulkan", "mps", "meta", "hpu",
           "mtia", "privateuseone"}  # fmt: skip


class device:
    """Where tensors live: only "cpu".

    Raises:
        DeviceError: another device is asked for. TypeError: `type` is no text, `index` no whole number. RuntimeError: a text that names no device, or
        a negative index.
    """

    type: str
    index: int | None

    def __init__(self, type: str | device | int, index: int | None = None) -> None:
        if isinstance(type, device) and index is None:
            self.type, self.index = type.type, type.index
            return
        if isinstance(type, int) and not isinstance(type, bool):  # a number stands for an accelerator
            raise DeviceError(
                f"minitorch_pt runs on the CPU only, and {type} is a device of another kind; use device='cpu'"
            )
        if not isinstance(type, str):
            raise TypeError(
                f"device(): argument 'type' must be str, such as 'cpu', not {type.__class__.__name__}: {type!r}"
            )
        name, colon, number = type.partition(":")
        if name in _OTHERS:
            raise DeviceError(f"minitorch_pt runs on the CPU only and was asked for device {type!r}; use device='cpu'")
        if name != "cpu":
            raise RuntimeError(f"Expected 'cpu' at start of device string: {type!r}")
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

    def __repr__(self) -> str:
        return "device(type='cpu')" if self.index is None else f"device(type='cpu', index={self.index})"

    def __str__(self) -> str:
        return "cpu" if self.index is None else f"cpu:{self.index}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and self.index == other.index

    def __reduce__(self) -> tuple:
        return device, (self.type,) if self.index is None else (self.type, self.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))


CPU = device("cpu")


# how the DLPack protocol numbers the places of memory
DLDeviceType = IntEnum(
    "DLDeviceType",
    {"kDLCPU": 1, "kDLCUDA": 2, "kDLCUDAHost": 3, "kDLOpenCL": 4, "kDLVulkan": 7, "kDLMetal": 8, "kDLVPI": 9, "kDLROCM": 10, "kDLROCMHost": 11,
     "kDLExtDev": 12, "kDLCUDAManaged": 13, "kDLOneAPI": 14, "kDLWebGPU": 15, "kDLHexagon": 16, "kDLMAIA": 17},
)  # fmt: skip
