"""Padding: more elements around a tensor, or fewer.

Padding by a constant is undone by padding by the negated sizes, so its gradient is itself. The other modes fill the border with elements
of the tensor: each place of the border has a source, and the gradient there flows back to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...arrays.dtypes import checked
from ...autograd.contract import composed
from ...autograd.rule import array, differentiable
from ..checks import no_bools

if TYPE_CHECKING:
    from ...autograd.contract import Array, Number, Pulled, Shape, Tensor


__all__ = ["constant_pad_nd"]

_NAMES = {
    "reflect": "ReflectionPad{}DBackward0",
    "replicate": "ReplicationPad{}DBackward0",
    "circular": "torch::autograd::CopySlices",
}


def _pairs(pad: Sequence[int], ndim: int) -> list[tuple[int, int]]:
    """(before, after) of each padded axis, in the order of `pad`: from the last axis backwards."""
    if len(pad) % 2:
        raise RuntimeError(f"Padding length must be divisible by 2: two numbers for each axis, but got {list(pad)}")
    if len(pad) > 2 * ndim:
        raise RuntimeError(
            f"Padding length should be less than or equal to two times the input dimension but got padding length {len(pad)} and input of dimension {ndim}"
        )
    return list(zip(pad[::2], pad[1::2], strict=True))


@differentiable(linear=True)
def constant_pad_nd(input: Tensor, pad: Shape, value: Number = 0) -> Pulled:
    """`input` with pad[0] elements of `value` before and pad[1] after the last axis, pad[2] and pad[3] the one before, ...

    A negative number takes elements away.

    Raises:
        RuntimeError: an odd number of sizes, more than two for an axis, or nothing is left of one.

    >>> torch.constant_pad_nd(torch.tensor([1, 2, 3]), (2, -1), 7)
    tensor([7, 7, 1, 2])
    """
    value, shape = checked(value, array(input).dtype), list(input.shape)
    source, target = [slice(None)] * input.ndim, [slice(None)] * input.ndim
    for i, (before, after) in enumerate(_pairs(pad, input.ndim), 1):
        n = shape[-i]
        shape[-i] += before + after
        if n + min(before, 0) + min(after, 0) < 0:
            raise RuntimeError(
                f"The padding ({before}, {after}) takes away more than there is: the axis {-i} of input {list(input.shape)} has {n} elements"
            )
        source[-i] = slice(max(-before, 0), n + min(after, 0))
        target[-i] = slice(max(before, 0), shape[-i] - max(after, 0))
    if max(pad, default=0) > 0:
        padded = np.full(shape, value, input.dtype) if value else np.zeros(shape, input.dtype)
        padded[tuple(target)] = input[tuple(source)]
    else:
        padded = input[tuple(source)].copy("C")
    back = [-n for n in pad]
    return padded, lambda g: constant_pad_nd.rule(g, back)


def _sources(mode: str, n: int, before: int, after: int) -> np.ndarray:
    """For each place along a padded axis, the place of the original that fills it."""
    places = np.arange(-before, n + after)
    if mode == "reflect":  # mirrored at the first and the last element: 2 1 [0 1 2 3] 2 1
        return n - 1 - abs(n - 1 - abs(places))
    if mode == "replicate":  # the nearest element: 0 0 [0 1 2 3] 3 3
        return places.clip(0, n - 1)
    start = max(-before, 0)  # the opposite end: 2 3 [0 1 2 3] 0 1; what is taken away is taken away first
    return (places - start) % (n + min(before, 0) + min(after, 0)) + start


def _between(n: int, before: int, after: int) -> tuple[slice, slice]:
    """Between the borders of a padded axis is the input itself: where that is in the padded one, and in the input."""
    first, kept = (
        min(max(before, 0), n + before + after),
        slice(max(-before, 0), max(n + min(after, 0), max(-before, 0))),
    )
    return slice(first, first + kept.stop - kept.start), kept


def _along(i: int, index: slice | np.ndarray) -> tuple:
    """An index along the i-th axis from the end."""
    return (..., index, *(slice(None),) * (i - 1))


def _border_name(input: Array, pad: Sequence[int], mode: str) -> str:
    return _NAMES[mode].format(len(pad) // 2)


@differentiable(linear=True, name=_border_name)
def _border(input: Array, pad: Sequence[int], mode: str) -> Pulled:
    """The border filled with elements of the input."""
    shape, padded = input.shape, input
    for i, (before, after) in enumerate(_pairs(pad, input.ndim), 1):
        part, sources = padded, _sources(mode, shape[-i], before, after)
        inside, kept = _between(shape[-i], before, after)
        padded = np.empty((*part.shape[:-i], len(sources), *part.shape[part.ndim - i + 1 :]), part.dtype)
        padded[_along(i, inside)] = part[_along(i, kept)]
        for border in (slice(inside.start), slice(inside.stop, None)):
            padded[_along(i, border)] = part[_along(i, sources[border])]
    return padded, lambda g: _unborder.rule(g, pad, mode, shape)


_mirrored = differentiable(_border.__wrapped__, linear=True, name=_border_name, saves="input")


@differentiable(linear=True)
def _unborder(g: Array, pad: Sequence[int], mode: str, shape: tuple[int, ...]) -> Pulled:
    """The gradient of `_border`: each part of the border is added to where it came from."""
    total = g
    for i, (before, after) in enumerate(_pairs(pad, g.ndim), 1):
        part, n = total, shape[-i]
        inside, kept = _between(n, before, after)
        total = np.zeros((*part.shape[:-i], n, *part.shape[part.ndim - i + 1 :]), g.dtype)
        total[_along(i, kept)] = part[_along(i, inside)]
        sources = _sources(mode, n, before, after)
        for place in (*range(inside.start), *range(inside.stop, len(sources))):
            total[_along(i, sources[place])] += part[_along(i, place)]
    return total, lambda gg: _border.rule(gg, pad, mode)


def _check_border(input: Array, pad: Sequence[int], mode: str) -> None:
    """Raise what is wrong with padding by elements of the input."""
    shape, count = list(input.shape), len(pad) // 2
    if count not in (1, 2, 3) or input.ndim not in (count + 1, count + 2):
        raise NotImplementedError(
            f"Padding size {len(pad)} is not supported for {input.ndim}D input tensor with padding mode {mode!r}. Give 2 "
            "numbers for a 2D or 3D input, 4 for a 3D or 4D input, 6 for a 4D or 5D input."
        )
    if mode != "circular":
        no_bools(f"{mode} padding", array(input))
    if mode != "circular" and 0 in shape[-count - 1 :]:
        raise RuntimeError(
            f"Expected a tensor whose axes but the batch axis are not empty, but got input {shape}: there is nothing to fill the border with"
        )
    for i, (before, after) in enumerate(_pairs(pad, input.ndim), 1):
        n = shape[-i]
        kept = n + min(before, 0) + min(after, 0)  # "replicate" finds the nearest element even if none is kept
        if (kept < 1 and mode != "replicate") or n + before + after < 1:
            raise RuntimeError(
                f"Negative padding value is resulting in an empty dimension: ({before}, {after}) at dimension {len(shape) - i} of input {shape}"
            )
        if mode == "reflect" and max(before, after) >= n:
            raise RuntimeError(
                f"Padding size should be less than the corresponding input dimension, but got: padding ({before}, {after}) at dimension {len(shape) - i} of input {shape}"
            )
        if mode == "circular" and max(before, after) > n:
            raise RuntimeError(
                f"Padding value causes wrapping around more than once: ({before}, {after}) at dimension {len(shape) - i} of input {shape}; it may be at most {n}"
            )


@composed
def pad(input: Tensor, pad: Shape, mode: str = "constant", value: float | None = None) -> Tensor:
    """`input` with pad[0] more elements before and pad[1] after the last axis, pad[2] and pad[3] the one before, ...

    mode "constant": `value`, 0 by default; "reflect": mirrored, 2 1 [0 1 2 3] 2 1; "replicate": the nearest, 0 0 [0 1 2 3] 3 3;
    "circular": the opposite end, 2 3 [0 1 2 3] 0 1. Negative numbers take elements away.

    Raises:
        RuntimeError: the numbers do not fit the input's shape, or a value is given to another mode than "constant".
        NotImplementedError: the mode is unknown, or does not pad so many axes.

    >>> torch.nn.functional.pad(torch.tensor([[1.0, 2.0, 3.0]]), (1, 2), "circular")
    tensor([[3., 1., 2., 3., 1., 2.]])
    """
    if mode == "constant":
        return constant_pad_nd(input, pad, float(value or 0))
    if mode not in _NAMES:
        raise NotImplementedError(
            f"Unrecognised padding mode {mode}: it must be constant, reflect, replicate or circular"
        )
    if value:
        raise RuntimeError(f'Padding mode "{mode}" doesn\'t take in value argument, but got {value}')
    _pairs(pad, input.ndim)
    _check_border(input, pad, mode)
    return (_border if mode == "circular" else _mirrored).rule(input, pad, mode)
