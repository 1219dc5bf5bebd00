"""Compare two results, ours and PyTorch's say, and print how near they are."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["compare"]


def compare(name: str, ours: Any, theirs: Any) -> None:
    """Print one line: exact, close or different, with the largest difference."""
    a, b = (np.asarray(v.detach() if hasattr(v, "detach") else v) for v in (ours, theirs))
    if a.shape != b.shape:
        print(f"{name}: different shapes, {a.shape} and {b.shape}")
        return
    largest = float(np.abs(a.astype(float) - b.astype(float)).max(initial=0.0))
    close = np.allclose(a, b, rtol=1e-5, atol=1e-6, equal_nan=True)
    print(f"{name}: {'exact' if largest == 0 else 'close' if close else 'different'}, largest difference {largest:.1e}")
