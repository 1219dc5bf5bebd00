"""Normalisation: bring activations to mean 0 and variance 1, then scale and shift them by learnt numbers.

    hat = (x - mean) / sqrt(var + eps),    y = hat * weight + bias

The layers differ only in what mean and variance are taken over: a channel of the whole batch (batch norm), of one sample
(instance norm), a group of channels (group norm), or the last axes (layer norm). As mean and variance move with x, the
gradient of x loses its own mean and its share along hat:

    dx = (g - mean(g) - hat * mean(g * hat)) / sqrt(var + eps)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ...arrays import dtypes
from ...arrays.notices import hush, warn
from ...arrays.rows import NumberBesideRow, ones
from ...arrays.storage import refuse_overlap
from ...arrays.sums import summed
from ...autograd.contract import composed
from ...autograd.inplace import write
from ...autograd.rule import array, differentiable, kept
from ..checks import check_constant, other_dtype
from .padding import constant_pad_nd

if TYPE_CHECKING:
    from ...autograd.contract import Array, Pulled, Shape, Tensor


__all__ = ["batch_norm", "group_norm", "instance_norm", "layer_norm", "rms_norm"]

_ROWS, _CHANNELS = (1,), (0, 2)  # what is averaged over: the rows of a matrix, the channels of (N, C, L)
_SUBSCRIPTS = {_ROWS: "ij,ij->i", _CHANNELS: "ijk,ijk->j"}
_SHORT = 32  # rows that einsum adds up sooner than vecdot
_BESIDE = {_ROWS: (slice(None), None), _CHANNELS: (None, slice(None), None)}  # gives the averages their axes back


def _inner(a: Array, b: Array, axes: tuple[int, ...]) -> Array:
    """Σ a b over the axes, which stay with length 1."""
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):  # these need no array for the products
        if a.shape[-1] < _SHORT:
            return np.einsum(_SUBSCRIPTS[axes], a, b)[_BESIDE[axes]]
        total = np.vecdot(a, b)
        return (total if axes is _ROWS else np.add.reduce(total, 0))[_BESIDE[axes]]
    return summed(a * b, axes, True)


def _into(ufunc: np.ufunc, a: Array, b: Array) -> Array:
    """ufunc(a, b), written into `a` if both are arrays: large arrays take most of their time to be allocated."""
    return ufunc(a, b, out=a) if isinstance(a, np.ndarray) and isinstance(b, np.ndarray) else ufunc(a, b)


def _sum(x: Array, axes: tuple[int, ...]) -> Array:
    """Σ x over the axes, which stay with length 1; along the last axis by a matrix product: BLAS adds faster than .sum."""
    if x.shape[-1] == 1:
        return summed(x, axes, True)
    total = x @ ones(x.shape[-1], x.dtype)
    return (total if axes is _ROWS else summed(total, 0))[_BESIDE[axes]]


def _mean(x: Array, axes: tuple[int, ...]) -> Array:
    return _sum(x, axes) / math.prod(x.shape[d] for d in axes)


def _centred(x: Array, eps: float) -> tuple[Array, Array]:
    """Rows less their means, and 1 / their standard deviations."""
    centred = x - _mean(x, _ROWS)
    return centred, 1 / np.sqrt(_inner(centred, centred, _ROWS) / x.shape[1] + eps)


def _back(scaled: Array, centred: Array, share: Array, shift: Array) -> Array:
    """g * scale - centred * share - shift: dx, with the numbers that belong to a row, channel or group made one beforehand."""
    return _into(np.subtract, _into(np.subtract, scaled, centred * share), shift)


def _affine(hat: Array, weight: Array | None, bias: Array | None) -> Array:
    if weight is None:
        return hat if bias is None else hat + bias
    scaled = hat * weight
    return scaled if bias is None else _into(np.add, scaled, bias)


def _check_types(name: str, input: Array, *parameters: Array) -> None:
    """Check that the input is floating point, and that weights and statistics are of its type; beside float16 they may be of float32.

    Raises:
        NotImplementedError: whole numbers. RuntimeError: types differ.
    """
    dtype = input.dtype
    if not dtype.is_floating_point:
        raise NotImplementedError(f"{name}() needs a floating point tensor and got {dtype}; convert it with .float()")
    for parameter in parameters:
        beside_half = dtype.itemsize == 2 and getattr(parameter, "dtype", None) is dtypes.float32
        if parameter is not None and parameter.dtype != dtype and not beside_half:
            raise RuntimeError(
                f"mixed dtype (CPU): all inputs must share same datatype. In {name}() {other_dtype(input, parameter)}"
            )


def _run(rule: Callable, input: Array, weight: Array | None, bias: Array | None, *rest: object) -> Array:
    """Run the rule; half precision in float32, as torch does."""
    if input.dtype.itemsize == 2:
        single = (None if t is None else t.float() for t in (input, weight, bias))
        return rule(*single, *rest).to(input.dtype)
    return rule(input, weight, bias, *rest)


# ---------------------------------------------------------------------------------------------------------------------
# Over the last axes
# ---------------------------------------------------------------------------------------------------------------------
def _as_rows(input: Array, count: int) -> Array:
    """The last `count` axes as one, and those before as another."""
    split = input.ndim - count
    return input.reshape((math.prod(input.shape[:split]), math.prod(input.shape[split:])))


def _over_samples(g: Array, count: int) -> Array:
    """The sum over all but the last `count` axes, as a matrix product: BLAS adds faster than .sum."""
    rows = _as_rows(g, count)
    return (ones(rows.shape[0], rows.dtype) @ rows).reshape(g.shape[g.ndim - count :])


@differentiable(name="NativeLayerNormBackward0", saves="input weight bias")
def _layer_norm(input: Array, weight: Array | None, bias: Array | None, count: int, eps: float) -> Pulled:
    shape, x = input.shape, _as_rows(input, count)
    centred, rstd = _centred(x, eps)
    made = _into(np.multiply, centred, rstd)

    def pull(g: Array) -> Array:
        hat = kept(made, lambda: _centred(x, eps)[0] * rstd)
        g = _as_rows(g if weight is None else g * weight, count)
        d = _into(np.add, hat * (_inner(g, hat, _ROWS) / -x.shape[1]), g)
        return _into(np.multiply, _into(np.subtract, d, _mean(g, _ROWS)), rstd).reshape(shape)

    hat = made.reshape(shape)
    return _affine(hat, weight, bias), pull, lambda g: _over_samples(g * hat, count), lambda g: _over_samples(g, count)


@differentiable(name="MulBackward0", saves=["input weight", ""], order="weight input")
def _rms_norm(input: Array, weight: Array | None, bias: None, count: int, eps: float) -> Pulled:
    shape, x = input.shape, _as_rows(input, count)
    n = x.shape[1]
    scale = 1 / np.sqrt(_inner(x, x, _ROWS) / n + eps)
    made = x * scale
    hat = made.reshape(shape)

    def pull(g: Array) -> Array:
        rows = kept(made, lambda: x * scale)
        g = _as_rows(g if weight is None else g * weight, count)
        d = _into(np.add, rows * (_inner(g, rows, _ROWS) / -n), g)
        return _into(np.multiply, d, scale).reshape(shape)

    return _affine(hat, weight, None), pull, lambda g: _over_samples(g * hat, count)


def _check_last_axes(name: str, input: Array, normalized_shape: tuple[int, ...], *parameters: Array) -> int:
    """How many axes are normalised over."""
    if isinstance(normalized_shape, int):
        raise TypeError(
            f"{name}(): argument 'normalized_shape' must be tuple of ints, not int: give ({normalized_shape},)"
        )
    shape = list(normalized_shape)
    if not shape:
        raise RuntimeError(
            "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got normalized_shape = []"
        )
    for parameter in parameters:
        if parameter is not None and list(parameter.shape) != shape:
            what = "weight" if len(parameters) == 1 else "weight and bias"
            raise RuntimeError(
                f"Expected {what} to be of same shape as normalized_shape, but got {list(parameter.shape)} and normalized_shape = {shape}"
            )
    if list(input.shape[-len(shape) :]) != shape:
        raise RuntimeError(
            f"Given normalized_shape={shape}, expected input with shape [*, {', '.join(map(str, shape))}], but got input of size {list(input.shape)}"
        )
    return len(shape)


@composed
def layer_norm(
    input: Tensor,
    normalized_shape: Shape,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-05,
    cudnn_enable: bool = True,
) -> Tensor:
    """(x - mean) / sqrt(var + eps) * weight + bias, mean and variance being taken over the last axes.

    Shapes: (*, normalized_shape); weight and bias normalized_shape.

    Raises:
        RuntimeError: the last axes, or a parameter, are not of normalized_shape, or the dtypes differ.

    Source: Ba et al. 2016, arXiv:1607.06450.

    >>> torch.layer_norm(torch.tensor([1.0, 3.0, 5.0]), (3,))
    tensor([-1.2247,  0.0000,  1.2247])
    """
    count = _check_last_axes("layer_norm", input, normalized_shape, weight, bias)
    _check_types("layer_norm", input, weight, bias)
    return _run(_layer_norm, input, weight, bias, count, eps)


@composed
def rms_norm(input: Tensor, normalized_shape: Shape, weight: Tensor | None = None, eps: float | None = None) -> Tensor:
    """x / sqrt(mean(x²) + eps) * weight, the mean being taken over the last axes; eps is by default the smallest of the dtype.

    Shapes: (*, normalized_shape); weight normalized_shape.

    Raises:
        ValueError: there are fewer axes. RuntimeError: the last axes, or the weight, are not of normalized_shape.

    Source: Zhang and Sennrich 2019, arXiv:1910.07467.

    >>> torch.rms_norm(torch.tensor([3.0, 4.0]), (2,))  # divided by the root of the mean square, 12.5
    tensor([0.8485, 1.1314])
    """
    if input.ndim < len(normalized_shape):
        raise ValueError(
            f"Input tensor must have at least {len(normalized_shape)} dimensions, those of normalized_shape, but got {input.ndim}"
        )
    count = _check_last_axes("rms_norm", input, normalized_shape, weight)
    if eps is None:
        kind = array(input).dtype  # what is no floating point is refused below
        eps = float(np.finfo(kind if kind.kind == "f" and kind.itemsize > 2 else np.float32).eps)
    if weight is not None and weight.dtype != input.dtype and weight.dtype.is_floating_point:
        warn(
            f"Mismatch dtype between input and weight: input dtype = {input.dtype}, weight dtype = {weight.dtype}: it is slower"
        )
        _check_types("rms_norm", input)
        return (_run(_rms_norm, input, None, None, count, eps) * weight).to(input.dtype)
    _check_types("rms_norm", input, weight)
    return _run(_rms_norm, input, weight, None, count, eps)


# ---------------------------------------------------------------------------------------------------------------------
# Over channels
# ---------------------------------------------------------------------------------------------------------------------
def _as_channels(input: Array) -> Array:
    """(N, C, *) as (N, C, L)."""
    return input.reshape((*input.shape[:2], math.prod(input.shape[2:])))


def _moments(x: Array) -> tuple[Array, Array, Array]:
    """Mean and variance of each channel of (N, C, L), and x less its mean; in float64, as torch computes them, where a sum overflows."""
    hush()
    mean = _mean(x, _CHANNELS)
    centred = x - mean
    var = _inner(centred, centred, _CHANNELS) / (x.shape[0] * x.shape[2])
    if isinstance(x, np.ndarray) and x.itemsize == 4 and not var.max() < np.inf:
        mean, var = (part.astype(x.dtype) for part in _moments(x.astype(np.float64))[:2])
        centred = x - mean
    return mean, var, centred


def _column(parameter: Array | None) -> Array | None:
    """(C) as (C, 1), to stand beside (N, C, L)."""
    return None if parameter is None else parameter.reshape((-1, 1))


@differentiable(joint=True, name="NativeBatchNormBackward0", saves="input weight running_mean running_var")
def _batch_norm(
    input: Array,
    weight: Array | None,
    bias: Array | None,
    running_mean: Array | None,
    running_var: Array | None,
    own: tuple | None,
    eps: float,
) -> Pulled:
    """`own`: in training what `_moments` gives for the input, to be used in place of the running ones."""
    shape, x = input.shape, _as_channels(input)
    n, training = x.shape[0] * x.shape[2], own is not None
    if training and not isinstance(input, np.ndarray):
        own = _moments(x)  # again, as functions of the input
    with NumberBesideRow(x.shape[2]):
        _, var, centred = own or (None, running_var, x - _column(running_mean))
        rstd = 1 / np.sqrt(var.reshape((-1, 1)) + eps)
        # by one factor, as torch: what is far from the running mean may fit only if the weight makes it smaller
        scale = _affine(rstd, _column(weight), None)
        value = _affine(centred, scale, _column(bias))

    def pull(g: Array) -> tuple:
        g = _as_channels(g)
        with NumberBesideRow(x.shape[2]):
            d_bias, d_weight = _sum(g, _CHANNELS), _inner(g, centred, _CHANNELS) * rstd
            share, shift = scale * rstd * d_weight / n, scale * d_bias / n
            d_input = _back(g * scale, centred, share, shift) if training else scale * g
        return d_input.reshape(shape), d_weight.reshape((-1,)), d_bias.reshape((-1,)), None, None

    return value.reshape(shape), pull


@composed
def batch_norm(
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    training: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool = True,
) -> Tensor:
    """(x - mean) / sqrt(var + eps) * weight + bias for each channel (axis 1).

    In training mean and variance are those of the batch, and the running ones move towards them:
    running = (1 - momentum) running + momentum batch's (the variance with n - 1 in place of n). Otherwise they are the running ones.

    Shapes: (N, C, *); all parameters (C).

    Raises:
        RuntimeError: a parameter has not one element a channel, or running statistics are needed and not given.
        ValueError: one of the two is given alone.

    Source: Ioffe and Szegedy 2015, arXiv:1502.03167.

    >>> x = torch.tensor([[1.0], [3.0]])
    >>> torch.batch_norm(x, None, None, None, None, True, 0.1, 0.0, False)
    tensor([[-1.],
            [ 1.]])
    """
    data = array(input)
    if not data.size:  # as torch, which does not ask for channels then
        empty = input.clone() if weight is None else input * weight[0]
        return empty if bias is None else empty + bias[0]
    if data.ndim < 2:
        raise (IndexError if running_mean is None else RuntimeError)(
            f"batch_norm() needs channels on axis 1: (N, C, ...), but got input of shape {list(input.shape)}"
        )
    if training and (running_mean is None) != (running_var is None):
        raise ValueError("running_mean and running_var must either both be None or neither be None")
    given = {"running_mean": running_mean, "running_var": running_var, "weight": weight, "bias": bias}
    for name, parameter in given.items():
        if parameter is None:
            if not training and name.startswith("running"):
                raise RuntimeError(f"{name} must be defined in evaluation mode; give one, or training=True")
        elif array(parameter).size != data.shape[1] or (parameter.ndim != 1 and name.startswith("running")):
            raise RuntimeError(
                f"{name} should contain {data.shape[1]} elements, one for each channel of input {list(data.shape)}, not {parameter.numel()} in shape {list(parameter.shape)}"
            )
    check_constant("native_batch_norm", running_mean=running_mean, running_var=running_var)
    _check_types("batch_norm", input, *given.values())  # before the statistics change
    if not training:
        return _run(_batch_norm, input, weight, bias, running_mean, running_var, None, eps)
    x = _as_channels(data)
    n = x.shape[0] * x.shape[2]
    with NumberBesideRow(x.shape[2]):
        mean, var, centred = _moments(x if x.itemsize > 2 else x.astype(np.float32))
    for running, batch in ((running_mean, mean), (running_var, var * (n / (n - 1)) if n > 1 else var * np.nan)):
        if running is not None:
            # not counted as an in-place change: the layer may be called twice before backward
            array(running)[...] = array(running) * (1 - momentum) + momentum * batch.reshape(-1)
    return _run(_batch_norm, input, weight, bias, running_mean, running_var, (mean, var, centred), eps)


@composed
def instance_norm(
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    use_input_stats: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool = True,
) -> Tensor:
    """Batch norm of each sample by itself: mean and variance of each channel are taken over its places alone.

    Running statistics move towards the average of the samples' statistics.

    Shapes: (N, C, *); all parameters (C).

    Source: Ulyanov et al. 2016, arXiv:1607.08022.

    >>> torch.instance_norm(torch.tensor([[[1.0, 3.0]]]), None, None, None, None, True, 0.1, 0.0, False)
    tensor([[[-1.,  1.]]])
    """
    n, channels = input.shape[:2]
    weight, bias = (None if t is None else t.repeat(n) for t in (weight, bias))
    flat = input.reshape((1, n * channels, *input.shape[2:]))  # after these as in torch, whose hooks run in that order
    kind = input.dtype if input.dtype.itemsize > 2 else None
    means, variances = (None if t is None else t.repeat(n).to(kind or t.dtype) for t in (running_mean, running_var))
    output = batch_norm(flat, weight, bias, means, variances, use_input_stats, momentum, eps)
    if use_input_stats:
        for running, samples in ((running_mean, means), (running_var, variances)):
            if running is not None:
                refuse_overlap(running._data, ())
                with np.errstate(all="ignore"):  # NumPy's own Python code
                    write(running, array(samples).reshape(n, channels).mean(axis=0))
    return output.view(input.shape)


@differentiable(joint=True, name="NativeGroupNormBackward0", saves="input weight")
def _group_norm(input: Array, weight: Array | None, bias: Array | None, num_groups: int, eps: float) -> Pulled:
    shape, x = input.shape, _as_channels(input)
    n, channels, length = x.shape
    members, groups, size = channels // num_groups, n * num_groups, channels // num_groups * length

    def for_channels(of_groups: Array) -> Array:
        """A number of each group as one of each of its channels."""
        return (of_groups.reshape((n, num_groups, 1)) * ones(members, x.dtype)).reshape((n, channels, 1))

    with NumberBesideRow(size):
        rows, rstd = _centred(x.reshape((groups, size)), eps)
    centred = rows.reshape(x.shape)
    scale = _affine(for_channels(rstd), _column(weight), None)

    def pull(g: Array) -> tuple:
        def mean(back: Array) -> Array:
            """The mean over a group of what its channels send back."""
            return _sum(_affine(back, _column(weight), None).reshape((groups, members)), _ROWS) / size

        g = _as_channels(g)
        each, hat = (part.reshape((n * channels, length)) for part in (g, centred))
        d_bias = _sum(each, _ROWS).reshape((n, channels, 1))
        d_weight = _inner(each, hat, _ROWS).reshape((n, channels, 1))
        with NumberBesideRow(length):
            scaled = (g * scale).reshape((groups, size))
        with NumberBesideRow(size):
            d_input = _back(scaled, rows, rstd * rstd * rstd * mean(d_weight), rstd * mean(d_bias))
        return d_input.reshape(shape), summed(d_weight * for_channels(rstd), (0, 2)), summed(d_bias, (0, 2))

    with NumberBesideRow(length):
        value = _affine(centred, scale, _column(bias))
    return value.reshape(shape), pull


@composed
def group_norm(
    input: Tensor,
    num_groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-05,
    cudnn_enabled: bool = True,
) -> Tensor:
    """(x - mean) / sqrt(var + eps) * weight + bias, mean and variance being taken over a group of channels of one sample.

    Shapes: (N, C, *); weight and bias (C).

    Raises:
        RuntimeError: the channels do not divide into groups, there are none, or a parameter has not one element a channel.

    Source: Wu and He 2018, arXiv:1803.08494.

    >>> torch.group_norm(torch.tensor([[1.0, 3.0, 10.0, 30.0]]), 2)
    tensor([[-1.0000,  1.0000, -1.0000,  1.0000]])
    """
    shape = list(input.shape)
    if num_groups <= 0:
        raise RuntimeError(f"Expected num groups to be greater than 0, got {num_groups}")
    if shape[1] % num_groups:
        raise RuntimeError(
            f"Expected number of channels in input to be divisible by num_groups, but got input of shape {shape} and num_groups={num_groups}"
        )
    for name, parameter in (("weight", weight), ("bias", bias)):
        if parameter is not None and list(parameter.shape) != shape[1:2]:
            raise RuntimeError(
                f"Expected {name} to be a vector of size equal to the number of channels in input, but got {name} of shape {list(parameter.shape)} and input of shape {shape}"
            )
    _check_types("group_norm", input, weight, bias)
    return _run(_group_norm, input, weight, bias, num_groups, eps)


@composed
def local_response_norm(input: Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Tensor:
    """x / (k + alpha * mean(x²))^beta, the mean being taken over the `size` channels around each.

    Shapes: (N, C, *) of at least 3 axes. Beyond the first and last channel there are zeros.

    Raises:
        ValueError: the input has less than 3 axes.

    Source: Krizhevsky et al. 2012, section 3.3.

    >>> F.local_response_norm(torch.ones(1, 2, 1), size=2, alpha=1.0, beta=1.0).flatten()
    tensor([0.6667, 0.5000])
    """
    if input.ndim < 3:
        raise ValueError(f"Expected 3D or higher dimensionality input (got {input.ndim} dimensions): (N, C, ...)")
    if size < 1:
        raise RuntimeError(f"local_response_norm: size must be greater than zero, but got {size}")
    if not input.numel():
        return input
    channels = input.shape[1]
    squares = constant_pad_nd(input * input, (*(0, 0) * (input.ndim - 2), size // 2, (size - 1) // 2))
    total = sum(squares[:, i : i + channels] for i in range(size))
    # whole numbers have a whole mean, as in torch
    scaled = total * (alpha / size) if input.dtype.is_floating_point else total // size * alpha
    return input / (scaled + k) ** beta
