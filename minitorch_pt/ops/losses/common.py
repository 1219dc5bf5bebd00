"""What losses share: how one is reduced to a number, and what does not fit together.

Every loss takes reduction="mean", "sum" or "none" (one loss for each element). In the formulas x is the prediction, t
the target. size_average and reduce are what torch had before `reduction`; if one is given, they count in its place.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ...arrays.notices import warn
from ...arrays.sums import add, summed
from ...autograd.rule import array
from ..broadcasting import broadcast_tensors
from ..halves import HALF, in_single

if TYPE_CHECKING:
    from ...autograd.contract import Array, Flag, Tensor


NONE, MEAN, SUM = 0, 1, 2
_REDUCTIONS = {"none": NONE, "mean": MEAN, "sum": SUM}


def legacy_reduction(size_average: Flag | None, reduce: Flag | None, reduction: str) -> str:
    """`reduction`, or what the two arguments say that torch had before it, if one of them is given."""
    if size_average is None and reduce is None:
        return reduction
    try:
        mean, whole = (flag is None or bool(flag) for flag in (size_average, reduce))
    except RuntimeError as error:  # nn.MSELoss(input, target)
        raise RuntimeError(
            f"{error}: a loss takes options here, and was given tensors; make the loss first, then call it: nn.MSELoss()(input, target)"
        ) from None
    reduction = ("mean" if mean else "sum") if whole else "none"
    warn(f"size_average and reduce args will be deprecated, please use reduction='{reduction}' instead.")
    return reduction


def other_size(input: Array, target: Array) -> str:
    """What to do where the input or the target alone has an axis of one output."""
    for name, one, other in (("input", input, target), ("target", target, input)):
        if one.shape[-1:] == (1,) and one.shape[:-1] == other.shape:
            return f" {name}.squeeze(-1) takes the axis of one output away."
    return ""


def reduction_code(reduction: str, size_average: Flag | None = None, reduce: Flag | None = None) -> int:
    """`reduction` as a number: NONE, MEAN or SUM.

    Raises:
        ValueError: it is none of torch's names.
    """
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce, reduction)
    if reduction == "elementwise_mean":
        warn("reduction='elementwise_mean' is deprecated. Please use reduction='mean' instead.")
        return MEAN
    if reduction not in _REDUCTIONS:
        raise ValueError(f"{reduction} is not a valid value for reduction; give 'none', 'mean' or 'sum'")
    return _REDUCTIONS[reduction]


def reduced_and_share(loss: Array, code: int) -> tuple[Array, float]:
    """The reduced loss, and the share that each element has in it."""
    if code == NONE:
        return loss, 1.0
    if loss.dtype is HALF:  # whose sum may be too large where the mean is not
        value, share = averaged(add(loss, None, np.float32), math.prod(loss.shape), code)
        return HALF.type(value), share
    return averaged(summed(loss), math.prod(loss.shape), code)


def reduced_half(operation: Callable, input: Array, target: Array, code: int, *options: object) -> tuple:
    """`operation` of float16: each element in float32, rounded, and then the reduction, as in torch."""
    loss, *pulls = in_single(operation, input, target, NONE, *options)
    value, share = reduced_and_share(loss, code)
    return (value, *(lambda g, pull=pull: pull(g * share) for pull in pulls))


def averaged(total: Array, count: int, code: int) -> tuple[Array, float]:
    """The total, or its mean over `count` elements, and the share that each has in it."""
    return (total, 1.0) if code == SUM else (total / count, 1 / max(count, 1))


def reduced(loss: Array, code: int) -> Array:
    """The reduced loss, composed of operations."""
    return loss if code == NONE else loss.sum() if code == SUM else loss.mean()


def both_operands(input: Array, target: Array) -> tuple[Tensor, Tensor]:
    """Both operands. Of two shapes, with a warning; and if one has no axes in that of the other: it counts in the type of the result."""
    if array(input).shape == array(target).shape:
        return input, target
    warn(
        f"Using a target size ({target.shape}) that is different to the input size ({input.shape}). "
        "This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size."
    )
    return broadcast_tensors(input, target) if 0 in (input.ndim, target.ndim) else (input, target)


def check_weight(input: Array, weight: Array) -> None:
    """Raise ValueError unless the weight has the shape of the input."""
    if weight.shape != input.shape:
        raise ValueError(f"Weights and input must have the same size, got {list(weight.shape)} and {list(input.shape)}")


def fitting(input: Array, *others: Array) -> None:
    """Raise if one of the others would broadcast `input`, whose shape is that of the loss."""
    for other in others:
        if other is None or other.shape == input.shape:
            continue
        sizes = zip(input.shape[::-1], other.shape[::-1], strict=False)
        if other.ndim > input.ndim or any(n == 1 != size for n, size in sizes):
            raise RuntimeError(
                f"output with shape {list(input.shape)} doesn't match the broadcast shape of {list(other.shape)}: the loss has the input's shape"
            )
