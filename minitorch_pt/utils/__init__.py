"""torch.utils: `data` feeds networks, `dlpack` shares memory with other libraries; the handles of hooks, and trees of containers."""

from . import _pytree as _pytree, data as data, dlpack as dlpack, hooks as hooks

__all__ = ["data", "dlpack", "hooks"]
