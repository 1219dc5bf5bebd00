"""Activations: the curves between layers.

Each rule reads as a formula and its slope. Where a formula overflows for large inputs, the harmless part is cut off
first, so that gradients of any order stay finite too.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ...arrays.dtypes import checked
from ...autograd.contract import composed
from ...autograd.inplace import inplace
from ...autograd.rule import array, differentiable, kept
from ...stream import generator
from ..axes import from_front
from ..checks import BOOL, check_floating
from ..halves import HALF, HALF_MAX, in_single, single
from ..picking import PLAIN, pick
from .error_functions import erf

if TYPE_CHECKING:
    from ...autograd.contract import Array, Dim, Flag, Number, Pulled, QuietOut, Tensor


__all__ = [
    "celu", "celu_", "prelu", "relu", "relu_", "rrelu", "rrelu_", "selu", "selu_", "sigmoid", "sigmoid_", "tanh", "tanh_",
]  # fmt: skip


_MANY = 2**15


def second_inplace(operation: Callable, name: str, saves: str = "result") -> Callable[..., Tensor]:
    """The in-place form of an operation whose node torch calls by another number."""
    return inplace(differentiable(operation.__wrapped__, name=name, saves=saves))


@differentiable(exact=True, saves="result")
def relu(input: Tensor) -> Pulled:
    """max(0, x): negative numbers become 0.

    >>> torch.relu(torch.tensor([-1.0, 0.0, 2.0]))
    tensor([0., 0., 2.])
    """
    # an array is not kept: it may be changed in place, as in torch
    x, of = (input, None) if type(input) is np.ndarray else (array(input), input)
    dtype = x.dtype
    if dtype is BOOL:
        raise RuntimeError("Boolean inputs not supported for relu; convert with .float()")
    # of many numbers clip is faster; and of halves it alone leaves -0 as it is, as torch does
    small = x.size < _MANY and dtype is not HALF
    y = np.maximum(0, x) if small or dtype.kind != "f" else np.clip(x, 0, np.inf)
    return y, lambda g: pick(y != 0, g, None, of)


relu_ = inplace(relu)


def _logistic(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def _log_1_exp(x: np.ndarray) -> np.ndarray:
    return np.log1p(np.exp(x))


@differentiable(promote="float", saves="result")
def sigmoid(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """1 / (1 + e^-x), between 0 and 1; its slope is y (1 - y).

    >>> torch.sigmoid(torch.tensor([-1000.0, 0.0, 1000.0]))
    tensor([0.0000, 0.5000, 1.0000])
    """
    # at x = -1000 e^-x is inf and 1 / inf is 0: right. Only the slopes of these parts would be inf * 0
    if not isinstance(input, PLAIN):
        y = sigmoid(input)
    else:
        y = _logistic(single(input)).astype(HALF) if input.dtype is HALF else _logistic(input)
    return y, lambda g: g * (1 - y) * y


sigmoid_ = inplace(sigmoid)


@differentiable(promote="float", saves="result")
def tanh(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """Hyperbolic tangent, between -1 and 1; its slope is 1 - tanh².

    >>> torch.tanh(torch.tensor([-1.0, 0.0, 1.0]))
    tensor([-0.7616,  0.0000,  0.7616])
    """
    y = np.tanh(input)
    if y.dtype is HALF:
        kept = single(y)
        return y, lambda g: (1 - kept * kept) * g
    return y, lambda g: (1 - y * y) * g


tanh_ = inplace(tanh)


@differentiable(saves="input")
def _leaky_relu(input: Array, negative_slope: float) -> Pulled:
    if check_floating("leaky_relu", input):
        return in_single(_leaky_relu, input, negative_slope)
    x = array(input)
    if not -HALF_MAX <= negative_slope <= HALF_MAX:
        checked(negative_slope, x.dtype)
    up = x > 0
    if x is not input or not 0 < negative_slope <= 1:
        return pick(up, input, input * negative_slope), lambda g: pick(up, g, g * negative_slope, of=input)
    # the same in fewer passes: the larger of the two; and a slope of 1 or 0, cut off below
    return np.maximum(x, x * negative_slope), lambda g: g * np.clip(up.astype(x.dtype), negative_slope, 1)


_leaky_relu_ = second_inplace(_leaky_relu, "LeakyReluBackward1")


@composed
def leaky_relu(input: Tensor, negative_slope: Number = 0.01, inplace: Flag = False) -> Tensor:
    """x where x > 0, negative_slope * x elsewhere.

    >>> F.leaky_relu(torch.tensor([-2.0, 3.0]), 0.1)
    tensor([-0.2000,  3.0000])
    """
    return (_leaky_relu_ if inplace else _leaky_relu)(input, negative_slope)


def _below_zero(input: Array) -> Array:
    """x where it is below 0, elsewhere 0, also for nan."""
    if type(input) is np.ndarray:
        return np.fmin(input, np.zeros(input.shape, input.dtype))
    return pick(array(input) < 0, input)


@differentiable(saves="input")
def _elu(input: Array, alpha: float, scale: float) -> Pulled:
    if check_floating("elu", input):
        return in_single(_elu, input, alpha, scale)
    x = array(input)
    if not -HALF_MAX <= alpha <= HALF_MAX:
        checked(alpha, x.dtype)
    low = _below_zero(input)  # e^1000 overflows

    def pull(g: Array) -> Array:
        if alpha == 1:  # then it is also the slope above 0, where low is 0
            return np.exp(low) * scale * g
        return pick(x <= 0, g * (alpha * scale) * np.exp(low), g * scale)

    curve, slope = np.expm1(array(low)), alpha * scale
    if not math.isfinite(slope):  # 0 times infinity would be nan
        return np.where(x < 0, curve * slope, x * scale), pull
    return np.maximum(x, np.zeros(x.shape, x.dtype)) * scale + curve * slope, pull


_elu_ = second_inplace(_elu, "EluBackward1")


@composed
def elu(input: Tensor, alpha: Number = 1.0, inplace: Flag = False) -> Tensor:
    """x where x > 0, alpha (e^x - 1) elsewhere.

    Source: Clevert et al. 2015, arXiv:1511.07289.

    >>> F.elu(torch.tensor([-1.0, 0.0, 2.0]))
    tensor([-0.6321,  0.0000,  2.0000])
    """
    return (_elu_ if inplace else _elu)(input, alpha, 1.0)


SELU_ALPHA, SELU_SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


@composed
def selu(input: Tensor) -> Tensor:
    """scale * elu(x, alpha) with the constants that keep mean 0 and variance 1 from layer to layer: 1.0507 and 1.6733.

    Source: Klambauer et al. 2017, arXiv:1706.02515.

    >>> torch.selu(torch.tensor([-1.0, 0.0, 1.0]))
    tensor([-1.1113,  0.0000,  1.0507])
    """
    return _elu(input, SELU_ALPHA, SELU_SCALE)


@composed
def selu_(input: Tensor) -> Tensor:
    """In-place form of `selu`.

    >>> x = torch.tensor([-1.0, 0.0, 1.0])
    >>> torch.selu_(x)
    tensor([-1.1113,  0.0000,  1.0507])
    """
    return _elu_(input, SELU_ALPHA, SELU_SCALE)


@differentiable(saves="input")
def celu(input: Tensor, alpha: Number = 1.0) -> Pulled:
    """x where x > 0, alpha (e^(x/alpha) - 1) elsewhere: an elu whose slope has no step for any alpha.

    Raises:
        RuntimeError: alpha is 0.

    Source: Barron 2017, arXiv:1704.07483.

    >>> torch.celu(torch.tensor([-1.0, 0.0, 2.0]))
    tensor([-0.6321,  0.0000,  2.0000])
    """
    if check_floating("celu", input):
        return in_single(celu, input, alpha)
    if alpha == 0:
        raise RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU; for alpha towards 0 it is relu")
    x = array(input)
    checked(alpha, x.dtype)
    low = _below_zero(input) / alpha
    curve = np.expm1(array(low)) * alpha
    if not math.isfinite(alpha):  # 0 times infinity would be nan
        return np.where(x < 0, curve, x), lambda g: pick(x <= 0, g * math.nan, g)
    return np.maximum(x, np.zeros(x.shape, x.dtype)) + curve, lambda g: np.exp(low) * g


celu_ = second_inplace(celu, "CeluBackward1")


@differentiable(name="GeluBackward0", saves="input")
def _gelu(input: Array) -> Pulled:
    if check_floating("gelu", input):
        return in_single(_gelu, input, wide=np.float64)
    below = 0.5 * (1 + erf.rule(input * math.sqrt(0.5)))  # how much of the normal distribution lies below x
    return input * below, lambda g: g * (below + input * (np.exp(input * input * -0.5) * (1 / math.sqrt(2 * math.pi))))


@differentiable(name="GeluBackward0", saves="input")
def _gelu_tanh(input: Array) -> Pulled:
    if check_floating("gelu", input):
        return in_single(_gelu_tanh, input, wide=np.float64)
    square = input * input
    k = math.sqrt(2 / math.pi)
    t = np.tanh(k * (input + 0.044715 * square * input))

    def pull(g: Array) -> Array:
        slope = (1 - t * t) * (k * (1 + 3 * 0.044715 * square))
        return g * (0.5 * (1 + t) + 0.5 * input * slope)

    return 0.5 * input * (1 + t), pull


@composed
def gelu(input: Tensor, *, approximate: str = "none", out: Tensor | None = None) -> Tensor:
    """x Φ(x), Φ being the normal distribution function.

    approximate="tanh": 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))).

    Raises:
        RuntimeError: another `approximate`.

    Source: Hendrycks and Gimpel 2016, arXiv:1606.08415.

    >>> F.gelu(torch.tensor([-1.0, 0.0, 1.0]))
    tensor([-0.1587,  0.0000,  0.8413])
    """
    if approximate not in ("none", "tanh"):
        raise RuntimeError(f"approximate argument must be either none or tanh, got {approximate!r}")
    return _gelu(input) if approximate == "none" else _gelu_tanh(input)


@differentiable(name="SiluBackward0", saves="input")
def _silu(input: Array) -> Pulled:
    if check_floating("silu", input):
        return in_single(_silu, input)
    s = sigmoid.rule(input)
    y = input * s

    def pull(g: Array) -> Array:
        return ((1 - s) * kept(y, lambda: input * s) + s) * g

    return y, pull


_silu_ = inplace(_silu)


@composed
def silu(input: Tensor, inplace: Flag = False) -> Tensor:
    """x sigmoid(x), also called swish.

    >>> F.silu(torch.tensor([-1.0, 0.0, 1.0]))
    tensor([-0.2689,  0.0000,  0.7311])
    """
    return (_silu_ if inplace else _silu)(input)


@differentiable(name="SoftplusBackward0", saves="input")
def _softplus(input: Array, beta: float, threshold: float) -> Pulled:
    if check_floating("softplus", input):
        return in_single(_softplus, input, beta, threshold)
    if not (-HALF_MAX <= beta <= HALF_MAX and -HALF_MAX <= threshold <= HALF_MAX):
        checked(beta, array(input).dtype)
        checked(threshold, array(input).dtype)
    scaled = input * beta
    far = array(scaled) > threshold
    if not far.any():
        return _log_1_exp(array(scaled)) / beta, lambda g: sigmoid.rule(scaled) * g
    near = ~far
    low = pick(near, scaled)
    return pick(near, _log_1_exp(array(low)) / beta, input), lambda g: pick(near, g * sigmoid.rule(low), g)


@composed
def softplus(input: Tensor, beta: Number = 1.0, threshold: Number = 20.0, *, out: Tensor | None = None) -> Tensor:
    """log(1 + e^(beta x)) / beta, a smooth relu; x itself where beta x > threshold.

    >>> F.softplus(torch.tensor([-100.0, 0.0, 100.0]))
    tensor([3.7835e-44, 6.9315e-01, 1.0000e+02])
    """
    return _softplus(input, beta, threshold)


@differentiable(name="MishBackward0", saves="input")
def _mish(input: Array) -> Pulled:
    if check_floating("mish", input):
        return in_single(_mish, input)
    t = np.tanh(_softplus.rule(input, 1.0, 20.0))
    return input * t, lambda g: g * (t + input * (sigmoid.rule(input) * (1 - t * t)))


_mish_ = inplace(_mish)


@composed
def mish(input: Tensor, inplace: Flag = False) -> Tensor:
    """x tanh(softplus(x)).

    Source: Misra 2019, arXiv:1908.08681.

    >>> F.mish(torch.tensor([-1.0, 0.0, 1.0]))
    tensor([-0.3034,  0.0000,  0.8651])
    """
    return (_mish_ if inplace else _mish)(input)


@composed
def softsign(input: Tensor) -> Tensor:
    """x / (1 + |x|).

    >>> F.softsign(torch.tensor([-3.0, 0.0, 1.0]))
    tensor([-0.7500,  0.0000,  0.5000])
    """
    return input / (abs(input) + 1)


@differentiable(name="LogSigmoidBackward0")
def logsigmoid(input: Tensor, *, out: QuietOut | None = None) -> Pulled:
    """log(sigmoid(x)) = min(x, 0) - log(1 + e^-|x|), precise where sigmoid(x) is rounded to 0 or 1.

    >>> F.logsigmoid(torch.tensor([-100.0, 0.0]))
    tensor([-100.0000,   -0.6931])
    """
    if check_floating("logsigmoid", input):
        return in_single(logsigmoid, input)
    x = array(input)
    return np.minimum(x, 0) - np.log1p(np.exp(-abs(x))), lambda g: g * sigmoid.rule(-input)


@differentiable(name="PreluKernelBackward0", saves="input weight")
def _prelu(input: Array, weight: Array) -> Pulled:
    up = array(input) > 0
    return (
        pick(up, input, input * weight),
        lambda g: pick(up, g, g * weight, of=input),
        lambda g: pick(~up, g * input),
    )


@composed
def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """x where x > 0, weight * x elsewhere: a leaky relu with learnt slopes, one in all or one a channel (axis 1).

    Shapes: (N, C, ...), (C) or (1) -> (N, C, ...).

    Raises:
        RuntimeError: `weight` has neither 1 element nor one for each channel, or another dtype than `input`.

    Source: He et al. 2015, arXiv:1502.01852.

    >>> torch.prelu(torch.tensor([-4.0, 2.0]), torch.tensor([0.25]))
    tensor([-1.,  2.])
    """
    if weight.ndim > 1:
        raise RuntimeError(f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {weight.ndim}")
    count = math.prod(weight.shape)
    if not input.ndim and count != 1:
        raise RuntimeError("Not allow zero-dim input tensor. Give it an axis, or a weight of 1 element")
    channels = input.shape[1] if input.ndim > 1 else 1
    if count not in (1, channels):
        raise RuntimeError(
            "Mismatch of parameter numbers and input channel size. "
            f"Found weight of shape {list(weight.shape)} and channel size = {channels}; "
            f"give a weight of 1 or {channels} elements."
        )
    if weight.dtype != input.dtype:
        raise RuntimeError(
            f"prelu: Type promoting not supported. Got {input.dtype} and {weight.dtype}; convert one with .to()"
        )
    check_floating("prelu", input)
    return _prelu(input, weight.reshape((1, count)[-input.ndim :] + (1,) * (input.ndim - 2) if input.ndim else ()))


@differentiable(name="GluBackward0")
def _glu(input: Array, dim: int) -> Pulled:
    if check_floating("glu", input):
        return in_single(_glu, input, dim)
    size = input.shape[dim]
    if size % 2:
        raise RuntimeError(f"Halving dimension must be even, but dimension {dim} is size {size}")
    before = (slice(None),) * dim
    value, gate = input[(*before, slice(size // 2))], sigmoid.rule(input[(*before, slice(size // 2, None))])
    return value * gate, lambda g: np.concatenate([g * gate, g * value * gate * (1 - gate)], dim)


@composed
def glu(input: Tensor, dim: Dim = -1) -> Tensor:
    """Gated linear unit: a sigmoid(b), a and b being the two halves of the input along `dim`.

    Shapes: (*, 2 N, *) -> (*, N, *).

    Raises:
        RuntimeError: the axis has an odd size, or there is none. IndexError: no such axis.

    Source: Dauphin et al. 2017, arXiv:1612.08083.

    >>> F.glu(torch.tensor([3.0, 5.0, 0.0, 100.0]))  # 3 * sigmoid(0), 5 * sigmoid(100)
    tensor([1.5000, 5.0000])
    """
    if not input.ndim:
        raise RuntimeError("glu does not support scalars because halving size must be even")
    return _glu(input, from_front(dim, input.ndim))


@differentiable(name="RreluWithNoiseBackward0")
def _rrelu(input: Array, slope: Array) -> Pulled:
    up = array(input) > 0
    return pick(up, input, input * slope), lambda g: pick(up, g, g * slope, of=input)


_rrelu_ = second_inplace(_rrelu, "RreluWithNoiseBackward1")


def _slopes(input: Array, lower: float, upper: float, training: bool, source: Array) -> np.ndarray | float:
    """The slope of each negative number, as torch draws it, or the mean slope."""
    check_floating("rrelu", input)
    if not (math.isfinite(lower) and math.isfinite(upper)):
        raise RuntimeError(f"rrelu: both bounds must be finite, got {lower} and {upper}")
    if lower > upper:
        raise RuntimeError(f"Lower bound should be less than or equal to the upper bound, got {lower} and {upper}")
    if not training:
        return (lower + upper) / 2
    x = array(input)
    kind = x.dtype.type
    slopes, down = np.ones(x.shape, kind), x <= 0
    stream = generator.default_generator if source is None else source
    low, high = float(kind(lower)), float(kind(upper))  # rounded as torch rounds them
    slopes[down] = stream.uniform((int(down.sum()),), dtype=np.float64) * (high - low) + low
    return slopes


@composed
def rrelu(
    input: Tensor, lower: Number = 1 / 8, upper: Number = 1 / 3, training: bool = False, generator: object = None
) -> Tensor:
    """x where x > 0, a x elsewhere: a is drawn between lower and upper for each element in training, else their mean.

    Raises:
        RuntimeError: lower is greater than upper. NotImplementedError: the input is not floating point.

    Source: Xu et al. 2015, arXiv:1505.00853.

    >>> torch.rrelu(torch.tensor([-24.0, 2.0]))  # not training: the mean of the slopes, 11/48
    tensor([-5.5000,  2.0000])
    """
    return _rrelu.rule(input, _slopes(input, lower, upper, training, generator))


@composed
def rrelu_(
    input: Tensor, lower: Number = 1 / 8, upper: Number = 1 / 3, training: bool = False, generator: object = None
) -> Tensor:
    """In-place form of `rrelu`.

    >>> x = torch.tensor([-24.0, 2.0])
    >>> torch.rrelu_(x)
    tensor([-5.5000,  2.0000])
    """
    return _rrelu_(input, _slopes(input, lower, upper, training, generator))
