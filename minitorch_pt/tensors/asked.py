"""What a class of tensors that has a `__torch_function__` is asked before its instances answer, besides the operations.

The front desk of an operation finds such arguments by itself. What has no desk, as `x.shape`, `x.item()`, `x[0]` and `x.add_(1)`, is put
into the class when it is made, so that plain tensors pay nothing.
"""

from __future__ import annotations

import functools
from types import FunctionType
from typing import Any

from ..autograd import graph
from ..autograd.takeovers import answer, hand_over, switch, takers, takes_over

__all__ = ["handed", "names", "offer"]

# what an operator is called where it is handed over
_AS = {
    **{f"__{name}__": name for name in ["add", "sub", "mul", "matmul", "lt", "le", "gt", "ge", "ne", "neg", "abs"]},
    **{f"__i{name}__": f"{name}_" for name in ["add", "sub", "mul"]},
    "__radd__": "add", "__rmul__": "mul", "__rmatmul__": "matmul", "__truediv__": "div", "__itruediv__": "div_", "__mod__": "remainder",
    "__imod__": "remainder_", "__ifloordiv__": "floor_divide_", "__pos__": "positive", "__rand__": "bitwise_and", "__ror__": "bitwise_or", "__rxor__": "bitwise_xor", "__rtruediv__": "__rdiv__",
}  # fmt: skip
_REFLECTED = {f"__r{name}__" for name in "add sub mul truediv floordiv mod pow matmul and or xor lshift rshift".split()}
_BINARY = _REFLECTED | {name.replace("__r", "__", 1) for name in _REFLECTED}
_NEVER = (
    "__init__ __new__ __init_subclass__ __torch_function__ __hash__ __getattr__ __setattr__ __setstate__ "
    "__getstate__ __array_ufunc__ __array_function__ as_subclass"
).split()


@functools.cache
def names() -> dict[str, Any]:
    """The methods and properties of Tensor, as it finds them."""
    found: dict[str, Any] = {}
    for base in reversed(graph.Tensor.__mro__[:-1]):
        found.update(vars(base))
    return {
        name: own
        for name, own in found.items()
        if isinstance(own, (FunctionType, property)) and (name[0] != "_" or name[:2] == "__") and name not in _NEVER
    }


def handed(name: str) -> Any:
    """What is handed over for a method: of an operator, the method that does the same."""
    return names()[_AS.get(name, name)]


def _through(function: Any) -> Any:
    """A method that asks the classes of its arguments first."""

    @functools.wraps(function, updated=())
    def asked(self: Any, *args: Any, **kwargs: Any) -> Any:
        if switch.off:
            return function(self, *args, **kwargs)
        return hand_over(function, takers((self, *args, *kwargs.values())), (self, *args), kwargs)

    return asked


def _operator(name: str, own: Any, method: Any) -> Any:
    """An operator that asks first, and leaves its operands to the other side if all decline."""

    @functools.wraps(own, updated=())
    def asked(self: Any, other: Any) -> Any:
        if name in _REFLECTED and isinstance(self, type(other)):
            return NotImplemented  # Python asks the subclass first: the left side hands over, with the operands in their order
        if switch.off:
            return own(self, other)
        return answer(method, takers((self, other)), (self, other), {})

    return asked


@functools.cache
def _asking(name: str) -> Any:
    own = names()[name]
    if isinstance(own, property):
        parts = [
            None if part is None else getattr(own, at)
            for part, at in zip((own.fget, own.fset, own.fdel), ("__get__", "__set__", "__delete__"), strict=True)
        ]
        return property(*[part and _through(part) for part in parts])
    return _operator(name, own, handed(name)) if name in _BINARY else _through(handed(name))


def offer(cls: type) -> None:
    """Have a new class of tensors that takes over asked wherever it has Tensor's own methods and properties."""
    for name in names() if takes_over(cls) else ():
        owner = next(base for base in cls.__mro__ if name in vars(base))
        if owner in graph.Tensor.__mro__:
            setattr(cls, name, _asking(name))
