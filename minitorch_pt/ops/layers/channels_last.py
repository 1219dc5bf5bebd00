"""Convolution with the channels last: what a row of the kernel covers lies in memory in one piece.

In images (N, C, H, W) the numbers of a patch lie far from each other, and each is fetched for itself to make columns. With the channels
last, (N, H, W, C), the C numbers of a pixel are neighbours, and so are those of the KW pixels under a row of the kernel:

    a row of the image          c c c c  c c c c  c c c c  c c c c  c c c c  ...        pixels of C = 4 channels
    the kernel's first place   [c c c c  c c c c  c c c c]                              one run of 3 C numbers
    its second, stride 2                         [c c c c  c c c c  c c c c]            the next

A patch is KH such runs, and all patches, one below the other, are the columns turned:

    y (places, O) = patches (places, KH KW C) @ weight (KH KW C, O)
    gradient of the weight = patchesᵀ @ y

It costs a copy of the image to (N, H, W, C), and one of the result back. Columns of stride 1 are long runs too (`columns.py`), and
sooner made; those of another stride are single numbers.

A transposed convolution of stride s is s x s convolutions of stride 1. Of x = Σ y w, with pixel i = s * place + element of the kernel,
the pixels i = a + s t for t = 0, 1, ... meet only each s-th element of the kernel: they are a convolution of y with these, turned round.

    stride 2, kernel 4 x 4:    a b a b         pixels of x    a b a b a b         all a: y convolved with the 2 x 2
                               c d c d                        c d c d c d         numbers a of the kernel
                               a b a b                        a b a b a b
                               c d c d                        c d c d c d

So each pixel is computed at once, and nothing is added into every second one. The gradient of a convolution's input is one of these.

Sources: Chellapilla et al. 2006, hal-00112631 (patches as a matrix); Shi et al. 2016, arXiv:1609.07009 (a stride taken apart).
"""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ...arrays.memory import empty
from .columns import runs_through

if TYPE_CHECKING:
    from .columns import Sizes


_CHUNK = 1 << 18  # numbers of the patches made at a time: 1 MB of float32 stay in the cache
_QUICK = 10**6  # multiplications of a product, up to which BLAS takes a quicker way
_NARROW = 8  # results of each patch, up to which that is the only quick one
_FEW = 4  # results of each patch, below which every product is slow
_RUN = 24  # numbers copied in one piece are enough, whatever the columns' runs are
_WASTE = 2.5  # a kernel over the zeros around y computes in vain; up to so much it pays


def suits(
    name: str, x: np.ndarray, out: int, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, groups: int
) -> bool:
    """Whether this way is right, and the faster one: that depends on how long the runs are, here and in columns."""
    if x.dtype.kind != "f" or max(*dilation, groups) > 1 or x.size < 1 << 10:
        return False
    if math.prod(kernel) < 2 * math.prod(stride):  # hardly any pixel is in two patches
        return False
    if name == "spread":
        channels, places = out, x.shape[2:]
        pixels = [(m - 1) * s + k - 2 * p for m, s, k, p in zip(places, stride, kernel, padding, strict=True)]
        if out < _FEW or math.prod(pixels) > _WASTE * math.prod(places) * math.prod(stride):
            return False
    else:
        channels, size = x.shape[1], [m + 2 * p for m, p in zip(x.shape[2:], padding, strict=True)]
        places = tuple((m - k) // s + 1 for m, k, s in zip(size, kernel, stride, strict=True))
        if runs_through(size, places, stride):
            return False
    return channels * kernel[-1] >= min(_RUN, 2 * places[-1])


# ---------------------------------------------------------------------------------------------------------------------
# Images and patches
# ---------------------------------------------------------------------------------------------------------------------
def _last(x: np.ndarray, before: Sequence[int], after: Sequence[int]) -> np.ndarray:
    """(N, C, *size) as (N, *size, C) with so many zeros around it."""
    n, channels, *size = x.shape
    padded = [p + m + q for p, m, q in zip(before, size, after, strict=True)]
    image = (np.empty if padded == size else np.zeros)((n, *padded, channels), x.dtype)
    inside = image[(slice(None), *(slice(p, p + m) for p, m in zip(before, size, strict=True)))]
    inside[...] = x.transpose(0, *range(2, x.ndim), 1)
    return image


def _patches(
    image: np.ndarray, kernel: Sequence[int], stride: Sizes, start: Sequence[int], places: Sequence[int], out: int
) -> Iterator[tuple[tuple, np.ndarray]]:
    """The patches from a place of the image on, (places, numbers of the kernel), in blocks that stay in the cache.

    With each block: which images and which of the first axis' places it is of.
    """
    (n, *_, channels), (batch, *steps, item) = image.shape, image.strides
    between = [step * s for step, s in zip(steps, stride, strict=True)]
    offset, shape = sum(map(operator.mul, start, steps)), (n, *places, *kernel, channels)
    windows = np.ndarray(shape, image.dtype, image, offset, (batch, *between, *steps, item))
    numbers, lines, line = math.prod(kernel) * channels, places[0], math.prod(places[1:])
    most = (min(_CHUNK, _QUICK // out) if out <= _NARROW else _CHUNK) // numbers
    images = max(1, most // (lines * line))
    if images == 1:  # not even one as a whole: parts as equal as can be
        lines = -(-lines // -(-lines * line // max(most, line)))
    memory = empty(image.dtype, min(images, n) * lines * line, numbers)
    for i, j in itertools.product(range(0, n, images), range(0, places[0], lines)):
        block = slice(i, i + images), slice(j, j + lines)
        part = windows[block]
        patches = memory[: len(part) * part.shape[1] * line]
        patches.reshape(part.shape)[...] = part
        yield block, patches


def _convolve(
    image: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None,
    stride: Sizes,
    start: Sequence[int],
    result: np.ndarray,
) -> None:
    """The convolution of an image with channels last, from a place of it on, is written into `result`, (N, O, *places)."""
    (_, out, *places), (*_, channels) = result.shape, image.shape
    kernel, n = weight.shape[2:], result.ndim
    matrix = weight.transpose(*range(2, n), 1, 0).reshape(math.prod(kernel) * channels, out)
    first = 0, n - 1, *range(1, n - 1)  # puts the channels before the places again
    for (images, lines), patches in _patches(image, kernel, stride, start, places, out):
        target = result[images, :, lines]
        y = (patches @ matrix).reshape(len(target), *target.shape[2:], out)
        if bias is not None:
            y += bias
        target[...] = y.transpose(first)


# ---------------------------------------------------------------------------------------------------------------------
# The convolution and its gradients
# ---------------------------------------------------------------------------------------------------------------------
def convolved(
    x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None, stride: Sizes, padding: Sizes, size: Sizes
) -> np.ndarray:
    """(N, C, H, W), (O, C, KH, KW), (O) -> (N, O, *size), and so for any number of axes."""
    result = np.empty((len(x), len(weight), *size), x.dtype)
    _convolve(_last(x, padding, padding), weight, bias, stride, (0,) * len(size), result)
    return result


class _Part(NamedTuple):
    """Along an axis, the pixels i = a + stride * t, t = 0, 1, ..., and what they are made of."""

    pixels: slice
    weights: slice
    start: int  # the first place of y, which may lie before all
    stop: int  # one after the last


def _part(a: int, stride: int, padding: int, kernel: int, size: int) -> _Part:
    """From a + stride t + padding = stride j + k follows k = first + stride m, j = t + shift - m, m = 0, 1, ..."""
    shift, first = divmod(a + padding, stride)
    pixels, weights = slice(a, None, stride), slice(first, None, stride)
    start = shift - len(range(kernel)[weights]) + 1
    return _Part(pixels, weights, start, shift + len(range(size)[pixels]))


def spread(
    y: np.ndarray, weight: np.ndarray, bias: np.ndarray | None, stride: Sizes, padding: Sizes, size: Sizes
) -> np.ndarray | None:
    """The transposed convolution, (N, O, H, W), (O, C, KH, KW), (C) -> (N, C, *size); None if a weight is infinite or nan."""
    if not np.isfinite(weight).all():  # times the zeros around y it would be nan
        return None
    result = np.empty((len(y), weight.shape[1], *size), y.dtype)
    kernel, places = weight.shape[2:], y.shape[2:]
    axes = [
        [_part(a, s, p, k, m) for a in range(min(s, m))]
        for s, p, k, m in zip(stride, padding, kernel, size, strict=True)
    ]
    before = [max(0, *(-part.start for part in axis)) for axis in axes]
    after = [max(0, *(part.stop - m for part in axis)) for axis, m in zip(axes, places, strict=True)]
    image = _last(y, before, after)
    for parts in itertools.product(*axes):
        target = result[(..., *(part.pixels for part in parts))]
        weights = weight[(..., *(part.weights for part in parts))].swapaxes(0, 1)
        if not weights.size:  # the kernel is smaller than the stride: nothing reaches these pixels
            target[...] = 0 if bias is None else bias.reshape((-1, *(1,) * len(size)))
            continue
        turned = weights[(..., *(slice(None, None, -1),) * len(size))]
        start = [part.start + p for part, p in zip(parts, before, strict=True)]
        _convolve(image, turned, bias, (1,) * len(size), start, target)
    return result


def weight_gradient(x: np.ndarray, y: np.ndarray, kernel: Sizes, stride: Sizes, padding: Sizes) -> np.ndarray:
    """The gradient of the weight (O, C, *kernel) from x (N, C, *size) and the output's gradient y (N, O, *places)."""
    channels, out, none = x.shape[1], y.shape[1], (0,) * len(kernel)
    image, of_y = _last(x, padding, padding), _last(y, none, none)
    total = np.zeros((math.prod(kernel) * channels, out), x.dtype)
    for block, patches in _patches(image, kernel, stride, none, y.shape[2:], out):
        total += patches.T @ of_y[block].reshape(-1, out)
    weight = total.reshape(*kernel, channels, out)
    return np.ascontiguousarray(weight.transpose(-1, -2, *range(len(kernel))))
