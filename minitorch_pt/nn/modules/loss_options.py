"""What all losses hold: their reduction, and the weight of each class."""

from __future__ import annotations

from typing import Any

from ...ops.losses.common import legacy_reduction
from ...tensors.tensor import Tensor
from .module import Module

__all__ = ["Loss", "WeightedLoss"]


class Loss(Module):
    """A loss that is reduced: to the mean, to the sum, or not at all."""

    def __init__(self, size_average: Any = None, reduce: Any = None, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = legacy_reduction(size_average, reduce, reduction)


class WeightedLoss(Loss):
    """A loss with a weight for each class."""

    weight: Tensor | None

    def __init__(
        self, weight: Tensor | None = None, size_average: Any = None, reduce: Any = None, reduction: str = "mean"
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)
