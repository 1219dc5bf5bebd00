"""Warnings that point at the user's line, however many of the library's own functions stand between."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

_PACKAGE = str(Path(__file__).parent)

__all__ = ["warn"]


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """`warnings.warn` at the nearest line outside the package."""
    level, frame = 2, sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)
