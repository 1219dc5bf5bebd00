"""torch.random: the global stream of random numbers. The stream itself is in `stream/`, what draws from it in `tensors/`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from .tensors.generator import (
    Generator,
    default_generator as default_generator,
    restored as _restored,  # noqa: F401  # where pickles of 0.1.0 look for it
)
from .tensors.tensor import Tensor

__all__ = ["fork_rng", "get_rng_state", "initial_seed", "manual_seed", "seed", "set_rng_state"]


def manual_seed(seed: Any) -> Generator:
    """Start the global stream anew: the same seed gives torch's very numbers.

    Raises:
        ValueError: the seed is not in [-2**63, 2**64).

    >>> _ = torch.manual_seed(0)
    >>> torch.randn(3)
    tensor([ 1.5410, -0.2934, -2.1788])
    """
    return default_generator.manual_seed(int(seed))


def seed() -> int:
    """Start the global stream anew from a seed of the operating system, which is returned.

    >>> seed = torch.seed()  # from the machine
    >>> seed == torch.initial_seed()
    True
    """
    return default_generator.seed()


def initial_seed() -> int:
    """The seed of the global stream's last start.

    >>> _ = torch.manual_seed(42)
    >>> torch.initial_seed()
    42
    """
    return default_generator.initial_seed()


def get_rng_state() -> Tensor:
    """The state of the global stream: 5,056 bytes, the same as torch's.

    >>> state = torch.get_rng_state()
    >>> a = torch.rand(2)
    >>> torch.set_rng_state(state)
    >>> torch.equal(a, torch.rand(2))
    True
    """
    return default_generator.get_state()


def set_rng_state(new_state: Tensor) -> None:
    """Let the global stream go on from a state of ours or of torch's.

    >>> state = torch.get_rng_state()
    >>> a = torch.rand(2)
    >>> torch.set_rng_state(state)
    >>> torch.equal(a, torch.rand(2))
    True
    """
    default_generator.set_state(new_state)


@contextlib.contextmanager
def fork_rng(
    devices: Any = None,
    enabled: bool = True,
    _caller: str = "fork_rng",
    _devices_kw: str = "devices",
    device_type: str | None = None,
) -> Iterator[None]:
    """What is drawn inside does not move the global stream.

    device_type="meta" changes nothing, as in PyTorch; the options for other devices have nothing to do here.

    >>> _ = torch.manual_seed(0)
    >>> with torch.random.fork_rng(devices=[]):
    ...     a = torch.rand(2)
    ...
    >>> torch.equal(a, torch.rand(2))  # as if nothing had been drawn
    True
    """
    before = default_generator.state
    try:
        yield
    finally:
        if enabled and device_type != "meta":
            default_generator.state = before
