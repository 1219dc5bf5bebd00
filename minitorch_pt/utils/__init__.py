"""torch.utils: `data` feeds networks."""

from . import data as data

__all__ = ["data"]
