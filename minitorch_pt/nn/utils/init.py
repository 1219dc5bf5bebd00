"""skip_init: a module whose parameters are to be filled by the program."""

from __future__ import annotations

import inspect
from typing import Any

from ...random import fork_rng
from ...tensors.device import on_cpu
from ..modules.module import Module

__all__ = ["skip_init"]


def skip_init(module_cls: Any, *args: Any, **kwargs: Any) -> Any:
    """`module_cls(*args, **kwargs)`, whose parameters and buffers are to be filled later (here they are zeros); nothing is drawn.

    Raises:
        RuntimeError: no Module, or one that takes no `device`.

    >>> nn.utils.skip_init(nn.Linear, 3, 2).weight.shape
    torch.Size([2, 3])
    """
    if not issubclass(module_cls, Module):
        raise RuntimeError(f"Expected a Module; got {module_cls}")
    if "device" not in inspect.signature(module_cls).parameters:
        raise RuntimeError("Module must support a 'device' arg to skip initialization")
    on_cpu(kwargs.get("device"))
    with fork_rng():
        module = module_cls(*args, **kwargs)
    for tensor in (*module.parameters(), *module.buffers()):
        tensor.detach().zero_()
    return module
