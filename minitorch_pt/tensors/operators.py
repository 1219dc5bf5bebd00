"""What operators do with a tensor: arithmetic, comparisons, x[i] and x[i] = y.

A rule in `ops/` is written once; a line here makes it `+` and `+=`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from .. import ops
from ..autograd import changes, graph
from ..autograd.contract import method
from ..autograd.inplace import apply_inplace, inplace
from ..autograd.modes import recording
from ..autograd.takeovers import asked_of, default, hand_over, takes_over
from ..ops.elementwise.arithmetic import reciprocal_times, rsub_number
from ..ops.indexing import assign, replaced, target

if TYPE_CHECKING:
    from .tensor import Tensor


_OPERANDS: tuple = (bool, int, float, np.number, np.bool_)  # and Tensors, as soon as there are any


def _other(operation: Callable, self: Any, other: Any) -> Any:
    """What an operator gives for an operand that it does not know: that may take over."""
    return method(operation)(self, other) if takes_over(type(other)) else NotImplemented  # type: ignore[arg-type]


def operator(operation: Callable) -> Callable[[Any, Any], Tensor]:
    """An operation as a binary operator: leaves operands that it does not know to the other side."""

    def operated(self: Any, other: Any) -> Any:
        return operation(self, other) if isinstance(other, _OPERANDS) else _other(operation, self, other)

    return operated


def _equals(self: Any, other: Any) -> Any:
    """`==` compares with an array as well, alone among the comparisons, as torch's does."""
    if isinstance(other, np.ndarray) and other.dtype.kind in "biuf":
        other = graph.wrap(other)
    return ops.eq(self, other) if isinstance(other, _OPERANDS) else _other(ops.eq, self, other)


def _divided(self: Any, other: Any) -> Any:
    """other / self, where other may be an array."""
    if isinstance(other, np.ndarray):
        return ops.reciprocal(self) * other
    return reciprocal_times(self, other) if isinstance(other, _OPERANDS) else NotImplemented


def _no_array(sign: str) -> NoReturn:
    raise TypeError(
        f"unsupported operand type(s) for {sign}: 'numpy.ndarray' and 'Tensor'; torch.from_numpy() makes a Tensor of the array"
    )


def reflected(operation: Callable, alone: Any = NotImplemented, sign: str = "") -> Callable[[Any, Any], Tensor]:
    """An operation as the operator of the right side: `1 - x`.

    alone: what a program gets that calls it by hand without a tensor. sign: the operator, of those that arrays too are often given to.
    """

    def operated(self: Any, other: Any) -> Any:
        if not isinstance(self, Operators):
            return alone(self) if callable(alone) else alone
        if isinstance(other, _OPERANDS):
            return operation(self, other)
        if sign and type(other) is np.ndarray:
            _no_array(sign)
        return _other(operation, self, other)

    return operated


def _no_tensor(self: Any) -> NoReturn:
    raise TypeError(f"an operator of Tensor was called on a {type(self).__name__}; its first operand must be a Tensor")


def swapped(operation: Callable) -> Callable:
    """The operation with the operands in the other order: 1 / x."""
    return lambda self, other: operation(other, self)


class Operators:
    """The part of Tensor that is operators."""

    __slots__ = ()
    _data: np.ndarray
    requires_grad: Any

    __torch_function__: Any = classmethod(default)
    __array_priority__ = 1000  # array * tensor is left to the tensor, which refuses it, as torch's does
    __neg__, __pos__, __abs__ = method(ops.neg), method(ops.positive), method(ops.abs)

    def __invert__(self: Any) -> Tensor:
        if self._data.dtype.kind == "f":
            raise TypeError(
                "~ (operator.invert) is only implemented on integer and Boolean-type tensors; for others there is logical_not()"
            )
        return ops.bitwise_not(self)

    __add__, __radd__, __iadd__ = operator(ops.add), reflected(ops.add, _no_tensor, "+"), operator(inplace(ops.add))
    __sub__, __rsub__, __isub__ = operator(ops.sub), reflected(rsub_number, sign="-"), operator(inplace(ops.sub))
    __mul__, __rmul__, __imul__ = operator(ops.mul), reflected(ops.mul, _no_tensor, "*"), operator(inplace(ops.mul))
    __rdiv__ = _divided
    __truediv__, __rtruediv__, __itruediv__ = (
        operator(ops.true_divide),
        _divided,
        operator(inplace(ops.true_divide)),
    )
    __floordiv__, __rfloordiv__, __ifloordiv__ = (
        operator(ops.floor_divide),
        reflected(swapped(ops.floor_divide)),
        operator(inplace(ops.floor_divide)),
    )
    __mod__, __rmod__, __imod__ = (
        operator(ops.remainder),
        reflected(swapped(ops.remainder)),
        operator(inplace(ops.remainder)),
    )
    __pow__, __rpow__, __ipow__ = operator(ops.pow), reflected(swapped(ops.pow)), operator(inplace(ops.pow))
    __and__, __rand__, __iand__ = (
        operator(ops.bitwise_and),
        reflected(ops.bitwise_and, _no_tensor),
        operator(inplace(ops.bitwise_and)),
    )
    __or__, __ror__, __ior__ = (
        operator(ops.bitwise_or),
        reflected(ops.bitwise_or, _no_tensor),
        operator(inplace(ops.bitwise_or)),
    )
    __xor__, __rxor__, __ixor__ = (
        operator(ops.bitwise_xor),
        reflected(ops.bitwise_xor, _no_tensor),
        operator(inplace(ops.bitwise_xor)),
    )
    __lshift__, __ilshift__ = operator(ops.bitwise_left_shift), operator(inplace(ops.bitwise_left_shift))
    __rshift__, __irshift__ = operator(ops.bitwise_right_shift), operator(inplace(ops.bitwise_right_shift))
    __rlshift__, __rrshift__ = (
        reflected(swapped(ops.bitwise_left_shift)),
        reflected(swapped(ops.bitwise_right_shift)),
    )
    __eq__, __ne__ = _equals, operator(ops.ne)  # type: ignore[assignment]  # Tensors where object's give bools
    __lt__, __le__, __gt__, __ge__ = operator(ops.lt), operator(ops.le), operator(ops.gt), operator(ops.ge)
    __getitem__ = method(ops.getitem)

    def __setitem__(self, index: Any, value: Any) -> None:
        try:
            if not recording.on or not (self.requires_grad or (isinstance(value, Operators) and value.requires_grad)):
                assign(self._data, index, value)
                changes.changed(self._data)
                return
            part, arrays, value = target(self, index, value)  # type: ignore[arg-type]  # itself a Tensor
        except (IndexError, TypeError):
            classes = asked_of(index, value)
            if not classes:
                raise
            hand_over(Operators.__setitem__, classes, (self, index, value), {})
            return
        if arrays:
            apply_inplace(part, replaced, (value, arrays), {}, overlap=True)
        elif part is not None and (value._data.ndim or not part._data.ndim):
            part.copy_(value)
        elif part is not None:
            part.fill_(value)

    def __delitem__(self, index: Any) -> None:
        raise TypeError("Tensor does not support deleting items; join the others with torch.cat()")

    def __matmul__(self: Any, other: Any) -> Tensor:
        return ops.matmul(self, other) if isinstance(other, Operators) else _other(ops.matmul, self, other)  # type: ignore[arg-type]

    def __rmatmul__(self: Any, other: Any) -> Tensor:
        if type(other) is np.ndarray:
            _no_array("@")
        return ops.matmul(other, self) if isinstance(other, Operators) or takes_over(type(other)) else NotImplemented  # type: ignore[arg-type]


for _name, _own in vars(Operators).items():  # as `__torch_function__` is told
    if getattr(_own, "__name__", "") in ("operated", "_divided", "_equals", "getitem"):
        _own.__name__ = _name
_OPERANDS = (Operators, *_OPERANDS)
