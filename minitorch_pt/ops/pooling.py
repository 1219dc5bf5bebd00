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
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from .. import generator
from ..autograd.rule import array, differentiable
from .activations import _depending, _pick, relu
from .indexing import gather
from .pointwise import abs, pow, sign
from .reductions import mean
from .shape import squeeze, unsqueeze

# what torch has at its top level; nn.functional has all
__all__ = [
    "adaptive_avg_pool1d", "adaptive_max_pool1d", "avg_pool1d", "max_pool1d", "max_pool1d_with_indices", "max_pool2d",
    "max_pool3d",
]  # fmt: skip

Size = int | Sequence[int]


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
    apart: bool  # no element lies in two windows


def _axis(size: int, before: int, places: np.ndarray, apart: bool) -> Axis:
    after = max(int(places.max(initial=0)) - size + 1, 0)
    return Axis(size, before, after, places, tuple(map(_index, (places + before).T)), apart)


def _index(places: np.ndarray) -> Any:
    """Places along an axis as a slice, which is a view and not a copy, if they are evenly spaced."""
    steps = np.diff(places)
    step = int(steps[0]) if steps.size else 1
    if step < 1 or (steps != step).any():
        return places
    return slice(int(places[0]), int(places[-1]) + 1, step) if places.size else slice(0, 0)


@functools.lru_cache(256)
def _evenly(size: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool) -> Axis:
    """Windows of `kernel` elements, `dilation` apart, one window each `stride` places. None starts in the padding at the end."""
    span = dilation * (kernel - 1) + 1
    windows = (size + 2 * padding - span + (stride - 1) * ceil_mode) // stride + 1
    if ceil_mode and (windows - 1) * stride >= size + padding:
        windows -= 1
    places = np.arange(max(windows, 0))[:, None] * stride - padding + np.arange(kernel) * dilation
    return _axis(size, padding, places, stride >= span)


@functools.lru_cache(256)
def _adaptively(size: int, windows: int) -> Axis:
    """So many windows, as equal as possible, that together cover the axis. In place of a missing element: one after the end."""
    start = np.arange(windows) * size // max(windows, 1)
    end = -(-np.arange(1, windows + 1) * size // max(windows, 1))
    places = start[:, None] + np.arange((end - start).max(initial=1))
    return _axis(size, 0, np.where(places < end[:, None], places, size), windows > 0 and size % windows == 0)


def _elements(x: Any, axes: Sequence[Axis]) -> Iterator[Any]:
    """The first element of every window, the second of every window, ...; row by row."""
    if not axes:
        yield x
        return
    rest = (slice(None),) * (len(axes) - 1)
    for index in axes[0].elements:
        yield from _elements(x[(..., index, *rest)], axes[1:])


def _flat(places: Iterable[np.ndarray], sizes: Sequence[int]) -> Any:
    """Places along each axis, (..., windows), as places in an image that is read row by row: (..., windows, windows, ...)."""
    total: Any = 0
    for d, (along, size) in enumerate(zip(places, sizes, strict=True)):
        total = np.expand_dims(total, -1) * size + along.reshape((*along.shape[:-1], *(1,) * d, along.shape[-1]))
    return total


def _extended(data: np.ndarray, axes: Sequence[Axis], fill: float) -> np.ndarray:
    """The image with the elements added that its windows reach over."""
    added = [(axis.before, axis.after) for axis in axes]
    if not any(map(any, added)):
        return data
    return np.pad(data, [(0, 0)] * (data.ndim - len(axes)) + added, constant_values=fill)


def _inside(image: Any, axes: Sequence[Axis]) -> Any:
    """An extended image without what was added."""
    return image[(..., *(slice(axis.before, axis.before + axis.size) for axis in axes))]


# ---------------------------------------------------------------------------------------------------------------------
# What may be asked for
# ---------------------------------------------------------------------------------------------------------------------
def _axes_of(name: str) -> int:
    """How many axes an operation of this name pools: 2 for "max_pool2d"."""
    return int(name[-2])


def _numbers(name: str, what: str, value: Any) -> tuple[int, ...]:
    """One whole number for each axis, of a number or of a sequence.

    Raises:
        TypeError: not whole numbers. RuntimeError: not as many as axes.
    """
    count = _axes_of(name)
    given = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    try:
        numbers = tuple(map(operator.index, given))
    except TypeError:
        raise TypeError(f"{name}(): argument '{what}' must be an int or a tuple of ints, and is {value!r}") from None
    if len(numbers) not in (1, count):
        raise RuntimeError(f"{name}: {what} must be a single int, or a tuple of {count} ints, and is {value!r}")
    return numbers * count if len(numbers) == 1 else numbers


def _check_input(name: str, input: Any, kinds: str, too_few: type[Exception] = RuntimeError) -> None:
    """Raise unless the shape is ([N,] C, *axes), with nothing of size 0 but N, and the type is one of these kinds."""
    count, shape, dtype = _axes_of(name), input.shape, array(input).dtype
    if len(shape) not in (count + 1, count + 2) or 0 in shape[-count:] or (len(shape) == count + 2 and not shape[1]):
        raise (too_few if len(shape) <= count else RuntimeError)(
            f"{name}: Expected {count + 1}D or {count + 2}D (batch mode) tensor with optional 0 dim batch size for input, "
            f"but got: {list(shape)}"
        )
    if dtype.kind not in kinds:
        raise NotImplementedError(f"{name} is not implemented for {dtype.name}; convert with .float()")


def _spaced(name: str, input: Any, kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool) -> tuple[Axis, ...]:  # fmt: skip
    """The windows of a pool of fixed size, one `Axis` for each axis after the channels.

    Raises:
        TypeError, RuntimeError: numbers or a shape that make no windows.
    """
    kernels, sizes = _numbers(name, "kernel_size", kernel_size), input.shape[-_axes_of(name) :]
    strides = kernels if stride is None or stride == () or stride == [] else _numbers(name, "stride", stride)
    paddings, dilations = _numbers(name, "padding", padding), _numbers(name, "dilation", dilation)
    if not input.shape[0] and input.ndim == len(sizes) + 1:
        raise RuntimeError(f"{name}: Expected at least one channel, but got input of shape {list(input.shape)}")
    for what, numbers in (("kernel_size", kernels), ("stride", strides), ("dilation", dilations)):
        if min(numbers) < 1:
            raise RuntimeError(f"{name}: {what} must be greater than zero, but got {list(numbers)}")
    if not all(0 <= p <= k // 2 for k, p in zip(kernels, paddings, strict=True)):
        raise RuntimeError(
            f"{name}: pad must be non-negative, and at most half of the kernel size, but got padding {list(paddings)} "
            f"for kernel_size {list(kernels)}"
        )
    axes = tuple(map(_evenly, sizes, kernels, strides, paddings, dilations, (bool(ceil_mode),) * len(sizes)))
    if any(len(axis.places) == 0 for axis in axes):
        raise RuntimeError(
            f"{name}: Output size is too small: of an input of shape {list(input.shape)} the output would have the sizes "
            f"{[len(axis.places) for axis in axes]}. A window covers {[d * (k - 1) + 1 for k, d in zip(kernels, dilations, strict=True)]} places"
        )
    return axes


def _adapted(name: str, input: Any, output_size: Any) -> tuple[Axis, ...]:
    """The windows of a pool with given sizes of the output; None keeps the input's size.

    Raises:
        TypeError, RuntimeError, ValueError: sizes or a shape that make no windows.
    """
    sizes = input.shape[-_axes_of(name) :]
    if isinstance(output_size, (tuple, list)) and len(sizes) > 1:
        if input.ndim <= len(output_size):
            raise ValueError(f"{name}: Input dimension should be at least {len(output_size) + 1}, but got input of shape {list(input.shape)}")  # fmt: skip
        if len(output_size) != len(sizes):
            raise RuntimeError(f"{name}: output_size must be {len(sizes)} numbers, and is {output_size!r}")
        output_size = [n if m is None else m for m, n in zip(output_size, sizes, strict=True)]
    numbers = _numbers(name, "output_size", output_size)
    if min(numbers) < 0:
        raise RuntimeError(f"{name}: elements of output_size must be greater than or equal to 0, but got {output_size!r}")  # fmt: skip
    return tuple(map(_adaptively, sizes, numbers))


def _title(operation: str, count: int) -> str:
    """torch's name of the node. It pools one axis as two, the second of size 1, which is then squeezed."""
    return "SqueezeBackward1" if count == 1 else operation.format(count) + "Backward0"


def _name(input: Any, *arguments: Any) -> str:
    return arguments[-1]


# ---------------------------------------------------------------------------------------------------------------------
# The largest element
# ---------------------------------------------------------------------------------------------------------------------
def _lowest(dtype: Any) -> Any:
    return -math.inf if dtype.kind == "f" else np.iinfo(dtype).min


def _chosen(elements: Iterable, places: Iterable, largest: np.ndarray, place: np.ndarray) -> tuple:
    """The largest element of each window and its place, beginning with what is given: the first of equal ones, the last nan."""
    for element, at in zip(elements, places, strict=True):
        better = (element > largest) | (element != element)
        np.copyto(largest, element, where=better)
        np.copyto(place, at, where=better)
    return largest, place


def _largest(data: np.ndarray, axes: Sequence[Axis]) -> tuple[np.ndarray, np.ndarray]:
    """The largest element of each window, and its place in the image read row by row."""
    fill, sizes = _lowest(data.dtype), data.shape[-len(axes) :]
    shape = (*data.shape[: -len(axes)], *(len(axis.places) for axis in axes))
    # where all elements are the lowest number: the first that is no padding
    firsts = (np.where(axis.places < 0, axis.size, axis.places).min(1) for axis in axes)
    place = np.empty(shape, np.int64)
    place[...] = _flat(firsts, sizes)
    places = (_flat(columns, sizes) for columns in itertools.product(*(axis.places.T for axis in axes)))
    return _chosen(_elements(_extended(data, axes, fill), axes), places, np.full(shape, fill, data.dtype), place)


@differentiable(linear=True)
def _put_back(g: Any, place: np.ndarray, sizes: tuple[int, ...]) -> Any:
    """Zeros in images of these sizes, with each number added at its place: the gradient of choosing an element."""
    images, shape = g.shape[: -len(sizes)], place.shape
    count, size = math.prod(images), math.prod(sizes)
    flat = place.reshape((count, math.prod(shape[-len(sizes) :])))
    total = np.bincount((flat + np.arange(count)[:, None] * size).ravel(), g.ravel(), count * size)
    back = total.astype(g.dtype).reshape((*images, *sizes))
    return back, lambda h: gather(h.reshape((count, size)), 1, flat).reshape(shape)


def _put_back_equal(g: np.ndarray, image: np.ndarray, largest: np.ndarray, axes: Sequence[Axis]) -> np.ndarray | None:
    """`_put_back` into the extended image without places: to the first element of each window that equals the largest.

    None if a window has none, for nan equals nothing.
    """
    apart = all(axis.apart for axis in axes)
    covered = apart and all(axis.places.size == axis.size == axis.size + axis.before + axis.after for axis in axes)
    total = (np.empty if covered else np.zeros)(image.shape, g.dtype)
    # some 32,768 windows at a time, which stay in the cache: a 2 x 2 pool of (64, 64, 24, 24) takes 2.7 ms in place of 4.6
    step = max(1, 32768 * len(largest) // max(largest.size, 1))
    for part in (slice(i, i + step) for i in range(0, len(largest), step)):
        top, flow = largest[part], g[part]
        free = np.ones(top.shape, bool)
        for element, target in zip(_elements(image[part], axes), _elements(total[part], axes), strict=True):
            found = element == top
            found &= free
            free ^= found
            if apart:
                target[...] = _pick(found, flow)
            else:
                target += _pick(found, flow)
        if free.any():
            return None
    return total


@differentiable(name=_name)
def _max_values(input: Any, axes: tuple[Axis, ...], name: str) -> Any:
    data = array(input)
    fill = _lowest(data.dtype)
    image = _extended(data, axes, fill)
    elements = _elements(image, axes)
    value = next(elements).copy()
    for element in elements:
        np.maximum(value, element, out=value)

    def pull(g: Any) -> Any:
        # to compare takes 0.3 ms for a 2 x 2 pool of (64, 6, 28, 28), to find the places first 2.4 ms
        if isinstance(g, np.ndarray) and all(isinstance(i, slice) for axis in axes for i in axis.elements):
            total = _put_back_equal(g, image, value, axes)
            if total is not None and (image is data or not (value == fill).any()):  # else padding may be the first
                return _inside(total, axes)
        return _depending(_put_back(g, _largest(data, axes)[1], data.shape[-len(axes) :]), input)

    return value, pull


@differentiable(name=_name)
def _max_with_places(input: Any, axes: tuple[Axis, ...], name: str) -> Any:
    data = array(input)
    value, place = _largest(data, axes)
    return (value, place), lambda g, _: _depending(_put_back(g, place, data.shape[-len(axes) :]), input)


def _max_pool(name: str, input: Any, kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool, places: bool) -> Any:  # fmt: skip
    # torch's max_pool1d without places has a kernel of its own, which is for floating point only
    _check_input(name, input, "fiu" if places or name != "max_pool1d" else "f")
    axes = _spaced(name, input, kernel_size, stride, padding, dilation, ceil_mode)
    return (_max_with_places if places else _max_values)(input, axes, _title("MaxPool{}DWithIndices", len(axes)))


def max_pool1d(
    input: Any,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest element of each window of (N, C, L): see `nn.MaxPool1d`."""
    return _max_pool("max_pool1d", input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool2d(
    input: Any,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest element of each window of (N, C, H, W): see `nn.MaxPool2d`.

    >>> import minitorch_pt as torch
    >>> torch.max_pool2d(torch.tensor([[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 8.0, 7.0]]]), 2)
    tensor([[[6., 8.]]])
    """
    return _max_pool("max_pool2d", input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool3d(
    input: Any,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest element of each window of (N, C, D, H, W): see `nn.MaxPool3d`."""
    return _max_pool("max_pool3d", input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool1d_with_indices(
    input: Any,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """`max_pool1d`, and where in its image, read row by row, each largest element is."""
    return _max_pool("max_pool1d", input, kernel_size, stride, padding, dilation, ceil_mode, True)


def max_pool2d_with_indices(
    input: Any,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """`max_pool2d`, and where in its image, read row by row, each largest element is."""
    return _max_pool("max_pool2d", input, kernel_size, stride, padding, dilation, ceil_mode, True)


def max_pool3d_with_indices(
    input: Any,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """`max_pool3d`, and where in its image, read row by row, each largest element is."""
    return _max_pool("max_pool3d", input, kernel_size, stride, padding, dilation, ceil_mode, True)


def _adaptive_max_pool(name: str, input: Any, output_size: Any, places: bool) -> Any:
    axes = _adapted(name, input, output_size)
    _check_input(name, input, "f")
    return (_max_with_places if places else _max_values)(input, axes, _title("AdaptiveMaxPool{}D", len(axes)))


def adaptive_max_pool1d(input: Any, output_size: Size) -> Any:
    """The largest element of each of `output_size` windows that cover the input, and its place: see `nn.AdaptiveMaxPool1d`."""
    return _adaptive_max_pool("adaptive_max_pool1d", input, output_size, True)


def adaptive_max_pool1d_with_indices(input: Any, output_size: Size, return_indices: bool = False) -> Any:
    """The same as `torch.adaptive_max_pool1d`."""
    return _adaptive_max_pool("adaptive_max_pool1d", input, output_size, True)


def adaptive_max_pool2d(input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """The largest element of each of `output_size` windows that cover the input: see `nn.AdaptiveMaxPool2d`."""
    return _adaptive_max_pool("adaptive_max_pool2d", input, output_size, return_indices)


def adaptive_max_pool2d_with_indices(input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """`adaptive_max_pool2d`, and where in its image, read row by row, each largest element is."""
    return _adaptive_max_pool("adaptive_max_pool2d", input, output_size, True)


def adaptive_max_pool3d(input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """The largest element of each of `output_size` windows that cover the input: see `nn.AdaptiveMaxPool3d`."""
    return _adaptive_max_pool("adaptive_max_pool3d", input, output_size, return_indices)


def adaptive_max_pool3d_with_indices(input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """`adaptive_max_pool3d`, and where in its image, read row by row, each largest element is."""
    return _adaptive_max_pool("adaptive_max_pool3d", input, output_size, True)


# ---------------------------------------------------------------------------------------------------------------------
# The mean
# ---------------------------------------------------------------------------------------------------------------------
@differentiable(linear=True)
def _window_sums(input: Any, axes: tuple[Axis, ...]) -> Any:
    """The sum of each window: along one axis, then along the next."""
    total = _extended(input, axes, 0)
    for d, axis in enumerate(axes, -len(axes)):
        rest = (slice(None),) * (-d - 1)
        first, *others = (total[(..., index, *rest)] for index in axis.elements)
        total = functools.reduce(operator.add, others, first)
    return total, lambda g: _into_windows(g, axes)


@differentiable(linear=True)
def _into_windows(g: Any, axes: tuple[Axis, ...]) -> Any:
    """Each number added to every element of its window: the gradient of `_window_sums`."""
    total = g
    for d, axis in enumerate(axes, -len(axes)):
        part = np.moveaxis(total, d, 0)
        total = np.zeros((axis.before + axis.size + axis.after, *part.shape[1:]), g.dtype)
        for index in axis.elements:
            if isinstance(index, slice):
                total[index] += part
            else:
                np.add.at(total, index, part)  # several windows may have this element
        total = np.moveaxis(total, 0, d)
    return _inside(total, axes), lambda h: _window_sums(h, axes)


def _areas(axes: Sequence[Axis], with_padding: bool) -> Any:
    """How many elements each window has."""
    areas: Any = 1
    for axis in axes:
        reach = axis.before if with_padding else 0
        inside = (axis.places >= -reach) & (axis.places < axis.size + reach)
        areas = np.expand_dims(areas, -1) * inside.sum(1)
    return areas


@differentiable(name=_name)
def _mean(input: Any, axes: tuple[Axis, ...], divisor: Any, name: str) -> Any:
    data, divisor = array(input), array(divisor)
    kind = data.dtype
    if kind.kind == "i":  # torch rounds towards zero
        total = _window_sums(data, axes)
        value = abs(total) // np.abs(divisor) * np.sign(total) * np.sign(divisor)
    else:
        value = (_window_sums(data.astype(np.float32) if kind == np.float16 else data, axes) / divisor).astype(kind)
    return value, lambda g: _depending(_into_windows(g / np.asarray(divisor, kind), axes), input)


def _avg_pool(name: str, input: Any, kernel_size: Any, stride: Any, padding: Any, ceil_mode: bool, count_include_pad: bool, divisor_override: int | None) -> Any:  # fmt: skip
    kinds = "i" if array(input).dtype == np.int64 else "f"
    # torch's avg_pool2d looks for the channels first, and finds no such axis
    _check_input(name, input, kinds, IndexError if name == "avg_pool2d" else RuntimeError)
    axes = _spaced(name, input, kernel_size, stride, padding, 1, ceil_mode)
    if divisor_override == 0:
        raise RuntimeError(f"{name}: divisor must be not zero, but got divisor_override=0")
    divisor = _areas(axes, count_include_pad) if divisor_override is None else divisor_override
    return _mean(input, axes, divisor, _title("AvgPool{}D", len(axes)))


def _adaptive_avg_pool(name: str, input: Any, output_size: Any) -> Any:
    axes = _adapted(name, input, output_size)
    if all(len(axis.places) == 1 for axis in axes):
        if len(axes) == 1:
            return squeeze(mean(unsqueeze(input, -2), (-2, -1), True), -2)
        return mean(input, tuple(range(-len(axes), 0)), True)
    _check_input(name, input, "f")
    return _mean(input, axes, _areas(axes, False), _title("AdaptiveAvgPool{}D", len(axes)))


def avg_pool1d(
    input: Any,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Any:
    """The mean of each window of (N, C, L): see `nn.AvgPool1d`."""
    return _avg_pool("avg_pool1d", input, kernel_size, stride, padding, ceil_mode, count_include_pad, None)


def avg_pool2d(
    input: Any,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Any:
    """The mean of each window of (N, C, H, W): see `nn.AvgPool2d`."""
    return _avg_pool("avg_pool2d", input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


def avg_pool3d(
    input: Any,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Any:
    """The mean of each window of (N, C, D, H, W): see `nn.AvgPool3d`."""
    return _avg_pool("avg_pool3d", input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


def adaptive_avg_pool1d(input: Any, output_size: Size) -> Any:
    """The mean of each of `output_size` windows that cover the input: see `nn.AdaptiveAvgPool1d`."""
    return _adaptive_avg_pool("adaptive_avg_pool1d", input, output_size)


def adaptive_avg_pool2d(input: Any, output_size: Any) -> Any:
    """The mean of each of `output_size` windows that cover the input: see `nn.AdaptiveAvgPool2d`."""
    return _adaptive_avg_pool("adaptive_avg_pool2d", input, output_size)


def adaptive_avg_pool3d(input: Any, output_size: Any) -> Any:
    """The mean of each of `output_size` windows that cover the input: see `nn.AdaptiveAvgPool3d`."""
    return _adaptive_avg_pool("adaptive_avg_pool3d", input, output_size)


# ---------------------------------------------------------------------------------------------------------------------
# The p-norm
# ---------------------------------------------------------------------------------------------------------------------
def _lp_pool(
    pools: tuple, name: str, input: Any, norm_type: float, kernel_size: Any, stride: Any, ceil_mode: bool
) -> Any:
    max_pool, avg_pool = pools
    if norm_type == math.inf:
        return max_pool(abs(input), kernel_size, stride, 0, 1, ceil_mode)
    if norm_type == -math.inf:
        return -max_pool(-abs(input), kernel_size, stride, 0, 1, ceil_mode)
    total = avg_pool(pow(input, norm_type), kernel_size, stride, 0, ceil_mode)
    size = math.prod(_numbers(name, "kernel_size", kernel_size))
    return pow(sign(total) * relu(abs(total)) * size, 1 / norm_type)


def lp_pool1d(
    input: Any, norm_type: float, kernel_size: Size, stride: Size | None = None, ceil_mode: bool = False
) -> Any:
    """(Σ x^p)^(1/p) of each window of (N, C, L): see `nn.LPPool1d`."""
    return _lp_pool((max_pool1d, avg_pool1d), "lp_pool1d", input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool2d(
    input: Any, norm_type: float, kernel_size: Size, stride: Size | None = None, ceil_mode: bool = False
) -> Any:
    """(Σ x^p)^(1/p) of each window of (N, C, H, W): see `nn.LPPool2d`."""
    return _lp_pool((max_pool2d, avg_pool2d), "lp_pool2d", input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool3d(
    input: Any, norm_type: float, kernel_size: Size, stride: Size | None = None, ceil_mode: bool = False
) -> Any:
    """(Σ x^p)^(1/p) of each window of (N, C, D, H, W): see `nn.LPPool3d`."""
    return _lp_pool((max_pool3d, avg_pool3d), "lp_pool3d", input, norm_type, kernel_size, stride, ceil_mode)


# ---------------------------------------------------------------------------------------------------------------------
# Random windows
# ---------------------------------------------------------------------------------------------------------------------
def _starts(sample: np.ndarray, size: int, kernel: int, windows: int) -> np.ndarray:
    """Where the windows of each image begin: (images, windows). The steps between are of two lengths, mixed at random.

    Computed in the type of the samples, as torch does, for equal rounding.
    """
    number = sample.dtype.type
    if windows < 2:
        return np.full((len(sample), windows), size - kernel)
    step = number(size - kernel) / number(windows - 1)
    first = sample[:, None]
    starts = ((np.arange(windows).astype(number) + first) * step).astype(np.int64) - (first * step).astype(np.int64)
    starts[:, -1] = size - kernel
    return starts


@differentiable(name=_name)
def _max_at_random(input: Any, kernels: tuple, outputs: tuple, samples: np.ndarray, name: str) -> Any:
    data, count = array(input), len(kernels)
    lead, sizes = data.shape[:-count], data.shape[-count:]
    planes = data.reshape((math.prod(lead), math.prod(sizes)))
    # torch's samples are for (W, H), but for (D, H, W)
    samples = array(samples).reshape((len(planes), count))[:, :: -1 if count == 2 else 1]
    starts = [_starts(samples[:, d], sizes[d], kernels[d], outputs[d]) for d in range(count)]

    def place_of(offsets: Sequence[int]) -> Any:
        flat = _flat((start + k for start, k in zip(starts, offsets, strict=True)), sizes)
        return flat.reshape((len(planes), math.prod(outputs)))

    places = [place_of(offsets) for offsets in np.ndindex(*kernels)]
    elements = (np.take_along_axis(planes, at, 1) for at in places)
    lowest = np.full(places[0].shape, -math.inf, data.dtype)
    value, place = (x.reshape((*lead, *outputs)) for x in _chosen(elements, places, lowest, places[0].copy()))
    return (value, place), lambda g, _: _depending(_put_back(g, place, sizes), input)


def _fractional(name: str, input: Any, kernel_size: Any, output_size: Any, output_ratio: Any, samples: Any) -> Any:
    count, shape = _axes_of(name), input.shape
    if output_size is None and output_ratio is None:
        raise ValueError(f"{name} requires specifying either an output_size or an output_ratio")
    _check_input(name, input, "f", IndexError)
    if output_size is None:
        ratios = output_ratio if isinstance(output_ratio, (tuple, list)) else (output_ratio,) * count
        if len(ratios) != count:
            raise ValueError(f"{name} requires output_ratio to be a single number or {count} of them, and got {output_ratio!r}")  # fmt: skip
        output_size = [int(n * ratio) for n, ratio in zip(shape[-count:], ratios, strict=True)]
    kernels, outputs = _numbers(name, "kernel_size", kernel_size), _numbers(name, "output_size", output_size)
    spare = 1 if count == 3 else 0  # torch asks for a place more in volumes
    for n, kernel, out in zip(shape[-count:], kernels, outputs, strict=True):
        if out < 0 or kernel < 1 or out + kernel - 1 + spare > n:
            raise RuntimeError(
                f"{name}: pool {list(kernels)} too large relative to input {list(shape)} for output sizes {list(outputs)}: "
                f"kernel + output must not be larger than the input{'' if spare else ' + 1'}, and neither may be negative"
            )
    dtype = array(input).dtype
    images = (1, *shape)[-count - 2 : -count]
    if samples is None:
        drawn = generator.default_generator.uniform((*images, count), dtype=dtype)
    else:
        drawn = array(samples)
        if drawn.ndim != 3 or drawn.shape[0] < images[0] or drawn.shape[1:] != (images[1], count):
            raise RuntimeError(f"{name}: Expect _random_samples to have the shape {[*images, count]}, got {list(drawn.shape)}")  # fmt: skip
        if drawn.dtype != dtype:
            raise RuntimeError(f"{name}: Expect _random_samples to have the same dtype as input, {dtype.name}, and it has {drawn.dtype.name}")  # fmt: skip
    return _max_at_random(input, kernels, outputs, drawn[: images[0]], _title("FractionalMaxPool{}D", count))


def fractional_max_pool2d(
    input: Any,
    kernel_size: Size,
    output_size: Size | None = None,
    output_ratio: Any = None,
    return_indices: bool = False,
    _random_samples: Any = None,
) -> Any:
    """The largest element of each window, the windows being placed at random: see `nn.FractionalMaxPool2d`."""
    pooled = _fractional("fractional_max_pool2d", input, kernel_size, output_size, output_ratio, _random_samples)
    return pooled if return_indices else pooled[0]


def fractional_max_pool2d_with_indices(
    input: Any,
    kernel_size: Size,
    output_size: Size | None = None,
    output_ratio: Any = None,
    return_indices: bool = False,
    _random_samples: Any = None,
) -> Any:
    """`fractional_max_pool2d`, and where in its image, read row by row, each largest element is."""
    return _fractional("fractional_max_pool2d", input, kernel_size, output_size, output_ratio, _random_samples)


def fractional_max_pool3d(
    input: Any,
    kernel_size: Size,
    output_size: Size | None = None,
    output_ratio: Any = None,
    return_indices: bool = False,
    _random_samples: Any = None,
) -> Any:
    """The largest element of each window, the windows being placed at random: see `nn.FractionalMaxPool3d`."""
    pooled = _fractional("fractional_max_pool3d", input, kernel_size, output_size, output_ratio, _random_samples)
    return pooled if return_indices else pooled[0]


def fractional_max_pool3d_with_indices(
    input: Any,
    kernel_size: Size,
    output_size: Size | None = None,
    output_ratio: Any = None,
    return_indices: bool = False,
    _random_samples: Any = None,
) -> Any:
    """`fractional_max_pool3d`, and where in its image, read row by row, each largest element is."""
    return _fractional("fractional_max_pool3d", input, kernel_size, output_size, output_ratio, _random_samples)


# ---------------------------------------------------------------------------------------------------------------------
# Back to where the largest elements were
# ---------------------------------------------------------------------------------------------------------------------
@differentiable(linear=True, name=_name)
def _unpool(input: Any, place: np.ndarray, sizes: tuple[int, ...], name: str) -> Any:
    images, shape, size = input.shape[: -len(sizes)], input.shape, math.prod(sizes)
    count = math.prod(images)
    flat = place.reshape((count, math.prod(shape[-len(sizes) :])))
    total = np.zeros((count, size), input.dtype)
    np.put_along_axis(total, flat, input.reshape(flat.shape), 1)
    return total.reshape((*images, *sizes)), lambda g: gather(g.reshape((count, size)), 1, flat).reshape(shape)


def _max_unpool(
    name: str, input: Any, indices: Any, kernel_size: Any, stride: Any, padding: Any, output_size: Any
) -> Any:
    kernels, paddings = _numbers(name, "kernel_size", kernel_size), _numbers(name, "padding", padding)
    strides = kernels if stride is None else _numbers(name, "stride", stride)
    _check_input(name, input, "f")
    count, place = len(kernels), array(indices)
    inner = input.shape[-count:]
    sizes = [(n - 1) * s + k - 2 * p for n, k, s, p in zip(inner, kernels, strides, paddings, strict=True)]
    if output_size is not None:
        wanted = list(output_size)[2:] if len(output_size) == count + 2 else list(output_size)
        if len(wanted) != count:
            raise ValueError(f"{name}: output_size should be a sequence containing {count} or {count + 2} elements, and is {output_size!r}")  # fmt: skip
        for d, (n, size, s) in enumerate(zip(wanted, sizes, strides, strict=True)):
            if not size - s < n < size + s:
                raise ValueError(f"{name}: invalid output_size {wanted} (dim {d} must be between {size - s} and {size + s})")  # fmt: skip
        sizes = wanted
    if min(sizes) < 0:
        raise ValueError(f"{name}: output_size must contain non-negative spatial dimensions, but got {sizes}")
    if place.dtype != np.int64:
        raise RuntimeError(f"{name}: elements in indices should be type int64 but got: {place.dtype.name}")
    if place.shape != tuple(input.shape):
        raise RuntimeError(f"{name}: Expected shape of indices to be {list(input.shape)}, that of the input, but got: {list(place.shape)}")  # fmt: skip
    wrong = place[(place < 0) | (place >= math.prod(sizes))]
    if wrong.size:
        raise RuntimeError(f"{name}: Found an invalid max index: {wrong[0]} (output volumes are of size {sizes})")
    return _unpool(input, place, tuple(sizes), _title("MaxUnpool{}D", count))


def max_unpool1d(
    input: Any,
    indices: Any,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    output_size: Sequence[int] | None = None,
) -> Any:
    """Zeros, with the elements put where `indices` say, which `max_pool1d` gave: see `nn.MaxUnpool1d`."""
    return _max_unpool("max_unpool1d", input, indices, kernel_size, stride, padding, output_size)


def max_unpool2d(
    input: Any,
    indices: Any,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    output_size: Sequence[int] | None = None,
) -> Any:
    """Zeros, with the elements put where `indices` say, which `max_pool2d` gave: see `nn.MaxUnpool2d`."""
    return _max_unpool("max_unpool2d", input, indices, kernel_size, stride, padding, output_size)


def max_unpool3d(
    input: Any,
    indices: Any,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    output_size: Sequence[int] | None = None,
) -> Any:
    """Zeros, with the elements put where `indices` say, which `max_pool3d` gave: see `nn.MaxUnpool3d`."""
    return _max_unpool("max_unpool3d", input, indices, kernel_size, stride, padding, output_size)
