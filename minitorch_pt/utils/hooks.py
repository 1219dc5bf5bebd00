"""torch.utils.hooks: the handle that is returned when a hook is registered."""

from __future__ import annotations

from ..autograd.hooks import RemovableHandle
from ..names.places import settle

__all__ = ["RemovableHandle"]

settle(__name__, {"RemovableHandle": RemovableHandle})
