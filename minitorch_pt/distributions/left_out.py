"""torch's distributions that are left out, as classes: packages derive theirs from them, and whoever makes one is told."""

from __future__ import annotations

from typing import Any

from ..names.absent import absence
from .distribution import Distribution

__all__ = [
    "ExponentialFamily",
]  # fmt: skip


class _LeftOut(Distribution):
    """Left out: `torch.distributions` here has what a course needs.

    Raises:
        NotImplementedError: always.
    """

    left_out = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        name = next(cls.__name__ for cls in type(self).__mro__ if cls.__base__ is _LeftOut)
        raise NotImplementedError(absence(f"torch.distributions.{name}"))


class ExponentialFamily(_LeftOut):
    """Left out."""
