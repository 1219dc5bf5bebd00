"""Distances between vectors, as layers."""

from __future__ import annotations

from ...tensors.tensor import Tensor
from .. import functional as F
from .module import Module

__all__ = ["CosineSimilarity", "PairwiseDistance"]


class PairwiseDistance(Module):
    """(Σ |x1 - x2 + eps|^p)^(1/p) along the last axis: the p-norm, which `eps` keeps from being 0.

    Shapes: (N, D), (N, D) -> (N), or (N, 1) if `keepdim`; also (D), (D) -> ().

    >>> torch.nn.PairwiseDistance()(torch.tensor([[3.0, 0.0]]), torch.tensor([[0.0, 4.0]]))
    tensor([5.])
    """

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None:
        super().__init__()
        self.norm, self.eps, self.keepdim = p, eps, keepdim

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        """The distances.

        Raises:
            RuntimeError: the shapes do not broadcast.
        """
        return F.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)


class CosineSimilarity(Module):
    """x1·x2 / (max(‖x1‖, eps) max(‖x2‖, eps)) along the axis `dim`: the cosine of the angle between vectors.

    Shapes: (*, D, *), (*, D, *) -> (*, *), D being at `dim`; the other axes are broadcast.

    >>> nn.CosineSimilarity()(torch.tensor([[1.0, 0.0]]), torch.tensor([[3.0, 0.0]]))
    tensor([1.])
    """

    def __init__(self, dim: int = 1, eps: float = 1e-8) -> None:
        super().__init__()
        self.dim, self.eps = dim, eps

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        """The cosines.

        Raises:
            RuntimeError: the shapes do not broadcast. IndexError: there is no axis `dim`.
        """
        return F.cosine_similarity(x1, x2, self.dim, self.eps)
