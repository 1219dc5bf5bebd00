"""Dropout of whole channels, and dropout that keeps mean and variance (alpha dropout). Plain dropout is in activations.py."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ...autograd.contract import composed
from ...autograd.inplace import inplace
from ...autograd.rule import array, differentiable
from ..elementwise.activations import _ALPHA as _SELU_ALPHA, _SCALE as _SELU_SCALE, _idle, _noise, _scale, _scale_

if TYPE_CHECKING:
    from ...autograd.contract import Tensor


__all__ = [
    "alpha_dropout", "alpha_dropout_", "feature_alpha_dropout", "feature_alpha_dropout_", "feature_dropout",
    "feature_dropout_",
]  # fmt: skip

_LOWEST = _SELU_ALPHA * _SELU_SCALE  # selu(-inf) is the negative of this


@differentiable(linear=True, name="AddBackward0", saves="noise")
def _scale_shift(input: Any, noise: Any, shift: Any) -> Any:
    return input * noise + shift, lambda g: g * noise


_scale_shift_ = inplace(_scale_shift)


def _each_channel(input: Any) -> np.ndarray:
    """What there is one random number a channel for: (N, C, 1, ...)."""
    if input.ndim < 2:
        raise RuntimeError(f"Feature dropout requires at least 2 dimensions in the input: (N, C, ...), but got {list(input.shape)}")  # fmt: skip
    return np.empty((*input.shape[:2], *(1,) * (input.ndim - 2)), array(input).dtype)


def _alpha(input: Any, drawn: Any, p: float, change: bool) -> Any:
    """Dropped elements become selu(-inf), and all are scaled and shifted so that mean 0 and variance 1 stay."""
    noise = _noise(drawn, p)
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
    """
    return input if _idle(input, p, train) else _alpha(input, array(input), p, False)


@composed
def alpha_dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """In-place form of `alpha_dropout`."""
    return input if _idle(input, p, train) else _alpha(input, array(input), p, True)


@composed
def feature_dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """Zero whole channels with probability p and scale the others by 1 / (1 - p).

    Shapes: (N, C, *); each of the N C channels is kept or dropped by itself.

    Source: Tompson et al. 2015, arXiv:1411.4280.
    """
    return input if _idle(input, p, train) else _scale.rule(input, _noise(_each_channel(input), p))


@composed
def feature_dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """In-place form of `feature_dropout`."""
    return input if _idle(input, p, train) else _scale_(input, _noise(_each_channel(input), p))


@composed
def feature_alpha_dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """`alpha_dropout` of whole channels."""
    return input if _idle(input, p, train) else _alpha(input, _each_channel(input), p, False)


@composed
def feature_alpha_dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """In-place form of `feature_alpha_dropout`."""
    return input if _idle(input, p, train) else _alpha(input, _each_channel(input), p, True)
