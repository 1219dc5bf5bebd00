"""Sampling of images at points between the pixels, and grids of such points."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ...arrays.dtypes import TITLES
from ...arrays.notices import warn
from ...arrays.places import flat_places
from ...arrays.sums import summed
from ...autograd.contract import composed
from ...autograd.rule import array, differentiable
from ..elementwise.arithmetic import subtract
from ..elementwise.choosing import where
from ..gathering import read_at, sum_into
from ..joins import stack
from ..saving import saving
from .resizing import cubic

if TYPE_CHECKING:
    from ...autograd.contract import Array, Pulled, Size, Tensor


def _sampling_taps(mode: str, t: Array) -> list[tuple[int, Array | float, Array | float]]:
    """(offset, weight, slope of the weight) of the places around a point that is t beyond place 0."""
    if mode == "nearest":
        return [(0, 1.0, 0.0)]
    if mode == "bilinear":
        return [(0, 1 - t, -1.0), (1, t, 1.0)]
    a = -0.75

    def near(x: Array) -> Array:
        return (3 * (a + 2) * x - 2 * (a + 3)) * x

    def far(x: Array) -> Array:
        return (3 * a * x - 10 * a) * x + 8 * a

    slopes = [far(t + 1), near(t), -near(1 - t), -far(2 - t)]
    return list(zip((-1, 0, 1, 2), cubic(t, a), slopes, strict=True))


def _slope(numbers: list[Array], factors: list[list[tuple]], axis: int) -> Array:
    """How the weighed sum of the corners' numbers changes along an axis; factors: for each axis (weight, slope) of its taps.

    Along that axis they are taken together first: its slopes make differences, in which what is large and alike falls away.
    """
    count = len(factors[0])

    def together(numbers: list, stride: int, weights: list) -> list:
        weights = [w if isinstance(w, float) else w[:, None] for w in weights]
        starts = [i for i in range(len(numbers)) if i // stride % count == 0]
        lines = [[w * x for w, x in zip(weights, numbers[i::stride], strict=False)] for i in starts]
        return [sum(line[1:], line[0]) for line in lines]

    numbers = together(numbers, count ** (len(factors) - 1 - axis), [slope for _, slope in factors[axis]])
    for taps in reversed(factors[:axis] + factors[axis + 1 :]):
        numbers = together(numbers, 1, [weight for weight, _ in taps])
    return numbers[0]


def _sample_name(input: Array, points: Array, mode: str, pad: Callable) -> str:
    return f"GridSampler{input.ndim - 2}DBackward0"


@differentiable(name=_sample_name)
def _sample(input: Array, points: Array, mode: str, pad: Callable) -> Pulled:
    """input (N, C, *sizes) at points (N, *out, axes), which count places along each axis: (N, C, *out). Outside there are zeros.

    pad: moves a tap along an axis to the place that it takes its value from.
    """
    sizes = input.shape[2:]
    shape = (*input.shape[:2], *points.shape[1:-1])
    flat = input.reshape((*input.shape[:2], math.prod(sizes)))
    ends = (len(input), math.prod(points.shape[1:-1]))
    floor = np.rint if mode == "nearest" else np.floor
    axes = []  # for each axis its taps: (place, whether inside, weight, slope)
    for d, n in enumerate(sizes):
        at = points[..., d].reshape(ends)
        first = floor(array(at))
        taps = []
        for offset, weight, slope in _sampling_taps(mode, at - first):
            place = pad(first + offset, d)
            inside = (place >= 0) & (place <= n - 1)
            taps.append((np.where(inside, place, 0).astype(np.int64), inside, weight, slope))
        axes.append(taps)
    corners = []  # (index into flat, whether inside, weights and slopes along the axes)
    for corner in itertools.product(*axes):
        index: Any = 0
        visible: Any = True
        for (place, within, _, _), n in zip(corner, sizes, strict=True):
            index, visible = index * n + place, visible & within
        everywhere = np.broadcast_to(index[:, None], (*flat.shape[:2], ends[1]))  # the same in each channel
        spots = everywhere, flat_places(everywhere, 2, flat.shape)
        corners.append((spots, visible, [tap[2:] for tap in corner]))

    def product(factors: list) -> Array:
        """The weight of a corner."""
        total: Any = np.ones(ends, array(points).dtype)
        for weight, _ in factors:
            total = total * weight
        return total

    def value(spots: tuple, inside: Array) -> Array:
        """The numbers of a corner: 0 outside, where the index only stands for one (inf there times a weight of 0 would be nan)."""
        index, places = spots
        return np.where(inside[:, None], read_at.rule(flat, index, 2, places), 0)

    def pull_input(g: Array) -> Array:
        g = g.reshape((*flat.shape[:2], ends[1]))
        parts = [
            sum_into.rule(np.where(inside[:, None], g * product(factors)[:, None], 0), index, 2, flat.shape, places)
            for (index, places), inside, factors in corners
        ]
        return sum(parts[1:], parts[0]).reshape(input.shape)

    def pull_points(g: Array) -> Array:
        g = g.reshape((*flat.shape[:2], ends[1]))
        numbers = [value(spots, inside) for spots, inside, _ in corners]
        factors = [[tap[2:] for tap in taps] for taps in axes]
        flows = [summed(g * _slope(numbers, factors, d), 1) for d in range(len(sizes))]
        return np.stack(flows, -1).reshape(points.shape)

    values = [value(spots, inside) * product(factors)[:, None] for spots, inside, factors in corners]
    return sum(values[1:], values[0]).reshape(shape), pull_input, pull_points


def _clipped(at: Array, n: int) -> Array:
    """At most the outermost places; where that changes a point, it gets no gradient."""
    plain = array(at)
    return where.rule((plain > 0) & (plain < n - 1), at, plain.clip(0, n - 1))


def _reflected(at: Array, n: int, align_corners: bool) -> Array:
    """Mirrored at the middles of the outermost places (align_corners), or at their outer edges."""
    low, span = (0.0, n - 1) if align_corners else (-0.5, n)
    if span == 0:
        return at * 0
    away = abs(at - low)
    turns = np.floor(array(away) / span)
    rest = subtract.rule(away, turns * span)
    return _clipped(where.rule(turns % 2 == 0, rest + low, span - rest + low), n)


def _check_grid(input: Array, grid: Array, mode: str, padding_mode: str) -> None:
    if mode not in ("bilinear", "nearest", "bicubic"):
        raise ValueError(
            f"nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: {mode!r}"
        )
    if padding_mode not in ("zeros", "border", "reflection"):
        raise ValueError(
            f"grid_sample(): expected padding_mode to be 'zeros', 'border', or 'reflection', but got: {padding_mode!r}"
        )
    shapes = f"input with sizes {list(input.shape)} and grid with sizes {list(grid.shape)}"
    if input.ndim not in (4, 5) or input.ndim != grid.ndim:
        raise RuntimeError(
            f"grid_sample(): expected 4D or 5D input and grid with same number of dimensions, but got {shapes}"
        )
    if input.shape[0] != grid.shape[0]:
        raise RuntimeError(f"grid_sample(): expected grid and input to have same batch size, but got {shapes}")
    if grid.shape[-1] != input.ndim - 2:
        raise RuntimeError(
            f"grid_sample(): expected grid to have size {input.ndim - 2} in last dimension, but got {shapes}"
        )
    if 0 in input.shape[2:]:
        raise RuntimeError(f"grid_sample(): expected input to have non-empty spatial dimensions, but got {shapes}")
    if input.dtype != grid.dtype:
        raise RuntimeError(
            f"grid_sample(): expected input and grid of one type, but got {input.dtype} and {grid.dtype}; convert one with .to()"
        )
    if not input.dtype.is_floating_point:
        raise NotImplementedError(
            f"grid_sample() is not implemented for '{TITLES[input.dtype.name]}'; convert with .float()"
        )
    if mode == "bicubic" and input.ndim != 4:
        raise RuntimeError(f"grid_sample(): bicubic interpolation only supports 4D input, but got {shapes}")


def _corners_default(name: str, align_corners: bool | None) -> bool:
    if align_corners is None:
        warn(f"{name}: align_corners is False where it is not given (until torch 1.2 it was True); give it")
    return bool(align_corners)


@composed
def grid_sample(
    input: Tensor, grid: Tensor, mode: str = "bilinear", padding_mode: str = "zeros", align_corners: bool | None = None
) -> Tensor:
    """The input at the points of `grid`, which are (x, y) or (x, y, z) from -1 (left, top, front) to 1.

    mode: "bilinear" (for volumes trilinear), "nearest", "bicubic". padding_mode: what is outside: "zeros", the "border", or the
    "reflection" at it. align_corners: ±1 are the middles of the outermost places, not their outer edges.

    Shapes: (N, C, H, W), (N, Ho, Wo, 2) -> (N, C, Ho, Wo), or (N, C, D, H, W), (N, Do, Ho, Wo, 3) -> (N, C, Do, Ho, Wo).

    Raises:
        ValueError: no such mode.
        RuntimeError: shapes or dtypes do not fit. NotImplementedError: not floating point.

    Source: Jaderberg et al. 2015, arXiv:1506.02025.

    >>> x = torch.arange(4.0).view(1, 1, 2, 2)
    >>> F.grid_sample(x, torch.zeros(1, 1, 1, 2), align_corners=False)  # the middle
    tensor([[[[1.5000]]]])
    """
    _check_grid(input, grid, mode, padding_mode)
    align = _corners_default("grid_sample", align_corners)
    sizes = input.shape[2:]

    def pad(at: Array, axis: int) -> Array:
        if padding_mode == "border":
            return _clipped(at, sizes[axis])
        return _reflected(at, sizes[axis], align) if padding_mode == "reflection" else at

    columns = []
    for d, n in enumerate(sizes):
        at = grid[..., len(sizes) - 1 - d]  # the grid counts x first, the axes end with x
        at = (at + 1) * ((n - 1) / 2) if align else ((at + 1) * n - 1) / 2
        columns.append(at if mode == "bicubic" else pad(at, d))
    points = stack(columns, -1)
    # the taps of bicubic reach outside even from inside, and are brought back one by one
    value = _sample(input, points, mode, pad if mode == "bicubic" else _stay)
    return saving.rule(value, (input, grid), _sample_name(input, points, mode, pad))


def _stay(at: Array, axis: int) -> Array:
    return at


@differentiable(linear=True, name="AffineGridGeneratorBackward0")
def _affine_grid(theta: Array, base: np.ndarray) -> Pulled:
    """Each point of base (*out, axes + 1) by each matrix of theta (N, axes, axes + 1): (N, *out, axes)."""
    flat, axes = base.reshape((-1, base.shape[-1])), theta.shape[1]
    grid = (flat @ np.swapaxes(theta, 1, 2)).reshape((len(theta), *base.shape[:-1], axes))
    return grid, lambda g: np.swapaxes(g.reshape((len(g), len(flat), axes)), 1, 2) @ flat


@composed
def affine_grid(theta: Tensor, size: Size, align_corners: bool | None = None) -> Tensor:
    """The grid for `grid_sample` that turns, stretches and shifts images as the matrices `theta` say: theta @ (x, y, 1).

    Shapes: theta (N, 2, 3), size (N, C, H, W) -> (N, H, W, 2), or (N, 3, 4), (N, C, D, H, W) -> (N, D, H, W, 3).

    Raises:
        ValueError: theta is not floating point or of another shape, or a size is not positive.
        NotImplementedError: `size` has neither 4 nor 5 numbers.

    >>> F.affine_grid(torch.eye(2, 3).unsqueeze(0), (1, 1, 2, 2), align_corners=True).view(4, 2)
    tensor([[-1., -1.],
            [ 1., -1.],
            [-1.,  1.],
            [ 1.,  1.]])
    """
    axes = len(size) - 2
    if not theta.dtype.is_floating_point:
        raise ValueError(f"Expected theta to have floating point type, but got {theta.dtype}; convert it with .float()")
    if axes not in (2, 3):
        raise NotImplementedError(
            f"affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms. Got size {tuple(size)}."
        )
    if theta.ndim != 3 or tuple(theta.shape[1:]) != (axes, axes + 1):
        raise ValueError(
            f"Expected a batch of affine matrices of shape (N, {axes}, {axes + 1}) for size {tuple(size)}. Got {list(theta.shape)}."
        )
    if min(size) <= 0:
        raise ValueError(f"Expected non-zero, positive output size. Got {tuple(size)}")
    if size[0] != theta.shape[0]:
        raise RuntimeError(
            f"affine_grid() got {theta.shape[0]} matrices for a batch of {size[0]}; give one for each image"
        )
    align = _corners_default("affine_grid", align_corners)
    if align and min(size[2:]) == 1:
        warn(
            "affine_grid of one place along an axis: with align_corners=True it is the middle since version 1.3.0 of torch, not the edge"
        )
    dtype = array(theta).dtype
    lines = []
    for n in size[2:]:
        line = np.linspace(-1, 1, n, dtype=dtype) if n > 1 else np.zeros(1, dtype)
        lines.append(line if align else line * ((n - 1) / n))
    points = np.meshgrid(*lines, indexing="ij")[::-1]  # x first
    return _affine_grid.rule(theta, np.stack([*points, np.ones(points[0].shape, dtype)], -1))
