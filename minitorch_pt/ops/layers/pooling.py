"""Pooling: each window of an image becomes one number, its mean or a norm; its largest: `max_pooling.py`.

A pool is where its windows lie (`windows.py`). What is computed from them is written once here, for any number of axes. Windows placed at
random, and the way back from a pool, are in `unpooling.py`.

Shapes: 1d (N, C, L), 2d (N, C, H, W), 3d (N, C, D, H, W), all also without N.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...autograd.contract import composed
from ...autograd.rule import array, differentiable
from ..elementwise.activations import relu
from ..elementwise.arithmetic import abs, sign
from ..elementwise.exponentials import pow
from ..picking import depending
from ..reductions import mean
from ..shape import squeeze, unsqueeze
from . import windows
from .max_pooling import max_pool1d, max_pool2d, max_pool3d
from .windows import Axis, extended, inner_part, last_argument, node_title

if TYPE_CHECKING:
    from ...autograd.contract import Array, Pulled, Size, Tensor


# what torch has at its top level; nn.functional has all
__all__ = ["adaptive_avg_pool1d", "avg_pool1d"]


# ---------------------------------------------------------------------------------------------------------------------
# The mean
# ---------------------------------------------------------------------------------------------------------------------
_MATRIX = 1 << 14  # numbers of a matrix of windows, at most


@functools.lru_cache(16)
def _members(axis: Axis, dtype: np.dtype) -> np.ndarray | None:
    """(elements of the longer axis, windows): 1 where the element lies in the window. None if slices do it, or it would be large."""
    size, windows = axis.before + axis.size + axis.after, len(axis.places)
    if size * windows > _MATRIX or all(isinstance(index, slice) for index in axis.elements):
        return None
    return (np.arange(-axis.before, axis.size + axis.after)[:, None, None] == axis.places).any(axis=2).astype(dtype)


def _along(x: np.ndarray, d: int, matrix: np.ndarray | None) -> np.ndarray | None:
    """x @ matrix along an axis, counted from the end; None if an infinite number would spread."""
    if matrix is None:
        return None
    last = x if d == -1 else x.reshape((*x.shape[: x.ndim + d + 1], math.prod(x.shape[x.ndim + d + 1 :])))
    product = last @ matrix if d == -1 else matrix.T @ last
    shape = (*x.shape[: x.ndim + d], matrix.shape[1], *x.shape[x.ndim + d + 1 :])
    return product.reshape(shape) if np.isfinite(product).all() else None


@differentiable(linear=True)
def _window_sums(input: Array, axes: tuple[Axis, ...]) -> Pulled:
    """The sum of each window: along one axis, then along the next."""
    total = extended(input, axes, 0)
    for d, axis in enumerate(axes, -len(axes)):
        # windows that are not evenly spaced take twice as long element by element
        product = _along(total, d, _members(axis, total.dtype))
        if product is None:
            rest = (slice(None),) * (-d - 1)
            first, *others = (total[(..., index, *rest)] for index in axis.elements)
            product = functools.reduce(operator.add, others, first)
        total = product
    return total, lambda g: _into_windows.rule(g, axes)


@differentiable(linear=True)
def _into_windows(g: Array, axes: tuple[Axis, ...]) -> Pulled:
    """Each number added to every element of its window: the gradient of `_window_sums`."""
    total = g
    for d, axis in enumerate(axes, -len(axes)):
        members = _members(axis, g.dtype)
        product = None if members is None else _along(total, d, members.T)
        total = _added(total, d, axis) if product is None else product
    return inner_part(total, axes), lambda h: _window_sums.rule(h, axes)


def _added(part: np.ndarray, d: int, axis: Axis) -> np.ndarray:
    """Along one axis, counted from the end: each number added to every element of its window."""
    d += part.ndim
    total = np.zeros((*part.shape[:d], axis.before + axis.size + axis.after, *part.shape[d + 1 :]), part.dtype)
    for index in axis.elements:
        place = (slice(None),) * d + (index,)
        if axis.apart:
            total[place] = part
        elif isinstance(index, slice) or (np.diff(index[index < axis.size]) > 0).all():
            total[place] += part
        else:
            np.add.at(total, place, part)  # several windows have this element
    return total


def _areas(axes: Sequence[Axis], with_padding: bool) -> Array:
    """How many elements each window has."""
    areas: np.ndarray | int = 1
    for axis in axes:
        reach = axis.before if with_padding else 0
        inside = (axis.places >= -reach) & (axis.places < axis.size + reach)
        areas = np.expand_dims(areas, -1) * inside.sum(1)
    return areas


@differentiable(name=last_argument, saves="input")
def _mean(input: Array, axes: tuple[Axis, ...], divisor: Array | float | None, name: str) -> Pulled:
    data, divisor = array(input), array(divisor)
    kind = data.dtype
    if kind.kind == "i":  # torch rounds towards zero
        total = _window_sums.rule(data, axes)
        value = abs.rule(total) // np.abs(divisor) * np.sign(total) * np.sign(divisor)
    else:
        value = (_window_sums.rule(data.astype(np.float32) if kind == np.float16 else data, axes) / divisor).astype(
            kind
        )
    return value, lambda g: depending(_into_windows.rule(g / np.asarray(divisor, kind), axes), input)


def _avg_pool(name: str, input: Array, window: tuple, count_include_pad: bool, divisor_override: int | None) -> Array:
    kinds = "i" if array(input).dtype == np.int64 else "f"
    # torch's avg_pool2d looks for the channels first, and finds no such axis
    windows.check_pooled(name, input, kinds, IndexError if name == "avg_pool2d" else RuntimeError)
    axes = windows.spaced(name, input, *window)
    # torch's avg_pool1d and avg_pool2d let a window lie over the border, if the padding or ceil_mode asks for it
    if name == "avg_pool3d" and any(axis.places.shape[1] > axis.size for axis in axes):
        raise RuntimeError(
            f"avg_pool3d: input image {[axis.size for axis in axes]} smaller than kernel size {window[0]}; pad the input first"
        )
    if divisor_override == 0:
        raise RuntimeError(f"{name}: divisor must be not zero, but got divisor_override=0")
    divisor = _areas(axes, count_include_pad) if divisor_override is None else divisor_override
    return _mean.rule(input, axes, divisor, node_title("AvgPool{}D", len(axes)))


def _adaptive_avg_pool(name: str, input: Array, output_size: Size) -> Array:
    axes, count = windows.adapted(name, input, output_size), windows.pooled_axes(name)
    if all(len(axis.places) == 1 for axis in axes):  # as in torch the mean of all elements, which may be none
        if count > 1:
            return mean(input, tuple(range(-count, 0)), True)
        if input.ndim not in (2, 3):
            raise RuntimeError(f"{name}: Expected 2 to 3 dimensions, (C, L) or (N, C, L), but got {list(input.shape)}")
        return squeeze(mean(unsqueeze(input, -2), (-2, -1), True), -2)
    windows.check_pooled(name, input, "f", channels=count == 3)
    return _mean.rule(input, axes, _areas(axes, False), node_title("AdaptiveAvgPool{}D", len(axes)))


@composed
def avg_pool1d(
    input: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """The mean of each window of (N, C, L): see `nn.AvgPool1d`.

    >>> torch.avg_pool1d(torch.tensor([[1.0, 3.0, 5.0, 7.0]]), 2)
    tensor([[2., 6.]])
    """
    return _avg_pool("avg_pool1d", input, (kernel_size, stride, padding, 1, ceil_mode), count_include_pad, None)


@composed
def avg_pool2d(
    input: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """The mean of each window of (N, C, H, W): see `nn.AvgPool2d`.

    >>> F.avg_pool2d(torch.arange(16.0).view(1, 4, 4), 2)
    tensor([[[ 2.5000,  4.5000],
             [10.5000, 12.5000]]])
    """
    return _avg_pool(
        "avg_pool2d", input, (kernel_size, stride, padding, 1, ceil_mode), count_include_pad, divisor_override
    )


@composed
def avg_pool3d(
    input: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """The mean of each window of (N, C, D, H, W): see `nn.AvgPool3d`.

    >>> F.avg_pool3d(torch.arange(8.0).view(1, 2, 2, 2), 2)
    tensor([[[[3.5000]]]])
    """
    return _avg_pool(
        "avg_pool3d", input, (kernel_size, stride, padding, 1, ceil_mode), count_include_pad, divisor_override
    )


@composed
def adaptive_avg_pool1d(input: Tensor, output_size: Size) -> Tensor:
    """The mean of each of `output_size` windows that cover the input: see `nn.AdaptiveAvgPool1d`.

    >>> torch.adaptive_avg_pool1d(torch.tensor([[1.0, 2.0, 3.0, 4.0]]), 2)
    tensor([[1.5000, 3.5000]])
    """
    return _adaptive_avg_pool("adaptive_avg_pool1d", input, output_size)


@composed
def adaptive_avg_pool2d(input: Tensor, output_size: object) -> Tensor:
    """The mean of each of `output_size` windows that cover the input: see `nn.AdaptiveAvgPool2d`.

    >>> F.adaptive_avg_pool2d(torch.arange(16.0).view(1, 4, 4), 1)
    tensor([[[7.5000]]])
    """
    return _adaptive_avg_pool("adaptive_avg_pool2d", input, output_size)


@composed
def adaptive_avg_pool3d(input: Tensor, output_size: object) -> Tensor:
    """The mean of each of `output_size` windows that cover the input: see `nn.AdaptiveAvgPool3d`.

    >>> F.adaptive_avg_pool3d(torch.arange(8.0).view(1, 2, 2, 2), 1)
    tensor([[[[3.5000]]]])
    """
    return _adaptive_avg_pool("adaptive_avg_pool3d", input, output_size)


# ---------------------------------------------------------------------------------------------------------------------
# The p-norm
# ---------------------------------------------------------------------------------------------------------------------
def _lp_pool(
    pools: tuple, name: str, input: Array, norm_type: float, kernel_size: Size, stride: Size | None, ceil_mode: bool
) -> Array:
    max_pool, avg_pool = pools
    if norm_type == math.inf:
        return max_pool(abs(input), kernel_size, stride, 0, 1, ceil_mode)
    if norm_type == -math.inf:
        return -max_pool(-abs(input), kernel_size, stride, 0, 1, ceil_mode)
    total = avg_pool(pow(input, norm_type), kernel_size, stride, 0, ceil_mode)
    size = math.prod(windows.whole_numbers(name, "kernel_size", kernel_size))
    return pow(sign(total) * relu(abs(total)) * size, 1 / norm_type)


@composed
def lp_pool1d(
    input: Tensor, norm_type: float, kernel_size: Size, stride: Size | None = None, ceil_mode: bool = False
) -> Tensor:
    """(Σ x^p)^(1/p) of each window of (N, C, L): see `nn.LPPool1d`.

    >>> F.lp_pool1d(torch.tensor([[3.0, 4.0]]), 2, 2)  # sqrt(9 + 16)
    tensor([[5.]])
    """
    return _lp_pool((max_pool1d, avg_pool1d), "lp_pool1d", input, norm_type, kernel_size, stride, ceil_mode)


@composed
def lp_pool2d(
    input: Tensor, norm_type: float, kernel_size: Size, stride: Size | None = None, ceil_mode: bool = False
) -> Tensor:
    """(Σ x^p)^(1/p) of each window of (N, C, H, W): see `nn.LPPool2d`.

    >>> F.lp_pool2d(torch.ones(1, 2, 2), 2, 2)
    tensor([[[2.]]])
    """
    return _lp_pool((max_pool2d, avg_pool2d), "lp_pool2d", input, norm_type, kernel_size, stride, ceil_mode)


@composed
def lp_pool3d(
    input: Tensor, norm_type: float, kernel_size: Size, stride: Size | None = None, ceil_mode: bool = False
) -> Tensor:
    """(Σ x^p)^(1/p) of each window of (N, C, D, H, W): see `nn.LPPool3d`.

    >>> F.lp_pool3d(torch.ones(1, 1, 2, 2, 2), 3, 2)
    tensor([[[[[2.]]]]])
    """
    return _lp_pool((max_pool3d, avg_pool3d), "lp_pool3d", input, norm_type, kernel_size, stride, ceil_mode)
