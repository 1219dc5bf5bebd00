"""Depthwise convolution, a kernel of its own for each channel: the band matrix of each channel, and no copy of the image.

A row of y is the sum over three rows of x, each times a matrix in which the kernel's row stands, column for column one place lower:

                                            w0
                                            w1 w0
    a row of y  =  a row of x           @   w2 w1 w0            + the same for the rows above and below
                   (images, W)                 w2 w1
                                                  w2            (W, W)

Rows of an image lie one after the other in memory: three of them are a matrix (images, 3 W) as they are, and the band matrices of the
kernel's rows one below the other make one product of it. Most of the band matrix is zero; but a product of matrices does some twenty
multiplications in the time that it takes to fetch one number. Several rows of y at a time make the matrices large enough.

The gradient of the input is the same with the rows of x and y exchanged. That of the weight is xᵀ @ y, whose diagonals are added.

Source: the convolution as a matrix, Dumoulin and Visin 2016, arXiv:1603.07285, section 4.1.
"""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import as_strided

if TYPE_CHECKING:
    from .columns import Sizes


_WIDE = 32  # numbers of y in a product, about: fewer are slow, more are mostly zeros


def suits(
    name: str, x: np.ndarray, out: int, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, groups: int
) -> bool:
    """Whether this way is right, and the faster one: in wide images the band matrix is too empty."""
    return (
        x.ndim == 4
        and x.dtype.kind == "f"
        and 1 < groups == x.shape[1] == out
        and max(dilation) == 1
        and 0 < x.shape[3] <= 64
        and len(x) > 0
    )


@functools.lru_cache(64)
def _fits(kernel: int, stride: int, padding: int, first: int, of: int, to: int, back: bool) -> np.ndarray:
    """(kernel, of, to) of True and False: whether the kernel's element lies between the number of x and that of y.

    of x, from `first` on, to y; back: of y to x.
    """
    element, start, end = np.ogrid[:kernel, first : first + of, :to]
    x, y = (end, start) if back else (start, end)
    return x == y * stride + element - padding


@functools.lru_cache(16)
def _bands(rows: tuple, columns: tuple, dtype: np.dtype) -> np.ndarray:
    """(KH * KW, rows * width of the image * rows * width of the result): where each weight stands in the matrix."""
    down, across = _fits(*rows), _fits(*columns)
    both = down[:, None, :, None, :, None] & across[None, :, None, :, None, :]
    return both.reshape(len(down) * len(across), -1).astype(dtype)


def convolved(
    x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None, stride: Sizes, padding: Sizes, size: Sizes
) -> np.ndarray | None:
    """(N, C, H, W), (C, 1, KH, KW), (C) -> (N, C, *size); None if a number is infinite or nan."""
    return _run(x, weight, bias, stride, padding, size, back=False)


def spread(
    y: np.ndarray, weight: np.ndarray, bias: np.ndarray | None, stride: Sizes, padding: Sizes, size: Sizes
) -> np.ndarray | None:
    """The transposed convolution, from y to x."""
    return _run(y, weight, bias, stride, padding, size, back=True)


def _run(
    x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None, stride: Sizes, padding: Sizes, size: Sizes, back: bool
) -> np.ndarray | None:
    n, channels, height, width = x.shape
    kernel, step = weight.shape[2:], stride[0]
    tall = max(1, _WIDE // size[1]) if not back else step * max(1, _WIDE // (size[1] * step))
    if back:
        first, last = -(-(padding[0] - kernel[0] + 1) // step), (tall - 1 + padding[0]) // step
    else:
        first, last = -padding[0], (tall - 1) * step - padding[0] + kernel[0] - 1
    of, move = last - first + 1, tall // step if back else tall * step  # rows of x for so many of the result
    rows = (kernel[0], step, padding[0], first, of, tall, back)
    columns = (kernel[1], stride[1], padding[1], 0, width, size[1], back)
    band = weight.reshape(channels, -1) @ _bands(rows, columns, x.dtype)
    band = band.reshape(channels, of * width, tall * size[1])
    result = np.empty((n, channels, *size), x.dtype)
    images = np.ascontiguousarray(x).transpose(1, 0, 2, 3).reshape(channels, n, height * width)
    values = result.transpose(1, 0, 2, 3).reshape(channels, n, size[0] * size[1])
    tiles = range(-(-size[0] // tall))
    inside = [
        t for t in tiles if first + t * move >= 0 and first + t * move + of <= height and (t + 1) * tall <= size[0]
    ]
    if inside:  # all those in one call
        start, count = inside[0], len(inside)
        windows = _spaced(images, (first + start * move) * width, move * width, count, of * width)
        np.matmul(windows, band, out=_spaced(values, start * tall * size[1], tall * size[1], count, tall * size[1]))
    for t in sorted({*tiles} - {*inside}):  # at the edges
        begin = first + t * move
        top, bottom = max(begin, 0), min(begin + of, height)
        part = values[..., t * tall * size[1] : (t + 1) * tall * size[1]]
        matrix = band[:, (top - begin) * width : max(bottom - begin, 0) * width, : part.shape[2]]
        np.matmul(images[..., top * width : max(bottom, top) * width], matrix, out=part)
    if bias is not None:
        result += bias.reshape(channels, 1, 1)
    flat = result.reshape(-1)
    return result if math.isfinite(flat.dot(flat)) else None


def _spaced(rows: np.ndarray, first: int, step: int, count: int, length: int) -> np.ndarray:
    """Parts of rows (C, N, numbers), so many of a length, a step apart: a view (count, C, N, length)."""
    channel, image, item = rows.strides
    return as_strided(rows[..., first:], (count, *rows.shape[:2], length), (step * item, channel, image, item))


def weight_gradient(x: np.ndarray, y: np.ndarray, kernel: Sizes, stride: Sizes, padding: Sizes) -> np.ndarray | None:
    """The gradient of the weight (C, 1, KH, KW) from x (N, C, H, W) and the output's gradient y; None if it is not finite."""
    n, channels, height, width = x.shape
    down, across = y.shape[2:]
    step = stride[0]
    tall = down + -(-(kernel[0] - 1) // step)  # rows of y for each image, with zeros for those that reach into the next
    images = np.zeros((channels, n * tall * step + kernel[0], width), x.dtype)
    inner = images[:, : n * tall * step].reshape(channels, n, tall * step, width)
    inner[:, :, padding[0] : padding[0] + height] = x.transpose(1, 0, 2, 3)[:, :, : tall * step - padding[0]]
    rows = np.zeros((channels, n, tall, across), x.dtype)
    rows[:, :, :down] = y.transpose(1, 0, 2, 3)
    flat = rows.reshape(channels, n * tall, across)
    products = np.stack(
        [images[:, i : i + n * tall * step : step].swapaxes(1, 2) @ flat for i in range(kernel[0])], axis=1
    )
    diagonals = _fits(kernel[1], stride[1], padding[1], 0, width, across, False).reshape(kernel[1], -1).astype(x.dtype)
    total = products.reshape(channels, 1, kernel[0], -1) @ diagonals.T
    return total if np.isfinite(total).all() else None
