"""DataLoader: reads a data set in batches, in order or shuffled."""

from __future__ import annotations

import collections.abc
import functools
import itertools
import os
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic

import numpy as np

from ... import creation, dtypes, ops
from ...tensor import Tensor
from .dataset import Dataset, IterableDataset, T, TensorDataset
from .sampler import BatchSampler, RandomSampler, SequentialSampler, draw_seed
from .worker import Worker, get_worker_info

__all__ = ["DataLoader", "default_collate", "get_worker_info"]


def default_collate(batch: Sequence[Any]) -> Any:
    """Samples to a batch: tensors, arrays and numbers are stacked, tuples and dictionaries item by item, texts listed.

    Raises:
        TypeError: samples of another type. RuntimeError: samples of unequal size.

    >>> import minitorch_pt as torch
    >>> torch.utils.data.default_collate([(torch.tensor([1.0]), 2), (torch.tensor([3.0]), 4)])
    [tensor([[1.],
            [3.]]), tensor([2, 4])]
    """
    first = batch[0]
    if isinstance(first, Tensor):
        return ops.stack(batch)
    if isinstance(first, np.ndarray):
        return ops.stack([creation.as_tensor(x) for x in batch])
    if isinstance(first, np.generic):
        return creation.as_tensor(np.asarray(batch))
    if isinstance(first, float):
        return creation.tensor(batch, dtype=dtypes.float64)
    if isinstance(first, int):
        return creation.tensor(batch)
    if isinstance(first, (str, bytes)):
        return batch
    if isinstance(first, collections.abc.Mapping):
        joined = {key: default_collate([sample[key] for sample in batch]) for key in first}
        try:
            return type(first)(joined)  # type: ignore[call-arg]
        except TypeError:
            return joined
    if isinstance(first, tuple) and hasattr(first, "_fields"):
        return type(first)(*map(default_collate, zip(*batch, strict=True)))
    if isinstance(first, collections.abc.Sequence):
        if any(len(sample) != len(first) for sample in batch):
            raise RuntimeError(
                "each element in list of batch should be of equal size; give a collate_fn of your own for samples that differ"
            )
        return [default_collate(items) for items in zip(*batch, strict=True)]
    raise TypeError(
        f"default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {type(first)}"
    )


class DataLoader(Generic[T]):
    """Gives a data set in batches; iterate over it once for each epoch.

    shuffle: in a new random order each time. drop_last: leave out a last batch that is smaller. batch_size None: samples one by
    one. collate_fn: makes a batch of a list of samples. The random order is torch's own, from the global generator or the one given.
    num_workers: the batches are read as so many processes of torch's would read them, each with random streams of its own, but one after the
    other in the program's own process: see `worker.py`. timeout, in_order and multiprocessing_context have no effect.

    Raises:
        ValueError: options that contradict each other.

    >>> import minitorch_pt as torch
    >>> data = torch.utils.data.TensorDataset(torch.arange(5))
    >>> [batch[0].tolist() for batch in torch.utils.data.DataLoader(data, batch_size=2)]
    [[0, 1], [2, 3], [4]]
    """

    _ready = False  # once it is made, what it reads stays
    _team: list[Worker] | None = None  # persistent workers
    _told: int | None = None  # how many samples an iterable data set claims to have, once it was asked

    def __init__(self, dataset: Dataset[T] | Sequence[T], batch_size: int | None = 1, shuffle: bool | None = None, sampler: Any = None, batch_sampler: Any = None,
                 num_workers: int = 0, collate_fn: Callable | None = None, pin_memory: bool = False, drop_last: bool = False, timeout: float = 0,
                 worker_init_fn: Callable | None = None, multiprocessing_context: Any = None, generator: Any = None, *,
                 prefetch_factor: int | None = None, persistent_workers: bool = False, pin_memory_device: str = "",
                 in_order: bool = True) -> None:  # fmt: skip
        if num_workers < 0:
            raise ValueError(
                f"num_workers option should be non-negative; use num_workers=0 to disable multiprocessing. Got {num_workers}"
            )
        if timeout < 0:
            raise ValueError(f"timeout option should be non-negative, got {timeout}")
        if num_workers == 0 and prefetch_factor is not None:
            raise ValueError("prefetch_factor option could only be specified in multiprocessing. let num_workers > 0 to enable multiprocessing, otherwise set "
                             "prefetch_factor to None.")  # fmt: skip
        if prefetch_factor is not None and prefetch_factor < 0:
            raise ValueError(f"prefetch_factor option should be non-negative, got {prefetch_factor}")
        if persistent_workers and num_workers == 0:
            raise ValueError("persistent_workers option needs num_workers > 0")
        self._iterable = isinstance(dataset, IterableDataset)
        if self._iterable:
            if shuffle not in (False, None):
                raise ValueError(
                    f"DataLoader with IterableDataset: expected unspecified shuffle option, but got shuffle={shuffle}"
                )
            if sampler is not None or batch_sampler is not None:
                raise ValueError(
                    "DataLoader with IterableDataset: expected unspecified sampler and batch_sampler options: the data set has its own order"
                )
        if sampler is not None and shuffle:
            raise ValueError("sampler option is mutually exclusive with shuffle")
        if batch_sampler is not None:
            if batch_size != 1 or shuffle or sampler is not None or drop_last:
                raise ValueError(
                    "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last"
                )
            batch_size, drop_last = None, False
        elif batch_size is None and drop_last:
            raise ValueError("batch_size=None option disables auto-batching and is mutually exclusive with drop_last")
        if sampler is None:
            if self._iterable:
                sampler = itertools.repeat(None)
            else:
                sampler = RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)
        if batch_size is not None and batch_sampler is None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self._batches = batch_sampler is not None
        if collate_fn is None:
            collate_fn = default_collate if self._batches else _converted
        self.dataset, self.batch_size, self.sampler, self.batch_sampler = dataset, batch_size, sampler, batch_sampler
        self.num_workers, self.collate_fn, self.drop_last, self.generator = (
            num_workers,
            collate_fn,
            drop_last,
            generator,
        )
        self.prefetch_factor = 2 if num_workers and prefetch_factor is None else prefetch_factor
        self.timeout, self.worker_init_fn, self.pin_memory, self.persistent_workers = (
            timeout,
            worker_init_fn,
            pin_memory,
            persistent_workers,
        )
        self.in_order, self.multiprocessing_context, self.pin_memory_device = (
            in_order,
            multiprocessing_context,
            pin_memory_device,
        )
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        if num_workers > cores:
            warnings.warn(f"This DataLoader will create {num_workers} workers in total. Our suggested max number of worker in current system is "
                          f"{cores}; more of them do not read faster.", stacklevel=2)  # fmt: skip
        self._ready = True

    def __len__(self) -> int:
        if not self._iterable:
            return len(self.batch_sampler if self._batches else self.sampler)
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
        super().__setattr__(name, value)

    def __iter__(self) -> Iterator[Any]:
        if self.pin_memory and self.pin_memory_device:
            warnings.warn(f"pin_memory_device is deprecated, the current accelerator will be used as the device; {self.pin_memory_device!r} is ignored.", stacklevel=2)  # fmt: skip
        if self.pin_memory:
            warnings.warn("'pin_memory' argument is set as true but no accelerator is found, then device pinned memory won't be used.", stacklevel=2)  # fmt: skip
        keys: Iterator[Any] = iter(self.batch_sampler if self._batches else self.sampler)
        if self._team:  # persistent workers go on as they are
            batches = self._in_turns(self._team, keys)
        else:
            base_seed = draw_seed(self.generator)  # as torch does, whether there are workers or not
            if self.num_workers:
                team = [
                    Worker(i, self.num_workers, base_seed, self.dataset, self.worker_init_fn)
                    for i in range(self.num_workers)
                ]
                self._team = team if self.persistent_workers else None
                batches = self._in_turns(team, keys)
            else:
                batches = self._alone(self._fetcher(self.dataset), keys)
        return batches if self._told is None else self._counted(batches, self._told)

    def _alone(self, fetch: Callable, keys: Iterator[Any]) -> Iterator[Any]:
        for key in keys:
            try:
                batch = fetch(key)
            except _End:
                return
            yield batch

    def _in_turns(self, team: list[Worker], keys: Iterator[Any]) -> Iterator[Any]:
        """The batches of workers that read one after the other; a worker without samples is left out from then on."""
        fetchers = [worker.run(self._fetcher, worker.info.dataset) for worker in team]
        turns, active = itertools.cycle(range(len(team))), set(range(len(team)))
        orders: deque = deque()

        def order() -> None:
            for key in itertools.islice(keys, 1):
                orders.extend(itertools.islice(((i, key) for i in turns if i in active), bool(active)))

        for _ in range(len(team) * (self.prefetch_factor or 0)):
            order()

        def read() -> Iterator[Any]:
            while orders:
                i, key = orders.popleft()
                if i not in active:
                    continue
                try:
                    batch = team[i].run(fetchers[i], key)
                except _End:
                    active.remove(i)
                    order()
                    continue
                order()
                yield batch

        return read()

    def _counted(self, batches: Iterator[Any], told: int) -> Iterator[Any]:
        for count, batch in enumerate(batches, 1):
            if count > told:
                warnings.warn(f"Length of IterableDataset {self.dataset} was reported to be {told} (when accessing len(dataloader)), "
                              f"but {count} samples have been fetched.", stacklevel=2)  # fmt: skip
            yield batch

    def _fetcher(self, dataset: Any) -> Callable[[Any], Any]:
        """A function that makes the batch of a key of the sampler."""
        if not self._iterable:
            return functools.partial(self._fetch, dataset)
        samples = iter(dataset)

        def fetch(key: Any) -> Any:
            wanted = len(key) if self._batches else 1
            batch = list(itertools.islice(samples, wanted))
            if not batch or (self.drop_last and len(batch) < wanted):
                raise _End
            return self.collate_fn(batch if self._batches else batch[0])

        return fetch

    def _fetch(self, dataset: Any, key: Any) -> Any:
        if not self._batches:
            return self.collate_fn(dataset[key])
        if type(dataset) is TensorDataset and self.collate_fn is default_collate:
            # rows picked at once: what stacking the samples gives, 50 times as fast for batches of 64
            return [ops.getitem(t, creation.as_tensor(key, dtype=dtypes.int64)) for t in dataset.tensors]
        many = getattr(dataset, "__getitems__", None)
        return self.collate_fn(many(key) if callable(many) else [dataset[i] for i in key])


class _End(Exception):
    """An iterable data set has no more samples."""


def _converted(sample: Any) -> Any:
    """A sample that is not batched: arrays become tensors."""
    if isinstance(sample, (np.ndarray, np.generic)):
        return creation.as_tensor(np.asarray(sample))
    if isinstance(sample, collections.abc.Mapping):
        return {key: _converted(value) for key, value in sample.items()}
    if isinstance(sample, tuple) and hasattr(sample, "_fields"):
        return type(sample)(*map(_converted, sample))
    if isinstance(sample, tuple):
        return [_converted(value) for value in sample]
    return sample
