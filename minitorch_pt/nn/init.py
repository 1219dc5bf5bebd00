"""Initialisation: fill parameters with constants or random numbers of a chosen spread, in place and unrecorded."""

from __future__ import annotations

import functools
import math
import warnings
from typing import Any

import numpy as np

from ..arrays import layouts
from ..arrays.storage import refuse_overlap
from ..autograd.changes import changed
from ..autograd.modes import no_grad
from ..autograd.takeovers import asks, handed
from ..names.titles import titled
from ..tensors.generator import default_generator
from ..tensors.tensor import Tensor

__all__ = [
    "calculate_gain", "constant", "constant_", "dirac", "dirac_", "eye", "eye_", "kaiming_normal", "kaiming_normal_", "kaiming_uniform",
    "kaiming_uniform_", "normal", "normal_", "ones_", "orthogonal", "orthogonal_", "sparse", "sparse_", "trunc_normal_", "uniform", "uniform_",
    "xavier_normal", "xavier_normal_", "xavier_uniform", "xavier_uniform_", "zeros_",
]  # fmt: skip

_LINEAR = ("linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d")


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """By how much weights must grow so that values keep their spread through this activation: sqrt(2) for relu, 5/3 for tanh.

    Raises:
        ValueError: an activation that is not known, or a slope of leaky_relu that is no number.

    >>> nn.init.calculate_gain("relu")
    1.4142135623730951
    >>> nn.init.calculate_gain("tanh")
    1.6666666666666667
    """
    if nonlinearity in _LINEAR or nonlinearity == "sigmoid":
        return 1
    if nonlinearity == "tanh":
        return 5.0 / 3
    if nonlinearity == "relu":
        return math.sqrt(2.0)
    if nonlinearity == "leaky_relu":
        if param is None:
            slope = 0.01
        elif isinstance(param, bool) or not isinstance(param, (int, float)):
            raise ValueError(f"negative_slope {param} not a valid number")
        else:
            slope = param
        return math.sqrt(2.0 / (1 + slope**2))
    if nonlinearity == "selu":
        return 3.0 / 4
    raise ValueError(
        f"Unsupported nonlinearity {nonlinearity}: known are sigmoid, tanh, relu, leaky_relu, selu and {', '.join(_LINEAR)}"
    )


@no_grad()
def _uniform(tensor: Tensor, a: float, b: float, generator: Any) -> Tensor:
    return Tensor.uniform_(tensor, a, b, generator=generator)


@no_grad()
def _normal(tensor: Tensor, mean: float, std: float, generator: Any) -> Tensor:
    return Tensor.normal_(tensor, mean, std, generator=generator)


@no_grad()
def _filled(tensor: Tensor, val: float) -> Tensor:
    return tensor.fill_(val)


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Any = None) -> Tensor:
    """Uniform in [a, b).

    >>> _ = torch.manual_seed(0)
    >>> nn.init.uniform_(torch.empty(3), -1, 1)
    tensor([-0.0075,  0.5364, -0.8230])
    """
    if asks(tensor):
        return handed(uniform_, locals())
    return _uniform(tensor, a, b, generator)


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Any = None) -> Tensor:
    """Normal with this mean and standard deviation.

    >>> _ = torch.manual_seed(0)
    >>> nn.init.normal_(torch.empty(3), mean=10.0, std=0.1)
    tensor([10.1541,  9.9707,  9.7821])
    """
    if asks(tensor):
        return handed(normal_, locals())
    return _normal(tensor, mean, std, generator)


def constant_(tensor: Tensor, val: float) -> Tensor:
    """One value everywhere.

    >>> nn.init.constant_(torch.empty(3), 0.5)
    tensor([0.5000, 0.5000, 0.5000])
    """
    if asks(tensor):
        return handed(constant_, locals())
    return _filled(tensor, val)


def ones_(tensor: Tensor) -> Tensor:
    """Ones.

    >>> nn.init.ones_(torch.empty(3))
    tensor([1., 1., 1.])
    """
    return _filled(tensor, 1.0)


def zeros_(tensor: Tensor) -> Tensor:
    """Zeros.

    >>> nn.init.zeros_(torch.empty(3))
    tensor([0., 0., 0.])
    """
    return _filled(tensor, 0.0)


def _put(tensor: Tensor, values: np.ndarray) -> Tensor:
    refuse_overlap(tensor._data, ())
    tensor._data[...] = values
    changed(tensor._data)
    return tensor


def eye_(tensor: Tensor) -> Tensor:
    """The identity matrix.

    Raises:
        ValueError: not a matrix.

    >>> nn.init.eye_(torch.empty(2, 3))
    tensor([[1., 0., 0.],
            [0., 1., 0.]])
    """
    if tensor.ndim != 2:
        raise ValueError(f"Only tensors with 2 dimensions are supported, got {tensor.ndim}")
    return _put(tensor, np.eye(*tensor.shape))


def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """A convolution that passes each channel on: 1 in the middle of kernel i for channel i. Shape (out, in, *kernel).

    Raises:
        ValueError: not 3 to 5 axes, or `groups` does not divide the channels.

    >>> nn.init.dirac_(torch.empty(1, 1, 3))  # a convolution with it changes nothing
    tensor([[[0., 1., 0.]]])
    """
    if tensor.ndim not in (3, 4, 5):
        raise ValueError(f"Only tensors with 3, 4, or 5 dimensions are supported, got {tensor.ndim}")
    out, channels, *kernel = tensor.shape
    if out % groups:
        raise ValueError(f"dim 0 must be divisible by groups: {out} channels, {groups} groups")
    values = np.zeros(tensor.shape)
    per_group = out // groups
    for group in range(groups):
        for i in range(min(per_group, channels)):
            values[(group * per_group + i, i, *(k // 2 for k in kernel))] = 1
    return _put(tensor, values)


def _calculate_fan_in_and_fan_out(tensor: Tensor) -> tuple[int, int]:
    """How many inputs each output has, and how many outputs each input.

    Raises:
        ValueError: fewer than two axes.
    """
    if tensor.ndim < 2:
        raise ValueError(
            f"Fan in and fan out can not be computed for tensor with fewer than 2 dimensions, got shape {list(tensor.shape)}"
        )
    out, fan_in, *kernel = tensor.shape
    size = math.prod(kernel)
    return fan_in * size, out * size


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: Any = None) -> Tensor:
    """Uniform in ±gain sqrt(6 / (fan_in + fan_out)) (Glorot and Bengio, 2010).

    >>> _ = torch.manual_seed(0)
    >>> nn.init.xavier_uniform_(torch.empty(100, 500)).abs().max()  # at most sqrt(6 / 600) = 0.1
    tensor(0.1000)
    """
    std = gain * math.sqrt(2.0 / float(sum(_calculate_fan_in_and_fan_out(tensor))))
    bound = math.sqrt(3.0) * std
    return _uniform(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Any = None) -> Tensor:
    """Normal with std gain sqrt(2 / (fan_in + fan_out)) (Glorot and Bengio, 2010).

    >>> _ = torch.manual_seed(0)
    >>> nn.init.xavier_normal_(torch.empty(300, 500)).std()  # sqrt(2 / 800) = 0.05
    tensor(0.0500)
    """
    return _normal(tensor, 0.0, gain * math.sqrt(2.0 / float(sum(_calculate_fan_in_and_fan_out(tensor)))), generator)


def _kaiming_std(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    return calculate_gain(nonlinearity, a) / math.sqrt(_calculate_correct_fan(tensor, mode))


def _calculate_correct_fan(tensor: Tensor, mode: str) -> int:
    """The number of inputs, for "fan_in", or of outputs, for "fan_out".

    Raises:
        ValueError: another mode, or fewer than two axes.
    """
    mode = mode.lower()
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"Mode {mode} not supported, please use one of ['fan_in', 'fan_out']")
    return _calculate_fan_in_and_fan_out(tensor)[mode == "fan_out"]


def _is_empty(tensor: Tensor) -> bool:
    if 0 in tensor.shape:
        warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=3)
        return True
    return False


def kaiming_uniform_(
    tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", generator: Any = None
) -> Tensor:
    """Uniform in ±gain sqrt(3 / fan) (He et al., 2015); a is the slope of leaky_relu below zero.

    Raises:
        ValueError: a mode other than fan_in and fan_out, or fewer than two axes.

    >>> _ = torch.manual_seed(0)
    >>> nn.init.kaiming_uniform_(torch.empty(500, 200)).abs().max()  # at most sqrt(6 / 200)
    tensor(0.1732)
    """
    if asks(tensor):
        return handed(kaiming_uniform_, locals())
    if _is_empty(tensor):
        return tensor
    bound = math.sqrt(3.0) * _kaiming_std(tensor, a, mode, nonlinearity)
    return _uniform(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", generator: Any = None
) -> Tensor:
    """Normal with std gain / sqrt(fan) (He et al., 2015).

    Raises:
        ValueError: as `kaiming_uniform_`.

    >>> _ = torch.manual_seed(0)
    >>> nn.init.kaiming_normal_(torch.empty(500, 200)).std()  # sqrt(2 / 200)
    tensor(0.1001)
    """
    if _is_empty(tensor):
        return tensor
    return _normal(tensor, 0.0, _kaiming_std(tensor, a, mode, nonlinearity), generator)


def trunc_normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0, generator: Any = None
) -> Tensor:
    """Normal, with what falls outside [a, b] drawn anew.

    Raises:
        RuntimeError: a is above b.

    >>> _ = torch.manual_seed(0)
    >>> nn.init.trunc_normal_(torch.empty(1000), a=-1, b=1).abs().max() <= 1
    tensor(True)
    """
    if a > b:
        raise RuntimeError(f"trunc_normal_ needs a range from a to b, but found a={a} > b={b}")
    if mean < a - 2 * std or mean > b + 2 * std:
        warnings.warn(
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of values may be incorrect.",
            stacklevel=2,
        )
    stream = default_generator if generator is None else generator
    data = tensor._data
    kind, contiguous = data.dtype.type, data.flags.c_contiguous
    order = layouts.axes(data)  # as all random fills, in the order of memory
    size, back = data.transpose(order).shape, np.argsort(order)

    def below(x: float) -> float:
        return (1.0 + math.erf(x / math.sqrt(2.0))) / 2.0

    if below((b - mean) / std) - below((a - mean) / std) > 0.3:
        x = stream.normal(size, mean, std, kind, contiguous)
        contiguous = layouts.empty_like(data).flags.c_contiguous  # what torch draws into from now on
        while (outside := (x < kind(a)) | (x > kind(b))).any():
            x = np.where(outside, stream.normal(size, mean, std, kind, contiguous), x)
        return _put(tensor, x.transpose(back))
    # far out in the tail: uniform proposals, accepted in proportion to the density
    peak = kind(-0.5 * ((max(a, min(mean, b)) - mean) / std) ** 2)
    x, waiting = np.empty(size, kind), np.ones(size, bool)
    while waiting.any():
        proposed = stream.uniform(size, a, b, kind)
        x = np.where(waiting, proposed, x)
        height = ((proposed - kind(mean)) / kind(std)) ** 2 * kind(-0.5) - peak
        waiting = waiting & (np.log(stream.uniform(size, dtype=kind).astype(np.float64)).astype(kind) > height)
    return _put(tensor, x.transpose(back))


def orthogonal_(tensor: Tensor, gain: float = 1, generator: Any = None) -> Tensor:
    """An orthogonal matrix times gain: rows, or columns if there are more rows, of length gain and at right angles.

    From the QR decomposition of a normal matrix; trailing axes count as one.

    Raises:
        ValueError: fewer than two axes.

    >>> _ = torch.manual_seed(0)
    >>> Q = nn.init.orthogonal_(torch.empty(3, 3))
    >>> torch.allclose(Q @ Q.T, torch.eye(3), atol=1e-6)  # but for rounding
    True
    """
    if tensor.ndim < 2:
        raise ValueError(f"Only tensors with 2 or more dimensions are supported, got {tensor.ndim}")
    if 0 in tensor.shape:
        return tensor
    if tensor._data.dtype.itemsize == 2:
        raise NotImplementedError("\"geqrf_cpu\" not implemented for 'Half': make the weight .half() afterwards")
    rows, columns = tensor.shape[0], math.prod(tensor.shape[1:])
    stream = default_generator if generator is None else generator
    flat = stream.normal((rows, columns), 0.0, 1.0, tensor._data.dtype.type)
    q, r = np.linalg.qr(flat.T if rows < columns else flat)
    q = q * np.sign(np.diag(r))
    return _put(tensor, (q.T if rows < columns else q).reshape(tensor.shape) * tensor._data.dtype.type(gain))


def sparse_(tensor: Tensor, sparsity: float, std: float = 0.01, generator: Any = None) -> Tensor:
    """Normal, with a share `sparsity` of each column set to 0 (Martens, 2010).

    Raises:
        ValueError: not a matrix.

    >>> _ = torch.manual_seed(0)
    >>> (nn.init.sparse_(torch.empty(4, 3), sparsity=0.5) == 0).sum(dim=0)
    tensor([2, 2, 2])
    """
    if tensor.ndim != 2:
        raise ValueError(f"Only tensors with 2 dimensions are supported, got {tensor.ndim}")
    rows, columns = tensor.shape
    _normal(tensor, 0, std, generator)
    for column in range(columns):
        # torch shuffles with the global generator whichever was given
        tensor._data[default_generator.randperm(rows)[: math.ceil(sparsity * rows)], column] = 0
    changed(tensor._data)
    return tensor


# ---------------------------------------------------------------------------------------------------------------------
# The first names, without the underscore of what works in place
# ---------------------------------------------------------------------------------------------------------------------
def _old_name(function: Any) -> Any:
    """`function` under its name without the underscore, with a warning."""
    name = function.__name__

    @functools.wraps(function)
    def old(*args: Any, **kwargs: Any) -> Any:
        warnings.warn(
            f"`nn.init.{name[:-1]}` is now deprecated in favor of `nn.init.{name}`.", FutureWarning, stacklevel=2
        )
        return function(*args, **kwargs)

    return titled(old, name[:-1])


uniform, normal, constant = _old_name(uniform_), _old_name(normal_), _old_name(constant_)
eye, dirac = _old_name(eye_), _old_name(dirac_)
xavier_uniform, xavier_normal = _old_name(xavier_uniform_), _old_name(xavier_normal_)
kaiming_uniform, kaiming_normal = _old_name(kaiming_uniform_), _old_name(kaiming_normal_)
orthogonal, sparse = _old_name(orthogonal_), _old_name(sparse_)
