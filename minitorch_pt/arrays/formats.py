"""memory_format and layout: the words for the order in which elements lie in memory.

`torch.channels_last` says that the channels of images (N, C, H, W) run fastest, `torch.channels_last_3d` the same of (N, C, D, H, W),
`torch.contiguous_format` that the last axis does; `torch.preserve_format` keeps the order that there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from . import layouts

__all__ = [
    "channels_last", "channels_last_3d", "contiguous_format", "jagged", "layout", "memory_format", "preserve_format", "sparse_bsc", "sparse_bsr",
    "sparse_coo", "sparse_csc", "sparse_csr", "strided",
]  # fmt: skip


class _Word:
    """A word of torch's, of which there are these few and no others."""

    __slots__ = ("_name",)
    _name: str

    def __new__(cls) -> _Word:
        raise TypeError(
            f"cannot create 'torch.{cls.__name__}' instances: they have names, such as torch.contiguous_format, torch.strided"
        )

    def __repr__(self) -> str:
        return f"torch.{self._name}"

    def __reduce__(self) -> str:
        return self._name


W = TypeVar("W", bound=_Word)


class memory_format(_Word):
    """The order of elements in memory: contiguous_format, preserve_format, channels_last, channels_last_3d.

    >>> images = torch.zeros(2, 3, 4, 5).to(memory_format=torch.channels_last)
    >>> images.stride(), images.is_contiguous(), images.is_contiguous(memory_format=torch.channels_last)
    ((60, 1, 15, 3), False, True)
    """

    __slots__ = ()


class layout(_Word):
    """How elements are stored: `strided`, each in its place in memory; `sparse_coo`, with its indices (see torch.sparse). The others are names.

    >>> torch.zeros(2).layout
    torch.strided
    """

    __slots__ = ()


def _word(cls: type[W], name: str) -> W:
    word: W = object.__new__(cls)
    word._name = name
    return word


contiguous_format, preserve_format = _word(memory_format, "contiguous_format"), _word(memory_format, "preserve_format")
channels_last, channels_last_3d = _word(memory_format, "channels_last"), _word(memory_format, "channels_last_3d")
strided = _word(layout, "strided")
sparse_coo, sparse_csr, sparse_csc = (_word(layout, f"sparse_{order}") for order in ("coo", "csr", "csc"))
sparse_bsr, sparse_bsc, jagged = _word(layout, "sparse_bsr"), _word(layout, "sparse_bsc"), _word(layout, "jagged")

_RANKS = {channels_last: 4, channels_last_3d: 5}


def steps(shape: Sequence[int], order: object) -> tuple[int, ...]:
    """The strides, in elements, of a tensor of that shape in a memory format.

    Raises:
        RuntimeError: the format is of tensors with another number of axes, or `preserve_format`, where there is nothing to preserve.
    """
    if order is contiguous_format:
        return layouts.contiguous(shape)
    if order is preserve_format:
        raise RuntimeError(
            "unsupported memory format: preserve_format keeps an order that there is; give contiguous_format or channels_last"
        )
    rank = _RANKS[order]  # type: ignore[index]
    if len(shape) != rank:
        raise RuntimeError(
            f"required rank {rank} tensor to use {order!r:.50} format, and this one has shape {list(shape)}".replace(
                "torch.", ""
            )
        )
    return layouts.packed(shape, layouts.channels_fastest(rank))


def steps_like(array: np.ndarray, order: object | None) -> tuple[int, ...]:
    """The strides of what is made like an array: in its order, if no other is asked for."""
    return layouts.preserved(array) if order is None or order is preserve_format else steps(array.shape, order)


def fits(array: np.ndarray, order: object) -> bool:
    """Whether the elements of an array lie in that order, without gaps.

    Raises:
        TypeError: no memory format.
    """
    if not isinstance(order, memory_format):
        raise TypeError(
            f"is_contiguous(): argument 'memory_format' must be torch.memory_format, not {type(order).__name__}"
        )
    if order not in _RANKS:
        return array.flags.c_contiguous
    if array.ndim != _RANKS[order]:
        return False
    own, wanted = layouts.strides(array), steps(array.shape, order)
    return all(n == 1 or a == b for n, a, b in zip(array.shape, own, wanted, strict=True))


def suggested(array: np.ndarray) -> memory_format:
    """The memory format that an array's strides look like."""
    if array.ndim in (4, 5) and layouts.channels_last(array):
        return channels_last if array.ndim == 4 else channels_last_3d
    return contiguous_format
