"""Samples to batches: what a DataLoader does where it is given no `collate_fn`."""

from __future__ import annotations

import collections.abc
import copy
import functools
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ... import ops
from ...arrays import dtypes
from ...tensors import creation
from ...tensors.tensor import Tensor

__all__ = ["collate", "default_collate", "default_collate_fn_map", "default_convert", "stacked"]

np_str_obj_array_pattern = re.compile(r"[SaUO]")  # NumPy's types that are no numbers, as packages ask for them


def default_collate(batch: Sequence[Any]) -> Any:
    """Samples to a batch: tensors, arrays and numbers are stacked, tuples and dictionaries item by item, texts listed.

    What is made of samples of other types, `torch.utils.data._utils.collate.default_collate_fn_map` may be told: see `collate`.

    Raises:
        TypeError: samples of another type. RuntimeError: samples of unequal size.

    >>> torch.utils.data.default_collate([(torch.tensor([1.0]), 2), (torch.tensor([3.0]), 4)])
    [tensor([[1.],
            [3.]]), tensor([2, 4])]
    """
    return collate(batch, collate_fn_map=default_collate_fn_map)


def collate(batch: Sequence[Any], *, collate_fn_map: dict[Any, Callable] | None = None) -> Any:
    """Samples to a batch: what a function makes of those of its type, and collections of samples item by item.

    collate_fn_map: types, or tuples of types, and functions that are called as `fn(batch, collate_fn_map=collate_fn_map)`; the type
    of the first sample is looked for, then the first one that it is an instance of.

    Raises:
        TypeError: samples of another type. RuntimeError: samples of unequal size.

    >>> joined = {str: lambda batch, *, collate_fn_map: "+".join(batch)}
    >>> torch.utils.data._utils.collate.collate([{"name": "a"}, {"name": "b"}], collate_fn_map=joined)
    {'name': 'a+b'}
    """
    first, functions = batch[0], collate_fn_map or {}
    kind = type(first) if type(first) in functions else next((k for k in functions if isinstance(first, k)), None)
    if kind is not None:
        return functions[kind](batch, collate_fn_map=collate_fn_map)
    each = functools.partial(collate, collate_fn_map=collate_fn_map)
    if isinstance(first, collections.abc.Mapping):
        return _like(first, {key: each([sample[key] for sample in batch]) for key in first})
    if isinstance(first, tuple) and hasattr(first, "_fields"):
        return type(first)(*map(each, zip(*batch, strict=False)))
    if isinstance(first, collections.abc.Sequence):
        if any(len(sample) != len(first) for sample in batch):
            raise RuntimeError(
                "each element in list of batch should be of equal size; give a collate_fn of your own for samples that differ"
            )
        return _like(first, [each(items) for items in zip(*batch, strict=True)])
    raise _unknown(type(first))


def _unknown(kind: Any) -> TypeError:
    return TypeError(
        f"default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {kind}"
    )


def stacked(batch: Sequence[Tensor], *, collate_fn_map: Any = None) -> Tensor:
    """The tensors as one."""
    return ops.stack(batch)


def _from_arrays(batch: Sequence[np.ndarray], *, collate_fn_map: Any = None) -> Any:
    if batch[0].dtype.kind in "OSU":
        raise _unknown(batch[0].dtype)
    return collate([creation.as_tensor(array) for array in batch], collate_fn_map=collate_fn_map)


def _from_numbers(batch: Sequence[Any], *, collate_fn_map: Any = None) -> Tensor:
    return creation.as_tensor(np.asarray(batch))


def _from_floats(batch: Sequence[float], *, collate_fn_map: Any = None) -> Tensor:
    return creation.tensor(batch, dtype=dtypes.float64)


def _from_integers(batch: Sequence[int], *, collate_fn_map: Any = None) -> Tensor:
    return creation.tensor(batch)


def _as_they_are(batch: Any, *, collate_fn_map: Any = None) -> Any:
    return batch


# what `default_collate` makes of samples that are no collections; programs add their types
default_collate_fn_map: dict[Any, Callable] = {
    Tensor: stacked,
    np.ndarray: _from_arrays,
    (np.bool_, np.number, np.object_): _from_numbers,
    float: _from_floats,
    int: _from_integers,
    str: _as_they_are,
    bytes: _as_they_are,
}


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
