"""Winograd's way to a convolution with a 3 x 3 kernel: half of the multiplications, and no columns.

Four results of a kernel of three weights, y[i] = g[0] d[i] + g[1] d[i + 1] + g[2] d[i + 2], take 12 products. As polynomials they take six:
the coefficients of a product of polynomials follow from its values at as many points, and a value of the product is one product of values.
Take the kernel and six numbers of the input to their values at six points, multiply, and come back:

    y = Aᵀ [(G g) ⊙ (Bᵀ d)]                  A: 6 x 4,  B: 6 x 6,  G: 6 x 3

Here the rows of an image are the numbers d, so that six rows give four; along the row, the three columns of the kernel stay as they are:

      6 rows of x            6 rows of values         6 x 3 products of           4 rows of y
                                                   matrices, O x C by C x W
      · · · · · ·            v v v v v v             m m m m m m
      · · · · · ·     Bᵀ     v v v v v v      U      m m m m m m       Aᵀ         y y y y
      · · · · · ·    ---->   v v v v v v    ---->    m m m m m m     ---->        y y y y
      · · · · · ·            v v v v v v             m m m m m m   and the sum    y y y y
      · · · · · ·            v v v v v v             m m m m m m   over three     y y y y
      · · · · · ·            v v v v v v             m m m m m m    columns

The next six rows begin four further down. Each arrow is a product of matrices. The column of the kernel is no copy either: rows of an image
lie one after the other, `padding` zeros before each, so that "one pixel to the right" is the same memory begun one number later.

The gradient of the input is the same with the kernel turned round. As y is linear in U, the gradient of the weight is the way back,
Gᵀ [(A dy) (Bᵀ d)ᵀ].

How many digits it costs depends on the points. The usual 0, ±1, ±2, ∞ lose one; those here have errors of 1 to 4 times a plain sum's,
relative to the largest number among the rows that are computed together.

Source: Lavin and Gray 2015, arXiv:1509.09308; on the points, Barabasz et al. 2018, arXiv:1803.10986.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ...arrays.memory import empty

if TYPE_CHECKING:
    from ...autograd.contract import Array
    from .columns import Sizes


_POINTS = 0, 5 / 8, -5 / 8, 3 / 2, -3 / 2  # and infinity, the polynomial's last coefficient
_ROWS, _TILE, _KERNEL = 4, 6, 3  # rows of the output, of the input for them, of the kernel


# ---------------------------------------------------------------------------------------------------------------------
# The matrices
# ---------------------------------------------------------------------------------------------------------------------
def transforms() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(Aᵀ, Bᵀ, G) for the points."""
    points = np.array(_POINTS)
    others = [np.delete(points, i) for i in range(len(points))]
    to_rows, to_values, of_kernel = np.zeros((_ROWS, _TILE)), np.zeros((_TILE, _TILE)), np.zeros((_TILE, _KERNEL))
    to_rows[:, :-1] = points ** np.arange(_ROWS)[:, None]
    to_values[:-1, :-1] = [np.poly(rest)[::-1] for rest in others]  # the polynomial that is zero at all points but one
    to_values[-1] = np.poly(points)[::-1]
    of_kernel[:-1] = [p ** np.arange(_KERNEL) / np.prod(p - rest) for p, rest in zip(points, others, strict=True)]
    to_rows[-1, -1] = of_kernel[-1, -1] = 1
    return to_rows, to_values, of_kernel


class _Matrices(NamedTuple):
    rows: np.ndarray  # 4 x 18: Aᵀ, and the sum over the kernel's columns
    values: np.ndarray  # 6 x 6: Bᵀ
    spread: np.ndarray  # 6 x 4: A
    kernel: np.ndarray  # 18 x 9: G for each of the kernel's columns
    turned: np.ndarray  # 18 x 9: the same of a kernel that is turned round


@functools.lru_cache
def _matrices(dtype: np.dtype) -> _Matrices:
    to_rows, to_values, of_kernel = (m.astype(dtype) for m in transforms())
    columns = np.eye(_KERNEL, dtype=dtype)
    return _Matrices(
        np.repeat(to_rows, _KERNEL, axis=1),
        to_values,
        np.ascontiguousarray(to_rows.T),
        np.kron(of_kernel, columns),
        np.kron(of_kernel[:, ::-1], columns[:, ::-1]),
    )


# ---------------------------------------------------------------------------------------------------------------------
# A block of images and rows at a time, which stays in the cache
# ---------------------------------------------------------------------------------------------------------------------
_BYTES = 1 << 21
_PIXELS = 100  # of a product, at least: fewer are slow
_QUICK = 10**6  # multiplications of a product, up to which BLAS takes a quicker way


class _Values:
    """The values Bᵀ d of images (N, C, H, W), in blocks of some images and some tiles of rows.

    numbers: what is kept for each pixel of a row of tiles; out: the channels that are made of them; pixels: of a product, at least.
    """

    def __init__(self, x: Array, padding: Sizes, numbers: int, out: int, pixels: int = 0) -> None:
        n, channels, height, width = x.shape
        self.x, self.padding = x, padding
        self.size = height + 2 * padding[0] - 2, width + 2 * padding[1] - 2  # of the output
        self.pitch = width + padding[1]  # the zeros before a row are those after the one above it, too
        tiles = -(-self.size[0] // _ROWS)
        pixels = max(pixels, _PIXELS, min(250, _QUICK // (channels * out)))
        self.images = evenly(n, pixels // self.pitch)
        self.tiles = evenly(tiles, _BYTES // (numbers * x.itemsize * self.images * self.pitch))
        self.places = [(i, t) for i in range(0, n, self.images) for t in range(0, tiles, self.tiles)]
        self.pixels = self.images * self.pitch
        self._make_room(channels, x.dtype)

    def _make_room(self, channels: int, dtype: np.dtype) -> None:
        length, item = channels * self.pixels, dtype.itemsize
        self._rows = empty(dtype, _ROWS * self.tiles + 2, channels, self.images, self.pitch)
        self._rows[..., : self.padding[1]] = 0
        row = length * item
        self._windows = np.ndarray((self.tiles, _TILE, length), dtype, self._rows, 0, (_ROWS * row, row, item))
        memory = empty(dtype, self.tiles, _TILE, length + 2)
        memory[..., length:] = 0  # what the last pixel has to its right
        self._values = memory[..., :length]
        shape, steps = (self.tiles, _TILE, _KERNEL, channels, self.pixels), memory.strides
        self._shifted = np.ndarray(shape, dtype, memory, 0, (*steps[:2], item, self.pixels * item, item))

    def __iter__(self) -> Iterator[tuple[slice, slice, Array]]:
        """(images, rows of the output, values (tiles, 6, 3 columns of the kernel, channels, pixels)) of each block."""
        rows, to_values = self._rows, _matrices(self.x.dtype).values
        for image, tile in self.places:
            images = slice(image, image + self.images)
            first = _ROWS * tile - self.padding[0]
            start, stop = max(first, 0), min(first + len(rows), self.x.shape[2])
            part = self.x[images, :, start:stop].transpose(2, 1, 0, 3)
            rows[: start - first] = 0
            rows[stop - first :] = 0
            rows[start - first : stop - first, :, : part.shape[2], self.padding[1] :] = part
            np.matmul(to_values, self._windows, out=self._values)
            yield images, slice(_ROWS * tile, _ROWS * (tile + self.tiles)), self._shifted


def evenly(total: int, most: int) -> int:
    """The size of parts that are as equal as possible, none above `most`."""
    return -(-total // max(1, -(-total // max(most, 1))))


# ---------------------------------------------------------------------------------------------------------------------
# The convolution and its gradients
# ---------------------------------------------------------------------------------------------------------------------
def suits(x: Array, out: int, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, groups: int) -> bool:
    """Whether this way is right, and the faster one: of a few channels columns are quick to make, and products of them quick."""
    return (
        x.dtype == np.float32
        and tuple(kernel) == (3, 3)
        and max(*stride, *dilation, groups) == 1
        and max(padding) < _KERNEL
        and x.shape[1] >= 8
        and x.size >= 1 << 13
    )


def convolved(x: Array, weight: Array, bias: Array | None, stride: Sizes, padding: Sizes, size: Sizes) -> Array | None:
    """The 3 x 3 convolution of stride 1: (N, C, H, W), (O, C, 3, 3) -> (N, O, *size).

    None if a number is infinite or nan: that would spread to its neighbours.
    """
    kernel = _matrices(x.dtype).kernel @ weight.reshape(-1, _KERNEL * _KERNEL).T
    return _run(x, kernel.reshape(_TILE, _KERNEL, *weight.shape[:2]), bias, padding)


def spread(y: Array, weight: Array, bias: Array | None, stride: Sizes, padding: Sizes, size: Sizes) -> Array | None:
    """The transposed convolution: with the kernel turned round, (N, O, H, W), (O, C, 3, 3) -> (N, C, *size)."""
    kernel = _matrices(y.dtype).turned @ weight.reshape(-1, _KERNEL * _KERNEL).T
    kernel = kernel.reshape(_TILE, _KERNEL, *weight.shape[:2]).swapaxes(2, 3)
    return _run(y, kernel, bias, tuple(_KERNEL - 1 - p for p in padding))


def _run(x: Array, kernel: Array, bias: Array | None, padding: Sizes) -> Array | None:
    dtype, matrices = x.dtype, _matrices(x.dtype)
    out, channels = kernel.shape[2:]
    values = _Values(x, padding, _TILE * channels + _TILE * _KERNEL * out, out)
    products = empty(dtype, values.tiles, _TILE, _KERNEL, out, values.pixels)
    block = empty(dtype, _ROWS * values.tiles, out, values.images, values.pitch)
    of_products, of_block = products.reshape(values.tiles, 18, -1), block.reshape(values.tiles, _ROWS, -1)
    flat = block.reshape(-1)
    result = np.empty((len(x), out, *values.size), dtype)
    shift = 0 if bias is None else bias.reshape(out, 1, 1)
    for images, rows, of_x in values:
        np.matmul(kernel, of_x, out=products)
        np.matmul(matrices.rows, of_products, out=of_block)
        if not math.isfinite(flat.dot(flat)):
            return None
        part = result[images, :, rows]
        inside = block[: part.shape[2], :, : len(part), : values.size[1]].transpose(2, 1, 0, 3)
        np.add(inside, shift, out=part)
    return result


def weight_gradient(x: Array, y: Array, kernel: Sizes, stride: Sizes, padding: Sizes) -> Array | None:
    """The gradient of the weight (O, C, 3, 3) from x (N, C, H, W) and the output's gradient y; None if it is not finite."""
    dtype, matrices = x.dtype, _matrices(x.dtype)
    channels, out = x.shape[1], y.shape[1]
    # a sum over many pixels at once pays for adding up large matrices
    values = _Values(x, padding, 2 * _TILE * (channels + out), out, out * channels // 32)
    # with the channels last, BLAS takes half of the time
    block = empty(dtype, _ROWS * values.tiles, values.images, values.pitch, out)
    block[:, :, values.size[1] :] = 0
    spread = empty(dtype, values.tiles, _TILE, 1, values.pixels, out)
    of_block, of_spread = block.reshape(values.tiles, _ROWS, -1), spread.reshape(values.tiles, _TILE, -1)
    products = empty(dtype, values.tiles, _TILE, _KERNEL, channels, out)
    total = np.zeros(products.shape[1:], dtype)
    for images, rows, of_x in values:
        part = y[images, :, rows].transpose(2, 0, 3, 1)
        block[len(part) :] = 0
        block[:, part.shape[1] :] = 0
        block[: len(part), : part.shape[1], : part.shape[2]] = part
        np.matmul(matrices.spread, of_block, out=of_spread)
        np.matmul(of_x, spread, out=products)
        for product in products:
            total += product
    if not np.isfinite(total).all():
        return None
    weight = (matrices.kernel.T @ total.reshape(18, -1)).reshape(3, 3, channels, out)
    return np.ascontiguousarray(weight.transpose(3, 2, 0, 1))
