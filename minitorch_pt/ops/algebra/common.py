"""What the functions of linear algebra share: the error of a matrix that cannot be solved, and checks of their inputs."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...autograd.rule import array

__all__ = ["LinAlgError"]


class LinAlgError(RuntimeError):
    """A matrix without what was asked for: singular, not positive-definite, or an iteration that found no end."""


def transposed(x: Any) -> Any:
    """Each matrix with rows and columns exchanged."""
    return x.swapaxes(-1, -2)


def check_matrices(name: str, A: Any, square: bool = False, half: bool = False) -> None:
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
            f"{name}: Expected a floating point tensor as input. Got {dtype.name}; convert with .float()"
        )
    if dtype == np.float16 and not half:
        raise NotImplementedError(
            f"{name}: Low precision dtypes not supported. Got {dtype.name}; convert with .float()"
        )


def check_pair(name: str, A: Any, B: Any, left: bool = True) -> None:
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
        raise RuntimeError(f"{name}: Incompatible shapes of A and B for the equation {equation} ({'x'.join(map(str, A.shape[-2:]))} and "
                           f"{'x'.join(map(str, B.shape[-2:]))})")  # fmt: skip
    try:
        np.broadcast_shapes(tuple(A.shape[:-2]), tuple(B.shape[:-2]))
    except ValueError:
        raise RuntimeError(
            f"{name}: the batches of A and B do not broadcast: {list(A.shape)} and {list(B.shape)}"
        ) from None


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
