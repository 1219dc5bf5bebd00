"""Norms, and log-sum-exp: reductions by a power or an exponential, and back."""

from __future__ import annotations

import builtins
import math
from typing import TYPE_CHECKING

import numpy as np

from ..arrays import dtypes
from ..arrays.sums import add
from ..autograd.contract import composed
from ..autograd.rule import array, differentiable
from .axes import count_along, every_axis, from_front, kept_shape, reduced_axes, without_axes
from .checks import float_only, not_narrower
from .elementwise.arithmetic import sign
from .elementwise.choosing import where
from .extremes import same_value
from .saving import saving
from .totals import wider

if TYPE_CHECKING:
    from ..autograd.contract import Array, Dim, Dims, DType, Number, Pulled, Tensor


__all__ = ["logsumexp", "renorm"]


@differentiable(promote=("float", 1), saves="input result")
def logsumexp(input: Tensor, dim: Dims, keepdim: bool = False, *, out: Tensor | None = None) -> Pulled:
    """log of the sum of e^x along axes; the largest is taken out first, so that nothing overflows.

    Raises:
        IndexError: no such axis. RuntimeError: an axis twice.

    >>> torch.logsumexp(torch.tensor([1000.0, 1000.0]), dim=0)
    tensor(1000.6932)
    """
    data, shape = array(input), input.shape
    axes = reduced_axes(dim, data.ndim)
    if count_along(shape, axes) == 0:
        top = np.zeros(kept_shape(shape, axes), data.dtype)
    else:
        top = data.max(axis=axes, keepdims=True)
        top = np.where(np.isfinite(top), top, data.dtype.type(0))
    whole = np.log(add(np.exp(data - top), axis=axes, keepdims=True)) + top

    def pull(g: Array) -> Array:
        y = whole if isinstance(input, np.ndarray) else logsumexp(input, every_axis(axes, shape), True)
        return g.reshape(kept_shape(shape, axes)) * np.exp(input - y)

    return without_axes(whole, axes, keepdim), pull


def _norm_value(size: np.ndarray, n: float, axes: tuple[int, ...] | None) -> np.ndarray:
    """The n-norm of numbers, which have no sign unless n is 2; the reduced axes at size 1."""
    if n == 2:
        return np.sqrt(add(size * size, axis=axes, keepdims=True))
    if n == 1:
        return add(size, axis=axes, keepdims=True)
    if n == 0:
        return (size != 0).sum(axis=axes, keepdims=True).astype(size.dtype)
    if math.isinf(n):
        return (np.max if n > 0 else np.min)(size, axis=axes, keepdims=True)
    return np.power(add(np.power(size, n), axis=axes, keepdims=True), 1 / n)


@differentiable(name="LinalgVectorNormBackward0", saves="x result")
def vector_norm(
    x: Tensor,
    ord: Number = 2,
    dim: Dims | None = None,
    keepdim: bool = False,
    *,
    dtype: DType | None = None,
    out: Tensor | None = None,
) -> Pulled:
    """(sum of |x|^ord)^(1/ord) of all elements, or along axes; ord inf gives the largest |x|, 0 the number of non-zeros.

    Raises:
        RuntimeError: whole numbers, or the inf norm or one of negative ord of nothing. IndexError: no such axis.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.linalg.vector_norm.html

    >>> torch.linalg.vector_norm(torch.tensor([3.0, 4.0]))
    tensor(5.)
    """
    data, shape = array(x), x.shape
    float_only("linalg.vector_norm: Expected a floating point or complex tensor as input. Got", data)
    if dtype is not None:
        not_narrower("linalg.vector_norm", data, dtype)
        data = data.astype(dtype)
    n = float(ord)
    axes = reduced_axes(dim, data.ndim)
    if (n < 0 or math.isinf(n)) and count_along(shape, axes) == 0:
        raise RuntimeError(
            f"linalg.vector_norm cannot compute the {n} norm of nothing, shape {list(shape)}: the operation does not have an identity"
        )
    one = n and count_along(shape, axes) == 1  # of one number no power is taken, which might overflow
    size = data if n == 2 and not one else np.abs(data)
    wide = size.astype(np.float32) if size.dtype == np.float16 else size  # powers of it may not fit into 16 bits
    whole = size.reshape(kept_shape(shape, axes)) if one else _norm_value(wide, n, axes).astype(size.dtype, copy=False)

    def pull(g: Array) -> Array | None:
        g = g.reshape(kept_shape(shape, axes))
        if n == 0:  # no gradient, not zeros, as in torch
            return None
        if n == 1:
            return g * sign.rule(x)  # 0 at nan, as torch
        if math.isinf(n):
            largest = same_value(size, whole)
            return g * (largest / largest.sum(axis=axes, keepdims=True)) * sign.rule(x)
        zero = whole == 0
        norm = whole if isinstance(x, np.ndarray) else vector_norm.rule(x, n, every_axis(axes, shape), True)
        safe = np.where(zero, 1.0, norm)
        if n == 2:
            return np.where(zero, 0.0, g * (x / safe))
        flat = data == 0
        ratio = np.where(flat, 1.0, np.abs(x)) / safe
        still = zero | (flat & (n > 1) & ~np.isnan(whole))  # a norm of nan has no slope anywhere
        return np.where(still, 0.0, g * np.sign(x) * ratio ** (n - 1))

    return without_axes(whole, axes, keepdim), pull


@composed
def renorm(input: Tensor, p: Number, dim: Dim, maxnorm: Number, *, out: Tensor | None = None) -> Tensor:
    """`input` with each slice along an axis whose p-norm exceeds maxnorm scaled down to it.

    Raises:
        RuntimeError: less than two axes, p not positive, maxnorm negative, or whole numbers. IndexError: no such axis.

    >>> torch.renorm(torch.tensor([[3.0, 4.0], [0.3, 0.4]]), 2, 0, 1.0)  # rows longer than 1 become 1 long
    tensor([[0.6000, 0.8000],
            [0.3000, 0.4000]])
    """
    if not p > 0:
        raise RuntimeError(f"renorm: non-positive-norm not supported, got p = {p}")
    if input.ndim < 2:
        raise RuntimeError(f"renorm: input needs at least 2 dimensions, got {input.ndim} dimensions")
    if not maxnorm >= 0:
        raise RuntimeError(f"renorm: expected maxnorm to be >= 0 but got {maxnorm}")
    axis = from_front(dim, input.ndim)
    others = tuple(d for d in builtins.range(input.ndim) if d != axis)

    def size(x: Array) -> Array:
        return vector_norm.rule(x, p, others, True, dtype=dtypes.of(wider(array(x).dtype)))

    large = size(array(input)) > maxnorm
    scaled = where.rule(large, input, 1.0)  # 1: what is not scaled may be nan, and its norm's gradient too
    value = where.rule(large, (scaled * (maxnorm / (size(scaled) + 1e-7))).to(input.dtype), input)  # 1e-7 as in torch
    return saving.rule(value, (input,), "RenormBackward0")
