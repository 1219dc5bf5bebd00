"""What an index means, in torch's steps: `x[2, 1:, None, [0, 1]]` is a view first, then one look-up by index arrays.

Read from left to right each item is a step. A number selects, a slice narrows, None adds an axis: these show the same memory,
and NumPy makes them in one go. A tensor (list, array, mask) of numbers names places of the axis at which it stands; these wait until
the view is made and are then looked up together. So a number beside index arrays takes no part in where their axes go; NumPy would
turn it into one of them.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from ..arrays import layouts
from ..arrays.notices import warn
from ..autograd import graph

if TYPE_CHECKING:
    from ..autograd.contract import Array


__all__ = ["WHOLE", "arranged", "check_axes", "index_array", "steps", "without_places"]

WHOLE = slice(None)  # of an axis; always this very object
_LIMIT = 1 << 63
_NUMBERS = {int, float, bool}


def steps(index: object, shape: tuple[int, ...]) -> tuple[tuple | None, tuple]:
    """An index of a tensor of this shape as two of NumPy's: one that makes a view, None if nothing is to be done, and
    the index arrays for the axes of that view, () without any.

    Raises:
        IndexError: too many indices, a number out of range, or what is no index. ValueError: a step that is not positive.
        TypeError: a text, or a fraction in a slice.
    """
    plain = _plain(index, shape)
    if plain is not None:
        return plain
    items = index if isinstance(index, tuple) else _items(index)
    named = sum(map(_axes, items))
    if named > len(shape):
        raise IndexError(_too_many(index, len(shape), named))
    view, found = _read_items(items, shape, len(shape) - named)
    while view and view[-1] is WHOLE:
        view.pop()
    return (*view, ...) if view or not found else None, _joined(found)


def _plain(index: object, shape: tuple[int, ...]) -> tuple[tuple | None, tuple] | None:
    """`steps` of the most frequent indices, sooner: one number, tensor of numbers, mask, slice or list of numbers."""
    kind = type(index)
    if kind is tuple or not shape:
        return None
    if kind is int:
        return (_place(index, 0, shape), ...), ()
    if kind is slice:
        return (_slice(index, shape[0]), ...), ()
    if kind is list:
        return (None, (_from_sequence(index),)) if index and _NUMBERS.issuperset(map(type, index)) else None
    data = index._data if isinstance(index, graph.Tensor) else None
    if (
        data is not None
        and data.ndim
        and (data.dtype.char == "l" or data.dtype.char == "?" and data.shape == shape[: data.ndim])
    ):
        return None, (data,)
    return None


def _read_items(items: tuple, shape: tuple[int, ...], rest: int) -> tuple[list, list]:
    """NumPy's index of the view, and (axis of the view, index array) of each array. rest: how many axes `...` stands for."""
    view: list = []
    found: list = []
    axis = out = 0  # where we are: of the tensor, and of the view
    dots = False
    for item in items:
        kind = type(item)
        if kind is not int and kind is not slice and item is not None and item is not Ellipsis:
            item = index_array(item)
            kind = type(item)
        if kind is int:
            view.append(_place(item, axis, shape))
            axis += 1
        elif kind is slice:
            view += _cut(item, axis, shape)
            axis, out = axis + 1, out + 1
        elif item is Ellipsis:
            view += [WHOLE] * (0 if dots else rest)  # as in torch a second one shows nothing, but counts
            axis, out, dots = axis + rest, out + rest, True
        elif item is None or not item.ndim:
            if axis > len(shape):
                raise IndexError(f"Dimension out of range: no axis can be added at {axis} of {len(shape)} axes")
            if item is not None:  # True is the one place of a new axis, False none
                found.append((out, np.zeros(int(item), np.int64)))
            view.append(None)
            out += 1
        else:
            width = item.ndim if item.dtype.char == "?" else 1
            if item.dtype.char == "?" and shape[axis : axis + width] != item.shape:
                raise _misfit(item, shape, axis)
            found.append((out, item))
            view += [WHOLE] * width
            axis, out = axis + width, out + width
    return view, found


def _cut(item: slice, axis: int, shape: tuple[int, ...]) -> list[slice]:
    """A slice of an axis; none of an axis that there is not, behind a second `...`."""
    if axis < len(shape):
        return [_slice(item, shape[axis])]
    if _slice(item, _LIMIT) is not WHOLE:
        raise IndexError(f"Dimension out of range: there is no axis {axis} to slice in {list(shape)}")
    return []


def _joined(found: list) -> tuple:
    """Index arrays and the axes at which they stand, as NumPy's index."""
    index: list = []
    done = 0
    for axis, array in found:
        index += [WHOLE] * (axis - done)
        index.append(array)
        done = axis + (array.ndim if array.dtype.char == "?" else 1)
    return tuple(index)


def _misfit(mask: np.ndarray, shape: tuple[int, ...], axis: int) -> IndexError:
    """The error of a mask that does not have the shape of the axes from `axis` on."""
    d = next((d for d, n in enumerate(mask.shape) if shape[axis + d : axis + d + 1] != (n,)), 0)
    return IndexError(
        f"The shape of the mask {list(mask.shape)} at index {d} does not match the shape of the indexed tensor {list(shape)} at index {axis + d}"
    )


def check_axes(index: tuple, shape: tuple[int, ...]) -> None:
    """Raise IndexError if index arrays name more axes than there are, or places in an axis that has none."""
    axis = 0
    for item in index:
        width = item.ndim if item.dtype.char == "?" else 1
        if axis + width > len(shape):
            raise IndexError(f"too many indices for tensor of dimension {len(shape)} (got {axis + width})")
        if item.dtype.char == "?" and item.shape != shape[axis : axis + width]:
            raise _misfit(item, shape, axis)
        if item.dtype.char != "?" and item.size and not shape[axis]:
            raise IndexError(f"index is out of bounds for dimension with size 0: dimension {axis}")
        axis += width


def without_places(index: tuple, shape: tuple[int, ...]) -> tuple:
    """Index arrays for a tensor without elements: what they name in axes that have places is not looked at, as in torch."""
    result: list = []
    for item in index:
        axis = sum(i.ndim if type(i) is np.ndarray and i.dtype.char == "?" else 1 for i in result)
        named = type(item) is np.ndarray and item.dtype.char != "?" and axis < len(shape) and shape[axis]
        result.append(np.zeros_like(item) if named else item)
    return tuple(result)


def _place(number: int, axis: int, shape: tuple[int, ...]) -> int:
    n = shape[axis] if axis < len(shape) else 0
    if not -n <= number < n:
        if not -_LIMIT <= number < _LIMIT:
            raise ValueError(f"Overflow when unpacking long long: {number} is no place of an axis")
        raise IndexError(f"index {number} is out of bounds for dimension {axis} with size {n}")
    return number


def _slice(item: slice, n: int) -> slice:
    """A slice of an axis of this size with plain numbers, [:] if it leaves nothing out."""
    if item.start is None and item.stop is None and item.step is None:
        return WHOLE
    try:
        start, stop, step = (None if x is None else operator.index(x) for x in (item.start, item.stop, item.step))
    except TypeError:
        raise TypeError(f"slice indices must be integers or None or have an __index__ method, got {item}") from None
    if step is not None and step <= 0:
        raise ValueError(f"step must be greater than zero, got {step}; use flip() to reverse")
    plain = slice(start, stop, step)
    return WHOLE if plain.indices(n) == (0, n, 1) else plain


def _axes(item: object) -> int:
    """How many axes of the tensor an item of an index is about."""
    kind = type(item)
    if kind is int or kind is slice:
        return 1
    if item is None or item is Ellipsis or kind is bool:
        return 0
    if isinstance(item, graph.Tensor) and item._data.dtype.char in "?B":
        return item._data.ndim
    return 1


def _too_many(index: object, ndim: int, named: int) -> str:
    if not ndim and isinstance(index, (int, np.integer)):
        return "invalid index of a 0-dim tensor. Use `tensor.item()` in Python to convert a 0-dim tensor to a number"
    if not ndim and isinstance(index, slice):
        return "slice() cannot be applied to a 0-dim tensor."
    return f"too many indices for tensor of dimension {ndim}: {named} given"


def _is_sequence(item: object) -> bool:
    if isinstance(item, (Sequence, np.ndarray, graph.Tensor)):
        return True
    return hasattr(type(item), "__getitem__") and not isinstance(item, (dict, np.generic))


def _items(index: object) -> tuple:
    """The items of an index that is no tuple: itself, or those of a list that holds more than plain numbers."""
    if isinstance(index, (int, slice, str, np.ndarray, graph.Tensor)) or not _is_sequence(index) or len(index) >= 32:
        return (index,)
    if not any(item is None or item is Ellipsis or isinstance(item, slice) or _is_sequence(item) for item in index):
        return (index,)
    warn(
        "Using a non-tuple sequence for multidimensional indexing is deprecated; write x[tuple(seq)] in place of x[seq], or x[torch.tensor(seq)] if it is to name places of one axis"
    )
    return tuple(index)


def index_array(item: object) -> np.ndarray | int | bool:
    """What is neither number, slice, None nor Ellipsis: a number, or an array of int64, int32 or bool. One without axes is bool."""
    if isinstance(item, graph.Tensor):
        data = item._data
        if data.dtype.kind == "f" or (data.ndim and data.dtype.char in "bh"):
            raise IndexError(
                f"tensors used as indices must be long, int, byte or bool tensors, got {data.dtype.name}; convert with .long()"
            )
    elif isinstance(item, (bool, np.integer)):
        return np.array(item) if isinstance(item, bool) else int(item)
    elif _is_sequence(item):
        data = _from_sequence(item)
    else:
        try:
            return operator.index(item)
        except TypeError:
            raise IndexError(
                f"only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got {type(item).__name__})"
            ) from None
    if data.dtype.char == "B":
        if data.ndim:
            warn("indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead.")
        return data.astype(bool)
    return data if data.ndim or data.dtype.char == "?" else int(data)


def _from_sequence(item: object) -> np.ndarray:
    """A list or a NumPy array as an index array: a mask if all are truth values (or bytes), else whole numbers, fractions cut off.

    Raises:
        TypeError: a text, or lists beside numbers. ValueError: lists of unequal lengths. RuntimeError: not a whole number at all.
    """
    if type(item) is list and item and _NUMBERS.issuperset(map(type, item)):
        data = np.array(item)
    elif isinstance(item, np.ndarray):
        data = item
    elif isinstance(item, (str, bytes)):
        raise TypeError(f"new(): invalid data type '{type(item).__name__}': {item!r} is no index")
    else:
        listed = [_element(x) if isinstance(x, graph.Tensor) else x for x in item]
        if len({_is_sequence(x) for x in listed}) > 1:
            raise TypeError(f"not a sequence: a list used as an index holds numbers beside lists: {listed}")
        try:
            data = np.array(listed) if listed else np.zeros(0, np.int64)
        except ValueError:
            raise ValueError(f"expected sequences of one length in a list used as an index, got {listed}") from None
    if data.dtype.char in "l?":
        return data
    if data.dtype.kind not in "biuf":
        _no_numbers(item, data)
    if data.dtype.kind == "f" and not (abs(data) < _LIMIT).all():
        raise RuntimeError(f"value cannot be converted to type int64 without overflow: {item}")
    return data if data.dtype.char in "?B" else data.astype(np.int64)


def _element(tensor: Array) -> bool | int:
    return bool(tensor) if tensor._data.dtype.char == "?" and tensor._data.size == 1 else operator.index(tensor)


def _no_numbers(item: object, data: np.ndarray) -> NoReturn:
    if data.dtype.kind == "O" and not isinstance(item, np.ndarray) and all(isinstance(x, int) for x in data.flat):
        raise ValueError(f"Overflow when unpacking long long: {item}")
    if not isinstance(item, np.ndarray) and data.dtype.kind == "O":
        raise RuntimeError(f"Could not infer dtype: an index is made of whole numbers or truth values, not {item}")
    raise TypeError(f"new(): invalid data type: an index is made of whole numbers or truth values, not {data.dtype}")


# ---------------------------------------------------------------------------------------------------------------------
# The order in memory of what was looked up
# ---------------------------------------------------------------------------------------------------------------------
def arranged(value: np.ndarray, data: np.ndarray, index: tuple) -> np.ndarray:
    """`value`, data[index] as NumPy gives it, with its elements in torch's order of memory: the axes lie as those of `data` and of
    the index arrays, seen side by side."""
    arrays = [i for i in index if type(i) is np.ndarray]
    if value.flags.c_contiguous and data.flags.c_contiguous and all(i.flags.c_contiguous for i in arrays):
        return value
    named: list = []  # the axes that index arrays name
    axis = 0
    for item in index:
        width = item.ndim if type(item) is np.ndarray and item.dtype.char == "?" else 1
        named += range(axis, axis + width) if type(item) is np.ndarray else ()
        axis += width
    first = named[0] if named[-1] - named[0] == len(named) - 1 else 0
    others = [s for d, s in enumerate(layouts.strides(data)) if d not in named]
    last = first + value.ndim - len(others)
    strides = [(*others[:first], *(0,) * (last - first), *others[first:])]
    for i in arrays:  # a mask of k axes stands for the columns of a table of places
        shape, steps = ((value.shape[first],), (i.ndim * 8,)) if i.dtype.char == "?" else (i.shape, i.strides)
        own = [s if n == m else 0 for s, n, m in zip(steps, shape, value.shape[last - len(shape) : last], strict=True)]
        own = [0] * (last - first - len(own)) + own
        before = [own[0] * value.shape[first] if n == 1 else 0 for n in value.shape[:first]]
        strides.append((*before, *own, *(own[-1] if n == 1 else 0 for n in value.shape[last:])))
    order = layouts.order(value.shape, strides)[::-1]
    if order == [*range(value.ndim)]:
        return np.ascontiguousarray(value)
    result = np.empty([value.shape[d] for d in order], value.dtype).transpose(np.argsort(order))
    result[...] = value
    return result
