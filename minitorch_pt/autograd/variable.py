"""Variable: what a tensor with a gradient was called in torch's first years."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from . import graph

__all__ = ["Variable"]


class _AnyTensor(type):
    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, graph.Tensor)


class Variable(metaclass=_AnyTensor):
    """`Variable(data)` gives a leaf on the memory of `data`; every tensor is an instance."""

    def __new__(cls, data: Any = None, requires_grad: bool = False, volatile: bool | None = None) -> Any:
        if volatile is not None:
            warnings.warn(
                "volatile was removed and now has no effect. Use `with torch.no_grad():` instead.", stacklevel=2
            )
        if data is None:
            data = graph.wrap(np.empty(0, np.float32))
        if not isinstance(data, graph.Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {type(data).__name__}")
        return data.detach().requires_grad_(requires_grad)
