"""What kind of thing it is: questions to any object or tensor."""

from __future__ import annotations

import builtins
from typing import Any

from ..autograd.contract import composed
from .tensor import Tensor

__all__ = ["is_floating_point", "is_tensor", "numel", "typename"]


def is_tensor(obj: Any, /) -> builtins.bool:
    """Whether it is a Tensor.

    >>> torch.is_tensor(torch.tensor(1)), torch.is_tensor(1)
    (True, False)
    """
    return isinstance(obj, Tensor)


def typename(obj: Any, /) -> str:
    """What the type of an object is called: of a tensor "torch.FloatTensor".

    >>> torch.typename(torch.ones(1)), torch.typename(3)
    ('torch.FloatTensor', 'int')
    """
    if isinstance(obj, Tensor):
        return obj.type()
    named = obj if hasattr(obj, "__qualname__") or hasattr(obj, "__name__") else type(obj)
    name, home = getattr(named, "__qualname__", None) or named.__name__, getattr(named, "__module__", None) or ""
    return name if home in ("", "builtins") else f"{home}.{name}"


@composed
def is_floating_point(input: Tensor) -> builtins.bool:
    """Whether its elements are floating point numbers.

    >>> torch.is_floating_point(torch.tensor(1.0)), torch.is_floating_point(torch.tensor(1))
    (True, False)
    """
    return input.is_floating_point()


@composed
def numel(input: Tensor) -> int:
    """The number of its elements.

    >>> torch.numel(torch.zeros(2, 3))
    6
    """
    return input.numel()
