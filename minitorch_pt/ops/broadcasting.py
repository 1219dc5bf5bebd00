"""Broadcasting: axes of size 1, and new ones, shown as often as another shape asks for, without copying.

The gradient of what was shown several times is summed: the engine does that, see `fit` in `autograd/walk.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays.dtypes import TITLES
from ..arrays.size import size_of
from ..autograd.contract import composed
from ..autograd.rule import array, differentiable
from .axes import sizes

if TYPE_CHECKING:
    from ..autograd.contract import Array, Pulled, Size, Tensor, Tensors


__all__ = [
    "broadcast_shapes",
    "broadcast_tensors",
    "broadcast_to",
    "expand",
    "expand_as",
]


@differentiable(linear=True, view=True, name="ExpandBackward0")
def _expand(input: Array, shape: tuple[int, ...]) -> Pulled:
    value = np.broadcast_to(input, shape)
    if type(value) is np.ndarray and array(input).flags.writeable:
        value.flags.writeable = True  # an expanded tensor may be written to where that changes no element twice
    return value, lambda g: g  # the engine sums it down


def check_sizes(first: tuple[int, ...], second: tuple[int, ...]) -> None:
    """Raise RuntimeError unless two shapes broadcast."""
    for i, (a, b) in enumerate(zip(reversed(first), reversed(second), strict=False), 1):
        if a != b and 1 not in (a, b):
            raise RuntimeError(
                f"The size of tensor a ({a}) must match the size of tensor b ({b}) at non-singleton dimension "
                f"{max(len(first), len(second)) - i}: shapes {list(first)} and {list(second)} do not broadcast"
            )


def check_expansion(target: tuple[int, ...], before: tuple[int, ...], kind: np.dtype) -> None:
    """Raise RuntimeError unless an array of a shape and type can be shown with these sizes; -1 keeps a size."""
    added = len(target) - len(before)
    if added < 0:
        raise RuntimeError(
            f"expand(torch.{TITLES[kind.name]}Tensor{{{list(before)}}}, size={list(target)}): the number of sizes provided ({len(target)}) "
            f"must be greater or equal to the number of dimensions in the tensor ({len(before)})"
        )
    for i, (n, old) in enumerate(zip(target[added:], before, strict=True), added):
        if n != -1 and old not in (1, n):
            raise RuntimeError(
                f"The expanded size of the tensor ({n}) must match the existing size ({old}) at non-singleton dimension {i}.  "
                f"Target sizes: {list(target)}.  Tensor sizes: {list(before)}"
            )


@composed
def expand(input: Tensor, *size: Size) -> Tensor:
    """Axes of size 1 shown as often as `size` says, without copying; -1 keeps a size; new axes come first.

    Raises:
        RuntimeError: an axis of another size than 1 would have to change.

    >>> torch.tensor([[1], [2]]).expand(2, 3)
    tensor([[1, 1, 1],
            [2, 2, 2]])
    """
    target = sizes(size)
    before = tuple(input.shape)
    check_expansion(target, before, array(input).dtype)
    padded = (-1,) * (len(target) - len(before)) + before
    full = []
    for i, (n, old) in enumerate(zip(target, padded, strict=True)):
        if n == -1 and old == -1:
            raise RuntimeError(
                f"The expanded size of the tensor (-1) isn't allowed in a leading, non-existing dimension {i}"
            )
        full.append(old if n == -1 else n)
    return _expand(input, tuple(full))


@composed
def broadcast_to(input: Tensor, *size: Size) -> Tensor:
    """`expand` to exactly this shape.

    >>> torch.broadcast_to(torch.tensor([1, 2]), (2, 2))
    tensor([[1, 2],
            [1, 2]])
    """
    return expand.method(input, *size)  # type: ignore[attr-defined]


@composed
def expand_as(input: Tensor, other: Tensor) -> Tensor:
    """`expand` to the shape of `other`.

    >>> torch.tensor([[1], [2]]).expand_as(torch.zeros(2, 3))
    tensor([[1, 1, 1],
            [2, 2, 2]])
    """
    return expand(input, tuple(other.shape))


@composed
def broadcast_shapes(*shapes: Size) -> Any:
    """The shape to which all these broadcast.

    Raises:
        RuntimeError: they do not.

    >>> torch.broadcast_shapes((3, 1), (4,), (1, 1))
    torch.Size([3, 4])
    """
    given = [tuple(s) if not isinstance(s, int) else (s,) for s in shapes]
    try:
        return size_of(np.broadcast_shapes(*given))
    except ValueError:
        raise RuntimeError(
            f"Shape mismatch: objects cannot be broadcast to a single shape: {', '.join(map(str, given))}; counted from the right, sizes must be equal or 1"
        ) from None


@composed
def broadcast_tensors(*tensors: Tensor | Tensors) -> tuple:
    """All tensors expanded to their common shape; those that have it are returned as they are.

    Raises:
        RuntimeError: the shapes do not broadcast.

    >>> torch.broadcast_tensors(torch.tensor([[1], [2]]), torch.tensor([5, 6]))
    (tensor([[1, 1],
            [2, 2]]), tensor([[5, 6],
            [5, 6]]))
    """
    tensors = tuple(tensors[0]) if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else tensors
    shape: Any = ()
    for x in tensors:
        check_sizes(shape, tuple(x.shape))
        shape = broadcast_shapes(shape, tuple(x.shape))
    return tuple(x if tuple(x.shape) == shape else expand(x, shape) for x in tensors)
