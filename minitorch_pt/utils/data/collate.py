"""Samples to batches: what a DataLoader does where it is given no `collate_fn`."""

from __future__ import annotations

import collections.abc
import copy
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ... import ops
from ...arrays import dtypes
from ...tensors import creation
from ...tensors.tensor import Tensor

__all__ = ["default_collate", "default_convert"]

# Packages say here how samples of their own classes become a batch: fn(batch, *, collate_fn_map)
default_collate_fn_map: dict[Any, Callable] = {}
np_str_obj_array_pattern = re.compile(r"[SaUO]")  # NumPy's types that are no numbers


def default_collate(batch: Sequence[Any]) -> Any:
    """Samples to a batch: tensors, arrays and numbers are stacked, tuples and dictionaries item by item, texts listed.

    Raises:
        TypeError: samples of another type. RuntimeError: samples of unequal size.

    >>> torch.utils.data.default_collate([(torch.tensor([1.0]), 2), (torch.tensor([3.0]), 4)])
    [tensor([[1.],
            [3.]]), tensor([2, 4])]
    """
    first = batch[0]
    for kind, collate in default_collate_fn_map.items():
        if isinstance(first, kind):
            return collate(batch, collate_fn_map=default_collate_fn_map)
    if isinstance(first, Tensor):
        return ops.stack(batch)
    if isinstance(first, np.ndarray) and first.dtype.kind not in "OSU":
        return ops.stack([creation.as_tensor(x) for x in batch])
    if isinstance(first, (np.bool_, np.number)):
        return creation.as_tensor(np.asarray(batch))
    if isinstance(first, float):
        return creation.tensor(batch, dtype=dtypes.float64)
    if isinstance(first, int):
        return creation.tensor(batch)
    if isinstance(first, (str, bytes)):
        return batch
    if isinstance(first, collections.abc.Mapping):
        return _like(first, {key: default_collate([sample[key] for sample in batch]) for key in first})
    if isinstance(first, tuple) and hasattr(first, "_fields"):
        return type(first)(*map(default_collate, zip(*batch, strict=False)))
    if isinstance(first, collections.abc.Sequence):
        if any(len(sample) != len(first) for sample in batch):
            raise RuntimeError(
                "each element in list of batch should be of equal size; give a collate_fn of your own for samples that differ"
            )
        return _like(first, [default_collate(items) for items in zip(*batch, strict=True)])
    raise TypeError(
        f"default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {getattr(first, 'dtype', type(first))}"
    )


def default_convert(data: Any) -> Any:
    """A sample that is not batched: arrays become tensors, in lists, tuples and dictionaries too; the rest stays.

    >>> import numpy as np
    >>> torch.utils.data.default_convert((1, np.zeros(1)))
    [1, tensor([0.], dtype=torch.float64)]
    """
    if isinstance(data, (np.ndarray, np.generic)) and data.dtype.kind not in "OSU":
        return creation.as_tensor(np.asarray(data))
    if isinstance(data, collections.abc.Mapping):
        return _like(data, {key: default_convert(value) for key, value in data.items()})
    if isinstance(data, tuple) and hasattr(data, "_fields"):
        return type(data)(*map(default_convert, data))
    if isinstance(data, collections.abc.Sequence) and not isinstance(data, (str, bytes)):
        return _like(data, [default_convert(value) for value in data])
    return data


def _like(first: Any, items: Any) -> Any:
    """The items in a collection like the first sample, which may have more to it than its items; of a tuple a list, as in torch."""
    if isinstance(first, tuple):
        return items
    try:
        if isinstance(first, collections.abc.MutableMapping):
            filled: Any = copy.copy(first)
            filled.update(items)
        elif isinstance(first, collections.abc.MutableSequence):
            filled = copy.copy(first)
            for i, item in enumerate(items):
                filled[i] = item
        else:
            make: Callable = type(first)
            filled = make(items)
        return filled
    except TypeError:  # it cannot be copied, changed or made so
        return items
