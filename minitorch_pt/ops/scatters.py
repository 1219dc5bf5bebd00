"""Scattering: one tensor put into another, at the places that an index names or into a view of it, and combined there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from ..arrays import dtypes
from ..arrays.notices import warn
from ..arrays.storage import writable
from ..autograd.contract import composed
from ..autograd.rule import array, differentiable, named, same
from .axes import from_front
from .diagonal import diagonal
from .gathering import check_places, combine_at, gather, index_grid, read_at
from .indexing import as_element, getitem, written_at
from .shape import clone
from .slicing import as_strided, select

if TYPE_CHECKING:
    from ..autograd.contract import Array, Dim, Operand, Pulled, Shape, Size, Tensor


__all__ = [
    "as_strided_scatter", "diagonal_scatter", "scatter", "scatter_add", "scatter_reduce", "select_scatter", "slice_scatter",
]  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------------
# By number
# ---------------------------------------------------------------------------------------------------------------------
def _source(src: Array, index: np.ndarray) -> Array:
    """The part of the source that the index covers."""
    if tuple(src.shape) == index.shape or not index.size:
        return src
    return src.reshape(src.shape or (1,))[tuple(slice(n) for n in index.shape or (1,))].reshape(index.shape)


def _embed(g: Array, shape: tuple[int, ...]) -> Array:
    """The gradient of the part of a source that an index covers, in zeros of the whole source's shape."""
    if tuple(g.shape) == shape:
        return g
    if 0 in g.shape:
        return np.zeros(shape, g.dtype)
    g = g.reshape(g.shape or (1,))
    return written_at.rule(g, tuple(slice(n) for n in g.shape), shape) if shape else g.reshape(shape)


def _scatter_index(input: Array, dim: int, index: Array, src: Array, name: str) -> tuple[int, np.ndarray]:
    dim, data = from_front(dim, input.ndim), np.asarray(array(index))
    if src is not None and array(src).dtype != array(input).dtype:
        raise RuntimeError(
            f"{name}(): Expected self.dtype to be equal to src.dtype, got {array(input).dtype.name} and {array(src).dtype.name}; convert one with .to()"
        )
    if data.size:  # torch does not look at an empty one
        check_places(tuple(input.shape), data, dim, name, None if src is None else tuple(src.shape))
    return dim, data


def copied(input: Array) -> np.ndarray:
    """The array of `input`, copied row by row."""
    return np.array(array(input), order="C")


@differentiable(linear=True, name="ScatterAddBackward0", saves=["", "", "", "index"])
def scatter_add(input: Tensor, dim: Dim, index: Tensor, src: Tensor, *, out: Tensor | None = None) -> Pulled:
    """`input` with each element of `src` added at the place that `index` names along an axis.

    Raises:
        RuntimeError: index out of range or of another rank, or dtypes differ.

    >>> torch.scatter_add(torch.zeros(3), 0, torch.tensor([0, 2, 2]), torch.tensor([1.0, 2.0, 3.0]))
    tensor([1., 0., 5.])
    """
    dim, numbers = _scatter_index(input, dim, index, src, "scatter_add")
    total, shape = copied(input), tuple(src.shape)
    places = combine_at(np.add, total, dim, numbers, array(_source(src, numbers)))
    return total, same, None, None, lambda g: _embed(read_at.rule(g, numbers, dim, places), shape)


@differentiable(linear=True, name="ScatterBackward0", saves="index")
def _scatter_src(input: Array, src: Array, dim: int, index: np.ndarray) -> Pulled:
    total, shape = copied(input), tuple(src.shape)
    combine_at(None, total, dim, index, array(_source(src, index)))
    return total, lambda g: _scatter_value.rule(g, 0.0, dim, index), lambda g: _embed(gather.rule(g, dim, index), shape)


@differentiable(linear=True, name="ScatterBackward1", saves="index")
def _scatter_value(input: Array, value: float, dim: int, index: np.ndarray) -> Pulled:
    total = copied(input)
    combine_at(None, total, dim, index, np.asarray(dtypes.checked(value, total.dtype), total.dtype))
    return total, lambda g: _scatter_value.rule(g, 0.0, dim, index)


@differentiable(linear=True, name="torch::autograd::NotImplemented")
def _scatter_combined(input: Array, src: Array, dim: int, index: np.ndarray, combine: np.ufunc) -> Pulled:
    """`scatter` with reduce="add" or "multiply", which has no gradient, here as in torch."""
    total = copied(input)
    combine_at(combine, total, dim, index, array(_source(src, index)))

    def refuse(g: Array) -> NoReturn:
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

    >>> torch.scatter(torch.zeros(2, 3), 1, torch.tensor([[2], [0]]), 1.0)  # one-hot rows
    tensor([[0., 0., 1.],
            [1., 0., 0.]])
    """
    if src is not None and value is not None:
        raise TypeError("scatter() takes `src` or `value`, not both")
    source = value if src is None else src
    if source is None:
        raise TypeError("scatter(): give src, a tensor, or value, a number")
    number = not hasattr(source, "shape") or not hasattr(source, "ndim")
    dim, numbers = _scatter_index(input, dim, index, None if number else source, "scatter")
    if reduce is not None:
        if reduce not in ("add", "multiply"):
            raise RuntimeError(f"reduce argument must be either add or multiply., got {reduce}")
        if not number:
            warn(
                "The reduce argument of torch.scatter with Tensor src is deprecated and will be removed in a future PyTorch release. "
                "Use torch.scatter_reduce instead for more reduction options."
            )
        part = np.full(numbers.shape, as_element(source, array(input).dtype)) if number else source
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
def _once(flow: Array) -> Pulled:
    """A gradient that depends on the factors in a way that is not built, here as in torch."""

    def refuse(g: Array) -> NoReturn:
        raise RuntimeError(
            "scatter_reduce(): the gradient of a product can be differentiated again only where at most one element of src that meets there is 0"
        )

    return flow, refuse


def _product_flow(g: Array, input: Array, dim: int, index: np.ndarray, src: Array, include_self: bool) -> Array:
    """As `_other_factors` times g, made of operations that can be differentiated again."""
    zero = array(src) == 0
    zeros = np.zeros(input.shape, np.int64)
    grid = index_grid(index, dim)
    np.add.at(zeros, grid, zero)
    single = zero & (zeros[grid] == 1)

    def products(factors: Array) -> Array:
        return gather.rule(
            g * scatter_reduce.rule(input, dim, index, factors, "prod", include_self=include_self), dim, index
        )

    flow = np.where(single, products(np.where(single, 1.0, src)), products(src) / np.where(zero, 1.0, src))
    return _once.rule(flow) if zeros.max(initial=0) > 1 else flow


def _extreme(dtype: np.dtype, sign: int) -> float | bool:
    """The largest (sign 1) or the smallest value of a type."""
    if dtype.kind == "f":
        return sign * np.inf
    if dtype.kind == "b":
        return sign > 0
    return np.iinfo(dtype).max if sign > 0 else np.iinfo(dtype).min


def _combined(
    data: np.ndarray, source: np.ndarray, grid: tuple, reduce: str, include_self: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The elements combined, the places to which any of the source came, and for means how many met at each."""
    start = {"prod": 1, "amax": _extreme(data.dtype, -1), "amin": _extreme(data.dtype, 1)}.get(reduce, 0)
    count = np.zeros(data.shape, np.int64)
    np.add.at(count, grid, 1)
    touched, divisor = count > 0, np.maximum(count + include_self, 1)
    total = copied(data if include_self else np.where(touched, np.asarray(start).astype(data.dtype), data))
    _COMBINE[reduce].at(total, grid, source)
    if reduce == "mean":
        divide = np.true_divide if data.dtype.kind == "f" else np.floor_divide
        total = np.where(touched, divide(total, divisor), total).astype(data.dtype)
    return total, touched, divisor


def _ties(data: np.ndarray, source: np.ndarray, grid: tuple, total: np.ndarray) -> np.ndarray:
    """How many share each extreme: of the input too, as torch counts it, where it does not take part."""
    ties = np.array(data == total, float)
    np.add.at(ties, grid, (source == total[grid]).astype(float))
    return np.maximum(ties, 1)


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
) -> Pulled:
    """`input` combined with the elements of `src` at the places that `index` names: sum, prod, mean, amax or amin.

    Raises:
        RuntimeError: another `reduce`, index out of range or of another rank, or dtypes differ.

    >>> torch.scatter_reduce(torch.zeros(2), 0, torch.tensor([0, 0, 1]), torch.tensor([2.0, 5.0, 4.0]), "amax")
    tensor([5., 4.])
    """
    reduce = {"max": "amax", "min": "amin"}.get(reduce, reduce)  # torch takes these too
    if reduce not in _COMBINE:
        raise RuntimeError(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}")
    dim, numbers = _scatter_index(input, dim, index, src, "scatter_reduce")
    shape = tuple(src.shape)
    if reduce == "mean" and array(input).dtype == bool:
        raise NotImplementedError("scatter_reduce(): 'mean' is not implemented for 'Bool'; convert with .float()")
    if not numbers.size:
        return copied(input), same, None, None, lambda g: np.zeros(shape, g.dtype)
    if not (input.ndim and numbers.ndim and src.ndim):
        return NotImplemented, _scatter_reduce_number
    data, source = array(input), array(_source(src, numbers))
    again = not (isinstance(input, np.ndarray) and isinstance(src, np.ndarray))
    grid = index_grid(numbers, dim)
    total, touched, divisor = _combined(data, source, grid, reduce, include_self)

    def pull_input(g: Array) -> Array:
        if reduce == "sum":
            flow = g
        elif reduce == "mean":
            flow = g / np.where(touched, divisor, 1)
        elif reduce == "prod":  # not total / data: data may be 0
            flow = g * scatter_reduce.rule(np.ones_like(data), dim, index, src, "prod")
        else:
            flow = g * ((data == total) / ties)
        return flow if include_self else np.where(touched, 0.0, flow)

    def pull_source(g: Array) -> Array:
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

    ties = _ties(data, source, grid, total) if reduce in ("amax", "amin") else 1
    return total, pull_input, None, None, pull_source


def _scatter_reduce_number(
    input: Array, dim: int, index: Array, src: Array, reduce: str, *, include_self: bool = True
) -> Array:
    """`scatter_reduce` where something has no axes: all are vectors then."""
    vectors = [x.reshape(x.shape or (1,)) for x in (input, array(index), src)]
    whole = scatter_reduce.rule(vectors[0], 0, *vectors[1:], reduce, include_self=include_self)
    return named(whole.reshape(input.shape), "ScatterReduceBackward0")


# ---------------------------------------------------------------------------------------------------------------------
# Into a view
# ---------------------------------------------------------------------------------------------------------------------
def _scatter(name: str, view: Callable) -> Callable[..., Tensor]:
    """The operation that replaces the region which `view(input, ...)` shows."""

    def _with_region(input: Array, src: Array, *place: tuple) -> Pulled:
        value = np.array(array(input))
        region = writable(view(value, *place))
        if region.shape != tuple(src.shape):
            raise RuntimeError(
                f"expected src to have a size equal to the slice of self. src size = {list(src.shape)}, slice size = {list(region.shape)}"
            )
        region[...] = array(src)

        shape, dtype = region.shape, value.dtype

        def outside(g: Array) -> Array:
            return operation.rule(g, np.zeros(shape, dtype), *place)

        return value, outside, lambda g: clone.rule(view(g, *place))

    operation = differentiable(_with_region, linear=True, name=name)
    return operation


def _sliced(input: Array, dim: int, start: int | None, end: int | None, step: int) -> Array:
    return getitem(input, (slice(None),) * dim + (slice(start, end, step),))


_as_strided_scatter = _scatter("AsStridedScatterBackward0", as_strided.rule)
_diagonal_scatter = _scatter("DiagonalScatterBackward0", diagonal.rule)
_select_scatter = _scatter("SelectScatterBackward0", select.rule)
_slice_scatter = _scatter("SliceScatterBackward0", _sliced)


@composed
def as_strided_scatter(
    input: Tensor, src: Tensor, size: Shape, stride: Size, storage_offset: int | None = None
) -> Tensor:
    """A copy of `input` with what `as_strided` would show replaced by `src`.

    Raises:
        RuntimeError: src has not that size.

    >>> torch.as_strided_scatter(torch.zeros(4), torch.tensor([1.0, 2.0]), (2,), (2,))
    tensor([1., 0., 2., 0.])
    """
    return _as_strided_scatter(input, src, size, stride, storage_offset)


@composed
def diagonal_scatter(input: Tensor, src: Tensor, offset: int = 0, dim1: Dim = 0, dim2: Dim = 1) -> Tensor:
    """A copy of `input` with a diagonal replaced by `src`.

    Raises:
        RuntimeError: src has not the diagonal's size. IndexError: no such axis.

    >>> torch.diagonal_scatter(torch.zeros(2, 2), torch.tensor([1.0, 2.0]))
    tensor([[1., 0.],
            [0., 2.]])
    """
    return _diagonal_scatter(input, src, offset, dim1, dim2)


@composed
def select_scatter(input: Tensor, src: Tensor, dim: Dim, index: int) -> Tensor:
    """A copy of `input` with the slice at one place of an axis replaced by `src`.

    Raises:
        RuntimeError: src has not the slice's size. IndexError: no such axis or place.

    >>> torch.select_scatter(torch.zeros(2, 2), torch.tensor([1.0, 2.0]), 1, 0)
    tensor([[1., 0.],
            [2., 0.]])
    """
    return _select_scatter(input, src, dim, index)


@composed
def slice_scatter(
    input: Tensor,
    src: Tensor,
    dim: Dim = 0,
    start: int | None = None,
    end: int | None = None,
    step: int = 1,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """A copy of `input` with the slices from start to end, every step-th, of an axis replaced by `src`.

    Raises:
        RuntimeError: src has not their size. IndexError: no such axis.

    >>> torch.slice_scatter(torch.zeros(4), torch.tensor([1.0, 2.0]), 0, 1, 3)
    tensor([0., 1., 2., 0.])
    """
    if step < 1:
        raise RuntimeError(f"slice step must be positive, got {step}; use flip() to reverse")
    return _slice_scatter(input, src, from_front(dim, input.ndim), start, end, step)
