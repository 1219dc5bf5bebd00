"""Convolution: a small kernel of weights moves over the input, and at each place gives the weighted sum of the patch under it.

All is one pair of linear maps, each the other's adjoint. Columns hold the patches side by side, so that a convolution is a product of
matrices, and the adjoint adds each patch to where it was taken from:

    convolution             y = weight @ columns(x)
    transposed convolution  x = add_columns(weightᵀ @ y)
    gradient of the weight  Σ y @ columns(x)ᵀ

The gradient of the input of either convolution is thus the other convolution, and the gradients of the weight's gradient are again
convolutions: gradients of any order come from these two rules. `F.unfold` and `F.fold` are the columns and their adjoint.

Columns are right for every kernel. Where another way to the same sums is faster, it is taken (`_quick_way`): `winograd.py` for 3 x 3 and 5 x 5
in single precision, `depthwise.py` for a kernel of its own for each channel, `channels_last.py` for strides, volumes and input gradients.

Source: Dumoulin and Visin 2016, arXiv:1603.07285.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ...arrays.dtypes import TITLES
from ...arrays.notices import warn
from ...arrays.sums import plain_add
from ...autograd.contract import composed
from ...autograd.rule import array, differentiable
from ..checks import in_c, need, other_dtype, where_channels_stand
from ..shape import squeeze, unsqueeze
from . import channels_last, depthwise, winograd
from .columns import Columns, Sizes, cropped, reach_of, room_for, sizes_of, window_places
from .padding import constant_pad_nd

if TYPE_CHECKING:
    from ...autograd.contract import Array, Pulled, Size, Tensor


__all__ = ["conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d"]


# ---------------------------------------------------------------------------------------------------------------------
# The rules
# ---------------------------------------------------------------------------------------------------------------------
# numbers in the columns made at a time: 2 MB of float32 stay in the cache; with twice as many a 3x3 convolution of 32 to 64
# channels takes half as long again
_CHUNK = 1 << 19


def _chunks(n: int, numbers: int) -> Iterator[slice]:
    """Slices of a batch of n samples that have so many numbers each."""
    step = max(1, _CHUNK // max(numbers, 1))
    return (slice(i, i + step) for i in range(0, n, step))


def _quick_way(
    name: str, x: Array, out: int, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, groups: int
) -> Callable | None:
    """What is faster than columns, if there is something. It gives None where an infinite number would spread."""
    for way in (winograd, depthwise, channels_last):
        if hasattr(way, name) and way.suits(name, x, out, kernel, stride, padding, dilation, groups):
            return getattr(way, name)
    return None


def _correlate(
    x: Array,
    weight: Array,
    bias: Array | None,
    stride: Sizes,
    padding: Sizes,
    dilation: Sizes,
    output_padding: Sizes,
    groups: int,
) -> Array:
    """weight @ columns(x) + bias: (N, C, *size), (O, C / groups, *kernel), (O) -> (N, O, *places)."""
    n, o, kernel, rows = len(x), len(weight), weight.shape[2:], math.prod(weight.shape[1:])
    places = window_places(x.shape[2:], kernel, stride, padding, dilation, output_padding)
    way = _quick_way("convolved", x, o, kernel, stride, padding, dilation, groups)
    if way and (quick := way(x, weight, bias, stride, padding, tuple(places))) is not None:
        return quick
    columns = Columns(x.shape[2:], places, kernel, stride, padding, dilation, rows > o // groups)
    patches = columns.patches(x)
    matrices = weight.reshape(groups, o // groups, rows)
    shift: Any = 0 if bias is None else bias.reshape((o, *(1,) * len(places)))
    value = np.empty((n, o, *places), x.dtype)
    for part in _chunks(n, max(groups * rows, o) * columns.length):
        target = value[part]
        right = patches[part].reshape(len(target), groups, rows, columns.length)
        if columns.long:
            y = np.empty((len(target), groups, o // groups, math.prod(columns.lines)), x.dtype)
            np.matmul(matrices, right, out=y[..., : columns.length])
            np.add(columns.inside(y.reshape(len(target), o, *columns.lines)), shift, out=target)
        else:
            np.matmul(matrices, right, out=target.reshape(len(target), groups, o // groups, columns.length))
            target += shift
    return value


def _spread(
    y: Array,
    weight: Array,
    bias: Array | None,
    stride: Sizes,
    padding: Sizes,
    dilation: Sizes,
    output_padding: Sizes,
    groups: int,
) -> Array:
    """add_columns(weightᵀ @ y) + bias: (N, O, *places), (O, C / groups, *kernel), (C) -> (N, C, *size)."""
    n, o, *places = y.shape
    kernel, rows = weight.shape[2:], math.prod(weight.shape[1:])
    channels = groups * weight.shape[1]
    size = [
        (m - 1) * s + r + more - 2 * p
        for m, s, r, more, p in zip(places, stride, reach_of(kernel, dilation), output_padding, padding, strict=True)
    ]
    way = _quick_way("spread", y, channels, kernel, stride, padding, dilation, groups)
    if way and (quick := way(y, weight, bias, stride, padding, tuple(size))) is not None:
        return quick
    # inf times the zeros beyond the edge would be nan
    long = rows > o // groups and bool(np.isfinite(weight).all())
    columns = Columns(size, places, kernel, stride, padding, dilation, long)
    matrices = np.ascontiguousarray(weight.reshape(groups, o // groups, rows).swapaxes(1, 2))
    total = np.zeros((n, channels, *columns.size), y.dtype)
    for part in _chunks(n, max(groups * rows, o) * columns.length):
        right = columns.rows(y[part])
        product = matrices @ right.reshape(len(right), groups, o // groups, columns.length)
        columns.add(product.reshape(len(right), channels, *kernel, *columns.row), total[part])
    value = cropped(total, padding)
    if bias is not None:
        value += bias.reshape((channels, *(1,) * len(places)))
    return value


@differentiable
def _weight_gradient(
    x: Array,
    y: Array,
    kernel: Sizes,
    stride: Sizes,
    padding: Sizes,
    dilation: Sizes,
    output_padding: Sizes,
    groups: int,
) -> Pulled:
    """Σ y @ columns(x)ᵀ over the batch: (N, C, *size), (N, O, *places) -> (O, C / groups, *kernel)."""
    n, o, *places = y.shape
    channels = x.shape[1] // groups
    rows = channels * math.prod(kernel)
    images, left = array(x), array(y)
    pulls = (
        lambda g: _convolution.rule(y, g, None, stride, padding, dilation, True, output_padding, groups),
        lambda g: _convolution.rule(x, g, None, stride, padding, dilation, False, output_padding, groups),
    )
    way = _quick_way("weight_gradient", images, o, kernel, stride, padding, dilation, groups)
    if way and (quick := way(images, left, kernel, stride, padding)) is not None:
        return quick, *pulls

    def summed(long: bool) -> np.ndarray:
        columns = Columns(x.shape[2:], places, kernel, stride, padding, dilation, long)
        patches = columns.patches(images)
        total = np.zeros((groups, rows, o // groups), left.dtype)
        together = rows * (o // groups) > 100 * columns.length
        for part in _chunks(n, max(groups * rows, o) * columns.length):
            right, of_x = columns.rows(left[part]), patches[part]
            right = right.reshape(len(right), groups, o // groups, columns.length).swapaxes(2, 3)
            if together:  # all samples in one product, where a large product for each would have to be added up
                of_x = np.moveaxis(of_x, 0, 1 + len(kernel)).reshape(groups, rows, -1)
                total += of_x @ right.swapaxes(0, 1).reshape(groups, -1, o // groups)
            else:  # not y @ columnsᵀ: BLAS is faster with the smaller matrix turned
                total += plain_add(of_x.reshape(len(right), groups, rows, columns.length) @ right, axis=0)
        return total

    total = summed(rows > o // groups)
    if not np.isfinite(total).all():  # inf times the zeros beyond the edge may be in it
        total = summed(long=False)
    return np.ascontiguousarray(total.swapaxes(1, 2)).reshape(o, channels, *kernel), *pulls


@differentiable(name="ConvolutionBackward0", saves="input weight")
def _convolution(
    input: Array,
    weight: Array,
    bias: Array | None,
    stride: Sizes,
    padding: Sizes,
    dilation: Sizes,
    transposed: bool,
    output_padding: Sizes,
    groups: int,
) -> Pulled:
    """Either convolution. `output_padding`: the elements at the end that no patch reaches, so that each is the adjoint of the other."""
    options = stride, padding, dilation, output_padding, groups
    value = (_spread if transposed else _correlate)(array(input), array(weight), array(bias), *options)
    dtype = value.dtype

    def pull_weight(g: Array) -> Array:
        x, y = (g, input) if transposed else (input, g)
        return _weight_gradient.rule(x, y, weight.shape[2:], *options)

    def pull_bias(g: np.ndarray) -> np.ndarray:
        length = math.prod(g.shape[2:])  # a matrix product: BLAS adds faster than .sum
        return (g.reshape((*g.shape[:2], length)) @ np.ones(length, dtype)).sum(axis=0)

    return (
        value,
        lambda g: _convolution.rule(g, weight, None, stride, padding, dilation, not transposed, output_padding, groups),
        pull_weight,
        pull_bias,
    )


# ---------------------------------------------------------------------------------------------------------------------
# torch's names
# ---------------------------------------------------------------------------------------------------------------------
def _check(
    name: str,
    input: Array,
    weight: Array,
    bias: Array | None,
    options: dict[str, Sizes],
    groups: int,
    transposed: bool,
) -> None:
    """Raise what is wrong with a batched input and the parameters."""
    for option, least in (("padding", 0), ("output_padding", 0), ("stride", 1), ("dilation", 1)):
        kind = "negative" if least == 0 else "non-positive"
        need(min(options[option]) >= least, f"{kind} {option} is not supported, got {options[option]}")
    need(groups > 0, f"non-positive groups is not supported, got {groups}")
    shape, size = list(weight.shape), list(input.shape)
    need(
        shape[0] >= groups and shape[0] % groups == 0,
        f"Given groups={groups}, expected weight to be at least {groups} at dimension 0, and divisible by it, but got weight of size {shape} instead",
    )
    channels, out = (shape[0], shape[1] * groups) if transposed else (shape[1] * groups, shape[0])
    if size[1] != channels:
        raise RuntimeError(
            f"Given {'transposed=1' if transposed else f'groups={groups}'}, weight of size {shape}, expected input{size} to have {channels} channels, but got {size[1]} channels instead: "
            + where_channels_stand(size, channels)
        )
    need(
        bias is None or list(bias.shape) == [out],
        f"Given weight of size {shape}, expected bias to be 1-dimensional with {out} elements, but got bias of size {None if bias is None else list(bias.shape)} instead",
    )
    if bias is not None and bias.dtype != input.dtype:
        raise RuntimeError(
            f"Input type ({in_c(input)}) and bias type ({in_c(bias)}) should be the same: {other_dtype(input, bias)}"
        )
    if weight.dtype != input.dtype:
        raise RuntimeError(
            f"expected scalar type {TITLES[input.dtype.name]} but found {TITLES[weight.dtype.name]}: {other_dtype(input, weight)}"
        )
    if input.dtype.name == "bool":
        raise NotImplementedError(f"{name}() is not implemented for bool tensors; convert them with .float()")
    need(
        min(shape[2:]) > 0,
        f"{name}() needs a kernel of at least one element along each axis, but got weight of size {shape}",
    )
    if not transposed:
        _check_room(size[2:], shape[2:], **options)
    elif size[0]:  # of no images torch looks at the sizes of the output alone
        _check_output_padding(**options)
    need(
        0 not in size[2:] or (transposed and not size[0]),
        f"Only zero batch or zero channel inputs are supported, but got input shape: {size}",
    )


def _check_output_padding(stride: Sizes, dilation: Sizes, output_padding: Sizes, **_: Sizes) -> None:
    need(
        all(more < max(s, d) for more, s, d in zip(output_padding, stride, dilation, strict=True)),
        f"output padding must be smaller than either stride or dilation, but got {output_padding=}, {stride=}, {dilation=}",
    )


def _check_room(size: list[int], kernel: list[int], padding: Sizes, dilation: Sizes, **_: Sizes) -> None:
    padded = [n + 2 * p for n, p in zip(size, padding, strict=True)]
    reach = reach_of(tuple(kernel), dilation)
    need(
        all(r <= n for r, n in zip(reach, padded, strict=True)),
        f"Calculated padded input size per channel: ({' x '.join(map(str, padded))}). Kernel size: ({' x '.join(map(str, reach))}). "
        "Kernel size can't be greater than actual input size: pad the input, or use a smaller kernel",
    )


def _named_padding(input: Array, padding: str, kernel: Sizes, stride: Sizes, dilation: Sizes) -> tuple[Array, Array]:
    """The paddings "same" and "valid" as numbers; an even kernel needs one zero more at the end, which the input returned has."""
    if padding == "valid":
        return input, 0
    need(padding == "same", f"Invalid padding string: {padding!r}; it must be 'same' or 'valid'")
    need(max(stride) == 1, f"padding='same' is not supported for strided convolutions, and stride is {stride}")
    need(min(dilation) > 0, f"non-positive dilation is not supported, got {dilation}")
    total = [r - 1 for r in reach_of(kernel, dilation)]
    if any(t % 2 for t in total):
        warn(
            "Using padding='same' with even kernel lengths and odd dilation may require a zero-padded copy of the input be created"
        )
        input = constant_pad_nd(input, [p for t in reversed(total) for p in (0, t % 2)])
    return input, tuple(t // 2 for t in total)


def _check_spread(
    input: Array, weight: Array, stride: Sizes, padding: Sizes, dilation: Sizes, output_padding: Sizes
) -> None:
    """Raise RuntimeError if a transposed convolution has no output; of no images it may be empty."""
    sizes = [
        (m - 1) * s + r + more - 2 * p
        for m, s, r, more, p in zip(
            input.shape[2:], stride, reach_of(tuple(weight.shape[2:]), dilation), output_padding, padding, strict=True
        )
    ]
    need(
        min(sizes) > 0 or (min(sizes) == 0 and not input.shape[0]),
        f"Calculated output size {sizes} is too small: input {list(input.shape)}, weight {list(weight.shape)}, padding={padding}",
    )


def _run(
    name: str,
    input: Array,
    weight: Array,
    bias: Array | None,
    stride: Size | None,
    padding: Size,
    dilation: Size,
    groups: int,
    transposed: bool = False,
    output_padding: Size = 0,
) -> Array:
    """Check the arguments and run the rule; half precision in float32."""
    n = int(name[-2])
    if input.ndim not in (n + 1, n + 2):
        raise RuntimeError(
            f"Expected {n + 1}D (unbatched) or {n + 2}D (batched) input to {name}, but got input of size: {list(input.shape)}; "
            "input.unsqueeze(0) adds an axis, of channels or of the batch"
        )
    need(weight.ndim == n + 2, f"{name}() needs a weight of {n + 2} axes, but got weight of size {list(weight.shape)}")
    if input.ndim == n + 1:
        out = _run(
            name, unsqueeze(input, 0), weight, bias, stride, padding, dilation, groups, transposed, output_padding
        )
        return squeeze(out, 0)
    stride, dilation = sizes_of(name, "stride", stride, n), sizes_of(name, "dilation", dilation, n)
    kernel = tuple(weight.shape[2:])
    if isinstance(padding, str) and not transposed:
        input, padding = _named_padding(input, padding, kernel, stride, dilation)
    padding, output_padding = sizes_of(name, "padding", padding, n), sizes_of(name, "output_padding", output_padding, n)
    options = {"stride": stride, "padding": padding, "dilation": dilation, "output_padding": output_padding}
    _check(name, input, weight, bias, options, groups, transposed)
    if transposed:
        _check_spread(input, weight, stride, padding, dilation, output_padding)
    else:
        room = room_for(input.shape[2:], kernel, padding, dilation)
        output_padding = tuple(r % s for r, s in zip(room, stride, strict=True))
    dtype = input.dtype
    half = dtype.is_floating_point and dtype.itemsize == 2
    if half:
        input, weight, bias = (None if t is None else t.float() for t in (input, weight, bias))
    output = _convolution(input, weight, bias, stride, padding, dilation, transposed, output_padding, groups)
    return output.to(dtype) if half else output


@composed
def conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Size = 1,
    padding: Size | str = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Tensor:
    """y[n, o, l] = bias[o] + Σ over c, k of weight[o, c, k] * x[n, c, l * stride - padding + k * dilation].

    padding: so many zeros on both sides; "valid" is none, "same" as many as make the output as long as the input (stride 1).
    groups: the channels in so many parts, each convolved with its own share of the kernels.

    Shapes: (N, C, L) or (C, L), weight (O, C / groups, K), bias (O) -> (N, O, (L + 2 padding - dilation (K - 1) - 1) // stride + 1).

    Raises:
        RuntimeError: shapes, dtypes or options do not fit each other.
        TypeError: an option is neither a number nor a tuple of them.

    >>> torch.conv1d(torch.tensor([[1.0, 2.0, 4.0]]), torch.tensor([[[-1.0, 1.0]]]))
    tensor([[1., 2.]])
    """
    return _run("conv1d", input, weight, bias, stride, padding, dilation, groups)


@composed
def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Size = 1,
    padding: Size | str = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Tensor:
    """Convolution of images; see `conv1d`. Shapes: (N, C, H, W) or (C, H, W), weight (O, C / groups, KH, KW) -> (N, O, H', W').

    >>> torch.conv2d(torch.arange(9.0).view(1, 1, 3, 3), torch.ones(1, 1, 2, 2))  # sums of 2 x 2 neighbours
    tensor([[[[ 8., 12.],
              [20., 24.]]]])
    """
    return _run("conv2d", input, weight, bias, stride, padding, dilation, groups)


@composed
def conv3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Size = 1,
    padding: Size | str = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Tensor:
    """Convolution of volumes; see `conv1d`. Shapes: (N, C, D, H, W) or (C, D, H, W), weight (O, C / groups, KD, KH, KW) -> (N, O, D', H', W').

    >>> torch.conv3d(torch.ones(1, 1, 3, 3, 3), torch.ones(1, 1, 3, 3, 3))  # 27 ones
    tensor([[[[[27.]]]]])
    """
    return _run("conv3d", input, weight, bias, stride, padding, dilation, groups)


@composed
def conv_transpose1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Size = 1,
    padding: Size = 0,
    output_padding: Size = 0,
    groups: int = 1,
    dilation: Size = 1,
) -> Tensor:
    """The adjoint of `conv1d`: each element of the input adds the kernel, times itself, to the output.

    padding: so many elements are taken from both ends; output_padding: so many more come at the end.

    Shapes: (N, C, L) or (C, L), weight (C, O / groups, K), bias (O)
    -> (N, O, (L - 1) stride - 2 padding + dilation (K - 1) + output_padding + 1).

    Raises:
        RuntimeError: shapes, dtypes or options do not fit each other.
        TypeError: an option is neither a number nor a tuple of them.

    >>> torch.conv_transpose1d(torch.tensor([[1.0, 2.0]]), torch.tensor([[[3.0, 4.0]]]), stride=2)
    tensor([[3., 4., 6., 8.]])
    """
    return _run("conv_transpose1d", input, weight, bias, stride, padding, dilation, groups, True, output_padding)


@composed
def conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Size = 1,
    padding: Size = 0,
    output_padding: Size = 0,
    groups: int = 1,
    dilation: Size = 1,
) -> Tensor:
    """The adjoint of `conv2d`; see `conv_transpose1d`. Shapes: (N, C, H, W) or (C, H, W), weight (C, O / groups, KH, KW) -> (N, O, H', W').

    >>> torch.conv_transpose2d(torch.ones(1, 1, 2, 2), torch.ones(1, 1, 2, 2))
    tensor([[[[1., 2., 1.],
              [2., 4., 2.],
              [1., 2., 1.]]]])
    """
    return _run("conv_transpose2d", input, weight, bias, stride, padding, dilation, groups, True, output_padding)


@composed
def conv_transpose3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Size = 1,
    padding: Size = 0,
    output_padding: Size = 0,
    groups: int = 1,
    dilation: Size = 1,
) -> Tensor:
    """The adjoint of `conv3d`; see `conv_transpose1d`. Shapes: (N, C, D, H, W) or (C, D, H, W), weight (C, O / groups, KD, KH, KW) -> (N, O, D', H', W').

    >>> torch.conv_transpose3d(torch.ones(1, 1, 2, 2, 2), torch.ones(1, 1, 2, 2, 2)).shape
    torch.Size([1, 1, 3, 3, 3])
    """
    return _run("conv_transpose3d", input, weight, bias, stride, padding, dilation, groups, True, output_padding)
