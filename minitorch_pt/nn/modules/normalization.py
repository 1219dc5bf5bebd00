"""Normalisation over the last axes, over groups of channels, or over neighbouring channels; the same in training and evaluation."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

from ...tensors import creation
from ...tensors.tensor import Tensor
from .. import functional as F, init
from ..parameter import Parameter
from .module import Module

__all__ = ["GroupNorm", "LayerNorm", "LocalResponseNorm", "RMSNorm"]


class _Scaled(Module):
    """A module that scales by a weight and shifts by a bias."""

    def _make_parameters(self, shape: Any, weight: bool, bias: bool, device: Any, dtype: Any) -> None:
        for name, wanted in (("weight", weight), ("bias", weight and bias)):
            self.register_parameter(
                name, Parameter(creation.empty(shape, device=device, dtype=dtype)) if wanted else None
            )
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Weight 1, bias 0."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)


def _sizes(shape: Any) -> tuple[int, ...]:
    one = isinstance(shape, numbers.Integral)
    return (shape,) if one else tuple(shape)


class LayerNorm(_Scaled):
    """y = (x - mean) / sqrt(var + eps) * weight + bias, mean and variance being taken over the last axes of each sample.

    elementwise_affine=False: no weight and bias; bias=False: no bias.

    Shapes: (*, normalized_shape) -> the same; weight and bias normalized_shape, one number for one axis.

    Raises:
        RuntimeError: the input's last axes are not normalized_shape.

    Source: Ba et al. 2016, arXiv:1607.06450.

    >>> torch.nn.LayerNorm(2, elementwise_affine=False)(torch.tensor([[1.0, 3.0], [50.0, 40.0]]))
    tensor([[-1.0000,  1.0000],
            [ 1.0000, -1.0000]])
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = _sizes(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        self._make_parameters(self.normalized_shape, elementwise_affine, bias, device, dtype)

    def forward(self, input: Tensor) -> Tensor:
        """`input` normalised."""
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}, bias={self.bias is not None}"


class RMSNorm(Module):
    """y = x / sqrt(mean(x²) + eps) * weight, the mean being taken over the last axes of each sample.

    Layer norm without mean and bias, and nearly as good. eps is by default the smallest of the input's dtype.

    Shapes: (*, normalized_shape) -> the same; weight normalized_shape.

    Raises:
        RuntimeError: the input's last axes are not normalized_shape.

    Source: Zhang and Sennrich 2019, arXiv:1910.07467.

    >>> nn.RMSNorm(2)(torch.tensor([3.0, 4.0]))  # divided by the root of the mean square, 12.5
    tensor([0.8485, 1.1314], grad_fn=<MulBackward0>)
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float | None = None,
        elementwise_affine: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = _sizes(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        weight = (
            Parameter(creation.empty(self.normalized_shape, device=device, dtype=dtype)) if elementwise_affine else None
        )
        self.register_parameter("weight", weight)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Weight 1."""
        if self.weight is not None:
            init.ones_(self.weight)

    def forward(self, x: Tensor) -> Tensor:
        """`x` normalised."""
        return F.rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class GroupNorm(_Scaled):
    """y = (x - mean) / sqrt(var + eps) * weight + bias, mean and variance being taken over a group of channels of one sample.

    One group is layer norm over all but the batch axis, a group for each channel instance norm.

    Shapes: (N, C, *) -> the same; weight and bias (C).

    Raises:
        ValueError: num_channels is not a multiple of num_groups.

    Source: Wu and He 2018, arXiv:1803.08494.

    >>> nn.GroupNorm(2, 4)(torch.tensor([[1.0, 3.0, 10.0, 30.0]]))
    tensor([[-1.0000,  1.0000, -1.0000,  1.0000]],
           grad_fn=<NativeGroupNormBackward0>)
    """

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        if num_channels % num_groups:
            raise ValueError(f"num_channels ({num_channels}) must be divisible by num_groups ({num_groups})")
        self.num_groups, self.num_channels, self.eps, self.affine = num_groups, num_channels, eps, affine
        self._make_parameters(num_channels, affine, bias, device, dtype)

    def forward(self, input: Tensor) -> Tensor:
        """`input` normalised."""
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, bias={self.bias is not None}"


class LocalResponseNorm(Module):
    """y = x / (k + alpha * mean(x²))^beta, the mean being taken over the `size` channels around each.

    Shapes: (N, C, *) -> the same.

    Source: Krizhevsky et al. 2012, section 3.3.

    >>> nn.LocalResponseNorm(2, alpha=1.0, beta=1.0)(torch.ones(1, 2, 1)).flatten()
    tensor([0.6667, 0.5000])
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__()
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, input: Tensor) -> Tensor:
        """`input` normalised."""
        return F.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"
