"""torch.utils.flop_counter: packages make a counter before they know whether anyone asks it to count, which it does not."""

from __future__ import annotations

from typing import Any, NoReturn

from ..names.places import settle

__all__ = ["FlopCounterMode"]


class FlopCounterMode:
    """Would count the multiplications and additions of products and convolutions in a `with` block. It has counted none.

    Raises:
        NotImplementedError: the block is entered.
    """

    def __init__(
        self, mods: Any = None, depth: int = 2, display: bool = True, custom_mapping: dict | None = None
    ) -> None:
        self.depth, self.display = depth, display

    def get_total_flops(self) -> int:
        """0."""
        return 0

    def get_flop_counts(self) -> dict[str, dict[Any, int]]:
        """An empty dict."""
        return {}

    def __enter__(self) -> NoReturn:
        raise NotImplementedError(
            "minitorch_pt leaves out the counting of torch.utils.flop_counter: it measures in Python only; use torch.profiler, time.perf_counter or cProfile"
        )

    def __exit__(self, *raised: Any) -> None:
        """Never reached."""


settle(__name__, {"FlopCounterMode": FlopCounterMode})
