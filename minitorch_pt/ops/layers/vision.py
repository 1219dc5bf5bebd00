"""Images: shuffling between channels and places, resizing, sampling at a grid of points.

Resizing works axis by axis: each new place is a weighted mean of a few old ones (taps), and the gradient goes back by the same
weights. Sampling at points does so too, with weights that depend on the point, so that the point gets a gradient as well.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ...arrays.notices import warn
from ...arrays.sums import summed
from ...autograd.contract import composed
from ...autograd.rule import array, differentiable
from ..elementwise.pointwise import subtract, where
from ..indexing import _sum_into, gather
from ..saving import saving
from ..shape import stack
from .pooling import adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d

if TYPE_CHECKING:
    from ...autograd.contract import Flag, Scale, Size, Tensor

__all__ = ["channel_shuffle", "pixel_shuffle", "pixel_unshuffle"]


# ---------------------------------------------------------------------------------------------------------------------
# Shuffling
# ---------------------------------------------------------------------------------------------------------------------
def _check_image(name: str, factor_name: str, input: Any, factor: int) -> None:
    if input.ndim < 3:
        raise RuntimeError(f"{name} expects input to have at least 3 dimensions (C, H, W), but got input with {input.ndim} dimension(s)")  # fmt: skip
    if factor <= 0:
        raise RuntimeError(f"{name} expects a positive {factor_name}, but got {factor}")


@differentiable(linear=True)
def pixel_shuffle(input: Tensor, upscale_factor: int) -> Any:
    """Each r² channels become one that is r times as high and wide: r = upscale_factor.

    Shapes: (*, C r², H, W) -> (*, C, H r, W r).

    Raises:
        RuntimeError: the channels do not divide by r².

    Source: Shi et al. 2016, arXiv:1609.05158.
    """
    r = upscale_factor
    _check_image("pixel_shuffle", "upscale_factor", input, r)
    *batch, channels, height, width = input.shape
    if channels % (r * r):
        raise RuntimeError("pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, "
                           f"but input.size(-3)={channels} is not divisible by {r * r}")  # fmt: skip
    n, out = math.prod(batch), channels // (r * r)
    apart = np.transpose(input.reshape((n, out, r, r, height, width)), (0, 1, 4, 2, 5, 3))
    return apart.copy().reshape((*batch, out, height * r, width * r)), lambda g: pixel_unshuffle.rule(g, r)


@differentiable(linear=True)
def pixel_unshuffle(input: Tensor, downscale_factor: int) -> Any:
    """Each r x r square of places becomes r² channels: undoes `pixel_shuffle`.

    Shapes: (*, C, H r, W r) -> (*, C r², H, W).

    Raises:
        RuntimeError: height or width do not divide by r.
    """
    r = downscale_factor
    _check_image("pixel_unshuffle", "downscale_factor", input, r)
    *batch, channels, height, width = input.shape
    for name, place, n in (("height", -2, height), ("width", -1, width)):
        if n % r:
            raise RuntimeError(f"pixel_unshuffle expects {name} to be divisible by downscale_factor, but input.size({place})={n} is not divisible by {r}")  # fmt: skip
    apart = input.reshape((math.prod(batch), channels, height // r, r, width // r, r))
    together = np.transpose(apart, (0, 1, 3, 5, 2, 4)).copy()
    return together.reshape((*batch, channels * r * r, height // r, width // r)), lambda g: pixel_shuffle.rule(g, r)


@differentiable(linear=True)
def channel_shuffle(input: Tensor, groups: int) -> Any:
    """The channels as a matrix of `groups` rows, read by columns: 0 1 2 3 4 5 in 2 groups become 0 3 1 4 2 5.

    Shapes: (N, C, *) -> the same.

    Raises:
        RuntimeError: less than 3 axes, or the channels do not divide into groups.

    Source: Zhang et al. 2017, arXiv:1707.01083.
    """
    shape = input.shape
    if len(shape) < 3:
        raise RuntimeError(f"channel_shuffle expects input with > 2 dims, but got input with sizes {list(shape)}")
    if groups <= 0:
        raise RuntimeError(f"Number of groups to divide channels in must be positive. Value of groups: {groups}")
    if shape[1] % groups:
        raise RuntimeError(
            f"Number of channels must be divisible by groups. Got {shape[1]} channels and {groups} groups."
        )
    size = shape[1] // groups
    mixed = np.swapaxes(input.reshape((shape[0], groups, size, *shape[2:])), 1, 2).copy().reshape(shape)
    return mixed, lambda g: channel_shuffle.rule(g, size)


# ---------------------------------------------------------------------------------------------------------------------
# Resizing: the taps of an axis are (places, weights), each of shape (new size, taps)
# ---------------------------------------------------------------------------------------------------------------------
def _cubic(t: Any, a: float) -> list:
    """The weights of the places -1, 0, 1, 2 for a point t beyond place 0 (Keys 1981)."""

    def near(x: Any) -> Any:
        return ((a + 2) * x - (a + 3)) * x * x + 1

    def far(x: Any) -> Any:
        return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a

    return [far(t + 1), near(t), near(1 - t), far(2 - t)]


def _cubic_filter(x: Any) -> Any:
    """The same curve as a function of the distance, with PIL's constant."""
    x = np.minimum(abs(x), 2)
    whole = np.floor(np.minimum(x, 1))
    far, near, _, _ = _cubic(x - whole, -0.5)
    return np.where(whole > 0, far, near)


_FILTERS: dict[str, tuple[int, Callable]] = {  # how far it reaches, and the weight at a distance
    "bilinear": (1, lambda x: np.maximum(1 - abs(x), 0)),
    "bicubic": (2, _cubic_filter),
    "lanczos": (3, lambda x: np.where(abs(x) < 3, np.sinc(x) * np.sinc(x / 3), 0)),
}


def _precise(dtype: Any) -> Any:
    """The type to compute in: that of the tensor, for torch's rounding, but float32 for float16 and uint8."""
    return np.dtype(np.float32) if dtype.itemsize <= 2 else dtype


def _step(n: int, size: int, factor: float | None, align_corners: bool, dtype: Any) -> Any:
    """How many old places a step of one new place is."""
    if align_corners:
        return dtype.type((n - 1) / (size - 1) if size > 1 else 0)
    return dtype.type(1 / factor if factor else n) / dtype.type(1 if factor else size)


def _taps(mode: str, n: int, size: int, factor: float | None, align_corners: bool, dtype: Any) -> tuple[Any, Any]:
    """The taps of an axis of n places that gets `size`."""
    new = np.arange(size).astype(dtype)
    step = _step(n, size, factor, align_corners, dtype)
    half = dtype.type(0.5)
    if mode == "nearest":
        return np.minimum(np.floor((new * step).astype(np.float32)).astype(int), n - 1)[:, None], None
    if mode == "nearest-exact":
        middle = np.maximum((new + half) * step - half, 0) + half
        return np.minimum(np.floor(middle.astype(np.float32)).astype(int), n - 1)[:, None], None
    at = new * step if align_corners else (new + half) * step - half
    if mode != "bicubic":
        if n == size:
            at = new
        at = np.maximum(at, 0)
    first = np.minimum(np.floor(at).astype(int), n - 1)
    t = (at - first.astype(dtype)).clip(0, 1)
    shares = _cubic(t, -0.75) if mode == "bicubic" else [1 - t, t]
    places = first[:, None] + np.arange(len(shares)) - (mode == "bicubic")
    return places.clip(0, n - 1), np.stack(shares, 1)


def _smooth_taps(
    mode: str, n: int, size: int, factor: float | None, align_corners: bool, dtype: Any
) -> tuple[Any, Any]:
    """`_taps` of a filter that is stretched when shrinking, so that no place is passed over (antialias)."""
    reach, weight_at = _FILTERS[mode]
    step = _step(n, size, factor, align_corners, dtype)
    stretch = max(step, dtype.type(1))
    half = dtype.type(0.5)
    centre = step * (np.arange(size).astype(dtype) + half)
    start = np.maximum((centre - reach * stretch + half).astype(int), 0)
    end = np.minimum((centre + reach * stretch + half).astype(int), n)
    places = start[:, None] + np.arange((end - start).max())
    weights = weight_at((places.astype(dtype) - centre[:, None] + half) / stretch) * (places < end[:, None])
    return places.clip(0, n - 1), (weights / weights.sum(1, keepdims=True)).astype(dtype)


def _resize_name(input: Any, taps: tuple, name: str) -> str:
    return name


@differentiable(linear=True, name=_resize_name)
def _resize(input: Any, taps: tuple, name: str) -> Any:
    """The last axes resized, each by its (places, weights)."""
    shape, out = input.shape, input
    for axis in range(-1, -len(taps) - 1, -1):
        places, weights = taps[axis]
        if weights is None:
            out = np.take(out, places[:, 0], axis)
            continue
        beside = (slice(None),) + (None,) * (-axis - 1)
        parts = (np.take(out, places[:, k], axis) * weights[:, k][beside] for k in range(places.shape[1]))
        out = sum(parts, next(parts))
    return out.astype(input.dtype, copy=False), lambda g: _unresize.rule(g, taps, name, shape)


@differentiable(linear=True, name=_resize_name)
def _unresize(g: Any, taps: tuple, name: str, shape: tuple[int, ...]) -> Any:
    """The gradient of `_resize`: a matrix product with the weights along each axis."""
    out = g
    for axis, (places, weights) in enumerate(taps, -len(taps)):
        matrix = np.zeros((len(places), shape[axis]), _precise(g.dtype))
        np.add.at(matrix, (np.arange(len(places))[:, None], places), 1 if weights is None else weights)
        out = np.swapaxes(np.swapaxes(out, axis, -1) @ matrix, axis, -1)
    return out.astype(g.dtype, copy=False), lambda gg: _resize.rule(gg, taps, name)


_LINEAR = {3: "linear", 4: "bilinear", 5: "trilinear"}
_TITLES = {"nearest": "UpsampleNearest", "nearest-exact": "UpsampleNearestExact"}
_MODES = ("nearest", "nearest-exact", "area", "linear", "bilinear", "trilinear", "bicubic", "lanczos")


def _new_sizes(input: Any, size: Any, scale_factor: Any) -> tuple[list[int], list]:
    """The new sizes of the axes after (N, C), and their factors, None where a size was given."""
    old = list(input.shape[2:])
    if (size is None) == (scale_factor is None):
        raise ValueError(
            "either size or scale_factor should be defined"
            if size is None
            else "only one of size or scale_factor should be defined"
        )
    given = scale_factor if size is None else size
    given = list(given) if isinstance(given, (list, tuple)) else [given] * len(old)
    if len(given) != len(old):
        raise ValueError(
            f"Input and {'output' if size is not None else 'scale_factor'} must have the same number of spatial dimensions, but got "
            f"input with spatial dimensions of {old} and {given}; give one number, or one for each of them"
        )
    if size is None:
        if any(math.isnan(f) for f in given):
            raise RuntimeError(f"scale_factor cannot be nan, and is {scale_factor}")
        return [int(n * float(f)) for n, f in zip(old, given, strict=True)], [float(f) for f in given]
    if not all(isinstance(n, (int, np.integer)) for n in given):
        raise TypeError(f"expected size to be one int or a tuple of {len(old)}, but got {size}")
    return [int(n) for n in given], [None] * len(old)


def _check_mode(input: Any, mode: str, align_corners: bool | None, antialias: Flag) -> None:
    if mode in ("nearest", "area", "nearest-exact") and align_corners is not None:
        raise ValueError(
            "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear"
        )
    if antialias and not (mode in _FILTERS and input.ndim == 4):
        raise ValueError(
            "Anti-alias option is restricted to bilinear, bicubic, and lanczos modes and requires a 4-D tensor as input"
        )
    if mode == "lanczos" and (align_corners or not antialias):
        raise ValueError("Lanczos mode requires antialias=True, and does not support align_corners=True")
    if input.ndim not in _LINEAR or mode not in _MODES:
        raise NotImplementedError(f"Only 3D, 4D and 5D inputs are supported (got {input.ndim}D), for the modes {' | '.join(_MODES)} (got {mode})")  # fmt: skip
    if mode in _LINEAR.values() and mode != _LINEAR[input.ndim] or mode in ("bicubic", "lanczos") and input.ndim != 4:
        raise NotImplementedError(f"Got {input.ndim}D input for {mode} mode; a {input.ndim}D input takes {_LINEAR[input.ndim]}, nearest or area, a 4D one also bicubic")  # fmt: skip
    if not (input.dtype.is_floating_point or (mode in _TITLES and input.dtype.name == "uint8")):
        raise NotImplementedError(
            f"interpolate() needs a floating point tensor and got {input.dtype}; convert it with .float()"
        )


@composed
def interpolate(
    input: Tensor,
    size: Size | None = None,
    scale_factor: Scale | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: Flag | None = None,
    antialias: Flag = False,
) -> Any:
    """The input with other sizes of the axes after (N, C): given as `size`, or as `scale_factor` times the old ones.

    mode: "nearest", "nearest-exact", "area"; "linear" for (N, C, L), "bilinear", "bicubic", "lanczos" for (N, C, H, W),
    "trilinear" for (N, C, D, H, W). align_corners: the middles of the outermost places stay in place, not their outer edges.
    recompute_scale_factor: compute with new size / old size in place of the `scale_factor` given. antialias: smooth when shrinking.

    Raises:
        ValueError: not one of size and scale_factor, not as many numbers as axes, or options that do not go together.
        NotImplementedError: no such mode for this number of axes, or not floating point (the nearest modes take uint8 too).
        RuntimeError: an old or new size is 0.

    >>> import minitorch_pt as torch
    >>> torch.nn.functional.interpolate(torch.tensor([[[0.0, 2.0]]]), size=4, mode="linear")
    tensor([[[0.0000, 0.5000, 1.5000, 2.0000]]])
    """
    sizes, factors = _new_sizes(input, size, scale_factor)
    if recompute_scale_factor and size is not None:
        raise ValueError("recompute_scale_factor is not meaningful with an explicit size.")
    _check_mode(input, mode, align_corners, antialias)
    if recompute_scale_factor:
        factors = [None] * len(sizes)
    if 0 in (*sizes, *input.shape[2:]) or min(sizes) < 0:
        raise RuntimeError(f"Input and output sizes should be greater than 0, but got input {list(input.shape)} and output sizes {sizes}")  # fmt: skip
    if mode == "area":  # the mean over all places that the new one covers
        return (adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d)[len(sizes) - 1](input, sizes)
    make = _smooth_taps if antialias else _taps
    dtype = _precise(array(input).dtype)
    taps = tuple(
        make(mode, n, new, factor, bool(align_corners), dtype)
        for n, new, factor in zip(input.shape[2:], sizes, factors, strict=True)
    )
    name = f"{_TITLES.get(mode, f'Upsample{mode.capitalize()}')}{len(sizes)}D{'Aa' if antialias else ''}Backward0"
    return _resize.rule(input, taps, name)


def _warn_deprecated(name: str) -> None:
    warn(f"`nn.functional.{name}` is deprecated. Use `nn.functional.interpolate` instead.")


@composed
def upsample(
    input: Tensor,
    size: Size = None,
    scale_factor: Scale = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
) -> Any:
    """The old name of `interpolate`."""
    _warn_deprecated("upsample")
    return interpolate(input, size, scale_factor, mode, align_corners)


@composed
def upsample_nearest(input: Tensor, size: Size = None, scale_factor: Scale = None) -> Any:
    """The old name of `interpolate` with mode "nearest"."""
    _warn_deprecated("upsample_nearest")
    return interpolate(input, size, scale_factor, "nearest")


@composed
def upsample_bilinear(input: Tensor, size: Size = None, scale_factor: Scale = None) -> Any:
    """The old name of `interpolate` with mode "bilinear" and align_corners=True."""
    _warn_deprecated("upsample_bilinear")
    return interpolate(input, size, scale_factor, "bilinear", True)


# ---------------------------------------------------------------------------------------------------------------------
# Sampling at points
# ---------------------------------------------------------------------------------------------------------------------
def _sampling_taps(mode: str, t: Any) -> list[tuple[int, Any, Any]]:
    """(offset, weight, slope of the weight) of the places around a point that is t beyond place 0."""
    if mode == "nearest":
        return [(0, 1.0, 0.0)]
    if mode == "bilinear":
        return [(0, 1 - t, -1.0), (1, t, 1.0)]
    a = -0.75

    def near(x: Any) -> Any:
        return (3 * (a + 2) * x - 2 * (a + 3)) * x

    def far(x: Any) -> Any:
        return (3 * a * x - 10 * a) * x + 8 * a

    slopes = [far(t + 1), near(t), -near(1 - t), -far(2 - t)]
    return list(zip((-1, 0, 1, 2), _cubic(t, a), slopes, strict=True))


def _sample_name(input: Any, points: Any, mode: str, pad: Callable) -> str:
    return f"GridSampler{input.ndim - 2}DBackward0"


@differentiable(name=_sample_name)
def _sample(input: Any, points: Any, mode: str, pad: Callable) -> Any:
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
        corners.append((everywhere, visible, [tap[2:] for tap in corner]))

    def product(factors: list, slope_of: int | None = None) -> Any:
        """The weight of a corner, or how it changes along an axis."""
        total: Any = np.ones(ends, array(points).dtype)
        for d, (weight, slope) in enumerate(factors):
            total = total * (slope if d == slope_of else weight)
        return total

    def value(index: Any, inside: Any) -> Any:
        """The numbers of a corner: 0 outside, where the index only stands for one (inf there times a weight of 0 would be nan)."""
        return np.where(inside[:, None], gather.rule(flat, 2, index), 0)

    def pull_input(g: Any) -> Any:
        g = g.reshape((*flat.shape[:2], ends[1]))
        parts = [
            _sum_into.rule(g * np.where(inside, product(factors), 0)[:, None], index, 2, flat.shape)
            for index, inside, factors in corners
        ]
        return sum(parts[1:], parts[0]).reshape(input.shape)

    def pull_points(g: Any) -> Any:
        g, flows = g.reshape((*flat.shape[:2], ends[1])), []
        for d in range(len(sizes)):
            terms = [summed(g * value(index, inside), 1) * product(factors, d) for index, inside, factors in corners]
            flows.append(sum(terms[1:], terms[0]))
        return np.stack(flows, -1).reshape(points.shape)

    values = [value(index, inside) * product(factors)[:, None] for index, inside, factors in corners]
    return sum(values[1:], values[0]).reshape(shape), pull_input, pull_points


def _clipped(at: Any, n: int) -> Any:
    """At most the outermost places; where that changes a point, it gets no gradient."""
    plain = array(at)
    return where.rule((plain > 0) & (plain < n - 1), at, plain.clip(0, n - 1))


def _reflected(at: Any, n: int, align_corners: bool) -> Any:
    """Mirrored at the middles of the outermost places (align_corners), or at their outer edges."""
    low, span = (0.0, n - 1) if align_corners else (-0.5, n)
    if span == 0:
        return at * 0
    away = abs(at - low)
    turns = np.floor(array(away) / span)
    rest = subtract.rule(away, turns * span)
    return _clipped(where.rule(turns % 2 == 0, rest + low, span - rest + low), n)


def _check_grid(input: Any, grid: Any, mode: str, padding_mode: str) -> None:
    if mode not in ("bilinear", "nearest", "bicubic"):
        raise ValueError(f"grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: {mode!r}")
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
        raise RuntimeError(f"grid_sample(): expected input and grid of one type, but got {input.dtype} and {grid.dtype}; convert one with .to()")  # fmt: skip
    if not input.dtype.is_floating_point:
        raise NotImplementedError(f"grid_sample() is not implemented for {input.dtype}; convert with .float()")
    if mode == "bicubic" and input.ndim != 4:
        raise RuntimeError(f"grid_sample(): bicubic interpolation only supports 4D input, but got {shapes}")


def _corners_default(name: str, align_corners: bool | None) -> bool:
    if align_corners is None:
        warn(f"{name}: align_corners is False where it is not given (until torch 1.2 it was True); give it")
    return bool(align_corners)


@composed
def grid_sample(
    input: Tensor, grid: Tensor, mode: str = "bilinear", padding_mode: str = "zeros", align_corners: bool | None = None
) -> Any:
    """The input at the points of `grid`, which are (x, y) or (x, y, z) from -1 (left, top, front) to 1.

    mode: "bilinear" (for volumes trilinear), "nearest", "bicubic". padding_mode: what is outside: "zeros", the "border", or the
    "reflection" at it. align_corners: ±1 are the middles of the outermost places, not their outer edges.

    Shapes: (N, C, H, W), (N, Ho, Wo, 2) -> (N, C, Ho, Wo), or (N, C, D, H, W), (N, Do, Ho, Wo, 3) -> (N, C, Do, Ho, Wo).

    Raises:
        ValueError: no such mode.
        RuntimeError: shapes or dtypes do not fit. NotImplementedError: not floating point.

    Source: Jaderberg et al. 2015, arXiv:1506.02025.
    """
    _check_grid(input, grid, mode, padding_mode)
    align = _corners_default("grid_sample", align_corners)
    sizes = input.shape[2:]

    def pad(at: Any, axis: int) -> Any:
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


def _stay(at: Any, axis: int) -> Any:
    return at


@differentiable(linear=True, name="AffineGridGeneratorBackward0")
def _affine_grid(theta: Any, base: np.ndarray) -> Any:
    """Each point of base (*out, axes + 1) by each matrix of theta (N, axes, axes + 1): (N, *out, axes)."""
    flat, axes = base.reshape((-1, base.shape[-1])), theta.shape[1]
    grid = (flat @ np.swapaxes(theta, 1, 2)).reshape((len(theta), *base.shape[:-1], axes))
    return grid, lambda g: np.swapaxes(g.reshape((len(g), len(flat), axes)), 1, 2) @ flat


@composed
def affine_grid(theta: Tensor, size: Size, align_corners: bool | None = None) -> Any:
    """The grid for `grid_sample` that turns, stretches and shifts images as the matrices `theta` say: theta @ (x, y, 1).

    Shapes: theta (N, 2, 3), size (N, C, H, W) -> (N, H, W, 2), or (N, 3, 4), (N, C, D, H, W) -> (N, D, H, W, 3).

    Raises:
        ValueError: theta is not floating point or of another shape, or a size is not positive.
        NotImplementedError: `size` has neither 4 nor 5 numbers.
    """
    axes = len(size) - 2
    if not theta.dtype.is_floating_point:
        raise ValueError(f"Expected theta to have floating point type, but got {theta.dtype}; convert it with .float()")
    if axes not in (2, 3):
        raise NotImplementedError(f"affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms. Got size {tuple(size)}.")  # fmt: skip
    if theta.ndim != 3 or tuple(theta.shape[1:]) != (axes, axes + 1):
        raise ValueError(f"Expected a batch of affine matrices of shape (N, {axes}, {axes + 1}) for size {tuple(size)}. Got {list(theta.shape)}.")  # fmt: skip
    if min(size) <= 0:
        raise ValueError(f"Expected non-zero, positive output size. Got {tuple(size)}")
    if size[0] != theta.shape[0]:
        raise RuntimeError(
            f"affine_grid() got {theta.shape[0]} matrices for a batch of {size[0]}; give one for each image"
        )
    align = _corners_default("affine_grid", align_corners)
    if align and min(size[2:]) == 1:
        warn("affine_grid of one place along an axis: with align_corners=True it is the middle since version 1.3.0 of torch, not the edge")  # fmt: skip
    dtype = array(theta).dtype
    lines = []
    for n in size[2:]:
        line = np.linspace(-1, 1, n, dtype=dtype) if n > 1 else np.zeros(1, dtype)
        lines.append(line if align else line * ((n - 1) / n))
    points = np.meshgrid(*lines, indexing="ij")[::-1]  # x first
    return _affine_grid.rule(theta, np.stack([*points, np.ones(points[0].shape, dtype)], -1))
