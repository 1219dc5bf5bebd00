"""torch.nn.grad: the gradients of a convolution as functions, for an `autograd.Function` that writes its backward by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .. import autograd
from ..ops.layers.convolution import conv1d, conv2d, conv3d
from ..tensors.creation import zeros
from ..tensors.tensor import Tensor

__all__ = ["conv1d_input", "conv1d_weight", "conv2d_input", "conv2d_weight", "conv3d_input", "conv3d_weight"]


def _gradient(shape: Sequence[int], output: Callable[[Tensor], Tensor], grad_output: Tensor) -> Tensor:
    """That of an operand of this shape. A convolution is linear in each operand, so that any value of it does."""
    recorded = autograd.is_grad_enabled()
    with autograd.enable_grad():
        operand = zeros(tuple(shape), dtype=grad_output.dtype, requires_grad=True)
        return autograd.grad(output(operand), operand, grad_output, create_graph=recorded)[0]


def conv1d_input(
    input_size: Sequence[int], weight: Tensor, grad_output: Tensor, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> Tensor:  # fmt: skip
    """The gradient of `conv1d` for its input, of the shape (N, C, L) that is given.

    >>> from minitorch_pt import ones
    >>> conv1d_input((1, 1, 4), ones(1, 1, 2), ones(1, 1, 3))
    tensor([[[1., 2., 2., 1.]]])
    """
    return _gradient(input_size, lambda x: conv1d(x, weight, None, stride, padding, dilation, groups), grad_output)


def conv1d_weight(
    input: Tensor, weight_size: Sequence[int], grad_output: Tensor, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> Tensor:  # fmt: skip
    """The gradient of `conv1d` for its weight, of the shape (C_out, C_in / groups, K) that is given.

    >>> from minitorch_pt import arange, ones
    >>> conv1d_weight(arange(4.0).view(1, 1, 4), (1, 1, 2), ones(1, 1, 3))
    tensor([[[3., 6.]]])
    """
    return _gradient(weight_size, lambda w: conv1d(input, w, None, stride, padding, dilation, groups), grad_output)


def conv2d_input(
    input_size: Sequence[int], weight: Tensor, grad_output: Tensor, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> Tensor:  # fmt: skip
    """The gradient of `conv2d` for its input, of the shape (N, C, H, W) that is given."""
    return _gradient(input_size, lambda x: conv2d(x, weight, None, stride, padding, dilation, groups), grad_output)


def conv2d_weight(
    input: Tensor, weight_size: Sequence[int], grad_output: Tensor, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> Tensor:  # fmt: skip
    """The gradient of `conv2d` for its weight, of the shape (C_out, C_in / groups, K, K) that is given."""
    return _gradient(weight_size, lambda w: conv2d(input, w, None, stride, padding, dilation, groups), grad_output)


def conv3d_input(
    input_size: Sequence[int], weight: Tensor, grad_output: Tensor, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> Tensor:  # fmt: skip
    """The gradient of `conv3d` for its input, of the shape (N, C, D, H, W) that is given."""
    return _gradient(input_size, lambda x: conv3d(x, weight, None, stride, padding, dilation, groups), grad_output)


def conv3d_weight(
    input: Tensor, weight_size: Sequence[int], grad_output: Tensor, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> Tensor:  # fmt: skip
    """The gradient of `conv3d` for its weight, of the shape (C_out, C_in / groups, K, K, K) that is given."""
    return _gradient(weight_size, lambda w: conv3d(input, w, None, stride, padding, dilation, groups), grad_output)
