"""Fusion: batch norm behind a convolution or a linear layer, in evaluation, is another convolution or linear layer."""

from __future__ import annotations

import copy
import functools
from typing import Any

from ... import ops
from ...tensors import creation
from ...tensors.tensor import Tensor
from ..parameter import Parameter

__all__ = ["fuse_conv_bn_eval", "fuse_conv_bn_weights", "fuse_linear_bn_eval", "fuse_linear_bn_weights"]


def _fused(layer: Any, bn: Any, weights: Any) -> Any:
    if layer.training or bn.training:
        raise AssertionError("Fusion only for eval!")
    if bn.running_mean is None or bn.running_var is None:
        raise AssertionError("bn.running_mean and bn.running_var must not be None")
    fused = copy.deepcopy(layer)
    fused.weight, fused.bias = weights(
        fused.weight, fused.bias, bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias
    )
    return fused


def _scaled(
    w: Tensor,
    b: Tensor | None,
    mean: Tensor,
    var: Tensor,
    eps: float,
    gain: Tensor | None,
    shift: Tensor | None,
    shape: list,
) -> tuple:
    """w and b of w x + b, then normalised, times gain, plus shift."""
    kind = w.dtype if b is None else b.dtype
    b = creation.zeros_like(mean) if b is None else b
    gain = creation.ones_like(mean) if gain is None else gain
    shift = creation.zeros_like(mean) if shift is None else shift
    inverse = ops.rsqrt(var + eps)
    weight = (w * (gain * inverse).reshape(shape)).to(dtype=w.dtype)
    bias = ((b - mean) * inverse * gain + shift).to(dtype=kind)
    return Parameter(weight, w.requires_grad), Parameter(bias, b.requires_grad)


def fuse_conv_bn_weights(
    conv_w: Tensor,
    conv_b: Tensor | None,
    bn_rm: Tensor,
    bn_rv: Tensor,
    bn_eps: float,
    bn_w: Tensor | None,
    bn_b: Tensor | None,
    transpose: bool = False,
) -> tuple[Parameter, Parameter]:
    """Weight and bias of the one convolution, from those of the convolution and of batch norm.

    >>> one = torch.ones(1)
    >>> weight, bias = nn.utils.fuse_conv_bn_weights(torch.ones(1, 1, 1), None, 3 * one, one, 0.0, 2 * one, 5 * one)
    >>> weight.item(), bias.item()  # 2 (x - 3) + 5
    (2.0, -1.0)
    """
    shape = [1, -1] if transpose else [-1, 1]
    return _scaled(conv_w, conv_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, shape + [1] * (conv_w.ndim - 2))


def fuse_conv_bn_eval(conv: Any, bn: Any, transpose: bool = False) -> Any:
    """A convolution that does what `conv` and then `bn` do.

    Raises:
        AssertionError: one is in training, or `bn` has no running statistics.

    >>> conv, norm = nn.Conv2d(1, 2, 3).eval(), nn.BatchNorm2d(2).eval()
    >>> x = torch.ones(1, 1, 3, 3)
    >>> torch.allclose(nn.utils.fuse_conv_bn_eval(conv, norm)(x), norm(conv(x)), atol=1e-6)  # but for rounding
    True
    """
    return _fused(conv, bn, functools.partial(fuse_conv_bn_weights, transpose=transpose))


def fuse_linear_bn_weights(
    linear_w: Tensor, linear_b: Tensor | None, bn_rm: Tensor, bn_rv: Tensor, bn_eps: float, bn_w: Tensor, bn_b: Tensor
) -> tuple[Parameter, Parameter]:
    """Weight and bias of the one linear layer, from those of the linear layer and of batch norm.

    >>> one = torch.ones(1)
    >>> weight, bias = nn.utils.fuse_linear_bn_weights(torch.ones(1, 1), None, 3 * one, one, 0.0, 2 * one, 5 * one)
    >>> weight.item(), bias.item()  # 2 (x - 3) + 5
    (2.0, -1.0)
    """
    return _scaled(linear_w, linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, [-1, 1])


def fuse_linear_bn_eval(linear: Any, bn: Any) -> Any:
    """A linear layer that does what `linear` and then `bn` do.

    Raises:
        AssertionError: one is in training, `bn` has no running statistics, or another number of features.

    >>> linear, norm = nn.Linear(3, 2).eval(), nn.BatchNorm1d(2).eval()
    >>> x = torch.ones(4, 3)
    >>> torch.allclose(nn.utils.fuse_linear_bn_eval(linear, norm)(x), norm(linear(x)), atol=1e-6)  # but for rounding
    True
    """
    if not (linear.training or bn.training) and linear.out_features != bn.num_features and bn.num_features != 1:
        raise AssertionError(
            f"To fuse, linear.out_features == bn.num_features or bn.num_features == 1, got linear.out_features={linear.out_features} and bn.num_features={bn.num_features}"
        )
    return _fused(linear, bn, fuse_linear_bn_weights)
