"""torch's first constructors, which many programs still use: torch.Tensor(2, 3), torch.FloatTensor([1, 2]), torch.LongTensor(array)."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..arrays import dtypes
from ..arrays.size import Size
from . import creation
from .device import on_cpu
from .tensor import Tensor, wrap

__all__ = ["set_default_tensor_type", *(f"{title}Tensor" for title in dtypes.TITLES.values())]


def elements(data: tuple, dtype: dtypes.dtype | None, device: Any = None) -> np.ndarray:
    """The array of Tensor(*data): sizes give a tensor that is not filled, a sequence its values, a tensor or fitting array its own memory.

    Raises:
        TypeError: none of these, or a tensor of another type than `dtype`.
    """
    if device is not None:
        on_cpu(device)
    kind = dtypes.get_default_dtype() if dtype is None else dtype
    if all(isinstance(n, (int, np.integer)) and not isinstance(n, bool) for n in data):
        return creation.empty(*data, dtype=kind)._data if data else np.empty(0, kind.dtype)
    if len(data) > 1:
        raise TypeError(
            f"new() received an invalid combination of arguments - got ({', '.join(type(d).__name__ for d in data)}); give sizes, as in "
            "Tensor(2, 3), or one sequence of values, as in Tensor([[1, 2], [3, 4]])"
        )
    (values,) = data
    if isinstance(values, Size):
        return creation.empty(values, dtype=kind)._data
    if isinstance(values, Tensor):
        if dtype is not None and values.dtype is not dtype:
            raise TypeError(f"expected a tensor of {dtype}, got one of {values.dtype}; convert it with .to({dtype})")
        return values._data
    if isinstance(values, np.ndarray) and values.dtype == kind.dtype:
        return values  # shared, as in torch
    if isinstance(values, str):
        raise TypeError(f"new(): invalid data type 'str': {values!r}; give a sequence of numbers")
    if not isinstance(values, (Sequence, np.ndarray)):  # a set has no order, and a dictionary would give its keys
        raise TypeError(
            f"new(): data must be a sequence (got {type(values).__name__}); torch.tensor({values!r}) takes one number"
        )
    return creation.tensor(values if isinstance(values, np.ndarray) else list(values), dtype=kind)._data


def set_default_tensor_type(t: Any, /) -> None:
    """`set_default_dtype` of the type that torch.DoubleTensor, or "torch.DoubleTensor", names.

    Raises:
        TypeError: no such type, or no floating point one.
    """
    warnings.warn("torch.set_default_tensor_type() is deprecated as of PyTorch 2.1, please use torch.set_default_dtype()", stacklevel=2)  # fmt: skip
    found = globals().get(t.removeprefix("torch.")) if isinstance(t, str) else t
    if not isinstance(found, tensortype):
        raise TypeError(
            f"invalid type object: {t!r} is none of torch.FloatTensor, torch.DoubleTensor, torch.HalfTensor"
        )
    dtypes.set_default_dtype(found.dtype)


class tensortype:
    """What torch.FloatTensor and its kin are: they make tensors of one type, and tell whether a tensor is of it.

    >>> import minitorch_pt as torch
    >>> torch.LongTensor([1, 2])
    tensor([1, 2])
    >>> isinstance(torch.ones(2), torch.FloatTensor), torch.FloatTensor(2, 3).shape
    (True, torch.Size([2, 3]))
    """

    def __init__(self, dtype: dtypes.dtype, name: str) -> None:
        self.dtype, self.__name__ = dtype, name

    def __call__(self, *data: Any, device: Any = None) -> Tensor:
        return wrap(elements(data, self.dtype, device))

    def __instancecheck__(self, instance: object) -> bool:
        return isinstance(instance, Tensor) and instance.dtype is self.dtype

    def __reduce__(self) -> str:
        return self.__name__

    def __repr__(self) -> str:
        return f"<class 'torch.{self.__name__}'>"


globals().update(
    {f"{title}Tensor": tensortype(getattr(dtypes, name), f"{title}Tensor") for name, title in dtypes.TITLES.items()}
)
