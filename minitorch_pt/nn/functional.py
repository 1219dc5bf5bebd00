"""torch.nn.functional: layers, activations and losses as functions. The formulas and gradients are in `ops/`."""

from __future__ import annotations

import warnings
from typing import Any

from .. import ops
from ..creation import one_hot
from ..ops.activations import (
    elu,
    gelu,
    hardtanh,
    leaky_relu,
    logsigmoid,
    mish,
    prelu,
    relu6,
    silu,
    softplus,
    softsign,
)
from ..ops.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    huber_loss,
    kl_div,
    l1_loss,
    mse_loss,
    nll_loss,
    smooth_l1_loss,
)
from ..ops.products import bilinear, linear
from ..tensor import Tensor

__all__ = [
    "bilinear", "binary_cross_entropy", "binary_cross_entropy_with_logits", "cross_entropy", "dropout", "elu", "elu_",
    "gelu", "hardtanh", "hardtanh_", "huber_loss", "kl_div", "l1_loss", "leaky_relu", "leaky_relu_", "linear",
    "log_softmax", "logsigmoid", "mish", "mse_loss", "nll_loss", "normalize", "one_hot", "prelu", "relu", "relu6",
    "relu_", "selu", "selu_", "sigmoid", "silu", "smooth_l1_loss", "softmax", "softmin", "softplus", "softsign", "tanh",
    "threshold", "threshold_",
]  # fmt: skip

sigmoid, tanh = ops.sigmoid, ops.tanh
relu_, selu_, threshold_ = ops.relu_, ops.selu_, ops.threshold_


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """max(0, x)."""
    return ops.relu_(input) if inplace else ops.relu(input)


def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """The self-normalising unit: see `torch.selu`."""
    return ops.selu_(input) if inplace else ops.selu(input)


def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """x where x > threshold, `value` elsewhere."""
    return (ops.threshold_ if inplace else ops.threshold)(input, threshold, value)


def elu_(input: Tensor, alpha: float = 1.0) -> Tensor:
    """In-place form of `elu`."""
    return elu(input, alpha, inplace=True)


def leaky_relu_(input: Tensor, negative_slope: float = 0.01) -> Tensor:
    """In-place form of `leaky_relu`."""
    return leaky_relu(input, negative_slope, inplace=True)


def hardtanh_(input: Tensor, min_val: float = -1.0, max_val: float = 1.0) -> Tensor:
    """In-place form of `hardtanh`."""
    return hardtanh(input, min_val, max_val, inplace=True)


def _chosen(name: str, ndim: int, stacklevel: int) -> int:
    """The axis where none is named."""
    warnings.warn(
        f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an argument.",
        stacklevel=stacklevel,
    )
    return 0 if ndim in (0, 1, 3) else 1


def softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """e^x / Σ e^x along `dim`: see `torch.softmax`."""
    return ops.softmax(input, _chosen("softmax", input.ndim, _stacklevel) if dim is None else dim, dtype)


def softmin(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """softmax(-x)."""
    return ops.softmax(-input, _chosen("softmin", input.ndim, _stacklevel) if dim is None else dim, dtype)


def log_softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """log(softmax(x)) along `dim`: see `torch.log_softmax`."""
    return ops.log_softmax(input, _chosen("log_softmax", input.ndim, _stacklevel) if dim is None else dim, dtype)


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Zero each element with probability p and scale the others by 1 / (1 - p); the input itself unless `training`.

    Raises:
        ValueError: p is not between 0 and 1.
        RuntimeError: the input is not floating point.
    """
    if not 0 <= p <= 1:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    return (ops.dropout_ if inplace else ops.dropout)(input, p, training)


def normalize(input: Tensor, p: float = 2.0, dim: int = 1, eps: float = 1e-12) -> Tensor:
    """x / max(‖x‖_p, eps), the norm being taken along `dim`."""
    return input / input.norm(p, dim, keepdim=True).clamp_min(eps).expand_as(input)
