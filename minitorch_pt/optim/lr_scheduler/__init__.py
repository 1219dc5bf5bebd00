"""Schedulers: change an optimiser's learning rates from epoch to epoch. Call `scheduler.step()` after `optimizer.step()`.

`base` counts the epochs, `factors` multiplies the rate, `waves` moves it along a curve, `plateau` listens to a measure,
`combined` joins several schedulers.
"""

from ...places import settle
from .base import LRScheduler
from .combined import ChainedScheduler, SequentialLR
from .factors import (
    ConstantLR,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    MultiplicativeLR,
    MultiStepLR,
    PolynomialLR,
    StepLR,
)
from .plateau import ReduceLROnPlateau
from .waves import CosineAnnealingLR, CosineAnnealingWarmRestarts, CyclicLR, OneCycleLR

__all__ = [
    "ChainedScheduler",
    "ConstantLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "CyclicLR",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "OneCycleLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "StepLR",
]

settle(__name__, globals())
