"""Pooling layers: each window of an image becomes one number. See `ops/layers/pooling.py` for where the windows lie.

Shapes: 1d (N, C, L) or (C, L), 2d (N, C, H, W) or (C, H, W), 3d (N, C, D, H, W) or (C, D, H, W) -> the same with other sizes
after C. A size (`kernel_size`, `stride`, ...) is one number for all axes, or a tuple with one for each. Each axis of n elements gets
(n + 2 padding - dilation (kernel_size - 1) - 1) / stride + 1 windows, rounded down, or up if `ceil_mode`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...tensors.tensor import Tensor
from .. import functional as F
from .module import Module

__all__ = [
    "AdaptiveAvgPool1d", "AdaptiveAvgPool2d", "AdaptiveAvgPool3d", "AdaptiveMaxPool1d", "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d", "AvgPool1d", "AvgPool2d", "AvgPool3d", "FractionalMaxPool2d", "FractionalMaxPool3d", "LPPool1d",
    "LPPool2d", "LPPool3d", "MaxPool1d", "MaxPool2d", "MaxPool3d", "MaxUnpool1d", "MaxUnpool2d", "MaxUnpool3d",
]  # fmt: skip


def _tuple(value: Any, count: int) -> tuple:
    """One number for each axis."""
    return tuple(value) if isinstance(value, (tuple, list)) else (value,) * count


class _MaxPoolNd(Module):
    _pool: Callable

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.kernel_size, self.padding, self.dilation = kernel_size, padding, dilation
        self.stride = kernel_size if stride is None else stride
        self.return_indices, self.ceil_mode = return_indices, ceil_mode

    def forward(self, input: Tensor) -> Any:
        """The largest elements; and their places, if `return_indices`.

        Raises:
            RuntimeError: the input has not the axes of this layer, or is smaller than a window.
        """
        return self._pool(
            input, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode, self.return_indices
        )

    def extra_repr(self) -> str:
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, dilation={self.dilation}, "
            f"ceil_mode={self.ceil_mode}"
        )


class MaxPool1d(_MaxPoolNd):
    """The largest element of each window: y[i] = max over k of x[stride i + dilation k - padding].

    `stride` is by default `kernel_size`: windows side by side. Padding is -inf, and so is never chosen. return_indices: also where
    each largest element is, for `MaxUnpool1d`.

    >>> nn.MaxPool1d(2)(torch.tensor([[1.0, 3.0, 7.0, 5.0]]))
    tensor([[3., 7.]])
    """

    _pool = staticmethod(F.max_pool1d)


class MaxPool2d(_MaxPoolNd):
    """The largest element of each window of an image; see `MaxPool1d`.

    >>> torch.nn.MaxPool2d(2)(torch.arange(8.0).reshape(1, 2, 4))
    tensor([[[5., 7.]]])
    """

    _pool = staticmethod(F.max_pool2d)


class MaxPool3d(_MaxPoolNd):
    """The largest element of each window of a volume; see `MaxPool1d`.

    >>> nn.MaxPool3d(2)(torch.arange(8.0).view(1, 2, 2, 2))
    tensor([[[[7.]]]])
    """

    _pool = staticmethod(F.max_pool3d)


class _MaxUnpoolNd(Module):
    _unpool: Callable
    axes: int

    def __init__(self, kernel_size: Any, stride: Any = None, padding: Any = 0) -> None:
        super().__init__()
        self.kernel_size = _tuple(kernel_size, self.axes)
        self.stride = _tuple(kernel_size if stride is None else stride, self.axes)
        self.padding = _tuple(padding, self.axes)

    def forward(self, input: Tensor, indices: Tensor, output_size: Any = None) -> Tensor:
        """`input` put back to where `indices` say, with zeros between.

        output_size: the sizes that the pooled input had, for several give the same number of windows.

        Raises:
            ValueError: an output size that such a pool does not make `input` of.
            RuntimeError: indices of another shape, or outside the output.
        """
        return self._unpool(input, indices, self.kernel_size, self.stride, self.padding, output_size)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxUnpool1d(_MaxUnpoolNd):
    """Undoes `MaxPool1d(return_indices=True)`, as far as it can be: what was not the largest of its window becomes 0.

    >>> values, places = nn.MaxPool1d(2, return_indices=True)(torch.tensor([[1.0, 3.0, 7.0, 5.0]]))
    >>> nn.MaxUnpool1d(2)(values, places)
    tensor([[0., 3., 7., 0.]])
    """

    _unpool, axes = staticmethod(F.max_unpool1d), 1


class MaxUnpool2d(_MaxUnpoolNd):
    """Undoes `MaxPool2d(return_indices=True)`: what was not the largest of its window becomes 0.

    >>> y, places = torch.nn.MaxPool2d(2, return_indices=True)(torch.arange(8.0).reshape(1, 2, 4))
    >>> torch.nn.MaxUnpool2d(2)(y, places)
    tensor([[[0., 0., 0., 0.],
             [0., 5., 0., 7.]]])
    """

    _unpool, axes = staticmethod(F.max_unpool2d), 2


class MaxUnpool3d(_MaxUnpoolNd):
    """Undoes `MaxPool3d(return_indices=True)`: what was not the largest of its window becomes 0.

    >>> values, places = nn.MaxPool3d(2, return_indices=True)(torch.arange(8.0).view(1, 2, 2, 2))
    >>> nn.MaxUnpool3d(2)(values, places).shape
    torch.Size([1, 2, 2, 2])
    """

    _unpool, axes = staticmethod(F.max_unpool3d), 3


class _AvgPoolNd(Module):
    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool1d(_AvgPoolNd):
    """The mean of each window: y[i] = (1 / kernel_size) Σ over k of x[stride i + k - padding], the padding being zeros.

    `stride` is by default `kernel_size`. With `count_include_pad` False, zeros of the padding do not count as elements.

    >>> nn.AvgPool1d(2)(torch.tensor([[1.0, 3.0, 5.0, 7.0]]))
    tensor([[2., 6.]])
    """

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__()
        self.kernel_size, self.padding = _tuple(kernel_size, 1), _tuple(padding, 1)
        self.stride = _tuple(kernel_size if stride is None else stride, 1)
        self.ceil_mode, self.count_include_pad = ceil_mode, count_include_pad

    def forward(self, input: Tensor) -> Tensor:
        """The means.

        Raises:
            RuntimeError: the input is neither (N, C, L) nor (C, L), or smaller than a window.
        """
        return F.avg_pool1d(input, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad)


class _AvgPool(_AvgPoolNd):
    _pool: Callable

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        self.kernel_size, self.padding = kernel_size, padding
        self.stride = kernel_size if stride is None else stride
        self.ceil_mode, self.count_include_pad, self.divisor_override = ceil_mode, count_include_pad, divisor_override

    def forward(self, input: Tensor) -> Tensor:
        """The means.

        Raises:
            RuntimeError: the input has not the axes of this layer, or is smaller than a window.
        """
        return self._pool(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            self.divisor_override,
        )


class AvgPool2d(_AvgPool):
    """The mean of each window of an image; see `AvgPool1d`. divisor_override: what to divide sums by, in place of their number.

    >>> torch.nn.AvgPool2d(2)(torch.arange(8.0).reshape(1, 2, 4))
    tensor([[[2.5000, 4.5000]]])
    """

    _pool = staticmethod(F.avg_pool2d)


class AvgPool3d(_AvgPool):
    """The mean of each window of a volume; see `AvgPool2d`.

    >>> nn.AvgPool3d(2)(torch.arange(8.0).view(1, 2, 2, 2))
    tensor([[[[3.5000]]]])
    """

    _pool = staticmethod(F.avg_pool3d)


class _FractionalMaxPool(Module):
    _pool: Callable
    axes: int

    def __init__(
        self,
        kernel_size: Any,
        output_size: Any = None,
        output_ratio: Any = None,
        return_indices: bool = False,
        _random_samples: Tensor | None = None,
    ) -> None:
        super().__init__()
        if (output_size is None) == (output_ratio is None):
            raise ValueError(
                f"{self._get_name()} requires specifying either an output size, or a pooling ratio, and one only, but got {output_size} and {output_ratio}"
            )
        self.kernel_size = _tuple(kernel_size, self.axes)
        if self.axes == 3 and min(self.kernel_size) <= 0:
            raise ValueError(f"kernel_size must be greater than 0, but got {kernel_size}")
        self.output_size = None if output_size is None else _tuple(output_size, self.axes)
        self.output_ratio = None if output_ratio is None else _tuple(output_ratio, self.axes)
        if self.output_ratio is not None and not all(0 < ratio < 1 for ratio in self.output_ratio):
            raise ValueError(f"output_ratio must be between 0 and 1 (got {output_ratio})")
        self.return_indices = return_indices
        self.register_buffer("_random_samples", _random_samples)

    def forward(self, input: Tensor) -> Any:
        """The largest elements; and their places, if `return_indices`.

        Raises:
            RuntimeError: the input has not the axes of this layer, or is too small for such an output.
        """
        return self._pool(
            input, self.kernel_size, self.output_size, self.output_ratio, self.return_indices, self._random_samples
        )


class FractionalMaxPool2d(_FractionalMaxPool):
    """The largest element of each window, where windows are placed at random to give `output_size` of them, or `output_ratio` times the input.

    The steps from one window to the next are of two lengths, in an order that one random number for each axis decides.

    Source: Graham 2014, arXiv:1412.6071.

    >>> nn.FractionalMaxPool2d(2, output_size=3)(torch.zeros(1, 5, 5)).shape
    torch.Size([1, 3, 3])
    """

    _pool, axes = staticmethod(F.fractional_max_pool2d), 2


class FractionalMaxPool3d(_FractionalMaxPool):
    """The largest element of each window of a volume, windows being placed at random; see `FractionalMaxPool2d`.

    >>> nn.FractionalMaxPool3d(2, output_size=3)(torch.zeros(1, 5, 5, 5)).shape
    torch.Size([1, 3, 3, 3])
    """

    _pool, axes = staticmethod(F.fractional_max_pool3d), 3


class _LPPoolNd(Module):
    _pool: Callable

    def __init__(self, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False) -> None:
        super().__init__()
        self.norm_type, self.kernel_size, self.stride, self.ceil_mode = norm_type, kernel_size, stride, ceil_mode

    def forward(self, input: Tensor) -> Tensor:
        """The norms.

        Raises:
            RuntimeError: the input has not the axes of this layer, or is smaller than a window.
        """
        return self._pool(input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode)

    def extra_repr(self) -> str:
        return (
            f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, "
            f"ceil_mode={self.ceil_mode}"
        )


class LPPool1d(_LPPoolNd):
    """(Σ x^p)^(1/p) of each window, p = `norm_type`: for p = 1 the sum, for p = inf the largest |x|.

    >>> nn.LPPool1d(2, 2)(torch.tensor([[3.0, 4.0]]))  # sqrt(9 + 16)
    tensor([[5.]])
    """

    _pool = staticmethod(F.lp_pool1d)


class LPPool2d(_LPPoolNd):
    """(Σ x^p)^(1/p) of each window of an image; see `LPPool1d`.

    >>> nn.LPPool2d(2, 2)(torch.ones(1, 2, 2))
    tensor([[[2.]]])
    """

    _pool = staticmethod(F.lp_pool2d)


class LPPool3d(_LPPoolNd):
    """(Σ x^p)^(1/p) of each window of a volume; see `LPPool1d`.

    >>> nn.LPPool3d(3, 2)(torch.ones(1, 1, 2, 2, 2))
    tensor([[[[[2.]]]]])
    """

    _pool = staticmethod(F.lp_pool3d)


class _AdaptivePool(Module):
    _pool: Callable

    def __init__(self, output_size: Any) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, input: Tensor) -> Tensor:
        """The means.

        Raises:
            RuntimeError: the input has not the axes of this layer, or an axis of size 0.
        """
        return self._pool(input, self.output_size)

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class _AdaptiveAvgPoolNd(_AdaptivePool):
    pass


class AdaptiveAvgPool1d(_AdaptiveAvgPoolNd):
    """The mean of each of `output_size` windows that cover the input.

    Of n elements, window i covers those from i n / output_size, rounded down, to before (i + 1) n / output_size, rounded up.

    >>> nn.AdaptiveAvgPool1d(2)(torch.tensor([[1.0, 2.0, 3.0, 4.0]]))
    tensor([[1.5000, 3.5000]])
    """

    _pool = staticmethod(F.adaptive_avg_pool1d)


class AdaptiveAvgPool2d(_AdaptiveAvgPoolNd):
    """The mean of each of `output_size` windows of an image; see `AdaptiveAvgPool1d`. None keeps the input's size.

    >>> torch.nn.AdaptiveAvgPool2d((1, None))(torch.arange(6.0).reshape(1, 2, 3))
    tensor([[[1.5000, 2.5000, 3.5000]]])
    """

    _pool = staticmethod(F.adaptive_avg_pool2d)


class AdaptiveAvgPool3d(_AdaptiveAvgPoolNd):
    """The mean of each of `output_size` windows of a volume; see `AdaptiveAvgPool2d`.

    >>> nn.AdaptiveAvgPool3d(1)(torch.arange(8.0).view(1, 2, 2, 2))
    tensor([[[[3.5000]]]])
    """

    _pool = staticmethod(F.adaptive_avg_pool3d)


class _AdaptiveMaxPoolNd(_AdaptivePool):
    def __init__(self, output_size: Any, return_indices: bool = False) -> None:
        super().__init__(output_size)
        self.return_indices = return_indices

    def forward(self, input: Tensor) -> Any:
        """The largest elements; and their places, if `return_indices`.

        Raises:
            RuntimeError: the input has not the axes of this layer, or an axis of size 0.
        """
        return self._pool(input, self.output_size, self.return_indices)


class AdaptiveMaxPool1d(_AdaptiveMaxPoolNd):
    """The largest element of each of `output_size` windows, which lie as those of `AdaptiveAvgPool1d`.

    >>> nn.AdaptiveMaxPool1d(2)(torch.tensor([[1.0, 2.0, 3.0, 4.0]]))
    tensor([[2., 4.]])
    """

    _pool = staticmethod(F.adaptive_max_pool1d)


class AdaptiveMaxPool2d(_AdaptiveMaxPoolNd):
    """The largest element of each of `output_size` windows of an image; see `AdaptiveAvgPool2d`.

    >>> nn.AdaptiveMaxPool2d(1)(torch.arange(16.0).view(1, 4, 4))
    tensor([[[15.]]])
    """

    _pool = staticmethod(F.adaptive_max_pool2d)


class AdaptiveMaxPool3d(_AdaptiveMaxPoolNd):
    """The largest element of each of `output_size` windows of a volume; see `AdaptiveAvgPool2d`.

    >>> nn.AdaptiveMaxPool3d(1)(torch.arange(8.0).view(1, 2, 2, 2))
    tensor([[[[7.]]]])
    """

    _pool = staticmethod(F.adaptive_max_pool3d)
