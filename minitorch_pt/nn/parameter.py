"""Parameter and Buffer: the tensors that a Module registers when they are set as its attributes."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from ..autograd.hooks import RemovableHandle as RemovableHandle
from ..tensors.tensor import Tensor, wrap

__all__ = ["Buffer", "Parameter"]


class _OrMarked(type(Tensor)):  # type: ignore[misc]  # what a class is made by
    """Has `isinstance` count a tensor of a class of its own that was made a Parameter, or a Buffer: it keeps its class and bears a mark."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return super().__instancecheck__(instance) or (
            isinstance(instance, Tensor) and cls in _MARKS and _MARKS[cls] in instance.__dict__
        )


class Parameter(Tensor, metaclass=_OrMarked):
    """A tensor that a module learns: set as an attribute, it appears in `module.parameters()`.

    Raises:
        RuntimeError: `data` is of a type that cannot require grad, and requires_grad is not False.

    >>> nn.Parameter(torch.ones(2))
    Parameter containing:
    tensor([1., 1.], requires_grad=True)
    >>> len(list(nn.Linear(3, 2).parameters()))
    2
    """

    __slots__ = ()

    def __new__(cls, data: Tensor | None = None, requires_grad: bool = True) -> Self:
        made: Any
        if data is not None and data._makes is not Tensor:
            made = data.detach().requires_grad_(requires_grad)
            made._is_param = True
            return made
        made = wrap(np.zeros(0, np.float32) if data is None else data._data, False, cls)
        made.requires_grad = requires_grad
        return made

    def __deepcopy__(self, memo: dict) -> Parameter:
        # unlike a tensor, it shares its memory with no other copy, and leaves its gradient behind
        if id(self) not in memo:
            memo[id(self)] = type(self)(self.data.clone(), self.requires_grad)
        return memo[id(self)]

    def __repr__(self) -> str:
        from ..tensors.printing import tensor_repr

        text = tensor_repr(self)
        return "Parameter containing:\n" + (text if type(self) is Parameter else f"Parameter({text})")

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._makes = Tensor  # what is computed from a parameter of any class is a Tensor


class Buffer(Tensor, metaclass=_OrMarked):
    """A tensor that belongs to a module's state but is not learnt: set as an attribute, it appears in `module.buffers()`.

    >>> module = nn.Module()
    >>> module.mean = nn.Buffer(torch.zeros(2))
    >>> module.state_dict()
    OrderedDict([('mean', tensor([0., 0.]))])
    """

    __slots__ = ()

    persistent: bool

    def __new__(cls, data: Tensor | None = None, *, persistent: bool = True) -> Self:
        made: Any
        if data is not None and data._makes is not Tensor:
            made = data.detach().requires_grad_(data.requires_grad)
            made._is_buffer, made.persistent = True, persistent
            return made
        made = wrap(np.zeros(0, np.float32) if data is None else data._data, False, cls)
        made.persistent = persistent
        return made


# what is computed from them is a Tensor
Parameter._makes = Buffer._makes = Tensor
_MARKS: dict[type, str] = {Parameter: "_is_param", Buffer: "_is_buffer"}
