"""What the distributions share: broadcasting of parameters, probabilities and their logarithms."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import ops
from ..arrays import dtypes
from ..arrays.size import Size
from ..autograd.modes import enable_grad
from ..tensors import creation
from ..tensors.draws import randn
from ..tensors.tensor import Tensor

__all__ = [
    "broadcast_all",
    "clamp_probs",
    "euler_constant",
    "lazy_property",
    "logits_to_probs",
    "probs_to_logits",
    "tril_matrix_to_vec",
    "vec_to_tril_matrix",
]

euler_constant = np.euler_gamma
ONE = Size()  # the sample_shape of a single draw


def broadcast_all(*values: Any) -> tuple[Tensor, ...]:
    """The values broadcast to one shape; numbers become tensors of the type of the first tensor.

    Raises:
        ValueError: a value is neither a tensor nor a number.
    """
    if not all(isinstance(v, (Tensor, int, float)) for v in values):
        given = ", ".join(type(v).__name__ for v in values)
        raise ValueError(f"Input arguments must all be instances of Number or torch.Tensor, and are: {given}")
    dtype = next((v.dtype for v in values if isinstance(v, Tensor)), dtypes.get_default_dtype())
    return ops.broadcast_tensors(*(v if isinstance(v, Tensor) else creation.tensor(v, dtype=dtype) for v in values))


def clamp_probs(probs: Tensor) -> Tensor:
    """Probabilities kept away from 0 and 1 by the eps of their type, so that their logarithms are finite."""
    eps = dtypes.finfo(probs.dtype).eps
    return probs.clamp(min=eps, max=1 - eps)


def probs_to_logits(probs: Tensor, is_binary: bool = False) -> Tensor:
    """log(p), or log(p / (1 - p)) of binary ones."""
    p = clamp_probs(probs)
    return p.log() - (-p).log1p() if is_binary else p.log()


def logits_to_probs(logits: Tensor, is_binary: bool = False) -> Tensor:
    """Softmax over the last axis, or the sigmoid of binary ones."""
    return ops.sigmoid(logits) if is_binary else ops.softmax(logits, -1)


def sum_rightmost(value: Tensor, dim: int) -> Tensor:
    """The sum over the last `dim` axes."""
    return value if dim == 0 else value.reshape((*value.shape[:-dim], -1)).sum(-1)


def tril_matrix_to_vec(mat: Tensor, diag: int = 0) -> Tensor:
    """The elements of matrices (*, n, n) on and below a diagonal, row by row.

    Raises:
        ValueError: there is no such diagonal.
    """
    n = mat.shape[-1]
    if not -n <= diag < n:
        raise ValueError(f"diag ({diag}) provided is outside [{-n}, {n - 1}].")
    rows, columns = np.tril_indices(n, diag)
    return mat[..., creation.from_numpy(rows), creation.from_numpy(columns)]


def vec_to_tril_matrix(vec: Any, diag: int = 0) -> Tensor:
    """The matrices whose elements on and below a diagonal these are, row by row; 0 elsewhere.

    Raises:
        ValueError: no matrix has as many.
    """
    n = (math.sqrt(1 + 8 * vec.shape[-1] + 4 * abs(diag) * (diag + 1)) - 1) / 2 - diag
    if round(n) - n > dtypes.finfo(vec.dtype).eps:
        raise ValueError(
            f"The size of last dimension is {vec.shape[-1]} which cannot be expressed as the lower triangular part of a square D x D matrix."
        )
    rows, columns = np.tril_indices(round(n), diag)
    matrix = vec.new_zeros((*vec.shape[:-1], round(n), round(n)))
    matrix[..., creation.from_numpy(rows), creation.from_numpy(columns)] = vec
    return matrix


class lazy_property:
    """A property that is computed when first asked for, and then kept as an ordinary attribute of the object."""

    def __init__(self, wrapped: Callable) -> None:
        self.wrapped, self.__doc__ = wrapped, wrapped.__doc__

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        value = enable_grad(self.wrapped)(instance)  # what is kept serves also those who want gradients later
        setattr(instance, self.wrapped.__name__, value)
        return value


class Odds:
    """What is given by `probs`, or by `logits` = log(probs / (1 - probs)); the other is computed when it is asked for."""

    @lazy_property
    def logits(self) -> Any:
        """log(probs / (1 - probs))."""
        return probs_to_logits(self.probs, is_binary=True)

    @lazy_property
    def probs(self) -> Any:
        """The probability of success."""
        return logits_to_probs(self.logits, is_binary=True)

    def _take(self, probs: Any, logits: Any, *others: Any) -> list:
        """Keep the one that is given, broadcast with the others, which are returned.

        Raises:
            ValueError: both or neither of the two are given.
        """
        if (probs is None) == (logits is None):
            raise ValueError("Either `probs` or `logits` must be specified, but not both.")
        name, given = ("probs", probs) if logits is None else ("logits", logits)
        *rest, self.__dict__[name] = broadcast_all(*others, given)
        return rest

    @property
    def _param(self) -> Tensor:
        return self.__dict__["probs" if "probs" in self.__dict__ else "logits"]

    @property
    def param_shape(self) -> Size:
        """The shape of the parameter."""
        return self._param.shape


def _standard_normal(shape: Any, dtype: Any, device: Any) -> Tensor:
    """Normal numbers of that shape: under the name that packages built on torch.distributions import."""
    return randn(shape, dtype=dtype, device=device)


_sum_rightmost = sum_rightmost
