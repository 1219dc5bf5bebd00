"""Shape: the same numbers under other sizes and axes. The gradient has the shape from before.

Views share memory, exactly where torch's do: NumPy's strided views are torch's.
"""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING

import numpy as np

from ..arrays import dtypes, formats, layouts
from ..arrays.notices import warn
from ..arrays.storage import offset
from ..autograd.contract import composed
from ..autograd.rule import array, differentiable, nondifferentiable, same
from ..names.titles import alias
from .axes import from_front, reduced_axes, sizes
from .checks import need

if TYPE_CHECKING:
    from ..autograd.contract import Array, Dim, Dims, DType, MemoryFormat, Pulled, Shape, Size, Tensor


__all__ = [
    "adjoint", "clone", "contiguous", "flatten",
    "matrix_transpose", "moveaxis", "movedim", "permute", "permute_dims", "ravel", "reshape", "reshape_as", "reversed_axes", "squeeze",
    "swapaxes", "swapdims", "t", "transpose", "unflatten", "unsqueeze", "view", "view_as",
]  # fmt: skip


@functools.lru_cache(maxsize=256)  # a program's shapes are few, and come again and again
def _resolved(shape: tuple[int, ...], numel: int) -> tuple[int, ...]:
    """`shape` with its -1 worked out.

    Raises:
        RuntimeError: the sizes do not multiply to `numel`.
    """
    known, least = math.prod(shape), min(shape, default=0)
    if known == numel and least >= 0:
        return shape
    if shape.count(-1) > 1:
        raise RuntimeError(f"only one dimension can be inferred, and shape {list(shape)} has several -1")
    if least < -1:
        wrong = next(n for n in shape if n < -1)
        raise RuntimeError(f"invalid shape dimension {wrong}: sizes are 0 or more, or -1 once to have one worked out")
    if least == -1:
        if known == numel == 0:
            raise RuntimeError(
                f"cannot reshape tensor of {numel} elements into shape {list(shape)} because the unspecified dimension size -1 can be any value and is ambiguous"
            )
        if known and numel % known == 0:
            place = shape.index(-1)
            return (*shape[:place], numel // -known, *shape[place + 1 :])
    raise RuntimeError(
        f"shape '{list(shape)}' is invalid for input of size {numel}: the sizes must multiply to {numel}"
    )


@differentiable(linear=True, view=True)
def _view(input: Array, shape: tuple[int, ...]) -> Pulled:
    before = input.shape
    return input.reshape(shape), lambda g: g.reshape(before)


# the names that torch gives to what `reshape` does to a tensor that is not contiguous
_alias = differentiable(_view.__wrapped__, linear=True, view=True, name="ReshapeAliasBackward0")
_copied_view = differentiable(_view.__wrapped__, linear=True, name="UnsafeViewBackward0")


def _needs_copy(data: np.ndarray, shape: tuple[int, ...]) -> bool:
    """Whether no strides over the same memory give this shape."""
    try:
        np.reshape(data, shape, copy=False)
    except ValueError:
        return True
    return False


@composed
def view(input: Tensor, *size: Size | DType, dtype: DType | None = None) -> Tensor:
    """The same memory with another shape, or its bytes read as elements of another type: x.view(torch.int32).

    Raises:
        RuntimeError: the sizes do not multiply to the number of elements, or the memory's order does not allow it.

    >>> torch.arange(6).view(2, -1)
    tensor([[0, 1, 2],
            [3, 4, 5]])
    """
    if len(size) == 1 and isinstance(size[0], (dtypes.dtype, type)):
        dtype = dtypes.given(size[0])
    if not size and dtype is None:
        raise TypeError("view() takes sizes, x.view(2, -1), or a dtype, and got nothing")
    if dtype is not None:
        return _view_dtype(input, dtype.dtype)
    data = array(input)
    target = _resolved(sizes(size), data.size)
    if not data.flags.c_contiguous and _needs_copy(data, target):
        raise RuntimeError(
            "view size is not compatible with input tensor's size and stride (at least one dimension spans across two contiguous "
            f"subspaces). Use .reshape(...) instead. The shape is {list(input.shape)}, and {list(target)} is asked for."
        )
    return _view(input, target)


@nondifferentiable
def _view_dtype(input: Array, target: np.dtype) -> Pulled:
    if input.itemsize == target.itemsize:
        return input.view(target)
    titles = f"view {dtypes.TITLES[input.dtype.name]} as {dtypes.TITLES[target.name]} (different element sizes)"
    need(input.ndim > 0, f"self.dim() cannot be 0 to {titles}")
    steps = layouts.strides(input)
    need(steps[-1] == 1, f"self.stride(-1) must be 1 to {titles}, but got {steps[-1]}")
    n = target.itemsize // input.itemsize
    if n > 1:
        facts = {"size(-1)": input.shape[-1], "storage_offset()": offset(input) // input.itemsize}
        for what, number in {**facts, **{f"stride({d})": s for d, s in enumerate(steps[:-1])}}.items():
            need(number % n == 0, f"self.{what} must be divisible by {n} to {titles}, but got {number}")
    return input.view(target)


@composed
def reshape(input: Tensor, *shape: Size) -> Tensor:
    """The same elements with another shape: a view where the memory's order allows it, else a copy.

    Raises:
        RuntimeError: the sizes do not multiply to the number of elements.

    >>> torch.reshape(torch.arange(6), (2, -1))
    tensor([[0, 1, 2],
            [3, 4, 5]])
    """
    return _reshaped(input, _resolved(sizes(shape), array(input).size))


def _reshaped(input: Tensor, target: tuple[int, ...]) -> Tensor:
    data = array(input)
    if data.flags.c_contiguous:
        return _view(input, target)
    return (_copied_view if _needs_copy(data, target) else _alias)(input, target)


@composed
def view_as(input: Tensor, other: Tensor) -> Tensor:
    """`view` with the shape of `other`.

    >>> torch.arange(6).view_as(torch.zeros(2, 3))
    tensor([[0, 1, 2],
            [3, 4, 5]])
    """
    return view(input, tuple(other.shape))


@composed
def reshape_as(input: Tensor, other: Tensor) -> Tensor:
    """`reshape` with the shape of `other`.

    >>> torch.arange(6).reshape_as(torch.zeros(2, 3))
    tensor([[0, 1, 2],
            [3, 4, 5]])
    """
    return reshape(input, tuple(other.shape))


@composed
def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Axes `start_dim` to `end_dim` joined into one.

    Raises:
        IndexError: no such axis. RuntimeError: start_dim comes after end_dim.

    >>> torch.flatten(torch.tensor([[1, 2], [3, 4]]))
    tensor([1, 2, 3, 4])
    >>> torch.flatten(torch.zeros(2, 3, 4), start_dim=1).shape
    torch.Size([2, 12])
    """
    shape = array(input).shape
    start, end = from_front(start_dim, len(shape)), from_front(end_dim, len(shape))
    if start == end and shape:
        return input
    if start > end:
        raise RuntimeError(f"flatten() has invalid args: start_dim cannot come after end_dim: {start_dim}, {end_dim}")
    return _reshaped(input, (*shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :]))


@composed
def ravel(input: Tensor) -> Tensor:
    """All elements along one axis.

    >>> torch.ravel(torch.tensor([[1, 2], [3, 4]]))
    tensor([1, 2, 3, 4])
    """
    return reshape(contiguous(input), (-1,))


@composed
def unflatten(input: Tensor, dim: Dim, sizes: Shape) -> Tensor:
    """Axis `dim` split into several of these sizes, one of which may be -1.

    Raises:
        RuntimeError: the sizes do not multiply to the axis's. IndexError: no such axis.

    >>> torch.unflatten(torch.arange(6), 0, (2, 3))
    tensor([[0, 1, 2],
            [3, 4, 5]])
    """
    if input.ndim == 0:
        raise RuntimeError("unflatten: a tensor without axes has none to split")
    dim = from_front(dim, input.ndim)
    if len(sizes) == 0:
        raise RuntimeError("unflatten: sizes must be non-empty")
    shape = tuple(input.shape)
    try:
        inner = _resolved(tuple(sizes), shape[dim])
    except RuntimeError as error:
        why = "" if str(error).startswith("shape") else f": {error}"
        raise RuntimeError(
            f"unflatten: Provided sizes {list(sizes)} don't multiply up to the size of dim {dim} ({shape[dim]}) in the input tensor{why}"
        ) from None
    return _view(input, (*shape[:dim], *inner, *shape[dim + 1 :]))


def _squeeze_name(input: Array, dim: Dims | None = None) -> str:
    return "SqueezeBackward0" if dim is None else "SqueezeBackward1" if isinstance(dim, int) else "SqueezeBackward2"


@differentiable(linear=True, view=True, name=_squeeze_name)
def squeeze(input: Tensor, dim: Dims | None = None, *, out: Tensor | None = None) -> Pulled:
    """Without the axes of size 1, or without axis `dim` (or those of a tuple) if its size is 1.

    Raises:
        IndexError: no such axis.

    >>> torch.squeeze(torch.zeros(1, 3, 1)).shape
    torch.Size([3])
    >>> torch.squeeze(torch.zeros(1, 3, 1), 0).shape
    torch.Size([3, 1])
    """
    before = input.shape
    if isinstance(dim, int):
        axis = from_front(dim, len(before))
        if axis < len(before) and before[axis] == 1:
            return input[*(slice(None),) * axis, 0, ...], lambda g: g.reshape(before)
        axes = []
    elif dim is None:
        axes = [*range(input.ndim)]
    else:
        axes = [from_front(d, input.ndim) for d in dim]
        if len(axes) > 1:
            reduced_axes(dim, input.ndim)  # refuses an axis that is named twice
    drop = {d for d in axes if d < input.ndim and before[d] == 1}
    # not reshape: NumPy then gives other axes of size 1 strides of its own
    return input[*[0 if d in drop else slice(None) for d in range(len(before))], ...], lambda g: g.reshape(before)


@differentiable(linear=True, view=True)
def unsqueeze(input: Tensor, dim: Dim, *, out: Tensor | None = None) -> Pulled:
    """With a new axis of size 1 at `dim`.

    Raises:
        IndexError: `dim` is not in [-ndim - 1, ndim].

    >>> torch.unsqueeze(torch.tensor([1, 2]), 1)
    tensor([[1],
            [2]])
    """
    dim = from_front(dim, input.ndim + 1)
    before = input.shape
    return input[(slice(None),) * dim + (None,)], lambda g: g.reshape(before)


@differentiable(linear=True, view=True)
def transpose(input: Tensor, dim0: Dim, dim1: Dim) -> Pulled:
    """Two axes swapped.

    Raises:
        IndexError: no such axis.

    >>> torch.transpose(torch.zeros(2, 3, 4), 0, 2).shape
    torch.Size([4, 3, 2])
    """
    a, b = from_front(dim0, input.ndim), from_front(dim1, input.ndim)
    if input.ndim == 0:
        return input.view(), lambda g: g
    return input.swapaxes(a, b), lambda g: g.swapaxes(a, b)


swapdims = alias(transpose, "swapdims")


@composed
def swapaxes(input: Tensor, axis0: Dim, axis1: Dim) -> Tensor:
    """`transpose` by NumPy's name.

    >>> torch.swapaxes(torch.zeros(2, 3, 4), 0, 2).shape
    torch.Size([4, 3, 2])
    """
    return transpose(input, axis0, axis1)


@differentiable(linear=True, view=True, name="TBackward0")
def t(input: Tensor) -> Pulled:
    """The transpose of a matrix; vectors and numbers as they are.

    Raises:
        RuntimeError: more than two axes.

    >>> torch.t(torch.tensor([[1, 2], [3, 4]]))
    tensor([[1, 3],
            [2, 4]])
    """
    if input.ndim > 2:
        raise RuntimeError(
            f"t() expects a tensor with <= 2 dimensions, but self is {input.ndim}D; use transpose(dim0, dim1) or mT"
        )
    if input.ndim < 2:
        return input[...], same
    return input.T, lambda g: g.T


@composed
def matrix_transpose(input: Tensor) -> Tensor:
    """The last two axes swapped (the property mT); of no axes, itself, which torch deprecates.

    Raises:
        RuntimeError: one axis.

    >>> torch.adjoint(torch.tensor([[1, 2], [3, 4]]))
    tensor([[1, 3],
            [2, 4]])
    """
    if not input.ndim:
        warn("Tensor.mT is deprecated on 0-D tensors, of which it is the identity")
        return input
    if input.ndim < 2:
        raise RuntimeError(
            f"tensor.mT is only supported on matrices or batches of matrices. Got {input.ndim}-D tensor."
        )
    return transpose(input, -2, -1)


adjoint = alias(matrix_transpose, "adjoint")


@differentiable(linear=True, view=True)
def permute(input: Tensor, dims: Shape) -> Pulled:
    """The axes in another order.

    Raises:
        RuntimeError: not each axis once. IndexError: no such axis.

    >>> torch.zeros(2, 3, 4).permute(2, 0, 1).shape
    torch.Size([4, 2, 3])
    """
    if len(dims) != input.ndim:
        raise RuntimeError(
            "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of dimensions "
            f"i.e. input.dim() = {input.ndim} is not equal to len(dims) = {len(dims)}"
        )
    order = tuple([from_front(d, input.ndim) for d in dims])
    if len(set(order)) < len(order):
        raise RuntimeError(f"permute(): duplicate dims are not allowed, got {list(dims)}; name each axis once")
    return np.transpose(input, order), lambda g: np.transpose(g, [order.index(d) for d in range(len(order))])


@composed
def permute_dims(input: Tensor, *dims: Dims) -> Tensor:
    """`permute` with the axes as arguments: the method's form.

    >>> torch.zeros(2, 3, 4).permute(2, 0, 1).shape
    torch.Size([4, 2, 3])
    """
    return permute(input, sizes(dims))


def reversed_axes(input: Tensor) -> Tensor:
    """All axes in reverse order (the property T). Of other tensors than matrices, torch deprecates it."""
    if input.ndim != 2:
        warn(
            "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated: write `x.mT` to transpose "
            "matrices, or `x.permute(*range(x.ndim)[::-1])`"
        )
    return permute(input, tuple(range(input.ndim))[::-1])


@composed
def movedim(input: Tensor, source: Size, destination: Size) -> Tensor:
    """Axes moved from the places `source` to the places `destination`, the others in order.

    Raises:
        RuntimeError: lists of unequal length, or with repetitions. IndexError: no such axis.

    >>> torch.moveaxis(torch.zeros(2, 3, 4), 0, -1).shape
    torch.Size([3, 4, 2])
    """
    a = (source,) if isinstance(source, int) else tuple(source)
    b = (destination,) if isinstance(destination, int) else tuple(destination)
    if len(a) != len(b):
        raise RuntimeError(
            f"movedim: Invalid source or destination dims: source ({list(a)} dims) should contain the same number of dims as destination ({list(b)} dims)"
        )
    a, b = tuple(from_front(d, input.ndim) for d in a), tuple(from_front(d, input.ndim) for d in b)
    if not input.ndim:
        return input[...]
    for what, axes, given in (("source", a, source), ("destination", b, destination)):
        if len(set(axes)) < len(axes):
            raise RuntimeError(f"movedim: repeated dim in `{what}` ({[*given]})")  # type: ignore[misc]
    order = [d for d in range(input.ndim) if d not in a]
    for place, d in sorted(zip(b, a, strict=True)):
        order.insert(place, d)
    return permute(input, order)


moveaxis = alias(movedim, "moveaxis")


@differentiable(linear=True)
def clone(input: Tensor, *, memory_format: MemoryFormat | None = None) -> Pulled:
    """A copy, through which gradients flow.

    >>> x = torch.tensor([1, 2])
    >>> y = torch.clone(x)
    >>> y[0] = 9
    >>> x, y
    (tensor([1, 2]), tensor([9, 2]))
    """
    if memory_format is not None and memory_format is not formats.preserve_format:
        return NotImplemented, laid_out
    return np.array(array(input)), lambda g: g


@composed
def contiguous(input: Tensor, *, memory_format: MemoryFormat = formats.contiguous_format) -> Tensor:
    """Itself if its elements lie in memory in the order of their indices (or of `memory_format`), else a copy that does.

    Raises:
        RuntimeError: a memory format of tensors with another number of axes.

    >>> torch.zeros(2, 3).t().contiguous().stride()
    (2, 1)
    """
    if memory_format is formats.contiguous_format:
        return input if array(input).flags.c_contiguous else compact(input)
    return input if formats.fits(array(input), memory_format) else laid_out(input, memory_format)


@differentiable(linear=True, name="CloneBackward0")
def compact(input: Array) -> Pulled:
    """A copy whose elements lie in memory in the order of their indices."""
    return np.array(array(input), order="C"), lambda g: g


@differentiable(linear=True, name="CloneBackward0")
def laid_out(input: Tensor, memory_format: MemoryFormat, dtype: DType | None = None) -> Pulled:
    """A copy in a memory format, and of another type if one is given."""
    data = array(input)
    copy = layouts.new(
        data.shape, data.dtype if dtype is None else dtype.dtype, formats.steps(data.shape, memory_format)
    )
    copy[...] = data
    return copy, lambda g: g
