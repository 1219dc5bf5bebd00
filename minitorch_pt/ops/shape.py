"""Shape: views, joins, splits and reorderings. The gradient puts each number back where it came from.

Views share memory, exactly where torch's do: NumPy's strided views are torch's.
"""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import dtypes, formats, layouts
from ..arrays.notices import warn
from ..arrays.size import size_of
from ..arrays.storage import Place, looking, offset, owner, sliced
from ..autograd.contract import composed
from ..autograd.inplace import put
from ..autograd.rule import array, differentiable, nondifferentiable, same

if TYPE_CHECKING:
    from ..autograd.contract import Dim, Dims, DType, MemoryFormat, Size, Tensor, Tensors


__all__ = [
    "adjoint", "as_strided", "atleast_1d", "atleast_2d", "atleast_3d", "broadcast_shapes", "broadcast_tensors", "broadcast_to", "cat", "chunk",
    "clone", "column_stack", "concat", "concatenate", "contiguous", "diagonal", "dsplit", "dstack", "expand", "expand_as", "flatten", "flip",
    "fliplr", "flipud", "hsplit", "hstack", "matrix_transpose", "movedim", "moveaxis", "narrow", "narrow_copy", "permute", "permute_dims", "ravel", "repeat", "repeat_interleave", "reshape",
    "reshape_as", "reversed_axes", "roll", "rot90", "row_stack", "select", "split", "split_with_sizes", "squeeze", "stack", "swapaxes", "swapdims", "t", "tensor_split", "tile",
    "transpose", "unbind", "unflatten", "unfold", "unsqueeze", "view", "view_as", "vsplit", "vstack",
]  # fmt: skip


def _axis(dim: int, ndim: int) -> int:
    """`dim` counted from the front.

    Raises:
        IndexError: there is no such axis.
    """
    n = max(ndim, 1)
    if not -n <= dim < n:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-n}, {n - 1}], but got {dim})")
    return dim % n


def sizes(args: tuple) -> tuple[int, ...]:
    """Sizes given as several arguments or as one tuple.

    Raises:
        TypeError: one is no whole number.
    """
    if len(args) == 1 and isinstance(args[0], (tuple, list)):
        args = tuple(args[0])
    try:
        if bool in map(type, args):
            raise TypeError
        given = tuple(map(operator.index, args))
    except TypeError:
        raise TypeError(f"sizes must be a tuple of ints, and are {args}: round numbers with int()") from None
    if given and max(given) >= 1 << 63:
        raise TypeError(f"sizes must fit into 64 bits, and are {given}")
    return given


def _resolved(shape: tuple[int, ...], numel: int) -> tuple[int, ...]:
    """`shape` with its -1 worked out.

    Raises:
        RuntimeError: the sizes do not multiply to `numel`.
    """
    if shape.count(-1) > 1:
        raise RuntimeError(f"only one dimension can be inferred, and shape {list(shape)} has several -1")
    for n in shape:
        if n < -1:
            raise RuntimeError(f"invalid shape dimension {n}: sizes are 0 or more, or -1 once to have one worked out")
    known = math.prod(n for n in shape if n != -1)
    if -1 in shape:
        if known == 0:
            raise RuntimeError(
                f"cannot reshape tensor of {numel} elements into shape {list(shape)} because the unspecified dimension size -1 can be any value"
            )
        if numel % known == 0:
            return tuple(numel // known if n == -1 else n for n in shape)
    elif known == numel:
        return shape
    raise RuntimeError(
        f"shape '{list(shape)}' is invalid for input of size {numel}: the sizes must multiply to {numel}"
    )


@differentiable(linear=True, view=True)
def _view(input: Any, shape: tuple[int, ...]) -> Any:
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

    >>> import minitorch_pt as torch
    >>> torch.arange(6).view(2, -1)
    tensor([[0, 1, 2],
            [3, 4, 5]])
    """
    if len(size) == 1 and isinstance(size[0], dtypes.dtype):
        (dtype,) = size
    if not size and dtype is None:
        raise TypeError("view() takes sizes, x.view(2, -1), or a dtype, and got nothing")
    if dtype is not None:
        return _view_dtype(input, dtype.dtype)
    target = _resolved(sizes(size), math.prod(input.shape))
    if _needs_copy(array(input), target):
        raise RuntimeError("view size is not compatible with input tensor's size and stride (at least one dimension spans across two contiguous "
                           f"subspaces): {list(input.shape)} to {list(target)}. Use .reshape(...) instead.")  # fmt: skip
    return _view(input, target)


@nondifferentiable
def _view_dtype(input: Any, target: np.dtype) -> Any:
    try:
        if offset(input) % target.itemsize:
            raise ValueError("it does not start at a multiple of the size of the new elements")
        return input.view(target)
    except ValueError as error:
        raise RuntimeError(f"cannot view {input.dtype.name} of shape {list(input.shape)} and stride(-1) "
                           f"{input.strides[-1] // input.itemsize if input.ndim else 'none'} as {target.name} (different element sizes): {error}") from None  # fmt: skip


@composed
def reshape(input: Tensor, *shape: Size) -> Tensor:
    """The same elements with another shape: a view where the memory's order allows it, else a copy.

    Raises:
        RuntimeError: the sizes do not multiply to the number of elements.
    """
    data = array(input)
    target = _resolved(sizes(shape), data.size)
    if data.flags.c_contiguous:
        return _view(input, target)
    return (_copied_view if _needs_copy(data, target) else _alias)(input, target)


@composed
def view_as(input: Tensor, other: Tensor) -> Tensor:
    """`view` with the shape of `other`."""
    return view(input, tuple(other.shape))


@composed
def reshape_as(input: Tensor, other: Tensor) -> Tensor:
    """`reshape` with the shape of `other`."""
    return reshape(input, tuple(other.shape))


@composed
def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Axes `start_dim` to `end_dim` joined into one.

    Raises:
        IndexError: no such axis. RuntimeError: start_dim comes after end_dim.
    """
    start, end = _axis(start_dim, input.ndim), _axis(end_dim, input.ndim)
    if start == end and input.ndim:
        return input
    if start > end:
        raise RuntimeError(f"flatten() has invalid args: start_dim ({start_dim}) cannot come after end_dim ({end_dim})")
    if input.ndim == 0:
        return reshape(input, 1)
    shape = tuple(input.shape)
    return reshape(input, (*shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :]))


@composed
def ravel(input: Tensor) -> Tensor:
    """All elements along one axis."""
    return reshape(contiguous(input), -1)


@composed
def unflatten(input: Tensor, dim: Dim, sizes: Size) -> Tensor:
    """Axis `dim` split into several of these sizes, one of which may be -1.

    Raises:
        RuntimeError: the sizes do not multiply to the axis's. IndexError: no such axis.
    """
    if input.ndim == 0:
        raise RuntimeError("unflatten: a tensor without axes has none to split")
    dim = _axis(dim, input.ndim)
    if len(sizes) == 0:
        raise RuntimeError("unflatten: sizes must be non-empty")
    shape = tuple(input.shape)
    try:
        inner = _resolved(tuple(sizes), shape[dim])
    except RuntimeError:
        raise RuntimeError(
            f"unflatten: Provided sizes {list(sizes)} don't multiply up to the size of dim {dim} ({shape[dim]}) in the input tensor"
        ) from None
    return _view(input, (*shape[:dim], *inner, *shape[dim + 1 :]))


def _squeeze_name(input: Any, dim: Any = None) -> str:
    return "SqueezeBackward0" if dim is None else "SqueezeBackward1" if isinstance(dim, int) else "SqueezeBackward2"


@differentiable(linear=True, view=True, name=_squeeze_name)
def squeeze(input: Tensor, dim: Dims | None = None, *, out: Tensor | None = None) -> Any:
    """Without the axes of size 1, or without axis `dim` (or those of a tuple) if its size is 1.

    Raises:
        IndexError: no such axis.
    """
    before = input.shape
    if dim is None:
        axes = [*range(input.ndim)]
    else:
        axes = [_axis(d, input.ndim) for d in ((dim,) if isinstance(dim, int) else dim)]
    drop = {d for d in axes if d < input.ndim and before[d] == 1}
    # not reshape: NumPy then gives other axes of size 1 strides of its own
    return input[(*(0 if d in drop else slice(None) for d in range(len(before))), ...)], lambda g: g.reshape(before)


@differentiable(linear=True, view=True)
def unsqueeze(input: Tensor, dim: Dim, *, out: Tensor | None = None) -> Any:
    """With a new axis of size 1 at `dim`.

    Raises:
        IndexError: `dim` is not in [-ndim - 1, ndim].
    """
    dim = _axis(dim, input.ndim + 1)
    before = input.shape
    return input[(slice(None),) * dim + (None,)], lambda g: g.reshape(before)


@differentiable(linear=True, view=True)
def transpose(input: Tensor, dim0: Dim, dim1: Dim) -> Any:
    """Two axes swapped.

    Raises:
        IndexError: no such axis.
    """
    a, b = _axis(dim0, input.ndim), _axis(dim1, input.ndim)
    if input.ndim == 0:
        return input.view(), lambda g: g
    return input.swapaxes(a, b), lambda g: g.swapaxes(a, b)


swapdims = transpose


@composed
def swapaxes(input: Tensor, axis0: Dim, axis1: Dim) -> Tensor:
    """`transpose` by NumPy's name."""
    return transpose(input, axis0, axis1)


@differentiable(linear=True, view=True, name="TBackward0")
def t(input: Tensor) -> Any:
    """The transpose of a matrix; vectors and numbers as they are.

    Raises:
        RuntimeError: more than two axes.
    """
    if input.ndim > 2:
        raise RuntimeError(
            f"t() expects a tensor with <= 2 dimensions, but self is {input.ndim}D; use transpose(dim0, dim1) or mT"
        )
    if input.ndim < 2:
        return input[...], same
    return input.T, lambda g: g.T


@composed
def matrix_transpose(input: Tensor) -> Any:
    """The last two axes swapped (the property mT); of no axes, itself, which torch deprecates.

    Raises:
        RuntimeError: one axis.
    """
    if not input.ndim:
        warn("Tensor.mT is deprecated on 0-D tensors, of which it is the identity")
        return input
    if input.ndim < 2:
        raise RuntimeError(
            f"tensor.mT is only supported on matrices or batches of matrices. Got {input.ndim}-D tensor."
        )
    return transpose(input, -2, -1)


adjoint = matrix_transpose


@differentiable(linear=True, view=True)
def permute(input: Tensor, dims: Dims) -> Any:
    """The axes in another order.

    Raises:
        RuntimeError: not each axis once. IndexError: no such axis.

    >>> import minitorch_pt as torch
    >>> torch.zeros(2, 3, 4).permute(2, 0, 1).shape
    torch.Size([4, 2, 3])
    """
    if len(dims) != input.ndim:
        raise RuntimeError(f"permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of dimensions: "
                           f"{input.ndim} axes, dims={list(dims)}")  # fmt: skip
    order = tuple(_axis(d, input.ndim) for d in dims)
    if len(set(order)) < len(order):
        raise RuntimeError(f"permute(): duplicate dims are not allowed, got {list(dims)}; name each axis once")
    back = tuple(order.index(d) for d in range(len(order)))
    return np.transpose(input, order), lambda g: np.transpose(g, back)


@composed
def permute_dims(input: Tensor, *dims: Dims) -> Tensor:
    """`permute` with the axes as arguments: the method's form."""
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
    """
    a = (source,) if isinstance(source, int) else tuple(source)
    b = (destination,) if isinstance(destination, int) else tuple(destination)
    if len(a) != len(b):
        raise RuntimeError(
            f"movedim: Invalid source or destination dims: source ({list(a)} dims) should contain the same number of dims as destination ({list(b)} dims)"
        )
    a, b = tuple(_axis(d, input.ndim) for d in a), tuple(_axis(d, input.ndim) for d in b)
    if not input.ndim:
        return input[...]
    if len(set(a)) < len(a) or len(set(b)) < len(b):
        raise RuntimeError(f"movedim: repeated dim in source or destination: {list(a)}, {list(b)}")
    order = [d for d in range(input.ndim) if d not in a]
    for place, d in sorted(zip(b, a, strict=True)):
        order.insert(place, d)
    return permute(input, order)


moveaxis = movedim


@differentiable(linear=True, view=True, name="ExpandBackward0")
def _expand(input: Any, shape: tuple[int, ...]) -> Any:
    value = np.broadcast_to(input, shape)
    if type(value) is np.ndarray and array(input).flags.writeable:
        value.flags.writeable = True  # an expanded tensor may be written to where that changes no element twice
    return value, lambda g: g  # the engine sums it down


@composed
def expand(input: Tensor, *size: Size) -> Tensor:
    """Axes of size 1 shown as often as `size` says, without copying; -1 keeps a size; new axes come first.

    Raises:
        RuntimeError: an axis of another size than 1 would have to change.
    """
    target = sizes(size)
    before = tuple(input.shape)
    if len(target) < len(before):
        raise RuntimeError(f"expand(torch.FloatTensor{{{list(before)}}}, size={list(target)}): the number of sizes provided ({len(target)}) must be greater or "
                           f"equal to the number of dimensions in the tensor ({len(before)})")  # fmt: skip
    padded = (-1,) * (len(target) - len(before)) + before
    full = []
    for i, (n, old) in enumerate(zip(target, padded, strict=True)):
        if n == -1 and old == -1:
            raise RuntimeError(
                f"The expanded size of the tensor (-1) isn't allowed in a leading, non-existing dimension {i}"
            )
        if n != -1 and old not in (-1, 1, n):
            raise RuntimeError(f"The expanded size of the tensor ({n}) must match the existing size ({old}) at non-singleton dimension {i}.  Target sizes: "
                               f"{list(target)}.  Tensor sizes: {list(before)}")  # fmt: skip
        full.append(old if n == -1 else n)
    return _expand(input, tuple(full))


@composed
def broadcast_to(input: Tensor, *size: Size) -> Tensor:
    """`expand` to exactly this shape."""
    return expand(input, *size)


@composed
def expand_as(input: Tensor, other: Tensor) -> Tensor:
    """`expand` to the shape of `other`."""
    return expand(input, tuple(other.shape))


@composed
def broadcast_shapes(*shapes: Size) -> Any:
    """The shape to which all these broadcast.

    Raises:
        RuntimeError: they do not.
    """
    try:
        return size_of(np.broadcast_shapes(*(tuple(s) if not isinstance(s, int) else (s,) for s in shapes)))
    except ValueError:
        raise RuntimeError(f"Shape mismatch: objects cannot be broadcast to a single shape: {', '.join(str(tuple(s)) for s in shapes)}; "
                           "counted from the right, sizes must be equal or 1") from None  # fmt: skip


@composed
def broadcast_tensors(*tensors: Tensor | Tensors) -> tuple:
    """All tensors expanded to their common shape.

    Raises:
        RuntimeError: the shapes do not broadcast.
    """
    tensors = tuple(tensors[0]) if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else tensors
    shape = broadcast_shapes(*(tuple(x.shape) for x in tensors))
    return tuple(expand(x, shape) for x in tensors)


@differentiable(linear=True, name="RepeatBackward0")
def _repeat(input: Any, reps: tuple[int, ...]) -> Any:
    shape = (1,) * (len(reps) - input.ndim) + tuple(input.shape)
    split = tuple(n for pair in zip(reps, shape, strict=True) for n in pair)
    before, axes = input.shape, tuple(range(0, len(split), 2))
    return np.tile(array(input), reps), lambda g: g.reshape(split).sum(axis=axes).reshape(before)


@composed
def repeat(input: Tensor, *repeats: Size) -> Tensor:
    """The tensor laid side by side as often as `repeats` says for each axis; new axes come first.

    Raises:
        RuntimeError: fewer numbers than axes, or a negative one.
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
    """`repeat`, where missing leading numbers count as 1."""
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

    >>> import minitorch_pt as torch
    >>> torch.repeat_interleave(torch.tensor([2, 0, 1]))
    tensor([0, 0, 2])
    """
    if repeats is None:
        return _places(input)
    if dim is None:
        input, dim = flatten(input), 0
    dim = _axis(dim, input.ndim)
    counts = np.asarray(array(repeats))
    if counts.dtype not in (np.int64, np.int32):
        raise NotImplementedError(f"repeat_interleave() needs repeats of int64 or int32, not {counts.dtype}; convert with .long()")  # fmt: skip
    if (counts < 0).any():
        raise RuntimeError("repeats can not be negative")
    n = input.shape[dim]
    if isinstance(repeats, int):
        if output_size not in (None, n * repeats):
            raise RuntimeError(f"repeat_interleave: Invalid output_size, expected {n * repeats} but got {output_size}")
        wide = expand(unsqueeze(input, dim + 1), (*input.shape[: dim + 1], repeats, *input.shape[dim + 1 :]))
        return flatten(_compact(wide), dim, dim + 1)
    if counts.size not in (1, n):
        raise RuntimeError(
            f"repeats must have the same size as input along dim, but got repeats.size(0) = {counts.size} and input.size({dim}) = {n}"
        )
    places = np.repeat(np.arange(n), counts.reshape(-1) if counts.size == n else counts.item())
    if output_size not in (None, len(places)):
        raise RuntimeError(f"allocated size does not match required size: output_size={output_size}, and there are {len(places)} repeats")  # fmt: skip
    return _take.rule(input, places, dim)


@nondifferentiable
def _places(repeats: Any) -> Any:
    if repeats.ndim != 1:
        raise RuntimeError(f"repeat_interleave only accept 1D vector as repeat, got {repeats.ndim} dimensions")
    if repeats.dtype.kind == "f":
        raise NotImplementedError(
            f'"repeat_interleave_cpu" not implemented for {repeats.dtype.name}; convert with .long()'
        )
    if (repeats < 0).any():
        raise RuntimeError("repeats can not be negative")
    return np.repeat(np.arange(len(repeats)), repeats).astype(repeats.dtype)


@differentiable(linear=True, name="IndexSelectBackward0", saves="index")
def _take(input: Any, index: np.ndarray, dim: int) -> Any:
    """Slices along an axis, by number, possibly several times."""
    data, shape = array(input), input.shape
    value = data.take(index, dim) if data.flags.c_contiguous else data[(slice(None),) * dim + (index,)]
    return np.asarray(value, order="C"), lambda g: _give.rule(g, index, dim, shape)


@differentiable(linear=True, name="IndexAddBackward0")
def _give(input: Any, index: np.ndarray, dim: int, shape: tuple[int, ...]) -> Any:
    """The transpose of `_take`: slices added up where they were taken."""
    g = array(input)
    total = np.zeros(shape, g.dtype)
    place: Any = (slice(None),) * dim + (index,)
    np.add.at(total, place, g)
    return total, lambda h: _take.rule(h, index, dim)


# ---------------------------------------------------------------------------------------------------------------------
# Joining
# ---------------------------------------------------------------------------------------------------------------------
@differentiable(linear=True, promote="type", name="CatBackward0")
def _cat(*tensors: Any, dim: int) -> Any:
    pulls, start = [], 0
    for x in tensors:
        end = start + x.shape[dim]
        pulls.append(_piece(dim, start, end))
        start = end
    return np.concatenate(tensors, dim), *pulls


def _piece(dim: int, start: int, end: int) -> Any:
    index = (slice(None),) * dim + (slice(start, end),)
    return lambda g: g[index]


def _list(tensors: Any, name: str) -> list:
    if not isinstance(tensors, (list, tuple)) or not all(hasattr(x, "shape") for x in tensors):
        raise TypeError(
            f"{name}(): argument 'tensors' (position 1) must be tuple of Tensors, not {type(tensors).__name__}; write {name}([a, b])"
        )
    return list(tensors)


@composed
def cat(tensors: Tensors, dim: Dim = 0, *, out: Tensor | None = None) -> Tensor:
    """Tensors joined along an axis; their other sizes are equal. Empty 1-D tensors are passed over.

    Raises:
        ValueError: no tensors. RuntimeError: sizes differ. IndexError: no such axis.

    >>> import minitorch_pt as torch
    >>> torch.cat([torch.zeros(2, 1), torch.ones(2, 2)], dim=1)
    tensor([[0., 1., 1.],
            [0., 1., 1.]])
    """
    given = _list(tensors, "cat")
    if not given:
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    kept = [x for x in given if array(x).shape != (0,)] or given[:1]
    shapes = [array(x).shape for x in kept]
    if () in shapes:
        raise RuntimeError(
            f"zero-dimensional tensor (at position {[x.ndim for x in given].index(0)}) cannot be concatenated; use stack"
        )
    first = shapes[0]
    dim = _axis(dim, len(first))
    for i, shape in enumerate(shapes):
        if len(shape) != len(first):
            raise RuntimeError(f"Tensors must have same number of dimensions: got {len(first)} and {len(shape)}")
        for d, (n, m) in enumerate(zip(first, shape, strict=True)):
            if n != m and d != dim:
                raise RuntimeError(
                    f"Sizes of tensors must match except in dimension {dim}. Expected size {n} but got size {m} for tensor number {i} in the list."
                )
    if len(kept) < len(given):  # the type of what is passed over counts, and it gets a gradient
        kept[0] = kept[0].to(dtypes.of(dtypes.result_type_of([x._data for x in given])))
        none = [*kept[0].shape[:dim], 0, *kept[0].shape[dim + 1 :]]
        kept += [reshape(x, none) for x in given if tuple(x.shape) == (0,) and x.requires_grad and x is not kept[0]]
    return _cat(*kept, dim=dim)


concat = concatenate = cat


@differentiable(linear=True, promote="type", name="StackBackward0")
def _stack(*tensors: Any, dim: int) -> Any:
    def pull_of(i: int) -> Any:
        index = (slice(None),) * dim + (i,)
        return lambda g: g[index]

    return np.stack(tensors, dim), *(pull_of(i) for i in range(len(tensors)))


@composed
def stack(tensors: Tensors, dim: Dim = 0, *, out: Tensor | None = None) -> Tensor:
    """Tensors of one shape joined along a new axis.

    Raises:
        RuntimeError: no tensors, or shapes differ. IndexError: no such axis.
    """
    given = _list(tensors, "stack")
    if not given:
        raise RuntimeError("stack expects a non-empty TensorList")
    shapes = [array(x).shape for x in given]
    for i, shape in enumerate(shapes):
        if shape != shapes[0]:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(shapes[0])} at entry 0 and {list(shape)} at entry {i}"
            )
    return _stack(*given, dim=_axis(dim, len(shapes[0]) + 1))


def _several(function: Any, tensors: tuple) -> Any:
    """The function of each tensor: of one as it is, of several or a list as a tuple."""
    if len(tensors) == 1 and not isinstance(tensors[0], (list, tuple)):
        return function(tensors[0])
    return tuple(function(x) for x in (tensors[0] if len(tensors) == 1 else tensors))


@composed
def atleast_1d(*tensors: Tensor | Tensors) -> Any:
    """A number becomes a vector of one element."""
    return _several(lambda x: reshape(x, 1) if x.ndim == 0 else x, tensors)


@composed
def atleast_2d(*tensors: Tensor | Tensors) -> Any:
    """With axes of size 1 in front until there are two."""
    return _several(lambda x: x if x.ndim > 1 else unsqueeze(x, 0) if x.ndim else reshape(x, 1, 1), tensors)


@composed
def atleast_3d(*tensors: Tensor | Tensors) -> Any:
    """With axes of size 1 around until there are three: (n) becomes (1, n, 1), (n, m) becomes (n, m, 1)."""

    def three(x: Any) -> Any:
        if x.ndim == 0:
            return reshape(x, 1, 1, 1)
        if x.ndim < 3:
            x = unsqueeze(unsqueeze(x, 0) if x.ndim == 1 else x, -1)
        return x

    return _several(three, tensors)


@composed
def hstack(tensors: Tensors, *, out: Tensor | None = None) -> Tensor:
    """Side by side: joined along the second axis (vectors along their only one)."""
    if not tensors:
        raise RuntimeError("hstack expects a non-empty TensorList")
    given = atleast_1d(_list(tensors, "hstack"))
    return cat(given, 0 if given[0].ndim == 1 else 1)


@composed
def vstack(tensors: Tensors, *, out: Tensor | None = None) -> Tensor:
    """On top of each other: joined along the first axis; vectors are rows."""
    if not tensors:
        raise RuntimeError("vstack expects a non-empty TensorList")
    return cat(atleast_2d(_list(tensors, "vstack")))


row_stack = vstack


@composed
def dstack(tensors: Tensors, *, out: Tensor | None = None) -> Tensor:
    """Joined along the third axis."""
    if not tensors:
        raise RuntimeError("dstack expects a non-empty TensorList")
    return cat(atleast_3d(_list(tensors, "dstack")), 2)


@composed
def column_stack(tensors: Tensors, *, out: Tensor | None = None) -> Tensor:
    """Side by side; vectors are columns."""
    return hstack([reshape(x, -1, 1) if x.ndim <= 1 else x for x in _list(tensors, "column_stack")])


# ---------------------------------------------------------------------------------------------------------------------
# Splitting
# ---------------------------------------------------------------------------------------------------------------------
@differentiable(linear=True, view=True, name="SplitWithSizesBackward0")
def _split_with_sizes(input: Any, ends: tuple[int, ...], dim: int) -> Any:
    starts = (0, *ends[:-1])
    head = (slice(None),) * dim
    cuts = [(*head, slice(a, b)) for a, b in zip(starts, ends, strict=True)]
    parts = tuple([input[c] if c[-1].start < c[-1].stop else sliced(input, c) for c in cuts])
    return parts, lambda *gs: np.concatenate(gs, dim)


_split = differentiable(_split_with_sizes.__wrapped__, linear=True, view=True, name="SplitBackward0")


@composed
def split(tensor: Tensor, split_size_or_sections: Size, dim: Dim = 0) -> tuple[Tensor, ...]:
    """Pieces along an axis, of one size (the last may be smaller) or of the sizes of a list.

    Raises:
        RuntimeError: the list does not sum to the axis's size, or a size is negative.
    """
    if tensor.ndim == 0:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    dim = _axis(dim, tensor.ndim)
    n = tensor.shape[dim]
    if isinstance(split_size_or_sections, int):
        step = split_size_or_sections
        if step < 0 or (step == 0 and n):
            raise RuntimeError(f"split expects split_size be non-negative, but got split_size={step}" if step < 0 else
                               f"split_size can only be 0 if dimension size is 0, but got dimension size of {n}")  # fmt: skip
        return _split(tensor, (*range(step, n, step), n) if step else (0,), dim)
    pieces = list(sizes(tuple(split_size_or_sections)))
    if sum(pieces) != n or min(pieces, default=0) < 0:
        raise RuntimeError(
            f"split_with_sizes expects split_sizes to sum exactly to {n} (input tensor's size at dimension {dim}), but got split_sizes={pieces}"
        )
    return _split_with_sizes(tensor, tuple(np.cumsum(pieces, dtype=int).tolist()), dim)


@composed
def split_with_sizes(input: Tensor, split_sizes: Size, dim: Dim = 0) -> tuple:
    """Pieces of these sizes along an axis: `split` with a list."""
    return split(input, list(split_sizes), dim)


@composed
def chunk(input: Tensor, chunks: int, dim: Dim = 0) -> tuple:
    """At most `chunks` pieces along an axis, of equal size but the last.

    Raises:
        RuntimeError: `chunks` is not positive.
    """
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    if input.ndim == 0:
        raise RuntimeError("chunk expects at least a 1-dimensional tensor")
    dim = _axis(dim, input.ndim)
    size = -(-input.shape[dim] // chunks)
    return split(input, size, dim) if size else split(input, [0] * chunks, dim)


@composed
def tensor_split(input: Tensor, indices_or_sections: Tensor | Size, dim: Dim = 0) -> tuple[Tensor, ...]:
    """Pieces along an axis: a number of nearly equal ones, or cut at the places of a list.

    Raises:
        RuntimeError: the number is not positive, or a tensor is no number and no vector of int64.
    """
    if input.ndim == 0:
        raise RuntimeError("tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims")
    dim = _axis(dim, input.ndim)
    n = input.shape[dim]
    given = np.asarray(array(indices_or_sections), None if np.size(indices_or_sections) else np.int64)
    if given.dtype != np.int64 or given.ndim > 1:
        raise RuntimeError(f"tensor_split expected indices_or_sections of dtype long and at most one dimension, but got {given.dtype} and {given.ndim}")  # fmt: skip
    indices_or_sections = given.tolist()
    if isinstance(indices_or_sections, int):
        count = indices_or_sections
        if count <= 0:
            raise RuntimeError(f"number of sections must be larger than 0, got {count}")
        ends = np.cumsum([n // count + (i < n % count) for i in range(count)]).tolist()
        starts = [0, *ends[:-1]]
    else:
        cuts = [int(i) for i in indices_or_sections]
        starts, ends = [0, *cuts], [*cuts, n]
    ranges = [range(n)[a:b] for a, b in zip(starts, ends, strict=True)]
    return tuple(narrow(input, dim, r.start, len(r)) for r in ranges)


def _split_along(name: str, least: int, axis: int, input: Any, indices_or_sections: Any) -> tuple:
    if input.ndim < least:
        raise RuntimeError(
            f"torch.{name} requires a tensor with at least {least} dimension, but got a tensor with {input.ndim} dimensions!"
        )
    if isinstance(indices_or_sections, str):
        raise TypeError(
            f"{name}(): argument 'indices_or_sections' must be int or a list of ints, not {indices_or_sections!r}"
        )
    if isinstance(indices_or_sections, int) and input.shape[axis] % max(indices_or_sections, 1):
        raise RuntimeError(f"torch.{name} attempted to split along dimension {axis}, but the size of the dimension {input.shape[axis]} is not divisible by the "
                           f"split_size {indices_or_sections}!")  # fmt: skip
    return tensor_split(input, indices_or_sections, axis)


@composed
def hsplit(input: Tensor, indices_or_sections: Size) -> tuple[Tensor, ...]:
    """`tensor_split` along the second axis (the only one of a vector)."""
    return _split_along("hsplit", 1, 0 if input.ndim == 1 else 1, input, indices_or_sections)


@composed
def vsplit(input: Tensor, indices_or_sections: Size) -> tuple[Tensor, ...]:
    """`tensor_split` along the first axis."""
    return _split_along("vsplit", 2, 0, input, indices_or_sections)


@composed
def dsplit(input: Tensor, indices_or_sections: Size) -> tuple[Tensor, ...]:
    """`tensor_split` along the third axis."""
    return _split_along("dsplit", 3, 2, input, indices_or_sections)


@differentiable(linear=True, view=True)
def unbind(input: Tensor, dim: Dim = 0) -> Any:
    """The slices along an axis, without it.

    Raises:
        IndexError: no such axis.
    """
    if input.ndim == 0:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    dim = _axis(dim, input.ndim)
    head = (slice(None),) * dim
    return tuple(input[(*head, i, ...)] for i in range(input.shape[dim])), lambda *gs: np.stack(gs, dim)


# ---------------------------------------------------------------------------------------------------------------------
# Reordering and parts
# ---------------------------------------------------------------------------------------------------------------------
@differentiable(linear=True, name="FlipBackward0")
def _flip(input: Any, dims: tuple[int, ...]) -> Any:
    return np.array(np.flip(array(input), dims)), lambda g: np.flip(g, dims)


@composed
def flip(input: Tensor, *dims: Dims) -> Tensor:
    """In reverse order along these axes; a copy.

    Raises:
        RuntimeError: an axis twice. IndexError: no such axis.
    """
    axes = tuple(_axis(d, input.ndim) for d in sizes(dims))
    if len(set(axes)) < len(axes):
        raise RuntimeError(f"dim {max(axes, key=axes.count)} appears multiple times in the list of dims")
    return _flip(input, axes if input.ndim else ())


@composed
def fliplr(input: Tensor) -> Tensor:
    """Columns in reverse order."""
    if input.ndim < 2:
        raise RuntimeError(f"Input must be >= 2-d, got {input.ndim}-d.")
    return flip(input, 1)


@composed
def flipud(input: Tensor) -> Tensor:
    """Rows in reverse order."""
    if input.ndim < 1:
        raise RuntimeError(f"Input must be >= 1-d, got {input.ndim}-d.")
    return flip(input, 0)


@differentiable(linear=True)
def roll(input: Tensor, shifts: Size, dims: Dims | None = None) -> Any:
    """Moved along axes, what leaves at one end comes back at the other; without `dims` along all elements in order.

    Raises:
        RuntimeError: not as many shifts as axes.
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
    if len(move) != len(axes):
        raise RuntimeError(f"shifts and dimensions must align. shifts: {len(move)}, dims:{len(axes)}")
    axes = tuple(_axis(d, input.ndim) for d in axes)
    return np.roll(input, move, axes), lambda g: np.roll(g, tuple(-m for m in move), axes)


@composed
def rot90(input: Tensor, k: int = 1, dims: Dims = (0, 1)) -> Tensor:
    """Turned by 90 degrees `k` times in the plane of two axes, from the first towards the second.

    Raises:
        RuntimeError: not two different axes.
    """
    if len(dims) != 2 or input.ndim < 2:
        raise RuntimeError(
            f"expected total rotation dims == 2, but got dims = {len(dims)}, of a tensor with {input.ndim} dims"
        )
    a, b = (_axis(d, input.ndim) for d in dims)
    if a == b:
        raise RuntimeError(f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}")
    return _rot90(input, k, (a, b))


@differentiable(linear=True, name="Rot90Backward0")
def _rot90(input: Any, k: int, axes: tuple[int, int]) -> Any:
    data, (a, b) = array(input), axes
    turned = [data, np.flip(data, b), np.flip(data, axes), np.flip(data, a)][k % 4]
    value = turned.copy() if k % 4 == 0 else layouts.placed(turned, layouts.kept(data))
    return value.swapaxes(a, b) if k % 2 else value, lambda g: _rot90.rule(g, -k, axes)


@differentiable(linear=True, view=True)
def select(input: Tensor, dim: Dim, index: int) -> Any:
    """The slice number `index` along an axis, without that axis.

    Raises:
        IndexError: no such axis or slice.
    """
    if input.ndim == 0:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    dim = _axis(dim, input.ndim)
    n = input.shape[dim]
    if not -n <= index < n:
        raise IndexError(
            f"select(): index {index} out of range for tensor of size {list(input.shape)} at dimension {dim}"
        )
    place, shape = (slice(None),) * dim + (int(index), ...), input.shape
    return input[place], lambda g: _place.rule(g, place, shape)


@differentiable(linear=True, name="SelectBackward0")
def _place(input: Any, index: tuple, shape: tuple[int, ...]) -> Any:
    """Zeros, with `input` at a basic index: the transpose of reading there."""
    g = array(input)
    total = np.zeros(shape, g.dtype)
    total[index] = g
    return total, lambda h: h[index]


@differentiable(linear=True, view=True, name="SliceBackward0")
def narrow(input: Tensor, dim: Dim, start: Tensor | int, length: int) -> Any:
    """`length` slices along an axis from `start` on.

    Raises:
        IndexError: no such axis. RuntimeError: the range leaves it.
    """
    if input.ndim == 0:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    if isinstance(start, np.ndarray) and (start.ndim or start.dtype.kind not in "iu"):
        raise RuntimeError(
            f"start must be an 0-dim integral Tensor, got shape {list(start.shape)} of {start.dtype.name}"
        )
    dim, start = _axis(dim, input.ndim), int(start)
    n = input.shape[dim]
    if length < 0:
        raise RuntimeError(f"narrow(): length must be non-negative, got {length}")
    if not -n <= start <= n:
        raise IndexError(f"start out of range (expected to be in range of [{-n}, {n}], but got {start})")
    start = start + n if start < 0 else start
    if start + length > n:
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({n}).")
    index, shape = (slice(None),) * dim + (slice(start, start + length),), input.shape
    return sliced(input, index), lambda g: _place.rule(g, index, shape)


@differentiable(linear=True)
def narrow_copy(input: Tensor, dim: Dim, start: int, length: int, *, out: Tensor | None = None) -> Any:
    """`narrow` as a copy.

    Raises:
        IndexError, RuntimeError: no such axis. RuntimeError: the range leaves it.
    """
    if dim >= max(input.ndim, 1):
        raise RuntimeError(
            f"Expected dim to be in [{-input.ndim}, {input.ndim - 1}], but got {dim}"
        )  # torch's type here
    value, back = narrow.__wrapped__(array(input), dim, start, length)  # type: ignore[attr-defined]
    return value.copy(), back


@differentiable(linear=True, view=True)
def diagonal(input: Tensor, offset: int = 0, dim1: Dim = 0, dim2: Dim = 1) -> Any:
    """The diagonal of the plane of two axes, as the last axis; `offset` counts diagonals above the main one.

    Raises:
        RuntimeError: the axes are the same. IndexError: no such axis.
    """
    a, b = _axis(dim1, input.ndim), _axis(dim2, input.ndim)
    if a == b:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    shape = input.shape
    return _diagonal(array(input), offset, a, b), lambda g: _from_diagonal.rule(g, offset, a, b, shape)


def _diagonal(data: np.ndarray, offset: int, a: int, b: int) -> np.ndarray:
    """NumPy's view of a diagonal, writable where the array is."""
    view = data.diagonal(offset, a, b)
    if not view.shape[-1]:  # NumPy starts beyond the end
        view = looking(data, view.shape, view.strides)
    view.flags.writeable = data.flags.writeable
    return view


@differentiable(linear=True, name="DiagonalBackwardBackward0")
def _from_diagonal(input: Any, offset: int, dim1: int, dim2: int, shape: tuple[int, ...]) -> Any:
    g = array(input)
    total = np.zeros(shape, g.dtype)
    _diagonal(total, offset, dim1, dim2)[...] = g
    return total, lambda h: diagonal.rule(h, offset, dim1, dim2)


@differentiable(linear=True, view=True)
def unfold(input: Tensor, dimension: Dim, size: int, step: int) -> Any:
    """All windows of `size` along an axis, `step` apart, with the window as a new last axis.

    Raises:
        RuntimeError: the window is larger than the axis or negative, or step is not positive.
    """
    dim, shape = _axis(dimension, input.ndim), input.shape
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
def _fold(input: Any, dim: int, size: int, step: int, shape: tuple[int, ...]) -> Any:
    """The transpose of `unfold`: windows added up where they lay."""
    g = array(input)
    total = np.zeros(shape, g.dtype)
    if not shape:
        return g.reshape(shape), lambda h: unfold.rule(h, dim, size, step)
    for i in range(size):
        total[(slice(None),) * dim + (slice(i, i + step * (g.shape[dim] - 1) + 1, step),)] += g[..., i]
    return total, lambda h: unfold.rule(h, dim, size, step)


@differentiable(linear=True, view=True)
def as_strided(input: Tensor, size: Size, stride: Size, storage_offset: int | None = None) -> Any:
    """A view of the memory with any shape and strides, in elements.

    Raises:
        RuntimeError: the view would leave the memory, or a stride is negative.
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
            f"setStorage: sizes {list(size)}, strides {list(stride)}, storage offset {start} require {last + 1} elements, and the memory has {held}"
        )
    value = looking(data, size, tuple(s * data.itemsize for s in stride), start * data.itemsize)
    place = Place(value, data)
    return value, lambda g: put.rule(g, place)


@differentiable(linear=True)
def clone(input: Tensor, *, memory_format: MemoryFormat | None = None) -> Any:
    """A copy, through which gradients flow."""
    if memory_format is not None and memory_format is not formats.preserve_format:
        return NotImplemented, laid_out
    return np.array(array(input)), lambda g: g


@composed
def contiguous(input: Tensor, *, memory_format: MemoryFormat = formats.contiguous_format) -> Tensor:
    """Itself if its elements lie in memory in the order of their indices (or of `memory_format`), else a copy that does.

    Raises:
        RuntimeError: a memory format of tensors with another number of axes.
    """
    if memory_format is formats.contiguous_format:
        return input if array(input).flags.c_contiguous else _compact(input)
    return input if formats.fits(array(input), memory_format) else laid_out(input, memory_format)


@differentiable(linear=True, name="CloneBackward0")
def _compact(input: Any) -> Any:
    return np.ascontiguousarray(array(input)), lambda g: g


@differentiable(linear=True, name="CloneBackward0")
def laid_out(input: Tensor, memory_format: MemoryFormat, dtype: DType | None = None) -> Any:
    """A copy in a memory format, and of another type if one is given."""
    data = array(input)
    copy = layouts.new(
        data.shape, data.dtype if dtype is None else dtype.dtype, formats.steps(data.shape, memory_format)
    )
    copy[...] = data
    return copy, lambda g: g
