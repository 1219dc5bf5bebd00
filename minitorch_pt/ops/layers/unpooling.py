"""Pools whose windows are placed at random, and the way back from a pool to the places of the largest elements."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ...autograd.contract import composed
from ...autograd.rule import array, differentiable
from ...stream import generator
from ..checks import check_constant
from ..gathering import gather
from ..picking import depending
from .max_pooling import largest_of, put_back
from .windows import Size, check_pooled, flat_places, last_argument, node_title, pooled_axes, whole_numbers

if TYPE_CHECKING:
    from ...autograd.contract import Array, Flag, Pulled, Scale, Size, Tensor


# ---------------------------------------------------------------------------------------------------------------------
# Random windows
# ---------------------------------------------------------------------------------------------------------------------
def _starts(sample: np.ndarray, size: int, kernel: int, windows: int) -> np.ndarray:
    """Where the windows of each image begin: (images, windows). The steps between are of two lengths, mixed at random.

    Computed in the type of the samples, as torch does, for equal rounding.
    """
    number = sample.dtype.type
    if windows < 2:
        return np.full((len(sample), windows), size - kernel)
    step = number(size - kernel) / number(windows - 1)
    first = sample[:, None]
    starts = ((np.arange(windows).astype(number) + first) * step).astype(np.int64) - (first * step).astype(np.int64)
    starts[:, -1] = size - kernel
    return starts


@differentiable(name=last_argument)
def _max_at_random(input: Array, kernels: tuple, outputs: tuple, samples: np.ndarray, name: str) -> Pulled:
    data, count = array(input), len(kernels)
    lead, sizes = data.shape[:-count], data.shape[-count:]
    planes = data.reshape((math.prod(lead), math.prod(sizes)))
    # torch's samples are for (W, H), but for (D, H, W)
    samples = array(samples).reshape((len(planes), count))[:, :: -1 if count == 2 else 1]
    starts = [_starts(samples[:, d], sizes[d], kernels[d], outputs[d]) for d in range(count)]

    def place_of(offsets: Sequence[int]) -> Array:
        flat = flat_places((start + k for start, k in zip(starts, offsets, strict=True)), sizes)
        return flat.reshape((len(planes), math.prod(outputs)))

    places = [place_of(offsets) for offsets in np.ndindex(*kernels)]
    elements = (np.take_along_axis(planes, at, 1) for at in places)
    lowest = np.full(places[0].shape, -math.inf, data.dtype)
    value, place = (x.reshape((*lead, *outputs)) for x in largest_of(elements, places, lowest, places[0].copy()))
    return (value, place), lambda g, _: depending(put_back.rule(g, place, sizes), input)


def _fractional(
    name: str, input: Array, kernel_size: Size, output_size: Size, output_ratio: Scale | None, samples: Array | None
) -> Any:
    count, shape = pooled_axes(name), input.shape
    if output_size is None and output_ratio is None:
        raise ValueError(f"{name} requires specifying either an output_size or an output_ratio")
    check_pooled(name, input, "f", IndexError)
    if output_size is None:
        ratios = output_ratio if isinstance(output_ratio, (tuple, list)) else (output_ratio,) * count
        if len(ratios) != count:
            raise ValueError(
                f"{name} requires output_ratio to be a single number or {count} of them, and got {output_ratio!r}"
            )
        output_size = [int(n * ratio) for n, ratio in zip(shape[-count:], ratios, strict=True)]
    kernels, outputs = whole_numbers(name, "kernel_size", kernel_size), whole_numbers(name, "output_size", output_size)
    spare = 1 if count == 3 else 0  # torch asks for a place more in volumes
    for n, kernel, out in zip(shape[-count:], kernels, outputs, strict=True):
        if out < 0 or kernel < 1 or out + kernel - 1 + spare > n:
            raise RuntimeError(
                f"{name}: pool {list(kernels)} too large relative to input {list(shape)} for output sizes {list(outputs)}: "
                f"kernel + output must not be larger than the input{'' if spare else ' + 1'}, and neither may be negative"
            )
    dtype = array(input).dtype
    images = (1, *shape)[-count - 2 : -count]
    check_constant(name, random_samples=samples)
    if samples is None:
        drawn = generator.default_generator.uniform((*images, count), dtype=dtype)
    else:
        drawn = array(samples)
        if drawn.ndim != 3 or drawn.shape[0] < images[0] or drawn.shape[1:] != (images[1], count):
            raise RuntimeError(
                f"{name}: Expect _random_samples to have the shape {[*images, count]}, got {list(drawn.shape)}"
            )
        if drawn.dtype != dtype:
            raise RuntimeError(
                f"{name}: Expect _random_samples to have the same dtype as input, {dtype.name}, and it has {drawn.dtype.name}"
            )
    return _max_at_random.rule(input, kernels, outputs, drawn[: images[0]], node_title("FractionalMaxPool{}D", count))


@composed
def fractional_max_pool2d(
    input: Tensor,
    kernel_size: Size,
    output_size: Size | None = None,
    output_ratio: Scale | None = None,
    return_indices: Flag = False,
    _random_samples: Tensor | None = None,
) -> Any:
    """The largest element of each window, the windows being placed at random: see `nn.FractionalMaxPool2d`.

    >>> F.fractional_max_pool2d(torch.zeros(1, 5, 5), 2, output_size=3).shape
    torch.Size([1, 3, 3])
    """
    pooled = _fractional("fractional_max_pool2d", input, kernel_size, output_size, output_ratio, _random_samples)
    return pooled if return_indices else pooled[0]


@composed
def fractional_max_pool2d_with_indices(
    input: Tensor,
    kernel_size: Size,
    output_size: Size | None = None,
    output_ratio: Scale | None = None,
    return_indices: Flag = False,
    _random_samples: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """`fractional_max_pool2d`, and where in its image, read row by row, each largest element is.

    >>> values, places = F.fractional_max_pool2d_with_indices(torch.zeros(1, 5, 5), 2, output_size=3)
    >>> values.shape, places.shape
    (torch.Size([1, 3, 3]), torch.Size([1, 3, 3]))
    """
    return _fractional("fractional_max_pool2d", input, kernel_size, output_size, output_ratio, _random_samples)


@composed
def fractional_max_pool3d(
    input: Tensor,
    kernel_size: Size,
    output_size: Size | None = None,
    output_ratio: Scale | None = None,
    return_indices: Flag = False,
    _random_samples: Tensor | None = None,
) -> Any:
    """The largest element of each window, the windows being placed at random: see `nn.FractionalMaxPool3d`.

    >>> F.fractional_max_pool3d(torch.zeros(1, 5, 5, 5), 2, output_size=3).shape
    torch.Size([1, 3, 3, 3])
    """
    pooled = _fractional("fractional_max_pool3d", input, kernel_size, output_size, output_ratio, _random_samples)
    return pooled if return_indices else pooled[0]


@composed
def fractional_max_pool3d_with_indices(
    input: Tensor,
    kernel_size: Size,
    output_size: Size | None = None,
    output_ratio: Scale | None = None,
    return_indices: Flag = False,
    _random_samples: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """`fractional_max_pool3d`, and where in its image, read row by row, each largest element is.

    >>> values, places = F.fractional_max_pool3d_with_indices(torch.zeros(1, 5, 5, 5), 2, output_size=3)
    >>> values.shape, places.shape
    (torch.Size([1, 3, 3, 3]), torch.Size([1, 3, 3, 3]))
    """
    return _fractional("fractional_max_pool3d", input, kernel_size, output_size, output_ratio, _random_samples)


# ---------------------------------------------------------------------------------------------------------------------
# Back to where the largest elements were
# ---------------------------------------------------------------------------------------------------------------------
@differentiable(linear=True, name=last_argument, saves="place")
def _unpool(input: Array, place: np.ndarray, sizes: tuple[int, ...], name: str) -> Pulled:
    images, shape, size = input.shape[: -len(sizes)], input.shape, math.prod(sizes)
    count = math.prod(images)
    flat = place.reshape((count, math.prod(shape[-len(sizes) :])))
    total = np.zeros((count, size), input.dtype)
    np.put_along_axis(total, flat, input.reshape(flat.shape), 1)
    return total.reshape((*images, *sizes)), lambda g: gather.rule(g.reshape((count, size)), 1, flat).reshape(shape)


def _max_unpool(
    name: str, input: Array, indices: Array, kernel_size: Size, stride: Size | None, padding: Size, output_size: Size
) -> Array:
    kernels, paddings = whole_numbers(name, "kernel_size", kernel_size), whole_numbers(name, "padding", padding)
    strides = kernels if stride is None else whole_numbers(name, "stride", stride)
    check_pooled(name, input, "f")
    count, place = len(kernels), array(indices)
    inner = input.shape[-count:]
    sizes = [(n - 1) * s + k - 2 * p for n, k, s, p in zip(inner, kernels, strides, paddings, strict=True)]
    if output_size is not None:
        wanted = list(output_size)[2:] if len(output_size) == count + 2 else list(output_size)
        if len(wanted) != count:
            raise ValueError(
                f"{name}: output_size should be a sequence containing {count} or {count + 2} elements, and is {output_size!r}"
            )
        for d, (n, size, s) in enumerate(zip(wanted, sizes, strides, strict=True)):
            if not size - s < n < size + s:
                raise ValueError(
                    f"{name}: invalid output_size {wanted} (dim {d} must be between {size - s} and {size + s})"
                )
        sizes = wanted
    if min(sizes) < 0:
        raise ValueError(f"{name}: output_size must contain non-negative spatial dimensions, but got {sizes}")
    if place.dtype != np.int64:
        raise RuntimeError(f"{name}: elements in indices should be type int64 but got: {place.dtype.name}")
    if place.shape != tuple(input.shape):
        raise RuntimeError(
            f"{name}: Expected shape of indices to be {list(input.shape)}, that of the input, but got: {list(place.shape)}"
        )
    wrong = place[(place < 0) | (place >= math.prod(sizes))]
    if wrong.size:
        raise RuntimeError(f"{name}: Found an invalid max index: {wrong[0]} (output volumes are of size {sizes})")
    return _unpool.rule(input, place, tuple(sizes), node_title("MaxUnpool{}D", count))


@composed
def max_unpool1d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    output_size: Size | None = None,
) -> Tensor:
    """Zeros, with the elements put where `indices` say, which `max_pool1d` gave: see `nn.MaxUnpool1d`.

    >>> values, places = F.max_pool1d(torch.tensor([[1.0, 3.0, 7.0, 5.0]]), 2, return_indices=True)
    >>> F.max_unpool1d(values, places, 2)
    tensor([[0., 3., 7., 0.]])
    """
    return _max_unpool("max_unpool1d", input, indices, kernel_size, stride, padding, output_size)


@composed
def max_unpool2d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    output_size: Size | None = None,
) -> Tensor:
    """Zeros, with the elements put where `indices` say, which `max_pool2d` gave: see `nn.MaxUnpool2d`.

    >>> values, places = F.max_pool2d(torch.arange(4.0).view(1, 2, 2), 2, return_indices=True)
    >>> F.max_unpool2d(values, places, 2)
    tensor([[[0., 0.],
             [0., 3.]]])
    """
    return _max_unpool("max_unpool2d", input, indices, kernel_size, stride, padding, output_size)


@composed
def max_unpool3d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    output_size: Size | None = None,
) -> Tensor:
    """Zeros, with the elements put where `indices` say, which `max_pool3d` gave: see `nn.MaxUnpool3d`.

    >>> values, places = F.max_pool3d(torch.arange(8.0).view(1, 2, 2, 2), 2, return_indices=True)
    >>> F.max_unpool3d(values, places, 2).flatten()
    tensor([0., 0., 0., 0., 0., 0., 0., 7.])
    """
    return _max_unpool("max_unpool3d", input, indices, kernel_size, stride, padding, output_size)
