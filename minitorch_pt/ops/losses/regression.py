"""Losses of numbers: how far a prediction is from its target."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...arrays import dtypes
from ...autograd.contract import composed
from ...autograd.rule import array, differentiable
from ..checks import check_floating
from ..picking import pick
from .common import (
    MEAN,
    NONE,
    both_operands,
    check_weight,
    reduced,
    reduced_and_share,
    reduced_half,
    reduction_code,
)

if TYPE_CHECKING:
    from ...autograd.contract import Array, Flag, Pulled, Tensor


@differentiable(promote=("type", 2), saves="input target")
def _mse_loss(input: Array, target: Array, code: int) -> Pulled:
    if check_floating("mse_loss", input):
        return reduced_half(_mse_loss, input, target, code)
    d = input - target
    value, share = reduced_and_share(d * d, code)
    twice = 2 * share
    return value, lambda g: d * (g * twice), lambda g: d * (g * -twice)


@composed
def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: Flag | None = None,
    reduce: Flag | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """Mean squared error: (x - t)². With `weight`: the weighted mean Σ w (x - t)² / Σ w.

    Shapes: input, target and weight alike; () unless reduction="none".

    Raises:
        ValueError: unknown reduction, or `weight` has another shape than `input`.

    >>> torch.nn.functional.mse_loss(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0]))
    tensor(2.)
    """
    input, target = both_operands(input, target)
    code = reduction_code(reduction, size_average, reduce)
    if weight is None:
        return _mse_loss(input, target, code)
    check_weight(input, weight)
    return _weighted((input - target) ** 2, weight, code)


def _weighted(loss: Array, weight: Array, code: int) -> Array:
    return (loss * weight).sum() / weight.sum() if code == MEAN else reduced(loss * weight, code)


@composed
def l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: Flag | None = None,
    reduce: Flag | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """Mean absolute error: |x - t|. With `weight`: the weighted mean Σ w |x - t| / Σ w.

    Raises:
        ValueError: unknown reduction, or `weight` has another shape than `input`.

    >>> F.l1_loss(torch.tensor([1.0, 2.0]), torch.tensor([2.0, 5.0]))
    tensor(2.)
    """
    input, target = both_operands(input, target)
    code = reduction_code(reduction, size_average, reduce)
    loss = abs(input - target)
    if weight is None:
        return reduced(loss, code)
    check_weight(input, weight)
    return _weighted(loss, weight, code)


def _cut(d: Array, limit: float) -> Array:
    """c = d cut off at ±limit, so that c (d - c/2) is d²/2 near 0 and limit (|d| - limit/2) far from it."""
    if type(d) is np.ndarray:
        return np.clip(d, -limit, limit)
    x = array(d)
    return pick(abs(x) < limit, d, np.sign(x) * limit)


@differentiable(promote=("type", 2), saves="input target")
def _huber_loss(input: Array, target: Array, code: int, delta: float) -> Pulled:
    if check_floating("huber_loss", input):
        return reduced_half(_huber_loss, input, target, code, delta)
    d = input - target
    c = _cut(d, delta)
    value, share = reduced_and_share(c * (d - 0.5 * c), code)
    return value, lambda g: c * (g * share), lambda g: c * (g * -share)


@differentiable(promote=("type", 2), name="SmoothL1LossBackward0", saves="input target")
def _smooth_l1_loss(input: Array, target: Array, code: int, beta: float) -> Pulled:
    if check_floating("smooth_l1_loss", input):
        return reduced_half(_smooth_l1_loss, input, target, code, beta)
    d = input - target
    c = _cut(d, beta)
    value, share = reduced_and_share(c * (d - 0.5 * c) / beta, code)
    share = share / beta
    return value, lambda g: c * (g * share), lambda g: c * (g * -share)


@composed
def smooth_l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: Flag | None = None,
    reduce: Flag | None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Tensor:
    """(x - t)² / (2 beta) where |x - t| < beta, |x - t| - beta/2 elsewhere: outliers pull no harder than by 1.

    Raises:
        ValueError: unknown reduction.
        RuntimeError: beta is negative.

    Source: Girshick 2015, arXiv:1504.08083.

    >>> F.smooth_l1_loss(torch.tensor([0.5, 3.0]), torch.tensor([0.0, 0.0]), reduction="none")
    tensor([0.1250, 2.5000])
    """
    input, target = both_operands(input, target)
    code = reduction_code(reduction, size_average, reduce)
    if not beta >= 0:
        raise RuntimeError(f"smooth_l1_loss does not support negative values for beta, got {beta}")
    if beta == 0:
        return reduced(abs(input - target), code)
    return _smooth_l1_loss(input, target, code, beta)


@composed
def huber_loss(
    input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0, weight: Tensor | None = None
) -> Tensor:
    """(x - t)² / 2 where |x - t| < delta, delta (|x - t| - delta/2) elsewhere.

    weight: multiplies each element's loss.

    Raises:
        ValueError: unknown reduction, or `weight` has another shape than `input`.
        RuntimeError: delta is not positive.

    >>> F.huber_loss(torch.tensor([0.5, 3.0]), torch.tensor([0.0, 0.0]), reduction="none")
    tensor([0.1250, 2.5000])
    """
    input, target = both_operands(input, target)
    if not delta > 0:
        raise RuntimeError(f"huber_loss does not support non-positive values for delta, got {delta}")
    code = reduction_code(reduction)
    if not dtypes.castable(target._data.dtype, input._data.dtype):
        raise RuntimeError(
            f"huber_loss(): a target of {target.dtype} does not fit an input of {input.dtype}, the result's type; convert with .to()"
        )
    if weight is None:
        return _huber_loss(input, target, code, delta).to(input.dtype)
    check_weight(input, weight)
    return reduced(_huber_loss(input, target, NONE, delta).to(input.dtype) * weight, code)
