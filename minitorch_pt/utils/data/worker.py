"""The workers of a DataLoader. They read in turns and give what torch's processes give: each has its own data set and random streams."""

from __future__ import annotations

import queue
import random
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...autograd.modes import inference_mode, is_grad_enabled, is_inference_mode_enabled, set_grad_enabled
from ...tensors.generator import default_generator

__all__ = ["Worker", "WorkerInfo", "get_worker_info", "retold"]


@dataclass(frozen=True, slots=True)
class WorkerInfo:
    """What a worker knows of itself: its number, how many there are, the seed of its random numbers, its copy of the data set."""

    id: int
    num_workers: int
    seed: int
    dataset: Any
    rng: Any = None
    worker_method: str | None = "multiprocessing"


_current: WorkerInfo | None = None


def get_worker_info() -> WorkerInfo | None:
    """The worker that runs: for a data set's `__iter__` and `__getitem__`, and `worker_init_fn`. None outside of workers."""
    return _current


class Worker:
    """Reads as one of torch's processes would: from a copy of the data set, with random streams of its own.

    The copy is shallow: attributes that the worker sets are its own, what they hold is shared, and so is the rest of the program.

    start: `worker_init_fn`, or None. open: makes, of the worker's data set, the function that reads the batch of a key.
    timeout: how many seconds a batch may take; 0 for any.
    """

    def __init__(
        self, info: WorkerInfo, base_seed: int, start: Callable | None, open: Callable, timeout: float
    ) -> None:
        self.info, self._base_seed, self._start, self._open, self._timeout = info, base_seed, start, open, timeout
        self._fetch: Callable | None = None
        self._streams: tuple | None = None  # where its random streams are, when it does not run
        self._awaited: queue.SimpleQueue | None = None  # where a batch will arrive that took too long

    @property
    def late(self) -> bool:
        """Whether the last batch took too long: the next call waits for the same."""
        return self._awaited is not None

    def fetch(self, key: Any) -> Any:
        """The batch of a key; the first begins the worker.

        Raises:
            RuntimeError: the timeout is over. Whatever the data set, `worker_init_fn` and `collate_fn` raise.
        """
        return self._run(self._in_time if self._timeout else self._read, key)

    def reopen(self) -> None:
        """Begin the data set anew, if the worker has begun it."""
        if self._fetch is not None:
            self._fetch = self._run(self._open, self.info.dataset)

    def _read(self, key: Any) -> Any:
        if self._fetch is None:
            if self._start is not None:
                self._start(self.info.id)
            self._fetch = self._open(self.info.dataset)
        return self._fetch(key)

    def _in_time(self, key: Any) -> Any:
        """Read in a thread, to be able to give up. Python cannot end it: it reads on, and its batch waits for the next call."""
        modes = is_inference_mode_enabled(), is_grad_enabled()  # they are a thread's own

        def read(arrived: queue.SimpleQueue) -> None:
            with inference_mode(modes[0]), set_grad_enabled(modes[1]):
                try:
                    arrived.put((self._read(key), None))
                except BaseException as error:
                    arrived.put((None, error))

        if self._awaited is None:
            self._awaited = queue.SimpleQueue()
            threading.Thread(target=read, args=(self._awaited,), daemon=True).start()
        try:
            batch, error = self._awaited.get(timeout=self._timeout)
        except queue.Empty:
            raise RuntimeError(f"DataLoader timed out after {self._timeout} seconds") from None
        self._awaited = None
        if error is not None:
            raise error
        return batch

    def _run(self, function: Callable, *args: Any) -> Any:
        """Call a function as this worker."""
        global _current
        program = _current, _streams()
        try:
            _current = self.info
            if self._streams is None:
                self._seed()
            else:
                _go_on(self._streams)
            try:
                return function(*args)
            finally:
                self._streams = _streams()
        finally:
            _current = program[0]
            try:
                _go_on(program[1])
            except BaseException:  # Ctrl-C between two of the streams
                _go_on(program[1])
                raise

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


class _Lines(str):
    """A text of several lines that a KeyError shows as it is."""

    def __repr__(self) -> str:
        return str(self)


def retold(error: BaseException, worker: int) -> Exception:
    """A worker's error as torch tells it: of the same type, its traceback part of its message."""
    kind: Any = type(error)
    told = f"Caught {kind.__name__} in DataLoader worker process {worker}.\nOriginal {''.join(traceback.format_exception(error))}"
    try:
        if kind is KeyError:
            return KeyError(_Lines(told))
        return kind(message=told) if getattr(kind, "message", None) else kind(told)
    except Exception:  # a type that wants other arguments
        return RuntimeError(told)
