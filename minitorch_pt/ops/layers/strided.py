"""Transposed convolution of stride s as s² of stride 1: one for each place in a square of s x s pixels of the output.

    a a a   b b b   c c c   d d d           a b a b a b         stride 2, kernel 4 x 4, C channels:
    a a a   b b b   c c c   d d d           c d c d c d
    a a a   b b b   c c c   d d d    -->    a b a b a b         four of stride 1, kernel 2 x 2, the places a, b, c, d,
                                            c d c d c d         together as one with 4 C channels
                                            a b a b a b
                                            c d c d c d

The kernel is taken apart in the same way: only its rows 0, 2, ... reach the even rows. So nothing is added into every second pixel,
and the kernel of 2 x 2 is one for Winograd's way, with 2/3 of the multiplications.

Source: Shi et al. 2016, arXiv:1609.07009 (sub-pixel convolution).
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from . import winograd

if TYPE_CHECKING:
    from .columns import Sizes


def suits(y: np.ndarray, out: int, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, groups: int) -> bool:
    """Whether this way is right, and the faster one: the kernel reaches over two squares."""
    return (
        y.dtype == np.float32
        and y.ndim == 4
        and min(stride) > 1
        and all(k == 2 * s for s, k in zip(stride, kernel, strict=True))
        and max(*dilation, groups) == 1
        and min(y.shape[1], out) >= 8
        and y.size >= 1 << 13
    )


def spread(
    y: np.ndarray, weight: np.ndarray, bias: np.ndarray | None, stride: Sizes, padding: Sizes, size: Sizes
) -> np.ndarray | None:
    """The transposed convolution: (N, O, H, W), (O, C, KH, KW), (C) -> (N, C, *size); None if a number is infinite or nan."""
    (count, out, *places), channels, (down, right) = y.shape, weight.shape[1], stride
    # (O, C, 2 s, 2 s) -> (O, s, s, C, 2, 2)
    kernels = weight.reshape(out, channels, 2, down, 2, right).transpose(0, 3, 5, 1, 2, 4)
    kernels = kernels.reshape(out, down * right * channels, 2, 2)
    squares = winograd.spread(y, kernels, None, (1, 1), (0, 0), (places[0] + 1, places[1] + 1))
    if squares is None:
        return None
    squares = squares.reshape(count, down, right, channels, *squares.shape[2:])
    result = np.empty((count, channels, *size), y.dtype)
    shift = 0 if bias is None else bias.reshape(-1, 1, 1)
    if any((n + 1) * s - p < m for n, s, p, m in zip(places, stride, padding, size, strict=True)):
        result[...] = shift  # where no kernel reaches
    for a, b in itertools.product(range(down), range(right)):
        (of_squares, rows), (of_columns, columns) = (
            _places(*each) for each in zip((a, b), stride, padding, squares.shape[4:], size, strict=True)
        )
        np.add(squares[:, a, b][..., of_squares, of_columns], shift, out=result[..., rows, columns])
    return result


def _places(at: int, stride: int, padding: int, squares: int, size: int) -> tuple[slice, slice]:
    """Along an axis: the squares whose place `at` is not padding, and where that lies in the image."""
    first = max(0, -(-(padding - at) // stride))
    last = min(squares, -(-(size + padding - at) // stride))
    start = first * stride + at - padding
    return slice(first, last), slice(start, start + (last - first) * stride, stride)
