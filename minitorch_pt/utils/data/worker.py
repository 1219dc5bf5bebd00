"""The workers of a DataLoader. They read in turns and give what torch's processes give: each has its own data set and random streams."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ...random import default_generator

__all__ = ["Worker", "WorkerInfo", "get_worker_info"]


class WorkerInfo(NamedTuple):
    """What a worker knows of itself: its number, how many there are, the seed of its random numbers, its copy of the data set."""

    id: int
    num_workers: int
    seed: int
    dataset: Any


_current: WorkerInfo | None = None


def get_worker_info() -> WorkerInfo | None:
    """The worker that runs: for a data set's `__iter__` and `__getitem__`, and `worker_init_fn`. None outside of workers."""
    return _current


class Worker:
    """Runs functions as one of torch's processes would: on a copy of the data set, with random streams of its own.

    The copy is shallow: attributes that the worker sets are its own, what they hold is shared.
    """

    def __init__(self, id: int, num_workers: int, base_seed: int, dataset: Any, start: Callable | None) -> None:
        self.info = WorkerInfo(id, num_workers, base_seed + id, copy.copy(dataset))
        self._base_seed = base_seed
        self._streams: tuple | None = None  # where its random streams are, when it does not run
        if start is not None:
            self.run(start, id)

    def run(self, function: Callable, *args: Any) -> Any:
        """Call a function as this worker."""
        global _current
        program = _current, _streams()
        _current = self.info
        if self._streams is None:
            self._seed()
        else:
            _go_on(self._streams)
        try:
            return function(*args)
        finally:
            self._streams = _streams()
            _current = program[0]
            _go_on(program[1])

    def _seed(self) -> None:
        """torch's seeds of torch, random and NumPy."""
        random.seed(self.info.seed)
        default_generator.manual_seed(self.info.seed)
        low, high = self._base_seed & 0xFFFFFFFF, self._base_seed >> 32
        np.random.seed(np.random.SeedSequence([self.info.id, low, high, 0]).generate_state(4))


def _streams() -> tuple:
    return random.getstate(), np.random.get_state(), default_generator.state


def _go_on(streams: tuple) -> None:
    random.setstate(streams[0])
    np.random.set_state(streams[1])
    default_generator.state = streams[2]
