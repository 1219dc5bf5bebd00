"""Indexing: reading and writing parts. The gradient of reading is writing into zeros, and the other way round.

Numbers, slices, None and ... give views; index arrays and masks give copies. What an index means is read in `index_steps.py`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import dtypes, layouts
from ..arrays.storage import owner, sliced, writable
from ..arrays.sums import summed
from ..autograd import graph
from ..autograd.contract import composed
from ..autograd.inplace import inplace
from ..autograd.rule import array, differentiable, named, nondifferentiable, same
from .index_steps import WHOLE, arranged, check_axes, index_array, steps, without_places
from .saving import saving
from .shape import _axis

if TYPE_CHECKING:
    from ..autograd.contract import Dim, Number, Operand, Tensor


__all__ = [
    "argwhere", "gather", "getitem", "index_add", "index_copy", "index_fill", "index_put", "index_put_", "index_select",
    "masked_fill", "masked_scatter", "masked_select", "nonzero", "nonzero_static", "put", "scatter", "scatter_add", "scatter_reduce", "take", "take_along_dim",
    "unravel_index",
]  # fmt: skip


def _view_name(input: Any, index: tuple) -> str:
    last = [i for i in index if i is not Ellipsis][-1:]
    return (
        {int: "SelectBackward0", slice: "SliceBackward0", type(None): "UnsqueezeBackward0"}[type(last[0])]
        if last
        else "AliasBackward0"
    )


@differentiable(linear=True, view=True, name=_view_name)
def _view(input: Any, index: tuple) -> Any:
    """What numbers, slices and None show of the memory."""
    data, shape = array(input), input.shape
    value = data[index]
    return value if value.size else sliced(data, index), lambda g: _write.rule(g, index, shape)


@differentiable(linear=True, name="IndexBackward0", saves="index")
def _pick(input: Any, index: tuple) -> Any:
    """What index arrays name: a copy."""
    data, shape, last = array(input), input.shape, index[-1]
    if not data.size:
        index = without_places(index, shape)
    try:
        if last.dtype.kind == "i" and data.size and data.flags.c_contiguous and all(i is WHOLE for i in index[:-1]):
            value = data.take(last, len(index) - 1)  # the same, sooner
        else:
            value = data[index]
    except IndexError as error:
        raise IndexError(str(error).replace("axis", "dimension")) from None
    return arranged(value, data, index) if value.ndim > 1 else value, lambda g: _write.rule(g, index, shape)


@differentiable(linear=True, name="IndexPutBackward0")
def _write(input: Any, index: tuple, shape: tuple[int, ...]) -> Any:
    """Zeros with `input` added at an index: the transpose of reading."""
    g = array(input)
    total = np.zeros(shape, g.dtype)
    if any(type(i) is np.ndarray and i.dtype != bool for i in index):  # a place may be named twice
        _add_at(total, index, g)
    else:
        total[index] = g
    return total, lambda h: _show(h, index)


def _show(input: Any, index: tuple) -> Any:
    return _pick.rule(input, index) if any(type(i) is np.ndarray for i in index) else _view.rule(input, index)


def _add_at(total: np.ndarray, index: tuple, g: np.ndarray) -> None:
    """total[index] += g where places may repeat. For rows of a matrix sorting is 10 times as fast as np.add.at."""
    rows = index[0]
    if (
        len([i for i in index if i is not Ellipsis]) == 1
        and isinstance(rows, np.ndarray)
        and rows.dtype.kind in "iu"
        and rows.size
    ):
        flat = rows.reshape(-1) % total.shape[0]
        g = np.broadcast_to(g, rows.shape + total.shape[1:]).reshape(flat.size, -1)
        order = np.argsort(flat, kind="stable")
        first = np.flatnonzero(np.diff(flat[order], prepend=-1))
        total.reshape(total.shape[0], -1)[flat[order][first]] = np.add.reduceat(g[order], first, axis=0)
    else:
        np.add.at(total, index, g)


def getitem(input: Any, index: Any) -> Any:
    """input[index].

    Raises:
        IndexError: out of bounds, too many indices, or no index at all. ValueError: a negative step.
        TypeError: a text, or a fraction in a slice.
    """
    view, arrays = steps(index, array(input).shape)
    part = input if view is None else _view.rule(input, view)
    return _pick.rule(part, arrays) if arrays else part


# ---------------------------------------------------------------------------------------------------------------------
# Writing
# ---------------------------------------------------------------------------------------------------------------------
def assign(data: np.ndarray, index: Any, value: Any) -> None:
    """data[index] = value, on arrays.

    Raises:
        IndexError: as `getitem`. RuntimeError: the value's shape or type does not fit. TypeError: it is no Tensor and no number.
    """
    value = _assigned(value, data.dtype)
    if index is False:
        return
    view, arrays = steps(index, data.shape)
    data = writable(data)
    target = data if view is None else data[view]
    _check_write(target, index, arrays, value)
    _put(target, arrays, value)


def target(input: Any, index: Any, value: Any) -> tuple[Any, tuple, Any]:
    """What `input[index] = value` changes where gradients are tracked: the view that the index shows (None if nothing is to be done),
    the index arrays in it, and the value as a Tensor.

    Raises:
        As `assign`.
    """
    data = _assigned(value, input._data.dtype)
    if index is False:
        return None, (), value
    view, arrays = steps(index, input._data.shape)
    whole = view is None or all(i is Ellipsis or i == slice(None) for i in view)
    part = input if whole else _view.rule(input, view)
    _check_write(part._data, index, arrays, data)
    value = value if isinstance(value, graph.Tensor) else graph.wrap(data)
    extra = value._data.ndim - part._data.ndim
    if not arrays and extra > 0 and set(value.shape[:extra]) == {1}:  # leading axes of size 1 do not count
        value = value.reshape(value.shape[extra:])
    return part, arrays, value


def _assigned(value: Any, dtype: np.dtype) -> np.ndarray:
    """A value that is assigned, as an array: a number has the type of the elements.

    Raises:
        TypeError: no Tensor and no number. RuntimeError, ValueError: a number that the type does not have.
    """
    if isinstance(value, graph.Tensor):
        return value._data
    if isinstance(value, np.integer):
        value = int(value)
    if not isinstance(value, (int, float)):
        if not isinstance(value, complex):
            raise TypeError(f"can't assign a {type(value).__name__} to a torch.{dtypes.TITLES[dtype.name]}Tensor; make a tensor of it first")  # fmt: skip
        if value.imag and dtype.kind != "b":
            raise RuntimeError(f"value cannot be converted to type {dtype.name} without overflow: {value}")
        value = abs(value) if value.imag else value.real
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 63:
        raise ValueError(f"Overflow when unpacking long long: {value} is too large to be assigned")
    return np.array(dtypes.checked(value, dtype, lenient=True), dtype)


def _put(data: np.ndarray, index: tuple, value: np.ndarray) -> None:
    """data[index] = value, for index arrays; of all elements without any. Leading axes of size 1 do not count.

    Raises:
        RuntimeError: the value's shape or type does not fit. IndexError: a place is out of bounds.
    """
    if index and value.dtype != data.dtype:
        if not _fills(index, value):
            raise RuntimeError(f"Index put requires the source and destination dtypes match, got {dtypes.TITLES[data.dtype.name]} for the "
                               f"destination and {dtypes.TITLES[value.dtype.name]} for the source; convert with .to()")  # fmt: skip
        value = np.asarray(dtypes.checked(value.item(), data.dtype, lenient=True)).astype(data.dtype)
    while value.ndim and value.shape[0] == 1:
        value = value[0]
    if not data.size:
        index = without_places(index, data.shape)
    if value.dtype != data.dtype:
        with np.errstate(all="ignore"):  # nan as a whole number
            value = value.astype(data.dtype)
    try:
        data[index] = value
        if not value.size:  # NumPy does not look at its shape then
            np.broadcast_to(value, data[index].shape)
    except IndexError as error:
        raise IndexError(str(error).replace("axis", "dimension")) from None
    except (ValueError, TypeError):
        shape = list(data[index].shape)
        raise RuntimeError(f"shape mismatch: value tensor of shape {list(value.shape)} cannot be broadcast to indexing result of shape {shape}") from None  # fmt: skip


def _fills(index: tuple, value: np.ndarray) -> bool:
    """Whether one value goes to all places of one mask, which torch treats as `masked_fill`."""
    arrays = [i for i in index if i is not WHOLE]
    return value.size == 1 and len(arrays) == 1 and arrays[0].dtype == bool


def _check_write(target: np.ndarray, index: Any, arrays: tuple, value: np.ndarray) -> None:
    """Raise RuntimeError if writing would read what it has just written, or write one place several times, or fill by a mask of bytes."""
    if (
        arrays
        and _fills(arrays, value)
        and any(_is_bytes(i) for i in (index if isinstance(index, (tuple, list)) else (index,)))
    ):
        raise RuntimeError("masked_fill_ only supports boolean masks, but got mask with dtype uint8; write mask.bool()")
    if (
        not arrays
        and target.size
        and 0 in target.strides
        and any(n > 1 and s == 0 for n, s in zip(target.shape, target.strides, strict=True))
    ):
        raise RuntimeError("unsupported operation: more than one element of the written-to tensor refers to a single memory location. "
                           "Please clone() the tensor before performing the operation.")  # fmt: skip
    if not arrays and not value.ndim:
        return
    memory = owner(target)
    for other in (value, *arrays):
        if type(other) is np.ndarray and owner(other) is memory and target.size and other.size:
            _refuse_overlap(target, other, bool(arrays))


def _is_bytes(item: Any) -> bool:
    data = array(item)
    return isinstance(data, np.ndarray) and data.ndim > 0 and data.dtype == np.uint8


def _refuse_overlap(target: np.ndarray, other: np.ndarray, same: bool) -> None:
    """same: whether the very same memory is refused too. Memory with gaps is not looked at, as in torch."""
    (first, end), (start, stop) = map(np.lib.array_utils.byte_bounds, (target, other))
    dense = end - first == target.nbytes and stop - start == other.nbytes
    equal = (first, end, target.strides) == (start, stop, other.strides)
    if dense and first < stop and start < end and (same or not equal):
        raise RuntimeError("unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory "
                           "location. Please clone() the tensor before performing the operation.")  # fmt: skip


def _replaced_name(input: Any, value: Any, index: tuple) -> str:
    return "IndexPutBackward0" if index else "torch::autograd::CopyBackwards"


@differentiable(linear=True, name=_replaced_name, saves="index")
def replaced(input: Any, value: Any, index: tuple) -> Any:
    """`input` with `value` at the places that index arrays name."""
    data = layouts.clone(array(input))
    _put(data, index, array(value))
    ndim = value.ndim  # the number alone is kept: `x[0] += 1` assigns what was changed in place

    def part(g: Any) -> Any:
        inner = _pick.rule(g, index) if index else g
        extra = ndim - inner.ndim
        return inner.reshape((1,) * extra + tuple(inner.shape)) if extra > 0 else inner

    return data, lambda g: replaced.rule(g, np.zeros((), data.dtype), index), part


@composed
def index_put(input: Tensor, indices: object, values: Tensor, accumulate: bool = False) -> Tensor:
    """`input` with `values` put, or added, at the places that index tensors name, one for each axis (a mask for several).

    Raises:
        TypeError: indices are no tuple of Tensors. IndexError: a place is out of bounds. RuntimeError: values of another type, or
            whose shape does not fit.
    """
    if not isinstance(indices, (tuple, list)) or not all(isinstance(i, (graph.Tensor, np.ndarray)) for i in indices):
        raise TypeError(f"index_put(): argument 'indices' must be tuple of Tensors, not {type(indices).__name__}")
    index = tuple(np.asarray(index_array(i)) for i in indices)
    check_axes(index, array(input).shape)
    masks = [i.dtype.char == "?" for i in index]
    used = sum(i.ndim if mask else 1 for i, mask in zip(index, masks, strict=True))
    if values.ndim > input.ndim - used + max(
        [1 if mask else i.ndim for i, mask in zip(index, masks, strict=True)], default=0
    ):
        raise RuntimeError(
            f"shape mismatch: value tensor of shape {list(values.shape)} has more axes than the indexing result"
        )
    return _accumulated.rule(input, values, index) if accumulate else replaced.rule(input, values, index)


@differentiable(linear=True, name="IndexPutBackward0", saves="index")
def _accumulated(input: Any, values: Any, index: tuple) -> Any:
    data, added = layouts.clone(array(input)), array(values)
    if added.dtype != data.dtype:
        raise RuntimeError(f"Index put requires the source and destination dtypes match, got {dtypes.TITLES[data.dtype.name]} for the "
                           f"destination and {dtypes.TITLES[added.dtype.name]} for the source; convert with .to()")  # fmt: skip
    try:
        np.add.at(data, index, added)
    except ValueError:
        raise RuntimeError(f"shape mismatch: value tensor of shape {list(added.shape)} cannot be broadcast to indexing result of shape "
                           f"{list(data[index].shape)}") from None  # fmt: skip
    return data, same, lambda g: _pick.rule(g, index)


index_put_ = inplace(index_put, overlap=True)


# ---------------------------------------------------------------------------------------------------------------------
# Along one axis, by number
# ---------------------------------------------------------------------------------------------------------------------
def _whole(index: Any, name: str, kinds: str = "li", error: type = RuntimeError) -> np.ndarray:
    """An index as an array. kinds: the NumPy characters of the types that are taken; error: raised for others."""
    data = np.asarray(array(index))
    if data.dtype.char not in kinds:
        names = "int32/int64" if kinds == "li" else "int64"
        raise error(f"{name}(): Expected dtype {names} for index, got {data.dtype.name}; convert with .long()")
    return data


def _within(data: np.ndarray, n: int, dim: int, error: type = IndexError) -> np.ndarray:
    if data.size and (data.min() < 0 or data.max() >= n):
        bad = int(data.min()) if data.min() < 0 else int(data.max())
        raise error(f"index {bad} is out of bounds for dimension {dim} with size {n}")
    return data


def _line(index: Any, name: str, error: type = IndexError) -> None:
    """Raise if an index is no vector; without axes it counts as one of one number."""
    shape = np.shape(array(index))
    if len(shape) > 1:
        raise error(f"{name}(): Index is supposed to be a vector, but got shape {list(shape)}")


def _size(input: Any, dim: int) -> int:
    return input.shape[dim] if input.ndim else 1


@composed
def index_select(input: Tensor, dim: Dim, index: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The slices along an axis that `index` names: shape of input with size len(index) at `dim`.

    Raises:
        IndexError: a number out of range (along dimension 1 a RuntimeError, as in torch), or index has more than one axis.
        RuntimeError: it has not exactly one number, and input no axes.
    """
    from .shape import _take

    dim = _axis(dim, input.ndim)
    _line(index, "index_select")
    numbers = _whole(index, "index_select").reshape(-1)
    if not input.ndim and numbers.size != 1:
        raise RuntimeError(f"index_select(): Index to scalar can have only 1 value, got {numbers.size} value(s)")
    if numbers.size and not _size(input, dim):
        raise RuntimeError(
            f"index_select(): self indexing axis dim should be positive, and dimension {dim} of {list(input.shape)} is 0"
        )
    _within(numbers, _size(input, dim), dim, RuntimeError if dim == 1 else IndexError)  # torch's kernel of its own
    return _take.rule(input, numbers, dim) if input.ndim else _take.rule(input.reshape(1), numbers, 0).reshape(())


def _grid(index: np.ndarray, dim: int) -> tuple:
    """The index arrays that address, for each place of `index`, the element that it names along `dim`."""
    grid = list(np.ogrid[tuple(slice(n) for n in index.shape)])
    grid[dim] = index
    return tuple(grid)


def _check_places(
    shape: tuple[int, ...], index: np.ndarray, dim: int, name: str, src: tuple[int, ...] | None = None
) -> None:
    """Check the numbers and the shape of an index for `gather` and `scatter`. Without axes it counts as a vector of one number.

    Raises:
        RuntimeError: another type than int32 or int64, out of range, of another rank, or larger than `shape`, except along dim, or than `src`.
    """
    _whole(index, name)
    sizes, self_sizes = index.shape or (1,), shape or (1,)
    for other, title in ((self_sizes, "input"), *(() if src is None else ((src or (1,), "src"),))):
        if len(other) != len(sizes):
            # torch looks for the missing axis of a source that fits so far
            missing = (
                title == "src"
                and src
                and len(src) < len(sizes)
                and all(k <= n for k, n in zip(sizes, src, strict=False))
            )
            raise (IndexError if missing else RuntimeError)(f"Index tensor must have the same number of dimensions as {title} tensor: {name}() got {len(sizes)} and {len(other)}")  # fmt: skip
        for d, (k, n) in enumerate(zip(sizes, other, strict=True)):
            if k > n and not (d == dim and title == "input"):
                raise RuntimeError(f"Size does not match at dimension {d}: {name}() expected index {list(sizes)} to be no larger than {title} "
                                   f"{list(other)}" + f" apart from dimension {dim}" * (title == "input"))  # fmt: skip
    _within(index, self_sizes[dim], dim, RuntimeError)


@differentiable(linear=True, saves="input index")
def gather(input: Tensor, dim: Dim, index: Tensor, *, sparse_grad: bool = False, out: Tensor | None = None) -> Any:
    """For each place of `index`, the element that it names along an axis: out[i][j] = input[index[i][j]][j] for dim 0.

    Raises:
        RuntimeError: index is not int64, out of range, or larger than the input in another axis.
    """
    dim = _axis(dim, input.ndim)
    numbers, values, shape = np.asarray(array(index)), array(input), tuple(input.shape)
    if not numbers.size:
        return np.zeros(numbers.shape, values.dtype), lambda g: _sum_into.rule(g, numbers, dim, shape)
    _check_places(shape, numbers, dim, "gather")
    picked = np.atleast_1d(values)[_grid(np.atleast_1d(numbers), dim)].reshape(numbers.shape)
    return np.asarray(picked, order="C"), lambda g: _sum_into.rule(g, numbers, dim, shape)


@differentiable(linear=True, name="ScatterAddBackward0")
def _sum_into(input: Any, index: np.ndarray, dim: int, shape: tuple[int, ...]) -> Any:
    """Zeros with each element added where the index says: the transpose of gather."""
    g = array(input)
    total = np.zeros(shape, g.dtype)
    _at(np.add, total, dim, index, g)
    return total, lambda h: gather.rule(h, dim, index)


def _at(combine: np.ufunc | None, total: np.ndarray, dim: int, index: np.ndarray, values: Any) -> None:
    """Combine (or with None replace) the elements of `total` that `index` names along an axis with values, an array or a number."""
    if not index.size:
        return
    lines, grid = np.atleast_1d(total), _grid(np.atleast_1d(index), dim)  # without axes: a vector of one element
    values = np.atleast_1d(values) if isinstance(values, np.ndarray) else values
    if combine is None:
        lines[grid] = values
    else:
        combine.at(lines, grid, values)


def _source(src: Any, index: np.ndarray) -> Any:
    """The part of the source that the index covers."""
    if tuple(src.shape) == index.shape or not index.size:
        return src
    return src.reshape(src.shape or (1,))[tuple(slice(n) for n in index.shape or (1,))].reshape(index.shape)


def _embed(g: Any, shape: tuple[int, ...]) -> Any:
    """The gradient of the part of a source that an index covers, in zeros of the whole source's shape."""
    if tuple(g.shape) == shape:
        return g
    if 0 in g.shape:
        return np.zeros(shape, g.dtype)
    g = g.reshape(g.shape or (1,))
    return _write.rule(g, tuple(slice(n) for n in g.shape), shape) if shape else g.reshape(shape)


def _scatter_index(input: Any, dim: int, index: Any, src: Any, name: str) -> tuple[int, np.ndarray]:
    dim, data = _axis(dim, input.ndim), np.asarray(array(index))
    if src is not None and array(src).dtype != array(input).dtype:
        raise RuntimeError(
            f"{name}(): Expected self.dtype to be equal to src.dtype, got {array(input).dtype.name} and {array(src).dtype.name}; convert one with .to()"
        )
    if data.size:  # torch does not look at an empty one
        _check_places(tuple(input.shape), data, dim, name, None if src is None else tuple(src.shape))
    return dim, data


def _copy(input: Any) -> np.ndarray:
    return np.array(array(input), order="C")


@differentiable(linear=True, name="ScatterAddBackward0", saves="index")
def scatter_add(input: Tensor, dim: Dim, index: Tensor, src: Tensor, *, out: Tensor | None = None) -> Any:
    """`input` with each element of `src` added at the place that `index` names along an axis.

    Raises:
        RuntimeError: index out of range or of another rank, or dtypes differ.
    """
    dim, numbers = _scatter_index(input, dim, index, src, "scatter_add")
    total, shape = _copy(input), tuple(src.shape)
    _at(np.add, total, dim, numbers, array(_source(src, numbers)))
    return total, same, None, None, lambda g: _embed(gather.rule(g, dim, numbers), shape)


@differentiable(linear=True, name="ScatterBackward0", saves="index")
def _scatter_src(input: Any, src: Any, dim: int, index: np.ndarray) -> Any:
    total, shape = _copy(input), tuple(src.shape)
    _at(None, total, dim, index, array(_source(src, index)))
    return total, lambda g: _scatter_value.rule(g, 0.0, dim, index), lambda g: _embed(gather.rule(g, dim, index), shape)


@differentiable(linear=True, name="ScatterBackward1", saves="index")
def _scatter_value(input: Any, value: float, dim: int, index: np.ndarray) -> Any:
    total = _copy(input)
    _at(None, total, dim, index, np.asarray(dtypes.checked(value, total.dtype), total.dtype))
    return total, lambda g: _scatter_value.rule(g, 0.0, dim, index)


@differentiable(linear=True, name="torch::autograd::NotImplemented")
def _scatter_combined(input: Any, src: Any, dim: int, index: np.ndarray, combine: np.ufunc) -> Any:
    """`scatter` with reduce="add" or "multiply", which has no gradient, here as in torch."""
    total = _copy(input)
    _at(combine, total, dim, index, array(_source(src, index)))

    def refuse(g: Any) -> Any:
        raise RuntimeError(
            "derivative for aten::scatter is not implemented: with reduce= there is none; use scatter_add or scatter_reduce"
        )

    return total, refuse, refuse


@composed
def scatter(
    input: Tensor,
    dim: Dim,
    index: Tensor,
    src: Operand | None = None,
    *,
    value: Operand | None = None,
    reduce: str | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """`input` with elements of `src` (or one number) put at the places that `index` names along an axis.

    reduce: "add" or "multiply" combines with what is there.

    Raises:
        RuntimeError: index out of range or of another rank, or dtypes differ.
    """
    source = value if src is None else src
    if source is None:
        raise TypeError("scatter(): give src, a tensor, or value, a number")
    number = not hasattr(source, "shape") or not hasattr(source, "ndim")
    dim, numbers = _scatter_index(input, dim, index, None if number else source, "scatter")
    if reduce is not None:
        if reduce not in ("add", "multiply"):
            raise RuntimeError(f"reduce argument must be either add or multiply., got {reduce}")
        part = np.full(numbers.shape, _assigned(source, array(input).dtype)) if number else source
        return _scatter_combined.rule(input, part, dim, numbers, np.add if reduce == "add" else np.multiply)
    return (
        _scatter_value.rule(input, source, dim, numbers) if number else _scatter_src.rule(input, source, dim, numbers)
    )


_COMBINE = {"sum": np.add, "mean": np.add, "prod": np.multiply, "amax": np.maximum, "amin": np.minimum}


def _other_factors(
    data: np.ndarray, source: np.ndarray, grid: tuple, total: np.ndarray, include_self: bool
) -> np.ndarray:
    """For each element of the source the product of the others that meet at its place: no division by 0."""
    zeros, rest = np.zeros(data.shape, np.int64), np.ones_like(data)
    if include_self:
        zeros, rest = np.array(data == 0, np.int64), np.where(data == 0, 1, data)
    zero = source == 0
    filled = np.where(zero, 1, source)
    np.add.at(zeros, grid, zero)
    np.multiply.at(rest, grid, filled)
    return np.where(zero, np.where(zeros[grid] == 1, rest[grid], 0), total[grid] / filled)


@differentiable(name="DelayedError")
def _once(flow: Any) -> Any:
    """A gradient that depends on the factors in a way that is not built, here as in torch."""

    def refuse(g: Any) -> Any:
        raise RuntimeError("scatter_reduce(): the gradient of a product can be differentiated again only where at most one element of src that meets there is 0")  # fmt: skip

    return flow, refuse


def _product_flow(g: Any, input: Any, dim: int, index: np.ndarray, src: Any, include_self: bool) -> Any:
    """As `_other_factors` times g, made of operations that can be differentiated again."""
    zero = array(src) == 0
    zeros = np.zeros(input.shape, np.int64)
    grid = _grid(index, dim)
    np.add.at(zeros, grid, zero)
    single = zero & (zeros[grid] == 1)

    def products(factors: Any) -> Any:
        return gather.rule(
            g * scatter_reduce.rule(input, dim, index, factors, "prod", include_self=include_self), dim, index
        )

    flow = np.where(single, products(np.where(single, 1.0, src)), products(src) / np.where(zero, 1.0, src))
    return _once.rule(flow) if zeros.max(initial=0) > 1 else flow


def _extreme(dtype: np.dtype, sign: int) -> Any:
    """The largest (sign 1) or the smallest value of a type."""
    if dtype.kind == "f":
        return sign * np.inf
    if dtype.kind == "b":
        return sign > 0
    return np.iinfo(dtype).max if sign > 0 else np.iinfo(dtype).min


@differentiable(name="ScatterReduceBackward0")
def scatter_reduce(
    input: Tensor,
    dim: Dim,
    index: Tensor,
    src: Tensor,
    reduce: str,
    *,
    include_self: bool = True,
    out: Tensor | None = None,
) -> Any:
    """`input` combined with the elements of `src` at the places that `index` names: sum, prod, mean, amax or amin.

    Raises:
        RuntimeError: another `reduce`, index out of range or of another rank, or dtypes differ.
    """
    reduce = {"max": "amax", "min": "amin"}.get(reduce, reduce)  # torch takes these too
    if reduce not in _COMBINE:
        raise RuntimeError(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}")
    dim, numbers = _scatter_index(input, dim, index, src, "scatter_reduce")
    shape = tuple(src.shape)
    if reduce == "mean" and array(input).dtype == bool:
        raise NotImplementedError('scatter_reduce(): "mean" is not implemented for bool tensors; convert with .float()')
    if not numbers.size:
        return _copy(input), same, None, None, lambda g: np.zeros(shape, g.dtype)
    if not (input.ndim and numbers.ndim and src.ndim):
        return NotImplemented, _scatter_reduce_number
    data, source = array(input), array(_source(src, numbers))
    again = not (isinstance(input, np.ndarray) and isinstance(src, np.ndarray))
    grid = _grid(numbers, dim)
    start = {"prod": 1, "amax": _extreme(data.dtype, -1), "amin": _extreme(data.dtype, 1)}.get(reduce, 0)
    count = np.zeros(data.shape, np.int64)
    np.add.at(count, grid, 1)
    touched = count > 0
    total = _copy(data if include_self else np.where(touched, np.asarray(start).astype(data.dtype), data))
    _COMBINE[reduce].at(total, grid, source)
    if reduce == "mean":
        divide = np.true_divide if data.dtype.kind == "f" else np.floor_divide
        total = np.where(touched, divide(total, np.maximum(count + include_self, 1)), total).astype(data.dtype)
    divisor = np.maximum(count + include_self, 1) if reduce == "mean" else 1
    own = np.ones(data.shape) if include_self else (~touched).astype(float)

    def pull_input(g: Any) -> Any:
        if reduce in ("sum", "mean"):
            return g * (own / (np.where(touched, divisor, 1) if reduce == "mean" else 1))
        if reduce == "prod":
            others = scatter_reduce.rule(np.ones_like(data), dim, index, src, "prod")  # not total / data: data may be 0
            return g * own * others
        return g * (own * (data == total) / ties)

    def pull_source(g: Any) -> Any:
        if reduce == "sum":
            flow = gather.rule(g, dim, numbers)
        elif reduce == "mean":
            flow = gather.rule(g / divisor, dim, numbers)
        elif reduce == "prod" and again:
            flow = _product_flow(g, input, dim, numbers, _source(src, numbers), include_self)
        elif reduce == "prod":
            flow = gather.rule(g, dim, numbers) * _other_factors(data, source, grid, total, include_self)
        else:
            flow = gather.rule(g / ties, dim, numbers) * (source == total[grid])
        return _embed(flow, shape)

    ties: Any = 1
    if reduce in ("amax", "amin"):
        ties = np.array(data == total, float)  # as torch, also where the input does not take part
        np.add.at(ties, grid, (source == total[grid]).astype(float))
        ties = np.maximum(ties, 1)
    return total, pull_input, None, None, pull_source


def _scatter_reduce_number(
    input: Any, dim: int, index: Any, src: Any, reduce: str, *, include_self: bool = True
) -> Any:
    """`scatter_reduce` where something has no axes: all are vectors then."""
    vectors = [x.reshape(x.shape or (1,)) for x in (input, array(index), src)]
    whole = scatter_reduce.rule(vectors[0], 0, *vectors[1:], reduce, include_self=include_self)
    return named(whole.reshape(input.shape), "ScatterReduceBackward0")


def check_slices(input: Any, dim: int, index: Any, source: Any, name: str) -> np.ndarray:
    """The numbers of an index of slices along an axis, for each of which `source` has one.

    Raises:
        IndexError: index is no vector. RuntimeError: it is of another type, or sizes or types of the two tensors do not fit.
    """
    _line(index, name)
    numbers = _whole(index, name).reshape(-1)
    if input.dtype != source.dtype:
        raise RuntimeError(f"{name}(): self ({input.dtype}) and source ({source.dtype}) must have the same scalar type; convert one with .to()")  # fmt: skip
    if not source.ndim and numbers.size != 1:
        raise IndexError(f"{name}(): source has no dimensions and so needs one index number, got {numbers.size}")
    expected = [*input.shape[:dim], numbers.size, *input.shape[dim + 1 :]] if input.ndim else []
    if list(source.shape) != expected:
        raise RuntimeError(
            f"{name}(): source should have shape {expected} to match index and self, and has {list(source.shape)}"
        )
    return numbers


@differentiable(linear=True, name="IndexAddBackward0", saves=["", "index source"])
def _index_add(input: Any, source: Any, dim: int, index: np.ndarray, alpha: float) -> Any:
    from .shape import _take

    total = _copy(input)
    place: Any = (WHOLE,) * dim + (index,)
    factor = np.array(dtypes.checked(alpha, total.dtype)).astype(total.dtype)  # -1 wraps around
    np.add.at(total, place, array(source) * factor)
    return total, same, lambda g: _take.rule(g, index, dim) * alpha


@composed
def index_add(
    input: Tensor, dim: Dim, index: Tensor, source: Tensor, *, alpha: Number = 1, out: Tensor | None = None
) -> Tensor:
    """`input` with alpha times the slices of `source` added at the places that `index` names along an axis.

    Raises:
        RuntimeError, IndexError: index out of range, or sizes do not fit.
    """
    dim = _axis(dim, input.ndim)
    numbers = check_slices(input, dim, index, source, "index_add")
    # as torch, which hands the plain case on to scatter_add
    plain = input.ndim > 1 and alpha == 1 and numbers.dtype == np.int64
    _within(numbers, _size(input, dim), dim, RuntimeError if plain else IndexError)
    if not input.ndim:
        added = _index_add.rule(input.reshape(1), source.reshape(1), 0, numbers, alpha).reshape(())
        return named(added, "IndexAddBackward0")
    return _index_add.rule(input, source, dim, numbers, alpha)


@composed
def index_copy(input: Tensor, dim: Dim, index: Tensor, source: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`input` with the slices that `index` names along an axis replaced by those of `source`.

    Raises:
        IndexError: out of range, or sizes do not fit. RuntimeError: other types, or slices of another shape.
    """
    dim = _axis(dim, input.ndim)
    _line(index, "index_copy")
    count = int(np.size(array(index)))
    if source.ndim != input.ndim and source.ndim and input.ndim:
        raise IndexError(
            f"index_copy(): source has {source.ndim} dimensions and self {input.ndim}; they must have as many"
        )
    if not source.ndim and count != 1:
        raise IndexError(f"index_copy(): When source is scalar, index should have one element, got {count}")
    numbers = _whole(index, "index_copy", "l").reshape(-1)
    if input.dtype != source.dtype:
        raise RuntimeError(f"index_copy(): self and source expected to have the same dtype, but got (self) {input.dtype} and (source) {source.dtype}")  # fmt: skip
    slices = [[n for d, n in enumerate(x.shape) if d != dim] for x in (input, source)]
    if slices[0] != slices[1]:
        raise RuntimeError(f"index_copy(): Source/destination tensor must have same slice shapes, got {slices[1]} and {slices[0]} along dimension {dim}")  # fmt: skip
    if source.ndim and count != source.shape[dim]:
        raise IndexError(
            f"index_copy(): Number of indices ({count}) should be equal to source.size(dim) ({source.shape[dim]})"
        )
    if array(source).size:  # torch does not look at the numbers otherwise
        _within(numbers, _size(input, dim), dim)
    vectors = [x if x.ndim else x.reshape(1) for x in (input, source)]
    copied = _sliced.rule(*vectors, dim, numbers)
    return copied if input.ndim else named(copied.reshape(()), "IndexCopyBackward0")


@differentiable(linear=True, name="IndexCopyBackward0", saves=["index", "index source"])
def _sliced(input: Any, source: Any, dim: int, index: np.ndarray) -> Any:
    total, place = _copy(input), (WHOLE,) * dim + (index,)
    if array(source).size:
        total[place] = array(source)
    return total, lambda g: replaced.rule(g, np.zeros((), total.dtype), place), lambda g: _pick.rule(g, place)


@composed
def index_fill(input: Tensor, dim: Dim, index: Tensor, value: Operand) -> Tensor:
    """`input` with the slices that `index` names along an axis filled with a number.

    Raises:
        IndexError: out of range, or index is not int64. RuntimeError: it is no vector, or value has axes.
    """
    tensor = isinstance(value, graph.Tensor)
    if tensor and value.ndim:
        raise RuntimeError(
            f"index_fill_ only supports a 0-dimensional value tensor, but got tensor with {value.ndim} dimension(s)."
        )
    dim = _axis(dim, input.ndim)
    numbers = _whole(index, "index_fill", "l", IndexError)
    _line(index, "index_fill", RuntimeError)
    n = _size(input, dim)
    numbers = np.where(numbers < 0, numbers + n, numbers)  # from the end
    # each place once: the value's gradient must not count a place twice
    place = (WHOLE,) * dim + (np.unique(_within(numbers, n, dim) if array(input).size else numbers[:0]),)
    if not tensor or value.dtype != input.dtype:
        kind = array(input).dtype
        value = np.asarray(dtypes.checked(value.item() if tensor else value, kind)).astype(kind)
    filled = _filled.rule(input if input.ndim else input.reshape(1), value, place).reshape(input.shape)
    return saving.rule(filled, (index,), f"IndexFillBackward{int(tensor)}")


@differentiable(linear=True, name="IndexFillBackward0", saves="index")
def _filled(input: Any, value: Any, index: tuple) -> Any:
    total = layouts.clone(array(input))
    total[index] = array(value)
    return total, lambda g: _filled.rule(g, np.zeros((), total.dtype), index), lambda g: _pick.rule(g, index).sum()


# ---------------------------------------------------------------------------------------------------------------------
# By mask, and by place in memory order
# ---------------------------------------------------------------------------------------------------------------------
def _mask(mask: Any, name: str) -> np.ndarray:
    data = array(mask)
    if data.dtype != bool:
        raise RuntimeError(
            f"{name} only supports boolean masks, but got mask with dtype {data.dtype.name}; write mask.bool()"
        )
    return data


@differentiable(
    linear=True,
    name=lambda input, mask, value: f"MaskedFillBackward{int(isinstance(value, np.ndarray))}",
    saves="mask",
)
def masked_fill(input: Tensor, mask: Tensor, value: Operand) -> Any:
    """`input` with `value` where the mask is True.

    Raises:
        RuntimeError: the mask is not bool, or does not broadcast; value has axes.
    """
    where = _mask(mask, "masked_fill")
    number = array(value)
    if isinstance(number, np.ndarray) and number.ndim:
        raise RuntimeError(
            f"masked_fill_ only supports a 0-dimensional value tensor, but got tensor with {number.ndim} dimension(s)."
        )
    data = array(input)
    if isinstance(number, np.ndarray) and number.dtype.kind == "f" and data.dtype.kind != "f":
        number = int(number)
    filled = np.where(where, np.asarray(dtypes.checked(number, data.dtype)).astype(data.dtype), data)
    return (
        np.asarray(filled, order="C"),
        lambda g: np.where(where, 0.0, g),
        None,
        lambda g: summed(np.where(where, g, 0.0)),
    )


@composed
def masked_select(input: Tensor, mask: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The elements where the mask is True, as a vector.

    Raises:
        RuntimeError: the mask is not bool, or does not broadcast.
    """
    from .shape import broadcast_shapes, broadcast_to

    where = _mask(mask, "masked_select")
    shape = broadcast_shapes(tuple(input.shape), where.shape)
    return _selected.rule(broadcast_to(input, shape), np.broadcast_to(where, shape))


@differentiable(linear=True, name="MaskedSelectBackward0", saves="input mask")
def _selected(input: Any, mask: np.ndarray) -> Any:
    shape = tuple(input.shape)
    return array(input)[mask], lambda g: _write.rule(g, (mask,), shape)


@differentiable(linear=True, saves="mask")
def masked_scatter(input: Tensor, mask: Tensor, source: Tensor) -> Any:
    """`input` with the first elements of `source`, in order, where the mask is True.

    Raises:
        RuntimeError: the mask is not bool, or the source has too few elements.
    """
    data = array(input)
    from .shape import broadcast_shapes

    shape = broadcast_shapes(tuple(data.shape), _mask(mask, "masked_scatter").shape)
    data, where = np.broadcast_to(data, shape), np.broadcast_to(array(mask), shape)
    if array(source).dtype != data.dtype:
        raise RuntimeError(f"masked_scatter: expected self and source to have same dtypes but got {data.dtype.name} and {array(source).dtype.name}")  # fmt: skip
    count = int(where.sum())
    if math.prod(source.shape) < count:
        raise RuntimeError(
            f"masked_scatter: expected the source to have at least as many elements as ones in mask, {count}, and it has {math.prod(source.shape)}"
        )
    total = np.array(data, order="C")
    total[where] = array(source).reshape(-1)[:count]
    shape = tuple(source.shape)
    return (
        total,
        lambda g: np.where(where, 0.0, g),
        None,
        lambda g: _write.rule(_selected.rule(g, where), (slice(count),), (math.prod(shape),)).reshape(shape),
    )


def _flat_places(index: np.ndarray, n: int, name: str) -> None:
    """Raise IndexError if a number is no place among n elements, counted from either end."""
    if index.size and (index.min() < -n or index.max() >= n):
        bad = int(index.max() if index.max() >= n else index.min())
        raise IndexError(f"out of range: {name}() tried to access index {bad} on a tensor of {n} elements.")


@differentiable(linear=True, saves="input index")
def take(input: Tensor, index: Tensor, *, out: Tensor | None = None) -> Any:
    """The elements at these places in the order of all indices.

    Raises:
        RuntimeError: the places are not int64. IndexError: out of range.
    """
    numbers = array(index)
    if numbers.dtype != np.int64:
        raise RuntimeError(
            f"take(): Expected a long tensor for index, but got {numbers.dtype.name}; convert with .long()"
        )
    shape, n = tuple(input.shape), math.prod(input.shape)
    _flat_places(numbers, n, "take")
    return array(input).reshape(-1)[numbers], lambda g: _write.rule(g, (numbers,), (n,)).reshape(shape)


@composed
def put(input: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> Tensor:
    """`input` with the elements of `source` put, or added, at these places in the order of all indices.

    Raises:
        RuntimeError: index is not int64, or the types of input and source differ. IndexError: out of range, or another number of elements.
    """
    places = _whole(index, "put", "l")
    if input.dtype != source.dtype:
        raise RuntimeError(f"put(): self and source expected to have the same dtype, but got self.dtype = {input.dtype} and source.dtype = {source.dtype}")  # fmt: skip
    if places.size != math.prod(source.shape):
        raise IndexError(f"put(): Expected source and index to have the same number of elements, but got {math.prod(source.shape)} and {places.size}")  # fmt: skip
    return _placed.rule(input, source, places, accumulate)


@differentiable(linear=True, name="PutBackward0", saves=["index", "index source"])
def _placed(input: Any, source: Any, index: np.ndarray, accumulate: bool) -> Any:
    flat = array(input).reshape(-1).copy()
    _flat_places(index, flat.size, "put")
    if accumulate:
        np.add.at(flat, index, array(source).reshape(index.shape))
    else:
        flat[index] = array(source).reshape(index.shape)
    value = layouts.clone(array(input))
    value[...] = flat.reshape(value.shape)
    shape = tuple(source.shape)

    def rest(g: Any) -> Any:
        return g if accumulate else _placed.rule(g, np.zeros(index.shape, value.dtype), index, False)

    return value, rest, lambda g: take.rule(g, index).reshape(shape)


@composed
def take_along_dim(input: Tensor, indices: Tensor, dim: Dim | None = None, *, out: Tensor | None = None) -> Tensor:
    """`gather` with broadcasting of the other axes; without `dim` of all elements.

    Raises:
        RuntimeError: indices are not int64, or have another number of axes.
    """
    from .shape import broadcast_shapes, broadcast_to

    if dim is None:
        return gather.rule(input.reshape(-1), 0, indices.reshape(-1))
    if array(indices).dtype != np.int64:
        raise RuntimeError(
            f"torch.take_along_dim(): dtype of indices should be Long but got {array(indices).dtype.name}; convert with .long()"
        )
    if indices.ndim != input.ndim:
        raise RuntimeError(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, "
            f"but got {input.ndim} for input, and {indices.ndim} for indices"
        )
    dim = _axis(dim, input.ndim)
    full = list(
        broadcast_shapes(*(tuple(1 if d == dim else n for d, n in enumerate(x.shape)) for x in (input, indices)))
    )
    shapes = [tuple(x.shape[dim] if d == dim else n for d, n in enumerate(full)) for x in (input, indices)]
    numbers = array(indices)
    numbers = np.where(numbers < 0, numbers + input.shape[dim], numbers)  # from the end
    return gather.rule(broadcast_to(input, shapes[0]), dim, np.broadcast_to(numbers, shapes[1]))


@nondifferentiable
def argwhere(input: Tensor) -> Any:
    """The indices of the elements that are not 0, a row each."""
    return np.argwhere(input)


@composed
def nonzero(input: Tensor, *, as_tuple: bool = False, out: Tensor | None = None) -> Tensor:
    """The indices of the elements that are not 0: a row each, or with as_tuple a vector per axis."""
    return _nonzero_columns.rule(input) if as_tuple else argwhere.rule(input)


@nondifferentiable
def _nonzero_columns(input: Any) -> Any:
    return tuple(np.ascontiguousarray(column) for column in np.nonzero(np.atleast_1d(input)))


@nondifferentiable
def nonzero_static(input: Tensor, *, size: int, fill_value: int = -1, out: Tensor | None = None) -> Any:
    """`nonzero` with exactly `size` rows: the first ones, and rows of fill_value where there are too few.

    Raises:
        RuntimeError: a negative size.
    """
    if size < 0:
        raise RuntimeError(f"nonzero_static: 'size' must be an non-negative integer, got {size}")
    rows = np.full((size, input.ndim), fill_value, np.int64)
    found = np.argwhere(input)[:size]
    rows[: len(found)] = found
    return rows


@composed
def unravel_index(indices: Tensor, shape: object) -> tuple:
    """The index along each axis of a tensor of this shape, for places in the order of all indices.

    Raises:
        TypeError: indices, or sizes, that are not whole numbers. ValueError: a negative size.

    >>> import minitorch_pt as torch
    >>> torch.unravel_index(torch.tensor([1, 5]), (2, 3))
    (tensor([0, 1]), tensor([1, 2]))
    """
    if array(indices).dtype.kind not in "iu":
        raise TypeError(f"expected 'indices' to be integer dtype, but got {indices.dtype}; convert with .long()")
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    for n in sizes:
        if not isinstance(n, (int, np.integer)):
            raise TypeError(f"expected 'shape' to be int or sequence of ints, but got {shape}")
        if n < 0:
            raise ValueError(f"'shape' cannot have negative values, but got {sizes}")
    parts, rest = [], indices.long()
    for n in reversed(sizes):
        parts.append(rest % n)
        rest = rest // n
    return tuple(reversed(parts))
