"""Generator: a stream of random numbers (`stream/`), as torch shows it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import dtypes
from ..arrays.notices import hush
from ..stream import generator
from .device import CPU, device, on_cpu
from .tensor import Tensor, wrap

__all__ = ["Generator", "default_generator"]


class Generator(generator.Stream):
    """A stream of random numbers of its own: pass it as `generator=`.

    >>> torch.rand(2, generator=torch.Generator().manual_seed(0))
    tensor([0.4963, 0.7682])
    """

    def __init__(self, device: Any = "cpu") -> None:
        on_cpu(device)
        super().__init__()

    @property
    def device(self) -> device:
        """Always device(type='cpu')."""
        return CPU

    def manual_seed(self, seed: Any) -> Generator:
        """Start anew from this seed; returns the generator.

        Raises:
            RuntimeError: the seed is no whole number. ValueError: it is not in [-2**63, 2**64).
        """
        if not hasattr(seed, "__index__"):
            raise RuntimeError(f"manual_seed expected a long, but got {type(seed).__name__}: {seed!r}")
        self.seed_with(seed)
        return self

    def seed(self) -> int:
        """Start anew from a seed of the operating system, which is returned."""
        return self.entropy_seed()

    def initial_seed(self) -> int:
        """The seed of the last start."""
        return self._seed

    def get_state(self) -> Tensor:
        """The state as a tensor of 5,056 bytes, the same as torch's."""
        return wrap(np.frombuffer(self.state, np.uint8).copy())

    def set_state(self, new_state: Tensor) -> Generator:
        """Go on from a state of ours or of torch's.

        Raises:
            TypeError: not a uint8 tensor. RuntimeError: of another size.
        """
        if not isinstance(new_state, Tensor) or new_state.dtype is not dtypes.uint8:
            raise TypeError(
                f"expected a torch.ByteTensor, but got {new_state.type() if isinstance(new_state, Tensor) else type(new_state).__name__}"
            )
        self.state = new_state._data.tobytes()
        return self

    def clone_state(self) -> Generator:
        """Another generator in the same state."""
        return Generator().set_state(self.get_state())

    def __reduce__(self) -> tuple:
        return restored, (self.state,)


def restored(raw: bytes) -> Generator:
    """A generator in that state: what unpickling makes."""
    made = Generator()
    made.state = raw
    return made


# the one that draws where none is given; the operations of `ops/` that draw share it
default_generator: Generator = Generator()
default_generator.seed()
generator.default_generator = default_generator


def source(given: Any) -> Generator:
    """The generator to draw with: where all draws begin."""
    hush()
    if given is None:
        return default_generator
    if not isinstance(given, Generator):
        raise TypeError(f"argument 'generator' must be torch.Generator, not {type(given).__name__}")
    return given
