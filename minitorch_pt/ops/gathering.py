"""Reading elements by number along an axis, by place in memory order, and by mask. The gradient is added where they were read."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ..arrays import dtypes
from ..arrays.places import added_at, flat_places
from ..autograd import hooks
from ..autograd.contract import composed
from ..autograd.rule import array, differentiable, nondifferentiable
from .axes import from_front
from .broadcasting import broadcast_shapes, broadcast_to
from .indexing import written_at
from .picking import take_slices

if TYPE_CHECKING:
    from ..autograd.contract import Array, Dim, Pulled, Tensor


__all__ = [
    "argwhere", "gather", "index_select", "masked_select", "nonzero", "nonzero_static", "take", "take_along_dim", "unravel_index",
]  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------------
# Along one axis, by number
# ---------------------------------------------------------------------------------------------------------------------
def whole_index(index: Array, name: str, kinds: str = "li", error: type = RuntimeError) -> np.ndarray:
    """An index as an array. kinds: the NumPy characters of the types that are taken; error: raised for others."""
    data = np.asarray(array(index))
    if data.dtype.char not in kinds:
        names = (
            "dtype int64"
            if kinds != "li"
            else "dtype int32 or int64"
            if name == "index_select"
            else "dtype int32/int64"
        )
        if name in ("index_copy_", "take", "put_"):
            names = "a long tensor"
        raise error(
            f"{name}(): Expected {names} for index, but got {dtypes.TITLES[data.dtype.name]}; convert with .long()"
        )
    return data


def within(data: np.ndarray, n: int, dim: int, error: type = IndexError) -> np.ndarray:
    """The numbers, if all are places among the n along an axis; else an error."""
    if data.size and (data.min() < 0 or data.max() >= n):
        bad = int(data.min()) if data.min() < 0 else int(data.max())
        raise error(f"index out of range in self: index {bad} is out of bounds for dimension {dim} with size {n}")
    return data


def check_line(index: Array, name: str, error: type = IndexError) -> None:
    """Raise if an index is no vector; without axes it counts as one of one number."""
    shape = np.shape(array(index))
    if len(shape) > 1:
        raise error(f"{name}(): Index is supposed to be a vector, but got shape {list(shape)}")


def size_along(input: Array, dim: int) -> int:
    """The size of an axis; without axes there is one element."""
    return input.shape[dim] if input.ndim else 1


@composed
def index_select(input: Tensor, dim: Dim, index: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The slices along an axis that `index` names: shape of input with size len(index) at `dim`.

    Raises:
        IndexError: a number out of range (along dimension 1 a RuntimeError, as in torch), or index has more than one axis.
        RuntimeError: it has not exactly one number, and input no axes.

    >>> torch.index_select(torch.tensor([[1, 2, 3], [4, 5, 6]]), 1, torch.tensor([2, 0]))
    tensor([[3, 1],
            [6, 4]])
    """
    dim = from_front(dim, input.ndim)
    check_line(index, "index_select")
    numbers = whole_index(index, "index_select").reshape(-1)
    if not input.ndim and numbers.size != 1:
        raise RuntimeError(f"index_select(): Index to scalar can have only 1 value, got {numbers.size} value(s)")
    if numbers.size and not size_along(input, dim):
        raise (IndexError if input.ndim == 1 else RuntimeError)(
            f"index_select(): self indexing axis dim should be positive, and dimension {dim} of {list(input.shape)} is 0"
        )
    within(numbers, size_along(input, dim), dim, RuntimeError if dim == 1 else IndexError)  # torch's kernel of its own
    return (
        take_slices.rule(input, numbers, dim)
        if input.ndim
        else take_slices.rule(input.reshape(1), numbers, 0).reshape(())
    )


def index_grid(index: np.ndarray, dim: int) -> tuple:
    """The index arrays that address, for each place of `index`, the element that it names along `dim`."""
    grid = list(np.ogrid[tuple(slice(n) for n in index.shape)])
    grid[dim] = index
    return tuple(grid)


def check_places(
    shape: tuple[int, ...], index: np.ndarray, dim: int, name: str, src: tuple[int, ...] | None = None
) -> None:
    """Check the numbers and the shape of an index for `gather` and `scatter`. Without axes it counts as a vector of one number.

    Raises:
        RuntimeError: another type than int32 or int64, out of range, of another rank, or larger than `shape`, except along dim, or than `src`.
    """
    whole_index(index, name)
    sizes, self_sizes = index.shape or (1,), shape or (1,)
    if src is None and sizes[:-1] == self_sizes[:-1] and dim == len(sizes) - 1:  # along the last axis, as most often
        within(index, self_sizes[dim], dim, RuntimeError)
        return
    for other, title in ((self_sizes, "input"), *(() if src is None else ((src or (1,), "src"),))):
        if len(other) != len(sizes):
            # torch looks for the missing axis of a source that fits so far
            missing = (
                title == "src"
                and src
                and len(src) < len(sizes)
                and all(k <= n for k, n in zip(sizes, src, strict=False))
            )
            title = "self" if title == "input" and name != "gather" else title
            raise (IndexError if missing else RuntimeError)(
                f"Index tensor must have the same number of dimensions as {title} tensor: {name}() got {len(sizes)} and {len(other)}"
            )
        for d, (k, n) in enumerate(zip(sizes, other, strict=True)):
            if k > n and not (d == dim and title == "input"):
                where = f"Size does not match at dimension {d} expected" if name == "gather" else "Expected"
                more = "" if src is None else f" and to be no larger size than src {list(src)}"
                raise RuntimeError(
                    f"{where} index {list(sizes)} to be no larger than self {list(self_sizes)} apart from dimension {dim}{more}"
                )
    within(index, self_sizes[dim], dim, RuntimeError)


@differentiable(linear=True, saves="input index")
def gather(input: Tensor, dim: Dim, index: Tensor, *, sparse_grad: bool = False, out: Tensor | None = None) -> Pulled:
    """For each place of `index`, the element that it names along an axis: out[i][j] = input[index[i][j]][j] for dim 0.

    Raises:
        RuntimeError: index is not int64, out of range, or larger than the input in another axis.

    >>> scores = torch.tensor([[1, 2, 3], [4, 5, 6]])
    >>> torch.gather(scores, 1, torch.tensor([[2], [0]]))  # of each row, one
    tensor([[3],
            [4]])
    """
    dim = from_front(dim, input.ndim)
    numbers, values, shape = np.asarray(array(index)), array(input), tuple(input.shape)
    if sparse_grad and shape:
        return _gathered_sparse(values, dim, numbers)
    if not numbers.size:  # of any type: it is not looked at
        none = numbers.astype(np.int64)
        return np.zeros(numbers.shape, values.dtype), lambda g: sum_into.rule(g, none, dim, shape)
    check_places(shape, numbers, dim, "gather")
    if not values.flags.c_contiguous and numbers.size < values.size:  # a few of what would have to be copied
        picked = values[index_grid(np.atleast_1d(numbers), dim)].reshape(numbers.shape)
        return np.asarray(picked, order="C"), lambda g: sum_into.rule(g, numbers, dim, shape)
    places = flat_places(np.atleast_1d(numbers), dim, shape or (1,)).reshape(numbers.shape)
    return np.asarray(values.reshape(-1).take(places)), lambda g: sum_into.rule(g, numbers, dim, shape, places)


def _gathered_sparse(values: np.ndarray, dim: int, numbers: np.ndarray) -> Pulled:
    """`gather` whose gradient is a sparse tensor: of the elements that were read, as often as they were."""
    check_places(values.shape, numbers, dim, "gather")
    index = np.atleast_1d(numbers)
    where = np.broadcast_arrays(*index_grid(index, dim))
    places = np.stack(where).reshape(len(where), -1)
    picked = values[tuple(where)].reshape(numbers.shape)
    return picked, lambda g: hooks.sparse_rows(places, g.reshape((index.size,)), values.shape)


@differentiable(linear=True, name="ScatterAddBackward0")
def sum_into(
    input: Array, index: np.ndarray, dim: int, shape: tuple[int, ...], places: np.ndarray | None = None
) -> Pulled:
    """Zeros with each element added where the index says: the transpose of gather, which knows the places in memory."""
    if places is None:
        places = flat_places(np.atleast_1d(index), dim, shape or (1,))
    return added_at(places, array(input), shape), lambda h: gather.rule(h, dim, index)


@differentiable(linear=True, name="GatherBackward0", saves="input index")
def read_at(input: Array, index: np.ndarray, dim: int, places: np.ndarray) -> Pulled:
    """`gather` for those who know the places in memory."""
    shape = tuple(input.shape)
    return array(input).reshape(-1).take(places), lambda g: sum_into.rule(g, index, dim, shape, places)


def combine_at(combine: np.ufunc | None, total: np.ndarray, dim: int, index: np.ndarray, values: Array) -> np.ndarray:
    """Combine (or with None replace) the elements of `total` that `index` names along an axis with values, an array or a number.

    The places of these elements in memory, which are returned, have the shape of `index`.
    """
    if not index.size:
        return np.zeros(index.shape, np.int64)
    # without axes: a vector of one element
    places = flat_places(np.atleast_1d(index), dim, total.shape or (1,)).reshape(-1)
    values = values.reshape(-1) if isinstance(values, np.ndarray) and values.ndim else values
    if combine is None:
        total.reshape(-1)[places] = values
    else:
        combine.at(total.reshape(-1), places, values)
    return places.reshape(index.shape)


# ---------------------------------------------------------------------------------------------------------------------
# By mask, and by place in memory order
# ---------------------------------------------------------------------------------------------------------------------
def checked_mask(mask: Array, name: str) -> np.ndarray:
    """A mask as an array.

    Raises:
        RuntimeError: it is not bool.
    """
    data = array(mask)
    if data.dtype != bool:
        raise RuntimeError(
            f"{name} only supports boolean masks, but got mask with dtype {data.dtype.name}; write mask.bool()"
        )
    return data


@composed
def masked_select(input: Tensor, mask: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The elements where the mask is True, as a vector.

    Raises:
        RuntimeError: the mask is not bool, or does not broadcast.

    >>> x = torch.tensor([[1, 5], [7, 2]])
    >>> torch.masked_select(x, x > 2)
    tensor([5, 7])
    """
    where = checked_mask(mask, "masked_select: expected BoolTensor for mask; it")
    shape = broadcast_shapes(tuple(input.shape), where.shape)
    return selected.rule(broadcast_to(input, shape), np.broadcast_to(where, shape))


@differentiable(linear=True, name="MaskedSelectBackward0", saves="input mask")
def selected(input: Array, mask: np.ndarray) -> Pulled:
    """The elements where a mask of the same shape is True."""
    shape = tuple(input.shape)
    return array(input)[mask], lambda g: written_at.rule(g, (mask,), shape)


def check_flat_places(index: np.ndarray, n: int, name: str) -> None:
    """Raise IndexError if a number is no place among n elements, counted from either end."""
    if index.size and not n:
        raise IndexError(f"{name}(): tried to take from an empty tensor, or to put into one")
    if index.size and (index.min() < -n or index.max() >= n):
        bad = int(index.max() if index.max() >= n else index.min())
        raise IndexError(f"out of range: {name}() tried to access index {bad} on a tensor of {n} elements.")


@differentiable(linear=True, saves="input index")
def take(input: Tensor, index: Tensor, *, out: Tensor | None = None) -> Pulled:
    """The elements at these places in the order of all indices.

    Raises:
        RuntimeError: the places are not int64. IndexError: out of range.

    >>> torch.take(torch.tensor([[1, 2], [3, 4]]), torch.tensor([0, 3]))
    tensor([1, 4])
    """
    numbers = array(index)
    if numbers.dtype != np.int64:
        raise RuntimeError(
            f"take(): Expected a long tensor for index, but got {dtypes.TITLES[numbers.dtype.name]}; convert with .long()"
        )
    shape, n = tuple(input.shape), math.prod(input.shape)
    check_flat_places(numbers, n, "take")
    return array(input).reshape(-1)[numbers], lambda g: written_at.rule(g, (numbers,), (n,)).reshape(shape)


@composed
def take_along_dim(input: Tensor, indices: Tensor, dim: Dim | None = None, *, out: Tensor | None = None) -> Tensor:
    """`gather` with broadcasting of the other axes; without `dim` of all elements.

    Raises:
        RuntimeError: indices are not int64, or have another number of axes.

    >>> x = torch.tensor([[30, 10, 20]])
    >>> torch.take_along_dim(x, x.argsort(dim=1), dim=1)
    tensor([[10, 20, 30]])
    """
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
    if not input.ndim:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    dim = from_front(dim, input.ndim)
    full = list(
        broadcast_shapes(*(tuple(1 if d == dim else n for d, n in enumerate(x.shape)) for x in (input, indices)))
    )
    shapes = [tuple(x.shape[dim] if d == dim else n for d, n in enumerate(full)) for x in (input, indices)]
    numbers = array(indices) % max(input.shape[dim], 1)  # from the end, and round and round
    return gather.rule(broadcast_to(input, shapes[0]), dim, np.broadcast_to(numbers, shapes[1]))


@nondifferentiable
def argwhere(input: Tensor) -> Pulled:
    """The indices of the elements that are not 0, a row each.

    >>> torch.argwhere(torch.tensor([[0, 1], [2, 0]]))
    tensor([[0, 1],
            [1, 0]])
    """
    return np.argwhere(input)


@composed
def nonzero(input: Tensor, *, as_tuple: bool = False, out: Tensor | None = None) -> Tensor:
    """The indices of the elements that are not 0: a row each, or with as_tuple a vector per axis.

    >>> torch.nonzero(torch.tensor([0, 3, 0, 4]))
    tensor([[1],
            [3]])
    >>> torch.nonzero(torch.tensor([[0, 1], [2, 0]]), as_tuple=True)
    (tensor([0, 1]), tensor([1, 0]))
    """
    return _nonzero_columns.rule(input) if as_tuple else argwhere.rule(input)


@nondifferentiable
def _nonzero_columns(input: Array) -> Pulled:
    return tuple(np.ascontiguousarray(column) for column in np.nonzero(np.atleast_1d(input)))


@nondifferentiable
def nonzero_static(input: Tensor, *, size: int, fill_value: int = -1, out: Tensor | None = None) -> Pulled:
    """`nonzero` with exactly `size` rows: the first ones, and rows of fill_value where there are too few.

    Raises:
        RuntimeError: a negative size.

    >>> torch.nonzero_static(torch.tensor([0, 3, 0, 4]), size=3)
    tensor([[ 1],
            [ 3],
            [-1]])
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

    >>> torch.unravel_index(torch.tensor([1, 5]), (2, 3))
    (tensor([0, 1]), tensor([1, 2]))
    """
    if array(indices).dtype.kind not in "iu":
        raise TypeError(f"expected 'indices' to be integer dtype, but got {indices.dtype}; convert with .long()")
    if not isinstance(shape, (int, tuple, list)):
        raise TypeError(f"expected 'shape' to be int or sequence of ints, but got {type(shape).__name__}")
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    for n in sizes:
        if not isinstance(n, (int, np.integer)):
            raise TypeError(f"expected 'shape' sequence to only contain ints, but got {shape}")
        if n < 0:
            raise ValueError(f"'shape' cannot have negative values, but got {sizes}")
    parts, rest = [], indices.long()
    for n in reversed(sizes):
        parts.append(rest % n)
        rest = rest // n
    return tuple(reversed(parts))
