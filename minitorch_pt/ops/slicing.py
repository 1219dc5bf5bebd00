"""Parts of a tensor that are views: a slice, a range, windows, any strides. The gradient is put back into zeros."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ..arrays.storage import Place, looking, offset, owner, sliced
from ..autograd.inplace import put
from ..autograd.rule import array, differentiable
from .axes import from_front
from .picking import placed_at

if TYPE_CHECKING:
    from ..autograd.contract import Array, Dim, Pulled, QuietOut, Shape, Size, Tensor


__all__ = ["as_strided", "narrow", "narrow_copy", "select", "unfold"]


@differentiable(linear=True, view=True)
def select(input: Tensor, dim: Dim, index: int) -> Pulled:
    """The slice number `index` along an axis, without that axis.

    Raises:
        IndexError: no such axis or slice.

    >>> torch.select(torch.tensor([[1, 2], [3, 4]]), 1, 0)
    tensor([1, 3])
    """
    if input.ndim == 0:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    dim = from_front(dim, input.ndim)
    n = input.shape[dim]
    if not -n <= index < n:
        raise IndexError(
            f"select(): index {index} out of range for tensor of size {list(input.shape)} at dimension {dim}"
        )
    place, shape = (slice(None),) * dim + (int(index), ...), input.shape
    return input[place], lambda g: placed_at.rule(g, place, shape)


@differentiable(linear=True, view=True, name="SliceBackward0")
def narrow(input: Tensor, dim: Dim, start: Tensor | int, length: int) -> Pulled:
    """`length` slices along an axis from `start` on.

    Raises:
        IndexError: no such axis. RuntimeError: the range leaves it.

    >>> torch.narrow(torch.tensor([10, 20, 30, 40]), 0, 1, 2)
    tensor([20, 30])
    """
    if input.ndim == 0:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    if isinstance(start, np.ndarray) and (start.ndim or start.dtype.kind not in "iu"):
        raise RuntimeError(
            f"start must be an 0-dim integral Tensor. Got shape {list(start.shape)} of {start.dtype.name}"
        )
    dim, start = from_front(dim, input.ndim), int(start)
    n = input.shape[dim]
    if length < 0:
        raise RuntimeError(f"narrow(): length must be non-negative. Got {length}.")
    if not -n <= start <= n:
        raise IndexError(f"start out of range (expected to be in range of [{-n}, {n}], but got {start})")
    start = start + n if start < 0 else start
    if start + length > n:
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({n}).")
    index, shape = (slice(None),) * dim + (slice(start, start + length),), input.shape
    return sliced(input, index), lambda g: placed_at.rule(g, index, shape)


@differentiable(linear=True)
def narrow_copy(input: Tensor, dim: Dim, start: int, length: int, *, out: QuietOut | None = None) -> Pulled:
    """`narrow` as a copy.

    Raises:
        IndexError, RuntimeError: no such axis. RuntimeError: the range leaves it.

    >>> torch.narrow_copy(torch.tensor([10, 20, 30, 40]), 0, 1, 2)
    tensor([20, 30])
    """
    if dim >= max(input.ndim, 1):
        # torch's type here
        raise RuntimeError(f"Expected dim to be in [{-input.ndim}, {input.ndim - 1}], but got {dim}")
    value, back = narrow.__wrapped__(array(input), dim, start, length)  # type: ignore[attr-defined]
    return value.copy(), back


@differentiable(linear=True, view=True)
def unfold(input: Tensor, dimension: Dim, size: int, step: int) -> Pulled:
    """All windows of `size` along an axis, `step` apart, with the window as a new last axis.

    Raises:
        RuntimeError: the window is larger than the axis or negative, or step is not positive.

    >>> torch.arange(5).unfold(0, 3, 2)
    tensor([[0, 1, 2],
            [2, 3, 4]])
    """
    dim, shape = from_front(dimension, input.ndim), input.shape
    n = shape[dim] if shape else 1
    if size > n:
        raise RuntimeError(f"maximum size for tensor at dimension {dim} is {n} but size is {size}")
    if size < 0:
        raise RuntimeError(f"size is {size} but must be >= 0")
    if step <= 0:
        raise RuntimeError(f"step is {step} but must be > 0")
    data = array(input)
    windows, steps = [*shape, size], [*data.strides, data.strides[dim] if shape else data.itemsize]
    if shape:
        windows[dim], steps[dim] = (n - size) // step + 1, steps[dim] * step
    return looking(data, windows, steps), lambda g: _fold.rule(g, dim, size, step, shape)


@differentiable(linear=True, name="UnfoldBackwardBackward0")
def _fold(input: Array, dim: int, size: int, step: int, shape: tuple[int, ...]) -> Pulled:
    """The transpose of `unfold`: windows added up where they lay."""
    g = array(input)
    total = np.zeros(shape, g.dtype)
    if not shape:
        return (g.reshape(shape) if size else total), lambda h: unfold.rule(h, dim, size, step)
    for i in range(size):
        total[(slice(None),) * dim + (slice(i, i + step * (g.shape[dim] - 1) + 1, step),)] += g[..., i]
    return total, lambda h: unfold.rule(h, dim, size, step)


@differentiable(linear=True, view=True)
def as_strided(input: Tensor, size: Shape, stride: Size, storage_offset: int | None = None) -> Pulled:
    """A view of the memory with any shape and strides, in elements.

    Raises:
        RuntimeError: the view would leave the memory, or a stride is negative.

    >>> torch.as_strided(torch.arange(6), (2, 2), (3, 1))
    tensor([[0, 1],
            [3, 4]])
    """
    data = array(input)
    start = offset(data) // data.itemsize if storage_offset is None else storage_offset
    held = owner(data).nbytes // data.itemsize
    size, stride = tuple(size), tuple(stride)
    if len(size) != len(stride):
        raise RuntimeError("mismatch in length of strides and shape")
    if any(s < 0 for s in stride):
        raise RuntimeError(f"as_strided: Negative strides are not supported, got {list(stride)}")
    last = start + sum((n - 1) * s for n, s in zip(size, stride, strict=True))
    if math.prod(size) and (last >= held or start < 0):
        raise RuntimeError(
            f"setStorage: sizes {list(size)}, strides {list(stride)}, storage offset {start}, and itemsize {data.itemsize} requiring a storage "
            f"size of {(last + 1) * data.itemsize} are out of bounds for storage of size {owner(data).nbytes}"
        )
    value = looking(data, size, tuple(s * data.itemsize for s in stride), start * data.itemsize)
    place = Place(value, data)
    return value, lambda g: put.rule(g, place)
