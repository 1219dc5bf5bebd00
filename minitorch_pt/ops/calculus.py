"""Calculus on samples: differences, slopes and areas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.contract import composed
from ..autograd.rule import array, named
from ..names.titles import alias
from .axes import from_front, reduced_axes
from .elementwise.arithmetic import sub
from .elementwise.comparison import ne
from .joins import cat
from .reductions import sum
from .shape import clone
from .slicing import select
from .totals import cumsum

if TYPE_CHECKING:
    from ..autograd.contract import Array, CastOut, Dim, Dims, Number, Scale, Tensor, Tensors


__all__ = ["cumulative_trapezoid", "diff", "gradient", "trapezoid", "trapz"]


def _ends(input: Array, axis: int) -> tuple[Array, Array]:
    """All but the first, and all but the last along an axis."""
    head = (slice(None),) * axis
    return input[(*head, slice(1, None))], input[(*head, slice(None, -1))]


@composed
def diff(
    input: Tensor,
    n: int = 1,
    dim: Dim = -1,
    prepend: Tensor | None = None,
    append: Tensor | None = None,
    *,
    out: CastOut | None = None,
) -> Tensor:
    """The differences of neighbours along an axis, n times, between `prepend` and `append` if given.

    Raises:
        RuntimeError: a number instead of a vector, or n negative. IndexError: no such axis.

    >>> torch.diff(torch.tensor([1, 4, 9, 16]))
    tensor([3, 5, 7])
    """
    if input.ndim == 0:
        raise RuntimeError("diff expects input to be at least one-dimensional, and got a number")
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}")
    for end in (prepend, append):
        if end is not None and end.ndim != input.ndim:
            raise RuntimeError(
                f"diff expects prepend or append to be the same dimension as input, and they have {end.ndim} and {input.ndim} axes"
            )
    parts = [x for x in (prepend, input, append) if x is not None]
    if n == 0 and len(parts) == 1:
        return clone(input)
    axis = from_front(dim, input.ndim)
    for x in parts:
        for d, (k, m) in enumerate(zip(x.shape, input.shape, strict=True)):
            if k != m and d != axis:
                raise RuntimeError(
                    "diff expects the shape of tensor to prepend or append to match that of input except along the differencing dimension; "
                    f"input.size({d}) = {m}, but got tensor.size({d}) = {k}"
                )
    if n == 0:
        return clone(input)
    result = cat(parts, axis) if len(parts) > 1 else input
    minus = ne if array(result).dtype == bool else sub
    for _ in range(min(n, result.shape[axis])):
        result = minus(*_ends(result, axis))
    return result


def _areas(name: str, y: Array, x: Array, dx: float | None, dim: int) -> Array:
    """Twice the area between neighbours along an axis."""
    if x is not None and dx is not None:
        raise TypeError(
            f"{name}() received an invalid combination of arguments: it takes the places x or their distance dx, and got both"
        )
    for given in (y, x):
        if given is not None and array(given).dtype == bool:
            raise RuntimeError(f"{name}: received a bool input, but bool is not supported; convert with .float()")
    axis = from_front(dim, y.ndim)
    if x is None:
        after, before = _ends(y, axis)
        return (after + before) * (1 if dx is None else dx)
    if x.ndim == 1:
        if x.shape[0] != y.shape[axis]:
            raise RuntimeError(
                f"{name}: There must be one `x` value for each sample point: x has shape {list(x.shape)} and y {list(y.shape)}"
            )
        x = x.reshape((-1,) + (1,) * (y.ndim - axis - 1))
    elif x.ndim < y.ndim:
        x = x.reshape((1,) * (y.ndim - x.ndim) + tuple(x.shape))
    right, left = _ends(x, axis - y.ndim if x.ndim < y.ndim else axis)
    after, before = _ends(y, axis)
    return (right - left) * (after + before)


@composed
def trapezoid(y: Tensor, x: Tensor | None = None, *, dx: Number | None = None, dim: Dim = -1) -> Tensor:
    """The area under the points y by the trapezoid rule, at the places x or `dx` (1) apart.

    Raises:
        TypeError: x and dx. IndexError: no such axis. RuntimeError: x is not as long as y, or bool.

    >>> torch.trapezoid(torch.tensor([1.0, 3.0, 5.0]))
    tensor(6.)
    """
    axis = from_front(dim, y.ndim)
    # of no points there is no area, wherever they are
    areas = _areas("trapezoid", y, x if y.shape[axis] else None, dx, dim)
    if x is None and array(y).dtype.kind != "f" and y.shape[axis]:
        # of whole numbers torch adds all at once, in int64, but for the ends
        return (sum(y, axis) - (select(y, axis, 0) + select(y, axis, -1)) * 0.5) * (1 if dx is None else dx)
    return named(sum(areas, axis) / 2, "MulBackward1" if x is None else "DivBackward1")


trapz = alias(trapezoid, "trapz")


@composed
def cumulative_trapezoid(y: Tensor, x: Tensor | None = None, *, dx: Number | None = None, dim: Dim = -1) -> Tensor:
    """The areas of `trapezoid` up to each point but the first.

    Raises:
        TypeError: x and dx. IndexError: no such axis. RuntimeError: x is not as long as y, or bool.

    >>> torch.cumulative_trapezoid(torch.tensor([1.0, 3.0, 5.0]))
    tensor([2., 6.])
    """
    areas = _areas("cumulative_trapezoid", y, x, dx, dim)
    return named(cumsum(areas, from_front(dim, y.ndim)) / 2, "CumsumBackward0" if x is None else "DivBackward1")


# ---------------------------------------------------------------------------------------------------------------------
# Slopes
# ---------------------------------------------------------------------------------------------------------------------
def _slope(f: Array, step: Array | float, edge_order: int) -> list:
    """The slopes of f along its last axis, at places `step` apart, a number or the distances of neighbours: at the first place, inside,
    and at the last.

    Inside it is that of the parabola through three neighbours: the secants on both sides, each weighed with the other's distance.
    At equal distances it does not depend on the one in the middle, which then may be infinite.
    """
    secants = (f[..., 1:] - f[..., :-1]) / step
    left, right = secants[..., :-1], secants[..., 1:]
    if isinstance(step, (int, float)):
        inner = (f[..., 2:] - f[..., :-2]) / (2 * step)
    else:
        before, after = step[:-1], step[1:]
        inner = (left * after + right * before) / (before + after)
    first, last = secants[..., :1], secants[..., -1:]
    if edge_order == 2:  # the same parabola at its ends
        ends: Any = (0.5, 0.5)
        if not isinstance(step, (int, float)):
            ends = before[0] / (before[0] + after[0]), after[-1] / (before[-1] + after[-1])
        first = first + (left[..., :1] - right[..., :1]) * ends[0]
        last = last + (right[..., -1:] - left[..., -1:]) * ends[1]
    return [first, inner, last]


@composed
def gradient(
    input: Tensor, *, spacing: Tensors | Scale | None = 1, dim: Dims | None = None, edge_order: int = 1
) -> tuple:
    """The slopes along each axis, or those in `dim`, of samples of a function: a tensor for each.

    spacing: the distance of neighbours, a number for all axes or one for each; or for each axis a vector of places.
    edge_order: 1 takes the secant at the ends, 2 a parabola through three points.

    Raises:
        RuntimeError: too few points (edge_order + 1), another edge_order, not a spacing for each axis, or uint8, which has no
            negative slopes. IndexError: no such axis.

    >>> torch.gradient(torch.tensor([0.0, 1.0, 4.0, 9.0]))
    (tensor([1., 2., 4., 5.]),)
    """
    if array(input).dtype == np.uint8:
        raise RuntimeError("torch.gradient does not support uint8 input; convert with .float()")
    if not input.ndim and dim not in (None, ()):
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    axes = reduced_axes(dim, input.ndim)
    if axes is None:  # all, but no axis if none is named
        axes = tuple(range(input.ndim)) if dim is None else ()
    steps = list(spacing) if isinstance(spacing, (list, tuple)) else [1 if spacing is None else spacing] * len(axes)
    if edge_order not in (1, 2):
        raise RuntimeError(f"torch.gradient only supports edge_order=1 and edge_order=2, got {edge_order}")
    if len(steps) != len(axes):
        raise RuntimeError(
            f"torch.gradient expected spacing to be unspecified, a scalar or a list of {len(axes)}, one for each dimension, but got {len(steps)}"
        )
    slopes = []
    for axis, step in zip(axes, steps, strict=True):
        if input.shape[axis] < edge_order + 1:
            raise RuntimeError(
                f"torch.gradient expected each dimension size to be at least edge_order+1, {edge_order + 1}, but got {input.shape[axis]} in dimension {axis}"
            )
        if not isinstance(step, (int, float)):
            if step.ndim != 1 or step.shape[0] != input.shape[axis]:
                raise RuntimeError(
                    f"torch.gradient expected each element of spacing to have one coordinate for each of the {input.shape[axis]} elements of dimension {axis}, but got shape {list(step.shape)}"
                )
            step = diff(step)
        parts = _slope(input.movedim(axis, -1), step, edge_order)
        slopes.append(cat([part.movedim(-1, axis) for part in parts], axis))
    return tuple(slopes)
