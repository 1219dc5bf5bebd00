"""torch.utils.hooks: the handle that is returned when a hook is registered."""

from __future__ import annotations

from ..autograd.hooks import RemovableHandle as RemovableHandle

__all__ = ["RemovableHandle"]
