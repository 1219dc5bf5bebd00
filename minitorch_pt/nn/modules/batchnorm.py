"""Batch normalisation: each channel is brought to mean 0 and variance 1 over the batch, then scaled and shifted."""

from __future__ import annotations

from typing import Any

from ...arrays import dtypes
from ...tensors import creation
from ...tensors.tensor import Tensor
from .. import functional as F, init
from ..parameter import Parameter
from .lazy import LazyModuleMixin, UninitializedBuffer, UninitializedParameter
from .module import Module

__all__ = [
    "BatchNorm1d",
    "BatchNorm2d",
    "BatchNorm3d",
    "LazyBatchNorm1d",
    "LazyBatchNorm2d",
    "LazyBatchNorm3d",
    "SyncBatchNorm",
]


class NormBase(Module):
    """The state of a layer that normalises channels: weight and bias if `affine`, running statistics if tracked."""

    _version = 2
    ndims: tuple[int, ...]  # how many axes an input may have

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        for name, wanted in (("weight", affine), ("bias", affine and bias)):
            parameter = Parameter(creation.empty(num_features, device=device, dtype=dtype)) if wanted else None
            self.register_parameter(name, parameter)
        for name in ("running_mean", "running_var"):
            buffer = creation.empty(num_features, device=device, dtype=dtype) if track_running_stats else None
            self.register_buffer(name, buffer)
        self.register_buffer(
            "num_batches_tracked", creation.tensor(0, dtype=dtypes.int64) if track_running_stats else None
        )
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        """Forget the batches seen: mean 0, variance 1."""
        if self.track_running_stats:
            self.running_mean.zero_()
            self.running_var.fill_(1)
            self.num_batches_tracked.zero_()

    def reset_parameters(self) -> None:
        """Weight 1, bias 0, and no batches seen."""
        self.reset_running_stats()
        if self.affine:
            init.ones_(self.weight)
            if self.bias is not None:
                init.zeros_(self.bias)

    def _check_input_dim(self, input: Tensor) -> None:
        if input.ndim not in self.ndims:
            expected = " or ".join(f"{n}D" for n in self.ndims)
            raise ValueError(f"expected {expected} input (got {input.ndim}D input of shape {list(input.shape)})")

    def _load_from_state_dict(self, state: dict, prefix: str, metadata: dict, *rest: Any) -> None:
        if metadata.get("version", 1) < 2 and self.track_running_stats:  # saved before batches were counted
            state.setdefault(f"{prefix}num_batches_tracked", self.num_batches_tracked)
        super()._load_from_state_dict(state, prefix, metadata, *rest)

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )


class BatchNorm(NormBase):
    """y = (x - mean) / sqrt(var + eps) * weight + bias, for each channel (axis 1).

    In training, mean and variance are taken over the batch and all places, and the running ones move towards them by `momentum`
    (None: they are the average over all batches seen). In evaluation the running ones are used, if tracked.
    """

    def forward(self, input: Tensor) -> Tensor:
        """`input` normalised.

        Raises:
            ValueError: the input has not the number of axes of this layer, or one value per channel only, in training.
        """
        self._check_input_dim(input)
        momentum = self.momentum
        if self.training and self.track_running_stats and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if momentum is None:
                momentum = 1 / self.num_batches_tracked.item()
        used = self.track_running_stats or not self.training
        mean, var = (self.running_mean, self.running_var) if used else (None, None)
        own = self.training or (mean is None and var is None)
        return F.batch_norm(input, mean, var, self.weight, self.bias, own, momentum or 0.0, self.eps)


class BatchNorm1d(BatchNorm):
    """Batch normalisation of vectors or signals: y = (x - mean) / sqrt(var + eps) * weight + bias for each channel.

    In training mean and variance are the batch's; in evaluation the running ones, which training has moved towards each batch's by
    `momentum`. momentum=None: the average over all batches. affine=False: no weight and bias. track_running_stats=False: always the batch's.

    Shapes: (N, C) or (N, C, L) -> the same; weight, bias, running_mean, running_var (C).

    Raises:
        ValueError: another number of axes, or one value per channel only, in training.

    Source: Ioffe and Szegedy 2015, arXiv:1502.03167.

    >>> torch.nn.BatchNorm1d(1)(torch.tensor([[1.0], [3.0]]))
    tensor([[-1.0000],
            [ 1.0000]], grad_fn=<NativeBatchNormBackward0>)
    """

    ndims = (2, 3)


class BatchNorm2d(BatchNorm):
    """Batch normalisation of images: see `BatchNorm1d`. Shapes: (N, C, H, W) -> the same.

    >>> x = torch.randn(8, 3, 4, 4)
    >>> y = nn.BatchNorm2d(3)(x)
    >>> torch.allclose(y.mean(dim=(0, 2, 3)), torch.zeros(3), atol=1e-6)  # but for rounding
    True
    """

    ndims = (4,)


class SyncBatchNorm(BatchNorm):
    """Batch normalisation whose statistics are those of all processes that train together: here, of the one that there is.

    Shapes: (N, C, ...) -> the same.

    Raises:
        ValueError: fewer than two axes, or no channels.

    >>> nn.SyncBatchNorm(3)
    SyncBatchNorm(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)
    """

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        process_group: Any = None,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)
        self.process_group = process_group

    def _check_input_dim(self, input: Tensor) -> None:
        if input.ndim < 2:
            raise ValueError(f"expected at least 2D input (got {input.ndim}D input)")
        if not input.shape[1]:
            raise ValueError("SyncBatchNorm number of input channels should be non-zero")

    @classmethod
    def convert_sync_batchnorm(cls, module: Module, process_group: Any = None) -> Module:
        """The module with a SyncBatchNorm of the same parameters and statistics in place of each BatchNorm1d, 2d or 3d in it."""
        made = module
        if isinstance(module, BatchNorm):
            made = cls(
                module.num_features,
                module.eps,
                module.momentum,
                module.affine,
                module.track_running_stats,
                process_group,
                bias=module.bias is not None,
            )
            made._parameters.update(module._parameters)
            made._buffers.update(module._buffers)
            made.training = module.training
        for name, child in module.named_children():
            made.add_module(name, cls.convert_sync_batchnorm(child, process_group))
        return made


class BatchNorm3d(BatchNorm):
    """Batch normalisation of volumes: see `BatchNorm1d`. Shapes: (N, C, D, H, W) -> the same.

    >>> nn.BatchNorm3d(3)(torch.randn(2, 3, 4, 4, 4)).shape
    torch.Size([2, 3, 4, 4, 4])
    """

    ndims = (5,)


class LazyNormBase(LazyModuleMixin, NormBase):
    """A layer that learns the number of channels from its first input."""

    def __init__(
        self,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(0, eps, momentum, False, False, device, dtype, bias=False)
        self.affine, self.track_running_stats = affine, track_running_stats
        if affine:
            self.weight = UninitializedParameter(dtype=dtype)
            if bias:
                self.bias = UninitializedParameter(dtype=dtype)
        if track_running_stats:
            self.running_mean, self.running_var = UninitializedBuffer(dtype=dtype), UninitializedBuffer(dtype=dtype)
            self.num_batches_tracked = creation.tensor(0, dtype=dtypes.int64)

    def reset_parameters(self) -> None:
        """Weight 1, bias 0, and no batches seen, if the number of channels is known."""
        if not self.has_uninitialized_params() and self.num_features:
            super().reset_parameters()

    def initialize_parameters(self, input: Tensor) -> None:
        """Take the number of channels from `input`."""
        if self.has_uninitialized_params():
            self.num_features = input.shape[1]
            for tensor in (self.weight, self.bias, self.running_mean, self.running_var):
                if tensor is not None:
                    tensor.materialize((self.num_features,))
            self.reset_parameters()


class LazyBatchNorm1d(LazyNormBase, BatchNorm):
    """A `BatchNorm1d` that learns num_features from its first input.

    >>> layer = nn.LazyBatchNorm1d()
    >>> _ = layer(torch.randn(4, 3))
    >>> layer
    BatchNorm1d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)
    """

    ndims, cls_to_become = BatchNorm1d.ndims, BatchNorm1d


class LazyBatchNorm2d(LazyNormBase, BatchNorm):
    """A `BatchNorm2d` that learns num_features from its first input.

    >>> layer = nn.LazyBatchNorm2d()
    >>> _ = layer(torch.randn(4, 3, 2, 2))
    >>> layer
    BatchNorm2d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)
    """

    ndims, cls_to_become = BatchNorm2d.ndims, BatchNorm2d


class LazyBatchNorm3d(LazyNormBase, BatchNorm):
    """A `BatchNorm3d` that learns num_features from its first input.

    >>> layer = nn.LazyBatchNorm3d()
    >>> _ = layer(torch.randn(4, 3, 2, 2, 2))
    >>> layer
    BatchNorm3d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)
    """

    ndims, cls_to_become = BatchNorm3d.ndims, BatchNorm3d


_NormBase, _BatchNorm, _LazyNormBase = NormBase, BatchNorm, LazyNormBase  # torch's names
