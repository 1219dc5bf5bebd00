"""Winograd's way to a convolution with a 3 x 3 or 5 x 5 kernel: half of the multiplications, and no columns.

Four results of a kernel of three weights, y[i] = g[0] d[i] + g[1] d[i + 1] + g[2] d[i + 2], take 12 products. As polynomials they take six:
a product of polynomials follows from its values at as many points, and its value at a point is the product of the two values there.
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

With a kernel of 5 x 5 six rows give two, with 6 products for 10.

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
    from .columns import Sizes


# rows of the kernel: the points, to which comes infinity, a polynomial's last coefficient
_POINTS = {3: (0, 5 / 8, -5 / 8, 3 / 2, -3 / 2), 5: (0, 5 / 8, -5 / 8, 3 / 2, -3 / 2)}


# ---------------------------------------------------------------------------------------------------------------------
# The matrices
# ---------------------------------------------------------------------------------------------------------------------
def transforms(rows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(Aᵀ, Bᵀ, G) for a kernel of 3 or 5 rows."""
    points = np.array(_POINTS[rows])
    tile = len(points) + 1
    others = [np.delete(points, i) for i in range(len(points))]
    to_rows, to_values, of_kernel = np.zeros((tile - rows + 1, tile)), np.zeros((tile, tile)), np.zeros((tile, rows))
    to_rows[:, :-1] = points ** np.arange(len(to_rows))[:, None]
    to_values[:-1, :-1] = [np.poly(rest)[::-1] for rest in others]  # the polynomial that is zero at all points but one
    to_values[-1] = np.poly(points)[::-1]
    of_kernel[:-1] = [p ** np.arange(rows) / np.prod(p - rest) for p, rest in zip(points, others, strict=True)]
    to_rows[-1, -1] = of_kernel[-1, -1] = 1
    return to_rows, to_values, of_kernel


class _Scheme(NamedTuple):
    """What is the same for all convolutions of a kernel's size; for 3 x 3: tall 4, tile 6, columns 3."""

    tall: int  # rows of the output that are made together
    tile: int  # rows of the input for them
    columns: int  # of the kernel
    rows: np.ndarray  # (tall, tile * columns): Aᵀ, and the sum over the kernel's columns
    values: np.ndarray  # (tile, tile): Bᵀ
    spread: np.ndarray  # (tile, tall): A
    kernel: np.ndarray  # (tile * columns, weights): G for each of the kernel's columns
    turned: np.ndarray  # (tile * columns, weights): the same of a kernel that is turned round


@functools.lru_cache
def _scheme(kernel: Sizes, dtype: np.dtype) -> _Scheme:
    to_rows, to_values, of_kernel = (m.astype(dtype) for m in transforms(kernel[0]))
    columns = np.eye(kernel[1], dtype=dtype)
    return _Scheme(
        len(to_rows),
        len(to_values),
        kernel[1],
        np.repeat(to_rows, kernel[1], axis=1),
        to_values,
        np.ascontiguousarray(to_rows.T),
        np.kron(of_kernel, columns),
        np.kron(of_kernel[:, ::-1], columns[:, ::-1]),
    )


# ---------------------------------------------------------------------------------------------------------------------
# A block of images and rows at a time, which stays in the cache
# ---------------------------------------------------------------------------------------------------------------------
_BYTES = 1 << 21
_PIXELS = 300  # of a product, about: fewer are slow
_CHANNELS = 128  # of a product, at most
_QUICK = 10**6  # multiplications of a product, up to which BLAS takes a quicker way


class _Values:
    """The values Bᵀ d of images (N, C, H, W), in blocks of some images and some tiles of rows.

    numbers: what is kept for each pixel of a row of tiles; out: the channels that are made of them; pixels: of a product, at least.
    """

    def __init__(self, x: np.ndarray, scheme: _Scheme, padding: Sizes, numbers: int, out: int, pixels: int = 0) -> None:
        n, channels, height, width = x.shape
        self.x, self.scheme, self.padding = x, scheme, padding
        self.size = height + 2 * padding[0] - scheme.tile + scheme.tall, width + 2 * padding[1] - scheme.columns + 1
        self.pitch = width + padding[1]  # the zeros before a row are those after the one above it, too
        self.count = tiles = -(-self.size[0] // scheme.tall)
        quick = _QUICK // (channels * out)
        pixels = max(pixels, quick if 100 < quick < _PIXELS else _PIXELS)
        self.images = _images(n, self.pitch, pixels)
        self.tiles = _evenly(tiles, _BYTES // (numbers * x.itemsize * self.images * self.pitch))
        self.places = [(i, t) for i in range(0, n, self.images) for t in range(0, tiles, self.tiles)]
        self.pixels = self.images * self.pitch
        self._make_room(channels, x.dtype)

    def _make_room(self, channels: int, dtype: np.dtype) -> None:
        tall, tile, columns = self.scheme[:3]
        length, item = channels * self.pixels, dtype.itemsize
        self._rows = empty(dtype, tall * (self.tiles - 1) + tile, channels, self.images, self.pitch)
        self._rows[..., : self.padding[1]] = 0
        row = length * item
        self._windows = np.ndarray((self.tiles, tile, length), dtype, self._rows, 0, (tall * row, row, item))
        memory = empty(dtype, self.tiles, tile, length + columns - 1)
        memory[..., length:] = 0  # what the last pixel has to its right
        self._values = memory[..., :length]
        shape, steps = (self.tiles, tile, columns, channels, self.pixels), memory.strides
        self._shifted = np.ndarray(shape, dtype, memory, 0, (*steps[:2], item, self.pixels * item, item))

    def __iter__(self) -> Iterator[tuple[slice, slice, np.ndarray]]:
        """(images, rows of the output, values (tiles, tile, columns of the kernel, channels, pixels)) of each block."""
        rows, tall = self._rows, self.scheme.tall
        for image, tile in self.places:
            images = slice(image, image + self.images)
            first = tall * tile - self.padding[0]
            start, stop = max(first, 0), min(first + len(rows), self.x.shape[2])
            part = self.x[images, :, start:stop].transpose(2, 1, 0, 3)
            rows[: start - first] = 0
            rows[stop - first :] = 0
            rows[start - first : stop - first, :, : part.shape[2], self.padding[1] :] = part
            count = min(self.tiles, self.count - tile)
            np.matmul(self.scheme.values, self._windows[:count], out=self._values[:count])
            yield images, slice(tall * tile, tall * (tile + self.tiles)), self._shifted[:count]


def _images(n: int, pitch: int, pixels: int) -> int:
    """How many images at a time: the last block is computed whole, and a product of few pixels costs as much as one of 20 more."""
    choice = range(1, min(n, pixels // pitch) + 1)
    return min(choice, key=lambda k: -(-n // k) * (k * pitch + 20), default=1)


def _evenly(total: int, most: int) -> int:
    """The size of parts that are as equal as possible, none above `most`."""
    return -(-total // max(1, -(-total // max(most, 1))))


# ---------------------------------------------------------------------------------------------------------------------
# The convolution and its gradients
# ---------------------------------------------------------------------------------------------------------------------
def suits(
    name: str, x: np.ndarray, out: int, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, groups: int
) -> bool:
    """Whether this way is right, and the faster one: of a few channels columns are quick to make, and products of them quick."""
    return (
        x.dtype == np.float32
        and tuple(kernel) in ((3, 3), (5, 5))
        and max(*stride, *dilation, groups) == 1
        and max(padding) < kernel[0]
        and x.shape[1] >= 8
        and x.size >= 1 << 13
    )


def convolved(
    x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None, stride: Sizes, padding: Sizes, size: Sizes
) -> np.ndarray | None:
    """The convolution of stride 1: (N, C, H, W), (O, C, K, K) -> (N, O, *size), K 3 or 5.

    None if a number is infinite or nan: that would spread to its neighbours.
    """
    out, channels, *kernel = weight.shape
    scheme = _scheme(tuple(kernel), x.dtype)
    matrices = scheme.kernel @ weight.reshape(out * channels, -1).T
    return _run(x, scheme, matrices.reshape(scheme.tile, scheme.columns, out, channels), bias, padding)


def spread(
    y: np.ndarray, weight: np.ndarray, bias: np.ndarray | None, stride: Sizes, padding: Sizes, size: Sizes
) -> np.ndarray | None:
    """The transposed convolution, a convolution with the kernel turned round: (N, O, H, W), (O, C, KH, KW) -> (N, C, *size)."""
    channels, out, *kernel = weight.shape
    scheme = _scheme(tuple(kernel), y.dtype)
    matrices = scheme.turned @ weight.reshape(out * channels, -1).T
    matrices = matrices.reshape(scheme.tile, scheme.columns, channels, out).swapaxes(2, 3)
    return _run(y, scheme, matrices, bias, (kernel[0] - 1 - padding[0], kernel[1] - 1 - padding[1]))


def _run(
    x: np.ndarray, scheme: _Scheme, kernel: np.ndarray, bias: np.ndarray | None, padding: Sizes
) -> np.ndarray | None:
    dtype, (tile, columns, out, channels) = x.dtype, kernel.shape
    # a long sum loses digits: of more channels, parts are summed apart, and then together with the kernel's columns
    least = -(-channels // _CHANNELS)
    parts = next((k for k in range(least, 2 * least) if channels % k == 0), 1)
    kernel = kernel.reshape(tile, columns, out, parts, channels // parts).swapaxes(2, 3)
    to_rows = np.repeat(scheme.rows, parts, axis=1)
    values = _Values(x, scheme, padding, tile * channels + tile * columns * parts * out, out)
    products = empty(dtype, values.tiles, tile, columns, parts, out, values.pixels)
    block = empty(dtype, values.tiles * scheme.tall, out, values.images, values.pitch)
    of_products = products.reshape(values.tiles, tile * columns * parts, -1)
    of_block = block.reshape(values.tiles, scheme.tall, -1)
    result = np.empty((len(x), out, *values.size), dtype)
    shift = 0 if bias is None else bias.reshape(out, 1, 1)
    for images, rows, of_x in values:
        count = len(of_x)
        of_x = of_x.reshape(*of_x.shape[:3], parts, channels // parts, values.pixels)
        np.matmul(kernel, of_x, out=products[:count])
        np.matmul(to_rows, of_products[:count], out=of_block[:count])
        flat = of_block[:count].reshape(-1)
        if not math.isfinite(flat.dot(flat)):
            return None
        part = result[images, :, rows]
        inside = block[: part.shape[2], :, : len(part), : values.size[1]].transpose(2, 1, 0, 3)
        np.add(inside, shift, out=part)
    return result


def weight_gradient(x: np.ndarray, y: np.ndarray, kernel: Sizes, stride: Sizes, padding: Sizes) -> np.ndarray | None:
    """The gradient of the weight (O, C, KH, KW) from x (N, C, H, W) and the output's gradient y; None if it is not finite."""
    dtype, channels, out = x.dtype, x.shape[1], y.shape[1]
    scheme = _scheme(tuple(kernel), dtype)
    # a sum over many pixels at once pays for adding up large matrices
    values = _Values(x, scheme, padding, 2 * scheme.tile * (channels + out), out, out * channels // 32)
    last = out > 16  # with the channels last, BLAS takes half of the time; but few of them are slow to copy
    matrix = (values.pixels, out) if last else (out, values.pixels)
    memory, spread = (empty(dtype, values.tiles, rows, *matrix) for rows in (scheme.tall, scheme.tile))
    of_memory, of_spread = (part.reshape(*part.shape[:2], -1) for part in (memory, spread))
    spread = (spread if last else spread.swapaxes(2, 3))[:, :, None]  # (tiles, tile, 1, pixels, O)
    shape = values.images, values.pitch
    block = memory.reshape(-1, *((*shape, out) if last else (out, *shape)))
    block = block.transpose(0, 3, 1, 2) if last else block  # (rows, O, images, pitch)
    block[..., values.size[1] :] = 0
    products = empty(dtype, values.tiles, scheme.tile, scheme.columns, channels, out)
    total = np.zeros(products.shape[1:], dtype)
    for images, rows, of_x in values:
        part = y[images, :, rows].transpose(2, 1, 0, 3)
        block[len(part) :] = 0
        block[:, :, part.shape[2] :] = 0
        block[: len(part), :, : part.shape[2], : part.shape[3]] = part
        count = len(of_x)
        np.matmul(scheme.spread, of_memory[:count], out=of_spread[:count])
        np.matmul(of_x, spread[:count], out=products[:count])
        for product in products[:count]:
            total += product
    if not np.isfinite(total).all():
        return None
    weight = (scheme.kernel.T @ total.reshape(scheme.tile * scheme.columns, -1)).reshape(*kernel, channels, out)
    return np.ascontiguousarray(weight.transpose(3, 2, 0, 1))
