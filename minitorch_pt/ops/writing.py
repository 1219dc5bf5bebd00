"""Writing slices by number, and elements by mask and by place: the input with some of it added to or replaced."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import dtypes, layouts
from ..arrays.sums import summed
from ..autograd import graph
from ..autograd.contract import composed
from ..autograd.rule import array, differentiable, named, same
from .axes import from_front
from .broadcasting import broadcast_shapes
from .gathering import check_flat_places, check_line, checked_mask, selected, size_along, take, whole_index, within
from .index_steps import WHOLE
from .indexing import look_up, replaced, written_at
from .picking import either, take_slices
from .saving import saving
from .scatters import copied, scatter_reduce

if TYPE_CHECKING:
    from ..autograd.contract import Array, Dim, Number, Operand, Pulled, Tensor


__all__ = ["index_add", "index_copy", "index_fill", "index_reduce", "masked_fill", "masked_scatter", "put"]


# ---------------------------------------------------------------------------------------------------------------------
# Slices, by number
# ---------------------------------------------------------------------------------------------------------------------
def check_slices(input: Array, dim: int, index: Array, source: Array, name: str) -> np.ndarray:
    """The numbers of an index of slices along an axis, for each of which `source` has one.

    Raises:
        IndexError: index is no vector. RuntimeError: it is of another type, or sizes or types of the two tensors do not fit.
    """
    check_line(index, name)
    numbers = whole_index(index, name).reshape(-1)
    if input.dtype != source.dtype:
        raise RuntimeError(
            f"{name}(): self ({input.dtype}) and source ({source.dtype}) must have the same scalar type; convert one with .to()"
        )
    if not source.ndim and numbers.size != 1 and not dim:
        raise IndexError(f"{name}(): source has no dimensions and so needs one index number, got {numbers.size}")
    expected = [*input.shape[:dim], numbers.size, *input.shape[dim + 1 :]] if input.ndim else []
    given = list(source.shape)
    if len(given) != len(expected) or [*given[:dim], *given[dim + 1 :]] != [*expected[:dim], *expected[dim + 1 :]]:
        raise RuntimeError(
            "source tensor shape must match self tensor shape, excluding the specified dimension. "
            f"Got self.shape = {list(input.shape)} source.shape = {given} in {name}()"
        )
    if given != expected:
        raise RuntimeError(
            f"{name}(): Number of indices ({numbers.size}) should be equal to source.size(dim): ({given[dim]})"
        )
    return numbers


@differentiable(linear=True, name="IndexAddBackward0", saves=["", "index source"])
def _index_add(input: Array, source: Array, dim: int, index: np.ndarray, alpha: float) -> Pulled:
    total = copied(input)
    place: Any = (WHOLE,) * dim + (index,)
    factor = np.array(dtypes.checked(alpha, total.dtype)).astype(total.dtype)  # -1 wraps around
    np.add.at(total, place, array(source) * factor)
    return total, same, lambda g: take_slices.rule(g, index, dim) * alpha


@composed
def index_add(
    input: Tensor, dim: Dim, index: Tensor, source: Tensor, *, alpha: Number = 1, out: Tensor | None = None
) -> Tensor:
    """`input` with alpha times the slices of `source` added at the places that `index` names along an axis.

    Raises:
        RuntimeError, IndexError: index out of range, or sizes do not fit.

    >>> torch.index_add(torch.zeros(3), 0, torch.tensor([0, 2, 2]), torch.tensor([1.0, 2.0, 3.0]))
    tensor([1., 0., 5.])
    """
    dim = from_front(dim, input.ndim)
    numbers = check_slices(input, dim, index, source, "index_add")
    # as torch, which hands the plain case on to scatter_add
    plain = input.ndim > 1 and alpha == 1 and numbers.dtype == np.int64
    within(numbers, size_along(input, dim), dim, RuntimeError if plain else IndexError)
    if not input.ndim:
        added = _index_add.rule(input.reshape(1), source.reshape(1), 0, numbers, alpha).reshape(())
        return named(added, "IndexAddBackward0")
    return _index_add.rule(input, source, dim, numbers, alpha)


@composed
def index_copy(input: Tensor, dim: Dim, index: Tensor, source: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`input` with the slices that `index` names along an axis replaced by those of `source`.

    Raises:
        IndexError: out of range, or sizes do not fit. RuntimeError: other types, or slices of another shape.

    >>> torch.index_copy(torch.zeros(3), 0, torch.tensor([0, 2]), torch.tensor([1.0, 2.0]))
    tensor([1., 0., 2.])
    """
    dim = from_front(dim, input.ndim)
    check_line(index, "index_copy_")
    count = int(np.size(array(index)))
    if source.ndim != input.ndim and source.ndim and input.ndim:
        raise IndexError(
            f"index_copy_(): source has {source.ndim} dimensions and self {input.ndim}; they must have as many"
        )
    if not source.ndim and count != 1:
        raise IndexError(f"index_copy_(): When source is scalar, index should have one element, got {count}")
    numbers = whole_index(index, "index_copy_", "l").reshape(-1)
    if input.dtype != source.dtype:
        raise RuntimeError(
            f"index_copy_(): self and source expected to have the same dtype, but got (self) {dtypes.TITLES[input.dtype.name]} and (source) {dtypes.TITLES[source.dtype.name]}"
        )
    slices = [[n for d, n in enumerate(x.shape) if d != dim] for x in (input, source)]
    if slices[0] != slices[1]:
        raise RuntimeError(
            f"index_copy_(): Source/destination tensor must have same slice shapes, got {slices[1]} and {slices[0]} along dimension {dim}"
        )
    if source.ndim and count != source.shape[dim]:
        raise IndexError(
            f"index_copy_(): Number of indices ({count}) should be equal to source.size(dim) ({source.shape[dim]})"
        )
    if array(source).size:  # torch does not look at the numbers otherwise
        within(numbers, size_along(input, dim), dim)
    vectors = [x if x.ndim else x.reshape(1) for x in (input, source)]
    copied = _sliced.rule(*vectors, dim, numbers)
    return copied if input.ndim else named(copied.reshape(()), "IndexCopyBackward0")


@differentiable(linear=True, name="IndexCopyBackward0", saves=["index", "index source"])
def _sliced(input: Array, source: Array, dim: int, index: np.ndarray) -> Pulled:
    total, place = copied(input), (WHOLE,) * dim + (index,)
    if array(source).size:
        total[place] = array(source)
    return total, lambda g: replaced.rule(g, np.zeros((), total.dtype), place), lambda g: look_up.rule(g, place)


@composed
def index_fill(input: Tensor, dim: Dim, index: Tensor, value: Operand) -> Tensor:
    """`input` with the slices that `index` names along an axis filled with a number.

    Raises:
        IndexError: out of range, or index is not int64. RuntimeError: it is no vector, or value has axes.

    >>> torch.index_fill(torch.tensor([1, 2, 3]), 0, torch.tensor([0, 2]), -1)
    tensor([-1,  2, -1])
    """
    tensor = isinstance(value, graph.Tensor)
    if tensor and value.ndim:
        raise RuntimeError(
            f"index_fill_ only supports a 0-dimensional value tensor, but got tensor with {value.ndim} dimension(s)."
        )
    dim = from_front(dim, input.ndim)
    numbers = whole_index(index, "index_fill", "l", IndexError)
    check_line(index, "index_fill", RuntimeError)
    n = size_along(input, dim)
    numbers = np.where(numbers < 0, numbers + n, numbers)  # from the end
    # each place once: the value's gradient must not count a place twice
    place = (WHOLE,) * dim + (np.unique(within(numbers, n, dim) if array(input).size else numbers[:0]),)
    if not tensor or value.dtype != input.dtype:
        kind = array(input).dtype
        value = np.asarray(dtypes.checked(value.item() if tensor else value, kind)).astype(kind)
    filled = _filled.rule(input if input.ndim else input.reshape(1), value, place).reshape(input.shape)
    return saving.rule(filled, (index,), f"IndexFillBackward{int(tensor)}")


@differentiable(linear=True, name="IndexFillBackward0", saves="index")
def _filled(input: Array, value: Array | float, index: tuple) -> Pulled:
    total = layouts.clone(array(input))
    total[index] = array(value)
    return total, lambda g: _filled.rule(g, np.zeros((), total.dtype), index), lambda g: look_up.rule(g, index).sum()


@composed
def index_reduce(
    input: Tensor,
    dim: Dim,
    index: Tensor,
    source: Tensor,
    reduce: str,
    *,
    include_self: bool = True,
    out: Tensor | None = None,
) -> Tensor:
    """`input` with its slices along an axis that `index` names combined with those of `source`: prod, mean, amax or amin.

    Raises:
        RuntimeError: another `reduce`, or sizes or dtypes that do not fit. IndexError: index out of range, or no such axis.

    >>> torch.index_reduce(torch.ones(2), 0, torch.tensor([0, 0, 1]), torch.tensor([2.0, 3.0, 4.0]), "prod")
    tensor([6., 4.])
    """
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise RuntimeError(f"index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got {reduce}")
    axis = from_front(dim, input.ndim)
    numbers = check_slices(input, axis, index, source, "index_reduce")
    if array(input).dtype == bool and (input.ndim <= 1 or (numbers.size and (reduce == "mean" or not include_self))):
        raise NotImplementedError("index_reduce() is not implemented for 'Bool'; convert with .int()")
    if numbers.size and not 0 <= numbers.min() <= numbers.max() < (input.shape[axis] if input.ndim else 1):
        raise IndexError(
            f"index_reduce(): index out of range in self of shape {list(input.shape)} along dimension {axis}: {numbers.tolist()}"
        )
    numbers = numbers.reshape([-1 if d == axis else 1 for d in range(input.ndim)])
    numbers = graph.wrap(np.broadcast_to(numbers, source.shape))
    return named(
        scatter_reduce.rule(input, axis, numbers, source, reduce, include_self=include_self), "IndexReduceBackward0"
    )


# ---------------------------------------------------------------------------------------------------------------------
# By mask, and by place in memory order
# ---------------------------------------------------------------------------------------------------------------------
@differentiable(
    linear=True,
    name=lambda input, mask, value: f"MaskedFillBackward{int(isinstance(value, np.ndarray))}",
    saves="mask",
)
def masked_fill(input: Tensor, mask: Tensor, value: Operand) -> Pulled:
    """`input` with `value` where the mask is True.

    Raises:
        RuntimeError: the mask is not bool, or does not broadcast; value has axes.

    >>> torch.masked_fill(torch.tensor([1, 2, 3]), torch.tensor([True, False, True]), 0)
    tensor([0, 2, 0])
    """
    where = checked_mask(mask, "masked_fill_")
    number = array(value)
    if isinstance(number, np.ndarray) and number.ndim:
        raise RuntimeError(
            f"masked_fill_ only supports a 0-dimensional value tensor, but got tensor with {number.ndim} dimension(s)."
        )
    data = array(input)
    if isinstance(number, np.ndarray) and number.dtype != data.dtype:
        number = number.item()
    kept = ~where
    filled = either(kept, data, np.asarray(dtypes.checked(number, data.dtype)).astype(data.dtype))
    return (
        np.asarray(filled, order="C"),
        lambda g: either(kept, g),
        None,
        lambda g: summed(either(where, g)),
    )


@differentiable(linear=True, saves="mask")
def masked_scatter(input: Tensor, mask: Tensor, source: Tensor) -> Pulled:
    """`input` with the first elements of `source`, in order, where the mask is True.

    Raises:
        RuntimeError: the mask is not bool, or the source has too few elements.

    >>> torch.masked_scatter(torch.tensor([1, 2, 3]), torch.tensor([True, False, True]), torch.tensor([10, 20]))
    tensor([10,  2, 20])
    """
    data = array(input)
    shape = broadcast_shapes(tuple(data.shape), checked_mask(mask, "masked_scatter_").shape)
    data, where = np.broadcast_to(data, shape), np.broadcast_to(array(mask), shape)
    if array(source).dtype != data.dtype:
        raise RuntimeError(
            f"masked_scatter_: expected self and source to have same dtypes but got {data.dtype.name} and {array(source).dtype.name}"
        )
    count = int(where.sum())
    if math.prod(source.shape) < count:
        raise RuntimeError(
            f"masked_scatter: Number of elements of source < number of ones in mask: {math.prod(source.shape)} < {count}"
        )
    total = np.array(data, order="C")
    total[where] = array(source).reshape(-1)[:count]
    shape = tuple(source.shape)
    return (
        total,
        lambda g: np.where(where, 0.0, g),
        None,
        lambda g: written_at.rule(selected.rule(g, where), (slice(count),), (math.prod(shape),)).reshape(shape),
    )


@composed
def put(input: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> Tensor:
    """`input` with the elements of `source` put, or added, at these places in the order of all indices.

    Raises:
        RuntimeError: index is not int64, or the types of input and source differ. IndexError: out of range, or another number of elements.

    >>> torch.put(torch.tensor([[1, 2], [3, 4]]), torch.tensor([0, 3]), torch.tensor([10, 40]))
    tensor([[10,  2],
            [ 3, 40]])
    """
    places = whole_index(index, "put", "l")
    if input.dtype != source.dtype:
        raise RuntimeError(
            f"put_(): self and source expected to have the same dtype, but got self.dtype = {input.dtype} and source.dtype = {source.dtype}"
        )
    if places.size != math.prod(source.shape):
        raise IndexError(
            f"put(): Expected source and index to have the same number of elements, but got {math.prod(source.shape)} and {places.size}"
        )
    return _placed.rule(input, source, places, accumulate)


@differentiable(linear=True, name="PutBackward0", saves=["index", "index source"])
def _placed(input: Array, source: Array, index: np.ndarray, accumulate: bool) -> Pulled:
    flat = array(input).reshape(-1).copy()
    check_flat_places(index, flat.size, "put")
    if accumulate:
        np.add.at(flat, index, array(source).reshape(index.shape))
    else:
        flat[index] = array(source).reshape(index.shape)
    value = layouts.clone(array(input))
    value[...] = flat.reshape(value.shape)
    shape = tuple(source.shape)

    def rest(g: Array) -> Array:
        return g if accumulate else _placed.rule(g, np.zeros(index.shape, value.dtype), index, False)

    return value, rest, lambda g: take.rule(g, index).reshape(shape)
