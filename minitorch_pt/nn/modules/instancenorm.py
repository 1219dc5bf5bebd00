"""Instance normalisation: each channel of each sample is brought to mean 0 and variance 1 over its places."""

from __future__ import annotations

import warnings
from typing import Any

from ...tensors.tensor import Tensor
from .. import functional as F
from .batchnorm import LazyNormBase, NormBase

__all__ = [
    "InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d", "LazyInstanceNorm1d", "LazyInstanceNorm2d", "LazyInstanceNorm3d",
]  # fmt: skip


class _InstanceNorm(NormBase):
    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def forward(self, input: Tensor) -> Tensor:
        """`input` normalised.

        Raises:
            ValueError: the input has not the number of axes of this layer, or one place per channel only, or `affine` and not
                num_features channels.
        """
        self._check_input_dim(input)
        axis = input.ndim - self._get_no_batch_dim()  # that of the channels
        batched = axis != 0
        if input.shape[axis] != self.num_features:
            text = f"input's size at dim={axis} does not match num_features ({self.num_features}), but is {input.shape[axis]}"
            if self.affine:
                raise ValueError(text)
            warnings.warn(f"{text}; num_features is not used, because affine=False", stacklevel=2)
        output = F.instance_norm(
            input if batched else input.unsqueeze(0),
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            self.momentum or 0.0,
            self.eps,
        )
        return output if batched else output.squeeze(0)

    def _get_no_batch_dim(self) -> int:
        """How many axes one sample has; of torch's names, because subclasses give their own."""
        return self.ndims[0]


class InstanceNorm1d(_InstanceNorm):
    """Instance normalisation of signals: (x - mean) / sqrt(var + eps) for each channel of each sample, in training and evaluation.

    affine: scale and shift by learnt weight and bias. track_running_stats: in evaluation take running statistics, as `BatchNorm1d`.

    Shapes: (N, C, L) or (C, L) -> the same.

    Raises:
        ValueError: another number of axes, or one place per channel only.

    Source: Ulyanov et al. 2016, arXiv:1607.08022.

    >>> nn.InstanceNorm1d(2)(torch.tensor([[[1.0, 3.0], [10.0, 30.0]]]))
    tensor([[[-1.0000,  1.0000],
             [-1.0000,  1.0000]]])
    """

    ndims = (2, 3)


class InstanceNorm2d(_InstanceNorm):
    """Instance normalisation of images: see `InstanceNorm1d`. Shapes: (N, C, H, W) or (C, H, W) -> the same.

    >>> nn.InstanceNorm2d(3)(torch.zeros(2, 3, 4, 4)).shape
    torch.Size([2, 3, 4, 4])
    """

    ndims = (3, 4)


class InstanceNorm3d(_InstanceNorm):
    """Instance normalisation of volumes: see `InstanceNorm1d`. Shapes: (N, C, D, H, W) or (C, D, H, W) -> the same.

    >>> nn.InstanceNorm3d(3)(torch.zeros(2, 3, 4, 4, 4)).shape
    torch.Size([2, 3, 4, 4, 4])
    """

    ndims = (4, 5)


class LazyInstanceNorm1d(LazyNormBase, _InstanceNorm):
    """An `InstanceNorm1d` that learns num_features from its first input; affine and tracking by default, as in torch.

    >>> layer = nn.LazyInstanceNorm1d()
    >>> _ = layer(torch.zeros(1, 3, 4))
    >>> layer
    InstanceNorm1d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)
    """

    ndims, cls_to_become = InstanceNorm1d.ndims, InstanceNorm1d


class LazyInstanceNorm2d(LazyNormBase, _InstanceNorm):
    """An `InstanceNorm2d` that learns num_features from its first input; affine and tracking by default, as in torch.

    >>> layer = nn.LazyInstanceNorm2d()
    >>> _ = layer(torch.zeros(1, 3, 4, 4))
    >>> layer
    InstanceNorm2d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)
    """

    ndims, cls_to_become = InstanceNorm2d.ndims, InstanceNorm2d


class LazyInstanceNorm3d(LazyNormBase, _InstanceNorm):
    """An `InstanceNorm3d` that learns num_features from its first input; affine and tracking by default, as in torch.

    >>> layer = nn.LazyInstanceNorm3d()
    >>> _ = layer(torch.zeros(1, 3, 4, 4, 4))
    >>> layer
    InstanceNorm3d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)
    """

    ndims, cls_to_become = InstanceNorm3d.ndims, InstanceNorm3d
