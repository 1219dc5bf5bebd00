"""Convolutional layers: small kernels of weights that move over a signal, an image or a volume."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ...tensors import creation
from ...tensors.tensor import Tensor
from .. import functional as F, init
from ..parameter import Parameter
from .lazy import LazyModuleMixin, UninitializedParameter
from .module import Module

__all__ = [
    "Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d",
    "LazyConv1d", "LazyConv2d", "LazyConv3d", "LazyConvTranspose1d", "LazyConvTranspose2d", "LazyConvTranspose3d",
]  # fmt: skip

_PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


class _ConvNd(Module):
    """The parameters and options of a convolution over the last `axes` axes, computed by `function`."""

    axes: int
    function: Callable
    transposed = False
    padding: Any
    weight: Any

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any,
        padding: Any,
        dilation: Any,
        output_padding: Any,
        groups: int,
        bias: bool,
        padding_mode: str,
        device: Any,
        dtype: Any,
    ) -> None:
        super().__init__()
        if groups <= 0:
            raise ValueError(f"groups must be a positive integer, but got {groups}")
        for name, channels in (("in_channels", in_channels), ("out_channels", out_channels)):
            if channels % groups:
                raise ValueError(f"{name} must be divisible by groups, but got {channels} and {groups}")
        if padding_mode not in _PADDING_MODES:
            raise ValueError(f"padding_mode must be one of {_PADDING_MODES}, but got padding_mode={padding_mode!r}")
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size, self.stride, self.dilation = map(self._for_each_axis, (kernel_size, stride, dilation))
        self.padding = padding if isinstance(padding, str) else self._for_each_axis(padding)
        self.output_padding, self.padding_mode = self._for_each_axis(output_padding), padding_mode
        if isinstance(padding, str) and padding not in ("same", "valid"):
            raise ValueError(f"Invalid padding string {padding!r}, should be 'same' or 'valid'")
        if padding == "same" and any(s != 1 for s in self.stride):
            raise ValueError(f"padding='same' is not supported for strided convolutions, but got stride={stride}")
        self.weight = Parameter(creation.empty(self._weight_shape(), device=device, dtype=dtype))
        self.register_parameter(
            "bias", Parameter(creation.empty(out_channels, device=device, dtype=dtype)) if bias else None
        )
        self.reset_parameters()

    def _for_each_axis(self, value: Any) -> tuple[int, ...]:
        return tuple(value) if isinstance(value, Iterable) else (value,) * self.axes

    def _weight_shape(self) -> tuple[int, ...]:
        first, second = (self.out_channels, self.in_channels)[:: -1 if self.transposed else 1]
        return first, second // self.groups, *self.kernel_size

    def reset_parameters(self) -> None:
        """Draw weight and bias anew, uniform in ±1/sqrt(elements of a kernel)."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in = math.prod(self.weight.shape[1:])
            bound = 1 / math.sqrt(fan_in) if fan_in > 0 else 0
            init.uniform_(self.bias, -bound, bound)

    def extra_repr(self) -> str:
        options: list[tuple[str, Any, Any]] = [
            ("padding", self.padding, (0,) * len(self.padding)),
            ("dilation", self.dilation, (1,) * len(self.dilation)),
            ("output_padding", self.output_padding, (0,) * len(self.output_padding)),
            ("groups", self.groups, 1),
            ("bias", self.bias is not None, True),
            ("padding_mode", self.padding_mode, "zeros"),
        ]
        sizes = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        return sizes + "".join(f", {name}={value}" for name, value, default in options if value != default)


class _Conv(_ConvNd):
    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int] = 1,
        padding: str | int | Sequence[int] = 0,
        dilation: int | Sequence[int] = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            0,
            groups,
            bias,
            padding_mode,
            device,
            dtype,
        )

    def _border(self) -> list[int]:
        """The padding as `F.pad` takes it: (before, after) of each axis, from the last backwards."""
        pairs = []
        for i, (k, d) in enumerate(zip(self.kernel_size, self.dilation, strict=True)):
            reach = d * (k - 1)
            if self.padding == "same":
                pairs.append((reach // 2, reach - reach // 2))
            else:
                pairs.append((0, 0) if self.padding == "valid" else (self.padding[i], self.padding[i]))
        return [n for pair in reversed(pairs) for n in pair]

    def forward(self, input: Tensor) -> Tensor:
        """`input` convolved.

        Raises:
            RuntimeError: the input has not in_channels channels, or is smaller than the kernel.
        """
        padding = self.padding
        if self.padding_mode != "zeros":
            input, padding = F.pad(input, self._border(), self.padding_mode), 0
        return self.function(input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)


class Conv1d(_Conv):
    """y[n, o, l] = bias[o] + Σ over c, k of weight[o, c, k] * x[n, c, l * stride - padding + k * dilation].

    padding: so many elements at both ends, or "same", "valid"; padding_mode: what they are, as in `nn.functional.pad`.
    groups: the channels in so many parts, each convolved with its own share of the kernels. See `torch.conv1d`.

    Shapes: (N, C, L) or (C, L) -> (N, O, L'), weight (O, C / groups, K), bias (O).

    Raises:
        ValueError: the channels do not divide into groups, or an option is unknown.

    >>> torch.nn.Conv1d(3, 4, 5, padding=2)(torch.zeros(2, 3, 8)).shape
    torch.Size([2, 4, 8])
    """

    axes, function = 1, staticmethod(F.conv1d)


class Conv2d(_Conv):
    """Convolution of images: see `Conv1d`. Shapes: (N, C, H, W) or (C, H, W) -> (N, O, H', W'), weight (O, C / groups, KH, KW).

    Source: LeCun et al. 1998, Gradient-based learning applied to document recognition.

    >>> torch.nn.Conv2d(1, 6, 5, padding=2)
    Conv2d(1, 6, kernel_size=(5, 5), stride=(1, 1), padding=(2, 2))
    """

    axes, function = 2, staticmethod(F.conv2d)


class Conv3d(_Conv):
    """Convolution of volumes: see `Conv1d`. Shapes: (N, C, D, H, W) or (C, D, H, W) -> (N, O, D', H', W'), weight (O, C / groups, KD, KH, KW).

    >>> nn.Conv3d(1, 2, kernel_size=3)(torch.zeros(1, 1, 5, 5, 5)).shape
    torch.Size([1, 2, 3, 3, 3])
    """

    axes, function = 3, staticmethod(F.conv3d)


class _ConvTransposeNd(_ConvNd):
    transposed = True

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int] = 1,
        padding: int | Sequence[int] = 0,
        output_padding: int | Sequence[int] = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: int | Sequence[int] = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if padding_mode != "zeros":
            raise ValueError(
                f'Only "zeros" padding mode is supported for {self._get_name()}, but got padding_mode={padding_mode!r}'
            )
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            output_padding,
            groups,
            bias,
            padding_mode,
            device,
            dtype,
        )

    def _output_padding(self, input: Tensor, output_size: Sequence[int]) -> tuple[int, ...]:
        """How many elements are to come at the end so that the output has that size."""
        wanted = list(output_size)
        before = input.ndim - self.axes  # the axes of batch and channels
        if len(wanted) == before + self.axes:
            wanted = wanted[before:]
        if len(wanted) != self.axes:
            raise ValueError(
                f"{self._get_name()}: for {input.ndim}D input, output_size must have {self.axes} or {before + self.axes} elements (got {len(wanted)})"
            )
        least = [
            (n - 1) * s - 2 * p + d * (k - 1) + 1
            for n, s, p, d, k in zip(
                input.shape[before:], self.stride, self.padding, self.dilation, self.kernel_size, strict=True
            )
        ]
        if any(not low <= n < low + s for n, low, s in zip(wanted, least, self.stride, strict=True)):
            most = [low + s - 1 for low, s in zip(least, self.stride, strict=True)]
            raise ValueError(
                f"requested an output size of {wanted}, but valid sizes range from {least} to {most} (for an input of {list(input.shape)})"
            )
        return tuple(n - low for n, low in zip(wanted, least, strict=True))

    def forward(self, input: Tensor, output_size: list[int] | None = None) -> Tensor:
        """`input` convolved; of the sizes that fit the stride, the output has `output_size`, if given.

        Raises:
            ValueError: there is no such output size.
            RuntimeError: the input has not in_channels channels.
        """
        more = self.output_padding if output_size is None else self._output_padding(input, output_size)
        return self.function(input, self.weight, self.bias, self.stride, self.padding, more, self.groups, self.dilation)


class ConvTranspose1d(_ConvTransposeNd):
    """The adjoint of `Conv1d`: each element of the input adds the kernel, times itself, to the output. See `torch.conv_transpose1d`.

    Shapes: (N, C, L) or (C, L) -> (N, O, (L - 1) stride - 2 padding + dilation (K - 1) + output_padding + 1), weight (C, O / groups, K).

    Raises:
        ValueError: the channels do not divide into groups, or padding_mode is not "zeros".

    Source: Zeiler et al. 2010, Deconvolutional networks.

    >>> torch.nn.ConvTranspose1d(3, 4, 2, stride=2)(torch.zeros(2, 3, 8)).shape
    torch.Size([2, 4, 16])
    """

    axes, function = 1, staticmethod(F.conv_transpose1d)


class ConvTranspose2d(_ConvTransposeNd):
    """The adjoint of `Conv2d`: see `ConvTranspose1d`. Shapes: (N, C, H, W) or (C, H, W) -> (N, O, H', W'), weight (C, O / groups, KH, KW).

    >>> nn.ConvTranspose2d(1, 2, kernel_size=2, stride=2)(torch.zeros(1, 1, 3, 3)).shape
    torch.Size([1, 2, 6, 6])
    """

    axes, function = 2, staticmethod(F.conv_transpose2d)


class ConvTranspose3d(_ConvTransposeNd):
    """The adjoint of `Conv3d`: see `ConvTranspose1d`. Shapes: (N, C, D, H, W) or (C, D, H, W) -> (N, O, D', H', W'), weight (C, O / groups, KD, KH, KW).

    >>> nn.ConvTranspose3d(1, 2, kernel_size=2, stride=2)(torch.zeros(1, 1, 3, 3, 3)).shape
    torch.Size([1, 2, 6, 6, 6])
    """

    axes, function = 3, staticmethod(F.conv_transpose3d)


class _LazyConvXdMixin(LazyModuleMixin, _ConvNd):
    """A convolution that learns in_channels from its first input."""

    def _uninitialize(self, out_channels: int, bias: bool, dtype: Any) -> None:
        self.out_channels = out_channels
        self.weight = UninitializedParameter(dtype=dtype)
        if bias:
            self.bias = UninitializedParameter(dtype=dtype)

    def reset_parameters(self) -> None:
        """Draw weight and bias anew, if their shapes are known."""
        if not self.has_uninitialized_params() and self.in_channels:
            super().reset_parameters()

    def initialize_parameters(self, input: Tensor, *args: Any, **kwargs: Any) -> None:
        """Take in_channels from `input`.

        Raises:
            RuntimeError: the input has not the number of axes of this layer.
            ValueError: its channels do not divide into groups.
        """
        if not self.has_uninitialized_params():
            return
        n = self.axes
        if input.ndim not in (n + 1, n + 2):
            raise RuntimeError(
                f"Expected {n + 1}D (unbatched) or {n + 2}D (batched) input to {self._get_name()}, but got input of size: {list(input.shape)}"
            )
        self.in_channels = input.shape[-n - 1]
        if self.in_channels % self.groups:
            raise ValueError(f"in_channels must be divisible by groups, but got {self.in_channels} and {self.groups}")
        self.weight.materialize(self._weight_shape())
        if self.bias is not None:
            self.bias.materialize((self.out_channels,))
        self.reset_parameters()


class _LazyConv(_LazyConvXdMixin, _Conv):
    def __init__(
        self,
        out_channels: int,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int] = 1,
        padding: str | int | Sequence[int] = 0,
        dilation: int | Sequence[int] = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(0, 0, kernel_size, stride, padding, dilation, groups, False, padding_mode, device, dtype)
        self._uninitialize(out_channels, bias, dtype)


class LazyConv1d(_LazyConv, Conv1d):
    """A `Conv1d` that learns in_channels from its first input.

    >>> layer = nn.LazyConv1d(2, 3)
    >>> _ = layer(torch.zeros(1, 4, 5))
    >>> layer
    Conv1d(4, 2, kernel_size=(3,), stride=(1,))
    """

    cls_to_become = Conv1d


class LazyConv2d(_LazyConv, Conv2d):
    """A `Conv2d` that learns in_channels from its first input.

    >>> layer = nn.LazyConv2d(2, 3)
    >>> _ = layer(torch.zeros(1, 4, 5, 5))
    >>> layer
    Conv2d(4, 2, kernel_size=(3, 3), stride=(1, 1))
    """

    cls_to_become = Conv2d


class LazyConv3d(_LazyConv, Conv3d):
    """A `Conv3d` that learns in_channels from its first input.

    >>> layer = nn.LazyConv3d(2, 3)
    >>> _ = layer(torch.zeros(1, 4, 5, 5, 5))
    >>> layer
    Conv3d(4, 2, kernel_size=(3, 3, 3), stride=(1, 1, 1))
    """

    cls_to_become = Conv3d


class _LazyConvTranspose(_LazyConvXdMixin, _ConvTransposeNd):
    def __init__(
        self,
        out_channels: int,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int] = 1,
        padding: int | Sequence[int] = 0,
        output_padding: int | Sequence[int] = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: int | Sequence[int] = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            0, 0, kernel_size, stride, padding, output_padding, groups, False, dilation, padding_mode, device, dtype
        )
        self._uninitialize(out_channels, bias, dtype)


class LazyConvTranspose1d(_LazyConvTranspose, ConvTranspose1d):
    """A `ConvTranspose1d` that learns in_channels from its first input.

    >>> layer = nn.LazyConvTranspose1d(2, 3)
    >>> _ = layer(torch.zeros(1, 4, 5))
    >>> layer
    ConvTranspose1d(4, 2, kernel_size=(3,), stride=(1,))
    """

    cls_to_become = ConvTranspose1d


class LazyConvTranspose2d(_LazyConvTranspose, ConvTranspose2d):
    """A `ConvTranspose2d` that learns in_channels from its first input.

    >>> layer = nn.LazyConvTranspose2d(2, 3)
    >>> _ = layer(torch.zeros(1, 4, 5, 5))
    >>> layer
    ConvTranspose2d(4, 2, kernel_size=(3, 3), stride=(1, 1))
    """

    cls_to_become = ConvTranspose2d


class LazyConvTranspose3d(_LazyConvTranspose, ConvTranspose3d):
    """A `ConvTranspose3d` that learns in_channels from its first input.

    >>> layer = nn.LazyConvTranspose3d(2, 3)
    >>> _ = layer(torch.zeros(1, 4, 5, 5, 5))
    >>> layer
    ConvTranspose3d(4, 2, kernel_size=(3, 3, 3), stride=(1, 1, 1))
    """

    cls_to_become = ConvTranspose3d
