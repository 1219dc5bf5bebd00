"""Sequences of different lengths: padded to one length, or packed, the rows of all steps one after another."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ... import creation
from ...ops import cat, stack
from ...tensor import Tensor

__all__ = [
    "PackedSequence", "invert_permutation", "pack_padded_sequence", "pack_sequence", "pad_packed_sequence", "pad_sequence",
    "unpack_sequence", "unpad_sequence",
]  # fmt: skip


class _Packed(NamedTuple):
    data: Tensor
    batch_sizes: Tensor
    sorted_indices: Tensor | None
    unsorted_indices: Tensor | None


class PackedSequence(_Packed):
    """The rows of all steps, longest sequence first, and how many sequences are running at each step.

    `abc` and `x` are packed as data `axbc`, batch_sizes [2, 1, 1]. Made by `pack_padded_sequence` and `pack_sequence`.
    """

    __slots__ = ()

    def __new__(
        cls,
        data: Any,
        batch_sizes: Tensor | None = None,
        sorted_indices: Tensor | None = None,
        unsorted_indices: Tensor | None = None,
    ) -> PackedSequence:
        """Pack of its parts; `data` may also be the pair (data, batch_sizes)."""
        if batch_sizes is None:
            data, batch_sizes = data
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)  # type: ignore[arg-type]

    def to(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """The same with `data` converted."""
        data = self.data.to(*args, **kwargs)
        return self if data is self.data else type(self)(data, *self[1:])

    def double(self) -> PackedSequence:
        """The same in float64."""
        return self.to(creation.dtypes.float64)

    def float(self) -> PackedSequence:
        """The same in float32."""
        return self.to(creation.dtypes.float32)


def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """The permutation that undoes `permutation`."""
    return None if permutation is None else permutation.argsort()


def _lengths(batch_sizes: Tensor) -> np.ndarray:
    sizes = np.array(batch_sizes.tolist())
    return (sizes[:, None] > np.arange(sizes[0])).sum(axis=0)


def pack_padded_sequence(
    input: Tensor, lengths: Any, batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """Pack sequences that are padded to one length.

    Shapes: input (T, N, *), or (N, T, *) if `batch_first`; lengths N numbers.

    Raises:
        RuntimeError: the lengths are not N, not positive, not decreasing with `enforce_sorted`, or larger than T.
    """
    given = np.array(lengths.tolist() if isinstance(lengths, Tensor) else list(lengths))
    order = None
    if not enforce_sorted:
        order = creation.tensor(np.argsort(-given, kind="stable").tolist(), dtype=creation.dtypes.int64)
        given = given[order.tolist()]
        input = input.index_select(0 if batch_first else 1, order)
    x = input.transpose(0, 1) if batch_first else input
    t, n = x.shape[:2]
    if len(given) != n:
        raise RuntimeError(f"Expected `len(lengths)` to be equal to batch_size, but got {len(given)} lengths and input of shape {list(input.shape)}, a batch of {n}")  # fmt: skip
    if n == 0 or given.min() <= 0:
        raise RuntimeError(f"Length of all samples has to be greater than 0, but got lengths {given.tolist()}")
    if (np.diff(given) > 0).any():
        raise RuntimeError(f"`lengths` array must be sorted in decreasing order when `enforce_sorted` is True, but got {given.tolist()}. You can pass `enforce_sorted=False`")  # fmt: skip
    if given[0] > t:
        raise RuntimeError(f"Expected lengths of at most {t}, the steps of input {list(input.shape)}, but got {given.tolist()}")  # fmt: skip
    running = np.arange(given[0])[:, None] < given
    rows = creation.tensor(np.flatnonzero(running).tolist())
    sizes = creation.tensor(running.sum(axis=1).tolist())
    return PackedSequence(x.reshape((t * n, *x.shape[2:]))[rows], sizes, order)


def pad_packed_sequence(
    sequence: PackedSequence, batch_first: bool = False, padding_value: float = 0.0, total_length: int | None = None
) -> tuple[Tensor, Tensor]:
    """(padded sequences (T, N, *), or (N, T, *) if `batch_first`; their lengths): undoes `pack_padded_sequence`.

    Raises:
        ValueError: `total_length` is less than the longest sequence.
    """
    data, batch_sizes, _, unsorted = sequence
    lengths = _lengths(batch_sizes)
    steps = int(lengths[0])
    if total_length is not None:
        if total_length < steps:
            raise ValueError(f"Expected total_length to be at least the length of the longest sequence in input, but got total_length={total_length} and max sequence length being {steps}")  # fmt: skip
        steps = total_length
    rows = np.full((steps, len(lengths)), len(data))
    rows[np.arange(steps)[:, None] < lengths] = np.arange(len(data))
    padding = creation.full((1, *data.shape[1:]), padding_value, dtype=data.dtype)
    if unsorted is not None:
        rows, lengths = rows[:, unsorted.tolist()], lengths[unsorted.tolist()]
    index = creation.tensor((rows.T if batch_first else rows).tolist())
    return cat([data, padding])[index], creation.tensor(lengths.tolist())


def pad_sequence(
    sequences: Any, batch_first: bool = False, padding_value: float = 0.0, padding_side: str = "right"
) -> Tensor:
    """Sequences (L_i, *) as one Tensor (T, N, *), or (N, T, *) if `batch_first`, T being the largest length.

    Raises:
        RuntimeError: `padding_side` is neither "right" nor "left".
    """
    if padding_side not in ("left", "right"):
        raise RuntimeError(f"padding_side must be 'left' or 'right', got {padding_side!r}")
    steps = max(len(s) for s in sequences)
    padded = []
    for s in sequences:
        padding = creation.full((steps - len(s), *s.shape[1:]), padding_value, dtype=s.dtype)
        padded.append(cat([s, padding] if padding_side == "right" else [padding, s]))
    return stack(padded, 0 if batch_first else 1)


def unpad_sequence(padded_sequences: Tensor, lengths: Tensor, batch_first: bool = False) -> list[Tensor]:
    """The sequences (L_i, *) of padded ones."""
    x = padded_sequences if batch_first else padded_sequences.transpose(0, 1)
    return [s[:n] for s, n in zip(x, lengths.tolist(), strict=True)]


def pack_sequence(sequences: Any, enforce_sorted: bool = True) -> PackedSequence:
    """Pack sequences (L_i, *)."""
    return pack_padded_sequence(pad_sequence(sequences), [len(s) for s in sequences], enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """The sequences (L_i, *) of packed ones."""
    return unpad_sequence(*pad_packed_sequence(packed_sequences))
