"""torch.utils: `data` feeds networks, `checkpoint` buys memory with time, `dlpack` shares memory with other libraries; handles of hooks, trees of containers."""

from ..names.places import settle as _settle
from . import _pytree as _pytree, checkpoint as checkpoint, data as data, dlpack as dlpack, hooks as hooks

__all__ = ["checkpoint", "data", "dlpack", "hooks"]
_settle(checkpoint.__name__, {name: getattr(checkpoint, name) for name in checkpoint.__all__})
