"""Windows: which places of an image a pool takes together.

Along one axis that is an `Axis`: which places the windows' first elements have, which their second elements, and so on. Windows that are
evenly spaced have their k-th elements in one slice, so a window of 2 x 2 elements is four views of the image, each with one element of
every window.
"""

from __future__ import annotations

import dataclasses
import functools
import operator
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ...arrays.dtypes import TITLES
from ...autograd.rule import array

if TYPE_CHECKING:
    from ...autograd.contract import Array


Size = int | Sequence[int]


# ---------------------------------------------------------------------------------------------------------------------
# Along each axis
# ---------------------------------------------------------------------------------------------------------------------
# without eq the same windows are the same object, and a key of what is made once
@dataclasses.dataclass(frozen=True, eq=False)
class Axis:
    """The windows along an axis of `size` elements, to which `before` and `after` elements are added."""

    size: int
    before: int
    after: int
    places: np.ndarray  # (windows, elements of a window), counted from the first element that the axis had before
    elements: tuple[Any, ...]  # the places of each window's k-th element, in the longer axis: a slice if evenly spaced
    step: int  # from an element of a window to the next
    apart: bool  # no element lies in two windows


def _axis(size: int, before: int, places: np.ndarray, step: int, apart: bool) -> Axis:
    after = max(int(places.max(initial=0)) - size + 1, 0)
    return Axis(size, before, after, places, tuple(map(_index, (places + before).T)), step, apart)


def _index(places: np.ndarray) -> np.ndarray | slice:
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
    return _axis(size, padding, places, dilation, stride >= span)


@functools.lru_cache(256)
def _adaptively(size: int, windows: int) -> Axis:
    """So many windows, as equal as possible, that together cover the axis. In place of a missing element: one after the end."""
    if windows >= 1 << 40:
        raise RuntimeError(f"{windows} windows are more than any memory holds; check the output size")
    start = np.arange(windows) * size // max(windows, 1)
    end = -(-np.arange(1, windows + 1) * size // max(windows, 1))
    places = start[:, None] + np.arange((end - start).max(initial=1))
    return _axis(size, 0, np.where(places < end[:, None], places, size), 1, windows > 0 and size % windows == 0)


def elements_of(x: Array, axes: Sequence[Axis]) -> Iterator[Array]:
    """The first element of every window, the second of every window, ...; row by row."""
    if not axes:
        yield x
        return
    rest = (slice(None),) * (len(axes) - 1)
    for index in axes[0].elements:
        yield from elements_of(x[(..., index, *rest)], axes[1:])


def flat_places(places: Iterable[np.ndarray], sizes: Sequence[int]) -> Array:
    """Places along each axis, (..., windows), as places in an image that is read row by row: (..., windows, windows, ...)."""
    total: Any = 0
    for d, (along, size) in enumerate(zip(places, sizes, strict=True)):
        total = np.expand_dims(total, -1) * size + along.reshape((*along.shape[:-1], *(1,) * d, along.shape[-1]))
    return total


def extended(data: np.ndarray, axes: Sequence[Axis], fill: float) -> np.ndarray:
    """The image with the elements added that its windows reach over."""
    added = [(axis.before, axis.after) for axis in axes]
    if not any(map(any, added)):
        return data
    sizes = [axis.before + axis.size + axis.after for axis in axes]
    image = np.full((*data.shape[: -len(axes)], *sizes), fill, data.dtype)
    inner_part(image, axes)[...] = data
    return image


def inner_part(image: Array, axes: Sequence[Axis]) -> Array:
    """An extended image without what was added."""
    return image[(..., *(slice(axis.before, axis.before + axis.size) for axis in axes))]


# ---------------------------------------------------------------------------------------------------------------------
# What may be asked for
# ---------------------------------------------------------------------------------------------------------------------
def pooled_axes(name: str) -> int:
    """How many axes an operation of this name pools: 2 for "max_pool2d"."""
    return int(name[-2])


def whole_numbers(name: str, what: str, value: Size) -> tuple[int, ...]:
    """One whole number for each axis, of a number or of a sequence.

    Raises:
        TypeError: not whole numbers. RuntimeError: not as many as axes.
    """
    count = pooled_axes(name)
    given = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    try:
        numbers = tuple(map(operator.index, given))
    except TypeError:
        raise TypeError(f"{name}(): argument '{what}' must be an int or a tuple of ints, and is {value!r}") from None
    if len(numbers) not in (1, count):
        one = "one int" if count == 1 else f"one int, or {count} ints"
        raise RuntimeError(f"{name}: '{what}' should contain {one}, and is {value!r}")
    return numbers * count if len(numbers) == 1 else numbers


NON_EMPTY = "Expected input's non-batch dimensions to have positive length"


def windowed(count: int) -> str:
    """What torch says of the input of a pool of so many axes."""
    return f"Expected {count + 1}D or {count + 2}D (batch mode) tensor with optional 0 dim batch size"


def check_pooled(
    name: str, input: Array, kinds: str, too_few: type[Exception] = RuntimeError, channels: bool = True
) -> None:
    """Raise unless the shape is ([N,] C, *axes), with nothing of size 0 but N (and C without `channels`), and the type is one of these kinds."""
    count, shape, dtype = pooled_axes(name), input.shape, array(input).dtype
    unfit = len(shape) not in (count + 1, count + 2) or 0 in shape[-count:]
    if unfit or (channels and len(shape) == count + 2 and not shape[1]):
        raise (too_few if len(shape) <= count else RuntimeError)(
            f"{name}: {windowed(count)} for input, but got: {list(shape)}. {NON_EMPTY}: "
            f"non-empty {count + 1}D or {count + 2}D (batch mode) tensor expected for input"
        )
    if dtype.kind not in kinds:
        raise NotImplementedError(f"{name} is not implemented for '{TITLES[dtype.name]}'; convert with .float()")


def spaced(
    name: str, input: Array, kernel_size: Size, stride: Size | None, padding: Size, dilation: Size, ceil_mode: bool
) -> tuple[Axis, ...]:
    """The windows of a pool of fixed size, one `Axis` for each axis after the channels.

    Raises:
        TypeError, RuntimeError: numbers or a shape that make no windows.
    """
    kernels, sizes = whole_numbers(name, "kernel_size", kernel_size), input.shape[-pooled_axes(name) :]
    strides = kernels if stride is None or stride == () or stride == [] else whole_numbers(name, "stride", stride)
    paddings, dilations = whole_numbers(name, "padding", padding), whole_numbers(name, "dilation", dilation)
    for what, numbers in (("kernel_size", kernels), ("stride", strides), ("dilation", dilations)):
        if min(numbers) < 1:
            raise RuntimeError(f"{name}: {what} must be greater than zero, but got {min(numbers)} in {list(numbers)}")
    if min(paddings) < 0:
        raise RuntimeError(f"{name}: pad must be non-negative, but got padding {list(paddings)}")
    if any(p > k // 2 for k, p in zip(kernels, paddings, strict=True)):
        raise RuntimeError(
            f"{name}: pad should be at most half of effective kernel size, but got padding {list(paddings)} "
            f"for kernel_size {list(kernels)}"
        )
    if not input.shape[0] and input.ndim == len(sizes) + 1:
        raise RuntimeError(f"{name}: {windowed(len(sizes))} for input, but got: {list(input.shape)}. {NON_EMPTY}")
    axes = tuple(map(_evenly, sizes, kernels, strides, paddings, dilations, (bool(ceil_mode),) * len(sizes)))
    if any(len(axis.places) == 0 for axis in axes):
        raise RuntimeError(
            f"{name}: Output size is too small: of an input of shape {list(input.shape)} the output would have the sizes "
            f"{[len(axis.places) for axis in axes]}. A window covers {[d * (k - 1) + 1 for k, d in zip(kernels, dilations, strict=True)]} places"
        )
    return axes


def adapted(name: str, input: Array, output_size: Size) -> tuple[Axis, ...]:
    """The windows of a pool with given sizes of the output; None keeps the input's size.

    Raises:
        TypeError, RuntimeError, ValueError: sizes or a shape that make no windows.
    """
    count, sizes = pooled_axes(name), input.shape[-pooled_axes(name) :]
    if isinstance(output_size, (tuple, list)) and count > 1:
        if input.ndim <= len(output_size):
            raise ValueError(
                f"{name}: Input dimension should be at least {len(output_size) + 1}, but got input of shape {list(input.shape)}"
            )
        if len(output_size) != count:
            raise RuntimeError(f"{name}: output_size must be {count} numbers, and is {output_size!r}")
        output_size = [n if m is None else m for m, n in zip(output_size, sizes, strict=True)]
    numbers = whole_numbers(name, "output_size", output_size)
    if min(numbers) < 0:
        raise RuntimeError(
            f"Trying to create tensor with negative dimension {min(numbers)}: {name}: elements of output_size must be greater than or equal to 0"
        )
    return tuple(map(_adaptively, sizes, numbers))


def node_title(operation: str, count: int) -> str:
    """torch's name of the node. It pools one axis as two, the second of size 1, which is then squeezed."""
    return "SqueezeBackward1" if count == 1 else operation.format(count) + "Backward0"


def last_argument(input: Array, *arguments: object) -> str:
    """torch's name of a node that its rule takes as the last argument."""
    return arguments[-1]
