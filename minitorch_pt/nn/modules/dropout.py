"""Dropout: in training, leave out elements at random, so that none is relied on too much."""

from __future__ import annotations

from ...tensors.tensor import Tensor
from .. import functional as F
from .module import Module

__all__ = ["AlphaDropout", "Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "FeatureAlphaDropout"]


class _DropoutNd(Module):
    """p and inplace, checked and shown."""

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p, self.inplace = p, inplace

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_DropoutNd):
    """In training, zero each element with probability p and scale the others by 1 / (1 - p).

    In evaluation, change nothing.

    Shapes: any -> the same.

    Raises:
        ValueError: p is not between 0 and 1.

    Source: Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html

    >>> _ = torch.manual_seed(0)
    >>> layer = nn.Dropout(0.5)
    >>> layer(torch.ones(6))
    tensor([0., 0., 2., 0., 0., 0.])
    >>> layer.eval()(torch.ones(6))
    tensor([1., 1., 1., 1., 1., 1.])
    """

    def forward(self, input: Tensor) -> Tensor:
        """`input` with elements dropped, if in training."""
        return F.dropout(input, self.p, self.training, self.inplace)


class Dropout1d(_DropoutNd):
    """In training, zero whole channels with probability p: neighbouring places of a signal resemble each other too much for `Dropout`.

    Shapes: (N, C, L) or (C, L) -> the same.

    Source: Tompson et al. 2015, arXiv:1411.4280.

    >>> _ = torch.manual_seed(0)
    >>> nn.Dropout1d(0.5)(torch.ones(1, 3, 2))
    tensor([[[0., 0.],
             [0., 0.],
             [2., 2.]]])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout1d(input, self.p, self.training, self.inplace)


class Dropout2d(_DropoutNd):
    """In training, zero whole channels of images with probability p: see `Dropout1d`. Shapes: (N, C, H, W) -> the same.

    >>> _ = torch.manual_seed(0)
    >>> nn.Dropout2d(0.5)(torch.ones(1, 4, 1, 2)).squeeze()
    tensor([[0., 0.],
            [0., 0.],
            [2., 2.],
            [0., 0.]])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout2d(input, self.p, self.training, self.inplace)


class Dropout3d(_DropoutNd):
    """In training, zero whole channels of volumes with probability p: see `Dropout1d`.

    Shapes: (N, C, D, H, W) or (C, D, H, W) -> the same.

    >>> _ = torch.manual_seed(0)
    >>> nn.Dropout3d(0.5)(torch.ones(1, 4, 1, 1, 2)).squeeze()
    tensor([[0., 0.],
            [0., 0.],
            [2., 2.],
            [0., 0.]])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout3d(input, self.p, self.training, self.inplace)


class AlphaDropout(_DropoutNd):
    """Dropout for networks of SELU: dropped elements become selu(-inf), then all are scaled and shifted to keep mean 0 and variance 1.

    Shapes: any -> the same.

    Source: Klambauer et al. 2017, arXiv:1706.02515.

    >>> _ = torch.manual_seed(0)
    >>> nn.AlphaDropout(0.5)(torch.ones(4))  # dropped ones are not 0
    tensor([-0.7792, -0.7792,  1.6656, -0.7792])
    """

    def forward(self, input: Tensor) -> Tensor:
        """`input` with elements dropped, if in training."""
        return F.alpha_dropout(input, self.p, self.training)  # torch leaves `inplace` unread


class FeatureAlphaDropout(_DropoutNd):
    """`AlphaDropout` of whole channels. Shapes: (N, C, *) -> the same.

    >>> _ = torch.manual_seed(0)
    >>> nn.FeatureAlphaDropout(0.5)(torch.ones(1, 3, 2))
    tensor([[[-0.7792, -0.7792],
             [-0.7792, -0.7792],
             [ 1.6656,  1.6656]]])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.feature_alpha_dropout(input, self.p, self.training)  # torch leaves `inplace` unread
