"""Indexing: reading and writing parts. The gradient of reading is writing into zeros, and the other way round.

Numbers, slices, None and ... give views; index arrays and masks give copies. What an index means is read in `index_steps.py`.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

from ..arrays import dtypes, layouts, samples
from ..arrays.places import added_at_index
from ..arrays.storage import owner, refuse_overlap, sliced, writable
from ..autograd import graph
from ..autograd.contract import composed
from ..autograd.inplace import inplace
from ..autograd.rule import array, differentiable, same
from ..autograd.takeovers import asked_of, hand_over
from .broadcasting import check_expansion
from .index_steps import WHOLE, arranged, check_axes, index_array, steps, without_places

if TYPE_CHECKING:
    from ..autograd.contract import Array, Pulled, Tensor


__all__ = ["getitem", "index_put", "index_put_"]


def _view_name(input: Array, index: tuple) -> str:
    last = [i for i in index if i is not Ellipsis][-1:]
    return (
        {int: "SelectBackward0", slice: "SliceBackward0", type(None): "UnsqueezeBackward0"}[type(last[0])]
        if last
        else "AliasBackward0"
    )


@differentiable(linear=True, view=True, name=_view_name)
def _view(input: Array, index: tuple) -> Pulled:
    """What numbers, slices and None show of the memory."""
    data, shape = array(input), input.shape
    value = data[index]
    return value if value.size else sliced(data, index), lambda g: written_at.rule(g, index, shape)


@differentiable(linear=True, name="IndexBackward0", saves="index")
def look_up(input: Array, index: tuple) -> Pulled:
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
        raise _index_error(error, index) from None
    return arranged(value, data, index) if value.ndim > 1 else value, lambda g: written_at.rule(g, index, shape)


def _index_error(error: IndexError, index: tuple) -> IndexError:
    """NumPy's error in torch's words."""
    text = str(error).replace("axis", "dimension")
    if text.startswith("shape mismatch"):
        shapes = ", ".join(str([*i.shape]) for i in index if isinstance(i, np.ndarray))
        text = f"shape mismatch: indexing tensors could not be broadcast together with shapes {shapes}"
    return IndexError(text)


@differentiable(linear=True, name="IndexPutBackward0")
def written_at(input: Array, index: tuple, shape: tuple[int, ...]) -> Pulled:
    """Zeros with `input` added at an index: the transpose of reading."""
    g = array(input)
    if any(type(i) is np.ndarray and i.dtype != bool for i in index):  # a place may be named twice
        total = added_at_index(index, g, shape)
    else:
        total = np.zeros(shape, g.dtype)
        total[index] = g
    return total, lambda h: _show(h, index)


def _show(input: Array, index: tuple) -> Array:
    return look_up.rule(input, index) if any(type(i) is np.ndarray for i in index) else _view.rule(input, index)


def getitem(input: Tensor, index: object) -> Tensor:
    """input[index].

    Raises:
        IndexError: out of bounds, too many indices, or no index at all. ValueError: a negative step.
        TypeError: a text, or a fraction in a slice.
    """
    try:
        view, arrays = steps(index, array(input).shape)
        part = input if view is None else (_view if isinstance(input, graph.Tensor) else _view.rule)(input, view)
        return look_up.rule(part, arrays) if arrays else part
    except samples.NeedsValues:
        return samples.one_by_one(getitem, (input, index), {})
    except (IndexError, TypeError):
        classes = asked_of(index)
        if not classes:
            raise
        return hand_over(graph.Tensor.__getitem__, classes, (input, index), {})


# ---------------------------------------------------------------------------------------------------------------------
# Writing
# ---------------------------------------------------------------------------------------------------------------------
def assign(data: np.ndarray, index: object, value: object) -> None:
    """data[index] = value, on arrays.

    Raises:
        IndexError: as `getitem`. RuntimeError: the value's shape or type does not fit. TypeError: it is no Tensor and no number.
    """
    value = as_element(value, data.dtype)
    if index is False:
        return
    if index is True:  # all, not a mask, as in torch
        index = None
    view, arrays = steps(index, data.shape)
    data = writable(data)
    target = data if view is None else data[view]
    _check_write(target, index, arrays, value)
    _put(target, arrays, value)


def target(input: Tensor, index: object, value: object) -> tuple[Tensor | None, tuple, Tensor]:
    """What `input[index] = value` changes where gradients are tracked: the view that the index shows (None if nothing is to be done),
    the index arrays in it, and the value as a Tensor.

    Raises:
        As `assign`.
    """
    data = as_element(value, input._data.dtype)
    if index is False:
        return None, (), value
    if index is True:
        index = None
    view, arrays = steps(index, input._data.shape)
    whole = view is None or all(i is Ellipsis or i == slice(None) for i in view)
    part = input if whole else _view.rule(input, view)
    _check_write(part._data, index, arrays, data)
    value = value if isinstance(value, graph.Tensor) else graph.wrap(data)
    extra = value._data.ndim - part._data.ndim
    if not arrays and extra > 0 and set(value.shape[:extra]) == {1}:  # leading axes of size 1 do not count
        value = value.reshape(value.shape[extra:])
    return part, arrays, value


def as_element(value: object, dtype: np.dtype) -> np.ndarray:
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
            raise TypeError(
                f"can't assign a {type(value).__name__} to a torch.{dtypes.TITLES[dtype.name]}Tensor; make a tensor of it first"
            )
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
            raise RuntimeError(
                f"Index put requires the source and destination dtypes match, got {dtypes.TITLES[data.dtype.name]} for the "
                f"destination and {dtypes.TITLES[value.dtype.name]} for the source; convert with .to()"
            )
        value = np.asarray(dtypes.checked(value.item(), data.dtype)).astype(data.dtype)
    while value.ndim and value.shape[0] == 1:
        value = value[0]
    if not data.size:
        index = without_places(index, data.shape)
    if value.dtype != data.dtype:
        with np.errstate(all="ignore"):  # nan as a whole number
            value = dtypes.converted(value, data.dtype)
    try:
        data[index] = value
        if not value.size:  # NumPy does not look at its shape then
            np.broadcast_to(value, data[index].shape)
    except IndexError as error:
        raise _index_error(error, index) from None
    except (ValueError, TypeError):
        shape = list(data[index].shape)
        if not index:
            check_expansion(tuple(shape), value.shape, value.dtype)
        raise RuntimeError(
            f"shape mismatch: value tensor of shape {list(value.shape)} cannot be broadcast to indexing result of shape {shape}"
        ) from None


def _fills(index: tuple, value: np.ndarray) -> bool:
    """Whether one value goes to all places of one mask, which torch treats as `masked_fill`."""
    arrays = [i for i in index if i is not WHOLE]
    return value.size == 1 and len(arrays) == 1 and arrays[0].dtype == bool


def _check_write(target: np.ndarray, index: object, arrays: tuple, value: np.ndarray) -> None:
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
        raise RuntimeError(
            "unsupported operation: more than one element of the written-to tensor refers to a single memory location. Please clone() the tensor before performing the operation."
        )
    if not arrays and not value.ndim:
        return
    memory = owner(target)
    for other in (value, *arrays):
        if type(other) is np.ndarray and owner(other) is memory and target.size and other.size:
            if other is value and arrays and _fills(arrays, value):
                continue  # the one number is read before
            read = _as_written(value, target.shape) if other is value and not arrays else other
            refuse_overlap(target, [read], bool(arrays), twice=True)


def _as_written(value: np.ndarray, shape: tuple) -> np.ndarray:
    """The value with the shape of what it is written to: one that is repeated may lie in it, as in `x[:] = x[0]`."""
    with suppress(ValueError):  # the shapes are looked at later
        return np.broadcast_to(value[(0,) * (value.ndim - len(shape))], shape)
    return value


def _is_bytes(item: object) -> bool:
    data = array(item)
    return isinstance(data, np.ndarray) and data.ndim > 0 and data.dtype == np.uint8


def _replaced_name(input: Array, value: Array | float, index: tuple) -> str:
    return "IndexPutBackward0" if index else "torch::autograd::CopyBackwards"


@differentiable(linear=True, name=_replaced_name, saves="index")
def replaced(input: Array, value: Array, index: tuple) -> Pulled:
    """`input` with `value` at the places that index arrays name."""
    data = layouts.clone(array(input))
    _put(data, index, array(value))
    ndim = value.ndim  # the number alone is kept: `x[0] += 1` assigns what was changed in place

    def part(g: Array) -> Array:
        inner = look_up.rule(g, index) if index else g
        extra = ndim - inner.ndim
        return inner.reshape((1,) * extra + tuple(inner.shape)) if extra > 0 else inner

    return data, lambda g: replaced.rule(g, np.zeros((), data.dtype), index), part


@composed
def index_put(input: Tensor, indices: object, values: Tensor, accumulate: bool = False) -> Tensor:
    """`input` with `values` put, or added, at the places that index tensors name, one for each axis (a mask for several).

    Raises:
        TypeError: indices are no tuple of Tensors. IndexError: a place is out of bounds. RuntimeError: values of another type, or
            whose shape does not fit.

    >>> torch.index_put(torch.zeros(2, 2), (torch.tensor([0, 1]), torch.tensor([1, 0])), torch.tensor([5.0, 6.0]))
    tensor([[0., 5.],
            [6., 0.]])
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
def _accumulated(input: Array, values: Array, index: tuple) -> Pulled:
    data, added = layouts.clone(array(input)), array(values)
    if added.dtype != data.dtype:
        raise RuntimeError(
            f"Index put requires the source and destination dtypes match, got {dtypes.TITLES[data.dtype.name]} for the destination and {dtypes.TITLES[added.dtype.name]} for the source; convert with .to()"
        )
    try:
        np.add.at(data, index, added)
    except ValueError:
        raise RuntimeError(
            f"shape mismatch: value tensor of shape {list(added.shape)} cannot be broadcast to indexing result of shape {list(data[index].shape)}"
        ) from None
    return data, same, lambda g: look_up.rule(g, index)


index_put_ = inplace(index_put, overlap=True)
