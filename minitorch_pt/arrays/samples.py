"""What the floors below `torch.func` know of vmap: the outline of a sample in place of its array, and which maps are under way.

Inside vmap a tensor stands for one sample, and holds the values of all. Code that asks for its form (shape, type) is answered for the
sample; code that asks for values gets `NeedsValues`, and is run for each sample by itself (see `func/batched.py`).
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

__all__ = [
    "NeedsValues",
    "Outline",
    "active",
    "among",
    "before_drawing",
    "change",
    "composed",
    "draw",
    "function",
    "one_by_one",
]

active: list = []  # the levels of vmap that are open, in all threads


def _unset(*args: Any, **kwargs: Any) -> NoReturn:
    raise AssertionError("no vmap is under way")


# func/batched.py sets these: composed functions on samples, changes in place, and any function for one sample after the other
composed: Callable = _unset
change: Callable = _unset
one_by_one: Callable = _unset
function: Callable = _unset  # a user's Function
# func/randomness.py sets these: a look whether random words may be drawn, and a draw of a shape, for each sample or for all
before_drawing: Callable = _unset
draw: Callable = _unset


class NeedsValues(RuntimeError):
    """The values of a sample were asked for, which vmap does not give one by one."""

    def __init__(self, text: str = "") -> None:
        super().__init__(
            text
            or "vmap: It looks like you're calling .item() on a Tensor. We don't support vmap over calling .item() on a Tensor, please try to rewrite what "
            "you're doing with other operations: .tolist(), .numpy(), a size and an index ask for its values too."
        )


class Outline:
    """An array of which only the form is known."""

    __slots__ = ("dtype", "shape")
    __class__ = np.ndarray  # type: ignore[assignment]  # to isinstance; NumPy itself takes it for no array
    base, flags = None, np.empty((2, 2)).flags

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype) -> None:
        self.shape, self.dtype = shape, dtype

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return math.prod(self.shape)

    @property
    def itemsize(self) -> int:
        """Bytes per element."""
        return self.dtype.itemsize

    @property
    def nbytes(self) -> int:
        """Bytes of all elements."""
        return self.size * self.itemsize

    @property
    def strides(self) -> tuple[int, ...]:
        """Bytes between neighbours along each axis, as in a contiguous array."""
        return tuple(math.prod(self.shape[i + 1 :]) * self.itemsize for i in range(self.ndim))

    def __len__(self) -> int:
        return self.shape[0]

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise NeedsValues

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise NeedsValues

    __array__ = __array_ufunc__ = __array_function__ = __getitem__ = __setitem__ = __iter__ = __bool__ = __float__ = (
        __int__
    ) = _refuse
    __index__ = __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __add__ = __radd__ = __sub__ = __rsub__ = _refuse  # type: ignore[assignment]
    __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __pow__ = __rpow__ = __matmul__ = __rmatmul__ = __neg__ = (
        __invert__
    ) = _refuse
    __and__ = __rand__ = __or__ = __ror__ = __xor__ = __mod__ = __rmod__ = __floordiv__ = __contains__ = _refuse
    __hash__ = object.__hash__


def levels() -> list:
    """The levels that are open in this thread, outermost first."""
    here = threading.get_ident()
    return [level for level in active if level.thread == here]


def among(values: Any) -> bool:
    """Whether there is a sample among these values, or in a list among them."""
    return any(
        isinstance(getattr(v, "_data", None), Outline) or (isinstance(v, (list, tuple)) and among(v)) for v in values
    )
