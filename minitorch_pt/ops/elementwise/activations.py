"""Activations: the curves between layers, softmax, and dropout.

Each rule reads as a formula and its slope. Where a formula overflows for large inputs, the harmless part is cut off
first, so that gradients of any order stay finite too.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ...arrays import layouts
from ...arrays.dtypes import checked
from ...arrays.notices import warn
from ...arrays.rows import largest_along
from ...arrays.sums import summed
from ...autograd.contract import composed
from ...autograd.inplace import inplace
from ...autograd.rule import array, differentiable
from ...stream import generator
from ..halves import HALF, in_single, single
from ..shape import _axis as _from_front
from .pointwise import _FEW, _PLAIN, _pick, add
from .special_functions import erf

if TYPE_CHECKING:
    from ...autograd.contract import Dim, DType, Flag, Number, Tensor


# what torch has at its top level; nn.functional has all
__all__ = [
    "celu", "celu_", "dropout", "dropout_", "log_softmax", "prelu", "relu", "relu_", "rrelu", "rrelu_", "selu", "selu_",
    "sigmoid", "sigmoid_", "softmax", "tanh", "tanh_", "threshold", "threshold_",
]  # fmt: skip

_BOOL = np.dtype(bool)
# to compare with: NumPy takes 0.25 us longer for the number 0
_ZERO = {np.dtype(t): np.zeros((), t) for t in ("f2", "f4", "f8")}


def _floating(name: str, input: Any) -> bool:
    """Check for a floating point type. Whether it is float16, which torch computes in float32.

    Raises:
        NotImplementedError: another.
    """
    dtype = input.dtype if type(input) is np.ndarray else array(input).dtype
    if dtype.kind != "f":
        raise NotImplementedError(
            f"{name}() needs a floating point tensor and got torch.{dtype.name}; convert it with .float()"
        )
    return dtype is HALF


# ---------------------------------------------------------------------------------------------------------------------
# Curves
# ---------------------------------------------------------------------------------------------------------------------
@differentiable(exact=True, saves="result")
def relu(input: Tensor) -> Any:
    """max(0, x): negative numbers become 0.

    >>> import minitorch_pt as torch
    >>> torch.relu(torch.tensor([-1.0, 0.0, 2.0]))
    tensor([0., 0., 2.])
    """
    # an array is not kept: it may be changed in place, as in torch
    x, of = (input, None) if type(input) is np.ndarray else (array(input), input)
    dtype = x.dtype
    if dtype is _BOOL:
        raise RuntimeError("Boolean inputs not supported for relu; convert with .float()")
    y = np.maximum(x, np.zeros(x.shape, dtype))  # two arrays: half the time of one and a number
    return y, lambda g: _pick(y != _ZERO[dtype], g, None, of)


def _logistic(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def _log_1_exp(x: np.ndarray) -> np.ndarray:
    return np.log1p(np.exp(x))


@differentiable(promote="float", saves="result")
def sigmoid(input: Tensor, *, out: Tensor | None = None) -> Any:
    """1 / (1 + e^-x), between 0 and 1; its slope is y (1 - y).

    >>> import minitorch_pt as torch
    >>> torch.sigmoid(torch.tensor([-1000.0, 0.0, 1000.0]))
    tensor([0.0000, 0.5000, 1.0000])
    """
    if input.dtype is HALF:
        y = _logistic(single(input)).astype(HALF)
        kept = single(y)  # rounded, as torch's is
        return y, lambda g: (1 - kept) * kept * g
    # at x = -1000 e^-x is inf and 1 / inf is 0: right. Only the slopes of these parts would be inf * 0
    y = _logistic(input) if isinstance(input, _PLAIN) else sigmoid(input)
    return y, lambda g: (1 - y) * y * g


@differentiable(promote="float", saves="result")
def tanh(input: Tensor, *, out: Tensor | None = None) -> Any:
    """Hyperbolic tangent, between -1 and 1; its slope is 1 - tanh²."""
    y = np.tanh(input)
    if y.dtype is HALF:
        kept = single(y)
        return y, lambda g: (-(kept * kept) + 1) * g
    return y, lambda g: (-(y * y) + 1) * g  # in this order NumPy reuses one array all along


@differentiable(saves="input")
def _leaky_relu(input: Any, negative_slope: float) -> Any:
    if _floating("leaky_relu", input):
        return in_single(_leaky_relu, input, negative_slope)
    x = array(input)
    if not -_FEW <= negative_slope <= _FEW:
        checked(negative_slope, x.dtype)
    up = x > 0
    return _pick(up, input, input * negative_slope), lambda g: _pick(up, g, g * negative_slope, of=input)


@composed
def leaky_relu(input: Tensor, negative_slope: Number = 0.01, inplace: Flag = False) -> Tensor:
    """x where x > 0, negative_slope * x elsewhere."""
    return (_leaky_relu_ if inplace else _leaky_relu)(input, negative_slope)


@differentiable(saves="input")
def _elu(input: Any, alpha: float, scale: float) -> Any:
    if _floating("elu", input):
        return in_single(_elu, input, alpha, scale)
    x = array(input)
    if not -_FEW <= alpha <= _FEW:
        checked(alpha, x.dtype)
    below = x < 0
    low = _pick(below, input)  # e^1000 overflows
    return (
        _pick(below, np.expm1(low) * (alpha * scale), input * scale),
        lambda g: _pick(x <= 0, g * (alpha * scale) * np.exp(low), g * scale),
    )


@composed
def elu(input: Tensor, alpha: Number = 1.0, inplace: Flag = False) -> Tensor:
    """x where x > 0, alpha (e^x - 1) elsewhere.

    Source: Clevert et al. 2015, arXiv:1511.07289.
    """
    return (_elu_ if inplace else _elu)(input, alpha, 1.0)


_ALPHA, _SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


@composed
def selu(input: Tensor) -> Tensor:
    """scale * elu(x, alpha) with the constants that keep mean 0 and variance 1 from layer to layer: 1.0507 and 1.6733.

    Source: Klambauer et al. 2017, arXiv:1706.02515.
    """
    return _elu(input, _ALPHA, _SCALE)


@composed
def selu_(input: Tensor) -> Tensor:
    """In-place form of `selu`."""
    return _elu_(input, _ALPHA, _SCALE)


@differentiable(saves="input")
def celu(input: Tensor, alpha: Number = 1.0) -> Any:
    """x where x > 0, alpha (e^(x/alpha) - 1) elsewhere: an elu whose slope has no step for any alpha.

    Raises:
        RuntimeError: alpha is 0.

    Source: Barron 2017, arXiv:1704.07483.
    """
    if _floating("celu", input):
        return in_single(celu, input, alpha)
    if alpha == 0:
        raise RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU; for alpha towards 0 it is relu")
    x = array(input)
    checked(alpha, x.dtype)
    below = x < 0
    low = _pick(below, input) / alpha
    return _pick(below, np.expm1(low) * alpha, input), lambda g: _pick(x <= 0, g * np.exp(low), g)


@differentiable(name="GeluBackward0", saves="input")
def _gelu(input: Any) -> Any:
    if _floating("gelu", input):
        return in_single(_gelu, input, wide=np.float64)
    below = 0.5 * (1 + erf.rule(input * math.sqrt(0.5)))  # how much of the normal distribution lies below x
    return input * below, lambda g: g * (below + input * (np.exp(input * input * -0.5) * (1 / math.sqrt(2 * math.pi))))


@differentiable(name="GeluBackward0", saves="input")
def _gelu_tanh(input: Any) -> Any:
    if _floating("gelu", input):
        return in_single(_gelu_tanh, input, wide=np.float64)
    square = input * input
    k = math.sqrt(2 / math.pi)
    t = np.tanh(k * (input + 0.044715 * square * input))

    def pull(g: Any) -> Any:
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
    """
    if approximate not in ("none", "tanh"):
        raise RuntimeError(f"approximate argument must be either none or tanh, got {approximate!r}")
    return _gelu(input) if approximate == "none" else _gelu_tanh(input)


@differentiable(name="SiluBackward0", saves="input")
def _silu(input: Any) -> Any:
    if _floating("silu", input):
        return in_single(_silu, input)
    s = sigmoid.rule(input)
    return input * s, lambda g: g * (s * (1 + input * (1 - s)))


@composed
def silu(input: Tensor, inplace: Flag = False) -> Tensor:
    """x sigmoid(x), also called swish."""
    return (_silu_ if inplace else _silu)(input)


@differentiable(name="SoftplusBackward0", saves="input")
def _softplus(input: Any, beta: float, threshold: float) -> Any:
    if _floating("softplus", input):
        return in_single(_softplus, input, beta, threshold)
    if not (-_FEW <= beta <= _FEW and -_FEW <= threshold <= _FEW):
        checked(beta, array(input).dtype)
        checked(threshold, array(input).dtype)
    scaled = input * beta
    near = ~(array(scaled) > threshold)
    low = _pick(near, scaled)
    return _pick(near, _log_1_exp(array(low)) / beta, input), lambda g: _pick(near, g * sigmoid.rule(low), g)


@composed
def softplus(input: Tensor, beta: Number = 1.0, threshold: Number = 20.0, *, out: Tensor | None = None) -> Tensor:
    """log(1 + e^(beta x)) / beta, a smooth relu; x itself where beta x > threshold."""
    return _softplus(input, beta, threshold)


@differentiable(name="MishBackward0", saves="input")
def _mish(input: Any) -> Any:
    if _floating("mish", input):
        return in_single(_mish, input)
    t = np.tanh(_softplus.rule(input, 1.0, 20.0))
    return input * t, lambda g: g * (t + input * (sigmoid.rule(input) * (1 - t * t)))


@composed
def mish(input: Tensor, inplace: Flag = False) -> Tensor:
    """x tanh(softplus(x)).

    Source: Misra 2019, arXiv:1908.08681.
    """
    return (_mish_ if inplace else _mish)(input)


@composed
def softsign(input: Tensor) -> Any:
    """x / (1 + |x|)."""
    return input / (abs(input) + 1)


@differentiable(name="HardtanhBackward0", saves="input")
def _hardtanh(input: Any, min_val: float, max_val: float) -> Any:
    if input.dtype is _BOOL:
        raise RuntimeError("Bool inputs not supported for hardtanh; convert with .float()")
    x = array(input)
    if x.dtype.kind != "f":
        min_val, max_val = (int(checked(limit, x.dtype)) for limit in (min_val, max_val))
        if x.dtype.kind == "u" and min_val < 0:
            raise RuntimeError(f"cannot do hardtanh on an unsigned type with negative limits, got min_val={min_val}")
    elif not -_FEW <= min_val <= max_val <= _FEW:
        checked(min_val, x.dtype)
        checked(max_val, x.dtype)
    inside = ~((x <= min_val) | (x >= max_val))  # nan counts as inside: it passes gradients on, as in torch
    return np.clip(x, min_val, max_val), lambda g: _pick(inside, g, of=input)


@composed
def hardtanh(input: Tensor, min_val: Number = -1.0, max_val: Number = 1.0, inplace: Flag = False) -> Tensor:
    """x cut off at min_val and max_val.

    Raises:
        ValueError: min_val is greater than max_val.
    """
    if min_val > max_val:
        raise ValueError(f"min_val cannot be greater than max_val, got {min_val} and {max_val}")
    return (_hardtanh_ if inplace else _hardtanh)(input, min_val, max_val)


@composed
def relu6(input: Tensor, inplace: Flag = False) -> Tensor:
    """min(max(0, x), 6)."""
    return (_hardtanh_ if inplace else _hardtanh)(input, 0.0, 6.0)


_SIXTH = float(np.float32(1 / 6))  # of single precision in torch


@differentiable(saves="input")
def _hardsigmoid(input: Any) -> Any:
    if _floating("hardsigmoid", input):
        return in_single(_hardsigmoid, input)
    x = array(input)
    inside = (x > -3) & (x < 3)
    return np.clip(x + 3, 0, 6) / 6, lambda g: _pick(inside, g * _SIXTH, of=input)


@composed
def hardsigmoid(input: Tensor, inplace: Flag = False) -> Tensor:
    """min(max(0, x + 3), 6) / 6: a sigmoid of three straight lines."""
    return (_hardsigmoid_ if inplace else _hardsigmoid)(input)


@differentiable(saves="input")
def _hardswish(input: Any) -> Any:
    if _floating("hardswish", input):
        return in_single(_hardswish, input)
    x = array(input)
    bend, above = (x > -3) & (x < 3), ~(x < 3)
    near = _pick(bend, input)
    return x * np.clip(x + 3, 0, 6) / 6, lambda g: _pick(bend, g * (near / 3 + 0.5), _pick(above, g))


@composed
def hardswish(input: Tensor, inplace: Flag = False) -> Tensor:
    """x hardsigmoid(x).

    Source: Howard et al. 2019, arXiv:1905.02244.
    """
    return (_hardswish_ if inplace else _hardswish)(input)


@differentiable(name="LogSigmoidBackward0")
def logsigmoid(input: Tensor, *, out: Tensor | None = None) -> Any:
    """log(sigmoid(x)) = min(x, 0) - log(1 + e^-|x|), precise where sigmoid(x) is rounded to 0 or 1."""
    if _floating("logsigmoid", input):
        return in_single(logsigmoid, input)
    x = array(input)
    return np.minimum(x, 0) - np.log1p(np.exp(-abs(x))), lambda g: g * sigmoid.rule(-input)


@differentiable(saves="input")
def threshold(input: Tensor, threshold: Number, value: Number, *, out: Tensor | None = None) -> Any:
    """x where x > threshold, `value` elsewhere."""
    x = array(input)
    if x.dtype is _BOOL:
        raise NotImplementedError("threshold() does not take torch.bool; convert with .float()")
    threshold, value = (checked(number, x.dtype) for number in (threshold, value))
    low = x <= threshold
    return np.where(low, x.dtype.type(value), x), lambda g: _pick(~low, g, of=input)


@differentiable(name="PreluKernelBackward0", saves="input weight")
def _prelu(input: Any, weight: Any) -> Any:
    up = array(input) > 0
    return (
        _pick(up, input, input * weight),
        lambda g: _pick(up, g, g * weight, of=input),
        lambda g: _pick(~up, g * input),
    )


@composed
def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """x where x > 0, weight * x elsewhere: a leaky relu with learnt slopes, one in all or one a channel (axis 1).

    Shapes: (N, C, ...), (C) or (1) -> (N, C, ...).

    Raises:
        RuntimeError: `weight` has neither 1 element nor one for each channel, or another dtype than `input`.

    Source: He et al. 2015, arXiv:1502.01852.
    """
    count = math.prod(weight.shape)
    channels = input.shape[1] if input.ndim > 1 else 1
    if weight.ndim > 1 or count not in (1, channels):
        raise RuntimeError(
            "Mismatch of parameter numbers and input channel size. "
            f"Found weight of shape {list(weight.shape)} and channel size = {channels}; "
            f"give a weight of 1 or {channels} elements."
        )
    if weight.dtype != input.dtype:
        raise RuntimeError(
            f"prelu: Type promoting not supported. Got {input.dtype} and {weight.dtype}; convert one with .to()"
        )
    _floating("prelu", input)
    return _prelu(input, weight.reshape((1, count)[-input.ndim :] + (1,) * (input.ndim - 2) if input.ndim else ()))


@differentiable(name="GluBackward0")
def _glu(input: Any, dim: int) -> Any:
    if _floating("glu", input):
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
    """
    if not input.ndim:
        raise RuntimeError("glu does not support scalars because halving size must be even")
    return _glu(input, _from_front(dim, input.ndim))


# ---------------------------------------------------------------------------------------------------------------------
# Softmax
# ---------------------------------------------------------------------------------------------------------------------
def _axis(input: Any, dim: int) -> int | None:
    """The axis to reduce over; torch lets a tensor without axes have one."""
    if input.ndim:
        return dim
    if dim not in (0, -1):
        raise IndexError(f"Dimension out of range (expected to be in range of [-1, 0], but got {dim})")
    return None


@differentiable(saves="result")
def softmax(input: Tensor, dim: Dim, dtype: DType | None = None, *, out: Tensor | None = None) -> Any:
    """e^x / Σ e^x along `dim`: positive numbers that add up to 1. `dtype` converts the input first.

    Raises:
        IndexError: no such axis.
        NotImplementedError: the input is not floating point and no `dtype` is given.

    >>> import minitorch_pt as torch
    >>> torch.softmax(torch.tensor([0.0, 0.0, 1000.0]), dim=0)
    tensor([0., 0., 1.])
    """
    if dtype is not None:
        return NotImplemented, _softmax_of
    if _floating("softmax", input):
        return in_single(softmax, input, dim)
    axis = _axis(input, dim)
    e = np.exp(input - largest_along(array(input), axis))  # the largest exponent is 0: no overflow
    y = e / summed(e, axis, True)

    return y, lambda g: y * (g - summed(g * y, axis, True))


def _softmax_of(input: Tensor, dim: int, dtype: DType) -> Any:
    return softmax(input.to(dtype), dim)


@differentiable(saves="result")
def log_softmax(input: Tensor, dim: Dim, dtype: DType | None = None, *, out: Tensor | None = None) -> Any:
    """log(softmax(x)) = x - log Σ e^x along `dim`, precise where softmax is rounded to 0.

    dtype: converts the input first.

    Raises:
        IndexError: no such axis.
        NotImplementedError: the input is not floating point and no `dtype` is given.
    """
    if dtype is not None:
        return NotImplemented, _log_softmax_of
    if _floating("log_softmax", input):
        return in_single(log_softmax, input, dim)
    axis = _axis(input, dim)
    below = input - largest_along(array(input), axis)
    y = below - np.log(summed(np.exp(below), axis, True))
    return y, lambda g: g - np.exp(y) * summed(g, axis, True)


def _log_softmax_of(input: Tensor, dim: int, dtype: DType) -> Any:
    return log_softmax(input.to(dtype), dim)


# ---------------------------------------------------------------------------------------------------------------------
# Dropout
# ---------------------------------------------------------------------------------------------------------------------
@differentiable(linear=True, name="MulBackward0")
def _scale(input: Any, noise: Any) -> Any:
    return input * noise, lambda g: g * noise


def _noise(input: Any, p: float) -> Any:
    """0 with probability p, else 1 / (1 - p), drawn for each element of `input` as torch draws it."""
    x = array(input)
    if x.dtype.kind != "f":
        raise RuntimeError(
            f"result type Float can't be cast to the desired output type torch.{x.dtype.name}: dropout needs a "
            "floating point tensor; convert it with .float()"
        )
    if p == 1:
        return np.zeros(x.shape, x.dtype)
    scale = 1 / x.dtype.type(1 - p)
    if x.flags.c_contiguous:
        return generator.default_generator.keep_mask(x.shape, 1 - p) * scale
    noise = layouts.empty_like(x)  # torch draws in the order of memory
    walk = layouts.walk(noise)
    walk[...] = generator.default_generator.keep_mask(walk.shape, 1 - p) * scale
    return noise


def _idle(input: Any, p: float, train: bool) -> bool:
    """Whether dropout changes nothing."""
    if not 0 <= p <= 1:
        raise RuntimeError(f"dropout probability has to be between 0 and 1, but got {p}")
    return not train or p == 0 or not math.prod(input.shape)


@composed
def dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """In training, zero each element with probability p and scale the others by 1 / (1 - p).

    Otherwise, the result is the input itself.

    The random stream is torch's: after the same `manual_seed` the same elements drop.

    Raises:
        RuntimeError: p is not between 0 and 1, or the input is not floating point.

    Source: Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html
    """
    return input if _idle(input, p, train) else _scale.rule(input, _noise(input, p))


@composed
def dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """In-place form of `dropout`."""
    return input if _idle(input, p, train) else _scale_(input, _noise(input, p))


# ---------------------------------------------------------------------------------------------------------------------
# Other random numbers
# ---------------------------------------------------------------------------------------------------------------------
@differentiable(name="RreluWithNoiseBackward0")
def _rrelu(input: Any, slope: Any) -> Any:
    up = array(input) > 0
    return _pick(up, input, input * slope), lambda g: _pick(up, g, g * slope, of=input)


def _slopes(input: Any, lower: float, upper: float, training: bool, source: Any) -> Any:
    """The slope of each negative number, as torch draws it, or the mean slope."""
    _floating("rrelu", input)
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
    """
    return _rrelu.rule(input, _slopes(input, lower, upper, training, generator))


@composed
def rrelu_(
    input: Tensor, lower: Number = 1 / 8, upper: Number = 1 / 3, training: bool = False, generator: object = None
) -> Tensor:
    """In-place form of `rrelu`."""
    return _rrelu_(input, _slopes(input, lower, upper, training, generator))


@composed
def gumbel_softmax(logits: Tensor, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1) -> Any:
    """softmax((x - log E) / tau), E being exponential noise: a soft draw from the classes with probabilities softmax(x).

    The smaller tau, the nearer to one-hot. hard: the value is one-hot, the gradient is that of the soft draw. eps has no effect.

    Raises:
        RuntimeError: the input is not floating point. IndexError: no such axis.

    Source: Jang et al. 2016, arXiv:1611.01144; Maddison et al. 2016, arXiv:1611.00712.
    """
    if eps != 1e-10:
        warn("`eps` parameter is deprecated and has no effect.")
    dtype = array(logits).dtype
    if dtype.kind != "f":
        raise RuntimeError(
            f"gumbel_softmax needs floating point logits and got torch.{dtype.name}; convert with .float()"
        )
    noise = -np.log(generator.default_generator.exponential(logits.shape, 1.0, dtype.type))
    soft = softmax(add.rule(logits, noise) / tau, dim)
    if not hard:
        return soft
    y = array(soft)
    chosen = np.zeros(y.shape, y.dtype)
    np.put_along_axis(chosen, y.argmax(dim, keepdims=True), 1, dim)
    return add.rule(soft, chosen - y)  # the value is one-hot, the gradient that of `soft`


# ---------------------------------------------------------------------------------------------------------------------
# In-place forms. torch calls the node of some by another number.
# ---------------------------------------------------------------------------------------------------------------------
def _second(operation: Any, name: str, saves: str = "result") -> Any:
    return inplace(differentiable(operation.__wrapped__, name=name, saves=saves))


relu_, sigmoid_, tanh_ = inplace(relu), inplace(sigmoid), inplace(tanh)
_hardsigmoid_, _hardswish_ = inplace(_hardsigmoid), inplace(_hardswish)
celu_, threshold_ = _second(celu, "CeluBackward1"), _second(threshold, "ThresholdBackward1", "input")
_rrelu_ = _second(_rrelu, "RreluWithNoiseBackward1")
_leaky_relu_, _elu_ = _second(_leaky_relu, "LeakyReluBackward1"), _second(_elu, "EluBackward1")
_silu_, _mish_, _hardtanh_, _scale_ = inplace(_silu), inplace(_mish), inplace(_hardtanh), inplace(_scale)
