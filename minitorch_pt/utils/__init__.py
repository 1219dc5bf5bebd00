"""torch.utils: `data` feeds networks; the handles of hooks, and trees of containers."""

from . import _pytree as _pytree, data as data, hooks as hooks

__all__ = ["data", "hooks"]
