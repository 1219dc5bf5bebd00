"""DistributedDataParallel: for several processes, which minitorch_pt leaves out."""

from __future__ import annotations

from typing import Any

from ..modules.module import Module

__all__ = ["DistributedDataParallel"]


class DistributedDataParallel(Module):
    """A module that trains in several processes at once: not possible here.

    Raises:
        RuntimeError: always.
    """

    def __init__(self, module: Module, *args: Any, **kwargs: Any) -> None:
        raise RuntimeError(
            "DistributedDataParallel trains in several processes, and minitorch_pt works in one: torch.distributed.is_initialized() is False. "
            "Use the module itself"
        )

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        """Never called."""
        return super().forward(*inputs, **kwargs)
