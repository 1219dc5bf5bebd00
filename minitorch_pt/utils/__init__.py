"""torch.utils: `data` feeds networks, `checkpoint` buys memory with time, `dlpack` shares memory with other libraries; handles of hooks, trees of containers."""

import importlib as _importlib
import typing as _typing

from ..names.places import settle as _settle
from . import checkpoint as checkpoint, data as data, dlpack as dlpack, hooks as hooks

__all__ = ["checkpoint", "data", "dlpack", "hooks", "swap_tensors"]


def swap_tensors(t1: _typing.Any, t2: _typing.Any) -> None:
    """Exchange all that two tensors hold, and their classes: whoever has the one sees the other's numbers.

    Raises:
        RuntimeError: one of them was computed: the graph knows it by itself.
    """
    if not (t1.is_leaf and t2.is_leaf):
        raise RuntimeError("swap_tensors() exchanges leaves; a tensor that was computed has its place in the graph")
    t1.__class__, t2.__class__ = type(t2), type(t1)
    t1.__dict__, t2.__dict__ = t2.__dict__, t1.__dict__
    for name in ("_data", "_grad", "_node", "_requires_grad", "_base", "_seen"):
        one, other = getattr(t1, name, 0), getattr(t2, name, 0)
        setattr(t1, name, other)
        setattr(t2, name, one)


_settle(checkpoint.__name__, {name: getattr(checkpoint, name) for name in checkpoint.__all__})
for _name in ("_foreach_utils", "_pytree"):  # torch's names; programs ask for them without an import of their own
    _importlib.import_module(f"{__name__}.{_name}")
