"""Size: the shape of a tensor."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from typing import Any

__all__ = ["Size"]


class Size(tuple):
    """A tensor's shape: a tuple of whole numbers that prints as torch's and counts its elements. Parts and sums of it are Sizes too.

    Raises:
        TypeError: something else than whole numbers.

    >>> torch.Size([2, 3])[1:] + (4,)
    torch.Size([3, 4])
    """

    def __new__(cls, iterable: Iterable[Any] = (), /) -> Size:
        sizes = []
        for place, n in enumerate(iterable):
            try:
                sizes.append(int(operator.index(n)))
            except TypeError:
                raise TypeError(
                    f"torch.Size() takes an iterable of 'int' (item {place} is '{type(n).__name__}')"
                ) from None
        return super().__new__(cls, sizes)

    def numel(self) -> int:
        """The number of elements, the product of the sizes."""
        return math.prod(self)

    def __repr__(self) -> str:
        return f"torch.Size({list(self)})"

    def __reduce__(self) -> tuple:
        return Size, (tuple(self),)

    def __getitem__(self, index: Any) -> Any:
        part = super().__getitem__(index)
        return size_of(part) if isinstance(index, slice) else part

    def __add__(self, other: Any) -> Size:
        if not isinstance(other, tuple):
            raise TypeError(f"can only concatenate tuple (not {type(other).__name__}) to torch.Size")
        joined = super().__add__(other)
        return size_of(joined) if type(other) is Size else Size(joined)

    def __radd__(self, other: Any) -> Size:
        if not isinstance(other, tuple):
            return NotImplemented  # list += Size stays a list
        return Size(other) + self

    def __mul__(self, times: Any) -> Size:
        return size_of(super().__mul__(times))

    __rmul__ = __mul__


def size_of(shape: tuple[int, ...]) -> Size:
    """The Size of an array's shape, which needs no look at its numbers."""
    return tuple.__new__(Size, shape)
