"""The distribution of Lewandowski, Kurowicka and Joe: correlation matrices, by their Cholesky factors."""

from __future__ import annotations

import math
from typing import Any

from ..arrays import dtypes
from ..arrays.size import Size
from ..autograd.modes import no_grad
from ..tensors import draws
from ..tensors.ranges import arange
from ..tensors.tensor import Tensor
from . import constraints
from .beta import Beta
from .distribution import Distribution
from .utils import ONE, broadcast_all

__all__ = ["LKJCholesky"]


class LKJCholesky(Distribution):
    """L (dim, dim), lower triangular, whose L Lᵀ is a correlation matrix of density ~ det(L Lᵀ)^(concentration - 1).

    concentration 1: all correlation matrices alike; larger ones favour those near the identity.

    Source: Lewandowski, Kurowicka, Joe: Generating random correlation matrices based on vines and extended onion method (2009).

    Raises:
        ValueError: dim is below 2, or a concentration not positive.
    """

    arg_constraints: Any = {"concentration": constraints.positive}
    support: Any = constraints.corr_cholesky

    def __init__(self, dim: int, concentration: Any = 1.0, validate_args: bool | None = None) -> None:
        if dim < 2:
            raise ValueError(f"Expected dim to be an integer greater than or equal to 2. Found dim={dim}.")
        self.dim = dim
        (self.concentration,) = broadcast_all(concentration)
        offset = arange(dim - 1, dtype=self.concentration.dtype)
        offset = offset[[0, *range(dim - 1)]]
        spread = self.concentration + 0.5 * (dim - 2)
        # the squared length of each row left of the diagonal
        self._beta = Beta(offset + 0.5, spread.unsqueeze(-1) - 0.5 * offset)
        super().__init__(self.concentration.shape, Size((dim, dim)), validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distribution with its parameters expanded to batch_shape."""
        new = super().expand(batch_shape, _instance)
        new._beta = self._beta.expand((*batch_shape, self.dim))
        return new

    @no_grad()
    def sample(self, sample_shape: Any = ONE) -> Tensor:
        """Draws by the onion method: each row is a direction of a length drawn from a beta distribution."""
        length = self._beta.sample(sample_shape).unsqueeze(-1)
        direction = draws.randn(self._extended_shape(sample_shape), dtype=length.dtype).tril(-1)
        direction = direction / direction.norm(dim=-1, keepdim=True)
        direction[..., 0, :] = 0.0  # the first row has nothing left of the diagonal
        rows = length.sqrt() * direction
        rest = (1 - rows.pow(2).sum(-1)).clamp(min=dtypes.finfo(rows.dtype).tiny)
        return rows + rest.sqrt().diag_embed()

    def log_prob(self, value: Tensor) -> Tensor:
        """The sum of (2 concentration - 2 + dim - i) log L_ii over the rows i from 2 on, less the logarithm of the normaliser."""
        self._validate_sample(value)
        row = arange(2, self.dim + 1)
        order = 2 * (self.concentration - 1).unsqueeze(-1) + self.dim - row
        density = (order * value.diagonal(dim1=-1, dim2=-2)[..., 1:].log()).sum(-1)
        left = self.dim - 1
        alpha = self.concentration + 0.5 * left
        return density - (0.5 * left * math.log(math.pi) + (alpha - 0.5).mvlgamma(left) - alpha.lgamma() * left)
