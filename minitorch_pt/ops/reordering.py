"""Reordering and repeating: turned round, rolled, tiled. The gradient puts each number back where it came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..arrays import layouts
from ..arrays.dtypes import TITLES
from ..autograd.contract import composed
from ..autograd.rule import array, differentiable, nondifferentiable, same
from .axes import from_front, sizes
from .broadcasting import expand
from .picking import take_slices
from .shape import compact, flatten, unsqueeze

if TYPE_CHECKING:
    from ..autograd.contract import Array, Dim, Dims, Pulled, Shape, Size, Tensor


__all__ = ["flip", "fliplr", "flipud", "repeat", "repeat_interleave", "roll", "rot90", "tile"]


@differentiable(linear=True, name="RepeatBackward0")
def _repeat(input: Array, reps: tuple[int, ...]) -> Pulled:
    shape = (1,) * (len(reps) - input.ndim) + tuple(input.shape)
    split = tuple(n for pair in zip(reps, shape, strict=True) for n in pair)
    before, axes = input.shape, tuple(range(0, len(split), 2))
    return np.tile(array(input), reps), lambda g: g.reshape(split).sum(axis=axes).reshape(before)


@composed
def repeat(input: Tensor, *repeats: Size) -> Tensor:
    """The tensor laid side by side as often as `repeats` says for each axis; new axes come first.

    Raises:
        RuntimeError: fewer numbers than axes, or a negative one.

    >>> torch.tensor([1, 2]).repeat(2, 2)
    tensor([[1, 2, 1, 2],
            [1, 2, 1, 2]])
    """
    reps = sizes(repeats)
    if len(reps) < input.ndim:
        raise RuntimeError(
            f"Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor: {len(reps)} < {input.ndim}"
        )
    if any(n < 0 for n in reps):
        raise RuntimeError(f"Trying to create tensor with negative dimension: repeats {list(reps)}")
    return _repeat(input, reps)


@composed
def tile(input: Tensor, *dims: Dims) -> Tensor:
    """`repeat`, where missing leading numbers count as 1.

    >>> torch.tile(torch.tensor([1, 2]), (2, 2))
    tensor([[1, 2, 1, 2],
            [1, 2, 1, 2]])
    """
    reps = sizes(dims)
    return repeat(input, (1,) * (input.ndim - len(reps)) + reps)


@composed
def repeat_interleave(
    input: Tensor, repeats: Tensor | int | None = None, dim: Dim | None = None, *, output_size: int | None = None
) -> Tensor:
    """Each element repeated, all the same number of times or as often as `repeats` says for it.

    With one argument, a vector of whole numbers: each place as often as its number says.

    Raises:
        RuntimeError: `repeats` is negative or not of the axis's length.

    >>> torch.repeat_interleave(torch.tensor([2, 0, 1]))
    tensor([0, 0, 2])
    """
    if repeats is None:
        return _places(input)
    if dim is None:
        input, dim = flatten(input), 0
    dim = from_front(dim, input.ndim)
    counts = np.asarray(array(repeats))
    if counts.dtype not in (np.int64, np.int32):
        raise NotImplementedError(
            f"repeat_interleave() needs repeats of int64 or int32, not {counts.dtype}; convert with .long()"
        )
    if counts.ndim > 1:
        raise RuntimeError(f"repeats must be 0-dim or 1-dim tensor, but it has shape {list(counts.shape)}")
    if (counts < 0).any():
        raise RuntimeError("repeats can not be negative")
    n = input.shape[dim]
    if isinstance(repeats, int):
        if output_size not in (None, n * repeats):
            raise RuntimeError(f"repeat_interleave: Invalid output_size, expected {n * repeats} but got {output_size}")
        wide = expand(unsqueeze(input, dim + 1), (*input.shape[: dim + 1], repeats, *input.shape[dim + 1 :]))
        return flatten(compact(wide), dim, dim + 1)
    if counts.size not in (1, n):
        raise RuntimeError(
            f"repeats must have the same size as input along dim, but got repeats.size(0) = {counts.size} and input.size({dim}) = {n}"
        )
    places = np.repeat(np.arange(n), counts.reshape(-1) if counts.size == n else counts.item())
    if output_size not in (None, len(places)):
        raise RuntimeError(
            f"allocated size does not match required size: output_size={output_size}, and there are {len(places)} repeats"
        )
    return take_slices.rule(input, places, dim)


@nondifferentiable
def _places(repeats: np.ndarray) -> Pulled:
    if repeats.ndim != 1:
        raise RuntimeError(f"repeat_interleave only accept 1D vector as repeat, got {repeats.ndim} dimensions")
    if repeats.dtype.kind == "f":
        raise NotImplementedError(
            f"\"repeat_interleave_cpu\" not implemented for '{TITLES[repeats.dtype.name]}'; convert with .long()"
        )
    if (repeats < 0).any():
        raise RuntimeError("repeats can not be negative")
    return np.repeat(np.arange(len(repeats)), repeats).astype(repeats.dtype)


@differentiable(linear=True, name="FlipBackward0")
def _flip(input: Array, dims: tuple[int, ...]) -> Pulled:
    return np.array(np.flip(array(input), dims)), lambda g: np.flip(g, dims)


@composed
def flip(input: Tensor, *dims: Dims) -> Tensor:
    """In reverse order along these axes; a copy.

    Raises:
        RuntimeError: an axis twice. IndexError: no such axis.

    >>> torch.flip(torch.tensor([[1, 2], [3, 4]]), (0, 1))
    tensor([[4, 3],
            [2, 1]])
    """
    axes = tuple(from_front(d, input.ndim) for d in sizes(dims))
    if len(set(axes)) < len(axes):
        raise RuntimeError(f"dim {max(axes, key=axes.count)} appears multiple times in the list of dims")
    return _flip(input, axes if input.ndim else ())


@composed
def fliplr(input: Tensor) -> Tensor:
    """Columns in reverse order.

    >>> torch.fliplr(torch.tensor([[1, 2], [3, 4]]))
    tensor([[2, 1],
            [4, 3]])
    """
    if input.ndim < 2:
        raise RuntimeError(f"Input must be >= 2-d, got {input.ndim}-d.")
    return flip(input, (1,))


@composed
def flipud(input: Tensor) -> Tensor:
    """Rows in reverse order.

    >>> torch.flipud(torch.tensor([[1, 2], [3, 4]]))
    tensor([[3, 4],
            [1, 2]])
    """
    if input.ndim < 1:
        raise RuntimeError(f"Input must be >= 1-d, got {input.ndim}-d.")
    return flip(input, (0,))


@differentiable(linear=True)
def roll(input: Tensor, shifts: Size, dims: Dims | None = None) -> Pulled:
    """Moved along axes, what leaves at one end comes back at the other; without `dims` along all elements in order.

    Raises:
        RuntimeError: not as many shifts as axes.

    >>> torch.roll(torch.tensor([1, 2, 3, 4]), 1)
    tensor([4, 1, 2, 3])
    """
    if not isinstance(shifts, int):
        shifts = sizes(tuple(shifts))
    if dims is None or dims == ():
        if shifts == ():
            raise RuntimeError("`shifts` required")
        if not isinstance(shifts, int) and len(shifts) != 1:
            raise RuntimeError(f"shifts and dimensions must align. shifts: {len(shifts)}, dims:0")
        move = shifts if isinstance(shifts, int) else shifts[0]
        return np.roll(input, move), lambda g: np.roll(g, -move)
    move = (shifts,) if isinstance(shifts, int) else shifts
    axes = (dims,) if isinstance(dims, int) else tuple(dims)
    if not move:
        raise RuntimeError("`shifts` required")
    if len(move) != len(axes):
        raise RuntimeError(f"shifts and dimensions must align. shifts: {len(move)}, dims:{len(axes)}")
    if not input.ndim:
        raise IndexError(f"Dimension specified as {axes[0]} but tensor has no dimensions")
    if 0 in input.shape:  # torch does not look at the axes then
        return np.array(array(input)), same
    axes = tuple(from_front(d, input.ndim) for d in axes)
    return np.roll(input, move, axes), lambda g: np.roll(g, tuple(-m for m in move), axes)


@composed
def rot90(input: Tensor, k: int = 1, dims: Shape = (0, 1)) -> Tensor:
    """Turned by 90 degrees `k` times in the plane of two axes, from the first towards the second.

    Raises:
        RuntimeError: not two different axes.

    >>> torch.rot90(torch.tensor([[1, 2], [3, 4]]))
    tensor([[2, 4],
            [1, 3]])
    """
    if len(dims) != 2:
        raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(dims)}")
    if input.ndim < 2:
        raise RuntimeError(f"expected total dims >= 2, but got total dims = {input.ndim}")
    a, b = (from_front(d, input.ndim) for d in dims)
    if a == b:
        raise RuntimeError(f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}")
    return _rot90(input, k, (a, b))


@differentiable(linear=True, name="Rot90Backward0")
def _rot90(input: Array, k: int, axes: tuple[int, int]) -> Pulled:
    data, (a, b) = array(input), axes
    turned = [data, np.flip(data, b), np.flip(data, axes), np.flip(data, a)][k % 4]
    value = turned.copy() if k % 4 == 0 else layouts.placed(turned, layouts.preserved(data))
    return value.swapaxes(a, b) if k % 2 else value, lambda g: _rot90.rule(g, -k, axes)
