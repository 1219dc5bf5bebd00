"""Padding layers: more elements around each channel. See `nn.functional.pad` for what fills the border.

Shapes: 1d (N, C, W) or (C, W), 2d (N, C, H, W) or (C, H, W), 3d (N, C, D, H, W) or (C, D, H, W) -> the same with longer axes.
`padding` is one number for all sides, or a tuple: (left, right), then (top, bottom), then (front, back).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...tensors.tensor import Tensor
from .. import functional as F
from .module import Module

__all__ = [
    "CircularPad1d", "CircularPad2d", "CircularPad3d", "ConstantPad1d", "ConstantPad2d", "ConstantPad3d",
    "ReflectionPad1d", "ReflectionPad2d", "ReflectionPad3d", "ReplicationPad1d", "ReplicationPad2d", "ReplicationPad3d",
    "ZeroPad1d", "ZeroPad2d", "ZeroPad3d",
]  # fmt: skip


class _Pad(Module):
    """Pads the last `axes` axes, in the mode that a subclass names."""

    axes: int
    mode = "constant"

    def __init__(self, padding: Any) -> None:
        super().__init__()
        self.padding = (padding,) * (2 * self.axes) if not isinstance(padding, Iterable) else tuple(padding)
        if len(self.padding) != 2 * self.axes:
            raise ValueError(
                f"{self._get_name()} needs one number or {2 * self.axes} of them, but got padding={padding}"
            )

    def forward(self, input: Tensor) -> Tensor:
        """`input` padded."""
        return F.pad(input, self.padding, self.mode)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class _ConstantPadNd(_Pad):
    def __init__(self, padding: Any, value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        """`input` padded."""
        return F.pad(input, self.padding, "constant", self.value)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class ConstantPad1d(_ConstantPadNd):
    """`value` left and right: 7 7 [0 1 2 3] 7 7.

    >>> nn.ConstantPad1d((2, 1), 9.0)(torch.tensor([[1.0, 2.0]]))
    tensor([[9., 9., 1., 2., 9.]])
    """

    axes = 1


class ConstantPad2d(_ConstantPadNd):
    """`value` on the four sides.

    >>> nn.ConstantPad2d((1, 0, 0, 1), 9.0)(torch.tensor([[[1.0, 2.0]]]))
    tensor([[[9., 1., 2.],
             [9., 9., 9.]]])
    """

    axes = 2


class ConstantPad3d(_ConstantPadNd):
    """`value` on the six sides.

    >>> nn.ConstantPad3d(1, 9.0)(torch.zeros(1, 2, 2, 2)).shape
    torch.Size([1, 4, 4, 4])
    """

    axes = 3


class _ZeroPad(_ConstantPadNd):
    def __init__(self, padding: Any) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class ZeroPad1d(_ZeroPad, ConstantPad1d):
    """Zeros left and right.

    >>> nn.ZeroPad1d(1)(torch.tensor([[1.0, 2.0]]))
    tensor([[0., 1., 2., 0.]])
    """


class ZeroPad2d(_ZeroPad, ConstantPad2d):
    """Zeros on the four sides.

    >>> torch.nn.ZeroPad2d((1, 0, 0, 1))(torch.ones(1, 2, 2))
    tensor([[[0., 1., 1.],
             [0., 1., 1.],
             [0., 0., 0.]]])
    """


class ZeroPad3d(_ZeroPad, ConstantPad3d):
    """Zeros on the six sides.

    >>> nn.ZeroPad3d(1)(torch.ones(1, 2, 2, 2)).shape
    torch.Size([1, 4, 4, 4])
    """


class _ReflectionPadNd(_Pad):
    mode = "reflect"


class ReflectionPad1d(_ReflectionPadNd):
    """Mirrored at the ends: 2 1 [0 1 2 3] 2 1. The padding must be less than the axis.

    >>> nn.ReflectionPad1d(1)(torch.tensor([[1.0, 2.0, 3.0]]))
    tensor([[2., 1., 2., 3., 2.]])
    """

    axes = 1


class ReflectionPad2d(_ReflectionPadNd):
    """Mirrored on the four sides. The padding must be less than the axis.

    >>> nn.ReflectionPad2d((1, 0, 0, 0))(torch.tensor([[[1.0, 2.0], [3.0, 4.0]]]))
    tensor([[[2., 1., 2.],
             [4., 3., 4.]]])
    """

    axes = 2


class ReflectionPad3d(_ReflectionPadNd):
    """Mirrored on the six sides. The padding must be less than the axis.

    >>> nn.ReflectionPad3d(1)(torch.zeros(1, 2, 2, 2)).shape
    torch.Size([1, 4, 4, 4])
    """

    axes = 3


class _ReplicationPadNd(_Pad):
    mode = "replicate"


class ReplicationPad1d(_ReplicationPadNd):
    """The nearest element repeated: 0 0 [0 1 2 3] 3 3.

    >>> nn.ReplicationPad1d(1)(torch.tensor([[1.0, 2.0, 3.0]]))
    tensor([[1., 1., 2., 3., 3.]])
    """

    axes = 1


class ReplicationPad2d(_ReplicationPadNd):
    """The nearest element repeated on the four sides.

    >>> nn.ReplicationPad2d((1, 0, 0, 0))(torch.tensor([[[1.0, 2.0], [3.0, 4.0]]]))
    tensor([[[1., 1., 2.],
             [3., 3., 4.]]])
    """

    axes = 2


class ReplicationPad3d(_ReplicationPadNd):
    """The nearest element repeated on the six sides.

    >>> nn.ReplicationPad3d(1)(torch.zeros(1, 2, 2, 2)).shape
    torch.Size([1, 4, 4, 4])
    """

    axes = 3


class _CircularPadNd(_Pad):
    mode = "circular"

    def forward(self, input: Tensor) -> Tensor:
        """`input` padded.

        Raises:
            ValueError: the input has not as many axes as the layer is for.
        """
        if input.ndim not in (self.axes + 1, self.axes + 2):
            raise ValueError(
                f"expected {self.axes + 1}D or {self.axes + 2}D input (got {input.ndim}D input): the shape is {list(input.shape)}"
            )
        return super().forward(input)


class CircularPad1d(_CircularPadNd):
    """The opposite end: 2 3 [0 1 2 3] 0 1. The padding may be at most the axis.

    >>> nn.CircularPad1d(1)(torch.tensor([[1.0, 2.0, 3.0]]))
    tensor([[3., 1., 2., 3., 1.]])
    """

    axes = 1


class CircularPad2d(_CircularPadNd):
    """The opposite sides, as if the image were a torus. The padding may be at most the axis.

    >>> nn.CircularPad2d((1, 0, 0, 0))(torch.tensor([[[1.0, 2.0], [3.0, 4.0]]]))
    tensor([[[2., 1., 2.],
             [4., 3., 4.]]])
    """

    axes = 2


class CircularPad3d(_CircularPadNd):
    """The opposite sides, in three dimensions. The padding may be at most the axis.

    >>> nn.CircularPad3d(1)(torch.zeros(1, 2, 2, 2)).shape
    torch.Size([1, 4, 4, 4])
    """

    axes = 3
