"""torch.utils: `data` feeds networks, `checkpoint` buys memory with time."""

from ..places import settle as _settle
from . import checkpoint as checkpoint, data as data

__all__ = ["checkpoint", "data"]
_settle(checkpoint.__name__, {name: getattr(checkpoint, name) for name in checkpoint.__all__})
