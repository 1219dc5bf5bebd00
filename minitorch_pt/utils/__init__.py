"""torch.utils: `data` feeds networks, `checkpoint` buys memory with time, `dlpack` shares memory with other libraries; handles of hooks, trees of containers."""

import importlib as _importlib

from ..names.places import settle as _settle
from . import checkpoint as checkpoint, data as data, dlpack as dlpack, hooks as hooks

__all__ = ["checkpoint", "data", "dlpack", "hooks"]
_settle(checkpoint.__name__, {name: getattr(checkpoint, name) for name in checkpoint.__all__})
_importlib.import_module(f"{__name__}._pytree")  # torch's name; programs ask for it without an import of their own
