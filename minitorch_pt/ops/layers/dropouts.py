"""Dropout: of elements, of whole channels, and the kind that keeps mean and variance (alpha dropout)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ...arrays import layouts
from ...autograd.contract import composed
from ...autograd.inplace import inplace
from ...autograd.rule import array, differentiable
from ...stream import generator
from ..elementwise.activations import SELU_ALPHA, SELU_SCALE
from ..halves import is_half

if TYPE_CHECKING:
    from ...autograd.contract import Array, Pulled, Tensor


__all__ = [
    "alpha_dropout", "alpha_dropout_", "dropout", "dropout_", "feature_alpha_dropout", "feature_alpha_dropout_", "feature_dropout",
    "feature_dropout_",
]  # fmt: skip


@differentiable(linear=True, name="MulBackward0")
def _scale(input: Array, noise: Array) -> Pulled:
    return input * noise, lambda g: g * noise, None


_scale_ = inplace(_scale)


def dropout_noise(input: Array, p: float) -> Array:
    """0 with probability p, else 1 / (1 - p), drawn for each element of `input` as torch draws it."""
    x = array(input)
    if x.dtype.kind != "f":
        raise RuntimeError(
            f"result type Float can't be cast to the desired output type torch.{x.dtype.name}: dropout needs a "
            "floating point tensor; convert it with .float()"
        )
    if p == 1:
        return np.zeros(x.shape, x.dtype)
    scale = x.dtype.type(1 / (np.float32(1 - p) if is_half(x) else x.dtype.type(1 - p)))
    if x.flags.c_contiguous:
        return generator.default_generator.keep_mask(x.shape, 1 - p) * scale
    noise = layouts.empty_like(x)  # torch draws in the order of memory
    walk = layouts.walk(noise)
    walk[...] = generator.default_generator.keep_mask(walk.shape, 1 - p) * scale
    return noise


def _idle(input: Array, p: float, train: bool) -> bool:
    """Whether dropout changes nothing."""
    if not 0 <= p <= 1:
        raise RuntimeError(f"dropout probability has to be between 0 and 1, but got {p}")
    return not train or p == 0 or not math.prod(input.shape)


@composed
def dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """In training, zero each element with probability p and scale the others by 1 / (1 - p).

    Otherwise, the result is the input itself.

    The random stream is torch's: after the same `manual_seed` the same elements drop.

    Raises:
        RuntimeError: p is not between 0 and 1, or the input is not floating point.

    Source: Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html

    >>> _ = torch.manual_seed(0)
    >>> torch.dropout(torch.ones(6), p=0.5, train=True)
    tensor([0., 0., 2., 0., 0., 0.])
    >>> torch.dropout(torch.ones(6), p=0.5, train=False)
    tensor([1., 1., 1., 1., 1., 1.])
    """
    return input if _idle(input, p, train) else _scale.rule(input, dropout_noise(input, p))


@composed
def dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """In-place form of `dropout`.

    >>> _ = torch.manual_seed(0)
    >>> x = torch.ones(6)
    >>> torch.dropout_(x, p=0.5, train=True)
    tensor([0., 0., 2., 0., 0., 0.])
    """
    return input if _idle(input, p, train) else _scale_(input, dropout_noise(input, p))


_LOWEST = SELU_ALPHA * SELU_SCALE  # selu(-inf) is the negative of this


@differentiable(linear=True, name="AddBackward0", saves="noise")
def _scale_shift(input: Array, noise: Array, shift: Array) -> Pulled:
    return input * noise + shift, lambda g: g * noise


_scale_shift_ = inplace(_scale_shift)


def _each_channel(input: Array) -> np.ndarray:
    """What there is one random number a channel for: (N, C, 1, ...)."""
    if input.ndim < 2:
        raise RuntimeError(
            f"Feature dropout requires at least 2 dimensions in the input: (N, C, ...), but got {list(input.shape)}"
        )
    return np.empty((*input.shape[:2], *(1,) * (input.ndim - 2)), array(input).dtype)


def _alpha(input: Array, drawn: Array, p: float, change: bool) -> Array:
    """Dropped elements become selu(-inf), and all are scaled and shifted so that mean 0 and variance 1 stay."""
    noise = dropout_noise(drawn, p)
    if p == 1:
        return (_scale_ if change else _scale.rule)(input, noise)
    kept = (noise != 0).astype(noise.dtype)
    scale = 1 / math.sqrt((_LOWEST**2 * p + 1) * (1 - p))
    shift = (kept - 1) * (_LOWEST * scale) + _LOWEST * scale * p
    return (_scale_shift_ if change else _scale_shift.rule)(input, kept * scale, shift)


@composed
def alpha_dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """Dropout for selu networks: dropped elements become selu(-inf) = -1.758, then all are scaled and shifted to keep mean and variance.

    Source: Klambauer et al. 2017, arXiv:1706.02515.

    >>> _ = torch.manual_seed(0)
    >>> torch.alpha_dropout(torch.ones(4), p=0.5, train=True)  # dropped ones are not 0
    tensor([-0.7792, -0.7792,  1.6656, -0.7792])
    """
    return input if _idle(input, p, train) else _alpha(input, array(input), p, False)


@composed
def alpha_dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """In-place form of `alpha_dropout`.

    >>> x = torch.ones(2)
    >>> torch.alpha_dropout_(x, p=0.5, train=False)
    tensor([1., 1.])
    """
    return input if _idle(input, p, train) else _alpha(input, array(input), p, True)


@composed
def feature_dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """Zero whole channels with probability p and scale the others by 1 / (1 - p).

    Shapes: (N, C, *); each of the N C channels is kept or dropped by itself.

    Source: Tompson et al. 2015, arXiv:1411.4280.

    >>> _ = torch.manual_seed(0)
    >>> torch.feature_dropout(torch.ones(1, 3, 2), p=0.5, train=True)  # whole channels
    tensor([[[0., 0.],
             [0., 0.],
             [2., 2.]]])
    """
    return input if _idle(input, p, train) else _scale.rule(input, dropout_noise(_each_channel(input), p))


@composed
def feature_dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """In-place form of `feature_dropout`.

    >>> _ = torch.manual_seed(0)
    >>> x = torch.ones(1, 3, 2)
    >>> torch.feature_dropout_(x, p=0.5, train=True)
    tensor([[[0., 0.],
             [0., 0.],
             [2., 2.]]])
    """
    return input if _idle(input, p, train) else _scale_(input, dropout_noise(_each_channel(input), p))


@composed
def feature_alpha_dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """`alpha_dropout` of whole channels.

    >>> _ = torch.manual_seed(0)
    >>> torch.feature_alpha_dropout(torch.ones(1, 2, 3), p=0.5, train=True)
    tensor([[[-0.7792, -0.7792, -0.7792],
             [-0.7792, -0.7792, -0.7792]]])
    """
    return input if _idle(input, p, train) else _alpha(input, _each_channel(input), p, False)


@composed
def feature_alpha_dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """In-place form of `feature_alpha_dropout`.

    >>> x = torch.ones(1, 2)
    >>> torch.feature_alpha_dropout_(x, p=0.5, train=False)
    tensor([[1., 1.]])
    """
    return input if _idle(input, p, train) else _alpha(input, _each_channel(input), p, True)
