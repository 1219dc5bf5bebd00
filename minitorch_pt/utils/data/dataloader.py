"""DataLoader: reads a data set in batches, in order or shuffled."""

from __future__ import annotations

import copy
import functools
import itertools
import multiprocessing.context
import os
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, NoReturn

from ... import ops
from ...arrays import dtypes
from ...tensors import creation
from ...tensors.tensor import Tensor
from .collate import default_collate, default_collate_fn_map, default_convert, stacked
from .dataset import Dataset, IterableDataset, T, TensorDataset
from .sampler import BatchSampler, RandomSampler, SequentialSampler, draw_seed
from .worker import Worker, WorkerInfo, get_worker_info, retold

__all__ = ["DataLoader", "default_collate", "default_convert", "get_worker_info"]


def _check_workers(num_workers: int, timeout: float, prefetch_factor: int | None, persistent_workers: bool) -> None:
    """Check what is said of the processes.

    Raises:
        ValueError: a negative number, or options that need processes without any.
    """
    if num_workers < 0:
        raise ValueError(
            f"num_workers option should be non-negative; use num_workers=0 to disable multiprocessing. Got {num_workers}"
        )
    if timeout < 0:
        raise ValueError(f"timeout option should be non-negative, got {timeout}")
    if num_workers == 0 and prefetch_factor is not None:
        raise ValueError(
            "prefetch_factor option could only be specified in multiprocessing. let num_workers > 0 to enable multiprocessing, otherwise set prefetch_factor to None."
        )
    if prefetch_factor is not None and prefetch_factor < 0:
        raise ValueError(f"prefetch_factor option should be non-negative, got {prefetch_factor}")
    if persistent_workers and num_workers == 0:
        raise ValueError("persistent_workers option needs num_workers > 0")


def _check_order(
    iterable: bool, batch_size: int | None, shuffle: bool | None, sampler: Any, batch_sampler: Any, drop_last: bool
) -> None:
    """Check that only one option says in which order, and in which batches, samples are read.

    Raises:
        ValueError: several do.
    """
    if iterable:
        if shuffle not in (False, None):
            raise ValueError(
                f"DataLoader with IterableDataset: expected unspecified shuffle option, but got shuffle={shuffle}"
            )
        for option, value in (("sampler", sampler), ("batch_sampler", batch_sampler)):
            if value is not None:
                raise ValueError(
                    f"DataLoader with IterableDataset: expected unspecified {option} option, but got {option}={value}: the data set has its own order"
                )
    if sampler is not None and shuffle:
        raise ValueError("sampler option is mutually exclusive with shuffle")
    if batch_sampler is not None:
        if batch_size != 1 or shuffle or sampler is not None or drop_last:
            raise ValueError(
                "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last"
            )
    elif batch_size is None and drop_last:
        raise ValueError("batch_size=None option disables auto-batching and is mutually exclusive with drop_last")


class DataLoader(Generic[T]):
    """Gives a data set in batches; iterate over it once for each epoch.

    shuffle: in a new random order each time. drop_last: leave out a last batch that is smaller. batch_size None: samples one by
    one. collate_fn: makes a batch of a list of samples. The random order is torch's own, from the global generator or the one given.
    num_workers: the batches are read as so many processes of torch's would read them, each with random streams of its own, but one after the
    other in the program's own process: see `worker.py`. worker_init_fn is called in each with its number. timeout: the seconds that a worker may
    take for a batch, or 0. persistent_workers: they go on in the next epoch. prefetch_factor: how far the sampler is read ahead for each.
    pin_memory, in_order and multiprocessing_context are checked and change nothing.

    Raises:
        ValueError: options that contradict each other.
        Whatever the data set, `collate_fn` and `worker_init_fn` raise; of a worker with its traceback as the message. RuntimeError: the timeout is over.

    >>> data = torch.utils.data.TensorDataset(torch.arange(5))
    >>> [batch[0].tolist() for batch in torch.utils.data.DataLoader(data, batch_size=2)]
    [[0, 1], [2, 3], [4]]
    """

    _ready = False  # once it is made, what it reads stays
    _iterator: _MultiProcessingDataLoaderIter | None = None  # persistent workers
    _told: int | None = None  # how many samples an iterable data set claims to have, once it was asked

    def __init__(
        self,
        dataset: Dataset[T] | Sequence[T],
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Any = None,
        batch_sampler: Any = None,
        num_workers: int = 0,
        collate_fn: Callable | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable | None = None,
        multiprocessing_context: Any = None,
        generator: Any = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
    ) -> None:
        _check_workers(num_workers, timeout, prefetch_factor, persistent_workers)
        self._iterable = isinstance(dataset, IterableDataset)
        _check_order(self._iterable, batch_size, shuffle, sampler, batch_sampler, drop_last)
        if batch_sampler is not None:
            batch_size, drop_last = None, False
        if sampler is None:
            if self._iterable:
                sampler = itertools.repeat(None)
            else:
                sampler = RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)
        if batch_size is not None and batch_sampler is None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        if collate_fn is None:
            collate_fn = default_convert if batch_sampler is None else default_collate
        self.dataset, self.batch_size, self.sampler, self.batch_sampler = dataset, batch_size, sampler, batch_sampler
        self.collate_fn, self.drop_last, self.generator = collate_fn, drop_last, generator
        self.num_workers, self.timeout, self.worker_init_fn = num_workers, timeout, worker_init_fn
        self.prefetch_factor = 2 if num_workers and prefetch_factor is None else prefetch_factor
        self.persistent_workers, self.multiprocessing_context = persistent_workers, multiprocessing_context
        self.in_order, self.pin_memory, self.pin_memory_device = in_order, pin_memory, pin_memory_device
        self._warn_of_many()
        self._ready = True

    def _warn_of_many(self) -> None:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        if self.num_workers > cores:
            warnings.warn(
                f"This DataLoader will create {self.num_workers} workers in total. Our suggested max number of worker in current system is {cores}; more of them do not read faster.",
                stacklevel=3,
            )

    @property
    def _auto_collation(self) -> bool:
        return self.batch_sampler is not None

    @property
    def _index_sampler(self) -> Any:
        return self.sampler if self.batch_sampler is None else self.batch_sampler

    def __len__(self) -> int:
        if not self._iterable:
            return len(self._index_sampler)
        self._told = n = len(self.dataset)  # type: ignore[arg-type]  # or Python says that it has none
        if self.batch_size is None:
            return n
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def __setattr__(self, name: str, value: Any) -> None:
        if self._ready and name in (
            "batch_size",
            "batch_sampler",
            "sampler",
            "drop_last",
            "dataset",
            "persistent_workers",
        ):
            raise ValueError(
                f"{name} attribute should not be set after {type(self).__name__} is initialized; make a new one"
            )
        super().__setattr__(name, _context(value, self.num_workers) if name == "multiprocessing_context" else value)

    def __iter__(self) -> Iterator[Any]:
        if not self.persistent_workers:
            return _MultiProcessingDataLoaderIter(self) if self.num_workers else _SingleProcessDataLoaderIter(self)
        if self._iterator is None:
            self._iterator = _MultiProcessingDataLoaderIter(self)
        else:
            self._iterator.reset(self)
        return self._iterator


class _BaseDataLoaderIter:
    """One reading of a loader's data set. An error of the data set does not end it: the next batch can be asked for, as in torch."""

    def __init__(self, loader: DataLoader) -> None:
        if loader.pin_memory and loader.pin_memory_device:
            warnings.warn(
                f"pin_memory_device is deprecated, the current accelerator will be used as the device; {loader.pin_memory_device!r} is ignored.",
                stacklevel=3,
            )
        if loader.pin_memory:
            warnings.warn(
                "'pin_memory' argument is set as true but no accelerator is found, then device pinned memory won't be used.",
                stacklevel=3,
            )
        self._loader, self._told, self._given = loader, loader._told, 0
        self._keys: Iterator[Any] = iter(loader._index_sampler)
        self._base_seed = draw_seed(loader.generator)  # as torch does, whether there are workers or not

    def __iter__(self) -> Iterator[Any]:
        return self

    def __len__(self) -> int:
        return len(self._loader._index_sampler)

    def __next__(self) -> Any:
        batch = self._next()
        self._given += 1
        if self._told is not None and self._given > self._told:
            warnings.warn(
                f"Length of IterableDataset {self._loader.dataset} was reported to be {self._told} (when accessing len(dataloader)), but {self._given} samples have been fetched.",
                stacklevel=2,
            )
        return batch

    def _next(self) -> Any:
        raise NotImplementedError

    def __reduce__(self) -> NoReturn:
        raise NotImplementedError(f"{type(self).__name__} cannot be pickled: pickle the DataLoader")


class _SingleProcessDataLoaderIter(_BaseDataLoaderIter):
    """A pass without workers."""

    def __init__(self, loader: DataLoader) -> None:
        super().__init__(loader)
        if loader.timeout:
            raise AssertionError(f"a timeout ({loader.timeout}) needs workers: let num_workers > 0")
        self._fetch = _fetcher(loader, loader.dataset)

    def _next(self) -> Any:
        try:
            return self._fetch(next(self._keys))
        except _End:
            raise StopIteration from None


class _MultiProcessingDataLoaderIter(_BaseDataLoaderIter):
    """A pass of workers that read one after the other; one without samples is left out from then on."""

    def __init__(self, loader: DataLoader) -> None:
        super().__init__(loader)
        if not loader.prefetch_factor:
            raise AssertionError("prefetch_factor must be greater than 0 where there are workers")
        loader._warn_of_many()
        n, seed, open = loader.num_workers, self._base_seed, functools.partial(_fetcher, loader)
        infos = [WorkerInfo(i, n, seed + i, copy.copy(loader.dataset)) for i in range(n)]
        self._team = [Worker(info, seed, loader.worker_init_fn, open, loader.timeout) for info in infos]
        self._begin()

    def reset(self, loader: DataLoader) -> None:
        """Begin anew with the same workers. What they were to read first they read, for their random streams are then torch's."""
        self._told, self._given = loader._told, 0
        while self._orders:
            i, key = self._orders.popleft()
            if i in self._active:
                try:
                    self._team[i].fetch(key)
                except _End:
                    self._active.remove(i)
                except Exception:  # an error in what nobody will see
                    pass
        for worker in self._team:
            worker.reopen()
        self._begin()

    def _begin(self) -> None:
        self._keys = iter(self._loader._index_sampler)  # once more: torch asks a sampler twice where there are workers
        self._turns, self._active = itertools.cycle(range(len(self._team))), set(range(len(self._team)))
        # who reads what: a sampler is asked so far ahead as torch's workers read, which its random numbers show
        self._orders: deque = deque()
        for _ in range(len(self._team) * self._loader.prefetch_factor):  # type: ignore[operator]
            self._order()

    def _order(self) -> None:
        for key in itertools.islice(self._keys, 1):
            if self._active:
                self._orders.append((next(i for i in self._turns if i in self._active), key))

    def _next(self) -> Any:
        while self._orders:
            i, key = self._orders[0]
            if i not in self._active:
                self._orders.popleft()
                continue
            try:
                batch, wrong = self._team[i].fetch(key), None
            except _End:
                self._active.remove(i)
                self._order()
                continue
            except SystemExit as error:
                raise RuntimeError(f"DataLoader worker {i} exited unexpectedly") from error
            except Exception as error:
                if self._team[i].late:
                    raise
                batch, wrong = None, retold(error, i)
            self._orders.popleft()
            self._order()
            if wrong is not None:
                raise wrong
            return batch
        raise StopIteration


class _End(Exception):
    """An iterable data set has no more samples."""


def _fetcher(loader: DataLoader, dataset: Any) -> Callable[[Any], Any]:
    """A function that makes the batch of a key of the sampler."""
    if not loader._iterable:
        return functools.partial(_fetch, loader, dataset)
    samples, ended = iter(dataset), False

    def fetch(key: Any) -> Any:
        nonlocal ended
        wanted = len(key) if loader._auto_collation else 1
        batch = [] if ended else list(itertools.islice(samples, wanted))
        ended = len(batch) < wanted
        if not batch or (loader.drop_last and ended):
            raise _End
        return loader.collate_fn(batch if loader._auto_collation else batch[0])

    return fetch


def _fetch(loader: DataLoader, dataset: Any, key: Any) -> Any:
    if not loader._auto_collation:
        return loader.collate_fn(dataset[key])
    usual = loader.collate_fn is default_collate and default_collate_fn_map.get(Tensor) is stacked
    if usual and type(dataset) is TensorDataset:
        # rows picked at once: what stacking the samples gives, 50 times as fast for batches of 64
        return [ops.getitem(t, creation.as_tensor(key, dtype=dtypes.int64)) for t in dataset.tensors]
    many = getattr(dataset, "__getitems__", None)
    return loader.collate_fn(many(key) if many else [dataset[i] for i in key])


def _context(given: Any, num_workers: int) -> Any:
    """How processes would be started: checked, for there are none here."""
    if given is None:
        return None
    if num_workers == 0:
        raise ValueError(
            f"multiprocessing_context can only be used with multi-process loading (num_workers > 0), but got num_workers={num_workers}"
        )
    if isinstance(given, str):
        known = multiprocessing.get_all_start_methods()
        if given not in known:
            raise ValueError(
                f"multiprocessing_context option should specify a valid start method in {known!r}, but got multiprocessing_context={given!r}"
            )
        return multiprocessing.get_context(given)
    if not isinstance(given, multiprocessing.context.BaseContext):
        raise TypeError(
            f"multiprocessing_context option should be a valid context object or a string specifying the start method, but got multiprocessing_context={given}"
        )
    return given
