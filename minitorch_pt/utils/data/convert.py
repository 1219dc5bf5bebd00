"""default_convert: what a DataLoader that makes no batches does with a sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ... import creation

__all__ = ["default_convert"]


def default_convert(data: Any) -> Any:
    """A sample with tensors in place of NumPy's arrays and numbers, also within dictionaries, lists and tuples.

    >>> import minitorch_pt as torch, numpy as np
    >>> torch.utils.data.default_convert({"x": np.ones(2), "name": "a"})
    {'x': tensor([1., 1.], dtype=torch.float64), 'name': 'a'}
    """
    if isinstance(data, (np.ndarray, np.generic)) and not isinstance(data, (str, bytes)):
        return data if data.dtype.kind in "SUO" else creation.as_tensor(np.asarray(data))
    if isinstance(data, Mapping):
        converted: Any = {key: default_convert(value) for key, value in data.items()}
        return _like(data, converted)
    if isinstance(data, tuple) and hasattr(data, "_fields"):
        return type(data)(*map(default_convert, data))
    if isinstance(data, tuple):
        return [default_convert(item) for item in data]  # as torch
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        return _like(data, [default_convert(item) for item in data])
    return data


def _like(data: Any, converted: Any) -> Any:
    """The converted items in a container of the sample's own type, where that takes them."""
    try:
        return type(data)(converted)
    except TypeError:
        return converted
