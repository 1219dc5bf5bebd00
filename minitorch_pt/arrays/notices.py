"""Warnings: torch's, which point at the user's line, however many functions of ours stand between; and NumPy's, which reach no user."""

from __future__ import annotations

import contextlib
import sys
import warnings
from pathlib import Path

_PACKAGE = str(Path(__file__).parents[1])

__all__ = ["FILTER", "hush", "warn"]


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """`warnings.warn` at the nearest line outside the package."""
    level, frame = 2, sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)


# NumPy notes 1/0, log(-1) and the like; torch gives inf and nan without a word. A filter that stands first costs nothing, where
# `np.errstate` would cost each operation a third of its time. Filters that are set later, by `-W error` or pytest, come before it:
# so each operation looks whether it still is the first, which takes 10 ns.
warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"minitorch_pt\.")
FILTER = warnings.filters[0]


def hush() -> None:
    """Let the filter be the first again."""
    filters: list = warnings.filters  # type: ignore[assignment]  # Python calls it a sequence, and changes it itself
    if not filters or filters[0] is not FILTER:
        with contextlib.suppress(ValueError):
            filters.remove(FILTER)
        filters.insert(0, FILTER)
