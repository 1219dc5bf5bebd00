"""What the functions of linear algebra share: the error of a matrix that cannot be solved, checks of their inputs, elimination."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ...arrays.dtypes import TITLES
from ...autograd.rule import array
from ...names.titles import titled

if TYPE_CHECKING:
    from ...autograd.contract import Array


__all__ = ["LinAlgError"]


class LinAlgError(RuntimeError):
    """A matrix without what was asked for: singular, not positive-definite, or an iteration that found no end."""


titled(LinAlgError, "_LinAlgError")  # torch's, which tracebacks show


def transposed(x: Array) -> Array:
    """Each matrix with rows and columns exchanged."""
    return x.swapaxes(-1, -2)


def check_matrices(name: str, A: Array, square: bool = False, half: bool = False) -> None:
    """Check for matrices of float32 or float64, with `half` also float16.

    Raises:
        NotImplementedError: another type, for which torch raises it or RuntimeError, which it is too.
        RuntimeError: fewer than two axes, or not square where that is needed.
    """
    shape, dtype = list(A.shape), array(A).dtype
    if len(shape) < 2:
        raise RuntimeError(f"{name}: The input tensor A must have at least 2 dimensions, got shape {shape}")
    if square and shape[-1] != shape[-2]:
        raise RuntimeError(
            f"{name}: A must be batches of square matrices, but they are {shape[-2]} by {shape[-1]} matrices"
        )
    if dtype.kind != "f":
        raise NotImplementedError(
            f"{name}: Expected a floating point or complex tensor as input. Got {TITLES[dtype.name]}; convert with .float()"
        )
    if dtype == np.float16 and not half:
        raise NotImplementedError(
            f"{name}: Low precision dtypes not supported. Got {TITLES[dtype.name]}; convert with .float()"
        )


def check_pair(name: str, A: Array, B: Array, left: bool = True) -> None:
    """Check that A X = B, or X A = B, can be asked for.

    Raises:
        RuntimeError: dtypes or sizes do not fit.
    """
    if A.dtype != B.dtype:
        raise RuntimeError(
            f"{name}: Expected A and B to have the same dtype, but found A of type {A.dtype} and B of type {B.dtype} instead"
        )
    if B.ndim < 2:
        raise RuntimeError(f"{name}: The input tensor B must have at least 2 dimensions, got shape {list(B.shape)}")
    if A.shape[-2 if left else -1] != B.shape[-2 if left else -1]:
        equation = "AX = B" if left else "XA = B"
        raise RuntimeError(
            f"{name}: Incompatible shapes of A and B for the equation {equation} ({'x'.join(map(str, A.shape[-2:]))} and {'x'.join(map(str, B.shape[-2:]))})"
        )
    try:
        np.broadcast_shapes(tuple(A.shape[:-2]), tuple(B.shape[:-2]))
    except ValueError:
        raise RuntimeError(
            f"{name}: the batches of A and B do not broadcast: {list(A.shape)} and {list(B.shape)}"
        ) from None


def eliminate(A: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """L below the diagonal and U above it, in one matrix; and with which row, counted from 1, each was exchanged."""
    *batch, m, n = A.shape
    a, k = A.reshape(math.prod(batch), m, n).copy(), min(m, n)
    pivots, each = np.zeros((len(a), k), np.int32), np.arange(len(a))
    for i in range(k):
        row = i + np.abs(a[:, i:, i]).argmax(axis=1)  # the largest: no factor in L exceeds 1
        pivots[:, i] = row + 1
        a[each, i], a[each, row] = a[each, row], a[each, i]
        pivot = a[:, i, i, None]
        a[:, i + 1 :, i] /= np.where(pivot == 0, 1, pivot)  # below a zero there are zeros only
        a[:, i + 1 :, i + 1 :] -= a[:, i + 1 :, i, None] * a[:, i, None, i + 1 :]
    return a.reshape(A.shape), pivots.reshape(*batch, k)


def zero_pivot(triangular: np.ndarray) -> np.ndarray:
    """LAPACK's info of triangular matrices: 0, or the first zero on the diagonal, counted from 1."""
    zeros = np.diagonal(triangular, 0, -2, -1) == 0
    return np.where(zeros.any(axis=-1), zeros.argmax(axis=-1) + 1 if zeros.shape[-1] else 0, 0).astype(np.int32)


def check_info(name: str, info: np.ndarray, text: str) -> None:
    """Raise for the first matrix whose `info` is not 0; `text` says what its number means.

    Raises:
        LinAlgError: there is one.
    """
    if info.any():
        first = int(np.flatnonzero(info)[0])
        element = f"(Batch element {first}): " if info.ndim else ""
        raise LinAlgError(f"{name}: {element}{text.format(int(info.reshape(-1)[first]))}")
