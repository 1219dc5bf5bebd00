"""torch.cuda, for the questions that most programs ask of it: there is no such device, and seeding none does nothing."""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Iterable
from typing import NoReturn

from .amp import for_cuda as amp
from .names.kin import Kin
from .names.places import settle
from .tensors import legacy
from .tensors.device import AcceleratorError, DeviceError, OutOfMemoryError
from .tensors.tensor import Tensor

__all__ = [
    "AcceleratorError", "CUDAGraph", "Event", "OutOfMemoryError", "Stream", "current_device", "device_count", "empty_cache", "get_arch_list", "get_device_name",
    "get_rng_state_all", "is_available", "is_bf16_supported", "is_initialized", "manual_seed", "manual_seed_all", "max_memory_allocated",
    "max_memory_reserved", "memory_allocated", "memory_reserved", "memory_stats", "seed", "seed_all", "set_rng_state_all", "synchronize",
    *(name for name in legacy.__all__ if name.endswith("Tensor")),
]  # fmt: skip


_initialized = False  # what packages that keep the random state of a card ask


def is_available() -> bool:
    """False: everything runs on the CPU."""
    return False


def is_initialized() -> bool:
    """False."""
    return False


def device_count() -> int:
    """0."""
    return 0


def manual_seed(seed: int) -> None:
    """Nothing to seed; `torch.manual_seed` seeds the CPU's stream."""


def manual_seed_all(seed: int) -> None:
    """Nothing to seed; `torch.manual_seed` seeds the CPU's stream."""


def seed() -> None:
    """Nothing to seed; `torch.seed` seeds the CPU's stream."""


def seed_all() -> None:
    """Nothing to seed; `torch.seed` seeds the CPU's stream."""


def get_rng_state_all() -> list[Tensor]:
    """The states of no cards: []. That of the CPU's stream is `torch.get_rng_state()`."""
    return []


def set_rng_state_all(new_states: Iterable[Tensor]) -> None:
    """Set the states of no cards, as a checkpoint that was written without one holds them.

    Raises:
        DeviceError: there are states of cards.
    """
    for _ in new_states:
        synchronize()


def get_arch_list() -> list[str]:
    """An empty list."""
    return []


def empty_cache() -> None:
    """Nothing to empty."""


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """False."""
    return False


def memory_stats(device: object = None) -> OrderedDict:
    """An empty dict."""
    return OrderedDict()


def memory_allocated(device: object = None) -> int:
    """0 bytes."""
    return 0


def max_memory_allocated(device: object = None) -> int:
    """0 bytes."""
    return 0


def memory_reserved(device: object = None) -> int:
    """0 bytes."""
    return 0


def max_memory_reserved(device: object = None) -> int:
    """0 bytes."""
    return 0


def synchronize(device: object = None) -> NoReturn:
    """There is nothing to wait for.

    Raises:
        DeviceError: always.
    """
    raise DeviceError("minitorch_pt runs on the CPU only, there is no CUDA device: ask torch.cuda.is_available() first")


def current_device() -> NoReturn:
    """There is none; raises as `synchronize`."""
    synchronize()


def get_device_name(device: object = None) -> NoReturn:
    """There is none; raises as `synchronize`."""
    synchronize()


class Stream:
    """A queue of work on a graphics card, named as a type of arguments: there is none.

    Raises:
        DeviceError: always.
    """

    def __init__(self, device: object = None, priority: int = 0, **kwargs: object) -> None:
        synchronize()


class Event:
    """A mark in such a queue: there is none.

    Raises:
        DeviceError: always.
    """

    def __init__(
        self, enable_timing: bool = False, blocking: bool = False, interprocess: bool = False, external: bool = False
    ) -> None:
        synchronize()


class CUDAGraph:
    """Work on such a card that is recorded and repeated: there is none.

    Raises:
        DeviceError: always.
    """

    def __init__(self, keep_graph: bool = False) -> None:
        synchronize()


class _CudaTensor(Kin):
    """torch.cuda.FloatTensor and its kin, which programs name before they know whether there is a device: no tensor is one."""

    home = "torch.cuda"
    text = "None is one: there is no such device."

    def __call__(self, *data: object) -> NoReturn:
        raise TypeError(
            f"type torch.cuda.{self.__name__} not available: minitorch_pt runs on the CPU only; use torch.{self.__name__}"
        )

    def __instancecheck__(self, instance: object) -> bool:
        return False


globals().update({name: _CudaTensor(name, None) for name in legacy.__all__ if name.endswith("Tensor")})

settle(
    __name__,
    globals(),
    {
        "graphs": "CUDAGraph",
        "memory": "empty_cache max_memory_allocated max_memory_reserved memory_allocated memory_reserved memory_stats",
        "random": "get_rng_state_all manual_seed manual_seed_all seed seed_all set_rng_state_all",
        "streams": "Event Stream",
    },
)
sys.modules[f"{__name__}.amp"] = amp
settle(
    f"{__name__}.amp",
    {name: getattr(amp, name) for name in amp.__all__},
    {"autocast_mode": "autocast custom_bwd custom_fwd", "grad_scaler": "GradScaler"},
)
