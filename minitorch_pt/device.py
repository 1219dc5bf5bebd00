"""device: where tensors live, which is the CPU."""

from __future__ import annotations

__all__ = ["device"]


class DeviceError(AssertionError, NotImplementedError):
    """Another device than the CPU was asked for.

    Where torch has no GPU it raises AssertionError for "cuda" and "xpu", NotImplementedError or RuntimeError for others: this is all of them.
    """


class device:
    """Where tensors live: only "cpu".

    Raises:
        DeviceError: another device is asked for.
    """

    def __init__(self, type: str | device = "cpu", index: int | None = None) -> None:
        name = type.type if isinstance(type, device) else str(type)
        if name.partition(":")[0] != "cpu":
            raise DeviceError(f"minitorch_pt runs on the CPU only and was asked for device {name!r}; use device='cpu'")
        self.type: str = "cpu"
        self.index: int | None = int(name[4:]) if ":" in name else index

    def __repr__(self) -> str:
        return "device(type='cpu')" if self.index is None else f"device(type='cpu', index={self.index})"

    def __str__(self) -> str:
        return "cpu" if self.index is None else f"cpu:{self.index}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and self.index == other.index

    def __hash__(self) -> int:
        return hash((self.type, self.index))


CPU = device("cpu")
