"""Distances: how far apart vectors are, one by one or each from each, and how much they point the same way."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ..arrays import dtypes
from ..arrays.sums import plain_add, summed
from ..autograd.contract import composed
from ..autograd.rule import array, differentiable, same
from .broadcasting import broadcast_shapes, broadcast_tensors
from .elementwise.arithmetic import no_bool_minus, sub
from .indexing import look_up, written_at
from .norms import vector_norm
from .reductions import sum

if TYPE_CHECKING:
    from ..autograd.contract import Array, Dim, Number, Pulled, Tensor


__all__ = ["cdist", "cosine_similarity", "dist", "pairwise_distance", "pdist"]

_MODES = ("use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist")

_norm_along = differentiable(vector_norm.__wrapped__, name="NormBackward1", saves="x result")


# ---------------------------------------------------------------------------------------------------------------------
# One by one
# ---------------------------------------------------------------------------------------------------------------------
@differentiable(promote=("type", 2), joint=True, name="DistBackward0", saves="input other result", check=no_bool_minus)
def dist(input: Tensor, other: Tensor, p: Number = 2) -> Pulled:
    """The p-norm of input - other: (Σ |input - other|^p)^(1/p), over all elements.

    Raises:
        RuntimeError: whole numbers, shapes that do not broadcast, or the inf norm of nothing.

    >>> torch.dist(torch.tensor([3.0, 0.0]), torch.tensor([0.0, 4.0]))
    tensor(5.)
    """
    value, pull = vector_norm.__wrapped__(sub.rule(input, other), p)

    def both(g: Array) -> tuple:
        flow = pull(g)
        return flow, -flow

    return value, both


@composed
def pairwise_distance(x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> Tensor:
    """The p-norm of x1 - x2 + eps along the last axis: see `nn.PairwiseDistance`.

    >>> torch.pairwise_distance(torch.tensor([[0.0, 0.0]]), torch.tensor([[3.0, 4.0]]))
    tensor([5.0000])
    """
    return _norm_along(x1 - x2 + float(eps), p, -1, keepdim)


@differentiable(linear=True, name="CloneBackward0")
def at_least(input: Array, floor: float) -> Pulled:
    """`input`, but not below a number; its gradient passes everywhere, as torch's does."""
    return np.maximum(input, input.dtype.type(floor)), same


@composed
def cosine_similarity(x1: Tensor, x2: Tensor, dim: Dim = 1, eps: float = 1e-8) -> Tensor:
    """x1·x2 / (max(‖x1‖, eps) max(‖x2‖, eps)) along an axis: the cosine of the angle, 1 for the same direction, -1 for opposite ones.

    Raises:
        RuntimeError: whole numbers, shapes that do not broadcast, or eps < 0. IndexError: no such axis.

    >>> torch.cosine_similarity(torch.tensor([1.0, 1.0]), torch.tensor([1.0, 0.0]), dim=0)
    tensor(0.7071)
    """
    common = dtypes.of(dtypes.result_type_of([array(x1), array(x2)]))
    if not common.is_floating_point:
        raise RuntimeError(
            f"cosine_similarity(): expected common dtype to be floating point, yet common dtype is {common}; convert with .float()"
        )
    if not eps >= 0:
        raise RuntimeError(f"cosine_similarity(): eps must be non-negative, got: {eps}")
    x1, x2 = broadcast_tensors(x1, x2)
    common = dtypes.promote_types(x1.dtype, x2.dtype)  # with axes, now
    x1, x2 = x1.to(common), x2.to(common)
    first, second = (x / at_least(vector_norm(x, 2, dim, True), eps) for x in (x1, x2))
    return sum(first * second, dim)


# ---------------------------------------------------------------------------------------------------------------------
# Each from each
# ---------------------------------------------------------------------------------------------------------------------
def _lengths(difference: Array, p: float) -> tuple[np.ndarray, Callable]:
    """The p-norms along the last axis, and their gradient. If several elements are the largest, torch gives each the whole
    gradient of the inf-norm here, where `vector_norm` gives each its share.
    """
    sizes = np.abs(array(difference))
    if p == 0:  # where nan stays nan; a norm counts it, and has no gradient in place of zeros
        value = plain_add(np.minimum(np.ceil(sizes), 1), axis=-1)
        return value, lambda g: np.zeros(sizes.shape, sizes.dtype)
    if not math.isinf(p):
        value, pull = vector_norm.__wrapped__(difference, p, -1)
        return value, pull if p != 1 else lambda g: np.expand_dims(g, -1) * np.sign(difference)
    largest = sizes.max(-1, initial=0)
    # 1 where an element is the largest, else 0, and nan where that is nan
    found = 1 - np.minimum(np.ceil(np.expand_dims(largest, -1) - sizes), 1)
    return largest, lambda g: np.expand_dims(g, -1) * found * np.sign(difference)


@differentiable(joint=True, name="CdistBackward0", saves="x1 x2 result")
def _cdist(x1: Array, x2: Array, p: float) -> Pulled:
    value, pull = _lengths(np.expand_dims(x1, -2) - np.expand_dims(x2, -3), p)

    def both(g: Array) -> tuple:
        flow = pull(g)
        return summed(flow, -2), -summed(flow, -3)

    return value, both


@differentiable(joint=True, name="ViewBackward0", saves="x1 x2 result")
def _euclidean(x1: Array, x2: Array) -> Pulled:
    """‖a - b‖² = ‖a‖² + ‖b‖² - 2 a·b: one matrix product in place of all differences. Not precise for points that almost coincide."""
    a, b = array(x1), array(x2)
    squares = (
        np.expand_dims((a * a).sum(-1), -1) + np.expand_dims((b * b).sum(-1), -2) - 2 * (a @ np.swapaxes(b, -1, -2))
    )
    value = np.sqrt(np.maximum(squares, 0))
    zero, plain = value == 0, isinstance(x1, np.ndarray)

    def both(g: Array) -> tuple:
        length = value if plain else _euclidean(x1, x2)
        ratio = np.where(zero, 0.0, g / np.where(zero, 1.0, length))
        return (
            x1 * np.expand_dims(ratio.sum(-1), -1) - ratio @ x2,
            x2 * np.expand_dims(ratio.sum(-2), -1) - np.swapaxes(ratio, -1, -2) @ x1,
        )

    return value, both


def _check_points(name: str, p: float, *points: Array) -> None:
    for x in points:
        if array(x).dtype.kind != "f":
            raise RuntimeError(
                f"{name} only supports floating-point dtypes, and got {array(x).dtype.name}; convert with .float()"
            )
    if not isinstance(p, (int, float)):
        raise TypeError(f"{name}(): argument 'p' must be a number, not {type(p).__name__}")
    if not p >= 0:
        raise RuntimeError(f"{name} only supports non-negative p values, and got p={p}")


@composed
def cdist(x1: Tensor, x2: Tensor, p: float = 2.0, compute_mode: str | None = _MODES[0]) -> Tensor:
    """The p-norm distance of each row of x1 from each row of x2; p from 0 (how many elements differ) to inf (the largest difference).

    compute_mode: whether Euclidean distances (p = 2) are computed by a matrix product, which is fast for many points, and not precise
    for two that almost coincide. By default so for more than 25 points.

    Shapes: (*, P, M), (*, R, M) -> (*, P, R).

    Raises:
        ValueError: no such mode.
        RuntimeError: shapes that do not fit, not floating point, or p < 0.

    >>> torch.cdist(torch.tensor([[0.0, 0.0], [3.0, 0.0]]), torch.tensor([[0.0, 4.0]]))
    tensor([[4.],
            [5.]])
    """
    if compute_mode not in _MODES:
        raise ValueError(f"{compute_mode} is not a valid value for compute_mode: it must be one of {', '.join(_MODES)}")
    _check_points("cdist", p, x1, x2)
    if x1.ndim < 2 or x2.ndim < 2:
        raise RuntimeError(f"cdist only supports at least 2D tensors, got: {list(x1.shape)} and {list(x2.shape)}")
    if x1.shape[-1] != x2.shape[-1]:
        raise RuntimeError(f"X1 and X2 must have the same number of columns. X1: {list(x1.shape)} X2: {list(x2.shape)}")
    if x1.dtype != x2.dtype:
        raise RuntimeError(
            f"cdist: expected both tensors to have the same dtype, but found {x1.dtype} and {x2.dtype}; convert one"
        )
    many = max(x1.shape[-2], x2.shape[-2]) > 25
    by_product = p == 2 and (compute_mode == _MODES[1] or (compute_mode == _MODES[0] and many))
    if by_product and 0 not in (*x1.shape, *x2.shape):
        batch = broadcast_shapes(tuple(x1.shape[:-2]), tuple(x2.shape[:-2]))
        x1, x2 = (x if x.shape[:-2] == batch else x.expand((*batch, *x.shape[-2:])).clone() for x in (x1, x2))
        return _euclidean(x1, x2)
    return _cdist(x1, x2, p)


@differentiable(name="PdistBackward0", saves="input result")
def _pdist(input: Array, p: float) -> Pulled:
    shape = input.shape
    first, second = ((rows,) for rows in np.triu_indices(shape[0], 1))
    value, pull = _lengths(look_up.rule(input, first) - look_up.rule(input, second), p)

    def pull_pairs(g: Array) -> Array:
        flow = pull(g)
        return written_at.rule(flow, first, shape) - written_at.rule(flow, second, shape)

    return value, pull_pairs


@composed
def pdist(input: Tensor, p: float = 2) -> Tensor:
    """The p-norm distance of each row from each later one: the part of `cdist(input, input)` above the diagonal, row by row.

    Shapes: (N, M) -> (N (N - 1) / 2).

    Raises:
        RuntimeError: not a matrix, not floating point, or p < 0.

    >>> torch.pdist(torch.tensor([[0.0, 0.0], [3.0, 4.0], [3.0, 0.0]]))
    tensor([5., 3., 4.])
    """
    if input.ndim != 2:
        raise RuntimeError(f"pdist only supports 2D tensors, got: {list(input.shape)}")
    _check_points("pdist", p, input)
    return _pdist(input, p)
