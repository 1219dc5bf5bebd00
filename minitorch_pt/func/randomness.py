"""Random numbers inside vmap: refused, the same for all samples, or different ones for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ..arrays import samples
from ..arrays.samples import NeedsValues
from .batched import Level, rewrapped

__all__ = ["at_once", "one_at_a_time"]


@contextmanager
def at_once(levels: list[Level]) -> Iterator[None]:
    """Inside, what is drawn is for all samples of these levels."""
    before = [level.whole for level in levels]
    try:
        for level in levels:
            level.whole = True
        yield
    finally:
        for level, whole in zip(levels, before, strict=True):
            level.whole = whole


@contextmanager
def one_at_a_time(level: Level) -> Iterator[None]:
    """Inside, what is drawn is for one sample of the level."""
    before, level.single = level.single, True
    try:
        yield
    finally:
        level.single = before


def _before_drawing() -> None:
    """Look whether random words may be drawn now.

    Raises:
        RuntimeError: under randomness="error", or "same" where the samples differ. NeedsValues: they are to be drawn for each sample.
    """
    for level in samples.levels():
        if level.randomness == "error":
            raise RuntimeError(
                "vmap: called random operation while in randomness error mode. Please either use the 'same' or 'different' randomness flags on vmap or perform the randomness operation out of vmap"
            )
        if level.randomness == "same" and level.single:
            raise RuntimeError(
                "vmap: called random operation with tensors that differ from sample to sample while in randomness same mode: use randomness='different'"
            )
        if level.randomness == "different" and not level.single and not level.whole:
            raise NeedsValues(
                "vmap: Cannot ask for different inplace randomness on an unbatched tensor. This will appear like same randomness. Make the tensor of a sample, by torch.empty_like or x.new_empty"
            )


def _draw(make: Callable, shape: tuple) -> Any:
    """make(shape), for each sample of the levels that want different ones."""
    apart = [
        level for level in samples.levels() if level.randomness == "different" and not level.single and not level.whole
    ]
    with at_once(apart):
        return rewrapped(make((*(level.size for level in apart), *shape)), apart)


samples.before_drawing, samples.draw = _before_drawing, _draw
