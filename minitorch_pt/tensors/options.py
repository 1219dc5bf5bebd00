"""What all makers of tensors take: sizes, out=, dtype, layout, device, requires_grad, pin_memory."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from ..arrays.storage import inferring, note_inference
from ..autograd.readers import read
from ..autograd.takeovers import switch
from .device import on_cpu
from .tensor import Tensor, wrap

__all__ = ["new_leaf"]


def new_leaf(data: np.ndarray, requires_grad: builtins.bool, device: Any = None) -> Tensor:
    """The array as a leaf tensor, after the checks that all makers share."""
    if device is not None:
        on_cpu(device)
    made = wrap(data)
    if inferring:
        note_inference(data)
    if requires_grad is not False:
        if not isinstance(requires_grad, builtins.bool):
            raise TypeError(f"argument 'requires_grad' must be bool, not {type(requires_grad).__name__}")
        if data.dtype.kind != "f":
            raise RuntimeError(
                "Only Tensors of floating point and complex dtype can require gradients, and this one is of "
                f"{data.dtype.name}; give a floating point dtype"
            )
        made.requires_grad = True
    return made


def as_made_of(input: Tensor, made: Tensor) -> Tensor:
    """A new tensor in the class that operations on `input` give: that of a user's subclass."""
    cls = Tensor if switch.off else input._makes
    return made if cls is Tensor or input._mapped is not None else made.as_subclass(cls)


def stored(name: str, layout: object, pin_memory: object) -> None:
    """Check the keywords `layout` and `pin_memory`.

    Raises:
        TypeError: they are something else. RuntimeError: memory is to be pinned.
    """
    if layout is not None:
        read("Layout", layout, name, "layout")
    read("Pin", pin_memory, name, "pin_memory")


def typed_as(out: Any, dtype: Any) -> Any:
    """The dtype that is asked for, or else that of `out`."""
    return out.dtype if dtype is None and isinstance(out, Tensor) else dtype


def size_given(name: str, size: tuple, named: dict) -> tuple:
    """The sizes, given one by one or as the keyword `size`.

    Raises:
        TypeError: given twice or not at all, or a keyword that the function has not.
    """
    for key in named:
        if key != "size":
            raise TypeError(f"{name}() got an unexpected keyword argument '{key}'")
    if size and "size" in named:
        raise TypeError(f"{name}() got multiple values for argument 'size'")
    if not size and "size" not in named:
        raise TypeError(f'{name}() missing 1 required positional arguments: "size"; for a single number it is ()')
    if not size and not isinstance(named["size"], (list, tuple)):
        given = type(named["size"]).__name__
        raise TypeError(f"{name}(): argument 'size' must be tuple of ints, not {given}: write size=(3,)")
    return size or (named["size"],)
