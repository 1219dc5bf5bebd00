"""What is kept of an array: a copy of as many of its numbers as a page can show."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["Shot", "array_of", "shot"]

MOST = 6, 32, 32  # tables, rows and columns that are kept; the last two axes are a table


class Shot:
    """An array as it was: its shape, its largest size of a number, and a corner of its numbers as tables (table, row, column)."""

    __slots__ = ("cells", "dtype", "largest", "shape")

    def __init__(self, array: np.ndarray) -> None:
        self.shape, self.dtype = array.shape, array.dtype
        self.cells = _corner(array)
        finite = np.abs(array[np.isfinite(array)]) if array.dtype.kind == "f" else np.abs(array.astype(float))
        self.largest = float(finite.max()) if finite.size else 0.0

    @property
    def whole(self) -> np.ndarray | None:
        """The array, if none of its numbers was left out."""
        return self.cells.reshape(self.shape) if self.cells.size == np.prod(self.shape, dtype=int) else None

    def shows(self, array: np.ndarray) -> bool:
        """Whether the array still is what was kept, as far as can be seen."""
        same = array.shape == self.shape and array.dtype == self.dtype
        return same and np.array_equal(_corner(array), self.cells, equal_nan=array.dtype.kind == "f")


def _corner(array: np.ndarray) -> np.ndarray:
    rows, columns = ((1, 1) + array.shape)[-2:]
    tables = array.reshape(-1, rows, columns) if array.size else array.reshape(0, 1, 1)
    return tables[: MOST[0], : MOST[1], : MOST[2]].copy()


def array_of(value: Any) -> np.ndarray | None:
    """The numbers of a Tensor or array, those of a sparse one in their places; None for what is neither."""
    if getattr(value, "is_sparse", False):
        value = value.detach().to_dense()
    value = getattr(value, "_data", value)
    return np.asarray(value) if isinstance(value, (np.ndarray, np.generic)) else None


def shot(value: Any) -> Shot | None:
    """A shot of a Tensor or array; None for what is neither."""
    array = array_of(value)
    return None if array is None or array.dtype.kind not in "biuf" else Shot(array)
