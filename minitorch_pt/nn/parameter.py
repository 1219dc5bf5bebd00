"""Parameter and Buffer: the tensors that a Module registers when they are set as its attributes."""

from __future__ import annotations

import numpy as np

from ..autograd.graph import Handle
from ..tensor import Tensor

__all__ = ["Buffer", "Parameter"]


class Parameter(Tensor):
    """A tensor that a module learns: set as an attribute, it appears in `module.parameters()`.

    Raises:
        RuntimeError: `data` is of a type that cannot require grad, and requires_grad is not False.
    """

    __slots__ = ()

    def __init__(self, data: Tensor | None = None, requires_grad: bool = True) -> None:
        self._hold(np.zeros(0, np.float32) if data is None else data._data)
        self.requires_grad = requires_grad

    def __repr__(self) -> str:
        from ..printing import tensor_repr

        return "Parameter containing:\n" + tensor_repr(self)


class Buffer(Tensor):
    """A tensor that belongs to a module's state but is not learnt: set as an attribute, it appears in `module.buffers()`."""

    __slots__ = ()

    def __init__(self, data: Tensor | None = None, *, persistent: bool = True) -> None:
        self._hold(np.zeros(0, np.float32) if data is None else data._data)
        self.persistent = persistent


# what is computed from them is a Tensor
Parameter._makes = Buffer._makes = Tensor
RemovableHandle = Handle
