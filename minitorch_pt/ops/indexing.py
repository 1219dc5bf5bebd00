"""Indexing: reading and writing parts. The gradient of reading is writing into zeros, and the other way round.

Basic indices (numbers, slices, None, ...) give views; index arrays and masks give copies, as in NumPy.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import dtypes
from ..autograd.contract import composed
from ..autograd.rule import array, differentiable, inplace, named, nondifferentiable, same
from ..notices import warn
from .shape import _axis

if TYPE_CHECKING:
    from ..autograd.contract import Dim, Number, Operand, Tensor


__all__ = [
    "argwhere", "assign", "gather", "getitem", "index_add", "index_assign", "index_copy", "index_fill", "index_put", "index_put_", "index_select",
    "masked_fill", "masked_scatter", "masked_select", "nonzero", "nonzero_static", "put", "scatter", "scatter_add", "scatter_reduce", "take", "take_along_dim",
    "unravel_index",
]  # fmt: skip


def plain_index(index: Any, shape: tuple[int, ...]) -> tuple[tuple, bool]:
    """An index as NumPy takes it, and whether it is basic (gives a view).

    Raises:
        IndexError: too many indices, or of a type that is no index. ValueError: a negative step.
    """
    if isinstance(index, str):
        raise TypeError(f"new(): invalid data type 'str': {index!r} is no index")
    items = list(index) if isinstance(index, tuple) else [index]
    dots = [i for i, item in enumerate(items) if item is Ellipsis]
    for i in reversed(dots[1:]):
        items[i] = slice(None)  # as in torch the first one alone stands for all axes that are not named
    basic, used = True, 0
    for i, item in enumerate(items):
        item = array(item)
        if isinstance(item, (list, tuple, range)):
            item = np.asarray([array(x) for x in item]) if len(item) else np.zeros(0, np.int64)
        if isinstance(item, np.ndarray):
            if item.dtype.kind == "f":
                raise IndexError(
                    f"tensors used as indices must be long, int, byte or bool tensors, got {item.dtype.name}; convert with .long()"
                )
            if item.dtype == np.uint8:
                warn("indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead.")  # fmt: skip
                item = item.astype(bool)
            if item.ndim == 0 and item.dtype.kind in "iu":
                item = int(item)
            elif item.ndim == 0:
                basic, used = False, used
            else:
                basic = False
                used += item.ndim if item.dtype == bool else 1
        if isinstance(item, slice):
            step = array(item.step)
            if step is not None and step <= 0:
                raise ValueError(f"step must be greater than zero, got {step}; use flip() to reverse")
            item = slice(*(None if x is None else int(x) for x in (array(item.start), array(item.stop), step)))
            used += 1
        elif isinstance(item, (bool, np.bool_)):
            basic = False
        elif isinstance(item, (int, np.integer)):
            if used < len(shape) and not (dots and dots[0] < i) and not -shape[used] <= item < shape[used]:
                raise IndexError(f"index {int(item)} is out of bounds for dimension {used} with size {shape[used]}")
            item = int(item)
            used += 1
        elif item is not None and item is not Ellipsis and not isinstance(item, np.ndarray):
            raise IndexError(
                f"only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got {type(item).__name__})"
            )
        items[i] = item
    if used > len(shape):
        raise IndexError(f"too many indices for tensor of dimension {len(shape)}: {used} given")
    if basic and not dots:
        items.append(Ellipsis)  # so that a single element is a view too, not a NumPy scalar
    return tuple(items), basic


def _bounded(function: Any) -> Any:
    """NumPy's IndexError in torch's words."""
    try:
        return function()
    except IndexError as error:
        raise IndexError(str(error).replace("axis", "dimension")) from None


def _index_name(input: Any, index: Any, basic: bool) -> str:
    if not basic:
        return "IndexBackward0"
    last = [i for i in index if not (isinstance(i, slice) and i == slice(None)) and i is not Ellipsis]
    if not last:
        return "AliasBackward0"
    return {"int": "SelectBackward0", "NoneType": "UnsqueezeBackward0"}.get(type(last[-1]).__name__, "SliceBackward0")


@differentiable(linear=True, view=True, name=_index_name)
def _read(input: Any, index: tuple, basic: bool) -> Any:
    shape = input.shape
    value = _bounded(lambda: array(input)[index])
    return value, lambda g: _write.rule(g, index, basic, shape)


@differentiable(linear=True, name="IndexPutBackward0")
def _write(input: Any, index: tuple, basic: bool, shape: tuple[int, ...]) -> Any:
    """Zeros with `input` added at an index: the transpose of reading."""
    g = array(input)
    total = np.zeros(shape, g.dtype)
    if basic or all(isinstance(i, np.ndarray) and i.dtype == bool for i in index):  # no place twice
        total[index] = g
    else:
        _add_at(total, index, g)
    return total, lambda h: _read.rule(h, index, basic)


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
    """
    plain, basic = plain_index(index, tuple(input.shape))
    return _read.rule(input, plain, basic)


def assign(data: np.ndarray, index: Any, value: Any) -> None:
    """data[index] = value, on arrays.

    Raises:
        IndexError: as `getitem`. RuntimeError: the value's shape does not fit.
    """
    plain, _ = plain_index(index, data.shape)
    _put(data, plain, value)


def _put(data: np.ndarray, plain: tuple, value: Any) -> None:
    value = array(value)
    if isinstance(value, np.ndarray):
        where = _bounded(lambda: data[plain])
        while value.ndim > where.ndim and value.shape[0] == 1:  # leading axes of size 1 do not count
            value = value[0]
        try:
            np.broadcast_to(value, where.shape)
        except ValueError:
            raise RuntimeError(f"shape mismatch: value tensor of shape {list(value.shape)} cannot be broadcast to indexing result of shape "
                               f"{list(where.shape)}") from None  # fmt: skip
        value = value.astype(data.dtype)
    elif not isinstance(value, (bool, int, float, np.generic)):
        raise TypeError(
            f"can't assign a {type(value).__name__} to a torch.{data.dtype.name} tensor; make a tensor of it first"
        )
    else:
        value = np.asarray(dtypes.checked(value, data.dtype)).astype(data.dtype)
    _bounded(lambda: data.__setitem__(plain, value))


@differentiable(linear=True, name="IndexPutBackward0")
def _replaced(input: Any, value: Any, index: tuple, basic: bool) -> Any:
    data = np.array(array(input))
    _put(data, index, value)

    def rest(g: Any) -> Any:
        return _replaced.rule(g, 0.0, index, basic)

    ndim = np.ndim(array(value))  # the number alone is kept: `x[0] += 1` assigns what was changed in place

    def part(g: Any) -> Any:
        inner = _read.rule(g, index, basic)
        extra = ndim - inner.ndim
        return inner.reshape((1,) * extra + tuple(inner.shape)) if extra > 0 else inner

    return data, rest, part


def index_assign(input: Any, index: Any, value: Any) -> Any:
    """`input` with the region at `index` replaced by `value`."""
    plain, basic = plain_index(index, tuple(input.shape))
    return _replaced.rule(input, value, plain, basic)


@composed
def index_put(input: Tensor, indices: object, values: Tensor, accumulate: bool = False) -> Tensor:
    """`input` with `values` put, or added, at the places that index tensors name.

    Raises:
        IndexError: a place is out of bounds.
    """
    plain, basic = plain_index(tuple(indices), tuple(input.shape))
    return _accumulated.rule(input, values, plain, basic) if accumulate else _replaced.rule(input, values, plain, basic)


@differentiable(linear=True, name="IndexPutBackward0")
def _accumulated(input: Any, values: Any, index: tuple, basic: bool) -> Any:
    data = np.array(array(input))
    np.add.at(data, index, array(values))
    return data, same, lambda g: _read.rule(g, index, basic)


index_put_ = inplace(index_put)


# ---------------------------------------------------------------------------------------------------------------------
# Along one axis, by number
# ---------------------------------------------------------------------------------------------------------------------
def _numbers(index: Any, n: int, dim: int, name: str) -> np.ndarray:
    """Index numbers, checked.

    Raises:
        RuntimeError: not whole numbers. IndexError: out of range.
    """
    data = np.asarray(array(index))
    if data.dtype not in (np.dtype(np.int64), np.dtype(np.int32)):
        raise RuntimeError(
            f"{name}(): Expected dtype int32/int64 for index, got {data.dtype.name}; convert with .long()"
        )
    if data.size and (data.min() < 0 or data.max() >= n):
        bad = int(data.min()) if data.min() < 0 else int(data.max())
        raise IndexError(f"index {bad} is out of bounds for dimension {dim} with size {n}")
    return data


def _checked(index: Any, n: int, dim: int, name: str) -> np.ndarray:
    try:
        return _numbers(index, n, dim, name)
    except IndexError as error:
        raise RuntimeError(str(error)) from None  # torch's type in gather and scatter


@composed
def index_select(input: Tensor, dim: Dim, index: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The slices along an axis that `index` names: shape of input with size len(index) at `dim`.

    Raises:
        IndexError: a number out of range, or index has more than one axis.
    """
    from .shape import _take

    dim = _axis(dim, input.ndim)
    if np.ndim(array(index)) > 1:
        raise IndexError(f"index_select(): Index is supposed to be a vector, got shape {list(index.shape)}")
    numbers = _numbers(index, input.shape[dim] if input.ndim else 1, dim, "index_select").reshape(-1)
    return _take(input, numbers, dim) if input.ndim else input.reshape(1)[numbers[0]]


def _grid(index: np.ndarray, dim: int) -> tuple:
    """The index arrays that address, for each place of `index`, the element that it names along `dim`."""
    grid = list(np.ogrid[tuple(slice(n) for n in index.shape)])
    if grid:
        grid[dim] = index
    return tuple(grid)


def _fits_along(input: Any, index: np.ndarray, dim: int, name: str) -> None:
    if index.ndim != max(input.ndim, 1) and not (index.ndim == 0 or input.ndim == 0):
        raise RuntimeError(
            f"Index tensor must have the same number of dimensions as input tensor: {name}() got {index.ndim} and {input.ndim}"
        )
    for d, (k, n) in enumerate(zip(index.shape, input.shape, strict=False)):
        if d != dim and k > n:
            raise RuntimeError(
                f"Size does not match at dimension {d} expected index {list(index.shape)} to be no larger than self {list(input.shape)} apart from dimension {dim}"
            )


@differentiable(linear=True)
def gather(input: Tensor, dim: Dim, index: Tensor, *, sparse_grad: bool = False, out: Tensor | None = None) -> Any:
    """For each place of `index`, the element that it names along an axis: out[i][j] = input[index[i][j]][j] for dim 0.

    Raises:
        RuntimeError: index is not int64, out of range, or larger than the input in another axis.
    """
    dim = _axis(dim, input.ndim)
    data = np.asarray(array(index))
    shape = input.shape
    if not data.size:
        return np.zeros(data.shape, input.dtype), lambda g: np.zeros(shape, g.dtype)
    _fits_along(input, data, dim, "gather")
    numbers = _checked(data, input.shape[dim] if input.ndim else 1, dim, "gather")
    values = array(input)
    if values.ndim == 0 or numbers.ndim == 0:
        picked = values.reshape(-1)[numbers.reshape(-1)].reshape(numbers.shape)
        return picked, lambda g: _sum_into.rule(g.reshape(-1), numbers.reshape(-1), 0, (math.prod(shape),)).reshape(
            shape
        )
    return values[_grid(numbers, dim)], lambda g: _sum_into.rule(g, numbers, dim, shape)


@differentiable(linear=True, name="ScatterAddBackward0")
def _sum_into(input: Any, index: np.ndarray, dim: int, shape: tuple[int, ...]) -> Any:
    """Zeros with each element added where the index says: the transpose of gather."""
    g = array(input)
    total = np.zeros(shape, g.dtype)
    np.add.at(total, _grid(index, dim), g)
    return total, lambda h: gather.rule(h, dim, index)


def _source(src: Any, index: np.ndarray) -> Any:
    """The part of the source that the index covers."""
    return src[tuple(slice(n) for n in index.shape)] if tuple(src.shape) != index.shape else src


def _embed(g: Any, shape: tuple[int, ...]) -> Any:
    """A part's gradient, in zeros of the whole source's shape."""
    if tuple(g.shape) == tuple(shape):
        return g
    return _write(g, tuple(slice(n) for n in g.shape), True, tuple(shape))


def _scatter_index(input: Any, dim: int, index: Any, src: Any, name: str) -> tuple[int, np.ndarray]:
    dim = _axis(dim, input.ndim)
    data = np.asarray(array(index))
    if data.dtype not in (np.dtype(np.int64), np.dtype(np.int32)):
        raise RuntimeError(
            f"{name}(): Expected dtype int32/int64 for index, got {data.dtype.name}; convert with .long()"
        )
    _fits_along(input, data, dim, name)
    if src is not None and any(k > n for k, n in zip(data.shape, src.shape, strict=False)):
        raise RuntimeError(f"Expected index {list(data.shape)} to be no larger than src {list(src.shape)}")
    if src is not None and array(src).dtype != array(input).dtype:
        raise RuntimeError(
            f"{name}(): Expected self.dtype to be equal to src.dtype, got {array(input).dtype.name} and {array(src).dtype.name}; convert one with .to()"
        )
    return dim, _checked(data, input.shape[dim] if input.ndim else 1, dim, name)


@differentiable(linear=True, name="ScatterAddBackward0")
def scatter_add(input: Tensor, dim: Dim, index: Tensor, src: Tensor, *, out: Tensor | None = None) -> Any:
    """`input` with each element of `src` added at the place that `index` names along an axis.

    Raises:
        RuntimeError: index out of range or of another rank, or dtypes differ.
    """
    dim, numbers = _scatter_index(input, dim, index, src, "scatter_add")
    total = np.array(array(input))
    if numbers.size:
        np.add.at(
            total,
            _grid(numbers, dim) if total.ndim else (),
            array(_source(src, numbers)) if total.ndim else array(src).sum(),
        )
    shape = tuple(src.shape)
    return total, same, None, None, lambda g: _embed(gather.rule(g, dim, numbers), shape)


@differentiable(linear=True, name="ScatterBackward0")
def _scatter_src(input: Any, src: Any, dim: int, index: np.ndarray) -> Any:
    total = np.array(array(input))
    if total.ndim:
        total[_grid(index, dim)] = array(_source(src, index))
    elif index.size:
        total[...] = array(src).reshape(-1)[-1]
    shape = tuple(src.shape)
    return total, lambda g: _scatter_value.rule(g, 0.0, dim, index), lambda g: _embed(gather.rule(g, dim, index), shape)


@differentiable(linear=True, name="ScatterBackward1")
def _scatter_value(input: Any, value: float, dim: int, index: np.ndarray) -> Any:
    total = np.array(array(input))
    total[_grid(index, dim) if total.ndim else ...] = value
    return total, lambda g: _scatter_value.rule(g, 0.0, dim, index)


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
        part = np.full(numbers.shape, source, array(input).dtype) if number else source
        return scatter_reduce.rule(input, dim, index, part, "sum" if reduce == "add" else "prod")
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
    return _once(flow) if zeros.max(initial=0) > 1 else flow


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
    if reduce not in _COMBINE:
        raise RuntimeError(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}")
    dim, numbers = _scatter_index(input, dim, index, src, "scatter_reduce")
    data, source = array(input), array(_source(src, numbers))
    again = not (isinstance(input, np.ndarray) and isinstance(src, np.ndarray))
    grid = _grid(numbers, dim)
    start = {"prod": 1, "amax": _extreme(data.dtype, -1), "amin": _extreme(data.dtype, 1)}.get(reduce, 0)
    count = np.zeros(data.shape, np.int64)
    np.add.at(count, grid, 1)
    touched = count > 0
    total = np.array(data if include_self else np.where(touched, np.asarray(start).astype(data.dtype), data))
    _COMBINE[reduce].at(total, grid, source)
    if reduce == "mean":
        divide = np.true_divide if data.dtype.kind == "f" else np.floor_divide
        total = np.where(touched, divide(total, np.maximum(count + include_self, 1)), total).astype(data.dtype)
    divisor = np.maximum(count + include_self, 1) if reduce == "mean" else 1
    own = np.ones(data.shape) if include_self else (~touched).astype(float)
    shape = tuple(src.shape)

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


@differentiable(linear=True, name="IndexAddBackward0")
def _index_add(input: Any, source: Any, dim: int, index: np.ndarray, alpha: float) -> Any:
    from .shape import _take

    total = np.array(array(input))
    place: Any = (slice(None),) * dim + (index,)
    np.add.at(total, place, array(source) * np.asarray(alpha, total.dtype))
    return total, same, lambda g: _take(g, index, dim) * alpha


@composed
def index_add(
    input: Tensor, dim: Dim, index: Tensor, source: Tensor, *, alpha: Number = 1, out: Tensor | None = None
) -> Tensor:
    """`input` with alpha times the slices of `source` added at the places that `index` names along an axis.

    Raises:
        RuntimeError, IndexError: index out of range, or sizes do not fit.
    """
    if not input.ndim:
        added = index_add(input.reshape(1), dim, index, source.reshape(1), alpha=alpha).reshape(())
        return named(added, "IndexAddBackward0")
    dim = _axis(dim, input.ndim)
    numbers = _checked(index, input.shape[dim], dim, "index_add").reshape(-1)
    expected = [*input.shape[:dim], numbers.size, *input.shape[dim + 1 :]]
    if list(source.shape) != expected:
        raise RuntimeError(
            f"index_add_(): source should have shape {expected} to match index and self, and has {list(source.shape)}"
        )
    return _index_add.rule(input, source, dim, numbers, alpha)


@composed
def index_copy(input: Tensor, dim: Dim, index: Tensor, source: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`input` with the slices that `index` names along an axis replaced by those of `source`.

    Raises:
        IndexError: out of range, or sizes do not fit.
    """
    if not input.ndim:
        return named(index_copy(input.reshape(1), dim, index, source.reshape(1)).reshape(()), "IndexCopyBackward0")
    dim = _axis(dim, input.ndim)
    numbers = _numbers(index, input.shape[dim], dim, "index_copy").reshape(-1)
    expected = [*input.shape[:dim], numbers.size, *input.shape[dim + 1 :]]
    if list(source.shape) != expected:
        raise IndexError(
            f"index_copy_(): Number of indices should be equal to source.size(dim): source should have shape {expected} and has {list(source.shape)}"
        )
    return named(index_assign(input, (slice(None),) * dim + (numbers,), source), "IndexCopyBackward0")


@composed
def index_fill(input: Tensor, dim: Dim, index: Tensor, value: Operand) -> Tensor:
    """`input` with the slices that `index` names along an axis filled with a number.

    Raises:
        IndexError: out of range.
    """
    if not input.ndim:
        filled = index_fill(input.reshape(1), dim, index, value).reshape(())
        return named(filled, f"IndexFillBackward{int(hasattr(value, '_data'))}")
    dim = _axis(dim, input.ndim)
    # each place once: the value's gradient must not count a place twice
    numbers = np.unique(_numbers(index, input.shape[dim], dim, "index_fill"))
    name = f"IndexFillBackward{int(hasattr(value, '_data'))}"
    return named(index_assign(input, (slice(None),) * dim + (numbers,), value), name)


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


@differentiable(linear=True, name=lambda input, mask, value: f"MaskedFillBackward{int(value is None)}")  # None: arrays
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
    return filled, lambda g: np.where(where, 0.0, g), None, lambda g: np.where(where, g, 0.0).sum()


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


@differentiable(linear=True, name="MaskedSelectBackward0")
def _selected(input: Any, mask: np.ndarray) -> Any:
    shape = tuple(input.shape)
    return array(input)[mask], lambda g: _write.rule(g, (mask,), False, shape)


@differentiable(linear=True)
def masked_scatter(input: Tensor, mask: Tensor, source: Tensor) -> Any:
    """`input` with the first elements of `source`, in order, where the mask is True.

    Raises:
        RuntimeError: the mask is not bool, or the source has too few elements.
    """
    data = array(input)
    from .shape import broadcast_shapes

    shape = broadcast_shapes(tuple(data.shape), _mask(mask, "masked_scatter").shape)
    data, where = np.broadcast_to(data, shape), np.broadcast_to(array(mask), shape)
    count = int(where.sum())
    if math.prod(source.shape) < count:
        raise RuntimeError(
            f"masked_scatter: expected the source to have at least as many elements as ones in mask, {count}, and it has {math.prod(source.shape)}"
        )
    total = np.array(data)
    total[where] = array(source).reshape(-1)[:count]
    shape = tuple(source.shape)
    return (
        total,
        lambda g: np.where(where, 0.0, g),
        None,
        lambda g: _write.rule(_selected.rule(g, where), (slice(count),), True, (math.prod(shape),)).reshape(shape),
    )


@differentiable(linear=True)
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
    n = math.prod(input.shape)
    if numbers.size and (numbers.min() < -n or numbers.max() >= n):
        raise IndexError(
            f"out of range: tried to access index {int(numbers.max() if numbers.max() >= n else numbers.min())} on a tensor of {n} elements."
        )
    shape = tuple(input.shape)
    return array(input).reshape(-1)[numbers], lambda g: _write.rule(g, (numbers,), False, (n,)).reshape(shape)


@composed
def put(input: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> Tensor:
    """`input` with the elements of `source` put, or added, at these places in the order of all indices."""
    flat = index_put(input.reshape(-1), (index.reshape(-1),), source.reshape(-1), accumulate)
    return named(flat.reshape(tuple(input.shape)), "PutBackward0")


@composed
def take_along_dim(input: Tensor, indices: Tensor, dim: Dim | None = None, *, out: Tensor | None = None) -> Tensor:
    """`gather` with broadcasting of the other axes; without `dim` of all elements.

    Raises:
        RuntimeError: indices are not int64, or have another number of axes.
    """
    from .shape import broadcast_to

    if dim is None:
        return gather(input.reshape(-1), 0, indices.reshape(-1))
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
        np.broadcast_shapes(*(tuple(1 if d == dim else n for d, n in enumerate(x.shape)) for x in (input, indices)))
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
    return _nonzero_columns(input) if as_tuple else argwhere(input)


@nondifferentiable
def _nonzero_columns(input: Any) -> Any:
    return np.nonzero(np.atleast_1d(input))


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
