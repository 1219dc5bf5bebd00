"""Sequences of different lengths: padded to one length, or packed, the rows of all steps one after another."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from ...arrays import dtypes
from ...ops import cat, stack
from ...ops.layers.recurrent import pack_rows, pad_rows
from ...tensors import creation
from ...tensors.ranges import arange
from ...tensors.tensor import Tensor

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
            if not isinstance(data, (list, tuple)) or len(data) != 2:
                raise AssertionError(
                    f"Expected data to be a list or tuple of length 2, got {type(data).__name__}: give batch_sizes too"
                )
            data, batch_sizes = data
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def to(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """The same with `data` converted; arguments as `Tensor.to`. Itself if there is nothing to convert."""
        data = self.data.to(*args, **kwargs)
        return self if data is self.data else type(self)(data, *self[1:])

    def pin_memory(self) -> PackedSequence:
        """Nothing to be had without a GPU.

        Raises:
            RuntimeError: always.
        """
        return type(self)(self.data.pin_memory(), *self[1:])

    def cpu(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """The same on the CPU, where it is."""
        return self.to(*args, **{"device": "cpu", **kwargs})

    def cuda(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """As `Tensor.cuda`."""
        return type(self)(self.data.cuda(*args, **kwargs), *self[1:])

    def double(self) -> PackedSequence:
        """The same in float64."""
        return self.to(dtype=dtypes.float64)

    def float(self) -> PackedSequence:
        """The same in float32."""
        return self.to(dtype=dtypes.float32)

    def half(self) -> PackedSequence:
        """The same in float16."""
        return self.to(dtype=dtypes.float16)

    def long(self) -> PackedSequence:
        """The same in int64."""
        return self.to(dtype=dtypes.int64)

    def int(self) -> PackedSequence:
        """The same in int32."""
        return self.to(dtype=dtypes.int32)

    def short(self) -> PackedSequence:
        """The same in int16."""
        return self.to(dtype=dtypes.int16)

    def char(self) -> PackedSequence:
        """The same in int8."""
        return self.to(dtype=dtypes.int8)

    def byte(self) -> PackedSequence:
        """The same in uint8."""
        return self.to(dtype=dtypes.uint8)

    @property
    def is_cuda(self) -> bool:
        """False: everything is on the CPU."""
        return False

    def is_pinned(self) -> bool:
        """False: memory is pinned for copies to a GPU."""
        return False


def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """The permutation that undoes `permutation`.

    Raises:
        TypeError: it is no Tensor. IndexError: it is no vector. RuntimeError: it does not hold whole numbers from 0 to its length - 1.
    """
    if permutation is None:
        return None
    if not isinstance(permutation, Tensor):
        raise TypeError(f"invert_permutation(): permutation must be Tensor, not {type(permutation).__name__}")
    return creation.zeros_like(permutation).scatter_(0, permutation, arange(permutation.numel()))


def pack_padded_sequence(
    input: Tensor, lengths: Any, batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """Pack sequences that are padded to one length; with `enforce_sorted=False` they are sorted by length first.

    Shapes: input (T, N, *), or (N, T, *) if `batch_first`; lengths N numbers.

    Raises:
        RuntimeError: the lengths are not N, not positive, not decreasing with `enforce_sorted`, or larger than T.
        IndexError: the input has less than two axes, or the lengths more than one with `enforce_sorted=False`.
        TypeError: there are no lengths.

    >>> torch.nn.utils.rnn.pack_padded_sequence(torch.tensor([[1, 4], [2, 5], [3, 0]]), [3, 2])
    PackedSequence(data=tensor([1, 4, 2, 5, 3]), batch_sizes=tensor([2, 2, 1]), sorted_indices=None, unsorted_indices=None)
    """
    if lengths is None:
        raise TypeError("pack_padded_sequence() needs lengths, one number for each sequence, and got None")
    given = creation.as_tensor(lengths).to(dtype=dtypes.int64)
    if input.ndim < 2:
        raise IndexError(
            f"pack_padded_sequence() needs an input of shape (T, N, ...), got {list(input.shape)}: unsqueeze(1) a single sequence"
        )
    n, t = input.shape[:2] if batch_first else input.shape[1::-1]
    if given.ndim != 1:
        kind = IndexError if given.ndim > 1 and not enforce_sorted else RuntimeError  # torch's, which sorts them first
        raise kind(
            f"'lengths' argument should be a 1D CPU int64 tensor, but got {given.ndim}D of shape {list(given.shape)}"
        )
    if len(given) != n:
        raise RuntimeError(
            f"Expected `len(lengths)` to be equal to batch_size, but got {len(given)} lengths and input of shape {list(input.shape)}, a batch of {n}"
        )
    order = None
    if not enforce_sorted:
        given, order = given.sort(descending=True)
        input = input.index_select(0 if batch_first else 1, order)
    sizes = given.numpy()
    if n == 0 or sizes.min() <= 0:
        raise RuntimeError(f"Length of all samples has to be greater than 0, but got lengths {sizes.tolist()}")
    if (np.diff(sizes) > 0).any():
        raise RuntimeError(
            f"`lengths` array must be sorted in decreasing order when `enforce_sorted` is True, but got {sizes.tolist()}. You can pass `enforce_sorted=False`"
        )
    if sizes[0] > t:
        raise RuntimeError(
            f"Expected lengths of at most {t}, the steps of input {list(input.shape)}, but got {sizes.tolist()}"
        )
    running = np.arange(t)[:, None] < sizes
    rows = pack_rows(input.transpose(0, 1) if batch_first else input, running)
    return PackedSequence(rows, creation.from_numpy(running[: sizes[0]].sum(axis=1)), order)


def pad_packed_sequence(
    sequence: PackedSequence, batch_first: bool = False, padding_value: float = 0.0, total_length: int | None = None
) -> tuple[Tensor, Tensor]:
    """(padded sequences (T, N, *), or (N, T, *) if `batch_first`; their lengths): undoes `pack_padded_sequence`.

    Raises:
        ValueError: `total_length` is less than the longest sequence.
        TypeError: `padding_value` is no number.
    """
    _check_number("pad_packed_sequence", padding_value)
    sizes, unsorted, steps = sequence.batch_sizes.numpy(), sequence.unsorted_indices, len(sequence.batch_sizes)
    if total_length is not None:
        if total_length < steps:
            raise ValueError(
                f"Expected total_length to be at least the length of the longest sequence in input, but got total_length={total_length} and max sequence length being {steps}"
            )
        sizes = np.append(sizes, [0] * (total_length - steps))
    running = np.arange(sizes[0]) < sizes[:, None]
    padded, lengths = pad_rows(sequence.data, running, padding_value), creation.from_numpy(running.sum(axis=0))
    if unsorted is not None:
        padded, lengths = padded.index_select(1, unsorted), lengths[unsorted]
    return padded.transpose(0, 1) if batch_first else padded, lengths


def _check_number(name: str, padding_value: Any) -> None:
    if isinstance(padding_value, (str, bytes)) or not hasattr(padding_value, "__float__"):
        raise TypeError(f"{name}(): argument 'padding_value' must be float, not {type(padding_value).__name__}")


def pad_sequence(
    sequences: Any, batch_first: bool = False, padding_value: float = 0.0, padding_side: str = "right"
) -> Tensor:
    """Sequences (L_i, *) as one Tensor (T, N, *), or (N, T, *) if `batch_first`, T being the largest length.

    The dtype is that of the first.

    Raises:
        RuntimeError: `padding_side` is neither "right" nor "left", or there are no sequences, or they are no iterable.
        TypeError: a sequence is no Tensor, `padding_value` no number, or `padding_side` no str.
    """
    _check_number("pad_sequence", padding_value)
    if not isinstance(padding_side, str):
        raise TypeError(f"pad_sequence(): argument 'padding_side' must be str, not {type(padding_side).__name__}")
    if padding_side not in ("left", "right"):
        raise RuntimeError(f"padding_side must be 'left' or 'right', got {padding_side!r}")
    if not isinstance(sequences, Iterable):
        raise RuntimeError(
            f"pad_sequence: Expected iterable for input sequences, but got arg of type: {type(sequences)}"
        )
    sequences = tuple(sequences)
    if not sequences:
        raise RuntimeError("received an empty list of sequences; pad_sequence() needs at least one")
    for i, s in enumerate(sequences):
        if not isinstance(s, Tensor):
            raise TypeError(f"expected Tensor as element {i} in argument 0, but got {type(s).__name__}")
        if s.ndim == 0:
            raise RuntimeError(
                f"pad_sequence() needs sequences of shape (L, ...), but element {i} has no axis; unsqueeze(0) it"
            )
    steps, dtype = max(len(s) for s in sequences), sequences[0].dtype
    padded = []
    for s in sequences:
        padding = creation.full((steps - len(s), *s.shape[1:]), padding_value, dtype=dtype)
        padded.append(cat([s.to(dtype), padding] if padding_side == "right" else [padding, s.to(dtype)]))
    return stack(padded, 0 if batch_first else 1)


def unpad_sequence(padded_sequences: Tensor, lengths: Tensor, batch_first: bool = False) -> list[Tensor]:
    """The sequences (L_i, *) of padded ones."""
    x = padded_sequences if batch_first else padded_sequences.transpose(0, 1)
    steps = arange(x.shape[1])
    return [sequence[steps < length] for sequence, length in zip(x, lengths, strict=True)]


def pack_sequence(sequences: Any, enforce_sorted: bool = True) -> PackedSequence:
    """Pack sequences (L_i, *)."""
    lengths = [s.size(0) for s in sequences]
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """The sequences (L_i, *) of packed ones."""
    return unpad_sequence(*pad_packed_sequence(packed_sequences, batch_first=True), batch_first=True)
