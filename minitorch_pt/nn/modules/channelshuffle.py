"""Channel shuffle: lets information pass between the groups of grouped convolutions."""

from __future__ import annotations

from ...tensors.tensor import Tensor
from .. import functional as F
from .module import Module

__all__ = ["ChannelShuffle"]


class ChannelShuffle(Module):
    """The channels as a matrix of `groups` rows, read by columns: 0 1 2 3 4 5 in 2 groups become 0 3 1 4 2 5.

    Shapes: (N, C, *) -> the same.

    Source: Zhang et al. 2017, arXiv:1707.01083.

    >>> nn.ChannelShuffle(2)(torch.arange(4.0).view(1, 4, 1, 1)).flatten()
    tensor([0., 2., 1., 3.])
    """

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, input: Tensor) -> Tensor:
        """`input` with its channels in the new order."""
        return F.channel_shuffle(input, self.groups)

    def extra_repr(self) -> str:
        return f"groups={self.groups}"
