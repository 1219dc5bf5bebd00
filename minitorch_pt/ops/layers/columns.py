"""Columns: what the window of a convolution covers at each place, laid side by side, and the way back."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ...arrays.dtypes import TITLES
from ...autograd.contract import composed
from ...autograd.rule import differentiable
from ..checks import need
from .padding import constant_pad_nd

if TYPE_CHECKING:
    from ...autograd.contract import Array, Pulled, Size, Tensor


Sizes = tuple[int, ...]


def sizes_of(function: str, name: str, value: Size, n: int) -> Sizes:
    """One number, or one for each axis, as a tuple."""
    if isinstance(value, (int, np.integer)):
        return (int(value),) * n
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise TypeError(f"{function}(): argument '{name}' must be an int or a tuple of {n}, not {type(value).__name__}")
    sizes = tuple(map(int, value))
    if len(sizes) == 1:
        return sizes * n
    need(
        len(sizes) == n,
        f"expected {name} to be a single integer value or a list of {n} values to match the convolution dimensions, but got {name}={list(sizes)}",
    )
    return sizes


def reach_of(kernel: Sizes, dilation: Sizes) -> list[int]:
    """How many elements a kernel covers."""
    return [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]


def room_for(size: Sequence[int], kernel: Sizes, padding: Sizes, dilation: Sizes) -> list[int]:
    """How far the kernel can move over the padded input."""
    reach = reach_of(kernel, dilation)
    return [n + 2 * p - r for n, p, r in zip(size, padding, reach, strict=True)]


def window_places(
    size: Sequence[int], kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, more: Sizes
) -> list[int]:
    """How many places the kernel has, if it leaves out `more` elements at the end."""
    room = room_for(size, kernel, padding, dilation)
    return [(r - m) // s + 1 for r, m, s in zip(room, more, stride, strict=True)]


def runs_through(size: Sequence[int], places: Sequence[int], stride: Sizes) -> bool:
    """Whether the places in a padded image, read line by line, are a row of which not too much is left out again."""
    steps = [math.prod(size[d + 1 :]) for d in range(len(size))]
    length = sum((m - 1) * step for m, step in zip(places, steps, strict=True)) + 1
    return max(stride) == 1 and length <= 1.5 * math.prod(places)


class Columns:
    """The columns of images of one size: for each element of the kernel a row, in which each place of the kernel has its number.

    Where the kernel moves by one, the places are taken as one long row: through the whole image read line by line. Between two
    lines there are then a few places at which the kernel reaches over the edge, and what they give is left out. The image is so
    copied in long runs, at a third of the time; it pays (`long`) if there are more rows of columns than of what is cut from it.
    """

    def __init__(
        self,
        size: Sequence[int],
        places: Sequence[int],
        kernel: Sizes,
        stride: Sizes,
        padding: Sizes,
        dilation: Sizes,
        long: bool,
    ) -> None:
        self.places, self.kernel, self.stride = tuple(places), kernel, stride
        self.padding, self.dilation = padding, dilation
        self.size = [n + 2 * p for n, p in zip(size, padding, strict=True)]  # with padding
        # how far apart in the image read line by line two neighbours along each axis are
        self.steps = [math.prod(self.size[d + 1 :]) for d in range(len(kernel))]
        length = sum((m - 1) * step for m, step in zip(places, self.steps, strict=True)) + 1
        self.long = long and runs_through(self.size, places, stride)
        self.lines = (self.places[0], *self.size[1:]) if self.long else self.places
        self.row = (length,) if self.long else self.places  # the shape of a row of the columns
        self.length = math.prod(self.row)

    def patches(self, images: Array) -> Array:
        """A view of the padded images, (N, C, *kernel, length) or (N, C, *kernel, *places)."""
        if any(self.padding):
            images = constant_pad_nd.rule(images, [p for p in reversed(self.padding) for _ in range(2)])
        elif self.long:
            images = np.ascontiguousarray(images)
        batch, channel, *steps = images.strides
        within = [step * d for step, d in zip(steps, self.dilation, strict=True)]
        between = [images.itemsize] if self.long else [step * s for step, s in zip(steps, self.stride, strict=True)]
        return as_strided(images, (*images.shape[:2], *self.kernel, *self.row), (batch, channel, *within, *between))

    def add(self, patches: Array, images: Array) -> None:
        """The adjoint: add patches to where they were taken from in padded images of zeros, one slice for each element of the kernel."""
        reach = reach_of(self.kernel, self.dilation)
        # where no pixel is in two patches there is nothing to add to, and to write takes a third of the time
        apart = all(r <= s for r, s in zip(reach, self.stride, strict=True))
        flat = images.reshape((*images.shape[:2], math.prod(self.size)))
        for at in itertools.product(*map(range, self.kernel)):
            first = [i * d for i, d in zip(at, self.dilation, strict=True)]
            if self.long:
                start = sum(i * step for i, step in zip(first, self.steps, strict=True))
                target = flat[..., start : start + self.length]
            else:
                slices = (
                    slice(i, i + s * (n - 1) + 1, s) for i, s, n in zip(first, self.stride, self.places, strict=True)
                )
                target = images[(..., *slices)]
            patch = patches[(slice(None), slice(None), *at)]
            if apart:
                target[...] = patch
            else:
                target += patch

    def rows(self, y: Array) -> Array:
        """(N, C, *places) as rows beside the columns, (N, C, length), with zeros where the kernel reaches over the edge."""
        if self.lines == self.places:
            return y.reshape((*y.shape[:2], self.length))
        rows = np.zeros((*y.shape[:2], *self.lines), y.dtype)
        self.inside(rows)[...] = y
        return rows.reshape((*y.shape[:2], math.prod(self.lines)))[..., : self.length]

    def inside(self, rows: Array) -> Array:
        """Rows, (N, C, *lines), without the places where the kernel reaches over the edge: a view (N, C, *places)."""
        return rows[(..., *map(slice, self.places))]


def cropped(total: Array, padding: Sizes) -> Array:
    """The array without its padding."""
    if not any(padding):
        return total
    inside = (slice(p, n - p) for p, n in zip(padding, total.shape[2:], strict=True))
    return np.ascontiguousarray(total[(..., *inside)])


def _image_columns(size: Size, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes) -> Columns:
    places = window_places(size, kernel, stride, padding, dilation, (0, 0))
    return Columns(size, places, kernel, stride, padding, dilation, long=False)


@differentiable(linear=True, name="Im2ColBackward0")
def _unfold(input: Array, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes) -> Pulled:
    """(*, C, H, W) -> (*, C * elements of the kernel, places)."""
    *batch, channels, height, width = input.shape
    size = height, width
    columns = _image_columns(size, kernel, stride, padding, dilation)
    patches = columns.patches(input.reshape(math.prod(batch), channels, *size))
    value = patches.reshape(*batch, channels * math.prod(kernel), columns.length)
    if np.may_share_memory(value, patches):  # a kernel of one pixel
        value = value.copy()
    return value, lambda g: _fold.rule(g, size, kernel, stride, padding, dilation)


@differentiable(linear=True, name="Col2ImBackward0")
def _fold(input: Array, size: Size, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes) -> Pulled:
    """(*, C * elements of the kernel, places) -> (*, C, H, W)."""
    batch, channels = input.shape[:-2], input.shape[-2] // math.prod(kernel)
    n, columns = math.prod(batch), _image_columns(size, kernel, stride, padding, dilation)
    total = np.zeros((n, channels, *columns.size), input.dtype)
    columns.add(input.reshape(n, channels, *kernel, *columns.row), total)
    image = cropped(total, padding).reshape(*batch, channels, *size)
    return image, lambda g: _unfold.rule(g, kernel, stride, padding, dilation)


# ---------------------------------------------------------------------------------------------------------------------
# torch's names
# ---------------------------------------------------------------------------------------------------------------------
def _pair(function: str, name: str, value: Size) -> Sizes:
    pair = sizes_of(function, name, value, 2)
    need(
        not isinstance(value, Sequence) or len(value) == 2,
        f"It is expected {name} equals to 2, but got size 1: {value}",
    )
    return pair


def _window(name: str, input: Array, kernel_size: Size, dilation: Size, padding: Size, stride: Size | None) -> tuple:
    """(kernel, stride, padding, dilation) of `unfold` and `fold`, checked."""
    options = {"kernel_size": kernel_size, "stride": stride, "padding": padding, "dilation": dilation}
    pairs = {option: _pair(name, option, value) for option, value in options.items()}
    for option, pair in pairs.items():
        least = 0 if option == "padding" else 1
        need(
            min(pair) >= least,
            f"{option} should be {'non-negative' if least == 0 else 'greater than zero'}, but got {pair}",
        )
    if not (input.dtype.is_floating_point or input.dtype.name == "bool"):
        raise NotImplementedError(
            f"{name}() is not implemented for '{TITLES[input.dtype.name]}'; convert the tensor with .float()"
        )
    return tuple(pairs.values())


@composed
def unfold(input: Tensor, kernel_size: Size, dilation: Size = 1, padding: Size = 0, stride: Size = 1) -> Tensor:
    """The patch under each place of a kernel, as a column: what a convolution multiplies its weight with.

    Shapes: (N, C, H, W) or (C, H, W) -> (N, C * KH * KW, places); `kernel_size` and the options are one number, or (height, width).

    Raises:
        RuntimeError: the input is no image, an option is too small, or the kernel does not fit into the padded input.
        NotImplementedError: the input holds integers.

    >>> torch.nn.functional.unfold(torch.tensor([[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]), 2)
    tensor([[1., 2.],
            [2., 3.],
            [4., 5.],
            [5., 6.]])
    """
    kernel, stride, padding, dilation = _window("unfold", input, kernel_size, dilation, padding, stride)
    shape = list(input.shape)
    if input.ndim < 3:
        raise IndexError(f"unfold() needs an input (N, C, H, W) or (C, H, W), but got {shape}")
    need(
        input.ndim in (3, 4) and 0 not in shape[-3:],
        f"Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but got: {shape}",
    )
    room = room_for(shape[-2:], kernel, padding, dilation)
    need(
        min(room) >= 0,
        f"Given input with spatial size {tuple(shape[-2:])}, kernel_size={kernel}, dilation={dilation}, padding={padding}: the kernel does not fit into the padded input",
    )
    return _unfold(input, kernel, stride, padding, dilation)


@composed
def fold(
    input: Tensor, output_size: Size, kernel_size: Size, dilation: Size = 1, padding: Size = 0, stride: Size = 1
) -> Tensor:
    """The adjoint of `unfold`: each column is added to the patch that it would have been taken from.

    Shapes: (N, C * KH * KW, places) or (C * KH * KW, places) -> (N, C, *output_size).

    Raises:
        RuntimeError: the sizes do not fit each other, or an option is too small.
        NotImplementedError: the input holds integers.

    >>> torch.nn.functional.fold(torch.ones(4, 2), (2, 3), 2)
    tensor([[[1., 2., 1.],
             [1., 2., 1.]]])
    """
    size = _pair("fold", "output_size", output_size)
    kernel, stride, padding, dilation = _window("fold", input, kernel_size, dilation, padding, stride)
    shape = list(input.shape)
    need(
        input.ndim in (2, 3) and 0 not in shape[-2:],
        f"Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for input, but got: {shape}",
    )
    need(
        shape[-2] % math.prod(kernel) == 0,
        f"Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got input of shape {shape} and kernel_size={kernel}.",
    )
    room = room_for(size, kernel, padding, dilation)
    places = [r // s + 1 for r, s in zip(room, stride, strict=True)]
    need(
        min(room) >= 0 and shape[-1] == math.prod(places),
        f"Given output_size={size}, kernel_size={kernel}, dilation={dilation}, padding={padding}, stride={stride}, expected size of input's dimension 2 to match the calculated number of sliding blocks {places[0]} * {places[1]}, but got input of shape {shape}.",
    )
    return _fold(input, size, kernel, stride, padding, dilation)
