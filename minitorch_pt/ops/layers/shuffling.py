"""Shuffling: channels turned into pixels and back, and channels among each other."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ...autograd.rule import differentiable

if TYPE_CHECKING:
    from ...autograd.contract import Array, Pulled, Tensor


__all__ = ["channel_shuffle", "pixel_shuffle", "pixel_unshuffle"]


def _check_image(name: str, factor_name: str, input: Array, factor: int) -> None:
    if input.ndim < 3:
        raise RuntimeError(
            f"{name} expects input to have at least 3 dimensions (C, H, W), but got input with {input.ndim} dimension(s)"
        )
    if factor <= 0:
        raise RuntimeError(f"{name} expects a positive {factor_name}, but got {factor}")


@differentiable(linear=True)
def pixel_shuffle(input: Tensor, upscale_factor: int) -> Pulled:
    """Each r² channels become one that is r times as high and wide: r = upscale_factor.

    Shapes: (*, C r², H, W) -> (*, C, H r, W r).

    Raises:
        RuntimeError: the channels do not divide by r².

    Source: Shi et al. 2016, arXiv:1609.05158.

    >>> torch.pixel_shuffle(torch.arange(4.0).view(1, 4, 1, 1), 2)
    tensor([[[[0., 1.],
              [2., 3.]]]])
    """
    r = upscale_factor
    _check_image("pixel_shuffle", "upscale_factor", input, r)
    *batch, channels, height, width = input.shape
    if channels % (r * r):
        raise RuntimeError(
            f"pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but input.size(-3)={channels} is not divisible by {r * r}"
        )
    n, out = math.prod(batch), channels // (r * r)
    apart = np.transpose(input.reshape((n, out, r, r, height, width)), (0, 1, 4, 2, 5, 3))
    return apart.copy().reshape((*batch, out, height * r, width * r)), lambda g: pixel_unshuffle.rule(g, r)


@differentiable(linear=True)
def pixel_unshuffle(input: Tensor, downscale_factor: int) -> Pulled:
    """Each r x r square of places becomes r² channels: undoes `pixel_shuffle`.

    Shapes: (*, C, H r, W r) -> (*, C r², H, W).

    Raises:
        RuntimeError: height or width do not divide by r.

    >>> torch.pixel_unshuffle(torch.arange(4.0).view(1, 1, 2, 2), 2).flatten()
    tensor([0., 1., 2., 3.])
    """
    r = downscale_factor
    _check_image("pixel_unshuffle", "downscale_factor", input, r)
    *batch, channels, height, width = input.shape
    for name, place, n in (("height", -2, height), ("width", -1, width)):
        if n % r:
            raise RuntimeError(
                f"pixel_unshuffle expects {name} to be divisible by downscale_factor, but input.size({place})={n} is not divisible by {r}"
            )
    apart = input.reshape((math.prod(batch), channels, height // r, r, width // r, r))
    together = np.transpose(apart, (0, 1, 3, 5, 2, 4)).copy()
    return together.reshape((*batch, channels * r * r, height // r, width // r)), lambda g: pixel_shuffle.rule(g, r)


@differentiable(linear=True)
def channel_shuffle(input: Tensor, groups: int) -> Pulled:
    """The channels as a matrix of `groups` rows, read by columns: 0 1 2 3 4 5 in 2 groups become 0 3 1 4 2 5.

    Shapes: (N, C, *) -> the same.

    Raises:
        RuntimeError: less than 3 axes, or the channels do not divide into groups.

    Source: Zhang et al. 2017, arXiv:1707.01083.

    >>> torch.channel_shuffle(torch.arange(4.0).view(1, 4, 1, 1), 2).flatten()
    tensor([0., 2., 1., 3.])
    """
    shape = input.shape
    if len(shape) < 3:
        raise RuntimeError(f"channel_shuffle expects input with > 2 dims, but got input with sizes {list(shape)}")
    if groups <= 0:
        raise RuntimeError(f"Number of groups to divide channels in must be positive. Value of groups: {groups}")
    if shape[1] % groups:
        raise RuntimeError(
            f"Number of channels must be divisible by groups. Got {shape[1]} channels and {groups} groups."
        )
    size = shape[1] // groups
    mixed = np.swapaxes(input.reshape((shape[0], groups, size, *shape[2:])), 1, 2).copy().reshape(shape)
    return mixed, lambda g: channel_shuffle.rule(g, size)
