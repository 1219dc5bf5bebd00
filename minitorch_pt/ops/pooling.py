"""Pooling: each window of an image becomes one number, its largest or its mean.

A pool is where its windows lie. Along one axis that is an `Axis`: which places the windows' first elements have, which their second
elements, and so on. Windows that are evenly spaced have their k-th elements in one slice, so a window of 2 x 2 elements is four views of
the image, each with one element of every window. What is computed from them is written once, for any number of axes.

Shapes: 1d (N, C, L), 2d (N, C, H, W), 3d (N, C, D, H, W), all also without N.
"""

from __future__ import annotations

import functools
import itertools
import math
import operator
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..autograd.rule import array, differentiable
from .activations import _depending, _pick
from .indexing import gather

__all__ = ["max_pool1d", "max_pool1d_with_indices", "max_pool2d", "max_pool3d"]


# ---------------------------------------------------------------------------------------------------------------------
# Windows
# ---------------------------------------------------------------------------------------------------------------------
class Axis(NamedTuple):
    """The windows along an axis of `size` elements, to which `before` and `after` elements are added."""

    size: int
    before: int
    after: int
    places: np.ndarray  # (windows, elements of a window), counted from the first element that the axis had before
    elements: tuple[Any, ...]  # the places of each window's k-th element, in the longer axis: a slice if evenly spaced
    disjoint: bool  # no element lies in two windows


def _axis_of(size: int, before: int, after: int, places: np.ndarray, disjoint: bool) -> Axis:
    return Axis(size, before, after, places, tuple(map(_index, (places + before).T)), disjoint)


def _index(places: np.ndarray) -> Any:
    """Places along an axis as a slice, which is a view and not a copy, if they are evenly spaced."""
    steps = np.diff(places)
    step = int(steps[0]) if steps.size else 1
    if step < 1 or (steps != step).any():
        return places
    return slice(int(places[0]), int(places[-1]) + 1, step) if places.size else slice(0, 0)


@functools.lru_cache(256)
def _evenly(size: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool) -> Axis:
    """Windows of `kernel` elements, `dilation` apart, one window each `stride` places. None starts in the padding after the end."""
    span = dilation * (kernel - 1) + 1
    room = size + 2 * padding - span
    windows = (room + (stride - 1 if ceil_mode else 0)) // stride + 1
    if ceil_mode and (windows - 1) * stride >= size + padding:
        windows -= 1
    places = np.arange(max(windows, 0))[:, None] * stride - padding + np.arange(kernel) * dilation
    after = max(int(places.max(initial=0)) - size + 1, 0)
    return _axis_of(size, padding, after, places, stride >= span)


def _elements(x: Any, axes: Sequence[Axis]) -> Iterator[Any]:
    """The first element of every window, the second of every window, ...; row by row."""
    if not axes:
        yield x
        return
    rest = (slice(None),) * (len(axes) - 1)
    for index in axes[0].elements:
        yield from _elements(x[(..., index, *rest)], axes[1:])


def _flat(places: Sequence[np.ndarray], axes: Sequence[Axis]) -> Any:
    """Places along each axis as places in an image that is read row by row: an array with one axis for each."""
    total: Any = 0
    for along, axis in zip(places, axes, strict=True):
        total = np.expand_dims(total, -1) * axis.size + along
    return total


def _extended(data: np.ndarray, axes: Sequence[Axis], fill: float) -> np.ndarray:
    """The image with the elements added that its windows reach over."""
    added = [(axis.before, axis.after) for axis in axes]
    if not any(map(any, added)):
        return data
    return np.pad(data, [(0, 0)] * (data.ndim - len(axes)) + added, constant_values=fill)


def _numbers(name: str, what: str, value: Any, count: int) -> tuple[int, ...]:
    """One whole number for each axis, of a number or of a sequence.

    Raises:
        TypeError: not whole numbers. RuntimeError: not as many as axes.
    """
    given = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    try:
        numbers = tuple(map(operator.index, given))
    except TypeError:
        raise TypeError(f"{name}(): argument '{what}' must be an int or a tuple of ints, and is {value!r}") from None
    if len(numbers) not in (1, count):
        raise RuntimeError(f"{name}: {what} must be a single int, or a tuple of {count} ints, and is {value!r}")
    return numbers * count if len(numbers) == 1 else numbers


def _check_shape(name: str, shape: Sequence[int], count: int) -> None:
    """Raise unless the shape is ([N,] C, *axes), with nothing of size 0 but N."""
    if len(shape) not in (count + 1, count + 2) or 0 in shape[-count - 1 :]:
        raise RuntimeError(
            f"{name}: Expected {count + 1}D or {count + 2}D (batch mode) tensor with optional 0 dim batch size for input, "
            f"but got: {list(shape)}"
        )


def _spaced(
    name: str, input: Any, kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool
) -> tuple[Axis, ...]:
    """The windows of a pool of fixed size, one `Axis` for each axis after the channels.

    Raises:
        TypeError, RuntimeError: numbers or a shape that make no windows.
    """
    shape, count = input.shape, int(name[-2])
    kernels = _numbers(name, "kernel_size", kernel_size, count)
    strides = kernels if stride is None or stride == () or stride == [] else _numbers(name, "stride", stride, count)
    paddings, dilations = _numbers(name, "padding", padding, count), _numbers(name, "dilation", dilation, count)
    _check_shape(name, shape, count)
    for what, numbers in (("kernel_size", kernels), ("stride", strides), ("dilation", dilations)):
        if min(numbers) < 1:
            raise RuntimeError(f"{name}: {what} must be greater than zero, but got {list(numbers)}")
    for k, p in zip(kernels, paddings, strict=True):
        if not 0 <= p <= k // 2:
            raise RuntimeError(
                f"{name}: padding must be non-negative and at most half of the kernel size, but got padding {list(paddings)} "
                f"and kernel_size {list(kernels)}"
            )
    axes = tuple(map(_evenly, shape[-count:], kernels, strides, paddings, dilations, (bool(ceil_mode),) * count))
    sizes = [len(axis.places) for axis in axes]
    if 0 in sizes:
        raise RuntimeError(
            f"{name}: Given input of shape {list(shape)}, the output would have the sizes {sizes}: Output size is too small. "
            f"A window covers {[d * (k - 1) + 1 for k, d in zip(kernels, dilations, strict=True)]} elements"
        )
    return axes


def _title(operation: str, count: int) -> str:
    """torch's name of the node; it pools along one axis as along two, and squeezes."""
    return "SqueezeBackward1" if count == 1 else f"{operation}{count}DBackward0"


def _name(input: Any, axes: Any, name: str) -> str:
    return name


# ---------------------------------------------------------------------------------------------------------------------
# The largest element
# ---------------------------------------------------------------------------------------------------------------------
def _lowest(dtype: Any) -> Any:
    return -math.inf if dtype.kind == "f" else np.iinfo(dtype).min


def _last_nan_or_first_largest(elements: Any, places: Any, largest: np.ndarray, place: np.ndarray) -> tuple:
    """The largest element of each window and its place, beginning with what is given: the first of equal ones, the last nan."""
    for element, at in zip(elements, places, strict=True):
        better = (element > largest) | (element != element)
        np.copyto(largest, element, where=better)
        np.copyto(place, at, where=better)
    return largest, place


def _largest(data: np.ndarray, axes: Sequence[Axis]) -> tuple[np.ndarray, np.ndarray]:
    """The largest element of each window, and its place in the image read row by row."""
    fill = _lowest(data.dtype)
    shape = (*data.shape[: -len(axes)], *(len(axis.places) for axis in axes))
    # if all elements are the lowest number: the first that is no padding
    firsts = [np.where(axis.places < 0, axis.size, axis.places).min(1, initial=axis.size) for axis in axes]
    place = np.empty(shape, np.int64)
    place[...] = _flat(firsts, axes)
    places = (_flat(columns, axes) for columns in itertools.product(*(axis.places.T for axis in axes)))
    elements = _elements(_extended(data, axes, fill), axes)
    return _last_nan_or_first_largest(elements, places, np.full(shape, fill, data.dtype), place)


@differentiable(linear=True)
def _put_back(g: Any, place: np.ndarray, sizes: tuple[int, ...]) -> Any:
    """Zeros in images of these sizes, with each number added at its place: the gradient of choosing an element."""
    images, shape = (*g.shape[: -len(sizes)], *sizes), place.shape
    count = math.prod(shape[: -len(sizes)])
    flat = place.reshape((count, -1 if count else 0))
    size = math.prod(sizes)
    total = np.bincount((flat + np.arange(count)[:, None] * size).ravel(), g.ravel(), count * size)
    return total.astype(g.dtype).reshape(images), lambda h: gather(h.reshape((count, size)), 1, flat).reshape(shape)


def _put_back_disjoint(g: np.ndarray, data: np.ndarray, value: np.ndarray, axes: Sequence[Axis]) -> np.ndarray | None:
    """`_put_back` for windows without common elements, by comparing each element with the largest; None if that is nan."""
    total, free = np.zeros(data.shape, g.dtype), np.ones(value.shape, bool)
    for element, target in zip(_elements(data, axes), _elements(total, axes), strict=True):
        found = element == value
        found &= free
        free ^= found
        target[...] = _pick(found, g)  # by its bits: 4 times as fast as np.copyto(..., where=found)
    return None if free.any() else total


@differentiable(name=_name)
def _max_values(input: Any, axes: tuple[Axis, ...], name: str) -> Any:
    data = array(input)
    elements = _elements(_extended(data, axes, _lowest(data.dtype)), axes)
    value = next(elements).copy()
    for element in elements:
        np.maximum(value, element, out=value)
    sizes = data.shape[-len(axes) :]
    comparable = all(axis.disjoint and not (axis.before or axis.after) for axis in axes)

    def pull(g: Any) -> Any:
        # LeNet's first 2 x 2 pool is 3 times as fast so as with places, forward and backward together
        if comparable and isinstance(g, np.ndarray):
            total = _put_back_disjoint(g, data, value, axes)
            if total is not None:
                return total
        return _depending(_put_back(g, _largest(data, axes)[1], sizes), input)

    return value, pull


@differentiable(name=_name)
def _max_with_places(input: Any, axes: tuple[Axis, ...], name: str) -> Any:
    data = array(input)
    value, place = _largest(data, axes)
    return (value, place), lambda g, _: _depending(_put_back(g, place, data.shape[-len(axes) :]), input)


def _max_pool(name: str, input: Any, kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool, places: bool) -> Any:  # fmt: skip
    axes = _spaced(name, input, kernel_size, stride, padding, dilation, ceil_mode)
    dtype = array(input).dtype
    if dtype.kind == "b" or (dtype.kind != "f" and len(axes) == 1 and not places):
        raise NotImplementedError(f"{name} is not implemented for {dtype.name}; convert with .float()")
    return (_max_with_places if places else _max_values)(input, axes, _title("MaxPool", len(axes)).replace("DB", "DWithIndicesB"))  # fmt: skip


def max_pool1d(
    input: Any,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest element of each window of (N, C, L); see `nn.MaxPool1d`."""
    return _max_pool("max_pool1d", input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool2d(
    input: Any,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest element of each window of (N, C, H, W); see `nn.MaxPool2d`.

    >>> import minitorch_pt as torch
    >>> torch.max_pool2d(torch.tensor([[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 8.0, 7.0]]]), 2)
    tensor([[[6., 8.]]])
    """
    return _max_pool("max_pool2d", input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool3d(
    input: Any,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest element of each window of (N, C, D, H, W); see `nn.MaxPool3d`."""
    return _max_pool("max_pool3d", input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool1d_with_indices(
    input: Any,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
    return_indices: bool = True,
) -> Any:
    """`max_pool1d`, and where each largest element is."""
    return _max_pool("max_pool1d", input, kernel_size, stride, padding, dilation, ceil_mode, True)
