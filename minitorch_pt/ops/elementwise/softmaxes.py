"""Softmax: scores as probabilities along an axis, as logarithms of them, and drawn at random."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...arrays.notices import warn
from ...arrays.rows import largest_along, sums
from ...autograd.contract import composed
from ...autograd.rule import array, differentiable
from ...stream import generator
from ..checks import check_floating
from ..halves import in_single
from .arithmetic import add

if TYPE_CHECKING:
    from ...autograd.contract import Array, Dim, DType, Pulled, Tensor


__all__ = ["log_softmax", "softmax"]


def _softmax_axis(input: Array, dim: int) -> int | None:
    """The axis to reduce over; torch lets a tensor without axes have one."""
    axes = max(input.ndim, 1)
    if not -axes <= dim < axes:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-axes}, {axes - 1}], but got {dim})")
    return dim if input.ndim else None


@differentiable(saves="result")
def softmax(input: Tensor, dim: Dim, dtype: DType | None = None, *, out: Tensor | None = None) -> Pulled:
    """e^x / Σ e^x along `dim`: positive numbers that add up to 1. `dtype` converts the input first.

    Raises:
        IndexError: no such axis.
        NotImplementedError: the input is not floating point and no `dtype` is given.

    >>> torch.softmax(torch.tensor([0.0, 0.0, 1000.0]), dim=0)
    tensor([0., 0., 1.])
    """
    if dtype is not None:
        return NotImplemented, _softmax_of
    axis = _softmax_axis(input, dim)
    if check_floating("softmax", input):
        return in_single(softmax, input, dim)
    e = np.exp(input - largest_along(array(input), axis))  # the largest exponent is 0: no overflow
    y = _over(np.divide, e, _sums(e, axis))
    return y, lambda g: y * (g - _sums(g * y, axis))


def _over(ufunc: np.ufunc, a: Array, b: Array) -> Array:
    """ufunc(a, b), written over `a` if it is an array."""
    return ufunc(a, b, out=a) if type(a) is np.ndarray else ufunc(a, b)


def _sums(x: Any, axis: int | None) -> Any:
    """Σ x along an axis, which stays with size 1."""
    return sums(x, axis) if type(x) is np.ndarray else x.sum(axis=axis, keepdims=True)


def _softmax_of(input: Tensor, dim: int, dtype: DType) -> Array:
    return softmax(input.to(dtype), dim)


@differentiable(saves="result")
def log_softmax(input: Tensor, dim: Dim, dtype: DType | None = None, *, out: Tensor | None = None) -> Pulled:
    """log(softmax(x)) = x - log Σ e^x along `dim`, precise where softmax is rounded to 0.

    dtype: converts the input first.

    Raises:
        IndexError: no such axis.
        NotImplementedError: the input is not floating point and no `dtype` is given.

    >>> torch.log_softmax(torch.tensor([0.0, 0.0]), dim=0)
    tensor([-0.6931, -0.6931])
    """
    if dtype is not None:
        return NotImplemented, _log_softmax_of
    axis = _softmax_axis(input, dim)
    if check_floating("log_softmax", input):
        return in_single(log_softmax, input, dim)
    below = input - largest_along(array(input), axis)
    e = np.exp(below)  # kept: to compute it again of the result would take a third of the time
    total = _sums(e, axis)
    return _over(np.subtract, below, np.log(total)), lambda g: g - e * (_sums(g, axis) / total)


def _log_softmax_of(input: Tensor, dim: int, dtype: DType) -> Array:
    return log_softmax(input.to(dtype), dim)


@composed
def gumbel_softmax(logits: Tensor, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1) -> Tensor:
    """softmax((x - log E) / tau), E being exponential noise: a soft draw from the classes with probabilities softmax(x).

    The smaller tau, the nearer to one-hot. hard: the value is one-hot, the gradient is that of the soft draw. eps has no effect.

    Raises:
        RuntimeError: the input is not floating point. IndexError: no such axis.

    Source: Jang et al. 2016, arXiv:1611.01144; Maddison et al. 2016, arXiv:1611.00712.

    >>> _ = torch.manual_seed(0)
    >>> F.gumbel_softmax(torch.tensor([[0.0, 0.0, 5.0]]), hard=True)
    tensor([[0., 0., 1.]])
    """
    if eps != 1e-10:
        warn("`eps` parameter is deprecated and has no effect.")
    dtype = array(logits).dtype
    if dtype.kind != "f":
        raise RuntimeError(
            f"gumbel_softmax needs floating point logits and got torch.{dtype.name}; convert with .float()"
        )
    noise = -np.log(generator.default_generator.exponential(logits.shape, 1.0, dtype.type))
    soft = softmax(add.rule(logits, noise) / tau, dim)
    if not hard:
        return soft
    y = array(soft)
    chosen = np.zeros(y.shape, y.dtype)
    np.put_along_axis(chosen, y.argmax(dim, keepdims=True), 1, dim)
    return add.rule(soft, chosen - y)  # the value is one-hot, the gradient that of `soft`
