"""Rows of a table by number: embeddings, and sums, means or maxima of bags of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...arrays.notices import warn
from ...arrays.places import row_sums
from ...arrays.storage import writable
from ...arrays.sums import summed
from ...autograd import hooks
from ...autograd.changes import changed
from ...autograd.contract import composed
from ...autograd.modes import is_grad_enabled
from ...autograd.rule import array, differentiable
from ..gathering import sum_into
from ..saving import saving

if TYPE_CHECKING:
    from ...autograd.contract import Array, Pulled, Tensor


# what torch has at its top level; nn.functional has embedding_bag
__all__ = ["embedding", "embedding_renorm_"]


@differentiable(linear=True, name="EmbeddingBackward0", saves="rows")
def _lookup(weight: Array, rows: np.ndarray, padding_idx: int, scale_grad_by_freq: bool) -> Pulled:
    table = array(weight)
    height = len(table)  # the table itself is not kept: it may be changed before backward
    return table.take(rows, 0), lambda g: _summed.rule(g, rows, height, padding_idx, scale_grad_by_freq)


@differentiable(linear=True, name="EmbeddingBackward0", saves="rows")
def _lookup_sparse(weight: Array, rows: np.ndarray, padding_idx: int, scale_grad_by_freq: bool) -> Pulled:
    shape = weight.shape
    return array(weight).take(rows, 0), lambda g: _rows_alone(g, rows, shape, padding_idx, scale_grad_by_freq)


def _rows_alone(g: Array, rows: np.ndarray, shape: tuple, padding_idx: int, scale_grad_by_freq: bool) -> Array:
    """The gradient of the table as a sparse tensor: of the rows that were looked up, as often as they were.

    Raises:
        RuntimeError: scale_grad_by_freq, which torch has not for sparse gradients.
    """
    if scale_grad_by_freq:
        raise RuntimeError(
            "embedding_backward: scale_grad_by_freq not supported with sparse gradients; leave out one of the two"
        )
    numbers, values = rows.reshape(-1), g.reshape((rows.size, shape[1]))
    if padding_idx >= 0:
        there = np.flatnonzero(numbers != padding_idx)
        numbers, values = numbers[there], values[there]
    return hooks.sparse_rows(numbers, values, shape)


@differentiable(linear=True, name="EmbeddingDenseBackwardBackward0")
def _summed(g: Array, rows: np.ndarray, count: int, padding_idx: int, scale_grad_by_freq: bool) -> Pulled:
    """The gradient of the table: for each row the sum over the places that show it, or their mean if scaled by frequency."""
    g = array(g)
    share = np.ones(count, g.dtype)
    if scale_grad_by_freq:
        share /= np.maximum(np.bincount(rows.ravel(), minlength=count), 1).astype(g.dtype)
    if padding_idx >= 0:
        share[padding_idx : padding_idx + 1] = 0
    total = row_sums(rows.reshape(-1), g.reshape(rows.size, g.shape[-1]), count)
    if scale_grad_by_freq or padding_idx >= 0:
        total *= share[:, None]
    return total, lambda h: h[rows] * share[rows][..., None]


def _checked_rows(indices: Array, weight: Array, name: str, no_row: type[Exception] = IndexError) -> np.ndarray:
    rows = array(indices)
    if getattr(weight, "ndim", 0) != 2:
        raise RuntimeError(
            f"'weight' must be 2-D, but {name}() got {list(getattr(weight, 'shape', ()))}: (num_embeddings, embedding_dim)"
        )
    if not isinstance(rows, np.ndarray):
        raise TypeError(f"{name}(): argument 'indices' must be Tensor, not {type(indices).__name__}")
    if rows.dtype not in (np.dtype(np.int64), np.dtype(np.int32)):
        raise RuntimeError(
            f"Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got "
            f"{rows.dtype.name} in {name}(); convert with .long()"
        )
    if rows.size and (rows.min() < 0 or rows.max() >= weight.shape[0]):
        bad = int(rows.min()) if rows.min() < 0 else int(rows.max())
        raise no_row(
            f"index out of range in self: {bad}, but the table has {weight.shape[0]} rows (0 to {weight.shape[0] - 1})"
        )
    return rows


@composed
def embedding(
    weight: Tensor, indices: Tensor, padding_idx: int = -1, scale_grad_by_freq: bool = False, sparse: bool = False
) -> Tensor:
    """weight[indices]: the row of the table for each number.

    padding_idx: this row gets no gradient. scale_grad_by_freq: a row's gradient is the mean, not the sum, over its places.
    sparse: the gradient of a table that is a parameter is a sparse tensor, of the rows that were looked up (`optim.SparseAdam` uses it).

    Shapes: weight (V, E), indices (*) -> (*, E).

    Raises:
        IndexError: a number that is no row. RuntimeError: indices that are not int32 or int64, or the weight is no matrix.

    >>> torch.embedding(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([1, 0, 1]))
    tensor([[3., 4.],
            [1., 2.],
            [3., 4.]])
    """
    lookup = _lookup_sparse if sparse else _lookup
    return lookup.rule(weight, _checked_rows(indices, weight, "embedding"), padding_idx, scale_grad_by_freq)


def row_number(padding_idx: int | None, rows: int) -> int | None:
    """`padding_idx` counted from the first row.

    Raises:
        AssertionError: it is no row.
    """
    if padding_idx is None:
        return None
    if padding_idx and not -rows <= padding_idx < rows:
        raise AssertionError(
            f"Padding_idx must be within num_embeddings: got {padding_idx} for {rows} rows, expected {-rows} to {rows - 1}"
        )
    return padding_idx + rows if padding_idx < 0 else padding_idx


@composed
def embedding_renorm_(input: Tensor, indices: Tensor, max_norm: float, norm_type: float) -> Tensor:
    """Scale the rows that `indices` names, and that are longer than `max_norm`, to that length, in place.

    Shapes: input (V, E), indices (*). The length is the norm of order `norm_type`.

    Raises:
        RuntimeError: the table is no floating point matrix or requires grad, or the indices are not int32 or int64.
        IndexError: a number that is no row.

    >>> torch.embedding_renorm_(torch.tensor([[3.0, 4.0], [3.0, 4.0]]), torch.tensor([1]), 1.0, 2.0)
    tensor([[3.0000, 4.0000],
            [0.6000, 0.8000]])
    """
    rows = np.unique(_checked_rows(indices, input, "embedding_renorm_"))
    if input.requires_grad and is_grad_enabled():
        raise RuntimeError("embedding_renorm_() has no derivative, and the table requires grad; give table.detach()")
    table = writable(array(input))
    if table.dtype.kind != "f":
        raise RuntimeError(
            f"embedding_renorm_() needs a floating point table, not {table.dtype.name}; convert it with .float()"
        )
    norms = np.linalg.norm(table[rows].astype(np.float64), norm_type, axis=1)
    long = norms > max_norm
    scale = max_norm / (norms[long] + 1e-7)
    table[rows[long]] *= scale[:, None].astype(table.dtype)
    changed(table)
    return input


# ---------------------------------------------------------------------------------------------------------------------
# Bags of rows
# ---------------------------------------------------------------------------------------------------------------------
@differentiable(name="EmbeddingBagBackward0")
def _bag_sums(
    weight: Array,
    share: Array | float,
    rows: np.ndarray,
    bags: np.ndarray,
    count: int,
    sizes: Array | float,
    scale_grad_by_freq: bool,
    sparse: bool,
) -> Pulled:
    """Σ share[i] weight[rows[i]] / sizes over the i of each of `count` bags; share None is 1."""
    rows, bags, sizes = map(array, (rows, bags, sizes))
    elements, shape = array(weight).take(rows, 0), weight.shape
    if share is not None:
        elements = elements * array(share)[:, None]
    total = row_sums(bags, elements.astype(np.float32) if elements.itemsize == 2 else elements, count)

    def pull_weight(g: Array) -> Array:
        flow = (g / sizes)[bags]
        if share is not None:
            flow = flow * share.reshape((-1, 1))
        if sparse:
            return _rows_alone(flow, rows, shape, -1, scale_grad_by_freq)
        return _summed.rule(flow, rows, shape[0], -1, scale_grad_by_freq)

    return (
        (total / sizes).astype(elements.dtype),
        pull_weight,
        lambda g: summed((g / sizes)[bags] * weight[rows], -1),
    )


@differentiable(linear=True, name="EmbeddingBagBackward0")
def _bag_maxima(weight: Array, rows: np.ndarray, bags: np.ndarray, count: int) -> Pulled:
    """The largest number of each column in each bag, the first of equal ones; zeros for an empty bag."""
    table, shape = array(weight), weight.shape
    value = np.zeros((count, shape[1]), table.dtype)
    top = np.zeros(value.shape, np.int64)
    first, sizes = np.searchsorted(bags, np.arange(count)), np.bincount(bags, minlength=count)
    for place in range(sizes.max(initial=0)):
        long = np.flatnonzero(sizes > place)
        row = rows[first[long] + place]
        better = (table[row] > value[long]) | (place == 0)  # a nan that comes first stays, a later one is passed over
        value[long] = np.where(better, table[row], value[long])
        top[long] = np.where(better, row[:, None], top[long])
    full = sizes[:, None] > 0
    return value, lambda g: sum_into.rule(np.where(full, g, 0), top, 0, shape)


def _bags(rows: np.ndarray, offsets: Array | None, include_last_offset: bool) -> tuple[np.ndarray, int]:
    """The number of the bag that each place is in, and how many bags there are; `offsets` says where each begins.

    Raises:
        RuntimeError: the bags do not begin at 0, or lie beyond the input, or are not in order.
    """
    starts = array(offsets)
    if starts.dtype.kind not in "iu" or starts.itemsize < 4:
        raise RuntimeError(
            f"embedding_bag(): offsets must be int32 or int64, not {starts.dtype.name}; convert with .long()"
        )
    count = len(starts) - include_last_offset
    if count < 0:
        raise RuntimeError("include_last_offset: number of offset should be at least 1, and there is none")
    if len(starts) and starts[0] != 0:
        raise RuntimeError(
            f"offsets[0] has to be 0, i.e., the first bag has to start from position 0. However, got {starts[0]}"
        )
    if len(starts) and starts[-1] > len(rows):
        raise RuntimeError(
            f"offsets[-1] can not be greater than input's length {len(rows)} but got offsets[-1] of {starts[-1]}"
        )
    if (np.diff(starts) < 0).any():
        raise RuntimeError(f"offsets must not go back, but got {starts.tolist()}")
    return np.searchsorted(starts, np.arange(len(rows)), side="right") - 1, count


def _check_bags(input: Tensor, weight: Tensor, offsets: Tensor | None, samples: Tensor | None, mode: str) -> None:
    """Check the shapes of what `embedding_bag` is given, and its mode.

    Raises:
        ValueError: they do not fit. RuntimeError: bags of length 0.
    """
    if samples is not None and samples.shape != input.shape:
        raise ValueError(
            f"embedding_bag: If per_sample_weights ({list(samples.shape)}) is not None, then it must have the same shape as the input ({list(input.shape)})"
        )
    if weight.ndim != 2:
        raise ValueError(
            f"weight has to be a 2D Tensor (num_embeddings, embedding_dim), but got Tensor of dimension {weight.ndim}"
        )
    if input.ndim == 2:
        if offsets is not None:
            raise ValueError(
                f"if input is 2D, then offsets has to be None, as each line of the input is a bag. However, found offsets of type {type(offsets)}"
            )
        if not input.shape[1]:
            raise RuntimeError(
                f"embedding_bag(): bags of length 0, input {list(input.shape)}; give a vector with offsets"
            )
    elif input.ndim != 1:
        raise ValueError(f"input has to be 1D or 2D Tensor, but got Tensor of dimension {input.ndim}")
    elif offsets is None or offsets.ndim != 1:
        raise ValueError(f"offsets has to be a 1D Tensor but got {None if offsets is None else list(offsets.shape)}")
    if mode not in ("sum", "mean", "max"):
        raise ValueError(f"mode has to be one of sum, mean or max, not {mode!r}")


_OLD_ORDER = (
    "Argument order of nn.functional.embedding_bag was changed. Usage `embedding_bag(weight, input, ...)` is deprecated, "
    "and should now be `embedding_bag(input, weight, ...)`."
)


def _table(weight: Tensor, samples: Tensor | None) -> np.ndarray:
    """The array of the table.

    Raises:
        RuntimeError: it is not floating point, or per_sample_weights are of another type.
    """
    table = array(weight)
    if table.dtype.kind != "f":
        raise RuntimeError(
            f"embedding_bag() needs a floating point weight, not {table.dtype.name}; convert it with .float()"
        )
    if samples is not None and samples.dtype != weight.dtype:
        raise RuntimeError(
            f"Expected weight to have the same type as per_sample_weights; but {weight.dtype} does not equal {samples.dtype}"
        )
    return table


def _not_padding(rows: np.ndarray, height: int, padding_idx: int | None) -> np.ndarray:
    """Which of the rows of a table of that height are not the one of padding.

    Raises:
        RuntimeError: that is no row.
    """
    if padding_idx is None:
        return np.ones(len(rows), bool)
    if not -height <= padding_idx < height:
        raise RuntimeError(
            f"padding_idx must be within the number of embeddings, {-height} through {height - 1}, but got {padding_idx}"
        )
    return rows != padding_idx % height


def _bag_sizes(members: np.ndarray, count: int, dtype: np.dtype) -> np.ndarray:
    """(count, 1): how many rows lie in each bag; 1 for an empty one."""
    return np.maximum(np.bincount(members[members >= 0], minlength=count), 1)[:, None].astype(dtype)


@composed
def embedding_bag(
    input: Tensor,
    weight: Tensor,
    offsets: Tensor | None = None,
    max_norm: float | None = None,
    norm_type: float = 2,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Tensor | None = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Tensor:
    """The sum, mean or maximum of bags of rows of a table, without a tensor of all rows for the program: see `nn.EmbeddingBag`.

    offsets: where in a vector `input` each bag begins; include_last_offset: the last one is where the last bag ends.
    per_sample_weights: what each row is multiplied with (mode "sum"). padding_idx: this row counts in no bag.
    max_norm, norm_type, scale_grad_by_freq: as in `embedding`.

    Shapes: input (B, N), bags of N, or (N) with offsets (B); weight (V, E) -> (B, E). An empty bag gives zeros.

    Raises:
        ValueError: shapes or mode do not fit. NotImplementedError: per_sample_weights with another mode than "sum".
        RuntimeError: a number that is no row, offsets that are not in order, or dtypes do not fit.

    >>> torch.nn.functional.embedding_bag(torch.tensor([[0, 1]]), torch.tensor([[1.0, 2.0], [3.0, 4.0]]), mode="sum")
    tensor([[4., 6.]])
    """
    if weight.dtype.name == "int64" and input.dtype.is_floating_point:
        warn(_OLD_ORDER)
        weight, input = input, weight
    _check_bags(input, weight, offsets, per_sample_weights, mode)
    if mode == "max" and (scale_grad_by_freq or sparse):
        raise ValueError("max mode does not support scaling the gradient by the frequency, or sparse weights")
    if max_norm is not None:
        embedding_renorm_(weight.detach(), input, max_norm, norm_type)
    samples = per_sample_weights
    if samples is not None and mode != "sum":
        raise NotImplementedError(
            f"embedding_bag: per_sample_weights is only supported for mode='sum' (got mode={mode!r})"
        )
    if input.ndim == 2:
        offsets, include_last_offset = np.arange(input.shape[0]) * input.shape[1], False
        samples = None if samples is None else samples.reshape(-1)
    rows = np.ascontiguousarray(_checked_rows(input, weight, "embedding_bag", RuntimeError)).reshape(-1)
    table = _table(weight, samples)
    bags, count = _bags(rows, offsets, include_last_offset)
    kept = _not_padding(rows, len(table), padding_idx)
    counted = np.minimum(bags, count - 1)  # what lies behind the last offset belongs to the last bag
    if mode != "max" and padding_idx is None and table.itemsize < 8 and table.strides[1] == table.itemsize:
        kept &= bags < count  # but torch's fast sums leave it out, and count it
    if count == 0 or not kept.all():
        places = np.flatnonzero(kept & (count > 0))
        rows, bags, samples = rows[places], counted[places], None if samples is None else samples[places]
    else:
        bags = counted
    of = tuple(x for x in (input, offsets) if hasattr(x, "_data") and x._data.flags.c_contiguous)  # torch copies others
    of += () if per_sample_weights is None else (per_sample_weights,)
    if mode == "max":
        return saving.rule(_bag_maxima.rule(weight, rows, bags, count), of, "EmbeddingBagBackward0")
    sizes = _bag_sizes(counted if padding_idx is None else bags, count, table.dtype) if mode == "mean" else 1
    value = _bag_sums.rule(weight, samples, rows, bags, count, sizes, scale_grad_by_freq, sparse)
    return saving.rule(value, of, "EmbeddingBagBackward0")
