"""The memory behind arrays, which several may share: whose it is, and where in it an array lies."""

from __future__ import annotations

import functools
import gc
import math
import threading
import weakref
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from . import layouts

__all__ = [
    "Place",
    "apart",
    "copied",
    "expanded",
    "in_inference",
    "inference_memory",
    "inferring",
    "is_inference",
    "looking",
    "note_inference",
    "memory",
    "offset",
    "owner",
    "refuse_inference",
    "APART",
    "refuse_overlap",
    "repeats",
    "resize",
    "sliced",
    "writable",
]


class _Apart:
    """Stands between an array and its memory, so that they have not one owner."""

    __slots__ = ("__array_struct__", "array")

    def __init__(self, array: np.ndarray) -> None:
        self.array, self.__array_struct__ = array, array.__array_struct__


def owner(array: np.ndarray) -> np.ndarray:
    """The array that stands for all views of one memory: where its changes are counted."""
    while type(array.base) is np.ndarray:
        array = array.base
    return array


def apart(array: np.ndarray) -> np.ndarray:
    """The same memory under another owner: that is what `.data` is, whose changes do not count as the tensor's."""
    root = owner(array)
    twin = np.asarray(_Apart(memory(root)))
    return (
        twin if root is array else np.ndarray(array.shape, array.dtype, _flat(twin).data, offset(array), array.strides)
    )


def memory(array: np.ndarray) -> np.ndarray:
    """The array whose memory it is, of arrays set apart too."""
    array = owner(array)
    # NumPy keeps the object beside what it read from it
    while type(array.base) is tuple and type(array.base[0]) is _Apart:
        array = array.base[0].array
    return array


def _flat(data: np.ndarray) -> np.ndarray:
    """All of the memory in which an array lies, in its order."""
    return owner(data).ravel(order="K")  # a copy only of foreign memory with gaps


def _address(data: np.ndarray) -> int:
    return data.__array_interface__["data"][0]


def offset(data: np.ndarray) -> int:
    """The number of bytes in its memory before an array."""
    root = owner(data)
    return 0 if root is data else _address(data) - _address(root)


# ---------------------------------------------------------------------------------------------------------------------
# Inference: memory that was made where nothing will ever be differentiated
# ---------------------------------------------------------------------------------------------------------------------
inferring: set[int] = set()  # the threads that are in inference mode
inference_memory: dict[int, weakref.ref] = {}  # the arrays that own memory which was made there, by their id


def in_inference() -> bool:
    """Whether this thread is in inference mode."""
    return bool(inferring) and threading.get_ident() in inferring


def note_inference(array: np.ndarray, sources: Sequence = ()) -> None:
    """In inference mode: remember that the memory was made there, unless it is that of one of the sources."""
    root = memory(array)
    key = id(root)
    if in_inference() and not any(memory(a) is root for a in sources if isinstance(a, np.ndarray)):
        inference_memory[key] = weakref.ref(root, functools.partial(inference_memory.pop, key))


def is_inference(array: np.ndarray) -> bool:
    """Whether the memory was made in inference mode."""
    return bool(inference_memory) and id(memory(array)) in inference_memory


# ---------------------------------------------------------------------------------------------------------------------
# Other arrays on the same memory
# ---------------------------------------------------------------------------------------------------------------------
def looking(
    data: np.ndarray, shape: Sequence[int], strides: Sequence[int] | None = None, start: int | None = None
) -> np.ndarray:
    """The same memory with another shape, strides and start, in bytes.

    NumPy's own stride_tricks do not tell whose memory an array shows.
    """
    flat, start = _flat(data), offset(data) if start is None else start
    return np.ndarray(shape, data.dtype, flat.data, min(start, flat.nbytes), strides)


def sliced(data: Any, index: tuple) -> Any:
    """data[index], for numbers and slices, in its own place and with its own steps also if it is empty: NumPy's then lies at the head."""
    view = data[index]
    if type(view) is not np.ndarray or view.size:
        return view
    start, steps, axis = offset(data), [], 0
    own = [step * data.itemsize for step in layouts.strides(data)]
    for item in index:
        if item is None:
            steps.append(0)
        elif item is Ellipsis:
            end = data.ndim - sum(i is not None for i in index) + axis + 1
            steps += own[axis:end]
            axis = end
        else:
            n = data.shape[axis]
            first, _, stride = item.indices(n) if type(item) is slice else (item % n, 0, 0)
            start += first * own[axis]
            steps += [stride * own[axis]] * bool(stride)
            axis += 1
    return looking(data, view.shape, [*steps, *own[axis:]], start)


def refuse_inference(data: np.ndarray) -> None:
    """Raise if the memory was made in inference mode, and this is outside: it may not be changed in place, but by `.data`."""
    if inference_memory and id(owner(data)) in inference_memory and not in_inference():
        raise RuntimeError("Inplace update to inference tensor outside InferenceMode is not allowed: change a clone()")


def writable(data: np.ndarray) -> np.ndarray:
    """The array, to be written to, also where NumPy marks it as read-only: torch does not know such marks.

    Raises:
        RuntimeError: it was made in inference mode, and this is outside; or the memory is not NumPy's own (a file's, bytes): to
            write there could end the program.
    """
    refuse_inference(data)
    if data.flags.writeable:
        return data
    if not memory(data).flags.owndata:
        raise RuntimeError("the memory of this tensor is read-only: change a clone()")
    interface = {**data.__array_interface__, "data": (_address(data), False)}
    return np.asarray(SimpleNamespace(__array_interface__=interface, data=data))


def copied(data: np.ndarray, memo: dict) -> np.ndarray:
    """A copy in a copy of the whole memory, which all arrays that are copied with the same `memo` share as the originals do."""
    root = memory(data)
    copy = memo.setdefault(id(root), root.copy(order="K"))
    if copy.strides != root.strides:  # foreign memory with gaps
        return data.copy()
    return np.ndarray(data.shape, data.dtype, _flat(copy).data, offset(data), data.strides)


def resize(tensor: Any, shape: Sequence[int]) -> None:
    """Let a Tensor show its memory from its start on, in order, in another shape; in larger memory, with a copy, if that takes more.

    Its base and their views move along.

    Raises:
        RuntimeError: more is needed, and others show the memory: they could not follow.
    """
    data = tensor._data
    start, size = offset(data), math.prod(shape)
    if start + size * data.itemsize <= owner(data).nbytes:
        tensor._data = looking(data, shape)
        return
    larger = np.zeros(start // data.itemsize + size, data.dtype)
    root: Any = memory(data)
    old = _flat(data).view(np.uint8)
    larger.view(np.uint8)[: old.size] = old
    del data, old
    for family in _families(tensor):
        places = [(t._data.shape, t._data.strides, offset(t._data)) for t in family]
        for t, place in zip(family, places, strict=True):
            t._data = looking(larger, *place)
        left, nothing = weakref.ref(root), not root.nbytes
        del root
        root = left()
        if root is None or nothing:  # nobody else holds on to it
            tensor._data = looking(larger, shape, start=start)
            return
        for t, place in zip(family, places, strict=True):
            t._data = looking(root, *place)
    raise RuntimeError(
        f"Trying to resize storage that is not resizable: {list(shape)} needs more memory, and other tensors, arrays or a graph show "
        "what there is; resize a clone()"
    )


def _families(tensor: Any) -> Iterator[list]:
    """The Tensors that share a tensor's memory: it and its base, which are found at once, then all views of the base."""
    base = tensor if tensor._base is None else tensor._base
    yield list({id(t): t for t in (tensor, base)}.values())
    yield [base, *[t for t in gc.get_referrers(base) if getattr(t, "_base", None) is base]]


# ---------------------------------------------------------------------------------------------------------------------
# Overlap
# ---------------------------------------------------------------------------------------------------------------------
def _overlaps(shape: Sequence[int], strides: Sequence[int]) -> bool:
    """Whether an array of these strides may show an element in two places."""
    reach = 0
    for stride, n in sorted(zip(strides, shape, strict=True)):
        if n > 1:
            if stride <= reach:
                return 0 not in shape
            reach += (n - 1) * stride
    return False


def repeats(data: np.ndarray) -> bool:
    """Whether the array may show an element in two places."""
    return not data.flags.c_contiguous and _overlaps(data.shape, data.strides)


def expanded(data: np.ndarray) -> bool:
    """Whether an axis shows the same elements again and again."""
    return (
        0 in data.strides
        and data.size > 0
        and any(n > 1 and s == 0 for n, s in zip(data.shape, data.strides, strict=True))
    )


# operations that write where an index says, or read there into `out`: what they read may not even be the memory that they write
APART = frozenset({
    "gather", "index_add", "index_copy", "index_fill", "index_put", "index_reduce", "index_select", "masked_select", "put", "scatter", "scatter_add",
    "scatter_reduce", "take", "take_along_dim",
})  # fmt: skip


def refuse_overlap(data: np.ndarray, others: Sequence[np.ndarray], same: bool = False, twice: bool = False) -> None:
    """Raise if writing to `data` would write an element twice, or one that another array reads in another place, or with `same` at all.

    twice: an element may be written twice.

    Raises:
        RuntimeError: it would.
    """
    if not twice and expanded(data):
        raise RuntimeError(
            "unsupported operation: more than one element of the written-to tensor refers to a single memory location. "
            "Please clone() the tensor before performing the operation."
        )
    for other in others:
        if memory(other) is memory(data) and data.size and other.size:
            (first, end), (start, stop) = map(np.lib.array_utils.byte_bounds, (data, other))
            # NumPy gives a new axis the stride 0, torch another
            strides = zip(data.shape, data.strides, other.strides, strict=False)
            equal = (first, end, data.ndim) == (start, stop, other.ndim) and all(
                s == t or (n == 1 and 0 in (s, t)) for n, s, t in strides
            )
            # where there are gaps torch is not sure, and lets it pass
            if (
                first < stop
                and start < end
                and (same or not equal)
                and end - first == data.nbytes
                and stop - start == other.nbytes
            ):
                raise RuntimeError(
                    "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory "
                    "location. Please clone() the tensor before performing the operation."
                )


# ---------------------------------------------------------------------------------------------------------------------
# One array in another
# ---------------------------------------------------------------------------------------------------------------------
class Place:
    """Where a view lies in its base: what `as_strided` and its gradient need, counted in elements."""

    def __init__(self, view: np.ndarray, base: np.ndarray) -> None:
        # counted from the start of each one's memory: that of the base may have been exchanged since
        ahead = offset(view) // view.itemsize - offset(base) // base.itemsize if view.size else 0
        low = min(ahead, 0)
        # shape, strides and offset of each in a memory that holds both
        self._base = base.shape, [s // base.itemsize for s in base.strides], -low
        self._view = view.shape, [s // view.itemsize for s in view.strides], ahead - low
        self._size = 1 + max(
            start + sum(max(n - 1, 0) * s for n, s in zip(shape, strides, strict=True))
            for shape, strides, start in (self._base, self._view)
        )

    def _both(self, memory: np.ndarray) -> list[np.ndarray]:
        """The base and the view in a memory of that size."""
        step = memory.itemsize
        return [
            np.ndarray(shape, memory.dtype, memory.data, start * step, [s * step for s in strides])
            for shape, strides, start in (self._base, self._view)
        ]

    def region(self, whole: np.ndarray) -> np.ndarray:
        """What the view shows if the base is `whole`."""
        base, view = self._both(np.zeros(self._size, whole.dtype))
        base[...] = whole
        return view

    def outside(self, whole: np.ndarray) -> np.ndarray:
        """`whole` with zeros where the view lies."""
        base, view = self._both(np.zeros(self._size, whole.dtype))
        base[...] = whole
        view[...] = 0
        return base

    def put(self, region: np.ndarray) -> np.ndarray:
        """Zeros of the base's shape with `region` added where the view lies: the transpose of `region`."""
        whole = np.zeros(self._size, region.dtype)
        base, view = self._both(whole)
        if _overlaps(*self._view[:2]):
            np.add.at(whole, self._both(np.arange(self._size))[1], region)
        else:
            view[...] = region
        if _overlaps(*self._base[:2]):  # each of the places that show an element has its share
            shown = self._both(np.arange(self._size))[0]
            whole /= np.maximum(np.bincount(shown.reshape(-1), minlength=self._size), 1)
        return base
