"""torch.utils: `data` feeds networks."""

from . import data

__all__ = ["data"]
