"""Resizing of images. The taps of an axis are (places, weights), each of shape (new size, taps)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ...arrays.notices import warn
from ...autograd.contract import composed
from ...autograd.rule import array, differentiable
from ..picking import give_slices
from .pooling import adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d

if TYPE_CHECKING:
    from ...autograd.contract import Array, Flag, Pulled, Scale, Size, Tensor


def cubic(t: Array, a: float) -> list:
    """The weights of the places -1, 0, 1, 2 for a point t beyond place 0 (Keys 1981)."""

    def near(x: Array) -> Array:
        return ((a + 2) * x - (a + 3)) * x * x + 1

    def far(x: Array) -> Array:
        return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a

    return [far(t + 1), near(t), near(1 - t), far(2 - t)]


def _cubic_filter(x: Array) -> Array:
    """The same curve as a function of the distance, with PIL's constant."""
    x = np.minimum(abs(x), 2)
    whole = np.floor(np.minimum(x, 1))
    far, near, _, _ = cubic(x - whole, -0.5)
    return np.where(whole > 0, far, near)


_FILTERS: dict[str, tuple[int, Callable]] = {  # how far it reaches, and the weight at a distance
    "bilinear": (1, lambda x: np.maximum(1 - abs(x), 0)),
    "bicubic": (2, _cubic_filter),
    "lanczos": (3, lambda x: np.where(abs(x) < 3, np.sinc(x) * np.sinc(x / 3), 0)),
}


def _precise(dtype: np.dtype) -> np.dtype:
    """The type to compute in: that of the tensor, for torch's rounding, but float32 for float16 and uint8."""
    return np.dtype(np.float32) if dtype.itemsize <= 2 else dtype


def _step(n: int, size: int, factor: float | None, align_corners: bool, dtype: np.dtype) -> np.floating:
    """How many old places a step of one new place is."""
    if align_corners:
        return dtype.type((n - 1) / (size - 1) if size > 1 else 0)
    return dtype.type(1 / factor if factor else n) / dtype.type(1 if factor else size)


def _taps(
    mode: str, n: int, size: int, factor: float | None, align_corners: bool, dtype: np.dtype
) -> tuple[Array, Array]:
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
    shares = cubic(t, -0.75) if mode == "bicubic" else [1 - t, t]
    places = first[:, None] + np.arange(len(shares)) - (mode == "bicubic")
    return places.clip(0, n - 1), np.stack(shares, 1)


def _smooth_taps(
    mode: str, n: int, size: int, factor: float | None, align_corners: bool, dtype: np.dtype
) -> tuple[Array, Array]:
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


def _resize_name(input: Array, taps: tuple, name: str, shape: tuple[int, ...] | None = None) -> str:
    return name


@differentiable(linear=True, name=_resize_name)
def _resize(input: Array, taps: tuple, name: str) -> Pulled:
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
def _unresize(g: Array, taps: tuple, name: str, shape: tuple[int, ...]) -> Pulled:
    """The gradient of `_resize`: a matrix product with the weights along each axis."""
    out = g
    for axis, (places, weights) in enumerate(taps, -len(taps)):
        matrix = np.zeros((len(places), shape[axis]), _precise(g.dtype))
        np.add.at(matrix, (np.arange(len(places))[:, None], places), 1 if weights is None else weights)
        out = np.swapaxes(np.swapaxes(out, axis, -1) @ matrix, axis, -1)
    if not np.isfinite(array(out).sum()):  # 0 times infinity is nan in a product: tap by tap then
        out = g
        for axis, (places, weights) in enumerate(taps, g.ndim - len(taps)):
            out = _tap_by_tap(out, axis, places, weights, shape[axis])
    return out.astype(g.dtype, copy=False), lambda gg: _resize.rule(gg, taps, name)


def _tap_by_tap(g: Array, axis: int, places: np.ndarray, weights: np.ndarray | None, n: int) -> Array:
    """The gradient of one axis, each new place's share added to the old places that it was made of."""
    beside = (slice(None),) + (None,) * (g.ndim - axis - 1)
    shares = (g if weights is None else g * weights[:, k][beside] for k in range(places.shape[1]))
    shape = (*g.shape[:axis], n, *g.shape[axis + 1 :])
    return sum(give_slices.rule(share, places[:, k], axis, shape) for k, share in enumerate(shares))


_LINEAR = {3: "linear", 4: "bilinear", 5: "trilinear"}
_TITLES = {"nearest": "UpsampleNearest", "nearest-exact": "UpsampleNearestExact"}
_MODES = ("nearest", "nearest-exact", "area", "linear", "bilinear", "trilinear", "bicubic", "lanczos")


def _new_sizes(input: Array, size: Size, scale_factor: Scale | None) -> tuple[list[int], list]:
    """The new sizes of the axes after (N, C), and their factors, None where a size was given."""
    old = list(input.shape[2:])
    if (size is None) == (scale_factor is None):
        raise ValueError(
            "either size or scale_factor should be defined"
            if size is None
            else "only one of size or scale_factor should be defined"
        )
    one = scale_factor if size is None else size
    given: list = list(one) if isinstance(one, (list, tuple)) else len(old) * [one]
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


def _check_mode(input: Array, mode: str, align_corners: bool | None, antialias: Flag) -> None:
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
        raise NotImplementedError(
            f"Only 3D, 4D and 5D inputs are supported (got {input.ndim}D), for the modes {' | '.join(_MODES)} (got {mode})"
        )
    if mode in _LINEAR.values() and mode != _LINEAR[input.ndim] or mode in ("bicubic", "lanczos") and input.ndim != 4:
        raise NotImplementedError(
            f"Got {input.ndim}D input, but {mode} mode needs {4 if mode in ('bicubic', 'lanczos') else next(n for n in _LINEAR if _LINEAR[n] == mode)}D input; a {input.ndim}D input takes {_LINEAR[input.ndim]}, nearest or area, a 4D one also bicubic"
        )
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
) -> Tensor:
    """The input with other sizes of the axes after (N, C): given as `size`, or as `scale_factor` times the old ones.

    mode: "nearest", "nearest-exact", "area"; "linear" for (N, C, L), "bilinear", "bicubic", "lanczos" for (N, C, H, W),
    "trilinear" for (N, C, D, H, W). align_corners: the middles of the outermost places stay in place, not their outer edges.
    recompute_scale_factor: compute with new size / old size in place of the `scale_factor` given. antialias: smooth when shrinking.

    Raises:
        ValueError: not one of size and scale_factor, not as many numbers as axes, or options that do not go together.
        NotImplementedError: no such mode for this number of axes, or not floating point (the nearest modes take uint8 too).
        RuntimeError: an old or new size is 0.

    >>> torch.nn.functional.interpolate(torch.tensor([[[0.0, 2.0]]]), size=4, mode="linear")
    tensor([[[0.0000, 0.5000, 1.5000, 2.0000]]])
    """
    sizes, factors = _new_sizes(input, size, scale_factor)
    if recompute_scale_factor and size is not None:
        raise ValueError("recompute_scale_factor is not meaningful with an explicit size.")
    _check_mode(input, mode, align_corners, antialias)
    if recompute_scale_factor:
        factors = [None] * len(sizes)
    if mode == "area":  # the mean over all places that the new one covers
        return (adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d)[len(sizes) - 1](input, sizes)
    if 0 in (*sizes, *input.shape[2:]) or min(sizes) < 0:
        raise RuntimeError(
            f"Input and output sizes should be greater than 0, but got input {list(input.shape)} and output sizes {sizes}"
        )
    if not input.shape[1]:
        raise RuntimeError(
            f"Non-empty {input.ndim}D data tensor expected but got a tensor with sizes {list(input.shape)}: it has no channels"
        )
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
) -> Tensor:
    """The old name of `interpolate`.

    >>> import warnings
    >>> warnings.simplefilter("ignore", UserWarning)  # it is deprecated for interpolate
    >>> F.upsample(torch.tensor([[[1.0, 2.0]]]), scale_factor=2)
    tensor([[[1., 1., 2., 2.]]])
    """
    _warn_deprecated("upsample")
    return interpolate(input, size, scale_factor, mode, align_corners)


@composed
def upsample_nearest(input: Tensor, size: Size = None, scale_factor: Scale = None) -> Tensor:
    """The old name of `interpolate` with mode "nearest".

    >>> import warnings; warnings.simplefilter("ignore")  # deprecated: see nn.functional.interpolate
    >>> F.upsample_nearest(torch.tensor([[[1.0, 2.0]]]), scale_factor=2)
    tensor([[[1., 1., 2., 2.]]])
    """
    _warn_deprecated("upsample_nearest")
    return interpolate(input, size, scale_factor, "nearest")


@composed
def upsample_bilinear(input: Tensor, size: Size = None, scale_factor: Scale = None) -> Tensor:
    """The old name of `interpolate` with mode "bilinear" and align_corners=True.

    >>> import warnings; warnings.simplefilter("ignore")  # deprecated: see nn.functional.interpolate
    >>> F.upsample_bilinear(torch.tensor([[[[1.0, 3.0]]]]), size=(1, 3))
    tensor([[[[1., 2., 3.]]]])
    """
    _warn_deprecated("upsample_bilinear")
    return interpolate(input, size, scale_factor, "bilinear", True)
