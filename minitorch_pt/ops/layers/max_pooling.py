"""Max pooling: each window of an image becomes its largest number, also with the place where it was found.

The windows are those of `pooling.py`: where they lie is in `windows.py`.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ...arrays.places import added_at
from ...arrays.rows import starts
from ...autograd.contract import composed
from ...autograd.rule import array, differentiable, kept
from ..gathering import gather
from ..picking import depending
from . import windows
from .windows import Axis, elements_of, extended, flat_places, last_argument, node_title

if TYPE_CHECKING:
    from ...autograd.contract import Array, Flag, Pulled, Size, Tensor


# what torch has at its top level; nn.functional has all
__all__ = ["adaptive_max_pool1d", "max_pool1d", "max_pool1d_with_indices", "max_pool2d", "max_pool3d"]


def _lowest(dtype: np.dtype) -> float:
    return -math.inf if dtype.kind == "f" else np.iinfo(dtype).min


def largest_of(elements: Iterable, places: Iterable, largest: np.ndarray, place: np.ndarray) -> tuple:
    """The largest element of each window and its place, beginning with what is given: the first of equal ones, the last nan."""
    for element, at in zip(elements, places, strict=True):
        better = (element > largest) | (element != element)
        np.copyto(largest, element, where=better)
        np.copyto(place, at, where=better)
    return largest, place


def _largest(data: np.ndarray, axes: Sequence[Axis]) -> tuple[np.ndarray, np.ndarray]:
    """The largest element of each window, and its place in the image read row by row."""
    fill, sizes = _lowest(data.dtype), data.shape[-len(axes) :]
    shape = (*data.shape[: -len(axes)], *(len(axis.places) for axis in axes))
    # where all elements are the lowest number: the first that is no padding
    firsts = (np.where(axis.places < 0, axis.size, axis.places).min(1) for axis in axes)
    place = np.empty(shape, np.int64)
    place[...] = flat_places(firsts, sizes)
    places = (flat_places(columns, sizes) for columns in itertools.product(*(axis.places.T for axis in axes)))
    return largest_of(elements_of(extended(data, axes, fill), axes), places, np.full(shape, fill, data.dtype), place)


@differentiable(linear=True)
def put_back(g: Array, place: np.ndarray, sizes: tuple[int, ...]) -> Pulled:
    """Zeros in images of these sizes, with each number added at its place: the gradient of choosing an element."""
    images, shape = g.shape[: -len(sizes)], place.shape
    count, size = math.prod(images), math.prod(sizes)
    flat = place.reshape((count, math.prod(shape[-len(sizes) :])))
    back = added_at(flat + starts(count, size)[:, None], g, (*images, *sizes))
    return back, lambda h: gather.rule(h.reshape((count, size)), 1, flat).reshape(shape)


@functools.lru_cache(16)
def _places(axes: tuple[Axis, ...]) -> tuple[np.ndarray, np.ndarray]:
    """The place of each window's first element in the image read row by row, and how far from it each of its elements is."""
    sizes = [axis.size for axis in axes]
    steps = [axis.step * np.arange(len(axis.elements)) for axis in axes]
    return flat_places([axis.places[:, 0] for axis in axes], sizes), flat_places(steps, sizes).reshape(-1)


def _put_back_equal(
    g: np.ndarray, image: np.ndarray, largest: np.ndarray, axes: tuple[Axis, ...], sizes: tuple[int, ...]
) -> np.ndarray | None:
    """`put_back` without places: to the first element of each window in the extended image that equals the largest, which is known.

    None if a window has none, for nan equals nothing.
    """
    (first, further), blocks = _places(axes), []
    # some 32,768 windows at a time, which stay in the cache
    step = max(1, 32768 * len(largest) // max(largest.size, 1))
    for part in (slice(i, i + step) for i in range(0, max(len(largest), 1), step)):
        top = largest[part]
        # how many elements come before the first that is found: bytes are added sixteen at a time, or more
        which, free = np.zeros(top.shape, np.min_scalar_type(len(further))), np.ones(top.shape, bool)
        for element in elements_of(image[part], axes):
            found = element == top
            found &= free
            free ^= found
            which += free
        if free.any():
            return None
        blocks.append(put_back.rule(g[part], first + further.take(which), sizes))
    return blocks[0] if len(blocks) == 1 else np.concatenate(blocks)


@differentiable(name=last_argument, saves="input")
def _max_values(input: Array, axes: tuple[Axis, ...], name: str) -> Pulled:
    data = array(input)
    fill = _lowest(data.dtype)
    image = extended(data, axes, fill)
    made = image
    for d, axis in enumerate(axes, -len(axes)):  # along one axis, then along the next
        first, *others = (made[(..., index, *(slice(None),) * (-d - 1))] for index in axis.elements)
        made = first.copy()
        for element in others:
            np.maximum(made, element, out=made)

    def pull(g: Array) -> Array:
        value = kept(made, lambda: _largest(data, axes)[0])
        sizes = data.shape[-len(axes) :]
        if isinstance(g, np.ndarray) and (image is data or not (value == fill).any()):  # else padding may be the first
            total = _put_back_equal(g, image, value, axes, sizes)
            if total is not None:
                return total
        return depending(put_back.rule(g, _largest(data, axes)[1], sizes), input)

    return made, pull


@differentiable(name=last_argument, saves="input result1")
def _max_with_places(input: Array, axes: tuple[Axis, ...], name: str) -> Pulled:
    data = array(input)
    value, place = _largest(data, axes)
    return (value, place), lambda g, _: depending(put_back.rule(g, place, data.shape[-len(axes) :]), input)


def _max_pool(name: str, input: Array, window: tuple, places: bool) -> Any:
    # torch's max_pool1d without places has a kernel of its own, which is for floating point only
    windows.check_pooled(name, input, "fiu" if places or name != "max_pool1d" else "f")
    axes = windows.spaced(name, input, *window)
    pool = _max_with_places if places else _max_values
    return pool.rule(input, axes, node_title("MaxPool{}DWithIndices", len(axes)))


@composed
def max_pool1d(
    input: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: Flag = False,
) -> Tensor:
    """The largest element of each window of (N, C, L): see `nn.MaxPool1d`.

    >>> torch.max_pool1d(torch.tensor([[1.0, 3.0, 7.0, 5.0]]), 2)
    tensor([[3., 7.]])
    """
    return _max_pool("max_pool1d", input, (kernel_size, stride, padding, dilation, ceil_mode), return_indices)


@composed
def max_pool2d(
    input: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: Flag = False,
) -> Tensor:
    """The largest element of each window of (N, C, H, W): see `nn.MaxPool2d`.

    >>> torch.max_pool2d(torch.tensor([[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 8.0, 7.0]]]), 2)
    tensor([[[6., 8.]]])
    """
    return _max_pool("max_pool2d", input, (kernel_size, stride, padding, dilation, ceil_mode), return_indices)


@composed
def max_pool3d(
    input: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: Flag = False,
) -> Tensor:
    """The largest element of each window of (N, C, D, H, W): see `nn.MaxPool3d`.

    >>> torch.max_pool3d(torch.arange(8.0).view(1, 2, 2, 2), 2)
    tensor([[[[7.]]]])
    """
    return _max_pool("max_pool3d", input, (kernel_size, stride, padding, dilation, ceil_mode), return_indices)


@composed
def max_pool1d_with_indices(
    input: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: Flag = False,
) -> tuple[Tensor, Tensor]:
    """`max_pool1d`, and where in its image, read row by row, each largest element is.

    >>> torch.max_pool1d_with_indices(torch.tensor([[1.0, 3.0, 7.0, 5.0]]), 2)
    (tensor([[3., 7.]]), tensor([[1, 2]]))
    """
    return _max_pool("max_pool1d", input, (kernel_size, stride, padding, dilation, ceil_mode), True)


@composed
def max_pool2d_with_indices(
    input: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: Flag = False,
) -> tuple[Tensor, Tensor]:
    """`max_pool2d`, and where in its image, read row by row, each largest element is.

    >>> F.max_pool2d_with_indices(torch.arange(4.0).view(1, 2, 2), 2)
    (tensor([[[3.]]]), tensor([[[3]]]))
    """
    return _max_pool("max_pool2d", input, (kernel_size, stride, padding, dilation, ceil_mode), True)


@composed
def max_pool3d_with_indices(
    input: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: Flag = False,
) -> tuple[Tensor, Tensor]:
    """`max_pool3d`, and where in its image, read row by row, each largest element is.

    >>> F.max_pool3d_with_indices(torch.arange(8.0).view(1, 2, 2, 2), 2)
    (tensor([[[[7.]]]]), tensor([[[[7]]]]))
    """
    return _max_pool("max_pool3d", input, (kernel_size, stride, padding, dilation, ceil_mode), True)


def _adaptive_max_pool(name: str, input: Array, output_size: Size, places: bool) -> Any:
    axes = windows.adapted(name, input, output_size)
    windows.check_pooled(name, input, "f")
    pool = _max_with_places if places else _max_values
    return pool.rule(input, axes, node_title("AdaptiveMaxPool{}D", len(axes)))


@composed
def adaptive_max_pool1d(input: Tensor, output_size: Size) -> tuple[Tensor, Tensor]:
    """The largest element of each of `output_size` windows that cover the input, and its place: see `nn.AdaptiveMaxPool1d`.

    >>> torch.adaptive_max_pool1d(torch.tensor([[1.0, 2.0, 3.0, 4.0]]), 2)
    (tensor([[2., 4.]]), tensor([[1, 3]]))
    """
    return _adaptive_max_pool("adaptive_max_pool1d", input, output_size, True)


@composed
def adaptive_max_pool1d_with_indices(
    input: Tensor, output_size: Size, return_indices: Flag = False
) -> tuple[Tensor, Tensor]:
    """The same as `torch.adaptive_max_pool1d`.

    >>> F.adaptive_max_pool1d_with_indices(torch.tensor([[1.0, 2.0, 3.0, 4.0]]), 2)
    (tensor([[2., 4.]]), tensor([[1, 3]]))
    """
    return _adaptive_max_pool("adaptive_max_pool1d", input, output_size, True)


@composed
def adaptive_max_pool2d(input: Tensor, output_size: object, return_indices: Flag = False) -> Any:
    """The largest element of each of `output_size` windows that cover the input: see `nn.AdaptiveMaxPool2d`.

    >>> F.adaptive_max_pool2d(torch.arange(16.0).view(1, 4, 4), 1)
    tensor([[[15.]]])
    """
    return _adaptive_max_pool("adaptive_max_pool2d", input, output_size, return_indices)


@composed
def adaptive_max_pool2d_with_indices(
    input: Tensor, output_size: object, return_indices: Flag = False
) -> tuple[Tensor, Tensor]:
    """`adaptive_max_pool2d`, and where in its image, read row by row, each largest element is.

    >>> F.adaptive_max_pool2d_with_indices(torch.arange(16.0).view(1, 4, 4), 1)
    (tensor([[[15.]]]), tensor([[[15]]]))
    """
    return _adaptive_max_pool("adaptive_max_pool2d", input, output_size, True)


@composed
def adaptive_max_pool3d(input: Tensor, output_size: object, return_indices: Flag = False) -> Any:
    """The largest element of each of `output_size` windows that cover the input: see `nn.AdaptiveMaxPool3d`.

    >>> F.adaptive_max_pool3d(torch.arange(8.0).view(1, 2, 2, 2), 1)
    tensor([[[[7.]]]])
    """
    return _adaptive_max_pool("adaptive_max_pool3d", input, output_size, return_indices)


@composed
def adaptive_max_pool3d_with_indices(
    input: Tensor, output_size: object, return_indices: Flag = False
) -> tuple[Tensor, Tensor]:
    """`adaptive_max_pool3d`, and where in its image, read row by row, each largest element is.

    >>> F.adaptive_max_pool3d_with_indices(torch.arange(8.0).view(1, 2, 2, 2), 1)
    (tensor([[[[7.]]]]), tensor([[[[7]]]]))
    """
    return _adaptive_max_pool("adaptive_max_pool3d", input, output_size, True)
