"""Fold and Unfold: the patches of an image as columns, and back."""

from __future__ import annotations

from typing import Any

from ...tensors.tensor import Tensor
from .. import functional as F
from .module import Module

__all__ = ["Fold", "Unfold"]


class Fold(Module):
    """Adds columns to the patches of an image: the adjoint of `Unfold`. See `nn.functional.fold`.

    Shapes: (N, C * KH * KW, places) or (C * KH * KW, places) -> (N, C, *output_size) or (C, *output_size).

    >>> nn.Fold(output_size=(1, 3), kernel_size=(1, 2))(torch.ones(1, 2, 2))  # what overlaps is added
    tensor([[[[1., 2., 1.]]]])
    """

    def __init__(
        self, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
    ) -> None:
        super().__init__()
        self.output_size, self.kernel_size = output_size, kernel_size
        self.dilation, self.padding, self.stride = dilation, padding, stride

    def forward(self, input: Tensor) -> Tensor:
        """The image of the columns."""
        return F.fold(input, self.output_size, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        return (
            f"output_size={self.output_size}, kernel_size={self.kernel_size}, dilation={self.dilation}, "
            f"padding={self.padding}, stride={self.stride}"
        )


class Unfold(Module):
    """The patches of an image as columns: what a convolution multiplies its weight with. See `nn.functional.unfold`.

    Shapes: (N, C, H, W) or (C, H, W) -> (N, C * KH * KW, places) or (C * KH * KW, places).

    >>> nn.Unfold(kernel_size=(1, 2))(torch.tensor([[[[1.0, 2.0, 3.0]]]]))  # each column is a patch
    tensor([[[1., 2.],
             [2., 3.]]])
    """

    def __init__(self, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> None:
        super().__init__()
        self.kernel_size, self.dilation, self.padding, self.stride = kernel_size, dilation, padding, stride

    def forward(self, input: Tensor) -> Tensor:
        """The columns of the image."""
        return F.unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, dilation={self.dilation}, padding={self.padding}, stride={self.stride}"
